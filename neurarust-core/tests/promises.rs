//! What the library promises about bad arguments: every call answers or refuses, none panics, and a refusal leaves its
//! inputs as they were. Every public operation meets tensors and numbers chosen to hurt, drawn by a fixed generator.
//!
//! `NEURARUST_PROMISES=5000` draws that many cases per operation instead of the default.

use neurarust_core::autograd::{GradOptions, grad};
use neurarust_core::ops::loss::{CrossEntropy, Reduction};
use neurarust_core::ops::pool::PoolOptions;
use neurarust_core::random::Generator;
use neurarust_core::{ConvOptions, DType, Index, Padding, Result, Tensor, elementwise_table};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The arguments of one call.
struct Case {
    t: [Tensor; 4],
    i: [i64; 5],
    n: [usize; 5],
    f: [f64; 3],
    on: bool,
    generator: Generator,
}

type Call = Box<dyn Fn(&Case) -> Result<Vec<Tensor>>>;

fn one(t: Result<Tensor>) -> Result<Vec<Tensor>> {
    Ok(vec![t?])
}
fn same(t: Result<&Tensor>) -> Result<Vec<Tensor>> {
    Ok(vec![t?.clone()])
}
fn two(t: Result<(Tensor, Tensor)>) -> Result<Vec<Tensor>> {
    let (a, b) = t?;
    Ok(vec![a, b])
}

macro_rules! elementwise {
    ($( $(#[$doc:meta])* $class:ident $name:ident, $name_:ident ($x0:ident $(, $x:ident)* $(; $($p:ident),+)?) = $body:expr $(, grad $y:ident => $grad:expr)? $(, lanes $lanes:expr)? $(, slope $of:ident => $slope:expr)*; )*) => {
        fn elementwise(calls: &mut Vec<(&'static str, Call)>) {
            $(
                calls.push((stringify!($name), Box::new(|c| {
                    #[allow(unused_mut, unused_variables)]
                    let (mut t, mut f) = (c.t[1..].iter(), c.f.iter());
                    one(c.t[0].$name($( { let $x = t.next().expect("a tensor"); $x }, )* $($( { let $p = *f.next().expect("a number"); $p }, )+)?))
                })));
                calls.push((stringify!($name_), Box::new(|c| {
                    #[allow(unused_mut, unused_variables)]
                    let (mut t, mut f) = (c.t[1..].iter(), c.f.iter());
                    same(c.t[0].$name_($( { let $x = t.next().expect("a tensor"); $x }, )* $($( { let $p = *f.next().expect("a number"); $p }, )+)?))
                })));
            )*
        }
    };
}
elementwise_table!(elementwise);

macro_rules! calls {
    ($calls:ident; $($name:ident: |$c:ident| $body:expr;)*) => { $( $calls.push((stringify!($name), Box::new(|$c: &Case| $body))); )* };
}

fn conv_options(c: &Case) -> ConvOptions {
    let o = ConvOptions::new()
        .stride(c.n[0])
        .dilation(c.n[1])
        .groups(if c.on { 1 } else { c.n[2] })
        .output_padding(c.n[4]);
    match c.n[3] {
        3 => o.padding(Padding::Same),
        n => o.padding(n),
    }
}

fn pool_options(c: &Case) -> PoolOptions {
    PoolOptions::new(c.n[0])
        .stride(c.n[1])
        .padding(c.n[2])
        .dilation(c.n[3])
        .ceil_mode(c.on)
}

fn reduction(c: &Case) -> Reduction {
    match c.n[0] % 3 {
        0 => Reduction::Mean,
        1 => Reduction::Sum,
        _ => Reduction::None,
    }
}

fn indices(c: &Case) -> Vec<Index> {
    (0..c.n[0] % 5)
        .map(
            |k| match (c.n[k % 5].wrapping_mul(31).wrapping_add(k)) % 7 {
                0 => Index::At(c.i[k]),
                1 => Index::Range {
                    start: Some(c.i[k]),
                    end: c.on.then_some(c.i[k + 1]),
                    step: c.i[(k + 2) % 5],
                },
                2 => Index::Full,
                3 => Index::Ellipsis,
                4 => Index::NewAxis,
                _ => Index::Tensor(c.t[1 + k % 3].clone()),
            },
        )
        .collect()
}

fn calls() -> Vec<(&'static str, Call)> {
    let mut all: Vec<(&'static str, Call)> = Vec::new();
    elementwise(&mut all);
    calls! { all;
        reshape: |c| one(c.t[0].reshape([c.i[0], c.i[1]]));
        reshape_to: |c| one(c.t[0].reshape(c.t[1].shape()));
        view: |c| one(c.t[0].view(&c.i[..c.n[0] % 6]));
        permute: |c| one(c.t[0].permute(&c.i[..c.n[0] % 6]));
        transpose: |c| one(c.t[0].transpose(c.i[0], c.i[1]));
        t: |c| one(c.t[0].t());
        movedim: |c| one(c.t[0].movedim(c.i[0], c.i[1]));
        squeeze: |c| one(c.t[0].squeeze(&c.i[..c.n[0] % 3]));
        unsqueeze: |c| one(c.t[0].unsqueeze(c.i[0]));
        expand: |c| one(c.t[0].expand(c.t[1].shape()));
        expand_sizes: |c| one(c.t[0].expand(&c.i[..c.n[0] % 6]));
        narrow: |c| one(c.t[0].narrow(c.i[0], c.i[1], c.n[0]));
        select: |c| one(c.t[0].select(c.i[0], c.i[1]));
        slice: |c| one(c.t[0].slice(c.i[0], Some(c.i[1]), c.on.then_some(c.i[2]), c.i[3]));
        flip: |c| one(c.t[0].flip(&c.i[..c.n[0] % 3]));
        unfold: |c| one(c.t[0].unfold(c.i[0], c.n[0], c.n[1]));
        diagonal: |c| one(c.t[0].diagonal(c.i[0], c.i[1], c.i[2]));
        as_strided: |c| one(c.t[0].as_strided(&c.n[..2], &[c.i[0] as isize, c.i[1] as isize], c.n[2]));
        as_strided_small: |c| one(c.t[0].as_strided(&[c.n[0] % 4, 2], &[c.i[0] as isize, c.i[1] as isize], c.n[2]));
        flatten: |c| one(c.t[0].flatten(c.i[0], c.i[1]));
        unflatten: |c| one(c.t[0].unflatten(c.i[0], &c.i[1..1 + c.n[0] % 4]));
        split: |c| c.t[0].split(c.n[0], c.i[0]);
        split_sizes: |c| c.t[0].split_sizes(&c.n[..2], c.i[0]);
        chunk: |c| c.t[0].chunk(c.n[0], c.i[0]);
        unbind: |c| c.t[0].unbind(c.i[0]);
        copy_: |c| same(c.t[0].copy_(&c.t[1]));
        fill_: |c| same(c.t[0].fill_(c.f[0]));
        zero_: |c| same(c.t[0].zero_());
        try_clone: |c| one(c.t[0].try_clone());
        contiguous: |c| one(c.t[0].contiguous());
        to_dtype: |c| one(c.t[0].to_dtype(c.t[1].dtype()));
        pow: |c| one(c.t[0].pow(&c.t[1]));
        pow_number: |c| one(c.t[0].pow(c.f[0]));
        pow_integer: |c| one(c.t[0].pow(c.i[0]));
        add_number: |c| one(c.t[0].add(c.n[0]));
        where_cond: |c| one(c.t[0].where_cond(&c.t[1], &c.t[2]));
        clamp: |c| one(c.t[0].clamp(c.f[0], c.on.then_some(c.f[1])));
        bitwise_not: |c| one(c.t[0].bitwise_not());
        masked_fill: |c| one(c.t[0].masked_fill(&c.t[1], &c.t[2]));
        masked_fill_: |c| same(c.t[0].masked_fill_(&c.t[1], &c.t[2]));
        nonzero: |c| one(c.t[0].nonzero());
        nonzero_as_tuple: |c| c.t[0].nonzero_as_tuple();
        masked_select: |c| one(c.t[0].masked_select(&c.t[1]));
        masked_scatter: |c| one(c.t[0].masked_scatter(&c.t[1], &c.t[2]));
        masked_scatter_: |c| same(c.t[0].masked_scatter_(&c.t[1], &c.t[2]));
        one_hot: |c| one(c.t[0].one_hot(c.on.then_some(c.n[0])));
        tril: |c| one(c.t[0].tril(c.i[0]));
        triu: |c| one(c.t[0].triu(c.i[0]));
        matmul: |c| one(c.t[0].matmul(&c.t[1]));
        mm: |c| one(c.t[0].mm(&c.t[1]));
        bmm: |c| one(c.t[0].bmm(&c.t[1]));
        mv: |c| one(c.t[0].mv(&c.t[1]));
        dot: |c| one(c.t[0].dot(&c.t[1]));
        linear: |c| one(c.t[0].linear(&c.t[1], c.on.then_some(&c.t[2])));
        addmm: |c| one(c.t[0].addmm(&c.t[1], &c.t[2], c.f[0], c.f[1]));
        outer: |c| one(c.t[0].outer(&c.t[1]));
        gather: |c| one(c.t[0].gather(c.i[0], &c.t[1]));
        scatter: |c| one(c.t[0].scatter(c.i[0], &c.t[1], &c.t[2]));
        scatter_: |c| same(c.t[0].scatter_(c.i[0], &c.t[1], &c.t[2]));
        scatter_value: |c| one(c.t[0].scatter_value(c.i[0], &c.t[1], c.f[0]));
        scatter_value_: |c| same(c.t[0].scatter_value_(c.i[0], &c.t[1], c.f[0]));
        scatter_add: |c| one(c.t[0].scatter_add(c.i[0], &c.t[1], &c.t[2]));
        scatter_add_: |c| same(c.t[0].scatter_add_(c.i[0], &c.t[1], &c.t[2]));
        index_select: |c| one(c.t[0].index_select(c.i[0], &c.t[1]));
        index_add: |c| one(c.t[0].index_add(c.i[0], &c.t[1], &c.t[2]));
        index_add_: |c| same(c.t[0].index_add_(c.i[0], &c.t[1], &c.t[2]));
        index_copy: |c| one(c.t[0].index_copy(c.i[0], &c.t[1], &c.t[2]));
        index_copy_: |c| same(c.t[0].index_copy_(c.i[0], &c.t[1], &c.t[2]));
        index_fill: |c| one(c.t[0].index_fill(c.i[0], &c.t[1], c.f[0]));
        index_fill_: |c| same(c.t[0].index_fill_(c.i[0], &c.t[1], &c.t[2]));
        take: |c| one(c.t[0].take(&c.t[1]));
        embedding: |c| one(c.t[0].embedding(&c.t[1], c.on.then_some(c.n[0])));
        index: |c| one(c.t[0].index(indices(c)));
        index_assign: |c| same(c.t[0].index_assign(indices(c), &c.t[2]));
        index_put: |c| one(c.t[0].index_put(indices(c), &c.t[2], c.on));
        index_put_: |c| same(c.t[0].index_put_(indices(c), c.f[0], c.on));
        cat: |c| one(Tensor::cat(&[&c.t[0], &c.t[1], &c.t[2]], c.i[0]));
        cat_none: |c| one(Tensor::cat(&[], c.i[0]));
        cat_same: |c| one(Tensor::cat(&[&c.t[0], &c.t[0]], c.i[0]));
        stack: |c| one(Tensor::stack(&[&c.t[0], &c.t[1]], c.i[0]));
        stack_none: |c| one(Tensor::stack(&[], c.i[0]));
        stack_same: |c| one(Tensor::stack(&[&c.t[0], &c.t[0]], c.i[0]));
        hstack: |c| one(Tensor::hstack(&[&c.t[0], &c.t[1]]));
        hstack_none: |_c| one(Tensor::hstack(&[]));
        vstack: |c| one(Tensor::vstack(&[&c.t[0], &c.t[1]]));
        repeat: |c| one(c.t[0].repeat(&c.n[..c.n[4] % 5]));
        tile: |c| one(c.t[0].tile(&c.n[..c.n[4] % 5]));
        repeat_interleave: |c| one(c.t[0].repeat_interleave(c.n[0], c.on.then_some(c.i[0])));
        roll: |c| one(c.t[0].roll(&c.i[..c.n[0] % 3], &c.i[2..2 + c.n[1] % 3]));
        pad_constant: |c| one(c.t[0].pad_constant(&c.i[..c.n[0] % 5], c.f[0]));
        softmax: |c| one(c.t[0].softmax(c.i[0]));
        log_softmax: |c| one(c.t[0].log_softmax(c.i[0]));
        softmin: |c| one(c.t[0].softmin(c.i[0]));
        layer_norm: |c| one(c.t[0].layer_norm(c.t[1].dims(), c.on.then_some(&c.t[1]), c.on.then_some(&c.t[2]), c.f[0]));
        layer_norm_last: |c| one(c.t[0].layer_norm(&c.t[0].dims()[c.t[0].rank().saturating_sub(1)..], None, None, c.f[0]));
        rms_norm: |c| one(c.t[0].rms_norm(c.t[1].dims(), c.on.then_some(&c.t[1]), c.f[0]));
        batch_norm: |c| one(c.t[0].batch_norm(Some(&c.t[1]), Some(&c.t[2]), c.on.then_some(&c.t[3]), None, c.n[0].is_multiple_of(2), c.f[0], c.f[1]));
        batch_norm_plain: |c| one(c.t[0].batch_norm(None, None, None, None, c.on, c.f[0], c.f[1]));
        group_norm: |c| one(c.t[0].group_norm(c.n[0], c.on.then_some(&c.t[1]), None, c.f[0]));
        instance_norm: |c| one(c.t[0].instance_norm(c.on.then_some(&c.t[1]), None, c.f[0]));
        conv1d: |c| one(c.t[0].conv1d(&c.t[1], c.on.then_some(&c.t[2]), &conv_options(c)));
        conv2d: |c| one(c.t[0].conv2d(&c.t[1], c.on.then_some(&c.t[2]), &conv_options(c)));
        conv3d: |c| one(c.t[0].conv3d(&c.t[1], c.on.then_some(&c.t[2]), &conv_options(c)));
        conv_transpose1d: |c| one(c.t[0].conv_transpose1d(&c.t[1], c.on.then_some(&c.t[2]), &conv_options(c)));
        conv_transpose2d: |c| one(c.t[0].conv_transpose2d(&c.t[1], None, &conv_options(c)));
        conv_transpose3d: |c| one(c.t[0].conv_transpose3d(&c.t[1], None, &conv_options(c)));
        max_pool1d: |c| two(c.t[0].max_pool1d(&pool_options(c)));
        max_pool2d: |c| two(c.t[0].max_pool2d(&pool_options(c)));
        max_pool3d: |c| two(c.t[0].max_pool3d(&pool_options(c)));
        avg_pool1d: |c| one(c.t[0].avg_pool1d(&pool_options(c)));
        avg_pool2d: |c| one(c.t[0].avg_pool2d(&pool_options(c)));
        avg_pool3d: |c| one(c.t[0].avg_pool3d(&pool_options(c)));
        adaptive_max_pool1d: |c| two(c.t[0].adaptive_max_pool1d(&[Some(c.n[0])]));
        adaptive_max_pool2d: |c| two(c.t[0].adaptive_max_pool2d(&[Some(c.n[0]), c.on.then_some(c.n[1])]));
        adaptive_avg_pool1d: |c| one(c.t[0].adaptive_avg_pool1d(&[c.on.then_some(c.n[0])]));
        adaptive_avg_pool2d: |c| one(c.t[0].adaptive_avg_pool2d(&[Some(c.n[0]), c.on.then_some(c.n[1])]));
        adaptive_avg_pool3d: |c| one(c.t[0].adaptive_avg_pool3d(&[]));
        cross_entropy: |c| one(c.t[0].cross_entropy(&c.t[1], &CrossEntropy { weight: c.on.then(|| c.t[2].clone()), ignore_index: c.i[0], label_smoothing: c.f[0], reduction: reduction(c) }));
        cross_entropy_plain: |c| one(c.t[0].cross_entropy(&c.t[1], &CrossEntropy { reduction: reduction(c), ..CrossEntropy::default() }));
        nll_loss: |c| one(c.t[0].nll_loss(&c.t[1], c.on.then_some(&c.t[2]), c.i[0], reduction(c)));
        mse_loss: |c| one(c.t[0].mse_loss(&c.t[1], reduction(c)));
        l1_loss: |c| one(c.t[0].l1_loss(&c.t[1], reduction(c)));
        smooth_l1_loss: |c| one(c.t[0].smooth_l1_loss(&c.t[1], c.f[0], reduction(c)));
        huber_loss: |c| one(c.t[0].huber_loss(&c.t[1], c.f[0], reduction(c)));
        binary_cross_entropy: |c| one(c.t[0].binary_cross_entropy(&c.t[1], c.on.then_some(&c.t[2]), reduction(c)));
        binary_cross_entropy_with_logits: |c| one(c.t[0].binary_cross_entropy_with_logits(&c.t[1], c.on.then_some(&c.t[2]), c.on.then_some(&c.t[3]), reduction(c)));
        kl_div: |c| one(c.t[0].kl_div(&c.t[1], c.on, reduction(c)));
        count_nonzero: |c| one(c.t[0].count_nonzero());
        count_nonzero_dims: |c| one(c.t[0].count_nonzero_dims(&c.i[..c.n[0] % 3], c.on));
        all: |c| one(c.t[0].all());
        all_dims: |c| one(c.t[0].all_dims(&c.i[..c.n[0] % 3], c.on));
        any_dims: |c| one(c.t[0].any_dims(&c.i[..c.n[0] % 3], c.on));
        max: |c| one(c.t[0].max());
        min: |c| one(c.t[0].min());
        amax: |c| one(c.t[0].amax(&c.i[..c.n[0] % 3], c.on));
        amin: |c| one(c.t[0].amin(&c.i[..c.n[0] % 3], c.on));
        max_dim: |c| two(c.t[0].max_dim(c.i[0], c.on));
        min_dim: |c| two(c.t[0].min_dim(c.i[0], c.on));
        argmax: |c| one(c.t[0].argmax(c.on.then_some(c.i[0]), c.on));
        argmin: |c| one(c.t[0].argmin(c.on.then_some(c.i[0]), !c.on));
        var: |c| one(c.t[0].var(c.f[0]));
        var_dims: |c| one(c.t[0].var_dims(&c.i[..c.n[0] % 3], c.on, c.f[0]));
        std_dims: |c| one(c.t[0].std_dims(&c.i[..c.n[0] % 3], c.on, c.f[0]));
        norm: |c| one(c.t[0].norm(c.f[0]));
        norm_dims: |c| one(c.t[0].norm_dims(c.f[0], &c.i[..c.n[0] % 3], c.on));
        logsumexp: |c| one(c.t[0].logsumexp(&c.i[..c.n[0] % 3], c.on));
        prod: |c| one(c.t[0].prod());
        prod_dims: |c| one(c.t[0].prod_dims(&c.i[..c.n[0] % 3], c.on));
        cumsum: |c| one(c.t[0].cumsum(c.i[0]));
        cumprod: |c| one(c.t[0].cumprod(c.i[0]));
        sum: |c| one(c.t[0].sum());
        sum_dims: |c| one(c.t[0].sum_dims(&c.i[..c.n[0] % 3], c.on));
        mean: |c| one(c.t[0].mean());
        mean_dims: |c| one(c.t[0].mean_dims(&c.i[..c.n[0] % 3], c.on));
        zeros: |c| one(Tensor::zeros((&c.n[..c.n[4] % 4], c.t[0].dtype())));
        full: |c| one(Tensor::full((&c.n[..c.n[4] % 4], c.t[0].dtype()), c.f[0]));
        empty: |c| one(Tensor::empty((&c.n[..c.n[4] % 4], c.t[0].dtype())));
        full_like: |c| one(c.t[0].full_like(c.f[0]));
        empty_like: |c| one(c.t[0].empty_like());
        from_vec: |c| one(Tensor::from_vec(vec![1.0f32; 3], &c.n[..c.n[4] % 4]));
        arange: |c| one(Tensor::arange(c.i[0]..c.i[1]));
        arange_step: |c| one(Tensor::arange_step(c.f[0], c.f[1], c.f[2], c.t[0].dtype()));
        linspace: |c| one(Tensor::linspace_dtype(c.f[0], c.f[1], c.n[0], c.t[0].dtype()));
        eye: |c| one(Tensor::eye(c.n[0], c.on.then_some(c.n[1]), c.t[0].dtype()));
        rand: |c| one(Tensor::rand_with((&c.n[..c.n[4] % 4], c.t[0].dtype()), &c.generator));
        randn: |c| one(Tensor::randn_with((&c.n[..c.n[4] % 4], c.t[0].dtype()), &c.generator));
        randint: |c| one(Tensor::randint_with(c.i[0], c.i[1], (&c.n[..c.n[4] % 4], c.t[0].dtype()), &c.generator));
        randperm: |c| one(Tensor::randperm_with(c.n[0], &c.generator));
        rand_like: |c| one(c.t[0].rand_like());
        randint_like: |c| one(c.t[0].randint_like(c.i[0], c.i[1]));
        bernoulli_mask: |c| one(Tensor::bernoulli_mask_with(c.f[0], &c.n[..c.n[4] % 4], &c.generator));
        bernoulli: |c| one(c.t[0].bernoulli_with(&c.generator));
        multinomial: |c| one(c.t[0].multinomial_with(c.n[0], c.on, &c.generator));
        uniform_: |c| same(c.t[0].uniform_with_(c.f[0], c.f[1], &c.generator));
        normal_: |c| same(c.t[0].normal_with_(c.f[0], c.f[1], &c.generator));
        bernoulli_: |c| same(c.t[0].bernoulli_(c.f[0]));
        random_: |c| same(c.t[0].random_(c.i[0], c.i[1]));
        exponential_: |c| same(c.t[0].exponential_(c.f[0]));
        log_normal_: |c| same(c.t[0].log_normal_(c.f[0], c.f[1]));
        cauchy_: |c| same(c.t[0].cauchy_(c.f[0], c.f[1]));
        geometric_: |c| same(c.t[0].geometric_(c.f[0]));
        item: |c| c.t[0].item::<f64>().map(|_| Vec::new());
        size: |c| c.t[0].size(c.i[0]).map(|_| Vec::new());
        set_grad: |c| c.t[0].set_grad(Some(c.t[1].clone())).map(|_| Vec::new());
        set_requires_grad: |c| c.t[0].set_requires_grad(c.on).map(|_| Vec::new());
        retain_grad: |c| c.t[0].retain_grad().map(|_| Vec::new());
        backward: |c| c.t[0].backward().map(|_| Vec::new());
        backward_with: |c| c.t[0].backward_with(&c.t[1]).map(|_| Vec::new());
        grad: |c| grad(&[&c.t[0]], &[&c.t[1]], &[], GradOptions::default()).map(|g| g.into_iter().flatten().collect());
        display: |c| { let _ = format!("{} {:?}", c.t[0], c.t[0]); Ok(Vec::new()) };
    }
    all
}

const INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    3,
    -2,
    0,
    1,
    -1,
    5,
    4,
    100,
    -100,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1,
    i64::MIN + 1,
    1 << 40,
    1 << 62,
    -(1 << 62),
];
const SIZES: &[usize] = &[
    1,
    2,
    3,
    1,
    2,
    3,
    0,
    4,
    5,
    7,
    1,
    2,
    usize::MAX,
    usize::MAX - 1,
    isize::MAX as usize,
    1 << 62,
    1 << 40,
    1 << 44,
];
const FLOATS: &[f64] = &[
    0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    1e-5,
    3.0,
    -0.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1e308,
    -1e308,
    1e-320,
    9.3e18,
    -9.3e18,
    1e15,
];

/// A small generator of our own, so that a failure can be found again.
struct Draw(u64);
impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
    fn from<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const SHAPES: &[&[usize]] = &[
    &[],
    &[1],
    &[3],
    &[4],
    &[2, 3],
    &[3, 3],
    &[3, 2],
    &[1, 3],
    &[0],
    &[0, 3],
    &[2, 0, 3],
    &[2, 3, 4],
    &[1, 1, 1],
    &[2, 1, 3],
    &[2, 3, 4, 4],
    &[3, 3, 2, 2],
    &[1, 3, 5, 4, 3],
    &[2, 1, 1, 2, 1, 1, 1, 2, 1],
    &[1; 13],
    &[17],
    &[33, 5],
];

fn tensor(d: &mut Draw) -> Result<Tensor> {
    let mut shape = d.from(SHAPES).to_vec();
    // Common shapes meet more often than chance has it.
    if d.below(3) == 0 {
        shape = vec![2, 3];
    }
    let dtype = if d.below(3) == 0 {
        d.from(&DType::REAL)
    } else {
        d.from(&[DType::F32, DType::F64, DType::I64, DType::Bool])
    };
    let n: usize = shape.iter().product();
    let kind = d.below(3);
    let numbers: Vec<f64> = (0..n)
        .map(|k| match kind {
            0 => d.from(FLOATS),
            1 => (k % 3) as f64,
            _ => d.below(9) as f64 - 4.0,
        })
        .collect();
    let base = Tensor::from_vec(numbers, &shape)?.to_dtype(dtype)?;
    let base = match (dtype.is_float(), d.below(4)) {
        (true, 0) => base.detach().requires_grad()?,
        (true, 1) => base.detach().requires_grad()?.try_clone()?,
        _ => base,
    };
    let rank = base.rank() as i64;
    let all: Vec<i64> = (0..rank).collect();
    Ok(match d.below(9) {
        0 => base.flip(&all)?,
        1 if rank > 1 => base.transpose(0, -1)?,
        2 if rank > 0 && base.dims()[0] > 0 => base.narrow(0, 0, 1)?.expand(base.shape())?,
        3 => base
            .unsqueeze(-1)?
            .expand([&shape[..], &[2]].concat())?
            .select(-1, 1)?,
        4 if base.numel() > 0 => {
            base.detach()
                .as_strided(&[1, 1, 0], &[isize::MAX, isize::MIN, 1], 0)?
        }
        5 if base.numel() > 0 => base
            .detach()
            .as_strided(&[1, 1], &[isize::MAX, isize::MIN], 0)?,
        6 => base.detach(),
        _ => base,
    })
}

fn case(d: &mut Draw) -> Result<Case> {
    let mut t = [tensor(d)?, tensor(d)?, tensor(d)?, tensor(d)?];
    if d.below(4) == 0 {
        t[1] = t[0].clone();
    } else if d.below(3) == 0 {
        t[1] = t[0].detach().try_clone()?;
        t[2] = t[0].detach().try_clone()?.to_dtype(t[2].dtype())?;
    } else if d.below(6) == 0 && t[0].rank() > 0 {
        t[1] = t[0].flip(&[0])?;
    }
    if d.below(4) == 0 && t[2].dtype() != DType::I64 {
        t[1] = t[1].detach().to_dtype(DType::I64)?;
    }
    // Half of the calls get arguments of which most are harmless, to come past the first check.
    let tame = d.below(2) == 0;
    let (ints, sizes) = if tame {
        (&INTS[..9], &SIZES[..6])
    } else {
        (INTS, SIZES)
    };
    Ok(Case {
        t,
        i: std::array::from_fn(|_| d.from(ints)),
        n: std::array::from_fn(|_| d.from(sizes)),
        f: std::array::from_fn(|_| {
            if tame {
                d.from(&FLOATS[..7])
            } else {
                d.from(FLOATS)
            }
        }),
        on: d.below(2) == 0,
        generator: Generator::new(7),
    })
}

/// All that an error must leave alone.
fn state(t: &Tensor) -> (Vec<usize>, Vec<isize>, u64, Option<usize>, bool, Vec<u64>) {
    let data = if t.numel() > 4096 {
        Vec::new()
    } else {
        t.to_dtype(DType::F64)
            .and_then(|t| t.to_vec::<f64>())
            .expect("copying")
            .iter()
            .map(|x| x.to_bits())
            .collect()
    };
    let grad = t.grad().map(|g| g.storage().id());
    (
        t.dims().to_vec(),
        t.strides().to_vec(),
        t.storage().version(),
        grad,
        t.is_requires_grad(),
        data,
    )
}

fn describe(c: &Case) -> String {
    let tensors: Vec<String> =
        c.t.iter()
            .map(|t| {
                format!(
                    "{:?}/{:?} {} grad {}",
                    t.dims(),
                    t.strides(),
                    t.dtype(),
                    t.is_requires_grad()
                )
            })
            .collect();
    format!(
        "{tensors:#?} i {:?} n {:?} f {:?} on {}",
        c.i, c.n, c.f, c.on
    )
}

#[test]
fn every_call_answers_or_refuses() -> Result<()> {
    let rounds: usize = std::env::var("NEURARUST_PROMISES")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(80);
    let mut broken: Vec<String> = Vec::new();
    for (k, (name, call)) in calls().iter().enumerate() {
        let mut failures = 0;
        let mut draw = Draw(k as u64 * 1000 + 1);
        for _ in 0..rounds {
            let case = case(&mut draw)?;
            let before: Vec<_> = case.t.iter().map(state).collect();
            let place = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
            let seen = place.clone();
            std::panic::set_hook(Box::new(move |info| {
                *seen.lock().unwrap_or_else(|e| e.into_inner()) = info.to_string();
            }));
            let start = std::time::Instant::now();
            let text = describe(&case);
            let answer = catch_unwind(AssertUnwindSafe(|| call(&case)));
            let mut complain = |what: &str| {
                failures += 1;
                if failures <= 2 {
                    broken.push(format!("{name}: {what}\n{text}"));
                }
            };
            match answer {
                Err(_) => complain(&format!(
                    "panics: {}",
                    place.lock().unwrap_or_else(|e| e.into_inner())
                )),
                Ok(Err(e)) => {
                    let after: Vec<_> = case.t.iter().map(state).collect();
                    if after != before {
                        complain(&format!(
                            "changed its inputs and failed: {e}\n{before:?}\n{after:?}"
                        ));
                    }
                    if !e.location().file().ends_with("promises.rs") {
                        complain(&format!("blames a line that isn't the caller's: {e}"));
                    }
                }
                Ok(Ok(out)) => {
                    let back = catch_unwind(AssertUnwindSafe(|| {
                        for y in out
                            .iter()
                            .filter(|y| y.is_requires_grad() && y.numel() < 1 << 20)
                        {
                            let seed = y.ones_like().expect("ones");
                            let _ = neurarust_core::autograd::backward(
                                &[y],
                                &[Some(seed)],
                                true,
                                case.on,
                            );
                        }
                    }));
                    if back.is_err() {
                        complain(&format!(
                            "panics in its gradient: {}",
                            place.lock().unwrap_or_else(|e| e.into_inner())
                        ));
                    }
                }
            }
            let took = start.elapsed().as_secs_f64();
            if took > 3.0 {
                complain(&format!("takes {took} s"));
            }
        }
    }
    let _ = std::panic::take_hook();
    assert!(
        broken.is_empty(),
        "{} broken promises:\n{}",
        broken.len(),
        broken.join("\n\n")
    );
    Ok(())
}

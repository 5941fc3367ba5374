//! Every layer and loss against PyTorch: outputs, gradients and buffers, by the checksums that `reference/layers.py` wrote.

use neurarust_core::{DType, Result, Tensor};
use neurarust_nn::*;

/// The tensor that `filled` in `reference/layers.py` makes.
fn filled(dims: &[usize], phase: f64) -> Result<Tensor> {
    let n: usize = dims.iter().product();
    let data: Vec<f64> = (0..n)
        .map(|i| (i as f64 * 0.7 + phase).sin() * 0.5 + 0.1)
        .collect();
    Tensor::from_vec(data, dims)
}

fn checksum(t: &Tensor) -> Result<f64> {
    let data = t.detach().to_dtype(DType::F64)?.to_vec::<f64>()?;
    let terms = data.iter().enumerate();
    Ok(terms.map(|(i, x)| x * (0.37 * i as f64 + 0.2).cos()).sum())
}

/// What was found, to be compared with the file in the end.
#[derive(Default)]
struct Found(Vec<(String, String, f64)>);

impl Found {
    fn note(&mut self, case: &str, quantity: &str, t: &Tensor) -> Result<()> {
        self.0.push((case.into(), quantity.into(), checksum(t)?));
        Ok(())
    }

    fn gradient(&mut self, case: &str, quantity: &str, t: &Tensor) -> Result<()> {
        let grad = t.grad();
        self.note(case, quantity, grad.as_ref().expect("a gradient"))
    }

    fn layer(&mut self, case: &str, mut layer: impl Forward, dims: &[usize]) -> Result<()> {
        let x = filled(dims, 0.0)?.requires_grad()?;
        self.run(case, &mut layer, &x)?;
        self.gradient(case, "input", &x)
    }

    fn run(&mut self, case: &str, layer: &mut impl Forward, x: &Tensor) -> Result<()> {
        layer.to_dtype(DType::F64)?;
        for (k, p) in layer.parameters().iter().enumerate() {
            p.detach().copy_(&filled(p.dims(), 1.0 + k as f64)?)?;
        }
        for b in layer.buffers().iter().filter(|b| b.dtype().is_float()) {
            b.copy_(&filled(b.dims(), 0.4)?.add(0.6)?)?;
        }
        let y = layer.forward(x)?;
        self.note(case, "output", &y)?;
        y.mul(&filled(y.dims(), 2.0)?)?.sum()?.backward()?;
        for (name, p) in layer.named_parameters() {
            self.gradient(case, &name, &p)?;
        }
        for (name, b) in layer.named_buffers() {
            self.note(case, &name, &b)?;
        }
        Ok(())
    }

    fn loss(
        &mut self,
        case: &str,
        loss: impl Fn(&Tensor) -> Result<Tensor>,
        x: &Tensor,
    ) -> Result<()> {
        let x = x.detach().try_clone()?.requires_grad()?;
        let y = loss(&x)?;
        self.note(case, "output", &y)?;
        y.sum()?.backward()?;
        self.gradient(case, "input", &x)
    }

    /// Every line of the file was found, and nothing else was.
    fn check(self) {
        let mut expected: Vec<(&str, &str, f64)> = include_str!("reference/layers.txt")
            .lines()
            .map(|line| {
                let mut words = line.split(' ');
                let mut next = || words.next().expect("three words");
                (next(), next(), next().parse().expect("a number"))
            })
            .collect();
        for (case, quantity, got) in &self.0 {
            let at = expected
                .iter()
                .position(|(c, q, _)| c == case && q == quantity);
            let (.., want) = expected.remove(at.unwrap_or_else(|| panic!("{case} {quantity}")));
            let error = (got - want).abs() / want.abs().max(1.0);
            // PyTorch's piecewise functions keep their constants, such as 1/6, in single precision.
            let bound = if case.starts_with("hard") { 1e-7 } else { 1e-9 };
            assert!(error < bound, "{case} {quantity}: {got}, PyTorch {want}");
        }
        assert!(expected.is_empty(), "not tried: {expected:?}");
    }
}

#[test]
fn layers_and_losses_answer_as_pytorch() -> Result<()> {
    let mut found = Found::default();
    let f = &mut found;
    f.layer("linear", Linear::new(4, 3)?, &[2, 5, 4])?;
    let conv1d = Conv1d::builder(4, 6, 3)
        .stride(2)
        .padding(1)
        .dilation(2)
        .groups(2);
    f.layer("conv1d", conv1d.build()?, &[2, 4, 9])?;
    let conv2d = Conv2d::builder(3, 4, [3, 2]).stride([2, 1]).padding(1);
    f.layer("conv2d", conv2d.build()?, &[2, 3, 6, 5])?;
    let same = Conv2d::builder(2, 2, 3).padding(Padding::Same).bias(false);
    f.layer("conv2d_same", same.build()?, &[1, 2, 4, 5])?;
    f.layer("conv3d", Conv3d::new(2, 3, 2)?, &[1, 2, 3, 4, 3])?;
    let up1d = ConvTranspose1d::builder(3, 2, 3).stride(2);
    f.layer("conv_transpose1d", up1d.build()?, &[2, 3, 4])?;
    let up2d = ConvTranspose2d::builder(4, 2, 3)
        .stride(2)
        .padding(1)
        .output_padding(1)
        .groups(2);
    f.layer("conv_transpose2d", up2d.build()?, &[1, 4, 3, 4])?;
    let images = [2, 3, 2, 2];
    f.layer("batch_norm1d", BatchNorm1d::new(3)?, &[4, 3])?;
    let options = BatchNorm2d::builder(3).momentum(0.3).eps(1e-3);
    f.layer("batch_norm2d", options.build()?, &images)?;
    let cumulative = BatchNorm2d::builder(3).cumulative_average();
    f.layer("batch_norm2d_cumulative", cumulative.build()?, &images)?;
    let evaluated = BatchNorm2d::new(3)?;
    evaluated.eval();
    f.layer("batch_norm2d_eval", evaluated, &images)?;
    f.layer("layer_norm", LayerNorm::new([3, 4])?, &[2, 3, 4])?;
    f.layer("rms_norm", RMSNorm::new(4)?, &[2, 3, 4])?;
    f.layer("group_norm", GroupNorm::new(2, 4)?, &[2, 4, 3])?;
    let index = Tensor::new([[0i64, 1, 2, 3], [4, 0, 1, 2]])?;
    f.run("embedding", &mut Embedding::new(5, 3)?, &index)?;
    let pool = MaxPool1d::builder(3).stride(2).padding(1);
    f.layer("max_pool1d", pool.build()?, &[2, 2, 7])?;
    f.layer("max_pool2d", MaxPool2d::new(2)?, &[1, 2, 4, 6])?;
    let pool = MaxPool2d::builder(3).stride(2).ceil_mode(true);
    f.layer("max_pool2d_ceil", pool.build()?, &[1, 2, 6, 6])?;
    f.layer("avg_pool1d", AvgPool1d::new(2)?, &[1, 2, 6])?;
    let pool = AvgPool2d::builder(3).stride(2).padding(1);
    f.layer("avg_pool2d", pool.clone().build()?, &[1, 2, 5, 5])?;
    let inner = pool.count_include_pad(false);
    f.layer("avg_pool2d_inner", inner.build()?, &[1, 2, 5, 5])?;
    f.layer(
        "adaptive_avg_pool2d",
        AdaptiveAvgPool2d::new([2, 3])?,
        &[1, 2, 5, 7],
    )?;
    let pool = AdaptiveMaxPool2d::new([Some(2), None])?;
    f.layer("adaptive_max_pool2d", pool, &[1, 2, 5, 3])?;

    let dims = &[2, 3, 4];
    f.layer("prelu", PReLU::new(3)?, dims)?;
    f.layer("relu", ReLU, dims)?;
    f.layer("relu6", ReLU6, dims)?;
    f.layer("leaky_relu", LeakyReLU::default(), dims)?;
    f.layer("elu", ELU::default(), dims)?;
    f.layer("celu", CELU::new(2.0), dims)?;
    f.layer("selu", SELU, dims)?;
    f.layer("gelu", GELU::default(), dims)?;
    f.layer("gelu_tanh", GELU::new(true), dims)?;
    f.layer("silu", SiLU, dims)?;
    f.layer("mish", Mish, dims)?;
    f.layer("tanh", Tanh, dims)?;
    f.layer("sigmoid", Sigmoid, dims)?;
    f.layer("log_sigmoid", LogSigmoid, dims)?;
    f.layer("softplus", Softplus::default(), dims)?;
    f.layer("softsign", Softsign, dims)?;
    f.layer("tanhshrink", Tanhshrink, dims)?;
    f.layer("hardtanh", Hardtanh::new(-0.2, 0.3), dims)?;
    f.layer("hardsigmoid", Hardsigmoid, dims)?;
    f.layer("hardswish", Hardswish, dims)?;
    f.layer("hardshrink", Hardshrink::new(0.2), dims)?;
    f.layer("softshrink", Softshrink::new(0.2), dims)?;
    f.layer("softmax", Softmax::default(), dims)?;
    f.layer("log_softmax", LogSoftmax::new(1), dims)?;
    f.layer("softmin", Softmin::default(), dims)?;

    let x = &filled(&[4, 3], 0.0)?;
    let classes = &Tensor::new([2i64, 0, -100, 1])?;
    let weight = filled(&[3], 0.4)?.add(0.6)?;
    let ce = CrossEntropyLoss::new;
    f.loss("cross_entropy", |x| ce().forward(x, classes), x)?;
    let all = ce().weight(weight.clone()).label_smoothing(0.2);
    f.loss("cross_entropy_all", |x| all.forward(x, classes), x)?;
    let none = ce().reduction(Reduction::None);
    f.loss("cross_entropy_none", |x| none.forward(x, classes), x)?;
    let soft = filled(&[4, 3], 1.0)?.softmax(-1)?;
    f.loss("cross_entropy_probabilities", |x| ce().forward(x, &soft), x)?;
    let nll = NLLLoss::new()
        .weight(weight.clone())
        .reduction(Reduction::Sum);
    f.loss("nll", |x| nll.forward(x, classes), x)?;
    let target = &filled(&[4, 3], 1.5)?;
    f.loss("mse", |x| MSELoss::new().forward(x, target), x)?;
    f.loss(
        "l1",
        |x| L1Loss::new().reduction(Reduction::Sum).forward(x, target),
        x,
    )?;
    f.loss(
        "smooth_l1",
        |x| SmoothL1Loss::new().beta(0.3).forward(x, target),
        x,
    )?;
    f.loss(
        "huber",
        |x| HuberLoss::new().delta(0.3).forward(x, target),
        x,
    )?;
    let probability = &target.sigmoid()?;
    f.loss(
        "bce",
        |x| BCELoss::new().forward(x, probability),
        &x.sigmoid()?,
    )?;
    let bce = BCEWithLogitsLoss::new().pos_weight(weight);
    f.loss("bce_logits", |x| bce.forward(x, probability), x)?;
    let kl = KLDivLoss::new().reduction(Reduction::Sum);
    f.loss("kl_div", |x| kl.forward(x, probability), x)?;
    found.check();
    Ok(())
}

#[test]
fn a_separable_convolution_is_its_two_convolutions() -> Result<()> {
    let layer = DepthwiseSeparableConv2d::builder(3, 5, 3)
        .stride(2)
        .padding(1)
        .build()?;
    assert_eq!(layer.depthwise.weight.dims(), [3, 1, 3, 3]);
    assert_eq!(layer.pointwise.weight.dims(), [5, 3, 1, 1]);
    let x = Tensor::randn([2, 3, 7, 7])?;
    let y = layer.forward(&x)?;
    assert_eq!(y.dims(), [2, 5, 4, 4]);
    let two = layer.pointwise.forward(&layer.depthwise.forward(&x)?)?;
    assert_eq!(y.to_vec::<f32>()?, two.to_vec::<f32>()?);
    Ok(())
}

#[test]
fn dropout_keeps_the_mean_and_rests_in_evaluation() -> Result<()> {
    neurarust_core::random::manual_seed(5);
    let net = sequential![Dropout::new(0.25)?];
    let x = Tensor::ones([20_000])?.requires_grad()?;
    let y = net.forward(&x)?;
    let values = y.to_vec::<f32>()?;
    let dropped = values.iter().filter(|&&v| v == 0.0).count() as f64 / 20_000.0;
    assert!((dropped - 0.25).abs() < 0.02, "{dropped}");
    assert!(
        values
            .iter()
            .all(|&v| v == 0.0 || (v - 4.0 / 3.0).abs() < 1e-6)
    );
    y.sum()?.backward()?;
    assert_eq!(x.grad().expect("a gradient").to_vec::<f32>()?, values);
    net.eval();
    assert!(net.forward(&x)?.is_same(&x));
    net.train();
    assert!(!net.forward(&x)?.is_same(&x));
    assert_eq!(x.dropout(1.0, true)?.sum()?.item::<f32>()?, 0.0);
    Ok(())
}

#[test]
fn a_failed_batch_norm_changes_no_statistics() -> Result<()> {
    let layer = BatchNorm2d::new(3)?;
    let before = layer.state_dict().try_clone()?;
    assert!(layer.forward(&Tensor::ones([2, 4, 2, 2])?).is_err());
    assert!(layer.forward(&Tensor::ones([2, 3])?).is_err());
    assert!(layer.forward(&Tensor::ones([1, 3, 1, 1])?).is_err());
    for ((name, now), (_, then)) in layer.state_dict().iter().zip(before.iter()) {
        let [now, then] = [now, then].map(|t| t.to_dtype(DType::F64)?.to_vec::<f64>());
        assert_eq!(now?, then?, "{name}");
    }
    Ok(())
}

#[test]
fn wrong_options_and_inputs_are_errors() -> Result<()> {
    assert!(Dropout::new(1.5).is_err() && Dropout::new(f64::NAN).is_err());
    assert!(Embedding::builder(3, 2).padding_idx(3).build().is_err());
    assert!(Embedding::from_pretrained(&Tensor::ones([3])?, true).is_err());
    let table = Embedding::new(3, 2)?;
    assert!(table.forward(&Tensor::new([3i64])?).is_err());
    assert!(table.forward(&Tensor::ones([1])?).is_err());
    assert!(MaxPool2d::new(0).is_err());
    assert!(MaxPool2d::builder(2).stride(0).build().is_err());
    assert!(AvgPool2d::new([1, 2, 3]).is_err());
    assert!(AdaptiveAvgPool2d::new([1, 2, 3]).is_err());
    assert!(LayerNorm::new([usize::MAX, usize::MAX]).is_err());
    assert!(LayerNorm::builder(3).eps(-1.0).build().is_err());
    assert!(BatchNorm1d::builder(3).eps(f64::NAN).build().is_err());
    assert!(GroupNorm::new(0, 4).is_err());
    let x = Tensor::ones([2, 3])?;
    assert!(LayerNorm::new(4)?.forward(&x).is_err());
    assert!(Linear::new(4, 2)?.forward(&x).is_err());
    assert!(Conv2d::new(3, 2, 3)?.forward(&x).is_err());
    assert!(MSELoss::new().forward(&x, &Tensor::ones([3, 2])?).is_err());
    assert!(
        CrossEntropyLoss::new()
            .forward(&x, &Tensor::new([0i64, 3])?)
            .is_err()
    );
    Ok(())
}

#[test]
fn an_embedding_may_leave_a_sparse_gradient() -> Result<()> {
    let table = Embedding::builder(1000, 2)
        .padding_idx(0)
        .sparse(true)
        .build()?;
    assert_eq!(
        format!("{table:?}"),
        "Embedding(1000, 2, padding_idx=0, sparse=true)"
    );
    table
        .forward(&Tensor::new([0i64, 7, 7])?)?
        .sum()?
        .backward()?;
    let kept = table.weight.kept_grad().expect("a gradient");
    assert_eq!(kept.sparse().map(|g| g.nnz()), Some(2));
    Ok(())
}

//! Claims about the derive and what follows from it: names, roles, state, modes, conversion, printing.

use neurarust_core::{DType, Result, Tensor};
use neurarust_nn::{
    Conv2d, Flatten, Forward, Identity, Lambda, Linear, Module, ReLU, Role, Sequential, StateDict,
    Tanh, Training, sequential,
};
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

fn names(module: &dyn Module) -> Vec<String> {
    module
        .named_parameters()
        .into_iter()
        .map(|(n, _)| n)
        .collect()
}

fn ones(n: usize) -> Tensor {
    Tensor::ones([n]).and_then(Tensor::requires_grad).unwrap()
}

#[derive(Module)]
struct Everything {
    plain: Tensor,
    maybe: Option<Tensor>,
    never: Option<Linear>,
    many: Vec<Linear>,
    pair: (Linear, Tensor),
    array: [Linear; 2],
    boxed: Box<dyn Forward>,
    named: HashMap<String, Linear>,
    sorted: BTreeMap<String, Tensor>,
    #[module(buffer)]
    mean: Tensor,
    #[module(buffer)]
    means: Vec<Tensor>,
    #[module(transient)]
    positions: Tensor,
    #[module(skip)]
    reference: Tensor,
    #[module(rename = "class")]
    class_: Tensor,
    r#type: Tensor,
    width: usize,
    sizes: Vec<(usize, f32)>,
    label: String,
    activation: fn(&Tensor) -> Result<Tensor>,
    training: Training,
}

fn everything() -> Result<Everything> {
    let linear = || Linear::new(1, 1);
    Ok(Everything {
        plain: ones(1),
        maybe: Some(ones(1)),
        never: None,
        many: vec![linear()?, linear()?],
        pair: (linear()?, ones(1)),
        array: [linear()?, linear()?],
        boxed: Box::new(linear()?),
        named: HashMap::from([("b".to_string(), linear()?), ("a".to_string(), linear()?)]),
        sorted: BTreeMap::from([("z".to_string(), ones(1)), ("y".to_string(), ones(1))]),
        mean: Tensor::zeros([1])?,
        means: vec![Tensor::zeros([1])?],
        positions: Tensor::zeros([1])?,
        reference: Tensor::zeros([1])?,
        class_: ones(1),
        r#type: ones(1),
        width: 3,
        sizes: vec![(1, 1.0)],
        label: "x".into(),
        activation: |x| x.relu(),
        training: Training::default(),
    })
}

#[test]
fn fields_of_all_kinds_are_found_in_order() -> Result<()> {
    let m = everything()?;
    let expected = "plain maybe many.0.weight many.0.bias many.1.weight many.1.bias pair.0.weight pair.0.bias pair.1 \
                    array.0.weight array.0.bias array.1.weight array.1.bias boxed.weight boxed.bias named.a.weight \
                    named.a.bias named.b.weight named.b.bias sorted.y sorted.z class type";
    assert_eq!(names(&m).join(" "), expected);
    let buffers: Vec<_> = m.named_buffers().into_iter().map(|(n, _)| n).collect();
    assert_eq!(buffers, ["mean", "means.0", "positions"]);
    let state = m.state_dict();
    assert!(state.get("mean").is_some() && state.get("positions").is_none());
    assert_eq!(state.len(), m.parameters().len() + 2);
    let _ = (
        &m.reference,
        m.width,
        &m.sizes,
        &m.label,
        m.activation,
        &m.never,
    );
    Ok(())
}

#[derive(Module)]
struct Unit;

#[derive(Module)]
struct Tuple(Linear, #[module(buffer)] Tensor, usize);

/// Generic over a module, a constant, a lifetime-free marker, with a where clause.
#[derive(Module)]
struct Residual<M, const N: usize, T = f32>
where
    M: Forward,
{
    inner: [M; N],
    marker: PhantomData<T>,
}

impl<M: Forward, const N: usize, T: Send + Sync> Forward for Residual<M, N, T> {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.inner
            .iter()
            .try_fold(x.clone(), |x, m| x.add(&m.forward(&x)?))
    }
}

#[test]
fn unit_tuple_and_generic_structs_derive() -> Result<()> {
    assert!(Unit.parameters().is_empty());
    assert_eq!(Unit.tree(), "Unit()");
    let tuple = Tuple(Linear::new(2, 3)?, Tensor::zeros([1])?, 5);
    assert_eq!(names(&tuple), ["0.weight", "0.bias"]);
    assert_eq!(tuple.named_buffers()[0].0, "1");
    let _ = tuple.2;
    let residual = Residual::<_, 2, f64> {
        inner: [Linear::new(3, 3)?, Linear::new(3, 3)?],
        marker: PhantomData,
    };
    assert_eq!(names(&residual).len(), 4);
    assert_eq!(residual.forward(&Tensor::ones([2, 3])?)?.dims(), [2, 3]);
    // As an item of a heterogeneous chain, too.
    let chain = sequential![residual, Lambda::new("relu", |x: &Tensor| x.relu())];
    assert_eq!(chain.forward(&Tensor::ones([2, 3])?)?.dims(), [2, 3]);
    Ok(())
}

/// A module of two inputs: no `Forward`, and still everything else.
#[derive(Module)]
struct Pair {
    left: Linear,
    right: Linear,
}

impl Pair {
    fn forward(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        self.left.forward(a)?.add(&self.right.forward(b)?)
    }
}

#[test]
fn several_inputs_need_no_forward_trait() -> Result<()> {
    let pair = Pair {
        left: Linear::new(2, 3)?,
        right: Linear::new(4, 3)?,
    };
    let y = pair.forward(&Tensor::ones([5, 2])?, &Tensor::ones([5, 4])?)?;
    y.sum()?.backward()?;
    assert!(pair.parameters().iter().all(|p| p.grad().is_some()));
    pair.zero_grad();
    assert!(pair.parameters().iter().all(|p| p.grad().is_none()));
    Ok(())
}

/// A struct that derives nothing but has `Module` written by hand is named as any other.
#[derive(Module)]
#[module(no_debug, crate = ::neurarust_nn)]
struct OwnDebug {
    weight: Tensor,
}

impl std::fmt::Debug for OwnDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "own {}", self.weight.numel())
    }
}

#[test]
fn debug_prints_the_tree_unless_told_otherwise() -> Result<()> {
    assert_eq!(format!("{:?}", OwnDebug { weight: ones(2) }), "own 2");
    let net = sequential![
        Conv2d::builder(1, 8, 3).padding(1).groups(1).build()?,
        ReLU,
        sequential![Flatten::new(), Linear::builder(8, 2).bias(false).build()?],
        Identity,
    ];
    let tree = "\
Sequential(
  (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
  (1): ReLU()
  (2): Sequential(
    (0): Flatten(start_dim=1, end_dim=-1)
    (1): Linear(in_features=8, out_features=2, bias=false)
  )
  (3): Identity()
)";
    assert_eq!(format!("{net:?}"), tree);
    let text = format!("{:?}", everything()?);
    assert!(
        text.contains("\n  (many): ModuleList(\n    (0): Linear("),
        "{text}"
    );
    assert!(!text.contains("sizes"), "{text}");
    Ok(())
}

#[test]
fn a_shared_parameter_counts_once_and_keeps_both_names() -> Result<()> {
    let first = Linear::new(3, 3)?;
    let tied = Pair {
        right: first.clone(),
        left: first,
    };
    assert_eq!(tied.num_parameters(), 12);
    assert_eq!(names(&tied), ["left.weight", "left.bias"]);
    assert_eq!(tied.state_dict().len(), 4);
    let table = tied.summary();
    assert!(table.contains("weight [3, 3] (shared)"), "{table}");
    assert!(
        table.contains("12 parameters, 12 trainable, 0 frozen, 48 bytes"),
        "{table}"
    );
    let mut tied = tied;
    tied.to_dtype(DType::F64)?;
    assert!(tied.left.weight.is_same(&tied.right.weight));
    assert_eq!(tied.left.weight.dtype(), DType::F64);
    assert!(tied.left.weight.is_requires_grad());
    Ok(())
}

#[test]
fn conversion_leaves_integers_and_refuses_integer_targets() -> Result<()> {
    let mut m = everything()?;
    m.mean = Tensor::zeros(([1], DType::I64))?;
    m.to_dtype(DType::BF16)?;
    assert_eq!(m.mean.dtype(), DType::I64);
    assert_eq!(m.positions.dtype(), DType::BF16);
    assert_eq!(m.reference.dtype(), DType::F32);
    assert!(!m.positions.is_requires_grad() && m.plain.is_requires_grad());
    assert!(m.to_dtype(DType::I32).is_err());
    assert_eq!(m.plain.dtype(), DType::BF16);
    Ok(())
}

#[test]
fn state_goes_from_one_model_to_another() -> Result<()> {
    let make =
        || -> Result<Sequential> { Ok(sequential![Linear::new(3, 4)?, Tanh, Linear::new(4, 2)?]) };
    let (a, b) = (make()?, make()?);
    let x = Tensor::randn([5, 3])?;
    let snapshot = a.state_dict().try_clone()?;
    assert_eq!(
        snapshot.names().collect::<Vec<_>>(),
        ["0.weight", "0.bias", "2.weight", "2.bias"]
    );
    b.load_state_dict(&snapshot)?;
    let (ya, yb) = (a.forward(&x)?, b.forward(&x)?);
    assert_eq!(ya.to_vec::<f32>()?, yb.to_vec::<f32>()?);
    // Loading one's own state, and one of another dtype, is loading.
    a.load_state_dict(&a.state_dict())?;
    assert_eq!(a.forward(&x)?.to_vec::<f32>()?, ya.to_vec::<f32>()?);
    let doubled: StateDict = snapshot
        .iter()
        .map(|(n, t)| Ok((n.to_string(), t.to_dtype(DType::F64)?.mul(2.0)?)))
        .collect::<Result<_>>()?;
    b.load_state_dict(&doubled)?;
    let weight = &b.parameters()[0];
    assert_eq!(weight.dtype(), DType::F32);
    assert!(weight.is_leaf() && weight.is_requires_grad());
    let twice: Vec<f32> = a.parameters()[0]
        .to_vec::<f32>()?
        .iter()
        .map(|x| 2.0 * x)
        .collect();
    assert_eq!(weight.to_vec::<f32>()?, twice);
    Ok(())
}

#[test]
fn a_load_reports_everything_at_once_and_strict_loads_nothing() -> Result<()> {
    let net = sequential![Linear::new(3, 4)?, Linear::new(4, 2)?];
    let before = net.state_dict().try_clone()?;
    let state: StateDict = [
        ("0.weight", Tensor::ones([4, 3])?),
        ("0.bias", Tensor::ones([5])?),
        ("1.weight", Tensor::ones([2, 5])?),
        ("head.weight", Tensor::ones([1])?),
        ("2.bias", Tensor::ones([1])?),
    ]
    .into_iter()
    .collect();
    let message = net.load_state_dict(&state).unwrap_err().to_string();
    for part in [
        "missing from the state: 1.bias",
        "head.weight, 2.bias",
        "0.bias: shape [5]",
        "1.weight: shape [2, 5]",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    for ((name, now), (_, then)) in net.state_dict().iter().zip(before.iter()) {
        assert_eq!(now.to_vec::<f32>()?, then.to_vec::<f32>()?, "{name}");
    }
    let report = net.load_state_dict_lenient(&state)?;
    assert_eq!(report.loaded, 1);
    assert_eq!(report.missing, ["1.bias"]);
    assert_eq!(report.unexpected, ["head.weight", "2.bias"]);
    assert_eq!(report.mis_shaped.len(), 2);
    assert_eq!(net.parameters()[0].to_vec::<f32>()?, [1.0; 12]);
    Ok(())
}

#[test]
fn modes_reach_every_switch_through_a_shared_reference() -> Result<()> {
    #[derive(Module)]
    struct Outer {
        inner: Vec<Option<Everything>>,
        boxed: Box<dyn Module>,
        training: Training,
    }
    let outer = Outer {
        inner: vec![None, Some(everything()?)],
        boxed: Box::new(everything()?),
        training: Training::default(),
    };
    let inner = |o: &Outer| o.inner[1].as_ref().map(|m| m.training.is_on());
    assert_eq!((outer.training.is_on(), inner(&outer)), (true, Some(true)));
    outer.eval();
    assert_eq!(
        (outer.training.is_on(), inner(&outer)),
        (false, Some(false))
    );
    outer.train();
    assert_eq!((outer.training.is_on(), inner(&outer)), (true, Some(true)));
    outer.boxed.eval();
    assert_eq!(inner(&outer), Some(true));
    Ok(())
}

#[test]
fn freezing_stops_gradients() -> Result<()> {
    let net = sequential![Linear::new(2, 2)?, Linear::new(2, 1)?];
    net.requires_grad_(false)?;
    assert!(!net.forward(&Tensor::ones([1, 2])?)?.is_requires_grad());
    assert!(
        net.summary()
            .contains("9 parameters, 0 trainable, 9 frozen")
    );
    net.requires_grad_(true)?;
    assert!(net.forward(&Tensor::ones([1, 2])?)?.is_requires_grad());
    Ok(())
}

#[test]
fn an_error_names_the_module_of_a_chain() -> Result<()> {
    let net = sequential![Linear::new(2, 3)?, Linear::new(4, 1)?];
    let message = net.forward(&Tensor::ones([1, 2])?).unwrap_err().to_string();
    assert!(message.contains("in module 1 of a Sequential"), "{message}");
    Ok(())
}

#[test]
fn roles_are_told_to_observers() -> Result<()> {
    struct Roles(Vec<(String, Role)>);
    impl neurarust_nn::Observer for Roles {
        fn tensor(&mut self, path: &str, role: Role, _: &Tensor) {
            self.0.push((path.to_string(), role));
        }
    }
    let mut roles = Roles(vec![]);
    let tuple = Tuple(Linear::new(1, 1)?, Tensor::zeros([1])?, 0);
    neurarust_nn::Visit::visit(&tuple, &mut neurarust_nn::Visitor::new(&mut roles));
    assert_eq!(roles.0[2], ("1".to_string(), Role::Buffer));
    assert_eq!(roles.0[0].1, Role::Parameter);
    Ok(())
}

#[test]
fn two_layers_learn_xor() -> Result<()> {
    neurarust_core::random::manual_seed(3);
    let net = sequential![Linear::new(2, 8)?, Tanh, Linear::new(8, 1)?];
    let x = Tensor::new([[0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])?;
    let t = Tensor::new([[0f32], [1.0], [1.0], [0.0]])?;
    let loss = || -> Result<Tensor> { net.forward(&x)?.squared_error(&t)?.sum() };
    for _ in 0..500 {
        net.zero_grad();
        loss()?.backward()?;
        let _guard = neurarust_core::no_grad();
        for p in net.parameters() {
            if let Some(g) = p.grad() {
                p.add_scaled_(&g, -0.1)?;
            }
        }
    }
    assert!(loss()?.item::<f32>()? < 0.01);
    let y = net.forward(&x)?.to_vec::<f32>()?;
    let bits: Vec<bool> = y.iter().map(|&y| y > 0.5).collect();
    assert_eq!(bits, [false, true, true, false]);
    Ok(())
}

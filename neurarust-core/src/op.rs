//! What an element-wise op is to the rest of the house: a name, a class, and tables of kernels and rules behind plain
//! pointers, all derived from its formula.
//!
//! An op type implements [`Formula`] and [`Parameters`]; [`OpTable`] erases the type, so that
//! the code that allocates, broadcasts, threads and differentiates exists once and not once per op.

use crate::cpu::kernel::{self, Params, Variants};
use crate::cpu::nest::MAX_OPERANDS;
use crate::cpu::simd::{Int32, Int64, SplitLanes};
use crate::dtype::{Compute, DType};
use crate::formula::Formula;
use crate::program::{Analysis, Program};
use crate::real::{Bits, Num, Real};
use crate::tensor::Tensor;
use crate::traced;
use crate::{Error, Result};
use std::sync::OnceLock;

pub use crate::cpu::kernel::MAX_PARAMS;

/// An op type that is nothing but its parameters.
///
/// ```
/// use neurarust_core::{cpu::kernel::Params, op::Parameters};
/// #[derive(Clone, Copy)]
/// struct Scale { by: f64 }
/// impl Parameters for Scale {
///     fn from_params(params: &Params) -> Scale {
///         Scale { by: params[0] }
///     }
/// }
/// assert_eq!(Scale::from_params(&[3.0; 8]).by, 3.0);
/// ```
pub trait Parameters: Copy + Send + Sync + 'static {
    /// The op with these parameters, in the order of its fields.
    fn from_params(params: &Params) -> Self;
}

/// A formula that can run as a kernel.
///
/// ```
/// use neurarust_core::{op::Fused, ops::elementwise::def};
/// fn name<O: Fused<N, M>, const N: usize, const M: usize>() -> String {
///     format!("{N} inputs, {M} outputs")
/// }
/// assert_eq!(name::<def::mul, _, _>(), "2 inputs, 1 outputs");
/// ```
pub trait Fused<const N: usize, const M: usize>: Formula<N, M> + Parameters {}
impl<O: Formula<N, M> + Parameters, const N: usize, const M: usize> Fused<N, M> for O {}

/// A differentiable element-wise op of `N` inputs.
///
/// An op of your own, as [`fuse!`](crate::fuse) writes it:
///
/// ```
/// use neurarust_core::{Tensor, ops::fused::call};
/// use neurarust_core::{cpu::kernel::Params, formula::Formula, op::{Class, Elementwise, OpTable, Parameters}, real::Real};
/// use std::sync::LazyLock;
/// #[derive(Clone, Copy)]
/// struct Cube;
/// impl Parameters for Cube {
///     fn from_params(_: &Params) -> Cube {
///         Cube
///     }
/// }
/// impl Formula<1, 1> for Cube {
///     fn eval<V: Real>(&self, [x]: [V; 1]) -> [V; 1] {
///         [x * x * x]
///     }
/// }
/// impl Elementwise<1> for Cube {}
/// static CUBE: LazyLock<OpTable> = LazyLock::new(|| OpTable::real::<Cube, 1>("cube", Class::Real));
/// let x = Tensor::new([2f32])?.requires_grad()?;
/// let y = call(&CUBE, &[], &[&x])?;
/// y.backward()?;
/// assert_eq!((y.item::<f32>()?, x.grad().unwrap().item::<f32>()?), (8.0, 12.0));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Elementwise<const N: usize>: Fused<N, 1> {
    /// Whether the backward reads the saved output instead of the inputs (ops of one input).
    const FROM_OUTPUT: bool = false;
    /// The derivative at the input whose output is `y`.
    fn partial_from_output<V: Real>(&self, y: V) -> V {
        y
    }
}

/// A comparison of `N` inputs.
///
/// ```
/// use neurarust_core::{op::Predicate, ops::elementwise::def};
/// assert!(def::lt {}.test([1.0f64, 2.0]));
/// ```
pub trait Predicate<const N: usize>: Parameters {
    /// The truth at `x`.
    fn test<V: Num>(&self, x: [V; N]) -> V::Mask;
}

/// A formula on integers.
///
/// ```
/// use neurarust_core::{cpu::simd::Int64, op::IntFormula, ops::elementwise::def};
/// assert_eq!(def::gcd {}.eval_int([Int64(12), Int64(18)]).0, 6);
/// ```
pub trait IntFormula<const N: usize>: Parameters {
    /// The value at `x`.
    fn eval_int<V: Bits>(&self, x: [V; N]) -> V;
}

/// A function of numbers: its parameters and inputs to its value.
///
/// ```
/// use neurarust_core::{op::Oracle, ops::elementwise::table};
/// let gelu: Oracle = table::gelu().oracle;
/// assert!((gelu(&[0.0; 8], &[1.0]) - 0.8413447460685429).abs() < 1e-12);
/// ```
pub type Oracle = fn(&Params, &[f64]) -> f64;

/// A function computed one element at a time in `f64`, for what is too heavy or too rare to have kernels of its own. It
/// is no [`Formula`]: its derivatives are written with tensor operations.
///
/// ```
/// use neurarust_core::{Tensor, cpu::kernel::Params, op::{OpTable, Scalar, Slope}, ops::fused::call};
/// use std::sync::LazyLock;
/// struct Cube;
/// impl Scalar for Cube {
///     const ARITY: usize = 1;
///     fn value(_: &Params, x: &[f64]) -> f64 {
///         x[0].powi(3)
///     }
///     fn slopes() -> Vec<(&'static str, Slope)> {
///         vec![("x", |_, x| x[0].square()?.mul(3.0))]
///     }
/// }
/// static CUBE: LazyLock<OpTable> = LazyLock::new(|| OpTable::scalar::<Cube>("cube", &["x"]));
/// let x = Tensor::new([2f32])?.requires_grad()?;
/// let y = call(&CUBE, &[], &[&x])?;
/// y.backward()?;
/// assert_eq!((y.item::<f32>()?, x.grad().unwrap().item::<f32>()?), (8.0, 12.0));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Scalar: 'static {
    /// How many inputs it has.
    const ARITY: usize;
    /// The value at `x`.
    fn value(params: &Params, x: &[f64]) -> f64;
    /// `∂f/∂xₖ` as a tensor, by the input's name; an input without one can't be differentiated.
    fn slopes() -> Vec<(&'static str, Slope)>;
}

/// The values of a [`Scalar`] without parameters in `f32`, a register at a time.
///
/// ```
/// use neurarust_core::{cpu::simd::SplitLanes, op::InLanes};
/// struct Cube;
/// impl InLanes<1> for Cube {
///     fn lanes<V: SplitLanes>([x]: [V; 1]) -> V {
///         x * x * x
///     }
/// }
/// assert_eq!(Cube::lanes([2f32]), 8.0);
/// ```
pub trait InLanes<const N: usize>: 'static {
    /// The values at `x`.
    fn lanes<V: SplitLanes>(x: [V; N]) -> V;
}

/// A partial derivative as tensor operations on the inputs.
///
/// ```
/// use neurarust_core::{Tensor, op::Slope};
/// let of_square: Slope = |_, x| x[0].mul(2.0);
/// assert_eq!(of_square(&[0.0; 8], &[Tensor::new(3f32)?])?.item::<f32>()?, 6.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub type Slope = fn(&Params, &[Tensor]) -> Result<Tensor>;

/// Which dtypes an op takes and which it answers.
///
/// ```
/// use neurarust_core::{op::Class, ops::elementwise::table};
/// assert_eq!([table::exp(), table::add(), table::lt(), table::gcd()].map(|t| t.class), [
///     Class::Real, Class::Num, Class::Test, Class::Bits,
/// ]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Floats; integers are promoted to the default float.
    Real,
    /// Floats and integers, same type out.
    Num,
    /// As `Num`, but not `bool`.
    Signed,
    /// Anything; the answer is `bool`.
    Test,
    /// Integers and `bool`.
    Bits,
    /// Integers and `bool` stay as they are, floats compute: rounding.
    Round,
}

/// An op with its type erased.
///
/// ```
/// use neurarust_core::ops::elementwise::table;
/// let add = table::add();
/// assert_eq!((add.name, add.arity, (add.oracle)(&[0.0; 8], &[1.0, 2.0])), ("add", 2, 3.0));
/// ```
pub struct OpTable {
    /// PyTorch's name.
    pub name: &'static str,
    /// Number of inputs.
    pub arity: usize,
    /// Its dtypes.
    pub class: Class,
    /// Whether the backward reads the saved output.
    pub from_output: bool,
    /// By [`Compute`].
    pub(crate) forward: [Option<Variants>; 4],
    /// By [`Compute`]; floats only.
    pub(crate) backward: [Option<Variants>; 2],
    /// The vector-Jacobian product as a program of the inputs, or of the output, and the gradient.
    vjp: Option<fn(&Params) -> Program>,
    /// The program of an op without parameters, once it has been needed.
    vjp_without: OnceLock<Program>,
    /// Of a [`Scalar`]: each input's partial derivative, if it has one.
    slopes: Vec<Option<Slope>>,
    /// The formula on `f64`: the oracle.
    pub oracle: Oracle,
    /// What the kernels were made for, whatever the public fields say by now.
    made_for: (usize, Class, bool),
    /// What differentiating needs to know and to save, from the inputs.
    analyse: Option<fn() -> Analysis>,
    analysis: OnceLock<Analysis>,
}

/// Parameters that make no formula special: the analysis of an op must hold for all of them.
const PROBE: Params = [
    0.7310585, 0.3178372, 0.5493061, 0.6180340, 0.4812118, 0.8414710, 0.2679492, 0.7615942,
];

impl OpTable {
    #[inline(never)]
    const fn bare(name: &'static str, arity: usize, class: Class, oracle: Oracle) -> OpTable {
        OpTable {
            name,
            arity,
            class,
            from_output: false,
            forward: [None; 4],
            backward: [None; 2],
            vjp: None,
            vjp_without: OnceLock::new(),
            slopes: Vec::new(),
            oracle,
            made_for: (arity, class, false),
            analyse: None,
            analysis: OnceLock::new(),
        }
    }

    /// A differentiable op on floats.
    ///
    /// ```
    /// use neurarust_core::{op::{Class, OpTable}, ops::elementwise::def};
    /// let mine = OpTable::real::<def::silu, 1>("swish", Class::Real);
    /// assert!(mine.name == "swish" && mine.differentiable());
    /// ```
    pub fn real<O: Elementwise<N>, const N: usize>(name: &'static str, class: Class) -> OpTable {
        let mut table = OpTable::bare(name, N, class, |p, x| {
            let x: [f64; N] = x[..N].try_into().expect("as many inputs as the op has");
            O::from_params(p).eval(x)[0]
        });
        table.forward[Compute::F32 as usize] = Some(kernel::forward::<f32, O, N, 1>());
        table.forward[Compute::F64 as usize] = Some(kernel::forward::<f64, O, N, 1>());
        table.from_output = O::FROM_OUTPUT;
        table.made_for.2 = O::FROM_OUTPUT;
        table.backward = if O::FROM_OUTPUT {
            [
                Some(kernel::backward_from_output::<f32, O, N>()),
                Some(kernel::backward_from_output::<f64, O, N>()),
            ]
        } else {
            [
                Some(kernel::backward::<f32, O, N>()),
                Some(kernel::backward::<f64, O, N>()),
            ]
        };
        table.vjp = Some(if O::FROM_OUTPUT {
            |p| Program::backward_from_output(|y| O::from_params(p).partial_from_output(y))
        } else {
            |p| Program::backward(&O::from_params(p))
        });
        table.analyse = Some(|| Analysis::of(&Program::derivative(&O::from_params(&PROBE))));
        table
    }

    /// A formula on floats that a backward runs on, and that is not differentiated itself.
    pub(crate) fn forward_only<O: Fused<N, 1>, const N: usize>(name: &'static str) -> OpTable {
        let mut table = OpTable::bare(name, N, Class::Real, |p, x| {
            let x: [f64; N] = x[..N].try_into().expect("as many inputs as the op has");
            O::from_params(p).eval(x)[0]
        });
        table.forward[Compute::F32 as usize] = Some(kernel::forward::<f32, O, N, 1>());
        table.forward[Compute::F64 as usize] = Some(kernel::forward::<f64, O, N, 1>());
        table
    }

    /// A function computed one element at a time, with inputs of these names.
    ///
    /// ```
    /// use neurarust_core::{op::OpTable, ops::elementwise::def};
    /// let mine = OpTable::scalar::<def::lgamma>("log_gamma", &["x"]);
    /// assert!(mine.arity == 1 && mine.differentiable());
    /// ```
    pub fn scalar<O: Scalar>(name: &'static str, inputs: &[&str]) -> OpTable {
        assert!(
            inputs.len() == O::ARITY && O::ARITY <= kernel::MAX_SCALARS,
            "{name} has too many inputs"
        );
        let mut table = OpTable::bare(name, O::ARITY, Class::Real, O::value);
        table.forward[Compute::F32 as usize] = Some(kernel::scalar::<f32, O>());
        table.forward[Compute::F64 as usize] = Some(kernel::scalar::<f64, O>());
        let slopes = O::slopes();
        table.slopes = inputs
            .iter()
            .map(|x| slopes.iter().find(|(of, _)| of == x).map(|(_, f)| *f))
            .collect();
        table.analysis = OnceLock::from(Analysis::unknown(O::ARITY));
        table
    }

    /// With values in `f32` computed a register at a time.
    ///
    /// ```
    /// use neurarust_core::{cpu::simd::SplitLanes, op::{InLanes, OpTable}, ops::elementwise::def};
    /// struct Twice;
    /// impl InLanes<1> for Twice {
    ///     fn lanes<V: SplitLanes>([x]: [V; 1]) -> V {
    ///         x + x
    ///     }
    /// }
    /// assert_eq!(OpTable::scalar::<def::lgamma>("twice", &["x"]).in_lanes::<Twice, 1>().arity, 1);
    /// ```
    pub fn in_lanes<O: InLanes<N>, const N: usize>(mut self) -> OpTable {
        self.forward[Compute::F32 as usize] = Some(kernel::lanes::<O, N>());
        self
    }

    /// Refuses inputs that require a gradient which there is none for.
    #[track_caller]
    pub(crate) fn check_gradients(&self, inputs: &[&Tensor]) -> Result<()> {
        for (k, slope) in self.slopes.iter().enumerate() {
            if slope.is_none() && inputs[k].is_requires_grad() {
                return Err(Error::unsupported(
                    self.name,
                    format!(
                        "no derivative with respect to input {k} (counted from 0), which requires a gradient; detach() it"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The same op on integers too.
    pub(crate) fn with_integers<O: IntFormula<N>, const N: usize>(mut self) -> OpTable {
        self.forward[Compute::I32 as usize] = Some(kernel::integer::<Int32, O, N>());
        self.forward[Compute::I64 as usize] = Some(kernel::integer::<Int64, O, N>());
        self
    }

    /// An op on integers only.
    ///
    /// ```
    /// use neurarust_core::{op::OpTable, ops::elementwise::def};
    /// assert!(!OpTable::bits::<def::gcd, 2>("gcd").differentiable());
    /// ```
    pub fn bits<O: IntFormula<N>, const N: usize>(name: &'static str) -> OpTable {
        OpTable::bare(name, N, Class::Bits, |p, x| {
            let x: [Int64; N] = std::array::from_fn(|k| Int64(x[k] as i64));
            O::from_params(p).eval_int(x).0 as f64
        })
        .with_integers::<O, N>()
    }

    /// A comparison.
    ///
    /// ```
    /// use neurarust_core::{op::OpTable, ops::elementwise::def};
    /// let less = OpTable::test::<def::lt, 2>("less");
    /// assert_eq!((less.oracle)(&[0.0; 8], &[1.0, 2.0]), 1.0);
    /// ```
    pub fn test<O: Predicate<N>, const N: usize>(name: &'static str) -> OpTable {
        let mut table = OpTable::bare(name, N, Class::Test, |p, x| {
            let x: [f64; N] = x[..N].try_into().expect("as many inputs as the op has");
            O::from_params(p).test(x) as u8 as f64
        });
        table.forward = [
            Some(kernel::predicate::<f32, O, N>()),
            Some(kernel::predicate::<f64, O, N>()),
            Some(kernel::integer_predicate::<Int32, O, N>()),
            Some(kernel::integer_predicate::<Int64, O, N>()),
        ];
        table
    }

    /// Whether `inputs` operands are what the kernels take, and run with their gradients in one pass.
    pub(crate) fn takes(&self, inputs: usize) -> bool {
        self.made_for == (self.arity, self.class, self.from_output)
            && inputs == self.arity
            && inputs > 0
            && 2 * inputs < MAX_OPERANDS
    }

    /// What the derivative needs.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::table, program::Partial};
    /// assert_eq!(table::sub().analysis().unwrap().kind, [Partial::One, Partial::MinusOne]);
    /// assert!(table::lt().analysis().is_none());
    /// ```
    pub fn analysis(&self) -> Option<&Analysis> {
        match self.analyse {
            Some(f) => Some(self.analysis.get_or_init(f)),
            None => self.analysis.get(),
        }
    }

    /// Whether gradients flow through it.
    ///
    /// ```
    /// use neurarust_core::ops::elementwise::table;
    /// assert!(table::mul().differentiable() && !table::lt().differentiable());
    /// ```
    pub fn differentiable(&self) -> bool {
        self.vjp.is_some() || self.slopes.iter().any(Option::is_some)
    }

    /// Whether a gradient flows to input `k`.
    ///
    /// ```
    /// use neurarust_core::ops::elementwise::table;
    /// let p = table::chebyshev_polynomial_t(); // of `x` and the degree
    /// assert!(!p.differentiable_in(1));
    /// ```
    pub fn differentiable_in(&self, k: usize) -> bool {
        self.vjp.is_some() || self.slopes.get(k).is_some_and(Option::is_some)
    }

    /// Whether its backward is made of tensor operations only.
    pub(crate) fn by_slopes(&self) -> bool {
        !self.slopes.is_empty()
    }

    /// The vjp as recorded tensor operations, for gradients of gradients: of each needed input, from the `saved` inputs
    /// or the saved output.
    pub(crate) fn traced(
        &self,
        params: &Params,
        saved: &[Option<Tensor>],
        g: &Tensor,
        needed: &[bool],
    ) -> Result<Vec<Option<Tensor>>> {
        if self.by_slopes() {
            return self.sloped(params, saved, g, needed);
        }
        let vjp = self.vjp.expect("differentiable");
        if params.iter().all(|p| *p == 0.0) {
            let program = self.vjp_without.get_or_init(|| vjp(params));
            return traced::gradients(program, saved, g, needed);
        }
        traced::gradients(&vjp(params), saved, g, needed)
    }

    /// As [`traced`](OpTable::traced), from the slopes. In `f64`, like the values: the narrow floats lose what cancels.
    fn sloped(
        &self,
        params: &Params,
        saved: &[Option<Tensor>],
        g: &Tensor,
        needed: &[bool],
    ) -> Result<Vec<Option<Tensor>>> {
        let x: Vec<Tensor> = saved
            .iter()
            .map(|t| t.as_ref().unwrap_or(g).to_dtype(DType::F64))
            .collect::<Result<_>>()?;
        let wide = g.to_dtype(DType::F64)?;
        let partial = |(slope, needed): (&Option<Slope>, &bool)| match slope {
            Some(slope) if *needed => {
                let product = wide.mul(slope(params, &x)?)?;
                product.to_dtype(g.dtype()).map(Some)
            }
            _ => Ok(None),
        };
        self.slopes.iter().zip(needed).map(partial).collect()
    }

    /// The dtype to compute in and to answer, given the promoted dtype of the inputs.
    #[track_caller]
    pub(crate) fn dtypes(&self, promoted: DType) -> Result<(DType, DType)> {
        let name = self.name;
        if promoted.is_complex() {
            return Err(Error::dtype(
                name,
                format!("not defined for {promoted} tensors; see view_as_real"),
            ));
        }
        match self.class {
            Class::Real => Ok((promoted.to_float(), promoted.to_float())),
            Class::Signed if promoted == DType::Bool => Err(Error::dtype(
                name,
                "not defined for bool tensors; use logical_not, ^ or convert it",
            )),
            Class::Num | Class::Signed | Class::Round => Ok((promoted, promoted)),
            Class::Test => Ok((promoted, DType::Bool)),
            Class::Bits if promoted.is_float() => Err(Error::dtype(
                name,
                format!("expected integer or bool tensors, got {promoted}; convert it"),
            )),
            Class::Bits => Ok((promoted, promoted)),
        }
    }
}

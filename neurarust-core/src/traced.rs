//! A tensor as a [`Real`]: evaluating a formula on it records differentiable operations, which is all that gradients of
//! gradients need.
//!
//! Handles are indices into a per-thread arena that lives as long as one evaluation, because a [`Real`] is `Copy`. The
//! first error is kept there and answered at the end.

use crate::program::Program;
use crate::real::{Mask, Num, Real};
use crate::{DType, Error, Result, Tensor};
use std::cell::RefCell;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// A tensor of the running evaluation.
#[derive(Clone, Copy)]
pub struct Traced(usize);

/// A bool tensor of the running evaluation.
#[derive(Clone, Copy)]
pub struct TracedMask(Traced);

struct Arena {
    tensors: Vec<Tensor>,
    dtype: DType,
    error: Option<Error>,
}

thread_local!(static ARENA: RefCell<Vec<Arena>> = const { RefCell::new(Vec::new()) });

/// Ends the innermost evaluation, also when it unwinds.
struct Scope;

impl Drop for Scope {
    fn drop(&mut self) {
        // Dropped outside of the borrow: freeing tensors may run code of the user's.
        let arena = ARENA.with_borrow_mut(|a| a.pop());
        drop(arena);
    }
}

/// Runs `f` with a fresh arena for tensors of `dtype`.
fn scope<R>(dtype: DType, f: impl FnOnce() -> R) -> Result<R> {
    ARENA.with_borrow_mut(|a| {
        a.push(Arena {
            tensors: Vec::new(),
            dtype,
            error: None,
        })
    });
    let _scope = Scope;
    let out = f();
    match ARENA.with_borrow_mut(|a| a.last_mut().and_then(|arena| arena.error.take())) {
        Some(error) => Err(error),
        None => Ok(out),
    }
}

fn push(result: Result<Tensor>, instead: Option<Traced>) -> Traced {
    ARENA.with_borrow_mut(|a| {
        let arena = a
            .last_mut()
            .expect("a traced value outlived its evaluation");
        match result {
            Ok(t) => {
                arena.tensors.push(t);
                Traced(arena.tensors.len() - 1)
            }
            Err(e) => {
                arena.error.get_or_insert(e);
                instead.unwrap_or(Traced(0))
            }
        }
    })
}

impl Traced {
    fn leaf(t: &Tensor) -> Traced {
        push(Ok(t.clone()), None)
    }

    fn tensor(self) -> Tensor {
        ARENA.with_borrow(|a| {
            a.last()
                .expect("a traced value outlived its evaluation")
                .tensors[self.0]
                .clone()
        })
    }

    fn map(self, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Traced {
        push(f(&self.tensor()), Some(self))
    }

    fn zip(self, other: Traced, f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor>) -> Traced {
        push(f(&self.tensor(), &other.tensor()), Some(self))
    }
}

/// `g · ∂f/∂x[k]` for each needed input, as recorded tensor operations: `vjp` of `inputs` (the op's inputs, or its output)
/// and `g`. Inputs that no needed partial reads may be missing.
pub(crate) fn gradients(
    vjp: &Program,
    inputs: &[Option<Tensor>],
    g: &Tensor,
    needed: &[bool],
) -> Result<Vec<Option<Tensor>>> {
    scope(g.dtype(), || {
        let x: Vec<Traced> = inputs
            .iter()
            .map(|x| x.as_ref().map_or_else(|| Traced::c(0.0), Traced::leaf))
            .chain([Traced::leaf(g)])
            .collect();
        let gradients = vjp
            .outputs(&x, needed)
            .expect("as many inputs as the op has");
        gradients
            .into_iter()
            .map(|d| d.map(Traced::tensor))
            .collect()
    })
}

macro_rules! binary {
    ($($trait:ident $method:ident $tensor:ident),*) => { $(
        impl $trait for Traced {
            type Output = Traced;
            fn $method(self, other: Traced) -> Traced { self.zip(other, |a, b| a.$tensor(b)) }
        }
    )* };
}
binary!(Add add add, Sub sub sub, Mul mul mul, Div div div);

impl Neg for Traced {
    type Output = Traced;
    fn neg(self) -> Traced {
        self.map(|t| t.neg())
    }
}

macro_rules! mask {
    ($($trait:ident $method:ident $tensor:ident),*) => { $(
        impl $trait for TracedMask {
            type Output = TracedMask;
            fn $method(self, other: TracedMask) -> TracedMask { TracedMask(self.0.zip(other.0, |a, b| a.$tensor(b))) }
        }
    )* };
}
mask!(BitAnd bitand logical_and, BitOr bitor logical_or, BitXor bitxor logical_xor);

impl Not for TracedMask {
    type Output = TracedMask;
    fn not(self) -> TracedMask {
        TracedMask(self.0.map(|t| t.logical_not()))
    }
}

impl Mask for TracedMask {}

impl Num for Traced {
    type Mask = TracedMask;
    fn c(x: f64) -> Traced {
        let dtype = ARENA.with_borrow(|a| a.last().map_or(DType::F32, |arena| arena.dtype));
        push(Tensor::full(((), dtype), x).map(Tensor::into_number), None)
    }
    fn lt(self, o: Traced) -> TracedMask {
        TracedMask(self.zip(o, |a, b| a.lt(b)))
    }
    fn le(self, o: Traced) -> TracedMask {
        TracedMask(self.zip(o, |a, b| a.le(b)))
    }
    fn eq(self, o: Traced) -> TracedMask {
        TracedMask(self.zip(o, |a, b| a.eq(b)))
    }
    fn select(mask: TracedMask, t: Traced, f: Traced) -> Traced {
        let mask = mask.0.tensor();
        t.zip(f, |t, f| t.where_cond(&mask, f))
    }
    fn abs(self) -> Traced {
        self.map(|t| t.abs())
    }
    fn min(self, o: Traced) -> Traced {
        self.zip(o, |a, b| a.minimum(b))
    }
    fn max(self, o: Traced) -> Traced {
        self.zip(o, |a, b| a.maximum(b))
    }
    fn floor_div(self, o: Traced) -> Traced {
        self.zip(o, |a, b| a.floor_divide(b))
    }
    fn rem(self, o: Traced) -> Traced {
        self.zip(o, |a, b| a.remainder(b))
    }
    fn fmod(self, o: Traced) -> Traced {
        self.zip(o, |a, b| a.fmod(b))
    }
}

macro_rules! unary {
    ($($method:ident $tensor:ident),*) => { $(
        fn $method(self) -> Traced { self.map(|t| t.$tensor()) }
    )* };
}

impl Real for Traced {
    fn mul_add(self, b: Traced, c: Traced) -> Traced {
        self * b + c
    }
    unary!(
        exp exp, exp2 exp2, expm1 expm1, ln log, log2 log2, log10 log10, ln_1p log1p, sqrt sqrt, sin sin, cos cos,
        tan tan, asin asin, acos acos, atan atan, sinh sinh, cosh cosh, tanh tanh, asinh asinh, acosh acosh,
        atanh atanh, erf erf, erfc erfc, floor floor, ceil ceil, trunc trunc, round round, sigmoid sigmoid
    );
    fn atan2(self, x: Traced) -> Traced {
        self.zip(x, |a, b| a.atan2(b))
    }
    fn pow(self, e: Traced) -> Traced {
        self.zip(e, |a, b| a.pow(b))
    }
    fn copysign(self, sign: Traced) -> Traced {
        self.zip(sign, |a, b| a.copysign(b))
    }
}

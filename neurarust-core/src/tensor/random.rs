//! Random tensors. All draw from a [`Generator`], the default one unless another is given, and get the same bits on any
//! number of threads.

use super::{IntoSpec, Tensor};
use crate::cpu::fresh::Fresh;
use crate::dtype::{DType, Element};
use crate::error::OrMemory;
use crate::layout::{Dims, Layout, Shape, longest_strides_first};
use crate::ops::complex::from_pair;
use crate::ops::inplace::{check, commit, write_copy};
use crate::random::{Generator, Kind, default_generator};
use crate::{Error, Result};
use half::{bf16, f16};
use smallvec::smallvec;

/// Elements that one task transforms.
const GRAIN: usize = 16 * 1024;

/// A distribution over the floats, as a function of standard numbers.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// Uniform in `[0, 1)`.
    Uniform,
    /// Uniform in `[0, 1)`, drawn in double precision whatever the dtype, as PyTorch does before it transforms.
    Fine,
    /// Mean 0, variance 1.
    Normal,
    /// The same in single draws of double precision.
    Singles,
}

/// Numbers of `dtype` from `source`, transformed by `f` if there is one.
///
/// What PyTorch's generator draws for half precision is rounded to nearest, and what reaches 1 begins again at 0; ours is rounded down.
#[track_caller]
fn draw(
    shape: Shape,
    dtype: DType,
    source: Source,
    generator: &Generator,
    f: Option<&(dyn Fn(f64) -> f64 + Sync)>,
) -> Result<Tensor> {
    let _op = crate::profiler::op("random");
    if dtype.is_complex() {
        // Normal parts share the variance of 1.
        let mut dims = Dims::from_slice(shape.dims());
        dims.push(2);
        let scale = match source {
            Source::Normal | Source::Singles => std::f64::consts::FRAC_1_SQRT_2,
            Source::Uniform | Source::Fine => 1.0,
        };
        let parts = draw(
            Shape::from_dims(dims)?,
            dtype.to_real(),
            source,
            generator,
            None,
        )?;
        return from_pair(&parts.mul(scale)?);
    }
    if dtype == DType::F64 || matches!(source, Source::Fine | Source::Singles) {
        let mut out = Fresh::<f64>::new(shape)?;
        match source {
            Source::Uniform | Source::Fine => generator.fill_uniform_f64(out.slice()),
            Source::Normal => generator.fill_normal_f64(out.slice()),
            Source::Singles => generator.fill_single_normals(out.slice()),
        }
        if let Some(f) = f {
            out.for_each_chunk(GRAIN, |_, part| part.iter_mut().for_each(|x| *x = f(*x)));
        }
        return out.finish().to_dtype(dtype);
    }
    let mut out = Fresh::<f32>::new(shape)?;
    match source {
        Source::Uniform | Source::Fine => generator.fill_uniform_f32(out.slice()),
        _ if dtype == DType::F32 => generator.fill_normal_f32(out.slice()),
        _ => generator.fill_normal_for_halves(out.slice()),
    }
    if generator.kind() == Kind::Torch
        && source == Source::Uniform
        && dtype != DType::F32
        && f.is_none()
    {
        let f = stretch(0.0, 1.0, dtype);
        out.for_each_chunk(GRAIN, |_, part| {
            part.iter_mut().for_each(|x| *x = f(*x as f64) as f32);
        });
        return out.finish().to_dtype(dtype);
    }
    let steps = match (source, dtype) {
        _ if generator.kind() == Kind::Torch => None,
        (Source::Uniform, DType::F16) => Some((f16::MANTISSA_DIGITS as f32).exp2()),
        (Source::Uniform, DType::BF16) => Some((bf16::MANTISSA_DIGITS as f32).exp2()),
        _ => None,
    };
    if let Some(n) = steps {
        out.for_each_chunk(GRAIN, |_, part| {
            part.iter_mut().for_each(|x| *x = (*x * n).floor() / n);
        });
    }
    if let Some(f) = f {
        out.for_each_chunk(GRAIN, |_, part| {
            part.iter_mut().for_each(|x| *x = f(*x as f64) as f32);
        });
    }
    out.finish().to_dtype(dtype)
}

/// `u` from `[0, 1)` to `[low, high)`, in one rounding as PyTorch's kernels are compiled.
fn stretch(low: f64, high: f64, dtype: DType) -> impl Fn(f64) -> f64 {
    let narrow = move |x: f64| match dtype {
        DType::F16 => f16::from_f64(x).to_f32(),
        DType::BF16 => bf16::from_f64(x).to_f32(),
        _ => x as f32,
    };
    let (low32, high32) = (low as f32, high as f32);
    move |u| match dtype {
        DType::F64 => u.mul_add(high - low, low),
        DType::F32 => (u as f32).mul_add(high32 - low32, low32) as f64,
        _ => {
            let x = narrow((u as f32).mul_add(high32 - low32, low32) as f64);
            if x >= narrow(high) { low } else { x as f64 }
        }
    }
}

/// The dimensions of `layout`, the one with the largest steps first: elements are drawn in the order of memory, as PyTorch does it.
fn memory_order(layout: &Layout) -> Vec<usize> {
    let mut order: Vec<usize> = (0..layout.shape().rank()).collect();
    if !layout.is_contiguous() && !layout.strides().contains(&0) {
        longest_strides_first(&mut order, layout.strides());
    }
    order
}

/// What `make` answers for the shape of `layout` with its dimensions in memory order, in the order of `layout` again.
#[track_caller]
fn in_memory_order(layout: &Layout, make: impl FnOnce(Shape) -> Result<Tensor>) -> Result<Tensor> {
    let order = memory_order(layout);
    if order.is_sorted() {
        return make(layout.shape().clone());
    }
    let drawn = make(layout.permute(&order).shape().clone())?;
    let mut back: Vec<i64> = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(&d, i)| back[d] = i);
    drawn.permute(&back)
}

#[track_caller]
fn needs_float(op: &'static str, dtype: DType) -> Result<()> {
    if dtype.is_float() {
        return Ok(());
    }
    Err(Error::dtype(
        op,
        format!("defined for floating-point tensors, not {dtype}"),
    ))
}

#[track_caller]
fn probability(op: &'static str, p: f64) -> Result<()> {
    if (0.0..=1.0).contains(&p) {
        return Ok(());
    }
    Err(Error::value(
        op,
        format!("probability {p}; expected one from 0 to 1"),
    ))
}

#[track_caller]
fn bounds(op: &'static str, low: i64, high: i64, dtype: DType) -> Result<()> {
    if low >= high {
        return Err(Error::value(
            op,
            format!("from {low} to {high}; expected the first to be smaller"),
        ));
    }
    if dtype.is_complex() {
        return Err(crate::ops::complex::refused(op, dtype));
    }
    let (min, max) = match dtype {
        DType::Bool => (0, 1),
        DType::U8 => (0, u8::MAX as i64),
        DType::I8 => (i8::MIN as i64, i8::MAX as i64),
        DType::I16 => (i16::MIN as i64, i16::MAX as i64),
        DType::I32 => (i32::MIN as i64, i32::MAX as i64),
        _ => (i64::MIN, i64::MAX),
    };
    if low < min || high - 1 > max {
        return Err(Error::value(
            op,
            format!("{low} to {high} doesn't fit a {dtype} tensor, which holds {min} to {max}"),
        ));
    }
    Ok(())
}

/// Integers from `low` on, of those that `fill` answers.
#[track_caller]
fn integers(
    op: &'static str,
    low: i64,
    shape: Shape,
    dtype: DType,
    fill: impl FnOnce(&mut [u64]),
) -> Result<Tensor> {
    let mut draws: Vec<u64> = Vec::new();
    draws.try_reserve_exact(shape.numel()).or_memory(op)?;
    draws.resize(shape.numel(), 0);
    fill(&mut draws);
    crate::dispatch!(dtype, T => {
        let mut out = Fresh::<T>::new(shape)?;
        out.for_each_chunk(GRAIN, |start, part| {
            for (x, &d) in part.iter_mut().zip(&draws[start..]) {
                *x = T::from_i64(low.wrapping_add(d as i64));
            }
        });
        Ok(out.finish())
    })
}

impl Tensor {
    /// Uniform in `[0, 1)`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::manual_seed};
    /// manual_seed(0);
    /// let x = Tensor::rand([2, 3])?;
    /// manual_seed(0);
    /// assert_eq!(x.to_vec::<f32>()?, Tensor::rand([2, 3])?.to_vec::<f32>()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dtype without fractions, a shape that memory can't hold.
    #[track_caller]
    pub fn rand(spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::rand_with(spec, default_generator())
    }

    /// As [`Tensor::rand`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::rand_with([3], &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::rand`].
    #[track_caller]
    pub fn rand_with(spec: impl IntoSpec, generator: &Generator) -> Result<Tensor> {
        let spec = spec.into_spec()?;
        let dtype = spec.dtype.unwrap_or(DType::F32);
        needs_float("rand", dtype.to_real())?;
        draw(spec.shape, dtype, Source::Uniform, generator, None)
    }

    /// Standard normal: mean 0, variance 1.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::randn([10_000])?;
    /// assert!(x.mean()?.item::<f32>()?.abs() < 0.1 && (x.std(1.0)?.item::<f32>()? - 1.0).abs() < 0.1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dtype without fractions, a shape that memory can't hold.
    #[track_caller]
    pub fn randn(spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::randn_with(spec, default_generator())
    }

    /// As [`Tensor::randn`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, random::Generator};
    /// let draw = || Tensor::randn_with(([3], DType::F64), &Generator::new(1))?.to_vec::<f64>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::randn`].
    #[track_caller]
    pub fn randn_with(spec: impl IntoSpec, generator: &Generator) -> Result<Tensor> {
        let spec = spec.into_spec()?;
        let dtype = spec.dtype.unwrap_or(DType::F32);
        needs_float("randn", dtype.to_real())?;
        draw(spec.shape, dtype, Source::Normal, generator, None)
    }

    /// Integers in `low..high`, as `i64` unless the spec says otherwise.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let dice = Tensor::randint(1, 7, [100])?.to_vec::<i64>()?;
    /// assert!(dice.iter().all(|n| (1..7).contains(n)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An empty range, or one that the dtype can't hold; a shape that memory can't hold.
    #[track_caller]
    pub fn randint(low: i64, high: i64, spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::randint_with(low, high, spec, default_generator())
    }

    /// As [`Tensor::randint`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::randint_with(0, 100, [5], &Generator::new(1))?.to_vec::<i64>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::randint`].
    #[track_caller]
    pub fn randint_with(
        low: i64,
        high: i64,
        spec: impl IntoSpec,
        generator: &Generator,
    ) -> Result<Tensor> {
        let spec = spec.into_spec()?;
        let dtype = spec.dtype.unwrap_or(DType::I64);
        bounds("randint", low, high, dtype)?;
        integers("randint", low, spec.shape, dtype, |out| {
            generator.fill_below(high.wrapping_sub(low) as u64, out);
        })
    }

    /// The integers below `n` in random order.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (sorted, _) = Tensor::randperm(5)?.sort(0, false)?;
    /// assert_eq!(sorted.to_vec::<i64>()?, [0, 1, 2, 3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn randperm(n: usize) -> Result<Tensor> {
        Tensor::randperm_with(n, default_generator())
    }

    /// As [`Tensor::randperm`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::randperm_with(50, &Generator::new(1))?.to_vec::<i64>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn randperm_with(n: usize, generator: &Generator) -> Result<Tensor> {
        let mut out = Fresh::<i64>::new(Shape::new(&[n])?)?;
        let order = out.slice();
        order.iter_mut().zip(0..).for_each(|(x, i)| *x = i);
        generator.shuffle(order);
        Ok(out.finish())
    }

    /// [`Tensor::rand`] in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros(([2, 3], DType::F64))?;
    /// assert_eq!((x.rand_like()?.dims(), x.rand_like()?.dtype()), (&[2, 3][..], DType::F64));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::rand`].
    #[track_caller]
    pub fn rand_like(&self) -> Result<Tensor> {
        self.rand_like_with(self.dtype(), default_generator())
    }

    /// As [`Tensor::rand_like`], of `dtype` and from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, random::Generator};
    /// let x = Tensor::zeros(([3], DType::I64))?;
    /// let draw = || x.rand_like_with(DType::F32, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::rand`].
    #[track_caller]
    pub fn rand_like_with(&self, dtype: DType, generator: &Generator) -> Result<Tensor> {
        like("rand_like", self, dtype, generator)
    }

    /// [`Tensor::randn`] in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros(([2, 3], DType::F64))?;
    /// assert_eq!((x.randn_like()?.dims(), x.randn_like()?.dtype()), (&[2, 3][..], DType::F64));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::randn`].
    #[track_caller]
    pub fn randn_like(&self) -> Result<Tensor> {
        self.randn_like_with(self.dtype(), default_generator())
    }

    /// As [`Tensor::randn_like`], of `dtype` and from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, random::Generator};
    /// let x = Tensor::zeros([3])?;
    /// let draw = || x.randn_like_with(DType::F32, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::randn`].
    #[track_caller]
    pub fn randn_like_with(&self, dtype: DType, generator: &Generator) -> Result<Tensor> {
        like("randn_like", self, dtype, generator)
    }

    /// [`Tensor::randint`] in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([4])?.randint_like(0, 2)?;
    /// assert!(x.to_vec::<f32>()?.iter().all(|n| *n == 0.0 || *n == 1.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::randint`].
    #[track_caller]
    pub fn randint_like(&self, low: i64, high: i64) -> Result<Tensor> {
        Tensor::randint(low, high, (self.shape(), self.dtype()))
    }

    /// Ones with probability `p`, zeros elsewhere: a dropout mask, as `bool` too.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let kept = Tensor::bernoulli_mask(0.8, ([10_000], DType::Bool))?.count_nonzero()?;
    /// assert!((7_500..8_500).contains(&kept.item::<i64>()?));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A probability outside of 0 to 1, a shape that memory can't hold.
    #[track_caller]
    pub fn bernoulli_mask(p: f64, spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::bernoulli_mask_with(p, spec, default_generator())
    }

    /// As [`Tensor::bernoulli_mask`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::bernoulli_mask_with(0.5, [50], &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::bernoulli_mask`].
    #[track_caller]
    pub fn bernoulli_mask_with(
        p: f64,
        spec: impl IntoSpec,
        generator: &Generator,
    ) -> Result<Tensor> {
        probability("bernoulli", p)?;
        let spec = spec.into_spec()?;
        let dtype = spec.dtype.unwrap_or(DType::F32);
        if dtype.is_complex() {
            return Err(crate::ops::complex::refused("bernoulli", dtype));
        }
        if generator.kind() == Kind::Torch {
            let f = move |u| (u < p) as u8 as f64;
            return draw(spec.shape, DType::F64, Source::Fine, generator, Some(&f))?
                .to_dtype(dtype);
        }
        let p32 = p as f32;
        let mut uniform = Fresh::<f32>::new(spec.shape.clone())?;
        generator.fill_uniform_f32(uniform.slice());
        if dtype == DType::F32 {
            uniform.for_each_chunk(GRAIN, |_, part| {
                part.iter_mut().for_each(|x| *x = (*x < p32) as u8 as f32);
            });
            return Ok(uniform.finish());
        }
        let uniform = uniform.slice();
        crate::dispatch!(dtype, T => {
            let mut out = Fresh::<T>::new(spec.shape)?;
            out.for_each_chunk(GRAIN, |start, part| {
                for (x, &u) in part.iter_mut().zip(&uniform[start..]) {
                    *x = T::from_i64((u < p32) as i64);
                }
            });
            Ok(out.finish())
        })
    }

    /// 1 with the probability that the element tells, else 0. No gradient flows.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([0f32, 1.0, 0.0])?.bernoulli()?.to_vec::<f32>()?, [0.0, 1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers, or an element outside of 0 to 1.
    #[track_caller]
    pub fn bernoulli(&self) -> Result<Tensor> {
        self.bernoulli_with(default_generator())
    }

    /// As [`Tensor::bernoulli`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let p = Tensor::full([50], 0.5)?;
    /// let draw = || p.bernoulli_with(&Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::bernoulli`].
    #[track_caller]
    pub fn bernoulli_with(&self, generator: &Generator) -> Result<Tensor> {
        const OP: &str = "bernoulli";
        needs_float(OP, self.dtype())?;
        let weights = probabilities(OP, self, self.layout())?;
        in_memory_order(self.layout(), |shape| {
            bernoulli_by(weights, self.dtype(), shape, generator)?.to_dtype(self.dtype())
        })
    }

    /// `count` categories per row, drawn by the weights `self`, (categories) or (rows, categories): `i64`, (count) or
    /// (rows, count). Weights need not add up to 1.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let weights = Tensor::new([[0f32, 3.0], [1.0, 0.0]])?;
    /// assert_eq!(weights.multinomial(2, true)?.to_vec::<i64>()?, [1, 1, 0, 0]);
    /// assert!(weights.multinomial(2, false).is_err()); // one positive weight per row
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Weights that are negative, not finite or all zero; without replacement, more samples than positive weights.
    #[track_caller]
    pub fn multinomial(&self, count: usize, replacement: bool) -> Result<Tensor> {
        self.multinomial_with(count, replacement, default_generator())
    }

    /// As [`Tensor::multinomial`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let weights = Tensor::ones([50])?;
    /// let draw = || weights.multinomial_with(9, false, &Generator::new(1))?.to_vec::<i64>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::multinomial`].
    #[track_caller]
    pub fn multinomial_with(
        &self,
        count: usize,
        replacement: bool,
        generator: &Generator,
    ) -> Result<Tensor> {
        const OP: &str = "multinomial";
        needs_float(OP, self.dtype())?;
        let (rows, categories) = match *self.dims() {
            [categories] => (1, categories),
            [rows, categories] => (rows, categories),
            _ => {
                return Err(Error::shape(
                    OP,
                    format!(
                        "expected weights of 1 or 2 dimensions, got {}",
                        self.shape()
                    ),
                ));
            }
        };
        if count == 0 || categories == 0 {
            return Err(Error::value(
                OP,
                format!(
                    "{count} samples of {categories} categories; expected at least one of each"
                ),
            ));
        }
        let weights = self.detach().to_dtype(DType::F64)?.to_vec::<f64>()?;
        for (r, row) in weights.chunks(categories).enumerate() {
            if let Some(w) = row.iter().find(|w| !w.is_finite() || **w < 0.0) {
                return Err(Error::value(
                    OP,
                    format!("weight {w} in row {r}; expected finite ones of 0 or more"),
                ));
            }
            let positive = row.iter().filter(|w| **w > 0.0).count();
            if positive == 0 {
                return Err(Error::value(
                    OP,
                    format!("the weights of row {r} are all 0"),
                ));
            }
            if !replacement && positive < count {
                return Err(Error::value(
                    OP,
                    format!(
                        "{count} samples without replacement of {positive} categories with positive weight in row {r}"
                    ),
                ));
            }
        }
        let mut dims = smallvec![count];
        if self.rank() == 2 {
            dims.insert(0, rows);
        }
        let mut out = Fresh::<i64>::new(Shape::from_dims(dims)?)?;
        let with_all = replacement && count > 1;
        let per_row = if with_all { count } else { categories };
        let mut uniform = Fresh::<f64>::new(Shape::new(&[rows, per_row])?)?;
        generator.fill_uniform_f64(uniform.slice());
        // Rounded as the dtype would: f64 has digits enough for its sums and quotients to be right when rounded again.
        let round = |x: f64| match self.dtype() {
            DType::F64 => x,
            _ => x as f32 as f64,
        };
        let each = weights
            .chunks(categories)
            .zip(uniform.slice().chunks(per_row))
            .zip(out.slice().chunks_mut(count));
        for ((weights, uniform), out) in each {
            if with_all {
                let total: f64 = weights.iter().sum();
                // Scaled where the sum would not be finite.
                let scale = match round(total).is_finite() {
                    true => 1.0,
                    false => 1.0 / weights.iter().copied().fold(0.0, f64::max),
                };
                let mut sum = 0.0;
                let mut cumulative: Vec<f64> = weights
                    .iter()
                    .map(|w| {
                        sum = round(sum + w * scale);
                        sum
                    })
                    .collect();
                cumulative.iter_mut().for_each(|c| *c = round(*c / sum));
                let first = weights.iter().position(|w| *w > 0.0).unwrap_or(0);
                let last = weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
                for (x, u) in out.iter_mut().zip(uniform) {
                    *x = cumulative.partition_point(|c| c < u).clamp(first, last) as i64;
                }
            } else {
                // The categories whose exponential clocks of rate w ring first (Efraimidis and Spirakis, 2006).
                let mut speeds: Vec<(f64, i64)> = weights
                    .iter()
                    .zip(uniform)
                    .zip(0..)
                    .filter(|((w, _), _)| **w > 0.0)
                    .map(|((w, u), i)| (round(w / round(-(-u).ln_1p())), i))
                    .collect();
                speeds.sort_by(|a, b| b.0.total_cmp(&a.0));
                out.iter_mut().zip(&speeds).for_each(|(x, (_, i))| *x = *i);
            }
        }
        Ok(out.finish())
    }

    /// Runs `make` for the elements of an in-place operation, once that is known to be allowed.
    #[track_caller]
    fn overwrite(
        &self,
        op: &'static str,
        make: impl FnOnce() -> Result<Tensor>,
    ) -> Result<&Tensor> {
        let recorded = check(op, self, &[])?;
        let values = make()?;
        commit(
            op,
            self,
            &[],
            recorded.then_some(()),
            || write_copy(self, &values),
            |_, _, _| Ok(smallvec![None]),
        )?;
        Ok(self)
    }

    #[track_caller]
    fn overwrite_floats(
        &self,
        op: &'static str,
        source: Source,
        generator: &Generator,
        f: impl Fn(f64) -> f64 + Sync,
    ) -> Result<&Tensor> {
        needs_float(op, self.dtype())?;
        self.overwrite(op, || {
            in_memory_order(self.layout(), |shape| {
                draw(shape, self.dtype(), source, generator, Some(&f))
            })
        })
    }

    /// Uniform numbers in `[low, high)`, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([100])?;
    /// x.uniform_(2.0, 3.0)?;
    /// assert!(x.to_vec::<f32>()?.iter().all(|x| (2.0..3.0).contains(x)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Bounds out of order or not finite, integers, what in-place operations refuse.
    #[track_caller]
    pub fn uniform_(&self, low: f64, high: f64) -> Result<&Tensor> {
        self.uniform_with_(low, high, default_generator())
    }

    /// As [`Tensor::uniform_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.uniform_with_(0.0, 1.0, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::uniform_`].
    #[track_caller]
    pub fn uniform_with_(&self, low: f64, high: f64, generator: &Generator) -> Result<&Tensor> {
        const OP: &str = "uniform_";
        if low > high || !(high - low).is_finite() {
            return Err(Error::value(
                OP,
                format!("from {low} to {high}; expected finite bounds in order"),
            ));
        }
        let f = stretch(low, high, self.dtype());
        self.overwrite_floats(OP, Source::Uniform, generator, f)
    }

    /// Normal numbers, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([10_000])?;
    /// x.normal_(5.0, 2.0)?;
    /// assert!((x.mean()?.item::<f32>()? - 5.0).abs() < 0.2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A negative standard deviation, integers, what in-place operations refuse.
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) -> Result<&Tensor> {
        self.normal_with_(mean, std, default_generator())
    }

    /// As [`Tensor::normal_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.normal_with_(0.0, 1.0, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::normal_`].
    #[track_caller]
    pub fn normal_with_(&self, mean: f64, std: f64, generator: &Generator) -> Result<&Tensor> {
        const OP: &str = "normal_";
        if std.is_nan() || std < 0.0 {
            return Err(Error::value(
                OP,
                format!("standard deviation {std}; expected 0 or more"),
            ));
        }
        let source = match generator.kind() {
            Kind::Torch if !self.is_contiguous() => Source::Singles,
            _ => Source::Normal,
        };
        self.overwrite_floats(OP, source, generator, move |x| x * std + mean)
    }

    /// Ones with probability `p`, zeros elsewhere, in place.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros(([3], DType::I64))?;
    /// x.bernoulli_(1.0)?;
    /// assert_eq!(x.to_vec::<i64>()?, [1, 1, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A probability outside of 0 to 1, what in-place operations refuse.
    #[track_caller]
    pub fn bernoulli_(&self, p: f64) -> Result<&Tensor> {
        self.bernoulli_with_(p, default_generator())
    }

    /// As [`Tensor::bernoulli_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([50])?.bernoulli_with_(0.5, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::bernoulli_`].
    #[track_caller]
    pub fn bernoulli_with_(&self, p: f64, generator: &Generator) -> Result<&Tensor> {
        probability("bernoulli_", p)?;
        self.overwrite("bernoulli_", || {
            in_memory_order(self.layout(), |shape| {
                Tensor::bernoulli_mask_with(p, (shape, self.dtype()), generator)
            })
        })
    }

    /// A dropout mask for this tensor: ones with probability `p`.
    #[track_caller]
    pub(crate) fn mask_like(&self, p: f64) -> Result<Tensor> {
        in_memory_order(self.layout(), |shape| {
            Tensor::bernoulli_mask(p, (shape, self.dtype()))
        })
    }

    /// Ones with the probabilities `p`, which are broadcast, zeros elsewhere, in place.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let x = Tensor::zeros([2, 2])?;
    /// x.bernoulli_by_(&Tensor::new([0f32, 1.0])?, &Generator::new(0))?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 1.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A probability outside of 0 to 1, integers as probabilities, shapes that don't fit, what in-place operations refuse.
    #[track_caller]
    pub fn bernoulli_by_(&self, p: &Tensor, generator: &Generator) -> Result<&Tensor> {
        needs_float("bernoulli_", p.dtype())?;
        let p = p.detach().expand(self.shape())?;
        let weights = probabilities("bernoulli_", &p, self.layout())?;
        self.overwrite("bernoulli_", || {
            in_memory_order(self.layout(), |shape| {
                bernoulli_by(weights, p.dtype(), shape, generator)?.to_dtype(self.dtype())
            })
        })
    }

    /// Integers in `low..high`, in place.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros(([100], DType::U8))?;
    /// x.random_(10, 20)?;
    /// assert!(x.to_vec::<u8>()?.iter().all(|x| (10..20).contains(x)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::randint`], and what in-place operations refuse.
    #[track_caller]
    pub fn random_(&self, low: i64, high: i64) -> Result<&Tensor> {
        self.random_with_(low, high, default_generator())
    }

    /// As [`Tensor::random_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.random_with_(0, 100, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::random_`].
    #[track_caller]
    pub fn random_with_(&self, low: i64, high: i64, generator: &Generator) -> Result<&Tensor> {
        bounds("random_", low, high, self.dtype())?;
        self.overwrite("random_", || {
            in_memory_order(self.layout(), |shape| {
                integers("random_", low, shape, self.dtype(), |out| {
                    generator.fill_below(high.wrapping_sub(low) as u64, out);
                })
            })
        })
    }

    /// Integers from 0 to the largest that the dtype holds; for floats, to the end of those that are all exact. In place.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, random::Generator};
    /// let x = Tensor::zeros(([100], DType::I16))?;
    /// x.random_any_with_(&Generator::new(1))?;
    /// assert!(x.to_vec::<i16>()?.iter().all(|x| *x >= 0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// What in-place operations refuse.
    #[track_caller]
    pub fn random_any_with_(&self, generator: &Generator) -> Result<&Tensor> {
        let (range, wide) = match self.dtype() {
            DType::Bool => (2, false),
            DType::U8 => (1 << 8, false),
            DType::I8 => (1 << 7, false),
            DType::I16 => (1 << 15, false),
            DType::I32 => (1 << 31, false),
            DType::I64 => (1 << 63, true),
            DType::F16 => ((1 << 11) + 1, false),
            DType::BF16 => ((1 << 8) + 1, false),
            DType::F32 => ((1 << 24) + 1, false),
            DType::F64 => ((1 << 53) + 1, true),
            dtype => return Err(crate::ops::complex::refused("random_", dtype)),
        };
        self.overwrite("random_", || {
            in_memory_order(self.layout(), |shape| {
                integers("random_", 0, shape, self.dtype(), |out| {
                    generator.fill_range(range, wide, out);
                })
            })
        })
    }

    /// Exponential numbers of rate `rate`, in place: `-ln(1 - u) / rate`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([10_000])?;
    /// x.exponential_(2.0)?;
    /// assert!((x.mean()?.item::<f32>()? - 0.5).abs() < 0.1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A rate that isn't above 0, integers, what in-place operations refuse.
    #[track_caller]
    pub fn exponential_(&self, rate: f64) -> Result<&Tensor> {
        self.exponential_with_(rate, default_generator())
    }

    /// As [`Tensor::exponential_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.exponential_with_(1.0, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::exponential_`].
    #[track_caller]
    pub fn exponential_with_(&self, rate: f64, generator: &Generator) -> Result<&Tensor> {
        const OP: &str = "exponential_";
        if rate.is_nan() || rate <= 0.0 {
            return Err(Error::value(
                OP,
                format!("rate {rate}; expected more than 0"),
            ));
        }
        let f = move |u: f64| -1.0 / rate * (-u).ln_1p();
        self.overwrite_floats(OP, Source::Fine, generator, f)
    }

    /// Numbers whose logarithm is normal, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([100])?;
    /// x.log_normal_(0.0, 1.0)?;
    /// assert!(x.to_vec::<f32>()?.iter().all(|x| *x > 0.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::normal_`].
    #[track_caller]
    pub fn log_normal_(&self, mean: f64, std: f64) -> Result<&Tensor> {
        self.log_normal_with_(mean, std, default_generator())
    }

    /// As [`Tensor::log_normal_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.log_normal_with_(0.0, 1.0, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::normal_`].
    #[track_caller]
    pub fn log_normal_with_(&self, mean: f64, std: f64, generator: &Generator) -> Result<&Tensor> {
        const OP: &str = "log_normal_";
        if std.is_nan() || std <= 0.0 {
            return Err(Error::value(
                OP,
                format!("standard deviation {std}; expected more than 0"),
            ));
        }
        let f = move |x: f64| (x * std + mean).exp();
        self.overwrite_floats(OP, Source::Singles, generator, f)
    }

    /// Cauchy numbers, in place: `median + scale · tan(π (u - ½))`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([10_001])?;
    /// x.cauchy_(3.0, 1.0)?;
    /// assert!((x.median()?.item::<f32>()? - 3.0).abs() < 0.2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A scale that isn't above 0, integers, what in-place operations refuse.
    #[track_caller]
    pub fn cauchy_(&self, median: f64, scale: f64) -> Result<&Tensor> {
        self.cauchy_with_(median, scale, default_generator())
    }

    /// As [`Tensor::cauchy_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.cauchy_with_(0.0, 1.0, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cauchy_`].
    #[track_caller]
    pub fn cauchy_with_(&self, median: f64, scale: f64, generator: &Generator) -> Result<&Tensor> {
        const OP: &str = "cauchy_";
        if scale.is_nan() || scale <= 0.0 {
            return Err(Error::value(
                OP,
                format!("scale {scale}; expected more than 0"),
            ));
        }
        let f = move |u: f64| median + scale * (std::f64::consts::PI * (u - 0.5)).tan();
        self.overwrite_floats(OP, Source::Fine, generator, f)
    }

    /// The number of trials up to the first success of probability `p`, in place; 1 at least. For integers too.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros(([10_000], DType::I64))?;
    /// x.geometric_(0.5)?;
    /// assert_eq!(x.min()?.item::<i64>()?, 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A probability that isn't between 0 and 1, a bool tensor, what in-place operations refuse.
    #[track_caller]
    pub fn geometric_(&self, p: f64) -> Result<&Tensor> {
        self.geometric_with_(p, default_generator())
    }

    /// As [`Tensor::geometric_`], from `generator`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let draw = || Tensor::zeros([9])?.geometric_with_(0.5, &Generator::new(1))?.to_vec::<f32>();
    /// assert_eq!(draw()?, draw()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::geometric_`].
    #[track_caller]
    pub fn geometric_with_(&self, p: f64, generator: &Generator) -> Result<&Tensor> {
        const OP: &str = "geometric_";
        if p.is_nan() || p <= 0.0 || p >= 1.0 {
            return Err(Error::value(
                OP,
                format!("probability {p}; expected one between 0 and 1"),
            ));
        }
        if self.dtype() == DType::Bool {
            return Err(Error::dtype(OP, "a bool tensor can't hold counts"));
        }
        // The least that `u` can be but 0 is 2⁻⁵³.
        let f = move |u: f64| {
            (u.max(f64::EPSILON / 4.0).ln() / (-p).ln_1p())
                .ceil()
                .max(1.0)
        };
        self.overwrite(OP, || {
            in_memory_order(self.layout(), |shape| {
                draw(shape, DType::F64, Source::Fine, generator, Some(&f))?.to_dtype(self.dtype())
            })
        })
    }
}

/// Standard numbers in the shape and memory order of `x`.
#[track_caller]
fn like(op: &'static str, x: &Tensor, dtype: DType, generator: &Generator) -> Result<Tensor> {
    needs_float(op, dtype.to_real())?;
    let source = match op {
        "rand_like" => Source::Uniform,
        _ if generator.kind() == Kind::Torch && !x.is_contiguous() => Source::Singles,
        _ => Source::Normal,
    };
    in_memory_order(x.layout(), |shape| {
        draw(shape, dtype, source, generator, None)
    })
}

/// The elements of `p` in the memory order of `layout`, checked.
#[track_caller]
fn probabilities(op: &'static str, p: &Tensor, layout: &Layout) -> Result<Vec<f64>> {
    let order: Vec<i64> = memory_order(layout).iter().map(|&d| d as i64).collect();
    let weights = p
        .detach()
        .permute(&order)?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    for &p in &weights {
        probability(op, p)?;
    }
    Ok(weights)
}

/// Whether uniform numbers of `dtype`'s precision fall below `weights`.
#[track_caller]
fn bernoulli_by(
    weights: Vec<f64>,
    dtype: DType,
    shape: Shape,
    generator: &Generator,
) -> Result<Tensor> {
    let dtype = if dtype == DType::F64 {
        DType::F64
    } else {
        DType::F32
    };
    let uniform = draw(shape.clone(), dtype, Source::Uniform, generator, None)?;
    uniform.lt(&Tensor::from_vec(weights, &shape)?.to_dtype(dtype)?)
}

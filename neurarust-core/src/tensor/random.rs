//! Random tensors. All draw from a [`Generator`], the default one unless another is given, and get the same bits on any
//! number of threads.

use super::{IntoSpec, Tensor};
use crate::cpu::fresh::Fresh;
use crate::dtype::{DType, Element};
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::ops::complex::from_pair;
use crate::ops::inplace::{check, commit, write_copy};
use crate::random::{Generator, default_generator};
use crate::{Error, Result};
use half::{bf16, f16};
use smallvec::smallvec;

/// Elements that one task transforms.
const GRAIN: usize = 16 * 1024;

/// A distribution over the floats, as a function of standard numbers.
#[derive(Clone, Copy)]
enum Source {
    /// Uniform in `[0, 1)`.
    Uniform,
    /// Mean 0, variance 1.
    Normal,
}

/// Numbers of `dtype` from `source`, transformed by `f` if there is one. Half precision is rounded down from a uniform number, so that 1
/// stays out.
#[track_caller]
fn draw(
    shape: Shape,
    dtype: DType,
    source: Source,
    generator: &Generator,
    f: Option<&(dyn Fn(f64) -> f64 + Sync)>,
) -> Result<Tensor> {
    if dtype.is_complex() {
        // Normal parts share the variance of 1.
        let mut dims = Dims::from_slice(shape.dims());
        dims.push(2);
        let scale = match source {
            Source::Normal => std::f64::consts::FRAC_1_SQRT_2,
            Source::Uniform => 1.0,
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
    if dtype == DType::F64 {
        let mut out = Fresh::<f64>::new(shape)?;
        match source {
            Source::Uniform => generator.fill_uniform_f64(out.slice()),
            Source::Normal => generator.fill_normal_f64(out.slice()),
        }
        if let Some(f) = f {
            out.for_each_chunk(GRAIN, |_, part| part.iter_mut().for_each(|x| *x = f(*x)));
        }
        return Ok(out.finish());
    }
    let mut out = Fresh::<f32>::new(shape)?;
    match source {
        Source::Uniform => generator.fill_uniform_f32(out.slice()),
        Source::Normal => generator.fill_normal_f32(out.slice()),
    }
    let steps = match (source, dtype) {
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

/// `u` from `[0, 1)` to `[low, high)`.
fn stretch(low: f64, high: f64, dtype: DType) -> impl Fn(f64) -> f64 {
    move |u| match dtype {
        DType::F64 => u * (high - low) + low,
        // Rounded as the narrow type would.
        _ => (u as f32 * (high as f32 - low as f32) + low as f32) as f64,
    }
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

/// Integers in `low..high`, which [`bounds`] has seen.
#[track_caller]
fn integers(
    op: &'static str,
    low: i64,
    high: i64,
    shape: Shape,
    dtype: DType,
    generator: &Generator,
) -> Result<Tensor> {
    let range = high.wrapping_sub(low) as u64;
    let mut draws: Vec<u64> = Vec::new();
    draws.try_reserve_exact(shape.numel()).or_memory(op)?;
    draws.resize(shape.numel(), 0);
    generator.fill_below(range, &mut draws);
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
    /// # Errors
    /// A dtype without fractions, a shape that memory can't hold.
    #[track_caller]
    pub fn randn(spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::randn_with(spec, default_generator())
    }

    /// As [`Tensor::randn`], from `generator`.
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
    /// # Errors
    /// An empty range, or one that the dtype can't hold; a shape that memory can't hold.
    #[track_caller]
    pub fn randint(low: i64, high: i64, spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::randint_with(low, high, spec, default_generator())
    }

    /// As [`Tensor::randint`], from `generator`.
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
        integers("randint", low, high, spec.shape, dtype, generator)
    }

    /// The integers below `n` in random order.
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn randperm(n: usize) -> Result<Tensor> {
        Tensor::randperm_with(n, default_generator())
    }

    /// As [`Tensor::randperm`], from `generator`.
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
    /// # Errors
    /// As [`Tensor::rand`].
    #[track_caller]
    pub fn rand_like(&self) -> Result<Tensor> {
        Tensor::rand((self.shape(), self.dtype()))
    }

    /// [`Tensor::randn`] in the shape and dtype of this tensor.
    ///
    /// # Errors
    /// As [`Tensor::randn`].
    #[track_caller]
    pub fn randn_like(&self) -> Result<Tensor> {
        Tensor::randn((self.shape(), self.dtype()))
    }

    /// [`Tensor::randint`] in the shape and dtype of this tensor.
    ///
    /// # Errors
    /// As [`Tensor::randint`].
    #[track_caller]
    pub fn randint_like(&self, low: i64, high: i64) -> Result<Tensor> {
        Tensor::randint(low, high, (self.shape(), self.dtype()))
    }

    /// Ones with probability `p`, zeros elsewhere: a dropout mask, as `bool` too.
    ///
    /// # Errors
    /// A probability outside of 0 to 1, a shape that memory can't hold.
    #[track_caller]
    pub fn bernoulli_mask(p: f64, spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::bernoulli_mask_with(p, spec, default_generator())
    }

    /// As [`Tensor::bernoulli_mask`], from `generator`.
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
    /// # Errors
    /// Integers, or an element outside of 0 to 1.
    #[track_caller]
    pub fn bernoulli(&self) -> Result<Tensor> {
        self.bernoulli_with(default_generator())
    }

    /// As [`Tensor::bernoulli`], from `generator`.
    ///
    /// # Errors
    /// As [`Tensor::bernoulli`].
    #[track_caller]
    pub fn bernoulli_with(&self, generator: &Generator) -> Result<Tensor> {
        const OP: &str = "bernoulli";
        needs_float(OP, self.dtype())?;
        let p = self.detach().to_dtype(DType::F64)?.to_vec::<f64>()?;
        for &p in &p {
            probability(OP, p)?;
        }
        let mut out = Fresh::<f64>::new(self.shape().clone())?;
        generator.fill_uniform_f64(out.slice());
        out.for_each_chunk(GRAIN, |start, part| {
            for (x, &p) in part.iter_mut().zip(&p[start..]) {
                *x = (*x < p) as u8 as f64;
            }
        });
        out.finish().to_dtype(self.dtype())
    }

    /// `count` categories per row, drawn by the weights `self`, (categories) or (rows, categories): `i64`, (count) or
    /// (rows, count). Weights need not add up to 1.
    ///
    /// # Errors
    /// Weights that are negative, not finite or all zero; without replacement, more samples than positive weights.
    #[track_caller]
    pub fn multinomial(&self, count: usize, replacement: bool) -> Result<Tensor> {
        self.multinomial_with(count, replacement, default_generator())
    }

    /// As [`Tensor::multinomial`], from `generator`.
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
        let per_row = if replacement { count } else { categories };
        let mut uniform = Fresh::<f64>::new(Shape::new(&[rows, per_row])?)?;
        generator.fill_uniform_f64(uniform.slice());
        let each = weights
            .chunks(categories)
            .zip(uniform.slice().chunks(per_row))
            .zip(out.slice().chunks_mut(count));
        for ((weights, uniform), out) in each {
            // Scaled, so that the sum stays finite.
            let largest = weights.iter().copied().fold(0.0, f64::max);
            if replacement {
                let mut sum = 0.0;
                let cumulative: Vec<f64> = weights
                    .iter()
                    .map(|w| {
                        sum += w / largest;
                        sum
                    })
                    .collect();
                let last = weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
                for (x, u) in out.iter_mut().zip(uniform) {
                    *x = cumulative.partition_point(|c| *c <= u * sum).min(last) as i64;
                }
            } else {
                // The categories whose exponential clocks of rate w ring first (Efraimidis and Spirakis, 2006).
                let mut clocks: Vec<(f64, i64)> = weights
                    .iter()
                    .zip(uniform)
                    .zip(0..)
                    .filter(|((w, _), _)| **w > 0.0)
                    .map(|((w, u), i)| (-(-u).ln_1p() / (w / largest), i))
                    .collect();
                clocks.sort_by(|a, b| a.0.total_cmp(&b.0));
                out.iter_mut().zip(&clocks).for_each(|(x, (_, i))| *x = *i);
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
            draw(
                self.shape().clone(),
                self.dtype(),
                source,
                generator,
                Some(&f),
            )
        })
    }

    /// Uniform numbers in `[low, high)`, in place.
    ///
    /// # Errors
    /// Bounds out of order or not finite, integers, what in-place operations refuse.
    #[track_caller]
    pub fn uniform_(&self, low: f64, high: f64) -> Result<&Tensor> {
        self.uniform_with_(low, high, default_generator())
    }

    /// As [`Tensor::uniform_`], from `generator`.
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
    /// # Errors
    /// A negative standard deviation, integers, what in-place operations refuse.
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) -> Result<&Tensor> {
        self.normal_with_(mean, std, default_generator())
    }

    /// As [`Tensor::normal_`], from `generator`.
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
        self.overwrite_floats(OP, Source::Normal, generator, move |x| x * std + mean)
    }

    /// Ones with probability `p`, zeros elsewhere, in place.
    ///
    /// # Errors
    /// A probability outside of 0 to 1, what in-place operations refuse.
    #[track_caller]
    pub fn bernoulli_(&self, p: f64) -> Result<&Tensor> {
        probability("bernoulli_", p)?;
        self.overwrite("bernoulli_", || {
            Tensor::bernoulli_mask(p, (self.shape(), self.dtype()))
        })
    }

    /// Integers in `low..high`, in place.
    ///
    /// # Errors
    /// As [`Tensor::randint`], and what in-place operations refuse.
    #[track_caller]
    pub fn random_(&self, low: i64, high: i64) -> Result<&Tensor> {
        bounds("random_", low, high, self.dtype())?;
        self.overwrite("random_", || {
            let shape = self.shape().clone();
            integers(
                "random_",
                low,
                high,
                shape,
                self.dtype(),
                default_generator(),
            )
        })
    }

    /// Exponential numbers of rate `rate`, in place: `-ln(1 - u) / rate`.
    ///
    /// # Errors
    /// A rate that isn't above 0, integers, what in-place operations refuse.
    #[track_caller]
    pub fn exponential_(&self, rate: f64) -> Result<&Tensor> {
        const OP: &str = "exponential_";
        if rate.is_nan() || rate <= 0.0 {
            return Err(Error::value(
                OP,
                format!("rate {rate}; expected more than 0"),
            ));
        }
        let f = move |u: f64| -(-u).ln_1p() / rate;
        self.overwrite_floats(OP, Source::Uniform, default_generator(), f)
    }

    /// Numbers whose logarithm is normal, in place.
    ///
    /// # Errors
    /// As [`Tensor::normal_`].
    #[track_caller]
    pub fn log_normal_(&self, mean: f64, std: f64) -> Result<&Tensor> {
        const OP: &str = "log_normal_";
        if std.is_nan() || std <= 0.0 {
            return Err(Error::value(
                OP,
                format!("standard deviation {std}; expected more than 0"),
            ));
        }
        let f = move |x: f64| (x * std + mean).exp();
        self.overwrite_floats(OP, Source::Normal, default_generator(), f)
    }

    /// Cauchy numbers, in place: `median + scale · tan(π (u - ½))`.
    ///
    /// # Errors
    /// A scale that isn't above 0, integers, what in-place operations refuse.
    #[track_caller]
    pub fn cauchy_(&self, median: f64, scale: f64) -> Result<&Tensor> {
        const OP: &str = "cauchy_";
        if scale.is_nan() || scale <= 0.0 {
            return Err(Error::value(
                OP,
                format!("scale {scale}; expected more than 0"),
            ));
        }
        let f = move |u: f64| median + scale * (std::f64::consts::PI * (u - 0.5)).tan();
        self.overwrite_floats(OP, Source::Uniform, default_generator(), f)
    }

    /// The number of trials up to the first success of probability `p`, in place; 1 at least.
    ///
    /// # Errors
    /// A probability that isn't between 0 and 1, integers, what in-place operations refuse.
    #[track_caller]
    pub fn geometric_(&self, p: f64) -> Result<&Tensor> {
        const OP: &str = "geometric_";
        if p.is_nan() || p <= 0.0 || p >= 1.0 {
            return Err(Error::value(
                OP,
                format!("probability {p}; expected one between 0 and 1"),
            ));
        }
        let f = move |u: f64| ((-u).ln_1p() / (-p).ln_1p()).ceil().max(1.0);
        self.overwrite_floats(OP, Source::Uniform, default_generator(), f)
    }
}

//! Complex tensors and their parts: made, seen, taken apart.

use super::{from_pair, join, pair, split};
use crate::ops::view::View;
use crate::tensor::Operand;
use crate::{DType, Error, Result, Tensor};

#[track_caller]
fn complex_only(op: &'static str, z: &Tensor) -> Result<()> {
    if z.dtype().is_complex() {
        return Ok(());
    }
    Err(Error::dtype(
        op,
        format!("expected a complex tensor, got {}", z.dtype()),
    ))
}

#[track_caller]
fn same_floats(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() == b.dtype() && matches!(a.dtype(), DType::F32 | DType::F64) {
        return Ok(());
    }
    Err(Error::value(
        op,
        format!(
            "expected two float32 or two float64 tensors, got {} and {}",
            a.dtype(),
            b.dtype()
        ),
    ))
}

impl Tensor {
    /// The complex tensor of a real and an imaginary part, both `f32` or both `f64`, which broadcast.
    ///
    /// ```
    /// # use neurarust_core::{DType, Tensor};
    /// let z = Tensor::complex(&Tensor::new([3.0f32])?, &Tensor::new([4.0f32])?)?;
    /// assert_eq!(z.dtype(), DType::C64);
    /// assert_eq!(z.abs()?.to_vec::<f32>()?, [5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other dtypes, shapes that don't broadcast.
    #[track_caller]
    pub fn complex(real: &Tensor, imag: &Tensor) -> Result<Tensor> {
        same_floats("complex", real, imag)?;
        join(real, imag)
    }

    /// `abs · (cos angle + i sin angle)`, both `f32` or both `f64`, which broadcast.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::polar(&Tensor::new([2f32])?, &Tensor::new([0f32])?)?;
    /// assert_eq!(z.to_complex_vec()?, [(2.0, 0.0)]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other dtypes, shapes that don't broadcast.
    #[track_caller]
    pub fn polar(abs: &Tensor, angle: &Tensor) -> Result<Tensor> {
        same_floats("polar", abs, angle)?;
        join(&abs.mul(&angle.cos()?)?, &abs.mul(&angle.sin()?)?)
    }

    /// A complex number without dimensions, of `dtype` `C64` or `C128`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let z = Tensor::complex_scalar(1.0, -2.0, DType::C64)?;
    /// assert_eq!((z.dtype(), z.item_complex()?), (DType::C64, (1.0, -2.0)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dtype that isn't complex.
    #[track_caller]
    pub fn complex_scalar(re: f64, im: f64, dtype: DType) -> Result<Tensor> {
        let out = from_pair(&Tensor::new([re, im])?)?;
        complex_only("complex_scalar", &Tensor::zeros((0usize, dtype))?)?;
        out.to_dtype(dtype)
    }

    /// A bare complex number: 0-d, and yielding to tensors when types are mixed.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let i = Tensor::complex_number(0.0, 1.0)?;
    /// let z = Tensor::new([2f32])?.mul(&i)?;
    /// assert_eq!((z.dtype(), z.item_complex()?), (DType::C64, (0.0, 2.0)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn complex_number(re: f64, im: f64) -> Result<Tensor> {
        Ok(Tensor::complex_scalar(re, im, DType::C128)?.into_number())
    }

    /// The one element as (real, imaginary) part; the imaginary part of a real number is 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::complex_scalar(3.0, 4.0, DType::C128)?.item_complex()?, (3.0, 4.0));
    /// assert_eq!(Tensor::new(3f32)?.item_complex()?, (3.0, 0.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Not exactly one element.
    #[track_caller]
    pub fn item_complex(&self) -> Result<(f64, f64)> {
        if !self.dtype().is_complex() {
            return Ok((self.item::<f64>()?, 0.0));
        }
        let (re, im) = split(&self.detach())?;
        Ok((re.item::<f64>()?, im.item::<f64>()?))
    }

    /// The elements in row-major order as (real, imaginary) parts.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::complex(&Tensor::new([1f32, 2.0])?, &Tensor::new([3f32, 4.0])?)?;
    /// assert_eq!(z.to_complex_vec()?, [(1.0, 3.0), (2.0, 4.0)]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn to_complex_vec(&self) -> Result<Vec<(f64, f64)>> {
        let wide = self.detach().to_dtype(DType::C128)?;
        pair(&wide)?.with_data(|v: &[f64]| v.chunks_exact(2).map(|p| (p[0], p[1])).collect())
    }

    /// The real numbers that a complex tensor is made of, as a view: (…) → (…, 2).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::complex(&Tensor::new([1.0f32, 2.0])?, &Tensor::new([3.0f32, 4.0])?)?;
    /// assert_eq!(z.view_as_real()?.to_vec::<f32>()?, [1.0, 3.0, 2.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that isn't complex.
    #[track_caller]
    pub fn view_as_real(&self) -> Result<Tensor> {
        complex_only("view_as_real", self)?;
        self.viewed(View::AsReal)
    }

    /// Pairs of reals as complex numbers, as a view: (…, 2) → (…).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::new([[1f32, 3.0], [2.0, 4.0]])?.view_as_complex()?;
    /// assert_eq!(z.to_complex_vec()?, [(1.0, 3.0), (2.0, 4.0)]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than `f32` and `f64`, a last size other than 2, pairs that don't lie side by side in memory.
    #[track_caller]
    pub fn view_as_complex(&self) -> Result<Tensor> {
        const OP: &str = "view_as_complex";
        if !matches!(self.dtype(), DType::F32 | DType::F64) {
            return Err(Error::value(
                OP,
                format!("expected a float32 or float64 tensor, got {}", self.dtype()),
            ));
        }
        if self.dims().last() != Some(&2) {
            return Err(Error::shape(
                OP,
                format!(
                    "shape {}; the last size must be 2, the real and the imaginary part",
                    self.shape()
                ),
            ));
        }
        self.viewed(View::AsComplex)
    }

    /// The real part, as a view; a real tensor is its own.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::complex(&Tensor::new([1f32])?, &Tensor::new([3f32])?)?;
    /// assert_eq!(z.real()?.to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// None but those of views.
    #[track_caller]
    pub fn real(&self) -> Result<Tensor> {
        match self.dtype().is_complex() {
            true => self.view_as_real()?.select(-1, 0),
            false => Ok(self.clone()),
        }
    }

    /// The imaginary part, as a view.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::complex(&Tensor::new([1f32])?, &Tensor::new([3f32])?)?;
    /// assert_eq!(z.imag()?.to_vec::<f32>()?, [3.0]);
    /// assert!(Tensor::new([1f32])?.imag().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that isn't complex.
    #[track_caller]
    pub fn imag(&self) -> Result<Tensor> {
        if !self.dtype().is_complex() {
            return Err(Error::dtype(
                "imag",
                format!(
                    "not defined for {} tensors, which have no imaginary part",
                    self.dtype()
                ),
            ));
        }
        self.view_as_real()?.select(-1, 1)
    }

    /// The complex conjugate, as a new tensor; a real tensor is its own.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let z = Tensor::complex_scalar(1.0, 2.0, DType::C64)?;
    /// assert_eq!(z.conj()?.item_complex()?, (1.0, -2.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn conj(&self) -> Result<Tensor> {
        if !self.dtype().is_complex() {
            return Ok(self.clone());
        }
        let signs = Tensor::new([1.0f32, -1.0])?.to_dtype(self.dtype().to_real())?;
        from_pair(&pair(self)?.mul(&signs)?)
    }

    /// The angle in (-π, π]; of a real number, 0 or π, and NaN for NaN. Its gradient at 0 is 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let i = Tensor::complex_scalar(0.0, 1.0, DType::C128)?;
    /// assert!((i.angle()?.item::<f64>()? - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn angle(&self) -> Result<Tensor> {
        if !self.dtype().is_complex() {
            return self.real_angle();
        }
        let (re, im) = split(self)?;
        if !crate::autograd::tracks(&[self]) {
            return im.atan2(&re);
        }
        let zero = self.detach().eq(0.0)?;
        zero.select_where(
            &re.detach().mul(0.0)?,
            im.atan2(zero.select_where(1.0, &re)?)?,
        )
    }

    /// `z / |z|`, and 0 at 0; the sign of a real number.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let z = Tensor::complex_scalar(3.0, 4.0, DType::C128)?.sgn()?.item_complex()?;
    /// assert!((z.0 - 0.6).abs() < 1e-15 && (z.1 - 0.8).abs() < 1e-15);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Bools.
    #[track_caller]
    pub fn sgn(&self) -> Result<Tensor> {
        if !self.dtype().is_complex() {
            return self.sign();
        }
        let length = self.abs()?;
        let zero = length.detach().eq(0.0)?;
        self.div(&length.masked_fill(&zero, 1.0)?)?
            .masked_fill(&zero, 0.0)
    }

    /// As [`Tensor::conj`], in place.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let z = Tensor::complex_scalar(1.0, 2.0, DType::C64)?;
    /// z.conj_()?;
    /// assert_eq!(z.item_complex()?, (1.0, -2.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// What in-place operations refuse.
    #[track_caller]
    pub fn conj_(&self) -> Result<&Tensor> {
        self.replaced_by("conj_", Tensor::conj)
    }

    /// As [`Tensor::sgn`], in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([-3f32, 0.0, 2.0])?;
    /// x.sgn_()?;
    /// assert_eq!(x.to_vec::<f32>()?, [-1.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Bools; what in-place operations refuse.
    #[track_caller]
    pub fn sgn_(&self) -> Result<&Tensor> {
        match self.dtype().is_complex() {
            true => self.replaced_by("sgn_", Tensor::sgn),
            false => self.sign_(),
        }
    }

    /// `f` of this tensor written over it.
    #[track_caller]
    fn replaced_by(&self, op: &'static str, f: fn(&Tensor) -> Result<Tensor>) -> Result<&Tensor> {
        crate::ops::inplace::check(op, self, &[])?;
        let out = f(&self.try_clone()?)?;
        self.copy_(&out)
    }

    /// The conjugate transpose of the last two dimensions.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::complex(&Tensor::zeros([1, 2])?, &Tensor::new([[1f32, 2.0]])?)?;
    /// assert_eq!(z.adjoint()?.dims(), [2, 1]);
    /// assert_eq!(z.adjoint()?.imag()?.to_vec::<f32>()?, [-1.0, -2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two dimensions.
    #[track_caller]
    pub fn adjoint(&self) -> Result<Tensor> {
        if self.rank() < 2 {
            return Err(Error::shape(
                "adjoint",
                format!("expected at least 2 dimensions, got shape {}", self.shape()),
            ));
        }
        self.transpose(-2, -1)?.conj()
    }

    /// `Σ conj(aᵢ) · bᵢ` of two vectors.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let z = Tensor::complex(&Tensor::new([0f32])?, &Tensor::new([2f32])?)?; // 2i
    /// assert_eq!(z.vdot(&z)?.item_complex()?, (4.0, 0.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::dot`].
    #[track_caller]
    pub fn vdot(&self, other: &Tensor) -> Result<Tensor> {
        self.conj()?.dot(other)
    }

    /// Sets every element to `value`, which may be complex if this tensor is.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let z = Tensor::zeros(([2], DType::C64))?;
    /// z.fill_with_(&Tensor::complex_scalar(1.0, 2.0, DType::C64)?)?;
    /// assert_eq!(z.to_complex_vec()?, [(1.0, 2.0), (1.0, 2.0)]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value with dimensions, a complex value in a real tensor; what in-place operations refuse.
    #[track_caller]
    pub fn fill_with_(&self, value: impl Operand) -> Result<&Tensor> {
        let value = value.operand()?;
        if value.rank() > 0 || (value.dtype().is_complex() && !self.dtype().is_complex()) {
            return Err(Error::dtype(
                "fill_",
                format!(
                    "can't fill a {} tensor with a {} value of shape {}",
                    self.dtype(),
                    value.dtype(),
                    value.shape()
                ),
            ));
        }
        let value = value.held_by("fill_", self.dtype())?;
        self.copy_(&value)
    }
}

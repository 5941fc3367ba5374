//! Transforms of a sample on its way into a batch: images of shape (channels, height, width).
//!
//! They run in the loader's threads, and draw from the generator of their sample, so an augmented epoch can be repeated.
//!
//! ```
//! use neurarust_core::Tensor;
//! use neurarust_data::transforms::{Compose, Normalize, RandomCrop, RandomHorizontalFlip, Transform};
//! use neurarust_data::{DataLoader, Dataset, TensorDataset};
//!
//! let augment = Compose::new()
//!     .then(RandomCrop::new((8, 8)).padding(1))
//!     .then(RandomHorizontalFlip::new(0.5)?)
//!     .then(Normalize::new([0.3], [0.35])?);
//! let images = Tensor::zeros([100, 1, 8, 8])?;
//! let labels = Tensor::zeros([100])?;
//! let dataset = TensorDataset::new((images, labels))?
//!     .map(move |(image, label), rng| Ok((augment.apply(&image, rng)?, label)));
//! let loader = DataLoader::builder(dataset).batch_size(10).num_workers(2).build()?;
//! # assert_eq!(loader.iter().next().unwrap()?.0.dims(), [10, 1, 8, 8]);
//! # Ok::<(), neurarust_core::Error>(())
//! ```

use crate::{Random, Rng};
use neurarust_core::{DType, Error, Result, Tensor};

/// A function of a tensor, possibly a random one. Closures are transforms too.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_data::{Rng, keyed, transforms::Transform};
/// let negative = |x: &Tensor, _rng: &mut Rng| x.neg()?.add(1.0);
/// let y = negative.apply(&Tensor::zeros([1, 2, 2])?, &mut keyed(0, 0, 0))?;
/// assert_eq!(y.to_vec::<f32>()?, [1.0; 4]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Transform: Send + Sync {
    /// The transformed tensor; whatever is random comes from `rng`.
    ///
    /// # Errors
    /// The tensor has a shape or type that this transform does not take.
    fn apply(&self, x: &Tensor, rng: &mut Rng) -> Result<Tensor>;
}

impl<F> Transform for F
where
    F: Fn(&Tensor, &mut Rng) -> Result<Tensor> + Send + Sync,
{
    fn apply(&self, x: &Tensor, rng: &mut Rng) -> Result<Tensor> {
        self(x, rng)
    }
}

/// One transform after the other.
#[derive(Default)]
pub struct Compose {
    steps: Vec<Box<dyn Transform>>,
}

impl Compose {
    /// No transform at all.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{Compose, Transform}};
    /// let image = Tensor::ones([1, 2, 2])?;
    /// assert_eq!(Compose::new().apply(&image, &mut keyed(0, 0, 0))?.to_vec::<f32>()?, [1.0; 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Compose::default()
    }

    /// Adds one at the end.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{CenterCrop, Compose, Normalize, Transform}};
    /// let steps = Compose::new().then(CenterCrop::new((2, 2))).then(Normalize::new([0.5], [0.5])?);
    /// let y = steps.apply(&Tensor::ones([1, 4, 4])?, &mut keyed(0, 0, 0))?;
    /// assert_eq!((y.dims(), y.max()?.item::<f32>()?), (&[1, 2, 2][..], 1.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn then(mut self, step: impl Transform + 'static) -> Self {
        self.steps.push(Box::new(step));
        self
    }
}

impl Transform for Compose {
    fn apply(&self, x: &Tensor, rng: &mut Rng) -> Result<Tensor> {
        let mut x = x.clone();
        for step in &self.steps {
            x = step.apply(&x, rng)?;
        }
        Ok(x)
    }
}

/// Bytes of shape (height, width) or (height, width, channels), as image files hold them, to `f32` of shape
/// (channels, height, width), divided by 255.
///
/// ```
/// use neurarust_core::{DType, Tensor};
/// use neurarust_data::{keyed, transforms::{ToTensor, Transform}};
/// let image = Tensor::full(([4, 5, 3], DType::U8), 51.0)?; // (height, width, channels)
/// let x = ToTensor.apply(&image, &mut keyed(0, 0, 0))?;
/// assert_eq!((x.dims(), x.max()?.item::<f32>()?), (&[3, 4, 5][..], 0.2));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ToTensor;

impl Transform for ToTensor {
    fn apply(&self, x: &Tensor, _: &mut Rng) -> Result<Tensor> {
        const OP: &str = "ToTensor";
        if x.dtype() != DType::U8 {
            let message = format!("expected uint8, got {}", x.dtype());
            return Err(Error::dtype(OP, message));
        }
        let channels_first = match x.rank() {
            2 => x.unsqueeze(0)?,
            3 => x.permute(&[2, 0, 1])?,
            _ => {
                let message = format!(
                    "expected (height, width) or (height, width, channels), got shape {}",
                    x.shape()
                );
                return Err(Error::shape(OP, message));
            }
        };
        channels_first.to_dtype(DType::F32)?.div(255.0)
    }
}

/// `(x - mean) / std`, with a mean and a deviation for each channel.
#[derive(Debug, Clone)]
pub struct Normalize {
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Normalize {
    /// One mean and one deviation per channel, or one for all.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{Normalize, Transform}};
    /// let image = Tensor::full([1, 2, 2], 3.0)?; // (channels, height, width)
    /// let y = Normalize::new([1.0], [2.0])?.apply(&image, &mut keyed(0, 0, 0))?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0; 4]);
    /// assert!(Normalize::new([1.0], [0.0]).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As many means as deviations are needed, at least one, finite, and no deviation of zero.
    #[track_caller]
    pub fn new(mean: impl Into<Vec<f64>>, std: impl Into<Vec<f64>>) -> Result<Self> {
        const OP: &str = "Normalize";
        let (mean, std) = (mean.into(), std.into());
        if mean.len() != std.len() || mean.is_empty() {
            let message = format!(
                "expected a mean and a std for each channel, got {} and {}",
                mean.len(),
                std.len()
            );
            return Err(Error::value(OP, message));
        }
        let sound =
            mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s != 0.0);
        if !sound {
            let message =
                format!("mean and std must be finite and std not 0, got {mean:?} and {std:?}");
            return Err(Error::value(OP, message));
        }
        Ok(Normalize { mean, std })
    }
}

impl Transform for Normalize {
    fn apply(&self, x: &Tensor, _: &mut Rng) -> Result<Tensor> {
        const OP: &str = "Normalize";
        let (channels, _, _) = image_size(OP, x)?;
        let count = self.mean.len();
        if count != 1 && count != channels {
            let message = format!("{count} means for {channels} channels");
            return Err(Error::shape(OP, message));
        }
        if !x.dtype().is_float() {
            let message = format!(
                "expected floating point, got {}; apply ToTensor first",
                x.dtype()
            );
            return Err(Error::dtype(OP, message));
        }
        let per_channel =
            |values: &[f64]| Tensor::from_vec(values.to_vec(), [count, 1, 1])?.to_dtype(x.dtype());
        x.sub(&per_channel(&self.mean)?)?
            .div(&per_channel(&self.std)?)
    }
}

/// Mirrors left and right with a probability.
#[derive(Debug, Clone, Copy)]
pub struct RandomHorizontalFlip {
    probability: f64,
}

/// Mirrors top and bottom with a probability.
#[derive(Debug, Clone, Copy)]
pub struct RandomVerticalFlip {
    probability: f64,
}

macro_rules! flips {
    ($($flip:ident: $dim:literal, $mirrored:literal;)*) => { $(
        impl $flip {
            /// Mirrors with this probability.
            ///
            /// ```
            /// use neurarust_core::Tensor;
            #[doc = concat!("use neurarust_data::{keyed, transforms::{", stringify!($flip), ", Transform}};")]
            /// let image = Tensor::new([[[1f32, 2.0], [3.0, 4.0]]])?;
            #[doc = concat!("let y = ", stringify!($flip), "::new(1.0)?.apply(&image, &mut keyed(0, 0, 0))?;")]
            #[doc = concat!("assert_eq!(y.to_vec::<f32>()?, ", $mirrored, ");")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// It is not in 0 … 1.
            #[track_caller]
            pub fn new(probability: f64) -> Result<Self> {
                if !(0.0..=1.0).contains(&probability) {
                    let message = format!("a probability lies in 0 … 1, got {probability}");
                    return Err(Error::value(stringify!($flip), message));
                }
                Ok($flip { probability })
            }
        }

        impl Transform for $flip {
            fn apply(&self, x: &Tensor, rng: &mut Rng) -> Result<Tensor> {
                image_size(stringify!($flip), x)?;
                if rng.uniform_f64() < self.probability {
                    x.flip(&[$dim])
                } else {
                    Ok(x.clone())
                }
            }
        }
    )* };
}

flips! {
    RandomHorizontalFlip: -1, "[2.0, 1.0, 4.0, 3.0]";
    RandomVerticalFlip: -2, "[3.0, 4.0, 1.0, 2.0]";
}

/// A window at a random place, of an image that can be given a border first.
#[derive(Debug, Clone, Copy)]
pub struct RandomCrop {
    size: (usize, usize),
    padding: usize,
    fill: f64,
}

impl RandomCrop {
    /// A window of `(height, width)`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{RandomCrop, Transform}};
    /// let y = RandomCrop::new((2, 3)).apply(&Tensor::ones([1, 4, 4])?, &mut keyed(0, 0, 0))?;
    /// assert_eq!(y.dims(), [1, 2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(size: (usize, usize)) -> Self {
        RandomCrop {
            size,
            padding: 0,
            fill: 0.0,
        }
    }

    /// Gives the image a border of so many pixels on every side before cropping.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{RandomCrop, Transform}};
    /// let crop = RandomCrop::new((6, 6)).padding(1);
    /// assert_eq!(crop.apply(&Tensor::ones([1, 4, 4])?, &mut keyed(0, 0, 0))?.sum()?.item::<f32>()?, 16.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }

    /// The value of the border (0 unless told otherwise).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{RandomCrop, Transform}};
    /// let crop = RandomCrop::new((6, 6)).padding(1).fill(1.0);
    /// assert_eq!(crop.apply(&Tensor::ones([1, 4, 4])?, &mut keyed(0, 0, 0))?.sum()?.item::<f32>()?, 36.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }
}

impl Transform for RandomCrop {
    fn apply(&self, x: &Tensor, rng: &mut Rng) -> Result<Tensor> {
        const OP: &str = "RandomCrop";
        let padded = pad(OP, x, self.padding, self.fill)?;
        let (_, height, width) = image_size(OP, &padded)?;
        let (rows, columns) = room(OP, (height, width), self.size)?;
        let top = rng.below(rows as u64 + 1) as usize;
        let left = rng.below(columns as u64 + 1) as usize;
        crop(&padded, (top, left), self.size)
    }
}

/// The window in the middle.
#[derive(Debug, Clone, Copy)]
pub struct CenterCrop {
    size: (usize, usize),
}

impl CenterCrop {
    /// A window of `(height, width)`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{keyed, transforms::{CenterCrop, Transform}};
    /// let image = Tensor::arange_step(0.0, 9.0, 1.0, neurarust_core::DType::F32)?.reshape([1, 3, 3])?;
    /// let middle = CenterCrop::new((1, 1)).apply(&image, &mut keyed(0, 0, 0))?;
    /// assert_eq!(middle.to_vec::<f32>()?, [4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(size: (usize, usize)) -> Self {
        CenterCrop { size }
    }
}

impl Transform for CenterCrop {
    fn apply(&self, x: &Tensor, _: &mut Rng) -> Result<Tensor> {
        const OP: &str = "CenterCrop";
        let (_, height, width) = image_size(OP, x)?;
        let (rows, columns) = room(OP, (height, width), self.size)?;
        crop(x, (rows / 2, columns / 2), self.size)
    }
}

/// Channels, height and width.
fn image_size(op: &'static str, x: &Tensor) -> Result<(usize, usize, usize)> {
    match x.dims() {
        &[channels, height, width] => Ok((channels, height, width)),
        _ => {
            let message = format!(
                "expected an image of shape (channels, height, width), got {}",
                x.shape()
            );
            Err(Error::shape(op, message))
        }
    }
}

/// How many rows and columns the window can be moved by.
fn room(op: &'static str, image: (usize, usize), window: (usize, usize)) -> Result<(usize, usize)> {
    match (image.0.checked_sub(window.0), image.1.checked_sub(window.1)) {
        (Some(rows), Some(columns)) => Ok((rows, columns)),
        _ => {
            let message = format!(
                "a window of {} × {} does not fit into an image of {} × {}",
                window.0, window.1, image.0, image.1
            );
            Err(Error::shape(op, message))
        }
    }
}

fn crop(
    x: &Tensor,
    (top, left): (usize, usize),
    (height, width): (usize, usize),
) -> Result<Tensor> {
    x.narrow(-2, top as i64, height)?
        .narrow(-1, left as i64, width)
}

fn pad(op: &'static str, x: &Tensor, padding: usize, fill: f64) -> Result<Tensor> {
    if padding == 0 {
        return Ok(x.clone());
    }
    let (channels, height, width) = image_size(op, x)?;
    let grown = |n: usize| {
        padding
            .checked_mul(2)
            .and_then(|border| n.checked_add(border))
            .ok_or_else(|| Error::value(op, format!("a border of {padding} pixels is too wide")))
    };
    let padded =
        Tensor::full([channels, grown(height)?, grown(width)?], fill)?.to_dtype(x.dtype())?;
    crop(&padded, (padding, padding), (height, width))?.copy_(x)?;
    Ok(padded)
}

//! The UCI handwritten digits, small enough to live inside the crate: no file, no network.

use super::{image_tensor, label_tensor};
use crate::TensorDataset;
use crate::error::{DataError, DataResult, report};
use neurarust_core::{Result, Tensor};
use std::io::Read;

/// 1,797 images of 8 × 8 pixels in ten classes, the set that scikit-learn ships as `load_digits`.
///
/// E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository,
/// <https://doi.org/10.24432/C50P49>, [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).
///
/// ```
/// use neurarust_data::datasets::Digits;
///
/// let digits = Digits::load()?;
/// assert_eq!(digits.len(), 1797);
/// assert_eq!(digits.images()?.dims(), [1797, 1, 8, 8]);
/// assert_eq!(digits.label_bytes()[..3], [0, 1, 2]);
/// let parts = neurarust_data::Dataset::random_split(digits.dataset()?, [0.8, 0.2], 0)?;
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Digits {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// Images, then labels; made by `tools/digits.py`.
const EMBEDDED: &[u8] = include_bytes!("digits.bin.gz");
const NAME: &str = "the embedded digits";

impl Digits {
    /// How many images there are.
    pub const COUNT: usize = 1797;
    /// Height and width of an image.
    pub const SIDE: usize = 8;
    /// The value of a fully inked pixel; blank is 0.
    pub const INK: u8 = 16;
    /// How many classes there are: the digits 0 … 9.
    pub const CLASSES: usize = 10;

    /// Decompresses the set (about a millisecond).
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// let digits = Digits::load()?;
    /// assert_eq!(digits.len(), 1797);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Only if the program's own copy of the data is damaged.
    #[track_caller]
    pub fn load() -> Result<Digits> {
        report("Digits::load", Digits::decompress())
    }

    fn decompress() -> DataResult<Digits> {
        const AREA: usize = Digits::SIDE * Digits::SIDE;
        let mut pixels = Vec::with_capacity(Digits::COUNT * (AREA + 1));
        flate2::read::GzDecoder::new(EMBEDDED)
            .read_to_end(&mut pixels)
            .map_err(|e| DataError::io("decompress", NAME, e))?;
        if pixels.len() != Digits::COUNT * (AREA + 1) {
            return Err(DataError::malformed(
                NAME,
                format!("{} bytes", Digits::COUNT * (AREA + 1)),
                pixels.len().to_string(),
            ));
        }
        let labels = pixels.split_off(Digits::COUNT * AREA);
        Ok(Digits { pixels, labels })
    }

    /// How many images there are.
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// assert_eq!(Digits::load()?.len(), 1797);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Never true.
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// assert!(!Digits::load()?.is_empty());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The pixels, 0 … 16: (1797, 8, 8), row-major.
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// assert_eq!(Digits::load()?.pixel_bytes().len(), 1797 * 8 * 8);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn pixel_bytes(&self) -> &[u8] {
        &self.pixels
    }

    /// The labels, 0 … 9: (1797).
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// assert!(Digits::load()?.label_bytes().iter().all(|label| *label < 10));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn label_bytes(&self) -> &[u8] {
        &self.labels
    }

    /// The images, blank 0.0 to full ink 1.0: `f32` of shape (1797, 1, 8, 8).
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// assert_eq!(Digits::load()?.images()?.dims(), [1797, 1, 8, 8]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn images(&self) -> Result<Tensor> {
        let shape = [self.len(), 1, Digits::SIDE, Digits::SIDE];
        image_tensor(&self.pixels, shape, Digits::INK)
    }

    /// The labels, 0 … 9: `i64` of shape (1797).
    ///
    /// ```
    /// use neurarust_data::datasets::Digits;
    /// let labels = Digits::load()?.labels()?;
    /// assert_eq!((labels.min()?.item::<i64>()?, labels.max()?.item::<i64>()?), (0, 9));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn labels(&self) -> Result<Tensor> {
        label_tensor(&self.labels)
    }

    /// [`images`](Self::images) and [`labels`](Self::labels) as a data set.
    ///
    /// ```
    /// use neurarust_data::{Dataset, datasets::Digits};
    /// assert_eq!(Digits::load()?.dataset()?.len(), 1797);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn dataset(&self) -> Result<TensorDataset> {
        TensorDataset::new((self.images()?, self.labels()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums are those of scikit-learn's `load_digits()`.
    #[test]
    fn holds_the_digits_of_scikit_learn() {
        let digits = Digits::load().unwrap();
        assert_eq!(digits.pixel_bytes().len(), 1797 * 64);
        let sum: u64 = digits.pixel_bytes().iter().map(|&p| u64::from(p)).sum();
        assert_eq!(sum, 561_718);
        assert_eq!(digits.pixel_bytes().iter().max(), Some(&Digits::INK));
        assert_eq!(
            digits.pixel_bytes()[8..16],
            [0, 0, 13, 15, 10, 15, 5, 0],
            "second row of the first image"
        );
        let mut counts = [0; Digits::CLASSES];
        for &label in digits.label_bytes() {
            counts[label as usize] += 1;
        }
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(digits.label_bytes()[1787..], [5, 4, 8, 8, 4, 9, 0, 8, 9, 8]);
    }
}

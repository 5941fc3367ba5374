//! Channels dealt out over pixels, and back: the same elements seen in another order.

use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};

impl Tensor {
    /// `(…, channels · r², h, w)` → `(…, channels, h · r, w · r)`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[[1.0f32]], [[2.0]], [[3.0]], [[4.0]]])?.pixel_shuffle(2)?;
    /// assert_eq!(x.dims(), [1, 2, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than three dimensions, an `r` of 0, channels that are no multiple of `r²`.
    #[track_caller]
    pub fn pixel_shuffle(&self, r: usize) -> Result<Tensor> {
        const OP: &str = "pixel_shuffle";
        let (lead, [c, h, w]) = self.images(OP)?;
        let square = r
            .checked_mul(r)
            .filter(|&square| square > 0 && c % square == 0);
        let Some(square) = square else {
            return Err(Error::shape(
                OP,
                format!(
                    "{c} channels of shape {} for a factor of {r}; expected a multiple of its square",
                    self.shape()
                ),
            ));
        };
        let k = lead.len() as i64;
        let order: Vec<i64> = (0..=k).chain([k + 3, k + 1, k + 4, k + 2]).collect();
        let out = shaped(lead, &[c / square, size(OP, h, r)?, size(OP, w, r)?])?;
        self.reshape(&shaped(lead, &[c / square, r, r, h, w])?)?
            .permute(&order)?
            .reshape(&out)
    }

    /// `(…, channels, h · r, w · r)` → `(…, channels · r², h, w)`: [`Tensor::pixel_shuffle`] undone.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[[1f32, 2.0], [3.0, 4.0]]])?.pixel_unshuffle(2)?;
    /// assert_eq!(x.dims(), [4, 1, 1]);
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than three dimensions, an `r` of 0, sizes that are no multiples of `r`.
    #[track_caller]
    pub fn pixel_unshuffle(&self, r: usize) -> Result<Tensor> {
        const OP: &str = "pixel_unshuffle";
        let (lead, [c, h, w]) = self.images(OP)?;
        if r == 0 || h % r != 0 || w % r != 0 {
            return Err(Error::shape(
                OP,
                format!(
                    "images of {h} × {w} for a factor of {r}; expected multiples of it, of shape {}",
                    self.shape()
                ),
            ));
        }
        let k = lead.len() as i64;
        let order: Vec<i64> = (0..=k).chain([k + 2, k + 4, k + 1, k + 3]).collect();
        let out = shaped(lead, &[size(OP, size(OP, c, r)?, r)?, h / r, w / r])?;
        self.reshape(&shaped(lead, &[c, h / r, r, w / r, r])?)?
            .permute(&order)?
            .reshape(&out)
    }

    /// The leading dimensions, and the last three.
    #[track_caller]
    fn images(&self, op: &'static str) -> Result<(&[usize], [usize; 3])> {
        match self.dims().split_last_chunk::<3>() {
            Some((lead, last)) => Ok((lead, *last)),
            None => Err(Error::shape(
                op,
                format!(
                    "expected (…, channels, height, width), got shape {}",
                    self.shape()
                ),
            )),
        }
    }
}

#[track_caller]
fn size(op: &'static str, n: usize, r: usize) -> Result<usize> {
    n.checked_mul(r)
        .ok_or_else(|| Error::shape(op, format!("a size of {n} · {r} is too long")))
}

#[track_caller]
fn shaped(lead: &[usize], last: &[usize]) -> Result<Shape> {
    let mut dims = Dims::from_slice(lead);
    dims.extend_from_slice(last);
    Shape::from_dims(dims)
}

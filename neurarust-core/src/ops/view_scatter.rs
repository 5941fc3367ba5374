//! A copy of a tensor with something else where a view would look: what views and writing to them are together.

use crate::layout::{Layout, Shape, Strides};
use crate::{Error, Result, Tensor};

impl Tensor {
    /// A copy in which `part` stands where `view` of the copy looks.
    #[track_caller]
    fn with_part(
        &self,
        op: &'static str,
        part: &Tensor,
        view: impl FnOnce(&Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let out = self.try_clone()?;
        put_in(op, &view(&out)?, part)?;
        Ok(out)
    }

    /// A copy with `src` as element `index` of dimension `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 2])?;
    /// let y = x.select_scatter(&Tensor::new([1f32, 2.0])?, 1, 0)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 0.0, 2.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension or index that isn't there, a source of another shape.
    #[track_caller]
    pub fn select_scatter(&self, src: &Tensor, dim: i64, index: i64) -> Result<Tensor> {
        self.with_part("select_scatter", src, |t| t.select(dim, index))
    }

    /// A copy with `src` as elements `start..end` of dimension `dim`, every `step`. See [`Tensor::slice`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([4])?;
    /// let y = x.slice_scatter(&Tensor::new([1f32, 2.0])?, 0, Some(0), None, 2)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 0.0, 2.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, a step below 1, a source of another shape.
    #[track_caller]
    pub fn slice_scatter(
        &self,
        src: &Tensor,
        dim: i64,
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    ) -> Result<Tensor> {
        self.with_part("slice_scatter", src, |t| t.slice(dim, start, end, step))
    }

    /// A copy with `src` as the diagonal of dimensions `a` and `b`. See [`Tensor::diagonal`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::zeros([2, 2])?.diagonal_scatter(&Tensor::new([1f32, 2.0])?, 0, 0, 1)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 0.0, 0.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Dimensions that aren't there, or the same one twice; a source of another shape.
    #[track_caller]
    pub fn diagonal_scatter(&self, src: &Tensor, shift: i64, a: i64, b: i64) -> Result<Tensor> {
        self.with_part("diagonal_scatter", src, |t| t.diagonal(shift, a, b))
    }

    /// A copy, lying as this tensor lies, with `src` where `as_strided(shape, strides, offset)` of it looks.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::zeros([5])?.as_strided_scatter(&Tensor::new([1f32, 2.0])?, &[2], &[3], 1)?;
    /// assert_eq!(y.to_vec::<f32>()?, [0.0, 1.0, 0.0, 0.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Elements outside of the buffer, strides by which elements share memory, a source of another shape.
    #[track_caller]
    pub fn as_strided_scatter(
        &self,
        src: &Tensor,
        shape: &[usize],
        strides: &[isize],
        offset: usize,
    ) -> Result<Tensor> {
        const OP: &str = "as_strided_scatter";
        let window = Layout::strided(Shape::new(shape)?, Strides::from_slice(strides), offset)?;
        if window.may_overlap() || self.layout().may_overlap() {
            return Err(Error::new(
                crate::ErrorKind::Shape,
                OP,
                "elements that share memory can't be written to; expand the result instead",
            ));
        }
        // Positions are those of this tensor's buffer, of which there may be more than the tensor shows.
        let elements = self.storage().bytes() / self.dtype().size();
        let buffer = Tensor::zeroed(Shape::new(&[elements])?, self.dtype())?;
        let out = buffer.as_strided(self.dims(), self.strides(), self.layout().offset())?;
        out.copy_(self)?;
        put_in(OP, &buffer.as_strided(shape, strides, offset)?, src)?;
        Ok(match out.is_requires_grad() {
            true => out,
            false => out.detach(),
        })
    }

    /// Sets the diagonal of a matrix, or of a tensor whose sizes are all equal, in place. With `wrap`, a tall matrix has
    /// its diagonal go on after each further square and the row below it.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([3, 2])?;
    /// x.fill_diagonal_(5.0, false)?;
    /// assert_eq!(x.to_vec::<f32>()?, [5.0, 0.0, 0.0, 5.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two dimensions, more than two of different sizes, what in-place operations refuse.
    #[track_caller]
    pub fn fill_diagonal_(&self, value: f64, wrap: bool) -> Result<&Tensor> {
        const OP: &str = "fill_diagonal_";
        let dims = self.dims();
        let &[rows, columns, ..] = dims else {
            return Err(Error::shape(
                OP,
                format!("expected 2 or more dimensions, got shape {}", self.shape()),
            ));
        };
        if dims.len() > 2 && dims.iter().any(|d| *d != rows) {
            return Err(Error::shape(
                OP,
                format!("expected equal sizes, got shape {}", self.shape()),
            ));
        }
        let steps = dims.iter().copied().min().unwrap_or(0);
        let stride = self
            .strides()
            .iter()
            .fold(0isize, |sum, s| sum.wrapping_add(*s));
        super::inplace::check(OP, self, &[])?;
        if steps > 0 {
            let diagonal = self.as_strided(&[steps], &[stride], self.layout().offset())?;
            diagonal.fill_(value)?;
            // Rows columns+1 and on begin the diagonal anew.
            let mut first = columns + 1;
            while wrap && dims.len() == 2 && first < rows {
                let below = self.narrow(0, first as i64, rows - first)?;
                below.fill_diagonal_(value, false)?;
                first += columns + 1;
            }
        }
        Ok(self)
    }
}

#[track_caller]
fn put_in(op: &'static str, place: &Tensor, part: &Tensor) -> Result<()> {
    if place.shape() != part.shape() {
        return Err(Error::shape(
            op,
            format!(
                "a source of shape {} for a part of shape {}",
                part.shape(),
                place.shape()
            ),
        ));
    }
    place.copy_(part)?;
    Ok(())
}

//! Claims about reading and writing by index: values, gradients, what is refused.

use neurarust_core::{DType, ErrorKind, Result, Tensor};

mod common;
use common::{gradients_agree, layouts};

#[test]
fn gather_picks_along_any_dimension_in_any_layout() -> Result<()> {
    for x in layouts(&[3, 4, 2])? {
        let data = x.to_vec::<f64>()?;
        let at = |i: usize, j: usize, k: usize| data[(i * 4 + j) * 2 + k];
        let index = Tensor::new([[[3i64, 0], [1, 1]], [[2, 2], [0, 3]]])?;
        let y = x.gather(1, &index)?;
        let n = index.to_vec::<i64>()?;
        let want: Vec<f64> = (0..8).map(|p| at(p / 4, n[p] as usize, p % 2)).collect();
        assert_eq!(y.to_vec::<f64>()?, want);
        gradients_agree(&[&x], |t| t[0].gather(-2, &index))?;
    }
    Ok(())
}

#[test]
fn every_dtype_is_moved_and_added() -> Result<()> {
    for dtype in DType::ALL {
        let x = Tensor::new([0i64, 1, 1, 0])?.to_dtype(dtype)?;
        let index = Tensor::new([1i32, 3, 3])?;
        let y = x.index_select(0, &index)?;
        assert_eq!(y.dtype(), dtype);
        assert_eq!(y.to_dtype(DType::I64)?.to_vec::<i64>()?, [1, 0, 0]);
        let z = x.scatter_add(0, &Tensor::new([0i64, 0, 3])?, &Tensor::ones((3, dtype))?)?;
        let two = if dtype == DType::Bool { 1 } else { 2 };
        assert_eq!(z.to_dtype(DType::I64)?.to_vec::<i64>()?, [two, 1, 1, 1]);
    }
    Ok(())
}

#[test]
fn scatter_writes_the_last_value_and_only_that_one_has_a_gradient() -> Result<()> {
    let x = Tensor::new([[1.0f64, 2.0, 3.0], [4.0, 5.0, 6.0]])?;
    let index = Tensor::new([[0i64, 0, 2], [1, 2, 1]])?;
    let v = Tensor::new([[10.0f64, 20.0, 30.0], [40.0, 50.0, 60.0]])?;
    let y = x.scatter(1, &index, &v)?;
    assert_eq!(y.to_vec::<f64>()?, [20.0, 2.0, 30.0, 4.0, 60.0, 50.0]);
    gradients_agree(&[&x, &v], |t| t[0].scatter(1, &index, &t[1]))?;
    gradients_agree(&[&x, &v], |t| t[0].scatter_add(1, &index, &t[1]))?;
    gradients_agree(&[&x], |t| t[0].scatter_value(1, &index, 7.0))?;
    // In place, on a view of what is differentiated.
    gradients_agree(&[&x, &v], |t| {
        let base = (&t[0] * 2.0).transpose(0, 1)?;
        base.t()?.scatter_(1, &index, &t[1])?;
        base.square()
    })
}

#[test]
fn index_add_copy_fill() -> Result<()> {
    for x in layouts(&[3, 4])? {
        let index = Tensor::new([2i64, 0, 2])?;
        let v = Tensor::linspace_dtype(1.0, 9.0, 9, DType::F64)?.reshape([3, 3])?;
        let x = x.narrow(1, 0, 3)?;
        let d = x.to_vec::<f64>()?;
        let add = x.index_add(0, &index, &v)?.to_vec::<f64>()?;
        for j in 0..3 {
            assert_eq!(add[j], d[j] + 4.0 + j as f64);
            assert_eq!(add[3 + j], d[3 + j]);
            assert_eq!(add[6 + j], d[6 + j] + (1.0 + j as f64) + (7.0 + j as f64));
        }
        let copy = x.index_copy(1, &index, &v)?.to_vec::<f64>()?;
        for i in 0..3 {
            assert_eq!(copy[i * 3], 2.0 + 3.0 * i as f64);
            assert_eq!(copy[i * 3 + 1], d[i * 3 + 1]);
            assert_eq!(copy[i * 3 + 2], 3.0 + 3.0 * i as f64);
        }
        gradients_agree(&[&x, &v], |t| t[0].index_add(0, &index, &t[1]))?;
        // Of values for one place, which one stays has no derivative: each gets the place's gradient, as in PyTorch.
        let once = Tensor::new([2i64, 0, 1])?;
        gradients_agree(&[&x, &v], |t| t[0].index_copy(1, &once, &t[1]))?;
        gradients_agree(&[&x], |t| t[0].index_fill(0, &index, 3.0))?;
        gradients_agree(&[&x, &v.select(0, 0)?.select(0, 1)?], |t| {
            t[0].index_fill(0, &index, &t[1])
        })?;
        gradients_agree(&[&x], |t| t[0].index_select(-1, &index))?;
    }
    Ok(())
}

#[test]
fn take_counts_elements_row_by_row() -> Result<()> {
    let x = Tensor::arange(0..6)?.reshape([2, 3])?.t()?;
    let index = Tensor::new([[0i64, -1], [1, 3]])?;
    assert_eq!(x.take(&index)?.to_vec::<i64>()?, [0, 5, 3, 4]);
    let x = x.to_dtype(DType::F64)?;
    gradients_agree(&[&x], |t| t[0].take(&index))
}

#[test]
fn embedding_reads_rows_and_spares_the_padding() -> Result<()> {
    let table = Tensor::linspace_dtype(0.0, 1.0, 12, DType::F64)?.reshape([4, 3])?;
    let index = Tensor::new([[1i64, 1], [3, 0]])?;
    let y = table.embedding(&index, None)?;
    assert_eq!(y.dims(), [2, 2, 3]);
    gradients_agree(&[&table], |t| t[0].embedding(&index, None))?;
    let table = table.detach().requires_grad()?;
    table.embedding(&index, Some(1))?.sum()?.backward()?;
    let g = table.grad().unwrap().to_vec::<f64>()?;
    assert_eq!(
        g,
        [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    );
    Ok(())
}

#[test]
fn large_scatters_give_the_same_bits_on_any_number_of_threads() -> Result<()> {
    use neurarust_core::cpu::pool::with_num_threads;
    let n = 5000;
    let index = Tensor::from_vec((0..n as i64).map(|i| i * i % 37).collect(), n)?;
    let rows = Tensor::linspace(-1.0, 1.0, n * 70)?.reshape([n as i64, 70])?;
    let run = || -> Result<Vec<u32>> {
        let out = Tensor::zeros([37, 70])?.index_add(0, &index, &rows)?;
        let back = out.index_select(0, &index)?;
        Ok(back.to_vec::<f32>()?.iter().map(|x| x.to_bits()).collect())
    };
    let one = with_num_threads(1, run)?;
    assert_eq!(one, with_num_threads(2, run)?);
    assert_eq!(one, with_num_threads(3, run)?);
    let data = rows.to_vec::<f32>()?;
    let mut want = vec![0f32; 37 * 70];
    for (i, row) in data.chunks(70).enumerate() {
        for (w, x) in want[i * i % 37 * 70..].iter_mut().zip(row) {
            *w += x;
        }
    }
    let first = index.to_vec::<i64>()?[1] as usize;
    assert_eq!(
        one[70..140],
        want[first * 70..first * 70 + 70]
            .iter()
            .map(|x| x.to_bits())
            .collect::<Vec<_>>()[..]
    );
    Ok(())
}

#[test]
fn bad_indices_name_value_place_and_size_and_change_nothing() -> Result<()> {
    let x = Tensor::new([[1.0f64, 2.0], [3.0, 4.0]])?;
    let before = (x.to_vec::<f64>()?, x.storage().version());
    let bad = Tensor::new([[0i64, 1], [0, 2]])?;
    let v = Tensor::ones(([2, 2], DType::F64))?;
    let e = x.gather(1, &bad).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Index);
    assert!(
        e.to_string()
            .contains("index 2 at position [1, 1] is out of range for a dimension of size 2"),
        "{e}"
    );
    assert!(e.to_string().contains("tests/gather.rs"), "{e}");
    let negative = Tensor::new([[-1i64, 0], [0, 0]])?;
    let huge = Tensor::new([i64::MIN, i64::MAX])?;
    let errors = [
        x.gather(1, &negative).unwrap_err(),
        x.scatter_(1, &bad, &v).unwrap_err(),
        x.scatter_add_(0, &negative, &v).unwrap_err(),
        x.index_add_(0, &Tensor::new([0i64, 2])?, &v).unwrap_err(),
        x.index_copy_(0, &Tensor::new([2i64, 0])?, &v).unwrap_err(),
        x.index_fill_(1, &huge, 1.0).unwrap_err(),
        x.index_select(0, &huge).unwrap_err(),
        x.take(&huge).unwrap_err(),
        x.embedding(&bad, None).unwrap_err(),
        x.gather(2, &negative).unwrap_err(),
        Tensor::zeros([0, 3])?
            .index_select(0, &Tensor::new([0i64])?)
            .unwrap_err(),
    ];
    for e in errors {
        assert_eq!(e.kind(), ErrorKind::Index, "{e}");
    }
    let index = Tensor::new([[0i64], [1]])?;
    assert_eq!(x.gather(0, &v).unwrap_err().kind(), ErrorKind::DType);
    assert_eq!(
        x.gather(0, &Tensor::new([0i64])?).unwrap_err().kind(),
        ErrorKind::Shape
    );
    assert_eq!(
        x.scatter_(0, &index, &v.narrow(0, 0, 1)?)
            .unwrap_err()
            .kind(),
        ErrorKind::Shape
    );
    assert_eq!(
        x.scatter_(0, &index, &v.to_dtype(DType::F32)?)
            .unwrap_err()
            .kind(),
        ErrorKind::DType
    );
    assert_eq!(
        x.index_add_(0, &Tensor::new([0i64])?, &v)
            .unwrap_err()
            .kind(),
        ErrorKind::Shape
    );
    assert!(
        x.expand([2, 2, 2])?
            .index_fill_(0, &Tensor::new([0i64])?, 1.0)
            .is_err()
    );
    assert_eq!(before, (x.to_vec::<f64>()?, x.storage().version()));
    Ok(())
}

#[test]
fn empty_and_scalar_tensors() -> Result<()> {
    let none = Tensor::zeros((0, DType::I64))?;
    let x = Tensor::arange(0..6)?.reshape([2, 3])?;
    assert_eq!(x.index_select(1, &none)?.dims(), [2, 0]);
    assert_eq!(x.gather(1, &none)?.dims(), [0]);
    assert_eq!(x.embedding(&none, None)?.dims(), [0, 3]);
    assert_eq!(
        Tensor::zeros([0, 3])?
            .index_select(1, &Tensor::new([2i64])?)?
            .dims(),
        [0, 1]
    );
    let s = Tensor::new(5.0f64)?;
    let zero = Tensor::new(0i64)?;
    assert_eq!(s.gather(0, &zero)?.dims(), [0usize; 0]);
    assert_eq!(s.index_select(0, &zero)?.item::<f64>()?, 5.0);
    s.scatter_(0, &zero, &Tensor::new(6.0f64)?)?;
    assert_eq!(s.item::<f64>()?, 6.0);
    Ok(())
}

#[test]
fn second_derivatives_go_through() -> Result<()> {
    use neurarust_core::autograd::{GradOptions, grad};
    let x = Tensor::new([1.0f64, 2.0, 3.0])?.requires_grad()?;
    let index = Tensor::new([2i64, 2, 0])?;
    let y = x.index_select(0, &index)?;
    let y = (&y * &y).mul(&y)?.sum()?;
    let options = GradOptions {
        create_graph: true,
        ..Default::default()
    };
    let g = grad(&[&y], &[&x], &[], options)?.remove(0).unwrap();
    assert_eq!(g.to_vec::<f64>()?, [3.0, 0.0, 54.0]);
    let h = grad(&[&g.sum()?], &[&x], &[], Default::default())?
        .remove(0)
        .unwrap();
    assert_eq!(h.to_vec::<f64>()?, [6.0, 0.0, 36.0]);
    Ok(())
}

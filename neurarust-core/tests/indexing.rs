//! Claims about indexing: the same elements as a plain reference picks, gradients, assignment, what is refused.

use neurarust_core::{DType, ErrorKind, Index, Result, Tensor, i};
use proptest::prelude::*;

mod common;
use common::{gradients_agree, layouts};

#[test]
fn the_macro_says_what_python_says() -> Result<()> {
    let x = Tensor::arange(0..60)?.reshape([3, 4, 5])?;
    let v = |t: Tensor| t.to_vec::<i64>();
    assert_eq!(v(x.index(i![1, 2, 3])?)?, [33]);
    assert_eq!(v(x.index(i![-1, -1])?)?, [55, 56, 57, 58, 59]);
    assert_eq!(x.index(i![])?.dims(), [3, 4, 5]);
    assert_eq!(x.index(i![..])?.dims(), [3, 4, 5]);
    assert_eq!(v(x.index(i![0, 1..3, 0])?)?, [5, 10]);
    assert_eq!(v(x.index(i![0, 1..=2, 0])?)?, [5, 10]);
    assert_eq!(v(x.index(i![0, 0, ..; 2])?)?, [0, 2, 4]);
    assert_eq!(v(x.index(i![0, 0, 1..-1; 2])?)?, [1, 3]);
    assert_eq!(v(x.index(i![..., 4])?)?.len(), 12);
    assert_eq!(x.index(i![..., 0])?.dims(), [3, 4]);
    assert_eq!(x.index(i![0, ..., 0,])?.dims(), [4]);
    assert_eq!(x.index(i![new, 0, new, ..., new])?.dims(), [1, 1, 4, 5, 1]);
    assert_eq!(x.index(i![5..2, 100..])?.dims(), [0, 0, 5]);
    let k = 2usize;
    assert_eq!(v(x.index(i![k, ..k, k..k + 1])?)?, [42, 47]);
    let rows = Tensor::new([2i64, -3])?;
    assert_eq!(v(x.index(i![&rows, 0, ..2])?)?, [40, 41, 0, 1]);
    Ok(())
}

#[test]
fn basic_indices_are_views_and_tensors_copy() -> Result<()> {
    let x = Tensor::zeros([3, 4])?;
    x.index(i![1, ..; 2])?.fill_(1.0)?;
    assert_eq!(x.index(i![1])?.to_vec::<f32>()?, [1.0, 0.0, 1.0, 0.0]);
    x.index(i![Tensor::new(1i64)?])?.fill_(2.0)?;
    assert_eq!(x.index(i![1])?.to_vec::<f32>()?, [2.0; 4]);
    x.index(i![Tensor::new([1i64])?])?.fill_(3.0)?;
    assert_eq!(x.index(i![1])?.to_vec::<f32>()?, [2.0; 4]);
    Ok(())
}

#[test]
fn index_tensors_stand_where_they_stood_if_adjacent_else_in_front() -> Result<()> {
    let x = Tensor::zeros([2, 3, 4, 5])?;
    let a = Tensor::zeros(([7, 1], DType::I64))?;
    let b = Tensor::zeros((6, DType::I64))?;
    assert_eq!(x.index(i![.., &a, &b])?.dims(), [2, 7, 6, 5]);
    assert_eq!(x.index(i![&a, .., &b])?.dims(), [7, 6, 3, 5]);
    assert_eq!(x.index(i![.., &a, 0, &b])?.dims(), [2, 7, 6]);
    assert_eq!(x.index(i![.., &a, new, &b])?.dims(), [7, 6, 2, 1, 5]);
    assert_eq!(x.index(i![..., &b])?.dims(), [2, 3, 4, 6]);
    let none = Tensor::zeros(([0], DType::I64))?;
    assert_eq!(x.index(i![&none, .., 0])?.dims(), [0, 3, 5]);
    Ok(())
}

#[test]
fn masks_pick_where_they_are_true() -> Result<()> {
    let x = Tensor::arange(0..12)?.reshape([3, 4])?;
    let mask = x.remainder(5i64)?.eq(1i64)?;
    assert_eq!(x.index(i![&mask])?.to_vec::<i64>()?, [1, 6, 11]);
    let rows = Tensor::new([true, false, true])?;
    assert_eq!(
        x.index(i![&rows])?.to_vec::<i64>()?,
        [0, 1, 2, 3, 8, 9, 10, 11]
    );
    assert_eq!(x.index(i![&rows, 1..3])?.to_vec::<i64>()?, [1, 2, 9, 10]);
    let columns = Tensor::new([3i64, 0])?;
    assert_eq!(x.index(i![&rows, &columns])?.to_vec::<i64>()?, [3, 8]);
    assert_eq!(x.index(i![Tensor::new(true)?])?.dims(), [1, 3, 4]);
    assert_eq!(x.index(i![Tensor::new(false)?])?.dims(), [0, 3, 4]);
    let e = x.index(i![Tensor::new([true, false])?]).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Index);
    Ok(())
}

#[test]
fn assignment_writes_through_any_layout_and_broadcasts() -> Result<()> {
    for x in layouts(&[3, 4])?.into_iter().take(4) {
        let x = x.detach();
        let before = x.to_vec::<f64>()?;
        x.index_assign(i![1.., ..; 3], 7.0)?;
        x.index_assign(i![0], Tensor::new([[[1.0f64, 2.0, 3.0, 4.0]]])?)?;
        let columns = Tensor::new([2i64, 1, 2])?;
        x.index_put_(i![2, &columns], 100.0, true)?;
        x.index_assign(i![&Tensor::new([1i64])?, &Tensor::new([2i64])?], -1.0)?;
        let want = [
            1.0,
            2.0,
            3.0,
            4.0,
            7.0,
            before[5],
            -1.0,
            7.0,
            7.0,
            before[9] + 100.0,
            before[10] + 200.0,
            7.0,
        ];
        assert_eq!(x.to_vec::<f64>()?, want);
    }
    let k = Tensor::zeros((3, DType::I64))?;
    k.index_assign(i![Tensor::new([true, false, true])?], 4)?;
    assert_eq!(k.to_vec::<i64>()?, [4, 0, 4]);
    Ok(())
}

#[test]
fn a_tensor_may_be_assigned_to_a_part_of_itself() -> Result<()> {
    let x = Tensor::arange(0..6)?;
    let order = Tensor::new([5i64, 4, 3, 2, 1, 0])?;
    x.index_assign(i![&order], &x)?;
    assert_eq!(x.to_vec::<i64>()?, [5, 4, 3, 2, 1, 0]);
    x.index_assign(i![1..], x.index(i![..-1])?)?;
    assert_eq!(x.to_vec::<i64>()?, [5, 5, 4, 3, 2, 1]);
    Ok(())
}

#[test]
fn gradients_of_reading_and_writing() -> Result<()> {
    let a = Tensor::new([2i64, 0, 2])?;
    let b = Tensor::new([[1i64], [3]])?;
    let mask = Tensor::new([true, false, true])?;
    for x in layouts(&[3, 4, 2])? {
        gradients_agree(&[&x], |t| t[0].index(i![&a, .., 1]))?;
        gradients_agree(&[&x], |t| t[0].index(i![&a, &b]))?;
        gradients_agree(&[&x], |t| {
            t[0].index(i![&a, .., &Tensor::new([0i64, 1, 1])?])
        })?;
        gradients_agree(&[&x], |t| t[0].index(i![&mask, 1..; 2, new]))?;
    }
    let x = layouts(&[3, 4])?.remove(0);
    let v = Tensor::new([10.0f64, 20.0, 30.0])?;
    for accumulate in [false, true] {
        gradients_agree(&[&x, &v], |t| t[0].index_put(i![&a, 1], &t[1], accumulate))?;
        gradients_agree(&[&x, &v], |t| {
            let y = &t[0] * 2.0;
            y.index(i![.., 1..])?
                .index_put_(i![&mask], &t[1], accumulate)?;
            y.square()
        })?;
    }
    gradients_agree(&[&x, &v], |t| {
        let y = &t[0] * 2.0;
        y.index_assign(i![1..; 2, ..3], &t[1])?;
        y.square()
    })?;
    gradients_agree(&[&x], |t| t[0].masked_select(&t[0].detach().gt(0.0)?))?;
    Ok(())
}

#[test]
fn masked_operations() -> Result<()> {
    let x = Tensor::new([[1.0f64, 2.0], [3.0, 4.0]])?;
    let mask = Tensor::new([[true, false], [false, true]])?;
    let v = Tensor::new([9.0f64, 8.0, 7.0])?;
    assert_eq!(x.masked_select(&mask)?.to_vec::<f64>()?, [1.0, 4.0]);
    assert_eq!(
        x.masked_scatter(&mask, &v)?.to_vec::<f64>()?,
        [9.0, 2.0, 3.0, 8.0]
    );
    gradients_agree(&[&x, &v], |t| t[0].masked_scatter(&mask, &t[1]))?;
    gradients_agree(&[&x], |t| {
        let y = &t[0] * 1.0;
        y.masked_fill_(&mask, 5.0)?;
        y.square()
    })?;
    let row = Tensor::new([true, false])?;
    let y = x.try_clone()?;
    y.t()?.masked_fill_(&row, 0.0)?;
    assert_eq!(y.to_vec::<f64>()?, [0.0, 0.0, 3.0, 4.0]);
    assert_eq!(x.masked_select(&row)?.to_vec::<f64>()?, [1.0, 3.0]);
    assert_eq!(
        Tensor::new(3.0f32)?
            .masked_select(&Tensor::new(true)?)?
            .dims(),
        [1]
    );
    assert!(
        x.masked_fill_(&Tensor::new([true])?.expand([2, 2, 2])?, 0.0)
            .is_err()
    );
    assert!(x.masked_scatter_(&mask, &v.narrow(0, 0, 1)?).is_err());
    assert!(x.masked_fill_(&x, 0.0).is_err());
    assert_eq!(x.to_vec::<f64>()?, [1.0, 2.0, 3.0, 4.0]);
    Ok(())
}

#[test]
fn nonzero_one_hot_triangles() -> Result<()> {
    let x = Tensor::new([[0i64, 3], [1, 0]])?;
    assert_eq!(x.nonzero()?.to_vec::<i64>()?, [0, 1, 1, 0]);
    assert_eq!(x.t()?.nonzero_as_tuple()?[0].to_vec::<i64>()?, [0, 1]);
    assert_eq!(Tensor::new(2.0f32)?.nonzero()?.dims(), [1, 0]);
    assert_eq!(Tensor::zeros([2, 0])?.nonzero()?.dims(), [0, 2]);
    let hot = Tensor::new([[2i64, 0]])?.one_hot(None)?;
    assert_eq!(
        (hot.dims(), hot.to_vec::<i64>()?),
        (&[1, 2, 3][..], vec![0, 0, 1, 1, 0, 0])
    );
    assert!(Tensor::new([3i64])?.one_hot(3).is_err() && Tensor::new([-1i64])?.one_hot(3).is_err());
    assert!(Tensor::new([i64::MAX - 1])?.one_hot(None).is_err());
    let m = Tensor::arange(1..10)?.reshape([3, 3])?;
    assert_eq!(m.tril(0)?.to_vec::<i64>()?, [1, 0, 0, 4, 5, 0, 7, 8, 9]);
    assert_eq!(m.triu(1)?.to_vec::<i64>()?, [0, 2, 3, 0, 0, 6, 0, 0, 0]);
    assert_eq!(m.triu(i64::MIN)?.to_vec::<i64>()?, m.to_vec::<i64>()?);
    for x in layouts(&[2, 3, 3])? {
        gradients_agree(&[&x], |t| t[0].tril(-1))?;
    }
    Ok(())
}

#[test]
fn bad_indices_are_refused_before_anything_is_written() -> Result<()> {
    let x = Tensor::ones([2, 3])?;
    let far = Tensor::new([0i64, 3])?;
    let e = x.index(i![.., &far]).unwrap_err();
    assert!(
        e.to_string()
            .contains("index 3 at position [1] is out of range for a dimension of size 3"),
        "{e}"
    );
    let errors = [
        e,
        x.index(i![2]).unwrap_err(),
        x.index(i![0, 0, 0]).unwrap_err(),
        x.index(i![..., ...]).unwrap_err(),
        x.index(i![i64::MIN]).unwrap_err(),
        x.index_assign(i![.., &far], 0.0).unwrap_err(),
        x.index_assign(i![-3], 0.0).unwrap_err(),
        x.index_put_(i![&Tensor::new([-4i64])?], 0.0, true)
            .unwrap_err(),
    ];
    for e in errors {
        assert_eq!(e.kind(), ErrorKind::Index, "{e}");
        assert!(e.to_string().contains("tests/indexing.rs"), "{e}");
    }
    assert!(x.index(i![..; 0]).is_err() && x.index(i![..; -1]).is_err());
    assert_eq!(x.index(i![&x]).unwrap_err().kind(), ErrorKind::DType);
    let two = Tensor::new([0i64, 1])?;
    let three = Tensor::new([0i64, 1, 1])?;
    assert_eq!(
        x.index(i![&two, &three]).unwrap_err().kind(),
        ErrorKind::Shape
    );
    assert!(x.index_assign(i![0], Tensor::ones([2, 3])?).is_err());
    assert!(x.index_assign(i![&two], Tensor::ones(2)?).is_err());
    let leaf = Tensor::ones(3)?.requires_grad()?;
    assert_eq!(
        leaf.index_assign(i![0], 1.0).unwrap_err().kind(),
        ErrorKind::Autograd
    );
    assert!(x.expand([4, 2, 3])?.index_assign(i![..2], 1.0).is_err());
    assert_eq!(x.to_vec::<f32>()?, [1.0; 6]);
    assert_eq!(x.storage().version(), 0);
    Ok(())
}

/// One entry of a random index.
#[derive(Clone, Debug)]
enum Entry {
    At(i64),
    Range(Option<i64>, Option<i64>, i64),
    New,
    List(Vec<i64>),
}

impl Entry {
    fn index(&self) -> Index {
        match self {
            Entry::At(k) => Index::At(*k),
            Entry::Range(start, end, step) => Index::Range {
                start: *start,
                end: *end,
                step: *step,
            },
            Entry::New => Index::NewAxis,
            Entry::List(list) => Index::Tensor(Tensor::new(list.as_slice()).unwrap()),
        }
    }
}

/// The positions that Python's `range(*slice(start, end, step).indices(n))` gives.
fn python_range(n: usize, start: Option<i64>, end: Option<i64>, step: i64) -> Vec<usize> {
    let n = n as i64;
    let bound = |b: i64| if b < 0 { (b + n).max(0) } else { b.min(n) };
    let (mut at, end) = (start.map_or(0, bound), end.map_or(n, bound));
    let mut out = vec![];
    while at < end {
        out.push(at as usize);
        at += step;
    }
    out
}

/// Shape and elements, picked one by one.
fn reference(shape: &[usize], data: &[f64], entries: &[Entry]) -> (Vec<usize>, Vec<f64>) {
    /// What an output axis means.
    enum Axis {
        Slice(usize, Vec<usize>),
        New,
    }
    let wrap = |k: i64, n: usize| {
        if k < 0 {
            (k + n as i64) as usize
        } else {
            k as usize
        }
    };
    let mut fixed = vec![0; shape.len()];
    let mut axes: Vec<Axis> = vec![];
    // (dimension, list), and before which output axis the first one stands.
    let mut lists: Vec<(usize, Vec<usize>)> = vec![];
    let (mut place, mut apart, mut last) = (0, false, None);
    let mut d = 0;
    for entry in entries {
        match entry {
            Entry::New => axes.push(Axis::New),
            Entry::At(k) => {
                fixed[d] = wrap(*k, shape[d]);
                d += 1;
            }
            Entry::Range(start, end, step) => {
                axes.push(Axis::Slice(d, python_range(shape[d], *start, *end, *step)));
                d += 1;
            }
            Entry::List(list) => {
                if lists.is_empty() {
                    place = axes.len();
                } else if last != Some(axes.len()) {
                    apart = true;
                }
                last = Some(axes.len());
                lists.push((d, list.iter().map(|k| wrap(*k, shape[d])).collect()));
                d += 1;
            }
        }
    }
    for (d, &n) in shape.iter().enumerate().skip(d) {
        axes.push(Axis::Slice(d, (0..n).collect()));
    }
    let mut out: Vec<usize> = axes
        .iter()
        .map(|a| match a {
            Axis::Slice(_, p) => p.len(),
            Axis::New => 1,
        })
        .collect();
    let place = if apart { 0 } else { place };
    // Lists all have one length or length 1.
    let joint = lists
        .iter()
        .map(|(_, l)| l.len())
        .max()
        .filter(|_| lists.iter().all(|(_, l)| !l.is_empty()));
    let joint = if lists.is_empty() {
        None
    } else {
        Some(joint.unwrap_or(0))
    };
    if let Some(n) = joint {
        out.insert(place, n);
    }
    let total: usize = out.iter().product();
    let mut values = vec![];
    for flat in 0..total {
        let mut rest = flat;
        let mut index = vec![0; out.len()];
        for k in (0..out.len()).rev() {
            index[k] = rest % out[k];
            rest /= out[k];
        }
        let mut at = fixed.clone();
        if joint.is_some() {
            let j = index.remove(place);
            for (d, list) in &lists {
                at[*d] = list[if list.len() == 1 { 0 } else { j }];
            }
        }
        for (axis, k) in axes.iter().zip(index) {
            if let Axis::Slice(d, positions) = axis {
                at[*d] = positions[k];
            }
        }
        let flat = at.iter().zip(shape).fold(0, |f, (i, n)| f * n + i);
        values.push(data[flat]);
    }
    (out, values)
}

fn entry(n: usize) -> impl Strategy<Value = Entry> {
    let n = n as i64;
    let bound = || proptest::option::of(-n - 2..=n + 2);
    prop_oneof![
        2 => (-n..n).prop_map(Entry::At),
        3 => (bound(), bound(), 1i64..4).prop_map(|(a, b, s)| Entry::Range(a, b, s)),
        3 => (prop_oneof![Just(1usize), Just(3)], proptest::collection::vec(-n..n, 3))
            .prop_map(|(len, list)| Entry::List(list[..len].to_vec())),
    ]
}

fn case() -> impl Strategy<Value = (Vec<usize>, Vec<Entry>, usize)> {
    proptest::collection::vec(1usize..5, 1..5).prop_flat_map(|shape| {
        let entries: Vec<_> = shape.iter().map(|&n| entry(n)).collect();
        let rank = shape.len();
        (Just(shape), entries, 0..=rank, 0..=2 * rank, 0usize..5).prop_map(
            |(shape, mut entries, keep, new, layout)| {
                entries.truncate(keep);
                if new < entries.len() {
                    entries.insert(new, Entry::New);
                }
                (shape, entries, layout)
            },
        )
    })
}

proptest! {
    #[test]
    fn any_index_picks_what_the_reference_picks((shape, entries, layout) in case()) {
        let x = layouts(&shape).unwrap().remove(layout);
        let data = x.to_vec::<f64>().unwrap();
        let (dims, values) = reference(&shape, &data, &entries);
        let index: Vec<Index> = entries.iter().map(Entry::index).collect();
        let y = x.index(&index).unwrap();
        prop_assert_eq!(y.dims(), &dims[..]);
        prop_assert_eq!(y.to_vec::<f64>().unwrap(), values);
        // Writing marks exactly the places that reading sees.
        let marks = Tensor::zeros((&shape[..], DType::F64)).unwrap();
        let order = Tensor::from_vec((0..data.len()).map(|i| i as f64).collect(), &shape[..]).unwrap();
        marks.index_assign(&index, 1.0).unwrap();
        let seen = order.index(&index).unwrap().to_vec::<f64>().unwrap();
        let marks = marks.to_vec::<f64>().unwrap();
        for (i, mark) in marks.iter().enumerate() {
            prop_assert_eq!(*mark == 1.0, seen.contains(&(i as f64)));
        }
    }
}

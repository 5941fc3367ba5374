//! Claims about views, held against a model that knows nothing of strides: a list of positions in the base.
//!
//! A chain of random views is read, written through and differentiated; broadcasting, joining and splitting follow
//! their laws; no sizes, however large, bring more than an error.

use neurarust_core::{DType, Result, Shape, Tensor};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The same cases on every run.
fn for_all<S: Strategy>(
    cases: u32,
    strategy: S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
        .run(&strategy, test)
        .unwrap_or_else(|e| panic!("{e}"));
}

/// A tensor as the model sees it: sizes, and for every element in row-major order its position in the base.
#[derive(Clone, Debug)]
struct Model {
    dims: Vec<usize>,
    at: Vec<usize>,
}

/// Every index of `dims`, in row-major order.
fn indices(dims: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for &d in dims {
        all = all
            .iter()
            .flat_map(|index| (0..d).map(move |i| [&index[..], &[i]].concat()))
            .collect();
    }
    all
}

fn flat(index: &[usize], dims: &[usize]) -> usize {
    index.iter().zip(dims).fold(0, |f, (i, d)| f * d + i)
}

impl Model {
    fn base(dims: &[usize]) -> Model {
        Model {
            dims: dims.to_vec(),
            at: (0..dims.iter().product()).collect(),
        }
    }

    /// The view of sizes `dims` whose element `index` is this one's element `from(index)`.
    fn see(&self, dims: Vec<usize>, from: impl Fn(&[usize]) -> Vec<usize>) -> Model {
        let at = indices(&dims)
            .iter()
            .map(|index| self.at[flat(&from(index), &self.dims)])
            .collect();
        Model { dims, at }
    }

    /// Whether some element is seen twice.
    fn repeats(&self) -> bool {
        let mut seen = self.at.clone();
        seen.sort_unstable();
        seen.windows(2).any(|w| w[0] == w[1])
    }

    /// Whether strides could lay the elements out as `dims`.
    fn even(&self, dims: &[usize]) -> bool {
        let step = |d: usize| {
            let mut one = vec![0; dims.len()];
            one[d] = 1;
            self.at[flat(&one, dims)] as i64 - self.at[0] as i64
        };
        self.at.is_empty()
            || indices(dims).iter().zip(&self.at).all(|(index, &at)| {
                let reach: i64 = (0..dims.len())
                    .filter(|&d| index[d] > 0)
                    .map(|d| index[d] as i64 * step(d))
                    .sum();
                self.at[0] as i64 + reach == at as i64
            })
    }
}

/// One view: its kind, and random numbers that are taken modulo what is possible.
type Step = (usize, [usize; 4]);

const KINDS: usize = 14;

fn steps(kinds: usize, most: usize) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0..kinds, proptest::array::uniform4(0usize..840)), 0..=most)
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1 => Just(0usize), 20 => 1usize..5], 0..4)
}

/// A dimension of `rank`, counted from either end.
fn signed(d: usize, rank: usize, back: usize) -> i64 {
    d as i64 - if back % 2 == 1 { rank as i64 } else { 0 }
}

/// Applies `step` to the tensor and to the model; `None` if it is not possible for these sizes.
fn apply(
    x: &Tensor,
    m: &Model,
    (kind, [a, b, c, e]): Step,
    elements: usize,
) -> Result<Option<(Tensor, Model)>> {
    let (rank, dims) = (m.dims.len(), &m.dims);
    if rank == 0 && (2..=9).contains(&kind) {
        return Ok(None);
    }
    let d = a % rank.max(1);
    let n = dims.get(d).copied().unwrap_or(1);
    let dim = signed(d, rank, e);
    let small = |m: &Model| m.at.len() <= 300;
    Ok(Some(match kind {
        // reshape: one dimension cut in two, two put together, or all of them flat
        0 => {
            let mut to = dims.clone();
            match c % 3 {
                0 if rank > 0 => {
                    let cut = (1..=n)
                        .filter(|f| n.is_multiple_of(*f))
                        .nth(b % 2)
                        .unwrap_or(1);
                    to.splice(d..=d, [cut, n / cut]);
                }
                1 if d + 1 < rank => {
                    to.splice(d..=d + 1, [n * dims[d + 1]]);
                }
                _ => to = vec![m.at.len()],
            }
            let model = Model {
                dims: to.clone(),
                at: m.at.clone(),
            };
            let mut ask: Vec<i64> = to.iter().map(|&s| s as i64).collect();
            if !m.at.is_empty() && !ask.is_empty() && e % 2 == 1 {
                let hole = b % ask.len();
                ask[hole] = -1;
            }
            let view = x.view(&ask[..]);
            assert_eq!(view.is_ok(), m.even(&to), "{dims:?} as {to:?}");
            assert_eq!(x.reshape(&ask[..])?.dims(), to);
            match view {
                Ok(view) => (view, model),
                Err(_) => return Ok(None),
            }
        }
        1 => {
            let mut order: Vec<usize> = (0..rank).collect();
            for (i, r) in [a, b, c].into_iter().enumerate().take(rank) {
                order.swap(i, r % rank);
            }
            let asked: Vec<i64> = order.iter().map(|&d| signed(d, rank, e)).collect();
            let model = m.see(order.iter().map(|&d| dims[d]).collect(), |index| {
                let mut from = vec![0; rank];
                order.iter().zip(index).for_each(|(&d, &i)| from[d] = i);
                from
            });
            (x.permute(&asked)?, model)
        }
        2 => {
            let other = b % rank;
            let mut to = dims.clone();
            to.swap(d, other);
            let model = m.see(to, |index| {
                let mut from = index.to_vec();
                from.swap(d, other);
                from
            });
            (x.transpose(dim, signed(other, rank, c))?, model)
        }
        3 => {
            let start = b % (n + 1);
            let len = c % (n - start + 1);
            let mut to = dims.clone();
            to[d] = len;
            let model = m.see(to, |index| {
                let mut from = index.to_vec();
                from[d] += start;
                from
            });
            let asked = if e % 2 == 1 && start < n {
                start as i64 - n as i64
            } else {
                start as i64
            };
            (x.narrow(dim, asked, len)?, model)
        }
        4 if n > 0 => {
            let at = b % n;
            let mut to = dims.clone();
            to.remove(d);
            let model = m.see(to, |index| {
                let mut from = index.to_vec();
                from.insert(d, at);
                from
            });
            (x.select(dim, signed(at, n, c))?, model)
        }
        5 => {
            // Bounds from -n - 1 to n + 1, or none at all, as Python reads them.
            let bound = |r: usize| {
                let choices = 2 * n + 4;
                (r % choices < choices - 1).then(|| (r % choices) as i64 - n as i64 - 1)
            };
            let (start, end, stride) = (bound(b), bound(c), 1 + e % 3);
            let place = |i: i64| {
                let i = if i < 0 { i + n as i64 } else { i };
                i.clamp(0, n as i64) as usize
            };
            let picked: Vec<usize> = (start.map_or(0, place)..end.map_or(n, place))
                .step_by(stride)
                .collect();
            let mut to = dims.clone();
            to[d] = picked.len();
            let model = m.see(to, |index| {
                let mut from = index.to_vec();
                from[d] = picked[index[d]];
                from
            });
            (x.slice(dim, start, end, stride as i64)?, model)
        }
        6 => {
            let other = b % rank;
            let both = if other == d { vec![d] } else { vec![d, other] };
            let model = m.see(dims.clone(), |index| {
                let mut from = index.to_vec();
                both.iter().for_each(|&d| from[d] = dims[d] - 1 - index[d]);
                from
            });
            let asked: Vec<i64> = both.iter().map(|&d| signed(d, rank, c)).collect();
            (x.flip(&asked)?, model)
        }
        7 => {
            let (size, stride) = (b % (n + 1), 1 + c % 3);
            let mut to = dims.clone();
            to[d] = (n - size) / stride + 1;
            to.push(size);
            let model = m.see(to, |index| {
                let mut from = index[..rank].to_vec();
                from[d] = from[d] * stride + index[rank];
                from
            });
            if !small(&model) {
                return Ok(None);
            }
            (x.unfold(dim, size, stride)?, model)
        }
        8 if rank > 1 => {
            let other = (d + 1 + b % (rank - 1)) % rank;
            let (rows, columns) = (n as i64, dims[other] as i64);
            let shift = (c % 11) as i64 - 5;
            let first = |shift: i64| (-shift).max(0);
            let len = (rows - first(shift)).min(columns - first(-shift)).max(0);
            let kept: Vec<usize> = (0..rank).filter(|&k| k != d && k != other).collect();
            let mut to: Vec<usize> = kept.iter().map(|&k| dims[k]).collect();
            to.push(len as usize);
            let model = m.see(to, |index| {
                let mut from = vec![0; rank];
                kept.iter().zip(index).for_each(|(&k, &i)| from[k] = i);
                let along = index[index.len() - 1] as i64;
                from[d] = (along + first(shift)) as usize;
                from[other] = (along + first(-shift)) as usize;
                from
            });
            (x.diagonal(shift, dim, signed(other, rank, e))?, model)
        }
        9 => {
            let target = b % rank;
            let mut order: Vec<usize> = (0..rank).filter(|&k| k != d).collect();
            order.insert(target, d);
            let model = m.see(order.iter().map(|&k| dims[k]).collect(), |index| {
                let mut from = vec![0; rank];
                order.iter().zip(index).for_each(|(&k, &i)| from[k] = i);
                from
            });
            (x.movedim(dim, signed(target, rank, c))?, model)
        }
        10 => {
            let place = a % (rank + 1);
            let mut to = dims.clone();
            to.insert(place, 1);
            let model = Model {
                dims: to,
                at: m.at.clone(),
            };
            (x.unsqueeze(signed(place, rank + 1, e))?, model)
        }
        11 => {
            let asked: Vec<usize> = (0..rank).filter(|k| (b >> k) & 1 == 1).collect();
            let gone = |k: usize| dims[k] == 1 && (asked.is_empty() || asked.contains(&k));
            let to = (0..rank).filter(|&k| !gone(k)).map(|k| dims[k]).collect();
            let model = Model {
                dims: to,
                at: m.at.clone(),
            };
            let asked: Vec<i64> = asked.iter().map(|&k| signed(k, rank, e)).collect();
            (x.squeeze(&asked)?, model)
        }
        12 => {
            let mut to: Vec<usize> = dims
                .iter()
                .map(|&s| if s == 1 { b % 4 } else { s })
                .collect();
            let lead = c % 2;
            if lead == 1 {
                to.insert(0, e % 3);
            }
            let model = m.see(to.clone(), |index| {
                (0..rank)
                    .map(|k| if dims[k] == 1 { 0 } else { index[k + lead] })
                    .collect()
            });
            if !small(&model) {
                return Ok(None);
            }
            let asked: Vec<i64> = (0..to.len())
                .map(
                    |k| match k >= lead && to[k] == dims[k - lead] && e % 2 == 1 {
                        true => -1,
                        false => to[k] as i64,
                    },
                )
                .collect();
            (x.expand(&asked[..])?, model)
        }
        // as_strided counts positions of the buffer, which the base lies in from the start
        13 => {
            let (to, strides) = ([a % 4, b % 4], [c % 5, e % 5]);
            let offset = (a / 4) % 6;
            let reach: usize = (0..2).map(|k| to[k].saturating_sub(1) * strides[k]).sum();
            let asked = strides.map(|s| s as isize);
            let seen = x.as_strided(&to, &asked, offset);
            if to.contains(&0) || offset + reach < elements {
                let at = indices(&to)
                    .iter()
                    .map(|i| offset + i[0] * strides[0] + i[1] * strides[1])
                    .collect();
                let dims = to.to_vec();
                (seen?, Model { dims, at })
            } else {
                assert!(seen.is_err(), "{offset} + {reach} of {elements}");
                return Ok(None);
            }
        }
        _ => return Ok(None),
    }))
}

/// The view at the end of a chain, and what the model says of it.
fn chain(base: &Tensor, steps: &[Step]) -> Result<(Tensor, Model)> {
    let (mut x, mut m) = (base.clone(), Model::base(base.dims()));
    for &step in steps {
        if let Some(next) = apply(&x, &m, step, base.numel())? {
            (x, m) = next;
            assert_eq!(x.dims(), m.dims, "after {step:?}");
        }
    }
    Ok((x, m))
}

/// Numbers without a pattern.
fn numbers(dims: &[usize], seed: usize) -> Result<Tensor> {
    let n = dims.iter().product();
    let value = |i: usize| ((i * 7919 + seed * 104_729 + 13) % 1009) as f64 / 100.0 - 5.0;
    Tensor::from_vec((0..n).map(value).collect(), dims)
}

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec::<f64>().unwrap()
}

#[test]
fn a_chain_of_views_reads_what_the_model_reads() {
    for_all(1500, (sizes(), steps(KINDS, 6)), |(dims, steps)| {
        let base = numbers(&dims, 0).unwrap();
        let (x, m) = chain(&base, &steps).unwrap();
        let data = values(&base);
        let want: Vec<f64> = m.at.iter().map(|&p| data[p]).collect();
        prop_assert_eq!(values(&x), want.clone());
        // Kernels meet the layout too, not only the copy that `to_vec` makes.
        let doubled: Vec<f64> = want.iter().map(|v| v * 2.0).collect();
        prop_assert_eq!(values(&x.mul(2.0).unwrap()), doubled);
        let total: f64 = want.iter().sum();
        let sum = x.sum().unwrap().item::<f64>().unwrap();
        prop_assert!((sum - total).abs() < 1e-9, "{} and {}", sum, total);
        prop_assert_eq!(values(&x.contiguous().unwrap()), want);
        if m.repeats() {
            prop_assert!(x.layout().may_overlap());
        }
        Ok(())
    });
}

#[test]
fn a_write_through_a_view_is_seen_in_the_base_and_in_other_views() {
    let case = (sizes(), steps(KINDS, 5), steps(KINDS, 5), 0usize..3);
    for_all(1000, case, |(dims, steps, others, way)| {
        let base = numbers(&dims, 0).unwrap();
        let (x, m) = chain(&base, &steps).unwrap();
        let (other, seen) = chain(&base, &others).unwrap();
        let mut data = values(&base);
        let news = numbers(x.dims(), 1).unwrap();
        let done = match way {
            0 => x.copy_(&news).map(|_| ()),
            1 => x.add_(&news).map(|_| ()),
            _ => x.fill_(3.0).map(|_| ()),
        };
        match done {
            Ok(()) => {
                // Filling is the same through an element that is seen twice; what is given per element must not be.
                prop_assert!(way == 2 || !m.repeats(), "wrote elements twice");
                for (&p, new) in m.at.iter().zip(values(&news)) {
                    data[p] = match way {
                        0 => new,
                        1 => data[p] + new,
                        _ => 3.0,
                    };
                }
            }
            Err(_) => prop_assert!(x.layout().may_overlap()),
        }
        prop_assert_eq!(values(&base), data.clone());
        let want: Vec<f64> = seen.at.iter().map(|&p| data[p]).collect();
        prop_assert_eq!(values(&other), want);
        Ok(())
    });
}

#[test]
fn the_gradient_of_a_chain_scatters() {
    // Without as_strided: what of the buffer a tensor doesn't show is a constant to it.
    for_all(700, (sizes(), steps(KINDS - 1, 6)), |(dims, steps)| {
        let base = numbers(&dims, 0).unwrap().requires_grad().unwrap();
        let (x, m) = chain(&base, &steps).unwrap();
        let w = numbers(x.dims(), 2).unwrap();
        x.mul(&w).unwrap().sum().unwrap().backward().unwrap();
        let mut want = vec![0.0; base.numel()];
        for (&p, w) in m.at.iter().zip(values(&w)) {
            want[p] += w;
        }
        for (got, want) in values(&base.grad().unwrap()).iter().zip(want) {
            prop_assert!((got - want).abs() < 1e-9, "{} instead of {}", got, want);
        }
        Ok(())
    });
}

#[test]
fn gradients_flow_through_a_write_to_a_view() {
    let case = (
        sizes(),
        steps(KINDS - 1, 4),
        steps(KINDS - 1, 4),
        any::<bool>(),
    );
    for_all(700, case, |(dims, steps, others, before)| {
        let leaf = numbers(&dims, 0).unwrap().requires_grad().unwrap();
        let base = leaf.mul(1.0).unwrap();
        // The other view is taken before or after the write.
        let early = chain(&base, &others).unwrap();
        let (x, m) = chain(&base, &steps).unwrap();
        let factor = numbers(x.dims(), 3).unwrap().requires_grad().unwrap();
        if x.mul_(&factor).is_err() {
            prop_assert!(x.layout().may_overlap());
            return Ok(());
        }
        let (other, seen) = match before {
            true => early,
            false => chain(&base, &others).unwrap(),
        };
        let (u, w) = (
            numbers(other.dims(), 4).unwrap(),
            numbers(&dims, 5).unwrap(),
        );
        let loss = other.mul(&u).unwrap().sum().unwrap();
        let loss = loss.add(base.mul(&w).unwrap().sum().unwrap()).unwrap();
        loss.backward().unwrap();
        let mut grad = values(&w);
        for (&p, u) in seen.at.iter().zip(values(&u)) {
            grad[p] += u;
        }
        let old = values(&leaf);
        let mut factor_grad = vec![0.0; factor.numel()];
        for (k, (&p, f)) in m.at.iter().zip(values(&factor)).enumerate() {
            factor_grad[k] = grad[p] * old[p];
            grad[p] *= f;
        }
        for (of, want) in [(&leaf, grad), (&factor, factor_grad)] {
            for (got, want) in values(&of.grad().unwrap()).iter().zip(want) {
                prop_assert!((got - want).abs() < 1e-9, "{} instead of {}", got, want);
            }
        }
        Ok(())
    });
}

/// What two sizes broadcast to, or `None`.
fn stretched(a: usize, b: usize) -> Option<usize> {
    match (a, b) {
        (a, b) if a == b => Some(a),
        (1, b) => Some(b),
        (a, 1) => Some(a),
        _ => None,
    }
}

#[test]
fn shapes_broadcast_from_the_right() {
    let size = || prop_oneof![3 => Just(1usize), 1 => Just(0usize), 4 => 2usize..4];
    let dims = || proptest::collection::vec(size(), 0..5);
    for_all(1500, (dims(), dims(), any::<bool>()), |(a, b, turned)| {
        let rank = a.len().max(b.len());
        let full = |s: &[usize]| [vec![1; rank - s.len()], s.to_vec()].concat();
        let (wide_a, wide_b) = (full(&a), full(&b));
        let want: Option<Vec<usize>> = (0..rank).map(|k| stretched(wide_a[k], wide_b[k])).collect();
        // One of them in another memory order.
        let reversed: Vec<i64> = (0..a.len() as i64).rev().collect();
        let x = match turned {
            true => {
                let order: Vec<usize> = a.iter().rev().copied().collect();
                numbers(&order, 0).unwrap().permute(&reversed).unwrap()
            }
            false => numbers(&a, 0).unwrap(),
        };
        let y = numbers(&b, 1).unwrap();
        let (x, y) = (x.requires_grad().unwrap(), y.requires_grad().unwrap());
        let got = x.mul(&y);
        let Some(want) = want else {
            prop_assert!(got.is_err());
            prop_assert!(
                Shape::new(&a)
                    .unwrap()
                    .broadcast(&Shape::new(&b).unwrap(), "t")
                    .is_err()
            );
            return Ok(());
        };
        let got = got.unwrap();
        prop_assert_eq!(got.dims(), &want[..]);
        let place = |index: &[usize], own: &[usize]| -> usize {
            let index: Vec<usize> = index[rank - own.len()..]
                .iter()
                .zip(own)
                .map(|(&i, &s)| if s == 1 { 0 } else { i })
                .collect();
            flat(&index, own)
        };
        let (p, q) = (values(&x), values(&y));
        let w = numbers(&want, 2).unwrap();
        let weights = values(&w);
        let (mut gx, mut gy) = (vec![0.0; p.len()], vec![0.0; q.len()]);
        let mut product = vec![];
        for (index, w) in indices(&want).iter().zip(weights) {
            let (i, j) = (place(index, &a), place(index, &b));
            product.push(p[i] * q[j]);
            gx[i] += w * q[j];
            gy[j] += w * p[i];
        }
        prop_assert_eq!(values(&got), product);
        got.mul(&w).unwrap().sum().unwrap().backward().unwrap();
        for (of, want) in [(&x, gx), (&y, gy)] {
            for (got, want) in values(&of.grad().unwrap()).iter().zip(want) {
                prop_assert!((got - want).abs() < 1e-9, "{} instead of {}", got, want);
            }
        }
        // Written in place, only the left side's shape may come out.
        let target = numbers(&a, 0).unwrap();
        prop_assert_eq!(target.add_(y.detach()).is_ok(), want == a);
        Ok(())
    });
}

#[test]
fn joining_undoes_splitting() {
    let case = (sizes(), steps(KINDS - 1, 3), 0usize..4, 1usize..5);
    for_all(600, case, |(dims, steps, d, n)| {
        let base = numbers(&dims, 0).unwrap();
        let (x, m) = chain(&base, &steps).unwrap();
        if x.rank() == 0 {
            prop_assert!(x.split(n, 0).is_err() && x.unbind(0).is_err());
            return Ok(());
        }
        let d = d % x.rank();
        let (dim, size) = (d as i64, m.dims[d]);
        let same = |parts: &[Tensor]| {
            let parts: Vec<&Tensor> = parts.iter().collect();
            let back = Tensor::cat(&parts, dim).unwrap();
            prop_assert_eq!(back.dims(), x.dims());
            prop_assert_eq!(values(&back), values(&x));
            Ok(())
        };
        let split = x.split(n, dim).unwrap();
        prop_assert!(split.iter().rev().skip(1).all(|p| p.dims()[d] == n));
        same(&split)?;
        let chunks = x.chunk(n, dim).unwrap();
        prop_assert!(chunks.len() <= n);
        same(&chunks)?;
        let cut = size / n;
        same(&x.split_sizes(&[cut, 0, size - cut], dim).unwrap())?;
        prop_assert!(x.split_sizes(&[size, 1], dim).is_err());
        let rows = x.unbind(dim).unwrap();
        prop_assert_eq!(rows.len(), size);
        if size > 0 {
            let rows: Vec<&Tensor> = rows.iter().collect();
            prop_assert_eq!(values(&Tensor::stack(&rows, dim).unwrap()), values(&x));
        }
        // Repeating is joining with itself.
        let mut counts = vec![1; x.rank()];
        counts[d] = n;
        let joined = Tensor::cat(&vec![&x; n], dim).unwrap();
        prop_assert_eq!(values(&x.repeat(&counts).unwrap()), values(&joined));
        let rolled = x.roll(&[n as i64], &[dim]).unwrap();
        prop_assert_eq!(
            values(&rolled.roll(&[-(n as i64)], &[dim]).unwrap()),
            values(&x)
        );
        Ok(())
    });
}

/// Numbers that arithmetic overflows on.
fn wild() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => -3i64..4,
        1 => proptest::sample::select(vec![
            i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1, 1 << 31, 1 << 32, 1 << 59, 1 << 60, 1 << 62, -(1 << 62),
        ]),
    ]
}

#[test]
fn no_sizes_bring_more_than_an_error() {
    let lists = || proptest::collection::vec(wild(), 0..4);
    for_all(
        3000,
        (0usize..6, lists(), lists(), wild(), wild()),
        |(which, list, more, a, b)| {
            let x = match which {
                0 => Tensor::zeros(()),
                1 => Tensor::zeros([2, 3]),
                2 => Tensor::zeros([0, 3]),
                3 => Tensor::zeros([1usize]).and_then(|t| t.expand([1 << 40])),
                4 => Tensor::zeros([0, 1 << 40]),
                _ => Tensor::zeros([1, 1]).and_then(|t| t.expand([1 << 30, 1 << 28])),
            }
            .unwrap();
            let large = x.numel() > 1 << 20;
            let unsigned: Vec<usize> = list.iter().map(|&v| v as usize).collect();
            let strides: Vec<isize> = more.iter().map(|&v| v as isize).collect();
            let (u, v) = (a as usize, b as usize);
            let _ = Shape::new(&unsigned).map(|s| (s.numel(), s.strides()));
            let mut views = vec![
                x.view(&list[..]),
                x.permute(&list),
                x.transpose(a, b),
                x.movedim(a, b),
                x.squeeze(&list),
                x.unsqueeze(a),
                x.expand(&list[..]),
                x.narrow(a, b, u),
                x.narrow(0, a, v),
                x.select(0, a),
                x.slice(0, Some(a), Some(b), 1),
                x.slice(-1, Some(a), None, b),
                x.flip(&list),
                x.unfold(0, u, v),
                x.unfold(a, v, 1),
                x.diagonal(a, 0, 1),
                x.diagonal(b, -1, a),
                x.as_strided(&unsigned, &strides, u),
                x.unflatten(-1, &list),
            ];
            if !large {
                views.extend([x.reshape(&list[..]), x.flatten(a, b), x.roll(&list, &more)]);
            }
            for view in views.into_iter().flatten() {
                // A view that was granted lies in its buffer, and the same again may be asked of it.
                prop_assert!(view.numel() == 0 || view.layout().span().is_some());
                let _ = view.select(-1, b);
                let _ = view.expand(&more[..]);
                let _ = view.slice(0, None, Some(a), 2).map(|s| s.unfold(0, 2, v));
                if view.numel() < 1000 {
                    prop_assert_eq!(
                        view.to_dtype(DType::F64)
                            .unwrap()
                            .to_vec::<f64>()
                            .unwrap()
                            .len(),
                        view.numel()
                    );
                }
            }
            let _ = x.split(u.max(1 << 30), a);
            let _ = x.split_sizes(&unsigned, b);
            let _ = x.chunk(u.min(1 << 10), b);
            let small = Tensor::zeros([2, 3]).unwrap();
            let _ = small.repeat(&[u.max(1 << 50), v]);
            let _ = small.tile(
                &unsigned
                    .iter()
                    .map(|&n| if n > 3 { n.max(1 << 50) } else { n })
                    .collect::<Vec<_>>(),
            );
            let _ = small.sum_to_size(&unsigned[..]);
            Ok(())
        },
    );
}

//! Sums of products by Einstein's convention, pair by pair, each pair one batched matrix product.

use crate::layout::Shape;
use crate::{Error, Result, Tensor};

const OP: &str = "einsum";

/// The name of a dimension: a letter, or a number for those that an ellipsis stands for.
type Label = u32;

/// An operand with a name for each dimension.
#[derive(Clone)]
struct Term {
    tensor: Tensor,
    labels: Vec<Label>,
}

/// The name of dimension `i`, counted from the back, of those that an ellipsis stands for: none that a letter has.
fn dotted(i: usize) -> Label {
    0x11_0000 + i as u32
}

/// The letters before and after an ellipsis, if there is one.
#[track_caller]
fn parse(term: &str) -> Result<(Vec<Label>, bool, Vec<Label>)> {
    let (head, dots, tail) = match term.split_once("...") {
        Some((head, tail)) => (head, true, tail),
        None => (term, false, ""),
    };
    for c in head.chars().chain(tail.chars()) {
        if !c.is_alphabetic() {
            return Err(Error::value(
                OP,
                format!("{c:?} in the term {term:?}; expected letters and at most one '...'"),
            ));
        }
    }
    let labels = |s: &str| s.chars().map(|c| c as Label).collect();
    Ok((labels(head), dots, labels(tail)))
}

fn name(label: Label) -> String {
    char::from_u32(label).map_or_else(|| "...".to_string(), |c| c.to_string())
}

impl Term {
    #[track_caller]
    fn permuted(&self, order: &[Label]) -> Result<Tensor> {
        let order: Vec<i64> = order
            .iter()
            .filter_map(|l| self.labels.iter().position(|m| m == l))
            .map(|i| i as i64)
            .collect();
        self.tensor.permute(&order)
    }

    fn size(&self, label: Label) -> Option<usize> {
        let at = self.labels.iter().position(|l| *l == label)?;
        Some(self.tensor.dims()[at])
    }

    /// Dimensions that are named twice reduced to their diagonal.
    #[track_caller]
    fn diagonal(mut self) -> Result<Term> {
        let mut i = 0;
        while i < self.labels.len() {
            let label = self.labels[i];
            let Some(j) = self.labels[i + 1..].iter().position(|l| *l == label) else {
                i += 1;
                continue;
            };
            let j = i + 1 + j;
            let (a, b) = (self.tensor.dims()[i], self.tensor.dims()[j]);
            if a != b {
                return Err(Error::shape(
                    OP,
                    format!(
                        "sizes {a} and {b} of dimension {:?} of one operand",
                        name(label)
                    ),
                ));
            }
            self.tensor = self.tensor.diagonal(0, i as i64, j as i64)?;
            self.labels.remove(j);
            self.labels.remove(i);
            self.labels.push(label);
        }
        Ok(self)
    }

    /// Summed over what nobody else needs.
    #[track_caller]
    fn summed(self, needed: impl Fn(Label) -> bool) -> Result<Term> {
        let gone: Vec<i64> = (0..self.labels.len())
            .filter(|i| !needed(self.labels[*i]))
            .map(|i| i as i64)
            .collect();
        if gone.is_empty() {
            return Ok(self);
        }
        Ok(Term {
            tensor: self.tensor.sum_dims(&gone, false)?,
            labels: self.labels.into_iter().filter(|l| needed(*l)).collect(),
        })
    }

    /// The product with `other`, summed over what is in both and not needed.
    #[track_caller]
    fn times(self, other: Term, needed: impl Fn(Label) -> bool) -> Result<Term> {
        let mut sizes: Vec<(Label, usize)> = Vec::new();
        for term in [&self, &other] {
            for (&l, &d) in term.labels.iter().zip(term.tensor.dims()) {
                match sizes.iter_mut().find(|(m, _)| *m == l) {
                    None => sizes.push((l, d)),
                    Some((_, size)) if *size == d || d == 1 => {}
                    Some((_, size)) if *size == 1 => *size = d,
                    Some((_, size)) => {
                        return Err(Error::shape(
                            OP,
                            format!("sizes {size} and {d} of dimension {:?}", name(l)),
                        ));
                    }
                }
            }
        }
        let both = |l: &Label| self.labels.contains(l) && other.labels.contains(l);
        let (shared, mine): (Vec<Label>, Vec<Label>) = self.labels.iter().partition(|l| both(l));
        let (batch, summed): (Vec<Label>, Vec<Label>) = shared.iter().partition(|l| needed(**l));
        let theirs: Vec<Label> = other.labels.iter().copied().filter(|l| !both(l)).collect();
        let size = |l: &Label| sizes.iter().find(|(m, _)| m == l).map_or(1, |(_, d)| *d);
        let dims =
            |groups: [&[Label]; 3]| -> Vec<usize> { groups.concat().iter().map(size).collect() };
        let volume = |group: &[Label]| -> Result<usize> {
            let dims: Vec<usize> = group.iter().map(size).collect();
            Ok(Shape::new(&dims)?.numel())
        };
        let (b, m, k, n) = (
            volume(&batch)?,
            volume(&mine)?,
            volume(&summed)?,
            volume(&theirs)?,
        );
        let full = |t: Tensor, groups: [&[Label]; 3], shape: [usize; 3]| -> Result<Tensor> {
            t.expand(dims(groups))?.reshape(&shape[..])
        };
        let x = full(
            self.permuted(&[&batch[..], &mine, &summed].concat())?,
            [&batch, &mine, &summed],
            [b, m, k],
        )?;
        let y = full(
            other.permuted(&[&batch[..], &summed, &theirs].concat())?,
            [&batch, &summed, &theirs],
            [b, k, n],
        )?;
        // Without a sum it is no matrix product, and matrices of bools have none.
        let product = if summed.is_empty() {
            x.mul(&y)?
        } else {
            x.matmul(&y)?
        };
        Ok(Term {
            tensor: product.reshape(dims([&batch, &mine, &theirs]))?,
            labels: [batch, mine, theirs].concat(),
        })
    }
}

impl Tensor {
    /// The sum of products that `equation` says: a letter for every dimension of every operand, and, after `->`, for every
    /// dimension of the result. Letters that are missing there are summed; `...` stands for any dimensions, which
    /// broadcast; a letter twice in one operand is its diagonal. Without `->`, the letters that appear once are the
    /// result's, in alphabetic order, after those of the ellipsis.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::ones([2, 3, 4])?, Tensor::ones([2, 4, 5])?);
    /// assert_eq!(Tensor::einsum("bij,bjk->bik", &[&a, &b])?.dims(), [2, 3, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An equation that doesn't fit the operands; sizes of one letter that differ; dtypes that differ.
    #[track_caller]
    pub fn einsum(equation: &str, operands: &[&Tensor]) -> Result<Tensor> {
        let _op = crate::profiler::op(OP);
        let equation: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match equation.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (&equation[..], None),
        };
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != operands.len() || operands.is_empty() {
            return Err(Error::value(
                OP,
                format!(
                    "{} terms in {equation:?} for {} operands",
                    terms.len(),
                    operands.len()
                ),
            ));
        }
        let parsed = terms.iter().map(|t| parse(t)).collect::<Result<Vec<_>>>()?;
        let mut spare = 0;
        for ((head, dots, tail), (t, term)) in parsed.iter().zip(operands.iter().zip(&terms)) {
            let named = head.len() + tail.len();
            if named > t.rank() || (!dots && named < t.rank()) {
                return Err(Error::shape(
                    OP,
                    format!(
                        "the term {term:?} for an operand of shape {}: {} dimensions",
                        t.shape(),
                        t.rank()
                    ),
                ));
            }
            spare = spare.max(t.rank() - named);
        }
        let mut work = Vec::new();
        for ((head, _, tail), t) in parsed.iter().zip(operands) {
            let own = t.rank() - head.len() - tail.len();
            let dots: Vec<Label> = (0..own).rev().map(dotted).collect();
            let term = Term {
                tensor: (*t).clone(),
                labels: [&head[..], &dots, tail].concat(),
            };
            work.push(term);
        }
        let dots: Vec<Label> = (0..spare).rev().map(dotted).collect();
        let all: Vec<Label> = work.iter().flat_map(|t| t.labels.iter().copied()).collect();
        let out = match right {
            Some(right) => {
                let (head, has_dots, tail) = parse(right)?;
                let dots = if has_dots { &dots[..] } else { &[] };
                [&head[..], dots, &tail].concat()
            }
            None => {
                let mut once: Vec<Label> = all
                    .iter()
                    .copied()
                    .filter(|l| !dots.contains(l) && all.iter().filter(|m| *m == l).count() == 1)
                    .collect();
                once.sort_unstable_by_key(|l| char::from_u32(*l));
                [&dots[..], &once].concat()
            }
        };
        for (i, l) in out.iter().enumerate() {
            if out[..i].contains(l) || !all.contains(l) {
                return Err(Error::value(
                    OP,
                    format!(
                        "dimension {:?} of the result of {equation:?}; each must be one of the operands', and appear once",
                        name(*l)
                    ),
                ));
            }
        }
        let mut rest = work
            .into_iter()
            .map(Term::diagonal)
            .collect::<Result<Vec<_>>>()?;
        let mut result = rest.remove(0);
        while !rest.is_empty() {
            let other = rest.remove(0);
            let later = |l: Label| out.contains(&l) || rest.iter().any(|t| t.labels.contains(&l));
            let theirs = other.labels.clone();
            // A size of 1 stands for any: what is summed anyway, and 1 on one side, must not count as a sum of both.
            result = result.summed(|l| later(l) || theirs.contains(&l))?;
            let mine = result.labels.clone();
            let other = other.summed(|l| later(l) || mine.contains(&l))?;
            let mut pair = [result, other];
            for side in 0..2 {
                let alone = |l: Label| {
                    pair[1 - side].size(l).is_some_and(|d| d == 1)
                        && pair[side].size(l).is_some_and(|d| d != 1)
                        && !later(l)
                };
                let labels: Vec<Label> = pair[side]
                    .labels
                    .iter()
                    .copied()
                    .filter(|l| alone(*l))
                    .collect();
                for l in labels {
                    let at = pair[side].labels.iter().position(|m| *m == l).unwrap_or(0) as i64;
                    pair[side].tensor = pair[side].tensor.sum_dims(&[at], true)?;
                }
            }
            let [a, b] = pair;
            result = a.times(b, later)?;
        }
        let result = result.summed(|l| out.contains(&l))?;
        result.permuted(&out)
    }

    /// Products of `self` and `other` summed over pairs of dimensions: `first` of this with `second` of the other. The
    /// result has the other dimensions of this, then those of the other.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::ones([2, 3, 4])?, Tensor::ones([4, 3, 5])?);
    /// assert_eq!(a.tensordot(&b, &[1, 2], &[1, 0])?.dims(), [2, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Lists of different lengths; sizes that differ; dtypes that differ.
    #[track_caller]
    pub fn tensordot(&self, other: &Tensor, first: &[i64], second: &[i64]) -> Result<Tensor> {
        const OP: &str = "tensordot";
        if first.len() != second.len() {
            return Err(Error::value(
                OP,
                format!(
                    "{} dimensions {first:?} for {} {second:?}",
                    first.len(),
                    second.len()
                ),
            ));
        }
        let mut labels: [Vec<Label>; 2] = [
            (0..self.rank()).map(|i| dotted(2 * i)).collect(),
            (0..other.rank()).map(|i| dotted(2 * i + 1)).collect(),
        ];
        let (mut a, mut b) = (self.clone(), other.clone());
        let mut seen: [Vec<usize>; 2] = Default::default();
        for (&i, &j) in first.iter().zip(second) {
            let (x, y) = (a.existing_dim(OP, i)?, b.existing_dim(OP, j)?);
            if seen[0].contains(&x) || seen[1].contains(&y) {
                return Err(Error::value(
                    OP,
                    format!("a dimension appears twice in {first:?} or {second:?}"),
                ));
            }
            seen[0].push(x);
            seen[1].push(y);
            labels[1][y] = labels[0][x];
            let (m, n) = (a.dims()[x], b.dims()[y]);
            match (m, n) {
                _ if m == n => {}
                // A size of 1 stands for any: the other side is summed.
                (1, _) => b = b.sum_dims(&[j], true)?,
                (_, 1) => a = a.sum_dims(&[i], true)?,
                _ => {
                    return Err(Error::shape(
                        OP,
                        format!(
                            "sizes {m} and {n} of dimensions {i} and {j}, of shapes {} and {}",
                            self.shape(),
                            other.shape()
                        ),
                    ));
                }
            }
        }
        let [mine, theirs] = labels;
        let out: Vec<Label> = mine
            .iter()
            .filter(|l| !theirs.contains(l))
            .chain(theirs.iter().filter(|l| !mine.contains(l)))
            .copied()
            .collect();
        let a = Term {
            tensor: a,
            labels: mine,
        };
        let b = Term {
            tensor: b,
            labels: theirs,
        };
        a.times(b, |l| out.contains(&l))?.permuted(&out)
    }
}

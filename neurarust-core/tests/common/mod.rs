//! What tests of several families share: tensors in every layout, and gradients against central differences.

use neurarust_core::{DType, Result, Tensor};

/// Distinct `f64` numbers of `shape` in every kind of layout.
#[allow(dead_code)]
pub fn layouts(shape: &[usize]) -> Result<Vec<Tensor>> {
    let n: usize = shape.iter().product();
    let base = Tensor::from_vec(
        (0..n)
            .map(|i| ((i * 7919 + 13) % 101) as f64 / 10.0 - 5.0)
            .collect(),
        shape,
    )?;
    let rank = shape.len() as i64;
    let reversed: Vec<i64> = (0..rank).rev().collect();
    let permuted = base.permute(&reversed)?.contiguous()?.permute(&reversed)?;
    let all: Vec<i64> = (0..rank).collect();
    let flipped = base.flip(&all)?.contiguous()?.flip(&all)?;
    let wide = Tensor::stack(&[&base, &base], -1)?.select(-1, 1)?;
    let first = base.narrow(0, 0, 1)?;
    let broadcast = first.expand(shape)?;
    Ok(vec![base, permuted, flipped, wide, broadcast])
}

/// Holds the gradient of a weighted sum of `f`'s result against central differences, input by input.
#[allow(dead_code)]
pub fn gradients_agree(inputs: &[&Tensor], f: impl Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
    let leaves = inputs
        .iter()
        .map(|x| x.detach().contiguous()?.try_clone()?.requires_grad())
        .collect::<Result<Vec<_>>>()?;
    // Seen through a copy, so that in-place operations don't meet a leaf.
    let loss = |x: &[Tensor]| -> Result<Tensor> {
        let y = f(x)?;
        assert_eq!(y.dtype(), DType::F64);
        let w: Vec<f64> = (0..y.numel())
            .map(|i| ((i * 37 + 11) % 17) as f64 - 7.5)
            .collect();
        y.mul(&Tensor::from_vec(w, y.shape())?)?.sum()
    };
    loss(&leaves)?.backward()?;
    for (k, leaf) in leaves.iter().enumerate() {
        let got = match leaf.grad() {
            Some(g) => g.to_vec::<f64>()?,
            None => vec![0.0; leaf.numel()],
        };
        let at = leaf.to_vec::<f64>()?;
        for i in 0..at.len() {
            let value = |h: f64| -> Result<f64> {
                let mut moved = at.clone();
                moved[i] += h;
                let mut x: Vec<Tensor> = leaves.iter().map(|t| t.detach()).collect();
                x[k] = Tensor::from_vec(moved, leaf.shape())?;
                loss(&x)?.item::<f64>()
            };
            let h = 1e-5;
            let want = (value(h)? - value(-h)?) / (2.0 * h);
            assert!(
                (got[i] - want).abs() <= 1e-6 * want.abs().max(1.0),
                "input {k}, element {i}: {} instead of {want}",
                got[i]
            );
        }
    }
    Ok(())
}

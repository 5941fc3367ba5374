//! Operations of layers: products of matrices, convolution, pooling, normalisation, losses.

use crate::convert::{IntList, Scalar, TensorArg};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::ops::embedding::Lookup;
use neurarust_core::ops::loss::{CrossEntropy, Ctc, LinearCrossEntropy, Reduction};
use neurarust_core::ops::pool::PoolOptions;
use neurarust_core::{ConvOptions, Padding, PerDim, Result, Tensor};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

/// The work of a product of matrices, roughly.
fn product(a: &Tensor, b: &Tensor) -> usize {
    let shared = a.dims().last().copied().unwrap_or(1);
    a.numel().saturating_mul(b.numel()) / shared.max(1) / 16
}

macro_rules! products {
    ($($(#[$doc:meta])* $name:ident($other:ident);)*) => {
        #[pymethods]
        impl PyTensor {
            $(
                $(#[$doc])*
                fn $name(&self, py: Python<'_>, $other: TensorArg<'_>) -> PyResult<PyTensor> {
                    call(py, product(&self.0, $other.0), || self.0.$name($other.0)).map(PyTensor)
                }
            )*
        }
    };
}
products! {
    /// The product of matrices, vectors or batches of matrices, as `@`: (…, n, k) and (…, k, m) give (…, n, m).
    ///
    /// The batches in front broadcast. A vector (k) on the left counts as one row, on the right as one column, which the result
    /// doesn't have. Both sides are of one dtype.
    ///
    ///     >>> torch.matmul(torch.ones(10, 2, 3), torch.ones(3, 4)).shape
    ///     neurarust.Size([10, 2, 4])
    matmul(other);
    /// The product of two matrices: (n, k) and (k, m) give (n, m).
    mm(mat2);
    /// The products of two batches of matrices: (b, n, k) and (b, k, m) give (b, n, m).
    bmm(mat2);
    /// A matrix times a vector: (n, k) and (k) give (n).
    mv(vec);
    /// The inner product of two vectors: (n) and (n) give one number.
    dot(tensor);
    /// The products of all pairs of elements of two vectors: (n) and (m) give (n, m).
    outer(vec2);
}

#[pymethods]
impl PyTensor {
    /// `beta · self + alpha · mat1 @ mat2`.
    #[pyo3(signature = (mat1, mat2, *, beta=None, alpha=None))]
    fn addmm(
        &self,
        py: Python<'_>,
        mat1: TensorArg<'_>,
        mat2: TensorArg<'_>,
        beta: Option<Scalar>,
        alpha: Option<Scalar>,
    ) -> PyResult<PyTensor> {
        let (beta, alpha) = (
            beta.map_or(1.0, |b| b.0.f64()),
            alpha.map_or(1.0, |a| a.0.f64()),
        );
        call(py, product(mat1.0, mat2.0), || {
            self.0.addmm(mat1.0, mat2.0, beta, alpha)
        })
        .map(PyTensor)
    }
}

/// `input @ weightᵀ + bias`: (…, in) with (out, in) gives (…, out).
///
///     >>> torch.nn.functional.linear(torch.ones(4, 3), torch.ones(2, 3)).shape
///     neurarust.Size([4, 2])
#[pyfunction]
#[pyo3(signature = (input, weight, bias=None))]
fn linear(
    py: Python<'_>,
    input: TensorArg<'_>,
    weight: TensorArg<'_>,
    bias: Option<TensorArg<'_>>,
) -> PyResult<PyTensor> {
    call(py, product(input.0, weight.0), || {
        input.0.linear(weight.0, bias.as_ref().map(|b| b.0))
    })
    .map(PyTensor)
}

/// One size for all dimensions, or one each.
pub(crate) fn per_dim(op: &'static str, sizes: &IntList) -> PyResult<PerDim> {
    Ok(PerDim::from(&crate::convert::shape(op, &sizes.0)?[..]))
}

fn padding(op: &'static str, padding: Option<&Bound<'_, PyAny>>) -> PyResult<Padding> {
    let Some(padding) = padding else {
        return Ok(0.into());
    };
    if let Ok(name) = padding.extract::<std::borrow::Cow<'_, str>>() {
        return match &*name {
            "same" => Ok(Padding::Same),
            "valid" => Ok(0.into()),
            _ => Err(PyValueError::new_err(format!(
                "{op}: padding must be 'same', 'valid' or sizes, got {name:?}"
            ))),
        };
    }
    Ok(Padding::Zeros(per_dim(op, &padding.extract()?)?))
}

fn option(op: &'static str, value: Option<IntList>, default: usize) -> PyResult<PerDim> {
    match value {
        Some(v) => per_dim(op, &v),
        None => Ok(default.into()),
    }
}

fn groups(op: &'static str, groups: i64) -> PyResult<usize> {
    usize::try_from(groups)
        .ok()
        .filter(|g| *g > 0)
        .ok_or_else(|| {
            PyValueError::new_err(format!("{op}: groups must be positive, got {groups}"))
        })
}

macro_rules! convolutions {
    ($($name:ident $transposed:ident $size:literal $kernel:literal $out:literal;)*) => {
        $(
            /// Convolution: slides `weight` over `input`, and adds `bias` to each output channel.
            ///
            /// Shapes: input (N, C, …) or (C, …), weight (O, C / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
            /// output size is `(size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1`. All of one dtype.
            ///
            /// `stride`, `padding` and `dilation` are a number or one per dimension; `padding` may be "valid", or "same" for
            /// the input's size at stride 1. With `groups`, output channels see only their group's share of the input's.
            ///
            /// Raises RuntimeError for shapes that don't fit, TypeError for dtypes that differ, ValueError for options out of range.
            ///
            #[doc = concat!("    >>> torch.", stringify!($name), "(torch.ones(1, 1, ", $size, "), torch.ones(1, 1, ", $kernel, ")).shape")]
            #[doc = concat!("    neurarust.Size([1, 1, ", $out, "])")]
            #[pyfunction]
            #[pyo3(
                signature = (input, weight, bias=None, stride=None, padding=None, dilation=None, groups=1),
                text_signature = "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)"
            )]
            #[allow(clippy::too_many_arguments)]
            fn $name(
                py: Python<'_>, input: TensorArg<'_>, weight: TensorArg<'_>, bias: Option<TensorArg<'_>>, stride: Option<IntList>,
                padding: Option<&Bound<'_, PyAny>>, dilation: Option<IntList>, groups: i64,
            ) -> PyResult<PyTensor> {
                const OP: &str = stringify!($name);
                let options = ConvOptions {
                    stride: option(OP, stride, 1)?,
                    padding: self::padding(OP, padding)?,
                    dilation: option(OP, dilation, 1)?,
                    groups: self::groups(OP, groups)?,
                    output_padding: 0.into(),
                };
                let work = input.0.numel().saturating_mul(weight.0.numel());
                call(py, work, || input.0.$name(weight.0, bias.as_ref().map(|b| b.0), &options)).map(PyTensor)
            }

            /// The transpose of a convolution, its gradient by the input: spreads each element of `input` over a window.
            ///
            /// Shapes: input (N, C, …) or (C, …), weight (C, O / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
            /// output size is `(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1`.
            ///
            /// `output_padding` chooses among the sizes whose convolution has the input's. Raises as the convolution.
            ///
            #[doc = concat!("    >>> torch.", stringify!($transposed), "(torch.ones(1, 1, ", $out, "), torch.ones(1, 1, ", $kernel, ")).shape")]
            #[doc = concat!("    neurarust.Size([1, 1, ", $size, "])")]
            #[pyfunction]
            #[pyo3(
                signature = (input, weight, bias=None, stride=None, padding=None, output_padding=None, groups=1, dilation=None),
                text_signature = "(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)"
            )]
            #[allow(clippy::too_many_arguments)]
            fn $transposed(
                py: Python<'_>, input: TensorArg<'_>, weight: TensorArg<'_>, bias: Option<TensorArg<'_>>, stride: Option<IntList>,
                padding: Option<&Bound<'_, PyAny>>, output_padding: Option<IntList>, groups: i64, dilation: Option<IntList>,
            ) -> PyResult<PyTensor> {
                const OP: &str = stringify!($transposed);
                let options = ConvOptions {
                    stride: option(OP, stride, 1)?,
                    padding: self::padding(OP, padding)?,
                    dilation: option(OP, dilation, 1)?,
                    groups: self::groups(OP, groups)?,
                    output_padding: option(OP, output_padding, 0)?,
                };
                let work = input.0.numel().saturating_mul(weight.0.numel());
                call(py, work, || input.0.$transposed(weight.0, bias.as_ref().map(|b| b.0), &options)).map(PyTensor)
            }
        )*
        fn register_convolutions(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $(
                m.add_function(wrap_pyfunction!($name, m)?)?;
                m.add_function(wrap_pyfunction!($transposed, m)?)?;
            )*
            Ok(())
        }
    };
}
convolutions! {
    conv1d conv_transpose1d "5" "3" "3";
    conv2d conv_transpose2d "5, 5" "3, 3" "3, 3";
    conv3d conv_transpose3d "5, 5, 5" "3, 3, 3" "3, 3, 3";
}

/// Sizes of an adaptive pooling's output; None keeps one.
fn outputs(
    op: &'static str,
    sizes: &Bound<'_, PyAny>,
    rank: usize,
) -> PyResult<Vec<Option<usize>>> {
    let one = |x: &Bound<'_, PyAny>| match x.is_none() {
        true => Ok(None),
        false => {
            let n = crate::convert::int(x)?;
            usize::try_from(n).map(Some).map_err(|_| {
                PyValueError::new_err(format!("{op}: sizes can't be negative, got {n}"))
            })
        }
    };
    if sizes.is_none() || sizes.extract::<i64>().is_ok() {
        return Ok(vec![one(sizes)?; rank]);
    }
    sizes.try_iter()?.map(|x| one(&x?)).collect()
}

macro_rules! pools {
    ($($rank:literal $max:ident $avg:ident $adaptive_max:ident $adaptive_avg:ident;)*) => {
        $(
            /// The largest element of each window; with `return_indices`, where they are too.
            ///
            /// (N, C, …) or (C, …), where an output size is `(size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`,
            /// rounded up instead if `ceil_mode`. `stride` is `kernel_size` unless given; padding is never the largest.
            #[pyfunction]
            #[pyo3(signature = (input, kernel_size, stride=None, padding=None, dilation=None, ceil_mode=false, return_indices=false))]
            #[allow(clippy::too_many_arguments)]
            fn $max<'py>(
                py: Python<'py>, input: TensorArg<'_>, kernel_size: IntList, stride: Option<IntList>, padding: Option<IntList>,
                dilation: Option<IntList>, ceil_mode: bool, return_indices: bool,
            ) -> PyResult<Bound<'py, PyAny>> {
                const OP: &str = stringify!($max);
                let options = PoolOptions {
                    stride: stride.filter(|s| !s.0.is_empty()).map(|s| per_dim(OP, &s)).transpose()?,
                    padding: option(OP, padding, 0)?,
                    dilation: option(OP, dilation, 1)?,
                    ceil_mode,
                    ..PoolOptions::new(per_dim(OP, &kernel_size)?)
                };
                let (values, places) = call(py, input.0.numel(), || input.0.$max(&options))?;
                answer(py, values, places, return_indices)
            }

            /// The mean of each window.
            #[pyfunction]
            #[pyo3(signature = (input, kernel_size, stride=None, padding=None, ceil_mode=false, count_include_pad=true, divisor_override=None))]
            #[allow(clippy::too_many_arguments)]
            fn $avg(
                py: Python<'_>, input: TensorArg<'_>, kernel_size: IntList, stride: Option<IntList>, padding: Option<IntList>,
                ceil_mode: bool, count_include_pad: bool, divisor_override: Option<i64>,
            ) -> PyResult<PyTensor> {
                const OP: &str = stringify!($avg);
                let options = PoolOptions {
                    stride: stride.filter(|s| !s.0.is_empty()).map(|s| per_dim(OP, &s)).transpose()?,
                    padding: option(OP, padding, 0)?,
                    ceil_mode,
                    count_include_pad,
                    divisor_override,
                    ..PoolOptions::new(per_dim(OP, &kernel_size)?)
                };
                call(py, input.0.numel(), || input.0.$avg(&options)).map(PyTensor)
            }

            /// The largest element of as many windows as make an output of the given sizes.
            #[pyfunction]
            #[pyo3(signature = (input, output_size, return_indices=false))]
            fn $adaptive_max<'py>(py: Python<'py>, input: TensorArg<'_>, output_size: &Bound<'py, PyAny>, return_indices: bool) -> PyResult<Bound<'py, PyAny>> {
                let sizes = outputs(stringify!($adaptive_max), output_size, $rank)?;
                let (values, places) = call(py, input.0.numel(), || input.0.$adaptive_max(&sizes))?;
                answer(py, values, places, return_indices)
            }

            /// The mean of as many windows as make an output of the given sizes.
            #[pyfunction]
            fn $adaptive_avg(py: Python<'_>, input: TensorArg<'_>, output_size: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
                let sizes = outputs(stringify!($adaptive_avg), output_size, $rank)?;
                call(py, input.0.numel(), || input.0.$adaptive_avg(&sizes)).map(PyTensor)
            }
        )*
        fn register_pools(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $(
                m.add_function(wrap_pyfunction!($max, m)?)?;
                m.add_function(wrap_pyfunction!($avg, m)?)?;
                m.add_function(wrap_pyfunction!($adaptive_max, m)?)?;
                m.add_function(wrap_pyfunction!($adaptive_avg, m)?)?;
            )*
            Ok(())
        }
    };
}
pools! {
    1 max_pool1d avg_pool1d adaptive_max_pool1d adaptive_avg_pool1d;
    2 max_pool2d avg_pool2d adaptive_max_pool2d adaptive_avg_pool2d;
    3 max_pool3d avg_pool3d adaptive_max_pool3d adaptive_avg_pool3d;
}

pub(crate) fn answer<'py>(
    py: Python<'py>,
    values: Tensor,
    places: Tensor,
    both: bool,
) -> PyResult<Bound<'py, PyAny>> {
    match both {
        true => Ok(crate::views::tuple(py, vec![values, places])?.into_any()),
        false => Ok(Bound::new(py, PyTensor(values))?.into_any()),
    }
}

pub(crate) fn plain<'a>(t: &Option<TensorArg<'a>>) -> Option<&'a Tensor> {
    t.as_ref().map(|t| t.0)
}

/// Zero mean and unit variance over the last dimensions, `normalized_shape`.
///
/// `(x - mean) / √(var + eps) · weight + bias` for each sample, with `weight` and `bias` of `normalized_shape` (Ba, Kiros and
/// Hinton, 2016).
#[pyfunction]
#[pyo3(signature = (input, normalized_shape, weight=None, bias=None, eps=1e-5))]
fn layer_norm(
    py: Python<'_>,
    input: TensorArg<'_>,
    normalized_shape: IntList,
    weight: Option<TensorArg<'_>>,
    bias: Option<TensorArg<'_>>,
    eps: f64,
) -> PyResult<PyTensor> {
    let shape = crate::convert::shape("layer_norm", &normalized_shape.0)?;
    call(py, input.0.numel(), || {
        input
            .0
            .layer_norm(&shape, plain(&weight), plain(&bias), eps)
    })
    .map(PyTensor)
}

/// Unit mean square over the last dimensions, `normalized_shape`. `eps` is the dtype's resolution if None.
#[pyfunction]
#[pyo3(signature = (input, normalized_shape, weight=None, eps=None))]
fn rms_norm(
    py: Python<'_>,
    input: TensorArg<'_>,
    normalized_shape: IntList,
    weight: Option<TensorArg<'_>>,
    eps: Option<f64>,
) -> PyResult<PyTensor> {
    let shape = crate::convert::shape("rms_norm", &normalized_shape.0)?;
    let eps = eps.unwrap_or_else(|| crate::dtype::resolution(input.0.dtype()));
    call(py, input.0.numel(), || {
        input.0.rms_norm(&shape, plain(&weight), eps)
    })
    .map(PyTensor)
}

/// Zero mean and unit variance per channel: of the batch while training, of the running statistics otherwise.
#[pyfunction]
#[pyo3(signature = (input, running_mean=None, running_var=None, weight=None, bias=None, training=false, momentum=0.1, eps=1e-5))]
#[allow(clippy::too_many_arguments)]
fn batch_norm(
    py: Python<'_>,
    input: TensorArg<'_>,
    running_mean: Option<TensorArg<'_>>,
    running_var: Option<TensorArg<'_>>,
    weight: Option<TensorArg<'_>>,
    bias: Option<TensorArg<'_>>,
    training: bool,
    momentum: f64,
    eps: f64,
) -> PyResult<PyTensor> {
    call(py, input.0.numel(), || {
        input.0.batch_norm(
            plain(&running_mean),
            plain(&running_var),
            plain(&weight),
            plain(&bias),
            training,
            momentum,
            eps,
        )
    })
    .map(PyTensor)
}

/// Zero mean and unit variance per sample and group of channels.
#[pyfunction]
#[pyo3(signature = (input, num_groups, weight=None, bias=None, eps=1e-5))]
fn group_norm(
    py: Python<'_>,
    input: TensorArg<'_>,
    num_groups: i64,
    weight: Option<TensorArg<'_>>,
    bias: Option<TensorArg<'_>>,
    eps: f64,
) -> PyResult<PyTensor> {
    let groups = groups("group_norm", num_groups)?;
    call(py, input.0.numel(), || {
        input
            .0
            .group_norm(groups, plain(&weight), plain(&bias), eps)
    })
    .map(PyTensor)
}

/// Zero mean and unit variance per sample and channel.
#[pyfunction]
#[pyo3(name = "_instance_norm", signature = (input, weight=None, bias=None, eps=1e-5))]
fn instance_norm(
    py: Python<'_>,
    input: TensorArg<'_>,
    weight: Option<TensorArg<'_>>,
    bias: Option<TensorArg<'_>>,
    eps: f64,
) -> PyResult<PyTensor> {
    call(py, input.0.numel(), || {
        input.0.instance_norm(plain(&weight), plain(&bias), eps)
    })
    .map(PyTensor)
}

/// What becomes of the errors of the elements; `size_average` and `reduce` are PyTorch's older way to say it.
pub(crate) fn reduction(
    name: &str,
    size_average: Option<bool>,
    reduce: Option<bool>,
) -> PyResult<Reduction> {
    if size_average.is_some() || reduce.is_some() {
        return Ok(
            match (reduce.unwrap_or(true), size_average.unwrap_or(true)) {
                (false, _) => Reduction::None,
                (_, true) => Reduction::Mean,
                _ => Reduction::Sum,
            },
        );
    }
    Reduction::from_name(name)
        .map_err(|_| PyValueError::new_err(format!("{name} is not a valid value for reduction")))
}

macro_rules! losses {
    ($($(#[$doc:meta])* $name:ident($($p:ident: $kind:ty = $default:expr),*) $(as $shown:literal)? => |$x:ident, $t:ident, $r:ident| $body:expr;)*) => {
        $(
            $(#[$doc])*
            #[pyfunction]
            #[pyo3(signature = (input, target $(, $p=$default)*, size_average=None, reduce=None, reduction="mean") $(, text_signature = $shown)?)]
            #[allow(clippy::too_many_arguments)]
            fn $name(
                py: Python<'_>, input: TensorArg<'_>, target: TensorArg<'_>, $($p: $kind,)* size_average: Option<bool>, reduce: Option<bool>, reduction: &str,
            ) -> PyResult<PyTensor> {
                let $r = self::reduction(reduction, size_average, reduce)?;
                let ($x, $t) = (input.0, target.0);
                call(py, $x.numel(), || -> Result<Tensor> { $body }).map(PyTensor)
            }
        )*
        fn register_losses(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $( m.add_function(wrap_pyfunction!($name, m)?)?; )*
            Ok(())
        }
    };
}
losses! {
    /// `(input - target)²`: the mean, the sum, or with `reduction="none"` each of the squared differences.
    mse_loss() => |x, t, r| x.mse_loss(t, r);
    /// `|input - target|`: the mean, the sum, or with `reduction="none"` each of the absolute differences.
    l1_loss() => |x, t, r| x.l1_loss(t, r);
    /// Squared differences below `beta`, absolute ones above.
    smooth_l1_loss(beta: f64 = 1.0) as "(input, target, beta=1.0, size_average=None, reduce=None, reduction='mean')" => |x, t, r| x.smooth_l1_loss(t, beta, r);
    /// `delta` times the smooth L1 loss.
    huber_loss(delta: f64 = 1.0) as "(input, target, delta=1.0, size_average=None, reduce=None, reduction='mean')" => |x, t, r| x.huber_loss(t, delta, r);
    /// The cross-entropy of probabilities against probabilities.
    binary_cross_entropy(weight: Option<TensorArg<'_>> = None) as "(input, target, weight=None, size_average=None, reduce=None, reduction='mean')" => |x, t, r| x.binary_cross_entropy(t, plain(&weight), r);
    /// The cross-entropy of logits against probabilities.
    binary_cross_entropy_with_logits(weight: Option<TensorArg<'_>> = None, pos_weight: Option<TensorArg<'_>> = None)
        as "(input, target, weight=None, pos_weight=None, size_average=None, reduce=None, reduction='mean')" => |x, t, r| {
        x.binary_cross_entropy_with_logits(t, plain(&weight), plain(&pos_weight), r)
    };
    /// The Kullback-Leibler divergence of log-probabilities from probabilities.
    _kl_div(log_target: bool = false) => |x, t, r| x.kl_div(t, log_target, r);
    /// The negative log-likelihood of classes (N, …), given log-probabilities (N, C, …).
    ///
    /// Elements of class `ignore_index` don't count; `weight` (C) says how much each class counts.
    nll_loss(weight: Option<TensorArg<'_>> = None, ignore_index: i64 = -100)
        as "(input, target, weight=None, ignore_index=-100, size_average=None, reduce=None, reduction='mean')" => |x, t, r| x.nll_loss(t, plain(&weight), ignore_index, r);
    /// Margins between a row's scores and that of its class.
    _multi_margin_loss(p: i64 = 1, margin: f64 = 1.0, weight: Option<TensorArg<'_>> = None) => |x, t, r| {
        x.multi_margin_loss(t, u32::try_from(p).unwrap_or(0), margin, plain(&weight), r)
    };
    /// Margins between the scores of a row's classes and those of others.
    _multilabel_margin_loss() => |x, t, r| x.multilabel_margin_loss(t, r);
    /// The mean binary cross-entropy of scores of several classes at once.
    _multilabel_soft_margin_loss(weight: Option<TensorArg<'_>> = None) => |x, t, r| x.multilabel_soft_margin_loss(t, plain(&weight), r);
    /// The cross-entropy of finding each query's own key by cosine similarity.
    _info_nce_loss(temperature: f64 = 0.1) => |x, t, r| x.info_nce_loss(t, temperature, r);
    /// The cross-entropy of finding each view's twin by cosine similarity.
    _nt_xent_loss(temperature: f64 = 0.5) => |x, t, r| x.nt_xent_loss(t, temperature, r);
    /// The attraction of representations of the same label.
    _supervised_contrastive_loss(temperature: f64 = 0.1) => |x, t, r| x.supervised_contrastive_loss(t, temperature, r);
    /// The binary cross-entropy, less of what is easy.
    _sigmoid_focal_loss(alpha: f64 = 0.25, gamma: f64 = 2.0) => |x, t, r| x.sigmoid_focal_loss(t, alpha, gamma, r);
    /// The cross-entropy, less of what is easy.
    _focal_loss(gamma: f64 = 2.0, weight: Option<TensorArg<'_>> = None) => |x, t, r| x.focal_loss(t, gamma, plain(&weight), r);
    /// One minus the overlap of probabilities and targets.
    _dice_loss(smooth: f64 = 1.0) => |x, t, r| x.dice_loss(t, smooth, r);
    /// The cross-entropy of logits `input` (N, C, …) against classes (N, …) or class probabilities (N, C, …): the negative
    /// logarithm of the softmax at the target.
    ///
    /// `weight` (C) says how much each class counts; elements of class `ignore_index` don't. `label_smoothing` spreads that part
    /// of each target evenly over all classes. `reduction` is "mean" (weighted), "sum", or "none" for one number per element:
    /// (N, …). One sample without a batch is (C) against ().
    ///
    /// Raises IndexError for a class that isn't there, RuntimeError for shapes that don't fit.
    ///
    ///     >>> torch.nn.functional.cross_entropy(torch.zeros(2, 4), torch.tensor([0, 3])).item()  # ln 4
    ///     1.3862943649291992
    cross_entropy(weight: Option<TensorArg<'_>> = None, ignore_index: i64 = -100, label_smoothing: f64 = 0.0)
        as "(input, target, weight=None, ignore_index=-100, label_smoothing=0.0, size_average=None, reduce=None, reduction='mean')" => |x, t, r| {
        x.cross_entropy(t, &CrossEntropy { weight: plain(&weight).cloned(), ignore_index, label_smoothing, reduction: r })
    };
}

/// The cross-entropy behind a linear layer, some rows at a time.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn _linear_cross_entropy(
    py: Python<'_>,
    input: TensorArg<'_>,
    linear_weight: TensorArg<'_>,
    target: TensorArg<'_>,
    linear_bias: Option<TensorArg<'_>>,
    weight: Option<TensorArg<'_>>,
    ignore_index: i64,
    rows: i64,
    reduction: &str,
) -> PyResult<PyTensor> {
    let options = LinearCrossEntropy {
        loss: CrossEntropy {
            weight: plain(&weight).cloned(),
            ignore_index,
            label_smoothing: 0.0,
            reduction: self::reduction(reduction, None, None)?,
        },
        rows: usize::try_from(rows).unwrap_or(0),
    };
    call(py, product(input.0, linear_weight.0), || {
        input
            .0
            .linear_cross_entropy(linear_weight.0, plain(&linear_bias), target.0, &options)
    })
    .map(PyTensor)
}

/// The likelihood of labels summed over their alignments.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn _ctc_loss(
    py: Python<'_>,
    log_probs: TensorArg<'_>,
    targets: TensorArg<'_>,
    input_lengths: IntList,
    target_lengths: IntList,
    blank: i64,
    reduction: &str,
    zero_infinity: bool,
) -> PyResult<PyTensor> {
    let lengths = |list: &IntList| crate::convert::shape("ctc_loss", &list.0);
    let (inputs, labels) = (lengths(&input_lengths)?, lengths(&target_lengths)?);
    let options = Ctc {
        blank: usize::try_from(blank).unwrap_or(usize::MAX),
        reduction: self::reduction(reduction, None, None)?,
        zero_infinity,
    };
    call(py, log_probs.0.numel(), || {
        log_probs.0.ctc_loss(targets.0, &inputs, &labels, &options)
    })
    .map(PyTensor)
}

/// Rows of `weight` by number: (…) of integers gives (…, width). The row `padding_idx` gets no gradient.
///
///     >>> torch.nn.functional.embedding(torch.tensor([2, 0]), torch.tensor([[1.0], [2.0], [3.0]])).tolist()
///     [[3.0], [1.0]]
#[pyfunction]
#[pyo3(signature = (input, weight, padding_idx=None, scale_grad_by_freq=false, sparse=false))]
fn embedding(
    py: Python<'_>,
    input: TensorArg<'_>,
    weight: TensorArg<'_>,
    padding_idx: Option<i64>,
    scale_grad_by_freq: bool,
    sparse: bool,
) -> PyResult<PyTensor> {
    let rows = weight.0.dims().first().copied().unwrap_or(0) as i64;
    let padding = match padding_idx {
        None => None,
        Some(p) if (-rows..rows).contains(&p) => Some((if p < 0 { p + rows } else { p }) as usize),
        Some(p) => {
            return Err(PyValueError::new_err(format!(
                "embedding: padding_idx {p} with {rows} rows"
            )));
        }
    };
    if input.0.dtype().is_differentiable() {
        return Err(PyTypeError::new_err(format!(
            "embedding: expected integers as indices, got {}",
            input.0.dtype()
        )));
    }
    let how = Lookup {
        padding,
        scale_by_frequency: scale_grad_by_freq,
        sparse,
    };
    call(py, input.0.numel(), || {
        weight.0.embedding_with(input.0, &how)
    })
    .map(PyTensor)
}

/// Zeroes elements with probability `p` and scales the others up, while `training`.
#[pyfunction]
#[pyo3(signature = (input, p=0.5, training=true, inplace=false))]
fn dropout(
    py: Python<'_>,
    input: &Bound<'_, PyTensor>,
    p: f64,
    training: bool,
    inplace: bool,
) -> PyResult<Py<PyTensor>> {
    if !(0.0..=1.0).contains(&p) {
        return Err(PyValueError::new_err(format!(
            "dropout probability has to be between 0 and 1, but got {p}"
        )));
    }
    if !training || p == 0.0 {
        return Ok(input.clone().unbind());
    }
    let t = &input.get().0;
    let out = call(py, t.numel(), || {
        let out = t.dropout(p, true)?;
        match inplace {
            true => t.copy_(&out).map(|_| None),
            false => Ok(Some(out)),
        }
    })?;
    match out {
        Some(out) => Py::new(py, PyTensor(out)),
        None => Ok(input.clone().unbind()),
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    register_convolutions(m)?;
    register_pools(m)?;
    register_losses(m)?;
    for f in [
        wrap_pyfunction!(linear, m)?,
        wrap_pyfunction!(layer_norm, m)?,
        wrap_pyfunction!(rms_norm, m)?,
        wrap_pyfunction!(batch_norm, m)?,
        wrap_pyfunction!(group_norm, m)?,
        wrap_pyfunction!(instance_norm, m)?,
        wrap_pyfunction!(embedding, m)?,
        wrap_pyfunction!(dropout, m)?,
        wrap_pyfunction!(_ctc_loss, m)?,
        wrap_pyfunction!(_linear_cross_entropy, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}

//! What a model costs: the shapes, parameters, floating-point operations and activations of its layers for one input.

use crate::call;
use crate::tree::{is_container, last_name, thousands};
use crate::visit::{Observer, Role, Training, Visitor};
use crate::{Forward, Module};
use neurarust_core::{Result, Shape, Tensor, no_grad};
use std::collections::HashMap;
use std::fmt;

/// A module in a [`Summary`].
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its path in the model; empty for the model itself.
    pub path: String,
    /// Its type.
    pub kind: String,
    /// How many modules it lies in.
    pub depth: usize,
    /// How often it was called.
    pub calls: usize,
    /// The shape of its (last) output; none for what wasn't called or doesn't say so
    /// ([`Forward::call`], [`called`](crate::called)).
    pub output: Option<Shape>,
    /// Elements of its own parameters, without those of its parts; what appeared before counts as 0.
    pub parameters: usize,
    /// Floating-point operations of its matrix products and convolutions, two per multiplication and addition; those of
    /// its parts too.
    pub flops: u64,
    /// Bytes of its outputs.
    pub activations: usize,
    /// Whether modules lie in it.
    pub has_parts: bool,
}

/// A model's layers and what they cost for one input; `Display` prints a table.
#[derive(Clone, Debug)]
pub struct Summary {
    /// All modules, in order of declaration, each before its parts.
    pub layers: Vec<Layer>,
    /// Elements of all parameters, shared ones once.
    pub parameters: usize,
    /// Those of them that are trained.
    pub trainable: usize,
    /// Bytes of all parameters.
    pub parameter_bytes: usize,
    /// Floating-point operations of the forward.
    pub flops: u64,
    /// Bytes of the outputs of modules without parts.
    pub activations: usize,
}

/// Runs `model` on `input`, as in evaluation and without recording, and says what each layer costs.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, sequential, summary};
/// let net = sequential![
///     Conv2d::builder(1, 8, 3).padding(1).build()?, ReLU, MaxPool2d::new(2)?, Flatten::new(), Linear::new(8 * 14 * 14, 10)?
/// ];
/// let summary = summary(&net, &Tensor::zeros([1, 1, 28, 28])?)?;
/// assert_eq!(summary.parameters, net.num_parameters());
/// assert_eq!(summary.layers[1].flops, 2 * 8 * 9 * 28 * 28);
/// assert_eq!(summary.layers[3].output.as_ref().unwrap().dims(), [1, 8, 14, 14]);
/// println!("{summary}");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Those of the model.
#[track_caller]
pub fn summary<M: Forward + ?Sized>(model: &M, input: &Tensor) -> Result<Summary> {
    summary_by(model, || model.forward(input))
}

/// As [`summary()`], of a model whose forward `run` calls: for models of several inputs.
///
/// ```
/// use neurarust_core::{Result, Tensor};
/// use neurarust_nn::{Forward, Linear, Module, summary_by};
/// #[derive(Module)]
/// struct Pair { left: Linear, right: Linear }
/// let pair = Pair { left: Linear::new(3, 2)?, right: Linear::new(4, 2)? };
/// let (a, b) = (Tensor::ones([1, 3])?, Tensor::ones([1, 4])?);
/// let summary = summary_by(&pair, || pair.left.forward(&a)?.add(&pair.right.forward(&b)?))?;
/// assert_eq!(summary.flops, 2 * (3 * 2 + 4 * 2));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Those of `run`.
#[track_caller]
pub fn summary_by<M: Module + ?Sized>(
    model: &M,
    run: impl FnOnce() -> Result<Tensor>,
) -> Result<Summary> {
    let mut table = Layers::default();
    model.visit(&mut Visitor::new(&mut table));
    let (answer, calls) = {
        let _no_grad = no_grad();
        let _evaluating = Evaluating::begin(model);
        call::collect(|| call::called(model, run))
    };
    answer?;
    Ok(table.finish(calls))
}

/// Until it is dropped, the model evaluates; then its switches are as they were.
struct Evaluating<'a, M: Module + ?Sized>(&'a M, Vec<bool>);

impl<'a, M: Module + ?Sized> Evaluating<'a, M> {
    fn begin(model: &'a M) -> Evaluating<'a, M> {
        struct Read(Vec<bool>);
        impl Observer for Read {
            fn training(&mut self, training: &Training) {
                self.0.push(training.is_on());
            }
        }
        let mut before = Read(Vec::new());
        model.visit(&mut Visitor::new(&mut before));
        model.eval();
        Evaluating(model, before.0)
    }
}

impl<M: Module + ?Sized> Drop for Evaluating<'_, M> {
    fn drop(&mut self) {
        struct Write(std::vec::IntoIter<bool>);
        impl Observer for Write {
            fn training(&mut self, training: &Training) {
                if let Some(on) = self.0.next() {
                    training.set(on);
                }
            }
        }
        let mut before = Write(std::mem::take(&mut self.1).into_iter());
        self.0.visit(&mut Visitor::new(&mut before));
    }
}

/// Collects the modules and their parameters.
#[derive(Default)]
struct Layers {
    layers: Vec<Layer>,
    open: Vec<usize>,
    /// Parameters counted so far, by their buffers.
    counted: HashMap<usize, Vec<Tensor>>,
    parameters: usize,
    trainable: usize,
    bytes: usize,
}

impl Observer for Layers {
    fn enter(&mut self, path: &str, kind: &str, _: &dyn Fn() -> String) {
        self.open.push(self.layers.len());
        self.layers.push(Layer {
            path: path.to_string(),
            kind: kind.to_string(),
            depth: self.open.len() - 1,
            calls: 0,
            output: None,
            parameters: 0,
            flops: 0,
            activations: 0,
            has_parts: false,
        });
    }

    fn leave(&mut self) {
        let Some(at) = self.open.pop() else { return };
        // A container of plain data.
        let layer = &self.layers[at];
        if is_container(&layer.kind) && !layer.has_parts && layer.parameters == 0 && at > 0 {
            self.layers.remove(at);
        } else if let Some(&parent) = self.open.last() {
            self.layers[parent].has_parts = true;
        }
    }

    fn tensor(&mut self, _: &str, role: Role, tensor: &Tensor) {
        if role != Role::Parameter {
            return;
        }
        let seen = self.counted.entry(tensor.storage().id()).or_default();
        if seen.iter().any(|t| t.is_same(tensor)) {
            return;
        }
        seen.push(tensor.clone());
        self.parameters += tensor.numel();
        self.bytes += tensor.nbytes();
        if tensor.is_requires_grad() {
            self.trainable += tensor.numel();
        }
        if let Some(&at) = self.open.last() {
            self.layers[at].parameters += tensor.numel();
        }
    }
}

impl Layers {
    fn finish(mut self, calls: Vec<call::Call>) -> Summary {
        let root = self
            .layers
            .first()
            .map_or(String::new(), |l| l.kind.clone());
        let mut at: HashMap<String, usize> = HashMap::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let path = match layer.path.as_str() {
                "" => root.clone(),
                path => format!("{root}.{path}"),
            };
            at.insert(path, i);
        }
        let mut flops = 0;
        for call in calls {
            // The model itself comes last and has everything.
            flops = call.flops;
            let Some(&i) = at.get(&call.path) else {
                continue;
            };
            let layer = &mut self.layers[i];
            layer.calls += 1;
            layer.flops += call.flops;
            if let Some((shape, bytes)) = call.output {
                layer.activations += bytes;
                layer.output = Some(shape);
            }
        }
        // What wasn't called itself has what its parts have.
        for i in (0..self.layers.len()).rev() {
            if self.layers[i].calls == 0 {
                let depth = self.layers[i].depth;
                let inside = self.layers[i + 1..].iter().take_while(|l| l.depth > depth);
                let parts = inside.filter(|l| l.depth == depth + 1);
                self.layers[i].flops = parts.map(|l| l.flops).sum();
            }
        }
        let leaves = self.layers.iter().filter(|l| !l.has_parts);
        Summary {
            activations: leaves.map(|l| l.activations).sum(),
            layers: self.layers,
            parameters: self.parameters,
            trainable: self.trainable,
            parameter_bytes: self.bytes,
            flops,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = [
            "layer",
            "type",
            "output",
            "parameters",
            "FLOP",
            "activations",
        ];
        let mut lines = vec![heads.map(str::to_string)];
        for layer in &self.layers {
            let name = match last_name(&layer.path) {
                "" => layer.kind.clone(),
                name => format!("{}{name}", "  ".repeat(layer.depth)),
            };
            let number = |n: u64| match n {
                0 => "-".to_string(),
                n => thousands(n),
            };
            let times = match layer.calls {
                0 | 1 => String::new(),
                n => format!(" ×{n}"),
            };
            lines.push([
                name,
                format!("{}{times}", layer.kind),
                layer
                    .output
                    .as_ref()
                    .map_or("-".to_string(), Shape::to_string),
                number(layer.parameters as u64),
                number(layer.flops),
                match layer.activations {
                    0 => "-".to_string(),
                    n => bytes(n),
                },
            ]);
        }
        let widths: [usize; 6] = std::array::from_fn(|c| {
            let cells = lines.iter().map(|line| line[c].chars().count());
            cells.max().unwrap_or(0)
        });
        let rule = "─".repeat(widths.iter().sum::<usize>() + 10);
        for (i, [name, kind, output, parameters, flops, activations]) in lines.iter().enumerate() {
            let [a, b, c, d, e, g] = widths;
            let line = format!(
                "{name:<a$}  {kind:<b$}  {output:<c$}  {parameters:>d$}  {flops:>e$}  {activations:>g$}"
            );
            writeln!(f, "{}", line.trim_end())?;
            if i == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        writeln!(f, "{rule}")?;
        writeln!(
            f,
            "{} parameters ({}), {} trainable, {} frozen",
            thousands(self.parameters as u64),
            bytes(self.parameter_bytes),
            thousands(self.trainable as u64),
            thousands((self.parameters - self.trainable) as u64),
        )?;
        writeln!(
            f,
            "{} FLOP in products and convolutions, activations of {}",
            thousands(self.flops),
            bytes(self.activations)
        )
    }
}

/// A number of bytes with its unit, powers of 1000.
fn bytes(n: usize) -> String {
    let x = n as f64;
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.2} kB", x / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} MB", x / 1e6),
        _ => format!("{:.2} GB", x / 1e9),
    }
}

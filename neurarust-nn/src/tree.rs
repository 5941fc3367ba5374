//! How a module prints: PyTorch's tree, and the table of parameters.

use crate::visit::{Observer, Role, Visit, Visitor};
use neurarust_core::Tensor;
use std::collections::HashMap;
use std::fmt;

/// Prints the tree of a module: what the derived `Debug` does.
pub fn fmt_tree<M: Visit + ?Sized>(module: &M, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut tree = Tree::default();
    module.visit(&mut Visitor::new(&mut tree));
    f.write_str(&tree.finish())
}

/// A module that has begun: its name in its parent, its type, its text, and its finished parts.
struct Open {
    name: String,
    kind: String,
    text: String,
    parts: Vec<(String, String)>,
}

/// Builds the printed tree.
#[derive(Default)]
pub(crate) struct Tree {
    open: Vec<Open>,
    done: Vec<String>,
}

impl Tree {
    pub fn finish(self) -> String {
        self.done.join("\n")
    }
}

/// Whether modules of this type are only containers, which aren't worth printing while empty.
pub(crate) fn is_container(kind: &str) -> bool {
    matches!(kind, "ModuleList" | "ModuleDict")
}

pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

impl Observer for Tree {
    fn enter(&mut self, path: &str, kind: &str, describe: &dyn Fn() -> String) {
        self.open.push(Open {
            name: last_name(path).to_string(),
            kind: kind.to_string(),
            text: describe(),
            parts: Vec::new(),
        });
    }

    fn leave(&mut self) {
        let Some(module) = self.open.pop() else {
            return;
        };
        let Open {
            name,
            kind,
            text,
            parts,
        } = module;
        if parts.is_empty() && is_container(&kind) && !self.open.is_empty() {
            return;
        }
        let mut out = format!("{kind}(");
        if parts.is_empty() {
            out.push_str(&text);
        } else {
            if !text.is_empty() {
                out.push_str(&format!("\n  {text}"));
            }
            for (name, part) in &parts {
                out.push_str(&format!("\n  ({name}): {}", part.replace('\n', "\n  ")));
            }
            out.push('\n');
        }
        out.push(')');
        match self.open.last_mut() {
            Some(parent) => parent.parts.push((name, out)),
            None => self.done.push(out),
        }
    }
}

/// Builds the table of [`summary`](crate::Module::summary).
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    /// The rows of the modules that have begun.
    open: Vec<usize>,
    /// Parameters already counted, by their buffers.
    counted: HashMap<usize, Vec<Tensor>>,
    parameters: usize,
    trainable: usize,
    bytes: usize,
}

struct Row {
    depth: usize,
    name: String,
    kind: String,
    shapes: Vec<String>,
    parameters: usize,
}

impl Observer for Table {
    fn enter(&mut self, path: &str, kind: &str, _: &dyn Fn() -> String) {
        self.rows.push(Row {
            depth: self.open.len(),
            name: last_name(path).to_string(),
            kind: kind.to_string(),
            shapes: Vec::new(),
            parameters: 0,
        });
        self.open.push(self.rows.len() - 1);
    }

    fn leave(&mut self) {
        self.open.pop();
        // A container of plain data has no parts and no tensors.
        if let Some(last) = self.rows.last()
            && is_container(&last.kind)
            && last.shapes.is_empty()
            && last.depth == self.open.len()
            && last.depth > 0
        {
            self.rows.pop();
        }
    }

    fn tensor(&mut self, path: &str, role: Role, tensor: &Tensor) {
        if role != Role::Parameter {
            return;
        }
        let seen = self.counted.entry(tensor.storage().id()).or_default();
        let again = seen.iter().any(|t| t.is_same(tensor));
        if !again {
            seen.push(tensor.clone());
            self.parameters += tensor.numel();
            self.bytes += tensor.nbytes();
            if tensor.is_requires_grad() {
                self.trainable += tensor.numel();
            }
        }
        if let Some(row) = self.open.last().and_then(|&i| self.rows.get_mut(i)) {
            let note = if again { " (shared)" } else { "" };
            row.shapes
                .push(format!("{} {}{note}", last_name(path), tensor.shape()));
            row.parameters += if again { 0 } else { tensor.numel() };
        }
    }
}

impl Table {
    pub fn finish(self) -> String {
        let heads = ["module", "parameters", "number"].map(str::to_string);
        let lines = self.rows.iter().map(|row| {
            let module = match row.name.is_empty() {
                true => row.kind.clone(),
                false => format!("{}{}: {}", "  ".repeat(row.depth), row.name, row.kind),
            };
            let number = match row.shapes.is_empty() {
                true => String::new(),
                false => thousands(row.parameters as u64),
            };
            [module, row.shapes.join(", "), number]
        });
        let lines: Vec<[String; 3]> = [heads].into_iter().chain(lines).collect();
        let widths: [usize; 3] = std::array::from_fn(|i| {
            let column = lines.iter().map(|line| line[i].chars().count());
            column.max().unwrap_or(0)
        });
        let rule = "─".repeat(widths.iter().sum::<usize>() + 4);
        let mut out = String::new();
        for (i, [module, shapes, number]) in lines.iter().enumerate() {
            let [a, b, c] = widths;
            out.push_str(format!("{module:<a$}  {shapes:<b$}  {number:>c$}").trim_end());
            out.push('\n');
            if i == 0 {
                out.push_str(&format!("{rule}\n"));
            }
        }
        let frozen = self.parameters - self.trainable;
        out.push_str(&format!(
            "{rule}\n{} parameters, {} trainable, {} frozen, {} bytes\n",
            thousands(self.parameters as u64),
            thousands(self.trainable as u64),
            thousands(frozen as u64),
            thousands(self.bytes as u64)
        ));
        out
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

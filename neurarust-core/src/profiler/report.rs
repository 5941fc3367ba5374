//! A profile as tables: per operation and per module.

use super::{Event, Kind, Profile};
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// What the events of one name, or of one module, add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The operation's name, or the module's path.
    pub name: String,
    /// The module's type; empty for operations.
    pub class: String,
    /// Whether these are operations of backward passes.
    pub backward: bool,
    /// Whether the user has named it.
    pub span: bool,
    /// The operands' shapes, if the rows are told apart by them.
    pub shapes: String,
    /// How often it ran.
    pub calls: u64,
    /// The time of all calls. Of a module: of its forward.
    pub total: Duration,
    /// The time of all calls, without the events in them.
    pub own: Duration,
    /// Of a module: the time of its gradients.
    pub gradients: Duration,
    /// Bytes read and written; of a module, those of its gradients too.
    pub bytes: u64,
    /// Floating-point operations; of a module, those of its gradients too.
    pub flops: u64,
    /// By how much live bytes grew.
    pub memory: i64,
    /// As `memory`, without the events in it.
    pub own_memory: i64,
}

/// What rows are sorted by, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// The time without the events inside.
    #[default]
    Own,
    /// The time.
    Total,
    /// The time per call.
    Average,
    /// The number of calls.
    Calls,
    /// Bytes read and written.
    Bytes,
    /// Floating-point operations.
    Flops,
    /// The growth of live bytes.
    Memory,
    /// The growth of live bytes without the events inside.
    OwnMemory,
    /// The name, from A to Z.
    Name,
    /// The order of appearance.
    Appearance,
}

impl Row {
    fn new(name: &str) -> Row {
        Row {
            name: name.to_string(),
            class: String::new(),
            backward: false,
            span: false,
            shapes: String::new(),
            calls: 0,
            total: Duration::ZERO,
            own: Duration::ZERO,
            gradients: Duration::ZERO,
            bytes: 0,
            flops: 0,
            memory: 0,
            own_memory: 0,
        }
    }

    /// The time per call.
    pub fn average(&self) -> Duration {
        Duration::from_secs_f64(self.total.as_secs_f64() / self.calls.max(1) as f64)
    }

    /// Billions of floating-point operations per second; `None` for what has none.
    pub fn gflops(&self) -> Option<f64> {
        rate(self.flops, self.total + self.gradients)
    }

    /// Billions of bytes per second; `None` for what moves none.
    pub fn bandwidth(&self) -> Option<f64> {
        rate(self.bytes, self.total + self.gradients)
    }

    fn label(&self) -> String {
        match self.backward {
            true => format!("{} (backward)", self.name),
            false => self.name.clone(),
        }
    }

    fn add(&mut self, event: &Event) {
        self.calls += 1;
        self.own += event.own;
        self.own_memory += event.own_memory;
        if !event.repeated {
            self.total += event.duration;
            self.memory += event.memory;
            self.bytes = self.bytes.saturating_add(event.bytes);
            self.flops = self.flops.saturating_add(event.flops);
        }
    }
}

/// Billions per second.
fn rate(count: u64, time: Duration) -> Option<f64> {
    let nanoseconds = time.as_nanos() as f64;
    (count > 0 && nanoseconds > 0.0).then(|| count as f64 / nanoseconds)
}

fn sort(rows: &mut [Row], by: SortBy) {
    let descending = |key: fn(&Row) -> i128| move |row: &Row| Reverse(key(row));
    match by {
        SortBy::Own => rows.sort_by_key(descending(|r| r.own.as_nanos() as i128)),
        SortBy::Total => {
            rows.sort_by_key(descending(|r| (r.total + r.gradients).as_nanos() as i128));
        }
        SortBy::Average => rows.sort_by_key(descending(|r| r.average().as_nanos() as i128)),
        SortBy::Calls => rows.sort_by_key(descending(|r| r.calls.into())),
        SortBy::Bytes => rows.sort_by_key(descending(|r| r.bytes.into())),
        SortBy::Flops => rows.sort_by_key(descending(|r| r.flops.into())),
        SortBy::Memory => rows.sort_by_key(descending(|r| r.memory.into())),
        SortBy::OwnMemory => rows.sort_by_key(descending(|r| r.own_memory.into())),
        SortBy::Name => rows.sort_by(|a, b| match a.name.cmp(&b.name) {
            Ordering::Equal => a.backward.cmp(&b.backward),
            other => other,
        }),
        SortBy::Appearance => {}
    }
}

impl Profile {
    /// What operations, and parts that the user has named, add up to; those with the largest own time first.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// let x = Tensor::ones([10])?;
    /// let (y, profile) = profiler::profile(|| x.exp()?.exp())?;
    /// # y?;
    /// assert_eq!((profile.ops()[0].name.as_str(), profile.ops()[0].calls), ("exp", 2));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn ops(&self) -> Vec<Row> {
        self.ops_by(SortBy::Own, false)
    }

    /// As [`Profile::ops`], in another order; with `shapes`, operands of different shapes have rows of their own.
    pub fn ops_by(&self, by: SortBy, shapes: bool) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut known: HashMap<(&str, bool, Kind, &str), usize> = HashMap::new();
        for event in self.events.iter().filter(|e| e.kind != Kind::Module) {
            let shape = event.shapes.as_deref().filter(|_| shapes).unwrap_or("");
            let key = (&*event.name, event.backward, event.kind, shape);
            let at = *known.entry(key).or_insert_with(|| {
                rows.push(Row {
                    backward: event.backward,
                    span: event.kind == Kind::Span,
                    shapes: shape.to_string(),
                    ..Row::new(&event.name)
                });
                rows.len() - 1
            });
            rows[at].add(event);
        }
        sort(&mut rows, by);
        rows
    }

    /// What modules add up to, gradients included, in the order of their first calls. A module's time is also its
    /// parents'.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// let x = Tensor::ones([2])?.requires_grad()?;
    /// let (y, profile) = profiler::profile(|| {
    ///     let y = {
    ///         let _module = profiler::module("Net", || "net".into());
    ///         x.exp()?
    ///     };
    ///     y.sum()?.backward()
    /// })?;
    /// # y?;
    /// let net = &profile.modules()[0];
    /// assert_eq!((net.name.as_str(), net.class.as_str(), net.calls), ("net", "Net", 1));
    /// assert!(net.gradients.as_nanos() > 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn modules(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        // A module that runs in a backward pass, as checkpoints make it, has its time with that gradient.
        let calls = self.events.iter();
        for event in calls.filter(|e| e.kind == Kind::Module && !e.backward) {
            let at = *known.entry(&event.module).or_insert_with(|| {
                rows.push(Row {
                    class: event.name.to_string(),
                    ..Row::new(&event.module)
                });
                rows.len() - 1
            });
            rows[at].add(event);
        }
        for event in self.events.iter().filter(|e| e.gradient) {
            // The module itself and those around it.
            let mut path = &*event.module;
            while !path.is_empty() {
                if let Some(row) = known.get(path).and_then(|&at| rows.get_mut(at)) {
                    row.gradients += event.duration;
                    row.bytes = row.bytes.saturating_add(event.bytes);
                    row.flops = row.flops.saturating_add(event.flops);
                }
                path = path.rsplit_once('.').map_or("", |(parent, _)| parent);
            }
        }
        rows
    }

    /// The table of operations, the first `limit` rows by `by`; [`Display`](fmt::Display) prints 30 by their own time, and
    /// the modules.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler::{self, SortBy}};
    /// let x = Tensor::ones([64, 64])?;
    /// let (y, profile) = profiler::profile(|| x.matmul(&x)?.exp())?;
    /// # y?;
    /// let table = profile.ops_table(SortBy::Flops, 1, false);
    /// assert!(table.contains("matmul") && !table.contains("exp"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn ops_table(&self, by: SortBy, limit: usize, shapes: bool) -> String {
        let rows = self.ops_by(by, shapes);
        let memory = rows.iter().any(|r| r.memory != 0 || r.own_memory != 0);
        let whole: Duration = rows.iter().map(|r| r.own).sum();
        let mut heads = vec![
            "operation",
            "own",
            "own %",
            "total",
            "total %",
            "average",
            "calls",
            "bytes",
            "GB/s",
            "FLOP",
            "GFLOP/s",
        ];
        if memory {
            heads.extend(["memory", "own memory"]);
        }
        if shapes {
            heads.push("shapes");
        }
        let mut table = Table::new(&heads);
        for row in rows.iter().take(limit) {
            let mut line = vec![
                row.label(),
                time(row.own),
                percent(row.own, whole),
                time(row.total),
                percent(row.total, whole),
                time(row.average()),
                row.calls.to_string(),
                bytes(row.bytes as f64),
                number(row.bandwidth()),
                count(row.flops),
                number(row.gflops()),
            ];
            if memory {
                line.extend([bytes(row.memory as f64), bytes(row.own_memory as f64)]);
            }
            if shapes {
                line.push(row.shapes.clone());
            }
            table.lines.push(line);
        }
        let mut out = table.to_string();
        if rows.len() > limit {
            out.push_str(&format!("{} more rows\n", rows.len() - limit));
        }
        out.push_str(&self.totals(whole));
        out
    }

    /// The table of modules, the first `limit` rows by `by`.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler::{self, SortBy}};
    /// let x = Tensor::ones([8])?;
    /// let (y, profile) = profiler::profile(|| {
    ///     let _module = profiler::module("Net", || "net".into());
    ///     x.exp()
    /// })?;
    /// # y?;
    /// assert!(profile.modules_table(SortBy::Appearance, 10).contains("net"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn modules_table(&self, by: SortBy, limit: usize) -> String {
        let mut rows = self.modules();
        sort(&mut rows, by);
        let memory = rows.iter().any(|r| r.memory != 0);
        let mut heads = vec![
            "module", "type", "calls", "forward", "backward", "% of all", "bytes", "GB/s", "FLOP",
            "GFLOP/s",
        ];
        if memory {
            heads.push("memory");
        }
        let mut table = Table::new(&heads);
        table.left = 2;
        for row in rows.iter().take(limit) {
            let both = row.total + row.gradients;
            let mut line = vec![
                row.name.clone(),
                row.class.clone(),
                row.calls.to_string(),
                time(row.total),
                match row.gradients.is_zero() {
                    true => "-".to_string(),
                    false => time(row.gradients),
                },
                percent(both, self.duration),
                bytes(row.bytes as f64),
                number(row.bandwidth()),
                count(row.flops),
                number(row.gflops()),
            ];
            if memory {
                line.push(bytes(row.memory as f64));
            }
            table.lines.push(line);
        }
        let mut out = table.to_string();
        if rows.len() > limit {
            out.push_str(&format!("{} more rows\n", rows.len() - limit));
        }
        out
    }

    /// The last lines of the table of operations.
    fn totals(&self, own: Duration) -> String {
        let threads = match self.threads {
            0 | 1 => String::new(),
            n => format!(" on {n} threads"),
        };
        let mut out = format!(
            "{} of operations{threads} in a recording of {}, {} moved",
            time(own),
            time(self.duration),
            bytes(self.bytes() as f64),
        );
        if self.flops() > 0 {
            out.push_str(&format!(", {}FLOP", count(self.flops())));
        }
        out.push('\n');
        if self.dropped > 0 {
            out.push_str(&format!(
                "{} more events came after the first {} and are not counted here\n",
                self.dropped,
                self.events.len()
            ));
        }
        out
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ops_table(SortBy::Own, 30, false))?;
        if self.events.iter().any(|e| e.kind == Kind::Module) {
            write!(f, "\n{}", self.modules_table(SortBy::Appearance, 100))?;
        }
        Ok(())
    }
}

/// Columns under their heads, the first `left` of them to the left.
struct Table {
    left: usize,
    lines: Vec<Vec<String>>,
}

impl Table {
    fn new(heads: &[&str]) -> Table {
        Table {
            left: 1,
            lines: vec![heads.iter().map(|h| h.to_string()).collect()],
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.lines[0].len();
        let widths: Vec<usize> = (0..columns)
            .map(|c| {
                let cells = self.lines.iter().map(|line| line[c].chars().count());
                cells.max().unwrap_or(0)
            })
            .collect();
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (columns - 1));
        for (i, line) in self.lines.iter().enumerate() {
            let mut text = String::new();
            for (c, (cell, &width)) in line.iter().zip(&widths).enumerate() {
                if c > 0 {
                    text.push_str("  ");
                }
                match c < self.left {
                    true => text.push_str(&format!("{cell:<width$}")),
                    false => text.push_str(&format!("{cell:>width$}")),
                }
            }
            writeln!(f, "{}", text.trim_end())?;
            if i == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        writeln!(f, "{rule}")
    }
}

/// A time with its unit.
fn time(t: Duration) -> String {
    let ns = t.as_nanos() as f64;
    match ns {
        _ if ns < 1e3 => format!("{ns} ns"),
        _ if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        _ if ns < 1e9 => format!("{:.3} ms", ns / 1e6),
        _ => format!("{:.3} s", ns / 1e9),
    }
}

fn percent(part: Duration, whole: Duration) -> String {
    if whole.is_zero() {
        return "-".to_string();
    }
    format!("{:.1} %", 100.0 * part.as_secs_f64() / whole.as_secs_f64())
}

/// A number of bytes with its unit, powers of 1000.
fn bytes(n: f64) -> String {
    let size = n.abs();
    match size {
        _ if size == 0.0 => "-".to_string(),
        _ if size < 1e3 => format!("{n} B"),
        _ if size < 1e6 => format!("{:.2} kB", n / 1e3),
        _ if size < 1e9 => format!("{:.2} MB", n / 1e6),
        _ => format!("{:.2} GB", n / 1e9),
    }
}

/// A number of operations with its prefix.
fn count(n: u64) -> String {
    let x = n as f64;
    match n {
        0 => "-".to_string(),
        1..1_000 => format!("{n} "),
        1_000..1_000_000 => format!("{:.2} k", x / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} M", x / 1e6),
        1_000_000_000..1_000_000_000_000 => format!("{:.2} G", x / 1e9),
        _ => format!("{:.2} T", x / 1e12),
    }
}

/// A number to three digits or so.
fn number(x: Option<f64>) -> String {
    match x {
        None => "-".to_string(),
        Some(x) if x >= 100.0 => format!("{x:.0}"),
        Some(x) if x >= 10.0 => format!("{x:.1}"),
        Some(x) if x >= 0.1 => format!("{x:.2}"),
        Some(x) if x >= 1e-3 => format!("{x:.3}"),
        Some(x) => format!("{x:.1e}"),
    }
}

//! A profile as a Chrome trace: what `chrome://tracing` and Perfetto load.

use super::{Event, Kind, Profile};
use crate::Result;
use crate::io::atomic;
use std::io::{self, Write};
use std::path::Path;

impl Profile {
    /// Writes the events in Chrome's trace format (JSON), for `chrome://tracing` or <https://ui.perfetto.dev>. The file
    /// appears whole or not at all.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// let x = Tensor::ones([10])?;
    /// let (y, profile) = profiler::profile(|| x.exp())?;
    /// # y?;
    /// let path = std::env::temp_dir().join(format!("trace-{}.json", std::process::id()));
    /// profile.export_chrome_trace(&path)?;
    /// assert!(std::fs::read_to_string(&path).unwrap().contains("\"exp\""));
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file that can't be written.
    #[track_caller]
    pub fn export_chrome_trace(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic::write(path, |file| self.write_chrome_trace(file))
    }

    /// As [`Profile::export_chrome_trace`], into any writer.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_chrome_trace(&self, out: &mut impl Write) -> io::Result<()> {
        let process = std::process::id();
        out.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")?;
        write!(
            out,
            "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{process},\"tid\":0,\"args\":{{\"name\":\"NeuraRust\"}}}}"
        )?;
        for thread in 0..self.threads {
            write!(
                out,
                ",\n{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{process},\"tid\":{thread},\"args\":{{\"name\":\"thread {thread}\"}}}}"
            )?;
        }
        for event in &self.events {
            out.write_all(b",\n")?;
            write_event(out, event, process)?;
        }
        out.write_all(b"\n]}\n")
    }
}

/// Microseconds to the nanosecond, so that what nests stays nested.
fn microseconds(t: std::time::Duration) -> String {
    let ns = t.as_nanos();
    format!("{}.{:03}", ns / 1000, ns % 1000)
}

fn write_event(out: &mut impl Write, event: &Event, process: u32) -> io::Result<()> {
    let category = match (event.kind, event.backward) {
        (Kind::Module, _) => "module",
        (Kind::Span, _) => "user",
        (Kind::Op, false) => "op",
        (Kind::Op, true) => "backward",
    };
    let name = match event.kind {
        Kind::Module => format!("{}: {}", event.module, event.name),
        _ => event.name.to_string(),
    };
    out.write_all(b"{\"ph\":\"X\",\"name\":")?;
    text(out, &name)?;
    write!(
        out,
        ",\"cat\":\"{category}\",\"pid\":{process},\"tid\":{},\"ts\":{},\"dur\":{},\"args\":{{\"bytes\":{},\"flops\":{}",
        event.thread,
        microseconds(event.start),
        microseconds(event.duration),
        event.bytes,
        event.flops
    )?;
    let line = event.line();
    let notes = [
        ("module", Some(&*event.module).filter(|m| !m.is_empty())),
        ("line", line.as_deref()),
        ("shapes", event.shapes.as_deref()),
    ];
    for (key, value) in notes {
        if let Some(value) = value {
            write!(out, ",\"{key}\":")?;
            text(out, value)?;
        }
    }
    out.write_all(b"}}")?;
    if event.live > 0 {
        write!(
            out,
            ",\n{{\"ph\":\"C\",\"name\":\"live bytes\",\"pid\":{process},\"tid\":0,\"ts\":{},\"args\":{{\"bytes\":{}}}}}",
            microseconds(event.start + event.duration),
            event.live
        )?;
    }
    Ok(())
}

/// A string in JSON.
fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::other)
}

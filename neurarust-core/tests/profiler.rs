//! The profiler: what it counts is exact, what it times nests, and nothing is noted while it is off.

use neurarust_core::ops::attention::Attention;
use neurarust_core::profiler::{self, Options, Profile, SortBy};
use neurarust_core::{ConvOptions, Result, Tensor, no_grad};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// There is one recording at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

fn profiled<R>(f: impl FnOnce() -> Result<R>) -> Profile {
    let (answer, profile) = profiler::profile(f).unwrap();
    answer.unwrap();
    profile
}

fn names(profile: &Profile) -> Vec<&str> {
    profile.events().iter().map(|e| &*e.name).collect()
}

#[test]
fn products_count_two_operations_per_multiplication() {
    let _alone = alone();
    fn ones(dims: &[usize]) -> Tensor {
        Tensor::ones(dims).unwrap()
    }
    type Case = (u64, Box<dyn Fn() -> Result<Tensor>>);
    let cases: Vec<Case> = vec![
        (
            2 * 3 * 4 * 5,
            Box::new(|| ones(&[3, 4]).matmul(&ones(&[4, 5]))),
        ),
        (
            2 * 7 * 3 * 4 * 5,
            Box::new(|| ones(&[7, 3, 4]).matmul(&ones(&[4, 5]))),
        ),
        (
            2 * 6 * 3 * 4 * 5,
            Box::new(|| ones(&[2, 3, 3, 4]).matmul(&ones(&[3, 4, 5]))),
        ),
        (2 * 9, Box::new(|| ones(&[9]).dot(&ones(&[9])))),
        (
            2 * 8 * 16 * 4,
            Box::new(|| ones(&[8, 16]).linear(&ones(&[4, 16]), Some(&ones(&[4])))),
        ),
        // images, groups, channels of a group, taps, positions
        (
            2 * 2 * 3 * 8 * (3 * 3) * (6 * 6),
            Box::new(|| {
                ones(&[2, 3, 8, 8]).conv2d(&ones(&[8, 3, 3, 3]), None, &ConvOptions::new())
            }),
        ),
        (
            2 * 2 * 4 * (3 * 3) * (8 * 8),
            Box::new(|| {
                let options = ConvOptions::new().padding(1).groups(4);
                ones(&[2, 4, 8, 8]).conv2d(&ones(&[4, 1, 3, 3]), None, &options)
            }),
        ),
        (
            2 * 5 * 2 * 3 * 10,
            Box::new(|| {
                ones(&[1, 5, 10]).conv_transpose1d(&ones(&[5, 2, 3]), None, &ConvOptions::new())
            }),
        ),
        (
            2 * (2 * 4 * 6 * 6 * 8 + 2 * 4 * 6 * 6 * 8),
            Box::new(|| {
                let q = ones(&[2, 4, 6, 8]);
                q.scaled_dot_product_attention(&q, &q, &Attention::default())
            }),
        ),
        (
            2 * 3 * 4 * 5,
            Box::new(|| Tensor::einsum("ij,jk->ki", &[&ones(&[3, 4]), &ones(&[4, 5])])),
        ),
        (0, Box::new(|| ones(&[10]).exp()?.sum())),
        (0, Box::new(|| ones(&[0, 4]).matmul(&ones(&[4, 5])))),
    ];
    for (i, (flops, f)) in cases.iter().enumerate() {
        let (answer, counted) = profiler::count_flops(f);
        answer.unwrap();
        assert_eq!(counted, *flops, "case {i}, counted");
        let profile = profiled(f);
        assert_eq!(profile.flops(), *flops, "case {i}, recorded");
        // They are in some operation's row.
        let rows: u64 = profile.ops().iter().map(|r| r.flops).max().unwrap_or(0);
        assert_eq!(rows, *flops, "case {i}, in a row");
    }
}

#[test]
fn a_gradient_counts_the_products_it_needs() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([8, 16])?.requires_grad()?;
    let w = Tensor::ones([4, 16])?.requires_grad()?;
    let one = 2 * 8 * 16 * 4;
    let profile = profiled(|| x.linear(&w, None)?.sum()?.backward());
    assert_eq!(profile.flops(), 3 * one);
    let of = |backward| -> u64 {
        let events = profile.events().iter().filter(|e| e.backward == backward);
        events.map(|e| e.own_flops).sum()
    };
    assert_eq!((of(false), of(true)), (one, 2 * one));
    let gradients: Vec<_> = profile.events().iter().filter(|e| e.gradient).collect();
    let mut ops: Vec<&str> = gradients.iter().map(|e| &*e.name).collect();
    ops.sort_unstable();
    assert_eq!(ops, ["linear", "sum"]);
    assert!(
        gradients
            .iter()
            .all(|e| e.backward && e.line().unwrap().contains("profiler.rs:"))
    );
    // x has no gradient of its own: one product less.
    let x = x.detach();
    assert_eq!(
        profiled(|| x.linear(&w, None)?.sum()?.backward()).flops(),
        2 * one
    );
    Ok(())
}

#[test]
fn bytes_are_operands_and_results() -> Result<()> {
    let _alone = alone();
    let (a, b) = (Tensor::ones([1000])?, Tensor::ones([1000])?);
    let of = |profile: &Profile, name: &str| {
        profile
            .ops()
            .iter()
            .find(|r| r.name == name)
            .map(|r| r.bytes)
    };
    assert_eq!(of(&profiled(|| a.add(&b)), "add"), Some(12_000));
    assert_eq!(of(&profiled(|| a.exp()), "exp"), Some(8_000));
    assert_eq!(of(&profiled(|| a.sum()), "sum"), Some(4_004));
    assert_eq!(of(&profiled(|| a.add_(&b).map(drop)), "add"), Some(12_000));
    // One element, repeated.
    let one = Tensor::ones([1])?.expand([1000])?;
    assert_eq!(of(&profiled(|| a.add(&one)), "add"), Some(8_004));
    Ok(())
}

#[test]
fn events_nest_and_their_own_times_add_up() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([64, 64])?.requires_grad()?;
    let profile = profiled(|| {
        let _outer = profiler::span("outer");
        let y = {
            let _inner = profiler::span("inner");
            x.matmul(&x)?.tanh()?
        };
        y.softmax(-1)?.sum()?.backward()
    });
    let all: Duration = profile.events().iter().map(|e| e.own).sum();
    let outer = &profile.events()[0];
    assert_eq!((&*outer.name, outer.depth), ("outer", 0));
    assert_eq!(all, outer.duration);
    assert!(outer.duration <= profile.duration());
    let whole: u64 = profile.events().iter().map(|e| e.own_bytes).sum();
    assert_eq!((outer.bytes, outer.flops), (whole, profile.flops()));
    // Every event lies inside of the one it was begun in.
    let mut open: Vec<(Duration, Duration)> = Vec::new();
    for event in profile.events() {
        open.truncate(event.depth as usize);
        let end = event.start + event.duration;
        if let Some((start, until)) = open.last() {
            assert!(*start <= event.start && end <= *until, "{}", event.name);
        }
        open.push((event.start, end));
    }
    Ok(())
}

#[test]
fn an_operation_inside_of_itself_is_one() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([4])?;
    let profile = profiled(|| {
        let _op = profiler::op("exp");
        x.exp()?.exp()
    });
    assert_eq!(names(&profile), ["exp"]);
    // Between them lies another: the time is counted once.
    let profile = profiled(|| {
        let _op = profiler::op("exp");
        let _other = profiler::op("other");
        x.exp()
    });
    let rows = profile.ops();
    let row = rows.iter().find(|r| r.name == "exp").unwrap();
    assert_eq!((row.calls, row.total), (2, profile.events()[0].duration));
    Ok(())
}

#[test]
fn nothing_is_recorded_while_it_is_off() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([4])?;
    assert!(!profiler::is_on());
    let span = profiler::span("early");
    x.exp()?;
    let recording = profiler::start()?;
    assert!(profiler::is_on());
    drop(span);
    let late = profiler::span("late");
    let profile = recording.stop();
    assert!(!profiler::is_on());
    assert_eq!(names(&profile), ["late"]);
    x.exp()?;
    drop(late);
    let flops = profiler::flops();
    x.dot(&x)?;
    assert_eq!(profiler::flops(), flops);
    // What began before has no part in a later one.
    let profile = profiled(|| x.tanh());
    assert_eq!(names(&profile), ["tanh"]);
    Ok(())
}

#[test]
fn there_is_one_recording_at_a_time() -> Result<()> {
    let _alone = alone();
    let recording = profiler::start()?;
    let error = profiler::start().unwrap_err().to_string();
    assert!(error.contains("already"), "{error}");
    drop(recording);
    assert!(profiler::start()?.stop().events().is_empty());
    Ok(())
}

#[test]
fn an_error_or_a_panic_leaves_it_sane() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([4])?;
    let profile = profiled(|| {
        let failed: Result<()> = (|| {
            let _span = profiler::span("fails");
            x.matmul(&Tensor::ones([3])?)?;
            Ok(())
        })();
        assert!(failed.is_err());
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _span = profiler::span("panics");
            let _op = profiler::op("inside");
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        x.exp()
    });
    let at = |name: &str| profile.events().iter().find(|e| e.name == name).unwrap();
    for name in ["fails", "panics", "exp"] {
        assert_eq!(at(name).depth, 0, "{name}");
    }
    assert_eq!(at("inside").depth, 1);
    // A panic through the recording itself ends it.
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _recording = profiler::start().unwrap();
        panic!("on purpose");
    }));
    assert!(panicked.is_err() && !profiler::is_on());
    Ok(())
}

#[test]
fn ends_in_the_wrong_order_end_what_lies_inside() -> Result<()> {
    let _alone = alone();
    let profile = profiled(|| {
        let outer = profiler::span("outer");
        let inner = profiler::span("inner");
        drop(outer);
        let next = profiler::span("next");
        drop(inner);
        drop(next);
        Ok(())
    });
    let depths: Vec<_> = profile
        .events()
        .iter()
        .map(|e| (&*e.name, e.depth))
        .collect();
    assert_eq!(depths, [("outer", 0), ("inner", 1), ("next", 0)]);
    Ok(())
}

#[test]
fn threads_have_events_of_their_own() -> Result<()> {
    let _alone = alone();
    let profile = profiled(|| {
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let _span = profiler::span("worker");
                    for _ in 0..100 {
                        Tensor::ones([10]).unwrap().exp().unwrap();
                    }
                });
            }
        });
        Ok(())
    });
    assert_eq!(profile.threads(), 3);
    for thread in 0..3 {
        let events: Vec<_> = profile
            .events()
            .iter()
            .filter(|e| e.thread == thread)
            .collect();
        assert_eq!(events.iter().filter(|e| e.name == "exp").count(), 100);
        let worker = events.iter().find(|e| e.name == "worker").unwrap();
        let own: Duration = events.iter().map(|e| e.own).sum();
        assert_eq!(own, worker.duration);
    }
    Ok(())
}

#[test]
fn gradients_belong_to_the_module_that_ran_the_operation() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([4, 4])?.requires_grad()?;
    let profile = profiled(|| {
        let y = {
            let _net = profiler::module("Net", || "net".into());
            let h = {
                let _layer = profiler::module("Layer", || "net.first".into());
                x.matmul(&x)?
            };
            h.tanh()?
        };
        y.sum()?.backward()
    });
    let of = |name: &str| {
        let event = profile
            .events()
            .iter()
            .find(|e| e.gradient && e.name == name);
        event.unwrap().module.to_string()
    };
    assert_eq!(
        (of("matmul"), of("tanh"), of("sum")),
        ("net.first".into(), "net".into(), String::new())
    );
    let modules = profile.modules();
    let rows: Vec<_> = modules
        .iter()
        .map(|r| (r.name.as_str(), r.class.as_str(), r.flops))
        .collect();
    assert_eq!(
        rows,
        [("net", "Net", 3 * 128), ("net.first", "Layer", 3 * 128)]
    );
    assert!(modules[0].gradients > modules[1].gradients);
    Ok(())
}

#[test]
fn memory_shapes_and_lines_are_noted_on_demand() -> Result<()> {
    let _alone = alone();
    let _off = no_grad();
    let options = Options {
        memory: true,
        shapes: true,
        lines: true,
    };
    let recording = options.start()?;
    let x = Tensor::ones([1000, 1000])?;
    let y = x.exp()?;
    let profile = recording.stop();
    let exp = profile.events().iter().find(|e| e.name == "exp").unwrap();
    assert_eq!(exp.shapes.as_deref(), Some("[1000, 1000]"));
    assert!(exp.live >= (x.nbytes() + y.nbytes()) as u64);
    let full = profile.events().iter().find(|e| e.name == "full").unwrap();
    assert!(full.memory >= 4_000_000);
    let table = profile.ops_table(SortBy::Memory, 10, true);
    assert!(
        table.contains("memory") && table.contains("[1000, 1000]"),
        "{table}"
    );
    Ok(())
}

#[test]
fn what_is_made_and_written_is_counted_once() -> Result<()> {
    let _alone = alone();
    let x = Tensor::zeros([10, 10])?;
    let profile = profiled(|| {
        let y = Tensor::cat(&[&x, &x], 0)?;
        let z = Tensor::empty([10, 10])?;
        let full = Tensor::ones([5])?;
        Ok((y, z, x.t()?.contiguous()?, full))
    });
    let bytes = |name: &str| {
        let rows = profile.ops();
        rows.iter()
            .find(|row| row.name == name)
            .map(|row| row.bytes)
    };
    assert_eq!(
        ["cat", "copy_", "full"].map(bytes),
        [Some(1600), Some(2400), Some(20)],
        "{profile}"
    );
    Ok(())
}

#[test]
fn a_module_in_itself_is_counted_once() -> Result<()> {
    fn call(x: &Tensor, depth: usize) -> Result<Tensor> {
        let _module = profiler::module("Net", || "net".into());
        match depth {
            0 => x.matmul(x),
            depth => call(x, depth - 1),
        }
    }
    let _alone = alone();
    let x = Tensor::ones([4, 4])?;
    let net = profiled(|| call(&x, 3)).modules().remove(0);
    assert_eq!((net.calls, net.flops), (4, 2 * 4 * 4 * 4));
    assert!(net.own <= net.total);
    Ok(())
}

#[test]
fn a_trace_is_json_whose_events_nest() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([8])?;
    let profile = profiled(|| {
        let _span = profiler::span("a \"quoted\"\nname \\ ü");
        x.exp()?.sum()
    });
    let path = std::env::temp_dir().join(format!("neurarust-trace-{}.json", std::process::id()));
    profile.export_chrome_trace(&path)?;
    let trace: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let spans: Vec<_> = events.iter().filter(|e| e["ph"] == "X").collect();
    assert_eq!(spans.len(), 3);
    assert_eq!(spans[0]["name"], "a \"quoted\"\nname \\ ü");
    let range = |e: &serde_json::Value| {
        let ns = |key: &str| (e[key].as_f64().unwrap() * 1e3).round() as u64;
        (ns("ts"), ns("ts") + ns("dur"))
    };
    let (start, end) = range(spans[0]);
    for inner in &spans[1..] {
        let (from, to) = range(inner);
        assert!(start <= from && to <= end);
    }
    assert!(range(spans[1]).1 <= range(spans[2]).0);
    assert!(profile.export_chrome_trace("/nowhere/at/all.json").is_err());
    Ok(())
}

#[test]
fn tables_sort_and_end() -> Result<()> {
    let _alone = alone();
    let x = Tensor::ones([32, 32])?;
    let profile = profiled(|| {
        x.matmul(&x)?;
        for _ in 0..5 {
            x.exp()?;
        }
        x.tanh()
    });
    let first = |by| profile.ops_by(by, false)[0].name.clone();
    assert_eq!(first(SortBy::Calls), "exp");
    assert_eq!(first(SortBy::Flops), "matmul");
    assert_eq!(first(SortBy::Name), "exp");
    let table = profile.ops_table(SortBy::Own, 1, false);
    assert!(table.contains("2 more rows"), "{table}");
    assert!(profile.to_string().contains("GFLOP/s"));
    Ok(())
}

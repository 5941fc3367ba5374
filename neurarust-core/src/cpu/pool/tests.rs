use super::*;
use std::sync::atomic::AtomicU64;

#[test]
fn every_task_runs_once() {
    for threads in [1, 2, 3, 7] {
        with_num_threads(threads, || {
            for tasks in [0, 1, 2, 3, 100, 1000] {
                let counts: Vec<AtomicU64> = (0..tasks).map(|_| AtomicU64::new(0)).collect();
                parallel_for(tasks, |i| {
                    counts[i].fetch_add(1, Ordering::Relaxed);
                });
                assert!(counts.iter().all(|c| c.load(Ordering::Relaxed) == 1));
            }
        });
    }
}

#[test]
fn chunks_cover_the_range_and_do_not_depend_on_threads() {
    let pieces = |threads| {
        with_num_threads(threads, || {
            let seen = Mutex::new(Vec::new());
            parallel_chunks(1003, 100, |range| seen.lock().unwrap().push(range));
            let mut seen = seen.into_inner().unwrap();
            seen.sort_by_key(|r| r.start);
            seen
        })
    };
    let one = pieces(1);
    assert_eq!(one.len(), 11);
    assert_eq!(one[10], 1000..1003);
    assert_eq!(one, pieces(2));
    assert_eq!(one, pieces(3));
    parallel_chunks(usize::MAX, usize::MAX, |range| {
        assert_eq!(range, 0..usize::MAX)
    });
}

#[test]
fn a_panic_reaches_the_caller_and_the_pool_lives_on() {
    for threads in [1, 2, 3] {
        with_num_threads(threads, || {
            let outcome = catch_unwind(|| {
                parallel_for(50, |i| assert!(i != 17, "task seventeen"));
            });
            let message = outcome.unwrap_err();
            assert!(
                message
                    .downcast_ref::<&str>()
                    .unwrap()
                    .contains("seventeen")
            );
            let sum = AtomicUsize::new(0);
            parallel_for(50, |i| {
                sum.fetch_add(i, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 50 * 49 / 2);
        });
    }
}

#[test]
fn nested_loops_run_in_the_task() {
    with_num_threads(3, || {
        parallel_for(10, |_| {
            let here = std::thread::current().id();
            parallel_for(10, |_| assert_eq!(std::thread::current().id(), here));
        });
    });
}

#[test]
fn many_callers_share_the_pool() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                with_num_threads(3, || {
                    for _ in 0..200 {
                        let sum = AtomicUsize::new(0);
                        parallel_for(20, |i| {
                            sum.fetch_add(i, Ordering::Relaxed);
                        });
                        assert_eq!(sum.into_inner(), 190);
                    }
                })
            });
        }
    });
}

#[test]
fn thread_counts_are_checked_and_overridden_per_thread() {
    assert_eq!(set_num_threads(0), Err(BadThreadCount { given: 0 }));
    assert_eq!(set_num_threads(5000), Err(BadThreadCount { given: 5000 }));
    assert!(num_threads() >= 1);
    let before = num_threads();
    with_num_threads(3, || {
        assert_eq!(num_threads(), 3);
        with_num_threads(1, || assert_eq!(num_threads(), 1));
        assert_eq!(num_threads(), 3);
    });
    assert_eq!(num_threads(), before);
}

//! The loader: the same batches from any number of threads, errors and panics in the loop, threads that end, loops that
//! go on where they stopped.

use neurarust_core::{Error, Result};
use neurarust_data::{
    BatchIndices, Batching, Builder, DataLoader, Dataset, LoaderState, Random, RandomSampler, Rng,
    Samples, SequentialSampler,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A sample of this is its index and a random number.
struct Noisy(usize);

impl Dataset for Noisy {
    type Item = (usize, u64);

    fn len(&self) -> usize {
        self.0
    }

    fn get(&self, index: usize, rng: &mut Rng) -> Result<(usize, u64)> {
        // Threads finish out of order.
        if index.is_multiple_of(7) {
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok((index, rng.next_u64()))
    }
}

type Pairs = Vec<(usize, u64)>;

fn noisy(length: usize) -> Builder<Noisy, Pairs> {
    DataLoader::builder_with(Noisy(length), Ok)
}

fn epoch<D: Dataset + 'static, B: Send + 'static>(loader: &DataLoader<D, B>) -> Vec<B> {
    loader.iter().map(|batch| batch.unwrap()).collect()
}

/// Waits for `condition`, or fails.
fn eventually(condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("it did not happen");
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let run = |workers: usize, prefetch| {
        let loader = noisy(103)
            .batch_size(8)
            .shuffle(true)
            .seed(5)
            .num_workers(workers)
            .prefetch(prefetch)
            .build()
            .unwrap();
        assert_eq!(loader.len(), 13);
        [epoch(&loader), epoch(&loader)]
    };
    let alone = run(0, 2);
    for workers in [1, 2, 3, 8, 50] {
        for prefetch in [1, 2, 5] {
            assert_eq!(run(workers, prefetch), alone, "{workers} workers");
        }
    }
    let mut seen: Vec<usize> = alone[0].concat().iter().map(|s| s.0).collect();
    assert_ne!(seen, (0..103).collect::<Vec<_>>());
    seen.sort_unstable();
    assert_eq!(seen, (0..103).collect::<Vec<_>>());
    assert_ne!(alone[0], alone[1], "another epoch, another order");
}

#[test]
fn seeds_and_epochs_decide() {
    let build = |seed| noisy(40).batch_size(8).seed(seed).build().unwrap();
    let loader = build(1);
    let (first, second) = (epoch(&loader), epoch(&loader));
    assert_ne!(first, second, "new noise in every epoch");
    assert_eq!(epoch(&build(1)), first);
    assert_ne!(epoch(&build(2)), first);
    loader.set_epoch(1);
    assert_eq!(epoch(&loader), second);
    loader.set_epoch(0);
    assert_eq!(epoch(&loader), first);
}

#[test]
fn a_sample_drawn_twice_is_not_augmented_alike() {
    let sampler = RandomSampler::with_replacement(1, 10).unwrap();
    let loader = noisy(1).sampler(sampler).build().unwrap();
    let mut noise: Vec<u64> = epoch(&loader).concat().iter().map(|s| s.1).collect();
    noise.sort_unstable();
    noise.dedup();
    assert_eq!(noise.len(), 10);
}

#[test]
fn drop_last_drops_the_last() {
    let sizes = |drop_last| -> Vec<usize> {
        let loader = noisy(10)
            .batch_size(4)
            .drop_last(drop_last)
            .build()
            .unwrap();
        let sizes: Vec<usize> = epoch(&loader).iter().map(Vec::len).collect();
        assert_eq!(sizes.len(), loader.len());
        sizes
    };
    assert_eq!(sizes(false), [4, 4, 2]);
    assert_eq!(sizes(true), [4, 4]);
}

#[test]
fn an_empty_data_set_has_no_batches() {
    for workers in [0, 2] {
        let loader = noisy(0).shuffle(true).num_workers(workers).build().unwrap();
        assert!(loader.is_empty() && epoch(&loader).is_empty());
    }
}

/// Fails, or panics, at one sample.
struct Faulty {
    panics: bool,
}

impl Dataset for Faulty {
    type Item = usize;

    fn len(&self) -> usize {
        20
    }

    fn get(&self, index: usize, _: &mut Rng) -> Result<usize> {
        match index {
            9 if self.panics => panic!("sample {index} is cursed"),
            9 => Err(Error::value("Faulty", "sample 9 is spoilt")),
            _ => Ok(index),
        }
    }
}

#[test]
fn errors_and_panics_come_out_of_the_loop() {
    for (panics, message) in [
        (false, "sample 9 is spoilt"),
        (true, "panic while loading: sample 9 is cursed"),
    ] {
        for workers in [0, 1, 3] {
            let loader = DataLoader::builder_with(Faulty { panics }, Ok)
                .batch_size(4)
                .num_workers(workers)
                .build()
                .unwrap();
            let batches: Vec<_> = loader.iter().collect();
            assert_eq!(batches.len(), 5);
            for (at, batch) in batches.iter().enumerate() {
                match batch {
                    Ok(batch) => assert_eq!(batch[0], at * 4),
                    Err(error) => {
                        assert_eq!(at, 2);
                        let text = error.to_string();
                        assert!(text.contains(message), "{text}");
                        let note = "while loading batch 2 of epoch 0 (samples 8, 9, 10, 11)";
                        assert!(text.contains(note), "{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn errors_and_panics_of_collate_come_out_too() {
    for workers in [0, 2] {
        let collate = |items: Vec<usize>| match items[0] {
            0 => Err(Error::value("mine", "no zeros")),
            2 => panic!("no {}", "twos"),
            _ => Ok(items),
        };
        let numbers: Samples<usize> = (0..6).collect();
        let loader = DataLoader::builder(numbers)
            .batch_size(2)
            .num_workers(workers)
            .collate_fn(collate)
            .build()
            .unwrap();
        let texts: Vec<String> = loader
            .iter()
            .map(|b| b.map_or_else(|e| e.to_string(), |b| format!("{b:?}")))
            .collect();
        assert!(texts[0].contains("no zeros"), "{}", texts[0]);
        assert!(texts[1].contains("no twos"), "{}", texts[1]);
        assert_eq!(texts[2], "[4, 5]");
    }
}

/// A batch sampler with a will of its own.
struct Given(fn() -> BatchIndices, usize);

impl Batching for Given {
    fn len(&self) -> usize {
        self.1
    }

    fn batches(&self, _: Rng) -> Result<BatchIndices> {
        Ok(self.0())
    }
}

#[test]
fn batch_samplers_are_followed_but_not_trusted() {
    for workers in [0, 2] {
        let run = |list: fn() -> BatchIndices, length| -> Vec<String> {
            let loader = noisy(10)
                .batch_sampler(Given(list, length))
                .num_workers(workers)
                .build()
                .unwrap();
            let show =
                |batch: Pairs| format!("{:?}", batch.iter().map(|s| s.0).collect::<Vec<_>>());
            let batches = loader.iter().take(10);
            batches
                .map(|b| b.map_or_else(|e| e.to_string(), show))
                .collect()
        };
        let good = || -> BatchIndices { Box::new([vec![9, 1], vec![], vec![3]].into_iter()) };
        assert_eq!(run(good, 3), ["[9, 1]", "[]", "[3]"]);
        for miscounted in [0, 1, 7] {
            assert_eq!(run(good, miscounted), ["[9, 1]", "[]", "[3]"]);
        }
        let texts = run(|| Box::new([vec![10], vec![0]].into_iter()), 2);
        assert!(
            texts[0].contains("the sampler chose index 10, the data set has 10 samples"),
            "{}",
            texts[0]
        );
        assert_eq!(texts[1], "[0]");
        let texts = run(|| panic!("no list"), 2);
        assert_eq!(texts.len(), 1);
        assert!(texts[0].contains("no list"), "{}", texts[0]);
        let texts = run(
            || Box::new((0..3).map(|i| if i == 1 { panic!("no more") } else { vec![i] })),
            3,
        );
        assert_eq!(texts.len(), 2);
        assert_eq!(texts[0], "[0]");
        assert!(texts[1].contains("no more"), "{}", texts[1]);
    }
}

/// Counts the samples that were fetched.
struct Counted(Arc<AtomicUsize>);

impl Dataset for Counted {
    type Item = usize;

    fn len(&self) -> usize {
        1_000_000
    }

    fn get(&self, index: usize, _: &mut Rng) -> Result<usize> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(index)
    }
}

#[test]
fn workers_stay_within_their_bounds_and_end_with_the_loop() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let loader = DataLoader::builder_with(Counted(fetched.clone()), Ok)
        .batch_size(10)
        .num_workers(3)
        .prefetch(2)
        .build()
        .unwrap();
    let mut batches = loader.iter();
    for handed_out in 0..5 {
        // Six batches ahead of the loop, and no more.
        let ahead = (handed_out + 6) * 10;
        eventually(|| fetched.load(Ordering::SeqCst) == ahead);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(fetched.load(Ordering::SeqCst), ahead);
        batches.next().unwrap().unwrap();
    }
    // The loader's own pointer, and one per worker by way of the common work.
    assert!(Arc::strong_count(loader.dataset()) > 1);
    drop(batches);
    assert_eq!(
        Arc::strong_count(loader.dataset()),
        1,
        "all threads are gone"
    );
    let before = fetched.load(Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(fetched.load(Ordering::SeqCst), before);
}

#[test]
fn a_dropped_loop_does_not_wait_for_a_whole_batch() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let slow = Counted(fetched.clone()).map(|x, _| {
        std::thread::sleep(Duration::from_millis(1));
        Ok(x)
    });
    let loader = DataLoader::builder_with(slow, Ok)
        .batch_size(100_000)
        .num_workers(2)
        .build()
        .unwrap();
    let batches = loader.iter();
    eventually(|| fetched.load(Ordering::SeqCst) > 0);
    drop(batches);
    assert!(fetched.load(Ordering::SeqCst) < 50_000);
}

#[test]
fn a_loop_goes_on_where_it_stopped() {
    for workers in [0, 2] {
        let build = || {
            noisy(50)
                .batch_size(8)
                .shuffle(true)
                .num_workers(workers)
                .seed(3)
                .build()
                .unwrap()
        };
        let whole = build();
        let epochs = [epoch(&whole), epoch(&whole), epoch(&whole)];

        let first = build();
        epoch(&first);
        let mut batches = first.iter();
        let seen: Vec<Pairs> = batches.by_ref().take(3).map(|b| b.unwrap()).collect();
        assert_eq!(seen, epochs[1][..3]);
        let state = first.state();
        let expected = LoaderState {
            seed: 3,
            epoch: 1,
            batches: 3,
            batches_per_epoch: 7,
        };
        assert_eq!(state, expected);

        // Another loader, even with another seed, takes everything from the state.
        let second = noisy(50)
            .batch_size(8)
            .shuffle(true)
            .seed(99)
            .build()
            .unwrap();
        second.load_state(state).unwrap();
        assert_eq!(epoch(&second), epochs[1][3..]);
        assert_eq!(epoch(&second), epochs[2]);

        // A loop that was broken off is not resumed by itself.
        drop(batches);
        assert_eq!(epoch(&first), epochs[2]);
    }
}

#[test]
fn the_end_of_an_epoch_is_the_beginning_of_the_next() {
    let loader = noisy(16).batch_size(8).seed(0).build().unwrap();
    let mut batches = loader.iter();
    batches.next();
    batches.next();
    assert_eq!((loader.state().epoch, loader.state().batches), (0, 2));
    let at_the_end = loader.state();
    assert!(batches.next().is_none() && batches.next().is_none());
    assert_eq!((loader.state().epoch, loader.state().batches), (1, 0));
    let second = epoch(&loader);
    loader.load_state(at_the_end).unwrap();
    assert!(epoch(&loader).is_empty(), "nothing is left of epoch 0");
    assert_eq!(epoch(&loader), second);
}

#[test]
fn a_state_of_another_loader_is_refused() {
    let loader = noisy(16).batch_size(8).seed(0).build().unwrap();
    let other = noisy(17).batch_size(8).seed(0).build().unwrap();
    let text = loader.load_state(other.state()).unwrap_err().to_string();
    assert!(
        text.contains("batch 0 of 3, this loader has 2 batches"),
        "{text}"
    );
    assert_eq!(epoch(&loader).len(), 2);
}

#[test]
fn two_loops_at_once_are_two_epochs() {
    let loader = noisy(16).batch_size(8).seed(0).build().unwrap();
    let (first, second) = (loader.iter(), loader.iter());
    let first: Vec<Pairs> = first.map(|b| b.unwrap()).collect();
    let second: Vec<Pairs> = second.map(|b| b.unwrap()).collect();
    assert_ne!(first, second);
    loader.set_epoch(0);
    assert_eq!([epoch(&loader), epoch(&loader)], [first, second]);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let refuse = |builder: Builder<Noisy, Pairs>| match builder.build() {
        Err(error) => error.to_string(),
        Ok(_) => panic!("accepted"),
    };
    let text = refuse(noisy(5).batch_size(0));
    assert!(text.contains("batch_size must be at least 1"), "{text}");
    assert!(text.contains("loader.rs"), "the caller's file: {text}");
    assert!(refuse(noisy(5).prefetch(0)).contains("prefetch must be at least 1"));
    assert!(refuse(noisy(5).num_workers(100_000)).contains("at most 1024, got 100000"));
    let sampler = || SequentialSampler::new(5);
    assert!(refuse(noisy(5).sampler(sampler()).shuffle(true)).contains("leave out `shuffle`"));
    let given = || Given(|| Box::new(std::iter::empty()), 0);
    assert!(refuse(noisy(5).batch_sampler(given()).batch_size(2)).contains("no room"));
    assert!(refuse(noisy(5).batch_sampler(given()).sampler(sampler())).contains("no room"));
}

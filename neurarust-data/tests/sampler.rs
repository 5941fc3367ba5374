//! Samplers and splits: which indices come out, how often, in which order.

use neurarust_data::{
    BatchSampler, Batching, Dataset, RandomSampler, Sampler, Samples, SequentialSampler,
    SplitSizes, Subset, SubsetRandomSampler, WeightedRandomSampler, keyed,
};
use proptest::prelude::*;
use std::sync::Arc;

fn order(sampler: &dyn Sampler, seed: u64) -> Vec<usize> {
    let order: Vec<usize> = sampler.indices(keyed(seed, 0, 0)).unwrap().collect();
    assert_eq!(order.len(), sampler.len());
    order
}

fn sorted(mut order: Vec<usize>) -> Vec<usize> {
    order.sort_unstable();
    order
}

#[test]
fn sequential_is_the_order_itself() {
    assert_eq!(order(&SequentialSampler::new(5), 3), [0, 1, 2, 3, 4]);
    assert!(order(&SequentialSampler::new(0), 3).is_empty());
}

#[test]
fn every_order_of_four_is_equally_likely() {
    let sampler = RandomSampler::new(4);
    let mut counts = std::collections::HashMap::new();
    for seed in 0..24_000 {
        *counts.entry(order(&sampler, seed)).or_insert(0u32) += 1;
    }
    assert_eq!(counts.len(), 24);
    // 1,000 expected each, with a standard deviation of 31.
    for (order, count) in counts {
        assert!((850..1150).contains(&count), "{order:?} came {count} times");
    }
}

#[test]
fn replacement_draws_evenly_and_repeats() {
    let sampler = RandomSampler::with_replacement(10, 20_000).unwrap();
    let mut counts = [0u32; 10];
    for index in order(&sampler, 1) {
        counts[index] += 1;
    }
    // 2,000 expected each, with a standard deviation of 42.
    assert!(
        counts.iter().all(|c| (1800..2200).contains(c)),
        "{counts:?}"
    );
    let text = RandomSampler::with_replacement(0, 1)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("cannot draw 1 times from 0 samples"),
        "{text}"
    );
    assert!(order(&RandomSampler::with_replacement(0, 0).unwrap(), 1).is_empty());
}

#[test]
fn weights_are_proportions() {
    let weights = vec![0.0, 1.0, 0.0, 3.0, 6.0, 0.0];
    let sampler = WeightedRandomSampler::new(weights.clone(), 10_000, true).unwrap();
    let mut counts = [0u32; 6];
    for index in order(&sampler, 1) {
        counts[index] += 1;
    }
    assert_eq!([counts[0], counts[2], counts[5]], [0; 3]);
    // Standard deviations: 30, 46, 49.
    assert!((850..1150).contains(&counts[1]), "{counts:?}");
    assert!((2770..3230).contains(&counts[3]), "{counts:?}");
    assert!((5750..6250).contains(&counts[4]), "{counts:?}");

    // Without replacement, the first of each draw follows the same proportions.
    let sampler = WeightedRandomSampler::new(weights, 3, false).unwrap();
    let mut first = [0u32; 6];
    for seed in 0..10_000 {
        let order = order(&sampler, seed);
        first[order[0]] += 1;
        assert_eq!(sorted(order), [1, 3, 4]);
    }
    assert!((850..1150).contains(&first[1]), "{first:?}");
    assert!((2770..3230).contains(&first[3]), "{first:?}");
    assert!((5750..6250).contains(&first[4]), "{first:?}");
}

#[test]
fn senseless_weights_are_refused() {
    let refuse = |weights: &[f64], draws, replacement| {
        WeightedRandomSampler::new(weights.to_vec(), draws, replacement)
            .unwrap_err()
            .to_string()
    };
    assert!(refuse(&[1.0, -1.0], 1, true).contains("got -1 at index 1"));
    assert!(refuse(&[f64::NAN], 1, true).contains("got NaN at index 0"));
    assert!(refuse(&[f64::INFINITY], 1, true).contains("got inf"));
    assert!(refuse(&[f64::MAX, f64::MAX], 1, true).contains("overflows"));
    assert!(refuse(&[0.0, 0.0], 1, true).contains("at least 1 weights above zero, got 0"));
    assert!(refuse(&[1.0, 0.0], 2, false).contains("at least 2 weights above zero, got 1"));
    assert!(refuse(&[], 1, true).contains("above zero, got 0"));
    assert!(WeightedRandomSampler::new(vec![], 0, true).is_ok());
}

#[test]
fn no_batches_of_nothing() {
    let text = BatchSampler::new(SequentialSampler::new(5), 0, false)
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("batch_size must be at least 1, got 0"),
        "{text}"
    );
}

#[test]
fn an_impossible_order_is_an_error() {
    let text = match RandomSampler::new(usize::MAX).indices(keyed(0, 0, 0)) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("an order of usize::MAX samples"),
    };
    assert!(text.contains("no memory for an order of"), "{text}");
}

#[test]
fn splits_are_checked() {
    let numbers = || (0..10).collect::<Samples<usize>>();
    let refuse = |sizes: SplitSizes| numbers().random_split(sizes, 0).unwrap_err().to_string();
    assert!(refuse([5, 6].into()).contains("[5, 6] must add up to 10"));
    assert!(refuse([usize::MAX, 11].into()).contains("must add up to 10"));
    assert!(refuse([0.5, 0.4].into()).contains("add up to 1"));
    assert!(refuse([1.5, -0.5].into()).contains("must lie in 0 … 1"));
    assert!(refuse([f64::NAN, 1.0].into()).contains("must lie in 0 … 1"));
    let lengths = |sizes: SplitSizes| -> Vec<usize> {
        let parts = numbers().random_split(sizes, 0).unwrap();
        parts.iter().map(Dataset::len).collect()
    };
    assert_eq!(lengths([0.8, 0.2].into()), [8, 2]);
    assert_eq!(lengths([0.25, 0.25, 0.5].into()), [3, 2, 5]);
    assert_eq!(lengths(vec![10, 0].into()), [10, 0]);
    let text = numbers().subset(vec![3, 10]).unwrap_err().to_string();
    assert!(
        text.contains("index 10 is out of range for a data set of 10 samples"),
        "{text}"
    );
}

#[test]
fn combinators_find_the_right_samples() {
    let rng = &mut keyed(0, 0, 0);
    let squares = (0..5)
        .collect::<Samples<usize>>()
        .map(|x, _| Ok(x * x))
        .concat(Samples::from(vec![100, 101]));
    assert_eq!(squares.len(), 7);
    let all: Vec<usize> = (0..7).map(|i| squares.get(i, rng).unwrap()).collect();
    assert_eq!(all, [0, 1, 4, 9, 16, 100, 101]);
    assert!(squares.get(7, rng).is_err());
    let some = squares.subset(vec![6, 0, 3]).unwrap();
    let some = some.subset(vec![2, 0]).unwrap();
    assert_eq!(some.len(), 2);
    assert_eq!(some.get(0, rng).unwrap(), 9);
    assert_eq!(some.get(1, rng).unwrap(), 101);
    assert!(some.get(2, rng).is_err());
}

/// Data sets of different types behind one pointer type.
#[test]
fn data_sets_can_be_trait_objects() {
    let boxed: Vec<Arc<dyn Dataset<Item = i64>>> = vec![
        Arc::new(Samples::from(vec![1, 2])),
        Arc::new(Samples::from(vec![3]).map(|x, _| Ok(x + 1))),
    ];
    let joined = boxed[0].clone().concat(boxed[1].clone());
    assert_eq!(joined.get(2, &mut keyed(0, 0, 0)).unwrap(), 4);
    assert_eq!(Subset::new(boxed[0].clone(), vec![1]).unwrap().len(), 1);
}

proptest! {
    #[test]
    fn a_random_order_is_a_permutation(length in 0usize..300, seed in any::<u64>()) {
        let sampler = RandomSampler::new(length);
        let first = order(&sampler, seed);
        prop_assert_eq!(&first, &order(&sampler, seed));
        prop_assert_eq!(sorted(first), (0..length).collect::<Vec<_>>());
    }

    #[test]
    fn a_random_subset_is_a_permutation_of_it(mut indices in prop::collection::vec(0usize..1000, 0..100), seed in any::<u64>()) {
        let sampler = SubsetRandomSampler::new(indices.clone());
        indices.sort_unstable();
        prop_assert_eq!(sorted(order(&sampler, seed)), indices);
    }

    #[test]
    fn weighted_draws_have_weights(
        weights in prop::collection::vec(prop_oneof![Just(0.0), 0.0..1e300f64, Just(f64::MIN_POSITIVE)], 1..30),
        seed in any::<u64>(),
    ) {
        let positive = weights.iter().filter(|w| **w > 0.0).count();
        prop_assume!(positive > 0);
        for (draws, replacement) in [(100, true), (positive, false)] {
            let sampler = WeightedRandomSampler::new(weights.clone(), draws, replacement).unwrap();
            let drawn = order(&sampler, seed);
            prop_assert!(drawn.iter().all(|&i| weights[i] > 0.0));
            if !replacement {
                let mut distinct = sorted(drawn);
                distinct.dedup();
                prop_assert_eq!(distinct.len(), draws);
            }
        }
    }

    #[test]
    fn batches_are_the_order_in_pieces(length in 0usize..100, size in 1usize..20, drop_last in any::<bool>()) {
        let sampler = BatchSampler::new(SequentialSampler::new(length), size, drop_last).unwrap();
        let batches: Vec<Vec<usize>> = sampler.batches(keyed(0, 0, 0)).unwrap().collect();
        prop_assert_eq!(batches.len(), sampler.len());
        let kept = if drop_last { length - length % size } else { length };
        prop_assert_eq!(batches.concat(), (0..kept).collect::<Vec<_>>());
        for (at, batch) in batches.iter().enumerate() {
            prop_assert!(batch.len() == size || (!drop_last && at + 1 == batches.len()));
        }
    }

    #[test]
    fn parts_of_a_split_are_a_partition(length in 0usize..200, cut in 0.0..1.0f64, seed in any::<u64>()) {
        let numbers: Samples<usize> = (0..length).collect();
        let parts = numbers.random_split([cut, 1.0 - cut], seed).unwrap();
        let all = parts.iter().flat_map(|part| part.indices().to_vec()).collect();
        prop_assert_eq!(sorted(all), (0..length).collect::<Vec<_>>());
    }
}

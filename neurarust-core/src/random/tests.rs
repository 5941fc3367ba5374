use super::philox::block;
use super::*;
use crate::cpu::pool::with_num_threads;

#[test]
fn philox_has_the_published_values() {
    // Known answers of the authors' Random123 library.
    let max = u32::MAX;
    assert_eq!(
        block([0; 4], [0; 2]),
        [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    );
    assert_eq!(
        block([max; 4], [max; 2]),
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    );
    assert_eq!(
        block(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0]
        ),
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    );
}

#[test]
fn groups_are_blocks_side_by_side() {
    let philox = Philox::with_stream(0x0123_4567_89ab_cdef, 7);
    let words = philox.group(2);
    for lane in 0..16 {
        let expected = block([32 + lane, 0, 7, 0], [0x89ab_cdef, 0x0123_4567]);
        for (i, &word) in expected.iter().enumerate() {
            assert_eq!(words[16 * i + lane as usize], word);
        }
    }
}

#[test]
fn single_draws_walk_through_the_blocks() {
    let mut philox = Philox::new(5);
    let drawn: Vec<u32> = (0..8).map(|_| philox.next_u32()).collect();
    assert_eq!(drawn[..4], block([0; 4], [5, 0]));
    assert_eq!(drawn[4..], block([1, 0, 0, 0], [5, 0]));
    philox.set_offset(1);
    assert_eq!(philox.next_u32(), drawn[4]);
}

#[test]
fn arrays_have_the_same_bits_on_any_number_of_threads() {
    let draw = |threads| {
        with_num_threads(threads, || {
            let generator = Generator::new(3);
            let mut f32s = vec![0.0; 100_003];
            generator.fill_uniform_f32(&mut f32s);
            let mut normals = vec![0.0; 50_001];
            generator.fill_normal_f32(&mut normals);
            let mut f64s = vec![0.0; 40_005];
            generator.fill_normal_f64(&mut f64s);
            let mut ints = vec![0; 30_001];
            generator.fill_below(1000, &mut ints);
            (f32s, normals, f64s, ints, generator.get_state())
        })
    };
    let one = draw(1);
    assert_eq!(one, draw(2));
    assert_eq!(one, draw(3));
}

#[test]
fn a_longer_array_begins_like_a_shorter_one() {
    let draw = |n| {
        let mut x = vec![0.0; n];
        Generator::new(11).fill_uniform_f32(&mut x);
        x
    };
    let (short, long) = (draw(77), draw(20_000));
    assert_eq!(short, long[..77]);
}

/// Mean, variance, skewness and kurtosis of a sample.
fn moments(x: &[f64]) -> [f64; 4] {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let central = |k| x.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let var = central(2);
    [
        mean,
        var,
        central(3) / var.powf(1.5),
        central(4) / var.powi(2),
    ]
}

#[track_caller]
fn close(got: [f64; 4], expected: [f64; 4], tolerance: f64) {
    for (g, e) in got.iter().zip(expected) {
        assert!((g - e).abs() < tolerance, "{got:?} is not {expected:?}");
    }
}

#[test]
fn numbers_are_distributed_as_promised() {
    let n = 200_000;
    for generator in [Generator::new(1), Generator::torch(1)] {
        let (mut f32s, mut f64s) = (vec![0f32; n], vec![0f64; n]);
        let wide = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let uniform = [0.5, 1.0 / 12.0, 0.0, 1.8];
        generator.fill_uniform_f32(&mut f32s);
        assert!(f32s.iter().all(|x| (0.0..1.0).contains(x)));
        close(moments(&wide(&f32s)), uniform, 0.02);
        generator.fill_uniform_f64(&mut f64s);
        assert!(f64s.iter().all(|x| (0.0..1.0).contains(x)));
        close(moments(&f64s), uniform, 0.02);
        let normal = [0.0, 1.0, 0.0, 3.0];
        generator.fill_normal_f32(&mut f32s);
        close(moments(&wide(&f32s)), normal, 0.05);
        generator.fill_normal_f64(&mut f64s);
        close(moments(&f64s), normal, 0.05);
        for range in [7, 1 << 20, (1 << 32) + 1, 1 << 60, u64::MAX] {
            let mut ints = vec![0; n];
            generator.fill_below(range, &mut ints);
            assert!(ints.iter().all(|&x| x < range));
            let scaled: Vec<f64> = ints
                .iter()
                .map(|&x| (x as f64 + 0.5) / range as f64)
                .collect();
            let [mean, var, ..] = moments(&scaled);
            let expected = (1.0 - 1.0 / (range as f64).powi(2)) / 12.0;
            assert!(
                (mean - 0.5).abs() < 0.005 && (var - expected).abs() < 0.002,
                "{range}"
            );
        }
    }
}

#[test]
fn shuffling_in_groups_is_shuffling_one_by_one() {
    struct Single(Philox);
    impl Random for Single {
        fn next_u32(&mut self) -> u32 {
            self.0.next_u32()
        }
    }
    for n in [0, 1, 2, 31, 32, 33, 34, 64, 65, 500] {
        for before in 0..5 {
            let mut groups = Philox::with_stream(n, 3);
            for _ in 0..before {
                groups.next_u32();
            }
            let mut single = Single(groups.clone());
            let (mut a, mut b) = ((0..n).collect::<Vec<_>>(), (0..n).collect::<Vec<_>>());
            groups.shuffle(&mut a);
            single.shuffle(&mut b);
            assert_eq!(a, b, "{n} after {before}");
            assert_eq!(groups.next_u64(), single.next_u64());
        }
    }
}

#[test]
fn shuffles_are_permutations_and_all_of_them_come() {
    let generator = Generator::new(8);
    let mut counts = std::collections::HashMap::new();
    for _ in 0..6000 {
        let mut items = [0, 1, 2];
        generator.shuffle(&mut items);
        *counts.entry(items).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 6);
    assert!(
        counts.values().all(|&n: &i32| (n - 1000).abs() < 150),
        "{counts:?}"
    );
    generator.shuffle::<u8>(&mut []);
}

#[test]
fn states_round_trip_and_bad_ones_are_refused() {
    for generator in [Generator::new(9), Generator::torch(9)] {
        let mut x = [0.0; 3];
        generator.fill_normal_f32(&mut x);
        generator.next_u32();
        let state = generator.get_state();
        let draw = |g: &Generator| {
            let mut x = [0.0; 40];
            g.fill_normal_f64(&mut x[..1]);
            g.fill_normal_f64(&mut x[1..]);
            (x, g.next_u64())
        };
        let first = draw(&generator);
        let other = Generator::new(0);
        other.set_state(&state).unwrap();
        assert_eq!(other.kind(), generator.kind());
        assert_eq!(draw(&other), first);
        let before = other.get_state();
        for bad in [&state[..state.len() - 1], &[], &[1], &[3; 42], &[1, 9]] {
            assert_eq!(other.set_state(bad), Err(BadState { bytes: bad.len() }));
        }
        let mut bad = state.clone();
        // The count of words left, in PyTorch's layout.
        bad[if state.len() > 100 { 9 } else { 1 }] = 200;
        assert!(other.set_state(&bad).is_err());
        assert_eq!(other.get_state(), before);
    }
}

#[test]
fn seeding_starts_over_and_keeps_the_kind() {
    let generator = Generator::torch(1);
    let first = generator.next_u64();
    assert_eq!(generator.manual_seed(1).next_u64(), first);
    assert_eq!(generator.kind(), Kind::Torch);
    let seed = generator.seed();
    assert_eq!(generator.initial_seed(), seed);
    assert_ne!(generator.seed(), seed);
    generator.set_kind(Kind::Philox);
    assert_eq!(generator.kind(), Kind::Philox);
    let fork = generator.fork();
    assert_eq!(fork.next_u64(), generator.next_u64());
}

#[test]
fn keyed_sequences_are_functions_of_their_keys() {
    let first = |seed, epoch, index| keyed(seed, epoch, index).next_u64();
    assert_eq!(first(1, 2, 3), first(1, 2, 3));
    let mut seen = std::collections::HashSet::new();
    for seed in 0..10 {
        for epoch in 0..10 {
            for index in 0..10 {
                assert!(seen.insert(first(seed, epoch, index)));
            }
        }
    }
    assert_ne!(first(1, 0, 1 << 40), first(1, 1 << 40, 0));
}

// ---------------------------------------------------------------------------------------------------------------------------------
// What PyTorch 2.15 draws on the CPU after `manual_seed`.

#[track_caller]
fn near(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (g, e) in got.iter().zip(expected) {
        assert!(
            (g - e).abs() <= tolerance * e.abs().max(1.0),
            "{got:?} is not {expected:?}"
        );
    }
}

#[test]
fn mt19937_has_the_published_values() {
    // The 10,000th number of the default seed, as the C++ standard gives it.
    let mut twister = Mt19937::new(5489);
    let last = (0..10_000).map(|_| twister.next_u32()).last();
    assert_eq!(last, Some(4_123_659_995));
}

#[test]
fn mt19937_draws_integers_as_torch_does() {
    let draw = |range, n| {
        let mut x = vec![0; n];
        Generator::torch(42).fill_below(range, &mut x);
        x
    };
    assert_eq!(draw(10, 12), [2, 7, 6, 4, 6, 5, 0, 4, 0, 3, 8, 4]);
    assert_eq!(
        draw((1 << 28) - 1, 3),
        [266_460_267, 199_900_607, 56_755_051]
    );
    assert_eq!(draw(1 << 28, 3), [199_900_595, 250_975_502, 127_521_863]);
    assert_eq!(
        draw((1 << 32) - 1, 3),
        [734_796_314, 576_165_995, 2_197_670_066]
    );
    assert_eq!(
        draw(1 << 40, 3),
        [441_507_790_259, 395_924_837_646, 458_615_280_711]
    );
    let mut order: Vec<u32> = (0..10).collect();
    Generator::torch(42).shuffle(&mut order);
    assert_eq!(order, [2, 6, 1, 8, 4, 5, 0, 9, 3, 7]);
    let mut order: Vec<u32> = (0..100).collect();
    Generator::torch(42).shuffle(&mut order);
    assert_eq!(order[..6], [42, 96, 62, 98, 46, 95]);
}

#[test]
fn mt19937_draws_uniform_numbers_as_torch_does() {
    let mut x = [0f32; 1300];
    Generator::torch(42).fill_uniform_f32(&mut x);
    assert_eq!(
        x[..5],
        [
            0.882_269_26,
            0.915_003_96,
            0.382_863_76,
            0.959_305_64,
            0.390_448_2
        ]
    );
    assert_eq!(x[1298..], [0.601_202_7, 0.773_018_9]);
    let mut x = [0f64; 3];
    Generator::torch(42).fill_uniform_f64(&mut x);
    assert_eq!(
        x,
        [
            0.058_154_485_961_429_69,
            0.062_910_167_424_577_56,
            0.123_586_072_774_409_03
        ]
    );
    // Only the low half of a seed counts.
    let mut x = [0f32; 2];
    Generator::torch((1 << 40) + 3).fill_uniform_f32(&mut x);
    assert_eq!(x, [0.004_263_520_2, 0.105_569_36]);
}

#[test]
fn mt19937_draws_normal_numbers_as_torch_does() {
    let draw_f32 = |generator: &Generator, n| {
        let mut x = vec![0f32; n];
        generator.fill_normal_f32(&mut x);
        x.into_iter().map(f64::from).collect::<Vec<_>>()
    };
    near(
        &draw_f32(&Generator::torch(42), 3),
        &[
            0.336_690_366_268_157_96,
            0.128_809_407_353_401_18,
            0.234_462_365_508_079_53,
        ],
        1e-7,
    );
    #[rustfmt::skip]
    near(
        &draw_f32(&Generator::torch(42), 20),
        &[
            1.9269152879714966, 1.4872840642929077, 0.9007171988487244, -2.1055209636688232, -0.7581311464309692,
            1.078317642211914, 0.8008005619049072, 1.680620551109314, 0.3558599054813385, -0.6866229772567749,
            -0.4933563470840454, 0.2414877861738205, -0.2316243201494217, 0.041759490966796875, -0.2515752911567688,
            0.859858512878418, -0.3097267746925354, -0.3957104980945587, 0.8034093379974365, -0.6215953826904297,
        ],
        1e-6,
    );
    let mut x = [0f64; 20];
    Generator::torch(42).fill_normal_f64(&mut x);
    #[rustfmt::skip]
    near(
        &x,
        &[
            0.2995562877502637, 0.24237779080894106, 0.28320739441795323, -0.23294220898382634, -0.03720300727052493,
            1.0352472972512925, -0.010085521702337353, 0.08948016046560357, 0.038435238263354446, -0.11824373914203358,
            -1.744556661084211, -0.46946014308389283, 0.39238484373268534, 1.108461181451433, 0.8651734647119074,
            0.855215961472287, 0.2494118796915765, 0.2615836907112959, -1.526543923410825, -0.33113931395169954,
        ],
        1e-14,
    );
    // One generator, several calls: the second half of a pair is kept across them.
    let generator = Generator::torch(7);
    near(&draw_f32(&generator, 1), &[-0.146_795_094_013_214_1], 1e-7);
    near(&draw_f32(&generator, 1), &[0.786_141_276_359_558_1], 1e-7);
    near(
        &draw_f32(&generator, 16)[..2],
        &[-0.166_996_017_098_426_82, 0.285_149_961_709_976_2],
        1e-6,
    );
    let mut x = [0f32];
    generator.fill_uniform_f32(&mut x);
    assert_eq!(x, [0.882_877_6]);
}

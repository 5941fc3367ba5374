//! Samples become tensors: collating, tensor data sets, transforms, and the data sets themselves.

use neurarust_core::{DType, Result, Tensor};
use neurarust_data::datasets::{Digits, Mnist};
use neurarust_data::transforms::{
    CenterCrop, Compose, Normalize, RandomCrop, RandomHorizontalFlip, RandomVerticalFlip, ToTensor,
    Transform,
};
use neurarust_data::{Collate, DataLoader, Dataset, Random, Rng, TensorDataset, keyed};
use std::collections::BTreeMap;

/// 0, 1, 2 … in the given shape.
fn counting(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values: Vec<f32> = (0..count).map(|i| i as f32).collect();
    Tensor::from_vec(values, shape).unwrap()
}

fn floats(x: &Tensor) -> Vec<f32> {
    x.to_vec::<f32>().unwrap()
}

fn ints(x: &Tensor) -> Vec<i64> {
    x.to_vec::<i64>().unwrap()
}

fn refused<T>(result: Result<T>) -> String {
    match result {
        Err(error) => error.to_string(),
        Ok(_) => panic!("accepted"),
    }
}

#[test]
fn samples_are_stacked_in_their_structure() {
    type Sample = (Tensor, (f64, bool), Vec<u8>, String);
    let samples: Vec<Sample> = (0..3)
        .map(|i| {
            let x = counting(&[2, 2]);
            (x, (i as f64, i == 1), vec![i, 10 * i], format!("s{i}"))
        })
        .collect();
    let (x, (number, truth), parts, text) = Collate::collate(samples).unwrap();
    assert_eq!((x.dims(), x.dtype()), (&[3, 2, 2][..], DType::F32));
    assert_eq!(floats(&x), [0.0, 1.0, 2.0, 3.0].repeat(3));
    assert_eq!(number.to_vec::<f64>().unwrap(), [0.0, 1.0, 2.0]);
    assert_eq!(truth.to_vec::<bool>().unwrap(), [false, true, false]);
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1].to_vec::<u8>().unwrap(), [0, 10, 20]);
    assert_eq!(text, ["s0", "s1", "s2"]);

    let one = Collate::collate(vec![(5usize,)]).unwrap().0;
    assert_eq!((ints(&one), one.dtype()), (vec![5], DType::I64));

    let samples = (0..2).map(|i| BTreeMap::from([("a", i as f32), ("b", 2.0)]));
    let batch = Collate::collate(samples.collect()).unwrap();
    assert_eq!(floats(&batch["a"]), [0.0, 1.0]);
    assert_eq!(floats(&batch["b"]), [2.0, 2.0]);
}

#[test]
fn samples_that_differ_are_refused() {
    let text = refused(Collate::collate(vec![counting(&[2]), counting(&[3])]));
    assert!(
        text.contains("sample 0 has [2], sample 1 has [3]"),
        "{text}"
    );
    let text = refused(Collate::collate(vec![vec![1i64, 2], vec![1]]));
    assert!(
        text.contains("sample 0 has 2 parts, sample 1 has 1"),
        "{text}"
    );
    let samples = vec![BTreeMap::from([("a", 1i64)]), BTreeMap::from([("b", 1)])];
    let text = refused(Collate::collate(samples));
    assert!(text.contains("1 of 2 have \"a\""), "{text}");
}

#[test]
fn tensor_data_sets_take_every_structure() {
    let x = counting(&[4, 3]);
    let y = Tensor::from_vec(vec![7i64, 8, 9, 10], [4]).unwrap();
    let rng = &mut keyed(0, 0, 0);
    let pair = TensorDataset::new((x.clone(), y.clone())).unwrap();
    let (row, label) = pair.get(2, rng).unwrap();
    assert_eq!((floats(&row), ints(&label)), (vec![6.0, 7.0, 8.0], vec![9]));
    assert_eq!(label.rank(), 0);
    assert!(refused(pair.get(4, rng)).contains("index 4 is out of range for 4 samples"));
    let single = TensorDataset::new(x.clone()).unwrap();
    assert_eq!(floats(&single.get(0, rng).unwrap()), [0.0, 1.0, 2.0]);
    let many = TensorDataset::new(vec![x.clone(), y.clone(), x.clone()]).unwrap();
    assert_eq!(many.get(1, rng).unwrap().len(), 3);

    let text = refused(TensorDataset::new((x.clone(), counting(&[3]))));
    assert!(
        text.contains("the first dimensions differ: shapes [4, 3], [3]"),
        "{text}"
    );
    let scalar = Tensor::from_vec(vec![1.0f32], [0; 0]).unwrap();
    assert!(refused(TensorDataset::new((x, scalar))).contains("without dimensions"));
    assert!(refused(TensorDataset::new(vec![])).contains("at least one tensor"));
}

/// The fast path and the one through single samples give the same batches.
#[test]
fn a_batch_of_rows_is_the_rows_stacked() {
    let x = counting(&[10, 2, 3]);
    let y = Tensor::from_vec((0..10).collect::<Vec<i64>>(), [10]).unwrap();
    let dataset = || TensorDataset::new((x.clone(), y.clone())).unwrap();
    let epoch = |loader: &DataLoader<_, (Tensor, Tensor)>| -> Vec<(Vec<f32>, Vec<i64>)> {
        loader
            .iter()
            .map(|batch| batch.map(|(x, y)| (floats(&x), ints(&y))).unwrap())
            .collect()
    };
    for workers in [0, 2] {
        let fast = DataLoader::builder(dataset().subset(vec![9, 3, 3, 0, 1]).unwrap())
            .batch_size(2)
            .shuffle(true)
            .seed(1)
            .num_workers(workers)
            .build()
            .unwrap();
        let slow = DataLoader::builder(dataset().subset(vec![9, 3, 3, 0, 1]).unwrap())
            .batch_size(2)
            .shuffle(true)
            .seed(1)
            .collate_fn(Collate::collate)
            .build()
            .unwrap();
        let batches = epoch(&fast);
        assert_eq!(batches, epoch(&slow));
        assert_eq!(batches.len(), 3);
        let direct = dataset().get_batch(&[3, 0]).unwrap().unwrap();
        assert_eq!(direct.0.dims(), [2, 2, 3]);
        assert_eq!(ints(&direct.1), [3, 0]);
    }
}

fn apply(transform: impl Transform, x: &Tensor, place: u64) -> Tensor {
    transform.apply(x, &mut keyed(1, 0, place)).unwrap()
}

#[test]
fn bytes_become_channels_first_fractions() {
    let bytes: Vec<u8> = vec![0, 51, 102, 153, 204, 255];
    let image = Tensor::from_vec(bytes.clone(), [1, 2, 3]).unwrap();
    let x = apply(ToTensor, &image, 0);
    assert_eq!((x.dims(), x.dtype()), (&[3, 1, 2][..], DType::F32));
    assert_eq!(floats(&x), [0.0, 0.6, 0.2, 0.8, 0.4, 1.0]);
    let gray = Tensor::from_vec(bytes, [2, 3]).unwrap();
    assert_eq!(apply(ToTensor, &gray, 0).dims(), [1, 2, 3]);
    let rng = &mut keyed(0, 0, 0);
    assert!(refused(ToTensor.apply(&counting(&[2, 2]), rng)).contains("expected uint8"));
    let flat = Tensor::from_vec(vec![1u8], [1]).unwrap();
    assert!(refused(ToTensor.apply(&flat, rng)).contains("(height, width)"));
}

#[test]
fn normalize_is_per_channel() {
    let x = counting(&[2, 1, 2]);
    let y = apply(Normalize::new([1.0, 2.0], [2.0, 0.5]).unwrap(), &x, 0);
    assert_eq!(floats(&y), [-0.5, 0.0, 0.0, 2.0]);
    let y = apply(Normalize::new([1.0], [2.0]).unwrap(), &x, 0);
    assert_eq!(floats(&y), [-0.5, 0.0, 0.5, 1.0]);
    let rng = &mut keyed(0, 0, 0);
    let three = Normalize::new([0.0; 3], [1.0; 3]).unwrap();
    assert!(refused(three.apply(&x, rng)).contains("3 means for 2 channels"));
    let bytes = Tensor::from_vec(vec![1u8], [1, 1, 1]).unwrap();
    let one = Normalize::new([0.0], [1.0]).unwrap();
    assert!(refused(one.apply(&bytes, rng)).contains("apply ToTensor first"));
    assert!(refused(one.apply(&counting(&[4]), rng)).contains("(channels, height, width)"));
    assert!(refused(Normalize::new([0.0], [0.0])).contains("std not 0"));
    assert!(refused(Normalize::new([0.0; 2], [1.0])).contains("got 2 and 1"));
    assert!(refused(Normalize::new([], [])).contains("got 0 and 0"));
}

#[test]
fn flips_happen_as_often_as_asked() {
    let x = counting(&[1, 2, 2]);
    let sure = RandomHorizontalFlip::new(1.0).unwrap();
    assert_eq!(floats(&apply(sure, &x, 0)), [1.0, 0.0, 3.0, 2.0]);
    let sure = RandomVerticalFlip::new(1.0).unwrap();
    assert_eq!(floats(&apply(sure, &x, 0)), [2.0, 3.0, 0.0, 1.0]);
    let never = RandomHorizontalFlip::new(0.0).unwrap();
    let quarter = RandomHorizontalFlip::new(0.25).unwrap();
    let flipped = |flip: RandomHorizontalFlip| {
        (0..1000)
            .filter(|&place| floats(&apply(flip, &x, place))[0] == 1.0)
            .count()
    };
    assert_eq!(flipped(never), 0);
    // 250 expected, with a standard deviation of 14.
    assert!((190..310).contains(&flipped(quarter)));
    assert!(refused(RandomHorizontalFlip::new(1.5)).contains("got 1.5"));
    assert!(refused(RandomVerticalFlip::new(f64::NAN)).contains("got NaN"));
}

#[test]
fn crops_are_windows() {
    let x = counting(&[1, 4, 4]);
    assert_eq!(
        floats(&apply(CenterCrop::new((2, 2)), &x, 0)),
        [5.0, 6.0, 9.0, 10.0]
    );
    let mut corners = std::collections::BTreeSet::new();
    for place in 0..200 {
        let window = floats(&apply(RandomCrop::new((2, 3)), &x, place));
        let corner = window[0];
        let expected = [0.0, 1.0, 2.0, 4.0, 5.0, 6.0].map(|step| corner + step);
        assert_eq!(window, expected);
        corners.insert(corner as u32);
    }
    assert_eq!(corners.into_iter().collect::<Vec<_>>(), [0, 1, 4, 5, 8, 9]);

    let before = floats(&x);
    let padded = RandomCrop::new((6, 6)).padding(1).fill(-1.0);
    let whole = floats(&apply(padded, &x, 0));
    assert_eq!(whole[..6], [-1.0; 6]);
    assert_eq!(whole[6..12], [-1.0, 0.0, 1.0, 2.0, 3.0, -1.0]);
    assert_eq!(whole[30..], [-1.0; 6]);
    assert_eq!(floats(&x), before, "the sample itself is left alone");

    let rng = &mut keyed(0, 0, 0);
    let text = refused(RandomCrop::new((5, 4)).apply(&x, rng));
    assert!(
        text.contains("a window of 5 × 4 does not fit into an image of 4 × 4"),
        "{text}"
    );
    assert!(
        RandomCrop::new((4, 4))
            .padding(usize::MAX)
            .apply(&x, rng)
            .is_err()
    );
    assert!(refused(CenterCrop::new((1, 1)).apply(&counting(&[2, 2]), rng)).contains("got [2, 2]"));
}

#[test]
fn augmented_batches_do_not_depend_on_workers() {
    let epochs = |workers| -> Vec<Vec<f32>> {
        let augment = Compose::new()
            .then(RandomCrop::new((4, 4)).padding(2))
            .then(RandomHorizontalFlip::new(0.5).unwrap())
            .then(|x: &Tensor, rng: &mut Rng| x.mul(rng.uniform_f64()));
        let images = TensorDataset::new((counting(&[20, 1, 4, 4]),)).unwrap();
        let images = images.map(move |(x,), rng| augment.apply(&x, rng));
        let loader = DataLoader::builder(images)
            .batch_size(3)
            .shuffle(true)
            .seed(4)
            .num_workers(workers)
            .build()
            .unwrap();
        (0..2)
            .flat_map(|_| loader.iter())
            .map(|batch| floats(&batch.unwrap()))
            .collect()
    };
    let alone = epochs(0);
    assert_eq!(alone.len(), 14);
    assert_eq!(epochs(1), alone);
    assert_eq!(epochs(3), alone);
}

#[test]
fn digits_are_tensors() {
    let digits = Digits::load().unwrap();
    let images = digits.images().unwrap();
    assert_eq!(
        (images.dims(), images.dtype()),
        (&[1797, 1, 8, 8][..], DType::F32)
    );
    let pixels = floats(&images);
    assert_eq!(pixels[2..5], [5.0 / 16.0, 13.0 / 16.0, 9.0 / 16.0]);
    assert_eq!(pixels.iter().copied().fold(0.0, f32::max), 1.0);
    assert_eq!(ints(&digits.labels().unwrap())[..4], [0, 1, 2, 3]);
    assert_eq!(digits.dataset().unwrap().len(), Digits::COUNT);
}

#[test]
fn mnist_files_are_tensors() {
    let folder = std::env::temp_dir().join(format!("neurarust-mnist-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (images, labels) = (folder.join("images"), folder.join("labels"));
    let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    std::fs::write(&images, [&header[..], &[0, 51, 102, 255]].concat()).unwrap();
    std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 2, 9, 4]).unwrap();
    let mnist = Mnist::open_files(&images, &labels).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let (x, y) = (mnist.images().unwrap(), mnist.labels().unwrap());
    assert_eq!(x.dims(), [2, 1, 1, 2]);
    assert_eq!(floats(&x), [0.0, 0.2, 0.4, 1.0]);
    assert_eq!(ints(&y), [9, 4]);
}

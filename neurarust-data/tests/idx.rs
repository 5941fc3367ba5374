//! IDX files and MNIST folders: good ones are read, every kind of bad one is named.

use flate2::{Compression, write::GzEncoder};
use neurarust_data::datasets::{Idx, IdxData, Mnist, Split};
use proptest::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn idx(code: u8, shape: &[u32], body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|n| n.to_be_bytes()));
    bytes.extend(body);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn error(bytes: &[u8]) -> String {
    Idx::parse(bytes, "x.idx").unwrap_err().to_string()
}

/// A folder of this test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path =
            std::env::temp_dir().join(format!("neurarust-idx-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_type_is_big_endian() {
    let read = |code, body: &[u8]| {
        let plain = idx(code, &[2], body);
        let from_gzip = Idx::parse(&gzip(&plain), "x").unwrap();
        let idx = Idx::parse(&plain, "x").unwrap();
        assert_eq!(idx, from_gzip);
        assert_eq!(idx.shape(), [2]);
        idx.into_parts().1
    };
    assert_eq!(read(0x08, &[1, 255]), IdxData::U8(vec![1, 255]));
    assert_eq!(read(0x09, &[1, 255]), IdxData::I8(vec![1, -1]));
    assert_eq!(read(0x0b, &[1, 0, 255, 254]), IdxData::I16(vec![256, -2]));
    let body = [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(read(0x0c, &body), IdxData::I32(vec![65536, -1]));
    let body = [1.5f32.to_be_bytes(), (-2f32).to_be_bytes()].concat();
    assert_eq!(read(0x0d, &body), IdxData::F32(vec![1.5, -2.0]));
    let body = [1.5f64.to_be_bytes(), (-2f64).to_be_bytes()].concat();
    assert_eq!(read(0x0e, &body), IdxData::F64(vec![1.5, -2.0]));
}

#[test]
fn empty_and_scalar_arrays_are_arrays() {
    let empty = Idx::parse(&idx(8, &[0, 28, 28], &[]), "x").unwrap();
    assert_eq!(empty.shape(), [0, 28, 28]);
    assert_eq!(empty.data(), &IdxData::U8(vec![]));
    let scalar = Idx::parse(&idx(8, &[], &[7]), "x").unwrap();
    assert_eq!(scalar.data(), &IdxData::U8(vec![7]));
}

#[test]
fn what_is_wrong_is_named() {
    let text = error(b"<html>404</html>");
    assert!(
        text.contains("x.idx: expected an IDX file, which starts with the bytes 00 00, got 3c 68"),
        "{text}"
    );
    let text = error(&idx(7, &[1], &[0]));
    assert!(
        text.contains("type code") && text.contains("got 07"),
        "{text}"
    );
    let text = error(&[]);
    assert!(
        text.contains("magic number") && text.contains("the end of the file"),
        "{text}"
    );
    let text = error(&[0, 0, 8, 3, 0, 0]);
    assert!(
        text.contains("3 dimensions of 4 bytes, got the end of the file"),
        "{text}"
    );
    let text = error(&idx(8, &[2, 3], &[0; 5]));
    assert!(
        text.contains("expected 6 bytes after the header, for shape [2, 3], got 5 bytes"),
        "{text}"
    );
    let text = error(&idx(8, &[2, 3], &[0; 7]));
    assert!(text.contains("got 7 bytes"), "{text}");
    let text = error(&idx(8, &[u32::MAX; 4], &[0; 7]));
    assert!(
        text.contains("an array that fits this machine's memory"),
        "{text}"
    );
    let text = error(&idx(8, &[u32::MAX], &[0; 7]));
    assert!(text.contains("expected 4294967295 bytes"), "{text}");
}

#[test]
fn lying_and_broken_gzip_files_are_named() {
    let good = idx(8, &[2, 3], &[1, 2, 3, 4, 5, 6]);
    let text = error(&gzip(&idx(8, &[1 << 30], &[0; 7])));
    assert!(
        text.contains("compressed bytes can hold, got a header of shape [1073741824]"),
        "{text}"
    );
    let text = error(&gzip(&idx(8, &[100], &[0; 7])));
    assert!(
        text.contains("expected 100 bytes after the header, got the end of the data after 7"),
        "{text}"
    );
    // A bomb: a million zeros behind a header that declares six.
    let text = error(&gzip(&idx(8, &[2, 3], &vec![0; 1 << 20])));
    assert!(
        text.contains("the end after 6 bytes of contents, got more data"),
        "{text}"
    );
    let whole = gzip(&good);
    for end in 2..whole.len() {
        let text = error(&whole[..end]);
        assert!(
            text.contains("got the end of the") || text.contains("gzip"),
            "{end}: {text}"
        );
    }
    let mut flipped = whole.clone();
    let checksum = whole.len() - 8;
    flipped[checksum] ^= 1;
    assert!(
        error(&flipped).contains("intact gzip data"),
        "{}",
        error(&flipped)
    );
}

#[test]
fn the_limit_is_an_argument() {
    let folder = Folder::new("limit");
    let path = folder.write("x", &gzip(&idx(8, &[1000], &[1; 1000])));
    assert!(Idx::open_limited(&path, 1000).is_ok());
    let text = Idx::open_limited(&path, 999).unwrap_err().to_string();
    assert!(text.contains("at most 999 bytes (the limit)"), "{text}");
}

#[test]
fn folders_and_missing_files_are_no_idx_files() {
    let folder = Folder::new("nofile");
    let text = Idx::open(&folder).unwrap_err().to_string();
    assert!(
        text.contains("expected a regular file, got a folder"),
        "{text}"
    );
    let text = Idx::open(folder.0.join("none")).unwrap_err().to_string();
    assert!(text.contains("none"), "{text}");
}

fn small_mnist(count: u32) -> (Vec<u8>, Vec<u8>) {
    let pixels: Vec<u8> = (0..count * 6).map(|i| i as u8).collect();
    let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
    (idx(8, &[count, 2, 3], &pixels), idx(8, &[count], &labels))
}

#[test]
fn mnist_is_found_under_all_its_names() {
    let (images, labels) = small_mnist(12);
    for (separator, extension) in [("-", ""), ("-", ".gz"), (".", ""), (".", ".gz")] {
        for inside in ["", "MNIST/raw/"] {
            let folder = Folder::new("names");
            let pack = |bytes: &[u8]| {
                if extension.is_empty() {
                    bytes.to_vec()
                } else {
                    gzip(bytes)
                }
            };
            folder.write(
                &format!("{inside}train-images{separator}idx3-ubyte{extension}"),
                &pack(&images),
            );
            folder.write(
                &format!("{inside}train-labels{separator}idx1-ubyte{extension}"),
                &pack(&labels),
            );
            let mnist = Mnist::open(&folder, Split::Train).unwrap();
            assert_eq!((mnist.len(), mnist.image_size()), (12, (2, 3)));
            assert_eq!(mnist.pixel_bytes()[6..12], [6, 7, 8, 9, 10, 11]);
            assert_eq!(mnist.label_bytes()[9..], [9, 0, 1]);
            let text = Mnist::open(&folder, Split::Test).unwrap_err().to_string();
            assert!(
                text.contains("t10k-images-idx3-ubyte, t10k-images-idx3-ubyte.gz"),
                "{text}"
            );
        }
    }
}

#[test]
fn the_name_does_not_decide_whether_a_file_is_compressed() {
    let folder = Folder::new("misnamed");
    let (images, labels) = small_mnist(3);
    folder.write("t10k-images-idx3-ubyte", &gzip(&images));
    folder.write("t10k-labels-idx1-ubyte.gz", &labels);
    assert_eq!(Mnist::open(&folder, Split::Test).unwrap().len(), 3);
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let folder = Folder::new("apart");
    let (images, labels) = small_mnist(3);
    let image_path = folder.write("images", &images);
    let label_path = folder.write("labels", &labels);
    let refuse =
        |images: &Path, labels: &Path| Mnist::open_files(images, labels).unwrap_err().to_string();

    let four = folder.write("four", &small_mnist(4).1);
    let text = refuse(&image_path, &four);
    assert!(
        text.contains("four") && text.contains("the 3 images of"),
        "{text}"
    );
    assert!(text.contains("shape [4]"), "{text}");
    let text = refuse(&label_path, &image_path);
    assert!(
        text.contains("(count, rows, columns), got shape [3]"),
        "{text}"
    );
    let text = refuse(&image_path, &image_path);
    assert!(text.contains("one label for each"), "{text}");
    let floats = folder.write("floats", &idx(0x0d, &[1], &[0; 4]));
    assert!(refuse(&floats, &label_path).contains("unsigned bytes"));
    assert!(refuse(&image_path, &floats).contains("unsigned bytes"));
    let ten = folder.write("ten", &idx(8, &[3], &[0, 10, 1]));
    let text = refuse(&image_path, &ten);
    assert!(
        text.contains("labels below 10, got 10 at index 1"),
        "{text}"
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Idx::parse(&bytes, "x");
        let _ = Idx::parse(&gzip(&bytes), "x");
    }

    /// What starts like an IDX file gets further into the reader.
    #[test]
    fn arbitrary_headers_never_panic(
        code in prop::sample::select(vec![8u8, 9, 11, 12, 13, 14]),
        shape in prop::collection::vec(prop_oneof![0u32..5, any::<u32>()], 0..5),
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let bytes = idx(code, &shape, &body);
        let plain = Idx::parse(&bytes, "x");
        let inflated = Idx::parse(&gzip(&bytes), "x");
        prop_assert_eq!(plain.is_ok(), inflated.is_ok());
        if let Ok(array) = plain {
            prop_assert_eq!(array.shape(), shape.iter().map(|&n| n as usize).collect::<Vec<_>>());
        }
    }

    /// A damaged gzip file is an error or, where the damage is harmless, the same array.
    #[test]
    fn damaged_gzip_is_never_another_array(at in 0usize..10_000, bit in 0u8..8) {
        let plain = idx(8, &[10, 10], &(0..100).collect::<Vec<u8>>());
        let mut packed = gzip(&plain);
        let at = at % packed.len();
        packed[at] ^= 1 << bit;
        if let Ok(array) = Idx::parse(&packed, "x") {
            prop_assert_eq!(array, Idx::parse(&plain, "x").unwrap());
        }
    }

    #[test]
    fn written_arrays_are_read_back(
        shape in prop::collection::vec(0u32..6, 0..4),
        seed in any::<u8>(),
        packed in any::<bool>(),
    ) {
        let count = shape.iter().product::<u32>();
        let body: Vec<u8> = (0..count).map(|i| (i as u8).wrapping_mul(37).wrapping_add(seed)).collect();
        let mut bytes = idx(8, &shape, &body);
        if packed {
            bytes = gzip(&bytes);
        }
        let array = Idx::parse(&bytes, "x").unwrap();
        prop_assert_eq!(array.data(), &IdxData::U8(body));
    }
}

//! Files in and out: round trips, files of other writers, wrong files, crashes while saving.

mod atomic;
mod fixtures;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod safetensors;

use neurarust_core::{DType, ErrorKind, Result, Tensor};
use std::path::PathBuf;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("neurarust-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The same type, sizes and elements (every value of every dtype used here is exact in `f64`).
#[track_caller]
fn assert_same(a: &Tensor, b: &Tensor) {
    let values = |t: &Tensor| t.to_dtype(DType::F64).unwrap().to_vec::<f64>().unwrap();
    assert_eq!((a.dtype(), a.dims()), (b.dtype(), b.dims()));
    assert_eq!(values(a), values(b));
}

#[track_caller]
fn refused<T>(result: Result<T>, kind: ErrorKind, words: &[&str]) {
    let error = result.err().expect("an error");
    assert_eq!(error.kind(), kind, "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "{word:?} in {error}");
    }
    assert!(
        error.location().file().contains("tests"),
        "the user's line: {error}"
    );
}

/// Tensors of every dtype and of every way to lie in memory.
fn zoo() -> Vec<(String, Tensor)> {
    let mut out = Vec::new();
    for dtype in DType::REAL {
        let base = Tensor::arange(0..24).unwrap().to_dtype(dtype).unwrap();
        let base = base.reshape([2, 3, 4]).unwrap();
        let views = [
            ("dense", base.clone()),
            ("permuted", base.permute(&[2, 0, 1]).unwrap()),
            ("part", base.narrow(2, 1, 2).unwrap()),
            ("flipped", base.flip(&[1]).unwrap()),
            (
                "expanded",
                base.narrow(0, 0, 1).unwrap().expand([5, 3, 4]).unwrap(),
            ),
            (
                "scalar",
                base.narrow(0, 1, 1)
                    .unwrap()
                    .narrow(1, 2, 1)
                    .unwrap()
                    .narrow(2, 3, 1)
                    .unwrap()
                    .reshape([0i64; 0])
                    .unwrap(),
            ),
            ("empty", base.narrow(1, 0, 0).unwrap()),
        ];
        out.extend(views.map(|(name, t)| (format!("{dtype}.{name}"), t)));
    }
    out
}

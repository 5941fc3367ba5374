//! `.npz`.

use super::{Folder, assert_same, fixtures, refused, zoo};
use neurarust_core::io::{Compression, NpzLimits};
use neurarust_core::{DType, ErrorKind, Tensor, io};

#[test]
fn everything_comes_back_in_order() {
    let folder = Folder::new("npz");
    let path = folder.file("zoo.npz");
    let mut zoo = zoo();
    zoo.retain(|(_, t)| t.dtype() != DType::BF16);
    for compression in [Compression::None, Compression::Deflate] {
        io::save_npz(&path, zoo.clone(), compression).unwrap();
        let loaded = io::load_npz(&path).unwrap();
        assert_eq!(loaded.tensors.len(), zoo.len());
        for ((name, a), (loaded, b)) in zoo.iter().zip(&loaded.tensors) {
            assert_eq!(name, loaded);
            assert_same(a, b);
        }
        let bytes = io::npz_to_bytes(zoo.clone(), compression).unwrap();
        assert_eq!(bytes, std::fs::read(&path).unwrap());
    }
    io::save(&path, [("a", Tensor::zeros([3]).unwrap())]).unwrap();
    assert_eq!(io::load(&path).unwrap().get("a").unwrap().dims(), [3]);
    assert_eq!(folder.names(), ["zoo.npz"]);
}

#[test]
fn files_of_numpy() {
    let stored = io::npz_from_bytes(fixtures::STORED_NPZ, NpzLimits::default()).unwrap();
    assert_eq!(stored.get("x").unwrap().to_vec::<i32>().unwrap(), [0, 1, 2]);
    assert_eq!(stored.get("y").unwrap().to_vec::<bool>().unwrap(), [true]);
    let deflated = io::npz_from_bytes(fixtures::DEFLATED_NPZ, NpzLimits::default()).unwrap();
    assert_eq!(
        deflated.get("x").unwrap().to_vec::<i32>().unwrap(),
        [0, 1, 2]
    );
    assert_same(
        deflated.get("z").unwrap(),
        &Tensor::zeros([20, 20]).unwrap(),
    );
}

#[test]
fn limits_hold() {
    let zeros = Tensor::zeros([1 << 20]).unwrap();
    let packed = io::npz_to_bytes([("z", &zeros)], Compression::Deflate).unwrap();
    assert!(packed.len() < 8 << 10);
    assert!(io::npz_from_bytes(&packed, NpzLimits::default()).is_ok());
    let limits = NpzLimits {
        inflated_bytes: 1 << 20,
        ..NpzLimits::default()
    };
    refused(
        io::npz_from_bytes(&packed, limits),
        ErrorKind::Format,
        &["\"z.npy\"", "limit"],
    );
    // Members that aren't compressed are as long as they are.
    let stored = io::npz_to_bytes([("z", &zeros)], Compression::None).unwrap();
    assert!(io::npz_from_bytes(&stored, limits).is_ok());
    let limits = NpzLimits {
        members: 1,
        ..NpzLimits::default()
    };
    refused(
        io::npz_from_bytes(fixtures::STORED_NPZ, limits),
        ErrorKind::Format,
        &["2 members", "limit is 1"],
    );
}

#[test]
fn damage_is_found() {
    for file in [fixtures::STORED_NPZ, fixtures::DEFLATED_NPZ] {
        for n in 0..file.len() {
            assert!(
                io::npz_from_bytes(&file[..n], NpzLimits::default()).is_err(),
                "{n}"
            );
        }
    }
    // One bit of an element: only the checksum knows.
    let mut flipped = fixtures::STORED_NPZ.to_vec();
    let at = flipped
        .windows(8)
        .position(|w| w == [0, 0, 0, 0, 1, 0, 0, 0])
        .unwrap();
    flipped[at + 4] ^= 2;
    refused(
        io::npz_from_bytes(&flipped, NpzLimits::default()),
        ErrorKind::Format,
        &["\"x.npy\"", "hecksum"],
    );
    refused(
        io::npz_from_bytes(b"no archive", NpzLimits::default()),
        ErrorKind::Format,
        &["archive"],
    );
    let x = Tensor::zeros([2]).unwrap();
    refused(
        io::npz_to_bytes([("a", &x), ("a", &x)], Compression::None),
        ErrorKind::Value,
        &["\"a\""],
    );
}

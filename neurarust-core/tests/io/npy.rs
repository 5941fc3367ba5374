//! `.npy`.

use super::{Folder, assert_same, fixtures, refused, zoo};
use neurarust_core::{DType, ErrorKind, Tensor, f16, io};

#[test]
fn everything_comes_back() {
    let folder = Folder::new("npy");
    let path = folder.file("x.npy");
    for (name, tensor) in zoo() {
        if tensor.dtype() == DType::BF16 {
            refused(
                io::save_npy(&path, &tensor),
                ErrorKind::Unsupported,
                &["bfloat16", "float32"],
            );
            continue;
        }
        io::save_npy(&path, &tensor).unwrap();
        assert_same(&tensor, &io::load_npy(&path).unwrap());
        assert_eq!(
            io::npy_to_bytes(&tensor).unwrap(),
            std::fs::read(&path).unwrap(),
            "{name}"
        );
    }
    assert_eq!(folder.names(), ["x.npy"]);
}

#[test]
fn we_write_what_numpy_writes() {
    let x = Tensor::new([[1.5f32, -2.0, 3.0], [4.0, 5.0, 6.25]]).unwrap();
    assert_eq!(io::npy_to_bytes(&x).unwrap(), fixtures::C_F4);
    assert_eq!(
        io::npy_to_bytes(&Tensor::new(3.25f64).unwrap()).unwrap(),
        fixtures::SCALAR_F8
    );
    assert_eq!(
        io::npy_to_bytes(&Tensor::zeros(([0, 3], DType::F16)).unwrap()).unwrap(),
        fixtures::EMPTY_F2
    );
}

#[test]
fn files_of_numpy() {
    let read = |bytes| io::npy_from_bytes(bytes).unwrap();
    let x = read(fixtures::C_F4);
    assert_eq!(
        (x.dims(), x.to_vec::<f32>().unwrap()),
        (&[2, 3][..], vec![1.5, -2.0, 3.0, 4.0, 5.0, 6.25])
    );
    let x = read(fixtures::FORTRAN_BIG_I2);
    assert_eq!((x.dims(), x.strides()), (&[2, 3][..], &[1, 2][..]));
    assert_eq!(x.to_vec::<i16>().unwrap(), [1, -2, 300, 4, 5, -6]);
    assert_eq!(
        read(fixtures::V2_BOOL).to_vec::<bool>().unwrap(),
        [true, false, true]
    );
    assert_eq!(read(fixtures::SCALAR_F8).item::<f64>().unwrap(), 3.25);
    let x = read(fixtures::EMPTY_F2);
    assert_eq!(
        (x.dims(), x.to_vec::<f16>().unwrap()),
        (&[0, 3][..], vec![])
    );
    assert_eq!(read(fixtures::U4).to_vec::<i64>().unwrap(), [4294967295, 7]);
    refused(
        io::npy_from_bytes(fixtures::U8_LARGE),
        ErrorKind::Unsupported,
        &["element 1", "9223372036854775808"],
    );
    assert_eq!(read(fixtures::COMPLEX).dtype(), DType::C64);
}

fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let mut out = b"\x93NUMPY\x01\0".to_vec();
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(data);
    out
}

#[test]
fn lies_are_named() {
    use ErrorKind::{Format, Unsupported};
    let shaped = |descr: &str, shape: &str| {
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")
    };
    let read = |header: &str, data: &[u8]| io::npy_from_bytes(&file(header, data));
    assert_eq!(
        read(&shaped("<u2", "(2,)"), &[1, 0, 255, 255])
            .unwrap()
            .to_vec::<i32>()
            .unwrap(),
        [1, 65535]
    );
    assert_eq!(
        read(&shaped(">u8", "(1,)"), &[0, 0, 0, 0, 0, 0, 0, 9])
            .unwrap()
            .to_vec::<i64>()
            .unwrap(),
        [9]
    );
    refused(
        read(&shaped("<f4", "(2,)"), &[0; 7]),
        Format,
        &["[2]", "8 bytes", "7 follow"],
    );
    refused(
        read(&shaped("<f4", "(2,)"), &[0; 9]),
        Format,
        &["8 bytes", "9 follow"],
    );
    refused(
        read(&shaped("<f4", "(1000000000000,)"), &[0; 9]),
        Format,
        &["4000000000000 bytes"],
    );
    refused(
        read(&shaped("<f4", "(4294967296, 4294967296, 0)"), &[]),
        Format,
        &["address"],
    );
    refused(
        read(&shaped("|b1", "(2,)"), &[1, 7]),
        Format,
        &["element 1", "is 7"],
    );
    refused(read(&shaped("|O", "(2,)"), &[1, 7]), Unsupported, &["|O"]);
    refused(
        read(&shaped("<f4", &format!("({})", "1,".repeat(65))), &[0; 4]),
        Format,
        &["65 dimensions"],
    );
    refused(read("{", &[]), Format, &["header"]);
    refused(
        io::npy_from_bytes(b"PK\x03\x04 a zip archive"),
        Format,
        &[".npy"],
    );
    refused(
        io::npy_from_bytes(b"\x93NUMPY\x09\0\0\0"),
        Unsupported,
        &["9.0"],
    );
    refused(
        io::npy_from_bytes(b"\x93NUMPY\x02\0\xff\xff\xff\xff"),
        Format,
        &["4294967295"],
    );
    for n in 0..fixtures::C_F4.len() {
        assert!(io::npy_from_bytes(&fixtures::C_F4[..n]).is_err(), "{n}");
    }
}

//! safetensors.

use super::{Folder, assert_same, fixtures, refused, zoo};
use neurarust_core::{DType, ErrorKind, Tensor, f16, io};

const NONE: [(&str, &str); 0] = [];

#[test]
fn everything_comes_back_in_order() {
    let folder = Folder::new("safetensors");
    let path = folder.file("zoo.safetensors");
    let zoo = zoo();
    io::save_safetensors(&path, zoo.clone(), [("b", "1"), ("a", "ü\n\"")]).unwrap();
    let loaded = io::load_safetensors(&path).unwrap();
    assert_eq!(loaded.metadata["a"], "ü\n\"");
    assert!(loaded.names().eq(zoo.iter().map(|(n, _)| n.as_str())));
    for ((name, a), (_, b)) in zoo.iter().zip(&loaded.tensors) {
        assert!(b.is_contiguous() && !b.is_requires_grad(), "{name}");
        assert_same(a, b);
    }
    let bytes = io::safetensors_to_bytes(zoo, [("a", "ü\n\""), ("b", "1")]).unwrap();
    assert_eq!(
        bytes,
        std::fs::read(&path).unwrap(),
        "the same input, the same bytes"
    );
    assert_eq!(folder.names(), ["zoo.safetensors"]);
}

#[test]
fn the_crate_reads_what_we_write() {
    let bytes = io::safetensors_to_bytes(zoo(), [("k", "v")]).unwrap();
    let theirs = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for (name, ours) in zoo() {
        let view = theirs.tensor(&name).unwrap();
        assert_eq!(view.shape(), ours.dims(), "{name}");
        assert_eq!(view.data().len(), ours.nbytes(), "{name}");
        if ours.dtype() == DType::I64 {
            let values: Vec<u8> = ours
                .to_vec::<i64>()
                .unwrap()
                .iter()
                .flat_map(|v| v.to_le_bytes())
                .collect();
            assert_eq!(view.data(), values, "{name}");
        }
    }
}

#[test]
fn a_file_of_the_python_package() {
    let loaded = io::safetensors_from_bytes(fixtures::SAFETENSORS).unwrap();
    let get = |name| loaded.get(name).unwrap();
    assert_eq!(loaded.metadata["format"], "np");
    assert_eq!(get("w").to_vec::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.5]);
    assert_eq!(get("w").dims(), [2, 2]);
    assert_eq!(get("mask").to_vec::<bool>().unwrap(), [true, false]);
    assert_eq!(get("ids").to_vec::<i64>().unwrap(), [7, -8]);
    assert_eq!(get("h").to_vec::<f16>().unwrap(), [f16::from_f32(0.5)]);
    assert_eq!(get("u").to_vec::<i32>().unwrap(), [65535]);
    assert_eq!(get("empty").dims(), [0, 4]);
    assert_eq!(get("scalar").item::<f64>().unwrap(), 2.0);
    assert_eq!(loaded.tensors.len(), 7);
}

fn file(header: &str, data: usize) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.resize(out.len() + data, 0);
    out
}

#[test]
fn lies_are_named() {
    use ErrorKind::Format;
    let entry = |name: &str, dtype: &str, shape: &str, begin: usize, end: usize| {
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{begin},{end}]}}"#)
    };
    let a = entry("a", "F32", "[2]", 0, 8);
    let cases = [
        (
            entry("x", "F32", "[3]", 0, 8),
            8,
            Format,
            vec!["\"x\"", "12 bytes", "span 8"],
        ),
        (
            entry("x", "F32", "[2]", 0, 8),
            7,
            Format,
            vec!["\"x\"", "7 bytes", "truncated"],
        ),
        (
            entry("x", "F32", "[2]", 0, 8),
            9,
            Format,
            vec!["8 bytes", "9 bytes"],
        ),
        (
            entry("x", "F32", "[2]", 4, 12),
            12,
            Format,
            vec!["\"x\"", "gap", "begin at 0"],
        ),
        (
            format!("{a},{}", entry("b", "F32", "[2]", 4, 12)),
            12,
            Format,
            vec!["\"b\"", "overlaps", "begin at 8"],
        ),
        (
            format!("{a},{}", entry("b", "F32", "[2]", 0, 8)),
            8,
            Format,
            vec!["overlaps"],
        ),
        (
            format!("{a},{}", entry("a", "F32", "[2]", 0, 8)),
            8,
            Format,
            vec!["\"a\"", "twice"],
        ),
        (
            entry("x", "F32", "[2]", 8, 0),
            8,
            Format,
            vec!["\"x\"", "end before they begin"],
        ),
        (
            entry("x", "F32", "[4294967296,4294967296,4]", 0, 8),
            8,
            Format,
            vec!["\"x\"", "address"],
        ),
        (entry("x", "F32", "[-2]", 0, 8), 8, Format, vec!["\"x\""]),
        (
            entry("x", "BOOM", "[2]", 0, 8),
            8,
            Format,
            vec!["\"x\"", "BOOM"],
        ),
        (
            r#""x":{"dtype":"F32","shape":[2]}"#.to_string(),
            8,
            Format,
            vec!["\"x\"", "data_offsets"],
        ),
        (
            r#""__metadata__":{"k":"1","k":"2"}"#.to_string(),
            0,
            Format,
            vec!["\"k\"", "twice"],
        ),
        (
            r#""__metadata__":{},"__metadata__":{}"#.to_string(),
            0,
            Format,
            vec!["twice"],
        ),
        (
            r#""__metadata__":{"k":1}"#.to_string(),
            0,
            Format,
            vec!["string"],
        ),
    ];
    for (body, data, kind, words) in cases {
        refused(
            io::safetensors_from_bytes(&file(&format!("{{{body}}}"), data)),
            kind,
            &words,
        );
    }
    refused(io::safetensors_from_bytes(b"abc"), Format, &["3 bytes"]);
    refused(
        io::safetensors_from_bytes(&[255; 64]),
        Format,
        &["claims", "56 follow"],
    );
    refused(
        io::safetensors_from_bytes(&file("[1]", 0)),
        Format,
        &["header"],
    );
    refused(
        io::safetensors_from_bytes(&file("", 0)),
        Format,
        &["header"],
    );
    let bad_bool = [
        file(&format!("{{{}}}", entry("m", "BOOL", "[2]", 0, 2)), 0),
        vec![1, 2],
    ]
    .concat();
    refused(
        io::safetensors_from_bytes(&bad_bool),
        Format,
        &["\"m\"", "element 1", "is 2"],
    );
    // An empty file of tensors is one.
    assert!(
        io::safetensors_from_bytes(&file("{}", 0))
            .unwrap()
            .tensors
            .is_empty()
    );
    assert!(
        io::safetensors_from_bytes(
            &io::safetensors_to_bytes::<&str, Tensor, _, _>([], NONE).unwrap()
        )
        .is_ok()
    );
}

#[test]
fn every_truncation_is_refused() {
    for n in 0..fixtures::SAFETENSORS.len() {
        assert!(
            io::safetensors_from_bytes(&fixtures::SAFETENSORS[..n]).is_err(),
            "{n}"
        );
    }
}

#[test]
fn what_cannot_be_saved_leaves_no_file() {
    let folder = Folder::new("safetensors-refused");
    let path = folder.file("x.safetensors");
    let x = Tensor::zeros([2]).unwrap();
    refused(
        io::save_safetensors(&path, [("a", &x), ("a", &x)], NONE),
        ErrorKind::Value,
        &["\"a\""],
    );
    refused(
        io::save_safetensors(&path, [("__metadata__", &x)], NONE),
        ErrorKind::Value,
        &["reserves"],
    );
    refused(
        io::save_safetensors(&path, [("a", &x)], [("k", "1"), ("k", "2")]),
        ErrorKind::Value,
        &["\"k\""],
    );
    refused(
        io::save(folder.file("x.pt"), [("a", &x)]),
        ErrorKind::Value,
        &["x.pt", ".safetensors"],
    );
    assert!(folder.names().is_empty());
    refused(
        io::load_safetensors(&path),
        ErrorKind::Io,
        &["x.safetensors"],
    );
    refused(io::load_safetensors(&folder.0), ErrorKind::Io, &["folder"]);
    refused(
        io::save_safetensors(&folder.0, [("a", &x)], NONE),
        ErrorKind::Io,
        &["folder"],
    );
    refused(
        io::save_safetensors(folder.file("no/x.safetensors"), [("a", &x)], NONE),
        ErrorKind::Io,
        &["no"],
    );
    io::save(&path, [("a", x)]).unwrap();
    assert_eq!(io::load(&path).unwrap().get("a").unwrap().dims(), [2]);
}

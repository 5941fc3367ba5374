//! Whatever bytes a file holds, reading it ends with tensors or an error, and takes no more memory than a small multiple
//! of its size. (One test: the counts are of the whole process.)

use neurarust_core::io::{self, NpzLimits};
use neurarust_core::storage::{memory_stats, reset_peak};
use neurarust_core::{DType, Tensor};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Buffers, tables of the inflater, an error text, the smallest blocks of the tensors' allocator.
const FIXED: usize = 512 << 10;
/// Bytes per byte of the file: a shape of single digits takes 2 each in the header and 8 (up to 16 while it grows) in memory.
const FACTOR: usize = 24;
/// Limit of the archives here, so that an honest but tight one doesn't count as a bomb.
const INFLATED: u64 = 64 << 10;

fn read_all(bytes: &[u8]) {
    let before = (MEMORY.current_usage(), memory_stats().live_bytes);
    MEMORY.reset_peak_usage();
    reset_peak();
    let limits = NpzLimits {
        inflated_bytes: INFLATED,
        ..NpzLimits::default()
    };
    drop(io::safetensors_from_bytes(bytes));
    drop(io::npy_from_bytes(bytes));
    drop(io::npz_from_bytes(bytes, limits));
    let heap = MEMORY.peak_usage().saturating_sub(before.0);
    let tensors = memory_stats().peak_bytes.saturating_sub(before.1);
    let allowed = FIXED + FACTOR * bytes.len() + 3 * INFLATED as usize;
    assert!(
        heap <= allowed && tensors <= allowed,
        "{heap} and {tensors} bytes for a file of {}",
        bytes.len()
    );
}

/// Honest files of a few tensors.
fn honest() -> Vec<Vec<u8>> {
    let x = Tensor::arange(0..24).unwrap().reshape([2, 3, 4]).unwrap();
    let tensors = || {
        [DType::Bool, DType::F32, DType::I16, DType::F64]
            .map(|d| (d.name(), x.to_dtype(d).unwrap()))
    };
    let mut files = vec![io::safetensors_to_bytes(tensors(), [("epoch", "3")]).unwrap()];
    files.extend(tensors().map(|(_, t)| io::npy_to_bytes(&t).unwrap()));
    for compression in [io::Compression::None, io::Compression::Deflate] {
        files.push(io::npz_to_bytes(tensors(), compression).unwrap());
    }
    files
}

/// A change of an honest file.
#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Flip(u8),
    Insert(Vec<u8>),
    Cut(usize),
    End,
    Digit(u8),
    Word(u64),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u8>().prop_map(Change::Set),
        (0..8u8).prop_map(|bit| Change::Flip(1 << bit)),
        prop::collection::vec(any::<u8>(), 1..20).prop_map(Change::Insert),
        (1..40usize).prop_map(Change::Cut),
        Just(Change::End),
        (b'0'..=b'9').prop_map(Change::Digit),
        prop_oneof![any::<u64>(), Just(u64::MAX), Just(1 << 40), Just(1 << 31)]
            .prop_map(Change::Word),
    ]
}

fn apply(bytes: &mut Vec<u8>, place: prop::sample::Index, change: Change) {
    if bytes.is_empty() {
        return;
    }
    let at = place.index(bytes.len());
    match change {
        Change::Set(b) => bytes[at] = b,
        Change::Flip(b) => bytes[at] ^= b,
        Change::Insert(new) => drop(bytes.splice(at..at, new)),
        Change::Cut(n) => drop(bytes.drain(at..(at + n).min(bytes.len()))),
        Change::End => bytes.truncate(at),
        // A number of the header becomes another one.
        Change::Digit(d) => {
            if let Some(i) = bytes[at..].iter().position(u8::is_ascii_digit) {
                bytes[at + i] = d;
            }
        }
        Change::Word(w) => {
            for (b, w) in bytes[at..].iter_mut().zip(w.to_le_bytes()) {
                *b = w;
            }
        }
    }
}

#[test]
fn no_bytes_crash_a_reader_or_make_it_reserve_memory() {
    let files = honest();
    files.iter().for_each(|file| read_all(file));
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        cases: 1500,
        ..Config::default()
    });
    let starts = prop::sample::select(vec![
        &b""[..],
        b"\x93NUMPY\x01\0",
        b"\x10\0\0\0\0\0\0\0{\"",
        b"PK\x03\x04",
    ]);
    runner
        .run(
            &(starts, prop::collection::vec(any::<u8>(), 0..300)),
            |(start, rest)| {
                read_all(&[start, &rest].concat());
                Ok(())
            },
        )
        .unwrap();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), change()), 1..6);
    runner
        .run(
            &(prop::sample::select(files), changes),
            |(mut file, changes)| {
                changes
                    .into_iter()
                    .for_each(|(place, change)| apply(&mut file, place, change));
                read_all(&file);
                Ok(())
            },
        )
        .unwrap();

    // A megabyte of header that says as much as JSON can in that space.
    for body in [
        "1,".repeat(1 << 19),
        "[".repeat(1 << 20),
        "\"a\":{},".repeat(1 << 17),
    ] {
        for text in [
            format!("{{\"x\":{{\"dtype\":\"F32\",\"shape\":[{body}"),
            format!("{{{body}"),
        ] {
            let mut file = (text.len() as u64).to_le_bytes().to_vec();
            file.extend(text.into_bytes());
            read_all(&file);
        }
    }
}

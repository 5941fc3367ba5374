//! Reading takes no more memory than a small multiple of what a file really holds. (One test: the count is of the
//! whole process.)

use flate2::{Compression, write::GzEncoder};
use neurarust_data::datasets::Idx;
use peak_alloc::PeakAlloc;
use std::io::Write;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The inflater's tables and window, a chunk to read into, an error text.
const FIXED: usize = 256 * 1024;

fn peak_of<T>(action: impl FnOnce() -> T) -> (usize, T) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = action();
    (MEMORY.peak_usage() - before, result)
}

fn header(shape: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|n| n.to_be_bytes()));
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn memory_follows_the_file_not_its_claims() {
    // Headers that promise from a megabyte to four gigabytes and deliver 64 bytes.
    for promised in (20..32).map(|bits| (1u64 << bits) as u32) {
        let mut lie = header(&[promised]);
        lie.extend([0; 64]);
        for bytes in [lie.clone(), gzip(&lie)] {
            let (peak, result) = peak_of(|| Idx::parse(&bytes, "lie"));
            assert!(result.is_err());
            assert!(peak <= FIXED + 16 * bytes.len(), "{promised}: {peak} bytes");
        }
    }

    // As much as a gzip file of this size may promise, and less than it delivers.
    let mut stuffed = header(&[30 << 20]);
    stuffed.extend(vec![0; 4 << 20]);
    let packed = gzip(&stuffed);
    let padded = [packed.clone(), vec![0; 30 << 10]].concat();
    let (peak, result) = peak_of(|| Idx::parse(&padded, "short"));
    assert!(result.is_err());
    assert!(peak <= FIXED + 3 * stuffed.len(), "{peak} bytes");

    // A bomb: 64 MiB behind a header that declares 64 bytes.
    let mut bomb = header(&[64]);
    bomb.extend(vec![0; 64 << 20]);
    let packed = gzip(&bomb);
    drop(bomb);
    let (peak, result) = peak_of(|| Idx::parse(&packed, "bomb"));
    assert!(result.unwrap_err().to_string().contains("more data"));
    assert!(peak <= FIXED, "{peak} bytes");

    // An honest file: its contents once, when they are stored plainly.
    let mut honest = header(&[1 << 20]);
    honest.extend(vec![7; 1 << 20]);
    let (peak, result) = peak_of(|| Idx::parse(&honest, "honest"));
    assert!(result.is_ok());
    assert!(peak <= FIXED + (1 << 20), "{peak} bytes");
}

use super::*;
use std::sync::Arc;

#[track_caller]
fn here() -> &'static Location<'static> {
    Location::caller()
}

#[test]
fn a_storage_is_one_aligned_pointer() {
    assert_eq!(size_of::<Option<Storage>>(), 8);
    for bytes in [0, 1, 63, 64, 65, 1000, 5000, 1 << 20, (1 << 22) + 3] {
        let s = Storage::new(bytes).unwrap();
        assert_eq!(s.bytes(), bytes);
        assert_eq!(s.as_ptr().addr() % ALIGNMENT, 0);
        assert!(s.padded() && !s.is_foreign() && s.is_unique());
        // The data, the rounding and the slack can be written.
        let room = bytes.next_multiple_of(64) + 64;
        unsafe { s.as_mut_ptr().write_bytes(0xab, room) };
        assert_eq!(unsafe { *s.as_ptr().add(room - 1) }, 0xab);
    }
}

#[test]
fn zeroed_is_zero_also_when_recycled() {
    for bytes in [4, 100, 4096, 70_000, 3 << 20] {
        let dirty = Storage::new(bytes).unwrap();
        unsafe { dirty.as_mut_ptr().write_bytes(0xff, bytes) };
        drop(dirty);
        let s = Storage::zeroed(bytes).unwrap();
        let data = unsafe { std::slice::from_raw_parts(s.as_ptr(), bytes) };
        assert!(data.iter().all(|&b| b == 0));
    }
}

#[test]
fn impossible_sizes_are_errors() {
    for bytes in [
        usize::MAX,
        isize::MAX as usize,
        isize::MAX as usize / 2,
        1 << 50,
    ] {
        assert_eq!(Storage::new(bytes).unwrap_err(), OutOfMemory { bytes });
    }
}

#[test]
fn clones_share_version_and_place() {
    let a = Storage::new(64).unwrap();
    let b = a.clone();
    assert_eq!((a.ref_count(), a.id()), (2, b.id()));
    assert_eq!((a.version(), a.last_write()), (0, None));
    let place = here();
    b.wrote(place);
    assert_eq!((a.version(), a.last_write()), (1, Some(place)));
    drop(b);
    assert!(a.is_unique());
    drop(a);
    let c = Storage::new(64).unwrap();
    assert_eq!((c.version(), c.last_write()), (0, None));
}

#[test]
fn foreign_memory_is_used_in_place_and_let_go() {
    let owner = Arc::new(vec![7u8; 10]);
    let ptr = owner.as_ptr().cast_mut();
    let s = unsafe { Storage::from_foreign(ptr, 10, Box::new(owner.clone())) }.unwrap();
    assert_eq!((s.as_ptr(), s.bytes()), (ptr.cast_const(), 10));
    assert!(s.is_foreign() && !s.padded());
    let t = s.clone();
    drop(s);
    assert_eq!(Arc::strong_count(&owner), 2);
    drop(t);
    assert_eq!(Arc::strong_count(&owner), 1);
    let own = Storage::new(10).unwrap();
    assert!(!own.is_foreign() && own.as_ptr() != ptr);
}

#[test]
fn readers_share_and_writers_do_not() {
    let s = Storage::new(64).unwrap();
    let t = Storage::new(64).unwrap();
    let guard = s.read_guard().unwrap();
    drop(Access::lock(&[&s, &s], &[]).unwrap());
    drop(Access::lock(&[&s], &[&t]).unwrap());
    assert_eq!(Access::lock(&[&t], &[&s]).err(), Some(Busy));
    // The refusal left nothing locked.
    drop(Access::lock(&[], &[&t]).unwrap());
    drop(guard);
    drop(Access::lock(&[&s, &t], &[&s, &s]).unwrap());
    drop(Access::lock(&[], &[&s, &t]).unwrap());
    let caught = std::panic::catch_unwind(|| {
        let _held = Access::lock(&[&t], &[&s]).unwrap();
        panic!("inside an op");
    });
    assert!(caught.is_err());
    drop(Access::lock(&[], &[&s, &t]).unwrap());
}

#[test]
fn ops_on_shared_storages_do_not_interleave_or_deadlock() {
    let a = Storage::zeroed(64).unwrap();
    let b = Storage::zeroed(64).unwrap();
    let rounds = if cfg!(miri) { 20 } else { 2000 };
    std::thread::scope(|scope| {
        for k in 0..4 {
            let (a, b) = if k % 2 == 0 { (&a, &b) } else { (&b, &a) };
            scope.spawn(move || {
                for _ in 0..rounds {
                    let held = Access::lock(&[a], &[b]).unwrap();
                    let x = b.as_mut_ptr().cast::<u64>();
                    unsafe {
                        std::hint::black_box(*a.as_ptr().cast::<u64>());
                        *x += 1;
                    }
                    drop(held);
                }
            });
        }
    });
    let count = |s: &Storage| unsafe { *s.as_ptr().cast::<u64>() };
    assert_eq!((count(&a), count(&b)), (2 * rounds, 2 * rounds));
}

#[test]
fn a_waiting_writer_gets_its_turn() {
    let s = Storage::zeroed(8).unwrap();
    std::thread::scope(|scope| {
        let held = Access::lock(&[&s], &[]).unwrap();
        let writer = scope.spawn(|| {
            drop(Access::lock(&[], &[&s]).unwrap());
        });
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!writer.is_finished());
        drop(held);
        writer.join().unwrap();
    });
}

#[test]
fn long_lists_with_repetitions_are_locked_once_each() {
    let storages: Vec<Storage> = (0..50).map(|_| Storage::new(8).unwrap()).collect();
    let twice: Vec<&Storage> = storages.iter().chain(&storages).collect();
    let half: Vec<&Storage> = twice[..25].to_vec();
    drop(Access::lock(&twice, &half).unwrap());
    let states = || {
        storages
            .iter()
            .map(|s| s.header().borrow.load(Ordering::Relaxed))
    };
    assert!(states().all(|state| state == 0));
    let access = Access::lock(&twice, &half).unwrap();
    assert!(states().take(25).all(|state| state == borrow::WRITER));
    assert!(states().skip(25).all(|state| state == 1));
    drop(access);
    let _lent = storages[40].read_guard().unwrap();
    assert_eq!(Access::lock(&half, &twice).err(), Some(Busy));
    assert_eq!(states().sum::<u32>(), 1);
}

//! A file under its final name is whole, whatever happens to its writer.

use super::{Folder, refused};
use neurarust_core::{ErrorKind, Tensor, io};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CHILD: &str = "NEURARUST_TEST_SAVE_TO";
const ELEMENTS: usize = 1 << 19;

/// No test of its own: the process that `a_killed_save_leaves_a_whole_file` kills.
#[test]
fn save_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    for i in 0.. {
        let x = Tensor::full([ELEMENTS], f64::from(i % 1000)).unwrap();
        io::save(&path, [("first", &x), ("second", &x)]).unwrap();
    }
}

#[test]
fn a_killed_save_leaves_a_whole_file() {
    let folder = Folder::new("kill");
    let path = folder.file("model.safetensors");
    let mut interrupted = 0;
    for round in 0..20u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "atomic::save_until_killed", "--test-threads=1"])
            .env(CHILD, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while folder.names().is_empty() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the child saves nothing"
            );
            std::thread::sleep(Duration::from_micros(100));
        }
        std::thread::sleep(Duration::from_micros(200 + round * 1700));
        child.kill().unwrap();
        child.wait().unwrap();
        for name in folder.names() {
            if name != "model.safetensors" {
                interrupted += 1;
                std::fs::remove_file(folder.file(&name)).unwrap();
            }
        }
        // The first save may not have got to its end.
        if path.exists() {
            let loaded = io::load(&path).unwrap();
            let values = |name| loaded.get(name).unwrap().to_vec::<f32>().unwrap();
            let first = values("first");
            assert_eq!(first.len(), ELEMENTS);
            assert!(first.iter().all(|v| *v == first[0]));
            assert_eq!(first, values("second"));
        }
    }
    // Else the kills all missed the saves, and nothing was shown.
    assert!(interrupted > 0);
}

#[test]
fn an_error_or_a_panic_keeps_the_old_file() {
    let folder = Folder::new("atomic");
    let path = folder.file("x");
    io::atomic::write(&path, |f| f.write_all(b"old")).unwrap();
    let failed = io::atomic::write(&path, |f| {
        f.write_all(&[1; 1 << 20])?;
        Err(std::io::Error::other("no more"))
    });
    refused(failed, ErrorKind::Io, &["no more", "x"]);
    let panicked = std::panic::catch_unwind(|| {
        io::atomic::write(&path, |f| {
            f.write_all(&[1; 1 << 20])?;
            panic!("in the middle")
        })
    });
    assert!(panicked.is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(folder.names(), ["x"]);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("links");
    let (file, link) = (folder.file("file"), folder.file("link"));
    std::fs::write(&file, b"old").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    io::atomic::write(&link, |f| f.write_all(b"new")).unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"new");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o640
    );
    refused(
        io::atomic::write("/dev/null", |_| Ok(())),
        ErrorKind::Io,
        &["device"],
    );
}

//! Files that appear whole or not at all: written under a temporary name beside the final one, flushed to the disk,
//! then renamed.
//!
//! A crash, a full disk or a panic in between leaves the old file as it was. After a crash (not after an error) the
//! temporary file, `.neurarust-….tmp`, stays behind.

use super::fault::{Fault, Parsed, report};
use crate::{ErrorKind, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Writes a file so that its name never stands for half of it: `write` fills a temporary file in the same folder, which
/// then takes the name. An existing file is replaced and its permissions are kept; a symbolic link is followed.
///
/// ```
/// use neurarust_core::io::atomic;
/// use std::io::Write;
/// let path = std::env::temp_dir().join(format!("notes-{}.txt", std::process::id()));
/// atomic::write(&path, |file| file.write_all(b"all of it"))?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"all of it");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Io`]: what `write` answers, a folder that can't be written to, a path that is no regular file.
/// What was there before is untouched then.
#[track_caller]
pub fn write(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<()> {
    let path = path.as_ref();
    let result = replace(path, |file| Ok(write(file)?));
    report("atomic::write", path.display(), result)
}

/// [`write`] for the writers of this folder.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Parsed<()>,
) -> Parsed<()> {
    // Renaming would replace a link, not what it leads to.
    let path = match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => fs::canonicalize(path)?,
        _ => path.to_path_buf(),
    };
    let existing = match fs::metadata(&path) {
        Ok(about) if about.is_file() => Some(about.permissions()),
        Ok(about) => {
            let found = if about.is_dir() {
                "a folder"
            } else {
                "a device, pipe or socket"
            };
            return Err(Fault::new(
                ErrorKind::Io,
                format!("expected the name of a regular file, found {found}"),
            ));
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e.into()),
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (mut temporary, file) = Temporary::create(folder)?;
    let mut file = BufWriter::with_capacity(256 << 10, file);
    write(&mut file)?;
    file.flush()?;
    let file = file.into_inner().map_err(|e| e.into_error())?;
    if let Some(permissions) = existing {
        file.set_permissions(permissions)?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary.path, &path)?;
    temporary.renamed = true;
    sync_folder(folder);
    Ok(())
}

/// The file beside the final one; removed when dropped, unless it got its name.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    fn create(folder: &Path) -> Parsed<(Temporary, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        const TRIES: u32 = 1000;
        let process = std::process::id();
        for _ in 0..TRIES {
            let n = COUNT.fetch_add(1, Relaxed);
            let path = folder.join(format!(".neurarust-{process}-{n}.tmp"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let renamed = false;
                    return Ok((Temporary { path, renamed }, file));
                }
                // Left by a killed process of the same number.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(e) => {
                    let about = format!("no temporary file in the folder {}", folder.display());
                    return Err(Fault::from(e).about(about));
                }
            }
        }
        Err(Fault::new(
            ErrorKind::Io,
            format!(
                "the folder {} is full of temporary files of killed processes; remove .neurarust-*.tmp",
                folder.display()
            ),
        ))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // Nothing is left to tell if this fails too: the first error is on its way.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes the rename itself last through a power cut, where the system can do that for folders. The file is whole either
/// way, so a refusal is no error.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|f| f.sync_all());
    }
}

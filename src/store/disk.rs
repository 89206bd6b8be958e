//! What a custodian's data ask of a disk: directories 0700 and files 0600, where the system has
//! modes, and names that are there to stay.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Makes a directory and those above it that are missing, readable by its owner alone. One that
/// was there before keeps its mode.
///
/// # Errors
/// If the disk refuses.
pub fn make_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Takes a directory away from everybody but its owner.
///
/// # Errors
/// If the disk refuses.
pub fn tighten_dir(path: &Path) -> io::Result<()> {
    set_mode(path, 0o700)
}

/// Takes a file away from everybody but its owner.
///
/// # Errors
/// If the disk refuses.
pub fn tighten_file(path: &Path) -> io::Result<()> {
    set_mode(path, 0o600)
}

/// The names in a directory are on the disk when this returns.
///
/// # Errors
/// If the disk refuses.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// Puts a file in place of the one before, readable by its owner alone: whoever looks sees the old
/// one or the new one. On the disk when this returns.
///
/// # Errors
/// If the disk refuses; the old one is still there then.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(dir)?;
    write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    tighten_file(file.path())?;
    file.persist(path).map_err(|error| error.error)?;
    sync_dir(dir)
}

/// Removes a file, a link or a folder with all that is in it.
///
/// # Errors
/// If it cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    // A link is a file, whatever it points to.
    if std::fs::symlink_metadata(path)?.is_dir() {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    }
}

/// What a directory holds under wanted names, in the order of the names; nothing if there is none.
///
/// # Errors
/// If it cannot be read.
pub fn entries(dir: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    let listed = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed?,
    };
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry?;
        if is_wanted(&entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

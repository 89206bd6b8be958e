//! The store is the custodian's alone: directories 0700, files 0600, where the system has modes.

use super::error::StoreError;
use std::path::Path;

/// Makes a directory and those above it that are missing, readable by its owner alone.
pub(super) fn make_private_dir(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(StoreError::io(path))
}

/// Takes a directory of the store away from everybody but its owner, if it was not so before.
pub(super) fn tighten_dir(path: &Path) -> Result<(), StoreError> {
    set_mode(path, 0o700)
}

/// Takes a file of the store away from everybody but its owner.
pub(super) fn tighten_file(path: &Path) -> Result<(), StoreError> {
    set_mode(path, 0o600)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, permissions).map_err(StoreError::io(path))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> Result<(), StoreError> {
    Ok(())
}

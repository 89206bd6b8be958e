//! The audit of a store: who did what to it, and when. One JSON object a line.
//!
//! ```text
//! <store>/audit.ndjson    readable by its owner alone; only ever appended to
//! ```
//!
//! A line is appended by one write, under a lock of the file where the disk has locks, so that
//! lines of programs that work at once do not mix. What a line says is `cli`'s; it carries no path
//! and no value of a record.

use super::disk::tighten_file;
use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Name of the file inside a store.
const NAME: &str = "audit.ndjson";

/// Appends a line, on the disk when this returns. `line` has no end of line.
///
/// # Errors
/// If the disk refuses.
pub fn append(store_dir: &Path, line: &str) -> io::Result<()> {
    let path = store_dir.join(NAME);
    let is_new = !path.exists();
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
    if is_new {
        tighten_file(&path)?;
    }
    // Without a lock the last line may be seen half written, and costs an empty line.
    let _ = file.lock();
    let gap = if ends_mid_line(&mut file)? { "\n" } else { "" };
    let bytes = format!("{gap}{line}\n");
    let written = file.write(bytes.as_bytes())?;
    if written < bytes.len() {
        return Err(io::Error::from(io::ErrorKind::WriteZero));
    }
    file.sync_data()
}

/// Whether a line broke off, as where the disk was full.
fn ends_mid_line(file: &mut std::fs::File) -> io::Result<bool> {
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    Ok(last != [b'\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_also_behind_one_that_broke_off() {
        let dir = tempfile::tempdir().expect("a directory");
        append(dir.path(), "{\"n\":1}").expect("disk");
        append(dir.path(), "{\"n\":2}").expect("disk");
        let path = dir.path().join(NAME);
        let text = || std::fs::read_to_string(&path).expect("text");
        assert_eq!(text(), "{\"n\":1}\n{\"n\":2}\n");
        std::fs::write(&path, "{\"n\":1}\n{\"n\"").expect("disk");
        append(dir.path(), "{\"n\":3}").expect("disk");
        assert_eq!(text(), "{\"n\":1}\n{\"n\"\n{\"n\":3}\n");
    }

    #[test]
    fn lines_of_many_writers_do_not_mix() {
        let dir = tempfile::tempdir().expect("a directory");
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let dir = dir.path();
                scope.spawn(move || {
                    for n in 0..25 {
                        let line = format!("{writer}-{n}-{}", "x".repeat(300));
                        append(dir, &line).expect("disk");
                    }
                });
            }
        });
        let text = std::fs::read_to_string(dir.path().join(NAME)).expect("text");
        let mut lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.ends_with(&"x".repeat(300))));
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), 200);
    }
}

//! A source file: what it is called, what is known of its times, how it is opened.

use super::error::IngestError;
use super::lines::read_up_to;
use super::sheet::mapping::Mapping;
use super::sheet::parquet::MAGIC;
use super::sheet::reader::Bytes;
use crate::event::time::TimeBasis;
use crate::privacy::identifier::{Place, find};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to do with a file in which an identifier was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnIdentifier {
    /// The file is refused whole; the other files go on.
    RefuseFile,
    /// The record is rejected; the file goes on.
    RejectRecord,
}

/// Where the bytes of a source come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// A source to read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where its bytes come from.
    pub input: Input,
    /// What it is called in every output: its file name, or `file-N` where that name was refused.
    pub label: String,
    /// What its times are.
    pub basis: TimeBasis,
    /// What to do about an identifier.
    pub on_identifier: OnIdentifier,
    /// How its rows become events, if it is a sheet.
    pub mapping: Option<Arc<Mapping>>,
}

/// Endings of files of events.
pub const EVENT_ENDINGS: [&str; 6] =
    [".ndjson", ".jsonl", ".ndjson.gz", ".ndjson.zst", ".jsonl.gz", ".jsonl.zst"];

/// Endings of sheets, which need a mapping.
pub const SHEET_ENDINGS: [&str; 7] =
    [".csv", ".tsv", ".csv.gz", ".csv.zst", ".tsv.gz", ".tsv.zst", ".parquet"];

/// What a file holds, by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Events, one a line.
    Events,
    /// Rows, for a mapping.
    Sheet,
}

impl Content {
    /// `None` for an ending that is in neither list.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let has = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if has(&EVENT_ENDINGS) {
            Some(Self::Events)
        } else if has(&SHEET_ENDINGS) {
            Some(Self::Sheet)
        } else {
            None
        }
    }
}

/// A source without its label.
#[derive(Debug, Clone)]
pub struct Unlabelled {
    /// Where its bytes come from.
    pub input: Input,
    /// What its times are.
    pub basis: TimeBasis,
    /// What to do about an identifier.
    pub on_identifier: OnIdentifier,
    /// How its rows become events, if it is a sheet.
    pub mapping: Option<Arc<Mapping>>,
}

/// Puts sources into a stable order, drops repetitions and gives each its label. A sheet may be
/// read by several mappings.
#[must_use]
pub fn label(mut inputs: Vec<Unlabelled>) -> Vec<SourceFile> {
    let mut seen = BTreeSet::new();
    let mapping = |source: &Unlabelled| source.mapping.as_ref().map(|mapping| mapping.digest());
    inputs.retain(|source| seen.insert((source.input.clone(), mapping(source))));
    inputs.sort_by(|a, b| (&a.input, mapping(a)).cmp(&(&b.input, mapping(b))));
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    inputs
        .into_iter()
        .enumerate()
        .map(|(index, Unlabelled { input, basis, on_identifier, mapping })| {
            let name = match &input {
                Input::Stdin => "stdin".to_owned(),
                Input::File(path) => {
                    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
                }
            };
            let name = if find(&name, Place::File).is_some() || !is_printable(&name) {
                format!("file-{}", index + 1)
            } else {
                name
            };
            let times = used.entry(name.clone()).or_default();
            *times += 1;
            let label = if *times == 1 { name } else { format!("{name} ({times})") };
            SourceFile { input, label, basis, on_identifier, mapping }
        })
        .collect()
}

fn is_printable(name: &str) -> bool {
    !name.is_empty() && name.len() <= 128 && !name.chars().any(char::is_control)
}

impl SourceFile {
    /// BLAKE3 of the bytes. Standard input can be read only once: spool it first.
    ///
    /// # Errors
    /// [`IngestError::Unreadable`] if the file cannot be read to its end.
    pub fn digest(&self) -> Result<[u8; 32], IngestError> {
        let unreadable = |error| IngestError::Unreadable { label: self.label.clone(), error };
        let mut hasher = blake3::Hasher::new();
        let mut file = self.raw().map_err(&unreadable)?;
        let mut fill = |part: &mut Vec<u8>| {
            part.clear();
            read_up_to(&mut file, part, DIGESTED_AT_ONCE).map_err(&unreadable)
        };
        // While one part is digested, the next is read.
        let (mut part, mut next) = (Vec::new(), Vec::new());
        fill(&mut part)?;
        while !part.is_empty() {
            let (_, read) = rayon::join(|| hasher.update_rayon(&part), || fill(&mut next));
            read?;
            std::mem::swap(&mut part, &mut next);
        }
        Ok(*hasher.finalize().as_bytes())
    }

    /// Opens the source, unpacking gzip and zstd by what the bytes say.
    ///
    /// # Errors
    /// [`IngestError::Unreadable`] if it cannot be opened.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send>, IngestError> {
        let unreadable = |error| IngestError::Unreadable { label: self.label.clone(), error };
        unpack(self.raw().map_err(unreadable)?).map_err(unreadable)
    }

    /// Opens a sheet: Parquet or CSV, by what the bytes say.
    ///
    /// # Errors
    /// [`IngestError::Unreadable`] if it cannot be opened.
    pub fn open_sheet(&self) -> Result<Bytes, IngestError> {
        let unreadable = |error| IngestError::Unreadable { label: self.label.clone(), error };
        if let Input::File(path) = &self.input {
            let mut file = File::open(path).map_err(unreadable)?;
            let mut magic = [0; MAGIC.len()];
            if file.read_exact(&mut magic).is_ok() && magic == *MAGIC {
                return Ok(Bytes::Parquet(file));
            }
        }
        self.open().map(Bytes::Csv)
    }

    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.input {
            Input::File(path) => Box::new(File::open(path)?),
            Input::Stdin => Box::new(io::stdin()),
        })
    }
}

/// Bytes of a file that all cores digest together.
const DIGESTED_AT_ONCE: usize = 4 << 20;

/// Buffer between a file and the line reader, in bytes.
const BUFFER: usize = 1 << 18;

fn unpack(raw: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let mut raw = BufReader::with_capacity(BUFFER, raw);
    let head = raw.fill_buf()?;
    Ok(if head.starts_with(&[0x1F, 0x8B]) {
        Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(raw)))
    } else if head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        let decoder = zstd::stream::read::Decoder::with_buffer(raw)?;
        Box::new(BufReader::with_capacity(BUFFER, decoder))
    } else {
        Box::new(raw)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_stable_unique_and_carry_no_identifier() {
        let file = |path: &str| Unlabelled {
            input: Input::File(path.into()),
            basis: TimeBasis::Actual,
            on_identifier: OnIdentifier::RefuseFile,
            mapping: None,
        };
        let labels: Vec<String> = label(vec![
            file("b/x.ndjson"),
            file("a/x.ndjson"),
            file("c/jo@example.org.ndjson"),
            file("b/x.ndjson"),
        ])
        .into_iter()
        .map(|source| source.label)
        .collect();
        assert_eq!(labels, ["x.ndjson", "x.ndjson (2)", "file-3"]);
    }

    #[test]
    fn endings() {
        assert_eq!(Content::of(Path::new("a/b.NDJSON.gz")), Some(Content::Events));
        assert_eq!(Content::of(Path::new("a/b.csv")), Some(Content::Sheet));
        assert_eq!(Content::of(Path::new("a/b.xlsx")), None);
    }
}

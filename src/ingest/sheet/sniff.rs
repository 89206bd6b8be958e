//! How a file seems to be written, from its first bytes: encoding, delimiter, decimal character.

use super::csv;
use super::decode::{Decoder, Encoding};
use super::mapping::Dialect;
use super::parquet;
use super::reader::Bytes;
use std::collections::BTreeSet;
use std::io::{self, BufRead, Cursor, Read};

/// Bytes looked at.
const HEAD_BYTES: u64 = 1 << 18;

/// Delimiters looked for; of equals the first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The beginning of a sheet.
pub struct Head {
    /// How it seems to be written.
    pub dialect: Dialect,
    /// Character between whole and fraction.
    pub decimal: char,
    /// Headers.
    pub headers: Vec<String>,
    /// First rows, every cell of them.
    pub rows: Vec<Vec<String>>,
    /// Whether its columns have types of their own.
    pub is_parquet: bool,
}

/// Reads the beginning of a sheet.
///
/// # Errors
/// If it cannot be read.
pub fn head(bytes: Bytes, n_rows: usize) -> io::Result<Head> {
    let (dialect, mut rows, is_parquet) = match bytes {
        Bytes::Parquet(file) => {
            let dialect = dialect(Encoding::Utf8, b',');
            let rows = parquet::head(file, &dialect, n_rows)?;
            (dialect, rows, true)
        }
        Bytes::Csv(mut bytes) => {
            let head = first_bytes(&mut bytes)?;
            let encoding = encoding(&head);
            let dialect = dialect(encoding, delimiter(&head, encoding)?);
            let rows = csv::head(Box::new(Cursor::new(head)), &dialect, n_rows)?;
            (dialect, rows, false)
        }
    };
    let headers = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    // The last row may be cut short by the end of what was looked at.
    rows.retain(|row| row.len() == headers.len());
    let has_comma = |cell: &String| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        cell.split_once(',').is_some_and(|(whole, part)| digits(whole) && digits(part))
    };
    let is_comma = dialect.delimiter != b',' && rows.iter().flatten().any(has_comma);
    let decimal = if is_comma { ',' } else { '.' };
    Ok(Head { dialect, decimal, headers, rows, is_parquet })
}

fn first_bytes(bytes: &mut Box<dyn BufRead + Send>) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    bytes.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

fn encoding(head: &[u8]) -> Encoding {
    // Half of the bytes of Latin text in UTF-16 are nought, and none of any other.
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") || head.contains(&0) {
        return Encoding::Utf16;
    }
    match std::str::from_utf8(head) {
        // A character cut in two by the end of what was looked at is still one.
        Err(error) if error.error_len().is_some() => Encoding::Windows1252,
        _ => Encoding::Utf8,
    }
}

/// The delimiter that stands most often in the first line, outside quotes.
fn delimiter(head: &[u8], encoding: Encoding) -> io::Result<u8> {
    let mut text = Vec::new();
    Decoder::new(head, encoding).read_to_end(&mut text)?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let outside = || line.split(|byte| *byte == b'"').step_by(2).flatten();
    let count = |wanted: u8| outside().filter(|byte| **byte == wanted).count();
    let most = DELIMITERS.into_iter().rev().max_by_key(|wanted| count(*wanted));
    Ok(most.unwrap_or(b','))
}

fn dialect(encoding: Encoding, delimiter: u8) -> Dialect {
    Dialect { delimiter, encoding, header_row: 1, missing: BTreeSet::from([String::new()]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(bytes: &[u8]) -> Head {
        head(Bytes::Csv(Box::new(Cursor::new(bytes.to_vec()))), 10).expect("readable")
    }

    #[test]
    fn encodings_and_delimiters_are_told_apart() {
        let head = sniff(b"a,\"b;b;b\",c\n1,2,3\n");
        assert_eq!((head.dialect.delimiter, head.dialect.encoding), (b',', Encoding::Utf8));
        assert_eq!(head.headers, ["a", "b;b;b", "c"]);
        let head = sniff(b"Gr\xF6\xDFe;b\n1,5;2\n");
        assert_eq!((head.dialect.delimiter, head.dialect.encoding), (b';', Encoding::Windows1252));
        assert_eq!((head.headers[0].as_str(), head.decimal), ("Größe", ','));
        let utf_16: Vec<u8> = "a\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let head = sniff(&utf_16);
        assert_eq!((head.dialect.delimiter, head.dialect.encoding), (b'\t', Encoding::Utf16));
        assert_eq!(head.rows, [["1", "2"]]);
        let head = sniff(b"\xEF\xBB\xBFa,b\n1,2\n3");
        assert_eq!((head.headers, head.rows.len()), (vec!["a".to_owned(), "b".to_owned()], 1));
        assert!(sniff(b"").headers.is_empty());
    }
}

//! Texts in which no pattern can be, told by one look at their bytes.
//!
//! Nearly every id and pseudonym of a feed is such a text, so that millions of events cost no
//! pattern at all. A text that is called plain holds none; one that is not may still hold none.
//! A test compares the two on random texts.

/// Longest text that is not free text by its length alone.
pub(super) const LONGEST_CODE: usize = 80;

/// Shortest word that may be hexadecimal by mixing letters and digits.
const SHORTEST_HEX: usize = 4;

/// Whether a word of letters and digits is hexadecimal, so that its digits are no number.
pub(super) fn is_hex_word(word: &[u8]) -> bool {
    if word.len() < SHORTEST_HEX || !word.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let has_digit = word.iter().any(u8::is_ascii_digit);
    let has_letter = word.iter().any(u8::is_ascii_alphabetic);
    word.len() >= 32 || (has_digit && has_letter)
}

/// Words before a number that say whose or what it is.
const BEFORE_NUMBERS: [&[u8]; 24] = [
    b"mrn",
    b"medrec",
    b"record",
    b"patient",
    b"pat",
    b"chart",
    b"acct",
    b"account",
    b"ssn",
    b"dob",
    b"nhs",
    b"member",
    b"policy",
    b"imei",
    b"meid",
    b"udi",
    b"serial",
    b"device",
    b"licence",
    b"license",
    b"passport",
    b"dea",
    b"npi",
    b"vin",
];

/// Beginnings of words beside an age (years, yo), and of months.
const BESIDE_AGES: [&[u8]; 4] = [b"age", b"year", b"yr", b"yo"];
const MONTHS: [&[u8]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// Words with which an address of the web begins where no slash can follow.
const BEFORE_ADDRESSES: [&[u8]; 2] = [b"www", b"mailto"];

/// What one look at a text has found.
#[derive(Default)]
struct Seen {
    /// Digits in all, and those outside hexadecimal words.
    digits: usize,
    open_digits: usize,
    /// Lengths of the two words before, each 0 if it was not digits alone.
    numbers_before: [usize; 2],
    /// Words of two characters, one after the other.
    pairs: usize,
    before_number: bool,
    beside_age: bool,
    month: bool,
}

/// Whether no pattern can be in a code: letters, dashes, and not two digits.
pub(super) fn is_plain_code(text: &str) -> bool {
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() <= LONGEST_CODE
        && text.bytes().all(is_code)
        && text.bytes().filter(u8::is_ascii_digit).count() < 2
}

/// Whether no pattern can be in an id or a source, or in a pseudonym, where more are looked for.
pub(super) fn is_plain_name(text: &str, is_subject: bool) -> bool {
    let bytes = text.as_bytes();
    if is_uuid(bytes) {
        return true;
    }
    if bytes.len() > LONGEST_CODE {
        return false;
    }
    let mut seen = Seen::default();
    let (mut dots, mut colons, mut start) = (0, 0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            continue;
        }
        if !seen.word(&bytes[start..at], is_subject) {
            return false;
        }
        start = at + 1;
        // As in y/o and y.o.
        let is_after_y = at > 0 && bytes[at - 1].eq_ignore_ascii_case(&b'y');
        seen.beside_age |= is_after_y && matches!(byte, b'/' | b'.');
        match byte {
            b'.' => dots += 1,
            // Twice in a row, or with slashes behind, it is an address.
            b':' if matches!(bytes.get(at + 1), Some(b':' | b'/')) => return false,
            b':' => {
                colons += 1;
                // No number of several parts has a colon between them.
                seen.numbers_before = [0; 2];
            }
            b'-' | b'_' | b'/' => {}
            _ => return false,
        }
    }
    seen.word(&bytes[start..], is_subject)
        && colons < 5
        && !(dots >= 3 && seen.digits >= 4)
        && !(seen.before_number && seen.digits >= 4)
        && !(seen.beside_age && seen.digits >= 2)
        && !(seen.month && seen.digits >= 5)
        // A date, or a telephone number without separators.
        && !(is_subject && seen.open_digits >= 6)
}

/// Whether a text is a UUID and nothing else, whose digits are no number.
fn is_uuid(bytes: &[u8]) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(bytes) else { return false };
    // Every byte is looked at, so that many can be at once: 32 are hexadecimal, and none of those
    // is where a dash is.
    let n_hex = bytes.iter().map(|byte| u8::from(byte.is_ascii_hexdigit())).sum::<u8>();
    n_hex == 32 && [8, 13, 18, 23].iter().all(|at| bytes[*at] == b'-')
}

impl Seen {
    /// Looks at a word of letters and digits; `false` if a pattern may be in it, or in it and the
    /// words before.
    fn word(&mut self, word: &[u8], is_subject: bool) -> bool {
        let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
        self.digits += digits;
        // Patterns see nothing of a hexadecimal word.
        let is_open = !is_hex_word(word);
        self.open_digits += if is_open { digits } else { 0 };
        if is_open && digits < word.len() {
            let runs = word.split(u8::is_ascii_digit).filter(|run| run.len() > 1);
            for run in runs {
                let is_any = |known: &[&[u8]]| known.iter().any(|known| begins(run, known));
                if is_any(&BEFORE_ADDRESSES) {
                    return false;
                }
                self.before_number |= is_any(&BEFORE_NUMBERS);
                self.beside_age |= is_any(&BESIDE_AGES);
                self.month |= is_subject && is_any(&MONTHS);
            }
        }
        self.pairs = if word.len() == 2 { self.pairs + 1 } else { 0 };
        let number = if digits == word.len() { digits } else { 0 };
        let [before_last, last] = self.numbers_before;
        let may_be = matches!((before_last, last, number), (3, 2, 4) | (_, 3, 4) | (_, 6, 6))
            || self.pairs >= 6
            || word.len() == 17;
        self.numbers_before = [last, number];
        !may_be
    }
}

/// Whether letters begin with a word of lower-case letters, in whatever case they are.
fn begins(letters: &[u8], word: &[u8]) -> bool {
    letters.len() >= word.len() && letters[..word.len()].eq_ignore_ascii_case(word)
}

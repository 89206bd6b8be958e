//! What an identifier looks like: e-mail, telephone, SSN, web and IP address, record number, date
//! and free text.
//!
//! Nothing here returns, logs or keeps any part of the text it was given; a find is a reason code.
//! `docs/privacy.md` says what is looked for and what is not.

use crate::event::refuse::Reason;
use regex::Regex;
use std::sync::LazyLock;

/// Where a text stands; some shapes are normal in one place and telling in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The id of an event or of a source: counters and dates are normal there.
    Name,
    /// A file name: as an id, but a first and a last name may stand in it too.
    File,
    /// The pseudonym of a person: random, so a date in it would be a birthday.
    Subject,
    /// Anything else: an unknown code, a field nobody asked for.
    Other,
}

/// A pattern that cannot fail to compile, because a test compiles every one.
macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
    };
}

pattern!(UUID, r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
pattern!(EMAIL, r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+");
pattern!(URL, r"(?i)\b(https?|ftps?|file)://|\bmailto:|\bwww\.[a-z0-9-]+\.");
pattern!(SSN, r"(?:^|[^0-9A-Za-z])([0-9]{3})[- ]([0-9]{2})[- ]([0-9]{4})(?:$|[^0-9A-Za-z])");
// North American, with separators; or international with a plus. Separators are spaces, dots,
// dashes, underscores or brackets.
pattern!(
    PHONE,
    r"(?:^|[^0-9A-Za-z])(?:(?:\+?1[-._ ]?)?(?:\([2-9][0-9]{2}\)[-._ ]?|[2-9][0-9]{2}[-._ ])[0-9]{3}[-._ ][0-9]{4}|[0-9]{3}[-.][0-9]{4}|\+[0-9][0-9 ().-]{6,17}[0-9])(?:$|[^0-9A-Za-z])"
);
pattern!(BARE_PHONE, r"(?:^|[^0-9A-Za-z])(?:\+?1)?[2-9][0-9]{2}[2-9][0-9]{6}(?:$|[^0-9A-Za-z])");
pattern!(
    IPV4,
    r"(?:^|[^0-9A-Za-z.])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?:$|[^0-9A-Za-z.])"
);
pattern!(
    IPV6,
    r"(?i)(?:^|[^0-9a-z:])(?:[0-9a-f]{1,4}:){5,7}[0-9a-f]{1,4}(?:$|[^0-9a-z:])|(?:^|[^0-9a-z:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::[0-9a-f]{0,4}"
);
pattern!(
    RECORD_NUMBER,
    r"(?i)(?:^|[^a-z])(?:mrn|medrec|record|patient|pat|chart|acct|account|ssn|dob|nhs|member|policy)[-_.:# ]*(?:no|number|id)?[-_.:# ]*[0-9]{4,}"
);
pattern!(LONG_DIGITS, r"[0-9]{6,}");
pattern!(
    DATE,
    r"(?:^|[^0-9])(?:(?:19|20)[0-9]{2}[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12][0-9]|3[01])|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:19|20)[0-9]{2})(?:$|[^0-9])"
);
pattern!(FULL_NAME, r"(?:^|[^A-Za-z])[A-Z][a-z'-]+,? +[A-Z][A-Za-z'.-]*(?:$|[^A-Za-z])");
pattern!(SENTENCE, r"\p{L}\S*\s+\S*\p{L}\S*\s+\S*\p{L}");

/// Longest text that is not free text by its length alone.
const LONGEST_CODE: usize = 80;

/// What a text looks like; `None` if it looks like nothing personal.
///
/// Digits inside a UUID or a hexadecimal string are no telephone number.
#[must_use]
pub fn find(text: &str, place: Place) -> Option<Reason> {
    if place != Place::File && is_plain(text) {
        return None;
    }
    let masked = mask_hex(text);
    let text = masked.as_str();
    if matches(&EMAIL, text) {
        return Some(Reason::IdentifierEmail);
    }
    if matches(&URL, text) {
        return Some(Reason::IdentifierUrl);
    }
    if is_ssn(text) {
        return Some(Reason::IdentifierSsn);
    }
    if matches(&RECORD_NUMBER, text) {
        return Some(Reason::IdentifierMrn);
    }
    if matches(&IPV4, text) || matches(&IPV6, text) {
        return Some(Reason::IdentifierIp);
    }
    let is_name = matches!(place, Place::Name | Place::File);
    if !is_name && matches(&DATE, text) {
        return Some(Reason::IdentifierDate);
    }
    if matches(&PHONE, text) || (!is_name && matches(&BARE_PHONE, text)) {
        return Some(Reason::IdentifierPhone);
    }
    if place == Place::File && matches(&FULL_NAME, &text.replace(['_', '-', '.'], " ")) {
        return Some(Reason::IdentifierText);
    }
    if is_name {
        return None;
    }
    if place == Place::Other && matches(&LONG_DIGITS, text) {
        return Some(Reason::IdentifierMrn);
    }
    if text.len() > LONGEST_CODE || matches(&FULL_NAME, text) || matches(&SENTENCE, text) {
        return Some(Reason::IdentifierText);
    }
    None
}

/// What a whole number looks like in a field that is not of the vocabulary, or out of its range.
#[must_use]
pub fn find_number(value: f64) -> Option<Reason> {
    let size = value.abs();
    if size.fract() != 0.0 {
        return None;
    }
    match size {
        s if (2_012_000_000.0..=19_999_999_999.0).contains(&s) => Some(Reason::IdentifierPhone),
        s if (100_000_000.0..1_000_000_000.0).contains(&s) => Some(Reason::IdentifierSsn),
        s if (1_000_000.0..100_000_000.0).contains(&s) => Some(Reason::IdentifierMrn),
        _ => None,
    }
}

/// What the name of a field nobody asked for promises to hold.
#[must_use]
pub fn find_in_field_name(name: &str) -> Option<Reason> {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["email"]) {
        Some(Reason::IdentifierEmail)
    } else if has(&["phone", "mobile", "fax", "telecom"]) {
        Some(Reason::IdentifierPhone)
    } else if has(&["ssn", "socialsecurity"]) {
        Some(Reason::IdentifierSsn)
    } else if has(&["mrn", "medicalrecord", "patientid", "accountn", "memberid", "insurance"]) {
        Some(Reason::IdentifierMrn)
    } else if has(&["dob", "birth"]) {
        Some(Reason::IdentifierDate)
    } else if has(&[
        "firstname",
        "lastname",
        "surname",
        "fullname",
        "patientname",
        "address",
        "zip",
    ]) || has(&[
        "postcode", "postal", "street", "initials", "comment", "note", "freetext",
    ]) || name == "name"
    {
        Some(Reason::IdentifierText)
    } else if has(&["ipaddress", "deviceid", "serialn"]) {
        Some(Reason::IdentifierIp)
    } else {
        None
    }
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Short texts without enough digits for a number and without any sign of an address or sentence:
/// nearly every id and code, decided without a pattern.
fn is_plain(text: &str) -> bool {
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' => {}
            b'/' if text.starts_with('/') => {}
            _ => return false,
        }
    }
    digits < 4 && text.len() <= LONGEST_CODE
}

/// Writes `x` over UUIDs, runs of 32 or more hexadecimal digits, and shorter hexadecimal words
/// that mix letters and digits.
fn mask_hex(text: &str) -> String {
    let masked = match UUID.as_ref() {
        Some(uuid) => uuid.replace_all(text, "x").into_owned(),
        None => text.to_owned(),
    };
    let mut out = String::with_capacity(masked.len());
    let mut word = String::new();
    for c in masked.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if is_hex_word(&word) {
            out.push('x');
        } else {
            out.push_str(&word);
        }
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// Shortest word that may be hexadecimal by mixing letters and digits.
const SHORTEST_HEX: usize = 4;

fn is_hex_word(word: &str) -> bool {
    let hex = word.len() >= SHORTEST_HEX && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex && (word.len() >= 32
        || (word.bytes().any(|byte| byte.is_ascii_alphabetic())
            && word.bytes().any(|byte| byte.is_ascii_digit())))
}

/// Three, two and four digits, less the areas and groups that are never given out.
fn is_ssn(text: &str) -> bool {
    let Some(regex) = SSN.as_ref() else { return false };
    regex.captures_iter(text).any(|parts| {
        let area = &parts[1];
        area != "000" && area != "666" && &parts[2] != "00" && &parts[3] != "0000"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [
            &UUID,
            &EMAIL,
            &URL,
            &SSN,
            &PHONE,
            &BARE_PHONE,
            &IPV4,
            &IPV6,
            &RECORD_NUMBER,
            &LONG_DIGITS,
            &DATE,
            &FULL_NAME,
            &SENTENCE,
        ] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn identifiers_are_found_wherever_they_stand() {
        let cases = [
            ("jo@example.org", Reason::IdentifierEmail),
            ("write to jo.doe+x@mail.example.org today", Reason::IdentifierEmail),
            ("555-201-4567", Reason::IdentifierPhone),
            ("(555) 201-4567", Reason::IdentifierPhone),
            ("+1 555 201 4567", Reason::IdentifierPhone),
            ("555.201.4567", Reason::IdentifierPhone),
            ("+44 20 7946 0958", Reason::IdentifierPhone),
            ("123-45-6789", Reason::IdentifierSsn),
            ("ssn:123456789", Reason::IdentifierMrn),
            ("https://example.org/a", Reason::IdentifierUrl),
            ("www.example.org", Reason::IdentifierUrl),
            ("192.168.1.20", Reason::IdentifierIp),
            ("2001:db8:0:0:0:0:2:1", Reason::IdentifierIp),
            ("2001:db8::1", Reason::IdentifierIp),
            ("MRN 00123456", Reason::IdentifierMrn),
            ("mrn-12345", Reason::IdentifierMrn),
        ];
        for (text, reason) in cases {
            for place in [Place::Name, Place::Subject, Place::Other] {
                assert_eq!(find(text, place), Some(reason), "{text} {place:?}");
            }
        }
    }

    #[test]
    fn free_text_names_and_dates_are_found_outside_names() {
        let cases = [
            ("felt much better today", Reason::IdentifierText),
            ("Jane Doe", Reason::IdentifierText),
            ("Doe, Jane", Reason::IdentifierText),
            ("born 1980-02-03", Reason::IdentifierDate),
            ("03/02/1980", Reason::IdentifierDate),
            ("5552014567", Reason::IdentifierPhone),
            ("00123456", Reason::IdentifierMrn),
        ];
        for (text, reason) in cases {
            assert_eq!(find(text, Place::Other), Some(reason), "{text}");
        }
        assert_eq!(find("1980-02-03-ab", Place::Subject), Some(Reason::IdentifierDate));
        assert_eq!(find("5552014567", Place::Subject), Some(Reason::IdentifierPhone));
    }

    #[test]
    fn file_names_may_not_name_a_person() {
        for text in ["Jane Doe.ndjson", "Jane_Doe.ndjson", "export-Jane-Doe-2025.ndjson"] {
            assert_eq!(find(text, Place::File), Some(Reason::IdentifierText), "{text}");
        }
        for text in ["site-01.ndjson", "events-2025-02-03.ndjson.gz", "Export.ndjson", "stdin"] {
            assert_eq!(find(text, Place::File), None, "{text}");
        }
    }

    #[test]
    fn ordinary_names_pass() {
        for text in [
            "0194c1d0-5b7e-7000-8000-0000000000a1",
            "/sites/014",
            "p01-s1",
            "evt-2025-02-02-0001",
            "events-2025-02.ndjson",
            "20250202T180000",
            "site_014:2025:000123",
            "urn:clinic:014",
            "4155550132",
        ] {
            assert_eq!(find(text, Place::Name), None, "{text}");
        }
        for text in ["s-7f3a9c", "tiny-p01", "K7Q2-99XZ", "s-0123456789ab", "subj.0001"] {
            assert_eq!(find(text, Place::Subject), None, "{text}");
        }
        for text in ["intravenus", "subcutaneus", "phq-8", "mg per kg", "N/A", "dose-up"] {
            let found = find(text, Place::Other);
            assert!(found.is_none() || text == "mg per kg", "{text}");
        }
    }

    #[test]
    fn a_million_uuids_are_no_telephone_numbers() {
        // SplitMix64: a seeded stream of bits is all this needs.
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        for _ in 0..1_000_000 {
            let bits = u128::from(next()) << 64 | u128::from(next());
            let uuid = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
            for text in [uuid.hyphenated().to_string(), uuid.simple().to_string()] {
                for place in [Place::Name, Place::Subject, Place::Other] {
                    assert_eq!(find(&text, place), None, "{text} {place:?}");
                }
            }
        }
    }
}

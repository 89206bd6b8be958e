//! What is looked for where: identifiers in texts, numbers and names of fields.
//!
//! Nothing here returns, logs or keeps any part of the text it was given; a find is a reason code.
//! `docs/privacy.md` says what is looked for and what is not.

use super::age;
use super::pattern::{
    BARE_PHONE, DATE, DATE_IN_WORDS, DEVICE_CODE, DEVICE_NUMBER, EMAIL, FULL_NAME, IPV4, IPV6,
    LICENCE_NUMBER, LONG_DIGITS, NAME_IN_CAPITALS, PHONE, POSTCODE, RECORD_NUMBER, SENTENCE,
    SHORT_DATE, URL, UUID, ZIP, has_luhn_digit, is_imei, is_mac, is_ssn, is_vin,
};
use super::plain::{LONGEST_CODE, is_hex_word, is_plain_code, is_plain_name};
use crate::event::refuse::Reason;

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

/// What a text looks like; `None` if it looks like nothing personal.
///
/// Digits inside a UUID or a hexadecimal string are no telephone number.
#[must_use]
pub fn find(text: &str, place: Place) -> Option<Reason> {
    let is_plain = match place {
        Place::Name => is_plain_name(text, false),
        Place::Subject => is_plain_name(text, true),
        Place::Other => is_plain_code(text),
        Place::File => false,
    };
    if is_plain { None } else { find_by_pattern(text, place) }
}

/// The same without the quick look at the bytes: every pattern, in order.
fn find_by_pattern(text: &str, place: Place) -> Option<Reason> {
    let masked = mask_hex(text);
    let text = masked.as_str();
    let is_name = matches!(place, Place::Name | Place::File);
    let is_other = place == Place::Other;
    if EMAIL.is_in(text) {
        return Some(Reason::IdentifierEmail);
    }
    if URL.is_in(text) {
        return Some(Reason::IdentifierUrl);
    }
    if is_ssn(text) {
        return Some(Reason::IdentifierSsn);
    }
    if RECORD_NUMBER.is_in(text) {
        return Some(Reason::IdentifierMrn);
    }
    if is_mac(text)
        || DEVICE_NUMBER.is_in(text)
        || DEVICE_CODE.is_in(text)
        || (is_other && is_imei(text))
    {
        return Some(Reason::IdentifierDevice);
    }
    if LICENCE_NUMBER.is_in(text) || is_vin(text) {
        return Some(Reason::IdentifierLicence);
    }
    if IPV4.is_in(text) || IPV6.is_in(text) {
        return Some(Reason::IdentifierIp);
    }
    if age::is_told(text) {
        return Some(Reason::IdentifierAge);
    }
    if !is_name && (DATE.is_in(text) || DATE_IN_WORDS.is_in(text)) {
        return Some(Reason::IdentifierDate);
    }
    if is_other && SHORT_DATE.is_in(text) {
        return Some(Reason::IdentifierDate);
    }
    if PHONE.is_in(text) || (!is_name && BARE_PHONE.is_in(text)) {
        return Some(Reason::IdentifierPhone);
    }
    if place == Place::File && names_a_person(text) {
        return Some(Reason::IdentifierText);
    }
    if is_name {
        return None;
    }
    if is_other && (ZIP.is_in(text) || POSTCODE.is_in(text)) {
        return Some(Reason::IdentifierPostcode);
    }
    if is_other && LONG_DIGITS.is_in(text) {
        return Some(Reason::IdentifierMrn);
    }
    if text.len() > LONGEST_CODE || FULL_NAME.is_in(text) || SENTENCE.is_in(text) {
        return Some(Reason::IdentifierText);
    }
    None
}

/// Two words that look like a first and a last name, in the stem of a file name.
fn names_a_person(file_name: &str) -> bool {
    const ENDINGS: [&str; 6] = ["gz", "zst", "ndjson", "jsonl", "csv", "parquet"];
    let mut stem = file_name;
    while let Some((rest, ending)) = stem.rsplit_once('.') {
        if !ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) {
            break;
        }
        stem = rest;
    }
    let words = stem.replace(['_', '-', '.', '^'], " ");
    FULL_NAME.is_in(&words) || NAME_IN_CAPITALS.is_in(&words)
}

/// Fewest letters of a word that may be a name.
const SHORTEST_NAME: usize = 3;

/// Whether a pseudonym reads as a first and a last name: two words of three letters or more, no
/// digit, a vowel in each, and not both hexadecimal.
///
/// There is no list of names behind this, so that pseudonyms made of two random words are taken
/// for names too; a pipeline file can say that its are such words.
#[must_use]
pub fn reads_as_name(subject: &str) -> bool {
    let is_word = |word: &str| {
        word.len() >= SHORTEST_NAME
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && word.bytes().any(|byte| b"aeiouyAEIOUY".contains(&byte))
    };
    let is_hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some((first, last)) = subject.split_once(['.', '_', '-']) else { return false };
    is_word(first) && is_word(last) && !(is_hex(first) && is_hex(last))
}

/// What a whole number looks like in a field that is not of the vocabulary, or out of its range.
#[must_use]
pub fn find_number(value: f64) -> Option<Reason> {
    let size = value.abs();
    if size.fract() != 0.0 {
        return None;
    }
    match size {
        s if (100_000_000_000_000.0..1_000_000_000_000_000.0).contains(&s) => {
            has_luhn_digit(&format!("{s:.0}")).then_some(Reason::IdentifierDevice)
        }
        s if (2_012_000_000.0..=19_999_999_999.0).contains(&s) => Some(Reason::IdentifierPhone),
        s if (100_000_000.0..1_000_000_000.0).contains(&s) => Some(Reason::IdentifierSsn),
        s if (1_000_000.0..100_000_000.0).contains(&s) => Some(Reason::IdentifierMrn),
        _ => None,
    }
}

/// Words in the name of a field, written together and in lower case, and what such a field holds.
const TELLING_NAMES: [(&[&str], Reason); 9] = [
    (&["email"], Reason::IdentifierEmail),
    (&["phone", "mobile", "fax", "telecom"], Reason::IdentifierPhone),
    (&["ssn", "socialsecurity"], Reason::IdentifierSsn),
    (
        &["mrn", "medicalrecord", "patientid", "accountn", "memberid", "insurance"],
        Reason::IdentifierMrn,
    ),
    (&["dob", "birth"], Reason::IdentifierDate),
    (&["zip", "postcode", "postal"], Reason::IdentifierPostcode),
    (&["ipaddress"], Reason::IdentifierIp),
    (&["deviceid", "deviceserial", "serialn", "imei", "macaddr"], Reason::IdentifierDevice),
    (&["license", "licence", "passport", "vehicle", "numberplate"], Reason::IdentifierLicence),
];

/// The same for what is said in words, or of a body.
const TELLING_TEXTS: [&str; 17] = [
    "firstname",
    "lastname",
    "surname",
    "fullname",
    "patientname",
    "address",
    "street",
    "initials",
    "comment",
    "note",
    "freetext",
    "fingerprint",
    "biometric",
    "voiceprint",
    "photo",
    "portrait",
    "signature",
];

/// Short words that count only as the whole name: inside others they mean nothing.
const WHOLE_NAMES: [(&[&str], Reason); 3] = [
    (&["vin", "npi", "dea"], Reason::IdentifierLicence),
    (&["udi", "mac"], Reason::IdentifierDevice),
    (&["name", "city", "town", "county"], Reason::IdentifierText),
];

/// What the name of a field nobody asked for promises to hold.
#[must_use]
pub fn find_in_field_name(name: &str) -> Option<Reason> {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let whole = WHOLE_NAMES.iter().find(|(names, _)| names.contains(&name.as_str()));
    let part = TELLING_NAMES.iter().find(|(words, _)| has(words));
    let of_text = || has(&TELLING_TEXTS).then_some(Reason::IdentifierText);
    part.or(whole).map(|(_, reason)| *reason).or_else(of_text)
}

/// Writes `x` over UUIDs, runs of 32 or more hexadecimal digits, and shorter hexadecimal words
/// that mix letters and digits.
fn mask_hex(text: &str) -> String {
    let masked = UUID.replace(text, "x");
    let mut out = String::with_capacity(masked.len());
    let mut word = String::new();
    for c in masked.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if is_hex_word(word.as_bytes()) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn numbers_of_devices_and_licences_are_found_wherever_they_stand() {
        let cases = [
            ("02:00:5e:10:00:0f", Reason::IdentifierDevice),
            ("02-00-5E-10-00-0F", Reason::IdentifierDevice),
            ("imei-004999012345673", Reason::IdentifierDevice),
            ("serial-no:SN48213377", Reason::IdentifierDevice),
            ("device_id-00412", Reason::IdentifierDevice),
            ("00-499901-234567-3", Reason::IdentifierDevice),
            ("5ZZNA7KM5RT004217", Reason::IdentifierLicence),
            ("car-5zzna7km5rt004217", Reason::IdentifierLicence),
            ("licence-K4821337", Reason::IdentifierLicence),
            ("passport_no-048213", Reason::IdentifierLicence),
            ("f-92yo", Reason::IdentifierAge),
            ("age-93-f", Reason::IdentifierAge),
        ];
        for (text, reason) in cases {
            for place in [Place::Name, Place::Subject, Place::File, Place::Other] {
                assert_eq!(find(text, place), Some(reason), "{text} {place:?}");
            }
        }
    }

    #[test]
    fn postcodes_and_more_are_found_outside_names() {
        let cases = [
            ("62704-0042", Reason::IdentifierPostcode),
            ("Springfield, IL 62704", Reason::IdentifierPostcode),
            ("ZE3 9XQ", Reason::IdentifierPostcode),
            ("W1T4JP", Reason::IdentifierPostcode),
            ("K2P 0B3", Reason::IdentifierPostcode),
            ("k2p-0b3", Reason::IdentifierPostcode),
            ("004999012345673", Reason::IdentifierDevice),
            ("(01)09988776655443", Reason::IdentifierDevice),
            ("turned 92 years in May", Reason::IdentifierAge),
            ("aged 101", Reason::IdentifierAge),
            ("3 Feb 1980", Reason::IdentifierDate),
            ("Feb. 3rd, 1980", Reason::IdentifierDate),
            ("3/2/80", Reason::IdentifierDate),
        ];
        for (text, reason) in cases {
            assert_eq!(find(text, Place::Other), Some(reason), "{text}");
        }
        for text in ["03mar1980-k", "k-3-feb-1980", "july4-1961-x"] {
            assert_eq!(find(text, Place::Subject), Some(Reason::IdentifierDate), "{text}");
        }
        // Numbers of this shape count sites, subjects and years wherever ids are made.
        for text in ["10023-0042", "12345-2025", "25-02-03-18-00-00", "AB12-3CD"] {
            assert_eq!(find(text, Place::Name), None, "{text}");
            assert_eq!(find(text, Place::Subject), None, "{text}");
        }
    }

    #[test]
    fn numbers_by_their_size_and_check_digit() {
        for (number, reason) in [
            (4_999_012_345_673.0, None),
            (490_000_000_000_000.0, None),
            (354_999_012_345_679.0, Some(Reason::IdentifierDevice)),
            (4_155_550_132.0, Some(Reason::IdentifierPhone)),
            (219_099_999.0, Some(Reason::IdentifierSsn)),
            (48_213_377.0, Some(Reason::IdentifierMrn)),
            (62_704.0, None),
            (0.5, None),
        ] {
            assert_eq!(find_number(number), reason, "{number}");
        }
    }

    #[test]
    fn names_of_fields_tell_what_is_in_them() {
        for (name, reason) in [
            ("home_phone", Some(Reason::IdentifierPhone)),
            ("zipCode", Some(Reason::IdentifierPostcode)),
            ("Serial-Number", Some(Reason::IdentifierDevice)),
            ("MAC", Some(Reason::IdentifierDevice)),
            ("drivers_license", Some(Reason::IdentifierLicence)),
            ("vin", Some(Reason::IdentifierLicence)),
            ("city", Some(Reason::IdentifierText)),
            ("photo_url", Some(Reason::IdentifierText)),
            ("birth_date", Some(Reason::IdentifierDate)),
            ("capacity", None),
            ("province", None),
            ("pharmacy", None),
            ("colour", None),
        ] {
            assert_eq!(find_in_field_name(name), reason, "{name}");
        }
    }

    #[test]
    fn two_words_read_as_a_name_and_what_is_random_does_not() {
        for text in ["jane-doe", "Jane.Doe", "DOE_JANE", "lee-ann", "brave-otter"] {
            assert!(reads_as_name(text), "{text}");
        }
        for text in [
            "s-aaa",
            "tiny-p01",
            "K7Q2-99XZ",
            "kqvx-ztrw",
            "abed-fade",
            "correct-horse-battery",
            "brave-otter-17",
            "janedoe",
            "jo-doe",
        ] {
            assert!(!reads_as_name(text), "{text}");
        }
    }

    #[test]
    fn file_names_may_not_name_a_person() {
        for text in [
            "Jane Doe.ndjson",
            "Jane_Doe.ndjson",
            "export-Jane-Doe-2025.ndjson",
            "DOE^JANE.NDJSON.GZ",
            "DOE_JANE.csv",
        ] {
            assert_eq!(find(text, Place::File), Some(Reason::IdentifierText), "{text}");
        }
        for text in [
            "site-01.ndjson",
            "events-2025-02-03.ndjson.gz",
            "Export.ndjson",
            "EXPORT.NDJSON",
            "wrong-type.ndjson",
            "stdin",
        ] {
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

    /// `SplitMix64`: a seeded stream of bits is all these tests need.
    fn bits(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }
    }

    #[test]
    fn what_the_quick_look_lets_pass_no_pattern_finds() {
        // The slow twin is every pattern in order. Texts are put together from what patterns are
        // made of, so that about half of them hold something.
        let pieces = [
            "1",
            "92",
            "555",
            "201",
            "4567",
            "1980",
            "02",
            "03",
            "19800203",
            "004999012345673",
            "219",
            "09",
            "9999",
            "5ZZNA7KM5RT004217",
            "a1b2",
            "fe80",
            "02",
            "5e",
            "10",
            "0f",
            "mrn",
            "patient",
            "PAT",
            "record",
            "no",
            "id",
            "imei",
            "serial",
            "vin",
            "licence",
            "www",
            "example",
            "org",
            "mailto",
            "https",
            "x",
            "jo",
            "age",
            "aged",
            "yo",
            "years",
            "y",
            "o",
            "Feb",
            "3feb1980",
            "july",
            "Jane",
            "Doe",
            "felt",
            "better",
            "K2P",
            "0B3",
            "62704",
            "0042",
            "ZE3",
            "9XQ",
            "-",
            "-",
            "-",
            ".",
            ".",
            "_",
            ":",
            ":",
            "::",
            "/",
            "//",
            "://",
            "@",
            " ",
            "+",
            "(",
            ")",
            ",",
            "",
        ];
        let mut next = bits(11);
        let mut n_found = 0_u32;
        for _ in 0..400_000 {
            let n = 1 + next() % 9;
            let mut piece = || {
                let drawn = usize::try_from(next() % 1_000_003).expect("small");
                pieces[drawn % pieces.len()]
            };
            let text: String = (0..n).map(|_| piece()).collect();
            for place in [Place::Name, Place::Subject, Place::Other] {
                let slow = find_by_pattern(&text, place);
                assert_eq!(find(&text, place), slow, "{text} {place:?}");
                n_found += u32::from(slow.is_some());
            }
        }
        assert!((100_000..1_000_000).contains(&n_found), "{n_found}");
    }

    #[test]
    fn ids_as_systems_make_them_need_no_pattern() {
        for text in [
            "0194c1d0-5b7e-7000-8000-4155550132a1",
            "7f3a9c0d4e5f60718293a4b5c6d7e8f9",
            "01JKQ4Z8X3M5N7P9R2T4V6W8Y0",
            "/synthetic/site-01",
            "evt-20250202-000123",
            "site_14:000123",
            "p01-s1",
        ] {
            assert!(is_plain_name(text, false), "{text}");
        }
        for text in ["s-7f3a9c0d4e5f", "0194c1d0-5b7e-7a3f-8c2d-4155550132a1", "K7Q2-99XZ"] {
            assert!(is_plain_name(text, true), "{text}");
        }
    }

    #[test]
    fn a_million_uuids_are_no_telephone_numbers() {
        let mut next = bits(7);
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

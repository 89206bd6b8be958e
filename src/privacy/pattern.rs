//! The shapes of identifiers, as patterns and check digits. Which shape is looked for where is
//! decided in `identifier.rs`.

use regex::Regex;
use std::sync::LazyLock;

/// A pattern that cannot fail to compile, because a test compiles every one.
pub(super) struct Pattern(LazyLock<Option<Regex>>);

impl Pattern {
    fn regex(&self) -> Option<&Regex> {
        self.0.as_ref()
    }

    /// Whether the pattern stands anywhere in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// A text with something else in every place of the pattern.
    pub(super) fn replace(&self, text: &str, with: &str) -> String {
        self.regex().map_or_else(|| text.to_owned(), |regex| regex.replace_all(text, with).into())
    }
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* pub(super) static $name: Pattern =
            Pattern(LazyLock::new(|| Regex::new($text).ok()));)+

        #[cfg(test)]
        const ALL: &[&Pattern] = &[$(&$name),+];
    };
}

patterns! {
    UUID = r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+";
    URL = r"(?i)\b(https?|ftps?|file)://|\bmailto:|\bwww\.[a-z0-9-]+\.";
    SSN = r"(?:^|[^0-9A-Za-z])([0-9]{3})[- ]([0-9]{2})[- ]([0-9]{4})(?:$|[^0-9A-Za-z])";
    /// North American, with separators; or international with a plus. Separators are spaces, dots,
    /// dashes, underscores or brackets.
    PHONE = r"(?:^|[^0-9A-Za-z])(?:(?:\+?1[-._ ]?)?(?:\([2-9][0-9]{2}\)[-._ ]?|[2-9][0-9]{2}[-._ ])[0-9]{3}[-._ ][0-9]{4}|[0-9]{3}[-.][0-9]{4}|\+[0-9][0-9 ().-]{6,17}[0-9])(?:$|[^0-9A-Za-z])";
    BARE_PHONE = r"(?:^|[^0-9A-Za-z])(?:\+?1)?[2-9][0-9]{2}[2-9][0-9]{6}(?:$|[^0-9A-Za-z])";
    IPV4 = r"(?:^|[^0-9A-Za-z.])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?:$|[^0-9A-Za-z.])";
    IPV6 = r"(?i)(?:^|[^0-9a-z:])(?:[0-9a-f]{1,4}:){5,7}[0-9a-f]{1,4}(?:$|[^0-9a-z:])|(?:^|[^0-9a-z:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::[0-9a-f]{0,4}";
    RECORD_NUMBER = r"(?i)(?:^|[^a-z])(?:mrn|medrec|record|patient|pat|chart|acct|account|ssn|dob|nhs|member|policy)[-_.:# ]*(?:no|number|id)?[-_.:# ]*[0-9]{4,}";
    LONG_DIGITS = r"[0-9]{6,}";
    DATE = r"(?:^|[^0-9])(?:(?:19|20)[0-9]{2}[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12][0-9]|3[01])|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:19|20)[0-9]{2})(?:$|[^0-9])";
    /// A month by its name, with day and year on either side.
    DATE_IN_WORDS = r"(?i)(?:^|[^0-9a-z])(?:[0-3]?[0-9](?:st|nd|rd|th)?[-_./ ]?(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)|(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[-_./ ]{0,2}[0-3]?[0-9](?:st|nd|rd|th)?,?[-_./ ])[-_./, ]*(?:19|20)[0-9]{2}(?:$|[^0-9])";
    /// Day, month and two digits of a year.
    SHORT_DATE = r"(?:^|[^0-9/])[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}(?:$|[^0-9/])";
    /// An age from 90 to 129 with a word that says so.
    AGE = r"(?i)(?:^|[^0-9a-z.])(?:9[0-9]|1[0-2][0-9])[-_ ]?(?:years?|yrs?|yo|y/o|y\.o\.)(?:$|[^a-z])|(?:^|[^a-z])aged?[-_:= ]*(?:9[0-9]|1[0-2][0-9])(?:$|[^0-9+])";
    /// Six pairs of hexadecimal digits, as network hardware has them.
    MAC = r"(?i)(?:^|[^0-9a-z:])[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?:$|[^0-9a-z:])";
    DASHED_MAC = r"(?i)(?:^|[^0-9a-z-])([0-9a-f]{2}(?:-[0-9a-f]{2}){5})(?:$|[^0-9a-z-])";
    DEVICE_NUMBER = r"(?i)(?:^|[^a-z])(?:imei|meid|udi|serial[-_. ]?(?:no|number|nr)|device[-_. ]?(?:id|no|number|serial))[-_.:# ]*[a-z]{0,4}[-_]?[0-9]{4,}";
    /// The device part of a GS1 identifier, and an IMEI as it is printed on the box.
    DEVICE_CODE = r"\(01\) ?[0-9]{14}|(?:^|[^0-9A-Za-z])[0-9]{2}[- ][0-9]{6}[- ][0-9]{6}[- ][0-9](?:$|[^0-9A-Za-z])";
    FIFTEEN_DIGITS = r"(?:^|[^0-9])([0-9]{15})(?:$|[^0-9])";
    LICENCE_NUMBER = r"(?i)(?:^|[^a-z])(?:licen[cs]e|passport|dea|npi|vin)[-_.:# ]*(?:no|number|nr|id)?[-_.:# ]*[a-z]{0,3}[0-9]{4,}";
    /// No I, O or Q, and five digits at the end.
    SEVENTEEN = r"(?i)(?:^|[^0-9A-Za-z])([A-HJ-NPR-Z0-9]{12}[0-9]{5})(?:$|[^0-9A-Za-z])";
    /// Nine digits as the United States Postal Service writes them; or a state and five.
    ZIP = r"(?:^|[^0-9A-Za-z-])[0-9]{5}-[0-9]{4}(?:$|[^0-9A-Za-z-])|\b(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|PR|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])[ ,]+[0-9]{5}\b";
    /// British and Canadian.
    POSTCODE = r"\b(?:[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKMNP-Y]? ?[0-9][ABD-HJLNP-UW-Z]{2}|(?i:[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]))\b";
    FULL_NAME = r"(?:^|[^A-Za-z])[A-Z][a-z'-]+,? +[A-Z][A-Za-z'.-]*(?:$|[^A-Za-z])";
    NAME_IN_CAPITALS = r"(?:^|[^A-Za-z])[A-Z][A-Z']+,? +[A-Z][A-Z']+(?:$|[^A-Za-z])";
    SENTENCE = r"\p{L}\S*\s+\S*\p{L}\S*\s+\S*\p{L}";
}

/// Three, two and four digits, less the areas and groups that are never given out.
pub(super) fn is_ssn(text: &str) -> bool {
    let Some(regex) = SSN.regex() else { return false };
    regex.captures_iter(text).any(|parts| {
        let area = &parts[1];
        area != "000" && area != "666" && &parts[2] != "00" && &parts[3] != "0000"
    })
}

/// Six pairs with colons; or with dashes, and a letter among them, which a date has not.
pub(super) fn is_mac(text: &str) -> bool {
    let has_letter = |pairs: &str| pairs.bytes().any(|byte| byte.is_ascii_alphabetic());
    MAC.is_in(text) || any(&DASHED_MAC, text, has_letter)
}

/// Fifteen digits of which the last is the check digit of the others.
pub(super) fn is_imei(text: &str) -> bool {
    any(&FIFTEEN_DIGITS, text, has_luhn_digit)
}

/// Seventeen characters of a vehicle identification number with the check digit that North
/// American ones have.
pub(super) fn is_vin(text: &str) -> bool {
    any(&SEVENTEEN, text, has_vin_digit)
}

/// Whether the first group of some match of a pattern is as it must be.
fn any(pattern: &Pattern, text: &str, is: impl Fn(&str) -> bool) -> bool {
    let Some(regex) = pattern.regex() else { return false };
    regex.captures_iter(text).any(|parts| is(&parts[1]))
}

/// ISO/IEC 7812-1, annex B: every second digit from the right doubled, digits summed, 0 modulo 10.
pub(super) fn has_luhn_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            let digit = if place % 2 == 1 { 2 * digit } else { digit };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// 49 CFR 565.15(c): letters as numbers, weighted by place, modulo 11; 10 is written X.
fn has_vin_digit(vin: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |byte: u8| match byte.to_ascii_uppercase() {
        letter @ b'A'..=b'H' => u32::from(letter - b'A') + 1,
        letter @ b'J'..=b'R' => u32::from(letter - b'J') + 1,
        letter @ b'S'..=b'Z' => u32::from(letter - b'S') + 2,
        digit => u32::from(digit.wrapping_sub(b'0')),
    };
    let sum: u32 = vin.bytes().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    let want = match sum % 11 {
        10 => Some(b'X'),
        rest => u8::try_from(rest).ok().map(|rest| b'0' + rest),
    };
    vin.as_bytes().get(8).map(u8::to_ascii_uppercase) == want
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(ALL.len() > 20 && ALL.iter().all(|pattern| pattern.regex().is_some()));
    }

    #[test]
    fn one_wrong_digit_is_no_number() {
        // Made up, with check digits worked out by a script of its own (Python 3.11).
        assert!(is_vin("5ZZNA7KM5RT004217") && is_vin("9kktw3hnxvu071355"));
        assert!(is_imei("imei 004999012345673"));
        for wrong in ["5ZZNA7KM4RT004217", "5ZZNA7KM5RT004218", "5ZZNA7KM5RT04217"] {
            assert!(!is_vin(wrong), "{wrong}");
        }
        assert!(!is_imei("004999012345674") && !is_imei("00499901234567"));
    }
}

//! Reason codes of a refused record, and how a deserialiser hands one up without naming a value.

use super::coded::coded;
use serde::de;

coded! {
    /// Why a record was rejected. The code is stable and is what tables and files carry; the order is
    /// that of the pipeline's steps.
    Reason {
        LineTooLong = "line-too-long": "the line is longer than any event can be (1 MiB)",
        NotUtf8 = "not-utf8": "the line is not UTF-8 text",
        NotJson = "not-json": "the line is not one complete JSON object",
        RaggedRow = "ragged-row": "the row has more or fewer cells than the header of its sheet",
        SourceTruncated = "source-truncated": "the source broke off in the middle of this record",
        MissingField = "missing-field": "a required field is absent",
        UnknownField = "unknown-field": "a field that is not in the vocabulary",
        DuplicateField = "duplicate-field": "a field is given twice",
        WrongType = "wrong-type": "the field holds another kind of value than its type asks for",
        UnknownSpecversion = "unknown-specversion": "specversion is not 1.0",
        UnknownType = "unknown-type": "the event type is not in the vocabulary",
        UnknownVersion = "unknown-version": "the version of this event type is not known to this program",
        MalformedId = "malformed-id": "the identifier does not have the shape the contract asks for",
        MalformedTime = "malformed-time": "not an RFC 3339 time, or not an ISO 8601 duration in weeks, days and hours",
        TimeMissing = "time-missing": "neither time nor studytime is given",
        TimeTwice = "time-twice": "both time and studytime are given",
        WrongTimeBasis = "wrong-time-basis": "time in a relative source, or studytime in an actual or shifted one",
        FromTheFuture = "from-the-future": "the event lies after the moment of reading",
        UnknownCode = "unknown-code": "a code that is not in its list",
        OutOfRange = "out-of-range": "a number outside its range",
        TooManyItems = "too-many-items": "a list is longer than allowed",
        DuplicateItem = "duplicate-item": "a list names the same code twice",
        UnknownInstrument = "unknown-instrument": "the instrument is not in the instrument table or the pipeline file",
        DuplicateInstrument = "duplicate-instrument": "one check-in names an instrument twice",
        ScoreMissing = "score-missing": "a measure has neither a total nor all its items",
        ScoreOutOfRange = "score-out-of-range": "a total or an item outside the instrument's range",
        CorrectionOfNoType = "correction-of-no-type": "the corrected data are not valid data of any event type",
        IdentifierEmail = "identifier-email": "something that looks like an e-mail address",
        IdentifierPhone = "identifier-phone": "something that looks like a telephone or fax number",
        IdentifierSsn = "identifier-ssn": "something that looks like a social security number",
        IdentifierUrl = "identifier-url": "something that looks like a web address",
        IdentifierIp = "identifier-ip": "something that looks like an IP address",
        IdentifierMrn = "identifier-mrn": "something that looks like a medical record number",
        IdentifierDate = "identifier-date": "a date where no date belongs",
        IdentifierAge = "identifier-age": "an age above 89, which only the class 90+ may hold",
        IdentifierPostcode = "identifier-postcode": "something that looks like a postcode",
        IdentifierDevice = "identifier-device": "something that looks like the number of a device",
        IdentifierLicence = "identifier-licence": "something that looks like the number of a licence or a vehicle",
        IdentifierText = "identifier-text": "free text or a name, which may say anything about anyone",
        SubjectWithdrawn = "subject-withdrawn": "the person was erased from the store, and stays out",
        FileRefused = "file-refused": "the record stands in a file that was refused whole because of an identifier",
    }
}

impl Reason {
    /// Whether the reason is a suspected identifier (exit code 5).
    #[must_use]
    pub const fn is_identifier(self) -> bool {
        matches!(
            self,
            Self::IdentifierEmail
                | Self::IdentifierPhone
                | Self::IdentifierSsn
                | Self::IdentifierUrl
                | Self::IdentifierIp
                | Self::IdentifierMrn
                | Self::IdentifierDate
                | Self::IdentifierAge
                | Self::IdentifierPostcode
                | Self::IdentifierDevice
                | Self::IdentifierLicence
                | Self::IdentifierText
        )
    }

    /// Reads a code back; `None` if it is not one.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// Why a record was refused: a reason and a field, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Reason.
    pub reason: Reason,
    /// Path of the field, made of the contract's names and list positions; empty for the record.
    pub field: String,
}

impl Refusal {
    /// A refusal for a reason at a field.
    #[must_use]
    pub fn new(reason: Reason, field: impl Into<String>) -> Self {
        Self { reason, field: field.into() }
    }

    /// The same, with its field inside another.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Self { reason: self.reason, field: format!("{outer}.{}", self.field) }
    }
}

/// Marks an error message as one of ours; a control character no library message starts with.
const MARK: char = '\u{1}';

/// A deserialisation error that carries only a reason code.
#[must_use]
pub fn refuse<E: de::Error>(reason: Reason) -> E {
    E::custom(format_args!("{MARK}{}", reason.code()))
}

/// The reason behind an error message made by [`refuse`], or by serde's own derive.
///
/// Never returns or keeps any part of the message that could hold a value.
#[must_use]
pub fn reason_of(message: &str) -> Reason {
    if let Some(rest) = message.strip_prefix(MARK) {
        let code = rest.split(' ').next().unwrap_or(rest);
        return Reason::parse(code).unwrap_or(Reason::WrongType);
    }
    if message.starts_with("unknown field") {
        Reason::UnknownField
    } else if message.starts_with("missing field") {
        Reason::MissingField
    } else if message.starts_with("duplicate field") {
        Reason::DuplicateField
    } else {
        Reason::WrongType
    }
}

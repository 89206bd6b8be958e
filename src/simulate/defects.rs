//! Broken records, each for a known reason: what a careless sender might send.
//!
//! They are made whole, from the table below, and name the same person, site and time as the event
//! they stand behind. None of them has anything in it that looks like an identifier.

use super::draw::Draw;
use crate::event::envelope::Event;
use crate::event::refuse::Reason;
use crate::event::time::Axis;

/// What is wrong with the time of a record.
#[derive(Debug, Clone, Copy)]
enum Time {
    Right,
    Absent,
    /// The thirtieth of February, or a duration in months.
    Impossible,
}

/// One kind of broken record: what it is rejected for, and how it is written.
struct Defect {
    reason: Reason,
    specversion: &'static str,
    event_type: &'static str,
    time: Time,
    data: &'static str,
}

const SESSION: &str = "afterdose.session.completed.v1";
const CHECKIN: &str = "afterdose.checkin.submitted.v1";
/// A session with nothing wrong.
const RIGHT: &str = r#"{"route":"intravenous","drug":"ketamine"}"#;

/// Broken in its data alone.
const fn data(reason: Reason, event_type: &'static str, data: &'static str) -> Defect {
    Defect { reason, specversion: "1.0", event_type, time: Time::Right, data }
}

const DEFECTS: [Defect; 14] = [
    data(Reason::NotJson, SESSION, r#"{"route":"intravenous",,"drug":"ketamine"}"#),
    data(Reason::MissingField, SESSION, r#"{"route":"intravenous"}"#),
    data(Reason::UnknownField, SESSION, r#"{"route":"oral","drug":"ketamine","room":4}"#),
    data(Reason::UnknownCode, SESSION, r#"{"route":"iv","drug":"ketamine"}"#),
    data(Reason::WrongType, SESSION, r#"{"route":"oral","drug":"ketamine","phase":null}"#),
    data(Reason::OutOfRange, SESSION, r#"{"route":"oral","drug":"ketamine","duration_min":-5}"#),
    data(
        Reason::ScoreOutOfRange,
        CHECKIN,
        r#"{"measures":[{"instrument":"phq-9","total":34}],"mode":"remote"}"#,
    ),
    data(Reason::ScoreMissing, CHECKIN, r#"{"measures":[{"instrument":"gad-7"}]}"#),
    data(
        Reason::UnknownInstrument,
        CHECKIN,
        r#"{"measures":[{"instrument":"phq-90","total":12}]}"#,
    ),
    data(
        Reason::DuplicateInstrument,
        CHECKIN,
        r#"{"measures":[{"instrument":"phq-9","total":9},{"instrument":"phq-9","total":9}]}"#,
    ),
    Defect { specversion: "0.3", ..data(Reason::UnknownSpecversion, SESSION, RIGHT) },
    data(Reason::UnknownVersion, "afterdose.session.completed.v99", RIGHT),
    Defect { time: Time::Absent, ..data(Reason::TimeMissing, SESSION, RIGHT) },
    Defect { time: Time::Impossible, ..data(Reason::MalformedTime, SESSION, RIGHT) },
];

/// With the probability `share`, a broken record to stand behind an event: why it is rejected, and
/// its line without the end.
pub(super) fn behind(draw: &mut Draw, event: &Event, share: f64) -> Option<(Reason, String)> {
    if !draw.chance(share) {
        return None;
    }
    let last = i64::try_from(DEFECTS.len()).unwrap_or(1) - 1;
    let defect = DEFECTS.get(usize::try_from(draw.whole(0, last)).unwrap_or(0))?;
    let id = uuid::Builder::from_random_bytes(draw.bytes()).into_uuid().hyphenated().to_string();
    Some((defect.reason, defect.line(event, &id)))
}

impl Defect {
    fn line(&self, event: &Event, id: &str) -> String {
        let Self { specversion, event_type, time, data, .. } = self;
        let (source, subject) = (event.source.as_str(), event.subject.as_str());
        let right = event.when.to_text();
        let time = match (event.when.axis, time) {
            (_, Time::Absent) => String::new(),
            (Axis::Calendar, Time::Right) => format!(r#""time":"{right}","#),
            (Axis::Calendar, Time::Impossible) => r#""time":"2025-02-30T09:00:00Z","#.to_owned(),
            (Axis::Study, Time::Right) => format!(r#""studytime":"{right}","#),
            (Axis::Study, Time::Impossible) => r#""studytime":"P1M","#.to_owned(),
        };
        format!(
            r#"{{"specversion":"{specversion}","id":"{id}","source":"{source}","type":"{event_type}","subject":"{subject}",{time}"data":{data}}}"#
        )
    }
}

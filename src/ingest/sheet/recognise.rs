//! Names that columns commonly have, the fields they mean, and the words their cells commonly hold.

use super::unit::Unit;
use crate::event::instrument::Instruments;

/// What a column seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The person.
    Subject,
    /// The site or system.
    Source,
    /// What tells one row from another.
    Id,
    /// A day, or a moment.
    Date,
    /// A time of day.
    Clock,
    /// A time of day beside a day, a moment without one.
    Start,
    /// Days since the index date.
    StudyDay,
    /// A field of the data of a session.
    Session(&'static str),
    /// The total of an instrument.
    Total(String),
}

/// Names in lower case without blanks and signs, a unit behind them removed.
const NAMES: [(Meaning, &[&str]); 7] = [
    (
        Meaning::Subject,
        &[
            "subject",
            "subjectid",
            "patientcode",
            "patientid",
            "patient",
            "pseudonym",
            "pid",
            "participant",
            "participantid",
            "clientcode",
            "clientid",
            "studyid",
            "code",
        ],
    ),
    (Meaning::Source, &["source", "site", "siteid", "clinic", "centre", "center"]),
    (
        Meaning::Id,
        &["id", "visitid", "visit", "sessionid", "recordid", "record", "eventid", "rowid"],
    ),
    (
        Meaning::Date,
        &[
            "date",
            "sessiondate",
            "visitdate",
            "infusiondate",
            "treatmentdate",
            "dateofservice",
            "dos",
            "datetime",
            "timestamp",
            "datum",
        ],
    ),
    (Meaning::Clock, &["time", "timeofday", "uhrzeit"]),
    (Meaning::Start, &["start", "starttime", "sessionstart", "begin"]),
    (Meaning::StudyDay, &["studyday", "day", "dayofstudy", "relday"]),
];

/// Fields of a session, and the names their columns commonly have.
const SESSION: [(&str, &[&str]); 17] = [
    ("data.route", &["route", "routeofadministration", "roa"]),
    ("data.drug", &["drug", "medication", "medicine", "agent"]),
    ("data.dose.value", &["dose", "dosage", "dosegiven", "totaldose"]),
    ("data.weight_kg", &["weight", "bodyweight", "wt"]),
    ("data.duration_min", &["duration", "minutes", "infusiontime", "infusionduration"]),
    ("data.monitoring_min", &["monitoring", "observation", "observed", "monitored"]),
    ("data.phase", &["phase"]),
    (
        "data.session_number",
        &["session", "sessionnumber", "sessionno", "infusion", "infusionnumber", "treatmentno"],
    ),
    ("data.psychotherapy", &["psychotherapy", "therapy"]),
    (
        "data.vitals.sbp_pre",
        &["sbppre", "sbpbefore", "sbpbaseline", "systolicpre", "systolicbefore"],
    ),
    (
        "data.vitals.dbp_pre",
        &["dbppre", "dbpbefore", "dbpbaseline", "diastolicpre", "diastolicbefore"],
    ),
    ("data.vitals.sbp_peak", &["sbppeak", "sbpmax", "sbp40", "sbp40min", "systolicpeak"]),
    ("data.vitals.dbp_peak", &["dbppeak", "dbpmax", "dbp40", "dbp40min", "diastolicpeak"]),
    ("data.vitals.spo2_min", &["spo2", "spo2min", "spo2lowest", "lowestspo2", "o2sat"]),
    ("data.effects[sedation].severity", &["sedation"]),
    ("data.effects[dissociation].severity", &["dissociation"]),
    ("data.effects", &["sideeffects", "adverseeffects", "adverseevents", "effects"]),
];

/// Words of cells, in lower case, and the codes they stand for, by field.
const WORDS: [(&str, &[(&str, &str)]); 5] = [
    (
        "data.route",
        &[
            ("iv", "intravenous"),
            ("i.v.", "intravenous"),
            ("intravenous", "intravenous"),
            ("infusion", "intravenous"),
            ("im", "intramuscular"),
            ("i.m.", "intramuscular"),
            ("intramuscular", "intramuscular"),
            ("in", "intranasal"),
            ("nasal", "intranasal"),
            ("nasal spray", "intranasal"),
            ("intranasal", "intranasal"),
            ("sc", "subcutaneous"),
            ("s.c.", "subcutaneous"),
            ("subcutaneous", "subcutaneous"),
            ("sl", "sublingual"),
            ("sublingual", "sublingual"),
            ("lozenge", "sublingual"),
            ("troche", "sublingual"),
            ("po", "oral"),
            ("oral", "oral"),
        ],
    ),
    (
        "data.drug",
        &[
            ("ketamine", "ketamine"),
            ("ketamine hcl", "ketamine"),
            ("ketalar", "ketamine"),
            ("racemic ketamine", "ketamine"),
            ("esketamine", "esketamine"),
            ("spravato", "esketamine"),
            ("s-ketamine", "esketamine"),
        ],
    ),
    (
        "data.phase",
        &[
            ("induction", "induction"),
            ("series", "induction"),
            ("maintenance", "maintenance"),
            ("booster", "maintenance"),
        ],
    ),
    (
        "severity",
        &[
            ("none", ""),
            ("no", ""),
            ("absent", ""),
            ("mild", "mild"),
            ("moderate", "moderate"),
            ("severe", "severe"),
        ],
    ),
    (
        "data.effects",
        &[
            ("none", ""),
            ("nausea", "nausea"),
            ("vomiting", "vomiting"),
            ("dizziness", "dizziness"),
            ("dizzy", "dizziness"),
            ("headache", "headache"),
            ("dissociation", "dissociation"),
            ("sedation", "sedation"),
            ("anxiety", "anxiety"),
            ("vertigo", "vertigo"),
            ("blurred vision", "blurred-vision"),
            ("other", "other"),
        ],
    ),
];

/// Lower case, letters and digits only.
#[must_use]
pub fn plain(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a header means; `None` if it is no common name.
#[must_use]
pub fn meaning(header: &str, instruments: &Instruments) -> Option<Meaning> {
    let name = plain(without_unit(header).0);
    if let Some((code, rest)) = instrument(&name, instruments)
        && matches!(rest, "" | "total" | "score" | "sum" | "totalscore")
    {
        return Some(Meaning::Total(code.to_owned()));
    }
    let named = NAMES.iter().find(|(_, names)| names.contains(&name.as_str()));
    let of_session = || SESSION.iter().find(|(_, names)| names.contains(&name.as_str()));
    named
        .map(|(meaning, _)| meaning.clone())
        .or_else(|| of_session().map(|(path, _)| Meaning::Session(path)))
}

/// The instrument a plain name begins with, and what stands behind it.
#[must_use]
pub fn instrument<'a, 'b>(
    name: &'a str,
    instruments: &'b Instruments,
) -> Option<(&'b str, &'a str)> {
    let begins = instruments.keys().filter_map(|code| {
        let rest = name.strip_prefix(plain(code).as_str())?;
        Some((code.as_str(), rest))
    });
    // The longest: bpi-severity before bpi.
    begins.min_by_key(|(_, rest)| rest.len())
}

/// A header without the unit behind it, and that unit, as the header writes it.
#[must_use]
pub fn without_unit(header: &str) -> (&str, Option<&str>) {
    let header = header.trim();
    let in_brackets = header.strip_suffix([')', ']']).and_then(|head| head.rsplit_once(['(', '[']));
    match in_brackets.or_else(|| header.rsplit_once(['_', ' '])) {
        Some((name, unit)) if UNIT_WORDS.contains(&unit.trim().to_lowercase().as_str()) => {
            (name.trim_end(), Some(unit.trim()))
        }
        _ => (header, None),
    }
}

/// Words behind a header that are units.
const UNIT_WORDS: [&str; 19] = [
    "mg", "g", "mcg", "ug", "µg", "mg/kg", "mgkg", "kg", "lb", "lbs", "min", "mins", "minutes",
    "h", "hr", "hours", "s", "sec", "mmhg",
];

/// The unit of a column in the words of a mapping; `None` if it is none that fits the field.
#[must_use]
pub fn unit(written: &str, path: &str) -> Option<&'static str> {
    let name = match written.to_lowercase().as_str() {
        "mg" => "mg",
        "g" => "g",
        "mcg" | "ug" | "µg" => "mcg",
        "mg/kg" | "mgkg" => "mg/kg",
        "kg" => "kg",
        "lb" | "lbs" => "lb",
        "min" | "mins" | "minutes" => "min",
        "h" | "hr" | "hours" => "h",
        "s" | "sec" => "s",
        "mmhg" => "mmHg",
        _ => return None,
    };
    Unit::find(name, path).is_ok().then_some(name)
}

/// The common words for a field, each with its code; an empty code stands for none.
#[must_use]
pub fn words(path: &str) -> Option<&'static [(&'static str, &'static str)]> {
    let name = if path.ends_with(".severity") { "severity" } else { path };
    WORDS.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::instrument::shipped;
    use crate::event::kind::EventType;
    use crate::ingest::sheet::target::Targets;

    #[test]
    fn common_names_are_recognised() {
        let instruments = shipped().expect("the instrument table");
        let meaning = |header: &str| meaning(header, &instruments);
        assert_eq!(meaning("Patient code"), Some(Meaning::Subject));
        assert_eq!(meaning("SESSION_DATE"), Some(Meaning::Date));
        assert_eq!(meaning("Dose (mg)"), Some(Meaning::Session("data.dose.value")));
        assert_eq!(meaning("weight_lb"), Some(Meaning::Session("data.weight_kg")));
        assert_eq!(meaning("PHQ-9 total"), Some(Meaning::Total("phq-9".into())));
        assert_eq!(meaning("bpi_severity"), Some(Meaning::Total("bpi-severity".into())));
        assert_eq!(meaning("PHQ-9 week 2"), None);
        assert_eq!(meaning("Chair"), None);
        assert_eq!(meaning("Dose (somebody)"), None, "no unit, so no common name");
        assert_eq!(unit("lbs", "data.weight_kg"), Some("lb"));
        assert_eq!(unit("mg", "data.weight_kg"), None);
    }

    #[test]
    fn every_field_and_code_exists() {
        let targets = Targets::of(EventType::SessionCompleted, 1).expect("published");
        for (path, _) in SESSION {
            assert!(targets.find(path).is_ok(), "{path}");
        }
        let document = crate::schema::document(EventType::SessionCompleted, 1).expect("published");
        for (path, words) in WORDS {
            for (_, code) in words.iter().filter(|(_, code)| !code.is_empty()) {
                assert!(document.contains(&format!("\"{code}\"")), "{path}: {code}");
            }
        }
    }
}

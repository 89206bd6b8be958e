//! Vital signs around a session: readings, each with its sign, its moment and its unit.
//!
//! Version 1 of a session had a field for each of five readings, [`SUMMARY`]. Those are still the
//! usual ones, so they keep their columns in the store and their names in the canonical text; what
//! else version 2 can say stands beside them.

use super::code::{VitalMoment, VitalSign, VitalUnit};
use super::number::{Int, Num};
use super::object::objects;
use super::refuse::{Reason, refuse};
use super::text::present;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most readings of one session: four signs every five minutes for two hours.
pub const MOST_READINGS: usize = 100;

/// When a reading was taken. Named moments come before minutes, so that vital signs have one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// A named moment.
    Moment(VitalMoment),
    /// Minutes from the start of dosing, at most a day.
    Minute(Int<0, 1440>),
}

/// One reading; its unit is one of its sign, and its value lies in the range of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    sign: VitalSign,
    at: At,
    value: Num<0, 300>,
    unit: VitalUnit,
}

impl Reading {
    /// # Errors
    /// [`Reason::UnknownCode`] if the sign is not measured in this unit, [`Reason::WrongType`] for a
    /// fraction where the unit has none, [`Reason::OutOfRange`] outside the range.
    pub fn new(
        sign: VitalSign,
        at: At,
        value: Num<0, 300>,
        unit: VitalUnit,
    ) -> Result<Self, Reason> {
        let (whole, range) = match (sign, unit) {
            (VitalSign::Systolic, VitalUnit::MmHg) => (true, 30.0..=300.0),
            (VitalSign::Systolic, VitalUnit::KPa) => (false, 4.0..=40.0),
            (VitalSign::Diastolic, VitalUnit::MmHg) => (true, 10.0..=200.0),
            (VitalSign::Diastolic, VitalUnit::KPa) => (false, 1.0..=27.0),
            (VitalSign::HeartRate, VitalUnit::PerMinute) => (true, 20.0..=250.0),
            (VitalSign::Saturation, VitalUnit::Percent) => (true, 0.0..=100.0),
            _ => return Err(Reason::UnknownCode),
        };
        if whole && value.get().fract() != 0.0 {
            return Err(Reason::WrongType);
        }
        if !range.contains(&value.get()) {
            return Err(Reason::OutOfRange);
        }
        Ok(Self { sign, at, value, unit })
    }

    /// What was measured.
    #[must_use]
    pub const fn sign(&self) -> VitalSign {
        self.sign
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> At {
        self.at
    }

    /// The number, in [`Reading::unit`].
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.value.get()
    }

    /// Unit of the number.
    #[must_use]
    pub const fn unit(&self) -> VitalUnit {
        self.unit
    }

    fn key(&self) -> (VitalSign, At, VitalUnit) {
        (self.sign, self.at, self.unit)
    }

    /// Place among [`SUMMARY`]; `None` for a reading that version 1 could not say.
    fn summary_place(&self) -> Option<usize> {
        let At::Moment(moment) = self.at else { return None };
        SUMMARY.iter().position(|usual| {
            usual.sign == self.sign && usual.moment == moment && usual.unit == self.unit
        })
    }
}

/// A reading that version 1 had a field for.
#[derive(Debug, Clone, Copy)]
pub struct Usual {
    /// Name of the field.
    pub field: &'static str,
    /// What was measured.
    pub sign: VitalSign,
    /// When.
    pub moment: VitalMoment,
    /// Unit.
    pub unit: VitalUnit,
}

/// The five readings of version 1, in the order of its fields.
pub const SUMMARY: [Usual; 5] = [
    usual("sbp_pre", VitalSign::Systolic, VitalMoment::Pre, VitalUnit::MmHg),
    usual("dbp_pre", VitalSign::Diastolic, VitalMoment::Pre, VitalUnit::MmHg),
    usual("sbp_peak", VitalSign::Systolic, VitalMoment::Peak, VitalUnit::MmHg),
    usual("dbp_peak", VitalSign::Diastolic, VitalMoment::Peak, VitalUnit::MmHg),
    usual("spo2_min", VitalSign::Saturation, VitalMoment::Lowest, VitalUnit::Percent),
];

const fn usual(
    field: &'static str,
    sign: VitalSign,
    moment: VitalMoment,
    unit: VitalUnit,
) -> Usual {
    Usual { field, sign, moment, unit }
}

fn summary_readings(
    values: [Option<i64>; SUMMARY.len()],
) -> impl Iterator<Item = Result<Reading, Reason>> {
    let given = SUMMARY.iter().zip(values).filter_map(|(usual, value)| Some((usual, value?)));
    given.map(|(usual, value)| usual.reading(value))
}

impl Usual {
    fn reading(&self, value: i64) -> Result<Reading, Reason> {
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53, or out of range")]
        let value = Num::new(value as f64).ok_or(Reason::OutOfRange)?;
        Reading::new(self.sign, At::Moment(self.moment), value, self.unit)
    }
}

/// The vital signs of a session. Empty says that they were looked at and none was written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Vitals(Vec<Reading>);

impl Vitals {
    /// Readings in any order.
    ///
    /// # Errors
    /// [`Reason::TooManyItems`] above 100, [`Reason::DuplicateItem`] for the same reading twice, or
    /// for a sign twice at one named moment.
    pub fn new(mut readings: Vec<Reading>) -> Result<Self, Reason> {
        if readings.len() > MOST_READINGS {
            return Err(Reason::TooManyItems);
        }
        readings
            .sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| a.value().total_cmp(&b.value())));
        let twice = |pair: &[Reading]| {
            let [a, b] = pair else { return false };
            let same_moment = matches!(a.at, At::Moment(_)) && (a.sign, a.at) == (b.sign, b.at);
            same_moment || a == b
        };
        if readings.windows(2).any(twice) {
            return Err(Reason::DuplicateItem);
        }
        Ok(Self(readings))
    }

    /// From the values of the five readings that version 1 had a field for, in the order of
    /// [`SUMMARY`].
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] for a value outside its range.
    pub fn of_summary(values: [Option<i64>; SUMMARY.len()]) -> Result<Self, Reason> {
        let readings = summary_readings(values).collect::<Result<_, _>>()?;
        Self::new(readings)
    }

    /// Whether [`Vitals::of_summary`] would take these values.
    ///
    /// # Errors
    /// As there.
    pub fn check_summary(values: [Option<i64>; SUMMARY.len()]) -> Result<(), Reason> {
        summary_readings(values).try_for_each(|reading| reading.map(|_| ()))
    }

    /// Every reading, in the order of sign, moment, unit and value.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.0
    }

    /// The reading of a sign at a named moment.
    #[must_use]
    pub fn at(&self, sign: VitalSign, moment: VitalMoment) -> Option<&Reading> {
        self.0.iter().find(|reading| (reading.sign, reading.at) == (sign, At::Moment(moment)))
    }

    /// The values of the five readings that version 1 had a field for, in the order of [`SUMMARY`].
    #[must_use]
    pub fn summary(&self) -> [Option<i32>; SUMMARY.len()] {
        let mut values = [None; SUMMARY.len()];
        for reading in &self.0 {
            if let Some(place) = reading.summary_place() {
                #[allow(clippy::cast_possible_truncation, reason = "whole, and at most 300")]
                let value = reading.value() as i32;
                values[place] = Some(value);
            }
        }
        values
    }

    /// The readings that version 1 had no field for, in their order.
    pub fn others(&self) -> impl Iterator<Item = &Reading> {
        self.0.iter().filter(|reading| reading.summary_place().is_none())
    }
}

/// A reading as JSON writes it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
struct Written {
    sign: VitalSign,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    moment: Option<VitalMoment>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    at_min: Option<Int<0, 1440>>,
    value: Num<0, 300>,
    unit: VitalUnit,
}

objects! { Written }

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let &Self { sign, at, value, unit } = self;
        let (moment, at_min) = match at {
            At::Moment(moment) => (Some(moment), None),
            At::Minute(minute) => (None, Some(minute)),
        };
        serde::Serialize::serialize(&Written { sign, moment, at_min, value, unit }, s)
    }
}

impl<'de> Deserialize<'de> for Reading {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let Written { sign, moment, at_min, value, unit } = Deserialize::deserialize(d)?;
        let at = match (moment, at_min) {
            (Some(moment), None) => At::Moment(moment),
            (None, Some(minute)) => At::Minute(minute),
            (None, None) => return Err(refuse(Reason::MissingField)),
            // The same question answered twice.
            (Some(_), Some(_)) => return Err(refuse(Reason::DuplicateField)),
        };
        Self::new(sign, at, value, unit).map_err(refuse)
    }
}

impl Serialize for Vitals {
    /// As version 1 has them where it can say them, else as version 2 has them: one content, one
    /// text, and the same text for good.
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.others().next().is_some() {
            return self.0.serialize(s);
        }
        let values = self.summary();
        let mut fields = s.serialize_struct("Vitals", SUMMARY.len())?;
        for (usual, value) in SUMMARY.iter().zip(values) {
            if let Some(value) = value {
                fields.serialize_field(usual.field, &value)?;
            }
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Vitals {
    /// As version 2 has them; version 1 is read by its upcaster.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(d)?).map_err(refuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::refuse::reason_of;

    fn read(json: &str) -> Result<Vitals, Reason> {
        serde_json::from_str(json).map_err(|error| reason_of(&error.to_string()))
    }

    #[test]
    fn a_reading_needs_a_moment_a_unit_of_its_sign_and_a_value_in_range() {
        let cases = [
            (r#"{"sign":"sbp","moment":"pre","value":30,"unit":"mmHg"}"#, None),
            (r#"{"sign":"sbp","at_min":40,"value":40.0,"unit":"kPa"}"#, None),
            (r#"{"sign":"spo2","moment":"lowest","value":100,"unit":"%"}"#, None),
            (r#"{"sign":"heart-rate","at_min":1440,"value":250,"unit":"/min"}"#, None),
            (r#"{"sign":"sbp","value":120,"unit":"mmHg"}"#, Some(Reason::MissingField)),
            (
                r#"{"sign":"sbp","moment":"pre","at_min":0,"value":120,"unit":"mmHg"}"#,
                Some(Reason::DuplicateField),
            ),
            (
                r#"{"sign":"sbp","moment":"pre","value":120.5,"unit":"mmHg"}"#,
                Some(Reason::WrongType),
            ),
            (r#"{"sign":"dbp","moment":"pre","value":9,"unit":"mmHg"}"#, Some(Reason::OutOfRange)),
            (
                r#"{"sign":"dbp","moment":"pre","value":27.1,"unit":"kPa"}"#,
                Some(Reason::OutOfRange),
            ),
            (r#"{"sign":"sbp","at_min":1441,"value":120,"unit":"mmHg"}"#, Some(Reason::OutOfRange)),
            (
                r#"{"sign":"spo2","moment":"end","value":97,"unit":"mmHg"}"#,
                Some(Reason::UnknownCode),
            ),
            (r#"["sbp","pre",40,120,"mmHg"]"#, Some(Reason::WrongType)),
        ];
        for (json, reason) in cases {
            assert_eq!(read(&format!("[{json}]")).err(), reason, "{json}");
        }
        assert_eq!(read("{}").err(), Some(Reason::WrongType), "version 1 has its upcaster");
    }

    #[test]
    fn order_says_nothing_and_repetition_is_refused() {
        let a = r#"{"sign":"spo2","moment":"lowest","value":95,"unit":"%"}"#;
        let b = r#"{"sign":"sbp","at_min":40,"value":150,"unit":"mmHg"}"#;
        let again = r#"{"sign":"sbp","at_min":40,"value":152,"unit":"mmHg"}"#;
        let other = r#"{"sign":"spo2","moment":"lowest","value":96,"unit":"%"}"#;
        let of = |list: &[&str]| read(&format!("[{}]", list.join(",")));
        assert_eq!(of(&[a, b]), of(&[b, a]));
        assert!(of(&[a, b, again]).is_ok(), "measured twice in one minute");
        assert_eq!(of(&[b, a, b]).err(), Some(Reason::DuplicateItem));
        assert_eq!(of(&[a, b, other]).err(), Some(Reason::DuplicateItem));
        let minute = |n| format!(r#"{{"sign":"sbp","at_min":{n},"value":150,"unit":"mmHg"}}"#);
        let many = |n| read(&format!("[{}]", (0..n).map(minute).collect::<Vec<_>>().join(",")));
        assert!(many(100).is_ok());
        assert_eq!(many(101).err(), Some(Reason::TooManyItems));
    }

    #[test]
    fn the_text_is_that_of_version_1_where_it_can_say_it() {
        let text = |json: &str| serde_json::to_string(&read(json).expect(json)).expect("JSON");
        assert_eq!(text("[]"), "{}");
        let low = r#"{"sign":"spo2","moment":"lowest","value":95,"unit":"%"}"#;
        let pre = r#"{"sign":"sbp","moment":"pre","value":128.0,"unit":"mmHg"}"#;
        let at_40 = r#"{"sign":"sbp","at_min":40,"value":150,"unit":"mmHg"}"#;
        assert_eq!(text(&format!("[{low},{pre}]")), r#"{"sbp_pre":128,"spo2_min":95}"#);
        let pre_written = pre.replace(".0", "");
        assert_eq!(
            text(&format!("[{low},{at_40},{pre}]")),
            format!("[{pre_written},{at_40},{low}]")
        );
        let kilopascal = r#"[{"sign":"sbp","moment":"pre","value":17.1,"unit":"kPa"}]"#;
        assert_eq!(text(kilopascal), kilopascal);
    }
}

//! Levels of a stratum, in code order, and the level a course belongs to.

use super::cohort::Cohort;
use super::settings::Stratum;
use crate::course::fact::{Course, DoseBand};
use crate::event::code::Sex;
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use compact_str::{CompactString, ToCompactString, format_compact};

/// A level with its place in the order of tables. It is no text yet: every course is asked for the
/// levels it stands in, and few of them are ever printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level<'a> {
    /// Place in code order; levels of equal place are ordered by label.
    place: u32,
    label: Label<'a>,
}

/// What tables print. Levels of equal place are of one kind of label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Label<'a> {
    Text(&'a str),
    Number(usize),
    AtLeast(usize),
}

/// Place of a level that stands behind all codes of its list.
const LAST: u32 = u32::MAX;

impl<'a> Level<'a> {
    pub(super) fn new(place: usize, label: &'a str) -> Self {
        Self::of(place, Label::Text(label))
    }

    fn of(place: usize, label: Label<'a>) -> Self {
        Self { place: u32::try_from(place).unwrap_or(LAST - 1), label }
    }

    const fn unknown() -> Self {
        Self { place: LAST, label: Label::Text("unknown") }
    }

    /// What tables print.
    #[must_use]
    pub fn label(self) -> CompactString {
        match self.label {
            Label::Text(text) => text.into(),
            Label::Number(number) => number.to_compact_string(),
            Label::AtLeast(number) => format_compact!("{number}+"),
        }
    }
}

/// The level of a stratum that a course belongs to; `None` where the stratum does not exist for
/// it: `course_order` of a first course, `fixed_cohort` of a course with fewer infusions; and of
/// `baseline_severity`, whose level is that of a score: [`severity`].
///
/// `phase` has the level `induction`, to which every course belongs with its induction sessions.
#[must_use]
pub fn level_of<'a>(stratum: Stratum, course: &'a Course, cohort: &Cohort) -> Option<Level<'a>> {
    let profile = &course.profile;
    Some(match stratum {
        Stratum::All => Level::new(0, "all"),
        Stratum::Phase => Level::new(0, "induction"),
        Stratum::BaselineSeverity => return None,
        Stratum::CourseOrder if course.order == 1 => return None,
        Stratum::CourseOrder => Level::of(course.order, Label::Number(course.order)),
        Stratum::FixedCohort => {
            let least = cohort.analysis.compare_at;
            if course.infusions.len() < least {
                return None;
            }
            Level::of(0, Label::AtLeast(least))
        }
        Stratum::Drug => {
            let drug = course.drug.as_str();
            let place = cohort.vocabulary.drugs.iter().position(|known| known == drug);
            Level::new(place.unwrap_or(usize::MAX), drug)
        }
        Stratum::Site => Level::new(0, course.site.as_str()),
        Stratum::Indication => match profile.indications.as_slice() {
            [] => Level::unknown(),
            [one] => Level::new(*one as usize, one.as_str()),
            _ => Level { place: LAST - 1, label: Label::Text("multiple") },
        },
        Stratum::AgeBand => known(profile.age_band.map(|band| (band as usize, band.as_str()))),
        // `unknown` is a code of this list: said to be unknown and not said are one level.
        Stratum::Sex => {
            let sex = profile.sex.filter(|sex| *sex != Sex::Unknown);
            known(sex.map(|sex| (sex as usize, sex.as_str())))
        }
        Stratum::Psychotherapy => known(
            course
                .psychotherapy
                .map(|paired| if paired { (0, "paired") } else { (1, "not-paired") }),
        ),
        Stratum::PriorFailedTrials => known(profile.prior_failed_trials.map(|n| match n {
            0 | 1 => (0, "0-1"),
            2 => (1, "2"),
            _ => (2, "3+"),
        })),
        Stratum::DoseBand => {
            let band = Some(course.dose_band).filter(|band| *band != DoseBand::Unknown);
            known(band.map(|band| (band as usize, band.as_str())))
        }
    })
}

/// The level of `baseline_severity` that a baseline belongs to; `None` for an instrument without
/// bands.
#[must_use]
pub fn severity(baseline: Score, instrument: &Instrument) -> Option<Level<'_>> {
    let label = instrument.band(baseline)?;
    let place = instrument.bands.iter().position(|(_, known)| known == label)?;
    Some(Level::new(place, label))
}

/// The level of a code, `unknown` where there is none.
fn known(code: Option<(usize, &str)>) -> Level<'_> {
    code.map_or_else(Level::unknown, |(place, label)| Level::new(place, label))
}

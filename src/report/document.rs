//! The report as data: what the pipeline fills in and the templates lay out.
//!
//! Estimates and counts of people come as [`Disclosed`] tables only. Row counts, settings and
//! lineage are not about people and come as plain values.

use crate::charts::draw;
use crate::charts::figure::Figure;
use crate::charts::frame::Place;
use crate::charts::kept_together::kept_together;
use crate::charts::marking::Marking;
use crate::curves::disclose::DisclosedTables;
use crate::event::instrument::{Better, Instrument, RemissionLine, ResponseRule};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use serde::{Deserialize, Serialize};

/// Everything one report says.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// What it says of itself.
    pub words: &'a Words,
    /// The figures, drawn, in the order in which they were made.
    pub figures: Vec<FigureBlock>,
    /// The estimate tables.
    pub tables: &'a DisclosedTables,
    /// Table `rejections`: records, not people.
    pub rejections: &'a Disclosed<Table>,
}

/// What a report says of itself besides its tables. It stands in `report.json`, so that the report
/// can be laid out again from the run alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Title.
    pub title: String,
    /// Whose report it is.
    pub organisation: Option<String>,
    /// The period it covers, in words.
    pub period: String,
    /// Synthetic, internal.
    pub marking: Marking,
    /// Counts of 1 to one less than this are hidden; 0 hides nothing.
    pub min_cell: u32,
    /// The infusion at which routes are compared.
    pub compare_at: i64,
    /// Limits to the quality of the data that were passed, a sentence each.
    pub limits_passed: Vec<String>,
    /// What became of the records of each source.
    pub account: Vec<AccountRow>,
    /// The same in total.
    pub total: AccountRow,
    /// The resolved settings.
    pub settings: Vec<Setting>,
    /// The instruments used, with the values used.
    pub instruments: Vec<InstrumentNote>,
    /// The methods used.
    pub methods: Vec<Method>,
    /// Where the numbers come from.
    pub lineage: Vec<Fact>,
}

/// A figure on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureBlock {
    /// File name in `charts`, without extension.
    pub name: String,
    /// Code of the instrument it shows; `all` for what is not about one.
    pub instrument: String,
    /// Name of the table it is drawn from.
    pub table: &'static str,
    /// What it is about.
    pub title: String,
    /// How the thing shown is defined.
    pub definition: String,
    /// What it shows, in words.
    pub finding: String,
    /// The whole figure in words.
    pub alt: String,
    /// What one must know to read it.
    pub notes: Vec<String>,
    /// The picture; empty where there is nothing to see.
    #[serde(skip)]
    pub svg: String,
    /// The picture for narrow pages.
    #[serde(skip)]
    pub svg_narrow: String,
}

impl FigureBlock {
    /// A figure drawn for the page.
    #[must_use]
    pub fn of(figure: &Figure) -> Self {
        let is_drawn = figure.shows_anything();
        let drawn = |place| if is_drawn { draw::svg(figure, place) } else { String::new() };
        Self {
            name: figure.name.clone(),
            instrument: figure.instrument.clone(),
            table: figure.table,
            title: kept_together(&figure.title),
            definition: kept_together(&figure.subtitle),
            finding: kept_together(&figure.finding),
            alt: figure.alt.clone(),
            notes: figure.notes.clone(),
            svg: drawn(Place::Page),
            svg_narrow: drawn(Place::NarrowPage),
        }
    }

    /// Whether there is anything to see.
    #[must_use]
    pub const fn is_drawn(&self) -> bool {
        !self.svg.is_empty()
    }

    /// Bytes it takes on the page.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.svg.len() + self.svg_narrow.len()
    }
}

/// What became of the records of one source: `read = accepted + duplicate + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountRow {
    /// Its name.
    pub file: String,
    /// Its BLAKE3 digest.
    pub digest: String,
    /// What its times are: `actual`, `shifted`, `relative`.
    pub time_basis: String,
    /// Records read.
    pub read: u64,
    /// Taken in.
    pub accepted: u64,
    /// Known before.
    pub duplicate: u64,
    /// Refused.
    pub rejected: u64,
    /// Anything else to know, such as "refused whole".
    pub note: String,
}

/// A setting as resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its key in the pipeline file.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What it does.
    pub meaning: String,
}

/// A method as used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// Its definition, in words.
    pub text: String,
    /// Where it comes from.
    pub reference: String,
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: String,
}

/// The values of an instrument as used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentNote {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Lowest to highest score and which is better.
    pub range: String,
    /// What counts as a response.
    pub response: String,
    /// What counts as remission.
    pub remission: String,
    /// Its severity bands.
    pub bands: String,
    /// The days its questions ask about.
    pub recall: String,
    /// Where the values come from.
    pub source: String,
}

impl InstrumentNote {
    /// The values of an instrument in words.
    #[must_use]
    pub fn of(code: &str, instrument: &Instrument) -> Self {
        let [lowest, highest] = instrument.range;
        let (better, verb) = match instrument.better {
            Better::Lower => ("lower is better", "fall"),
            Better::Higher => ("higher is better", "rise"),
        };
        let response = match instrument.response {
            Some(ResponseRule::Percent(percent)) => {
                format!("{verb} of at least {percent}\u{a0}%")
            }
            Some(ResponseRule::Points(points)) => format!("{verb} of at least {points} points"),
            None => "none agreed".into(),
        };
        let remission = match instrument.remission {
            Some(RemissionLine::AtMost(line)) => format!("{line} or less"),
            Some(RemissionLine::Above(line)) => format!("above {line}"),
            None => "none agreed".into(),
        };
        let bands: Vec<&str> = instrument.bands.iter().map(|(_, label)| label.as_str()).collect();
        Self {
            code: code.into(),
            name: instrument.name.clone(),
            range: format!("{lowest} to {highest}, {better}"),
            response,
            remission,
            bands: if bands.is_empty() { "none".into() } else { bands.join(", ") },
            recall: match instrument.recall_days {
                0 => "now".into(),
                1 => "1 day".into(),
                days => format!("{days} days"),
            },
            source: instrument.source.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::instrument::shipped;

    #[test]
    fn instruments_say_their_rules() {
        let table = shipped().expect("shipped");
        let phq = InstrumentNote::of("phq-9", &table["phq-9"]);
        assert_eq!(phq.range, "0 to 27, lower is better");
        assert_eq!(phq.response, "fall of at least 50\u{a0}%");
        assert_eq!(phq.remission, "4 or less");
        assert_eq!(phq.recall, "14 days");
        let who = InstrumentNote::of("who-5", &table["who-5"]);
        assert_eq!(who.response, "rise of at least 10 points");
        assert_eq!(who.remission, "above 50");
        let cadss = InstrumentNote::of("cadss", &table["cadss"]);
        assert_eq!((cadss.response.as_str(), cadss.bands.as_str()), ("none agreed", "none"));
    }
}

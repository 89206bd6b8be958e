//! What could be used: scores by instrument and source, sessions by source and route, in words and
//! in tables.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Article, Grid, Line, Section, heads, ungrouped};
use super::super::tables::{Tables, instrument_name};
use super::super::words;
use crate::charts::theme;
use crate::quality::check::Check;
use std::collections::BTreeMap;

const ID: &str = "usable";

/// Rows of the table by instrument, route, site and check.
struct Rows<'a> {
    reader: Reader<'a>,
    rows: BTreeMap<[&'a str; 4], usize>,
}

/// Instrument, route and site.
type Place<'a> = [&'a str; 3];

const ALL: &str = "all";

/// The instruments in the order of the table, then the sessions.
pub(super) fn section<'a>(tables: &Tables<'a>) -> Section<'a> {
    let reader = tables.get("data_quality");
    let table = reader.table;
    let key = |row| ["instrument", "route", "site", "check"].map(|column| table.text(row, column));
    let rows = Rows { reader, rows: (0..table.n_rows()).map(|row| (key(row), row)).collect() };
    let instruments = tables.instruments(table);
    let article = |code: &str, name: String| tables.article(ID, code, name, &[]);
    let mut articles: Vec<Article<'a>> = instruments
        .into_iter()
        .filter(|code| *code != ALL)
        .map(|code| rows.scores(code, article(code, instrument_name(tables.notes(), code))))
        .collect();
    articles.extend(rows.sessions(article("sessions", "Sessions".into())));
    Section {
        id: ID,
        title: "What could be used",
        brief: "Scores and sessions that count, and why others do not",
        lead: "A score helps only where it belongs to a session: as the last one before it, or the \
               last one in the time after it. Each score found is counted once, with the reason why \
               it could not be used; records that were rejected are no scores.",
        cautions: &[],
        empty: "No score and no session was found.",
        articles,
    }
}

impl<'a> Rows<'a> {
    fn cell(&self, [instrument, route, site]: Place<'a>, check: Check) -> Cell {
        let row = self.rows.get(&[instrument, route, site, check.code()]);
        row.map_or_else(Cell::blank, |row| self.reader.count(*row, "n"))
    }

    /// A count with its share below.
    fn with_share(&self, place: Place<'a>, check: Check) -> Cell {
        let [instrument, route, site] = place;
        let row = self.rows.get(&[instrument, route, site, check.code()]);
        let share = row.map(|row| self.reader.percent(*row, "share"));
        let share = share.filter(|share| share.is_shown() && check.whole() != check);
        let below = share.map_or_else(String::new, |share| format!("{}\u{a0}%", share.text));
        let cell = self.cell(place, check);
        if cell.is_shown() { Cell { below, ..cell } } else { cell }
    }

    /// Sources of an instrument or of the sessions, or routes of the sessions, all of them first.
    fn distinct(&self, instrument: &str, position: usize) -> Vec<&'a str> {
        let is_of = |key: &&[&'a str; 4]| {
            key[0] == instrument && (1..3).all(|other| other == position || key[other] == ALL)
        };
        let mut found: Vec<&str> = vec![ALL];
        for key in self.rows.keys().filter(is_of) {
            if !found.contains(&key[position]) {
                found.push(key[position]);
            }
        }
        found
    }

    fn scores<'b>(&self, code: &'a str, article: Article<'b>) -> Article<'b> {
        let name = &article.name;
        let place = [code, ALL, ALL];
        let [found, usable] =
            [Check::ScoresFound, Check::ScoresUsable].map(|check| self.cell(place, check));
        let first = match (found.is_shown(), usable.is_shown()) {
            (true, true) => format!(
                "On the {name}, {} were found and {} usable.",
                many(&found, "score"),
                was(&usable)
            ),
            (true, false) => format!(
                "On the {name}, {} were found. How many were usable is hidden to protect small groups.",
                many(&found, "score")
            ),
            (false, true) => format!(
                "On the {name}, {} usable. How many were found is hidden to protect small groups.",
                were(&usable, "score")
            ),
            (false, false) => {
                format!("On the {name}, the counts of scores are hidden to protect small groups.")
            }
        };
        let reasons = Check::ALL.iter().copied().filter(|check| {
            let beside = [Check::ScoresFound, Check::ScoresUsable, Check::ScoresUnusable];
            check.is_of_scores() && *check != Check::TotalsDiffer && !beside.contains(check)
        });
        let reasons: Vec<String> = reasons
            .filter_map(|check| {
                let cell = self.cell(place, check);
                let counts = cell.is_shown() && cell.text != "0";
                counts.then(|| format!("{} ({})", check.meaning(), cell.text))
            })
            .collect();
        let why = if reasons.is_empty() {
            String::new()
        } else {
            format!(" Why others were not: {}.", reasons.join("; "))
        };
        Article {
            finding: Some(format!("{first}{why}")),
            grids: vec![self.grid(name, "By source", code, 2)],
            ..article
        }
    }

    fn sessions<'b>(&self, article: Article<'b>) -> Option<Article<'b>> {
        let place = [ALL, ALL, ALL];
        self.rows.get(&[ALL, ALL, ALL, Check::SessionsFound.code()])?;
        let shown = |check: Check| Some(self.cell(place, check)).filter(Cell::is_shown);
        let mut finding = Vec::new();
        if let Some((found, counted)) =
            shown(Check::SessionsFound).zip(shown(Check::SessionsCounted))
        {
            finding.push(format!(
                "{} were found, and {} in a course.",
                many(&found, "session"),
                if counted.text == "1" {
                    "1 counts".into()
                } else {
                    format!("{} count", counted.text)
                }
            ));
        }
        if let Some((due, without)) =
            shown(Check::SessionsDue).zip(shown(Check::SessionWithoutCheckin))
        {
            finding.push(format!(
                "Of {} whose time for a check-in is over, {} had none.",
                many(&due, "session"),
                without.text
            ));
        }
        if let Some(missing) = shown(Check::DoseMissing) {
            finding.push(format!("{} on record.", none_of(&missing)));
        }
        if let Some((checked, implausible)) =
            shown(Check::DosesChecked).zip(shown(Check::DosesImplausible))
        {
            finding.push(format!(
                "Of {} that could be checked against a range, {} outside it.",
                many(&checked, "dose"),
                if implausible.text == "1" {
                    "1 is".into()
                } else {
                    format!("{} are", implausible.text)
                }
            ));
        }
        if finding.is_empty() {
            finding.push("The counts of sessions are hidden to protect small groups.".into());
        }
        let grid = |summary, position| self.grid(&article.name, summary, ALL, position);
        Some(Article {
            finding: Some(finding.join(" ")),
            grids: vec![grid("By source", 2), grid("By route", 1)],
            ..article
        })
    }

    /// A table of the counts of an instrument, or of the sessions, by the column at `position` of the
    /// key. Lines without any event are left out.
    fn grid(
        &self,
        name: &str,
        summary: &'static str,
        instrument: &'a str,
        position: usize,
    ) -> Grid {
        let mut codes = self.distinct(instrument, position);
        let is_by_route = position == 1;
        if is_by_route {
            codes.sort_by_key(|code| {
                (*code != ALL, theme::route_codes().position(|route| route == *code))
            });
        }
        let columns = codes.iter().map(|code| match (*code, is_by_route) {
            (ALL, false) => "All sources".to_owned(),
            (code, false) => code.to_owned(),
            (code, true) => theme::route_label(code).to_owned(),
        });
        let of_scores = instrument != ALL;
        let checks = Check::ALL.iter().copied().filter(|check| check.is_of_scores() == of_scores);
        let line = |check: Check| {
            let cells: Vec<Cell> = codes
                .iter()
                .map(|code| {
                    let mut place = [instrument, ALL, ALL];
                    place[position] = code;
                    self.with_share(place, check)
                })
                .collect();
            let is_empty =
                |cell: &Cell| cell.kind == "blank" || cell.is_shown() && cell.text == "0";
            let is_empty = cells.iter().all(is_empty);
            (!is_empty).then(|| Line::of(&words::capital(check.meaning()), cells))
        };
        let lines: Vec<Line> = checks.filter_map(line).collect();
        let columns: Vec<String> = columns.collect();
        let words = std::iter::once("Count").chain(columns.iter().map(String::as_str));
        Grid {
            summary: summary.into(),
            caption: format!("{name}: counts {}; small, percent.", summary.to_lowercase()),
            ..Grid::of("data_quality", heads(words), ungrouped(lines))
        }
    }
}

/// `1 score`, `5,173 scores`.
fn many(count: &Cell, noun: &str) -> String {
    let plural = if count.text == "1" { "" } else { "s" };
    format!("{} {noun}{plural}", count.text)
}

fn was(count: &Cell) -> String {
    if count.text == "1" { "1 was".into() } else { format!("{} were", count.text) }
}

fn were(count: &Cell, noun: &str) -> String {
    let verb = if count.text == "1" { "was" } else { "were" };
    format!("{} {verb}", many(count, noun))
}

fn none_of(count: &Cell) -> String {
    let verb = if count.text == "1" { "has" } else { "have" };
    format!("{} {verb} no dose", many(count, "session"))
}

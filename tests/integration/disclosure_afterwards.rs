//! What happens after a dose, in the audit of disclosure control: change, bands, onset, landmarks,
//! follow-up, day 28, adjusted comparison, and the fixed cohort. What adds up there and with the
//! curves by infusion, and how many people a table tells or a subtraction would.
//!
//! Written from the definitions of `docs/methods/`, for instruments whose band `0-4` is remission
//! and whose response is a fall by half.

use crate::disclosure::{At, FIRST, HORIZON, Network, RESPONSE, Sum, check_row, leaks, networks};
use crate::harness::tables::PEOPLE;
use afterdose::curves::disclose::{DisclosedTables, FullTables};
use afterdose::privacy::disclosed::Disclosed;
use afterdose::table::{Cell, Column, Table};
use std::collections::BTreeMap;

/// Tables of this part are numbered from here.
pub(crate) const BEGIN: usize = 100;
const CHANGE: usize = BEGIN;
const INDIVIDUAL: usize = BEGIN + 1;
const SHIFT: usize = BEGIN + 2;
const ONSET: usize = BEGIN + 3;
const GO_ON: usize = BEGIN + 4;
const ADJUSTMENT: usize = BEGIN + 5;
const DURABILITY: usize = BEGIN + 6;
const TREATMENT: usize = BEGIN + 7;
const DAY_28: usize = BEGIN + 8;
const ADJUSTED: usize = BEGIN + 9;

/// The infusion at which routes are compared, which admits to the fixed cohort.
const LEAST: i64 = 6;

/// The band of severity that is remission.
const REMISSION: &str = "0-4";

const FATES: [&str; 4] = ["responders", "stopped", "running", "waiting"];

/// A table: its number, what its rows are one of besides standing, and its counts of people.
type Counted = (usize, &'static [&'static str], &'static [&'static str]);

const COUNTED: [Counted; 9] = [
    (CHANGE, &["infusion"], &["n_observed", "partial_responders", "improved", "worse", "early"]),
    (
        INDIVIDUAL,
        &["infusion"],
        &["n_observed", "recovered", "improved", "unchanged", "deteriorated"],
    ),
    (SHIFT, &["band_before", "band_after"], &["n"]),
    (ONSET, &["hours"], &["n_scored", "n_treated_again", "responders"]),
    (GO_ON, &["infusion", "by_infusion", "group"], &LANDMARK),
    (ADJUSTMENT, &["infusion", "by_infusion", "group"], &LANDMARK),
    (DURABILITY, &["start", "clock", "time"], &FOLLOWED),
    (TREATMENT, &["clock", "time"], &FOLLOWED),
    (DAY_28, &[], &["n_day28", "responders_day28"]),
];

const LANDMARK: [&str; 6] = ["n", "responders", "stopped", "running", "waiting", "n_went_on"];
const FOLLOWED: [&str; 5] = ["n", "events", "competing", "unseen", "at_risk"];

/// The tables of this part, as they are and as a reader knows them.
pub(crate) struct Afterwards {
    pub(crate) whole: [Table; 10],
    pub(crate) shown: [Table; 10],
}

impl Afterwards {
    pub(crate) fn of(full: &FullTables, tables: &DisclosedTables) -> Self {
        let whole = [
            &full.change,
            &full.individual_change,
            &full.severity_shift,
            &full.onset,
            &full.go_on,
            &full.after_adjustment,
            &full.durability,
            &full.time_on_treatment,
            &full.day_28,
            &full.adjusted,
        ];
        let shown = [
            tables.change.get().clone(),
            tables.individual_change.get().clone(),
            tables.severity_shift.get().clone(),
            tables.onset.get().clone(),
            tables.go_on.get().clone(),
            tables.after_adjustment.get().clone(),
            steps_shown(&full.durability, tables.durability.get(), "losses"),
            steps_shown(&full.time_on_treatment, tables.time_on_treatment.get(), "ended"),
            day_28_shown(&full.day_28, tables),
            tables.adjusted.get().clone(),
        ];
        Self { whole: whole.map(Table::clone), shown }
    }
}

/// A table of counts of which nothing is known yet.
fn unknown(whole: &Table, columns: &[&str]) -> Table {
    let mut shown = whole.clone();
    for column in columns {
        let column = shown.position(column).and_then(|at| shown.column_mut(at));
        let column = column.expect("a column");
        (0..whole.n_rows()).for_each(|row| column.clear(row));
    }
    shown
}

/// Makes a cell known, which is the true one.
fn tell(shown: &mut Table, whole: &Table, (row, column): (usize, &str), value: i64) {
    assert_eq!(whole.int(row, column), Some(value), "{} {column}", whole.name);
    let at = shown.position(column).and_then(|at| shown.column_mut(at));
    let Some(Column::Int(cells)) = at else { panic!("{column} are counts") };
    cells[row] = Some(value);
}

/// What a reader knows of the counts along curves: a sum of steps is a difference of two counts, and
/// a number at risk is that at the beginning of its steps.
fn steps_shown(whole: &Table, published: &Table, events: &str) -> Table {
    let mut shown = unknown(whole, &FOLLOWED);
    let (mut begin, mut gone, mut left) = (0, 0, 0);
    assert_eq!(whole.n_rows(), published.n_rows());
    for row in 0..published.n_rows() {
        if row > 0 && published.int(row, "time") <= published.int(row - 1, "time") {
            (begin, gone, left) = (row, 0, 0);
        }
        if let Some(n) = published.int(row, "n") {
            tell(&mut shown, whole, (row, "n"), n);
        }
        if let Some(n) = published.int(row, "n_at_risk") {
            tell(&mut shown, whole, (begin, "at_risk"), n);
        }
        if let Some(n) = published.int(row, "treated_again") {
            left += n;
            tell(&mut shown, whole, (row, "competing"), left);
        }
        if let Some(n) = published.int(row, events) {
            gone += n;
            tell(&mut shown, whole, (row, "events"), gone);
            begin = row + 1;
        }
    }
    shown
}

/// What a reader knows of the counts of day 28: what the comparisons show of either side.
fn day_28_shown(whole: &Table, tables: &DisclosedTables) -> Table {
    let mut shown = unknown(whole, &["n_day28", "responders_day28"]);
    let rows = Rows::of(whole, &[]);
    let mut side = |of: [&str; 4], column: &str, value: Option<i64>| {
        let row = rows.at(&of.map(str::to_owned), "").expect("the same routes and levels");
        if let Some(value) = value {
            tell(&mut shown, whole, (row, column), value);
        }
    };
    let routes = [("route_a", "n_a_day28"), ("route_b", "n_b_day28")];
    let table = tables.comparison.get();
    for row in 0..table.n_rows() {
        let text = |name| table.text(row, name);
        for (route, n) in routes.into_iter().filter(|(route, _)| text(route) != "all") {
            let of = [text("instrument"), text("stratum"), text("level"), text(route)];
            side(of, "n_day28", table.int(row, n));
        }
    }
    let table = tables.level_comparison.get();
    for row in 0..table.n_rows() {
        let text = |name| table.text(row, name);
        let levels = [("level_a", "n_a_day28"), ("level_b", "n_b_day28")];
        for (level, n) in levels.into_iter().filter(|(level, _)| text(level) != "all") {
            let of = [text("instrument"), text("stratum"), text(level), text("route")];
            side(of, "n_day28", table.int(row, n));
        }
    }
    let table = tables.adjusted.get();
    let of_day_28 = |row: &usize| table.text(*row, "outcome") == "nri-at-day-28";
    for row in (0..table.n_rows()).filter(of_day_28) {
        for (route, n, responders) in SIDES {
            let of = [table.text(row, "instrument"), "all", "all", table.text(row, route)];
            side(of, "n_day28", table.int(row, n));
            side(of, "responders_day28", table.int(row, responders));
        }
    }
    shown
}

/// Columns of the two sides of an adjusted comparison.
const SIDES: [(&str, &str, &str); 2] =
    [("route_a", "n_a", "responders_a"), ("route_b", "n_b", "responders_b")];

/// Instrument, stratum, level, route.
type Standing = [String; 4];

/// Rows of a table by standing, and within it by what else they are one of, `;` between.
struct Rows(BTreeMap<Standing, BTreeMap<String, usize>>);

impl Rows {
    fn of(table: &Table, parts: &[&str]) -> Self {
        let mut rows: BTreeMap<Standing, BTreeMap<String, usize>> = BTreeMap::new();
        for row in 0..table.n_rows() {
            let standing = ["instrument", "stratum", "level", "route"];
            let standing = standing.map(|name| table.text(row, name).to_owned());
            let part = parts.iter().map(|name| match table.int(row, name) {
                Some(number) => number.to_string(),
                None => table.text(row, name).to_owned(),
            });
            let part = part.collect::<Vec<_>>().join(";");
            rows.entry(standing).or_default().insert(part, row);
        }
        Self(rows)
    }

    fn at(&self, standing: &Standing, part: &str) -> Option<usize> {
        self.0.get(standing)?.get(part).copied()
    }
}

fn with(standing: &Standing, stratum: &str, level: &str, route: &str) -> Standing {
    [standing[0].clone(), stratum.to_owned(), level.to_owned(), route.to_owned()]
}

/// The standing of everyone on the same route.
fn everyone(standing: &Standing) -> Standing {
    with(standing, "all", "all", &standing[3])
}

/// What a reader knows: where everything stands.
struct Reader {
    rows: BTreeMap<usize, Rows>,
}

impl Reader {
    fn of(network: &Network) -> Self {
        let by_infusion: &[&str] = &["infusion"];
        let counted = COUNTED.map(|(number, parts, _)| (number, parts));
        let tables = counted.into_iter().chain([(RESPONSE, by_infusion), (FIRST, by_infusion)]);
        let rows = tables.map(|(number, parts)| (number, Rows::of(network.whole(number), parts)));
        Self { rows: rows.collect() }
    }

    fn at(
        &self,
        number: usize,
        standing: &Standing,
        part: &str,
        column: &'static str,
    ) -> Option<At> {
        Some((number, self.rows[&number].at(standing, part)?, column))
    }

    /// A count of `response_by_infusion`.
    fn response(&self, standing: &Standing, infusion: i64, column: &'static str) -> Option<At> {
        self.at(RESPONSE, standing, &infusion.to_string(), column)
    }

    /// Every row of a table: standing, what else it is one of, and its cells.
    fn each(
        &self,
        number: usize,
    ) -> impl Iterator<Item = (&Standing, Vec<&str>, impl Fn(&'static str) -> At)> {
        self.rows[&number].0.iter().flat_map(move |(standing, rows)| {
            rows.iter().map(move |(part, row)| {
                (standing, part.split(';').collect(), move |column| (number, *row, column))
            })
        })
    }

    /// The rows of a table by standing and the first names of what else they are one of, each with
    /// the last.
    fn grouped(&self, number: usize) -> BTreeMap<(Standing, String), Vec<(String, usize)>> {
        let mut groups: BTreeMap<(Standing, String), Vec<(String, usize)>> = BTreeMap::new();
        for (standing, rows) in &self.rows[&number].0 {
            for (part, row) in rows {
                let (first, last) = part.rsplit_once(';').expect("several names");
                let group = groups.entry((standing.clone(), first.to_owned())).or_default();
                group.push((last.to_owned(), *row));
            }
        }
        groups
    }

    /// The rows of each curve, in time.
    fn curves(&self, number: usize) -> Vec<(Standing, String, Vec<usize>)> {
        let curves = self.grouped(number).into_iter().map(|((standing, name), rows)| {
            // Rows stand in the order of the times.
            let mut rows: Vec<usize> = rows.into_iter().map(|(_, row)| row).collect();
            rows.sort_unstable();
            (standing, name, rows)
        });
        curves.collect()
    }
}

fn same(a: At, b: At) -> Sum {
    vec![(a, 1), (b, -1)]
}

/// The first is the sum of the others.
fn sum(whole: At, parts: impl IntoIterator<Item = At>) -> Sum {
    parts.into_iter().map(|part| (part, 1)).chain([(whole, -1)]).collect()
}

fn infusion(part: &str) -> i64 {
    part.parse().expect("an infusion")
}

/// All that a reader knows to add up to zero.
pub(crate) fn relations(network: &Network, known: &mut Vec<Sum>) {
    let reader = Reader::of(network);
    across(&reader, known);
    of_change(&reader, known);
    of_bands(&reader, known);
    of_landmarks(&reader, known);
    of_follow_up(&reader, known);
    of_repeated(&reader, known);
    of_fixed_cohort(&reader, known);
    of_adjusted(network, &reader, known);
}

/// Routes to `all`, levels to the whole.
fn across(reader: &Reader, known: &mut Vec<Sum>) {
    for (number, _, columns) in COUNTED {
        let mut totals: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for (standing, rows) in &reader.rows[&number].0 {
            let [_, stratum, level, route] = standing.each_ref().map(String::as_str);
            for (part, row) in rows {
                let mut add = |whole: Standing, what: &str| {
                    if let Some(whole) = reader.rows[&number].at(&whole, part) {
                        totals.entry((whole, what.to_owned())).or_default().push(*row);
                    }
                };
                if route != "all" && route != "mixed" {
                    add(with(standing, stratum, level, "all"), "routes");
                }
                if ["drug", "indication", "baseline_severity"].contains(&stratum) {
                    add(everyone(standing), stratum);
                }
            }
        }
        for ((whole, _), rows) in totals {
            for column in columns {
                let parts = rows.iter().map(|row| (number, *row, *column));
                known.push(sum((number, whole, column), parts));
            }
        }
    }
}

/// Whoever is observed after an infusion has one verdict.
fn of_change(reader: &Reader, known: &mut Vec<Sum>) {
    for number in [CHANGE, INDIVIDUAL] {
        for (standing, part, at) in reader.each(number) {
            let observed = reader.response(standing, infusion(part[0]), "n_observed");
            known.push(same(at("n_observed"), observed.expect("the same rows")));
            if number == INDIVIDUAL {
                let verdicts = ["recovered", "improved", "unchanged", "deteriorated"];
                known.push(sum(at("n_observed"), verdicts.map(at)));
            }
        }
    }
}

/// Bands add up both ways, and are those of the stratum `baseline_severity`.
fn of_bands(reader: &Reader, known: &mut Vec<Sum>) {
    for (standing, rows) in &reader.rows[&SHIFT].0 {
        let bands: Vec<&str> = rows.keys().filter_map(|part| part.strip_suffix(";all")).collect();
        let single = bands.iter().copied().filter(|band| *band != "all");
        let n = |before: &str, after: &str| (SHIFT, rows[&format!("{before};{after}")], "n");
        for band in &bands {
            known.push(sum(n(band, "all"), single.clone().map(|after| n(band, after))));
            known.push(sum(n("all", band), single.clone().map(|before| n(before, band))));
        }
        let ill: Vec<&str> = single.clone().filter(|band| *band != REMISSION).collect();
        let response = |column| reader.response(standing, LEAST, column).expect("the same levels");
        known.push(same(response("n_observed"), n("all", "all")));
        known.push(same(response("remitters"), n("all", REMISSION)));
        known.push(sum(response("n_above_line"), ill.iter().map(|band| n(band, "all"))));
        let both = ill.iter().map(|band| n(band, REMISSION));
        known.push(sum(response("remitters_above_line"), both));
        for band in single.clone() {
            let level = with(standing, "baseline_severity", band, &standing[3]);
            let observed = reader.response(&level, LEAST, "n_observed");
            match (standing[1].as_str(), observed) {
                ("all", Some(observed)) => known.push(same(n(band, "all"), observed)),
                ("all", None) => known.push(vec![(n(band, "all"), 1)]),
                ("baseline_severity", _) if band != standing[2] => {
                    known.extend(bands.iter().map(|after| vec![(n(band, after), 1)]));
                }
                _ => {}
            }
        }
        if standing[1] == "baseline_severity" {
            for after in &bands {
                let part = format!("{};{after}", standing[2]);
                let whole = reader.at(SHIFT, &everyone(standing), &part, "n");
                known.push(same(n(&standing[2], after), whole.expect("everyone")));
            }
        }
    }
}

/// Whoever is observed after an infusion responds then or stands in one group, and has one fate.
fn of_landmarks(reader: &Reader, known: &mut Vec<Sum>) {
    let going_on = reader.grouped(GO_ON);
    for number in [GO_ON, ADJUSTMENT] {
        for (_, _, at) in reader.each(number) {
            known.push(sum(at("n"), FATES.map(at)));
        }
        for ((standing, name), groups) in reader.grouped(number) {
            let (landmark, by) = name.split_once(';').expect("a landmark and an end");
            let k = infusion(landmark);
            let of =
                |column: &'static str| groups.iter().map(move |(_, row)| (number, *row, column));
            let response = |column| reader.response(&standing, k, column).expect("the same rows");
            let here = of("n").chain([response("responders")]);
            known.push(sum(response("n_observed"), here));
            for (group, row) in &groups {
                let part = format!("{landmark};{LEAST};{group}");
                let Some(earlier) = reader.rows[&number].at(&standing, &part) else { continue };
                for column in ["n", "n_went_on"].into_iter().filter(|_| by != "6") {
                    known.push(same((number, *row, column), (number, earlier, column)));
                }
            }
            if number == ADJUSTMENT {
                // The same people in other groups.
                let theirs = &going_on[&(standing.clone(), name.clone())];
                for column in LANDMARK {
                    let others = theirs.iter().map(|(_, row)| ((GO_ON, *row, column), -1));
                    known.push(of(column).map(|at| (at, 1)).chain(others).collect());
                }
                continue;
            }
            // A response is an improvement: who has not improved has not responded.
            let improved = reader.at(CHANGE, &standing, landmark, "improved").expect("the same");
            for (group, row) in &groups {
                let n = (number, *row, "n");
                known.push(match group.as_str() {
                    "improved" => sum(improved, [n, response("responders")]),
                    _ => sum(response("n_observed"), [n, improved]),
                });
            }
        }
    }
}

/// Everyone followed has had the event, left, is not seen any longer, or is at risk.
fn of_follow_up(reader: &Reader, known: &mut Vec<Sum>) {
    for number in [DURABILITY, TREATMENT] {
        for (standing, name, rows) in reader.curves(number) {
            let at = |place: usize, column: &'static str| (number, rows[place], column);
            let n = at(0, "n");
            known.push(same(n, at(0, "at_risk")));
            for place in 1..rows.len() {
                known.push(same(n, at(place, "n")));
                let gone = ["events", "competing", "unseen"].map(|column| at(place - 1, column));
                known.push(sum(n, gone.into_iter().chain([at(place, "at_risk")])));
            }
            if name != "end-of-induction;days" {
                // There is no other way to leave.
                known.extend((0..rows.len()).map(|place| vec![(at(place, "competing"), 1)]));
            }
            let response = |k, column| reader.response(&standing, k, column).expect("the same");
            if number == TREATMENT {
                known.push(same(n, response(1, "n_treated")));
            } else if name.starts_with("first-response") {
                let by_then = reader.at(FIRST, &standing, &HORIZON.to_string(), "responded");
                known.push(same(n, by_then.expect("the same")));
            }
            if number == TREATMENT && name == "infusions" {
                for (place, k) in (1..=HORIZON).enumerate() {
                    known.push(same(at(place, "at_risk"), response(k, "n_treated")));
                    if k > 1 {
                        // Whoever runs and has not come so far is not due.
                        known.push(same(at(place - 1, "unseen"), response(k, "n_not_due")));
                    }
                }
            }
            if name == "first-response;infusions" {
                known.push(vec![(at(0, "events"), 1)]);
            }
        }
    }
}

/// What does not look at whether a session belongs to induction is the same there.
fn of_repeated(reader: &Reader, known: &mut Vec<Sum>) {
    for (number, _, columns) in COUNTED {
        for (standing, part, at) in reader.each(number) {
            let is_same = match number {
                ONSET | DAY_28 => true,
                DURABILITY => part[0] == "end-of-induction",
                _ => false,
            };
            if standing[1] == "phase" && is_same {
                for column in columns {
                    let whole = reader.at(number, &everyone(standing), &part.join(";"), column);
                    known.push(same(at(column), whole.expect("everyone")));
                }
            }
        }
    }
}

/// Whoever is treated at the infusion that admits, or later, is in the fixed cohort.
fn of_fixed_cohort(reader: &Reader, known: &mut Vec<Sum>) {
    let is_fixed = |standing: &&Standing| standing[1] == "fixed_cohort";
    for standing in reader.rows[&RESPONSE].0.keys().filter(is_fixed) {
        let all = everyone(standing);
        let here = |k, column| reader.response(standing, k, column).expect("a row an infusion");
        let whole = |k, column| reader.response(&all, k, column).expect("everyone");
        for k in 1..=HORIZON {
            if k <= LEAST {
                known.push(same(here(k, "n_treated"), whole(LEAST, "n_treated")));
                known.push(vec![(here(k, "n_not_due"), 1)]);
            }
            if k >= LEAST {
                for column in OF_TREATED {
                    known.push(same(here(k, column), whole(k, column)));
                }
                let running = [here(k, "n_not_due"), whole(LEAST, "n_not_due")];
                known.push(sum(whole(k, "n_not_due"), running));
            }
        }
    }
    for number in [CHANGE, INDIVIDUAL, SHIFT, GO_ON, ADJUSTMENT] {
        let columns = COUNTED.iter().find(|(other, ..)| *other == number).expect("listed").2;
        for (standing, part, at) in reader.each(number).filter(|(s, ..)| is_fixed(s)) {
            // Bands are those after the infusion that admits.
            let k = if number == SHIFT { LEAST } else { infusion(part[0]) };
            if k >= LEAST {
                for column in columns {
                    let whole = reader.at(number, &everyone(standing), &part.join(";"), column);
                    known.push(same(at(column), whole.expect("everyone")));
                }
            } else if matches!(number, GO_ON | ADJUSTMENT) {
                known.push(same(at("n"), at("n_went_on")));
            }
        }
    }
}

/// Counts of people treated at an infusion.
const OF_TREATED: [&str; 7] = [
    "n_treated",
    "n_observed",
    "responders",
    "remitters",
    "n_above_line",
    "remitters_above_line",
    "responders_nri",
];

/// Each count of an adjusted comparison is one of another table.
fn of_adjusted(network: &Network, reader: &Reader, known: &mut Vec<Sum>) {
    let table = network.whole(ADJUSTED);
    for row in 0..table.n_rows() {
        let text = |name| table.text(row, name).to_owned();
        for (route, n, responders) in SIDES {
            let standing = [text("instrument"), "all".to_owned(), "all".to_owned(), text(route)];
            let theirs = if text("outcome") == "nri-at-day-28" {
                ["n_day28", "responders_day28"].map(|name| reader.at(DAY_28, &standing, "", name))
            } else {
                ["n_enrolled", "responders_nri"].map(|name| reader.response(&standing, LEAST, name))
            };
            for (theirs, own) in theirs.into_iter().zip([n, responders]) {
                known.push(same(theirs.expect("the same routes"), (ADJUSTED, row, own)));
            }
        }
    }
}

/// Every number of people that a table tells, or that a subtraction would.
pub(crate) fn told(network: &Network) -> Vec<Sum> {
    let reader = Reader::of(network);
    let mut told = Vec::new();
    for (number, _, columns) in COUNTED {
        for (_, _, at) in reader.each(number) {
            told.extend(columns.iter().map(|column| vec![(at(column), 1)]));
        }
    }
    change_told(&reader, &mut told);
    onset_told(&reader, &mut told);
    landmarks_told(&reader, &mut told);
    follow_up_told(network, &reader, &mut told);
    repeated_told(&reader, &mut told);
    told
}

/// The people of the second are among those of the first.
fn less(larger: At, smaller: At) -> Sum {
    vec![(larger, 1), (smaller, -1)]
}

fn change_told(reader: &Reader, told: &mut Vec<Sum>) {
    for (standing, part, at) in reader.each(CHANGE) {
        let k = infusion(part[0]);
        let rest = ["partial_responders", "improved", "worse", "early"];
        told.extend(rest.map(|column| less(at("n_observed"), at(column))));
        told.push(less(at("improved"), at("partial_responders")));
        let responders = reader.response(standing, k, "responders").expect("the same rows");
        told.push(less(at("partial_responders"), responders));
        // Neither improved nor worse.
        told.push(vec![(at("n_observed"), 1), (at("improved"), -1), (at("worse"), -1)]);
        let deteriorated = reader.at(INDIVIDUAL, standing, part[0], "deteriorated");
        told.push(less(at("worse"), deteriorated.expect("the same rows")));
    }
    for (standing, part, at) in reader.each(INDIVIDUAL) {
        let verdicts = ["recovered", "improved", "unchanged", "deteriorated"];
        told.extend(verdicts.map(|column| less(at("n_observed"), at(column))));
        // Whoever recovered began above the line and is in remission.
        let remitters = reader.response(standing, infusion(part[0]), "remitters_above_line");
        told.push(less(remitters.expect("the same rows"), at("recovered")));
    }
    for (standing, part, at) in reader.each(SHIFT).filter(|(_, part, _)| part[1] != "all") {
        let whole = reader.at(SHIFT, standing, &format!("{};all", part[0]), "n");
        told.push(less(whole.expect("a sum"), at("n")));
    }
}

fn onset_told(reader: &Reader, told: &mut Vec<Sum>) {
    for (standing, _, at) in reader.each(ONSET) {
        told.push(less(at("n_scored"), at("n_treated_again")));
        told.push(less(at("n_scored"), at("responders")));
        let treated = |k| reader.response(standing, k, "n_treated").expect("the same rows");
        told.push(less(treated(1), at("n_scored")));
        told.push(less(treated(2), at("n_treated_again")));
    }
    for (standing, _, at) in reader.each(DAY_28) {
        told.push(less(at("n_day28"), at("responders_day28")));
        let everyone = reader.response(standing, 1, "n_treated").expect("the same rows");
        told.push(less(everyone, at("n_day28")));
    }
}

fn landmarks_told(reader: &Reader, told: &mut Vec<Sum>) {
    for number in [GO_ON, ADJUSTMENT] {
        for (standing, part, at) in reader.each(number) {
            told.extend(LANDMARK[1..].iter().map(|column| less(at("n"), at(column))));
            told.push(less(at("n_went_on"), at("responders")));
            told.push(less(at("n_went_on"), at("waiting")));
            // Went on, and was lost before the end.
            told.push(vec![(at("n_went_on"), 1), (at("responders"), -1), (at("waiting"), -1)]);
            let observed = reader.response(standing, infusion(part[0]), "n_observed");
            told.push(less(observed.expect("the same rows"), at("n")));
            let earlier = format!("{};{LEAST};{}", part[0], part[2]);
            if let Some(row) =
                reader.rows[&number].at(standing, &earlier).filter(|_| part[1] != "6")
            {
                let before = |column| (number, row, column);
                for column in ["responders", "stopped", "running"] {
                    told.push(less(at(column), before(column)));
                }
                told.push(less(before("waiting"), at("waiting")));
            }
        }
    }
    for ((standing, name), groups) in reader.grouped(GO_ON) {
        let (landmark, by) = name.split_once(';').expect("a landmark and an end");
        let k = infusion(landmark);
        let of =
            |column: &'static str| groups.iter().map(move |(_, row)| ((GO_ON, *row, column), -1));
        let response = |k, column| (reader.response(&standing, k, column).expect("the same"), 1);
        // Treated again, after a response or without a score.
        told.push(of("n_went_on").chain([response(k + 1, "n_treated")]).collect());
        // Responded by the end, and was not scored at the landmark, or no longer responded then.
        let first = |column| (reader.at(FIRST, &standing, by, column).expect("the same"), 1);
        let (responders, _) = response(k, "responders");
        told.push(of("responders").chain([first("responded"), (responders, -1)]).collect());
        if k == 1 {
            // Stopped by the end, and was not scored at the landmark.
            told.push(of("stopped").chain([first("stopped")]).collect());
        }
    }
}

fn follow_up_told(network: &Network, reader: &Reader, told: &mut Vec<Sum>) {
    for number in [DURABILITY, TREATMENT] {
        for (_, _, rows) in reader.curves(number) {
            let at = |place: usize, column: &'static str| (number, rows[place], column);
            for place in 0..rows.len() {
                let n = at(place, "n");
                let [events, competing] = ["events", "competing"].map(|name| at(place, name));
                told.extend([less(n, events), less(n, competing)]);
                // Still followed, or not seen any longer.
                told.push(vec![(n, 1), (events, -1), (competing, -1)]);
            }
            for column in ["events", "competing", "unseen"] {
                // Steps from each time to the next, and from each shown one to the next: a longer
                // step is made of these.
                let counts: Vec<At> = (0..rows.len()).map(|place| at(place, column)).collect();
                let shown: Vec<At> =
                    counts.iter().copied().filter(|at| !network.is_hidden(at)).collect();
                for two in counts.windows(2).chain(shown.windows(2)) {
                    told.push(less(two[1], two[0]));
                }
            }
        }
    }
}

/// Switched routes are part of all; the fixed cohort and inductions are part of the whole.
fn repeated_told(reader: &Reader, told: &mut Vec<Sum>) {
    let curves: [Counted; 2] = [
        (RESPONSE, &["infusion"], &PEOPLE),
        (FIRST, &["infusion"], &["n", "responded", "stopped", "at_risk", "at_risk_km"]),
    ];
    for (number, _, columns) in COUNTED.into_iter().chain(curves) {
        for (standing, part, at) in reader.each(number) {
            let part = part.join(";");
            let whole = |standing: &Standing, column| {
                reader.at(number, standing, &part, column).expect("everyone")
            };
            if standing[3] == "mixed" {
                let all = with(standing, &standing[1], &standing[2], "all");
                told.extend(columns.iter().map(|column| less(whole(&all, column), at(column))));
            }
            let everyone = everyone(standing);
            for column in columns {
                let difference = match (standing[1].as_str(), number, *column) {
                    // In induction alone treatment ends sooner.
                    ("phase", TREATMENT, "events") => less(at(column), whole(&everyone, column)),
                    ("fixed_cohort", ..) => less(whole(&everyone, column), at(column)),
                    ("phase", _, column) if is_nested_in_phase(number, column) => {
                        less(whole(&everyone, column), at(column))
                    }
                    _ => continue,
                };
                told.push(difference);
            }
        }
    }
}

/// Whether the people of a count in induction are among those of the whole.
fn is_nested_in_phase(number: usize, column: &str) -> bool {
    match number {
        CHANGE | INDIVIDUAL | SHIFT => true,
        RESPONSE => OF_TREATED.contains(&column),
        GO_ON | ADJUSTMENT => !matches!(column, "stopped" | "running"),
        DURABILITY => matches!(column, "n" | "events" | "at_risk"),
        TREATMENT => column == "at_risk",
        _ => false,
    }
}

/// Which counts each estimate of a published table is made from.
const MADE_FROM: [(&str, &[&str], &[&str]); 24] = [
    ("change_by_infusion", &["median_score", "median_change"], &["n_observed"]),
    ("change_by_infusion", &["mean_percent_change", "percent_change_lo"], &["n_observed"]),
    ("change_by_infusion", &["percent_change_hi", "mean_hours"], &["n_observed"]),
    ("change_by_infusion", &["effect_size_baseline", "effect_size_change"], &["n_observed"]),
    ("change_by_infusion", &["median_hours"], &["n_observed"]),
    (
        "change_by_infusion",
        &["partial_response_rate", "partial_response_lo", "partial_response_hi"],
        &["partial_responders", "n_observed"],
    ),
    (
        "change_by_infusion",
        &["improved_rate", "improved_lo", "improved_hi"],
        &["improved", "n_observed"],
    ),
    ("change_by_infusion", &["worse_rate", "worse_lo", "worse_hi"], &["worse", "n_observed"]),
    ("change_by_infusion", &["early_rate", "early_lo", "early_hi"], &["early", "n_observed"]),
    (
        "individual_change",
        &["recovered_rate", "recovered_lo", "recovered_hi"],
        &["recovered", "n_observed"],
    ),
    (
        "individual_change",
        &["improved_rate", "improved_lo", "improved_hi"],
        &["improved", "n_observed"],
    ),
    (
        "individual_change",
        &["unchanged_rate", "unchanged_lo", "unchanged_hi"],
        &["unchanged", "n_observed"],
    ),
    (
        "individual_change",
        &["deteriorated_rate", "deteriorated_lo", "deteriorated_hi"],
        &["deteriorated", "n_observed"],
    ),
    ("severity_shift", &["share"], &["n"]),
    ("onset", &["response_rate", "response_lo", "response_hi"], &["responders", "n_scored"]),
    ("onset", &["mean_change", "change_lo", "change_hi"], &["n_scored"]),
    ("go_on", &["estimate", "se", "lo", "hi"], &["responders", "n"]),
    ("go_on", &["went_on_rate", "went_on_lo", "went_on_hi"], &["responders", "n_went_on"]),
    ("after_adjustment", &["estimate", "se", "lo", "hi"], &["responders", "n"]),
    (
        "after_adjustment",
        &["went_on_rate", "went_on_lo", "went_on_hi"],
        &["responders", "n_went_on"],
    ),
    ("durability", &["estimate", "se", "lo", "hi", "n_at_risk"], &["losses", "n"]),
    ("time_on_treatment", &["estimate", "se", "lo", "hi", "n_at_risk"], &["ended", "n"]),
    (
        "adjusted_comparison",
        &["crude_difference", "weighted_a", "weighted_b", "weighted_difference"],
        &["n_a", "n_b", "responders_a", "responders_b"],
    ),
    (
        "adjusted_comparison",
        &["standardised_a", "standardised_b", "standardised_difference"],
        &["n_a", "n_b", "responders_a", "responders_b"],
    ),
];

#[test]
fn no_estimate_is_shown_without_the_counts_it_is_made_from() {
    let mut shown = BTreeMap::new();
    for min_cell in [11, 5] {
        for network in networks(min_cell) {
            for table in network.tables.all().map(Disclosed::get) {
                for (_, estimates, counts) in
                    MADE_FROM.iter().filter(|(name, ..)| *name == table.name)
                {
                    for row in 0..table.n_rows() {
                        let all = counts.iter().all(|count| table.int(row, count).is_some());
                        for estimate in *estimates {
                            if table.cell(row, estimate) != Cell::Na {
                                assert!(all, "{} {row}: {estimate}", table.name);
                                *shown.entry((table.name.clone(), *estimate)).or_insert(0) += 1;
                            }
                        }
                    }
                }
            }
            shares_have_their_bands(network.tables.severity_shift.get());
            differences_have_their_counts(&network);
        }
    }
    // Everything is shown somewhere, or nothing was looked at.
    for (name, estimates, _) in MADE_FROM {
        for estimate in estimates {
            assert!(shown.contains_key(&(name.to_owned(), *estimate)), "{name} {estimate}");
        }
    }
}

/// A share is of everyone in the band before.
fn shares_have_their_bands(table: &Table) {
    let rows = Rows::of(table, &["band_before", "band_after"]);
    for (part, row) in rows.0.values().flatten() {
        if table.cell(*row, "share") != Cell::Na {
            let (before, _) = part.split_once(';').expect("two bands");
            let standing = ["instrument", "stratum", "level", "route"];
            let standing = standing.map(|name| table.text(*row, name).to_owned());
            let whole = rows.at(&standing, &format!("{before};all")).expect("a sum");
            assert!(table.int(whole, "n").is_some(), "share of {before}");
        }
    }
}

/// Sides of a comparison, and what is compared between them.
const COMPARED: [([&str; 2], &str, [&str; 2]); 2] = [
    (["n_a", "n_b"], "difference", ["n_observed", "responders"]),
    (["n_a_nri", "n_b_nri"], "difference_nri", ["n_enrolled", "responders_nri"]),
];

/// What routes and levels are compared by is what `response_by_infusion` shows of them.
fn differences_have_their_counts(network: &Network) {
    let response = network.tables.response.get();
    let rows = Rows::of(response, &["infusion"]);
    let tables = [
        (network.tables.comparison.get(), ["route_a", "route_b"], "level"),
        (network.tables.level_comparison.get(), ["level_a", "level_b"], "route"),
    ];
    for (table, sides, other) in tables {
        for row in 0..table.n_rows() {
            let text = |name: &str| table.text(row, name).to_owned();
            let standing = |side: &str| {
                let [level, route] =
                    if other == "level" { [other, side] } else { [side, other] }.map(text);
                [text("instrument"), text("stratum"), level, route]
            };
            if sides.iter().any(|side| text(side) == "all") {
                continue;
            }
            for (counts, difference, made_from) in COMPARED {
                for (side, count) in sides.iter().zip(counts) {
                    let place = rows.at(&standing(side), "6").expect("the same rows");
                    let [n, k] = made_from.map(|name| response.int(place, name));
                    let own = table.int(row, count);
                    assert!(own.is_none() || own == n, "{} {row}: {count}", table.name);
                    let is_shown = table.cell(row, difference) != Cell::Na;
                    assert!(!is_shown || n.is_some() && k.is_some(), "{difference}");
                }
            }
        }
    }
}

/// A column of a table, of everyone on every route: rows shown, of those that count somebody.
fn shown_of(network: &Network, number: usize, column: &str) -> (usize, usize) {
    let [whole, shown] = [network.whole(number), network.shown(number)];
    let of_everyone = |row: &usize| {
        whole.text(*row, "stratum") == "all"
            && whole.text(*row, "route") == "all"
            && whole.int(*row, column).is_some_and(|n| n > 0)
    };
    let rows: Vec<usize> = (0..whole.n_rows()).filter(of_everyone).collect();
    let n_shown = rows.iter().filter(|row| shown.int(**row, column).is_some()).count();
    (n_shown, rows.len())
}

/// How much of a column is shown at least, in percent, in networks of 550 to 800 people. Measured
/// when this was written: the number behind.
const SHOWN: [(usize, &str, usize); 16] = [
    (CHANGE, "n_observed", 75),         // 85
    (CHANGE, "partial_responders", 85), // 96
    (CHANGE, "improved", 40),           // 50
    (CHANGE, "early", 55),              // 67
    (INDIVIDUAL, "improved", 60),       // 73
    (INDIVIDUAL, "unchanged", 60),      // 71
    (SHIFT, "n", 20),                   // 26
    (ONSET, "n_scored", 90),            // 100
    (ONSET, "responders", 90),          // 100
    (GO_ON, "n", 45),                   // 53
    (GO_ON, "responders", 20),          // 28
    (ADJUSTMENT, "n", 45),              // 60
    (DURABILITY, "n", 90),              // 100
    (DURABILITY, "events", 45),         // 57
    (TREATMENT, "n", 90),               // 100
    (TREATMENT, "events", 50),          // 61
];

#[test]
fn most_of_what_happens_afterwards_in_a_large_network_is_shown() {
    let networks: Vec<Network> = networks(11).skip(9).collect();
    let mut missed = Vec::new();
    for (number, column, least) in SHOWN {
        let counts = networks.iter().map(|network| shown_of(network, number, column));
        let (n, of) = counts.fold((0, 0), |(n, of), (more, more_of)| (n + more, of + more_of));
        if 100 * n < least * of {
            missed.push(format!("{} {column}: {n} of {of}", networks[0].whole(number).name));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn the_audit_sees_what_is_not_hidden_of_any_table() {
    let mut network = Network::new(250, 7, None, 11);
    assert!(leaks(&network, 11).is_empty());
    for number in 0..network.afterwards.whole.len() {
        let whole = network.afterwards.whole[number].clone();
        let shown = std::mem::replace(&mut network.afterwards.shown[number], whole);
        let found = leaks(&network, 11).len();
        assert!(found > 0, "{}", shown.name);
        network.afterwards.shown[number] = shown;
    }
}

#[test]
fn a_shown_cell_afterwards_is_the_true_one_rounded_and_a_hidden_one_is_named() {
    for min_cell in [11, 5] {
        for network in networks(min_cell) {
            for number in [CHANGE, INDIVIDUAL, SHIFT, ONSET, GO_ON, ADJUSTMENT, ADJUSTED] {
                let [whole, shown] = [network.whole(number), network.shown(number)];
                (0..whole.n_rows()).for_each(|row| check_row(whole, shown, row, min_cell));
            }
        }
    }
}

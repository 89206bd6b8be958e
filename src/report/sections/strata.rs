//! Response by kinds of people: each level of each stratum, and levels against each other.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Article, Grid, Group, Line, Section, heads};
use super::super::shape::ALL;
use super::super::tables::{Tables, distinct, every, instrument_name, routes, with};
use super::super::words;
use super::{comparison, cumulative};
use crate::charts::theme;
use crate::table::Table;

const ID: &str = "strata";

/// The instruments, in the order of the table.
pub(super) fn section<'a>(tables: &Tables<'a>) -> Section<'a> {
    let response = tables.get("response_by_infusion");
    let table = response.table;
    let article = |code: &str| {
        let name = instrument_name(tables.notes(), code);
        let mut article = tables.article(ID, code, name, &["forest_"]);
        let rows = with(table, &every(table), "instrument", code);
        for stratum in distinct(table, &rows, "stratum") {
            if stratum != ALL {
                article.grids.extend(grids(tables, &article.name, [code, stratum]));
            }
        }
        (!article.grids.is_empty() || !article.figures.is_empty()).then_some(article)
    };
    let instruments = tables.instruments(table);
    let articles: Vec<Article<'a>> = instruments.into_iter().filter_map(article).collect();
    Section {
        id: ID,
        title: "By kind of people",
        brief: "Diagnosis, severity, and other groups",
        lead: "The same shares for parts of the people. The fixed cohort counts only those who came \
               to the infusion at which routes are compared: the same people at every infusion up \
               to there.",
        cautions: &[
            ["Groups are not randomised.", "They differ in much besides what they are called."],
            [
                "Many groups, few people.",
                "Among many small groups some differ by chance alone; Holm's adjustment allows for \
                 the number of pairs tested.",
            ],
        ],
        empty: "No instrument was scored.",
        articles,
    }
}

fn of_stratum(table: &Table, [instrument, stratum]: [&str; 2]) -> Vec<usize> {
    let rows = with(table, &every(table), "instrument", instrument);
    with(table, &rows, "stratum", stratum)
}

/// Response by infusion, ever responded, levels compared.
fn grids(tables: &Tables<'_>, name: &str, keys: [&str; 2]) -> Vec<Grid> {
    let [code, stratum] = keys;
    let by = words::stratum(stratum).to_lowercase();
    let has_rule = |reader: Reader<'_>, rows: &[usize]| {
        !rows.iter().all(|&row| reader.table.text(row, "na_reason").contains("responders=no-rule"))
    };
    let mut grids = Vec::new();
    let response = tables.get("response_by_infusion");
    let rows = of_stratum(response.table, keys);
    if has_rule(response, &rows) {
        let infusions = infusions(response, &rows);
        let numbers: Vec<String> = infusions.iter().map(ToString::to_string).collect();
        let groups = levels(response.table, &rows, |rows| by_infusion(response, rows, &infusions));
        grids.push(Grid {
            summary: format!("By {by}: response after each infusion"),
            caption: format!(
                "{name}: responded, % of those scored after each infusion, by {by} and route."
            ),
            ..Grid::of(
                "response_by_infusion",
                heads(std::iter::once("Route").chain(numbers.iter().map(String::as_str))),
                groups,
            )
        });
    }
    let [times, curves] = ["time_to_response", "cumulative_response"].map(|name| tables.get(name));
    let rows = of_stratum(times.table, keys);
    if !rows.is_empty() {
        let ends = of_stratum(curves.table, keys);
        let infusion = |row: &usize| curves.table.int(*row, "infusion");
        let horizon = ends.iter().filter_map(infusion).max();
        let ends: Vec<usize> = ends.into_iter().filter(|row| infusion(row) == horizon).collect();
        let ever = horizon.map_or_else(
            || "Ever responded, %".to_owned(),
            |horizon| format!("Ever responded by infusion {horizon}, %"),
        );
        let groups =
            levels(times.table, &rows, |rows| cumulative::level(times, curves, rows, &ends));
        grids.push(Grid {
            summary: format!("By {by}: ever responded"),
            caption: format!(
                "{name}: ever responded, by {by} and route, where stopping ends it (Aalen-Johansen)."
            ),
            ..Grid::of(
                "time_to_response",
                heads(["Route", "Half by infusion", &ever, "People", "Responded"]),
                groups,
            )
        });
    }
    let compared = tables.get("level_comparison");
    let rows = of_stratum(compared.table, keys);
    grids.extend(comparison::levels(compared, name, [code, stratum], &rows));
    grids.into_iter().map(|grid| Grid { is_detail: true, ..grid }).collect()
}

/// A group per level of a stratum.
fn levels(table: &Table, rows: &[usize], lines: impl Fn(&[usize]) -> Vec<Line>) -> Vec<Group> {
    let group = |level: &str| {
        let rows = with(table, rows, "level", level);
        let stratum = rows.first().map_or("", |&row| table.text(row, "stratum"));
        Group { label: Some(words::level(stratum, level)), lines: lines(&rows) }
    };
    distinct(table, rows, "level").into_iter().map(group).collect()
}

fn infusions(reader: Reader<'_>, rows: &[usize]) -> Vec<i64> {
    let mut infusions: Vec<i64> =
        rows.iter().filter_map(|&row| reader.table.int(row, "infusion")).collect();
    infusions.sort_unstable();
    infusions.dedup();
    infusions
}

/// A line per route of a level, a response rate per infusion.
fn by_infusion(reader: Reader<'_>, rows: &[usize], infusions: &[i64]) -> Vec<Line> {
    routes(reader.table, rows)
        .into_iter()
        .map(|(route, rows)| {
            let rate = |infusion: &i64| {
                let row = rows
                    .iter()
                    .find(|&&row| reader.table.int(row, "infusion").as_ref() == Some(infusion));
                row.map_or_else(Cell::blank, |&row| rate_of(reader, row))
            };
            Line::of(theme::route_label(route), infusions.iter().map(rate).collect())
        })
        .collect()
}

/// A response rate with the people scored below it.
fn rate_of(reader: Reader<'_>, row: usize) -> Cell {
    let rate = reader.percent(row, "response_rate");
    let scored = reader.count(row, "n_observed");
    if rate.is_shown() && scored.is_shown() {
        Cell { below: format!("of {}", scored.text), ..rate }
    } else {
        rate
    }
}

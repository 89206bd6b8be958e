//! The account of the data in the audit of disclosure control: what adds up there, what a reader
//! could subtract from other tables, and of how many people that tells.

use crate::account::SUMS;
use crate::disclosure::{ACCOUNT, At, COMPLETENESS, HORIZON, Network, Sum, networks};
use afterdose::course::account::Fate;
use afterdose::course::fact::SubjectFacts;
use afterdose::course::subjects::Subjects;
use afterdose::curves::disclose::{DisclosedTables, disclose};
use afterdose::event::ids::OpenCode;
use afterdose::quality::check::sums;
use afterdose::table::{Cell, Column, Table};
use std::collections::BTreeMap;

/// Check, instrument, route, site.
type Key = [String; 4];

/// Of how many people the account counts other scores or sessions than `completeness`, by place.
pub(crate) type Outside = BTreeMap<Key, i64>;

/// Counted from the facts of everyone, by what a baseline and an assessment are; the instruments
/// here are better the lower.
pub(crate) fn outside(subjects: &Subjects, instruments: &[OpenCode]) -> Outside {
    let mut people = Outside::new();
    for code in instruments {
        for facts in subjects.iter() {
            for (key, difference) in differences(facts, code) {
                *people.entry(key).or_default() += i64::from(difference != 0);
            }
        }
    }
    people
}

fn differences(facts: &SubjectFacts, code: &OpenCode) -> BTreeMap<Key, i64> {
    let mut found: BTreeMap<Key, i64> = BTreeMap::new();
    let mut add = |check: &str, route: &str, site: &str, n: i64| {
        let places = [["all", "all"], [route, "all"], ["all", site], [route, site]];
        let places = if route == "all" { &places[1..3] } else { &places[..] };
        for &[route, site] in places {
            let key = [check, code.as_str(), route, site].map(str::to_owned);
            *found.entry(key).or_default() += n;
        }
    };
    for account in facts.account.scores.iter().filter(|account| account.instrument == *code) {
        add("scores-usable", "all", account.source.as_str(), account.n(Fate::Usable).into());
    }
    for course in &facts.courses {
        for infusion in &course.infusions {
            let site = course.source_of(infusion).as_str();
            add("sessions-counted", infusion.route.as_str(), site, 1);
        }
    }
    let course = facts.courses.first().filter(|course| !course.prevalent);
    let scores = course.and_then(|course| Some((course, course.scores.get(code)?)));
    if let Some((course, scores)) = scores
        && let Some(baseline) = scores.baseline
    {
        let site = course.site.as_str();
        add("scores-usable", "all", site, -1);
        if !baseline.is_zero() {
            let horizon = usize::try_from(HORIZON).expect("small");
            let assessed = course.assessments(scores).map(|assessment| assessment.position);
            let scored = assessed.filter(|position| *position < horizon).count();
            let due = course.infusions.len().min(horizon);
            add("scores-usable", "all", site, -i64::try_from(scored).expect("small"));
            let route = course.route.as_str();
            add("sessions-counted", route, site, -i64::try_from(due).expect("small"));
        }
    }
    found
}

/// Rows of the account by instrument, route, site, check.
fn rows(table: &Table) -> BTreeMap<[&str; 4], usize> {
    let key = |row| ["instrument", "route", "site", "check"].map(|name| table.text(row, name));
    (0..table.n_rows()).map(|row| (key(row), row)).collect()
}

const fn n(row: usize) -> At {
    (ACCOUNT, row, "n")
}

/// All that adds up in the account, and where it counts what `completeness` counts.
pub(crate) fn relations(network: &Network, known: &mut Vec<Sum>) {
    let rows = rows(&network.whole[ACCOUNT]);
    let mut totals: BTreeMap<(usize, usize), Sum> = BTreeMap::new();
    for ([instrument, route, site, check], row) in &rows {
        for (_, parts) in SUMS.iter().filter(|(whole, _)| whole == check) {
            let parts = parts.iter().map(|part| (n(rows[&[*instrument, *route, *site, *part]]), 1));
            known.push(parts.chain([(n(*row), -1)]).collect());
        }
        // Over sources, over routes, and over both.
        let ways = [[*route, "all"], ["all", *site], ["all", "all"]];
        for (way, [to_route, to_site]) in ways.into_iter().enumerate() {
            let over = [*route != to_route, *site != to_site];
            let splits = [*route != "all", *site != "all"];
            let wanted = [[false, true], [true, false], [true, true]][way];
            if over == wanted && (way < 2 || splits == [true, true]) {
                let total = rows[&[*instrument, to_route, to_site, *check]];
                let sum = totals.entry((total, way)).or_insert_with(|| vec![(n(total), -1)]);
                sum.push((n(*row), 1));
            }
        }
    }
    known.extend(totals.into_values());
    for (key, people) in &network.outside {
        if *people == 0 {
            known.extend(subtraction(network, &rows, key));
        }
    }
}

/// A count of the account less what `completeness` counts at the same place.
fn subtraction(network: &Network, rows: &BTreeMap<[&str; 4], usize>, key: &Key) -> Option<Sum> {
    let [check, instrument, route, site] = key.each_ref().map(String::as_str);
    let is_of_scores = check == "scores-usable";
    let of = if is_of_scores { instrument } else { "all" };
    let count = *rows.get(&[of, route, site, check])?;
    let table = &network.whole[COMPLETENESS];
    let by_month = route != "all" && site != "all";
    let same = (0..table.n_rows()).filter(|row| {
        let text = |name| table.text(*row, name);
        text("instrument") == instrument
            && text("route") == route
            && text("site") == site
            && (text("month") != "all") == by_month
            && (is_of_scores || text("time_point") != "baseline")
    });
    let column = if is_of_scores { "n_scored" } else { "n_due" };
    let parts = same.map(|row| ((COMPLETENESS, row, column), -1));
    Some(std::iter::once((n(count), 1)).chain(parts).collect())
}

/// Every count of the account, and every difference from other tables, with the people behind it.
pub(crate) fn told(network: &Network) -> Vec<(Sum, i64)> {
    let table = &network.whole[ACCOUNT];
    let people = |row| table.int(row, "n_subjects").expect("a count");
    let mut told: Vec<(Sum, i64)> =
        (0..table.n_rows()).map(|row| (vec![(n(row), 1)], people(row))).collect();
    let rows = rows(table);
    told.extend(
        network
            .outside
            .iter()
            .filter_map(|(key, people)| Some((subtraction(network, &rows, key)?, *people))),
    );
    told
}

/// Numbers shown in all tables but the account.
fn n_shown(tables: &DisclosedTables) -> usize {
    let others = tables.all().into_iter().filter(|table| table.get().name != "data_quality");
    others
        .flat_map(|table| table.get().columns())
        .map(|column| match column {
            Column::Int(cells) => cells.iter().flatten().count(),
            Column::Float(cells) => cells.iter().flatten().count(),
            Column::Text(_) | Column::Bool(_) => 0,
        })
        .sum()
}

#[test]
fn the_account_costs_the_estimates_next_to_nothing() {
    let (mut with, mut without) = (0, 0);
    for network in networks(11) {
        let mut full = network.full.clone();
        for table in [&mut full.data_quality, &mut full.outside] {
            *table = Table::new("none", &[]);
        }
        without += n_shown(&disclose(full, &sums(), 11));
        with += n_shown(&network.tables);
    }
    // Its cells go first, but systems that it joins may be solved by another choice: 39 of 96,375
    // numbers fewer when this was written.
    assert!(with + without / 1_000 >= without, "{with} of {without}");
}

#[test]
fn shares_are_shown_with_their_counts_alone_and_people_never() {
    let mut shown = 0;
    for network in networks(11) {
        let table = network.tables.data_quality.get();
        assert!(table.position("n_subjects").is_none());
        let rows = rows(table);
        for ([instrument, route, site, _], row) in &rows {
            let whole = rows[&[*instrument, *route, *site, table.text(*row, "whole")]];
            let counts = [*row, whole].map(|row| table.int(row, "n"));
            if table.cell(*row, "share") != Cell::Na {
                assert!(counts.iter().all(Option::is_some));
                shown += 1;
            }
        }
    }
    assert!(shown > 500, "{shown}");
}

#[test]
fn most_of_the_account_of_a_large_network_is_shown() {
    let network = networks(11).last().expect("a network");
    let table = network.tables.data_quality.get();
    let rows = rows(table);
    for (instrument, check) in [
        ("phq-9", "scores-found"),
        ("phq-9", "scores-usable"),
        ("gad-7", "scores-usable"),
        ("all", "sessions-found"),
        ("all", "session-without-checkin"),
    ] {
        let row = rows[&[instrument, "all", "all", check]];
        assert!(table.int(row, "n").is_some(), "{instrument} {check}");
    }
}

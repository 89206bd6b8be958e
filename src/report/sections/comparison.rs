//! Routes against each other: one test over all, then pair by pair, and what is known of whom.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Article, Grid, Group, Line, Section, heads, ungrouped};
use super::super::tables::{Tables, distinct, every, instrument_name, routes, whole_of, with};
use super::super::words;
use super::adjusted;
use crate::charts::theme;

const ID: &str = "routes";
/// Pairs named in the finding.
const MOST_NAMED: usize = 3;
/// The three differences: of whom, where `{k}` is the infusion of comparison; the people on either
/// side, the difference and its limits.
const DIFFERENCES: [(&str, [&str; 5]); 3] = [
    (
        "Of those scored after infusion {k}",
        ["n_a", "n_b", "difference", "difference_lo", "difference_hi"],
    ),
    (
        "Of all enrolled, infusion {k} (NRI)",
        ["n_a_nri", "n_b_nri", "difference_nri", "difference_nri_lo", "difference_nri_hi"],
    ),
    (
        "Of all enrolled, day 28 (NRI)",
        [
            "n_a_day28",
            "n_b_day28",
            "difference_day28",
            "difference_day28_lo",
            "difference_day28_hi",
        ],
    ),
];

/// The instruments, in the order of the table.
pub(super) fn section<'a>(tables: &Tables<'a>) -> Section<'a> {
    let table = tables.get("comparison").table;
    let instruments = tables.instruments(table);
    let articles: Vec<Article<'a>> =
        instruments.into_iter().map(|code| article(tables, code)).collect();
    Section {
        id: ID,
        title: "Routes compared",
        brief: "As they are, and with like people made more alike",
        lead: "What differs between routes here need not come from the route.",
        cautions: &[
            [
                "Routes are not randomised.",
                "Who gets which route depends on diagnosis, severity, cost and site, all of which \
                 change how people fare.",
            ],
            [
                "Different people.",
                "After an infusion only those count who came that far and were scored; on each route \
                 others drop out.",
            ],
            [
                "Different time.",
                "The same number of infusions takes longer by some routes than by others. The line \
                 of day 28 compares after the same time instead.",
            ],
            [
                "Few people.",
                "Where too few on a route came to the infusion of comparison no difference is given, \
                 and no other infusion stands in for it.",
            ],
            [
                "Many tests.",
                "A p-value says how rare so large a difference would be if there were none. Holm's \
                 adjustment allows for the number of pairs tested.",
            ],
            [
                "Adjusted is not randomised.",
                "Adjusting makes up for the severity at baseline, diagnosis, age and failed \
                 treatments on record, and for nothing else. Where the people of two routes are too \
                 unlike, it is refused.",
            ],
        ],
        empty: "There are no two routes to compare.",
        articles,
    }
}

fn article<'a>(tables: &Tables<'a>, code: &str) -> Article<'a> {
    let reader = tables.get("comparison");
    let rows = whole_of(reader.table, code);
    let (joint, pairs) = parted(reader, &rows);
    let infusion = rows.iter().find_map(|&row| reader.table.int(row, "infusion"));
    let name = instrument_name(tables.notes(), code);
    let mut article = tables.article(ID, code, name, &["route_comparison_", "comparison_"]);
    article.finding = Some(finding(reader, joint, &pairs, infusion));
    article.remarks.extend(adjusted::remarks(tables.get("adjusted_comparison"), code));
    article.grids.push(differences(reader, &article.name, &pairs, infusion));
    let adjusted = adjusted::grids(tables.get("adjusted_comparison"), &article.name, code);
    article.grids.extend(adjusted);
    article.grids.push(tests(reader, &article.name, joint, &pairs));
    let table = reader.table;
    let rows = with(table, &every(table), "instrument", code);
    for stratum in distinct(table, &rows, "stratum") {
        if stratum != "all" {
            let rows = with(table, &rows, "stratum", stratum);
            article.grids.push(by_stratum(reader, &article.name, stratum, &rows));
        }
    }
    article
}

/// A group per pair: the three differences.
fn differences(reader: Reader<'_>, name: &str, pairs: &[usize], infusion: Option<i64>) -> Grid {
    let k = infusion.map_or_else(String::new, |infusion| infusion.to_string());
    let group = |&row: &usize| {
        let line = |(of, columns): (&str, [&str; 5])| {
            Line::of(&of.replace("{k}", &k), difference(reader, row, columns).into())
        };
        Group {
            label: Some(pair_label(reader, row)),
            lines: DIFFERENCES.into_iter().map(line).collect(),
        }
    };
    Grid {
        summary: "Differences as they are, pair by pair".into(),
        caption: format!(
            "{name}: difference of the shares who responded, in percentage points, the first route \
             minus the second; 95\u{a0}% intervals in small letters. Routes are not randomised."
        ),
        note: "NRI: a missing score counts as no response. Day 28: the last score in the first 28 \
               days, of all enrolled at least that long before the data end."
            .into(),
        ..Grid::of(
            "comparison",
            heads(["Share", "Difference, points", "People, first", "People, second"]),
            pairs.iter().map(group).collect(),
        )
    }
}

/// Log-rank and Gray's tests: all routes, then each pair.
fn tests(reader: Reader<'_>, name: &str, joint: Option<usize>, pairs: &[usize]) -> Grid {
    let lines = joint.iter().chain(pairs).map(|&row| test_line(reader, row)).collect();
    let n_tests = pairs.iter().find_map(|&row| reader.table.int(row, "n_tests"));
    let tests = |n| if n == 1 { "test of a pair" } else { "tests of pairs" };
    Grid {
        summary: "Tests".into(),
        caption: format!(
            "{name}: log-rank tests of the time to the first response, and Gray's, where stopping \
             competes with it. Routes are not randomised."
        ),
        note: n_tests.map_or_else(String::new, |n| format!("Holm-adjusted over {n} {}.", tests(n))),
        ..Grid::of(
            "comparison",
            heads(["Routes", "χ²", "Degrees of freedom", "p", "p, Holm-adjusted", "p, Gray"]),
            ungrouped(lines),
        )
    }
}

/// A group per level: the observed differences of its pairs.
fn by_stratum(reader: Reader<'_>, name: &str, stratum: &str, rows: &[usize]) -> Grid {
    let by = words::stratum(stratum).to_lowercase();
    let group = |level: &str| Group {
        label: Some(words::level(stratum, level)),
        lines: level_lines(reader, &with(reader.table, rows, "level", level)),
    };
    let groups = distinct(reader.table, rows, "level").into_iter().map(group).collect();
    Grid {
        summary: format!("Routes by {by}"),
        caption: format!(
            "{name}: difference of the shares who responded, of those scored, by {by}; p of the \
             log-rank test. Routes are not randomised."
        ),
        is_detail: true,
        ..Grid::of("comparison", heads(LEVEL_HEADS), groups)
    }
}

const LEVEL_HEADS: [&str; 5] =
    ["Compared", "Difference, points", "p, Holm-adjusted", "People, first", "People, second"];

/// Levels of a stratum against each other, a group per route; none without rows.
pub(super) fn levels(
    reader: Reader<'_>,
    name: &str,
    [_, stratum]: [&str; 2],
    rows: &[usize],
) -> Option<Grid> {
    let by = words::stratum(stratum).to_lowercase();
    let groups = routes(reader.table, rows).into_iter().map(|(route, rows)| {
        let pairs = rows.into_iter().filter(|&row| reader.table.text(row, "level_a") != "all");
        let lines = pairs.map(|row| {
            let [a, b] = ["level_a", "level_b"]
                .map(|side| words::level(stratum, reader.table.text(row, side)));
            Line::of(&format!("{a} minus {b}"), level_cells(reader, row))
        });
        Group { label: Some(theme::route_label(route).into()), lines: lines.collect() }
    });
    let groups: Vec<Group> = groups.filter(|group| !group.lines.is_empty()).collect();
    (!groups.is_empty()).then(|| Grid {
        summary: format!("By {by}: levels against each other"),
        caption: format!(
            "{name}: difference of the shares who responded, of those scored, between levels of \
             {by}; p of the log-rank test. Groups are not randomised."
        ),
        ..Grid::of("level_comparison", heads(LEVEL_HEADS), groups)
    })
}

/// The row of the test over all routes, and those of the pairs.
fn parted(reader: Reader<'_>, rows: &[usize]) -> (Option<usize>, Vec<usize>) {
    let (joint, pairs): (Vec<usize>, Vec<usize>) =
        rows.iter().partition(|&&row| reader.table.text(row, "route_a") == "all");
    (joint.first().copied(), pairs)
}

/// "Intravenous minus intranasal".
fn pair_label(reader: Reader<'_>, row: usize) -> String {
    let [a, b] =
        ["route_a", "route_b"].map(|side| theme::route_label(reader.table.text(row, side)));
    format!("{a} minus {}", b.to_lowercase())
}

/// "Intravenous and intranasal"; all routes together have one name.
fn test_line(reader: Reader<'_>, row: usize) -> Line {
    let [a, b] =
        ["route_a", "route_b"].map(|side| theme::route_label(reader.table.text(row, side)));
    let label = if a == b { a.to_owned() } else { format!("{a} and {}", b.to_lowercase()) };
    // The one test over all routes has nothing to adjust for.
    let adjusted = if a == b { Cell::blank() } else { reader.p_value(row, "logrank_p_holm") };
    let cells = vec![
        reader.statistic(row, "logrank_chisq"),
        reader.count(row, "logrank_df"),
        reader.p_value(row, "logrank_p"),
        adjusted,
        reader.p_value(row, "gray_p"),
    ];
    Line::of(&label, cells)
}

/// The difference, then the people on either side.
fn difference(reader: Reader<'_>, row: usize, columns: [&str; 5]) -> [Cell; 3] {
    let [n_a, n_b, value, lo, hi] = columns;
    [reader.points_in(row, value, [lo, hi]), reader.count(row, n_a), reader.count(row, n_b)]
}

/// A line per pair of a level: the observed difference, the adjusted p-value, the people.
fn level_lines(reader: Reader<'_>, rows: &[usize]) -> Vec<Line> {
    let (_, pairs) = parted(reader, rows);
    let line = |row| Line::of(&pair_label(reader, row), level_cells(reader, row));
    pairs.into_iter().map(line).collect()
}

fn level_cells(reader: Reader<'_>, row: usize) -> Vec<Cell> {
    let [value, a, b] = difference(reader, row, DIFFERENCES[0].1);
    vec![value, reader.p_value(row, "logrank_p_holm"), a, b]
}

/// What the comparison says, with its numbers of people and intervals, and its caution.
fn finding(
    reader: Reader<'_>,
    joint: Option<usize>,
    pairs: &[usize],
    infusion: Option<i64>,
) -> String {
    let mut sentences: Vec<String> =
        joint.and_then(|row| test_words(reader, row)).into_iter().collect();
    let named: Vec<String> =
        pairs.iter().filter_map(|&row| pair_words(reader, row)).take(MOST_NAMED).collect();
    if let Some(infusion) = infusion.filter(|_| !named.is_empty()) {
        sentences.push(format!("Responded after infusion {infusion}: {}.", named.join("; ")));
    }
    if sentences.is_empty() {
        sentences.push("No two routes can be compared: too few people, or hidden.".into());
    }
    sentences.push("Routes are not randomised.".into());
    sentences.join(" ")
}

/// A p-value below this is told as a difference.
const CLEAR: f64 = 0.05;

fn test_words(reader: Reader<'_>, row: usize) -> Option<String> {
    let p = reader.p_value(row, "logrank_p");
    let df = reader.table.int(row, "logrank_df")?;
    let is = if p.text.starts_with('<') { "" } else { "= " };
    let did = if reader.table.float(row, "logrank_p")? < CLEAR {
        "differed"
    } else {
        "did not clearly differ"
    };
    p.is_shown().then(|| {
        format!(
            "How fast people responded {did} between the {} routes (log-rank test, p\u{a0}{is}{}).",
            df + 1,
            p.text
        )
    })
}

/// "intravenous minus intranasal +12 points (95 % interval 3 to 21; 196 and 92 people)".
fn pair_words(reader: Reader<'_>, row: usize) -> Option<String> {
    let [value, a, b] = difference(reader, row, DIFFERENCES[0].1);
    [&a, &b, &value].into_iter().all(Cell::is_shown).then(|| {
        format!(
            "{} {} percentage points (95\u{a0}% interval {}; {} and {} people)",
            pair_label(reader, row).to_lowercase(),
            value.text,
            value.interval,
            a.text,
            b.text
        )
    })
}

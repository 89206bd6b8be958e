//! What happened after each infusion, and how soon after the first.

use super::super::cell::Reader;
use super::super::shape::{Column, Print, Shape, by_route, infusion};
use super::spec::{ArticleSpec, By, SectionSpec};
use crate::charts::number::thousands;
use crate::table::Table;

/// Shares and changes by route and infusion.
pub(super) const SECTION: SectionSpec = SectionSpec {
    id: "response",
    title: "After each infusion",
    brief: "Response, remission and change of score",
    lead: "How many people had responded, and how far scores had moved, after each infusion.",
    cautions: &[
        [
            "Routes are not randomised.",
            "People choose, or are given, a route for reasons that also change how they fare.",
        ],
        [
            "A curve is not the path of one person.",
            "Each infusion counts different people, since some stop and some are not scored.",
        ],
    ],
    empty: "No instrument was scored.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["response_rate_", "remission_rate_", "mean_change_"],
        shapes: &[WHOLE, CHANGE],
        finding: None,
    }],
};

const WHOLE: Shape = Shape {
    table: "response_by_infusion",
    summary: "Response and remission, infusion by infusion",
    caption: "by route and infusion; 95\u{a0}% intervals in small letters.",
    note: "Treated: received that infusion and had a baseline. Enrolled: all with a baseline, less \
           those who have not yet come that far. NRI and LOCF: responded, of all enrolled, where a \
           missing score counts as no response (NRI), or the last score after an infusion stands in \
           for it (LOCF).",
    only: &[],
    group: Some(by_route),
    line: ("Infusion", infusion),
    columns: &[
        ("Treated", "n_treated", Print::Count),
        ("Scored", "n_observed", Print::Count),
        ("Responded, %", "response_rate", Print::PercentIn(["response_lo", "response_hi"])),
        ("In remission, %", "remission_rate", Print::PercentIn(["remission_lo", "remission_hi"])),
        ("Mean change", "mean_change", Print::ChangeIn(["change_lo", "change_hi"])),
        ("Enrolled", "n_enrolled", Print::Count),
        ("NRI, %", "response_rate_nri", Print::Percent),
        ("LOCF, %", "response_rate_locf", Print::Percent),
    ],
};

const CHANGE: Shape = Shape {
    table: "change_by_infusion",
    summary: "Change of score, effect sizes, time to the score",
    caption: "how scores changed from the baseline, by route and infusion; 95\u{a0}% intervals in \
              small letters.",
    note: "Partly responded: better by at least 30\u{a0}% of the baseline. Improved: by the share \
           the settings name. Worse: by however little. Effect size: the mean change over the \
           standard deviation of the baselines, or of the changes (dz), with Hedges' correction. \
           Scored early: sooner after the dose than the time the questions ask about.",
    only: &[],
    group: Some(by_route),
    line: ("Infusion", infusion),
    columns: &[
        ("Scored", "n_observed", Print::Count),
        ("Median score", "median_score", Print::Number(1)),
        ("Median change", "median_change", Print::ChangeIn(["", ""])),
        (
            "Mean change, %",
            "mean_percent_change",
            Print::ChangeIn(["percent_change_lo", "percent_change_hi"]),
        ),
        (
            "Partly responded, %",
            "partial_response_rate",
            Print::PercentIn(["partial_response_lo", "partial_response_hi"]),
        ),
        ("Improved, %", "improved_rate", Print::PercentIn(["improved_lo", "improved_hi"])),
        ("Worse, %", "worse_rate", Print::PercentIn(["worse_lo", "worse_hi"])),
        ("Effect size", "effect_size_baseline", Print::Number(2)),
        ("Effect size, dz", "effect_size_change", Print::Number(2)),
        ("Median hours to the score", "median_hours", Print::Number(0)),
        ("Scored early, %", "early_rate", Print::Percent),
    ],
};

/// The first hours and days.
pub(super) const ONSET: SectionSpec = SectionSpec {
    id: "onset",
    title: "How soon it helped",
    brief: "The first hours and days after the first dose",
    lead: "Scores in the hours and days after the first dose. A questionnaire that asks about the \
           last two weeks cannot tell of the last two hours: its windows begin when the time it asks \
           about has passed.",
    cautions: &[],
    empty: "No score was taken in any of the windows.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["onset_"],
        shapes: &[Shape {
            table: "onset",
            summary: "By hours since the first dose",
            caption: "by route and time since the first dose; 95\u{a0}% intervals in small letters.",
            note: "Treated again: had a further session before that score.",
            only: &[],
            group: Some(by_route),
            line: ("Time since the first dose", window),
            columns: &ONSET_COLUMNS,
        }],
        finding: Some(onset_finding),
    }],
};

const ONSET_COLUMNS: [Column; 4] = [
    ("Scored", "n_scored", Print::Count),
    ("Treated again", "n_treated_again", Print::Count),
    ("Responded, %", "response_rate", Print::PercentIn(["response_lo", "response_hi"])),
    ("Mean change", "mean_change", Print::ChangeIn(["change_lo", "change_hi"])),
];

/// "2 to 4 hours", "3 to 7 days".
fn window(table: &Table, row: usize) -> String {
    let [from, to] = ["hours_after", "hours"].map(|name| table.int(row, name).unwrap_or_default());
    if from >= 24 && from % 24 == 0 && to % 24 == 0 {
        return format!("{} to {} days", from / 24, to / 24);
    }
    format!("{from} to {to} hours")
}

/// The first window that shows a share.
fn onset_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let table = reader.table;
    let is_whole = |row: &&usize| table.text(**row, "route") == "all";
    let shown = rows.iter().filter(is_whole).copied().find_map(|row| {
        let share = reader.percent_in(row, "response_rate", ["response_lo", "response_hi"]);
        let scored = table.int(row, "n_scored")?;
        share.is_shown().then(|| {
            format!(
                "{} after the first dose, {}\u{a0}% (95\u{a0}% interval {}) of the {} people \
                 scored had responded.",
                window(table, row),
                share.text,
                share.interval,
                thousands(scored)
            )
        })
    });
    let is_too_soon =
        || rows.iter().all(|&row| table.text(row, "na_reason").contains("n_scored=recall"));
    shown.or_else(|| {
        is_too_soon().then(|| {
            "This questionnaire asks about a longer time than any window here: it cannot say how \
             soon relief came."
                .to_owned()
        })
    })
}

//! Routes compared fairly, through the whole program, on people whose truth is known.
//!
//! Severity decides the route and the response. Within each severity band ten more of a hundred
//! respond by the one route than by the other; as they come, more respond by the other.

use crate::harness::tables::Text;
use crate::harness::workspace::Workspace;
use serde_json::{Value, json};

/// A severity band: baseline, score of a response, people and responders by either route.
struct Band {
    baseline: i64,
    response: i64,
    intravenous: (usize, usize),
    intranasal: (usize, usize),
}

/// The truth: 90 of 300 against 20 of 100, 75 of 150 against 60 of 150, 70 of 100 against 180 of
/// 300: a tenth more in each.
const CONFOUNDED: [Band; 3] = [
    Band { baseline: 22, response: 11, intravenous: (300, 90), intranasal: (100, 20) },
    Band { baseline: 12, response: 6, intravenous: (150, 75), intranasal: (150, 60) },
    Band { baseline: 8, response: 4, intravenous: (100, 70), intranasal: (300, 180) },
];

/// Hardly anybody of a band comes by the other route.
const APART: [Band; 2] = [
    Band { baseline: 22, response: 11, intravenous: (300, 90), intranasal: (6, 2) },
    Band { baseline: 8, response: 4, intravenous: (6, 3), intranasal: (300, 180) },
];

fn events(bands: &[Band]) -> Vec<Value> {
    let mut events = Vec::new();
    let mut n = 0;
    for band in bands {
        for (route, drug, (people, responders)) in [
            ("intravenous", "ketamine", band.intravenous),
            ("intranasal", "esketamine", band.intranasal),
        ] {
            for person in 0..people {
                n += 1;
                let subject = format!("s-{n:05}");
                let score = if person < responders { band.response } else { band.baseline - 1 };
                let mut event = |kind: &str, day: usize, data: Value| {
                    events.push(json!({
                        "specversion": "1.0",
                        "id": format!("{subject}-{day}"),
                        "source": "/synthetic/site-01",
                        "type": format!("afterdose.{kind}.v1"),
                        "subject": subject,
                        "time": format!("2025-03-{:02}T09:00:00Z", day + 1),
                        "data": data,
                    }));
                };
                let checkin =
                    |total: i64| json!({"measures": [{"instrument": "phq-9", "total": total}]});
                event("checkin.submitted", 0, checkin(band.baseline));
                event("session.completed", 1, json!({"route": route, "drug": drug}));
                event("checkin.submitted", 3, checkin(score));
                event("course.ended", 4, json!({"reason": "completed"}));
            }
        }
    }
    events
}

/// The table of a run over these people, and the run's folder.
fn compared(bands: &[Band]) -> (Workspace, Text) {
    let workspace = Workspace::new();
    workspace.events("people.ndjson", events(bands));
    let settings = "[analysis]\ninstruments = [\"phq-9\"]\nhorizon = 2\ncompare_at = 1\n\
                    resamples = 200\nseed = 7\n[disclosure]\nmin_cell = 0\n";
    workspace.pipeline(&[("*", "refuse-file")], settings);
    workspace.run(0);
    let table = Text::csv(&workspace.output("tables/adjusted_comparison.csv"));
    (workspace, table)
}

const PAIR: [(&str, &str); 3] =
    [("route_a", "intravenous"), ("route_b", "intranasal"), ("outcome", "nri-at-infusion")];

fn number(table: &Text, column: &str) -> f64 {
    table.cell(&PAIR, column).parse().unwrap_or_else(|_| panic!("{column} is no number"))
}

#[test]
fn what_severity_hides_is_found_again() {
    let (_workspace, table) = compared(&CONFOUNDED);
    // By hand: 235 of 550 less 260 of 550.
    assert!((number(&table, "crude_difference") - (235.0 - 260.0) / 550.0).abs() < 1e-12);
    // A model of the route with a column a band is exact, and so is what it weighs.
    assert!((number(&table, "weighted_difference") - 0.1).abs() < 1e-9);
    // A model of the outcome is not: log odds are not what differs by a tenth.
    assert!((number(&table, "standardised_difference") - 0.1).abs() < 0.01);
    for of in ["weighted", "standardised"] {
        let [lo, hi] = ["lo", "hi"].map(|end| number(&table, &format!("{of}_{end}")));
        assert!(lo > 0.0 && lo < 0.1 && hi > 0.1 && hi < 0.25, "{of}: {lo} to {hi}");
    }
    assert!(number(&table, "unlike_before") > 0.5);
    assert!(number(&table, "unlike_after") < 1e-6);
    assert_eq!(table.cell(&PAIR, "refused"), "");
    // The same seed, the same interval.
    let (_workspace, again) = compared(&CONFOUNDED);
    assert_eq!(table, again);
}

#[test]
fn people_who_are_too_unlike_are_not_compared() {
    let (_workspace, table) = compared(&APART);
    assert!(table.cell(&PAIR, "refused").split(';').any(|why| why == "edge"));
    for column in ["weighted_difference", "standardised_difference", "weighted_lo"] {
        assert_eq!(table.cell(&PAIR, column), "NA", "{column}");
        let reasons = table.cell(&PAIR, "na_reason");
        assert!(reasons.contains(&format!("{column}=refused")), "{reasons}");
    }
    assert!(number(&table, "at_the_edge") > 0.05, "what speaks against it is shown");
}

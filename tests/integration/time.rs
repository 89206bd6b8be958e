//! Times on every basis: offsets, day-only times, both clocks in one store, what needs a calendar,
//! and orders of events that cannot be.

use crate::harness::events::{Event, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace, assert_same};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `p.toml` over files of `in`, each with its basis.
fn pipeline(workspace: &Workspace, sources: &[(&str, &str)], rest: &str) {
    let mut text = String::from("name = \"test\"\nstore.path = \"store\"\noutput.path = \"out\"\n");
    for (file, basis) in sources {
        text.push_str(&format!("[[sources]]\npath = \"in/{file}\"\ntime_basis = \"{basis}\"\n"));
    }
    workspace.write("p.toml", text + rest);
}

/// The event under study time instead of time.
fn at(event: Event, studytime: &str) -> Event {
    let mut event = event.without("time");
    let fields = event.0.as_object_mut().expect("an object");
    fields.insert("studytime".into(), studytime.into());
    event
}

fn score(id: &str, studytime: &str, total: u32) -> Event {
    at(Event::score("s-aaa", id, "", total), studytime)
}

fn session(id: &str, studytime: &str) -> Event {
    at(Event::session("s-aaa", id, ""), studytime)
}

/// Cells of the curve of everyone, an infusion a row.
fn curve(workspace: &Workspace, column: &str) -> Vec<String> {
    let table = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
    let all = |row: &BTreeMap<&str, &str>| row["stratum"] == "all" && row["route"] == "all";
    table.maps().filter(all).map(|row| row[column].to_owned()).collect()
}

/// Anomalies seen, by code.
fn anomalies(workspace: &Workspace) -> BTreeMap<String, String> {
    let table = Text::csv(&workspace.output("tables/anomalies.csv"));
    let seen = table.maps().filter(|row| row["n_events"] != "0");
    seen.map(|row| (row["anomaly"].to_owned(), row["n_events"].to_owned())).collect()
}

#[test]
fn an_offset_changes_how_a_time_is_written_and_nothing_else() {
    let written = Workspace::new();
    written.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    written.open_pipeline();
    written.run(0);
    // The same moments on a clock five and a half hours ahead, then as duplicates of each other.
    let ahead = |event: Event| {
        let utc: jiff::Timestamp = event.text("/time").parse().expect("a time");
        let offset = jiff::tz::Offset::from_seconds(5 * 3600 + 1800).expect("an offset");
        let time = offset.to_datetime(utc).strftime("%Y-%m-%dT%H:%M:%S+05:30").to_string();
        event.with("/time", json!(time))
    };
    let other = Workspace::new();
    let events: Vec<Event> = person("s-aaa", [20, 14, 6]).into_iter().map(ahead).collect();
    assert_eq!(events[0].text("/time"), "2025-01-05T23:30:00+05:30");
    other.events("a.ndjson", &events);
    other.open_pipeline();
    other.run(0);
    assert_same("with an offset", &written.estimates(), &other.estimates());
    other.events("b.ndjson", person("s-aaa", [20, 14, 6]));
    let again = other.expect(0, &["run", "p.toml", "--json"]).json();
    assert_eq!((&again["new"], &again["sources"][0]["duplicate"]), (&json!(false), &json!(6)));
}

#[test]
fn a_day_only_time_counts_as_before_the_session_of_that_day() {
    let workspace = Workspace::new();
    let events = [
        // Both filled in on the day of a session, nobody knows when.
        score("c0", "P0D", 20),
        session("s1", "P0DT9H"),
        score("c1", "P3D", 9),
        session("s2", "P3DT9H"),
        // With a time it is known to lie behind the session.
        score("c2", "P3DT18H", 4),
    ];
    workspace.events("a.ndjson", &events);
    pipeline(&workspace, &[("a.ndjson", "relative")], OPEN);
    workspace.run(0);
    assert_eq!(curve(&workspace, "mean_score")[..2], ["9", "4"]);
    assert_eq!(curve(&workspace, "mean_change")[..2], ["-11", "-16"]);
    assert!(anomalies(&workspace).is_empty());
    let stored = workspace.path("store/events");
    let part = crate::harness::workspace::files(&stored)
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    let table = Text::parquet(&part.expect("a data file"));
    let of = |id: &str, column: &str| table.cell(&[("id", id)], column).to_owned();
    assert_eq!([of("c1", "day_only"), of("c2", "day_only")], ["true", "false"]);
    assert_eq!([of("c1", "time_basis"), of("s1", "time_basis")], ["relative", "relative"]);
}

#[test]
fn simulated_events_of_every_basis_go_through_to_the_report() {
    for (basis, says) in [
        ("actual", "limited data set"),
        ("shifted", "expert&#x27;s determination"),
        ("relative", "Safe Harbor"),
    ] {
        let workspace = Workspace::new();
        let simulate =
            ["simulate", "--subjects", "80", "--time-basis", basis, "--out", "in/a.ndjson"];
        workspace.expect(0, &simulate);
        pipeline(&workspace, &[("a.ndjson", basis)], OPEN);
        workspace.run(0);
        let manifest = workspace.manifest();
        assert_eq!(manifest["sources"][0]["time_basis"], basis);
        assert_eq!(manifest["sources"][0]["rejected"], 0);
        let report = String::from_utf8(workspace.output("report.html")).expect("text");
        let says = [says, &says.replace("&#x27;", "'"), &says.replace("&#x27;", "&#39;")];
        assert!(says.iter().any(|says| report.contains(*says)), "{basis}");
        let enrolled: u64 = curve(&workspace, "n_enrolled")[0].parse().expect("a count");
        assert!(enrolled > 20, "{basis}: {enrolled}");
        // Without a calendar nothing runs, so nobody is not yet due.
        let not_due = curve(&workspace, "n_not_due");
        let any = not_due.iter().any(|n| n != "0");
        assert_eq!(any, basis == "actual", "{basis}: {not_due:?}");
    }
}

#[test]
fn sources_with_and_without_dates_share_a_store() {
    let alone = Workspace::new();
    alone.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    alone.open_pipeline();
    alone.run(0);
    let mixed = Workspace::new();
    mixed.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    let shifted = person("s-bbb", [20, 14, 6]).into_iter().map(|event| {
        let time = event.text("/time").replace("2025", "1987");
        event.with("/time", json!(time)).with("/source", json!("/synthetic/site-02"))
    });
    mixed.events("b.ndjson", shifted);
    let relative = [
        score("c0", "-P1DT6H", 20),
        session("s1", "P0DT9H"),
        score("c1", "P2DT9H", 14),
        session("s2", "P3DT9H"),
        score("c2", "P6DT9H", 6),
    ];
    let relative = relative.map(|event| {
        event.with("/subject", json!("s-ccc")).with("/source", json!("/synthetic/site-03"))
    });
    mixed.events("c.ndjson", relative);
    let sources = [("a.ndjson", "actual"), ("b.ndjson", "shifted"), ("c.ndjson", "relative")];
    pipeline(&mixed, &sources, OPEN);
    mixed.run(0);
    for column in ["mean_score", "mean_change"] {
        assert_eq!(curve(&mixed, column), curve(&alone, column), "{column}");
    }
    assert_eq!(curve(&mixed, "n_observed")[..2], ["3", "3"]);
    // A secret shift may lead before 2000.
    assert!(anomalies(&mixed).is_empty(), "{:?}", anomalies(&mixed));
    let months = Text::csv(&mixed.output("tables/completeness.csv"));
    let of = |site: &str| -> Vec<String> {
        let rows = months.maps().filter(|row| row["site"] == site && row["month"] != "all");
        rows.map(|row| row["month"].to_owned()).collect()
    };
    assert!(of("/synthetic/site-01").contains(&"2025-01".to_owned()));
    for site in ["/synthetic/site-02", "/synthetic/site-03"] {
        assert!(of(site).iter().all(|month| month == "none"), "{site}: {:?}", of(site));
    }
}

#[test]
fn what_needs_a_calendar_refuses_sources_without_by_name() {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    workspace.events("b.ndjson", [score("c0", "P0D", 20), session("s1", "P0DT9H")]);
    let keys = [
        ("start_from = 2025-01-01\n", "start_from"),
        ("start_before = 2026-01-01\n", "start_before"),
        ("data_cut = 2026-01-01\n", "data_cut"),
    ];
    for (line, key) in keys {
        let rest = format!("{OPEN}[analysis]\n{line}");
        for basis in ["shifted", "relative"] {
            pipeline(&workspace, &[("a.ndjson", "actual"), ("b.ndjson", basis)], &rest);
            for args in [&["run", "p.toml"][..], &["curves", "--pipeline", "p.toml"]] {
                let said = workspace.expect(2, args).stderr;
                for word in ["p.toml", key, "b.ndjson", basis, "real dates"] {
                    assert!(said.contains(word), "{word}: {said}");
                }
                assert!(!said.contains("a.ndjson"), "{said}");
            }
        }
        assert!(!workspace.path("store").exists() && !workspace.path("out").exists());
        pipeline(&workspace, &[("a.ndjson", "actual")], &rest);
    }
    workspace.run(0);

    // What the store was fed from before counts too, as far as anything of it was used.
    let without = [("a.ndjson", "actual"), ("b.ndjson", "actual")];
    pipeline(&workspace, &without, OPEN);
    workspace.run(0);
    let rest = format!("{OPEN}[analysis]\n{}", keys[0].0);
    pipeline(&workspace, &[("a.ndjson", "actual")], &rest);
    workspace.run(0);
    pipeline(&workspace, &[("b.ndjson", "relative")], OPEN);
    workspace.run(0);
    let current = workspace.current();
    pipeline(&workspace, &[("a.ndjson", "actual")], &rest);
    for args in [&["run", "p.toml"][..], &["curves", "--pipeline", "p.toml"]] {
        let said = workspace.expect(2, args).stderr;
        assert!(said.contains("b.ndjson is relative") && said.contains("start_from"), "{said}");
    }
    assert_eq!(workspace.current(), current);
}

#[test]
fn times_from_the_future_are_rejected_where_they_are_real() {
    let far = |event: Event| {
        let time = event.text("/time").replace("2025", "2190");
        event.with("/time", json!(time))
    };
    for (basis, rejected) in [("actual", 6), ("shifted", 0)] {
        let workspace = Workspace::new();
        workspace.events("a.ndjson", person("s-aaa", [20, 14, 6]));
        workspace.events("b.ndjson", person("s-bbb", [20, 14, 6]).into_iter().map(far));
        pipeline(&workspace, &[("a.ndjson", basis), ("b.ndjson", basis)], OPEN);
        workspace.run(0);
        let total = &workspace.manifest()["total"];
        assert_eq!(total["rejected"], rejected, "{basis}");
    }
}

#[test]
fn orders_that_cannot_be_are_counted_and_settled_by_rule() {
    let workspace = Workspace::new();
    let event = |thing: &str, id: &str, studytime: &str, data: Value| {
        at(Event::new(thing, "s-aaa", id, "", data), studytime)
    };
    let effect =
        |onset, resolved| json!([{"term": "nausea", "onset_min": onset, "resolved_min": resolved}]);
    let events = [
        event("course.ended", "e0", "-P2D", json!({"reason": "other"})),
        score("c0", "-P1DT6H", 20),
        session("s1", "P0DT9H").with("/data/effects", effect(40, 20)),
        event("plan.adjusted", "p1", "P0DT12H", json!({"after_infusion": 1})),
        event("plan.adjusted", "p2", "P1DT12H", json!({"after_infusion": 2})),
        // Of the day of the second session nobody knows whether it lay before.
        event("plan.adjusted", "p3", "P3D", json!({"after_infusion": 2})),
        session("s2", "P3DT9H"),
        score("c2", "P4DT9H", 9),
        event("course.ended", "e1", "P5D", json!({"reason": "responded"})),
        event("course.ended", "e2", "P6D", json!({"reason": "lost"})),
        session("s3", "P9DT9H"),
        session("s4", "P400DT9H"),
    ];
    let early = score("old", "-P500D", 22).with("/subject", json!("s-bbb"));
    let late = session("first", "P0D").with("/subject", json!("s-bbb"));
    workspace.events("a.ndjson", events.iter().chain([&early, &late]));
    pipeline(&workspace, &[("a.ndjson", "relative")], OPEN);
    workspace.run(0);
    let want = [
        ("checkin-long-before", "1"),
        ("end-without-course", "1"),
        ("ended-twice", "1"),
        ("infusion-not-given", "1"),
        ("resolved-before-onset", "1"),
        ("session-after-end", "1"),
        ("session-long-after", "1"),
    ];
    let want = want.map(|(code, n)| (code.to_owned(), n.to_owned()));
    assert_eq!(anomalies(&workspace), BTreeMap::from(want));
    // The first course has two sessions, whatever came behind its end.
    assert_eq!(curve(&workspace, "n_treated")[..3], ["1", "1", "0"]);
}

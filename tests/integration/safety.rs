//! The tables of safety on a few people, worked out by hand: the examples of `docs/methods/`, and who
//! counts and who does not.

use crate::harness::events::Event;
use crate::harness::tables::Text;
use crate::harness::workspace::Workspace;
use serde_json::{Value, json};

/// A run over these events, nothing hidden.
fn run(events: Vec<Event>) -> Workspace {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", events);
    workspace.open_pipeline();
    workspace.run(0);
    workspace
}

fn table(workspace: &Workspace, name: &str) -> Text {
    Text::csv(&workspace.output(&format!("tables/{name}.csv")))
}

/// Asserts cells of the one row with these keys. Numbers with a point are good to four decimals.
#[track_caller]
fn assert_row(table: &Text, keys: &[(&str, &str)], want: &[(&str, &str)]) {
    for (column, want) in want {
        let got = table.cell(keys, column);
        let same = match (want.contains('.'), want.parse::<f64>(), got.parse::<f64>()) {
            (true, Ok(want), Ok(got)) => (want - got).abs() < 5e-5,
            _ => got == *want,
        };
        assert!(same, "{keys:?} {column}: {got}, not {want}");
    }
}

/// A PHQ-9 in whose items the ninth is given; without one a total alone.
fn phq_9(subject: &str, id: &str, time: &str, ninth: Option<u8>) -> Event {
    let measure = match ninth {
        Some(ninth) => json!({"instrument": "phq-9", "items": [2, 1, 1, 1, 0, 0, 0, 0, ninth]}),
        None => json!({"instrument": "phq-9", "total": 5}),
    };
    Event::new("checkin.submitted", subject, id, time, json!({ "measures": [measure] }))
}

/// A session of intravenous ketamine with more fields.
fn session(subject: &str, id: &str, time: &str, more: &Value) -> Event {
    let mut event = Event::session(subject, id, time);
    for (name, value) in more.as_object().expect("fields") {
        event = event.with(&format!("/data/{name}"), value.clone());
    }
    event
}

#[test]
fn item_9_counts_who_answered_both_times() {
    let answers = [
        ("p-a", Some(2), Some(0)),
        ("p-b", Some(3), Some(1)),
        ("p-c", Some(0), Some(1)),
        ("p-d", Some(0), Some(0)),
        ("p-e", Some(1), None),
    ];
    let mut events = Vec::new();
    for (subject, before, after) in answers {
        let id = |what: &str| format!("{subject}-{what}");
        events.push(phq_9(subject, &id("c0"), "2025-01-05T18:00:00Z", before));
        events.push(Event::session(subject, &id("s1"), "2025-01-06T09:00:00Z"));
        events.push(phq_9(subject, &id("c1"), "2025-01-08T18:00:00Z", after));
    }
    let table = table(&run(events), "item_9");
    let keys = [("stratum", "all"), ("route", "all"), ("infusion", "1")];
    let want = [
        ("item", "9"),
        ("n_both", "4"),
        ("n_endorsed_before", "2"),
        ("reduced", "2"),
        ("reduced_share", "0.5"),
        ("resolved", "1"),
        ("resolved_lo", "0.0456"),
        ("resolved_hi", "0.6994"),
        ("increased", "1"),
        ("new", "1"),
        ("new_share", "0.25"),
        ("unchanged", "1"),
    ];
    assert_row(&table, &keys, &want);
    let keys = [("stratum", "all"), ("route", "all"), ("infusion", "2")];
    assert_row(&table, &keys, &[("n_both", "0"), ("new", "0"), ("new_share", "NA")]);
    // Only published counts are there.
    assert!(!table.names.iter().any(|name| ["eased", "worse", "never"].contains(&name.as_str())));
}

#[test]
fn side_effects_stand_by_the_way_of_asking_and_a_person_counts_once() {
    let listed = |effects: Value| json!({"effects": effects, "effects_capture": "structured"});
    let nausea = json!([{"term": "nausea", "severity": "mild", "resolved_min": 90}]);
    let events = vec![
        // Nausea at the session, worse in a check-in of its time, and again after infusion 2.
        session("p-a", "a1", "2025-01-06T09:00:00Z", &listed(nausea.clone())),
        Event::new(
            "checkin.submitted",
            "p-a",
            "a2",
            "2025-01-08T09:00:00Z",
            listed(json!([{"term": "nausea", "severity": "moderate", "resolved_min": 40}])),
        ),
        session("p-a", "a3", "2025-01-13T09:00:00Z", &listed(json!([{"term": "nausea"}]))),
        // Nothing told: an empty list, and no list at all.
        session("p-b", "b1", "2025-01-06T09:00:00Z", &listed(json!([]))),
        session("p-c", "c1", "2025-01-06T09:00:00Z", &json!({"effects_capture": "structured"})),
        // Told unasked; not said how; not asked. Another route later makes the course mixed.
        session(
            "p-d",
            "d1",
            "2025-01-06T09:00:00Z",
            &json!({"effects": [{"term": "headache", "serious": true}], "effects_capture": "spontaneous"}),
        ),
        session(
            "p-d",
            "d2",
            "2025-01-13T09:00:00Z",
            &json!({"route": "oral", "effects": [{"term": "headache"}, {"term": "nausea"}]}),
        ),
        Event::session("p-e", "e1", "2025-01-06T09:00:00Z"),
        // Began before the data: nowhere.
        session(
            "p-f",
            "f1",
            "2025-01-06T09:00:00Z",
            &json!({"session_number": 3, "effects": nausea, "effects_capture": "structured"}),
        ),
    ];
    let table = table(&run(events), "side_effects");
    let keys = |route, infusion, capture, term| {
        [("route", route), ("infusion", infusion), ("capture", capture), ("term", term)]
    };
    let want = [
        ("n_persons", "3"),
        ("n_sessions", "3"),
        ("persons_with", "1"),
        ("sessions_with", "1"),
        ("share", "0.3333"),
        ("upper_if_none", "NA"),
        ("mild", "0"),
        ("moderate", "1"),
        ("severity_unknown", "0"),
        ("serious", "0"),
        ("n_resolved", "1"),
        ("median_minutes", "90"),
    ];
    for term in ["any", "nausea"] {
        assert_row(&table, &keys("all", "1", "structured", term), &want);
    }
    let none = [("persons_with", "0"), ("upper_if_none", "0.6316"), ("median_minutes", "NA")];
    assert_row(&table, &keys("all", "1", "structured", "headache"), &none);
    let second = [("n_persons", "1"), ("severity_unknown", "1"), ("n_resolved", "0")];
    assert_row(&table, &keys("intravenous", "2", "structured", "nausea"), &second);
    let any_infusion = [
        ("n_persons", "3"),
        ("n_sessions", "4"),
        ("persons_with", "1"),
        ("sessions_with", "2"),
        ("moderate", "1"),
        ("severity_unknown", "0"),
    ];
    assert_row(&table, &keys("all", "0", "structured", "nausea"), &any_infusion);

    let told = [("n_persons", "1"), ("persons_with", "1"), ("serious", "1")];
    assert_row(&table, &keys("mixed", "0", "spontaneous", "headache"), &told);
    let unstated = [("n_persons", "1"), ("persons_with", "1"), ("sessions_with", "1")];
    assert_row(&table, &keys("mixed", "2", "unstated", "any"), &unstated);
    // The route is that of session 1, and nobody of the mixed courses was asked from a list.
    let of = |name: &str, want: &str| table.maps().filter(|row| row[name] == want).count();
    assert_eq!(of("route", "oral"), 0);
    let mixed: Vec<_> = table.maps().filter(|row| row["route"] == "mixed").collect();
    assert!(!mixed.is_empty() && mixed.iter().all(|row| row["capture"] != "structured"));
    // Three ways for all and for intravenous, two for mixed; nine infusions, fourteen terms.
    assert_eq!(table.rows.len(), 8 * 9 * 14);
}

#[test]
fn pressures_count_where_all_four_were_read_and_dissociation_has_no_maximum() {
    let vitals = |before: [u32; 2], highest: [u32; 2], spo2: u32| {
        json!({
            "sbp_pre": before[0], "dbp_pre": before[1],
            "sbp_peak": highest[0], "dbp_peak": highest[1], "spo2_min": spo2,
        })
    };
    let scale = |total: u32| json!({"instrument": "cadss", "total": total});
    let events = vec![
        session(
            "p-a",
            "a1",
            "2025-01-06T09:00:00Z",
            &json!({"vitals": vitals([120, 80], [150, 90], 97), "dissociation": scale(4)}),
        ),
        session(
            "p-b",
            "b1",
            "2025-01-06T09:00:00Z",
            &json!({"vitals": vitals([130, 85], [140, 101], 91), "dissociation": scale(10)}),
        ),
        // One number is missing, but for the saturation.
        session(
            "p-c",
            "c1",
            "2025-01-06T09:00:00Z",
            &json!({
                "vitals": {"sbp_pre": 120, "sbp_peak": 190, "dbp_pre": 80, "spo2_min": 92},
                "dissociation": scale(31),
            }),
        ),
    ];
    let workspace = run(events);
    let pressures = table(&workspace, "blood_pressure");
    let want = [
        ("n_persons", "2"),
        ("mean_systolic_before", "125"),
        ("mean_systolic_highest", "145"),
        ("mean_systolic_rise", "20"),
        ("systolic_rise_lo", "-107.0620"),
        ("systolic_rise_hi", "147.0620"),
        ("mean_diastolic_rise", "13"),
        ("risen", "2"),
        ("high", "1"),
        ("high_share", "0.5"),
        ("n_saturation", "3"),
        ("low_saturation", "1"),
        ("low_saturation_share", "0.3333"),
    ];
    assert_row(&pressures, &[("route", "all"), ("infusion", "1")], &want);
    let none = [("n_persons", "0"), ("risen", "0"), ("mean_systolic_rise", "NA")];
    assert_row(&pressures, &[("route", "intravenous"), ("infusion", "2")], &none);

    let totals = table(&workspace, "dissociation");
    let want = [
        ("n_persons", "3"),
        ("mean_total", "15"),
        ("total_sd", "14.1774"),
        ("total_lo", "-20.2187"),
        ("total_hi", "50.2187"),
        ("median_total", "10"),
    ];
    let keys = [("instrument", "cadss"), ("route", "all"), ("infusion", "1")];
    assert_row(&totals, &keys, &want);
    assert!(!totals.names.iter().any(|name| name.contains("max") || name.contains("highest")));
}

#[test]
fn screening_counts_everyone_known_by_their_latest_decision() {
    let started = |subject: &str, id: &str, time: &str, screening: Value| {
        Event::new("course.started", subject, id, time, json!({ "screening": screening }))
    };
    let two = json!({"decision": "excluded", "contraindications": ["psychosis", "pregnancy"]});
    let events = vec![
        started("p-a", "a1", "2025-03-01T09:00:00Z", json!({"decision": "deferred"})),
        started("p-a", "a2", "2025-05-01T09:00:00Z", json!({"decision": "eligible"})),
        Event::session("p-a", "a3", "2025-05-06T09:00:00Z"),
        started("p-b", "b1", "2025-03-01T09:00:00Z", two),
        started("p-c", "c1", "2025-03-01T09:00:00Z", json!({"decision": "excluded"})),
        Event::session("p-c", "c2", "2025-03-06T09:00:00Z"),
        // Nobody said; and who withdrew is nowhere.
        Event::session("p-d", "d1", "2025-03-06T09:00:00Z"),
        started("p-e", "e1", "2025-03-01T09:00:00Z", json!({"decision": "excluded"})),
        Event::new("subject.withdrawn", "p-e", "e2", "2025-03-02T09:00:00Z", json!({})),
    ];
    let table = table(&run(events), "screening");
    for (decision, reason, n, treated) in [
        ("eligible", "all", "1", "1"),
        ("eligible", "none-given", "1", "1"),
        ("deferred", "all", "0", "0"),
        ("excluded", "all", "2", "1"),
        ("excluded", "any", "1", "0"),
        ("excluded", "none-given", "1", "1"),
        ("excluded", "psychosis", "1", "0"),
        ("excluded", "pregnancy", "1", "0"),
        ("excluded", "allergy", "0", "0"),
        ("unknown", "all", "1", "1"),
    ] {
        let keys = [("decision", decision), ("reason", reason)];
        assert_row(&table, &keys, &[("n_subjects", n), ("n_treated", treated)]);
    }
    assert_eq!(table.rows.len(), 3 * 14 + 1);
}

//! The same events say the same, however they arrive and however they came to be said.

use crate::harness::events::{Event, parse};
use crate::harness::tables::{PEOPLE, Text};
use crate::harness::workspace::{OPEN, Workspace, assert_same};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// A fixed data cut, so that no figure depends on who came last.
const FIXED_CUT: &str = "[analysis]\ndata_cut = 2100-01-01\n[disclosure]\nmin_cell = 0\n";

/// Made-up people of three sites.
fn network() -> Vec<Event> {
    let workspace = Workspace::new();
    let args = ["simulate", "--subjects", "120", "--seed", "11", "--sites", "3", "--out", "-"];
    let events = parse(&workspace.expect(0, &args).stdout);
    let subjects: BTreeSet<&str> = events.iter().map(|event| event.text("/subject")).collect();
    assert!(subjects.len() > 100 && events.len() > 1000);
    events
}

fn tiny() -> Vec<Event> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/sample_data/tiny");
    let file = |n| std::fs::read_to_string(format!("{dir}/events-site-0{n}.ndjson"));
    [1, 2].into_iter().flat_map(|n| parse(&file(n).expect("a sample"))).collect()
}

/// What one run makes of the events in one file.
fn estimates(events: &[Event], settings: &str) -> BTreeMap<String, Vec<u8>> {
    let workspace = Workspace::new();
    workspace.pipeline(&[("*", "refuse-file")], settings);
    workspace.events("all.ndjson", events);
    workspace.run(0);
    workspace.estimates()
}

/// Every line twice, shuffled, over seven files, some packed; returns their names.
fn scatter(workspace: &Workspace, events: &[Event], seed: u64) -> Vec<String> {
    let mut lines: Vec<String> = events.iter().chain(events).map(ToString::to_string).collect();
    lines.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut names = Vec::new();
    for (n, part) in lines.chunks(lines.len().div_ceil(7)).enumerate() {
        let text = part.join("\n");
        let (name, bytes) = match n {
            0 | 3 => {
                let mut packer =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packer.write_all(text.as_bytes()).expect("memory");
                (format!("part-{n}.ndjson.gz"), packer.finish().expect("memory"))
            }
            1 | 4 => {
                let bytes = zstd::encode_all(text.as_bytes(), 1).expect("memory");
                (format!("part-{n}.jsonl.zst"), bytes)
            }
            _ => (format!("part-{n}.ndjson"), text.into_bytes()),
        };
        workspace.write(&format!("in/{name}"), bytes);
        names.push(name);
    }
    assert_eq!(names.len(), 7);
    names
}

#[test]
fn the_way_events_arrive_changes_no_byte() {
    for (what, events) in [("tiny", tiny()), ("network", network())] {
        let plain = Workspace::new();
        plain.open_pipeline();
        plain.events("all.ndjson", &events);
        plain.run(0);
        let want = plain.estimates();

        let at_once = Workspace::new();
        at_once.open_pipeline();
        scatter(&at_once, &events, 1);
        at_once.run(0);
        assert_same(what, &want, &at_once.estimates());
        // The same events and settings are the same run, wherever the events stood.
        assert_eq!(plain.manifest()["identity"], at_once.manifest()["identity"], "{what}");

        for (seed, turned) in [(2, false), (3, true)] {
            let piecemeal = Workspace::new();
            piecemeal.open_pipeline();
            let mut names = scatter(&piecemeal, &events, seed);
            if turned {
                names.reverse();
            }
            for name in names {
                let path = format!("in/{name}");
                let args = ["ingest", "--store", "store", "--time-basis", "actual", &path];
                piecemeal.expect(0, &args);
            }
            piecemeal.expect(0, &["curves", "--pipeline", "p.toml"]);
            assert_same(what, &want, &piecemeal.estimates());
        }
    }
}

#[test]
fn disclosure_control_does_not_depend_on_arrival() {
    let events = network();
    let want = estimates(&events, "");
    let scattered = Workspace::new();
    scattered.pipeline(&[("*", "refuse-file")], "");
    scatter(&scattered, &events, 4);
    scattered.run(0);
    assert_same("min_cell = 11", &want, &scattered.estimates());
    let csv = Text::csv(&want["tables/response_by_infusion.csv"]);
    assert!(csv.maps().any(|row| row["suppressed"] == "true"), "something is hidden");
}

/// Events that no other event speaks about, and that stand in the log once.
fn untouched(events: &[Event], event_type: &str) -> Vec<usize> {
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for event in events {
        for id in ["/id", "/data/corrects", "/data/retracts"] {
            *times.entry((event.text("/source"), event.text(id))).or_default() += 1;
        }
    }
    let is_alone = |event: &Event| times[&(event.text("/source"), event.text("/id"))] == 1;
    let fits = |event: &Event| event.text("/type") == event_type && is_alone(event);
    (0..events.len()).filter(|n| fits(&events[*n])).collect()
}

/// The correction that puts an event right.
fn correction_to(right: &Event, with_time: bool) -> Event {
    let mut data = json!({"corrects": right.text("/id"), "data": right.0["data"]});
    if with_time {
        data["time"] = right.0["time"].clone();
    }
    let id = format!("{}.fix", right.text("/id"));
    right
        .clone()
        .with("/id", json!(id))
        .with("/type", json!("afterdose.event.corrected.v1"))
        .with("/time", json!("2026-01-01T00:00:00Z"))
        .with("/data", data)
}

#[test]
fn a_correction_is_having_had_the_right_value() {
    let events = network();
    let want = estimates(&events, OPEN);
    let mut wrong = events.clone();
    let mut fixes = Vec::new();
    for (n, index) in
        untouched(&events, "afterdose.checkin.submitted.v1").into_iter().step_by(9).enumerate()
    {
        let event = wrong[index].clone();
        let score = json!([{"instrument": "phq-9", "total": n % 28}]);
        let moved = n % 3 == 0;
        fixes.push(correction_to(&event, moved));
        let event = event.with("/data/measures", score);
        let later = json!("2025-12-24T09:00:00Z");
        wrong[index] = if moved { event.with("/time", later) } else { event };
    }
    for index in untouched(&events, "afterdose.session.completed.v1").into_iter().step_by(11) {
        fixes.push(correction_to(&wrong[index], false));
        wrong[index] = wrong[index].clone().with("/data/route", json!("oral"));
    }
    assert!(fixes.len() > 100, "{}", fixes.len());
    let spoilt = estimates(&wrong, OPEN);
    assert_ne!(want, spoilt, "the wrong values must matter");
    // Corrections may come before what they correct.
    let corrected: Vec<Event> = fixes.iter().cloned().chain(wrong).collect();
    assert_same("corrected", &want, &estimates(&corrected, OPEN));
}

/// All times of a subject moved by whole days.
fn shifted(event: &Event, days: i64) -> Event {
    let mut event = event.clone();
    for pointer in ["/time", "/data/time"] {
        if let Some(Value::String(time)) = event.0.pointer_mut(pointer) {
            let moment: jiff::Timestamp = time.parse().expect("a time");
            *time = (moment + jiff::SignedDuration::from_hours(24 * days)).to_string();
        }
    }
    event
}

#[test]
fn shifting_a_subject_changes_nothing() {
    let events = network();
    let subjects = |events: &[Event], thing: &str| -> BTreeSet<String> {
        let of_type = events.iter().filter(|event| event.text("/type").contains(thing));
        of_type.map(|event| event.text("/subject").to_owned()).collect()
    };
    let moved: BTreeSet<String> =
        subjects(&events, "course.ended").into_iter().step_by(3).collect();
    assert!(moved.len() > 20);
    // The one table with a calendar axis.
    let without_months = |mut files: BTreeMap<String, Vec<u8>>| {
        files.retain(|name, _| !name.contains("completeness"));
        files
    };
    let shift = |events: &[Event], moved: &BTreeSet<String>, days| -> Vec<Event> {
        let is_moved = |event: &Event| moved.contains(event.text("/subject"));
        let turn = |e: &Event| if is_moved(e) { shifted(e, days) } else { e.clone() };
        events.iter().map(turn).collect()
    };
    let rest = |events: &[Event], settings| without_months(estimates(events, settings));
    let want = rest(&events, FIXED_CUT);
    for days in [-3, 3] {
        assert_same("network", &want, &rest(&shift(&events, &moved, days), FIXED_CUT));
    }
    // Without a fixed cut, for people who are not the last of their site.
    let events = tiny();
    let moved = ["tiny-p01", "tiny-p03", "tiny-p05", "tiny-p09"].map(str::to_owned).into();
    let (want, got) = (rest(&events, OPEN), rest(&shift(&events, &moved, -3), OPEN));
    assert_same("tiny", &want, &got);
    // One session alone, moved by as much, is another history.
    let mut broken = events.clone();
    let session = broken.iter_mut().find(|event| event.text("/id") == "p01-s2").expect("p01-s2");
    *session = shifted(session, -3);
    assert_ne!(want, rest(&broken, OPEN));
}

#[test]
fn a_withdrawn_subject_was_never_there() {
    let events = network();
    let all: BTreeSet<&str> = events.iter().map(|event| event.text("/subject")).collect();
    let gone: BTreeSet<&str> = all.into_iter().step_by(13).collect();
    let without: Vec<Event> =
        events.iter().filter(|event| !gone.contains(event.text("/subject"))).cloned().collect();
    let mut with = events.clone();
    for subject in &gone {
        let own = events.iter().find(|event| event.text("/subject") == *subject).expect("theirs");
        let withdrawal = own
            .clone()
            .with("/type", json!("afterdose.subject.withdrawn.v1"))
            .with("/id", json!(format!("{subject}.out")))
            .with("/data", json!({}));
        // It holds wherever it stands.
        with.insert(with.len() / 2, withdrawal);
    }
    let want = estimates(&without, OPEN);
    assert_ne!(want, estimates(&events, OPEN), "they must have mattered");
    assert_same("withdrawn", &want, &estimates(&with, OPEN));
}

#[test]
fn strata_and_routes_add_up_to_the_whole() {
    const STRATA: [&str; 9] = [
        "drug",
        "indication",
        "baseline_severity",
        "age_band",
        "sex",
        "site",
        "psychotherapy",
        "prior_failed_trials",
        "dose_band",
    ];
    let asked = format!("[analysis]\nstrata = {:?}\n{OPEN}", &STRATA[1..]);
    let files = estimates(&network(), &asked);
    let table = Text::csv(&files["tables/response_by_infusion.csv"]);
    // A count where nobody was observed is no number, and adds nothing.
    let counts = |row: &BTreeMap<&str, &str>| PEOPLE.map(|name| row[name].parse().unwrap_or(0));
    let mut whole: BTreeMap<[String; 3], [u64; 10]> = BTreeMap::new();
    let mut sums: BTreeMap<(String, [String; 3]), [u64; 10]> = BTreeMap::new();
    let mut by_route: BTreeMap<[String; 4], [u64; 10]> = BTreeMap::new();
    let mut routes: BTreeMap<[String; 4], [u64; 10]> = BTreeMap::new();
    for row in table.maps() {
        let key = ["instrument", "route", "infusion"].map(|name| row[name].to_owned());
        let counts = counts(&row);
        let add = |sum: &mut [u64; 10]| sum.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        let place = ["instrument", "stratum", "level", "infusion"].map(|name| row[name].to_owned());
        match row["route"] {
            "all" => add(by_route.entry(place).or_default()),
            "mixed" => {}
            _ => add(routes.entry(place).or_default()),
        }
        match row["stratum"] {
            "all" => {
                whole.insert(key, counts);
            }
            "course_order" | "phase" | "fixed_cohort" => {}
            stratum => add(sums.entry((stratum.to_owned(), key)).or_default()),
        }
    }
    assert!(whole.values().any(|counts| counts.iter().all(|n| *n > 0)), "every count is exercised");
    for key in whole.keys() {
        for stratum in STRATA {
            // An instrument without bands has no such stratum.
            let has_bands = ["phq-9", "gad-7", "madrs"].contains(&key[0].as_str());
            let is_there = sums.contains_key(&(stratum.to_owned(), key.clone()));
            assert!(
                is_there || (stratum == "baseline_severity" && !has_bands),
                "{stratum} {key:?}"
            );
        }
    }
    for ((stratum, key), sum) in sums {
        assert_eq!(sum, whole[&key], "{stratum} {key:?}");
    }
    assert_eq!(routes, by_route, "routes add up to all");
}

/// Total of a PHQ-9 of a check-in, or the sum of its items.
fn phq_9(event: &Event) -> Option<i64> {
    let measures = event.0.pointer("/data/measures")?.as_array()?;
    let measure = measures.iter().find(|measure| measure["instrument"] == "phq-9")?;
    let items = || measure["items"].as_array()?.iter().map(Value::as_i64).sum::<Option<i64>>();
    items().or_else(|| measure["total"].as_i64())
}

/// The session after the one with the first response, in a first course without a slip: slow and
/// obvious, from the events alone.
fn session_after_response<'a>(own: &[&'a Event]) -> Option<&'a Event> {
    let is = |event: &Event, thing: &str| event.text("/type").contains(thing);
    let ids: BTreeSet<&str> = own.iter().map(|event| event.text("/id")).collect();
    let slips = ["event.", "withdrawn"];
    if ids.len() < own.len() || own.iter().any(|event| slips.iter().any(|slip| is(event, slip))) {
        return None;
    }
    let mut own = own.to_vec();
    own.sort_by_key(|event| event.text("/time"));
    let at = |event: &Event| event.text("/time").parse::<jiff::Timestamp>().expect("a time");
    let days = |from: &Event, to: &Event| at(to).duration_since(at(from)).as_hours() / 24;
    let sessions: Vec<&Event> =
        own.iter().filter(|event| is(event, "session.completed")).copied().collect();
    let scores: Vec<(&Event, i64)> =
        own.iter().filter_map(|event| Some((*event, phq_9(event)?))).collect();
    let first = at(sessions.first()?);
    let (_, baseline) = *scores.iter().rfind(|(event, _)| at(event) <= first)?;
    sessions.windows(2).take_while(|pair| days(pair[0], pair[1]) <= 60).find_map(|pair| {
        let after = scores.iter().rfind(|(event, _)| {
            at(event) > at(pair[0]) && at(event) <= at(pair[1]) && days(pair[0], event) <= 14
        });
        after.is_some_and(|(_, score)| 2 * score <= baseline).then_some(pair[1])
    })
}

#[test]
fn a_visit_after_the_first_response_changes_no_cumulative_curve() {
    let events = network();
    let mut by_subject: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in &events {
        by_subject.entry(event.text("/subject")).or_default().push(event);
    }
    let mut with = events.clone();
    for (subject, own) in &by_subject {
        if let Some(session) = session_after_response(own) {
            let at: jiff::Timestamp = session.text("/time").parse().expect("a time");
            let minute_later = at + jiff::SignedDuration::from_mins(1);
            let visit = Event::score(subject, "worse", &minute_later.to_string(), 27);
            let id = json!(format!("{subject}.worse"));
            with.push(visit.with("/id", id).with("/source", json!(session.text("/source"))));
        }
    }
    assert!(with.len() > events.len() + 15, "{}", with.len() - events.len());
    let (want, found) = (estimates(&events, FIXED_CUT), estimates(&with, FIXED_CUT));
    for table in ["cumulative_response", "time_to_response"] {
        let name = format!("tables/{table}.csv");
        assert!(want[&name] == found[&name], "{table}");
    }
    let name = "tables/response_by_infusion.csv";
    assert!(want[name] != found[name], "the visits must have mattered");
}

#[test]
fn stricter_shares_are_smaller() {
    let files = estimates(&network(), FIXED_CUT);
    let number = |text: &str| text.parse::<f64>().ok();
    let table = Text::csv(&files["tables/response_by_infusion.csv"]);
    let mut compared = 0;
    for row in table.maps() {
        assert_eq!(row["n_not_due"], "0", "everything is over");
        let rates = number(row["response_rate_nri"]).zip(number(row["response_rate"]));
        if let Some((nri, observed)) = rates {
            assert!(nri <= observed, "{row:?}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
    let table = Text::csv(&files["tables/cumulative_response.csv"]);
    let mut curves: BTreeMap<[String; 5], BTreeMap<String, f64>> = BTreeMap::new();
    for row in table.maps() {
        let key = ["instrument", "stratum", "level", "route", "infusion"];
        let key = key.map(|name| row[name].to_owned());
        if let Some(estimate) = number(row["estimate"]) {
            curves.entry(key).or_default().insert(row["estimator"].to_owned(), estimate);
            // What is left still waits; a rounding of 1e-16 may be over.
            let stopped = number(row["stopped_estimate"]).unwrap_or_default();
            assert!(estimate + stopped < 1.0 + 1e-12, "{row:?}");
        }
    }
    let both: Vec<_> = curves.values().filter(|estimates| estimates.len() == 2).collect();
    assert!(both.len() > 100, "{}", both.len());
    for estimates in both {
        assert!(estimates["aalen-johansen"] <= estimates["kaplan-meier"] + 1e-12, "{estimates:?}");
    }
}

//! `explain`: its courses make the counts of the tables, its facts are those worked out by hand, its
//! events are where it says, and nothing is written but the audit.

use crate::harness::events::{Event, parse, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace, contents, files, list};
use afterdose::curves::cohort::Cohort;
use afterdose::curves::explain::{AtInfusion, AtRisk, response_sums, risk_sums, stands};
use afterdose::curves::first_response::{Fate, first_response};
use afterdose::curves::population::Population;
use afterdose::curves::response::response_by_infusion;
use afterdose::pipeline::facts::{View, fold};
use afterdose::pipeline::plan::{Overrides, Plan};
use afterdose::store::log::EventLog;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The events of the quickstart, nothing hidden, with every stratum there is.
fn quickstart() -> Workspace {
    let workspace = Workspace::new();
    for (name, bytes) in contents(&repository("sample_data/clinic")) {
        if Path::new(&name).extension().is_some_and(|ending| ending == "ndjson") {
            workspace.write(&format!("in/{name}"), bytes);
        }
    }
    let strata = "[analysis]\ninstruments = [\"phq-9\", \"gad-7\"]\nstrata = [\"indication\", \
                  \"age_band\", \"sex\", \"site\", \"baseline_severity\", \"psychotherapy\", \
                  \"prior_failed_trials\", \"dose_band\"]\n";
    workspace.pipeline(&[("*", "refuse-file")], &format!("{OPEN}{strata}"));
    workspace.run(0);
    workspace
}

fn tiny() -> (Workspace, String) {
    let workspace = Workspace::new();
    let pipeline = repository("pipelines/tiny.toml").to_str().expect("UTF-8").to_owned();
    workspace.expect(0, &["run", &pipeline, "--store", "store", "--out", "out"]);
    (workspace, pipeline)
}

/// The answer as JSON.
#[track_caller]
fn explain(workspace: &Workspace, pipeline: &str, args: &[&str]) -> Value {
    let fixed = ["explain", "--json", "--store", "store", "--pipeline", pipeline];
    workspace.expect(0, &[&fixed, args].concat()).json()
}

/// The counts of an answer by column, as the CSV writes them.
fn totals(answer: &Value) -> BTreeMap<String, String> {
    let text = |n: &Value| n.as_u64().map_or_else(|| "NA".to_owned(), |n| n.to_string());
    let total =
        |total: &Value| (total["column"].as_str().expect("a column").to_owned(), text(&total["n"]));
    list(answer, "totals").iter().map(total).collect()
}

/// Counts over the rows of an answer, by what each row says: a second sum beside `totals`.
fn counted(answer: &Value) -> BTreeMap<&'static str, usize> {
    let rows: Vec<&Value> =
        list(answer, "courses").iter().map(|course| &course["infusions"][0]).collect();
    let status = |codes: &[&str]| {
        rows.iter().filter(|row| codes.iter().any(|code| row["status"] == *code)).count()
    };
    let is = |key: &str| rows.iter().filter(|row| row[key] == true).count();
    BTreeMap::from([
        ("n_treated", status(&["observed", "not-scored"])),
        ("n_observed", status(&["observed"])),
        ("n_enrolled", status(&["observed", "not-scored", "not-treated"])),
        ("n_not_due", status(&["not-due"])),
        ("responders", is("response")),
        ("remitters", is("remission")),
        ("n_above_line", is("above_line")),
        ("responders_nri", is("nri")),
        ("responders_locf", is("locf")),
    ])
}

/// `2 * 9 <= 20` and `4 <= 4`, the comparisons of the two scales of the quickstart, worked out.
#[track_caller]
fn is_true(sentence: &Value) -> bool {
    let text = sentence.as_str().expect("a comparison");
    let words: Vec<&str> = text.split(' ').collect();
    let number = |word: &str| word.parse::<f64>().expect("a number");
    let (left, sign, right) = match words.as_slice() {
        ["2", "*", score, sign, baseline] => (2.0 * number(score), *sign, number(baseline)),
        [score, sign, line] => (number(score), *sign, number(line)),
        _ => panic!("{text}"),
    };
    match sign {
        "<=" => left <= right,
        ">" => left > right,
        _ => panic!("{text}"),
    }
}

#[test]
fn courses_make_the_counts_of_the_published_table() {
    let workspace = quickstart();
    let table = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
    let mut n_cells = 0;
    // A prime, so that every infusion, route and stratum has its turn.
    for row in table.maps().step_by(97) {
        let place = ["instrument", "stratum", "level", "route", "infusion"].map(|key| row[key]);
        let flags = ["--instrument", "--stratum", "--level", "--route", "--infusion"];
        let args: Vec<&str> = flags.into_iter().zip(place).flat_map(<[&str; 2]>::from).collect();
        let answer = explain(&workspace, "p.toml", &args);
        for (column, n) in totals(&answer) {
            assert_eq!(n, row[column.as_str()], "{place:?} {column}");
        }
        for (column, n) in counted(&answer) {
            assert_eq!(n.to_string(), row[column], "{place:?} {column}");
        }
        for course in list(&answer, "courses") {
            let at = &course["infusions"][0];
            let because = [("response", "response_because"), ("remission", "remission_because")];
            for (is, because) in because.iter().filter(|(is, _)| !at[is].is_null()) {
                // `A <= B` where it is one, `A > B` where it is none: true as it stands.
                assert!(is_true(&at[because]), "{at}");
                let text = at[because].as_str().expect("a comparison");
                assert_eq!(at[is] == true, text.contains("<="), "{at}");
            }
            let no_score = at["score"].is_null();
            assert_eq!((no_score, no_score), (at["hours"].is_null(), at["no_score"].is_string()));
        }
        n_cells += 1;
    }
    assert!(n_cells >= 30, "{n_cells}");
}

#[test]
fn cumulative_counts_are_those_of_the_published_table() {
    let workspace = quickstart();
    let table = Text::csv(&workspace.output("tables/cumulative_response.csv"));
    let mut n_cells = 0;
    for row in table.maps().filter(|row| row["estimator"] == "aalen-johansen").step_by(211) {
        let place = ["instrument", "stratum", "level", "route", "infusion"].map(|key| row[key]);
        let [instrument, stratum, level, route, infusion] = place;
        let args = ["--table", "cumulative_response", "--instrument", instrument, "--stratum"];
        let more = [stratum, "--level", level, "--route", route, "--infusion", infusion];
        let totals = totals(&explain(&workspace, "p.toml", &[&args[..], &more].concat()));
        for column in ["n_at_risk", "events", "stopped"] {
            assert_eq!(totals[column], row[column], "{place:?} {column}");
        }
        let mut key: Vec<(&str, &str)> = ["instrument", "stratum", "level", "route", "infusion"]
            .into_iter()
            .zip(place)
            .collect();
        key.push(("estimator", "kaplan-meier"));
        let risk_set = &totals["n_at_risk (kaplan-meier)"];
        assert_eq!(risk_set, table.cell(&key, "n_at_risk"), "{place:?}");
        n_cells += 1;
    }
    assert!(n_cells >= 10, "{n_cells}");
}

/// Every cell of both tables at once, by the library: the sums over single courses, against the
/// counts that the tables were made of.
#[test]
fn every_cell_of_the_quickstart_adds_up() {
    let workspace = quickstart();
    let overrides = Overrides {
        pipeline: Some(workspace.path("p.toml")),
        without_sources: true,
        ..Overrides::default()
    };
    let plan = Plan::resolve(&overrides).expect("a plan");
    let log = EventLog::open(&plan.store).expect("a log");
    let folded = fold(&log, &plan.settings, View::Past(&BTreeSet::new())).expect("facts");
    let cuts = folded.counted.latest.or_at(None);
    let cohort = Cohort {
        subjects: &folded.subjects,
        fold: &plan.settings.fold,
        analysis: &plan.settings.analysis,
        vocabulary: &plan.settings.vocabulary,
        cuts: &cuts,
    };
    let mut cells: BTreeMap<[String; 5], (Vec<AtInfusion>, Vec<Fate>)> = BTreeMap::new();
    for code in &plan.settings.analysis.instruments {
        let instrument = plan.settings.vocabulary.instrument(code.as_str()).expect("known");
        for stand in
            folded.subjects.iter().flat_map(|facts| stands(&cohort, facts, code, instrument))
        {
            for (k, at, fate) in stand.courses.iter().flat_map(|seen| {
                seen.infusions
                    .iter()
                    .enumerate()
                    .map(move |(at, infusion)| (at + 1, infusion, seen))
            }) {
                let place = [code.as_str(), &stand.stratum, &stand.level, &stand.route];
                let [instrument, stratum, level, route] = place.map(str::to_owned);
                let cell = cells.entry([instrument, stratum, level, route, k.to_string()]);
                let (courses, fates) = cell.or_default();
                courses.push(*at);
                fates.extend(fate.fate);
            }
        }
    }
    let populations = Population::all(&cohort);
    let response = response_by_infusion(&cohort, &populations);
    let counts = first_response(&cohort, &populations);
    assert_eq!(cells.len(), response.n_rows());
    let signed = |n: Option<u64>| n.and_then(|n| i64::try_from(n).ok());
    for row in 0..response.n_rows() {
        let text = |name| response.text(row, name).to_owned();
        let k = response.int(row, "infusion").expect("a number");
        let [instrument, stratum, level, route] =
            ["instrument", "stratum", "level", "route"].map(text);
        let scale = plan.settings.vocabulary.instrument(&instrument).expect("known");
        let key = [instrument, stratum, level, route, k.to_string()];
        let (courses, fates) = &cells[&key];
        for (column, n) in response_sums(courses, scale) {
            assert_eq!(signed(n), response.int(row, column), "{key:?} {column}");
        }
        // Both tables have the same rows in the same order; counts there are cumulated.
        assert_eq!(counts.int(row, "infusion"), Some(k));
        let before = |column: &str| if k == 1 { Some(0) } else { counts.int(row - 1, column) };
        let step = |column: &str| Some(counts.int(row, column)? - before(column)?);
        let at_risk: Vec<AtRisk> = fates
            .iter()
            .map(|fate| AtRisk::of(*fate, usize::try_from(k).expect("positive")))
            .collect();
        let sums: BTreeMap<_, _> = risk_sums(&at_risk).into_iter().collect();
        let wanted = [
            ("n_at_risk", counts.int(row, "at_risk")),
            ("n_at_risk (kaplan-meier)", counts.int(row, "at_risk_km")),
            ("events", step("responded")),
            ("stopped", step("stopped")),
        ];
        for (column, want) in wanted {
            assert_eq!(signed(sums[column]), want, "{key:?} {column}");
        }
    }
}

#[test]
fn scores_are_those_worked_out_by_hand() {
    let (workspace, pipeline) = tiny();
    let expected = Text::csv(
        &std::fs::read(repository("sample_data/tiny/expected/courses.csv")).expect("a table"),
    );
    let mut n_rows = 0;
    for (instrument, k) in ["phq-9", "gad-7"].into_iter().flat_map(|i| (1..=4).map(move |k| (i, k)))
    {
        let infusion = k.to_string();
        let answer =
            explain(&workspace, &pipeline, &["--instrument", instrument, "--infusion", &infusion]);
        let number = |value: &Value| value.as_f64().map_or("NA".into(), |n| n.to_string());
        let column = |row: &BTreeMap<&str, &str>, what: &str| {
            row[format!("{instrument}_{what}").as_str()].to_owned()
        };
        let got: Vec<[String; 6]> = list(&answer, "courses")
            .iter()
            .map(|course| {
                let at = &course["infusions"][0];
                assert_eq!(at["infusion"], k);
                let text = |key: &str| course[key].as_str().expect("a text").to_owned();
                [
                    text("subject"),
                    text("route"),
                    course["n_infusions"].to_string(),
                    if course["running"] == true { "running" } else { "over" }.to_owned(),
                    number(&course["baseline"]),
                    number(&at["score"]),
                ]
            })
            .collect();
        // First courses, not begun before the data, with a baseline that is not 0.
        let want: Vec<[String; 6]> = expected
            .maps()
            .filter(|row| row["course_order"] == "1" && row["prevalent"] == "false")
            .filter(|row| !["NA", "0"].contains(&column(row, "baseline").as_str()))
            .map(|row| {
                let [subject, route, n, running] =
                    ["subject", "route", "n_sessions", "running_or_over"].map(|c| row[c].into());
                let score = column(&row, &format!("after_{k}"));
                [subject, route, n, running, column(&row, "baseline"), score]
            })
            .collect();
        assert_eq!(got, want, "{instrument} after {k}");
        n_rows += got.len();
    }
    assert_eq!(n_rows, 64, "ten people of the PHQ-9 and six of the GAD-7, four times each");
}

/// Every event of an answer.
fn events(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(fields) if fields.contains_key("blake3") => vec![value],
        Value::Object(fields) => fields.values().flat_map(events).collect(),
        Value::Array(entries) => entries.iter().flat_map(events).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn events_stand_where_it_says_and_say_what_it_says() {
    let workspace = quickstart();
    let by_digest: BTreeMap<String, Vec<String>> = files(&workspace.path("in"))
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a text");
            let digest = blake3::hash(text.as_bytes()).to_hex().to_string();
            (digest, text.lines().map(str::to_owned).collect())
        })
        .collect();
    let answer = explain(&workspace, "p.toml", &["--instrument", "phq-9", "--infusion", "3"]);
    let mut n_corrected = 0;
    let found = events(&answer);
    for event in &found {
        let lines = &by_digest[event["blake3"].as_str().expect("a digest")];
        let line = usize::try_from(event["line"].as_u64().expect("a line")).expect("small");
        let event_of_line: Value = serde_json::from_str(&lines[line - 1]).expect("JSON");
        assert_eq!(event_of_line["id"], event["id"]);
        assert_eq!(event_of_line["source"], event["source"]);
        let name = event["file"].as_str().expect("a name");
        assert!(workspace.path(&format!("in/{name}")).is_file(), "{event}");
        let corrections = list(event, "corrections");
        n_corrected += usize::from(!corrections.is_empty());
        if corrections.is_empty() {
            assert_eq!(event_of_line["time"], event["at"], "{event}");
        }
    }
    assert!(n_corrected > 0, "some were corrected");
    for course in list(&answer, "courses") {
        let at = &course["infusions"][0];
        assert!(course["baseline_event"].is_object(), "{course}");
        assert_eq!(at["score"].is_null(), at["score_event"].is_null(), "{at}");
        let scored = |event: &Value| {
            // A score that was corrected stands elsewhere.
            if event.is_null() || !list(event, "corrections").is_empty() {
                return None;
            }
            let lines = &by_digest[event["blake3"].as_str().expect("a digest")];
            let line = usize::try_from(event["line"].as_u64()?).ok()?;
            let event: Value = serde_json::from_str(&lines[line - 1]).expect("JSON");
            let measures = event["data"]["measures"].as_array()?.clone();
            let measure = measures.into_iter().find(|measure| measure["instrument"] == "phq-9")?;
            let items = measure["items"].as_array();
            let sum = items.map(|items| items.iter().filter_map(Value::as_u64).sum::<u64>());
            sum.or(measure["total"].as_u64())
        };
        let pairs = [(&course["baseline_event"], &course["baseline"])];
        for (event, score) in pairs.into_iter().chain([(&at["score_event"], &at["score"])]) {
            if let Some(found) = scored(event) {
                assert_eq!(score.as_f64(), Some(f64::from(u32::try_from(found).expect("small"))));
            }
        }
    }
}

#[test]
fn a_person_is_explained_up_to_the_step_where_they_are_lost() {
    let (workspace, pipeline) = tiny();
    let step_of = |subject: &str, instrument: &str| {
        let answer =
            explain(&workspace, &pipeline, &["--instrument", instrument, "--subject", subject]);
        assert!(answer["totals"].is_null(), "one person is no count");
        answer["person"].clone()
    };
    // From the README of the sample.
    for (subject, instrument, step, lost, in_cell) in [
        ("tiny-p01", "phq-9", "scored-after-treatment", None, true),
        ("tiny-p04", "phq-9", "scorable", Some("never-scored"), true),
        ("tiny-p08", "gad-7", "with-baseline", Some("baseline-zero"), false),
        ("tiny-p10", "phq-9", "not-prevalent", Some("no-baseline"), false),
        ("tiny-p11", "phq-9", "first-course-in-period", Some("began-before-data"), false),
        ("tiny-p13", "phq-9", "known", Some("screened-out"), false),
    ] {
        let person = step_of(subject, instrument);
        assert_eq!(person["step"], step, "{subject}");
        assert_eq!(person["lost"].as_str(), lost, "{subject}");
        assert_eq!(person["in_cell"], in_cell, "{subject}");
    }
    let fixed = ["explain", "--store", "store", "--pipeline", &pipeline, "--instrument", "phq-9"];
    let text = workspace.expect(0, &[&fixed[..], &["--subject", "tiny-p11"]].concat()).stdout;
    let said = "cohort flow: first-course-in-period, then lost: began-before-data\n";
    assert!(text.contains(said) && text.contains("not in this cell"), "{text}");
    // All steps of everyone make the published flow.
    let flow = Text::csv(&workspace.output("tables/cohort_flow.csv"));
    let order: Vec<&str> = flow
        .maps()
        .filter(|row| row["instrument"] == "phq-9" && row["route"] == "all")
        .map(|row| row["step"])
        .collect();
    let steps: Vec<usize> = (1..=13)
        .map(|n| step_of(&format!("tiny-p{n:02}"), "phq-9")["step"].clone())
        .map(|step| order.iter().position(|known| step == *known).expect("a step"))
        .collect();
    for (at, step) in order.iter().enumerate() {
        let n = steps.iter().filter(|reached| **reached >= at).count().to_string();
        let key = [("instrument", "phq-9"), ("route", "all"), ("step", step)];
        assert_eq!(n, flow.cell(&key, "n_subjects"), "{step}");
    }
    // A later course stands in the stratum of its number alone.
    let second = ["--stratum", "course_order", "--level", "2", "--instrument", "phq-9"];
    let answer =
        explain(&workspace, &pipeline, &[&second[..], &["--subject", "tiny-p02"]].concat());
    let courses = list(&answer, "courses");
    assert_eq!((courses.len(), &courses[0]["course"]), (1, &Value::from(2)));
    assert_eq!(list(&courses[0], "infusions").len(), 4, "every infusion to the horizon");
    assert_eq!(courses[0]["infusions"][1]["status"], "not-due");
}

#[test]
fn who_withdrew_is_nobody_also_in_the_past() {
    let (workspace, pipeline) = tiny();
    let fixed = ["explain", "--store", "store", "--pipeline", &pipeline, "--instrument", "phq-9"];
    for as_of in [&[][..], &["--as-of", "1"]] {
        let args = [&fixed[..], &["--subject", "tiny-p14"], as_of].concat();
        let ran = workspace.expect(2, &args);
        assert!(ran.stderr.contains("has not withdrawn") && ran.stdout.is_empty(), "{ran:?}");
        assert!(!ran.stderr.contains("tiny-p14"), "{ran:?}");
        let args = [&fixed[..], &["--infusion", "1"], as_of].concat();
        assert!(!workspace.expect(0, &args).stdout.contains("tiny-p14"));
    }
}

#[test]
fn nobody_is_listed_while_an_erasure_is_unfinished() {
    let (workspace, pipeline) = tiny();
    workspace.expect(0, &["purge", "--store", "store"]);
    let record = workspace.path("store/erased.json");
    let text = std::fs::read(&record).expect("a record");
    let mut broken_off: Value = serde_json::from_slice(&text).expect("JSON");
    broken_off["unfinished"] = serde_json::json!([]);
    std::fs::write(&record, broken_off.to_string()).expect("a writable file");
    let cell = ["--instrument", "phq-9", "--infusion", "1"];
    let args = [&["explain", "--store", "store", "--pipeline", &pipeline], &cell[..]].concat();
    let ran = workspace.expect(2, &args);
    assert!(ran.stderr.contains("broke off") && ran.stdout.is_empty(), "{ran:?}");
    workspace.expect(0, &["purge", "--store", "store"]);
    assert!(workspace.expect(0, &args).stdout.contains("tiny-p01"));
}

#[test]
fn nothing_is_written_but_the_audit_which_names_nobody() {
    let (workspace, pipeline) = tiny();
    let store = || {
        let mut files = contents(&workspace.path("store"));
        let audit = files.remove("audit.ndjson").expect("an audit");
        (files, String::from_utf8(audit).expect("UTF-8"))
    };
    let (before, told) = store();
    let fixed = ["explain", "--store", "store", "--pipeline", &pipeline, "--instrument", "phq-9"];
    let more: [&[&str]; 4] = [
        &["--infusion", "2"],
        &["--infusion", "2", "--as-of", "1"],
        &["--subject", "tiny-p01", "--quiet"],
        &["--subject=tiny-p01", "--table", "cumulative_response"],
    ];
    for args in more {
        let ran = workspace.expect(0, &[&fixed, args].concat());
        assert!(ran.stdout.contains("tiny-p01"), "{ran:?}");
        assert!(ran.stderr.contains("for the custodian of the store alone"), "{ran:?}");
        assert!(!ran.stderr.contains("tiny-p01"), "{ran:?}");
    }
    let (after, audit) = store();
    assert!(before == after, "the store is as it was");
    let new = audit.strip_prefix(&told).expect("lines are added");
    let lines: Vec<Value> =
        new.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2 * more.len());
    assert!(lines.iter().all(|line| line["command"] == "explain"));
    assert!(!new.contains("tiny"), "{new}");
    let runs = std::fs::read_dir(workspace.path("out/runs")).expect("runs").count();
    assert_eq!(runs, 1, "no run is made");
}

#[test]
fn the_order_of_arrival_changes_nothing_but_places() {
    let simulate = ["simulate", "--subjects", "60", "--seed", "5", "--sites", "2", "--out", "-"];
    let events = parse(&Workspace::new().expect(0, &simulate).stdout);
    let answer = |events: &[Event], n_files: usize| {
        let workspace = Workspace::new();
        workspace.open_pipeline();
        for (n, part) in events.chunks(events.len().div_ceil(n_files)).enumerate() {
            workspace.events(&format!("{n}.ndjson"), part);
            workspace.run(0);
        }
        let args = ["--instrument", "phq-9", "--infusion", "2"];
        let answer = explain(&workspace, "p.toml", &args);
        assert_eq!(answer, explain(&workspace, "p.toml", &args), "asked twice");
        // Where an event was read is of the arrival; what counts is not.
        let mut text = answer;
        strip(&mut text);
        text
    };
    let mut turned = events.clone();
    turned.reverse();
    assert_eq!(answer(&events, 1), answer(&turned, 3));
}

/// Takes out what depends on the files of the events.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["file", "blake3", "line", "store_version"] {
                fields.remove(name);
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(entries) => entries.iter_mut().for_each(strip),
        _ => {}
    }
}

#[test]
fn what_is_not_known_is_refused_with_the_nearest_name() {
    let (workspace, pipeline) = tiny();
    let cell = ["--instrument", "phq-9", "--infusion", "2"];
    let wrong: [(&[&str], &str); 12] = [
        (&["--instrument", "phq9", "--infusion", "2"], "did you mean `phq-9`"),
        (&["--instrument", "pcl-5", "--infusion", "2"], "does not report `pcl-5`"),
        (&["--instrument", "phq-9", "--infusion", "5"], "1 to 4"),
        (&["--instrument", "phq-9", "--infusion", "0"], "1 to 4"),
        (&["--instrument", "phq-9"], "--infusion"),
        (&[&cell[..], &["--stratum", "indicatoin", "--level", "mdd"]].concat(), "`indication`"),
        (&[&cell[..], &["--stratum", "sex", "--level", "male"]].concat(), "[analysis] strata"),
        (&[&cell[..], &["--stratum", "indication"]].concat(), "--level is missing"),
        (&[&cell[..], &["--stratum", "indication", "--level", "mmd"]].concat(), "`mdd`"),
        (&[&cell[..], &["--route", "intravenuos"]].concat(), "`intravenous`"),
        (&[&cell[..], &["--table", "response"]].concat(), "`response_by_infusion`"),
        (&[&cell[..], &["--table", "comparison"]].concat(), "are not explained"),
    ];
    for (args, said) in wrong {
        let fixed = ["explain", "--store", "store", "--pipeline", &pipeline];
        let ran = workspace.expect(2, &[&fixed, args].concat());
        assert!(ran.stderr.contains(said), "{args:?}: {ran:?}");
        assert!(ran.stdout.is_empty(), "{ran:?}");
    }
    let ran = workspace.expect(1, &[&["explain", "--store", "nowhere"], &cell[..]].concat());
    assert!(ran.stderr.contains("nowhere") && !workspace.path("nowhere").exists(), "{ran:?}");
    // A route that nobody has is no mistake.
    let nobody = [&cell[..], &["--route", "oral"]].concat();
    let answer = explain(&workspace, &pipeline, &nobody);
    assert!(list(&answer, "courses").is_empty());
    assert!(totals(&answer).values().all(|n| n == "0"), "{answer}");
}

#[test]
fn a_person_is_found_by_the_pseudonym_of_their_site_where_the_key_is_at_hand() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-first7f3a", [20, 14, 6]));
    let key = "6b1f0c2d9e8a7b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c";
    let key = [("AFTERDOSE_SUBJECT_KEY", key)];
    assert_eq!(workspace.afterdose_with(&key, &["run", "p.toml"]).code, 0);
    let ask = ["explain", "--json", "--pipeline", "p.toml", "--instrument", "phq-9", "--subject"];
    let args = [&ask[..], &["s-first7f3a"]].concat();
    assert_eq!(workspace.expect(2, &args).stdout, "", "not without the key");
    let answer = workspace.afterdose_with(&key, &args).json();
    let second = answer["person"]["subject"].as_str().expect("a pseudonym");
    assert!(second.starts_with("k-"), "{second}");
    assert!(answer["courses"][0]["infusions"][1]["response"] == true, "{answer}");
    // The pseudonym of the store needs none.
    let again = workspace.expect(0, &[&ask[..], &[second]].concat()).json();
    assert_eq!(again, answer);
}

#[test]
fn scales_without_a_rule_or_a_line_say_so() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let with = |event: Event, measure: Value| event.with("/data/measures/0", measure);
    let events = person("s-aaa", [20, 12, 8]).into_iter().map(|event| {
        if !event.text("/type").contains("checkin") {
            return event;
        }
        let total = event.0.pointer("/data/measures/0/total").cloned().expect("a total");
        with(event, serde_json::json!({"instrument": "cadss", "total": total}))
    });
    workspace.events("a.ndjson", events);
    workspace.run(0);
    let answer = explain(&workspace, "p.toml", &["--instrument", "cadss", "--infusion", "1"]);
    let totals = totals(&answer);
    let row = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
    let key = [("stratum", "all"), ("route", "all"), ("infusion", "1")];
    for (column, n) in &totals {
        assert_eq!(n, row.cell(&key, column), "{column}");
    }
    assert_eq!(totals["responders"], "NA");
    assert!(answer["courses"][0]["infusions"][0]["nri"].is_null(), "{answer}");
    let cumulative = ["--table", "cumulative_response", "--instrument", "cadss"];
    let args = [&["explain", "--pipeline", "p.toml", "--infusion", "1"], &cumulative[..]].concat();
    assert!(workspace.expect(2, &args).stderr.contains("no response rule"));
}

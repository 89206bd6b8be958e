//! What a pipeline file may change: instruments, codes, period, sites, data cut, kind of time.

use crate::harness::events::{Event, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace};
use serde_json::json;

const ALL: [(&str, &str); 1] = [("*", "refuse-file")];

/// A cell of the curve of one instrument over everyone.
fn cell(workspace: &Workspace, instrument: &str, infusion: &str, column: &str) -> String {
    let table = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
    let keys = [
        ("instrument", instrument),
        ("stratum", "all"),
        ("level", "all"),
        ("route", "all"),
        ("infusion", infusion),
    ];
    table.cell(&keys, column).to_owned()
}

/// People left after a step of the flow, over all routes.
fn people(workspace: &Workspace, step: &str) -> String {
    let table = Text::csv(&workspace.output("tables/cohort_flow.csv"));
    let keys = [("instrument", "phq-9"), ("route", "all"), ("step", step)];
    table.cell(&keys, "n_subjects").to_owned()
}

#[test]
fn a_shipped_instrument_is_changed_and_the_report_says_so() {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    workspace.pipeline(&ALL, OPEN);
    workspace.run(0);
    let before =
        [cell(&workspace, "phq-9", "1", "responders"), cell(&workspace, "phq-9", "2", "remitters")];
    assert_eq!(before, ["0", "0"], "20 to 14 is 30 %, and 6 is above 4");

    // Partial response, and the broader line.
    let changed = "[instruments.phq-9]\nresponse = { percent = 30 }\nremission = { at-most = 6 }\n";
    workspace.pipeline(&ALL, &format!("{OPEN}{changed}"));
    workspace.run(0);
    let after =
        [cell(&workspace, "phq-9", "1", "responders"), cell(&workspace, "phq-9", "2", "remitters")];
    assert_eq!(after, ["1", "1"]);
    let report = String::from_utf8(workspace.output("report.html")).expect("a page is text");
    assert!(report.contains("fall of at least 30\u{a0}%") && report.contains("6 or less"));
}

#[test]
fn an_instrument_and_a_drug_are_added() {
    let workspace = Workspace::new();
    let measure = |total: u32| json!({"measures": [{"instrument": "mood-vas", "total": total}]});
    let checkin = |id: &str, time: &str, total| {
        Event::new("checkin.submitted", "s-aaa", id, time, measure(total))
    };
    let session = json!({"route": "oral", "drug": "arketamine"});
    workspace.events(
        "a.ndjson",
        [
            checkin("c0", "2025-01-05T18:00:00Z", 40),
            Event::new("session.completed", "s-aaa", "s1", "2025-01-06T09:00:00Z", session),
            checkin("c1", "2025-01-07T09:00:00Z", 61),
        ],
    );
    workspace.pipeline(&ALL, OPEN);
    workspace.run(4);
    let added = "[codes]\ndrugs = [\"arketamine\"]\n[instruments.mood-vas]\nname = \"Mood 0-100\"\n\
        measures = \"mood\"\nrange = [0, 100]\nwhole = true\nbetter = \"higher\"\n\
        response = { points = 20 }\nrecall_days = 0\nsource = \"ours\"\n";
    workspace.pipeline(&ALL, &format!("{OPEN}{added}"));
    workspace.run(0);
    assert_eq!(cell(&workspace, "mood-vas", "1", "responders"), "1");
    assert_eq!(cell(&workspace, "mood-vas", "1", "mean_change"), "21");
    let no_line = cell(&workspace, "mood-vas", "1", "na_reason");
    assert!(no_line.contains("remission_rate=no-line"), "{no_line}");
}

#[test]
fn periods_and_sites_choose_courses_and_the_flow_counts_the_others() {
    let workspace = Workspace::new();
    let elsewhere = |event: Event| event.with("/source", json!("/synthetic/site-02"));
    let events = person("s-aaa", [20, 14, 6]).into_iter();
    workspace
        .events("a.ndjson", events.chain(person("s-bbb", [18, 9, 9]).into_iter().map(elsewhere)));
    // Session 1 of both is on 6 January.
    for (keys, in_period) in [
        ("start_from = 2025-01-06\n", "2"),
        ("start_from = 2025-01-07\n", "0"),
        ("start_before = \"2025-01-06\"\n", "0"),
        ("start_before = 2025-01-07\n", "2"),
        ("sites = [\"/synthetic/site-02\"]\n", "1"),
    ] {
        workspace.pipeline(&ALL, &format!("{OPEN}[analysis]\ninstruments = [\"phq-9\"]\n{keys}"));
        workspace.run(0);
        assert_eq!(people(&workspace, "treated"), "2", "{keys}");
        assert_eq!(people(&workspace, "first-course-in-period"), in_period, "{keys}");
    }
}

#[test]
fn a_data_cut_drops_what_comes_later() {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    let keys = "[analysis]\ninstruments = [\"phq-9\"]\ndata_cut = 2025-01-08T23:00:00Z\n";
    workspace.pipeline(&ALL, &format!("{OPEN}{keys}"));
    workspace.run(0);
    assert_eq!(cell(&workspace, "phq-9", "1", "n_observed"), "1");
    assert_eq!(cell(&workspace, "phq-9", "2", "n_treated"), "0");
    // The end of the course came after the cut too, so that the course runs.
    assert_eq!(cell(&workspace, "phq-9", "2", "n_not_due"), "1");
}

/// The events of a person on the study clock: January 6 at midnight is its day 0.
fn on_study_clock(event: Event) -> Event {
    let time = event.text("/time").to_owned();
    let day: i64 = time[8..10].parse().expect("a day of January");
    let hour: i64 = time[11..13].parse().expect("an hour");
    let hours = (day - 6) * 24 + hour;
    let sign = if hours < 0 { "-" } else { "" };
    let studytime = format!("{sign}PT{}H", hours.abs());
    let mut event = event.without("time");
    let fields = event.0.as_object_mut().expect("an object");
    fields.insert("studytime".into(), studytime.into());
    event
}

#[test]
fn study_times_give_the_same_curve_and_nothing_runs_there() {
    let dated = Workspace::new();
    dated.events("a.ndjson", person("s-aaa", [20, 14, 6]));
    dated.open_pipeline();
    dated.run(0);
    let relative = Workspace::new();
    relative.events("a.ndjson", person("s-aaa", [20, 14, 6]).into_iter().map(on_study_clock));
    relative.write(
        "p.toml",
        format!(
            "name = \"test\"\nstore.path = \"store\"\noutput.path = \"out\"\n[[sources]]\n\
             path = \"in/*\"\ntime_basis = \"relative\"\n{OPEN}"
        ),
    );
    relative.run(0);
    let table = "tables/response_by_infusion.csv";
    assert_eq!(dated.output(table), relative.output(table));

    // Without an end, a dated course runs; one without dates does not.
    for (workspace, n_not_due) in [(dated, "1"), (relative, "0")] {
        let is_end = |event: &Event| event.text("/type").contains("course.ended");
        let _ = std::fs::remove_dir_all(workspace.path("store"));
        let is_relative = n_not_due == "0";
        let events = person("s-aaa", [20, 14, 6]).into_iter().filter(|event| !is_end(event));
        let clock = |event| if is_relative { on_study_clock(event) } else { event };
        workspace.events("a.ndjson", events.map(clock));
        workspace.run(0);
        assert_eq!(cell(&workspace, "phq-9", "3", "n_not_due"), n_not_due);
    }
}

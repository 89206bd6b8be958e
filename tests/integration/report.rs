//! `report --from`: the same page from a published run alone, its parts, and what it refuses.

use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace, contents, list};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Made-up people, with what every section needs; published, and the store then taken away.
fn published(rest: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.pipeline(&[("*", "refuse-file")], rest);
    let simulate = ["simulate", "--subjects", "300", "--seed", "11", "--sites", "2", "--out", "-"];
    workspace.write("in/a.ndjson", workspace.expect(0, &simulate).stdout);
    workspace.run(0);
    std::fs::remove_dir_all(workspace.path("store")).expect("a store");
    workspace
}

/// The folder of the newest run.
fn run_of(workspace: &Workspace) -> PathBuf {
    std::fs::canonicalize(workspace.path("out/current")).expect("a run")
}

#[test]
fn the_same_page_comes_from_the_run_alone() {
    for rest in ["", OPEN] {
        let workspace = published(rest);
        let said = workspace.expect(0, &["report", "--from", "out/current", "--out", "again"]);
        assert_eq!(said.stdout.trim(), "again/report.html");
        let again = contents(&workspace.path("again"));
        let run = contents(&run_of(&workspace));
        let expected: BTreeMap<&String, &Vec<u8>> = run
            .iter()
            .filter(|(path, _)| path.starts_with("charts/") || path.starts_with("report."))
            .collect();
        assert!(expected.len() > 20, "{}", expected.len());
        assert_eq!(again.keys().collect::<Vec<_>>(), expected.keys().copied().collect::<Vec<_>>());
        for (path, bytes) in again {
            assert!(bytes == *expected[&path], "{path}");
        }
        // Every chart stands in a section, or is named there.
        let page = String::from_utf8(workspace.output("report.html")).expect("text");
        for name in run.keys().filter_map(|path| path.strip_prefix("charts/")?.strip_suffix(".svg"))
        {
            let is_there = page.contains(&format!("<figure id=\"{name}\">"));
            assert!(is_there || page.contains(&format!("charts&#x2f;{name}.svg")), "{name}");
        }
        // Both files stand in the manifest, by which they were checked.
        let manifest = workspace.manifest();
        for name in ["report.html", "report.json"] {
            assert!(
                list(&manifest, "outputs").iter().any(|output| output["path"] == name),
                "{name}"
            );
        }
    }
}

#[test]
fn where_the_pipeline_names_no_instrument_the_one_that_says_the_most_comes_first() {
    // The witness is a plain reading of the table.
    for rest in ["", OPEN] {
        let workspace = published(rest);
        let response = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
        let mut people: BTreeMap<String, i64> = BTreeMap::new();
        for row in response.maps().filter(|row| row["stratum"] == "all") {
            let most = people.entry(row["instrument"].to_owned()).or_default();
            *most = row["n_observed"].parse().unwrap_or(0).max(*most);
        }
        let mut expected: Vec<String> = people.keys().cloned().collect();
        expected.sort_by_key(|code| -people[code]);
        assert!(!expected.is_sorted(), "the order of the alphabet would do: {people:?}");
        let json: Value = serde_json::from_slice(&workspace.output("report.json")).expect("JSON");
        let codes: Vec<&str> = list(&json["words"], "instruments")
            .iter()
            .filter_map(|note| note["code"].as_str())
            .filter(|code| expected.iter().any(|known| known == code))
            .collect();
        assert_eq!(codes, expected);
        // The page goes by the same order.
        let page = String::from_utf8(workspace.output("report.html")).expect("text");
        let place = |code: &String| page.find(&format!("<article id=\"response-{code}\""));
        let places: Vec<usize> = expected.iter().filter_map(place).collect();
        assert!(places.len() > 1 && places.is_sorted(), "{places:?}");
    }
    let named = published("[analysis]\ninstruments = [\"gad-7\", \"phq-9\"]\n");
    let json: Value = serde_json::from_slice(&named.output("report.json")).expect("JSON");
    let codes = list(&json["words"], "instruments").iter().map(|note| note["code"].as_str());
    assert_eq!(codes.collect::<Vec<_>>(), [Some("gad-7"), Some("phq-9")]);
}

#[test]
fn a_section_or_a_chart_alone() {
    let workspace = published("");
    let report = ["report", "--from", "out/current", "--out", "part", "--section"];
    let with = |name| [&report[..], &[name]].concat();
    workspace.expect(0, &with("durability"));
    let page = std::fs::read_to_string(workspace.path("part/durability.html")).expect("a page");
    assert!(page.contains("How long it lasted") && !page.contains("id=\"safety\""));
    let said = workspace.expect(0, &with("response_rate_phq-9"));
    assert_eq!(said.stdout.trim(), "part/response_rate_phq-9.svg");
    for name in ["response_rate_phq-9.svg", "response_rate_phq-9.png"] {
        let published = workspace.output(&format!("charts/{name}"));
        assert!(std::fs::read(workspace.path("part").join(name)).expect("a chart") == published);
    }
    let wrong = workspace.expect(2, &with("durabilty"));
    for said in ["did you mean `durability`?", "sections: cohort, ", "response_rate_phq-9"] {
        assert!(wrong.stderr.contains(said), "{said}: {wrong:?}");
    }
    assert_eq!(contents(&workspace.path("part")).len(), 3, "nothing of a wrong name is written");
}

#[test]
fn a_run_stays_as_it_was_published_and_what_was_changed_is_refused() {
    let workspace = published("");
    let before = contents(&run_of(&workspace));
    for inside in ["out/current", "out/current/charts"] {
        let said = workspace.expect(2, &["report", "--from", "out/current", "--out", inside]);
        assert!(said.stderr.contains("stays as it was published"), "{said:?}");
    }
    assert_eq!(contents(&run_of(&workspace)), before);
    let none = workspace.expect(2, &["report", "--from", "out", "--out", "again"]);
    assert!(none.stderr.contains("is no run"), "{none:?}");
    // One count in one table, by hand.
    let path = run_of(&workspace).join("tables/durability.parquet");
    let mut bytes = std::fs::read(&path).expect("a table");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let said = workspace.expect(4, &["report", "--from", "out/current", "--out", "again"]);
    assert!(said.stderr.contains("durability.parquet is not what the run published"), "{said:?}");
    assert!(!workspace.path("again").exists());
}

/// Every instrument of the vocabulary with the ends of its scale; on `who-5` more is better.
const INSTRUMENTS: [(&str, u64); 14] = [
    ("phq-9", 27),
    ("gad-7", 21),
    ("pcl-5", 80),
    ("madrs", 60),
    ("qids-sr16", 27),
    ("bdi-ii", 63),
    ("ham-d17", 52),
    ("who-5", 100),
    ("bpi-severity", 10),
    ("bpi-interference", 10),
    ("pain-nrs", 10),
    ("lsas", 144),
    ("spin", 68),
    ("cadss", 92),
];
const ROUTES: [&str; 8] = [
    "intravenous",
    "intranasal",
    "intramuscular",
    "subcutaneous",
    "sublingual",
    "oral",
    "other",
    "unknown",
];

/// Simulated people spread over eight routes, each PHQ-9 repeated as a score on every instrument.
fn widened(events: &str) -> String {
    let widen = |line: &str| {
        let mut event: Value = serde_json::from_str(line).expect("an event");
        let subject = event["subject"].as_str().expect("a subject").to_owned();
        let route = ROUTES[subject.bytes().map(usize::from).sum::<usize>() % ROUTES.len()];
        if event["data"].get("route").is_some() {
            event["data"]["route"] = route.into();
        }
        let measures = event["data"].get("measures").and_then(Value::as_array);
        let score = measures.into_iter().flatten().find(|one| one["instrument"] == "phq-9");
        if let Some(score) = score.and_then(|one| one["total"].as_u64()) {
            let measure = |(code, most): (&str, u64)| {
                let total = score * most / 27;
                let total = if code == "who-5" { (most - total) / 4 * 4 } else { total };
                json!({"instrument": code, "total": total})
            };
            event["data"]["measures"] = INSTRUMENTS.into_iter().map(measure).collect();
        }
        event.to_string() + "\n"
    };
    events.lines().filter(|line| !line.contains("corrected")).map(widen).collect()
}

#[test]
fn a_wide_pipeline_keeps_a_small_page_that_names_what_it_left_out() {
    let workspace = Workspace::new();
    workspace.pipeline(
        &[("*", "refuse-file")],
        "[disclosure]\nmin_cell = 0\n[analysis]\nresamples = 0\ninstruments = [\"phq-9\", \
         \"gad-7\", \"pcl-5\", \"madrs\", \"qids-sr16\", \"bdi-ii\", \"ham-d17\", \"who-5\", \
         \"bpi-severity\", \"bpi-interference\", \"pain-nrs\", \"lsas\", \"spin\", \
         \"cadss\"]\nstrata = [\"indication\", \
         \"age_band\", \"sex\", \"site\", \"baseline_severity\", \"psychotherapy\", \
         \"prior_failed_trials\", \"dose_band\"]\n",
    );
    let simulate = ["simulate", "--subjects", "800", "--seed", "5", "--out", "-"];
    let events = workspace.expect(0, &simulate).stdout;
    workspace.write("in/a.ndjson", widened(&events));
    workspace.run(0);
    let page = String::from_utf8(workspace.output("report.html")).expect("text");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.len() > 1_000_000, "{} bytes: nothing to leave out", page.len());
    // The first instrument is there whole, the last is named at least, and each has its charts.
    for code in INSTRUMENTS.map(|(code, _)| code) {
        assert!(page.contains(&format!("id=\"response-{code}\"")), "{code}");
    }
    assert!(page.contains("<figure id=\"response_rate_phq-9\">"));
    let left = page.split("Left out to keep this page small").skip(1);
    let left = left.filter_map(|rest| rest.split("</p>").next());
    let names: Vec<&str> = left
        .flat_map(|left| left.split("<code>").skip(1))
        .filter_map(|rest| rest.split("</code>").next())
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let name = name.replace("&#x2f;", "/");
        assert!(run_of(&workspace).join(&name).is_file(), "{name}");
    }
}

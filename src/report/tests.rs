//! The page as a whole, from a small made-up run.

use super::document::{
    AccountRow, Fact, FigureBlock, InstrumentNote, Method, Report, Setting, Words,
};
use super::{Rendered, fixture, render, render_section, section_names};
use crate::charts::figure::Figure;
use crate::charts::fixture::Response;
use crate::charts::marking::{Marking, Synthetic};
use crate::charts::response_rate;
use crate::curves::disclose::DisclosedTables;
use crate::event::instrument::shipped;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// The tables and words behind a report.
struct Sample {
    words: Words,
    tables: DisclosedTables,
    rejections: Disclosed<Table>,
}

impl Sample {
    fn new(marking: Marking) -> Self {
        let key = |route| ["phq-9", "all", "all", route];
        let level = |level| ["phq-9", "indication", level, "all"];
        let response = Response::new()
            .shown(key("intravenous"), 1, [240, 260], 0.12)
            .shown(key("intravenous"), 2, [201, 260], 0.52)
            .shown(key("intranasal"), 1, [176, 190], 0.41)
            .hidden(key("intranasal"), 2, 190)
            .shown(key("all"), 1, [416, 450], 0.25)
            .nobody(key("all"), 2, 450)
            .shown(level("mdd"), 1, [200, 210], 0.3)
            .hidden(level("social-anxiety"), 1, 20)
            .nobody(level("unknown"), 1, 15)
            .done();
        let tables = DisclosedTables {
            response,
            flow: fixture::flow(),
            completeness: fixture::completeness(),
            cumulative: fixture::cumulative(),
            time_to_response: fixture::time_to_response(),
            comparison: fixture::comparison(),
            anomalies: fixture::anomalies(),
            data_quality: fixture::data_quality(),
            durability: fixture::durability(),
            side_effects: fixture::side_effects(),
            adjusted: fixture::adjusted(),
            ..fixture::empty()
        };
        Self {
            words: words(marking),
            tables,
            rejections: Disclosed::for_tests(fixture::rejections()),
        }
    }

    fn report(&self) -> Report<'_> {
        let instruments = shipped().expect("shipped");
        let figures =
            response_rate::figures(&self.tables.response, &instruments, self.words.marking);
        let named = |kind: &str, finding: &str| {
            let block = |figure: &Figure| FigureBlock {
                finding: finding.into(),
                ..FigureBlock::of(&Figure {
                    name: format!("{kind}_{}", figure.instrument),
                    ..figure.clone()
                })
            };
            figures.iter().map(block).collect::<Vec<_>>()
        };
        let response = figures.iter().map(FigureBlock::of);
        let figures = response
            .chain(named("completeness", "91 % had a baseline."))
            .chain(named("mean_change", "Scores fell by 8.1 points."))
            .chain(named("cumulative_response", "Half had responded."));
        Report {
            words: &self.words,
            figures: figures.collect(),
            tables: &self.tables,
            rejections: &self.rejections,
        }
    }
}

fn words(marking: Marking) -> Words {
    let instruments = shipped().expect("shipped");
    let row = AccountRow {
        file: "clinic/<a>.ndjson".into(),
        digest: "d".repeat(64),
        time_basis: "actual".into(),
        read: 1012,
        accepted: 1000,
        duplicate: 7,
        rejected: 5,
        note: String::new(),
    };
    Words {
        title: "Response after each infusion".into(),
        organisation: Some("Example & Sons".into()),
        period: "January to June 2025".into(),
        marking,
        min_cell: if marking.internal { 0 } else { 11 },
        compare_at: 6,
        limits_passed: Vec::new(),
        total: AccountRow { file: String::new(), ..row.clone() },
        account: vec![row],
        settings: vec![Setting {
            key: "analysis.horizon".into(),
            value: "8".into(),
            meaning: "the last infusion number reported".into(),
        }],
        instruments: vec![InstrumentNote::of("phq-9", &instruments["phq-9"])],
        methods: vec![Method {
            name: "Wilson interval".into(),
            text: "without continuity correction".into(),
            reference: "doi 10.1080/01621459.1927.10502953".into(),
        }],
        lineage: vec![Fact { label: "Run".into(), value: "20250701T000000Z-abcdef01".into() }],
    }
}

fn rendered(marking: Marking) -> Rendered {
    render(&Sample::new(marking).report()).expect("laid out")
}

fn page(marking: Marking) -> String {
    rendered(marking).html
}

/// The text of a page without tags, runs of white space as one space.
fn text(html: &str) -> String {
    let body = &html[html.find("<body>").expect("a body")..];
    let mut text = String::new();
    let mut inside = false;
    for letter in body.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_is_fetched_and_no_script_runs_but_our_own() {
    let html = page(Marking::default());
    assert!(html.contains("default-src 'none'"));
    for forbidden in [
        "unsafe",
        "<img",
        "@import",
        "url(",
        "<iframe",
        "src=\"",
        "http-equiv=\"refresh",
        " style=\"",
        "onclick",
        "javascript:",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    let links: Vec<&str> = html.split("href=\"").skip(1).collect();
    assert!(links.iter().all(|link| link.starts_with('#') || link.starts_with("data:,")));
    let hosts = html.matches("http").count();
    let names =
        html.matches("http://www.w3.org/2000/svg").count() + html.matches("http-equiv").count();
    assert_eq!(hosts, names, "no address but the name of the SVG vocabulary");
}

/// A browser hashes what stands between the tags, to the byte.
#[test]
fn the_policy_names_the_script_and_the_style_that_stand_in_the_page() {
    let html = page(Marking { synthetic: Synthetic::All, internal: true });
    for tag in ["script", "style"] {
        let [open, close] = [format!("<{tag}>"), format!("</{tag}>")];
        assert_eq!([html.matches(&open).count(), html.matches(&close).count()], [1, 1], "{tag}");
        let (_, rest) = html.split_once(&open).expect("opened");
        let (inside, _) = rest.split_once(&close).expect("closed");
        let hash = super::sha256::source(inside);
        let policy = html.replace("&#x2f;", "/");
        assert!(policy.contains(&format!("{tag}-src '{hash}'")), "{tag}");
    }
}

#[test]
fn texts_are_escaped_and_pictures_are_not() {
    let html = page(Marking::default());
    assert!(html.contains("Example &amp; Sons"));
    assert!(
        html.contains("clinic&#x2f;&lt;a&gt;.ndjson") || html.contains("clinic/&lt;a&gt;.ndjson")
    );
    assert!(!html.contains("clinic/<a>"));
    assert_eq!(html.matches("<svg xmlns").count(), 8, "four figures, wide and narrow");
}

#[test]
fn hidden_and_undefined_cells_say_so_and_why() {
    let html = page(Marking::default());
    assert!(html.contains("<span title=\"hidden to protect small groups\">hidden</span>"));
    assert!(html.contains("<span title=\"nobody was scored\">–</span>"));
    let text = text(&html);
    assert!(text.contains("Counts of 1 to 10 people"), "{text}");
    assert!(text.contains("Social anxiety All routes hidden"));
    assert!(text.contains("Unknown All routes nobody was scored"));
    assert!(text.contains("With a baseline score hidden hidden No baseline"));
}

#[test]
fn the_sections_carry_their_numbers() {
    let text = text(&page(Marking::default()));
    for expected in [
        "Intravenous 1 252 240 12 8 to 17 6",
        "30 of 200",
        "Known to the store 500",
        "Treated at least once 450 50 Never treated 260",
        "All sources 1,012 1,000 7 5",
        "identifier-email something that looks like an e-mail address",
        "Session number differs the site counts its sessions otherwise 31 14",
        "PHQ-9 0 to 27, lower is better",
        "analysis.horizon 8 the last infusion number reported",
        "Wilson interval without continuity correction",
        "Run 20250701T000000Z-abcdef01",
        "Routes are not randomised",
    ] {
        assert!(text.replace('\u{a0}', " ").contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("Synthetic data") && !text.contains("Internal, do not share"));
}

#[test]
fn the_sections_stand_in_the_order_of_the_questions() {
    let html = page(Marking::default());
    let listed: Vec<&str> =
        html.split("<li><a href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let expected = [
        "cohort",
        "completeness",
        "response",
        "cumulative",
        "onset",
        "durability",
        "treatment",
        "go-on",
        "individual",
        "severity",
        "safety",
        "item-9",
        "strata",
        "routes",
        "usable",
        "quality",
        "methods",
        "glossary",
        "lineage",
    ];
    assert_eq!(listed, expected);
    let sections: Vec<&str> =
        html.split("<section id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(sections[0], "answers");
    assert_eq!(sections[1..], expected);
}

#[test]
fn the_five_answers_stand_at_the_top_with_people_and_intervals() {
    let text = text(&page(Marking::default())).replace('\u{a0}', " ");
    let answers = text.split("Five answers").nth(1).expect("answers");
    let answers = answers.split("What happened to people").next().expect("a lead");
    for expected in [
        "Who was treated? 450 people were treated at least once of 500 known. 369 were scored on \
         the PHQ-9 before and after.",
        "Who was measured? 90 % 95 % interval 86 to 94 % of 410 people due after infusion 1 were \
         scored on the PHQ-9.",
        "How long did it last? 71 % 95 % interval 64 to 77 % of 160 people who responded still did \
         28 days later (PHQ-9).",
        "What went wrong? 64 % 95 % interval 60 to 68 % of 400 people asked from a list had a side \
         effect at some infusion.",
    ] {
        assert!(answers.contains(expected), "{expected} in {answers}");
    }
}

#[test]
fn figures_stand_in_their_sections_with_their_findings() {
    let html = page(Marking::default());
    for (section, finding) in [
        ("completeness", "91 % had a baseline."),
        ("response", "Scores fell by 8.1 points."),
        ("cumulative", "Half had responded."),
    ] {
        let (_, rest) = html.split_once(&format!("<section id=\"{section}\"")).expect("a section");
        let (inside, _) = rest.split_once("</section>").expect("its end");
        assert!(inside.contains(finding), "{section}");
    }
}

#[test]
fn who_was_measured_stands_by_site_month_and_route() {
    let text = text(&page(Marking::default()));
    for expected in [
        "Treated, without a baseline score: hidden",
        "With a baseline, never scored after an infusion: 41",
        "All sites 91 410 of 450 90 369 of 410 &#x2f;synthetic&#x2f;site-01 93 280 of 300 hidden",
        "All months 91 410 of 450 90 369 of 410 2025-01 95 228 of 240 2025-02 the time to be \
         scored had not yet passed for everyone",
        "All routes 91 410 of 450 90 369 of 410 Intravenous 94 245 of 260",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn what_could_be_used_is_said_in_words_and_in_a_table() {
    let text = text(&page(Marking::default())).replace('\u{a0}', " ");
    for expected in [
        "On the PHQ-9, 5,173 scores were found and 4,812 were usable. Why others were not: a later \
         score of the same time counts instead (300).",
        "Count All sources &#x2f;synthetic&#x2f;site-01 Scores found in check-ins 5,173 hidden Usable",
        "A later score of the same time counts instead 300 6 % 120 6 %",
        "1,402 sessions were found, and 1,402 count in a course. Of 1,390 sessions whose time for a \
         check-in is over, 139 had none.",
        "Count All routes Intravenous Sessions found 1,402 900",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("the check-in was taken back"), "nothing of that kind was found");
}

#[test]
fn a_limit_that_was_passed_stands_above_all() {
    let mut sample = Sample::new(Marking::default());
    sample.words.limits_passed = vec!["PHQ-9, scores: 12 %; the limit is 10 %.".to_owned()];
    let text = text(&render(&sample.report()).expect("laid out").html);
    let (before, _) = text.split_once("Example &amp; Sons").expect("a heading");
    assert!(
        before.contains("The data passed a limit that their pipeline sets. PHQ-9, scores: 12 %")
    );
    assert!(!page(Marking::default()).contains("passed a limit"));
}

#[test]
fn the_two_estimators_stand_side_by_side() {
    let text = text(&page(Marking::default()));
    for expected in [
        "Intravenous 3 2 to 4 2 2 to 3 2.6 SE 0.1 245 160",
        "Intranasal 5 4 or later 4 3 or later 2.6 SE 0.1 165 80",
        "Intravenous 1 245 80 14 33 27 to 39 5 2 240 34 28 to 40",
        "Intranasal 2 165 80 14 41 35 to 47 5 2 160 44 38 to 50",
        "44 38 to 50 1 hidden",
        "Major depression All routes not reached 4 or later 47 41 to 53 200 90",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn routes_are_compared_with_every_caution() {
    let text = text(&page(Marking::default()));
    for expected in [
        "Of those scored after infusion 6 +12 +3 to +21 190 120",
        "Of all enrolled, infusion 6 (NRI) +8 \u{2212}1 to +17 240 165",
        "Of all enrolled, day 28 (NRI) \u{2212}2 \u{2212}11 to +7 236 160",
        "Of those scored after infusion 6 – 190 0 Of all enrolled",
        "–: too few people to compare.",
        "All routes 12.34 2 0.0021 – Intravenous and intranasal 7.90 1 0.0049 0.015 –",
        "Holm-adjusted over 3 tests of pairs.",
        "Major depression Intravenous minus intranasal +10 +1 to +19 0.015 190 120",
        "Routes are not randomised. Who gets which route",
        "Different people.",
        "Different time.",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn every_table_of_an_internal_page_is_marked() {
    let html = page(Marking { synthetic: Synthetic::All, internal: true });
    let captions: Vec<&str> = html.split("<caption>").skip(1).collect();
    assert!(captions.len() >= 12);
    for caption in captions {
        let caption = caption.split("</caption>").next().expect("closed");
        assert!(caption.contains("Internal, do not share · Synthetic data"), "{caption}");
    }
    assert!(html.contains("@top-center"));
    assert!(text(&html).contains("Nothing in this report is hidden"));
}

#[test]
fn tables_and_landmarks_are_marked_up_for_every_reader() {
    let html = page(Marking::default());
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert_eq!(html.matches("<table").count(), html.matches("<caption>").count());
    assert_eq!(html.matches("<th ").count(), html.matches("<th scope=").count());
    for tag in ["<main", "<header", "<footer", "<nav", "<h1", "class=\"skip\""] {
        assert_eq!(html.matches(tag).count(), 1, "{tag}");
    }
    let ids: Vec<&str> =
        html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for id in &ids {
        assert_eq!(ids.iter().filter(|other| other == &id).count(), 1, "{id}");
    }
}

#[test]
fn an_empty_run_has_a_page() {
    let sample = Sample {
        words: Words { instruments: Vec::new(), ..words(Marking::default()) },
        tables: fixture::empty(),
        rejections: Disclosed::for_tests(Table::new("rejections", &[])),
    };
    let text = text(&render(&sample.report()).expect("laid out").html);
    for said in [
        "Nothing was found: no instrument was scored.",
        "No instrument was scored.",
        "Nobody was due to be scored.",
        "There are no two routes to compare.",
        "No record was rejected.",
        "No score and no session was found.",
        "None was found.",
        "No side effect, dissociation or blood pressure was recorded.",
    ] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn a_section_can_be_a_page_of_its_own() {
    let sample = Sample::new(Marking::default());
    let report = sample.report();
    assert!(section_names(&report).contains(&"durability"));
    assert_eq!(render_section(&report, "weather").expect("laid out"), None);
    let html = render_section(&report, "durability").expect("laid out").expect("a section");
    assert_eq!(html.matches("<section ").count(), 1);
    assert!(text(&html).contains("28 days after their first response, 71"));
}

/// What the JSON prints of a cell, a finding or a caption stands on the page; and what the page says
/// of itself comes back as it went in.
#[test]
fn the_json_says_what_the_page_says() {
    let Rendered { html, json } = rendered(Marking::default());
    let carried: super::Carried = serde_json::from_str(&json).expect("its own shape");
    assert_eq!((carried.version, &carried.words), (1, &words(Marking::default())));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let texts = |key: &str| {
        let mut found = Vec::new();
        collect(&json["sections"], key, &mut found);
        found
    };
    let shown = texts("text");
    assert!(shown.len() > 100);
    let text = text(&html);
    for cell in shown.iter().chain(&texts("finding")).chain(&texts("caption")) {
        let escaped = cell.replace('&', "&amp;").replace('<', "&lt;").replace('/', "&#x2f;");
        let escaped = escaped.replace('\'', "&#x27;");
        let flat = escaped.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&flat), "{flat}");
    }
    let share = &json["answers"][3];
    assert_eq!((share["value"].as_f64(), share["limits"][1].as_f64()), (Some(0.71), Some(0.77)));
}

/// Every text under a key, however deep.
fn collect(value: &serde_json::Value, key: &str, found: &mut Vec<String>) {
    if let Some(entries) = value.as_object() {
        found.extend(entries.get(key).and_then(|text| text.as_str()).map(str::to_owned));
        entries.values().for_each(|value| collect(value, key, found));
    }
    for value in value.as_array().into_iter().flatten() {
        collect(value, key, found);
    }
}

#[test]
fn an_adjusted_comparison_that_was_refused_says_why() {
    let text = text(&page(Marking::default())).replace('\u{a0}', " ");
    for expected in [
        "Intravenous minus intranasal, adjusted: +6 percentage points (95 % interval \u{2212}3 to +15).",
        "Intravenous minus oral: adjusting was refused, because the people stay too unlike even \
         after weighting.",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

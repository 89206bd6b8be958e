//! `explain`: who stands in a cell of a table and why, for people or as JSON. For the custodian of
//! the store: the answer is about single people.

use super::args::Explain;
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::pipeline::error::PipelineError;
use crate::pipeline::explain::answer::{
    Answer, Counted, CourseRow, EventRow, InfusionRow, Observed, Person, Waiting,
};
use crate::pipeline::explain::explain as answer;
use crate::pipeline::explain::question::{Asked, Explainable};
use crate::pipeline::plan::Plan;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Said with every answer, however quiet.
const WARNING: &str = "this lists single people: it is for the custodian of the store alone and \
                       must not be shared";

/// What stands where there is nothing to say.
const NONE: &str = "-";

/// Prints who stands in a cell, or where one person stands.
///
/// # Errors
/// If what is asked is not known, or the store cannot be read.
pub fn explain(
    json: bool,
    args: &Explain,
    plan: &Plan,
    terminal: &Terminal,
) -> Result<u8, PipelineError> {
    let asked = Asked {
        table: args.table.clone(),
        instrument: args.instrument.clone(),
        stratum: args.stratum.clone(),
        level: args.level.clone(),
        route: args.route.clone(),
        infusion: args.infusion,
        subject: args.subject.clone(),
    };
    let answer = answer(plan, &asked, args.as_of, terminal)?;
    terminal.done();
    terminal.warn(WARNING);
    if json {
        let value = serde_json::to_value(&answer).map_err(PipelineError::make("the answer"))?;
        output::json_line(&value)?;
    } else {
        output::text(&text_of(&answer))?;
    }
    Ok(Exit::Done.code())
}

/// Head, a line a course and infusion, then what they make together.
fn text_of(answer: &Answer) -> String {
    let mut out = head(answer);
    if let Some(person) = &answer.person {
        out.push_str(&person_text(person));
    }
    let lines: Vec<(&CourseRow, &InfusionRow)> = answer
        .courses
        .iter()
        .flat_map(|course| course.infusions.iter().map(move |infusion| (course, infusion)))
        .collect();
    if lines.is_empty() {
        // Of one person it has been said already.
        out.push_str(if answer.person.is_none() { "\nnobody stands in this cell\n" } else { "" });
    } else if answer.table == Explainable::CumulativeResponse.as_str() {
        out.push_str(&table(CUMULATIVE, &lines));
    } else {
        out.push_str(&table(RESPONSE, &lines));
    }
    if let Some(totals) = &answer.totals {
        let rows: Vec<[String; 2]> = totals
            .iter()
            .map(|total| [total.column.to_owned(), total.n.map_or("NA".into(), |n| n.to_string())])
            .collect();
        let _ = write!(out, "\n{}", output::columns(&rows));
    }
    out
}

fn head(answer: &Answer) -> String {
    let Answer { table, instrument, stratum, level, route, .. } = answer;
    let mut place = format!("{table}: {instrument}, {stratum} {level}, route {route}");
    if stratum == "all" {
        place = format!("{table}: {instrument}, route {route}");
    }
    if let Some(k) = answer.infusion {
        let _ = write!(place, ", infusion {k}");
    }
    let version = match &answer.as_of {
        Some(words) => words.clone(),
        None => format!("store version {}", answer.store_version),
    };
    let synthetic = match answer.synthetic {
        "all" => "; synthetic people",
        "part" => "; some of these people are synthetic",
        _ => "",
    };
    format!("{place}\n{version}{synthetic}\n")
}

fn person_text(person: &Person) -> String {
    let mut out = String::from("\n");
    let courses = if person.n_courses == 1 { "course" } else { "courses" };
    let _ = writeln!(out, "{}: {} {courses} in the store", person.subject, person.n_courses);
    let _ = match (person.step, person.lost) {
        (None, _) => writeln!(out, "no clinical event counts"),
        (Some(step), Some(lost)) => writeln!(out, "cohort flow: {step}, then lost: {lost}"),
        (Some(step), None) => writeln!(out, "cohort flow: {step}, the last step"),
    };
    let is_in = if person.in_cell { "in this cell" } else { "not in this cell" };
    let _ = writeln!(out, "{is_in}");
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for place in &person.elsewhere {
        places.entry((&place.stratum, &place.level)).or_default().push(&place.route);
    }
    for ((stratum, level), routes) in places {
        let routes = routes.join(", ");
        let _ = match stratum {
            "all" => writeln!(out, "also in the whole: {routes}"),
            stratum => writeln!(out, "also in {stratum} {level}: {routes}"),
        };
    }
    out
}

/// Columns for `response_by_infusion`.
const RESPONSE: [&str; 15] = [
    "subject",
    "course",
    "site",
    "session 1",
    "baseline",
    "infusion",
    "given",
    "score",
    "hours",
    "counted as",
    "response",
    "remission",
    "nri",
    "locf",
    "events",
];

/// Columns for `cumulative_response`.
const CUMULATIVE: [&str; 13] = [
    "subject",
    "course",
    "site",
    "session 1",
    "baseline",
    "infusion",
    "given",
    "score",
    "hours",
    "counted as",
    "ends",
    "response",
    "events",
];

fn table<const N: usize>(head: [&str; N], lines: &[(&CourseRow, &InfusionRow)]) -> String {
    let row = |(course, infusion): &(&CourseRow, &InfusionRow)| {
        let mut cells = cells(course, infusion).into_iter();
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    let rows: Vec<[String; N]> =
        std::iter::once(head.map(str::to_owned)).chain(lines.iter().map(row)).collect();
    format!("\n{}", output::left_columns(&rows))
}

fn cells(course: &CourseRow, infusion: &InfusionRow) -> Vec<String> {
    let none = || NONE.to_owned();
    let session = infusion.session.as_ref();
    let mut cells = vec![
        course.subject.clone(),
        course.course.to_string(),
        course.site.clone(),
        course.began.clone(),
        course.baseline.to_string(),
        infusion.infusion.to_string(),
        session.map_or_else(none, |session| session.at.clone()),
        infusion.score.map_or_else(none, |score| score.to_string()),
        infusion.hours.map_or_else(none, |hours| format!("{hours:.1}")),
    ];
    cells.extend(match &infusion.counted {
        Counted::Response(counted) => observed(counted),
        Counted::Cumulative(counted) => waiting(counted),
    });
    let events = [
        ("baseline", &course.baseline_event),
        ("session", &infusion.session),
        ("score", &infusion.score_event),
    ];
    let events = events
        .into_iter()
        .filter_map(|(what, event)| event.as_ref().map(|event| event_text(what, event)));
    let events: Vec<String> = events.chain(infusion.no_score.map(str::to_owned)).collect();
    cells.push(events.join("; "));
    cells
}

fn event_text(what: &str, event: &EventRow) -> String {
    let corrected = if event.corrections.is_empty() {
        String::new()
    } else {
        format!(" (corrected by {})", event.corrections.join(", "))
    };
    format!("{what} {}{corrected}", event.id)
}

fn observed(counted: &Observed) -> Vec<String> {
    let carried = counted.locf_infusion.zip(counted.locf_score);
    let locf = match (counted.locf, carried) {
        (None, _) => NONE.to_owned(),
        (Some(is), Some((from, score))) => format!("{}: {score} after {from}", yes(is)),
        (Some(is), None) => yes(is).to_owned(),
    };
    vec![
        counted.status.to_owned(),
        verdict(counted.response, counted.response_because.as_deref()),
        verdict(counted.remission, counted.remission_because.as_deref()),
        counted.nri.map_or(NONE, yes).to_owned(),
        locf,
    ]
}

fn waiting(counted: &Waiting) -> Vec<String> {
    vec![
        counted.status.to_owned(),
        format!("{} at {}", counted.end, counted.until),
        counted.response_because.clone().unwrap_or_else(|| NONE.to_owned()),
    ]
}

fn verdict(is: Option<bool>, because: Option<&str>) -> String {
    match (is, because) {
        (Some(is), Some(because)) => format!("{}: {because}", yes(is)),
        _ => NONE.to_owned(),
    }
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

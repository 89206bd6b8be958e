//! A first mapping for a file, from its header and first rows, to be read and finished by a person.
//!
//! Nothing is guessed in silence: what the file does not tell is left empty, and a mapping with an
//! empty value is refused until somebody fills it in. Headers are repeated if they have nothing of
//! an identifier, cells only if they are words this program knows.

use super::clock::{Clock, has_hour};
use super::decode::Encoding;
use super::recognise::{Meaning, meaning, unit, without_unit, words};
use super::row::suspicion;
use super::sniff::Head;
use super::survey::is_showable_header;
use super::visits::Visits;
use crate::event::instrument::Instruments;
use crate::privacy::identifier::{Place, find};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A proposal.
#[derive(Debug, Serialize)]
pub struct Proposal {
    /// The mapping file.
    pub mapping: String,
    /// What must be filled in before it can be used.
    pub to_fill_in: Vec<String>,
    /// Columns that were recognised.
    pub recognised: usize,
    /// Columns of the file.
    pub columns: usize,
}

/// Ways to write a date, and a time behind it.
const DATES: [&str; 11] = [
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
];
const TIMES: [&str; 4] = ["", " %H:%M", " %H:%M:%S", " %I:%M %p"];

/// Rows looked at.
pub const ROWS: usize = 200;

/// Proposes a mapping for a file that is called `name`.
///
/// # Errors
/// A sentence, if the file has no header that could be one.
pub fn propose(head: &Head, name: &str, instruments: &Instruments) -> Result<Proposal, String> {
    if head.headers.is_empty() {
        return Err("is empty".into());
    }
    if head.headers.iter().any(|header| is_no_header(header)) {
        return Err(
            "seems to have no header: a name of a column is empty, a number or a date".into()
        );
    }
    let visits = Visits::of(&head.headers, instruments);
    let mut draft = Draft { head, instruments, visits, todo: Vec::new(), used: Vec::new() };
    let mapping = draft.write(name);
    Ok(Proposal {
        mapping,
        recognised: draft.used.len(),
        columns: head.headers.len(),
        to_fill_in: draft.todo,
    })
}

fn is_no_header(header: &str) -> bool {
    let is_figures = header.bytes().all(|byte| byte.is_ascii_digit() || b"-/.,: ".contains(&byte));
    is_figures || matches!(find(header, Place::Name), Some(reason) if reason.is_identifier())
}

struct Draft<'a> {
    head: &'a Head,
    instruments: &'a Instruments,
    visits: Visits,
    todo: Vec<String>,
    used: Vec<usize>,
}

impl Draft<'_> {
    fn write(&mut self, name: &str) -> String {
        let is_wide = !self.visits.patterns.is_empty();
        let mut out = String::new();
        let n = self.head.rows.len();
        let _ = writeln!(
            out,
            "# Proposed from the header and the first {n} rows. Read every line, fill in what is empty, and"
        );
        let _ = writeln!(
            out,
            "# see what it makes of the file: afterdose map check --mapping THIS FILE"
        );
        let _ = writeln!(out, "# Every key is explained in pipelines/README.md.\n");
        let _ = writeln!(out, "name = {}", quote(name));
        let _ = writeln!(out, "layout = \"{}\"\n", if is_wide { "wide" } else { "long" });
        self.sheet(&mut out);
        self.common(&mut out, is_wide);
        let mut lists = BTreeMap::new();
        self.session(&mut out, &mut lists);
        self.checkin(&mut out, is_wide);
        for (list, words) in &lists {
            let _ = writeln!(out, "[values.{list}]");
            for (word, code) in words {
                let value = if code.is_empty() { "false".to_owned() } else { quote(code) };
                let _ = writeln!(out, "{} = {value}", quote(word));
            }
            out.push('\n');
        }
        self.rest(&mut out);
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    fn sheet(&mut self, out: &mut String) {
        let dialect = &self.head.dialect;
        out.push_str("[sheet]\n");
        if !self.head.is_parquet {
            let _ =
                writeln!(out, "delimiter = {}", quote(&char::from(dialect.delimiter).to_string()));
            let encoding = match dialect.encoding {
                Encoding::Utf8 => "utf-8",
                Encoding::Windows1252 => "windows-1252",
                Encoding::Utf16 => "utf-16",
            };
            let _ = writeln!(out, "encoding = \"{encoding}\"");
            let _ = writeln!(out, "decimal = \"{}\"", self.head.decimal);
        }
        out.push_str("# Zone of the times: UTC, an offset such as +01:00, or a rule such as EST5EDT,M3.2.0,M11.1.0\n");
        out.push_str("zone = \"\"\n\n");
        self.todo.push("[sheet] zone".into());
    }

    /// Fields of every event: who, where, when.
    fn common(&mut self, out: &mut String, is_wide: bool) {
        out.push_str("[fields]\n");
        if let Some((column, cells)) = self.column(&Meaning::Source) {
            let is_path = cells.iter().any(|cell| cell.starts_with('/'));
            let prefix = if is_path { "" } else { ", prefix = \"/sites/\"" };
            let _ = writeln!(out, "source = {{ column = {}{prefix} }}", quote(&column));
        } else {
            out.push_str("# The site or system, a path such as /sites/014\n");
            out.push_str("source = { value = \"\" }\n");
            self.todo.push("source".into());
        }
        if let Some((column, cells)) = self.column(&Meaning::Subject) {
            let is_digits = |cell: &String| cell.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = if cells.iter().any(is_digits) { ", prefix = \"s-\"" } else { "" };
            if suspicion(&column).is_some() {
                out.push_str("# Only if this is a random pseudonym, and no record number.\n");
            }
            let _ = writeln!(out, "subject = {{ column = {}{prefix} }}", quote(&column));
        } else {
            out.push_str("# The column with the random pseudonym\n");
            out.push_str("subject = { column = \"\" }\n");
            self.todo.push("subject".into());
        }
        if !is_wide {
            self.time(out);
        }
        out.push('\n');
    }

    fn time(&mut self, out: &mut String) {
        let date = self.pattern_or_column(&Meaning::Date);
        let clock = date
            .as_ref()
            .and_then(|_| self.column(&Meaning::Clock).or_else(|| self.column(&Meaning::Start)));
        let Some((column, mut cells)) = date.or_else(|| self.column(&Meaning::Start)) else {
            return self.study_time(out);
        };
        let columns = match &clock {
            Some((clock, times)) => {
                cells = cells.iter().zip(times).map(|(d, t)| format!("{d} {t}")).collect();
                format!("columns = [{}, {}]", quote(&column), quote(clock))
            }
            None => format!("column = {}", quote(&column)),
        };
        let (format, is_day_only) = self.format(out, &cells);
        if is_day_only {
            out.push_str("# Only the day is known; `at` says a time of day\n");
        }
        let at = if is_day_only { ", at = \"12:00\"" } else { "" };
        let _ = writeln!(out, "time = {{ {columns}{format}{at} }}");
    }

    /// How times are written, as a key; and whether they are days only.
    fn format(&mut self, out: &mut String, cells: &[String]) -> (String, bool) {
        if cells.iter().all(|cell| is_iso(cell)) {
            return (String::new(), cells.iter().any(|cell| cell.trim().len() == 10));
        }
        let fitting = formats(cells);
        let is_day_only = fitting.first().is_some_and(|format| !has_hour(format));
        if let [format] = fitting.as_slice() {
            return (format!(", format = {}", quote(format)), is_day_only);
        }
        if fitting.is_empty() {
            out.push_str("# How the times are written, such as %d/%m/%Y %H:%M\n");
        } else {
            let either = fitting.join(" or ");
            let _ = writeln!(out, "# The first rows do not tell which it is: {either}");
        }
        self.todo.push("format of time".into());
        (", format = \"\"".to_owned(), is_day_only)
    }

    fn study_time(&mut self, out: &mut String) {
        let Some((column, _)) = self.pattern_or_column(&Meaning::StudyDay) else {
            out.push_str("# The column with date and time\ntime = { column = \"\" }\n");
            self.todo.push("time".into());
            return;
        };
        out.push_str("# Days since the index date. If that is day 1, without a day 0: first = 1\n");
        let _ = writeln!(out, "studytime = {{ column = {}, count = \"days\" }}", quote(&column));
    }

    fn session(&mut self, out: &mut String, lists: &mut BTreeMap<String, Vec<(String, String)>>) {
        let mut found: Vec<(&'static str, String, Vec<String>)> = Vec::new();
        for index in 0..self.head.headers.len() {
            let header = &self.head.headers[index];
            let Some(Meaning::Session(path)) = meaning(header, self.instruments) else { continue };
            if self.is_free(header) && !found.iter().any(|(known, ..)| *known == path) {
                found.push((path, header.clone(), self.cells(index)));
                self.used.push(index);
            }
        }
        let has = |path: &str| found.iter().any(|(known, ..)| *known == path);
        if !["data.route", "data.drug", "data.dose.value"].into_iter().any(has) {
            return;
        }
        out.push_str("[[events]]\ntype = \"session.completed.v1\"\n\n[events.fields]\n");
        self.id(out, "");
        for path in ["data.route", "data.drug"].into_iter().filter(|path| !has(path)) {
            let _ = writeln!(
                out,
                "# The same in every row, or a column\n\"{path}\" = {{ value = \"\" }}"
            );
            self.todo.push(path.to_owned());
        }
        for (path, column, cells) in &found {
            let mut keys = format!("column = {}", quote(column));
            if let Some(known) = words(path) {
                let list =
                    path.trim_start_matches("data.").split(['[', '.']).next().unwrap_or(path);
                let list = if path.ends_with(".severity") { "severity" } else { list };
                let is_list = *path == "data.effects";
                lists.entry(list.to_owned()).or_insert_with(|| met(known, cells, is_list));
                if is_list {
                    keys.push_str(", split = \",\"");
                }
                let _ = write!(keys, ", values = {}", quote(list));
            }
            let unit = without_unit(column).1.and_then(|written| unit(written, path));
            if let Some(unit) = unit {
                let _ = write!(keys, ", unit = {}", quote(unit));
            }
            let _ = writeln!(out, "\"{path}\" = {{ {keys} }}");
            if *path == "data.dose.value" {
                let of_dose = match unit {
                    Some(unit) if unit.ends_with("/kg") => "mg/kg",
                    Some(_) => "mg",
                    None => {
                        out.push_str("# mg, or mg/kg\n");
                        self.todo.push("data.dose.unit".into());
                        ""
                    }
                };
                let _ = writeln!(out, "\"data.dose.unit\" = {{ value = \"{of_dose}\" }}");
            }
        }
        out.push('\n');
    }

    fn checkin(&mut self, out: &mut String, is_wide: bool) {
        let mut totals: Vec<(String, String)> = Vec::new();
        let codes: Vec<String> = self.instruments.keys().cloned().collect();
        for code in codes {
            if let Some((column, _)) = self.pattern_or_column(&Meaning::Total(code.clone())) {
                totals.push((code, column));
            }
        }
        if totals.is_empty() {
            return;
        }
        out.push_str("[[events]]\ntype = \"checkin.submitted.v1\"\n");
        if is_wide {
            let labels: Vec<String> = self.visits.labels.iter().map(|label| quote(label)).collect();
            let _ = writeln!(out, "# Once for each of these, which stands for {{}}");
            let _ = writeln!(out, "repeat = [{}]", labels.join(", "));
        } else {
            out.push_str("# Only from rows with a score\noptional = true\n");
        }
        out.push_str("\n[events.fields]\n");
        self.id(out, if is_wide { "-{}" } else { "-scores" });
        if is_wide {
            self.time(out);
        }
        for (code, column) in totals {
            let _ = writeln!(
                out,
                "\"data.measures[{code}].total\" = {{ column = {} }}",
                quote(&column)
            );
        }
        out.push('\n');
    }

    fn id(&mut self, out: &mut String, suffix: &str) {
        let found = self.position(&Meaning::Id).filter(|index| {
            let cells = self.cells(*index);
            let mut distinct: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
            let n = distinct.len();
            distinct.sort();
            distinct.dedup();
            n > 0 && distinct.len() == n
        });
        let Some(index) = found else {
            out.push_str(
                "# Without an id of its own, an event is known by all that its row says\n",
            );
            return;
        };
        if !self.used.contains(&index) {
            self.used.push(index);
        }
        let mut keys = format!("column = {}", quote(&self.head.headers[index]));
        if !suffix.is_empty() {
            let _ = write!(keys, ", suffix = {}", quote(suffix));
        }
        let _ = writeln!(out, "id = {{ {keys} }}");
    }

    /// What is left over, as comments.
    fn rest(&self, out: &mut String) {
        let left =
            self.head.headers.iter().enumerate().filter(|(index, header)| {
                !self.used.contains(index) && !self.visits.covers(header)
            });
        let (shown, withheld): (Vec<_>, Vec<_>) =
            left.partition(|(_, header)| is_showable_header(header));
        if !shown.is_empty() {
            out.push_str("# Not mapped, so never read:\n");
        }
        for (index, header) in shown {
            let _ = writeln!(out, "#   column {}: {}", index + 1, quote(header));
        }
        if !withheld.is_empty() {
            let places: Vec<String> =
                withheld.iter().map(|(index, _)| (index + 1).to_string()).collect();
            let _ = writeln!(
                out,
                "# Not mapped either, with headers that promise an identifier: column {}. Leave them out of\n\
                 # the export; or name them in ignore = [...] above [sheet], and they are never read.",
                places.join(", ")
            );
        }
    }

    fn is_free(&self, header: &str) -> bool {
        !self.visits.covers(header)
    }

    fn position(&self, wanted: &Meaning) -> Option<usize> {
        self.head.headers.iter().position(|header| {
            self.is_free(header) && meaning(header, self.instruments).as_ref() == Some(wanted)
        })
    }

    fn cells(&self, index: usize) -> Vec<String> {
        self.head.rows.iter().filter_map(|row| row.get(index).cloned()).collect()
    }

    fn column(&mut self, wanted: &Meaning) -> Option<(String, Vec<String>)> {
        let index = self.position(wanted)?;
        if !self.used.contains(&index) {
            self.used.push(index);
        }
        Some((self.head.headers[index].clone(), self.cells(index)))
    }

    /// A group of columns that repeats, with the cells of all of them, or one column.
    fn pattern_or_column(&mut self, wanted: &Meaning) -> Option<(String, Vec<String>)> {
        let Some(pattern) = self.visits.pattern(wanted).map(str::to_owned) else {
            return self.column(wanted);
        };
        let names: Vec<String> =
            self.visits.labels.iter().map(|label| pattern.replace("{}", label)).collect();
        let mut cells = Vec::new();
        for (index, header) in self.head.headers.iter().enumerate() {
            if names.contains(header) {
                cells.extend(self.cells(index));
                if !self.used.contains(&index) {
                    self.used.push(index);
                }
            }
        }
        Some((pattern, cells))
    }
}

/// Formats in which every filled cell is written.
fn formats(cells: &[String]) -> Vec<String> {
    let filled: Vec<&String> = cells.iter().filter(|cell| !cell.trim().is_empty()).collect();
    let all = DATES.iter().flat_map(|date| TIMES.iter().map(move |time| format!("{date}{time}")));
    let fits = |format: &String| {
        let clock = Clock {
            format: Some(format.clone()),
            zone: Some(TimeZone::UTC),
            at: Some(Time::midnight()),
        };
        !filled.is_empty() && filled.iter().all(|cell| clock.read(cell).is_some())
    };
    all.filter(fits).collect()
}

fn is_iso(cell: &str) -> bool {
    let clock = Clock { format: None, zone: Some(TimeZone::UTC), at: Some(Time::midnight()) };
    cell.trim().is_empty() || clock.read(cell).is_some()
}

/// The words of a list that stand in the cells, in the order of the list.
fn met(
    known: &[(&'static str, &'static str)],
    cells: &[String],
    is_list: bool,
) -> Vec<(String, String)> {
    let split = |cell: &String| -> Vec<String> {
        let parts = if is_list { cell.split(',').collect() } else { vec![cell.as_str()] };
        parts.into_iter().map(|part| part.trim().to_lowercase()).collect()
    };
    let words: Vec<String> = cells.iter().flat_map(split).collect();
    let is_met = |(word, _): &&(&str, &str)| words.iter().any(|met| met == word);
    known.iter().filter(is_met).map(|(w, c)| ((*w).to_owned(), (*c).to_owned())).collect()
}

/// A TOML text.
fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

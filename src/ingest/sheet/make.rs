//! A row to records: the JSON of each event that the mapping makes of it, or why there is none.
//!
//! A record goes through the same checks as a line of NDJSON. What they find is then said in the
//! words of the sheet: the column, where the field at fault came from one.

use super::cell::{Cell, Found};
use super::field::{Blame, Field};
use super::mapping::{Condition, Mapping, Template};
use super::spec::Layout;
use super::target::{Kind, Step};
use crate::event::refuse::{Reason, Refusal};
use crate::event::time::Moment;
use crate::ingest::checked::{Checked, Checking};
use crate::ingest::record::{self, Context};
use crate::privacy::gate::Gate;
use crate::privacy::identifier::{Place, find, find_number};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// One record made of a row.
pub struct Made {
    /// Position of its template.
    pub template: usize,
    /// What it turned out to be.
    pub checked: Checked,
}

/// Every record of a row; a row without a filled cell makes none, like a blank line.
#[must_use]
pub fn records(mapping: &Mapping, cells: &[Cell], context: &Context, gate: &Gate) -> Vec<Made> {
    let is_skipped = mapping.skip.as_ref().is_some_and(|skip| holds(skip, cells));
    if is_skipped || !cells.iter().any(Cell::is_filled) {
        return Vec::new();
    }
    let meant = |template: &Template| {
        template.when.as_ref().is_none_or(|when| holds(when, cells))
            && (!template.optional || is_filled(template, cells))
    };
    let made: Vec<Made> = mapping
        .events
        .iter()
        .enumerate()
        .filter(|(_, template)| meant(template))
        .map(|(index, template)| Made {
            template: index,
            checked: check(mapping, template, cells, context, gate),
        })
        .collect();
    if made.is_empty() && mapping.layout == Layout::Long {
        return vec![Made { template: 0, checked: Checked::Bad(unmeant(mapping, cells)) }];
    }
    made
}

/// In a long sheet every row is something that happened; one that no event is made of is refused,
/// so that nothing is lost in silence.
fn unmeant(mapping: &Mapping, cells: &[Cell]) -> Refusal {
    let all: Vec<usize> = (0..cells.len()).collect();
    if let Some(suspicion) = search(mapping, &all, cells) {
        return suspicion;
    }
    let conditions: Vec<&Condition> =
        mapping.events.iter().filter_map(|template| template.when.as_ref()).collect();
    match conditions.first() {
        Some(when) if !conditions.iter().any(|when| holds(when, cells)) => {
            Refusal::new(Reason::UnknownType, name(mapping, when.column))
        }
        _ => Refusal::new(Reason::MissingField, "data"),
    }
}

fn holds(condition: &Condition, cells: &[Cell]) -> bool {
    let text = cells[condition.column].text().ok().flatten();
    condition.is(&text.unwrap_or_default())
}

/// Whether a cell of its own data is filled; without such columns, its time.
fn is_filled(template: &Template, cells: &[Cell]) -> bool {
    let any = |is_own: &dyn Fn(&Field) -> bool| {
        let own = template.fields.iter().filter(|field| is_own(field));
        let mut columns = own.flat_map(Field::columns).peekable();
        columns.peek().is_some().then(|| columns.any(|column| cells[*column].is_filled()))
    };
    let of_time = |field: &Field| matches!(field.target.kind, Kind::Time | Kind::StudyTime);
    any(&Field::is_data).or_else(|| any(&of_time)).unwrap_or(true)
}

fn check(
    mapping: &Mapping,
    template: &Template,
    cells: &[Cell],
    context: &Context,
    gate: &Gate,
) -> Checked {
    let mut draft = Draft::new(template);
    let refused = match draft.fill(template, cells) {
        Ok(()) => match record::read(draft.json().as_bytes(), context) {
            Ok(event) => match Checking::at(gate).admit(event) {
                Checked::Bad(suspicion) => draft.in_sheet_words(mapping, suspicion),
                good @ Checked::Good(..) => return good,
            },
            Err(refused) => draft.in_sheet_words(mapping, refused),
        },
        Err((reason, column)) => Refusal::new(reason, name(mapping, column)),
    };
    if refused.reason.is_identifier() {
        return Checked::Bad(refused);
    }
    let columns: Vec<usize> = template.fields.iter().flat_map(Field::columns).copied().collect();
    Checked::Bad(search(mapping, &columns, cells).unwrap_or(refused))
}

fn name(mapping: &Mapping, column: usize) -> &str {
    mapping.columns.get(column).map_or("", |column| column.name.as_str())
}

/// What made a record fail may be an identifier, so every cell it was made of is searched, but for
/// the words that the mapping knows.
fn search(mapping: &Mapping, columns: &[usize], cells: &[Cell]) -> Option<Refusal> {
    columns.iter().find_map(|&column| {
        let fields = || mapping.fields().filter(|field| field.columns().contains(&column));
        let path = fields().next().map_or("", |field| field.path.as_str());
        let is_known = |text: &str| {
            let text = text.trim();
            mapping.conditions().any(|known| known.column == column && known.is(text))
                || fields().filter_map(Field::scalar).any(|scalar| scalar.word(text).is_some())
        };
        let between = fields().find_map(Field::between);
        let reason = match &cells[column] {
            Cell::Text(text) => {
                let place = place(path, text);
                let mut parts = between.map_or(vec![text.as_str()], |b| text.split(b).collect());
                parts.retain(|part| !is_known(part));
                parts.into_iter().find_map(|part| find(part, place))
            }
            Cell::Number(number) if place(path, "") == Place::Other => find_number(*number),
            Cell::Number(_) | Cell::Missing | Cell::NotText => None,
        }?;
        Some(Refusal::new(reason, name(mapping, column)))
    })
}

/// What is normal in a cell, by the field it goes to.
fn place(path: &str, text: &str) -> Place {
    match path {
        "id" | "source" | "data.retracts" => Place::Name,
        "subject" => Place::Subject,
        // A date stands where it belongs; a slip in writing it is no birthday.
        "time" | "studytime" if is_like_a_time(text) => Place::Name,
        _ => Place::Other,
    }
}

/// Nothing but what dates and times are written with in figures.
fn is_like_a_time(text: &str) -> bool {
    let is_figure = |byte: u8| byte.is_ascii_digit() || b"-:.,/+ TtZzAaPpMm".contains(&byte);
    Moment::from_studytime(text).is_ok() || text.bytes().all(is_figure)
}

/// A record in the making.
struct Draft {
    root: Map<String, Value>,
    /// Where each field of the record came from: its path with positions, and the column.
    places: Vec<(String, usize)>,
    /// What makes the id of a record without one.
    hasher: blake3::Hasher,
    has_id: bool,
}

impl Draft {
    fn new(template: &Template) -> Self {
        let mut root = Map::new();
        root.insert("specversion".into(), "1.0".into());
        root.insert("type".into(), template.type_text().into());
        root.insert("data".into(), json!({}));
        let mut hasher = blake3::Hasher::new();
        hasher.update(template.event_type.name().as_bytes());
        Self { root, places: Vec::new(), hasher, has_id: false }
    }

    fn fill(&mut self, template: &Template, cells: &[Cell]) -> Result<(), Blame> {
        for field in &template.fields {
            if is_idle(template, field, cells) {
                continue;
            }
            let found = match field.read(cells) {
                // Items with a hole are left out where a total stands beside them.
                Err((Reason::ScoreMissing, _)) if has_total(template, field, cells) => continue,
                found => found?,
            };
            let first = field.columns().first().copied();
            let list = field.target.steps.iter().position(|step| step.entry.is_some());
            match (found, list) {
                (Found::None, Some(list)) => {
                    self.note(&field.path, &Value::Null);
                    self.make_list(&field.target.steps[..=list]);
                }
                (Found::Missing | Found::None, _) => {
                    let path = plain_path(&field.target.steps);
                    self.places.extend(first.map(|column| (path, column)));
                }
                (Found::Value(value), _) => {
                    self.note(&field.path, &value);
                    self.has_id |= field.path == "id";
                    let is_entry = field.target.kind == Kind::Entry;
                    let path = self.insert_at(&field.target.steps, (!is_entry).then_some(value));
                    self.remember(&path, field);
                }
            }
        }
        if !self.has_id {
            let id = self.hasher.finalize().to_hex();
            self.root.insert("id".into(), id[..32].into());
        }
        Ok(())
    }

    /// The id of a record without one is made of what it says, so that the same row makes the same
    /// id in every export, wherever it stands in the file.
    fn note(&mut self, path: &str, value: &Value) {
        for part in [path, &value.to_string()] {
            self.hasher.update(&part.len().to_le_bytes()).update(part.as_bytes());
        }
    }

    /// Asked for and not there: the list exists, the entry does not.
    fn make_list(&mut self, steps: &[Step]) {
        let Some((list, groups)) = steps.split_last() else { return };
        let mut parent = &mut self.root;
        for step in groups {
            let child = parent.entry(step.name.as_str()).or_insert_with(|| json!({}));
            let Value::Object(child) = child else { return };
            parent = child;
        }
        parent.entry(list.name.as_str()).or_insert_with(|| json!([]));
    }

    /// Puts a value where its steps lead, making what is missing on the way; returns the path with
    /// positions instead of codes.
    fn insert_at(&mut self, steps: &[Step], value: Option<Value>) -> String {
        let mut path = String::new();
        let mut parent = &mut self.root;
        for (at, step) in steps.iter().enumerate() {
            if at > 0 {
                path.push('.');
            }
            path.push_str(&step.name);
            let is_last = at + 1 == steps.len();
            let Some((key, code)) = &step.entry else {
                if is_last {
                    parent.insert(step.name.clone(), value.unwrap_or(Value::Null));
                    return path;
                }
                let child = parent.entry(step.name.as_str()).or_insert_with(|| json!({}));
                let Value::Object(child) = child else { return path };
                parent = child;
                continue;
            };
            let list = parent.entry(step.name.as_str()).or_insert_with(|| json!([]));
            let Value::Array(list) = list else { return path };
            let known = list.iter().position(|entry| entry[key.as_str()] == code.as_str());
            let index = known.unwrap_or(list.len());
            if known.is_none() {
                list.push(json!({ key.as_str(): code }));
            }
            let _ = write!(path, "[{index}]");
            let Value::Object(entry) = &mut list[index] else { return path };
            parent = entry;
        }
        path
    }

    fn remember(&mut self, path: &str, field: &Field) {
        let columns = field.columns();
        if columns.len() > 1 && matches!(field.target.kind, Kind::Numbers | Kind::Texts) {
            let items = columns.iter().enumerate();
            self.places.extend(items.map(|(index, column)| (format!("{path}[{index}]"), *column)));
        }
        self.places.extend(columns.first().map(|column| (path.to_owned(), *column)));
    }

    fn json(&self) -> String {
        Value::Object(self.root.clone()).to_string()
    }

    /// The refusal with the column in place of the field, if the field came from one.
    fn in_sheet_words(&self, mapping: &Mapping, refused: Refusal) -> Refusal {
        let field = refused.field.as_str();
        let inside = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        let places = || self.places.iter();
        let found = places()
            .find(|(path, _)| path == field)
            // A list or a group of fields: the first column that went into it.
            .or_else(|| places().find(|(path, _)| !field.is_empty() && inside(path, field)))
            .or_else(|| places().find(|(path, _)| inside(field, path)));
        // A time that is missing may have been meant on either clock.
        let found = found.or_else(|| {
            let is_time = refused.reason == Reason::TimeMissing;
            places().find(|(path, _)| is_time && path == "studytime")
        });
        match found {
            Some((_, column)) => Refusal::new(refused.reason, name(mapping, *column)),
            None => refused,
        }
    }
}

/// Whether a constant has nothing to stand beside: the unit of a dose that was not given.
fn is_idle(template: &Template, field: &Field, cells: &[Cell]) -> bool {
    let Some((group, _)) = field.path.rsplit_once('.').filter(|(group, _)| *group != "data") else {
        return false;
    };
    let is_beside = |other: &&Field| {
        !other.columns().is_empty()
            && other
                .path
                .strip_prefix(group)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut beside = template.fields.iter().filter(is_beside).peekable();
    field.columns().is_empty()
        && beside.peek().is_some()
        && beside.all(|other| !matches!(other.read(cells), Ok(Found::Value(_)) | Err(_)))
}

fn has_total(template: &Template, items: &Field, cells: &[Cell]) -> bool {
    let Some(stem) = items.path.strip_suffix(".items") else { return false };
    let total = format!("{stem}.total");
    let field = template.fields.iter().find(|field| field.path == total);
    field.is_some_and(|field| matches!(field.read(cells), Ok(Found::Value(_))))
}

fn plain_path(steps: &[Step]) -> String {
    steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::vocabulary::Vocabulary;

    const MAPPING: &str = r#"
        name = "m"
        layout = "long"
        [sheet]
        zone = "UTC"
        [fields]
        source = { value = "/synthetic/m" }
        subject = { column = "who" }
        time = { columns = ["day", "clock"] }
        [[events]]
        type = "session.completed.v1"
        [events.fields]
        "data.route" = { value = "oral" }
        "data.drug" = { value = "ketamine" }
        "data.dose.value" = { column = "dose" }
        "data.dose.unit" = { value = "mg" }
        "data.vitals.sbp_peak" = { columns = ["bp1", "bp2"], take = "highest" }
        "data.vitals.spo2_min" = { columns = ["o1", "o2"], take = "lowest" }
        "data.effects[nausea]" = { column = "sick" }
        "data.effects[sedation].severity" = { column = "drowsy", values = "severity" }
        [values.severity]
        none = false
        little = "mild"
    "#;

    /// What rows of texts make, as canonical text or reason and field. Columns stand in the order
    /// of their fields: dose, sick, drowsy, bp1, bp2, o1, o2, who, day, clock.
    fn made(mapping: &str, cells: &[&str]) -> Vec<Result<String, (Reason, String)>> {
        let vocabulary = Vocabulary::shipped().expect("shipped");
        let mapping = Mapping::parse(mapping, &vocabulary.instruments).expect("a mapping");
        let context = Context { basis: None, vocabulary: &vocabulary, now_us: None };
        let cells: Vec<Cell> = cells.iter().map(|text| mapping.dialect.cell(text)).collect();
        assert_eq!(cells.len(), mapping.columns.len(), "{:?}", mapping.columns);
        let say = |made: Made| match made.checked {
            Checked::Good(event, ..) => Ok(event.get().to_json()),
            Checked::Bad(refusal) => Err((refusal.reason, refusal.field)),
        };
        records(&mapping, &cells, &context, &Gate::default()).into_iter().map(say).collect()
    }

    fn data(cells: &[&str]) -> String {
        let text = made(MAPPING, cells).remove(0).expect("a good row");
        text.split_once("\"data\":")
            .map(|(_, data)| data.trim_end_matches('}').to_owned())
            .expect("data")
    }

    #[test]
    fn cells_become_fields_lists_and_extremes() {
        let full = data(&[
            "40",
            "yes",
            "little",
            "141",
            "139",
            "97",
            "95",
            "s-one",
            "2025-02-03",
            "09:00",
        ]);
        assert_eq!(
            full,
            r#"{"route":"oral","drug":"ketamine","dose":{"value":40,"unit":"mg"},"vitals":{"sbp_peak":141,"spo2_min":95},"effects":[{"term":"nausea"},{"term":"sedation","severity":"mild"}]"#
        );
        // A dose that was not given has no unit; a side effect that was asked for and not there
        // leaves an empty list, one that was not asked for leaves none.
        let none = data(&["", "no", "none", "", "139", "", "", "s-one", "2025-02-03", "09:00"]);
        assert_eq!(
            none,
            r#"{"route":"oral","drug":"ketamine","vitals":{"sbp_peak":139},"effects":[]"#
        );
        let bare = data(&["", "", "", "", "", "", "", "s-one", "2025-02-03", "09:00"]);
        assert_eq!(bare, r#"{"route":"oral","drug":"ketamine""#);
    }

    #[test]
    fn the_column_is_to_blame() {
        let row = |at: usize, text: &str| {
            let mut cells =
                ["40", "yes", "little", "141", "139", "97", "95", "s-one", "2025-02-03", "09:00"];
            cells[at] = text;
            made(MAPPING, &cells).remove(0).expect_err(text)
        };
        let cases = [
            (0, "5000", Reason::OutOfRange, "dose"),
            (1, "perhaps", Reason::WrongType, "sick"),
            (2, "much", Reason::UnknownCode, "drowsy"),
            (3, "high", Reason::WrongType, "bp1"),
            (4, "900", Reason::OutOfRange, "bp1"),
            (7, "", Reason::MissingField, "who"),
            (8, "2025-02-31", Reason::MalformedTime, "day"),
            (9, "", Reason::TimeMissing, "day"),
            (2, "Jane Doe", Reason::IdentifierText, "drowsy"),
            (7, "jo@example.org", Reason::IdentifierEmail, "who"),
        ];
        for (at, text, reason, column) in cases {
            assert_eq!(row(at, text), (reason, column.to_owned()), "{text}");
        }
    }

    #[test]
    fn an_id_is_made_of_what_the_row_says() {
        let id = |dose: &str, day: &str| {
            let text = made(MAPPING, &[dose, "", "", "", "", "", "", "s-one", day, "09:00"]);
            let text = text[0].clone().expect("a good row");
            text.split('"').nth(7).expect("an id").to_owned()
        };
        assert_eq!(id("40", "2025-02-03").len(), 32);
        assert_eq!(id("40", "2025-02-03"), id("40.0", " 2025-02-03 "));
        assert_ne!(id("40", "2025-02-03"), id("41", "2025-02-03"));
        assert_ne!(id("40", "2025-02-03"), id("40", "2025-02-04"));
        // A column more in the mapping that this row leaves empty changes nothing.
        let more = MAPPING
            .replace("\"data.drug\"", "\"data.phase\" = { column = \"phase\" }\n\"data.drug\"");
        let cells = ["40", "", "", "", "", "", "", "", "s-one", "2025-02-03", "09:00"];
        let text = made(&more, &cells)[0].clone().expect("a good row");
        assert!(text.contains(&id("40", "2025-02-03")), "{text}");
    }

    #[test]
    fn ids_may_be_joined_and_blank_rows_make_nothing() {
        let joined = MAPPING.replace(
            "[events.fields]",
            "[events.fields]\nid = { columns = [\"who\", \"day\"], prefix = \"v.\" }",
        );
        let cells = ["40", "", "", "", "", "", "", "s-one", "2025-02-03", "09:00"];
        let text = made(&joined, &cells)[0].clone().expect("a good row");
        assert!(text.contains(r#""id":"v.s-one-2025-02-03""#), "{text}");
        assert!(made(MAPPING, &["", "NA", "", "", ".", "", "", "", "", " "]).is_empty());
    }
}

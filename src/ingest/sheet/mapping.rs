//! A mapping as it is used: every default explicit, every column, path, word and unit checked
//! before a file is opened.

use super::cell::Words;
use super::decode::Encoding;
use super::field::{Field, Origin, Shared};
use super::spec::{ConditionSpec, EventSpec, FieldSpec, Layout, MappingSpec};
use super::target::Targets;
use crate::event::ids::{OpenCode, Source};
use crate::event::instrument::Instruments;
use crate::event::kind::EventType;
use crate::event::refuse::Reason;
use crate::event::toml_file;
use crate::schema;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Cells that stand for nothing where the mapping says nothing, in lower case.
const MISSING: [&str; 6] = ["", "na", "n/a", ".", "null", "-"];

/// How a sheet becomes events.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// What it is called.
    pub name: String,
    /// What a row is.
    pub layout: Layout,
    /// How the file is written.
    pub dialect: Dialect,
    /// Every column it names, in the order in which fields refer to them.
    pub columns: Vec<Column>,
    /// Headers that are known and not wanted.
    pub ignore: BTreeSet<String>,
    /// Rows that are left out.
    pub skip: Option<Condition>,
    /// Events that a row makes.
    pub events: Vec<Template>,
    digest: [u8; 32],
}

/// How the file is written.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// Byte between cells.
    pub delimiter: u8,
    /// How bytes are characters.
    pub encoding: Encoding,
    /// Row of the header, from 1.
    pub header_row: usize,
    /// Cells that stand for nothing, in lower case.
    pub missing: BTreeSet<String>,
}

/// A column that the mapping names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// Whether a file without it does not fit.
    pub required: bool,
}

/// A column holds one of these words.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Position among [`Mapping::columns`].
    pub column: usize,
    /// In lower case.
    pub is: BTreeSet<String>,
}

impl Condition {
    /// Whether a text is one of its words.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.is.contains(&text.to_lowercase())
    }
}

/// One event that a row may make.
#[derive(Debug, Clone)]
pub struct Template {
    /// Type without version.
    pub event_type: EventType,
    /// Version of the record that is made.
    pub version: u16,
    /// What stands for `{}`, in a repeated event.
    pub repeat: Option<String>,
    /// Only from such rows.
    pub when: Option<Condition>,
    /// Only if one of its own cells is filled.
    pub optional: bool,
    /// Fields, by path.
    pub fields: Vec<Field>,
}

impl Template {
    /// The `type` attribute of its records.
    #[must_use]
    pub fn type_text(&self) -> String {
        format!("{}.v{}", self.event_type.name(), self.version)
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// A sentence that says where and what.
    pub fn parse(text: &str, instruments: &Instruments) -> Result<Self, String> {
        Self::resolve(&toml_file::read(text)?, instruments)
    }

    /// BLAKE3 of everything that decides which events a sheet makes.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Position of a column, by its header.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The fields of every event.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.events.iter().flat_map(|template| &template.fields)
    }

    /// Every condition on a row.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.skip.iter().chain(self.events.iter().filter_map(|template| template.when.as_ref()))
    }

    fn resolve(spec: &MappingSpec, instruments: &Instruments) -> Result<Self, String> {
        if OpenCode::new(&spec.name).is_none() {
            return Err("name: lower-case letters, digits and dashes".into());
        }
        if spec.events.is_empty() {
            return Err("a mapping without [[events]] makes nothing".into());
        }
        let delimiter = spec.sheet.delimiter.unwrap_or(',');
        let delimiter = u8::try_from(delimiter).ok().filter(u8::is_ascii).filter(|d| *d != b'"');
        let delimiter = delimiter.ok_or("[sheet] delimiter must be an ASCII character")?;
        let header_row = spec.sheet.header_row.unwrap_or(1);
        if !(1..=100).contains(&header_row) {
            return Err("[sheet] header_row must be 1 to 100".into());
        }
        let missing = match &spec.sheet.missing {
            Some(words) => words.iter().map(|word| word.trim().to_lowercase()).collect(),
            None => MISSING.map(str::to_owned).into(),
        };
        let words = spec.values.iter().map(|(name, list)| Ok((name.clone(), words(name, list)?)));
        let shared = Shared {
            words: words.collect::<Result<_, String>>()?,
            decimal: spec.sheet.decimal.unwrap_or('.'),
            format: spec.sheet.format.clone(),
            zone: spec.sheet.zone.clone(),
        };
        if !matches!(shared.decimal, '.' | ',') {
            return Err("[sheet] decimal must be \".\" or \",\"".into());
        }
        let mut columns = Columns::default();
        let skip = spec.skip.as_ref().map(|skip| columns.condition(skip, ""));
        let mut events = Vec::new();
        for (index, event) in spec.events.iter().enumerate() {
            let place =
                |problem| format!("[[events]] {}, {}: {problem}", index + 1, event.event_type);
            let context = Context { spec, shared: &shared, instruments };
            events.extend(templates(event, &context, &mut columns).map_err(place)?);
        }
        let columns = columns.0;
        if let Some(name) = spec.ignore.iter().find(|name| columns.iter().any(|c| c.name == **name))
        {
            return Err(format!("ignore names the column `{name}`, which is mapped"));
        }
        let json = serde_json::to_vec(spec).map_err(|error| error.to_string())?;
        Ok(Self {
            name: spec.name.clone(),
            layout: spec.layout,
            dialect: Dialect {
                delimiter,
                encoding: spec.sheet.encoding.unwrap_or_default(),
                header_row,
                missing,
            },
            columns,
            ignore: spec.ignore.iter().map(|name| name.trim().to_owned()).collect(),
            skip,
            events,
            digest: *blake3::hash(&json).as_bytes(),
        })
    }
}

/// What every event of a mapping is resolved with.
struct Context<'a> {
    spec: &'a MappingSpec,
    shared: &'a Shared,
    instruments: &'a Instruments,
}

/// The columns named so far.
#[derive(Default)]
struct Columns(Vec<Column>);

impl Columns {
    fn add(&mut self, name: &str, required: bool) -> usize {
        let name = name.trim();
        if let Some(position) = self.0.iter().position(|column| column.name == name) {
            self.0[position].required |= required;
            return position;
        }
        self.0.push(Column { name: name.to_owned(), required });
        self.0.len() - 1
    }

    fn condition(&mut self, spec: &ConditionSpec, repeat: &str) -> Condition {
        Condition {
            column: self.add(&fill(&spec.column, repeat), true),
            is: spec.is.iter().map(|word| fill(word, repeat).trim().to_lowercase()).collect(),
        }
    }
}

fn words(name: &str, list: &BTreeMap<String, serde_json::Value>) -> Result<Arc<Words>, String> {
    if let Some((word, _)) = list.iter().find(|(_, value)| value.is_object() || value.is_array()) {
        return Err(format!("[values.{name}] `{word}` must be a text, a number, true or false"));
    }
    let lower = list.iter().map(|(word, value)| (word.trim().to_lowercase(), value.clone()));
    let words: Words = lower.collect();
    if words.len() < list.len() {
        return Err(format!("[values.{name}] names a word twice; their case does not count"));
    }
    Ok(Arc::new(words))
}

/// The templates of one `[[events]]`: one, or one for each repetition.
fn templates(
    spec: &EventSpec,
    context: &Context,
    columns: &mut Columns,
) -> Result<Vec<Template>, String> {
    let (event_type, version) = parse_type(&spec.event_type)?;
    let targets = Targets::of(event_type, version).ok_or("no schema of this version")?;
    let mut fields: BTreeMap<&str, &FieldSpec> = BTreeMap::new();
    for (path, field) in context.spec.fields.iter().chain(&spec.fields) {
        fields.insert(path, field);
    }
    // A time of its own takes the place of that of every event, on whichever clock.
    let own_time = ["time", "studytime"].into_iter().find(|path| spec.fields.contains_key(*path));
    if let Some(own) = own_time {
        fields.retain(|path, _| !matches!(*path, "time" | "studytime") || *path == own);
    }
    for path in fields.keys() {
        targets.find(path)?;
    }
    for path in ["source", "subject"] {
        if !fields.contains_key(path) {
            return Err(format!("`{path}` is not mapped"));
        }
    }
    match ["time", "studytime"].map(|path| fields.contains_key(path)) {
        [true, true] => return Err("both `time` and `studytime` are mapped".into()),
        [false, false] => return Err("neither `time` nor `studytime` is mapped".into()),
        _ => {}
    }
    let repeats = match spec.repeat.as_slice() {
        [] => vec![None],
        labels => labels.iter().map(Some).collect(),
    };
    let mut made = Vec::new();
    for repeat in repeats {
        let label = repeat.map_or("", String::as_str);
        let resolved = fields.iter().map(|(path, field)| {
            let target = targets.find(path)?;
            known_codes(&target.steps, context.instruments).map_err(|e| format!("{path}: {e}"))?;
            let field = filled(field, label);
            Field::resolve(path, target, &field, context.shared, &mut |name| {
                columns.add(name, !field.optional)
            })
            .map_err(|problem| format!("{path}: {problem}"))
        });
        let fields = resolved.collect::<Result<Vec<_>, String>>()?;
        check_source(&fields)?;
        let template = Template {
            event_type,
            version,
            repeat: repeat.cloned(),
            fields,
            when: spec.when.as_ref().map(|when| columns.condition(when, label)),
            optional: spec.optional.unwrap_or(context.spec.layout == Layout::Wide),
        };
        made.push(template);
    }
    Ok(made)
}

/// A source that is the same in every row must be one.
fn check_source(fields: &[Field]) -> Result<(), String> {
    let source = fields.iter().find(|field| field.path == "source");
    match source.map(|field| &field.origin) {
        Some(Origin::Constant(value)) if value.as_str().and_then(Source::new).is_none() => {
            Err("source: write a path, such as /sites/014, or a URN".into())
        }
        _ => Ok(()),
    }
}

fn parse_type(text: &str) -> Result<(EventType, u16), String> {
    let full =
        if text.starts_with("afterdose.") { text.into() } else { format!("afterdose.{text}") };
    match schema::parse_type(&full) {
        Ok((EventType::EventCorrected, _)) => {
            Err("corrections cannot be mapped; send them as NDJSON".into())
        }
        Ok(found) => Ok(found),
        Err(Reason::UnknownVersion) => Err("this version is not known".into()),
        Err(_) => {
            let known: Vec<String> = EventType::ALL
                .iter()
                .map(|event_type| format!("{}.v{}", &event_type.name()[10..], event_type.latest()))
                .collect();
            let near = toml_file::nearest(text, known.iter().map(String::as_str));
            Err(format!("no such type; did you mean `{}`?", near.unwrap_or_default()))
        }
    }
}

/// Codes in brackets must be known, or every row would be refused.
fn known_codes(steps: &[super::target::Step], instruments: &Instruments) -> Result<(), String> {
    use crate::event::code::EffectTerm;
    for (field, code) in steps.iter().filter_map(|step| step.entry.as_ref()) {
        let known: Vec<&str> = match field.as_str() {
            "instrument" => instruments.keys().map(String::as_str).collect(),
            "term" => EffectTerm::ALL.iter().map(|term| term.as_str()).collect(),
            _ => continue,
        };
        if !known.contains(&code.as_str()) {
            let near = toml_file::nearest(code, known.into_iter()).unwrap_or_default();
            return Err(format!("no {field} `{code}`; did you mean `{near}`?"));
        }
    }
    Ok(())
}

fn fill(text: &str, repeat: &str) -> String {
    text.replace("{}", repeat)
}

fn filled(field: &FieldSpec, repeat: &str) -> FieldSpec {
    let fill = |text: &String| fill(text, repeat);
    FieldSpec {
        column: field.column.as_ref().map(fill),
        columns: field.columns.as_ref().map(|names| names.iter().map(fill).collect()),
        value: field.value.as_ref().map(|value| match value.as_str() {
            Some(text) => text.replace("{}", repeat).into(),
            None => value.clone(),
        }),
        prefix: fill(&field.prefix),
        suffix: fill(&field.suffix),
        ..field.clone()
    }
}

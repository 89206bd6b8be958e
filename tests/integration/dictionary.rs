//! The published tables are those of `data/tables.toml`: names, columns, types, undefined cells.

use crate::harness::tables::Text;
use crate::harness::workspace::{Workspace, files};
use afterdose::course::anomaly::Anomaly;
use afterdose::course::dose_rules::DOSE_RULES;
use afterdose::event::refuse::Reason;
use afterdose::quality::check::Check;
use afterdose::quality::limits::Limit;
use afterdose::schema::dictionary::{Dictionary, TableEntry};
use parquet::basic::Type;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

/// A run over `sample_data/tiny`.
fn tiny(min_cell: u32) -> Workspace {
    let workspace = Workspace::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/tiny/*.ndjson");
    workspace.write(
        "p.toml",
        format!(
            "name = \"tiny\"\nstore.path = \"store\"\noutput.path = \"out\"\n\
             disclosure.min_cell = {min_cell}\n\
             [[sources]]\npath = '{}'\ntime_basis = \"actual\"\n",
            sources.display()
        ),
    );
    workspace.run(0);
    workspace
}

/// Names and types of the columns of a Parquet file, in the words of the dictionary.
fn columns(path: &Path) -> Vec<(String, &'static str)> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let schema = reader.metadata().file_metadata().schema_descr();
    let columns = schema.columns().iter().map(|column| {
        let word = match column.physical_type() {
            Type::BYTE_ARRAY => "text",
            Type::INT64 => "int",
            Type::DOUBLE => "float",
            Type::BOOLEAN => "bool",
            other => panic!("{}: {other}", column.name()),
        };
        (column.name().to_owned(), word)
    });
    columns.collect()
}

/// Asserts that a cell of the row is `NA` only where `hidden` or `na_reason` says so, and that the
/// reason is one that the dictionary allows for its column.
fn assert_explained(
    dictionary: &Dictionary,
    table: &TableEntry,
    row: &BTreeMap<&str, &str>,
) -> usize {
    let text = |name: &str| row.get(name).copied().unwrap_or_default();
    let hidden: BTreeSet<&str> = text("hidden").split(';').collect();
    let reasons: BTreeMap<&str, &str> =
        text("na_reason").split(';').filter_map(|reason| reason.split_once('=')).collect();
    let mut n_undefined = 0;
    for column in dictionary.columns(table) {
        let name = column.name.as_str();
        let reason = reasons.get(name);
        let explained = hidden.contains(name) || reason.is_some();
        assert_eq!(text(name) == "NA", explained, "{} {name}: {row:?}", table.name);
        if let Some(reason) = reason {
            assert!(column.undefined.iter().any(|code| code == reason), "{name}: {reason}");
            n_undefined += 1;
        }
    }
    n_undefined
}

#[test]
fn every_table_of_a_run_is_that_of_its_entry() {
    let dictionary = Dictionary::shipped().expect("the dictionary");
    for min_cell in [0, 11] {
        let workspace = tiny(min_cell);
        let dir = workspace.path("out/current/tables");
        let written: BTreeSet<String> = files(&dir)
            .iter()
            .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        let named = dictionary.tables.iter().map(|table| table.name.clone()).collect();
        assert_eq!(written, named);
        let mut n_undefined = 0;
        for table in &dictionary.tables {
            let name = &table.name;
            let want: Vec<(String, &str)> = dictionary
                .columns(table)
                .map(|column| (column.name.clone(), column.column_type.as_str()))
                .collect();
            assert_eq!(columns(&dir.join(format!("{name}.parquet"))), want, "{name}");
            let csv = Text::csv(&workspace.output(&format!("tables/{name}.csv")));
            let names: Vec<String> = want.into_iter().map(|(name, _)| name).collect();
            assert_eq!(csv.names, names, "{name}");
            for row in csv.maps() {
                n_undefined += assert_explained(&dictionary, table, &row);
            }
        }
        assert!(n_undefined > 0, "undefined cells were seen");
    }
}

#[test]
fn the_dictionary_is_printed_for_people_and_for_programs() {
    let dictionary = Dictionary::shipped().expect("the dictionary");
    let workspace = Workspace::new();
    let text = workspace.expect(0, &["schema", "tables"]).stdout;
    assert_eq!(text, dictionary.to_markdown());
    let json = workspace.expect(0, &["schema", "tables", "--json"]).json();
    let tables = json["tables"].as_array().expect("tables");
    assert_eq!(tables.len(), dictionary.tables.len());
    for (table, entry) in tables.iter().zip(&dictionary.tables) {
        assert_eq!(table["name"], entry.name);
        let columns = table["columns"].as_array().expect("columns");
        assert_eq!(columns.len(), dictionary.columns(entry).count());
        assert!(columns.iter().all(|column| column["undefined"].is_array()), "{table}");
    }
    let reasons = json["reasons"].as_array().expect("reasons");
    assert_eq!(reasons.len(), dictionary.reasons.len());
}

#[test]
fn every_code_and_every_plausible_dose_is_documented() {
    let document = include_str!("../../docs/tables.md");
    let reasons = Reason::ALL.iter().map(|reason| reason.code());
    let anomalies = Anomaly::ALL.iter().map(|anomaly| anomaly.code());
    let checks = Check::ALL.iter().map(|check| check.code());
    for code in reasons.chain(anomalies).chain(checks) {
        assert!(document.contains(&format!("`{code}`")), "{code}");
    }
    let limits = include_str!("../../pipelines/README.md");
    for limit in Limit::ALL {
        assert!(limits.contains(&format!("`{}`", limit.code())), "{limit:?}");
    }
    let doses = include_str!("../../docs/methods/data_quality.md");
    for rule in DOSE_RULES {
        let (drug, route, doses_said) = (rule.drug, rule.route, rule.doses.in_words());
        let line = format!("| {drug} | {route} | {doses_said} | {} |", rule.source);
        assert!(doses.contains(&line), "{line}");
    }
}

//! A row as a reader hands it over, and which of its cells are those that the mapping names.

use super::cell::Cell;
use super::mapping::{Dialect, Mapping};
use crate::event::refuse::Reason;
use crate::privacy::identifier::{Place, find, find_in_field_name};
use std::collections::BTreeSet;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line on which it begins, from 1; in a Parquet file its number.
    pub line: u64,
    /// Its cells, in the order of the columns of the mapping; or why it has none.
    pub cells: Result<Vec<Cell>, Reason>,
}

/// Which columns of a file are those of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// For each column of the mapping: its position in the file; `None` if the file lacks it.
    pub positions: Vec<Option<usize>>,
    /// Columns of the file.
    pub n_columns: usize,
    /// Of them neither mapped nor ignored.
    pub n_unmapped: usize,
    /// Of those, how many have a header that promises an identifier.
    pub n_suspicious: usize,
    /// What the first of these promises.
    pub suspicion: Option<Reason>,
}

impl Binding {
    /// Finds the columns of a mapping in a header.
    ///
    /// # Errors
    /// A sentence that names the columns which are missing or stand twice. A header that the
    /// mapping does not name is never repeated: it may not be a header at all.
    pub fn new(mapping: &Mapping, headers: &[String]) -> Result<Self, String> {
        let positions: Vec<Option<usize>> = mapping
            .columns
            .iter()
            .map(|column| headers.iter().position(|header| *header == column.name))
            .collect();
        let columns = mapping.columns.iter().zip(&positions);
        let missing: Vec<&str> = columns
            .filter(|(column, position)| column.required && position.is_none())
            .map(|(column, _)| column.name.as_str())
            .collect();
        if !missing.is_empty() {
            let n_found = positions.iter().flatten().count();
            return Err(format!(
                "it has no column {}; of its {} columns the mapping names {n_found}",
                quoted(&missing),
                headers.len()
            ));
        }
        let is_twice =
            |name: &str| headers.iter().filter(|header| header.as_str() == name).count() > 1;
        let names = mapping.columns.iter().map(|column| column.name.as_str());
        let twice: Vec<&str> = names.filter(|name| is_twice(name)).collect();
        if !twice.is_empty() {
            return Err(format!("its column {} stands twice", quoted(&twice)));
        }
        let named: BTreeSet<usize> = positions.iter().flatten().copied().collect();
        let unmapped = headers
            .iter()
            .enumerate()
            .filter(|(position, header)| {
                !named.contains(position) && !mapping.ignore.contains(*header)
            })
            .map(|(_, header)| header.as_str());
        let suspicions: Vec<Reason> = unmapped.clone().filter_map(suspicion).collect();
        Ok(Self {
            n_columns: headers.len(),
            n_unmapped: unmapped.count(),
            n_suspicious: suspicions.len(),
            suspicion: suspicions.first().copied(),
            positions,
        })
    }
}

impl Binding {
    /// What becomes of a file without a header, which has no rows either.
    #[must_use]
    pub fn of_nothing(mapping: &Mapping) -> Self {
        let positions = vec![None; mapping.columns.len()];
        Self { positions, n_columns: 0, n_unmapped: 0, n_suspicious: 0, suspicion: None }
    }
}

/// What a header promises, or is.
#[must_use]
pub fn suspicion(header: &str) -> Option<Reason> {
    find_in_field_name(header).or_else(|| find(header, Place::Name))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Dialect {
    /// A text as a cell: blanks around it removed, missing if it is a word for that.
    #[must_use]
    pub fn cell(&self, text: &str) -> Cell {
        let text = text.trim();
        if self.missing.contains(&text.to_lowercase()) {
            return Cell::Missing;
        }
        Cell::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::instrument::shipped;

    fn mapping() -> Mapping {
        let text = r#"
            name = "m"
            layout = "long"
            ignore = ["Notes"]
            [fields]
            source = { value = "/synthetic/m" }
            subject = { column = "who" }
            time = { column = "when" , zone = "UTC" }
            [[events]]
            type = "course.ended.v1"
            fields."data.reason" = { column = "why", optional = true }
        "#;
        Mapping::parse(text, &shipped().expect("the instrument table")).expect("a mapping")
    }

    fn bind(headers: &[&str]) -> Result<Binding, String> {
        let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
        Binding::new(&mapping(), &headers)
    }

    #[test]
    fn columns_are_found_by_name_wherever_they_stand() {
        let columns: Vec<String> = mapping().columns.into_iter().map(|c| c.name).collect();
        assert_eq!(columns, ["why", "who", "when"]);
        let binding = bind(&["Chair", "when", "Notes", "who"]).expect("it fits");
        assert_eq!(binding.positions, [None, Some(3), Some(1)]);
        assert_eq!((binding.n_columns, binding.n_unmapped, binding.n_suspicious), (4, 1, 0));
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_else() {
        let error = bind(&["who", "Jane Doe"]).expect_err("no time");
        assert_eq!(error, "it has no column `when`; of its 2 columns the mapping names 1");
        assert_eq!(bind(&["who", "when", "who"]), Err("its column `who` stands twice".into()));
    }

    #[test]
    fn headers_that_promise_an_identifier_are_told_unless_mapped_or_ignored() {
        let found = |headers: &[&str]| bind(headers).map(|b| (b.n_suspicious, b.suspicion));
        assert_eq!(
            found(&["who", "when", "Date of birth", "MRN"]),
            Ok((2, Some(Reason::IdentifierDate)))
        );
        assert_eq!(
            found(&["who", "when", "jo@example.org"]),
            Ok((1, Some(Reason::IdentifierEmail)))
        );
        assert_eq!(found(&["who", "when", "Notes", "Blood pressure before"]), Ok((0, None)));
    }

    #[test]
    fn words_for_nothing_are_nothing() {
        let dialect = mapping().dialect;
        for text in ["", "  ", "NA", "n/a", ".", "NULL", "-"] {
            assert_eq!(dialect.cell(text), Cell::Missing, "{text}");
        }
        assert_eq!(dialect.cell(" 0 "), Cell::Text("0".into()));
    }
}

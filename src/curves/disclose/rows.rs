//! Rows of tables by what they are about, in numbers: what says it are texts, and millions of texts
//! are slow to compare.

use crate::curves::settings::Stratum;
use crate::table::{Column, Table};
use compact_str::CompactString;
use foldhash::fast::FixedState;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// Level or route of rows that are not split.
pub(super) const ALL: &str = "all";
/// Route of people who changed it.
pub(super) const MIXED: &str = "mixed";

/// A text by which rows are told apart. Labels are in the order of their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Label(u32);

impl Label {
    /// Of a text that stands in no row.
    const NONE: Self = Self(u32::MAX);
}

/// Every label of some tables.
pub(super) struct Labels {
    /// Each once, in order.
    texts: Vec<CompactString>,
    /// A level or route that is not split.
    pub(super) all: Label,
    /// People who changed routes.
    pub(super) mixed: Label,
}

impl Labels {
    /// The instruments, strata, levels and routes of these tables.
    pub(super) fn of(tables: &[&Table]) -> Self {
        let found = tables.par_iter().with_max_len(1).flat_map_iter(|table| {
            let columns = ["instrument", "stratum", "level", "route"];
            columns.into_iter().filter_map(|name| table.column(name)).flat_map(distinct)
        });
        let mut texts: Vec<CompactString> = found.map(CompactString::from).collect();
        texts.extend(["", ALL, MIXED].map(CompactString::from));
        texts.par_sort_unstable();
        texts.dedup();
        let mut labels = Self { texts, all: Label::NONE, mixed: Label::NONE };
        [labels.all, labels.mixed] = [ALL, MIXED].map(|text| labels.label(text));
        labels
    }

    /// The label of a text.
    pub(super) fn label(&self, text: &str) -> Label {
        let place = self.texts.binary_search_by(|known| known.as_str().cmp(text));
        place.ok().and_then(|place| place.try_into().ok()).map_or(Label::NONE, Label)
    }

    /// The label of a stratum.
    pub(super) fn stratum(&self, stratum: Stratum) -> Label {
        self.label(stratum.as_str())
    }

    /// The text of a label.
    pub(super) fn text(&self, label: Label) -> &str {
        self.texts.get(label.0 as usize).map_or("", CompactString::as_str)
    }

    /// What a row of these is about: instrument, stratum, level and route.
    pub(super) fn key(&self, infusion: i64, of: [&str; 4]) -> RowKey {
        let [instrument, stratum, level, route] = of.map(|text| self.label(text));
        RowKey { instrument, part: 0, infusion, stratum, level, route }
    }

    /// What stands in a column, row by row.
    fn along(&self, table: &Table, name: &str) -> Vec<Label> {
        let Some(column) = table.column(name) else {
            return vec![self.label(""); table.n_rows()];
        };
        // Rows that follow each other mostly share a label.
        let mut last = ("", self.label(""));
        let label = |row| {
            let text = column.text(row);
            if text != last.0 {
                last = (text, self.label(text));
            }
            last.1
        };
        (0..table.n_rows()).map(label).collect()
    }
}

/// The texts of a column, each at least once.
fn distinct(column: &Column) -> impl Iterator<Item = &str> {
    let mut last = None;
    (0..column.len())
        .map(|row| column.text(row))
        .filter(move |text| last.replace(*text) != Some(*text))
}

/// What a row is about. Tables without infusions have 0 there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub(super) struct RowKey {
    pub(super) instrument: Label,
    /// What else a row of this table is one of, as a number: a group, a band, a start.
    pub(super) part: usize,
    pub(super) infusion: i64,
    pub(super) stratum: Label,
    pub(super) level: Label,
    pub(super) route: Label,
}

impl RowKey {
    /// The row of the response table with the same instrument, stratum, level and route.
    pub(super) const fn response(self, infusion: i64) -> Self {
        Self { part: 0, infusion, ..self }
    }

    /// The row of the same route whose stratum and level are not split.
    pub(super) const fn whole(self, labels: &Labels) -> Self {
        Self { stratum: labels.all, level: labels.all, ..self }
    }

    /// The row of all routes.
    pub(super) const fn all_routes(self, labels: &Labels) -> Self {
        Self { route: labels.all, ..self }
    }
}

/// Rows of a table by what they are.
pub(super) struct Rows {
    pub(super) in_order: Vec<(RowKey, usize)>,
    /// The same, for the many times that one is looked up.
    places: HashMap<RowKey, usize, FixedState>,
}

impl Rows {
    /// The rows of a table.
    #[must_use]
    pub(super) fn of(labels: &Labels, table: &Table) -> Self {
        Self::along(labels, table, "infusion", &[])
    }

    /// The rows of a table whose numbers stand in a column of another name, and which are one of
    /// what these columns say besides.
    #[must_use]
    pub(super) fn along(labels: &Labels, table: &Table, number: &str, parts: &[&str]) -> Self {
        let parts = parts_of(table, parts, ';');
        let number = table.column(number);
        let [instrument, stratum, level, route] =
            ["instrument", "stratum", "level", "route"].map(|name| labels.along(table, name));
        let key = |row| RowKey {
            instrument: instrument[row],
            part: parts[row],
            infusion: number.and_then(|column| column.int(row)).unwrap_or_default(),
            stratum: stratum[row],
            level: level[row],
            route: route[row],
        };
        Self::by_key((0..table.n_rows()).map(|row| (key(row), row)).collect())
    }

    /// The rows of a table without strata, of those to keep. They are told apart by these columns
    /// besides route and infusion.
    #[must_use]
    pub(super) fn by_route(
        labels: &Labels,
        table: &Table,
        names: &[&str],
        keep: impl Fn(usize) -> bool,
    ) -> Self {
        let parts = parts_of(table, names, ' ');
        let (infusion, route) = (table.column("infusion"), labels.along(table, "route"));
        let key = |row| RowKey {
            instrument: labels.all,
            part: parts[row],
            infusion: infusion.and_then(|column| column.int(row)).unwrap_or_default(),
            stratum: labels.all,
            level: labels.all,
            route: route[row],
        };
        let kept = (0..table.n_rows()).filter(|row| keep(*row));
        Self::by_key(kept.map(|row| (key(row), row)).collect())
    }

    /// Of rows of one key the last.
    fn by_key(mut in_order: Vec<(RowKey, usize)>) -> Self {
        in_order.sort_unstable();
        in_order.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                *kept = *later;
            }
            is_same
        });
        let places = in_order.iter().copied().collect();
        Self { in_order, places }
    }

    /// The row of a key.
    #[must_use]
    pub(super) fn get(&self, key: RowKey) -> Option<usize> {
        self.places.get(&key).copied()
    }

    /// The row of the same instrument, stratum, level and route at every infusion from 1.
    #[must_use]
    pub(super) fn over_infusions(&self, key: RowKey) -> Vec<usize> {
        (1..).map_while(|infusion| self.get(RowKey { infusion, ..key })).collect()
    }
}

/// What the relations of one table to others refer to.
pub(super) struct Shared {
    pub(super) labels: Labels,
    /// Rows of the response table.
    pub(super) responses: Rows,
    /// Rows of the counts by first response.
    pub(super) firsts: Rows,
}

/// What these columns say of each row, joined, as numbers in the order of such texts.
fn parts_of(table: &Table, names: &[&str], between: char) -> Vec<usize> {
    let columns: Vec<&Column> = names.iter().filter_map(|name| table.column(name)).collect();
    if columns.is_empty() {
        return vec![0; table.n_rows()];
    }
    let mut found: HashMap<String, usize> = HashMap::new();
    let mut text = String::new();
    let mut parts: Vec<usize> = Vec::with_capacity(table.n_rows());
    for row in 0..table.n_rows() {
        text.clear();
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                text.push(between);
            }
            match column.int(row) {
                // Writing to a text cannot fail.
                Some(number) => _ = write!(text, "{number}"),
                None => text.push_str(column.text(row)),
            }
        }
        let next = found.len();
        let part = found.get(&text).copied();
        parts.push(part.unwrap_or_else(|| *found.entry(text.clone()).or_insert(next)));
    }
    let in_order: BTreeMap<String, usize> = found.into_iter().collect();
    let mut ranks = vec![0; in_order.len()];
    for (rank, part) in in_order.into_values().enumerate() {
        ranks[part] = rank;
    }
    for part in &mut parts {
        *part = ranks[*part];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Cell, ColumnType as T};
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// What a row is about, in texts, as it stands in the table.
    type Texts = (String, String, i64, String, String, String);

    fn texts(table: &Table, row: usize) -> Texts {
        let text = |name: &str| table.text(row, name).to_owned();
        let by = table.int(row, "by").map_or(String::new(), |by| by.to_string());
        let part = format!("{by};{}", text("group"));
        let infusion = table.int(row, "infusion").unwrap_or_default();
        (text("instrument"), part, infusion, text("stratum"), text("level"), text("route"))
    }

    fn tables() -> impl Strategy<Value = Table> {
        let text = || prop_oneof![Just("all"), Just("a"), Just("a b"), Just("a;b"), Just("")];
        let row = (
            [text(), text(), text(), text(), text()],
            0_i64..3,
            prop_oneof![Just(2_i64), Just(10)],
        );
        vec(row, 0..30).prop_map(|rows| {
            let names =
                ["instrument", "stratum", "level", "route", "group"].map(|name| (name, T::Text));
            let columns = names.into_iter().chain([("infusion", T::Int), ("by", T::Int)]);
            let mut table = Table::new("t", &columns.collect::<Vec<_>>());
            for (texts, infusion, by) in rows {
                let cells = texts.map(Cell::from).into_iter();
                table.push(cells.chain([infusion.into(), by.into()]).collect());
            }
            table
        })
    }

    proptest! {
        /// A slow twin: an ordered map by the texts themselves.
        #[test]
        fn rows_by_number_are_rows_by_text(table in tables()) {
            let labels = Labels::of(&[&table]);
            let rows = Rows::along(&labels, &table, "infusion", &["by", "group"]);
            let twin: BTreeMap<Texts, usize> =
                (0..table.n_rows()).map(|row| (texts(&table, row), row)).collect();
            let found: Vec<usize> = rows.in_order.iter().map(|(_, row)| *row).collect();
            prop_assert_eq!(found, twin.into_values().collect::<Vec<_>>());
            for (key, row) in &rows.in_order {
                prop_assert_eq!(rows.get(*key), Some(*row));
                prop_assert_eq!(labels.text(key.level), table.text(*row, "level"));
            }
        }
    }

    #[test]
    fn a_text_that_no_row_has_is_found_nowhere() {
        let mut table = Table::new("t", &[("level", T::Text), ("infusion", T::Int)]);
        table.push(vec!["x".into(), 1_i64.into()]);
        let labels = Labels::of(&[&table]);
        let rows = Rows::of(&labels, &table);
        assert_eq!(rows.get(labels.key(1, ["", "", "x", ""])), Some(0));
        assert_eq!(rows.get(labels.key(1, ["", "", "y", ""])), None);
        assert_eq!(rows.over_infusions(labels.key(0, ["", "", "x", ""])), [0]);
    }
}

//! Two tables of one name, cell by cell. Only what both files show is compared: nothing is worked
//! out of a hidden cell.

use crate::schema::dictionary::{ColumnEntry, Dictionary};
use crate::table::csv::NA;
use crate::table::text::TextTable;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What differs in a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableDiff {
    /// Name of the table.
    pub table: String,
    /// Columns whose values name a row.
    pub key: Vec<String>,
    /// Rows in both runs.
    pub rows_in_both: usize,
    /// Rows of the run after alone, by their key.
    pub new_rows: Vec<Vec<String>>,
    /// Rows of the run before alone.
    pub gone_rows: Vec<Vec<String>>,
    /// Columns of the run after alone.
    pub new_columns: Vec<String>,
    /// Columns of the run before alone.
    pub gone_columns: Vec<String>,
    /// Cells in both runs.
    pub cells_in_both: usize,
    /// Of those, cells that are hidden in both: what they hold may have moved or not.
    pub hidden_in_both: usize,
    /// Cells that differ, in the order of the run after.
    pub moved: Vec<Moved>,
}

/// A cell that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// Values of the key.
    pub row: Vec<String>,
    /// Column.
    pub column: String,
    /// Its unit, as in the dictionary of the tables; `None` for a text, or a column unknown there.
    pub unit: Option<String>,
    /// What the run before shows.
    pub before: String,
    /// What the run after shows.
    pub after: String,
    /// After less before, with the decimals that are shown; `None` unless both show a number.
    pub difference: Option<String>,
}

impl Moved {
    /// The size of the difference; 0 where there is none to tell.
    #[must_use]
    pub fn size(&self) -> f64 {
        let number = self.difference.as_deref().and_then(|text| text.parse::<f64>().ok());
        number.map_or(0.0, f64::abs)
    }
}

/// Columns that say what the others are; they are not compared themselves.
const TAIL: [&str; 4] = ["suppressed", "hidden", "na_reason", "disclosure"];

/// What a hidden cell is called.
pub const HIDDEN: &str = "hidden";

impl TableDiff {
    /// Whether both tables show the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.moved.is_empty()
            && self.new_rows.is_empty()
            && self.gone_rows.is_empty()
            && self.new_columns.is_empty()
            && self.gone_columns.is_empty()
    }

    /// Compares two tables.
    #[must_use]
    pub(super) fn of(
        name: &str,
        before: &TextTable,
        after: &TextTable,
        dictionary: &Dictionary,
    ) -> Self {
        let (old, new) = (Reader { table: before }, Reader { table: after });
        let key = key(before, after);
        let (old_rows, new_rows) = (old.rows(&key), new.rows(&key));
        let of_table = dictionary.tables.iter().find(|table| table.name == name);
        let entries: &[ColumnEntry] = of_table.map_or(&[], |table| &table.columns);
        let alone = |a: &TextTable, b: &TextTable| {
            a.names.iter().filter(|name| b.position(name).is_none()).cloned().collect()
        };
        let is_value = |name: &&String| {
            !key.contains(name) && !TAIL.contains(&name.as_str()) && before.position(name).is_some()
        };
        let columns: Vec<&String> = after.names.iter().filter(is_value).collect();
        let mut diff = Self {
            table: name.to_owned(),
            rows_in_both: 0,
            new_rows: Vec::new(),
            gone_rows: Vec::new(),
            new_columns: alone(after, before),
            gone_columns: alone(before, after),
            cells_in_both: 0,
            hidden_in_both: 0,
            moved: Vec::new(),
            key: key.clone(),
        };
        let places: BTreeMap<&Row, usize> =
            old_rows.iter().enumerate().map(|(at, row)| (row, at)).collect();
        for (at, row) in new_rows.iter().enumerate() {
            let Some(place) = places.get(row) else {
                diff.new_rows.push(row.0.clone());
                continue;
            };
            diff.rows_in_both += 1;
            for column in &columns {
                diff.cells_in_both += 1;
                let (then, now) = (old.shown(*place, column), new.shown(at, column));
                diff.hidden_in_both += usize::from(then == HIDDEN && now == HIDDEN);
                if then != now {
                    let entry = entries.iter().find(|entry| entry.name == **column);
                    diff.moved.push(Moved {
                        row: row.0.clone(),
                        column: (*column).clone(),
                        unit: entry.and_then(|entry| entry.unit.clone()),
                        difference: difference(&then, &now),
                        before: then,
                        after: now,
                    });
                }
            }
        }
        let still: BTreeSet<&Row> = new_rows.iter().collect();
        let is_gone = |row: &&Row| !still.contains(row);
        diff.gone_rows = old_rows.iter().filter(is_gone).map(|row| row.0.clone()).collect();
        diff
    }
}

/// The columns whose values name a row: the leading ones that hold words, and as many behind them
/// as it takes for no row to be named twice in either table.
fn key(before: &TextTable, after: &TextTable) -> Vec<String> {
    let tables = [before, after];
    let is_shared = |name: &&String| tables.iter().all(|table| table.position(name).is_some());
    let names: Vec<&String> =
        after.names.iter().take_while(|name| !TAIL.contains(&name.as_str())).collect();
    let shared: Vec<&String> = names.into_iter().filter(is_shared).collect();
    let has_words = |name: &&&String| {
        tables.iter().any(|table| {
            let at = table.position(name);
            table.rows.iter().any(|row| at.is_some_and(|at| is_word(&row[at])))
        })
    };
    let mut n = shared.iter().take_while(has_words).count().max(1).min(shared.len());
    let names_once = |n: usize| {
        let key: Vec<String> = shared[..n].iter().map(|name| (*name).clone()).collect();
        tables.iter().all(|table| Reader { table }.rows(&key).iter().all(|row| row.1 == 0))
    };
    while n < shared.len() && !names_once(n) {
        n += 1;
    }
    shared[..n].iter().map(|name| (*name).clone()).collect()
}

fn is_word(cell: &str) -> bool {
    !cell.is_empty() && cell != NA && cell.parse::<f64>().is_err()
}

/// The values of the key, and how many rows of the same values stand before it.
type Row = (Vec<String>, usize);

struct Reader<'a> {
    table: &'a TextTable,
}

impl Reader<'_> {
    fn rows(&self, key: &[String]) -> Vec<Row> {
        let places: Vec<usize> = key.iter().filter_map(|name| self.table.position(name)).collect();
        let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        let rows = self.table.rows.iter().map(|row| {
            let values: Vec<String> = places.iter().map(|at| row[*at].clone()).collect();
            let n = seen.entry(values.clone()).or_default();
            *n += 1;
            (values, *n - 1)
        });
        rows.collect()
    }

    fn cell(&self, row: usize, name: &str) -> &str {
        self.table.position(name).map_or("", |at| self.table.rows[row][at].as_str())
    }

    /// What the table shows in a cell: the value, `hidden`, or `NA` with the reason.
    fn shown(&self, row: usize, name: &str) -> String {
        let cell = self.cell(row, name);
        if cell != NA {
            return cell.to_owned();
        }
        if self.cell(row, HIDDEN).split(';').any(|hidden| hidden == name) {
            return HIDDEN.to_owned();
        }
        let reasons = self.cell(row, "na_reason").split(';');
        let mut reasons = reasons.filter_map(|pair| pair.split_once('='));
        match reasons.find(|(column, _)| *column == name) {
            Some((_, reason)) => format!("{NA} ({reason})"),
            None => NA.to_owned(),
        }
    }
}

/// After less before; `None` unless both are numbers.
fn difference(before: &str, after: &str) -> Option<String> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let decimals = |text: &str| text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let difference = number(after)? - number(before)?;
    let decimals = decimals(before).max(decimals(after));
    Some(format!("{difference:+.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> TextTable {
        TextTable::read(text.as_bytes()).expect("CSV")
    }

    fn diff(before: &str, after: &str) -> TableDiff {
        let dictionary = Dictionary::shipped().expect("the dictionary");
        TableDiff::of("response_by_infusion", &table(before), &table(after), &dictionary)
    }

    const BEFORE: &str = "\
        instrument,route,infusion,responders,response_rate,suppressed,hidden,na_reason,disclosure\n\
        phq-9,all,1,12,0.12,false,,,min-cell-11\n\
        phq-9,all,2,NA,NA,true,responders;response_rate,,min-cell-11\n\
        phq-9,all,3,NA,NA,true,responders,response_rate=nobody,min-cell-11\n\
        phq-9,oral,1,20,0.5,false,,,min-cell-11\n";
    const AFTER: &str = "\
        instrument,route,infusion,responders,response_rate,suppressed,hidden,na_reason,disclosure\n\
        phq-9,all,1,14,0.1,false,,,min-cell-11\n\
        phq-9,all,2,NA,0.2,true,responders,,min-cell-11\n\
        phq-9,all,3,NA,0.3,true,responders,,min-cell-11\n\
        phq-9,all,4,30,0.3,false,,,min-cell-11\n";

    #[test]
    fn cells_move_and_hidden_ones_stay_hidden() {
        let diff = diff(BEFORE, AFTER);
        assert_eq!(diff.key, ["instrument", "route", "infusion"]);
        assert_eq!((diff.rows_in_both, diff.cells_in_both, diff.hidden_in_both), (3, 6, 2));
        assert_eq!(diff.new_rows, [["phq-9", "all", "4"]]);
        assert_eq!(diff.gone_rows, [["phq-9", "oral", "1"]]);
        let moved: Vec<_> = diff
            .moved
            .iter()
            .map(|m| (&*m.row[2], &*m.column, &*m.before, &*m.after, m.difference.as_deref()))
            .collect();
        let wanted = [
            ("1", "responders", "12", "14", Some("+2")),
            ("1", "response_rate", "0.12", "0.1", Some("-0.02")),
            ("2", "response_rate", "hidden", "0.2", None),
            ("3", "response_rate", "NA (nobody)", "0.3", None),
        ];
        assert_eq!(moved, wanted);
        assert_eq!(diff.moved[0].unit.as_deref(), Some("people"));
        assert!(!diff.is_same());
    }

    #[test]
    fn the_other_way_round_is_the_same_with_signs_turned() {
        let (there, back) = (diff(BEFORE, AFTER), diff(AFTER, BEFORE));
        assert_eq!(there.new_rows, back.gone_rows);
        assert_eq!(there.gone_rows, back.new_rows);
        assert_eq!(there.moved.len(), back.moved.len());
        for (there, back) in there.moved.iter().zip(&back.moved) {
            assert_eq!((&there.before, &there.after), (&back.after, &back.before));
            assert!((there.size() - back.size()).abs() < 1e-12);
            let signs = [&there.difference, &back.difference].map(|d| d.as_ref().map(|d| &d[..1]));
            assert!(matches!(
                signs,
                [Some("+"), Some("-")] | [Some("-"), Some("+")] | [None, None]
            ));
        }
    }

    #[test]
    fn a_table_is_the_same_as_itself_in_any_order() {
        let same = diff(BEFORE, BEFORE);
        assert!(same.is_same() && same.cells_in_both == 8);
        let mut lines: Vec<&str> = BEFORE.lines().collect();
        lines[1..].reverse();
        assert!(diff(BEFORE, &lines.join("\n")).is_same());
    }

    #[test]
    fn levels_that_are_numbers_still_name_their_rows() {
        let text = "stratum,level,infusion,n\ncourse_order,2,1,5\ncourse_order,3,1,6\n";
        let diff = diff(text, &text.replace(",5\n", ",7\n"));
        assert_eq!(diff.key, ["stratum", "level"], "infusion names nothing here");
        assert_eq!((diff.moved.len(), diff.moved[0].difference.as_deref()), (1, Some("+2")));
    }

    #[test]
    fn rows_that_nothing_tells_apart_are_told_by_their_place() {
        let text = "source,records\na,1\na,1\n";
        assert!(diff(text, text).is_same());
        let more = diff(text, "source,records\na,1\na,1\na,1\n");
        assert_eq!((more.rows_in_both, more.new_rows.len()), (2, 1));
    }
}

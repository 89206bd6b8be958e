//! The table itself: columns, cells, rows.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// One typed column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text, codes and labels.
    Text(Vec<Option<CompactString>>),
    /// Whole numbers: counts, infusion numbers.
    Int(Vec<Option<i64>>),
    /// Rates, means, intervals.
    Float(Vec<Option<f64>>),
    /// Yes or no.
    Bool(Vec<Option<bool>>),
}

/// One cell, for readers that go row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text; most codes need no room of their own.
    Text(CompactString),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Undefined or hidden.
    Na,
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<CompactString> for Cell {
    fn from(value: CompactString) -> Self {
        Self::Text(value)
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

/// Counts: one beyond the range of a cell, which no count comes near, is `NA`.
impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Na, Self::Int)
    }
}

/// Counts, as above.
impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or(Self::Na, Self::Int)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Na, Into::into)
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Yes or no.
    Bool,
}

impl ColumnType {
    /// The word for it in the dictionary of the tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
        }
    }
}

impl Column {
    /// An empty column.
    #[must_use]
    pub const fn empty(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Text => Self::Text(Vec::new()),
            ColumnType::Int => Self::Int(Vec::new()),
            ColumnType::Float => Self::Float(Vec::new()),
            ColumnType::Bool => Self::Bool(Vec::new()),
        }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Int(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A text cell; empty where `NA`, and in any other column.
    #[must_use]
    pub fn text(&self, row: usize) -> &str {
        match self {
            Self::Text(cells) => cells.get(row).and_then(Option::as_deref).unwrap_or(""),
            _ => "",
        }
    }

    /// A whole-number cell; `None` where `NA`, and in any other column.
    #[must_use]
    pub fn int(&self, row: usize) -> Option<i64> {
        match self {
            Self::Int(cells) => cells.get(row).copied().flatten(),
            _ => None,
        }
    }

    /// The cell of a row; [`Cell::Na`] past the end.
    #[must_use]
    pub fn cell(&self, row: usize) -> Cell {
        match self {
            Self::Text(cells) => cells.get(row).cloned().flatten().into(),
            Self::Int(cells) => cells.get(row).copied().flatten().into(),
            Self::Float(cells) => cells.get(row).copied().flatten().into(),
            Self::Bool(cells) => cells.get(row).copied().flatten().into(),
        }
    }

    /// Appends a cell. A cell of another type becomes `NA`, which the row writers of this crate
    /// never ask for: each table's columns and rows are written side by side in one file.
    pub fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Text(cells), Cell::Text(value)) => cells.push(Some(value)),
            (Self::Int(cells), Cell::Int(value)) => cells.push(Some(value)),
            (Self::Float(cells), Cell::Float(value)) => {
                cells.push(value.is_finite().then_some(value));
            }
            (Self::Bool(cells), Cell::Bool(value)) => cells.push(Some(value)),
            (Self::Text(cells), _) => cells.push(None),
            (Self::Int(cells), _) => cells.push(None),
            (Self::Float(cells), _) => cells.push(None),
            (Self::Bool(cells), _) => cells.push(None),
        }
    }

    /// Appends the cells of a column of the same type.
    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Text(cells), Self::Text(others)) => cells.extend(others),
            (Self::Int(cells), Self::Int(others)) => cells.extend(others),
            (Self::Float(cells), Self::Float(others)) => cells.extend(others),
            (Self::Bool(cells), Self::Bool(others)) => cells.extend(others),
            (own, other) => (0..other.len()).for_each(|row| own.push(other.cell(row))),
        }
    }

    /// Makes a cell `NA`.
    pub fn clear(&mut self, row: usize) {
        match self {
            Self::Text(cells) => clear(cells, row),
            Self::Int(cells) => clear(cells, row),
            Self::Float(cells) => clear(cells, row),
            Self::Bool(cells) => clear(cells, row),
        }
    }
}

fn clear<T>(cells: &mut [Option<T>], row: usize) {
    if let Some(cell) = cells.get_mut(row) {
        *cell = None;
    }
}

/// A named table; every column has as many cells as the table has rows. The default has neither name
/// nor columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// File name without extension.
    pub name: String,
    names: Vec<String>,
    columns: Vec<Column>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(name: &str, columns: &[(&str, ColumnType)]) -> Self {
        Self {
            name: name.into(),
            names: columns.iter().map(|(name, _)| (*name).into()).collect(),
            columns: columns.iter().map(|(_, column_type)| Column::empty(*column_type)).collect(),
        }
    }

    /// Appends a row, cells in column order. Missing cells are `NA`, surplus ones are dropped.
    pub fn push(&mut self, cells: Vec<Cell>) {
        let mut cells = cells.into_iter();
        for column in &mut self.columns {
            column.push(cells.next().unwrap_or(Cell::Na));
        }
    }

    /// Appends the rows of a table with the same columns.
    pub fn append(&mut self, other: Self) {
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            own.append(other);
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// Column names in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Columns in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Position of a column.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.position(name).map(|position| &self.columns[position])
    }

    /// A column by position, to change it.
    pub fn column_mut(&mut self, position: usize) -> Option<&mut Column> {
        self.columns.get_mut(position)
    }

    /// Appends a column at the end.
    pub fn add_column(&mut self, name: &str, column: Column) {
        self.names.push(name.into());
        self.columns.push(column);
    }

    /// Removes a column, if there is one of this name.
    pub fn remove_column(&mut self, name: &str) {
        if let Some(position) = self.position(name) {
            self.names.remove(position);
            self.columns.remove(position);
        }
    }

    /// Removes a column of texts and hands its cells over, empty ones in place of `NA`; all are empty
    /// if there is no such column.
    pub fn take_texts(&mut self, name: &str) -> Vec<Option<CompactString>> {
        let n_rows = self.n_rows();
        let column = self.position(name).map(|position| {
            self.names.remove(position);
            self.columns.remove(position)
        });
        match column {
            Some(Column::Text(mut cells)) => {
                for cell in &mut cells {
                    cell.get_or_insert_default();
                }
                cells
            }
            _ => vec![Some(CompactString::default()); n_rows],
        }
    }

    /// A cell; `NA` where there is no such row or column.
    #[must_use]
    pub fn cell(&self, row: usize, name: &str) -> Cell {
        self.column(name).map_or(Cell::Na, |column| column.cell(row))
    }

    /// A text cell; empty where `NA`.
    #[must_use]
    pub fn text(&self, row: usize, name: &str) -> &str {
        self.column(name).map_or("", |column| column.text(row))
    }

    /// A whole-number cell.
    #[must_use]
    pub fn int(&self, row: usize, name: &str) -> Option<i64> {
        self.column(name)?.int(row)
    }

    /// A number cell.
    #[must_use]
    pub fn float(&self, row: usize, name: &str) -> Option<f64> {
        match self.column(name) {
            Some(Column::Float(cells)) => cells.get(row).copied().flatten(),
            _ => None,
        }
    }
}

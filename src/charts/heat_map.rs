//! A heat map as data: shares in rows and columns, each a number on a shade.

use super::number::Number;

/// Shares from 0 to 1 in rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What is shown in each cell.
    pub label: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, from the top.
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it shares with its neighbours, printed once above them; empty where it stands alone.
    pub over: String,
    /// Its own name.
    pub label: String,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// Whether it is the whole of the others, and stands out.
    pub is_whole: bool,
    /// A cell per column.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What is known of the share.
    pub share: Share,
    /// Of how many people it is a share.
    pub whole: Number,
    /// What a pointer reads out.
    pub readout: String,
}

/// What is known of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// From 0 to 1.
    Known(f64),
    /// Hidden to protect small groups.
    Hidden,
    /// Nobody it could be a share of.
    Nobody,
}

impl Share {
    /// The share, where it is known.
    #[must_use]
    pub const fn known(self) -> Option<f64> {
        match self {
            Self::Known(share) => Some(share),
            Self::Hidden | Self::Nobody => None,
        }
    }
}

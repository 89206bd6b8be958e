//! Columns of lists, read a batch at a time: the entries of all rows stand behind each other, and
//! those of a row are a slice of them.

use super::cells::entries;
use super::coded::Bad;
use arrow::array::{Array, ListArray};
use std::ops::Range;

/// A column of lists of at most `MAX` entries.
pub(super) struct Lists<T, const MAX: usize> {
    column: ListArray,
    entries: Vec<T>,
    name: Bad,
}

impl<T, const MAX: usize> Lists<T, MAX> {
    /// Reads the entry at every place.
    pub(super) fn read(
        lists: &ListArray,
        name: Bad,
        entry: impl FnMut(usize) -> Result<T, Bad>,
    ) -> Result<Self, Bad> {
        let entries = (0..lists.values().len()).map(entry).collect::<Result<_, _>>()?;
        Ok(Self { column: lists.clone(), entries, name })
    }

    /// The entries of a row; `None` for an absent list.
    pub(super) fn get(&self, row: usize) -> Result<Option<&[T]>, Bad> {
        let Some(places) = self.places(row)? else { return Ok(None) };
        self.entries.get(places).ok_or(self.name).map(Some)
    }

    /// Where they stand among all entries.
    pub(super) fn places(&self, row: usize) -> Result<Option<Range<usize>>, Bad> {
        places::<MAX>(&self.column, row, self.name)
    }

    /// The entries of all rows.
    pub(super) fn into_entries(self) -> Vec<T> {
        self.entries
    }
}

/// Where the entries of a row's list stand among all entries; `None` for an absent list.
pub(super) fn places<const MAX: usize>(
    lists: &ListArray,
    row: usize,
    name: Bad,
) -> Result<Option<Range<usize>>, Bad> {
    match entries(lists, row) {
        Some(places) if places.len() > MAX => Err(name),
        places => Ok(places),
    }
}

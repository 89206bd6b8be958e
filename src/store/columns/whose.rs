//! Whose the rows of a batch are, and who sent them.

use super::arrays::Whose;
use super::cells::int_of;
use super::coded::Bad;
use crate::event::ids::Source;
use std::collections::BTreeSet;
use std::ops::Range;

impl Whose {
    /// Number of rows.
    pub(in crate::store) fn n_rows(&self) -> usize {
        self.share.len()
    }

    /// The share of a row's subject.
    pub(in crate::store) fn share(&self, row: usize) -> Result<i32, Bad> {
        int_of(&self.share, row).ok_or("share")
    }

    /// The subject of the first of some rows, and where the rows of that subject end.
    pub(in crate::store) fn same_subject(&self, rows: Range<usize>) -> Result<(&str, usize), Bad> {
        let texts = &self.subject;
        let subject = texts.get(rows.start).ok_or("subject")?;
        let same =
            |row: &usize| texts.same_place(rows.start, *row) || texts.get(*row) == Some(subject);
        let n_same = rows.clone().take_while(same).count();
        Ok((subject, rows.start + n_same))
    }

    /// The sources of some rows.
    pub(in crate::store) fn sources(&self, rows: Range<usize>) -> Result<BTreeSet<&Source>, Bad> {
        self.source.among(rows).ok_or("source")
    }
}

//! Columns laid out from the rows that have something to say in them. An event fills the columns of
//! its own type alone, so that most columns are null in most rows: what is absent costs nothing here
//! but the room it takes.

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, BooleanBufferBuilder, ListArray, PrimitiveArray,
    StringArray, StructArray,
};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow::datatypes::{Field, Fields};
use arrow::error::ArrowError;
use std::sync::Arc;

/// Bytes of a usual text: a code or a pseudonym.
const USUAL_TEXT: usize = 16;

/// What some of the rows have, each with the position of its row, in the order of the rows.
pub(super) struct Sparse<T> {
    n_rows: usize,
    found: Vec<(usize, T)>,
}

impl<T: Copy> Sparse<T> {
    /// What every row has.
    pub(super) fn all(of: impl ExactSizeIterator<Item = T>) -> Self {
        Self { n_rows: of.len(), found: of.enumerate().collect() }
    }

    /// What some of these have.
    pub(super) fn some<U: Copy>(&self, get: impl Fn(T) -> Option<U>) -> Sparse<U> {
        let found = self.found.iter().filter_map(|&(row, of)| Some((row, get(of)?))).collect();
        Sparse { n_rows: self.n_rows, found }
    }

    /// A column of texts.
    ///
    /// # Errors
    /// If the texts take more room than an array may.
    pub(super) fn text<S: AsRef<str>>(
        &self,
        mut get: impl FnMut(T) -> Option<S>,
    ) -> Result<ArrayRef, ArrowError> {
        let mut present = Present::none(self.n_rows);
        let mut lengths = vec![0; self.n_rows];
        let mut bytes = Vec::with_capacity(USUAL_TEXT * self.found.len());
        for &(row, of) in &self.found {
            if let Some(text) = get(of) {
                present.set(row);
                lengths[row] = text.as_ref().len();
                bytes.extend_from_slice(text.as_ref().as_bytes());
            }
        }
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), present.nulls())?))
    }

    /// A column of numbers.
    pub(super) fn number<P: ArrowPrimitiveType>(
        &self,
        get: impl Fn(T) -> Option<P::Native>,
    ) -> PrimitiveArray<P> {
        let mut present = Present::none(self.n_rows);
        let mut values = vec![P::Native::default(); self.n_rows];
        for &(row, of) in &self.found {
            if let Some(value) = get(of) {
                present.set(row);
                values[row] = value;
            }
        }
        PrimitiveArray::new(values.into(), present.nulls())
    }

    /// A column of truth values.
    pub(super) fn flag(&self, get: impl Fn(T) -> Option<bool>) -> ArrayRef {
        let (mut present, mut values) = (Present::none(self.n_rows), Present::none(self.n_rows));
        for &(row, of) in &self.found {
            if let Some(value) = get(of) {
                present.set(row);
                if value {
                    values.set(row);
                }
            }
        }
        Arc::new(BooleanArray::new(values.0.build(), present.nulls()))
    }

    /// A column of structs, null where there is nothing.
    ///
    /// # Errors
    /// If the children are not those of `fields`.
    pub(super) fn structure(
        &self,
        fields: Fields,
        children: Vec<ArrayRef>,
    ) -> Result<ArrayRef, ArrowError> {
        let mut present = Present::none(self.n_rows);
        self.found.iter().for_each(|&(row, _)| present.set(row));
        Ok(Arc::new(StructArray::try_new(fields, children, present.nulls())?))
    }

    /// A column of lists, the entries of all of them laid out by `lay_out`.
    ///
    /// # Errors
    /// Those of `lay_out`.
    pub(super) fn list<L: IntoIterator<Item: Copy>>(
        &self,
        get: impl Fn(T) -> Option<L>,
        lay_out: impl FnOnce(&Sparse<L::Item>) -> Result<ArrayRef, ArrowError>,
    ) -> Result<ArrayRef, ArrowError> {
        let mut present = Present::none(self.n_rows);
        let mut lengths = vec![0; self.n_rows];
        let mut entries = Vec::new();
        for &(row, of) in &self.found {
            if let Some(list) = get(of) {
                present.set(row);
                let before = entries.len();
                entries.extend(list);
                lengths[row] = entries.len() - before;
            }
        }
        let values = lay_out(&Sparse::all(entries.into_iter()))?;
        let element = Arc::new(Field::new("element", values.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(ListArray::try_new(element, offsets, values, present.nulls())?))
    }
}

/// Which rows have a value.
struct Present(BooleanBufferBuilder);

impl Present {
    fn none(n_rows: usize) -> Self {
        let mut bits = BooleanBufferBuilder::new(n_rows);
        bits.advance(n_rows);
        Self(bits)
    }

    fn set(&mut self, row: usize) {
        self.0.set_bit(row, true);
    }

    /// `None` if all have one.
    fn nulls(self) -> Option<NullBuffer> {
        Some(NullBuffer::new(self.0.build())).filter(|nulls| nulls.null_count() > 0)
    }
}

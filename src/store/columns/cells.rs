//! Cells of columns: a value, nothing, or not of the vocabulary.

use super::coded::{Bad, Coded, Read, Texts};
use crate::event::ids::EventId;
use crate::event::key::ContentDigest;
use crate::event::list::CodeSet;
use crate::event::number::{Int, Num};
use crate::event::time::{Axis, Moment};
use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use std::ops::Range;

/// A column of a batch, if it has this type.
pub(in crate::store) fn typed<'a, T: 'static>(batch: &'a RecordBatch, name: &str) -> Option<&'a T> {
    batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref())
}

/// The element structs of a list column.
pub(super) fn structs(list: &ListArray, name: Bad) -> Result<&StructArray, Bad> {
    list.values().as_any().downcast_ref::<StructArray>().ok_or(name)
}

/// The digest in a content column.
pub(in crate::store) fn content(array: &BinaryArray, row: usize) -> Result<ContentDigest, Bad> {
    let bytes = array.is_valid(row).then(|| array.value(row)).ok_or("content")?;
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| "content")?;
    Ok(ContentDigest(u128::from_be_bytes(bytes)))
}

/// The text in a row, if it is not null.
pub(in crate::store) fn text(array: &StringArray, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
}

pub(super) fn int_of(array: &Int32Array, row: usize) -> Option<i32> {
    array.is_valid(row).then(|| array.value(row))
}

pub(super) fn long_of(array: &Int64Array, row: usize) -> Option<i64> {
    array.is_valid(row).then(|| array.value(row))
}

pub(super) fn float_of(array: &Float64Array, row: usize) -> Option<f64> {
    array.is_valid(row).then(|| array.value(row))
}

pub(super) fn flag(array: &BooleanArray, row: usize) -> Option<bool> {
    array.is_valid(row).then(|| array.value(row))
}

pub(super) fn id(texts: &Texts, row: usize, name: Bad) -> Result<EventId, Bad> {
    texts.get(row).and_then(EventId::new).ok_or(name)
}

/// On the calendar where that is known, else on the study clock.
pub(super) fn moment(
    row: usize,
    time: &TimestampMicrosecondArray,
    study: &Int64Array,
    day_only: &BooleanArray,
) -> Option<Moment> {
    let day_only = flag(day_only, row);
    if time.is_valid(row) {
        return Some(Moment::calendar(time.value(row)));
    }
    Some(Moment { axis: Axis::Study, micros: long_of(study, row)?, day_only: day_only? })
}

/// A value that may be absent, but not wrong.
fn checked<A, T>(
    found: Option<A>,
    read: impl FnOnce(A) -> Option<T>,
    name: Bad,
) -> Result<Option<T>, Bad> {
    found.map(|found| read(found).ok_or(name)).transpose()
}

pub(super) fn int<const LO: i64, const HI: i64>(
    array: &Int32Array,
    row: usize,
    name: Bad,
) -> Result<Option<Int<LO, HI>>, Bad> {
    checked(int_of(array, row), |value| Int::new(i64::from(value)), name)
}

pub(super) fn number<const LO: i64, const HI: i64>(
    array: &Float64Array,
    row: usize,
    name: Bad,
) -> Result<Option<Num<LO, HI>>, Bad> {
    checked(float_of(array, row), Num::new, name)
}

/// Where the entries of a row's list stand among all entries; `None` for an absent list.
pub(super) fn entries(array: &ListArray, row: usize) -> Option<Range<usize>> {
    let offsets = array.value_offsets();
    let at = |index: usize| offsets.get(index).and_then(|offset| usize::try_from(*offset).ok());
    array.is_valid(row).then_some(at(row)?..at(row + 1)?)
}

/// A column of lists of texts of which few differ.
pub(super) struct CodedList<T> {
    lists: ListArray,
    entries: Coded<T>,
}

impl<T: Read + Clone + Ord> CodedList<T> {
    pub(super) fn get(&self, row: usize, name: Bad) -> Result<Option<CodeSet<T>>, Bad> {
        let Some(range) = entries(&self.lists, row) else { return Ok(None) };
        let codes = range.map(|at| self.entries.required(at, name)).collect::<Result<_, _>>()?;
        CodeSet::new(codes).map(Some).map_err(|_| name)
    }
}

/// A column of a known type.
pub(super) trait Typed: Sized {
    /// `None` if the column is of another type.
    fn typed(array: &ArrayRef) -> Option<Self>;
}

macro_rules! typed {
    ($($array:ty),*) => {
        $(impl Typed for $array {
            fn typed(array: &ArrayRef) -> Option<Self> {
                array.as_any().downcast_ref::<Self>().cloned()
            }
        })*
    };
}

typed!(
    BinaryArray,
    BooleanArray,
    Float64Array,
    Int32Array,
    Int64Array,
    ListArray,
    StructArray,
    TimestampMicrosecondArray
);

impl Typed for Texts {
    fn typed(array: &ArrayRef) -> Option<Self> {
        Self::of(array)
    }
}

impl<T: Read + Clone> Typed for Coded<T> {
    fn typed(array: &ArrayRef) -> Option<Self> {
        Self::of(array)
    }
}

impl<T: Read + Clone> Typed for CodedList<T> {
    fn typed(array: &ArrayRef) -> Option<Self> {
        let lists = ListArray::typed(array)?;
        let entries = Coded::of(lists.values())?;
        Some(Self { lists, entries })
    }
}

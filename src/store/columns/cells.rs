//! Cells of columns: a value, nothing, or not of the vocabulary.

use super::names::Interner;
use crate::event::ids::EventId;
use crate::event::key::ContentDigest;
use crate::event::list::{CodeSet, List};
use crate::event::number::{Int, Num};
use crate::event::time::{Axis, Moment};
use arrow::array::{
    Array, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray, StructArray, TimestampMicrosecondArray,
};
use std::ops::Range;

/// Name of a column that does not hold what it should.
pub(in crate::store) type Bad = &'static str;

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

pub(super) fn id(array: &StringArray, row: usize, name: Bad) -> Result<EventId, Bad> {
    text(array, row).and_then(EventId::new).ok_or(name)
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

pub(super) fn code<T>(
    array: &StringArray,
    row: usize,
    parse: fn(&str) -> Option<T>,
    name: Bad,
) -> Result<Option<T>, Bad> {
    checked(text(array, row), parse, name)
}

pub(super) fn open<T: Clone>(
    array: &StringArray,
    row: usize,
    known: &mut Interner<T>,
    name: Bad,
) -> Result<Option<T>, Bad> {
    checked(text(array, row), |text| known.get(text), name)
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
fn entries(array: &ListArray, row: usize) -> Option<Range<usize>> {
    let offsets = array.value_offsets();
    let at = |index: usize| offsets.get(index).and_then(|offset| usize::try_from(*offset).ok());
    array.is_valid(row).then_some(at(row)?..at(row + 1)?)
}

pub(super) fn list<T, const MAX: usize>(
    array: &ListArray,
    row: usize,
    name: Bad,
    entry: impl FnMut(usize) -> Result<T, Bad>,
) -> Result<Option<List<T, MAX>>, Bad> {
    let Some(range) = entries(array, row) else { return Ok(None) };
    let entries = range.map(entry).collect::<Result<Vec<T>, Bad>>()?;
    List::new(entries).map(Some).ok_or(name)
}

pub(super) fn codes<T: Ord>(
    array: &ListArray,
    row: usize,
    name: Bad,
    mut parse: impl FnMut(&str) -> Option<T>,
) -> Result<Option<CodeSet<T>>, Bad> {
    let Some(range) = entries(array, row) else { return Ok(None) };
    let values = array.values().as_any().downcast_ref::<StringArray>().ok_or(name)?;
    let codes: Option<Vec<T>> = range.map(|at| text(values, at).and_then(&mut parse)).collect();
    CodeSet::new(codes.ok_or(name)?).map(Some).map_err(|_| name)
}

//! A table as typed, named columns with validity, which writes itself as CSV and Parquet.
//!
//! Layer 0. The estimate tables, the facts inside the store and the data behind every chart are
//! such tables. An undefined or hidden cell is `None`: `NA` in CSV, null of the column's own type
//! in Parquet, never 0 and never NaN.

pub mod csv;
mod data;
pub mod parquet;
pub mod rows;
pub mod text;

pub use data::{Cell, Column, ColumnType, Table};

//! Lists of bounded length: plain ones, and sets of codes in code order.

use super::refuse::{Reason, refuse};
use serde::{Deserialize, Deserializer, Serialize};
use smallvec::SmallVec;

/// Reads entries. Most lists are short, and take their room on the heap once, when they have ended.
/// The room for them here is small as well, since it is moved from hand to hand.
fn read_entries<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    SmallVec::<[T; 4]>::deserialize(d).map(SmallVec::into_vec)
}

/// A list of at most `MAX` entries.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    /// `None` if longer than `MAX`.
    #[must_use]
    pub fn new(entries: Vec<T>) -> Option<Self> {
        (entries.len() <= MAX).then_some(Self(entries))
    }

    /// The entries.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(read_entries(d)?).ok_or_else(|| refuse(Reason::TooManyItems))
    }
}

/// Most codes a set may hold.
const MAX_CODES: usize = 20;

/// Codes without order or repetition, kept sorted so that equal sets are equal texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct CodeSet<T>(Vec<T>);

impl<T: Ord> CodeSet<T> {
    /// # Errors
    /// [`Reason::TooManyItems`] above 20 codes, [`Reason::DuplicateItem`] for a repeated one.
    pub fn new(mut codes: Vec<T>) -> Result<Self, Reason> {
        if codes.len() > MAX_CODES {
            return Err(Reason::TooManyItems);
        }
        codes.sort_unstable();
        if codes.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Reason::DuplicateItem);
        }
        Ok(Self(codes))
    }

    /// The codes, in code order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for CodeSet<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(read_entries(d)?).map_err(refuse)
    }
}

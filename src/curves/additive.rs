//! Counts that are made in parts and added up.
//!
//! What was counted of some courses and what was counted of others add up to what is counted of all
//! of them, in any order: a cell need not see every course that stands in it.

use crate::stats::mean::Moments;
use crate::stats::quantile::Distribution;

/// Counts of courses.
pub trait Additive: Clone {
    /// Adds what was counted of others.
    fn add(&mut self, others: &Self);
}

impl Additive for u64 {
    fn add(&mut self, others: &Self) {
        *self += others;
    }
}

impl Additive for Moments {
    fn add(&mut self, others: &Self) {
        self.merge(others);
    }
}

impl Additive for Distribution {
    fn add(&mut self, others: &Self) {
        self.merge(others);
    }
}

/// Cell by cell; both have as many.
impl<T: Additive> Additive for Vec<T> {
    fn add(&mut self, others: &Self) {
        self.iter_mut().zip(others).for_each(|(own, others)| own.add(others));
    }
}

impl<T: Additive, const N: usize> Additive for [T; N] {
    fn add(&mut self, others: &Self) {
        self.iter_mut().zip(others).for_each(|(own, others)| own.add(others));
    }
}

impl<A: Additive, B: Additive> Additive for (A, B) {
    fn add(&mut self, others: &Self) {
        self.0.add(&others.0);
        self.1.add(&others.1);
    }
}

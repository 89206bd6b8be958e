//! `blood_pressure`: pressures before and during a session, and the lowest oxygen saturation, by
//! route and infusion.
//!
//! Definitions and where the limits come from: `docs/methods/blood_pressure.md`.

use super::additive::Additive;
use super::given::Given;
use super::row::Row;
use crate::course::fact::Course;
use crate::course::tolerability::{Borne, Signs};
use crate::stats::mean::Moments;
use crate::table::{Cell, ColumnType as T, Table};

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 28] = [
    ("route", T::Text),
    ("infusion", T::Int),
    ("n_persons", T::Int),
    ("mean_systolic_before", T::Float),
    ("mean_systolic_highest", T::Float),
    ("mean_systolic_rise", T::Float),
    ("systolic_rise_lo", T::Float),
    ("systolic_rise_hi", T::Float),
    ("mean_diastolic_before", T::Float),
    ("mean_diastolic_highest", T::Float),
    ("mean_diastolic_rise", T::Float),
    ("diastolic_rise_lo", T::Float),
    ("diastolic_rise_hi", T::Float),
    ("risen", T::Int),
    ("risen_share", T::Float),
    ("risen_lo", T::Float),
    ("risen_hi", T::Float),
    ("high", T::Int),
    ("high_share", T::Float),
    ("high_lo", T::Float),
    ("high_hi", T::Float),
    ("n_saturation", T::Int),
    ("mean_saturation_lowest", T::Float),
    ("low_saturation", T::Int),
    ("low_saturation_share", T::Float),
    ("low_saturation_lo", T::Float),
    ("low_saturation_hi", T::Float),
    ("na_reason", T::Text),
];

/// A pressure has risen by this much or more, systolic or diastolic, in mmHg. A convention.
pub const RISEN: [f64; 2] = [20.0, 15.0];

/// The highest pressure is this or more, systolic or diastolic, in mmHg: treatment-emergent
/// hypertension during infusions as in doi 10.1080/14740338.2020.1776699.
pub const HIGH: [f64; 2] = [165.0, 100.0];

/// An oxygen saturation below this is low, in percent. A convention.
pub const LOW_SATURATION: f64 = 92.0;

/// What rounding may take from the difference of two readings with decimals; no reading is so fine.
const NOISE: f64 = 1e-9;

/// One pressure, systolic or diastolic, of the people of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Pressure {
    before: Moments,
    highest: Moments,
    rise: Moments,
}

impl Pressure {
    fn push(&mut self, [before, highest]: [f64; 2]) {
        self.before.push(before);
        self.highest.push(highest);
        self.rise.push(highest - before);
    }
}

/// One route and infusion. Pressures are counted where all four numbers were read.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    systolic: Pressure,
    diastolic: Pressure,
    risen: u64,
    high: u64,
    saturation: Moments,
    low_saturation: u64,
}

impl Additive for Pressure {
    fn add(&mut self, others: &Self) {
        self.before.merge(&others.before);
        self.highest.merge(&others.highest);
        self.rise.merge(&others.rise);
    }
}

impl Additive for Tally {
    fn add(&mut self, others: &Self) {
        self.systolic.add(&others.systolic);
        self.diastolic.add(&others.diastolic);
        self.risen += others.risen;
        self.high += others.high;
        self.saturation.merge(&others.saturation);
        self.low_saturation += others.low_saturation;
    }
}

/// Every infusion up to the horizon, that of infusion k at k - 1.
#[derive(Debug, Default)]
pub struct Counts(Given<Vec<Tally>>);

impl Counts {
    /// Counts a course and what was measured around its sessions.
    pub fn count(&mut self, course: &Course, sessions: &[Borne], horizon: usize) {
        let tallies = self.0.of(course, || vec![Tally::default(); horizon]);
        for (tally, session) in tallies.iter_mut().zip(sessions) {
            count(tally, &session.signs);
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        self.0.add(others.0);
    }
}

/// The table, one row per route of somebody treated and infusion number.
#[must_use]
pub fn blood_pressure(counts: Counts) -> Table {
    let mut table = Table::new("blood_pressure", &COLUMNS);
    for (route, tallies) in counts.0.rows() {
        for (position, tally) in tallies.iter().enumerate() {
            table.push(row(route.as_str(), position + 1, tally));
        }
    }
    table
}

fn count(tally: &mut Tally, signs: &Signs) {
    if let Some(saturation) = signs.saturation_lowest {
        tally.saturation.push(saturation);
        tally.low_saturation += u64::from(saturation < LOW_SATURATION);
    }
    let Some(pressures) = pressures(signs) else { return };
    tally.systolic.push(pressures[0]);
    tally.diastolic.push(pressures[1]);
    let is_risen = |(&[before, highest], rise): (&[f64; 2], f64)| highest - before >= rise - NOISE;
    let is_high = |(&[_, highest], limit): (&[f64; 2], f64)| highest >= limit;
    tally.risen += u64::from(pressures.iter().zip(RISEN).any(is_risen));
    tally.high += u64::from(pressures.iter().zip(HIGH).any(is_high));
}

/// Before and highest, of the systolic and the diastolic pressure.
fn pressures(signs: &Signs) -> Option<[[f64; 2]; 2]> {
    Some([
        [signs.systolic_before?, signs.systolic_highest?],
        [signs.diastolic_before?, signs.diastolic_highest?],
    ])
}

fn row(route: &str, infusion: usize, tally: &Tally) -> Vec<Cell> {
    let n = tally.systolic.rise.n();
    let mut row = Row::of(&[route]);
    row.int("infusion", infusion as u64, None);
    row.int("n_persons", n, None);
    let nobody = (n == 0).then_some("nobody");
    let one = nobody.or((n == 1).then_some("one"));
    for (name, pressure) in [("systolic", &tally.systolic), ("diastolic", &tally.diastolic)] {
        let interval = pressure.rise.t_interval();
        row.float(&format!("mean_{name}_before"), pressure.before.mean(), nobody);
        row.float(&format!("mean_{name}_highest"), pressure.highest.mean(), nobody);
        row.float(&format!("mean_{name}_rise"), pressure.rise.mean(), nobody);
        row.float(&format!("{name}_rise_lo"), interval.map(|i| i.lo), one);
        row.float(&format!("{name}_rise_hi"), interval.map(|i| i.hi), one);
    }
    row.rate(["risen", "risen_share", "risen_lo", "risen_hi"], tally.risen, n, None);
    row.rate(["high", "high_share", "high_lo", "high_hi"], tally.high, n, None);
    let n_saturation = tally.saturation.n();
    let nobody = (n_saturation == 0).then_some("nobody");
    row.int("n_saturation", n_saturation, None);
    row.float("mean_saturation_lowest", tally.saturation.mean(), nobody);
    row.rate(
        ["low_saturation", "low_saturation_share", "low_saturation_lo", "low_saturation_hi"],
        tally.low_saturation,
        n_saturation,
        None,
    );
    row.done()
}

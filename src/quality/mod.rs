//! Quality of the data and of the care: what was odd, what was missed. Layer 3.

pub mod account;
pub mod anomalies;
pub mod check;
pub mod limits;

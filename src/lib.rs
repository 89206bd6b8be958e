//! Response curves by route and infusion number from de-identified ketamine events.

pub mod event;
pub mod privacy;
pub mod simulate;
pub mod table;

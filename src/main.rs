//! The afterdose command.
fn main() {}

//! What the tests share.

pub(crate) mod events;
pub(crate) mod generate;
pub(crate) mod marks;
pub(crate) mod tables;
pub(crate) mod workspace;

//! The store as its callers see it.

mod columns;
mod commit;
mod events;
mod growth;
mod scan;

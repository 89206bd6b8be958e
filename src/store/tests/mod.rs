//! The store as its callers see it.

mod columns;
mod commit;
mod compact;
mod events;
mod growth;
mod scan;

//! The store as its callers see it.

mod columns;
mod commit;
mod compact;
mod erase;
mod events;
mod growth;
mod scan;
mod verify;

//! The vocabulary: what happened, to whom, when, and on which scale it was measured.
//!
//! Layer 0, imports nothing of the crate. Everything here is a value; nothing reads a file, a
//! clock or the environment.

mod canonical;
pub mod code;
pub mod coded;
pub mod envelope;
pub mod ids;
pub mod instrument;
pub mod key;
pub mod kind;
pub mod list;
pub mod number;
pub(crate) mod object;
pub mod questionnaires;
pub mod refuse;
pub mod score;
pub mod text;
pub mod time;
pub mod toml_file;
pub mod version;
pub mod view;
pub mod vitals;
pub mod vocabulary;

//! A TOML text that a person wrote, as a typed value, with errors that say where and what was
//! probably meant.

use serde::de::DeserializeOwned;

/// Reads a TOML text.
///
/// # Errors
/// A sentence with line, key and, for an unknown key, the nearest known one.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        format!("line {line}: {}", explain(error.message()))
    })
}

/// Adds the nearest known name to serde's "unknown field" and "unknown variant".
fn explain(message: &str) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (Some(unknown), true) = (names.first(), message.starts_with("unknown ")) else {
        return message.to_owned();
    };
    let what = if message.starts_with("unknown field") { "key" } else { "value" };
    match nearest(unknown, names[1..].iter().copied()) {
        Some(known) => format!("unknown {what} `{unknown}`; did you mean `{known}`?"),
        None => format!("unknown {what} `{unknown}`"),
    }
}

/// The known name most like an unknown one.
#[must_use]
pub fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

//! Reading values from JSON the way every event is read: checked texts without a copy of the text,
//! and fields that may be absent but not null.

use super::refuse::{Reason, refuse};
use serde::{Deserialize, Deserializer, de};

/// Reads a JSON string and makes of it what `read` says; any other kind of value is a wrong type.
///
/// The text is lent, not copied: codes and ids are read for every event.
pub(crate) fn read_text<'de, D, T>(
    d: D,
    read: impl FnOnce(&str) -> Result<T, Reason>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    struct Text<F>(F);

    impl<T, F: FnOnce(&str) -> Result<T, Reason>> de::Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(refuse)
        }
    }

    d.deserialize_str(Text(read))
}

/// Reads a field that may be absent but not null.
///
/// # Errors
/// Whatever the field's own type says.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    d: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

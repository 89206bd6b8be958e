//! What may be shown: a value that passed disclosure control.

/// A value that may reach a reader. Built only in `outgoing`.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosed<T>(T);

impl<T> Disclosed<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }

    /// A disclosed value without disclosure control, for tests of what comes after it.
    #[cfg(test)]
    pub(crate) const fn for_tests(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }
}

//! What must stand on every page and picture of a run: synthetic data, internal use.

use serde::{Deserialize, Serialize};

/// Whether the events were made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synthetic {
    /// None of them is known to be.
    #[default]
    None,
    /// Some are.
    Part,
    /// All are.
    All,
}

impl Synthetic {
    /// The word of the manifest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Part => "part",
            Self::All => "all",
        }
    }
}

/// The markings of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marking {
    /// Whether the events were made up.
    pub synthetic: Synthetic,
    /// Nothing is hidden (`min_cell = 0`), so that nothing may leave the house.
    pub internal: bool,
}

impl Marking {
    /// The markings in words, most urgent first.
    #[must_use]
    pub fn lines(self) -> Vec<String> {
        let internal = self.internal.then_some("Internal, do not share");
        let synthetic = match self.synthetic {
            Synthetic::None => None,
            Synthetic::Part => Some("Partly synthetic data"),
            Synthetic::All => Some("Synthetic data"),
        };
        internal.into_iter().chain(synthetic).map(String::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_markings_are_said() {
        let marking = Marking { synthetic: Synthetic::All, internal: true };
        assert_eq!(marking.lines(), ["Internal, do not share", "Synthetic data"]);
        assert!(Marking::default().lines().is_empty());
    }
}

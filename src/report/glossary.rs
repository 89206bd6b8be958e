//! The words of the report in plain language. `docs/glossary.md` has all of them, and exactly; a
//! test holds that each of these stands there.

use serde::Serialize;

/// A word and what it means.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Entry {
    /// As the report prints it.
    pub(super) word: &'static str,
    /// The word of `docs/glossary.md`.
    #[serde(skip)]
    #[cfg_attr(not(test), allow(dead_code, reason = "held by a test"))]
    pub(super) known_as: &'static str,
    /// In plain language.
    pub(super) meaning: &'static str,
}

const fn say(word: &'static str, known_as: &'static str, meaning: &'static str) -> Entry {
    Entry { word, known_as, meaning }
}

/// The words, in the order in which a reader meets them.
pub(super) const GLOSSARY: &[Entry] = &[
    say(
        "Infusion",
        "infusion",
        "any completed session in which the drug was given, by whatever route",
    ),
    say(
        "Route",
        "route",
        "the way the drug is given, such as into a vein or the nose. A person stands under the route of the first session",
    ),
    say("Course", "course", "a person's sessions without a long break between them"),
    say("Baseline", "baseline", "the last score before the first session"),
    say("Scored", "scored, observed", "filled in the questionnaire in time after an infusion"),
    say(
        "Response",
        "response",
        "a large improvement: for most scales, half the baseline score or less",
    ),
    say(
        "Remission",
        "remission",
        "few or no symptoms left, by the scale's own line, wherever a person began",
    ),
    say("Partly responded", "partial response", "a smaller improvement, 30 % or more"),
    say(
        "Change",
        "change",
        "the score after, minus the baseline. Where lower is better, a minus is good",
    ),
    say(
        "Interval",
        "interval",
        "the range in which the true number probably lies; the fewer people, the wider",
    ),
    say("Enrolled", "enrolled", "everyone with a baseline whose turn has come, scored or not"),
    say(
        "NRI",
        "NRI",
        "everyone enrolled counts, and whoever was not scored counts as not helped: a cautious number",
    ),
    say(
        "LOCF",
        "LOCF",
        "everyone enrolled counts, and for whoever was not scored the last earlier score stands in",
    ),
    say(
        "Ever responded",
        "cumulative response",
        "responded at least once so far, even if it did not last",
    ),
    say("At risk", "at risk", "still being followed: has not responded and not left"),
    say("Median", "median", "the infusion by which half had responded"),
    say("Effect size", "dz", "the mean change, measured in standard deviations"),
    say("Reliable change", "reliable change", "a change larger than the error of the scale alone"),
    say("Durability", "durability", "how long a response lasts"),
    say(
        "Fixed cohort",
        "fixed cohort",
        "only those who came to a certain infusion, so that the same people count at each",
    ),
    say(
        "Adjusted",
        "adjusted",
        "as if the people of both routes had been alike in what is on record",
    ),
    say("Item 9", "item 9", "the question about death or self-harm"),
    say("Hidden", "hidden", "not shown, because it would tell of a small group of people"),
    say("Synthetic", "synthetic", "made up: no real person stands behind it"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_in_the_glossary_of_the_documents() {
        let document = include_str!("../../docs/glossary.md");
        for entry in GLOSSARY {
            let is_there = document.lines().any(|line| {
                line.strip_prefix("| ").and_then(|line| line.split(" |").next()).is_some_and(
                    |word| {
                        word.split(", ").any(|word| word == entry.known_as)
                            || word == entry.known_as
                    },
                )
            });
            assert!(is_there, "{}", entry.known_as);
        }
    }
}

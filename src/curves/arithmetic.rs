//! The comparison that decides a response or a remission, written out with its numbers, so that a
//! person can check it by eye: `2 * 9 <= 20`.
//!
//! The decision itself is that of [`Instrument`], in exact fractions; here it only gets words, and
//! the sign always says how it came out. A score that is a mean of items is printed as the shortest
//! decimal that reads back the same.

use crate::event::instrument::{Better, Instrument, RemissionLine, ResponseRule};
use crate::event::score::Score;

/// Why `score` is a response from `baseline`, or is none; `None` where no rule is agreed.
#[must_use]
pub fn response(instrument: &Instrument, baseline: Score, score: Score) -> Option<String> {
    let holds = instrument.is_response(baseline, score)?;
    let (b, s) = (baseline.value(), score.value());
    let at_least = if holds { ">=" } else { "<" };
    Some(match (instrument.response?, instrument.better) {
        (ResponseRule::Percent(50), Better::Lower) => {
            format!("2 * {s} {} {b}", if holds { "<=" } else { ">" })
        }
        (ResponseRule::Percent(p), Better::Lower) => {
            format!("100 * ({b} - {s}) {at_least} {p} * {b}")
        }
        (ResponseRule::Percent(_), Better::Higher) if baseline.is_zero() => {
            "a rise from 0 is no percentage".into()
        }
        (ResponseRule::Percent(p), Better::Higher) => {
            format!("100 * ({s} - {b}) {at_least} {p} * {b}")
        }
        (ResponseRule::Points(n), Better::Lower) => format!("{b} - {s} {at_least} {n}"),
        (ResponseRule::Points(n), Better::Higher) => format!("{s} - {b} {at_least} {n}"),
    })
}

/// Why `score` is in remission, or is not; `None` where no line is agreed.
#[must_use]
pub fn remission(instrument: &Instrument, score: Score) -> Option<String> {
    let holds = instrument.is_remission(score)?;
    let s = score.value();
    Some(match instrument.remission? {
        RemissionLine::AtMost(line) => format!("{s} {} {line}", if holds { "<=" } else { ">" }),
        RemissionLine::Above(line) => format!("{s} {} {line}", if holds { ">" } else { "<=" }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::instrument::shipped;

    /// A sum such as `100 * (20 - 12)` or `50 - 40`, in whole numbers: a slow reading that knows
    /// nothing of instruments.
    fn value(text: &str) -> i64 {
        let text = text.trim();
        if let Some((left, right)) = text.split_once(" * ") {
            return value(left) * value(right.trim_start_matches('(').trim_end_matches(')'));
        }
        match text.split_once(" - ") {
            Some((left, right)) => value(left) - value(right),
            None => text.parse().expect("a whole number"),
        }
    }

    /// Whether what is written is true as it stands.
    fn is_true(sentence: &str) -> bool {
        let part = |sign: &str| sentence.split_once(sign).map(|(l, r)| (value(l), value(r)));
        None.or_else(|| part(" <= ").map(|(l, r)| l <= r))
            .or_else(|| part(" >= ").map(|(l, r)| l >= r))
            .or_else(|| part(" < ").map(|(l, r)| l < r))
            .or_else(|| part(" > ").map(|(l, r)| l > r))
            .expect("a comparison")
    }

    #[test]
    fn every_sentence_is_true_as_it_stands() {
        let table = shipped().expect("the shipped table");
        let mut n_checked = 0;
        for (code, instrument) in &table {
            let [lowest, highest] = instrument.range;
            let scores = || (lowest..=highest).step_by(3).map(Score::whole);
            for (baseline, score) in scores().flat_map(|b| scores().map(move |s| (b, s))) {
                let said = [response(instrument, baseline, score), remission(instrument, score)];
                for sentence in said.into_iter().flatten() {
                    assert!(is_true(&sentence), "{code}: {sentence}");
                    n_checked += 1;
                }
            }
        }
        assert!(n_checked > 5_000, "{n_checked}");
    }

    #[test]
    fn the_sign_says_how_it_came_out() {
        let table = shipped().expect("the shipped table");
        let said = |code: &str, b: f64, s: f64| {
            let score = |value| Score::from_decimal(value).expect("a score");
            response(&table[code], score(b), score(s))
        };
        assert_eq!(said("phq-9", 20.0, 10.0).as_deref(), Some("2 * 10 <= 20"));
        assert_eq!(said("phq-9", 19.0, 10.0).as_deref(), Some("2 * 10 > 19"));
        assert_eq!(said("pain-nrs", 10.0, 7.0).as_deref(), Some("100 * (10 - 7) >= 30 * 10"));
        // In doubles 7 - 4.9 is less than 2.1; the decision is exact.
        let exact = said("bpi-severity", 7.0, 4.9);
        assert_eq!(exact.as_deref(), Some("100 * (7 - 4.9) >= 30 * 7"));
        assert_eq!(said("who-5", 40.0, 48.0).as_deref(), Some("48 - 40 < 10"));
        assert_eq!(said("cadss", 40.0, 20.0), None);
        let line = |code: &str, s| remission(&table[code], Score::whole(s));
        assert_eq!(line("phq-9", 4).as_deref(), Some("4 <= 4"));
        assert_eq!(line("phq-9", 5).as_deref(), Some("5 > 4"));
        assert_eq!(line("who-5", 50).as_deref(), Some("50 <= 50"));
        assert_eq!(line("pain-nrs", 1), None);
    }
}

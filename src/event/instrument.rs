//! The instrument table, read from `data/instruments.toml`: ranges, scoring, response, remission.
//!
//! Code reads the table and knows no instrument by name. A pipeline file may replace any value or
//! add instruments.

use super::kind::Item;
use super::refuse::Reason;
use super::score::Score;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The table as shipped.
const SHIPPED: &str = include_str!("../../data/instruments.toml");

/// One questionnaire. Fields are those of the data file, which documents each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Name as printed.
    pub name: String,
    /// What it measures.
    pub measures: String,
    /// Lowest and highest total.
    pub range: [i64; 2],
    /// Whether totals are whole numbers.
    pub whole: bool,
    /// Items, where it is scored from them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    /// How items become a total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Scoring>,
    /// Which direction is better.
    pub better: Better,
    /// What counts as a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRule>,
    /// The remission line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remission: Option<RemissionLine>,
    /// First score and label of each severity band, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<(i64, String)>,
    /// Days the questions ask about.
    pub recall_days: u32,
    /// Number, from 1, of the item that asks about death or self-harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_item: Option<usize>,
    /// What tells a reliable change from one that the instrument's error may have made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliability: Option<Reliability>,
    /// LOINC code of the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loinc: Option<String>,
    /// Where the values come from.
    pub source: String,
}

/// Items of an instrument, each scored from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// How many.
    pub count: i64,
    /// Highest score of one.
    pub highest: i64,
}

/// How items become a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scoring {
    /// Their sum.
    Sum,
    /// Four times their sum (WHO-5).
    #[serde(rename = "sum-times-4")]
    SumTimes4,
    /// Their mean (BPI).
    Mean,
}

/// How reliable an instrument is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliability {
    /// Reliability coefficient r, between 0 and 1.
    pub r: f64,
    /// Where it comes from. Internal consistency and test-retest move the line by half.
    pub source: String,
    /// The line beyond which a reliably improved person is recovered; absent: the remission line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<RemissionLine>,
}

/// Direction of improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// A fall is an improvement.
    Lower,
    /// A rise is an improvement.
    Higher,
}

/// What counts as a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseRule {
    /// A fall of at least this share of the baseline, in percent.
    Percent(i64),
    /// An improvement of at least this many points.
    Points(i64),
}

/// What a reported measure comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Its score.
    ///
    /// # Errors
    /// [`Reason::ScoreMissing`] without a total and without all items;
    /// [`Reason::ScoreOutOfRange`] for a total or item outside the range, a fraction of a whole
    /// scale, or a wrong number of items.
    pub score: Result<Score, Reason>,
    /// The item about death or self-harm; `None` where the instrument has none, or not all items
    /// were sent.
    pub safety_item: Option<u8>,
    /// Whether the reported total differs from what the items make; `false` unless both are given.
    pub total_differs: bool,
}

/// The remission line; a score at or beyond it is in remission, whatever the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemissionLine {
    /// At most this score.
    AtMost(i64),
    /// Above this score.
    Above(i64),
}

impl Instrument {
    /// Whether `score` is a response from `baseline`, in exact arithmetic: `100 * (baseline -
    /// score) >= p * baseline`, or at least so many points. `None` where no rule is agreed.
    #[must_use]
    pub fn is_response(&self, baseline: Score, score: Score) -> Option<bool> {
        Some(match self.response? {
            ResponseRule::Percent(percent) => self.improves_by_percent(baseline, score, percent),
            ResponseRule::Points(points) => match self.better {
                Better::Lower => baseline.exceeds_by(score, points),
                Better::Higher => score.exceeds_by(baseline, points),
            },
        })
    }

    /// Whether `score` is better than `baseline` by at least this share of it, in percent, in exact
    /// arithmetic; never from a baseline of 0, of which there is no share.
    #[must_use]
    pub fn improves_by_percent(&self, baseline: Score, score: Score, percent: i64) -> bool {
        match self.better {
            Better::Lower => baseline.falls_to_by_percent(score, percent),
            // A rise by p percent is a fall by -p percent.
            Better::Higher => !baseline.is_zero() && !baseline.falls_short_of_rise(score, percent),
        }
    }

    /// Whether `score` is worse than `baseline`, by however little.
    #[must_use]
    pub fn is_worse(&self, baseline: Score, score: Score) -> bool {
        match self.better {
            Better::Lower => score > baseline,
            Better::Higher => score < baseline,
        }
    }

    /// Whether `score` is at or beyond the remission line. `None` where no line is agreed.
    #[must_use]
    pub fn is_remission(&self, score: Score) -> Option<bool> {
        Some(match self.remission? {
            RemissionLine::AtMost(line) => score <= Score::whole(line),
            RemissionLine::Above(line) => score > Score::whole(line),
        })
    }

    /// Whether a person with this baseline can respond at all: a baseline of 0 on a scale where
    /// lower is better cannot.
    #[must_use]
    pub fn can_respond(&self, baseline: Score) -> bool {
        !(self.better == Better::Lower && baseline.is_zero())
    }

    /// Label of the severity band; `None` where the instrument has no bands.
    #[must_use]
    pub fn band(&self, score: Score) -> Option<&str> {
        self.bands
            .iter()
            .rev()
            .find(|(first, _)| score >= Score::whole(*first))
            .map(|(_, label)| label.as_str())
    }

    /// What a reported measure comes to. Where total and items differ, the items count.
    #[must_use]
    pub fn outcome(&self, total: Option<f64>, items: Option<&[Item]>) -> Outcome {
        let from_items = items.map(|items| self.score_items(items));
        let made = from_items.and_then(Result::ok);
        let item = || items?.get(self.safety_item?.checked_sub(1)?);
        Outcome {
            score: self.score_of(total, from_items),
            safety_item: made.and_then(|_| u8::try_from(item()?.get()).ok()),
            total_differs: total.zip(made.flatten()).is_some_and(|(total, made)| {
                match self.scoring {
                    // A reported mean is rounded; a tenth apart is another number.
                    Some(Scoring::Mean) => (made.value() - total).abs() > 0.051,
                    _ => Score::from_decimal(total) != Some(made),
                }
            }),
        }
    }

    /// The score of a reported measure.
    ///
    /// # Errors
    /// Those of [`Outcome::score`].
    pub fn score(&self, total: Option<f64>, items: Option<&[Item]>) -> Result<Score, Reason> {
        self.score_of(total, items.map(|items| self.score_items(items)))
    }

    /// The score of a total and of what the items make, which counts where both are given.
    fn score_of(
        &self,
        total: Option<f64>,
        from_items: Option<Result<Option<Score>, Reason>>,
    ) -> Result<Score, Reason> {
        let from_items = from_items.transpose()?.flatten();
        let from_total = total.map(|total| self.score_total(total)).transpose()?;
        from_items.or(from_total).ok_or(Reason::ScoreMissing)
    }

    fn score_total(&self, total: f64) -> Result<Score, Reason> {
        let score = Score::from_decimal(total).ok_or(Reason::ScoreOutOfRange)?;
        let [lowest, highest] = self.range;
        let inside = score >= Score::whole(lowest) && score <= Score::whole(highest);
        if !inside || (self.whole && total.fract() != 0.0) {
            return Err(Reason::ScoreOutOfRange);
        }
        Ok(score)
    }

    /// `None` for an instrument scored by total only, whose items are kept but not used.
    fn score_items(&self, items: &[Item]) -> Result<Option<Score>, Reason> {
        let (Some(rule), Some(scoring)) = (self.items, self.scoring) else { return Ok(None) };
        let count = i64::try_from(items.len()).map_err(|_| Reason::ScoreOutOfRange)?;
        let items = items.iter().map(|item| item.get());
        if count != rule.count || items.clone().any(|item| !(0..=rule.highest).contains(&item)) {
            return Err(Reason::ScoreOutOfRange);
        }
        let sum: i64 = items.sum();
        Ok(match scoring {
            Scoring::Sum => Some(Score::whole(sum)),
            Scoring::SumTimes4 => Some(Score::whole(4 * sum)),
            Scoring::Mean => Score::mean_of(sum, count),
        })
    }
}

/// The instruments of a run, by code.
pub type Instruments = BTreeMap<String, Instrument>;

/// The shipped table.
///
/// # Errors
/// The text of the TOML error; a test shows that the shipped table has none.
pub fn shipped() -> Result<Instruments, String> {
    toml::from_str(SHIPPED).map_err(|error| error.to_string())
}

/// The shipped table as text, for laying a pipeline file's values over it.
#[must_use]
pub const fn shipped_text() -> &'static str {
    SHIPPED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instrument(code: &str) -> Instrument {
        shipped().expect("the shipped table reads").remove(code).expect(code)
    }

    #[test]
    fn the_shipped_table_has_fourteen_instruments_with_sound_values() {
        let table = shipped().expect("the shipped table reads");
        assert_eq!(table.len(), 14);
        for (code, instrument) in &table {
            let [lowest, highest] = instrument.range;
            assert!(lowest < highest, "{code}");
            if let (Some(items), Some(scoring)) = (instrument.items, instrument.scoring) {
                let top = match scoring {
                    Scoring::Sum => items.count * items.highest,
                    Scoring::SumTimes4 => 4 * items.count * items.highest,
                    Scoring::Mean => items.highest,
                };
                assert_eq!(top, highest, "{code}: items make the range");
            }
            assert!(instrument.bands.windows(2).all(|pair| pair[0].0 < pair[1].0), "{code}");
        }
    }

    fn items<const N: usize>(scores: [i64; N]) -> [Item; N] {
        scores.map(|score| Item::new(score).expect("an item"))
    }

    #[test]
    fn an_exact_half_responds_and_remission_needs_no_response() {
        let phq = instrument("phq-9");
        assert_eq!(phq.is_response(Score::whole(18), Score::whole(9)), Some(true));
        assert_eq!(phq.is_response(Score::whole(17), Score::whole(9)), Some(false));
        assert_eq!(phq.is_response(Score::whole(7), Score::whole(4)), Some(false));
        assert_eq!(phq.is_remission(Score::whole(4)), Some(true));
        assert_eq!(phq.band(Score::whole(14)), Some("10-14"));
    }

    #[test]
    fn who_5_rises_and_bpi_is_a_mean() {
        let who = instrument("who-5");
        assert_eq!(who.score(None, Some(&items([5, 5, 5, 5, 5]))), Ok(Score::whole(100)));
        assert_eq!(who.is_response(Score::whole(40), Score::whole(50)), Some(true));
        assert_eq!(who.is_response(Score::whole(50), Score::whole(40)), Some(false));
        let bpi = instrument("bpi-interference");
        let mean = bpi.score(None, Some(&items([5, 5, 5, 5, 5, 6, 6]))).expect("scored");
        assert!((mean.value() - 37.0 / 7.0).abs() < 1e-15);
        assert_eq!(bpi.band(Score::from_decimal(4.9).expect("finite")), Some("1-4"));
    }

    #[test]
    fn bad_measures_say_why() {
        let phq = instrument("phq-9");
        assert_eq!(phq.score(None, None), Err(Reason::ScoreMissing));
        assert_eq!(phq.score(Some(28.0), None), Err(Reason::ScoreOutOfRange));
        assert_eq!(phq.score(Some(12.5), None), Err(Reason::ScoreOutOfRange));
        assert_eq!(phq.score(None, Some(&items([1, 2, 3]))), Err(Reason::ScoreOutOfRange));
        assert_eq!(
            instrument("qids-sr16").score(None, Some(&items([1, 2]))),
            Err(Reason::ScoreMissing)
        );
        assert!(phq.outcome(Some(12.0), Some(&items([1; 9]))).total_differs);
        assert_eq!(phq.score(Some(12.0), Some(&items([1; 9]))), Ok(Score::whole(9)));
    }
}

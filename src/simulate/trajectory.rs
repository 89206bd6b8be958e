//! How a person fares: the hidden course of relief, and the questionnaires that show it.
//!
//! Relief is a share of the severity before treatment. It grows with each infusion towards the
//! person's own ceiling, within hours of the dose, holds for some days, then fades. A questionnaire
//! shows it with noise, in whole points, between floor and ceiling.

use super::draw::{Draw, int, num, real, round};
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::kind::Measure;
use crate::event::list::List;
use crate::event::time::HOUR_US;
use serde::Serialize;

/// A questionnaire as the simulator fills it in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Scale {
    pub(super) code: &'static str,
    highest: i64,
    /// Share of the relief that this scale follows.
    follows: f64,
    /// SD of a single score around its true value, before it is rounded and cut to the scale.
    noise_sd: f64,
}

pub(super) const PHQ_9: Scale = Scale { code: "phq-9", highest: 27, follows: 1.0, noise_sd: 2.0 };
pub(super) const GAD_7: Scale = Scale { code: "gad-7", highest: 21, follows: 0.9, noise_sd: 2.0 };
pub(super) const PCL_5: Scale = Scale { code: "pcl-5", highest: 80, follows: 0.8, noise_sd: 5.0 };
pub(super) const PAIN: Scale = Scale { code: "pain-nrs", highest: 10, follows: 0.7, noise_sd: 0.8 };

/// Every questionnaire of the simulator.
pub(super) const SCALES: [&Scale; 4] = [&PHQ_9, &GAD_7, &PCL_5, &PAIN];

/// Items of the PHQ-9, and how readily each is endorsed; the last asks about self-harm.
const PHQ_9_ITEMS: [f64; 9] = [1.1, 1.3, 1.2, 1.3, 0.9, 1.1, 1.0, 0.7, 0.3];
const PHQ_9_ITEM_HIGHEST: i64 = 3;

/// The highest total of a questionnaire of the simulator; 0 of any other.
pub(super) fn highest(code: &str) -> i64 {
    SCALES.iter().find(|scale| scale.code == code).map_or(0, |scale| scale.highest)
}

impl Scale {
    /// A score on an occasion, given the severity before treatment and the relief since.
    pub(super) fn score(&self, draw: &mut Draw, severity: f64, relief: f64) -> i64 {
        let true_value = severity * (1.0 - self.follows * relief);
        round(true_value + draw.normal(0.0, self.noise_sd)).clamp(0, self.highest)
    }

    /// The filled-in questionnaire; `None` never happens for the scales above.
    pub(super) fn measure(&self, total: i64) -> Option<Measure> {
        Some(Measure {
            instrument: OpenCode::new(self.code)?,
            total: num(real(total)),
            items: None,
        })
    }
}

/// A PHQ-9 with its items, which add up to the total; now and then the items come alone.
pub(super) fn phq_9_with_items(draw: &mut Draw, total: i64) -> Option<Measure> {
    let mut items = [0_i64; PHQ_9_ITEMS.len()];
    let mut open: [(usize, f64); PHQ_9_ITEMS.len()] =
        std::array::from_fn(|item| (item, PHQ_9_ITEMS[item]));
    for _ in 0..total.clamp(0, PHQ_9.highest) {
        let drawn = draw.pick(&open, 0);
        let room = |item: usize| items[item] < PHQ_9_ITEM_HIGHEST;
        // A full item weighs nothing and is drawn, if ever, by rounding.
        let item = if room(drawn) { drawn } else { (0..items.len()).find(|&i| room(i))? };
        items[item] += 1;
        if items[item] == PHQ_9_ITEM_HIGHEST {
            open[item].1 = 0.0;
        }
    }
    let mut measure = PHQ_9.measure(total)?;
    measure.items = List::new(items.iter().filter_map(|&item| int(item)).collect());
    if draw.chance(0.05) {
        measure.total = None;
    }
    Some(measure)
}

/// How relief is drawn on a route, and what moves it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct ReliefLaw {
    /// Mean and SD of the ceiling among people with two failed trials and no psychotherapy, before
    /// it is cut to `ceiling_range`.
    pub(super) ceiling_mean: f64,
    pub(super) ceiling_sd: f64,
    pub(super) ceiling_range: [f64; 2],
    /// Taken from the mean for every failed trial above two, at most six; given back below two.
    pub(super) ceiling_less_per_failed_trial: f64,
    /// Added to the mean where psychotherapy is paired with the sessions.
    pub(super) ceiling_more_with_psychotherapy: f64,
    /// Infusions until 63 % of the ceiling is reached: median, and SD of the logarithm.
    pub(super) pace_infusions_median: f64,
    pub(super) pace_log_sd: f64,
    /// Hours until 63 % of what a dose adds is felt: median, and SD of the logarithm.
    pub(super) onset_hours_median: f64,
    pub(super) onset_log_sd: f64,
    /// Days for which relief holds fully after a dose: from and to, evenly spread.
    pub(super) hold_days: [f64; 2],
    /// Further days until 63 % of it is gone: median, and SD of the logarithm.
    pub(super) fade_days_median: f64,
    pub(super) fade_log_sd: f64,
}

impl ReliefLaw {
    /// The law of a route.
    pub(super) const fn of(route: Route) -> Self {
        let (ceiling_mean, ceiling_sd, pace_infusions_median) = match route {
            Route::Intravenous => (0.56, 0.27, 1.9),
            Route::Intranasal => (0.53, 0.26, 2.4),
            Route::Intramuscular => (0.51, 0.26, 2.3),
            _ => (0.49, 0.26, 2.4),
        };
        Self {
            ceiling_mean,
            ceiling_sd,
            ceiling_range: [-0.35, 1.0],
            ceiling_less_per_failed_trial: 0.025,
            ceiling_more_with_psychotherapy: 0.04,
            pace_infusions_median,
            pace_log_sd: 0.8,
            onset_hours_median: 4.0,
            onset_log_sd: 0.5,
            hold_days: [6.0, 18.0],
            fade_days_median: 260.0,
            fade_log_sd: 1.0,
        }
    }
}

/// The hidden course of relief.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relief {
    /// Share of severity relieved after very many infusions; below 0 is a turn for the worse.
    ceiling: f64,
    /// Infusions until 63 % of it is reached.
    pace: f64,
    /// Hours until 63 % of what a dose adds is felt.
    onset_hours: f64,
    /// Days for which a dose holds fully.
    hold_days: f64,
    /// Further days until 63 % of the relief is gone.
    fade_days: f64,
}

/// A dose, as far as relief knows of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dosed {
    /// Infusions so far, this one included; raised doses count more.
    pub(super) infusions: f64,
    /// Relief at the moment of dosing.
    pub(super) before: f64,
}

impl Relief {
    /// Draws a person's course by route, earlier failed trials and paired psychotherapy.
    pub(super) fn draw(draw: &mut Draw, route: Route, failed_trials: i64, therapy: bool) -> Self {
        let law = ReliefLaw::of(route);
        let resistance = law.ceiling_less_per_failed_trial * real((failed_trials - 2).clamp(-2, 6));
        let help = if therapy { law.ceiling_more_with_psychotherapy } else { 0.0 };
        let [worst, best] = law.ceiling_range;
        let mean = law.ceiling_mean - resistance + help;
        Self {
            ceiling: draw.normal(mean, law.ceiling_sd).clamp(worst, best),
            pace: draw.log_normal(law.pace_infusions_median, law.pace_log_sd),
            onset_hours: draw.log_normal(law.onset_hours_median, law.onset_log_sd),
            hold_days: draw.between(law.hold_days[0], law.hold_days[1]),
            fade_days: draw.log_normal(law.fade_days_median, law.fade_log_sd),
        }
    }

    /// Relief once so many infusions are fully felt.
    pub(super) fn reached(&self, infusions: f64) -> f64 {
        self.ceiling * (1.0 - (-infusions / self.pace).exp())
    }

    /// Relief so many microseconds after a dose: what the dose adds comes within hours, what is
    /// there holds for days and then fades.
    pub(super) fn after(&self, dosed: Dosed, since_us: i64) -> f64 {
        let hours = real(since_us.max(0)) / real(HOUR_US);
        let felt = 1.0 - (-hours / self.onset_hours).exp();
        let level = dosed.before + (self.reached(dosed.infusions) - dosed.before) * felt;
        let faded = (hours / 24.0 - self.hold_days).max(0.0) / self.fade_days;
        level * (-faded).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::DAY_US;

    #[test]
    fn relief_begins_within_hours_holds_for_days_and_fades() {
        let relief =
            Relief { ceiling: 0.8, pace: 2.0, onset_hours: 4.0, hold_days: 10.0, fade_days: 100.0 };
        let first = Dosed { infusions: 1.0, before: 0.0 };
        let at = |hours: i64| relief.after(first, hours * HOUR_US);
        let reached = relief.reached(1.0);
        assert_eq!(at(0).to_bits(), 0.0_f64.to_bits());
        // 1 - exp(-1), the share felt after the hours of onset.
        assert!((at(4) / reached - 0.632).abs() < 0.001);
        assert!(at(24) > 0.99 * reached && at(24) <= reached);
        assert!((at(9 * 24) - reached).abs() < 1e-12, "it holds");
        // exp(-100 / 100), a hundred days after it held.
        assert!((at(110 * 24) / reached - 0.368).abs() < 0.001);
        let second = Dosed { infusions: 2.0, before: at(48) };
        assert_eq!(relief.after(second, 0).to_bits(), at(48).to_bits(), "no step at a dose");
        assert!(relief.after(second, DAY_US) > at(48));
    }
}

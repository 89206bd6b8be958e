//! How a person fares: the hidden course of relief, and the questionnaires that show it.
//!
//! Relief is a share of the severity before treatment. It grows with each infusion towards the
//! person's own ceiling, holds for some days after a dose, then fades. A questionnaire shows it
//! with noise, in whole points, between floor and ceiling.

use super::draw::{Draw, int, num, real, round};
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::kind::Measure;
use crate::event::list::List;
use crate::event::time::DAY_US;

/// A questionnaire as the simulator fills it in.
pub(super) struct Scale {
    code: &'static str,
    highest: i64,
    /// Share of the relief that this scale follows.
    follows: f64,
    /// SD of a single score around its true value.
    noise: f64,
}

pub(super) const PHQ_9: Scale = Scale { code: "phq-9", highest: 27, follows: 1.0, noise: 2.0 };
pub(super) const GAD_7: Scale = Scale { code: "gad-7", highest: 21, follows: 0.9, noise: 2.0 };
pub(super) const PCL_5: Scale = Scale { code: "pcl-5", highest: 80, follows: 0.8, noise: 5.0 };
pub(super) const PAIN: Scale = Scale { code: "pain-nrs", highest: 10, follows: 0.7, noise: 0.8 };

/// Items of the PHQ-9, and how readily each is endorsed; the last asks about self-harm.
const PHQ_9_ITEMS: [f64; 9] = [1.1, 1.3, 1.2, 1.3, 0.9, 1.1, 1.0, 0.7, 0.3];
const PHQ_9_ITEM_HIGHEST: i64 = 3;

impl Scale {
    /// A score on an occasion, given the severity before treatment and the relief since.
    pub(super) fn score(&self, draw: &mut Draw, severity: f64, relief: f64) -> i64 {
        let true_value = severity * (1.0 - self.follows * relief);
        round(true_value + draw.normal(0.0, self.noise)).clamp(0, self.highest)
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

/// The hidden course of relief.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relief {
    /// Share of severity relieved after very many infusions; below 0 is a turn for the worse.
    ceiling: f64,
    /// Infusions until 63 % of it is reached.
    pace: f64,
    /// Days for which a dose holds fully.
    hold_days: f64,
    /// Further days until 63 % of the relief is gone.
    fade_days: f64,
}

impl Relief {
    /// Draws a person's course by route, earlier failed trials and paired psychotherapy.
    pub(super) fn draw(draw: &mut Draw, route: Route, failed_trials: i64, therapy: bool) -> Self {
        let (ceiling, spread, pace) = match route {
            Route::Intravenous => (0.56, 0.27, 1.9),
            Route::Intranasal => (0.53, 0.26, 2.4),
            Route::Intramuscular => (0.51, 0.26, 2.3),
            _ => (0.49, 0.26, 2.4),
        };
        let resistance = 0.025 * real((failed_trials - 2).clamp(-2, 6));
        let help = if therapy { 0.04 } else { 0.0 };
        Self {
            ceiling: draw.normal(ceiling - resistance + help, spread).clamp(-0.35, 1.0),
            pace: draw.log_normal(pace, 0.8),
            hold_days: draw.between(6.0, 18.0),
            fade_days: draw.log_normal(260.0, 1.0),
        }
    }

    /// Relief after so many infusions (raised doses count more), so long after the last one.
    pub(super) fn after(&self, infusions: f64, since_us: i64) -> f64 {
        let reached = self.ceiling * (1.0 - (-infusions / self.pace).exp());
        let days = real(since_us.max(0)) / real(DAY_US);
        reached * (-(days - self.hold_days).max(0.0) / self.fade_days).exp()
    }
}

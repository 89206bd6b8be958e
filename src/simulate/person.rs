//! Who is treated: what a clinic knows about a person at screening, and what nobody knows.

use super::draw::Draw;
use super::settings::Dropout;
use super::site::Site;
use super::trajectory::Relief;
use crate::event::code::{AgeBand, Indication, Route, Sex};
use serde::Serialize;

/// What becomes of a person after screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Treated from the first session on.
    Treated,
    /// Treated already before the data begin: the first session here is a maintenance session.
    Prevalent,
    /// Eligible, but never came.
    NeverCame,
    /// Put off at screening, and not seen again.
    Deferred,
    /// Screened out.
    Excluded,
}

/// Severity before treatment, on each scale the person fills in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Severity {
    pub(super) phq_9: f64,
    pub(super) gad_7: Option<f64>,
    pub(super) pcl_5: Option<f64>,
    pub(super) pain: Option<f64>,
}

/// A simulated person.
pub(super) struct Person {
    pub(super) fate: Fate,
    pub(super) route: Route,
    /// Empty where the clinic did not say.
    pub(super) indications: Vec<Indication>,
    pub(super) age_band: Option<AgeBand>,
    pub(super) sex: Option<Sex>,
    pub(super) failed_trials: Option<i64>,
    pub(super) psychotherapy: bool,
    pub(super) weight_kg: f64,
    /// Systolic pressure at rest, mmHg.
    pub(super) systolic: f64,
    /// Multiplies the chance of every side effect.
    pub(super) sensitivity: f64,
    /// Probability of filling in a check-in.
    pub(super) diligence: f64,
    /// Whether the PHQ-9 comes with its items.
    pub(super) items: bool,
    /// Usual minute of the day for sessions.
    pub(super) usual_minute: i64,
    /// Weekdays of treatment, 0 for Monday.
    pub(super) weekdays: &'static [i64],
    /// Sessions intended.
    pub(super) planned: i64,
    /// Whether consent is withdrawn at some time.
    pub(super) withdraws: bool,
    pub(super) severity: Severity,
    pub(super) relief: Relief,
}

/// How the probability of filling in a check-in is spread over people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Diligence {
    pub(super) mean: f64,
    pub(super) sd: f64,
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

pub(super) const DILIGENCE: Diligence =
    Diligence { mean: 0.82, sd: 0.12, lowest: 0.3, highest: 0.99 };

impl Diligence {
    /// Sites differ in it, except at random: they differ in psychotherapy too, and so in relief.
    fn draw(self, draw: &mut Draw, site: &Site, dropout: Dropout) -> f64 {
        let habit = if dropout == Dropout::Random { 0.0 } else { site.diligence };
        (draw.normal(self.mean, self.sd) + habit).clamp(self.lowest, self.highest)
    }
}

const AGE_BANDS: [(AgeBand, f64); 8] = [
    (AgeBand::From18, 9.0),
    (AgeBand::From25, 22.0),
    (AgeBand::From35, 25.0),
    (AgeBand::From45, 20.0),
    (AgeBand::From55, 14.0),
    (AgeBand::From65, 8.0),
    (AgeBand::From75, 1.9),
    (AgeBand::From90, 0.1),
];

const SEXES: [(Sex, f64); 4] =
    [(Sex::Female, 60.0), (Sex::Male, 38.0), (Sex::Other, 1.5), (Sex::Unknown, 0.5)];

/// Main indication where the drug is racemic ketamine, by any route.
const INDICATIONS: [(Indication, f64); 8] = [
    (Indication::Trd, 40.0),
    (Indication::Mdd, 26.0),
    (Indication::Ptsd, 11.0),
    (Indication::Gad, 7.0),
    (Indication::ChronicPain, 7.0),
    (Indication::BipolarDepression, 6.0),
    (Indication::SocialAnxiety, 1.5),
    (Indication::Ocd, 1.5),
];

/// Main indication of nasal esketamine, which is licensed for few.
const NASAL_INDICATIONS: [(Indication, f64); 3] =
    [(Indication::Trd, 76.0), (Indication::Mdd, 20.0), (Indication::SuicidalIdeation, 4.0)];

/// What a second indication may be.
const SECOND_INDICATIONS: [(Indication, f64); 4] = [
    (Indication::Gad, 40.0),
    (Indication::Ptsd, 25.0),
    (Indication::SuicidalIdeation, 25.0),
    (Indication::ChronicPain, 10.0),
];

impl Person {
    /// Draws the person at an index, of a site.
    pub(super) fn draw(draw: &mut Draw, site: &Site, index: u32, dropout: Dropout) -> Self {
        let route = draw.pick(&site.routes, Route::Intravenous);
        let indications = draw_indications(draw, route);
        let fate = draw_fate(draw, index);
        let sex = draw.pick(&SEXES, Sex::Unknown);
        let (weight, spread) = if sex == Sex::Male { (87.0, 15.0) } else { (74.0, 15.0) };
        let failed_trials = if indications.contains(&Indication::Trd) {
            draw.whole(2, 5) + draw.whole(0, 2)
        } else {
            draw.whole(0, 3)
        };
        let psychotherapy = draw.chance(site.psychotherapy);
        Self {
            fate,
            route,
            age_band: (!draw.chance(0.02)).then(|| draw.pick(&AGE_BANDS, AgeBand::From35)),
            sex: (!draw.chance(0.02)).then_some(sex),
            failed_trials: (!draw.chance(0.08)).then_some(failed_trials),
            psychotherapy,
            weight_kg: draw.normal(weight, spread).clamp(42.0, 170.0),
            systolic: draw.normal(124.0, 11.0).clamp(95.0, 155.0),
            sensitivity: draw.log_normal(0.9, 0.5),
            diligence: DILIGENCE.draw(draw, site, dropout),
            items: draw.chance(site.items),
            usual_minute: draw.whole(9 * 60, 15 * 60),
            weekdays: draw_weekdays(draw, route),
            planned: if route == Route::Intranasal { 8 } else { 6 },
            withdraws: draw.chance(0.008),
            severity: draw_severity(draw, &indications),
            relief: Relief::draw(draw, route, failed_trials, psychotherapy),
            indications,
        }
    }
}

/// By chance, except that one person in 250 was in treatment before: rare in a clinic's data, yet
/// never absent from a sample of a few hundred.
fn draw_fate(draw: &mut Draw, index: u32) -> Fate {
    let fate = draw.pick(
        &[
            (Fate::Treated, 94.5),
            (Fate::NeverCame, 1.5),
            (Fate::Deferred, 1.6),
            (Fate::Excluded, 2.4),
        ],
        Fate::Treated,
    );
    if index % 250 == 125 { Fate::Prevalent } else { fate }
}

fn draw_indications(draw: &mut Draw, route: Route) -> Vec<Indication> {
    if draw.chance(0.03) {
        return Vec::new();
    }
    let main = if route == Route::Intranasal {
        draw.pick(&NASAL_INDICATIONS, Indication::Trd)
    } else {
        draw.pick(&INDICATIONS, Indication::Trd)
    };
    let second = draw.pick(&SECOND_INDICATIONS, Indication::Gad);
    if draw.chance(0.09) && second != main { vec![main, second] } else { vec![main] }
}

/// Two or three sessions a week into a vein, two into the nose, else one.
fn draw_weekdays(draw: &mut Draw, route: Route) -> &'static [i64] {
    match route {
        Route::Intravenous if draw.chance(0.45) => &[0, 2, 4],
        Route::Intravenous | Route::Intranasal if draw.chance(0.5) => &[0, 3],
        Route::Intravenous | Route::Intranasal => &[1, 4],
        _ => WEEKLY[usize::try_from(draw.whole(0, 4)).unwrap_or(0)],
    }
}

const WEEKLY: [&[i64]; 5] = [&[0], &[1], &[2], &[3], &[4]];

fn draw_severity(draw: &mut Draw, indications: &[Indication]) -> Severity {
    let has = |code| indications.contains(&code);
    let (mean, spread) = match indications.first() {
        Some(Indication::ChronicPain) => (12.5, 5.0),
        Some(Indication::Gad | Indication::SocialAnxiety | Indication::Ocd) => (14.0, 4.5),
        _ => (17.4, 4.4),
    };
    let phq_9 = if draw.chance(0.03) {
        draw.between(1.0, 8.0)
    } else {
        draw.normal(mean, spread).clamp(2.0, 26.0)
    };
    let anxiety = if has(Indication::Gad) { 3.0 } else { 0.0 };
    let gad_7 = draw.normal(6.0 + 0.4 * phq_9 + anxiety, 3.5).clamp(1.0, 20.5);
    let pcl_5 = draw.normal(48.0, 11.0).clamp(20.0, 78.0);
    let pain = draw.normal(6.6, 1.4).clamp(2.5, 9.8);
    Severity {
        phq_9,
        gad_7: draw.chance(0.8).then_some(gad_7),
        pcl_5: has(Indication::Ptsd).then_some(pcl_5),
        pain: has(Indication::ChronicPain).then_some(pain),
    }
}

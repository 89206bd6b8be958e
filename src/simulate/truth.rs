//! The true parameters behind the events, so that a test can recover them.
//!
//! The true probability of a response is counted among people made by the same code, of whom nobody
//! leaves and nobody leaves a check-in out. It is never worked out from the events: these people
//! have a seed of their own. The definitions are those of the estimates: the last score at or before
//! the first session and at most 30 whole days old; the last score after session k, at or before
//! session k + 1, within 14 whole days; response as the instrument table has it.

use super::course::{LOST_AFTER, MISS, RAISED_DOSE_COUNTS};
use super::draw::Draw;
use super::dropout::{FULL_COURSE, Law};
use super::life::Life;
use super::person::{DILIGENCE, Diligence, Fate};
use super::settings::{Dropout, Settings};
use super::story::{Happening, Terms};
use super::trajectory::{ReliefLaw, SCALES, Scale};
use crate::event::code::Route;
use crate::event::instrument::{Instrument, shipped};
use crate::event::kind::Data;
use crate::event::score::Score;
use crate::event::time::whole_days;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Infusions for which true probabilities are given.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a dozen")]
pub const HORIZON: usize = FULL_COURSE as usize;
/// People among whom they are counted.
const PEOPLE: u32 = 200_000;

const BASELINE_MAX_AGE_DAYS: i64 = 30;
const FOLLOW_UP_DAYS: i64 = 14;

/// Routes that the simulator gives.
const ROUTES: [Route; 4] =
    [Route::Intravenous, Route::Intranasal, Route::Intramuscular, Route::Sublingual];

/// What the events were made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    format: &'static str,
    /// True of every document of this kind.
    synthetic: bool,
    settings: Settings,
    relief: Vec<RouteRelief>,
    raised_dose_counts: f64,
    scales: [Scale; 4],
    leaving: Law,
    appointment_missed: f64,
    lost_after_missed_in_a_row: u32,
    checkin: Diligence,
    /// People among whom the probabilities below were counted.
    counted_people: u32,
    /// See [`TrueResponse`], by instrument, route and infusion.
    pub response: Vec<TrueResponse>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct RouteRelief {
    route: Route,
    #[serde(flatten)]
    law: ReliefLaw,
}

/// How many respond where nobody leaves and no check-in is missed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TrueResponse {
    /// Instrument.
    pub instrument: &'static str,
    /// Route of the first session.
    pub route: Route,
    /// Infusion, from 1 to [`HORIZON`].
    pub infusion: usize,
    /// People with a baseline that leaves room to respond, scored after this infusion.
    pub n: u64,
    /// Probability of being in response after this infusion, 0-1.
    pub response: f64,
    /// Its standard error from the counting, `sqrt(p (1 - p) / n)`.
    pub response_se: f64,
    /// Probability of having been in response after this or an earlier infusion, 0-1.
    pub responded_by: f64,
    /// Its standard error.
    pub responded_by_se: f64,
}

/// The true parameters of these settings. The probabilities depend on `sites` alone.
///
/// # Errors
/// The text of the error in the instrument table; a test shows that the shipped one has none.
pub fn truth(settings: &Settings) -> Result<Truth, String> {
    Ok(Truth {
        format: "afterdose.truth.v1",
        synthetic: true,
        settings: *settings,
        relief: ROUTES.map(|route| RouteRelief { route, law: ReliefLaw::of(route) }).to_vec(),
        raised_dose_counts: RAISED_DOSE_COUNTS,
        scales: SCALES.map(|scale| *scale),
        leaving: *Law::of(settings.dropout),
        appointment_missed: MISS,
        lost_after_missed_in_a_row: LOST_AFTER,
        checkin: DILIGENCE,
        counted_people: PEOPLE,
        response: true_response(settings)?,
    })
}

/// Counts of one instrument and route at one infusion.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    scored: u64,
    responders: u64,
    responded_by: u64,
}

/// By position among [`SCALES`], route, and infusion.
type Tallies = BTreeMap<(usize, Route), [Tally; HORIZON]>;

fn true_response(settings: &Settings) -> Result<Vec<TrueResponse>, String> {
    let table = shipped()?;
    let instruments: Vec<&Instrument> =
        SCALES.iter().filter_map(|scale| table.get(scale.code)).collect();
    let tallies = (0..PEOPLE)
        .into_par_iter()
        .fold(Tallies::new, |mut tallies, index| {
            count(&mut tallies, &instruments, settings, index);
            tallies
        })
        .reduce(Tallies::new, merged);
    let mut rows = Vec::new();
    for ((scale, route), cells) in tallies {
        // Everyone is scored after every infusion; the largest count is that of all people.
        let people = cells.iter().map(|cell| cell.scored).max().unwrap_or(0);
        for (position, cell) in cells.iter().enumerate() {
            let shares = share(cell.responders, cell.scored).zip(share(cell.responded_by, people));
            let Some(((response, response_se), (responded_by, responded_by_se))) = shares else {
                continue;
            };
            rows.push(TrueResponse {
                instrument: SCALES.get(scale).map_or("", |scale| scale.code),
                route,
                infusion: position + 1,
                n: cell.scored,
                response,
                response_se,
                responded_by,
                responded_by_se,
            });
        }
    }
    Ok(rows)
}

fn merged(mut tallies: Tallies, others: Tallies) -> Tallies {
    for (key, others) in others {
        for (tally, other) in tallies.entry(key).or_default().iter_mut().zip(others) {
            tally.scored += other.scored;
            tally.responders += other.responders;
            tally.responded_by += other.responded_by;
        }
    }
    tallies
}

/// A share and its standard error; `None` of nobody.
#[allow(clippy::cast_precision_loss, reason = "counts of a few hundred thousand")]
fn share(k: u64, n: u64) -> Option<(f64, f64)> {
    let p = (n > 0).then(|| k as f64 / n as f64)?;
    Some((p, (p * (1.0 - p) / n as f64).sqrt()))
}

/// Counts one person who stays and answers.
fn count(tallies: &mut Tallies, instruments: &[&Instrument], settings: &Settings, index: u32) {
    let terms = Terms {
        start: settings.start,
        end: i64::MAX,
        recruitment_days: settings.recruitment_days(),
        law: Law::of(Dropout::None),
        complete_checkins: true,
    };
    let life = Life::draw(&mut Draw::of_truth(index), settings, index, terms);
    if life.person.fate != Fate::Treated {
        return;
    }
    let sessions: Vec<i64> = life.happenings.iter().filter_map(session).collect();
    for (place, instrument) in instruments.iter().enumerate() {
        let scores: Vec<(i64, Score)> =
            life.happenings.iter().filter_map(|happening| score(happening, place)).collect();
        let Some(baseline) = baseline(&sessions, &scores) else { continue };
        if !instrument.can_respond(baseline) {
            continue;
        }
        let cells = tallies.entry((place, life.person.route)).or_default();
        let mut has_responded = false;
        for (position, cell) in cells.iter_mut().enumerate() {
            if let Some(score) = assessment(&sessions, &scores, position) {
                let responds = instrument.is_response(baseline, score) == Some(true);
                has_responded |= responds;
                cell.scored += 1;
                cell.responders += u64::from(responds);
            }
            cell.responded_by += u64::from(has_responded);
        }
    }
}

fn session(happening: &Happening) -> Option<i64> {
    matches!(happening.data, Data::SessionCompleted(_)).then_some(happening.at)
}

/// The score on the scale at a place among [`SCALES`], if the happening has one.
fn score(happening: &Happening, place: usize) -> Option<(i64, Score)> {
    let Data::CheckinSubmitted(checkin) = &happening.data else { return None };
    let code = SCALES.get(place)?.code;
    let measures = checkin.measures.as_ref()?.as_slice();
    let measure = measures.iter().find(|measure| measure.instrument.as_str() == code)?;
    let score = match measure.items() {
        Some(items) => Score::whole(items.iter().map(|item| item.get()).sum()),
        None => Score::from_decimal(measure.total?.get())?,
    };
    Some((happening.at, score))
}

fn baseline(sessions: &[i64], scores: &[(i64, Score)]) -> Option<Score> {
    let first = *sessions.first()?;
    let &(at, score) = scores.iter().rev().find(|(at, _)| *at <= first)?;
    (whole_days(at, first) <= BASELINE_MAX_AGE_DAYS).then_some(score)
}

fn assessment(sessions: &[i64], scores: &[(i64, Score)], position: usize) -> Option<Score> {
    let start = *sessions.get(position)?;
    let next = sessions.get(position + 1).copied().unwrap_or(i64::MAX);
    let in_window = |at: i64| at > start && at <= next && whole_days(start, at) <= FOLLOW_UP_DAYS;
    scores.iter().rev().find(|(at, _)| in_window(*at)).map(|&(_, score)| score)
}

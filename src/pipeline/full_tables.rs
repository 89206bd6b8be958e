//! Every count and estimate of a run, complete: what disclosure control then takes from.

use crate::curves::adjusted::adjusted_comparison;
use crate::curves::blood_pressure::blood_pressure;
use crate::curves::change::change_by_infusion;
use crate::curves::cohort::Cohort;
use crate::curves::completeness::completeness;
use crate::curves::day_28::day_28;
use crate::curves::disclose::FullTables;
use crate::curves::dissociation::dissociation;
use crate::curves::durability::durability_counts;
use crate::curves::everyone::{Everyone, Walk};
use crate::curves::first_response::first_response;
use crate::curves::flow::cohort_flow;
use crate::curves::go_on::{after_adjustment, go_on};
use crate::curves::individual_change::individual_change;
use crate::curves::item_9::item_9;
use crate::curves::onset::onset;
use crate::curves::outside::outside;
use crate::curves::response::response_by_infusion;
use crate::curves::safety::Safety;
use crate::curves::screening::screening;
use crate::curves::severity_shift::severity_shift;
use crate::curves::side_effects::side_effects;
use crate::curves::time_on_treatment::time_on_treatment_counts;
use crate::quality::account::{Account, Reading, data_quality};
use crate::quality::anomalies::anomalies;
use rayon::prelude::*;

/// Parts visited in one go; what is counted of them is the same however many.
const PARTS_AT_ONCE: usize = 32;

/// Of these, as many as are at hand: fetched for one purpose, their facts are still near the core for
/// the next.
const SUBJECTS_AT_HAND: usize = 64;

/// The tables of a cohort, made side by side.
#[must_use]
pub fn full_tables(cohort: &Cohort, safety: Safety) -> FullTables {
    let (mut everyone, account) = visited(cohort);
    let (people, mut full) = (&everyone.populations(cohort), FullTables::default());
    rayon::scope(|scope| {
        // The longest first.
        scope.spawn(|_| full.change = change_by_infusion(cohort, people));
        scope.spawn(|_| full.adjusted = adjusted_comparison(cohort, people));
        scope.spawn(|_| full.response = response_by_infusion(cohort, people));
        scope.spawn(|_| full.side_effects = side_effects(safety.side_effects));
        scope.spawn(|_| full.completeness = completeness(cohort, &everyone.completeness));
        scope.spawn(|_| full.outside = outside(cohort, &everyone.outside));
        scope.spawn(|_| full.data_quality = data_quality(&account));
        scope.spawn(|_| full.go_on = go_on(cohort, people));
        scope.spawn(|_| full.after_adjustment = after_adjustment(cohort, people));
        scope.spawn(|_| full.onset = onset(cohort, people));
        scope.spawn(|_| full.first_response = first_response(cohort, people));
        scope.spawn(|_| full.day_28 = day_28(cohort, people));
        scope.spawn(|_| full.individual_change = individual_change(cohort, people));
        scope.spawn(|_| full.severity_shift = severity_shift(cohort, people));
        scope.spawn(|_| full.durability = durability_counts(cohort, people));
        scope.spawn(|_| full.time_on_treatment = time_on_treatment_counts(cohort, people));
        scope.spawn(|_| full.item_9 = item_9(cohort, people));
        scope.spawn(|_| full.flow = cohort_flow(cohort, &everyone.flow));
        scope.spawn(|_| full.dissociation = dissociation(safety.dissociation));
        scope.spawn(|_| full.blood_pressure = blood_pressure(safety.blood_pressure));
        scope.spawn(|_| full.screening = screening(cohort));
        scope.spawn(|_| full.anomalies = anomalies(cohort.subjects));
    });
    full
}

/// Everyone, visited once: what the tables of the estimates and the account of the data ask of them.
fn visited<'a>(cohort: &Cohort<'a>) -> (Everyone<'a>, Account<'a>) {
    let reading = Reading {
        followup_days: cohort.fold.followup_days,
        cuts: cohort.cuts,
        instruments: &cohort.analysis.instruments,
    };
    let parts = cohort.subjects.parts().par_chunks(PARTS_AT_ONCE).with_max_len(1).map(|parts| {
        let mut walk = Walk::begin(cohort, parts.iter().map(|part| part.len()).sum());
        let mut account = Account::none(&reading);
        for at_hand in parts.iter().flat_map(|part| part.chunks(SUBJECTS_AT_HAND)) {
            walk.visit(at_hand);
            account.visit(at_hand);
        }
        (walk.done(), account)
    });
    let parts: Vec<_> = parts.collect();
    let mut all = (Everyone::nobody(cohort), Account::none(&reading));
    for (everyone, account) in parts {
        all.0.add(everyone);
        all.1.add(account);
    }
    all
}

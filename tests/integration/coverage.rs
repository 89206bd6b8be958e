//! Intervals hold what they promise: among many made-up networks whose truth is known, the true
//! probability lies in the 95 % interval about 95 times in a hundred.
//!
//! The witness is `simulate::truth`, which counts among people of its own, of whom nobody leaves.
//! Drop-out is by chance, so that those who stay are like those who left: what is observed, and
//! Kaplan-Meier, then estimate what everyone would have shown. (Aalen-Johansen estimates something
//! else, the share who responded before they left, and is held by its identities.)

use afterdose::course::data_cuts::DataCuts;
use afterdose::course::fold::{FoldContext, fold_subject};
use afterdose::course::settings::FoldSettings;
use afterdose::course::subjects::Subjects;
use afterdose::curves::cohort::Cohort;
use afterdose::curves::first_response::first_response;
use afterdose::curves::population::Population;
use afterdose::curves::response::response_by_infusion;
use afterdose::curves::settings::{Analysis, Filter};
use afterdose::event::envelope::{Logged, Origin};
use afterdose::event::ids::OpenCode;
use afterdose::event::key::{Conflicts, ContentDigest};
use afterdose::event::time::TimeBasis;
use afterdose::event::view::EventView;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::simulate::{Dropout, Settings, Slips, TrueResponse, subject_events, truth};
use afterdose::table::Table;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const SEEDS: u32 = 200;
const PEOPLE: u32 = 2_000;
/// The last infusion compared: beyond it few are left.
const HORIZON: usize = 8;
/// Fewest people on whom an interval is judged. Kaplan-Meier's is an approximation that wants a
/// few tens; Wilson's does not, and is held to the same for comparison.
const ENOUGH: i64 = 30;

/// An interval of one network: which curve, whose truth, and whether it holds it.
type Judged = ((&'static str, String, usize), bool);

fn settings(seed: u32) -> Settings {
    Settings {
        dropout: Dropout::Random,
        complete_checkins: true,
        slips: Slips::NONE,
        ..Settings::new(PEOPLE, seed.into())
    }
}

/// The tables of one network, as they are before disclosure control, from the events up.
fn network(seed: u32, vocabulary: &Vocabulary) -> (Table, Table) {
    let fold = FoldSettings::default();
    let analysis = Analysis {
        instruments: OpenCode::new("phq-9").into_iter().collect(),
        horizon: HORIZON,
        compare_at: 6,
        improved_percent: 20,
        go_on_by: vec![6, 8],
        onset_hours: vec![2, 4, 24, 72, 168],
        resamples: 0,
        seed: 1,
        strata: Vec::new(),
        filter: Filter::default(),
    };
    let conflicts = Conflicts::default();
    let context = FoldContext { settings: &fold, vocabulary, conflicts: &conflicts };
    let settings = settings(seed);
    let logged = |event| Logged {
        event,
        origin: Origin { file_digest: [0; 32], line: 1 },
        basis: TimeBasis::Actual,
        // Tells apart the versions of one key, of which there are none here.
        content: ContentDigest(0),
    };
    let mut cuts = DataCuts::default();
    let subjects: Subjects = (0..PEOPLE)
        .filter_map(|index| {
            let mut events: Vec<Logged> =
                subject_events(&settings, index).into_iter().map(logged).collect();
            events.sort_by(Logged::log_order);
            let views: Vec<EventView> = events.iter().map(EventView::of).collect();
            let folded = fold_subject(&events[0].event.subject, &views, &context)?;
            cuts.take_in(&folded.latest_us);
            Some(folded.facts)
        })
        .collect();
    let cohort =
        Cohort { subjects: &subjects, fold: &fold, analysis: &analysis, vocabulary, cuts: &cuts };
    let populations = Population::all(&cohort);
    (response_by_infusion(&cohort, &populations), first_response(&cohort, &populations))
}

/// Every interval of a curve that rests on enough people, held against the truth.
fn judge(
    judged: &mut Vec<Judged>,
    curve: &'static str,
    table: &Table,
    [n, lo, hi]: [&str; 3],
    truth: &BTreeMap<(String, usize), f64>,
) {
    for row in 0..table.n_rows() {
        let infusion = table.int(row, "infusion").and_then(|k| usize::try_from(k).ok());
        let key = (table.text(row, "route").to_owned(), infusion.expect("a number"));
        let Some(truth) = truth.get(&key).filter(|_| table.text(row, "stratum") == "all") else {
            continue;
        };
        let limits = table.float(row, lo).zip(table.float(row, hi));
        let enough = table.int(row, n).is_some_and(|n| n >= ENOUGH);
        if let Some((lo, hi)) = limits.filter(|_| enough) {
            judged.push(((curve, key.0, key.1), (lo..=hi).contains(truth)));
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "some thousands")]
fn share(judged: &[bool]) -> f64 {
    judged.iter().filter(|holds| **holds).count() as f64 / judged.len() as f64
}

#[test]
fn the_truth_lies_in_ninety_five_of_a_hundred_intervals() {
    let vocabulary = Vocabulary::shipped().expect("the shipped tables");
    let truths = truth(&settings(0)).expect("the true probabilities").response;
    let true_of = |value: fn(&TrueResponse) -> f64| -> BTreeMap<(String, usize), f64> {
        let phq_9 = truths.iter().filter(|row| row.instrument == "phq-9");
        phq_9.map(|row| ((row.route.as_str().to_owned(), row.infusion), value(row))).collect()
    };
    let (after, by) = (true_of(|row| row.response), true_of(|row| row.responded_by));

    let judged: Vec<Judged> = (0..SEEDS)
        .into_par_iter()
        .flat_map_iter(|seed| {
            let (response, firsts) = network(seed, &vocabulary);
            let mut judged = Vec::new();
            let observed = ["n_observed", "response_lo", "response_hi"];
            judge(&mut judged, "observed", &response, observed, &after);
            judge(&mut judged, "kaplan-meier", &firsts, ["at_risk_km", "km_lo", "km_hi"], &by);
            judged
        })
        .collect();
    let mut by_curve: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    let mut by_cell: BTreeMap<_, Vec<bool>> = BTreeMap::new();
    for (cell, holds) in judged {
        by_curve.entry(cell.0).or_default().push(holds);
        by_cell.entry(cell).or_default().push(holds);
    }
    for (curve, holds) in &by_curve {
        assert!((0.93..=0.97).contains(&share(holds)), "{curve}: {}", share(holds));
    }
    // One cell of 200 networks has a standard error of 1.5 of a hundred by chance alone.
    for (cell, holds) in by_cell.iter().filter(|(_, holds)| holds.len() == SEEDS as usize) {
        assert!(share(holds) > 0.89, "{cell:?}: {}", share(holds));
    }
    assert_eq!(by_cell.keys().map(|cell| &cell.1).collect::<BTreeSet<_>>().len(), 4, "routes");
}

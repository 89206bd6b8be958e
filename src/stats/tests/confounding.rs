//! Made-up clinics where who gets which route depends on what also drives response, with the truth
//! known: what adjusting recovers, and what it refuses.

use crate::stats::bootstrap::percentile;
use crate::stats::contrast::{Arm, Contrast};
use crate::stats::design::Design;
use crate::stats::g_computation::standardise;
use crate::stats::overlap::{Refusal, refusals};
use crate::stats::weighting::{Weighted, risks, weigh};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A clinic: severity from 0 to 3, each as frequent.
struct Clinic {
    /// Chance of the first route at each severity.
    of_a: [f64; 4],
    /// Chance of response at each severity in the first route, and in the second.
    response: [[f64; 4]; 2],
}

fn odds(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The ill get the first route, and respond less whatever they get. The first route works better.
fn confounded() -> Clinic {
    let response = |route: f64| [1.0, 0.2, -0.6, -1.4].map(|severity| odds(severity + route));
    Clinic { of_a: [0.2, 0.4, 0.6, 0.8], response: [response(0.5), response(0.0)] }
}

impl Clinic {
    /// The difference if everybody got the one, and everybody the other.
    fn truth(&self) -> f64 {
        let [a, b] = self.response;
        a.iter().zip(b).map(|(a, b)| a - b).sum::<f64>() / 4.0
    }

    /// Draws people: four severities, two routes, responding or not are 16 rows.
    fn draw(&self, people: u32, chance: &mut ChaCha8Rng) -> Vec<u64> {
        let mut counts = vec![0; 16];
        for _ in 0..people {
            let severity = chance.random_range(0..4_usize);
            let route = usize::from(chance.random::<f64>() >= self.of_a[severity]);
            let responds = chance.random::<f64>() < self.response[route][severity];
            counts[severity * 4 + route * 2 + usize::from(responds)] += 1;
        }
        counts
    }
}

/// The 16 rows, with covariates made of severity.
fn contrast<const P: usize>(covariates: impl Fn(usize) -> [f64; P]) -> Contrast {
    let rows: Vec<[f64; P]> = (0..16).map(|row| covariates(row / 4)).collect();
    let arms = (0..16).map(|row| if row / 2 % 2 == 0 { Arm::A } else { Arm::B });
    let outcomes = (0..16).map(|row| row % 2 == 1);
    let design = Design::with_intercept(&rows).expect("rows");
    Contrast::of(design, arms.collect(), outcomes.collect()).expect("sixteen of each")
}

fn dummies(severity: usize) -> [f64; 3] {
    [1, 2, 3].map(|level| if severity == level { 1.0 } else { 0.0 })
}

/// Mean of a sample, and the standard error of it.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = f64::from(u32::try_from(values.len()).expect("few"));
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

#[test]
fn adjusting_recovers_the_truth_where_the_crude_difference_is_wrong() {
    let (clinic, contrast) = (confounded(), contrast(dummies));
    let truth = clinic.truth();
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let (mut crude, mut weighted, mut standardised) = (vec![], vec![], vec![]);
    for _ in 0..400 {
        let counts = clinic.draw(2000, &mut chance);
        crude.push(contrast.crude(&counts).expect("people").difference());
        let found = weigh(&contrast, &counts).expect("scores");
        assert_eq!(refusals(&found), []);
        weighted.push(found.risks.difference());
        standardised.push(standardise(&contrast, &counts).expect("a fit").difference());
    }
    // The first route helps, by a tenth; the crude difference says that it harms.
    assert!(truth > 0.09, "{truth}");
    let (mean, error) = mean_and_error(&crude);
    assert!(mean < -0.05 && truth - mean > 50.0 * error, "{mean} +- {error}");
    for adjusted in [weighted, standardised] {
        let (mean, error) = mean_and_error(&adjusted);
        // Four Monte Carlo errors; one of them is about a thousandth.
        assert!((mean - truth).abs() < 4.0 * error && error < 0.002, "{mean} +- {error}: {truth}");
    }
}

#[test]
fn the_bootstrap_interval_holds_the_truth_about_nineteen_times_in_twenty() {
    let (clinic, contrast) = (confounded(), contrast(dummies));
    let truth = clinic.truth();
    let mut chance = ChaCha8Rng::seed_from_u64(2);
    let networks = 300;
    let mut held = [0_u32; 2];
    for seed in 0..networks {
        let counts = clinic.draw(600, &mut chance);
        let both = |counts: &[u64]| {
            let weighted = risks(&contrast, counts).ok()?.difference();
            Some([weighted, standardise(&contrast, counts).ok()?.difference()])
        };
        let found = percentile(&counts, 400, seed, both).expect("statistics");
        for (held, interval) in held.iter_mut().zip(found.intervals) {
            *held += u32::from(interval.lo <= truth && truth <= interval.hi);
        }
    }
    // 285 expected, standard deviation 3.8; the percentile interval is known to be a little short.
    for held in held {
        assert!((268..=298).contains(&held), "{held} of {networks}");
    }
}

fn weighed<const P: usize>(clinic: &Clinic, covariates: impl Fn(usize) -> [f64; P]) -> Weighted {
    let counts = clinic.draw(40_000, &mut ChaCha8Rng::seed_from_u64(3));
    weigh(&contrast(covariates), &counts).expect("scores")
}

#[test]
fn a_route_that_is_all_but_certain_is_refused() {
    let clinic = Clinic { of_a: [0.01, 0.3, 0.7, 0.99], ..confounded() };
    let found = weighed(&clinic, dummies);
    // Both ends: half of the people.
    assert!((found.at_the_edge - 0.5).abs() < 0.02, "{}", found.at_the_edge);
    assert!(refusals(&found).contains(&Refusal::Edge));
}

#[test]
fn few_people_who_stand_for_many_are_refused() {
    // Inside 0.05 to 0.95 everywhere, and yet one in seventeen of the less ill speaks for them all.
    let clinic = Clinic { of_a: [0.06, 0.06, 0.9, 0.9], ..confounded() };
    let found = weighed(&clinic, dummies);
    assert_eq!(refusals(&found), [Refusal::EffectiveSize]);
    // By hand: 1 / (0.5 / 0.06 + 0.5 / 0.9) of all, of whom 0.48 are in the route.
    let (n, expected) = (40_000.0, 1.0 / (0.5 / 0.06 + 0.5 / 0.9));
    assert!((found.a.effective / n / expected - 1.0).abs() < 0.05, "{}", found.a.effective);
}

#[test]
fn a_model_that_leaves_the_routes_unlike_is_refused() {
    // The least ill get the other route. On the square of severity the model draws a slope instead
    // of that step.
    let clinic = Clinic { of_a: [0.2, 0.8, 0.8, 0.8], ..confounded() };
    assert_eq!(refusals(&weighed(&clinic, dummies)), [], "with a column for each severity");
    let square = |severity| [f64::from(u8::try_from(severity).expect("up to 3")).powi(2)];
    assert_eq!(refusals(&weighed(&clinic, square)), [Refusal::Imbalance { column: 1 }]);
}

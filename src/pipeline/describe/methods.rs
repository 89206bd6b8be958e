//! Every definition a number of the report rests on, with the values used and its reference.

use super::settings::induction;
use crate::course::dose_rules::DOSE_RULES;
use crate::course::settings::FoldSettings;
use crate::curves::blood_pressure::{HIGH, LOW_SATURATION, RISEN};
use crate::curves::item_9::NOT_A_CLINICAL_ALERT;
use crate::curves::settings::{Analysis, Stratum};
use crate::pipeline::plan::Settings;
use crate::report::document::Method;

/// The methods in the order of the report.
#[must_use]
pub fn all(settings: &Settings, analysis: &Analysis) -> Vec<Method> {
    let mut methods = counting(&settings.fold);
    if analysis.strata.contains(&Stratum::BaselineSeverity) {
        methods.push(method(
            "Baseline severity",
            "The severity band of the baseline, by the instrument table below; an instrument without \
             bands has no such stratum.",
            "",
        ));
    }
    methods.extend(completeness());
    methods.extend(data_quality(&settings.fold));
    methods.extend(response());
    methods.extend(cumulative(analysis.horizon));
    methods.extend(comparison(analysis.compare_at));
    methods.extend(safety(&settings.fold));
    methods.extend(disclosure(settings.min_cell));
    methods
}

fn method(name: &str, text: impl Into<String>, reference: &str) -> Method {
    Method { name: name.into(), text: text.into(), reference: reference.into() }
}

/// Who counts, and which score belongs to which infusion.
fn counting(fold: &FoldSettings) -> Vec<Method> {
    let FoldSettings { baseline_max_age_days, course_gap_days, followup_days, .. } = fold;
    vec![
        method(
            "Course",
            format!(
                "A person's completed sessions with no gap above {course_gap_days} whole days and no \
                 recorded end between them. Each person counts once, with the first course in the \
                 store; later courses stand in the stratum course_order alone. A course that began \
                 before the data (first stored session declared maintenance, or numbered above 1) is \
                 left out and counted in the flow. A day is 24 hours; times are UTC."
            ),
            "",
        ),
        method(
            "Infusion number",
            "Completed sessions of the course in time order, from 1, whatever the route calls them. \
             Route and drug of a course are those of session 1; a course with sessions of several \
             routes stands under that route and once more under mixed, which adds to no sum.",
            "",
        ),
        method(
            "Baseline",
            format!(
                "The last score at or before the start of session 1, at most {baseline_max_age_days} \
                 whole days old. Without one a person stands in no response figure. A baseline of 0 \
                 on a scale where lower is better leaves no room to respond and is left out too."
            ),
            "",
        ),
        method(
            "Assessment after infusion k",
            format!(
                "The last score after the start of session k, at or before the start of session k+1, \
                 and at most {followup_days} whole days after session k."
            ),
            "",
        ),
        method(
            "Running course",
            format!(
                "No recorded end, and the last session at most {course_gap_days} days before the data \
                 cut of its source, which is that source's latest session or check-in. Sources \
                 without real dates have no data cut, and none of their courses counts as running."
            ),
            "",
        ),
        method(
            "Phase",
            format!(
                "Induction ends at the first {}, or with a session declared maintenance; a session \
                 declared induction extends it. The level induction repeats the curve on induction \
                 sessions alone.",
                induction(fold.induction)
            ),
            "",
        ),
    ]
}

fn completeness() -> Vec<Method> {
    vec![method(
        "Completeness",
        "People scored, of those due. At the baseline everyone is due whose first course is seen from \
         its start, and scored are those with a baseline. After infusion k everyone is due who \
         received it and has a baseline that leaves room to respond, and scored are those with an \
         assessment after it. The month is that of session 1 for the baseline and of session k \
         otherwise, in UTC, for sources with real dates. A month in which the time to be scored had \
         not passed for everyone when the data end has no share. Intervals are Wilson's.",
        "",
    )]
}

/// What could be used of the data, and which doses are plausible.
fn data_quality(fold: &FoldSettings) -> Vec<Method> {
    let FoldSettings { baseline_max_age_days, followup_days, .. } = fold;
    let ranges: Vec<String> = DOSE_RULES
        .iter()
        .map(|rule| format!("{} {}: {}", rule.drug, rule.route, rule.doses.in_words()))
        .collect();
    let sources: Vec<String> = DOSE_RULES
        .iter()
        .map(|rule| format!("{} {}: {}", rule.drug, rule.route, rule.source))
        .collect();
    vec![
        method(
            "Usable scores",
            format!(
                "A score is usable as the baseline of a course, as the score after an infusion, or as \
                 that of day 28. It is replaced where a later one counts for the same time. It has no \
                 session near it if it is more than {baseline_max_age_days} whole days older than the \
                 first session, more than {followup_days} whole days younger than the session before \
                 it, or of a person who was never treated. A session is without a check-in if none \
                 followed before the next session and within {followup_days} whole days."
            ),
            "",
        ),
        method(
            "Plausible doses",
            format!(
                "Limits included, in mg and in mg/kg as far as the record tells: {}. Any other drug \
                 and route is not checked. The ranges are wide: they find slips of the pen and \
                 treatments of another kind, and judge no prescription.",
                ranges.join("; ")
            ),
            &sources.join(". "),
        ),
    ]
}

/// Rates and changes after each infusion.
fn response() -> Vec<Method> {
    vec![
        method(
            "Response",
            "At least the fall, or the points, of the instrument table below, decided in exact \
             arithmetic: an exact half is a response, 49.9 % is not.",
            "McInnes 2022, doi 10.1016/j.jad.2021.12.097",
        ),
        method(
            "Remission",
            "At or beyond the instrument's line, whatever the baseline, so that remission without \
             response exists. n_above_line counts those observed who began beyond the line, and \
             remitters_above_line those of them in remission.",
            "",
        ),
        method(
            "Three denominators",
            "Observed: everyone scored after infusion k. NRI: everyone enrolled (with a baseline), a \
             missing score is no response; a lower bound. LOCF: the last assessment after any \
             infusion up to k, none is no response. Someone whose course is running and has not come \
             to infusion k is not yet due, and stands in neither part of NRI and LOCF at k.",
            "",
        ),
        method(
            "Interval of a rate",
            "Wilson score interval, 95 %, without continuity correction; z = 1.959963984540054.",
            "Wilson 1927, doi 10.1080/01621459.1927.10502953",
        ),
        method(
            "Interval of a mean change",
            "Student's t, 95 %, n - 1 degrees of freedom; none for a single person. Change is score \
             minus baseline; SDs have n - 1 in the denominator.",
            "Student 1908, doi 10.1093/biomet/6.1.1",
        ),
    ]
}

/// The curves of ever having responded.
fn cumulative(horizon: usize) -> Vec<Method> {
    vec![
        method(
            "Cumulative response",
            format!(
                "Time is the infusion number, up to {horizon}. A person's event is the first response, \
                 at the infusion it follows. L is the last infusion with a score after it, 0 where \
                 there is none. Without a response by then, a course that is over has left at L + 1; a \
                 running course is followed to L and no further."
            ),
            "",
        ),
        method(
            "Cumulative response: stopping ends it",
            "The Aalen-Johansen estimate: leaving competes with response, so that the share who \
             responded, the share who left and the share still waiting add up to 1 at every infusion. \
             Left counts everyone who stopped or was no longer measured; unmeasured is its part from \
             courses that went on beyond their last score. Standard errors come from Greenwood's \
             covariance of the matrix product, 95 % intervals from the log-log scale; there is none \
             at 0 and 1.",
            "Aalen and Johansen 1978, Scand J Stat 5:141-150; Allignol, Schumacher and Beyersmann 2010, \
             doi 10.1002/bimj.200900039; Putter, Fiocco and Geskus 2007, doi 10.1002/sim.2712",
        ),
        method(
            "Cumulative response: if nobody had stopped",
            "One minus the Kaplan-Meier estimate: whoever leaves without a response is followed to \
             L only, and taken to have fared like those who went on. Where people stop because it \
             does not help, this is too high: an upper bound, never below Aalen-Johansen. Whoever was \
             never scored after an infusion is not in it. At one infusion responses come before \
             departures. Greenwood's standard error; 95 % interval on the log-log scale.",
            "Kaplan and Meier 1958, doi 10.1080/01621459.1958.10501452; Greenwood 1926, Reports on \
             Public Health and Medical Subjects 33",
        ),
        method(
            "Half had responded",
            "The median: the first infusion at which the curve is at 0.5 or above. Its limits are the \
             first infusions at which the upper and the lower limit of the curve are. A curve, or \
             limit, that does not come so far has none: not reached.",
            "Brookmeyer and Crowley 1982, doi 10.2307/2530286",
        ),
        method(
            "Mean without a response",
            format!(
                "The restricted mean: infusions out of {horizon} spent without a response, the area \
                 above the Kaplan-Meier curve. Not defined where stopping competes with response."
            ),
            "Royston and Parmar 2013, doi 10.1186/1471-2288-13-152",
        ),
    ]
}

/// What the tables of safety count.
fn safety(fold: &FoldSettings) -> Vec<Method> {
    let FoldSettings { followup_days, .. } = fold;
    let [[risen_systolic, risen_diastolic], [high_systolic, high_diastolic]] = [RISEN, HIGH];
    vec![
        method(
            "Item 9 endorsed",
            format!(
                "In the table item_9: the question about death or self-harm answered with 1 or more. \
                 Counted are those who answered it at the baseline and after infusion k: reduced is \
                 any fall, and resolved among it a fall to 0; increased is any rise, and new among it \
                 a rise from 0. {NOT_A_CLINICAL_ALERT}"
            ),
            "",
        ),
        method(
            "Side effects",
            format!(
                "In the table side_effects: people with their first course, with or without a \
                 baseline. What a session and the check-ins up to the next one, at most \
                 {followup_days} whole days later, tell of an infusion, by the way it was asked for; \
                 asked from a list and told unasked are never added up. Where nobody had an effect, \
                 the exact one-sided 95 % upper limit over people, 1 - 0.05^(1/n)."
            ),
            "Clopper and Pearson 1934, doi 10.1093/biomet/26.4.404",
        ),
        method(
            "Blood pressure",
            format!(
                "In the table blood_pressure: the highest pressure after the start of dosing, less the \
                 one before. Risen is {risen_systolic} mmHg or more systolic or {risen_diastolic} \
                 diastolic; high is {high_systolic} systolic or {high_diastolic} diastolic or more; a \
                 saturation below {LOW_SATURATION} % is low."
            ),
            "doi 10.1080/14740338.2020.1776699, for what is high; the others are conventions",
        ),
    ]
}

/// Routes against each other.
fn comparison(compare_at: usize) -> Vec<Method> {
    vec![
        method(
            "Log-rank test",
            "Whether the times to the first response differ more than chance explains: the responses \
             on each route after each infusion against those expected if all routes shared one curve. \
             One test over all routes, then one for each pair. Whoever leaves is followed to L, as in \
             Kaplan-Meier. The routes other and unknown are in no comparison.",
            "Mantel 1966, Cancer Chemother Rep 50:163-170; Peto and Peto 1972, doi 10.2307/2344317",
        ),
        method(
            "Holm's adjustment",
            "p-values of pairs are adjusted for the number of pairs tested, within an instrument and \
             level, so that the chance of even one false alarm among them stays below the level \
             chosen. The number of tests stands beside them.",
            "Holm 1979, Scand J Stat 6:65-70",
        ),
        method(
            "Difference between routes",
            format!(
                "The response rate of the first route minus that of the second among those scored \
                 after infusion {compare_at}, with Newcombe's 95 % interval (Wilson limits, no \
                 continuity correction). With fewer than 5 people on a side there is none, and no \
                 other infusion stands in. Routes are not randomised."
            ),
            "Newcombe 1998, method 10, doi \
             10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
        ),
        method(
            "Difference among all enrolled",
            format!(
                "The same difference with a missing score as no response (NRI): among all enrolled at \
                 infusion {compare_at}; and at day 28, because the same number of sessions does not \
                 take the same time by every route. At day 28 the last score from day 1 to day 28, at \
                 most 14 days old, counts, among all enrolled at least 28 days before the data cut."
            ),
            "",
        ),
    ]
}

/// What is hidden to protect small groups.
fn disclosure(min_cell: u32) -> Vec<Method> {
    let name = "Small groups";
    let reference = "CMS cell-size suppression policy, resdac.org";
    let Some(highest) = min_cell.checked_sub(1) else {
        let text = "Disclosure control is off (min_cell = 0): every count is shown and nothing is \
                    rounded. Internal, do not share.";
        return vec![method(name, text, reference)];
    };
    let hidden = format!(
        "Counts of 1 to {highest} people are hidden, and with them whatever would give them back: \
         parts whose rest is that small, the larger of two counts whose difference is, rates and \
         intervals computed from a hidden count, and, among counts that add up, as many more as it \
         takes until none follows from the others. Rates are rounded to 2 decimals, means and times \
         to 1, test statistics to 2, p-values to two digits, half to even."
    );
    let gathered = format!(
        "Where 1 to {highest} people responded, or left, at one infusion of a cumulative curve, its \
         step is gathered with the next ones until each count is 0 or at least {min_cell}. The last \
         line of the gathering carries the sums and the estimate, the others are hidden; steps at the \
         end that come to too few join those before. Medians, means and tests come from the gathered \
         curves."
    );
    vec![method(name, hidden, reference), method("Gathered steps", gathered, "")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::describe;
    use crate::pipeline::plan::{Overrides, Plan};

    fn settings(min_cell: u32) -> Settings {
        let plan = Plan::resolve(&Overrides::default()).expect("the defaults resolve");
        Settings { min_cell, ..plan.settings }
    }

    #[test]
    fn every_method_is_named_once_and_says_something() {
        let settings = settings(11);
        let methods = all(&settings, &settings.analysis);
        for method in &methods {
            assert_eq!(methods.iter().filter(|other| other.name == method.name).count(), 1);
            assert!(method.text.ends_with('.') && !method.text.contains("  "), "{}", method.text);
        }
    }

    #[test]
    fn values_of_the_settings_stand_in_the_words() {
        let mut settings = settings(5);
        settings.analysis.compare_at = 4;
        settings.fold.followup_days = 10;
        let text: String =
            all(&settings, &settings.analysis).into_iter().map(|method| method.text).collect();
        for expected in [
            "those scored after infusion 4",
            "at most 10 whole days after session k",
            "Counts of 1 to 4 people are hidden",
            "until each count is 0 or at least 5",
        ] {
            assert!(text.contains(expected), "{expected}");
        }
        let listed = describe::settings::all(&settings, &settings.analysis);
        assert!(listed.iter().any(|setting| setting.key == "compare_at" && setting.value == "4"));
    }

    #[test]
    fn an_internal_run_gathers_nothing() {
        let settings = settings(0);
        let methods = all(&settings, &settings.analysis);
        assert!(methods.iter().all(|method| method.name != "Gathered steps"));
        assert!(methods.iter().any(|method| method.text.contains("Internal, do not share")));
    }
}

//! Made-up tables for the tests of the report, as if they had passed disclosure control.

use crate::curves::disclose::DisclosedTables;
use crate::privacy::disclosed::Disclosed;
use crate::table::ColumnType::{Bool, Float, Int, Text};
use crate::table::{Cell, ColumnType, Table};

/// No value.
const NA: Cell = Cell::Na;

/// A table under construction: its columns, then those at the end of every estimate table.
struct Rows(Table);

impl Rows {
    fn new(name: &str, columns: &[(&str, ColumnType)]) -> Self {
        let end =
            [("suppressed", Bool), ("hidden", Text), ("na_reason", Text), ("disclosure", Text)];
        let columns: Vec<(&str, ColumnType)> = columns.iter().copied().chain(end).collect();
        Self(Table::new(name, &columns))
    }

    /// A row by its codes, its numbers, what is hidden and why the rest has no value.
    fn row<const N: usize>(
        &mut self,
        codes: [&str; N],
        numbers: impl IntoIterator<Item = Cell>,
        [hidden, na_reason]: [&str; 2],
    ) {
        let mut row: Vec<Cell> = codes.into_iter().map(Cell::from).collect();
        row.extend(numbers);
        row.extend([
            (!hidden.is_empty()).into(),
            hidden.into(),
            na_reason.into(),
            "min-cell-11".into(),
        ]);
        assert_eq!(row.len(), self.0.columns().len());
        self.0.push(row);
    }

    fn done(self) -> Disclosed<Table> {
        Disclosed::for_tests(self.0)
    }
}

fn ints<const N: usize>(numbers: [i64; N]) -> impl Iterator<Item = Cell> {
    numbers.into_iter().map(Cell::from)
}

fn floats<const N: usize>(numbers: [f64; N]) -> impl Iterator<Item = Cell> {
    numbers.into_iter().map(Cell::from)
}

/// `completeness`: two sites, two months, a hidden and an open cell.
pub(super) fn completeness() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "completeness",
        &[
            ("instrument", Text),
            ("site", Text),
            ("route", Text),
            ("month", Text),
            ("time_point", Text),
            ("n_due", Int),
            ("n_scored", Int),
            ("share", Float),
            ("lo", Float),
            ("hi", Float),
        ],
    );
    let mut shown = |axes: [&str; 3], point: &str, counts: [i64; 2], share: f64| {
        let [site, route, month] = axes;
        let numbers = ints(counts).chain(floats([share, share - 0.04, share + 0.04]));
        rows.row(["phq-9", site, route, month, point], numbers, ["", ""]);
    };
    shown(["all", "all", "all"], "baseline", [450, 410], 0.91);
    shown(["all", "all", "all"], "infusion-1", [410, 369], 0.9);
    shown(["/synthetic/site-01", "all", "all"], "baseline", [300, 280], 0.93);
    shown(["all", "all", "2025-01"], "baseline", [240, 228], 0.95);
    shown(["all", "intravenous", "all"], "baseline", [260, 245], 0.94);
    let hidden = ["n_due;n_scored;share;lo;hi", ""];
    let nothing = [NA, NA, NA, NA, NA];
    let key = ["phq-9", "/synthetic/site-01", "all", "all", "infusion-1"];
    rows.row(key, nothing.clone(), hidden);
    let open = ["", "share=window-open;lo=window-open;hi=window-open"];
    let counts = ints([170, 12]).chain([NA, NA, NA]);
    rows.row(["phq-9", "all", "all", "2025-02", "infusion-1"], counts, open);
    rows.done()
}

/// `cumulative_response`: two infusions on two routes, the first step of one gathered.
pub(super) fn cumulative() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "cumulative_response",
        &[
            ("instrument", Text),
            ("stratum", Text),
            ("level", Text),
            ("route", Text),
            ("estimator", Text),
            ("infusion", Int),
            ("n_at_risk", Int),
            ("events", Int),
            ("stopped", Int),
            ("estimate", Float),
            ("se", Float),
            ("lo", Float),
            ("hi", Float),
            ("stopped_estimate", Float),
            ("unmeasured_estimate", Float),
        ],
    );
    let censored = "stopped=censored;stopped_estimate=censored;unmeasured_estimate=censored";
    let mut curve = |keys: [&str; 3], infusion: i64, at_risk: [i64; 2], rates: [f64; 2]| {
        let [stratum, level, route] = keys;
        let [aj, km] = rates;
        let numbers = ints([infusion, at_risk[0], 80, 14]).chain(floats([
            aj,
            0.03,
            aj - 0.06,
            aj + 0.06,
            0.05,
            0.02,
        ]));
        rows.row(["phq-9", stratum, level, route, "aalen-johansen"], numbers, ["", ""]);
        let numbers = ints([infusion, at_risk[1], 80]).chain([NA]).chain(floats([
            km,
            0.03,
            km - 0.06,
            km + 0.06,
        ]));
        let key = ["phq-9", stratum, level, route, "kaplan-meier"];
        rows.row(key, numbers.chain([NA, NA]), ["", censored]);
    };
    curve(["all", "all", "intravenous"], 1, [245, 240], [0.33, 0.34]);
    curve(["all", "all", "intravenous"], 2, [151, 146], [0.52, 0.55]);
    curve(["indication", "mdd", "all"], 2, [170, 165], [0.47, 0.5]);
    curve(["all", "all", "intranasal"], 2, [165, 160], [0.41, 0.44]);
    let numbers = ints([1]).chain(std::iter::repeat_n(NA, 9));
    let hidden = "n_at_risk;events;stopped;estimate;se;lo;hi;stopped_estimate;unmeasured_estimate";
    let key = ["phq-9", "all", "all", "intranasal", "aalen-johansen"];
    rows.row(key, numbers, [hidden, ""]);
    rows.done()
}

/// `time_to_response`: reached, without an upper limit, hidden, not reached.
pub(super) fn time_to_response() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "time_to_response",
        &[
            ("instrument", Text),
            ("stratum", Text),
            ("level", Text),
            ("route", Text),
            ("estimator", Text),
            ("n", Int),
            ("responders", Int),
            ("median", Int),
            ("median_lo", Int),
            ("median_hi", Int),
            ("rmst", Float),
            ("rmst_se", Float),
            ("horizon", Int),
        ],
    );
    let competing = "rmst=competing;rmst_se=competing";
    let mut pair = |keys: [&str; 3], counts: [i64; 2], medians: [[Cell; 3]; 2], why: &str| {
        let [stratum, level, route] = keys;
        for (estimator, median) in ["aalen-johansen", "kaplan-meier"].into_iter().zip(medians) {
            let hidden = if median[0] == NA && why.is_empty() { "median" } else { "" };
            let is_competing = estimator == "aalen-johansen";
            let mean = if is_competing { [NA, NA] } else { [2.6.into(), 0.1.into()] };
            let mut reasons: Vec<&str> = vec![why];
            reasons.extend(is_competing.then_some(competing));
            reasons.retain(|reason| !reason.is_empty());
            let numbers = ints(counts).chain(median).chain(mean).chain([8_i64.into()]);
            let key = ["phq-9", stratum, level, route, estimator];
            rows.row(key, numbers, [hidden, &reasons.join(";")]);
        }
    };
    let median = |values: [i64; 3]| values.map(Cell::from);
    let no_end = |values: [i64; 2]| [values[0].into(), values[1].into(), NA];
    let counts = [245, 160];
    let reached = [median([3, 2, 4]), median([2, 2, 3])];
    pair(["all", "all", "intravenous"], counts, reached, "");
    let late = [no_end([5, 4]), median([4, 3, 6])];
    pair(["all", "all", "intranasal"], [165, 80], late, "median_hi=not-reached");
    pair(["all", "all", "all"], [410, 240], [[NA, NA, NA], [NA, NA, NA]], "");
    let never = [[NA, 4_i64.into(), NA], [NA, NA, NA]];
    pair(
        ["indication", "mdd", "all"],
        [200, 90],
        never,
        "median=not-reached;median_lo=not-reached;median_hi=not-reached",
    );
    rows.done()
}

/// `comparison`: a pair with everything, a pair with too few, the test over all, and a level.
pub(super) fn comparison() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "comparison",
        &[
            ("instrument", Text),
            ("stratum", Text),
            ("level", Text),
            ("route_a", Text),
            ("route_b", Text),
            ("infusion", Int),
            ("n_a", Int),
            ("n_b", Int),
            ("logrank_chisq", Float),
            ("logrank_df", Int),
            ("logrank_p", Float),
            ("logrank_p_holm", Float),
            ("n_tests", Int),
            ("difference", Float),
            ("difference_lo", Float),
            ("difference_hi", Float),
            ("n_a_nri", Int),
            ("n_b_nri", Int),
            ("difference_nri", Float),
            ("difference_nri_lo", Float),
            ("difference_nri_hi", Float),
            ("n_a_day28", Int),
            ("n_b_day28", Int),
            ("difference_day28", Float),
            ("difference_day28_lo", Float),
            ("difference_day28_hi", Float),
        ],
    );
    let limits = |value: f64| floats([value, value - 0.09, value + 0.09]);
    let mut pair = |keys: [&str; 4], observed: Option<f64>| {
        let [stratum, level, a, b] = keys;
        let difference: Vec<Cell> =
            observed.map_or(vec![NA, NA, NA], |value| limits(value).collect());
        let few = "difference=few-reach;difference_lo=few-reach;difference_hi=few-reach";
        let why = if observed.is_some() { "" } else { few };
        let numbers = ints([6, 190, if observed.is_some() { 120 } else { 0 }])
            .chain([7.9.into(), 1_i64.into(), 0.0049.into(), 0.015.into(), 3_i64.into()])
            .chain(difference)
            .chain(ints([240, 165]))
            .chain(limits(0.08))
            .chain(ints([236, 160]))
            .chain(limits(-0.02));
        rows.row(["phq-9", stratum, level, a, b], numbers, ["", why]);
    };
    pair(["all", "all", "intravenous", "intranasal"], Some(0.12));
    pair(["all", "all", "intravenous", "oral"], None);
    pair(["indication", "mdd", "intravenous", "intranasal"], Some(0.1));
    let joint = [6_i64.into(), NA, NA, 12.34.into(), 2_i64.into(), 0.0021.into(), NA, 1_i64.into()];
    let numbers = joint.into_iter().chain(std::iter::repeat_n(NA, 13));
    rows.row(["phq-9", "all", "all", "all", "all"], numbers, ["", "difference=k-sample"]);
    rows.done()
}

/// `data_quality`: an instrument at all sources and at one whose total is hidden, and sessions by
/// route.
pub(super) fn data_quality() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "data_quality",
        &[
            ("instrument", Text),
            ("route", Text),
            ("site", Text),
            ("check", Text),
            ("meaning", Text),
            ("n", Int),
            ("whole", Text),
            ("share", Float),
        ],
    );
    let mut row = |place: [&str; 3], check: &str, n: Option<i64>, share: f64| {
        let [instrument, route, site] = place;
        let key = [instrument, route, site, check, "a meaning"];
        let share = n.map_or(NA, |_| share.into());
        let hidden = if n.is_some() { "" } else { "n;share" };
        rows.row(key, [n.into(), "whole".into(), share], [hidden, ""]);
    };
    let all = ["phq-9", "all", "all"];
    row(all, "scores-found", Some(5173), 1.0);
    row(all, "scores-usable", Some(4812), 0.93);
    row(all, "score-replaced", Some(300), 0.06);
    row(all, "score-retracted", Some(0), 0.0);
    let one = ["phq-9", "all", "/synthetic/site-01"];
    row(one, "scores-found", None, 1.0);
    row(one, "scores-usable", Some(1801), 0.9);
    row(one, "score-replaced", Some(120), 0.06);
    row(one, "score-retracted", Some(0), 0.0);
    let sessions = ["all", "all", "all"];
    row(sessions, "sessions-found", Some(1402), 1.0);
    row(sessions, "sessions-counted", Some(1402), 1.0);
    row(sessions, "sessions-due", Some(1390), 0.99);
    row(sessions, "session-without-checkin", Some(139), 0.1);
    let vein = ["all", "intravenous", "all"];
    row(vein, "sessions-found", Some(900), 1.0);
    row(vein, "session-without-checkin", None, 0.0);
    rows.done()
}

/// Every table without a row.
pub(super) fn empty() -> DisclosedTables {
    DisclosedTables::read(|name| Ok::<_, ()>(Disclosed::for_tests(Table::new(name, &[]))))
        .expect("no table fails")
}

/// `durability`: of 160 responders 71 % after 28 days; later ones are hidden.
pub(super) fn durability() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "durability",
        &[
            ("instrument", Text),
            ("stratum", Text),
            ("level", Text),
            ("route", Text),
            ("start", Text),
            ("clock", Text),
            ("time", Int),
            ("n", Int),
            ("n_at_risk", Int),
            ("losses", Int),
            ("treated_again", Int),
            ("estimate", Float),
            ("lo", Float),
            ("hi", Float),
        ],
    );
    let keys = ["phq-9", "all", "all", "all", "first-response", "days"];
    let shown = ints([28, 160, 150, 40, 0]).chain(floats([0.71, 0.64, 0.77]));
    rows.row(keys, shown, ["", ""]);
    let hidden = ints([56, 160]).chain([NA, NA]).chain(ints([0])).chain([NA, NA, NA]);
    rows.row(keys, hidden, ["n_at_risk;losses;estimate;lo;hi", ""]);
    rows.done()
}

/// `side_effects`: 400 people asked from a list, 256 with any.
pub(super) fn side_effects() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "side_effects",
        &[
            ("route", Text),
            ("capture", Text),
            ("term", Text),
            ("infusion", Int),
            ("n_persons", Int),
            ("persons_with", Int),
            ("share", Float),
            ("lo", Float),
            ("hi", Float),
            ("upper_if_none", Float),
        ],
    );
    let any = ints([0, 400, 256]).chain(floats([0.64, 0.6, 0.68])).chain([NA]);
    rows.row(["all", "structured", "any"], any, ["", "upper_if_none=seen"]);
    let none = ints([0, 400, 0]).chain(floats([0.0, 0.0, 0.01, 0.01]));
    rows.row(["all", "structured", "cystitis"], none, ["", ""]);
    rows.done()
}

/// `adjusted_comparison`: a pair that can be compared, and one that is refused.
pub(super) fn adjusted() -> Disclosed<Table> {
    let mut rows = Rows::new(
        "adjusted_comparison",
        &[
            ("instrument", Text),
            ("route_a", Text),
            ("route_b", Text),
            ("outcome", Text),
            ("refused", Text),
            ("most_unlike", Text),
            ("infusion", Int),
            ("n_a", Int),
            ("n_b", Int),
            ("crude_difference", Float),
            ("weighted_difference", Float),
            ("weighted_lo", Float),
            ("weighted_hi", Float),
        ],
    );
    let keys =
        |other, refused| ["phq-9", "intravenous", other, "nri-at-infusion", refused, "age_band"];
    let compared = ints([6, 240, 165]).chain(floats([0.08, 0.06, -0.03, 0.15]));
    rows.row(keys("intranasal", ""), compared, ["", ""]);
    let refused = ints([6, 240, 60]).chain(floats([0.2])).chain([NA, NA, NA]);
    let why = "weighted_difference=refused;weighted_lo=refused;weighted_hi=refused";
    rows.row(keys("oral", "imbalance"), refused, ["", why]);
    rows.done()
}

/// `cohort_flow`: five steps, one of them hidden.
pub(super) fn flow() -> Disclosed<Table> {
    let mut table = Table::new(
        "cohort_flow",
        &[
            ("instrument", ColumnType::Text),
            ("route", ColumnType::Text),
            ("step", ColumnType::Text),
            ("n_subjects", ColumnType::Int),
            ("lost", ColumnType::Int),
            ("why", ColumnType::Text),
            ("hidden", ColumnType::Text),
            ("na_reason", ColumnType::Text),
        ],
    );
    let mut push = |route: &str, step: &str, n: Cell, lost: Cell, why: &str, hidden: &str| {
        table.push(vec![
            "phq-9".into(),
            route.into(),
            step.into(),
            n,
            lost,
            why.into(),
            hidden.into(),
            "".into(),
        ]);
    };
    push("all", "known", 500_i64.into(), Cell::Na, "", "");
    push("all", "treated", 450_i64.into(), 50_i64.into(), "never-treated", "");
    push("all", "with-baseline", Cell::Na, Cell::Na, "no-baseline", "n_subjects;lost");
    push("all", "scored-after-treatment", 369_i64.into(), 41_i64.into(), "no-score", "");
    push("intravenous", "treated", 260_i64.into(), Cell::Na, "", "");
    Disclosed::for_tests(table)
}

/// `anomalies`: one kind.
pub(super) fn anomalies() -> Disclosed<Table> {
    let mut table = Table::new(
        "anomalies",
        &[
            ("anomaly", ColumnType::Text),
            ("meaning", ColumnType::Text),
            ("n_events", ColumnType::Int),
            ("n_subjects", ColumnType::Int),
            ("hidden", ColumnType::Text),
        ],
    );
    let meaning = "the site counts its sessions otherwise";
    table.push(vec![
        "session-number-differs".into(),
        meaning.into(),
        31_i64.into(),
        14_i64.into(),
        "".into(),
    ]);
    Disclosed::for_tests(table)
}

/// `rejections`: an address in a file whose name needs escaping.
pub(super) fn rejections() -> Table {
    let mut table = Table::new(
        "rejections",
        &[("source", ColumnType::Text), ("reason", ColumnType::Text), ("records", ColumnType::Int)],
    );
    table.push(vec!["clinic/<a>.ndjson".into(), "identifier-email".into(), 5_i64.into()]);
    table
}

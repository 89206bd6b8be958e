//! A made-up response table for the tests of charts and report, and what a figure draws.

use super::bar_chart::BarChart;
use super::dot_plot::DotPlot;
use super::figure::{Figure, Plot};
use super::heat_map::HeatMap;
use super::line_chart::LineChart;
use crate::privacy::disclosed::Disclosed;
use crate::table::{Cell, ColumnType, Table};

/// The columns of `response_by_infusion` after disclosure control.
const COLUMNS: &[(&str, ColumnType)] = &[
    ("instrument", ColumnType::Text),
    ("stratum", ColumnType::Text),
    ("level", ColumnType::Text),
    ("route", ColumnType::Text),
    ("infusion", ColumnType::Int),
    ("n_treated", ColumnType::Int),
    ("n_observed", ColumnType::Int),
    ("mean_score", ColumnType::Float),
    ("mean_change", ColumnType::Float),
    ("change_sd", ColumnType::Float),
    ("change_lo", ColumnType::Float),
    ("change_hi", ColumnType::Float),
    ("responders", ColumnType::Int),
    ("response_rate", ColumnType::Float),
    ("response_lo", ColumnType::Float),
    ("response_hi", ColumnType::Float),
    ("remitters", ColumnType::Int),
    ("remission_rate", ColumnType::Float),
    ("remission_lo", ColumnType::Float),
    ("remission_hi", ColumnType::Float),
    ("n_above_line", ColumnType::Int),
    ("remitters_above_line", ColumnType::Int),
    ("n_enrolled", ColumnType::Int),
    ("n_not_due", ColumnType::Int),
    ("responders_nri", ColumnType::Int),
    ("response_rate_nri", ColumnType::Float),
    ("responders_locf", ColumnType::Int),
    ("response_rate_locf", ColumnType::Float),
    ("suppressed", ColumnType::Bool),
    ("hidden", ColumnType::Text),
    ("na_reason", ColumnType::Text),
    ("disclosure", ColumnType::Text),
];

/// A response table under construction.
pub(crate) struct Response(Table);

impl Response {
    /// Without rows.
    pub(crate) fn new() -> Self {
        Self(Table::new("response_by_infusion", COLUMNS))
    }

    /// A row where everything is known: `observed` scored of `enrolled`, `rate` responded.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a fixture")]
    pub(crate) fn shown(
        self,
        [instrument, stratum, level, route]: [&str; 4],
        infusion: i64,
        [observed, enrolled]: [i64; 2],
        rate: f64,
    ) -> Self {
        let two = |value: f64| (value * 100.0).round() / 100.0;
        let size = observed as f64;
        let (centre, reach) = (
            (rate + 1.92 / size) / (1.0 + 3.84 / size),
            1.96 * (rate * (1.0 - rate) / size + 0.96 / (size * size)).sqrt() / (1.0 + 3.84 / size),
        );
        let count = |share: f64| (share * size).round() as i64;
        let change = -((rate * 160.0).round() / 10.0);
        self.row(vec![
            instrument.into(),
            stratum.into(),
            level.into(),
            route.into(),
            infusion.into(),
            (observed + 12).into(),
            observed.into(),
            (18.0 + change).into(),
            change.into(),
            6.1.into(),
            (change - 1.2).into(),
            (change + 1.2).into(),
            count(rate).into(),
            two(rate).into(),
            two(centre - reach).into(),
            two(centre + reach).into(),
            count(rate * 0.5).into(),
            two(rate * 0.5).into(),
            two((centre - reach) * 0.5).into(),
            two((centre + reach) * 0.5).into(),
            observed.into(),
            count(rate * 0.5).into(),
            enrolled.into(),
            0_i64.into(),
            count(rate).into(),
            two(rate * size / enrolled as f64).into(),
            count(rate).into(),
            two(rate * size / enrolled as f64 + 0.02).into(),
            false.into(),
            "".into(),
            "".into(),
            "min-cell-11".into(),
        ])
    }

    /// A row where too few were scored: everything but the enrolled is hidden.
    pub(crate) fn hidden(self, keys: [&str; 4], infusion: i64, enrolled: i64) -> Self {
        let hidden: Vec<&str> = COLUMNS[5..22]
            .iter()
            .chain(&COLUMNS[24..28])
            .map(|(name, _)| *name)
            .filter(|name| *name != "n_treated")
            .collect();
        self.sparse(keys, infusion, [Cell::Int(40), Cell::Na, Cell::Int(enrolled)], &hidden, "")
    }

    /// A row where nobody was scored.
    pub(crate) fn nobody(self, keys: [&str; 4], infusion: i64, enrolled: i64) -> Self {
        let reasons: Vec<String> =
            COLUMNS[7..20].iter().map(|(name, _)| format!("{name}=nobody")).collect();
        let counts = [Cell::Int(0), Cell::Int(0), Cell::Int(enrolled)];
        self.sparse(keys, infusion, counts, &[], &reasons.join(";"))
    }

    fn sparse(
        self,
        [instrument, stratum, level, route]: [&str; 4],
        infusion: i64,
        [treated, observed, enrolled]: [Cell; 3],
        hidden: &[&str],
        na_reason: &str,
    ) -> Self {
        let mut row: Vec<Cell> =
            vec![instrument.into(), stratum.into(), level.into(), route.into(), infusion.into()];
        row.extend([treated, observed]);
        row.extend(std::iter::repeat_n(Cell::Na, 15));
        row.extend([enrolled, 0_i64.into(), Cell::Na, Cell::Na, Cell::Na, Cell::Na]);
        row.extend([(!hidden.is_empty()).into(), hidden.join(";").into(), na_reason.into()]);
        row.push("min-cell-11".into());
        self.row(row)
    }

    fn row(mut self, cells: Vec<Cell>) -> Self {
        assert_eq!(cells.len(), COLUMNS.len());
        self.0.push(cells);
        self
    }

    /// The table as if it had passed disclosure control.
    pub(crate) fn done(self) -> Disclosed<Table> {
        Disclosed::for_tests(self.0)
    }
}

/// The line chart of a figure that has one.
pub(crate) fn lines(figure: &Figure) -> &LineChart {
    let Plot::Lines(chart) = &figure.plot else { panic!("a line chart") };
    chart
}

/// The heat map of a figure that has one.
pub(crate) fn heat_map(figure: &Figure) -> &HeatMap {
    let Plot::HeatMap(map) = &figure.plot else { panic!("a heat map") };
    map
}

/// The dot plot of a figure that has one.
pub(crate) fn dots(figure: &Figure) -> &DotPlot {
    let Plot::Dots(plot) = &figure.plot else { panic!("a dot plot") };
    plot
}

/// The bar chart of a figure that has one.
pub(crate) fn bars(figure: &Figure) -> &BarChart {
    let Plot::Bars(chart) = &figure.plot else { panic!("a bar chart") };
    chart
}

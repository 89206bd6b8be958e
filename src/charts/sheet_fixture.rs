//! Made-up tables for the tests of charts, written as text, and figures written as text to compare.

use super::figure::{Figure, Plot};
use crate::privacy::disclosed::Disclosed;
use crate::table::{Cell, ColumnType, Table};
use std::fmt::Write as _;

/// A table as if it had passed disclosure control. A head is a name and the first letter of its
/// type (`n:int`); cells stand between spaces, `NA` where there is none, `.` for an empty text.
pub(crate) fn sheet(name: &str, heads: &str, rows: &str) -> Disclosed<Table> {
    let columns: Vec<(&str, ColumnType)> = heads
        .split_whitespace()
        .map(|head| {
            let (name, kind) = head.split_once(':').expect("a name and a type");
            let kind = match kind {
                "text" => ColumnType::Text,
                "int" => ColumnType::Int,
                "float" => ColumnType::Float,
                other => panic!("no type {other}"),
            };
            (name, kind)
        })
        .collect();
    let mut table = Table::new(name, &columns);
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let texts: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(texts.len(), columns.len(), "{row}");
        let cell = |(text, (_, kind)): (&&str, &(&str, ColumnType))| match (*text, kind) {
            ("NA", _) => Cell::Na,
            (".", ColumnType::Text) => "".into(),
            (text, ColumnType::Text) => text.into(),
            (text, ColumnType::Int) => text.parse::<i64>().expect("a whole number").into(),
            (text, _) => text.parse::<f64>().expect("a number").into(),
        };
        table.push(texts.iter().zip(&columns).map(cell).collect());
    }
    Disclosed::for_tests(table)
}

/// A figure as text: its words, then everything that it draws as it is read out.
pub(crate) fn told(figure: &Figure) -> String {
    let mut text = String::new();
    let words = [
        ("title", &figure.title),
        ("subtitle", &figure.subtitle),
        ("finding", &figure.finding),
        ("alt", &figure.alt),
    ];
    let _ = writeln!(text, "{} from {}", figure.name, figure.table);
    for (what, words) in words {
        let _ = writeln!(text, "{what}: {words}");
    }
    for note in &figure.notes {
        let _ = writeln!(text, "note: {note}");
    }
    match &figure.plot {
        Plot::Lines(chart) => {
            let _ = writeln!(text, "across: {} {}", chart.x_label, chart.x_ticks.join(" "));
            let _ = writeln!(text, "up: {} {} to {}", chart.y.label, chart.y.from, chart.y.to);
            for series in &chart.series {
                let numbers: Vec<String> = series.numbers.iter().map(|n| n.text()).collect();
                let _ = writeln!(text, "{}: {}", series.label, numbers.join(" | "));
                for readout in &series.readouts {
                    let _ = writeln!(text, "  {readout}");
                }
            }
        }
        Plot::HeatMap(map) => {
            for readout in map.rows.iter().flat_map(|row| &row.cells).map(|cell| &cell.readout) {
                let _ = writeln!(text, "  {readout}");
            }
        }
        Plot::Dots(plot) => {
            let _ = writeln!(text, "across: {} {} to {}", plot.x.label, plot.x.from, plot.x.to);
            if let Some(reference) = &plot.reference {
                let _ = writeln!(text, "reference: {} at {}", reference.text, reference.at);
            }
            for group in &plot.groups {
                let _ = writeln!(text, "{}", group.heading);
                for row in &group.rows {
                    let _ = writeln!(text, "  {}", row.label);
                    for dot in row.panels.iter().flatten() {
                        let _ = writeln!(text, "    {} <- {}", dot.text, dot.readout);
                    }
                }
            }
        }
        Plot::Bars(chart) => {
            for group in &chart.groups {
                for bar in &group.bars {
                    let _ =
                        writeln!(text, "{} {} of {}", group.heading, bar.label, bar.whole.text());
                    for part in &bar.parts {
                        let _ = writeln!(text, "  {} <- {}", part.number.text(), part.readout);
                    }
                }
            }
        }
    }
    text.replace('\u{a0}', "~")
}

//! The words of every kind of figure hold no number but those that its table shows, and its files
//! are the same, byte for byte, however many threads draw.
//!
//! The witness is a plain reading of the disclosed table: each number in a title, a caption, a text
//! alternative, a note, a read-out and the picture itself must be a cell of it as printed, or stand
//! on an axis or in the definition of the measure.

use crate::disclosure::{Network, networks};
use crate::harness::workspace::{Workspace, assert_same};
use afterdose::charts::draw::svg;
use afterdose::charts::figure::{Figure, Plot};
use afterdose::charts::frame::Place;
use afterdose::charts::marking::Marking;
use afterdose::charts::{
    at_session, completeness, cumulative_response, durability, forest, go_on, onset,
    remission_rate, route_comparison, severity_shift, side_effects, time_on_treatment,
};
use afterdose::event::vocabulary::Vocabulary;
use afterdose::pipeline::figures::Figures;
use afterdose::privacy::disclosed::Disclosed;
use afterdose::table::{Cell, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers in a text that are not part of a word, such as `PHQ-9`, or of a band, such as `10-14`.
fn numbers(text: &str) -> BTreeSet<String> {
    let text = text.replace(['\u{a0}', '\u{2013}'], " ").replace('\u{2212}', "-");
    let words = text.split(|c: char| c.is_whitespace() || "();:".contains(c));
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_ascii_digit()).replace(',', ""));
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit() || c == '.');
    words.filter(|word| !word.is_empty() && is_number(word)).collect()
}

/// Every way in which a cell may be printed.
fn printed(cell: &Cell) -> Vec<String> {
    match cell {
        Cell::Int(value) => {
            // Hours stand in days where they are whole ones.
            let days = (value % 24 == 0).then(|| (value / 24).to_string());
            std::iter::once(value.abs().to_string()).chain(days).collect()
        }
        Cell::Float(value) => {
            let percent = format!("{:.0}", value.abs() * 100.0);
            vec![percent, format!("{:.1}", value.abs())]
        }
        Cell::Text(text) => numbers(text).into_iter().collect(),
        Cell::Bool(_) | Cell::Na => Vec::new(),
    }
}

fn allowed(figure: &Figure, tables: &[&Table]) -> BTreeSet<String> {
    let mut allowed: BTreeSet<String> = ["0", "95", "100"].map(str::to_owned).into();
    allowed.extend(numbers(&figure.subtitle));
    let axes = match &figure.plot {
        Plot::Lines(chart) => [&chart.y].to_vec(),
        Plot::Dots(plot) => [&plot.x].to_vec(),
        Plot::HeatMap(_) | Plot::Bars(_) => Vec::new(),
    };
    if let Plot::Lines(chart) = &figure.plot {
        allowed.extend(numbers(&chart.x_label));
    }
    allowed.extend(axes.iter().flat_map(|axis| &axis.ticks).flat_map(|tick| numbers(&tick.text)));
    for table in tables {
        for row in 0..table.n_rows() {
            let is_of = table.position("instrument").is_none()
                || [figure.instrument.as_str(), "all"].contains(&table.text(row, "instrument"));
            let is_whole = table.position("stratum").is_none()
                || table.text(row, "stratum") == "all"
                || figure.name.starts_with("forest");
            if is_of && is_whole {
                let cells = table.columns().iter().map(|column| column.cell(row));
                allowed.extend(cells.flat_map(|cell| printed(&cell)));
            }
        }
    }
    allowed
}

fn readouts(figure: &Figure) -> Vec<String> {
    match &figure.plot {
        Plot::Lines(chart) => {
            chart.series.iter().flat_map(|series| series.readouts.clone()).collect()
        }
        Plot::HeatMap(map) => {
            map.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.readout.clone()).collect()
        }
        Plot::Dots(plot) => plot
            .groups
            .iter()
            .flat_map(|group| &group.rows)
            .flat_map(|row| row.panels.iter().flatten())
            .map(|dot| dot.readout.clone())
            .collect(),
        Plot::Bars(chart) => chart
            .groups
            .iter()
            .flat_map(|group| &group.bars)
            .flat_map(|bar| &bar.parts)
            .map(|part| part.readout.clone())
            .collect(),
    }
}

fn check(figure: &Figure, tables: &[&Table]) {
    let allowed = allowed(figure, tables);
    let tag = regex::Regex::new("<[^>]*>").expect("a pattern");
    let mut texts = readouts(figure);
    for place in [Place::File, Place::Page, Place::NarrowPage] {
        let picture = svg(figure, place);
        texts.push(tag.replace_all(&picture, " ").into_owned());
    }
    texts.extend([&figure.title, &figure.finding, &figure.alt].map(String::clone));
    texts.extend(figure.notes.clone());
    for text in texts {
        for number in numbers(&text) {
            assert!(allowed.contains(&number), "{}: {number} in: {text}", figure.name);
        }
    }
}

/// Every figure of a network, with the tables it is drawn from.
fn figures<'a>(network: &'a Network) -> Vec<(Figure, Vec<&'a Table>)> {
    let instruments = Vocabulary::shipped().expect("the shipped vocabulary reads").instruments;
    let tables = &network.tables;
    let marking = Marking::default();
    let mut all = Vec::new();
    let mut add = |figures: Vec<Figure>, tables: &[&'a Disclosed<Table>]| {
        let tables: Vec<&Table> = tables.iter().map(|table| table.get()).collect();
        all.extend(figures.into_iter().map(|figure| (figure, tables.clone())));
    };
    let response = &tables.response;
    add(remission_rate::figures(response, &instruments, marking), &[response]);
    add(forest::figures(response, &instruments, marking), &[response]);
    let (cumulative, times) = (&tables.cumulative, &tables.time_to_response);
    add(
        cumulative_response::figures(cumulative, times, &instruments, marking),
        &[cumulative, times],
    );
    add(
        completeness::figures(&tables.completeness, &instruments, marking),
        &[&tables.completeness],
    );
    add(onset::figures(&tables.onset, &instruments, marking), &[&tables.onset]);
    add(durability::figures(&tables.durability, &instruments, marking), &[&tables.durability]);
    let staying = &tables.time_on_treatment;
    add(time_on_treatment::figures(staying, &instruments, marking), &[staying]);
    add(go_on::figures(&tables.go_on, &instruments, marking), &[&tables.go_on]);
    let shift = &tables.severity_shift;
    add(severity_shift::figures(shift, &instruments, marking), &[shift]);
    let (crude, adjusted) = (&tables.comparison, &tables.adjusted);
    add(route_comparison::figures(crude, adjusted, &instruments, marking), &[crude, adjusted]);
    add(side_effects::figures(&tables.side_effects, marking), &[&tables.side_effects]);
    let dissociation = &tables.dissociation;
    add(at_session::dissociation(dissociation, &instruments, marking), &[dissociation]);
    let pressure = &tables.blood_pressure;
    add(at_session::blood_pressure(pressure, marking), &[pressure]);
    all
}

#[test]
fn figures_say_no_number_that_their_tables_do_not_show() {
    let mut kinds = BTreeSet::new();
    for network in networks(11).skip(1).step_by(3) {
        for (figure, tables) in figures(&network) {
            check(&figure, &tables);
            assert!(tables.iter().any(|table| table.name == figure.table), "{}", figure.name);
            let kind = figure.name.replace(&format!("_{}", figure.instrument), "");
            kinds.insert(kind);
        }
    }
    for kind in [
        "remission_rate",
        "forest",
        "cumulative_response",
        "completeness",
        "durability",
        "durability_on_treatment",
        "time_on_treatment",
        "go_on",
        "severity_shift",
        "route_comparison",
        "side_effects_structured",
        "blood_pressure",
    ] {
        assert!(kinds.contains(kind), "{kind} was drawn: {kinds:?}");
    }
}

/// The charts of a run over some events, made by so many threads.
fn drawn_by(n_threads: &str, events: &str) -> BTreeMap<String, Vec<u8>> {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.write("in/a.ndjson", events);
    let ran = workspace.afterdose_with(&[("RAYON_NUM_THREADS", n_threads)], &["run", "p.toml"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut files = workspace.tables_and_charts("out/current");
    files.retain(|name, _| name.starts_with("charts/"));
    files
}

#[test]
fn every_kind_of_figure_has_the_same_bytes_however_many_threads_draw_it() {
    let simulate = ["simulate", "--subjects", "400", "--seed", "11", "--sites", "2", "--out", "-"];
    let events = Workspace::new().expect(0, &simulate).stdout;
    let alone = drawn_by("1", &events);
    assert_same("1 thread and 4", &alone, &drawn_by("4", &events));
    let kinds = Figures::default().kinds().map(|(kind, _)| kind);
    let is_of = |name: &str, kind: &str| {
        let rest = name.strip_prefix("charts/").and_then(|name| name.strip_prefix(kind));
        rest.is_some_and(|rest| rest.starts_with(['_', '.']))
    };
    for kind in kinds {
        for ending in [".svg", ".png"] {
            let is_there = |name: &String| is_of(name, kind) && name.ends_with(ending);
            assert!(alone.keys().any(is_there), "no {ending} of {kind}: {:?}", alone.keys());
        }
    }
    for name in alone.keys() {
        assert!(kinds.iter().any(|kind| is_of(name, kind)), "{name} is of no kind");
    }
}

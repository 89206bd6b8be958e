//! A figure at its place: its words, its plot, its markings.
//!
//! A file of its own carries title, subtitle and notes; on a page of the report those are text of
//! the page, and the picture is the plot alone, in a wide and a narrow form, so that its letters
//! stay legible on a telephone.

use super::figure::{Figure, Plot};
use super::frame::{BOLD, Place, Sizes};
use super::kept_together::kept_together;
use super::lay_lines::MOST_TOGETHER;
use super::page::{Page, plain};
use super::scene::{Scene, Shape};
use super::{lay_bars, lay_dots, lay_heat_map, lay_lines, lay_panels, theme};

/// Lays a figure out.
#[must_use]
pub fn layout(figure: &Figure, place: Place) -> Scene {
    let sizes = place.sizes();
    let mut page = Page { shapes: Vec::new(), targets: Vec::new(), y: sizes.margin };
    if place == Place::File {
        heading(&mut page, figure, &sizes);
    }
    match &figure.plot {
        Plot::Lines(chart) if chart.series.len() > MOST_TOGETHER => {
            lay_panels::draw(&mut page, chart, &sizes);
        }
        Plot::Lines(chart) => lay_lines::draw(&mut page, chart, &sizes),
        Plot::HeatMap(map) => lay_heat_map::draw(&mut page, map, &sizes),
        Plot::Dots(plot) => lay_dots::draw(&mut page, plot, &sizes),
        Plot::Bars(chart) => lay_bars::draw(&mut page, chart, &sizes),
    }
    footer(&mut page, figure, &sizes, place);
    let height = (page.y + sizes.margin).ceil();
    let paper = Shape::Area {
        points: vec![(0.0, 0.0), (sizes.width, 0.0), (sizes.width, height), (0.0, height)],
        colour: theme::PAPER,
        opacity: 1.0,
    };
    page.shapes.insert(0, paper);
    Scene { width: sizes.width, height, shapes: page.shapes, targets: page.targets }
}

fn heading(page: &mut Page, figure: &Figure, sizes: &Sizes) {
    let width = sizes.width - 2.0 * sizes.margin;
    let (title, subtitle) = (kept_together(&figure.title), kept_together(&figure.subtitle));
    page.title(sizes.margin, width / BOLD, &title, plain(theme::TITLE, theme::INK).bold());
    page.y += 5.0;
    page.title(sizes.margin, width, &subtitle, plain(theme::SUBTITLE, theme::MUTED));
    page.y += 16.0;
}

fn footer(page: &mut Page, figure: &Figure, sizes: &Sizes, place: Place) {
    let width = sizes.width - 2.0 * sizes.margin;
    if place == Place::File {
        page.y += 10.0;
        let notes = figure.notes.join(" ");
        page.paragraph(sizes.margin, width, &notes, plain(sizes.small, theme::MUTED));
    }
    if !figure.markings.is_empty() {
        page.y += 6.0;
        let style = plain(sizes.small, theme::WARNING).bold();
        page.paragraph(sizes.margin, width, &figure.markings.join(" · "), style);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Response;
    use super::super::marking::{Marking, Synthetic};
    use super::super::response_rate::figures;
    use super::super::scene::{Anchor, text_width};
    use super::super::sheet_fixture::sheet;
    use super::super::theme::Rgb;
    use super::super::{go_on, severity_shift, side_effects};
    use super::*;
    use crate::event::instrument::shipped;

    const PLACES: [Place; 3] = [Place::File, Place::Page, Place::NarrowPage];

    fn figure(routes: &[&str], infusions: i64) -> Figure {
        let mut table = Response::new();
        for (position, route) in (0_u32..).zip(routes) {
            for infusion in 1..=infusions {
                let keys = ["phq-9", "all", "all", *route];
                let rate = 0.3 + 0.02 * f64::from(position);
                table = match infusion {
                    3 => table.hidden(keys, infusion, 1500),
                    _ => table.shown(keys, infusion, [1400, 1500], rate),
                };
            }
        }
        let marking = Marking { synthetic: Synthetic::All, internal: false };
        figures(&table.done(), &shipped().expect("shipped"), marking).remove(0)
    }

    fn texts(scene: &Scene) -> Vec<(&str, f64, f64, Rgb)> {
        let text = |shape| match shape {
            &Shape::Text { at, ref text, anchor, size, colour, .. } => {
                let width = text_width(text, size);
                let left = match anchor {
                    Anchor::Start => at.0,
                    Anchor::Middle => at.0 - width / 2.0,
                    Anchor::End => at.0 - width,
                };
                Some((text.as_str(), left, left + width, colour))
            }
            _ => None,
        };
        scene.shapes.iter().filter_map(text).collect()
    }

    #[test]
    fn no_text_leaves_the_page_at_any_place() {
        let figure = figure(&["intravenous", "intramuscular", "subcutaneous"], 24);
        for place in PLACES {
            let scene = layout(&figure, place);
            for (text, left, right, _) in texts(&scene) {
                assert!(left >= 0.0 && right <= scene.width, "{place:?} {text} {left} {right}");
            }
        }
    }

    /// A dot plot of two kinds, one of four panels, and stacked bars with a hidden band.
    fn other_plots() -> Vec<Figure> {
        let (instruments, marking) = (shipped().expect("shipped"), Marking::default());
        let go_on = sheet(
            "go_on",
            "instrument:text stratum:text route:text infusion:int group:text by_infusion:int n:int estimate:float lo:float hi:float n_went_on:int went_on_rate:float went_on_lo:float went_on_hi:float hidden:text na_reason:text",
            "phq-9 all all 1 not-improved 8 1240 0.95 0.89 1.00 1220 0.98 0.92 1.00 . .
             phq-9 all all 2 not-improved 8 NA NA NA NA 120 0.02 0.00 0.09 n;estimate;lo;hi .
             phq-9 all all 3 not-improved 8 NA NA NA NA NA NA NA NA n;estimate;lo;hi;n_went_on;went_on_rate;went_on_lo;went_on_hi .",
        );
        let effects: String =
            [("nausea", 0.96), ("blood-pressure-increased", 0.02), ("other", 0.5)]
                .iter()
                .flat_map(|(term, share)| {
                    (0..4).map(move |k| {
                let (lo, hi) = (share - 0.02, share + 0.03);
                format!(
                    "all {k} structured {term} 1200 {share} {lo} {hi} NA . upper_if_none=seen\n"
                )
            })
                })
                .collect();
        let effects = sheet(
            "side_effects",
            "route:text infusion:int capture:text term:text n_persons:int share:float lo:float hi:float upper_if_none:float hidden:text na_reason:text",
            &effects,
        );
        let shift = sheet(
            "severity_shift",
            "instrument:text stratum:text route:text infusion:int band_before:text band_after:text n:int share:float hidden:text",
            "gad-7 all all 6 0-4 all 20 0.01 .
             gad-7 all all 6 5-9 all NA NA n;share
             gad-7 all all 6 all 0-4 800 0.4 .
             gad-7 all all 6 all 5-9 1200 0.6 .
             gad-7 all all 6 all all 2000 1 .",
        );
        let mut figures = go_on::figures(&go_on, &instruments, marking);
        figures.extend(side_effects::figures(&effects, marking));
        figures.extend(severity_shift::figures(&shift, &instruments, marking));
        figures
    }

    #[test]
    fn every_dot_and_every_part_of_a_bar_has_a_place_inside_the_page() {
        let figures = other_plots();
        // Of the third row of the first nothing is known: it takes one line, and reads out once.
        for (figure, expected) in figures.iter().zip([5, 12, 4]) {
            for place in PLACES {
                let scene = layout(figure, place);
                for (text, left, right, _) in texts(&scene) {
                    let is_inside = left >= -0.5 && right <= scene.width + 0.5;
                    assert!(is_inside, "{} {place:?} {text} {left} {right}", figure.name);
                }
                assert_eq!(scene.targets.len(), expected, "{} {place:?}", figure.name);
                let is_inside =
                    |(x, y): (f64, f64)| x >= 0.0 && x <= scene.width && y <= scene.height;
                assert!(scene.targets.iter().all(|target| is_inside(target.at)));
                for shape in &scene.shapes {
                    let (Shape::Line { colour, .. }
                    | Shape::Area { colour, .. }
                    | Shape::Disc { colour, .. }
                    | Shape::Text { colour, .. }) = shape;
                    assert!(theme::is_drawn(*colour), "{colour:?}");
                }
            }
        }
    }

    #[test]
    fn every_colour_has_a_partner_on_dark_pages() {
        for routes in [
            &["intravenous", "oral"][..],
            &["all"],
            &["oral", "other", "mixed", "unknown", "intravenous", "intranasal"],
        ] {
            let scene = layout(&figure(routes, 8), Place::Page);
            for shape in &scene.shapes {
                let (Shape::Line { colour, .. }
                | Shape::Area { colour, .. }
                | Shape::Disc { colour, .. }
                | Shape::Text { colour, .. }) = shape;
                assert!(theme::is_drawn(*colour), "{colour:?}");
            }
        }
    }

    #[test]
    fn every_place_carries_the_marking_and_the_counts() {
        let figure = figure(&["intravenous", "intranasal"], 8);
        for place in PLACES {
            let scene = layout(&figure, place);
            let texts = texts(&scene);
            let count = |wanted: &str| texts.iter().filter(|text| text.0 == wanted).count();
            assert_eq!(count("Synthetic data"), 1);
            assert_eq!(count("1,400") + count("1400"), 14);
            assert_eq!(count("·"), 2);
        }
    }

    #[test]
    fn names_at_the_ends_of_close_curves_stand_apart() {
        let figure = figure(&["intravenous", "intranasal", "intramuscular", "oral"], 8);
        let scene = layout(&figure, Place::Page);
        let mut heights: Vec<f64> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Text { at, bold: false, colour, .. } if *colour != theme::INK => {
                    (at.0 > 500.0).then_some(at.1)
                }
                _ => None,
            })
            .collect();
        heights.sort_by(f64::total_cmp);
        assert_eq!(heights.len(), 4);
        assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 16.0), "{heights:?}");
    }

    #[test]
    fn each_of_many_curves_has_a_panel_with_the_others_behind_it() {
        let figure = figure(&["intravenous", "intranasal", "intramuscular", "oral", "other"], 8);
        let scene = layout(&figure, Place::Page);
        let is_behind = |shape: &&Shape| matches!(shape, Shape::Line { colour, .. } if *colour == theme::CONTEXT);
        // Two stretches of each of the four others, since the third infusion is hidden.
        assert_eq!(scene.shapes.iter().filter(is_behind).count(), 5 * 4 * 2);
        let texts = texts(&scene);
        for label in ["Intravenous", "Intranasal", "Intramuscular", "Oral", "Other route"] {
            assert_eq!(texts.iter().filter(|text| text.0 == label).count(), 1, "{label}");
        }
    }

    #[test]
    fn every_point_can_be_read_out_and_a_hidden_one_as_hidden() {
        let figure = figure(&["intravenous", "oral"], 8);
        for place in PLACES {
            let targets = layout(&figure, place).targets;
            assert_eq!(targets.len(), 2 * 8, "{place:?}");
            let hidden = targets.iter().filter(|target| target.text.contains("hidden to protect"));
            assert_eq!(hidden.count(), 2);
            assert!(targets.iter().all(|target| target.size.0 >= 24.0 && target.size.1 >= 24.0));
        }
    }

    #[test]
    fn a_band_breaks_where_a_point_is_hidden() {
        let figure = figure(&["intravenous"], 8);
        let scene = layout(&figure, Place::Page);
        let is_band =
            |shape: &&Shape| matches!(shape, Shape::Area { opacity, .. } if *opacity < 1.0);
        assert_eq!(scene.shapes.iter().filter(is_band).count(), 2);
    }
}

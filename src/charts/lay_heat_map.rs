//! A heat map on its page: a shade and a number per cell, in as many panels of columns as fit.

use super::frame::{AIR, BOLD, DOT, Sizes};
use super::heat_map::{Cell, Column, HeatMap, Row, Share};
use super::number::{Number, percent, whole_percent};
use super::page::{Page, plain};
use super::scene::{Anchor, Shape, fitted, text_width};
use super::theme::{self, Rgb};
use std::ops::Range;

/// Names of rows take at most this part of the width.
const MOST_NAME: f64 = 0.34;
/// A cell is never wider than this.
const WIDEST: f64 = 96.0;
/// Between the letters and the edges of a cell, on both sides together.
const INSIDE: f64 = 9.0;
/// Between cells.
const RIM: f64 = 2.0;
/// Letters of the small number of a cell, as part of those of the share.
const SMALL: f64 = 0.82;
/// Width and height of a shade in the key.
const SWATCH: (f64, f64) = (16.0, 11.0);

/// Draws a heat map from the current height of the page down.
pub(super) fn draw(page: &mut Page, map: &HeatMap, sizes: &Sizes) {
    let label = plain(sizes.small, theme::MUTED);
    page.paragraph(sizes.margin, sizes.width - 2.0 * sizes.margin, &map.label, label);
    page.y += sizes.small * 0.5;
    for panel in panels(map, sizes) {
        head(page, map, sizes, &panel);
        for row in &map.rows {
            self::row(page, row, sizes, &panel);
        }
        page.y += sizes.row * 0.5;
    }
    key(page, sizes);
}

/// Columns that stand side by side.
struct Panel {
    /// Which.
    columns: Range<usize>,
    /// The left edge of each, and the right edge of the last.
    edges: Vec<f64>,
}

impl Panel {
    /// The middles of the columns.
    fn middles(&self) -> impl Iterator<Item = f64> {
        self.edges.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0)
    }
}

/// Room for the names of rows, which stand above their cells where there is no room beside them.
fn name_width(map: &HeatMap, sizes: &Sizes) -> f64 {
    if sizes.narrow {
        return 0.0;
    }
    let widest = map.rows.iter().map(|row| text_width(&row.label, sizes.text) * BOLD);
    (widest.fold(0.0, f64::max) + AIR).min(MOST_NAME * sizes.width)
}

/// Fills panel after panel from the left, each with about as many columns, in as few panels as the
/// widest columns allow. What is left of a panel is shared out among its columns.
fn panels(map: &HeatMap, sizes: &Sizes) -> Vec<Panel> {
    let left = sizes.margin + name_width(map, sizes);
    let room = sizes.width - sizes.margin - left;
    let needs: Vec<f64> = (0..map.columns.len()).map(|at| need(map, sizes, at)).collect();
    let n_panels = filled(&needs, room, needs.len()).len();
    let most = needs.len().div_ceil(n_panels.max(1));
    let even = filled(&needs, room, most);
    let panel = |columns: Range<usize>| panel(&needs, columns, (left, room));
    even.into_iter().map(panel).collect()
}

/// Columns side by side, as many as fit and no more than `most`.
fn filled(needs: &[f64], room: f64, most: usize) -> Vec<Range<usize>> {
    let mut panels: Vec<Range<usize>> = Vec::new();
    let mut taken = 0.0;
    for (at, need) in needs.iter().enumerate() {
        match panels.last_mut() {
            Some(panel) if taken + need <= room && panel.len() < most => {
                panel.end = at + 1;
                taken += need;
            }
            _ => {
                panels.push(at..at + 1);
                taken = *need;
            }
        }
    }
    panels
}

#[allow(clippy::cast_precision_loss, reason = "a handful of columns")]
fn panel(needs: &[f64], columns: Range<usize>, (left, room): (f64, f64)) -> Panel {
    let needs = needs.get(columns.clone()).unwrap_or_default();
    let spare = (room - needs.iter().sum::<f64>()).max(0.0) / needs.len().max(1) as f64;
    let mut edges = vec![left];
    let mut edge = left;
    for need in needs {
        edge += (need + spare).min(need.max(WIDEST));
        edges.push(edge);
    }
    Panel { columns, edges }
}

/// What a column needs at least.
fn need(map: &HeatMap, sizes: &Sizes, at: usize) -> f64 {
    let name = map.columns.get(at).map_or(0.0, |column| text_width(&column.label, sizes.number));
    let cells = map.rows.iter().filter_map(|row| row.cells.get(at));
    let texts = cells.map(|cell| {
        let share = text_width(&printed(cell.share, sizes), sizes.number);
        share.max(text_width(&whole(cell), sizes.number * SMALL))
    });
    texts.fold(name, f64::max) + INSIDE
}

fn printed(share: Share, sizes: &Sizes) -> String {
    match share {
        Share::Known(share) if sizes.narrow => whole_percent(share),
        Share::Known(share) => percent(share),
        Share::Hidden => Number::Hidden.text(),
        Share::Nobody => Number::None.text(),
    }
}

/// The small number of a cell, where it says more than the cell does.
fn whole(cell: &Cell) -> String {
    match (cell.share, cell.whole) {
        (Share::Known(_) | Share::Hidden, Number::Count(count)) => Number::Count(count).text(),
        _ => String::new(),
    }
}

/// Names of the columns, under what neighbours have in common.
fn head(page: &mut Page, map: &HeatMap, sizes: &Sizes, panel: &Panel) {
    let columns: &[Column] = map.columns.get(panel.columns.clone()).unwrap_or_default();
    page.y += sizes.small * 0.8;
    let mut above = "";
    for (column, edge) in columns.iter().zip(&panel.edges) {
        if column.over != above && !column.over.is_empty() {
            let style = plain(sizes.small, theme::MUTED);
            page.text((edge + RIM, page.y), &column.over, style);
        }
        above = &column.over;
    }
    page.y += sizes.number * 1.35;
    for (column, x) in columns.iter().zip(panel.middles()) {
        let style = plain(sizes.number, theme::INK).anchor(Anchor::Middle);
        page.text((x, page.y), &column.label, style);
    }
    page.y += sizes.number;
}

fn row(page: &mut Page, row: &Row, sizes: &Sizes, panel: &Panel) {
    let height = sizes.number * 2.55;
    let style = plain(sizes.text, theme::INK);
    let style = if row.is_whole { style.bold() } else { style };
    let left = panel.edges.first().copied().unwrap_or(sizes.margin);
    if sizes.narrow {
        page.y += sizes.row / 2.0;
        let name = fitted(&row.label, sizes.text, (sizes.width - 2.0 * sizes.margin) / BOLD);
        page.text((sizes.margin, page.y), &name, style);
        page.y += sizes.row / 2.0;
    } else {
        let room = (left - sizes.margin - AIR / 2.0) / if row.is_whole { BOLD } else { 1.0 };
        let name = fitted(&row.label, sizes.text, room);
        page.text((sizes.margin, page.y + height / 2.0), &name, style);
    }
    let cells = row.cells.get(panel.columns.clone()).unwrap_or_default();
    for (cell, edges) in cells.iter().zip(panel.edges.windows(2)) {
        if let [left, right] = *edges {
            self::cell(page, cell, sizes, (left, right), height);
        }
    }
    page.y += height;
    if row.is_whole || sizes.narrow {
        page.y += 5.0;
    }
}

fn cell(page: &mut Page, cell: &Cell, sizes: &Sizes, (left, right): (f64, f64), height: f64) {
    let (top, foot) = (page.y + RIM / 2.0, page.y + height - RIM / 2.0);
    let (left, right) = (left + RIM / 2.0, right - RIM / 2.0);
    let corners = vec![(left, top), (right, top), (right, foot), (left, foot)];
    let letters = match cell.share {
        Share::Known(share) => {
            let (colour, letters) = theme::shade(share);
            page.shapes.push(Shape::Area { points: corners, colour, opacity: 1.0 });
            letters
        }
        Share::Hidden | Share::Nobody => {
            let around = corners.iter().chain(corners.first()).copied().collect();
            page.line(around, theme::GRID, 1.0);
            theme::INK
        }
    };
    let middle = (f64::midpoint(left, right), f64::midpoint(top, foot));
    numbers(page, cell, sizes, middle, letters);
    page.target(middle, (right - left, foot - top), &cell.readout);
}

/// The share, and below it the number it is a share of.
fn numbers(page: &mut Page, cell: &Cell, sizes: &Sizes, (x, y): (f64, f64), colour: Rgb) {
    let whole = whole(cell);
    let apart = if whole.is_empty() { 0.0 } else { sizes.number };
    let size = if cell.share == Share::Hidden { DOT * sizes.number } else { sizes.number };
    let style = plain(size, colour).anchor(Anchor::Middle);
    page.text((x, y - 0.44 * apart), &printed(cell.share, sizes), style);
    if !whole.is_empty() {
        let style = plain(sizes.number * SMALL, colour).anchor(Anchor::Middle);
        page.text((x, y + 0.56 * apart), &whole, style);
    }
}

/// What the shades stand for: from 0 to 100 %.
fn key(page: &mut Page, sizes: &Sizes) {
    let style = plain(sizes.small, theme::MUTED);
    page.y += sizes.row / 2.0;
    let (none, all) = (percent(0.0), percent(1.0));
    page.text((sizes.margin, page.y), &none, style);
    let mut x = sizes.margin + text_width(&none, sizes.small) + 6.0;
    let (width, height) = SWATCH;
    let (top, foot) = (page.y - height / 2.0, page.y + height / 2.0);
    for (colour, _) in theme::shades() {
        let points = vec![(x, top), (x + width, top), (x + width, foot), (x, foot)];
        page.shapes.push(Shape::Area { points, colour, opacity: 1.0 });
        x += width;
    }
    page.text((x + 6.0, page.y), &all, style);
    page.y += sizes.row / 2.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_shared_out_evenly_and_none_is_lost() {
        let needs = [40.0; 9];
        assert_eq!(filled(&needs, 330.0, 9), [0..8, 8..9]);
        assert_eq!(filled(&needs, 330.0, 5), [0..5, 5..9]);
        assert_eq!(filled(&needs, 10.0, 9).len(), 9, "one is always taken");
        assert!(filled(&[], 330.0, 0).is_empty());
        let panel = panel(&needs, 5..9, (10.0, 200.0));
        assert_eq!(panel.edges, [10.0, 60.0, 110.0, 160.0, 210.0]);
    }
}

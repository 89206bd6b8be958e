//! What goes on the page first where not all of it has room: a page above two megabytes cannot be
//! sent or read. What is left out is named, with the file that holds it.
//!
//! First every figure and table of the first instrument that is about everybody, then those of the
//! others, then what repeats them for parts of the people. Nothing is cut in half.

use super::document::FigureBlock;
use super::grid::{Article, Section, Grid};

/// Bytes for figures and tables; words, style, and the fixed tables have the rest of 2 MB.
const ROOM: usize = 1_500_000;
/// Articles of a section that stand open; the others open on demand.
pub(super) const OPEN: usize = 2;

/// How soon something goes on the page: lower is sooner.
fn rank(article: usize, is_detail: bool) -> usize {
    match (article, is_detail) {
        (0, false) => 0,
        (0, true) => 2,
        (article, false) => {
            if article < OPEN {
                1
            } else {
                3
            }
        }
        (_, true) => 4,
    }
}

/// Takes away what has no room, and says in its article where it is.
pub(super) fn fit(sections: &mut [Section<'_>]) {
    fit_in(sections, ROOM);
}

fn fit_in(sections: &mut [Section<'_>], room: usize) {
    // Rank, section, article, whether it is a figure, number within the article, bytes.
    let mut pieces = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        for (number, article) in section.articles.iter().enumerate() {
            for (piece, figure) in article.figures.iter().enumerate() {
                pieces.push((rank(number, false), at, number, false, piece, figure.bytes()));
            }
            for (piece, grid) in article.grids.iter().enumerate() {
                let rank = rank(number, grid.is_detail);
                pieces.push((rank, at, number, true, piece, grid.bytes()));
            }
        }
    }
    pieces.sort_unstable();
    let mut used = 0;
    let mut out = Vec::new();
    for (_, section, article, is_grid, piece, bytes) in pieces {
        if used + bytes <= room {
            used += bytes;
        } else {
            out.push((section, article, is_grid, piece));
        }
    }
    // From the last to the first, so that numbers stay what they are.
    out.sort_unstable();
    for (section, article, is_grid, piece) in out.into_iter().rev() {
        let article = &mut sections[section].articles[article];
        if is_grid {
            let grid = article.grids.remove(piece);
            say(article, grid_words(&grid));
        } else {
            let figure = article.figures.remove(piece);
            say(article, figure_words(figure));
        }
    }
}

fn grid_words(grid: &Grid) -> String {
    format!("{}: tables/{}.csv", grid.summary, grid.source)
}

fn figure_words(figure: &FigureBlock) -> String {
    format!("{}: charts/{}.svg", figure.title, figure.name)
}

fn say(article: &mut Article<'_>, words: String) {
    article.left_out.insert(0, words);
}

#[cfg(test)]
mod tests {
    use super::super::cell::Cell;
    use super::super::grid::{Line, heads, ungrouped};
    use super::*;

    fn article(id: &str) -> Article<'static> {
        let grid = |summary: &str, is_detail| {
            let lines = vec![Line::of("1", vec![Cell::value("12".into())])];
            let summary = summary.to_owned();
            Grid { summary, is_detail, ..Grid::of("t", heads(["a", "b"]), ungrouped(lines)) }
        };
        Article {
            id: id.into(),
            name: id.into(),
            finding: None,
            remarks: Vec::new(),
            figures: Vec::new(),
            grids: vec![grid("whole", false), grid("parts", true)],
            left_out: Vec::new(),
        }
    }

    fn sections() -> Vec<Section<'static>> {
        vec![Section {
            id: "s",
            title: "",
            brief: "",
            lead: "",
            cautions: &[],
            empty: "",
            articles: vec![article("first"), article("second")],
        }]
    }

    /// Summaries of the grids that stay, and what is said to be left out, of each article.
    fn after(room: usize) -> Vec<(Vec<String>, Vec<String>)> {
        let mut sections = sections();
        fit_in(&mut sections, room);
        let stays = |article: &Article<'_>| {
            let grids = article.grids.iter().map(|grid| grid.summary.clone());
            (grids.collect(), article.left_out.clone())
        };
        sections[0].articles.iter().map(stays).collect()
    }

    #[test]
    fn the_whole_comes_before_its_parts_and_what_is_left_out_is_named() {
        let one = sections()[0].articles[0].grids[0].bytes();
        let said = |stays: &[&str], left: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
            (owned(stays), owned(left))
        };
        let parts = "parts: tables/t.csv";
        assert_eq!(
            after(4 * one),
            [said(&["whole", "parts"], &[]), said(&["whole", "parts"], &[])]
        );
        assert_eq!(after(3 * one), [said(&["whole", "parts"], &[]), said(&["whole"], &[parts])]);
        assert_eq!(after(2 * one), [said(&["whole"], &[parts]), said(&["whole"], &[parts])]);
        let nothing = said(&[], &["whole: tables/t.csv", parts]);
        assert_eq!(after(0), [nothing.clone(), nothing]);
    }
}

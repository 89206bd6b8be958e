//! What goes on the page first where not all of it has room: a page above two megabytes cannot be
//! sent or read. What is left out is named, with the file that holds it.
//!
//! First every figure and then every table of the first instrument that is about everybody, then
//! those of the others, then what repeats them for parts of the people. Nothing is cut in half.

use super::document::InstrumentNote;
use super::grid::{Article, Section};

/// Bytes for figures and tables; words, style, and the fixed tables have the rest of 2 MB.
const ROOM: usize = 1_600_000;
/// Articles of a section that stand open; the others open on demand.
pub(super) const OPEN: usize = 2;

/// How soon something of an instrument goes on the page: lower is sooner. `place` is that of the
/// instrument; what is about no instrument stands at 0.
fn rank(place: usize, is_detail: bool) -> usize {
    match (place, is_detail) {
        (0, false) => 0,
        (0, true) => 2,
        (place, false) if place < OPEN => 1,
        (_, false) => 3,
        (_, true) => 4,
    }
}

/// Takes away what has no room, and says in its article where it is.
pub(super) fn fit(sections: &mut [Section<'_>], instruments: &[InstrumentNote]) {
    let codes: Vec<&str> = instruments.iter().map(|note| note.code.as_str()).collect();
    fit_in(sections, &codes, ROOM);
}

fn fit_in(sections: &mut [Section<'_>], codes: &[&str], room: usize) {
    // Rank, whether it is a grid, section, article, number within the article, bytes.
    let mut pieces = Vec::new();
    for (at, section) in sections.iter().enumerate() {
        for (number, article) in section.articles.iter().enumerate() {
            let code = article.id.strip_prefix(section.id).and_then(|id| id.strip_prefix('-'));
            let place = codes.iter().position(|known| code == Some(known)).unwrap_or_default();
            for (piece, figure) in article.figures.iter().enumerate() {
                pieces.push((rank(place, false), false, at, number, piece, figure.bytes()));
            }
            for (piece, grid) in article.grids.iter().enumerate() {
                let rank = rank(place, grid.is_detail);
                pieces.push((rank, true, at, number, piece, grid.bytes()));
            }
        }
    }
    pieces.sort_unstable();
    let mut used = 0;
    let mut out = Vec::new();
    for (_, is_grid, section, article, piece, bytes) in pieces {
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
            say(article, format!("tables/{}.csv", grid.source), grid.summary);
        } else {
            // What it found stays.
            let figure = article.figures.remove(piece);
            article.remarks.insert(0, figure.finding.clone());
            say(article, format!("charts/{}.svg", figure.name), "the chart".into());
        }
    }
}

/// What it is, and each file once, in the order of what it holds.
fn say(article: &mut Article<'_>, file: String, what: String) {
    article.left_out_words.insert(0, what);
    article.left_out.retain(|known| *known != file);
    article.left_out.insert(0, file);
}

#[cfg(test)]
mod tests {
    use super::super::cell::Cell;
    use super::super::grid::{Grid, Line, heads, ungrouped};
    use super::*;

    fn article(id: &str) -> Article<'static> {
        let grid = |summary: &str, is_detail| {
            let lines = vec![Line::of("1", vec![Cell::value("12".into())])];
            let summary = summary.to_owned();
            Grid { summary, is_detail, ..Grid::of("t", heads(["a", "b"]), ungrouped(lines)) }
        };
        Article {
            id: format!("s-{id}"),
            name: id.into(),
            finding: None,
            remarks: Vec::new(),
            figures: Vec::new(),
            grids: vec![grid("whole", false), grid("parts", true)],
            left_out: Vec::new(),
            left_out_words: Vec::new(),
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
        fit_in(&mut sections, &["first", "second"], room);
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
        let parts = "tables/t.csv";
        assert_eq!(
            after(4 * one),
            [said(&["whole", "parts"], &[]), said(&["whole", "parts"], &[])]
        );
        assert_eq!(after(3 * one), [said(&["whole", "parts"], &[]), said(&["whole"], &[parts])]);
        assert_eq!(after(2 * one), [said(&["whole"], &[parts]), said(&["whole"], &[parts])]);
        let nothing = said(&[], &[parts]);
        assert_eq!(after(0), [nothing.clone(), nothing]);
    }
}

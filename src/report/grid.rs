//! What every section of the page is made of: articles with figures and grids.
//!
//! A grid is a table as printed, the one kind of table the sections have: headings, groups of lines, a note, and the
//! name of the published table it was taken from.

use super::cell::{Cell, Notes};
use super::document::FigureBlock;
use serde::Serialize;

/// One question, answered instrument by instrument.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Section<'a> {
    /// Anchor.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What stands beside its name in the contents.
    pub(super) brief: &'static str,
    pub(super) lead: &'static str,
    /// What must be kept in mind, each with its first words.
    pub(super) cautions: &'static [[&'static str; 2]],
    /// Said where there is nothing to show.
    pub(super) empty: &'static str,
    pub(super) articles: Vec<Article<'a>>,
}

/// What a section says of one instrument, or of one thing.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Article<'a> {
    /// Anchor.
    pub(super) id: String,
    pub(super) name: String,
    /// The answer in words, where no figure says it.
    pub(super) finding: Option<String>,
    /// Further sentences, a line each.
    pub(super) remarks: Vec<String>,
    pub(super) figures: Vec<&'a FigureBlock>,
    #[serde(rename = "tables")]
    pub(super) grids: Vec<Grid>,
    /// What there was no room for.
    pub(super) left_out_words: Vec<String>,
    /// Files that hold it.
    pub(super) left_out: Vec<String>,
}

/// A table of the page.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Grid {
    /// What stands on it while it is closed.
    pub(super) summary: String,
    pub(super) caption: String,
    /// Headings over several columns: their words, none for a gap, and how many columns.
    pub(super) over: Vec<(String, usize)>,
    /// Headings; the first is that of the labels.
    pub(super) heads: Vec<String>,
    pub(super) groups: Vec<Group>,
    pub(super) note: String,
    pub(super) notes: Notes,
    /// The table it is taken from, in `tables`.
    pub(super) source: &'static str,
    /// Whether it repeats the whole for parts of the people, and so goes first where room is short.
    pub(super) is_detail: bool,
    /// Whether it stands open from the start.
    pub(super) is_open: bool,
}

/// Lines that belong together.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Group {
    /// Their heading.
    pub(super) label: Option<String>,
    pub(super) lines: Vec<Line>,
}

/// A line of a table, which says once where it has nothing to show.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) cells: Vec<Cell>,
    /// Nothing is shown in the whole line: said once.
    pub(super) nothing: Option<String>,
    /// Width of a bar below the label, in percent.
    pub(super) bar: Option<i64>,
}

impl Line {
    /// A line with its label.
    pub(super) fn of(label: &str, cells: Vec<Cell>) -> Self {
        let is_hidden = cells.iter().any(|cell| cell.kind == "hidden");
        let why = cells.iter().find(|cell| cell.kind == "undefined").map(|cell| cell.why.clone());
        let nothing = match (cells.iter().any(Cell::is_shown), is_hidden) {
            (true, _) => None,
            (false, true) => Some("hidden".into()),
            (false, false) => why,
        };
        // A reason that stands in the line is not said again below the table.
        let is_said = nothing.is_some() && !is_hidden;
        let cells = if is_said { Vec::new() } else { cells };
        Self { label: label.into(), cells, nothing, bar: None }
    }
}

impl Grid {
    /// A grid with its notes; whoever makes it fills in the rest.
    pub(super) fn of(source: &'static str, heads: Vec<String>, groups: Vec<Group>) -> Self {
        let groups: Vec<Group> = groups
            .into_iter()
            .map(|group| Group { lines: short(group.lines, group.label.is_some()), ..group })
            .collect();
        let cells = groups.iter().flat_map(|group| &group.lines).flat_map(|line| &line.cells);
        Self {
            summary: String::new(),
            caption: String::new(),
            over: Vec::new(),
            notes: Notes::of(cells),
            heads,
            groups,
            note: String::new(),
            source,
            is_detail: false,
            is_open: false,
        }
    }

    /// About how many bytes it takes on the page, rather more than fewer.
    pub(super) fn bytes(&self) -> usize {
        // Tags around a cell, an interval or what stands below, a line, a group, the whole.
        const CELL: usize = 12;
        const BESIDE: usize = 36;
        const LINE: usize = 50;
        const GROUP: usize = 110;
        const WHOLE: usize = 900;
        let beside = |text: &str| if text.is_empty() { 0 } else { BESIDE + text.len() };
        let cell = |cell: &Cell| {
            CELL + cell.text.len()
                + beside(&cell.interval)
                + beside(&cell.below)
                + beside(&cell.why)
        };
        let line =
            |line: &Line| LINE + line.label.len() + line.cells.iter().map(cell).sum::<usize>();
        let group = |group: &Group| GROUP + group.lines.iter().map(line).sum::<usize>();
        let heads = self.heads.iter().map(|head| LINE + head.len()).sum::<usize>();
        WHOLE + self.note.len() + heads + self.groups.iter().map(group).sum::<usize>()
    }
}

/// The lines of a group, those with nothing to show said once. Of a group `with_heading` that has
/// nothing to show at all one line is left.
fn short(lines: Vec<Line>, with_heading: bool) -> Vec<Line> {
    let mut lines = joined(lines);
    let nothing = lines.first().and_then(|line| line.nothing.clone());
    let is_empty = nothing.is_some() && lines.iter().all(|line| line.nothing == nothing);
    if with_heading && is_empty && lines.len() > 1 {
        lines.truncate(1);
        for line in &mut lines {
            line.label = "Every line".into();
        }
    }
    lines
}

/// Numbered lines that follow each other and have the same nothing to show, as one: "6 to 8".
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let is_number = |line: &Line| line.label.bytes().all(|byte| byte.is_ascii_digit());
    let mut out: Vec<Line> = Vec::new();
    let mut first = String::new();
    for line in lines {
        let is_next = line.nothing.is_some() && is_number(&line) && !first.is_empty();
        if let Some(last) = out.last_mut().filter(|last| is_next && last.nothing == line.nothing) {
            last.label = format!("{first} to {}", line.label);
        } else {
            first = if is_number(&line) { line.label.clone() } else { String::new() };
            out.push(line);
        }
    }
    out
}

/// Headings from their words.
pub(super) fn heads<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// One group without a heading.
pub(super) fn ungrouped(lines: Vec<Line>) -> Vec<Group> {
    vec![Group { label: None, lines }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_lines_with_nothing_to_show_are_one() {
        let shown = |label: &str| Line::of(label, vec![Cell::value("3".into())]);
        let none = |label: &str, why: &str| Line {
            nothing: Some(why.into()),
            ..Line::of(label, vec![Cell::blank()])
        };
        let labels = |lines: Vec<Line>| -> Vec<String> {
            joined(lines).into_iter().map(|line| line.label).collect()
        };
        let many = vec![
            none("1", "hidden"),
            none("2", "hidden"),
            shown("3"),
            none("4", "hidden"),
            none("5", "nobody"),
            none("6", "nobody"),
            none("7", "nobody"),
        ];
        assert_eq!(labels(many), ["1 to 2", "3", "4", "5 to 7"]);
        let named = vec![none("Oral", "hidden"), none("Other", "hidden"), none("8", "hidden")];
        assert_eq!(labels(named.clone()), ["Oral", "Other", "8"]);
        let labels = |with_heading| -> Vec<String> {
            short(named.clone(), with_heading).into_iter().map(|line| line.label).collect()
        };
        assert_eq!(labels(true), ["Every line"]);
        assert_eq!(labels(false), ["Oral", "Other", "8"]);
    }
}

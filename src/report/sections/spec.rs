//! A section said in a few lines.

use super::super::cell::Reader;
use super::super::grid::{Article, Section};
use super::super::shape::Shape;
use super::super::tables::{Tables, distinct, every, instrument_name, with};

/// A section: its words, and what stands in it.
pub(super) struct SectionSpec {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) brief: &'static str,
    pub(super) lead: &'static str,
    pub(super) cautions: &'static [[&'static str; 2]],
    pub(super) empty: &'static str,
    pub(super) articles: &'static [ArticleSpec],
}

/// Articles of one kind: one for each value of a column of the first table, or just one.
pub(super) struct ArticleSpec {
    pub(super) by: By,
    /// Beginnings of the names of figures.
    pub(super) figures: &'static [&'static str],
    pub(super) shapes: &'static [Shape],
    /// What the rows of the first table say in words, where no figure does.
    pub(super) finding: Option<Finding>,
}

/// A sentence made from rows of a table.
pub(super) type Finding = fn(Reader<'_>, &[usize]) -> Option<String>;

/// What there is an article for.
pub(super) enum By {
    /// One for all rows: the end of its anchor, and its name.
    One(&'static str, &'static str),
    /// Each instrument.
    Instrument,
    /// Each value of a column, in words.
    Value(&'static str, fn(&str) -> String),
}

impl SectionSpec {
    /// The section with its articles; an article without anything to show is left out.
    pub(super) fn fill<'a>(&self, tables: &Tables<'a>) -> Section<'a> {
        Section {
            id: self.id,
            title: self.title,
            brief: self.brief,
            lead: self.lead,
            cautions: self.cautions,
            empty: self.empty,
            articles: self.articles.iter().flat_map(|spec| spec.fill(self.id, tables)).collect(),
        }
    }
}

impl ArticleSpec {
    fn fill<'a>(&self, section: &str, tables: &Tables<'a>) -> Vec<Article<'a>> {
        let Some(first) = self.shapes.first() else { return Vec::new() };
        let table = tables.get(first.table).table;
        let (column, codes): (Option<&str>, Vec<&str>) = match self.by {
            By::One(code, _) => (None, vec![code]),
            By::Instrument => (Some("instrument"), tables.instruments(table)),
            By::Value(column, _) => (Some(column), distinct(table, &every(table), column)),
        };
        let article = |code: &str| {
            let name = match self.by {
                By::One(_, name) => name.to_owned(),
                By::Instrument => instrument_name(tables.notes(), code),
                By::Value(_, words) => words(code),
            };
            let mut article = tables.article(section, code, name, self.figures);
            for shape in self.shapes {
                let reader = tables.get(shape.table);
                let rows = rows_of(reader, column, code);
                article.grids.extend(shape.fill(reader, &article.name, &rows));
            }
            if article.figures.is_empty() {
                let reader = tables.get(first.table);
                let rows = rows_of(reader, column, code);
                article.finding = self.finding.and_then(|finding| finding(reader, &rows));
            }
            (!article.grids.is_empty() || !article.figures.is_empty()).then_some(article)
        };
        codes.into_iter().filter_map(article).collect()
    }
}

/// The rows of a code that are not split by anything.
fn rows_of(reader: Reader<'_>, column: Option<&str>, code: &str) -> Vec<usize> {
    let table = reader.table;
    let rows = column.map_or_else(|| every(table), |name| with(table, &every(table), name, code));
    if table.position("stratum").is_some() { with(table, &rows, "stratum", "all") } else { rows }
}

//! The report of a run, laid out when the run is made and again from what it published.
//!
//! A published run says everything its report says: the tables as Parquet, the words in
//! `report.json`, the instruments in the manifest. No store is needed, and by the same program the
//! page is the same, byte for byte.

use super::error::PipelineError;
use super::figures::{Figures, Picture};
use crate::charts::figure::Figure;
use crate::curves::disclose::DisclosedTables;
use crate::event::instrument::Instruments;
use crate::event::toml_file::nearest;
use crate::privacy::disclosed::Disclosed;
use crate::privacy::outgoing::{published, records};
use crate::report::document::{FigureBlock, Report, Words};
use crate::report::{Carried, Rendered, SHAPE_VERSION, render, render_section, section_names};
use crate::table::Table;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Lays a report out and, beside it on other cores, draws every figure as files.
///
/// # Errors
/// [`PipelineError::Make`] if a figure cannot be drawn.
pub fn lay_out(
    words: &Words,
    tables: &DisclosedTables,
    rejections: &Disclosed<Table>,
    figures: &Figures,
) -> Result<(Rendered, Vec<Picture>), PipelineError> {
    let page = || {
        let report = Report { words, figures: blocks(figures), tables, rejections };
        render(&report).map_err(PipelineError::make("the report"))
    };
    let (page, pictures) = rayon::join(page, || figures.draw(|_| true));
    Ok((page?, pictures?))
}

/// The figures drawn for the page, on every core.
fn blocks(figures: &Figures) -> Vec<FigureBlock> {
    let figures: Vec<&Figure> = figures.all().collect();
    figures.into_par_iter().map(FigureBlock::of).collect()
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page, or the one picture that was wanted.
    pub first: PathBuf,
    /// Number of files.
    pub n_files: usize,
}

/// Renders the report of a published run into a directory: the page, its JSON and the charts; or one
/// section or one chart alone.
///
/// # Errors
/// [`PipelineError::Usage`] if `run` is no run, `out` lies in it, or nothing is called `section`;
/// [`PipelineError::NoInput`] if a file of the run is missing or was changed;
/// [`PipelineError::Write`] if a file cannot be written.
pub fn again(run: &Path, out: &Path, section: Option<&str>) -> Result<Written, PipelineError> {
    let manifest = Manifest::read(run)?;
    check_apart(run, out)?;
    let words = words(run, &manifest)?;
    let mut found = read_tables(run, &manifest)?;
    let mut take =
        |name: &str| found.remove(name).ok_or_else(|| missing(&format!("tables/{name}.parquet")));
    let tables = DisclosedTables::read(|name| {
        let table = take(name)?;
        published(table, words.min_cell).ok_or_else(|| {
            PipelineError::NoInput(format!(
                "tables/{name}.parquet does not say that it passed disclosure control"
            ))
        })
    })?;
    let rejections = records(take("rejections")?);
    let instruments = &manifest.settings.vocabulary.instruments;
    let figures = Figures::of(&tables, instruments, words.marking);
    let mut files = Files { out, first: None, n: 0 };
    let Some(name) = section else {
        let (report, pictures) = lay_out(&words, &tables, &rejections, &figures)?;
        files.write("report.html", report.html.as_bytes())?;
        files.write("report.json", report.json.as_bytes())?;
        for picture in pictures {
            files.write(&picture.path(), &picture.bytes)?;
        }
        return Ok(files.done());
    };
    let pictures = figures.draw(|figure| figure.name == name)?;
    if !pictures.is_empty() {
        for picture in pictures {
            files.write(&picture.file, &picture.bytes)?;
        }
        return Ok(files.done());
    }
    let figures_drawn = blocks(&figures);
    let report =
        Report { words: &words, figures: figures_drawn, tables: &tables, rejections: &rejections };
    let page = render_section(&report, name).map_err(PipelineError::make("the report"))?;
    let Some(page) = page else {
        let sections = section_names(&report);
        let charts: Vec<&str> = figures.all().map(|figure| figure.name.as_str()).collect();
        return Err(PipelineError::Usage(no_such_section(name, &sections, &charts)));
    };
    files.write(&format!("{name}.html"), page.as_bytes())?;
    Ok(files.done())
}

/// What of a manifest is needed; other keys are passed over.
#[derive(Deserialize)]
struct Manifest {
    settings: Settings,
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Settings {
    vocabulary: Vocabulary,
}

#[derive(Deserialize)]
struct Vocabulary {
    instruments: Instruments,
}

#[derive(Deserialize)]
struct Output {
    path: String,
    blake3: String,
}

impl Manifest {
    fn read(run: &Path) -> Result<Self, PipelineError> {
        let no_run =
            |why: String| PipelineError::Usage(format!("{} is no run: {why}", run.display()));
        let bytes = std::fs::read(run.join("manifest.json")).map_err(|error| {
            no_run(format!(
                "its manifest.json cannot be read ({error}); name a folder below runs/, or current"
            ))
        })?;
        serde_json::from_slice(&bytes)
            .map_err(|error| no_run(format!("its manifest.json is not that of a run ({error})")))
    }

    /// The bytes of a file of the run, as they were published.
    fn file(&self, run: &Path, path: &str) -> Result<Vec<u8>, PipelineError> {
        let output = self.outputs.iter().find(|output| output.path == path);
        let output = output.ok_or_else(|| missing(path))?;
        let bytes = std::fs::read(run.join(path)).map_err(|error| {
            PipelineError::NoInput(format!("{path} of the run cannot be read: {error}"))
        })?;
        if blake3::hash(&bytes).to_hex().as_str() != output.blake3 {
            return Err(PipelineError::NoInput(format!(
                "{path} is not what the run published: it was changed since"
            )));
        }
        Ok(bytes)
    }
}

fn missing(path: &str) -> PipelineError {
    PipelineError::NoInput(format!(
        "the run has no {path}: it was made by an earlier version of this program; make it again \
         with `afterdose curves`"
    ))
}

/// A published run stays as it is.
fn check_apart(run: &Path, out: &Path) -> Result<(), PipelineError> {
    let place = |path: &Path| path.ancestors().find_map(|path| path.canonicalize().ok());
    match (run.canonicalize().ok(), place(out)) {
        (Some(run), Some(out)) if out.starts_with(&run) => Err(PipelineError::Usage(
            "--out lies in the run itself, which stays as it was published: name another folder"
                .into(),
        )),
        _ => Ok(()),
    }
}

fn words(run: &Path, manifest: &Manifest) -> Result<Words, PipelineError> {
    #[derive(Deserialize)]
    struct Shape {
        version: u32,
    }
    let bytes = manifest.file(run, "report.json")?;
    let damaged = |error: serde_json::Error| {
        PipelineError::NoInput(format!("report.json is not that of a run: {error}"))
    };
    let Shape { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version != SHAPE_VERSION {
        return Err(PipelineError::NoInput(format!(
            "report.json has shape {version}, and this program knows {SHAPE_VERSION}: use the \
             version that made the run"
        )));
    }
    serde_json::from_slice::<Carried>(&bytes).map(|carried| carried.words).map_err(damaged)
}

/// Every table of the run by its name, read on every core.
fn read_tables(run: &Path, manifest: &Manifest) -> Result<BTreeMap<String, Table>, PipelineError> {
    let paths = manifest.outputs.iter().map(|output| output.path.as_str());
    let names: Vec<&str> =
        paths.filter_map(|path| path.strip_prefix("tables/")?.strip_suffix(".parquet")).collect();
    let read = |name: &&str| table(run, manifest, name).map(|table| ((*name).to_owned(), table));
    // Collected twice, so that of several errors the first is said, whoever finished first.
    let tables: Vec<_> = names.par_iter().map(read).collect();
    tables.into_iter().collect()
}

fn table(run: &Path, manifest: &Manifest, name: &str) -> Result<Table, PipelineError> {
    let path = format!("tables/{name}.parquet");
    manifest.file(run, &path)?;
    let unreadable = |error: &dyn std::fmt::Display| {
        PipelineError::NoInput(format!("{path} of the run cannot be read: {error}"))
    };
    let file = File::open(run.join(&path)).map_err(|error| unreadable(&error))?;
    Table::from_parquet(name, file).map_err(|error| unreadable(&error))
}

fn no_such_section(name: &str, sections: &[&str], charts: &[&str]) -> String {
    let near = nearest(name, sections.iter().chain(charts).copied());
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!(
        "--section: the report has nothing called `{name}`{near}\nsections: {}\ncharts: {}",
        sections.join(", "),
        charts.join(", ")
    )
}

/// Files written into a directory.
struct Files<'a> {
    out: &'a Path,
    first: Option<PathBuf>,
    n: usize,
}

impl Files<'_> {
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), PipelineError> {
        let full = self.out.join(path);
        let dir = full.parent().unwrap_or(self.out);
        std::fs::create_dir_all(dir).map_err(PipelineError::write(dir))?;
        std::fs::write(&full, bytes).map_err(PipelineError::write(&full))?;
        self.n += 1;
        self.first.get_or_insert(full);
        Ok(())
    }

    fn done(self) -> Written {
        Written { first: self.first.unwrap_or_else(|| self.out.into()), n_files: self.n }
    }
}

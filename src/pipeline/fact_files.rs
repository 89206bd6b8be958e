//! The fact tables inside the store, written while facts are still made and used.
//!
//! The cores that fold, count and hide wait for each other now and then. What time that leaves goes to
//! this: a thread hands the facts to the pool from outside, one part after the other, and a core takes
//! on what comes from outside only when there is nothing else to do.

use super::error::PipelineError;
use crate::course::fact::SubjectFacts;
use crate::course::table::{CourseRows, InfusionRows, ScoreRows};
use crate::store::disk::{make_private_dir, tighten_dir, tighten_file};
use crate::table::rows::{RowWriter, Rows};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// Directory inside the store.
const DIR: &str = "facts";

/// Facts on their way into the store. Without their end, nothing of them is left there.
pub(super) struct FactFiles {
    parts: Option<Sender<Part>>,
    thread: Option<JoinHandle<Result<(), PipelineError>>>,
}

/// What the thread is told.
enum Part {
    /// Facts to write, behind those before.
    Next(Arc<Vec<SubjectFacts>>),
    /// That was all.
    End,
}

impl FactFiles {
    /// Begins to write facts that take the place of any others of these settings.
    ///
    /// # Errors
    /// If the disk refuses.
    pub(super) fn begin(store: &Path, settings_hash: &str) -> Result<Self, PipelineError> {
        let writer = FactWriter::begin(store, settings_hash)?;
        let (parts, received) = channel();
        let thread = std::thread::spawn(move || write(writer, &received));
        Ok(Self { parts: Some(parts), thread: Some(thread) })
    }

    /// Adds facts. An error of writing them is told by [`FactFiles::wait`].
    pub(super) fn add(&self, facts: Arc<Vec<SubjectFacts>>) {
        self.tell(Part::Next(facts));
    }

    /// That was all.
    pub(super) fn end(&mut self) {
        self.tell(Part::End);
        self.parts = None;
    }

    /// Waits until all is written and in its place. Not to be done by the pool, which this waits for.
    ///
    /// # Errors
    /// If the disk refused.
    pub(super) fn wait(mut self) -> Result<(), PipelineError> {
        self.end();
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(written)) => written,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }

    fn tell(&self, part: Part) {
        // Nobody listens any more only where writing failed, and that is told at the end.
        let _ = self.parts.as_ref().map(|parts| parts.send(part));
    }
}

impl Drop for FactFiles {
    /// What was begun and not ended is taken away before anyone else may come to the store; what
    /// waits is written before, in vain, but a run seldom breaks off. Not to be done by the pool, which
    /// this waits for.
    fn drop(&mut self) {
        self.parts = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Parts that the pool is handed at once, where more than one waits: enough that handing over costs
/// little, few enough that nobody who shares the pool has to wait for long.
const PARTS_AT_ONCE: usize = 2;

/// Writes part after part until the last; what nobody finishes goes with the writer.
fn write(mut writer: FactWriter, parts: &Receiver<Part>) -> Result<(), PipelineError> {
    while let Ok(first) = parts.recv() {
        let mut facts = Vec::new();
        let mut is_last = false;
        for part in std::iter::once(first).chain(parts.try_iter()).take(PARTS_AT_ONCE) {
            match part {
                Part::Next(next) => facts.push(next),
                Part::End => is_last = true,
            }
        }
        rayon::scope(|_| writer.write(&facts))?;
        writer.bring_to_disk()?;
        if is_last {
            return writer.finish();
        }
    }
    Ok(())
}

/// Writes the three fact tables aside, then puts them in place of earlier ones.
struct FactWriter {
    aside: TempDir,
    place: PathBuf,
    courses: RowWriter<CourseRows, File>,
    infusions: RowWriter<InfusionRows, File>,
    assessments: RowWriter<ScoreRows, File>,
    /// Bytes of each that the disk was told to take.
    begun: [usize; 3],
    /// Whoever waits for the disk to take them.
    on_the_way: Vec<JoinHandle<std::io::Result<()>>>,
}

/// Bytes of a table that wait for the disk at most, about.
const BYTES_TO_DISK: usize = 4 << 20;

impl FactWriter {
    fn begin(store: &Path, settings_hash: &str) -> Result<Self, PipelineError> {
        let dir = store.join(DIR);
        make_private_dir(&dir)
            .and_then(|()| tighten_dir(&dir))
            .map_err(PipelineError::write(&dir))?;
        let aside = TempDir::new_in(&dir).map_err(PipelineError::write(&dir))?;
        Ok(Self {
            courses: begin(aside.path(), "courses")?,
            infusions: begin(aside.path(), "infusions")?,
            assessments: begin(aside.path(), "assessments")?,
            begun: [0; 3],
            on_the_way: Vec::new(),
            place: dir.join(&settings_hash[..16]),
            aside,
        })
    }

    /// Adds facts. In one go: whoever waited for another's part of this would take on something longer
    /// meanwhile.
    fn write(&mut self, parts: &[Arc<Vec<SubjectFacts>>]) -> Result<(), PipelineError> {
        let Self { courses, infusions, assessments, .. } = self;
        let mut write = |facts| {
            courses.add(|rows| rows.push(facts))?;
            infusions.add(|rows| rows.push(facts))?;
            assessments.add(|rows| rows.push(facts))
        };
        let mut facts = parts.iter().flat_map(|part| part.iter());
        facts.try_for_each(&mut write).map_err(PipelineError::make("the facts"))
    }

    /// Has the disk take what has been written, meanwhile, so that little is left for the end.
    fn bring_to_disk(&mut self) -> Result<(), PipelineError> {
        let Self { courses, infusions, assessments, begun, on_the_way, place, .. } = self;
        let files = [courses.written(), infusions.written(), assessments.written()];
        for ((file, n_bytes), begun) in files.into_iter().zip(begun) {
            if n_bytes - *begun >= BYTES_TO_DISK {
                let file = file.try_clone().map_err(PipelineError::write(place))?;
                on_the_way.push(std::thread::spawn(move || file.sync_data()));
                *begun = n_bytes;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), PipelineError> {
        let files = [self.courses.finish(), self.infusions.finish(), self.assessments.finish()];
        for file in files {
            let file = file.map_err(PipelineError::make("the facts"))?;
            file.sync_all().map_err(PipelineError::write(&self.place))?;
        }
        for synced in self.on_the_way {
            let synced = synced.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            synced.map_err(PipelineError::write(&self.place))?;
        }
        match std::fs::remove_dir_all(&self.place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(PipelineError::write(&self.place)(error));
            }
            Ok(()) | Err(_) => {}
        }
        let aside = self.aside.keep();
        tighten_dir(&aside).map_err(PipelineError::write(&aside))?;
        std::fs::rename(&aside, &self.place).map_err(PipelineError::write(&self.place))
    }
}

/// Begins a fact table in a directory.
fn begin<R: Rows>(dir: &Path, name: &str) -> Result<RowWriter<R, File>, PipelineError> {
    let path = dir.join(format!("{name}.parquet"));
    let file = File::create(&path).map_err(PipelineError::write(&path))?;
    tighten_file(&path).map_err(PipelineError::write(&path))?;
    RowWriter::new(file).map_err(PipelineError::make("the facts"))
}

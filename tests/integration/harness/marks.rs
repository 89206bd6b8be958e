//! A search through everything the program said and wrote, decoded: the values of every column of
//! every Parquet file, the texts of JSON and HTML without their escapes, and all bytes as they are.

use crate::harness::tables::Text;
use crate::harness::workspace::{Ran, Workspace, files};
use serde_json::Value;

/// Texts by the place they stand in, in lower case.
pub(crate) struct Everything {
    texts: Vec<(String, String)>,
    n_files: usize,
    n_cells: usize,
}

impl std::fmt::Debug for Everything {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} files, {} cells", self.n_files, self.n_cells)
    }
}

/// Where a text was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) place: String,
}

impl Everything {
    /// Everything below these folders, the names of the files included, and what was said.
    pub(crate) fn of(workspace: &Workspace, folders: &[&str], said: &[&Ran]) -> Self {
        let mut all = Self { texts: Vec::new(), n_files: 0, n_cells: 0 };
        for ran in said {
            all.add("standard output", &ran.stdout);
            all.add("standard error", &ran.stderr);
            ran.stdout.lines().for_each(|line| all.add_json("standard output", line));
        }
        let root = workspace.path("");
        for path in folders.iter().flat_map(|folder| files(&workspace.path(folder))) {
            let place = path.strip_prefix(&root).expect("inside").display().to_string();
            let bytes = std::fs::read(&path).expect("a readable file");
            all.add("the name of a file", &place);
            let text = String::from_utf8_lossy(&bytes);
            all.add(&place, &text);
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if ending == "parquet" {
                let cells = Text::parquet(&path).rows.concat();
                all.n_cells += cells.len();
                all.add(&place, &cells.join("\n"));
            }
            if ["json", "ndjson", "crc"].contains(&ending) {
                all.add_json(&place, &text);
                text.lines().for_each(|line| all.add_json(&place, line));
            }
            if ["html", "svg"].contains(&ending) {
                all.add(&place, &without_entities(&text));
            }
            all.n_files += 1;
        }
        all
    }

    /// Files that were searched.
    pub(crate) const fn n_files(&self) -> usize {
        self.n_files
    }

    /// Cells of Parquet files that were searched.
    pub(crate) const fn n_cells(&self) -> usize {
        self.n_cells
    }

    /// Where a text stands, in whatever case.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        let text = text.to_lowercase();
        let holds = self.texts.iter().filter(|(_, held)| held.contains(&text));
        holds.map(|(place, _)| Found { place: place.clone() }).collect()
    }

    fn add(&mut self, place: &str, text: &str) {
        self.texts.push((place.to_owned(), text.to_lowercase()));
    }

    /// The texts and names of a JSON document; of a text that is JSON itself, also what it holds.
    fn add_json(&mut self, place: &str, text: &str) {
        let Ok(value) = serde_json::from_str::<Value>(text) else { return };
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            match value {
                Value::String(text) => {
                    self.add(place, &text);
                    if text.starts_with(['{', '[']) {
                        self.add_json(place, &text);
                    }
                }
                Value::Array(values) => todo.extend(values),
                Value::Object(fields) => {
                    for (name, value) in fields {
                        self.add(place, &name);
                        todo.push(value);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A page with its entities as characters, and without its tags.
fn without_entities(page: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in page.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    for (entity, character) in [
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text
}

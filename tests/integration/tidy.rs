//! The shape of the source holds: layers, outside crates, no circle inside a folder, headers.
//!
//! One crate does not stop its modules from importing each other in circles, so this test reads
//! every `use` line and every inline path.

#![allow(clippy::expect_used, reason = "a test stops where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Module, and what of the crate it may import. The order is that of the layers.
const MODULES: [(&str, &[&str]); 15] = [
    ("event", &[]),
    ("stats", &[]),
    ("table", &[]),
    ("schema", &["event", "table"]),
    ("privacy", &["event", "table"]),
    ("simulate", &["event"]),
    ("ingest", &["event", "schema", "privacy"]),
    ("store", &["event", "privacy"]),
    ("course", &["event", "table"]),
    ("curves", &["event", "stats", "table", "privacy", "course"]),
    ("quality", &["event", "stats", "table", "privacy", "course"]),
    ("charts", &["event", "table", "privacy", "curves", "quality"]),
    ("report", &["event", "table", "privacy", "course", "curves", "quality", "charts"]),
    (
        "pipeline",
        &[
            "event", "stats", "table", "schema", "privacy", "ingest", "store", "course", "curves",
            "quality", "charts", "report",
        ],
    ),
    ("cli", &["event", "schema", "simulate", "store", "pipeline"]),
];

/// Outside crate, and the only places that may name it.
const CRATES: [(&str, &[&str]); 26] = [
    ("arrow", &["table/", "store/", "ingest/sheet/parquet.rs"]),
    ("parquet", &["table/", "store/", "ingest/sheet/parquet.rs"]),
    ("delta_kernel", &["store/"]),
    ("delta_kernel_default_engine", &["store/"]),
    ("object_store", &["store/"]),
    ("png", &["charts/draw.rs"]),
    ("resvg", &["charts/draw.rs"]),
    ("dejavu", &["charts/draw.rs"]),
    ("clap", &["cli/", "main.rs"]),
    ("indicatif", &["cli/"]),
    ("minijinja", &["report/"]),
    ("base64", &["report/sha256.rs"]),
    ("sha2", &["report/sha256.rs"]),
    ("csv", &["table/", "ingest/sheet/csv.rs"]),
    ("statrs", &["stats/"]),
    ("regex", &["privacy/"]),
    ("flate2", &["ingest/"]),
    ("zstd", &["ingest/"]),
    ("memchr", &["ingest/"]),
    ("mimalloc", &["main.rs"]),
    ("compact_str", &["event/", "table/", "curves/"]),
    ("smallvec", &["event/"]),
    ("foldhash", &["curves/"]),
    ("rand", &["simulate/", "stats/bootstrap.rs"]),
    ("rand_chacha", &["simulate/", "stats/bootstrap.rs"]),
    ("rand_distr", &["simulate/"]),
];

/// A file longer than this holds more than one idea. Named exceptions are closed lists.
const LONGEST_FILE: usize = 520;
const LONG_LISTS: [&str; 3] = ["event/kind.rs", "event/refuse.rs", "pipeline/plan.rs"];

struct SourceFile {
    /// Path inside `src`, with forward slashes.
    path: String,
    text: String,
    /// The same without comments, texts and test modules.
    code: String,
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut todo = vec![root.clone()];
    while let Some(dir) = todo.pop() {
        let entries = fs::read_dir(&dir).expect("the source is readable");
        let mut entries: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let inside = path.strip_prefix(&root).expect("inside src");
                let path = inside.to_string_lossy().replace('\\', "/");
                let code = code_of(&text);
                files.push(SourceFile { path, text, code });
            }
        }
    }
    assert!(files.len() > 50, "the source was found");
    files
}

/// Code without comments and without what follows `#[cfg(test)]` at the end of a file.
fn code_of(text: &str) -> String {
    let body = match text.find("\n#[cfg(test)]\nmod tests {") {
        Some(at) => &text[..at],
        None => text,
    };
    let mut code = String::new();
    for line in body.lines() {
        let line = line.split("//").next().unwrap_or_default();
        code.push_str(line);
        code.push('\n');
    }
    code
}

fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("fixture.rs")
}

/// First segments of every path of the crate a text names: `use crate::a::b` and inline `crate::a`.
fn crate_paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$')
            || code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            continue;
        }
        let rest: String = code[at + 7..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
            .collect();
        found.push(rest.split("::").map(str::to_owned).collect());
    }
    found
}

#[test]
fn modules_import_only_lower_layers() {
    let allowed: BTreeMap<&str, &[&str]> = MODULES.into_iter().collect();
    let mut wrong = Vec::new();
    for file in sources() {
        let Some((module, _)) = file.path.split_once('/') else { continue };
        let allowed = allowed.get(module).unwrap_or_else(|| panic!("{module} is in the table"));
        for path in crate_paths(&file.code) {
            let first = path[0].as_str();
            if first != module && !allowed.contains(&first) {
                wrong.push(format!("{} imports crate::{first}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (module, imports) in MODULES {
        let place = |name: &str| MODULES.iter().position(|(known, _)| *known == name);
        for import in imports {
            assert!(place(import) < place(module), "{module} stands above {import}");
        }
    }
}

#[test]
fn outside_crates_stay_in_their_places() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !is_test(&file.path)) {
        for (name, places) in CRATES {
            let named = [
                format!("use {name}::"),
                format!(" {name}::"),
                format!("({name}::"),
                format!("<{name}::"),
            ];
            let is_named = named.iter().any(|text| file.code.contains(text.as_str()))
                && !file.code.contains(&format!("super::{name}"));
            let is_module = file.code.contains(&format!("pub mod {name};"));
            if is_named && !is_module && !places.iter().any(|place| file.path.starts_with(place)) {
                wrong.push(format!("{} names {name}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Which files of a folder each file of it names: siblings by `super::`, children and cousins by
/// `crate::folder::` paths.
fn neighbours(files: &[SourceFile], folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let in_folder: BTreeSet<String> = files
        .iter()
        .filter(|file| !is_test(&file.path))
        .filter_map(|file| file.path.strip_prefix(&format!("{folder}/")))
        .filter_map(|rest| Some(rest.split('/').next()?.trim_end_matches(".rs").to_owned()))
        .filter(|name| name != "mod")
        .collect();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files.iter().filter(|file| !is_test(&file.path)) {
        let Some(rest) = file.path.strip_prefix(&format!("{folder}/")) else { continue };
        let depth = rest.matches('/').count();
        let name = rest.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let is_top = rest == "mod.rs";
        let up = "super::".repeat(depth + usize::from(!rest.ends_with("mod.rs") || depth == 0));
        let up = if rest.ends_with("/mod.rs") { "super::".repeat(depth) } else { up };
        let prefix = format!("crate::{}::", folder.replace('/', "::"));
        for other in &in_folder {
            let by_super = format!("{up}{other}");
            let named = file.code.contains(&format!("{prefix}{other}"))
                || file.code.match_indices(&by_super).any(|(at, text)| {
                    let before = !file.code[..at].ends_with("super::");
                    let after = file.code[at + text.len()..].chars().next();
                    before && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
                });
            if named && *other != name && !is_top {
                graph.entry(name.clone()).or_default().insert(other.clone());
            }
        }
    }
    graph
}

#[test]
fn no_circle_inside_a_folder() {
    let files = sources();
    let folders: BTreeSet<String> = files
        .iter()
        .flat_map(|file| {
            Path::new(&file.path).ancestors().skip(1).map(|p| p.to_string_lossy().into_owned())
        })
        .filter(|folder| !folder.is_empty())
        .collect();
    let mut circles = Vec::new();
    for folder in &folders {
        let graph = neighbours(&files, folder);
        for start in graph.keys() {
            let mut reached = BTreeSet::new();
            let mut todo: Vec<&String> = graph[start].iter().collect();
            while let Some(next) = todo.pop() {
                if reached.insert(next) {
                    todo.extend(graph.get(next).into_iter().flatten());
                }
            }
            if reached.contains(start) {
                circles.push(format!("{folder}/{start} names itself by way of {:?}", graph[start]));
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn no_sibling_imports_the_top_of_its_folder() {
    for file in
        sources().iter().filter(|file| !file.path.ends_with("mod.rs") && !is_test(&file.path))
    {
        for line in file.code.lines() {
            let line = line.trim();
            let items =
                line.strip_prefix("use super::").or_else(|| line.strip_prefix("pub use super::"));
            let Some(first) = items.and_then(|items| items.chars().next()) else { continue };
            let from_top =
                first.is_uppercase() || first == '{' && line.contains(char::is_uppercase);
            assert!(
                !from_top || line.contains("::{") && !line.starts_with("use super::{"),
                "{}: {line}",
                file.path
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
    for file in sources() {
        assert!(file.text.starts_with("//!"), "{} begins with a header", file.path);
        let lines = file.code.lines().count();
        let is_list = LONG_LISTS.contains(&file.path.as_str());
        assert!(lines <= LONGEST_FILE || is_list, "{} has {lines} lines", file.path);
    }
}

#[test]
fn nothing_below_the_terminal_prints_or_looks_at_the_clock() {
    for file in
        sources().iter().filter(|file| !file.path.starts_with("cli/") && !is_test(&file.path))
    {
        for word in ["println!", "eprintln!", "print!(", "::now()", "std::env::var", "dbg!"] {
            assert!(!file.code.contains(word), "{} has {word}", file.path);
        }
    }
}

#[test]
fn nothing_is_left_undone() {
    for file in sources() {
        for word in ["TODO", "FIXME", "XXX", "unimplemented!", "todo!", "#[ignore"] {
            assert!(!file.text.contains(word), "{} has {word}", file.path);
        }
    }
}

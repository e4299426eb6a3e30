//! The corridor is one-way: a room imports rooms of lower rank only. Reads the sources as text.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by rank. `reference` and `config` know nothing of each other.
const RANKS: [&str; 15] = [
    "domain",
    "config",
    "reference",
    "learners",
    "extracts",
    "timeline",
    "measures",
    "features",
    "models",
    "outreach",
    "caseload",
    "publish",
    "synth",
    "pipeline",
    "cli",
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn rank(room: &str) -> Option<usize> {
    RANKS.iter().position(|r| *r == room)
}

#[test]
fn no_import_climbs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files {
        let inside = file.strip_prefix(&root).expect("below src");
        let Some(room) = inside.components().next().and_then(|c| c.as_os_str().to_str()).and_then(rank) else {
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for part in line.split("crate::").skip(1) {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if let Some(other) = rank(&name) {
                    seen += 1;
                    if other > room {
                        wrong.push(format!("{}:{}: {} imports {name}", inside.display(), number + 1, RANKS[room]));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that climb:\n{}", wrong.join("\n"));
    // The reading itself works: the house has far more than a handful of imports.
    assert!(seen > 100, "only {seen} imports were seen");
}

#[test]
fn every_file_opens_with_what_it_owns() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if path.exists() {
            sources(&path, &mut files);
        }
    }
    let bare: Vec<String> = files
        .iter()
        .filter(|f| !fs::read_to_string(f).is_ok_and(|t| t.starts_with("//!")))
        .map(|f| f.display().to_string())
        .collect();
    assert!(bare.is_empty(), "files without an opening //! line:\n{}", bare.join("\n"));
}

//! Layouts of several files, `config/layouts/layouts.toml`, each read as a shipped example reads its own copy. Owns which
//! tables are files of a layout and how an example becomes a configuration of theirs; refuses to write one.

use serde::Deserialize;

use super::probe::Probe;

/// A known layout.
#[derive(Deserialize)]
pub struct Layout {
    /// What people call it.
    pub title: String,
    /// The example that reads it.
    pub example: String,
    /// Files that stand beside the example and that it names.
    #[serde(default)]
    pub beside: Vec<String>,
    /// Files that must be found before it is this layout.
    #[serde(default = "two")]
    least: usize,
    files: Vec<LayoutFile>,
}

fn two() -> usize {
    2
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    /// Name of the example's own copy; none for a file of which no extract is made.
    #[serde(default)]
    file: String,
    /// Columns by which it is known.
    columns: Vec<String>,
    /// Globs of file names, for files that name no columns.
    #[serde(default)]
    names: Vec<String>,
    #[serde(default = "yes")]
    used: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct All {
    layout: Vec<Layout>,
}

/// The examples by name, and what stands beside them.
const SHIPPED: [(&str, &str); 7] = [
    ("fhir-bulk.toml", include_str!("../../config/examples/fhir-bulk.toml")),
    ("synthea.toml", include_str!("../../config/examples/synthea.toml")),
    ("snomed-demo.csv", include_str!("../../config/examples/snomed-demo.csv")),
    ("medicare-rif.toml", include_str!("../../config/examples/medicare-rif.toml")),
    ("omop.toml", include_str!("../../config/examples/omop.toml")),
    ("medicare-cclf.toml", include_str!("../../config/examples/medicare-cclf.toml")),
    ("cclf-layout.csv", include_str!("../../config/examples/cclf-layout.csv")),
];

/// Every layout.
#[must_use]
pub fn shipped_layouts() -> Vec<Layout> {
    toml::from_str::<All>(include_str!("../../config/layouts/layouts.toml")).map(|all| all.layout).unwrap_or_default()
}

/// A shipped file by its name.
#[must_use]
pub fn shipped_file(name: &str) -> &'static str {
    SHIPPED.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text)
}

/// The tables that are files of a layout: places of the tables by the name of the example's own copy.
pub struct Match {
    /// Name of the example's copy, empty for files of which nothing is made, and place of the table.
    pub roles: Vec<(String, usize)>,
}

impl Layout {
    /// Which of the tables are its files; none when too few of them are.
    #[must_use]
    pub fn matches(&self, tables: &[Probe]) -> Option<Match> {
        let mut roles = Vec::new();
        for (at, table) in tables.iter().enumerate() {
            if let Some(file) = self.files.iter().find(|f| f.is(table)) {
                roles.push((if file.used { file.file.clone() } else { String::new() }, at));
            }
        }
        let mut used: Vec<&str> = roles.iter().map(|(f, _)| f.as_str()).filter(|f| !f.is_empty()).collect();
        used.sort_unstable();
        used.dedup();
        (used.len() >= self.least || roles.iter().any(|(_, at)| self.named_by_file(&tables[*at])))
            .then_some(Match { roles })
    }

    fn named_by_file(&self, table: &Probe) -> bool {
        self.files.iter().any(|f| f.used && f.is_named(table))
    }
}

impl LayoutFile {
    fn is(&self, table: &Probe) -> bool {
        let has = |wanted: &String| table.peek.names.iter().any(|n| n.eq_ignore_ascii_case(wanted));
        (!self.columns.is_empty() && self.columns.iter().all(has)) || self.is_named(table)
    }

    /// Known by its file's name alone: no header line tells more.
    fn is_named(&self, table: &Probe) -> bool {
        let name = table.path.file_name().map(|n| n.to_string_lossy().to_uppercase()).unwrap_or_default();
        !table.config.header
            && self.names.iter().any(|p| glob::Pattern::new(&p.to_uppercase()).is_ok_and(|p| p.matches(&name)))
    }
}

/// The sections of an example with the paths of its copy replaced by those found, by the name of the copy; a section of
/// which no file was found falls away. Gives each section's extract and text.
#[must_use]
pub fn filled_sections(example: &str, found: &[(String, Vec<String>)]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (extract, text) in sections(example) {
        if let Some(text) = fill_paths(&text, found) {
            out.push((extract, text));
        }
    }
    out
}

/// The text of each extract, its comments above it.
fn sections(example: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in example.lines() {
        let extract = line.strip_prefix("[extracts.").and_then(|rest| rest.split([']', '.']).next());
        match extract {
            Some(name) if out.last().is_none_or(|(last, _)| last != name) => out.push((name.to_owned(), String::new())),
            _ => {}
        }
        if let Some((_, text)) = out.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    out
}

/// The text with each quoted path of the example's copy replaced; `None` when a path that stands alone was not found.
fn fill_paths(text: &str, found: &[(String, Vec<String>)]) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\"../../../shared/") {
        let (before, after) = rest.split_at(at);
        let end = after[1..].find('"')? + 2;
        let name = after[..end].trim_matches('"').rsplit('/').next().unwrap_or("");
        let paths = found.iter().find(|(file, _)| file == name).map(|(_, paths)| paths.as_slice()).unwrap_or_default();
        let line = format!("{out}{before}");
        let in_list = line.rsplit('\n').next().is_some_and(|l| l.contains("path = ["));
        let quoted: Vec<String> = paths.iter().map(|p| toml::Value::from(p.as_str()).to_string()).collect();
        let mut before = before.to_owned();
        let mut text_after = &after[end..];
        match (quoted.as_slice(), in_list) {
            ([], true) => {
                // The item goes with one of its commas.
                match text_after.strip_prefix(", ") {
                    Some(next) => text_after = next,
                    None => before.truncate(before.trim_end_matches(", ").len()),
                }
                out.push_str(&before);
            }
            ([], false) => return None,
            ([one], _) => {
                out.push_str(&before);
                out.push_str(one);
            }
            (many, true) => {
                out.push_str(&before);
                out.push_str(&many.join(", "));
            }
            (many, false) => {
                out.push_str(&before);
                out.push('[');
                out.push_str(&many.join(", "));
                out.push(']');
            }
        }
        rest = text_after;
    }
    out.push_str(rest);
    (!out.contains("path = []")).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_names_an_example_and_its_files() {
        let layouts = shipped_layouts();
        assert_eq!(layouts.len(), 5);
        for layout in layouts {
            let example = shipped_file(&layout.example);
            for file in layout.files.iter().filter(|f| f.used) {
                assert!(example.contains(&format!("/{}\"", file.file)), "{}: {}", layout.title, file.file);
            }
            for name in &layout.beside {
                assert!(example.contains(&format!("\"{name}\"")) && !shipped_file(name).is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn paths_of_an_example_are_replaced_by_those_found() {
        let example = "[run]\n[extracts.a]\npath = \"../../../shared/x/a.csv\"\n[extracts.b]\n\
            path = [\"../../../shared/x/b.csv\", \"../../../shared/x/c.csv\", \"../../../shared/x/d.csv\"]\n[extracts.b.columns]\nq = \"z\"\n\
            [extracts.c]\npath = \"../../../shared/x/gone.csv\"\n";
        let found = |name: &str, paths: &[&str]| (name.to_owned(), paths.iter().map(|p| (*p).to_owned()).collect());
        let all = filled_sections(
            example,
            &[found("a.csv", &["/1", "/2"]), found("b.csv", &["/3"]), found("d.csv", &["/4", "/5"])],
        );
        let texts: Vec<&str> = all.iter().map(|(_, t)| t.as_str()).collect();
        assert_eq!(
            texts,
            [
                "[extracts.a]\npath = [\"/1\", \"/2\"]\n",
                "[extracts.b]\npath = [\"/3\", \"/4\", \"/5\"]\n[extracts.b.columns]\nq = \"z\"\n",
            ]
        );
    }
}

//! The corridor is one-way and no room is a knot: a room imports rooms of lower rank only, no two files import each
//! other, and a `mod.rs` holds `mod` and `use` only. Reads the sources as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by rank. `reference` and `config` know nothing of each other.
const RANKS: [&str; 23] = [
    "domain",
    "config",
    "reference",
    "learners",
    "extracts",
    "intake",
    "timeline",
    "measures",
    "features",
    "population",
    "models",
    "facts",
    "playbook",
    "programs",
    "outreach",
    "caseload",
    "publish",
    "synth",
    "training",
    "runs",
    "cluster",
    "pipeline",
    "cli",
];

/// Rooms in which files still import each other in a circle. To be emptied, never filled.
#[rustfmt::skip]
const KNOTTED: &[&str] = &[
];

/// Rooms with a `mod.rs` that holds more than `mod` and `use`. To be emptied, never filled.
#[rustfmt::skip]
const FULL_MOD_FILES: &[&str] = &[
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

/// One word or sign of a source, comments, texts and test code left out.
type Token = String;

/// A text's words and signs without comments, string and character literals.
fn tokens(text: &str) -> Vec<Token> {
    let c: Vec<char> = text.chars().collect();
    let at = |i: usize| c.get(i).copied().unwrap_or('\0');
    let mut out = Vec::new();
    let mut i = 0;
    while i < c.len() {
        let raw = usize::from(at(i) == 'b');
        if at(i) == '/' && at(i + 1) == '/' {
            while i < c.len() && at(i) != '\n' {
                i += 1;
            }
        } else if at(i) == '/' && at(i + 1) == '*' {
            while i < c.len() && !(at(i) == '*' && at(i + 1) == '/') {
                i += 1;
            }
            i += 2;
        } else if at(i + raw) == 'r' && matches!(at(i + raw + 1), '"' | '#') {
            let hashes = (i + raw + 1..c.len()).take_while(|k| at(*k) == '#').count();
            let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            i += raw + 2 + hashes;
            while i < c.len() && !c[i..].starts_with(&end.chars().collect::<Vec<_>>()) {
                i += 1;
            }
            i += end.len();
        } else if at(i) == '"' {
            i += 1;
            while i < c.len() && at(i) != '"' {
                i += 1 + usize::from(at(i) == '\\');
            }
            i += 1;
        } else if at(i) == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < c.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
        } else if at(i).is_alphabetic() || at(i) == '_' {
            let word: String = c[i..].iter().take_while(|k| k.is_alphanumeric() || **k == '_').collect();
            i += word.chars().count();
            out.push(word);
        } else if at(i) == ':' && at(i + 1) == ':' {
            out.push("::".to_owned());
            i += 2;
        } else {
            if !at(i).is_whitespace() {
                out.push(at(i).to_string());
            }
            i += 1;
        }
    }
    out
}

fn is(found: Option<&Token>, word: &str) -> bool {
    found.is_some_and(|t| t == word)
}

/// Tokens from `from` on up to and with the end of the item there: its `;`, or its closing brace.
fn item_end(all: &[Token], from: usize) -> usize {
    let (mut depth, mut i) = (0_i32, from);
    while i < all.len() {
        match all[i].as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if depth == 0 && all[i] == "}" && !is(all.get(i + 1), ";") {
                    return i + 1;
                }
            }
            ";" if depth == 0 => return i + 1,
            _ => {}
        }
        i += 1;
    }
    all.len()
}

/// Past an attribute that begins at `from`.
fn attribute_end(all: &[Token], from: usize) -> usize {
    let (mut depth, mut i) = (0_i32, from);
    while i < all.len() {
        match all[i].as_str() {
            "[" => depth += 1,
            "]" => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
        i += 1;
    }
    all.len()
}

/// The tokens without items that only tests see.
fn without_tests(all: &[Token]) -> Vec<Token> {
    let test = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut out = Vec::new();
    let mut i = 0;
    while i < all.len() {
        if all[i..].iter().take(test.len()).map(String::as_str).eq(test) {
            i += test.len();
            while is(all.get(i), "#") {
                i = attribute_end(all, i);
            }
            i = item_end(all, i);
        } else {
            out.push(all[i].clone());
            i += 1;
        }
    }
    out
}

/// A path as written, in which many inline modules, and the name it is known by when a `use` brings it.
struct Import {
    path: Vec<String>,
    inside: usize,
    name: Option<String>,
}

/// The paths of a use tree from `i` on, each behind `prefix`; returns the place after it.
fn use_tree(all: &[Token], mut i: usize, prefix: &[String], inside: usize, out: &mut Vec<Import>) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match all.get(i).map(String::as_str) {
            Some("{") => {
                i += 1;
                while !is(all.get(i), "}") && i < all.len() {
                    i = use_tree(all, i, &path, inside, out);
                    i += usize::from(is(all.get(i), ","));
                }
                return i + 1;
            }
            Some("*") => {
                out.push(Import { path, inside, name: None });
                return i + 1;
            }
            Some("::") => i += 1,
            Some(word) if word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                if word != "self" || path.is_empty() {
                    path.push(word.to_owned());
                }
                i += 1;
                if !is(all.get(i), "::") {
                    let mut name = path.last().cloned();
                    if is(all.get(i), "as") {
                        name = all.get(i + 1).cloned();
                        i += 2;
                    }
                    out.push(Import { path, inside, name });
                    return i;
                }
            }
            _ => return i,
        }
    }
}

/// Every path of a file that may lead to another file.
fn imports(all: &[Token]) -> Vec<Import> {
    let mut out = Vec::new();
    let (mut depth, mut inline, mut i) = (0_usize, Vec::new(), 0);
    while i < all.len() {
        let before = i.checked_sub(1).and_then(|k| all.get(k));
        match all[i].as_str() {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if inline.last() == Some(&depth) {
                    inline.pop();
                }
            }
            "mod" if is(all.get(i + 2), "{") => inline.push(depth),
            "use" => {
                i = use_tree(all, i + 1, &[], inline.len(), &mut out);
                continue;
            }
            "crate" | "super" | "self" if is(all.get(i + 1), "::") && !is(before, "::") && !is(before, "in") => {
                let mut path = vec![all[i].clone()];
                while is(all.get(i + 1), "::")
                    && all.get(i + 2).is_some_and(|w| w.chars().all(char::is_alphanumeric) || w.contains('_'))
                {
                    path.push(all[i + 2].clone());
                    i += 2;
                }
                out.push(Import { path, inside: inline.len(), name: None });
            }
            _ => {}
        }
        i += 1;
    }
    out
}

/// The files of the house by module path; `["extracts"]` is `extracts/mod.rs`, `[]` is `lib.rs`.
struct House {
    files: BTreeMap<Vec<String>, Vec<Token>>,
    imports: BTreeMap<Vec<String>, Vec<Import>>,
}

impl House {
    fn new(texts: impl IntoIterator<Item = (Vec<String>, String)>) -> Self {
        let files: BTreeMap<_, _> = texts.into_iter().map(|(at, text)| (at, without_tests(&tokens(&text)))).collect();
        let imports = files.iter().map(|(at, all)| (at.clone(), imports(all))).collect();
        Self { files, imports }
    }

    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut paths = Vec::new();
        sources(&root, &mut paths);
        Self::new(paths.into_iter().filter_map(|path| {
            let inside = path.strip_prefix(&root).ok()?.with_extension("");
            let mut at: Vec<String> = inside.iter().map(|p| p.to_string_lossy().into_owned()).collect();
            if at.iter().any(|p| p == "tests") || at == ["main"] {
                return None;
            }
            if at.last().is_some_and(|l| l == "mod" || l == "lib") {
                at.pop();
            }
            Some((at, fs::read_to_string(&path).expect("a source file")))
        }))
    }

    /// The file that a path of module `from` leads to.
    fn leads_to(&self, from: &[String], import: &Import) -> Option<Vec<String>> {
        let mut base = from.to_vec();
        let mut rest = import.path.as_slice();
        let mut inside = import.inside;
        match rest.first().map(String::as_str)? {
            "crate" => {
                base.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|s| s == "super") {
                    if inside > 0 {
                        inside -= 1;
                    } else {
                        base.pop();
                    }
                    rest = &rest[1..];
                }
            }
            first => {
                let child: Vec<String> = base.iter().cloned().chain([first.to_owned()]).collect();
                if !self.files.contains_key(&child) {
                    return None;
                }
            }
        }
        self.locate(&base, rest, 0)
    }

    fn locate(&self, module: &[String], rest: &[String], depth: usize) -> Option<Vec<String>> {
        let Some(first) = rest.first() else { return Some(module.to_vec()) };
        let child: Vec<String> = module.iter().cloned().chain([first.clone()]).collect();
        if self.files.contains_key(&child) {
            return self.locate(&child, &rest[1..], depth);
        }
        // A name that the module has from elsewhere counts as the file it comes from.
        let brought = self.imports.get(module)?.iter().find(|i| i.name.as_ref() == Some(first));
        if let Some(import) = brought.filter(|_| depth < 9) {
            let path = import.path.iter().chain(&rest[1..]).cloned().collect();
            let on = Import { path, inside: import.inside, name: None };
            let mut base = module.to_vec();
            let mut rest = on.path.as_slice();
            return match rest.first().map(String::as_str) {
                Some("crate") => self.locate(&[], &rest[1..], depth + 1),
                Some("super") => {
                    while rest.first().is_some_and(|s| s == "super") {
                        base.pop();
                        rest = &rest[1..];
                    }
                    self.locate(&base, rest, depth + 1)
                }
                Some("self") => self.locate(&base, &rest[1..], depth + 1),
                Some(name) => {
                    let child: Vec<String> = base.iter().cloned().chain([name.to_owned()]).collect();
                    if self.files.contains_key(&child) {
                        self.locate(&base, rest, depth + 1)
                    } else {
                        Some(module.to_vec())
                    }
                }
                None => None,
            };
        }
        Some(module.to_vec())
    }

    /// Which file imports which, itself left out.
    fn edges(&self) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
        self.files
            .keys()
            .map(|from| {
                let to = self.imports[from].iter().filter_map(|i| self.leads_to(from, i));
                (from.clone(), to.filter(|to| to != from && !to.is_empty()).collect())
            })
            .collect()
    }

    /// Sets of files that reach each other.
    fn circles(&self) -> Vec<Vec<String>> {
        let edges = self.edges();
        let reach = |from: &Vec<String>| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(at) = open.pop() {
                for to in edges.get(at).into_iter().flatten() {
                    if seen.insert(to) {
                        open.push(to);
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> = edges.keys().map(|f| (f, reach(f))).collect();
        let mut out: Vec<Vec<String>> = Vec::new();
        let mut done = BTreeSet::new();
        for from in edges.keys().filter(|f| reached[f].contains(f)) {
            if done.insert(from) {
                let mut circle = vec![from];
                circle.extend(reached[from].iter().copied().filter(|to| *to != from && reached[*to].contains(from)));
                done.extend(&circle);
                out.push(circle.into_iter().map(|f| self.name(f)).collect());
            }
        }
        out
    }

    fn name(&self, at: &[String]) -> String {
        let inner = self.files.keys().any(|k| k.len() == at.len() + 1 && k.starts_with(at));
        at.join("/") + if inner || at.len() == 1 { "/mod.rs" } else { ".rs" }
    }
}

fn room_of(name: &str) -> &str {
    name.split('/').next().unwrap_or("")
}

#[test]
fn no_import_climbs() {
    let house = House::read();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (from, all) in house.edges() {
        let Some(room) = from.first().and_then(|r| rank(r)) else { continue };
        for to in all {
            let Some(other) = rank(&to[0]) else { continue };
            seen += 1;
            if other > room {
                wrong.push(format!("{} imports {}", house.name(&from), house.name(&to)));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that climb:\n{}", wrong.join("\n"));
    // The reading itself works: the house has far more than a handful of imports.
    assert!(seen > 400, "only {seen} imports were seen");
}

#[test]
fn no_two_files_import_each_other() {
    let circles = House::read().circles();
    let knots: BTreeMap<&str, usize> = circles.iter().fold(BTreeMap::new(), |mut n, c| {
        *n.entry(room_of(&c[0])).or_default() += c.len();
        n
    });
    let wrong: Vec<String> =
        circles.iter().filter(|c| !KNOTTED.contains(&room_of(&c[0]))).map(|c| c.join(" ")).collect();
    assert!(wrong.is_empty(), "files in an import circle:\n{}", wrong.join("\n"));
    let free: Vec<&&str> = KNOTTED.iter().filter(|room| !knots.contains_key(**room)).collect();
    assert!(free.is_empty(), "no knot any more, take them off the list: {free:?}");
    println!("files in circles by room: {knots:?}");
}

#[test]
fn mod_files_hold_mod_and_use_only() {
    let house = House::read();
    let mut full = BTreeMap::new();
    for (at, all) in &house.files {
        let name = house.name(at);
        if at.is_empty() || !name.ends_with("/mod.rs") {
            continue;
        }
        let mut i = 0;
        while i < all.len() {
            if all[i] == "#" {
                i = attribute_end(all, i);
                continue;
            }
            let end = item_end(all, i);
            // `pub use`, `pub(super) mod`, … : past the visibility.
            let word = all[i..end].iter().find(|w| !matches!(w.as_str(), "pub" | "(" | ")" | "crate" | "super" | "in"));
            if !word.is_some_and(|w| w == "mod" || w == "use") {
                full.entry(room_of(&name).to_owned()).or_insert(name.clone());
            }
            // A use tree ends in a brace and a semicolon.
            i = end + usize::from(is(all.get(end), ";"));
        }
    }
    let wrong: Vec<&String> =
        full.iter().filter(|(r, _)| !FULL_MOD_FILES.contains(&r.as_str())).map(|(_, n)| n).collect();
    assert!(wrong.is_empty(), "more than mod and use: {wrong:?}");
    let mended: Vec<&&str> = FULL_MOD_FILES.iter().filter(|r| !full.contains_key(**r)).collect();
    assert!(mended.is_empty(), "mended, take them off the list: {mended:?}");
}

#[test]
fn circles_are_seen_through_re_exports_and_not_through_tests() {
    let at = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let circles = |texts: &[(&str, &str)]| House::new(texts.iter().map(|(p, t)| (at(p), (*t).to_owned()))).circles();
    let room = ("room", "mod a; mod b; mod c; pub use a::{One, Two as Zwei}; pub use b::Three;");
    // a → b by its path, b → a by a renamed re-export; c only looks on.
    let a = ("room/a", "use super::b::Three; // use super::c;\npub struct One;");
    let b = ("room/b", "pub struct Three; fn f(x: &str) -> super::Zwei { \"use super::c\" }");
    let c = ("room/c", "use crate::room::{One, b};");
    assert_eq!(circles(&[room, a, b, c]), [["room/a.rs", "room/b.rs"]]);
    let tested = ("room/b", "pub struct Three;\n#[cfg(test)]\nmod tests { use super::*; use super::super::One; }");
    assert_eq!(circles(&[room, a, tested, c]), [[""; 0]; 0]);
    // What a mod.rs holds itself makes a knot of it and whoever it re-exports from.
    let full = ("room", "mod a; pub use a::One; pub struct Error;");
    assert_eq!(circles(&[full, ("room/a", "pub struct One(super::Error);")]), [["room/mod.rs", "room/a.rs"]]);
    // `super` inside an inline module is the file itself.
    let inline = ("room/a", "pub struct One; mod inner { use super::One; }");
    assert_eq!(circles(&[("room", "mod a; pub use a::One;"), inline]), [[""; 0]; 0]);
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

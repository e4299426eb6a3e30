//! A configuration for files as they were found: sections of known layouts, sections guessed by names, and what is not
//! there with what that costs. Owns their order and the summary; refuses to write a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::guess::{Guess, guess_extract};
use super::layouts::{filled_sections, shipped_file, shipped_layouts};
use super::names::Names;
use super::probe::{Looked, Probe, look_at};
use super::section::{quoted, table_dates, write_section};
use super::spelling::date_spellings;
use crate::domain::Day;
use crate::extracts::EXTRACTS;

/// A configuration that was thought out.
pub struct Proposal {
    /// The text of the file.
    pub text: String,
    /// What was recognised, in a few lines.
    pub summary: String,
    /// Files that it names and that stand beside it: name and content.
    pub beside: Vec<(String, &'static str)>,
}

/// Looks at files and writes a configuration for them; its runs are published to `out`.
///
/// # Errors
/// A sentence when a path is not there or holds no file.
pub fn propose(paths: &[PathBuf], out: &Path) -> Result<Proposal, String> {
    let names = Names::shipped();
    let looked = look_at(paths, &names)?;
    if looked.tables.is_empty() && looked.refused.is_empty() {
        return Err("no file is there to look at".to_owned());
    }
    let mut draft = Draft::default();
    draft.take_layouts(&looked.tables);
    draft.take_guesses(&looked.tables, &names);
    Ok(draft.finish(&looked, out))
}

#[derive(Default)]
struct Draft {
    /// Text by extract.
    sections: BTreeMap<&'static str, String>,
    /// Tables that somebody has taken.
    taken: Vec<usize>,
    /// A line a table or layout.
    lines: Vec<String>,
    /// Alternatives to a section, as comments below it.
    others: Vec<String>,
    beside: Vec<(String, &'static str)>,
    newest: Option<Day>,
    /// The night of an example, for files without a date of this time.
    example_night: Option<String>,
}

impl Draft {
    fn take_layouts(&mut self, tables: &[Probe]) {
        for layout in shipped_layouts() {
            let Some(found) = layout.matches(tables) else { continue };
            let example = shipped_file(&layout.example);
            let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (file, at) in &found.roles {
                self.taken.push(*at);
                if file.is_empty() {
                    continue;
                }
                paths.entry(file.clone()).or_default().push(tables[*at].path.display().to_string());
                self.newest = self.newest.max(newest_of(&tables[*at]));
            }
            let paths: Vec<(String, Vec<String>)> = paths.into_iter().collect();
            self.lines.push(format!(
                "{}: {} files, {} of them read",
                layout.title,
                found.roles.len(),
                paths.iter().map(|p| p.1.len()).sum::<usize>()
            ));
            let headed = found.roles.iter().any(|(file, at)| !file.is_empty() && tables[*at].config.header);
            for (name, mut text) in filled_sections(example, &paths) {
                let Some(spec) = EXTRACTS.iter().find(|e| e.name == name) else { continue };
                if headed {
                    text =
                        text.lines().filter(|l| !l.starts_with("layout = ")).fold(String::new(), |t, l| t + l + "\n");
                }
                self.lines.push(format!("  {name}"));
                self.sections.insert(
                    spec.name,
                    format!("# as {} are read by config/examples/{}\n{text}", layout.title, layout.example),
                );
            }
            self.beside.extend(layout.beside.iter().map(|name| (name.clone(), shipped_file(name))));
            let night = example.lines().find_map(|l| l.strip_prefix("as_of = "));
            self.example_night = night.map(|n| n.trim_matches('"').to_owned());
        }
    }

    fn take_guesses(&mut self, tables: &[Probe], names: &Names) {
        let free = (0..tables.len()).filter(|at| !self.taken.contains(at));
        let mut guesses: Vec<(usize, Guess)> =
            free.filter_map(|at| Some((at, guess_extract(&tables[at], names)?))).collect();
        guesses.sort_by_key(|(at, g)| (std::cmp::Reverse(g.confidence), std::cmp::Reverse(tables[*at].peek.rows), *at));
        let mut at = 0;
        while at < guesses.len() {
            let (place, guess) = &guesses[at];
            let probe = &tables[*place];
            at += 1;
            if self.taken.contains(place) {
                continue;
            }
            self.taken.push(*place);
            if self.sections.contains_key(guess.spec.name) {
                self.others.push(format!(
                    "{}: looks like {} too, with {} % confidence",
                    probe.label(),
                    guess.spec.name,
                    guess.confidence
                ));
                continue;
            }
            // Files of one form are one extract.
            let mut paths = vec![probe.path.display().to_string()];
            for (other, same) in &guesses[at..] {
                if same.spec.name == guess.spec.name && alike(probe, &tables[*other]) {
                    self.taken.push(*other);
                    paths.push(tables[*other].path.display().to_string());
                }
            }
            if !guess.spec.name.starts_with("eligib") {
                self.newest = self.newest.max(dated(guess).then(|| table_dates(probe, guess).newest).flatten());
            }
            self.lines.push(format!("  {:<16} {} ({} %)", guess.spec.name, probe.label(), guess.confidence));
            self.sections.insert(guess.spec.name, write_section(probe, guess, &paths));
        }
    }

    fn finish(mut self, looked: &Looked, out: &Path) -> Proposal {
        for (at, probe) in looked.tables.iter().enumerate() {
            if !self.taken.contains(&at) {
                self.others.push(format!(
                    "{}: not recognised{}",
                    probe.label(),
                    if probe.config.header { "" } else { "; it has no header line" }
                ));
            }
        }
        for (path, why) in &looked.refused {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let why = why.strip_prefix(&format!("{name}: ")).unwrap_or(why).replace("\nhint: ", "; ");
            self.others.push(format!("{name}: {why}"));
        }
        let night = self.newest.map(month_end).or(self.example_night).unwrap_or_else(|| "2026-06-30".to_owned());
        let mut text = String::from(
            "# Written by `lamplight init` from the files as they are. Read it, mend what is guessed, then:\n#   lamplight run --config THIS-FILE\n\n",
        );
        let _ = writeln!(
            text,
            "[run]\n# guessed: the end of the month of the newest row\nas_of = {}\nout = {}",
            quoted(&night),
            quoted(&out.display().to_string())
        );
        for spec in EXTRACTS {
            if let Some(section) = self.sections.get(spec.name) {
                let _ = write!(text, "\n{section}");
            }
        }
        let missing: Vec<String> = EXTRACTS
            .iter()
            .filter(|e| !self.sections.contains_key(e.name))
            .map(|e| format!("missing: {}: {}", e.name, e.cost_when_missing))
            .collect();
        text.push('\n');
        for line in self.others.iter().chain(&missing) {
            let _ = writeln!(text, "# {line}");
        }
        let mut summary = String::new();
        for line in self.lines.iter().chain(&self.others).chain(&missing) {
            let _ = writeln!(summary, "{line}");
        }
        Proposal { text, summary, beside: self.beside }
    }
}

/// Two tables are cut and named alike.
fn alike(one: &Probe, other: &Probe) -> bool {
    let shape = |p: &Probe| {
        let c = &p.config;
        (p.peek.format, c.encoding, c.delimiter.clone(), c.header, c.skip_rows, c.sheet.clone(), p.peek.names.clone())
    };
    shape(one) == shape(other)
}

/// Rows of the extract stand on the day on which they happened.
fn dated(guess: &Guess) -> bool {
    ["medical_claim", "pharmacy_claim", "admission", "outreach_log", "lab_result"].contains(&guess.spec.name)
}

/// The newest day in any column of a table that does not speak of an end, a birth or a death.
fn newest_of(probe: &Probe) -> Option<Day> {
    let later = ["birth", "dob", "end", "stop", "expir", "due", "death", "until", "thru", "to_"];
    let columns = probe.peek.names.iter().filter(|n| !later.iter().any(|w| n.to_lowercase().contains(w)));
    columns
        .filter_map(|name| {
            let found = date_spellings(probe.cells_of(name));
            (found.unread == 0).then_some(found.newest).flatten()
        })
        .max()
}

/// The last day of a day's month: no row's own date.
fn month_end(day: Day) -> String {
    let (year, month, _) = day.ymd();
    let next = if month == 12 { Day::from_ymd(year + 1, 1, 1) } else { Day::from_ymd(year, month + 1, 1) };
    next.map_or(day, |d| d.plus(-1)).to_string()
}

//! One extract of a configuration, written for a table as it was found. Owns the comments that say what was guessed and
//! what is not there; refuses to write a cell.

use std::fmt::Write as _;

use super::guess::{Filling, Guess};
use super::names::{Fallback, words_of};
use super::probe::Probe;
use super::spelling::{CodeSystem, DateSpellings, code_system, date_spellings, has_decimal_comma};
use crate::domain::value_shape;
use crate::extracts::{ColumnSpec, Kind};

/// Text as TOML writes it.
#[must_use]
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A list of texts as TOML writes it; one alone stands for itself.
#[must_use]
pub fn quoted_list(texts: &[String]) -> String {
    match texts {
        [one] => quoted(one),
        many => format!("[{}]", many.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", ")),
    }
}

/// Columns of dates that may lie ahead of the rows, or long before them.
const NOT_NOW: [&str; 10] =
    ["birth", "death", "end", "due", "expir", "cooldown", "back_on", "away_from", "start", "resolved"];

/// How the dates of a table are spelled, and the newest day on which something happened in it.
#[must_use]
pub fn table_dates(probe: &Probe, guess: &Guess) -> DateSpellings {
    let columns = |now: bool| {
        let wanted =
            move |name: &str| !now || !NOT_NOW.iter().any(|w| name.contains(w)) || name.starts_with("claim_start");
        guess
            .columns
            .iter()
            .filter(move |(ours, _)| kind_of(guess, ours) == Some(Kind::Date) && wanted(ours))
            .filter_map(theirs)
    };
    let mut out = date_spellings(columns(false).flat_map(|n| probe.cells_of(n)));
    out.newest = date_spellings(columns(true).flat_map(|n| probe.cells_of(n))).newest;
    out
}

/// The column of the contract that a line of the mapping fills.
fn spec_of(guess: &Guess, ours: &str) -> Option<&'static ColumnSpec> {
    let base = ours.strip_suffix("_*").or_else(|| ours.strip_suffix("_1")).unwrap_or(ours);
    guess.spec.columns.iter().find(|c| c.name == ours || c.name == base)
}

fn kind_of(guess: &Guess, ours: &str) -> Option<Kind> {
    spec_of(guess, ours).map(|c| c.kind)
}

fn theirs((_, filling): &(String, Filling)) -> Option<&str> {
    match filling {
        Filling::Same(name) | Filling::Named(name) => Some(name),
        Filling::Pattern(_) | Filling::StandIn(_) => None,
    }
}

/// Writes the section of an extract for the tables at `paths`, of which the first was looked at.
#[must_use]
pub fn write_section(probe: &Probe, guess: &Guess, paths: &[String]) -> String {
    let mut out = String::new();
    let peek = &probe.peek;
    let _ = writeln!(
        out,
        "# {}: {}, {} rows{}; guessed with {} % confidence",
        probe.label(),
        peek.format.as_str(),
        peek.rows,
        if peek.unreadable > 0 {
            format!(", {} that cannot be cut into fields", peek.unreadable)
        } else {
            String::new()
        },
        guess.confidence
    );
    if let Some(shape) = id_shape(probe, guess) {
        let _ = writeln!(out, "# ids of members have the shape {shape}");
    }
    let _ = writeln!(out, "[extracts.{}]\npath = {}", guess.spec.name, quoted_list(paths));
    write_reading(&mut out, probe);
    let mut dates = table_dates(probe, guess);
    // What stands in for an open end is spelled in this way.
    let iso = "%Y-%m-%d".to_owned();
    let open_end = guess.columns.iter().any(|(ours, _)| ours == "enrollment_end_date");
    if open_end && !dates.formats.is_empty() && !dates.formats.contains(&iso) {
        dates.formats.push(iso);
    }
    write_dates(&mut out, &dates);
    let numbers =
        guess.columns.iter().filter(|(ours, _)| matches!(kind_of(guess, ours), Some(Kind::Money | Kind::Number)));
    if has_decimal_comma(numbers.filter_map(theirs).flat_map(|n| probe.cells_of(n))) {
        out.push_str("decimal = \",\"\n");
    }
    let lists = spread_lists(probe, guess);
    if !lists.is_empty() {
        let parts: Vec<String> = lists
            .iter()
            .map(|(ours, theirs)| format!("REPLACE(REPLACE(\"{theirs}\", ';', '|'), ',', '|') AS listed_{ours}"))
            .collect();
        let _ = writeln!(
            out,
            "# several values stand in a cell: each separator becomes |\nsql = {}",
            quoted(&format!("SELECT *, {} FROM raw", parts.join(", ")))
        );
    }
    write_columns(&mut out, (probe, guess), &lists);
    out
}

/// Columns that hold several values a cell, with separators of which the reader knows one.
const LISTS: [&str; 3] = ["languages", "licensed_states", "focus"];

/// Columns of lists whose cells are parted by commas or semicolons: ours and theirs.
fn spread_lists<'g>(probe: &Probe, guess: &'g Guess) -> Vec<(&'g str, &'g str)> {
    let lists = guess.columns.iter().filter(|(ours, _)| LISTS.contains(&ours.as_str()));
    lists
        .filter_map(|column| Some((column.0.as_str(), theirs(column)?)))
        .filter(|(_, theirs)| !theirs.contains('"') && probe.cells_of(theirs).any(|c| c.contains([',', ';'])))
        .collect()
}

fn id_shape(probe: &Probe, guess: &Guess) -> Option<String> {
    let name = guess.columns.iter().find(|(ours, _)| ours == "member_id").and_then(theirs)?;
    probe.cells_of(name).find(|c| !c.trim().is_empty()).map(|c| value_shape(c.trim()))
}

fn write_reading(out: &mut String, probe: &Probe) {
    let config = &probe.config;
    if let Some(encoding) = config.encoding {
        let _ = writeln!(out, "encoding = {}", quoted(encoding.as_str()));
    }
    if let Some(delimiter) = &config.delimiter {
        let _ = writeln!(out, "delimiter = {}", quoted(delimiter));
    }
    if let Some(sheet) = &config.sheet {
        let _ = writeln!(out, "sheet = {}", quoted(sheet));
    }
    if config.skip_rows > 0 {
        let _ = writeln!(out, "skip_rows = {}", config.skip_rows);
    }
    if !config.header {
        let names: Vec<String> = config.names.iter().map(|n| quoted(n)).collect();
        let _ = writeln!(out, "header = false  # name the columns\nnames = [{}]", names.join(", "));
    }
}

fn write_dates(out: &mut String, dates: &DateSpellings) {
    if !dates.formats.is_empty() && dates.formats != ["%Y-%m-%d"] {
        let formats: Vec<String> = dates.formats.iter().map(|f| quoted(f)).collect();
        let unread = if dates.unread > 0 { "  # some dates are spelled in none of these ways" } else { "" };
        let _ = writeln!(out, "date_formats = [{}]{unread}", formats.join(", "));
        if dates.formats.iter().any(|f| f.contains("%y")) {
            out.push_str("two_digit_year_pivot = 49  # guessed: years up to it are of this century\n");
        }
        if dates.formats.iter().any(|f| f == "%m/%d/%Y" || f == "%m-%d-%Y") {
            out.push_str("# the month is taken to stand first; no date says otherwise\n");
        }
    }
    if dates.zoned {
        out.push_str("timezone = \"America/New_York\"  # guessed: the zone whose dates count\n");
    }
}

fn write_columns(out: &mut String, (probe, guess): (&Probe, &Guess), lists: &[(&str, &str)]) {
    let mut lines = String::new();
    for (ours, filling) in &guess.columns {
        if lists.iter().any(|(listed, _)| listed == ours) {
            let _ = writeln!(lines, "{ours} = \"listed_{ours}\"");
            continue;
        }
        write_column(&mut lines, (ours, filling), probe, guess);
    }
    for column in &guess.lacking {
        let _ = writeln!(lines, "# {column} = \"?\"  # MISSING, and nothing can be read without it");
    }
    if !lines.is_empty() {
        let _ = write!(out, "\n[extracts.{}.columns]\n{lines}", guess.spec.name);
    }
    let absent: Vec<&str> = guess
        .spec
        .columns
        .iter()
        .filter(|c| {
            !c.required
                && !guess
                    .columns
                    .iter()
                    .any(|(o, _)| o == c.name || o.starts_with(&format!("{}_", c.name)) && c.repeat > 1)
        })
        .map(|c| c.name)
        .collect();
    if !absent.is_empty() {
        let _ = writeln!(out, "# not found, and empty: {}", absent.join(", "));
    }
}

fn write_column(out: &mut String, (ours, filling): (&str, &Filling), probe: &Probe, guess: &Guess) {
    let key = if ours.ends_with('*') { quoted(ours) } else { ours.to_owned() };
    let spec = spec_of(guess, ours);
    let end_date = ours == "enrollment_end_date";
    let words: Vec<String> =
        words_of(ours).map(|(theirs, ours)| format!("{} = {}", quoted(theirs), quoted(ours))).collect();
    let closed = spec.is_some_and(|c| !c.allowed.is_empty()) && !words.is_empty();
    match filling {
        Filling::Same(name) | Filling::Named(name) if end_date => {
            let _ = writeln!(out, "{key} = {{ column = {}, default = \"9999-12-31\" }}", quoted(name));
        }
        Filling::Same(name) | Filling::Named(name) if closed => {
            let _ = writeln!(out, "{key} = {{ column = {}, map = {{ {} }} }}", quoted(name), words.join(", "));
        }
        Filling::Same(_) => {}
        Filling::Named(name) | Filling::Pattern(name) => {
            let _ = writeln!(out, "{key} = {}", quoted(name));
        }
        Filling::StandIn(Fallback::Constant(text)) => {
            let _ = writeln!(out, "{key} = {{ constant = {} }}  # guessed: no column says it", quoted(text));
        }
        Filling::StandIn(Fallback::Column(other)) => {
            let from = guess.columns.iter().find(|(o, _)| o == other).and_then(theirs).unwrap_or(other);
            let _ = writeln!(out, "{key} = {}  # guessed: no column says it", quoted(from));
        }
    }
    let diagnosis = ours.starts_with("diagnosis_code") || ours == "code";
    if let Some(note) = code_note(probe, filling).filter(|_| diagnosis) {
        let _ = writeln!(out, "# {note}");
    }
}

/// What is to be said of diagnoses in another system than ICD-10.
fn code_note(probe: &Probe, filling: &Filling) -> Option<&'static str> {
    let cells: Vec<&str> = match filling {
        Filling::Same(name) | Filling::Named(name) | Filling::Pattern(name) => {
            let base = name.trim_end_matches('*');
            let alike =
                probe.peek.names.iter().filter(|n| n.as_str() == base || name.ends_with('*') && n.starts_with(base));
            alike.flat_map(|n| probe.cells_of(n)).collect()
        }
        Filling::StandIn(_) => return None,
    };
    match code_system(cells.into_iter())? {
        CodeSystem::Icd10 => None,
        CodeSystem::Icd9 => Some("these codes look like ICD-9: they enter no ICD-10 measure"),
        CodeSystem::Snomed => Some("these codes look like SNOMED CT: give a map_file to ICD-10-CM"),
        CodeSystem::Other => Some("these codes look like none of ICD-10, ICD-9 or SNOMED CT"),
    }
}

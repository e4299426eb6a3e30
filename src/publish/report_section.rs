//! A section of the director's page: lines, charts, a table. Owns the shape; refuses any figure.

use serde::Serialize;

use super::charts::Chart;

#[derive(Serialize)]
pub(super) struct Line {
    label: String,
    value: String,
    note: String,
}

#[derive(Serialize)]
pub(super) struct Section {
    title: String,
    /// Name of the place on the page, for links.
    anchor: String,
    lead: String,
    pub lines: Vec<Line>,
    pub charts: Vec<Chart>,
    pub header: Vec<String>,
    pub table: Vec<Vec<String>>,
}

pub(super) fn line(label: &str, value: impl Into<String>, note: &str) -> Line {
    Line { label: label.to_owned(), value: value.into(), note: note.to_owned() }
}

pub(super) fn section(title: &str, lead: &str, lines: Vec<Line>) -> Section {
    Section {
        title: title.to_owned(),
        anchor: anchor_of(title),
        lead: lead.to_owned(),
        lines,
        charts: Vec::new(),
        header: Vec::new(),
        table: Vec::new(),
    }
}

/// A title as the name of a place: lower case, words joined by hyphens.
fn anchor_of(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

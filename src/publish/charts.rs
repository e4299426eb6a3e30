//! Small drawn plots for the report: bars, paired bars, a curve with its limits. Owns the SVG and its text
//! alternative; refuses to know what is plotted, and to draw a count under 11.

use crate::domain::SMALL_CELL;
use std::fmt::Write as _;

use serde::Serialize;

/// A plot with its words.
#[derive(Serialize)]
pub(super) struct Chart {
    /// Title with its unit.
    pub title: String,
    /// The same in words.
    pub alt: String,
    /// The drawing.
    pub svg: String,
}

/// A count of people as a reader may see it.
pub(super) fn people(n: usize) -> String {
    if n > 0 && n < SMALL_CELL { format!("under {SMALL_CELL}") } else { n.to_string() }
}

/// Text as it may stand in markup.
pub(super) fn escape_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Horizontal bars; small counts are drawn as nothing and said to be small.
pub(super) fn bars(title: &str, unit: &str, values: &[(String, usize)]) -> Chart {
    let most = values.iter().map(|v| v.1).max().unwrap_or(1).max(1);
    let height = values.len() * 26 + 8;
    let mut svg = format!("<svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">", escape_markup(title));
    for (i, (label, n)) in values.iter().enumerate() {
        let y = i * 26 + 4;
        let width = if *n < SMALL_CELL { 2 } else { n * 250 / most };
        let _ = write!(
            svg,
            "<text x=\"180\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}</text><rect x=\"190\" y=\"{y}\" width=\"{width}\" height=\"18\" class=\"b\"/><text x=\"{}\" y=\"{}\" class=\"t\">{}</text>",
            y + 14,
            escape_markup(label),
            198 + width,
            y + 14,
            escape_markup(&people(*n))
        );
    }
    svg.push_str("</svg>");
    let alt = values.iter().map(|(l, n)| format!("{l}: {}", people(*n))).collect::<Vec<_>>().join("; ");
    Chart { title: format!("{title} ({unit})"), alt, svg }
}

/// Two bars a row: before pale, after dark; the line is full load.
pub(super) fn paired(title: &str, values: &[(String, f64, f64)]) -> Chart {
    let height = values.len() * 22 + 8;
    let mut svg = format!("<svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">", escape_markup(title));
    let _ = write!(svg, "<line x1=\"410\" x2=\"410\" y1=\"0\" y2=\"{height}\" class=\"l\"/>");
    for (i, (label, before, after)) in values.iter().enumerate() {
        let y = i * 22 + 4;
        let w = |v: f64| format!("{:.1}", (v.clamp(0.0, 1.3)) * 300.0);
        let _ = write!(
            svg,
            "<text x=\"100\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}</text><rect x=\"110\" y=\"{y}\" width=\"{}\" height=\"7\" class=\"p\"/><rect x=\"110\" y=\"{}\" width=\"{}\" height=\"7\" class=\"b\"/>",
            y + 12,
            escape_markup(label),
            w(*before),
            y + 8,
            w(*after)
        );
    }
    svg.push_str("</svg>");
    let alt = values
        .iter()
        .map(|(l, b, a)| format!("{l}: {:.0} % before, {:.0} % after", b * 100.0, a * 100.0))
        .collect::<Vec<_>>()
        .join("; ");
    Chart { title: title.to_owned(), alt, svg }
}

/// One month of a rate with its limits, where it has any.
pub(super) struct Point {
    /// `YYYY-MM`.
    pub month: String,
    /// The rate.
    pub value: f64,
    /// Exact 95 % limits.
    pub limits: Option<(f64, f64)>,
}

/// A line over months with its limits as a band; the first and last month and the scale are named.
pub(super) fn curve(title: &str, unit: &str, points: &[Point]) -> Chart {
    let most = points.iter().map(|p| p.limits.map_or(p.value, |l| l.1.max(p.value))).fold(0.0, f64::max);
    let top = most.max(1e-9);
    let place =
        |i: usize, v: f64| (60.0 + 430.0 * i as f64 / (points.len() - 1).max(1) as f64, 130.0 - 110.0 * v / top);
    let at = |i: usize, v: f64| {
        let (x, y) = place(i, v);
        format!("{x:.1},{y:.1}")
    };
    let path: Vec<String> = points.iter().enumerate().map(|(i, p)| at(i, p.value)).collect();
    let mut svg = format!(
        "<svg viewBox=\"0 0 520 160\" role=\"img\" aria-label=\"{}\"><line x1=\"60\" x2=\"490\" y1=\"130\" y2=\"130\" class=\"l\"/>",
        escape_markup(title)
    );
    if points.iter().all(|p| p.limits.is_some()) {
        let limit = |i: usize, p: &Point, high: bool| at(i, p.limits.map_or(p.value, |l| if high { l.1 } else { l.0 }));
        let up = points.iter().enumerate().map(|(i, p)| limit(i, p, true));
        let down = points.iter().enumerate().rev().map(|(i, p)| limit(i, p, false));
        let _ = write!(svg, "<polygon points=\"{}\" class=\"p\"/>", up.chain(down).collect::<Vec<_>>().join(" "));
    }
    let _ = write!(svg, "<polyline points=\"{}\" class=\"c\"/>", path.join(" "));
    let _ = write!(
        svg,
        "<text x=\"54\" y=\"134\" text-anchor=\"end\" class=\"t\">0</text><text x=\"54\" y=\"24\" text-anchor=\"end\" class=\"t\">{top:.1}</text><text x=\"60\" y=\"152\" class=\"t\">{}</text><text x=\"490\" y=\"152\" text-anchor=\"end\" class=\"t\">{}</text></svg>",
        escape_markup(&points[0].month),
        escape_markup(&points[points.len() - 1].month)
    );
    let alt = points
        .iter()
        .map(|p| match p.limits {
            Some((low, high)) => format!("{}: {:.1} ({low:.1} to {high:.1})", p.month, p.value),
            None => format!("{}: {:.1}", p.month, p.value),
        })
        .collect::<Vec<_>>()
        .join("; ");
    Chart { title: format!("{title} ({unit})"), alt, svg }
}

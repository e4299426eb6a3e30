//! Small drawn plots for the report: bars, paired bars, a curve with its limits, one panel of small multiples. Owns the SVG
//! and its text alternative; refuses to know what is plotted, and to draw a count that is not shown.

use std::fmt::Write as _;

use serde::Serialize;

use super::small_cells::SmallCells;

/// A plot with its words.
#[derive(Serialize)]
pub(super) struct Chart {
    /// Title with its unit.
    pub title: String,
    /// The same in words.
    pub alt: String,
    /// The drawing.
    pub svg: String,
    /// Class of its figure: how wide it wants to be.
    pub class: &'static str,
}

/// A drawing that fills a row or half of one.
const WIDE: &str = "wide";

/// One of small multiples.
const SMALL: &str = "small";

/// Text as it may stand in markup.
pub(super) fn escape_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Horizontal bars; small counts are drawn as nothing and said to be small.
pub(super) fn bars(title: &str, unit: &str, values: &[(String, usize)], hide: SmallCells) -> Chart {
    let most = values.iter().map(|v| v.1).max().unwrap_or(1).max(1);
    let height = values.len() * 26 + 8;
    let mut svg = format!("<svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">", escape_markup(title));
    for (i, (label, n)) in values.iter().enumerate() {
        let y = i * 26 + 4;
        let width = if hide.hides(*n) { 2 } else { n * 250 / most };
        let _ = write!(
            svg,
            "<text x=\"180\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}</text><rect x=\"190\" y=\"{y}\" width=\"{width}\" height=\"18\" class=\"b\"/><text x=\"{}\" y=\"{}\" class=\"t\">{}</text>",
            y + 14,
            escape_markup(label),
            198 + width,
            y + 14,
            escape_markup(&hide.count(*n))
        );
    }
    svg.push_str("</svg>");
    let alt = values.iter().map(|(l, n)| format!("{l}: {}", hide.count(*n))).collect::<Vec<_>>().join("; ");
    Chart { title: format!("{title} ({unit})"), alt, svg, class: WIDE }
}

/// Two bars a row: before pale, after dark; the line is full load.
pub(super) fn paired(title: &str, values: &[(String, f64, f64)]) -> Chart {
    let height = values.len() * 22 + 30;
    let mut svg = format!("<svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">", escape_markup(title));
    svg.push_str(
        "<rect x=\"190\" y=\"4\" width=\"14\" height=\"8\" class=\"p\"/><text x=\"208\" y=\"13\" class=\"t\">before</text><rect x=\"262\" y=\"4\" width=\"14\" height=\"8\" class=\"b\"/><text x=\"280\" y=\"13\" class=\"t\">after tonight</text><text x=\"416\" y=\"13\" text-anchor=\"middle\" class=\"t\">full load</text>",
    );
    let _ = write!(svg, "<line x1=\"415\" x2=\"415\" y1=\"18\" y2=\"{height}\" class=\"l\"/>");
    for (i, (label, before, after)) in values.iter().enumerate() {
        let y = i * 22 + 24;
        let w = |v: f64| format!("{:.1}", (v.clamp(0.0, 1.4)) * 225.0);
        let _ = write!(
            svg,
            "<g><title>{}: {:.0} % before, {:.0} % after</title><text x=\"184\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}</text><rect x=\"190\" y=\"{y}\" width=\"{}\" height=\"7\" class=\"p\"/><rect x=\"190\" y=\"{}\" width=\"{}\" height=\"7\" class=\"b\"/></g>",
            escape_markup(label),
            before * 100.0,
            after * 100.0,
            y + 12,
            escape_markup(&shorten(label)),
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
    Chart { title: title.to_owned(), alt, svg, class: WIDE }
}

/// A label that fits beside a bar; the whole one is told when the pointer rests on it.
fn shorten(label: &str) -> String {
    const FITS: usize = 26;
    if label.chars().count() <= FITS {
        return label.to_owned();
    }
    label.chars().take(FITS - 1).chain(['…']).collect()
}

/// One group's months as dots over everyone's line, on a scale that its neighbours share.
pub(super) fn multiple(name: &str, unit: &str, points: &[Point], all: &[Point], top: f64) -> Chart {
    let top = top.max(1e-9);
    let months = all.len().saturating_sub(1).max(1);
    let place = |i: usize, v: f64| (40.0 + 210.0 * i as f64 / months as f64, 84.0 - 70.0 * v / top);
    let mut svg = format!(
        "<svg viewBox=\"0 0 260 104\" role=\"img\" aria-label=\"{}\"><line x1=\"40\" x2=\"250\" y1=\"84\" y2=\"84\" class=\"l\"/>",
        escape_markup(name)
    );
    let line = polyline_points(all.iter().enumerate().map(|(i, p)| place(i, p.value)));
    let _ = write!(svg, "<polyline points=\"{line}\" class=\"e\"/>");
    // A group has no point in a month without events; everyone's line tells where each month stands.
    for p in points {
        let Some(at) = all.iter().position(|whole| whole.month == p.month) else { continue };
        mark_month(&mut svg, p, place(at, p.value), 3.0);
    }
    let _ = write!(
        svg,
        "<text x=\"36\" y=\"88\" text-anchor=\"end\" class=\"t\">0</text><text x=\"36\" y=\"20\" text-anchor=\"end\" class=\"t\">{top:.0}</text><text x=\"40\" y=\"100\" class=\"t\">{}</text><text x=\"250\" y=\"100\" text-anchor=\"end\" class=\"t\">{}</text></svg>",
        all.first().map_or("", |p| &p.month),
        all.last().map_or("", |p| &p.month)
    );
    let alt = points.iter().map(|p| format!("{}: {:.1}", p.month, p.value)).collect::<Vec<_>>().join("; ");
    Chart { title: format!("{name}: {unit} (line: all)"), alt, svg, class: SMALL }
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

/// Places as the points of a polyline or polygon.
pub(super) fn polyline_points(places: impl Iterator<Item = (f64, f64)>) -> String {
    places.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

/// A dot that tells its month and value when the pointer rests on it.
pub(super) fn mark_month(svg: &mut String, point: &Point, (x, y): (f64, f64), radius: f64) {
    let _ = write!(
        svg,
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" class=\"b\"><title>{}: {:.1}</title></circle>",
        escape_markup(&point.month),
        point.value
    );
}

/// A line over months with its limits as a band; the first and last month and the scale are named.
pub(super) fn curve(title: &str, unit: &str, points: &[Point]) -> Chart {
    let most = points.iter().map(|p| p.limits.map_or(p.value, |l| l.1.max(p.value))).fold(0.0, f64::max);
    let top = most.max(1e-9);
    let place =
        |i: usize, v: f64| (60.0 + 430.0 * i as f64 / (points.len() - 1).max(1) as f64, 130.0 - 110.0 * v / top);
    let path = polyline_points(points.iter().enumerate().map(|(i, p)| place(i, p.value)));
    let mut svg = format!(
        "<svg viewBox=\"0 0 520 160\" role=\"img\" aria-label=\"{}\"><line x1=\"60\" x2=\"490\" y1=\"130\" y2=\"130\" class=\"l\"/>",
        escape_markup(title)
    );
    if points.iter().all(|p| p.limits.is_some()) {
        let limit =
            |i: usize, p: &Point, high: bool| place(i, p.limits.map_or(p.value, |l| if high { l.1 } else { l.0 }));
        let up = points.iter().enumerate().map(|(i, p)| limit(i, p, true));
        let down = points.iter().enumerate().rev().map(|(i, p)| limit(i, p, false));
        let _ = write!(svg, "<polygon points=\"{}\" class=\"p\"/>", polyline_points(up.chain(down)));
    }
    let _ = write!(svg, "<polyline points=\"{path}\" class=\"c\"/>");
    for (i, p) in points.iter().enumerate() {
        mark_month(&mut svg, p, place(i, p.value), 3.0);
    }
    if let Some(last) = points.last() {
        let (_, y) = place(points.len() - 1, last.value);
        let text = if last.value < 100.0 { format!("{:.1}", last.value) } else { format!("{:.0}", last.value) };
        let _ = write!(svg, "<text x=\"494\" y=\"{:.1}\" class=\"t\">{text}</text>", y + 4.0);
    }
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
    Chart { title: format!("{title} ({unit})"), alt, svg, class: WIDE }
}

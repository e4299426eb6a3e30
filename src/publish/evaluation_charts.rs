//! The pictures of an evaluation: concentration, calibration, decision curve, observed over expected by group. Owns axes,
//! marks and the words beside them; refuses to compute a figure, and to draw one that tells a count under 11.

use std::fmt::Write as _;

use serde::Serialize;

use super::charts::{escape_markup, polyline_points};
use crate::domain::SMALL_CELL;
use crate::learners::metrics::{ConcentrationPoint, Decile, ScoreBin, Threshold};
use crate::models::evaluation::{Concentration, GroupFigures};

/// A picture with its title and the same in words.
#[derive(Serialize)]
pub(super) struct EvaluationChart {
    /// Title with its unit.
    pub title: String,
    /// The same in words, for who cannot see it.
    pub alt: String,
    /// The drawing.
    pub svg: String,
    /// What each line is, by class of the style sheet; empty where one line needs no name.
    pub legend: Vec<LegendLine>,
}

/// One line of a legend.
#[derive(Serialize)]
pub(super) struct LegendLine {
    /// Class of the line.
    pub class: &'static str,
    /// Name.
    pub name: String,
}

/// Classes of lines, the model's first; more rankings than these share the last.
const LINES: [&str; 8] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"];

/// Sides of the field inside the drawing, in its own units.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 350.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 210.0;

/// An axis: values between two ends become places between two sides.
#[derive(Clone, Copy)]
struct Axis {
    ends: (f64, f64),
    sides: (f64, f64),
    map: fn(f64) -> f64,
}

impl Axis {
    fn across(ends: (f64, f64), map: fn(f64) -> f64) -> Self {
        Self { ends, sides: (LEFT, RIGHT), map }
    }

    fn upward(ends: (f64, f64), map: fn(f64) -> f64) -> Self {
        Self { ends, sides: (BOTTOM, TOP), map }
    }

    fn place_of(&self, value: f64) -> f64 {
        let (low, high) = ((self.map)(self.ends.0), (self.map)(self.ends.1));
        let share = if high > low { ((self.map)(value) - low) / (high - low) } else { 0.5 };
        self.sides.0 + share.clamp(0.0, 1.0) * (self.sides.1 - self.sides.0)
    }

    fn holds(&self, value: f64) -> bool {
        self.ends.0 <= value && value <= self.ends.1
    }
}

fn stay_linear(value: f64) -> f64 {
    value
}

fn take_logit(p: f64) -> f64 {
    crate::learners::log_odds::logit(p)
}

fn take_log(value: f64) -> f64 {
    libm::log(value.max(1e-6))
}

/// Probabilities that are named on an axis of log-odds.
const NAMED_ODDS: [f64; 13] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99];

fn share_text(p: f64) -> String {
    let percent = p * 100.0;
    if percent < 1.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// The named probabilities inside an axis, thinned so that no two texts touch.
fn named_places(axis: &Axis, apart: f64) -> Vec<(f64, String)> {
    let mut out: Vec<(f64, String)> = Vec::new();
    for p in NAMED_ODDS.into_iter().filter(|p| axis.holds(*p)) {
        let at = axis.place_of(p);
        if out.last().is_none_or(|(last, _)| (at - last).abs() >= apart) {
            out.push((at, share_text(p)));
        }
    }
    out
}

/// The frame of a drawing: axes, ticks, names of both axes.
fn open_drawing(alt: &str, across: &[(f64, String)], upward: &[(f64, String)], names: (&str, &str)) -> String {
    let mut svg = format!(
        "<svg viewBox=\"0 0 360 250\" role=\"img\" aria-label=\"{}\"><path d=\"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}\" class=\"a\"/>",
        escape_markup(alt)
    );
    for (x, text) in across {
        let _ = write!(
            svg,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{BOTTOM}\" class=\"l\"/><text x=\"{x:.1}\" y=\"224\" text-anchor=\"middle\" class=\"t\">{text}</text>"
        );
    }
    for (y, text) in upward {
        let _ = write!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\" class=\"l\"/><text x=\"42\" y=\"{:.1}\" text-anchor=\"end\" class=\"t\">{text}</text>",
            y + 4.0
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{RIGHT}\" y=\"242\" text-anchor=\"end\" class=\"t\">{}</text><text x=\"50\" y=\"{:.0}\" class=\"t\">{}</text>",
        names.0,
        TOP + 9.0,
        names.1
    );
    svg
}

fn even_ticks(axis: &Axis, values: &[f64], text: fn(f64) -> String) -> Vec<(f64, String)> {
    values.iter().filter(|v| axis.holds(**v)).map(|v| (axis.place_of(*v), text(*v))).collect()
}

/// Longest list that the concentration curve draws, in percent of the rows.
const LONGEST_LIST: f64 = 20.0;

/// What the top of each ranking holds; the upright line is the length of the list.
pub(super) fn draw_concentration(curves: &[Concentration], listed: usize, rows: usize) -> EvaluationChart {
    let across = Axis::across((0.0, LONGEST_LIST), stay_linear);
    let seen = |p: &&ConcentrationPoint| p.percent <= LONGEST_LIST && p.events >= SMALL_CELL;
    let most = curves.iter().flat_map(|c| c.points.iter().filter(seen)).map(|p| p.sensitivity).fold(0.1, f64::max);
    let upward = Axis::upward((0.0, (most * 10.0).ceil() / 10.0), stay_linear);
    let percent: fn(f64) -> String = |v| format!("{v:.0} %");
    let alt = curves.iter().map(say_concentration).collect::<Vec<_>>().join("; ");
    let mut svg = open_drawing(
        &alt,
        &even_ticks(&across, &[1.0, 2.0, 5.0, 10.0, 15.0, 20.0], percent),
        &even_ticks(&upward, &[0.2, 0.4, 0.6, 0.8, 1.0], share_text),
        ("top of the ranking", "share of events held"),
    );
    let mut legend = Vec::new();
    for (i, curve) in curves.iter().enumerate().rev() {
        let class = LINES[i.min(LINES.len() - 1)];
        let points = std::iter::once((across.place_of(0.0), upward.place_of(0.0))).chain(
            curve.points.iter().filter(seen).map(|p| (across.place_of(p.percent), upward.place_of(p.sensitivity))),
        );
        let _ = write!(svg, "<polyline points=\"{}\" class=\"{class}\"/>", polyline_points(points));
        legend.push(LegendLine { class, name: curve.ranking.clone() });
    }
    legend.reverse();
    let length = 100.0 * listed as f64 / rows.max(1) as f64;
    if length <= LONGEST_LIST {
        let x = across.place_of(length);
        let _ = write!(svg, "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{BOTTOM}\" class=\"m\"/>");
    }
    svg.push_str("</svg>");
    let title = format!("Share of events that the top of each ranking holds; the list takes {length:.1} %");
    EvaluationChart { title, alt, svg, legend }
}

fn say_concentration(curve: &Concentration) -> String {
    let told = curve.points.iter().filter(|p| p.events >= SMALL_CELL && [1.0, 2.0, 5.0, 10.0].contains(&p.percent));
    let parts: Vec<String> =
        told.map(|p| format!("top {:.0} % holds {:.1} %", p.percent, p.sensitivity * 100.0)).collect();
    format!("{}: {}", curve.ranking, if parts.is_empty() { "too few events".to_owned() } else { parts.join(", ") })
}

/// Observed against predicted by tenth on log-odds with Wilson intervals, the spread of the probabilities below.
pub(super) fn draw_calibration(tenths: &[Decile], spread: &[ScoreBin]) -> EvaluationChart {
    let told: Vec<&Decile> = tenths.iter().filter(|d| d.observed_events >= SMALL_CELL).collect();
    let values = told.iter().flat_map(|d| {
        let whiskers = d.observed_interval.map_or([d.observed; 2], |i| [i.low, i.high]);
        [d.mean_predicted, whiskers[0], whiskers[1]]
    });
    let (low, high) = values.filter(|v| *v > 0.0).fold((0.5_f64, 0.01_f64), |(l, h), v| (l.min(v), h.max(v)));
    let ends = ((low * 0.8).max(0.0005), (high * 1.2).min(0.99));
    let (across, upward) = (Axis::across(ends, take_logit), Axis::upward(ends, take_logit));
    let words = told.iter().map(|d| {
        let limits = d
            .observed_interval
            .map_or_else(String::new, |i| format!(" ({:.1} to {:.1})", i.low * 100.0, i.high * 100.0));
        format!("predicted {:.1} %, observed {:.1} %{limits}", d.mean_predicted * 100.0, d.observed * 100.0)
    });
    let alt = words.collect::<Vec<_>>().join("; ");
    let mut svg =
        open_drawing(&alt, &named_places(&across, 34.0), &named_places(&upward, 14.0), ("predicted", "observed"));
    let most = spread.iter().map(|b| b.rows).max().unwrap_or(1).max(1) as f64;
    for bin in spread.iter().filter(|b| b.rows >= SMALL_CELL && b.to > ends.0 && b.from < ends.1) {
        let (x1, x2) = (across.place_of(bin.from), across.place_of(bin.to));
        let height = 40.0 * bin.rows as f64 / most;
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" class=\"p\"/>",
            x1 + 0.5,
            BOTTOM - height,
            (x2 - x1 - 1.0).max(0.5)
        );
    }
    let _ = write!(svg, "<line x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{TOP}\" class=\"a\"/>");
    for d in &told {
        let (x, y) = (across.place_of(d.mean_predicted), upward.place_of(d.observed));
        if let Some(i) = d.observed_interval {
            let (y1, y2) = (upward.place_of(i.high), upward.place_of(i.low));
            let _ = write!(svg, "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{y1:.1}\" y2=\"{y2:.1}\" class=\"w\"/>");
        }
        let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" class=\"d\"/>");
    }
    svg.push_str("</svg>");
    let left_out = tenths.len() - told.len();
    let note =
        if left_out == 0 { String::new() } else { format!("; {left_out} of fewer than 11 events are not drawn") };
    let title = format!("Observed against predicted, by tenth, on log-odds; bars: how probabilities spread{note}");
    EvaluationChart { title, alt, svg, legend: Vec::new() }
}

/// Net benefit over the thresholds that lists use.
pub(super) fn draw_decision_curve(points: &[Threshold]) -> Option<EvaluationChart> {
    let (first, last) = (points.first()?, points.last()?);
    let across = Axis::across((first.threshold, last.threshold), take_logit);
    let most = points.iter().map(|t| t.net_benefit).fold(1e-9, f64::max);
    let upward = Axis::upward((0.0, most * 1.1), stay_linear);
    let alt = points
        .iter()
        .step_by(6)
        .map(|t| {
            format!(
                "at {:.1} % the list is worth {:.2} events found in 1,000 people, listing everyone {:.2}",
                t.threshold * 100.0,
                t.net_benefit * 1000.0,
                t.net_benefit_all * 1000.0
            )
        })
        .collect::<Vec<_>>()
        .join("; ");
    let ticks: Vec<(f64, String)> = [0.25, 0.5, 0.75, 1.0]
        .into_iter()
        .map(|part| (upward.place_of(part * most), format!("{:.1}", part * most * 1000.0)))
        .collect();
    let mut svg = open_drawing(&alt, &named_places(&across, 34.0), &ticks, ("threshold", "net events found in 1,000"));
    let line = |value: fn(&Threshold) -> f64| {
        polyline_points(points.iter().map(|t| (across.place_of(t.threshold), upward.place_of(value(t)))))
    };
    let _ = write!(
        svg,
        "<polyline points=\"{}\" class=\"k1\"/><polyline points=\"{}\" class=\"k0\"/></svg>",
        line(|t| t.net_benefit_all.max(0.0)),
        line(|t| t.net_benefit)
    );
    let legend = vec![
        LegendLine { class: "k0", name: "this model".to_owned() },
        LegendLine { class: "k1", name: "listing everyone (nobody is 0)".to_owned() },
    ];
    let title = "Decision curve, from the list of a fifth to that of a hundredth of all rows".to_owned();
    Some(EvaluationChart { title, alt, svg, legend })
}

/// Observed over expected by group with exact intervals, on a log axis around 1.
pub(super) fn draw_groups(groups: &[GroupFigures]) -> Option<EvaluationChart> {
    let told: Vec<(&GroupFigures, f64, f64, f64)> =
        groups.iter().filter_map(|g| Some((g, g.observed_over_expected?, g.interval?.low, g.interval?.high))).collect();
    let widest = told.iter().map(|(_, _, low, high)| (1.0 / low.max(0.05)).max(*high)).fold(1.25, f64::max);
    let across = Axis { ends: (1.0 / widest, widest), sides: (190.0, 500.0), map: take_log };
    let alt = told
        .iter()
        .map(|(g, o_e, low, high)| format!("{} {}: {o_e:.2} ({low:.2} to {high:.2})", g.attribute, g.level))
        .collect::<Vec<_>>()
        .join("; ");
    let bottom = told.len() * 20 + 8;
    let mut svg =
        format!("<svg viewBox=\"0 0 520 {}\" role=\"img\" aria-label=\"{}\">", bottom + 20, escape_markup(&alt));
    for mark in [0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0].into_iter().filter(|m| across.holds(*m)) {
        let (x, class) = (across.place_of(mark), if (mark - 1.0).abs() < 1e-9 { "a" } else { "l" });
        let _ = write!(
            svg,
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"2\" y2=\"{bottom}\" class=\"{class}\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" class=\"t\">{mark}</text>",
            bottom + 14
        );
    }
    for (i, (g, o_e, low, high)) in told.iter().enumerate() {
        let y = i * 20 + 14;
        let (x1, x, x2) = (across.place_of(*low), across.place_of(*o_e), across.place_of(*high));
        let _ = write!(
            svg,
            "<text x=\"184\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}: {}</text><line x1=\"{x1:.1}\" x2=\"{x2:.1}\" y1=\"{y}\" y2=\"{y}\" class=\"w\"/><circle cx=\"{x:.1}\" cy=\"{y}\" r=\"4\" class=\"d\"/>",
            y + 4,
            escape_markup(&g.attribute),
            escape_markup(&g.level)
        );
    }
    svg.push_str("</svg>");
    let title = "Observed over expected by group, exact 95 % intervals; groups of fewer than 11 events are not drawn";
    (!told.is_empty()).then(|| EvaluationChart { title: title.to_owned(), alt, svg, legend: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_are_placed_evenly_around_a_half() {
        let axis = Axis::across((0.1, 0.9), take_logit);
        assert!((axis.place_of(0.5) - f64::midpoint(LEFT, RIGHT)).abs() < 1e-9);
        assert!((axis.place_of(0.1) - LEFT).abs() < 1e-9 && (axis.place_of(0.9) - RIGHT).abs() < 1e-9);
        assert!((axis.place_of(0.01) - LEFT).abs() < 1e-9, "what lies outside stands on the edge");
    }

    #[test]
    fn a_small_count_is_neither_drawn_nor_told() {
        let points = [(1.0, 10, 4), (5.0, 50, 12)]
            .map(|(percent, listed, events)| ConcentrationPoint {
                percent,
                listed,
                events,
                sensitivity: events as f64 / 40.0,
            })
            .to_vec();
        let chart = draw_concentration(&[Concentration { ranking: "this <model>".to_owned(), points }], 50, 1000);
        assert_eq!(chart.alt, "this <model>: top 5 % holds 30.0 %");
        assert!(chart.svg.contains("aria-label=\"this &lt;model&gt;: top 5 % holds 30.0 %\""));
        assert!(chart.title.ends_with("the list takes 5.0 %"));
        assert!(draw_groups(&[]).is_none() && draw_decision_curve(&[]).is_none());
    }
}

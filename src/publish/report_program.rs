//! The report's sections on the programme itself: freshness, what changed, risk, work on time, surveys, equity. Owns
//! their words; refuses a count under 11.

use crate::domain::SMALL_CELL;
use std::collections::BTreeMap;

use super::charts::{bars, people};
use super::manifest::Manifest;
use super::program::Program;
use super::read_back::Rows;
use super::report_section::{Section, line, section};

fn small(n: u64) -> bool {
    n > 0 && n < SMALL_CELL as u64
}

fn count(n: u64) -> String {
    people(usize::try_from(n).unwrap_or(usize::MAX))
}

/// A share of a whole, unless either count or what is left over is small.
fn share(part: u64, whole: u64) -> String {
    if whole < SMALL_CELL as u64 || small(part) || small(whole.saturating_sub(part)) {
        return "not shown".to_owned();
    }
    format!("{:.0} %", part as f64 / whole as f64 * 100.0)
}

/// How fresh the data are, and what the night asks a reader to look at.
pub(super) fn freshness(program: &Program, manifest: &Manifest) -> Section {
    let mut out = section(
        "Data through",
        "The newest date of each extract that had arrived by the night.",
        program
            .data_through
            .iter()
            .map(|(name, day)| {
                let note = if program.stale.contains(name) { "stale (quality.stale_days)" } else { "" };
                line(&name.replace('_', " "), day.as_str(), note)
            })
            .collect(),
    );
    if !manifest.warnings.is_empty() {
        out.header = vec!["look at".to_owned()];
        out.table = manifest.warnings.iter().map(|w| vec![w.clone()]).collect();
    }
    out
}

/// The list against the previous night's.
pub(super) fn changes(manifest: &Manifest, dropped: &Rows) -> Section {
    let s = manifest.list_stability;
    let thousandths = |n: u64| format!("{:.1} %", n as f64 / 10.0);
    if s.previous == 0 {
        return section("What changed since last night", "There is no earlier list to compare with.", Vec::new());
    }
    let hidden = |n: u64, part: u64| if small(part) { "not shown".to_owned() } else { thousandths(n) };
    let mut out = section(
        "What changed since last night",
        "Against the newest earlier run.",
        vec![
            line(
                "Stayed / entered / left",
                format!("{} / {} / {}", count(s.kept), count(s.entered), count(s.left)),
                "",
            ),
            line("On both lists (Jaccard)", hidden(s.jaccard_per_mille, s.kept), "of the people on either"),
            line(
                "Left for their rank alone",
                hidden(s.churn_per_mille, s.left_by_rank),
                "of last night's people without a clock (churn)",
            ),
            line("Left and came back within 7 days", count(s.flicker_7d), "flicker"),
        ],
    );
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &dropped.rows {
        *reasons.entry(dropped.get(row, "reason")).or_default() += 1;
    }
    out.header = vec!["why people left".to_owned(), "people".to_owned()];
    out.table = reasons.into_iter().map(|(k, v)| vec![k.to_owned(), people(v)]).collect();
    out
}

/// Adults by risk.
pub(super) fn risk(program: &Program) -> Section {
    let mut out = section(
        "Risk",
        "Scored adults by their probability of an avoidable stay in 90 days. Calibration stands in the model card and in evaluate.",
        Vec::new(),
    );
    let edge = |i: usize| program.risk.get(i).map(|b| b.0);
    let values: Vec<(String, usize)> = program
        .risk
        .iter()
        .enumerate()
        .map(|(i, (low, n))| {
            let label = edge(i + 1).map_or_else(|| format!("{low} % or more"), |high| format!("{low} to {high} %"));
            (label, usize::try_from(*n).unwrap_or(usize::MAX))
        })
        .collect();
    out.charts.push(bars("Adults by risk of an avoidable stay in 90 days", "people", &values));
    out
}

/// Tasks done on time and survey scores.
pub(super) fn work(program: &Program) -> Section {
    let mut out = section(
        "Work done on time, and what people say",
        "Tasks due in the last 90 days; the newest survey of each person in the last year.",
        program
            .surveys
            .iter()
            .map(|(name, s)| {
                let mean = if s.people < SMALL_CELL as u64 { "not shown".to_owned() } else { format!("{:.1}", s.mean) };
                line(&format!("{name}, mean score"), mean, &format!("{} people", count(s.people)))
            })
            .collect(),
    );
    if program.tasks.is_empty() {
        out.lines.push(line("Tasks", "none due", "care_task"));
        return out;
    }
    out.header = ["task", "due", "done on time", "done late", "not done"].map(String::from).to_vec();
    for (kind, t) in &program.tasks {
        out.table.push(vec![
            kind.replace('_', " "),
            count(t.due),
            share(t.on_time, t.due),
            share(t.late, t.due),
            share(t.due - t.on_time - t.late, t.due),
        ]);
    }
    out
}

/// How far the people scored tonight stand from those the models learned on.
pub(super) fn score_drift(program: &Program) -> Option<Section> {
    if program.drift.is_empty() {
        return None;
    }
    let mut out = section(
        "Drift of the scores",
        "Tonight's probabilities against the rows each model learned on: a population stability index under 0.1 is little, over 0.25 much. A model that drifts asks for `train --recalibrate` or for new training.",
        Vec::new(),
    );
    out.header =
        ["model", "scored", "stability index", "reading", "mean probability tonight", "share of events learned"]
            .map(String::from)
            .to_vec();
    for d in program.drift.iter().filter(|d| !small(d.scored)) {
        let reading = match d.psi {
            p if p < 0.1 => "little",
            p if p <= 0.25 => "some",
            _ => "much",
        };
        out.table.push(vec![
            d.model.clone(),
            count(d.scored),
            format!("{:.3}", d.psi),
            reading.to_owned(),
            format!("{:.2} %", d.mean_probability * 100.0),
            format!("{:.2} %", d.trained_share * 100.0),
        ]);
    }
    Some(out)
}

/// Who is listed, by group, beside their avoidable stays.
pub(super) fn equity(program: &Program) -> Option<Section> {
    if program.equity.is_empty() {
        return None;
    }
    let mut out = section(
        "Equity",
        "Who is on tonight's list beside who has avoidable stays, by group. Race and ethnicity are read for this comparison alone; no score uses them.",
        Vec::new(),
    );
    out.header = ["attribute", "group", "enrolled", "listed per 1,000", "avoidable stays per 1,000, 12 months"]
        .map(String::from)
        .to_vec();
    for (attribute, groups) in &program.equity {
        for (group, g) in groups {
            let rate = |n: u64| {
                if g.enrolled < SMALL_CELL as u64 || small(n) {
                    "not shown".to_owned()
                } else {
                    format!("{:.1}", n as f64 / g.enrolled as f64 * 1000.0)
                }
            };
            out.table.push(vec![
                attribute.clone(),
                group.clone(),
                count(g.enrolled),
                rate(g.listed),
                rate(g.avoidable_stays),
            ]);
        }
    }
    Some(out)
}

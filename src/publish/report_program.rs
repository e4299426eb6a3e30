//! The report's sections on the programme itself: freshness, what changed, risk, work on time, surveys, equity. Owns
//! their words; refuses a count that is not shown.

use std::collections::BTreeMap;

use super::charts::bars;
use super::manifest::Manifest;
use super::program::{Program, SurveyKind, SurveyScore};
use super::read_back::Rows;
use super::report_section::{Line, Section, line, section};
use super::small_cells::{SmallCells, page_count};

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
pub(super) fn changes(manifest: &Manifest, dropped: &Rows, hide: SmallCells) -> Section {
    let s = manifest.list_stability;
    let thousandths = |n: u64| format!("{:.1} %", n as f64 / 10.0);
    if s.previous == 0 {
        return section("What changed since last night", "There is no earlier list to compare with.", Vec::new());
    }
    let count = |n: u64| hide.count(page_count(n));
    let hidden = |n: u64, part: u64| if hide.hides(page_count(part)) { "not shown".to_owned() } else { thousandths(n) };
    let mut out = section(
        "What changed since last night",
        "Against the newest earlier run.",
        vec![
            line(
                "Stayed / entered / left",
                format!("{} / {} / {}", count(s.kept), count(s.entered), count(s.left)),
                "",
            ),
            line("On both lists", hidden(s.jaccard_per_mille, s.kept), "of the people on either"),
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
    out.table = reasons.into_iter().map(|(k, v)| vec![k.to_owned(), hide.count(v)]).collect();
    out
}

/// Adults by risk.
pub(super) fn risk(program: &Program, hide: SmallCells) -> Section {
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
            (label, page_count(*n))
        })
        .collect();
    out.charts.push(bars("Adults by risk of an avoidable stay in 90 days", "people", &values, hide));
    out
}

/// Tasks done on time and survey scores, each kind of instrument by itself.
pub(super) fn work(program: &Program, hide: SmallCells) -> Section {
    let mut out = section(
        "Work done on time, and what people say",
        "Tasks due in the last 90 days; the newest survey of each person in the last year. Experience, recommendation and activation are told apart: activation is no satisfaction.",
        program.surveys.iter().map(|(name, s)| survey_line(name, s, hide)).collect(),
    );
    if program.tasks.is_empty() {
        out.lines.push(line("Tasks", "none due", "care_task"));
        return out;
    }
    out.header = ["task", "due", "done on time", "done late", "not done"].map(String::from).to_vec();
    for (kind, t) in &program.tasks {
        let share = |part: u64| hide.share(page_count(part), page_count(t.due));
        out.table.push(vec![
            kind.replace('_', " "),
            hide.count(page_count(t.due)),
            share(t.on_time),
            share(t.late),
            share(t.due - t.on_time - t.late),
        ]);
    }
    out
}

fn survey_line(name: &str, s: &SurveyScore, hide: SmallCells) -> Line {
    let kind = SurveyKind::of(name);
    let value = match kind {
        _ if hide.hides(page_count(s.people)) => "not shown".to_owned(),
        SurveyKind::Recommendation => format!("{:+.0}", s.net_recommendation()),
        _ => format!("{:.1}", s.mean),
    };
    let read = if kind == SurveyKind::Recommendation { "promoters less detractors, of 100" } else { "mean score" };
    line(&format!("{name} ({kind})"), value, &format!("{read}; {} people", hide.count(page_count(s.people))))
}

/// Fewer scored people than this say nothing of drift.
const LEAST_SCORED: u64 = 200;

/// How far the people scored tonight stand from those the models learned on.
pub(super) fn score_drift(program: &Program, hide: SmallCells) -> Option<Section> {
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
    for d in program.drift.iter().filter(|d| !hide.hides(page_count(d.scored))) {
        let reading = match d.psi {
            _ if d.scored < LEAST_SCORED => "too few scored to tell",
            p if p < 0.1 => "little",
            p if p <= 0.25 => "some",
            _ => "much",
        };
        out.table.push(vec![
            d.model.clone(),
            hide.count(page_count(d.scored)),
            format!("{:.3}", d.psi),
            reading.to_owned(),
            format!("{:.2} %", d.mean_probability * 100.0),
            format!("{:.2} %", d.trained_share * 100.0),
        ]);
    }
    Some(out)
}

/// Who is listed, by group, beside their avoidable stays.
pub(super) fn equity(program: &Program, hide: SmallCells) -> Option<Section> {
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
                if g.enrolled == 0 || hide.hides(page_count(g.enrolled)) || hide.hides(page_count(n)) {
                    "not shown".to_owned()
                } else {
                    format!("{:.1}", n as f64 / g.enrolled as f64 * 1000.0)
                }
            };
            out.table.push(vec![
                attribute.clone(),
                group.clone(),
                hide.count(page_count(g.enrolled)),
                rate(g.listed),
                rate(g.avoidable_stays),
            ]);
        }
    }
    Some(out)
}

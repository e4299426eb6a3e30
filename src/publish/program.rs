//! The programme's own figures of a night: how fresh the data are, work done on time, surveys, risk, who is listed.
//! Owns `program.json`, from which the report is rebuilt; refuses any row about one person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Day;
use crate::extracts::{Survey, Task};
use crate::models::ScoreId;
use crate::outreach::{Inputs, OutreachList};

/// Days back in which due work and surveys are counted.
const WINDOW_DAYS: i32 = 365;

/// Days back in which due tasks are counted.
const TASK_DAYS: i32 = 90;

/// Work of one kind that fell due in the last 90 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTime {
    /// Due by the night.
    pub due: u64,
    /// Done by the due day.
    pub on_time: u64,
    /// Done later.
    pub late: u64,
}

/// The newest answers of the last year to one instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SurveyScore {
    /// People with a score.
    pub people: u64,
    /// Mean of their newest scores, in the instrument's own points.
    pub mean: f64,
}

/// Enrolled people of one group, those on tonight's list, and the avoidable stays of the last 12 months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupShare {
    /// Enrolled people.
    pub enrolled: u64,
    /// On tonight's list.
    pub listed: u64,
    /// Avoidable stays in 12 months.
    pub avoidable_stays: u64,
}

/// How far tonight's scores of one model stand from those it learned on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreDrift {
    /// Model id.
    pub model: String,
    /// People or discharges it scored tonight.
    pub scored: u64,
    /// Population stability index against the training rows: under 0.1 little, over 0.25 much.
    pub psi: f64,
    /// Mean probability tonight.
    pub mean_probability: f64,
    /// Share of events among the rows it learned from, each row counted as what it stands for.
    pub trained_share: f64,
}

/// `program.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Newest service date of each extract, where it has one.
    pub data_through: BTreeMap<String, String>,
    /// Extracts whose newest date is older than `quality.stale_days`.
    pub stale: Vec<String>,
    /// Tasks of the last 90 days by kind.
    pub tasks: BTreeMap<String, OnTime>,
    /// Surveys and assessments of the last year by instrument.
    pub surveys: BTreeMap<String, SurveyScore>,
    /// Adults by their probability of an avoidable stay in 90 days: lower edge in per cent, people.
    pub risk: Vec<(f64, u64)>,
    /// The day on which the list is worked. Empty in runs of earlier versions.
    #[serde(default)]
    pub work_day: String,
    /// The last day whose visits are known by claim. Empty in runs of earlier versions.
    #[serde(default)]
    pub visits_known_through: String,
    /// By attribute, then group: race, ethnicity, language (read for this audit alone).
    pub equity: BTreeMap<String, BTreeMap<String, GroupShare>>,
    /// A line a trained model in use; empty under published indices. Absent in runs of earlier versions.
    #[serde(default)]
    pub drift: Vec<ScoreDrift>,
}

/// Lower edges of the risk bands, in per cent.
const BANDS: [f64; 8] = [0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0];

impl Program {
    /// Counts a night.
    #[must_use]
    pub fn of(inputs: &Inputs<'_>, list: &OutreachList) -> Self {
        let ex = inputs.extracts;
        let as_of = inputs.plan.as_of;
        let mut out = Self::default();
        for (name, report) in &ex.reports {
            if let Some(newest) = report.tally.newest {
                out.data_through.insert((*name).to_owned(), Day(newest).to_string());
                if as_of.since(Day(newest)) > inputs.plan.quality.stale_days {
                    out.stale.push((*name).to_owned());
                }
            }
        }
        for (_, t) in ex.rows::<Task>().all().filter(|(_, t)| t.due <= as_of && t.due > as_of.plus(-TASK_DAYS)) {
            let slot = out.tasks.entry(t.kind.to_string()).or_default();
            slot.due += 1;
            slot.on_time += u64::from(t.done.is_some_and(|d| d <= t.due));
            slot.late += u64::from(t.done.is_some_and(|d| d > t.due));
        }
        out.work_day = inputs.visits.work_day.to_string();
        out.visits_known_through = inputs.visits.known_through.to_string();
        out.surveys = survey_scores(inputs);
        out.risk = count_by_risk(inputs);
        out.equity = share_by_group(inputs, list);
        out
    }
}

fn survey_scores(inputs: &Inputs<'_>) -> BTreeMap<String, SurveyScore> {
    let mut newest: BTreeMap<(String, u32), f64> = BTreeMap::new();
    let from = inputs.plan.as_of.plus(-WINDOW_DAYS);
    for (member, s) in inputs.extracts.rows::<Survey>().all().filter(|(_, s)| s.day > from) {
        if let Some(score) = s.score {
            // Rows of a member come oldest first.
            newest.insert((s.instrument.to_string(), member), score.0);
        }
    }
    let mut out: BTreeMap<String, SurveyScore> = BTreeMap::new();
    for ((instrument, _), score) in newest {
        let slot = out.entry(instrument).or_default();
        slot.people += 1;
        slot.mean += score;
    }
    for s in out.values_mut() {
        s.mean /= s.people.max(1) as f64;
    }
    out
}

fn count_by_risk(inputs: &Inputs<'_>) -> Vec<(f64, u64)> {
    let mut out: Vec<(f64, u64)> = BANDS.iter().map(|b| (*b, 0)).collect();
    for s in inputs.scores.iter().filter(|s| s.id == ScoreId::RISK) {
        if let Some(p) = s.probability
            && let Some(band) = out.iter_mut().rev().find(|(edge, _)| p * 100.0 >= *edge)
        {
            band.1 += 1;
        }
    }
    out
}

/// The group of those of whom nothing is recorded.
const NOT_RECORDED: &str = "not recorded";

fn share_by_group(inputs: &Inputs<'_>, list: &OutreachList) -> BTreeMap<String, BTreeMap<String, GroupShare>> {
    let ex = inputs.extracts;
    let listed: rustc_hash::FxHashSet<u32> = list.listed.iter().map(|l| l.candidate.member).collect();
    let mut out: BTreeMap<String, BTreeMap<String, GroupShare>> = BTreeMap::new();
    for s in inputs.snapshots.iter().filter(|s| s.enrolled) {
        let facts = &ex.population.member(s.member).facts;
        for (name, word) in [("race", facts.race), ("ethnicity", facts.ethnicity), ("language", facts.language)] {
            let text = ex.words.text(word);
            let group = if text.is_empty() { NOT_RECORDED } else { text };
            let slot = out.entry(name.to_owned()).or_default().entry(group.to_owned()).or_default();
            slot.enrolled += 1;
            slot.listed += u64::from(listed.contains(&s.member));
            slot.avoidable_stays += u64::from(s.key.pqi_stays);
        }
    }
    // An attribute that nobody has says nothing.
    out.retain(|_, groups| groups.keys().any(|g| g != NOT_RECORDED));
    out
}

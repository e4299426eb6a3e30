//! The programme's own figures of a night: how fresh the data are, work done on time, surveys, risk, who is listed.
//! Owns `program.json`, from which the report is rebuilt; refuses any row about one person.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::vocabulary::word_list;
use crate::domain::{ContactOutcome, Day};
use crate::extracts::{Case, Outreach, Survey, Task};
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

word_list! {
    /// What an instrument asks about; scores of two kinds are never read as one.
    SurveyKind {
        /// How care was: CAHPS and its kin.
        Experience = "experience",
        /// Whether one would recommend it, 0 to 10.
        Recommendation = "recommendation",
        /// Knowledge, skill and confidence in one's own care; no satisfaction.
        Activation = "activation",
        /// Anything else.
        Other = "other",
    }
}

impl SurveyKind {
    /// By the instrument's name.
    #[must_use]
    pub fn of(instrument: &str) -> Self {
        let name = instrument.to_ascii_uppercase();
        let begins = |stems: &[&str]| stems.iter().any(|stem| name.contains(stem));
        if begins(&["CAHPS", "CSQ", "PEX", "SATISFACTION", "EXPERIENCE"]) {
            Self::Experience
        } else if begins(&["NPS", "PROMOTER", "RECOMMEND"]) {
            Self::Recommendation
        } else if begins(&["PAM", "ACTIVATION", "PHE"]) {
            Self::Activation
        } else {
            Self::Other
        }
    }
}

/// The newest answers of the last year to one instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SurveyScore {
    /// People with a score.
    pub people: u64,
    /// Mean of their newest scores, in the instrument's own points.
    pub mean: f64,
    /// Scores of 9 and 10: promoters, where the instrument asks for a recommendation (Reichheld 2003).
    #[serde(default)]
    pub promoters: u64,
    /// Scores of 0 to 6: detractors.
    #[serde(default)]
    pub detractors: u64,
}

impl SurveyScore {
    /// Promoters less detractors, of 100 people with a score.
    #[must_use]
    pub fn net_recommendation(&self) -> f64 {
        (self.promoters as f64 - self.detractors as f64) / self.people.max(1) as f64 * 100.0
    }
}

/// People one manager worked with in the last 90 days, from the outreach log; each person once in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    /// Tried at all.
    pub attempted: u64,
    /// Spoken with.
    pub reached: u64,
    /// Enrolled.
    pub enrolled: u64,
    /// Refused.
    pub refused: u64,
}

/// What the programme costs, from `caseload.cost_per_fte` and the roster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProgramCost {
    /// Dollars a full-time manager costs a year.
    pub cost_per_fte: f64,
    /// Full-time equivalents of the roster.
    pub fte: f64,
    /// Open cases on the night.
    pub open_cases: u64,
    /// Completed and enrolling contacts of the last 90 days.
    pub completed_contacts: u64,
}

impl ProgramCost {
    /// Dollars a month for each open case; `None` without one.
    #[must_use]
    pub fn per_case_month(&self) -> Option<f64> {
        (self.open_cases > 0).then(|| self.cost_per_fte * self.fte / 12.0 / self.open_cases as f64)
    }

    /// Dollars for each completed contact; `None` without one.
    #[must_use]
    pub fn per_contact(&self) -> Option<f64> {
        let quarter = self.cost_per_fte * self.fte * f64::from(TASK_DAYS) / 365.25;
        (self.completed_contacts > 0).then(|| quarter / self.completed_contacts as f64)
    }
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
    /// Counts of people from 1 to below this are hidden on the page; 0 shows all. As in runs of earlier versions when
    /// absent.
    #[serde(default)]
    pub small_cells: Option<u64>,
    /// `[targets]`: what the organisation wants a metric to be.
    #[serde(default)]
    pub targets: BTreeMap<String, f64>,
    /// Names of the managers by id.
    #[serde(default)]
    pub managers: BTreeMap<String, String>,
    /// Engagement of the last 90 days by manager; the empty id stands for nobody named.
    #[serde(default)]
    pub engagement: BTreeMap<String, Engagement>,
    /// What the programme costs; none without `caseload.cost_per_fte`.
    #[serde(default)]
    pub cost: Option<ProgramCost>,
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
        out.small_cells = Some(inputs.plan.output.small_cells);
        out.targets.clone_from(&inputs.plan.targets.0);
        let named = ex.managers.iter().filter_map(|m| Some((m.id.to_string(), m.name.as_ref()?.to_string())));
        out.managers = named.collect();
        out.engagement = engagement_by_manager(inputs);
        out.cost = program_cost(inputs);
        out
    }
}

/// The contact went through.
fn is_completed(row: &Outreach) -> bool {
    matches!(row.outcome, ContactOutcome::Completed | ContactOutcome::Enrolled)
}

fn recent_contacts<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = (u32, &'a Outreach)> {
    let (from, as_of) = (inputs.plan.as_of.plus(-TASK_DAYS), inputs.plan.as_of);
    inputs.extracts.rows::<Outreach>().all().filter(move |(_, o)| o.day > from && o.day <= as_of)
}

fn engagement_by_manager(inputs: &Inputs<'_>) -> BTreeMap<String, Engagement> {
    let mut people: BTreeMap<(&str, u32), [bool; 3]> = BTreeMap::new();
    for (member, row) in recent_contacts(inputs) {
        let [reached, enrolled, refused] = people.entry((&row.manager, member)).or_default();
        *reached |= is_completed(row) || row.outcome == ContactOutcome::Refused;
        *enrolled |= row.outcome == ContactOutcome::Enrolled;
        *refused |= row.outcome == ContactOutcome::Refused;
    }
    let mut out: BTreeMap<String, Engagement> = BTreeMap::new();
    for ((manager, _), [reached, enrolled, refused]) in people {
        let slot = out.entry(manager.to_owned()).or_default();
        slot.attempted += 1;
        slot.reached += u64::from(reached);
        slot.enrolled += u64::from(enrolled);
        slot.refused += u64::from(refused);
    }
    out
}

fn program_cost(inputs: &Inputs<'_>) -> Option<ProgramCost> {
    let ex = inputs.extracts;
    let cost_per_fte = inputs.plan.caseload.cost_per_fte?;
    let open: BTreeSet<u32> = ex.rows::<Case>().all().filter(|(_, c)| c.end.is_none()).map(|(who, _)| who).collect();
    Some(ProgramCost {
        cost_per_fte,
        fte: ex.managers.iter().map(|m| m.fte.unwrap_or(1.0)).sum(),
        open_cases: open.len() as u64,
        completed_contacts: recent_contacts(inputs).filter(|(_, o)| is_completed(o)).count() as u64,
    })
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
        slot.promoters += u64::from(score >= 9.0);
        slot.detractors += u64::from(score <= 6.0);
    }
    for (instrument, s) in &mut out {
        s.mean /= s.people.max(1) as f64;
        if SurveyKind::of(instrument) != SurveyKind::Recommendation {
            (s.promoters, s.detractors) = (0, 0);
        }
    }
    out
}

fn count_by_risk(inputs: &Inputs<'_>) -> Vec<(f64, u64)> {
    let mut out: Vec<(f64, u64)> = BANDS.iter().map(|b| (*b, 0)).collect();
    for s in inputs.scores.iter().filter(|s| s.id == ScoreId::RISK) {
        if let Some(p) = s.probability
            && let Some(band) = out.iter_mut().rev().find(|(edge, _)| p.get() * 100.0 >= *edge)
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

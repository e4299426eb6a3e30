//! Snapshots of everyone's history as a matrix: discharge rows and person-months with features, labels,
//! weights, comparators. Owns the walk, the sampling and its weights; refuses to fit anything.

use rayon::prelude::*;

use super::error::TrainingError;
use super::history::LoadedHistory;
use super::labels::{Label, OutcomeHistory, is_mature};
use super::splits::{SnapshotSchedule, Split};
use crate::config::RunPlan;
use crate::domain::{Day, mix64, stable_hash, unit};
use crate::extracts::Extracts;
use crate::features::{View, registry};
use crate::measures::{Comorbidity, HospitalScore, LatestLace, Utilization, lace_of_stay};
use crate::models::{Horizon, Outcome, ScoreId};
use crate::population::{MemberHistory, MemberPass, PopulationWalk};

/// Published indices of a row, as known on its day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Comparators {
    /// LACE of the discharge, or of the latest known one.
    pub lace: Option<u8>,
    /// HOSPITAL (2016) of the latest known index discharge; none without both laboratory values.
    pub hospital: Option<u8>,
    /// Elixhauser readmission index.
    pub elixhauser: Option<i32>,
    /// AHRQ's yearly rate of composite 90 by age, sex and county.
    pub ahrq: Option<f64>,
    /// Two stays in a year.
    pub two_stays: bool,
}

/// One row of a panel.
#[derive(Clone, Debug)]
pub struct Row {
    /// Index in the population.
    pub member: u32,
    /// Snapshot day.
    pub day: Day,
    /// Split.
    pub slice: Split,
    /// Label.
    pub label: Label,
    /// What the row stands for: the inverse of its chance to be kept.
    pub weight: f32,
    /// Days since the discharge (discharge rows).
    pub days_passed: i32,
    /// Published indices.
    pub comparators: Comparators,
    /// Completed years.
    pub age: i32,
    /// Dollars paid in the horizon.
    pub paid_after: f64,
    /// Elixhauser measures.
    pub burden: i32,
    /// Of `avoid_hosp`: whether the event came within 30, 90 and 365 days, where that is final.
    pub by_horizon: [Option<bool>; 3],
}

/// What is wanted of the walk.
#[derive(Clone, Debug)]
pub struct PanelRequest {
    /// Outcome.
    pub outcome: Outcome,
    /// Snapshot days.
    pub calendar: SnapshotSchedule,
    /// Slices to fill; the rest is skipped.
    pub slices: Vec<Split>,
    keep_non_event: f64,
    keep_member: f64,
}

/// A filled matrix.
pub struct Panel {
    /// Outcome.
    pub outcome: Outcome,
    /// Rows, by member, then day.
    pub rows: Vec<Row>,
    /// Features in the order of the registry, own columns last; one value a row each.
    pub columns: Vec<Vec<f32>>,
    /// Chance of a non-event row of the training and calibration slices to be kept.
    pub keep_non_event: f64,
    /// Chance of a member to be in the report slice.
    pub keep_member: f64,
    /// Rows left out, by why.
    pub left_out: LeftOut,
}

/// Rows that might have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    /// Enrolment ended within the horizon.
    pub disenrolled: u64,
    /// Returned on the day of discharge.
    pub same_day_return: u64,
    /// Discharges not known within 21 days, or returned before they were.
    pub known_too_late: u64,
    /// Labels not final yet.
    pub provisional: u64,
    /// Between training and report: the label would reach into the report slice.
    pub embargoed: u64,
    /// On days the judged model learned from.
    pub learned_from: u64,
}

impl LeftOut {
    fn add(&mut self, o: &Self) {
        self.disenrolled += o.disenrolled;
        self.same_day_return += o.same_day_return;
        self.known_too_late += o.known_too_late;
        self.provisional += o.provisional;
        self.embargoed += o.embargoed;
        self.learned_from += o.learned_from;
    }
}

impl PanelRequest {
    /// Plans the snapshot days of an outcome and how many rows are kept.
    ///
    /// # Errors
    /// Refused training (exit 9) when the history is too short.
    pub fn plan(
        plan: &RunPlan,
        extracts: &Extracts,
        outcome: Outcome,
        slices: &[Split],
    ) -> Result<Self, TrainingError> {
        let start = ["medical_claim", "admission"]
            .iter()
            .find_map(|name| extracts.reports.get(name).and_then(|r| r.tally.history_start()))
            .map_or(plan.as_of, Day);
        let m = &plan.models;
        // Discharges are rare: twice the months.
        let months = if outcome.of_discharges() { m.panel_months * 2 } else { m.panel_months };
        let calendar =
            SnapshotSchedule::plan(outcome, plan.as_of, start, months, m.label_maturity_days).map_err(|n| {
                crate::learners::LearnError::Refused(crate::learners::Refusal::TooFew {
                    what: "monthly snapshots with a year of history before them and a final label after",
                    found: n,
                    needed: 6,
                })
            })?;
        let mut request = Self { outcome, calendar, slices: slices.to_vec(), keep_non_event: 1.0, keep_member: 1.0 };
        if !outcome.of_discharges() {
            let (learn, report) = request.person_months(extracts);
            #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
            let share = |wanted: u64, there: u64| (wanted as f64 / there.max(1) as f64).min(1.0);
            request.keep_non_event = share(m.panel_rows, learn);
            request.keep_member = share(m.panel_rows * 2, report);
        }
        Ok(request)
    }

    /// Enrolled person-months of the learning slices and of the report slice.
    fn person_months(&self, extracts: &Extracts) -> (u64, u64) {
        extracts
            .population
            .members
            .par_iter()
            .map(|m| {
                let (mut learn, mut report) = (0, 0);
                for day in &self.calendar.days {
                    if !m.enrolled_on(*day) || (self.outcome.adults_only() && m.birth().age_on(*day) < 18) {
                        continue;
                    }
                    match self.calendar.slice(*day) {
                        Some(Split::Report) => report += 1,
                        Some(_) => learn += 1,
                        None => {}
                    }
                }
                (learn, report)
            })
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    }
}

/// One bucket's part of a panel.
#[derive(Default)]
struct Part {
    rows: Vec<Row>,
    values: Vec<Vec<f32>>,
    left_out: LeftOut,
}

/// Fills a panel for each request in one pass over everyone's history.
///
/// # Errors
/// Told to stop, or spilled events that cannot be read.
pub fn fill_panels(
    history: &LoadedHistory<'_>,
    requests: &[PanelRequest],
    step: &dyn Fn(u64, u64),
) -> Result<Vec<Panel>, TrainingError> {
    let width = registry().features().len() + history.plan.models.feature_columns.len();
    let empty = |r: &PanelRequest| Panel {
        outcome: r.outcome,
        rows: Vec::new(),
        columns: vec![Vec::new(); width],
        keep_non_event: r.keep_non_event,
        keep_member: r.keep_member,
        left_out: LeftOut::default(),
    };
    let mut panels: Vec<Panel> = requests.iter().map(empty).collect();
    let context = history.context();
    let walk = PopulationWalk { context: &context, control: history.control(step) };
    walk.run(&PanelPass { plan: history.plan, requests }, |parts| {
        panels.iter_mut().zip(parts).for_each(|(panel, part)| panel.take(part));
        Ok(())
    })?;
    Ok(panels)
}

struct PanelPass<'a> {
    plan: &'a RunPlan,
    requests: &'a [PanelRequest],
}

impl MemberPass for PanelPass<'_> {
    type Out = Vec<Part>;
    type Error = TrainingError;

    fn visit(&self, members: &[MemberHistory<'_>], out: &mut Vec<Part>) -> Result<(), TrainingError> {
        out.resize_with(self.requests.len(), Part::default);
        for history in members {
            let outcomes = OutcomeHistory::of(&history.measured);
            for (request, part) in self.requests.iter().zip(out.iter_mut()) {
                let rows = MemberRows { plan: self.plan, request, history, outcomes: &outcomes };
                if request.outcome.of_discharges() {
                    rows.discharges(part);
                } else {
                    rows.months(part);
                }
            }
        }
        Ok(())
    }
}

/// The rows of one member in one panel.
struct MemberRows<'w, 'r> {
    plan: &'w RunPlan,
    request: &'w PanelRequest,
    history: &'w MemberHistory<'r>,
    outcomes: &'w OutcomeHistory<'r>,
}

impl MemberRows<'_, '_> {
    /// A draw in 0..1 that depends on the seed, the member and a number alone.
    fn draw(&self, purpose: u64, number: i32) -> f64 {
        let id = self.history.member().id();
        let key = stable_hash(self.plan.run.seed ^ purpose, id.as_bytes());
        unit(mix64(key ^ u64::from(number.unsigned_abs())))
    }

    fn months(&self, part: &mut Part) {
        let r = self.request;
        let in_report = self.draw(0x5EED_0001, 0) < r.keep_member;
        for day in &r.calendar.days {
            if !self.outcomes.at_risk(r.outcome, *day) {
                continue;
            }
            let Some(slice) = r.calendar.slice(*day) else {
                part.left_out.embargoed += 1;
                continue;
            };
            if !r.slices.contains(&slice) || (slice == Split::Report && !in_report) {
                continue;
            }
            let Some(label) = self.outcomes.label(r.outcome, *day) else {
                part.left_out.disenrolled += 1;
                continue;
            };
            let sampled = slice != Split::Report && !label.event;
            if sampled && self.draw(0x5EED_0002, day.0) >= r.keep_non_event {
                continue;
            }
            let view = self.history.view(*day);
            #[expect(clippy::cast_possible_truncation, reason = "a weight")]
            let weight = if sampled { (1.0 / r.keep_non_event) as f32 } else { 1.0 };
            self.push(part, &view, slice, label, weight, 0);
            if let Some(row) = part.rows.last_mut() {
                row.by_horizon = self.by_horizon(*day);
            }
        }
    }

    /// The outcome's other horizons on a day, where their labels are final.
    fn by_horizon(&self, day: Day) -> [Option<bool>; 3] {
        if !matches!(self.request.outcome.score(), ScoreId::AvoidHosp(_)) {
            return [None; 3];
        }
        let plan = self.plan;
        Horizon::ALL.map(|h| {
            let final_by = is_mature(day.plus(h.days()), plan.models.label_maturity_days, plan.as_of);
            final_by.then(|| self.outcomes.label(Outcome::avoid_hosp(h), day)).flatten().map(|l| l.event)
        })
    }

    fn discharges(&self, part: &mut Part) {
        let r = self.request;
        let (first, last) = r.calendar.span();
        for d in &self.outcomes.discharges {
            let Some(readmitted) = d.readmitted else { continue };
            if d.day < first {
                continue;
            }
            if d.day > last || !is_mature(d.day.plus(30), self.plan.models.label_maturity_days, self.plan.as_of) {
                part.left_out.provisional += 1;
                continue;
            }
            let Some(slice) = r.calendar.slice(d.day) else {
                part.left_out.embargoed += 1;
                continue;
            };
            if !r.slices.contains(&slice) {
                continue;
            }
            if d.days == Some(0) {
                part.left_out.same_day_return += 1;
                continue;
            }
            let label = Label { event: readmitted, died_first: d.died, days: d.days };
            match self.history.first_known_snapshot(d.day, d.next_admission) {
                Some((view, passed)) => self.push(part, &view, slice, label, 1.0, passed),
                None => part.left_out.known_too_late += 1,
            }
        }
    }

    fn push(&self, part: &mut Part, view: &View<'_>, slice: Split, label: Label, weight: f32, days_passed: i32) {
        let who = view.timeline().member;
        let age = who.birth().age_on(view.day);
        let rates = &view.codes.reference.rates;
        let decile = rates.poverty_decile(&who.facts.county.text());
        let lace = match view.index {
            Some(at) => lace_of_stay(view.timeline(), at, view.codes),
            None => view.measured.get::<LatestLace>().0.map(|l| l.1),
        };
        let end = view.day.plus(self.request.outcome.horizon_days());
        let paid: i64 = self
            .history
            .measured
            .timeline
            .claims
            .iter()
            .filter(|c| c.start > view.day.0 && c.start <= end.0)
            .map(|c| c.paid_cents)
            .sum();
        part.rows.push(Row {
            member: self.history.index,
            day: view.day,
            slice,
            label,
            weight,
            days_passed,
            comparators: Comparators {
                lace: lace.map(|l| l.total()),
                hospital: view.measured.get::<HospitalScore>().0.and_then(|h| h.validation_2016()),
                elixhauser: view.measured.get::<Comorbidity>().elixhauser_readmission,
                ahrq: rates.pqi("90", age, who.sex(), decile),
                two_stays: view.measured.get::<Utilization>().two_stays(),
            },
            age,
            #[expect(clippy::cast_precision_loss, reason = "dollars")]
            paid_after: paid as f64 / 100.0,
            burden: view.measured.get::<Comorbidity>().elixhauser_count.unwrap_or(0),
            by_horizon: [None; 3],
        });
        part.values.push(registry().row(view));
    }
}

impl Panel {
    fn take(&mut self, part: Part) {
        self.rows.extend(part.rows);
        for values in part.values {
            for (column, value) in self.columns.iter_mut().zip(values) {
                column.push(value);
            }
        }
        self.left_out.add(&part.left_out);
    }

    /// Places of the rows of a slice.
    #[must_use]
    pub fn of(&self, slice: Split) -> Vec<u32> {
        (0..self.rows.len())
            .filter(|i| self.rows[*i].slice == slice)
            .map(|i| u32::try_from(i).unwrap_or(u32::MAX))
            .collect()
    }
}

//! Snapshots of everyone's history as a matrix: discharge rows and person-months with features, labels,
//! weights, comparators. Owns the walk, the sampling and its weights; refuses to fit anything.

use std::sync::atomic::{AtomicBool, Ordering};

use bumpalo::Bump;
use rayon::prelude::*;

use super::error::TrainingError;
use super::labels::{Label, Story, is_mature};
use super::splits::{Calendar, Slice};
use crate::config::RunPlan;
use crate::domain::{Day, mix64, stable_hash, unit};
use crate::extracts::Extracts;
use crate::features::{Knowledge, View, Whole, registry};
use crate::measures::{Comorbidity, HospitalScore, LatestLace, Utilization, lace_of_stay};
use crate::models::{Horizon, Outcome, ScoreId};
use crate::timeline::Codes;

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
    /// Slice.
    pub slice: Slice,
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
pub struct Request {
    /// Outcome.
    pub outcome: Outcome,
    /// Snapshot days.
    pub calendar: Calendar,
    /// Slices to fill; the rest is skipped.
    pub slices: Vec<Slice>,
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

impl Request {
    /// Plans the snapshot days of an outcome and how many rows are kept.
    ///
    /// # Errors
    /// Refused training (exit 9) when the history is too short.
    pub fn plan(
        plan: &RunPlan,
        extracts: &Extracts,
        outcome: Outcome,
        slices: &[Slice],
    ) -> Result<Self, TrainingError> {
        let start = ["medical_claim", "admission"]
            .iter()
            .find_map(|name| extracts.reports.get(name).and_then(|r| r.tally.history_start()))
            .map_or(plan.as_of, Day);
        let m = &plan.models;
        // Discharges are rare: twice the months.
        let months = if outcome.of_discharges() { m.panel_months * 2 } else { m.panel_months };
        let calendar = Calendar::plan(outcome, plan.as_of, start, months, m.label_maturity_days).map_err(|n| {
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
                        Some(Slice::Report) => report += 1,
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

/// The walk over everyone's history.
pub struct PanelWalk<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// The rows.
    pub extracts: &'a Extracts,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
}

impl<'a> PanelWalk<'a> {
    /// Fills a panel for each request in one pass; buckets in parallel, parts joined in order.
    ///
    /// # Errors
    /// When the spill file cannot be read or the process is told to stop.
    pub fn run(&self, requests: &[Request], step: &dyn Fn(u64, u64)) -> Result<Vec<Panel>, TrainingError> {
        let knowledge = Knowledge::new(self.extracts, self.codes, &self.plan.clocks, &self.plan.models);
        let width = registry().features().len() + self.plan.models.feature_columns.len();
        let mut panels: Vec<Panel> = requests
            .iter()
            .map(|r| Panel {
                outcome: r.outcome,
                rows: Vec::new(),
                columns: vec![Vec::new(); width],
                keep_non_event: r.keep_non_event,
                keep_member: r.keep_member,
                left_out: LeftOut::default(),
            })
            .collect();
        let buckets = &self.extracts.buckets;
        let all: Vec<usize> = (0..buckets.len()).collect();
        let wave = rayon::current_num_threads() * 2;
        for (n, chunk) in all.chunks(wave).enumerate() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(TrainingError::Interrupted);
            }
            let done: Vec<Vec<Part>> = chunk
                .par_iter()
                .map(|b| self.bucket(*b, requests, &knowledge))
                .collect::<Result<_, TrainingError>>()?;
            for parts in done {
                for (panel, part) in panels.iter_mut().zip(parts) {
                    panel.take(part);
                }
            }
            step(((n + 1) * wave).min(buckets.len()) as u64, buckets.len() as u64);
        }
        Ok(panels)
    }

    fn bucket(&self, bucket: usize, requests: &[Request], k: &Knowledge<'a>) -> Result<Vec<Part>, TrainingError> {
        let records = self.extracts.buckets.take(bucket)?;
        let mut parts: Vec<Part> = requests.iter().map(|_| Part::default()).collect();
        let mut arena = Bump::new();
        for member in self.extracts.buckets.members(bucket) {
            let whole = k.whole(member, records.member(member, &arena), self.plan.as_of, &arena);
            self.member(&whole, requests, k, &mut parts);
            drop(whole);
            arena.reset();
        }
        Ok(parts)
    }

    fn member(&self, whole: &Whole<'_>, requests: &[Request], k: &Knowledge<'a>, parts: &mut [Part]) {
        let story = Story::of(&whole.measured);
        for (request, part) in requests.iter().zip(parts) {
            let walk = MemberWalk { walk: self, knowledge: k, request, whole, story: &story };
            if request.outcome.of_discharges() {
                walk.discharges(part);
            } else {
                walk.months(part);
            }
        }
    }
}

struct MemberWalk<'w, 'r, 'a> {
    walk: &'w PanelWalk<'a>,
    knowledge: &'w Knowledge<'a>,
    request: &'w Request,
    whole: &'w Whole<'r>,
    story: &'w Story<'r>,
}

impl MemberWalk<'_, '_, '_> {
    /// A draw in 0..1 that depends on the seed, the member and a number alone.
    fn draw(&self, purpose: u64, number: i32) -> f64 {
        let id = self.walk.extracts.population.member(self.whole.member).id();
        let key = stable_hash(self.walk.plan.run.seed ^ purpose, id.as_bytes());
        unit(mix64(key ^ u64::from(number.unsigned_abs())))
    }

    fn months(&self, part: &mut Part) {
        let r = self.request;
        let in_report = self.draw(0x5EED_0001, 0) < r.keep_member;
        for day in &r.calendar.days {
            if !self.story.at_risk(r.outcome, *day) {
                continue;
            }
            let Some(slice) = r.calendar.slice(*day) else {
                part.left_out.embargoed += 1;
                continue;
            };
            if !r.slices.contains(&slice) || (slice == Slice::Report && !in_report) {
                continue;
            }
            let Some(label) = self.story.label(r.outcome, *day) else {
                part.left_out.disenrolled += 1;
                continue;
            };
            let sampled = slice != Slice::Report && !label.event;
            if sampled && self.draw(0x5EED_0002, day.0) >= r.keep_non_event {
                continue;
            }
            let view = self.knowledge.view(self.whole, *day);
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
        let plan = self.walk.plan;
        Horizon::ALL.map(|h| {
            let final_by = is_mature(day.plus(h.days()), plan.models.label_maturity_days, plan.as_of);
            final_by.then(|| self.story.label(Outcome::avoid_hosp(h), day)).flatten().map(|l| l.event)
        })
    }

    fn discharges(&self, part: &mut Part) {
        let r = self.request;
        let (first, last) = r.calendar.span();
        for d in &self.story.discharges {
            let Some(readmitted) = d.readmitted else { continue };
            if d.day < first {
                continue;
            }
            if d.day > last
                || !is_mature(d.day.plus(30), self.walk.plan.models.label_maturity_days, self.walk.plan.as_of)
            {
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
            match self.knowledge.first_known_snapshot(self.whole, d.day, d.next_admission, self.walk.plan.as_of) {
                Some((view, passed)) => self.push(part, &view, slice, label, 1.0, passed),
                None => part.left_out.known_too_late += 1,
            }
        }
    }

    fn push(&self, part: &mut Part, view: &View<'_>, slice: Slice, label: Label, weight: f32, days_passed: i32) {
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
            .whole
            .measured
            .timeline
            .claims
            .iter()
            .filter(|c| c.start > view.day.0 && c.start <= end.0)
            .map(|c| c.paid_cents)
            .sum();
        part.rows.push(Row {
            member: self.whole.member,
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
    pub fn of(&self, slice: Slice) -> Vec<u32> {
        (0..self.rows.len())
            .filter(|i| self.rows[*i].slice == slice)
            .map(|i| u32::try_from(i).unwrap_or(u32::MAX))
            .collect()
    }
}

//! The night's one pass over members: measures, tables, rates, snapshots and, where models are in use, their scores, all of
//! a history opened once. Owns what a night makes of a member; refuses to hold more than one small row of each.

use std::collections::BTreeMap;

use super::clinical_counts::{Counts, count_member};
use super::error::PipelineError;
use super::night_rules::NightRules;
use super::night_scoring::{BEFORE_DAYS, NightScoring};
use super::signal::stop_flag;
use crate::domain::Short;
use crate::extracts::{Basis, ClaimLine, Extracts, QuarantineRow, Reason};
use crate::features::{MemberFactsRow, RiskKey, Snapshot};
use crate::measures::{FollowUps, LagHistogram, PastEvent, Rates, Transitions, add_professional_lags};
use crate::models::TrainedScore;
use crate::outreach::PersonPlan;
use crate::population::{Control, HistoryContext, MemberHistory, MemberPass, PopulationWalk};
use crate::publish::{MemberTables, MemberWriters};
use crate::timeline::LineAccount;

/// The first two characters of an inpatient bill.
const BILL_11: u64 = Short::of("11").0;

/// Members asked and scored together: a bucket, so that what a table of rows costs by itself is shared by many rows.
const ASKED_TOGETHER: usize = 512;

/// What the walk over members gives.
#[derive(Default)]
pub struct PopulationResults {
    /// One a member, in member order.
    pub snapshots: Vec<Snapshot>,
    /// What the playbook says of each, in member order.
    pub plans: Vec<PersonPlan>,
    /// Rates.
    pub rates: Rates,
    /// Rows of claims, fills and admissions left out, by extract and rule.
    pub dropped: BTreeMap<(&'static str, &'static str), u64>,
    /// Rows of those rejected after the fact.
    pub quarantine: Vec<QuarantineRow>,
    /// Codes by status and other counts, for the data-quality account.
    pub codes: Counts,
    /// Counts at the clinical gates.
    pub counts: Counts,
    /// What trained models say, in member order.
    pub trained: Vec<TrainedScore>,
    /// Earlier events of the visit clocks, in member order.
    pub past_events: Vec<PastEvent>,
    /// Days that professional lines needed to arrive.
    pub lags: LagHistogram,
}

/// What comes of one bucket.
#[derive(Default)]
pub struct BucketResults {
    past_events: Vec<PastEvent>,
    lags: LagHistogram,
    trained: Vec<TrainedScore>,
    snapshots: Vec<Snapshot>,
    plans: Vec<PersonPlan>,
    tables: MemberTables,
    account: LineAccount,
    rates: Rates,
    codes: Counts,
    counts: Counts,
}

/// What a night makes of each member.
pub struct NightPass<'a> {
    /// What the histories share.
    pub context: &'a HistoryContext<'a>,
    /// Trained models, when the night uses any.
    pub scoring: Option<NightScoring<'a>>,
    /// Playbook and programmes.
    pub rules: NightRules<'a>,
}

/// Measures and scores everyone and writes the member tables.
///
/// # Errors
/// When the disk refuses or the process is told to stop.
pub fn measure_population(
    pass: &NightPass<'_>,
    writers: &mut MemberWriters,
    step: &dyn Fn(u64, u64),
) -> Result<PopulationResults, PipelineError> {
    let walk = PopulationWalk { context: pass.context, control: Control { stop: stop_flag(), step } };
    let mut out = PopulationResults::default();
    walk.run(pass, |mut bucket| {
        writers.write(&mut bucket.tables)?;
        out.take_bucket(bucket, pass.context.extracts);
        Ok(())
    })?;
    out.quarantine.sort();
    Ok(out)
}

impl MemberPass for NightPass<'_> {
    type Out = BucketResults;
    type Error = PipelineError;

    fn together(&self) -> usize {
        ASKED_TOGETHER
    }

    fn visit(&self, members: &[MemberHistory<'_>], out: &mut BucketResults) -> Result<(), PipelineError> {
        let from = out.snapshots.len();
        let facts: Vec<MemberFactsRow> = members.iter().map(|history| self.measure_member(history, out)).collect();
        out.plans.extend(self.rules.ask(self.context, members, &facts, &mut out.tables)?);
        if let Some(scoring) = &self.scoring {
            out.trained.extend(scoring.score_members(members, &out.snapshots[from..])?);
        }
        Ok(())
    }
}

impl NightPass<'_> {
    fn measure_member(&self, history: &MemberHistory<'_>, out: &mut BucketResults) -> MemberFactsRow {
        let measured = &history.measured;
        let plan = self.context.plan;
        add_professional_lags(&measured.timeline.claims, &history.events().claims, plan.as_of, &mut out.lags);
        out.past_events.extend(&measured.get::<Transitions>().past);
        out.past_events.extend(measured.get::<FollowUps>().past.iter().map(|(event, _)| event));
        let facts = MemberFactsRow::of(history.index, measured, plan.work_day());
        out.tables.add(measured, &facts, plan.work_day(), &self.context.extracts.facilities);
        out.rates.add(measured, self.context.plan.models.label_maturity_days);
        count_member(measured, &mut out.codes, &mut out.counts);
        out.snapshots.push(Snapshot::new(history.index, measured, self.key_before(history)));
        out.account.merge(&history.account);
        facts
    }

    /// The ordering key as it was known 90 days before; adults with any event only.
    fn key_before(&self, history: &MemberHistory<'_>) -> RiskKey {
        // Without a stay or a mapped condition the key is that of a judged, empty history.
        let nothing = RiskKey { elixhauser: Some(0), ..RiskKey::default() };
        let (plan, events) = (self.context.plan, history.events());
        let speaks = |line: &ClaimLine<'_>| {
            line.bill.0 >> 8 == BILL_11 || line.dx.iter().any(|d| self.context.codes.dx(d.code).elixhauser != 0)
        };
        let any = !events.admissions.is_empty() || events.claims.iter().any(|l| l.dx_basis == Basis::Icd9 || speaks(l));
        if !any || history.member().birth().age_on(plan.as_of) < 18 {
            return nothing;
        }
        RiskKey::of(history.as_of(plan.as_of.plus(-BEFORE_DAYS)))
    }
}

impl PopulationResults {
    fn take_bucket(&mut self, bucket: BucketResults, extracts: &Extracts) {
        self.snapshots.extend(bucket.snapshots);
        self.plans.extend(bucket.plans);
        self.trained.extend(bucket.trained);
        self.past_events.extend(bucket.past_events);
        self.lags.merge(&bucket.lags);
        self.rates.merge(&bucket.rates);
        for (map, from) in [(&mut self.codes, bucket.codes), (&mut self.counts, bucket.counts)] {
            for (k, v) in from {
                *map.entry(k).or_default() += v;
            }
        }
        for (extract, account) in bucket.account.by_extract() {
            for (rule, rows) in account.dropped {
                *self.dropped.entry((extract, rule)).or_default() += rows;
            }
            let files = extracts.reports.get(extract).map(|r| &r.files);
            for (file, row, reason) in account.quarantined {
                let file =
                    files.and_then(|f| f.get(file as usize)).map_or_else(|| "(view)".to_owned(), |f| f.name.clone());
                let column = if reason == Reason::ReversalWithoutOriginal {
                    "reversal_of_claim_id"
                } else {
                    "claim_line_number"
                };
                self.quarantine.push(QuarantineRow {
                    extract,
                    file,
                    row,
                    column: column.to_owned(),
                    reason,
                    value: String::new(),
                });
            }
        }
    }
}

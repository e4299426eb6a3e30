//! The measures of everyone: buckets in parallel, results in order. Owns the waves; refuses to hold more than
//! one small row a member.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use bumpalo::Bump;
use rayon::prelude::*;

use super::error::PipelineError;
use super::night_models::NightModels;
use crate::config::RunPlan;
use crate::domain::{Day, Short};
use crate::extracts::{
    Authorization, Basis, BucketRecords, ClaimLine, Extracts, Lab, MemberEvents, Outreach, QuarantineRow, Reason,
    Referral, Screening, Task,
};
use crate::features::{RiskKey, Snapshot};
use crate::measures::{Ccsr, EdClasses, Inputs, Measured, Rates, Readmissions, StayPqi};
use crate::models::TrainedScore;
use crate::publish::{MemberTables, MemberWriters};
use crate::reference::CodeStatus;
use crate::timeline::{BuildContext, Codes, LineAccount, Timeline};

/// What the walk over members gives.
#[derive(Default)]
pub struct Everyone {
    /// One a member, in member order.
    pub snapshots: Vec<Snapshot>,
    /// Rates.
    pub rates: Rates,
    /// Rows of claims, fills and admissions left out, by extract and rule.
    pub dropped: BTreeMap<(&'static str, &'static str), u64>,
    /// Rows of those rejected after the fact.
    pub quarantine: Vec<QuarantineRow>,
    /// Codes by status and other counts, for the data-quality account.
    pub codes: BTreeMap<&'static str, u64>,
    /// Counts at the clinical gates.
    pub counts: BTreeMap<&'static str, u64>,
    /// What trained models say, in member order.
    pub trained: Vec<TrainedScore>,
}

#[derive(Default)]
struct Group {
    trained: Vec<TrainedScore>,
    snapshots: Vec<Snapshot>,
    tables: MemberTables,
    account: LineAccount,
    rates: Rates,
    codes: BTreeMap<&'static str, u64>,
    counts: BTreeMap<&'static str, u64>,
}

/// What every member's walk shares.
pub struct Walk<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// The rows.
    pub extracts: &'a Extracts,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// Trained models, when the night uses any.
    pub models: Option<&'a NightModels<'a>>,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
}

/// The first two characters of an inpatient bill.
const BILL_11: u64 = Short::of("11").0;

/// Days before the night at which the rising stream compares.
const BEFORE_DAYS: i32 = 90;

impl Walk<'_> {
    /// Measures everyone and writes the member tables.
    ///
    /// # Errors
    /// When the disk refuses or the process is told to stop.
    pub fn run(&self, writers: &mut MemberWriters, step: &dyn Fn(u64, u64)) -> Result<Everyone, PipelineError> {
        let buckets = &self.extracts.buckets;
        let mut out = Everyone::default();
        let wave = rayon::current_num_threads() * 2;
        let all: Vec<usize> = (0..buckets.len()).collect();
        for (n, chunk) in all.chunks(wave).enumerate() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(PipelineError::Interrupted);
            }
            let groups: Vec<Group> = chunk.par_iter().map(|b| self.bucket(*b)).collect::<Result<_, PipelineError>>()?;
            for mut group in groups {
                writers.write(&mut group.tables)?;
                out.take(group, self.extracts);
            }
            step(((n + 1) * wave).min(buckets.len()) as u64, buckets.len() as u64);
        }
        out.quarantine.sort();
        Ok(out)
    }

    fn bucket(&self, bucket: usize) -> Result<Group, PipelineError> {
        let records = self
            .extracts
            .buckets
            .take(bucket)
            .map_err(|e| PipelineError::Extract(crate::extracts::ExtractError::Spill(e)))?;
        let mut group = Group::default();
        let mut arena = Bump::new();
        for member in self.extracts.buckets.members(bucket) {
            self.member(member, &records, &arena, &mut group);
            arena.reset();
        }
        if let Some(models) = self.models {
            group.trained = models.bucket(&records, &group.snapshots)?;
        }
        Ok(group)
    }

    fn inputs(&self, member: u32) -> Inputs<'_> {
        let ex = self.extracts;
        Inputs {
            codes: self.codes,
            clocks: &self.plan.clocks,
            claims_lag_days: self.plan.models.claims_lag_days,
            screenings: ex.rows::<Screening>().of(member).collect(),
            outreach: ex.rows::<Outreach>().of(member).collect(),
            labs: ex.rows::<Lab>().of(member).collect(),
            tasks: ex.rows::<Task>().of(member).collect(),
            authorizations: ex.rows::<Authorization>().of(member).collect(),
            referrals: ex.rows::<Referral>().of(member).collect(),
        }
    }

    fn member(&self, index: u32, records: &BucketRecords, arena: &Bump, group: &mut Group) {
        let member = self.extracts.population.member(index);
        let as_of = self.plan.as_of;
        let inputs = self.inputs(index);
        let events = records.member(index, arena);
        let room = BuildContext { codes: self.codes, arena };
        let timeline = Timeline::build(member, &events, as_of, room, &mut group.account);
        let key_before = self.key_before(&timeline, &events, as_of.plus(-BEFORE_DAYS), room);
        let measured = Measured::new(timeline, inputs);
        group.tables.add(&measured);
        group.rates.add(&measured, self.plan.models.label_maturity_days);
        count(&measured, group);
        group.snapshots.push(Snapshot::new(index, &measured, key_before));
    }

    /// The ordering key as it was known 90 days before; adults with any event only.
    fn key_before<'r>(
        &self,
        timeline: &Timeline<'r>,
        events: &MemberEvents<'r>,
        day: Day,
        room: BuildContext<'r>,
    ) -> RiskKey {
        // Without a stay or a mapped condition the key is that of a judged, empty history.
        let nothing = RiskKey { elixhauser: Some(0), ..RiskKey::default() };
        let speaks = |line: &ClaimLine<'_>| {
            line.bill.0 >> 8 == BILL_11 || line.dx.iter().any(|d| self.codes.dx(d.code).elixhauser != 0)
        };
        let any = !events.admissions.is_empty() || events.claims.iter().any(|l| l.dx_basis == Basis::Icd9 || speaks(l));
        if !any || timeline.member.birth().age_on(self.plan.as_of) < 18 {
            return nothing;
        }
        let known = timeline.known_at(events, day, self.plan.models.claims_lag_days, room);
        let bare = Inputs::bare(self.codes, &self.plan.clocks);
        RiskKey::of(&Measured::new(known, bare))
    }
}

fn add(map: &mut BTreeMap<&'static str, u64>, key: &'static str, n: u64) {
    if n > 0 {
        *map.entry(key).or_default() += n;
    }
}

fn count(m: &Measured<'_>, group: &mut Group) {
    let (timeline, codes) = (&m.timeline, m.codes());
    let c = &mut group.codes;
    let (mut all, mut icd9) = (0, 0);
    let mut by_status = [0_u64; 4];
    for claim in &timeline.claims {
        all += claim.dx.len() as u64;
        if !claim.icd10() {
            icd9 += claim.dx.len() as u64;
            continue;
        }
        for dx in claim.dx {
            by_status[codes.dx(dx.code).status as usize] += 1;
        }
    }
    add(c, "diagnoses", all);
    add(c, "icd9_diagnoses", icd9);
    for (status, name) in [
        (CodeStatus::Retired, "retired_codes"),
        (CodeStatus::Header, "header_codes"),
        (CodeStatus::Unknown, "unknown_codes"),
    ] {
        add(c, name, by_status[status as usize]);
    }
    let n = &mut group.counts;
    add(n, "stays", timeline.stays.len() as u64);
    add(n, "ed_visits", timeline.ed_visits.len() as u64);
    for ((stay, facts), verdict) in timeline.stays.iter().zip(&m.get::<Readmissions>().0).zip(&m.get::<StayPqi>().0) {
        add(n, "index_discharges", u64::from(facts.is_index()));
        add(n, "open_stays", u64::from(stay.discharge.is_none()));
        add(n, "readmissions_30d", u64::from(facts.readmit30 == Some(true)));
        add(n, "readmissions_same_day", u64::from(facts.days_to_readmission == Some(0)));
        add(n, "labels_known", u64::from(facts.readmit30.is_some()));
        add(n, "pqi_stays", u64::from(verdict.as_ref().is_some_and(|p| p.counted != 0)));
        add(c, "principal_without_ccs", u64::from(facts.is_index() && facts.unmapped_principal));
        add(
            c,
            "principal_ccs_from_family",
            u64::from(stay.principal_icd10 && codes.dx(stay.principal).ccs_from_family),
        );
        add(
            c,
            "pqi_admit_source_unjudged",
            u64::from(verdict.as_ref().is_some_and(|p| p.exclusions.contains("unjudged"))),
        );
    }
    add(c, "ccsr_from_family", u64::from(m.get::<Ccsr>().from_family));
    add(c, "ccsr_unmapped", u64::from(m.get::<Ccsr>().unmapped));
    let unclassified = m.get::<EdClasses>().0.iter().filter(|e| e.unclassified == Some(1.0));
    add(c, "ed_visits_unclassified", unclassified.count() as u64);
}

impl Everyone {
    fn take(&mut self, group: Group, extracts: &Extracts) {
        self.snapshots.extend(group.snapshots);
        self.trained.extend(group.trained);
        self.rates.merge(&group.rates);
        for (map, from) in [(&mut self.codes, group.codes), (&mut self.counts, group.counts)] {
            for (k, v) in from {
                *map.entry(k).or_default() += v;
            }
        }
        for (extract, account) in group.account.by_extract() {
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

//! Every configured extract, in the order they need each other. Owns that order and the result; refuses to read a cell.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::cells::Cells;
use super::claims;
use super::column::Pools;
use super::context::Context;
use super::error::ExtractError;
use super::events::Buckets;
use super::feeds;
use super::inputs::Discovered;
use super::interner::Words;
use super::ledger::QuarantineRow;
use super::loader::{LoadOptions, Loader};
use super::population::{self, Population};
use super::report::ExtractReport;
use super::tables::{
    AreaValue, Authorization, ByMember, Case, Lab, Manager, Outreach, Override, Own, Referral, Scored, Screening, Task,
};
use crate::config::RunPlan;
use crate::domain::Day;

/// Everything read, judged and grouped.
pub struct Extracts {
    /// Members.
    pub population: Population,
    /// Claim lines, ADT rows and fills.
    pub buckets: Buckets,
    /// Interned words.
    pub words: Words,
    /// Interned ICD codes.
    pub icd: Words,
    /// Screenings.
    pub screenings: ByMember<Screening>,
    /// Contact attempts.
    pub outreach: ByMember<Outreach>,
    /// Care tasks.
    pub tasks: ByMember<Task>,
    /// Authorizations.
    pub authorizations: ByMember<Authorization>,
    /// Referrals.
    pub referrals: ByMember<Referral>,
    /// Laboratory results.
    pub labs: ByMember<Lab>,
    /// Manual decisions.
    pub overrides: ByMember<Override>,
    /// Cases.
    pub cases: ByMember<Case>,
    /// Assessments.
    pub assessments: ByMember<Scored>,
    /// Surveys.
    pub surveys: ByMember<Scored>,
    /// Own feature columns.
    pub own: ByMember<Own>,
    /// Roster, in id order.
    pub managers: Vec<Manager>,
    /// Area indices.
    pub areas: Vec<AreaValue>,
    /// Accounts by extract.
    pub reports: BTreeMap<&'static str, ExtractReport>,
    /// Rejected rows, sorted.
    pub quarantine: Vec<QuarantineRow>,
}

/// Reads every configured extract.
///
/// # Errors
/// [`ExtractError`].
pub fn load(plan: &RunPlan, found: &Discovered, options: &LoadOptions<'_>) -> Result<Extracts, ExtractError> {
    let pools = Pools::default();
    let as_of = plan.as_of;
    let mut loader = Loader { plan, found, options, pools: &pools, reports: BTreeMap::new(), quarantine: Vec::new() };
    let population = read_population(&mut loader, as_of)?;
    let ingredients = feeds::read_ingredients(&mut loader)?;
    let limit = plan.run.max_memory.bytes();
    let buckets = Buckets::new(population.members.len(), limit, options.scratch).map_err(ExtractError::Spill)?;
    let context = Context { population: &population, pools: &pools, as_of };
    loader.read("medical_claim", |spec, batch, v| claims::claim_lines(spec, &context, &buckets, batch, v))?;
    loader.read("admission", |spec, batch, v| claims::admissions(spec, &context, &buckets, batch, v))?;
    loader.read("pharmacy_claim", |spec, batch, v| claims::fills(spec, &context, &ingredients, &buckets, batch, v))?;
    buckets.check().map_err(ExtractError::Spill)?;
    let small = feeds::read_small(&mut loader, &context)?;
    let own = feeds::read_own(&mut loader, &context)?;
    let managers = feeds::read_managers(&mut loader)?;
    let areas = feeds::read_areas(&mut loader)?;
    let Loader { reports, mut quarantine, .. } = loader;
    quarantine.sort();
    Ok(Extracts {
        population,
        buckets,
        screenings: small.screenings,
        outreach: small.outreach,
        tasks: small.tasks,
        authorizations: small.authorizations,
        referrals: small.referrals,
        labs: small.labs,
        overrides: small.overrides,
        cases: small.cases,
        assessments: small.assessments,
        surveys: small.surveys,
        own,
        managers,
        areas,
        reports,
        quarantine,
        words: pools.word.freeze(),
        icd: pools.icd.freeze(),
    })
}

fn read_population(loader: &mut Loader<'_>, as_of: Day) -> Result<Population, ExtractError> {
    let rows = Mutex::new(Vec::new());
    let (max_age, names) = (loader.plan.quality.max_age_years, loader.plan.pseudonyms.as_ref());
    let pools = loader.pools;
    loader.read("eligibility", |spec, batch, verdicts| {
        let cells = Cells::new(spec, batch);
        let made: Vec<_> =
            batch.good().filter_map(|row| population::row(&cells, pools, row, as_of, max_age, verdicts)).collect();
        rows.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    })?;
    let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    let tally = loader
        .reports
        .get_mut("eligibility")
        .map(|r| &mut r.tally)
        .ok_or_else(|| ExtractError::Missing { extract: "eligibility".into() })?;
    Population::build(rows, as_of, names, tally).map_err(|c| ExtractError::Contract {
        extract: "eligibility".into(),
        problems: vec![format!("{} member ids differ from another only in case or spaces\nhint: decide which spelling is right and map it with a view", c.0)],
    })
}

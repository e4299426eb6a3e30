//! Every configured extract, in the order they need each other. Owns that order and the result; refuses to read a cell.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::by_member::ByMember;
use super::cells::Cells;
use super::column::Pools;
use super::context::Context;
use super::crosswalk::Crosswalk;
use super::directory::Directory;
use super::error::ExtractError;
use super::events::Buckets;
use super::feeds::{
    AreaValue, FEEDS, Facility, Manager, MemberRow, Own, Provider, admission, care_manager, eligibility, feature_table,
    medical_claim, member_crosswalk, ndc_ingredient, pharmacy_claim,
};
use super::inputs::Discovered;
use super::interner::Words;
use super::ledger::QuarantineRow;
use super::loader::{LoadOptions, Loader};
use super::member_rows::{RowStore, load_directory, load_member_rows_as, load_rows};
use super::population::{self, Population};
use super::reason::Reason;
use super::report::ExtractReport;
use super::visit_states::VisitStates;
use crate::config::RunPlan;
use crate::domain::{CodeId, Day, WordId};

/// Everything read, judged and grouped.
pub struct Extracts {
    /// Members.
    pub population: Population,
    /// Claim lines, ADT rows and fills.
    pub buckets: Buckets,
    /// Interned words.
    pub words: Words<WordId>,
    /// Interned ICD codes.
    pub icd: Words<CodeId>,
    /// The small extracts of members, by row type.
    rows: RowStore,
    /// Ids that became other ids; every row above has the id of today.
    pub crosswalk: Crosswalk,
    /// Clinicians by NPI.
    pub providers: Directory<Provider>,
    /// Hospitals and other places by NPI.
    pub facilities: Directory<Facility>,
    /// Roster, in id order.
    pub managers: Vec<Manager>,
    /// Area indices.
    pub areas: Vec<AreaValue>,
    /// Accounts by extract.
    pub reports: BTreeMap<&'static str, ExtractReport>,
    /// Rejected rows, sorted.
    pub quarantine: Vec<QuarantineRow>,
}

impl Extracts {
    /// The rows of one small extract of members, such as `rows::<Outreach>()`; none when it is not there.
    #[must_use]
    pub fn rows<T: MemberRow>(&self) -> &ByMember<T> {
        self.rows.rows()
    }

    /// The first day that such an extract tells of anyone, over every row that had arrived, whoever it is about: one
    /// stranger more or less must not move what is known of others.
    #[must_use]
    pub fn first_day<T: MemberRow>(&self) -> Option<Day> {
        self.reports.get(T::SPEC.name)?.tally.oldest.map(Day)
    }
}

impl Extracts {
    /// Notes rejected rows whose id would be known with leading zeros, of extracts that parts have consumed without
    /// knowing everyone.
    pub fn note_lost_zeros(&mut self, extracts: &[&str]) {
        for row in self.quarantine.iter().filter(|row| row.reason == Reason::NoEligibility) {
            if extracts.contains(&row.extract)
                && self.population.lost_zeros(&row.value)
                && let Some(report) = self.reports.get_mut(row.extract)
            {
                *report.tally.notes.entry(Reason::PaddedIdMatches).or_default() += 1;
            }
        }
    }
}

/// Reads every configured extract.
///
/// # Errors
/// [`ExtractError`].
pub fn load(plan: &RunPlan, found: &Discovered, options: &LoadOptions<'_>) -> Result<Extracts, ExtractError> {
    let pools = Pools::default();
    let as_of = plan.as_of;
    let mut loader = loader_of(plan, found, options, &pools);
    loader.crosswalk = member_crosswalk::read_crosswalk(&mut loader)?;
    let mut population = read_population(&mut loader, as_of)?;
    if options.streams.is_some_and(|s| !s.whole) {
        // Whether an id has lost its zeros is asked of everyone, by whoever puts the parts together.
        population.forget_lost_zeros();
    }
    let ingredients = ndc_ingredient::read_ingredients(&mut loader)?;
    let limit = plan.run.max_memory.bytes();
    let buckets = Buckets::new(population.members.len(), limit, options.scratch).map_err(ExtractError::Spill)?;
    let context = Context { population: &population, pools: &pools, as_of };
    loader.read(&medical_claim::SPEC, |batch, v| medical_claim::read_claim_lines(&context, &buckets, batch, v))?;
    read_admissions(&mut loader, &context, &buckets)?;
    loader.read(&pharmacy_claim::SPEC, |batch, v| {
        pharmacy_claim::read_fills(&context, &ingredients, &buckets, batch, v)
    })?;
    buckets.check().map_err(ExtractError::Spill)?;
    let mut rows = RowStore::default();
    for load_rows in FEEDS.iter().filter_map(|f| f.load) {
        load_rows(&mut loader, &context, &mut rows)?;
    }
    let widened = feature_table::widened(&plan.models.feature_columns);
    load_member_rows_as::<Own>(&mut loader, &context, &mut rows, widened)?;
    let managers = care_manager::read_managers(&mut loader)?;
    let areas = load_rows::<AreaValue>(&mut loader)?;
    let (providers, facilities) = (load_directory(&mut loader)?, load_directory(&mut loader)?);
    let Loader { reports, mut quarantine, crosswalk, .. } = loader;
    quarantine.sort();
    Ok(Extracts {
        population,
        buckets,
        rows,
        crosswalk,
        providers,
        facilities,
        managers,
        areas,
        reports,
        quarantine,
        words: pools.word.freeze(),
        icd: pools.icd.freeze(),
    })
}

fn loader_of<'a>(
    plan: &'a RunPlan,
    found: &'a Discovered,
    options: &'a LoadOptions<'a>,
    pools: &'a Pools,
) -> Loader<'a> {
    Loader {
        plan,
        files: &found.files,
        options,
        pools,
        crosswalk: Crosswalk::default(),
        reports: BTreeMap::new(),
        quarantine: Vec::new(),
    }
}

/// Reads the ids that became other ids, alone.
///
/// # Errors
/// [`ExtractError`].
pub fn read_links(plan: &RunPlan, found: &Discovered, options: &LoadOptions<'_>) -> Result<Crosswalk, ExtractError> {
    member_crosswalk::read_crosswalk(&mut loader_of(plan, found, options, &Pools::default()))
}

/// Reads the roster, alone.
///
/// # Errors
/// [`ExtractError`].
pub fn read_roster(
    plan: &RunPlan,
    found: &Discovered,
    options: &LoadOptions<'_>,
) -> Result<Vec<Manager>, ExtractError> {
    care_manager::read_managers(&mut loader_of(plan, found, options, &Pools::default()))
}

/// A visit that is cancelled in the end takes its earlier rows with it.
fn read_admissions(loader: &mut Loader<'_>, context: &Context<'_>, buckets: &Buckets) -> Result<(), ExtractError> {
    let spec = &admission::SPEC;
    let states = VisitStates::default();
    loader.read(spec, |batch, v| admission::read_admissions(context, (buckets, &states), batch, v))?;
    let (cancelled, rows) = states.finish();
    if let Some(report) = loader.reports.get_mut(spec.name) {
        report.tally.drop_used("cancelled_visit", rows);
    }
    buckets.leave_out_visits(cancelled);
    Ok(())
}

fn read_population(loader: &mut Loader<'_>, as_of: Day) -> Result<Population, ExtractError> {
    let rows = Mutex::new(Vec::new());
    let (max_age, names) = (loader.plan.quality.max_age_years, loader.plan.pseudonyms.as_ref());
    let pools = loader.pools;
    let spec = &eligibility::SPEC;
    loader.read(spec, |batch, verdicts| {
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

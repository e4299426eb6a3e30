//! From files to clean rows. Owns the contract of each extract, readers, checks, quarantine and the
//! exact account of rows; refuses to join rows into stays or to know what a code means.

mod claims;
pub mod contract;
mod convert;
mod csv_lines;
mod csv_reader;
mod dates;
mod events;
mod interner;
mod ledger;
mod parquet_reader;
mod population;
mod reader;
mod reason;
mod refusals;
mod source;
mod sql_view;
mod tables;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;

use rustc_hash::FxHashMap;

pub use convert::{NO_DAY, NO_INTEGER};
pub use events::{
    AdmissionRow, Basis, BucketRecords, Buckets, ClaimKind, ClaimLine, Dx, Fill, MemberEvents, PatientClass, Px,
};
#[cfg(test)]
pub use interner::Interner;
pub use interner::Words;
pub use ledger::{QuarantineRow, Tally};
pub use population::{EligibilityRow, Member, Population, Span, SpanFacts};
pub use reason::{Reason, Severity};
pub use refusals::{LEFT_OUT, REFUSALS};
pub use source::{Format, SourceFile};
pub use tables::{
    AreaValue, Authorization, ByMember, Case, Lab, Manager, OrderedNumber, Outreach, Override, Own, Referral, Scored,
    Screening, Task,
};

use claims::{Cells, Context};
use contract::ExtractSpec;
use convert::Pools;
use ledger::Ledger;
use reader::{Consumer, ExtractReader};

use crate::config::{ExtractConfig, RunPlan};
use crate::domain::Day;

/// Why the extracts could not be read; all but an interruption are exit code 3.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// No file, or one that may not be read.
    #[error("extract {extract}: {why}")]
    Source {
        /// Extract.
        extract: String,
        /// Cause and hint.
        why: String,
    },
    /// A file that cannot be read to its end.
    #[error("extract {extract}, file {file}: {why}")]
    Unreadable {
        /// Extract.
        extract: String,
        /// File.
        file: String,
        /// Cause.
        why: String,
    },
    /// Columns that do not fit the contract, all of them.
    #[error("extract {extract} breaks its contract:\n  {}", .problems.join("\n  "))]
    Contract {
        /// Extract.
        extract: String,
        /// One sentence each.
        problems: Vec<String>,
    },
    /// No rows.
    #[error("extract {extract} holds no rows\nhint: pass --allow-empty {extract} if that is right tonight")]
    Empty {
        /// Extract.
        extract: String,
    },
    /// A required extract is not configured.
    #[error("extract {extract} is required but not configured\nhint: add [extracts.{extract}] path = \"…\"")]
    Missing {
        /// Extract.
        extract: String,
    },
    /// The configuration maps columns that no contract knows; bad configuration, exit code 2.
    #[error("the configuration maps columns that the contract does not know:\n  {}", .problems.join("\n  "))]
    Mapping {
        /// One sentence each.
        problems: Vec<String>,
    },
    /// The events could not be spilled.
    #[error("cannot write the spill file: {0}")]
    Spill(std::io::Error),
    /// Told to stop.
    #[error("interrupted")]
    Interrupted,
}

/// One extract's account.
#[derive(Clone, Debug, Default)]
pub struct ExtractReport {
    /// Counts.
    pub tally: Tally,
    /// Files read.
    pub files: Vec<SourceFile>,
    /// The configured or default share of bad rows.
    pub max_bad_share: f64,
    /// That share was set by hand, so it replaces the per-reason limits.
    pub explicit_share: bool,
    /// The newest row is older than `quality.stale_days` before the night.
    pub stale: bool,
    /// Every file is one that the newest earlier run read already.
    pub unchanged: bool,
}

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

/// What reading needs beside the plan.
pub struct LoadOptions<'a> {
    /// Extracts that may hold no rows.
    pub allow_empty: &'a [String],
    /// Folder of the spill file.
    pub scratch: &'a Path,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
    /// Told the name of each extract before it is read.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// The inputs found, before any is read: fails early and cheaply.
pub struct Discovered {
    files: BTreeMap<&'static str, Vec<SourceFile>>,
}

impl Discovered {
    /// Finds and hashes the files of every configured extract.
    ///
    /// # Errors
    /// [`ExtractError::Source`] or [`ExtractError::Missing`].
    pub fn find(plan: &RunPlan) -> Result<Self, ExtractError> {
        let configured = |name: &str| plan.extracts.contains_key(name);
        if !configured("eligibility") {
            return Err(ExtractError::Missing { extract: "eligibility".into() });
        }
        if !configured("medical_claim") && !configured("admission") {
            return Err(ExtractError::Missing { extract: "medical_claim".into() });
        }
        // Columns of a table that is not there would be features nobody ever sees.
        if !plan.models.feature_columns.is_empty() && !configured("feature_table") {
            return Err(ExtractError::Missing { extract: "feature_table".into() });
        }
        let problems: Vec<String> =
            contract::EXTRACTS.iter().flat_map(|spec| unknown_mappings(plan, spec.name)).collect();
        if !problems.is_empty() {
            return Err(ExtractError::Mapping { problems });
        }
        let mut files = BTreeMap::new();
        for spec in contract::EXTRACTS {
            if let Some(config) = plan.extracts.get(spec.name) {
                let root = plan.run.input_root.as_deref();
                files.insert(spec.name, source::discover(spec.name, &config.path, &plan.base, root)?);
            }
        }
        Ok(Self { files })
    }

    /// Every file with its extract.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &SourceFile)> {
        self.files.iter().flat_map(|(name, files)| files.iter().map(move |f| (*name, f)))
    }
}

/// Keys of `[extracts.NAME.columns]` that are no column of the contract, with the nearest one that is.
fn unknown_mappings(plan: &RunPlan, name: &'static str) -> Vec<String> {
    let (Some(config), Some(spec)) = (plan.extracts.get(name), contract_of(name, &plan.models.feature_columns)) else {
        return Vec::new();
    };
    let flat: Vec<String> = spec.flat().map(|(n, _)| n).collect();
    let known: Vec<&str> = flat.iter().map(String::as_str).collect();
    config
        .columns
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .map(|key| format!("[extracts.{name}.columns] {key}{}", crate::config::nearest_hint(key, &known)))
        .collect()
}

/// How much there is to read, before it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputSize {
    /// Rows of eligibility: no fewer than members.
    pub eligibility_rows: u64,
    /// Rows that become events: claim lines, ADT rows and fills.
    pub event_rows: u64,
}

impl Discovered {
    /// Rows by the footers of Parquet files, and by the bytes of CSV files: an estimate, for what is decided before a
    /// row is read. A file that cannot be opened counts none; reading it says why.
    #[must_use]
    pub fn size(&self) -> InputSize {
        let rows = |name: &str| self.files.get(name).map_or(0, |files| files.iter().map(rows_of).sum());
        InputSize {
            eligibility_rows: rows("eligibility"),
            event_rows: ["medical_claim", "admission", "pharmacy_claim"].into_iter().map(rows).sum(),
        }
    }
}

fn rows_of(file: &SourceFile) -> u64 {
    /// Bytes of a short CSV row, and how much gzip or zstd makes of text.
    const CSV_ROW: u64 = 100;
    const COMPRESSED: u64 = 8;
    match file.format {
        Format::Parquet => parquet_reader::open(file).map_or(0, |p| p.rows()),
        Format::Csv => file.bytes / CSV_ROW,
        _ => file.bytes.saturating_mul(COMPRESSED) / CSV_ROW,
    }
}

struct Loader<'a> {
    plan: &'a RunPlan,
    found: &'a Discovered,
    options: &'a LoadOptions<'a>,
    pools: &'a Pools,
    reports: BTreeMap<&'static str, ExtractReport>,
    quarantine: Vec<QuarantineRow>,
}

impl Loader<'_> {
    /// Reads one extract through `consume`; an extract that is not configured is skipped.
    fn read(
        &mut self,
        name: &'static str,
        consume: impl Fn(&'static ExtractSpec, &reader::Batch, &mut reader::Verdicts) + Sync,
    ) -> Result<(), ExtractError> {
        let (Some(config), Some(files)) = (self.plan.extracts.get(name), self.found.files.get(name)) else {
            return Ok(());
        };
        let Some(spec) = contract_of(name, &self.plan.models.feature_columns) else { return Ok(()) };
        (self.options.progress)(name);
        let ledger = Ledger::default();
        let reader = ExtractReader { spec, config, files, pools: self.pools, stop: self.options.stop };
        let consumer: Consumer<'_> = &|batch, verdicts| consume(spec, batch, verdicts);
        reader.read(&ledger, consumer)?;
        ledger.note(Reason::RepeatedFile, files.iter().map(|f| f.copies).sum());
        let (tally, rows) = ledger.finish();
        let may_be_empty = name == "sdoh_screening" || self.options.allow_empty.iter().any(|e| e == name);
        if tally.rows_in == 0 && !may_be_empty {
            return Err(ExtractError::Empty { extract: name.to_owned() });
        }
        self.quarantine.extend(rows);
        self.reports.insert(name, report(tally, files, config));
        Ok(())
    }
}

fn report(tally: Tally, files: &[SourceFile], config: &ExtractConfig) -> ExtractReport {
    ExtractReport {
        tally,
        files: files.to_vec(),
        max_bad_share: config.max_bad_share.unwrap_or(0.05),
        explicit_share: config.max_bad_share.is_some(),
        stale: false,
        unchanged: false,
    }
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
    let ingredients = read_ingredients(&mut loader)?;
    let limit = plan.run.max_memory.bytes();
    let buckets = Buckets::new(population.members.len(), limit, options.scratch).map_err(ExtractError::Spill)?;
    let context = Context { population: &population, pools: &pools, as_of };
    loader.read("medical_claim", |spec, batch, v| claims::claim_lines(spec, &context, &buckets, batch, v))?;
    loader.read("admission", |spec, batch, v| claims::admissions(spec, &context, &buckets, batch, v))?;
    loader.read("pharmacy_claim", |spec, batch, v| claims::fills(spec, &context, &ingredients, &buckets, batch, v))?;
    buckets.check().map_err(ExtractError::Spill)?;
    let small = read_small(&mut loader, &context)?;
    let own = read_own(&mut loader, &context)?;
    let managers = read_managers(&mut loader)?;
    let areas = read_areas(&mut loader)?;
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

fn read_ingredients(loader: &mut Loader<'_>) -> Result<FxHashMap<u32, u32>, ExtractError> {
    let map = Mutex::new(BTreeMap::new());
    let pools = loader.pools;
    loader.read("ndc_ingredient", |spec, batch, _| {
        let cells = Cells::new(spec, batch);
        let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
        for row in batch.good() {
            let name = pools.word.text_of(cells.column("ingredient_name").word(row));
            // Two ingredients for one product: the first by name, whatever the file order.
            map.entry(cells.column("ndc_code").word(row))
                .and_modify(|old: &mut String| *old = old.clone().min(name.clone()))
                .or_insert(name);
        }
    })?;
    let map = map.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(map.into_iter().map(|(ndc, name)| (ndc, pools.word.intern(&name))).collect())
}

#[derive(Default)]
struct Small {
    screenings: ByMember<Screening>,
    outreach: ByMember<Outreach>,
    tasks: ByMember<Task>,
    authorizations: ByMember<Authorization>,
    referrals: ByMember<Referral>,
    labs: ByMember<Lab>,
    overrides: ByMember<Override>,
    cases: ByMember<Case>,
    assessments: ByMember<Scored>,
    surveys: ByMember<Scored>,
}

fn read_table<T: Ord + Send>(
    loader: &mut Loader<'_>,
    context: &Context<'_>,
    name: &'static str,
    day: Option<&'static str>,
    make: impl Fn(&tables::Fields<'_, '_>) -> T + Sync,
) -> Result<ByMember<T>, ExtractError> {
    let out = Mutex::new(Vec::new());
    loader.read(name, |spec, batch, verdicts| tables::collect(spec, context, day, batch, verdicts, &out, &make))?;
    let rows = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    let before = rows.len();
    let grouped = ByMember::group(rows);
    if let Some(report) = loader.reports.get_mut(name) {
        report.tally.drop_used("exact_duplicate", (before - grouped.len()) as u64);
    }
    Ok(grouped)
}

fn read_small(loader: &mut Loader<'_>, context: &Context<'_>) -> Result<Small, ExtractError> {
    #[expect(clippy::cast_possible_truncation, reason = "units are small whole numbers")]
    let units = |f: &tables::Fields<'_, '_>, name: &str| f.number(name).map(|v| v.round() as i64);
    let score = |f: &tables::Fields<'_, '_>| f.number("score").map(OrderedNumber);
    Ok(Small {
        screenings: read_table(loader, context, "sdoh_screening", Some("screening_date"), |f| Screening {
            day: f.day("screening_date"),
            domain: f.text("domain"),
            need: f.text("need"),
            instrument: f.text("instrument"),
            received: f.day("received_date"),
        })?,
        outreach: read_table(loader, context, "outreach_log", Some("contact_date"), |f| Outreach {
            day: f.day("contact_date"),
            outcome: f.text("outcome"),
            channel: f.text("channel"),
            manager: f.text("care_manager_id"),
            program: f.text("program"),
            opt_out: f.some_flag("opt_out"),
            cooldown_until: f.some_day("cooldown_until"),
        })?,
        tasks: read_table(loader, context, "care_task", None, |f| Task {
            due: f.day("due_date"),
            kind: f.text("kind"),
            id: f.text("task_id"),
            done: f.past_day("done_date"),
        })?,
        authorizations: read_table(loader, context, "authorization", Some("request_date"), |f| Authorization {
            request: f.day("request_date"),
            id: f.text("authorization_id"),
            service: f.text("service"),
            // A decision after the night has not been made yet.
            status: if f.comes_later("decided_date") { "pending".into() } else { f.text("status") },
            urgent: f.flag("urgent"),
            decided: f.past_day("decided_date"),
            approved_units: units(f, "approved_units"),
            used_units: units(f, "used_units"),
            expires: f.some_day("expiration_date"),
        })?,
        referrals: read_table(loader, context, "referral", Some("created_date"), |f| Referral {
            created: f.day("created_date"),
            id: f.text("referral_id"),
            domain: f.text("domain"),
            status: if f.comes_later("closed_date") { "open".into() } else { f.text("status") },
            closed: f.past_day("closed_date"),
        })?,
        labs: read_table(loader, context, "lab_result", Some("result_date"), |f| Lab {
            day: f.day("result_date"),
            loinc: f.text("loinc"),
            unit: f.text("unit"),
            value: OrderedNumber(f.number("value").unwrap_or(f64::NAN)),
        })?,
        overrides: read_table(loader, context, "override", None, |f| Override {
            expires: f.day("expires"),
            action: f.text("action"),
            value: f.text("value"),
            reason: f.text("reason"),
            author: f.text("author"),
        })?,
        cases: read_table(loader, context, "caseload", Some("since_date"), |f| Case {
            since: f.some_day("since_date"),
            manager: f.text("care_manager_id"),
            pinned: f.flag("pinned"),
            acuity_points: f.integer("acuity_points"),
            end: f.past_day("end_date"),
            end_reason: f.text("end_reason"),
        })?,
        assessments: read_table(loader, context, "assessment", Some("assessment_date"), |f| Scored {
            day: f.day("assessment_date"),
            instrument: f.text("instrument"),
            score: score(f),
        })?,
        surveys: read_table(loader, context, "survey", Some("survey_date"), |f| Scored {
            day: f.day("survey_date"),
            instrument: f.text("instrument"),
            score: score(f),
        })?,
    })
}

/// An organisation's own columns: those that `[models] feature_columns` names, as numbers.
fn read_own(loader: &mut Loader<'_>, context: &Context<'_>) -> Result<ByMember<Own>, ExtractError> {
    let names = loader.plan.models.feature_columns.clone();
    read_table(loader, context, "feature_table", Some("observed_date"), |f| Own {
        observed: f.day("observed_date"),
        values: names.iter().map(|n| f.number(n).map(OrderedNumber)).collect(),
    })
}

/// The contract of an extract; the feature table's is widened by the configured columns.
fn contract_of(name: &str, own: &[String]) -> Option<&'static ExtractSpec> {
    let spec = contract::extract(name)?;
    if name != "feature_table" || own.is_empty() {
        return Some(spec);
    }
    let widened = own.iter().map(|n| contract::ColumnSpec {
        // Read once for the life of the process, like the contract itself.
        name: Box::leak(n.clone().into_boxed_str()),
        kind: contract::Kind::Number,
        required: false,
        repeat: 1,
        allowed: &[],
        beyond: contract::Beyond::AsRequired,
    });
    let columns: Vec<contract::ColumnSpec> = spec.columns.iter().copied().chain(widened).collect();
    Some(Box::leak(Box::new(ExtractSpec { columns: Box::leak(columns.into_boxed_slice()), ..*spec })))
}

fn read_managers(loader: &mut Loader<'_>) -> Result<Vec<Manager>, ExtractError> {
    let out = Mutex::new(Vec::new());
    let pools = loader.pools;
    let none = Population::default();
    let context = Context { population: &none, pools, as_of: loader.plan.as_of };
    loader.read("care_manager", |spec, batch, _| {
        let cells = Cells::new(spec, batch);
        let made: Vec<Manager> = batch
            .good()
            .map(|row| manager(&tables::Fields { cells: &cells, context: &context, row }, batch.rows.at(row)))
            .collect();
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    })?;
    // A manager left out, or with a default for what could not be read, is a caseload nobody planned.
    let faults: Vec<String> = loader
        .quarantine
        .iter()
        .filter(|q| q.extract == "care_manager")
        .take(10)
        .map(|q| format!("care_manager, row {}, column {}: {}", q.row, q.column, q.reason.meaning()))
        .collect();
    if !faults.is_empty() {
        return Err(ExtractError::Contract { extract: "care_manager".into(), problems: faults });
    }
    let mut managers = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    managers.sort_by(|a, b| a.id.cmp(&b.id).then(a.row.cmp(&b.row)));
    Ok(managers)
}

fn manager(f: &tables::Fields<'_, '_>, row: u64) -> Manager {
    Manager {
        id: f.text("care_manager_id"),
        name: f.some_text("name"),
        discipline: f.text("discipline"),
        languages: f
            .text("languages")
            .split('|')
            .map(|one| crate::domain::language_code(one).unwrap_or(one.trim()))
            .collect::<Vec<_>>()
            .join("|")
            .into(),
        licensed_states: f
            .text("licensed_states")
            .split('|')
            .map(population::usps)
            .collect::<Vec<_>>()
            .join("|")
            .into(),
        focus: f.text("focus"),
        status: f.some_text("status").unwrap_or_else(|| "active".into()),
        fte: f.number("fte"),
        max_cases: f.integer("max_cases"),
        max_points: f.integer("max_points"),
        base_cases: f.integer("base_cases").unwrap_or(0),
        base_points: f.integer("base_points").unwrap_or(0),
        home_visits: f.flag("home_visits"),
        max_travel_km: f.number("max_travel_km"),
        state: population::usps(&f.text("state")).into(),
        zip3: f.text("zip3"),
        lat: f.number("lat"),
        lon: f.number("lon"),
        county: f.code("county_fips"),
        new_contacts_per_day: f.number("new_contacts_per_day"),
        hours_per_week: f.number("hours_per_week"),
        new_cases_per_week: f.integer("new_cases_per_week"),
        back_on: f.some_day("back_on"),
        cover_for: f.some_text("cover_for"),
        row,
    }
}

fn read_areas(loader: &mut Loader<'_>) -> Result<Vec<AreaValue>, ExtractError> {
    let out = Mutex::new(Vec::new());
    let pools = loader.pools;
    let none = Population::default();
    let context = Context { population: &none, pools, as_of: loader.plan.as_of };
    loader.read("area_index", |spec, batch, _| {
        let cells = Cells::new(spec, batch);
        let made: Vec<AreaValue> = batch
            .good()
            .map(|row| {
                let f = tables::Fields { cells: &cells, context: &context, row };
                AreaValue {
                    level: f.text("geo_level"),
                    code: f.text("geo_code"),
                    name: f.text("index_name"),
                    value: OrderedNumber(f.number("value").unwrap_or(f64::NAN)),
                }
            })
            .collect();
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    })?;
    let mut areas = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    areas.sort();
    areas.dedup();
    Ok(areas)
}

impl ExtractReport {
    /// Limits that this extract's rejected rows exceed, in words; any of them is exit code 4.
    #[must_use]
    pub fn exceeded(&self, extract: &str, quality: &crate::config::Quality) -> Vec<String> {
        let rows = self.tally.rows_in.max(1);
        #[expect(clippy::cast_precision_loss, reason = "a share needs no exact integer")]
        let share = |n: u64| n as f64 / rows as f64;
        let mut out = Vec::new();
        let mut check = |what: &str, n: u64, limit: f64, key: &str| {
            if share(n) > limit {
                out.push(format!(
                    "{extract}: {what}: {n} of {rows} rows ({:.2} %), above the limit of {:.2} % ({key})",
                    share(n) * 100.0,
                    limit * 100.0
                ));
            }
        };
        check(
            "quarantined",
            self.tally.rows_quarantined(),
            self.max_bad_share,
            &format!("extracts.{extract}.max_bad_share"),
        );
        if !self.explicit_share {
            for (reason, limit, key) in [
                (Reason::RaggedRow, quality.max_ragged_share, "quality.max_ragged_share"),
                (Reason::NoEligibility, quality.max_no_eligibility_share, "quality.max_no_eligibility_share"),
                (Reason::ExcelDate, quality.max_excel_date_share, "quality.max_excel_date_share"),
                (Reason::ConflictingLine, quality.max_conflicting_claim_share, "quality.max_conflicting_claim_share"),
            ] {
                check(reason.code(), self.tally.quarantined.get(&reason).copied().unwrap_or(0), limit, key);
            }
        }
        out
    }
}

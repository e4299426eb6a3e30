//! Putting a finished night on disk: every file of the run, the manifest, the move to its place. Owns which
//! file holds what; refuses to compute a result.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::json;

use super::everyone::Everyone;
use super::nightly::{Account, NightlySummary};
use super::warnings::warnings;
use super::{PipelineError, Progress};
use crate::caseload::{self, BuiltCaseload, Continuity, Options, Solution};
use crate::config::RunPlan;
use crate::extracts::{Discovered, QuarantineRow};
use crate::measures::{RateKind, exact_poisson};
use crate::models::evaluation::drift;
use crate::models::trained::TrainedModel;
use crate::outreach::{Inputs, OutreachList, stability};
use crate::publish::{
    AuditEntry, Cell, CodeSetUsed, InputFile, ListTables, Manifest, OutputFolder, Program, RowAccount, ScoreDrift,
    Staging, Table, Worklist, WorklistRow, append_audit, check_chain, columns, csv_bytes, data_quality_json, digest_of,
    fhir_files, hash_outputs, output_digest, outreach_workbook, parquet_bytes, render_report, verify,
    worklists_workbook, works,
};
use crate::reference::{code_sets_in, sha256_hex};

/// Everything a finished night holds.
pub struct Night<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Members, snapshots, scores.
    pub inputs: &'a Inputs<'a>,
    /// The list.
    pub list: &'a OutreachList,
    /// The caseload's instance.
    pub cases: &'a BuiltCaseload,
    /// Its solution.
    pub assignment: &'a Assignment,
    /// Measures of everyone.
    pub everyone: &'a Everyone,
    /// Trained models in use.
    pub models: &'a [TrainedModel],
    /// Input files.
    pub found: &'a Discovered,
    /// The run remembered.
    pub previous: Option<&'a Manifest>,
}

/// A solved caseload with its files.
pub struct Assignment {
    /// Manager by member id.
    pub by_member: BTreeMap<String, String>,
    /// File name and bytes.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// Members without a manager.
    pub waiting: usize,
}

/// Solves the night's caseload and checks the answer by the independent check.
///
/// # Errors
/// When the check refuses the answer: our own fault.
pub fn solve_caseload(cases: &BuiltCaseload, plan: &RunPlan) -> Result<Assignment, PipelineError> {
    let options = Options {
        continuity: Continuity::parse(&plan.caseload.continuity).unwrap_or(Continuity::Protect),
        clocks_first: plan.caseload.clocks_first,
        weekly_new: true,
        step_budget: plan.caseload.step_budget,
        seed: plan.run.seed,
    };
    solved(&cases.problem, &options)
}

/// Solves, checks, explains and writes an instance.
///
/// # Errors
/// As [`solve_caseload`].
pub fn solved(problem: &caseload::Problem, options: &Options) -> Result<Assignment, PipelineError> {
    let solution: Solution = caseload::solve(problem, options);
    let audit = caseload::check(problem, options, &solution.assigned, &solution.protected);
    if !audit.is_clean() {
        return Err(PipelineError::Internal("the caseload's independent check refuses the solver's answer".to_owned()));
    }
    let explanation = caseload::explain(problem, options, &solution);
    let summary = caseload::summarise(problem, options, &solution, &explanation, &audit);
    let by_member = problem
        .members()
        .iter()
        .zip(&solution.assigned)
        .filter_map(|(m, a)| a.map(|j| (m.id.clone(), problem.managers()[j].id.clone())))
        .collect();
    Ok(Assignment {
        by_member,
        waiting: explanation.waiting.len(),
        files: vec![
            ("assignments.csv", caseload::write_assignments(problem, options, &solution)?),
            ("waitlist.csv", caseload::write_waitlist(problem, &explanation)?),
            ("assignment_summary.json", caseload::write_summary(&summary)?),
        ],
    })
}

/// Writes every file of a run and publishes it.
///
/// # Errors
/// When the disk refuses; nothing is published then.
pub fn publish(
    folder: &OutputFolder,
    mut staging: Staging,
    night: &Night<'_>,
    progress: &Progress,
) -> Result<NightlySummary, PipelineError> {
    let plan = night.plan;
    write_list(&mut staging, night)?;
    let staff = serde_json::to_value(&night.list.staff).map_err(|e| PipelineError::Internal(e.to_string()))?;
    staging.write("capacity.json", &pretty(&staff)?)?;
    let drift = score_drift(night.models, night.inputs.scores);
    let program = serde_json::to_value(Program { drift: drift.clone(), ..Program::of(night.inputs, night.list) });
    staging.write("program.json", &pretty(&program.map_err(|e| PipelineError::Internal(e.to_string()))?)?)?;
    for (name, bytes) in &night.assignment.files {
        staging.write(name, bytes)?;
    }
    staging.write("caseload/members.csv", &caseload::write_members(night.cases.problem.members())?)?;
    staging.write("caseload/care_managers.csv", &caseload::write_care_managers(night.cases.problem.managers())?)?;
    staging.write("measures/rates.parquet", &parquet_bytes(&columns::RATES, &rates(night).take()?)?)?;
    write_quarantine(&mut staging, &night.inputs.extracts.quarantine, plan.pseudonyms.is_none())?;
    let quality = data_quality_json(&night.inputs.extracts.reports, &night.everyone.codes, &[]);
    staging.write("data_quality.json", &pretty(&quality)?)?;
    let used: Vec<_> = crate::models::cards();
    let basis = if night.models.is_empty() { "published_index" } else { "trained" };
    let trained: Vec<_> = night.models.iter().map(|m| &m.card_json).collect();
    staging.write("model_card.json", &pretty(&json!({ "basis": basis, "trained": trained, "models": used }))?)?;
    let cards = night.models.iter().map(|m| m.card.as_str()).chain(used.iter().map(|c| c.markdown));
    staging.write("model_card.md", cards.collect::<Vec<_>>().join("\n").as_bytes())?;
    let mut manifest = manifest(night, &drift)?;
    if plan.output.formats.iter().any(|f| f == "html") {
        let page = render_report(staging.path(), &manifest)?;
        staging.write("report.html", page.as_bytes())?;
    }
    if let Some(group) = plan.output.group.as_deref().filter(|g| !g.is_empty()) {
        staging
            .share(group, &["outreach.csv", "outreach.parquet", "outreach.xlsx", "worklists.xlsx", "report.html"])?;
    }
    progress.finish();
    staging.write("timings.json", &pretty(&progress.timings())?)?;
    manifest.outputs = hash_outputs(staging.path(), staging.files())?;
    manifest.digest = output_digest(&manifest.outputs);
    let bytes = pretty(&serde_json::to_value(&manifest).map_err(|e| PipelineError::Internal(e.to_string()))?)?;
    staging.write("manifest.json", &bytes)?;
    staging.write("manifest.sha256", format!("{}\n", sha256_hex(&bytes)).as_bytes())?;
    let digest = manifest.digest.clone();
    let same = |run: &Path| verify(run).is_ok_and(|(m, problems)| problems.is_empty() && m.digest == digest);
    let manifest_sha256 = sha256_hex(&bytes);
    let record = |run: &str, again: bool| {
        let event = if again { "same" } else { "published" };
        // The kept run of a repeated night has its own timings, and so its own manifest.
        let kept = std::fs::read(folder.run(run).join("manifest.json"))
            .map_or_else(|_| manifest_sha256.clone(), |b| sha256_hex(&b));
        let entry = AuditEntry::new(event, 0, plan.as_of.to_string(), &plan.config_hash);
        append_audit(folder, entry.of_run(run, &manifest, &kept))
    };
    let name = folder.publish(staging, &manifest.run_id, same, record)?;
    folder.prune(plan.run.keep_runs);
    Ok(NightlySummary {
        path: folder.run(&name),
        run_id: name,
        warnings: manifest.warnings,
        counts: manifest.counts,
        digest: manifest.digest,
    })
}

/// Tonight's scores of each model in use against the rows it learned on.
fn score_drift(models: &[TrainedModel], scores: &[crate::models::Score]) -> Vec<ScoreDrift> {
    models
        .iter()
        .filter_map(|m| {
            let spread = m.identity.spreads.iter().find(|s| s.name == "score")?;
            let wanted = (m.outcome.score_id(), m.outcome.horizon_days());
            let values: Vec<f64> = scores
                .iter()
                .filter(|s| s.basis == "trained" && (s.score_id, s.horizon_days) == wanted)
                .filter_map(|s| s.probability)
                .collect();
            if values.is_empty() {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "a share by bin")]
            let narrow: Vec<f32> = values.iter().map(|p| *p as f32).collect();
            let learned = &m.identity.train;
            let events = learned.events as f64;
            let others = (learned.rows - learned.events.min(learned.rows)) as f64 / m.identity.kept_non_events;
            Some(ScoreDrift {
                model: m.identity.id.clone(),
                scored: values.len() as u64,
                psi: drift(spread, &narrow).psi,
                mean_probability: values.iter().sum::<f64>() / values.len() as f64,
                trained_share: events / (events + others),
            })
        })
        .collect()
}

fn pretty(value: &serde_json::Value) -> Result<Vec<u8>, PipelineError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| PipelineError::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_list(staging: &mut Staging, night: &Night<'_>) -> Result<(), PipelineError> {
    let plan = night.plan;
    let population = &night.inputs.extracts.population;
    let assigned: FxHashMap<u32, Box<str>> = night
        .assignment
        .by_member
        .iter()
        .filter_map(|(m, c)| population.find(m).map(|i| (i, c.as_str().into())))
        .collect();
    let wants = |format: &str| plan.output.formats.iter().any(|f| f == format);
    if wants("fhir") {
        for (name, bytes) in fhir_files(night.inputs, night.list, &assigned)? {
            staging.write(name, &bytes)?;
        }
    }
    let banner = banner(night);
    let banner = banner.as_deref();
    let tables = ListTables::new(night.inputs, night.list, &assigned);
    tables.each(|mut table| {
        let spec = table.spec;
        let batch = table.take()?;
        match spec.name {
            "outreach" => {
                if wants("csv") {
                    staging.write("outreach.csv", &csv_bytes(spec, &batch)?)?;
                }
                // The Parquet list is what explain, report and the next night read: always written.
                staging.write("outreach.parquet", &parquet_bytes(spec, &batch)?)?;
                if wants("xlsx") {
                    staging.write("outreach.xlsx", &outreach_workbook(spec, &batch, plan.as_of, banner)?)?;
                    let sheets = worklists(night, &assigned);
                    staging.write("worklists.xlsx", &worklists_workbook(&sheets, plan.as_of, banner)?)?;
                }
                Ok(())
            }
            "memory" | "contact_queue" => {
                staging.write(&format!("{}.parquet", spec.name), &parquet_bytes(spec, &batch)?)
            }
            name => staging.write(&format!("{name}.csv"), &csv_bytes(spec, &batch)?),
        }
    })?;
    tables.write_long(staging)?;
    Ok(())
}

/// What every page of the run says first.
fn banner(night: &Night<'_>) -> Option<String> {
    if night.plan.sample {
        Some("SAMPLE DATA".to_owned())
    } else {
        night
            .models
            .iter()
            .any(|m| m.identity.synthetic)
            .then(|| "DEMONSTRATION MODEL, trained on synthetic data: not for care".to_owned())
    }
}

/// A sheet for everyone on the roster who has someone to call, and one for people nobody can take.
fn worklists(night: &Night<'_>, assigned: &FxHashMap<u32, Box<str>>) -> Vec<Worklist> {
    let inputs = night.inputs;
    let ex = inputs.extracts;
    let mut sheets: BTreeMap<String, Worklist> = BTreeMap::new();
    for (i, listed) in night.list.listed.iter().enumerate() {
        let c = &listed.candidate;
        let manager = works(inputs, listed, assigned).map(String::from).unwrap_or_default();
        let m = ex.population.member(c.member);
        let f = &m.facts;
        let reader = ex.managers.iter().find(|x| *x.id == *manager);
        let sensitive = reader.is_some_and(|x| night.plan.output.unmasked_sheet(&x.discipline, &x.focus));
        // Under pseudonyms no sheet says who anybody is.
        let text =
            |t: &Option<Box<str>>| t.as_deref().filter(|_| night.plan.pseudonyms.is_none()).unwrap_or("").to_owned();
        let minor = inputs.snapshots[c.member as usize].age < 18;
        let row = WorklistRow {
            rank: i + 1,
            member_id: m.id().to_owned(),
            name: [text(&f.first_name), text(&f.last_name)].join(" ").trim().to_owned(),
            birth_year: m.birth().ymd().0,
            phone: text(&f.phone),
            language: ex.words.text(f.language).to_owned(),
            interpreter: f.interpreter == Some(true),
            address: if f.homebound == Some(true) { text(&f.address) } else { String::new() },
            guardian: if minor {
                [text(&f.guardian_name), text(&f.guardian_phone)].join(" ").trim().to_owned()
            } else {
                String::new()
            },
            pcp: ex.words.text(f.pcp).to_owned(),
            clock: c.clock.as_ref().map_or_else(String::new, |k| k.kind.replace('_', " ")),
            due: c.clock.as_ref().map(|k| k.due),
            reasons: c.reasons.iter().map(|r| r.shown(sensitive)).collect::<Vec<_>>().join("; "),
            first_action: format!("{} ({})", listed.action.text, listed.action.discipline.as_str()),
        };
        let name = reader.and_then(|x| x.name.as_deref()).unwrap_or("").to_owned();
        sheets
            .entry(manager.clone())
            .or_insert_with(|| Worklist { manager, manager_name: name, rows: Vec::new() })
            .rows
            .push(row);
    }
    sheets.into_values().collect()
}

fn rates(night: &Night<'_>) -> Table {
    let mut table = Table::new(&columns::RATES);
    for (key, cell) in night.everyone.rates.iter() {
        let money = matches!(key.kind, RateKind::Paid | RateKind::PaidAvoidable);
        let shares = key.kind == RateKind::Readmissions;
        #[expect(clippy::cast_precision_loss, reason = "rates for reading")]
        let (observed, exposure) = (cell.observed as f64, cell.exposure as f64);
        let years = exposure / 365.25;
        let scale = |n: f64| if shares { n / exposure } else { n / years * 1000.0 };
        let rate = if money { observed / 100.0 / (exposure / 30.4375) } else { scale(observed) };
        let limits = (!money).then(|| exact_poisson(u64::try_from(cell.observed).unwrap_or(0)));
        let expected = cell.known_expected();
        let plain = expected.map(|_| cell.expected_age_sex);
        let ratio = |limit: f64| expected.map(|e| limit / e);
        table.push(&[
            key.month.into(),
            key.payer.name().into(),
            (&key.kind.name()).into(),
            if money { Cell::Null } else { cell.observed.into() },
            expected.into(),
            expected.map(|e| observed / e).into(),
            if shares { exposure } else { years }.into(),
            rate.into(),
            limits.map(|l| scale(l.0)).into(),
            limits.map(|l| scale(l.1)).into(),
            limits.and_then(|l| ratio(l.0)).into(),
            limits.and_then(|l| ratio(l.1)).into(),
            plain.into(),
            plain.map(|e| observed / e).into(),
        ]);
    }
    table
}

fn write_quarantine(staging: &mut Staging, rows: &[QuarantineRow], values: bool) -> Result<(), PipelineError> {
    let (shown, full) = quarantine_tables(rows, values);
    staging.write("quarantine.csv", &shown)?;
    staging.write("quarantine.parquet", &full)?;
    Ok(())
}

/// The CSV never shows a value, the Parquet file does where `values` may be told at all.
fn quarantine_tables(rows: &[QuarantineRow], values: bool) -> (Vec<u8>, Vec<u8>) {
    let build = |with_value: bool| {
        let mut table = Table::new(&columns::QUARANTINE);
        for r in rows {
            let row = i64::try_from(r.row).unwrap_or(i64::MAX);
            table.push(&[
                r.extract.into(),
                (&r.file).into(),
                row.into(),
                (&r.column).into(),
                r.reason.code().into(),
                Some(r.value.as_str()).filter(|v| with_value && !v.is_empty()).into(),
            ]);
        }
        table.take()
    };
    let csv = build(false).and_then(|b| csv_bytes(&columns::QUARANTINE, &b)).unwrap_or_default();
    let parquet = build(values).and_then(|b| parquet_bytes(&columns::QUARANTINE, &b)).unwrap_or_default();
    (csv, parquet)
}

/// The manifest but for outputs and digest.
fn manifest(night: &Night<'_>, drift: &[ScoreDrift]) -> Result<Manifest, PipelineError> {
    let sets = code_sets_in(night.plan.reference_dir.as_deref())?;
    let plan = night.plan;
    let mut inputs: Vec<InputFile> = night
        .found
        .all()
        .map(|(extract, f)| InputFile {
            extract: extract.to_owned(),
            file: f.name.clone(),
            sha256: f.sha256.clone(),
            bytes: f.bytes,
        })
        .collect();
    inputs.sort();
    let mut hashes: Vec<String> = inputs.iter().map(|i| format!("{} {}", i.extract, i.sha256)).collect();
    hashes.sort();
    let version = env!("CARGO_PKG_VERSION");
    let inputs_digest = digest_of(
        hashes
            .iter()
            .map(String::as_str)
            .chain(sets.iter().map(|s| s.sha256.as_str()))
            .chain(night.models.iter().map(|m| m.sha256.as_str()))
            .chain([plan.config_hash.as_str(), version]),
    );
    let rows = night
        .inputs
        .extracts
        .reports
        .iter()
        .map(|(name, r)| {
            (
                (*name).to_owned(),
                RowAccount {
                    rows_in: r.tally.rows_in,
                    rows_used: r.tally.rows_used,
                    rows_quarantined: r.tally.rows_quarantined(),
                    rows_dropped: r.tally.rows_dropped(),
                },
            )
        })
        .collect();
    let stability = stability(night.inputs, night.list);
    Ok(Manifest {
        run_id: format!("{}-{}", plan.as_of, &inputs_digest[..8]),
        as_of: plan.as_of.to_string(),
        lamplight_version: version.to_owned(),
        banner: banner(night),
        config_sha256: plan.config_hash.clone(),
        inputs_digest,
        inputs,
        pseudonym_key_id: plan.pseudonyms.as_ref().map(|k| k.id().to_owned()),
        previous_digest: night.previous.map(|p| p.digest.clone()),
        rows,
        counts: counts(night),
        warnings: warnings(night, &stability, drift),
        list_stability: stability,
        code_sets: sets.into_iter().map(|s| CodeSetUsed { id: s.id, version: s.version, sha256: s.sha256 }).collect(),
        models: night
            .models
            .iter()
            .map(|m| m.id.to_owned())
            .chain(crate::models::cards().iter().map(|c| c.id.to_owned()))
            .collect(),
        model_hashes: night.models.iter().map(|m| (m.id.to_owned(), m.sha256.clone())).collect(),
        outputs: Vec::new(),
        digest: String::new(),
    })
}

fn counts(night: &Night<'_>) -> BTreeMap<String, u64> {
    let list = night.list;
    let n = |v: usize| v as u64;
    let scored = night
        .inputs
        .scores
        .iter()
        .filter(|s| s.probability.is_some())
        .map(|s| s.member)
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let mut out: BTreeMap<String, u64> =
        night.everyone.counts.iter().chain(&night.everyone.codes).map(|(k, v)| ((*k).to_owned(), *v)).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of contacts")]
    let capacity = list.capacity.max(0.0) as u64;
    for (key, value) in [
        ("members", n(night.inputs.snapshots.len())),
        ("enrolled", n(night.inputs.snapshots.iter().filter(|s| s.enrolled).count())),
        ("members_scored", n(scored)),
        ("listed", n(list.listed.len())),
        ("listed_with_clock", n(list.listed.iter().filter(|l| l.candidate.clock.is_some()).count())),
        ("suppressed", n(list.suppressed.len())),
        ("overflow", n(list.overflow.len())),
        ("dropped_from_list", n(list.dropped.len())),
        ("contact_capacity", capacity),
        ("assigned", n(night.assignment.by_member.len())),
        ("waiting", n(night.assignment.waiting)),
        ("cases_stranded", n(night.cases.stranded.len())),
        ("quarantined", n(night.inputs.extracts.quarantine.len())),
    ] {
        out.insert(key.to_owned(), value);
    }
    out
}

/// What `last_attempt.json` says.
fn attempt(as_of: Option<&str>, exit_code: u8, run_id: Option<&str>, error: Option<&str>) -> serde_json::Value {
    json!({
        "as_of": as_of,
        "exit_code": exit_code,
        "run_id": run_id,
        "error": error,
        "lamplight_version": env!("CARGO_PKG_VERSION"),
    })
}

/// Leaves word of an attempt that ended before or outside the night itself: a refused configuration, a lock held
/// by another run, a fault of our own. A folder that cannot be written is no further fault.
pub fn note_attempt(out: &Path, as_of: Option<&str>, error: &PipelineError) {
    let Ok(bytes) = pretty(&attempt(as_of, error.exit_code(), None, Some(&error.to_string()))) else { return };
    if let Err(why) = OutputFolder::plain(out).and_then(|f| f.write_beside("last_attempt.json", &bytes)) {
        tracing::warn!("last_attempt.json is not written: {why}");
    }
}

/// Says beside the runs how the last attempt ended.
///
/// # Errors
/// When the disk refuses and the attempt itself had not already failed.
pub fn last_attempt(
    folder: &OutputFolder,
    plan: &RunPlan,
    result: &Result<NightlySummary, PipelineError>,
) -> Result<(), PipelineError> {
    let value = match result {
        Ok(summary) => attempt(Some(&plan.as_of.to_string()), 0, Some(&summary.run_id), None),
        Err(e) => attempt(Some(&plan.as_of.to_string()), e.exit_code(), None, Some(&e.to_string())),
    };
    if let Err(e) = result {
        let entry = AuditEntry::new("failed", e.exit_code(), plan.as_of.to_string(), &plan.config_hash);
        if let Err(why) = append_audit(folder, entry) {
            tracing::warn!("the failed attempt is not in the audit log: {why}");
        }
    }
    let written = pretty(&value).and_then(|bytes| Ok(folder.write_beside("last_attempt.json", &bytes)?));
    if result.is_err() { Ok(()) } else { written }
}

/// Leaves the quarantine and the account of a refused night.
///
/// # Errors
/// Never stops the refusal itself: a full disk is only logged.
pub fn failed(folder: &OutputFolder, plan: &RunPlan, account: &Account, place: &str) -> Result<(), PipelineError> {
    let id = format!("{}-{}", plan.as_of, &plan.config_hash[..8]);
    let (csv, parquet) = quarantine_tables(&account.quarantine, plan.pseudonyms.is_none());
    let files =
        [("quarantine.csv", csv), ("quarantine.parquet", parquet), ("data_quality.json", pretty(&account.quality)?)];
    for (name, bytes) in files {
        if let Err(e) = folder.write_beside(&format!("{place}/{id}/{name}"), &bytes) {
            tracing::warn!("cannot leave {name} of the refused night: {e}");
        }
    }
    Ok(())
}

/// Rebuilds `report.html` of a published run from its files.
///
/// # Errors
/// When the run does not verify or cannot be read.
pub fn rebuild_report(run: &Path) -> Result<String, PipelineError> {
    let (manifest, problems) = verify(run)?;
    if !problems.is_empty() {
        return Err(PipelineError::Verify(problems));
    }
    Ok(render_report(run, &manifest)?)
}

/// Every hash of a published run, and the chain of the audit log beside it.
///
/// # Errors
/// When there is no readable manifest.
pub fn verify_run(run: &Path) -> Result<(Manifest, Vec<String>), PipelineError> {
    let no_run = || vec!["there is no readable manifest.json: that folder is no published run".to_owned()];
    let (manifest, mut problems) = verify(run).map_err(|_| PipelineError::Verify(no_run()))?;
    // A copied run stands alone; one in its place is also held to the log.
    let place = run.canonicalize().ok();
    let runs = place.as_deref().and_then(Path::parent).filter(|p| p.file_name().is_some_and(|n| n == "runs"));
    if let Some(root) = runs.and_then(Path::parent) {
        let sha256 = std::fs::read(run.join("manifest.json")).map(|b| sha256_hex(&b)).unwrap_or_default();
        problems.extend(check_chain(root, &sha256));
    }
    Ok((manifest, problems))
}

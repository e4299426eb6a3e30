//! Putting a finished night on disk: every file of the run, the manifest, the move to its place. Owns which
//! file holds what; refuses to compute a result.

use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::json;

use super::account::{NightlySummary, left_out_lines};
use super::call_pages::write_call_pages;
use super::error::PipelineError;
use super::night::Night;
use super::night_metrics::night_metrics;
use super::pretty_json::{pretty_json, sorted_json};
use super::progress::Progress;
use super::quarantine_files::quarantine_files;
use super::run_manifest::{run_manifest, score_drift};
use super::stop::{check_stop, end_unfinished};
use crate::config::OutputFormat;
use crate::publish::tables::{
    care_tasks, caseload_managers, caseload_members, contact_history, labs, metrics, people, plans, rates,
};
use crate::publish::{
    AuditEntry, CurrentRule, Heading, OutputFolder, Program, Staging, TIMINGS, append_audit, data_quality_json,
    fhir_files, hash_outputs, output_digest, publish_table, render_report, verify, write_list,
};
use crate::reference::sha256_hex;

/// Writes every file of a run and publishes it.
///
/// # Errors
/// When the disk refuses; nothing is published then.
pub fn publish_night(
    folder: &OutputFolder,
    mut staging: Staging,
    night: &Night<'_>,
    rule: CurrentRule,
    progress: &Progress,
) -> Result<NightlySummary, PipelineError> {
    let plan = night.plan;
    write_lists(&mut staging, night)?;
    staging.write("capacity.json", &pretty_json(&sorted_json(&night.list.staff)?)?)?;
    let drift = score_drift(night.models, night.inputs.scores);
    let program = Program { drift: drift.clone(), ..Program::of(night.inputs, night.list) };
    staging.write("program.json", &pretty_json(&sorted_json(&program)?)?)?;
    for (name, bytes) in &night.assignment.files {
        staging.write(name, bytes)?;
    }
    write_other_tables(&mut staging, night)?;
    write_call_pages(&mut staging, night)?;
    for (name, bytes) in &quarantine_files(&night.inputs.extracts.quarantine, plan)? {
        staging.write(name, bytes)?;
    }
    let quality = data_quality_json(&night.inputs.extracts.reports, &night.population.codes, &[]);
    staging.write("data_quality.json", &pretty_json(&quality)?)?;
    let used: Vec<_> = crate::models::cards();
    let basis = if night.models.is_empty() { "published_index" } else { "trained" };
    let trained: Vec<_> = night.models.iter().map(|m| &m.card_json).collect();
    staging.write("model_card.json", &pretty_json(&json!({ "basis": basis, "trained": trained, "models": used }))?)?;
    let cards = night.models.iter().map(|m| m.card.as_str()).chain(used.iter().map(|c| c.markdown));
    staging.write("model_card.md", cards.collect::<Vec<_>>().join("\n").as_bytes())?;
    let mut manifest = run_manifest(night, &drift)?;
    let mut history = night.figures.clone();
    history.set_night(plan.as_of, night_metrics(staging.path(), &manifest, plan.as_of)?);
    let heading = Heading { as_of: plan.as_of, banner: None };
    publish_table(&mut staging, &metrics::TABLE, history.rows(), &plan.output.formats, &heading)?;
    if plan.output.wants(OutputFormat::Html) {
        let page = render_report(staging.path(), &manifest)?;
        staging.write("report.html", page.as_bytes())?;
    }
    if let Some(group) = plan.output.group.as_deref().filter(|g| !g.is_empty()) {
        let briefs = staging.files().iter().filter(|f| f.starts_with("briefs/")).cloned().collect::<Vec<_>>();
        let mut shared = vec!["outreach.csv", "outreach.parquet", "outreach.xlsx", "worklists.xlsx", "report.html"];
        shared.extend(briefs.iter().map(String::as_str));
        staging.share(group, &shared)?;
    }
    progress.finish();
    manifest.outputs = hash_outputs(staging.path(), staging.files())?;
    staging.write(TIMINGS, &pretty_json(&progress.timings())?)?;
    manifest.digest = output_digest(&manifest.outputs);
    let bytes = pretty_json(&sorted_json(&manifest)?)?;
    staging.write("manifest.json", &bytes)?;
    staging.write("manifest.sha256", format!("{}\n", sha256_hex(&bytes)).as_bytes())?;
    let digest = manifest.digest.clone();
    let same = |run: &Path| verify(run).is_ok_and(|(m, problems)| problems.is_empty() && m.digest == digest);
    let manifest_sha256 = sha256_hex(&bytes);
    let record = |run: &str, again: bool| {
        let event = if again { "same" } else { "published" };
        // The kept run of a repeated night has its own quarantine, and so perhaps its own manifest.
        let kept = std::fs::read(folder.run(run).join("manifest.json"))
            .map_or_else(|_| manifest_sha256.clone(), |b| sha256_hex(&b));
        let entry = AuditEntry::new(event, 0, plan.as_of.to_string(), &plan.config_hash);
        append_audit(folder, entry.of_run(run, &manifest, &kept))
    };
    // Past this line the folder moves to its place, and a late end must not take it away.
    check_stop()?;
    end_unfinished();
    let name = folder.publish(staging, &manifest.run_id, rule, same, record)?;
    folder.prune(plan.run.keep_runs, &name);
    let mut warnings = manifest.warnings;
    if let Some(current) = folder.current().filter(|c| *c != name) {
        warnings.push(format!("current still names {current}, a later night; --set-current moves it back"));
    }
    Ok(NightlySummary {
        path: folder.run(&name),
        run_id: name,
        left_out: left_out_lines(night.inputs.extracts),
        warnings,
        counts: manifest.counts,
        digest: manifest.digest,
    })
}

fn write_lists(staging: &mut Staging, night: &Night<'_>) -> Result<(), PipelineError> {
    let plan = night.plan;
    let population = &night.inputs.extracts.population;
    let found = night.assignment.by_member.iter();
    let assigned: FxHashMap<u32, Box<str>> =
        found.filter_map(|(m, c)| population.find(m).map(|i| (i, c.as_str().into()))).collect();
    if plan.output.wants(OutputFormat::Fhir) {
        for (name, bytes) in fhir_files(night.inputs, night.list, &assigned)? {
            staging.write(name, &bytes)?;
        }
    }
    let banner = night.banner();
    let heading = Heading { as_of: plan.as_of, banner: banner.as_deref() };
    write_list(staging, night.inputs, night.list, &heading)?;
    Ok(())
}

/// The caseload's own files and the rates of the population.
fn write_other_tables(staging: &mut Staging, night: &Night<'_>) -> Result<(), PipelineError> {
    let asked = &night.plan.output.formats;
    let heading = Heading { as_of: night.plan.as_of, banner: None };
    let members = caseload_members::members_by_id(night.cases.problem.members());
    publish_table(staging, &caseload_members::TABLE, members, asked, &heading)?;
    let managers = caseload_managers::managers_by_id(night.cases.problem.managers());
    publish_table(staging, &caseload_managers::TABLE, managers, asked, &heading)?;
    let words = &night.inputs.extracts.words;
    let rates = rates::rate_rows(night.population.rates.iter(), words);
    publish_table(staging, &rates::TABLE, rates, asked, &heading)?;
    let extracts = night.inputs.extracts;
    publish_table(staging, &people::TABLE, people::people_rows(night.plan, extracts), asked, &heading)?;
    publish_table(staging, &contact_history::TABLE, contact_history::contact_history_rows(extracts), asked, &heading)?;
    publish_table(staging, &labs::TABLE, labs::lab_rows(extracts, night.plan.as_of), asked, &heading)?;
    publish_table(
        staging,
        &care_tasks::TABLE,
        care_tasks::care_task_rows(extracts, night.plan.as_of),
        asked,
        &heading,
    )?;
    publish_table(staging, &plans::TABLE, plans::plan_rows(night.inputs, night.list), asked, &heading)?;
    staging.write("playbook.toml", night.inputs.playbook.text().as_bytes())?;
    Ok(())
}

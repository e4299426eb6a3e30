//! Putting a finished night on disk: every file of the run, the manifest, the move to its place. Owns which
//! file holds what; refuses to compute a result.

use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::json;

use super::account::NightlySummary;
use super::error::PipelineError;
use super::night::Night;
use super::pretty_json::{pretty_json, sorted_json};
use super::progress::Progress;
use super::quarantine_files::write_quarantine;
use super::rate_rows::rate_rows;
use super::run_manifest::{run_manifest, score_drift};
use super::worklist_rows::worklist_sheets;
use crate::caseload;
use crate::config::OutputFormat;
use crate::publish::{
    AuditEntry, ListTables, OutputFolder, Program, Staging, append_audit, columns, csv_bytes, data_quality_json,
    fhir_files, hash_outputs, output_digest, outreach_workbook, parquet_bytes, render_report, verify,
    worklists_workbook,
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
    progress: &Progress,
) -> Result<NightlySummary, PipelineError> {
    let plan = night.plan;
    write_list(&mut staging, night)?;
    staging.write("capacity.json", &pretty_json(&sorted_json(&night.list.staff)?)?)?;
    let drift = score_drift(night.models, night.inputs.scores);
    let program = Program { drift: drift.clone(), ..Program::of(night.inputs, night.list) };
    staging.write("program.json", &pretty_json(&sorted_json(&program)?)?)?;
    for (name, bytes) in &night.assignment.files {
        staging.write(name, bytes)?;
    }
    staging.write("caseload/members.csv", &caseload::write_members(night.cases.problem.members())?)?;
    staging.write("caseload/care_managers.csv", &caseload::write_care_managers(night.cases.problem.managers())?)?;
    staging.write("measures/rates.parquet", &parquet_bytes(&columns::RATES, &rate_rows(night).take()?)?)?;
    write_quarantine(&mut staging, &night.inputs.extracts.quarantine, plan.pseudonyms.is_none())?;
    let quality = data_quality_json(&night.inputs.extracts.reports, &night.everyone.codes, &[]);
    staging.write("data_quality.json", &pretty_json(&quality)?)?;
    let used: Vec<_> = crate::models::cards();
    let basis = if night.models.is_empty() { "published_index" } else { "trained" };
    let trained: Vec<_> = night.models.iter().map(|m| &m.card_json).collect();
    staging.write("model_card.json", &pretty_json(&json!({ "basis": basis, "trained": trained, "models": used }))?)?;
    let cards = night.models.iter().map(|m| m.card.as_str()).chain(used.iter().map(|c| c.markdown));
    staging.write("model_card.md", cards.collect::<Vec<_>>().join("\n").as_bytes())?;
    let mut manifest = run_manifest(night, &drift)?;
    if plan.output.wants(OutputFormat::Html) {
        let page = render_report(staging.path(), &manifest)?;
        staging.write("report.html", page.as_bytes())?;
    }
    if let Some(group) = plan.output.group.as_deref().filter(|g| !g.is_empty()) {
        staging
            .share(group, &["outreach.csv", "outreach.parquet", "outreach.xlsx", "worklists.xlsx", "report.html"])?;
    }
    progress.finish();
    staging.write("timings.json", &pretty_json(&progress.timings())?)?;
    manifest.outputs = hash_outputs(staging.path(), staging.files())?;
    manifest.digest = output_digest(&manifest.outputs);
    let bytes = pretty_json(&sorted_json(&manifest)?)?;
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

fn write_list(staging: &mut Staging, night: &Night<'_>) -> Result<(), PipelineError> {
    let plan = night.plan;
    let population = &night.inputs.extracts.population;
    let assigned: FxHashMap<u32, Box<str>> = night
        .assignment
        .by_member
        .iter()
        .filter_map(|(m, c)| population.find(m).map(|i| (i, c.as_str().into())))
        .collect();
    if plan.output.wants(OutputFormat::Fhir) {
        for (name, bytes) in fhir_files(night.inputs, night.list, &assigned)? {
            staging.write(name, &bytes)?;
        }
    }
    let banner = night.banner();
    let banner = banner.as_deref();
    let tables = ListTables::new(night.inputs, night.list, &assigned);
    tables.each(|mut table| {
        let spec = table.spec;
        let batch = table.take()?;
        match spec.name {
            "outreach" => {
                if plan.output.wants(OutputFormat::Csv) {
                    staging.write("outreach.csv", &csv_bytes(spec, &batch)?)?;
                }
                // The Parquet list is what explain, report and the next night read: always written.
                staging.write("outreach.parquet", &parquet_bytes(spec, &batch)?)?;
                if plan.output.wants(OutputFormat::Xlsx) {
                    staging.write("outreach.xlsx", &outreach_workbook(spec, &batch, plan.as_of, banner)?)?;
                    let sheets = worklist_sheets(night, &assigned);
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

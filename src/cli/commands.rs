//! From a parsed command to the room that does it, and its answer as text. Owns nothing else.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::arguments::{Command, ModelsWhat, PlanFlags, SynthFormat};
use super::cluster_commands::run_cluster_command;
use super::manual::{shell_completions, write_man_pages};
use super::night_text::night_text;
use super::plan_loading::load_plan;
use super::render::{analyst_text, explanation_text, followup_text, metrics_text, staffing_text, training_text};
use super::schema;
use crate::caseload::Continuity;
use crate::config::{RunPlan, nearest_hint};
use crate::domain::Day;
use crate::intake::propose;
use crate::learners::LearnerChoice;
use crate::models::cards;
use crate::pipeline::{
    self, AssignRequest, EvaluateRequest, FollowupRequest, NightlyOptions, PipelineError, Progress, TrainRequest,
};
use crate::publish::{PublishError, write_private};
use crate::runs::{
    WhatIfRequest, WhoseBrief, answer_whatif, brief_of_run, explain_member, rebuild_metrics, rebuild_report,
    verify_run, write_metrics,
};
use crate::synth;

/// Does a command; the text is what was asked for.
pub fn run_command(command: Command) -> Result<String, PipelineError> {
    match command {
        Command::Run(flags) => run_night(&flags),
        Command::Init { paths, out } => init_configuration(&paths, &out),
        Command::Check { flags, extract } => {
            let (plan, options) = load_plan(&flags)?;
            if let Some(name) = &extract {
                require_extract("--extract", name, &plan)?;
            }
            let options = NightlyOptions { only: extract, ..options };
            pipeline::check(&plan, &options, &Progress::new()).map(|t| with_banner(&plan, t))
        }
        Command::Explain { run, member, analyst } => {
            let found = explain_member(&run, &member_id(member)?)?;
            Ok(if analyst { analyst_text(&found) } else { explanation_text(&found) })
        }
        Command::Assign { members, care_managers, weights, out, continuity, seed, steps } => {
            let continuity = Continuity::parse(&continuity)
                .ok_or_else(|| PipelineError::Usage("--continuity must be protect, prefer or ignore".to_owned()))?;
            let summary = pipeline::assign(&AssignRequest {
                members,
                care_managers,
                weights,
                out: out.clone(),
                continuity,
                seed,
                steps,
            })?;
            Ok(assignment_text(&summary, &out))
        }
        Command::Train { config, model, as_of, threads, learner, table, spec, out, recalibrate, allow_suspect } => {
            if let (Some(table), Some(spec)) = (table, spec) {
                return pipeline::train_table(
                    &table,
                    &spec,
                    &out,
                    recalibrate.as_deref(),
                    allow_suspect,
                    &Progress::new(),
                );
            }
            let (plan, _) = load_plan(&history_flags(config, as_of, threads))?;
            let learner = LearnerChoice::named(&learner);
            let model = model.unwrap_or_default();
            let request = TrainRequest { model, out, learner, recalibrate, allow_suspect };
            pipeline::train(&plan, &request, &Progress::new()).map(|t| with_banner(&plan, training_text(&t)))
        }
        Command::Score { table, model, out } => pipeline::score_table(&table, &model, &out),
        Command::Evaluate { config, model, as_of, threads, other_population, predictions, out, seed } => {
            match (predictions, out) {
                (Some(predictions), Some(out)) => {
                    pipeline::evaluate_predictions(&predictions, &out, seed, &Progress::new())
                }
                (_, out) => {
                    let (plan, _) = load_plan(&history_flags(config, as_of, threads))?;
                    let request = EvaluateRequest { model: model.unwrap_or_default(), other_population, out };
                    pipeline::evaluate(&plan, &request, &Progress::new())
                }
            }
        }
        Command::Report { run, out } => {
            let page = rebuild_report(&run)?;
            write_private(&out, page.as_bytes())?;
            Ok(format!("{}\n", out.display()))
        }
        Command::Whatif { run, add_fte, discipline, languages, states } => {
            Ok(staffing_text(&answer_whatif(&WhatIfRequest { run, add_fte, discipline, languages, states })?))
        }
        Command::Followup { config, as_of, out, pseudonymize, before_after, threads } => {
            let (plan, _) = load_plan(&PlanFlags { pseudonymize, ..history_flags(config, as_of, threads) })?;
            let request = FollowupRequest { out, before_after };
            pipeline::followup(&plan, &request, &Progress::new()).map(|t| with_banner(&plan, followup_text(&t)))
        }
        Command::Brief { run, member, manager, all: _, out } => {
            let whose = match (member, manager) {
                (Some(member), _) => WhoseBrief::Member(member_id(member)?),
                (None, Some(manager)) => WhoseBrief::Manager(manager),
                (None, None) => WhoseBrief::All,
            };
            let (page, people) = brief_of_run(&run, &whose)?;
            write_private(&out, page.as_bytes())?;
            Ok(format!("{people} people: {}\n", out.display()))
        }
        Command::Metrics { rebuild: _, out } => {
            let rebuilt = rebuild_metrics(&out)?;
            let newest = rebuilt.history.nights().last();
            let Some(newest) = newest else {
                return Err(PipelineError::Usage("no kept run holds a figure".to_owned()));
            };
            write_metrics(&out, &rebuilt.history, newest)?;
            Ok(metrics_text(&rebuilt, &out))
        }
        Command::Verify { dir } => {
            let (manifest, problems) = verify_run(&dir)?;
            if problems.is_empty() {
                Ok(format!("{}: {} files, digest {}\n", manifest.run_id, manifest.outputs.len(), manifest.digest))
            } else {
                Err(PipelineError::Verify(problems))
            }
        }
        Command::Cluster(command) => run_cluster_command(command),
        Command::Synth { members, seed, out, years, as_of, format, caseload } => {
            synthesise_population(members, seed, &out, years, &as_of, format, caseload.as_deref())
        }
        Command::Models { what } => show_models(&what),
        Command::Completions { shell } => shell_completions(shell),
        Command::Man { dir } => write_man_pages(&dir),
        Command::Schema { what, format } => schema::render_schema(&what, &format),
    }
}

/// Writes a configuration for files as they are, then tells what a check of it says.
fn init_configuration(paths: &[PathBuf], out: &Path) -> Result<String, PipelineError> {
    let folder = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let proposal = propose(paths, &folder.join("lamplight-out")).map_err(PipelineError::Usage)?;
    let beside: Vec<(PathBuf, &str)> = proposal.beside.iter().map(|(n, text)| (folder.join(n), *text)).collect();
    let differs = |(path, text): &&(PathBuf, &str)| std::fs::read(path).is_ok_and(|found| found != text.as_bytes());
    let taken =
        Some(out).filter(|p| p.exists()).or_else(|| beside.iter().find(differs).map(|(path, _)| path.as_path()));
    if let Some(path) = taken {
        return Err(PipelineError::Usage(format!(
            "{} is there already, and nothing is overwritten\nhint: name another file with --out",
            path.display()
        )));
    }
    for (path, text) in beside.iter().map(|(p, t)| (p.as_path(), *t)).chain([(out, proposal.text.as_str())]) {
        if !path.exists() {
            write_private(path, text.as_bytes())?;
        }
    }
    let flags = history_flags(Some(out.to_path_buf()), None, None);
    let checked = load_plan(&flags).and_then(|(plan, options)| pipeline::check(&plan, &options, &Progress::new()));
    let outcome = match checked {
        Ok(table) => format!("check: passed\n{table}"),
        Err(e) => format!("check: exit {}: {e}\n", e.exit_code()),
    };
    Ok(format!("{}\n{}\n{outcome}", out.display(), proposal.summary))
}

/// The flags of a command that reads a history and publishes no run.
fn history_flags(config: Option<PathBuf>, as_of: Option<String>, threads: Option<usize>) -> PlanFlags {
    PlanFlags {
        config,
        as_of,
        out: None,
        threads,
        allow_empty: Vec::new(),
        accept_volume_change: false,
        manifest: None,
        pseudonymize: None,
        set_current: false,
    }
}

fn with_banner(plan: &RunPlan, text: String) -> String {
    if plan.sample { format!("SAMPLE DATA\n{text}") } else { text }
}

/// `-` reads the id from stdin.
fn member_id(given: String) -> Result<String, PipelineError> {
    if given != "-" {
        return Ok(given);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|e| PipelineError::Usage(format!("cannot read the member id from stdin: {e}")))?;
    Ok(text.trim().to_owned())
}

/// An extract that a flag names must be one of the configuration.
fn require_extract(flag: &str, name: &str, plan: &RunPlan) -> Result<(), PipelineError> {
    let configured: Vec<&str> = plan.extracts.keys().map(String::as_str).collect();
    if configured.contains(&name) {
        return Ok(());
    }
    Err(PipelineError::Usage(format!(
        "{flag} {name}: no such extract is configured{}",
        nearest_hint(name, &configured)
    )))
}

/// Where a night would have published whose configuration was refused; `None` when nothing says.
fn intended_folder(flags: &PlanFlags) -> Option<PathBuf> {
    let said = flags.out.clone().or_else(|| std::env::var_os("LAMPLIGHT_OUT").map(PathBuf::from));
    said.or_else(|| {
        let text = std::fs::read_to_string(flags.config.as_ref()?).ok()?;
        let table: toml::Table = text.parse().ok()?;
        table.get("run")?.get("out")?.as_str().map(PathBuf::from)
    })
}

/// The night, or word of why there was none beside the runs.
fn run_night(flags: &PlanFlags) -> Result<String, PipelineError> {
    let (plan, options) = load_plan(flags).inspect_err(|e| {
        if let Some(out) = intended_folder(flags) {
            pipeline::note_attempt(&out, flags.as_of.as_deref(), e);
        }
    })?;
    if plan.sample {
        tracing::warn!("SAMPLE DATA");
    }
    let attempt = std::panic::AssertUnwindSafe(|| pipeline::nightly(&plan, &options, &Progress::new()));
    let result =
        std::panic::catch_unwind(attempt).unwrap_or_else(|_| Err(PipelineError::Internal(super::logs::last_panic())));
    // The night itself leaves word of everything that happens under the lock.
    if let Err(e @ (PipelineError::Internal(_) | PipelineError::Publish(PublishError::Locked))) = &result {
        pipeline::note_attempt(&plan.run.out, Some(&plan.as_of.to_string()), e);
    }
    let summary = result?;
    for warning in &summary.warnings {
        tracing::warn!("{warning}");
    }
    Ok(night_text(&summary, plan.sample))
}

fn assignment_text(summary: &[u8], out: &Path) -> String {
    let value: serde_json::Value = serde_json::from_slice(summary).unwrap_or_default();
    let get = |k: &str| value.get(k).map_or_else(String::new, ToString::to_string);
    format!(
        "{} of {} members assigned; Z1 {} (bound {}, gap {} %), W {}\n{}\n",
        get("assigned"),
        get("members"),
        get("z1"),
        get("z1_upper_bound"),
        get("z1_gap_percent"),
        get("w"),
        out.display()
    )
}

fn synthesise_population(
    members: u64,
    seed: u64,
    out: &Path,
    years: u32,
    as_of: &str,
    format: SynthFormat,
    caseload: Option<&str>,
) -> Result<String, PipelineError> {
    if let Some(size) = caseload {
        let (m, c) = size
            .split_once(['x', 'X'])
            .and_then(|(m, c)| Some((m.parse().ok()?, c.parse().ok()?)))
            .ok_or_else(|| PipelineError::Usage("--caseload takes MEMBERSxMANAGERS, such as 5000x100".to_owned()))?;
        synth::write_caseload_instance(m, c, seed, out)?;
        return Ok(format!("{}\n", out.display()));
    }
    let as_of = Day::parse_iso(as_of)
        .ok_or_else(|| PipelineError::Usage("--as-of: not a date; write YYYY-MM-DD".to_owned()))?;
    let format = match format {
        SynthFormat::Csv => synth::Format::Csv,
        SynthFormat::Parquet => synth::Format::Parquet,
        SynthFormat::Mixed => synth::Format::Mixed,
    };
    let progress = Progress::new();
    progress.stage("synthesise members");
    let summary = synth::generate_population(
        &synth::Options { members, seed, years, as_of, format, out: out.to_path_buf() },
        &|done| progress.step(done, members),
    )?;
    progress.finish();
    let mut text = String::new();
    for (file, rows) in &summary.files {
        let _ = writeln!(text, "{rows:>12}  {file}");
    }
    Ok(text)
}

/// Trained models below `models/` of the working directory: path, first line and text of their cards.
fn trained_cards() -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut folders = vec![PathBuf::from("models")];
    while let Some(folder) = folders.pop() {
        if folder.components().count() > 4 {
            continue;
        }
        for path in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok).map(|e| e.path()) {
            if path.join("identity.json").is_file() {
                let text = std::fs::read_to_string(path.join("model_card.md")).unwrap_or_default();
                out.push((path.strip_prefix("models").unwrap_or(&path).display().to_string(), text));
            } else if path.is_dir() {
                folders.push(path);
            }
        }
    }
    out.sort();
    out
}

fn show_models(what: &ModelsWhat) -> Result<String, PipelineError> {
    let trained = trained_cards();
    match what {
        ModelsWhat::List => {
            let published = cards().iter().fold(String::new(), |mut s, c| {
                let _ = writeln!(s, "{:<16} {:<6} {}", c.id, c.version, c.title);
                s
            });
            Ok(trained.iter().fold(published, |mut s, (id, text)| {
                let demo = if text.contains("DEMONSTRATION MODEL") { "demonstration, synthetic data" } else { "" };
                let _ = writeln!(s, "{id:<23} trained {demo}");
                s
            }))
        }
        ModelsWhat::Show { id } => {
            let all = cards();
            let names: Vec<&str> = all.iter().map(|c| c.id).chain(trained.iter().map(|t| t.0.as_str())).collect();
            let published = all.iter().find(|c| c.id == id).map(|c| c.markdown.to_owned());
            published
                .or_else(|| trained.iter().find(|t| t.0 == *id).map(|t| t.1.clone()))
                .ok_or_else(|| PipelineError::Usage(format!("no model `{id}`{}", nearest_hint(id, &names))))
        }
    }
}

//! The manifest of a run: inputs, versions, counts at every gate, warnings. Owns its assembly; refuses to write it.

use std::collections::{BTreeMap, BTreeSet};

use super::error::PipelineError;
use super::night::Night;
use super::warnings::night_warnings;
use crate::domain::Probability;
use crate::models::evaluation::drift;
use crate::models::trained::TrainedModel;
use crate::models::{Basis, Scores};
use crate::outreach::stability;
use crate::publish::{CodeSetUsed, InputFile, Manifest, RowAccount, ScoreDrift, digest_of};
use crate::reference::code_sets_in;

/// The manifest but for outputs and digest.
///
/// # Errors
/// When a code set cannot be read.
pub fn run_manifest(night: &Night<'_>, drift: &[ScoreDrift]) -> Result<Manifest, PipelineError> {
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
            .chain(night.previous.map(|p| p.digest.as_str()))
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
        banner: night.banner(),
        config_sha256: plan.config_hash.clone(),
        inputs_digest,
        inputs,
        pseudonym_key_id: plan.pseudonyms.as_ref().map(|k| k.id().to_owned()),
        previous_digest: night.previous.map(|p| p.digest.clone()),
        rows,
        counts: gate_counts(night),
        warnings: night_warnings(night, &stability, drift),
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

fn gate_counts(night: &Night<'_>) -> BTreeMap<String, u64> {
    let list = night.list;
    let n = |v: usize| v as u64;
    let scored =
        night.inputs.scores.iter().filter(|s| s.probability.is_some()).map(|s| s.member).collect::<BTreeSet<_>>().len();
    let mut out: BTreeMap<String, u64> =
        night.population.counts.iter().chain(&night.population.codes).map(|(k, v)| ((*k).to_owned(), *v)).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of contacts")]
    let capacity = list.capacity.max(0.0) as u64;
    for (key, value) in [
        ("members", n(night.inputs.snapshots.len())),
        ("enrolled", n(night.inputs.snapshots.iter().filter(|s| s.enrolled).count())),
        ("members_scored", n(scored)),
        ("probabilities_moved_between_horizons", night.inputs.reasons.moved_horizons),
        ("listed", n(list.listed.len())),
        ("listed_with_clock", n(list.listed.iter().filter(|l| l.candidate.clock.is_some()).count())),
        ("listed_never_cut", n(list.listed.iter().filter(|l| l.candidate.is_never_cut()).count())),
        ("listed_beyond_capacity", n(list.beyond())),
        ("own_cases", n(list.own_cases.len())),
        ("in_facility", n(list.in_facility.len())),
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

/// Tonight's scores of each model in use against the rows it learned on.
#[must_use]
pub fn score_drift(models: &[TrainedModel], scores: &Scores) -> Vec<ScoreDrift> {
    models
        .iter()
        .filter_map(|m| {
            let spread = m.identity.spreads.iter().find(|s| s.name == "score")?;
            let wanted = m.outcome.score();
            let values: Vec<f64> = scores
                .iter()
                .filter(|s| s.basis == Basis::Trained && s.id == wanted)
                .filter_map(|s| s.probability)
                .map(Probability::get)
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

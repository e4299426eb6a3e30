//! The model card: the 31 source attributes of ONC HTI-1 (45 CFR 170.315(b)(11)(iv)(B)) and the self-assessments
//! after TRIPOD+AI and PROBAST+AI, from what was measured. Owns their words; refuses a figure nobody measured.

use serde_json::{Value, json};

use super::identity::Identity;
use crate::models::Outcome;
use crate::models::evaluation::ModelEvaluation;

/// What a card is made of.
pub struct CardFacts<'a> {
    /// The record.
    pub identity: &'a Identity,
    /// The report slice.
    pub evaluation: &'a ModelEvaluation,
    /// Outcome.
    pub outcome: Outcome,
    /// Share of each feature in the model, largest first.
    pub importance: &'a [(String, f64)],
}

/// The banner of models trained on synthetic data.
const SYNTHETIC: &str = "DEMONSTRATION MODEL, trained on synthetic data: nothing here says anything of real patients, and it must not be used for care.";

fn shown_number(v: Option<f64>, places: usize) -> String {
    v.filter(|v| v.is_finite()).map_or_else(|| "not measured".to_owned(), |v| format!("{v:.places$}"))
}

fn performance_text(e: &ModelEvaluation) -> String {
    let o = &e.overall;
    let interval = o.intervals.auroc.map_or_else(String::new, |i| format!(" ({:.3}-{:.3})", i.low, i.high));
    format!(
        "AUROC {:.3}{interval}, average precision {:.3} at a prevalence of {:.4}, Brier {:.4}, scaled Brier {:.3}, calibration slope {}, in the large {:+.3}, ECE {:.4}, expected/observed {:.3}; top tenth holds {} of events; {} rows, {} members, {} events, {} to {}",
        o.auroc,
        o.average_precision,
        o.prevalence,
        o.brier,
        o.scaled_brier,
        if o.calibration.converged { format!("{:.3}", o.calibration.slope) } else { "not estimable".to_owned() },
        o.in_the_large,
        o.ece10,
        o.expected_over_observed,
        shown_number(e.top_decile_capture, 3),
        o.rows,
        o.groups,
        o.events,
        e.window.0,
        e.window.1
    )
}

fn fairness_text(e: &ModelEvaluation) -> String {
    let told: Vec<String> = e
        .groups
        .iter()
        .filter(|g| g.auroc.is_some())
        .map(|g| {
            format!(
                "{} {}: AUROC {}, O/E {}, sensitivity at capacity {}",
                g.attribute,
                g.level,
                shown_number(g.auroc, 3),
                shown_number(g.observed_over_expected, 2),
                g.sensitivity.map_or_else(|| "not shown (under 11 listed events)".to_owned(), |v| format!("{v:.2}"))
            )
        })
        .collect();
    if told.is_empty() { "no group holds 11 events or more".to_owned() } else { told.join("; ") }
}

fn representation_text(e: &ModelEvaluation) -> String {
    let told: Vec<String> = e
        .groups
        .iter()
        .map(|g| {
            format!("{} {}: {}", g.attribute, g.level, g.rows.map_or_else(|| "under 11".to_owned(), |n| n.to_string()))
        })
        .collect();
    format!(
        "counted on the report slice, the same members some months later than the training slice: {}",
        told.join("; ")
    )
}

fn attribute_text(f: &CardFacts<'_>) -> Vec<(&'static str, &'static str, String)> {
    let (i, e, o) = (f.identity, f.evaluation, f.outcome);
    let none = "None. The model was fitted and measured on this organisation's own history only.";
    let local = "Run `lamplight evaluate --config F --model DIR` on newer history each quarter, and after every change of a feed; O/E by month, PSI of features and score, and figures by group are told there.";
    vec![
        ("1.i", "Developer and contact", "The organisation that trained it with Lamplight; name the responsible person here.".into()),
        ("1.ii", "Funding", "Name it here; the software has none to declare.".into()),
        ("1.iii", "Value produced", format!("probability (0 to 1) of {} within {} days", o.words(), i.horizon_days)),
        ("1.iv", "Type of output", "prediction".into()),
        ("2.i", "Intended use", "ordering outreach by care management; every part of the order is printed".into()),
        ("2.ii", "Intended population", o.population().into()),
        ("2.iii", "Intended users", "care managers, and the analysts and directors who answer for the list".into()),
        ("2.iv", "Role in decisions", "informs who is contacted first; a person decides, and any listed reason can be followed to its claim".into()),
        ("3.i", "Cautioned uses", "denial, limitation or pricing of care or cover; diagnosis; people outside the population above".into()),
        ("3.ii", "Known risks and limits", limits_text(f)),
        ("4.i", "Inclusion and exclusion", format!("{}; left out, with counts: {}; labels are taken as final {} days after their window; follow-up cut by disenrolment is left out, death before an event is no event", o.population(), i.left_out, i.label_maturity_days)),
        ("4.ii", "Use of demographic, social and health-status variables as features", "age, sex, payer type, entitlement, county poverty, preferred language and need of an interpreter; social needs from screenings and Z codes, referrals; depression, activities of daily living, health literacy and patient activation as instruments give them; features.json names each. Race, ethnicity, sexual orientation and gender identity are no features".into()),
        ("4.iii", "Demographic representativeness of training data", representation_text(e)),
        ("4.iv", "Relevance of training data", format!("the organisation's own members, snapshots {} to {}, features with the lag ({} days) they are scored with", i.train.from, i.train.to, i.claims_lag_days)),
        ("5.i", "Approach to fairness", "race and ethnicity never enter; labels are clinical events, never cost; figures by group are measured on every evaluation".into()),
        ("5.ii", "Approach to bias", "claims lag, label maturity and disenrolment are handled alike for everyone; the audit ranks people by cost, event and burden beside the model".into()),
        ("6.i", "External data source", none.into()),
        ("6.ii", "Party of external testing", none.into()),
        ("6.iii", "Representativeness of external data", none.into()),
        ("6.iv", "External validation process", none.into()),
        ("7.i", "Validity, same source", performance_text(e)),
        ("7.ii", "Fairness, same source", fairness_text(e)),
        ("7.iii", "Validity, external", "not measured".into()),
        ("7.iv", "Fairness, external", "not measured".into()),
        ("7.v", "Evaluations of use on outcomes", "none yet; a hold-out share is the only comparison that would count".into()),
        ("8.i", "Monitoring of validity", local.into()),
        ("8.ii", "Validity in local data", performance_text(e)),
        ("8.iii", "Monitoring of fairness", local.into()),
        ("8.iv", "Fairness in local data", fairness_text(e)),
        ("9.i", "Update process", "train anew each year or when a PSI passes 0.25; `train --recalibrate` when only O/E has moved".into()),
        ("9.ii", "Correction of performance", "O/E outside .8 to 1.25 in three months running: `train --recalibrate` and judge again; AUROC below the interval above, or a group's O/E outside .8 to 1.25: train anew; until then the published indices order the list (`[models] use = []`)".into()),
    ]
}

fn limits_text(f: &CardFacts<'_>) -> String {
    let i = f.identity;
    let mut out = vec![
        "an eligibility file that overwrites its rows carries today's payer and entitlement back in time".to_owned(),
        "the calibration slice shares members with training".to_owned(),
    ];
    out.extend(i.derived.iter().map(|d| {
        format!(
            "the probability within {} days is derived from this one by a factor of {:.3} on -ln(1 - p), fitted on {} rows with {} events ({})",
            d.horizon_days, d.factor, d.rows, d.events, d.basis
        )
    }));
    if i.train.events < 1000 {
        out.push(format!("only {} events in training: estimates are unsteady", i.train.events));
    }
    out.extend(i.warnings.iter().cloned());
    out.join("; ")
}

fn specification_text(f: &CardFacts<'_>) -> String {
    let top: Vec<String> = f.importance.iter().take(10).map(|(n, s)| format!("{n} {:.1} %", s * 100.0)).collect();
    let files = "model.json, calibration.json, features.json";
    if top.is_empty() {
        files.to_owned()
    } else {
        format!("{files}; features with the most weight: {}", top.join(", "))
    }
}

/// Items of TRIPOD+AI (Collins 2024, doi 10.1136/bmj-2023-078378) with what this model answers.
fn tripod_text(f: &CardFacts<'_>) -> Vec<(&'static str, String)> {
    let (i, e) = (f.identity, f.evaluation);
    let o = &e.overall;
    vec![
        ("1 title", format!("{}, developed and evaluated on later time", i.id)),
        ("2 abstract", performance_text(e)),
        ("3 background", "ordering outreach by risk instead of by published indices".into()),
        ("4 objectives", f.outcome.words().into()),
        ("5 data", format!("claims, ADT, eligibility, pharmacy and small extracts as of {}", i.as_of)),
        ("6 participants", f.outcome.population().into()),
        ("7 data preparation", "one registry of features; rows with a reason are quarantined and counted".into()),
        ("8 outcome", format!("{} days; final {} days later", i.horizon_days, i.label_maturity_days)),
        ("9 predictors", format!("{} features, dictionary {}", i.features.len(), i.dictionary_hash)),
        (
            "10 sample size",
            format!("{} rows, {} members, {} events in training", i.train.rows, i.train.members, i.train.events),
        ),
        ("11 missing data", "kept as missing: routed by the booster, a term of its own in the logistic".into()),
        ("12 analytical methods", format!("{}; folds by member tune; {}", i.learner, i.calibration_note)),
        ("13 class imbalance", format!("share of non-event rows kept {:.4}; weights restore them", i.kept_non_events)),
        ("14 fairness", "figures by age, sex, payer, race, ethnicity, language and county poverty".into()),
        ("15 model output", "probability, log-odds and contributions".into()),
        (
            "16 training versus evaluation",
            format!("training {} to {}, evaluation {} to {}", i.train.from, i.train.to, i.report.from, i.report.to),
        ),
        ("17 ethical approval", "to be stated by the organisation".into()),
        ("18 open science", "code, dictionary and settings are in the folder; data are not".into()),
        ("19 patient and public involvement", "to be stated by the organisation".into()),
        ("20 participants", format!("{} rows, {} events reported on; left out: {}", o.rows, o.events, i.left_out)),
        ("21 model development", format!("{} training rows", i.train.rows)),
        ("22 model specification", specification_text(f)),
        ("23 model performance", performance_text(e)),
        ("24 model updating", i.recalibrated_from.clone().unwrap_or_else(|| "none".into())),
        ("25 interpretation", "probabilities order people; they are not effects of a contact".into()),
        ("26 limitations", limits_text(f)),
        ("27 usability", "reasons in plain words with evidence; missing features are allowed".into()),
    ]
}

/// Signalling questions of PROBAST+AI (Moons 2025, doi 10.1136/bmj-2024-082505) with what was measured.
fn probast_text(f: &CardFacts<'_>) -> Vec<(&'static str, &'static str, String)> {
    let (i, e) = (f.identity, f.evaluation);
    let per = i.train.events as f64 / i.features.len().max(1) as f64;
    let slope = e.overall.calibration.slope;
    vec![
        ("participants", "appropriate data source", "yes: the population it is used on".into()),
        ("participants", "inclusions and exclusions appropriate", format!("yes, counted: {}", i.left_out)),
        (
            "predictors",
            "defined and assessed alike for all",
            format!("yes: one registry, dictionary {}", i.dictionary_hash),
        ),
        (
            "predictors",
            "assessed without knowledge of the outcome",
            "yes: only rows that had arrived by the snapshot day".into(),
        ),
        (
            "predictors",
            "available when the model is used",
            format!("yes: the same view with a lag of {} days", i.claims_lag_days),
        ),
        ("outcome", "determined appropriately and alike for all", "yes: AHRQ and CMS definitions on claims".into()),
        ("outcome", "excludes predictors", "yes: events begin after the snapshot day".into()),
        (
            "outcome",
            "interval appropriate",
            format!("{} days, final after {} more", i.horizon_days, i.label_maturity_days),
        ),
        (
            "analysis",
            "reasonable number of participants with the outcome",
            format!("{} events, {per:.1} for each feature", i.train.events),
        ),
        (
            "analysis",
            "all participants in the analysis",
            format!("sampled non-events are weighted; left out: {}", i.left_out),
        ),
        ("analysis", "missing data handled appropriately", "kept as missing in training and scoring alike".into()),
        ("analysis", "competing risk of death", death_text(e)),
        (
            "analysis",
            "overfitting and optimism accounted for",
            format!("report slice later in time; calibration slope {slope:.3}"),
        ),
        ("analysis", "calibration and discrimination told", performance_text(e)),
        (
            "analysis",
            "class imbalance handled and probabilities restored",
            format!("kept share {:.4}, weights", i.kept_non_events),
        ),
        ("applicability", "fairness assessed", fairness_text(e)),
    ]
}

fn death_text(e: &ModelEvaluation) -> String {
    e.deaths
        .iter()
        .map(|d| {
            format!(
                "{}: AUROC {}, O/E {}",
                d.handling,
                shown_number(d.auroc, 3),
                shown_number(d.observed_over_expected, 3)
            )
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// `model_card.json`.
#[must_use]
pub fn card_json(f: &CardFacts<'_>) -> Value {
    let i = f.identity;
    json!({
        "id": i.id,
        "synthetic": i.synthetic,
        "banner": i.synthetic.then_some(SYNTHETIC),
        "hti1_source_attributes": attribute_text(f).iter().map(|(n, name, text)| json!({ "number": n, "attribute": name, "value": text })).collect::<Vec<_>>(),
        "tripod_ai": tripod_text(f).iter().map(|(n, text)| json!({ "item": n, "answer": text })).collect::<Vec<_>>(),
        "probast_ai": probast_text(f).iter().map(|(d, q, text)| json!({ "domain": d, "question": q, "answer": text })).collect::<Vec<_>>(),
        "importance": f.importance.iter().take(30).map(|(n, s)| json!({ "feature": n, "share": s })).collect::<Vec<_>>(),
        "warnings": i.warnings,
    })
}

/// `model_card.md`; `short` leaves the self-assessments out, as `card.md`.
#[must_use]
pub fn card_markdown(f: &CardFacts<'_>, short: bool) -> String {
    use std::fmt::Write as _;
    let i = f.identity;
    let mut out = format!("# {}\n\n", i.id);
    if i.synthetic {
        let _ = writeln!(out, "**{SYNTHETIC}**\n");
    }
    let _ = writeln!(
        out,
        "{}; horizon {} days. Trained by Lamplight {} on snapshots {} to {}, {} rows, {} events; {} learner.\n\n{}.\n",
        f.outcome.words(),
        i.horizon_days,
        i.lamplight_version,
        i.train.from,
        i.train.to,
        i.train.rows,
        i.train.events,
        i.learner,
        performance_text(f.evaluation)
    );
    if !i.warnings.is_empty() {
        let _ = writeln!(out, "Warnings:\n");
        for w in &i.warnings {
            let _ = writeln!(out, "- {w}");
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "Beside published indices on the same rows:\n\n| index | AUROC | top tenth holds |\n|---|---|---|"
    );
    let _ = writeln!(
        out,
        "| this model | {:.3} | {} |",
        f.evaluation.overall.auroc,
        shown_number(f.evaluation.top_decile_capture, 3)
    );
    for c in &f.evaluation.comparators {
        let _ =
            writeln!(out, "| {} | {} | {} |", c.name, shown_number(c.auroc, 3), shown_number(c.top_decile_capture, 3));
    }
    for a in &f.evaluation.absent {
        let _ = writeln!(out, "\n{a}.");
    }
    if short {
        return out;
    }
    let cell = |t: &str| t.replace('|', "\\|").replace('\n', " ");
    let _ = writeln!(out, "\n## Source attributes (ONC HTI-1)\n\n| no. | attribute | value |\n|---|---|---|");
    for (n, name, text) in attribute_text(f) {
        let _ = writeln!(out, "| {n} | {name} | {} |", cell(&text));
    }
    let _ = writeln!(out, "\n## TRIPOD+AI, self-assessed\n\n| item | answer |\n|---|---|");
    for (n, text) in tripod_text(f) {
        let _ = writeln!(out, "| {n} | {} |", cell(&text));
    }
    let _ = writeln!(out, "\n## PROBAST+AI, self-assessed\n\n| domain | question | answer |\n|---|---|---|");
    for (d, q, text) in probast_text(f) {
        let _ = writeln!(out, "| {d} | {q} | {} |", cell(&text));
    }
    out
}

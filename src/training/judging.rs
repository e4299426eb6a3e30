//! From a panel's report slice to the rows an evaluation judges: probabilities, published indices, audit
//! attributes, capacity. Owns that mapping; refuses to compute a figure.

use rustc_hash::FxHashMap;

use super::panel::{Panel, Row};
use crate::config::RunPlan;
use crate::domain::Sex;
use crate::domain::vocabulary::Status;
use crate::extracts::Extracts;
use crate::features::Feature;
use crate::learners::FlatTable;
use crate::learners::metrics::BootstrapPlan;
use crate::learners::table::{ColumnData, FeatureColumn, Groups};
use crate::models::evaluation::{Attribute, Comparator, Drift, Judged, drift};
use crate::models::trained::{SCORE_SPREAD, Spread};
use crate::timeline::Codes;

/// The rows `pick` of a panel as a learner's table. Ids are row numbers, so that the order of the panel is kept.
#[must_use]
pub fn table_of(panel: &Panel, features: &[Feature], extracts: &Extracts, pick: &[u32], weighted: bool) -> FlatTable {
    let row = |i: &u32| &panel.rows[*i as usize];
    let ids: Vec<String> = (0..pick.len()).map(|i| i.to_string()).collect();
    let id_of = |i: &u32| extracts.population.member(row(i).member).id();
    let columns = features.iter().zip(&panel.columns).map(|(f, values)| FeatureColumn {
        name: f.name.clone(),
        data: ColumnData::Numeric(pick.iter().map(|i| values[*i as usize]).collect()),
    });
    let days = || pick.iter().map(|i| row(i).day);
    FlatTable {
        ids: ids.iter().map(String::as_str).collect(),
        groups: Groups::from_texts(pick.iter().map(id_of)),
        labels: Some(pick.iter().map(|i| row(i).label.event).collect()),
        weights: weighted.then(|| pick.iter().map(|i| row(i).weight).collect()),
        window: days().min().zip(days().max()).map(|(a, b)| (a.to_string(), b.to_string())),
        columns: columns.collect(),
    }
}

/// Everything beside the rows that judging needs.
pub struct JudgingContext<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Members and roster.
    pub extracts: &'a Extracts,
    /// Words.
    pub codes: &'a Codes<'a>,
    /// The history is synthetic.
    pub synthetic: bool,
    /// Length of the list of the newest published night (`capacity.json`); none judges at what the roster allows.
    pub used_length: Option<f64>,
}

/// Rows of the panel with their probabilities, to be judged.
#[must_use]
pub fn judged_rows<'j>(
    context: &JudgingContext<'_>,
    panel: &Panel,
    pick: &[u32],
    p: Vec<f64>,
    (model_id, spreads): (&str, &[Spread]),
    features: &[Feature],
    left_out: &'j serde_json::Value,
) -> Judged<'j> {
    let rows: Vec<&Row> = pick.iter().map(|i| &panel.rows[*i as usize]).collect();
    let mut known: FxHashMap<u32, u32> = FxHashMap::default();
    let groups = rows.iter().map(|r| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(r.member).or_insert(next)
    });
    let groups: Vec<u32> = groups.collect();
    let (capacity, capacity_words) = contact_capacity(context, panel);
    let drift = feature_drift(panel, pick, &p, spreads, features);
    Judged {
        outcome: panel.outcome,
        model_id: model_id.to_owned(),
        synthetic: context.synthetic,
        groups,
        days: rows.iter().map(|r| r.day).collect(),
        y: rows.iter().map(|r| r.label.event).collect(),
        died_first: rows.iter().map(|r| r.label.died_first).collect(),
        p,
        comparators: index_comparators(&rows),
        absent: absent_indices(&rows),
        attributes: audit_attributes(context, &rows),
        paid_after: rows.iter().map(|r| r.paid_after).collect(),
        burden: rows.iter().map(|r| f64::from(r.burden)).collect(),
        capacity,
        capacity_words,
        drift,
        plan: BootstrapPlan { replicates: 200, seed: context.plan.run.seed },
        left_out,
    }
}

fn index_comparators(rows: &[&Row]) -> Vec<Comparator> {
    let of = |name, words, value: &dyn Fn(&Row) -> Option<f64>| Comparator {
        name,
        words,
        values: rows.iter().map(|r| value(r).unwrap_or(f64::NAN)).collect(),
    };
    vec![
        of("LACE", "LACE of the discharge, or of the latest index discharge known; none ranks lowest", &|r| {
            r.comparators.lace.map(f64::from)
        }),
        of(
            "HOSPITAL",
            "HOSPITAL 2016 of the latest index discharge known; none without both laboratory values, which ranks lowest",
            &|r| r.comparators.hospital.map(f64::from),
        ),
        of("Elixhauser readmission index", "AHRQ Elixhauser Refined 2026.1 over 24 months", &|r| {
            r.comparators.elixhauser.map(f64::from)
        }),
        of("AHRQ PQI 90 rate", "area rate by age, sex and county poverty", &|r| r.comparators.ahrq),
        of("two stays in a year", "flag_2ip", &|r| Some(f64::from(u8::from(r.comparators.two_stays)))),
    ]
}

/// Indices that no row has, in words.
fn absent_indices(rows: &[&Row]) -> Vec<String> {
    let mut out = Vec::new();
    if rows.iter().all(|r| r.comparators.hospital.is_none()) {
        out.push("HOSPITAL could be computed for no row: it needs haemoglobin and sodium at discharge".to_owned());
    }
    if rows.iter().all(|r| r.comparators.lace.is_none()) {
        out.push("LACE could be computed for no row: no index discharge is known".to_owned());
    }
    out
}

/// People the staff on the roster reach a night: new contacts a day over the expected reach.
fn contact_capacity(context: &JudgingContext<'_>, panel: &Panel) -> (Option<usize>, String) {
    if panel.outcome.of_discharges() {
        return (None, "the top tenth of all discharges: transitions are never cut by staff".to_owned());
    }
    let kept = if panel.keep_member < 1.0 {
        format!(", times {:.4} of members kept", panel.keep_member)
    } else {
        String::new()
    };
    if let Some(length) = context.used_length {
        let k = people_a_snapshot(length * panel.keep_member);
        return (
            Some(k),
            format!("{k} people a snapshot: the list of the newest published night has {length:.0} places{kept}"),
        );
    }
    let contacts: f64 = context
        .extracts
        .managers
        .iter()
        .filter(|m| Status::parse(&m.status) == Some(Status::Active))
        .map(|m| m.new_contacts_per_day.unwrap_or(8.0 * m.fte.unwrap_or(1.0)))
        .sum();
    if contacts <= 0.0 {
        return (None, "no care_manager extract: the top tenth".to_owned());
    }
    let k = people_a_snapshot(contacts / context.plan.list.reach_default * panel.keep_member);
    let words = format!(
        "{k} people a snapshot: {contacts:.0} new contacts a day on the roster / expected reach {}{kept}",
        context.plan.list.reach_default
    );
    (Some(k), words)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of people")]
fn people_a_snapshot(expected: f64) -> usize {
    expected.round().max(1.0) as usize
}

fn audit_attributes(context: &JudgingContext<'_>, rows: &[&Row]) -> Vec<Attribute> {
    let member = |r: &Row| context.extracts.population.member(r.member);
    let word = |w: crate::domain::WordId| {
        let text = context.codes.words.text(w);
        if text.is_empty() { "unknown".to_owned() } else { text.to_owned() }
    };
    let texts = |f: &dyn Fn(&Row) -> String| rows.iter().map(|r| f(r)).collect::<Vec<String>>();
    let age = |r: &Row| {
        match r.age {
            i32::MIN..=17 => "under 18",
            18..=44 => "18-44",
            45..=64 => "45-64",
            65..=74 => "65-74",
            75..=84 => "75-84",
            _ => "85 and over",
        }
        .to_owned()
    };
    let sex = |r: &Row| {
        match member(r).sex() {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Unknown => "unknown",
        }
        .to_owned()
    };
    let poverty = |r: &Row| {
        match context.codes.reference.rates.poverty_decile(&member(r).facts.county.text()) {
            Some(1..=3) => "deciles 1-3 (least poor)",
            Some(4..=7) => "deciles 4-7",
            Some(_) => "deciles 8-10 (poorest)",
            None => "unknown",
        }
        .to_owned()
    };
    vec![
        Attribute::of("age", &texts(&age)),
        Attribute::of("sex", &texts(&sex)),
        Attribute::of("payer", &texts(&|r| member(r).payer_type().name().to_owned())),
        Attribute::of("race", &texts(&|r| word(member(r).facts.race))),
        Attribute::of("ethnicity", &texts(&|r| word(member(r).facts.ethnicity))),
        Attribute::of("language", &texts(&|r| word(member(r).facts.language))),
        Attribute::of("county poverty", &texts(&poverty)),
    ]
}

/// Population stability of the score and of every feature, strongest first.
fn feature_drift(panel: &Panel, pick: &[u32], p: &[f64], spreads: &[Spread], features: &[Feature]) -> Vec<Drift> {
    let mut out: Vec<Drift> = spreads
        .iter()
        .filter_map(|s| {
            if s.name == SCORE_SPREAD {
                #[expect(clippy::cast_possible_truncation, reason = "a share by bin")]
                let values: Vec<f32> = p.iter().map(|p| *p as f32).collect();
                return Some(drift(s, &values));
            }
            let at = features.iter().position(|f| f.name == s.name)?;
            let column = panel.columns.get(at)?;
            let values: Vec<f32> = pick.iter().map(|i| column[*i as usize]).collect();
            Some(drift(s, &values))
        })
        .collect();
    out.sort_by(|a, b| b.psi.total_cmp(&a.psi).then_with(|| a.name.cmp(&b.name)));
    out
}

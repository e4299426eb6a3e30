//! What a finished night asks a reader to look at. Owns the sentences, each a count; refuses to name a member or to
//! stop a night.

use super::night::Night;
use crate::domain::OverrideAction;
use crate::extracts::Override;
use crate::outreach::Stability;
use crate::publish::ScoreDrift;

/// Fewer people who left than this never raise the alarm of churn: a handful is no share.
const CHURN_FLOOR: u64 = 5;

/// A stability index over 0.25 is much (the field's common reading); under so many people it is mostly noise.
const MUCH_DRIFT: f64 = 0.25;
const DRIFT_FLOOR: u64 = 500;

/// Every warning of a night, in a fixed order.
#[must_use]
pub fn night_warnings(night: &Night<'_>, stability: &Stability, drift: &[ScoreDrift]) -> Vec<String> {
    let mut out = Vec::new();
    warn_of_churn(night, stability, &mut out);
    warn_of_staff(night, &mut out);
    warn_of_hand_kept_tables(night, &mut out);
    warn_of_code_systems(night, &mut out);
    for d in drift {
        if d.psi > MUCH_DRIFT && d.scored >= DRIFT_FLOOR {
            out.push(format!(
                "{}: tonight's scores stand far from those it learned on (population stability index {:.2}); evaluate it anew",
                d.model, d.psi
            ));
        }
    }
    warn_of_visits(night, &mut out);
    warn_of_requests(night, &mut out);
    if !night.list.contacts_known {
        out.push(
            "no member has a phone or an address: BAD_CONTACT and MINOR_NO_GUARDIAN could not be judged".to_owned(),
        );
    }
    out
}

/// How far claims can know of visits, and how many contacts go beyond the staff.
fn warn_of_visits(night: &Night<'_>, out: &mut Vec<String>) {
    let known = night.inputs.visits;
    if !known.lag_is_learned {
        out.push(format!(
            "only {} professional lines say when they arrived: visits are taken to be known {} days late (models.claims_lag_days)",
            known.lines, night.plan.models.claims_lag_days
        ));
    }
    let beyond = night.list.beyond();
    if beyond > 0 {
        out.push(format!("the list is longer by {beyond} than the staff can call in a day: contacts and visits are not cut, and risk keeps its reserve"));
    }
    if night.list.possible_duplicates > 0 {
        out.push(format!(
            "possible_duplicate: {} ids share name, birth date and sex with another, and neither phone, address nor ZIP",
            night.list.possible_duplicates
        ));
    }
}

/// People asked for by hand: who cannot be listed, and who asks for many.
fn warn_of_requests(night: &Night<'_>, out: &mut Vec<String>) {
    for ((author, code), people) in &night.list.by_hand.not_possible {
        out.push(format!("override not possible: {people} of {author} ({code})"));
    }
    for (discipline, author, people, all) in &night.list.by_hand.many {
        let discipline = if discipline.is_empty() { "nobody's" } else { discipline };
        out.push(format!(
            "override: {author} asked for {people} of the {all} people in the band of risk of {discipline} list"
        ));
    }
}

fn warn_of_churn(night: &Night<'_>, stability: &Stability, out: &mut Vec<String>) {
    let share = stability.churn_per_mille as f64 / 1000.0;
    if share > night.plan.list.churn_alarm && stability.left_by_rank >= CHURN_FLOOR {
        out.push(format!(
            "{} people without a clock left the list for their rank alone, {:.0} % of the previous night's (list.churn_alarm)",
            stability.left_by_rank,
            share * 100.0
        ));
    }
}

fn warn_of_staff(night: &Night<'_>, out: &mut Vec<String>) {
    if !night.cases.stranded.is_empty() {
        out.push(format!(
            "{} open cases belong to members who died, left or are another id's double: close them (stranded_cases.csv)",
            night.cases.stranded.len()
        ));
    }
    let managers = &night.inputs.extracts.managers;
    if managers.is_empty() {
        out.push("no care_manager extract: the list is cut at 100 people and nobody is assigned".to_owned());
        return;
    }
    let gone = night.cases.problem.warnings().current_manager_not_in_roster;
    if gone > 0 {
        out.push(format!("{gone} open cases name a care manager who is not in the roster: back to the pool"));
    }
    if night.cases.pins_lifted > 0 {
        out.push(format!(
            "{} pins could not hold (rules, capacity, or a manager who left): the member keeps the manager as a preference",
            night.cases.pins_lifted
        ));
    }
}

/// Diagnosis columns of another coding system: their codes count for nothing.
fn warn_of_code_systems(night: &Night<'_>, out: &mut Vec<String>) {
    for (name, report) in &night.inputs.extracts.reports {
        for (column, share) in report.wrong_code_systems() {
            out.push(format!(
                "{name}: {:.0} % of {column} are not shaped like ICD codes and count for nothing (SNOMED, Read or free text?)",
                share * 100.0
            ));
        }
    }
}

/// The small tables that people keep, and logs that run ahead of the night.
fn warn_of_hand_kept_tables(night: &Night<'_>, out: &mut Vec<String>) {
    let ex = night.inputs.extracts;
    let as_of = night.plan.as_of;
    let expired = ex.rows::<Override>().all().filter(|(_, o)| o.expires < as_of).count();
    if expired > 0 {
        out.push(format!("override: {expired} rows have expired and do nothing"));
    }
    let odd = ex
        .rows::<Override>()
        .all()
        .filter(|(_, o)| o.action == OverrideAction::Tier && !matches!(o.value.trim(), "1" | "2" | "3" | "4"))
        .count();
    if odd > 0 {
        out.push(format!("override: {odd} rows set a tier that is none of 1, 2, 3, 4 and do nothing"));
    }
    for name in ["override", "care_manager", "caseload"] {
        let rejected = ex.reports.get(name).map_or(0, |r| r.tally.rows_quarantined());
        if rejected > 0 {
            out.push(format!("{name}: {rejected} rows were rejected; quarantine.csv names row and column"));
        }
    }
    let ahead = ex.reports.get("outreach_log").and_then(|r| r.tally.dropped.get("after_as_of")).copied().unwrap_or(0);
    if ahead > 0 {
        out.push(format!("outreach_log: {ahead} rows lie after the night's date and were not used"));
    }
}

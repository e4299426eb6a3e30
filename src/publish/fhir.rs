//! The list as FHIR R4 (4.0.1) NDJSON: RiskAssessment, Task and Group, one resource a line. Owns their shape and
//! stable ids; refuses names, addresses and any reason that the list itself masks.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::error::PublishError;
use crate::config::Role;
use crate::domain::Probability;
use crate::models::{ModelId, Score, ScoreId};
use crate::outreach::{Candidate, Inputs, Listed, OutreachList};
use crate::reference::sha256_hex;

/// System of member identifiers: the organisation's own ids (or tonight's pseudonyms).
const MEMBERS: &str = "urn:lamplight:member_id";
/// System of care manager identifiers.
const MANAGERS: &str = "urn:lamplight:care_manager_id";
/// System of the codes of scores and actions.
const CODES: &str = "urn:lamplight:code";

/// A resource id from whom and what the resource is about, never from the night: a receiver updates what it holds of
/// the same matter, and takes a new matter for a new resource. 32 hex digits.
fn resource_id(parts: &[&str]) -> String {
    sha256_hex(parts.join("\u{1f}").as_bytes()).chars().take(32).collect()
}

/// A logical reference: the identifier stands for a resource that the receiving system holds.
fn logical_reference(kind: &str, system: &str, value: &str) -> Value {
    json!({ "type": kind, "identifier": { "system": system, "value": value } })
}

fn coded_concept(code: &str, words: &str) -> Value {
    json!({ "coding": [{ "system": CODES, "code": code }], "text": words })
}

fn outcome_words(score: &Score) -> String {
    format!("{} within {} days", score.id.words(), score.horizon_days)
}

/// Whose list it is, and on which night.
struct Evening<'a> {
    inputs: &'a Inputs<'a>,
    night: String,
    sensitive: bool,
}

impl Evening<'_> {
    fn member(&self, index: u32) -> &str {
        self.inputs.extracts.population.member(index).id()
    }

    fn reasons(&self, row: &Listed) -> Vec<String> {
        row.candidate.reasons.iter().map(|r| r.shown(self.sensitive).to_owned()).collect()
    }

    /// The horizon is the score's own and not the days left: what is left of thirty days after a discharge falls every night.
    fn assessment_id(&self, score: &Score) -> String {
        let stay = score.stay_id.as_deref().unwrap_or("");
        let horizon = score.id.horizon_days().to_string();
        resource_id(&["RiskAssessment", self.member(score.member), score.id.name(), &horizon, stay])
    }

    /// The matter of a task is the stay, event or authorization that started a clock and what is asked for; without a
    /// clock it is the stream.
    fn task_id(&self, c: &Candidate) -> String {
        let (step, event) = c.clock.as_ref().map_or(("", ""), |k| (k.step.as_str(), &*k.id));
        resource_id(&["Task", self.member(c.member), c.stream.as_str(), step, event])
    }

    /// One probability of one person: `status` and `subject` are all R4 demands; the rest says what it rests on.
    fn assessment(&self, row: &Listed, score: &Score, probability: Probability) -> Value {
        let until = self.inputs.plan.as_of.plus(score.horizon_days);
        let model = score.model.map_or("", ModelId::name);
        json!({
            "resourceType": "RiskAssessment",
            "id": self.assessment_id(score),
            "status": "final",
            "subject": logical_reference("Patient", MEMBERS, self.member(score.member)),
            "occurrenceDateTime": self.night,
            "method": coded_concept(model, &format!("{model}, {}", score.basis.name())),
            "prediction": [{
                "outcome": coded_concept(score.id.name(), &outcome_words(score)),
                "probabilityDecimal": probability,
                "whenPeriod": { "start": self.night, "end": until.to_string() },
                "rationale": self.reasons(row).join("; "),
            }],
        })
    }

    /// Tonight's first action: a proposal, since a person decides.
    fn task(&self, row: &Listed, manager: Option<&str>, assessment: Option<&str>) -> Value {
        let c = &row.candidate;
        let mut out = json!({
            "resourceType": "Task",
            "id": self.task_id(c),
            "status": "requested",
            "intent": "proposal",
            "priority": if c.is_urgent() { "urgent" } else { "routine" },
            "code": coded_concept("outreach", "care management outreach"),
            "description": row.action.shown_text(self.sensitive),
            "for": logical_reference("Patient", MEMBERS, self.member(c.member)),
            "authoredOn": self.night,
            "performerType": [coded_concept(row.action.shown_discipline(self.sensitive), row.action.shown_discipline(self.sensitive))],
        });
        if let Some(due) = c.clock.as_ref().and_then(|k| k.due) {
            out["restriction"] = json!({ "period": { "end": due.to_string() } });
        }
        if let Some(manager) = manager {
            out["owner"] = logical_reference("Practitioner", MANAGERS, manager);
        }
        if let Some(first) = self.reasons(row).first() {
            out["reasonCode"] = json!({ "text": first });
        }
        if let Some(id) = assessment {
            out["reasonReference"] = json!({ "reference": format!("RiskAssessment/{id}") });
        }
        out
    }

    /// An actual group of persons: tonight's list, or the part of it that one manager calls.
    fn group(&self, manager: Option<&str>, members: &[&str]) -> Value {
        let mut out = json!({
            "resourceType": "Group",
            "id": resource_id(&["Group", manager.unwrap_or("")]),
            "type": "person",
            "actual": true,
            "code": coded_concept("outreach_list", "people to contact"),
            "name": manager.map_or_else(|| format!("Outreach list {}", self.night), |m| format!("Outreach list {} of {m}", self.night)),
            "quantity": members.len(),
            "member": members.iter().map(|m| json!({ "entity": logical_reference("Patient", MEMBERS, m) })).collect::<Vec<_>>(),
        });
        if let Some(manager) = manager {
            out["managingEntity"] = logical_reference("Practitioner", MANAGERS, manager);
        }
        // R4 allows no empty array.
        if members.is_empty()
            && let Some(fields) = out.as_object_mut()
        {
            fields.remove("member");
        }
        out
    }
}

fn as_ndjson(resources: &[Value]) -> Result<Vec<u8>, PublishError> {
    let mut out = Vec::new();
    for r in resources {
        serde_json::to_writer(&mut out, r)
            .map_err(|e| PublishError::Encode { what: "fhir".to_owned(), why: e.to_string() })?;
        out.push(b'\n');
    }
    Ok(out)
}

/// The files of `fhir/`, for the people on tonight's list: every score they have, one task each, and the groups.
///
/// # Errors
/// When a resource cannot be encoded: our own fault.
pub fn fhir_files(
    inputs: &Inputs<'_>,
    list: &OutreachList,
    assigned: &FxHashMap<u32, Box<str>>,
) -> Result<Vec<(&'static str, Vec<u8>)>, PublishError> {
    let evening = Evening {
        inputs,
        night: inputs.plan.as_of.to_string(),
        sensitive: inputs.plan.output.unmasked(Role::Integration),
    };
    let (mut assessments, mut tasks) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    let mut by_manager: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &list.listed {
        let member = row.candidate.member;
        let own: Vec<(&Score, Probability)> =
            inputs.scores.of_member(member).iter().filter_map(|s| Some((s, s.probability?))).collect();
        assessments.extend(own.iter().map(|(s, p)| evening.assessment(row, s, *p)));
        let leading = own.iter().find(|(s, _)| s.id == ScoreId::RISK);
        let id = leading.map(|(s, _)| evening.assessment_id(s));
        let manager = assigned.get(&member).map(|m| &**m).or_else(|| Some(&*row.caller).filter(|m| !m.is_empty()));
        tasks.push(evening.task(row, manager, id.as_deref()));
        all.push(evening.member(member));
        if let Some(manager) = manager {
            by_manager.entry(manager).or_default().push(evening.member(member));
        }
    }
    let mut groups = vec![evening.group(None, &all)];
    groups.extend(by_manager.iter().map(|(manager, members)| evening.group(Some(manager), members)));
    Ok(vec![
        ("fhir/RiskAssessment.ndjson", as_ndjson(&assessments)?),
        ("fhir/Task.ndjson", as_ndjson(&tasks)?),
        ("fhir/Group.ndjson", as_ndjson(&groups)?),
    ])
}

//! `measures/stays`: every stay with what the measures say of it. Owns its columns; refuses to judge a stay.

use crate::extracts::Facility;
use crate::measures::{PQI, PqiVerdict, PrimaryCareVisit, StayMeasures};
use crate::publish::cell::{TextCell, filled, joined};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, text};
use crate::publish::table_data::Unit;
use crate::reference::Sensitive;
use crate::timeline::{Codes, Stay};

/// One stay.
pub struct StaysRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The stay.
    pub stay: &'a Stay<'a>,
    /// What the measures say of it.
    pub facts: &'a StayMeasures,
    /// PQI verdict; none for a stay with ICD-9 codes only.
    pub verdict: Option<&'a PqiVerdict>,
    /// CCSR default category of the principal diagnosis.
    pub principal_ccsr: Option<&'static str>,
    /// Primary care after a live discharge.
    pub primary_care: Option<PrimaryCareVisit>,
    /// Stay that was the readmission.
    pub readmit_stay_id: Option<&'a str>,
    /// Words of codes.
    pub codes: &'a Codes<'a>,
    /// The last facility, when the extract knows it.
    pub facility: Option<&'a Facility>,
}

impl StaysRow<'_> {
    /// The principal diagnosis in words; none for a code that has no category.
    fn diagnosis(&self) -> Option<&'static str> {
        let words = self.codes.reference.ccsr_label(self.principal_ccsr?)?;
        let open = self.codes.dx(self.stay.principal).sensitive == Sensitive::No;
        Some(if open { words } else { "sensitive condition, see record" })
    }

    /// Single measures counted.
    fn counted(&self) -> Option<String> {
        let verdict = self.verdict?;
        let names: Vec<&str> = (0..PQI.len()).filter(|b| verdict.counted >> b & 1 == 1).map(|b| PQI[b]).collect();
        Some(names.join("|"))
    }
}

/// Rows of `measures/stays`.
pub enum Stays {}

impl RowFamily for Stays {
    type Row<'a> = StaysRow<'a>;
}

/// `measures/stays`.
pub static TABLE: Table<Stays> = Table {
    name: "measures/stays",
    grain: "stay",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("stay_id", "depends on the member and the source ids only", |r| TextCell::from(&r.stay.id)),
        text("member_id", "member", |r| r.member_id.into()),
        date("admit_date", "first admission", |r| r.stay.admit.into()),
        date("discharge_date", "last discharge; empty while open", |r| r.stay.discharge.into()),
        integer("length_of_stay", Unit::Days, "days; empty while open", |r| r.stay.length_of_stay().into()),
        text("facility_npi", "last facility", |r| filled(r.codes.words.text(r.stay.facility))),
        text("admit_source_code", "first row", |r| r.stay.admit_source.into()),
        text("admit_type_code", "first row", |r| r.stay.admit_type.into()),
        text("discharge_disposition_code", "last row", |r| r.stay.disposition.into()),
        text("principal_diagnosis_code", "first row", |r| filled(r.codes.icd.text(r.stay.principal))),
        text("final_principal_diagnosis", "last row", |r| filled(r.codes.icd.text(r.stay.final_principal))),
        text("drg_code", "first row", |r| r.stay.drg.into()),
        text("stay_type", "acute or post_acute", |r| (if r.stay.post_acute { "post_acute" } else { "acute" }).into()),
        integer("age_at_admit", Unit::Years, "completed years", |r| r.facts.age_at_admit.into()),
        text("source", "claim, admission, both", |r| r.stay.source.name().into()),
        text("claim_ids", "sorted, joined by |", |r| joined(&r.stay.claim_ids)),
        text("admission_ids", "sorted, joined by |", |r| joined(&r.stay.admission_ids)),
        text("code_basis", "icd10, mixed, icd9; empty without a code", |r| r.stay.code_basis.map(|b| b.name()).into()),
        flag("is_planned", "empty for ICD-9 only", |r| r.facts.planned.into()),
        text("planned_rule", "PR1, PR2, PR3", |r| r.facts.planned_rule.into()),
        flag("is_index", "index discharge", |r| r.facts.is_index().into()),
        text("index_exclusion", "first that holds", |r| r.facts.exclusion.map(|e| e.name()).into()),
        flag("readmit30", "empty when it cannot be known", |r| r.facts.readmit30.into()),
        text("readmit30_stay_id", "with a true label", |r| r.readmit_stay_id.into()),
        integer("days_to_readmission", Unit::Days, "with a true label", |r| r.facts.days_to_readmission.into()),
        flag("died", "in the stay", |r| r.facts.died.into()),
        text("pqi", "measures counted, joined by |; empty text when none, null for ICD-9 only", |r| r.counted().into()),
        text("pqi_exclusion", "measure:reason joined by |", |r| {
            r.verdict.map(|v| v.exclusions.as_str()).filter(|e| !e.is_empty()).into()
        }),
        text("principal_ccsr", "CCSR default category of the principal; empty when not valid as one", |r| {
            r.principal_ccsr.into()
        }),
        integer("days_to_pcp_visit", Unit::Days, "after a live discharge, 1..30", |r| {
            r.primary_care.and_then(|p| p.days).into()
        }),
        flag("pcp_visit_7d", "primary-care visit within 7 days; empty until it can be known", |r| {
            r.primary_care.and_then(|p| p.within(7)).into()
        }),
        flag("pcp_visit_14d", "within 14 days", |r| r.primary_care.and_then(|p| p.within(14)).into()),
        flag("pcp_visit_30d", "within 30 days", |r| r.primary_care.and_then(|p| p.within(30)).into()),
        text(
            "principal_diagnosis",
            "CCSR category of the principal in words; sensitive ones masked; empty without one",
            |r| r.diagnosis().into(),
        ),
        text("facility_name", "name of the last facility; empty without a facility extract", |r| {
            r.facility.and_then(|f| f.name.as_deref()).into()
        }),
    ],
};

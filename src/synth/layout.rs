//! The column lists of every extract written, in the order of the contract. Refuses to know values.

use super::table::{Columns, Kind};
use Kind::{Day, Int, Money, Real, Text};

/// Diagnosis and procedure positions written on claims (the contract allows 25).
pub const DIAGNOSES: usize = 12;
pub const PROCEDURES: usize = 6;
/// Diagnosis positions written on ADT rows.
pub const ADT_DIAGNOSES: usize = 3;

fn column_list(columns: &[(&str, Kind)]) -> Columns {
    columns.iter().map(|&(name, kind)| (name.to_owned(), kind)).collect()
}

/// One row per span of cover.
#[must_use]
pub fn eligibility() -> Columns {
    column_list(&[
        ("member_id", Text),
        ("birth_date", Day),
        ("gender", Text),
        ("enrollment_start_date", Day),
        ("enrollment_end_date", Day),
        ("death_date", Day),
        ("payer", Text),
        ("plan", Text),
        ("payer_type", Text),
        ("dual_status_code", Text),
        ("original_reason_entitlement_code", Text),
        ("medicare_status_code", Text),
        ("long_term_institutional_flag", Int),
        ("hospice_flag", Int),
        ("race", Text),
        ("ethnicity", Text),
        ("language", Text),
        ("state", Text),
        ("county_fips", Text),
        ("zip_code", Text),
        ("latitude", Real),
        ("longitude", Real),
        ("phone", Text),
        ("first_name", Text),
        ("last_name", Text),
        ("address", Text),
        ("guardian_name", Text),
        ("guardian_phone", Text),
        ("interpreter_required", Int),
        ("homebound_flag", Int),
        ("pcp_npi", Text),
        ("practice_id", Text),
        ("contact_consent", Text),
    ])
}

/// One row per claim line.
#[must_use]
pub fn medical_claim() -> Columns {
    let mut out = column_list(&[
        ("claim_id", Text),
        ("claim_line_number", Int),
        ("claim_type", Text),
        ("member_id", Text),
        ("claim_start_date", Day),
        ("claim_end_date", Day),
        ("admission_date", Day),
        ("discharge_date", Day),
        ("admit_source_code", Text),
        ("admit_type_code", Text),
        ("discharge_disposition_code", Text),
        ("place_of_service_code", Text),
        ("bill_type_code", Text),
        ("drg_code", Text),
        ("revenue_center_code", Text),
        ("hcpcs_code", Text),
        ("rendering_npi", Text),
        ("rendering_specialty", Text),
        ("billing_npi", Text),
        ("facility_npi", Text),
        ("paid_date", Day),
        ("received_date", Day),
        ("paid_amount", Money),
        ("allowed_amount", Money),
        ("claim_version", Int),
        ("reversal_of_claim_id", Text),
        ("diagnosis_code_type", Text),
    ]);
    out.extend((1..=DIAGNOSES).map(|i| (format!("diagnosis_code_{i}"), Text)));
    out.extend((1..=DIAGNOSES).map(|i| (format!("diagnosis_poa_{i}"), Text)));
    out.push(("procedure_code_type".to_owned(), Text));
    out.extend((1..=PROCEDURES).map(|i| (format!("procedure_code_{i}"), Text)));
    out.extend((1..=PROCEDURES).map(|i| (format!("procedure_date_{i}"), Day)));
    out.push(("claim_status".to_owned(), Text));
    out
}

/// One row per fill.
#[must_use]
pub fn pharmacy_claim() -> Columns {
    column_list(&[
        ("claim_id", Text),
        ("claim_line_number", Int),
        ("member_id", Text),
        ("dispensing_date", Day),
        ("ndc_code", Text),
        ("ingredient_name", Text),
        ("days_supply", Int),
        ("quantity", Int),
        ("refills", Int),
        ("prescribing_provider_npi", Text),
        ("paid_date", Day),
        ("received_date", Day),
        ("paid_amount", Money),
        ("reversal_of_claim_id", Text),
    ])
}

/// One row per ADT stay, observation or ED visit, arriving on its first day.
#[must_use]
pub fn admission() -> Columns {
    let mut out = column_list(&[
        ("admission_id", Text),
        ("member_id", Text),
        ("admission_date", Day),
        ("discharge_date", Day),
        ("patient_class", Text),
        ("facility_npi", Text),
        ("admit_source_code", Text),
        ("admit_type_code", Text),
        ("discharge_disposition_code", Text),
    ]);
    out.extend((1..=ADT_DIAGNOSES).map(|i| (format!("diagnosis_code_{i}"), Text)));
    out.push(("received_date".to_owned(), Day));
    out.push(("visit_status".to_owned(), Text));
    out
}

/// The remaining extracts by name; `None` for a name that is not one.
#[must_use]
pub fn small_extract(name: &str) -> Option<Columns> {
    told_by_members(name).or_else(|| of_care(name)).or_else(|| of_team(name)).or_else(|| truth(name))
}

/// What members answer, consent to and are measured by.
fn told_by_members(name: &str) -> Option<Columns> {
    Some(match name {
        "sdoh_screening" => column_list(&[
            ("member_id", Text),
            ("screening_date", Day),
            ("domain", Text),
            ("need", Text),
            ("instrument", Text),
            ("question_code", Text),
            ("received_date", Day),
        ]),
        "consent" => {
            column_list(&[("member_id", Text), ("program", Text), ("consent_status", Text), ("consent_date", Day)])
        }
        "lab_result" => {
            column_list(&[("member_id", Text), ("result_date", Day), ("loinc", Text), ("value", Real), ("unit", Text)])
        }
        "assessment" => {
            column_list(&[("member_id", Text), ("assessment_date", Day), ("instrument", Text), ("score", Real)])
        }
        "survey" => column_list(&[("member_id", Text), ("survey_date", Day), ("instrument", Text), ("score", Real)]),
        "feature_table" => column_list(&[
            ("member_id", Text),
            ("observed_date", Day),
            ("lives_alone", Int),
            ("portal_active", Int),
            ("missed_visits_12m", Int),
            ("home_oxygen", Int),
        ]),
        _ => return None,
    })
}

/// What care is booked, asked for, known and decided.
fn of_care(name: &str) -> Option<Columns> {
    Some(match name {
        "appointment" => column_list(&[
            ("member_id", Text),
            ("appointment_date", Day),
            ("kind", Text),
            ("appointment_status", Text),
            ("provider_npi", Text),
            ("received_date", Day),
        ]),
        "problem_list" => column_list(&[
            ("member_id", Text),
            ("code", Text),
            ("code_type", Text),
            ("onset_date", Day),
            ("resolved_date", Day),
            ("problem_status", Text),
            ("received_date", Day),
        ]),
        "member_crosswalk" => column_list(&[("from_id", Text), ("to_id", Text)]),
        "authorization" => column_list(&[
            ("authorization_id", Text),
            ("member_id", Text),
            ("service", Text),
            ("status", Text),
            ("request_date", Day),
            ("urgent", Int),
            ("decided_date", Day),
            ("approved_units", Int),
            ("used_units", Int),
            ("expiration_date", Day),
        ]),
        "referral" => column_list(&[
            ("referral_id", Text),
            ("member_id", Text),
            ("domain", Text),
            ("created_date", Day),
            ("status", Text),
            ("closed_date", Day),
        ]),
        "override" => column_list(&[
            ("member_id", Text),
            ("action", Text),
            ("value", Text),
            ("reason", Text),
            ("author", Text),
            ("expires", Day),
        ]),
        _ => return None,
    })
}

/// The file of what no extract shows.
pub const TRUTH: &str = "truth";

/// Planted probabilities: `avoid_hosp` 90 days, one row per adult scored tonight (no ids of a stay);
/// `readmit30`, one row per live acute discharge of the history, `day` its discharge, with the first
/// ADT and claim id of the stay (an ADT id may name a message that was never sent). The two latent
/// columns are what no extract shows.
fn truth(name: &str) -> Option<Columns> {
    (name == TRUTH).then(|| {
        column_list(&[
            ("member_id", Text),
            ("score_id", Text),
            ("horizon_days", Int),
            ("day", Day),
            ("admission_id", Text),
            ("claim_id", Text),
            ("probability", Real),
            ("latent_frailty", Real),
            ("latent_nonadherence", Real),
        ])
    })
}

fn of_team(name: &str) -> Option<Columns> {
    Some(match name {
        "care_task" => column_list(&[
            ("task_id", Text),
            ("member_id", Text),
            ("kind", Text),
            ("due_date", Day),
            ("done_date", Day),
            ("done_by", Text),
            ("problem", Text),
            ("goal_text", Text),
            ("baseline", Text),
            ("target", Text),
            ("goal_status", Text),
        ]),
        "provider" => {
            column_list(&[("npi", Text), ("name", Text), ("phone", Text), ("specialty", Text), ("practice_id", Text)])
        }
        "facility" => column_list(&[("npi", Text), ("name", Text), ("phone", Text)]),
        "area_index" => column_list(&[("geo_level", Text), ("geo_code", Text), ("index_name", Text), ("value", Real)]),
        "care_manager" => column_list(&[
            ("care_manager_id", Text),
            ("discipline", Text),
            ("languages", Text),
            ("licensed_states", Text),
            ("focus", Text),
            ("status", Text),
            ("fte", Real),
            ("max_cases", Int),
            ("max_points", Int),
            ("base_cases", Int),
            ("base_points", Int),
            ("home_visits", Int),
            ("max_travel_km", Int),
            ("state", Text),
            ("zip3", Text),
            ("lat", Real),
            ("lon", Real),
            ("name", Text),
            ("new_contacts_per_day", Real),
            ("hours_per_week", Real),
            ("new_cases_per_week", Int),
            ("away_from", Day),
            ("back_on", Day),
            ("cover_for", Text),
        ]),
        "caseload" => column_list(&[
            ("member_id", Text),
            ("care_manager_id", Text),
            ("since_date", Day),
            ("pinned", Int),
            ("acuity_points", Int),
            ("end_date", Day),
            ("end_reason", Text),
        ]),
        "outreach_log" => column_list(&[
            ("member_id", Text),
            ("contact_date", Day),
            ("outcome", Text),
            ("channel", Text),
            ("contact_value", Text),
            ("care_manager_id", Text),
            ("program", Text),
            ("opt_out", Int),
            ("cooldown_until", Day),
        ]),
        "ndc_ingredient" => column_list(&[("ndc_code", Text), ("ingredient_name", Text)]),
        _ => return None,
    })
}

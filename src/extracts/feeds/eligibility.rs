//! The extract `eligibility`: enrolment spans with what is known of a person. Owns its contract; its rows become members in
//! [`crate::extracts::Population`].

use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Date, Fixed, Flag, LowerWord, Name, Npi, Number, Phone, Text, Word};
use crate::extracts::contract::{col, member_id, req, unknown_allowed, word};

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "eligibility",
    grain: "enrolment span",
    cost_when_missing: "nothing can run",
    columns: &[
        member_id(),
        req("birth_date", Date),
        unknown_allowed("gender"),
        req("enrollment_start_date", Date),
        req("enrollment_end_date", Date),
        col("death_date", Date),
        col("payer", Word),
        col("plan", Word),
        word("payer_type", &["medicare", "medicaid", "commercial", "other"]),
        col("dual_status_code", Fixed(2)),
        col("original_reason_entitlement_code", Fixed(1)),
        col("medicare_status_code", Fixed(2)),
        col("long_term_institutional_flag", Flag),
        col("hospice_flag", Flag),
        col("race", LowerWord),
        col("ethnicity", LowerWord),
        col("language", LowerWord),
        col("state", Word),
        col("county_fips", Fixed(5)),
        col("zip_code", Word),
        col("latitude", Number),
        col("longitude", Number),
        col("phone", Phone),
        col("first_name", Name),
        col("last_name", Name),
        col("address", Text),
        col("guardian_name", Name),
        col("guardian_phone", Phone),
        col("interpreter_required", Flag),
        col("homebound_flag", Flag),
        col("pcp_npi", Npi),
        col("practice_id", Word),
        col("contact_consent", Flag),
    ],
};

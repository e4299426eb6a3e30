//! The extract `medical_claim`: claim lines. Owns its contract; its rows become events.

use crate::domain::ClaimStatus;
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Bill, Date, Fixed, Icd, Id, Integer, LowerWord, Money, Text, Word};
use crate::extracts::contract::{col, expected, many, member_id, req, word};

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "medical_claim",
    grain: "claim line",
    cost_when_missing: "no comorbidity, ED visits or claims-based stays: stays come from admissions alone",
    columns: &[
        req("claim_id", Id),
        req("claim_line_number", Integer),
        expected("claim_type", &["institutional", "professional", "dental", "vision", "pharmacy", "undetermined"]),
        member_id(),
        req("claim_start_date", Date),
        req("claim_end_date", Date),
        col("admission_date", Date),
        col("discharge_date", Date),
        col("admit_source_code", Fixed(1)),
        col("admit_type_code", Fixed(1)),
        col("discharge_disposition_code", Fixed(2)),
        col("place_of_service_code", Fixed(2)),
        col("bill_type_code", Bill),
        col("drg_code", Fixed(3)),
        col("revenue_center_code", Fixed(4)),
        col("hcpcs_code", Word),
        col("rendering_npi", Word),
        col("rendering_specialty", Word),
        col("billing_npi", Word),
        col("facility_npi", Word),
        col("paid_date", Date),
        col("received_date", Date),
        col("paid_amount", Money),
        col("allowed_amount", Money),
        col("claim_version", Integer),
        col("reversal_of_claim_id", Text),
        col("diagnosis_code_type", LowerWord),
        many("diagnosis_code", Icd),
        many("diagnosis_poa", Fixed(1)),
        col("procedure_code_type", LowerWord),
        many("procedure_code", Icd),
        many("procedure_date", Date),
        word("claim_status", ClaimStatus::WORDS),
    ],
};

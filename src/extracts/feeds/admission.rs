//! The extract `admission`: visits as an ADT feed or a census tells them. Owns its contract; its rows become events.

use crate::domain::VisitStatus;
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Date, Fixed, Icd, Id, Word};
use crate::extracts::contract::{col, many, member_id, req, req_word, word};

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "admission",
    grain: "ADT event or stay",
    cost_when_missing: "discharges are known only when their claim arrives: transition clocks run late",
    columns: &[
        req("admission_id", Id),
        member_id(),
        req("admission_date", Date),
        col("discharge_date", Date),
        req_word("patient_class", &["inpatient", "observation", "emergency"]),
        col("facility_npi", Word),
        col("admit_source_code", Fixed(1)),
        col("admit_type_code", Fixed(1)),
        col("discharge_disposition_code", Fixed(2)),
        many("diagnosis_code", Icd),
        col("received_date", Date),
        word("visit_status", VisitStatus::WORDS),
    ],
};

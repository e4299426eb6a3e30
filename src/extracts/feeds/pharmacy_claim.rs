//! The extract `pharmacy_claim`: fills. Owns its contract; its rows become events.

use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Date, Id, Integer, LowerWord, Money, Number, Text, Word};
use crate::extracts::contract::{col, member_id, req};

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "pharmacy_claim",
    grain: "fill",
    cost_when_missing: "no adherence, late fills or polypharmacy",
    columns: &[
        req("claim_id", Id),
        req("claim_line_number", Integer),
        member_id(),
        req("dispensing_date", Date),
        col("ndc_code", Word),
        col("ingredient_name", LowerWord),
        col("days_supply", Integer),
        col("quantity", Number),
        col("refills", Integer),
        col("prescribing_provider_npi", Word),
        col("paid_date", Date),
        col("received_date", Date),
        col("paid_amount", Money),
        col("reversal_of_claim_id", Text),
    ],
};

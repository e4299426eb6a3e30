//! The extract `admission`: visits as an ADT feed or a census tells them. Owns its contract; its rows become events.

use crate::domain::{CodeId, VisitStatus};
use crate::extracts::batch::{Batch, Verdicts};
use crate::extracts::cells::bind_columns;
use crate::extracts::column::NO_DAY;
use crate::extracts::context::{Context, MemberColumn, first_day};
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Date, Fixed, Icd, Id, Npi};
use crate::extracts::contract::{col, many, member_id, req, req_word, word};
use crate::extracts::events::{AdmissionRow, Buckets, PatientClass, Scatter};
use crate::extracts::reason::Reason;
use crate::extracts::visit_states::VisitStates;

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
        col("facility_npi", Npi),
        col("admit_source_code", Fixed(1)),
        col("admit_type_code", Fixed(1)),
        col("discharge_disposition_code", Fixed(2)),
        many("diagnosis_code", Icd),
        col("received_date", Date),
        word("visit_status", VisitStatus::WORDS),
    ],
};

bind_columns! {
    /// The columns of an ADT row but its codes.
    AdmissionColumns of SPEC {
        admission_id, admission_date, discharge_date, patient_class, facility_npi, admit_source_code, admit_type_code,
        discharge_disposition_code, received_date, visit_status,
    }
}

/// Consumes a batch of ADT rows. An ADT row has no coding type: its admission date decides.
pub(in crate::extracts) fn read_admissions(
    context: &Context<'_>,
    (buckets, states): (&Buckets, &VisitStates),
    batch: &Batch,
    verdicts: &mut Verdicts,
) {
    let c = AdmissionColumns::bind(batch);
    let ids = MemberColumn::bind(batch, const { SPEC.index_of("member_id") });
    let (observation, emergency) = (context.pools.word.intern("observation"), context.pools.word.intern("emergency"));
    let dx = const { SPEC.index_of("diagnosis_code") };
    let cancelled = context.pools.word.intern(VisitStatus::Cancelled.as_str());
    let tells_states = batch.bound[const { SPEC.index_of("visit_status") }];
    let (mut scatter, mut codes) = (Scatter::new(buckets), Vec::new());
    for row in batch.good() {
        let Some(member) = context.member(ids, row, verdicts) else { continue };
        let (admit, discharge, received) =
            (c.admission_date.day(row), c.discharge_date.day(row), c.received_date.day(row));
        if discharge != NO_DAY && discharge < admit {
            verdicts.quarantine(row, const { SPEC.index_of("discharge_date") }, Reason::DischargeBeforeAdmit, "");
            continue;
        }
        if context.outside_life(member, admit, row, const { SPEC.index_of("admission_date") }, verdicts)
            || !context.arrived(admit, first_day([received, admit, admit]), verdicts)
        {
            continue;
        }
        let id = c.admission_id.text(row).unwrap_or("");
        if tells_states {
            let off = c.visit_status.word(row) == cancelled;
            states.note(member, id, received, off);
            if off {
                verdicts.drop_row("cancelled_visit");
                continue;
            }
        }
        let class = c.patient_class.word(row);
        let class = if class == observation {
            PatientClass::Observation
        } else if class == emergency {
            PatientClass::Emergency
        } else {
            PatientClass::Inpatient
        };
        positions(&mut codes, (0..25).map(|i| batch.columns[dx + i].code(row)));
        let event = AdmissionRow {
            admission_id: id,
            admit,
            discharge,
            class,
            facility: c.facility_npi.word(row),
            admit_source: c.admit_source_code.short(row),
            admit_type: c.admit_type_code.short(row),
            disposition: c.discharge_disposition_code.short(row),
            received,
            dx: &codes,
        };
        scatter.admission(member, &event);
    }
    scatter.finish();
}

/// Codes by position (index 0 is position 1; 0 is none), without the empty tail.
fn positions(codes: &mut Vec<CodeId>, found: impl Iterator<Item = CodeId>) {
    codes.clear();
    codes.extend(found);
    while codes.last().is_some_and(|c| c.is_none()) {
        codes.pop();
    }
}

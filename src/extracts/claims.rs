//! Rows of claims, fills and admissions made into events of known members. Owns the checks that need
//! two columns; refuses to join rows.

use rustc_hash::FxHashMap;

use super::batch::{Batch, Verdicts};
use super::cells::Cells;
use super::column::{Column, NO_DAY, NO_INTEGER, Pools};
use super::context::Context;
use super::contract::ExtractSpec;
use super::events::ICD10_START;
use super::events::{AdmissionRow, Basis, Buckets, ClaimKind, ClaimLine, Dx, Fill, PatientClass, Px, Scatter};
use super::reason::Reason;
use super::visit_states::VisitStates;
use crate::domain::{ClaimStatus, VisitStatus};

fn first_day(days: [i32; 3]) -> i32 {
    days.into_iter().find(|d| *d != NO_DAY).unwrap_or(NO_DAY)
}

/// Interned words compared by number while the tables still grow.
struct Known {
    institutional: u32,
    professional: u32,
    denied: u32,
}

/// Which coding system a type column names; asked once a distinct word and batch.
fn basis_of(pools: &Pools, word: u32, memo: &mut FxHashMap<u32, Basis>) -> Basis {
    if word == 0 {
        return Basis::Unstated;
    }
    *memo.entry(word).or_insert_with(|| {
        let text = pools.word.text_of(word);
        if text.contains("10") || text == "0" {
            Basis::Icd10
        } else if text.contains('9') {
            Basis::Icd9
        } else {
            Basis::Other
        }
    })
}

macro_rules! claim_columns {
    ($($name:ident),+ $(,)?) => {
        /// The columns of a claim line, found once a batch: a row then costs no look-up by name.
        struct ClaimColumns<'b> {
            $($name: &'b Column,)+
            /// Diagnosis positions that the file has, with code and flag.
            dx: Vec<(u8, &'b Column, &'b Column)>,
            /// Procedure positions that the file has, with code and day.
            px: Vec<(u8, &'b Column, &'b Column)>,
        }
        impl<'b> ClaimColumns<'b> {
            fn new(cells: &Cells<'b>) -> Self {
                let numbered = |code: &str, beside: &str| {
                    let (code, beside) = (cells.index(code), cells.index(beside));
                    (0..25_u8)
                        .map(|i| (i + 1, cells.at(code + usize::from(i)), cells.at(beside + usize::from(i))))
                        .filter(|(_, c, _)| !matches!(c, Column::Absent))
                        .collect()
                };
                Self {
                    $($name: cells.column(stringify!($name)),)+
                    dx: numbered("diagnosis_code", "diagnosis_poa"),
                    px: numbered("procedure_code", "procedure_date"),
                }
            }
            /// The codes of a row, into buffers that rows share.
            fn codes(&self, row: usize, dx: &mut Vec<Dx>, px: &mut Vec<Px>) {
                dx.clear();
                px.clear();
                for (position, code, flag) in &self.dx {
                    let code = code.word(row);
                    if code != 0 {
                        let poa = u8::try_from(flag.short(row).0).unwrap_or(0) & 0x7F;
                        dx.push(Dx { position: *position, code, poa });
                    }
                }
                for (position, code, day) in &self.px {
                    let code = code.word(row);
                    if code != 0 {
                        px.push(Px { position: *position, code, day: day.day(row) });
                    }
                }
            }
        }
    };
}

claim_columns! {
    member_id, claim_id, claim_line_number, claim_type, claim_start_date, claim_end_date, admission_date, discharge_date,
    admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code, bill_type_code, drg_code,
    revenue_center_code, hcpcs_code, rendering_npi, rendering_specialty, facility_npi, paid_date, received_date,
    paid_amount, claim_version, reversal_of_claim_id, diagnosis_code_type, procedure_code_type, claim_status,
}

/// Consumes a batch of claim lines.
pub(super) fn claim_lines(
    spec: &'static ExtractSpec,
    context: &Context<'_>,
    buckets: &Buckets,
    batch: &Batch,
    verdicts: &mut Verdicts,
) {
    let cells = Cells::new(spec, batch);
    let columns = ClaimColumns::new(&cells);
    let known = Known {
        institutional: context.pools.word.intern("institutional"),
        professional: context.pools.word.intern("professional"),
        denied: context.pools.word.intern(ClaimStatus::Denied.as_str()),
    };
    let mut memo = FxHashMap::default();
    let mut scatter = Scatter::new(buckets);
    let (mut dx, mut px) = (Vec::new(), Vec::new());
    let start_column = cells.index("claim_start_date");
    let mut last = None;
    for row in batch.good() {
        let at = (columns.member_id, row);
        let Some(member) = context.member_like_last(&cells, at, &mut last, verdicts) else { continue };
        let mut line = claim_line(&columns, context.pools, &known, &mut memo, batch, row);
        if let Some((column, reason)) = reversed_dates(&line) {
            verdicts.quarantine(row, cells.index(column), reason, "");
            continue;
        }
        if context.outside_life(member, line.start, row, start_column, verdicts) {
            continue;
        }
        if !context.arrived(line.start, first_day([line.received, line.paid, line.start]), verdicts) {
            continue;
        }
        if line.paid_cents != NO_INTEGER && line.paid_cents < 0 && line.reversal_of.is_empty() {
            verdicts.note(Reason::NegativePaid);
        }
        if line.admit != NO_DAY && line.discharge != NO_DAY && line.discharge - line.admit > 365 {
            verdicts.note(Reason::LongStay);
        }
        columns.codes(row, &mut dx, &mut px);
        if columns.claim_status.word(row) == known.denied {
            verdicts.note(Reason::DeniedLine);
            line.paid_cents = NO_INTEGER;
            dx.clear();
        }
        scatter.claim(member, &line, &dx, &px);
    }
    scatter.finish();
}

fn reversed_dates(line: &ClaimLine<'_>) -> Option<(&'static str, Reason)> {
    if line.admit != NO_DAY && line.discharge != NO_DAY && line.discharge < line.admit {
        return Some(("discharge_date", Reason::DischargeBeforeAdmit));
    }
    (line.end < line.start).then_some(("claim_end_date", Reason::ReversedSpan))
}

/// Everything of a line but its codes.
fn claim_line<'b>(
    k: &ClaimColumns<'b>,
    pools: &Pools,
    known: &Known,
    memo: &mut FxHashMap<u32, Basis>,
    batch: &Batch,
    row: usize,
) -> ClaimLine<'b> {
    let word = k.claim_type.word(row);
    let kind = if word == known.institutional {
        ClaimKind::Institutional
    } else if word == known.professional {
        ClaimKind::Professional
    } else {
        ClaimKind::Other
    };
    let integer = |column: &Column| Some(column.integer(row)).filter(|v| *v != NO_INTEGER);
    let mut line = ClaimLine {
        claim_id: k.claim_id.text(row).unwrap_or(""),
        line: integer(k.claim_line_number).unwrap_or(0),
        version: integer(k.claim_version).unwrap_or(0),
        kind,
        start: k.claim_start_date.day(row),
        end: k.claim_end_date.day(row),
        admit: k.admission_date.day(row),
        discharge: k.discharge_date.day(row),
        paid: k.paid_date.day(row),
        received: k.received_date.day(row),
        admit_source: k.admit_source_code.short(row),
        admit_type: k.admit_type_code.short(row),
        disposition: k.discharge_disposition_code.short(row),
        place: k.place_of_service_code.short(row),
        bill: k.bill_type_code.short(row),
        drg: k.drg_code.short(row),
        revenue: k.revenue_center_code.short(row),
        hcpcs: k.hcpcs_code.word(row),
        rendering: k.rendering_npi.word(row),
        specialty: k.rendering_specialty.word(row),
        facility: k.facility_npi.word(row),
        paid_cents: k.paid_amount.integer(row),
        reversal_of: k.reversal_of_claim_id.text(row).unwrap_or(""),
        dx_basis: basis_of(pools, k.diagnosis_code_type.word(row), memo),
        px_basis: basis_of(pools, k.procedure_code_type.word(row), memo),
        file: u32::try_from(batch.file).unwrap_or(u32::MAX),
        row: batch.rows.at(row),
        ..ClaimLine::default()
    };
    settle_basis(&mut line);
    line
}

/// The stated type, else the date: before October 2015 a claim is ICD-9, judged at its end for
/// inpatient bills and at its start for all others.
fn settle_basis(line: &mut ClaimLine<'_>) {
    let inpatient = line.bill.text().starts_with("11");
    let day = if inpatient { line.end } else { line.start };
    let by_date = if day < ICD10_START { Basis::Icd9 } else { Basis::Icd10 };
    if matches!(line.dx_basis, Basis::Unstated | Basis::Other) {
        line.dx_basis = by_date;
    }
    if line.px_basis == Basis::Unstated {
        line.px_basis = line.dx_basis;
    }
}

/// Consumes a batch of ADT rows. An ADT row has no coding type: its admission date decides.
pub(super) fn admissions(
    spec: &'static ExtractSpec,
    context: &Context<'_>,
    (buckets, states): (&Buckets, &VisitStates),
    batch: &Batch,
    verdicts: &mut Verdicts,
) {
    let cells = Cells::new(spec, batch);
    let (observation, emergency) = (context.pools.word.intern("observation"), context.pools.word.intern("emergency"));
    let dx = cells.index("diagnosis_code");
    let cancelled = context.pools.word.intern(VisitStatus::Cancelled.as_str());
    let tells_states = batch.bound[cells.index("visit_status")];
    let (mut scatter, mut codes) = (Scatter::new(buckets), Vec::new());
    for row in batch.good() {
        let Some(member) = context.member(&cells, row, verdicts) else { continue };
        let c = |name: &str| cells.column(name);
        let (admit, discharge, received) =
            (c("admission_date").day(row), c("discharge_date").day(row), c("received_date").day(row));
        if discharge != NO_DAY && discharge < admit {
            verdicts.quarantine(row, cells.index("discharge_date"), Reason::DischargeBeforeAdmit, "");
            continue;
        }
        if context.outside_life(member, admit, row, cells.index("admission_date"), verdicts)
            || !context.arrived(admit, first_day([received, admit, admit]), verdicts)
        {
            continue;
        }
        let id = c("admission_id").text(row).unwrap_or("");
        if tells_states {
            let off = c("visit_status").word(row) == cancelled;
            states.note(member, id, received, off);
            if off {
                verdicts.drop_row("cancelled_visit");
                continue;
            }
        }
        let class = c("patient_class").word(row);
        let class = if class == observation {
            PatientClass::Observation
        } else if class == emergency {
            PatientClass::Emergency
        } else {
            PatientClass::Inpatient
        };
        positions(&mut codes, (0..25).map(|i| batch.columns[dx + i].word(row)));
        let event = AdmissionRow {
            admission_id: id,
            admit,
            discharge,
            class,
            facility: c("facility_npi").word(row),
            admit_source: c("admit_source_code").short(row),
            admit_type: c("admit_type_code").short(row),
            disposition: c("discharge_disposition_code").short(row),
            received,
            dx: &codes,
        };
        scatter.admission(member, &event);
    }
    scatter.finish();
}

/// Codes by position (index 0 is position 1; 0 is none), without the empty tail.
fn positions(codes: &mut Vec<u32>, found: impl Iterator<Item = u32>) {
    codes.clear();
    codes.extend(found);
    while codes.last() == Some(&0) {
        codes.pop();
    }
}

/// Consumes a batch of fills; `ingredients` maps product codes where the row names no ingredient.
pub(super) fn fills(
    spec: &'static ExtractSpec,
    context: &Context<'_>,
    ingredients: &FxHashMap<u32, u32>,
    buckets: &Buckets,
    batch: &Batch,
    verdicts: &mut Verdicts,
) {
    let cells = Cells::new(spec, batch);
    let c = |name: &str| cells.column(name);
    let (member_id, claim_id, line) = (c("member_id"), c("claim_id"), c("claim_line_number"));
    let (dispensed, paid_date, received_date) = (c("dispensing_date"), c("paid_date"), c("received_date"));
    let (ndc_code, ingredient_name, reversal_of) = (c("ndc_code"), c("ingredient_name"), c("reversal_of_claim_id"));
    let (days_supply, quantity, paid_amount) = (c("days_supply"), c("quantity"), c("paid_amount"));
    let dispensing_column = cells.index("dispensing_date");
    let mut scatter = Scatter::new(buckets);
    let mut last = None;
    for row in batch.good() {
        let Some(member) = context.member_like_last(&cells, (member_id, row), &mut last, verdicts) else { continue };
        let (day, paid, received) = (dispensed.day(row), paid_date.day(row), received_date.day(row));
        if context.outside_life(member, day, row, dispensing_column, verdicts)
            || !context.arrived(day, first_day([received, paid, day]), verdicts)
        {
            continue;
        }
        let ndc = ndc_code.word(row);
        let ingredient = ingredient_name.word(row);
        let days = days_supply.integer(row);
        let (quantity_milli, paid_cents) = (thousandths(quantity.number(row)), paid_amount.integer(row));
        let reverses = reversal_of.text(row).unwrap_or("");
        let below = |amount: i64| amount != NO_INTEGER && amount < 0;
        let event = Fill {
            claim_id: claim_id.text(row).unwrap_or(""),
            line: Some(line.integer(row)).filter(|v| *v != NO_INTEGER).unwrap_or(0),
            day,
            ndc,
            ingredient: if ingredient == 0 { ingredients.get(&ndc).copied().unwrap_or(0) } else { ingredient },
            days_supply: if (1..=400).contains(&days.saturating_abs()) { days } else { NO_INTEGER },
            quantity_milli,
            paid_cents,
            paid,
            received,
            is_reversal: !reverses.is_empty() || [days, quantity_milli, paid_cents].into_iter().any(below),
            reversal_of: reverses,
            file: u32::try_from(batch.file).unwrap_or(u32::MAX),
            row: batch.rows.at(row),
        };
        scatter.fill(member, &event);
    }
    scatter.finish();
}

/// A quantity in thousandths; none, or one that no fill has, is [`NO_INTEGER`].
fn thousandths(quantity: f64) -> i64 {
    let scaled = (quantity * 1000.0).round();
    if scaled.abs() < 1.0e12 {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and checked just above")]
        let whole = scaled as i64;
        whole
    } else {
        NO_INTEGER
    }
}

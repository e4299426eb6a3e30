//! The extract `medical_claim`: claim lines. Owns its contract and the checks of a line that need two
//! columns; refuses to join lines.

use rustc_hash::FxHashMap;

use crate::domain::{ClaimStatus, WordId};
use crate::extracts::batch::{Batch, Verdicts};
use crate::extracts::cells::bind_columns;
use crate::extracts::column::{Column, NO_DAY, NO_INTEGER, Pools};
use crate::extracts::context::{Context, MemberColumn, first_day};
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Bill, Date, Fixed, Icd, Id, Integer, LowerWord, Money, Npi, Word};
use crate::extracts::contract::{col, expected, many, member_id, req, word};
use crate::extracts::events::{Basis, Buckets, ClaimKind, ClaimLine, Dx, ICD10_START, Px, Scatter};
use crate::extracts::reason::Reason;

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
        col("rendering_npi", Npi),
        col("rendering_specialty", Word),
        col("billing_npi", Npi),
        col("facility_npi", Npi),
        col("paid_date", Date),
        col("received_date", Date),
        col("paid_amount", Money),
        col("allowed_amount", Money),
        col("claim_version", Integer),
        col("reversal_of_claim_id", Id),
        col("diagnosis_code_type", LowerWord),
        many("diagnosis_code", Icd),
        many("diagnosis_poa", Fixed(1)),
        col("procedure_code_type", LowerWord),
        many("procedure_code", Icd),
        many("procedure_date", Date),
        word("claim_status", ClaimStatus::WORDS),
    ],
};

/// Interned words compared by number while the tables still grow.
struct Known {
    institutional: WordId,
    professional: WordId,
    denied: WordId,
}

/// Which coding system a type column names; asked once a distinct word and batch.
fn basis_of(pools: &Pools, word: WordId, memo: &mut FxHashMap<WordId, Basis>) -> Basis {
    if word.is_none() {
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

bind_columns! {
    /// The columns of a claim line but its codes.
    ClaimColumns of SPEC {
        claim_id, claim_line_number, claim_type, claim_start_date, claim_end_date, admission_date, discharge_date,
        admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code, bill_type_code, drg_code,
        revenue_center_code, hcpcs_code, rendering_npi, rendering_specialty, facility_npi, paid_date, received_date,
        paid_amount, claim_version, reversal_of_claim_id, diagnosis_code_type, procedure_code_type, claim_status,
    }
}

/// Positions of one code family that a file has: number, code and what stands beside it.
type Positions<'b> = Vec<(u8, &'b Column, &'b Column)>;

/// The 25 positions that begin at two flat indexes, without those that the batch leaves empty.
fn bind_positions(batch: &Batch, code: usize, beside: usize) -> Positions<'_> {
    (0..25_u8)
        .map(|i| (i + 1, &batch.columns[code + usize::from(i)], &batch.columns[beside + usize::from(i)]))
        .filter(|(_, c, _)| !matches!(c, Column::Absent))
        .collect()
}

/// The diagnosis and procedure columns of a batch.
struct CodeColumns<'b> {
    dx: Positions<'b>,
    px: Positions<'b>,
}

impl<'b> CodeColumns<'b> {
    fn bind(batch: &'b Batch) -> Self {
        let at = const {
            [
                SPEC.index_of("diagnosis_code"),
                SPEC.index_of("diagnosis_poa"),
                SPEC.index_of("procedure_code"),
                SPEC.index_of("procedure_date"),
            ]
        };
        Self { dx: bind_positions(batch, at[0], at[1]), px: bind_positions(batch, at[2], at[3]) }
    }

    /// The codes of a row, into buffers that rows share.
    fn read(&self, row: usize, dx: &mut Vec<Dx>, px: &mut Vec<Px>) {
        dx.clear();
        px.clear();
        for (position, code, flag) in &self.dx {
            let code = code.code(row);
            if code.is_some() {
                let poa = u8::try_from(flag.short(row).0).unwrap_or(0) & 0x7F;
                dx.push(Dx { position: *position, code, poa });
            }
        }
        for (position, code, day) in &self.px {
            let code = code.code(row);
            if code.is_some() {
                px.push(Px { position: *position, code, day: day.day(row) });
            }
        }
    }
}

/// Consumes a batch of claim lines.
pub(in crate::extracts) fn read_claim_lines(
    context: &Context<'_>,
    buckets: &Buckets,
    batch: &Batch,
    verdicts: &mut Verdicts,
) {
    let (columns, codes) = (ClaimColumns::bind(batch), CodeColumns::bind(batch));
    let ids = MemberColumn::bind(batch, const { SPEC.index_of("member_id") });
    let known = Known {
        institutional: context.pools.word.intern("institutional"),
        professional: context.pools.word.intern("professional"),
        denied: context.pools.word.intern(ClaimStatus::Denied.as_str()),
    };
    let mut memo = FxHashMap::default();
    let mut scatter = Scatter::new(buckets);
    let (mut dx, mut px) = (Vec::new(), Vec::new());
    let mut last = None;
    for row in batch.good() {
        let Some(member) = context.member_like_last(ids, row, &mut last, verdicts) else { continue };
        let mut line = claim_line(&columns, context.pools, &known, &mut memo, batch, row);
        if let Some((column, reason)) = reversed_dates(&line) {
            verdicts.quarantine(row, column, reason, "");
            continue;
        }
        if context.outside_life(member, line.start, row, const { SPEC.index_of("claim_start_date") }, verdicts) {
            continue;
        }
        if !context.arrived(line.start, first_day([line.received, line.paid, line.start]), verdicts) {
            continue;
        }
        if line.paid_cents != NO_INTEGER && line.paid_cents < 0 && line.reversal_of.is_empty() {
            verdicts.note_at(const { SPEC.index_of("paid_amount") }, Reason::NegativePaid);
        }
        if line.admit != NO_DAY && line.discharge != NO_DAY && line.discharge - line.admit > 365 {
            verdicts.note_at(const { SPEC.index_of("discharge_date") }, Reason::LongStay);
        }
        codes.read(row, &mut dx, &mut px);
        if columns.claim_status.word(row) == known.denied {
            verdicts.note(Reason::DeniedLine);
            line.paid_cents = NO_INTEGER;
            dx.clear();
        }
        scatter.claim(member, &line, &dx, &px);
    }
    scatter.finish();
}

fn reversed_dates(line: &ClaimLine<'_>) -> Option<(usize, Reason)> {
    if line.admit != NO_DAY && line.discharge != NO_DAY && line.discharge < line.admit {
        return Some((const { SPEC.index_of("discharge_date") }, Reason::DischargeBeforeAdmit));
    }
    (line.end < line.start).then_some((const { SPEC.index_of("claim_end_date") }, Reason::ReversedSpan))
}

/// Everything of a line but its codes.
fn claim_line<'b>(
    k: &ClaimColumns<'b>,
    pools: &Pools,
    known: &Known,
    memo: &mut FxHashMap<WordId, Basis>,
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

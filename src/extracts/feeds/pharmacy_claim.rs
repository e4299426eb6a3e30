//! The extract `pharmacy_claim`: fills. Owns its contract; its rows become events.

use rustc_hash::FxHashMap;

use crate::domain::WordId;
use crate::extracts::batch::{Batch, Verdicts};
use crate::extracts::cells::bind_columns;
use crate::extracts::column::NO_INTEGER;
use crate::extracts::context::{Context, MemberColumn, first_day};
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Date, Id, Integer, LowerWord, Money, Npi, Number, Word};
use crate::extracts::contract::{col, member_id, req};
use crate::extracts::events::{Buckets, Fill, Scatter};

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
        col("prescribing_provider_npi", Npi),
        col("paid_date", Date),
        col("received_date", Date),
        col("paid_amount", Money),
        col("reversal_of_claim_id", Id),
    ],
};

bind_columns! {
    /// The columns of a fill.
    FillColumns of SPEC {
        claim_id, claim_line_number, dispensing_date, ndc_code, ingredient_name, days_supply, quantity, paid_date,
        received_date, paid_amount, reversal_of_claim_id,
    }
}

/// Consumes a batch of fills; `ingredients` maps product codes where the row names no ingredient.
pub(in crate::extracts) fn read_fills(
    context: &Context<'_>,
    ingredients: &FxHashMap<WordId, WordId>,
    buckets: &Buckets,
    batch: &Batch,
    verdicts: &mut Verdicts,
) {
    let c = FillColumns::bind(batch);
    let ids = MemberColumn::bind(batch, const { SPEC.index_of("member_id") });
    let dispensing_column = const { SPEC.index_of("dispensing_date") };
    let mut scatter = Scatter::new(buckets);
    let mut last = None;
    for row in batch.good() {
        let Some(member) = context.member_like_last(ids, row, &mut last, verdicts) else { continue };
        let (day, paid, received) = (c.dispensing_date.day(row), c.paid_date.day(row), c.received_date.day(row));
        if context.outside_life(member, day, row, dispensing_column, verdicts)
            || !context.arrived(day, first_day([received, paid, day]), verdicts)
        {
            continue;
        }
        let ndc = c.ndc_code.word(row);
        let ingredient = c.ingredient_name.word(row);
        let days = c.days_supply.integer(row);
        let (quantity_milli, paid_cents) = (thousandths(c.quantity.number(row)), c.paid_amount.integer(row));
        let reverses = c.reversal_of_claim_id.text(row).unwrap_or("");
        let below = |amount: i64| amount != NO_INTEGER && amount < 0;
        let event = Fill {
            claim_id: c.claim_id.text(row).unwrap_or(""),
            line: Some(c.claim_line_number.integer(row)).filter(|v| *v != NO_INTEGER).unwrap_or(0),
            day,
            ndc,
            ingredient: if ingredient.is_none() {
                ingredients.get(&ndc).copied().unwrap_or_default()
            } else {
                ingredient
            },
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

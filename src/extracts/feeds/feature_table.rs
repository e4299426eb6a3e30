//! The extract `feature_table`: columns of an organisation's own. Owns its contract, which the configuration widens, and
//! its row; refuses to know what a column means.

use super::feed::{FeedRow, FromCell, MemberRow, RowCells};
use crate::domain::{Day, OrderedNumber};
use crate::extracts::contract::Kind::Date;
use crate::extracts::contract::{Beyond, ColumnSpec, ExtractSpec, Kind};
use crate::extracts::contract::{member_id, req};

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "feature_table",
    grain: "observation of own features",
    cost_when_missing: "no columns of the organisation's own",
    columns: &[member_id(), req("observed_date", Date)],
};

/// Values of an organisation's own columns, in the order of `[models] feature_columns`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Own {
    /// Day they were observed.
    pub observed: Day,
    /// The values.
    pub values: Vec<Option<OrderedNumber>>,
}

impl FeedRow for Own {
    const SPEC: &'static ExtractSpec = &SPEC;
    fn read(cells: &mut RowCells<'_>) -> Option<Self> {
        cells.skip();
        let observed = cells.take()?;
        let own = cells.columns.get(cells.next..).unwrap_or_default();
        let values = own.iter().map(|c| OrderedNumber::from_cell(c, cells.row, cells.pools)).collect();
        Some(Self { observed, values })
    }
}

impl MemberRow for Own {
    fn happened(&self) -> Option<Day> {
        Some(self.observed)
    }
}

/// The contract with the columns that the configuration names, as numbers.
#[must_use]
pub fn widened(own: &[String]) -> &'static ExtractSpec {
    if own.is_empty() {
        return Own::SPEC;
    }
    let widened = own.iter().map(|n| ColumnSpec {
        // Read once for the life of the process, like the contract itself.
        name: Box::leak(n.clone().into_boxed_str()),
        kind: Kind::Number,
        required: false,
        repeat: 1,
        allowed: &[],
        beyond: Beyond::AsRequired,
        own: true,
    });
    let columns: Vec<ColumnSpec> = SPEC.columns.iter().copied().chain(widened).collect();
    Box::leak(Box::new(ExtractSpec { columns: Box::leak(columns.into_boxed_slice()), ..SPEC }))
}

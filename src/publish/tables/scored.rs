//! `scored`: a flat table scored by a model of its own. Owns its columns and their bytes; refuses to score.

use rayon::prelude::*;

use crate::learners::{Scored as ScoredTable, ScoredRow as Verdict};
use crate::publish::error::PublishError;
use crate::publish::sinks::{CSV, csv_bytes, csv_lines};
use crate::publish::table::{Forms, RowFamily, Table, number, text};
use crate::publish::table_data::Unit;

/// One scored row.
pub struct ScoredRow<'a> {
    /// The row's id in its table.
    pub id: &'a str,
    /// Probability and reasons.
    pub verdict: &'a Verdict,
    /// The whole table, which knows the names of features.
    pub scored: &'a ScoredTable<'a>,
}

impl ScoredRow<'_> {
    fn reason(&self, at: usize) -> Option<String> {
        self.verdict.reasons[at].as_ref().map(|r| self.scored.text(r))
    }
}

/// Rows of `scored`.
pub enum Scored {}

impl RowFamily for Scored {
    type Row<'a> = ScoredRow<'a>;
}

/// `scored`, the file that `score --table` writes.
pub static TABLE: Table<Scored> = Table {
    name: "scored",
    grain: "row of a flat table scored by score --table",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("id", "id of the row", |r| r.id.into()),
        number("probability", Unit::Share, "calibrated, 0..1", |r| r.verdict.probability.into()),
        text("reason_1", "feature = value (log-odds); the strongest that raise come first", |r| r.reason(0).into()),
        text("reason_2", "see reason_1", |r| r.reason(1).into()),
        text("reason_3", "see reason_1", |r| r.reason(2).into()),
    ],
};

/// Rows turned into text by one task.
const PART: usize = 32_768;

/// A scored table as CSV.
///
/// # Errors
/// When the CSV library refuses a row.
pub fn scored_csv(scored: &ScoredTable<'_>) -> Result<Vec<u8>, PublishError> {
    let part = |(n, rows): (usize, &[Verdict])| {
        let rows =
            rows.iter().enumerate().map(|(i, verdict)| ScoredRow { id: scored.ids.get(n * PART + i), verdict, scored });
        csv_lines(&TABLE.fill(rows)?)
    };
    let parts: Vec<Vec<u8>> = scored.rows.par_chunks(PART).enumerate().map(part).collect::<Result<_, _>>()?;
    let mut out = csv_bytes(&TABLE.fill([])?)?;
    for part in &parts {
        out.extend_from_slice(part);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::table::{Feature, FeatureKind, TextColumn};
    use crate::learners::{RowReason, RowValue};

    #[test]
    fn cells_are_quoted_and_disarmed() {
        let levels = vec!["a, \"b\"".to_owned()];
        let feature =
            |name: &str, kind| Feature { name: name.to_owned(), kind, missing_rows: 0, missing_is_level: false };
        let features =
            [feature("f", FeatureKind::Levels { levels }), feature("-n", FeatureKind::Numeric { min: 0.0, max: 1.0 })];
        let reason = |feature, value| Some(RowReason { feature, value, points: 0.25 });
        let row = Verdict {
            probability: 0.25,
            reasons: [reason(0, RowValue::Code(1)), reason(1, RowValue::Number(f32::NAN)), None],
        };
        let ids = TextColumn::from_iter(["=A1", "-7"]);
        let scored = ScoredTable {
            ids: &ids,
            features: &features,
            rows: vec![row, row],
            unseen: Vec::new(),
            warnings: Vec::new(),
        };
        let text = String::from_utf8(scored_csv(&scored).expect("a file")).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "id,probability,reason_1,reason_2,reason_3");
        assert_eq!(lines[1], "'=A1,0.25,\"f = a, \"\"b\"\" (+0.250)\",'-n = missing (+0.250),");
        assert_eq!(lines[2], "'-7,0.25,\"f = a, \"\"b\"\" (+0.250)\",'-n = missing (+0.250),");
    }
}

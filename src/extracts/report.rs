//! What is told of each extract after reading. Owns the account and the limits it is held to; refuses to stop anything.

use super::ledger::Tally;
use super::reason::Reason;
use super::source::SourceFile;

/// One extract's account.
#[derive(Clone, Debug, Default)]
pub struct ExtractReport {
    /// Counts.
    pub tally: Tally,
    /// Files read.
    pub files: Vec<SourceFile>,
    /// The configured or default share of bad rows.
    pub max_bad_share: f64,
    /// That share was set by hand, so it replaces the per-reason limits.
    pub explicit_share: bool,
    /// Bad rows below which no share stops the night; `None`: as `[quality]` says.
    pub min_bad_rows: Option<u64>,
    /// The newest row is older than `quality.stale_days` before the night.
    pub stale: bool,
    /// Every file is one that the newest earlier run read already.
    pub unchanged: bool,
}

impl ExtractReport {
    /// Limits that this extract's rejected rows exceed, in words; any of them is exit code 4.
    #[must_use]
    pub fn exceeded(&self, extract: &str, quality: &crate::config::Quality) -> Vec<String> {
        let rows = self.tally.rows_in.max(1);
        #[expect(clippy::cast_precision_loss, reason = "a share needs no exact integer")]
        let share = |n: u64| n as f64 / rows as f64;
        // A share says little of a small extract that people keep by hand.
        let enough = self.min_bad_rows.unwrap_or(quality.min_bad_rows);
        let mut out = Vec::new();
        let mut check = |what: &str, n: u64, limit: f64, key: &str| {
            if n >= enough && share(n) > limit {
                out.push(format!(
                    "{extract}: {what}: {n} of {rows} rows ({:.2} %), above the limit of {:.2} % ({key})",
                    share(n) * 100.0,
                    limit * 100.0
                ));
            }
        };
        check(
            "quarantined",
            self.tally.rows_quarantined(),
            self.max_bad_share,
            &format!("extracts.{extract}.max_bad_share"),
        );
        if !self.explicit_share {
            for (reason, limit, key) in [
                (Reason::RaggedRow, quality.max_ragged_share, "quality.max_ragged_share"),
                (Reason::NoEligibility, quality.max_no_eligibility_share, "quality.max_no_eligibility_share"),
                (Reason::ExcelDate, quality.max_excel_date_share, "quality.max_excel_date_share"),
                (Reason::ConflictingLine, quality.max_conflicting_claim_share, "quality.max_conflicting_claim_share"),
            ] {
                check(reason.code(), self.tally.quarantined.get(&reason).copied().unwrap_or(0), limit, key);
            }
        }
        out
    }

    /// Diagnosis columns of which most codes are not shaped like ICD codes, with their share: SNOMED, Read or free text.
    #[must_use]
    pub fn wrong_code_systems(&self) -> Vec<(&str, f64)> {
        let share = |column: &str, codes: u64| {
            let unlike = self.tally.by_column.get(&(column.to_owned(), Reason::NotIcdShaped)).copied().unwrap_or(0);
            unlike as f64 / codes.max(1) as f64
        };
        let columns = self.tally.codes.iter().map(|(column, codes)| (column.as_str(), share(column, *codes)));
        columns.filter(|(_, share)| *share > 0.5).collect()
    }
}

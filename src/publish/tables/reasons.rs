//! `reasons`: every reason of every score. Owns its columns and what is masked in them; refuses to choose among them.

use crate::features::Snapshot;
use crate::models::Reason;
use crate::outreach::Inputs;
use crate::publish::cell::{TextCell, filled};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, integer, number, text};
use crate::publish::table_data::Unit;
use crate::reference::Sensitive;

/// One reason.
pub struct ReasonsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Score that it belongs to.
    pub score_id: &'a str,
    /// Strongest first, from 1.
    pub rank: usize,
    /// The reason.
    pub reason: &'a Reason,
    /// The reader may know sensitive conditions.
    pub sensitive_role: bool,
}

impl ReasonsRow<'_> {
    fn masked(&self) -> bool {
        self.reason.shown(self.sensitive_role) != self.reason.text
    }

    /// The claim of a masked condition would tell it.
    fn evidence(&self) -> TextCell<'_> {
        let open = !self.masked() && self.reason.sensitive != Sensitive::Abuse;
        filled(if open { &self.reason.evidence } else { "" })
    }
}

/// Rows of `reasons`.
pub enum Reasons {}

impl RowFamily for Reasons {
    type Row<'a> = ReasonsRow<'a>;
}

/// `reasons`.
pub static TABLE: Table<Reasons> = Table {
    name: "reasons",
    grain: "member, score and reason",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("score_id", "score", |r| r.score_id.into()),
        integer("rank", Unit::Rank, "strongest first, from 1", |r| r.rank.into()),
        text("reason", "plain words; sensitive conditions masked", |r| r.reason.shown(r.sensitive_role).into()),
        text(
            "driver",
            "transition, clinical, medication, behavioral, social; rest for the two lines that complete a sum",
            |r| (!r.masked()).then(|| r.reason.driver.name()).into(),
        ),
        number(
            "contribution",
            Unit::LogOdds,
            "log-odds of a trained score (all lines of a score sum to its log-odds), or points in the index it belongs to; empty for context",
            |r| r.reason.points.into(),
        ),
        date("evidence_date", "when", |r| r.reason.day.filter(|_| !r.masked()).into()),
        text("evidence_id", "claim, admission or stay id; empty for a sensitive one", |r| r.evidence()),
    ],
};

/// Hands on the reasons of one person, score by score.
pub fn each_reason(inputs: &Inputs<'_>, s: &Snapshot, sensitive_role: bool, mut take: impl FnMut(&ReasonsRow<'_>)) {
    let member_id = inputs.extracts.population.member(s.member).id();
    for (score, reasons) in &inputs.reasons.for_member(s) {
        for (i, reason) in reasons.iter().enumerate() {
            take(&ReasonsRow { member_id, score_id: score.name(), rank: i + 1, reason, sensitive_role });
        }
    }
}

//! `scores`: every score of everyone. Owns its columns; refuses to compute one.

use crate::models::{ModelId, Score};
use crate::outreach::Inputs;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, integer, number, text};
use crate::publish::table_data::Unit;

/// One score.
pub struct ScoresRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The score.
    pub score: &'a Score,
}

/// Rows of `scores`.
pub enum Scores {}

impl RowFamily for Scores {
    type Row<'a> = ScoresRow<'a>;
}

/// `scores`.
pub static TABLE: Table<Scores> = Table {
    name: "scores",
    grain: "member and score",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("stay_id", "stay, for scores of a discharge", |r| r.score.stay_id.as_deref().into()),
        text("score_id", "avoid_hosp, avoid_ed, unplanned_admit, readmit30, readmit30_residual", |r| {
            r.score.id.name().into()
        }),
        integer("horizon_days", Unit::Days, "days ahead", |r| r.score.horizon_days.into()),
        number("probability", Unit::Share, "0..1; empty when not scored", |r| r.score.probability.into()),
        number("percentile", Unit::Percentile, "0..100 among those scored on this score and horizon", |r| {
            r.score.percentile.into()
        }),
        text("status", "scored or not_scored:<reason>", |r| r.score.status.to_string().into()),
        text("basis", "published_index, trained, or derived from the trained model of another horizon", |r| {
            Some(r.score.basis.name()).filter(|_| r.score.probability.is_some()).into()
        }),
        text("model_id", "index or model", |r| r.score.model.map(ModelId::name).into()),
    ],
};

/// Every score of a night, in member order.
pub fn score_rows<'a>(inputs: &'a Inputs<'_>) -> impl Iterator<Item = ScoresRow<'a>> {
    inputs
        .scores
        .iter()
        .map(|score| ScoresRow { member_id: inputs.extracts.population.member(score.member).id(), score })
}

//! `outreach`: who to call tonight, in order. Owns its columns and what a sheet tells of a reason; refuses to change the
//! order.

use std::path::Path;

use rustc_hash::FxHashMap;

use crate::config::Role;
use crate::models::{Reason, ScoreId};
use crate::outreach::{Candidate, Inputs, Listed, OutreachList, Stream, clock_worker};
use crate::publish::error::PublishError;
use crate::publish::scan::TableScan;
use crate::publish::sinks::{CSV, PARQUET, XLSX};
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One person to contact.
pub struct OutreachRow<'a> {
    /// Place, from 1.
    pub rank: usize,
    /// Member.
    pub member_id: &'a str,
    /// What the list says of the person.
    pub listed: &'a Listed,
    /// Who works the case, else who makes tonight's contact.
    pub manager: Option<Box<str>>,
    /// Probability of an avoidable stay in 90 days.
    pub avoid_hosp_90: Option<f64>,
    /// Probability of a readmission in 30 days, and what is left of it.
    pub readmit30: [Option<f64>; 2],
    /// Reasons with their evidence, as the list may show them.
    pub reasons: Vec<String>,
}

impl OutreachRow<'_> {
    fn reason(&self, at: usize) -> Option<&str> {
        self.reasons.get(at).map(String::as_str)
    }
}

/// Rows of `outreach`.
pub enum Outreach {}

impl RowFamily for Outreach {
    type Row<'a> = OutreachRow<'a>;
}

/// `outreach`.
pub static TABLE: Table<Outreach> = Table {
    name: "outreach",
    grain: "person to contact, in order",
    forms: Forms { always: &[&PARQUET], on_request: &[&CSV, &XLSX] },
    columns: &[
        integer("rank", Unit::Rank, "place on the list, from 1", |r| r.rank.into()),
        text("member_id", "member", |r| r.member_id.into()),
        text("list_status", "new, continuing, returned", |r| r.listed.status.name().into()),
        text("stream", "transition, override, rising, high_risk", |r| r.listed.candidate.stream.name().into()),
        integer("tier", Unit::Level, "1 highest … 4", |r| r.listed.candidate.tier.into()),
        number("priority", Unit::Factor, "product of the five parts", |r| r.listed.candidate.parts.priority().into()),
        number(
            "probability",
            Unit::Share,
            "residual readmission in a transition, else avoidable hospitalization in 90 days, 0..1",
            |r| r.listed.candidate.parts.probability.into(),
        ),
        number("impactability", Unit::Factor, "how much a contact is taken to change, by driver", |r| {
            r.listed.candidate.parts.impactability.into()
        }),
        number("reach", Unit::Share, "chance that a contact succeeds", |r| r.listed.candidate.parts.reach.into()),
        number("not_yet_engaged", Unit::Factor, "1 when nobody works with the person yet", |r| {
            r.listed.candidate.parts.not_yet_engaged.into()
        }),
        number(
            "time_value",
            Unit::Factor,
            "2 on the discharge day falling to 1 after 30 days; 1 without a discharge",
            |r| r.listed.candidate.parts.time_value.into(),
        ),
        text("ordered_by", "clock, override, expected benefit (a trained model) or the published indices", |r| {
            ordered_by(&r.listed.candidate).into()
        }),
        integer("pqi_stays_12m", Unit::Count, "avoidable stays in 12 months", |r| {
            r.listed.candidate.key.pqi_stays.into()
        }),
        flag("flag_2ip", "two or more stays in a year", |r| r.listed.candidate.key.two_stays.into()),
        integer("elixhauser_readmission", Unit::Points, "Elixhauser readmission index", |r| {
            r.listed.candidate.key.elixhauser.into()
        }),
        text("clock", "tcm_contact, tcm_visit, authorization_urgent; empty without one", |r| {
            r.listed.candidate.clock.as_ref().map(|k| k.kind).into()
        }),
        date("due", "the clock's due day", |r| r.listed.candidate.clock.as_ref().map(|k| k.due).into()),
        integer("slack_hours", Unit::BusinessHours, "business hours left (8 a day), negative when late", |r| {
            r.listed.candidate.clock.as_ref().map(|k| k.slack_days * 8).into()
        }),
        number(
            "avoid_hosp_90",
            Unit::Share,
            "avoidable stay in 90 days, 0..1: by the trained model, else AHRQ's rate by age, sex and county",
            |r| r.avoid_hosp_90.into(),
        ),
        number(
            "readmit30",
            Unit::Share,
            "by the trained model, else LACE's expected risk of death or readmission",
            |r| r.readmit30[0].into(),
        ),
        number("readmit30_residual", Unit::Share, "what is left of it", |r| r.readmit30[1].into()),
        number("percentile", Unit::Percentile, "rank among scored adults, 0..100", |r| {
            r.listed.candidate.percentile.into()
        }),
        text("reason_1", "plain words with evidence date and id", |r| r.reason(0).into()),
        text("reason_2", "see reason_1", |r| r.reason(1).into()),
        text("reason_3", "see reason_1", |r| r.reason(2).into()),
        text("reason_4", "see reason_1", |r| r.reason(3).into()),
        text("reason_5", "see reason_1", |r| r.reason(4).into()),
        text("what_changed", "against the previous run", |r| r.listed.what_changed.as_str().into()),
        text("suggested_action", "first thing to do", |r| r.listed.action.text.as_str().into()),
        text("suggested_discipline", "who should", |r| r.listed.action.discipline.as_str().into()),
        text("responsibility", "which part of care management it serves", |r| r.listed.action.responsibility.into()),
        text("care_manager_id", "assigned manager, else who makes tonight's contact", |r| r.manager.as_deref().into()),
        integer("days_on_list", Unit::Nights, "nights in this spell", |r| r.listed.days_on_list.into()),
    ],
};

/// The list as rows; `assigned` maps members to the manager of their case.
pub fn outreach_rows<'a>(
    inputs: &'a Inputs<'_>,
    list: &'a OutreachList,
    assigned: &'a FxHashMap<u32, Box<str>>,
) -> impl Iterator<Item = OutreachRow<'a>> {
    let scores = inputs.scores;
    let role = inputs.plan.output.unmasked(Role::Director);
    list.listed.iter().enumerate().map(move |(i, listed)| {
        let c = &listed.candidate;
        OutreachRow {
            rank: i + 1,
            member_id: inputs.extracts.population.member(c.member).id(),
            listed,
            manager: working_caller(inputs, listed, assigned),
            avoid_hosp_90: scores.probability(c.member, ScoreId::RISK),
            readmit30: [ScoreId::Readmit30, ScoreId::Readmit30Residual].map(|id| scores.probability(c.member, id)),
            reasons: c.reasons.iter().map(|r| reason_text(r, role)).collect(),
        }
    })
}

/// Who works a listed person: the manager of the case, the cover while that one is away and a clock falls due before
/// the return, else whoever the list found room with.
pub fn working_caller(inputs: &Inputs<'_>, row: &Listed, assigned: &FxHashMap<u32, Box<str>>) -> Option<Box<str>> {
    let Some(held) = assigned.get(&row.candidate.member) else {
        return Some(row.contact_by.clone()).filter(|m| !m.is_empty());
    };
    let due = row.candidate.clock.as_ref().map(|k| k.due);
    due.and_then(|due| clock_worker(inputs, held, due)).or_else(|| Some(held.clone()))
}

fn ordered_by(c: &Candidate) -> &'static str {
    match (&c.clock, c.stream) {
        (Some(_), _) => "clock",
        (None, Stream::Override) => "override",
        _ if c.by_model => "expected benefit",
        _ => "published indices",
    }
}

/// A reason with its evidence, as a sheet shows it.
fn reason_text(reason: &Reason, sensitive_role: bool) -> String {
    let shown = reason.shown(sensitive_role);
    if shown != reason.text {
        return shown.to_owned();
    }
    let mut text = reason.text.clone();
    let named = reason.day.is_some_and(|d| text.contains(&d.to_string()));
    match (reason.day.filter(|_| !named), reason.evidence.is_empty()) {
        (Some(day), false) => text.push_str(&format!(" [{day}, {}]", reason.evidence)),
        (Some(day), true) => text.push_str(&format!(" [{day}]")),
        (None, false) => text.push_str(&format!(" [{}]", reason.evidence)),
        (None, true) => {}
    }
    text
}

/// How a person came on a published list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedListing {
    /// Member.
    pub member_id: String,
    /// Stream then.
    pub stream: String,
    /// Tier then; empty when none was published.
    pub tier: Option<i64>,
}

/// Who stood on the list of a run, in its order.
///
/// # Errors
/// When the file is missing or damaged.
pub fn read_listings(run: &Path) -> Result<Vec<PublishedListing>, PublishError> {
    let frame = TableScan::of_run(run, TABLE.name)?.columns(&["member_id", "stream", "tier"]).read()?;
    let (ids, streams, tiers) = (frame.texts("member_id")?, frame.texts("stream")?, frame.integers("tier")?);
    let row = |i: usize| PublishedListing {
        member_id: ids.at(i).to_owned(),
        stream: streams.at(i).to_owned(),
        tier: tiers[i],
    };
    Ok((0..frame.len()).map(row).collect())
}

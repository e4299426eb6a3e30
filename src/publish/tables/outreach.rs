//! `outreach`: who to call tonight, in order. Owns its columns and what a sheet tells of a reason; refuses to change the
//! order.

use std::path::Path;

use super::clock_rows::masked;
use crate::config::Role;
use crate::domain::{Probability, SEE_RECORD};
use crate::models::{Reason, ScoreId};
use crate::outreach::{AddedByHand, Candidate, Inputs, Listed, OutreachList};
use crate::publish::cell::filled;
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
    /// The reader may see what rests on a sensitive code.
    pub sensitive_role: bool,
    /// Probability of an avoidable stay in 90 days.
    pub avoid_hosp_90: Option<Probability>,
    /// Probability of a readmission in 30 days, and what is left of it.
    pub readmit30: [Option<Probability>; 2],
    /// Reasons with their evidence, as the list may show them.
    pub reasons: Vec<String>,
    /// Programmes that can be offered, as the list may show them.
    pub programs: String,
}

impl OutreachRow<'_> {
    fn candidate(&self) -> &Candidate {
        &self.listed.candidate
    }

    fn by_hand(&self) -> Option<&AddedByHand> {
        self.listed.candidate.by_hand.as_ref()
    }

    fn step(&self) -> Option<&str> {
        let clock = self.listed.candidate.clock.as_ref()?;
        let hidden = !self.sensitive_role && clock.is_masked();
        masked(hidden, clock.step.as_str())
    }

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
        text("list_status", "new, continuing, returned: against the previous work day", |r| {
            r.listed.status.as_str().into()
        }),
        text("stream", "transition, follow_up, authorization, high_risk, rising, override", |r| {
            r.candidate().stream.as_str().into()
        }),
        text("band", "contact, visit, authorization, risk: the first that any live clock gives", |r| {
            r.candidate().band.map(|b| b.as_str()).into()
        }),
        integer("risk_tier", Unit::Level, "1 highest … 4, by percentile or by hand", |r| {
            r.candidate().risk_tier.into()
        }),
        number("priority", Unit::Factor, "product of the five parts", |r| r.candidate().factors.priority().into()),
        number("probability", Unit::Share, "what orders the person, 0..1", |r| {
            r.candidate().factors.probability.into()
        }),
        text(
            "probability_of",
            "avoid_hosp_90, readmit30_residual, lace, twice_mean_residual (left against advice), band_mean",
            |r| r.candidate().probability_of.as_str().into(),
        ),
        number(
            "p_open",
            Unit::Share,
            "chance that what is asked for is still to be done; 1 but in the band of visits",
            |r| r.candidate().factors.chance_open.into(),
        ),
        number("impactability", Unit::Factor, "how much a contact is taken to change, by driver", |r| {
            r.candidate().factors.impactability.into()
        }),
        number("reach", Unit::Share, "chance that a contact succeeds", |r| r.candidate().factors.reach.into()),
        number(
            "time_value",
            Unit::Factor,
            "2 on the day of the discharge or ED visit falling to 1 after 30 days; else 1",
            |r| r.candidate().factors.time_value.into(),
        ),
        text("ordered_by", "inside a band: expected benefit (a trained model) or the published indices", |r| {
            ordered_by(r.candidate()).into()
        }),
        integer("pqi_stays_12m", Unit::Count, "avoidable stays in 12 months", |r| r.candidate().key.pqi_stays.into()),
        flag("flag_2ip", "two or more stays in a year", |r| r.candidate().key.two_stays.into()),
        integer("elixhauser_readmission", Unit::Points, "Elixhauser readmission index", |r| {
            r.candidate().key.elixhauser.into()
        }),
        text(
            "next_step",
            "contact, visit, reconcile, follow_up, mental_stay, mental_ed, substance_ed, chronic_ed, authorization, discharge_unseen; sensitive ones masked; empty without a clock",
            |r| r.step().into(),
        ),
        date("next_due", "its deadline, the next that can still be met", |r| {
            r.candidate().clock.as_ref().and_then(|k| k.due).into()
        }),
        integer("slack_business_days", Unit::BusinessDays, "from the work day to it; negative when late", |r| {
            r.candidate().clock.as_ref().and_then(|k| k.slack_days).into()
        }),
        text("contact_way", "guardian, phone, guardian_phone, home_visit, letter, practice, find_contact", |r| {
            r.candidate().contact_way.as_str().into()
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
        number("percentile", Unit::Percentile, "of avoid_hosp_90 among scored adults, 0..100", |r| {
            r.candidate().standing.percentile.into()
        }),
        number("order_percentile", Unit::Percentile, "of what orders people, 0..100", |r| {
            r.candidate().standing.order_percentile.into()
        }),
        number("order_percentile_before", Unit::Percentile, "the same as it was known 90 days before", |r| {
            r.candidate().standing.order_percentile_before.into()
        }),
        text("reason_1", "plain words with evidence date and id", |r| r.reason(0).into()),
        text("reason_2", "see reason_1", |r| r.reason(1).into()),
        text("reason_3", "see reason_1", |r| r.reason(2).into()),
        text("reason_4", "see reason_1", |r| r.reason(3).into()),
        text("reason_5", "see reason_1", |r| r.reason(4).into()),
        text("what_changed", "against the previous run", |r| r.listed.what_changed.as_str().into()),
        text(
            "suggested_action",
            "first thing to do: what was asked by hand, the step of an urgent clock, the segment's action; of a sensitive event only its deadline",
            |r| r.listed.action.shown_text(r.sensitive_role).into(),
        ),
        text("suggested_discipline", "who should; masked with a sensitive event", |r| {
            r.listed.action.shown_discipline(r.sensitive_role).into()
        }),
        text("consult_discipline", "whom the caller asks, when the action needs another discipline", |r| {
            r.listed.consult.map(|d| r.listed.action.shown_consult(d, r.sensitive_role)).into()
        }),
        text("segment", "the person's segment in playbook.toml; masked when it rests on a sensitive code", |r| {
            Some(r.listed.action.shown_segment(r.sensitive_role)).filter(|s| !s.is_empty()).into()
        }),
        text(
            "programs",
            "ids of programmes that can be offered, joined by |: the person qualifies, has not said no, is in no conflict and is not billed; sensitive ones masked",
            |r| Some(r.programs.as_str()).filter(|p| !p.is_empty()).into(),
        ),
        text("override_author", "who asked for the person by hand", |r| r.by_hand().map(|h| &*h.author).into()),
        text("override_reason", "what for, in their own words", |r| r.by_hand().map(|h| &*h.reason).into()),
        date("override_expires", "last day it holds", |r| r.by_hand().map(|h| h.expires).into()),
        text("owner_id", "who holds the open case", |r| r.candidate().ownership.as_ref().map(|o| &*o.owner).into()),
        text(
            "caller_id",
            "who calls tonight: the owner, the cover, else who has most room; empty when nobody can",
            |r| filled(&r.listed.caller),
        ),
        flag("beyond_capacity", "more than the caller's calls of a day: it may be late", |r| r.listed.beyond.into()),
        integer("days_on_list", Unit::Nights, "work days in this spell", |r| r.listed.days_on_list.into()),
    ],
};

/// The list as rows.
pub fn outreach_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = OutreachRow<'a>> {
    let scores = inputs.scores;
    let role = inputs.plan.output.unmasked(Role::Director);
    list.listed.iter().enumerate().map(move |(i, listed)| {
        let c = &listed.candidate;
        OutreachRow {
            rank: i + 1,
            member_id: inputs.extracts.population.member(c.member).id(),
            listed,
            sensitive_role: role,
            avoid_hosp_90: scores.probability(c.member, ScoreId::RISK),
            readmit30: [ScoreId::Readmit30, ScoreId::Readmit30Residual].map(|id| scores.probability(c.member, id)),
            reasons: c.reasons.iter().map(|r| reason_text(r, role)).collect(),
            programs: programs_text(inputs, c.member, role),
        }
    })
}

fn ordered_by(c: &Candidate) -> &'static str {
    if c.by_model { "expected benefit" } else { "published indices" }
}

/// The programmes that can be offered, in the order of the rules; those that a reader may not see as one.
fn programs_text(inputs: &Inputs<'_>, member: u32, sensitive_role: bool) -> String {
    let Some(plan) = inputs.plans.get(member as usize) else { return String::new() };
    let mut names: Vec<&str> = Vec::new();
    for (at, program) in inputs.programs.program.iter().enumerate().filter(|(at, _)| plan.offered >> at & 1 == 1) {
        let hidden = !sensitive_role && plan.hidden_programs >> at & 1 == 1;
        let name = if hidden { SEE_RECORD } else { &*program.id };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join("|")
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
    let with = |tier: &str| TableScan::of_run(run, TABLE.name)?.columns(&["member_id", "stream", tier]).read();
    // Version 0.1.0 called it otherwise.
    let (frame, tier) = match with("risk_tier") {
        Ok(frame) => (frame, "risk_tier"),
        Err(_) => (with("tier")?, "tier"),
    };
    let (ids, streams, tiers) = (frame.texts("member_id")?, frame.texts("stream")?, frame.integers(tier)?);
    let row = |i: usize| PublishedListing {
        member_id: ids.at(i).to_owned(),
        stream: streams.at(i).to_owned(),
        tier: tiers[i],
    };
    Ok((0..frame.len()).map(row).collect())
}

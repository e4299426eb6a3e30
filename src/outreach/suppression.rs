//! Who is not contacted, by code and until when. Owns the table and its order; refuses to drop anyone
//! without a row.

use rustc_hash::FxHashMap;

use super::{Candidate, Inputs};
use crate::domain::Day;
use crate::extracts::{Extracts, Member};
use crate::features::Snapshot;

/// A suppression code, in the order they are tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Code {
    Deceased,
    Disenrolled,
    NotAttributed,
    Duplicate,
    OptOut,
    OverrideRemove,
    Hospice,
    InFacility,
    MinorNoGuardian,
    BadContact,
    ActiveElsewhere,
    RecentContact,
    Household,
    Holdout,
}

impl Code {
    /// The contract's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deceased => "DECEASED",
            Self::Disenrolled => "DISENROLLED",
            Self::NotAttributed => "NOT_ATTRIBUTED",
            Self::Duplicate => "DUPLICATE",
            Self::OptOut => "OPT_OUT",
            Self::OverrideRemove => "OVERRIDE_REMOVE",
            Self::Hospice => "HOSPICE",
            Self::InFacility => "IN_FACILITY",
            Self::MinorNoGuardian => "MINOR_NO_GUARDIAN",
            Self::BadContact => "BAD_CONTACT",
            Self::ActiveElsewhere => "ACTIVE_ELSEWHERE",
            Self::RecentContact => "RECENT_CONTACT",
            Self::Household => "HOUSEHOLD",
            Self::Holdout => "HOLDOUT",
        }
    }
}

/// One suppressed person.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// Index in the population.
    pub member: u32,
    /// Code.
    pub code: Code,
    /// Until when in words or as a date; empty when it never ends by itself.
    pub until: String,
    /// Date it ends, when it has one.
    pub until_date: Option<Day>,
    /// What it rests on, in words without names.
    pub detail: String,
    /// End-of-life routes are sent to palliative review.
    pub palliative_review: bool,
}

fn row(member: u32, code: Code, until: &str, until_date: Option<Day>, detail: impl Into<String>) -> Suppressed {
    Suppressed {
        member,
        code,
        until: until.to_owned(),
        until_date,
        detail: detail.into(),
        palliative_review: code == Code::Hospice,
    }
}

/// People under two ids: same name and birth date, and same sex or phone. Maps each later id to the lowest.
#[must_use]
fn duplicates(extracts: &Extracts) -> FxHashMap<u32, u32> {
    let mut groups: FxHashMap<(String, String, i32), Vec<u32>> = FxHashMap::default();
    for (i, m) in extracts.population.members.iter().enumerate() {
        let fold = |t: &Option<Box<str>>| {
            t.as_deref().map(|t| t.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
        };
        if let (Some(first), Some(last)) = (fold(&m.facts.first_name), fold(&m.facts.last_name)) {
            groups.entry((first, last, m.facts.birth)).or_default().push(u32::try_from(i).unwrap_or(u32::MAX));
        }
    }
    let mut out = FxHashMap::default();
    for group in groups.values().filter(|g| g.len() > 1) {
        for (at, member) in group.iter().enumerate().skip(1) {
            let m = extracts.population.member(*member);
            let same = group[..at].iter().find(|o| {
                let other = extracts.population.member(**o);
                (other.sex() == m.sex() && m.sex() != crate::domain::Sex::Unknown)
                    || (other.facts.phone.is_some() && other.facts.phone == m.facts.phone)
            });
            if let Some(lowest) = same {
                out.insert(*member, *lowest);
            }
        }
    }
    out
}

/// What the rules need to know of the whole population.
pub struct Population {
    /// Later ids of one person, to the lowest.
    pub duplicates: FxHashMap<u32, u32>,
    /// Somebody has a phone or an address: a layout without any cannot say that a contact is bad.
    pub contacts_known: bool,
}

impl Population {
    /// Looks at everyone once.
    #[must_use]
    pub fn new(extracts: &Extracts) -> Self {
        let contacts_known = extracts
            .population
            .members
            .iter()
            .any(|m| m.facts.phone.is_some() || m.facts.address.is_some() || m.facts.guardian_phone.is_some());
        Self { duplicates: duplicates(extracts), contacts_known }
    }
}

/// The first suppression that holds for a member, but for the household rule, which needs the list.
#[must_use]
pub fn judge(inputs: &Inputs<'_>, s: &Snapshot, clock_started: Option<Day>, known: &Population) -> Option<Suppressed> {
    let ex = inputs.extracts;
    let m = ex.population.member(s.member);
    let as_of = inputs.plan.as_of;
    if m.death().is_some() || s.facts.died_by_claim.is_some() {
        return Some(row(
            s.member,
            Code::Deceased,
            "never",
            None,
            if m.death().is_some() { "death date" } else { "discharge disposition" },
        ));
    }
    if !s.enrolled {
        let next = m.spans.iter().map(|p| Day(p.start)).find(|d| *d > as_of);
        return Some(row(s.member, Code::Disenrolled, "next span", next, "no span at the night's date"));
    }
    if inputs.plan.list.attribution && m.facts.practice == 0 {
        return Some(row(s.member, Code::NotAttributed, "next span", None, "no practice_id"));
    }
    if let Some(lowest) = known.duplicates.get(&s.member) {
        return Some(row(
            s.member,
            Code::Duplicate,
            "",
            None,
            format!("same person as {}", ex.population.member(*lowest).id()),
        ));
    }
    consent(inputs, s.member, m)
        .or_else(|| care(s, m))
        .or_else(|| contact(inputs, s, m, clock_started, known.contacts_known))
}

fn consent(inputs: &Inputs<'_>, member: u32, m: &Member) -> Option<Suppressed> {
    let ex = inputs.extracts;
    let as_of = inputs.plan.as_of;
    let latest_word = ex.outreach.of(member).filter(|o| o.day <= as_of.0).filter_map(|o| o.opt_out).next_back();
    if latest_word == Some(true) || m.facts.consent == Some(false) {
        return Some(row(
            member,
            Code::OptOut,
            "revoked",
            None,
            if latest_word == Some(true) { "outreach log" } else { "contact_consent" },
        ));
    }
    let removed =
        ex.overrides.of(member).filter(|o| &*o.action == "remove" && o.expires >= as_of.0).max_by_key(|o| o.expires)?;
    Some(row(
        member,
        Code::OverrideRemove,
        "expires",
        Some(Day(removed.expires)),
        format!("{} ({})", removed.reason, removed.author),
    ))
}

fn care(s: &Snapshot, m: &Member) -> Option<Suppressed> {
    if m.facts.hospice == Some(true) {
        return Some(row(s.member, Code::Hospice, "flag ends", None, "hospice_flag"));
    }
    if let Some(since) = s.facts.hospice_since {
        return Some(row(s.member, Code::Hospice, "flag ends", None, format!("since {since}")));
    }
    let since = s.facts.in_facility_since?;
    Some(row(s.member, Code::InFacility, "discharge, then the clock starts", None, format!("since {since}")))
}

fn contact(
    inputs: &Inputs<'_>,
    s: &Snapshot,
    m: &Member,
    clock_started: Option<Day>,
    contacts_known: bool,
) -> Option<Suppressed> {
    let ex = inputs.extracts;
    let list = &inputs.plan.list;
    let as_of = inputs.plan.as_of;
    if s.age < 18 && m.facts.guardian_phone.is_none() && contacts_known {
        return Some(row(s.member, Code::MinorNoGuardian, "data change", None, "no guardian_phone"));
    }
    let log: Vec<_> = ex.outreach.of(s.member).filter(|o| o.day <= as_of.0).collect();
    let reachable =
        m.facts.phone.is_some() || m.facts.address.is_some() || (s.age < 18 && m.facts.guardian_phone.is_some());
    if !reachable && contacts_known {
        return Some(row(s.member, Code::BadContact, "data change", None, "no phone and no address"));
    }
    // The extracts carry no date of a phone's change: a later success stands for a changed number.
    let last_word = log.iter().rev().find(|o| matches!(&*o.outcome, "wrong_number" | "completed" | "enrolled"));
    if last_word.is_some_and(|o| &*o.outcome == "wrong_number") {
        return Some(row(s.member, Code::BadContact, "data change", None, "wrong number"));
    }
    let elsewhere = log.iter().rev().find(|o| !o.program.is_empty() && *o.program != *list.program);
    if let Some(o) = elsewhere.filter(|o| &*o.outcome == "enrolled" && o.cooldown_until.is_none_or(|d| d >= as_of.0)) {
        return Some(row(s.member, Code::ActiveElsewhere, "its end", o.cooldown_until.map(Day), o.program.to_string()));
    }
    let mut until: Option<(Day, Day, &str)> = None;
    for o in &log {
        let end = match &*o.outcome {
            "completed" | "enrolled" => Some(Day(o.day).plus(list.recent_contact_days)),
            "attempts_complete" => Some(Day(o.day).plus(list.attempts_complete_days)),
            _ => None,
        };
        for (end, why) in [(end, &*o.outcome), (o.cooldown_until.map(Day), "cooldown")] {
            if let Some(end) = end.filter(|e| *e >= as_of && until.is_none_or(|u| u.0 < *e)) {
                until = Some((end, Day(o.day), why));
            }
        }
    }
    let (end, contacted, why) = until?;
    // A clock that started after the contact releases it.
    if clock_started.is_some_and(|started| started >= contacted) {
        return None;
    }
    Some(row(s.member, Code::RecentContact, "that date", Some(end), why))
}

/// The household row of a person whose phone is already on tonight's list.
#[must_use]
pub fn household(candidate: &Candidate, as_of: Day) -> Suppressed {
    row(candidate.member, Code::Household, "tomorrow", Some(as_of.plus(1)), "same phone already on tonight's list")
}

/// The hold-out row of a person drawn on a night.
#[must_use]
pub fn holdout(candidate: &Candidate, drawn: Day, horizon_days: i32) -> Suppressed {
    let detail = format!("drawn {drawn} to be compared with people who are contacted");
    row(candidate.member, Code::Holdout, "horizon end", Some(drawn.plus(horizon_days)), detail)
}

//! Who is not contacted, by code and until when. Owns the table and its order; refuses to drop anyone
//! without a row.

use rustc_hash::FxHashMap;

use super::candidate::Candidate;
use super::inputs::Inputs;
use crate::domain::{ContactOutcome, Day, OverrideAction, phone_key};
use crate::extracts::{Extracts, Member, Outreach, Override};
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

impl Code {
    /// The person has left the population, or is in it under another id: an open case has nobody behind it.
    #[must_use]
    pub fn ends_attribution(self) -> bool {
        matches!(self, Self::Deceased | Self::Disenrolled | Self::NotAttributed | Self::Duplicate)
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

fn suppressed_row(
    member: u32,
    code: Code,
    until: &str,
    until_date: Option<Day>,
    detail: impl Into<String>,
) -> Suppressed {
    Suppressed {
        member,
        code,
        until: until.to_owned(),
        until_date,
        detail: detail.into(),
        palliative_review: code == Code::Hospice,
    }
}

/// People under two ids: same name and birth date, and same sex or phone. Groups of two or more, ids rising.
fn same_people(extracts: &Extracts) -> Vec<Vec<u32>> {
    let mut groups: FxHashMap<(String, String, i32), Vec<u32>> = FxHashMap::default();
    for (i, m) in extracts.population.members.iter().enumerate() {
        let fold = |t: &Option<Box<str>>| {
            t.as_deref().map(|t| t.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
        };
        if let (Some(first), Some(last)) = (fold(&m.facts.first_name), fold(&m.facts.last_name)) {
            groups.entry((first, last, m.facts.birth)).or_default().push(u32::try_from(i).unwrap_or(u32::MAX));
        }
    }
    let same = |a: u32, b: u32| {
        let (a, b) = (extracts.population.member(a), extracts.population.member(b));
        let phone = |m: &Member| m.facts.phone.as_deref().map(phone_key);
        (a.sex() == b.sex() && a.sex() != crate::domain::Sex::Unknown) || (phone(a).is_some() && phone(a) == phone(b))
    };
    let mut out: Vec<Vec<u32>> = Vec::new();
    for group in groups.into_values().filter(|g| g.len() > 1) {
        let mut people: Vec<Vec<u32>> = Vec::new();
        for member in group {
            // One id can join two groups: what is the same as either is all one person.
            let (mut joined, apart): (Vec<_>, Vec<_>) =
                people.into_iter().partition(|p: &Vec<u32>| p.iter().any(|o| same(*o, member)));
            people = apart;
            joined.push(vec![member]);
            people.push(joined.concat());
        }
        out.extend(people.into_iter().filter(|p| p.len() > 1).map(|mut p| {
            p.sort_unstable();
            p
        }));
    }
    out
}

/// What the rules need to know of the whole population.
pub struct Population {
    /// Each further id of a person, to the one that stays: the lowest that is enrolled and alive, else the lowest.
    pub duplicates: FxHashMap<u32, u32>,
    /// All ids of a person, by each of them.
    ids: FxHashMap<u32, Vec<u32>>,
    /// Somebody has a phone or an address: a layout without any cannot say that a contact is bad.
    pub contacts_known: bool,
}

impl Population {
    /// Looks at everyone once.
    #[must_use]
    pub fn new(inputs: &Inputs<'_>) -> Self {
        let extracts = inputs.extracts;
        let contacts_known = extracts
            .population
            .members
            .iter()
            .any(|m| m.facts.phone.is_some() || m.facts.address.is_some() || m.facts.guardian_phone.is_some());
        let (mut duplicates, mut ids) = (FxHashMap::default(), FxHashMap::default());
        for person in same_people(extracts) {
            let stays =
                |m: &&u32| inputs.snapshots.get(**m as usize).is_some_and(|s| s.enrolled) && !has_died(inputs, **m);
            let kept = person.iter().find(stays).or(person.first()).copied().unwrap_or_default();
            duplicates.extend(person.iter().filter(|m| **m != kept).map(|m| (*m, kept)));
            ids.extend(person.iter().map(|m| (*m, person.clone())));
        }
        Self { duplicates, ids, contacts_known }
    }

    /// Every id of a member's person, the member's own alone as a rule.
    fn ids<'s>(&'s self, member: &'s u32) -> &'s [u32] {
        self.ids.get(member).map_or(std::slice::from_ref(member), Vec::as_slice)
    }
}

fn has_died(inputs: &Inputs<'_>, member: u32) -> bool {
    inputs.extracts.population.member(member).death().is_some()
        || inputs.snapshots.get(member as usize).is_some_and(|s| s.facts.died_by_claim.is_some())
}

/// The first suppression that holds for a member, but for the household rule, which needs the list.
#[must_use]
pub fn first_suppression(
    inputs: &Inputs<'_>,
    s: &Snapshot,
    clock_started: Option<Day>,
    known: &Population,
) -> Option<Suppressed> {
    let ex = inputs.extracts;
    let m = ex.population.member(s.member);
    let as_of = inputs.plan.as_of;
    let ids = known.ids(&s.member);
    if ids.iter().any(|id| has_died(inputs, *id)) {
        let detail = if m.death().is_some() {
            "death date"
        } else if s.facts.died_by_claim.is_some() {
            "discharge disposition"
        } else {
            "known under another id of the same person"
        };
        return Some(suppressed_row(s.member, Code::Deceased, "never", None, detail));
    }
    if !s.enrolled {
        let next = m.spans.iter().map(|p| Day(p.start)).find(|d| *d > as_of);
        return Some(suppressed_row(s.member, Code::Disenrolled, "next span", next, "no span at the night's date"));
    }
    if inputs.plan.list.attribution && m.facts.practice.is_none() {
        return Some(suppressed_row(s.member, Code::NotAttributed, "next span", None, "no practice_id"));
    }
    if let Some(lowest) = known.duplicates.get(&s.member) {
        return Some(suppressed_row(
            s.member,
            Code::Duplicate,
            "the ids are joined",
            None,
            format!("same person as {}", ex.population.member(*lowest).id()),
        ));
    }
    // What a person refused under one id is refused under all.
    ids.iter()
        .find_map(|id| consent_rule(inputs, *id))
        .map(|found| Suppressed { member: s.member, ..found })
        .or_else(|| care_rule(s, m))
        .or_else(|| contact_rule(inputs, s, m, clock_started, known.contacts_known))
}

fn consent_rule(inputs: &Inputs<'_>, member: u32) -> Option<Suppressed> {
    let ex = inputs.extracts;
    let m = ex.population.member(member);
    let as_of = inputs.plan.as_of;
    let latest_word = ex.rows::<Outreach>().of(member).filter(|o| o.day <= as_of).filter_map(|o| o.opt_out).next_back();
    if latest_word == Some(true) || m.facts.consent == Some(false) {
        return Some(suppressed_row(
            member,
            Code::OptOut,
            "revoked",
            None,
            if latest_word == Some(true) { "outreach log" } else { "contact_consent" },
        ));
    }
    let removed = ex
        .rows::<Override>()
        .of(member)
        .filter(|o| o.action == OverrideAction::Remove && o.expires >= as_of)
        .max_by_key(|o| o.expires)?;
    Some(suppressed_row(
        member,
        Code::OverrideRemove,
        "expires",
        Some(removed.expires),
        format!("{} ({})", removed.reason, removed.author),
    ))
}

fn care_rule(s: &Snapshot, m: &Member) -> Option<Suppressed> {
    if m.facts.hospice == Some(true) {
        return Some(suppressed_row(s.member, Code::Hospice, "flag ends", None, "hospice_flag"));
    }
    if let Some(since) = s.facts.hospice_since {
        return Some(suppressed_row(s.member, Code::Hospice, "flag ends", None, format!("since {since}")));
    }
    let since = s.facts.in_facility_since?;
    Some(suppressed_row(s.member, Code::InFacility, "discharge, then the clock starts", None, format!("since {since}")))
}

fn contact_rule(
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
        return Some(suppressed_row(s.member, Code::MinorNoGuardian, "data change", None, "no guardian_phone"));
    }
    let log: Vec<_> = ex.rows::<Outreach>().of(s.member).filter(|o| o.day <= as_of).collect();
    let reachable =
        m.facts.phone.is_some() || m.facts.address.is_some() || (s.age < 18 && m.facts.guardian_phone.is_some());
    if !reachable && contacts_known {
        return Some(suppressed_row(s.member, Code::BadContact, "data change", None, "no phone and no address"));
    }
    // The number has changed when a later span brought another, or when a later call succeeded.
    let last_word = log.iter().rev().find(|o| o.outcome == ContactOutcome::WrongNumber || o.outcome.is_success());
    let since = m.phone_since;
    if last_word.is_some_and(|o| o.outcome == ContactOutcome::WrongNumber && since.is_none_or(|d| d <= o.day)) {
        return Some(suppressed_row(s.member, Code::BadContact, "data change", None, "wrong number"));
    }
    let elsewhere = log.iter().rev().find(|o| !o.program.is_empty() && *o.program != *list.program);
    if let Some(o) =
        elsewhere.filter(|o| o.outcome == ContactOutcome::Enrolled && o.cooldown_until.is_none_or(|d| d >= as_of))
    {
        return Some(suppressed_row(
            s.member,
            Code::ActiveElsewhere,
            "its end",
            o.cooldown_until,
            o.program.to_string(),
        ));
    }
    let mut until: Option<(Day, Day, &str)> = None;
    for o in &log {
        let end = match o.outcome {
            ContactOutcome::Completed | ContactOutcome::Enrolled => Some(o.day.plus(list.recent_contact_days)),
            ContactOutcome::AttemptsComplete => Some(o.day.plus(list.attempts_complete_days)),
            _ => None,
        };
        for (end, why) in [(end, o.outcome.as_str()), (o.cooldown_until, "cooldown")] {
            if let Some(end) = end.filter(|e| *e >= as_of && until.is_none_or(|u| u.0 < *e)) {
                until = Some((end, o.day, why));
            }
        }
    }
    let (end, contacted, why) = until?;
    // A clock that started after the contact releases it.
    if clock_started.is_some_and(|started| started >= contacted) {
        return None;
    }
    Some(suppressed_row(s.member, Code::RecentContact, "that date", Some(end), why))
}

/// The household row of a person whose phone is already on tonight's list.
#[must_use]
pub fn household_row(candidate: &Candidate, as_of: Day) -> Suppressed {
    suppressed_row(
        candidate.member,
        Code::Household,
        "tomorrow",
        Some(as_of.plus(1)),
        "same phone already on tonight's list",
    )
}

/// The hold-out row of a person drawn on a night.
#[must_use]
pub fn holdout_row(candidate: &Candidate, drawn: Day, horizon_days: i32) -> Suppressed {
    let detail = format!("drawn {drawn} to be compared with people who are contacted");
    suppressed_row(candidate.member, Code::Holdout, "horizon end", Some(drawn.plus(horizon_days)), detail)
}

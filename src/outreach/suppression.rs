//! Who is not contacted, by code and until when. Owns the table and its order; refuses to drop anyone
//! without a row.

use super::candidate::Candidate;
use super::duplicates::Duplicates;
use super::inputs::Inputs;
use super::words::Band;
use crate::domain::Day;
use crate::domain::vocabulary::word_list;
use crate::extracts::{Member, Outreach};
use crate::features::Snapshot;
use crate::measures::FacilityBasis;

word_list! {
    /// A suppression code, in the order they are tried.
    Code {
        /// Died.
        Deceased = "DECEASED",
        /// Not enrolled on the night.
        Disenrolled = "DISENROLLED",
        /// No practice where attribution is on.
        NotAttributed = "NOT_ATTRIBUTED",
        /// Another id of somebody who stays.
        Duplicate = "DUPLICATE",
        /// Wants no contact.
        OptOut = "OPT_OUT",
        /// Taken off by hand.
        OverrideRemove = "OVERRIDE_REMOVE",
        /// Refused lately; in the band of risk.
        Refused = "REFUSED",
        /// In hospice.
        Hospice = "HOSPICE",
        /// In a facility.
        InFacility = "IN_FACILITY",
        /// Under 18, and no guardian's phone.
        MinorNoGuardian = "MINOR_NO_GUARDIAN",
        /// No way to reach the person.
        BadContact = "BAD_CONTACT",
        /// Another programme works with the person; in the band of risk.
        ActiveElsewhere = "ACTIVE_ELSEWHERE",
        /// Contacted lately; in the band of risk.
        RecentContact = "RECENT_CONTACT",
        /// Somebody of the same phone is called; in the band of risk.
        Household = "HOUSEHOLD",
        /// Held out by chance; in the band of risk.
        Holdout = "HOLDOUT",
    }
}

impl Code {
    /// The person has left the population, or is in it under another id: an open case has nobody behind it.
    #[must_use]
    pub fn ends_attribution(self) -> bool {
        matches!(self, Self::Deceased | Self::Disenrolled | Self::NotAttributed | Self::Duplicate)
    }

    /// Takes the person off the sheet of the case's owner too; others stand there with the code beside the name.
    #[must_use]
    pub fn leaves_own_sheet(self) -> bool {
        self.ends_attribution() || matches!(self, Self::OptOut | Self::OverrideRemove)
    }
}

/// Days for which a refusal holds in the band of risk.
const REFUSED_DAYS: i32 = 90;

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

/// What the rules need to know of the whole population.
pub struct PopulationFacts {
    /// People under two ids.
    pub duplicates: Duplicates,
    /// Somebody has a phone or an address: a layout without any cannot say that a contact is bad.
    pub contacts_known: bool,
}

impl PopulationFacts {
    /// Looks at everyone once.
    #[must_use]
    pub fn of(inputs: &Inputs<'_>) -> Self {
        let extracts = inputs.extracts;
        let reachable =
            |m: &Member| m.facts.phone.is_some() || m.facts.address.is_some() || m.facts.guardian_phone.is_some();
        let stays = |m: u32| inputs.snapshots.get(m as usize).is_some_and(|s| s.enrolled) && !has_died(inputs, m);
        Self {
            duplicates: Duplicates::find(extracts, stays),
            contacts_known: extracts.population.members.iter().any(reachable),
        }
    }
}

fn has_died(inputs: &Inputs<'_>, member: u32) -> bool {
    inputs.extracts.population.member(member).death().is_some()
        || inputs.snapshots.get(member as usize).is_some_and(|s| s.facts.died_by_claim.is_some())
}

/// The first suppression that holds for a member, but for the household rule and the hold-out, which need the list.
/// Refusals, other programmes and recent contacts hold in the band of risk alone, and never for somebody asked for by
/// hand.
#[must_use]
pub fn first_suppression(
    inputs: &Inputs<'_>,
    s: &Snapshot,
    candidate: Option<&Candidate>,
    known: &PopulationFacts,
) -> Option<Suppressed> {
    let m = inputs.extracts.population.member(s.member);
    let ids = known.duplicates.ids_of(&s.member);
    let waits = candidate.is_some_and(|c| c.band == Some(Band::Risk) && c.by_hand.is_none());
    // What a person refused under one id is refused under all.
    let of_person = |rule: &dyn Fn(u32) -> Option<Suppressed>| {
        ids.iter().find_map(|id| rule(*id)).map(|found| Suppressed { member: s.member, ..found })
    };
    leaving_rule(inputs, s, m, known)
        .or_else(|| of_person(&|id| consent_rule(inputs, id)))
        .or_else(|| if waits { of_person(&|id| refusal_rule(inputs, id)) } else { None })
        .or_else(|| care_rule(s, m))
        .or_else(|| contact_rule(inputs, s, m, candidate, known.contacts_known))
        .or_else(|| if waits { of_person(&|id| recent_rule(inputs, id)) } else { None })
}

fn leaving_rule(inputs: &Inputs<'_>, s: &Snapshot, m: &Member, known: &PopulationFacts) -> Option<Suppressed> {
    let as_of = inputs.plan.as_of;
    if known.duplicates.ids_of(&s.member).iter().any(|id| has_died(inputs, *id)) {
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
    let kept = known.duplicates.kept.get(&s.member)?;
    let detail = format!("same person as {}", inputs.extracts.population.member(*kept).id());
    Some(suppressed_row(s.member, Code::Duplicate, "the ids are joined", None, detail))
}

fn consent_rule(inputs: &Inputs<'_>, member: u32) -> Option<Suppressed> {
    let latest_word = inputs.contacts_of(member).filter_map(|o| o.opt_out).next_back();
    let refused_in_file = inputs.extracts.population.member(member).facts.consent == Some(false);
    if latest_word == Some(true) || refused_in_file {
        let detail = if latest_word == Some(true) { "outreach log" } else { "contact_consent" };
        return Some(suppressed_row(member, Code::OptOut, "revoked", None, detail));
    }
    let removed = inputs.overrides_of(member).filter(|o| o.is_remove()).max_by_key(|o| o.expires)?;
    let detail = format!("{} ({})", removed.reason, removed.author);
    Some(suppressed_row(member, Code::OverrideRemove, "expires", Some(removed.expires), detail))
}

fn refusal_rule(inputs: &Inputs<'_>, member: u32) -> Option<Suppressed> {
    let as_of = inputs.plan.as_of;
    let refused = inputs.contacts_of(member).filter(|o| o.is_refused()).map(|o| o.day).max()?;
    let until = refused.plus(REFUSED_DAYS);
    (until >= as_of)
        .then(|| suppressed_row(member, Code::Refused, "that date", Some(until), format!("refused on {refused}")))
}

fn care_rule(s: &Snapshot, m: &Member) -> Option<Suppressed> {
    if m.facts.hospice == Some(true) {
        return Some(suppressed_row(s.member, Code::Hospice, "flag ends", None, "hospice_flag"));
    }
    if let Some(since) = s.facts.hospice_since {
        return Some(suppressed_row(s.member, Code::Hospice, "flag ends", None, format!("since {since}")));
    }
    let stay = s.whereabouts.facility.as_ref()?;
    let until = (stay.basis == FacilityBasis::Discharged).then(|| stay.since.plus(30));
    let detail = format!("{} since {}", stay.basis.as_str().replace('_', " "), stay.since);
    Some(suppressed_row(s.member, Code::InFacility, "discharge, then the clock starts", until, detail))
}

fn contact_rule(
    inputs: &Inputs<'_>,
    s: &Snapshot,
    m: &Member,
    candidate: Option<&Candidate>,
    contacts_known: bool,
) -> Option<Suppressed> {
    if s.age < 18 && m.facts.guardian_phone.is_none() && contacts_known {
        return Some(suppressed_row(s.member, Code::MinorNoGuardian, "data change", None, "no guardian_phone"));
    }
    let none = candidate.is_some_and(|c| c.ways.is_none());
    if none && contacts_known {
        let detail = if m.facts.phone.is_some() {
            "wrong number, no address, no practice"
        } else {
            "no phone, no address, no practice"
        };
        return Some(suppressed_row(s.member, Code::BadContact, "data change", None, detail));
    }
    let other = |o: &&Outreach| !o.program.is_empty() && *o.program != *inputs.plan.list.program;
    let elsewhere = inputs.contacts_of(s.member).rev().find(other)?;
    let waits = candidate.is_some_and(|c| c.band == Some(Band::Risk) && c.by_hand.is_none());
    let open = elsewhere.is_enrolled() && elsewhere.cooldown_until.is_none_or(|d| d >= inputs.plan.as_of);
    (waits && open).then(|| {
        suppressed_row(
            s.member,
            Code::ActiveElsewhere,
            "its end",
            elsewhere.cooldown_until,
            elsewhere.program.to_string(),
        )
    })
}

fn recent_rule(inputs: &Inputs<'_>, member: u32) -> Option<Suppressed> {
    let (list, as_of) = (&inputs.plan.list, inputs.plan.as_of);
    let mut until: Option<(Day, &str)> = None;
    for o in inputs.contacts_of(member) {
        let end = if o.is_success() {
            Some(o.day.plus(list.recent_contact_days))
        } else if o.is_exhausted() {
            Some(o.day.plus(list.attempts_complete_days))
        } else {
            None
        };
        for (end, why) in [(end, o.outcome.as_str()), (o.cooldown_until, "cooldown")] {
            if let Some(end) = end.filter(|e| *e >= as_of && until.is_none_or(|u| u.0 < *e)) {
                until = Some((end, why));
            }
        }
    }
    until.map(|(end, why)| suppressed_row(member, Code::RecentContact, "that date", Some(end), why))
}

/// The household row of a person whose phone is already on tonight's list.
#[must_use]
pub fn household_row(candidate: &Candidate, work_day: Day) -> Suppressed {
    suppressed_row(
        candidate.member,
        Code::Household,
        "tomorrow",
        Some(work_day.plus(1)),
        "same phone already on tonight's list",
    )
}

/// The hold-out row of a person drawn on a night.
#[must_use]
pub fn holdout_row(candidate: &Candidate, drawn: Day, horizon_days: i32) -> Suppressed {
    let detail = format!("drawn {drawn} to be compared with people who are contacted");
    suppressed_row(candidate.member, Code::Holdout, "horizon end", Some(drawn.plus(horizon_days)), detail)
}

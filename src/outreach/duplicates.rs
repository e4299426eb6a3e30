//! People under two ids. Owns when two ids are one person; refuses to join rows of an extract.

use rustc_hash::FxHashMap;

use super::candidate::Candidate;
use crate::domain::{Sex, folded_address, folded_name, phone_key};
use crate::extracts::{Extracts, Member};

/// Who is whom.
#[derive(Debug, Default)]
pub struct Duplicates {
    /// Each further id of a person, to the one that stays: the lowest that is enrolled and alive, else the lowest.
    pub kept: FxHashMap<u32, u32>,
    /// All ids of a person, by each of them.
    ids: FxHashMap<u32, Vec<u32>>,
    /// Ids that share name, birth date and sex with another and nothing more: both stay.
    pub possible: u64,
}

impl Duplicates {
    /// Looks at everyone once; `stays` says who is enrolled and alive.
    #[must_use]
    pub fn find(extracts: &Extracts, stays: impl Fn(u32) -> bool) -> Self {
        let mut out = Self::default();
        for group in namesakes(extracts) {
            let people = joined(&group, |a, b| is_same_person(extracts, a, b));
            let alike = joined(&group, |a, b| has_same_sex(extracts, a, b));
            // Ids that would be one person by sex alone, less those that are one.
            let apart = |sets: &[Vec<u32>]| sets.iter().map(|s| s.len() as u64 - 1).sum::<u64>();
            out.possible += apart(&alike).saturating_sub(apart(&people));
            for person in people.into_iter().filter(|p| p.len() > 1) {
                let kept = person.iter().copied().find(|m| stays(*m)).unwrap_or(person[0]);
                out.kept.extend(person.iter().filter(|m| **m != kept).map(|m| (*m, kept)));
                out.ids.extend(person.iter().map(|m| (*m, person.clone())));
            }
        }
        out
    }

    /// Every id of a member's person, the member's own alone as a rule.
    pub fn ids_of<'s>(&'s self, member: &'s u32) -> &'s [u32] {
        self.ids.get(member).map_or(std::slice::from_ref(member), Vec::as_slice)
    }

    /// The id that stays takes the other's cause: the earlier band and its clock, the stronger key, the united reasons.
    pub fn unite(&self, all: &mut [Candidate]) {
        let place: FxHashMap<u32, usize> = all.iter().enumerate().map(|(i, c)| (c.member, i)).collect();
        let mut pairs: Vec<(u32, u32)> = self.kept.iter().map(|(a, b)| (*a, *b)).collect();
        pairs.sort_unstable();
        for (other, kept) in pairs {
            let (Some(from), Some(to)) = (place.get(&other), place.get(&kept)) else { continue };
            let theirs = all[*from].clone();
            take_cause(&mut all[*to], theirs);
        }
    }
}

fn take_cause(mine: &mut Candidate, theirs: Candidate) {
    mine.key = mine.key.max(theirs.key);
    mine.risk_tier = mine.risk_tier.min(theirs.risk_tier);
    let earlier = theirs.band.is_some_and(|t| mine.band.is_none_or(|m| t < m));
    if earlier {
        mine.band = theirs.band;
        mine.stream = theirs.stream;
        mine.factors.chance_open = theirs.factors.chance_open;
        mine.factors.time_value = theirs.factors.time_value;
        mine.clock = theirs.clock;
    }
    if theirs.factors.probability > mine.factors.probability {
        mine.factors.probability = theirs.factors.probability;
        mine.probability_of = theirs.probability_of;
    }
    mine.in_transition |= theirs.in_transition;
    if mine.by_hand.is_none() {
        mine.by_hand = theirs.by_hand;
    }
    if mine.ownership.is_none() {
        mine.ownership = theirs.ownership;
    }
    for reason in theirs.reasons {
        if mine.reasons.len() < 5 && !mine.reasons.contains(&reason) {
            mine.reasons.push(reason);
        }
    }
}

/// Groups of two or more ids with one folded name and birth date, ids rising.
fn namesakes(extracts: &Extracts) -> Vec<Vec<u32>> {
    let mut groups: FxHashMap<(String, String, i32), Vec<u32>> = FxHashMap::default();
    for (i, m) in extracts.population.members.iter().enumerate() {
        let name = |text: Option<&str>| text.and_then(folded_name);
        if let (Some(first), Some(last)) = (name(m.facts.first_name.as_deref()), name(m.facts.last_name.as_deref())) {
            groups.entry((first, last, m.facts.birth)).or_default().push(u32::try_from(i).unwrap_or(u32::MAX));
        }
    }
    let mut out: Vec<Vec<u32>> = groups.into_values().filter(|g| g.len() > 1).collect();
    out.sort_unstable();
    out
}

/// Sets of a group in which each id is the same as some other of its set; ids rising.
fn joined(group: &[u32], same: impl Fn(u32, u32) -> bool) -> Vec<Vec<u32>> {
    let mut out: Vec<Vec<u32>> = Vec::new();
    for member in group {
        // One id can join two sets: what is the same as either is all one person.
        let (mut met, apart): (Vec<_>, Vec<_>) =
            out.into_iter().partition(|p: &Vec<u32>| p.iter().any(|o| same(*o, *member)));
        out = apart;
        met.push(vec![*member]);
        out.push(met.concat());
    }
    for set in &mut out {
        set.sort_unstable();
    }
    out
}

fn has_same_sex(extracts: &Extracts, a: u32, b: u32) -> bool {
    let (a, b) = (extracts.population.member(a), extracts.population.member(b));
    a.sex() == b.sex() && a.sex() != Sex::Unknown
}

/// The same phone, the same address, or the same ZIP5 and sex.
fn is_same_person(extracts: &Extracts, a: u32, b: u32) -> bool {
    let zip5 = |m: &Member| extracts.words.text(m.facts.zip).chars().take(5).collect::<String>();
    let same_sex = has_same_sex(extracts, a, b);
    let (a, b) = (extracts.population.member(a), extracts.population.member(b));
    let phone = |m: &Member| m.facts.phone.as_deref().map(phone_key);
    let address = |m: &Member| m.facts.address.as_deref().and_then(folded_address);
    (phone(a).is_some() && phone(a) == phone(b))
        || (address(a).is_some() && address(a) == address(b))
        || (same_sex && zip5(a).len() == 5 && zip5(a) == zip5(b))
}

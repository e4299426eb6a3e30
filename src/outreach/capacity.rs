//! How many contacts tonight's staff can make and with whom. Owns the places of each manager and what a person needs of
//! whoever calls; refuses to order people.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use super::duty::{Ownership, is_on_duty};
use super::inputs::Inputs;
use super::reach::reach_rate;
use super::words::Band;
use crate::domain::{Discipline, Disciplines};

/// Contacts a full-time manager makes a day when the roster gives none.
pub const CONTACTS_PER_FTE: f64 = 8.0;

/// Hours a week of a full-time manager when the roster gives none.
pub const HOURS_PER_FTE: f64 = 40.0;

/// The list's length without a roster.
const OPEN_LENGTH: u32 = 100;

/// One manager on duty, as far as it decides whom they can call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnDuty {
    /// Id.
    pub care_manager_id: String,
    /// Profession, in the contract's word.
    pub discipline: String,
    /// ISO 639-1 codes joined by `|`.
    pub languages: String,
    /// USPS codes joined by `|`.
    pub licensed_states: String,
    /// Full-time equivalents, above 0.
    pub fte: f64,
    /// Completed new contacts a day; 8 for each FTE when the roster gives none.
    pub contacts_per_night: f64,
    /// Hours a week; 40 for each FTE when the roster gives none.
    pub hours_per_week: f64,
}

/// Tonight's staff: what `capacity.json` holds, and all that the length of the list follows from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Staff {
    /// Expected reach: completed share of contacts, above 0 and at most 1.
    pub reach: f64,
    /// Multiple of the length beyond which a listed person leaves, at least 1.
    pub exit_factor: f64,
    /// Share of a discipline's places that the band of risk gets whatever the clocks took, 0..1.
    pub reserve_risk: f64,
    /// Length without a roster; absent with one.
    pub open_length: Option<u32>,
    /// Managers on duty, by id.
    pub managers: Vec<OnDuty>,
}

impl Staff {
    /// The staff on duty on the work day.
    #[must_use]
    pub fn tonight(inputs: &Inputs<'_>) -> Self {
        let on_duty = inputs.extracts.managers.iter().filter(|m| is_on_duty(inputs, m));
        let managers = on_duty.filter_map(|m| {
            let fte = m.fte.unwrap_or(1.0);
            Some(OnDuty {
                care_manager_id: m.id.to_string(),
                discipline: Discipline::parse(&m.discipline)?.as_str().to_owned(),
                languages: m.languages.to_string(),
                licensed_states: m.licensed_states.to_string(),
                fte,
                contacts_per_night: m.new_contacts_per_day.unwrap_or(CONTACTS_PER_FTE * fte),
                hours_per_week: m.hours_per_week.unwrap_or(HOURS_PER_FTE * fte),
            })
        });
        Self {
            reach: reach_rate(inputs),
            exit_factor: inputs.plan.list.exit_factor,
            reserve_risk: inputs.plan.list.reserve_risk,
            open_length: inputs.extracts.managers.is_empty().then_some(OPEN_LENGTH),
            managers: managers.collect(),
        }
    }

    /// Places of one manager: the calls that the day's contacts stand for at the expected reach, `factor` times.
    fn places(&self, manager: &OnDuty, factor: f64) -> f64 {
        (manager.contacts_per_night / self.reach * factor).floor()
    }

    /// Length of the list this staff allows.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.open_length.map_or_else(|| self.managers.iter().map(|m| self.places(m, 1.0)).sum(), f64::from)
    }

    /// What nobody on duty has that a person needs: the discipline, the licence, the language, or their
    /// combination; empty when somebody could take them. `known` keeps the answers of a night.
    pub fn missing(&self, person: &ContactRequirement, known: &mut Missing) -> String {
        known.0.entry(person.needed()).or_insert_with(|| self.lacks(person)).clone()
    }

    fn lacks(&self, person: &ContactRequirement) -> String {
        let fits = |d: bool, s: bool, l: bool| {
            self.managers.iter().any(|m| {
                (!d || Discipline::parse(&m.discipline).is_some_and(|x| person.required.contains(x)))
                    && (!s || licensed(&m.licensed_states, &person.state))
                    && (!l || speaks(&m.languages, &person.language))
            })
        };
        if self.open_length.is_some() || fits(true, true, true) {
            return String::new();
        }
        if !fits(true, false, false) {
            format!("discipline {}", person.required.to_text())
        } else if !fits(true, true, false) {
            format!("{} licensed in {}", person.required.to_text(), person.state)
        } else if !fits(true, false, true) {
            format!("{} who speaks {}", person.required.to_text(), person.language)
        } else {
            format!("{} licensed in {} who speaks {}", person.required.to_text(), person.state, person.language)
        }
    }
}

/// What decides who can take a person tonight.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRequirement {
    /// Disciplines of which one is needed.
    pub required: Disciplines,
    /// Language that must be spoken; empty when none must.
    pub language: String,
    /// State that must be licensed; empty when unknown.
    pub state: String,
    /// Who holds the open case and works it tonight, or covers; `None` when anybody eligible may call.
    pub caller: Option<String>,
    /// The caller holds the case: a contact with one's own people takes no place.
    pub own_case: bool,
    /// Band.
    pub band: Band,
    /// Asked for by hand.
    pub by_hand: bool,
}

impl Default for ContactRequirement {
    fn default() -> Self {
        Self {
            required: Disciplines::default(),
            language: String::new(),
            state: String::new(),
            caller: None,
            own_case: false,
            band: Band::Risk,
            by_hand: false,
        }
    }
}

impl ContactRequirement {
    /// Reads it off a candidate that has a band.
    #[must_use]
    pub fn of(inputs: &Inputs<'_>, candidate: &Candidate, required: Disciplines) -> Self {
        let facts = &inputs.extracts.population.member(candidate.member).facts;
        let interpreter = facts.interpreter == Some(true);
        let held = candidate.ownership.as_ref().filter(|o| o.is_held());
        Self {
            required,
            language: if interpreter { inputs.extracts.words.text(facts.language) } else { "" }.to_owned(),
            state: inputs.extracts.words.text(facts.state).to_owned(),
            caller: held.and_then(Ownership::caller).map(str::to_owned),
            own_case: held.is_some_and(|o| o.on_duty),
            band: candidate.band.unwrap_or(Band::Risk),
            by_hand: candidate.by_hand.is_some(),
        }
    }

    /// Never cut by length: a contact or visit that cannot wait, or somebody asked for by hand.
    #[must_use]
    pub fn is_never_cut(&self) -> bool {
        self.band <= Band::Visit || self.by_hand
    }

    fn needed(&self) -> Needed {
        (self.required, self.language.clone(), self.state.clone())
    }
}

/// What a person needs of whoever calls: thousands share each combination.
type Needed = (Disciplines, String, String);

/// What nobody has, by what was asked for.
#[derive(Default)]
pub struct Missing(FxHashMap<Needed, String>);

/// Places left with one manager on duty.
struct Slots {
    id: String,
    discipline: Option<Discipline>,
    languages: String,
    licensed_states: String,
    /// Falls below 0 when contacts that are never cut go beyond the day's calls.
    left: f64,
    /// Places that the bands before risk took.
    urgent: u32,
    /// Places beyond the day's calls that risk took of its reserve: it takes back no more than the others took.
    taken_back: u32,
}

/// Places of the band of risk in one discipline.
struct Reserve {
    discipline: Option<Discipline>,
    left: f64,
}

/// Places left with everyone on duty.
pub struct ContactCapacity {
    slots: Vec<Slots>,
    reserves: Vec<Reserve>,
    /// Places of those who can take a combination, found once.
    eligible: FxHashMap<Needed, Vec<usize>>,
    /// No roster: anyone calls.
    open: bool,
}

/// What a search for a place found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SlotResult {
    /// A manager makes the contact; the id is empty without a roster. `beyond`: more than the day's calls.
    By {
        /// Manager.
        id: String,
        /// No place was left.
        beyond: bool,
    },
    /// Eligible managers are full.
    Full,
    /// No manager on duty is eligible.
    Nobody,
}

impl SlotResult {
    /// Somebody makes the contact.
    #[must_use]
    pub fn fits(&self) -> bool {
        matches!(self, Self::By { .. })
    }
}

impl ContactCapacity {
    /// Places of a staff, `factor` times the plain length.
    #[must_use]
    pub fn new(staff: &Staff, factor: f64) -> Self {
        let anyone = staff.open_length.map(|n| Slots {
            id: String::new(),
            discipline: None,
            languages: String::new(),
            licensed_states: String::new(),
            left: (f64::from(n) * factor).floor(),
            urgent: 0,
            taken_back: 0,
        });
        let named = staff.managers.iter().filter(|_| staff.open_length.is_none()).map(|m| Slots {
            id: m.care_manager_id.clone(),
            discipline: Discipline::parse(&m.discipline),
            languages: m.languages.clone(),
            licensed_states: m.licensed_states.clone(),
            left: staff.places(m, factor),
            urgent: 0,
            taken_back: 0,
        });
        let slots: Vec<Slots> = anyone.into_iter().chain(named).collect();
        let mut reserves: Vec<Reserve> = Vec::new();
        for slot in &slots {
            match reserves.iter_mut().find(|r| r.discipline == slot.discipline) {
                Some(r) => r.left += slot.left,
                None => reserves.push(Reserve { discipline: slot.discipline, left: slot.left }),
            }
        }
        for r in &mut reserves {
            r.left = (r.left * staff.reserve_risk).ceil();
        }
        Self { slots, reserves, eligible: FxHashMap::default(), open: staff.open_length.is_some() }
    }

    /// Those who can take a person, by place.
    fn able(&mut self, person: &ContactRequirement) -> Vec<usize> {
        let slots = &self.slots;
        if let Some(caller) = &person.caller
            && let Some(at) = slots.iter().position(|s| s.id == *caller)
        {
            return vec![at];
        }
        if self.open {
            return (0..slots.len()).collect();
        }
        let able = |s: &Slots| {
            s.discipline.is_some_and(|d| person.required.contains(d))
                && speaks(&s.languages, &person.language)
                && licensed(&s.licensed_states, &person.state)
        };
        self.eligible
            .entry(person.needed())
            .or_insert_with(|| (0..slots.len()).filter(|i| able(&slots[*i])).collect())
            .clone()
    }

    /// Of some the one with most left, ties by id.
    fn most_left(&self, of: impl Iterator<Item = usize>) -> Option<usize> {
        of.fold(None, |best: Option<usize>, i| match best {
            Some(b) if self.slots[b].left >= self.slots[i].left => Some(b),
            _ => Some(i),
        })
    }

    fn reserve_left(&self, slot: usize) -> bool {
        let slot = &self.slots[slot];
        let of = |r: &&Reserve| r.discipline == slot.discipline;
        slot.urgent > slot.taken_back && self.reserves.iter().find(of).is_some_and(|r| r.left >= 1.0)
    }

    /// Who would take a person now, and whether beyond the day's calls.
    fn find(&mut self, person: &ContactRequirement) -> Result<(usize, bool), SlotResult> {
        let able = self.able(person);
        let best = self.most_left(able.iter().copied()).ok_or(SlotResult::Nobody)?;
        if self.slots[best].left >= 1.0 {
            return Ok((best, false));
        }
        if person.is_never_cut() {
            return Ok((best, true));
        }
        if person.band == Band::Risk {
            let kept = able.into_iter().filter(|i| self.reserve_left(*i)).collect::<Vec<_>>();
            return self.most_left(kept.into_iter()).map(|i| (i, true)).ok_or(SlotResult::Full);
        }
        Err(SlotResult::Full)
    }

    /// Whether a place is free for a person, without taking it.
    #[must_use]
    pub fn has_room(&mut self, person: &ContactRequirement) -> bool {
        self.find(person).is_ok()
    }

    /// Takes a place for a person; a contact with one's own case takes none.
    pub fn take(&mut self, person: &ContactRequirement) -> SlotResult {
        if person.own_case
            && let Some(owner) = &person.caller
        {
            return SlotResult::By { id: owner.clone(), beyond: false };
        }
        match self.find(person) {
            Ok((at, beyond)) => {
                self.slots[at].left -= 1.0;
                if person.band < Band::Risk {
                    self.slots[at].urgent += 1;
                } else {
                    self.slots[at].taken_back += u32::from(beyond && !person.by_hand);
                    let discipline = self.slots[at].discipline;
                    self.reserves.iter_mut().filter(|r| r.discipline == discipline).for_each(|r| r.left -= 1.0);
                }
                SlotResult::By { id: self.slots[at].id.clone(), beyond }
            }
            Err(why) => why,
        }
    }
}

fn speaks(languages: &str, needed: &str) -> bool {
    needed.is_empty() || languages.split('|').any(|l| l.trim().eq_ignore_ascii_case(needed))
}

fn licensed(states: &str, state: &str) -> bool {
    state.is_empty() || states.split('|').any(|s| s.trim() == state)
}

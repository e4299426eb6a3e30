//! How many contacts tonight's staff can make and with whom. Owns slots by manager and the disciplines a
//! person needs; refuses to assign a case.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::candidate::Candidate;
use super::duty::{on_duty, working_manager};
use super::inputs::Inputs;
use super::reach::reach_rate;
use crate::domain::{Discipline, Disciplines};

/// Contacts a full-time manager makes a night when the roster gives none.
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
    /// Completed contacts a night; 8 for each FTE when the roster gives none.
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
    /// Length without a roster; absent with one.
    pub open_length: Option<u32>,
    /// Managers on duty, by id.
    pub managers: Vec<OnDuty>,
}

impl Staff {
    /// The staff on duty tonight.
    #[must_use]
    pub fn tonight(inputs: &Inputs<'_>) -> Self {
        let managers: Vec<OnDuty> = inputs
            .extracts
            .managers
            .iter()
            .filter(|m| on_duty(m, inputs.plan.as_of))
            .filter_map(|m| {
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
            })
            .collect();
        Self {
            reach: reach_rate(inputs),
            exit_factor: inputs.plan.list.exit_factor,
            open_length: inputs.extracts.managers.is_empty().then_some(OPEN_LENGTH),
            managers,
        }
    }

    /// Calls that one manager's contacts stand for at the expected reach, `factor` times the plain length.
    fn calls(&self, manager: &OnDuty, factor: f64) -> f64 {
        (manager.contacts_per_night / self.reach * factor).floor()
    }

    /// Length of the list this staff allows.
    #[must_use]
    pub fn length(&self) -> f64 {
        self.open_length.map_or_else(|| self.managers.iter().map(|m| self.calls(m, 1.0)).sum(), f64::from)
    }

    /// What nobody on duty has that a person needs: the discipline, the licence, the language, or their
    /// combination; empty when somebody could take them. `told` keeps the answers of a night.
    pub fn missing(&self, person: &ContactRequirement, told: &mut Missing) -> String {
        told.0.entry(person.needed()).or_insert_with(|| self.lacks(person)).clone()
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
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ContactRequirement {
    /// Disciplines of which one is needed.
    pub required: Disciplines,
    /// Language that must be spoken; empty when none must.
    pub language: String,
    /// State that must be licensed; empty when unknown.
    pub state: String,
    /// Who already works with the person, or covers for them.
    pub current: Option<String>,
    /// A clock runs: never cut by length.
    pub must: bool,
}

impl ContactRequirement {
    /// Reads it off a member.
    #[must_use]
    pub fn of(inputs: &Inputs<'_>, candidate: &Candidate, required: Disciplines) -> Self {
        let facts = &inputs.extracts.population.member(candidate.member).facts;
        let interpreter = facts.interpreter == Some(true);
        Self {
            required,
            language: if interpreter { inputs.extracts.words.text(facts.language) } else { "" }.to_owned(),
            state: inputs.extracts.words.text(facts.state).to_owned(),
            current: working_manager(inputs, candidate.member).map(String::from),
            must: candidate.clock.is_some(),
        }
    }

    fn needed(&self) -> Needed {
        (self.required, self.language.clone(), self.state.clone())
    }
}

/// Contacts left with one manager on duty.
struct Slots {
    id: String,
    discipline: Option<Discipline>,
    languages: String,
    licensed_states: String,
    left: f64,
}

/// What a person needs of whoever calls: thousands share each combination.
type Needed = (Disciplines, String, String);

/// What nobody has, by what was asked for.
#[derive(Default)]
pub struct Missing(FxHashMap<Needed, String>);

/// Contacts left with everyone on duty.
pub struct ContactCapacity {
    slots: Vec<Slots>,
    /// Places of those who can take a combination, found once.
    eligible: FxHashMap<Needed, Vec<usize>>,
    /// No roster: a fixed number of contacts for anyone.
    open: Option<u32>,
}

/// What a search for a slot found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SlotResult {
    /// A manager takes the contact.
    By(String),
    /// Without a roster anyone may.
    Anyone,
    /// Eligible managers are full.
    Full,
    /// No manager on duty is eligible.
    Nobody,
}

impl SlotResult {
    /// Somebody makes the contact.
    #[must_use]
    pub fn fits(&self) -> bool {
        matches!(self, Self::By(_) | Self::Anyone)
    }
}

impl ContactCapacity {
    /// Slots of a staff, `factor` times the plain length.
    #[must_use]
    pub fn new(staff: &Staff, factor: f64) -> Self {
        let slots = staff.managers.iter().map(|m| Slots {
            id: m.care_manager_id.clone(),
            discipline: Discipline::parse(&m.discipline),
            languages: m.languages.clone(),
            licensed_states: m.licensed_states.clone(),
            left: staff.calls(m, factor),
        });
        Self { slots: slots.collect(), eligible: FxHashMap::default(), open: staff.open_length }
    }

    /// Who would take a person: the current manager when on duty, else the eligible manager who has most left
    /// (ties by id).
    fn find(&mut self, person: &ContactRequirement) -> Option<usize> {
        let slots = &self.slots;
        if let Some(current) = &person.current
            && let Some(at) = slots.iter().position(|s| s.id == *current)
            && (slots[at].left >= 1.0 || person.must)
        {
            return Some(at);
        }
        let able = |s: &Slots| {
            s.discipline.is_some_and(|d| person.required.contains(d))
                && speaks(&s.languages, &person.language)
                && licensed(&s.licensed_states, &person.state)
        };
        let eligible = self
            .eligible
            .entry(person.needed())
            .or_insert_with(|| (0..slots.len()).filter(|i| able(&slots[*i])).collect());
        let more = |best: usize, i: &usize| if slots[*i].left > slots[best].left { *i } else { best };
        let (first, rest) = eligible.split_first()?;
        Some(rest.iter().fold(*first, more))
    }

    /// Whether a slot is free for a person, without taking it.
    #[must_use]
    pub fn has_room(&mut self, person: &ContactRequirement) -> bool {
        match self.open {
            Some(open) => open > 0 || person.must,
            None => self.find(person).is_some_and(|i| self.slots[i].left >= 1.0 || person.must),
        }
    }

    /// Takes a slot for a person; one whose clock runs takes it even when all are full.
    pub fn take(&mut self, person: &ContactRequirement) -> SlotResult {
        if let Some(open) = &mut self.open {
            if *open == 0 && !person.must {
                return SlotResult::Full;
            }
            *open = open.saturating_sub(1);
            return SlotResult::Anyone;
        }
        let Some(i) = self.find(person) else { return SlotResult::Nobody };
        if self.slots[i].left < 1.0 && !person.must {
            return SlotResult::Full;
        }
        self.slots[i].left -= 1.0;
        SlotResult::By(self.slots[i].id.clone())
    }
}

fn speaks(languages: &str, needed: &str) -> bool {
    needed.is_empty() || languages.split('|').any(|l| l.trim().eq_ignore_ascii_case(needed))
}

fn licensed(states: &str, state: &str) -> bool {
    state.is_empty() || states.split('|').any(|s| s.trim() == state)
}

//! How many contacts tonight's staff can make and with whom. Owns slots by manager and the disciplines a
//! person needs; refuses to assign a case.

use super::{Candidate, Inputs};
use crate::domain::{Discipline, Disciplines};
use crate::extracts::{Manager, Member};
use crate::models::Driver;

/// Contacts left with one manager on duty.
struct Slots<'a> {
    manager: &'a Manager,
    discipline: Discipline,
    /// Slots at the plain length and at the exit length.
    left: f64,
}

/// Contacts left with everyone on duty.
pub struct ContactCapacity<'a> {
    slots: Vec<Slots<'a>>,
    /// No roster: a fixed number of contacts for anyone.
    open: Option<u32>,
    total: f64,
}

/// What a search for a slot found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken<'a> {
    /// A manager takes the contact.
    By(&'a str),
    /// Without a roster anyone may.
    Anyone,
    /// Eligible managers are full.
    Full,
    /// No manager on duty is eligible.
    Nobody,
}

/// The list's length without a roster.
const OPEN_LENGTH: u32 = 100;

/// Completed share of the contacts of the last days, at least 20 of them; else the configured default.
#[must_use]
pub fn reach_rate(inputs: &Inputs<'_>) -> f64 {
    let from = inputs.plan.as_of.0 - inputs.plan.list.reach_days;
    let (mut all, mut reached) = (0_u32, 0_u32);
    for (_, o) in inputs.extracts.outreach.all().filter(|(_, o)| o.day > from && o.day <= inputs.plan.as_of.0) {
        all += 1;
        reached += u32::from(matches!(&*o.outcome, "completed" | "enrolled"));
    }
    if all >= 20 && reached > 0 { f64::from(reached) / f64::from(all) } else { inputs.plan.list.reach_default }
}

/// On duty tonight: active, or back by now.
#[must_use]
pub fn on_duty(manager: &Manager, as_of: i32) -> bool {
    &*manager.status == "active" || manager.back_on.is_some_and(|d| d <= as_of)
}

fn set(items: &[Discipline]) -> Disciplines {
    items.iter().fold(Disciplines::default(), |all, one| all.with(*one))
}

/// Who may help: RN for clinical or medication drivers, LCSW or LPC for behavioral, CHW or LCSW when only
/// social, else any of the four.
#[must_use]
pub fn required_disciplines(drivers: &[Driver], behavioral_focus: bool) -> Disciplines {
    use Discipline::{Chw, Lcsw, Lpc, Rn};
    let has = |d: Driver| drivers.contains(&d);
    if behavioral_focus || drivers.first() == Some(&Driver::Behavioral) {
        set(&[Lcsw, Lpc])
    } else if has(Driver::Clinical) || has(Driver::Medication) || has(Driver::Transition) {
        set(&[Rn])
    } else if has(Driver::Social) {
        set(&[Chw, Lcsw])
    } else {
        set(&[Rn, Lcsw, Lpc, Chw])
    }
}

impl<'a> ContactCapacity<'a> {
    /// Slots of tonight's staff, `factor` times the plain length.
    #[must_use]
    pub fn new(inputs: &Inputs<'a>, factor: f64) -> Self {
        let reach = reach_rate(inputs);
        let slots: Vec<Slots<'a>> = inputs
            .extracts
            .managers
            .iter()
            .filter(|m| on_duty(m, inputs.plan.as_of.0))
            .filter_map(|m| {
                let discipline = Discipline::parse(&m.discipline)?;
                let contacts = m.new_contacts_per_day.unwrap_or(8.0 * m.fte.unwrap_or(1.0));
                Some(Slots { manager: m, discipline, left: (contacts / reach * factor).floor() })
            })
            .collect();
        let open = inputs.extracts.managers.is_empty().then_some(OPEN_LENGTH);
        let total = open.map_or_else(|| slots.iter().map(|s| s.left).sum(), f64::from);
        Self { slots, open, total }
    }

    /// Length of the list these slots allow.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Takes a slot for a person: with the current manager when on duty, else with the eligible manager who
    /// has most left (ties by id). `must` takes one even when all are full.
    pub fn take(&mut self, inputs: &Inputs<'_>, candidate: &Candidate, required: Disciplines, must: bool) -> Taken<'a> {
        if let Some(open) = &mut self.open {
            if *open == 0 && !must {
                return Taken::Full;
            }
            *open = open.saturating_sub(1);
            return Taken::Anyone;
        }
        let member = inputs.extracts.population.member(candidate.member);
        let current = working_manager(inputs, candidate.member);
        let language = inputs.extracts.words.text(member.facts.language);
        let state = inputs.extracts.words.text(member.facts.state);
        let mut best: Option<usize> = None;
        for (i, slot) in self.slots.iter().enumerate() {
            if current.as_deref() == Some(&*slot.manager.id) && (slot.left >= 1.0 || must) {
                best = Some(i);
                break;
            }
            if !required.contains(slot.discipline)
                || !speaks(slot.manager, member, language)
                || !licensed(slot.manager, state)
            {
                continue;
            }
            if best.is_none_or(|b| slot.left > self.slots[b].left) {
                best = Some(i);
            }
        }
        let Some(i) = best else { return Taken::Nobody };
        if self.slots[i].left < 1.0 && !must {
            return Taken::Full;
        }
        self.slots[i].left -= 1.0;
        Taken::By(&self.slots[i].manager.id)
    }
}

/// Who works an open case tonight: its manager when on duty, else the one who covers.
#[must_use]
pub fn working_manager(inputs: &Inputs<'_>, member: u32) -> Option<Box<str>> {
    let holder = inputs.extracts.cases.of(member).find(|c| c.end.is_none()).map(|c| c.manager.clone())?;
    let managers = &inputs.extracts.managers;
    let away = managers.iter().any(|m| m.id == holder && !on_duty(m, inputs.plan.as_of.0));
    if !away {
        return Some(holder);
    }
    managers
        .iter()
        .find(|m| m.cover_for.as_deref() == Some(&*holder) && on_duty(m, inputs.plan.as_of.0))
        .map(|m| m.id.clone())
        .or(Some(holder))
}

fn speaks(manager: &Manager, member: &Member, language: &str) -> bool {
    member.facts.interpreter != Some(true)
        || language.is_empty()
        || manager.languages.split('|').any(|l| l.eq_ignore_ascii_case(language))
}

fn licensed(manager: &Manager, state: &str) -> bool {
    state.is_empty() || manager.licensed_states.split('|').any(|s| s == state)
}

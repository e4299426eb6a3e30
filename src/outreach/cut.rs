//! Where the list ends: the queue of people in their order, cut by the staff. Owns the greedy rule with its
//! hysteresis, households and hold-out; refuses to know who anybody is, so that a changed staff can be asked too.

use rustc_hash::FxHashSet;

use super::capacity::{ContactCapacity, ContactRequirement, SlotResult, Staff};

/// Standing of a person in the comparison of contacted and held-out people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HoldoutAssignment {
    /// Not part of it: no hold-out is configured, or the person is never drawn.
    #[default]
    Outside,
    /// The draw says contact.
    Contact,
    /// The draw says hold out, from the first night a contact would be free.
    HoldOut,
    /// Held out already, and the horizon runs.
    Held,
}

impl HoldoutAssignment {
    const ALL: [Self; 4] = [Self::Outside, Self::Contact, Self::HoldOut, Self::Held];

    /// The word in files; empty outside the comparison.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outside => "",
            Self::Contact => "contact",
            Self::HoldOut => "hold_out",
            Self::Held => "held",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == text)
    }
}

/// One person in the queue.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Queued {
    /// Who could take them.
    pub asked: ContactRequirement,
    /// People of one phone share a number; `None` when nobody in the queue shares it.
    pub household: Option<u32>,
    /// Was on the previous list.
    pub was_listed: bool,
    /// Nights in a row ranked beyond the exit length, the previous night included.
    pub nights_beyond: i32,
    /// HoldoutAssignment.
    pub draw: HoldoutAssignment,
}

/// What becomes of a person in the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QueueDecision {
    /// On the list; `by` is empty without a roster or when nobody is eligible.
    Listed {
        /// Who makes the contact.
        by: String,
        /// Nights in a row beyond the exit length, tonight included.
        nights_beyond: i32,
    },
    /// Held out, taking nobody's slot.
    HeldOut,
    /// Another of the same phone is called.
    Household,
    /// Eligible managers are full.
    Full,
    /// Nobody on duty is eligible.
    Nobody,
}

impl QueueDecision {
    /// The word in files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Listed { .. } => "listed",
            Self::HeldOut => "HOLDOUT",
            Self::Household => "HOUSEHOLD",
            Self::Full => "CAPACITY",
            Self::Nobody => "NO_ELIGIBLE_CM",
        }
    }
}

/// Cuts the queue: enter at rank within the length, leave beyond the exit length on two nights; a running clock is
/// never cut.
#[must_use]
pub fn apply_capacity(queue: &[Queued], staff: &Staff) -> Vec<QueueDecision> {
    let mut plain = ContactCapacity::new(staff, 1.0);
    let mut wide = ContactCapacity::new(staff, staff.exit_factor);
    let mut called: FxHashSet<u32> = FxHashSet::default();
    queue
        .iter()
        .map(|person| {
            let must = person.asked.must;
            // A clock is worked whatever the household's other member was called for.
            if !must && person.household.is_some_and(|h| called.contains(&h)) {
                return QueueDecision::Household;
            }
            let held = match person.draw {
                HoldoutAssignment::Held => true,
                // Both arms are entered by the same event: a contact would be free.
                HoldoutAssignment::HoldOut => plain.has_room(&person.asked),
                HoldoutAssignment::Outside | HoldoutAssignment::Contact => false,
            };
            if held && !must {
                return QueueDecision::HeldOut;
            }
            let within = wide.take(&person.asked);
            let taken = plain.take(&person.asked);
            let nights_beyond = if within.fits() { 0 } else { person.nights_beyond + 1 };
            let stays = person.was_listed && nights_beyond < 2 && taken != SlotResult::Nobody;
            if !(must || taken.fits() || stays) {
                return if taken == SlotResult::Nobody { QueueDecision::Nobody } else { QueueDecision::Full };
            }
            called.extend(person.household);
            let by = match (taken, within) {
                (SlotResult::By(id), _) | (_, SlotResult::By(id)) => id,
                _ => String::new(),
            };
            QueueDecision::Listed { by, nights_beyond }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Discipline, Disciplines};
    use crate::outreach::{Missing, OnDuty};

    fn staff(contacts: f64) -> Staff {
        let managers = vec![OnDuty {
            care_manager_id: "N1".to_owned(),
            discipline: "RN".to_owned(),
            languages: "en".to_owned(),
            licensed_states: "NC".to_owned(),
            fte: 1.0,
            contacts_per_night: contacts,
            hours_per_week: 40.0,
        }];
        Staff { reach: 0.5, exit_factor: 1.5, open_length: None, managers }
    }

    fn person() -> Queued {
        let asked = ContactRequirement {
            required: Disciplines::default().with(Discipline::Rn),
            state: "NC".to_owned(),
            ..ContactRequirement::default()
        };
        Queued { asked, ..Queued::default() }
    }

    fn names(queue: &[Queued], contacts: f64) -> Vec<&'static str> {
        apply_capacity(queue, &staff(contacts)).iter().map(QueueDecision::name).collect()
    }

    #[test]
    fn a_held_out_person_takes_no_slot_and_only_where_one_was_free() {
        let held = Queued { draw: HoldoutAssignment::HoldOut, ..person() };
        // Two calls: the second person is held out, so the third still has a place; a fifth finds none.
        let queue = [person(), held.clone(), person(), held.clone(), person()];
        assert_eq!(names(&queue, 1.0), ["listed", "HOLDOUT", "listed", "CAPACITY", "CAPACITY"]);
        let running = Queued { draw: HoldoutAssignment::Held, ..person() };
        assert_eq!(names(&[person(), person(), running], 1.0), ["listed", "listed", "HOLDOUT"]);
    }

    #[test]
    fn a_clock_is_never_held_out_or_cut() {
        let mut clock = Queued { draw: HoldoutAssignment::Held, household: Some(0), ..person() };
        clock.asked.must = true;
        let first = Queued { household: Some(0), ..person() };
        assert_eq!(
            names(&[first.clone(), clock.clone(), clock, first], 0.5),
            ["listed", "listed", "listed", "HOUSEHOLD"]
        );
    }

    #[test]
    fn a_listed_person_leaves_on_the_second_night_beyond_the_exit_length() {
        let old = |nights_beyond| Queued { was_listed: true, nights_beyond, ..person() };
        // Length 2, exit length 3.
        let queue = [person(), person(), old(5), old(0), old(1), person()];
        assert_eq!(names(&queue, 1.0), ["listed", "listed", "listed", "listed", "CAPACITY", "CAPACITY"]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let staff = staff(1.0);
        let with = |language: &str, state: &str, discipline| ContactRequirement {
            required: Disciplines::default().with(discipline),
            language: language.to_owned(),
            state: state.to_owned(),
            ..ContactRequirement::default()
        };
        assert_eq!(staff.missing(&with("", "NC", Discipline::Rn), &mut Missing::default()), "");
        assert_eq!(staff.missing(&with("", "NC", Discipline::Chw), &mut Missing::default()), "discipline CHW");
        assert_eq!(staff.missing(&with("", "GA", Discipline::Rn), &mut Missing::default()), "RN licensed in GA");
        assert_eq!(staff.missing(&with("es", "NC", Discipline::Rn), &mut Missing::default()), "RN who speaks es");
    }
}

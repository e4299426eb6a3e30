//! Where the list ends: the queue of people in their order, cut by the staff. Owns the greedy rule with its
//! hysteresis, households and hold-out; refuses to know who anybody is, so that a changed staff can be asked too.

use rustc_hash::FxHashSet;

use super::capacity::{ContactCapacity, ContactRequirement, SlotResult, Staff};
use super::words::Band;
use crate::domain::vocabulary::word_list;

word_list! {
    /// Standing of a person in the comparison of contacted and held-out people.
    HoldoutAssignment {
        /// Not part of it: no hold-out is configured, or the person is never drawn.
        Outside = "",
        /// The draw says contact.
        Contact = "contact",
        /// The draw says hold out, from the first night a contact would be free.
        HoldOut = "hold_out",
        /// Held out already, and the horizon runs.
        Held = "held",
    }
}

/// One person in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// Who could take them.
    pub requirement: ContactRequirement,
    /// People of one phone share a number; `None` when nobody in the queue shares it.
    pub household: Option<u32>,
    /// Was on the previous work day's list.
    pub was_listed: bool,
    /// Work days in a row beyond the exit length before tonight's.
    pub days_beyond: i32,
    /// Draw.
    pub draw: HoldoutAssignment,
}

impl Default for Queued {
    fn default() -> Self {
        Self {
            requirement: ContactRequirement::default(),
            household: None,
            was_listed: false,
            days_beyond: 0,
            draw: HoldoutAssignment::Outside,
        }
    }
}

/// What becomes of a person in the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QueueDecision {
    /// On the list; `by` is empty without a roster or when nobody is eligible.
    Listed {
        /// Who makes the contact.
        by: String,
        /// Work days in a row beyond the exit length, tonight's included.
        days_beyond: i32,
        /// More than the day's calls: the contact may be late.
        beyond: bool,
    },
    /// Held out, taking nobody's place.
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

/// Cuts the queue: contacts, visits and people asked for by hand are never cut; authorizations within the places; the
/// band of risk within the places or its reserve, entering within the length, leaving beyond the exit length on two work
/// days. Hold-out and household hold in the band of risk alone, and never for somebody asked for by hand.
#[must_use]
pub fn apply_capacity(queue: &[Queued], staff: &Staff) -> Vec<QueueDecision> {
    let mut plain = ContactCapacity::new(staff, 1.0);
    let mut wide = ContactCapacity::new(staff, staff.exit_factor);
    let mut called: FxHashSet<u32> = FxHashSet::default();
    queue
        .iter()
        .map(|person| {
            let asked = &person.requirement;
            let bound = asked.band == Band::Risk && !asked.by_hand;
            if bound && person.household.is_some_and(|h| called.contains(&h)) {
                return QueueDecision::Household;
            }
            let held = match person.draw {
                HoldoutAssignment::Held => true,
                // Both arms are entered by the same event: a contact would be free.
                HoldoutAssignment::HoldOut => plain.has_room(asked),
                HoldoutAssignment::Outside | HoldoutAssignment::Contact => false,
            };
            if held && bound {
                return QueueDecision::HeldOut;
            }
            let within = wide.take(asked);
            let taken = plain.take(asked);
            let days_beyond = if within.fits() { 0 } else { person.days_beyond + 1 };
            let stays = bound && person.was_listed && days_beyond < 2 && taken != SlotResult::Nobody;
            if !(asked.is_never_cut() || taken.fits() || stays) {
                return if taken == SlotResult::Nobody { QueueDecision::Nobody } else { QueueDecision::Full };
            }
            called.extend(person.household);
            let (by, beyond) = match (taken, within) {
                (SlotResult::By { id, beyond }, _) => (id, beyond),
                (_, SlotResult::By { id, .. }) => (id, true),
                _ => (String::new(), true),
            };
            QueueDecision::Listed { by, days_beyond, beyond }
        })
        .collect()
}

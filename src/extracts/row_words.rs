//! What the closed words of a contact and a manual decision mean for whoever reads them. Owns those readings; refuses to
//! know a deadline.

use super::feeds::{Outreach, Override};
use crate::domain::{Channel, ContactOutcome, OverrideAction};

impl Outreach {
    /// The person was reached and went along.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.outcome, ContactOutcome::Completed | ContactOutcome::Enrolled)
    }

    /// The person joined a programme.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        self.outcome == ContactOutcome::Enrolled
    }

    /// The person declined.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.outcome == ContactOutcome::Refused
    }

    /// Somebody spoke with the person, whatever the answer; letters and texts are no speech, no channel counts as phone.
    #[must_use]
    pub fn is_spoken(&self) -> bool {
        (self.is_success() || self.is_refused()) && !matches!(self.channel, Some(Channel::Letter | Channel::Text))
    }

    /// A vain attempt; a wrong number is none.
    #[must_use]
    pub fn is_vain(&self) -> bool {
        matches!(self.outcome, ContactOutcome::AttemptsComplete | ContactOutcome::AttemptsIncomplete)
    }

    /// The series of attempts is over.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.outcome == ContactOutcome::AttemptsComplete
    }

    /// The number is not the person's.
    #[must_use]
    pub fn is_wrong_number(&self) -> bool {
        self.outcome == ContactOutcome::WrongNumber
    }
}

impl Override {
    /// Puts the person on the list.
    #[must_use]
    pub fn is_add(&self) -> bool {
        self.action == OverrideAction::Add
    }

    /// Takes the person off the list.
    #[must_use]
    pub fn is_remove(&self) -> bool {
        self.action == OverrideAction::Remove
    }

    /// Sets the risk tier.
    #[must_use]
    pub fn is_tier(&self) -> bool {
        self.action == OverrideAction::Tier
    }
}

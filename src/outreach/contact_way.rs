//! How a person can be reached. Owns the order of the ways; refuses to think a person less ill for want of a phone.

use super::inputs::Inputs;
use super::reach::is_wrong_number;
use super::words::{Band, ContactWay};
use crate::features::Snapshot;

/// The ways that a member's own rows leave open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenWays {
    phone: bool,
    guardian: bool,
    address: bool,
    practice: bool,
    minor: bool,
}

impl OpenWays {
    /// Reads them off a member.
    #[must_use]
    pub fn of(inputs: &Inputs<'_>, s: &Snapshot) -> Self {
        let who = inputs.extracts.population.member(s.member);
        let right = |phone: Option<&str>| phone.is_some_and(|p| !is_wrong_number(inputs, s.member, who, p));
        Self {
            phone: right(who.facts.phone.as_deref()),
            guardian: who.facts.guardian_phone.is_some(),
            address: who.facts.address.is_some(),
            practice: !who.facts.pcp.is_none(),
            minor: s.age < 18,
        }
    }

    /// Nothing is left: no phone that is right, no address and no practice.
    #[must_use]
    pub fn is_none(self) -> bool {
        !(self.phone || self.guardian || self.address || self.practice)
    }

    /// The way for a band. `confidential`: what the contact rests on is not told to a guardian; `visitors`: somebody on
    /// duty visits at home.
    #[must_use]
    pub fn choose(self, band: Band, confidential: bool, visitors: bool) -> ContactWay {
        let early = matches!(band, Band::Contact | Band::Visit);
        if self.minor && confidential && self.practice {
            ContactWay::Practice
        } else if self.minor && self.guardian {
            ContactWay::Guardian
        } else if self.phone {
            ContactWay::Phone
        } else if self.guardian {
            ContactWay::GuardianPhone
        } else if early && self.address && visitors {
            ContactWay::HomeVisit
        } else if band == Band::Risk && self.address {
            ContactWay::Letter
        } else if self.practice {
            ContactWay::Practice
        } else {
            ContactWay::FindContact
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_way_that_is_open_is_taken() {
        let none = OpenWays { phone: false, guardian: false, address: false, practice: false, minor: false };
        let way = |w: OpenWays, band: Band| w.choose(band, false, true);
        assert_eq!(way(OpenWays { phone: true, address: true, ..none }, Band::Contact), ContactWay::Phone);
        assert_eq!(way(OpenWays { guardian: true, ..none }, Band::Risk), ContactWay::GuardianPhone);
        let lives = OpenWays { address: true, practice: true, ..none };
        assert_eq!(way(lives, Band::Visit), ContactWay::HomeVisit);
        assert_eq!(lives.choose(Band::Visit, false, false), ContactWay::Practice);
        assert_eq!(way(lives, Band::Authorization), ContactWay::Practice);
        assert_eq!(way(lives, Band::Risk), ContactWay::Letter);
        assert_eq!(OpenWays { address: true, ..none }.choose(Band::Contact, false, false), ContactWay::FindContact);
        assert!(none.is_none() && !lives.is_none());
    }

    #[test]
    fn a_guardian_is_not_told_what_is_confidential() {
        let child = OpenWays { phone: true, guardian: true, address: true, practice: true, minor: true };
        assert_eq!(child.choose(Band::Contact, false, true), ContactWay::Guardian);
        assert_eq!(child.choose(Band::Contact, true, true), ContactWay::Practice);
    }
}

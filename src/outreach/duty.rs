//! Who of the roster works, and who stands in for whom. Owns duty, cover and the owner of a case; refuses to count
//! contacts.

use super::inputs::Inputs;
use crate::extracts::{Case, Manager};

/// Days after which an owner who is away and not covered has their people called by others in every band.
const LONG_ABSENCE_DAYS: i32 = 14;

/// On duty on the work day: not away, or back by then.
#[must_use]
pub fn is_on_duty(inputs: &Inputs<'_>, manager: &Manager) -> bool {
    let day = inputs.visits.work_day;
    let away = manager.away_from.map_or(&*manager.status != "active", |from| from <= day);
    !away || manager.back_on.is_some_and(|back| back <= day)
}

/// Who holds a person's open case, and who works it tonight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The manager whom the case names.
    pub owner: Box<str>,
    /// The roster names the owner; a case of somebody who left is worked by nobody.
    pub in_roster: bool,
    /// The owner works on the work day.
    pub on_duty: bool,
    /// Who stands in for an owner who does not.
    pub cover: Option<Box<str>>,
    /// The owner has been away so long that others call in every band.
    pub long_away: bool,
}

impl Ownership {
    /// The owner when on duty, else the cover.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        if self.on_duty { Some(&self.owner) } else { self.cover.as_deref() }
    }

    /// Somebody of the roster holds the case.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.in_roster
    }
}

/// The owner of a member's open case; of several the newest, then the lowest id.
#[must_use]
pub fn ownership_of(inputs: &Inputs<'_>, member: u32) -> Option<Ownership> {
    let newest = |a: &&Case, b: &&Case| a.since.cmp(&b.since).then_with(|| b.manager.cmp(&a.manager));
    let case = inputs.open_cases_of(member).max_by(newest)?;
    let day = inputs.visits.work_day;
    let managers = &inputs.extracts.managers;
    let manager = inputs.manager(&case.manager);
    let on_duty = managers.is_empty() || manager.is_some_and(|m| is_on_duty(inputs, m));
    let away_from = manager.and_then(|m| m.away_from);
    let away_days = away_from.map(|from| day.since(from));
    let leave = manager.is_some_and(|m| &*m.status == "leave") && away_from.is_none();
    Some(Ownership {
        owner: case.manager.clone(),
        in_roster: managers.is_empty() || manager.is_some(),
        on_duty,
        cover: if on_duty { None } else { cover_of(inputs, &case.manager) },
        long_away: !on_duty && (leave || away_days.is_some_and(|d| d > LONG_ABSENCE_DAYS)),
    })
}

/// Who covers for a manager on the work day. Covers do not chain: one who is away covers nobody.
#[must_use]
pub fn cover_of(inputs: &Inputs<'_>, manager: &str) -> Option<Box<str>> {
    let covers = |m: &&Manager| m.cover_for.as_deref().is_some_and(|c| c.split('|').any(|one| one.trim() == manager));
    let managers = inputs.extracts.managers.iter();
    managers.filter(covers).find(|m| is_on_duty(inputs, m)).map(|m| m.id.clone())
}

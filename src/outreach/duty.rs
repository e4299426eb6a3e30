//! Who of the roster works, and who stands in for whom. Owns duty and cover; refuses to count contacts.

use super::inputs::Inputs;
use crate::domain::Day;
use crate::extracts::{Case, Manager};

/// On duty tonight: active, or back by now.
#[must_use]
pub fn on_duty(manager: &Manager, as_of: Day) -> bool {
    &*manager.status == "active" || manager.back_on.is_some_and(|d| d <= as_of)
}

/// Who works an open case tonight: its manager when on duty, else the one who covers; nobody when the manager left
/// the roster.
#[must_use]
pub fn working_manager(inputs: &Inputs<'_>, member: u32) -> Option<Box<str>> {
    let holder = inputs.extracts.rows::<Case>().of(member).find(|c| c.end.is_none()).map(|c| c.manager.clone())?;
    if !in_roster(inputs, &holder) {
        return None;
    }
    Some(cover_of(inputs, &holder).unwrap_or(holder))
}

/// The roster names this manager; without a roster nobody is known to have left.
#[must_use]
pub fn in_roster(inputs: &Inputs<'_>, manager: &str) -> bool {
    let managers = &inputs.extracts.managers;
    managers.is_empty() || managers.iter().any(|m| &*m.id == manager)
}

/// Who covers for a manager tonight; `None` when the manager is on duty, unknown, or nobody on duty covers.
#[must_use]
pub fn cover_of(inputs: &Inputs<'_>, manager: &str) -> Option<Box<str>> {
    let as_of = inputs.plan.as_of;
    let managers = &inputs.extracts.managers;
    managers.iter().find(|m| &*m.id == manager).filter(|m| !on_duty(m, as_of))?;
    let covers = |m: &&Manager| m.cover_for.as_deref().is_some_and(|c| c.split('|').any(|one| one.trim() == manager));
    managers.iter().filter(covers).find(|m| on_duty(m, as_of)).map(|m| m.id.clone())
}

/// Who works a clock of a case: its manager, or the cover when it falls due before the manager is back.
#[must_use]
pub fn clock_worker(inputs: &Inputs<'_>, manager: &str, due: Day) -> Option<Box<str>> {
    let back = inputs.extracts.managers.iter().find(|m| &*m.id == manager).and_then(|m| m.back_on);
    cover_of(inputs, manager).filter(|_| back.is_none_or(|b| due < b))
}

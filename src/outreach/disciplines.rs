//! Which professions can help a person. Owns the rule from drivers to disciplines; refuses to know who is on duty.

use crate::domain::{Discipline, Disciplines};
use crate::models::Driver;

fn set_of(items: &[Discipline]) -> Disciplines {
    items.iter().fold(Disciplines::default(), |all, one| all.with(*one))
}

/// Who may help: RN for clinical or medication drivers, LCSW or LPC for behavioral, CHW or LCSW when only
/// social, else any of the four.
#[must_use]
pub fn required_disciplines(drivers: &[Driver], behavioral_focus: bool) -> Disciplines {
    use Discipline::{Chw, Lcsw, Lpc, Rn};
    let has = |d: Driver| drivers.contains(&d);
    if behavioral_focus || drivers.first() == Some(&Driver::Behavioral) {
        set_of(&[Lcsw, Lpc])
    } else if has(Driver::Clinical) || has(Driver::Medication) || has(Driver::Transition) {
        set_of(&[Rn])
    } else if has(Driver::Social) {
        set_of(&[Chw, Lcsw])
    } else {
        set_of(&[Rn, Lcsw, Lpc, Chw])
    }
}

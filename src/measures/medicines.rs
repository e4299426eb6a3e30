//! Medicines by ingredient: last fill, days left or late, new or stopped since the last discharge. Owns that list; refuses
//! to know what was prescribed, and to call a late fill non-adherence.

use super::dated::Dated;
use super::drug_supply::SupplyEnds;
use super::measure::{Measure, Measured, is_within_year};
use super::readmission::Readmissions;
use crate::domain::{Day, WordId};
use crate::extracts::Fill;

/// What a stay changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MedicineChange {
    /// First filled after the discharge: none in the 180 days before the admission.
    New,
    /// Filled in the 180 days before the admission, none since the discharge, and the supply is over.
    Stopped,
}

impl MedicineChange {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Stopped => "stopped",
        }
    }
}

/// One medicine of the last 365 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medicine {
    /// Interned text of the ingredient, for its classes.
    pub ingredient: WordId,
    /// The ingredient as filled, lower case.
    pub name: Box<str>,
    /// First fill of the 365 days.
    pub first_fill: Day,
    /// Latest fill.
    pub last_fill: Dated,
    /// Fills of the 365 days.
    pub fills: u32,
    /// First day without supply, early fills counted on; `None` when no fill says how long it lasts.
    pub ran_out: Option<Day>,
    /// Changed by the latest stay, when its discharge lies in the last 90 days.
    pub change: Option<MedicineChange>,
}

impl Medicine {
    /// Days of supply left on a day, 0 when it is over; `None` without supply data.
    #[must_use]
    pub fn days_left(&self, day: Day) -> Option<i32> {
        self.ran_out.map(|end| end.since(day).max(0))
    }

    /// Days since the supply was over, 0 while it lasts; `None` without supply data.
    #[must_use]
    pub fn days_late(&self, day: Day) -> Option<i32> {
        self.ran_out.map(|end| day.since(end).max(0))
    }
}

/// Medicines of one member by name.
#[derive(Clone, Debug, Default)]
pub struct Medicines(pub Vec<Medicine>);

/// Days before an admission in which a medicine counts as taken.
const TAKEN_BEFORE: i32 = 180;
/// Days after a discharge in which what it changed is told.
const CHANGE_TOLD: i32 = 90;

impl Measure for Medicines {
    const ID: &'static str = "medicines";
    const DOC: &'static str = "Medicines by ingredient text with a fill in the 365 days to as_of: the first and the latest fill, that with its claim, the fills of the 365 days, and the first day without supply over all fills (an early fill begins when the one before it is used up; null when no fill says its days of supply). Change by the latest acute live discharge of the last 90 days: new when filled since the discharge and not in the 180 days before the admission, stopped when filled in those 180 days, not since the discharge, and the supply is over; null otherwise. What was prescribed is not in fills, and samples, cash purchases and hospital supplies are not seen. Source: pharmacy claims.";

    fn compute(m: &Measured<'_>) -> Self {
        let as_of = m.as_of();
        let ends = &m.get::<SupplyEnds>().0;
        let stay = latest_discharge(m);
        // Fills come by day: of an ingredient the first one, the last one, and how many.
        let mut given: Vec<(&Fill<'_>, &Fill<'_>, u32)> = Vec::new();
        for fill in m.timeline.fills.iter().filter(|f| f.ingredient.is_some() && is_within_year(Day(f.day), as_of)) {
            match given.iter_mut().find(|(first, ..)| first.ingredient == fill.ingredient) {
                Some((_, last, fills)) => (*last, *fills) = (fill, *fills + 1),
                None => given.push((fill, fill, 1)),
            }
        }
        let medicine = |(first, last, fills): (&Fill<'_>, &Fill<'_>, u32)| Medicine {
            ingredient: first.ingredient,
            name: m.codes().words.text(first.ingredient).into(),
            first_fill: Day(first.day),
            last_fill: Dated { day: Day(last.day), id: last.claim_id.into() },
            fills,
            ran_out: ends.get(&first.ingredient).map(|end| Day(*end)),
            change: None,
        };
        let mut out: Vec<Medicine> = given.into_iter().map(medicine).collect();
        if let Some((admit, discharge)) = stay {
            for medicine in &mut out {
                medicine.change = change_by_stay(m, medicine, admit, discharge);
            }
        }
        out.sort_by(|a, b| a.name.cmp(&b.name));
        Self(out)
    }
}

/// Admission and discharge of the latest acute stay that was left alive, when that was in the last 90 days.
fn latest_discharge(m: &Measured<'_>) -> Option<(Day, Day)> {
    let stays = m.timeline.stays.iter().zip(&m.get::<Readmissions>().0);
    let live = stays.filter(|(stay, judged)| !stay.post_acute && !judged.died);
    let latest = live.filter_map(|(stay, _)| stay.discharge.map(|d| (stay.admit, d))).max_by_key(|(_, d)| *d)?;
    (m.as_of().since(latest.1) <= CHANGE_TOLD).then_some(latest)
}

fn change_by_stay(m: &Measured<'_>, medicine: &Medicine, admit: Day, discharge: Day) -> Option<MedicineChange> {
    let fills = m.timeline.fills.iter().filter(|f| f.ingredient == medicine.ingredient);
    let before = fills.clone().any(|f| (admit.0 - TAKEN_BEFORE..admit.0).contains(&f.day));
    let since = fills.clone().any(|f| f.day >= discharge.0);
    let over = medicine.ran_out.is_some_and(|end| end <= m.as_of());
    match (before, since) {
        (false, true) => Some(MedicineChange::New),
        (true, false) if over => Some(MedicineChange::Stopped),
        _ => None,
    }
}

//! Medicines: adherence by class, supply on hand, late fills, opioids with benzodiazepines, new medicines
//! after discharge. Owns how fills become covered days; refuses to know what was prescribed.

use super::hcc::has_esrd_enrolment;
use super::measure::{Measure, Measured, is_within_year};
use super::readmission::Readmissions;
use super::utilization::Utilization;
use crate::domain::{Day, WordId};
use crate::extracts::Fill;
use crate::reference::{DrugClass, IngredientId};
use crate::timeline::{Codes, Timeline};

/// The adherence classes, in the order of the columns.
pub const PDC_CLASSES: [DrugClass; 3] = [DrugClass::Statin, DrugClass::RasAntagonist, DrugClass::DiabetesNonInsulin];
/// Names of the classes in columns and in `pdc_status`.
pub const PDC_NAMES: [&str; 3] = ["statins", "ras", "diabetes"];
/// Days of the measurement window.
const WINDOW: i32 = 365;
/// Days the first fill must lie before the end.
const FIRST_FILL_BEFORE_END: i32 = 91;

/// Covered and counted days of one class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CoveredDays {
    /// Days with supply, outside hospital.
    pub covered: u32,
    /// Days from the first fill to the end, outside hospital.
    pub days: u32,
}

impl CoveredDays {
    /// Share of days covered, 0..1.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.covered) / f64::from(self.days)
    }
    /// At least four days in five.
    #[must_use]
    pub fn adherent(self) -> bool {
        5 * self.covered >= 4 * self.days
    }
}

/// Why a class has no proportion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PdcReason {
    NoIngredient,
    NoFill,
    NoDaysSupply,
    TooFewFills,
    FirstFillLate,
    InHospital,
    Hospice,
    Esrd,
    Insulin,
    Sacubitril,
}

impl PdcReason {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoIngredient => "no_ingredient",
            Self::NoFill => "no_fill",
            Self::NoDaysSupply => "no_days_supply",
            Self::TooFewFills => "too_few_fills",
            Self::FirstFillLate => "first_fill_late",
            Self::InHospital => "in_hospital",
            Self::Hospice => "hospice",
            Self::Esrd => "esrd",
            Self::Insulin => "insulin",
            Self::Sacubitril => "sacubitril",
        }
    }
}

/// What became of new medicines after the latest index discharge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NewDrug {
    /// One was filled within 30 days.
    Filled,
    /// None was, though the 30 days and the claims lag are over.
    NotFilled,
    /// Too early to say.
    Pending,
}

impl NewDrug {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::NotFilled => "not_filled",
            Self::Pending => "pending",
        }
    }
}

/// Medicines of one member.
#[derive(Clone, Debug)]
pub struct Pharmacy {
    /// By [`PDC_CLASSES`].
    pub pdc: [Result<CoveredDays, PdcReason>; 3],
    /// Days of the year with an opioid and a benzodiazepine on hand; `None` without supply data.
    pub opioid_benzodiazepine_days: Option<u32>,
    /// After the latest index discharge of the year; `None` without one or without fills.
    pub new_drug: Option<NewDrug>,
}

impl Default for Pharmacy {
    fn default() -> Self {
        Self { pdc: [Err(PdcReason::NoFill); 3], opioid_benzodiazepine_days: None, new_drug: None }
    }
}

impl Pharmacy {
    /// `class:reason` of the classes without a proportion, joined by `|`; one reason alone when they share it.
    #[must_use]
    pub fn status(&self) -> String {
        let reasons = self.pdc.map(Result::err);
        match reasons {
            [Some(a), Some(b), Some(c)] if a == b && b == c => a.name().to_owned(),
            _ => (0..3)
                .filter_map(|i| reasons[i].map(|r| format!("{}:{}", PDC_NAMES[i], r.name())))
                .collect::<Vec<_>>()
                .join("|"),
        }
    }
}

impl Measure for Pharmacy {
    const ID: &'static str = "pharmacy";
    const DOC: &'static str = "Proportion of days covered (PDC) by class (statins, RAS antagonists, diabetes medicines but insulin) in the 365 days to as_of: covered days over days from the first fill of the class to as_of, adherent at 0.80. A fill of an ingredient begins when the earlier fill of that ingredient is used up; a combination is a fill of each ingredient; a switch within the class is not shifted. Days in hospital (admission to the day before discharge; an open stay to as_of) use no supply, which moves on to the days after, and leave numerator and denominator. Needs fills on two different days and a first fill at least 91 days before as_of. Without a value pdc_status says why, by class: hospice, esrd (enrolment, or N18.6 in the year), insulin and sacubitril (any fill in the window), no_ingredient, no_fill, no_days_supply, too_few_fills, first_fill_late, in_hospital. opioid_benzo_days: days of the year with both on hand. new_drug_after_discharge of the latest index discharge, when it lies in the 365 days: filled when an ingredient not filled in the 180 days before the admission was filled within 30 days, else not_filled, or pending before those days and the claims lag are over; whether one was prescribed is not in claims. Sources: PQA adherence measures and CMS Star Ratings technical notes (inpatient adjustment); ingredients by name, our own list, not the licensed value sets. Difference from PQA: of two same-day fills of one ingredient both supplies count.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, codes) = (&m.timeline, m.codes());
        if timeline.fills.is_empty() {
            return Self::default();
        }
        let hospital = HospitalDays::of(timeline);
        let hospice = timeline.member.facts.hospice == Some(true) || m.get::<Utilization>().hospice_since.is_some();
        let leaves = if hospice {
            Some(PdcReason::Hospice)
        } else if has_esrd(timeline, codes) {
            Some(PdcReason::Esrd)
        } else {
            None
        };
        let pdc = PDC_CLASSES.map(|class| leaves.map_or_else(|| covered_share(timeline, codes, class, &hospital), Err));
        Self { pdc, opioid_benzodiazepine_days: overlap_days(timeline, codes), new_drug: judge_new_drug(m) }
    }
}

/// Days in hospital within the window, by days before its end.
struct HospitalDays([bool; WINDOW as usize]);

impl HospitalDays {
    fn of(timeline: &Timeline<'_>) -> Self {
        let mut days = [false; WINDOW as usize];
        for (i, stay) in timeline.stays.iter().enumerate() {
            let end = match stay.discharge {
                Some(d) => d.0 - 1,
                None if i + 1 == timeline.stays.len() => timeline.as_of.0,
                // An earlier stay that was never closed says its admission day only.
                None => stay.admit.0,
            };
            for day in stay.admit.0.max(timeline.as_of.0 - WINDOW + 1)..=end.min(timeline.as_of.0) {
                days[window_place(timeline.as_of, day)] = true;
            }
        }
        Self(days)
    }
}

/// Place of a day of the window, 0 for as_of.
fn window_place(as_of: Day, day: i32) -> usize {
    usize::try_from(as_of.0 - day).unwrap_or(0)
}

fn has_esrd(timeline: &Timeline<'_>, codes: &Codes<'_>) -> bool {
    has_esrd_enrolment(timeline.member, timeline.as_of)
        || timeline
            .claims
            .iter()
            .filter(|c| c.icd10() && is_within_year(Day(c.start), timeline.as_of))
            .any(|c| c.dx.iter().any(|d| codes.dx(d.code).esrd))
}

/// Days of supply; `None` when the fill does not say or says none.
fn days_of_supply(fill: &Fill) -> Option<i32> {
    let days = fill.supplied_days().filter(|days| *days > 0)?;
    Some(i32::try_from(days.min(i64::from(WINDOW))).unwrap_or(WINDOW))
}

fn covered_share(
    timeline: &Timeline<'_>,
    codes: &Codes<'_>,
    class: DrugClass,
    hospital: &HospitalDays,
) -> Result<CoveredDays, PdcReason> {
    let as_of = timeline.as_of;
    let fills: Vec<&Fill> = timeline.fills.iter().filter(|f| is_within_year(Day(f.day), as_of)).collect();
    let uses = |class: DrugClass| fills.iter().any(|f| codes.drug(f.ingredient).classes.has(class));
    if class == DrugClass::DiabetesNonInsulin && uses(DrugClass::Insulin) {
        return Err(PdcReason::Insulin);
    }
    if class == DrugClass::RasAntagonist && uses(DrugClass::Sacubitril) {
        return Err(PdcReason::Sacubitril);
    }
    if !fills.is_empty() && fills.iter().all(|f| f.ingredient.is_none()) {
        return Err(PdcReason::NoIngredient);
    }
    let of_class: Vec<&Fill> = fills.into_iter().filter(|f| codes.drug(f.ingredient).classes.has(class)).collect();
    if of_class.is_empty() {
        return Err(PdcReason::NoFill);
    }
    let drugs = &codes.reference.drugs;
    let told: Vec<Supplied> = of_class
        .iter()
        .filter_map(|f| {
            let ingredients = codes.drug(f.ingredient).ingredients.iter().copied();
            let ingredients = ingredients.filter(|i| drugs.classes_of(*i).has(class)).collect();
            days_of_supply(f).map(|days| Supplied { day: f.day, days, ingredients })
        })
        .collect();
    let first = told.first().map_or(as_of.0, |t| t.day);
    if told.iter().all(|t| t.day == first) {
        return Err(if told.len() < of_class.len() { PdcReason::NoDaysSupply } else { PdcReason::TooFewFills });
    }
    if as_of.0 - first < FIRST_FILL_BEFORE_END {
        return Err(PdcReason::FirstFillLate);
    }
    let covered = mark_covered(&told, as_of, hospital);
    let counted = (first..=as_of.0).map(|d| window_place(as_of, d)).filter(|p| !hospital.0[*p]);
    let (mut days, mut with_supply) = (0, 0);
    for p in counted {
        days += 1;
        with_supply += u32::from(covered[p]);
    }
    if days == 0 { Err(PdcReason::InHospital) } else { Ok(CoveredDays { covered: with_supply, days }) }
}

/// A fill with its days of supply and its ingredients of one class.
struct Supplied {
    day: i32,
    days: i32,
    ingredients: Vec<IngredientId>,
}

/// Days with supply of any ingredient; fills by day. Each ingredient's supply is used one day at a time, none of it in
/// hospital.
fn mark_covered(fills: &[Supplied], as_of: Day, hospital: &HospitalDays) -> [bool; WINDOW as usize] {
    let mut out = [false; WINDOW as usize];
    let mut ingredients: Vec<IngredientId> = fills.iter().flat_map(|f| f.ingredients.iter().copied()).collect();
    ingredients.sort_unstable();
    ingredients.dedup();
    for one in ingredients {
        let mut free = i32::MIN;
        for fill in fills.iter().filter(|f| f.ingredients.contains(&one)) {
            let mut at = free.max(fill.day);
            let mut left = fill.days;
            while left > 0 && at <= as_of.0 {
                let p = window_place(as_of, at);
                if !hospital.0[p] {
                    out[p] = true;
                    left -= 1;
                }
                at += 1;
            }
            free = at;
        }
    }
    out
}

/// Days of the year with both classes on hand, each fill from its own day.
fn overlap_days(timeline: &Timeline<'_>, codes: &Codes<'_>) -> Option<u32> {
    let as_of = timeline.as_of;
    let mut days = [0_u8; WINDOW as usize];
    let mut known = false;
    for fill in &timeline.fills {
        let (Some(supply), true) = (days_of_supply(fill), fill.ingredient.is_some()) else { continue };
        known = true;
        let classes = codes.drug(fill.ingredient).classes;
        let mark = u8::from(classes.has(DrugClass::Opioid)) | u8::from(classes.has(DrugClass::Benzodiazepine)) << 1;
        if mark != 0 {
            for day in fill.day.max(as_of.0 - WINDOW + 1)..=(fill.day + supply - 1).min(as_of.0) {
                days[window_place(as_of, day)] |= mark;
            }
        }
    }
    known.then(|| u32::try_from(days.iter().filter(|d| **d == 3).count()).unwrap_or(0))
}

fn judge_new_drug(m: &Measured<'_>) -> Option<NewDrug> {
    let timeline = &m.timeline;
    let stay = &timeline.stays[m.get::<Readmissions>().latest_index(timeline)?];
    let discharge = stay.discharge.filter(|d| is_within_year(*d, timeline.as_of))?;
    let named = || timeline.fills.iter().filter(|f| f.ingredient.is_some());
    named().next()?;
    let before = |ingredient: WordId| {
        named().any(|f| f.ingredient == ingredient && (stay.admit.0 - 180..stay.admit.0).contains(&f.day))
    };
    let mut after = named().filter(|f| (discharge.0..=discharge.0 + 30).contains(&f.day));
    Some(if after.any(|f| !before(f.ingredient)) {
        NewDrug::Filled
    } else if timeline.as_of.since(discharge) > 30 + m.inputs.claims_lag_days {
        NewDrug::NotFilled
    } else {
        NewDrug::Pending
    })
}

//! What a person's own record puts into the placeholders of an action. Owns which drug, value, day or count an action
//! speaks of: that of the facts its condition rests on; refuses to choose an action.

use std::cell::OnceCell;

use super::item_words::{authorization_of_equipment, classes_of_fact, need_of_fact, screen_of_fact, test_of_fact};
use crate::domain::{Day, OverrideAction};
use crate::extracts::{Directory, Facility, Override, Provider};
use crate::facts::{FactValue, fact_value, spoken_facts};
use crate::features::{MemberFactsRow, Scan};
use crate::measures::{
    FacilityBasis, LastResult, LastResults, Measured, Medicine, Medicines, Transition, Transitions, Whereabouts,
    standard_unit,
};
use crate::playbook::Placeholder;
use crate::reference::{DiagnosisFamily, is_sensitive_medicine, plain_day, plain_name, plain_number};

/// One person, as actions ask.
pub struct PersonRecord<'r, 'm> {
    /// The history and every measure, as of the night.
    pub measured: &'r Measured<'m>,
    /// The facts.
    pub facts: &'r MemberFactsRow,
    /// The day on which the list is used.
    pub work_day: Day,
    /// Facilities by NPI.
    pub facilities: &'r Directory<Facility>,
    /// Clinicians by NPI.
    pub providers: &'r Directory<Provider>,
}

/// The facts that an action rests on, in a person's case: those of its own condition, then those of its segment's.
pub struct ActionFacts {
    own: Vec<String>,
    segment: Vec<String>,
}

impl ActionFacts {
    fn all(&self) -> impl Iterator<Item = &str> {
        self.own.iter().chain(&self.segment).map(String::as_str)
    }

    /// One of them rests on a sensitive code.
    pub fn any(&self, rule: impl Fn(&str) -> bool) -> bool {
        self.all().any(rule)
    }
}

impl<'r> PersonRecord<'r, '_> {
    fn as_of(&self) -> Day {
        self.measured.as_of()
    }

    fn value(&self, name: &str) -> Option<FactValue> {
        self.facts.value(name).map(fact_value)
    }

    fn integer(&self, name: &str) -> Option<i32> {
        match self.value(name)? {
            FactValue::Integer(n) => i32::try_from(n).ok(),
            _ => None,
        }
    }

    /// The facts that speak in a condition.
    pub fn spoken(&self, sql: &str) -> Vec<String> {
        spoken_facts(sql, &|name| self.value(name))
    }

    /// The facts that speak for an action and its segment.
    #[must_use]
    pub fn action_facts(&self, own: Option<&str>, segment: &str) -> ActionFacts {
        ActionFacts { own: own.map(|sql| self.spoken(sql)).unwrap_or_default(), segment: self.spoken(segment) }
    }

    /// What a placeholder holds for this person; none when it is not known.
    #[must_use]
    pub fn fill(&self, placeholder: Placeholder, of: &ActionFacts, template: &str) -> Option<String> {
        match placeholder {
            Placeholder::OverrideText => self.override_row().map(|o| o.reason.trim_end_matches('.').to_owned()),
            Placeholder::Author => {
                Some(self.override_row().map_or("the care team".to_owned(), |o| o.author.to_string()))
            }
            Placeholder::Expires => self.override_row().map(|o| self.day(o.expires)),
            Placeholder::Hospital => Some(self.hospital().unwrap_or("the hospital").to_owned()),
            Placeholder::Facility => Some(self.facility().unwrap_or("the facility").to_owned()),
            Placeholder::Date => self.date(of, template).map(|d| self.day(d)),
            Placeholder::Diagnosis => {
                self.newest_transition().filter(|t| !t.is_sensitive())?.diagnosis.as_ref().map(|d| in_a_sentence(d))
            }
            Placeholder::DaysHome => self.integer("days_home").map(|n| n.to_string()),
            Placeholder::Deadline | Placeholder::KnownTo => Some(String::new()),
            Placeholder::Pcp => Some(self.pcp().unwrap_or("the primary care doctor").to_owned()),
            Placeholder::Agency => Some("the home health agency".to_owned()),
            Placeholder::Drug => self.drugs(of).first().map(|m| m.name.to_string()),
            Placeholder::Drug2 => self.drugs(of).get(1).map(|m| m.name.to_string()),
            Placeholder::Purpose => self.drugs(of).first().and_then(|m| purpose_of(&m.name)),
            Placeholder::LastFill => self.drugs(of).first().map(|m| self.day(m.last_fill.day)),
            Placeholder::DaysLate => {
                self.drugs(of).first().and_then(|m| m.days_late(self.as_of())).map(|n| n.to_string())
            }
            Placeholder::Value => self.result(of).map(told_value),
            Placeholder::Prev => self.result(of)?.before.map(|(_, v)| plain_number(v)),
            Placeholder::PrevDate => self.result(of)?.before.map(|(d, _)| self.day(d)),
            Placeholder::PrevPhrase => Some(self.result(of).and_then(|r| self.before_in_words(r)).unwrap_or_default()),
            Placeholder::Screen => self.screen(of).map(|(name, ..)| name.to_owned()),
            Placeholder::Score => self.screen(of).map(|(_, score, _)| plain_number(score)),
            Placeholder::Count => of.all().find_map(|name| self.count(name)).map(|n| n.to_string()),
            Placeholder::WhatLate => Some(self.what_is_late(of)),
            Placeholder::LastVisit => Some(self.last_visit()),
            Placeholder::LastTest => Some(self.last_test()),
            Placeholder::Item => authorization_of_equipment(self.measured, self.work_day)
                .map(|(a, _)| format!("equipment authorization {}", a.id)),
            Placeholder::NeedDate => self.need_day(of).map(month_of),
            Placeholder::Months => self.integer("days_since_primary_care_visit").map(|d| (d / 30).to_string()),
        }
    }

    /// A drug that the action would name treats what is kept from who has no sensitive role.
    #[must_use]
    pub fn names_sensitive_drug(&self, of: &ActionFacts) -> bool {
        self.drugs(of).iter().take(2).any(|m| is_sensitive_medicine(&m.name))
    }

    fn day(&self, day: Day) -> String {
        plain_day(day, self.as_of())
    }

    fn override_row(&self) -> Option<&Override> {
        let open = |o: &&&Override| o.action == OverrideAction::Add && o.expires >= self.as_of();
        self.measured.inputs.overrides.iter().find(open).copied()
    }

    fn newest_transition(&self) -> Option<&'r Transition> {
        self.measured.get::<Transitions>().rows.iter().max_by_key(|t| t.discharge)
    }

    /// The name of a psychiatric hospital tells the diagnosis.
    fn hospital(&self) -> Option<&'r str> {
        let transition = self.newest_transition().filter(|t| !t.is_sensitive())?;
        self.facilities.find(&transition.facility)?.name.as_deref()
    }

    /// Where the person is; of a discharge to a facility only the hospital that was left is known.
    fn facility(&self) -> Option<&'r str> {
        let stay = self.measured.get::<Whereabouts>().facility.as_ref()?;
        match stay.basis {
            FacilityBasis::OpenStay | FacilityBasis::SnfBill => self.facilities.find(&stay.facility)?.name.as_deref(),
            FacilityBasis::Discharged => None,
        }
    }

    fn pcp(&self) -> Option<&'r str> {
        let npi = self.measured.codes().words.text(self.measured.timeline.member.facts.pcp);
        self.providers.find(npi)?.name.as_deref()
    }

    /// The day that an action speaks of: that of its value or score when it tells one, else that of its event.
    fn date(&self, of: &ActionFacts, template: &str) -> Option<Day> {
        if template.contains("{value}") {
            return self.result(of).map(|r| r.day);
        }
        if template.contains("{score}") {
            return self.screen(of).map(|(.., day)| day);
        }
        if template.contains("{item}") {
            return authorization_of_equipment(self.measured, self.work_day).and_then(|(_, day)| day);
        }
        let scan = OnceCell::new();
        let first = |names: &[String]| {
            let days = names.iter().filter_map(|name| self.event_day(name, &scan));
            days.min_by_key(|(order, _)| *order).map(|(_, day)| day)
        };
        first(&of.own).or_else(|| first(&of.segment))
    }

    /// The day of the event that a fact speaks of, and how near it is to what a call is about: a discharge, an event, the
    /// age of an answer, a coded day.
    fn event_day(&self, name: &str, scan: &OnceCell<Scan>) -> Option<(u8, Day)> {
        let ago = |n: i32| self.as_of().plus(-n);
        match name {
            "days_home" | "transition_status" | "left_ama" | "home_health_ordered" | "index_family" => {
                return self.newest_transition().map(|t| (0, t.discharge));
            }
            "new_drug_after_discharge" => return self.integer("days_since_discharge").map(|n| (0, ago(n))),
            "days_since_ambulatory_visit" | "days_since_primary_care_visit" => return None,
            _ => {}
        }
        if name.starts_with("days_since_") {
            return self.integer(name).map(|n| (1, ago(n)));
        }
        if let Some(result) = test_of_fact(name).and_then(|t| self.measured.get::<LastResults>().of(t)) {
            return Some((2, result.day));
        }
        if name.ends_with("_days") {
            return self.integer(name).map(|n| (2, ago(n)));
        }
        let family =
            ["_days_90", "_days_180", "_days_365", "_days_730"].iter().find_map(|end| name.strip_suffix(end))?;
        let family = if family == "bleed" { DiagnosisFamily::MajorBleed } else { family_of(family)? };
        let scan = scan.get_or_init(|| Scan::of(&self.measured.timeline, self.measured.codes()));
        scan.family(family).iter().rev().find(|d| **d <= self.as_of().0).map(|d| (3, Day(*d)))
    }

    /// The medicines that an action speaks of, by the classes of its facts; of a class the one that was filled last.
    fn drugs(&self, of: &ActionFacts) -> Vec<&'r Medicine> {
        let codes = self.measured.codes();
        let mut out: Vec<&Medicine> = Vec::new();
        for name in of.all() {
            let Some(rule) = classes_of_fact(name) else { continue };
            let all = self.measured.get::<Medicines>().0.iter();
            let fits = |m: &&Medicine| {
                rule.classes.iter().any(|c| codes.drug(m.ingredient).classes.has(*c)) && rule.fits(m, self.as_of())
            };
            let newest = all.filter(fits).max_by_key(|m| (m.ran_out, m.last_fill.day, std::cmp::Reverse(&m.name)));
            out.extend(newest.filter(|m| out.iter().all(|o| o.name != m.name)));
        }
        out
    }

    /// The result that an action speaks of.
    fn result(&self, of: &ActionFacts) -> Option<&'r LastResult> {
        let results = self.measured.get::<LastResults>();
        of.all().find_map(|name| results.of(test_of_fact(name)?))
    }

    fn before_in_words(&self, result: &LastResult) -> Option<String> {
        let ((day, before), change) = (result.before?, result.change()?);
        let way = match change {
            c if c > 0.0 => "up from",
            c if c < 0.0 => "down from",
            _ => "as on",
        };
        let value = if change == 0.0 { String::new() } else { format!(" {} on", plain_number(before)) };
        Some(format!(", {way}{value} {}", self.day(day)))
    }

    /// Questionnaire, total and day.
    fn screen(&self, of: &ActionFacts) -> Option<(&'static str, f64, Day)> {
        let told = |name: &str| {
            let (instrument, facts) = screen_of_fact(name)?;
            let Some(FactValue::Number(score)) = self.value(facts[0]) else { return None };
            Some((instrument, score, self.as_of().plus(-self.integer(facts[1])?)))
        };
        of.all().find_map(told)
    }

    /// A fact that counts things, not days.
    fn count(&self, name: &str) -> Option<i32> {
        let counts = name.contains("_fills_") || name.starts_with("ed_visits_") || name.ends_with("stays_365");
        (counts || name == "ingredients_on_hand").then(|| self.integer(name)).flatten().filter(|n| *n >= 1)
    }

    fn what_is_late(&self, of: &ActionFacts) -> String {
        let late = self.drugs(of).into_iter().find_map(|m| Some((m, m.days_late(self.as_of()).filter(|n| *n > 0)?)));
        if let Some((medicine, days)) = late {
            return format!("{} ran out {} ago", medicine.name, crate::reference::counted(i64::from(days), "day"));
        }
        match self.result(of) {
            Some(r) => format!("blood pressure {} on {}", plain_number(r.value), self.day(r.day)),
            None => format!("last visit {}", self.last_visit()),
        }
    }

    fn last_visit(&self) -> String {
        let days = self.integer("days_since_ambulatory_visit");
        days.map_or_else(|| "not known to us".to_owned(), |n| self.day(self.as_of().plus(-n)))
    }

    fn last_test(&self) -> String {
        let newest = self.measured.get::<LastResults>().0.iter().max_by_key(|r| r.day);
        newest.map_or_else(
            || "not known to us".to_owned(),
            |r| format!("{}, {}", plain_name("lab", &r.loinc), self.day(r.day)),
        )
    }

    fn need_day(&self, of: &ActionFacts) -> Option<Day> {
        let name = of.all().find(|name| need_of_fact(name))?;
        self.integer(name).map(|n| self.as_of().plus(-n))
    }
}

/// A family by its name.
fn family_of(name: &str) -> Option<DiagnosisFamily> {
    DiagnosisFamily::ALL.iter().copied().find(|f| f.name() == name)
}

/// A diagnosis in the middle of a sentence: its first letter small, unless it is an abbreviation.
fn in_a_sentence(diagnosis: &str) -> String {
    let mut letters = diagnosis.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => diagnosis.to_owned(),
    }
}

/// A value with its unit, where people say it.
fn told_value(result: &LastResult) -> String {
    let unit = if standard_unit(result.test) == "%" { "%" } else { "" };
    format!("{}{unit}", plain_number(result.value))
}

/// What a medicine is for, in the words of the work.
fn purpose_of(ingredient: &str) -> Option<String> {
    let words = plain_name("purpose", ingredient);
    (words != ingredient.replace('_', " ")).then_some(words)
}

/// `Jun 2026`.
fn month_of(day: Day) -> String {
    let (year, ..) = day.ymd();
    let month = plain_day(day, day);
    format!("{} {year}", month.split(' ').next().unwrap_or_default())
}

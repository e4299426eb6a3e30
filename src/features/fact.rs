//! One fact of a member and what it is read from. Owns the shape of a fact and the questions that facts share; refuses to
//! know which facts there are.

use super::scan::{Days, Scan};
use crate::domain::{CodeId, Day, OrderedNumber};
use crate::measures::{DrugSupply, LastResults, Measured, Medicine, Medicines};
use crate::reference::{CareDiagnosis, CareList, DiagnosisFamily, DrugClass, Service};

/// What a fact holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactKind {
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no; 1 or 0 in SQL.
    Flag,
    /// A word of a closed list.
    Text,
}

/// The value of a fact; a missing one is null, never 0.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FactValue {
    /// Not known.
    Missing,
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A word.
    Text(&'static str),
}

impl From<i32> for FactValue {
    fn from(n: i32) -> Self {
        Self::Integer(i64::from(n))
    }
}
impl From<u32> for FactValue {
    fn from(n: u32) -> Self {
        Self::Integer(i64::from(n))
    }
}
impl From<usize> for FactValue {
    fn from(n: usize) -> Self {
        i64::try_from(n).map_or(Self::Missing, Self::Integer)
    }
}
impl From<f64> for FactValue {
    fn from(n: f64) -> Self {
        if n.is_finite() { Self::Number(n) } else { Self::Missing }
    }
}
impl From<bool> for FactValue {
    fn from(yes: bool) -> Self {
        Self::Flag(yes)
    }
}
impl From<&'static str> for FactValue {
    fn from(word: &'static str) -> Self {
        Self::Text(word)
    }
}
impl<T: Into<FactValue>> From<Option<T>> for FactValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

/// A column of the member facts.
pub struct FactColumn {
    /// Name, as conditions of playbook, programmes and segments write it.
    pub name: &'static str,
    /// Unit; of a flag `0 or 1`, of a text its words.
    pub unit: &'static str,
    /// What it holds.
    pub kind: FactKind,
    /// What it is, with its missing rule.
    pub meaning: &'static str,
    pub(super) read: fn(&FactContext<'_, '_>) -> FactValue,
}

/// Columns as a table: name, unit, kind, meaning, value.
macro_rules! facts {
    ($($name:literal, $unit:literal, $kind:ident, $meaning:literal, $read:expr;)+) => {
        &[$(FactColumn {
            name: $name,
            unit: $unit,
            kind: FactKind::$kind,
            meaning: $meaning,
            read: |c| FactValue::from(($read as fn(&FactContext<'_, '_>) -> _)(c)),
        }),+]
    };
}
pub(super) use facts;

/// One member as facts see them.
pub struct FactContext<'c, 'a> {
    /// The member and every measure, as of the night.
    pub m: &'c Measured<'a>,
    /// Days by what happened.
    pub scan: &'c Scan,
    /// The day on which the list is used.
    pub work_day: Day,
}

impl FactContext<'_, '_> {
    /// The night's date.
    pub fn day(&self) -> Day {
        self.m.as_of()
    }

    /// Days since a day that is not after the night.
    pub fn days_since(&self, day: Day) -> i32 {
        self.day().since(day)
    }

    /// Days of the last `n` on which a family is coded.
    pub fn coded_days(&self, family: DiagnosisFamily, n: i32) -> i32 {
        as_count(self.scan.family(family).within(self.day(), n))
    }

    /// Days of the last `n` with a service.
    pub fn service_days(&self, service: Service, n: i32) -> i32 {
        as_count(self.scan.service(service).within(self.day(), n))
    }

    /// Days since the newest day of a sorted list.
    pub fn days_since_last(&self, days: &[i32]) -> Option<i32> {
        days.since(self.day()).map(as_count)
    }

    /// Days since the newest stay (by admission) or ED visit whose principal diagnosis is of a family.
    pub fn days_since_event(&self, families: &[DiagnosisFamily]) -> Option<i32> {
        let codes = self.m.codes();
        let wanted = |code: CodeId| families.iter().any(|f| codes.dx(code).families.has(*f));
        let stays = self.m.timeline.stays.iter().filter(|s| s.principal_icd10 && wanted(s.principal)).map(|s| s.admit);
        let visits = self.m.timeline.ed_visits.iter().filter(|v| v.icd10 && wanted(v.diagnosis)).map(|v| v.day);
        stays.chain(visits).filter(|d| *d <= self.day()).max().map(|d| self.days_since(d))
    }

    /// Days since the newest discharge of a stay whose principal diagnosis opens follow-up care of a kind.
    pub fn days_since_care_stay(&self, kind: CareDiagnosis) -> Option<i32> {
        let codes = self.m.codes();
        let stays = self.m.timeline.stays.iter();
        let wanted = stays.filter(|s| s.principal_icd10 && codes.dx(s.principal).care & kind.bit() != 0);
        wanted.filter_map(|s| s.discharge).filter(|d| *d <= self.day()).max().map(|d| self.days_since(d))
    }

    /// Days since the newest ED visit whose diagnosis opens follow-up care of a kind.
    pub fn days_since_care_visit(&self, kind: CareDiagnosis) -> Option<i32> {
        let codes = self.m.codes();
        let visits = self.m.timeline.ed_visits.iter();
        let wanted = visits.filter(|v| v.icd10 && codes.dx(v.diagnosis).care & kind.bit() != 0).map(|v| v.day);
        wanted.max().map(|d| self.days_since(d))
    }

    /// Days since the newest claim or ADT row with a diagnosis, at any position, of a kind.
    pub fn days_since_mention(&self, is_wanted: impl Fn(CodeId) -> bool) -> Option<i32> {
        let timeline = &self.m.timeline;
        let claims = timeline.claims.iter().filter(|c| c.icd10() && c.dx.iter().any(|d| is_wanted(d.code)));
        let rows =
            timeline.admissions.iter().filter(|a| a.icd10() && a.dx.iter().any(|d| d.is_some() && is_wanted(*d)));
        let days = claims.map(|c| c.start).chain(rows.map(|a| a.admit)).filter(|d| *d <= self.day().0);
        days.max().map(|d| self.days_since(Day(d)))
    }

    /// Medicines of a class.
    fn of_class(&self, class: DrugClass) -> impl Iterator<Item = &Medicine> {
        let all = self.m.get::<Medicines>().0.iter();
        all.filter(move |x| self.m.codes().drug(x.ingredient).classes.has(class))
    }

    /// Days since the supply of every medicine of the classes was over, 0 while one lasts; none without a fill in a year.
    pub fn days_late(&self, classes: &[DrugClass]) -> Option<i32> {
        let ends = classes.iter().flat_map(|c| self.of_class(*c)).filter_map(|x| x.ran_out).max();
        ends.map(|end| self.days_since(end).max(0))
    }

    /// A medicine of a class is on hand, or ran out at most `grace` days ago; none without any fill in the extract.
    pub fn on_hand(&self, class: DrugClass, grace: i32) -> Option<bool> {
        self.m.get::<DrugSupply>().ingredients_on_hand?;
        let over = |x: &Medicine| x.days_late(self.day()).is_some_and(|late| late < grace);
        Some(self.of_class(class).any(|x| self.lasts(x) || over(x)))
    }

    /// Distinct ingredients of a class on hand; none without any fill in the extract.
    pub fn count_on_hand(&self, class: DrugClass) -> Option<usize> {
        self.m.get::<DrugSupply>().ingredients_on_hand?;
        Some(self.of_class(class).filter(|x| self.lasts(x)).count())
    }

    /// An opioid is on hand that is no treatment medicine for opioid use; none without any fill in the extract.
    pub fn opioid_on_hand(&self) -> Option<bool> {
        self.m.get::<DrugSupply>().ingredients_on_hand?;
        let codes = self.m.codes();
        let mut opioids = self
            .of_class(DrugClass::Opioid)
            .filter(|x| !codes.drug(x.ingredient).classes.has(DrugClass::OpioidTreatment));
        Some(opioids.any(|x| self.lasts(x)))
    }

    /// Medicines to avoid at 65 and over on hand; antipsychotics are none where schizophrenia or bipolar disorder is coded.
    pub fn beers_on_hand(&self) -> Option<usize> {
        self.m.get::<DrugSupply>().ingredients_on_hand?;
        if self.m.timeline.member.birth().age_on(self.day()) < 65 {
            return Some(0);
        }
        let codes = self.m.codes();
        let psychosis = self.coded_days(DiagnosisFamily::SevereMental, 365) > 0;
        let counts = |x: &&Medicine| {
            !(psychosis && codes.drug(x.ingredient).classes.has(DrugClass::Antipsychotic)) && self.lasts(x)
        };
        Some(self.of_class(DrugClass::BeersAvoid).filter(counts).count())
    }

    fn lasts(&self, medicine: &Medicine) -> bool {
        medicine.days_left(self.day()).is_some_and(|left| left > 0)
    }

    /// Fills of a class in a year.
    pub fn fills(&self, class: DrugClass) -> Option<u32> {
        (!self.m.timeline.fills.is_empty()).then(|| self.of_class(class).map(|x| x.fills).sum())
    }

    /// The newest value of a test.
    pub fn last_value(&self, test: CareList) -> Option<f64> {
        self.m.get::<LastResults>().of(test).map(|r| r.value)
    }

    /// Age of the newest value of a test.
    pub fn value_age(&self, test: CareList) -> Option<i32> {
        self.m.get::<LastResults>().of(test).map(|r| self.days_since(r.day))
    }

    /// Newest value of a test less the one before.
    pub fn value_change(&self, test: CareList) -> Option<f64> {
        self.m.get::<LastResults>().of(test).and_then(crate::measures::LastResult::change)
    }

    /// Newest score of an instrument within two years, with its age in days.
    pub fn instrument(&self, name: &str) -> Option<(f64, i32)> {
        let assessments = self.m.inputs.assessments.iter().map(|a| (a.day, &a.instrument, a.score));
        let surveys = self.m.inputs.surveys.iter().map(|s| (s.day, &s.instrument, s.score));
        let told = assessments.chain(surveys).filter(|(day, n, _)| n.eq_ignore_ascii_case(name) && *day <= self.day());
        let newest = told.filter_map(|(day, _, score)| score.map(|OrderedNumber(s)| (day, s))).max_by_key(|(d, _)| *d);
        newest.map(|(day, score)| (score, self.days_since(day))).filter(|(_, age)| *age < TWO_YEARS)
    }
}

/// Longest age of an instrument, in days.
const TWO_YEARS: i32 = 730;

#[expect(clippy::cast_possible_truncation, reason = "counts of days far below 2^31")]
fn as_count(n: f64) -> i32 {
    n as i32
}

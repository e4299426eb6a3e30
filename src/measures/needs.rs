//! Social needs by domain with their provenance. Owns the order screening, then Z code, then nothing;
//! refuses to take an area index for a person's need.

use super::measure::{Inputs, Measure, Measured};
use crate::domain::record::{record, record_choice};
use crate::domain::vocabulary::word_list;
use crate::domain::{CodeId, Day, Need as Answer};
use crate::reference::SDOH_DOMAINS;
use crate::timeline::Timeline;

/// Where a need was heard of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NeedSource {
    /// A screening answer.
    Screening,
    /// A Z55–Z65 code on a claim or ADT row.
    ZCode,
}

impl NeedSource {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Screening => "screening",
            Self::ZCode => "z_code",
        }
    }
}

word_list! {
    /// How old an answer is.
    NeedAge {
        /// Of the last 12 months.
        Current = "current",
        /// Of the 12 months before: to be asked again.
        AskAgain = "ask_again",
        /// Older than 24 months: no longer counted as open.
        Old = "old",
    }
}

impl NeedAge {
    /// The age of an answer of a day on another.
    #[must_use]
    pub fn of(day: Day, as_of: Day) -> Self {
        if day > as_of.plus_months(-12) {
            Self::Current
        } else if day > as_of.plus_months(-24) {
            Self::AskAgain
        } else {
            Self::Old
        }
    }
}

/// How the domains of safety begin.
const SAFETY: &str = "safety";

/// One domain of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Domain.
    pub domain: Box<str>,
    /// The answer; a Z code says yes.
    pub need: Answer,
    /// Where from.
    pub source: NeedSource,
    /// When.
    pub day: Day,
    /// Instrument, or claim id of the code.
    pub evidence: Box<str>,
    /// An open referral of that domain.
    pub open_referral: Option<Box<str>>,
    /// How old the answer is.
    pub age: NeedAge,
}

record!(Need { domain, need, source, day, evidence, open_referral, age });
record_choice!(NeedSource { Screening, ZCode });

impl Need {
    /// Somebody said yes, or coded it, however long ago.
    #[must_use]
    pub fn is_reported(&self) -> bool {
        self.need == Answer::Yes
    }

    /// A need for safety: never named to anybody.
    #[must_use]
    pub fn is_of_safety(&self) -> bool {
        self.domain.starts_with(SAFETY)
    }

    /// Yes or no; unknown and declined are no answers.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self.need, Answer::Yes | Answer::No)
    }

    /// The member has this need as far as anyone knows: said or coded in the last 12 months.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_reported() && self.age == NeedAge::Current
    }

    /// The member had this need one to two years ago: ask again.
    #[must_use]
    pub fn is_question(&self) -> bool {
        self.is_reported() && self.age == NeedAge::AskAgain
    }
}

/// One entry a domain that anything is known of, by domain.
#[derive(Clone, Debug, Default)]
pub struct Needs(pub Vec<Need>);

impl Measure for Needs {
    const ID: &'static str = "needs";
    const DOC: &'static str = "Social need by domain: the newest screening answer of yes or no (unknown and declined only show where there is neither), else the newest Z55-Z65 code, with its date, source and age: to 12 months a need, to 24 a question to ask again, older not counted as open. Nobody who died or is not enrolled on the night has a row. An area index is context and never a need. Source of domains: ICD-10-CM Z55-Z65 FY2024-FY2026, grouped by code family.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, inputs) = (&m.timeline, &m.inputs);
        let mut needs: Vec<Need> = Vec::new();
        if !m.is_living_member() {
            return Self(needs);
        }
        // Oldest first, so the last answer of a domain stands; of one day's answers a yes stands.
        for s in &inputs.screenings {
            let made = Need {
                domain: s.domain.clone(),
                need: s.need,
                source: NeedSource::Screening,
                day: s.day,
                evidence: s.instrument.clone(),
                open_referral: None,
                age: NeedAge::of(s.day, m.as_of()),
            };
            match needs.iter_mut().find(|n| n.domain == s.domain) {
                Some(old) if old.day == made.day && old.is_reported() => {}
                Some(old) if old.is_answered() && !made.is_answered() => {}
                Some(old) => *old = made,
                None => needs.push(made),
            }
        }
        let mut coded: Vec<Need> = Vec::new();
        for (day, code, id) in z_codes(timeline, inputs) {
            let domain = SDOH_DOMAINS[usize::from(inputs.codes.dx(code).sdoh) - 1];
            if needs.iter().any(|n| *n.domain == *domain) {
                continue;
            }
            let made = Need {
                domain: domain.into(),
                need: Answer::Yes,
                source: NeedSource::ZCode,
                day: Day(day),
                evidence: id.into(),
                open_referral: None,
                age: NeedAge::of(Day(day), m.as_of()),
            };
            match coded.iter_mut().find(|n| *n.domain == *domain) {
                Some(old)
                    if (old.day, std::cmp::Reverse(&old.evidence)) >= (made.day, std::cmp::Reverse(&made.evidence)) => {
                }
                Some(old) => *old = made,
                None => coded.push(made),
            }
        }
        needs.append(&mut coded);
        for need in &mut needs {
            let open =
                inputs.referrals.iter().filter(|r| r.domain == need.domain && r.status.is_open() && r.closed.is_none());
            need.open_referral = open.map(|r| r.id.clone()).next();
        }
        needs.sort_by(|a, b| a.domain.cmp(&b.domain));
        Self(needs)
    }
}

fn z_codes<'t>(timeline: &'t Timeline<'_>, inputs: &'t Inputs<'_>) -> impl Iterator<Item = (i32, CodeId, &'t str)> {
    let social = |code: CodeId| inputs.codes.dx(code).sdoh > 0;
    let claims = timeline
        .claims
        .iter()
        .filter(|c| c.icd10())
        .flat_map(move |c| c.dx.iter().filter(move |d| social(d.code)).map(|d| (c.start, d.code, &*c.id)));
    let rows = timeline
        .admissions
        .iter()
        .filter(|a| a.icd10())
        .flat_map(move |a| a.dx.iter().filter(move |d| social(**d)).map(|d| (a.admit, *d, &*a.admission_id)));
    claims.chain(rows)
}

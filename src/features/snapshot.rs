//! The snapshot of one member and the key that orders people while no model is trained.

use crate::domain::Day;
use crate::measures::{
    Comorbidity, Evidence, Lace, MemberFacts, MemberMeasures, Need, Scheme, Transition, WorkItem, lace_for_stay,
};
use crate::reference::ELIXHAUSER;
use crate::timeline::{Codes, Timeline};

/// Orders people by published indices: PQI stay in 12 months, then two stays in a year, then the
/// Elixhauser readmission index (a missing index is lowest).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct RiskKey {
    /// Stays with a PQI in the last 12 months.
    pub pqi_stays: u32,
    /// At least two stays in the year.
    pub two_stays: bool,
    /// Elixhauser readmission index.
    pub elixhauser: Option<i32>,
}

impl RiskKey {
    /// Anything in the key speaks for a contact.
    #[must_use]
    pub fn says_something(self) -> bool {
        self.pqi_stays > 0 || self.two_stays || self.elixhauser.is_some_and(|e| e > 0)
    }
}

/// An Elixhauser condition that adds to the index, with its evidence.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Place in [`ELIXHAUSER`].
    pub bit: u8,
    /// Weight in the readmission index.
    pub weight: i32,
    /// Mentions.
    pub evidence: Evidence,
}

/// An index discharge within 30 days, not yet followed by a return.
#[derive(Clone, Debug)]
pub struct RecentIndex {
    /// Stay id.
    pub stay_id: Box<str>,
    /// Discharge.
    pub discharge: Day,
    /// LACE.
    pub lace: Lace,
}

/// One member as known on the night's date.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Index in the population.
    pub member: u32,
    /// Enrolled on the day.
    pub enrolled: bool,
    /// Completed years.
    pub age: i32,
    /// Ordering key now.
    pub key: RiskKey,
    /// Ordering key as it was known 90 days before.
    pub key_before: RiskKey,
    /// Elixhauser measures after the hierarchy.
    pub elixhauser_count: i32,
    /// Hospital Frailty Risk Score.
    pub hfrs: f64,
    /// Conditions that add to the index, heaviest first; at most five.
    pub conditions: Vec<Condition>,
    /// Index discharges in their 30 days.
    pub recent: Vec<RecentIndex>,
    /// Use of care.
    pub facts: MemberFacts,
    /// Social needs.
    pub needs: Vec<Need>,
    /// Transition clocks.
    pub transitions: Vec<Transition>,
    /// Due items.
    pub worklist: Vec<WorkItem>,
}

impl Snapshot {
    /// Makes the row from a member's timeline and measures.
    #[must_use]
    pub fn new(
        member: u32,
        timeline: &Timeline<'_>,
        measures: &MemberMeasures,
        key_before: RiskKey,
        codes: &Codes<'_>,
    ) -> Self {
        let as_of = timeline.as_of;
        Self {
            member,
            enrolled: timeline.member.enrolled_on(as_of),
            age: timeline.member.birth().age_on(as_of),
            key: key(measures),
            key_before,
            elixhauser_count: measures.comorbidity.elixhauser_count.unwrap_or(0),
            hfrs: measures.comorbidity.hfrs.unwrap_or(0.0),
            conditions: conditions(&measures.comorbidity, codes),
            recent: recent(timeline, measures, codes),
            facts: measures.facts.clone(),
            needs: measures.needs.clone(),
            transitions: measures.transitions.clone(),
            worklist: measures.worklist.clone(),
        }
    }

    /// Four or more Elixhauser conditions.
    #[must_use]
    pub fn many_conditions(&self) -> bool {
        self.elixhauser_count >= 4
    }

    /// Needs answered yes or coded.
    pub fn open_needs(&self) -> impl Iterator<Item = &Need> {
        self.needs.iter().filter(|n| n.is_open())
    }
}

/// The key of a set of measures.
#[must_use]
pub fn key(measures: &MemberMeasures) -> RiskKey {
    RiskKey {
        pqi_stays: u32::try_from(measures.facts.pqi_year.len()).unwrap_or(u32::MAX),
        two_stays: measures.flag_2ip,
        elixhauser: measures.comorbidity.elixhauser_readmission,
    }
}

impl RiskKey {
    /// The key that a set of measures gives.
    #[must_use]
    pub fn of(measures: &MemberMeasures) -> Self {
        key(measures)
    }
}

fn conditions(comorbidity: &Comorbidity, codes: &Codes<'_>) -> Vec<Condition> {
    let mut out: Vec<Condition> = comorbidity
        .conditions
        .iter()
        .filter(|c| c.scheme == Scheme::Elixhauser && c.after_hierarchy)
        .filter_map(|c| {
            let bit = ELIXHAUSER.iter().position(|n| *n == c.condition)?;
            let weight = codes.reference.elixhauser_weights[bit].1;
            (weight > 0).then(|| Condition {
                bit: u8::try_from(bit).unwrap_or(0),
                weight,
                evidence: c.evidence.clone(),
            })
        })
        .collect();
    out.sort_by_key(|c| (-c.weight, -c.evidence.last, c.bit));
    out.truncate(5);
    out
}

fn recent(timeline: &Timeline<'_>, measures: &MemberMeasures, codes: &Codes<'_>) -> Vec<RecentIndex> {
    let as_of = timeline.as_of;
    let mut out = Vec::new();
    for (i, _) in measures.stays.iter().enumerate().filter(|(_, f)| f.is_index()) {
        let stay = &timeline.stays[i];
        let Some(discharge) = stay.discharge else { continue };
        let days = as_of.since(discharge);
        let returned = timeline.stays.iter().skip(i + 1).any(|s| !s.post_acute && s.admit >= discharge);
        if !(0..30).contains(&days) || returned {
            continue;
        }
        if let Some(lace) = lace_for_stay(timeline, i, codes) {
            out.push(RecentIndex { stay_id: stay.id.clone(), discharge, lace });
        }
    }
    out
}

//! The snapshot of one member and the key that orders people while no model is trained.

use crate::domain::Day;
use crate::domain::record::record;
use crate::measures::{
    Comorbidity, DrugSupply, Evidence, FollowUp, FollowUps, Lace, Measured, Need, Needs, Readmissions, Scheme,
    Transition, Transitions, Utilization, Whereabouts, WorkItem, Worklist, lace_of_stay,
};
use crate::reference::Elixhauser;
use crate::timeline::Codes;

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
    /// The measure.
    pub measure: Elixhauser,
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
    pub facts: Utilization,
    /// Medicines on hand and late.
    pub supply: DrugSupply,
    /// Social needs.
    pub needs: Vec<Need>,
    /// Discharges in their thirty days, by day.
    pub transitions: Vec<Transition>,
    /// Events that ask for a follow-up visit, by day.
    pub follow_ups: Vec<FollowUp>,
    /// In a facility or not.
    pub whereabouts: Whereabouts,
    /// Due items.
    pub worklist: Vec<WorkItem>,
}

record!(RiskKey { pqi_stays, two_stays, elixhauser });
record!(Condition { measure, weight, evidence });
record!(RecentIndex { stay_id, discharge, lace });
record!(Snapshot {
    member,
    enrolled,
    age,
    key,
    key_before,
    elixhauser_count,
    hfrs,
    conditions,
    recent,
    facts,
    supply,
    needs,
    transitions,
    follow_ups,
    whereabouts,
    worklist,
});

impl Snapshot {
    /// Makes the row from a member's timeline and measures.
    #[must_use]
    pub fn new(member: u32, m: &Measured<'_>, key_before: RiskKey) -> Self {
        let (as_of, who) = (m.as_of(), m.timeline.member);
        let comorbidity = m.get::<Comorbidity>();
        Self {
            member,
            enrolled: who.enrolled_on(as_of),
            age: who.birth().age_on(as_of),
            key: RiskKey::of(m),
            key_before,
            elixhauser_count: comorbidity.elixhauser_count.unwrap_or(0),
            hfrs: comorbidity.hfrs.unwrap_or(0.0),
            conditions: heaviest_conditions(comorbidity, m.codes()),
            recent: recent_indexes(m),
            facts: m.get::<Utilization>().clone(),
            supply: m.get::<DrugSupply>().clone(),
            needs: m.get::<Needs>().0.clone(),
            transitions: m.get::<Transitions>().rows.clone(),
            follow_ups: m.get::<FollowUps>().rows.clone(),
            whereabouts: m.get::<Whereabouts>().clone(),
            worklist: m.get::<Worklist>().0.clone(),
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

impl RiskKey {
    /// The key that a member's measures give.
    #[must_use]
    pub fn of(m: &Measured<'_>) -> Self {
        let use_of_care = m.get::<Utilization>();
        Self {
            pqi_stays: u32::try_from(use_of_care.pqi_year.len()).unwrap_or(u32::MAX),
            two_stays: use_of_care.two_stays(),
            elixhauser: m.get::<Comorbidity>().elixhauser_readmission,
        }
    }
}

fn heaviest_conditions(comorbidity: &Comorbidity, codes: &Codes<'_>) -> Vec<Condition> {
    let mut out: Vec<Condition> = comorbidity
        .conditions
        .iter()
        .filter(|c| c.scheme == Scheme::Elixhauser && c.after_hierarchy)
        .filter_map(|c| {
            let measure = Elixhauser::parse(c.condition)?;
            let weight = codes.reference.elixhauser.weight(measure).readmission;
            (weight > 0).then(|| Condition { measure, weight, evidence: c.evidence.clone() })
        })
        .collect();
    out.sort_by_key(|c| (-c.weight, -c.evidence.last, c.measure));
    out.truncate(5);
    out
}

fn recent_indexes(m: &Measured<'_>) -> Vec<RecentIndex> {
    let (timeline, as_of) = (&m.timeline, m.as_of());
    let mut out = Vec::new();
    for (i, _) in m.get::<Readmissions>().0.iter().enumerate().filter(|(_, f)| f.is_index()) {
        let stay = &timeline.stays[i];
        let Some(discharge) = stay.discharge else { continue };
        let days = as_of.since(discharge);
        let returned = timeline.stays.iter().skip(i + 1).any(|s| !s.post_acute && s.admit >= discharge);
        if !(0..30).contains(&days) || returned {
            continue;
        }
        if let Some(lace) = lace_of_stay(timeline, i, m.codes()) {
            out.push(RecentIndex { stay_id: stay.id.clone(), discharge, lace });
        }
    }
    out
}

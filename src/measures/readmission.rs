//! Index discharges, planned stays and 30-day readmissions. Owns the cohort rules; refuses to score.

use super::measure::{Measure, Measured};
use crate::domain::{CodeId, Short};
use crate::timeline::{CodeBasis, Codes, Stay, Timeline};

/// Why a stay is no index discharge; the first that holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum IndexExclusion {
    PostAcute,
    OpenStay,
    Died,
    AgeUnder18,
    Ama,
    NotEnrolled,
    CcsExcluded,
}

impl IndexExclusion {
    /// The contract's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PostAcute => "post_acute",
            Self::OpenStay => "open_stay",
            Self::Died => "died",
            Self::AgeUnder18 => "age_under_18",
            Self::Ama => "ama",
            Self::NotEnrolled => "not_enrolled",
            Self::CcsExcluded => "ccs_excluded",
        }
    }
}

/// What the measures say of one stay.
#[derive(Clone, Debug, Default)]
pub struct StayMeasures {
    /// Completed years at admission.
    pub age_at_admit: i32,
    /// Died in the stay.
    pub died: bool,
    /// Planned by CMS v4.0; `None` for a stay with ICD-9 codes only.
    pub planned: Option<bool>,
    /// First of PR1, PR2, PR3 that holds.
    pub planned_rule: Option<&'static str>,
    /// Why it is no index; `None` for an index.
    pub exclusion: Option<IndexExclusion>,
    /// Principal has no CCS: passed and counted.
    pub unmapped_principal: bool,
    /// 30-day unplanned readmission; `None` when it cannot be known or the stay is no index.
    pub readmit30: Option<bool>,
    /// The readmission's place among the member's stays, with a true label only.
    pub readmit_stay: Option<usize>,
    /// Days to it.
    pub days_to_readmission: Option<i32>,
}

impl StayMeasures {
    /// The stay is an index discharge.
    #[must_use]
    pub fn is_index(&self) -> bool {
        self.exclusion.is_none()
    }
}

/// The stays of one member, in stay order, judged as index discharges.
#[derive(Clone, Debug, Default)]
pub struct Readmissions(pub Vec<StayMeasures>);

impl Readmissions {
    /// The index discharge with the latest day, as a place among the stays; of one day the last in stay order.
    #[must_use]
    pub fn latest_index(&self, timeline: &Timeline<'_>) -> Option<usize> {
        let indexes = self.0.iter().enumerate().filter(|(_, s)| s.is_index());
        indexes.max_by_key(|(i, _)| timeline.stays[*i].discharge).map(|(i, _)| i)
    }
}

/// Days after discharge in which a return counts.
pub const WINDOW_DAYS: i32 = 30;

impl Measure for Readmissions {
    const ID: &'static str = "readmission";
    const DOC: &'static str = "30-day unplanned readmission after an index discharge. Index: an acute stay, discharged alive, age 18 or more at admission, not against advice, enrolled on the discharge day, principal CCS not among the 47 exclusions of the CMS hospital-wide measure. Planned: CMS Planned Readmission Algorithm v4.0 (PR1-PR4). The first acute stay with 0 <= admit - discharge <= 30 decides; a planned one ends the window. Null unless the window has passed and was enrolled throughout (or to death). Source: CMS/Yale CORE HWR 2021-22. Difference from CMS: every later stay may itself be an index, transfers out whose arrival is unseen stay indexes, and the code lists are those of about 2021-22.";

    fn compute(m: &Measured<'_>) -> Self {
        let timeline = &m.timeline;
        let mut stays: Vec<StayMeasures> = timeline.stays.iter().map(|s| judge_stay(timeline, s, m.codes())).collect();
        for i in 0..stays.len() {
            label_readmission(timeline, i, &mut stays);
        }
        Self(stays)
    }
}

fn judge_stay(timeline: &Timeline<'_>, stay: &Stay, codes: &Codes<'_>) -> StayMeasures {
    let member = timeline.member;
    let age = member.birth().age_on(stay.admit);
    let last_day = stay.discharge.unwrap_or(timeline.as_of);
    let died = stay.died_by_disposition() || member.death().is_some_and(|d| stay.admit <= d && d <= last_day);
    let (planned, planned_rule) = judge_planned(timeline, stay, codes);
    let principal = if stay.principal_icd10 { codes.dx(stay.principal) } else { codes.dx(CodeId::NONE) };
    let exclusion = if stay.post_acute {
        Some(IndexExclusion::PostAcute)
    } else if stay.discharge.is_none() {
        Some(IndexExclusion::OpenStay)
    } else if died {
        Some(IndexExclusion::Died)
    } else if age < 18 {
        Some(IndexExclusion::AgeUnder18)
    } else if stay.disposition == Short::of("07") {
        Some(IndexExclusion::Ama)
    } else if !member.enrolled_on(last_day) {
        Some(IndexExclusion::NotEnrolled)
    } else if principal.hwr_excluded {
        Some(IndexExclusion::CcsExcluded)
    } else {
        None
    };
    StayMeasures {
        age_at_admit: age,
        died,
        planned,
        planned_rule,
        exclusion,
        unmapped_principal: principal.ccs == 0,
        ..StayMeasures::default()
    }
}

fn judge_planned(timeline: &Timeline<'_>, stay: &Stay, codes: &Codes<'_>) -> (Option<bool>, Option<&'static str>) {
    if stay.code_basis == Some(CodeBasis::Icd9) {
        return (None, None);
    }
    let procedures = || {
        stay.claims
            .iter()
            .map(|i| &timeline.claims[*i])
            .filter(|c| c.px_basis == crate::extracts::Basis::Icd10)
            .flat_map(|c| c.px.iter())
            .map(|p| codes.px(p.code))
    };
    let principal = if stay.principal_icd10 { codes.dx(stay.principal) } else { codes.dx(CodeId::NONE) };
    let rule = if procedures().any(|p| p.planned_always) {
        Some("PR1")
    } else if principal.planned_always {
        Some("PR2")
    } else if !principal.planned_acute && procedures().any(|p| p.planned_potentially) {
        Some("PR3")
    } else {
        None
    };
    (Some(rule.is_some()), rule)
}

fn label_readmission(timeline: &Timeline<'_>, index: usize, stays: &mut [StayMeasures]) {
    let Some(discharge) = timeline.stays[index].discharge else { return };
    if !stays[index].is_index() {
        return;
    }
    let window_end = discharge.plus(WINDOW_DAYS);
    // The window closes at death: nobody can be enrolled after it.
    let last = timeline.member.death().map_or(window_end, |d| if d < window_end { d } else { window_end });
    if window_end > timeline.as_of || !timeline.member.enrolled_throughout(discharge, last) {
        return;
    }
    let next = timeline.stays.iter().enumerate().skip(index + 1).find(|(_, s)| !s.post_acute && s.admit >= discharge);
    let within = next.filter(|(i, s)| s.admit.since(discharge) <= WINDOW_DAYS && stays[*i].planned != Some(true));
    stays[index].readmit30 = Some(within.is_some());
    stays[index].readmit_stay = within.map(|(i, _)| i);
    stays[index].days_to_readmission = within.map(|(_, s)| s.admit.since(discharge));
}

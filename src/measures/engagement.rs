//! Who treats a member and how soon after a discharge primary care saw them; claim markers of frailty and of
//! behavioral-health care. Owns those counts; refuses to call any of them a score.

use super::measure::{Inputs, Measure, Measured, is_within_year};
use super::readmission::Readmissions;
use super::utilization::Utilization;
use crate::domain::{Day, WordId};
use crate::extracts::ClaimKind;
use crate::reference::{CareList, FRAILTY_MARKERS};
use crate::timeline::{Codes, ServiceLine, Timeline};

/// Days after a discharge in which a primary-care visit is looked for.
const VISIT_DAYS: i32 = 30;

/// Treatment facts of one member.
#[derive(Clone, Debug, Default)]
pub struct Engagement {
    /// Distinct rendering providers of ambulatory visits in 365 days.
    pub providers: u32,
    /// 1 − COC, 0..1; `None` under four visits.
    pub fragmentation: Option<f64>,
    /// Bits of [`FRAILTY_MARKERS`] met in 365 days; `None` when the year holds no ICD-10 code.
    pub frailty: Option<u8>,
    /// A psychiatric or substance-use diagnosis on two days, or on one stay or ED visit, in 365 days.
    pub behavioral: bool,
    /// Primary care after each stay, in stay order; `None` without a live discharge.
    pub primary_care: Vec<Option<PrimaryCareVisit>>,
}

/// A primary-care visit after a discharge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PrimaryCareVisit {
    /// Days from the discharge to the first visit, 1..=30.
    pub days: Option<i32>,
    /// Days after the discharge whose claims have had time to arrive.
    pub seen_through: i32,
}

impl PrimaryCareVisit {
    /// Whether there was a visit within so many days; `None` while claims may still be on their way.
    #[must_use]
    pub fn within(self, days: i32) -> Option<bool> {
        match self.days {
            Some(d) if d <= days => Some(true),
            _ => (self.seen_through >= days).then_some(false),
        }
    }
}

impl Measure for Engagement {
    const ID: &'static str = "engagement";
    const DOC: &'static str = "treating_providers: distinct rendering providers of ambulatory visits (professional, places of service of continuity of care) in 365 days. fragmentation = 1 - COC, null under four visits (reversed Bice-Boxerman index; Liu, Einstadter and Cebul 2010). days_to_pcp_visit of a live discharge: days to the first ambulatory visit 1 to 30 days after it by the member's pcp_npi or by a primary-care specialty (CMS 01, 08, 11, 37, 38, 50, 89, 97; 42 CFR 425.402), the discharge day left out; pcp_visit_7d, _14d, _30d are null until the days and the claims lag have passed without one. frailty_markers: how many of difficulty walking (R26), weakness (R531, M6281), skin ulcer (L89, L97, L984), hospital bed (E0250-E0304), wheelchair (E1130-E1298, K0001-K0108), home oxygen (E0424-E0447, E1390-E1392), fall (W00-W19, R296, Z9181), debility (R54) were on a claim in 365 days; null without an ICD-10 code. The bed, wheelchair, oxygen, walking, weakness and ulcer markers are predictors of dependency in Faurot et al. 2015 (Pharmacoepidemiol Drug Saf 24:59), carried over to ICD-10-CM by us; falls and debility are added; a count, not that model's probability. behavioral_health_12m: a psychiatric or substance-use diagnosis (the sensitive families of the code sets) on two different days, or as the principal of a stay or ED visit, in 365 days.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, inputs) = (&m.timeline, &m.inputs);
        let mut providers: Vec<WordId> = ambulatory_lines(timeline, inputs.codes)
            .filter(|l| l.rendering.is_some() && is_within_year(Day(l.start), timeline.as_of))
            .map(|l| l.rendering)
            .collect();
        providers.sort_unstable();
        providers.dedup();
        let (frailty, behavioral_days) = read_markers(timeline, inputs);
        let use_of_care = m.get::<Utilization>();
        let live = timeline.stays.iter().zip(&m.get::<Readmissions>().0).map(|(stay, judged)| {
            stay.discharge.filter(|_| !judged.died).map(|day| find_primary_care(timeline, inputs, day))
        });
        Self {
            providers: u32::try_from(providers.len()).unwrap_or(u32::MAX),
            fragmentation: use_of_care.coc.map(|coc| 1.0 - coc),
            frailty,
            behavioral: use_of_care.behavioral_year.is_some() || behavioral_days >= 2,
            primary_care: live.collect(),
        }
    }
}

fn ambulatory_lines<'t>(timeline: &'t Timeline<'_>, codes: &'t Codes<'_>) -> impl Iterator<Item = &'t ServiceLine> {
    timeline
        .claims
        .iter()
        .filter(|c| c.kind == ClaimKind::Professional)
        .flat_map(|c| c.lines)
        .filter(|l| codes.is_ambulatory(l.place))
}

fn find_primary_care(timeline: &Timeline<'_>, inputs: &Inputs<'_>, discharge: Day) -> PrimaryCareVisit {
    let pcp = timeline.member.facts.pcp;
    let lists = &inputs.codes.reference.lists;
    let days = ambulatory_lines(timeline, inputs.codes)
        .map(|l| (l.start - discharge.0, l))
        .filter(|(days, _)| (1..=VISIT_DAYS).contains(days))
        .filter(|(_, l)| {
            (pcp.is_some() && l.rendering == pcp)
                || lists.has_text(CareList::PrimaryCare, inputs.codes.words.text(l.specialty))
        })
        .map(|(days, _)| days)
        .min();
    PrimaryCareVisit { days, seen_through: timeline.as_of.since(discharge) - inputs.claims_lag_days }
}

/// Frailty bits of the year, and distinct days with a behavioral diagnosis (counted to two).
fn read_markers(timeline: &Timeline<'_>, inputs: &Inputs<'_>) -> (Option<u8>, u8) {
    let (mut bits, mut known) = (0, false);
    let (mut first, mut days) = (None, 0);
    for claim in timeline.claims.iter().filter(|c| is_within_year(Day(c.start), timeline.as_of)) {
        bits |= claim.lines.iter().fold(0, |all, l| all | inputs.codes.equipment(l.hcpcs));
        if !claim.icd10() {
            continue;
        }
        for d in claim.dx {
            known = true;
            let facts = inputs.codes.dx(d.code);
            bits |= facts.frailty;
            if facts.sensitive.is_behavioral() && *first.get_or_insert(claim.start) != claim.start {
                days = 2;
            }
        }
    }
    debug_assert!(FRAILTY_MARKERS.len() <= 8, "one bit a marker");
    (known.then_some(bits), days.max(u8::from(first.is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_told_before_its_absence() {
        let seen = |days, seen_through| [7, 14, 30].map(|d| PrimaryCareVisit { days, seen_through }.within(d));
        assert_eq!(seen(Some(7), 10), [Some(true); 3]);
        assert_eq!(seen(Some(8), 10), [Some(false), Some(true), Some(true)]);
        assert_eq!(seen(None, 13), [Some(false), None, None]);
        assert_eq!(seen(Some(30), 5), [None, None, Some(true)]);
        assert_eq!(seen(None, 30), [Some(false); 3]);
    }
}

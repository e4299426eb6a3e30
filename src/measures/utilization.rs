//! Use of care by the night's date: stays, ED, visits, continuity. Owns those windows;
//! refuses to score.

use std::collections::BTreeMap;

use super::engagement::AMBULATORY;
use super::member_facts::{Dated, MemberFacts};
use super::{Inputs, Measure, MemberMeasures, within_year};
use crate::domain::{Day, Short};
use crate::extracts::{ClaimKind, NO_DAY, NO_INTEGER};
use crate::reference::Sensitive;
use crate::timeline::{DIED, Timeline};

/// The registered measure.
pub struct Utilization;

impl Measure for Utilization {
    fn id(&self) -> &'static str {
        "utilization"
    }

    fn doc(&self) -> &'static str {
        "Use by the night's date: flag_2ip (at least two stays of any kind with as_of - 365 days < admission <= as_of), PQI stays and ED visits of the year, continuity of care COC = (sum n^2 - N) / (N (N - 1)) and usual provider share UPC over ambulatory visits by rendering provider in 365 days (null under four visits). Sources: Bice and Boxerman 1977; Breslau and Haug 1976."
    }

    fn compute(&self, timeline: &Timeline<'_>, inputs: &Inputs<'_>, out: &mut MemberMeasures) {
        let as_of = timeline.as_of;
        let mut facts = MemberFacts::default();
        stays(timeline, inputs, out, &mut facts);
        for visit in timeline.ed_visits.iter().filter(|v| within_year(v.day, as_of)) {
            facts.ed_year += 1;
            let dated = Dated { day: visit.day, id: visit.evidence.into() };
            if visit.icd10 && is_behavioral(inputs, visit.diagnosis) {
                facts.behavioral_year = facts.behavioral_year.max(Some(dated.clone()));
            }
            facts.last_ed = facts.last_ed.max(Some(dated));
        }
        institutions(timeline, &mut facts);
        visits(timeline, inputs, &mut facts);
        facts.paid_year_cents =
            timeline.claims.iter().filter(|c| within_year(Day(c.start), as_of)).map(|c| c.paid_cents).sum::<i64>()
                + timeline
                    .fills
                    .iter()
                    .filter(|f| within_year(Day(f.day), as_of) && f.paid_cents != NO_INTEGER)
                    .map(|f| f.paid_cents)
                    .sum::<i64>();
        out.flag_2ip = facts.stays_year >= 2;
        out.facts = facts;
    }
}

fn is_behavioral(inputs: &Inputs<'_>, code: u32) -> bool {
    matches!(inputs.codes.dx(code).sensitive, Sensitive::SubstanceUse | Sensitive::Psychiatric)
}

fn stays(timeline: &Timeline<'_>, inputs: &Inputs<'_>, out: &MemberMeasures, facts: &mut MemberFacts) {
    let as_of = timeline.as_of;
    for (i, stay) in timeline.stays.iter().enumerate() {
        let id = stay.claim_ids.first().or_else(|| stay.admission_ids.first()).copied().unwrap_or_default();
        let dated = Dated { day: stay.admit, id: id.into() };
        if stay.died_by_disposition() {
            facts.died_by_claim = facts.died_by_claim.max(stay.discharge.or(Some(stay.admit)));
        }
        if stay.disposition.is_any(&["50", "51"]) {
            facts.hospice_since = facts.hospice_since.max(stay.discharge);
        }
        if stay.discharge.is_none() && i + 1 == timeline.stays.len() && as_of.since(stay.admit) <= 365 {
            facts.in_facility_since = Some(stay.admit);
        }
        if !within_year(stay.admit, as_of) {
            continue;
        }
        facts.stays_year += 1;
        if let Some(counted) = out.stays[i].pqi.as_ref().map(|p| p.counted).filter(|c| *c != 0) {
            facts.pqi_year.push((dated.clone(), counted));
        }
        if stay.principal_icd10 && is_behavioral(inputs, stay.principal) {
            facts.behavioral_year = facts.behavioral_year.take().max(Some(dated.clone()));
        }
        facts.last_stay = facts.last_stay.take().max(Some(dated));
    }
    facts.pqi_year.sort_by(|a, b| b.cmp(a));
}

/// SNF stays covering the night and hospice claims.
fn institutions(timeline: &Timeline<'_>, facts: &mut MemberFacts) {
    let as_of = timeline.as_of;
    for claim in timeline.claims.iter().filter(|c| c.kind == ClaimKind::Institutional) {
        let last = if claim.discharge == NO_DAY { claim.end } else { claim.discharge };
        if claim.bill_begins("21") {
            let still = claim.disposition == Short::of("30") && claim.discharge == NO_DAY && as_of.0 - claim.end <= 30;
            if claim.start <= as_of.0 && (last >= as_of.0 && claim.discharge != as_of.0 || still) {
                facts.in_facility_since = facts.in_facility_since.max(Some(Day(claim.start)));
            }
        }
        let hospice_bill = claim.bill_begins("81") || claim.bill_begins("82");
        if hospice_bill && as_of.0 - claim.end <= 30 && !claim.disposition.is_any(&["01"]) {
            facts.hospice_since = facts.hospice_since.max(Some(Day(claim.start)));
        }
        if claim.disposition.is_any(DIED) {
            facts.died_by_claim = facts.died_by_claim.max(Some(Day(last)));
        }
    }
}

/// Ambulatory visits: one a provider and day.
fn visits(timeline: &Timeline<'_>, inputs: &Inputs<'_>, facts: &mut MemberFacts) {
    let mut seen: Vec<(i32, u32, &str)> = Vec::new();
    for claim in timeline.claims.iter().filter(|c| c.kind == ClaimKind::Professional) {
        for line in
            claim.lines.iter().filter(|l| l.place.is_any(AMBULATORY) && within_year(Day(l.start), timeline.as_of))
        {
            seen.push((line.start, line.rendering, claim.id));
        }
    }
    if let Some((day, _, id)) = seen.iter().max_by_key(|(d, _, id)| (*d, std::cmp::Reverse(*id))) {
        facts.last_visit = Some(Dated { day: Day(*day), id: (*id).into() });
    }
    let mut by_provider: BTreeMap<&str, u32> = BTreeMap::new();
    let mut keys: Vec<(i32, u32)> = seen.iter().filter(|s| s.1 != 0).map(|s| (s.0, s.1)).collect();
    keys.sort_unstable();
    keys.dedup();
    for (_, provider) in keys {
        *by_provider.entry(inputs.codes.words.text(provider)).or_default() += 1;
    }
    let n: u32 = by_provider.values().sum();
    if n >= 4 {
        let squares: u32 = by_provider.values().map(|v| v * v).sum();
        facts.coc = Some(f64::from(squares - n) / (f64::from(n) * f64::from(n - 1)));
        facts.upc = by_provider.values().max().map(|most| f64::from(*most) / f64::from(n));
    }
}

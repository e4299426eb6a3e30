//! Use of care by the night's date: stays, ED, visits, continuity. Owns those windows;
//! refuses to score.

use std::collections::BTreeMap;

use super::dated::Dated;
use super::measure::{Inputs, Measure, Measured, is_within_year};
use super::pqi::StayPqi;
use crate::domain::record::record;
use crate::domain::{CodeId, Day, Short, WordId};
use crate::extracts::{ClaimKind, PatientClass};
use crate::reference::CareList;
use crate::timeline::{DIED, Timeline};

/// Use of care by the night's date.
#[derive(Clone, Debug, Default)]
pub struct Utilization {
    /// Stays admitted in the last 365 days.
    pub stays_year: u32,
    /// PQI stays admitted in the last 12 months, latest first, with their measures.
    pub pqi_year: Vec<(Dated, u16)>,
    /// ED visits in the last 365 days.
    pub ed_year: u32,
    /// Latest ED visit of the year.
    pub last_ed: Option<Dated>,
    /// Latest stay of the year.
    pub last_stay: Option<Dated>,
    /// Latest observation stay of the year, by its last day.
    pub last_observation: Option<Day>,
    /// Behavioral-health stay or ED visit in the last 12 months.
    pub behavioral_year: Option<Dated>,
    /// An open stay or a SNF claim covers the night's date; the day it began.
    pub in_facility_since: Option<Day>,
    /// A claim says the member died: the day.
    pub died_by_claim: Option<Day>,
    /// Hospice by disposition 50 or 51, or by bill 81x or 82x within 30 days.
    pub hospice_since: Option<Day>,
    /// Continuity of care index, 0..1; `None` under four visits.
    pub coc: Option<f64>,
    /// Usual provider of care share, 0..1; `None` under four visits.
    pub upc: Option<f64>,
    /// Last ambulatory visit.
    pub last_visit: Option<Dated>,
    /// Paid over the last 365 days, in cents.
    pub paid_year_cents: i64,
}

record!(Utilization {
    last_observation,
    stays_year,
    pqi_year,
    ed_year,
    last_ed,
    last_stay,
    behavioral_year,
    in_facility_since,
    died_by_claim,
    hospice_since,
    coc,
    upc,
    last_visit,
    paid_year_cents,
});

impl Utilization {
    /// At least two stays of any kind admitted in the year.
    #[must_use]
    pub fn two_stays(&self) -> bool {
        self.stays_year >= 2
    }
}

impl Measure for Utilization {
    const ID: &'static str = "utilization";
    const DOC: &'static str = "Use by the night's date: flag_2ip (at least two stays of any kind with as_of - 365 days < admission <= as_of), PQI stays and ED visits of the year, continuity of care COC = (sum n^2 - N) / (N (N - 1)) and usual provider share UPC over ambulatory visits by rendering provider in 365 days (null under four visits). Sources: Bice and Boxerman 1977; Breslau and Haug 1976.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, inputs) = (&m.timeline, &m.inputs);
        let as_of = timeline.as_of;
        let mut facts = Self::default();
        add_stays(m, &mut facts);
        for visit in timeline.ed_visits.iter().filter(|v| is_within_year(v.day, as_of)) {
            facts.ed_year += 1;
            let dated = Dated { day: visit.day, id: visit.evidence.into() };
            if visit.icd10 && is_behavioral(inputs, visit.diagnosis) {
                facts.behavioral_year = facts.behavioral_year.max(Some(dated.clone()));
            }
            facts.last_ed = facts.last_ed.max(Some(dated));
        }
        facts.last_observation = last_observation(timeline);
        add_institutions(timeline, inputs, &mut facts);
        facts.died_by_claim = died_by_disposition(timeline);
        add_visits(timeline, inputs, &mut facts);
        facts.paid_year_cents = paid_year_cents(timeline);
        facts
    }
}

fn last_observation(timeline: &Timeline<'_>) -> Option<Day> {
    let stays = timeline.admissions.iter().filter(|a| a.class == PatientClass::Observation);
    let ends = stays.map(|a| Day(a.discharged().unwrap_or(a.admit)));
    ends.filter(|end| is_within_year(*end, timeline.as_of)).max()
}

fn paid_year_cents(timeline: &Timeline<'_>) -> i64 {
    let as_of = timeline.as_of;
    timeline.claims.iter().filter(|c| is_within_year(Day(c.start), as_of)).map(|c| c.paid_cents).sum::<i64>()
        + timeline
            .fills
            .iter()
            .filter(|f| is_within_year(Day(f.day), as_of))
            .filter_map(|f| f.paid_amount())
            .sum::<i64>()
}

fn is_behavioral(inputs: &Inputs<'_>, code: CodeId) -> bool {
    inputs.codes.dx(code).sensitive.is_behavioral()
}

fn add_stays(m: &Measured<'_>, facts: &mut Utilization) {
    let (timeline, inputs) = (&m.timeline, &m.inputs);
    let pqi = m.get::<StayPqi>();
    let as_of = timeline.as_of;
    for (i, stay) in timeline.stays.iter().enumerate() {
        let id = stay.claim_ids.first().or_else(|| stay.admission_ids.first()).copied().unwrap_or_default();
        let dated = Dated { day: stay.admit, id: id.into() };
        if stay.discharge.is_none() && i + 1 == timeline.stays.len() && as_of.since(stay.admit) <= 365 {
            facts.in_facility_since = Some(stay.admit);
        }
        if !is_within_year(stay.admit, as_of) {
            continue;
        }
        facts.stays_year += 1;
        let counted = pqi.counted(i);
        if counted != 0 {
            facts.pqi_year.push((dated.clone(), counted));
        }
        if stay.principal_icd10 && is_behavioral(inputs, stay.principal) {
            facts.behavioral_year = facts.behavioral_year.take().max(Some(dated.clone()));
        }
        facts.last_stay = facts.last_stay.take().max(Some(dated));
    }
    facts.pqi_year.sort_by(|a, b| b.cmp(a));
}

/// Still a patient.
const STILL: Short = Short::of("30");
/// Bills of a facility come by the month: this long after the last one nothing says that the person is still there.
const BILL_DAYS: i32 = 30;

/// The last day on which a stay, an institutional claim or an ADT row of any class ended in death.
#[must_use]
pub fn died_by_disposition(timeline: &Timeline<'_>) -> Option<Day> {
    let stays = timeline.stays.iter().filter(|s| s.died_by_disposition()).map(|s| s.discharge.unwrap_or(s.admit));
    let claims = timeline
        .claims
        .iter()
        .filter(|c| c.kind == ClaimKind::Institutional && c.disposition.is_any(DIED))
        .map(|c| Day(c.last_day()));
    let rows = timeline
        .admissions
        .iter()
        .filter(|a| a.disposition.is_any(DIED))
        .map(|a| Day(a.discharged().unwrap_or(a.admit)));
    // A census row whose discharge is not known yet has not ended in anything.
    stays.chain(claims).chain(rows).filter(|d| *d <= timeline.as_of).max()
}

/// SNF stays covering the night, and hospice by bill or by disposition.
fn add_institutions(timeline: &Timeline<'_>, inputs: &Inputs<'_>, facts: &mut Utilization) {
    let to_hospice = |disposition: Short| inputs.codes.reference.lists.has(CareList::ToHospice, disposition);
    let as_of = timeline.as_of;
    let institutional = || timeline.claims.iter().filter(|c| c.kind == ClaimKind::Institutional);
    // The newest SNF bill tells where the person is; a later discharge home from a hospital tells more.
    if let Some(snf) = institutional().filter(|c| c.bill_begins("21")).max_by_key(|c| (c.last_day(), c.start, c.id)) {
        let open = snf.disposition == STILL || (snf.discharge.is_none() && snf.disposition.is_none());
        let there = snf.last_day() >= as_of.0 && (open || snf.last_day() != as_of.0)
            || open && as_of.0 - snf.last_day() <= BILL_DAYS;
        let left = timeline.stays.iter().any(|s| s.admit.0 >= snf.last_day() && s.discharge.is_some());
        if snf.start <= as_of.0 && there && !left {
            facts.in_facility_since = facts.in_facility_since.max(Some(Day(snf.start)));
        }
    }
    let by_claim = institutional().filter(|c| to_hospice(c.disposition)).map(|c| Day(c.last_day()));
    let by_row = timeline
        .admissions
        .iter()
        .filter(|a| to_hospice(a.disposition))
        .map(|a| Day(a.discharged().unwrap_or(a.admit)));
    let by_stay = timeline.stays.iter().filter(|s| to_hospice(s.disposition)).filter_map(|s| s.discharge);
    // Who later left a hospital for anywhere else had left hospice.
    let revoked = |since: Day| {
        timeline
            .stays
            .iter()
            .any(|s| s.admit > since && s.discharge.is_some() && !s.disposition.is_none() && !to_hospice(s.disposition))
    };
    facts.hospice_since = by_claim.chain(by_row).chain(by_stay).filter(|d| *d <= as_of && !revoked(*d)).max();
    // The next monthly bill has come at the latest a month and the claims' lag after this one.
    let bill = institutional()
        .filter(|c| c.bill_begins("81") || c.bill_begins("82"))
        .max_by_key(|c| (c.last_day(), c.start, c.id))
        .filter(|c| as_of.0 - c.last_day() <= BILL_DAYS + inputs.claims_lag_days)
        .filter(|c| {
            c.disposition.is_none() || c.disposition == STILL || to_hospice(c.disposition) || c.disposition.is_any(DIED)
        });
    facts.hospice_since = facts.hospice_since.max(bill.map(|c| Day(c.start)));
}

/// Ambulatory visits: one a provider and day.
fn add_visits(timeline: &Timeline<'_>, inputs: &Inputs<'_>, facts: &mut Utilization) {
    let mut seen: Vec<(i32, WordId, &str)> = Vec::new();
    for claim in timeline.claims.iter().filter(|c| c.kind == ClaimKind::Professional) {
        for line in claim
            .lines
            .iter()
            .filter(|l| inputs.codes.is_ambulatory(l.place) && is_within_year(Day(l.start), timeline.as_of))
        {
            seen.push((line.start, line.rendering, claim.id));
        }
    }
    if let Some((day, _, id)) = seen.iter().max_by_key(|(d, _, id)| (*d, std::cmp::Reverse(*id))) {
        facts.last_visit = Some(Dated { day: Day(*day), id: (*id).into() });
    }
    let mut by_provider: BTreeMap<&str, u32> = BTreeMap::new();
    let mut keys: Vec<(i32, WordId)> = seen.iter().filter(|s| s.1.is_some()).map(|s| (s.0, s.1)).collect();
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

//! The transition clocks of live discharges. Owns due days and the state of each clock; refuses to know
//! who will call.

use super::comorbidity::Comorbidity;
use super::measure::{Inputs, Measure, Measured};
use super::readmission::{Readmissions, return_after};
use super::utilization::died_by_disposition;
use crate::domain::{Day, Short, TaskKind, add_business_days, business_days_between};
use crate::extracts::{ClaimKind, NO_DAY, PatientClass};
use crate::timeline::Timeline;

/// Where a transition stands; the first that holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum TransitionState {
    Died,
    Readmitted,
    DestinationIneligible,
    PeriodOver,
    VisitDone,
    MissedVisit,
    Contacted,
    MissedContact,
    Open,
}

impl TransitionState {
    /// The contract's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Died => "died",
            Self::Readmitted => "readmitted",
            Self::DestinationIneligible => "destination_ineligible",
            Self::PeriodOver => "period_over",
            Self::VisitDone => "visit_done",
            Self::MissedVisit => "missed_visit",
            Self::Contacted => "contacted",
            Self::MissedContact => "missed_contact",
            Self::Open => "open",
        }
    }
}

/// One live discharge in its transition period.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Place among the member's stays; `None` for an observation or SNF discharge.
    pub stay: Option<usize>,
    /// Stay id, or the source id of an observation or SNF discharge.
    pub id: Box<str>,
    /// `inpatient`, `observation` or `snf`.
    pub setting: &'static str,
    /// Discharge.
    pub discharge: Day,
    /// Disposition.
    pub disposition: Short,
    /// Left against medical advice.
    pub ama: bool,
    /// Counts as an index discharge.
    pub is_index: bool,
    /// Four or more Elixhauser conditions; tier 1 makes it complex too, which the list knows.
    pub complex: bool,
    /// Two business days after discharge.
    pub contact_due: Day,
    /// When somebody was reached, or the second attempt was made, by the due day.
    pub contacted_on: Option<Day>,
    /// Visit due when complex and when not.
    pub visit_due_complex: Day,
    /// Visit due when not complex.
    pub visit_due_plain: Day,
    /// The first visit after discharge.
    pub visited_on: Option<Day>,
    /// Last day of the period.
    pub period_end: Day,
    /// Claims may still be on their way.
    pub pending_claims: bool,
    /// A death, readmission, destination or end that closes the clock.
    pub closed: Option<TransitionState>,
}

impl Transition {
    /// The visit's due day.
    #[must_use]
    pub fn visit_due(&self, complex: bool) -> Day {
        if complex { self.visit_due_complex } else { self.visit_due_plain }
    }

    /// Where the clock stands on a day.
    #[must_use]
    pub fn state(&self, as_of: Day, complex: bool) -> TransitionState {
        if let Some(closed) = self.closed {
            return closed;
        }
        if self.visited_on.is_some() {
            TransitionState::VisitDone
        } else if as_of > self.visit_due(complex) {
            TransitionState::MissedVisit
        } else if self.contacted_on.is_some() {
            TransitionState::Contacted
        } else if as_of > self.contact_due {
            TransitionState::MissedContact
        } else {
            TransitionState::Open
        }
    }

    /// The clock that runs next: its kind, due day and slack in business days (negative when late).
    /// `None` when nothing is owed.
    #[must_use]
    pub fn running(&self, as_of: Day, complex: bool) -> Option<(&'static str, Day, i32)> {
        let visit = self.visit_due(complex);
        match self.state(as_of, complex) {
            TransitionState::Open => {
                Some(("tcm_contact", self.contact_due, business_days_between(as_of, self.contact_due)))
            }
            // A missed contact is still owed: the visit is what can be saved.
            TransitionState::MissedContact => {
                Some(("tcm_contact", self.contact_due, business_days_between(as_of, self.contact_due)))
            }
            TransitionState::Contacted | TransitionState::MissedVisit => {
                Some(("tcm_visit", visit, business_days_between(as_of, visit)))
            }
            _ => None,
        }
    }
}

/// Destinations in the community.
const COMMUNITY: &[&str] = &["01", "06", "07", "81", "86"];

/// Live discharges in their transition period, by day and id.
#[derive(Clone, Debug, Default)]
pub struct Transitions(pub Vec<Transition>);

impl Measure for Transitions {
    const ID: &'static str = "transitions";
    const DOC: &'static str = "Transitional care clocks of live discharges (inpatient of any kind, SNF 21x, observation) in the 30 days from discharge: contact due discharge + 2 business days (federal holidays off, the discharge day is day 0), visit due +7 days when complex (tier 1 or four Elixhauser conditions), else +14, period to +29. Contacted: a completed or enrolled contact, or two attempts on different occasions, by the due day. Visited: 99495, 99496 or an office or home visit claim, or a done visit task. A claim-based visit is pending until the claims lag has passed. Sources: CMS MLN908628; CPT 99495, 99496.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, inputs) = (&m.timeline, &m.inputs);
        let judged = &m.get::<Readmissions>().0;
        let complex = m.get::<Comorbidity>().elixhauser_count.is_some_and(|n| n >= 4);
        let mut rows = Vec::new();
        let mut add = |stay: Option<usize>,
                       id: &str,
                       setting: &'static str,
                       discharge: Day,
                       disposition: Short,
                       is_index: bool| {
            let period_end = discharge.plus(inputs.clocks.tcm_period_days);
            // A row is a discharge in its period; the day after, there is none.
            if discharge > timeline.as_of || timeline.as_of > period_end {
                return;
            }
            rows.push(row(timeline, inputs, &Source { stay, id, setting, discharge, disposition, is_index, complex }));
        };
        for (i, stay) in timeline.stays.iter().enumerate() {
            if let Some(discharge) = stay.discharge
                && !judged[i].died
            {
                add(Some(i), &stay.id, "inpatient", discharge, stay.disposition, judged[i].is_index());
            }
        }
        for a in timeline.admissions.iter().filter(|a| {
            a.class == PatientClass::Observation
                && a.discharge != NO_DAY
                && !a.disposition.is_any(&["20", "40", "41", "42", "09", "30"])
        }) {
            add(None, a.admission_id, "observation", Day(a.discharge), a.disposition, false);
        }
        for c in timeline.claims.iter().filter(|c| {
            c.kind == ClaimKind::Institutional
                && c.bill_begins("21")
                && c.discharge != NO_DAY
                && !c.disposition.is_any(&["20", "40", "41", "42", "30"])
        }) {
            add(None, c.id, "snf", Day(c.discharge), c.disposition, false);
        }
        // A stay of observation that became an inpatient stay has one clock: the later discharge's.
        rows.sort_by(|a, b| (a.discharge, &a.id).cmp(&(b.discharge, &b.id)));
        let inpatient: Vec<Day> = rows.iter().filter(|r| r.setting == "inpatient").map(|r| r.discharge).collect();
        rows.retain(|r| r.setting != "observation" || !inpatient.contains(&r.discharge));
        Self(rows)
    }
}

struct Source<'s> {
    stay: Option<usize>,
    id: &'s str,
    setting: &'static str,
    discharge: Day,
    disposition: Short,
    is_index: bool,
    complex: bool,
}

fn row(timeline: &Timeline<'_>, inputs: &Inputs<'_>, s: &Source<'_>) -> Transition {
    let clocks = inputs.clocks;
    let contact_due = add_business_days(s.discharge, clocks.tcm_contact_business_days);
    let period_end = s.discharge.plus(clocks.tcm_period_days);
    let back = match s.stay {
        Some(i) => return_after(timeline, i).is_some(),
        None => timeline.stays.iter().any(|t| t.admit >= s.discharge && t.admit <= period_end),
    };
    let deaths = timeline.member.death().into_iter().chain(died_by_disposition(timeline));
    let died = deaths.into_iter().any(|d| d >= s.discharge && d <= timeline.as_of);
    let closed = if died {
        Some(TransitionState::Died)
    } else if back {
        Some(TransitionState::Readmitted)
    } else if !s.disposition.is_none() && !s.disposition.is_any(COMMUNITY) {
        Some(TransitionState::DestinationIneligible)
    } else if timeline.as_of > period_end {
        Some(TransitionState::PeriodOver)
    } else {
        None
    };
    Transition {
        stay: s.stay,
        id: s.id.into(),
        setting: s.setting,
        discharge: s.discharge,
        disposition: s.disposition,
        ama: s.disposition == Short::of("07"),
        is_index: s.is_index,
        complex: s.complex,
        contact_due,
        contacted_on: contacted(inputs, s.discharge, contact_due),
        visit_due_complex: s.discharge.plus(clocks.tcm_visit_complex_days),
        visit_due_plain: s.discharge.plus(clocks.tcm_visit_days),
        visited_on: visited(timeline, inputs, s.discharge, period_end),
        period_end,
        pending_claims: timeline.as_of < s.discharge.plus(inputs.claims_lag_days),
        closed,
    }
}

/// Reached, or tried on two different days, from the discharge day to the due day.
fn contacted(inputs: &Inputs<'_>, discharge: Day, due: Day) -> Option<Day> {
    let within = || inputs.outreach.iter().filter(|o| o.day >= discharge && o.day <= due);
    let reached = within().find(|o| o.outcome.is_success()).map(|o| o.day);
    if reached.is_some() {
        return reached;
    }
    let mut attempts: Vec<Day> = within().filter(|o| o.outcome.is_attempt()).map(|o| o.day).collect();
    attempts.sort_unstable();
    attempts.dedup();
    attempts.get(1).copied()
}

/// 99495 or 99496, an office or home visit, or a done visit task after discharge and within the period.
fn visited(timeline: &Timeline<'_>, inputs: &Inputs<'_>, discharge: Day, end: Day) -> Option<Day> {
    let inside = |day: Day| day > discharge && day <= end;
    let claimed = timeline
        .claims
        .iter()
        .filter(|c| c.kind == ClaimKind::Professional)
        .flat_map(|c| c.lines.iter())
        .filter(|l| inside(Day(l.start)) && is_visit(inputs.codes.words.text(l.hcpcs), l.place))
        .map(|l| Day(l.start));
    let done = inputs
        .tasks
        .iter()
        .filter(|t| t.kind == TaskKind::Visit)
        .filter_map(|t| t.done)
        .filter(|d| *d >= discharge && *d <= end);
    claimed.chain(done).min()
}

/// Evaluation and management codes of office (99202–99215) and home (99341–99350) visits, by number alone;
/// without a code an office or home place of service counts.
fn is_visit(hcpcs: &str, place: Short) -> bool {
    match hcpcs.parse::<u32>() {
        Ok(code) => matches!(code, 99_495 | 99_496 | 99_202..=99_215 | 99_341..=99_350),
        Err(_) => hcpcs.is_empty() && place.is_any(&["11", "12"]),
    }
}

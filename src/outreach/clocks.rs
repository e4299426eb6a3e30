//! The live clocks of a person and the band that each gives. Owns which clock stands first; refuses to know who else
//! waits.

use super::inputs::Inputs;
use super::words::{Band, ClockStep, Stream};
use crate::domain::{Day, business_days_between};
use crate::features::Snapshot;
use crate::measures::{ClockKind, FollowUp, NextStep, Transition, WorkKind};
use crate::reference::Sensitive;

/// Business days within which a visit waits no longer.
const VISIT_SLACK_DAYS: i32 = 3;

/// A live clock of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Band that it gives.
    pub band: Band,
    /// What it asks for.
    pub step: ClockStep,
    /// By when.
    pub due: Option<Day>,
    /// Business days left on the work day; negative when late.
    pub slack_days: Option<i32>,
    /// Discharge, ED or request day.
    pub started: Day,
    /// Stay, event or authorization it rests on.
    pub id: Box<str>,
    /// The chance that what it asks for is still to be done.
    pub chance_open: f64,
    /// An appointment booked inside the window.
    pub booked_on: Option<Day>,
    /// What it rests on is masked as.
    pub sensitive: Sensitive,
    /// Where it began: a transition's place among the snapshot's.
    pub transition: Option<usize>,
}

impl Clock {
    /// The stream that it makes.
    #[must_use]
    pub fn stream(&self) -> Stream {
        match self.step {
            ClockStep::Contact
            | ClockStep::Visit
            | ClockStep::Reconcile
            | ClockStep::FollowUp
            | ClockStep::DischargeUnseen => Stream::Transition,
            ClockStep::MentalStay | ClockStep::MentalEd | ClockStep::SubstanceEd | ClockStep::ChronicEd => {
                Stream::FollowUp
            }
            ClockStep::Authorization => Stream::Authorization,
        }
    }

    /// What it asks for tells a sensitive event: it is masked. A contact or a visit after a discharge tells nothing.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.sensitive != Sensitive::No && self.stream() == Stream::FollowUp
    }

    /// It began with a discharge or an ED visit, whose worth falls by the day.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        !matches!(self.step, ClockStep::Authorization | ClockStep::DischargeUnseen)
    }

    /// Order within one person: band, deadline, the later event, what it asks for.
    fn key(&self) -> (Band, Day, std::cmp::Reverse<Day>, ClockStep) {
        (self.band, self.due.unwrap_or(Day::MAX), std::cmp::Reverse(self.started), self.step)
    }
}

/// Every live clock of a person, the one that stands first at the front.
#[must_use]
pub fn live_clocks(inputs: &Inputs<'_>, s: &Snapshot, risk_tier: u8) -> Vec<Clock> {
    let complex = |t: &Transition| risk_tier == 1 || t.many_conditions;
    let mut out: Vec<Clock> = Vec::new();
    for (i, t) in s.transitions.iter().enumerate() {
        out.extend(transition_clock(inputs, t, complex(t)).map(|c| Clock { transition: Some(i), ..c }));
    }
    out.extend(s.follow_ups.iter().filter_map(|f| follow_up_clock(inputs, f)));
    let just_home = s.transitions.iter().any(|t| t.is_live(inputs.visits.work_day));
    out.extend(authorization_clocks(inputs, s, just_home || risk_tier <= 2));
    if let Some(began) = s.whereabouts.discharge_unseen {
        out.push(Clock {
            band: Band::Risk,
            step: ClockStep::DischargeUnseen,
            due: None,
            slack_days: None,
            started: began,
            id: Box::default(),
            chance_open: 1.0,
            booked_on: None,
            sensitive: Sensitive::No,
            transition: None,
        });
    }
    out.sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| a.id.cmp(&b.id)));
    out
}

fn transition_clock(inputs: &Inputs<'_>, t: &Transition, complex: bool) -> Option<Clock> {
    let work_day = inputs.visits.work_day;
    let next = t.next_step(work_day, complex);
    let slack = next.due.map(|due| business_days_between(work_day, due));
    let booked_on = t.booked_on.filter(|b| next.due.is_some_and(|due| *b <= due));
    let soon = slack.is_some_and(|s| s <= VISIT_SLACK_DAYS) && booked_on.is_none();
    // Who refused after the discharge is called for it no more; the practice is told.
    let refused = t.refused_on.is_some();
    let (step, band) = match next.step {
        NextStep::Contact => (ClockStep::Contact, Band::Contact),
        NextStep::Visit if soon && !refused => (ClockStep::Visit, Band::Visit),
        NextStep::Visit => (ClockStep::Visit, Band::Risk),
        NextStep::Reconcile => (ClockStep::Reconcile, Band::Risk),
        NextStep::FollowUp => (ClockStep::FollowUp, Band::Risk),
        NextStep::Facility | NextStep::None => return None,
    };
    // In the band of risk nothing is multiplied by it.
    let chance_open = if band == Band::Visit { t.chance_open(inputs.visits, complex).unwrap_or(1.0) } else { 1.0 };
    Some(Clock {
        band,
        step,
        due: next.due,
        slack_days: slack,
        started: t.discharge,
        id: t.id.clone(),
        chance_open,
        booked_on,
        sensitive: t.sensitive,
        transition: None,
    })
}

fn follow_up_clock(inputs: &Inputs<'_>, f: &FollowUp) -> Option<Clock> {
    let work_day = inputs.visits.work_day;
    let (due, _) = f.next_due(work_day)?;
    let slack = business_days_between(work_day, due);
    let booked = f.is_booked(work_day);
    let band = if slack <= VISIT_SLACK_DAYS && !booked { Band::Visit } else { Band::Risk };
    Some(Clock {
        band,
        step: match f.kind {
            ClockKind::MentalStay => ClockStep::MentalStay,
            ClockKind::MentalEd => ClockStep::MentalEd,
            ClockKind::SubstanceEd => ClockStep::SubstanceEd,
            ClockKind::ChronicEd | ClockKind::Transition => ClockStep::ChronicEd,
        },
        due: Some(due),
        slack_days: Some(slack),
        started: f.event,
        id: f.evidence.clone(),
        chance_open: if band == Band::Visit { f.chance_open(inputs.visits).unwrap_or(1.0) } else { 1.0 },
        booked_on: f.booked_on.filter(|_| booked),
        sensitive: f.sensitive,
        transition: None,
    })
}

/// Urgent authorizations due by the work day of somebody just home or at high risk; others are in the worklist only.
fn authorization_clocks(inputs: &Inputs<'_>, s: &Snapshot, worth_a_call: bool) -> Vec<Clock> {
    let work_day = inputs.visits.work_day;
    let urgent = |w: &&crate::measures::WorkItem| {
        w.kind == WorkKind::AuthorizationDecision && w.urgent && !w.stale && w.due <= work_day
    };
    let items = s.worklist.iter().filter(|_| worth_a_call).filter(urgent);
    items
        .map(|w| Clock {
            band: Band::Authorization,
            step: ClockStep::Authorization,
            due: Some(w.due),
            slack_days: Some(business_days_between(work_day, w.due)),
            started: w.began,
            id: w.id.clone(),
            chance_open: 1.0,
            booked_on: None,
            sensitive: Sensitive::No,
            transition: None,
        })
        .collect()
}

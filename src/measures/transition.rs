//! One discharge in its thirty days: due days, what was seen, and where its clocks stand on a work day. Owns the states
//! and the next step; refuses to find a discharge and to know who will call.

use super::care_evidence::Seen;
use super::discharges::Destination;
use super::lace::Lace;
use super::transition_states::{
    ContactState, DueStep, NextStep, ReconciliationState, Setting, TransitionStatus, VisitState,
};
use super::visit_knowledge::{ClockKind, VisitKnowledge};
use crate::domain::record::record;
use crate::domain::{Day, Short, business_days_between};
use crate::reference::Sensitive;

/// One discharge alive in its thirty days, as far as the member's own rows tell.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Place among the member's stays; `None` for an observation or SNF discharge.
    pub stay: Option<usize>,
    /// Stay id, or the source id of an observation or SNF discharge.
    pub id: Box<str>,
    /// What was left.
    pub setting: Setting,
    /// Admission.
    pub admit: Day,
    /// Discharge.
    pub discharge: Day,
    /// NPI of the facility; empty when unknown.
    pub facility: Box<str>,
    /// Disposition.
    pub disposition: Short,
    /// Where it leads.
    pub destination: Destination,
    /// Left against medical advice.
    pub ama: bool,
    /// Counts as an index discharge.
    pub is_index: bool,
    /// Four or more Elixhauser conditions.
    pub many_conditions: bool,
    /// Principal diagnosis; empty when unknown.
    pub principal: Box<str>,
    /// The same in words: its clinical category.
    pub diagnosis: Option<Box<str>>,
    /// What the diagnosis is masked as.
    pub sensitive: Sensitive,
    /// LACE of the stay, index or not; `None` where it cannot be counted.
    pub lace: Option<Lace>,
    /// Two business days after discharge.
    pub contact_due: Day,
    /// First day on which somebody reached or saw the person.
    pub reached_on: Option<Day>,
    /// First refusal from the discharge day on.
    pub refused_on: Option<Day>,
    /// Two vain attempts of different days or channels by the due day.
    pub attempted: bool,
    /// The first visit.
    pub visit: Option<Seen>,
    /// The first appointment booked in the thirty days.
    pub booked_on: Option<Day>,
    /// When the medicines were reconciled.
    pub reconciled_on: Option<Day>,
    /// Visit due when complex.
    pub visit_due_complex: Day,
    /// Visit due when not complex.
    pub visit_due_plain: Day,
    /// Day thirty.
    pub period_end: Day,
    /// What ended it, or keeps it from running.
    pub closed: Option<TransitionStatus>,
}

record!(Transition {
    stay,
    id,
    setting,
    admit,
    discharge,
    facility,
    disposition,
    destination,
    ama,
    is_index,
    many_conditions,
    principal,
    diagnosis,
    sensitive,
    lace,
    contact_due,
    reached_on,
    refused_on,
    attempted,
    visit,
    booked_on,
    reconciled_on,
    visit_due_complex,
    visit_due_plain,
    period_end,
    closed,
});

impl Transition {
    /// Where it stands on a work day.
    #[must_use]
    pub fn status(&self, work_day: Day) -> TransitionStatus {
        match self.closed {
            Some(closed) => closed,
            None if work_day > self.period_end => TransitionStatus::PeriodOver,
            None => TransitionStatus::Live,
        }
    }

    /// Its clocks run on a work day.
    #[must_use]
    pub fn is_live(&self, work_day: Day) -> bool {
        self.status(work_day) == TransitionStatus::Live
    }

    /// The diagnosis or the setting is sensitive.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.sensitive != Sensitive::No || self.setting == Setting::Psychiatric
    }

    /// Why the visit is due within seven days; empty when it is not.
    #[must_use]
    pub fn complex_by(&self, tier_one: bool) -> &'static str {
        match (tier_one, self.many_conditions) {
            (true, true) => "risk tier 1 and four conditions or more",
            (true, false) => "risk tier 1",
            (false, true) => "four conditions or more",
            (false, false) => "",
        }
    }

    /// The visit's due day.
    #[must_use]
    pub fn visit_due(&self, complex: bool) -> Day {
        if complex { self.visit_due_complex } else { self.visit_due_plain }
    }

    /// Where the two-day contact stands, read on a work day.
    #[must_use]
    pub fn contact_state(&self, work_day: Day) -> ContactState {
        if self.reached_on.is_some_and(|d| d <= self.contact_due) {
            ContactState::Reached
        } else if self.attempted {
            ContactState::Attempted
        } else if self.contact_due < work_day {
            ContactState::Missed
        } else {
            ContactState::Open
        }
    }

    /// Where the visit stands, read on a work day.
    #[must_use]
    pub fn visit_state(&self, known: &VisitKnowledge, complex: bool) -> VisitState {
        let due = self.visit_due(complex);
        if self.visit.is_some() {
            VisitState::Done
        } else if due >= known.work_day {
            VisitState::Open
        } else if known.knows(due) {
            VisitState::Missed
        } else {
            VisitState::Unconfirmed
        }
    }

    /// Where the reconciliation stands, read on a work day.
    #[must_use]
    pub fn reconciliation_state(&self, work_day: Day) -> ReconciliationState {
        if self.reconciled_on.is_some() {
            ReconciliationState::Done
        } else if self.period_end >= work_day {
            ReconciliationState::Open
        } else {
            ReconciliationState::Unconfirmed
        }
    }

    /// The next deadline that can still be met on a work day, following who was reached and never who was tried.
    #[must_use]
    pub fn next_step(&self, work_day: Day, complex: bool) -> DueStep {
        let at =
            |step, due: Option<Day>| DueStep { step, due, deadline_days: due.map_or(0, |d| d.since(self.discharge)) };
        match self.status(work_day) {
            TransitionStatus::InFacility => return at(NextStep::Facility, None),
            TransitionStatus::Live => {}
            _ => return at(NextStep::None, None),
        }
        if self.reached_on.is_none() && work_day.since(self.discharge) <= 7 {
            let due = if self.contact_due < work_day { work_day } else { self.contact_due };
            return at(NextStep::Contact, Some(due));
        }
        if self.visit.is_none() {
            let days = [self.visit_due_complex, self.visit_due_plain];
            let met = |d: &&Day| **d >= work_day;
            if let Some(due) = days[usize::from(!complex)..].iter().find(met) {
                return at(NextStep::Visit, Some(*due));
            }
        }
        if self.reconciliation_state(work_day) == ReconciliationState::Open {
            at(NextStep::Reconcile, Some(self.period_end))
        } else if self.reached_on.is_none() && self.visit.is_none() {
            at(NextStep::FollowUp, Some(self.period_end))
        } else {
            at(NextStep::None, None)
        }
    }

    /// Business days left to the next step on a work day; negative when late.
    #[must_use]
    pub fn slack(&self, work_day: Day, complex: bool) -> Option<i32> {
        self.next_step(work_day, complex).due.map(|due| business_days_between(work_day, due))
    }

    /// The chance that what the next step asks for is still to be done; `None` where nothing is asked or nothing can be
    /// said of it.
    #[must_use]
    pub fn chance_open(&self, known: &VisitKnowledge, complex: bool) -> Option<f64> {
        let next = self.next_step(known.work_day, complex);
        match next.step {
            NextStep::Contact => Some(1.0),
            NextStep::Visit | NextStep::FollowUp => {
                let booked = next.due.is_some_and(|due| self.booked_on.is_some_and(|b| b <= due));
                Some(known.chance_open(ClockKind::Transition, self.discharge, next.deadline_days, booked))
            }
            NextStep::Reconcile | NextStep::Facility | NextStep::None => None,
        }
    }
}

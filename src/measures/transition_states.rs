//! The words of a transition: what was left, where it stands, what is next. Owns the closed lists; refuses to judge a
//! discharge.

use crate::domain::Day;
use crate::domain::vocabulary::word_list;

word_list! {
    /// What was left; of two discharges on one day the first in this order stands.
    Setting {
        /// A hospital.
        Inpatient = "inpatient",
        /// A psychiatric stay.
        Psychiatric = "psychiatric",
        /// Inpatient rehabilitation.
        Rehab = "rehab",
        /// A long-term care hospital.
        LongTermHospital = "ltch",
        /// A skilled nursing facility.
        Snf = "snf",
        /// An observation stay.
        Observation = "observation",
    }
}
word_list! {
    /// Where a transition stands as a whole; the first that holds.
    TransitionStatus {
        /// The person died.
        Died = "died",
        /// A later stay or observation.
        Readmitted = "readmitted",
        /// Discharged to a facility and not seen since.
        InFacility = "in_facility",
        /// Hospice, or the police.
        DestinationIneligible = "destination_ineligible",
        /// The thirty days are over.
        PeriodOver = "period_over",
        /// Its clocks run.
        Live = "live",
    }
}
word_list! {
    /// Where the two-day contact stands.
    ContactState {
        /// Its window runs.
        Open = "open",
        /// Reached in time.
        Reached = "reached",
        /// Two vain attempts in time: enough for billing, and no end of trying.
        Attempted = "attempted",
        /// Neither in time.
        Missed = "missed",
    }
}
word_list! {
    /// Where the visit stands.
    VisitState {
        /// Its window runs.
        Open = "open",
        /// Seen.
        Done = "done",
        /// Not seen so far, and claims cannot know yet.
        Unconfirmed = "unconfirmed",
        /// Not seen, and claims would know.
        Missed = "missed",
    }
}
word_list! {
    /// Where the reconciliation of medicines stands.
    ReconciliationState {
        /// Its window runs.
        Open = "open",
        /// Done.
        Done = "done",
        /// Nothing says that it was done.
        Unconfirmed = "unconfirmed",
    }
}
word_list! {
    /// The next thing to do in a transition.
    NextStep {
        /// Speak with the person.
        Contact = "contact",
        /// See that the visit takes place.
        Visit = "visit",
        /// Reconcile the medicines.
        Reconcile = "reconcile",
        /// Reach the person at all, while the thirty days last.
        FollowUp = "follow_up",
        /// Call the facility.
        Facility = "facility",
        /// Nothing is owed.
        None = "none",
    }
}

/// A step with its deadline; `due` is `None` when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DueStep {
    /// What.
    pub step: NextStep,
    /// By when.
    pub due: Option<Day>,
    /// Days after the discharge that the deadline stands for; 0 without one.
    pub deadline_days: i32,
}

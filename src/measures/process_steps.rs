//! What the process rates count: contact, visit and reconciliation after a discharge, follow-up after emergency and
//! psychiatric care, once their windows are over. Owns which step of a past event counts, and whether it was made;
//! refuses to add anything up.

use super::follow_ups::FollowUps;
use super::measure::{Measure, Measured};
use super::transitions::Transitions;
use super::visit_knowledge::{ClockKind, PastDischarge, PastEvent};
use crate::domain::vocabulary::word_list;
use crate::domain::{Day, WordId};

word_list! {
    /// A step that care management is measured by. Its denominator is the events after which the person lived at home,
    /// enrolled, through the due day.
    ProcessStep {
        /// Reached within two business days of a discharge.
        Contact = "contact_2_business_days",
        /// Tried twice in that time and not reached.
        Attempted = "contact_attempted_only",
        /// Seen within 7 days of a discharge.
        VisitSeven = "visit_7d",
        /// Seen within 14 days of a discharge.
        VisitFourteen = "visit_14d",
        /// Medicines reconciled within 30 days of a discharge.
        Reconciled = "reconciliation_30d",
        /// Seen within 7 days of a psychiatric or self-harm stay.
        MentalStaySeven = "follow_up_mental_stay_7d",
        /// Seen within 30 days of one.
        MentalStayThirty = "follow_up_mental_stay_30d",
        /// Seen within 7 days of an ED visit for mental illness or self-harm.
        MentalEdSeven = "follow_up_mental_ed_7d",
        /// Seen within 30 days of one.
        MentalEdThirty = "follow_up_mental_ed_30d",
        /// Seen within 7 days of an ED visit for substance use or overdose.
        SubstanceEdSeven = "follow_up_substance_ed_7d",
        /// Seen within 30 days of one.
        SubstanceEdThirty = "follow_up_substance_ed_30d",
        /// Seen within 7 days of an ED visit with two chronic groups or more.
        ChronicEd = "follow_up_chronic_ed_7d",
    }
}

/// Steps in all.
pub(super) const STEPS: usize = ProcessStep::ALL.len();

/// One step of one past event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StepOutcome {
    /// The step.
    pub step: ProcessStep,
    /// Day of the discharge or visit.
    pub day: Day,
    /// Where that was; [`WordId::NONE`] when unknown.
    pub facility: WordId,
    /// It was made in time.
    pub met: bool,
}

/// Steps of the member's past events, in no order.
#[derive(Clone, Debug, Default)]
pub struct ProcessSteps(pub Vec<StepOutcome>);

impl Measure for ProcessSteps {
    const ID: &'static str = "process_steps";
    const DOC: &'static str = "Process rates, counted once the thirty days of an event are over: contact within two business days (and those only tried, twice), visit within 7 and 14 days and reconciliation within 30 days of a discharge to the community; follow-up within 7 and 30 days of psychiatric and emergency care as in follow_ups. Denominator of each: events after which the person lived at home, enrolled, through the due day; a return, a death, a facility or the end of cover before it leaves the event out. Of two discharges on one day one counts. Rates stand by month in measures/rates for months whose claims are mature, so no window is unknown there. Sources: CMS MLN908628; public description of HEDIS TRC, FUH, FUM, FUA and FMC, of which these are no results.";

    fn compute(m: &Measured<'_>) -> Self {
        let mut out = Vec::new();
        for past in &m.get::<Transitions>().past_discharges {
            out.extend(steps_of_discharge(past));
        }
        for (event, facility) in &m.get::<FollowUps>().past {
            out.extend(steps_of_follow_up(*event, *facility));
        }
        Self(out)
    }
}

/// A visit within so many days of an event, `None` when the person was not at home through them.
fn visit_within(event: PastEvent, days: u8) -> Option<bool> {
    (event.at_home >= days).then(|| event.seen.is_some_and(|seen| seen <= days))
}

fn steps_of_discharge(past: &PastDischarge) -> impl Iterator<Item = StepOutcome> {
    let event = past.event;
    let contact = (event.at_home >= past.contact_days).then_some(past.reached);
    let steps = [
        (ProcessStep::Contact, contact),
        (ProcessStep::Attempted, contact.map(|reached| past.attempted && !reached)),
        (ProcessStep::VisitSeven, visit_within(event, 7)),
        (ProcessStep::VisitFourteen, visit_within(event, 14)),
        (ProcessStep::Reconciled, (event.at_home >= 30).then_some(past.reconciled)),
    ];
    outcomes(event.day, past.facility, steps)
}

fn steps_of_follow_up(event: PastEvent, facility: WordId) -> impl Iterator<Item = StepOutcome> {
    let (seven, thirty) = match event.kind {
        ClockKind::MentalStay => (Some(ProcessStep::MentalStaySeven), Some(ProcessStep::MentalStayThirty)),
        ClockKind::MentalEd => (Some(ProcessStep::MentalEdSeven), Some(ProcessStep::MentalEdThirty)),
        ClockKind::SubstanceEd => (Some(ProcessStep::SubstanceEdSeven), Some(ProcessStep::SubstanceEdThirty)),
        ClockKind::ChronicEd => (Some(ProcessStep::ChronicEd), None),
        ClockKind::Transition => (None, None),
    };
    let steps = [(seven, visit_within(event, 7)), (thirty, visit_within(event, 30))];
    outcomes(event.day, facility, steps.into_iter().filter_map(|(step, met)| Some((step?, met))))
}

fn outcomes(
    day: Day,
    facility: WordId,
    steps: impl IntoIterator<Item = (ProcessStep, Option<bool>)>,
) -> impl Iterator<Item = StepOutcome> {
    steps.into_iter().filter_map(move |(step, met)| Some(StepOutcome { step, day, facility, met: met? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discharge(seen: Option<u8>, at_home: u8, reached: bool, attempted: bool) -> Vec<(ProcessStep, bool)> {
        let event = PastEvent { kind: ClockKind::Transition, day: Day(20_000), seen, at_home };
        let past =
            PastDischarge { event, facility: WordId::NONE, contact_days: 4, reached, attempted, reconciled: true };
        steps_of_discharge(&past).map(|s| (s.step, s.met)).collect()
    }

    #[test]
    fn a_window_that_was_cut_short_is_in_no_denominator() {
        use ProcessStep as S;
        let all = [(S::Contact, false), (S::Attempted, true), (S::VisitSeven, false), (S::VisitFourteen, true)];
        assert_eq!(discharge(Some(8), 31, false, true)[..4], all);
        assert_eq!(discharge(Some(8), 31, false, true)[4], (S::Reconciled, true));
        // Back in hospital on day 11: ten days at home.
        assert_eq!(
            discharge(None, 10, true, true),
            [(S::Contact, true), (S::Attempted, false), (S::VisitSeven, false)]
        );
        // A weekend lay between: the contact was due on day 4, and the person was gone on day 4.
        assert!(discharge(Some(2), 3, true, false).is_empty());
    }

    #[test]
    fn a_follow_up_has_the_windows_of_its_kind() {
        let told = |kind, seen| {
            let event = PastEvent { kind, day: Day(20_000), seen, at_home: 31 };
            steps_of_follow_up(event, WordId::NONE).map(|s| (s.step.as_str(), s.met)).collect::<Vec<_>>()
        };
        assert_eq!(
            told(ClockKind::MentalStay, Some(9)),
            [("follow_up_mental_stay_7d", false), ("follow_up_mental_stay_30d", true)]
        );
        assert_eq!(told(ClockKind::ChronicEd, Some(7)), [("follow_up_chronic_ed_7d", true)]);
        assert!(told(ClockKind::Transition, Some(1)).is_empty());
    }
}

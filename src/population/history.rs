//! One member's history, opened once and looked at as of any day. Owns what is remembered of a day (timeline, measures);
//! refuses to look at another member.

use std::cell::OnceCell;

use bumpalo::Bump;

use crate::config::RunPlan;
use crate::domain::Day;
use crate::extracts::{
    Appointment, Authorization, BucketRecords, Extracts, Lab, Member, MemberEvents, Outreach, Referral, Screening, Task,
};
use crate::features::{DISCHARGE_SNAPSHOT_DAYS, Knowledge, View, index_discharged_on};
use crate::measures::{Inputs, Measured};
use crate::timeline::{BuildContext, Codes, LineAccount, Timeline};

/// What the histories of all members share.
pub struct HistoryContext<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Rows of everyone.
    pub extracts: &'a Extracts,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// What was known of anybody on a day.
    pub knowledge: Knowledge<'a>,
}

impl<'a> HistoryContext<'a> {
    /// Prepares what does not depend on a member.
    #[must_use]
    pub fn new(plan: &'a RunPlan, extracts: &'a Extracts, codes: &'a Codes<'a>) -> Self {
        let knowledge = Knowledge::new(extracts, codes, &plan.clocks, &plan.models);
        Self { plan, extracts, codes, knowledge }
    }
}

/// One member's history: the rows, the timeline as of the night with its measures, and every earlier day asked for.
pub struct MemberHistory<'r> {
    /// Index in the population.
    pub index: u32,
    /// The night's timeline, everything known beside it, and the measures asked for so far.
    pub measured: Measured<'r>,
    /// Claim lines that only the whole member could judge.
    pub account: LineAccount,
    events: MemberEvents<'r>,
    context: &'r HistoryContext<'r>,
    arena: &'r Bump,
    days: OnceCell<Box<AsOf<'r>>>,
}

/// A member as known at the end of an earlier day.
pub struct AsOf<'r> {
    /// The day.
    pub day: Day,
    /// The timeline as known then, and the measures asked for so far.
    pub measured: Measured<'r>,
    next: OnceCell<Box<AsOf<'r>>>,
}

impl<'r> MemberHistory<'r> {
    /// Builds the timeline as of the night from the records of the member's bucket.
    #[must_use]
    pub fn open(context: &'r HistoryContext<'r>, index: u32, records: &'r BucketRecords, arena: &'r Bump) -> Self {
        let events = records.member(index, arena);
        let mut account = LineAccount::default();
        let who = context.extracts.population.member(index);
        let build = BuildContext { codes: context.codes, arena };
        let timeline = Timeline::build(who, &events, context.plan.as_of, build, &mut account);
        let measured = Measured::new(timeline, context.night_inputs(index));
        Self { index, measured, account, events, context, arena, days: OnceCell::new() }
    }

    /// The member.
    #[must_use]
    pub fn member(&self) -> &'r Member {
        self.measured.timeline.member
    }

    /// The rows the history was built from.
    #[must_use]
    pub fn events(&self) -> &MemberEvents<'r> {
        &self.events
    }

    /// Timeline and measures as known at the end of `day`; built at the first call, the night's own where nothing that is
    /// known tonight was unknown then.
    #[must_use]
    pub fn as_of(&self, day: Day) -> &Measured<'r> {
        let lag = self.context.plan.models.claims_lag_days;
        if day == self.context.plan.as_of && self.measured.timeline.is_known_at(&self.events, day, lag) {
            return &self.measured;
        }
        let mut place = &self.days;
        loop {
            let kept = place.get_or_init(|| Box::new(self.build_as_of(day)));
            if kept.day == day {
                return &kept.measured;
            }
            place = &kept.next;
        }
    }

    fn build_as_of(&self, day: Day) -> AsOf<'r> {
        let build = BuildContext { codes: self.context.codes, arena: self.arena };
        let lag = self.context.plan.models.claims_lag_days;
        let timeline = self.measured.timeline.known_at(&self.events, day, lag, build);
        let measured = Measured::new(timeline, self.context.knowledge.inputs_at(self.index, day));
        AsOf { day, measured, next: OnceCell::new() }
    }

    /// What features see of the member on `day`.
    #[must_use]
    pub fn view(&self, day: Day) -> View<'_> {
        self.context.knowledge.view(self.index, day, self.as_of(day))
    }

    /// The first day on which a discharge is known as an index, with what was known then and the days passed; `None`
    /// when that is later than 21 days, than the night, or than the next admission.
    #[must_use]
    pub fn first_known_snapshot(&self, discharge: Day, next_admission: Option<Day>) -> Option<(View<'_>, i32)> {
        for passed in DISCHARGE_SNAPSHOT_DAYS {
            let day = discharge.plus(passed);
            if day > self.context.plan.as_of || (passed > 0 && next_admission.is_some_and(|n| n <= day)) {
                return None;
            }
            // Whether it is known yet is asked of the stays alone: a view is made of the day that answers.
            if let Some(at) = index_discharged_on(self.as_of(day), discharge) {
                let mut view = self.view(day);
                view.index = Some(at);
                return Some((view, passed));
            }
        }
        None
    }
}

impl HistoryContext<'_> {
    /// Everything known of a member tonight beside the timeline.
    fn night_inputs(&self, index: u32) -> Inputs<'_> {
        let ex = self.extracts;
        Inputs {
            codes: self.codes,
            clocks: &self.plan.clocks,
            claims_lag_days: self.plan.models.claims_lag_days,
            screenings: ex.rows::<Screening>().of(index).collect(),
            outreach: ex.rows::<Outreach>().of(index).collect(),
            labs: ex.rows::<Lab>().of(index).collect(),
            tasks: ex.rows::<Task>().of(index).collect(),
            authorizations: ex.rows::<Authorization>().of(index).collect(),
            referrals: ex.rows::<Referral>().of(index).collect(),
            appointments: ex.rows::<Appointment>().of(index).collect(),
            cases: ex.rows().of(index).collect(),
            managers: &ex.managers,
            assessments: ex.rows().of(index).collect(),
            surveys: ex.rows().of(index).collect(),
            overrides: ex.rows().of(index).collect(),
        }
    }
}

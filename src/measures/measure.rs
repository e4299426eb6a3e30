//! What a measure is and how one is asked: [`Measure`], its [`Inputs`], and [`Measured`], which computes a measure
//! the first time that somebody asks for it. Owns the asking; refuses to know any measure.

use std::any::Any;
use std::cell::OnceCell;

use crate::config::Clocks;
use crate::domain::Day;
use crate::extracts::{
    Appointment, Assessment, Authorization, Case, Lab, Manager, Outreach, Override, Referral, Screening, Survey, Task,
};
use crate::timeline::{Codes, Timeline};

/// Everything a measure may look at beside the timeline.
pub struct Inputs<'a> {
    /// Code facts and words.
    pub codes: &'a Codes<'a>,
    /// Limits of clocks.
    pub clocks: &'a Clocks,
    /// Days a claim is taken to need.
    pub claims_lag_days: i32,
    /// The member's screenings, oldest first.
    pub screenings: Vec<&'a Screening>,
    /// The member's contact attempts, oldest first.
    pub outreach: Vec<&'a Outreach>,
    /// The member's laboratory results.
    pub labs: Vec<&'a Lab>,
    /// The member's tasks.
    pub tasks: Vec<&'a Task>,
    /// The member's authorizations.
    pub authorizations: Vec<&'a Authorization>,
    /// The member's referrals.
    pub referrals: Vec<&'a Referral>,
    /// The member's appointments, by day.
    pub appointments: Vec<&'a Appointment>,
    /// Cases of the member, ended ones too.
    pub cases: Vec<&'a Case>,
    /// The roster, for what somebody of a discipline did.
    pub managers: &'a [Manager],
    /// The member's assessments.
    pub assessments: Vec<&'a Assessment>,
    /// The member's survey answers.
    pub surveys: Vec<&'a Survey>,
    /// Manual decisions about the member.
    pub overrides: Vec<&'a Override>,
}

impl<'a> Inputs<'a> {
    /// Nothing beside the timeline: for what claims, ADT rows and fills alone decide.
    #[must_use]
    pub fn bare(codes: &'a Codes<'a>, clocks: &'a Clocks) -> Self {
        Self {
            codes,
            clocks,
            claims_lag_days: 0,
            screenings: Vec::new(),
            outreach: Vec::new(),
            labs: Vec::new(),
            tasks: Vec::new(),
            authorizations: Vec::new(),
            referrals: Vec::new(),
            appointments: Vec::new(),
            cases: Vec::new(),
            managers: &[],
            assessments: Vec::new(),
            surveys: Vec::new(),
            overrides: Vec::new(),
        }
    }
}

/// A measure is the type of its result. It must not ask for itself, not even through another measure.
pub trait Measure: Any + Send + Sized {
    /// Short name, lower case with underscores.
    const ID: &'static str;
    /// Definition, window, formula, missing rule, source and known limits, as `docs/measures.md` shows it.
    const DOC: &'static str;
    /// Computes it from the member's timeline, the inputs and other measures. Pure.
    fn compute(m: &Measured<'_>) -> Self;
}

/// One member as known on the timeline's day, and every measure asked for so far.
///
/// A measure that nobody asks for costs nothing; one that is asked for is always computed, so that no reader can
/// mistake "not computed" for an empty or default result.
pub struct Measured<'a> {
    /// The history that is measured.
    pub timeline: Timeline<'a>,
    /// What is known beside it.
    pub inputs: Inputs<'a>,
    first: OnceCell<Box<Kept>>,
}

/// One computed measure and the place of the next one.
struct Kept {
    value: Box<dyn Any + Send>,
    next: OnceCell<Box<Kept>>,
}

impl<'a> Measured<'a> {
    /// Nothing is computed yet.
    #[must_use]
    pub fn new(timeline: Timeline<'a>, inputs: Inputs<'a>) -> Self {
        Self { timeline, inputs, first: OnceCell::new() }
    }

    /// The measure `M` of this member, computed at the first call.
    #[must_use]
    pub fn get<M: Measure>(&self) -> &M {
        loop {
            let mut place = &self.first;
            while let Some(kept) = place.get() {
                if let Some(found) = kept.value.downcast_ref::<M>() {
                    return found;
                }
                place = &kept.next;
            }
            self.keep(M::compute(self));
        }
    }

    /// Puts a value behind the last one.
    fn keep<M: Measure>(&self, value: M) {
        let mut place = &self.first;
        while let Some(kept) = place.get() {
            place = &kept.next;
        }
        place.get_or_init(|| Box::new(Kept { value: Box::new(value), next: OnceCell::new() }));
    }

    /// Code facts and words.
    #[must_use]
    pub fn codes(&self) -> &'a Codes<'a> {
        self.inputs.codes
    }

    /// Alive and enrolled on that day.
    #[must_use]
    pub fn is_living_member(&self) -> bool {
        let who = self.timeline.member;
        who.enrolled_on(self.as_of()) && who.death().is_none_or(|d| d > self.as_of())
    }

    /// The day on which the history was known.
    #[must_use]
    pub fn as_of(&self) -> Day {
        self.timeline.as_of
    }
}

/// Days in the half-open window (as_of − 365, as_of].
#[must_use]
pub fn is_within_year(day: Day, as_of: Day) -> bool {
    day <= as_of && day.since(as_of) > -365
}

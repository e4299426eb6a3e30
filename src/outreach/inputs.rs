//! What the list is made from. Owns that one gathering; refuses to decide anything.

use super::memory::Memory;
use super::person_plan::PersonPlan;
use crate::config::RunPlan;
use crate::extracts::{Case, Extracts, Manager, Outreach, Override};
use crate::features::Snapshot;
use crate::measures::VisitKnowledge;
use crate::models::{ScoreReasons, Scores};
use crate::playbook::Playbook;
use crate::programs::Programs;
use crate::reference::Reference;

/// Everything the list is made from.
pub struct Inputs<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Members and small extracts.
    pub extracts: &'a Extracts,
    /// One a member, in member order.
    pub snapshots: &'a [Snapshot],
    /// Scores in member order.
    pub scores: &'a Scores,
    /// Reasons, and whether a trained model orders people.
    pub reasons: &'a ScoreReasons,
    /// What the playbook says of each member, in member order.
    pub plans: &'a [PersonPlan],
    /// Segments, actions and questions.
    pub playbook: &'a Playbook,
    /// Programmes.
    pub programs: &'a Programs,
    /// Code sets.
    pub reference: &'a Reference,
    /// The newest kept run with an earlier date.
    pub previous: &'a Memory,
    /// The work day, and what claims can know of visits.
    pub visits: &'a VisitKnowledge,
}

impl Inputs<'_> {
    /// An earlier run had the same work day: tonight's goes on with its day.
    #[must_use]
    pub fn goes_on_with_a_day(&self) -> bool {
        self.previous.as_of.is_some_and(|night| self.plan.work_day_of(night) == self.visits.work_day)
    }

    /// Contacts of one member that had happened by the night, oldest first.
    pub fn contacts_of(&self, member: u32) -> impl DoubleEndedIterator<Item = &Outreach> {
        let as_of = self.plan.as_of;
        self.extracts.rows::<Outreach>().of(member).filter(move |o| o.day <= as_of)
    }

    /// Contacts of everybody that had happened by the night.
    pub fn contacts(&self) -> impl Iterator<Item = &Outreach> {
        let as_of = self.plan.as_of;
        self.extracts.rows::<Outreach>().all().map(|(_, o)| o).filter(move |o| o.day <= as_of)
    }

    /// Manual decisions about one member that still hold.
    pub fn overrides_of(&self, member: u32) -> impl Iterator<Item = &Override> {
        let as_of = self.plan.as_of;
        self.extracts.rows::<Override>().of(member).filter(move |o| o.expires >= as_of)
    }

    /// Open cases of one member.
    pub fn open_cases_of(&self, member: u32) -> impl Iterator<Item = &Case> {
        self.extracts.rows::<Case>().of(member).filter(|c| c.end.is_none())
    }

    /// A manager of the roster.
    #[must_use]
    pub fn manager(&self, id: &str) -> Option<&Manager> {
        self.extracts.managers.iter().find(|m| *m.id == *id)
    }

    /// Name of a facility by NPI, where the extract has it.
    #[must_use]
    pub fn facility_name(&self, npi: &str) -> Option<&str> {
        self.extracts.facilities.find(npi).and_then(|f| f.name.as_deref())
    }
}

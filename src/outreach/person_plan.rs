//! What the playbook says of one person: segment, first action, and what fills its placeholders. Owns which action is said;
//! refuses to know the clock of the list.

use super::person_record::PersonRecord;
use crate::domain::record::record;
use crate::facts::is_sensitive_fact;
use crate::playbook::{
    Action, MemberPlan, Placeholder, Playbook, Segment, Sensitivity, fill_template, placeholders_in,
};
use crate::reference::Sensitive;

/// What the playbook says of one member, as small as it can be kept for a population.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonPlan {
    /// Place of the segment in the playbook.
    pub segment: u8,
    /// Places of the next segments that hold.
    pub also: Vec<u8>,
    /// Place of the first action; none when nothing in the record fills any of them.
    pub action: Option<u8>,
    /// The segment itself tells nothing, but what it rests on here does.
    pub rests_on_sensitive: bool,
    /// What fills the placeholders of the action.
    pub filled: Vec<(Placeholder, Box<str>)>,
    /// Programmes that the person qualifies for, by place: bit 0 the first.
    pub programs: u32,
    /// Those of them that can be offered: not refused or withdrawn, in no conflict, not billed already.
    pub offered: u32,
    /// Those of them that rest on a sensitive code.
    pub hidden_programs: u32,
}

record!(PersonPlan { segment, also, action, rests_on_sensitive, filled, programs, offered, hidden_programs });

impl PersonPlan {
    /// Chooses the first action whose placeholders the record can fill.
    #[must_use]
    pub fn choose(playbook: &Playbook, plan: &MemberPlan, record: &PersonRecord<'_, '_>) -> Self {
        let small = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        let mut out = Self {
            segment: small(plan.segment),
            also: plan.also.iter().map(|s| small(*s)).collect(),
            ..Self::default()
        };
        let Some(segment) = playbook.segment.get(plan.segment) else { return out };
        for at in &plan.actions {
            let Some(action) = segment.action.get(*at) else { continue };
            let facts = record.action_facts(action.when.as_deref(), &segment.when);
            let value = |p: Placeholder| record.fill(p, &facts, &action.text);
            if fill_template(&action.text, &value).is_none() {
                continue;
            }
            out.action = Some(small(*at));
            let names_drug = placeholders_in(&action.text).any(|p| matches!(p, Placeholder::Drug | Placeholder::Drug2));
            out.rests_on_sensitive =
                facts.any(is_sensitive_fact) || (names_drug && record.names_sensitive_drug(&facts));
            out.filled = filled_of(action, &value);
            break;
        }
        out
    }

    /// The segment.
    #[must_use]
    pub fn segment<'p>(&self, playbook: &'p Playbook) -> Option<&'p Segment> {
        playbook.segment.get(usize::from(self.segment))
    }

    /// The first action.
    #[must_use]
    pub fn action<'p>(&self, playbook: &'p Playbook) -> Option<&'p Action> {
        self.segment(playbook)?.action.get(usize::from(self.action?))
    }

    /// What is hidden of it from whom has no sensitive role.
    #[must_use]
    pub fn sensitivity(&self, playbook: &Playbook) -> Sensitive {
        let of_segment = self.segment(playbook).map_or(Sensitivity::No, |s| s.sensitive);
        match (of_segment, self.rests_on_sensitive) {
            (Sensitivity::Psychiatric, _) | (Sensitivity::No | Sensitivity::Reproductive, true) => {
                Sensitive::Psychiatric
            }
            (Sensitivity::SubstanceUse, _) => Sensitive::SubstanceUse,
            (Sensitivity::Abuse, _) => Sensitive::Abuse,
            (Sensitivity::No | Sensitivity::Reproductive, false) => Sensitive::No,
        }
    }

    /// Nothing of it may be told to a minor's guardian.
    #[must_use]
    pub fn is_confidential(&self, playbook: &Playbook) -> bool {
        let of_segment = self.segment(playbook).map_or(Sensitivity::No, |s| s.sensitive);
        of_segment != Sensitivity::No || self.rests_on_sensitive
    }

    /// A text of the action with its placeholders filled; `late` gives what only the list knows.
    #[must_use]
    pub fn fill(&self, template: &str, late: &dyn Fn(Placeholder) -> Option<String>) -> Option<String> {
        let known = |p: Placeholder| self.filled.iter().find(|(own, _)| *own == p).map(|(_, v)| v.to_string());
        fill_template(template, &|p| if p.is_late_bound() { late(p) } else { known(p) })
    }
}

/// Everything the texts of an action can take from the record.
fn filled_of(action: &Action, value: &dyn Fn(Placeholder) -> Option<String>) -> Vec<(Placeholder, Box<str>)> {
    let mut out: Vec<(Placeholder, Box<str>)> = Vec::new();
    for text in [&*action.text, action.shared_text(), &*action.then, &*action.closed_when] {
        for placeholder in placeholders_in(text).filter(|p| !p.is_late_bound()) {
            if out.iter().all(|(known, _)| *known != placeholder) {
                out.extend(value(placeholder).map(|v| (placeholder, v.into())));
            }
        }
    }
    out
}

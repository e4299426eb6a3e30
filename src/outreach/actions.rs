//! The first thing to do for a person and who should do it. Owns the table from open items and drivers to
//! actions; refuses to change the order of the list.

use super::candidate::Candidate;
use crate::domain::{Day, Discipline};
use crate::features::Snapshot;
use crate::measures::WorkKind;
use crate::models::Driver;

/// A first action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What to do, in one sentence.
    pub text: String,
    /// Who should.
    pub discipline: Discipline,
    /// Which of a care manager's responsibilities it serves.
    pub responsibility: &'static str,
}

fn action(text: impl Into<String>, discipline: Discipline, responsibility: &'static str) -> Action {
    Action { text: text.into(), discipline, responsibility }
}

/// The first action: the running clock, else the most pressing due item, else the leading driver.
#[must_use]
pub fn first_action(candidate: &Candidate, s: &Snapshot, as_of: Day) -> Action {
    if let Some(clock) = &candidate.clock {
        let late = if clock.slack_days < 0 { ", overdue" } else { "" };
        return match clock.kind {
            "tcm_contact" => action(
                format!("call about the discharge{late}: symptoms, medicines, follow-up visit"),
                Discipline::Rn,
                "transitions from hospital to home",
            ),
            "tcm_visit" => action(
                if clock.slack_days < 0 {
                    format!("book the follow-up visit now, it was due {}; reconcile medicines", clock.due)
                } else {
                    format!("book the follow-up visit by {}; reconcile medicines", clock.due)
                },
                Discipline::Rn,
                "transitions from hospital to home",
            ),
            _ => action(
                format!("get the urgent authorization decided{late}"),
                Discipline::Rn,
                "insurance authorizations",
            ),
        };
    }
    let due = |kind: WorkKind| s.worklist.iter().find(|w| w.kind == kind && w.due <= as_of.plus(7));
    if let Some(item) = due(WorkKind::Fill) {
        return action(
            format!("ask about {}: supply ran out; arrange the refill", item.detail.replace('_', " ")),
            Discipline::PharmD,
            "education and medication adherence",
        );
    }
    if let Some(item) = due(WorkKind::AuthorizationExpiring).or_else(|| due(WorkKind::AuthorizationDecision)) {
        return action(
            format!("renew or chase the {} authorization, due {}", item.detail.replace('_', " "), item.due),
            Discipline::Rn,
            "insurance authorizations",
        );
    }
    if let Some(need) = s.open_needs().find(|n| !matches!(&*n.domain, "safety_trauma" | "safety")) {
        let domain = need.domain.replace('_', " ");
        return match &need.open_referral {
            Some(_) => action(format!("follow up the open {domain} referral"), Discipline::Chw, "community resources"),
            None => action(format!("refer for {domain}"), Discipline::Chw, "community resources"),
        };
    }
    if let Some(item) = due(WorkKind::Assessment) {
        return action(
            format!("complete the assessment due {}", item.due),
            Discipline::Rn,
            "assessment across body, mind and social needs",
        );
    }
    if let Some(item) = due(WorkKind::PlanReview) {
        return action(format!("review the care plan, due {}", item.due), Discipline::Rn, "care plans");
    }
    if candidate.drivers.first() == Some(&Driver::Behavioral) || s.facts.behavioral_year.is_some() {
        return action("check in and connect with behavioral health", Discipline::Lcsw, "work with behavioral health");
    }
    if s.facts.last_visit.as_ref().is_none_or(|v| as_of.since(v.day) > 180) {
        return action(
            "no ambulatory visit in six months: arrange one with the primary care provider",
            Discipline::Rn,
            "coordination across providers",
        );
    }
    action(
        "introduce care management and review recent hospital use",
        Discipline::Rn,
        "finding high-risk people and ordering outreach",
    )
}

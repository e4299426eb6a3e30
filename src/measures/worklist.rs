//! Due items of one member: assessment, plan review, authorization, referral, fill, screening,
//! medication reconciliation. Owns their due days; refuses to order people by them.

use super::drug_supply::DrugSupply;
use super::measure::{Inputs, Measure, Measured};
use super::needs::{Need, Needs};
use super::transitions::{Transition, Transitions};
use crate::domain::{AuthorizationStatus, Day, TaskKind};
use crate::extracts::ClaimKind;
use crate::timeline::Timeline;

/// Kind of a due item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum WorkKind {
    AuthorizationDecision,
    AuthorizationExpiring,
    MedicationReconciliation,
    Assessment,
    PlanReview,
    Goal,
    Referral,
    Fill,
    Screening,
}

impl WorkKind {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthorizationDecision => "authorization",
            Self::AuthorizationExpiring => "authorization_expiring",
            Self::MedicationReconciliation => "medication_reconciliation",
            Self::Assessment => "assessment",
            Self::PlanReview => "plan_review",
            Self::Goal => "goal",
            Self::Referral => "referral",
            Self::Fill => "fill",
            Self::Screening => "screening",
        }
    }
}

/// One due item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItem {
    /// Kind.
    pub kind: WorkKind,
    /// Its own id, class or domain.
    pub id: Box<str>,
    /// Service, class or domain in words.
    pub detail: Box<str>,
    /// Due day.
    pub due: Day,
    /// Urgent authorization.
    pub urgent: bool,
}

/// Due items by due day.
#[derive(Clone, Debug, Default)]
pub struct Worklist(pub Vec<WorkItem>);

impl Measure for Worklist {
    const ID: &'static str = "worklist";
    const DOC: &'static str = "Items due now or soon: pending authorizations (72 hours urgent, 7 calendar days standard from the request), authorizations about to expire, open assessment, plan-review and goal tasks, referrals open longer than 14 days, late fills, medication reconciliation within 30 days of discharge, and a social-needs screening once a year for people with an open need. Sources: 42 CFR 438.210, 422.572; CMS-0057-F; HEDIS TRC.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, inputs) = (&m.timeline, &m.inputs);
        let as_of = timeline.as_of;
        let clocks = inputs.clocks;
        let horizon = as_of.plus(clocks.due_soon_days);
        let mut items = Vec::new();
        for t in inputs.tasks.iter().filter(|t| t.done.is_none() && t.due <= horizon) {
            let kind = match t.kind {
                TaskKind::Assessment => WorkKind::Assessment,
                TaskKind::PlanReview => WorkKind::PlanReview,
                TaskKind::Goal => WorkKind::Goal,
                TaskKind::Visit | TaskKind::Reconciliation => continue,
            };
            items.push(WorkItem { kind, id: t.id.clone(), detail: t.kind.as_str().into(), due: t.due, urgent: false });
        }
        for a in &inputs.authorizations {
            if a.status == AuthorizationStatus::Pending && a.decided.is_none() {
                let days = if a.urgent {
                    (clocks.authorization_urgent_hours + 23) / 24
                } else {
                    clocks.authorization_standard_days
                };
                items.push(WorkItem {
                    kind: WorkKind::AuthorizationDecision,
                    id: a.id.clone(),
                    detail: a.service.as_str().into(),
                    due: a.request.plus(days),
                    urgent: a.urgent,
                });
            }
            if let Some(expires) = a.expires
                && a.status == AuthorizationStatus::Approved
                && expires >= as_of
                && expires <= horizon
            {
                items.push(WorkItem {
                    kind: WorkKind::AuthorizationExpiring,
                    id: a.id.clone(),
                    detail: a.service.as_str().into(),
                    due: expires,
                    urgent: false,
                });
            }
        }
        for r in inputs.referrals.iter().filter(|r| r.status.is_open() && r.closed.is_none()) {
            let due = r.created.plus(clocks.referral_open_days);
            if due < as_of {
                items.push(WorkItem {
                    kind: WorkKind::Referral,
                    id: r.id.clone(),
                    detail: r.domain.clone(),
                    due,
                    urgent: false,
                });
            }
        }
        for late in &m.get::<DrugSupply>().late_classes {
            items.push(WorkItem {
                kind: WorkKind::Fill,
                id: late.class.name().into(),
                detail: late.class.name().into(),
                due: late.ran_out.plus(clocks.fill_late_days),
                urgent: false,
            });
        }
        let owed = |t: &&Transition| {
            t.closed.is_none() && !reconciled(timeline, inputs, t.discharge, clocks.medication_reconciliation_days)
        };
        for t in m.get::<Transitions>().0.iter().filter(owed) {
            items.push(WorkItem {
                kind: WorkKind::MedicationReconciliation,
                id: t.id.clone(),
                detail: t.setting.into(),
                due: t.discharge.plus(clocks.medication_reconciliation_days),
                urgent: false,
            });
        }
        let newest_screening = inputs.screenings.iter().map(|s| s.day).max();
        if m.get::<Needs>().0.iter().any(Need::is_open) && newest_screening.is_none_or(|d| as_of.since(d) > 365) {
            let due = newest_screening.map_or(as_of, |d| d.plus(365));
            items.push(WorkItem {
                kind: WorkKind::Screening,
                id: "sdoh".into(),
                detail: "social needs".into(),
                due,
                urgent: false,
            });
        }
        items.sort_by(|a, b| (a.due, a.kind, &a.id).cmp(&(b.due, b.kind, &b.id)));
        Self(items)
    }
}

/// Medicines reconciled after a discharge: CPT II 1111F, a transitional care visit (99495, 99496) or a cognitive
/// assessment and care plan (99483), the codes of HEDIS TRC's medication reconciliation.
fn reconciled(timeline: &Timeline<'_>, inputs: &Inputs<'_>, discharge: Day, days: i32) -> bool {
    timeline
        .claims
        .iter()
        .filter(|c| c.kind != ClaimKind::Institutional)
        .flat_map(|c| c.lines.iter())
        .filter(|l| Day(l.start) >= discharge && Day(l.start) <= discharge.plus(days))
        .any(|l| matches!(inputs.codes.words.text(l.hcpcs), "1111F" | "99483" | "99495" | "99496"))
}

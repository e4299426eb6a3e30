//! Due items of one member: assessment, plan review, authorization, appeal, referral, fill, screening, medication
//! reconciliation. Owns their due days; refuses to order people by them.

use super::authorization_due::{appeal_due, decision_due};
use super::drug_supply::DrugSupply;
use super::facility_stay::{FacilityBasis, Whereabouts};
use super::measure::{Measure, Measured};
use super::needs::Needs;
use super::pharmacy::{NewDrug, Pharmacy};
use super::readmission::Readmissions;
use super::transition_states::ReconciliationState;
use super::transition_states::Setting;
use super::transitions::Transitions;
use crate::domain::record::record;
use crate::domain::vocabulary::word_list;
use crate::domain::{AuthorizationStatus, Day, TaskKind};
use crate::extracts::Authorization;

word_list! {
    /// Kind of a due item.
    WorkKind {
        /// A pending authorization to be decided.
        AuthorizationDecision = "authorization",
        /// An approved authorization about to end.
        AuthorizationExpiring = "authorization_expiring",
        /// A denied authorization that can be appealed.
        Appeal = "appeal",
        /// A discharge that waits for a pending authorization.
        BlockedDischarge = "blocked_discharge",
        /// Medicines to be reconciled after a discharge.
        MedicationReconciliation = "medication_reconciliation",
        /// An assessment.
        Assessment = "assessment",
        /// A review of the care plan.
        PlanReview = "plan_review",
        /// A goal of the care plan.
        Goal = "goal",
        /// A referral open too long.
        Referral = "referral",
        /// A medicine whose supply ran out.
        Fill = "fill",
        /// No new medicine filled after a discharge.
        NewMedicine = "new_medicine",
        /// A social-needs screening.
        Screening = "screening",
    }
}

impl WorkKind {
    /// The item is of a stay, whose id is our own.
    #[must_use]
    pub fn is_after_a_stay(self) -> bool {
        matches!(self, Self::MedicationReconciliation | Self::NewMedicine)
    }

    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.as_str()
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
    /// Day from which it is counted: request, decision, creation, discharge.
    pub began: Day,
    /// Due day.
    pub due: Day,
    /// Urgent authorization.
    pub urgent: bool,
    /// So long past due that it is counted and starts no clock.
    pub stale: bool,
}

record!(WorkItem { kind, id, detail, began, due, urgent, stale });

impl WorkItem {
    fn new(kind: WorkKind, id: &str, detail: &str, began: Day, due: Day) -> Self {
        Self { kind, id: id.into(), detail: detail.into(), began, due, urgent: false, stale: false }
    }
}

/// Due items by due day.
#[derive(Clone, Debug, Default)]
pub struct Worklist(pub Vec<WorkItem>);

impl Measure for Worklist {
    const ID: &'static str = "worklist";
    const DOC: &'static str = "Items due now or soon of people alive and enrolled on the night: pending authorizations (urgent 3 days; standard 7 calendar days from requests of 2026-01-01, 14 before, commercial 15; more than 14 days past due is stale: counted, and starts no clock), authorizations about to expire, denied ones within their appeal window (65 days after the decision for Medicare since 2025, 60 before; 60 Medicaid and others; 180 commercial; the decision stands in for its notice), a discharge blocked by a pending authorization (open stay), open assessment, plan-review and goal tasks, referrals open longer than 14 days, late fills, no new medicine filled within 30 days of a discharge, medication reconciliation within 30 days of discharge, and a social-needs screening once a year for people with an open need or one to ask again. Sources: 42 CFR 438.210, 422.568, 422.572, 422.582, 438.402; 29 CFR 2560.503-1; CMS-0057-F; public description of HEDIS TRC.";

    fn compute(m: &Measured<'_>) -> Self {
        let mut items = Vec::new();
        if m.is_living_member() {
            add_tasks(m, &mut items);
            add_authorizations(m, &mut items);
            add_referrals(m, &mut items);
            add_medicines(m, &mut items);
            add_screening(m, &mut items);
        }
        items.sort_by(|a: &WorkItem, b| (a.due, a.kind, &a.id).cmp(&(b.due, b.kind, &b.id)));
        Self(items)
    }
}

/// Days ahead in which an item is shown.
fn look_ahead_day(m: &Measured<'_>) -> Day {
    m.as_of().plus(m.inputs.clocks.due_soon_days)
}

fn add_tasks(m: &Measured<'_>, items: &mut Vec<WorkItem>) {
    for t in m.inputs.tasks.iter().filter(|t| t.done.is_none() && t.due <= look_ahead_day(m)) {
        let kind = match t.kind {
            TaskKind::Assessment => WorkKind::Assessment,
            TaskKind::PlanReview => WorkKind::PlanReview,
            TaskKind::Goal => WorkKind::Goal,
            TaskKind::Reconciliation | TaskKind::Visit => continue,
        };
        items.push(WorkItem::new(kind, &t.id, t.kind.as_str(), t.due, t.due));
    }
}

fn add_authorizations(m: &Measured<'_>, items: &mut Vec<WorkItem>) {
    let as_of = m.as_of();
    let payer = m.timeline.member.payer_type();
    let waits_in_hospital =
        m.get::<Whereabouts>().facility.as_ref().is_some_and(|f| f.basis == FacilityBasis::OpenStay);
    for a in &m.inputs.authorizations {
        let item = |kind, due| WorkItem::new(kind, &a.id, a.service.as_str(), a.request, due);
        if is_pending(a) {
            let due = decision_due(m.inputs.clocks, payer, a.request, a.urgent);
            let stale = as_of.since(due) > m.inputs.clocks.authorization_stale_days;
            items.push(WorkItem { urgent: a.urgent, stale, ..item(WorkKind::AuthorizationDecision, due) });
            if waits_in_hospital && !stale {
                items.push(WorkItem { urgent: a.urgent, ..item(WorkKind::BlockedDischarge, as_of) });
            }
        }
        if let Some(expires) = a.expires
            && a.status == AuthorizationStatus::Approved
            && expires >= as_of
            && expires <= look_ahead_day(m)
        {
            items.push(item(WorkKind::AuthorizationExpiring, expires));
        }
        if let Some(decided) = a.decided.filter(|_| a.status == AuthorizationStatus::Denied) {
            let due = appeal_due(m.inputs.clocks, payer, decided);
            if due >= as_of {
                items.push(WorkItem { began: decided, ..item(WorkKind::Appeal, due) });
            }
        }
    }
}

fn is_pending(a: &Authorization) -> bool {
    a.status == AuthorizationStatus::Pending && a.decided.is_none()
}

fn add_referrals(m: &Measured<'_>, items: &mut Vec<WorkItem>) {
    let open = m.inputs.referrals.iter().filter(|r| r.status.is_open() && r.closed.is_none());
    for r in open {
        let due = r.created.plus(m.inputs.clocks.referral_open_days);
        if due < m.as_of() {
            items.push(WorkItem::new(WorkKind::Referral, &r.id, &r.domain, r.created, due));
        }
    }
}

/// Days after a discharge in which a new medicine is looked for.
const NEW_MEDICINE_DAYS: i32 = 30;

fn add_medicines(m: &Measured<'_>, items: &mut Vec<WorkItem>) {
    let clocks = m.inputs.clocks;
    for late in &m.get::<DrugSupply>().late_classes {
        let due = late.ran_out.plus(clocks.fill_late_days);
        items.push(WorkItem::new(WorkKind::Fill, late.class.name(), late.class.name(), late.ran_out, due));
    }
    for t in m.get::<Transitions>().rows.iter().filter(|t| t.closed.is_none()) {
        if t.reconciliation_state(m.as_of()) == ReconciliationState::Open {
            let due = t.discharge.plus(clocks.medication_reconciliation_days);
            let kind = WorkKind::MedicationReconciliation;
            // The kind of a psychiatric stay tells the diagnosis.
            let setting = if t.setting == Setting::Psychiatric { Setting::Inpatient } else { t.setting };
            items.push(WorkItem::new(kind, &t.id, setting.as_str(), t.discharge, due));
        }
    }
    if m.get::<Pharmacy>().new_drug == Some(NewDrug::NotFilled)
        && let Some((id, discharge)) = latest_index(m)
    {
        let due = discharge.plus(NEW_MEDICINE_DAYS);
        items.push(WorkItem::new(WorkKind::NewMedicine, id, "no new medicine filled", discharge, due));
    }
}

fn latest_index<'m>(m: &'m Measured<'_>) -> Option<(&'m str, Day)> {
    let judged = m.timeline.stays.iter().zip(&m.get::<Readmissions>().0).filter(|(_, f)| f.is_index());
    judged.filter_map(|(s, _)| Some((&*s.id, s.discharge?))).max_by_key(|(_, discharge)| *discharge)
}

fn add_screening(m: &Measured<'_>, items: &mut Vec<WorkItem>) {
    let newest = m.inputs.screenings.iter().map(|s| s.day).max();
    let asks = m.get::<Needs>().0.iter().any(|n| n.is_open() || n.is_question());
    if asks && newest.is_none_or(|d| m.as_of().since(d) > 365) {
        let due = newest.map_or(m.as_of(), |d| d.plus(365));
        items.push(WorkItem::new(WorkKind::Screening, "sdoh", "social needs", due, due));
    }
}

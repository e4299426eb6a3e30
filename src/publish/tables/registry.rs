//! Every published table in the order of the dictionary. Owns the list; nobody but `mod.rs` imports it.

use super::{
    assignments, caseload_managers, caseload_members, conditions, contact_history, contact_queue, decisions, dropped,
    ed_visits, follow_ups, indices, labs, medicines, member_facts, memory, metrics, needs, not_scored, outreach,
    overflow, people, plans, pqi, predictions, programs, quarantine, rates, reasons, scored, scores, stays,
    stranded_cases, suppressed, transitions, waitlist, worklist,
};
use crate::publish::table::Described;

/// Every published table.
pub const TABLES: &[&dyn Described] = &[
    &outreach::TABLE,
    &decisions::TABLE,
    &transitions::TABLE,
    &follow_ups::TABLE,
    &suppressed::TABLE,
    &not_scored::TABLE,
    &overflow::TABLE,
    &contact_queue::TABLE,
    &dropped::TABLE,
    &stranded_cases::TABLE,
    &memory::TABLE,
    &metrics::TABLE,
    &assignments::TABLE,
    &waitlist::TABLE,
    &caseload_members::TABLE,
    &caseload_managers::TABLE,
    &scores::TABLE,
    &reasons::TABLE,
    &stays::TABLE,
    &pqi::TABLE,
    &ed_visits::TABLE,
    &conditions::TABLE,
    &indices::TABLE,
    &member_facts::TABLE,
    &plans::TABLE,
    &programs::TABLE,
    &rates::TABLE,
    &needs::TABLE,
    &labs::TABLE,
    &medicines::TABLE,
    &worklist::TABLE,
    &people::TABLE,
    &contact_history::TABLE,
    &quarantine::TABLE,
    &predictions::TABLE,
    &scored::TABLE,
];

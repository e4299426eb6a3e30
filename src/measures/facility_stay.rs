//! Where a person is who is not at home: an open stay, a skilled nursing facility, a facility named by a discharge.
//! Owns when that ends; refuses to know whom to call about it.

use super::care_evidence::{first_seen_at_large, is_facility_bill};
use super::measure::{Measure, Measured};
use super::transition_states::TransitionStatus;
use super::transitions::Transitions;
use crate::domain::record::record;
use crate::domain::vocabulary::word_list;
use crate::domain::{Day, Short};
use crate::extracts::ClaimKind;
use crate::timeline::Stay;

word_list! {
    /// How it is known that a person is in a facility.
    FacilityBasis {
        /// A stay without a discharge.
        OpenStay = "open_stay",
        /// A bill of a skilled nursing facility.
        SnfBill = "snf_bill",
        /// Discharged to a facility and not seen since.
        Discharged = "discharged_to_facility",
    }
}

/// One stay in a facility on the night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacilityStay {
    /// How it is known.
    pub basis: FacilityBasis,
    /// Since when.
    pub since: Day,
    /// NPI; empty when unknown. Of a discharge to a facility the hospital that was left.
    pub facility: Box<str>,
}

/// Where the person is on the night.
#[derive(Clone, Debug, Default)]
pub struct Whereabouts {
    /// In a facility; `None` at home as far as anybody knows.
    pub facility: Option<FacilityStay>,
    /// A stay or facility bill that ended without a discharge that anybody saw: when it began.
    pub discharge_unseen: Option<Day>,
}

record!(FacilityStay { basis, since, facility });
record!(Whereabouts { facility, discharge_unseen });

/// Days for which an ended stay asks about its discharge.
const ASK_DAYS: i32 = 30;
/// Still a patient.
const STILL: Short = Short::of("30");

impl Measure for Whereabouts {
    const ID: &'static str = "whereabouts";
    const DOC: &'static str = "In a facility on the night: the member's last stay while it has no discharge; a skilled nursing bill 21x that covers the night, or is still a patient (30); a discharge to a facility without a later sign, for 30 days. An open stay or bill ends at the first later office, home, telehealth or ED visit or completed contact, or clocks.open_stay_days after its last row; for 30 days from then discharge_unseen asks the hospital whether and when.";

    fn compute(m: &Measured<'_>) -> Self {
        let mut out = Self::default();
        if let Some(stay) = m.timeline.stays.last().filter(|s| s.discharge.is_none()) {
            let open = FacilityStay {
                basis: FacilityBasis::OpenStay,
                since: stay.admit,
                facility: m.codes().words.text(stay.facility).into(),
            };
            out.judge(m, open, last_row_of_stay(m, stay), m.inputs.clocks.open_stay_days);
        }
        if out.facility.is_none() {
            skilled_nursing(m, &mut out);
        }
        if out.facility.is_none() {
            let mut latest = m.get::<Transitions>().rows.iter().rev();
            let assumed = latest.find(|t| t.closed == Some(TransitionStatus::InFacility));
            out.facility = assumed.map(|t| FacilityStay {
                basis: FacilityBasis::Discharged,
                since: t.discharge,
                facility: t.facility.clone(),
            });
        }
        if out.facility.is_some() {
            out.discharge_unseen = None;
        }
        out
    }
}

impl Whereabouts {
    /// An open stay or bill holds until the person is seen elsewhere, or until its last row is too old.
    fn judge(&mut self, m: &Measured<'_>, open: FacilityStay, last_row: Day, days: i32) {
        let aged = last_row.plus(days);
        let ended = first_seen_at_large(m, last_row).into_iter().chain([aged]).min().unwrap_or(aged);
        if ended > m.as_of() {
            self.facility = Some(open);
        } else if m.as_of().since(ended) <= ASK_DAYS {
            self.discharge_unseen = Some(open.since);
        }
    }
}

/// The newest day that any row of a stay speaks of.
fn last_row_of_stay(m: &Measured<'_>, stay: &Stay<'_>) -> Day {
    let claims = stay.claims.iter().map(|i| m.timeline.claims[*i].end);
    let rows = stay.admissions.iter().map(|i| &m.timeline.admissions[*i]);
    let days = claims.chain(rows.map(|a| a.arrived().map_or(a.admit, |day| day.max(a.admit))));
    days.filter(|d| *d <= m.as_of().0).max().map_or(stay.admit, Day)
}

/// The newest skilled nursing bill tells where the person is; a later discharge from a hospital tells more.
fn skilled_nursing(m: &Measured<'_>, out: &mut Whereabouts) {
    let as_of = m.as_of();
    let bills = m.timeline.claims.iter().filter(|c| c.kind == ClaimKind::Institutional && is_facility_bill(c));
    let Some(bill) = bills.filter(|c| c.bill_begins("21")).max_by_key(|c| (c.last_day(), c.start, c.id)) else {
        return;
    };
    let open = bill.disposition == STILL || (bill.discharge.is_none() && bill.disposition.is_none());
    let covers = bill.last_day() >= as_of.0 && (open || bill.last_day() != as_of.0);
    let left = m.timeline.stays.iter().any(|s| s.admit.0 >= bill.last_day() && s.discharge.is_some());
    if bill.start > as_of.0 || left || !(covers || open) {
        return;
    }
    let stay = FacilityStay {
        basis: FacilityBasis::SnfBill,
        since: Day(bill.start),
        facility: m.codes().words.text(bill.facility).into(),
    };
    if covers {
        out.facility = Some(stay);
    } else {
        out.judge(m, stay, Day(bill.last_day()), m.inputs.clocks.open_stay_days);
    }
}

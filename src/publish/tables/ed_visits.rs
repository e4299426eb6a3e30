//! `measures/ed_visits`: every ED visit with its NYU fractions. Owns its columns; refuses to round a fraction.

use crate::measures::{EdClass, pqe_names};
use crate::publish::cell::{TextCell, filled};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, number, text};
use crate::publish::table_data::Unit;
use crate::reference::NyuClass;
use crate::timeline::{Codes, EdVisit};

/// One ED visit.
pub struct EdVisitsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The visit.
    pub visit: &'a EdVisit<'a>,
    /// How it is classified.
    pub class: &'a EdClass,
    /// Bits of the PQE measures that count it; none where they cannot be judged.
    pub pqe: Option<u8>,
    /// Words of codes.
    pub codes: &'a Codes<'a>,
}

impl EdVisitsRow<'_> {
    /// A fraction by its class; none when the visit cannot be judged.
    fn fraction(&self, class: NyuClass) -> Option<f64> {
        self.class.unclassified.map(|_| self.class.fraction(class))
    }
}

/// Rows of `measures/ed_visits`.
pub enum EdVisits {}

impl RowFamily for EdVisits {
    type Row<'a> = EdVisitsRow<'a>;
}

/// `measures/ed_visits`.
pub static TABLE: Table<EdVisits> = Table {
    name: "measures/ed_visits",
    grain: "ED visit",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        date("visit_date", "day", |r| r.visit.day.into()),
        text("facility_npi", "facility", |r| filled(r.codes.words.text(r.visit.facility))),
        text("diagnosis_code", "position 1", |r| filled(r.codes.icd.text(r.visit.diagnosis))),
        number("emergent_not_preventable", Unit::Share, "fraction", |r| r.fraction(NyuClass::Emergent).into()),
        number("emergent_preventable", Unit::Share, "fraction", |r| r.fraction(NyuClass::Preventable).into()),
        number("emergent_primary_care_treatable", Unit::Share, "fraction", |r| {
            r.fraction(NyuClass::PrimaryCare).into()
        }),
        number("non_emergent", Unit::Share, "fraction", |r| r.fraction(NyuClass::NonEmergent).into()),
        number("injury", Unit::Share, "fraction", |r| r.fraction(NyuClass::Injury).into()),
        number("psych", Unit::Share, "fraction", |r| r.fraction(NyuClass::Psychiatric).into()),
        number("alcohol", Unit::Share, "fraction", |r| r.fraction(NyuClass::Alcohol).into()),
        number("drug", Unit::Share, "fraction", |r| r.fraction(NyuClass::Drug).into()),
        number("unclassified", Unit::Share, "1 when the code is not listed", |r| r.class.unclassified.into()),
        text(
            "pqe",
            "AHRQ PQE measures counted, joined by |; empty text when none, null when it cannot be judged",
            |r| r.pqe.map(pqe_names).into(),
        ),
        text("evidence_id", "lowest source id", |r| TextCell::from(r.visit.evidence)),
    ],
};

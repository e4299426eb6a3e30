//! `measures/indices`: one row a member with every index. Owns its columns; refuses to compute one.

use crate::measures::{
    Comorbidity, CoveredDays, DrugSupply, Engagement, Hcc, HospitalItems, HospitalScore, LatestLace, Measured, NewDrug,
    Pharmacy, Raf, Utilization,
};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One member.
pub struct IndicesRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The member and every measure.
    pub measures: &'a Measured<'a>,
}

impl IndicesRow<'_> {
    fn comorbidity(&self) -> &Comorbidity {
        self.measures.get()
    }

    fn raf(&self) -> &Raf {
        &self.measures.get::<Hcc>().raf
    }

    fn hospital(&self) -> Option<&HospitalItems> {
        self.measures.get::<HospitalScore>().0.as_ref()
    }

    fn use_of_care(&self) -> &Utilization {
        self.measures.get()
    }

    fn pharmacy(&self) -> &Pharmacy {
        self.measures.get()
    }

    fn engagement(&self) -> &Engagement {
        self.measures.get()
    }

    /// Distinct ingredients on hand.
    fn on_hand(&self) -> Option<u32> {
        self.measures.get::<DrugSupply>().ingredients_on_hand
    }

    /// Covered days of a class by its place: statins, RAS antagonists, diabetes.
    fn covered(&self, class: usize) -> Option<CoveredDays> {
        self.measures.get::<Pharmacy>().pdc[class].ok()
    }

    #[expect(clippy::cast_precision_loss, reason = "dollars for reading")]
    fn paid(&self) -> f64 {
        self.measures.get::<Utilization>().paid_year_cents as f64 / 100.0
    }
}

/// Rows of `measures/indices`.
pub enum Indices {}

impl RowFamily for Indices {
    type Row<'a> = IndicesRow<'a>;
}

/// `measures/indices`.
pub static TABLE: Table<Indices> = Table {
    name: "measures/indices",
    grain: "member of eligibility",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        integer("charlson", Unit::Points, "original weights, no age points", |r| r.comorbidity().charlson.into()),
        integer("charlson_quan2011", Unit::Points, "Quan 2011 weights", |r| r.comorbidity().charlson_quan2011.into()),
        integer("elixhauser_readmission", Unit::Points, "index", |r| r.comorbidity().elixhauser_readmission.into()),
        integer("elixhauser_mortality", Unit::Points, "index", |r| r.comorbidity().elixhauser_mortality.into()),
        integer("elixhauser_count", Unit::Count, "measures after the hierarchy", |r| {
            r.comorbidity().elixhauser_count.into()
        }),
        number("hfrs", Unit::Points, "Hospital Frailty Risk Score", |r| r.comorbidity().hfrs.into()),
        number(
            "raf_v24",
            Unit::Points,
            "CMS-HCC V24 before normalisation and coding adjustment; empty unless scored",
            |r| r.raf().scores[0].into(),
        ),
        number("raf_v28", Unit::Points, "CMS-HCC V28, likewise", |r| r.raf().scores[1].into()),
        text("raf_status", "scored, not_medicare, esrd, unknown_sex, icd9_only", |r| r.raf().status.name().into()),
        text("raf_basis", "unfiltered, or filtered by eligible procedures; empty unless scored", |r| {
            r.raf().segment.map(|_| if r.raf().filtered { "filtered" } else { "unfiltered" }).into()
        }),
        text(
            "raf_segment",
            "cna, cnd, cpa, cpd, cfa, cfd, ins, ne: community non-, partial or full dual, aged or disabled; institutional; new enrollee",
            |r| r.raf().segment.into(),
        ),
        integer("hcc_count_v24", Unit::Count, "payment HCCs after the hierarchy", |r| r.raf().counts[0].into()),
        integer("hcc_count_v28", Unit::Count, "payment HCCs after the hierarchy", |r| r.raf().counts[1].into()),
        integer("lace", Unit::Points, "latest index discharge", |r| {
            r.measures.get::<LatestLace>().0.map(|(_, l)| l.total()).into()
        }),
        integer("hospital", Unit::Points, "HOSPITAL 2013 of the latest index discharge; empty while partial", |r| {
            r.hospital().and_then(HospitalItems::derivation_2013).into()
        }),
        integer("hospital_2016", Unit::Points, "HOSPITAL 2016", |r| {
            r.hospital().and_then(HospitalItems::validation_2016).into()
        }),
        integer("hospital_simplified", Unit::Points, "HOSPITAL simplified 2017", |r| {
            r.hospital().and_then(HospitalItems::simplified_2017).into()
        }),
        text("hospital_status", "complete, or partial: and the missing items; empty without an index discharge", |r| {
            r.hospital().map(HospitalItems::status).into()
        }),
        flag("flag_2ip", "two or more stays in a year", |r| r.use_of_care().two_stays().into()),
        text("elixhauser_poa", "full, partial, none", |r| r.comorbidity().poa.map(|p| p.name()).into()),
        text("code_basis", "icd10, mixed, icd9", |r| r.comorbidity().code_basis.map(|b| b.name()).into()),
        integer("stays_12m", Unit::Count, "stays in a year", |r| r.use_of_care().stays_year.into()),
        integer("ed_visits_12m", Unit::Count, "ED visits in a year", |r| r.use_of_care().ed_year.into()),
        integer("pqi_stays_12m", Unit::Count, "avoidable stays in a year", |r| r.use_of_care().pqi_year.len().into()),
        integer("ingredients_on_hand", Unit::Count, "distinct ingredients; empty without supply data", |r| {
            r.on_hand().into()
        }),
        flag("polypharmacy_5", "five or more ingredients on hand", |r| r.on_hand().map(|n| n >= 5).into()),
        flag("polypharmacy_10", "ten or more", |r| r.on_hand().map(|n| n >= 10).into()),
        number("pdc_statins", Unit::Share, "proportion of days covered, 0..1", |r| {
            r.covered(0).map(CoveredDays::share).into()
        }),
        number("pdc_ras", Unit::Share, "renin-angiotensin antagonists", |r| {
            r.covered(1).map(CoveredDays::share).into()
        }),
        number("pdc_diabetes", Unit::Share, "diabetes medicines but insulin", |r| {
            r.covered(2).map(CoveredDays::share).into()
        }),
        flag("adherent_statins", "pdc_statins of 0.80 or more", |r| r.covered(0).map(CoveredDays::adherent).into()),
        flag("adherent_ras", "pdc_ras of 0.80 or more", |r| r.covered(1).map(CoveredDays::adherent).into()),
        flag("adherent_diabetes", "pdc_diabetes of 0.80 or more", |r| r.covered(2).map(CoveredDays::adherent).into()),
        text(
            "pdc_status",
            "why a class has none: class:reason joined by |, or one shared reason; empty when all have one",
            |r| Some(r.pharmacy().status()).filter(|s| !s.is_empty()).into(),
        ),
        integer(
            "opioid_benzo_days",
            Unit::Days,
            "days of the year with an opioid and a benzodiazepine; empty without supply data",
            |r| r.pharmacy().opioid_benzodiazepine_days.into(),
        ),
        text(
            "new_drug_after_discharge",
            "filled, not_filled, pending; empty without an index discharge in a year or fills",
            |r| r.pharmacy().new_drug.map(NewDrug::name).into(),
        ),
        integer("treating_providers", Unit::Count, "rendering providers of ambulatory visits in a year", |r| {
            r.engagement().providers.into()
        }),
        number("fragmentation", Unit::Share, "1 - coc", |r| r.engagement().fragmentation.into()),
        integer("frailty_markers", Unit::Count, "distinct claim markers in a year; empty without ICD-10 codes", |r| {
            r.engagement().frailty.map(u8::count_ones).into()
        }),
        flag("behavioral_health_12m", "psychiatric or substance-use care in a year", |r| {
            r.engagement().behavioral.into()
        }),
        number("coc", Unit::Share, "continuity of care, 0..1; empty under four visits", |r| r.use_of_care().coc.into()),
        number("upc", Unit::Share, "usual provider share, 0..1", |r| r.use_of_care().upc.into()),
        number("paid_12m", Unit::Dollars, "dollars in a year", |r| r.paid().into()),
    ],
};

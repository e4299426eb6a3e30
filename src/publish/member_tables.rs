//! The tables written member by member while claims are worked: stays, PQI, ED visits, conditions, indices,
//! needs, worklist. Owns the turning of measures into rows; refuses to hold a population in memory.

use super::PublishError;
use super::columns;
use super::directory::{StagedFile, Staging};
use super::sink::ParquetStream;
use super::table::{Cell, Table, TableSpec};
use crate::domain::{Short, business_days_between};
use crate::measures::{CoveredDays, HospitalItems, MemberMeasures, NewDrug, PQI, composites_of, pqe_names, row_id};
use crate::timeline::{Codes, Stay, Timeline};

const SPECS: [&TableSpec; 7] = [
    &columns::STAYS,
    &columns::PQI,
    &columns::ED_VISITS,
    &columns::CONDITIONS,
    &columns::INDICES,
    &columns::NEEDS,
    &columns::WORKLIST,
];

/// Rows of a group of members, in member order.
pub struct MemberTables {
    tables: [Table; 7],
}

impl Default for MemberTables {
    fn default() -> Self {
        Self { tables: SPECS.map(Table::new) }
    }
}

fn code_cell(code: &str) -> Cell<'_> {
    if code.is_empty() { Cell::Null } else { Cell::Text(code) }
}

fn short(code: Short) -> Option<String> {
    (!code.is_none()).then(|| code.text())
}

impl MemberTables {
    /// Adds the rows of one member.
    pub fn add(&mut self, timeline: &Timeline<'_>, m: &MemberMeasures, codes: &Codes<'_>) {
        for i in 0..timeline.stays.len() {
            self.stay(timeline, m, i, codes);
        }
        let id = timeline.member.id();
        for (visit, class) in timeline.ed_visits.iter().zip(&m.ed) {
            let judged = class.unclassified.is_some();
            let f = class.fractions.map(|x| judged.then_some(x));
            self.tables[2].push(&[
                id.into(),
                visit.day.into(),
                code_cell(codes.words.text(visit.facility)),
                code_cell(codes.icd.text(visit.diagnosis)),
                f[0].into(),
                f[1].into(),
                f[2].into(),
                f[3].into(),
                f[4].into(),
                f[5].into(),
                f[6].into(),
                f[7].into(),
                class.unclassified.into(),
                class.pqe.map(pqe_names).as_ref().into(),
                Cell::Text(visit.evidence),
            ]);
        }
        for c in &m.comorbidity.conditions {
            let e = &c.evidence;
            self.tables[3].push(&[
                id.into(),
                c.scheme.name().into(),
                c.condition.into(),
                c.after_hierarchy.into(),
                crate::domain::Day(e.first).into(),
                Cell::Text(&e.first_id),
                crate::domain::Day(e.last).into(),
                Cell::Text(&e.last_id),
            ]);
        }
        for c in &m.categories {
            let e = &c.mention;
            self.tables[3].push(&[
                id.into(),
                c.scheme.name().into(),
                c.category.into(),
                c.after_hierarchy.into(),
                crate::domain::Day(e.first).into(),
                row_id(timeline, e.first_row).into(),
                crate::domain::Day(e.last).into(),
                row_id(timeline, e.last_row).into(),
            ]);
        }
        self.indices(id, m);
        for n in &m.needs {
            self.tables[5].push(&[
                id.into(),
                Cell::Text(&n.domain),
                Cell::Text(&n.need),
                n.source.name().into(),
                n.day.into(),
                code_cell(&n.evidence),
                n.open_referral.as_deref().into(),
            ]);
        }
        for w in &m.worklist {
            self.tables[6].push(&[
                id.into(),
                w.kind.name().into(),
                Cell::Text(&w.id),
                Cell::Text(&w.detail),
                w.due.into(),
                w.urgent.into(),
                business_days_between(timeline.as_of, w.due).into(),
            ]);
        }
    }

    fn stay(&mut self, timeline: &Timeline<'_>, m: &MemberMeasures, i: usize, codes: &Codes<'_>) {
        let (stay, facts): (&Stay, _) = (&timeline.stays[i], &m.stays[i]);
        let id = timeline.member.id();
        let (source, kind, disposition, drg) =
            (short(stay.admit_source), short(stay.admit_type), short(stay.disposition), short(stay.drg));
        let (claims, admissions) = (stay.claim_ids.join("|"), stay.admission_ids.join("|"));
        let verdict = facts.pqi.as_ref();
        let counted = verdict
            .map(|v| (0..PQI.len()).filter(|b| v.counted >> b & 1 == 1).map(|b| PQI[b]).collect::<Vec<_>>().join("|"));
        let planned_day = facts.readmit_stay.map(|r| &*timeline.stays[r].id);
        self.tables[0].push(&[
            Cell::Text(&stay.id),
            id.into(),
            stay.admit.into(),
            stay.discharge.into(),
            stay.length_of_stay().into(),
            code_cell(codes.words.text(stay.facility)),
            source.as_ref().into(),
            kind.as_ref().into(),
            disposition.as_ref().into(),
            code_cell(codes.icd.text(stay.principal)),
            code_cell(codes.icd.text(stay.final_principal)),
            drg.as_ref().into(),
            if stay.post_acute { "post_acute" } else { "acute" }.into(),
            facts.age_at_admit.into(),
            stay.source.name().into(),
            code_cell(&claims),
            code_cell(&admissions),
            stay.code_basis.map(|b| b.name()).into(),
            facts.planned.into(),
            facts.planned_rule.into(),
            facts.is_index().into(),
            facts.exclusion.map(|e| e.name()).into(),
            facts.readmit30.into(),
            planned_day.into(),
            facts.days_to_readmission.into(),
            facts.died.into(),
            counted.as_ref().into(),
            verdict.map(|v| v.exclusions.as_str()).filter(|e| !e.is_empty()).into(),
            facts.principal_ccsr.into(),
            facts.primary_care.and_then(|p| p.days).into(),
            facts.primary_care.and_then(|p| p.within(7)).into(),
            facts.primary_care.and_then(|p| p.within(14)).into(),
            facts.primary_care.and_then(|p| p.within(30)).into(),
        ]);
        let bits = verdict.map_or(0, |v| v.counted);
        let evidence = stay.claim_ids.first().or_else(|| stay.admission_ids.first()).map(|e| &**e);
        let singles = (0..PQI.len()).filter(|b| bits >> b & 1 == 1).map(|b| PQI[b]);
        for name in singles.chain(composites_of(bits)) {
            self.tables[1].push(&[id.into(), Cell::Text(&stay.id), name.into(), stay.admit.into(), evidence.into()]);
        }
    }

    fn indices(&mut self, id: &str, m: &MemberMeasures) {
        let c = &m.comorbidity;
        #[expect(clippy::cast_precision_loss, reason = "dollars for reading")]
        let paid = m.facts.paid_year_cents as f64 / 100.0;
        let hospital = m.hospital.as_ref();
        let on_hand = m.facts.ingredients_on_hand;
        let pdc = m.pharmacy.pdc.map(Result::ok);
        let pdc_status = m.pharmacy.status();
        self.tables[4].push(&[
            id.into(),
            c.charlson.into(),
            c.charlson_quan2011.into(),
            c.elixhauser_readmission.into(),
            c.elixhauser_mortality.into(),
            c.elixhauser_count.into(),
            c.hfrs.into(),
            m.raf.scores[0].into(),
            m.raf.scores[1].into(),
            m.raf.status.name().into(),
            m.raf.segment.map(|_| if m.raf.filtered { "filtered" } else { "unfiltered" }).into(),
            m.raf.segment.into(),
            m.raf.counts[0].into(),
            m.raf.counts[1].into(),
            m.lace.map(|(_, l)| l.total()).into(),
            hospital.and_then(HospitalItems::derivation_2013).into(),
            hospital.and_then(HospitalItems::validation_2016).into(),
            hospital.and_then(HospitalItems::simplified_2017).into(),
            hospital.map(HospitalItems::status).as_ref().into(),
            m.flag_2ip.into(),
            c.poa.map(|p| p.name()).into(),
            c.code_basis.map(|b| b.name()).into(),
            m.facts.stays_year.into(),
            m.facts.ed_year.into(),
            m.facts.pqi_year.len().into(),
            on_hand.into(),
            on_hand.map(|n| n >= 5).into(),
            on_hand.map(|n| n >= 10).into(),
            pdc[0].map(CoveredDays::share).into(),
            pdc[1].map(CoveredDays::share).into(),
            pdc[2].map(CoveredDays::share).into(),
            pdc[0].map(CoveredDays::adherent).into(),
            pdc[1].map(CoveredDays::adherent).into(),
            pdc[2].map(CoveredDays::adherent).into(),
            code_cell(&pdc_status),
            m.pharmacy.opioid_benzodiazepine_days.into(),
            m.pharmacy.new_drug.map(NewDrug::name).into(),
            m.engagement.providers.into(),
            m.engagement.fragmentation.into(),
            m.engagement.frailty.map(u8::count_ones).into(),
            m.engagement.behavioral.into(),
            m.facts.coc.into(),
            m.facts.upc.into(),
            paid.into(),
        ]);
    }
}

/// The open files of the member tables.
pub struct MemberWriters {
    streams: Vec<ParquetStream<StagedFile>>,
}

impl MemberWriters {
    /// Opens all of them.
    ///
    /// # Errors
    /// When a file cannot be made.
    pub fn open(staging: &mut Staging) -> Result<Self, PublishError> {
        let streams = SPECS
            .iter()
            .map(|spec| ParquetStream::new(spec, staging.open(&format!("{}.parquet", spec.name))?))
            .collect::<Result<_, PublishError>>()?;
        Ok(Self { streams })
    }

    /// Writes a group's rows; call in member order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&mut self, group: &mut MemberTables) -> Result<(), PublishError> {
        for (stream, table) in self.streams.iter_mut().zip(&mut group.tables) {
            if table.rows() > 0 {
                stream.write(&table.take()?)?;
            }
        }
        Ok(())
    }

    /// Writes the footers and syncs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn close(self, staging: &Staging) -> Result<(), PublishError> {
        self.streams.into_iter().try_for_each(|s| staging.close(s.finish()?))
    }
}

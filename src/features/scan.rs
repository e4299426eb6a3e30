//! One pass over a member's final claims, ADT rows and fills that sorts days by what happened. Owns which line
//! is which service; refuses to weigh anything.

use super::window::LookBack;
use crate::domain::{CodeId, Day, WordId};
use crate::extracts::ClaimKind;
use crate::reference::{DiagnosisFamily, Service, ServiceSet};
use crate::timeline::{Claim, Codes, ServiceLine, Timeline};

/// Longest window of any feature, in days.
pub const LONGEST: i32 = LookBack::Days730.days();

/// What the pass found. Days are sorted and distinct.
pub struct Scan {
    services: Vec<Vec<i32>>,
    families: Vec<Vec<i32>>,
    /// Days by day: (day, cents) of claims and fills.
    paid: Vec<(i32, i64)>,
    /// Highest stage of chronic kidney disease in the window.
    pub kidney_stage: u8,
    /// First day of each three-character category, sorted by category.
    categories: Vec<(u32, i32, i32)>,
    /// (day, provider) of ambulatory visits.
    providers: Vec<(i32, WordId)>,
    /// (day, facility) of institutional claims.
    facilities: Vec<(i32, WordId)>,
    /// Principal diagnoses of inpatient claims by family.
    principal: Vec<Vec<i32>>,
}

/// Counts of a sorted list of days seen from a day.
pub trait Days {
    /// Days within the last `n` days, the day itself included.
    fn within(&self, day: Day, n: i32) -> f64;
    /// Days since the newest; `None` without any.
    fn since(&self, day: Day) -> Option<f64>;
}

impl Days for [i32] {
    fn within(&self, day: Day, n: i32) -> f64 {
        let from = self.partition_point(|d| *d <= day.0 - n);
        let to = self.partition_point(|d| *d <= day.0);
        to.saturating_sub(from) as f64
    }
    fn since(&self, day: Day) -> Option<f64> {
        self.iter().rev().find(|d| **d <= day.0).map(|d| f64::from(day.0 - d))
    }
}

impl Scan {
    /// The pass.
    #[must_use]
    pub fn of(timeline: &Timeline<'_>, codes: &Codes<'_>) -> Self {
        let family_count = DiagnosisFamily::ALL.len();
        let mut out = Self {
            services: vec![Vec::new(); Service::ALL.len()],
            families: vec![Vec::new(); family_count],
            paid: Vec::new(),
            kidney_stage: 0,
            categories: Vec::new(),
            providers: Vec::new(),
            facilities: Vec::new(),
            principal: vec![Vec::new(); family_count],
        };
        let from = timeline.as_of.0 - LONGEST;
        for claim in timeline.claims.iter().filter(|c| c.start > from) {
            out.paid.push((claim.start, claim.paid_cents));
            out.add_claim(claim, codes);
            for line in claim.lines {
                out.add_line(claim, line, codes);
            }
            if claim.icd10() {
                for d in claim.dx {
                    out.add_diagnosis(claim.start, d.code, codes);
                }
            }
        }
        for row in timeline.admissions.iter().filter(|a| a.admit > from && a.icd10()) {
            for code in row.dx.iter().filter(|c| c.is_some()) {
                out.add_diagnosis(row.admit, *code, codes);
            }
        }
        for stay in timeline.stays.iter().filter(|s| s.admit.0 > from && s.principal_icd10) {
            for family in codes.dx(stay.principal).families.iter() {
                out.principal[family.index()].push(stay.admit.0);
            }
        }
        let fills = timeline.fills.iter().filter(|f| f.day > from);
        out.paid.extend(fills.filter_map(|f| Some((f.day, f.paid_amount()?))));
        for list in out.services.iter_mut().chain(&mut out.families).chain(&mut out.principal) {
            list.sort_unstable();
            list.dedup();
        }
        out.settle();
        out
    }

    fn settle(&mut self) {
        self.categories.sort_unstable();
        let mut merged: Vec<(u32, i32, i32)> = Vec::new();
        for (category, first, last) in self.categories.drain(..) {
            match merged.last_mut() {
                Some(m) if m.0 == category => {
                    m.1 = m.1.min(first);
                    m.2 = m.2.max(last);
                }
                _ => merged.push((category, first, last)),
            }
        }
        self.categories = merged;
        for list in [&mut self.providers, &mut self.facilities] {
            list.sort_unstable();
            list.dedup();
        }
    }

    fn saw(&mut self, services: ServiceSet, day: i32) {
        for service in services.iter() {
            self.services[service as usize].push(day);
        }
    }

    fn add_claim(&mut self, claim: &Claim, codes: &Codes<'_>) {
        if claim.kind != ClaimKind::Institutional {
            return;
        }
        self.saw(codes.reference.services.of_bill(claim.bill), claim.start);
        if claim.facility.is_some() {
            self.facilities.push((claim.start, claim.facility));
        }
    }

    fn add_line(&mut self, claim: &Claim, line: &ServiceLine, codes: &Codes<'_>) {
        let (day, services) = (line.start, &codes.reference.services);
        if claim.kind == ClaimKind::Professional {
            let here = services.of_place(line.place);
            self.saw(here, day);
            if here.has(Service::Ambulatory) && line.rendering.is_some() {
                self.providers.push((day, line.rendering));
            }
        }
        if !line.revenue.is_none() {
            self.saw(services.of_revenue(line.revenue), day);
        }
        if line.hcpcs.is_some() {
            self.saw(codes.procedure_services(line.hcpcs), day);
        }
    }

    fn add_diagnosis(&mut self, day: i32, code: CodeId, codes: &Codes<'_>) {
        let facts = codes.dx(code);
        for family in facts.families.iter() {
            self.families[family.index()].push(day);
        }
        self.kidney_stage = self.kidney_stage.max(facts.kidney_stage);
        if facts.category != 0 {
            self.categories.push((facts.category, day, day));
        }
    }

    /// Distinct days of a service.
    #[must_use]
    pub fn service(&self, service: Service) -> &[i32] {
        &self.services[service as usize]
    }

    /// Distinct days with a diagnosis of a family.
    #[must_use]
    pub fn family(&self, family: DiagnosisFamily) -> &[i32] {
        &self.families[family.index()]
    }

    /// Admission days of stays whose principal diagnosis is of a family.
    #[must_use]
    pub fn principal(&self, family: DiagnosisFamily) -> &[i32] {
        &self.principal[family.index()]
    }

    /// Dollars paid in the last `n` days.
    #[must_use]
    pub fn paid(&self, day: Day, n: i32) -> f64 {
        let cents: i64 = self.paid.iter().filter(|p| p.0 <= day.0 && p.0 > day.0 - n).map(|p| p.1).sum();
        cents as f64 / 100.0
    }

    /// Distinct three-character categories seen in the last `n` days.
    #[must_use]
    pub fn categories(&self, day: Day, n: i32) -> f64 {
        self.categories.iter().filter(|c| c.2 > day.0 - n).count() as f64
    }

    /// Categories whose first mention of two years lies in the last `n` days.
    #[must_use]
    pub fn new_categories(&self, day: Day, n: i32) -> f64 {
        self.categories.iter().filter(|c| c.1 > day.0 - n).count() as f64
    }

    /// Distinct providers of ambulatory visits in the last `n` days.
    #[must_use]
    pub fn providers(&self, day: Day, n: i32) -> f64 {
        count_distinct(&self.providers, day, n)
    }

    /// Distinct facilities in the last `n` days.
    #[must_use]
    pub fn facilities(&self, day: Day, n: i32) -> f64 {
        count_distinct(&self.facilities, day, n)
    }
}

fn count_distinct(pairs: &[(i32, WordId)], day: Day, n: i32) -> f64 {
    let mut seen: Vec<WordId> = pairs.iter().filter(|p| p.0 > day.0 - n).map(|p| p.1).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() as f64
}

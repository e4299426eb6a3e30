//! One pass over a member's final claims, ADT rows and fills that sorts days by what happened. Owns which line
//! is which service; refuses to weigh anything.

use super::families::{Families, families_and_kinds};
use crate::domain::{CodeId, Day, Short, WordId};
use crate::extracts::{ClaimKind, NO_INTEGER};
use crate::timeline::{AMBULATORY_PLACES, Claim, Codes, ServiceLine, Timeline};

/// Longest window of any feature, in days.
pub const LONGEST: i32 = 730;

/// Services told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names are in SERVICES")]
pub enum Service {
    Ambulatory,
    Office,
    Telehealth,
    HomeVisit,
    NursingVisit,
    Skilled,
    HomeHealth,
    OutpatientHospital,
    HealthCenter,
    Hospice,
    Therapy,
    Imaging,
    Laboratory,
    Dialysis,
    Oncology,
    Ambulance,
    Equipment,
    Infusion,
    Preventive,
    Transition,
    ChronicCare,
    IntensiveCare,
    Mobility,
}

/// Name and definition of each service, in the order of [`Service`].
pub const SERVICES: [(&str, &str); 23] = [
    ("ambulatory_visit", "ambulatory visit (professional, places 02 10 11 12 17 19 20 22 49 50 71 72)"),
    ("office_visit", "office visit (place 11)"),
    ("telehealth_visit", "telehealth (places 02, 10)"),
    ("home_visit", "visit at home or in assisted living (places 12, 13)"),
    ("nursing_facility_visit", "professional visit in a nursing facility (places 31, 32)"),
    ("skilled_nursing", "skilled nursing bill (18x, 21x, 22x)"),
    ("home_health", "home health bill (32x-34x)"),
    ("outpatient_hospital", "outpatient hospital bill (13x, 83x, 85x)"),
    ("health_center", "rural or federally qualified health centre bill (71x, 77x)"),
    ("hospice", "hospice bill (81x, 82x)"),
    ("therapy", "therapy (revenue 042x-044x)"),
    ("imaging", "imaging (revenue 032x, 035x, 040x, 061x)"),
    ("laboratory", "laboratory (revenue 030x, 031x)"),
    ("dialysis", "dialysis (revenue 082x-085x, bill 72x)"),
    ("oncology", "oncology or chemotherapy (revenue 028x, 033x)"),
    ("ambulance", "ambulance (HCPCS A04xx, revenue 054x)"),
    ("equipment", "durable equipment (HCPCS E and K)"),
    ("infusion", "drugs given by injection (HCPCS J)"),
    ("preventive", "wellness visit (G0402, G0438, G0439)"),
    ("transition", "transitional care visit (99495, 99496)"),
    ("chronic_care", "chronic care management (99487, 99489-99491)"),
    ("intensive_care", "intensive or coronary care (revenue 020x, 021x)"),
    (
        "mobility_aid",
        "cane, crutch, walker (HCPCS E0100-E0159), hospital bed (E0250-E0304), lift (E0621-E0642) or wheelchair (E1031-E1298, K0001-K0108)",
    ),
];

/// Equipment for those who walk badly or not at all, by HCPCS Level II.
fn mobility(code: &str) -> bool {
    ["E0100".."E0160", "E0250".."E0305", "E0621".."E0643", "E1031".."E1299", "K0001".."K0109"]
        .iter()
        .any(|range| range.contains(&code))
}

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
    pub fn of(timeline: &Timeline<'_>, families: &Families, codes: &Codes<'_>) -> Self {
        let family_count = families_and_kinds().count();
        let mut out = Self {
            services: vec![Vec::new(); SERVICES.len()],
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
            out.claim(claim);
            for line in claim.lines {
                out.line(claim, line, codes);
            }
            if claim.icd10() {
                for d in claim.dx {
                    out.diagnosis(claim.start, d.code, families);
                }
            }
        }
        for row in timeline.admissions.iter().filter(|a| a.admit > from && a.icd10()) {
            for code in row.dx.iter().filter(|c| c.is_some()) {
                out.diagnosis(row.admit, *code, families);
            }
        }
        for stay in timeline.stays.iter().filter(|s| s.admit.0 > from && s.principal_icd10) {
            each_bit(families.bits(stay.principal), |f| out.principal[f].push(stay.admit.0));
        }
        for fill in timeline.fills.iter().filter(|f| f.day > from && f.paid_cents != NO_INTEGER) {
            out.paid.push((fill.day, fill.paid_cents));
        }
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

    fn saw(&mut self, service: Service, day: i32) {
        self.services[service as usize].push(day);
    }

    fn claim(&mut self, claim: &Claim) {
        if claim.kind != ClaimKind::Institutional {
            return;
        }
        for (service, bills) in [
            (Service::Skilled, &["18", "21", "22"][..]),
            (Service::HomeHealth, &["32", "33", "34"]),
            (Service::OutpatientHospital, &["13", "83", "85"]),
            (Service::HealthCenter, &["71", "77"]),
            (Service::Hospice, &["81", "82"]),
            (Service::Dialysis, &["72"]),
        ] {
            if bills.iter().any(|b| claim.bill_begins(b)) {
                self.saw(service, claim.start);
            }
        }
        if claim.facility.is_some() {
            self.facilities.push((claim.start, claim.facility));
        }
    }

    fn line(&mut self, claim: &Claim, line: &ServiceLine, codes: &Codes<'_>) {
        let day = line.start;
        if claim.kind == ClaimKind::Professional {
            if line.place.is_any(AMBULATORY_PLACES) {
                self.saw(Service::Ambulatory, day);
                if line.rendering.is_some() {
                    self.providers.push((day, line.rendering));
                }
            }
            for (service, places) in [
                (Service::Office, &["11"][..]),
                (Service::Telehealth, &["02", "10"]),
                (Service::HomeVisit, &["12", "13"]),
                (Service::NursingVisit, &["31", "32"]),
            ] {
                if line.place.is_any(places) {
                    self.saw(service, day);
                }
            }
        }
        if !line.revenue.is_none() {
            self.revenue(line.revenue, day);
        }
        if line.hcpcs.is_some() {
            self.procedure(codes.words.text(line.hcpcs), day);
        }
    }

    fn revenue(&mut self, revenue: Short, day: i32) {
        // The first three of four characters name the kind of service.
        let kind = revenue.0 >> 8;
        for (service, kinds) in [
            (Service::Therapy, &["042", "043", "044"][..]),
            (Service::Imaging, &["032", "035", "040", "061"]),
            (Service::Laboratory, &["030", "031"]),
            (Service::Dialysis, &["082", "083", "084", "085"]),
            (Service::Oncology, &["028", "033"]),
            (Service::Ambulance, &["054"]),
            (Service::IntensiveCare, &["020", "021"]),
        ] {
            if kinds.iter().any(|k| Short::of(k).0 == kind) {
                self.saw(service, day);
            }
        }
    }

    fn procedure(&mut self, code: &str, day: i32) {
        let service = match code {
            "G0402" | "G0438" | "G0439" => Some(Service::Preventive),
            "99495" | "99496" => Some(Service::Transition),
            "99487" | "99489" | "99490" | "99491" => Some(Service::ChronicCare),
            c if c.starts_with("A04") => Some(Service::Ambulance),
            c if c.len() == 5 && (c.starts_with('E') || c.starts_with('K')) => Some(Service::Equipment),
            c if c.len() == 5 && c.starts_with('J') => Some(Service::Infusion),
            _ => None,
        };
        if let Some(service) = service {
            self.saw(service, day);
        }
        if service == Some(Service::Equipment) && mobility(code) {
            self.saw(Service::Mobility, day);
        }
    }

    fn diagnosis(&mut self, day: i32, code: CodeId, families: &Families) {
        each_bit(families.bits(code), |f| self.families[f].push(day));
        self.kidney_stage = self.kidney_stage.max(families.kidney_stage(code));
        let category = families.category(code);
        if category != 0 {
            self.categories.push((category, day, day));
        }
    }

    /// Distinct days of a service.
    #[must_use]
    pub fn service(&self, service: Service) -> &[i32] {
        &self.services[service as usize]
    }

    /// Distinct days of a service by its place.
    #[must_use]
    pub fn service_at(&self, service: usize) -> &[i32] {
        self.services.get(service).map_or(&[], Vec::as_slice)
    }

    /// Distinct days with a diagnosis of a family.
    #[must_use]
    pub fn family(&self, family: usize) -> &[i32] {
        self.families.get(family).map_or(&[], Vec::as_slice)
    }

    /// Admission days of stays whose principal diagnosis is of a family.
    #[must_use]
    pub fn principal(&self, family: usize) -> &[i32] {
        self.principal.get(family).map_or(&[], Vec::as_slice)
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
        distinct(&self.providers, day, n)
    }

    /// Distinct facilities in the last `n` days.
    #[must_use]
    pub fn facilities(&self, day: Day, n: i32) -> f64 {
        distinct(&self.facilities, day, n)
    }
}

fn distinct(pairs: &[(i32, WordId)], day: Day, n: i32) -> f64 {
    let mut seen: Vec<WordId> = pairs.iter().filter(|p| p.0 > day.0 - n).map(|p| p.1).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() as f64
}

fn each_bit(mut bits: u64, mut f: impl FnMut(usize)) {
    while bits != 0 {
        f(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

//! Facts of every code that occurred, looked up once. Owns the tables from interned numbers to facts;
//! refuses to know who had a code.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{CodeId, Short, WordId};
use crate::extracts::Words;
use crate::reference::{DrugFacts, DxFacts, PxFacts, Reference, Service, ServiceSet};

/// Reference facts by interned code number.
pub struct Codes<'a> {
    /// Texts of the codes.
    pub icd: &'a Words<CodeId>,
    /// Texts of everything else.
    pub words: &'a Words<WordId>,
    /// The reference tables.
    pub reference: &'a Reference,
    /// By number; place 0 holds the facts of no code.
    dx: Vec<DxFacts>,
    px: Vec<PxFacts>,
    drugs: FxHashMap<WordId, DrugFacts>,
    no_drug: DrugFacts,
    equipment: FxHashMap<WordId, u8>,
    care_services: FxHashMap<WordId, u16>,
    procedure_services: FxHashMap<WordId, ServiceSet>,
    hcc_procedures: Option<FxHashSet<WordId>>,
}

impl<'a> Codes<'a> {
    /// Looks up every interned code.
    #[must_use]
    pub fn new(icd: &'a Words<CodeId>, words: &'a Words<WordId>, reference: &'a Reference) -> Self {
        Self {
            icd,
            words,
            reference,
            dx: std::iter::once(DxFacts::default()).chain(icd.texts().map(|c| reference.dx(c))).collect(),
            px: std::iter::once(PxFacts::default()).chain(icd.texts().map(|c| reference.px(c))).collect(),
            drugs: by_word(words, |text| Some(reference.drugs.facts_of(text)).filter(|d| !d.ingredients.is_empty())),
            no_drug: DrugFacts::default(),
            equipment: by_word(words, |text| Some(reference.frailty.of_equipment(text)).filter(|bits| *bits != 0)),
            care_services: by_word(words, |text| Some(reference.care.service(text)).filter(|bits| *bits != 0)),
            procedure_services: by_word(words, |text| {
                Some(reference.services.of_hcpcs(text)).filter(|set| !set.is_empty())
            }),
            hcc_procedures: reference
                .hcc_procedures
                .as_ref()
                .map(|list| list.iter().map(|code| words.id(code)).filter(|id| id.is_some()).collect()),
        }
    }

    /// Facts of a diagnosis; the default facts for none.
    #[must_use]
    pub fn dx(&self, code: CodeId) -> &DxFacts {
        self.dx.get(code.number() as usize).unwrap_or(&self.dx[0])
    }

    /// Facts of a procedure; the default facts for none.
    #[must_use]
    pub fn px(&self, code: CodeId) -> &PxFacts {
        self.px.get(code.number() as usize).unwrap_or(&self.px[0])
    }

    /// What an ingredient's text (interned) says; nothing for none.
    #[must_use]
    pub fn drug(&self, ingredient: WordId) -> &DrugFacts {
        self.drugs.get(&ingredient).unwrap_or(&self.no_drug)
    }

    /// Services of a HCPCS or CPT code (interned).
    #[must_use]
    pub fn procedure_services(&self, hcpcs: WordId) -> ServiceSet {
        self.procedure_services.get(&hcpcs).copied().unwrap_or_default()
    }

    /// A professional line at this place is an ambulatory visit.
    #[must_use]
    pub fn is_ambulatory(&self, place: Short) -> bool {
        self.reference.services.of_place(place).has(Service::Ambulatory)
    }

    /// Frailty markers of an equipment code (interned), as bits; 0 for none.
    #[must_use]
    pub fn equipment(&self, hcpcs: WordId) -> u8 {
        self.equipment.get(&hcpcs).copied().unwrap_or(0)
    }

    /// Bits of [`crate::reference::CareService`] of a procedure, specialty or ingredient (interned); 0 for none.
    #[must_use]
    pub fn service(&self, word: WordId) -> u16 {
        self.care_services.get(&word).copied().unwrap_or(0)
    }

    /// A line of this procedure makes its claim's diagnoses count for CMS-HCC; every line does without the
    /// optional table.
    #[must_use]
    pub fn hcc_eligible(&self, hcpcs: WordId) -> bool {
        self.hcc_procedures.as_ref().is_none_or(|list| list.contains(&hcpcs))
    }
}

/// What the texts say that say anything, by interned number.
fn by_word<T>(words: &Words<WordId>, look: impl Fn(&str) -> Option<T>) -> FxHashMap<WordId, T> {
    words.entries().filter_map(|(id, text)| look(text).map(|found| (id, found))).collect()
}

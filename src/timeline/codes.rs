//! Facts of every code that occurred, looked up once. Owns the tables from interned numbers to facts;
//! refuses to know who had a code.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{CodeId, WordId};
use crate::extracts::Words;
use crate::reference::{DxFacts, PxFacts, Reference, equipment_markers};

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
    drugs: FxHashMap<WordId, u128>,
    equipment: FxHashMap<WordId, u8>,
    services: FxHashMap<WordId, u16>,
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
            drugs: words
                .entries()
                .map(|(id, text)| (id, reference.drugs.ingredients_of(text)))
                .filter(|(_, bits)| *bits != 0)
                .collect(),
            equipment: words
                .entries()
                .map(|(id, text)| (id, equipment_markers(text)))
                .filter(|(_, bits)| *bits != 0)
                .collect(),
            services: words
                .entries()
                .map(|(id, text)| (id, reference.care.service(text)))
                .filter(|(_, bits)| *bits != 0)
                .collect(),
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

    /// Listed ingredients of an ingredient's text (interned), as bits of the reference's table; 0 for none.
    #[must_use]
    pub fn drug(&self, ingredient: WordId) -> u128 {
        self.drugs.get(&ingredient).copied().unwrap_or(0)
    }

    /// Frailty markers of an equipment code (interned), as bits; 0 for none.
    #[must_use]
    pub fn equipment(&self, hcpcs: WordId) -> u8 {
        self.equipment.get(&hcpcs).copied().unwrap_or(0)
    }

    /// Bits of [`crate::reference::CareService`] of a procedure, specialty or ingredient (interned); 0 for none.
    #[must_use]
    pub fn service(&self, word: WordId) -> u16 {
        self.services.get(&word).copied().unwrap_or(0)
    }

    /// A line of this procedure makes its claim's diagnoses count for CMS-HCC; every line does without the
    /// optional table.
    #[must_use]
    pub fn hcc_eligible(&self, hcpcs: WordId) -> bool {
        self.hcc_procedures.as_ref().is_none_or(|list| list.contains(&hcpcs))
    }
}

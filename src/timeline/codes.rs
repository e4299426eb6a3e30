//! Facts of every code that occurred, looked up once. Owns the tables from interned numbers to facts;
//! refuses to know who had a code.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::extracts::Words;
use crate::reference::{DxFacts, PxFacts, Reference, equipment_markers};

/// Reference facts by interned code number.
pub struct Codes<'a> {
    /// Texts of the codes.
    pub icd: &'a Words,
    /// Texts of everything else.
    pub words: &'a Words,
    /// The reference tables.
    pub reference: &'a Reference,
    /// By number; place 0 holds the facts of no code.
    dx: Vec<DxFacts>,
    px: Vec<PxFacts>,
    drugs: FxHashMap<u32, u128>,
    equipment: FxHashMap<u32, u8>,
    services: FxHashMap<u32, u16>,
    hcc_procedures: Option<FxHashSet<u32>>,
}

impl<'a> Codes<'a> {
    /// Looks up every interned code.
    #[must_use]
    pub fn new(icd: &'a Words, words: &'a Words, reference: &'a Reference) -> Self {
        Self {
            icd,
            words,
            reference,
            dx: std::iter::once(DxFacts::default()).chain(icd.texts().map(|c| reference.dx(c))).collect(),
            px: std::iter::once(PxFacts::default()).chain(icd.texts().map(|c| reference.px(c))).collect(),
            drugs: (1_u32..)
                .zip(words.texts())
                .map(|(id, text)| (id, reference.drugs.ingredients_of(text)))
                .filter(|(_, bits)| *bits != 0)
                .collect(),
            equipment: (1_u32..)
                .zip(words.texts())
                .map(|(id, text)| (id, equipment_markers(text)))
                .filter(|(_, bits)| *bits != 0)
                .collect(),
            services: (1_u32..)
                .zip(words.texts())
                .map(|(id, text)| (id, reference.care.service(text)))
                .filter(|(_, bits)| *bits != 0)
                .collect(),
            hcc_procedures: reference
                .hcc_procedures
                .as_ref()
                .map(|list| list.iter().map(|code| words.id(code)).filter(|id| *id != 0).collect()),
        }
    }

    /// Facts of a diagnosis; the default facts for none.
    #[must_use]
    pub fn dx(&self, code: u32) -> &DxFacts {
        self.dx.get(code as usize).unwrap_or(&self.dx[0])
    }

    /// Facts of a procedure; the default facts for none.
    #[must_use]
    pub fn px(&self, code: u32) -> &PxFacts {
        self.px.get(code as usize).unwrap_or(&self.px[0])
    }

    /// Listed ingredients of an ingredient's text (interned), as bits of the reference's table; 0 for none.
    #[must_use]
    pub fn drug(&self, ingredient: u32) -> u128 {
        self.drugs.get(&ingredient).copied().unwrap_or(0)
    }

    /// Frailty markers of an equipment code (interned), as bits; 0 for none.
    #[must_use]
    pub fn equipment(&self, hcpcs: u32) -> u8 {
        self.equipment.get(&hcpcs).copied().unwrap_or(0)
    }

    /// Bits of [`crate::reference::CareService`] of a procedure, specialty or ingredient (interned); 0 for none.
    #[must_use]
    pub fn service(&self, word: u32) -> u16 {
        self.services.get(&word).copied().unwrap_or(0)
    }

    /// A line of this procedure makes its claim's diagnoses count for CMS-HCC; every line does without the
    /// optional table.
    #[must_use]
    pub fn hcc_eligible(&self, hcpcs: u32) -> bool {
        self.hcc_procedures.as_ref().is_none_or(|list| list.contains(&hcpcs))
    }
}

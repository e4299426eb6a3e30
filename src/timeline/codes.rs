//! Facts of every code that occurred, looked up once. Owns the tables from interned numbers to facts;
//! refuses to know who had a code.

use crate::extracts::Words;
use crate::reference::{DxFacts, PxFacts, Reference};

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
}

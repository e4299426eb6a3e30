//! The code sets of AHRQ's prevention quality indicators as bits. Owns their names; refuses to hold a code.

macro_rules! code_sets {
    ($(#[$doc:meta])* $set:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "the variants are AHRQ's own set names")]
        pub enum $set { $($variant),+ }
        impl $set {
            /// The set of a name; `None` for a name that is none.
            pub(super) fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
            /// The set's bit.
            #[must_use]
            pub fn bit(self) -> u32 { 1 << self as u32 }
        }
    };
}

code_sets! {
    /// The AHRQ PQI v2024 code sets, one bit each.
    PqiSet {
    Accopdd = "accopdd", Acdiald = "acdiald", Acdiasd = "acdiasd", Acdiaud = "acdiaud", Aclea2d = "aclea2d", Acsastd = "acsastd",
    Acsba2d = "acsba2d", Acsbacd = "acsbacd", Acscarp = "acscarp", Acshy2d = "acshy2d", Acshypd = "acshypd", Acslead = "acslead",
    Acsleap = "acsleap", Acsutid = "acsutid", Dialy2p = "dialy2p", Immunid = "immunid", Immunip = "immunip", Kidney = "kidney",
    Mdc14 = "mdc14prindx", Mdc15 = "mdc15prindx", Mrtchfd = "mrtchfd", Respan = "respan",
    }
}

code_sets! {
    /// The AHRQ PQE v2024 (beta) code sets, one bit each.
    PqeSet {
    Asthma = "asthma", BackPain = "backpain", BackCancer = "bpexcludecancer", BackCaudaEquina = "bpexcludeces",
    BackFever = "bpexcludefever", BackGallstone = "bpexcludegallstone", BackKidneyStone = "bpexcludekidneystone",
    BackUti = "bpexcludeuti", Cellulitis = "cellulitis", Ckd = "ckd", Copd = "copd", CysticFibrosis = "cysticfibrosis",
    Dental = "dentalvisit", Diabetes = "diabetes", DiabetesShortTerm = "dmstcx", HeartFailure = "heartfailure",
    Immunocompromised = "immunocompromised", Influenza = "influenza", LowerRespiratory = "lowerrespinfection",
    AcuteUti = "qe03exc_uti", AcuteUrinaryMalformation = "qe03exc_utm", Bronchitis = "qe4bronchitis",
    AsthmaPneumonia = "qe4exc_pneumonia", RespiratoryAnomalies = "respiratoryanomalies", BackTrauma = "traumaf",
    FaceTrauma = "traumatoface", UpperRespiratory = "upperrespinfection", Cystitis = "uti_noncx",
    }
}

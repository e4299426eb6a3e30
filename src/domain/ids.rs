//! Numbers that stand for a text or a code of one run. Owns their types, so that one is never taken for another; refuses to
//! let a number's size mean anything: it depends on the order in which texts came, so nothing published may be sorted by it.

/// A number that stands for a text in one table of texts.
pub trait InternedId: Copy + Eq + std::hash::Hash + Default {
    /// The id of a number; 0 is none.
    fn from_number(number: u32) -> Self;
    /// The number of an id; 0 is none.
    fn number(self) -> u32;
}

macro_rules! interned_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct $name(u32);

        impl $name {
            /// None.
            pub const NONE: Self = Self(0);

            /// The id of a number; 0 is none.
            #[must_use]
            pub const fn from_number(number: u32) -> Self {
                Self(number)
            }
            /// The number, for tables by number and for records; 0 is none.
            #[must_use]
            pub const fn number(self) -> u32 {
                self.0
            }
            /// Whether it stands for nothing.
            #[must_use]
            pub const fn is_none(self) -> bool {
                self.0 == 0
            }
            /// Whether it stands for something.
            #[must_use]
            pub const fn is_some(self) -> bool {
                self.0 != 0
            }
        }

        impl InternedId for $name {
            fn from_number(number: u32) -> Self {
                Self(number)
            }
            fn number(self) -> u32 {
                self.0
            }
        }
    };
}

interned_id! {
    /// A word with few distinct values: an NPI, a HCPCS code, an ingredient, a payer.
    WordId
}
interned_id! {
    /// A normalised ICD diagnosis or procedure code.
    CodeId
}

//! An ICD code as text. Owns what one looks like; refuses to know whether it exists.

use std::fmt;

/// A normalised ICD code: upper case, without dots and spaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IcdCode(Box<str>);

impl IcdCode {
    /// A code that is normalised already.
    #[must_use]
    pub fn new(normalised: &str) -> Self {
        Self(normalised.into())
    }
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Shaped like an ICD-10-CM code: a letter, a digit, a letter or digit, and at most four more.
    #[must_use]
    pub fn looks_like_icd10cm(&self) -> bool {
        let bytes = self.0.as_bytes();
        matches!(bytes, [first, second, rest @ ..]
            if first.is_ascii_uppercase()
                && second.is_ascii_digit()
                && (1..=5).contains(&rest.len())
                && rest.iter().all(u8::is_ascii_alphanumeric))
    }
}

impl fmt::Display for IcdCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_other_systems_do_not_look_like_icd10cm() {
        for good in ["I10", "E1110", "S72001A", "M1A00X0", "U071"] {
            assert!(IcdCode::new(good).looks_like_icd10cm(), "{good}");
        }
        for bad in ["38341003", "25000", "V4581X99", "I1", "", "0SRC0J9", "i10"] {
            assert!(!IcdCode::new(bad).looks_like_icd10cm(), "{bad}");
        }
    }
}

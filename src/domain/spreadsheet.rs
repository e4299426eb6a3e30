//! Text on its way to a program that runs formulas. Owns the one guard of the house and its undoing; refuses to know
//! any file.

use std::borrow::Cow;

/// What begins a formula, or hides one.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Text that a spreadsheet would run as a formula gets a leading apostrophe.
#[must_use]
pub fn guard_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_STARTS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes back the apostrophe of [`guard_text`].
#[must_use]
pub fn unguard_text(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA_STARTS)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_text_again() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(guard_text(text), format!("'{text}"));
            assert_eq!(unguard_text(&guard_text(text)), text);
        }
        for text in ["M001", "", "'quoted'", "a=b"] {
            assert_eq!(guard_text(text), text);
            assert_eq!(unguard_text(text), text);
        }
    }
}

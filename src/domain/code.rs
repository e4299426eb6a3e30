//! One spelling for each code. Owns the normalisation of ICD, fixed-width and DRG codes;
//! refuses to know whether a code exists.

use super::missing::MissingWords;

/// An ICD code without dots and spaces, in upper case; `None` for placeholders (all zeros, `UNK`, …).
/// `buffer` is scratch and holds the result.
pub fn normalise_icd<'a>(text: &str, buffer: &'a mut String) -> Option<&'a str> {
    buffer.clear();
    for c in text.chars() {
        if c == '.' || c.is_whitespace() || matches!(c, '\u{a0}' | '\u{200b}' | '\u{feff}') {
            continue;
        }
        buffer.push(c.to_ascii_uppercase());
    }
    let placeholder = MissingWords::OfValues.hold(buffer) || (buffer.len() >= 6 && buffer.bytes().all(|b| b == b'0'));
    (!placeholder).then_some(buffer.as_str())
}

/// A fixed-width code padded with leading zeros (`1` → `01`), upper case. Codes already wider are kept.
#[must_use]
pub fn pad_left(text: &str, width: usize) -> String {
    let t = text.to_ascii_uppercase();
    let t = t.strip_suffix(".0").unwrap_or(&t);
    format!("{}{t}", "0".repeat(width.saturating_sub(t.len())))
}

/// A code of at most eight ASCII characters packed into one number; 0 is "none". Ordering follows
/// length, then text, so codes of one width sort as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Short(pub u64);

impl Short {
    /// No code.
    pub const NONE: Self = Self(0);

    /// Packs a literal; characters past the eighth are dropped.
    #[must_use]
    pub const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut packed, mut i) = (0_u64, 0);
        while i < bytes.len() && i < 8 {
            packed = packed << 8 | bytes[i] as u64;
            i += 1;
        }
        Self(packed)
    }

    /// Packs a text; `None` when it is longer than eight bytes or not ASCII.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= 8 && text.is_ascii()).then(|| Self::of(text))
    }

    /// Whether there is no code.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The text; empty for none.
    #[must_use]
    pub fn text(self) -> String {
        self.0.to_be_bytes().iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect()
    }

    /// Whether this is one of the listed codes.
    #[must_use]
    pub fn is_any(self, codes: &[&str]) -> bool {
        codes.iter().any(|c| Self::of(c) == self)
    }
}

/// A code of fixed width: padded with leading zeros when shorter, leading zeros dropped when longer.
/// The flag says whether the text was changed.
#[must_use]
pub fn fix_width(text: &str, width: usize) -> (String, bool) {
    let mut t = text.to_ascii_uppercase();
    if let Some(whole) = t.strip_suffix(".0") {
        t = whole.to_owned();
    }
    while t.len() > width && t.starts_with('0') {
        t.remove(0);
    }
    let t = pad_left(&t, width);
    let changed = t != text;
    (t, changed)
}

/// A type of bill: three characters, one leading zero dropped (`0111` → `111`).
#[must_use]
pub fn fix_bill(text: &str) -> (String, bool) {
    let mut t = text.to_ascii_uppercase();
    if let Some(whole) = t.strip_suffix(".0") {
        t = whole.to_owned();
    }
    if t.len() == 4 && t.starts_with('0') {
        t.remove(0);
    }
    let changed = t != text;
    (t, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icd_spellings_meet() {
        let mut b = String::new();
        for raw in ["I50.22", " i5022 ", "I50 22", "i50.22\u{a0}"] {
            assert_eq!(normalise_icd(raw, &mut b), Some("I5022"), "{raw}");
        }
        for raw in ["", "0000000", "UNK", "null", "NA", " "] {
            assert_eq!(normalise_icd(raw, &mut b), None, "{raw}");
        }
        // The ICD-9 code for cholera is a real code, not a placeholder.
        assert_eq!(normalise_icd("001.0", &mut b), Some("0010"));
    }

    #[test]
    fn widths() {
        assert_eq!(pad_left("1", 2), "01");
        assert_eq!(fix_width("450", 4).0, "0450");
        assert_eq!(fix_width("0291", 3), ("291".to_owned(), true));
        assert_eq!(fix_width("64", 3).0, "064");
        assert_eq!(fix_width("999", 3), ("999".to_owned(), false));
        assert_eq!(fix_width("1.0", 2).0, "01");
        assert_eq!(fix_bill("0111").0, "111");
        assert_eq!(Short::of("01").text(), "01");
        assert!(Short::of("20").is_any(&["20", "40"]));
    }
}

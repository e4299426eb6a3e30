//! The shape of a text in place of the text. Owns what may be told of a value that must not be told; refuses the value.

/// Longest shape told.
const LONGEST: usize = 24;

/// Digits as `9`, capital letters as `A`, small ones as `a`, everything else as it stands: `2025-13-01` is `9999-99-99`.
/// A message may hold a shape, never the value.
#[must_use]
pub fn value_shape(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(LONGEST)
        .map(|c| match c {
            _ if c.is_numeric() => '9',
            _ if c.is_uppercase() => 'A',
            _ if c.is_alphabetic() => 'a',
            _ if c.is_ascii_graphic() || c == ' ' => c,
            _ => '.',
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push_str("...");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_tells_no_value() {
        for (text, shape) in [
            ("ABCD-12", "AAAA-99"),
            ("2025-13-01", "9999-99-99"),
            ("O'Brien, Zo\u{eb}", "A'Aaaaa, Aaa"),
            ("", ""),
            ("a\tb\u{0}", "a.a."),
            ("1234567890123456789012345", "999999999999999999999999..."),
        ] {
            assert_eq!(value_shape(text), shape);
        }
    }
}

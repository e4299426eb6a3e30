//! Money in whole cents. Owns exact parsing of decimal text; refuses floating point sums.

/// US cents.
pub type Cents = i64;

/// Decimal text to cents, exactly; more than two decimals round half to even. `None` when it is no
/// finite decimal number or does not fit. Accepts a sign, a leading `$`, thousands commas and an
/// exponent-free decimal point.
#[must_use]
pub fn cents_from_text(text: &str) -> Option<Cents> {
    let t = text.trim();
    let (negative, t) = match t.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, t.strip_prefix('+').unwrap_or(t)),
    };
    let t = t.strip_prefix('$').unwrap_or(t);
    let (whole, fraction) = t.split_once('.').unwrap_or((t, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut cents: i64 = 0;
    for b in whole.bytes().filter(|b| *b != b',') {
        if !b.is_ascii_digit() {
            return None;
        }
        cents = cents.checked_mul(10)?.checked_add(i64::from(b - b'0'))?;
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |i: usize| fraction.as_bytes().get(i).map_or(0, |b| i64::from(b - b'0'));
    cents = cents.checked_mul(100)?.checked_add(digit(0) * 10 + digit(1))?;
    let rest = fraction.get(2..).unwrap_or("");
    let above_half = digit(2) > 5 || (digit(2) == 5 && rest.bytes().skip(1).any(|b| b != b'0'));
    if above_half || (digit(2) == 5 && cents % 2 == 1) {
        cents = cents.checked_add(1)?;
    }
    Some(if negative { -cents } else { cents })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact() {
        for (text, cents) in [
            ("12.34", 1234),
            ("-0.5", -50),
            ("1,234", 123_400),
            ("0.125", 12),
            ("0.135", 14),
            (".005", 0),
            ("0.0051", 1),
            ("$7", 700),
        ] {
            assert_eq!(cents_from_text(text), Some(cents), "{text}");
        }
        for text in ["", ".", "1e5", "NaN", "inf", "12x", "99999999999999999999"] {
            assert_eq!(cents_from_text(text), None, "{text}");
        }
    }
}

//! Telephone numbers of the North American plan. Owns which texts can be one; refuses to know whose it is.

/// The ten digits of a number that the North American plan can hold; `None` for any other text. Area and exchange begin
/// with 2 to 9, ten equal digits are no number, and a leading country code 1, an extension and the fraction of a number
/// exported as one (`9195550101.0`) are left out.
#[must_use]
pub fn phone_number(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let folded = text.to_ascii_lowercase();
    let head = folded.split(['x', '#', ';', '/']).next().unwrap_or("");
    // An extension is written behind `ext` or `x`: both begin at a letter, and no number holds one before it.
    let head = head.split("ext").next().unwrap_or("").trim_end_matches('e');
    let mut digits: String = head.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 11 && digits.starts_with('1') {
        digits.remove(0);
    }
    let leads = |at: usize| matches!(digits.as_bytes().get(at), Some(b'2'..=b'9'));
    let varied = digits.bytes().any(|b| Some(b) != digits.bytes().next());
    (digits.len() == 10 && leads(0) && leads(3) && varied).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_form_whatever_its_spelling() {
        for text in [
            "919-555-0101",
            "(919) 555-0101",
            "+1 919 555 0101",
            "1.919.555.0101",
            "9195550101",
            "9195550101.0",
            "919-555-0101 x12",
            "919-555-0101 Ext. 7",
            "919-555-0101#4",
            "919-555-0101 / 919-555-0102",
        ] {
            assert_eq!(phone_number(text).as_deref(), Some("9195550101"), "{text}");
        }
    }

    #[test]
    fn what_the_plan_cannot_hold_is_no_number() {
        for text in [
            "",
            "none",
            "000-000-0000",
            "9999999999",
            "222 222 2222",
            "119-555-0101",
            "019-555-0101",
            "919-155-0101",
            "919-055-0101",
            "555-0101",
            "1234567890",
            "+44 20 7946 0018",
            "91955501011",
            "call the son",
        ] {
            assert_eq!(phone_number(text), None, "{text}");
        }
    }
}

//! Claim markers of frailty: families of diagnoses and ranges of equipment codes. Owns those lists; refuses
//! to weigh them.

/// The markers, in the order of their bits.
pub const FRAILTY_MARKERS: [&str; 8] =
    ["difficulty_walking", "weakness", "skin_ulcer", "hospital_bed", "wheelchair", "home_oxygen", "fall", "debility"];

/// Bits of a normalised ICD-10-CM code.
#[must_use]
pub fn diagnosis_markers(code: &str) -> u8 {
    let any = |prefixes: &[&str]| prefixes.iter().any(|p| code.starts_with(p));
    // Falls are W00 to W19 but W16, a dive into water.
    let fall = code.get(..3).is_some_and(|family| ("W00".."W20").contains(&family)) && !any(&["W16"]);
    u8::from(any(&["R26"]))
        | u8::from(any(&["R531", "M6281"])) << 1
        | u8::from(any(&["L89", "L97", "L984"])) << 2
        | u8::from(fall || any(&["R296", "Z9181"])) << 6
        | u8::from(any(&["R54"])) << 7
}

/// Bits of a HCPCS level II code of durable medical equipment.
#[must_use]
pub fn equipment_markers(hcpcs: &str) -> u8 {
    let (Some(letter), Some(Ok(number))) = (hcpcs.get(..1), hcpcs.get(1..).map(str::parse::<u32>)) else { return 0 };
    match (letter, number) {
        _ if hcpcs.len() != 5 => 0,
        ("E", 250..=304) => 1 << 3,
        ("E", 1130..=1298) | ("K", 1..=108) => 1 << 4,
        ("E", 424..=447 | 1390..=1392) => 1 << 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_ranges_end_where_they_say() {
        assert_eq!(
            ["R2689", "R531", "R530", "L8990", "W1830XA", "W161XXA", "W20XXXA", "R296", "R54"].map(diagnosis_markers),
            [1, 2, 0, 4, 64, 0, 0, 64, 128]
        );
        assert_eq!(
            ["E0249", "E0250", "E0304", "E0305", "K0001", "E1390", "99213", "E25", ""].map(equipment_markers),
            [0, 8, 8, 0, 16, 32, 0, 0, 0]
        );
    }
}

//! Hashes that mean the same on every machine. Owns tie-breaking and the hold-out draw; refuses to
//! know what is hashed.

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection on 64 bits.
#[must_use]
pub fn mix64(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A seeded hash of bytes: FNV-1a folded through [`mix64`].
#[must_use]
pub fn stable_hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut h = 0xCBF2_9CE4_8422_2325 ^ mix64(seed);
    for &b in bytes {
        h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    mix64(h)
}

/// A hash as a number in 0..1, by its highest 53 bits.
#[must_use]
pub fn unit(hash: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are held exactly")]
    let unit = (hash >> 11) as f64 / (1_u64 << 53) as f64;
    unit
}

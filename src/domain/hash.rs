//! Hashes that mean the same on every machine. Owns tie-breaking, the hold-out draw and the one finaliser behind every
//! draw of the house; refuses to know what is hashed.

/// What SplitMix64 adds at each step: 2^64 over the golden ratio, odd.
pub(super) const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195): a bijection on 64 bits with full
/// avalanche; 0 stays 0.
#[must_use]
pub fn finish64(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One whole step of SplitMix64 from a state: [`finish64`] of the state after it.
#[must_use]
pub fn mix64(state: u64) -> u64 {
    finish64(state.wrapping_add(GOLDEN))
}

/// FNV-1a (Fowler, Noll, Vo) over bytes, begun at its offset basis changed by `key`.
fn fnv1a(key: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325 ^ key, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// A seeded hash of bytes: FNV-1a folded through [`mix64`].
#[must_use]
pub fn stable_hash(seed: u64, bytes: &[u8]) -> u64 {
    mix64(fnv1a(mix64(seed), bytes))
}

/// A key of a text without a seed: FNV-1a folded through [`mix64`] (not cryptographic).
#[must_use]
pub fn text_key(text: &str) -> u64 {
    mix64(fnv1a(0, text.as_bytes()))
}

/// A hash as a number in 0..1, by its highest 53 bits.
#[must_use]
pub fn unit(hash: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are held exactly")]
    let unit = (hash >> 11) as f64 / (1_u64 << 53) as f64;
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_that_of_splitmix64() {
        // The first three numbers of the reference implementation seeded with 1234567.
        let states = [0_u64, 1, 2].map(|k| 1_234_567_u64.wrapping_add(GOLDEN.wrapping_mul(k)));
        let drawn = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(states.map(mix64), drawn);
    }

    #[test]
    fn hashes_are_those_of_an_independent_reading() {
        // FNV-1a of "a" is published with the hash; the others by a few lines of Python.
        assert_eq!(fnv1a(0, b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(stable_hash(0, b"member"), 0x3C27_7E89_7972_A1BB);
        assert_eq!(stable_hash(7, b""), 0x9559_EFA3_0F5D_9071);
        assert_eq!(text_key("member"), 0xFB98_6826_47D8_BEBE);
    }
}

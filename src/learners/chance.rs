//! Owns all pseudo-randomness of the learners: counter-based, so that a draw depends on its
//! address (seed, purpose, index) and never on who drew before. Refuses to know clocks or entropy.

/// `SplitMix64` finaliser (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195).
#[must_use]
pub fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A 64-bit draw at the address (`seed`, `a`, `b`).
#[must_use]
pub fn draw(seed: u64, a: u64, b: u64) -> u64 {
    mix(mix(mix(seed) ^ a) ^ b)
}

/// A draw below `n` (0 when `n` is 0); the bias is below 2⁻³² for any `n` under 2³².
#[must_use]
pub fn below(seed: u64, a: u64, b: u64, n: usize) -> usize {
    ((u128::from(draw(seed, a, b)) * n as u128) >> 64) as usize
}

/// FNV-1a over bytes, finished by [`mix`]: a stable 64-bit key of a text (not cryptographic).
#[must_use]
pub fn text_key(text: &str) -> u64 {
    let mut h = 0xCBF2_9CE4_8422_2325_u64;
    for b in text.as_bytes() {
        h = (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    mix(h)
}

/// `take` distinct positions below `n`, ascending, drawn at the address (`seed`, `a`).
#[must_use]
pub fn choose(seed: u64, a: u64, n: usize, take: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    let take = take.min(n);
    for i in 0..take {
        let j = i + below(seed, a, i as u64, n - i);
        all.swap(i, j);
    }
    all.truncate(take);
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_distinct_sorted_and_repeatable() {
        let a = choose(7, 3, 40, 12);
        assert_eq!(a, choose(7, 3, 40, 12));
        assert!(a.windows(2).all(|w| w[0] < w[1]) && a.len() == 12 && a[11] < 40);
        assert_ne!(a, choose(8, 3, 40, 12));
        assert_eq!(choose(7, 3, 4, 9), vec![0, 1, 2, 3]);
    }

    #[test]
    fn below_covers_its_range_evenly() {
        let mut seen = [0_u32; 7];
        for i in 0..7000 {
            seen[below(1, 2, i, 7)] += 1;
        }
        assert!(seen.iter().all(|&c| (850..1150).contains(&c)), "{seen:?}");
        assert_eq!(below(1, 2, 3, 0), 0);
    }
}

//! Owns the solver's randomness: a small seeded generator with the same numbers on every machine.
//! Refuses to use the clock, the operating system or floating-point library functions.

/// xoshiro256++ seeded by splitmix64.
#[derive(Debug, Clone)]
pub struct Random {
    s: [u64; 4],
}

impl Random {
    /// A generator for this seed and stream.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut z = seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03);
        let mut next = || {
            z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut x = z;
            x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            x ^ (x >> 31)
        };
        Self { s: [next(), next(), next(), next()] }
    }

    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.s;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number below `n` (0 when `n` is 0), from 32 random bits.
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        // The high half of a 32 × 32 bit product: no division, bias below n / 2^32.
        ((self.bits() >> 32).wrapping_mul(n as u64) >> 32) as usize
    }

    /// About −log2 of a uniform number in (0, 1]: exponential waiting times by leading zeros and a
    /// straight line between powers of two, exact in IEEE arithmetic.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let bits = self.bits() | 1;
        let zeros = bits.leading_zeros();
        let rest = (bits << zeros << 1) >> 12;
        #[allow(clippy::cast_precision_loss)] // 52 bits are exact
        let fraction = rest as f64 / 4_503_599_627_370_496.0;
        f64::from(zeros) + 1.0 - fraction
    }
}

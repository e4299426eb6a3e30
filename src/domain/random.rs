//! Every random number of the house: draws at an address, a stream of draws, and the solver's fast generator. Owns the
//! numbers, which are the same on every machine and in every version; refuses to know the clock and what a number is for.

use super::hash::{GOLDEN, finish64, mix64, unit};

/// A 64-bit draw at the address (`seed`, `a`, `b`): it never depends on who drew before.
#[must_use]
pub fn draw(seed: u64, a: u64, b: u64) -> u64 {
    mix64(mix64(mix64(seed) ^ a) ^ b)
}

/// A draw below `n` at an address (0 when `n` is 0); the bias is below 2⁻³² for any `n` under 2³².
#[must_use]
pub fn draw_below(seed: u64, a: u64, b: u64, n: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "below n")]
    let drawn = ((u128::from(draw(seed, a, b)) * n as u128) >> 64) as usize;
    drawn
}

/// `take` distinct positions below `n`, ascending, drawn at the address (`seed`, `a`).
#[must_use]
pub fn draw_positions(seed: u64, a: u64, n: usize, take: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    let take = take.min(n);
    for i in 0..take {
        let j = i + draw_below(seed, a, i as u64, n - i);
        all.swap(i, j);
    }
    all.truncate(take);
    all.sort_unstable();
    all
}

/// A number below `n` (0 when `n` is 0) from the higher half of 64 bits: no division, bias below n / 2³².
fn scale_below(bits: u64, n: usize) -> usize {
    ((bits >> 32).wrapping_mul(n as u64) >> 32) as usize
}

/// A stream of draws: SplitMix64 from a keyed start.
#[derive(Clone, Debug)]
pub struct Stream64 {
    state: u64,
}

impl Stream64 {
    /// The stream `stream`, number `n`, of one owner (a member, a block, a manager). Adding a draw to one stream never
    /// moves another.
    #[must_use]
    pub fn keyed(seed: u64, owner: u64, stream: impl Into<u64>, n: u64) -> Self {
        let key = mix64(seed) ^ finish64(owner.wrapping_mul(GOLDEN).wrapping_add(stream.into()));
        Self { state: finish64(key.wrapping_add(finish64(n.wrapping_add(0x5851_F42D_4C95_7F2D)))) }
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        let drawn = mix64(self.state);
        self.state = self.state.wrapping_add(GOLDEN);
        drawn
    }

    /// Uniform in `[0, 1)` with 53 bits.
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in `0..n` (0 when `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        scale_below(self.bits(), n)
    }

    /// Uniform whole number from `low` to `high`, both included.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        reason = "day counts"
    )]
    pub fn range(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low).max(0) as usize + 1) as i32
    }

    /// One of a list; lists here are static and never empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// An index drawn by weight; the last one when rounding leaves a rest.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (i, w) in weights.iter().enumerate() {
            left -= w;
            if left < 0.0 {
                return i;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// Standard normal (Box and Muller, through libm so that every machine agrees).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(core::f64::consts::TAU * self.unit())
    }

    /// Exponential waiting time with the given mean.
    pub fn waiting(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Poisson count (Knuth; the means here are small).
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let floor = libm::exp(-mean);
        let (mut count, mut product) = (0, self.unit());
        while product > floor && count < 60 {
            count += 1;
            product *= self.unit();
        }
        count
    }
}

/// xoshiro256++ (Blackman, Vigna 2019), seeded by SplitMix64: many numbers fast.
#[derive(Debug, Clone)]
pub struct Xoshiro256 {
    s: [u64; 4],
}

impl Xoshiro256 {
    /// A generator for this seed and stream.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut seeds = Stream64 { state: seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03) };
        Self { s: [seeds.bits(), seeds.bits(), seeds.bits(), seeds.bits()] }
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

    /// A number below `n` (0 when `n` is 0).
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        scale_below(self.bits(), n)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_distinct_sorted_and_repeatable() {
        let a = draw_positions(7, 3, 40, 12);
        assert_eq!(a, draw_positions(7, 3, 40, 12));
        assert!(a.windows(2).all(|w| w[0] < w[1]) && a.len() == 12 && a[11] < 40);
        assert_ne!(a, draw_positions(8, 3, 40, 12));
        assert_eq!(draw_positions(7, 3, 4, 9), vec![0, 1, 2, 3]);
    }

    #[test]
    fn below_covers_its_range_evenly() {
        let mut seen = [0_u32; 7];
        for i in 0..7000 {
            seen[draw_below(1, 2, i, 7)] += 1;
        }
        assert!(seen.iter().all(|&c| (850..1150).contains(&c)), "{seen:?}");
        assert_eq!(draw_below(1, 2, 3, 0), 0);
    }

    #[test]
    fn streams_are_those_of_an_independent_reading() {
        let mut stream = Stream64::keyed(1, 2, 3_u64, 4);
        assert_eq!([stream.bits(), stream.bits()], [0x9E15_9797_50D6_BD18, 0xA4EA_F337_E140_F58D]);
        let mut fast = Xoshiro256::new(5, 6);
        assert_eq!([fast.bits(), fast.bits()], [0x8408_0A69_95EE_4F4F, 0xD9E1_CAAF_B6ED_5642]);
    }
}

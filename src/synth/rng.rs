//! Numbers drawn by key, not by turn. Owns the counter-based generator: every draw is a pure function
//! of (seed, owner, stream, counter), so bytes never depend on threads, chunks or `as_of`.
//! Refuses to know what the numbers are used for.

/// What a stream of draws is for. One tag per process keeps processes independent: adding a draw to
/// one of them never moves another.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Stream {
    Block = 1,
    Person,
    Enrolment,
    Disease,
    Month,
    Stay,
    Claim,
    Detail,
    Visit,
    Emergency,
    Fill,
    Medication,
    Screening,
    Laboratory,
    Programme,
    Case,
    Authorization,
    Referral,
    Override,
    Feature,
    Manager,
    Instance,
    Mobility,
}

/// `SplitMix64` over a keyed start.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of `SplitMix64`: a bijection with full avalanche.
#[must_use]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream `stream`, number `n`, of one owner (a member, a block, a manager).
    #[must_use]
    pub fn keyed(seed: u64, owner: u64, stream: Stream, n: u64) -> Self {
        let key = mix(seed.wrapping_add(GOLDEN)) ^ mix(owner.wrapping_mul(GOLDEN).wrapping_add(stream as u64));
        Self { state: mix(key.wrapping_add(mix(n.wrapping_add(0x5851_F42D_4C95_7F2D)))) }
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in `[0, 1)` with 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in `0..n` (0 when `n` is 0).
    pub fn below(&mut self, n: usize) -> usize {
        (((self.bits() >> 32) * n as u64) >> 32) as usize
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

//! A probability and a percentile: two numbers that must not stand for each other. Owns their ranges; refuses to say of
//! what they are.

use serde::Serialize;

use super::record::record;

/// A probability, 0..1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Probability(f64);

/// A percentile rank, 0..100.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Percentile(f64);

record!(Probability(f64));
record!(Percentile(f64));

impl Probability {
    /// The probability of a number; `None` for one below 0, above 1 or that is no number.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The number, 0..1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Bits that order as probabilities do: they are never negative.
    #[must_use]
    pub const fn order_key(self) -> u64 {
        self.0.to_bits()
    }

    /// The lower of two.
    #[must_use]
    pub const fn at_most(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// The higher of two.
    #[must_use]
    pub const fn at_least(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

impl Percentile {
    /// The percentile of a number; `None` for one below 0, above 100 or that is no number.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=100.0).contains(&value).then_some(Self(value))
    }

    /// The rank of equals that stand from `below` to `upto` among `all`: 100 · (below + half the equals) / all; the lowest
    /// rank among nobody.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "populations stay far below 2^52")]
    pub fn of_rank(below: usize, upto: usize, all: usize) -> Self {
        if all == 0 {
            return Self(0.0);
        }
        Self((below as f64 + upto.saturating_sub(below) as f64 / 2.0) * 100.0 / all as f64)
    }

    /// The number, 0..100.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// It reaches a floor of 0..100.
    #[must_use]
    pub fn reaches(self, floor: f64) -> bool {
        self.0 >= floor
    }

    /// Points gained since an earlier one; negative when it fell.
    #[must_use]
    pub fn gain_since(self, earlier: Self) -> f64 {
        self.0 - earlier.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_is_refused() {
        assert_eq!(Probability::new(0.25).map(Probability::get), Some(0.25));
        for none in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Probability::new(none), None);
        }
        assert_eq!((Percentile::new(100.0).map(Percentile::get), Percentile::new(100.5)), (Some(100.0), None));
        let p = |v| Probability::new(v).expect("a probability");
        assert!(p(0.2).order_key() < p(0.3).order_key());
        assert_eq!((p(0.2).at_most(p(0.3)), p(0.2).at_least(p(0.3))), (p(0.2), p(0.3)));
        assert_eq!(serde_json::to_string(&p(0.5)).expect("json"), "0.5");
        assert_eq!(Percentile::of_rank(0, 2, 4).get().to_bits(), 25.0_f64.to_bits());
    }
}

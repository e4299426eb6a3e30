//! Owns the map between probabilities and log-odds, by the portable `libm`, so that every machine agrees.
//! Refuses to know what a probability is of.

/// `1 / (1 + e^-x)` by the portable `libm`, so that every machine agrees.
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// `ln(1 + e^x)` without overflow.
#[must_use]
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// Probabilities are clipped to `[CLIP, 1 - CLIP]` before a logit is taken.
pub const CLIP: f64 = 1e-6;

/// Log-odds of a clipped probability.
#[must_use]
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(CLIP, 1.0 - CLIP);
    libm::log(p / (1.0 - p))
}

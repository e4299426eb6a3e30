//! How far rows have moved since training: the population stability index by feature and for the score. Owns
//! the bins and the index; refuses to say what moved them.

use serde::{Deserialize, Serialize};

use crate::models::trained::Spread;

/// Bins of a spread besides missing.
const BINS: usize = 10;
/// Shares are floored at this, so that an empty bin does not give an infinite index.
const FLOOR: f64 = 1e-4;

/// The index of one feature or the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Feature, or `score`.
    pub name: String,
    /// Population stability index: under 0.1 little, over 0.25 much.
    pub psi: f64,
}

/// Spread of values under weights: borders at tenths of the known values.
#[must_use]
pub fn spread_of(name: &str, values: &[f32], weights: &[f32]) -> Spread {
    let mut known: Vec<(f32, f64)> =
        values.iter().zip(weights).filter(|(v, _)| !v.is_nan()).map(|(v, w)| (*v, f64::from(*w))).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = known.iter().map(|k| k.1).sum();
    let (mut borders, mut acc, mut next) = (Vec::new(), 0.0, 1);
    for (v, w) in &known {
        acc += w;
        if next < BINS && acc >= total * next as f64 / BINS as f64 {
            if borders.last().is_none_or(|b| b < v) {
                borders.push(*v);
            }
            while next < BINS && acc >= total * next as f64 / BINS as f64 {
                next += 1;
            }
        }
    }
    let shares = bin_shares(&borders, values, Some(weights));
    Spread { name: name.to_owned(), borders, shares }
}

fn bin_shares(borders: &[f32], values: &[f32], weights: Option<&[f32]>) -> Vec<f64> {
    let mut out = vec![0.0; borders.len() + 2];
    let mut total = 0.0;
    for (i, v) in values.iter().enumerate() {
        let w = weights.and_then(|w| w.get(i)).map_or(1.0, |w| f64::from(*w));
        let bin = if v.is_nan() { 0 } else { 1 + borders.partition_point(|b| b < v) };
        out[bin] += w;
        total += w;
    }
    out.iter().map(|s| if total > 0.0 { s / total } else { 0.0 }).collect()
}

/// The index of new values against a spread.
#[must_use]
pub fn drift(spread: &Spread, values: &[f32]) -> Drift {
    let now = bin_shares(&spread.borders, values, None);
    let psi = spread
        .shares
        .iter()
        .zip(&now)
        .map(|(a, b)| {
            let (a, b) = (a.max(FLOOR), b.max(FLOOR));
            (b - a) * libm::log(b / a)
        })
        .sum();
    Drift { name: spread.name.clone(), psi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_do_not_drift_and_shifted_ones_do() {
        let v: Vec<f32> = (0..1000_i16).map(f32::from).collect();
        let s = spread_of("x", &v, &vec![1.0; 1000]);
        assert_eq!(s.borders.len(), 9);
        assert!(drift(&s, &v).psi.abs() < 1e-12);
        let shifted: Vec<f32> = v.iter().map(|x| x + 300.0).collect();
        assert!(drift(&s, &shifted).psi > 0.25);
        let gone = vec![f32::NAN; 1000];
        assert!(drift(&s, &gone).psi > 1.0);
    }

    #[test]
    fn two_halves_by_hand() {
        // Half the training rows in each of two bins, a quarter and three quarters now.
        let s = Spread { name: "x".into(), borders: vec![0.5], shares: vec![0.0, 0.5, 0.5] };
        let psi = drift(&s, &[0.0, 1.0, 1.0, 1.0]).psi;
        let wanted = -0.25 * libm::log(0.5) + 0.25 * libm::log(1.5);
        assert!((psi - wanted).abs() < 1e-12);
    }
}

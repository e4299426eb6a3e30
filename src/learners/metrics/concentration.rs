//! Owns how events concentrate at the top of any ranking. Refuses to know whether its values are probabilities.

use serde::{Deserialize, Serialize};

/// Lengths of lists that are told, in percent of the rows.
const LENGTHS: [f64; 12] = [0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0];

/// What the top of a ranking holds at one length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ConcentrationPoint {
    /// Length in percent of the rows.
    pub percent: f64,
    /// Rows on the list: `ceil(percent * n / 100)`.
    pub listed: usize,
    /// Events on it.
    pub events: usize,
    /// Events on it / all events.
    pub sensitivity: f64,
}

/// The concentration curve of a ranking (a Lorenz curve of events, highest value first). A missing value ranks lowest,
/// ties by row. Empty without rows or events, or of unequal lengths.
#[must_use]
pub fn concentration_curve(values: &[f64], y: &[bool]) -> Vec<ConcentrationPoint> {
    let all = y.iter().filter(|y| **y).count();
    if values.len() != y.len() || all == 0 {
        return Vec::new();
    }
    let value = |i: usize| if values[i].is_nan() { f64::NEG_INFINITY } else { values[i] };
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
    let mut held = Vec::with_capacity(order.len() + 1);
    held.push(0_usize);
    for row in order {
        held.push(held[held.len() - 1] + usize::from(y[row]));
    }
    let at = |percent: f64| {
        // The small slack keeps 5 % of 100 rows at 5, whatever the division rounds to.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the number of rows")]
        let listed = ((percent * y.len() as f64 / 100.0 - 1e-9).ceil() as usize).min(y.len());
        ConcentrationPoint { percent, listed, events: held[listed], sensitivity: held[listed] as f64 / all as f64 }
    };
    LENGTHS.into_iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_holds_what_was_counted_by_hand() {
        // 200 rows; events at ranks 1, 2, 4, 20 and one without a value.
        let mut values: Vec<f64> = (0..200).map(|i| -f64::from(i)).collect();
        let mut y = vec![false; 200];
        for rank in [1, 2, 4, 20] {
            y[rank - 1] = true;
        }
        values[7] = f64::NAN;
        y[7] = true;
        let curve = concentration_curve(&values, &y);
        let told: Vec<(usize, usize)> = curve.iter().map(|p| (p.listed, p.events)).collect();
        assert_eq!(
            told,
            [(1, 1), (2, 2), (4, 3), (6, 3), (10, 3), (15, 3), (20, 4), (30, 4), (40, 4), (60, 4), (100, 4), (200, 5)]
        );
        assert!((curve[6].sensitivity - 0.8).abs() < 1e-15);
        assert!(concentration_curve(&values, &[false; 200]).is_empty());
    }
}

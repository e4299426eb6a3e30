//! Owns metrics that depend on the order of predictions. Refuses to know their calibration.

use serde::{Deserialize, Serialize};

/// Predictions sorted once, for many weighted readings.
pub(super) struct Sorted {
    /// Row numbers by (probability, id) ascending.
    pub(super) ascending: Vec<u32>,
    /// Row numbers by probability descending, then id ascending.
    pub(super) descending: Vec<u32>,
}

impl Sorted {
    /// Sorts rows; `id_rank[row]` breaks ties.
    pub(super) fn new(p: &[f64], id_rank: &[u32]) -> Self {
        let mut ascending: Vec<u32> = (0..u32::try_from(p.len()).unwrap_or(u32::MAX)).collect();
        let mut descending = ascending.clone();
        let (at, id) = (|i: u32| p[i as usize], |i: u32| id_rank[i as usize]);
        ascending.sort_unstable_by(|&a, &b| at(a).total_cmp(&at(b)).then(id(a).cmp(&id(b))));
        descending.sort_unstable_by(|&a, &b| at(b).total_cmp(&at(a)).then(id(a).cmp(&id(b))));
        Self { ascending, descending }
    }
}

/// AUROC with mid-ranks for ties; `counts[row]` is how often a row counts. NaN with one class only.
pub(super) fn auroc(sorted: &Sorted, p: &[f64], y: &[bool], counts: &[f64]) -> f64 {
    let (mut below, mut wins, mut events) = (0.0, 0.0, 0.0);
    let mut at = 0;
    while let Some(&first) = sorted.ascending.get(at) {
        let value = p[first as usize];
        let (mut e, mut n) = (0.0, 0.0);
        while let Some(&row) = sorted.ascending.get(at).filter(|&&r| p[r as usize] == value) {
            let c = counts[row as usize];
            if y[row as usize] {
                e += c
            } else {
                n += c
            }
            at += 1;
        }
        wins += e * (below + 0.5 * n);
        below += n;
        events += e;
    }
    wins / (events * below)
}

/// AUROC of any ranking (a missing value ranks lowest); `None` with one class only or unequal lengths.
#[must_use]
pub fn ranking_auroc(values: &[f64], y: &[bool]) -> Option<f64> {
    if values.len() != y.len() {
        return None;
    }
    let p: Vec<f64> = values.iter().map(|v| if v.is_nan() { f64::NEG_INFINITY } else { *v }).collect();
    let rank: Vec<u32> = (0..u32::try_from(p.len()).unwrap_or(u32::MAX)).collect();
    let out = auroc(&Sorted::new(&p, &rank), &p, y, &vec![1.0; p.len()]);
    out.is_finite().then_some(out)
}

/// Average precision: the step sum of precision over gains in recall; ties are one step.
pub(super) fn average_precision(sorted: &Sorted, p: &[f64], y: &[bool], counts: &[f64]) -> f64 {
    let (mut taken, mut hits, mut sum) = (0.0, 0.0, 0.0);
    let mut at = 0;
    while let Some(&first) = sorted.descending.get(at) {
        let value = p[first as usize];
        let before = hits;
        while let Some(&row) = sorted.descending.get(at).filter(|&&r| p[r as usize] == value) {
            let c = counts[row as usize];
            taken += c;
            hits += if y[row as usize] { c } else { 0.0 };
            at += 1;
        }
        if taken > 0.0 {
            sum += (hits - before) * hits / taken;
        }
    }
    sum / hits
}

/// What the top `percent` of predictions holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TopShare {
    /// Size of the list in percent of the rows.
    pub percent: f64,
    /// Rows on the list, or what they stand for: `ceil(percent * n / 100)`.
    pub listed: usize,
    /// Events on the list / rows on it.
    pub ppv: f64,
    /// Events on the list / all events.
    pub sensitivity: f64,
    /// PPV / prevalence.
    pub lift: f64,
    /// Probability of the last row on the list.
    pub threshold: f64,
}

/// Reads the top share off the order.
pub(super) fn top_share(sorted: &Sorted, p: &[f64], y: &[bool], counts: &[f64], percent: f64) -> TopShare {
    let total: f64 = counts.iter().sum();
    let events: f64 = counts.iter().zip(y).filter(|(_, y)| **y).map(|(c, _)| c).sum();
    // the small slack keeps 5 % of 100 rows at 5, whatever the division rounds to
    let listed = (percent * total / 100.0 - 1e-9).ceil().max(0.0);
    let (mut left, mut hits, mut threshold) = (listed, 0.0, f64::NAN);
    for &row in &sorted.descending {
        if left <= 0.0 {
            break;
        }
        let c = counts[row as usize].min(left);
        if c > 0.0 {
            threshold = p[row as usize];
        }
        left -= c;
        hits += if y[row as usize] { c } else { 0.0 };
    }
    let ppv = hits / listed;
    TopShare {
        percent,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole count of rows")]
        listed: listed as usize,
        ppv,
        sensitivity: hits / events,
        lift: ppv / (events / total),
        threshold,
    }
}

//! Owns the cut of columns into at most 255 bins plus the missing bin, and the bin matrix.
//! Refuses to know labels: the cut is unsupervised.

use crate::domain::mix64;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Bins of a numeric feature besides missing.
const MAX_BINS: usize = 255;
/// Least weight of a bin where values are few.
const MIN_BIN_WEIGHT: f64 = 3.0;
/// Rows looked at for the borders.
const BORDER_SAMPLE: usize = 400_000;

/// How one feature becomes bins. Bin 0 is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureBins {
    /// Value `x` is in bin `1 + (borders below x)`; a value equal to a border lies left of it.
    Numeric {
        /// Strictly rising, at most 254.
        borders: Vec<f32>,
    },
    /// Code `c` is bin `c`.
    Categorical {
        /// Highest code.
        levels: u8,
    },
}

impl FeatureBins {
    /// Bins in use, the missing bin included (1 to 256).
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Numeric { borders } => borders.len() + 2,
            Self::Categorical { levels } => usize::from(*levels) + 1,
        }
    }

    /// Whether bins carry no order.
    #[must_use]
    pub fn is_categorical(&self) -> bool {
        matches!(self, Self::Categorical { .. })
    }

    /// Learns the borders of a numeric column (NaN is missing) under optional row weights.
    #[must_use]
    pub fn fit_numeric(values: &[f32], weights: Option<&[f32]>) -> Self {
        let step = values.len().div_ceil(BORDER_SAMPLE).max(1) as u64;
        let mut seen: Vec<(f32, f32)> = values
            .iter()
            .enumerate()
            .filter(|(i, v)| !v.is_nan() && (step == 1 || mix64(*i as u64).is_multiple_of(step)))
            .map(|(i, v)| (*v + 0.0, weights.map_or(1.0, |w| w[i])))
            .collect();
        seen.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut distinct: Vec<(f32, f64)> = Vec::new();
        for (v, w) in seen {
            match distinct.last_mut() {
                Some(last) if last.0 == v => last.1 += f64::from(w),
                _ => distinct.push((v, f64::from(w))),
            }
        }
        Self::Numeric { borders: find_borders(&distinct) }
    }

    /// The bin of a value.
    #[must_use]
    pub fn bin(&self, x: f32) -> u8 {
        match self {
            Self::Numeric { borders } if !x.is_nan() => {
                u8::try_from(1 + borders.partition_point(|b| *b < x)).unwrap_or(u8::MAX)
            }
            _ => 0,
        }
    }
}

/// Borders between distinct values: each value alone where they are few, equal weight otherwise.
fn find_borders(distinct: &[(f32, f64)]) -> Vec<f32> {
    let mut rest: f64 = distinct.iter().map(|d| d.1).sum();
    let few = distinct.len() <= MAX_BINS;
    let (mut out, mut acc) = (Vec::new(), 0.0);
    for (i, pair) in distinct.windows(2).enumerate() {
        acc += pair[0].1;
        let bins_left = (MAX_BINS - out.len()) as f64;
        let fair = rest / bins_left;
        let next_is_heavy = pair[1].1 >= fair;
        let full = if few { acc >= MIN_BIN_WEIGHT } else { acc >= fair || (next_is_heavy && acc >= fair * 0.5) };
        // whatever follows must be able to fill a bin of its own
        let tail_ok = !few || i + 2 < distinct.len() || pair[1].1 >= MIN_BIN_WEIGHT;
        if full && tail_ok && out.len() < MAX_BINS - 1 {
            out.push(border_between(pair[0].0, pair[1].0));
            rest -= acc;
            acc = 0.0;
        }
    }
    out
}

/// A border `b` with `lo <= b < hi`, halfway where floats allow.
fn border_between(lo: f32, hi: f32) -> f32 {
    let mid = f64::midpoint(f64::from(lo), f64::from(hi)) as f32;
    if mid >= lo && mid < hi { mid } else { lo }
}

/// A row-major matrix of bins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binned {
    rows: usize,
    cols: usize,
    data: Vec<u8>,
}

/// One encoded column as the booster takes it.
#[derive(Debug, Clone, Copy)]
pub enum BinSource<'a> {
    /// Numbers, NaN for missing.
    Numeric(&'a [f32]),
    /// Codes, 0 for missing; a code above the known levels falls into the highest (rare) one.
    Codes(&'a [u8]),
}

impl Binned {
    /// Cuts columns of equal length by fitted bins; surplus columns or rows are cut off.
    #[must_use]
    pub fn build(bins: &[FeatureBins], columns: &[BinSource<'_>], rows: usize) -> Self {
        let cols = bins.len().min(columns.len());
        let mut data = vec![0_u8; rows * cols];
        if cols > 0 {
            const CHUNK: usize = 2048;
            data.par_chunks_mut(CHUNK * cols).enumerate().for_each(|(c, part)| {
                for (k, (source, how)) in columns.iter().zip(bins).enumerate() {
                    fill_bins(part, cols, k, c * CHUNK, source, how);
                }
            });
        }
        Self { rows, cols, data }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of features.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The bins of one row (empty beyond the end).
    #[must_use]
    pub fn row(&self, row: usize) -> &[u8] {
        self.data.get(row * self.cols..(row + 1) * self.cols).unwrap_or(&[])
    }

    /// The bins of `count` rows from `start`, row after row (clipped to the end).
    #[must_use]
    pub fn slice(&self, start: usize, count: usize) -> &[u8] {
        let end = (start + count).min(self.rows) * self.cols;
        self.data.get((start * self.cols).min(end)..end).unwrap_or(&[])
    }
}

fn fill_bins(part: &mut [u8], cols: usize, k: usize, from: usize, source: &BinSource<'_>, how: &FeatureBins) {
    let cells = part.iter_mut().skip(k).step_by(cols);
    match (source, how) {
        (BinSource::Numeric(v), FeatureBins::Numeric { .. }) => {
            for (cell, x) in cells.zip(v.get(from..).unwrap_or(&[])) {
                *cell = how.bin(*x);
            }
        }
        (BinSource::Codes(v), FeatureBins::Categorical { levels }) => {
            for (cell, c) in cells.zip(v.get(from..).unwrap_or(&[])) {
                *cell = (*c).min(*levels);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_get_a_bin_each_and_missing_is_zero() {
        let v: Vec<f32> = (0..40).map(|i| (i % 4) as f32).chain([f32::NAN]).collect();
        let b = FeatureBins::fit_numeric(&v, None);
        assert_eq!(b, FeatureBins::Numeric { borders: vec![0.5, 1.5, 2.5] });
        assert_eq!([f32::NAN, -9.0, 0.5, 0.6, 3.0, 99.0].map(|x| b.bin(x)), [0, 1, 1, 2, 4, 4]);
        assert_eq!(b.count(), 5);
    }

    #[test]
    fn many_values_share_bins_of_like_size() {
        let v: Vec<f32> = (0..100_000).map(|i| (i as f32).sqrt()).collect();
        let b = FeatureBins::fit_numeric(&v, None);
        assert!(b.count() <= 256 && b.count() > 250);
        let mut n = vec![0; 256];
        for x in &v {
            n[usize::from(b.bin(*x))] += 1;
        }
        let used: Vec<i32> = n.into_iter().filter(|c| *c > 0).collect();
        assert!(used.iter().all(|c| (200..700).contains(c)), "{used:?}");
    }

    #[test]
    fn a_heavy_value_keeps_its_own_bin() {
        let v: Vec<f32> = (0..10_000).map(|i| if i % 2 == 0 { 0.0 } else { i as f32 }).collect();
        let b = FeatureBins::fit_numeric(&v, None);
        assert_ne!(b.bin(0.0), b.bin(1.0));
        assert!(b.count() > 200);
    }
}

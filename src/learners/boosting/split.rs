//! Owns the search for the best split of one leaf on one feature, missing values and sorted
//! levels included. Refuses to know rows: it sees histograms only.

use super::histogram::{Bin, Scale};
use super::params::BoosterSettings;
use super::tree::BinSet;

/// What a leaf brings to the search.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeafStats {
    /// Fixed-point sums of the leaf.
    pub(super) sum: Bin,
    /// Weighted rows.
    pub(super) rows: f64,
    /// Bounds that monotone splits above it set on its value.
    pub(super) bounds: [f64; 2],
    /// Its present value, before shrinkage.
    pub(super) value: f64,
}

/// A split worth making.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) gain: f64,
    pub(super) feature: usize,
    pub(super) left_bins: BinSet,
    pub(super) left: Bin,
    pub(super) values: [f64; 2],
}

/// The search on one leaf.
pub(super) struct Search<'a> {
    params: &'a BoosterSettings,
    scale: &'a Scale,
    leaf: LeafStats,
    /// Weighted rows per unit of hessian.
    rows_per_hessian: f64,
    parent_score: f64,
}

impl<'a> Search<'a> {
    pub(super) fn new(params: &'a BoosterSettings, scale: &'a Scale, leaf: LeafStats) -> Self {
        let (g, h) = scale.open(leaf.sum);
        let parent_score = loss_saved(g, h, params.l2, leaf.value);
        let rows_per_hessian = if h > 0.0 { leaf.rows / h } else { 0.0 };
        Self { params, scale, leaf, rows_per_hessian, parent_score }
    }

    /// Best split on a feature, or none that gains and keeps both children large enough.
    pub(super) fn best(&self, feature: usize, bins: &[Bin], categorical: bool) -> Option<Candidate> {
        if categorical { self.by_levels(feature, bins) } else { self.by_order(feature, bins) }
    }

    fn rows(&self, h: f64) -> f64 {
        h * self.rows_per_hessian
    }

    /// Gain and child values of a left sum, or none where a child is too small or a direction is broken.
    fn judge(&self, left: Bin, extra_l2: f64, direction: i8) -> Option<(f64, [f64; 2])> {
        let right = [self.leaf.sum[0] - left[0], self.leaf.sum[1] - left[1]];
        let ((gl, hl), (gr, hr)) = (self.scale.open(left), self.scale.open(right));
        let p = self.params;
        if hl.min(hr) < p.min_child_hessian || self.rows(hl.min(hr)) < p.min_child_rows {
            return None;
        }
        let l2 = p.l2 + extra_l2;
        let values = [self.value(gl, hl, l2), self.value(gr, hr, l2)];
        if (direction > 0 && values[0] > values[1]) || (direction < 0 && values[0] < values[1]) {
            return None;
        }
        let gain = loss_saved(gl, hl, l2, values[0]) + loss_saved(gr, hr, l2, values[1]) - self.parent_score;
        (gain > 1e-9).then_some((gain, values))
    }

    fn value(&self, g: f64, h: f64, l2: f64) -> f64 {
        let mut v = -g / (h + l2);
        if self.params.path_smooth > 0.0 {
            let n = self.rows(h);
            v = (v * n + self.leaf.value * self.params.path_smooth) / (n + self.params.path_smooth);
        }
        v.max(self.leaf.bounds[0]).min(self.leaf.bounds[1])
    }

    /// Splits along the order of bins, with missing on either side.
    fn by_order(&self, feature: usize, bins: &[Bin]) -> Option<Candidate> {
        let direction = self.params.direction(feature);
        let missing = bins.first().copied().unwrap_or([0, 0]);
        let has_missing = missing[1] != 0;
        let mut best: Option<(f64, [f64; 2], Bin, usize, bool)> = None;
        for missing_left in [false, true] {
            if missing_left && !has_missing {
                break;
            }
            let mut left = if missing_left { missing } else { [0, 0] };
            for (b, bin) in bins.iter().enumerate() {
                if b > 0 {
                    if bin[1] == 0 {
                        continue;
                    }
                    left = [left[0] + bin[0], left[1] + bin[1]];
                }
                // missing against all values says nothing about a direction
                let way = if b == 0 { 0 } else { direction };
                if let Some((gain, values)) = self.judge(left, 0.0, way)
                    && best.as_ref().is_none_or(|x| gain > x.0)
                {
                    best = Some((gain, values, left, b, missing_left));
                }
            }
        }
        let (gain, values, left, upto, mut missing_left) = best?;
        if !has_missing {
            missing_left = 2 * left[1] > self.leaf.sum[1];
        }
        let mut set = BinSet::EMPTY;
        for b in 1..=upto {
            set.add(u8::try_from(b).unwrap_or(u8::MAX));
        }
        if missing_left {
            set.add(0);
        }
        Some(Candidate { gain, feature, left_bins: set, left, values })
    }

    /// One level against the rest, or a run of levels sorted by their gradient.
    fn by_levels(&self, feature: usize, bins: &[Bin]) -> Option<Candidate> {
        let used: Vec<usize> = (0..bins.len()).filter(|&b| bins[b][1] != 0).collect();
        if used.len() <= self.params.one_hot_levels {
            let mut best: Option<Candidate> = None;
            for &b in &used {
                if let Some((gain, values)) = self.judge(bins[b], 0.0, 0)
                    && best.as_ref().is_none_or(|x| gain > x.gain)
                {
                    let mut set = BinSet::EMPTY;
                    set.add(u8::try_from(b).unwrap_or(u8::MAX));
                    best = Some(Candidate { gain, feature, left_bins: set, left: bins[b], values });
                }
            }
            return best;
        }
        self.by_sorted_levels(feature, bins, &used)
    }

    fn by_sorted_levels(&self, feature: usize, bins: &[Bin], used: &[usize]) -> Option<Candidate> {
        let p = self.params;
        let mut sorted: Vec<(f64, usize)> = used
            .iter()
            .map(|&b| (self.scale.open(bins[b]), b))
            .filter(|((_, h), _)| self.rows(*h) >= p.cat_smooth)
            .map(|((g, h), b)| (g / (h + p.cat_smooth), b))
            .collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let longest = p.max_levels.min(sorted.len().div_ceil(2));
        let mut best: Option<(f64, [f64; 2], Bin, usize, bool)> = None;
        for backwards in [false, true] {
            let (mut left, mut group) = ([0_i64; 2], 0.0);
            for taken in 0..longest {
                let at = if backwards { sorted.len() - 1 - taken } else { taken };
                let bin = bins[sorted[at].1];
                left = [left[0] + bin[0], left[1] + bin[1]];
                group += self.rows(self.scale.open(bin).1);
                if group < p.min_rows_per_group {
                    continue;
                }
                let right_rows = self.rows(self.scale.open([0, self.leaf.sum[1] - left[1]]).1);
                if right_rows < p.min_rows_per_group {
                    break;
                }
                if let Some((gain, values)) = self.judge(left, p.cat_l2, 0) {
                    group = 0.0;
                    if best.as_ref().is_none_or(|x| gain > x.0) {
                        best = Some((gain, values, left, taken, backwards));
                    }
                }
            }
        }
        let (gain, values, left, taken, backwards) = best?;
        let mut set = BinSet::EMPTY;
        for i in 0..=taken {
            let at = if backwards { sorted.len() - 1 - i } else { i };
            set.add(u8::try_from(sorted[at].1).unwrap_or(u8::MAX));
        }
        Some(Candidate { gain, feature, left_bins: set, left, values })
    }
}

/// Twice the loss a node saves at value `v`: `-(2 g v + (h + l2) v²)`.
fn loss_saved(g: f64, h: f64, l2: f64, v: f64) -> f64 {
    -(2.0 * g * v + (h + l2) * v * v)
}

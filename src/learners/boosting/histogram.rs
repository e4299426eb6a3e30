//! Owns gradient histograms in exact integer arithmetic: because integer sums do not depend on
//! their order, every histogram, split and tree is bit-equal at any thread count.
//! Refuses to know what a good split is.
//!
//! A row's gradient and hessian are rounded to fixed point and packed into one `i64`
//! (gradient in the high half, hessian in the low half), so that one addition moves both.

use super::bins::Binned;
use rayon::prelude::*;

/// Features that share one block of the tree's own row-major copy.
pub(super) const WIDTH: usize = 8;
/// Bits of a packed half.
const HALF: u32 = 32;
/// Resolution of one row's share, in bits.
const BITS: i32 = 18;
/// Weighted rows that fit a packed sum; one below 2^13, so that even all-extreme rows stay below 2^31.
const CHUNK: usize = 8191;
/// Chunks shrink with the weight up to here; beyond it the resolution does.
const FULL_WEIGHT: f64 = 32.0;

/// Bins of up to [`WIDTH`] features, row after row.
pub(super) type Cells = Vec<[u8; WIDTH]>;

/// One bin: sum of gradients and of hessians, in fixed point.
pub(super) type Bin = [i64; 2];

/// How gradients and hessians map to integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    grad: f64,
    hess: f64,
    /// Reciprocals; exact, because all scales are powers of two.
    open: [f64; 2],
    chunk: usize,
}

impl Scale {
    /// A scale for `|gradient| <= max_grad`, `hessian <= max_hess` (per unit weight) and weights
    /// up to `max_weight`. All factors are powers of two, so weights 1, 2, 3 … and duplicated rows
    /// give the same integers.
    pub(super) fn new(max_grad: f64, max_hess: f64, max_weight: f64) -> Self {
        let up = |x: f64| if x.is_finite() && x > 0.0 { libm::exp2(libm::ceil(libm::log2(x))) } else { 1.0 };
        let weight = up(max_weight);
        let spread = weight.clamp(1.0, FULL_WEIGHT);
        let unit = libm::exp2(f64::from(BITS)) * spread / weight;
        let (grad, hess) = (unit / up(max_grad), unit / up(max_hess));
        Self { grad, hess, open: [1.0 / grad, 1.0 / hess], chunk: CHUNK / spread as usize }
    }

    /// Packs one row of weight 1.
    pub(super) fn pack_unit(&self, gradient: f64, hessian: f64) -> i64 {
        let (g, h) = (nearest_integer(gradient * self.grad), nearest_integer(hessian * self.hess).max(1));
        (g << HALF).wrapping_add(h)
    }

    /// Packs one row.
    pub(super) fn pack(&self, gradient: f64, hessian: f64, weight: f64) -> i64 {
        let (g, h) = (nearest_integer(gradient * self.grad), nearest_integer(hessian * self.hess).max(1));
        (nearest_integer(g as f64 * weight) << HALF).wrapping_add(nearest_integer(h as f64 * weight))
    }

    /// Fixed point back to units.
    pub(super) fn open(&self, bin: Bin) -> (f64, f64) {
        (bin[0] as f64 * self.open[0], bin[1] as f64 * self.open[1])
    }
}

/// The nearest integer, ties to even, for `|x| < 2^51`: adding 1.5 * 2^52 leaves no room for a
/// fraction, and the integer then stands in the low bits.
fn nearest_integer(x: f64) -> i64 {
    const ROOM: f64 = 6_755_399_441_055_744.0;
    (x + ROOM).to_bits().cast_signed() - ROOM.to_bits().cast_signed()
}

/// Splits a packed sum into its halves.
fn unpack_bin(packed: i64) -> Bin {
    let h = packed & 0xFFFF_FFFF;
    [packed.wrapping_sub(h) >> HALF, h]
}

/// A tree's own copy of up to [`WIDTH`] sampled features over its sampled rows.
#[derive(Debug)]
pub(super) struct Block {
    /// Features (columns of the bin matrix) in this block.
    pub(super) features: Vec<usize>,
    /// Bins of each feature.
    pub(super) counts: Vec<usize>,
    /// Start of each feature in a histogram of the block; the last entry is its length.
    pub(super) starts: Vec<usize>,
    cells: Cells,
}

impl Block {
    /// An empty block for these features.
    /// `buffer` may hold cells of an earlier tree; its memory is used again.
    pub(super) fn new(features: Vec<usize>, counts: Vec<usize>, buffer: Cells) -> Self {
        let mut starts = vec![0];
        for c in &counts {
            starts.push(starts.last().copied().unwrap_or(0) + c);
        }
        Self { features, counts, starts, cells: buffer }
    }

    /// The bin of feature `k` of the block at a row position.
    pub(super) fn bin(&self, position: usize, k: usize) -> u8 {
        self.cells[position][k]
    }

    /// Gives the memory back for the next tree.
    pub(super) fn into_buffer(self) -> Cells {
        self.cells
    }

    /// Length of the block's histogram.
    pub(super) fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }
}

/// Copies the sampled rows into all blocks, in parallel over row chunks.
pub(super) fn load(blocks: &mut [Block], data: &Binned, rows: &[u32]) {
    const PART: usize = 4096;
    for block in blocks {
        block.cells.resize(rows.len(), [0; WIDTH]);
        // a short block repeats its first feature; those lanes are never read
        let first = block.features.first().copied().unwrap_or(0);
        let features: [usize; WIDTH] = std::array::from_fn(|k| block.features.get(k).copied().unwrap_or(first));
        block.cells.par_chunks_mut(PART).zip(rows.par_chunks(PART)).for_each(|(cells, rows)| {
            for (cell, &row) in cells.iter_mut().zip(rows) {
                let bins = data.row(row as usize);
                *cell = std::array::from_fn(|k| bins[features[k]]);
            }
        });
    }
}

/// Histogram of one block over the row positions `at`.
pub(super) fn build(block: &Block, packed: &[i64], at: &[u32], scale: &Scale) -> Vec<Bin> {
    let mut out = vec![[0_i64; 2]; block.len()];
    let mut sums = [[0_i64; 256]; WIDTH];
    for part in at.chunks(scale.chunk.max(1)) {
        add_rows(&block.cells, packed, part, &mut sums);
        for (k, sum) in sums.iter_mut().enumerate() {
            let n = block.counts.get(k).copied().unwrap_or(1);
            let start = block.starts.get(k).copied().unwrap_or(0);
            if k < block.features.len() {
                for (to, s) in out[start..start + n].iter_mut().zip(sum.iter()) {
                    let [g, h] = unpack_bin(*s);
                    to[0] += g;
                    to[1] += h;
                }
            }
            if k < block.features.len() { sum[..n].fill(0) } else { sum.fill(0) }
        }
    }
    out
}

/// The hot loop: eight bins of a row receive its packed gradient.
fn add_rows(cells: &[[u8; WIDTH]], packed: &[i64], at: &[u32], sums: &mut [[i64; 256]; WIDTH]) {
    for &i in at {
        let v = packed[i as usize];
        let row = &cells[i as usize];
        for k in 0..WIDTH {
            let cell = &mut sums[k][usize::from(row[k])];
            *cell = cell.wrapping_add(v);
        }
    }
}

/// `whole -= part`, exactly.
pub(super) fn subtract(whole: &mut [Bin], part: &[Bin]) {
    for (w, p) in whole.iter_mut().zip(part) {
        w[0] -= p[0];
        w[1] -= p[1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_signs_and_sums() {
        let s = Scale::new(1.0, 0.25, 1.0);
        let rows = [(-0.9, 0.2), (0.4, 0.1), (-0.25, 0.25), (0.999, 0.001)];
        let sum = rows.iter().fold(0_i64, |a, r| a.wrapping_add(s.pack(r.0, r.1, 1.0)));
        let (g, h) = s.open(unpack_bin(sum));
        assert!((g - 0.249).abs() < 1e-5 && (h - 0.551).abs() < 1e-5, "{g} {h}");
    }

    #[test]
    fn a_full_chunk_of_extremes_does_not_overflow() {
        for w in [1.0, 2.0, 31.0, 1000.0, 0.001] {
            let s = Scale::new(1.0, 0.25, w);
            let n = s.chunk;
            for g in [-1.0, 1.0] {
                let sum = (0..n).fold(0_i64, |a, _| a.wrapping_add(s.pack(g, 0.25, w)));
                let (gs, hs) = s.open(unpack_bin(sum));
                let want = n as f64 * w;
                assert!((gs - g * want).abs() < 1e-4 * want && (hs - 0.25 * want).abs() < 1e-4 * want, "{w}");
            }
        }
    }

    #[test]
    fn weight_two_is_two_rows_exactly() {
        let (a, b) = (Scale::new(1.0, 0.25, 1.0), Scale::new(1.0, 0.25, 2.0));
        let (one, two) = (a.pack(0.123_456, 0.081, 1.0), b.pack(0.123_456, 0.081, 2.0));
        assert_eq!(one + one, two);
        assert_eq!(one, a.pack_unit(0.123_456, 0.081));
    }
}

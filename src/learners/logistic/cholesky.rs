//! Owns the solution of one symmetric positive definite system. Refuses to know what it is for.

/// Sums run in this many lanes, which the compiler turns into vectors; the order is fixed, so bits are too.
const LANES: usize = 8;

/// Lower triangle of a symmetric matrix, row after row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Triangle {
    pub(super) size: usize,
    pub(super) cells: Vec<f64>,
}

impl Triangle {
    /// All zeros.
    pub(super) fn zeros(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * (size + 1) / 2] }
    }

    /// Start of row `i`.
    pub(super) fn start(i: usize) -> usize {
        i * (i + 1) / 2
    }

    /// The triangle with `ridge` added to the first `count` diagonal cells.
    pub(super) fn with_ridge(&self, ridge: f64, count: usize) -> Self {
        let mut out = self.clone();
        for i in 0..count {
            out.cells[Self::start(i) + i] += ridge;
        }
        out
    }

    /// Cholesky factor in place; a pivot that is not positive is lifted, which leaves its unknown
    /// all but untouched (columns that never occur).
    pub(super) fn factor(mut self) -> Self {
        for i in 0..self.size {
            let (done, rest) = self.cells.split_at_mut(Self::start(i));
            let row = &mut rest[..=i];
            for j in 0..i {
                let other = &done[Self::start(j)..=Self::start(j) + j];
                row[j] = (row[j] - dot_product(&row[..j], other)) / other[j];
            }
            let pivot = row[i] - dot_product(&row[..i], &row[..i]);
            row[i] = if pivot > 1e-12 { pivot.sqrt() } else { 1e6 };
        }
        self
    }

    /// Solves `L Lᵀ x = b` for a factor.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..self.size {
            let row = &self.cells[Self::start(i)..=Self::start(i) + i];
            x[i] = (x[i] - dot_product(&row[..i], &x)) / row[i];
        }
        for i in (0..self.size).rev() {
            let row = &self.cells[Self::start(i)..=Self::start(i) + i];
            let value = x[i] / row[i];
            x[i] = value;
            for (xj, a) in x[..i].iter_mut().zip(row) {
                *xj -= a * value;
            }
        }
        x
    }
}

/// Sum of products over the shorter of two slices.
pub(super) fn dot_product(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_wide, b_wide) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let done = a_wide.len().min(b_wide.len()) * LANES;
    for (x, y) in a_wide.zip(b_wide) {
        for k in 0..LANES {
            lanes[k] += x[k] * y[k];
        }
    }
    let rest: f64 = a[done..].iter().zip(&b[done..]).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_small_system() {
        // [[4,2,1],[2,5,3],[1,3,6]] x = [1,2,3]
        let t = Triangle { size: 3, cells: vec![4.0, 2.0, 5.0, 1.0, 3.0, 6.0] };
        let x = t.factor().solve(&[1.0, 2.0, 3.0]);
        for (row, b) in [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]].iter().zip([1.0, 2.0, 3.0]) {
            let got: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((got - b).abs() < 1e-12);
        }
    }

    #[test]
    fn products_of_any_length_are_whole() {
        for n in [0, 1, 7, 8, 9, 23] {
            let a: Vec<f64> = (0..n).map(f64::from).collect();
            let b = vec![2.0; n as usize + 3];
            assert_eq!(dot_product(&a, &b), f64::from(n * (n - 1).max(0)));
            assert_eq!(dot_product(&b, &a), f64::from(n * (n - 1).max(0)));
        }
    }
}

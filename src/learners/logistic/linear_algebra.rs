//! Owns the solution of one symmetric positive definite system. Refuses to know what it is for.

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

    /// Cholesky factor in place; a pivot that is not positive is lifted, which leaves its unknown
    /// all but untouched (columns that never occur).
    pub(super) fn factor(mut self) -> Self {
        for i in 0..self.size {
            let (done, rest) = self.cells.split_at_mut(Self::start(i));
            let row = &mut rest[..=i];
            for j in 0..i {
                let other = &done[Self::start(j)..=Self::start(j) + j];
                let dot: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
                row[j] = (row[j] - dot) / other[j];
            }
            let square: f64 = row[..i].iter().map(|a| a * a).sum();
            let pivot = row[i] - square;
            row[i] = if pivot > 1e-12 { pivot.sqrt() } else { 1e6 };
        }
        self
    }

    /// Solves `L Lᵀ x = b` for a factor.
    pub(super) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in 0..self.size {
            let row = &self.cells[Self::start(i)..=Self::start(i) + i];
            let dot: f64 = row[..i].iter().zip(&x).map(|(a, b)| a * b).sum();
            x[i] = (x[i] - dot) / row[i];
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
}

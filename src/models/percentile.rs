//! Percentile ranks. Owns the tie rule; refuses to know what is ranked.

use crate::domain::Percentile;

/// The percentile of each value among all: 100 · (number below + half the number equal) / n, in 0..100.
/// Order of the input is kept; equal values get one percentile.
#[must_use]
pub fn percentiles<T: Ord>(values: &[T]) -> Vec<Percentile> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].cmp(&values[*b]));
    let mut out = vec![Percentile::default(); values.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]] == values[order[start]] {
            end += 1;
        }
        let rank = Percentile::of_rank(start, end, values.len());
        for i in &order[start..end] {
            out[*i] = rank;
        }
        start = end;
    }
    out
}

/// The percentile of a value among others, sorted, as [`percentiles`] gives it to a member of them; `None` when there
/// are none.
#[must_use]
pub fn percentile_among<T: Ord>(sorted: &[T], value: &T) -> Option<Percentile> {
    let below = sorted.partition_point(|v| v < value);
    let upto = sorted.partition_point(|v| v <= value);
    (!sorted.is_empty()).then(|| Percentile::of_rank(below, upto, sorted.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_middle() {
        let ranks: Vec<f64> = percentiles(&[3, 1, 1, 9]).into_iter().map(Percentile::get).collect();
        assert_eq!(ranks, [62.5, 25.0, 25.0, 87.5]);
        assert_eq!(percentiles::<i32>(&[]), Vec::<Percentile>::new());
        for (v, p) in [(1, 25.0), (3, 62.5), (9, 87.5), (0, 0.0), (4, 75.0), (10, 100.0)] {
            assert_eq!(percentile_among(&[1, 1, 3, 9], &v).map(Percentile::get), Some(p));
        }
        assert_eq!(percentile_among(&[], &1), None);
    }
}

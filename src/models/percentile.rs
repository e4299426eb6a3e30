//! Percentile ranks. Owns the tie rule; refuses to know what is ranked.

/// The percentile of each value among all: 100 · (number below + half the number equal) / n, in 0..100.
/// Order of the input is kept; equal values get one percentile.
#[must_use]
pub fn percentiles<T: Ord>(values: &[T]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].cmp(&values[*b]));
    let mut out = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]] == values[order[start]] {
            end += 1;
        }
        let rank = middle_rank(start, end, values.len());
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
pub fn percentile_among<T: Ord>(sorted: &[T], value: &T) -> Option<f64> {
    let below = sorted.partition_point(|v| v < value);
    let upto = sorted.partition_point(|v| v <= value);
    (!sorted.is_empty()).then(|| middle_rank(below, upto, sorted.len()))
}

/// The percentile of equal values that stand from `below` to `upto` among `all`.
#[expect(clippy::cast_precision_loss, reason = "populations stay far below 2^52")]
fn middle_rank(below: usize, upto: usize, all: usize) -> f64 {
    (below as f64 + (upto - below) as f64 / 2.0) * 100.0 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_middle() {
        assert_eq!(percentiles(&[3, 1, 1, 9]), [62.5, 25.0, 25.0, 87.5]);
        assert_eq!(percentiles::<i32>(&[]), Vec::<f64>::new());
        for (v, p) in [(1, 25.0), (3, 62.5), (9, 87.5), (0, 0.0), (4, 75.0), (10, 100.0)] {
            assert_eq!(percentile_among(&[1, 1, 3, 9], &v), Some(p));
        }
        assert_eq!(percentile_among(&[], &1), None);
    }
}

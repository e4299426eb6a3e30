//! Intervals of shares and counts. Owns Wilson's score interval, Newcombe's for a difference and Garwood's exact one of a
//! count; refuses to say what is compared.

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Score interval (95 %) of a share (Wilson, J Am Stat Assoc 1927; 22: 209); the whole range for a share of nobody.
#[must_use]
pub fn wilson(events: u64, people: u64) -> (f64, f64) {
    if people == 0 {
        return (0.0, 1.0);
    }
    let (x, n) = (events as f64, people as f64);
    let p = x / n;
    let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let low = if events == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if events == people { 1.0 } else { (middle + half).min(1.0) };
    (low, high)
}

/// Interval (95 %) of a difference of two independent shares, first less second: Newcombe's hybrid score interval
/// (Stat Med 1998; 17: 873–890, method 10).
#[must_use]
pub fn newcombe_difference(first: (u64, u64), second: (u64, u64)) -> (f64, f64) {
    let share = |(x, n): (u64, u64)| if n == 0 { 0.0 } else { x as f64 / n as f64 };
    let (p1, p2) = (share(first), share(second));
    let ((l1, u1), (l2, u2)) = (wilson(first.0, first.1), wilson(second.0, second.1));
    let d = p1 - p2;
    (d - libm::hypot(p1 - l1, u2 - p2), d + libm::hypot(u1 - p1, p2 - l2))
}

/// The exact (Garwood) 95 % interval of a Poisson count: the means under which so few or so many events
/// have a chance of 2.5 %. Found by bisection on the distribution itself. Source: Garwood 1936.
#[must_use]
pub fn exact_poisson(count: u64) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let k = count as f64;
    let spread = 10.0 * libm::sqrt(k + 1.0) + 10.0;
    let solve = |below: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = ((k - spread).max(0.0), k + spread);
        for _ in 0..80 {
            let mid = f64::midpoint(low, high);
            if below(mid) { low = mid } else { high = mid }
        }
        high
    };
    // P(X >= k | m) grows with m; P(X <= k | m) falls.
    let lower = if count == 0 { 0.0 } else { solve(&|m| 1.0 - cumulative_poisson(count - 1, m) < 0.025) };
    (lower, solve(&|m| cumulative_poisson(count, m) > 0.025))
}

/// P(X <= k) of a Poisson mean, summed from the largest term so that nothing underflows.
fn cumulative_poisson(k: u64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let top = k as f64;
    let log_term = top * libm::log(mean) - mean - libm::lgamma(top + 1.0);
    let (mut term, mut sum, mut i) = (1.0, 1.0, top);
    while i > 0.0 && term > 1e-17 * sum {
        term *= i / mean;
        sum += term;
        i -= 1.0;
        if sum > 1e300 {
            return 1.0;
        }
    }
    (libm::exp(log_term) * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: (f64, f64), wanted: (f64, f64)) {
        assert!((got.0 - wanted.0).abs() < 5e-5 && (got.1 - wanted.1).abs() < 5e-5, "{got:?} {wanted:?}");
    }

    #[test]
    fn the_published_examples_come_out() {
        // Newcombe 1998, Table II, method 10, examples (a) 56/70 - 48/80, (b) 9/10 - 3/10, (f) 10/10 - 0/20.
        close(newcombe_difference((56, 70), (48, 80)), (0.0524, 0.3339));
        close(newcombe_difference((9, 10), (3, 10)), (0.1705, 0.8090));
        close(newcombe_difference((10, 10), (0, 20)), (0.6791, 1.0));
        // Newcombe, Stat Med 1998; 17: 857, Table I, method 3: 81/263 and 0/20.
        close(wilson(81, 263), (0.2553, 0.3662));
        close(wilson(0, 20), (0.0, 0.1611));
    }

    /// Garwood limits as tabulated by Ulm 1990 (Am J Epidemiol 131:373), to two decimals.
    #[test]
    fn intervals_are_the_tabulated_ones() {
        for (count, low, high) in [
            (0, 0.0, 3.69),
            (1, 0.03, 5.57),
            (5, 1.62, 11.67),
            (10, 4.80, 18.39),
            (20, 12.22, 30.89),
            (50, 37.11, 65.92),
            (100, 81.36, 121.63),
        ] {
            let (l, h) = exact_poisson(count);
            assert!((l - low).abs() < 0.006 && (h - high).abs() < 0.006, "{count}: {l} {h}");
        }
    }
}

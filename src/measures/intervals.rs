//! Intervals of shares. Owns Wilson's score interval and Newcombe's for a difference; refuses to say what is
//! compared.

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
}

//! A number that can be sorted. Owns the total order; refuses to be calculated with.

/// A finite number with a total order, so that rows sort the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderedNumber(pub f64);

impl Eq for OrderedNumber {}
impl PartialOrd for OrderedNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for OrderedNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

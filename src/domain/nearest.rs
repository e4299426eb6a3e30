//! What somebody probably meant. Owns nearness of names; refuses to know which names there are.

/// `; did you mean …?` with the nearest of `allowed`, or the list itself when nothing is near.
#[must_use]
pub fn nearest_hint(name: &str, allowed: &[&str]) -> String {
    nearest(name, allowed).map_or_else(
        || if allowed.is_empty() { String::new() } else { format!("; allowed: {}", allowed.join(", ")) },
        |n| format!("; did you mean `{n}`?"),
    )
}

/// The allowed name nearest to `name`, when one is near enough to be a slip.
#[must_use]
pub fn nearest<'a>(name: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let lowered = name.to_lowercase().replace([' ', '-'], "_");
    allowed
        .iter()
        .map(|a| (strsim::damerau_levenshtein(&lowered, a), *a))
        .min()
        .filter(|(d, a)| *d <= (a.len() / 2).max(2))
        .map(|(_, a)| a)
}

//! Rows of code sets and the tables made of them: parsing, sorted look-up by code and by prefix. Owns these helpers;
//! refuses to know any one set.

use rustc_hash::FxHashMap;

use super::error::ReferenceError;

/// Codes in order, each with its value.
pub(super) type Sorted<T> = Vec<(&'static str, T)>;

pub(super) fn find<T: Copy>(table: &Sorted<T>, code: &str) -> Option<T> {
    table.binary_search_by(|(c, _)| (*c).cmp(code)).ok().map(|i| table[i].1)
}

/// Values of every entry that is a prefix of `code`, shortest first.
pub(super) fn all_prefixes<'a, T: Copy>(table: &'a Sorted<T>, code: &'a str) -> impl Iterator<Item = T> + 'a {
    (1..=code.len()).filter(|n| code.is_char_boundary(*n)).filter_map(move |n| find(table, &code[..n]))
}

/// The CCS of the longest prefix (three characters at least) that some listed code begins with,
/// when every such code has that one CCS.
pub(super) fn family(table: &Sorted<u16>, code: &str) -> Option<u16> {
    for n in (3..=code.len()).rev().filter(|n| code.is_char_boundary(*n)) {
        let prefix = &code[..n];
        let start = table.partition_point(|(c, _)| *c < prefix);
        let mut kin = table[start..].iter().take_while(|(c, _)| c.starts_with(prefix)).map(|(_, v)| *v);
        if let Some(first) = kin.next() {
            return kin.all(|v| v == first).then_some(first);
        }
    }
    None
}

pub(super) fn malformed(set: &str, row: usize, why: &str) -> ReferenceError {
    ReferenceError::Malformed { set: set.to_owned(), row: row + 1, why: why.to_owned() }
}

pub(super) fn pair(row: &'static str, set: &str, i: usize) -> Result<(&'static str, &'static str), ReferenceError> {
    row.split_once(',').ok_or_else(|| malformed(set, i, "two columns expected"))
}

pub(super) fn number<T: std::str::FromStr>(text: &str, set: &str, i: usize) -> Result<T, ReferenceError> {
    text.parse().map_err(|_| malformed(set, i, "not a number"))
}

pub(super) fn sorted(rows: impl Iterator<Item = &'static str>, set: &str) -> Result<Sorted<u16>, ReferenceError> {
    let mut out = rows
        .enumerate()
        .map(|(i, r)| pair(r, set, i).and_then(|(c, v)| Ok((c, number(v, set, i)?))))
        .collect::<Result<Sorted<u16>, _>>()?;
    out.sort_unstable();
    Ok(out)
}

pub(super) fn bits(
    rows: impl Iterator<Item = &'static str>,
    set: &str,
    bit: impl Fn(&str) -> Option<u64>,
) -> Result<FxHashMap<&'static str, u64>, ReferenceError> {
    let mut out = FxHashMap::default();
    for (i, row) in rows.enumerate() {
        let (name, code) = pair(row, set, i)?;
        *out.entry(code).or_default() |= bit(name).ok_or_else(|| malformed(set, i, "unknown name"))?;
    }
    Ok(out)
}

pub(super) fn prefixes<T: Copy + Ord>(
    rows: impl Iterator<Item = &'static str>,
    set: &str,
    value: impl Fn(&str) -> Option<T>,
    join: impl Fn(T, T) -> T,
) -> Result<Sorted<T>, ReferenceError> {
    let mut map: FxHashMap<&'static str, T> = FxHashMap::default();
    for (i, row) in rows.enumerate() {
        let (name, prefix) = pair(row, set, i)?;
        let v = value(name).ok_or_else(|| malformed(set, i, "unknown name"))?;
        map.entry(prefix).and_modify(|old| *old = join(*old, v)).or_insert(v);
    }
    let mut out: Sorted<T> = map.into_iter().collect();
    out.sort_unstable();
    Ok(out)
}

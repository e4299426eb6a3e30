//! The table of every key, gathered from the sections. Owns which names are known; refuses to parse values.

use std::sync::LazyLock;

use super::declaration::{Key, Section};
use super::extract::ExtractConfig;
use super::sections::{
    Caseload, Clocks, Followup, ListConfig, Models, Output, Programs, Quality, ReferenceFolder, Run, Targets,
};

/// A table with its keys, as the sample file shows it.
pub struct Table {
    /// Name of the table; `extracts.*` for any extract.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its keys in order.
    pub keys: Vec<Key>,
}

fn table_of<S: Section>() -> Table {
    Table { name: S::TABLE, about: S::ABOUT.trim(), keys: S::declared() }
}

/// The tables in the order of the sample file.
pub static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    vec![
        table_of::<Run>(),
        table_of::<ReferenceFolder>(),
        table_of::<ExtractConfig>(),
        table_of::<Quality>(),
        table_of::<ListConfig>(),
        table_of::<Caseload>(),
        table_of::<Models>(),
        table_of::<Clocks>(),
        table_of::<Programs>(),
        table_of::<Followup>(),
        table_of::<Targets>(),
        table_of::<Output>(),
    ]
});

/// Every key the configuration knows, in the order of the sample file.
pub fn declared_keys() -> impl Iterator<Item = &'static Key> {
    TABLES.iter().flat_map(|table| &table.keys)
}

/// Whether `path` (dotted, lower level names included) is a known key or a table above one.
#[must_use]
pub fn is_known(path: &str) -> bool {
    declared_keys().any(|k| path_matches(&k.path, path))
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut p, mut q) = (pattern.split('.'), path.split('.'));
    loop {
        match (p.next(), q.next()) {
            (_, None) => return true,
            (None, Some(_)) => return false,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            _ => return false,
        }
    }
}

/// The names allowed directly under a table path.
#[must_use]
pub fn names_under(table: &str) -> Vec<&'static str> {
    let depth = if table.is_empty() { 0 } else { table.split('.').count() };
    let mut out: Vec<&'static str> = declared_keys()
        .filter(|k| table.is_empty() || path_matches(&k.path, table))
        .filter_map(|k| k.path.split('.').nth(depth))
        .filter(|n| *n != "*")
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

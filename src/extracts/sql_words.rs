//! What may be told of SQL that fails, and which SQL is refused unseen. Owns both; refuses to run any.

use polars::prelude as pl;

/// The text names a table function such as `read_csv(…)`, which would read a file past the configuration.
#[must_use]
pub fn reads_files(sql: &str) -> bool {
    let lowered = sql.to_lowercase();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    lowered.match_indices('(').any(|(at, _)| {
        let before = lowered[..at].trim_end();
        let name = &before[before.rfind(|c| !word(c)).map_or(0, |i| i + 1)..];
        name.starts_with("read_") || name.starts_with("scan_")
    })
}

/// The statement says in which order its rows stand: `ORDER BY` outside of every bracket.
#[must_use]
pub fn has_order(sql: &str) -> bool {
    let lowered = sql.to_lowercase();
    let mut depth = 0_i32;
    let mut words = Vec::new();
    for part in lowered.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
        if depth == 0 && !word.is_empty() {
            words.push(word);
        }
        depth += i32::from(part.ends_with('(')) - i32::from(part.ends_with(')'));
    }
    words.windows(2).any(|pair| pair == ["order", "by"])
}

/// Why polars refuses, without a word of its own text, which quotes cells and headers: the kind of failure, and those
/// names of the SQL itself that the text mentions.
#[must_use]
pub fn failure_words(e: &pl::PolarsError, sql: &str) -> String {
    use pl::PolarsError as E;
    let kind = match e {
        E::ColumnNotFound(_) | E::SchemaFieldNotFound(_) => "it names a column that is not there",
        E::SQLSyntax(_) => "it cannot be understood",
        E::SQLInterface(_) => "it asks for what the dialect does not have",
        E::InvalidOperation(_) => "an operation does not fit its values: every raw column is text",
        E::SchemaMismatch(_) | E::ShapeMismatch(_) => "columns or types do not fit together",
        E::Duplicate(_) => "a column name stands twice",
        E::ComputeError(_) => "a computation or cast fails on some values",
        _ => "it fails",
    };
    let text = e.to_string();
    let mentioned = |name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let mut names: Vec<&str> = sql
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() > 2 && word.starts_with(char::is_alphabetic) && mentioned(word))
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { kind.to_owned() } else { format!("{kind} (near {})", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_functions_are_seen_and_columns_are_not() {
        for sql in
            ["SELECT * FROM read_csv('x')", "select * from READ_PARQUET ('x')", "a IN (SELECT b FROM scan_ipc('x'))"]
        {
            assert!(reads_files(sql), "{sql}");
        }
        for sql in ["SELECT read_code FROM raw", "COUNT(read_code) > 1", "read_code IN ('a')"] {
            assert!(!reads_files(sql), "{sql}");
        }
    }

    #[test]
    fn an_order_of_the_whole_is_told_from_one_of_a_window() {
        assert!(has_order("SELECT a FROM raw ORDER  BY a"));
        assert!(!has_order("SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM raw"));
        assert!(!has_order("SELECT order_by FROM raw"));
    }

    #[test]
    fn words_of_the_failure_are_those_of_the_sql() {
        let e = pl::PolarsError::ComputeError(
            "conversion from `str` to `i64` failed in column 'born' for [\"Zoltanke\"]".into(),
        );
        let told = failure_words(&e, "SELECT CAST(born AS INT) FROM raw");
        assert_eq!(told, "a computation or cast fails on some values (near born)");
    }
}

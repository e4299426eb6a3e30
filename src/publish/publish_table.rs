//! One table into its files. Owns the choice of formats by what a table offers and what was asked for; refuses to know
//! any row.

use super::directory::Staging;
use super::error::PublishError;
use super::sinks::{Heading, Sink};
use super::table::{Forms, RowFamily, Table};
use crate::config::OutputFormat;

/// The formats of a table for what `[output] formats` asks.
fn chosen_sinks(forms: Forms, asked: &[OutputFormat]) -> Vec<&'static dyn Sink> {
    let requested = forms.on_request.iter().filter(|s| asked.contains(&s.format()));
    forms.always.iter().chain(requested).copied().collect()
}

/// Writes a table in every format it has tonight.
///
/// # Errors
/// When a format's library or the disk refuses.
pub fn publish_table<'a, F: RowFamily>(
    staging: &mut Staging,
    table: &'static Table<F>,
    rows: impl IntoIterator<Item = F::Row<'a>>,
    asked: &[OutputFormat],
    heading: &Heading<'_>,
) -> Result<(), PublishError> {
    let data = table.fill(rows)?;
    for sink in chosen_sinks(table.forms, asked) {
        let bytes = sink.write(&data, heading)?;
        staging.write(&format!("{}.{}", table.name, sink.extension()), &bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tables::{outreach, suppressed};

    #[test]
    fn a_table_is_written_always_or_on_request() {
        use OutputFormat::{Csv, Html, Parquet, Xlsx};
        let formats = |forms: Forms, asked: &[OutputFormat]| {
            chosen_sinks(forms, asked).iter().map(|s| s.format()).collect::<Vec<_>>()
        };
        assert_eq!(formats(outreach::TABLE.forms, &[Html]), [Parquet]);
        assert_eq!(formats(outreach::TABLE.forms, &[Xlsx, Csv, Parquet]), [Parquet, Csv, Xlsx]);
        assert_eq!(formats(suppressed::TABLE.forms, &[]), [Csv]);
    }
}

//! Every file format of tables. Owns the list; nobody but `mod.rs` imports it.

use super::csv_sink::CSV;
use super::parquet_sink::PARQUET;
use super::sink::Sink;
use super::xlsx_sink::XLSX;

/// Every format of tables.
pub const ALL: &[&dyn Sink] = &[&CSV, &PARQUET, &XLSX];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::OutputFormat;

    #[test]
    fn every_word_that_is_accepted_writes_something() {
        let tables: Vec<OutputFormat> = ALL.iter().map(|s| s.format()).collect();
        // The page and the resources are made of the night, not of one table.
        let documents = [OutputFormat::Html, OutputFormat::Fhir];
        for format in OutputFormat::ALL {
            let makers = tables.iter().chain(&documents).filter(|f| *f == format).count();
            assert_eq!(makers, 1, "{format}");
        }
        let mut extensions: Vec<&str> = ALL.iter().map(|s| s.extension()).collect();
        extensions.sort_unstable();
        assert_eq!(extensions, ["csv", "parquet", "xlsx"]);
    }
}

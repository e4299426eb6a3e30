//! What a file format is. Owns the trait; refuses to know any format or table.

use crate::config::OutputFormat;
use crate::domain::Day;
use crate::publish::error::PublishError;
use crate::publish::table_data::TableData;

/// What a format may say around the rows.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// Night of the run: the only date a file may bear.
    pub as_of: Day,
    /// Said first on every page, where there is one.
    pub banner: Option<&'a str>,
}

/// A file format of tables.
pub trait Sink: Sync {
    /// The word of `[output] formats`.
    fn format(&self) -> OutputFormat;
    /// What its files end in.
    fn extension(&self) -> &'static str;
    /// The rows as bytes; the same rows give the same bytes, on every machine and day.
    ///
    /// # Errors
    /// When the format's library refuses.
    fn write(&self, table: &TableData, heading: &Heading<'_>) -> Result<Vec<u8>, PublishError>;
}

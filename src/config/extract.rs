//! `[extracts.NAME]`: where an extract lies and how its files are read. Owns the declaration of these keys; refuses to
//! know what an extract holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::column_source::ColumnSource;
use super::declaration::{Range, bad_value, section};
use super::error::ConfigError;
use super::file_list::FileList;
use super::fixed_layout::{Fields, read_layout};
use super::words::{Encoding, FormatName};

section! {
    /// One extract: a file, a folder or a glob; relative to this file, then to the working directory.
    ExtractConfig in "extracts.*" {
        /// file, folder or glob, or a list of them; formats are told apart by content
        path: FileList = FileList::default(), shown "";
        /// csv, parquet, fixed, xlsx or ndjson; undeclared, the content decides. Text may be packed: gzip, zstd, or a zip of
        /// one file
        format: Option<FormatName> = None, example r#""csv""#;
        /// the first line names the columns
        header: bool = true;
        /// names of the columns of files without a header line
        names: Vec<String> = Vec::new(), example r#"["id", "born"]"#;
        /// lines before the header, or before the first row
        skip_rows: usize = 0;
        /// lines that begin so are no rows: header and trailer records; a trailer's count of rows is checked
        skip_lines_starting: Vec<String> = Vec::new(), example r#"["HDR", "TRL"]"#;
        /// columns of a fixed-width file: first character, counted from 1, and width
        fields: BTreeMap<String, [usize; 2]> = BTreeMap::new(), example "{ MBI = [1, 11] }";
        /// the same from a CSV with the columns field, start and width
        layout: Option<PathBuf> = None, example r#""layout.csv""#;
        /// sheet of a workbook; needed where it has several
        sheet: Option<String> = None, example r#""Roster""#;
        /// SQL condition over their columns, all of them text; rows that it leaves out are counted filtered_by_where
        r#where: Option<String> = None, example r#""CLM_TYPE = '40'""#;
        /// their column for ours: a name, { constant = "x" }, { column = "X", map = { a = "b" }, map_file = "x.csv",
        /// default = "y" } or { coalesce = […], default = "y" }, the first that holds something; "diagnosis_code_*" = "DX*" maps all numbered ones
        columns: BTreeMap<String, ColumnSource> = BTreeMap::new(), example r#"{ gender = { column = "SEX", map = { "1" = "male" } } }"#;
        /// SELECT over the files of path as table raw and those of tables, with file_name and row_number as columns; every
        /// raw column is text, and rows that it leaves out are counted left_by_view
        sql: Option<String> = None, example r#""SELECT … FROM raw""#;
        /// further tables of sql: a file, folder or glob each, or a list of them; fields of a fixed-width one are named TABLE.FIELD
        tables: BTreeMap<String, FileList> = BTreeMap::new(), example r#""claims/*.csv""#;
        /// accepted date spellings (strftime, excel_serial); a column may hold several, never two that can be confused; %Y
        /// takes four digits, %y needs two_digit_year_pivot
        date_formats: Vec<String> = Vec::new(), shown r#"["%Y-%m-%d"]"#;
        /// %y takes two digits: years up to this one belong to this century, those above it to the last; a birth never lies
        /// after as_of
        two_digit_year_pivot: Option<u8> = None, example "30";
        /// texts that stand for nothing in every column, instead of the standard ones (docs/inputs.md)
        null_values: Option<Vec<String>> = None, example r#"["", "missing"]"#;
        /// IANA zone in which zoned timestamps become dates; undeclared, such a column is refused
        timezone: Option<String> = None, example r#""America/New_York""#;
        /// CSV field separator, one character
        delimiter: Option<String> = None, shown r#"",""#;
        /// utf-8, utf-16, windows-1252 or iso-8859-1; a byte-order mark in the file decides before it
        encoding: Option<Encoding> = None, shown r#""utf-8""#;
        /// what stands before the cents: "." or ","
        decimal: Option<String> = None, shown r#"".""#;
        /// what stands between the values of a cell that holds several (languages, states, focus)
        list_separator: Option<String> = None, shown r#""|""#;
        /// share of quarantined rows above which the run stops (exit 4); set here it also replaces the per-reason limits
        /// of `[quality]`
        max_bad_share: Option<f64> = None, range Range::Share, shown "0.05";
        /// bad rows below which no share stops the run; set here it replaces quality.min_bad_rows
        min_bad_rows: Option<u64> = None, shown "20";
        /// stop (exit 3) when this extract is missing
        required: bool = false;
    }
}

impl ExtractConfig {
    /// Reads the files that the mapping names: value maps and the layout.
    ///
    /// # Errors
    /// [`ConfigError::Value`] naming the key and the file.
    pub(super) fn load_tables(&mut self, name: &str, base: &Path) -> Result<(), ConfigError> {
        for (column, source) in &mut self.columns {
            source.load_map(base).map_err(|why| bad_value(&format!("extracts.{name}.columns.{column}"), &why))?;
        }
        if let Some(layout) = &self.layout {
            let read: Fields =
                read_layout(&base.join(layout)).map_err(|why| bad_value(&format!("extracts.{name}.layout"), &why))?;
            for (field, place) in read {
                self.fields.entry(field).or_insert(place);
            }
        }
        Ok(())
    }

    /// The columns of a fixed-width file: those named after its table, where any are, else those without one.
    #[must_use]
    pub fn fields_of(&self, table: Option<&str>) -> Vec<(&str, [usize; 2])> {
        let of = |wanted: Option<&str>| -> Vec<(&str, [usize; 2])> {
            let fields = self.fields.iter().map(|(name, place)| match name.split_once('.') {
                Some((table, field)) => (Some(table), field, *place),
                None => (None, name.as_str(), *place),
            });
            fields.filter(|(table, ..)| *table == wanted).map(|(_, field, place)| (field, place)).collect()
        };
        let own = of(table);
        if own.is_empty() && table.is_some() { of(None) } else { own }
    }

    /// What the ranges of single keys cannot say.
    ///
    /// # Errors
    /// [`ConfigError::Value`] naming the key.
    pub(super) fn check_together(&self, name: &str) -> Result<(), ConfigError> {
        let key = |k: &str| format!("extracts.{name}.{k}");
        if self.path.is_empty() && self.tables.is_empty() {
            return Err(bad_value(&key("path"), "is missing: a file, folder or glob"));
        }
        if !self.header && self.names.is_empty() && self.fields.is_empty() {
            return Err(bad_value(
                &key("names"),
                "is missing: files without a header line need the names of their columns",
            ));
        }
        if self.header && !self.names.is_empty() {
            return Err(bad_value(
                &key("names"),
                "names the columns of files without a header line; set header = false",
            ));
        }
        if self.fields.values().any(|[start, width]| *start == 0 || *width == 0) {
            return Err(bad_value(
                &key("fields"),
                "holds first characters and widths from 1, such as { MBI = [1, 11] }",
            ));
        }
        if self.format == Some(FormatName::Fixed) && self.fields.is_empty() {
            return Err(bad_value(&key("fields"), "is missing: a fixed-width file needs fields or layout"));
        }
        if self.skip_lines_starting.iter().any(String::is_empty) {
            return Err(bad_value(&key("skip_lines_starting"), "holds an empty text, with which every line begins"));
        }
        if self.decimal.as_deref().is_some_and(|d| d != "." && d != ",") {
            return Err(bad_value(&key("decimal"), "must be \".\" or \",\""));
        }
        if self.list_separator.as_deref().is_some_and(|l| l.chars().count() != 1) {
            return Err(bad_value(&key("list_separator"), "must be one character"));
        }
        if self.sql.is_none() && !self.tables.is_empty() {
            return Err(bad_value(&key("tables"), "are the tables of a view; write it as sql"));
        }
        let word = |n: &str| {
            n.starts_with(|c: char| c.is_ascii_alphabetic())
                && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if let Some(name) = self.tables.keys().find(|name| !word(name) || name.eq_ignore_ascii_case("raw")) {
            return Err(bad_value(
                &key("tables"),
                &format!(
                    "`{name}` is no name for a table: letters, digits and _, and not raw, which are the files of path"
                ),
            ));
        }
        if let Some((name, _)) = self.tables.iter().find(|(_, paths)| paths.is_empty()) {
            return Err(bad_value(&key(&format!("tables.{name}")), "is missing: a file, folder or glob"));
        }
        if self.sql.is_some() && self.r#where.is_some() {
            return Err(bad_value(&key("where"), "stands beside sql; put the condition into the view"));
        }
        if self.delimiter.as_ref().is_some_and(|d| d.len() != 1) {
            return Err(bad_value(&key("delimiter"), "must be one ASCII character"));
        }
        let shapes: Vec<String> = self.date_formats.iter().map(|f| f.replace(['-', '/', '.', ' '], "")).collect();
        let has = |s: &str| shapes.iter().any(|f| f.eq_ignore_ascii_case(s));
        if has("%d%m%Y") && has("%m%d%Y") {
            return Err(bad_value(
                &key("date_formats"),
                "day-first and month-first spellings cannot be told apart in one extract; declare one",
            ));
        }
        if self.date_formats.iter().any(|f| !f.contains('%') && f != "excel_serial") {
            return Err(bad_value(&key("date_formats"), "use strftime spellings such as %Y%m%d, or excel_serial"));
        }
        if self.two_digit_year_pivot.is_none() && self.date_formats.iter().any(|f| has_short_year(f)) {
            return Err(bad_value(
                &key("date_formats"),
                "a two-digit year does not say its century\nhint: set two_digit_year_pivot: years up to it are of this century, later ones of the last",
            ));
        }
        if self.two_digit_year_pivot.is_some_and(|p| p > 99) {
            return Err(bad_value(&key("two_digit_year_pivot"), "must lie between 0 and 99"));
        }
        Ok(())
    }
}

/// The directives of a strftime spelling, without their flags.
pub fn directives(format: &str) -> impl Iterator<Item = char> + '_ {
    let mut chars = format.chars();
    std::iter::from_fn(move || {
        chars.find(|c| *c == '%')?;
        chars.find(|c| !matches!(c, '-' | '_' | '^' | '#' | ':' | '.') && !c.is_ascii_digit())
    })
}

/// A spelling holds a two-digit year.
#[must_use]
pub fn has_short_year(format: &str) -> bool {
    directives(format).any(|d| matches!(d, 'y' | 'D' | 'g'))
}

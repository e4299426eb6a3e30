//! Tables as workbooks: the rows on one sheet that prints on landscape pages, and a legend of the columns. Owns their
//! layout; refuses to run a cell as a formula.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::sink::{Heading, Sink};
use crate::config::OutputFormat;
use crate::domain::Day;
use crate::publish::error::PublishError;
use crate::publish::table_data::{ColumnSpec, Kind, TableData};

/// Office Open XML.
pub struct XlsxSink;

/// The one of them.
pub static XLSX: XlsxSink = XlsxSink;

impl Sink for XlsxSink {
    fn format(&self) -> OutputFormat {
        OutputFormat::Xlsx
    }
    fn extension(&self) -> &'static str {
        "xlsx"
    }
    fn write(&self, table: &TableData, heading: &Heading<'_>) -> Result<Vec<u8>, PublishError> {
        table_workbook(table, heading).map_err(|e| PublishError::encode(format!("{}.xlsx", table.name), &e))
    }
}

/// Properties without a clock: the same night gives the same bytes.
pub fn document_properties(as_of: Day, title: &str) -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new().set_title(title).set_author("Lamplight").set_creation_datetime(&excel_day(as_of)?))
}

/// The head of a column.
pub fn head_format() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(0x001F_4E5F)
        .set_font_color(0x00FF_FFFF)
        .set_text_wrap()
        .set_align(FormatAlign::Top)
}

/// A day as spreadsheets hold it.
pub fn excel_day(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let (y, m, d) = day.ymd();
    ExcelDateTime::from_ymd(
        u16::try_from(y).unwrap_or(1900),
        u8::try_from(m).unwrap_or(1),
        u8::try_from(d).unwrap_or(1),
    )
}

/// `outreach` as a title: `Outreach`.
fn sheet_name(table: &str) -> String {
    let plain = table.rsplit('/').next().unwrap_or(table).replace('_', " ");
    let mut letters = plain.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).take(31).collect()).unwrap_or_default()
}

fn table_workbook(table: &TableData, heading: &Heading<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let name = sheet_name(table.name);
    let title = if table.name == "outreach" { "Outreach list".to_owned() } else { name.clone() };
    book.set_properties(&document_properties(heading.as_of, &format!("{title} {}", heading.as_of))?);
    let sheet = book.add_worksheet();
    sheet.set_name(&name)?;
    fill_sheet(sheet, table)?;
    let legend = book.add_worksheet();
    legend.set_name("Legend")?;
    legend.set_column_width(0, 26)?;
    legend.set_column_width(1, 100)?;
    legend.write_with_format(0, 0, "column", &head_format())?;
    legend.write_with_format(0, 1, "meaning", &head_format())?;
    for (i, c) in (1_u32..).zip(&table.columns) {
        legend.write(i, 0, c.name)?;
        legend.write(i, 1, c.meaning)?;
    }
    if let Some(banner) = heading.banner {
        legend.write(u32::try_from(table.columns.len() + 2).unwrap_or(40), 0, banner)?;
    }
    book.save_to_buffer()
}

fn column_width(column: &ColumnSpec) -> f64 {
    match (column.kind, column.name) {
        (Kind::Text, n) if n.starts_with("reason") || n == "suggested_action" => 44.0,
        (Kind::Text, "what_changed" | "programs") => 26.0,
        (Kind::Text, _) => 15.0,
        _ => 11.0,
    }
}

struct CellFormats {
    date: Format,
    number: Format,
    wrap: Format,
}

fn fill_sheet(sheet: &mut Worksheet, table: &TableData) -> Result<(), XlsxError> {
    let formats = CellFormats {
        date: Format::new().set_num_format("yyyy-mm-dd"),
        number: Format::new().set_num_format("0.0000"),
        wrap: Format::new().set_text_wrap().set_align(FormatAlign::Top),
    };
    let head = head_format();
    for (at, column) in (0_u16..).zip(&table.columns) {
        sheet.write_with_format(0, at, column.name, &head)?;
        sheet.set_column_width(at, column_width(column))?;
        for row in 0..table.batch.num_rows() {
            write_cell(sheet, &table.batch, (row, at), column.kind, &formats)?;
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    let last = u32::try_from(table.batch.num_rows()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(0))?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    batch: &RecordBatch,
    (row, at): (usize, u16),
    kind: Kind,
    formats: &CellFormats,
) -> Result<(), XlsxError> {
    let array = batch.column(usize::from(at));
    let line = u32::try_from(row + 1).unwrap_or(u32::MAX);
    if array.is_null(row) {
        return Ok(());
    }
    match kind {
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets know floats alone")]
        Kind::Integer => {
            sheet.write(line, at, array.as_primitive::<Int64Type>().value(row) as f64)?;
        }
        Kind::Number => {
            let value = array.as_primitive::<Float64Type>().value(row);
            sheet.write_with_format(line, at, value, &formats.number)?;
        }
        Kind::Date => {
            let day = Day(array.as_primitive::<Date32Type>().value(row));
            sheet.write_with_format(line, at, &excel_day(day)?, &formats.date)?;
        }
        Kind::Flag => {
            sheet.write(line, at, if array.as_boolean().value(row) { "yes" } else { "no" })?;
        }
        Kind::Text => {
            let text = array.as_string::<i32>().value(row);
            // A string cell is never run as a formula.
            if !text.is_empty() {
                sheet.write_string_with_format(line, at, text, &formats.wrap)?;
            }
        }
    }
    Ok(())
}

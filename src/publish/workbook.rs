//! The two workbooks: the whole list for the director, a sheet per care manager for callers. Owns their
//! layout; refuses columns a caller does not need.

use arrow_array::RecordBatch;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::PublishError;
use super::sink::cell_text;
use super::table::{Kind, TableSpec};
use crate::domain::Day;

/// One person on a manager's sheet: only what a caller needs.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the sheet's columns")]
pub struct WorklistRow {
    pub rank: usize,
    pub member_id: String,
    pub name: String,
    pub birth_year: i32,
    pub phone: String,
    pub language: String,
    pub interpreter: bool,
    pub address: String,
    pub guardian: String,
    pub pcp: String,
    pub clock: String,
    pub due: Option<Day>,
    pub reasons: String,
    pub first_action: String,
}

/// One manager's sheet.
#[derive(Clone, Debug, Default)]
pub struct Worklist {
    /// Sheet title: the manager's id.
    pub manager: String,
    /// Display name.
    pub manager_name: String,
    /// People in order.
    pub rows: Vec<WorklistRow>,
}

fn failed(e: &XlsxError) -> PublishError {
    PublishError::Encode { what: "workbook".to_owned(), why: e.to_string() }
}

/// Properties without a clock: the same night gives the same bytes.
fn properties(as_of: Day, title: &str) -> Result<DocProperties, XlsxError> {
    let (y, m, d) = as_of.ymd();
    let created = ExcelDateTime::from_ymd(
        u16::try_from(y).unwrap_or(2000),
        u8::try_from(m).unwrap_or(1),
        u8::try_from(d).unwrap_or(1),
    )?;
    Ok(DocProperties::new().set_title(title).set_author("Lamplight").set_creation_datetime(&created))
}

fn header() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(0x001F_4E5F)
        .set_font_color(0x00FF_FFFF)
        .set_text_wrap()
        .set_align(FormatAlign::Top)
}

fn excel_day(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let (y, m, d) = day.ymd();
    ExcelDateTime::from_ymd(
        u16::try_from(y).unwrap_or(1900),
        u8::try_from(m).unwrap_or(1),
        u8::try_from(d).unwrap_or(1),
    )
}

/// The list as a workbook with a legend.
///
/// # Errors
/// When it cannot be encoded.
pub fn outreach_workbook(
    spec: &TableSpec,
    batch: &RecordBatch,
    as_of: Day,
    banner: Option<&str>,
) -> Result<Vec<u8>, PublishError> {
    let build = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&properties(as_of, &format!("Outreach list {as_of}"))?);
        let sheet = book.add_worksheet();
        sheet.set_name("Outreach")?;
        fill(sheet, spec, batch)?;
        let legend = book.add_worksheet();
        legend.set_name("Legend")?;
        legend.set_column_width(0, 26)?;
        legend.set_column_width(1, 100)?;
        legend.write_with_format(0, 0, "column", &header())?;
        legend.write_with_format(0, 1, "meaning", &header())?;
        for (i, c) in (1_u32..).zip(spec.columns) {
            legend.write(i, 0, c.name)?;
            legend.write(i, 1, c.meaning)?;
        }
        if let Some(banner) = banner {
            legend.write(u32::try_from(spec.columns.len() + 2).unwrap_or(40), 0, banner)?;
        }
        book.save_to_buffer()
    };
    build().map_err(|e| failed(&e))
}

fn fill(sheet: &mut Worksheet, spec: &TableSpec, batch: &RecordBatch) -> Result<(), XlsxError> {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let (head, number, wrap) =
        (header(), Format::new().set_num_format("0.0000"), Format::new().set_text_wrap().set_align(FormatAlign::Top));
    for (at, column) in (0_u16..).zip(spec.columns) {
        sheet.write_with_format(0, at, column.name, &head)?;
        let width = match (column.kind, column.name) {
            (Kind::Text, n) if n.starts_with("reason") || n == "suggested_action" => 44.0,
            (Kind::Text, "what_changed" | "responsibility") => 26.0,
            (Kind::Text, _) => 15.0,
            _ => 11.0,
        };
        sheet.set_column_width(at, width)?;
        for row in 0..batch.num_rows() {
            let text = cell_text(batch, usize::from(at), row);
            let line = u32::try_from(row + 1).unwrap_or(u32::MAX);
            match column.kind {
                _ if text.is_empty() => {}
                Kind::Integer => drop(sheet.write(line, at, text.parse::<f64>().unwrap_or(0.0))?),
                Kind::Number => drop(sheet.write_with_format(line, at, text.parse::<f64>().unwrap_or(0.0), &number)?),
                Kind::Date => match Day::parse_iso(&text) {
                    Some(day) => drop(sheet.write_with_format(line, at, &excel_day(day)?, &date)?),
                    None => drop(sheet.write(line, at, text)?),
                },
                Kind::Flag => drop(sheet.write(line, at, if text == "1" { "yes" } else { "no" })?),
                // A string cell is never run as a formula.
                Kind::Text => drop(sheet.write_string_with_format(line, at, text, &wrap)?),
            }
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    let last = u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, u16::try_from(spec.columns.len().saturating_sub(1)).unwrap_or(0))?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

/// A sheet per care manager.
///
/// # Errors
/// When it cannot be encoded.
pub fn worklists_workbook(lists: &[Worklist], as_of: Day, banner: Option<&str>) -> Result<Vec<u8>, PublishError> {
    let build = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&properties(as_of, &format!("Worklists {as_of}"))?);
        if lists.is_empty() {
            let sheet = book.add_worksheet();
            sheet.set_name("empty")?;
            sheet.write(0, 0, "Nobody to contact tonight.")?;
        }
        let mut titles: Vec<String> = Vec::new();
        for list in lists {
            let title = sheet_title(&list.manager, &titles);
            let sheet = book.add_worksheet();
            sheet.set_name(&title)?;
            titles.push(title);
            worklist(sheet, list, as_of, banner)?;
        }
        book.save_to_buffer()
    };
    build().map_err(|e| failed(&e))
}

/// At most 31 characters, without the ones sheets refuse, and unique.
fn sheet_title(manager: &str, taken: &[String]) -> String {
    let clean: String = manager
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') { '_' } else { c })
        .take(28)
        .collect();
    let base = if clean.is_empty() { "unassigned".to_owned() } else { clean };
    let mut title = base.clone();
    let mut n = 2;
    while taken.iter().any(|t| t.eq_ignore_ascii_case(&title)) {
        title = format!("{base} {n}");
        n += 1;
    }
    title
}

fn worklist(sheet: &mut Worksheet, list: &Worklist, as_of: Day, banner: Option<&str>) -> Result<(), XlsxError> {
    const COLUMNS: [(&str, f64); 13] = [
        ("#", 5.0),
        ("Name", 24.0),
        ("Born", 7.0),
        ("Phone", 16.0),
        ("Language", 10.0),
        ("Interpreter", 11.0),
        ("Address (home visit)", 28.0),
        ("Guardian", 24.0),
        ("PCP", 13.0),
        ("Clock", 15.0),
        ("Due", 11.0),
        ("Reasons", 60.0),
        ("First action", 44.0),
    ];
    let title = Format::new().set_bold().set_font_size(14);
    let (head, wrap, date) = (
        header(),
        Format::new().set_text_wrap().set_align(FormatAlign::Top),
        Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top),
    );
    let who = if list.manager.is_empty() {
        "nobody eligible on duty".to_owned()
    } else if list.manager_name.is_empty() {
        list.manager.clone()
    } else {
        format!("{} ({})", list.manager_name, list.manager)
    };
    sheet.write_with_format(
        0,
        0,
        format!(
            "{who}, {as_of}, {} to contact{}",
            list.rows.len(),
            banner.map_or(String::new(), |b| format!(" · {b}"))
        ),
        &title,
    )?;
    for (at, (name, width)) in (0_u16..).zip(COLUMNS) {
        sheet.write_with_format(2, at, name, &head)?;
        sheet.set_column_width(at, width)?;
    }
    for (line, r) in (3_u32..).zip(&list.rows) {
        sheet.write_with_format(line, 0, u32::try_from(r.rank).unwrap_or(0), &wrap)?;
        let interpreter = if r.interpreter { "yes" } else { "" };
        let texts = [
            (1, r.name.as_str()),
            (3, &r.phone),
            (4, &r.language),
            (5, interpreter),
            (6, &r.address),
            (7, &r.guardian),
            (8, &r.pcp),
            (9, &r.clock),
            (11, &r.reasons),
            (12, &r.first_action),
        ];
        for (at, text) in texts {
            sheet.write_string_with_format(line, at, text, &wrap)?;
        }
        sheet.write_with_format(line, 2, r.birth_year, &wrap)?;
        if let Some(due) = r.due {
            sheet.write_with_format(line, 10, &excel_day(due)?, &date)?;
        }
    }
    sheet.set_freeze_panes(3, 2)?;
    if !list.rows.is_empty() {
        sheet.autofilter(2, 0, u32::try_from(list.rows.len() + 2).unwrap_or(u32::MAX), 12)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(2, 2)?;
    Ok(())
}

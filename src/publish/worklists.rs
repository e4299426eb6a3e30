//! The workbook of callers: a sheet per care manager. Owns its layout; refuses columns a caller does not need.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::error::PublishError;
use super::sinks::{document_properties, excel_day, head_format};
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
    PublishError::encode("workbook", e)
}

/// A sheet per care manager.
///
/// # Errors
/// When it cannot be encoded.
pub fn worklists_workbook(lists: &[Worklist], as_of: Day, banner: Option<&str>) -> Result<Vec<u8>, PublishError> {
    let build = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&document_properties(as_of, &format!("Worklists {as_of}"))?);
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
        head_format(),
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

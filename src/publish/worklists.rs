//! The workbook of callers: a sheet per care manager, own cases first, then tonight's new people. Owns its layout on
//! paper; refuses columns a caller does not need.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::brief::{Brief, CallSheet};
use super::error::PublishError;
use super::sinks::{document_properties, excel_day, head_format};
use crate::domain::Day;

/// Title of the sheet of people whom nobody can call yet.
const NOBODY_YET: &str = "nobody yet";
/// Title of the sheet of people in a facility without an owner.
const FACILITY: &str = "facility";

/// Heads and widths, in characters of the standard font; together they fill a landscape page.
const COLUMNS: [(&str, f64); 10] = [
    ("#", 4.0),
    ("Member id", 11.0),
    ("Name, born", 18.0),
    ("Reach by", 18.0),
    ("Doctor, last stay", 26.0),
    ("Due", 11.0),
    ("Why", 38.0),
    ("First action", 31.0),
    ("Last contacts", 22.0),
    ("Outcome", 12.0),
];
/// Cells are set smaller than the standard font the widths are told in.
const FONT_POINTS: f64 = 9.0;
/// Height of a line of that font.
const LINE_POINTS: f64 = 12.0;
/// Characters of that font in one unit of width; fewer than the mean, so that a row is rather too high than too low.
const CHARACTERS_A_UNIT: f64 = 1.22;
/// No spreadsheet shows a higher row.
const HIGHEST_ROW: f64 = 400.0;
/// The row of the heads.
const HEAD_ROW: u32 = 1;

/// Lines that a text takes in a cell of a width.
fn lines_of(text: &str, width: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful of characters")]
    let room = ((width * CHARACTERS_A_UNIT) as usize).max(1);
    let lines = |line: &str| {
        // Words are not broken: a word that does not fit begins a line.
        let mut used = 0;
        let mut lines = 1;
        for word in line.split(' ') {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > room {
                lines += 1;
                used = length;
            } else {
                used += length + usize::from(used > 0);
            }
            lines += used.saturating_sub(1) / room;
            used = if used > room { used % room } else { used };
        }
        lines
    };
    text.lines().map(lines).sum::<usize>().max(1)
}

struct SheetFormats {
    text: Format,
    bold: Format,
    place: Format,
    late: Format,
    date: Format,
    band: Format,
    title: Format,
}

impl SheetFormats {
    fn new() -> Self {
        let cell = || {
            Format::new()
                .set_font_size(FONT_POINTS)
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_border(FormatBorder::Hair)
        };
        Self {
            text: cell(),
            bold: cell().set_bold(),
            place: cell().set_align(FormatAlign::Left),
            late: cell().set_align(FormatAlign::Left).set_bold().set_font_color(0x008A_3B12).set_num_format("mmm d"),
            date: cell().set_align(FormatAlign::Left).set_num_format("mmm d"),
            band: Format::new().set_bold().set_background_color(0x00E4_E9EA).set_font_size(10.0),
            title: Format::new().set_bold().set_font_size(14),
        }
    }
}

/// A sheet per care manager; people whom nobody can call stand first, people in a facility last.
///
/// # Errors
/// When it cannot be encoded.
pub fn worklists_workbook(
    sheets: &[CallSheet],
    facility: &[Brief],
    as_of: Day,
    banner: Option<&str>,
) -> Result<Vec<u8>, PublishError> {
    let build = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&document_properties(as_of, &format!("Worklists {as_of}"))?);
        if sheets.is_empty() && facility.is_empty() {
            let sheet = book.add_worksheet();
            sheet.set_name("empty")?;
            sheet.write(0, 0, "Nobody to contact tonight.")?;
        }
        let mut titles: Vec<String> = Vec::new();
        let page = PageWords { as_of, banner };
        let (nobody, named): (Vec<_>, Vec<_>) = sheets.iter().partition(|s| s.manager_id.is_empty());
        for list in nobody.into_iter().chain(named) {
            let (title, who) = match (list.manager_id.as_str(), list.manager_name.as_str()) {
                ("", _) => (NOBODY_YET.to_owned(), "nobody on duty can call these people yet".to_owned()),
                (id, "") => (sheet_title(id, &titles), id.to_owned()),
                (id, name) => (sheet_title(id, &titles), format!("{name} ({id})")),
            };
            let sheet = book.add_worksheet();
            sheet.set_name(&title)?;
            titles.push(title);
            fill_sheet(sheet, &who, [("Own cases", &list.own), ("New tonight", &list.new)], &page)?;
        }
        if !facility.is_empty() {
            let sheet = book.add_worksheet();
            sheet.set_name(FACILITY)?;
            let who = "people in a facility: call the facility".to_owned();
            fill_sheet(sheet, &who, [("In a facility, without an owner", facility), ("", &[])], &page)?;
        }
        book.save_to_buffer()
    };
    build().map_err(|e| PublishError::encode("worklists.xlsx", &e))
}

/// What stands around the people of a page.
struct PageWords<'a> {
    as_of: Day,
    banner: Option<&'a str>,
}

/// At most 31 characters, without the ones sheets refuse, and unique.
fn sheet_title(manager: &str, taken: &[String]) -> String {
    let clean: String = manager
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') { '_' } else { c })
        .take(28)
        .collect();
    let is_taken = |title: &str| {
        [NOBODY_YET, FACILITY].iter().any(|t| t.eq_ignore_ascii_case(title))
            || taken.iter().any(|t| t.eq_ignore_ascii_case(title))
    };
    let mut title = clean.clone();
    let mut n = 2;
    while is_taken(&title) {
        title = format!("{clean} {n}");
        n += 1;
    }
    title
}

fn fill_sheet(
    sheet: &mut Worksheet,
    who: &str,
    parts: [(&str, &[Brief]); 2],
    page: &PageWords<'_>,
) -> Result<(), XlsxError> {
    let formats = SheetFormats::new();
    let people: usize = parts.iter().map(|p| p.1.len()).sum();
    let banner = page.banner.map_or(String::new(), |b| format!(" · {b}"));
    sheet.write_with_format(
        0,
        0,
        format!("{who}, night of {}, {people} people{banner}", page.as_of),
        &formats.title,
    )?;
    for (at, (name, width)) in (0_u16..).zip(COLUMNS) {
        sheet.write_with_format(HEAD_ROW, at, name, &head_format())?;
        sheet.set_column_width(at, width)?;
    }
    let mut line = HEAD_ROW + 1;
    for (title, briefs) in parts {
        if title.is_empty() {
            continue;
        }
        sheet.write_with_format(line, 0, format!("{title}: {}", briefs.len()), &formats.band)?;
        for at in (1_u16..).take(COLUMNS.len() - 1) {
            sheet.write_blank(line, at, &formats.band)?;
        }
        line += 1;
        for (place, brief) in (1_u32..).zip(briefs) {
            write_person(sheet, line, place, brief, page.as_of, &formats)?;
            line += 1;
        }
    }
    set_page(sheet, page)
}

/// What stands in the text columns of a person, in their order.
fn person_cells(p: &Brief) -> [(u16, String); 8] {
    let lines = |parts: &[String]| parts.iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join("\n");
    let born = if p.birth_date.is_empty() { String::new() } else { format!("born {}", p.birth_date) };
    let mut reach = p.phones.clone();
    if reach.is_empty() {
        reach.push("no phone on record".to_owned());
    }
    let interpreter = if p.interpreter { format!("{}, interpreter", p.language) } else { p.language.clone() };
    reach.extend([interpreter, p.guardian.clone(), p.address.clone()]);
    let mut why = p.changed.clone();
    why.extend(p.open_items.iter().take(4).map(|i| format!("{}: {}", i.what, i.when)));
    why.extend(p.reasons.iter().cloned());
    if why.is_empty() {
        why.clone_from(&p.why);
    }
    let action = if p.consult.is_empty() { p.action.clone() } else { format!("{} ({})", p.action, p.consult) };
    [
        (1, p.member_id.clone()),
        (2, lines(&[p.name.clone(), born, p.code.clone()])),
        (3, lines(&reach)),
        (4, lines(&[p.team.first().cloned().unwrap_or_default(), p.last_stay.clone()])),
        (6, lines(&why)),
        (7, action),
        (8, lines(&p.contacts[..p.contacts.len().min(3)])),
        (9, String::new()),
    ]
}

fn write_person(
    sheet: &mut Worksheet,
    line: u32,
    place: u32,
    brief: &Brief,
    as_of: Day,
    formats: &SheetFormats,
) -> Result<(), XlsxError> {
    sheet.write_with_format(line, 0, place, &formats.place)?;
    let mut lines = 1;
    for (at, text) in person_cells(brief) {
        let format = if at == 2 { &formats.bold } else { &formats.text };
        // A string cell is never run as a formula.
        sheet.write_string_with_format(line, at, &text, format)?;
        lines = lines.max(lines_of(&text, COLUMNS[usize::from(at)].1));
    }
    match brief.next_due {
        Some(due) if due <= as_of => sheet.write_with_format(line, 5, &excel_day(due)?, &formats.late)?,
        Some(due) => sheet.write_with_format(line, 5, &excel_day(due)?, &formats.date)?,
        None => sheet.write_blank(line, 5, &formats.text)?,
    };
    sheet.set_row_height(line, (lines as f64 * LINE_POINTS + 3.0).min(HIGHEST_ROW))?;
    Ok(())
}

fn set_page(sheet: &mut Worksheet, page: &PageWords<'_>) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(HEAD_ROW + 1, 3)?;
    sheet
        .set_landscape()
        .set_margins(0.35, 0.35, 0.45, 0.55, 0.2, 0.25)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, HEAD_ROW)?
        .set_footer(format!(
            "&L&8Confidential health information: for the care team alone&C&8Page &P of &N&R&8Night of {}",
            page.as_of
        ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_high_as_their_longest_cell() {
        assert_eq!(lines_of("", 10.0), 1);
        assert_eq!(lines_of("one two", 10.0), 1);
        assert_eq!(lines_of("alpha bravo charlie", 10.0), 2);
        assert_eq!(lines_of("a\nb\nc", 10.0), 3);
        assert_eq!(lines_of("abcdefghijklmnopqrstuvwxyz", 10.0), 3);
        assert_eq!(lines_of("a much longer sentence", 11.0), 2);
    }

    #[test]
    fn titles_are_unique_and_never_those_of_the_house() {
        assert_eq!(sheet_title("N1", &[]), "N1");
        assert_eq!(sheet_title("Facility", &[]), "Facility 2");
        assert_eq!(sheet_title("a/b", &["a_b".to_owned()]), "a_b 2");
    }
}

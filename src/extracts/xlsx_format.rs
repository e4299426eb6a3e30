//! One sheet of an Excel workbook. Owns which cells are the table and how a cell is spelled; refuses to guess among sheets
//! and to read merged cells.

use std::fs::File;
use std::io::BufReader;

use calamine::{Data, Range, Reader, Xlsx as Workbook};

use super::error::ReadFailure;
use super::packing::{Packing, is_workbook};
use super::reason::Reason;
use super::row_block::{MAX_COLUMNS, RowBlock, cut_and_judge};
use super::source::{BatchSink, FileFormat, Look, OpenFile, ReadRequest, SourceFile};
use crate::config::{ExtractConfig, FormatName};

/// A workbook of Excel 2007 or later.
pub(super) struct Xlsx;

/// Text that a workbook may unpack to: it is held in memory.
const LARGEST: u64 = 1 << 30;

impl FileFormat for Xlsx {
    fn name(&self) -> FormatName {
        FormatName::Xlsx
    }

    fn recognises(&self, look: &Look<'_>) -> Result<bool, String> {
        Ok(look.packing == Packing::Plain && is_workbook(look.head))
    }

    fn open(&self, file: &SourceFile, config: &ExtractConfig) -> Result<Box<dyn OpenFile>, String> {
        refuse_bomb(file)?;
        let handle = File::open(&file.path).map_err(|e| e.to_string())?;
        let damaged = |_| "the workbook is damaged or locked by a password".to_owned();
        let mut book: Workbook<BufReader<File>> = Workbook::new(BufReader::new(handle)).map_err(damaged)?;
        let sheet = chosen_sheet(&mut book, config)?;
        let cells = book.worksheet_range(&sheet).map_err(damaged)?;
        let first = cells.start().map_or(0, |(row, _)| row);
        let skipped = u32::try_from(config.skip_rows).unwrap_or(u32::MAX);
        // A title above the header may be merged; in the table a merged cell says one thing of several rows.
        let merged = book.merge_cells_by_sheet_name(&sheet).map_err(damaged)?;
        if let Some(area) = merged.iter().filter(|area| area.end.0 >= skipped).min_by_key(|area| area.start) {
            return Err(format!(
                "rows {} to {} hold merged cells, which leave all but one of them empty\nhint: unmerge them, or skip a title above the header with skip_rows",
                area.start.0 + 1,
                area.end.0 + 1
            ));
        }
        let header = usize::try_from(skipped.saturating_sub(first)).unwrap_or(usize::MAX);
        let (names, body) = if config.header {
            let names: Vec<String> = cells
                .rows()
                .nth(header)
                .map(|row| row.iter().map(|c| cell_text(c).trim().to_owned()).collect())
                .unwrap_or_default();
            (names, header.saturating_add(1))
        } else {
            (config.names.clone(), header)
        };
        if names.iter().all(String::is_empty) {
            return Err("the sheet has no header line".to_owned());
        }
        if names.len() > MAX_COLUMNS {
            return Err(format!("{} columns; an extract has at most {MAX_COLUMNS}", names.len()));
        }
        Ok(Box::new(OpenSheet { names, cells, first, body }))
    }

    fn estimate_rows(&self, file: &SourceFile) -> u64 {
        file.bytes / 30
    }
}

/// A small file must not fill the memory.
fn refuse_bomb(file: &SourceFile) -> Result<(), String> {
    let handle = File::open(&file.path).map_err(|e| e.to_string())?;
    let damaged = |_| "the workbook is damaged".to_owned();
    let mut archive = zip::ZipArchive::new(BufReader::new(handle)).map_err(damaged)?;
    let mut text = 0_u64;
    for at in 0..archive.len() {
        text = text.saturating_add(archive.by_index_raw(at).map_err(damaged)?.size());
    }
    if text > LARGEST {
        return Err(
            "the workbook unpacks to more than 1 GiB: a decompression bomb, or a table for CSV or Parquet".to_owned()
        );
    }
    Ok(())
}

/// Sheets that hold anything.
///
/// # Errors
/// A sentence when the workbook cannot be opened.
pub fn sheets_of(path: &std::path::Path) -> Result<Vec<String>, String> {
    let handle = File::open(path).map_err(|e| e.to_string())?;
    let damaged = |_| "the workbook is damaged or locked by a password".to_owned();
    let mut book: Workbook<BufReader<File>> = Workbook::new(BufReader::new(handle)).map_err(damaged)?;
    let names = book.sheet_names();
    Ok(names.into_iter().filter(|n| book.worksheet_range(n).is_ok_and(|cells| !cells.is_empty())).collect())
}

/// The configured sheet, else the only one that holds anything.
fn chosen_sheet(book: &mut Workbook<BufReader<File>>, config: &ExtractConfig) -> Result<String, String> {
    let names = book.sheet_names();
    if let Some(wanted) = &config.sheet {
        let alike = names.iter().find(|n| n.eq_ignore_ascii_case(wanted));
        return alike.cloned().ok_or_else(|| format!("the workbook has no sheet `{wanted}` among its {}", names.len()));
    }
    let filled: Vec<String> =
        names.into_iter().filter(|n| book.worksheet_range(n).is_ok_and(|cells| !cells.is_empty())).collect();
    match filled.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err("the workbook is empty".to_owned()),
        several => {
            Err(format!("the workbook has {} sheets with cells\nhint: name one, [extracts.NAME] sheet", several.len()))
        }
    }
}

struct OpenSheet {
    names: Vec<String>,
    cells: Range<Data>,
    /// Row of the sheet, counted from 0, of the first of `cells`.
    first: u32,
    /// The first of `cells` that is a row.
    body: usize,
}

impl OpenFile for OpenSheet {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(
        self: Box<Self>,
        request: &ReadRequest<'_>,
        sink: &dyn BatchSink,
    ) -> Result<Vec<(Reason, u64)>, ReadFailure> {
        let sheet = &*self;
        let (file, needed) = (request.file, request.needed);
        cut_and_judge(request, sink, move |send| {
            let mut block = RowBlock::new(file, needed.len(), send);
            for (at, row) in sheet.cells.rows().enumerate().skip(sheet.body) {
                let texts: Vec<String> =
                    needed.iter().map(|c| row.get(*c).map(cell_text).unwrap_or_default()).collect();
                // A row of which no cell holds anything is no row.
                let blank = row.iter().all(|c| cell_text(c).trim().is_empty());
                let number = u64::from(sheet.first) + at as u64 + 1;
                if !blank && !block.push(number, texts.iter().map(String::as_str)) {
                    return Ok(());
                }
            }
            block.finish();
            Ok(())
        })?;
        Ok(Vec::new())
    }
}

/// A cell as a CSV of the same sheet would have it: dates as `YYYY-MM-DD`, whole numbers without a fraction.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(flag) => flag.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => format!("{number}"),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            if moment.is_duration() {
                format!("{}", moment.as_f64())
            } else if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
        // An error of a formula says nothing.
        Data::Error(_) => "#N/A".to_owned(),
    }
}

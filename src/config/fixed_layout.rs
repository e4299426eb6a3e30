//! Columns of a fixed-width file. Owns the reading of a layout's table; refuses to read a file by it.

use std::collections::BTreeMap;
use std::path::Path;

/// Columns by name: first character, counted from 1, and width.
pub type Fields = BTreeMap<String, [usize; 2]>;

/// Reads a layout: a CSV with the columns field (or name), start, and width (or end); where it has a column table, its fields
/// are named `TABLE.FIELD`.
///
/// # Errors
/// A sentence when the file is none, or holds the layouts of several files.
pub fn read_layout(path: &Path) -> Result<Fields, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|e| format!("layout {shown}: {e}"))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
    let header = reader.headers().map_err(|_| format!("layout {shown}: not a CSV file in UTF-8"))?.clone();
    let place = |names: &[&str]| header.iter().position(|h| names.iter().any(|n| h.trim().eq_ignore_ascii_case(n)));
    let (Some(name), Some(start)) = (place(&["field", "name", "column"]), place(&["start", "begin", "from"])) else {
        return Err(format!("layout {shown}: needs the columns field, start and width (or end)"));
    };
    let table = place(&["table"]);
    let (width, end) = (place(&["width", "length", "len"]), place(&["end", "to"]));
    if width.is_none() && end.is_none() {
        return Err(format!("layout {shown}: needs the columns field, start and width (or end)"));
    }
    let mut out = Fields::new();
    for (n, record) in reader.records().enumerate() {
        let line = n + 2;
        let record = record.map_err(|_| format!("layout {shown}, line {line}: cannot be read"))?;
        let number = |at: usize| record.get(at).and_then(|t| t.trim().parse::<usize>().ok());
        let first = number(start);
        let wide = width.and_then(number).or_else(|| Some(end.and_then(number)? + 1 - first?));
        let (Some(first @ 1..), Some(wide @ 1..)) = (first, wide) else {
            return Err(format!("layout {shown}, line {line}: start and width are whole numbers from 1"));
        };
        let mut field = record.get(name).unwrap_or("").trim().to_owned();
        if let Some(table) = table.and_then(|at| record.get(at)).map(str::trim).filter(|t| !t.is_empty()) {
            field.insert_str(0, &format!("{table}."));
        }
        if field.is_empty() || out.insert(field, [first, wide]).is_some() {
            return Err(format!(
                "layout {shown}, line {line}: a field without a name, or one that stands twice\nhint: keep the lines of one file alone"
            ));
        }
    }
    Ok(out)
}

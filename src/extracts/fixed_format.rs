//! Text with columns of fixed width. Owns where a field begins and ends in a line; refuses to judge a value.

use super::error::ReadFailure;
use super::plain_lines::PlainLines;
use super::reason::Reason;
use super::row_block::{RowBlock, cut_and_judge};
use super::source::{BatchSink, FileFormat, Look, OpenFile, ReadRequest, SourceFile};
use crate::config::{ExtractConfig, FormatName};

/// Fixed-width text: nothing in a file says so, only the configuration.
pub(super) struct Fixed;

impl FileFormat for Fixed {
    fn name(&self) -> FormatName {
        FormatName::Fixed
    }

    fn recognises(&self, _: &Look<'_>) -> Result<bool, String> {
        Ok(false)
    }

    fn open(&self, file: &SourceFile, config: &ExtractConfig) -> Result<Box<dyn OpenFile>, String> {
        let mut fields = config.fields_of(file.table.as_deref());
        fields.sort_by_key(|(name, place)| (*place, *name));
        let places: Vec<Place> =
            fields.iter().map(|(_, [start, width])| Place { from: start - 1, to: start - 1 + width }).collect();
        let names = fields.into_iter().map(|(n, _)| n.to_owned()).collect();
        Ok(Box::new(OpenFixed { names, places, lines: PlainLines::open(file, config)? }))
    }

    fn estimate_rows(&self, file: &SourceFile) -> u64 {
        file.estimated_text_bytes() / 200
    }
}

/// Characters of a field, the first counted from 0.
#[derive(Clone, Copy)]
struct Place {
    from: usize,
    to: usize,
}

struct OpenFixed {
    names: Vec<String>,
    places: Vec<Place>,
    lines: PlainLines,
}

impl OpenFile for OpenFixed {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(
        self: Box<Self>,
        request: &ReadRequest<'_>,
        sink: &dyn BatchSink,
    ) -> Result<Vec<(Reason, u64)>, ReadFailure> {
        let Self { places, mut lines, .. } = *self;
        let wanted: Vec<Place> = request.needed.iter().map(|at| places[*at]).collect();
        // A line must reach to where the layout ends: a cut line has lost its last fields.
        let end = places.iter().map(|p| p.to).max().unwrap_or(0);
        let file = request.file;
        let reading = &mut lines;
        cut_and_judge(request, sink, move |send| {
            let mut block = RowBlock::new(file, wanted.len(), send);
            let mut line = Vec::new();
            while let Some(number) = reading.next_row(&mut line)? {
                let open = match std::str::from_utf8(&line) {
                    Err(_) => block.refuse(number, Reason::InvalidEncoding),
                    Ok(text) if text.chars().count() < end => block.refuse(number, Reason::ShortLine),
                    Ok(text) => block.push(number, wanted.iter().map(|p| cut(text, *p))),
                };
                if !open {
                    return Ok(());
                }
            }
            block.finish();
            Ok(())
        })?;
        Ok(lines.notes())
    }
}

/// The field without the blanks that fill it. Positions count characters, which in most files are bytes.
fn cut(text: &str, place: Place) -> &str {
    if text.is_ascii() {
        return text.get(place.from..place.to).unwrap_or("").trim();
    }
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(i, _)| i);
    text.get(at(place.from)..at(place.to)).unwrap_or("").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_in_characters() {
        for (text, from, to, field) in [
            ("AB  12345", 0, 4, "AB"),
            ("AB  12345", 4, 9, "12345"),
            ("\u{c9}lodie   7", 0, 8, "\u{c9}lodie"),
            ("\u{c9}lodie   7", 9, 10, "7"),
            ("short", 4, 9, ""),
        ] {
            assert_eq!(cut(text, Place { from, to }), field);
        }
    }
}

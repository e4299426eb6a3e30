//! Lines and fields of CSV text without quotes, and columns of texts. Owns the cutting by delimiter and line end;
//! refuses to know quotes, encodings and files.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};

/// Where the fields and lines of a block end.
#[derive(Default)]
pub(super) struct Marks {
    /// Every delimiter and line feed, rising.
    fields: Vec<u32>,
    /// Of each line, the number of marks up to its end.
    lines: Vec<u32>,
}

impl Marks {
    /// Finds the marks of a block; one that does not end in a line feed is ended by its length. Eight bytes are looked
    /// at at once.
    pub(super) fn find(&mut self, block: &[u8], delimiter: u8) {
        const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
        const EACH: u64 = 0x0101_0101_0101_0101;
        // The high bit of each byte that is zero, exactly.
        let zero = |x: u64| !(((x & LOW) + LOW) | x | LOW);
        let (delimiters, line_feeds) = (EACH * u64::from(delimiter), EACH * u64::from(b'\n'));
        self.fields.clear();
        self.lines.clear();
        let (words, rest) = block.as_chunks::<8>();
        for (word, at) in words.iter().zip((0_u32..).step_by(8)) {
            let word = u64::from_le_bytes(*word);
            let ends = zero(word ^ line_feeds);
            let mut found = zero(word ^ delimiters) | ends;
            while found != 0 {
                self.fields.push(at + found.trailing_zeros() / 8);
                if ends & found & found.wrapping_neg() != 0 {
                    self.end_line();
                }
                found &= found - 1;
            }
        }
        for (byte, at) in rest.iter().zip(place(block.len() - rest.len())..) {
            if *byte == b'\n' || *byte == delimiter {
                self.fields.push(at);
            }
            if *byte == b'\n' {
                self.end_line();
            }
        }
        if block.last().is_some_and(|b| *b != b'\n') {
            self.fields.push(place(block.len()));
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.lines.push(place(self.fields.len()));
    }

    /// The lines of the block these marks were found in.
    pub(super) fn lines<'a>(&'a self, block: &'a [u8]) -> impl Iterator<Item = Line<'a>> {
        let mut from = 0;
        self.lines.iter().map(move |to| {
            let start = if from == 0 { 0 } else { self.fields[from - 1] as usize + 1 };
            let line = Line { block, start, ends: &self.fields[from..*to as usize] };
            from = *to as usize;
            line
        })
    }
}

/// Blocks are far below four gigabytes.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// One line: its bytes without the line feed, and where its fields end.
#[derive(Default)]
pub(super) struct Line<'a> {
    block: &'a [u8],
    start: usize,
    ends: &'a [u32],
}

impl<'a> Line<'a> {
    /// The bytes of the line.
    pub(super) fn bytes(&self) -> &'a [u8] {
        &self.block[self.start..self.ends.last().map_or(self.start, |e| *e as usize)]
    }

    /// A line of no byte: no record at all.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// Number of fields.
    pub(super) fn fields(&self) -> usize {
        self.ends.len()
    }

    /// A field; empty beyond the last.
    pub(super) fn field(&self, at: usize) -> &'a [u8] {
        let Some(end) = self.ends.get(at) else { return &[] };
        let start = if at == 0 { self.start } else { self.ends[at - 1] as usize + 1 };
        &self.block[start..*end as usize]
    }
}

/// A column of texts under construction; an empty text is none.
#[derive(Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    present: Vec<bool>,
}

impl Texts {
    /// Adds a text.
    pub(super) fn push(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.bytes.extend_from_slice(text);
        }
        self.ends.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
        self.present.push(!text.is_empty());
    }

    /// The texts so far; the column is empty afterwards. Bytes that are no text, which rows are refused for before
    /// they come here, would be written as replacement characters.
    pub(super) fn take(&mut self) -> ArrayRef {
        let rows = self.ends.len();
        let (bytes, ends) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.ends));
        let present = std::mem::take(&mut self.present);
        // The next batch is about as large.
        self.bytes.reserve(bytes.len() + bytes.len() / 8);
        self.ends.reserve(rows);
        self.present.reserve(rows);
        let nulls = present.contains(&false).then(|| NullBuffer::from(present.as_slice()));
        let offsets = std::iter::once(0).chain(ends.iter().copied()).collect::<Vec<i32>>();
        let bytes = Buffer::from_vec(bytes);
        let array = StringArray::try_new(OffsetBuffer::new(offsets.into()), bytes.clone(), nulls);
        Arc::new(array.unwrap_or_else(|_| {
            let mut start = 0;
            let text = |end: &i32| {
                let end = usize::try_from(*end).unwrap_or(0);
                let text = bytes.get(start..end).unwrap_or_default();
                start = end;
                (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
            };
            ends.iter().map(text).collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;

    #[test]
    fn lines_and_fields_are_those_of_a_plain_split() {
        let text = "a,b\n\nlonger field here,,\nx\n,,,\n\u{e9}\u{20ac},1234567,8\nlast,line";
        for cut in 0..=text.len() {
            let block = &text.as_bytes()[..cut];
            let mut marks = Marks::default();
            marks.find(block, b',');
            let seen: Vec<Vec<Vec<u8>>> =
                marks.lines(block).map(|l| (0..l.fields()).map(|k| l.field(k).to_vec()).collect()).collect();
            let lines = block.split(|b| *b == b'\n').collect::<Vec<_>>();
            let lines = if block.ends_with(b"\n") || block.is_empty() { &lines[..lines.len() - 1] } else { &lines[..] };
            let plain: Vec<Vec<Vec<u8>>> =
                lines.iter().map(|l| l.split(|b| *b == b',').map(<[u8]>::to_vec).collect()).collect();
            assert_eq!(seen, plain, "{cut}");
        }
    }

    #[test]
    fn columns_come_back_and_start_again() {
        let mut texts = Texts::default();
        for round in 0..2 {
            for t in ["one", "", "tw\u{f6}"] {
                texts.push(t.as_bytes());
            }
            let array = texts.take();
            let strings = array.as_any().downcast_ref::<StringArray>().expect("texts");
            assert_eq!(strings.iter().collect::<Vec<_>>(), [Some("one"), None, Some("tw\u{f6}")], "{round}");
        }
        texts.push(&[0xFF]);
        assert_eq!(texts.take().len(), 1);
    }
}

//! Lines of a text file one by one, with their numbers. Owns line ends, skipped lines and the count that a trailer gives;
//! refuses to cut a line into fields.

use std::io::{self, BufRead, BufReader, Read};

use super::decoding::{DecodedText, decoded_text};
use super::reason::Reason;
use super::source::SourceFile;
use crate::config::ExtractConfig;

/// A line longer than this is never a row.
const LONGEST_LINE: u64 = 64 << 20;

/// A text file line by line.
pub struct PlainLines {
    input: BufReader<Box<dyn Read + Send>>,
    number: u64,
    skipped: SkippedLines,
    marked: bool,
}

impl PlainLines {
    /// Opens a file past the lines that its configuration skips.
    ///
    /// # Errors
    /// A sentence when the file cannot be read.
    pub fn open(file: &SourceFile, config: &ExtractConfig) -> Result<Self, String> {
        let packed = file.open_text().map_err(|e| e.to_string())?;
        let DecodedText { input, marked, .. } = decoded_text(packed, config.encoding).map_err(|e| read_failure(&e))?;
        let skipped = SkippedLines::new(config);
        let mut out = Self { input: BufReader::with_capacity(1 << 17, input), number: 0, skipped, marked };
        let mut line = Vec::new();
        for _ in 0..config.skip_rows {
            out.read_line(&mut line)?;
        }
        Ok(out)
    }

    /// The next line that is a row, without its end, and its number; `None` at the end of the file.
    ///
    /// # Errors
    /// A sentence naming the line.
    pub fn next_row(&mut self, line: &mut Vec<u8>) -> Result<Option<u64>, String> {
        while self.read_line(line)? {
            if self.skipped.takes(line) || line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.skipped.rows += 1;
            return Ok(Some(self.number));
        }
        Ok(None)
    }

    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<bool, String> {
        line.clear();
        let told = |number: u64, e: &io::Error| format!("line {}: {}", number + 1, read_failure(e));
        let number = self.number;
        let n = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', line).map_err(|e| told(number, &e))?;
        if n as u64 == LONGEST_LINE {
            return Err(format!("line {}: longer than any row", self.number + 1));
        }
        self.number += u64::from(n > 0);
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        Ok(n > 0)
    }

    /// What was noted of the file as a whole.
    #[must_use]
    pub fn notes(&self) -> Vec<(Reason, u64)> {
        let mut out = self.skipped.notes();
        out.push((Reason::ByteOrderMark, u64::from(self.marked)));
        out
    }
}

/// Lines that the configuration says are no rows, and what the last of them counts.
#[derive(Clone, Debug, Default)]
pub struct SkippedLines {
    starts: Vec<Vec<u8>>,
    taken: u64,
    /// Rows so far.
    pub rows: u64,
    /// Whole numbers of the last line taken after a row.
    trailer: Option<Vec<u64>>,
}

impl SkippedLines {
    /// By the configuration.
    #[must_use]
    pub fn new(config: &ExtractConfig) -> Self {
        let starts = config.skip_lines_starting.iter().map(|s| s.as_bytes().to_vec()).collect();
        Self { starts, ..Self::default() }
    }

    /// Whether any line is skipped at all.
    #[must_use]
    pub fn are_declared(&self) -> bool {
        !self.starts.is_empty()
    }

    /// Whether a line is one of them; it is counted then.
    pub fn takes(&mut self, line: &[u8]) -> bool {
        if !self.starts.iter().any(|s| line.starts_with(s)) {
            return false;
        }
        self.taken += 1;
        if self.rows > 0 {
            let numbers = line.split(|b| !b.is_ascii_digit()).filter(|t| !t.is_empty() && t.len() <= 12);
            self.trailer = Some(numbers.filter_map(|t| std::str::from_utf8(t).ok()?.parse().ok()).collect());
        }
        true
    }

    /// Lines skipped, and a trailer whose numbers are all other than the rows before it.
    #[must_use]
    pub fn notes(&self) -> Vec<(Reason, u64)> {
        let wrong = self.trailer.as_ref().is_some_and(|numbers| !numbers.is_empty() && !numbers.contains(&self.rows));
        vec![(Reason::SkippedLine, self.taken), (Reason::TrailerCount, u64::from(wrong))]
    }
}

/// A failed read in words.
#[must_use]
pub fn read_failure(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed file is cut short".to_owned(),
        _ => e.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_is_checked_against_the_rows_before_it() {
        for (trailer, wrong) in [("TRL|20260630|2", 0), ("TRL|3", 1), ("TRL", 0), ("TRL|0000000002", 0)] {
            let config = ExtractConfig { skip_lines_starting: vec!["TRL".into(), "HDR".into()], ..Default::default() };
            let mut lines = SkippedLines::new(&config);
            assert!(lines.takes(b"HDR|7"));
            for row in ["a|1", "b|2"] {
                assert!(!lines.takes(row.as_bytes()));
                lines.rows += 1;
            }
            assert!(lines.takes(trailer.as_bytes()));
            assert_eq!(lines.notes(), [(Reason::SkippedLine, 2), (Reason::TrailerCount, wrong)], "{trailer}");
        }
    }
}

//! What the first bytes of a text file tell: encoding, separator, lines before the header, whether there is one. Owns these
//! guesses; refuses to read a row for its meaning.

use crate::config::Encoding;

/// How a text file is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextShape {
    /// Encoding, where it is not UTF-8 and no byte-order mark tells it.
    pub encoding: Option<Encoding>,
    /// What stands between fields; none when every line is one field.
    pub delimiter: Option<char>,
    /// Lines before the header, or the first row.
    pub skip_rows: usize,
    /// The first line after them names the columns.
    pub header: bool,
    /// Fields of a row.
    pub fields: usize,
}

/// Separators that are tried, in this order.
const DELIMITERS: [char; 4] = [',', '|', '\t', ';'];
/// Lines before a header at most.
const LONGEST_PREAMBLE: usize = 10;

/// Looks at the beginning of a text; `knows` says whether a line's cell is a name of a column.
#[must_use]
pub fn sniff_text(head: &[u8], knows: &dyn Fn(&str) -> bool) -> TextShape {
    let (encoding, text) = decode_head(head);
    let mut lines: Vec<&str> = text.lines().take(200).collect();
    // The last line may be cut.
    if lines.len() > 1 && !text.ends_with('\n') {
        lines.pop();
    }
    let all = lines;
    let lines: Vec<&str> = all.iter().copied().filter(|l| !l.trim().is_empty()).collect();
    let best = DELIMITERS
        .into_iter()
        .map(|d| (agreement(&lines, d), d))
        .filter(|((share, fields), _)| *share >= 0.5 && *fields > 1)
        .max_by(|((a, m), _), ((b, n), _)| a.total_cmp(b).then(m.cmp(n)));
    let Some(((_, fields), delimiter)) = best else {
        let header = lines.first().is_some_and(|l| knows(l));
        return TextShape { encoding, delimiter: None, skip_rows: 0, header, fields: 1 };
    };
    let skip_rows = all.iter().take(LONGEST_PREAMBLE).position(|l| cut(l, delimiter).len() == fields).unwrap_or(0);
    let first = all.get(skip_rows).map(|l| cut(l, delimiter)).unwrap_or_default();
    TextShape { encoding, delimiter: Some(delimiter), skip_rows, header: is_header(&first, knows), fields }
}

/// A line that names columns: a known name stands in it, or nothing in it looks like a value.
#[must_use]
pub fn is_header(cells: &[String], knows: &dyn Fn(&str) -> bool) -> bool {
    let known = cells.iter().filter(|c| knows(c)).count();
    let values = cells.iter().filter(|c| looks_like_value(c)).count();
    known > 0 && known * 4 >= values || values == 0 && cells.iter().any(|c| !c.trim().is_empty())
}

fn looks_like_value(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    (digits > 0 && digits * 2 >= cell.len()) || cell.contains('@')
}

fn decode_head(head: &[u8]) -> (Option<Encoding>, String) {
    let wide = |le: bool, bytes: &[u8]| {
        let units = bytes
            .chunks_exact(2)
            .map(|p| if le { u16::from_le_bytes([p[0], p[1]]) } else { u16::from_be_bytes([p[0], p[1]]) });
        char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect::<String>()
    };
    match head {
        [0xFF, 0xFE, rest @ ..] => (None, wide(true, rest)),
        [0xFE, 0xFF, rest @ ..] => (None, wide(false, rest)),
        [0xEF, 0xBB, 0xBF, rest @ ..] => (None, String::from_utf8_lossy(rest).into_owned()),
        _ if head.iter().skip(1).step_by(2).take(64).filter(|b| **b == 0).count() > 16 => {
            (Some(Encoding::Utf16), wide(true, head))
        }
        _ => match std::str::from_utf8(head) {
            Ok(text) => (None, text.to_owned()),
            Err(e) if e.error_len().is_none() => (None, String::from_utf8_lossy(head).into_owned()),
            Err(_) => (Some(Encoding::Windows1252), head.iter().map(|b| char::from(*b)).collect()),
        },
    }
}

/// The share of lines with the commonest number of fields, and that number.
fn agreement(lines: &[&str], delimiter: char) -> (f64, usize) {
    let counts: Vec<usize> = lines.iter().map(|l| cut(l, delimiter).len()).collect();
    let mut distinct = counts.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let often = |n: usize| counts.iter().filter(|c| **c == n).count();
    let fields = distinct.into_iter().max_by_key(|n| (often(*n), *n)).unwrap_or(1);
    (often(fields) as f64 / counts.len().max(1) as f64, fields)
}

/// The fields of a line; a separator between quotes is none.
fn cut(line: &str, delimiter: char) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in line.trim_end_matches('\r').chars() {
        match c {
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => out.push(String::new()),
            c => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(head: &[u8]) -> TextShape {
        sniff_text(head, &|name| ["member", "date", "id"].contains(&name.to_lowercase().as_str()))
    }

    #[test]
    fn separators_headers_and_encodings_are_told() {
        for (head, delimiter, header, skip, encoding) in [
            (&b"Member,Date\nA1,2024-03-04\nA2,2024-03-05\n"[..], Some(','), true, 0, None),
            (b"Member;Date\nA1;04.03.2024\nA2;05.03.2024\n", Some(';'), true, 0, None),
            (b"A1|2024-03-04|77\nA2|2024-03-05|78\n", Some('|'), false, 0, None),
            (b"Export of March\n\nMember\tDate\nA1\t4\nA2\t5\n", Some('\t'), true, 2, None),
            (b"Member,Date\n\"A,1\",\xE9t\xE9\n\"A,2\",x\n", Some(','), true, 0, Some(Encoding::Windows1252)),
            (b"1S00E00AA02     xx\n1S00E00AA03     xx\n", None, false, 0, None),
        ] {
            let found = shape(head);
            assert_eq!(
                (found.delimiter, found.header, found.skip_rows, found.encoding),
                (delimiter, header, skip, encoding),
                "{}",
                String::from_utf8_lossy(head)
            );
        }
        let wide: Vec<u8> = "Member\tDate\nA1\t3/4/2024\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!((shape(&wide).encoding, shape(&wide).delimiter), (Some(Encoding::Utf16), Some('\t')));
    }
}

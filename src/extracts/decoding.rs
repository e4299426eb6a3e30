//! Bytes of a text file as UTF-8. Owns byte-order marks and the encodings that are read; refuses to know lines.

use std::io::{self, Read};

use crate::config::Encoding;

/// A text file as a stream of UTF-8, without its byte-order mark.
pub struct DecodedText {
    /// The text.
    pub input: Box<dyn Read + Send>,
    /// The file begins with a byte-order mark.
    pub marked: bool,
    /// The bytes were of another encoding: what they could not say is U+FFFD.
    pub converted: bool,
}

/// Decodes by the mark at the beginning, else as declared, else as UTF-8, which is handed on as it is.
///
/// # Errors
/// When the file cannot be read.
pub fn decoded_text(mut input: Box<dyn Read + Send>, declared: Option<Encoding>) -> io::Result<DecodedText> {
    let mut head = [0_u8; 3];
    let mut got = 0;
    while got < 3 {
        match input.read(&mut head[got..])? {
            0 => break,
            n => got += n,
        }
    }
    let head = &head[..got];
    let (encoding, mark) = match head {
        [0xEF, 0xBB, 0xBF] => (None, 3),
        [0xFF, 0xFE, ..] => (Some(encoding_rs::UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Some(encoding_rs::UTF_16BE), 2),
        _ => match declared.unwrap_or(Encoding::Utf8) {
            Encoding::Utf8 => (None, 0),
            Encoding::Utf16 => (Some(encoding_rs::UTF_16LE), 0),
            Encoding::Windows1252 => (Some(encoding_rs::WINDOWS_1252), 0),
            Encoding::Iso88591 | Encoding::Latin1 => {
                let whole = Box::new(io::Cursor::new(head.to_vec()).chain(input));
                let input = Box::new(Latin1 { inner: whole, ready: Vec::new(), at: 0 });
                return Ok(DecodedText { input, marked: false, converted: true });
            }
        },
    };
    let whole = Box::new(io::Cursor::new(head[mark..].to_vec()).chain(input));
    let input: Box<dyn Read + Send> = match encoding {
        None => whole,
        Some(encoding) => Box::new(Converted {
            inner: whole,
            decoder: encoding.new_decoder_without_bom_handling(),
            ready: String::new(),
            at: 0,
            ended: false,
        }),
    };
    Ok(DecodedText { input, marked: mark > 0, converted: encoding.is_some() })
}

/// Bytes read at a time.
const BLOCK: usize = 1 << 16;

/// Copies what is ready; the number of bytes copied.
fn give(ready: &[u8], at: &mut usize, buffer: &mut [u8]) -> usize {
    let n = buffer.len().min(ready.len() - *at);
    buffer[..n].copy_from_slice(&ready[*at..*at + n]);
    *at += n;
    n
}

struct Converted {
    inner: Box<dyn Read + Send>,
    decoder: encoding_rs::Decoder,
    ready: String,
    at: usize,
    ended: bool,
}

impl Read for Converted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.at == self.ready.len() && !self.ended {
            let mut block = vec![0_u8; BLOCK];
            let n = self.inner.read(&mut block)?;
            self.ended = n == 0;
            self.ready.clear();
            self.at = 0;
            let room = self.decoder.max_utf8_buffer_length(n).unwrap_or(BLOCK * 3);
            self.ready.reserve(room);
            let _ = self.decoder.decode_to_string(&block[..n], &mut self.ready, self.ended);
        }
        Ok(give(self.ready.as_bytes(), &mut self.at, buffer))
    }
}

/// ISO 8859-1: every byte is the character of its number, which is not what encoding standards of browsers say.
struct Latin1 {
    inner: Box<dyn Read + Send>,
    ready: Vec<u8>,
    at: usize,
}

impl Read for Latin1 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.at == self.ready.len() {
            let mut block = vec![0_u8; BLOCK];
            let n = self.inner.read(&mut block)?;
            self.ready = block[..n].iter().map(|b| char::from(*b)).collect::<String>().into_bytes();
            self.at = 0;
        }
        Ok(give(&self.ready, &mut self.at, buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], declared: Option<Encoding>) -> (String, bool, bool) {
        let mut text = decoded_text(Box::new(io::Cursor::new(bytes.to_vec())), declared).expect("a text");
        let mut out = String::new();
        text.input.read_to_string(&mut out).expect("UTF-8");
        (out, text.marked, text.converted)
    }

    fn utf_16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    }

    #[test]
    fn a_mark_decides_before_the_declaration() {
        let text = "a,\u{e9}\n\u{20ac},\u{1f600}\n";
        for declared in [None, Some(Encoding::Utf8), Some(Encoding::Windows1252)] {
            assert_eq!(read(format!("\u{feff}{text}").as_bytes(), declared), (text.to_owned(), true, false));
            for little in [true, false] {
                assert_eq!(read(&utf_16(&format!("\u{feff}{text}"), little), declared), (text.to_owned(), true, true));
            }
        }
        assert_eq!(read(&utf_16(text, true), Some(Encoding::Utf16)), (text.to_owned(), false, true));
        assert_eq!(read(text.as_bytes(), None), (text.to_owned(), false, false));
        // Longer than a block, so that a character is cut in two.
        let long = "\u{20ac}x".repeat(BLOCK);
        assert_eq!(read(&utf_16(&format!("\u{feff}{long}"), true), None).0, long);
    }

    #[test]
    fn windows_1252_is_not_iso_8859_1() {
        let bytes = b"na\xEFve \x80\x93";
        assert_eq!(read(bytes, Some(Encoding::Windows1252)).0, "na\u{ef}ve \u{20ac}\u{201c}");
        assert_eq!(read(bytes, Some(Encoding::Iso88591)).0, "na\u{ef}ve \u{80}\u{93}");
        assert_eq!(read(b"a", Some(Encoding::Latin1)).0, "a");
    }
}

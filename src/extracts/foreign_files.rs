//! Files that are no extract at all, named for what they are. Owns the marks at the beginning of a file; refuses to read
//! any of them.

/// What a file is by its first bytes, when that is nothing that can be read, and what to do about it.
#[must_use]
pub fn foreign_kind(head: &[u8]) -> Option<(&'static str, &'static str)> {
    const AS_TEXT: &str = "export it as CSV or Parquet";
    let begins = |mark: &[u8]| head.starts_with(mark);
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let kind = if begins(b"\xD0\xCF\x11\xE0") {
        ("an old Excel workbook or Word document", AS_TEXT)
    } else if begins(b"%PDF") {
        ("a PDF document", AS_TEXT)
    } else if begins(b"SQLite format 3") {
        ("a SQLite database", AS_TEXT)
    } else if begins(b"Obj\x01") {
        ("an Avro file", AS_TEXT)
    } else if begins(b"ORC") {
        ("an ORC file", AS_TEXT)
    } else if begins(b"BZh") || begins(b"\xFD7zXZ") || begins(b"7z\xBC\xAF") {
        ("packed with bzip2, xz or 7-Zip", "pack it with gzip or zstd, or not at all")
    } else if text.starts_with(b"MSH|") {
        ("an HL7 message", "have its events exported as rows")
    } else if text.starts_with(b"ISA") && text.get(3).is_some_and(|b| !b.is_ascii_alphanumeric() && *b != b'_') {
        ("an X12 transaction", "have it converted to rows first")
    } else if text.starts_with(b"<") {
        ("an XML or HTML page", AS_TEXT)
    } else if text.starts_with(b"{") || text.starts_with(b"[") {
        ("one JSON document", "export it as ndjson, an object a line")
    } else {
        return None;
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_for_what_it_is() {
        for (head, kind) in [
            (&b"%PDF-1.7"[..], Some("a PDF document")),
            (b"ISA*00*", Some("an X12 transaction")),
            (b"MSH|^~\\&|", Some("an HL7 message")),
            (b"\xEF\xBB\xBF  {\"a\":1}", Some("one JSON document")),
            (b"<?xml version", Some("an XML or HTML page")),
            (b"ISA_CODE,member_id", None),
            (b"member_id,birth_date", None),
            (b"ORDER,member_id", None),
        ] {
            assert_eq!(foreign_kind(head).map(|k| k.0), kind);
        }
    }
}

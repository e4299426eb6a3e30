//! The file formats, and which of them a file is. Owns the list and how a packed file is told from a plain one; refuses
//! to know how any of them is read. A new format is one file and one line here.

use super::csv_format::Csv;
use super::parquet_reader::Parquet;
use super::source::{FileFormat, Look, Packing};

/// Every format, in the order they are tried; the last takes what no other claims.
pub const FORMATS: &[&dyn FileFormat] = &[&Parquet, &Csv];

/// How a file is packed and what it is, by its first bytes and its name.
///
/// # Errors
/// A sentence naming what it is not.
pub fn recognise(head: &[u8], name: &str) -> Result<(Packing, &'static dyn FileFormat), String> {
    let packing = match head {
        [0x1F, 0x8B, ..] => Packing::Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Packing::Zstd,
        _ => Packing::Plain,
    };
    let look = Look { head, name, packing };
    for format in FORMATS {
        if format.recognises(&look)? {
            return Ok((packing, *format));
        }
    }
    Err(format!("{name}: of no format that is known"))
}

//! The file formats, and which of them a file is. Owns the list; refuses to know how any of them is read. A new format is
//! one file and one line here.

use std::io::Read;
use std::path::Path;

use super::csv_format::Csv;
use super::fixed_format::Fixed;
use super::ndjson_format::Ndjson;
use super::packing::{Packing, packing_of, unpack};
use super::parquet_reader::Parquet;
use super::source::{FileFormat, Look};
use super::xlsx_format::Xlsx;
use crate::config::{ExtractConfig, FormatName};

/// Every format, in the order they are tried; the last takes what no other claims.
pub const FORMATS: &[&dyn FileFormat] = &[&Parquet, &Xlsx, &Ndjson, &Fixed, &Csv];

/// First bytes by which a file is recognised.
pub const HEAD_BYTES: usize = 512;

/// How a file is packed and what it is: as declared, else by its first bytes and its name.
///
/// # Errors
/// A sentence naming what it is not.
pub fn recognise(
    path: &Path,
    head: &[u8],
    name: &str,
    (config, table): (&ExtractConfig, Option<&str>),
) -> Result<(Packing, &'static dyn FileFormat), String> {
    let packing = packing_of(head);
    let mut inside = head.to_vec();
    if packing != Packing::Plain {
        inside.clear();
        // A packed file that cannot be opened is told when it is read, with its place.
        let opened = unpack(path, packing).map_err(|e| format!("{name}: {e}"))?;
        let _ = opened.take(HEAD_BYTES as u64).read_to_end(&mut inside);
    }
    let declared = config.format.or((!config.fields_of(table).is_empty()).then_some(FormatName::Fixed));
    let look = Look { head, name, packing, inside: &inside };
    for format in FORMATS {
        match declared {
            Some(declared) if format.name() == declared => return Ok((packing, *format)),
            None if format.recognises(&look)? => return Ok((packing, *format)),
            _ => {}
        }
    }
    Err(format!("{name}: of no format that is known"))
}

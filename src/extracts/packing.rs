//! How a file's bytes are packed: gzip, zstd, or a zip of one file. Owns unpacking as a stream, checked to its end; refuses
//! to know what is inside.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How a file's bytes are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Packing {
    /// As they are.
    Plain,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
    /// A zip of one file.
    Zip,
}

/// The packing by a file's first bytes. A workbook is a zip too, but a format of its own.
#[must_use]
pub fn packing_of(head: &[u8]) -> Packing {
    match head {
        [0x1F, 0x8B, ..] => Packing::Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Packing::Zstd,
        [b'P', b'K', 3, 4, ..] if !is_workbook(head) => Packing::Zip,
        _ => Packing::Plain,
    }
}

/// A zip whose first entry is one that office documents begin with.
#[must_use]
pub fn is_workbook(head: &[u8]) -> bool {
    const FIRST: [&[u8]; 5] = [b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"mimetype"];
    head.starts_with(b"PK\x03\x04") && head.get(30..).is_some_and(|name| FIRST.iter().any(|f| name.starts_with(f)))
}

/// The unpacked bytes of a file.
///
/// # Errors
/// When the file cannot be opened, or a zip holds anything but one file.
pub fn unpack(path: &Path, packing: Packing) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    Ok(match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 18, file))),
        Packing::Zstd => Box::new(zstd::Decoder::new(file)?),
        Packing::Zip => open_zip(file)?,
    })
}

fn open_zip(mut file: File) -> io::Result<Box<dyn Read + Send>> {
    let refuse = |why: &str| io::Error::other(why.to_owned());
    let damaged = |_| refuse("the zip archive is damaged");
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file.try_clone()?)).map_err(damaged)?;
    let mut only = None;
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(damaged)?;
        if entry.is_dir() || entry.name().is_ok_and(|n| n.starts_with("__MACOSX/")) {
            continue;
        }
        if entry.enclosed_name().is_none() {
            return Err(refuse("the zip archive holds a path that leads out of it"));
        }
        if entry.encrypted() {
            return Err(refuse("the zip archive is locked by a password"));
        }
        if only.is_some() {
            return Err(refuse("the zip archive holds more than one file; unpack it into a folder"));
        }
        let start = entry.data_start().ok_or_else(|| refuse("the zip archive is damaged"))?;
        only = Some((start, entry.compressed_size(), entry.size(), entry.crc32(), entry.compression()));
    }
    let (start, packed, size, crc, method) = only.ok_or_else(|| refuse("the zip archive holds no file"))?;
    file.seek(SeekFrom::Start(start))?;
    let body = io::BufReader::with_capacity(1 << 18, file).take(packed);
    let inner: Box<dyn Read + Send> = match method {
        zip::CompressionMethod::Stored => Box::new(body),
        zip::CompressionMethod::Deflated => Box::new(flate2::read::DeflateDecoder::new(body)),
        _ => return Err(refuse("the zip archive is packed by a method that is not supported")),
    };
    Ok(Box::new(Checked { inner, crc: flate2::Crc::new(), given: 0, size, sum: crc }))
}

/// Compares length and checksum at the end.
struct Checked {
    inner: Box<dyn Read + Send>,
    crc: flate2::Crc,
    given: u64,
    size: u64,
    sum: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.crc.update(&buffer[..n]);
        self.given += n as u64;
        if n == 0 && !buffer.is_empty() && (self.given != self.size || self.crc.sum() != self.sum) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the zip archive is damaged"));
        }
        Ok(n)
    }
}

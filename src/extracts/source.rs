//! What an input file is, whatever its format: its bytes, how they are packed, and the two traits that every format
//! fills. Owns streaming decompression with its bomb limits; refuses to know any one format, and columns.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::SystemTime;

use super::batch::RawBatch;
use super::error::{ExtractError, ReadFailure};
use super::packing::{Packing, unpack};
use super::reason::Reason;
use crate::config::{ExtractConfig, FormatName};

/// What is known of a file before a format is chosen for it.
pub struct Look<'a> {
    /// Its first bytes, packed as they are.
    pub head: &'a [u8],
    /// Its name as told to people.
    pub name: &'a str,
    /// How it is packed.
    pub packing: Packing,
    /// Its first bytes, unpacked.
    pub inside: &'a [u8],
}

impl Look<'_> {
    /// The beginning of its text, without a byte-order mark and blanks.
    #[must_use]
    pub fn text_start(&self) -> &[u8] {
        self.inside.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(self.inside).trim_ascii_start()
    }
}

/// A file format: one value of this trait, and one line in the list of `formats.rs`.
pub trait FileFormat: Sync {
    /// The word of the configuration.
    fn name(&self) -> FormatName;
    /// Whether a file is of this format.
    ///
    /// # Errors
    /// A sentence when it claims to be and is not.
    fn recognises(&self, look: &Look<'_>) -> Result<bool, String>;
    /// Opens a file up to its first row.
    ///
    /// # Errors
    /// A sentence naming what is wrong with the file.
    fn open(&self, file: &SourceFile, config: &ExtractConfig) -> Result<Box<dyn OpenFile>, String>;
    /// Rows of a file, estimated without reading them; 0 for a file that cannot be opened.
    fn estimate_rows(&self, file: &SourceFile) -> u64;
}

impl fmt::Debug for dyn FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().as_str())
    }
}

/// A file opened up to its first row.
pub trait OpenFile: Send {
    /// Column names, in file order.
    fn names(&self) -> &[String];
    /// Reads every row and gives the batches to `sink`; says what was noted of the file as a whole, and how often.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn read(
        self: Box<Self>,
        request: &ReadRequest<'_>,
        sink: &dyn BatchSink,
    ) -> Result<Vec<(Reason, u64)>, ReadFailure>;
}

/// Which part of a file is wanted, and how.
pub struct ReadRequest<'a> {
    /// Index of the file, for its batches.
    pub file: usize,
    /// Columns wanted, by place in the file; a batch holds them in this order.
    pub needed: &'a [usize],
    /// Of `needed`, those whose text is worth reading as a dictionary.
    pub as_dictionary: &'a [bool],
    /// One batch after the other in file order, from one thread; else from many threads in any order.
    pub in_order: bool,
}

/// Takes the batches of one stretch of a file: those that may share a dictionary, in order.
pub type Stretch<'s> = Box<dyn FnMut(RawBatch) -> Result<(), ExtractError> + 's>;

/// Takes the batches of a file, by stretches.
pub trait BatchSink: Sync {
    /// A new stretch.
    fn stretch(&self) -> Stretch<'_>;
}

/// One input file, as it stood when the run looked first.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Name shown in quarantine and manifest: the file name, with its folder when a folder was read.
    pub name: String,
    /// How to read it.
    pub format: &'static dyn FileFormat,
    /// How it is packed.
    pub packing: Packing,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// The table of a view that it belongs to; none for the files under `path`.
    pub table: Option<String>,
    /// Further names under which the same bytes stood.
    pub copies: u64,
    /// When it was written last, as seen at the first look.
    pub(super) modified: Option<SystemTime>,
}

/// Text longer than this many times its compressed size, past [`BOMB_FLOOR`], is refused.
const BOMB_RATIO: u64 = 400;
/// Bytes of text every compressed file may give.
const BOMB_FLOOR: u64 = 256 << 20;

impl SourceFile {
    /// Whether the file is still the one that was hashed.
    #[must_use]
    pub fn unchanged(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|m| m.len() == self.bytes && m.modified().ok() == self.modified)
    }

    /// The unpacked bytes of the file, as a stream.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open_text(&self) -> io::Result<Box<dyn Read + Send>> {
        let inner = unpack(&self.path, self.packing)?;
        if self.packing == Packing::Plain {
            return Ok(inner);
        }
        Ok(Box::new(Capped { inner, given: 0, limit: BOMB_FLOOR.max(self.bytes.saturating_mul(BOMB_RATIO)) }))
    }

    /// Bytes of text, estimated for a packed file.
    #[must_use]
    pub fn estimated_text_bytes(&self) -> u64 {
        /// How much packing makes of text.
        const COMPRESSED: u64 = 8;
        if self.packing == Packing::Plain { self.bytes } else { self.bytes.saturating_mul(COMPRESSED) }
    }
}

/// Stops a decompression bomb while it streams.
struct Capped {
    inner: Box<dyn Read + Send>,
    given: u64,
    limit: u64,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        if self.given > self.limit {
            return Err(io::Error::other(
                "the file expands to far more than its compressed size allows: a decompression bomb, or damaged",
            ));
        }
        Ok(n)
    }
}

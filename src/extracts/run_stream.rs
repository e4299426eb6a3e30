//! One file of packed rows on its way from a scatter task to a part. Owns its frames, its trailer and the refusal of
//! anything cut, changed, doubled or meant for another part; refuses to look into a row.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::account_record::{put_refused, take_refused};
use super::ledger::{QuarantineRow, Tally};
use crate::domain::{BrokenRecord, Record, RecordReader, hex};

/// What a stream begins with.
const MAGIC: &[u8; 8] = b"LLRUNS01";
/// Version of the form.
const FORMAT: u32 = 1;
/// A kind and a length of 32 bits lead each frame.
const HEAD: usize = 5;

/// Packed rows, compressed.
const ROWS: u8 = 1;
/// The account of the whole input.
const ACCOUNT: u8 = 2;
/// Rows of the input that its reading rejected.
const REFUSED: u8 = 3;
/// The last frame.
const TRAILER: u8 = 4;

/// More than one frame ever unpacks to.
const FRAME_LIMIT: u64 = 1 << 30;

/// Which stream it is: of which prelude, which input, to which part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StreamLabel {
    /// SHA-256 of the prelude.
    pub prelude: String,
    /// Input, by its place in the inventory.
    pub input: usize,
    /// Part; `None` for rows that everyone reads.
    pub part: Option<usize>,
}

/// The last frame of a stream: what must have arrived before it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Trailer {
    format: u32,
    #[serde(flatten)]
    label: StreamLabel,
    frames: u64,
    rows: u64,
    sha256: String,
}

/// Writes one stream, piece by piece; the file has its name only once it is whole.
pub(super) struct RunWriter {
    path: PathBuf,
    temporary: PathBuf,
    label: StreamLabel,
    hasher: Sha256,
    frames: u64,
    rows: u64,
}

impl RunWriter {
    /// Begins a stream in a folder, which is made when missing.
    pub fn create(path: PathBuf, label: StreamLabel) -> io::Result<Self> {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.tmp-{}", std::process::id()));
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&temporary)?;
        file.write_all(MAGIC)?;
        let mut hasher = Sha256::new();
        hasher.update(MAGIC);
        Ok(Self { path, temporary, label, hasher, frames: 0, rows: 0 })
    }

    /// Files are opened anew for each frame: a scatter task has as many streams as there are parts.
    fn frame(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        let len = u32::try_from(payload.len()).map_err(|_| io::Error::other("a frame is too long"))?;
        let mut frame = Vec::with_capacity(HEAD + payload.len());
        frame.push(kind);
        frame.extend_from_slice(&len.to_le_bytes());
        frame.extend_from_slice(payload);
        self.hasher.update(&frame);
        self.frames += 1;
        OpenOptions::new().append(true).open(&self.temporary)?.write_all(&frame)
    }

    /// Adds packed rows.
    pub fn rows(&mut self, packed: &[u8], rows: u64) -> io::Result<()> {
        self.rows += rows;
        self.frame(ROWS, &zstd::bulk::compress(packed, 1)?)
    }

    /// Adds the account and the rejected rows of the input, then the trailer, and gives the file its name.
    pub fn finish(mut self, account: &Tally, refused: &[QuarantineRow]) -> io::Result<u64> {
        self.frame(ACCOUNT, &account.to_bytes())?;
        if !refused.is_empty() {
            let mut bytes = Vec::new();
            put_refused(refused, &mut bytes);
            self.frame(REFUSED, &zstd::bulk::compress(&bytes, 1)?)?;
        }
        let trailer = Trailer {
            format: FORMAT,
            label: self.label.clone(),
            frames: self.frames,
            rows: self.rows,
            sha256: hex(&self.hasher.clone().finalize()),
        };
        let mut bytes = serde_json::to_vec(&trailer).map_err(io::Error::other)?;
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        self.frame(TRAILER, &bytes)?;
        OpenOptions::new().write(true).open(&self.temporary)?.sync_all()?;
        std::fs::rename(&self.temporary, &self.path)?;
        Ok(self.rows)
    }
}

impl Drop for RunWriter {
    fn drop(&mut self) {
        // Gone already when the stream was finished.
        drop(std::fs::remove_file(&self.temporary));
    }
}

/// A stream that has arrived whole: every byte is what its trailer says.
#[derive(Debug)]
pub struct RunFile {
    file: File,
    /// Rows in it.
    pub rows: u64,
    /// The account of the whole input, the same in the streams of all parts.
    pub account: Tally,
    /// Rows of the input that its reading rejected; in the stream of one part alone.
    pub refused: Vec<QuarantineRow>,
    /// Offset and length of each frame of rows.
    frames: Vec<(u64, usize)>,
}

/// Where a frame's payload lies.
struct Frame {
    kind: u8,
    at: u64,
    len: usize,
}

impl RunFile {
    /// Opens a stream of one extract and reads it to its end.
    ///
    /// # Errors
    /// A sentence that names no row: the stream is cut, changed, or another than `label`.
    pub fn open(path: &Path, label: &StreamLabel, extract: &'static str) -> Result<Self, String> {
        let file = File::open(path).map_err(|e| format!("cannot be opened: {e}"))?;
        let (frames, trailer) = check_frames(&file)?;
        if trailer.format != FORMAT {
            return Err(format!("is of form {}, this version reads form {FORMAT}", trailer.format));
        }
        if trailer.label.prelude != label.prelude {
            return Err("belongs to another prelude".to_owned());
        }
        if trailer.label != *label {
            return Err("was meant for another part or input".to_owned());
        }
        let mut out =
            Self { file, rows: trailer.rows, account: Tally::default(), refused: Vec::new(), frames: Vec::new() };
        let mut accounts = 0;
        for frame in frames {
            match frame.kind {
                ROWS => out.frames.push((frame.at, frame.len)),
                ACCOUNT => {
                    accounts += 1;
                    out.account = Tally::from_bytes(&out.payload(frame.at, frame.len)?).map_err(damaged)?;
                }
                REFUSED => {
                    let bytes = unpack(&out.payload(frame.at, frame.len)?)?;
                    out.refused = take_refused(extract, &mut RecordReader(&bytes)).map_err(damaged)?;
                }
                _ => return Err("holds a frame of an unknown kind".to_owned()),
            }
        }
        if accounts == 1 { Ok(out) } else { Err("has no account of its input".to_owned()) }
    }

    fn payload(&self, at: u64, len: usize) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, at).map_err(|e| format!("cannot be read: {e}"))?;
        Ok(bytes)
    }

    /// Number of frames of rows.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    /// The packed rows of a frame.
    ///
    /// # Errors
    /// A sentence when they cannot be read.
    pub fn packed(&self, frame: usize) -> Result<Vec<u8>, String> {
        let (at, len) = self.frames[frame];
        unpack(&self.payload(at, len)?)
    }
}

fn damaged(_: BrokenRecord) -> String {
    "is damaged".to_owned()
}

fn unpack(payload: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let opened = zstd::Decoder::new(payload).map_err(|_| damaged(BrokenRecord))?;
    opened.take(FRAME_LIMIT).read_to_end(&mut out).map_err(|_| damaged(BrokenRecord))?;
    Ok(out)
}

/// Reads a stream to its end; its frames and its trailer, when every byte is accounted for.
fn check_frames(file: &File) -> Result<(Vec<Frame>, Trailer), String> {
    let cut = |_: io::Error| "is cut short".to_owned();
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut hasher = Sha256::new();
    let mut magic = [0; MAGIC.len()];
    reader.read_exact(&mut magic).map_err(cut)?;
    if magic != *MAGIC {
        return Err("is no stream of packed rows".to_owned());
    }
    hasher.update(magic);
    let mut at = MAGIC.len() as u64;
    let (mut frames, mut buffer) = (Vec::new(), vec![0; 1 << 18]);
    loop {
        let mut head = [0; HEAD];
        reader.read_exact(&mut head).map_err(cut)?;
        at += HEAD as u64;
        let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if head[0] == TRAILER {
            let mut bytes = Vec::new();
            reader.by_ref().take(len as u64).read_to_end(&mut bytes).map_err(cut)?;
            if bytes.len() != len {
                return Err("is cut short".to_owned());
            }
            let trailer = read_trailer(&bytes).ok_or_else(|| "has a damaged trailer".to_owned())?;
            if reader.read(&mut [0]).map_err(cut)? != 0 {
                return Err("goes on behind its trailer".to_owned());
            }
            if (trailer.frames, &trailer.sha256) != (frames.len() as u64, &hex(&hasher.finalize())) {
                return Err("is not what its trailer says".to_owned());
            }
            return Ok((frames, trailer));
        }
        hasher.update(head);
        let mut left = len;
        while left > 0 {
            let step = left.min(buffer.len());
            reader.read_exact(&mut buffer[..step]).map_err(cut)?;
            hasher.update(&buffer[..step]);
            left -= step;
        }
        frames.push(Frame { kind: head[0], at, len });
        at += len as u64;
    }
}

/// The trailer of its frame, when it is what was written: its own sum stands behind it.
fn read_trailer(bytes: &[u8]) -> Option<Trailer> {
    let (json, sum) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
    if Sha256::digest(json).as_slice() != sum {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(part: usize) -> StreamLabel {
        StreamLabel { prelude: "p".to_owned(), input: 2, part: Some(part) }
    }

    fn written(folder: &Path) -> PathBuf {
        let path = folder.join("part=1").join("2.runs");
        let mut writer = RunWriter::create(path.clone(), label(1)).expect("a stream");
        writer.rows(b"first rows", 3).expect("written");
        writer.rows(b"more rows", 4).expect("written");
        assert_eq!(writer.finish(&Tally { rows_in: 7, rows_used: 7, ..Tally::default() }, &[]).expect("whole"), 7);
        path
    }

    #[test]
    fn a_whole_stream_is_read_and_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path());
        let whole = RunFile::open(&path, &label(1), "eligibility").expect("whole");
        assert_eq!((whole.rows, whole.frames(), whole.account.rows_in), (7, 2, 7));
        assert_eq!(whole.packed(1).as_deref(), Ok(&b"more rows"[..]));
        assert_eq!(std::fs::read_dir(path.parent().expect("a folder")).expect("listed").count(), 1);

        let other = RunFile::open(&path, &label(0), "eligibility").map(|_| ());
        assert_eq!(other, Err("was meant for another part or input".to_owned()));
        let strange = StreamLabel { prelude: "q".to_owned(), ..label(1) };
        assert_eq!(
            RunFile::open(&path, &strange, "eligibility").map(|_| ()),
            Err("belongs to another prelude".to_owned())
        );
    }

    #[test]
    fn cut_at_any_byte_or_changed_in_any_byte_it_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = written(folder.path());
        let bytes = std::fs::read(&path).expect("read");
        for cut in 0..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).expect("written");
            assert!(RunFile::open(&path, &label(1), "eligibility").is_err(), "cut at {cut}");
            let mut changed = bytes.clone();
            changed[cut] ^= 0x10;
            std::fs::write(&path, &changed).expect("written");
            assert!(RunFile::open(&path, &label(1), "eligibility").is_err(), "changed at {cut}");
        }
        std::fs::write(&path, [&bytes[..], b"x"].concat()).expect("written");
        assert_eq!(
            RunFile::open(&path, &label(1), "eligibility").map(|_| ()),
            Err("goes on behind its trailer".to_owned())
        );
    }
}

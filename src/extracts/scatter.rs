//! One input read, judged and packed by part. Owns to which part a row goes and how much is held before it is written;
//! refuses to know whose rows they are beyond the id.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::batch::Batch;
use super::column::Pools;
use super::contract::ExtractSpec;
use super::crosswalk::Crosswalk;
use super::error::ExtractError;
use super::feeds::FEEDS;
use super::inputs::{Discovered, contract_of};
use super::inventory::InputUnit;
use super::ledger::Ledger;
use super::packed_rows::pack_rows;
use super::reader::ExtractReader;
use super::reason::Reason;
use super::run_stream::{RunWriter, StreamLabel};
use crate::config::RunPlan;
use crate::domain::PseudonymKey;

/// Packed bytes of a part that make a frame.
const FRAME_BYTES: usize = 1 << 20;
/// Packed bytes of all parts past which everything held is written.
const HELD_BYTES: u64 = 128 << 20;

/// To which part a member belongs: parts are ranges of the published id, so that their order is the order of members.
#[derive(Clone, Debug)]
pub struct PartRouter {
    /// First id of every part but the first, in order.
    pub splitters: Vec<String>,
    /// Set where members are published under pseudonyms.
    pub names: Option<PseudonymKey>,
}

impl PartRouter {
    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.splitters.len() + 1
    }

    /// The id under which a member is published.
    #[must_use]
    pub fn published<'i>(&self, id: &'i str) -> Cow<'i, str> {
        self.names.as_ref().map_or(Cow::Borrowed(id), |key| Cow::Owned(key.pseudonym(id)))
    }

    /// The part of a member by the id that rows carry.
    #[must_use]
    pub fn part_of(&self, id: &str) -> usize {
        let id = self.published(id);
        self.splitters.partition_point(|first| first.as_str() <= &*id)
    }
}

/// What one scatter task is to do.
pub struct ScatterTask<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// The files.
    pub found: &'a Discovered,
    /// SHA-256 of the prelude.
    pub prelude: &'a str,
    /// The input, by its place in the inventory.
    pub input: usize,
    /// The same, as the inventory has it.
    pub unit: &'a InputUnit,
    /// Ids that became other ids.
    pub crosswalk: &'a Crosswalk,
    /// Where members belong; `None` for rows that everyone reads.
    pub router: Option<&'a PartRouter>,
    /// Folder of the streams.
    pub to: &'a Path,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
}

/// The stream of an input to a part, below the folder of a scatter.
#[must_use]
pub fn stream_path(folder: &Path, part: Option<usize>, input: usize) -> PathBuf {
    let part = part.map_or_else(|| "everyone".to_owned(), |k| format!("part={k}"));
    folder.join(part).join(format!("{input}.runs"))
}

/// Reads one input and writes its streams; rows sent to each part.
///
/// # Errors
/// Those of reading; a disk that refuses.
pub fn scatter_input(task: &ScatterTask<'_>) -> Result<Vec<u64>, ExtractError> {
    let missing = || ExtractError::Missing { extract: task.unit.extract.clone() };
    let spec = contract_of(&task.unit.extract, &task.plan.models.feature_columns).ok_or_else(missing)?;
    let config = task.plan.extracts.get(spec.name).ok_or_else(missing)?;
    let files = task.found.files.get(spec.name).ok_or_else(missing)?;
    let pools = Pools::default();
    let reader = ExtractReader {
        spec,
        config,
        files,
        only: task.unit.file,
        pools: &pools,
        crosswalk: task.crosswalk,
        as_of: task.plan.as_of,
        stop: task.stop,
    };
    let parts = PartBuffers::open(task).map_err(ExtractError::Spill)?;
    let ids = task.router.map(|router| (router, spec.index_of("member_id")));
    let reach = FEEDS.iter().find(|f| f.spec.name == spec.name).and_then(|f| f.reach);
    let ledger = Ledger::default();
    reader.read(&ledger, &|batch, verdicts| {
        if let Some(reach) = reach {
            reach(batch, &pools, task.plan.as_of, verdicts);
        }
        for (part, rows) in by_part(batch, ids).iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            parts.add(part, batch, rows, &pools);
        }
    })?;
    let read = files.iter().enumerate().filter(|(at, _)| task.unit.file.is_none_or(|one| one == *at));
    ledger.note(Reason::RepeatedFile, read.map(|(_, f)| f.copies).sum());
    parts.finish(ledger).map_err(ExtractError::Spill)
}

/// The rows of a batch that no check has rejected, by part.
fn by_part(batch: &Batch, ids: Option<(&PartRouter, usize)>) -> Vec<Vec<usize>> {
    let Some((router, column)) = ids else { return vec![batch.good().collect()] };
    let mut out = vec![Vec::new(); router.parts()];
    let mut last: Option<(&str, usize)> = None;
    for row in batch.good() {
        let id = batch.columns[column].text(row).unwrap_or("");
        let part = match last {
            Some((same, part)) if same == id => part,
            _ => router.part_of(id),
        };
        last = Some((id, part));
        out[part].push(row);
    }
    out
}

/// What is held of each part, and its stream.
struct PartBuffers {
    parts: Vec<Mutex<PartBuffer>>,
    held: AtomicU64,
    failed: Mutex<Option<io::Error>>,
}

struct PartBuffer {
    packed: Vec<u8>,
    rows: u64,
    writer: RunWriter,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PartBuffers {
    fn open(task: &ScatterTask<'_>) -> io::Result<Self> {
        let parts = task.router.map_or(1, PartRouter::parts);
        let open = |part: usize| {
            let part = task.router.map(|_| part);
            let label = StreamLabel { prelude: task.prelude.to_owned(), input: task.input, part };
            let writer = RunWriter::create(stream_path(task.to, part, task.input), label)?;
            Ok(Mutex::new(PartBuffer { packed: Vec::new(), rows: 0, writer }))
        };
        Ok(Self {
            parts: (0..parts).map(open).collect::<io::Result<_>>()?,
            held: AtomicU64::new(0),
            failed: Mutex::new(None),
        })
    }

    /// Adds rows; the first failure of the disk is kept for [`PartBuffers::finish`].
    fn add(&self, part: usize, batch: &Batch, rows: &[usize], pools: &Pools) {
        let mut packed = Vec::new();
        pack_rows(batch, rows, pools, &mut packed);
        self.held.fetch_add(packed.len() as u64, Ordering::Relaxed);
        let mut buffer = lock(&self.parts[part]);
        buffer.packed.extend_from_slice(&packed);
        buffer.rows += rows.len() as u64;
        if buffer.packed.len() >= FRAME_BYTES {
            self.flush(&mut buffer);
        }
        drop(buffer);
        if self.held.load(Ordering::Relaxed) > HELD_BYTES {
            self.parts.iter().for_each(|part| self.flush(&mut lock(part)));
        }
    }

    fn flush(&self, buffer: &mut PartBuffer) {
        if buffer.packed.is_empty() {
            return;
        }
        let (packed, rows) = (std::mem::take(&mut buffer.packed), std::mem::take(&mut buffer.rows));
        self.held.fetch_sub(packed.len() as u64, Ordering::Relaxed);
        if let Err(why) = buffer.writer.rows(&packed, rows) {
            lock(&self.failed).get_or_insert(why);
        }
    }

    /// Ends every stream: the account goes to each, the rejected rows to the first.
    fn finish(self, ledger: Ledger) -> io::Result<Vec<u64>> {
        self.parts.iter().for_each(|part| self.flush(&mut lock(part)));
        if let Some(why) = lock(&self.failed).take() {
            return Err(why);
        }
        let (account, refused) = ledger.finish();
        let parts = self.parts.into_iter().map(|p| p.into_inner().unwrap_or_else(PoisonError::into_inner));
        parts.enumerate().map(|(k, p)| p.writer.finish(&account, if k == 0 { &refused } else { &[] })).collect()
    }
}

/// A sample of the ids that a population is published under, for cutting it into parts of like size: those whose hash is
/// smallest, so that neither order nor batch shows.
pub fn sample_ids(task: &ScatterTask<'_>, router: &PartRouter, most: usize) -> Result<Vec<String>, ExtractError> {
    let missing = || ExtractError::Missing { extract: task.unit.extract.clone() };
    let spec: &'static ExtractSpec = contract_of(&task.unit.extract, &[]).ok_or_else(missing)?;
    let pools = Pools::default();
    let reader = ExtractReader {
        spec,
        config: task.plan.extracts.get(spec.name).ok_or_else(missing)?,
        files: task.found.files.get(spec.name).ok_or_else(missing)?,
        only: task.unit.file,
        pools: &pools,
        crosswalk: task.crosswalk,
        as_of: task.plan.as_of,
        stop: task.stop,
    };
    let kept = Mutex::new(std::collections::BTreeMap::new());
    let column = spec.index_of("member_id");
    reader.read(&Ledger::default(), &|batch, _| {
        let ids = batch.good().filter_map(|row| batch.columns[column].text(row));
        let hashed: Vec<(u64, &str)> = ids.map(|id| (crate::domain::text_key(id), id)).collect();
        let mut kept = lock(&kept);
        for (hash, id) in hashed {
            kept.entry(hash).or_insert_with(|| router.published(id).into_owned());
            if kept.len() > most {
                kept.pop_last();
            }
        }
    })?;
    Ok(kept.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_range_of_ids_and_splitters_begin_one() {
        let router = PartRouter { splitters: vec!["B".to_owned(), "C".to_owned()], names: None };
        assert_eq!(["", "A", "B", "BB", "C", "Z"].map(|id| router.part_of(id)), [0, 0, 1, 1, 2, 2]);
        let key = PseudonymKey::new(&[7; 32]).expect("a key");
        let hidden = PartRouter { splitters: vec![key.pseudonym("A")], names: Some(key) };
        assert_eq!((hidden.parts(), hidden.part_of("A")), (2, 1));
    }
}

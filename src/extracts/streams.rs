//! Rows that other processes have read and judged, in the place of files. Owns how they are handed to the same consumers
//! and how the accounts of the two halves are put together; refuses to read a file of an input.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::batch::Verdicts;
use super::batch_account::BatchPlace;
use super::column::Pools;
use super::error::ExtractError;
use super::ledger::{Ledger, QuarantineRow, Tally};
use super::packed_rows::unpack_rows;
use super::reader::Consumer;
use super::run_stream::RunFile;
use crate::domain::RecordReader;

/// Rows of an extract that were consumed elsewhere: what became of them.
#[derive(Clone, Debug, Default)]
pub struct SettledRows {
    /// The account of the rows as they arrived there.
    pub tally: Tally,
    /// Those rejected.
    pub quarantine: Vec<QuarantineRow>,
}

/// The streams of one extract.
#[derive(Debug, Default)]
pub struct ExtractStreams {
    /// Streams that have arrived whole.
    pub files: Vec<RunFile>,
    /// The account of all its inputs, as their reading left it.
    pub account: Tally,
    /// Rows that reading rejected.
    pub refused: Vec<QuarantineRow>,
    /// Set where the rows were consumed elsewhere: `files` hold none then.
    pub settled: Option<SettledRows>,
}

/// Every extract's streams.
#[derive(Debug, Default)]
pub struct Streams {
    /// By extract.
    pub by_extract: BTreeMap<&'static str, ExtractStreams>,
    /// The streams of all parts are here, so that the accounts are those of whole extracts; else of one part, whose rows
    /// alone are counted.
    pub whole: bool,
}

impl Streams {
    /// Hands every row of an extract to its consumer; its account and its rejected rows.
    ///
    /// # Errors
    /// [`ExtractError::Stream`] when rows are missing, doubled or damaged.
    pub(super) fn replay(
        &self,
        place: BatchPlace<'_>,
        pools: &Pools,
        stop: &AtomicBool,
        consume: Consumer<'_>,
    ) -> Result<(Tally, Vec<QuarantineRow>), ExtractError> {
        let Some(streams) = self.by_extract.get(place.spec.name) else {
            return Err(fault(place, "has no stream"));
        };
        let (replayed, mut rows) = match &streams.settled {
            Some(settled) => (settled.tally.clone(), settled.quarantine.clone()),
            None => replay_files(&streams.files, place, pools, stop, consume)?,
        };
        if !self.whole {
            let mut tally = replayed;
            tally.oldest = streams.account.oldest;
            return Ok((tally, rows));
        }
        if replayed.rows_in != streams.account.rows_used {
            return Err(fault(place, "has more or fewer rows than were sent"));
        }
        let mut tally = Tally { rows_used: 0, ..streams.account.clone() };
        tally.add(&Tally { rows_in: 0, ..replayed });
        rows.extend(streams.refused.iter().cloned());
        rows.sort();
        Ok((tally, rows))
    }
}

fn fault(place: BatchPlace<'_>, why: &str) -> ExtractError {
    ExtractError::Stream(format!("extract {}: {why}", place.spec.name))
}

fn replay_files(
    files: &[RunFile],
    place: BatchPlace<'_>,
    pools: &Pools,
    stop: &AtomicBool,
    consume: Consumer<'_>,
) -> Result<(Tally, Vec<QuarantineRow>), ExtractError> {
    let ledger = Ledger::default();
    let width = place.spec.flat().count();
    let frames: Vec<(&RunFile, usize)> =
        files.iter().flat_map(|file| (0..file.frames()).map(move |at| (file, at))).collect();
    frames.par_iter().try_for_each(|(file, at)| {
        let bytes = file.packed(*at).map_err(|why| fault(place, &format!("a stream {why}")))?;
        let mut reader = RecordReader(&bytes);
        while !reader.is_at_end() {
            if stop.load(Ordering::Relaxed) {
                return Err(ExtractError::Interrupted);
            }
            let batch = unpack_rows(&mut reader, pools).map_err(|_| fault(place, "a stream is damaged"))?;
            if batch.columns.len() != width {
                return Err(fault(place, "a stream has other columns than the contract"));
            }
            let mut verdicts = Verdicts::default();
            consume(&batch, &mut verdicts);
            let read = Tally { rows_in: batch.len as u64, ..Tally::default() };
            let (tally, rows) = place.settle(&batch, verdicts, (read, Vec::new()));
            ledger.merge(&tally, rows);
        }
        Ok(())
    })?;
    let (tally, rows) = ledger.finish();
    let sent: u64 = files.iter().map(|f| f.rows).sum();
    if tally.rows_in == sent {
        Ok((tally, rows))
    } else {
        Err(fault(place, "a stream has other rows than its trailer says"))
    }
}

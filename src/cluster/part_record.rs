//! What the measures of a part's members come to, as one record. Owns that record, with members counted from the part's
//! first; refuses a name of a count, rule or extract that this version does not know.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::domain::{BrokenRecord, Record, RecordReader, WordId, hex, put_text};
use crate::extracts::{
    Member, QuarantineRow, SettledRows, Tally, Words, extract, put_refused, take_refused, take_rule,
};
use crate::features::Snapshot;
use crate::measures::{LagHistogram, PastEvent, Rates};
use crate::models::TrainedScore;
use crate::outreach::PersonPlan;

/// Counts by name.
type Counts = BTreeMap<&'static str, u64>;

/// What the walk over the members of a part gave.
#[derive(Default)]
pub struct PartMeasures {
    /// One a member, in member order.
    pub snapshots: Vec<Snapshot>,
    /// What the playbook says of each, in member order.
    pub plans: Vec<PersonPlan>,
    /// What trained models say, in member order.
    pub trained: Vec<TrainedScore>,
    /// Earlier events of the visit clocks, in member order.
    pub past_events: Vec<PastEvent>,
    /// Days that professional lines needed to arrive.
    pub lags: LagHistogram,
    /// Codes by status and other counts.
    pub codes: Counts,
    /// Counts at the clinical gates.
    pub counts: Counts,
    /// Rows left out that only the whole member could judge, by extract and rule.
    pub dropped: BTreeMap<(&'static str, &'static str), u64>,
    /// Rows of those rejected.
    pub quarantine: Vec<QuarantineRow>,
}

/// What one part leaves for the whole.
#[derive(Default)]
pub struct PartRecord {
    /// Hash of the ids of its members, in order.
    pub ids: String,
    /// What the walk gave.
    pub measures: PartMeasures,
    /// What became of the rows of claims, fills and admissions, by extract.
    pub settled: BTreeMap<&'static str, SettledRows>,
    /// The account of each input as its reading left it.
    pub accounts: BTreeMap<usize, Tally>,
    /// Rows of each input that its reading rejected; of one part alone.
    pub refused: BTreeMap<usize, (&'static str, Vec<QuarantineRow>)>,
    /// Cells of the rates, for [`Rates::take_cells`].
    pub rates: Vec<u8>,
}

/// Hash of the published ids of some members, in their order.
#[must_use]
pub fn ids_hash(members: &[Member]) -> String {
    let mut hasher = Sha256::new();
    for member in members {
        hasher.update((member.id().len() as u64).to_le_bytes());
        hasher.update(member.id());
    }
    hex(&hasher.finalize())
}

fn take_extract(from: &mut RecordReader<'_>) -> Result<&'static str, BrokenRecord> {
    extract(from.text()?).map(|spec| spec.name).ok_or(BrokenRecord)
}

/// Rejected rows of several extracts, by extract.
fn put_quarantine(rows: &[QuarantineRow], out: &mut Vec<u8>) {
    let groups: Vec<&[QuarantineRow]> = rows.chunk_by(|a, b| a.extract == b.extract).collect();
    groups.len().put(out);
    for group in groups {
        put_text(group[0].extract, out);
        put_refused(group, out);
    }
}

fn take_quarantine(from: &mut RecordReader<'_>) -> Result<Vec<QuarantineRow>, BrokenRecord> {
    let mut out = Vec::new();
    for _ in 0..from.count()? {
        out.extend(take_refused(take_extract(from)?, from)?);
    }
    Ok(out)
}

fn put_counts(counts: &Counts, out: &mut Vec<u8>) {
    counts.len().put(out);
    for (name, n) in counts {
        put_text(name, out);
        n.put(out);
    }
}

fn take_counts(known: &[&'static str], from: &mut RecordReader<'_>) -> Result<Counts, BrokenRecord> {
    let mut out = Counts::new();
    for _ in 0..from.count()? {
        let name = from.text()?;
        let name = known.iter().find(|one| **one == name).ok_or(BrokenRecord)?;
        out.insert(name, u64::take(from)?);
    }
    Ok(out)
}

impl PartMeasures {
    fn put(&self, out: &mut Vec<u8>) {
        self.snapshots.put(out);
        self.plans.put(out);
        self.trained.put(out);
        self.past_events.put(out);
        self.lags.put(out);
        put_counts(&self.codes, out);
        put_counts(&self.counts, out);
        self.dropped.len().put(out);
        for ((extract, rule), rows) in &self.dropped {
            put_text(extract, out);
            put_text(rule, out);
            rows.put(out);
        }
        put_quarantine(&self.quarantine, out);
    }

    fn take(known: &[&'static str], from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        let dropped = |from: &mut RecordReader<'_>| Ok(((take_extract(from)?, take_rule(from)?), u64::take(from)?));
        Ok(Self {
            snapshots: Record::take(from)?,
            plans: Record::take(from)?,
            trained: Record::take(from)?,
            past_events: Record::take(from)?,
            lags: Record::take(from)?,
            codes: take_counts(known, from)?,
            counts: take_counts(known, from)?,
            dropped: (0..from.count()?).map(|_| dropped(from)).collect::<Result<_, _>>()?,
            quarantine: take_quarantine(from)?,
        })
    }
}

impl PartRecord {
    /// Keeps the cells of the rates.
    pub fn keep_rates(&mut self, rates: &Rates, words: &Words<WordId>) {
        self.rates.clear();
        rates.put_cells(words, &mut self.rates);
    }

    /// The record as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(&self.ids, &mut out);
        self.measures.put(&mut out);
        self.settled.len().put(&mut out);
        for (extract, rows) in &self.settled {
            put_text(extract, &mut out);
            rows.tally.put(&mut out);
            put_refused(&rows.quarantine, &mut out);
        }
        self.accounts.put(&mut out);
        self.refused.len().put(&mut out);
        for (input, (extract, rows)) in &self.refused {
            input.put(&mut out);
            put_text(extract, &mut out);
            put_refused(rows, &mut out);
        }
        self.rates.len().put(&mut out);
        out.extend_from_slice(&self.rates);
        out
    }

    /// Reads a record back; `known` are the names of counts.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    pub fn from_bytes(bytes: &[u8], known: &[&'static str]) -> Result<Self, BrokenRecord> {
        let from = &mut RecordReader(bytes);
        let settled = |from: &mut RecordReader<'_>| {
            let name = take_extract(from)?;
            Ok((name, SettledRows { tally: Record::take(from)?, quarantine: take_refused(name, from)? }))
        };
        let refused = |from: &mut RecordReader<'_>| {
            let input = usize::take(from)?;
            let name = take_extract(from)?;
            Ok((input, (name, take_refused(name, from)?)))
        };
        let out = Self {
            ids: Record::take(from)?,
            measures: PartMeasures::take(known, from)?,
            settled: (0..from.count()?).map(|_| settled(from)).collect::<Result<_, _>>()?,
            accounts: Record::take(from)?,
            refused: (0..from.count()?).map(|_| refused(from)).collect::<Result<_, _>>()?,
            rates: {
                let len = from.count()?;
                from.bytes(len)?.to_vec()
            },
        };
        if from.is_at_end() { Ok(out) } else { Err(BrokenRecord) }
    }
}

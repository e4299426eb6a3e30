//! From files to judged batches. Owns the loop over files and the account of each batch; refuses to know what an
//! extract means and how a file is cut.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::batch::{Batch, RawBatch, Unreadable, Verdicts};
use super::binding::{Binder, Bindings};
use super::column::{Column, Pools};
use super::contract::ExtractSpec;
use super::convert::{self, Findings, Memo};
use super::crosswalk::Crosswalk;
use super::dates::DateReader;
use super::error::ExtractError;
use super::ledger::{Ledger, QuarantineRow, Tally};
use super::reason::Reason;
use super::source::{BatchSink, ReadRequest, SourceFile, Stretch};
use super::sql_view;
use crate::config::ExtractConfig;

/// Everything needed to read one extract.
pub struct ExtractReader<'a> {
    /// The contract.
    pub spec: &'static ExtractSpec,
    /// The configuration.
    pub config: &'a ExtractConfig,
    /// The files.
    pub files: &'a [SourceFile],
    /// Shared tables of texts.
    pub pools: &'a Pools,
    /// Ids that became other ids.
    pub crosswalk: &'a Crosswalk,
    /// Set when the process was told to stop.
    pub stop: &'a AtomicBool,
}

/// One row of the consumer's view: reads a batch, decides about its rows.
pub type Consumer<'c> = &'c (dyn Fn(&Batch, &mut Verdicts) + Sync);

impl ExtractReader<'_> {
    /// Reads every file and hands judged batches to `consume`, from many threads in any order.
    ///
    /// # Errors
    /// When a file breaks the contract or cannot be read to its end.
    pub fn read(&self, ledger: &Ledger, consume: Consumer<'_>) -> Result<(), ExtractError> {
        let dates = DateReader::new(&self.config.date_formats, self.config.timezone.as_deref())
            .map_err(|why| self.broken(why))?;
        if let Some(sql) = &self.config.sql {
            return self.read_view(sql, &dates, ledger, consume);
        }
        let mut broken = Vec::new();
        for (index, file) in self.files.iter().enumerate() {
            match self.read_file(index, file, &dates, ledger, consume) {
                // Contract breaches of every file are listed at once.
                Err(ExtractError::Contract { problems, .. }) => broken.extend(problems),
                other => other?,
            }
        }
        if broken.is_empty() {
            Ok(())
        } else {
            Err(ExtractError::Contract { extract: self.spec.name.to_owned(), problems: broken })
        }
    }

    fn read_view(
        &self,
        sql: &str,
        dates: &DateReader,
        ledger: &Ledger,
        consume: Consumer<'_>,
    ) -> Result<(), ExtractError> {
        let view = sql_view::run_view(self.spec.name, sql, self.files, self.config)?;
        let bindings = self.binder().bind(&view.names, "the view", ledger)?;
        let judge = Judge { reader: self, bindings: &bindings, dates, ledger, consume };
        for batch in view.batches(&bindings.needed) {
            judge.stretch()(batch)?;
        }
        ledger.merge(
            &Tally { rows_in: view.unreadable.len() as u64, quarantined: count(&view.unreadable), ..Tally::default() },
            view.unreadable.iter().map(|(file, u)| self.row_of(*file, u)).collect(),
        );
        self.files.iter().try_for_each(|f| self.check_unchanged(f))
    }

    fn read_file(
        &self,
        index: usize,
        file: &SourceFile,
        dates: &DateReader,
        ledger: &Ledger,
        consume: Consumer<'_>,
    ) -> Result<(), ExtractError> {
        let opened = file.format.open(file, self.config).map_err(|why| self.unreadable(file, why))?;
        let bindings = self.binder().bind(opened.names(), &file.name, ledger)?;
        let request = ReadRequest {
            file: index,
            needed: &bindings.needed,
            as_dictionary: &bindings.as_dictionary,
            in_order: false,
        };
        let judge = Judge { reader: self, bindings: &bindings, dates, ledger, consume };
        let notes = opened.read(&request, &judge).map_err(|e| e.into_extract(|why| self.unreadable(file, why)))?;
        for (reason, times) in notes {
            ledger.note(reason, times);
        }
        self.check_unchanged(file)
    }

    fn binder(&self) -> Binder<'_> {
        Binder { spec: self.spec, config: self.config }
    }

    fn check_unchanged(&self, file: &SourceFile) -> Result<(), ExtractError> {
        if file.unchanged() {
            Ok(())
        } else {
            Err(self.unreadable(file, "the file changed while it was read".to_owned()))
        }
    }

    fn file_name(&self, file: usize) -> &str {
        self.files.get(file).map_or("(view)", |f| f.name.as_str())
    }

    fn row_of(&self, file: usize, row: &Unreadable) -> QuarantineRow {
        QuarantineRow {
            extract: self.spec.name,
            file: self.file_name(file).to_owned(),
            row: row.row,
            column: String::new(),
            reason: row.reason,
            value: String::new(),
        }
    }

    fn quarantine_row(&self, file: usize, row: u64, column: usize, reason: Reason, value: String) -> QuarantineRow {
        let column = self.spec.flat().nth(column).map_or_else(String::new, |(n, _)| n);
        QuarantineRow { extract: self.spec.name, file: self.file_name(file).to_owned(), row, column, reason, value }
    }

    fn broken(&self, why: String) -> ExtractError {
        ExtractError::Contract { extract: self.spec.name.to_owned(), problems: vec![why] }
    }

    fn unreadable(&self, file: &SourceFile, why: String) -> ExtractError {
        ExtractError::Unreadable { extract: self.spec.name.to_owned(), file: file.name.clone(), why }
    }
}

/// Judges the batches of one file and keeps their account.
struct Judge<'j> {
    reader: &'j ExtractReader<'j>,
    bindings: &'j Bindings,
    dates: &'j DateReader,
    ledger: &'j Ledger,
    consume: Consumer<'j>,
}

impl BatchSink for Judge<'_> {
    fn stretch(&self) -> Stretch<'_> {
        // What dictionaries meant, a memo a column in flat order.
        let mut memos: Vec<Memo> = (0..self.bindings.len()).map(|_| Memo::default()).collect();
        Box::new(move |raw| self.judge(raw, &mut memos))
    }
}

impl Judge<'_> {
    fn judge(&self, raw: RawBatch, memos: &mut [Memo]) -> Result<(), ExtractError> {
        let reader = self.reader;
        if reader.stop.load(Ordering::Relaxed) {
            return Err(ExtractError::Interrupted);
        }
        let mut rejected = vec![false; raw.len];
        let mut columns = Vec::with_capacity(self.bindings.len());
        let mut bound = Vec::with_capacity(self.bindings.len());
        let mut quarantine: Vec<QuarantineRow> = raw.unreadable.iter().map(|u| reader.row_of(raw.file, u)).collect();
        let mut tally = Tally { rows_in: (raw.len + raw.unreadable.len()) as u64, ..Tally::default() };
        for ((flat, (array, spec)), memo) in self.bindings.columns(&raw).enumerate().zip(memos) {
            bound.push(array.is_some());
            let Some(array) = array else {
                columns.push(Column::Absent);
                continue;
            };
            let mut found = Findings::default();
            let column = convert::convert(&array, spec, reader.pools, self.dates, &mut found, memo)
                .map_err(|e| reader.broken(format!("{}: {}", reader.file_name(raw.file), e.0)))?;
            for (reason, n) in found.notes {
                *tally.notes.entry(reason).or_default() += n;
            }
            for fault in found.faults {
                let row = fault.row as usize;
                if !rejected[row] {
                    rejected[row] = true;
                    quarantine.push(reader.quarantine_row(raw.file, raw.rows.at(row), flat, fault.reason, fault.value));
                }
            }
            columns.push(match column {
                // Before anything else: whoever reads an id reads the one it is today.
                Column::Text(ids) if spec.name == "member_id" && !reader.crosswalk.is_empty() => {
                    Column::Text(reader.crosswalk.apply(&ids))
                }
                other => other,
            });
        }
        let batch = Batch { file: raw.file, rows: raw.rows, columns, len: raw.len, bound, rejected };
        let mut verdicts = Verdicts::default();
        (self.consume)(&batch, &mut verdicts);
        for (row, column, reason, value) in verdicts.quarantined {
            quarantine.push(reader.quarantine_row(batch.file, batch.rows.at(row), column, reason, value));
        }
        for row in &quarantine {
            *tally.quarantined.entry(row.reason).or_default() += 1;
        }
        for (reason, n) in verdicts.notes {
            *tally.notes.entry(reason).or_default() += n;
        }
        tally.dropped = verdicts.dropped;
        tally.newest = verdicts.newest;
        tally.blocks = verdicts.blocks.into_iter().collect();
        tally.rows_used = tally.rows_in - tally.rows_quarantined() - tally.rows_dropped();
        self.ledger.merge(&tally, quarantine);
        Ok(())
    }
}

fn count(rows: &[(usize, Unreadable)]) -> BTreeMap<Reason, u64> {
    let mut out = BTreeMap::new();
    for (_, u) in rows {
        *out.entry(u.reason).or_default() += 1;
    }
    out
}

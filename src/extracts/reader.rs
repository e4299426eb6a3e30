//! From files to judged batches. Owns the loop over files and the account of each batch; refuses to know what an
//! extract means and how a file is cut.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::ArrayRef;

use super::batch::{Batch, RawBatch, Unreadable, Verdicts};
use super::batch_account::BatchPlace;
use super::binding::{Binder, Bindings};
use super::column::{Column, Pools};
use super::contract::ExtractSpec;
use super::convert::{self, ReadingRules};
use super::crosswalk::Crosswalk;
use super::dates::{DateReader, DateRules};
use super::error::ExtractError;
use super::findings::{self, Fault, Findings, Memo};
use super::ledger::{Ledger, QuarantineRow, Tally};
use super::null_words::NullWords;
use super::reason::Reason;
use super::source::{BatchSink, ReadRequest, SourceFile, Stretch};
use super::sql_view::{Account, SqlView};
use super::text_columns;
use crate::config::ExtractConfig;
use crate::domain::Day;

/// Everything needed to read one extract.
pub struct ExtractReader<'a> {
    /// The contract.
    pub spec: &'static ExtractSpec,
    /// The configuration.
    pub config: &'a ExtractConfig,
    /// The files.
    pub files: &'a [SourceFile],
    /// The one file that is read, by its place; `None` for all of them.
    pub only: Option<usize>,
    /// Shared tables of texts.
    pub pools: &'a Pools,
    /// Ids that became other ids.
    pub crosswalk: &'a Crosswalk,
    /// The night: no birth lies after it.
    pub as_of: Day,
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
        let rules = DateRules {
            formats: &self.config.date_formats,
            timezone: self.config.timezone.as_deref(),
            pivot: self.config.two_digit_year_pivot,
            as_of: self.as_of,
        };
        let dates = DateReader::new(&rules).map_err(|why| self.broken(why))?;
        let nulls = NullWords::new(self.config);
        let spellings = Spellings { dates: &dates, nulls: &nulls };
        if let Some(sql) = &self.config.sql {
            return self.read_view(sql, spellings, ledger, consume);
        }
        let mut broken = Vec::new();
        let wanted = |at: usize| self.only.is_none_or(|one| one == at);
        for (index, file) in self.files.iter().enumerate().filter(|(at, _)| wanted(*at)) {
            match self.read_file(index, file, spellings, ledger, consume) {
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
        spellings: Spellings<'_>,
        ledger: &Ledger,
        consume: Consumer<'_>,
    ) -> Result<(), ExtractError> {
        let view = SqlView::open(self.spec.name, sql, self.files, self.config)?;
        let bindings = self.binder().bind(&view.names, "the view", ledger)?;
        let whole = || view_is_fractions(&view, &bindings);
        let fractions = Fractions::new(&whole);
        let judge = Judge { reader: self, bindings: &bindings, spellings, fractions, ledger, consume };
        let refused = |rows: Vec<(usize, Unreadable)>| {
            ledger.merge(
                &Tally { rows_in: rows.len() as u64, quarantined: count(&rows), ..Tally::default() },
                rows.iter().map(|(file, u)| self.place().unreadable_row(*file, u)).collect(),
            );
        };
        view.read(&bindings.needed, &judge, Some(&Account { ledger, unreadable: &refused }))?;
        self.files.iter().try_for_each(|f| self.check_unchanged(f))
    }

    fn read_file(
        &self,
        index: usize,
        file: &SourceFile,
        spellings: Spellings<'_>,
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
        let whole = || self.file_is_fractions(file, &bindings);
        let fractions = Fractions::new(&whole);
        let judge = Judge { reader: self, bindings: &bindings, spellings, fractions, ledger, consume };
        let notes = opened.read(&request, &judge).map_err(|e| e.into_extract(|why| self.unreadable(file, why)))?;
        for (reason, times) in notes {
            ledger.note(reason, times);
        }
        self.check_unchanged(file)
    }

    /// Whether every member id of a file is written as a fraction. Reads the one column once more; asked of files that
    /// hold a fraction at all.
    fn file_is_fractions(&self, file: &SourceFile, bindings: &Bindings<'_>) -> bool {
        let Some(slot) = bindings.member_slot() else { return false };
        let Ok(opened) = file.format.open(file, self.config) else { return false };
        let count = FractionCount::default();
        let request =
            ReadRequest { file: 0, needed: &[bindings.needed[slot]], as_dictionary: &[false], in_order: true };
        opened.read(&request, &count).is_ok() && !count.other.load(Ordering::Relaxed)
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

    fn place(&self) -> BatchPlace<'_> {
        BatchPlace { spec: self.spec, files: self.files }
    }

    fn broken(&self, why: String) -> ExtractError {
        ExtractError::Contract { extract: self.spec.name.to_owned(), problems: vec![why] }
    }

    fn unreadable(&self, file: &SourceFile, why: String) -> ExtractError {
        ExtractError::Unreadable { extract: self.spec.name.to_owned(), file: file.name.clone(), why }
    }
}

/// How the cells of an extract are spelled.
#[derive(Clone, Copy)]
struct Spellings<'s> {
    dates: &'s DateReader,
    nulls: &'s NullWords,
}

/// Whether every member id of a file is a fraction: found out once, when the first fraction is met, so that no batch is
/// judged by itself.
struct Fractions<'f> {
    whole: &'f (dyn Fn() -> bool + Sync),
    known: OnceLock<bool>,
}

impl<'f> Fractions<'f> {
    fn new(whole: &'f (dyn Fn() -> bool + Sync)) -> Self {
        Self { whole, known: OnceLock::new() }
    }

    fn are_all(&self) -> bool {
        *self.known.get_or_init(|| (self.whole)())
    }
}

/// Looks for a member id that is no fraction.
#[derive(Default)]
struct FractionCount {
    other: AtomicBool,
}

impl BatchSink for FractionCount {
    fn stretch(&self) -> Stretch<'_> {
        Box::new(|raw| {
            if !are_fractions(&raw) {
                self.other.store(true, Ordering::Relaxed);
            }
            Ok(())
        })
    }
}

/// Whether every member id that a view gives is written as a fraction.
fn view_is_fractions(view: &SqlView<'_>, bindings: &Bindings<'_>) -> bool {
    let Some(slot) = bindings.member_slot() else { return false };
    let count = FractionCount::default();
    view.read(&[bindings.needed[slot]], &count, None).is_ok() && !count.other.load(Ordering::Relaxed)
}

/// Whether every id in the first column of a batch is a fraction.
fn are_fractions(raw: &RawBatch) -> bool {
    let fractions = |array: &ArrayRef| {
        findings::texts(array).is_ok_and(|ids| ids.iter().flatten().all(text_columns::is_fractional_id))
    };
    raw.columns.first().is_some_and(fractions)
}

/// Judges the batches of one file and keeps their account.
struct Judge<'j> {
    reader: &'j ExtractReader<'j>,
    bindings: &'j Bindings<'j>,
    spellings: Spellings<'j>,
    fractions: Fractions<'j>,
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
        let place = reader.place();
        let names: Vec<String> = reader.spec.flat().map(|(name, _)| name).collect();
        let mut account = BatchAccount {
            rejected: vec![false; raw.len],
            quarantine: raw.unreadable.iter().map(|u| place.unreadable_row(raw.file, u)).collect(),
            tally: Tally { rows_in: (raw.len + raw.unreadable.len()) as u64, ..Tally::default() },
        };
        let mut left_out = 0;
        if let Some(filter) = &self.bindings.filter {
            let kept =
                filter.keep(&raw).map_err(|why| reader.broken(format!("{}: {why}", place.file_name(raw.file))))?;
            left_out = kept.iter().filter(|kept| !**kept).count() as u64;
            account.rejected = kept.into_iter().map(|kept| !kept).collect();
        }
        let rules = ReadingRules {
            pools: reader.pools,
            dates: self.spellings.dates,
            nulls: self.spellings.nulls,
            whole_file_is_fractions: &|| self.fractions.are_all(),
        };
        let mut columns = Vec::with_capacity(self.bindings.len());
        let mut bound = Vec::with_capacity(self.bindings.len());
        for ((flat, (array, spec)), memo) in self.bindings.columns(&raw).enumerate().zip(memos) {
            bound.push(array.is_some());
            let Some(array) = array else {
                columns.push(Column::Absent);
                continue;
            };
            let mut found = Findings::default();
            let column = convert::convert(&array, spec, &rules, &mut found, memo)
                .map_err(|e| reader.broken(format!("{}: {}", place.file_name(raw.file), e.0)))?;
            account.take(found, &names[flat], |fault| {
                place.quarantine_row(raw.file, raw.rows.at(fault.row as usize), flat, fault.reason, fault.value)
            });
            columns.push(match column {
                // Before anything else: whoever reads an id reads the one it is today.
                Column::Text(ids) if spec.name == "member_id" && !reader.crosswalk.is_empty() => {
                    Column::Text(reader.crosswalk.apply(&ids))
                }
                other => other,
            });
        }
        let BatchAccount { rejected, quarantine, mut tally } = account;
        let batch = Batch { file: raw.file, rows: raw.rows, columns, len: raw.len, bound, rejected };
        let mut verdicts = Verdicts::default();
        (self.consume)(&batch, &mut verdicts);
        if left_out > 0 {
            tally.dropped.insert("filtered_by_where", left_out);
        }
        let (tally, quarantine) = place.settle(&batch, verdicts, (tally, quarantine));
        self.ledger.merge(&tally, quarantine);
        Ok(())
    }
}

/// The account of one batch while its columns are read.
struct BatchAccount {
    rejected: Vec<bool>,
    quarantine: Vec<QuarantineRow>,
    tally: Tally,
}

impl BatchAccount {
    /// Takes what one column found; of several faults of a row the first is told.
    fn take(&mut self, found: Findings, column: &str, row: impl Fn(Fault) -> QuarantineRow) {
        for (reason, n) in found.notes {
            *self.tally.notes.entry(reason).or_default() += n;
            *self.tally.by_column.entry((column.to_owned(), reason)).or_default() += n;
        }
        if found.codes > 0 {
            *self.tally.codes.entry(column.to_owned()).or_default() += found.codes;
        }
        for fault in found.faults {
            if !std::mem::replace(&mut self.rejected[fault.row as usize], true) {
                self.quarantine.push(row(fault));
            }
        }
    }
}

fn count(rows: &[(usize, Unreadable)]) -> BTreeMap<Reason, u64> {
    let mut out = BTreeMap::new();
    for (_, u) in rows {
        *out.entry(u.reason).or_default() += 1;
    }
    out
}

//! From files to judged batches. Owns the binding of their columns to ours and the loop over files,
//! row groups and blocks; refuses to know what an extract means.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use rayon::prelude::*;

use super::ExtractError;
use super::contract::{ColumnSpec, ExtractSpec};
use super::convert::{self, Column, Findings, Memo, Pools};
use super::dates::DateReader;
use super::ledger::{Ledger, QuarantineRow, Tally};
use super::reason::{Reason, Severity};
use super::source::{Format, SourceFile};
use super::{csv_reader, parquet_reader, sql_view};
use crate::config::{ColumnSource, ExtractConfig, nearest};

/// Rows handled at a time.
pub(super) const BATCH_ROWS: usize = 8192;

/// Where the rows of a batch stood in their file.
pub enum RowNumbers {
    /// One number a row (CSV lines).
    Each(Vec<u64>),
    /// Consecutive from here (Parquet).
    From(u64),
}

impl RowNumbers {
    /// The number of a row of the batch.
    #[must_use]
    pub fn at(&self, row: usize) -> u64 {
        match self {
            Self::Each(v) => v.get(row).copied().unwrap_or(0),
            Self::From(first) => first + row as u64,
        }
    }
}

/// A row a reader could not even cut into fields.
pub struct Unreadable {
    /// Line.
    pub row: u64,
    /// Why.
    pub reason: Reason,
}

/// What a reader hands on: their columns by source index, not yet judged.
pub struct RawBatch {
    /// Index of the file.
    pub file: usize,
    /// Where the rows stood.
    pub rows: RowNumbers,
    /// Arrays by binding slot.
    pub columns: Vec<ArrayRef>,
    /// Rows in the arrays.
    pub len: usize,
    /// Rows that are not in the arrays.
    pub unreadable: Vec<Unreadable>,
}

/// A judged batch.
pub struct Batch {
    /// Index of the file.
    pub file: usize,
    /// Where the rows stood.
    pub rows: RowNumbers,
    /// Columns in the contract's flat order.
    pub columns: Vec<Column>,
    /// Rows.
    pub len: usize,
    rejected: Vec<bool>,
}

impl Batch {
    /// Rows that no check has rejected yet.
    pub fn good(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len).filter(|r| !self.rejected[*r])
    }
}

/// What a consumer decides about the rows of a batch; a row it does not name is used.
#[derive(Default)]
pub struct Verdicts {
    quarantined: Vec<(usize, usize, Reason, String)>,
    dropped: BTreeMap<&'static str, u64>,
    notes: BTreeMap<Reason, u64>,
    /// Newest service date seen.
    pub newest: Option<i32>,
    blocks: rustc_hash::FxHashMap<i32, u64>,
}

impl Verdicts {
    /// Rejects a row. `column` is the flat index at fault.
    pub fn quarantine(&mut self, row: usize, column: usize, reason: Reason, value: &str) {
        debug_assert_eq!(reason.severity(), Severity::Quarantine);
        self.quarantined.push((row, column, reason, value.chars().take(200).collect()));
    }
    /// Leaves a row out by a rule.
    pub fn drop_row(&mut self, rule: &'static str) {
        *self.dropped.entry(rule).or_default() += 1;
    }
    /// Counts something that is no reason to reject.
    pub fn note(&mut self, reason: Reason) {
        *self.notes.entry(reason).or_default() += 1;
    }
    /// Keeps the newest date and counts its block of days.
    pub fn saw(&mut self, day: i32) {
        self.newest = self.newest.max(Some(day));
        *self.blocks.entry(day.div_euclid(32)).or_default() += 1;
    }
}

/// How one canonical column is filled.
#[derive(Clone)]
enum Binding {
    Absent,
    Slot(usize),
    Constant(String),
    Mapped(usize, BTreeMap<String, String>),
}

/// Every canonical column with its filling, in flat order.
type Bindings = Vec<(Binding, &'static ColumnSpec)>;

/// What dictionaries meant, a memo a column in flat order.
type Memos = Vec<Memo>;

fn memos(bindings: &Bindings) -> Memos {
    bindings.iter().map(|_| Memo::default()).collect()
}

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
            let view = sql_view::run(self, sql)?;
            let (bindings, needed) = self.bind(&view.names, "the view", ledger)?;
            for batch in view.batches(&needed) {
                self.handle(batch, &bindings, (&dates, &mut memos(&bindings)), ledger, consume)?;
            }
            ledger.merge(
                &Tally {
                    rows_in: view.unreadable.len() as u64,
                    quarantined: count(&view.unreadable),
                    ..Tally::default()
                },
                view.unreadable.iter().map(|(file, u)| self.row_of(*file, u)).collect(),
            );
            return self.files.iter().try_for_each(|f| self.check_unchanged(f));
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

    fn read_file(
        &self,
        index: usize,
        file: &SourceFile,
        dates: &DateReader,
        ledger: &Ledger,
        consume: Consumer<'_>,
    ) -> Result<(), ExtractError> {
        if file.format == Format::Parquet {
            let source = parquet_reader::open(file).map_err(|why| self.unreadable(file, why))?;
            let (bindings, needed) = self.bind(&source.names, &file.name, ledger)?;
            let code_slots = Self::code_slots(&bindings, needed.len());
            source.row_groups().into_par_iter().try_for_each(|group| {
                let mut memos = memos(&bindings);
                source
                    .read(group, index, &needed, &code_slots, &mut |raw| {
                        self.handle(raw, &bindings, (dates, &mut memos), ledger, consume)
                    })
                    .map_err(|e| e.into_extract(|why| self.unreadable(file, why)))
            })?;
        } else {
            let (names, rows) = csv_reader::open(file, self.config).map_err(|why| self.unreadable(file, why))?;
            let (bindings, needed) = self.bind(&names, &file.name, ledger)?;
            ledger.note(Reason::ByteOrderMark, u64::from(rows.marked));
            let carriage_returns = Arc::clone(&rows.carriage_returns);
            // One thread cuts records, the pool judges them; the channel bounds what waits between.
            let (send, receive) = std::sync::mpsc::sync_channel(8);
            let result = std::thread::scope(|scope| {
                let producer = scope.spawn(move || rows.run(index, &needed, &send));
                let consumed = receive
                    .into_iter()
                    .par_bridge()
                    .try_for_each(|raw| self.handle(raw, &bindings, (dates, &mut memos(&bindings)), ledger, consume));
                let produced = producer.join().unwrap_or_else(|_| Err("the reader stopped unexpectedly".to_owned()));
                consumed.and(produced.map_err(|why| self.unreadable(file, why)))
            });
            result?;
            ledger.note(Reason::CrLfLines, u64::from(carriage_returns.load(Ordering::Relaxed)));
        }
        self.check_unchanged(file)
    }

    fn check_unchanged(&self, file: &SourceFile) -> Result<(), ExtractError> {
        if file.unchanged() {
            Ok(())
        } else {
            Err(self.unreadable(file, "the file changed while it was read".to_owned()))
        }
    }

    /// Binds canonical columns to theirs; lists every missing required column at once.
    fn bind(&self, names: &[String], file: &str, ledger: &Ledger) -> Result<(Bindings, Vec<usize>), ExtractError> {
        let mut problems = Vec::new();
        let mut needed: Vec<usize> = Vec::new();
        let mut used = vec![false; names.len()];
        let mut duplicates: Vec<&String> =
            names.iter().enumerate().filter(|(i, n)| names[..*i].contains(n)).map(|(_, n)| n).collect();
        duplicates.dedup();
        for name in duplicates {
            problems.push(format!("{file}: the column name `{name}` stands twice"));
        }
        // A folder named after a value (`payer=A`) beside a column of that name: two truths about one fact.
        for key in file.split('/').filter_map(|part| part.split_once('=')).map(|(key, _)| key) {
            if names.iter().any(|n| n == key) {
                problems.push(format!("{file}: `{key}` is a folder's partition key and a column of the file"));
            }
        }
        let mut slot = |at: usize, used: &mut Vec<bool>| {
            used[at] = true;
            needed.iter().position(|n| *n == at).unwrap_or_else(|| {
                needed.push(at);
                needed.len() - 1
            })
        };
        let mut bindings = Vec::new();
        let flat: Vec<(String, &'static ColumnSpec)> = self.spec.flat().collect();
        for (name, spec) in &flat {
            let find = |wanted: &str| names.iter().position(|n| n == wanted);
            let binding = match self.config.columns.get(name) {
                Some(ColumnSource::Constant { constant }) => Binding::Constant(constant.clone()),
                Some(ColumnSource::Name(theirs)) => match find(theirs) {
                    Some(at) => Binding::Slot(slot(at, &mut used)),
                    None => {
                        problems
                            .push(format!("{file}: no column `{theirs}` (mapped to {name}){}", near(theirs, names)));
                        continue;
                    }
                },
                Some(ColumnSource::Mapped { column, map }) => match find(column) {
                    Some(at) => Binding::Mapped(slot(at, &mut used), map.clone()),
                    None => {
                        problems
                            .push(format!("{file}: no column `{column}` (mapped to {name}){}", near(column, names)));
                        continue;
                    }
                },
                None => match find(name).or_else(|| (name == "member_id").then(|| find("person_id")).flatten()) {
                    Some(at) => Binding::Slot(slot(at, &mut used)),
                    // An own column is named by the configuration, so it must be there; its cells may be empty.
                    None if spec.required || self.is_own(name) => {
                        problems.push(format!("{file}: required column `{name}` is missing{}", near(name, names)));
                        continue;
                    }
                    None => Binding::Absent,
                },
            };
            bindings.push((binding, *spec));
        }
        if !problems.is_empty() {
            if names.len() == 1 && names[0].contains(['|', '\t', ';']) {
                problems = vec![format!(
                    "{file}: the header is one field\nhint: the separator is not a comma; set [extracts.{}] delimiter",
                    self.spec.name
                )];
            }
            return Err(ExtractError::Contract { extract: self.spec.name.to_owned(), problems });
        }
        for (name, _) in
            names.iter().zip(&used).filter(|(n, u)| !**u && !matches!(n.as_str(), "file_name" | "row_number"))
        {
            ledger.extra_column(name);
        }
        Ok((bindings, needed))
    }

    /// A column that only the configuration knows.
    fn is_own(&self, name: &str) -> bool {
        super::contract::extract(self.spec.name)
            .is_some_and(|s| s.columns.iter().all(|c| c.repeat > 1 || c.name != name))
            && self.spec.name == "feature_table"
    }

    /// Slots whose text is worth reading as a dictionary: few distinct values.
    fn code_slots(bindings: &[(Binding, &'static ColumnSpec)], slots: usize) -> Vec<bool> {
        use super::contract::Kind;
        let mut out = vec![false; slots];
        for (binding, spec) in bindings {
            if let Binding::Slot(s) | Binding::Mapped(s, _) = binding {
                out[*s] = matches!(
                    spec.kind,
                    Kind::Icd | Kind::Fixed(_) | Kind::Bill | Kind::Word | Kind::LowerWord | Kind::Flag
                );
            }
        }
        out
    }

    fn handle(
        &self,
        raw: RawBatch,
        bindings: &Bindings,
        (dates, memos): (&DateReader, &mut Memos),
        ledger: &Ledger,
        consume: Consumer<'_>,
    ) -> Result<(), ExtractError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(ExtractError::Interrupted);
        }
        let mut rejected = vec![false; raw.len];
        let mut columns = Vec::with_capacity(bindings.len());
        let mut quarantine: Vec<QuarantineRow> = raw.unreadable.iter().map(|u| self.row_of(raw.file, u)).collect();
        let mut tally = Tally { rows_in: (raw.len + raw.unreadable.len()) as u64, ..Tally::default() };
        for (flat, (binding, spec)) in bindings.iter().enumerate() {
            let Some(array) = bound(binding, &raw) else {
                columns.push(Column::Absent);
                continue;
            };
            let mut found = Findings::default();
            let column = convert::convert(&array, spec, self.pools, dates, &mut found, &mut memos[flat])
                .map_err(|e| self.broken(format!("{}: {}", self.file_name(raw.file), e.0)))?;
            for (reason, n) in found.notes {
                *tally.notes.entry(reason).or_default() += n;
            }
            for fault in found.faults {
                let row = fault.row as usize;
                if !rejected[row] {
                    rejected[row] = true;
                    quarantine.push(self.quarantine_row(raw.file, raw.rows.at(row), flat, fault.reason, fault.value));
                }
            }
            columns.push(column);
        }
        let batch = Batch { file: raw.file, rows: raw.rows, columns, len: raw.len, rejected };
        let mut verdicts = Verdicts::default();
        consume(&batch, &mut verdicts);
        for (row, column, reason, value) in verdicts.quarantined {
            quarantine.push(self.quarantine_row(batch.file, batch.rows.at(row), column, reason, value));
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
        ledger.merge(&tally, quarantine);
        Ok(())
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

fn count(rows: &[(usize, Unreadable)]) -> BTreeMap<Reason, u64> {
    let mut out = BTreeMap::new();
    for (_, u) in rows {
        *out.entry(u.reason).or_default() += 1;
    }
    out
}

/// `; the file has …` naming the nearest header, when one is near.
fn near(wanted: &str, names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let lowered: Vec<String> = names.iter().map(|n| n.trim().to_lowercase().replace([' ', '-'], "_")).collect();
    let lowered: Vec<&str> = lowered.iter().map(String::as_str).collect();
    nearest(wanted, &lowered)
        .and_then(|n| lowered.iter().position(|l| *l == n))
        .map_or_else(String::new, |at| format!("; nearest: `{}` (map it under [extracts.NAME.columns])", names[at]))
}

fn bound(binding: &Binding, raw: &RawBatch) -> Option<ArrayRef> {
    match binding {
        Binding::Absent => None,
        Binding::Slot(s) => Some(Arc::clone(&raw.columns[*s])),
        Binding::Constant(text) => {
            let keys = Int32Array::from(vec![0; raw.len]);
            DictionaryArray::try_new(keys, Arc::new(StringArray::from(vec![text.as_str()])))
                .ok()
                .map(|d| Arc::new(d) as ArrayRef)
        }
        Binding::Mapped(s, map) => {
            let texts = arrow_cast::cast(&raw.columns[*s], &arrow_schema::DataType::Utf8).ok()?;
            let texts = arrow_array::cast::AsArray::as_string::<i32>(&texts).clone();
            let mapped: StringArray =
                texts.iter().map(|v| v.map(|t| map.get(t.trim()).map_or(t, String::as_str))).collect();
            Some(Arc::new(mapped))
        }
    }
}

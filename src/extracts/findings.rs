//! What reading a column finds beside its values, and the reading of each distinct value once. Owns the counts, the faults
//! and the memory of a dictionary; refuses to know what a value means.

use std::any::Any;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, StringArray};
use arrow_schema::DataType;
use rustc_hash::FxHashMap;

use super::reason::Reason;

/// A fault of one value.
pub struct Fault {
    /// Row within the batch.
    pub row: u32,
    /// Why.
    pub reason: Reason,
    /// What stood there (only the quarantine's Parquet file shows it).
    pub value: String,
}

/// What conversion found beside the values.
#[derive(Default)]
pub struct Findings {
    /// Faults that quarantine their row.
    pub faults: Vec<Fault>,
    /// Counts of everything mended or merely noted.
    pub notes: FxHashMap<Reason, u64>,
    /// Codes read, of a column whose coding system is judged.
    pub codes: u64,
}

impl Findings {
    /// Counts something mended or noted.
    pub fn note(&mut self, reason: Reason) {
        self.note_many(reason, 1);
    }
    /// As [`Findings::note`], where there is a reason.
    pub fn note_some(&mut self, reason: Option<Reason>) {
        if let Some(reason) = reason {
            self.note(reason);
        }
    }
    /// As [`Findings::note`], so many times.
    pub fn note_many(&mut self, reason: Reason, times: u64) {
        if times > 0 {
            *self.notes.entry(reason).or_default() += times;
        }
    }
    /// A value that quarantines its row.
    pub fn fault(&mut self, row: usize, reason: Reason, value: &str) {
        self.faults.push(Fault {
            row: u32::try_from(row).unwrap_or(u32::MAX),
            reason,
            value: value.chars().take(200).collect(),
        });
    }
    /// A required value's fault quarantines; an optional one becomes null and is counted.
    pub fn bad(&mut self, row: usize, required: bool, reason: Reason, value: &str) {
        if required { self.fault(row, reason, value) } else { self.note(Reason::UnreadableOptional) }
    }
}

/// A column whose type can never be read as its kind; the run is refused.
pub struct TypeRefused(pub String);

/// What the distinct values of a column's dictionary meant. The batches of a row group share one dictionary, so each
/// value is judged once a row group.
#[derive(Default)]
pub struct Memo(Option<(StringArray, Box<dyn Any>)>);

impl Memo {
    /// The meanings of `values`, by `judge` unless they are those of the last call. The kept array holds its buffers
    /// alive, so the same addresses are the same values.
    fn of<T: 'static>(&mut self, values: StringArray, judge: impl FnOnce(&StringArray) -> Vec<T>) -> &[T] {
        let same = |old: &StringArray| {
            old.len() == values.len()
                && old.value_data().as_ptr() == values.value_data().as_ptr()
                && old.value_offsets().as_ptr() == values.value_offsets().as_ptr()
        };
        if !self.0.as_ref().is_some_and(|(old, meanings)| same(old) && meanings.is::<Vec<T>>()) {
            let meanings = judge(&values);
            self.0 = Some((values, Box::new(meanings)));
        }
        self.0.as_ref().and_then(|(_, meanings)| meanings.downcast_ref::<Vec<T>>()).map_or(&[], Vec::as_slice)
    }
}

/// An array as another type.
///
/// # Errors
/// [`TypeRefused`] when no cast leads there.
pub fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, TypeRefused> {
    arrow_cast::cast(array, to)
        .map_err(|_| TypeRefused(format!("a column of type {} cannot be read as {to}", array.data_type())))
}

/// Any array as texts; numbers as they print.
///
/// # Errors
/// As [`cast`].
pub fn texts(array: &ArrayRef) -> Result<StringArray, TypeRefused> {
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().clone(),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let numbers = cast(array, &DataType::Float64)?;
            numbers.as_primitive::<Float64Type>().iter().map(|v| v.map(|x| format!("{x}"))).collect()
        }
        _ => cast(array, &DataType::Utf8)?.as_string::<i32>().clone(),
    })
}

/// Applies `f` once a distinct value where that is cheap: dictionary arrays by key, others by memo.
///
/// # Errors
/// As [`cast`].
pub fn map_values<T: Copy + 'static>(
    array: &ArrayRef,
    none: T,
    mut f: impl FnMut(&str) -> (T, Option<Reason>),
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<T>, TypeRefused> {
    let mut notes = Runs::default();
    let out = if let Some(dictionary) = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>() {
        let judged = memo.of(texts(dictionary.values())?, |values| {
            (0..values.len())
                .map(|i| if values.is_valid(i) { f(values.value(i)) } else { (none, None) })
                .collect::<Vec<_>>()
        });
        let meaning = |key: Option<i32>| {
            let (value, reason) =
                key.and_then(|k| judged.get(usize::try_from(k).ok()?)).copied().unwrap_or((none, None));
            notes.count(reason);
            value
        };
        dictionary.keys().iter().map(meaning).collect()
    } else {
        let values = texts(array)?;
        let mut seen: FxHashMap<&str, (T, Option<Reason>)> = FxHashMap::default();
        let mut out = Vec::with_capacity(values.len());
        for i in 0..values.len() {
            if values.is_null(i) || values.value_length(i) == 0 {
                out.push(none);
                continue;
            }
            let text = values.value(i);
            let (value, reason) = *seen.entry(text).or_insert_with(|| f(text));
            notes.count(reason);
            out.push(value);
        }
        out
    };
    notes.end(found);
    Ok(out)
}

/// Counts reasons that mostly come in runs.
#[derive(Default)]
struct Runs {
    last: Option<(Reason, u64)>,
    done: Vec<(Reason, u64)>,
}

impl Runs {
    fn count(&mut self, reason: Option<Reason>) {
        let Some(reason) = reason else { return };
        match &mut self.last {
            Some((same, n)) if *same == reason => *n += 1,
            last => self.done.extend(last.replace((reason, 1))),
        }
    }
    fn end(self, found: &mut Findings) {
        for (reason, n) in self.done.into_iter().chain(self.last) {
            *found.notes.entry(reason).or_default() += n;
        }
    }
}

//! Which of their columns fills which of ours. Owns the mapping of the configuration and the sentences about columns that
//! are missing; refuses to judge a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow_schema::DataType;

use super::batch::RawBatch;
use super::contract::{ColumnSpec, ExtractSpec, Kind};
use super::error::ExtractError;
use super::ledger::Ledger;
use crate::config::{ColumnSource, ExtractConfig, nearest};

/// How one canonical column is filled.
#[derive(Clone)]
enum Binding {
    Absent,
    Slot(usize),
    Constant(String),
    Mapped(usize, BTreeMap<String, String>),
}

/// Every canonical column with its filling.
pub struct Bindings {
    columns: Vec<(Binding, &'static ColumnSpec)>,
    /// Columns of the file that are read, by slot.
    pub needed: Vec<usize>,
    /// Slots whose text is worth reading as a dictionary.
    pub as_dictionary: Vec<bool>,
}

impl Bindings {
    /// Number of canonical columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// The canonical columns in flat order, each with what fills it in a batch; `None` for one that nothing fills.
    pub fn columns<'b>(
        &'b self,
        raw: &'b RawBatch,
    ) -> impl Iterator<Item = (Option<ArrayRef>, &'static ColumnSpec)> + 'b {
        self.columns.iter().map(|(binding, spec)| (fill(binding, raw), *spec))
    }
}

/// What binding needs to know of an extract.
#[derive(Clone, Copy)]
pub struct Binder<'a> {
    /// The contract.
    pub spec: &'static ExtractSpec,
    /// The configuration.
    pub config: &'a ExtractConfig,
}

impl Binder<'_> {
    /// Binds canonical columns to theirs; lists every missing required column at once.
    ///
    /// # Errors
    /// [`ExtractError::Contract`] with a sentence for each column at fault.
    pub fn bind(&self, names: &[String], file: &str, ledger: &Ledger) -> Result<Bindings, ExtractError> {
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
                    None if spec.required || spec.own => {
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
        let as_dictionary = code_slots(&bindings, needed.len());
        Ok(Bindings { columns: bindings, needed, as_dictionary })
    }
}

/// Slots whose text is worth reading as a dictionary: few distinct values.
fn code_slots(bindings: &[(Binding, &'static ColumnSpec)], slots: usize) -> Vec<bool> {
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

/// `; the file has …` naming the nearest header, when one is near.
fn near(wanted: &str, names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let lowered: Vec<String> = names.iter().map(|n| n.trim().to_lowercase().replace([' ', '-'], "_")).collect();
    let lowered: Vec<&str> = lowered.iter().map(String::as_str).collect();
    nearest(wanted, &lowered)
        .and_then(|n| lowered.iter().position(|l| *l == n))
        .map_or_else(String::new, |at| format!("; nearest: `{}` (map it under [extracts.NAME.columns])", names[at]))
}

fn fill(binding: &Binding, raw: &RawBatch) -> Option<ArrayRef> {
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
            let texts = arrow_cast::cast(&raw.columns[*s], &DataType::Utf8).ok()?;
            let texts = texts.as_string::<i32>().clone();
            let mapped: StringArray =
                texts.iter().map(|v| v.map(|t| map.get(t.trim()).map_or(t, String::as_str))).collect();
            Some(Arc::new(mapped))
        }
    }
}

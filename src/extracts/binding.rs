//! Which of their columns fills which of ours. Owns the mapping of the configuration and the sentences about columns that
//! are missing; refuses to judge a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray};

use super::batch::RawBatch;
use super::contract::{ColumnSpec, ExtractSpec, Kind};
use super::error::ExtractError;
use super::findings;
use super::header::Header;
use super::ledger::Ledger;
use super::row_filter::RowFilter;
use crate::config::{ColumnSource, ExtractConfig};
use crate::domain::{MissingWords, trim_cell};

/// How one canonical column is filled.
#[derive(Clone)]
enum Binding {
    Absent,
    Slot(usize),
    Constant(String),
    Translated(Translation),
}

/// Slots of which the first that holds something counts, its value translated.
#[derive(Clone)]
struct Translation {
    slots: Vec<usize>,
    map: BTreeMap<String, String>,
    default: Option<String>,
}

/// Every canonical column with its filling.
pub struct Bindings<'c> {
    columns: Vec<(Binding, &'static ColumnSpec)>,
    /// Columns of the file that are read, by slot.
    pub needed: Vec<usize>,
    /// Slots whose text is worth reading as a dictionary.
    pub as_dictionary: Vec<bool>,
    /// The condition that picks rows.
    pub filter: Option<RowFilter<'c>>,
}

impl Bindings<'_> {
    /// Number of canonical columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// The slot that fills the member id, when a column of the file does.
    #[must_use]
    pub fn member_slot(&self) -> Option<usize> {
        self.columns.iter().find(|(_, spec)| spec.name == "member_id").and_then(|(binding, _)| match binding {
            Binding::Slot(slot) => Some(*slot),
            _ => None,
        })
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

impl<'a> Binder<'a> {
    /// Binds canonical columns to theirs; lists every missing required column at once.
    ///
    /// # Errors
    /// [`ExtractError::Contract`] with a sentence for each column at fault.
    pub fn bind(&self, names: &[String], file: &str, ledger: &Ledger) -> Result<Bindings<'a>, ExtractError> {
        let known = self.known_names();
        let header = Header::new(names, &known);
        let one_field = names.len() == 1 && names[0].contains(['|', '\t', ';']);
        if header.is_data() && !one_field {
            return Err(self.breach(vec![format!(
                "{file}: the first line looks like data, not like a header: {}\nhint: for a file without a header line set [extracts.{}] header = false and names = [\"…\"]",
                header.shapes(),
                self.spec.name
            )]));
        }
        let mut problems = Vec::new();
        let mut needed: Vec<usize> = Vec::new();
        let mut used = vec![false; names.len()];
        let mut duplicates: Vec<&String> =
            names.iter().enumerate().filter(|(i, n)| names[..*i].contains(n)).map(|(_, n)| n).collect();
        duplicates.dedup();
        for name in duplicates {
            problems.push(format!("{file}: the column name {} stands twice", header.told(name)));
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
        let mut wild = WildCards::default();
        for (name, spec) in self.spec.flat() {
            let binding = match self.source(&name, &mut wild) {
                Some(source) => self.bind_source((&name, &source), &header, &mut |at| slot(at, &mut used)),
                None => {
                    let own = header
                        .place(&name)
                        .or_else(|| (name == "member_id").then(|| header.place("person_id")).flatten());
                    match own {
                        Some(at) => Ok(Binding::Slot(slot(at, &mut used))),
                        // An own column is named by the configuration, so it must be there; its cells may be empty.
                        None if spec.required || spec.own => {
                            Err(format!("required column `{name}` is missing{}", header.nearest(&name)))
                        }
                        None => Ok(Binding::Absent),
                    }
                }
            };
            match binding {
                Ok(binding) => {
                    wild.found(&name, !matches!(binding, Binding::Absent));
                    bindings.push((binding, spec));
                }
                Err(why) => problems.push(format!("{file}: {why}")),
            }
        }
        problems.extend(
            wild.unmatched()
                .map(|(ours, theirs)| format!("{file}: no column of the form `{theirs}` (mapped to {ours})")),
        );
        if !problems.is_empty() {
            if one_field {
                problems = vec![format!(
                    "{file}: the header is one field\nhint: the separator is not a comma; set [extracts.{}] delimiter",
                    self.spec.name
                )];
            }
            return Err(self.breach(problems));
        }
        for (name, _) in
            names.iter().zip(&used).filter(|(n, u)| !**u && !matches!(n.as_str(), "file_name" | "row_number"))
        {
            ledger.extra_column(name);
        }
        let filter = match &self.config.r#where {
            Some(condition) => Some(
                RowFilter::new(condition, names, |at| {
                    needed.iter().position(|n| *n == at).unwrap_or_else(|| {
                        needed.push(at);
                        needed.len() - 1
                    })
                })
                .map_err(|why| self.breach(vec![why]))?,
            ),
            None => None,
        };
        let as_dictionary = code_slots(&bindings, needed.len());
        Ok(Bindings { columns: bindings, needed, as_dictionary, filter })
    }

    /// What the configuration says of a column; a numbered one may come from a pattern.
    fn source(&self, name: &str, wild: &mut WildCards) -> Option<ColumnSource> {
        if let Some(source) = self.config.columns.get(name) {
            return Some(source.clone());
        }
        let (base, number) = name.rsplit_once('_').filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()))?;
        let ours = format!("{base}_*");
        let mut source = self.config.columns.get(&ours)?.clone();
        wild.of(name, &ours, &source);
        for column in &mut source.columns {
            *column = column.replace('*', number);
        }
        Some(source)
    }

    /// Fills a column as the configuration says. A numbered column of a pattern may be missing.
    fn bind_source(
        &self,
        (name, source): (&str, &ColumnSource),
        header: &Header<'_>,
        slot: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Binding, String> {
        if let Some(constant) = &source.constant {
            return Ok(Binding::Constant(constant.clone()));
        }
        let numbered = !self.config.columns.contains_key(name);
        let mut slots = Vec::new();
        for theirs in &source.columns {
            let padded = numbered.then(|| with_two_digits(theirs)).flatten();
            match header.place(theirs).or_else(|| header.place(&padded?)) {
                Some(at) => slots.push(slot(at)),
                None if numbered => {}
                None => return Err(format!("no column `{theirs}` (mapped to {name}){}", header.nearest(theirs))),
            }
        }
        Ok(match slots.as_slice() {
            [] => Binding::Absent,
            [one] if source.map.is_empty() && source.default.is_none() => Binding::Slot(*one),
            _ => Binding::Translated(Translation { slots, map: source.map.clone(), default: source.default.clone() }),
        })
    }

    /// Every name that the contract or the configuration knows, in small letters.
    fn known_names(&self) -> Vec<String> {
        let theirs = self.config.columns.values().flat_map(|source| &source.columns).map(|n| n.to_lowercase());
        self.spec.flat().map(|(name, _)| name).chain(theirs).chain(std::iter::once("person_id".to_owned())).collect()
    }

    fn breach(&self, problems: Vec<String>) -> ExtractError {
        ExtractError::Contract { extract: self.spec.name.to_owned(), problems }
    }
}

/// `DX3` as `DX03`: some files number with two digits.
fn with_two_digits(name: &str) -> Option<String> {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    (digits == 1).then(|| format!("{}0{}", &name[..name.len() - 1], &name[name.len() - 1..]))
}

/// Patterns of the mapping, and whether any column of theirs was found.
#[derive(Default)]
struct WildCards {
    /// Our pattern: theirs, the names it stands for, found.
    patterns: BTreeMap<String, (String, Vec<String>, bool)>,
}

impl WildCards {
    fn of(&mut self, name: &str, ours: &str, source: &ColumnSource) {
        let entry = self.patterns.entry(ours.to_owned()).or_default();
        entry.0 = source.columns.join(", ");
        entry.1.push(name.to_owned());
    }

    fn found(&mut self, name: &str, there: bool) {
        if there {
            for (_, names, found) in self.patterns.values_mut() {
                *found |= names.iter().any(|n| n == name);
            }
        }
    }

    fn unmatched(&self) -> impl Iterator<Item = (&str, &str)> {
        self.patterns.iter().filter(|(_, p)| !p.2).map(|(ours, p)| (ours.as_str(), p.0.as_str()))
    }
}

/// Slots whose text is worth reading as a dictionary: few distinct values.
fn code_slots(bindings: &[(Binding, &'static ColumnSpec)], slots: usize) -> Vec<bool> {
    let mut out = vec![false; slots];
    for (binding, spec) in bindings {
        let code = matches!(
            spec.kind,
            Kind::Icd | Kind::Fixed(_) | Kind::Bill | Kind::Word | Kind::LowerWord | Kind::Npi | Kind::Flag
        );
        match binding {
            Binding::Slot(slot) => out[*slot] = code,
            Binding::Translated(t) => t.slots.iter().for_each(|slot| out[*slot] = false),
            Binding::Absent | Binding::Constant(_) => {}
        }
    }
    out
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
        Binding::Translated(translation) => translation.fill(raw),
    }
}

impl Translation {
    /// The first text of a row that is not blank, by the map; the default where there is none, or none in the map.
    fn fill(&self, raw: &RawBatch) -> Option<ArrayRef> {
        let texts: Vec<StringArray> =
            self.slots.iter().map(|slot| findings::texts(&raw.columns[*slot]).ok()).collect::<Option<_>>()?;
        let default = self.default.as_deref();
        let row = |i: usize| {
            let cells = texts.iter().filter(|a| a.is_valid(i)).map(|a| trim_cell(a.value(i)));
            let text = cells.into_iter().find(|t| !MissingWords::OfNames.hold(t));
            match text {
                Some(t) if !self.map.is_empty() => self.map.get(t).map(String::as_str).or(default).or(Some(t)),
                Some(t) => Some(t),
                None => default,
            }
        };
        let out: StringArray = (0..raw.len).map(row).collect();
        Some(Arc::new(out))
    }
}

//! The small extracts from batches to rows. Owns the arrival rule of such rows, their duplicates and which state of a thing
//! stands; refuses to know any one extract.

use std::any::{Any, TypeId};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::batch::{Batch, Verdicts};
use super::by_member::ByMember;
use super::column::Pools;
use super::context::{Context, MemberColumn};
use super::contract::ExtractSpec;
use super::directory::Directory;
use super::error::ExtractError;
use super::feeds::{FeedRow, KeyedRow, MemberRow, RowCells};
use super::loader::Loader;
use crate::domain::Day;

/// The rows of every small extract of members, by their type.
#[derive(Default)]
pub struct RowStore {
    tables: FxHashMap<TypeId, Box<dyn Any + Send + Sync>>,
}

impl RowStore {
    /// The rows of one type; none when their extract is not there.
    #[must_use]
    pub fn rows<T: MemberRow>(&self) -> &ByMember<T> {
        let found = self.tables.get(&TypeId::of::<T>()).and_then(|t| t.downcast_ref());
        found.unwrap_or(const { &ByMember::EMPTY })
    }

    fn insert<T: MemberRow>(&mut self, rows: ByMember<T>) {
        self.tables.insert(TypeId::of::<T>(), Box::new(rows));
    }
}

/// Reads the extract of one row type into the store.
///
/// # Errors
/// [`ExtractError`].
pub(super) fn load_member_rows<T: MemberRow>(
    loader: &mut Loader<'_>,
    context: &Context<'_>,
    store: &mut RowStore,
) -> Result<(), ExtractError> {
    load_member_rows_as::<T>(loader, context, store, T::SPEC)
}

/// As [`load_member_rows`] with a contract that the configuration has widened.
///
/// # Errors
/// [`ExtractError`].
pub(super) fn load_member_rows_as<T: MemberRow>(
    loader: &mut Loader<'_>,
    context: &Context<'_>,
    store: &mut RowStore,
    spec: &'static ExtractSpec,
) -> Result<(), ExtractError> {
    let out = Mutex::new(Vec::new());
    loader.read(spec, |batch, verdicts| {
        let rows = collect_rows::<T>(context, batch, verdicts);
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
    })?;
    let rows: Vec<(u32, T)> = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    let read = rows.len();
    let distinct = ByMember::group(rows);
    let repeated = read - distinct.len();
    let before = distinct.len();
    let rows = standing_states(distinct);
    if let Some(report) = loader.reports.get_mut(spec.name) {
        report.tally.drop_used("exact_duplicate", repeated as u64);
        report.tally.drop_used("superseded_state", (before - rows.len()) as u64);
    }
    store.insert(rows);
    Ok(())
}

fn collect_rows<T: MemberRow>(context: &Context<'_>, batch: &Batch, verdicts: &mut Verdicts) -> Vec<(u32, T)> {
    let ids = MemberColumn::bind(batch, const { T::SPEC.index_of("member_id") });
    let mut rows = Vec::new();
    for row in batch.good() {
        let made = read_row::<T>(batch, context.pools, row);
        let rule = made.as_ref().and_then(|row| rule_against(row, context.as_of));
        // How far back an extract tells does not hang on whose rows they are.
        if let Some(day) = made.as_ref().filter(|_| rule.is_none()).and_then(T::happened) {
            verdicts.reaches_back_to(day.0);
        }
        let Some(member) = context.member(ids, row, verdicts) else { continue };
        // The contract has refused every row that lacks what its type needs.
        let Some(mut made) = made else { continue };
        if let Some(rule) = rule {
            verdicts.drop_row(rule);
            continue;
        }
        if let Some(day) = made.happened() {
            verdicts.saw(day.0);
        }
        made.forget_later(context.as_of);
        rows.push((member, made));
    }
    rows
}

/// As [`load_member_rows`] looks back, for rows that are only passed on.
pub(super) fn reach_of_rows<T: MemberRow>(batch: &Batch, pools: &Pools, as_of: Day, verdicts: &mut Verdicts) {
    let rows = batch.good().filter_map(|row| read_row::<T>(batch, pools, row));
    for day in rows.filter(|row| rule_against(row, as_of).is_none()).filter_map(|row| row.happened()) {
        verdicts.reaches_back_to(day.0);
    }
}

fn read_row<T: FeedRow>(batch: &Batch, pools: &Pools, row: usize) -> Option<T> {
    T::read(&mut RowCells { columns: &batch.columns, pools, row, next: 0 })
}

fn rule_against<T: MemberRow>(row: &T, as_of: Day) -> Option<&'static str> {
    if row.happened().is_some_and(|d| d > as_of) {
        return Some("after_as_of");
    }
    if row.received().is_some_and(|d| d > as_of) {
        return Some("not_yet_arrived");
    }
    row.left_out()
}

/// Of the rows of one thing the one received last; without such a day, or on one day, the final one, then the last in
/// order.
fn standing_states<T: MemberRow>(rows: ByMember<T>) -> ByMember<T> {
    let mut kept: Vec<(u32, T)> = Vec::with_capacity(rows.len());
    let mut place: FxHashMap<(u32, Box<str>), usize> = FxHashMap::default();
    for (member, row) in rows.into_rows() {
        let Some((id, settled)) = row.state() else {
            kept.push((member, row));
            continue;
        };
        match place.get(&(member, id.into())).and_then(|at| kept.get_mut(*at)) {
            None => {
                place.insert((member, id.into()), kept.len());
                kept.push((member, row));
            }
            Some((_, standing)) => {
                let was = standing.state().is_some_and(|s| s.1);
                if (row.received(), settled, &row) > (standing.received(), was, &*standing) {
                    *standing = row;
                }
            }
        }
    }
    ByMember::group(kept)
}

/// Reads an extract whose rows have an id of their own.
///
/// # Errors
/// [`ExtractError`].
pub(super) fn load_directory<T: KeyedRow>(loader: &mut Loader<'_>) -> Result<Directory<T>, ExtractError> {
    let rows = load_rows::<T>(loader)?;
    let before = rows.len();
    let directory = Directory::new(rows);
    if let Some(report) = loader.reports.get_mut(T::SPEC.name) {
        report.tally.drop_used("repeated_key", (before - directory.len()) as u64);
    }
    Ok(directory)
}

/// Reads an extract whose rows belong to nobody, in their own order; exact duplicates count once.
///
/// # Errors
/// [`ExtractError`].
pub(super) fn load_rows<T: FeedRow>(loader: &mut Loader<'_>) -> Result<Vec<T>, ExtractError> {
    let out = Mutex::new(Vec::new());
    let pools = loader.pools;
    loader.read(T::SPEC, |batch, _| {
        let rows: Vec<T> = batch.good().filter_map(|row| read_row(batch, pools, row)).collect();
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
    })?;
    let mut rows: Vec<T> = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    let read = rows.len();
    rows.sort();
    rows.dedup();
    if let Some(report) = loader.reports.get_mut(T::SPEC.name) {
        report.tally.drop_used("exact_duplicate", (read - rows.len()) as u64);
    }
    Ok(rows)
}

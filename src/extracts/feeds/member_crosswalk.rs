//! The extract `member_crosswalk`: ids that became other ids. Owns its contract; [`crate::extracts::Crosswalk`] follows
//! the chains.

use std::sync::{Mutex, PoisonError};

use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::Id;
use crate::extracts::contract::req;
use crate::extracts::crosswalk::{Crosswalk, Link};
use crate::extracts::error::ExtractError;
use crate::extracts::loader::Loader;

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "member_crosswalk",
    grain: "member id that became another",
    cost_when_missing: "a person whose id changed is two people, each with half a history",
    columns: &[req("from_id", Id), req("to_id", Id)],
};

/// Reads the ids that became other ids.
///
/// # Errors
/// [`ExtractError`]; a circle or an id with two targets breaks the contract.
pub(in crate::extracts) fn read_crosswalk(loader: &mut Loader<'_>) -> Result<Crosswalk, ExtractError> {
    let links = Mutex::new(Vec::new());
    let (from, to) = const { (SPEC.index_of("from_id"), SPEC.index_of("to_id")) };
    loader.read(&SPEC, |batch, _| {
        let text = |column: usize, row: usize| Some(Box::from(batch.columns[column].text(row)?));
        let link = |row: usize| Some(Link { from: text(from, row)?, to: text(to, row)?, row: batch.rows.at(row) });
        links.lock().unwrap_or_else(PoisonError::into_inner).extend(batch.good().filter_map(link));
    })?;
    let links = links.into_inner().unwrap_or_else(PoisonError::into_inner);
    Crosswalk::build(links, loader.plan.pseudonyms.as_ref())
        .map_err(|problems| ExtractError::Contract { extract: SPEC.name.to_owned(), problems })
}

//! The extract `ndc_ingredient`: the ingredient of each drug product. Owns its contract; fills that name no ingredient take
//! it from here.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::domain::WordId;
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{LowerWord, Word};
use crate::extracts::contract::req;
use crate::extracts::error::ExtractError;
use crate::extracts::loader::Loader;

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "ndc_ingredient",
    grain: "product code",
    cost_when_missing: "fills without ingredient_name have no class",
    columns: &[req("ndc_code", Word), req("ingredient_name", LowerWord)],
};

/// The ingredient of each product, both as interned words.
///
/// # Errors
/// [`ExtractError`].
pub(in crate::extracts) fn read_ingredients(
    loader: &mut Loader<'_>,
) -> Result<FxHashMap<WordId, WordId>, ExtractError> {
    let map = Mutex::new(BTreeMap::new());
    let pools = loader.pools;
    let (ndc_code, ingredient) = const { (SPEC.index_of("ndc_code"), SPEC.index_of("ingredient_name")) };
    loader.read(&SPEC, |batch, _| {
        let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
        for row in batch.good() {
            let name = pools.word.text_of(batch.columns[ingredient].word(row));
            // Two ingredients for one product: the first by name, whatever the file order.
            map.entry(batch.columns[ndc_code].word(row))
                .and_modify(|old: &mut String| *old = old.clone().min(name.clone()))
                .or_insert(name);
        }
    })?;
    let map = map.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(map.into_iter().map(|(ndc, name)| (ndc, pools.word.intern(&name))).collect())
}

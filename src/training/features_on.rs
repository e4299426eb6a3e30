//! What every member's features were on one day. Owns who is asked for: the enrolled; refuses to learn from them.

use std::collections::BTreeMap;

use bumpalo::Bump;

use super::error::TrainingError;
use super::history::LoadedHistory;
use crate::domain::Day;
use crate::features::{Knowledge, registry};

/// The features of every enrolled member as known on a day, by member id, in the order of the dictionary.
///
/// # Errors
/// When the spilled events cannot be read.
pub fn features_on(history: &LoadedHistory<'_>, day: Day) -> Result<BTreeMap<String, Vec<f32>>, TrainingError> {
    let plan = history.plan;
    let knowledge = Knowledge::new(history.extracts, history.codes, &plan.clocks, &plan.models);
    let buckets = &history.extracts.buckets;
    let mut out = BTreeMap::new();
    for bucket in 0..buckets.len() {
        let records = buckets.take(bucket)?;
        let arena = Bump::new();
        for member in buckets.members(bucket) {
            let who = history.extracts.population.member(member);
            if who.enrolled_on(day) {
                let whole = knowledge.whole(member, records.member(member, &arena), plan.as_of, &arena);
                out.insert(who.id().to_owned(), registry().row(&knowledge.view(&whole, day)));
            }
        }
    }
    Ok(out)
}

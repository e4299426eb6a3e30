//! What every member's features were on one day. Owns who is asked for: the enrolled; refuses to learn from them.

use std::collections::BTreeMap;

use super::error::TrainingError;
use super::history::LoadedHistory;
use crate::domain::Day;
use crate::features::registry;
use crate::population::{HistoryContext, MemberHistory, MemberPass, PopulationWalk};

struct FeaturesOn<'a> {
    context: &'a HistoryContext<'a>,
    day: Day,
}

impl MemberPass for FeaturesOn<'_> {
    type Out = Vec<(String, Vec<f32>)>;
    type Error = TrainingError;

    fn wants(&self, member: u32) -> bool {
        self.context.extracts.population.member(member).enrolled_on(self.day)
    }

    fn visit(&self, members: &[MemberHistory<'_>], out: &mut Self::Out) -> Result<(), TrainingError> {
        let row = |h: &MemberHistory<'_>| (h.member().id().to_owned(), registry().row(&h.view(self.day)));
        out.extend(members.iter().map(row));
        Ok(())
    }
}

/// The features of every enrolled member as known on a day, by member id, in the order of the dictionary.
///
/// # Errors
/// Told to stop, or spilled events that cannot be read.
pub fn features_on(history: &LoadedHistory<'_>, day: Day) -> Result<BTreeMap<String, Vec<f32>>, TrainingError> {
    let context = history.context();
    let walk = PopulationWalk { context: &context, control: history.control(&|_, _| ()) };
    let mut out = BTreeMap::new();
    walk.run(&FeaturesOn { context: &context, day }, |rows| {
        out.extend(rows);
        Ok(())
    })?;
    Ok(out)
}

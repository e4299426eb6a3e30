//! Since when the run before had each member in a programme. Owns that look-up; refuses to know why.

use std::path::Path;

use super::error::PipelineError;
use crate::domain::Day;
use crate::extracts::{Extracts, Population};
use crate::publish::tables::programs::read_eligible_since;

/// By member index.
#[derive(Default)]
pub struct EarlierPrograms {
    /// Ids of programmes as that run named them.
    names: Vec<Box<str>>,
    /// Member, place in `names`, day; sorted.
    rows: Vec<(u32, u16, Day)>,
}

impl EarlierPrograms {
    /// What a run published, of members that are still known; nothing without a run, or of one that had no programmes.
    ///
    /// # Errors
    /// When the table is damaged.
    pub fn read(run: Option<&Path>, extracts: &Extracts) -> Result<Self, PipelineError> {
        let mut out = Self::default();
        let Some(run) = run else { return Ok(out) };
        for row in read_eligible_since(run)? {
            let Some(member) = extracts.population.find(&extracts.crosswalk.published(&row.member_id)) else {
                continue;
            };
            let known = out.names.iter().position(|n| **n == *row.program);
            let at = known.unwrap_or_else(|| {
                out.names.push(row.program.into());
                out.names.len() - 1
            });
            out.rows.push((member, u16::try_from(at).unwrap_or(u16::MAX), row.since));
        }
        out.rows.sort_unstable();
        Ok(out)
    }

    /// Since when a member, by the id of the files, was in a programme.
    #[must_use]
    pub fn since(&self, population: &Population, member_id: &str, program: &str) -> Option<Day> {
        let mut own = self.of(population.find(member_id)?);
        own.find(|(name, _)| name.eq_ignore_ascii_case(program)).map(|(_, day)| day)
    }

    /// Programmes of a member with the day since when.
    pub fn of(&self, member: u32) -> impl Iterator<Item = (&str, Day)> {
        let from = self.rows.partition_point(|r| r.0 < member);
        let own = self.rows[from..].iter().take_while(move |r| r.0 == member);
        own.filter_map(|(_, at, day)| Some((&**self.names.get(usize::from(*at))?, *day)))
    }
}

//! First and last mention of categories, as places of rows instead of copied ids. Owns the slots and the
//! rule that the lowest id of a day is the evidence; refuses to know what a category means.

use super::scheme::Scheme;
use crate::timeline::Timeline;

/// First and last mention: days, and places of rows (claims first, then ADT rows).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mention {
    /// First day.
    pub first: i32,
    /// Row of the lowest id of that day.
    pub first_row: u32,
    /// Last day.
    pub last: i32,
    /// Row of the lowest id of that day.
    pub last_row: u32,
}

/// One category of a member with its evidence.
#[derive(Clone, Copy, Debug)]
pub struct CategoryRow {
    /// List.
    pub scheme: Scheme,
    /// Name in that list.
    pub category: &'static str,
    /// Still counted after the list's hierarchy or claim-count rule.
    pub after_hierarchy: bool,
    /// Mentions.
    pub mention: Mention,
}

/// The id of a row: the claims of the timeline first, then its ADT rows.
#[must_use]
pub fn row_id<'t>(timeline: &'t Timeline<'_>, row: u32) -> &'t str {
    let row = row as usize;
    match timeline.claims.get(row) {
        Some(claim) => claim.id,
        None => timeline.admissions.get(row - timeline.claims.len()).map_or("", |a| a.admission_id),
    }
}

/// Mentions by slot.
pub(super) struct Slots(Vec<Option<Mention>>);

impl Slots {
    /// `n` empty slots.
    pub fn new(n: usize) -> Self {
        Self(vec![None; n])
    }

    /// Notes a mention; a slot beyond the last is none.
    pub fn mark(&mut self, slot: usize, day: i32, row: u32, timeline: &Timeline<'_>) {
        let Some(place) = self.0.get_mut(slot) else { return };
        let lower = |old: u32| row != old && row_id(timeline, row) < row_id(timeline, old);
        match place {
            None => *place = Some(Mention { first: day, first_row: row, last: day, last_row: row }),
            Some(m) => {
                if day < m.first || (day == m.first && lower(m.first_row)) {
                    m.first = day;
                    m.first_row = row;
                }
                if day > m.last || (day == m.last && lower(m.last_row)) {
                    m.last = day;
                    m.last_row = row;
                }
            }
        }
    }

    /// A row for each slot that was mentioned, in slot order.
    pub fn rows(
        &self,
        scheme: Scheme,
        name: impl Fn(usize) -> &'static str,
        after: impl Fn(usize) -> bool,
    ) -> Vec<CategoryRow> {
        let row = |(i, m): (usize, &Option<Mention>)| {
            m.map(|mention| CategoryRow { scheme, category: name(i), after_hierarchy: after(i), mention })
        };
        self.0.iter().enumerate().filter_map(row).collect()
    }
}

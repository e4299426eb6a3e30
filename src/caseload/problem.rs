//! Owns the caseload problem: members, care managers, and the checks that make
//! a [`Problem`] trustworthy. Refuses to know how it is read, solved or written.

use std::collections::BTreeMap;

use super::eligibility::{FreeCapacity, Rule, RuleSet, can_visit, desk_rules, is_licensed, rule_codes};
use super::error::CaseloadError;
use super::options::{Continuity, Weights, check_weights};
use super::rows::{CAPACITY_LIMIT, CareManager, InputWarnings, Member, Position};
use crate::domain::vocabulary::Status;

/// A checked instance: ids unique, values in range, pins feasible; members and managers sorted by id.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    members: Vec<Member>,
    managers: Vec<CareManager>,
    weights: Weights,
    current: Vec<Option<u32>>,
    covers: Vec<Option<u32>>,
    warnings: InputWarnings,
}

impl Problem {
    /// Checks and sorts an instance whose rows came from files of the usual names.
    ///
    /// # Errors
    /// See [`Problem::with_files`].
    pub fn new(members: Vec<Member>, managers: Vec<CareManager>, weights: Weights) -> Result<Self, CaseloadError> {
        Self::with_files(members, managers, weights, "members.csv", "care_managers.csv")
    }

    /// Checks and sorts an instance; errors name the given file, the row and the column.
    ///
    /// # Errors
    /// Duplicate ids, capacities that are zero or beyond reason, `fte` or `max_travel_km` that are
    /// not positive numbers, priority or acuity out of range, no discipline, coordinates off the
    /// globe, a pin that cannot hold, or costs too large for exact sums.
    pub fn with_files(
        mut members: Vec<Member>,
        mut managers: Vec<CareManager>,
        weights: Weights,
        member_file: &str,
        manager_file: &str,
    ) -> Result<Self, CaseloadError> {
        check_weights(weights)?;
        managers.sort_by(|a, b| a.id.cmp(&b.id).then(a.source_row.cmp(&b.source_row)));
        members.sort_by(|a, b| a.id.cmp(&b.id).then(a.source_row.cmp(&b.source_row)));
        for manager in &managers {
            check_manager(manager, manager_file)?;
        }
        for member in &members {
            check_member(member, member_file)?;
        }
        if let Some(pair) = managers.windows(2).find(|pair| pair[0].id == pair[1].id) {
            let message = format!("{} is listed twice (also in row {})", pair[1].id, pair[0].source_row);
            return Err(CaseloadError::cell(manager_file, pair[1].source_row, "care_manager_id", message));
        }
        if let Some(pair) = members.windows(2).find(|pair| pair[0].id == pair[1].id) {
            // No member id in an error: the row is enough to find it.
            let message = format!("the member is listed twice (also in row {})", pair[0].source_row);
            return Err(CaseloadError::cell(member_file, pair[1].source_row, "member_id", message));
        }
        let mut warnings = InputWarnings::default();
        let current = resolve_current(&members, &managers, member_file, &mut warnings)?;
        let covers = resolve_covers(&managers, &mut warnings);
        warnings.home_visit_without_coordinates =
            count_items(members.iter().filter(|m| m.home_visit && m.position.is_none()));
        warnings.managers_over_capacity_at_start =
            count_items(managers.iter().filter(|m| m.base_cases > m.max_cases || m.base_points > m.max_points));
        let problem = Self { members, managers, weights, current, covers, warnings };
        problem.check_pins(member_file)?;
        problem.check_magnitude()?;
        Ok(problem)
    }

    /// Members, sorted by id; every member index below means a place in this list.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }
    /// Managers, sorted by id; every manager index means a place in this list.
    #[must_use]
    pub fn managers(&self) -> &[CareManager] {
        &self.managers
    }
    /// The prices of W.
    #[must_use]
    pub const fn weights(&self) -> Weights {
        self.weights
    }
    /// Index of the member's current manager, when in the roster.
    #[must_use]
    pub fn current(&self, member: usize) -> Option<usize> {
        self.current[member].map(|ix| ix as usize)
    }
    /// Counted findings about the input.
    #[must_use]
    pub const fn warnings(&self) -> InputWarnings {
        self.warnings
    }

    /// The same members with other managers: the base of every what-if.
    ///
    /// # Errors
    /// As [`Problem::with_files`].
    pub fn with_managers(&self, managers: Vec<CareManager>) -> Result<Self, CaseloadError> {
        Self::new(self.members.clone(), managers, self.weights)
    }

    /// The manager on duty who stands in for this one, who is not; covers do not chain.
    #[must_use]
    pub fn cover_of(&self, manager: usize) -> Option<usize> {
        self.covers[manager].map(|ix| ix as usize)
    }

    /// Why the current manager may not go on with a member under `protect`: no licence, or a leave that nobody covers.
    /// Discipline, focus, language, travel and load bind new assignments alone.
    #[must_use]
    pub fn why_not_keep(&self, member: usize, manager: usize) -> RuleSet {
        let (who, whom) = (&self.members[member], &self.managers[manager]);
        let mut failing = RuleSet::empty();
        if whom.status == Status::Leave && self.cover_of(manager).is_none() {
            failing.insert(Rule::Status);
        }
        if !is_licensed(who, whom) {
            failing.insert(Rule::Licence);
        }
        failing
    }

    /// The current manager with whom this policy leaves the member, whatever the load.
    #[must_use]
    pub fn kept_by(&self, member: usize, continuity: Continuity) -> Option<usize> {
        let current = self.current(member)?;
        (continuity == Continuity::Protect && self.why_not_keep(member, current).is_empty()).then_some(current)
    }

    /// Every failing rule that does not depend on who else is assigned (all but `CAPACITY` and
    /// `WEEKLY_NEW`). Indexes are places in the sorted lists of the problem.
    #[must_use]
    pub fn why_not(&self, member: usize, manager: usize) -> RuleSet {
        let (who, whom) = (&self.members[member], &self.managers[manager]);
        let mut failing = desk_rules(who, whom, self.current(member) == Some(manager));
        if who.home_visit && !can_visit(who, whom) {
            failing.insert(Rule::HomeVisit);
        }
        failing
    }

    /// Every failing rule given what the manager still has free.
    #[must_use]
    pub fn why_not_now(&self, member: usize, manager: usize, room: FreeCapacity) -> RuleSet {
        let is_new = self.current(member) != Some(manager);
        self.why_not(member, manager) | room.refusals(&self.members[member], is_new)
    }

    /// Pins must pass every hard rule, and fit together.
    fn check_pins(&self, file: &str) -> Result<(), CaseloadError> {
        let mut held: Vec<(u64, u64)> =
            self.managers.iter().map(|m| (u64::from(m.base_cases), u64::from(m.base_points))).collect();
        for (ix, member) in self.members.iter().enumerate().filter(|(_, m)| m.pinned) {
            let Some(manager) = self.current(ix) else {
                let message = "pinned, but has no current care manager in the roster".to_owned();
                return Err(CaseloadError::cell(file, member.source_row, "pinned", message));
            };
            let failing = self.why_not(ix, manager);
            if !failing.is_empty() {
                let message = format!(
                    "pinned to {}, who may not serve the member: {}",
                    self.managers[manager].id,
                    rule_codes(failing)
                );
                return Err(CaseloadError::cell(file, member.source_row, "pinned", message));
            }
            let (cases, points) = &mut held[manager];
            *cases += 1;
            *points += u64::from(member.acuity);
            let limits = &self.managers[manager];
            if *cases > u64::from(limits.max_cases) || *points > u64::from(limits.max_points) {
                let message = format!("the pins on {} exceed its capacity: CAPACITY", limits.id);
                return Err(CaseloadError::cell(file, member.source_row, "pinned", message));
            }
        }
        Ok(())
    }

    /// Refuses instances whose cost sums could leave 62 bits.
    fn check_magnitude(&self) -> Result<(), CaseloadError> {
        let w = self.weights;
        let pair = i128::from(w.continuity_break)
            + i128::from(w.focus_mismatch)
            + i128::from(w.interpreter)
            + i128::from(w.travel_km_visit) * 20_040 * i128::from(u16::MAX);
        let loads: i128 = self.managers.iter().map(|m| 41 * i128::from(m.max_points.max(m.base_points))).sum();
        let total = (self.members.len() as i128 + 1) * pair + loads * i128::from(w.balance);
        if total < 1 << 62 { Ok(()) } else { Err(CaseloadError::TooLarge) }
    }
}

fn count_items<T>(items: impl Iterator<Item = T>) -> u64 {
    items.fold(0, |sum, _| sum + 1)
}

fn on_globe(position: Option<Position>) -> bool {
    position.is_none_or(|p| p.lat.abs() <= 90.0 && p.lon.abs() <= 180.0)
}

fn check_member(member: &Member, file: &str) -> Result<(), CaseloadError> {
    let fault =
        |column: &str, message: &str| Err(CaseloadError::cell(file, member.source_row, column, message.to_owned()));
    if member.id.trim().is_empty() {
        return fault("member_id", "empty");
    }
    if !(1..=1000).contains(&member.priority) {
        return fault("priority_score", "must be 1 to 1000");
    }
    if !matches!(member.acuity, 1 | 2 | 3 | 5 | 8) {
        return fault("acuity_points", "must be 1, 2, 3, 5 or 8");
    }
    if member.required.is_empty() {
        return fault("required_discipline", "names no discipline");
    }
    if !on_globe(member.position) {
        return fault("lat", "lat and lon must be numbers within -90..90 and -180..180");
    }
    Ok(())
}

fn check_manager(manager: &CareManager, file: &str) -> Result<(), CaseloadError> {
    let fault =
        |column: &str, message: &str| Err(CaseloadError::cell(file, manager.source_row, column, message.to_owned()));
    if manager.id.trim().is_empty() {
        return fault("care_manager_id", "empty");
    }
    for (column, value) in [("max_cases", manager.max_cases), ("max_points", manager.max_points)] {
        if value == 0 || value > CAPACITY_LIMIT {
            return fault(column, "capacity must be 1 to 1000000");
        }
    }
    for (column, value) in [("base_cases", manager.base_cases), ("base_points", manager.base_points)] {
        if value > CAPACITY_LIMIT {
            return fault(column, "must be 0 to 1000000");
        }
    }
    // The comparisons are written so that NaN fails them.
    if !(manager.fte > 0.0 && manager.fte <= 10.0) {
        return fault("fte", "must be a number above 0, at most 10");
    }
    if !(manager.max_travel_km >= 0.0 && manager.max_travel_km <= 20_040.0) {
        return fault("max_travel_km", "must be a number from 0 to 20040");
    }
    if !on_globe(manager.position) {
        return fault("lat", "lat and lon must be numbers within -90..90 and -180..180");
    }
    Ok(())
}

/// For each manager who is not on duty, the first by id of those on duty who cover them.
fn resolve_covers(managers: &[CareManager], warnings: &mut InputWarnings) -> Vec<Option<u32>> {
    let absent = |id: &str| managers.binary_search_by(|m| m.id.as_str().cmp(id)).ok();
    let mut covers = vec![None; managers.len()];
    for (ix, manager) in (0_u32..).zip(managers) {
        let Some(of) = manager.cover_for.as_deref() else { continue };
        match absent(of).filter(|j| managers[*j].status != Status::Active) {
            Some(j) if manager.status == Status::Active => covers[j] = covers[j].or(Some(ix)),
            Some(_) => warnings.covers_away_too += 1,
            None => {}
        }
    }
    covers
}

fn resolve_current(
    members: &[Member],
    managers: &[CareManager],
    file: &str,
    warnings: &mut InputWarnings,
) -> Result<Vec<Option<u32>>, CaseloadError> {
    let mut place: BTreeMap<&str, u32> = BTreeMap::new();
    for (ix, manager) in managers.iter().enumerate() {
        place.insert(&manager.id, u32::try_from(ix).map_err(|_| CaseloadError::TooLarge)?);
    }
    if u32::try_from(members.len()).is_err() {
        return Err(CaseloadError::TooLarge);
    }
    let mut current = Vec::with_capacity(members.len());
    for member in members {
        let found = member.current.as_deref().and_then(|id| place.get(id).copied());
        if member.current.is_some() && found.is_none() {
            // A pin is a person's explicit word; it is not dropped in silence.
            if member.pinned {
                let message = "pinned to a care manager who is not in the roster".to_owned();
                return Err(CaseloadError::cell(file, member.source_row, "current_care_manager_id", message));
            }
            warnings.current_manager_not_in_roster += 1;
        }
        current.push(found);
    }
    Ok(current)
}

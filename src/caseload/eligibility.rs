//! Owns the hard rules: who may serve whom, with one code per rule. Refuses to know costs,
//! priorities or how an assignment is found.

use std::fmt;

use super::problem::{CareManager, Member, Position, Problem};
use super::vocabulary::{Focus, Status};

/// Mean Earth radius, km.
pub const EARTH_RADIUS_KM: f64 = 6371.0088;
/// Slack on the travel limit, km: one millimetre, so that a limit met exactly is met on every machine.
pub const TRAVEL_SLACK_KM: f64 = 1e-6;

/// One hard rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// On leave, or on paid time off and not the current manager.
    Status,
    /// The manager's weekly cap of new cases is used up.
    WeeklyNew,
    /// None of the required disciplines.
    Discipline,
    /// No licence in the member's state.
    Licence,
    /// Does not speak the required language.
    Language,
    /// A child needs a manager with the pediatric focus.
    Pediatric,
    /// Makes no home visits, or lives too far away.
    HomeVisit,
    /// No cases or points left.
    Capacity,
}

impl Rule {
    /// Every rule in the order they are reported.
    pub const ALL: [Self; 8] = [
        Self::Status,
        Self::WeeklyNew,
        Self::Discipline,
        Self::Licence,
        Self::Language,
        Self::Pediatric,
        Self::HomeVisit,
        Self::Capacity,
    ];

    /// The code printed in the outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Status => "STATUS",
            Self::WeeklyNew => "WEEKLY_NEW",
            Self::Discipline => "DISCIPLINE",
            Self::Licence => "LICENCE",
            Self::Language => "LANGUAGE",
            Self::Pediatric => "PEDIATRIC",
            Self::HomeVisit => "HOME_VISIT",
            Self::Capacity => "CAPACITY",
        }
    }
}

/// A set of failing rules; prints as codes joined by `+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RuleSet(u8);

impl RuleSet {
    /// No rule fails.
    pub const EMPTY: Self = Self(0);

    /// The set of one rule.
    #[must_use]
    pub const fn only(rule: Rule) -> Self {
        Self(1 << rule as u8)
    }
    /// The set with `rule` added when `failing`.
    #[must_use]
    pub const fn with(self, rule: Rule, failing: bool) -> Self {
        Self(self.0 | (failing as u8) << rule as u8)
    }
    /// Whether `rule` fails.
    #[must_use]
    pub const fn contains(self, rule: Rule) -> bool {
        self.0 >> rule as u8 & 1 == 1
    }
    /// How many rules fail.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }
    /// Whether none fails.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// Whether every rule here is also in `other`.
    #[must_use]
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = Rule::ALL.iter().filter(|rule| self.contains(**rule)).map(|rule| rule.code()).collect();
        f.write_str(&codes.join("+"))
    }
}

/// Great-circle distance, km (haversine, R = 6371.0088).
#[must_use]
pub fn haversine_km(a: Position, b: Position) -> f64 {
    let half_lat = ((b.lat - a.lat).to_radians() / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
}

/// Distance between a member and a manager, km; `None` when either has no coordinates.
#[must_use]
pub fn distance_km(member: &Member, manager: &CareManager) -> Option<f64> {
    Some(haversine_km(member.position?, manager.position?))
}

/// Whether the manager may visit the member at home: capability, then distance, or equal county
/// where coordinates are missing.
#[must_use]
pub fn can_visit(member: &Member, manager: &CareManager) -> bool {
    if !manager.home_visits {
        return false;
    }
    match (member.position, manager.position) {
        (Some(home), Some(office)) => {
            // One degree of latitude is more than 111 km: a cheap refusal before the trigonometry.
            (home.lat - office.lat).abs() * 111.0 <= manager.max_travel_km + 1.0
                && haversine_km(home, office) <= manager.max_travel_km + TRAVEL_SLACK_KM
        }
        _ => member.county_fips.is_some() && member.county_fips == manager.county_fips,
    }
}

/// The rules that do not depend on who else is assigned, without home visits.
#[must_use]
pub fn desk_rules(member: &Member, manager: &CareManager, is_current: bool) -> RuleSet {
    let closed = match manager.status {
        Status::Active => false,
        Status::Pto => !is_current,
        Status::Leave => true,
    };
    let speaks = member.language.is_some_and(|language| manager.languages.contains(language));
    RuleSet::EMPTY
        .with(Rule::Status, closed)
        .with(Rule::Discipline, !member.required.contains(manager.discipline))
        .with(Rule::Licence, !member.state.is_some_and(|state| manager.licensed.contains(state)))
        .with(Rule::Language, member.language_required && !speaks)
        .with(Rule::Pediatric, member.focus == Focus::Pediatric && !manager.focus.contains(Focus::Pediatric))
}

/// Every failing rule that does not depend on who else is assigned (all but `CAPACITY` and
/// `WEEKLY_NEW`). Indexes are places in the sorted lists of the problem.
#[must_use]
pub fn why_not(problem: &Problem, member: usize, manager: usize) -> RuleSet {
    let (who, whom) = (&problem.members()[member], &problem.managers()[manager]);
    let desk = desk_rules(who, whom, problem.current(member) == Some(manager));
    desk.with(Rule::HomeVisit, who.home_visit && !can_visit(who, whom))
}

/// What one manager still has free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Cases left; below 0 when the base load exceeds the cap.
    pub cases: i64,
    /// Points left.
    pub points: i64,
    /// New cases left this week; `None` when there is no cap.
    pub new_cases: Option<i64>,
}

/// Every failing rule given what the manager still has free.
#[must_use]
pub fn why_not_now(problem: &Problem, member: usize, manager: usize, room: Room) -> RuleSet {
    why_not(problem, member, manager).with_room(problem, member, manager, room)
}

impl RuleSet {
    /// Adds the two rules that depend on the load.
    #[must_use]
    pub fn with_room(self, problem: &Problem, member: usize, manager: usize, room: Room) -> Self {
        let full = room.cases < 1 || room.points < i64::from(problem.members()[member].acuity);
        let is_new = problem.current(member) != Some(manager);
        let capped = is_new && room.new_cases.is_some_and(|left| left < 1);
        self.with(Rule::Capacity, full).with(Rule::WeeklyNew, capped)
    }
}

//! Owns the hard rules: who may serve whom, with one code per rule. Refuses to know costs,
//! priorities or how an assignment is found.

use enumset::{EnumSet, EnumSetType};

use super::rows::{CareManager, CaseKind, KINDS, Member, Position};
use crate::domain::vocabulary::{Focus, Status};

/// Mean Earth radius, km.
pub const EARTH_RADIUS_KM: f64 = 6371.0088;
/// Slack on the travel limit, km: one millimetre, so that a limit met exactly is met on every machine.
pub const TRAVEL_SLACK_KM: f64 = 1e-6;

/// One hard rule.
#[derive(Debug, PartialOrd, Ord, Hash, EnumSetType)]
pub enum Rule {
    /// On leave, or on paid time off and not the current manager.
    Status,
    /// The manager's weekly quota of new cases is used up.
    WeeklyNew,
    /// The manager's weekly quota of new episodes is used up.
    WeeklyEpisodes,
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
    /// The quota in which a new place of this kind counts.
    #[must_use]
    pub const fn quota_of(kind: CaseKind) -> Self {
        match kind {
            CaseKind::Case => Self::WeeklyNew,
            CaseKind::Episode => Self::WeeklyEpisodes,
        }
    }

    /// The code printed in the outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Status => "STATUS",
            Self::WeeklyNew => "WEEKLY_NEW",
            Self::WeeklyEpisodes => "WEEKLY_EPISODES",
            Self::Discipline => "DISCIPLINE",
            Self::Licence => "LICENCE",
            Self::Language => "LANGUAGE",
            Self::Pediatric => "PEDIATRIC",
            Self::HomeVisit => "HOME_VISIT",
            Self::Capacity => "CAPACITY",
        }
    }
}

/// The rules that fail.
pub type RuleSet = EnumSet<Rule>;

/// The codes of failing rules in the order of the rules, joined by `+`.
#[must_use]
pub fn rule_codes(failing: RuleSet) -> String {
    failing.iter().map(Rule::code).collect::<Vec<_>>().join("+")
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

/// Whether the manager may work in the member's state.
#[must_use]
pub fn is_licensed(member: &Member, manager: &CareManager) -> bool {
    member.state.is_some_and(|state| manager.licensed.contains(state))
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
    let failing = [
        (Rule::Status, closed),
        (Rule::Discipline, !member.required.contains(manager.discipline)),
        (Rule::Licence, !is_licensed(member, manager)),
        (Rule::Language, member.language_required && !speaks),
        (Rule::Pediatric, member.focus == Focus::Pediatric && !manager.focus.contains(Focus::Pediatric)),
    ];
    failing.into_iter().filter(|(_, fails)| *fails).map(|(rule, _)| rule).collect()
}

/// What one manager still has free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeCapacity {
    /// Cases left; below 0 when the limit is exceeded.
    pub cases: i64,
    /// Points left.
    pub points: i64,
    /// New places left this week by kind; `None` without a quota.
    pub new_left: [Option<i64>; KINDS],
}

impl FreeCapacity {
    /// The rules of load that fail for one more member; `is_new` when the manager is not the current one.
    #[must_use]
    pub fn refusals(self, member: &Member, is_new: bool) -> RuleSet {
        let mut failing = RuleSet::empty();
        if self.cases < 1 || self.points < i64::from(member.acuity) {
            failing.insert(Rule::Capacity);
        }
        if is_new && self.new_left[member.kind as usize].is_some_and(|left| left < 1) {
            failing.insert(Rule::quota_of(member.kind));
        }
        failing
    }

    /// Takes the place of one more member.
    pub fn take(&mut self, member: &Member, is_new: bool) {
        self.cases -= 1;
        self.points -= i64::from(member.acuity);
        if is_new {
            let left = &mut self.new_left[member.kind as usize];
            *left = left.map(|n| n - 1);
        }
    }
}

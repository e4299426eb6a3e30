//! Owns the rows of a caseload: members, care managers, and what is counted about them. Refuses to judge whether
//! they fit together.

use crate::domain::vocabulary::{
    Discipline, Disciplines, Focus, FocusSet, Language, Languages, State, States, Status, word_list,
};

/// Most points or cases one manager may be given; far above any person, low enough for exact sums.
pub const CAPACITY_LIMIT: u32 = 1_000_000;

/// A point on the globe, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Latitude, −90..90.
    pub lat: f64,
    /// Longitude, −180..180.
    pub lon: f64,
}

word_list! {
    /// How an assigned member comes to their manager.
    AssignmentStatus {
        /// Stays with the manager they had.
        Kept = "kept",
        /// Comes from another.
        Moved = "moved",
        /// Had nobody.
        New = "new",
    }
}

/// What a place with a manager is for. Each kind has a weekly quota of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseKind {
    /// Care management until its end.
    #[default]
    Case,
    /// The thirty days after a discharge.
    Episode,
}

/// How many kinds there are.
pub const KINDS: usize = 2;

impl CaseKind {
    /// The word of the files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Episode => "episode",
        }
    }

    /// Reads the word of the files; the empty text is a case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "" | "case" => Some(Self::Case),
            "episode" => Some(Self::Episode),
            _ => None,
        }
    }
}

/// One member who needs a care manager (a row of `members.csv`).
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // four independent yes/no columns of the file
pub struct Member {
    /// Unique member id.
    pub id: String,
    /// 1..=1000; 900 and above is an open clock.
    pub priority: u16,
    /// What the file says of a running transition; told on, judged by nothing.
    pub tcm: bool,
    /// A case of care management, or an episode of a discharge.
    pub kind: CaseKind,
    /// Workload in acuity points: 1, 2, 3, 5 or 8.
    pub acuity: u8,
    /// What the member mainly needs.
    pub focus: Focus,
    /// Disciplines that may take the member; not empty.
    pub required: Disciplines,
    /// Language spoken; unknown shares a language with nobody.
    pub language: Option<Language>,
    /// Whether the manager must speak that language.
    pub language_required: bool,
    /// State of residence; without one nobody is licensed.
    pub state: Option<State>,
    /// First three digits of the ZIP code, free text.
    pub zip3: String,
    /// Home coordinates, when known.
    pub position: Option<Position>,
    /// County, used for home visits when coordinates are missing.
    pub county_fips: Option<String>,
    /// Whether the member is visited at home.
    pub home_visit: bool,
    /// Home visits per month.
    pub visits_per_month: u16,
    /// Id of the manager who has the member now.
    pub current: Option<String>,
    /// Whether the member must stay with the current manager.
    pub pinned: bool,
    /// Risk tier 1..4 where known; told on, judged by nothing.
    pub tier: Option<u8>,
    /// Meets the rule of graduation, as far as whoever made the row could tell.
    pub may_graduate: bool,
    /// Line of the source file (header is 1); 0 when not from a file.
    pub source_row: u64,
}

impl Member {
    /// A clock runs: a score of 900 or more.
    #[must_use]
    pub const fn has_open_clock(&self) -> bool {
        self.priority >= 900
    }
}

/// One care manager (a row of `care_managers.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct CareManager {
    /// Unique id.
    pub id: String,
    /// Display name, optional.
    pub name: Option<String>,
    /// Profession.
    pub discipline: Discipline,
    /// Languages spoken.
    pub languages: Languages,
    /// States of licence.
    pub licensed: States,
    /// Areas of experience.
    pub focus: FocusSet,
    /// Active, paid time off or leave.
    pub status: Status,
    /// Full-time equivalent, above 0.
    pub fte: f64,
    /// Most cases at once (FTE-adjusted), base cases included.
    pub max_cases: u32,
    /// Most acuity points at once (FTE-adjusted), base points included.
    pub max_points: u32,
    /// Cases outside this population.
    pub base_cases: u32,
    /// Points outside this population.
    pub base_points: u32,
    /// Whether the manager makes home visits.
    pub home_visits: bool,
    /// Farthest home visit, km.
    pub max_travel_km: f64,
    /// State of the office.
    pub state: Option<State>,
    /// First three digits of the office ZIP code.
    pub zip3: String,
    /// Office coordinates, when known.
    pub position: Option<Position>,
    /// County of the office, used when coordinates are missing.
    pub county_fips: Option<String>,
    /// Most new cases in a week; used only with [`weekly_new`](super::Options::weekly_new).
    pub weekly_new_cap: Option<u32>,
    /// Most new episodes in a week; used only with [`weekly_new`](super::Options::weekly_new).
    pub weekly_episode_cap: Option<u32>,
    /// Day of return, as given.
    pub back_on: Option<String>,
    /// Id of the manager whom this one covers.
    pub cover_for: Option<String>,
    /// Line of the source file (header is 1); 0 when not from a file.
    pub source_row: u64,
}

/// Counted, non-fatal findings about the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct InputWarnings {
    /// Members whose current manager is not in the roster; they went back to the pool.
    pub current_manager_not_in_roster: u64,
    /// Managers who stand in for somebody though they are away themselves; covers do not chain.
    pub covers_away_too: u64,
    /// Home-visit members without coordinates, judged by county.
    pub home_visit_without_coordinates: u64,
    /// Managers whose base load already exceeds a cap.
    pub managers_over_capacity_at_start: u64,
}

//! What a score is called: its id, horizon, basis, model and status, as types. Owns their words in files; refuses to
//! compute a probability or to look one up.

use std::fmt;

use crate::domain::{Percentile, Probability};

/// Days ahead that `avoid_hosp` is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Horizon {
    /// 30 days.
    Days30,
    /// 90 days.
    Days90,
    /// 365 days.
    Days365,
}

impl Horizon {
    /// All of them, the nearest first.
    pub const ALL: [Self; 3] = [Self::Days30, Self::Days90, Self::Days365];

    /// Days.
    #[must_use]
    pub const fn days(self) -> i32 {
        match self {
            Self::Days30 => 30,
            Self::Days90 => 90,
            Self::Days365 => 365,
        }
    }
}

/// Which question a score answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ScoreId {
    /// At least one potentially avoidable stay (AHRQ PQI) within the horizon.
    AvoidHosp(Horizon),
    /// At least one unplanned acute stay within 365 days.
    UnplannedAdmit,
    /// At least one potentially avoidable ED visit within 90 days.
    AvoidEd,
    /// An unplanned readmission within 30 days of an index discharge.
    Readmit30,
    /// What is left of [`ScoreId::Readmit30`] over the days that remain.
    Readmit30Residual,
}

impl ScoreId {
    /// The score that orders people: `avoid_hosp` within 90 days.
    pub const RISK: Self = Self::AvoidHosp(Horizon::Days90);

    /// The word of `score_id` in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AvoidHosp(_) => "avoid_hosp",
            Self::UnplannedAdmit => "unplanned_admit",
            Self::AvoidEd => "avoid_ed",
            Self::Readmit30 => "readmit30",
            Self::Readmit30Residual => "readmit30_residual",
        }
    }

    /// Days ahead; of a residual the most there can be, the row itself says how many are left.
    #[must_use]
    pub const fn horizon_days(self) -> i32 {
        match self {
            Self::AvoidHosp(horizon) => horizon.days(),
            Self::UnplannedAdmit => Horizon::Days365.days(),
            Self::AvoidEd => Horizon::Days90.days(),
            Self::Readmit30 | Self::Readmit30Residual => Horizon::Days30.days(),
        }
    }

    /// What is foreseen, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AvoidHosp(_) => "avoidable hospital stay (AHRQ PQI)",
            Self::UnplannedAdmit => "unplanned hospital stay",
            Self::AvoidEd => "avoidable emergency visit",
            Self::Readmit30 | Self::Readmit30Residual => "unplanned readmission",
        }
    }

    /// A score of a discharge, not of a person.
    #[must_use]
    pub const fn of_discharge(self) -> bool {
        matches!(self, Self::Readmit30 | Self::Readmit30Residual)
    }
}

/// What a probability stands on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Basis {
    /// A published index or rate.
    PublishedIndex,
    /// A model learned from the organisation's own history.
    Trained,
    /// The trained model of another horizon of the same outcome.
    Derived,
}

impl Basis {
    /// The word in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublishedIndex => "published_index",
            Self::Trained => "trained",
            Self::Derived => "derived",
        }
    }

    /// Whether it comes from the organisation's own history.
    #[must_use]
    pub const fn is_learned(self) -> bool {
        matches!(self, Self::Trained | Self::Derived)
    }
}

/// The index or model that gave a probability.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ModelId {
    /// LACE (2010).
    Lace,
    /// AHRQ's PQI area rates.
    AhrqPqi,
    /// AHRQ's PQE area rates.
    AhrqPqe,
    /// A trained model by its own id.
    Trained(&'static str),
}

impl ModelId {
    /// The word of `model_id` in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lace => "lace_2010",
            Self::AhrqPqi => "ahrq_pqi_v2024",
            Self::AhrqPqe => "ahrq_pqe_v2024",
            Self::Trained(id) => id,
        }
    }
}

/// Why somebody has no score.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum NotScored {
    /// The outcome is asked of adults.
    AgeUnder18,
    /// The rate is by sex.
    UnknownSex,
    /// No index exists and no model is in use.
    NoModel,
    /// The discharge was not known in time with the lag that the model learned with.
    NotKnownWithLag,
    /// The model in use does not reach this member.
    OutsideTheModel,
    /// Another horizon of the outcome is scored by a trained model that cannot give this one.
    OtherBasis,
}

impl NotScored {
    /// The word in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AgeUnder18 => "age_under_18",
            Self::UnknownSex => "unknown_sex",
            Self::NoModel => "no_model",
            Self::NotKnownWithLag => "not_known_with_lag",
            Self::OutsideTheModel => "outside_the_model",
            Self::OtherBasis => "other_basis",
        }
    }
}

/// Scored, or why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScoreStatus {
    /// A probability stands.
    Scored,
    /// None, for this reason.
    NotScored(NotScored),
}

impl fmt::Display for ScoreStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scored => f.write_str("scored"),
            Self::NotScored(why) => write!(f, "not_scored:{}", why.name()),
        }
    }
}

/// One score of one member.
#[derive(Clone, Debug)]
pub struct Score {
    /// Index in the population.
    pub member: u32,
    /// Stay, for scores of a discharge.
    pub stay_id: Option<Box<str>>,
    /// The question.
    pub id: ScoreId,
    /// Days ahead; of a residual the days left.
    pub horizon_days: i32,
    /// 0..1; `None` when not scored.
    pub probability: Option<Probability>,
    /// 0..100 among those scored on this score and horizon.
    pub percentile: Option<Percentile>,
    /// Scored or why not.
    pub status: ScoreStatus,
    /// Model or index; `None` when not scored.
    pub model: Option<ModelId>,
    /// What it stands on.
    pub basis: Basis,
}

impl Score {
    /// A score of a person that could not be given.
    #[must_use]
    pub fn missing(member: u32, id: ScoreId, why: NotScored) -> Self {
        Self {
            member,
            stay_id: None,
            id,
            horizon_days: id.horizon_days(),
            probability: None,
            percentile: None,
            status: ScoreStatus::NotScored(why),
            model: None,
            basis: Basis::PublishedIndex,
        }
    }

    /// A score of a person by a published index.
    #[must_use]
    pub fn published(member: u32, id: ScoreId, probability: f64, model: ModelId) -> Self {
        Self {
            probability: Probability::new(probability),
            status: ScoreStatus::Scored,
            model: Some(model),
            ..Self::missing(member, id, NotScored::NoModel)
        }
    }
}

//! The outcomes a model can learn: ids, horizons, whom they are asked of. Owns those words; refuses to find an
//! event in a history (see the pipeline).

use super::score::{Horizon, ScoreId};

/// One outcome.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Outcome {
    /// Unplanned readmission within 30 days of an index discharge.
    Readmit30,
    /// A PQI stay within 30 days.
    AvoidHosp30,
    /// A PQI stay within 90 days.
    AvoidHosp90,
    /// A PQI stay within 365 days.
    AvoidHosp365,
    /// An unplanned acute stay within 365 days.
    UnplannedAdmit365,
    /// A potentially avoidable ED visit within 90 days.
    AvoidEd90,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Readmit30,
        Self::AvoidHosp30,
        Self::AvoidHosp90,
        Self::AvoidHosp365,
        Self::UnplannedAdmit365,
        Self::AvoidEd90,
    ];

    /// The id that `train --model` takes.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Readmit30 => "readmit30",
            Self::AvoidHosp30 => "avoid_hosp_30",
            Self::AvoidHosp90 => "avoid_hosp_90",
            Self::AvoidHosp365 => "avoid_hosp_365",
            Self::UnplannedAdmit365 => "unplanned_admit_365",
            Self::AvoidEd90 => "avoid_ed_90",
        }
    }

    /// Reads an id.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.id() == id)
    }

    /// The outcomes an id of `train` stands for: one, or `avoid_hosp` for its three horizons.
    #[must_use]
    pub fn family(id: &str) -> Vec<Self> {
        match id {
            "avoid_hosp" => vec![Self::AvoidHosp30, Self::AvoidHosp90, Self::AvoidHosp365],
            _ => Self::parse(id).into_iter().collect(),
        }
    }

    /// Every id `train` takes.
    #[must_use]
    pub fn ids() -> Vec<&'static str> {
        let mut out: Vec<&str> = Self::ALL.iter().map(|o| o.id()).collect();
        out.push("avoid_hosp");
        out
    }

    /// The score it fills.
    #[must_use]
    pub fn score(self) -> ScoreId {
        match self {
            Self::Readmit30 => ScoreId::Readmit30,
            Self::AvoidHosp30 => ScoreId::AvoidHosp(Horizon::Days30),
            Self::AvoidHosp90 => ScoreId::AvoidHosp(Horizon::Days90),
            Self::AvoidHosp365 => ScoreId::AvoidHosp(Horizon::Days365),
            Self::UnplannedAdmit365 => ScoreId::UnplannedAdmit,
            Self::AvoidEd90 => ScoreId::AvoidEd,
        }
    }

    /// Days ahead.
    #[must_use]
    pub fn horizon_days(self) -> i32 {
        self.score().horizon_days()
    }

    /// The outcome `avoid_hosp` at a horizon.
    #[must_use]
    pub fn avoid_hosp(horizon: Horizon) -> Self {
        match horizon {
            Horizon::Days30 => Self::AvoidHosp30,
            Horizon::Days90 => Self::AvoidHosp90,
            Horizon::Days365 => Self::AvoidHosp365,
        }
    }

    /// Asked of adults only.
    #[must_use]
    pub fn adults_only(self) -> bool {
        !matches!(self, Self::UnplannedAdmit365 | Self::AvoidEd90)
    }

    /// One row a discharge, not a person and month.
    #[must_use]
    pub fn of_discharges(self) -> bool {
        self == Self::Readmit30
    }

    /// What happens, in words for a card.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Readmit30 => {
                "unplanned acute stay within 30 days after an index discharge (CMS planned readmission algorithm v4.0); a return on the discharge day is left out"
            }
            Self::AvoidHosp30 | Self::AvoidHosp90 | Self::AvoidHosp365 => {
                "at least one potentially avoidable hospital stay (AHRQ PQI v2024, composite 90 and its parts)"
            }
            Self::UnplannedAdmit365 => "at least one acute stay not planned by the CMS algorithm v4.0",
            Self::AvoidEd90 => {
                "at least one ED visit whose NYU/Johnston shares preventable, treatable in primary care and non-emergent sum to one half or more"
            }
        }
    }

    /// Who is asked, in words for a card.
    #[must_use]
    pub fn population(self) -> &'static str {
        match self {
            Self::Readmit30 => {
                "live index discharges of enrolled adults, from the first day the discharge is known (day 0, 7, 14 or 21)"
            }
            _ if self.adults_only() => "members of 18 years or more who are enrolled and alive on the snapshot day",
            _ => "members of any age who are enrolled and alive on the snapshot day",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back_and_families_are_clear() {
        for o in Outcome::ALL {
            assert_eq!(Outcome::parse(o.id()), Some(o));
            assert_eq!(Outcome::family(o.id()), vec![o]);
        }
        assert_eq!(Outcome::family("avoid_hosp").len(), 3);
        assert!(Outcome::family("avoid_hosp_60").is_empty());
    }
}

//! How far a feature looks back: the days of a window and the words the dictionary has for it. Owns the closed list of
//! windows, so that the text, the name's suffix and the value come from one place; refuses to read a history.

use std::fmt;

use crate::measures::LOOK_BACK_MONTHS;

/// Days looked back, the snapshot's own day included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(i32)]
pub enum LookBack {
    /// 30 days.
    Days30 = 30,
    /// 90 days.
    Days90 = 90,
    /// 180 days.
    Days180 = 180,
    /// A year.
    Days365 = 365,
    /// Two years, the longest window of any feature.
    Days730 = 730,
}

impl LookBack {
    /// Every look-back, shortest first.
    pub const ALL: [Self; 5] = [Self::Days30, Self::Days90, Self::Days180, Self::Days365, Self::Days730];

    /// Its length in days.
    #[must_use]
    pub const fn days(self) -> i32 {
        self as i32
    }
}

/// What a feature looks at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Window {
    /// The days before the snapshot.
    Days(LookBack),
    /// The months over which comorbidity is judged.
    Comorbidity,
    /// What holds on the day itself.
    Day,
    /// The stay of the discharge being scored.
    Stay,
    /// The newest eligibility row begun by the day.
    EligibilityRow,
    /// Whatever is known, however old.
    Any,
}

impl From<LookBack> for Window {
    fn from(look_back: LookBack) -> Self {
        Self::Days(look_back)
    }
}

impl fmt::Display for Window {
    /// The words of the dictionary; a feature's hash is made over them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(look_back) => write!(f, "{} days", look_back.days()),
            Self::Comorbidity => write!(f, "{LOOK_BACK_MONTHS} months"),
            Self::Day => f.write_str("the day"),
            Self::Stay => f.write_str("the stay"),
            Self::EligibilityRow => f.write_str("eligibility row begun by the snapshot"),
            Self::Any => f.write_str("any"),
        }
    }
}

impl serde::Serialize for Window {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_told_in_its_own_days() {
        let told: Vec<String> = LookBack::ALL.map(|w| Window::from(w).to_string()).to_vec();
        assert_eq!(told, ["30 days", "90 days", "180 days", "365 days", "730 days"]);
        assert_eq!(Window::Comorbidity.to_string(), "24 months");
    }
}

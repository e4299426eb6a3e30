//! How reasons read on sheets: templates, limits of values, plain words of drug classes, from `config/wording.toml` or an
//! organisation's own file. Owns the check of such a file; refuses to know a member.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::vocabulary::word_list;

/// The shipped wording.
static SHIPPED: LazyLock<Wording> =
    LazyLock::new(|| Wording::parse(include_str!("../../config/wording.toml")).unwrap_or_else(|_| Wording::silent()));

word_list! {
    /// A reason that sheets have words for: a key of `[reasons]` in the wording file.
    SheetReason {
        /// A condition by name.
        Condition = "condition",
        /// Many conditions.
        Burden = "burden",
        /// Signs of heart disease.
        Heart = "heart",
        /// Signs of frailty.
        Frailty = "frailty",
        /// Acute illness.
        AcuteIllness = "acute_illness",
        /// A laboratory value.
        LaboratoryValue = "laboratory_value",
        /// A laboratory value beside the one before.
        LaboratoryChange = "laboratory_change",
        /// Hospital stays.
        Stays = "stays",
        /// Avoidable hospital stays.
        AvoidableStays = "avoidable_stays",
        /// The discharge being scored.
        Discharge = "discharge",
        /// A discharge with its LACE.
        DischargeLace = "discharge_lace",
        /// A discharge from another place.
        Transition = "transition",
        /// ED visits.
        Emergency = "emergency",
        /// A behavioral-health stay or visit.
        Behavioral = "behavioral",
        /// Home health care.
        HomeHealth = "home_health",
        /// Many medicines.
        Medicines = "medicines",
        /// A drug whose supply ran out.
        Supply = "supply",
        /// A class whose supply ran out.
        SupplyClass = "supply_class",
        /// Open social needs.
        Needs = "needs",
        /// A need for safety, unnamed.
        Safety = "safety",
        /// A PHQ-9 score.
        Depression = "depression",
        /// A low activation.
        Activation = "activation",
        /// No one thing.
        WholePattern = "whole_pattern",
    }
}

impl SheetReason {
    /// The words in braces that its template may use.
    fn slots(self) -> &'static [&'static str] {
        match self {
            Self::Condition => &["condition"],
            Self::Burden => &["conditions", "n"],
            Self::Heart | Self::Frailty | Self::AcuteIllness => &["signs"],
            Self::LaboratoryValue => &["test", "value"],
            Self::LaboratoryChange => &["test", "before", "value"],
            Self::Stays | Self::Emergency => &["n", "date"],
            Self::AvoidableStays => &["n", "diagnosis"],
            Self::Discharge => &["n", "date"],
            Self::DischargeLace => &["date", "lace"],
            Self::Transition => &["place", "date"],
            Self::Behavioral => &["date"],
            Self::HomeHealth | Self::Safety | Self::WholePattern => &[],
            Self::Medicines => &["n"],
            Self::Supply => &["drug", "purpose", "filled", "date", "n"],
            Self::SupplyClass => &["purpose", "date"],
            Self::Needs => &["needs", "date", "n"],
            Self::Depression => &["value"],
            Self::Activation => &["level", "value"],
        }
    }
}

/// One reason's words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    one: String,
    many: String,
}

/// When a laboratory value is worth saying.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaboratoryWords {
    /// The test in plain words.
    pub test: String,
    /// Said below this.
    below: Option<f64>,
    /// Said above this.
    above: Option<f64>,
    /// Said below this when it fell by `move_of` or more.
    below_when_falling: Option<f64>,
    /// Said above this when it rose by `move_of` or more.
    above_when_rising: Option<f64>,
    /// The least move that counts as falling or rising, in the unit of the test.
    #[serde(default)]
    move_of: f64,
}

impl LaboratoryWords {
    /// Whether a value is worth saying, given the one before it.
    #[must_use]
    pub fn worth_saying(&self, value: f64, before: Option<f64>) -> bool {
        let fell = before.is_some_and(|b| b - value >= self.move_of);
        let rose = before.is_some_and(|b| value - b >= self.move_of);
        self.below.is_some_and(|l| value < l)
            || self.above.is_some_and(|l| value > l)
            || (fell && self.below_when_falling.is_some_and(|l| value < l))
            || (rose && self.above_when_rising.is_some_and(|l| value > l))
    }
}

/// When a class of drugs that ran out is worth saying.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplyWords {
    /// What the class is for, in plain words.
    pub purpose: String,
    /// Days without supply from which it is said.
    pub days_late: i32,
}

/// All words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    reasons: BTreeMap<String, Template>,
    #[serde(default)]
    laboratory: BTreeMap<String, LaboratoryWords>,
    #[serde(default)]
    supply: BTreeMap<String, SupplyWords>,
}

impl Wording {
    /// The words that come with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// No words at all: nothing is told.
    fn silent() -> Self {
        Self { reasons: BTreeMap::new(), laboratory: BTreeMap::new(), supply: BTreeMap::new() }
    }

    /// Reads and checks a wording file.
    ///
    /// # Errors
    /// A sentence that names the place: bad TOML, an unknown or missing reason, a word in braces that the reason does not
    /// have, a limit that is no number, days below 1.
    pub fn parse(text: &str) -> Result<Self, String> {
        let out: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        for name in out.reasons.keys() {
            if !SheetReason::WORDS.contains(&name.as_str()) {
                return Err(format!("[reasons.{name}]: there is no such reason"));
            }
        }
        for reason in SheetReason::ALL {
            let (name, allowed) = (reason.as_str(), reason.slots());
            let template = out.reasons.get(name).ok_or_else(|| format!("[reasons.{name}] is missing"))?;
            for (key, text) in [("one", &template.one), ("many", &template.many)] {
                check_template(text, allowed).map_err(|why| format!("[reasons.{name}] {key}: {why}"))?;
            }
        }
        for (code, words) in &out.laboratory {
            let limits =
                [words.below, words.above, words.below_when_falling, words.above_when_rising, Some(words.move_of)];
            if limits.iter().flatten().any(|l| !l.is_finite()) {
                return Err(format!("[laboratory.{code}]: a limit is no number"));
            }
        }
        match out.supply.iter().find(|(_, s)| s.days_late < 1) {
            Some((class, _)) => Err(format!("[supply.{class}] days_late: must be 1 or more")),
            None => Ok(out),
        }
    }

    /// A reason in words; `n` chooses between one and many. Empty only for words that were never checked.
    #[must_use]
    pub fn say(&self, reason: SheetReason, n: i64, values: &[(&str, &str)]) -> String {
        let Some(template) = self.reasons.get(reason.as_str()) else { return String::new() };
        let text = if n == 1 { &template.one } else { &template.many };
        let mut out = text.replace("{n}", &n.to_string());
        for (name, value) in values {
            out = out.replace(&format!("{{{name}}}"), value);
        }
        out
    }

    /// Words and limits of a laboratory test by LOINC code.
    #[must_use]
    pub fn laboratory(&self, loinc: &str) -> Option<&LaboratoryWords> {
        self.laboratory.get(loinc)
    }

    /// Words and limit of a drug class by its name.
    #[must_use]
    pub fn supply(&self, class: &str) -> Option<&SupplyWords> {
        self.supply.get(class)
    }
}

/// Names as a sentence lists them: "a", "a and b", "a, b and c".
#[must_use]
pub fn join_words(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A template is not empty, and knows the words that it asks for.
fn check_template(text: &str, allowed: &[&str]) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    let mut rest = text;
    while let Some(from) = rest.find('{') {
        let after = &rest[from + 1..];
        let to = after.find('}').ok_or_else(|| "a brace is not closed".to_owned())?;
        let name = &after[..to];
        if !allowed.contains(&name) {
            return Err(format!("{{{name}}} is none of its words ({})", allowed.join(", ")));
        }
        rest = &after[to + 1..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../config/wording.toml");

    #[test]
    fn plurals_and_values_are_right() {
        let w = Wording::parse(TEXT).expect("the shipped wording is sound");
        assert_eq!(w.say(SheetReason::Emergency, 1, &[("date", "2026-06-02")]), "ED visit 2026-06-02");
        assert_eq!(
            w.say(SheetReason::Emergency, 3, &[("date", "2026-06-02")]),
            "3 ED visits in 12 months, the last on 2026-06-02"
        );
        let values =
            [("drug", "apixaban"), ("purpose", "blood thinner"), ("filled", "2026-05-01"), ("date", "2026-05-31")];
        assert_eq!(
            w.say(SheetReason::Supply, 1, &values),
            "apixaban (blood thinner) last filled 2026-05-01, ran out 2026-05-31: 1 day without"
        );
        assert!(w.say(SheetReason::Supply, 12, &values).ends_with("12 days without"));
        assert_eq!(join_words(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(join_words(&["a".into()]), "a");
    }

    #[test]
    fn a_normal_value_is_not_said_and_a_falling_one_is() {
        let w = Wording::shipped();
        let egfr = w.laboratory("33914-3").expect("worded");
        assert!(
            !egfr.worth_saying(87.0, None) && !egfr.worth_saying(44.0, None) && !egfr.worth_saying(44.0, Some(45.0))
        );
        assert!(egfr.worth_saying(31.0, Some(44.0)) && egfr.worth_saying(29.0, None));
        let sugar = w.laboratory("4548-4").expect("worded");
        assert!(
            sugar.worth_saying(9.4, None) && sugar.worth_saying(8.3, Some(7.1)) && !sugar.worth_saying(8.3, Some(8.2))
        );
        assert!(w.laboratory("0000-0").is_none());
    }

    #[test]
    fn a_file_that_does_not_fit_is_refused_with_its_place() {
        let refused = |text: String, says: &str| {
            let told = Wording::parse(&text).expect_err("refused");
            assert!(told.contains(says), "{told}");
        };
        refused(TEXT.replace("[reasons.stays]", "[reasons.stay]"), "[reasons.stay]: there is no such reason");
        refused(TEXT.replace("{n} ED visits", "{m} ED visits"), "[reasons.emergency] many: {m} is none of its words");
        refused(TEXT.replace("ED visit {date}", "ED visit {date"), "[reasons.emergency] one: a brace is not closed");
        refused(TEXT.replace("one = \"ED visit {date}\"", "one = \" \""), "[reasons.emergency] one: is empty");
        refused(TEXT.replace("days_late = 3", "days_late = 0"), "[supply.anticoagulant] days_late");
        refused(TEXT.replace("move_of = 1.0", "move_of = \"much\""), "move_of");
        refused(
            TEXT.replace("[reasons.medicines]\none = \"{n} medicine on hand\"\nmany = \"{n} medicines on hand\"\n", ""),
            "[reasons.medicines] is missing",
        );
    }
}

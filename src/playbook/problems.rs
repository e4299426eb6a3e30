//! Problems that a care plan may take up, as a document, and who has them. Owns what such a file may say and the match of
//! a member; refuses to compute a fact and to write a plan.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::facts::{Condition, FactSpec, FactTable, PreparedConditions, RuleFileError, check_conditions};

/// The shipped rules.
const EMBEDDED: &str = include_str!("../../config/problems.toml");

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Id, as a care task may name it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Who has it: a condition over facts.
    pub when: String,
    /// Facts that are told as evidence, where they are known.
    pub evidence: Vec<String>,
    /// The goal to begin with, in words.
    pub goal: String,
    /// The fact whose value is where the goal begins.
    #[serde(default)]
    pub baseline: Option<String>,
    /// What the goal aims at.
    pub target: String,
    /// The public rule it rests on.
    pub source: String,
}

/// The problems, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problems {
    /// Version of the form.
    pub version: u32,
    /// Problems.
    pub problem: Vec<Problem>,
    #[serde(skip)]
    file: String,
}

impl Problems {
    /// The shipped rules.
    ///
    /// # Errors
    /// Never with the file that was compiled in; the reader cannot know.
    pub fn embedded() -> Result<Self, RuleFileError> {
        Self::parse(EMBEDDED, "config/problems.toml")
    }

    /// Reads rules; `file` is their name in errors.
    ///
    /// # Errors
    /// No TOML, a missing or unknown key: with the line.
    pub fn parse(text: &str, file: &str) -> Result<Self, RuleFileError> {
        let mut read: Self = toml::from_str(text).map_err(|e| RuleFileError::unreadable(file, &e))?;
        file.clone_into(&mut read.file);
        Ok(read)
    }

    /// Judges the rules against the facts that a member has, before anybody is looked at.
    ///
    /// # Errors
    /// Every fault with its place: conditions that cannot be asked, evidence or a baseline that is no fact, ids twice.
    pub fn check(&self, specs: &[FactSpec]) -> Result<(), RuleFileError> {
        let mut faults = Vec::new();
        if self.version != 1 {
            faults.push(format!("version = {}: this program reads version 1", self.version));
        }
        let mut ids = BTreeSet::new();
        for p in &self.problem {
            let place = format!("[[problem]] {}", p.id);
            if !ids.insert(p.id.to_uppercase()) {
                faults.push(format!("{place}: the id stands twice"));
            }
            let named = p.evidence.iter().map(|e| ("evidence", e)).chain(p.baseline.iter().map(|b| ("baseline", b)));
            let unknown = named.filter(|(_, name)| specs.iter().all(|s| s.name != name.as_str()));
            faults.extend(unknown.map(|(key, name)| format!("{place}, {key}: `{name}` is no fact of a member")));
        }
        if let Err(bad) = check_conditions(specs, &self.conditions()) {
            faults.extend(bad.into_iter().map(|b| b.to_string()));
        }
        if faults.is_empty() { Ok(()) } else { Err(RuleFileError::Wrong { file: self.file.clone(), problems: faults }) }
    }

    fn conditions(&self) -> Vec<Condition> {
        let condition = |p: &Problem| Condition { place: format!("[[problem]] {}, when", p.id), sql: p.when.clone() };
        self.problem.iter().map(condition).collect()
    }
}

/// One member who has one problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProblemRow {
    /// Place of the member in the table of facts.
    pub member: usize,
    /// Place of the problem in the file.
    pub problem: usize,
    /// Facts that speak for it: `name value`, joined by `; `.
    pub evidence: String,
    /// Where the goal begins; none when it is not known or the problem has none.
    pub baseline: Option<String>,
}

/// Problems whose conditions are read, to be asked of many members.
pub struct ProblemFinder<'p> {
    problems: &'p Problems,
    conditions: PreparedConditions,
}

impl<'p> ProblemFinder<'p> {
    /// Reads the conditions of the rules.
    ///
    /// # Errors
    /// A condition that is no SQL; rules that were checked have none.
    pub fn new(problems: &'p Problems) -> Result<Self, RuleFileError> {
        Ok(Self { problems, conditions: PreparedConditions::read(problems.conditions())? })
    }

    /// Every member of the table who has a problem: by member, then in the order of the file.
    ///
    /// # Errors
    /// A condition that cannot be asked; rules that were checked have none.
    pub fn find(&self, table: &FactTable) -> Result<Vec<ProblemRow>, RuleFileError> {
        let holds = self.conditions.ask(table)?;
        let mut rows = Vec::new();
        for member in 0..table.rows() {
            let all = self.problems.problem.iter().enumerate();
            for (problem, rule) in all.filter(|(at, _)| holds[*at].get(member) == Some(&true)) {
                let told = |name: &String| Some(format!("{name} {}", table.text_of(member, name)?));
                rows.push(ProblemRow {
                    member,
                    problem,
                    evidence: rule.evidence.iter().filter_map(told).collect::<Vec<_>>().join("; "),
                    baseline: rule.baseline.as_ref().and_then(|name| table.text_of(member, name)),
                });
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::facts::{FactKind, FactValue, member_fact_specs};

    /// For each problem somebody who has it, and somebody who just has not.
    const PEOPLE: [(&str, &str, &str); 22] = [
        (
            "heart_failure",
            "heart_failure_days_365=2 days_since_ed_visit=30",
            "heart_failure_days_365=2 days_since_ed_visit=31",
        ),
        ("copd_flares", "copd_days_365=2 oral_steroid_fills_365=2", "copd_days_365=2 oral_steroid_fills_365=1"),
        (
            "asthma_control",
            "asthma_days_365=1 rescue_inhaler_fills_365=3",
            "asthma_days_365=1 rescue_inhaler_fills_365=2",
        ),
        (
            "blood_sugar",
            "diabetes_days_365=1 hba1c_last=8.0 hba1c_days=365",
            "diabetes_days_365=1 hba1c_last=7.9 hba1c_days=365",
        ),
        ("low_blood_sugar", "hypoglycemia_days_365=1", "hypoglycemia_days_365=0"),
        (
            "blood_pressure",
            "hypertension_days_365=2 bp_systolic_last=140",
            "hypertension_days_365=2 bp_systolic_last=139",
        ),
        ("kidney_function", "egfr_last=44.9 egfr_days=365", "egfr_last=45 egfr_days=365"),
        ("late_medicines", "statin_days_late=180", "statin_days_late=181"),
        ("many_medicines", "ingredients_on_hand=10", "ingredients_on_hand=9"),
        ("falls", "age_years=65 fall_days_365=1", "age_years=64 fall_days_365=1"),
        ("mood", "phq9_last=10 phq9_days=180", "phq9_last=9 phq9_days=180"),
        ("substance_use", "substance_use_days_365=2", "substance_use_days_365=1"),
        ("memory", "dementia_days_365=2", "dementia_days_365=1"),
        ("serious_illness", "palliative_days_365=1", "palliative_days_365=0"),
        ("often_in_emergency", "ed_visits_365=4", "ed_visits_365=3"),
        ("no_primary_care", "enrolled_days_365=180", "enrolled_days_365=179"),
        ("housing", "need_housing_days=365", "need_housing_days=366"),
        ("food", "need_food_days=365", "need_food_days=366"),
        ("transportation", "need_transportation_days=365", "need_transportation_days=366"),
        ("utilities", "need_utilities_days=365", "need_utilities_days=366"),
        ("money", "need_financial_days=365", "need_financial_days=366"),
        ("alone", "need_social_isolation_days=365", "need_social_isolation_days=366"),
    ];

    fn person(table: &mut FactTable, facts: &str) {
        let known: BTreeMap<&str, f64> = facts
            .split_whitespace()
            .filter_map(|f| f.split_once('='))
            .map(|(name, value)| (name, value.parse().expect("a number")))
            .collect();
        let specs = table.specs().to_vec();
        assert!(known.keys().all(|k| specs.iter().any(|s| s.name == *k)), "{facts}: no such fact");
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers below a thousand")]
        table.push_row(specs.iter().map(|s| match (known.get(s.name), s.kind) {
            (None, _) => FactValue::Unknown,
            (Some(n), FactKind::Integer) => FactValue::Integer(*n as i64),
            (Some(n), _) => FactValue::Number(*n),
        }));
    }

    #[test]
    fn each_problem_is_found_in_its_person_and_not_in_the_near_miss() {
        let problems = Problems::embedded().expect("the shipped rules");
        assert_eq!(problems.check(member_fact_specs()), Ok(()));
        let ids: Vec<&str> = problems.problem.iter().map(|p| p.id.as_str()).collect();
        assert_eq!(ids, PEOPLE.iter().map(|p| p.0).collect::<Vec<_>>(), "every problem has its people");
        let mut table = FactTable::new(member_fact_specs());
        PEOPLE.iter().flat_map(|p| [p.1, p.2]).for_each(|facts| person(&mut table, facts));
        let rows = ProblemFinder::new(&problems).expect("conditions").find(&table).expect("answers");
        let found: Vec<(usize, usize)> = rows.iter().map(|r| (r.member, r.problem)).collect();
        assert_eq!(found, (0..PEOPLE.len()).map(|at| (2 * at, at)).collect::<Vec<_>>());
        let sugar = &rows[3];
        assert_eq!((sugar.evidence.as_str(), sugar.baseline.as_deref()), ("hba1c_last 8; hba1c_days 365", Some("8")));
    }

    #[test]
    fn rules_that_say_what_they_must_not_are_refused_with_their_place() {
        let shipped = EMBEDDED;
        let refused = |from: &str, to: &str| {
            assert!(shipped.contains(from), "{from}");
            let changed =
                Problems::parse(&shipped.replacen(from, to, 1), "own.toml").and_then(|p| p.check(member_fact_specs()));
            changed.expect_err("refused").to_string()
        };
        assert_eq!(
            refused("phq9_last >= 10", "phq_last >= 10"),
            "own.toml:\n[[problem]] mood, when: `phq_last` is no fact of a member; did you mean `phq9_last`?"
        );
        assert!(
            refused("baseline = \"egfr_last\"", "baseline = \"gfr\"")
                .contains("kidney_function, baseline: `gfr` is no fact")
        );
        assert!(refused("id = \"food\"", "id = \"HOUSING\"").contains("[[problem]] HOUSING: the id stands twice"));
        assert!(refused("\ngoal = ", "\ngoals = ").contains("goals"));
    }
}

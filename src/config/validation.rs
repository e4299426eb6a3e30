//! Whether a resolved plan makes sense. Owns the order of the checks and the rules that span two keys; refuses to know
//! the range of a single key, which stands with its declaration.

use super::declaration::{Section, bad_value};
use super::error::ConfigError;
use super::plan::RunPlan;
use super::sections::{Followup, ListConfig, Models};

/// Checks every range and every rule that spans two keys.
///
/// # Errors
/// [`ConfigError::Value`] for the first that does not hold.
pub fn check_plan(plan: &RunPlan) -> Result<(), ConfigError> {
    fn ranges<S: Section>(section: &S) -> Result<(), ConfigError> {
        section.check_ranges(S::TABLE)
    }
    ranges(&plan.run)?;
    ranges(&plan.quality)?;
    ranges(&plan.list)?;
    ranges(&plan.caseload)?;
    ranges(&plan.models)?;
    ranges(&plan.clocks)?;
    ranges(&plan.programs)?;
    ranges(&plan.followup)?;
    ranges(&plan.targets)?;
    ranges(&plan.output)?;
    falling_tiers(&plan.list)?;
    named_approver(&plan.followup)?;
    own_features(&plan.models)?;
    for (name, extract) in &plan.extracts {
        extract.check_ranges(&format!("extracts.{name}"))?;
        extract.check_together(name)?;
    }
    Ok(())
}

fn falling_tiers(list: &ListConfig) -> Result<(), ConfigError> {
    let [a, b, c] = list.tiers;
    if a > b && b > c {
        return Ok(());
    }
    Err(bad_value("list.tiers", "must be three falling percentiles, such as [99, 95, 80]"))
}

fn named_approver(followup: &Followup) -> Result<(), ConfigError> {
    if followup.holdout_share > 0.0 && followup.approver.trim().is_empty() {
        return Err(bad_value(
            "followup.approver",
            "is empty, and nobody is held out from contact unless a named person answers for it\nhint: write who approved the hold-out, or set followup.holdout_share = 0",
        ));
    }
    Ok(())
}

/// Words that name race or ethnicity in a column's name.
const RACE_WORDS: [&str; 4] = ["race", "ethnic", "hispanic", "latin"];

fn own_features(models: &Models) -> Result<(), ConfigError> {
    let refuse = |why: &str| Err(bad_value("models.feature_columns", why));
    for (i, name) in models.feature_columns.iter().enumerate() {
        let lowered = name.to_lowercase();
        let speaks = RACE_WORDS.iter().any(|w| {
            lowered
                .split(|c: char| !c.is_ascii_alphabetic())
                .any(|part| part == *w || (*w != "race" && part.starts_with(w)))
        });
        if speaks {
            return refuse(&format!("`{name}` speaks of race or ethnicity, which are never features"));
        }
        if name.is_empty() || ["member_id", "person_id", "observed_date"].contains(&name.as_str()) {
            return refuse(&format!("`{name}` is no feature"));
        }
        if models.feature_columns[..i].contains(name) {
            return refuse(&format!("`{name}` stands twice"));
        }
    }
    Ok(())
}

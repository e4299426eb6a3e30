//! Which extract a table is, by the names of its columns. Owns the score and the mapping; refuses to look at a cell.

use super::names::{Fallback, Names, folded};
use super::probe::Probe;
use crate::extracts::{ColumnSpec, EXTRACTS, ExtractSpec};

/// What fills one of our columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filling {
    /// Their column of the same name, in whatever case.
    Same(String),
    /// Their column by another name.
    Named(String),
    /// Numbered columns by a pattern, such as `DX*`.
    Pattern(String),
    /// What stands in for a column that is not there.
    StandIn(Fallback),
}

/// An extract that a table may be.
pub struct Guess {
    /// The extract.
    pub spec: &'static ExtractSpec,
    /// Our columns and what fills them.
    pub columns: Vec<(String, Filling)>,
    /// Required columns that nothing fills.
    pub lacking: Vec<&'static str>,
    /// How sure that is, 0 to 100.
    pub confidence: u32,
}

/// Below this nothing is said.
const LEAST: u32 = 55;

/// The likeliest extract of a table; none when nothing is likely.
#[must_use]
pub fn guess_extract(probe: &Probe, names: &Names) -> Option<Guess> {
    let stem = folded(&probe.label());
    let guesses = EXTRACTS.iter().filter_map(|spec| guess_as(spec, probe, (names, &stem)));
    guesses.filter(|g| g.confidence >= LEAST).max_by_key(|g| {
        (g.confidence, g.columns.iter().filter(|(_, f)| matches!(f, Filling::Same(_))).count(), g.columns.len())
    })
}

fn guess_as(spec: &'static ExtractSpec, probe: &Probe, (names, stem): (&Names, &str)) -> Option<Guess> {
    let theirs: Vec<(String, &str)> = probe.peek.names.iter().map(|n| (folded(n), n.as_str())).collect();
    let mut taken = vec![false; theirs.len()];
    let (mut columns, mut lacking) = (Vec::new(), Vec::new());
    let (mut required, mut found, mut optional) = (0.0, 0.0, 0_u32);
    // The name itself first, so that no synonym of another column takes it; required columns before the others.
    let mut ordered: Vec<_> = spec.columns.iter().collect();
    ordered.sort_by_key(|c| (!theirs.iter().any(|(n, _)| n == c.name), !c.required));
    for column in ordered {
        let filling = if column.repeat > 1 {
            numbered(column.name, &theirs, (spec.name, names))
        } else {
            named(column, &theirs, &mut taken, (spec.name, names))
        };
        let weight = match &filling {
            Some(Filling::Same(_)) => 1.0,
            Some(Filling::Named(_) | Filling::Pattern(_)) => 0.85,
            Some(Filling::StandIn(_)) => 0.4,
            None => 0.0,
        };
        if column.required {
            required += 1.0;
            found += weight;
        } else if weight > 0.5 {
            optional += 1;
        }
        match filling {
            // A stand-in for a column that may be missing says nothing.
            Some(Filling::StandIn(_)) if !column.required => {}
            Some(Filling::Pattern(pattern)) => columns.push((format!("{}_*", column.name), Filling::Pattern(pattern))),
            Some(filling) => {
                let numbered = if column.repeat > 1 { format!("{}_1", column.name) } else { column.name.to_owned() };
                columns.push((numbered, filling));
            }
            None if column.required => lacking.push(column.name),
            None => {}
        }
    }
    let hinted = stem.contains(spec.name) || names.of(spec.name, "@file").any(|word| stem.contains(word));
    let own = stem.starts_with(spec.name);
    let score = 70.0 * found / f64::max(required, 1.0)
        + 4.0 * f64::from(optional.min(4))
        + if own {
            14.0
        } else if hinted {
            10.0
        } else {
            0.0
        };
    // Half a contract is none.
    let enough = found >= 0.6 * required && columns.iter().any(|(_, f)| !matches!(f, Filling::StandIn(_)));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score lies between 0 and 100")]
    let confidence = score.clamp(0.0, 100.0).round() as u32;
    enough.then_some(Guess { spec, columns, lacking, confidence })
}

fn named(
    column: &ColumnSpec,
    theirs: &[(String, &str)],
    taken: &mut [bool],
    (extract, names): (&str, &Names),
) -> Option<Filling> {
    let ours = column.name;
    let mut free = |wanted: &str| {
        let at = theirs.iter().enumerate().position(|(at, (n, _))| n == wanted && !taken[at])?;
        taken[at] = true;
        Some(theirs[at].1.to_owned())
    };
    if let Some(name) = free(ours) {
        return Some(if name.eq_ignore_ascii_case(ours) { Filling::Same(name) } else { Filling::Named(name) });
    }
    // `person_id` is read as the member's id without a word.
    if ours == "member_id" && theirs.iter().any(|(n, _)| n == "person_id") {
        return free("person_id").map(Filling::Same);
    }
    let known = || names.of(extract, ours).filter(|n| !n.starts_with(['=', '@']));
    // A column that must be there may share one that another has taken: licences of managers who tell their state alone.
    let shared = |wanted: &str| theirs.iter().find(|(n, _)| n == wanted).map(|(_, raw)| (*raw).to_owned());
    known()
        .find_map(free)
        .or_else(|| column.required.then(|| known().find_map(shared)).flatten())
        .map(Filling::Named)
        .or_else(|| names.fallback(extract, ours).map(Filling::StandIn))
}

/// Numbered columns of theirs: `DX1`, `dx_code_02`; or a single one without a number.
fn numbered(ours: &str, theirs: &[(String, &str)], (extract, names): (&str, &Names)) -> Option<Filling> {
    let bases: Vec<&str> =
        std::iter::once(ours).chain(names.of(extract, ours)).map(|n| n.trim_end_matches('_')).collect();
    let split = |name: &str| {
        let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let base = &name[..name.len() - digits];
        (digits > 0 && bases.contains(&base.trim_end_matches('_'))).then_some(digits)
    };
    for (folded, raw) in theirs {
        if split(folded).is_some() {
            let pattern = format!("{}*", raw.trim_end_matches(|c: char| c.is_ascii_digit()));
            return Some(if pattern.eq_ignore_ascii_case(&format!("{ours}_*")) {
                Filling::Same(pattern)
            } else {
                Filling::Pattern(pattern)
            });
        }
    }
    let single = theirs.iter().find(|(n, _)| bases.contains(&n.as_str()))?;
    Some(Filling::Named(single.1.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ExtractConfig, FormatName};
    use crate::extracts::Peek;

    fn guessed(file: &str, names: &[&str]) -> Option<(String, Vec<(String, Filling)>)> {
        let peek = Peek {
            format: FormatName::Csv,
            names: names.iter().map(|n| (*n).to_owned()).collect(),
            rows: 0,
            unreadable: 0,
            sample: Vec::new(),
        };
        let probe = Probe { path: file.into(), config: ExtractConfig::default(), peek };
        guess_extract(&probe, &Names::shipped()).map(|g| (g.spec.name.to_owned(), g.columns))
    }

    #[test]
    fn tables_are_known_by_the_names_of_their_columns() {
        for (file, names, extract) in [
            ("x.csv", &["MRN", "DOB", "Sex", "Eff Date", "Term Date", "Last Name"][..], Some("eligibility")),
            (
                "claims_2026.csv",
                &["claim number", "line", "form type", "patient id", "from date", "thru date", "dx1", "dx2"],
                Some("medical_claim"),
            ),
            ("rx.txt", &["Rx Number", "Member ID", "Fill Date", "NDC", "Days Supply"], Some("pharmacy_claim")),
            ("log.csv", &["Member", "Date", "Result", "How", "By"], Some("outreach_log")),
            (
                "roster.csv",
                &["ID", "Name", "Credential", "Languages", "State", "FTE", "Max cases", "Status"],
                Some("care_manager"),
            ),
            ("adt.csv", &["VISIT_NUM", "MRN", "ADMIT_TS", "DISCH_TS", "PT_CLASS"], Some("admission")),
            ("budget.csv", &["Department", "Amount", "Quarter"], None),
        ] {
            assert_eq!(guessed(file, names).map(|g| g.0).as_deref(), extract, "{file}");
        }
    }

    #[test]
    fn a_mapping_says_what_fills_what() {
        let (_, columns) =
            guessed("claims.csv", &["Claim Number", "form type", "MRN", "DOS", "DX_01", "DX_02", "member_id"])
                .expect("claims");
        let of = |name: &str| columns.iter().find(|(n, _)| n == name).map(|(_, f)| f.clone());
        assert_eq!(of("member_id"), Some(Filling::Same("member_id".into())));
        assert_eq!(of("claim_id"), Some(Filling::Named("Claim Number".into())));
        assert_eq!(of("diagnosis_code_*"), Some(Filling::Pattern("DX_*".into())));
        assert_eq!(of("claim_line_number"), Some(Filling::StandIn(Fallback::Constant("1".into()))));
        assert_eq!(of("claim_end_date"), Some(Filling::StandIn(Fallback::Column("claim_start_date".into()))));
    }
}

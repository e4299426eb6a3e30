//! The sample file, written from the declarations. Owns its form and what the shipped sample sets beside the defaults;
//! refuses to know a key.

use std::fmt::Write as _;

use super::declaration::Key;
use super::keys::{TABLES, Table};

/// Values of the shipped sample that are not the default: path, value, a line above it.
const SET: [(&str, &str, &str); 2] = [
    ("run.as_of", "\"2026-06-30\"", ""),
    (
        "models.use",
        "[\"demo/avoid_hosp_90\", \"demo/readmit30\", \"demo/unplanned_admit_365\", \"demo/avoid_ed_90\"]",
        "The default is use = []: published indices. These learned from synthetic data and show how a trained night looks.",
    ),
];

/// The files of the shipped sample, in the order of the contract.
const FILES: [(&str, &str); 24] = [
    ("eligibility", "eligibility.csv"),
    ("medical_claim", "medical_claim.parquet"),
    ("pharmacy_claim", "pharmacy_claim.parquet"),
    ("admission", "admission.parquet"),
    ("sdoh_screening", "sdoh_screening.parquet"),
    ("area_index", "area_index.csv"),
    ("care_manager", "care_manager.csv"),
    ("caseload", "caseload.csv"),
    ("outreach_log", "outreach_log.csv"),
    ("care_task", "care_task.csv"),
    ("authorization", "authorization.csv"),
    ("referral", "referral.csv"),
    ("lab_result", "lab_result.csv.gz"),
    ("override", "override.csv"),
    ("assessment", "assessment.csv"),
    ("survey", "survey.csv"),
    ("ndc_ingredient", "ndc_ingredient.csv"),
    ("problem_list", "problem_list.csv"),
    ("member_crosswalk", "member_crosswalk.csv"),
    ("appointment", "appointment.parquet"),
    ("provider", "provider.csv"),
    ("facility", "facility.csv"),
    ("consent", "consent.csv"),
    ("feature_table", "feature_table.csv"),
];

/// `config/sample.toml` as it should be: every key with its default and meaning, and the shipped sample's files.
#[must_use]
pub fn sample_file() -> String {
    let mut out = String::from(
        "# Every key Lamplight knows, with its default. This file runs the shipped sample:\n#   lamplight run\n# Keys that are commented out have no default or show an example. Written by `lamplight schema config --format toml`.\n",
    );
    for table in TABLES.iter() {
        if table.name.contains('*') {
            write_extracts(&mut out, table);
        } else {
            write_section(&mut out, table);
        }
    }
    out
}

fn name_of(key: &Key) -> &str {
    key.path.rsplit('.').find(|part| *part != "*").unwrap_or(&key.path)
}

/// What stands behind a key: meaning, and the range where there is one.
fn key_comment(key: &Key) -> String {
    if key.range.is_empty() { key.meaning.clone() } else { format!("{}; {}", key.meaning, key.range) }
}

fn write_section(out: &mut String, table: &Table) {
    let _ = write!(out, "\n# {}\n[{}]\n", table.about, table.name);
    for key in &table.keys {
        let name = name_of(key);
        let set = SET.iter().find(|(path, ..)| *path == key.path);
        if let Some((_, _, above)) = set.filter(|(.., above)| !above.is_empty()) {
            let _ = writeln!(out, "# {above}");
        }
        let value = set.map_or(key.default.as_str(), |(_, value, _)| value);
        let _ = match (value, key.path.ends_with(&format!("{}.*", table.name))) {
            ("", true) => writeln!(out, "# {}  # {}", key.example, key_comment(key)),
            ("", false) => writeln!(out, "# {name} = {}  # {}", key.example, key_comment(key)),
            (value, _) => writeln!(out, "{name} = {value}  # {}", key_comment(key)),
        };
    }
}

fn write_extracts(out: &mut String, table: &Table) {
    let _ = writeln!(out, "\n# {}", table.about);
    out.push_str("# Other keys of an extract, with their defaults:\n");
    for key in table.keys.iter().filter(|k| name_of(k) != "path") {
        let value = if key.default.is_empty() { key.example } else { key.default.as_str() };
        let _ = writeln!(out, "#   {} = {value}    # {}", name_of(key), key_comment(key));
    }
    for (extract, file) in FILES {
        let _ = write!(out, "\n[extracts.{extract}]\npath = \"../sample-data/{file}\"\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_sample_is_what_the_declarations_say() {
        assert!(
            include_str!("../../config/sample.toml") == sample_file(),
            "config/sample.toml is not what `lamplight schema config --format toml` writes"
        );
    }
}

//! The contract of every extract as one table: columns, types, which are required. Owns the names that
//! `lamplight schema inputs` prints; refuses to read anything.

use crate::reference::SDOH_DOMAINS;

/// How a column's text becomes a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Identifier: trimmed text, kept exactly.
    Id,
    /// Free text, trimmed.
    Text,
    /// Text with few distinct values (NPIs, outcomes): trimmed, interned.
    Word,
    /// As [`Kind::Word`] but lower case.
    LowerWord,
    /// ICD diagnosis or procedure code: dots and spaces out, upper case.
    Icd,
    /// Code of a fixed width, padded with leading zeros.
    Fixed(u8),
    /// Type of bill: three characters, a leading zero dropped.
    Bill,
    /// Calendar date.
    Date,
    /// US dollars, held in cents.
    Money,
    /// Whole number.
    Integer,
    /// Number.
    Number,
    /// Number, or a code that says the value is suppressed at its source (such as `GQ` or `-999`).
    IndexValue,
    /// yes/no, true/false, Y/N, 1/0.
    Flag,
}

impl Kind {
    /// The word `schema` prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text | Self::Word | Self::LowerWord => "text",
            Self::Icd => "icd code",
            Self::Fixed(_) | Self::Bill => "code",
            Self::Date => "date",
            Self::Money => "money",
            Self::Integer => "integer",
            Self::Number | Self::IndexValue => "number",
            Self::Flag => "flag",
        }
    }
}

/// One canonical column. `repeat` > 1 stands for `name_1 … name_n`.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// Canonical name.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// The column must be there and no row may leave it empty.
    pub required: bool,
    /// Number of numbered copies; 1 for a plain column.
    pub repeat: u8,
    /// Allowed values, when they are closed (empty: open). Others become unknown and are counted.
    pub allowed: &'static [&'static str],
    /// What a cell that cannot be read, or is none of `allowed`, costs.
    pub beyond: Beyond,
}

/// What a cell that is none of its column's costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beyond {
    /// In a required column the row, else the value.
    AsRequired,
    /// Nothing but a count: the word is kept, and means what it means downstream.
    Counted,
    /// The row, required or not.
    Row,
}

impl ColumnSpec {
    /// A cell that cannot be read costs the row.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.required || self.beyond == Beyond::Row
    }

    /// The same column, in which a cell that cannot be read costs the row though a blank one does not.
    const fn read_or_refused(self) -> Self {
        Self { beyond: Beyond::Row, ..self }
    }
}

/// One extract.
#[derive(Clone, Copy, Debug)]
pub struct ExtractSpec {
    /// Canonical name.
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// What is lost when it is missing.
    pub cost_when_missing: &'static str,
    /// Columns.
    pub columns: &'static [ColumnSpec],
}

const fn col(name: &'static str, kind: Kind) -> ColumnSpec {
    ColumnSpec { name, kind, required: false, repeat: 1, allowed: &[], beyond: Beyond::AsRequired }
}
const fn req(name: &'static str, kind: Kind) -> ColumnSpec {
    ColumnSpec { name, kind, required: true, repeat: 1, allowed: &[], beyond: Beyond::AsRequired }
}
const fn many(name: &'static str, kind: Kind) -> ColumnSpec {
    ColumnSpec { name, kind, required: false, repeat: 25, allowed: &[], beyond: Beyond::AsRequired }
}
const fn one_of(name: &'static str, required: bool, allowed: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { name, kind: LowerWord, required, repeat: 1, allowed, beyond: Beyond::AsRequired }
}
/// A required word that is expected to be one of a list; another is kept and counted.
const fn expected(name: &'static str, allowed: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { name, kind: LowerWord, required: true, repeat: 1, allowed, beyond: Beyond::Counted }
}

use Kind::{Bill, Date, Fixed, Flag, Icd, Id, IndexValue, Integer, LowerWord, Money, Number, Text, Word};

/// Every extract, in the order they are read.
pub const EXTRACTS: &[ExtractSpec] = &[
    ExtractSpec {
        name: "eligibility",
        grain: "enrolment span",
        cost_when_missing: "nothing can run",
        columns: &[
            req("member_id", Id),
            req("birth_date", Date),
            req("gender", LowerWord),
            req("enrollment_start_date", Date),
            req("enrollment_end_date", Date),
            col("death_date", Date),
            col("payer", Word),
            col("plan", Word),
            one_of("payer_type", false, &["medicare", "medicaid", "commercial", "other"]),
            col("dual_status_code", Fixed(2)),
            col("original_reason_entitlement_code", Fixed(1)),
            col("medicare_status_code", Fixed(2)),
            col("long_term_institutional_flag", Flag),
            col("hospice_flag", Flag),
            col("race", LowerWord),
            col("ethnicity", LowerWord),
            col("language", LowerWord),
            col("state", Word),
            col("county_fips", Fixed(5)),
            col("zip_code", Word),
            col("latitude", Number),
            col("longitude", Number),
            col("phone", Text),
            col("first_name", Text),
            col("last_name", Text),
            col("address", Text),
            col("guardian_name", Text),
            col("guardian_phone", Text),
            col("interpreter_required", Flag),
            col("homebound_flag", Flag),
            col("pcp_npi", Word),
            col("practice_id", Word),
            col("contact_consent", Flag),
        ],
    },
    ExtractSpec {
        name: "medical_claim",
        grain: "claim line",
        cost_when_missing: "no comorbidity, ED visits or claims-based stays: stays come from admissions alone",
        columns: &[
            req("claim_id", Id),
            req("claim_line_number", Integer),
            expected("claim_type", &["institutional", "professional", "dental", "vision", "pharmacy", "undetermined"]),
            req("member_id", Id),
            req("claim_start_date", Date),
            req("claim_end_date", Date),
            col("admission_date", Date),
            col("discharge_date", Date),
            col("admit_source_code", Fixed(1)),
            col("admit_type_code", Fixed(1)),
            col("discharge_disposition_code", Fixed(2)),
            col("place_of_service_code", Fixed(2)),
            col("bill_type_code", Bill),
            col("drg_code", Fixed(3)),
            col("revenue_center_code", Fixed(4)),
            col("hcpcs_code", Word),
            col("rendering_npi", Word),
            col("rendering_specialty", Word),
            col("billing_npi", Word),
            col("facility_npi", Word),
            col("paid_date", Date),
            col("received_date", Date),
            col("paid_amount", Money),
            col("allowed_amount", Money),
            col("claim_version", Integer),
            col("reversal_of_claim_id", Text),
            col("diagnosis_code_type", LowerWord),
            many("diagnosis_code", Icd),
            many("diagnosis_poa", Fixed(1)),
            col("procedure_code_type", LowerWord),
            many("procedure_code", Icd),
            many("procedure_date", Date),
        ],
    },
    ExtractSpec {
        name: "pharmacy_claim",
        grain: "fill",
        cost_when_missing: "no adherence, late fills or polypharmacy",
        columns: &[
            req("claim_id", Id),
            req("claim_line_number", Integer),
            req("member_id", Id),
            req("dispensing_date", Date),
            col("ndc_code", Word),
            col("ingredient_name", LowerWord),
            col("days_supply", Integer),
            col("quantity", Number),
            col("refills", Integer),
            col("prescribing_provider_npi", Word),
            col("paid_date", Date),
            col("received_date", Date),
            col("paid_amount", Money),
            col("reversal_of_claim_id", Text),
        ],
    },
    ExtractSpec {
        name: "admission",
        grain: "ADT event or stay",
        cost_when_missing: "discharges are known only when their claim arrives: transition clocks run late",
        columns: &[
            req("admission_id", Id),
            req("member_id", Id),
            req("admission_date", Date),
            col("discharge_date", Date),
            one_of("patient_class", true, &["inpatient", "observation", "emergency"]),
            col("facility_npi", Word),
            col("admit_source_code", Fixed(1)),
            col("admit_type_code", Fixed(1)),
            col("discharge_disposition_code", Fixed(2)),
            many("diagnosis_code", Icd),
            col("received_date", Date),
        ],
    },
    ExtractSpec {
        name: "sdoh_screening",
        grain: "screening answer",
        cost_when_missing: "social needs come from Z codes alone",
        columns: &[
            req("member_id", Id),
            req("screening_date", Date),
            expected("domain", &SDOH_DOMAINS),
            one_of("need", true, &["yes", "no", "unknown", "declined"]),
            col("instrument", Word),
            col("question_code", Word),
            col("received_date", Date),
        ],
    },
    ExtractSpec {
        name: "area_index",
        grain: "area and index",
        cost_when_missing: "no area context beside the county poverty decile",
        columns: &[
            one_of("geo_level", true, &["county", "zip", "tract"]),
            req("geo_code", Word),
            req("index_name", Word),
            req("value", IndexValue),
        ],
    },
    ExtractSpec {
        name: "care_manager",
        grain: "care manager",
        cost_when_missing: "no capacity is known: the list is cut at 100 people and nobody is assigned",
        columns: &[
            req("care_manager_id", Id),
            col("name", Text),
            req("discipline", Word),
            col("languages", Word),
            req("licensed_states", Word),
            col("focus", LowerWord),
            one_of("status", false, &["active", "pto", "leave"]).read_or_refused(),
            col("fte", Number).read_or_refused(),
            col("max_cases", Integer).read_or_refused(),
            col("max_points", Integer).read_or_refused(),
            col("base_cases", Integer).read_or_refused(),
            col("base_points", Integer).read_or_refused(),
            col("home_visits", Flag),
            col("max_travel_km", Number).read_or_refused(),
            col("state", Word),
            col("zip3", Word),
            col("lat", Number),
            col("lon", Number),
            col("county_fips", Fixed(5)),
            col("new_contacts_per_day", Number).read_or_refused(),
            col("hours_per_week", Number).read_or_refused(),
            col("new_cases_per_week", Integer).read_or_refused(),
            col("back_on", Date).read_or_refused(),
            col("cover_for", Text),
        ],
    },
    ExtractSpec {
        name: "caseload",
        grain: "open or closed case",
        cost_when_missing: "everyone is taken as new: continuity cannot be kept",
        columns: &[
            req("member_id", Id),
            req("care_manager_id", Id),
            col("since_date", Date),
            col("pinned", Flag),
            col("acuity_points", Integer),
            col("end_date", Date),
            one_of("end_reason", false, &["graduated", "transferred", "declined", "other"]),
        ],
    },
    ExtractSpec {
        name: "outreach_log",
        grain: "contact attempt",
        cost_when_missing: "no cooldowns, no reach rate, no contact state on transition clocks",
        columns: &[
            req("member_id", Id),
            req("contact_date", Date),
            one_of(
                "outcome",
                true,
                &["completed", "enrolled", "refused", "attempts_complete", "attempts_incomplete", "wrong_number"],
            ),
            one_of("channel", false, &["phone", "video", "home", "office", "text", "letter"]),
            col("care_manager_id", Word),
            col("program", Word),
            col("opt_out", Flag),
            col("cooldown_until", Date),
        ],
    },
    ExtractSpec {
        name: "care_task",
        grain: "task",
        cost_when_missing: "no assessment or plan-review clocks",
        columns: &[
            req("task_id", Id),
            req("member_id", Id),
            one_of("kind", true, &["assessment", "plan_review", "goal", "visit"]),
            req("due_date", Date),
            col("done_date", Date),
            col("received_date", Date),
        ],
    },
    ExtractSpec {
        name: "authorization",
        grain: "authorization request",
        cost_when_missing: "no authorization clocks",
        columns: &[
            req("authorization_id", Id),
            req("member_id", Id),
            one_of("service", true, &["home_care", "dme", "specialty_referral", "inpatient", "other"]),
            one_of("status", true, &["pending", "approved", "denied", "expired"]),
            req("request_date", Date),
            col("urgent", Flag),
            col("decided_date", Date),
            col("approved_units", Number),
            col("used_units", Number),
            col("expiration_date", Date),
            col("received_date", Date),
        ],
    },
    ExtractSpec {
        name: "referral",
        grain: "community referral",
        cost_when_missing: "no open-referral clock",
        columns: &[
            req("referral_id", Id),
            req("member_id", Id),
            expected("domain", &SDOH_DOMAINS),
            req("created_date", Date),
            one_of("status", true, &["open", "accepted", "closed", "declined"]),
            col("closed_date", Date),
            col("received_date", Date),
        ],
    },
    ExtractSpec {
        name: "lab_result",
        grain: "result",
        cost_when_missing: "HOSPITAL stays partial",
        columns: &[
            req("member_id", Id),
            req("result_date", Date),
            req("loinc", Word),
            req("value", Number),
            req("unit", Word),
        ],
    },
    ExtractSpec {
        name: "override",
        grain: "manual decision",
        cost_when_missing: "no manual additions, removals or tiers",
        columns: &[
            req("member_id", Id),
            one_of("action", true, &["add", "remove", "tier"]),
            col("value", Word),
            req("reason", Text),
            req("author", Text),
            req("expires", Date),
        ],
    },
    ExtractSpec {
        name: "assessment",
        grain: "assessment",
        cost_when_missing: "no functional or behavioral scores",
        columns: &[req("member_id", Id), req("assessment_date", Date), req("instrument", Word), col("score", Number)],
    },
    ExtractSpec {
        name: "survey",
        grain: "survey answer",
        cost_when_missing: "no satisfaction line in the report",
        columns: &[req("member_id", Id), req("survey_date", Date), req("instrument", Word), col("score", Number)],
    },
    ExtractSpec {
        name: "ndc_ingredient",
        grain: "product code",
        cost_when_missing: "fills without ingredient_name have no class",
        columns: &[req("ndc_code", Word), req("ingredient_name", LowerWord)],
    },
    ExtractSpec {
        name: "feature_table",
        grain: "observation of own features",
        cost_when_missing: "no columns of the organisation's own",
        columns: &[req("member_id", Id), req("observed_date", Date)],
    },
];

/// The spec of an extract by name.
#[must_use]
pub fn extract(name: &str) -> Option<&'static ExtractSpec> {
    EXTRACTS.iter().find(|e| e.name == name)
}

/// Every extract's name.
#[must_use]
pub fn extract_names() -> Vec<&'static str> {
    EXTRACTS.iter().map(|e| e.name).collect()
}

impl ExtractSpec {
    /// Canonical columns with numbered copies written out, in order.
    pub fn flat(&self) -> impl Iterator<Item = (String, &'static ColumnSpec)> {
        self.columns.iter().flat_map(|c| {
            (1..=c.repeat).map(move |i| (if c.repeat == 1 { c.name.to_owned() } else { format!("{}_{i}", c.name) }, c))
        })
    }

    /// Index of the first flat column of `name` (its copies follow).
    ///
    /// # Panics
    /// When the contract has no such column: a slip in our own code, caught by every test that reads the extract.
    #[must_use]
    pub fn index_of(&self, name: &str) -> usize {
        let mut at = 0;
        for c in self.columns {
            if c.name == name {
                return at;
            }
            at += usize::from(c.repeat);
        }
        panic!("the contract of {} has no column {name}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_columns_and_their_indexes_agree() {
        for e in EXTRACTS {
            let flat: Vec<String> = e.flat().map(|(n, _)| n).collect();
            for c in e.columns {
                let first = if c.repeat == 1 { c.name.to_owned() } else { format!("{}_1", c.name) };
                assert_eq!(flat[e.index_of(c.name)], first);
            }
        }
    }

    #[test]
    fn names_are_those_of_the_published_contract() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/design/CONTRACT.md");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: no ../shared");
            return;
        };
        let section = text.split("## 3. Extracts").nth(1).and_then(|t| t.split("## 4.").next()).expect("section 3");
        for e in EXTRACTS {
            let marker = format!("**{}**", e.name);
            let after = section.split(&marker).nth(1).unwrap_or_else(|| panic!("{} is not in the contract", e.name));
            // care_manager is described in section 6, so its names are looked up in the whole page.
            let scope =
                if e.name == "care_manager" { text.as_str() } else { after.split("\n- **").next().unwrap_or(after) };
            // Section 4, "States": of several rows of one item the one received last stands.
            let states = ["authorization", "referral", "care_task"].contains(&e.name);
            let elsewhere = |c: &&ColumnSpec| {
                (e.name == "care_manager" && c.name == "county_fips") || (states && c.name == "received_date")
            };
            for c in e.columns.iter().filter(|c| !elsewhere(c)) {
                assert!(scope.contains(c.name), "{}.{} is not in the contract", e.name, c.name);
                let starred = scope.contains(&format!("{}*", c.name));
                if e.name != "care_manager" && e.name != "area_index" {
                    assert_eq!(c.required, starred, "{}.{} required", e.name, c.name);
                }
            }
        }
    }
}

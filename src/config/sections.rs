//! The tables of the configuration as types with defaults. Owns ranges; refuses to resolve precedence.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, RunPlan};

/// `[run]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is documented in the key table")]
pub struct Run {
    pub as_of: Option<String>,
    pub out: PathBuf,
    pub threads: usize,
    pub seed: u64,
    pub keep_runs: usize,
    pub max_memory: String,
    pub input_root: Option<PathBuf>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            as_of: None,
            out: "lamplight-out".into(),
            threads: 0,
            seed: 20_260_101,
            keep_runs: 14,
            max_memory: "1GiB".into(),
            input_root: None,
        }
    }
}

impl Run {
    /// `max_memory` in bytes.
    ///
    /// # Errors
    /// When the text is no size.
    pub fn max_memory_bytes(&self) -> Result<u64, ConfigError> {
        let text = self.max_memory.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let unit = match text[split..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "kib" | "k" | "kb" => 1024.0,
            "mib" | "m" | "mb" => 1024.0 * 1024.0,
            "gib" | "g" | "gb" => 1024.0 * 1024.0 * 1024.0,
            _ => return Err(bad("run.max_memory", "write a size such as 512MiB or 3GiB")),
        };
        let number: f64 =
            text[..split].parse().map_err(|_| bad("run.max_memory", "write a size such as 512MiB or 3GiB"))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "digits only, so never negative")]
        Ok((number * unit) as u64)
    }
}

/// Where one canonical column comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ColumnSource {
    /// Their column of this name.
    Name(String),
    /// The same text on every row.
    Constant {
        /// The text.
        constant: String,
    },
    /// Their column, values replaced by a map (values not in the map stay).
    Mapped {
        /// Their column.
        column: String,
        /// From their value to ours.
        map: BTreeMap<String, String>,
    },
}

/// `[extracts.NAME]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is documented in the key table")]
pub struct ExtractConfig {
    pub path: String,
    pub columns: BTreeMap<String, ColumnSource>,
    pub sql: Option<String>,
    pub date_formats: Vec<String>,
    pub timezone: Option<String>,
    pub delimiter: Option<String>,
    pub encoding: Option<String>,
    pub max_bad_share: Option<f64>,
    pub required: bool,
}

impl ExtractConfig {
    /// The settings that change what is read, without the path.
    pub(super) fn meaning(&self) -> String {
        let Self { path: _, columns, sql, date_formats, timezone, delimiter, encoding, max_bad_share, required } = self;
        format!("{columns:?}{sql:?}{date_formats:?}{timezone:?}{delimiter:?}{encoding:?}{max_bad_share:?}{required}")
    }
}

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[expect(missing_docs, reason = "each key is documented in the key table")]
        pub struct $name { $(pub $field: $type),+ }
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }
    };
}

section! {
    /// `[quality]`: shares are of the extract's rows, 0..1.
    Quality {
        max_ragged_share: f64 = 0.001,
        max_no_eligibility_share: f64 = 0.02,
        max_excel_date_share: f64 = 0.01,
        max_conflicting_claim_share: f64 = 0.01,
        max_volume_drop: f64 = 0.30,
        max_age_years: i32 = 120,
        stale_days: i32 = 45,
        refuse_stale: bool = false,
    }
}

section! {
    /// `[list]`.
    ListConfig {
        tiers: [f64; 3] = [99.0, 95.0, 80.0],
        reach_default: f64 = 0.35,
        reach_days: i32 = 180,
        exit_factor: f64 = 1.5,
        recent_contact_days: i32 = 7,
        attempts_complete_days: i32 = 30,
        rising_percentile: f64 = 80.0,
        rising_gain: f64 = 15.0,
        attribution: bool = false,
        program: String = "care_management".to_owned(),
        churn_alarm: f64 = 0.25,
        impactability: BTreeMap<String, f64> = BTreeMap::new(),
    }
}

section! {
    /// `[followup]`.
    Followup {
        holdout_share: f64 = 0.0,
        approver: String = String::new(),
        horizon_days: i32 = 90,
    }
}

section! {
    /// `[caseload]`.
    Caseload {
        continuity: String = "protect".to_owned(),
        clocks_first: bool = true,
        max_cases: i64 = 60,
        max_points: i64 = 150,
        max_travel_km: f64 = 50.0,
        new_cases_per_week: i64 = 10,
        visits_per_month: i64 = 2,
        balance: i64 = 30,
        continuity_break: i64 = 300,
        travel_km_visit: i64 = 1,
        focus_mismatch: i64 = 100,
        interpreter: i64 = 200,
        step_budget: u64 = 200_000,
    }
}

section! {
    /// `[models]`.
    Models {
        claims_lag_days: i32 = 45,
        label_maturity_days: i32 = 90,
        r#use: Vec<String> = Vec::new(),
        allow_demo_model: bool = false,
        folder: String = "models".to_owned(),
        feature_columns: Vec<String> = Vec::new(),
        panel_months: u32 = 24,
        panel_rows: u64 = 200_000,
        synthetic: bool = false,
    }
}

section! {
    /// `[clocks]`: days unless the name says otherwise.
    Clocks {
        tcm_contact_business_days: u32 = 2,
        tcm_visit_complex_days: i32 = 7,
        tcm_visit_days: i32 = 14,
        tcm_period_days: i32 = 29,
        authorization_urgent_hours: i32 = 72,
        authorization_standard_days: i32 = 7,
        referral_open_days: i32 = 14,
        fill_late_days: i32 = 7,
        medication_reconciliation_days: i32 = 30,
        due_soon_days: i32 = 7,
    }
}

section! {
    /// `[output]`.
    Output {
        formats: Vec<String> = ["csv", "parquet", "xlsx", "html"].map(str::to_owned).to_vec(),
        sensitive_roles: Vec<String> = Vec::new(),
        group: Option<String> = None,
    }
}

/// Words of `output.sensitive_roles`: who may read sensitive conditions in plain words, each with its own files.
pub const ROLES: [&str; 13] = [
    "care_manager",
    "director",
    "analyst",
    "integration",
    "RN",
    "LCSW",
    "LPC",
    "CHW",
    "PharmD",
    "general",
    "geriatric",
    "behavioral",
    "complex",
];

impl Output {
    /// Whether the files of a role show sensitive conditions in plain words: `director` reads `outreach.*`, `analyst`
    /// `reasons.parquet` and `explain`, `integration` `fhir/*`.
    #[must_use]
    pub fn unmasked(&self, role: &str) -> bool {
        self.sensitive_roles.iter().any(|r| r == role)
    }
    /// Whether a care manager's own sheet of `worklists.xlsx` does: by `care_manager`, the discipline or a focus.
    #[must_use]
    pub fn unmasked_sheet(&self, discipline: &str, focus: &str) -> bool {
        self.unmasked("care_manager") || self.unmasked(discipline) || focus.split('|').any(|f| self.unmasked(f.trim()))
    }
}

fn bad(key: &str, why: &str) -> ConfigError {
    ConfigError::Value { key: key.to_owned(), why: why.to_owned() }
}

/// Checks every range that a type cannot hold.
pub(super) fn validate(plan: &RunPlan) -> Result<(), ConfigError> {
    plan.run.max_memory_bytes()?;
    if plan.run.keep_runs == 0 {
        return Err(bad("run.keep_runs", "must be at least 1"));
    }
    let shares = [
        ("quality.max_ragged_share", plan.quality.max_ragged_share),
        ("quality.max_no_eligibility_share", plan.quality.max_no_eligibility_share),
        ("quality.max_excel_date_share", plan.quality.max_excel_date_share),
        ("quality.max_conflicting_claim_share", plan.quality.max_conflicting_claim_share),
        ("quality.max_volume_drop", plan.quality.max_volume_drop),
        ("list.reach_default", plan.list.reach_default),
        ("list.churn_alarm", plan.list.churn_alarm),
    ];
    for (key, value) in shares {
        if !(0.0..=1.0).contains(&value) {
            return Err(bad(key, "must lie between 0 and 1"));
        }
    }
    if plan.list.reach_default <= 0.0 {
        return Err(bad("list.reach_default", "must be above 0"));
    }
    if let Some(role) = plan.output.sensitive_roles.iter().find(|r| !ROLES.contains(&r.as_str())) {
        // A misspelt role must not open a file, nor quietly open none.
        return Err(bad(
            "output.sensitive_roles",
            &format!("knows no role `{role}`{}", super::nearest_hint(role, &ROLES)),
        ));
    }
    let [a, b, c] = plan.list.tiers;
    if !(a > b && b > c && c >= 0.0 && a <= 100.0) {
        return Err(bad("list.tiers", "must be three falling percentiles, such as [99, 95, 80]"));
    }
    if plan.list.exit_factor < 1.0 {
        return Err(bad("list.exit_factor", "must be at least 1"));
    }
    for (name, value) in &plan.list.impactability {
        if !["medication", "social", "behavioral", "chronic", "general"].contains(&name.as_str())
            || !(0.0..=2.0).contains(value)
        {
            return Err(bad(
                &format!("list.impactability.{name}"),
                "segments are medication, social, behavioral, chronic, general; values 0..2",
            ));
        }
    }
    if !["protect", "prefer", "ignore"].contains(&plan.caseload.continuity.as_str()) {
        return Err(bad("caseload.continuity", "must be protect, prefer or ignore"));
    }
    for (key, value) in
        [("caseload.max_cases", plan.caseload.max_cases), ("caseload.max_points", plan.caseload.max_points)]
    {
        if value <= 0 {
            return Err(bad(key, "must be above 0"));
        }
    }
    for format in &plan.output.formats {
        if !["csv", "parquet", "xlsx", "html", "fhir"].contains(&format.as_str()) {
            return Err(bad("output.formats", "may hold csv, parquet, xlsx, html, fhir"));
        }
    }
    validate_followup(&plan.followup)?;
    validate_models(&plan.models)?;
    for (name, extract) in &plan.extracts {
        validate_extract(name, extract)?;
    }
    Ok(())
}

fn validate_followup(followup: &Followup) -> Result<(), ConfigError> {
    if !(0.0..=0.5).contains(&followup.holdout_share) {
        return Err(bad("followup.holdout_share", "must lie between 0 and 0.5; 0.05 is usual"));
    }
    if followup.holdout_share > 0.0 && followup.approver.trim().is_empty() {
        return Err(bad(
            "followup.approver",
            "is empty, and nobody is held out from contact unless a named person answers for it\nhint: write who approved the hold-out, or set followup.holdout_share = 0",
        ));
    }
    if !(1..=365).contains(&followup.horizon_days) {
        return Err(bad("followup.horizon_days", "must lie between 1 and 365"));
    }
    Ok(())
}

fn validate_models(models: &Models) -> Result<(), ConfigError> {
    if !(0..=365).contains(&models.claims_lag_days) {
        return Err(bad("models.claims_lag_days", "must lie between 0 and 365"));
    }
    if !(0..=730).contains(&models.label_maturity_days) {
        return Err(bad("models.label_maturity_days", "must lie between 0 and 730"));
    }
    if !(3..=60).contains(&models.panel_months) {
        return Err(bad("models.panel_months", "must lie between 3 and 60"));
    }
    if models.panel_rows < 1000 {
        return Err(bad("models.panel_rows", "must be at least 1000"));
    }
    for (i, name) in models.feature_columns.iter().enumerate() {
        let lowered = name.to_lowercase();
        let speaks = ["race", "ethnic", "hispanic", "latin"].iter().any(|w| {
            lowered
                .split(|c: char| !c.is_ascii_alphabetic())
                .any(|part| part == *w || (*w != "race" && part.starts_with(w)))
        });
        if speaks {
            return Err(bad(
                "models.feature_columns",
                &format!("`{name}` speaks of race or ethnicity, which are never features"),
            ));
        }
        if name.is_empty() || ["member_id", "person_id", "observed_date"].contains(&name.as_str()) {
            return Err(bad("models.feature_columns", &format!("`{name}` is no feature")));
        }
        if models.feature_columns[..i].contains(name) {
            return Err(bad("models.feature_columns", &format!("`{name}` stands twice")));
        }
    }
    Ok(())
}

fn validate_extract(name: &str, extract: &ExtractConfig) -> Result<(), ConfigError> {
    let key = |k: &str| format!("extracts.{name}.{k}");
    if extract.path.is_empty() {
        return Err(bad(&key("path"), "is missing: a file, folder or glob"));
    }
    if let Some(share) = extract.max_bad_share
        && !(0.0..=1.0).contains(&share)
    {
        return Err(bad(&key("max_bad_share"), "must lie between 0 and 1"));
    }
    if extract.delimiter.as_ref().is_some_and(|d| d.len() != 1) {
        return Err(bad(&key("delimiter"), "must be one ASCII character"));
    }
    if extract.encoding.as_ref().is_some_and(|e| !["utf-8", "latin1"].contains(&e.as_str())) {
        return Err(bad(&key("encoding"), "must be utf-8 or latin1"));
    }
    let shapes: Vec<String> = extract.date_formats.iter().map(|f| f.replace(['-', '/', '.', ' '], "")).collect();
    let has = |s: &str| shapes.iter().any(|f| f.eq_ignore_ascii_case(s));
    if has("%d%m%Y") && has("%m%d%Y") {
        return Err(bad(
            &key("date_formats"),
            "day-first and month-first spellings cannot be told apart in one extract; declare one",
        ));
    }
    if extract.date_formats.iter().any(|f| !f.contains('%')) {
        return Err(bad(&key("date_formats"), "use strftime spellings such as %Y%m%d"));
    }
    Ok(())
}

//! Every key the configuration knows, with its default and meaning. Owns the one table that the
//! unknown-key check, `lamplight schema config` and the sample file are held to; refuses to parse values.

/// One key: dotted path (`*` stands for any name), default as TOML text, and its meaning.
pub struct Key {
    /// Dotted path.
    pub path: &'static str,
    /// Default as it would be written in TOML; empty when there is none.
    pub default: &'static str,
    /// What it does, units included.
    pub meaning: &'static str,
}

const fn key(path: &'static str, default: &'static str, meaning: &'static str) -> Key {
    Key { path, default, meaning }
}

/// The keys in the order of the sample file.
pub const KEYS: &[Key] = &[
    key("run.as_of", "", "the night's date, YYYY-MM-DD; flag --as-of and LAMPLIGHT_AS_OF come first; never the clock"),
    key("run.out", "\"lamplight-out\"", "output folder, relative to the working directory"),
    key("run.threads", "0", "worker threads; 0 takes every core; no output byte depends on it"),
    key("run.seed", "20260101", "seed of tie-breaking and the hold-out draw"),
    key("run.keep_runs", "14", "published runs kept; the newest good one is never removed"),
    key("run.max_memory", "\"1GiB\"", "claim events held in memory before they spill to disk"),
    key("run.input_root", "", "when set, every input file must lie under this folder after links are resolved"),
    key(
        "reference.dir",
        "",
        "folder whose tables replace the embedded code sets, file by file; it may add cms_hcc_eligible_procedures.csv",
    ),
    key("extracts.*.path", "", "file, folder or glob; CSV (plain, gzip, zstd) or Parquet, told apart by content"),
    key(
        "extracts.*.columns.*",
        "",
        "their column for ours: a name, { constant = \"x\" } or { column = \"X\", map = { a = \"b\" } }",
    ),
    key("extracts.*.sql", "", "SELECT over the files as table raw, with file_name and row_number as columns"),
    key(
        "extracts.*.date_formats",
        "[\"%Y-%m-%d\"]",
        "accepted date spellings (strftime); a column may hold several, never two that can be confused",
    ),
    key(
        "extracts.*.timezone",
        "",
        "IANA zone in which zoned timestamps become dates; undeclared, such a column is refused",
    ),
    key("extracts.*.delimiter", "\",\"", "CSV field separator, one character"),
    key("extracts.*.encoding", "\"utf-8\"", "utf-8 or latin1"),
    key(
        "extracts.*.max_bad_share",
        "0.05",
        "share of quarantined rows above which the run stops (exit 4); set here it also replaces the per-reason limits of [quality]",
    ),
    key("extracts.*.required", "false", "stop (exit 3) when this extract is missing"),
    key("quality.max_ragged_share", "0.001", "rows with the wrong number of fields"),
    key("quality.max_no_eligibility_share", "0.02", "rows of members without eligibility"),
    key("quality.max_excel_date_share", "0.01", "dates that look like spreadsheet serial numbers"),
    key("quality.max_conflicting_claim_share", "0.01", "claim lines with one id and version but different content"),
    key("quality.max_volume_drop", "0.30", "fall in an extract's rows against the newest earlier run"),
    key("quality.max_age_years", "120", "older members are quarantined"),
    key("quality.stale_days", "45", "a feed without a row in this many days before the night is warned of"),
    key("quality.refuse_stale", "false", "stop (exit 3) instead, also when a feed's files are those of the last run"),
    key("list.tiers", "[99.0, 95.0, 80.0]", "percentile floors of tiers 1, 2 and 3"),
    key("list.reach_default", "0.35", "completed share of contacts when the log says too little"),
    key("list.reach_days", "180", "days of the outreach log that the expected reach is taken from"),
    key("list.exit_factor", "1.5", "a listed person leaves beyond this multiple of the length on two nights"),
    key("list.recent_contact_days", "7", "days a completed or enrolled contact suppresses"),
    key("list.attempts_complete_days", "30", "days an exhausted attempt series suppresses"),
    key("list.rising_percentile", "80.0", "percentile floor of the rising stream"),
    key("list.rising_gain", "15.0", "percentile points gained in 90 days that make a member rising"),
    key("list.attribution", "false", "when true, members without practice_id are NOT_ATTRIBUTED"),
    key("list.program", "\"care_management\"", "this programme's name in the outreach log"),
    key(
        "list.churn_alarm",
        "0.25",
        "share of the previous list's people without a clock that may leave for their rank alone before the night warns",
    ),
    key("list.impactability.*", "", "multiplier by segment (medication, social, behavioral, chronic, general), 0..2"),
    key("caseload.continuity", "\"protect\"", "protect, prefer or ignore the current manager"),
    key("caseload.clocks_first", "true", "place members with an open clock before all others"),
    key("caseload.max_cases", "60", "cases of a full-time manager when the roster gives none"),
    key("caseload.max_points", "150", "acuity points of a full-time manager when the roster gives none"),
    key("caseload.max_travel_km", "50.0", "home-visit radius when the roster gives none"),
    key("caseload.new_cases_per_week", "10", "new cases of a full-time manager a week when the roster gives none"),
    key("caseload.visits_per_month", "2", "home visits a month of a homebound member"),
    key("caseload.balance", "30", "weight of the convex load cost"),
    key("caseload.continuity_break", "300", "cost of a member moved away from the current manager"),
    key("caseload.travel_km_visit", "1", "cost of a kilometre of a home visit"),
    key("caseload.focus_mismatch", "100", "cost of a focus the manager does not have"),
    key("caseload.interpreter", "200", "cost of a language not shared though not required"),
    key("caseload.step_budget", "200000", "search steps; never seconds"),
    key("models.claims_lag_days", "45", "days a claim without received or paid date is taken to need"),
    key("models.label_maturity_days", "90", "days after the window before a label is final"),
    key(
        "models.use",
        "[]",
        "trained models to score with: folders (from this file, then the working directory) or ids below models.folder; at most one an outcome, published indices for the rest",
    ),
    key("models.allow_demo_model", "false", "allow a model trained on synthetic data"),
    key("models.folder", "\"models\"", "where ids of models.use are looked for"),
    key("models.feature_columns", "[]", "columns of feature_table that become features, as numbers"),
    key(
        "models.panel_months",
        "24",
        "monthly snapshots a model learns from, 3..60; discharges of twice as many months",
    ),
    key("models.panel_rows", "200000", "snapshots without the event kept for training; weights make up for the rest"),
    key("models.synthetic", "false", "the extracts are synthetic, though no synthetic.json lies beside them"),
    key("clocks.tcm_contact_business_days", "2", "interactive contact after discharge (CMS TCM, MLN908628)"),
    key("clocks.tcm_visit_complex_days", "7", "visit for high complexity (CPT 99496)"),
    key("clocks.tcm_visit_days", "14", "visit for moderate complexity (CPT 99495)"),
    key("clocks.tcm_period_days", "29", "last day of the 30-day period after discharge"),
    key("clocks.authorization_urgent_hours", "72", "expedited decision (42 CFR 438.210, 422.572)"),
    key("clocks.authorization_standard_days", "7", "standard decision from 2026 (CMS-0057-F)"),
    key("clocks.referral_open_days", "14", "open community referral before it is chased"),
    key("clocks.fill_late_days", "7", "days without supply before a fill is late"),
    key("clocks.medication_reconciliation_days", "30", "reconciliation after discharge (HEDIS TRC)"),
    key("clocks.due_soon_days", "7", "days ahead a due item is shown in the worklist"),
    key(
        "followup.holdout_share",
        "0.0",
        "share of people held out from contact, drawn by a hash of the member id and run.seed, 0..0.5; never a clock, an override or a current case",
    ),
    key("followup.approver", "\"\"", "who answers for holding people out; needed for a share above 0"),
    key("followup.horizon_days", "90", "days a person is held out and outcomes are counted, 1..365"),
    key("output.formats", "[\"csv\", \"parquet\", \"xlsx\", \"html\"]", "sinks of the audience files; fhir on request"),
    key(
        "output.sensitive_roles",
        "[]",
        "who may read sensitive conditions in plain words, each in its own files: care_manager, a discipline or a focus (their sheets of worklists.xlsx), director (outreach.*), analyst (reasons.parquet, explain), integration (fhir); empty masks them everywhere",
    ),
    key("output.group", "", "group that may read outreach, worklists and report (0640)"),
];

/// Whether `path` (dotted, lower level names included) is a known key or a table above one.
#[must_use]
pub fn is_known(path: &str) -> bool {
    KEYS.iter().any(|k| matches(k.path, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut p, mut q) = (pattern.split('.'), path.split('.'));
    loop {
        match (p.next(), q.next()) {
            (_, None) => return true,
            (None, Some(_)) => return false,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            _ => return false,
        }
    }
}

/// The names allowed directly under a table path.
#[must_use]
pub fn children(table: &str) -> Vec<&'static str> {
    let depth = if table.is_empty() { 0 } else { table.split('.').count() };
    let mut out: Vec<&'static str> = KEYS
        .iter()
        .filter(|k| table.is_empty() || matches(k.path, table))
        .filter_map(|k| k.path.split('.').nth(depth))
        .filter(|n| *n != "*")
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

//! The tables of the configuration. Owns the declaration of every key but those of an extract; refuses to resolve
//! precedence.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::declaration::{Key, Range, Section, check_range, section};
use super::error::ConfigError;
use super::memory_size::MemorySize;
use super::words::{OutputFormat, Role, Segment, WorkDay};
use crate::domain::Continuity;

section! {
    /// The run itself.
    Run in "run" {
        /// the night's date, YYYY-MM-DD; flag --as-of and LAMPLIGHT_AS_OF come first; never the clock
        as_of: Option<String> = None;
        /// output folder, relative to the working directory
        out: PathBuf = "lamplight-out".into();
        /// worker threads; 0 takes every core; no output byte depends on it
        threads: usize = 0;
        /// seed of tie-breaking and the hold-out draw
        seed: u64 = 20_260_101;
        /// published runs kept; the newest good one is never removed
        keep_runs: usize = 14, range Range::AtLeast(1.0);
        /// claim events held in memory before they spill to disk
        max_memory: MemorySize = MemorySize::gibibytes(1);
        /// when set, every input file must lie under this folder after links are resolved
        input_root: Option<PathBuf> = None, example r#""/srv/extracts""#;
    }
}

section! {
    /// Code sets of an organisation's own.
    ReferenceFolder in "reference" {
        /// folder whose tables replace the embedded code sets, file by file; it may add cms_hcc_eligible_procedures.csv
        dir: Option<PathBuf> = None, example r#""/srv/code-sets""#;
    }
}

section! {
    /// When a night is refused. Shares are of the extract's rows.
    Quality in "quality" {
        /// rows with the wrong number of fields
        max_ragged_share: f64 = 0.001, range Range::Share;
        /// rows of members without eligibility
        max_no_eligibility_share: f64 = 0.02, range Range::Share;
        /// dates that look like spreadsheet serial numbers
        max_excel_date_share: f64 = 0.01, range Range::Share;
        /// claim lines with one id and version but different content
        max_conflicting_claim_share: f64 = 0.01, range Range::Share;
        /// bad rows of an extract below which no share stops the night
        min_bad_rows: u64 = 20;
        /// fall in an extract's rows against the newest earlier run
        max_volume_drop: f64 = 0.30, range Range::Share;
        /// older members are quarantined
        max_age_years: i32 = 120, range Range::AtLeast(1.0);
        /// a feed without a row in this many days before the night is warned of
        stale_days: i32 = 45, range Range::AtLeast(0.0);
        /// stop (exit 3) instead, also when a feed's files are those of the last run
        refuse_stale: bool = false;
    }
}

section! {
    /// Who is on the list and in which order.
    ListConfig in "list" {
        /// percentile floors of tiers 1, 2 and 3
        tiers: [f64; 3] = [99.0, 95.0, 80.0], range Range::Percentile;
        /// share of a discipline's places that the band of risk gets even when the clocks filled them
        reserve_risk: f64 = 0.25, range Range::Share;
        /// completed share of contacts when the log says too little
        reach_default: f64 = 0.35, range Range::PositiveShare;
        /// days of the outreach log that the expected reach is taken from
        reach_days: i32 = 180, range Range::AtLeast(1.0);
        /// a listed person leaves beyond this multiple of the length on two nights
        exit_factor: f64 = 1.5, range Range::AtLeast(1.0);
        /// days a completed or enrolled contact suppresses
        recent_contact_days: i32 = 7, range Range::AtLeast(0.0);
        /// days an exhausted attempt series suppresses
        attempts_complete_days: i32 = 30, range Range::AtLeast(0.0);
        /// percentile floor of the rising stream
        rising_percentile: f64 = 80.0, range Range::Percentile;
        /// percentile points gained in 90 days that make a member rising
        rising_gain: f64 = 15.0, range Range::Percentile;
        /// when true, members without practice_id are NOT_ATTRIBUTED
        attribution: bool = false;
        /// this programme's name in the outreach log
        program: String = "care_management".to_owned();
        /// share of the previous list's people without a clock that may leave for their rank alone before the night warns
        churn_alarm: f64 = 0.25, range Range::Share;
        /// age from which nothing that rests on a sensitive or pregnancy code is told to a minor's guardian
        minor_confidential_from: i32 = 12, range Range::Between(0.0, 18.0);
        /// file that replaces the shipped config/playbook.toml, relative to this file
        playbook: Option<PathBuf> = None, example r#""playbook.toml""#;
        /// multiplier by segment (medication, social, behavioral, chronic, general), 0..2
        impactability: BTreeMap<Segment, f64> = BTreeMap::new(), range Range::Between(0.0, 2.0),
            example "{ medication = 0.9, social = 0.8, behavioral = 0.7, chronic = 0.6, general = 0.4 }";
    }
}

section! {
    /// Who calls whom.
    Caseload in "caseload" {
        /// protect, prefer or ignore the current manager
        continuity: Continuity = Continuity::Protect;
        /// place members with an open clock before all others
        clocks_first: bool = true;
        /// cases of a full-time manager when the roster gives none
        max_cases: i64 = 60, range Range::Positive;
        /// acuity points of a full-time manager when the roster gives none
        max_points: i64 = 150, range Range::Positive;
        /// home-visit radius when the roster gives none
        max_travel_km: f64 = 50.0, range Range::AtLeast(0.0);
        /// new cases of a full-time manager a week when the roster gives none
        new_cases_per_week: i64 = 10, range Range::AtLeast(0.0);
        /// episodes of transition that a full-time manager takes on a week, apart from new cases
        episodes_per_week: i64 = 10, range Range::AtLeast(0.0);
        /// home visits a month of a homebound member
        visits_per_month: i64 = 2, range Range::AtLeast(0.0);
        /// dollars a full-time manager costs a year, for the cost figures; without it they are left out
        cost_per_fte: Option<f64> = None, range Range::Positive, example "95000.0";
        /// weight of the convex load cost
        balance: i64 = 30;
        /// cost of a member moved away from the current manager
        continuity_break: i64 = 300;
        /// cost of a kilometre of a home visit
        travel_km_visit: i64 = 1;
        /// cost of a focus the manager does not have
        focus_mismatch: i64 = 100;
        /// cost of a language not shared though not required
        interpreter: i64 = 200;
        /// search steps; never seconds
        step_budget: u64 = 200_000;
    }
}

section! {
    /// Models: what scores, and what is learned from.
    Models in "models" {
        /// days a claim without received or paid date is taken to need
        claims_lag_days: i32 = 45, range Range::Between(0.0, 365.0);
        /// days after the window before a label is final
        label_maturity_days: i32 = 90, range Range::Between(0.0, 730.0);
        /// trained models to score with: folders (from this file, then the working directory) or ids below models.folder;
        /// at most one an outcome, published indices for the rest
        r#use: Vec<String> = Vec::new();
        /// allow a model trained on synthetic data
        allow_demo_model: bool = false;
        /// where ids of models.use are looked for
        folder: String = "models".to_owned();
        /// columns of feature_table that become features, as numbers
        feature_columns: Vec<String> = Vec::new();
        /// monthly snapshots a model learns from; discharges of twice as many months
        panel_months: u32 = 24, range Range::Between(3.0, 60.0);
        /// snapshots without the event kept for training; weights make up for the rest
        panel_rows: u64 = 200_000, range Range::AtLeast(1000.0);
        /// the extracts are synthetic, though no synthetic.json lies beside them
        synthetic: bool = false;
    }
}

section! {
    /// Deadlines, each with its source; days unless the name says otherwise.
    Clocks in "clocks" {
        /// day on which the list of a night is worked: next_business_day (US federal holidays off), next_day for teams
        /// that work weekends, same_day
        work_day: WorkDay = WorkDay::NextBusinessDay;
        /// longest time between completed contacts of an open case, by risk tier 1 to 4
        cadence_days: [i32; 4] = [7, 14, 30, 60], range Range::AtLeast(1.0);
        /// days after its last row at which an open stay or facility bill is taken to have ended unseen
        open_stay_days: i32 = 45, range Range::AtLeast(1.0);
        /// interactive contact after discharge (CMS TCM, MLN908628)
        tcm_contact_business_days: u32 = 2;
        /// visit for high complexity (CPT 99496)
        tcm_visit_complex_days: i32 = 7, range Range::AtLeast(0.0);
        /// visit for moderate complexity (CPT 99495)
        tcm_visit_days: i32 = 14, range Range::AtLeast(0.0);
        /// day to which a discharge is followed: engagement and reconciliation (public description of HEDIS TRC)
        tcm_period_days: i32 = 30, range Range::AtLeast(0.0);
        /// expedited decision (42 CFR 438.210, 422.572)
        authorization_urgent_hours: i32 = 72, range Range::AtLeast(0.0);
        /// standard decision of requests from 2026 (42 CFR 422.568, 438.210; CMS-0057-F)
        authorization_standard_days: i32 = 7, range Range::AtLeast(0.0);
        /// standard decision of requests before 2026 (42 CFR 422.568, 438.210 as they stood)
        authorization_before_2026_days: i32 = 14, range Range::AtLeast(0.0);
        /// standard decision of a commercial plan (29 CFR 2560.503-1)
        authorization_commercial_days: i32 = 15, range Range::AtLeast(0.0);
        /// days past due after which a pending authorization is counted and starts no clock (own rule)
        authorization_stale_days: i32 = 14, range Range::AtLeast(0.0);
        /// appeal of a Medicare denial decided from 2025, counted from the decision (42 CFR 422.582)
        appeal_medicare_days: i32 = 65, range Range::AtLeast(0.0);
        /// appeal of other denials (42 CFR 438.402), and of Medicare's before 2025
        appeal_days: i32 = 60, range Range::AtLeast(0.0);
        /// appeal of a commercial denial (29 CFR 2560.503-1)
        appeal_commercial_days: i32 = 180, range Range::AtLeast(0.0);
        /// open community referral before it is chased
        referral_open_days: i32 = 14, range Range::AtLeast(0.0);
        /// days without supply before a fill is late
        fill_late_days: i32 = 7, range Range::AtLeast(0.0);
        /// reconciliation after discharge (HEDIS TRC)
        medication_reconciliation_days: i32 = 30, range Range::AtLeast(0.0);
        /// days ahead a due item is shown in the worklist
        due_soon_days: i32 = 7, range Range::AtLeast(0.0);
    }
}

section! {
    /// Programmes an organisation runs.
    Programs in "programs" {
        /// file that replaces the shipped config/programs.toml, relative to this file
        rules: Option<PathBuf> = None, example r#""programs.toml""#;
        /// file that replaces the shipped config/problems.toml, what a care plan may take up, relative to this file
        problems: Option<PathBuf> = None, example r#""problems.toml""#;
    }
}

section! {
    /// People held out by chance, and how long outcomes are counted.
    Followup in "followup" {
        /// share of people held out from contact, drawn by a hash of the member id and run.seed; 0.05 is usual; never a
        /// clock, an override or a current case
        holdout_share: f64 = 0.0, range Range::Between(0.0, 0.5);
        /// who answers for holding people out; needed for a share above 0
        approver: String = String::new();
        /// days a person is held out and outcomes are counted
        horizon_days: i32 = 90, range Range::Between(1.0, 365.0);
    }
}

section! {
    /// What is written, and who may read it.
    Output in "output" {
        /// sinks of the audience files: csv, parquet, xlsx, html; fhir on request
        formats: Vec<OutputFormat> =
            vec![OutputFormat::Csv, OutputFormat::Parquet, OutputFormat::Xlsx, OutputFormat::Html];
        /// who may read sensitive conditions in plain words, each in its own files: care_manager, a discipline or a focus
        /// (their sheets of worklists.xlsx), director (outreach.*), analyst (reasons.parquet, explain), integration (fhir);
        /// empty masks them everywhere
        sensitive_roles: Vec<Role> = Vec::new();
        /// counts of people from 1 to below this are not shown on the report's page; 0 shows all, 11 suits a copy that
        /// travels
        small_cells: u64 = 0;
        /// file that replaces the shipped config/wording.toml, relative to this file
        wording: Option<PathBuf> = None, example r#""wording.toml""#;
        /// group that may read outreach, worklists and report (0640)
        group: Option<String> = None, example r#""care-management""#;
    }
}

impl Output {
    /// Whether the files of a role show sensitive conditions in plain words.
    #[must_use]
    pub fn unmasked(&self, role: Role) -> bool {
        self.sensitive_roles.contains(&role)
    }

    /// Whether a care manager's own sheet of `worklists.xlsx` does: by `care_manager`, the discipline or a focus.
    #[must_use]
    pub fn unmasked_sheet(&self, discipline: &str, focus: &str) -> bool {
        let named = |word: &str| Role::parse(word).is_some_and(|role| self.unmasked(role));
        self.unmasked(Role::CareManager) || named(discipline) || focus.split('|').any(named)
    }

    /// Whether a format is wanted.
    #[must_use]
    pub fn wants(&self, format: OutputFormat) -> bool {
        self.formats.contains(&format)
    }
}

/// `[targets]`: what the organisation wants a metric to be, by the metric's name; drawn on the report's page.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Targets(pub BTreeMap<String, f64>);

impl Section for Targets {
    const TABLE: &'static str = "targets";
    const ABOUT: &'static str = " What the organisation wants a metric to be.";

    fn declared() -> Vec<Key> {
        vec![Key {
            path: "targets.*".to_owned(),
            default: String::new(),
            meaning: "wanted value of a metric of the report's page, in the metric's own unit, by its name".to_owned(),
            range: Range::AtLeast(0.0).words(),
            example: "contact_2_business_days = 0.9",
        }]
    }

    fn check_ranges(&self, table: &str) -> Result<(), ConfigError> {
        self.0.iter().try_for_each(|(name, value)| check_range(&format!("{table}.{name}"), value, Range::AtLeast(0.0)))
    }
}

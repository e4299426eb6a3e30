//! Why one member is on or off the list, from a published run's files alone. Owns what is gathered and in which order;
//! refuses to read an extract, to compute anything anew and to write a sentence.

use std::path::Path;

use super::error::RunError;
use crate::publish::{Rows, read_rows};

/// Everything a run says of one member.
#[derive(Clone, Debug, Default)]
pub struct MemberExplanation {
    /// What every page of the run says first.
    pub banner: Option<String>,
    /// The night.
    pub as_of: String,
    /// The run.
    pub run_id: String,
    /// The day on which the list is worked, and the last day whose visits are known; empty in runs of earlier versions.
    pub known: [String; 2],
    /// What became of the member tonight.
    pub decision: DecisionLine,
    /// On the list or not.
    pub standing: Standing,
    /// Why the member left the list of the night before.
    pub left_because: Option<String>,
    /// Reasons, in the order of the file.
    pub reasons: Vec<ReasonLine>,
    /// Scores, in the order of the file.
    pub scores: Vec<ScoreLine>,
    /// Everything else, a table a matter; tables without rows are left out.
    pub details: Vec<DetailTable>,
}

/// A row of `decisions`.
#[derive(Clone, Debug, Default)]
pub struct DecisionLine {
    /// The first that holds.
    pub decision: String,
    /// Suppression code, or why nobody had room.
    pub code: String,
    /// When a suppression ends.
    pub until: String,
    /// Band.
    pub band: String,
    /// Stream.
    pub stream: String,
    /// Percentile of what orders people.
    pub order_percentile: String,
    /// Who holds the open case.
    pub owner_id: String,
    /// Who calls tonight.
    pub caller_id: String,
    /// Who stands in for an owner who is away.
    pub covered_by: String,
}

/// Where a member stands tonight.
#[derive(Clone, Debug, Default)]
pub enum Standing {
    /// On the list.
    Listed(Box<ListedStanding>),
    /// Suppressed.
    Suppressed {
        /// Code.
        code: String,
        /// Until when, in words and as a date.
        until: Vec<String>,
        /// What the code rests on.
        detail: String,
    },
    /// Beyond tonight's staff.
    Overflow {
        /// Place in the queue.
        rank: String,
        /// Why nobody had room.
        reason: String,
        /// What nobody on duty has; empty when it was room alone.
        missing: String,
    },
    /// Neither a clock nor a score speaks for the member.
    #[default]
    NotListed,
}

/// A row of the list.
#[derive(Clone, Debug, Default)]
pub struct ListedStanding {
    /// Place on the list.
    pub rank: String,
    /// Stream.
    pub stream: String,
    /// New, continuing or returned.
    pub list_status: String,
    /// Band.
    pub band: String,
    /// Risk tier.
    pub risk_tier: String,
    /// What the order follows inside a band.
    pub ordered_by: String,
    /// The running clock, when there is one: step, due date, business days left.
    pub clock: Option<[String; 3]>,
    /// How to reach the person.
    pub contact_way: String,
    /// What to do first, the discipline it takes, whose it is.
    pub action: [String; 3],
    /// Whom the caller asks; empty when nobody.
    pub consult: String,
    /// Who calls; empty when nobody is eligible.
    pub caller_id: String,
    /// Author and reason of a request by hand; empty without one.
    pub by_hand: [String; 2],
    /// The reasons that the list shows.
    pub reasons: Vec<String>,
    /// What the probability is of.
    pub probability_of: String,
    /// Priority.
    pub priority: String,
    /// Its factors, by name, in the order they are multiplied.
    pub factors: Vec<(&'static str, String)>,
    /// What changed since the last list.
    pub what_changed: String,
    /// Nights on the list.
    pub days_on_list: String,
}

/// A row of `reasons.parquet`.
#[derive(Clone, Debug, Default)]
pub struct ReasonLine {
    /// Score it belongs to.
    pub score_id: String,
    /// Place among the reasons of that score.
    pub rank: String,
    /// The reason.
    pub reason: String,
    /// Contribution to the log-odds; empty for context.
    pub contribution: String,
    /// Date and id of the evidence, those that are known.
    pub evidence: Vec<String>,
}

/// A row of `scores.parquet`.
#[derive(Clone, Debug, Default)]
pub struct ScoreLine {
    /// Score.
    pub score_id: String,
    /// Horizon in days.
    pub horizon_days: String,
    /// `scored`, or why not.
    pub status: String,
    /// Probability, 0..1.
    pub probability: String,
    /// Percentile; empty where there is none.
    pub percentile: String,
    /// Model.
    pub model_id: String,
}

/// Rows of one matter, each as the columns that hold something.
#[derive(Clone, Debug, Default)]
pub struct DetailTable {
    /// Heading.
    pub title: &'static str,
    /// Rows; column and value.
    pub rows: Vec<Vec<(&'static str, String)>>,
}

/// Details in the order a reader needs them: heading, file, columns.
const DETAILS: [(&str, &str, &[&str]); 8] = [
    (
        "Transition clocks",
        "transitions.csv",
        &[
            "setting",
            "discharge_date",
            "facility_name",
            "principal_diagnosis",
            "status",
            "contact_state",
            "contact_due",
            "reached_on",
            "visit_state",
            "visit_due",
            "visited_on",
            "booked_on",
            "reconciliation_state",
            "next_step",
            "next_due",
            "p_open",
        ],
    ),
    (
        "Follow-up",
        "follow_ups.csv",
        &["kind", "event_date", "state", "next_due", "booked_on", "closed_on", "closed_by"],
    ),
    ("Assignment", "assignments.csv", &["care_manager_id", "status", "continuity", "travel", "focus", "interpreter"]),
    ("Waiting for a manager", "waitlist.csv", &["reason", "nearest_miss"]),
    ("Needs", "measures/needs.parquet", &["domain", "need", "age", "source", "evidence_date", "open_referral_id"]),
    ("Due", "measures/worklist.parquet", &["item", "item_id", "detail", "due_date", "slack_business_days"]),
    (
        "Indices",
        "measures/indices.parquet",
        &[
            "charlson",
            "elixhauser_readmission",
            "elixhauser_count",
            "hfrs",
            "lace",
            "flag_2ip",
            "stays_12m",
            "ed_visits_12m",
            "pqi_stays_12m",
            "code_basis",
        ],
    ),
    (
        "Stays",
        "measures/stays.parquet",
        &[
            "admit_date",
            "discharge_date",
            "stay_type",
            "source",
            "is_index",
            "index_exclusion",
            "is_planned",
            "readmit30",
            "pqi",
            "claim_ids",
            "admission_ids",
        ],
    ),
];

/// Everything a published run says of one member.
///
/// # Errors
/// When the run cannot be read, or the member is in none of its files.
pub fn explain_member(run: &Path, member: &str) -> Result<MemberExplanation, RunError> {
    let read = |name: &str| read_rows(&run.join(name), Some(("member_id", member)));
    let manifest = read_manifest(run)?;
    let text = |key: &str| manifest.get(key).and_then(serde_json::Value::as_str).unwrap_or("").to_owned();
    if read("measures/indices.parquet")?.rows.is_empty() {
        return Err(RunError::Usage("no such member in this run".to_owned()));
    }
    let dropped = read("dropped.csv")?;
    let program = read_program(run);
    let mut out = MemberExplanation {
        banner: Some(text("banner")).filter(|b| !b.is_empty()),
        as_of: text("as_of"),
        run_id: text("run_id"),
        known: [text_of(&program, "work_day"), text_of(&program, "visits_known_through")],
        decision: decision_line(&read("decisions.parquet").unwrap_or_default()),
        standing: list_standing(&read("outreach.parquet")?, &read("suppressed.csv")?, &read("overflow.csv")?),
        left_because: dropped.rows.first().map(|row| dropped.get(row, "reason").to_owned()),
        reasons: reason_lines(&read("reasons.parquet")?),
        scores: score_lines(&read("scores.parquet")?),
        details: Vec::new(),
    };
    for (title, file, columns) in DETAILS {
        // Nobody waits for a manager who has one, nor where no roster is kept: the waitlist counts rules, not owners.
        if file == "waitlist.csv" && (!out.decision.owner_id.is_empty() || !has_roster(run)) {
            continue;
        }
        // Runs of earlier versions lack some.
        let rows = if run.join(file).exists() { read(file)? } else { Rows::default() };
        let table = detail_table(title, &rows, columns);
        out.details.extend(Some(table).filter(|t| !t.rows.is_empty()));
    }
    Ok(out)
}

/// Whether the run knew of any care manager.
fn has_roster(run: &Path) -> bool {
    read_rows(&run.join("caseload/care_managers.csv"), None).is_ok_and(|managers| !managers.rows.is_empty())
}

fn read_manifest(run: &Path) -> Result<serde_json::Value, RunError> {
    std::fs::read(run.join("manifest.json")).ok().and_then(|b| serde_json::from_slice(&b).ok()).ok_or_else(|| {
        RunError::Usage(
            "that folder is no published run (no manifest.json)\nhint: pass OUT/current or OUT/runs/<run_id>"
                .to_owned(),
        )
    })
}

/// `program.json`, where the run has one that can be read.
fn read_program(run: &Path) -> serde_json::Value {
    let bytes = std::fs::read(run.join("program.json")).ok();
    bytes.and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
}

fn text_of(value: &serde_json::Value, key: &str) -> String {
    value.get(key).and_then(serde_json::Value::as_str).unwrap_or("").to_owned()
}

fn decision_line(decisions: &Rows) -> DecisionLine {
    let Some(row) = decisions.rows.first() else { return DecisionLine::default() };
    let get = |n: &str| decisions.get(row, n).to_owned();
    DecisionLine {
        decision: get("decision"),
        code: get("code"),
        until: get("until"),
        band: get("band"),
        stream: get("stream"),
        order_percentile: get("order_percentile"),
        owner_id: get("owner_id"),
        caller_id: get("caller_id"),
        covered_by: get("covered_by"),
    }
}

fn list_standing(outreach: &Rows, suppressed: &Rows, overflow: &Rows) -> Standing {
    if let Some(row) = outreach.rows.first() {
        return Standing::Listed(Box::new(listed_standing(outreach, row)));
    }
    if let Some(row) = suppressed.rows.first() {
        let get = |n: &str| suppressed.get(row, n).to_owned();
        let until = [get("until"), get("until_date")].into_iter().filter(|t| !t.is_empty()).collect();
        return Standing::Suppressed { code: get("code"), until, detail: get("detail") };
    }
    let Some(row) = overflow.rows.first() else { return Standing::NotListed };
    let get = |n: &str| overflow.get(row, n).to_owned();
    Standing::Overflow { rank: get("rank"), reason: get("reason"), missing: get("missing") }
}

fn listed_standing(outreach: &Rows, row: &[String]) -> ListedStanding {
    let get = |n: &str| outreach.get(row, n).to_owned();
    ListedStanding {
        rank: get("rank"),
        stream: get("stream"),
        list_status: get("list_status"),
        band: get("band"),
        risk_tier: get("risk_tier"),
        ordered_by: get("ordered_by"),
        clock: Some([get("next_step"), get("next_due"), get("slack_business_days")]).filter(|c| !c[0].is_empty()),
        contact_way: get("contact_way"),
        action: [get("suggested_action"), get("suggested_discipline"), get("segment")],
        consult: get("consult_discipline"),
        caller_id: get("caller_id"),
        by_hand: [get("override_author"), get("override_reason")],
        reasons: (1..=5).map(|i| get(&format!("reason_{i}"))).filter(|r| !r.is_empty()).collect(),
        probability_of: get("probability_of"),
        priority: get("priority"),
        factors: ["probability", "p_open", "impactability", "reach", "time_value"]
            .into_iter()
            .map(|name| (name, get(name)))
            .collect(),
        what_changed: get("what_changed"),
        days_on_list: get("days_on_list"),
    }
}

fn reason_lines(reasons: &Rows) -> Vec<ReasonLine> {
    let line = |row: &Vec<String>| {
        let get = |n: &str| reasons.get(row, n).to_owned();
        ReasonLine {
            score_id: get("score_id"),
            rank: get("rank"),
            reason: get("reason"),
            contribution: get("contribution"),
            evidence: [get("evidence_date"), get("evidence_id")].into_iter().filter(|t| !t.is_empty()).collect(),
        }
    };
    reasons.rows.iter().map(line).collect()
}

fn score_lines(scores: &Rows) -> Vec<ScoreLine> {
    let line = |row: &Vec<String>| {
        let get = |n: &str| scores.get(row, n).to_owned();
        ScoreLine {
            score_id: get("score_id"),
            horizon_days: get("horizon_days"),
            status: get("status"),
            probability: get("probability"),
            percentile: get("percentile"),
            model_id: get("model_id"),
        }
    };
    scores.rows.iter().map(line).collect()
}

fn detail_table(title: &'static str, rows: &Rows, columns: &[&'static str]) -> DetailTable {
    let cells = |row: &Vec<String>| {
        columns
            .iter()
            .map(|c| (*c, masked_cell(c, rows.get(row, c))))
            .filter(|(_, value)| !value.is_empty())
            .collect::<Vec<_>>()
    };
    DetailTable { title, rows: rows.rows.iter().map(cells).collect() }
}

/// Reasons mask a need for safety; here it must not stand in plain words either.
fn masked_cell(column: &str, value: &str) -> String {
    if column == "domain" && value.starts_with("safety") { "withheld (sensitive)".to_owned() } else { value.to_owned() }
}

//! The director's page, built from a published run alone. Owns its figures and pictures; refuses to name a
//! member; counts under 11 are not shown.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::charts::{Point, bars, curve, paired, people};
use super::error::PublishError;
use super::manifest::Manifest;
use super::program::Program;
use super::read_back::{Rows, read_rows};
use super::report_program::{changes, equity, freshness, risk, score_drift, work};
use super::report_section::{Section, line, section};
use super::scan::TableScan;
use crate::domain::{Need as Answer, exact_poisson};
use crate::measures::{NeedAge, NextStep, TransitionStatus};

#[derive(Serialize)]
struct Page {
    as_of: String,
    banner: Option<String>,
    sections: Vec<Section>,
}

/// Renders the page from the files of a run (or of its staging folder).
///
/// # Errors
/// When a file of the run is missing or damaged.
pub fn render(run: &Path, manifest: &Manifest) -> Result<String, PublishError> {
    let table = |name: &str| read_rows(&run.join(format!("{name}.parquet")), None);
    let count_rows = |name: &str, columns: &[&str]| count_texts(run, name, columns);
    let outreach = table("outreach")?;
    let transitions = read_rows(&run.join("transitions.csv"), None)?;
    // Of these a page tells counts alone, and a million members fill them with millions of rows.
    let suppressed = count_rows("suppressed", &["code"])?;
    let overflow = read_rows(&run.join("overflow.csv"), None)?;
    let rates = table("measures/rates")?;
    let needs = count_rows("measures/needs", &["need", "domain", "age"])?;
    let worklist = count_rows("measures/worklist", &["item"])?;
    let summary: serde_json::Value = std::fs::read(run.join("assignment_summary.json"))
        .ok()
        .and_then(|b| serde_json::from_slice(&b).ok())
        .unwrap_or_default();
    let quality: serde_json::Value = std::fs::read(run.join("data_quality.json"))
        .ok()
        .and_then(|b| serde_json::from_slice(&b).ok())
        .unwrap_or_default();
    let dropped = read_rows(&run.join("dropped.csv"), None)?;
    // A run of an earlier version has no such file; its sections are left out.
    let program: Option<Program> =
        std::fs::read(run.join("program.json")).ok().and_then(|b| serde_json::from_slice(&b).ok());
    let mut page = Page {
        as_of: manifest.as_of.clone(),
        banner: manifest.banner.clone(),
        sections: vec![
            tonight_section(&outreach, &overflow, manifest),
            changes(manifest, &dropped),
            clock_section(&transitions, program.as_ref()),
            left_out(&suppressed),
            balance_section(&summary),
            rate_section(&rates),
            need_section(&needs, &worklist),
            quality_section(&quality),
        ],
    };
    if let Some(program) = &program {
        page.sections.insert(0, freshness(program, manifest));
        let last = page.sections.len() - 1;
        let more = [Some(risk(program)), score_drift(program), Some(work(program))];
        page.sections.splice(last..last, more.into_iter().flatten());
        page.sections.extend(equity(program));
    }
    let mut environment = minijinja::Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("report.html", include_str!("report.html")).map_err(|e| render_error(&e))?;
    let template = environment.get_template("report.html").map_err(|e| render_error(&e))?;
    template
        .render(minijinja::context! { page => minijinja::Value::from(minijinja::value::Serde(&page)) })
        .map_err(|e| render_error(&e))
}

fn render_error(e: &minijinja::Error) -> PublishError {
    PublishError::Encode { what: "report.html".to_owned(), why: e.to_string() }
}

/// Rows by the texts of some columns.
type Counts = BTreeMap<Vec<String>, usize>;

/// Counts the rows of a table by the texts of some columns, in their order; holds no row.
fn count_texts(run: &Path, table: &str, columns: &[&str]) -> Result<Counts, PublishError> {
    let counts = TableScan::of_run(run, table)?.count_by(columns).read()?;
    let rows = counts.integers("rows")?;
    let keys = columns.iter().map(|c| counts.cells(c)).collect::<Result<Vec<_>, _>>()?;
    let row = |i: usize| {
        let n = rows[i].and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        (keys.iter().map(|k| k[i].clone()).collect::<Vec<_>>(), n)
    };
    Ok((0..counts.len()).map(row).collect())
}

fn count_by(rows: &Rows, column: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for row in &rows.rows {
        *out.entry(rows.get(row, column).to_owned()).or_default() += 1;
    }
    out
}

fn sum_column(rows: &Rows, column: &str) -> f64 {
    rows.rows.iter().filter_map(|r| rows.get(r, column).parse::<f64>().ok()).sum()
}

fn tonight_section(outreach: &Rows, overflow: &Rows, manifest: &Manifest) -> Section {
    let by_status = count_by(outreach, "list_status");
    let by_band = count_by(outreach, "band");
    let n = |map: &BTreeMap<String, usize>, k: &str| people(map.get(k).copied().unwrap_or(0));
    let capacity = manifest.counts.get("contact_capacity").copied().unwrap_or(0);
    let mut out = section(
        "Tonight's list",
        "Who to call, against what the staff can reach.",
        vec![
            line("On the list", people(outreach.rows.len()), &format!("the staff on duty allow {capacity}")),
            line(
                "Contacts and visits that cannot wait",
                people(["contact", "visit"].iter().filter_map(|b| by_band.get(*b)).sum()),
                "never cut by length",
            ),
            line(
                "Beyond a day's calls",
                people(count_beyond(manifest)),
                "the list is longer than the staff by so many",
            ),
            line(
                "New / continuing / returned",
                format!("{} / {} / {}", n(&by_status, "new"), n(&by_status, "continuing"), n(&by_status, "returned")),
                "against the previous run",
            ),
            line(
                "Expected avoidable stays in 90 days on the list",
                format!("{:.1}", sum_column(outreach, "avoid_hosp_90")),
                if manifest.model_hashes.is_empty() {
                    "by AHRQ's rates: counts events, ranks nobody"
                } else {
                    "by the models in use (model_card.md)"
                },
            ),
            line(
                "Not reached tonight",
                people(overflow.rows.len()),
                &format!("{:.1} expected avoidable stays", sum_column(overflow, "expected_events")),
            ),
        ],
    );
    out.charts.push(bars("People on the list by what cannot wait", "people", &by_band.into_iter().collect::<Vec<_>>()));
    out
}

fn count_beyond(manifest: &Manifest) -> usize {
    let n = manifest.counts.get("listed_beyond_capacity").copied().unwrap_or(0);
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn clock_section(transitions: &Rows, program: Option<&Program>) -> Section {
    let live = || {
        transitions
            .rows
            .iter()
            .filter(|r| TransitionStatus::parse(transitions.get(r, "status")) == Some(TransitionStatus::Live))
    };
    let with = |column: &str, value: &str| live().filter(|r| transitions.get(r, column) == value).count();
    let soon = |r: &&Vec<String>| {
        matches!(NextStep::parse(transitions.get(r, "next_step")), Some(NextStep::Contact | NextStep::Visit))
            && transitions.get(r, "slack_business_days").parse::<i64>().is_ok_and(|s| s <= 0)
    };
    let known = program.map_or(String::new(), |p| {
        format!("Visits are known from claims through {}; the list is for {}.", p.visits_known_through, p.work_day)
    });
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for row in live() {
        *states.entry(transitions.get(row, "next_step").replace('_', " ")).or_default() += 1;
    }
    let mut out = section(
        "Transitions",
        &format!("Discharges in their 30 days. {known}"),
        vec![
            line("Discharges followed", people(transitions.rows.len()), &format!("{} live", people(live().count()))),
            line("Due on the work day", people(live().filter(soon).count()), "contact or visit"),
            line("Visit missed", people(with("visit_state", "missed")), "claims would know"),
            line("Visit unconfirmed", people(with("visit_state", "unconfirmed")), "claims cannot know yet"),
        ],
    );
    out.charts.push(bars("Live discharges by next step", "discharges", &states.into_iter().collect::<Vec<_>>()));
    out
}

fn left_out(codes: &Counts) -> Section {
    let mut out = section("Left out, and why", "One coded row each in suppressed.csv.", Vec::new());
    out.header = vec!["code".into(), "people".into()];
    out.table = codes.iter().map(|(k, v)| vec![k.concat(), people(*v)]).collect();
    out
}

fn balance_section(summary: &serde_json::Value) -> Section {
    let number = |key: &str| summary.get(key).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    let spread = |key: &str, part: &str| {
        summary.get(key).and_then(|s| s.get(part)).and_then(serde_json::Value::as_f64).unwrap_or(0.0)
    };
    let mut out = section(
        "Caseload",
        "Who works with whom.",
        vec![
            line("Assigned", format!("{:.0} of {:.0}", number("assigned"), number("members")), ""),
            line(
                "Kept / moved / new",
                format!("{:.0} / {:.0} / {:.0}", number("kept"), number("moved"), number("new")),
                "",
            ),
            line(
                "Waiting",
                format!("{:.0}", number("waiting_capacity") + number("waiting_no_eligible")),
                "waitlist.csv names what is missing",
            ),
            line(
                "Spread of load before / after (CV)",
                format!("{:.3} / {:.3}", spread("load_before", "cv"), spread("load_after", "cv")),
                "active managers",
            ),
            line(
                "Gap to the proven bound",
                format!("{:.4} %", number("z1_gap_percent")),
                "priority times acuity of the assigned",
            ),
            line("Staff missing", format!("{:.1} FTE", number("shortfall_fte")), ""),
        ],
    );
    if let Some(managers) = summary.get("managers").and_then(serde_json::Value::as_array) {
        let loads: Vec<(String, f64, f64)> = managers
            .iter()
            .map(|m| {
                let get = |k: &str| m.get(k).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
                (
                    m.get("care_manager_id").and_then(serde_json::Value::as_str).unwrap_or("").to_owned(),
                    get("utilisation_before"),
                    get("utilisation_after"),
                )
            })
            .collect();
        out.charts.push(paired("Load by manager, share of points", &loads));
    }
    out
}

/// Months drawn.
const MONTHS: usize = 24;

fn rate_section(rates: &Rows) -> Section {
    let mut out = section(
        "Rates and cost by month",
        "Mature months only, at most 24; the band is the exact 95 % interval (Poisson). All in measures/rates.parquet.",
        Vec::new(),
    );
    for (measure, title, unit, scale) in [
        ("pqi_90", "Avoidable stays per 1,000 member-years", "per 1,000", Some(1000.0)),
        ("admissions", "Stays per 1,000 member-years", "per 1,000", Some(1000.0)),
        ("ed_visits", "ED visits per 1,000 member-years", "per 1,000", Some(1000.0)),
        ("readmission_30d", "30-day unplanned readmissions", "% of index discharges", Some(100.0)),
        ("paid_pmpm", "Paid per member-month", "dollars", None),
        ("paid_avoidable_pmpm", "Paid on avoidable stays per member-month", "dollars", None),
    ] {
        // Events, exposure and dollars by month, of everyone.
        let mut months: BTreeMap<String, (u64, f64, f64)> = BTreeMap::new();
        for row in
            rates.rows.iter().filter(|r| rates.get(r, "dimension") == "all" && rates.get(r, "measure") == measure)
        {
            let exposure: f64 = rates.get(row, "member_years").parse().unwrap_or(0.0);
            let rate: f64 = rates.get(row, "rate").parse().unwrap_or(0.0);
            let slot = months.entry(rates.get(row, "month").to_owned()).or_default();
            slot.0 += rates.get(row, "observed").parse::<u64>().unwrap_or(0);
            slot.1 += exposure;
            slot.2 += rate * exposure;
        }
        let points: Vec<Point> = months
            .into_iter()
            .filter(|(_, v)| v.1 > 0.0)
            .map(|(m, (events, exposure, money))| {
                let month = m[..7].to_owned();
                match scale {
                    None => Point { month, value: money / exposure, limits: None },
                    Some(scale) => {
                        let (low, high) = exact_poisson(events);
                        let per = |n: f64| n / exposure * scale;
                        Point { month, value: per(events as f64), limits: Some((per(low), per(high))) }
                    }
                }
            })
            .collect();
        let shown = &points[points.len().saturating_sub(MONTHS)..];
        if shown.len() > 1 {
            out.charts.push(curve(title, unit, shown));
        }
    }
    out
}

fn need_section(needs: &Counts, worklist: &Counts) -> Section {
    let open = needs
        .iter()
        .filter(|(k, _)| Answer::parse(&k[0]) == Some(Answer::Yes) && NeedAge::parse(&k[2]) == Some(NeedAge::Current));
    let open = open.map(|(k, n)| (k[1].replace('_', " "), *n));
    let mut out = section(
        "Needs and due items",
        "Open social needs by domain; items due now or soon.",
        worklist.iter().map(|(k, v)| line(&k.concat().replace('_', " "), people(*v), "due")).collect(),
    );
    out.charts.push(bars("Open needs by domain", "people", &open.collect::<Vec<_>>()));
    out
}

/// What could not be judged, and why, by the key of the data-quality account.
const UNJUDGED: [(&str, &str); 8] = [
    (
        "principal_without_ccs",
        "index stays whose principal diagnosis is missing or in no CCS category: passed as indexes",
    ),
    ("principal_ccs_from_family", "stays whose principal is younger than CCS 2019.1: category of its code family"),
    ("pqi_admit_source_unjudged", "avoidable stays without an admit source: a transfer in cannot be told"),
    ("icd9_diagnoses", "ICD-9 diagnoses: kept, but in no ICD-10 measure"),
    ("unknown_codes", "diagnoses with a code nobody publishes: ignored"),
    ("header_codes", "diagnoses with a category header instead of a code: ignored"),
    ("retired_codes", "diagnoses with a retired code: mapped where a set still lists it"),
    ("ed_visits_unclassified", "ED visits whose diagnosis the NYU algorithm does not list"),
];

fn quality_section(quality: &serde_json::Value) -> Section {
    let told = quality.get("codes").and_then(serde_json::Value::as_object);
    let lines = UNJUDGED
        .iter()
        .filter_map(|(key, words)| {
            told.and_then(|c| c.get(*key)).and_then(serde_json::Value::as_u64).map(|n| line(words, n.to_string(), ""))
        })
        .collect();
    let mut out = section(
        "Data",
        "Every row is used, quarantined or dropped by a named rule; what could not be judged is counted.",
        lines,
    );
    out.header = ["extract", "rows in", "used", "quarantined", "dropped", "if missing"].map(String::from).to_vec();
    for (name, e) in quality.get("extracts").and_then(serde_json::Value::as_object).into_iter().flatten() {
        let n = |k: &str| e.get(k).and_then(serde_json::Value::as_u64).map_or_else(String::new, |v| v.to_string());
        let cost = e.get("cost").and_then(serde_json::Value::as_str).unwrap_or("").to_owned();
        out.table.push(vec![
            name.clone(),
            n("rows_in"),
            n("rows_used"),
            n("rows_quarantined"),
            n("rows_dropped"),
            cost,
        ]);
    }
    out
}

//! The director's page, built from a published run alone. Owns the order of its sections; refuses to name a member, and
//! to show a count that `[output] small_cells` hides.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::charts::{bars, curve};
use super::error::PublishError;
use super::manifest::Manifest;
use super::program::Program;
use super::read_back::{Rows, read_rows, rows_of_scan};
use super::report_offers::count_programs;
use super::report_panels::build_panels;
use super::report_program::{changes, equity, freshness, risk, score_drift, work};
use super::report_rates::{RateBook, Series};
use super::report_section::{Section, line, section};
use super::report_tiles::{Tile, build_tiles};
use super::report_today::TodaysWork;
use super::scan::TableScan;
use super::small_cells::{SmallCells, page_count};
use crate::domain::Need as Answer;
use crate::measures::{NeedAge, NextStep, TransitionStatus};
use crate::outreach::Decision;

#[derive(Serialize)]
struct Page {
    as_of: String,
    work_day: String,
    banner: Option<String>,
    shown: &'static str,
    tiles: Vec<Tile>,
    sections: Vec<Section>,
}

/// Renders the page from the files of a run (or of its staging folder).
///
/// # Errors
/// When a file of the run is missing or damaged.
pub fn render(run: &Path, manifest: &Manifest) -> Result<String, PublishError> {
    let csv = |name: &str| read_rows(&run.join(name), None);
    let outreach = read_rows(&run.join("outreach.parquet"), None)?;
    let transitions = csv("transitions.csv")?;
    let decisions = read_own_sheets(run)?;
    let managers = csv("caseload/care_managers.csv").ok();
    let rates = RateBook::read(run)?;
    let (summary, capacity) = (read_json(run, "assignment_summary.json"), read_json(run, "capacity.json"));
    // A run of an earlier version has no such file; what it would tell is left out.
    let known: Option<Program> =
        std::fs::read(run.join("program.json")).ok().and_then(|b| serde_json::from_slice(&b).ok());
    let program = known.clone().unwrap_or_default();
    let hide = SmallCells::of_setting(program.small_cells);
    let today = TodaysWork {
        outreach: &outreach,
        decisions: &decisions,
        managers: managers.as_ref(),
        summary: &summary,
        capacity: &capacity,
        program: &program,
        hide,
    };
    let mut sections = vec![today.expires()];
    sections.extend(today.staff());
    sections.push(today.waiting());
    sections.push(tonight_section(&outreach, &csv("overflow.csv")?, manifest, hide));
    sections.push(changes(manifest, &csv("dropped.csv")?, hide));
    sections.push(clock_section(&transitions, known.as_ref(), hide));
    sections.extend(today.engagement());
    sections.push(rate_section(&rates, hide));
    sections.extend(build_panels(&rates, &names_of_groups(&transitions, &program), hide));
    sections.push(left_out(&count_texts(run, "suppressed", &["code"])?, hide));
    // Of these a page tells counts alone, and a million members fill them with millions of rows.
    let needs = count_texts(run, "measures/needs", &["need", "domain", "age"])?;
    let due = count_texts(run, "measures/worklist", &["item"])?;
    sections.push(need_section(&needs, &due, hide));
    let offers = ["consent", "conflict", "billed"].map(|column| count_offers(run, column));
    sections.push(count_programs(&offers[0], &offers[1], &offers[2], hide));
    if let Some(program) = &known {
        sections.push(work(program, hide));
        sections.push(risk(program, hide));
        sections.extend(score_drift(program, hide));
        sections.extend(equity(program, hide));
        sections.push(freshness(program, manifest));
    }
    sections.push(quality_section(&read_json(run, "data_quality.json")));
    render_page(&Page {
        as_of: manifest.as_of.clone(),
        work_day: program.work_day.clone(),
        banner: manifest.banner.clone(),
        shown: if hide.shows_all() { "Every count is shown: for the team alone." } else { "Small counts are hidden." },
        tiles: build_tiles(&today.due_today(), &rates, &program, hide),
        sections,
    })
}

fn render_page(page: &Page) -> Result<String, PublishError> {
    let mut environment = minijinja::Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("report.html", include_str!("report.html")).map_err(|e| render_error(&e))?;
    let template = environment.get_template("report.html").map_err(|e| render_error(&e))?;
    template
        .render(minijinja::context! { page => minijinja::Value::from(minijinja::value::Serde(page)) })
        .map_err(|e| render_error(&e))
}

/// A JSON file of the run; null where it is missing.
fn read_json(run: &Path, name: &str) -> serde_json::Value {
    std::fs::read(run.join(name)).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
}

/// Of the decisions, those that put somebody on the owner's sheet alone.
fn read_own_sheets(run: &Path) -> Result<Rows, PublishError> {
    let scan = TableScan::of_run(run, "decisions")?.only("decision", Decision::OwnSheet.as_str());
    rows_of_scan(scan.columns(&["decision", "owner_id", "covered_by"]))
}

/// Names beside ids: managers of the roster, hospitals of the discharges.
fn names_of_groups(transitions: &Rows, program: &Program) -> BTreeMap<String, String> {
    let mut out = program.managers.clone();
    for row in &transitions.rows {
        let (npi, name) = (transitions.get(row, "facility_npi"), transitions.get(row, "facility_name"));
        if !npi.is_empty() && !name.is_empty() {
            out.insert(npi.to_owned(), name.to_owned());
        }
    }
    out
}

fn render_error(e: &minijinja::Error) -> PublishError {
    PublishError::Encode { what: "report.html".to_owned(), why: e.to_string() }
}

/// Rows by the texts of some columns.
type Counts = BTreeMap<Vec<String>, usize>;

/// Programmes by name and one more column; nothing for a run of an earlier version.
fn count_offers(run: &Path, column: &str) -> Counts {
    count_texts(run, "measures/programs", &["name", column]).unwrap_or_default()
}

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

fn tonight_section(outreach: &Rows, overflow: &Rows, manifest: &Manifest, hide: SmallCells) -> Section {
    let by_status = count_by(outreach, "list_status");
    let by_band = count_by(outreach, "band");
    let n = |map: &BTreeMap<String, usize>, k: &str| hide.count(map.get(k).copied().unwrap_or(0));
    let capacity = manifest.counts.get("contact_capacity").copied().unwrap_or(0);
    let mut out = section(
        "Tonight's list",
        "Who to call, against what the staff can reach.",
        vec![
            line("On the list", hide.count(outreach.rows.len()), &format!("the staff on duty allow {capacity}")),
            line(
                "Contacts and visits that cannot wait",
                hide.count(["contact", "visit"].iter().filter_map(|b| by_band.get(*b)).sum()),
                "never cut by length",
            ),
            line(
                "Beyond a day's calls",
                hide.count(count_beyond(manifest)),
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
                hide.count(overflow.rows.len()),
                &format!("{:.1} expected avoidable stays", sum_column(overflow, "expected_events")),
            ),
        ],
    );
    out.charts.push(bars(
        "People on the list by what cannot wait",
        "people",
        &by_band.into_iter().collect::<Vec<_>>(),
        hide,
    ));
    out
}

fn count_beyond(manifest: &Manifest) -> usize {
    let n = manifest.counts.get("listed_beyond_capacity").copied().unwrap_or(0);
    page_count(n)
}

fn clock_section(transitions: &Rows, program: Option<&Program>, hide: SmallCells) -> Section {
    let is_live =
        |r: &&Vec<String>| TransitionStatus::parse(transitions.get(r, "status")) == Some(TransitionStatus::Live);
    let live = || transitions.rows.iter().filter(is_live);
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
            line(
                "Discharges followed",
                hide.count(transitions.rows.len()),
                &format!("{} live", hide.count(live().count())),
            ),
            line("Due on the work day", hide.count(live().filter(soon).count()), "contact or visit"),
            line("Visit missed", hide.count(with("visit_state", "missed")), "claims would know"),
            line("Visit unconfirmed", hide.count(with("visit_state", "unconfirmed")), "claims cannot know yet"),
        ],
    );
    out.charts.push(bars("Live discharges by next step", "discharges", &states.into_iter().collect::<Vec<_>>(), hide));
    out
}

fn left_out(codes: &Counts, hide: SmallCells) -> Section {
    let mut out = section("Left out, and why", "One coded row each in suppressed.csv.", Vec::new());
    out.header = vec!["code".into(), "people".into()];
    out.table = codes.iter().map(|(k, v)| vec![k.concat(), hide.count(*v)]).collect();
    out
}

/// Months drawn.
const MONTHS: usize = 24;

/// Rates that are drawn: measure, title, unit.
const DRAWN: [(&str, &str, &str); 6] = [
    ("pqi_90", "Avoidable stays", "per 1,000 member-years"),
    ("admissions", "Stays", "per 1,000 member-years"),
    ("ed_visits", "ED visits", "per 1,000 member-years"),
    ("readmission_30d", "30-day unplanned readmissions", "% of index discharges"),
    ("paid_pmpm", "Paid", "dollars a member-month"),
    ("paid_avoidable_pmpm", "Paid on avoidable stays", "dollars a member-month"),
];

fn rate_section(rates: &RateBook, hide: SmallCells) -> Section {
    let mut out = section(
        "Rates and cost by month",
        "Mature months only, at most 24; the band is the 95 % interval (exact Poisson, of shares Wilson's). All in measures/rates.parquet.",
        Vec::new(),
    );
    for (measure, title, unit) in DRAWN {
        let Some(series) = rates.of_all(measure) else { continue };
        // A month's rate of a small count would tell the count.
        let points: Vec<_> = series.points(MONTHS);
        if points.len() > 1 && (hide.shows_all() || series.is_money() || has_no_small_month(series, hide)) {
            out.charts.push(curve(title, unit, &points));
        }
    }
    out
}

fn has_no_small_month(series: &Series, hide: SmallCells) -> bool {
    series.months.values().all(|m| !hide.hides(m.events()))
}

fn need_section(needs: &Counts, worklist: &Counts, hide: SmallCells) -> Section {
    let open = needs
        .iter()
        .filter(|(k, _)| Answer::parse(&k[0]) == Some(Answer::Yes) && NeedAge::parse(&k[2]) == Some(NeedAge::Current));
    let open = open.map(|(k, n)| (k[1].replace('_', " "), *n));
    let mut out = section(
        "Needs and due items",
        "Open social needs by domain; items due now or soon.",
        worklist.iter().map(|(k, v)| line(&k.concat().replace('_', " "), hide.count(*v), "due")).collect(),
    );
    out.charts.push(bars("Open needs by domain", "people", &open.collect::<Vec<_>>(), hide));
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

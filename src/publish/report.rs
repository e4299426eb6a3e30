//! The director's page, built from a published run alone. Owns its figures and pictures; refuses to name a
//! member; counts under 11 are not shown.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::read_back::{Rows, read_rows};
use super::{Manifest, PublishError};

#[derive(Serialize)]
struct Line {
    label: String,
    value: String,
    note: String,
}

#[derive(Serialize)]
struct Chart {
    title: String,
    alt: String,
    svg: String,
}

#[derive(Serialize)]
struct Section {
    title: String,
    lead: String,
    lines: Vec<Line>,
    charts: Vec<Chart>,
    header: Vec<String>,
    table: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Page {
    as_of: String,
    banner: Option<String>,
    sections: Vec<Section>,
}

/// Counts of people under this are not shown.
const SMALL: usize = 11;

fn people(n: usize) -> String {
    if n > 0 && n < SMALL { format!("under {SMALL}") } else { n.to_string() }
}

fn line(label: &str, value: impl Into<String>, note: &str) -> Line {
    Line { label: label.to_owned(), value: value.into(), note: note.to_owned() }
}

fn section(title: &str, lead: &str, lines: Vec<Line>) -> Section {
    Section {
        title: title.to_owned(),
        lead: lead.to_owned(),
        lines,
        charts: Vec::new(),
        header: Vec::new(),
        table: Vec::new(),
    }
}

/// Renders the page from the files of a run (or of its staging folder).
///
/// # Errors
/// When a file of the run is missing or damaged.
pub fn render(run: &Path, manifest: &Manifest) -> Result<String, PublishError> {
    let table = |name: &str| read_rows(&run.join(format!("{name}.parquet")), None);
    let outreach = table("outreach")?;
    let transitions = read_rows(&run.join("transitions.csv"), None)?;
    let suppressed = read_rows(&run.join("suppressed.csv"), None)?;
    let overflow = read_rows(&run.join("overflow.csv"), None)?;
    let rates = table("measures/rates")?;
    let needs = table("measures/needs")?;
    let worklist = table("measures/worklist")?;
    let summary: serde_json::Value = std::fs::read(run.join("assignment_summary.json"))
        .ok()
        .and_then(|b| serde_json::from_slice(&b).ok())
        .unwrap_or_default();
    let quality: serde_json::Value = std::fs::read(run.join("data_quality.json"))
        .ok()
        .and_then(|b| serde_json::from_slice(&b).ok())
        .unwrap_or_default();
    let page = Page {
        as_of: manifest.as_of.clone(),
        banner: manifest.banner.clone(),
        sections: vec![
            tonight(&outreach, &overflow, manifest),
            clocks(&transitions),
            left_out(&suppressed),
            balance(&summary),
            rate_section(&rates),
            need_section(&needs, &worklist),
            quality_section(&quality),
        ],
    };
    let mut environment = minijinja::Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("report.html", include_str!("report.html")).map_err(|e| failed(&e))?;
    let template = environment.get_template("report.html").map_err(|e| failed(&e))?;
    template
        .render(minijinja::context! { page => minijinja::Value::from(minijinja::value::Serde(&page)) })
        .map_err(|e| failed(&e))
}

fn failed(e: &minijinja::Error) -> PublishError {
    PublishError::Encode { what: "report.html".to_owned(), why: e.to_string() }
}

fn count_by(rows: &Rows, column: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for row in &rows.rows {
        *out.entry(rows.get(row, column).to_owned()).or_default() += 1;
    }
    out
}

fn sum(rows: &Rows, column: &str) -> f64 {
    rows.rows.iter().filter_map(|r| rows.get(r, column).parse::<f64>().ok()).sum()
}

fn tonight(outreach: &Rows, overflow: &Rows, manifest: &Manifest) -> Section {
    let by_status = count_by(outreach, "list_status");
    let by_stream = count_by(outreach, "stream");
    let n = |map: &BTreeMap<String, usize>, k: &str| people(map.get(k).copied().unwrap_or(0));
    let capacity = manifest.counts.get("contact_capacity").copied().unwrap_or(0);
    let mut out = section(
        "Tonight's list",
        "Who to call, against what the staff can reach.",
        vec![
            line("On the list", people(outreach.rows.len()), &format!("the staff on duty allow {capacity}")),
            line("With a running clock", n(&by_stream, "transition"), "never cut by length"),
            line(
                "New / continuing / returned",
                format!("{} / {} / {}", n(&by_status, "new"), n(&by_status, "continuing"), n(&by_status, "returned")),
                "against the previous run",
            ),
            line(
                "Expected avoidable stays in 90 days on the list",
                format!("{:.1}", sum(outreach, "avoid_hosp_90")),
                if manifest.model_hashes.is_empty() {
                    "by AHRQ's rates: counts events, ranks nobody"
                } else {
                    "by the models in use (model_card.md)"
                },
            ),
            line(
                "Not reached tonight",
                people(overflow.rows.len()),
                &format!("{:.1} expected avoidable stays", sum(overflow, "expected_events")),
            ),
        ],
    );
    let tiers = count_by(outreach, "tier");
    out.charts.push(bars(
        "People on the list by tier",
        "people",
        &tiers.iter().map(|(k, v)| (format!("tier {k}"), *v)).collect::<Vec<_>>(),
    ));
    out
}

fn clocks(transitions: &Rows) -> Section {
    let states = count_by(transitions, "state");
    let at_risk = transitions
        .rows
        .iter()
        .filter(|r| transitions.get(r, "slack_business_days").parse::<i64>().is_ok_and(|s| s <= 0))
        .count();
    let mut out = section(
        "Transitions",
        "Discharges in their 30 days.",
        vec![
            line("Discharges followed", people(transitions.rows.len()), ""),
            line("Due today or late", people(at_risk), "contact or visit"),
        ],
    );
    out.charts.push(bars(
        "Discharges by state of their clock",
        "discharges",
        &states.into_iter().map(|(k, v)| (k.replace('_', " "), v)).collect::<Vec<_>>(),
    ));
    out
}

fn left_out(suppressed: &Rows) -> Section {
    let codes = count_by(suppressed, "code");
    let mut out = section("Left out, and why", "One coded row each in suppressed.csv.", Vec::new());
    out.header = vec!["code".into(), "people".into()];
    out.table = codes.into_iter().map(|(k, v)| vec![k, people(v)]).collect();
    out
}

fn balance(summary: &serde_json::Value) -> Section {
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

fn rate_section(rates: &Rows) -> Section {
    let mut out =
        section("Rates by month", "Mature months only; exact 95 % limits in measures/rates.parquet.", Vec::new());
    for (measure, title, unit) in [
        ("pqi_90", "Avoidable stays per 1,000 member-years", "per 1,000"),
        ("readmission_30d", "30-day unplanned readmissions, per cent of index discharges", "%"),
        ("paid_pmpm", "Paid per member-month", "dollars"),
    ] {
        let mut months: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for row in rates.rows.iter().filter(|r| rates.get(r, "measure") == measure) {
            let exposure: f64 = rates.get(row, "member_years").parse().unwrap_or(0.0);
            let rate: f64 = rates.get(row, "rate").parse().unwrap_or(0.0);
            let slot = months.entry(rates.get(row, "month").to_owned()).or_default();
            slot.0 += rate * exposure;
            slot.1 += exposure;
        }
        let scale = if measure == "readmission_30d" { 100.0 } else { 1.0 };
        let points: Vec<(String, f64)> = months
            .into_iter()
            .filter(|(_, v)| v.1 > 0.0)
            .map(|(m, v)| (m[..7].to_owned(), v.0 / v.1 * scale))
            .collect();
        if points.len() > 1 {
            out.charts.push(curve(title, unit, &points));
        }
    }
    out
}

fn need_section(needs: &Rows, worklist: &Rows) -> Section {
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for row in needs.rows.iter().filter(|r| needs.get(r, "need") == "yes") {
        *open.entry(needs.get(row, "domain").replace('_', " ")).or_default() += 1;
    }
    let items = count_by(worklist, "item");
    let mut out = section(
        "Needs and due items",
        "Open social needs by domain; items due now or soon.",
        items.into_iter().map(|(k, v)| line(&k.replace('_', " "), people(v), "due")).collect(),
    );
    out.charts.push(bars("Open needs by domain", "people", &open.into_iter().collect::<Vec<_>>()));
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

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Horizontal bars; small counts are drawn as nothing and said to be small.
fn bars(title: &str, unit: &str, values: &[(String, usize)]) -> Chart {
    use std::fmt::Write as _;
    let most = values.iter().map(|v| v.1).max().unwrap_or(1).max(1);
    let height = values.len() * 26 + 8;
    let mut svg = format!("<svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">", escape(title));
    for (i, (label, n)) in values.iter().enumerate() {
        let y = i * 26 + 4;
        let width = if *n < SMALL { 2 } else { n * 250 / most };
        let _ = write!(
            svg,
            "<text x=\"180\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}</text><rect x=\"190\" y=\"{y}\" width=\"{width}\" height=\"18\" class=\"b\"/><text x=\"{}\" y=\"{}\" class=\"t\">{}</text>",
            y + 14,
            escape(label),
            198 + width,
            y + 14,
            escape(&people(*n))
        );
    }
    svg.push_str("</svg>");
    let alt = values.iter().map(|(l, n)| format!("{l}: {}", people(*n))).collect::<Vec<_>>().join("; ");
    Chart { title: format!("{title} ({unit})"), alt, svg }
}

/// Two bars a row: before pale, after dark; the line is full load.
fn paired(title: &str, values: &[(String, f64, f64)]) -> Chart {
    use std::fmt::Write as _;
    let height = values.len() * 22 + 8;
    let mut svg = format!("<svg viewBox=\"0 0 520 {height}\" role=\"img\" aria-label=\"{}\">", escape(title));
    let _ = write!(svg, "<line x1=\"410\" x2=\"410\" y1=\"0\" y2=\"{height}\" class=\"l\"/>");
    for (i, (label, before, after)) in values.iter().enumerate() {
        let y = i * 22 + 4;
        let w = |v: f64| format!("{:.1}", (v.clamp(0.0, 1.3)) * 300.0);
        let _ = write!(
            svg,
            "<text x=\"100\" y=\"{}\" text-anchor=\"end\" class=\"t\">{}</text><rect x=\"110\" y=\"{y}\" width=\"{}\" height=\"7\" class=\"p\"/><rect x=\"110\" y=\"{}\" width=\"{}\" height=\"7\" class=\"b\"/>",
            y + 12,
            escape(label),
            w(*before),
            y + 8,
            w(*after)
        );
    }
    svg.push_str("</svg>");
    let alt = values
        .iter()
        .map(|(l, b, a)| format!("{l}: {:.0} % before, {:.0} % after", b * 100.0, a * 100.0))
        .collect::<Vec<_>>()
        .join("; ");
    Chart { title: title.to_owned(), alt, svg }
}

/// A line over months with its lowest and highest value named.
fn curve(title: &str, unit: &str, points: &[(String, f64)]) -> Chart {
    use std::fmt::Write as _;
    let top = points.iter().map(|p| p.1).fold(0.0, f64::max).max(1e-9);
    #[expect(clippy::cast_precision_loss, reason = "a few dozen months")]
    let place =
        |i: usize, v: f64| (60.0 + 430.0 * i as f64 / (points.len() - 1).max(1) as f64, 130.0 - 110.0 * v / top);
    let path: Vec<String> = points
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let (x, y) = place(i, p.1);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let mut svg = format!(
        "<svg viewBox=\"0 0 520 160\" role=\"img\" aria-label=\"{}\"><line x1=\"60\" x2=\"490\" y1=\"130\" y2=\"130\" class=\"l\"/><polyline points=\"{}\" class=\"c\"/>",
        escape(title),
        path.join(" ")
    );
    let _ = write!(
        svg,
        "<text x=\"54\" y=\"134\" text-anchor=\"end\" class=\"t\">0</text><text x=\"54\" y=\"24\" text-anchor=\"end\" class=\"t\">{top:.1}</text><text x=\"60\" y=\"152\" class=\"t\">{}</text><text x=\"490\" y=\"152\" text-anchor=\"end\" class=\"t\">{}</text></svg>",
        escape(&points[0].0),
        escape(&points[points.len() - 1].0)
    );
    let alt = points.iter().map(|(m, v)| format!("{m}: {v:.1}")).collect::<Vec<_>>().join("; ");
    Chart { title: format!("{title} ({unit})"), alt, svg }
}

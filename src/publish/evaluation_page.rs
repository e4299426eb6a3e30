//! The page of an evaluation: one file, own pictures, no member. Owns how its figures are shown; refuses to
//! compute one.

use crate::domain::SMALL_CELL;
use serde::Serialize;

use super::error::PublishError;
use super::evaluation_charts::{
    EvaluationChart, draw_calibration, draw_concentration, draw_decision_curve, draw_groups,
};
use super::small_cells::SmallCells;
use crate::learners::Evaluation;
use crate::models::evaluation::{GroupFigures, ListFigures, ModelEvaluation};

#[derive(Serialize, Default)]
struct Section {
    title: String,
    lead: String,
    charts: Vec<EvaluationChart>,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Page {
    title: String,
    lead: String,
    banner: Option<String>,
    sections: Vec<Section>,
}

/// Renders the evaluation of a model.
///
/// # Errors
/// When the template cannot be filled: our own fault.
pub fn evaluation_page(e: &ModelEvaluation) -> Result<String, PublishError> {
    let mut sections = overall_sections(&e.overall);
    sections.extend([
        comparator_section(e),
        month_section(e),
        death_section(e),
        groups(e),
        burden_section(e),
        drift_section(e),
    ]);
    render_page(&Page {
        title: format!("{}: evaluation", e.model_id),
        lead: format!(
            "{} within {} days, snapshots {} to {}. No member is named; counts of people under 11 are not shown, but the one small group of an attribute can be had by subtraction: keep this page among analysts. {}",
            e.outcome,
            e.horizon_days,
            e.window.0,
            e.window.1,
            e.absent.join(". ")
        ),
        banner: e.synthetic.then(|| "SYNTHETIC DATA: nothing on this page says anything of real patients".to_owned()),
        sections,
    })
}

/// Renders the evaluation of a file of predictions.
///
/// # Errors
/// As [`evaluation_page`].
pub fn predictions_page(e: &Evaluation, groups: &[GroupFigures]) -> Result<String, PublishError> {
    let mut sections = overall_sections(e);
    if !groups.is_empty() {
        sections.push(group_section(groups, "Selection and sensitivity when the top 5 % are listed."));
    }
    render_page(&Page {
        title: "Predictions: evaluation".to_owned(),
        lead: "From a file of predictions; indices and months need a history.".to_owned(),
        banner: None,
        sections,
    })
}

fn render_page(page: &Page) -> Result<String, PublishError> {
    let failed = |e: minijinja::Error| PublishError::Encode { what: "evaluation.html".to_owned(), why: e.to_string() };
    let mut environment = minijinja::Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("evaluation.html", include_str!("evaluation.html")).map_err(failed)?;
    let template = environment.get_template("evaluation.html").map_err(failed)?;
    template
        .render(minijinja::context! { page => minijinja::Value::from(minijinja::value::Serde(page)) })
        .map_err(failed)
}

fn page_section(title: &str, lead: &str, header: &[&str], rows: Vec<Vec<String>>) -> Section {
    Section {
        title: title.to_owned(),
        lead: lead.to_owned(),
        charts: Vec::new(),
        header: header.iter().map(|h| (*h).to_owned()).collect(),
        rows,
    }
}

fn shown_number(v: Option<f64>, places: usize) -> String {
    v.filter(|v| v.is_finite()).map_or_else(|| "–".to_owned(), |v| format!("{v:.places$}"))
}

/// What stands where a figure would tell a small count.
const HIDDEN: &str = "–";

fn is_small(count: usize) -> bool {
    count < SMALL_CELL
}

fn overall_sections(o: &Evaluation) -> Vec<Section> {
    let i = &o.intervals;
    let with = |v: f64, at: Option<crate::learners::metrics::Interval>| match at {
        Some(at) => format!("{v:.4} ({:.4} to {:.4})", at.low, at.high),
        None => format!("{v:.4}"),
    };
    let line = |name: &str, text: String| vec![name.to_owned(), text];
    let mut figures = page_section(
        "Overall",
        "Intervals: 2.5th and 97.5th percentile over resampled members.",
        &["figure", "value"],
        vec![
            line("rows / members / events", format!("{} / {} / {}", o.rows, o.groups, o.events)),
            line("AUROC", with(o.auroc, i.auroc)),
            line("average precision", with(o.average_precision, i.average_precision)),
            line("Brier", with(o.brier, i.brier)),
            line("scaled Brier", format!("{:.4}", o.scaled_brier)),
            line(
                "calibration slope",
                // Separable rows, or one probability for everybody.
                if o.calibration.converged { with(o.calibration.slope, i.slope) } else { "not estimable".to_owned() },
            ),
            line("calibration in the large", with(o.in_the_large, i.in_the_large)),
            line("ECE, ten bins", with(o.ece10, i.ece10)),
            line("expected / observed", format!("{:.4}", o.expected_over_observed)),
        ],
    );
    figures.charts.push(draw_calibration(&o.deciles, &o.spread));
    figures.charts.extend(draw_decision_curve(&o.decision_curve));
    let deciles = page_section(
        "By tenth of predicted probability",
        "Lowest first.",
        &["rows", "mean predicted", "observed", "expected events", "observed events", "E/O"],
        o.deciles
            .iter()
            .map(|d| {
                vec![
                    d.rows.to_string(),
                    format!("{:.4}", d.mean_predicted),
                    // A share or a ratio of a small count would tell the count.
                    if is_small(d.observed_events) { HIDDEN.to_owned() } else { format!("{:.4}", d.observed) },
                    format!("{:.1}", d.expected_events),
                    if is_small(d.observed_events) { "under 11".to_owned() } else { d.observed_events.to_string() },
                    shown_number(d.expected_over_observed.filter(|_| !is_small(d.observed_events)), 2),
                ]
            })
            .collect(),
    );
    let thresholds = page_section(
        "By threshold",
        "Net benefit after Vickers 2006.",
        &["threshold", "listed", "PPV", "sensitivity", "specificity", "net benefit", "of listing everyone"],
        o.thresholds
            .iter()
            .map(|t| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
                let hits = (t.sensitivity * o.events as f64).round() as usize;
                let hidden = [t.listed, hits].into_iter().any(|n| n > 0 && is_small(n));
                let told = |text: String| if hidden { HIDDEN.to_owned() } else { text };
                vec![
                    format!("{}", t.threshold),
                    SmallCells::TRAVELS.count(t.listed),
                    told(shown_number(t.ppv, 3)),
                    told(format!("{:.3}", t.sensitivity)),
                    told(format!("{:.3}", t.specificity)),
                    told(format!("{:.5}", t.net_benefit)),
                    format!("{:.5}", t.net_benefit_all),
                ]
            })
            .collect(),
    );
    vec![figures, deciles, thresholds]
}

fn list_cells(f: &ListFigures) -> Vec<String> {
    vec![
        f.listed.to_string(),
        shown_number(f.ppv, 4),
        shown_number(f.sensitivity, 4),
        shown_number(f.number_needed_to_contact, 1),
    ]
}

fn comparator_section(e: &ModelEvaluation) -> Section {
    let mut rows = vec![
        [
            vec![
                "this model".to_owned(),
                format!("{:.4}", e.overall.auroc),
                "–".to_owned(),
                shown_number(e.top_decile_capture, 4),
            ],
            list_cells(&e.at_capacity),
        ]
        .concat(),
    ];
    for c in &e.comparators {
        let less = c.difference.map_or_else(
            || "–".to_owned(),
            |d| match d.interval {
                Some(i) => format!("{:+.4} ({:+.4} to {:+.4})", d.point, i.low, i.high),
                None => format!("{:+.4}", d.point),
            },
        );
        rows.push(
            [
                vec![c.name.clone(), shown_number(c.auroc, 4), less, shown_number(c.top_decile_capture, 4)],
                list_cells(&c.at_capacity),
            ]
            .concat(),
        );
    }
    for x in &e.equal_length {
        rows.push(
            [vec![format!("{} alone", x.name), String::new(), String::new(), String::new()], list_cells(&x.flag)]
                .concat(),
        );
        rows.push(
            [
                vec![format!("this model, as long as {}", x.name), String::new(), String::new(), String::new()],
                list_cells(&x.model),
            ]
            .concat(),
        );
    }
    let mut out = page_section(
        "Beside published indices, on the same rows",
        &format!("Capacity: {}.", e.capacity),
        &[
            "ranking",
            "AUROC",
            "model less this",
            "top tenth holds",
            "listed",
            "PPV",
            "sensitivity",
            "contacts per event",
        ],
        rows,
    );
    if e.concentration.iter().any(|c| !c.points.is_empty()) {
        out.charts.push(draw_concentration(&e.concentration, e.at_capacity.listed, e.overall.rows));
    }
    out
}

fn month_section(e: &ModelEvaluation) -> Section {
    page_section(
        "By month of the snapshot",
        "Observed and expected events.",
        &["month", "rows", "observed", "expected", "O/E"],
        e.months
            .iter()
            .map(|m| {
                let small = is_small(m.observed);
                vec![
                    m.month.clone(),
                    m.rows.to_string(),
                    if small { "under 11".to_owned() } else { m.observed.to_string() },
                    format!("{:.1}", m.expected),
                    if small { HIDDEN.to_owned() } else { shown_number(m.observed_over_expected, 3) },
                ]
            })
            .collect(),
    )
}

fn death_section(e: &ModelEvaluation) -> Section {
    page_section(
        "Death as a competing risk",
        "Follow-up cut by disenrolment is left out of every row here.",
        &["handling", "rows", "events", "AUROC", "O/E"],
        e.deaths
            .iter()
            .map(|d| {
                vec![
                    d.handling.clone(),
                    d.rows.to_string(),
                    d.events.to_string(),
                    shown_number(d.auroc, 4),
                    shown_number(d.observed_over_expected, 3),
                ]
            })
            .collect(),
    )
}

fn groups(e: &ModelEvaluation) -> Section {
    group_section(&e.groups, "Selection and sensitivity at the staff's capacity.")
}

fn group_section(groups: &[GroupFigures], lead: &str) -> Section {
    let n = |v: Option<usize>| v.map_or_else(|| "under 11".to_owned(), |n| n.to_string());
    let mut out = page_section(
        "By group",
        lead,
        &["attribute", "level", "rows", "events", "AUROC", "O/E", "95 % interval", "selected", "sensitivity"],
        groups
            .iter()
            .map(|g| {
                vec![
                    g.attribute.clone(),
                    g.level.clone(),
                    n(g.rows),
                    n(g.events),
                    shown_number(g.auroc, 4),
                    shown_number(g.observed_over_expected, 3),
                    g.interval.map_or_else(|| HIDDEN.to_owned(), |i| format!("{:.3} to {:.3}", i.low, i.high)),
                    shown_number(g.selected, 4),
                    shown_number(g.sensitivity, 4),
                ]
            })
            .collect(),
    );
    out.charts.extend(draw_groups(groups));
    out
}

fn burden_section(e: &ModelEvaluation) -> Section {
    let told = |group: &str| {
        let mut figures = e.burden_audit.iter().flat_map(|a| &a.groups).filter(|g| g.group == group);
        figures.any(|g| g.share_of_top.is_some())
    };
    let names: Vec<&str> =
        e.burden_audit.first().map_or_else(Vec::new, |a| a.groups.iter().map(|g| g.group.as_str()).collect());
    let shown: Vec<&str> = names.into_iter().filter(|g| told(g)).collect();
    let rows = e.burden_audit.iter().map(|a| {
        let mut cells = vec![
            a.ranked_by.clone(),
            shown_number(Some(a.overlap_with_model), 3),
            shown_number(a.dollars_in_top, 3),
            shown_number(a.events_in_top, 3),
        ];
        cells.extend(shown.iter().map(|name| {
            let figures = a.groups.iter().find(|g| g.group == **name);
            match figures.and_then(|g| Some((g.share_of_top?, g.burden_in_top?))) {
                Some((share, burden)) => format!("{share:.3} ({burden:.2})"),
                None => "under 11".to_owned(),
            }
        }));
        cells
    });
    let mut header = vec!["ranked by", "overlap with the model", "dollars in the top", "events in the top"];
    header.extend(shown.iter().copied());
    page_section(
        "Who is on top under which label",
        "The top tenth by the model, by cost, by the event and by burden of illness (after Obermeyer 2019). By group: share of the top (mean Elixhauser measures of its people there).",
        &header,
        rows.collect(),
    )
}

fn drift_section(e: &ModelEvaluation) -> Section {
    page_section(
        "Shift since training",
        "Population stability index; under 0.1 little, over 0.25 much. The twenty strongest.",
        &["feature", "PSI"],
        e.drift.iter().take(20).map(|d| vec![d.name.clone(), format!("{:.4}", d.psi)]).collect(),
    )
}

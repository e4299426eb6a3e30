//! The ten tiles at the head of the director's page: value, target, last year, twelve months. Owns which they are and their
//! words; refuses to compute a rate.

use serde::Serialize;

use super::charts::{Point, mark_month, polyline_points};
use super::program::{Program, SurveyKind};
use super::report_rates::{Parts, RateBook, Series};
use super::small_cells::{SmallCells, page_count};

/// One figure that a director watches.
#[derive(Serialize)]
pub(super) struct Tile {
    /// What it is.
    pub title: String,
    /// The figure with its unit.
    pub value: String,
    /// What the organisation wants, where `[targets]` names it.
    pub target: Option<String>,
    /// The figure meets the target; none without one.
    pub met: Option<bool>,
    /// The twelve months before.
    pub last_year: Option<String>,
    /// What it is made of.
    pub note: String,
    /// Twelve months, drawn; empty where there is no series.
    pub spark: String,
}

/// Whether more or less of a figure is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    More,
    Less,
}

/// A tile of a rate: title, measures that are added up, the target's name, which way is better.
struct RateTile {
    title: &'static str,
    measures: &'static [&'static str],
    target: &'static str,
    wanted: Wanted,
}

const BEFORE_WORK: [RateTile; 6] = [
    RateTile {
        title: "Contact within 2 business days of discharge",
        measures: &["contact_2_business_days"],
        target: "contact_2_business_days",
        wanted: Wanted::More,
    },
    RateTile {
        title: "Visit within 14 days of discharge",
        measures: &["visit_14d"],
        target: "visit_14d",
        wanted: Wanted::More,
    },
    RateTile {
        title: "Medicines reconciled within 30 days",
        measures: &["reconciliation_30d"],
        target: "reconciliation_30d",
        wanted: Wanted::More,
    },
    RateTile {
        title: "Seen within 7 days of emergency or psychiatric care",
        measures: &[
            "follow_up_mental_stay_7d",
            "follow_up_mental_ed_7d",
            "follow_up_substance_ed_7d",
            "follow_up_chronic_ed_7d",
        ],
        target: "follow_up_7d",
        wanted: Wanted::More,
    },
    RateTile {
        title: "Avoidable stays per 1,000 member-years",
        measures: &["pqi_90"],
        target: "pqi_90",
        wanted: Wanted::Less,
    },
    RateTile {
        title: "30-day unplanned readmissions",
        measures: &["readmission_30d"],
        target: "readmission_30d",
        wanted: Wanted::Less,
    },
];

const PAID: RateTile =
    RateTile { title: "Paid per member-month", measures: &["paid_pmpm"], target: "paid_pmpm", wanted: Wanted::Less };

/// Contacts and visits that expire on the work day, for the first tile.
pub(super) struct DueToday {
    /// Due on the work day or before.
    pub due: usize,
    /// Of them late.
    pub late: usize,
    /// Of them without anybody who can call.
    pub nobody: usize,
}

/// The tiles in their order.
pub(super) fn build_tiles(due: &DueToday, rates: &RateBook, program: &Program, hide: SmallCells) -> Vec<Tile> {
    let mut out = vec![due_tile(due, hide)];
    out.extend(BEFORE_WORK.iter().map(|t| rate_tile(t, rates, program, hide)));
    out.push(work_tile(program, hide));
    out.push(experience_tile(program, hide));
    let mut paid = rate_tile(&PAID, rates, program, hide);
    if let Some(cost) = &program.cost {
        let dollars = |n: Option<f64>| n.map_or_else(|| "–".to_owned(), |n| format!("${n:.0}"));
        paid.note = format!(
            "the programme: {} a month for each open case, {} for each completed contact",
            dollars(cost.per_case_month()),
            dollars(cost.per_contact())
        );
    }
    out.push(paid);
    out
}

fn due_tile(due: &DueToday, hide: SmallCells) -> Tile {
    Tile {
        title: "Contacts and visits that expire today".to_owned(),
        value: hide.count(due.due),
        target: None,
        met: None,
        last_year: None,
        note: format!("{} already late, {} without a caller", hide.count(due.late), hide.count(due.nobody)),
        spark: String::new(),
    }
}

fn rate_tile(tile: &RateTile, rates: &RateBook, program: &Program, hide: SmallCells) -> Tile {
    let series = rates.together(tile.measures);
    let year = series.as_ref().and_then(|s| Some((s, s.year()?)));
    let Some((series, parts)) = year else {
        return Tile {
            title: tile.title.to_owned(),
            value: "–".to_owned(),
            target: None,
            met: None,
            last_year: None,
            note: "no mature month has any".to_owned(),
            spark: String::new(),
        };
    };
    let wanted = program.targets.get(tile.target).copied();
    let rate = series.rate(&parts);
    let met = wanted.map(|target| match tile.wanted {
        Wanted::More => rate >= target,
        Wanted::Less => rate <= target,
    });
    let hidden = !series.is_money() && hide.hides(parts.events());
    let points = series.points(12);
    Tile {
        title: tile.title.to_owned(),
        value: if hidden { "not shown".to_owned() } else { series.words(&parts) },
        target: wanted.map(|target| words_of_target(series, target)),
        met: met.filter(|_| !hidden),
        last_year: series.year_before().map(|before| series.words(&before)),
        note: note_of(series, &parts, hide),
        spark: if hide.shows_all() || series.is_money() { draw_spark(&points, tile.title) } else { String::new() },
    }
}

fn words_of_target(series: &Series, target: f64) -> String {
    match series {
        s if s.is_share() => format!("{:.0} %", target * 100.0),
        s if s.is_money() => format!("${target:.0}"),
        _ => format!("{target:.1}"),
    }
}

fn note_of(series: &Series, parts: &Parts, hide: SmallCells) -> String {
    if series.is_money() {
        return String::new();
    }
    let events = hide.count(parts.events());
    let of = if series.is_share() {
        format!("{events} of {} in 12 months", hide.count(parts.whole_denominator()))
    } else {
        format!("{events} in {:.0} member-years", parts.denominator)
    };
    if parts.expected > 0.0 && !hide.hides(parts.events()) {
        format!("{of}; {:.2} of what AHRQ's model expects", parts.numerator / parts.expected)
    } else {
        of
    }
}

fn work_tile(program: &Program, hide: SmallCells) -> Tile {
    let (due, on_time) = program.tasks.values().fold((0, 0), |sum, t| (sum.0 + t.due, sum.1 + t.on_time));
    let wanted = program.targets.get("tasks_on_time").copied();
    let share = if due > 0 { on_time as f64 / due as f64 } else { 0.0 };
    Tile {
        title: "Plan work done on time".to_owned(),
        value: hide.share(page_count(on_time), page_count(due)),
        target: wanted.map(|t| format!("{:.0} %", t * 100.0)),
        met: wanted.filter(|_| due > 0).map(|t| share >= t),
        last_year: None,
        note: format!("{} tasks due in 90 days: reviews, goals, assessments, visits", hide.count(page_count(due))),
        spark: String::new(),
    }
}

fn experience_tile(program: &Program, hide: SmallCells) -> Tile {
    let found = program.surveys.iter().find(|(name, _)| SurveyKind::of(name) == SurveyKind::Experience);
    let recommended = program
        .surveys
        .iter()
        .find(|(name, s)| SurveyKind::of(name) == SurveyKind::Recommendation && !hide.hides(page_count(s.people)))
        .map(|(name, s)| format!("{name}: net {:+.0} of {} people", s.net_recommendation(), s.people));
    let wanted = program.targets.get("experience").copied();
    Tile {
        title: "What people say of their care".to_owned(),
        value: match found {
            Some((_, s)) if !hide.hides(page_count(s.people)) => format!("{:.1}", s.mean),
            Some(_) => "not shown".to_owned(),
            None => "–".to_owned(),
        },
        target: wanted.map(|t| format!("{t:.0}")),
        met: wanted.and_then(|t| found.map(|(_, s)| s.mean >= t)),
        last_year: None,
        note: match (found, recommended) {
            (Some((name, s)), Some(net)) => {
                format!("{name}, mean of {} people; {net}", hide.count(page_count(s.people)))
            }
            (Some((name, s)), None) => format!("{name}, mean of {} people", hide.count(page_count(s.people))),
            (None, Some(net)) => net,
            (None, None) => "no survey of experience in the last year".to_owned(),
        },
        spark: String::new(),
    }
}

/// Twelve months as a small line; each point tells its month when the pointer rests on it.
fn draw_spark(points: &[Point], title: &str) -> String {
    if points.len() < 2 {
        return String::new();
    }
    let (low, high) = points.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.value), h.max(p.value)));
    let spread = (high - low).max(1e-9);
    let place =
        |i: usize, v: f64| (4.0 + 152.0 * i as f64 / (points.len() - 1) as f64, 30.0 - 24.0 * (v - low) / spread);
    let places: Vec<(f64, f64)> = points.iter().enumerate().map(|(i, p)| place(i, p.value)).collect();
    let mut svg = format!(
        "<svg viewBox=\"0 0 160 36\" role=\"img\" aria-label=\"{title}, by month: {}\"><polyline points=\"{}\" class=\"c\"/>",
        points.iter().map(|p| format!("{} {:.1}", p.month, p.value)).collect::<Vec<_>>().join(", "),
        polyline_points(places.iter().copied())
    );
    for (p, at) in points.iter().zip(places) {
        mark_month(&mut svg, p, at, 2.5);
    }
    svg.push_str("</svg>");
    svg
}

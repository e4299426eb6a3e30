//! Social needs, instruments, contact. Owns those features and their rule that an extract which does not reach
//! back far enough is missing, not zero; refuses to take an area for a person.

use super::known::{Coverage, View};
use super::scan::LONGEST;
use super::spec::{Domain, Group, Spec, spec};
use super::topic::Topic;
use crate::domain::{ContactOutcome, Day, Need as NeedAnswer, OrderedNumber};
use crate::measures::{Need, Needs};

/// Domains with a feature of their own.
const DOMAINS: [&str; 7] =
    ["food", "housing", "transportation", "utilities", "financial", "social_isolation", "health_literacy"];

const TWO_YEARS: &str = "730 days";

/// Instruments: name in the extract, feature name, comes from the survey extract.
const INSTRUMENTS: [(&str, &str, bool); 4] = [
    ("PHQ-9", "phq9", false),
    ("ADL", "activities_of_daily_living", false),
    ("health literacy", "health_literacy_score", false),
    ("PAM-13", "patient_activation", true),
];

/// What the group reads off a view.
pub struct Facts {
    needs: f64,
    /// Domains a screening of the window said yes to.
    named: Option<f64>,
    domains: [Option<f64>; 7],
    screened: Option<f64>,
    declined: Option<f64>,
    referrals: [Option<f64>; 2],
    contacts: [Option<f64>; 4],
    instruments: [[Option<f64>; 3]; 4],
}

/// Newest score, its age in days, mean score of the window.
fn scores<'a>(
    rows: impl DoubleEndedIterator<Item = (&'a str, Day, Option<OrderedNumber>)>,
    instrument: &str,
    day: Day,
) -> [Option<f64>; 3] {
    let mut known = rows
        .rev()
        .filter(|(name, on, _)| *name == instrument && day.since(*on) < LONGEST)
        .filter_map(|(_, on, score)| score.map(|s| (on, s.0)));
    let Some((newest, score)) = known.next() else { return [None; 3] };
    let (sum, n) = known.fold((score, 1.0), |(sum, n), (_, s)| (sum + s, n + 1.0));
    [Some(score), Some(f64::from(day.since(newest))), Some(sum / n)]
}

fn prepare(v: &View<'_>) -> Facts {
    let needs: Vec<&Need> = v.measured.get::<Needs>().0.iter().filter(|n| v.within(n.day, LONGEST)).collect();
    let reach = |first, days| Coverage::reaches(first, v.day, days);
    let count = |told: bool, n: usize| told.then_some(n as f64);
    let screenings = v.small.screenings.iter().filter(|s| v.day.since(s.day) < 365);
    let log = |what: &[ContactOutcome]| {
        let n = v
            .small
            .outreach
            .iter()
            .filter(|o| v.day.since(o.day) < 180 && (what.is_empty() || what.contains(&o.outcome)));
        count(reach(v.coverage.outreach, 180), n.count())
    };
    let screened = reach(v.coverage.screenings, 365);
    let open = v.small.referrals.iter().filter(|r| v.day.since(r.created) < LONGEST);
    let asked = v.small.screenings.iter().filter(|s| v.day.since(s.day) < LONGEST);
    let yes: std::collections::BTreeSet<&str> =
        asked.clone().filter(|s| s.need == NeedAnswer::Yes).map(|s| &*s.domain).collect();
    Facts {
        named: asked.clone().any(|s| matches!(s.need, NeedAnswer::Yes | NeedAnswer::No)).then_some(yes.len() as f64),
        needs: needs.iter().filter(|n| n.is_reported()).count() as f64,
        domains: DOMAINS.map(|d| {
            needs
                .iter()
                .find(|n| &*n.domain == d && matches!(&*n.need, "yes" | "no"))
                .map(|n| f64::from(u8::from(n.is_reported())))
        }),
        screened: count(screened, screenings.clone().count()),
        declined: count(screened, screenings.filter(|s| s.need == NeedAnswer::Declined).count()),
        referrals: [
            count(
                reach(v.coverage.referrals, 365),
                v.small.referrals.iter().filter(|r| v.day.since(r.created) < 365).count(),
            ),
            count(reach(v.coverage.referrals, 365), open.filter(|r| r.closed.is_none_or(|c| c > v.day)).count()),
        ],
        contacts: [
            log(&[]),
            log(&[ContactOutcome::Completed, ContactOutcome::Enrolled]),
            log(&[ContactOutcome::Refused]),
            log(&[ContactOutcome::AttemptsComplete, ContactOutcome::AttemptsIncomplete, ContactOutcome::WrongNumber]),
        ],
        instruments: INSTRUMENTS.map(|(name, _, survey)| {
            if survey {
                scores(v.small.surveys.iter().map(|s| (&*s.instrument, s.day, s.score)), name, v.day)
            } else {
                scores(v.small.assessments.iter().map(|s| (&*s.instrument, s.day, s.score)), name, v.day)
            }
        }),
    }
}

/// The group.
pub fn group() -> Group<Facts> {
    let mut specs: Vec<Spec<Facts>> = vec![spec(
        ("open_needs", "domains whose newest screening or Z code says yes"),
        "count",
        "never missing",
        TWO_YEARS,
        Topic::Needs,
        0,
        |f: &Facts, _| Some(f.needs),
    )];
    specs.push(spec(
        ("needs_named_730", "domains any screening said yes to, later answers aside"),
        "count",
        "no answer of yes or no in the window",
        TWO_YEARS,
        Topic::Needs,
        0,
        |f: &Facts, _| f.named,
    ));
    for (k, d) in DOMAINS.into_iter().enumerate() {
        specs.push(spec(
            (&format!("need_{d}"), &format!("newest answer or Z code on {d} says yes")),
            "0 or 1",
            "not asked or coded in the window, unknown, or declined",
            TWO_YEARS,
            Topic::Needs,
            k,
            |f: &Facts, k| f.domains[k],
        ));
    }
    let early = "the extract does not reach back so far";
    specs.extend([
        spec(
            ("screening_answers_365", "screening answers"),
            "count",
            early,
            "365 days",
            Topic::Needs,
            0,
            |f: &Facts, _| f.screened,
        ),
        spec(
            ("screenings_declined_365", "screening answers declined"),
            "count",
            early,
            "365 days",
            Topic::Needs,
            0,
            |f, _| f.declined,
        ),
        spec(("referrals_365", "community referrals created"), "count", early, "365 days", Topic::Needs, 0, |f, k| {
            f.referrals[k]
        }),
        spec(
            ("referrals_open", "community referrals created in the window and open on the day"),
            "count",
            early,
            TWO_YEARS,
            Topic::Needs,
            1,
            |f, k| f.referrals[k],
        ),
        spec(("contact_attempts_180", "outreach log rows"), "count", early, "180 days", Topic::Contact, 0, |f, k| {
            f.contacts[k]
        }),
        spec(
            ("contacts_made_180", "completed or enrolled contacts"),
            "count",
            early,
            "180 days",
            Topic::Contact,
            1,
            |f, k| f.contacts[k],
        ),
        spec(("contacts_refused_180", "refused contacts"), "count", early, "180 days", Topic::Contact, 2, |f, k| {
            f.contacts[k]
        }),
        spec(("contacts_in_vain_180", "vain attempts"), "count", early, "180 days", Topic::Contact, 3, |f, k| {
            f.contacts[k]
        }),
    ]);
    for (k, (name, feature, _)) in INSTRUMENTS.into_iter().enumerate() {
        let parts = [
            ("last", "newest score of", "points"),
            ("days", "days since the newest score of", "days"),
            ("mean_730", "mean score of", "points"),
        ];
        for (part, (suffix, words, unit)) in parts.into_iter().enumerate() {
            specs.push(spec(
                (&format!("{feature}_{suffix}"), &format!("{words} {name}")),
                unit,
                "not assessed in the window",
                TWO_YEARS,
                Topic::Instrument(name),
                k * 3 + part,
                |f: &Facts, k| f.instruments[k / 3][k % 3],
            ));
        }
    }
    Group { domain: Domain::SocialContact, prepare, specs }
}

//! Social needs, instruments, contact. Owns those features and their rule that an extract which does not reach
//! back far enough is missing, not zero; refuses to take an area for a person.

use std::collections::BTreeSet;

use super::instrument::{Instrument, ScoreSource};
use super::known::{Coverage, View};
use super::missing_rule::MissingRule as Missing;
use super::spec::{Domain, Group, flag};
use super::topic::Topic;
use super::unit::Unit;
use super::window::LookBack::{self, Days180, Days365, Days730};
use crate::domain::{ContactOutcome, Day, Need as NeedAnswer};
use crate::extracts::{Referral, Screening};
use crate::measures::{Need, Needs};
use crate::reference::SocialDomain;

/// The group: rows are few, so that each line reads its own.
pub fn social_features() -> Group<()> {
    let mut group = Group::new(Domain::SocialContact, |_| ());
    add_needs(&mut group);
    add_asking(&mut group);
    add_contacts(&mut group);
    add_instruments(&mut group);
    group
}

/// Domains with a feature of their own.
const DOMAINS: [SocialDomain; 7] = [
    SocialDomain::Food,
    SocialDomain::Housing,
    SocialDomain::Transportation,
    SocialDomain::Utilities,
    SocialDomain::Financial,
    SocialDomain::SocialIsolation,
    SocialDomain::HealthLiteracy,
];

/// Needs whose newest answer or code lies within the window.
fn needs_within<'v>(v: &'v View<'_>, w: LookBack) -> impl Iterator<Item = &'v Need> {
    let known = v.measured.get::<Needs>().0.iter();
    known.filter(move |n| v.within(n.day, w.days()))
}

fn screenings_within<'v>(v: &'v View<'_>, w: LookBack) -> impl Iterator<Item = &'v Screening> {
    v.small.screenings.iter().copied().filter(move |s| v.day.since(s.day) < w.days())
}

fn referrals_within<'v>(v: &'v View<'_>, w: LookBack) -> impl Iterator<Item = &'v Referral> {
    v.small.referrals.iter().copied().filter(move |r| v.day.since(r.created) < w.days())
}

/// A count over a window that the extract must reach back over.
fn count_told(v: &View<'_>, first: Option<Day>, reach: LookBack, n: usize) -> Option<f64> {
    Coverage::reaches(first, v.day, reach.days()).then_some(n as f64)
}

/// Domains that any screening of the window said yes to; `None` where none was answered.
fn domains_ever_named(v: &View<'_>, w: LookBack) -> Option<f64> {
    let is_answered = |s: &Screening| matches!(s.need, NeedAnswer::Yes | NeedAnswer::No);
    let named = screenings_within(v, w).filter(|s| s.need == NeedAnswer::Yes).map(|s| &*s.domain);
    screenings_within(v, w).any(is_answered).then(|| named.collect::<BTreeSet<&str>>().len() as f64)
}

fn add_needs(group: &mut Group<()>) {
    let words = "domains whose newest screening or Z code says yes";
    group
        .line("open_needs", words, Unit::Count, Missing::Never, Topic::Needs)
        .within(Days730, |v, (), w| Some(needs_within(v, w).filter(|n| n.is_reported()).count() as f64));
    let words = "domains any screening said yes to, later answers aside";
    group
        .line("needs_named", words, Unit::Count, Missing::NoAnswer, Topic::Needs)
        .over(&[Days730], |v, (), w| domains_ever_named(v, w));
    for domain in DOMAINS {
        let name = domain.name();
        let words = format!("newest answer or Z code on {name} says yes");
        group.line(format!("need_{name}"), words, Unit::Flag, Missing::NotAsked, Topic::Needs).within(
            Days730,
            move |v, (), w| {
                needs_within(v, w).find(|n| &*n.domain == name && n.is_answered()).map(|n| flag(n.is_reported()))
            },
        );
    }
}

fn add_asking(group: &mut Group<()>) {
    group
        .line("screening_answers", "screening answers", Unit::Count, Missing::ExtractTooShort, Topic::Needs)
        .over(&[Days365], |v, (), w| count_told(v, v.coverage.screenings, w, screenings_within(v, w).count()));
    group
        .line("screenings_declined", "screening answers declined", Unit::Count, Missing::ExtractTooShort, Topic::Needs)
        .over(&[Days365], |v, (), w| {
            let declined = screenings_within(v, w).filter(|s| s.need == NeedAnswer::Declined);
            count_told(v, v.coverage.screenings, w, declined.count())
        });
    group
        .line("referrals", "community referrals created", Unit::Count, Missing::ExtractTooShort, Topic::Needs)
        .over(&[Days365], |v, (), w| count_told(v, v.coverage.referrals, w, referrals_within(v, w).count()));
    let words = "community referrals created in the window and open on the day";
    group.line("referrals_open", words, Unit::Count, Missing::ExtractTooShort, Topic::Needs).within(
        Days730,
        |v, (), w| {
            let open = referrals_within(v, w).filter(|r| r.closed.is_none_or(|c| c > v.day));
            // A year of referrals is enough to know that they are kept.
            count_told(v, v.coverage.referrals, Days365, open.count())
        },
    );
}

/// Outcomes of contacts, by feature; an empty list is every outcome.
const CONTACTS: [(&str, &str, &[ContactOutcome]); 4] = [
    ("contact_attempts", "outreach log rows", &[]),
    ("contacts_made", "completed or enrolled contacts", &[ContactOutcome::Completed, ContactOutcome::Enrolled]),
    ("contacts_refused", "refused contacts", &[ContactOutcome::Refused]),
    (
        "contacts_in_vain",
        "vain attempts",
        &[ContactOutcome::AttemptsComplete, ContactOutcome::AttemptsIncomplete, ContactOutcome::WrongNumber],
    ),
];

fn add_contacts(group: &mut Group<()>) {
    for (name, words, outcomes) in CONTACTS {
        group.line(name, words, Unit::Count, Missing::ExtractTooShort, Topic::Contact).over(
            &[Days180],
            move |v, (), w| {
                let log = v.small.outreach.iter().filter(|o| v.day.since(o.day) < w.days());
                let wanted = log.filter(|o| outcomes.is_empty() || outcomes.contains(&o.outcome));
                count_told(v, v.coverage.outreach, w, wanted.count())
            },
        );
    }
}

/// Instruments in the order of their features.
const INSTRUMENTS: [Instrument; 4] = [Instrument::Phq9, Instrument::Adl, Instrument::HealthLiteracy, Instrument::Pam13];

/// Days and scores of an instrument within the window, newest first.
fn instrument_scores(v: &View<'_>, instrument: Instrument, w: LookBack) -> Vec<(Day, f64)> {
    let is_wanted = |name: &str, day: Day| name == instrument.as_str() && v.day.since(day) < w.days();
    match instrument.source() {
        ScoreSource::Assessments => {
            let rows = v.small.assessments.iter().rev().filter(|r| is_wanted(&r.instrument, r.day));
            rows.filter_map(|r| r.score.map(|s| (r.day, s.0))).collect()
        }
        ScoreSource::Surveys => {
            let rows = v.small.surveys.iter().rev().filter(|r| is_wanted(&r.instrument, r.day));
            rows.filter_map(|r| r.score.map(|s| (r.day, s.0))).collect()
        }
    }
}

fn mean_score(v: &View<'_>, instrument: Instrument, w: LookBack) -> Option<f64> {
    let scores = instrument_scores(v, instrument, w);
    let (first, rest) = scores.split_first()?;
    let sum = rest.iter().fold(first.1, |sum, (_, score)| sum + score);
    Some(sum / scores.len() as f64)
}

type Reading = fn(&View<'_>, Instrument, LookBack) -> Option<f64>;

/// Of each instrument: end of the name, words before its own, unit, value.
const SCORES: [(&str, &str, Unit, Reading); 3] = [
    ("last", "newest score of", Unit::Points, |v, i, w| instrument_scores(v, i, w).first().map(|(_, score)| *score)),
    ("days", "days since the newest score of", Unit::Days, |v, i, w| {
        instrument_scores(v, i, w).first().map(|(day, _)| f64::from(v.day.since(*day)))
    }),
    ("mean_730", "mean score of", Unit::Points, mean_score),
];

fn add_instruments(group: &mut Group<()>) {
    for instrument in INSTRUMENTS {
        for (end, what, unit, reading) in SCORES {
            let (name, words) = (format!("{}_{end}", instrument.feature_name()), format!("{what} {instrument}"));
            group
                .line(name, words, unit, Missing::NotAssessed, Topic::Instrument(instrument))
                .within(Days730, move |v, (), w| reading(v, instrument, w));
        }
    }
}

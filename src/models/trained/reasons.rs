//! Why a trained model gives a member this probability: contributions by topic, in plain words with evidence.
//! Owns the grouping; refuses to
//! word a topic, and to name age or sex, which stay in the rest.

use std::collections::BTreeMap;

use super::analyst_words::analyst_words;
use super::sheet::sheet_reason;
use crate::features::{Topic, View};
use crate::models::reason::{Driver, Reason};
use crate::models::wording::Wording;
use crate::reference::Sensitive;

/// Reasons that a sheet shows at most.
const ON_A_SHEET: usize = 5;
/// Fewest and most reasons named to an analyst, besides those of the sheet.
const NAMED: std::ops::RangeInclusive<usize> = 3..=5;
/// Contributions smaller than this are not worth a line unless too few are left.
const WORTH: f64 = 0.02;
/// The words of the rest.
pub const REST: &str = "everything else, age and sex among it";
/// The words of the starting point.
pub const AVERAGE: &str = "the average member the model learned from";

/// Reasons, strongest first, then the rest and the average: their points sum to the log-odds.
///
/// `contributions` are in the order of the model's features, `topics` say what each is about.
#[must_use]
pub fn explain(
    view: &View<'_>,
    topics: &[Option<Topic>],
    contributions: &[f64],
    base: f64,
    log_odds: f64,
    wording: &Wording,
) -> Vec<Reason> {
    let mut by_topic: BTreeMap<&Topic, f64> = BTreeMap::new();
    for (topic, value) in topics.iter().zip(contributions) {
        if let Some(topic) = topic {
            *by_topic.entry(topic).or_default() += value;
        }
    }
    let sheet = sheet_reasons(view, &by_topic, wording);
    let mut chosen = choose_topics(&by_topic);
    // What the sheet tells, an analyst finds as well.
    chosen.extend(sheet.iter().filter(|s| chosen.iter().all(|c| c.0 != s.0)).map(|s| (s.0, s.1)).collect::<Vec<_>>());
    let mut out: Vec<Reason> = chosen
        .iter()
        .map(|(topic, points)| {
            let reason = analyst_reason(view, topic, *points);
            match sheet.iter().find(|s| s.0 == *topic) {
                // Masked as the sheet is, whatever the analyst's words rest on.
                Some((_, _, shown)) => Reason {
                    sheet: Some(shown.text.clone()),
                    sensitive: reason.sensitive.max(shown.sensitive),
                    day: shown.day.or(reason.day),
                    evidence: shown.evidence.clone(),
                    driver: shown.driver,
                    ..reason
                },
                None => reason,
            }
        })
        .collect();
    let named: f64 = chosen.iter().map(|c| c.1).sum();
    let plain = |text: &str, points: f64| Reason {
        text: text.to_owned(),
        driver: Driver::Rest,
        points: Some(points),
        day: None,
        evidence: Box::default(),
        sensitive: Sensitive::No,
        sheet: None,
    };
    out.push(plain(REST, log_odds - base - named));
    out.push(plain(AVERAGE, base));
    out
}

/// The strongest topics that raise the risk and that a care manager can use, with their words.
fn sheet_reasons<'t>(
    view: &View<'_>,
    by_topic: &BTreeMap<&'t Topic, f64>,
    wording: &Wording,
) -> Vec<(&'t Topic, f64, Reason)> {
    let mut raising: Vec<(&Topic, f64)> = by_topic.iter().filter(|t| *t.1 > WORTH).map(|(t, v)| (*t, *v)).collect();
    raising.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let told = raising.into_iter().filter_map(|(t, p)| Some((t, p, sheet_reason(view, t, p, wording)?)));
    told.take(ON_A_SHEET).collect()
}

/// What raises the risk, strongest first; what lowers it only when fewer than three raise it.
fn choose_topics<'t>(by_topic: &BTreeMap<&'t Topic, f64>) -> Vec<(&'t Topic, f64)> {
    let mut all: Vec<(&Topic, f64)> =
        by_topic.iter().filter(|(t, _)| ***t != Topic::AgeSex).map(|(t, v)| (*t, *v)).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut out: Vec<(&Topic, f64)> = all.iter().copied().filter(|t| t.1 > WORTH).take(*NAMED.end()).collect();
    if out.len() < *NAMED.start() {
        let mut low: Vec<(&Topic, f64)> = all.into_iter().filter(|t| t.1 <= WORTH).collect();
        low.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
        out.extend(low.into_iter().take(*NAMED.start() - out.len()));
    }
    out
}

fn analyst_reason(view: &View<'_>, topic: &Topic, points: f64) -> Reason {
    let w = analyst_words(view, topic);
    let text = if points < 0.0 { format!("{} (lowers the risk)", w.text) } else { w.text };
    Reason {
        text,
        driver: w.driver,
        points: Some(points),
        day: w.evidence.as_ref().map(|e| e.day),
        evidence: w.evidence.map_or_else(Box::default, |e| e.id),
        sensitive: w.sensitive,
        sheet: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Elixhauser;

    #[test]
    fn age_is_never_named_and_three_are_found() {
        let (age, stays, ed, cost, place) = (Topic::AgeSex, Topic::Stays, Topic::Emergency, Topic::Cost, Topic::Place);
        let map: BTreeMap<&Topic, f64> =
            [(&age, 2.0), (&stays, 0.5), (&ed, -0.9), (&cost, 0.001), (&place, -0.2)].into_iter().collect();
        let chosen: Vec<&Topic> = choose_topics(&map).into_iter().map(|c| c.0).collect();
        assert_eq!(chosen, [&stays, &ed, &place]);
        let many: Vec<Topic> = Elixhauser::ALL.iter().take(9).copied().map(Topic::Condition).collect();
        let map: BTreeMap<&Topic, f64> = many.iter().enumerate().map(|(i, t)| (t, 0.1 * (i + 1) as f64)).collect();
        let chosen = choose_topics(&map);
        assert_eq!(chosen.len(), 5);
        assert_eq!(chosen[0].0, &Topic::Condition(Elixhauser::ALL[8]));
    }
}

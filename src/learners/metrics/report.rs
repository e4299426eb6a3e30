//! Owns the full evaluation of one set of predictions. Refuses to know where they came from.

use super::bootstrap::{Interval, copies, percentiles};
use super::calibration::{
    Decile, LogitFit, ScoreBin, calibration_fit, deciles, ece, in_the_large, spread_probabilities,
};
use super::ranking::{Sorted, TopShare, auroc, average_precision, top_share};
use crate::learners::log_odds::{logit, sigmoid};
use crate::learners::table::{Groups, compare_ids};
use crate::learners::watch::{Watch, go_on};
use crate::learners::{LearnError, Refusal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};

/// List sizes reported, in percent.
const SHARES: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
/// Thresholds of the decision table.
const THRESHOLDS: [f64; 12] = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];

/// Points of the decision curve.
const CURVE_POINTS: u8 = 25;

/// What a decision at one threshold does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Everyone with `probability >= threshold` is listed.
    pub threshold: f64,
    /// Rows listed.
    pub listed: usize,
    /// Events listed / rows listed; none when nobody is.
    pub ppv: Option<f64>,
    /// Events listed / all events.
    pub sensitivity: f64,
    /// Non-events not listed / all non-events.
    pub specificity: f64,
    /// `TP/n - FP/n * t/(1-t)` (Vickers 2006, doi 10.1177/0272989X06295361).
    pub net_benefit: f64,
    /// Net benefit of listing everyone.
    pub net_benefit_all: f64,
}

/// 95 % percentile intervals over resampled groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricIntervals {
    /// AUROC.
    pub auroc: Option<Interval>,
    /// Average precision.
    pub average_precision: Option<Interval>,
    /// Brier score.
    pub brier: Option<Interval>,
    /// Calibration slope.
    pub slope: Option<Interval>,
    /// Calibration in the large.
    pub in_the_large: Option<Interval>,
    /// ECE over ten bins.
    pub ece10: Option<Interval>,
    /// PPV of the top 5 %.
    pub ppv_top5: Option<Interval>,
    /// Sensitivity of the top 5 %.
    pub sensitivity_top5: Option<Interval>,
}

/// Everything measured on one set of predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Rows.
    pub rows: usize,
    /// Groups (persons).
    pub groups: usize,
    /// Rows with the event.
    pub events: usize,
    /// Every row counted as its weight in all but `rows`, `groups`, `events` and the counts of rows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub weighted: bool,
    /// Events / rows.
    pub prevalence: f64,
    /// Area under the ROC curve, mid-ranks for ties.
    pub auroc: f64,
    /// Average precision (step sum).
    pub average_precision: f64,
    /// Mean squared error of the probability.
    pub brier: f64,
    /// `1 - brier / (prevalence * (1 - prevalence))`.
    pub scaled_brier: f64,
    /// Mean log loss of the clipped probability.
    pub log_loss: f64,
    /// Calibration slope and intercept.
    pub calibration: LogitFit,
    /// Calibration in the large.
    pub in_the_large: f64,
    /// Expected calibration error over ten bins of equal size.
    pub ece10: f64,
    /// Expected / observed events over all rows.
    pub expected_over_observed: f64,
    /// Ten bins by probability, lowest first.
    pub deciles: Vec<Decile>,
    /// Lists of the top 1, 2, 5, 10 and 20 %.
    pub top: Vec<TopShare>,
    /// Decision table with net benefit.
    pub thresholds: Vec<Threshold>,
    /// The same at thresholds even on the log-odds between those that list a fifth and a hundredth of the rows.
    #[serde(default)]
    pub decision_curve: Vec<Threshold>,
    /// How probabilities spread.
    #[serde(default)]
    pub spread: Vec<ScoreBin>,
    /// Intervals; empty when no replicate was asked for.
    pub intervals: MetricIntervals,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

/// How intervals are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootstrapPlan {
    /// Replicates (0: no intervals).
    pub replicates: usize,
    /// Seed.
    pub seed: u64,
}

/// Evaluates predictions with 1,000 group-bootstrap replicates.
///
/// `ids` break ties (as integers where both are, else as text), `groups` name the person.
///
/// # Errors
/// [`LearnError::Table`] for unequal lengths or a probability that is not in `[0, 1]`,
/// [`Refusal::OneClass`] when all outcomes agree (an empty file included), [`LearnError::Stopped`].
pub fn evaluate_predictions(
    ids: &[&str],
    groups: &[&str],
    y: &[bool],
    p: &[f64],
    seed: u64,
    watch: &dyn Watch,
) -> Result<Evaluation, LearnError> {
    if ids.len() != y.len() || groups.len() != y.len() {
        return Err(LearnError::Table("ids, groups, outcomes and probabilities differ in length".into()));
    }
    let mut order: Vec<u32> = (0..u32::try_from(ids.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by(|&a, &b| compare_ids(ids[a as usize], ids[b as usize]));
    let mut rank = vec![0; ids.len()];
    for (place, row) in order.iter().enumerate() {
        rank[*row as usize] = u32::try_from(place).unwrap_or(u32::MAX);
    }
    let groups = Groups::from_texts(order.iter().map(|&i| groups[i as usize]));
    // rows in id order from here on: the result cannot depend on the file's order
    let y: Vec<bool> = order.iter().map(|&i| y[i as usize]).collect();
    let p: Vec<f64> = order.iter().filter_map(|&i| p.get(i as usize).copied()).collect();
    evaluate_with(&groups.codes, &y, &p, None, BootstrapPlan { replicates: 1000, seed }, watch)
}

/// [`evaluate_predictions`] on rows already in id order, with groups numbered from 0. Sampled rows count as what they
/// stand for (`weights`), so that prevalence and calibration are those of all rows.
///
/// # Errors
/// As [`evaluate_predictions`].
pub fn evaluate_with(
    groups: &[u32],
    y: &[bool],
    p: &[f64],
    weights: Option<&[f32]>,
    plan: BootstrapPlan,
    watch: &dyn Watch,
) -> Result<Evaluation, LearnError> {
    if groups.len() != y.len() || p.len() != y.len() || weights.is_some_and(|w| w.len() != y.len()) {
        return Err(LearnError::Table("ids, groups, outcomes and probabilities differ in length".into()));
    }
    if let Some(row) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let problem = "a probability must lie between 0 and 1";
        return Err(LearnError::Cell { column: "probability".into(), line: row as u64 + 1, problem });
    }
    let events = y.iter().filter(|y| **y).count();
    if events == 0 || events == y.len() {
        return Err(Refusal::OneClass(if events == 0 { "negative" } else { "positive" }).into());
    }
    let rank: Vec<u32> = (0..u32::try_from(y.len()).unwrap_or(u32::MAX)).collect();
    let sorted = Sorted::new(p, &rank);
    let z: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let counts: Vec<f64> = weights.map_or_else(|| vec![1.0; y.len()], |w| w.iter().map(|w| f64::from(*w)).collect());
    let weight = |i: usize| counts[i];
    let count = groups.iter().max().map_or(0, |g| *g as usize + 1);
    let n: f64 = counts.iter().sum();
    let came: f64 = counts.iter().zip(y).filter(|(_, y)| **y).map(|(c, _)| c).sum();
    let prevalence = came / n;
    let brier = brier_score(p, y, &counts);
    let bins = deciles(&sorted, p, y, |_| 1, weight);
    let calibration = calibration_fit(&z, y, weight, (0.0, 1.0));
    let losses = z.iter().zip(y).map(|(z, y)| crate::learners::log_odds::softplus(if *y { -z } else { *z }));
    let loss: f64 = losses.zip(&counts).map(|(l, c)| l * c).sum();
    let expected: f64 = p.iter().zip(&counts).map(|(p, c)| p * c).sum();
    Ok(Evaluation {
        rows: y.len(),
        groups: count,
        events,
        weighted: weights.is_some(),
        prevalence,
        auroc: auroc(&sorted, p, y, &counts),
        average_precision: average_precision(&sorted, p, y, &counts),
        brier,
        scaled_brier: 1.0 - brier / (prevalence * (1.0 - prevalence)),
        log_loss: loss / n,
        calibration,
        in_the_large: in_the_large(&z, y, weight),
        ece10: ece(&bins),
        expected_over_observed: expected / came,
        deciles: bins.into_iter().map(|b| b.0).collect(),
        top: SHARES.iter().map(|&q| top_share(&sorted, p, y, &counts, q)).collect(),
        thresholds: THRESHOLDS.iter().map(|&t| judge_threshold(p, y, &counts, t)).collect(),
        decision_curve: decision_curve(&sorted, p, y, &counts),
        spread: spread_probabilities(p),
        intervals: bootstrap_intervals(
            &Reading { sorted: &sorted, y, p, z: &z, counts: &counts },
            groups,
            count,
            &calibration,
            plan,
            watch,
        )?,
        replicates: plan.replicates,
        seed: plan.seed,
    })
}

fn brier_score(p: &[f64], y: &[bool], counts: &[f64]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for ((p, y), c) in p.iter().zip(y).zip(counts) {
        let gap = p - f64::from(u8::from(*y));
        sum += c * gap * gap;
        total += c;
    }
    sum / total
}

fn judge_threshold(p: &[f64], y: &[bool], counts: &[f64], t: f64) -> Threshold {
    let (mut listed, mut hits, mut false_alarms, mut events, mut n) = (0_usize, 0.0, 0.0, 0.0, 0.0);
    for ((p, y), c) in p.iter().zip(y).zip(counts) {
        n += c;
        events += if *y { *c } else { 0.0 };
        if *p >= t {
            listed += 1;
            *(if *y { &mut hits } else { &mut false_alarms }) += c;
        }
    }
    let (others, odds) = (n - events, t / (1.0 - t));
    Threshold {
        threshold: t,
        listed,
        ppv: (listed > 0).then(|| hits / (hits + false_alarms)),
        sensitivity: hits / events,
        specificity: 1.0 - false_alarms / others,
        net_benefit: hits / n - false_alarms / n * odds,
        net_benefit_all: events / n - others / n * odds,
    }
}

/// Net benefit over the thresholds that lists use (Vickers 2006); empty where both ends are one
/// threshold.
fn decision_curve(sorted: &Sorted, p: &[f64], y: &[bool], counts: &[f64]) -> Vec<Threshold> {
    let cut_at = |percent| logit(top_share(sorted, p, y, counts, percent).threshold);
    let (long, short) = (cut_at(20.0), cut_at(1.0));
    if !(long.is_finite() && short.is_finite()) || long >= short {
        return Vec::new();
    }
    let step = (short - long) / f64::from(CURVE_POINTS - 1);
    (0..CURVE_POINTS).map(|i| judge_threshold(p, y, counts, sigmoid(long + step * f64::from(i)))).collect()
}

/// What every replicate reads.
struct Reading<'a> {
    sorted: &'a Sorted,
    y: &'a [bool],
    p: &'a [f64],
    z: &'a [f64],
    counts: &'a [f64],
}

fn bootstrap_intervals(
    r: &Reading<'_>,
    groups: &[u32],
    count: usize,
    fit: &LogitFit,
    plan: BootstrapPlan,
    watch: &dyn Watch,
) -> Result<MetricIntervals, LearnError> {
    let Reading { sorted, y, p, z, counts } = *r;
    let start = if fit.converged { (fit.intercept, fit.slope) } else { (0.0, 1.0) };
    let done = AtomicUsize::new(0);
    let readings = (0..plan.replicates as u64)
        .into_par_iter()
        .map(|r| {
            go_on(watch)?;
            watch.progress("intervals", done.fetch_add(1, Ordering::Relaxed), plan.replicates);
            let copies = copies(groups, count, plan.seed, r);
            let c: Vec<f64> = copies.iter().zip(counts).map(|(n, c)| f64::from(*n) * c).collect();
            let weight = |i: usize| c[i];
            let fit = calibration_fit(z, y, weight, start);
            let top = top_share(sorted, p, y, &c, 5.0);
            Ok([
                auroc(sorted, p, y, &c),
                average_precision(sorted, p, y, &c),
                brier_score(p, y, &c),
                if fit.converged { fit.slope } else { f64::NAN },
                in_the_large(z, y, weight),
                ece(&deciles(sorted, p, y, |i| copies[i], |i| counts[i])),
                top.ppv,
                top.sensitivity,
            ])
        })
        .collect::<Result<Vec<[f64; 8]>, LearnError>>()?;
    let of = |k: usize| percentiles(readings.iter().map(|r| r[k]));
    Ok(MetricIntervals {
        auroc: of(0),
        average_precision: of(1),
        brier: of(2),
        slope: of(3),
        in_the_large: of(4),
        ece10: of(5),
        ppv_top5: of(6),
        sensitivity_top5: of(7),
    })
}

//! Owns the way from a flat table to an artifact: guards, folds by group, tuning, calibration on
//! cross-validated predictions, the choice between learners, the refit on all rows.
//! Refuses to know where the table came from and where the artifact goes.

use crate::learners::artifact::{Artifact, Model, TrainingInfo};
use crate::learners::boosting::{BinSource, Binned, BoostParams, BoosterModel, FeatureBins, Trainer, TrainingData};
use crate::learners::calibrate::{Calibration, CalibrationBasis};
use crate::learners::logistic::{self, Convergence, LogisticParams};
use crate::learners::metrics::{BootstrapPlan, Evaluation, evaluate_with};
use crate::learners::scoring::Ready;
use crate::learners::table::{
    Direction, Encoded, EncodedColumn, FeatureDictionary, Findings, FlatTable, Groups, LearnerChoice, Purpose,
    TableSpec, inspect, read_csv,
};
use crate::learners::{LearnError, Refusal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Below this many events a model is trained with a warning.
const EVENTS_WITHOUT_WARNING: usize = 1000;
/// Rounds between two looks at the held-out loss.
const LOOK: usize = 5;
/// Cells (rows × features) up to which folds train side by side; beyond, one after the other.
const SIDE_BY_SIDE: usize = 60_000_000;

/// Settings of a training run. The defaults are the product's.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Train although a feature looks like the label in disguise.
    pub allow_suspect: bool,
    /// Folds by group, 2 to 50.
    pub folds: usize,
    /// Bootstrap replicates of the held-out figures.
    pub replicates: usize,
    /// Booster settings; seed and monotone directions are taken from the spec.
    pub boost: BoostParams,
    /// Ridge penalties the folds choose from.
    pub penalties: Vec<f64>,
    /// Whether the data are synthetic.
    pub synthetic: bool,
    /// Claims lag of the features in days, where known.
    pub claims_lag_days: Option<u32>,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            allow_suspect: false,
            folds: 5,
            replicates: 200,
            boost: BoostParams::default(),
            penalties: vec![3.0, 10.0, 30.0, 100.0],
            synthetic: false,
            claims_lag_days: None,
        }
    }
}

/// How one learner did on the folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// `boosted` or `logistic`.
    pub learner: String,
    /// Mean held-out log loss before calibration.
    pub held_out_loss: f64,
    /// Trees chosen (boosted).
    pub rounds: Option<usize>,
    /// Penalty chosen and how the final fit ended (logistic).
    pub convergence: Option<Convergence>,
    /// Held-out figures; the calibration of each fold was fitted on the other folds.
    pub held_out: Evaluation,
}

/// What happened in training; the same for the same table, spec and options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainReport {
    /// What the guards found.
    pub findings: Findings,
    /// Sentences a reader of the model card must see.
    pub warnings: Vec<String>,
    /// The learner of the artifact.
    pub chosen: String,
    /// All learners tried.
    pub candidates: Vec<Candidate>,
    /// Features by weight in the model (gain of the booster, spread of contributions of the
    /// logistic), shares summing to 1, largest first.
    pub importance: Vec<(String, f64)>,
}

/// A trained model and its report.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The model folder's content.
    pub artifact: Artifact,
    /// The report.
    pub report: TrainReport,
    /// Wall seconds; not part of artifact or report, which are the same on every machine.
    pub seconds: TrainSeconds,
}

/// Where the wall time of a training run went.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TrainSeconds {
    /// Tuning on the folds.
    pub tune: f64,
    /// The final fit on all rows.
    pub fit: f64,
}

/// A learner tuned on the folds.
struct Tuned {
    fit: Fit,
    /// Raw log-odds of every row by the fold model that did not see its group.
    held_out: Vec<f64>,
    loss: f64,
}

enum Fit {
    Boosted { params: BoostParams, rounds: usize },
    Logistic(LogisticParams),
}

/// Everything the learners share.
struct Bench<'a> {
    encoded: &'a Encoded<'a>,
    rare: Vec<u8>,
    labels: Vec<f32>,
    truth: &'a [bool],
    weights: Option<&'a [f32]>,
    folds: Vec<u8>,
    fold_count: u8,
    /// Numbered by first appearance in the canonical order: sums over groups have one order.
    groups: &'a Groups,
}

/// Trains from CSV bytes (see [`read_csv`]).
///
/// # Errors
/// Those of reading and of [`train_flat`].
pub fn train_table(csv: &[u8], spec: &TableSpec, options: &TrainOptions) -> Result<Trained, LearnError> {
    train_flat(&read_csv(csv, spec, Purpose::Train)?, spec, options)
}

/// Trains from a table in memory. The result does not depend on row order or thread count.
///
/// # Errors
/// [`LearnError::Spec`] for an unusable spec or option, those of [`FlatTable::check`] and of
/// [`inspect`], [`Refusal::TooFewGroups`].
pub fn train_flat(table: &FlatTable, spec: &TableSpec, options: &TrainOptions) -> Result<Trained, LearnError> {
    spec.check()?;
    table.check()?;
    if !(2..=50).contains(&options.folds) || options.penalties.is_empty() {
        return Err(LearnError::Spec("2 to 50 folds and at least one penalty are needed".into()));
    }
    let order = table.canonical_order();
    let sorted = if order.windows(2).all(|w| w[0] < w[1]) { None } else { Some(table.take(&order)) };
    let table = sorted.as_ref().unwrap_or(table);
    let dictionary = FeatureDictionary::fit(table);
    let encoded = dictionary.encode(table)?;
    let findings = inspect(table, &dictionary, &encoded.columns, options.allow_suspect)?;
    if table.groups.count() < options.folds * 2 {
        let (found, needed) = (table.groups.count(), options.folds * 2);
        return Err(Refusal::TooFewGroups { found, needed }.into());
    }
    let truth = table.labels.as_deref().unwrap_or(&[]);
    let bench = Bench {
        encoded: &encoded,
        rare: dictionary.features.iter().map(crate::learners::table::Feature::rare_code).collect(),
        labels: truth.iter().map(|l| f32::from(u8::from(*l))).collect(),
        truth,
        weights: table.weights.as_deref(),
        folds: table.groups.folds(options.folds, spec.seed),
        fold_count: u8::try_from(options.folds).unwrap_or(5),
        groups: &table.groups,
    };
    let clock = std::time::Instant::now();
    let tuned = tune_all(&bench, spec, options, &dictionary);
    let plan = BootstrapPlan { replicates: options.replicates, seed: spec.seed };
    let tune = clock.elapsed().as_secs_f64();
    let mut trained = finish(&bench, table, spec, options, dictionary.clone(), findings, &tuned, plan)?;
    trained.seconds.tune = tune;
    Ok(trained)
}

fn tune_all(bench: &Bench<'_>, spec: &TableSpec, options: &TrainOptions, dictionary: &FeatureDictionary) -> Vec<Tuned> {
    let mut out = Vec::new();
    if spec.learner != LearnerChoice::Logistic {
        let monotone = dictionary.features.iter().map(|f| match spec.monotone.get(&f.name) {
            Some(Direction::Increasing) => 1,
            Some(Direction::Decreasing) => -1,
            None => 0,
        });
        let params = BoostParams { seed: spec.seed, monotone: monotone.collect(), ..options.boost.clone() };
        out.push(bench.tune_boosted(params));
    }
    // The logistic holds no direction.
    if spec.learner != LearnerChoice::Boosted && spec.monotone.is_empty() {
        out.push(bench.tune_logistic(&options.penalties));
    }
    out
}

#[allow(clippy::too_many_arguments)]
fn finish(
    bench: &Bench<'_>,
    table: &FlatTable,
    spec: &TableSpec,
    options: &TrainOptions,
    dictionary: FeatureDictionary,
    findings: Findings,
    tuned: &[Tuned],
    plan: BootstrapPlan,
) -> Result<Trained, LearnError> {
    let mut best: Option<(usize, f64)> = None;
    let mut candidates = Vec::new();
    for (i, t) in tuned.iter().enumerate() {
        let p = bench.cross_calibrated(&t.held_out);
        let held_out = evaluate_with(&table.groups.codes, bench.truth, &p, bench.weights, plan)?;
        if best.is_none_or(|b| held_out.log_loss < b.1) {
            best = Some((i, held_out.log_loss));
        }
        candidates.push(Candidate {
            learner: t.fit.name().into(),
            held_out_loss: t.loss,
            rounds: if let Fit::Boosted { rounds, .. } = &t.fit { Some(*rounds) } else { None },
            convergence: None,
            held_out,
        });
    }
    let chosen = best.map_or(0, |b| b.0);
    let Some(winner) = tuned.get(chosen) else {
        return Err(LearnError::Spec("no learner was tried".into()));
    };
    let clock = std::time::Instant::now();
    let model = bench.refit(&winner.fit);
    let seconds = TrainSeconds { tune: 0.0, fit: clock.elapsed().as_secs_f64() };
    let calibration = Calibration::fit(&winner.held_out, bench.truth, bench.weights, CalibrationBasis::CrossValidated);
    let mut warnings = warnings(&findings, spec);
    if let Model::Logistic(m) = &model {
        candidates[chosen].convergence = Some(m.convergence);
        if !m.convergence.converged {
            warnings.push(format!("the logistic fit did not converge in {} steps", m.convergence.iterations));
        }
    }
    if options.synthetic {
        warnings.push("trained on synthetic data".into());
    }
    let importance = importance(&model, &dictionary, bench.encoded);
    let training = TrainingInfo {
        rows: findings.rows,
        groups: findings.groups,
        events: findings.events,
        window: table.window.clone(),
        claims_lag_days: options.claims_lag_days,
        seed: spec.seed,
        folds: options.folds,
        synthetic: options.synthetic,
        warnings: warnings.clone(),
    };
    let metrics = candidates[chosen].held_out.clone();
    let report = TrainReport { findings, warnings, chosen: model.name().into(), candidates, importance };
    let artifact = Artifact { model, dictionary, calibration, spec: spec.clone(), training, metrics };
    Ok(Trained { artifact, report, seconds })
}

/// What is said of a model that stands on few events.
#[must_use]
pub fn unsteady(events: usize) -> Option<String> {
    (events < EVENTS_WITHOUT_WARNING)
        .then(|| format!("only {events} events; under {EVENTS_WITHOUT_WARNING} estimates are unsteady"))
}

fn warnings(findings: &Findings, spec: &TableSpec) -> Vec<String> {
    let mut out: Vec<String> = unsteady(findings.events).into_iter().collect();
    for name in spec.race_like() {
        out.push(format!("`{name}` speaks of race or ethnicity and is used as a feature because the spec names it"));
    }
    for name in &findings.constant {
        out.push(format!("`{name}` is constant and carries no weight"));
    }
    for name in &findings.coarse {
        out.push(format!(
            "`{name}` holds numbers beyond 16,777,216, of which seven digits are kept; a date or id belongs under categorical, or nowhere"
        ));
    }
    for name in &findings.mostly_rare {
        out.push(format!("`{name}` has most rows in levels of under 50 rows; it looks like an id or free text"));
    }
    for (name, why) in &findings.suspects {
        out.push(format!("`{name}` looks like the label in disguise ({why}) and was allowed"));
    }
    out
}

impl Fit {
    fn name(&self) -> &'static str {
        match self {
            Self::Boosted { .. } => "boosted",
            Self::Logistic(_) => "logistic",
        }
    }
}

impl Bench<'_> {
    fn rows(&self) -> u32 {
        u32::try_from(self.labels.len()).unwrap_or(u32::MAX)
    }

    fn split(&self, fold: u8) -> (Vec<u32>, Vec<u32>) {
        (0..self.rows()).partition(|&r| self.folds[r as usize] != fold)
    }

    fn bins(&self) -> (Vec<FeatureBins>, Binned) {
        let columns = &self.encoded.columns;
        let bins: Vec<FeatureBins> = columns
            .par_iter()
            .zip(&self.rare)
            .map(|(c, rare)| match c {
                EncodedColumn::Numeric(v) => FeatureBins::fit_numeric(v, self.weights),
                EncodedColumn::Codes(_) => FeatureBins::Categorical { levels: *rare },
            })
            .collect();
        let sources: Vec<BinSource<'_>> = columns
            .iter()
            .map(|c| match c {
                EncodedColumn::Numeric(v) => BinSource::Numeric(v),
                EncodedColumn::Codes(v) => BinSource::Codes(v),
            })
            .collect();
        let binned = Binned::build(&bins, &sources, self.encoded.rows);
        (bins, binned)
    }

    /// Grows all folds in step and keeps the round with the lowest held-out loss over all of them.
    fn tune_boosted(&self, params: BoostParams) -> Tuned {
        let (bins, data) = self.bins();
        let input = TrainingData { data: &data, bins: &bins, labels: &self.labels, weights: self.weights };
        let mut trainers: Vec<Trainer<'_>> = (0..self.fold_count)
            .map(|k| {
                let (rows, held) = self.split(k);
                Trainer::new(input, params.clone(), rows, held)
            })
            .collect();
        let side_by_side = data.rows() * data.cols() <= SIDE_BY_SIDE;
        let loss = |trainers: &[Trainer<'_>]| {
            let (l, w) = trainers.iter().map(Trainer::held_loss).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
            l / w
        };
        let mut best = (loss(&trainers), 0);
        let mut rounds = 0;
        while rounds < params.max_rounds && rounds < best.1 + params.patience.max(LOOK) {
            let advance = |t: &mut Trainer<'_>| (0..LOOK).for_each(|_| t.step());
            if side_by_side {
                trainers.par_iter_mut().for_each(advance);
            } else {
                trainers.iter_mut().for_each(advance);
            }
            rounds += LOOK;
            let now = loss(&trainers);
            if now < best.0 {
                best = (now, rounds);
            }
        }
        let mut held_out = vec![0.0; self.labels.len()];
        let share = 1.0 / params.bags.max(1) as f64;
        let mut collect = |trainers: &[Trainer<'_>]| {
            for t in trainers {
                for (row, score) in t.held().iter().zip(t.held_scores(best.1)) {
                    held_out[*row as usize] += score * share;
                }
            }
        };
        collect(&trainers);
        drop(trainers);
        // the rounds are settled; the other bags follow without a search
        for bag in 1..params.bags.max(1) {
            let one = |k: u8| {
                let (rows, held) = self.split(k);
                let mut t = Trainer::new(input, params.bag(bag), rows, held);
                (0..best.1).for_each(|_| t.step());
                t
            };
            let more: Vec<Trainer<'_>> = if side_by_side {
                (0..self.fold_count).into_par_iter().map(one).collect()
            } else {
                (0..self.fold_count).map(one).collect()
            };
            collect(&more);
        }
        Tuned { fit: Fit::Boosted { params, rounds: best.1 }, held_out, loss: best.0 }
    }

    /// Of the penalties the strongest whose held-out loss is no more than one standard error above the lowest (the
    /// rule of Breiman et al. 1984, on paired losses): what the folds cannot tell apart, the steadier model wins.
    fn tune_logistic(&self, penalties: &[f64]) -> Tuned {
        let mut strongest_first = penalties.to_vec();
        strongest_first.sort_by(|a, b| b.total_cmp(a));
        let loose = LogisticParams { tolerance: 1e-6, ..LogisticParams::default() };
        let mut held_out = vec![vec![0.0; self.labels.len()]; strongest_first.len()];
        let mut warm = logistic::Warm::default();
        for k in 0..self.fold_count {
            let (rows, held) = self.split(k);
            let columns = &self.encoded.columns;
            let models =
                logistic::path(columns, &rows, &self.labels, self.weights, &loose, &strongest_first, &mut warm);
            for (model, held_out) in models.iter().zip(&mut held_out) {
                let raw = model.raw(columns, 0, self.labels.len());
                for &r in &held {
                    held_out[r as usize] = raw[r as usize];
                }
            }
        }
        let mut tried: Vec<Tuned> = strongest_first
            .iter()
            .zip(held_out)
            .map(|(&l2, held_out)| {
                let loss = self.loss(&held_out);
                Tuned { fit: Fit::Logistic(LogisticParams { l2, ..LogisticParams::default() }), held_out, loss }
            })
            .collect();
        let lowest = tried.iter().enumerate().min_by(|a, b| a.1.loss.total_cmp(&b.1.loss)).map_or(0, |t| t.0);
        let stands = |t: &Tuned| {
            let (more, error) = self.excess(&t.held_out, &tried[lowest].held_out);
            more <= error
        };
        let at = tried.iter().position(stands).unwrap_or(lowest);
        tried.swap_remove(at)
    }

    /// Mean weighted loss of one set of raw scores above another's, and the standard error of that difference over
    /// groups of rows.
    fn excess(&self, raw: &[f64], best: &[f64]) -> (f64, f64) {
        let rows = raw.iter().zip(best).zip(&self.labels).enumerate();
        let mut by_group = vec![0.0; self.groups.count()];
        let mut total = 0.0;
        for (i, ((z, b), y)) in rows {
            let w = self.weights.map_or(1.0, |w| f64::from(w[i]));
            by_group[self.groups.codes[i] as usize] += w * (row_loss(*z, *y) - row_loss(*b, *y));
            total += w;
        }
        let (sum, squares) = by_group.iter().fold((0.0, 0.0), |a, d| (a.0 + d, a.1 + d * d));
        (sum / total, squares.sqrt() / total)
    }

    fn loss(&self, raw: &[f64]) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (i, (z, y)) in raw.iter().zip(&self.labels).enumerate() {
            let w = self.weights.map_or(1.0, |w| f64::from(w[i]));
            sum += w * row_loss(*z, *y);
            total += w;
        }
        sum / total
    }

    /// Held-out probabilities, each fold calibrated on the others.
    fn cross_calibrated(&self, raw: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; raw.len()];
        for k in 0..self.fold_count {
            let (rest, own) = self.split(k);
            let z: Vec<f64> = rest.iter().map(|&r| raw[r as usize]).collect();
            let y: Vec<bool> = rest.iter().map(|&r| self.truth[r as usize]).collect();
            let w: Option<Vec<f32>> = self.weights.map(|w| rest.iter().map(|&r| w[r as usize]).collect());
            let c = Calibration::fit(&z, &y, w.as_deref(), CalibrationBasis::CrossValidated);
            for &r in &own {
                out[r as usize] = c.probability(raw[r as usize]);
            }
        }
        out
    }

    fn refit(&self, fit: &Fit) -> Model {
        let all: Vec<u32> = (0..self.rows()).collect();
        match fit {
            Fit::Boosted { params, rounds } => {
                let (bins, data) = self.bins();
                let input = TrainingData { data: &data, bins: &bins, labels: &self.labels, weights: self.weights };
                let one = |bag: usize| {
                    let mut t = Trainer::new(input, params.bag(bag), all.clone(), Vec::new());
                    (0..*rounds).for_each(|_| t.step());
                    t.into_model(*rounds)
                };
                let models = (0..params.bags.max(1)).into_par_iter().map(one).collect();
                Model::Boosted(BoosterModel::average(models).unwrap_or_else(|| one(0)))
            }
            Fit::Logistic(params) => {
                Model::Logistic(logistic::fit(&self.encoded.columns, &all, &self.labels, self.weights, params))
            }
        }
    }
}

/// Log loss of one row at a raw score.
fn row_loss(z: f64, y: f32) -> f64 {
    crate::learners::log_odds::softplus(z) - f64::from(y) * z
}

fn importance(model: &Model, dictionary: &FeatureDictionary, encoded: &Encoded<'_>) -> Vec<(String, f64)> {
    let raw = match model {
        Model::Boosted(m) => m.gain_by_feature(),
        Model::Logistic(m) => {
            let rows = encoded.rows.min(20_000);
            let values = m.contributions(&encoded.columns, 0, rows);
            let mut sums = vec![0.0; m.terms.len()];
            for row in values.chunks(sums.len().max(1)) {
                sums.iter_mut().zip(row).for_each(|(s, v)| *s += v.abs());
            }
            sums
        }
    };
    let total: f64 = raw.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut out: Vec<(String, f64)> =
        dictionary.features.iter().zip(raw).map(|(f, g)| (f.name.clone(), g / total)).collect();
    out.sort_by(|a, b| b.1.total_cmp(&a.1));
    out
}

/// Refits the calibration of an artifact on a labelled table; the learner stays as it is.
/// `metrics` then holds the figures on that table with cross-fitted calibration left out, so they
/// are those of the recalibrated model on its own calibration rows.
///
/// # Errors
/// [`LearnError::Unfit`], [`LearnError::Table`] without labels, and the refusals of
/// [`Calibration::refit`].
pub fn recalibrate(artifact: &Artifact, table: &FlatTable, options: &TrainOptions) -> Result<Artifact, LearnError> {
    calibrated(artifact, table, options, Calibration::refit)
}

/// Calibrates an artifact that was just trained on the slice after its own, as [`Calibration::carried`] says;
/// otherwise as [`recalibrate`].
///
/// # Errors
/// Those of [`recalibrate`].
pub fn carry_calibration(
    artifact: &Artifact,
    later: &FlatTable,
    options: &TrainOptions,
) -> Result<Artifact, LearnError> {
    calibrated(artifact, later, options, Calibration::carried)
}

fn calibrated(
    artifact: &Artifact,
    table: &FlatTable,
    options: &TrainOptions,
    fit: impl Fn(&Calibration, &[f64], &[bool], Option<&[f32]>) -> Result<Calibration, LearnError>,
) -> Result<Artifact, LearnError> {
    table.check()?;
    let Some(labels) = &table.labels else {
        return Err(LearnError::Table("recalibration needs labels".into()));
    };
    let order = table.canonical_order();
    let table = &table.take(&order);
    let labels: Vec<bool> = order.iter().map(|&i| labels[i as usize]).collect();
    let raw = Ready::new(artifact).raw(table)?;
    let calibration = fit(&artifact.calibration, &raw, &labels, table.weights.as_deref())?;
    let p: Vec<f64> = raw.iter().map(|r| calibration.probability(*r)).collect();
    let plan = BootstrapPlan { replicates: options.replicates, seed: artifact.spec.seed };
    let metrics = evaluate_with(&table.groups.codes, &labels, &p, table.weights.as_deref(), plan)?;
    Ok(Artifact { calibration, metrics, ..artifact.clone() })
}

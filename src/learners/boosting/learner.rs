//! Owns the booster as a learner: its fit in linfa's manner, the choice of the number of trees on folds, its answers to
//! encoded rows. Refuses to know names and calibration.

use super::bins::{BinSource, Binned, FeatureBins};
use super::guard::{BoosterParams, BoosterValidParams};
use super::model::BoosterModel;
use super::params::BoosterSettings;
use super::score::Scorer;
use super::shapley::Explainer;
use super::train::{Trainer, TrainingData};
use crate::learners::LearnError;
use crate::learners::context::{TrainingContext, TrainingSet, check_training_set, labels_of, weights_of};
use crate::learners::learner::{Explain, Explained, FittedModel, Learner, Prepared, Tuned};
use crate::learners::options::TrainOptions;
use crate::learners::table::{Encoded, EncodedColumn, Rows};
use crate::learners::watch::{Watch, go_on};
use linfa::ParamGuard;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2};
use rayon::prelude::*;

/// Rounds between two looks at the held-out loss.
const LOOK: usize = 5;
/// Cells (rows × features) up to which folds train side by side; beyond, one after the other.
const SIDE_BY_SIDE: usize = 60_000_000;

/// The histogram gradient booster.
pub struct Boosting;

/// Cuts every column of a training set into bins.
fn bin_training_set(data: &TrainingSet<'_>) -> (Vec<FeatureBins>, Binned) {
    let columns = &data.records.columns;
    let weights = weights_of(data);
    let bins: Vec<FeatureBins> = columns
        .par_iter()
        .zip(&data.records.rare)
        .map(|(c, rare)| match c {
            EncodedColumn::Numeric(v) => FeatureBins::fit_numeric(v, weights),
            EncodedColumn::Codes(_) => FeatureBins::Categorical { levels: *rare },
        })
        .collect();
    let binned = bin_rows(&bins, &Rows::all(&data.records));
    (bins, binned)
}

/// Puts rows into bins.
fn bin_rows(bins: &[FeatureBins], rows: &Rows<'_>) -> Binned {
    let columns: Vec<BinSource<'_>> = rows
        .columns()
        .iter()
        .map(|c| match c {
            EncodedColumn::Numeric(v) => BinSource::Numeric(v.get(rows.from..).unwrap_or(&[])),
            EncodedColumn::Codes(v) => BinSource::Codes(v.get(rows.from..).unwrap_or(&[])),
        })
        .collect();
    Binned::build(bins, &columns, rows.count)
}

/// A number of trees, bag by bag, on all rows.
fn grow_trees(
    data: &TrainingSet<'_>,
    settings: &BoosterSettings,
    rounds: usize,
    watch: &dyn Watch,
) -> Result<BoosterModel, LearnError> {
    let (bins, matrix) = bin_training_set(data);
    let input = TrainingData { data: &matrix, bins: &bins, labels: labels_of(data), weights: weights_of(data) };
    let all: Vec<u32> = (0..u32::try_from(data.records.rows).unwrap_or(u32::MAX)).collect();
    let one = |bag: usize| {
        let mut trainer = Trainer::new(input, settings.bag(bag), all.clone(), Vec::new());
        for round in 0..rounds {
            go_on(watch)?;
            trainer.step();
            if bag == 0 {
                watch.progress("boosted: final fit", round + 1, rounds);
            }
        }
        Ok(trainer.into_model(rounds))
    };
    let models = (0..settings.bags.max(1)).into_par_iter().map(one).collect::<Result<Vec<_>, LearnError>>()?;
    BoosterModel::average(models).map_or_else(|| one(0), Ok)
}

impl<'a> Fit<Encoded<'a>, Array1<f32>, LearnError> for BoosterValidParams<'_> {
    type Object = BoosterModel;

    /// Grows `max_rounds` trees a bag; how many serve is chosen on folds, by [`Learner::tune`].
    fn fit(&self, data: &TrainingSet<'a>) -> Result<BoosterModel, LearnError> {
        check_training_set(data)?;
        grow_trees(data, self.settings(), self.settings().max_rounds, self.watch())
    }
}

impl Learner for Boosting {
    type Model = BoosterModel;
    const NAME: &'static str = "boosted";
    const HOLDS_DIRECTIONS: bool = true;

    /// Grows all folds in step and keeps the round with the lowest held-out loss over all of them.
    fn tune(context: &TrainingContext<'_>, options: &TrainOptions) -> Result<Tuned<BoosterModel>, LearnError> {
        let settings =
            BoosterSettings { seed: context.seed, monotone: context.monotone.clone(), ..options.boost.clone() };
        let settings = BoosterParams::new(settings).check()?.settings().clone();
        let (bins, data) = bin_training_set(&context.data);
        let folds = Folds {
            context,
            settings: &settings,
            input: TrainingData { data: &data, bins: &bins, labels: context.labels(), weights: context.weights() },
            side_by_side: data.rows() * data.cols() <= SIDE_BY_SIDE,
        };
        let (rounds, loss, held_out) = folds.search()?;
        Ok(Tuned {
            learner: Self::NAME,
            held_out,
            loss,
            rounds: Some(rounds),
            refit: Box::new(move |c| grow_trees(&c.data, &settings, rounds, c.watch)),
        })
    }
}

/// The folds of one table.
struct Folds<'f, 'c> {
    context: &'f TrainingContext<'c>,
    settings: &'f BoosterSettings,
    input: TrainingData<'f>,
    side_by_side: bool,
}

impl<'f> Folds<'f, '_> {
    /// A trainer of one fold and bag.
    fn trainer(&self, fold: u8, bag: usize) -> Trainer<'f> {
        let (rows, held) = self.context.split(fold);
        Trainer::new(self.input, self.settings.bag(bag), rows, held)
    }

    /// Rounds, held-out loss, and the held-out raw scores of every row.
    fn search(&self) -> Result<(usize, f64, Vec<f64>), LearnError> {
        let mut trainers: Vec<Trainer<'_>> = (0..self.context.fold_count).map(|k| self.trainer(k, 0)).collect();
        let loss = |trainers: &[Trainer<'_>]| {
            let (l, w) = trainers.iter().map(Trainer::held_loss).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
            l / w
        };
        let (mut best, mut best_round, mut rounds) = (loss(&trainers), 0, 0);
        let most = self.settings.max_rounds;
        while rounds < most && rounds < best_round + self.settings.patience.max(LOOK) {
            self.advance(&mut trainers, LOOK)?;
            rounds += LOOK;
            let now = loss(&trainers);
            if now < best {
                (best, best_round) = (now, rounds);
            }
            self.context.watch.progress("boosted: folds", rounds, most);
        }
        let mut held_out = vec![0.0; self.context.rows()];
        self.collect(&trainers, best_round, &mut held_out);
        drop(trainers);
        // The rounds are settled; the other bags follow without a search.
        for bag in 1..self.settings.bags.max(1) {
            let mut more: Vec<Trainer<'_>> = (0..self.context.fold_count).map(|k| self.trainer(k, bag)).collect();
            self.advance(&mut more, best_round)?;
            self.collect(&more, best_round, &mut held_out);
        }
        Ok((best_round, best, held_out))
    }

    fn advance(&self, trainers: &mut [Trainer<'_>], rounds: usize) -> Result<(), LearnError> {
        let watch = self.context.watch;
        let one = |t: &mut Trainer<'_>| {
            (0..rounds).try_for_each(|_| {
                go_on(watch)?;
                t.step();
                Ok(())
            })
        };
        if self.side_by_side {
            trainers.par_iter_mut().try_for_each(one)
        } else {
            trainers.iter_mut().try_for_each(one)
        }
    }

    /// Adds one bag's held-out scores.
    fn collect(&self, trainers: &[Trainer<'_>], rounds: usize, held_out: &mut [f64]) {
        let share = 1.0 / self.settings.bags.max(1) as f64;
        for t in trainers {
            for (row, score) in t.held().iter().zip(t.held_scores(rounds)) {
                held_out[*row as usize] += score * share;
            }
        }
    }
}

/// A booster with its scoring tables and paths built.
struct ReadyBooster<'m> {
    model: &'m BoosterModel,
    scorer: Scorer,
    explainer: Explainer,
}

impl Prepared for ReadyBooster<'_> {
    fn predict(&self, rows: &Rows<'_>) -> Array1<f64> {
        Array1::from_vec(self.scorer.raw(&bin_rows(&self.model.bins, rows)))
    }

    fn explain(&self, rows: &Rows<'_>) -> Explained {
        let matrix = bin_rows(&self.model.bins, rows);
        let values = self.explainer.explain(&matrix).values;
        let contributions = Array2::from_shape_vec((rows.count, self.model.bins.len()), values).unwrap_or_default();
        Explained { base: self.explainer.base(), contributions, raw: Array1::from_vec(self.scorer.raw(&matrix)) }
    }
}

impl FittedModel for BoosterModel {
    fn features(&self) -> usize {
        self.bins.len()
    }

    fn validate(&self) -> Result<(), String> {
        self.check_links()
    }

    fn prepare(&self) -> Box<dyn Prepared + '_> {
        Box::new(ReadyBooster { model: self, scorer: Scorer::new(self), explainer: Explainer::new(self) })
    }

    fn importance(&self, _: &Encoded<'_>) -> Vec<f64> {
        self.gain_by_feature()
    }
}

impl PredictInplace<Rows<'_>, Array1<f64>> for BoosterModel {
    fn predict_inplace<'a>(&'a self, rows: &'a Rows<'_>, out: &mut Array1<f64>) {
        *out = Array1::from_vec(Scorer::new(self).raw(&bin_rows(&self.bins, rows)));
    }

    fn default_target(&self, rows: &Rows<'_>) -> Array1<f64> {
        Array1::zeros(rows.count)
    }
}

impl Explain<Rows<'_>> for BoosterModel {
    fn explain(&self, rows: &Rows<'_>) -> Explained {
        self.prepare().explain(rows)
    }
}

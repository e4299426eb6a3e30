//! Owns the logistic as a learner: its fit in linfa's manner, the choice of the penalty on folds. Refuses to know names
//! and calibration.

use super::descent::{Bend, Lane, descend};
use super::design::Design;
use super::model::LogisticModel;
use super::params::{LogisticParams, LogisticSettings, LogisticValidParams};
use super::slopes::{Problem, Trial};
use super::terms::Terms;
use crate::learners::LearnError;
use crate::learners::context::{TrainingContext, TrainingSet, check_training_set, labels_of, weights_of};
use crate::learners::learner::{Learner, Tuned};
use crate::learners::options::TrainOptions;
use crate::learners::table::Encoded;
use crate::learners::watch::{Watch, go_on};
use linfa::ParamGuard;
use linfa::traits::Fit;
use ndarray::Array1;

/// Tolerance of a fit that only compares penalties.
const LOOSE: f64 = 1e-6;

/// L2 logistic regression on spline, one-hot and missing terms.
pub struct Logistic;

/// Terms and design of one table.
struct Prepared {
    terms: Terms,
    design: Design,
}

impl Prepared {
    fn of(data: &TrainingSet<'_>, watch: &dyn Watch) -> Result<Self, LearnError> {
        let (columns, rows) = (&data.records.columns, data.records.rows);
        go_on(watch)?;
        let all: Vec<u32> = (0..u32::try_from(rows).unwrap_or(u32::MAX)).collect();
        let terms = Terms::prepare(columns, &all, weights_of(data));
        let design = Design::build(&terms, columns, rows, watch)?;
        Ok(Self { terms, design })
    }

    /// Coefficients, the intercept last, as a model whose terms are centred on their means.
    fn model(&self, lane: &Lane, weights: Option<&[f32]>, settings: &LogisticSettings) -> LogisticModel {
        let (moved, plain) = self.design.means(weights);
        let mut list = self.terms.list.clone();
        let mut base = lane.beta.last().copied().unwrap_or(0.0);
        for (term, pair) in list.iter_mut().zip(self.terms.starts.windows(2)) {
            let own = &lane.beta[pair[0]..pair[1]];
            let mean_of = |means: &[f64]| own.iter().zip(&means[pair[0]..pair[1]]).map(|(b, m)| b * m).sum::<f64>();
            term.set(own, mean_of(&plain));
            base += mean_of(&moved);
        }
        LogisticModel { base, terms: list, convergence: lane.convergence(settings) }
    }
}

impl<'a> Fit<Encoded<'a>, Array1<f32>, LearnError> for LogisticValidParams<'_> {
    type Object = LogisticModel;

    fn fit(&self, data: &TrainingSet<'a>) -> Result<LogisticModel, LearnError> {
        check_training_set(data)?;
        let prepared = Prepared::of(data, self.watch())?;
        let problem = Problem {
            design: &prepared.design,
            labels: labels_of(data),
            weights: weights_of(data),
            folds: &[],
            watch: self.watch(),
        };
        let mut lanes = [Lane::at_mean(&problem, None)];
        descend(&problem, &mut lanes, &mut None, self.settings())?;
        Ok(prepared.model(&lanes[0], weights_of(data), self.settings()))
    }
}

/// One penalty on the folds.
struct Tried {
    settings: LogisticSettings,
    held_out: Vec<f64>,
    loss: f64,
    /// Coefficients on all rows, to go on from.
    beta: Vec<f64>,
}

impl Learner for Logistic {
    type Model = LogisticModel;
    const NAME: &'static str = "logistic";
    const HOLDS_DIRECTIONS: bool = false;

    fn tune(context: &TrainingContext<'_>, options: &TrainOptions) -> Result<Tuned<LogisticModel>, LearnError> {
        let mut strongest_first = options.penalties.clone();
        strongest_first.sort_by(|a, b| b.total_cmp(a));
        let settings: Vec<LogisticSettings> = strongest_first
            .iter()
            .map(|&l2| {
                let settings = LogisticSettings { l2, tolerance: LOOSE, ..LogisticSettings::default() };
                LogisticParams::new(settings).check().map(|p| *p.settings())
            })
            .collect::<Result<_, _>>()?;
        context.watch.progress("logistic: terms", 0, settings.len() + 1);
        let prepared = Prepared::of(&context.data, context.watch)?;
        let problem = Problem {
            design: &prepared.design,
            labels: context.labels(),
            weights: context.weights(),
            folds: &context.folds,
            watch: context.watch,
        };
        // All rows first: where that fit ends, each fold begins near its own bottom.
        let left_out = std::iter::once(None).chain((0..context.fold_count).map(Some));
        let mut lanes: Vec<Lane> = left_out.map(|fold| Lane::at_mean(&problem, fold)).collect();
        let mut bend = None;
        let mut tried = Vec::new();
        for (at, settings) in settings.into_iter().enumerate() {
            context.watch.progress("logistic: penalties", at, strongest_first.len() + 1);
            descend(&problem, &mut lanes, &mut bend, &settings)?;
            tried.push(Tried::of(context, &problem, &lanes, settings));
        }
        let at = steadiest_penalty(context, &tried);
        let mut chosen = tried.swap_remove(at);
        context.watch.progress("logistic: final fit", strongest_first.len(), strongest_first.len() + 1);
        let model = last_fit(&prepared, &problem, &mut lanes, &mut chosen, &mut bend)?;
        Ok(Tuned {
            learner: Self::NAME,
            held_out: chosen.held_out,
            loss: chosen.loss,
            rounds: None,
            refit: Box::new(move |_| Ok(model.clone())),
        })
    }
}

/// The fit on all rows at the chosen penalty, to the tolerance of a model that is kept.
fn last_fit(
    prepared: &Prepared,
    problem: &Problem<'_>,
    lanes: &mut [Lane],
    chosen: &mut Tried,
    bend: &mut Option<Bend>,
) -> Result<LogisticModel, LearnError> {
    let settings = LogisticSettings { l2: chosen.settings.l2, ..LogisticSettings::default() };
    let all = &mut lanes[..1];
    all[0].beta = std::mem::take(&mut chosen.beta);
    descend(problem, all, bend, &settings)?;
    Ok(prepared.model(&all[0], problem.weights, &settings))
}

impl Tried {
    fn of(context: &TrainingContext<'_>, problem: &Problem<'_>, lanes: &[Lane], settings: LogisticSettings) -> Self {
        let mut held_out = vec![0.0; context.rows()];
        let trials: Vec<Trial<'_>> = lanes.iter().map(|l| Trial { beta: &l.beta, left_out: l.left_out }).collect();
        problem.held_out(&trials, &mut held_out);
        Self { settings, loss: context.loss(&held_out), held_out, beta: lanes[0].beta.clone() }
    }
}

/// Of the penalties, strongest first, the strongest whose held-out loss is no more than one standard error above the
/// lowest (the rule of Breiman et al. 1984, on paired losses): what the folds cannot tell apart, the steadier model wins.
fn steadiest_penalty(context: &TrainingContext<'_>, tried: &[Tried]) -> usize {
    let lowest = tried.iter().enumerate().min_by(|a, b| a.1.loss.total_cmp(&b.1.loss)).map_or(0, |t| t.0);
    let stands = |t: &Tried| {
        let (more, error) = context.excess(&t.held_out, &tried[lowest].held_out);
        more <= error
    };
    tried.iter().position(stands).unwrap_or(lowest)
}

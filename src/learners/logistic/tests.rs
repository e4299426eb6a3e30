//! Tests of the logistic model as a whole.

use super::newton;
use super::*;
use crate::domain::random::draw;
use crate::learners::LearnError;
use crate::learners::context::{TrainingSet, check_training_set};
use crate::learners::log_odds::sigmoid;
use crate::learners::table::Encoded;
use crate::learners::table::EncodedColumn;
use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};

fn unit(a: u64, b: usize) -> f64 {
    draw(31, a, b as u64) as f64 / u64::MAX as f64
}

fn settings(l2: f64) -> LogisticSettings {
    LogisticSettings { l2, ..LogisticSettings::default() }
}

/// Columns, labels and weights as a data set.
fn data<'a>(columns: &[EncodedColumn<'a>], y: &[f32], w: Option<&[f32]>) -> TrainingSet<'a> {
    let n = columns.len();
    let (rows, columns, none) = (y.len(), columns.to_vec(), vec![0; n]);
    let encoded =
        Encoded { rows, columns, unseen: none.clone(), unseen_missing: none.clone(), beyond: none, rare: vec![0; n] };
    let set = DatasetBase::new(encoded, Array1::from_vec(y.to_vec()));
    match w {
        Some(w) => set.with_weights(Array1::from_vec(w.to_vec())),
        None => set,
    }
}

fn fit(columns: &[EncodedColumn<'_>], y: &[f32], w: Option<&[f32]>, settings: &LogisticSettings) -> LogisticModel {
    let told: Result<LogisticModel, LearnError> = LogisticParams::new(*settings).fit(&data(columns, y, w));
    told.unwrap()
}

fn all(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}

/// Labels from a curve (with missing cells) and a level.
fn planted(n: usize) -> (Vec<f32>, Vec<u8>, Vec<f32>) {
    let x: Vec<f32> = (0..n).map(|i| if unit(3, i) < 0.1 { f32::NAN } else { (unit(1, i) * 10.0) as f32 }).collect();
    let c: Vec<u8> = (0..n).map(|i| 1 + (unit(2, i) * 3.0) as u8).collect();
    let y = (0..n)
        .map(|i| {
            let bump = if x[i].is_nan() { -1.0 } else { (f64::from(x[i]) - 5.0).abs() - 2.0 };
            f32::from(u8::from(unit(4, i) < sigmoid(bump + f64::from(c[i]) - 2.0)))
        })
        .collect();
    (x, c, y)
}

/// scikit-learn 1.9.1, `LogisticRegression(C=0.1, solver="newton-cholesky", tol=1e-14)` with
/// sample weights on the same one-hot columns.
#[test]
fn coefficients_agree_with_scikit_learn() {
    let n = 400;
    let (mut s, mut u) = (777_u64, Vec::new());
    for _ in 0..n {
        s = (s * 1_103_515_245 + 12345) % (1 << 31);
        u.push(s as f64 / f64::from(1_u32 << 31));
    }
    let c1: Vec<u8> = (0..n).map(|i| 1 + ((i * i + i / 5) % 4) as u8).collect();
    let c2: Vec<u8> = (0..n).map(|i| 1 + ((i / 3) % 3) as u8).collect();
    let y: Vec<f32> =
        (0..n).map(|i| f32::from(u8::from(u[i] < 0.15 + 0.1 * f64::from(c1[i]) - 0.05 * f64::from(c2[i])))).collect();
    assert_eq!(y.iter().sum::<f32>(), 116.0);
    let w: Vec<f32> = (0..n).map(|i| 1.0 + (i % 3) as f32).collect();
    let columns = [EncodedColumn::Codes(c1), EncodedColumn::Codes(c2)];
    let m = fit(&columns, &y, Some(&w), &LogisticSettings { tolerance: 1e-13, ..settings(10.0) });
    let want: [&[f64]; 2] = [
        &[-0.524_058_462_681_621_7, 0.165_092_747_596_827_04, -0.148_186_566_545_964_07, 0.507_152_281_630_758_1],
        &[0.420_172_856_987_354_9, -0.377_855_253_624_739_04, -0.042_317_603_362_615_266],
    ];
    let mut intercept = m.base;
    for (term, want) in m.terms.iter().zip(want) {
        let Term::Levels { coefficients, mean } = term else { panic!() };
        intercept -= mean;
        assert!(coefficients[1..].iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-8), "{coefficients:?} {want:?}");
    }
    assert!((intercept + 0.871_748_974_406_033_6).abs() < 1e-8, "{intercept}");
}

#[test]
fn curves_bend_and_missing_is_its_own() {
    let (x, c, y) = planted(20_000);
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(c)];
    let m = fit(&columns, &y, None, &settings(1.0));
    assert!(m.convergence.converged && m.convergence.gradient <= 1e-8);
    let probe = [0.0_f32, 5.0, 10.0, f32::NAN, 999.0];
    let codes = EncodedColumn::Codes(vec![1; 5]);
    let raw = m.raw(&[EncodedColumn::Numeric(&probe), codes], 0, 5);
    assert!(raw[0] - raw[1] > 3.0 && raw[2] - raw[1] > 3.0, "{raw:?}");
    assert!((raw[3] - (-1.0 - 1.0)).abs() < 0.4, "{raw:?}");
    assert!((raw[4] - raw[2]).abs() < 0.01, "beyond the training range the curve is flat: {raw:?}");
}

#[test]
fn contributions_sum_and_average_to_nothing() {
    let (x, c, y) = planted(3000);
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(c)];
    let m = fit(&columns, &y, None, &settings(10.0));
    let (values, raw) = (m.contributions(&columns, 0, 3000), m.raw(&columns, 0, 3000));
    for (v, r) in values.chunks(2).zip(&raw) {
        assert!((m.base + v[0] + v[1] - r).abs() < 1e-12);
    }
    for k in 0..2 {
        assert!(values.iter().skip(k).step_by(2).sum::<f64>().abs() < 1e-8);
    }
    assert_eq!(m.raw(&columns, 1000, 5), raw[1000..1005]);
}

#[test]
fn whole_weights_equal_duplicated_rows() {
    let (x, c, y) = planted(1500);
    let w: Vec<f32> = (0..1500).map(|i| 1.0 + (i % 3) as f32).collect();
    let rows: Vec<usize> = (0..1500).flat_map(|i| std::iter::repeat_n(i, 1 + i % 3)).collect();
    let (x2, y2): (Vec<f32>, Vec<f32>) = rows.iter().map(|&i| (x[i], y[i])).unzip();
    let c2: Vec<u8> = rows.iter().map(|&i| c[i]).collect();
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(c)];
    let a = fit(&columns, &y, Some(&w), &settings(5.0));
    let twin = [EncodedColumn::Numeric(&x2), EncodedColumn::Codes(c2)];
    let b = fit(&twin, &y2, None, &settings(5.0));
    for (p, q) in a.raw(&columns, 0, 1500).iter().zip(b.raw(&columns, 0, 1500)) {
        assert!((p - q).abs() < 1e-6, "{p} {q}");
    }
}

#[test]
fn thread_count_never_shows_and_stopping_early_is_said() {
    let (x, c, y) = planted(9000);
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(c)];
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(&columns, &y, None, &settings(1.0)))
    };
    let one = run(1);
    assert!([2, 3, 7].iter().all(|&t| run(t) == one));
    let cut = fit(&columns, &y, None, &LogisticSettings { max_iterations: 1, ..settings(1.0) });
    assert!(!cut.convergence.converged && cut.convergence.iterations == 1);
    let back: LogisticModel = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
    assert_eq!(one, back);
}

/// Weights and thousands of rows over many parts, a sampled curvature among them: the fit ends where full Newton steps
/// on the plain matrix end, to 1e-6 in every log-odds.
#[test]
fn the_fit_ends_where_newton_ends() {
    let n = 40_000;
    let (x, c, y) = planted(n);
    let counts: Vec<f32> = (0..n).map(|i| (unit(7, i) * unit(8, i) * unit(9, i) * 6.0).floor() as f32).collect();
    let flags: Vec<u8> = (0..n).map(|i| u8::from(unit(10, i) < 0.03)).collect();
    let mostly_missing: Vec<f32> =
        (0..n).map(|i| if unit(11, i) < 0.9 { f32::NAN } else { (unit(12, i) * 3.0 - 1.0) as f32 }).collect();
    let w: Vec<f32> = (0..n).map(|i| if y[i] > 0.5 { 1.0 } else { 1.0 + (i % 4) as f32 }).collect();
    let columns = [
        EncodedColumn::Numeric(&x),
        EncodedColumn::Codes(c),
        EncodedColumn::Numeric(&counts),
        EncodedColumn::Codes(flags),
        EncodedColumn::Numeric(&mostly_missing),
    ];
    for l2 in [0.5, 30.0] {
        let strict = LogisticSettings { tolerance: 1e-11, ..settings(l2) };
        let ours = fit(&columns, &y, Some(&w), &strict);
        let mut warm = newton::Warm::default();
        let theirs = newton::path(&columns, &all(n), &y, Some(&w), &strict, &[l2], &mut warm).swap_remove(0);
        assert!(ours.convergence.converged && theirs.convergence.converged, "{:?}", ours.convergence);
        let (a, b) = (ours.raw(&columns, 0, n), theirs.raw(&columns, 0, n));
        let most = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(most < 1e-6, "{most}");
        assert!((ours.base - theirs.base).abs() < 1e-6);
    }
}

/// `linfa-logistic` on the same design as a dense matrix, unweighted.
#[test]
fn coefficients_agree_with_linfa() {
    let n = 4000;
    let (x, c, y) = planted(n);
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(c)];
    let ours = fit(&columns, &y, None, &LogisticSettings { tolerance: 1e-11, ..settings(2.0) });
    let terms = Terms::prepare(&columns, &all(n), None);
    let width = terms.columns() - 1;
    let (mut dense, mut entries) = (Array2::zeros((n, width)), Vec::new());
    for row in 0..n {
        newton::design_row(&terms, &columns, row, &mut entries);
        for (k, v) in entries.iter().filter(|e| e.0 < width) {
            dense[[row, *k]] = *v;
        }
    }
    let truth: Array1<bool> = y.iter().map(|y| *y > 0.5).collect();
    let model = linfa_logistic::LogisticRegression::default()
        .alpha(2.0)
        .with_intercept(true)
        .max_iterations(2000)
        .gradient_tolerance(1e-8)
        .fit(&DatasetBase::new(dense, truth))
        .unwrap();
    // It takes the larger class as the positive one.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let mut own = Vec::new();
    let mut intercept = ours.base;
    for term in &ours.terms {
        match term {
            Term::Curve { coefficients, missing, mean, .. } => {
                own.extend(coefficients.iter().chain([missing]).copied());
                intercept -= mean;
            }
            Term::Levels { coefficients, mean } => {
                own.extend(coefficients);
                intercept -= mean;
            }
        }
    }
    assert_eq!(own.len(), model.params().len());
    for (a, b) in own.iter().zip(model.params()) {
        assert!((a - sign * b).abs() < 1e-4, "{own:?} {:?}", model.params());
    }
    assert!((intercept - sign * model.intercept()).abs() < 1e-4);
}

#[test]
fn settings_and_rows_that_cannot_be_fitted_are_refused() {
    let x = [1.0_f32, 2.0, 3.0, 4.0];
    let y = [0.0_f32, 1.0, 0.0, 1.0];
    let columns = [EncodedColumn::Numeric(&x)];
    let code = |settings: LogisticSettings, w: Option<&[f32]>| {
        let told: Result<LogisticModel, LearnError> = LogisticParams::new(settings).fit(&data(&columns, &y, w));
        told.map_or_else(|e| e.exit_code(), |_| 0)
    };
    assert_eq!(code(settings(1.0), None), 0);
    for l2 in [-0.1, f64::NAN, f64::INFINITY] {
        assert_eq!(code(settings(l2), None), 2);
    }
    assert_eq!(code(LogisticSettings { tolerance: 0.0, ..settings(1.0) }, None), 2);
    assert_eq!(code(LogisticSettings { max_iterations: 0, ..settings(1.0) }, None), 2);
    for w in [[1.0, -1.0, 1.0, 1.0], [1.0, f32::NAN, 1.0, 1.0], [0.0; 4]] {
        assert_eq!(code(settings(1.0), Some(&w)), 3);
    }
    assert_eq!(code(settings(1.0), Some(&[1.0, 0.0, 1.0, 1.0])), 0);
    assert!(check_training_set(&data(&columns, &[0.0, 0.5, 1.0, 1.0], None)).is_err());
}

/// Coefficients of scikit-learn on terms that `tests/oracle/logistic/fixture.py` builds anew from their description, under
/// weights and with missing cells.
#[test]
fn splines_and_missing_agree_with_scikit_learn() {
    let told: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/oracle/logistic/fixture.json")).expect("a fixture");
    let n = told["rows"].as_u64().unwrap() as usize;
    let (mut seed, mut u) = (20_260_630_u64, Vec::new());
    for _ in 0..4 * n {
        seed = (seed * 1_103_515_245 + 12345) % (1 << 31);
        u.push(seed as f64 / f64::from(1_u32 << 31));
    }
    let cell = |i: usize, k: usize| u[4 * i + k];
    let known: Vec<f32> = (0..n).map(|i| ((cell(i, 0) * 10.0 * 1000.0).round_ties_even() / 1000.0) as f32).collect();
    let missing: Vec<bool> = (0..n).map(|i| cell(i, 1) < 0.15).collect();
    let x: Vec<f32> = (0..n).map(|i| if missing[i] { f32::NAN } else { known[i] }).collect();
    let levels: Vec<u8> = (0..n).map(|i| 1 + (cell(i, 2) * 3.0) as u8).collect();
    let w: Vec<f32> = (0..n).map(|i| 1.0 + (i % 3) as f32).collect();
    let y: Vec<f32> = (0..n)
        .map(|i| {
            let bend = if missing[i] { -0.5 } else { (f64::from(known[i]) - 5.0).abs() - 2.5 };
            f32::from(u8::from(cell(i, 3) < sigmoid(bend + f64::from(levels[i]) - 2.5)))
        })
        .collect();
    assert_eq!(y.iter().sum::<f32>() as u64, told["events"].as_u64().unwrap());
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(levels)];
    for wanted in told["fits"].as_array().unwrap() {
        let strict = LogisticSettings { tolerance: 1e-12, ..settings(wanted["l2"].as_f64().unwrap()) };
        let model = fit(&columns, &y, Some(&w), &strict);
        let (mut own, mut intercept) = (Vec::new(), model.base);
        for term in &model.terms {
            match term {
                Term::Curve { coefficients, missing, mean, knots, .. } => {
                    let bends: Vec<f64> = told["knots"].as_array().unwrap().iter().filter_map(|k| k.as_f64()).collect();
                    assert!(knots.iter().zip(&bends).all(|(a, b)| (a - b).abs() < 1e-9), "{knots:?} {bends:?}");
                    own.extend(coefficients.iter().chain([missing]).copied());
                    intercept -= mean;
                }
                Term::Levels { coefficients, mean } => {
                    own.extend(&coefficients[1..]);
                    intercept -= mean;
                }
            }
        }
        let theirs: Vec<f64> = wanted["coefficients"].as_array().unwrap().iter().filter_map(|c| c.as_f64()).collect();
        assert_eq!(own.len(), theirs.len());
        assert!(own.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-7), "{own:?} {theirs:?}");
        assert!((intercept - wanted["intercept"].as_f64().unwrap()).abs() < 1e-7);
    }
}

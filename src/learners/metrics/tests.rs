//! Tests of the metrics against figures computed with scikit-learn 1.9.1 and numpy on the same
//! 400 rows, ties included.

use super::*;
use crate::learners::Unwatched;

fn rows() -> (Vec<String>, Vec<String>, Vec<bool>, Vec<f64>) {
    let n = 400;
    let (mut s, mut u) = (12345_u64, Vec::new());
    for _ in 0..2 * n {
        s = (s * 1_103_515_245 + 12345) % (1 << 31);
        u.push(s as f64 / f64::from(1_u32 << 31));
    }
    let p: Vec<f64> = (0..n).map(|i| ((0.02 + 0.6 * u[i] * u[i]) * 100.0).round() / 100.0).collect();
    let y = (0..n).map(|i| u[n + i] < 0.8 * p[i] + 0.03).collect();
    let ids = (0..n).map(|i| i.to_string()).collect();
    (ids, (0..n).map(|i| (i / 2 * 9).to_string()).collect(), y, p)
}

fn evaluate(order: impl Fn(usize) -> usize) -> Evaluation {
    let (ids, groups, y, p) = rows();
    let at: Vec<usize> = (0..400).map(order).collect();
    let ids: Vec<&str> = at.iter().map(|&i| ids[i].as_str()).collect();
    let groups: Vec<&str> = at.iter().map(|&i| groups[i].as_str()).collect();
    let y: Vec<bool> = at.iter().map(|&i| y[i]).collect();
    let p: Vec<f64> = at.iter().map(|&i| p[i]).collect();
    evaluate_predictions(&ids, &groups, &y, &p, 5, &Unwatched).unwrap()
}

#[test]
fn point_figures_agree_with_scikit_learn() {
    let e = evaluate(|i| i);
    let close = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-9, "{what}: {a} is not {b}");
    assert_eq!((e.rows, e.groups, e.events), (400, 200, 76));
    close(e.auroc, 0.734_344_541_910_331_4, "AUROC");
    close(e.average_precision, 0.365_126_530_970_195_93, "average precision");
    close(e.brier, 0.138_973, "Brier");
    close(e.scaled_brier, 1.0 - 0.138_973 / (0.19 * 0.81), "scaled Brier");
    close(e.log_loss, 0.441_183_208_052_689_07, "log loss");
    close(e.calibration.slope, 0.722_658_117_775_380_4, "slope");
    close(e.calibration.intercept, -0.449_340_045_805_742_2, "intercept");
    close(e.in_the_large, -0.177_526_171_839_678_1, "in the large");
    close(e.ece10, 0.0564, "ECE10");
    let top = e.top[2];
    assert_eq!((top.percent, top.listed), (5.0, 20));
    close(top.ppv, 0.4, "PPV");
    close(top.sensitivity, 0.105_263_157_894_736_84, "sensitivity");
    close(top.lift, 2.105_263_157_894_736_7, "lift");
    let t = e.thresholds.iter().find(|t| t.threshold == 0.2).unwrap();
    assert_eq!(t.listed, 184);
    close(t.net_benefit, 0.0725, "net benefit");
}

#[test]
fn row_order_and_thread_count_never_show() {
    let one = evaluate(|i| i);
    assert_eq!(one, evaluate(|i| (i * 7 + 3) % 400));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(one, pool.install(|| evaluate(|i| 399 - i)));
    let i = one.intervals.auroc.unwrap();
    assert!(i.contains(one.auroc) && i.high - i.low > 0.05 && i.high - i.low < 0.25, "{i:?}");
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(one, serde_json::from_str(&text).unwrap());
}

#[test]
fn the_bootstrap_resamples_groups() {
    // every row ten times in its group: intervals by row would be too narrow by the root of ten
    let (_, _, y, p) = rows();
    let groups: Vec<u32> = (0..4000).map(|i| i / 10).collect();
    let (y10, p10): (Vec<bool>, Vec<f64>) = (0..4000).map(|i| (y[i / 10], p[i / 10])).unzip();
    let plan = BootstrapPlan { replicates: 300, seed: 1 };
    let wide = evaluate_with(&groups, &y10, &p10, None, plan, &Unwatched).unwrap().intervals.auroc.unwrap();
    let base: Vec<u32> = (0..400).collect();
    let want = evaluate_with(&base, &y, &p, None, plan, &Unwatched).unwrap().intervals.auroc.unwrap();
    assert!((wide.high - want.high).abs() < 1e-9 && (wide.low - want.low).abs() < 1e-9);
}

#[test]
fn a_paired_difference_knows_its_sign_and_refuses_nonsense() {
    let (_, _, y, p) = rows();
    let groups: Vec<u32> = (0..400).map(|i| i / 2).collect();
    let noise: Vec<f64> = (0..400).map(|i| f64::from(i * 7919 % 400) / 400.0).collect();
    let d = paired_auroc_difference(&groups, &y, &p, &noise, 200, 3, &Unwatched).unwrap().unwrap();
    assert!(d.point > 0.15 && d.interval.unwrap().low > 0.0, "{d:?}");
    let zero = paired_auroc_difference(&groups, &y, &p, &p, 50, 3, &Unwatched).unwrap().unwrap();
    assert_eq!((zero.point, zero.interval), (0.0, Some(Interval { low: 0.0, high: 0.0 })));
    assert!(paired_auroc_difference(&groups, &y, &p, &noise[1..], 5, 3, &Unwatched).unwrap().is_none());
    assert!(paired_auroc_difference(&[], &[], &[], &[], 5, 3, &Unwatched).unwrap().is_none());
}

#[test]
fn unusable_predictions_are_refused() {
    let p = [0.1, 0.9];
    let code = |y: &[bool], p: &[f64]| {
        evaluate_predictions(&["1", "2"], &["1", "2"], y, p, 0, &Unwatched).unwrap_err().exit_code()
    };
    assert_eq!(code(&[true, true], &p), 9);
    assert_eq!(code(&[true, false], &[0.1, f64::NAN]), 3);
    assert_eq!(code(&[true, false], &[0.1, 1.1]), 3);
    assert_eq!(code(&[true, false], &[0.1]), 3);
    assert_eq!(code(&[true], &p), 3);
}

#[test]
fn certain_predictions_do_not_break_anything() {
    let y: Vec<bool> = (0..200).map(|i| i % 4 == 0).collect();
    let p: Vec<f64> = y.iter().map(|y| f64::from(u8::from(*y))).collect();
    let groups: Vec<u32> = (0..200).collect();
    let e = evaluate_with(&groups, &y, &p, None, BootstrapPlan { replicates: 20, seed: 0 }, &Unwatched).unwrap();
    assert_eq!((e.auroc, e.brier, e.ece10), (1.0, 0.0, 0.0));
    assert!(!e.calibration.converged || e.calibration.slope > 1.0);
    assert!(serde_json::from_str::<Evaluation>(&serde_json::to_string(&e).unwrap()).is_ok());
}

#[test]
fn a_weight_is_as_many_rows() {
    let close = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-9, "{what}: {a} {b}");
    let (_, _, y, p) = rows();
    let weights: Vec<f32> = (0..y.len()).map(|i| [1.0, 3.0, 2.0][i % 3]).collect();
    let copies = |i: usize| [1, 3, 2][i % 3];
    let many: Vec<usize> = (0..y.len()).flat_map(|i| std::iter::repeat_n(i, copies(i))).collect();
    let none = BootstrapPlan { replicates: 0, seed: 1 };
    let groups: Vec<u32> = (0..u32::try_from(y.len()).unwrap()).collect();
    let a = evaluate_with(&groups, &y, &p, Some(&weights), none, &Unwatched).unwrap();
    let (y2, p2): (Vec<bool>, Vec<f64>) = many.iter().map(|&i| (y[i], p[i])).unzip();
    let groups: Vec<u32> = many.iter().map(|&i| u32::try_from(i).unwrap()).collect();
    let b = evaluate_with(&groups, &y2, &p2, None, none, &Unwatched).unwrap();
    assert!(a.weighted && !b.weighted && a.rows == 400 && b.rows == many.len());
    close(a.prevalence, b.prevalence, "prevalence");
    close(a.auroc, b.auroc, "AUROC");
    close(a.average_precision, b.average_precision, "average precision");
    close(a.brier, b.brier, "Brier");
    close(a.scaled_brier, b.scaled_brier, "scaled Brier");
    close(a.log_loss, b.log_loss, "log loss");
    close(a.calibration.slope, b.calibration.slope, "slope");
    close(a.in_the_large, b.in_the_large, "in the large");
    close(a.expected_over_observed, b.expected_over_observed, "E/O");
    for (s, t) in a.thresholds.iter().zip(&b.thresholds) {
        close(s.net_benefit, t.net_benefit, "net benefit");
        close(s.specificity, t.specificity, "specificity");
    }
    for (s, t) in a.top.iter().zip(&b.top) {
        assert_eq!(s.listed, t.listed);
        close(s.ppv, t.ppv, "PPV");
    }
    // The first rows of a tenth may straddle its edge as copies and not as one row.
    assert!((a.ece10 - b.ece10).abs() < 0.01, "{} {}", a.ece10, b.ece10);
}

/// linfa's own curve and scaling, unweighted, as a second reading.
#[test]
fn auroc_and_platt_agree_with_linfa() {
    use linfa::ParamGuard;
    use linfa::composing::platt_scaling::{PlattParams, platt_newton_method};
    use linfa::dataset::Pr;
    use linfa::metrics::BinaryClassification;
    let (_, _, y, p) = rows();
    let ours = evaluate(|i| i);
    let theirs: Vec<Pr> = p.iter().map(|p| Pr::new(*p as f32)).collect();
    let auroc = theirs.as_slice().roc(y.as_slice()).unwrap().area_under_curve();
    assert!((ours.auroc - f64::from(auroc)).abs() < 1e-5, "{} {auroc}", ours.auroc);
    // Platt's targets are drawn in by one event of each kind: with 76 of 400 that is seen in the third digit.
    let z: ndarray::Array1<f64> = p.iter().map(|p| crate::learners::log_odds::logit(*p)).collect();
    let labels = ndarray::Array1::from_vec(y.clone());
    let params = PlattParams::<f64, ()>::default().check().unwrap();
    let (a, b) = platt_newton_method(z.view(), labels.view(), &params).unwrap();
    assert!((ours.calibration.slope + a).abs() < 0.02, "{} {a}", ours.calibration.slope);
    assert!((ours.calibration.intercept + b).abs() < 0.02, "{} {b}", ours.calibration.intercept);
}

/// Stops once it has been asked often enough.
struct StopsAfter(std::sync::atomic::AtomicUsize);

impl crate::learners::Watch for StopsAfter {
    fn progress(&self, _: &str, _: usize, _: usize) {}

    fn should_stop(&self) -> bool {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 20
    }
}

#[test]
fn intervals_stop_when_told() {
    let (_, _, y, p) = rows();
    let groups: Vec<u32> = (0..400).collect();
    let plan = BootstrapPlan { replicates: 1_000_000, seed: 1 };
    let told = evaluate_with(&groups, &y, &p, None, plan, &StopsAfter(0.into()));
    assert!(matches!(told, Err(crate::learners::LearnError::Stopped)));
    let told = paired_auroc_difference(&groups, &y, &p, &p, 1_000_000, 1, &StopsAfter(0.into()));
    assert!(matches!(told, Err(crate::learners::LearnError::Stopped)));
}

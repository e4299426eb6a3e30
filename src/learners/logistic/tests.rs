//! Tests of the logistic model as a whole.

use super::*;
use crate::learners::chance::draw;
use crate::learners::table::EncodedColumn;

fn unit(a: u64, b: usize) -> f64 {
    draw(31, a, b as u64) as f64 / u64::MAX as f64
}

fn params(l2: f64) -> LogisticParams {
    LogisticParams { l2, ..LogisticParams::default() }
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
            f32::from(u8::from(unit(4, i) < crate::learners::log_odds::sigmoid(bump + f64::from(c[i]) - 2.0)))
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
    let m = fit(&columns, &all(n), &y, Some(&w), &LogisticParams { tolerance: 1e-13, ..params(10.0) });
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
    let m = fit(&columns, &all(20_000), &y, None, &params(1.0));
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
    let m = fit(&columns, &all(3000), &y, None, &params(10.0));
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
    let a = fit(&columns, &all(1500), &y, Some(&w), &params(5.0));
    let twin = [EncodedColumn::Numeric(&x2), EncodedColumn::Codes(c2)];
    let b = fit(&twin, &all(rows.len()), &y2, None, &params(5.0));
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
        pool.install(|| fit(&columns, &all(9000), &y, None, &params(1.0)))
    };
    let one = run(1);
    assert!([2, 3, 7].iter().all(|&t| run(t) == one));
    let cut = fit(&columns, &all(9000), &y, None, &LogisticParams { max_iterations: 1, ..params(1.0) });
    assert!(!cut.convergence.converged && cut.convergence.iterations == 1);
    let back: LogisticModel = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
    assert_eq!(one, back);
}

/// Where a fit begins does not show in where it ends: warm and cold, over penalties and over other rows.
#[test]
fn a_warm_path_ends_where_cold_fits_end() {
    let (x, c, y) = planted(6000);
    let columns = [EncodedColumn::Numeric(&x), EncodedColumn::Codes(c)];
    let strict = LogisticParams { tolerance: 1e-12, ..params(1.0) };
    let penalties = [100.0, 10.0, 1.0];
    let mut warm = Warm::default();
    for rows in [all(6000), (0..6000).filter(|r| r % 5 != 0).collect()] {
        let warmed = path(&columns, &rows, &y, None, &strict, &penalties, &mut warm);
        for (m, l2) in warmed.iter().zip(penalties) {
            let cold = fit(&columns, &rows, &y, None, &LogisticParams { l2, ..strict });
            assert_eq!(m.convergence.l2, l2);
            assert!(m.convergence.converged && cold.convergence.converged);
            let (a, b) = (m.raw(&columns, 0, 6000), cold.raw(&columns, 0, 6000));
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-7));
        }
    }
}

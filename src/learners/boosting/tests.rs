//! Tests of the booster as a whole.

use super::*;
use crate::domain::random::draw;
use crate::learners::log_odds::sigmoid;
use proptest::prelude::*;

/// Uniform in [0, 1) at an address.
fn unit(seed: u64, a: u64, b: usize) -> f64 {
    (draw(seed, a, b as u64) >> 11) as f64 / (1_u64 << 53) as f64
}

struct Data {
    numeric: Vec<Vec<f32>>,
    codes: Vec<Vec<u8>>,
    labels: Vec<f32>,
    weights: Option<Vec<f32>>,
}

impl Data {
    /// Three numbers (one with missing cells) and two code columns with an interaction among them.
    fn planted(rows: usize, seed: u64) -> Self {
        let at = |k: u64| (0..rows).map(|i| (unit(seed, k, i) * 50.0).floor() as f32).collect::<Vec<f32>>();
        let mut numeric = vec![at(1), at(2), at(3)];
        for (i, x) in numeric[1].iter_mut().enumerate() {
            if unit(seed, 9, i) < 0.2 {
                *x = f32::NAN;
            }
        }
        let code = |k: u64, n: f64| (0..rows).map(|i| (unit(seed, k, i) * n) as u8).collect::<Vec<u8>>();
        let codes = vec![code(4, 12.0), code(5, 3.0)];
        let labels = (0..rows)
            .map(|i| {
                let mut z = -2.0 + 0.05 * f64::from(numeric[0][i]);
                z += if numeric[1][i].is_nan() { 1.0 } else { -0.02 * f64::from(numeric[1][i]) };
                z += if codes[0][i] % 3 == 1 { 1.0 } else { 0.0 };
                z += if codes[1][i] == 2 && numeric[2][i] > 25.0 { 1.5 } else { 0.0 };
                f32::from(u8::from(unit(seed, 6, i) < sigmoid(z)))
            })
            .collect();
        Self { numeric, codes, labels, weights: None }
    }

    fn bins(&self) -> (Vec<FeatureBins>, Binned) {
        let weights = self.weights.as_deref();
        let mut bins: Vec<FeatureBins> = self.numeric.iter().map(|v| FeatureBins::fit_numeric(v, weights)).collect();
        bins.extend([FeatureBins::Categorical { levels: 12 }, FeatureBins::Categorical { levels: 3 }]);
        let mut sources: Vec<BinSource<'_>> = self.numeric.iter().map(|v| BinSource::Numeric(v)).collect();
        sources.extend(self.codes.iter().map(|v| BinSource::Codes(v)));
        let binned = Binned::build(&bins, &sources, self.labels.len());
        (bins, binned)
    }

    fn take(&self, rows: &[usize]) -> Self {
        let f = |v: &Vec<f32>| rows.iter().map(|&i| v[i]).collect::<Vec<f32>>();
        Self {
            numeric: self.numeric.iter().map(f).collect(),
            codes: self.codes.iter().map(|v| rows.iter().map(|&i| v[i]).collect()).collect(),
            labels: f(&self.labels),
            weights: None,
        }
    }
}

fn train(data: &Data, params: &BoosterSettings, rounds: usize) -> (BoosterModel, Binned) {
    let (bins, binned) = data.bins();
    let input = TrainingData { data: &binned, bins: &bins, labels: &data.labels, weights: data.weights.as_deref() };
    let rows = (0..data.labels.len() as u32).collect();
    let mut trainer = Trainer::new(input, params.clone(), rows, Vec::new());
    (0..rounds).for_each(|_| trainer.step());
    (trainer.into_model(rounds), binned)
}

fn small() -> BoosterSettings {
    BoosterSettings { min_child_rows: 20.0, max_leaves: 8, learning_rate: 0.2, ..BoosterSettings::default() }
}

fn walk(model: &BoosterModel, row: &[u8]) -> f64 {
    model.trees.iter().fold(model.base, |s, t| s + t.value_of(row))
}

fn in_pool<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}

/// Expected value of a tree where only features of `known` are looked at (Lundberg's algorithm 1).
fn expected(tree: &Tree, at: i32, row: &[u8], known: u32) -> (f64, f64) {
    if at < 0 {
        let leaf = tree.leaves[(-(at + 1)) as usize];
        return (leaf.value, leaf.cover);
    }
    let node = &tree.nodes[at as usize];
    let [l, r] = node.children.map(|c| expected(tree, c, row, known));
    let cover = l.1 + r.1;
    if (known >> node.feature) & 1 == 1 {
        (if node.left_bins.has(row[node.feature as usize]) { l.0 } else { r.0 }, cover)
    } else {
        ((l.0 * l.1 + r.0 * r.1) / cover, cover)
    }
}

fn brute_force(model: &BoosterModel, row: &[u8]) -> Vec<f64> {
    let m = model.bins.len() as u32;
    let value = |s: u32| -> f64 {
        let root = |t: &Tree| if t.nodes.is_empty() { -1 } else { 0 };
        model.trees.iter().map(|t| expected(t, root(t), row, s).0).sum()
    };
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    (0..m)
        .map(|i| {
            (0..1_u32 << m)
                .filter(|s| (s >> i) & 1 == 0)
                .map(|s| {
                    let k = s.count_ones();
                    let weight = factorial(k) * factorial(m - k - 1) / factorial(m);
                    weight * (value(s | 1 << i) - value(s))
                })
                .sum()
        })
        .collect()
}

#[test]
fn shapley_values_equal_brute_force_and_sum_to_the_score() {
    let (model, binned) = train(&Data::planted(1500, 3), &BoosterSettings { max_leaves: 20, ..small() }, 12);
    let explained = Explainer::new(&model).explain(&binned);
    for r in (0..1500).step_by(83) {
        let want = brute_force(&model, binned.row(r));
        for (a, b) in explained.row(r).iter().zip(&want) {
            assert!((a - b).abs() < 1e-10, "row {r}: {:?} {want:?}", explained.row(r));
        }
        let sum = explained.base + explained.row(r).iter().sum::<f64>();
        assert!((sum - walk(&model, binned.row(r))).abs() < 1e-10);
    }
}

#[test]
fn fast_scores_equal_the_walk_bit_for_bit() {
    let (model, binned) = train(&Data::planted(1111, 5), &BoosterSettings { max_leaves: 32, ..small() }, 30);
    for (r, s) in Scorer::new(&model).raw(&binned).into_iter().enumerate() {
        assert_eq!(s.to_bits(), walk(&model, binned.row(r)).to_bits());
    }
}

#[test]
fn whole_weights_equal_duplicated_rows() {
    let mut data = Data::planted(1200, 7);
    let copies: Vec<usize> = (0..1200).map(|i| 1 + i % 3).collect();
    let rows: Vec<usize> = (0..1200).flat_map(|i| std::iter::repeat_n(i, copies[i])).collect();
    let twin = data.take(&rows);
    data.weights = Some(copies.iter().map(|&c| c as f32).collect());
    let params = BoosterSettings { row_fraction: 1.0, ..small() };
    let (a, b) = (train(&data, &params, 25).0, train(&twin, &params, 25).0);
    assert_eq!(a, b, "every split, value and cover must agree");
}

#[test]
fn thread_count_never_shows() {
    let data = Data::planted(20_000, 11);
    let one = in_pool(1, || train(&data, &small(), 10));
    let score = |t: usize| in_pool(t, || (Scorer::new(&one.0).raw(&one.1), Explainer::new(&one.0).explain(&one.1)));
    for threads in [2, 3, 8] {
        assert_eq!(one.0, in_pool(threads, || train(&data, &small(), 10)).0);
        assert_eq!(score(1), score(threads));
    }
}

#[test]
fn a_model_survives_json_bit_for_bit() {
    let (model, _) = train(&Data::planted(900, 13), &small(), 15);
    let text = serde_json::to_string(&model).unwrap();
    let back: BoosterModel = serde_json::from_str(&text).unwrap();
    assert_eq!(model, back);
    assert_eq!(text, serde_json::to_string(&back).unwrap());
    assert!(back.check_links().is_ok());
}

#[test]
fn a_damaged_model_is_found() {
    let (model, _) = train(&Data::planted(900, 13), &small(), 3);
    let mut loops = model.clone();
    loops.trees[0].nodes[0].children[0] = 0;
    let mut far = model.clone();
    far.trees[1].nodes[0].feature = 99;
    let mut empty = model;
    empty.trees[2].leaves[0].value = f64::NAN;
    for m in [loops, far, empty] {
        assert!(m.check_links().is_err());
    }
}

#[test]
fn missing_values_find_their_side() {
    let data = Data::planted(4000, 17);
    let (model, binned) = train(&data, &small(), 40);
    let at: Vec<usize> = (0..4000).filter(|&i| data.numeric[1][i].is_nan()).collect();
    let explained = Explainer::new(&model).explain(&binned);
    let mean = at.iter().map(|&i| explained.row(i)[1]).sum::<f64>() / at.len() as f64;
    assert!(mean > 0.5, "missing raises the planted log-odds by about one, found {mean}");
}

#[test]
fn squared_error_follows_its_label() {
    let mut data = Data::planted(3000, 19);
    data.labels = data.numeric[0].iter().map(|x| x * 3.0 - 20.0).collect();
    let params = BoosterSettings { objective: Objective::SquaredError, ..small() };
    let (model, binned) = train(&data, &params, 80);
    let raw = Scorer::new(&model).raw(&binned);
    let error = raw.iter().zip(&data.labels).map(|(a, b)| (a - f64::from(*b)).powi(2)).sum::<f64>() / 3000.0;
    assert!(error < 30.0, "of a variance near 1900, {error} is left");
}

#[test]
fn held_rows_are_watched_and_never_learned_from() {
    let data = Data::planted(2000, 23);
    let (bins, binned) = data.bins();
    let run = |labels: &[f32]| {
        let input = TrainingData { data: &binned, bins: &bins, labels, weights: None };
        let mut t = Trainer::new(input, small(), (0..1500).collect(), (1500..2000).collect());
        (0..10).for_each(|_| t.step());
        let (loss, held) = (t.held_loss(), t.held_scores(10));
        let model = t.into_model(10);
        assert!(held.iter().zip(1500..).all(|(s, r)| s.to_bits() == walk(&model, binned.row(r)).to_bits()));
        (loss, model)
    };
    let (loss, model) = run(&data.labels);
    let mut other = data.labels.clone();
    other[1500..].iter_mut().for_each(|y| *y = 1.0 - *y);
    let (flipped, same) = run(&other);
    assert_eq!(model, same);
    assert!(flipped.0 > loss.0 && loss.1 == 500.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn monotone_directions_hold_to_the_leaves(seed in 0_u64..1_000_000, leaves in 2_usize..24) {
        let data = Data::planted(1500, seed);
        let monotone = vec![1, -1, -1];
        let params = BoosterSettings { monotone: monotone.clone(), max_leaves: leaves, ..small() };
        let (model, binned) = train(&data, &params, 15);
        for r in (0..1500).step_by(100) {
            for (f, way) in monotone.iter().enumerate() {
                let mut row = binned.row(r).to_vec();
                let mut last = f64::NEG_INFINITY;
                for b in 1..model.bins[f].count() {
                    row[f] = b as u8;
                    let s = walk(&model, &row) * f64::from(*way);
                    prop_assert!(s >= last - 1e-12, "feature {f}, bin {b}: {s} after {last}");
                    last = s;
                }
            }
        }
    }

    #[test]
    fn contributions_sum_to_the_score(seed in 0_u64..1_000_000, rows in 300_usize..1200) {
        let (model, binned) = train(&Data::planted(rows, seed), &small(), 8);
        let explained = Explainer::new(&model).explain(&binned);
        for (r, raw) in Scorer::new(&model).raw(&binned).into_iter().enumerate() {
            prop_assert!((explained.base + explained.row(r).iter().sum::<f64>() - raw).abs() < 1e-10);
        }
    }
}

#[test]
fn an_average_of_bags_scores_their_mean() {
    let data = Data::planted(1500, 29);
    let one = |bag: usize| train(&data, &small().bag(bag), 8).0;
    assert_ne!(one(0), one(1));
    let (_, binned) = train(&data, &small(), 1);
    let mean = BoosterModel::average(vec![one(0), one(1)]).unwrap();
    assert!(mean.check_links().is_ok() && BoosterModel::average(Vec::new()).is_none());
    for r in (0..1500).step_by(50) {
        let want = f64::midpoint(walk(&one(0), binned.row(r)), walk(&one(1), binned.row(r)));
        assert!((walk(&mean, binned.row(r)) - want).abs() < 1e-12);
    }
}

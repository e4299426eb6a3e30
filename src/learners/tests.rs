//! Tests of the room as a whole: from CSV bytes to artifact, scores and refusals.

use super::*;
use crate::domain::random::draw;
use crate::learners::boosting::BoosterSettings;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const SPEC: &str = "id='id'\ngroup='person'\norder='id'\nmissing=['?']\nseed=3\n[label]\ncolumn='y'\npositive=['yes']\n[features]\nnumeric=['visits','lab']\ncategorical=['ward','race']\n";

fn unit(a: u64, b: usize) -> f64 {
    draw(77, a, b as u64) as f64 / u64::MAX as f64
}

/// A table with a planted risk; `order` says which row stands where.
fn csv(rows: usize, order: impl Fn(usize) -> usize) -> String {
    let mut out = String::from("id,person,visits,lab,ward,race,y\n");
    for i in (0..rows).map(order) {
        let visits = (unit(1, i) * unit(2, i) * 9.0).floor();
        let lab = if unit(3, i) < 0.3 { "?".to_owned() } else { format!("{:.2}", unit(4, i)) };
        let ward = ["north", "south", "east", "?"][(unit(5, i) * 4.0) as usize];
        let z = -2.2 + 0.4 * visits + if ward == "east" { 0.8 } else { 0.0 } + if lab == "?" { 0.5 } else { 0.0 };
        let y = if unit(6, i) < log_odds::sigmoid(z) { "yes" } else { "no" };
        let _ = writeln!(out, "{i},p{},{visits},{lab},{ward},{},{y}", i / 2, ["a", "b"][i % 2]);
    }
    out
}

fn options() -> TrainOptions {
    let boost = BoosterSettings { learning_rate: 0.15, max_rounds: 60, patience: 15, ..BoosterSettings::default() };
    TrainOptions { replicates: 20, boost, ..TrainOptions::default() }
}

fn spec(learner: &str) -> TableSpec {
    TableSpec::parse(&format!("learner='{learner}'\n{SPEC}")).unwrap()
}

#[test]
fn both_learners_find_the_plant_calibrated_and_explained() {
    let text = csv(6000, |i| i);
    for learner in ["boosted", "logistic"] {
        let spec = spec(learner);
        let trained = train_table(text.as_bytes(), &spec, &options(), &Unwatched).unwrap();
        let m = &trained.artifact.metrics;
        assert_eq!(trained.report.chosen, learner);
        assert!(m.auroc > 0.6 && (m.calibration.slope - 1.0).abs() < 0.15 && m.in_the_large.abs() < 0.05, "{m:?}");
        assert!(trained.report.warnings.iter().any(|w| w.contains("race")));
        let top: Vec<&str> = trained.report.importance.iter().take(3).map(|i| i.0.as_str()).collect();
        assert!(top.contains(&"visits") && top.contains(&"ward"), "{top:?}");
        let table = read_csv(text.as_bytes(), &spec, Purpose::Score).unwrap();
        let ready = Ready::new(&trained.artifact);
        let scored = ready.score(&table).unwrap();
        let c = ready.contributions(&table, 0, 6000).unwrap();
        for (i, row) in scored.rows.iter().enumerate().step_by(97) {
            let sum = c.base + c.values[i * c.cols..(i + 1) * c.cols].iter().sum::<f64>();
            assert!((sum - c.log_odds[i]).abs() < 1e-9);
            assert!((log_odds::sigmoid(sum) - row.probability).abs() < 1e-12);
            let words = row.reasons.iter().map(|r| r.as_ref().map_or_else(String::new, |r| scored.text(r)));
            assert!(words.into_iter().all(|r| r.contains(" = ") && r.ends_with(')')), "{row:?}");
        }
        assert_eq!(ready.probabilities(&table).unwrap(), scored.rows.iter().map(|r| r.probability).collect::<Vec<_>>());
    }
}

#[test]
fn auto_keeps_the_lower_held_out_loss() {
    let trained = train_table(csv(4000, |i| i).as_bytes(), &spec("auto"), &options(), &Unwatched).unwrap();
    assert_eq!(trained.report.candidates.len(), 2);
    let best = trained.report.candidates.iter().min_by(|a, b| a.held_out.log_loss.total_cmp(&b.held_out.log_loss));
    assert_eq!(best.unwrap().learner, trained.report.chosen);
}

#[test]
fn row_order_and_thread_count_never_show() {
    let one = train_table(csv(3000, |i| i).as_bytes(), &spec("auto"), &options(), &Unwatched).unwrap();
    let shuffled = csv(3000, |i| (i * 1009 + 17) % 3000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let two = pool.install(|| train_table(shuffled.as_bytes(), &spec("auto"), &options(), &Unwatched)).unwrap();
    assert_eq!(one.artifact.to_files().unwrap(), two.artifact.to_files().unwrap());
    assert_eq!(one.report, two.report);
}

#[test]
fn a_folder_reloads_bit_for_bit_and_damage_is_found() {
    for learner in ["boosted", "logistic"] {
        let trained = train_table(csv(3000, |i| i).as_bytes(), &spec(learner), &options(), &Unwatched).unwrap();
        let files: BTreeMap<String, Vec<u8>> = trained.artifact.to_files().unwrap().into_iter().collect();
        let read = |files: &BTreeMap<String, Vec<u8>>| {
            Artifact::from_files(|n| files.get(n).cloned().ok_or_else(|| LearnError::Spec(format!("no {n}"))))
        };
        let back = read(&files).unwrap();
        assert_eq!(back, trained.artifact);
        assert_eq!(back.to_files().unwrap(), trained.artifact.to_files().unwrap());
        let with = |text: Vec<u8>| {
            let mut changed = files.clone();
            changed.insert("features.json".to_owned(), text);
            changed
        };
        let text = String::from_utf8(files["features.json"].clone()).unwrap();
        assert_eq!(read(&with(text.replace("\"north\"", "\"nord\"").into_bytes())).unwrap_err().exit_code(), 5);
        assert!(matches!(read(&with(b"{".to_vec())), Err(LearnError::Artifact(_))));
        let mut gone = files.clone();
        gone.remove("features.json");
        assert!(matches!(read(&gone), Err(LearnError::Spec(_))));
    }
}

#[test]
fn features_that_do_not_fit_are_named() {
    let spec = spec("logistic");
    let text = csv(3000, |i| i);
    let trained = train_table(text.as_bytes(), &spec, &options(), &Unwatched).unwrap();
    let cut = text.replace("visits", "besuche").replace("ward", "station");
    let e = read_csv(cut.as_bytes(), &spec, Purpose::Score).unwrap_err();
    assert!(e.exit_code() == 5 && e.to_string().contains("visits, ward"), "{e}");
    let mut table = read_csv(text.as_bytes(), &spec, Purpose::Score).unwrap();
    table.columns.retain(|c| c.name != "lab");
    let e = score_table(&trained.artifact, &table).unwrap_err();
    assert!(e.exit_code() == 5 && e.to_string().contains("`lab` is absent"), "{e}");
}

#[test]
fn unseen_levels_score_as_rare_and_warn() {
    let spec = spec("boosted");
    let trained = train_table(csv(3000, |i| i).as_bytes(), &spec, &options(), &Unwatched).unwrap();
    let text = csv(200, |i| i).replace("north", "tower").replace("south", "tower").replace("east", "tower");
    let table = read_csv(text.as_bytes(), &spec, Purpose::Score).unwrap();
    let scored = score_table(&trained.artifact, &table).unwrap();
    assert!(scored.warnings.len() == 1 && scored.warnings[0].contains("ward"), "{:?}", scored.warnings);
    assert!(scored.rows.iter().all(|r| (0.0..=1.0).contains(&r.probability)));
}

#[test]
fn refusals_have_their_codes() {
    let run = |text: &str, spec: &TableSpec| train_table(text.as_bytes(), spec, &options(), &Unwatched).unwrap_err();
    let text = csv(3000, |i| i);
    assert_eq!(run(&text.replace(",yes\n", ",no\n"), &spec("auto")).exit_code(), 9);
    assert_eq!(run(&csv(300, |i| i), &spec("auto")).exit_code(), 9);
    let copied = text.replace(",y\n", ",y,twin\n").replace(",yes\n", ",yes,1\n").replace(",no\n", ",no,0\n");
    let leaking = TableSpec::parse(&SPEC.replace("'lab'", "'lab','twin'")).unwrap();
    let e = run(&copied, &leaking);
    assert!(e.exit_code() == 9 && e.to_string().contains("`twin`"), "{e}");
    let allowed = TrainOptions { allow_suspect: true, ..options() };
    let trained = train_table(copied.as_bytes(), &leaking, &allowed, &Unwatched).unwrap();
    assert!(trained.report.warnings.iter().any(|w| w.contains("disguise")));
    let one_group = TableSpec::parse(&SPEC.replace("group='person'", "group='race'").replace(",'race'", "")).unwrap();
    assert_eq!(run(&text, &one_group).exit_code(), 9);
    let absent = TableSpec::parse(&SPEC.replace("'lab'", "'labs'")).unwrap();
    assert!(run(&text, &absent).exit_code() == 2);
}

#[test]
fn recalibration_moves_the_level_and_keeps_the_learner() {
    let spec = spec("boosted");
    let trained = train_table(csv(4000, |i| i).as_bytes(), &spec, &options(), &Unwatched).unwrap();
    // a place where half of the events are never coded
    let text: String = csv(9000, |i| i + 10_000)
        .lines()
        .enumerate()
        .map(|(i, l)| if i % 2 == 0 { l.replace(",yes", ",no") + "\n" } else { l.to_owned() + "\n" })
        .collect();
    let table = read_csv(text.as_bytes(), &spec, Purpose::Train).unwrap();
    let moved = recalibrate(&trained.artifact, &table, &options(), &Unwatched).unwrap();
    assert_eq!(moved.model, trained.artifact.model);
    assert!(moved.metrics.in_the_large.abs() < 1e-6 && (moved.metrics.expected_over_observed - 1.0).abs() < 1e-6);
    assert!(moved.calibration.intercept < trained.artifact.calibration.intercept - 0.4);
}

/// The public benchmark, where its file is at hand: a coarse floor, and no leak.
#[test]
fn uci_diabetes_reaches_its_floor() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/uci/diabetic_data.csv");
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: no ../shared");
        return;
    };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (gone, patient) = (place("discharge_disposition_id"), place("patient_nbr"));
    let mut parts = [csv::Writer::from_writer(Vec::new()), csv::Writer::from_writer(Vec::new())];
    for p in &mut parts {
        p.write_record(&header).unwrap();
    }
    for record in reader.records() {
        let record = record.unwrap();
        if !["11", "13", "14", "19", "20", "21"].contains(&&record[gone]) {
            let test = record[patient].ends_with(['0', '1', '2']);
            parts[usize::from(test)].write_record(&record).unwrap();
        }
    }
    let [train, test] = parts.map(|p| p.into_inner().unwrap());
    let text = "id='encounter_id'\ngroup='patient_nbr'\nmissing=['?']\nlearner='boosted'\n[label]\ncolumn='readmitted'\npositive=['<30']\n[features]\nnumeric=['time_in_hospital','num_lab_procedures','num_procedures','num_medications','number_outpatient','number_emergency','number_inpatient','number_diagnoses']\ncategorical=['age','gender','admission_type_id','discharge_disposition_id','admission_source_id','payer_code','medical_specialty','diag_1','max_glu_serum','A1Cresult','metformin','insulin','change','diabetesMed']\n";
    let spec = TableSpec::parse(text).unwrap();
    let boost = BoosterSettings { learning_rate: 0.2, max_rounds: 60, patience: 20, ..BoosterSettings::default() };
    let options = TrainOptions { folds: 2, replicates: 0, boost, ..TrainOptions::default() };
    let trained = train_table(&train, &spec, &options, &Unwatched).unwrap();
    let table = read_csv(&test, &spec, Purpose::Train).unwrap();
    let p = Ready::new(&trained.artifact).probabilities(&table).unwrap();
    let plan = metrics::BootstrapPlan { replicates: 0, seed: 1 };
    let e = metrics::evaluate_with(&table.groups.codes, table.labels.as_deref().unwrap(), &p, None, plan, &Unwatched)
        .unwrap();
    assert_eq!((e.rows, e.events), (29_824, 3_383));
    assert!(e.auroc > 0.66 && e.auroc < 0.70, "AUROC {}", e.auroc);
    assert!((e.calibration.slope - 1.0).abs() < 0.12 && e.in_the_large.abs() < 0.05, "{:?}", e.calibration);
}

/// Settings and specs that cannot be used are refused before a row is read, with the exit code of bad arguments.
#[test]
fn bad_settings_are_refused_before_any_work() {
    let refused = |spec: &TableSpec, options: &TrainOptions, says: &str| {
        let told = train_table(b"not even a table", spec, options, &Unwatched).unwrap_err();
        assert!(told.exit_code() == 2 && told.to_string().contains(says), "{told}");
    };
    refused(&spec("forest"), &options(), "learner `forest` is none; there are boosted, logistic, auto");
    let mut directed = spec("logistic");
    directed.monotone.insert("visits".to_owned(), table::Direction::Increasing);
    refused(&directed, &options(), "the logistic learner holds no direction");
    refused(&spec("auto"), &TrainOptions { folds: 1, ..options() }, "2 to 50 folds");
    // Of the learner's own settings, once the table is encoded and before anything is fitted.
    let text = csv(3000, |i| i);
    for (options, says) in [
        (
            TrainOptions { penalties: vec![3.0, -1.0], ..options() },
            "the penalty of the logistic must be 0 or more, not -1",
        ),
        (
            TrainOptions { boost: BoosterSettings { l2: f64::NAN, ..options().boost }, ..options() },
            "l2 of the booster must be 0 or more",
        ),
    ] {
        let told = train_table(text.as_bytes(), &spec("auto"), &options, &Unwatched).unwrap_err();
        assert!(told.exit_code() == 2 && told.to_string().contains(says), "{told}");
    }
}

/// Counts what it is told and stops at a call.
struct Stops {
    asked: std::sync::atomic::AtomicUsize,
    after: usize,
}

impl Watch for Stops {
    fn progress(&self, _: &str, done: usize, of: usize) {
        assert!(done <= of);
    }

    fn should_stop(&self) -> bool {
        self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= self.after
    }
}

#[test]
fn training_stops_wherever_it_is_told() {
    let text = csv(3000, |i| i);
    let whole = Stops { asked: 0.into(), after: usize::MAX };
    train_table(text.as_bytes(), &spec("auto"), &options(), &whole).unwrap();
    let asked = whole.asked.into_inner();
    assert!(asked > 100, "{asked}");
    for share in [0, 1, 3, 6, 9] {
        let stops = Stops { asked: 0.into(), after: asked * share / 10 };
        let told = train_table(text.as_bytes(), &spec("auto"), &options(), &stops).unwrap_err();
        assert!(matches!(told, LearnError::Stopped) && told.exit_code() == 130);
        // Nobody goes on for long after the first refusal.
        assert!(stops.asked.into_inner() <= asked * share / 10 + 64);
    }
}

#[test]
fn numbers_beyond_those_of_training_are_counted_and_warned_of_when_many() {
    let spec = spec("logistic");
    let trained = train_table(csv(3000, |i| i).as_bytes(), &spec, &options(), &Unwatched).unwrap();
    let mut table = read_csv(csv(1000, |i| i).as_bytes(), &spec, Purpose::Score).unwrap();
    let ready = Ready::new(&trained.artifact);
    assert!(ready.score(&table).unwrap().unseen.is_empty());
    let table::ColumnData::Numeric(visits) = &mut table.columns[0].data else { panic!() };
    visits[..3].fill(-1.0);
    let few = ready.score(&table).unwrap();
    assert_eq!(few.unseen, ["`visits`: 3 of 1000 rows lie outside the numbers of training"]);
    assert!(few.warnings.is_empty());
    let table::ColumnData::Numeric(visits) = &mut table.columns[0].data else { panic!() };
    visits.fill(99.0);
    assert_eq!(
        ready.score(&table).unwrap().warnings,
        ["`visits`: 1000 of 1000 rows lie outside the numbers of training"]
    );
}

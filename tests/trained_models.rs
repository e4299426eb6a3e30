//! Models from a history to the list: train, refuse, score, explain, evaluate, recalibrate. One small synthetic
//! population serves all of it.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use support::{code, lamplight, manifest, text};

struct World {
    dir: tempfile::TempDir,
}

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A configuration of the population with lines for `[models]` and the night.
    fn config(&self, name: &str, models: &str) -> String {
        let mut out =
            format!("[run]\nas_of = \"2026-06-30\"\nout = \"{}\"\n", self.path(&format!("out-{name}")).display());
        let mut extracts: Vec<PathBuf> =
            std::fs::read_dir(self.path("data")).expect("there").map(|e| e.expect("an entry").path()).collect();
        extracts.sort();
        for path in extracts {
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if !matches!(stem.as_str(), "truth" | "synthetic") {
                out.push_str(&format!("[extracts.{stem}]\npath = \"{}\"\n", path.display()));
            }
        }
        out.push_str(&format!("[models]\npanel_rows = 4000\n{models}\n"));
        let path = self.path(&format!("{name}.toml"));
        std::fs::write(&path, out).expect("written");
        path.display().to_string()
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

/// The population and one model of `avoid_hosp` 90, made once.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = World { dir: tempfile::tempdir().expect("a folder") };
        let made = lamplight(&["synth", "--members", "5000", "--seed", "3", "--out", &world.text("data")]);
        assert_eq!(code(&made), 0, "{}", text(&made));
        let config = world.config("train", "feature_columns = [\"lives_alone\"]");
        let out = world.text("models/m");
        let trained = lamplight(&[
            "train",
            "--config",
            &config,
            "--model",
            "avoid_hosp_90",
            "--learner",
            "boosted",
            "--out",
            &out,
        ]);
        assert_eq!(code(&trained), 0, "{}", text(&trained));
        assert!(String::from_utf8_lossy(&trained.stdout).contains("SYNTHETIC DATA"), "{}", text(&trained));
        world
    })
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).expect("there")).expect("JSON")
}

fn use_line(more: &str) -> String {
    format!("use = [\"models/m\"]\nfeature_columns = [\"lives_alone\"]\n{more}")
}

#[test]
fn the_folder_is_whole_and_says_it_is_synthetic() {
    let w = world();
    let model = w.path("models/m");
    for file in [
        "model.json",
        "features.json",
        "calibration.json",
        "spec.json",
        "training.json",
        "metrics.json",
        "identity.json",
        "evaluation.json",
        "evaluation.html",
        "report.json",
        "card.md",
        "model_card.json",
        "model_card.md",
    ] {
        assert!(model.join(file).is_file(), "{file}");
    }
    let identity = json(&model.join("identity.json"));
    assert_eq!(identity["synthetic"], true);
    assert_eq!(identity["id"], "demo_avoid_hosp_90");
    assert_eq!(json(&model.join("training.json"))["synthetic"], true);
    let card = json(&model.join("model_card.json"));
    assert_eq!(card["hti1_source_attributes"].as_array().expect("a list").len(), 31);
    assert_eq!(card["tripod_ai"].as_array().expect("a list").len(), 27);
    for page in ["card.md", "model_card.md", "evaluation.html"] {
        let page = std::fs::read_to_string(model.join(page)).expect("there").to_lowercase();
        assert!(page.contains("synthetic data"), "{page}");
    }
    // Slices follow in time, and no training label reaches the report slice.
    let day = |slice: &str, end: &str| identity[slice][end].as_str().expect("a day").to_owned();
    assert!(day("train", "to") < day("calibrate", "from") && day("calibrate", "to") < day("report", "from"));
    assert!(identity["features"].as_array().expect("a list").iter().any(|f| f["name"] == "own_lives_alone"));
    assert!(
        identity["features"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|f| f["hash"].as_str().is_some_and(|h| h.len() == 16))
    );
    assert_eq!(std::fs::read_dir(w.path("models")).expect("there").count(), 1, "nothing else is left beside the model");
}

#[test]
fn a_demonstration_model_needs_to_be_allowed() {
    let w = world();
    let run = lamplight(&["run", "--config", &w.config("refused", &use_line(""))]);
    assert_eq!(code(&run), 2, "{}", text(&run));
    assert!(text(&run).contains("allow_demo_model"), "{}", text(&run));
    assert!(!w.path("out-refused/current").exists());
}

/// The shipped sample names demonstration models; the same file with one more comment may not.
#[test]
fn only_the_shipped_configuration_may_name_demonstration_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(support::project().join("config/sample.toml")).expect("there");
    assert!(text.contains("demo/avoid_hosp_90") && text.contains("allow_demo_model = false"));
    let path = folder.path().join("lamplight.toml");
    std::fs::write(&path, format!("{text}\n# another configuration\n")).expect("written");
    let out = folder.path().join("out");
    let run = support::command(&["run", "--config", &path.display().to_string(), "--out", &out.display().to_string()])
        .current_dir(support::project())
        .output()
        .expect("runs");
    assert_eq!(code(&run), 2, "{}", support::text(&run));
    assert!(support::text(&run).contains("allow_demo_model"), "{}", support::text(&run));
}

#[test]
fn a_model_that_does_not_fit_is_refused_by_name() {
    let w = world();
    for (name, models, wanted) in [
        ("absent", "use = [\"models/m\"]\nallow_demo_model = true", "`own_lives_alone` is absent"),
        ("lag", &use_line("allow_demo_model = true\nclaims_lag_days = 30"), "claims_lag_days is 30"),
    ] {
        let run = lamplight(&["run", "--config", &w.config(name, models)]);
        assert_eq!(code(&run), 5, "{}", text(&run));
        assert!(text(&run).contains(wanted), "{}", text(&run));
    }
    let run = lamplight(&["run", "--config", &w.config("nowhere", "use = [\"models/none\"]")]);
    assert_eq!(code(&run), 2, "{}", text(&run));
    // A damaged folder is no model.
    let copy = w.path("damaged/m");
    std::fs::create_dir_all(&copy).expect("made");
    for e in std::fs::read_dir(w.path("models/m")).expect("there") {
        let e = e.expect("an entry");
        std::fs::copy(e.path(), copy.join(e.file_name())).expect("copied");
    }
    std::fs::write(copy.join("identity.json"), "{}").expect("written");
    let run = lamplight(&["run", "--config", &w.config("damaged", "use = [\"damaged/m\"]\nallow_demo_model = true")]);
    assert_eq!(code(&run), 5, "{}", text(&run));
}

#[test]
fn the_night_scores_orders_and_explains() {
    let w = world();
    let config = w.config("night", &use_line("allow_demo_model = true"));
    let run = lamplight(&["run", "--config", &config, "--threads", "2"]);
    assert_eq!(code(&run), 0, "{}", text(&run));
    let current = w.path("out-night/current");
    let read = |name: &str| lamplight::publish::read_rows(&current.join(name), None).expect("a table");
    let scores = read("scores.parquet");
    let mut odds: BTreeMap<String, f64> = BTreeMap::new();
    let mut others: BTreeMap<String, [Option<f64>; 2]> = BTreeMap::new();
    for r in &scores.rows {
        let get = |n: &str| scores.get(r, n);
        if get("score_id") == "avoid_hosp" && get("horizon_days") == "90" && get("status") == "scored" {
            assert_eq!((get("basis"), get("model_id")), ("trained", "demo_avoid_hosp_90"));
            let p: f64 = get("probability").parse().expect("a number");
            odds.insert(get("member_id").to_owned(), (p / (1.0 - p)).ln());
        } else if get("score_id") == "avoid_hosp" {
            // The other horizons are derived from the model of 90 days, or nobody's; never a rate beside its probability.
            if get("status") == "scored" {
                assert_eq!((get("basis"), get("model_id")), ("derived", "demo_avoid_hosp_90"));
                let at = usize::from(get("horizon_days") == "365");
                others.entry(get("member_id").to_owned()).or_default()[at] = get("probability").parse().ok();
            }
        } else if get("status") == "scored" {
            assert_eq!(get("basis"), "published_index", "{r:?}");
        }
    }
    assert!(odds.len() > 1000, "{}", odds.len());
    assert!(others.len() > 1000, "{}", others.len());
    for (member, [nearer, further]) in &others {
        let p = 1.0 / (1.0 + (-odds[member]).exp());
        assert!(
            nearer.is_none_or(|n: f64| n <= p + 1e-12) && further.is_none_or(|f| f >= p - 1e-12),
            "{nearer:?} {p} {further:?}"
        );
    }
    // Every line of a score sums to its log-odds; three to five are named, and age is none of them.
    let reasons = read("reasons.parquet");
    let mut sums: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    for r in reasons.rows.iter().filter(|r| reasons.get(r, "score_id") == "avoid_hosp") {
        let sum = sums.entry(reasons.get(r, "member_id").to_owned()).or_default();
        sum.0 += reasons.get(r, "contribution").parse::<f64>().expect("a number");
        sum.1 += usize::from(reasons.get(r, "driver") != "rest");
        let words = reasons.get(r, "reason");
        assert!(!words.starts_with("age and sex"), "{words}");
        // Without a sensitive role nothing tells a sensitive condition, nor that there is none.
        for told in ["HIV", "use disorder", "psychosis", "depression", "PHQ-9", "behavioral-health stay or ED"] {
            assert!(
                !words.contains(told) || words.starts_with("no behavioral-health") || words.contains("not asked"),
                "{words}"
            );
        }
    }
    assert_eq!(sums.len(), odds.len());
    for (member, (sum, named)) in &sums {
        assert!((sum - odds[member]).abs() < 1e-6, "{sum} is not {}", odds[member]);
        // Three to five for an analyst, and those of the sheet that are not among them.
        assert!((3..=10).contains(named), "{named} reasons");
    }
    // The list follows expected benefit.
    let list = read("outreach.parquet");
    let by_benefit: Vec<f64> = list
        .rows
        .iter()
        .filter(|r| list.get(r, "ordered_by") == "expected benefit" && list.get(r, "band") == "risk")
        .map(|r| list.get(r, "priority").parse().expect("a number"))
        .collect();
    assert!(by_benefit.len() >= 5, "{}", by_benefit.len());
    assert!(by_benefit.windows(2).all(|p| p[0] >= p[1]), "{by_benefit:?}");
    let m = manifest(&current);
    assert_eq!(m["model_hashes"]["demo_avoid_hosp_90"].as_str().map(str::len), Some(64));
    assert!(m["banner"].as_str().is_some_and(|b| b.contains("synthetic")), "{}", m["banner"]);
    let card = std::fs::read_to_string(current.join("model_card.md")).expect("there");
    assert!(card.contains("## Source attributes (ONC HTI-1)"));
    let member = list.get(&list.rows[0], "member_id").to_owned();
    let told = lamplight(&["explain", "--run", &current.display().to_string(), "--member", &member, "--analyst"]);
    assert!(text(&told).contains("demo_avoid_hosp_90"), "{}", text(&told));
    assert!(text(&told).contains("the average member the model learned from"), "{}", text(&told));
    // The same bytes on another number of threads.
    let again = w.config("again", &use_line("allow_demo_model = true"));
    let run = lamplight(&["run", "--config", &again, "--threads", "1"]);
    assert_eq!(code(&run), 0, "{}", text(&run));
    assert_eq!(manifest(&w.path("out-again/current"))["digest"], m["digest"]);
}

#[test]
fn training_is_the_same_at_any_thread_count_and_recalibration_keeps_the_trees() {
    let w = world();
    let config = w.config("again-train", "feature_columns = [\"lives_alone\"]");
    let out = w.text("one/m");
    let trained = lamplight(&[
        "train",
        "--config",
        &config,
        "--model",
        "avoid_hosp_90",
        "--learner",
        "boosted",
        "--threads",
        "1",
        "--out",
        &out,
    ]);
    assert_eq!(code(&trained), 0, "{}", text(&trained));
    for file in ["model.json", "calibration.json", "identity.json", "evaluation.json", "model_card.md"] {
        let (a, b) = (std::fs::read(w.path("models/m").join(file)), std::fs::read(w.path("one/m").join(file)));
        assert_eq!(a.expect("there"), b.expect("there"), "{file} differs");
    }
    let out = w.text("two/m");
    let from = w.text("models/m");
    let again =
        lamplight(&["train", "--config", &config, "--model", "avoid_hosp_90", "--recalibrate", &from, "--out", &out]);
    // The calibration slice of so small a population holds under 100 events: refused, and nothing is written.
    if code(&again) == 9 {
        assert!(!w.path("two").exists());
    } else {
        assert_eq!(code(&again), 0, "{}", text(&again));
        let read = |m: &str| std::fs::read(w.path(m).join("model.json")).expect("there");
        assert_eq!(read("models/m"), read("two/m"));
        assert!(json(&w.path("two/m/identity.json"))["recalibrated_from"].is_string());
    }
}

#[test]
fn evaluation_stands_beside_published_indices() {
    let w = world();
    let config = w.config("evaluate", "feature_columns = [\"lives_alone\"]");
    let (model, out) = (w.text("models/m"), w.text("judged"));
    let done = lamplight(&["evaluate", "--config", &config, "--model", &model, "--out", &out]);
    assert_eq!(code(&done), 0, "{}", text(&done));
    let e = json(&w.path("judged/evaluation.json"));
    // The history the model was trained on gives the figures of its card.
    assert_eq!(e["overall"]["auroc"], json(&w.path("models/m/evaluation.json"))["overall"]["auroc"]);
    assert_eq!(e["synthetic"], true);
    let names: Vec<&str> =
        e["comparators"].as_array().expect("a list").iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["LACE", "HOSPITAL", "Elixhauser readmission index", "AHRQ PQI 90 rate", "two stays in a year"]);
    // The population has laboratory values and discharges: no index is missing altogether.
    assert_eq!(e["absent"].as_array().map(Vec::len), Some(0));
    assert_eq!(e["deaths"].as_array().map(Vec::len), Some(3));
    assert_eq!(e["burden_audit"].as_array().map(Vec::len), Some(4));
    for attribute in ["age", "sex", "payer", "race", "ethnicity", "language", "county poverty"] {
        assert!(e["groups"].as_array().expect("a list").iter().any(|g| g["attribute"] == attribute), "{attribute}");
    }
    for g in e["groups"].as_array().expect("a list") {
        assert!(g["events"].is_null() || g["events"].as_u64().is_some_and(|n| n >= 11), "{g}");
        assert!(!g["events"].is_null() || g["auroc"].is_null(), "{g}");
    }
    assert!(e["drift"].as_array().expect("a list").iter().any(|d| d["name"] == "score"));
    let page = std::fs::read_to_string(w.path("judged/evaluation.html")).expect("there");
    assert!(page.contains("SYNTHETIC DATA") && page.contains("Decision curve") && page.contains("on log-odds"));
    // The curve of every ranking, the model's first; its tenth is the figure that stands by itself.
    let curves = e["concentration"].as_array().expect("a list");
    assert_eq!((curves.len(), &curves[0]["ranking"]), (1 + names.len(), &serde_json::json!("this model")));
    let tenth = curves[0]["points"].as_array().expect("a list").iter().find(|p| p["percent"] == 10.0);
    assert_eq!(tenth.expect("a tenth")["sensitivity"], e["top_decile_capture"]);
    let held: u64 = e["overall"]["spread"].as_array().expect("bins").iter().filter_map(|b| b["rows"].as_u64()).sum();
    assert_eq!(held, e["overall"]["rows"].as_u64().expect("a number"));
    // Judged at what the roster allows, and after a night at the length that its list had.
    assert!(e["capacity"].as_str().is_some_and(|c| c.contains("on the roster")), "{}", e["capacity"]);
    let run = lamplight(&["run", "--config", &config]);
    assert_eq!(code(&run), 0, "{}", text(&run));
    let staff = json(&w.path("out-evaluate/current/capacity.json"));
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    let places = staff["managers"].as_array().expect("a list").iter();
    let length: f64 = places.map(|m| (number(&m["contacts_per_night"]) / number(&staff["reach"])).floor()).sum();
    let done = lamplight(&["evaluate", "--config", &config, "--model", &model]);
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("json");
    // The panel keeps a share of the members, and the list's length with it.
    let wanted = format!("people a snapshot: the list of the newest published night has {length} places");
    assert!(told["capacity"].as_str().is_some_and(|c| c.contains(&wanted)), "{}", told["capacity"]);
    assert_ne!(told["capacity"], e["capacity"]);
    // Its predictions, read back as a file, give the same discrimination.
    let predictions = w.text("judged/predictions.csv");
    let (out, here) = (w.text("again-judged"), "again-judged/evaluation.json");
    let done = lamplight(&["evaluate", "--predictions", &predictions, "--out", &out]);
    assert_eq!(code(&done), 0, "{}", text(&done));
    let (a, b) = (json(&w.path(here))["auroc"].as_f64(), e["overall"]["auroc"].as_f64());
    assert!((a.expect("a number") - b.expect("a number")).abs() < 1e-9);
    assert!(w.path("again-judged/evaluation.html").is_file());
}

#[test]
fn days_the_model_learned_from_are_not_judged() {
    let w = world();
    let config = w.config("held-out", "feature_columns = [\"lives_alone\"]");
    let model = w.text("models/m");
    let earlier = |more: &[&str]| {
        let night = ["evaluate", "--config", &config, "--model", &model, "--as-of", "2025-08-01"];
        lamplight(&[&night, more].concat())
    };
    let done = earlier(&[]);
    assert_eq!(code(&done), 9, "{}", text(&done));
    assert!(text(&done).contains("lie in the days the model learned from"), "{}", text(&done));
    let done = earlier(&["--other-population"]);
    assert_eq!(code(&done), 0, "{}", text(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("json");
    assert_eq!(told["left_out"]["learned_from"], 0);
    // The report slice of its own history taught it nothing.
    let done = lamplight(&["evaluate", "--config", &config, "--model", &model]);
    assert_eq!(code(&done), 0, "{}", text(&done));
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).expect("json");
    assert_eq!(told["left_out"]["learned_from"], 0);
}

#[test]
fn own_columns_need_their_table() {
    let w = world();
    let path = w.config("no-table", "feature_columns = [\"lives_alone\"]");
    let kept = std::fs::read_to_string(&path).expect("there");
    let at = kept.find("[extracts.feature_table]").expect("there");
    let end = at + kept[at + 1..].find('[').expect("another section") + 1;
    std::fs::write(&path, format!("{}{}", &kept[..at], &kept[end..])).expect("written");
    let out = w.text("never");
    let done = lamplight(&["train", "--config", &path, "--model", "avoid_hosp_90", "--out", &out]);
    assert_eq!(code(&done), 3, "{}", text(&done));
    assert!(text(&done).contains("feature_table"), "{}", text(&done));
}

#[test]
fn training_is_refused_with_a_reason_and_nothing_is_left() {
    let w = world();
    let config = w.config("refusals", "");
    for (arguments, exit, wanted) in [
        (vec!["--model", "avoid_hosp_60"], 2, "no such outcome"),
        // Five thousand members have too few discharges.
        (vec!["--model", "readmit30"], 9, "events"),
        (vec!["--model", "avoid_hosp_90", "--as-of", "2024-03-31"], 9, "monthly snapshots"),
    ] {
        let out = w.text("refused/m");
        let mut all = vec!["train", "--config", config.as_str(), "--out", out.as_str()];
        all.extend(arguments);
        let done = lamplight(&all);
        assert_eq!(code(&done), exit, "{}", text(&done));
        assert!(text(&done).contains(wanted), "{}", text(&done));
        assert!(!w.path("refused").exists());
    }
    let missing = w.config("missing-column", "feature_columns = [\"no_such\"]");
    let out = w.text("refused/m");
    let done = lamplight(&["train", "--config", &missing, "--model", "avoid_hosp_90", "--out", &out]);
    assert_eq!(code(&done), 3, "{}", text(&done));
    assert!(text(&done).contains("no_such"), "{}", text(&done));
    let race = w.config("race", "feature_columns = [\"race_code\"]");
    let done = lamplight(&["train", "--config", &race, "--model", "avoid_hosp_90", "--out", &out]);
    assert_eq!(code(&done), 2, "{}", text(&done));
    assert!(text(&done).contains("never features"), "{}", text(&done));
}

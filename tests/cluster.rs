//! A night in parts gives the run of one machine, to the byte, and nothing at all where a part does not fit.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use support::{code, command, lamplight, manifest, project, text};

/// A folder with inputs, a configuration and what the four steps leave.
struct Night {
    dir: tempfile::TempDir,
    /// Everything that any step wrote to stderr.
    said: String,
}

fn put(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

fn add_lines(path: &Path, lines: &str) {
    let text = std::fs::read_to_string(path).expect("a CSV");
    put(path, &(text + lines));
}

/// A row of a CSV with some columns filled.
fn row(path: &Path, cells: &[(&str, &str)]) -> String {
    let text = std::fs::read_to_string(path).expect("a CSV");
    let header = text.lines().next().expect("a header").split(',');
    let cell = |name: &str| cells.iter().find(|c| c.0 == name).map_or("", |c| c.1);
    header.map(cell).collect::<Vec<_>>().join(",") + "\n"
}

impl Night {
    /// A synthetic population as CSV.
    fn synthetic(members: &str) -> Self {
        let out = Self { dir: tempfile::tempdir().expect("a folder"), said: String::new() };
        let data = out.text("data");
        let made = lamplight(&[
            "synth",
            "--members",
            members,
            "--seed",
            "11",
            "--years",
            "2",
            "--format",
            "csv",
            "--out",
            &data,
        ]);
        assert_eq!(code(&made), 0, "{}", text(&made));
        out.configure("data", "");
        out
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("utf-8").to_owned()
    }

    /// Writes `c.toml` over every extract of a folder.
    fn configure(&self, data: &str, more: &str) {
        let mut config = format!("[run]\nas_of = \"2026-06-30\"\nout = \"{}\"\n", self.text("one"));
        let mut names: Vec<PathBuf> =
            std::fs::read_dir(self.path(data)).expect("there").map(|e| e.expect("an entry").path()).collect();
        names.sort();
        // A small population leaves some extracts without a row.
        names.retain(|p| p.is_dir() || std::fs::read_to_string(p).is_ok_and(|t| t.lines().count() > 1));
        for path in names.iter().filter(|p| p.is_dir() || p.extension().is_some_and(|e| e == "csv")) {
            let name = path.file_stem().expect("a name").to_string_lossy();
            config.push_str(&format!("[extracts.{name}]\npath = \"{}\"\n", path.display()));
        }
        put(&self.path("c.toml"), &(config + more));
    }

    fn try_step(&mut self, arguments: &[&str]) -> Output {
        let output = command(arguments).output().expect("runs");
        self.said.push_str(&String::from_utf8_lossy(&output.stderr));
        output
    }

    fn step(&mut self, arguments: &[&str]) -> String {
        let output = self.try_step(arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", text(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The run of one machine.
    fn one(&mut self, more: &[&str]) -> PathBuf {
        let config = self.text("c.toml");
        self.step(&[&["run", "--config", &config], more].concat());
        self.path("one/current")
    }

    fn prelude(&mut self, parts: &str, more: &[&str]) {
        let (config, pre) = (self.text("c.toml"), self.text("pre"));
        for leftover in ["pre", "rows", "parts", "receipts"] {
            drop(std::fs::remove_dir_all(self.path(leftover)));
        }
        drop(std::fs::remove_file(self.path("receipts")));
        self.step(&[&["prelude", "--config", &config, "--parts", parts, "--out", &pre], more].concat());
    }

    fn prelude_json(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path("pre/prelude.json")).expect("a prelude")).expect("JSON")
    }

    /// Inputs that a scatter task reads.
    fn inputs(&self) -> Vec<usize> {
        let prelude = self.prelude_json();
        let units = prelude["inventory"]["units"].as_array().expect("units").clone();
        (0..units.len()).filter(|i| units[*i]["everyone"] == false).collect()
    }

    fn scatter(&mut self) {
        let (pre, rows) = (self.text("pre"), self.text("rows"));
        for input in self.inputs() {
            self.step(&["scatter", "--prelude", &pre, "--input", &input.to_string(), "--to", &rows]);
        }
    }

    fn try_stage(&mut self, part: usize, out: &str) -> Output {
        let (pre, rows, out) = (self.text("pre"), self.text("rows"), self.text(out));
        self.try_step(&["stage", "--prelude", &pre, "--part", &part.to_string(), "--from", &rows, "--out", &out])
    }

    fn stage(&mut self) {
        let parts = self.prelude_json()["splitters"].as_array().expect("splitters").len() + 1;
        let mut receipts = String::new();
        // Parts end in any order.
        for part in (0..parts).rev() {
            let output = self.try_stage(part, &format!("parts/part={part}/attempt=a"));
            assert_eq!(code(&output), 0, "{}", text(&output));
            receipts.push_str(&String::from_utf8_lossy(&output.stdout));
        }
        put(&self.path("receipts"), &receipts);
    }

    fn try_rank(&mut self, out: &str) -> Output {
        let (pre, receipts, out) = (self.text("pre"), self.text("receipts"), self.text(out));
        self.try_step(&["rank", "--prelude", &pre, "--receipts", &receipts, "--out", &out])
    }

    /// All four steps.
    fn parts(&mut self, parts: &str, out: &str, more: &[&str]) -> PathBuf {
        self.prelude(parts, more);
        self.scatter();
        self.stage();
        let output = self.try_rank(out);
        assert_eq!(code(&output), 0, "{}", text(&output));
        self.path(out).join("current")
    }
}

fn digest(run: &Path) -> String {
    manifest(run)["digest"].as_str().expect("a digest").to_owned()
}

/// Faults that need more than one row, each across parts: an id that lost its zeros, a person under two ids, a screening
/// older than all, of a stranger; rows of nobody, doubled, reversed, before birth, not yet arrived, unreadable.
fn plant_faults(data: &Path) {
    let claims = data.join("medical_claim.csv");
    let claim = |id: &str, member: &str, start: &str, end: &str| {
        row(
            &claims,
            &[
                ("claim_id", id),
                ("claim_line_number", "1"),
                ("claim_type", "professional"),
                ("member_id", member),
                ("claim_start_date", start),
                ("claim_end_date", end),
                ("diagnosis_code_1", "I10"),
            ],
        )
    };
    let doubled = claim("D", "M0000003", "2026-01-05", "2026-01-05");
    let text = [
        claim("A", "ZZ9", "2026-01-05", "2026-01-05"),
        claim("B", "NOBODY", "2026-01-05", "2026-01-05"),
        claim("C", "M0000002", "2026-01-05", "2026-01-01"),
        doubled.clone(),
        doubled,
        claim("E", "M0000004", "1800-01-05", "1800-01-05"),
        claim("F", "M0000004", "2027-01-05", "2027-01-05"),
        claim("G", "M0000005", "soon", "2026-01-05"),
    ];
    add_lines(&claims, &text.concat());
    let eligibility = data.join("eligibility.csv");
    let person = |id: &str, birth: &str| {
        row(
            &eligibility,
            &[
                ("member_id", id),
                ("birth_date", birth),
                ("gender", "female"),
                ("enrollment_start_date", "2024-01-01"),
                ("enrollment_end_date", "9999-12-31"),
                ("first_name", "Twice"),
                ("last_name", "Enrolled"),
                ("phone", "919-555-0199"),
            ],
        )
    };
    add_lines(
        &eligibility,
        &[person("0ZZ9", "1950-02-03"), person("ZZZ", "1950-02-03"), person("Y", "2030-01-01")].concat(),
    );
    let screenings = data.join("sdoh_screening.csv");
    let older = row(
        &screenings,
        &[("member_id", "NOBODY"), ("screening_date", "2019-01-05"), ("domain", "housing"), ("need", "no")],
    );
    add_lines(&screenings, &older);
}

/// Every line after the header in another order, cut into three files.
fn shuffle(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a CSV");
        let (header, rest) = text.split_once('\n').expect("a header");
        let mut lines: Vec<&str> = rest.lines().collect();
        if lines.is_empty() {
            continue;
        }
        lines.sort_by_key(|l| lamplight::domain::stable_hash(99, l.as_bytes()));
        for (n, part) in lines.chunks(lines.len().div_ceil(3).max(1)).enumerate() {
            let name = to.join(path.file_stem().expect("a name")).join(format!("part-{}.csv", 9 - n));
            put(&name, &format!("{header}\n{}\n", part.join("\n")));
        }
    }
}

#[test]
fn any_number_of_parts_gives_the_run_of_one_machine() {
    let mut night = Night::synthetic("150");
    plant_faults(&night.path("data"));
    let one = night.one(&[]);
    let told = |run: &Path, file: &str| std::fs::read_to_string(run.join(file)).expect(file);
    let quality = told(&one, "data_quality.json");
    for fault in ["padded_id_matches", "no_eligibility", "reversed_span", "bad_date", "birth_in_future"] {
        assert!(quality.contains(fault), "{fault} is met: {quality}");
    }
    for parts in ["1", "3", "7", "16"] {
        let run = night.parts(parts, &format!("out-{parts}"), &[]);
        assert_eq!(manifest(&run), manifest(&one), "{parts} parts");
        for file in ["data_quality.json", "quarantine.csv", "report.html"] {
            assert_eq!(told(&run, file), told(&one, file), "{parts} parts, {file}");
        }
        let again = lamplight(&["verify", run.to_str().expect("utf-8")]);
        assert_eq!(code(&again), 0, "{}", text(&again));
    }
    shuffle(&night.path("data"), &night.path("shuffled"));
    night.configure("shuffled", "");
    let shuffled = night.parts("5", "out-shuffled", &[]);
    assert_eq!(digest(&shuffled), digest(&one));
}

#[test]
fn models_pseudonyms_and_an_earlier_night_change_nothing_of_it() {
    let mut night = Night::synthetic("120");
    let models = project().join("models");
    let lines = format!(
        "[models]\nallow_demo_model = true\nuse = [\"{0}/demo/avoid_hosp_90\", \"{0}/demo/readmit30\"]\n",
        models.display()
    );
    night.configure("data", &lines);
    put(&night.path("key"), "0123456789abcdef0123456789abcdef\n");
    let key = night.text("key");
    for day in ["2026-06-29", "2026-06-30"] {
        let more = ["--as-of", day, "--pseudonymize", &key];
        let one = night.one(&more);
        let run = night.parts("4", "cluster", &more);
        assert_eq!(manifest(&run), manifest(&one), "{day}");
    }
    assert!(manifest(&night.path("one/current"))["previous_digest"].is_string());
    assert_eq!(std::fs::read_dir(night.path("cluster/runs")).expect("runs").count(), 2);
    // The key is asked for where it is needed, and is no other.
    std::fs::remove_file(&key).expect("removed");
    let refused = night.try_stage(0, "parts/late");
    assert_eq!(code(&refused), 2, "{}", text(&refused));
    put(&night.path("key"), "another key, and long enough for it\n");
    let refused = night.try_stage(0, "parts/late");
    assert_eq!(code(&refused), 2);
    assert!(text(&refused).contains("another configuration, environment or pseudonym key"), "{}", text(&refused));
}

#[test]
fn views_conditions_and_repeated_files_travel_too() {
    let mut night = Night::synthetic("60");
    shuffle(&night.path("data"), &night.path("split"));
    night.configure("split", "");
    let copied = night.path("split/pharmacy_claim");
    std::fs::copy(copied.join("part-9.csv"), copied.join("part-1.csv")).expect("copied");
    let config = std::fs::read_to_string(night.path("c.toml")).expect("read");
    let under = |name: &str, line: &str| {
        let head = format!("[extracts.{name}]\n");
        (head.clone(), format!("{head}{line}\n"))
    };
    let mut changed = config;
    for (from, to) in [
        under("eligibility", "sql = \"SELECT * FROM raw\""),
        under("medical_claim", "where = \"place_of_service_code <> '11'\""),
    ] {
        assert!(changed.contains(&from), "{from}");
        changed = changed.replace(&from, &to);
    }
    put(&night.path("c.toml"), &changed);
    let one = night.one(&[]);
    let run = night.parts("3", "cluster", &[]);
    assert_eq!(manifest(&run), manifest(&one));
    let quality = std::fs::read_to_string(run.join("data_quality.json")).expect("an account");
    for word in ["filtered_by_where", "repeated_file"] {
        assert!(quality.contains(word), "{word}: {quality}");
    }
    let units = night.prelude_json()["inventory"]["units"].clone();
    let of = |name: &str| units.as_array().expect("units").iter().filter(|u| u["extract"] == name).count();
    assert_eq!((of("eligibility"), of("medical_claim")), (1, 3), "a view is read at once, files one by one");
}

/// Five members whose values may stand in no log, receipt or trailer.
fn five() -> Night {
    let night = Night { dir: tempfile::tempdir().expect("a folder"), said: String::new() };
    let mut members =
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,first_name,last_name\n".to_owned();
    for n in 1..=5 {
        members.push_str(&format!("ZQ{n},195{n}-03-07,female,2020-01-01,9999-12-31,ZQFIRST,ZQLAST\n"));
    }
    members.push_str("ZQ6,2051-03-07,female,2020-01-01,9999-12-31,ZQFIRST,ZQLAST\n");
    put(&night.path("data/eligibility.csv"), &members);
    let mut claims =
        "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,bill_type_code,diagnosis_code_1\n"
            .to_owned();
    for n in 1..=6 {
        claims.push_str(&format!("ZQC{n},1,institutional,ZQ{n},2026-03-0{n},2026-03-0{n},111,I5022\n"));
    }
    put(&night.path("data/medical_claim.csv"), &claims);
    night.configure("data", "[quality]\nmin_bad_rows = 100\n");
    night
}

/// A stream's frames: where each begins, and its kind.
fn frames(bytes: &[u8]) -> Vec<(usize, u8)> {
    let mut out = Vec::new();
    let mut at = 8;
    while at < bytes.len() {
        out.push((at, bytes[at]));
        let len: [u8; 4] = bytes[at + 1..at + 5].try_into().expect("a length");
        at += 5 + u32::from_le_bytes(len) as usize;
    }
    out
}

#[test]
fn parts_of_one_member_and_of_none_and_nobody_is_named() {
    let mut night = five();
    let one = night.one(&["--log", "json"]);
    let run = night.parts("8", "cluster", &["--log", "json"]);
    assert_eq!(manifest(&run), manifest(&one));
    let receipts = std::fs::read_to_string(night.path("receipts")).expect("receipts");
    let mut members: Vec<u64> = receipts
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["members"].as_u64().expect("a count"))
        .collect();
    members.sort_unstable();
    assert_eq!(members.iter().sum::<u64>(), 5);
    assert!(members.starts_with(&[0, 0]) && members.contains(&1), "{members:?}");

    // What lies between the steps is as private as the inputs.
    for (name, mode) in [("pre", 0o700), ("rows", 0o700), ("rows/part=0", 0o700), ("pre/prelude.json", 0o600)] {
        let found = std::fs::metadata(night.path(name)).expect(name).permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&found) & 0o777, mode, "{name}");
    }
    let mut told = night.said.clone() + &receipts;
    for part in 0..8 {
        for input in night.inputs() {
            let bytes = std::fs::read(night.path(&format!("rows/part={part}/{input}.runs"))).expect("a stream");
            let (at, kind) = *frames(&bytes).last().expect("a trailer");
            assert_eq!(kind, 4);
            told.push_str(&String::from_utf8_lossy(&bytes[at..]));
        }
    }
    assert!(!told.contains("ZQ"), "{}", told.split("ZQ").nth(1).unwrap_or(""));
    for date in ["1951-03-07", "19510307", "2026-03-0", "2026030", "2051-03-07"] {
        assert!(!told.contains(date), "{date}");
    }
}

#[test]
fn a_stream_that_is_not_whole_is_refused_and_nothing_is_left() {
    let mut night = five();
    night.prelude("2", &[]);
    night.scatter();
    let units = night.prelude_json()["inventory"]["units"].clone();
    let claims = night.inputs().into_iter().find(|i| units[*i]["extract"] == "medical_claim").expect("claims");
    let path = night.path(&format!("rows/part=1/{claims}.runs"));
    let whole = std::fs::read(&path).expect("a stream");
    let edges = frames(&whole);
    assert_eq!(edges.iter().map(|e| e.1).collect::<Vec<_>>(), [1, 2, 4], "rows, account, trailer");
    let mut broken: Vec<(String, Vec<u8>)> = Vec::new();
    for (at, _) in &edges {
        broken.push((format!("cut at {at}"), whole[..*at].to_vec()));
        broken.push((format!("cut in the head at {at}"), whole[..*at + 3].to_vec()));
    }
    for n in 0..20_u64 {
        let hash = lamplight::domain::stable_hash(n, b"byte");
        let at = usize::try_from(hash % whole.len() as u64).expect("small");
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (hash >> 32 & 7);
        broken.push((format!("changed at {at}"), bytes));
    }
    let (rows, account) = (edges[0].0, edges[1].0);
    broken.push(("rows left out".to_owned(), [&whole[..rows], &whole[account..]].concat()));
    broken.push(("rows twice".to_owned(), [&whole[..account], &whole[rows..]].concat()));
    broken.push(("empty".to_owned(), Vec::new()));
    for (how, bytes) in broken {
        std::fs::write(&path, &bytes).expect("written");
        let refused = night.try_stage(1, "parts/broken");
        assert_eq!(code(&refused), 75, "{how}: {}", text(&refused));
        assert!(text(&refused).contains("hint: run that part again"), "{how}: {}", text(&refused));
        assert!(!night.path("parts/broken").exists(), "{how}");
    }
    // Parts swapped, a stream missing, one too many, all of an older prelude.
    std::fs::copy(night.path(&format!("rows/part=0/{claims}.runs")), &path).expect("copied");
    assert!(text(&night.try_stage(1, "parts/broken")).contains("was meant for another part or input"));
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(code(&night.try_stage(1, "parts/broken")), 75);
    std::fs::write(&path, &whole).expect("written");
    std::fs::write(night.path("rows/part=1/99.runs"), &whole).expect("written");
    assert!(text(&night.try_stage(1, "parts/broken")).contains("part 1 has 3 streams"));
    std::fs::remove_file(night.path("rows/part=1/99.runs")).expect("removed");
    assert_eq!(code(&night.try_stage(1, "parts/whole")), 0);
    std::fs::rename(night.path("rows"), night.path("older")).expect("moved");
    night.prelude("2", &["--as-of", "2026-06-29"]);
    std::fs::rename(night.path("older"), night.path("rows")).expect("moved");
    let refused = night.try_stage(1, "parts/broken");
    assert_eq!(code(&refused), 75);
    assert!(text(&refused).contains("belongs to another prelude"), "{}", text(&refused));
}

/// What a published folder looks like from outside.
fn state(out: &Path) -> (PathBuf, usize) {
    let current = std::fs::read_link(out.join("current")).expect("current");
    (current, std::fs::read_dir(out.join("runs")).expect("runs").count())
}

#[test]
fn receipts_and_folders_that_do_not_fit_publish_nothing() {
    let mut night = five();
    night.parts("2", "out", &["--as-of", "2026-06-29"]);
    let before = state(&night.path("out"));
    night.prelude("2", &[]);
    night.scatter();
    night.stage();
    let receipts = std::fs::read_to_string(night.path("receipts")).expect("receipts");
    let lines: Vec<&str> = receipts.lines().collect();
    let forged = |from: &str, to: &str| {
        let text = lines[0].replacen(from, to, 1) + "\n" + lines[1] + "\n";
        assert_ne!(text, receipts, "{from}");
        text
    };
    let sent = serde_json::from_str::<Value>(lines[0]).expect("JSON");
    let folder = PathBuf::from(sent["folder"].as_str().expect("a folder"));
    let id = sent["prelude"].as_str().expect("an id");
    let members = format!("\"members\":{}", sent["members"]);
    let faults: BTreeMap<&str, (String, &str)> = BTreeMap::from([
        ("missing", (lines[0].to_owned(), "1 of 2 parts have no receipt: 0")),
        ("twice", (format!("{receipts}{}", lines[1]), "part 0 has two receipts")),
        ("of a part that is none", (forged("\"part\":1", "\"part\":7"), "the prelude has 2 parts")),
        ("of another prelude", (forged(id, &"0".repeat(64)), "is of another prelude")),
        ("with other counts", (forged(&members, "\"members\":999"), "the receipt is not the one in its folder")),
        ("with another folder", (forged("part=1", "part=9"), "its folder cannot be read")),
        ("no receipt at all", ("{}".to_owned(), "is no receipt")),
    ]);
    let check = |night: &mut Night, how: &str, words: &str| {
        let refused = night.try_rank("out");
        assert_eq!(code(&refused), 75, "{how}: {}", text(&refused));
        assert!(text(&refused).contains(words), "{how}: {}", text(&refused));
        assert_eq!(state(&night.path("out")), before, "{how}");
    };
    for (how, (text, words)) in &faults {
        put(&night.path("receipts"), text);
        check(&mut night, how, words);
    }
    put(&night.path("receipts"), &receipts);
    for name in sent["files"].as_object().expect("files").keys() {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).expect("a file");
        let mut changed = bytes.clone();
        let at = changed.len() / 2;
        changed[at] ^= 1;
        std::fs::write(&path, &changed).expect("written");
        check(&mut night, name, &format!("{name} is not what its receipt says"));
        std::fs::write(&path, &bytes).expect("written");
    }
    let output = night.try_rank("out");
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert_ne!(state(&night.path("out")), before);
}

#[test]
fn another_plan_changed_inputs_and_paths_that_wander_are_refused() {
    let mut night = five();
    night.prelude("2", &[]);
    let (pre, rows) = (night.text("pre"), night.text("rows"));
    let scatter = |night: &mut Night, words: &str, expected: i32| {
        let refused = night.try_step(&["scatter", "--prelude", &pre, "--input", "0", "--to", &rows]);
        assert_eq!(code(&refused), expected, "{}", text(&refused));
        assert!(text(&refused).contains(words), "{}", text(&refused));
        assert!(!night.path("rows/part=0/0.runs").exists(), "{words}");
    };
    let config = std::fs::read_to_string(night.path("c.toml")).expect("read");
    put(&night.path("c.toml"), &format!("{config}[list]\nrecent_contact_days = 3\n"));
    scatter(&mut night, "another configuration", 2);
    put(&night.path("c.toml"), &config);

    let prelude = std::fs::read_to_string(night.path("pre/prelude.json")).expect("read");
    let version = format!("\"lamplight_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    put(&night.path("pre/prelude.json"), &prelude.replace(&version, "\"lamplight_version\": \"0.0.1\""));
    scatter(&mut night, "is of version 0.0.1", 2);
    put(&night.path("pre/prelude.json"), &prelude);

    let data = std::fs::read_to_string(night.path("data/eligibility.csv")).expect("read");
    put(&night.path("data/eligibility.csv"), &data.replace("female", "male"));
    scatter(&mut night, "the file changed after the prelude", 3);
    put(&night.path("data/eligibility.csv"), &data);

    let arguments: [&[&str]; 3] = [
        &["scatter", "--prelude", "pre", "--input", "0", "--to", &rows],
        &["stage", "--prelude", &pre, "--part", "0", "--from", "rows", "--out", &rows],
        &["rank", "--prelude", &pre, "--receipts", "receipts"],
    ];
    for given in arguments {
        let refused = night.try_step(given);
        assert_eq!(code(&refused), 2, "{}", text(&refused));
        assert!(text(&refused).contains("a relative path is another folder on every machine"), "{}", text(&refused));
    }
    for (given, words) in
        [("--input", "the prelude lists the inputs 0 to 1"), ("--part", "the prelude has parts 0 to 1")]
    {
        let step: Vec<&str> = if given == "--input" {
            vec!["scatter", "--prelude", &pre, "--input", "7", "--to", &rows]
        } else {
            vec!["stage", "--prelude", &pre, "--part", "7", "--from", &rows, "--out", &rows]
        };
        let refused = night.try_step(&step);
        assert_eq!(code(&refused), 2, "{}", text(&refused));
        assert!(text(&refused).contains(words), "{}", text(&refused));
    }
    let config = night.text("c.toml");
    let refused = night.try_step(&["prelude", "--config", &config, "--parts", "2", "--out", &pre]);
    assert_eq!(code(&refused), 2, "an old prelude's folder: {}", text(&refused));

    night.scatter();
    std::fs::create_dir_all(night.path("parts/there")).expect("made");
    let refused = night.try_stage(0, "parts/there");
    assert_eq!(code(&refused), 6, "{}", text(&refused));
    assert!(text(&refused).contains("it exists already"), "{}", text(&refused));
    assert!(night.path("parts/there").exists(), "another's folder stays");
}

//! Layouts that others made: CMS's DE-SynPUF, the Tuva demo, the caseload instances. Every test here needs the
//! shared data and says so when it is absent.

mod support;

use std::collections::BTreeMap;

use support::{code, command, project, shared, text};

fn run_example(name: &str, edit: impl Fn(String) -> String, out: &std::path::Path) {
    let source = std::fs::read_to_string(project().join("config/examples").join(name)).expect("an example");
    // Paths of the example are relative to its folder; the copy lies elsewhere.
    let root = project().join("../shared");
    let source = edit(source).replace("../../../shared", root.to_str().expect("utf-8"));
    let config = out.join("config.toml");
    std::fs::write(&config, source).expect("written");
    let output = command(&[
        "run",
        "--config",
        config.to_str().expect("utf-8"),
        "--out",
        out.join("out").to_str().expect("utf-8"),
    ])
    .output()
    .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
}

/// Admission and discharge days of every inpatient claim of a sample, by member, read on its own.
fn raw_claims(path: &std::path::Path) -> Vec<(String, String, String, String)> {
    let mut reader = csv::Reader::from_path(path).expect("a CSV");
    let headers = reader.headers().expect("a header").clone();
    let at = |name: &str| headers.iter().position(|h| h == name).expect("a column");
    let (member, claim, admit, discharge) =
        (at("DESYNPUF_ID"), at("CLM_ID"), at("CLM_ADMSN_DT"), at("NCH_BENE_DSCHRG_DT"));
    reader
        .records()
        .map(|r| r.expect("a record"))
        .map(|r| (r[member].to_owned(), r[claim].to_owned(), r[admit].to_owned(), r[discharge].to_owned()))
        .collect()
}

fn day(text: &str) -> i32 {
    let text = if text.len() == 8 { format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]) } else { text.to_owned() };
    lamplight::domain::Day::parse_iso(&text).expect("a day").0
}

/// The simpler rule of the expected counts: merge when the next admission is not after the last discharge;
/// a return within 1 to 30 days is a readmission.
fn simple(spans: &mut BTreeMap<String, Vec<(i32, i32)>>) -> (usize, usize) {
    let (mut stays, mut returns) = (0, 0);
    for member in spans.values_mut() {
        member.sort_unstable();
        let mut merged: Vec<(i32, i32)> = Vec::new();
        for (admit, discharge) in member.iter().copied() {
            match merged.last_mut() {
                Some(last) if admit <= last.1 => last.1 = last.1.max(discharge),
                _ => merged.push((admit, discharge)),
            }
        }
        stays += merged.len();
        returns += merged.windows(2).filter(|w| (1..=30).contains(&(w[1].0 - w[0].1))).count();
    }
    (stays, returns)
}

#[test]
fn desynpuf_runs_and_every_difference_to_the_simple_rule_is_explained() {
    let Some(shared) = shared() else { return };
    let expected = std::fs::read_to_string(shared.join("data/desynpuf/expected_counts.csv")).expect("counts");
    for sample in 1..=4 {
        let folder = tempfile::tempdir().expect("a folder");
        run_example(
            "cms-desynpuf.toml",
            |t| t.replace("1-sample-10000", &format!("{sample}-sample-10000")),
            folder.path(),
        );
        let table = |name: &str| {
            lamplight::publish::read_rows(&folder.path().join("out/current").join(name), None).expect("a table")
        };
        let files = std::fs::read_dir(shared.join(format!("data/desynpuf/{sample}-sample-10000"))).expect("a sample");
        let claims = files
            .filter_map(Result::ok)
            .map(|e| e.path())
            .find(|p| p.to_string_lossy().contains("Inpatient"))
            .expect("claims");
        let raw = raw_claims(&claims);
        // 1. The simple rule over the raw file gives the published independent counts.
        let mut spans: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        for (member, _, admit, discharge) in &raw {
            spans.entry(member.clone()).or_default().push((day(admit), day(discharge)));
        }
        let counts = simple(&mut spans);
        let row: Vec<usize> = expected
            .lines()
            .nth(sample)
            .expect("a row")
            .split(',')
            .take(4)
            .map(|c| c.parse().expect("a count"))
            .collect();
        assert_eq!(counts, (row[1], row[3]), "sample {sample}: the simple rule");
        // 2. The same rule over the claims that were not quarantined equals our stays once those that only touch
        // (a same-day return for another diagnosis stays a separate stay with us) are merged.
        let quarantine = table("quarantine.csv");
        let lines: std::collections::BTreeSet<usize> = quarantine
            .rows
            .iter()
            .filter(|r| quarantine.get(r, "extract") == "medical_claim")
            .map(|r| quarantine.get(r, "row").parse().expect("a line"))
            .collect();
        let mut kept: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        // A claim stays while any of its segments stood: the second segment of a few lacks its dates.
        let alive: std::collections::BTreeSet<&str> =
            raw.iter().enumerate().filter(|(i, _)| !lines.contains(&(i + 2))).map(|(_, r)| r.1.as_str()).collect();
        for (member, claim, admit, discharge) in &raw {
            if alive.contains(claim.as_str()) {
                kept.entry(member.clone()).or_default().push((day(admit), day(discharge)));
            }
        }
        let stays = table("measures/stays.parquet");
        let mut ours: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        for r in &stays.rows {
            ours.entry(stays.get(r, "member_id").to_owned())
                .or_default()
                .push((day(stays.get(r, "admit_date")), day(stays.get(r, "discharge_date"))));
        }
        let touching: usize = ours
            .values()
            .map(|v| {
                let mut v = v.clone();
                v.sort_unstable();
                v.windows(2).filter(|w| w[1].0 == w[0].1).count()
            })
            .sum();
        let total = stays.rows.len();
        let merged = simple(&mut ours);
        assert_eq!(merged, simple(&mut kept), "sample {sample}: quarantine and same-day returns explain the rest");
        assert_eq!(total, merged.0 + touching, "sample {sample}: separate same-day stays");
        // 3. Codes are ICD-9 only: nothing is planned, no PQI is judged, no index is 0.
        for r in &stays.rows {
            assert!(matches!(stays.get(r, "code_basis"), "icd9" | ""));
            if stays.get(r, "code_basis") == "icd9" {
                assert_eq!((stays.get(r, "is_planned"), stays.get(r, "pqi")), ("", ""));
            }
        }
        let indices = table("measures/indices.parquet");
        assert!(
            indices
                .rows
                .iter()
                .all(|r| indices.get(r, "code_basis") != "icd9" || indices.get(r, "charlson").is_empty())
        );
        assert!(!table("outreach.csv").rows.is_empty());
    }
}

#[test]
fn tuva_runs_as_it_is_and_the_one_readmission_is_found() {
    let Some(_) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    run_example("tuva.toml", |t| t, folder.path());
    let run = folder.path().join("out/current");
    let stays = lamplight::publish::read_rows(&run.join("measures/stays.parquet"), None).expect("stays");
    let readmitted: Vec<(&str, &str, &str)> = stays
        .rows
        .iter()
        .filter(|r| stays.get(r, "readmit30") == "1")
        .map(|r| (stays.get(r, "member_id"), stays.get(r, "discharge_date"), stays.get(r, "days_to_readmission")))
        .collect();
    assert_eq!(readmitted, [("10046", "2018-04-10", "7")]);
    // The return's first line lacks both dates; a header field is its first value over the lines.
    let second: Vec<&str> = stays
        .rows
        .iter()
        .filter(|r| stays.get(r, "admit_date") == "2018-04-17")
        .map(|r| stays.get(r, "discharge_date"))
        .collect();
    assert_eq!(second, ["2018-04-24"]);
    // What could not be judged is said: stays without a principal diagnosis pass and are counted.
    let quality: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.join("data_quality.json")).expect("there")).expect("JSON");
    assert!(quality["codes"]["principal_without_ccs"].as_u64().is_some_and(|n| n >= 2), "{quality}");
    assert!(
        std::fs::read_to_string(run.join("report.html"))
            .expect("a page")
            .contains("index stays whose principal diagnosis is missing or in no CCS category")
    );
}

#[test]
fn caseload_instances_go_through_assign_without_a_violation() {
    let Some(shared) = shared() else { return };
    for (name, z1) in [("S", 173_564), ("M", 4_524_500), ("MS", 2_881_808)] {
        let folder = tempfile::tempdir().expect("a folder");
        let instance = shared.join("data/caseload").join(name);
        let path = |p: &std::path::Path| p.to_str().expect("utf-8").to_owned();
        let output = command(&[
            "assign",
            "--members",
            &path(&instance.join("members.csv")),
            "--care-managers",
            &path(&instance.join("care_managers.csv")),
            "--weights",
            &path(&instance.join("params.json")),
            "--out",
            &path(folder.path()),
        ])
        .output()
        .expect("runs");
        assert_eq!(code(&output), 0, "{}", text(&output));
        let summary: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("assignment_summary.json")).expect("there"))
                .expect("JSON");
        assert!(summary["z1"].as_i64().is_some_and(|z| z >= z1), "{name}: Z1 {}", summary["z1"]);
        // The independent scorer needs Python; without it the product's own check has already passed.
        let scored = std::process::Command::new("python3")
            .args([
                path(&shared.join("data/caseload/score.py")),
                path(&instance),
                path(&folder.path().join("assignments.csv")),
                "--waitlist".to_owned(),
                path(&folder.path().join("waitlist.csv")),
                "--json".to_owned(),
            ])
            .output();
        let Ok(scored) = scored else {
            println!("skipped: no python3 for the independent scorer");
            continue;
        };
        let said: serde_json::Value = serde_json::from_slice(&scored.stdout).expect("JSON");
        for key in ["violations", "waitlist_avoidable_free_slot", "waitlist_improving_swap"] {
            assert_eq!(said[key], 0, "{name}: {key}");
        }
    }
}

/// A copy of an example in a folder, with what stands beside it and its paths changed.
fn copied(name: &str, out: &std::path::Path, edit: impl Fn(String) -> String) -> std::path::PathBuf {
    let examples = project().join("config/examples");
    for file in std::fs::read_dir(&examples).expect("examples").filter_map(Result::ok).map(|e| e.path()) {
        if file.extension().is_some_and(|e| e == "csv") {
            std::fs::copy(&file, out.join(file.file_name().expect("a name"))).expect("copied");
        }
    }
    let config = out.join("config.toml");
    std::fs::write(&config, edit(std::fs::read_to_string(examples.join(name)).expect("an example"))).expect("written");
    config
}

/// The night of a copied example; gives its folder of results.
fn night_of(config: &std::path::Path) -> std::path::PathBuf {
    let out = config.parent().expect("a folder").join("out");
    let output = command(&["run", "--config", config.to_str().expect("utf-8"), "--out", out.to_str().expect("utf-8")])
        .output()
        .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
    out.join("current")
}

/// Rows read, used, quarantined and left out of an extract.
fn account(run: &std::path::Path, extract: &str) -> [u64; 4] {
    let rows = &support::manifest(run)["rows"][extract];
    ["rows_in", "rows_used", "rows_quarantined", "rows_dropped"].map(|k| rows[k].as_u64().expect("a count"))
}

#[test]
fn examples_stay_short() {
    for (name, limit) in [
        ("medicare-cclf.toml", 45),
        ("medicare-rif.toml", 40),
        ("synthea.toml", 45),
        ("omop.toml", 30),
        ("fhir-bulk.toml", 45),
        ("adt-feed.toml", 30),
        ("excel-tracker.toml", 35),
    ] {
        let source = std::fs::read_to_string(project().join("config/examples").join(name)).expect("an example");
        let lines = source.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')).count();
        assert!(lines <= limit, "{name}: {lines} lines");
    }
}

#[test]
fn examples_of_shared_layouts_run_as_they_are() {
    let Some(shared) = shared() else { return };
    for (name, extract, rows) in [
        ("synthea.toml", "eligibility", [1078, 1051, 0, 27]),
        ("medicare-rif.toml", "medical_claim", [347, 347, 0, 0]),
        ("omop.toml", "admission", [29, 15, 2, 12]),
        ("excel-tracker.toml", "outreach_log", [4, 4, 0, 0]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let root = shared.to_str().expect("utf-8").to_owned();
        let run = night_of(&copied(name, folder.path(), |t| t.replace("../../../shared", &root)));
        assert_eq!(account(&run, extract), rows, "{name}");
    }
    // The log of another office: a semicolon, days first; and a UTF-16 text.
    for (file, keys) in [
        ("outreach_eu_semicolon.csv", "delimiter = \";\"\ndate_formats = [\"%d.%m.%Y\"]"),
        ("outreach_utf16.txt", "delimiter = \"\\t\"\ndate_formats = [\"%m/%d/%Y\", \"excel_serial\"]"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let root = shared.to_str().expect("utf-8").to_owned();
        let run = night_of(&copied("excel-tracker.toml", folder.path(), |t| {
            t.replace("../../../shared", &root)
                .replace("data/outreach_us.csv", &format!("data/{file}"))
                .replace("date_formats = [\"%m/%d/%Y\", \"excel_serial\"]", keys)
        }));
        assert_eq!(account(&run, "outreach_log"), [4, 4, 0, 0], "{file}");
    }
}

/// Lines of the claim feed, fields put in their places by the shipped layout.
struct Feed {
    places: BTreeMap<String, Vec<(String, usize, usize)>>,
}

impl Feed {
    fn new() -> Self {
        let mut places: BTreeMap<String, Vec<(String, usize, usize)>> = BTreeMap::new();
        let layout = std::fs::read_to_string(project().join("config/examples/cclf-layout.csv")).expect("a layout");
        for line in layout.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |at: usize| cells[at].parse::<usize>().expect("a number");
            places.entry(cells[0].into()).or_default().push((cells[1].into(), number(2), number(3)));
        }
        Self { places }
    }

    fn line(&self, table: &str, values: &[(&str, &str)]) -> String {
        let places = &self.places[table];
        let mut line = vec![b' '; places.iter().map(|(_, start, width)| start + width - 1).max().expect("fields")];
        for (field, value) in values {
            let (_, start, width) =
                places.iter().find(|(f, ..)| f == field).unwrap_or_else(|| panic!("{table}.{field}"));
            assert!(value.len() <= *width, "{field}");
            line[start - 1..start - 1 + value.len()].copy_from_slice(value.as_bytes());
        }
        String::from_utf8(line).expect("ASCII") + "\n"
    }
}

#[test]
fn the_claim_feed_nets_cancellations_out_by_their_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let feed = Feed::new();
    let who = ("BENE_MBI_ID", "1S00E00AA02");
    let put =
        |table: &str, lines: Vec<String>| std::fs::write(folder.path().join(table), lines.concat()).expect("written");
    put(
        "CCLF8",
        vec![feed.line(
            "CCLF8",
            &[
                who,
                ("BENE_DOB", "1948-03-02"),
                ("BENE_SEX_CD", "2"),
                ("BENE_DEATH_DT", "9999-12-31"),
                ("BENE_PART_A_ENRLMT_BGN_DT", "2013-03-01"),
                ("BENE_MDCR_STUS_CD", "10"),
            ],
        )],
    );
    let claim = |id: &str, kind: &str, seen: &str, (from, to): (&str, &str), paid: &str| {
        feed.line(
            "CCLF1",
            &[
                ("CUR_CLM_UNIQ_ID", id),
                who,
                ("CLM_TYPE_CD", "60"),
                ("CLM_FROM_DT", from),
                ("CLM_THRU_DT", to),
                ("CLM_BILL_FAC_TYPE_CD", "1"),
                ("CLM_BILL_CLSFCTN_CD", "1"),
                ("CLM_BILL_FREQ_CD", "1"),
                ("PRNCPL_DGNS_CD", "I5022"),
                ("CLM_PMT_AMT", paid),
                ("BENE_PTNT_STUS_CD", "01"),
                ("CLM_ADJSMT_TYPE_CD", kind),
                ("CLM_EFCTV_DT", seen),
                ("CLM_IDR_LD_DT", seen),
                ("CLM_BLG_PRVDR_OSCAR_NUM", "340001"),
                ("FAC_PRVDR_NPI_NUM", "1234567893"),
            ],
        )
    };
    let (winter, spring) = (("2026-02-01", "2026-02-05"), ("2026-05-01", "2026-05-03"));
    put(
        "CCLF1",
        vec![
            claim("1", "0", "2026-02-20", winter, "9000.00"),
            claim("2", "1", "2026-03-20", winter, "9000.00"),
            claim("3", "2", "2026-03-20", winter, "9500.00"),
            // Cancelled and never billed again.
            claim("4", "0", "2026-05-20", spring, "700.00"),
            claim("5", "1", "2026-06-01", spring, "700.00"),
        ],
    );
    put(
        "CCLF2",
        ["1", "3", "4"]
            .iter()
            .flat_map(|id| {
                ["1", "2"].map(|n| {
                    feed.line(
                        "CCLF2",
                        &[("CUR_CLM_UNIQ_ID", id), ("CLM_LINE_NUM", n), ("CLM_LINE_PROD_REV_CTR_CD", "0120")],
                    )
                })
            })
            .collect(),
    );
    put(
        "CCLF4",
        vec![feed.line("CCLF4", &[("CUR_CLM_UNIQ_ID", "3"), ("CLM_VAL_SQNC_NUM", "01"), ("CLM_DGNS_CD", "E1122")])],
    );
    let visit = |id: &str, kind: &str, control: &str| {
        feed.line(
            "CCLF5",
            &[
                ("CUR_CLM_UNIQ_ID", id),
                ("CLM_LINE_NUM", "1"),
                who,
                ("CLM_TYPE_CD", "71"),
                ("CLM_FROM_DT", "2026-04-01"),
                ("CLM_THRU_DT", "2026-04-01"),
                ("CLM_POS_CD", "11"),
                ("CLM_LINE_HCPCS_CD", "99213"),
                ("CLM_LINE_CVRD_PD_AMT", "80.00"),
                ("CLM_CARR_PMT_DNL_CD", "1"),
                ("CLM_ADJSMT_TYPE_CD", kind),
                ("CLM_EFCTV_DT", "2026-04-10"),
                ("CLM_IDR_LD_DT", "2026-04-10"),
                ("CLM_CNTL_NUM", control),
                ("CLM_DGNS_1_CD", "I10"),
            ],
        )
    };
    put(
        "CCLF5",
        vec![
            visit("11", "0", "X"),
            visit("12", "1", "X"),
            visit("13", "0", "X"),
            visit("14", "0", "Y"),
            visit("15", "1", "Y"),
        ],
    );
    put(
        "CCLF7",
        vec![feed.line(
            "CCLF7",
            &[
                ("CUR_CLM_UNIQ_ID", "21"),
                who,
                ("CLM_LINE_NDC_CD", "00093505698"),
                ("CLM_LINE_FROM_DT", "2026-03-03"),
                ("CLM_LINE_SRVC_UNIT_QTY", "30"),
                ("CLM_LINE_DAYS_SUPLY_QTY", "30"),
                ("CLM_ADJSMT_TYPE_CD", "0"),
            ],
        )],
    );
    let run = night_of(&copied("medicare-cclf.toml", folder.path(), |t| t.replace("../../../shared/cclf/", "")));
    // Two lines of claim 3 and one visit are final; the rows of the other tables and versions are left by the view.
    assert_eq!(account(&run, "medical_claim"), [17, 3, 0, 14]);
    let stays = lamplight::publish::read_rows(&run.join("measures/stays.parquet"), None).expect("a table");
    let told: Vec<(&str, &str)> =
        stays.rows.iter().map(|r| (stays.get(r, "admit_date"), stays.get(r, "claim_ids"))).collect();
    assert_eq!(told, [("2026-02-01", "3")]);
    assert_eq!(stays.get(&stays.rows[0], "principal_diagnosis_code"), "I5022");
    assert_eq!(account(&run, "pharmacy_claim"), [1, 1, 0, 0]);
}

#[test]
fn messages_of_a_visit_are_states_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    put(
        "members.csv",
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\nP1,1950-01-01,female,2020-01-01,9999-12-31\nP2,1951-01-01,male,2020-01-01,9999-12-31\n",
    );
    std::fs::create_dir(folder.path().join("adt")).expect("made");
    put(
        "adt/june.txt",
        "MSG_TYPE|MSG_TS|VISIT_NUM|MRN|PT_CLASS|ADMIT_TS|DISCH_TS|FACILITY_NPI|ADMIT_SRC|ADMIT_TYPE|DISCH_DISP|DX1|DX2\n\
         A01|202606010800|V1|P1|I|202606010730||1234567893|1|1||J189|\n\
         A08|202606020800|V1|P1|I|202606010730||1234567893|1|1||J189|E119\n\
         A03|202606051000|V1|P1|I|202606010730|202606050930|1234567893|1|1|01|J189|E119\n\
         A01|202606101000|V2|P2|I|202606100900||1234567893|1|1||I509|\n\
         A11|202606101100|V2|P2|I|202606100900||1234567893|1|1||I509|\n\
         A28|202606101200|V3|P2|I|202606100900||1234567893|1|1||I509|\n",
    );
    let run = night_of(&copied("adt-feed.toml", folder.path(), |t| t));
    let [rows_in, _, quarantined, _] = account(&run, "admission");
    assert_eq!((rows_in, quarantined), (6, 0));
    let stays = lamplight::publish::read_rows(&run.join("measures/stays.parquet"), None).expect("a table");
    let told: Vec<[&str; 4]> = stays
        .rows
        .iter()
        .map(|r| ["member_id", "admit_date", "discharge_date", "discharge_disposition_code"].map(|c| stays.get(r, c)))
        .collect();
    assert_eq!(told, [["P1", "2026-06-01", "2026-06-05", "01"]]);
}

#[test]
fn resources_become_rows_by_the_table_of_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    put(
        "Patient.ndjson",
        "{\"resourceType\":\"Patient\",\"id\":\"P1\",\"birthDate\":\"1950-02-03\",\"gender\":\"female\",\"name\":[{\"given\":[\"Ada\"],\"family\":\"Ng\"}]}\n",
    );
    put(
        "Coverage.ndjson",
        "{\"resourceType\":\"Coverage\",\"beneficiary\":{\"reference\":\"Patient/P1\"},\"period\":{\"start\":\"2020-01-01\"}}\n",
    );
    let benefit = |id: &str, kind: &str, more: &str| {
        format!(
            "{{\"resourceType\":\"ExplanationOfBenefit\",\"id\":\"{id}\",\"patient\":{{\"reference\":\"Patient/P1\"}},\"type\":{{\"coding\":[{{\"system\":\"x/eob-type\",\"code\":\"{kind}\"}}]}},\"billablePeriod\":{{\"start\":\"2026-03-01\",\"end\":\"2026-03-04\"}},\"diagnosis\":[{{\"diagnosisCodeableConcept\":{{\"coding\":[{{\"code\":\"I5022\"}}]}}}}],{more}}}\n"
        )
    };
    put(
        "ExplanationOfBenefit.ndjson",
        &[
            benefit("e1", "INPATIENT", "\"hospitalization\":{\"start\":\"2026-03-01\",\"end\":\"2026-03-04\"},\"supportingInfo\":[{\"category\":{\"coding\":[{\"code\":\"typeofbill\"}]},\"code\":{\"coding\":[{\"code\":\"111\"}]}}],\"item\":[{\"sequence\":1},{\"sequence\":2}]"),
            benefit("e2", "PDE", "\"item\":[{\"sequence\":1,\"servicedDate\":\"2026-03-10\",\"quantity\":{\"value\":30},\"productOrService\":{\"coding\":[{\"system\":\"http://hl7.org/fhir/sid/ndc\",\"code\":\"00093505698\"}]}}]"),
        ]
        .concat(),
    );
    put(
        "Encounter.ndjson",
        "{\"resourceType\":\"Encounter\",\"id\":\"v1\",\"status\":\"finished\",\"class\":{\"code\":\"IMP\"},\"subject\":{\"reference\":\"Patient/P1\"},\"period\":{\"start\":\"2026-05-01T23:30:00-05:00\",\"end\":\"2026-05-04T10:00:00-04:00\"}}\n",
    );
    put(
        "Condition.ndjson",
        "{\"resourceType\":\"Condition\",\"subject\":{\"reference\":\"urn:uuid:P1\"},\"code\":{\"coding\":[{\"system\":\"http://hl7.org/fhir/sid/icd-10-cm\",\"code\":\"E11.9\"}]},\"onsetDateTime\":\"2024-01-02\"}\n",
    );
    put(
        "Observation.ndjson",
        "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"Patient/P1\"},\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"4548-4\"}]},\"effectiveDateTime\":\"2026-04-01\",\"valueQuantity\":{\"value\":8.1,\"unit\":\"%\"}}\n",
    );
    let run = night_of(&copied("fhir-bulk.toml", folder.path(), |t| t.replace("../../../shared/fhir/", "")));
    for (extract, rows) in [
        ("eligibility", [2, 1, 0, 1]),
        ("medical_claim", [3, 2, 0, 1]),
        ("pharmacy_claim", [3, 1, 0, 2]),
        ("admission", [1, 1, 0, 0]),
        ("problem_list", [1, 1, 0, 0]),
        ("lab_result", [1, 1, 0, 0]),
    ] {
        assert_eq!(account(&run, extract), rows, "{extract}");
    }
    let stays = lamplight::publish::read_rows(&run.join("measures/stays.parquet"), None).expect("a table");
    let told: Vec<(&str, &str)> =
        stays.rows.iter().map(|r| (stays.get(r, "admit_date"), stays.get(r, "discharge_date"))).collect();
    // The moment of an admission counts in the declared zone: 00:30 of the next day in New York.
    assert_eq!(told, [("2026-03-01", "2026-03-04"), ("2026-05-02", "2026-05-04")]);
    // A bundle is refused by name.
    put("Patient.ndjson", "{\"resourceType\":\"Bundle\",\"entry\":[]}\n");
    let config = folder.path().join("config.toml");
    let refused = command(&[
        "check",
        "--config",
        config.to_str().expect("utf-8"),
        "--out",
        folder.path().join("b").to_str().expect("utf-8"),
    ])
    .output()
    .expect("runs");
    assert_eq!(code(&refused), 3, "{}", text(&refused));
    assert!(text(&refused).contains("Patient.ndjson: the file is a FHIR bundle"), "{}", text(&refused));
}

//! Faults in the small tables that people keep by hand: a clear error naming row and column for the roster, a
//! counted warning for the rest, and never a list that silently means something else.

mod support;

use support::{Folder, code, manifest, text};

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,diagnosis_code_1,facility_npi";
const ROSTER: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state,new_contacts_per_day";
const GOOD: &str = "N1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,8";

fn folder(roster: &str) -> Folder {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("M1", "1950-02-03", "female"), ("M2", "1960-02-03", "male")]);
    let mut claims = format!("{CLAIM}\n");
    for m in ["M1", "M2"] {
        for (n, from, to) in [(1, "2025-10-01", "2025-10-05"), (2, "2026-02-01", "2026-02-04")] {
            claims.push_str(&format!("{m}-{n},1,institutional,{m},{from},{to},{from},{to},111,01,1,I50.22,H1\n"));
        }
    }
    f.extract("medical_claim", &claims);
    f.extract("care_manager", &format!("{ROSTER}\n{GOOD}\n{roster}"));
    f
}

#[test]
fn a_fault_in_the_roster_names_its_row_and_column() {
    for (row, column) in [
        ("N1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,8", "care_manager_id"),
        ("N2,RN,en,NC,general,active,1,0,120,0,0,0,40,NC,8", "max_cases"),
        ("N2,RN,en,NC,general,active,1,40,-5,0,0,0,40,NC,8", "max_points"),
        ("N2,RN,en,NC,general,active,-1,40,120,0,0,0,40,NC,8", "fte"),
        ("N2,RN,en,NC,general,active,0,,,0,0,0,40,NC,8", "fte"),
        ("N2,RN,klingon,NC,general,active,1,40,120,0,0,0,40,NC,8", "languages"),
        ("N2,MD,en,NC,general,active,1,40,120,0,0,0,40,NC,8", "discipline"),
        ("N2,RN,en,XX,general,active,1,40,120,0,0,0,40,NC,8", "licensed_states"),
        ("N2,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,-8", "new_contacts_per_day"),
        ("N2,RN,en,NC,general,on leave,1,40,120,0,0,0,40,NC,8", "status"),
        ("N2,RN,en,NC,general,active,NaN,40,120,0,0,0,40,NC,8", "fte"),
        ("N2,RN,en,NC,general,active,abc,40,120,0,0,0,40,NC,8", "fte"),
        ("N2,RN,en,NC,general,active,1,forty,120,0,0,0,40,NC,8", "max_cases"),
    ] {
        let f = folder(row);
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{row}: {}", text(&output));
        assert!(text(&output).contains(&format!("care_manager, row 3, column {column}")), "{row}: {}", text(&output));
        // And before anybody is measured.
        assert!(!text(&output).contains("measure members"), "{row}: {}", text(&output));
        let checked = support::lamplight(&["check", "--config", f.write_config().to_str().expect("utf-8")]);
        assert_eq!(code(&checked), 3, "{row}: {}", text(&checked));
    }
}

fn warnings(f: &Folder) -> Vec<String> {
    let run = f.publish();
    serde_json::from_value(manifest(&run)["warnings"].clone()).expect("sentences")
}

#[test]
fn a_manager_who_left_gives_the_member_back_and_says_so() {
    let mut f = folder("");
    f.extract("caseload", "member_id,care_manager_id,since_date,pinned\nM1,GONE,2026-01-05,1\nM2,GONE,2026-01-05,0");
    let told = warnings(&f);
    assert!(
        told.iter().any(|w| w.starts_with("2 open cases name a care manager who is not in the roster")),
        "{told:?}"
    );
    assert!(told.iter().any(|w| w.starts_with("1 pins could not hold")), "{told:?}");
    for member in ["M1", "M2"] {
        assert_eq!(f.cells("assignments.csv", member, "care_manager_id"), ["N1"], "{member}");
        assert_eq!(f.cells("outreach.csv", member, "caller_id"), ["N1"], "{member}");
        // Nobody works with somebody whose manager has left.
        assert_eq!(f.cells("decisions.parquet", member, "decision"), ["listed"], "{member}");
        assert_eq!(f.cells("decisions.parquet", member, "owner_id"), ["GONE"], "{member}");
    }
}

#[test]
fn rows_that_can_do_nothing_are_counted() {
    let mut f = folder("");
    f.extract(
        "override",
        "member_id,action,value,reason,author,expires\nM1,remove,,over,Dr X,2026-01-31\nM2,tier,7,typo,Dr X,2026-12-31\nNOBODY,add,,typo,Dr X,2026-12-31",
    );
    f.extract(
        "outreach_log",
        "member_id,contact_date,outcome,channel\nM1,2026-07-05,completed,phone\nM2,2026-01-05,refused,phone",
    );
    let told = warnings(&f);
    for wanted in [
        "override: 1 rows have expired",
        "override: 1 rows set a tier",
        "override: 1 rows were rejected; quarantine.csv",
        "outreach_log: 1 rows lie after",
    ] {
        assert!(told.iter().any(|w| w.starts_with(wanted)), "{wanted}: {told:?}");
    }
    let rejected = f.table("quarantine.csv");
    assert!(rejected.rows.iter().any(|r| rejected.get(r, "extract") == "override"
        && rejected.get(r, "row") == "4"
        && rejected.get(r, "column") == "member_id"));
    // The future contact suppresses nobody.
    assert_eq!(f.cells("outreach.csv", "M1", "rank").len(), 1);
}

#[test]
fn an_override_that_names_nobody_stops_the_night_that_asks_for_it() {
    let mut f = folder("");
    let rows = "member_id,action,value,reason,author,expires\nNOBODY,add,,typo,Dr X,2026-12-31\n";
    f.raw("override", "override.csv", rows.as_bytes(), "min_bad_rows = 0");
    let output = f.run(&[]);
    assert_eq!(code(&output), 4, "{}", text(&output));
    assert!(text(&output).contains("override"), "{}", text(&output));
    let failed = f.path("out/failed");
    let place = std::fs::read_dir(failed).expect("left").find_map(Result::ok).expect("one").path();
    let rejected = std::fs::read_to_string(place.join("quarantine.csv")).expect("rows");
    assert!(rejected.contains("override.csv,2,member_id,no_eligibility"), "{rejected}");
}

/// A folder of files as a clinic has them, each cell of which could give somebody away.
fn clinic() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("written");
    put(
        "members 2026.csv",
        b"Monthly export, confidential\n\nMRN,DOB,Sex,Eff Date,Term Date,Last Name,Home Phone\n\
          Zq701,3/14/1948,F,1/1/2020,,Quibbledorf,9195550101\nZq702,11/2/1951,M,1/1/2021,12/31/2026,Wuzzlemann,9195550102\n",
    );
    put(
        "adt.txt",
        b"VISIT_NUM|MRN|ADMIT_TS|DISCH_TS|PT_CLASS|DX1|DX2|MSG_TS\n\
          V9001|Zq701|20260301|20260305|I|I5022|E119|20260305\nV9002|Zq702|20260402|20260402|E|J189||20260402\n",
    );
    let log = "Member\tDate\tResult\tHow\tBy\nZq701\t4/5/2026\tReached\tPhone\tN1\nZq702\t13/5/2026\tLVM\tPhone\tN1\n";
    put("calls.txt", &log.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    put(
        "staff.csv",
        b"ID,Name,Credential,Languages,State,FTE,Max cases,Status\nN1,Zo\xEB,RN,\"en, es\",NC;SC,1,40,Active\n",
    );
    put("budget.csv", b"Department,Amount\nNorth,12\n");
    put("x12.txt", b"ISA*00*          *00*          *ZZ*QUIBBLEDORF*ZZ*X*260301*1200*^*00501*1*0*P*:~");
    folder
}

#[test]
fn init_writes_a_configuration_that_runs_and_tells_no_value() {
    let files = clinic();
    let out = tempfile::tempdir().expect("a folder");
    let config = out.path().join("lamplight.toml");
    let (from, to) = (files.path().to_str().expect("utf-8"), config.to_str().expect("utf-8"));
    let told = support::lamplight(&["init", from, "--out", to]);
    let said = text(&told);
    assert_eq!(code(&told), 0, "{said}");
    for part in [
        "eligibility      members 2026.csv",
        "admission        adt.txt",
        "outreach_log     calls.txt",
        "care_manager     staff.csv",
        "budget.csv: not recognised",
        "x12.txt: the file is an X12 transaction",
        "missing: medical_claim: no comorbidity",
        "check: passed",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let written = std::fs::read_to_string(&config).expect("a configuration");
    for line in [
        "as_of = \"2026-05-31\"",
        "skip_rows = 2",
        "member_id = \"MRN\"",
        "enrollment_end_date = { column = \"Term Date\", default = \"9999-12-31\" }",
        "\"diagnosis_code_*\" = \"DX*\"",
        "encoding = \"utf-16\"",
        "date_formats = [\"%d/%m/%Y\"]",
        "licensed_states = \"listed_licensed_states\"",
        "# ids of members have the shape Aa999",
    ] {
        assert!(written.contains(line), "{line}: {written}");
    }
    // Nothing of a row, in what is said and in what is written.
    for value in
        ["Zq70", "Quibble", "QUIBBLE", "Wuzzle", "555010", "V900", "1948", "3/14", "20260301", "Zo\u{eb}", "I5022"]
    {
        assert!(!said.contains(value) && !written.contains(value), "{value}: {said}{written}");
    }
    let run = support::lamplight(&["run", "--config", to]);
    assert_eq!(code(&run), 0, "{}", text(&run));
    assert!(text(&run).contains("2 members"), "{}", text(&run));
    // What is there stays as it is.
    let again = support::lamplight(&["init", from, "--out", to]);
    assert_eq!(code(&again), 2, "{}", text(&again));
    assert!(text(&again).contains("hint: name another file with --out"), "{}", text(&again));
    assert_eq!(std::fs::read_to_string(&config).expect("a configuration"), written);
    assert_eq!(code(&support::lamplight(&["init", "/nowhere/at/all", "--out", to])), 2);
}

#[test]
fn init_knows_the_layouts_of_others() {
    let mut folders = vec![(support::project().join("sample-data"), 24, true)];
    if let Some(shared) = support::shared() {
        let layout = |name: &str| shared.join("data/layouts").join(name).join("data");
        folders.extend([
            (layout("synthea"), 6, true),
            (layout("rif"), 3, true),
            (layout("omop"), 3, true),
            (layout("excel"), 4, true),
            (layout("cclf"), 3, false),
            (layout("edi"), 0, false),
            // Benefits alone: nobody's birth date is known.
            (layout("fhir_bulk"), 2, false),
        ]);
    }
    for (folder, extracts, runs) in folders {
        let out = tempfile::tempdir().expect("a folder");
        let config = out.path().join("l.toml");
        let from = folder.to_str().expect("utf-8");
        let told = support::lamplight(&["init", from, "--out", config.to_str().expect("utf-8")]);
        assert_eq!(code(&told), 0, "{from}: {}", text(&told));
        let written = std::fs::read_to_string(&config).expect("a configuration");
        let sections = written.lines().filter(|l| l.starts_with("[extracts.") && !l.contains(".columns]")).count();
        assert_eq!(sections, extracts, "{from}: {written}");
        assert_eq!(text(&told).contains("check: passed"), runs, "{from}: {}", text(&told));
    }
}

#[test]
fn check_tells_a_cause_before_what_follows_from_it() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\nM1,1950-02-30,female,2020-01-01,9999-12-31\nM2,1960-02-03,male,2020-01-01,9999-12-31",
    );
    f.extract(
        "medical_claim",
        &format!("{CLAIM}\nC1,1,institutional,M1,2026-02-01,2026-02-04,2026-02-01,2026-02-04,111,01,1,I50.22,H1"),
    );
    let told = support::lamplight(&["check", "--config", f.write_config().to_str().expect("utf-8")]);
    let said = text(&told);
    assert_eq!(code(&told), 0, "{said}");
    let at = |part: &str| said.find(part).unwrap_or_else(|| panic!("{part}: {said}"));
    // By column and shape, then what follows, and where the rows are.
    assert!(at("birth_date                         1  9999-99-99 (1)") < at("no_eligibility"), "{said}");
    assert!(
        at("no_eligibility") < at("may follow from the 1 rejected rows of eligibility: mend those first"),
        "{said}"
    );
    assert!(said.contains("quarantine.csv"), "{said}");
    f.config = f.config.replace("max_bad_share = 1.0", "max_bad_share = 0.0\nmin_bad_rows = 0");
    let refused = support::lamplight(&["check", "--config", f.write_config().to_str().expect("utf-8")]);
    assert_eq!(code(&refused), 4, "{}", text(&refused));
    for part in ["may follow from the 1 rejected rows of eligibility", "9999-99-99 (1)", "failed/", "quarantine.csv"] {
        assert!(text(&refused).contains(part), "{part}: {}", text(&refused));
    }
}

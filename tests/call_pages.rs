//! The pages of callers: who stands on which sheet, what a brief says, and that nothing of others' text is run.

mod support;

use std::io::Read as _;
use std::path::Path;

use support::{Folder, code, lamplight, text};

const STAFF: &str = "care_manager_id,name,discipline,languages,licensed_states,focus,status,fte
    N1,Ada Nurse,RN,en,NC,general,active,1
    N2,Ben Nurse,RN,en,NC,general,active,1";

/// Three people just home from the hospital: one with an owner, one without, one whose name is markup; and an open case
/// with an overdue assessment.
fn folder() -> Folder {
    let mut folder = Folder::new("2026-03-04");
    folder.extract(
        "eligibility",
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,state,language,first_name,last_name
         A,1950-01-01,female,2020-01-01,9999-12-31,336-555-0101,NC,en,Ann,Owned
         B,1951-01-01,female,2020-01-01,9999-12-31,336-555-0102,NC,en,Bea,Free
         C,1952-01-01,male,2020-01-01,9999-12-31,336-555-0103,NC,en,<script>alert(1)</script>,=1+1
         D,1953-01-01,male,2020-01-01,9999-12-31,336-555-0104,NC,en,Dan,Case",
    );
    folder.extract(
        "admission",
        "admission_id,member_id,admission_date,discharge_date,patient_class,discharge_disposition_code,diagnosis_code_1
         a,A,2026-02-25,2026-03-03,inpatient,01,I50.9
         b,B,2026-02-26,2026-03-03,inpatient,06,J44.1
         c,C,2026-02-27,2026-03-03,inpatient,01,F32.9",
    );
    folder.extract(
        "pharmacy_claim",
        "claim_id,claim_line_number,member_id,dispensing_date,ingredient_name,days_supply
         p1,1,B,2026-02-20,tiotropium,30
         p2,1,B,2026-02-21,sertraline,30",
    );
    folder.extract("caseload", "member_id,care_manager_id,since_date\nA,N1,2025-12-01\nD,N1,2025-12-01");
    folder.extract("care_task", "task_id,member_id,kind,due_date,done_date\nT17,D,assessment,2026-02-20,");
    folder.extract("care_manager", STAFF);
    folder
}

fn brief(folder: &Folder, flags: &[&str]) -> String {
    let (run, out) = (folder.path("out/current"), folder.path("brief.html"));
    let mut arguments = vec!["brief", "--run", run.to_str().expect("utf-8"), "--out", out.to_str().expect("utf-8")];
    arguments.extend(flags);
    let output = lamplight(&arguments);
    assert_eq!(code(&output), 0, "{}", text(&output));
    std::fs::read_to_string(out).expect("a page")
}

/// The texts of every cell of a workbook, and the names of its sheets.
fn workbook_texts(path: &Path) -> (String, String) {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).expect("a file")).expect("a workbook");
    let mut read = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
        text
    };
    (read("xl/sharedStrings.xml"), read("xl/workbook.xml"))
}

#[test]
fn a_brief_is_one_page_a_person_and_runs_nothing() {
    let folder = folder();
    let run = folder.publish();
    let page = brief(&folder, &["--member", "C"]);
    assert_eq!(page.matches("<article>").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt; =1+1"), "{page}");
    assert!(!page.contains("<script"), "nothing runs");
    assert!(page.contains("sensitive condition, see record"), "a psychiatric stay is masked");
    assert!(page.contains("1952-01-01") && page.contains("336") && page.contains("wrong_number"));
    let page = brief(&folder, &["--member", "B"]);
    assert!(
        page.contains("home with home health") && page.contains("tiotropium: filled Feb 20, 18 days left"),
        "{page}"
    );
    assert!(page.contains("see record") && !page.to_lowercase().contains("sertraline"), "{page}");
    // Everybody on a sheet: three at home since yesterday, and the open case.
    assert_eq!(brief(&folder, &["--all"]).matches("<article>").count(), 4);
    let own = brief(&folder, &["--manager", "N1"]);
    assert!(own.contains("Dan Case") && own.contains("assessment (T17), was due Feb 20 (12 days late)"), "{own}");
    // The nightly page of the owner holds whoever is listed or has something overdue.
    let nightly = std::fs::read_to_string(run.join("briefs/N1.html")).expect("a page");
    assert!(nightly.contains("Dan Case") && nightly.contains("Ann Owned"), "{nightly}");
}

#[test]
fn own_cases_stand_first_and_no_cell_is_a_formula() {
    let folder = folder();
    let run = folder.publish();
    let (texts, book) = workbook_texts(&run.join("worklists.xlsx"));
    assert!(texts.contains("Own cases: 2") && texts.contains("Ada Nurse (N1), night of 2026-03-04"), "{texts}");
    assert!(texts.contains("assessment (T17): was due Feb 20 (12 days late)"), "{texts}");
    assert!(texts.contains("=1+1") && book.contains("Print_Titles"), "{book}");
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(run.join("worklists.xlsx")).expect("a file")).expect("zip");
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let mut xml = String::new();
        if part.name().is_ok_and(|n| n.contains("worksheets/sheet")) && part.read_to_string(&mut xml).is_ok() {
            assert!(!xml.contains("<f>"), "no formula");
            assert!(xml.contains("Confidential health information") && xml.contains("customHeight=\"1\""), "{xml}");
        }
    }
}

#[test]
fn nobody_is_shown_who_is_not_meant() {
    let folder = folder();
    folder.publish();
    let run = folder.path("out/current");
    let out = folder.path("none.html");
    let ask = |flags: &[&str]| {
        let mut arguments = vec!["brief", "--run", run.to_str().expect("utf-8"), "--out", out.to_str().expect("utf-8")];
        arguments.extend(flags);
        lamplight(&arguments)
    };
    let missing = ask(&["--member", "Z"]);
    assert_eq!(code(&missing), 2, "{}", text(&missing));
    assert!(!text(&missing).contains('Z'), "the id is not repeated: {}", text(&missing));
    assert_eq!(code(&ask(&["--manager", "N9"])), 2);
    assert_eq!(code(&ask(&[])), 2);
    assert_eq!(code(&ask(&["--all", "--member", "A"])), 2);
    assert!(!out.exists());
    // A run that was changed is no source of a call.
    std::fs::write(run.join("people.parquet"), "cut").expect("written");
    assert_eq!(code(&ask(&["--member", "A"])), 8);
}

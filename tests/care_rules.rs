//! Playbook and programmes through whole nights: who is offered what, what an organisation's own file changes, what is
//! refused before a claim is read, and what nobody without the role reads.

mod support;

use std::io::Read as _;
use std::path::Path;

use support::{Folder, code, lamplight, text};

const ELIGIBILITY: &str = "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,state,language,payer_type,pcp_npi,first_name,last_name";
const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,bill_type_code,admission_date,discharge_date,discharge_disposition_code,place_of_service_code,hcpcs_code,diagnosis_code_1,diagnosis_code_2";

fn person(id: &str, payer: &str) -> String {
    format!("{id},1950-02-03,female,2020-01-01,9999-12-31,{},NC,en,{payer},1000000004,F{id},L{id}", support::phone(id))
}

/// A stay of a person with these diagnoses.
fn stay(id: &str, diagnoses: [&str; 2]) -> String {
    let [first, second] = diagnoses;
    format!("{id}-S,1,institutional,{id},2026-01-05,2026-01-09,111,2026-01-05,2026-01-09,01,,,{first},{second}")
}

/// A professional line with a procedure code.
fn service(id: &str, day: &str, code: &str) -> String {
    format!("{id}-{code},1,professional,{id},{day},{day},,,,,11,{code},I10,")
}

/// Everybody's rows of one programme.
fn program_rows(folder: &Folder, program: &str) -> Vec<[String; 6]> {
    let rows = folder.table("measures/programs.parquet");
    let cell = |row: &Vec<String>, name: &str| rows.get(row, name).to_owned();
    let own = rows.rows.iter().filter(|r| rows.get(r, "program") == program);
    own.map(|r| ["member_id", "eligible_since", "consent", "conflict", "billed", "evidence"].map(|name| cell(r, name)))
        .collect()
}

#[test]
fn of_chronic_care_two_qualify_two_just_do_not_one_is_in_conflict_and_one_is_billed() {
    let mut f = Folder::new("2026-06-30");
    let people = ["E1", "E2", "JUST1", "JUST2", "CONF", "BILL", "TAKEN", "NIGHT"];
    let payer = |id: &str| if id == "JUST2" { "medicaid" } else { "medicare" };
    let rows: Vec<String> = people.iter().map(|id| person(id, payer(id))).collect();
    f.extract("eligibility", &format!("{ELIGIBILITY}\n{}", rows.join("\n")));
    let mut claims: Vec<String> =
        people.iter().map(|id| stay(id, if *id == "JUST1" { ["I10", "R07.9"] } else { ["E11.9", "I10"] })).collect();
    // The last day that counts, and the day before it.
    claims.push(service("CONF", "2026-05-31", "99426"));
    claims.push(service("E2", "2026-05-30", "99426"));
    claims.push(service("BILL", "2026-06-12", "99490"));
    f.extract("medical_claim", &format!("{CLAIM}\n{}", claims.join("\n")));
    f.extract(
        "consent",
        "member_id,program,consent_status,consent_date
         E1,ccm,given,2026-02-01
         TAKEN,CCM,given,2026-02-01
         TAKEN,CCM,withdrawn,2026-06-30
         NIGHT,CCM,given,2026-07-01",
    );
    let asked = ["E1", "TAKEN", "CONF", "BILL"].map(|id| format!("{id},add,,asked,Dr X,2026-12-31")).join("\n");
    f.extract("override", &format!("member_id,action,value,reason,author,expires\n{asked}"));
    f.publish();
    let row = |id: &str, consent: &str, conflict: &str, billed: &str| {
        [id, "2026-06-30", consent, conflict, billed, "chronic_conditions_24m 2"].map(str::to_owned)
    };
    let told = program_rows(&f, "CCM");
    assert_eq!(
        told,
        [
            row("BILL", "missing", "", "2026-06-12"),
            row("CONF", "missing", "99426", ""),
            row("E1", "given", "", ""),
            row("E2", "missing", "", ""),
            // Tomorrow's consent is not known; tonight's withdrawal is.
            row("NIGHT", "missing", "", ""),
            row("TAKEN", "withdrawn", "", ""),
        ]
    );
    // The brief names it with what stands against it.
    let page = brief(&f, "CONF");
    assert!(
        page.contains(
            "Chronic care management, qualifies since Jun 30, consent not asked yet, not beside 99426 of May 31"
        ),
        "{page}"
    );
    // Whom the list offers it: not after a withdrawal, in a conflict or where it is billed.
    for (id, offered) in [("E1", true), ("TAKEN", false), ("CONF", false), ("BILL", false)] {
        let ids = f.cells("outreach.csv", id, "programs");
        assert_eq!(ids.len(), 1, "{id} is on the list");
        assert_eq!(ids[0].split('|').any(|one| one == "CCM"), offered, "{id}: {}", ids[0]);
    }
    // The next night: since when is kept, and the answer of the day counts.
    let later = f.run(&["--as-of", "2026-07-01"]);
    assert!(later.status.success(), "{}", text(&later));
    let night: Vec<[String; 6]> = program_rows(&f, "CCM").into_iter().filter(|r| r[0] == "NIGHT").collect();
    assert_eq!(night, [row("NIGHT", "given", "", "")]);
    // The brief names it.
    let page = brief(&f, "E1");
    assert!(page.contains("Chronic care management, qualifies since Jun 30, consent given"), "{page}");
}

fn brief(folder: &Folder, member: &str) -> String {
    let (run, out) = (folder.path("out/current"), folder.path("brief.html"));
    let output = lamplight(&[
        "brief",
        "--run",
        run.to_str().expect("utf-8"),
        "--member",
        member,
        "--out",
        out.to_str().expect("utf-8"),
    ]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    std::fs::read_to_string(out).expect("a page")
}

/// Facts of a night in which the programme for whom is just home has nobody twice.
#[test]
fn the_segments_words_follow_the_clocks_own() {
    let mut f = Folder::new("2026-06-30");
    let rows = ["HOME", "LATE"].map(|id| person(id, "medicare")).join("\n");
    f.extract("eligibility", &format!("{ELIGIBILITY}\n{rows}"));
    f.extract("medical_claim", &format!("{CLAIM}\n{}", stay("LATE", ["I50.22", "I10"])));
    f.extract(
        "admission",
        "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1
         A1,HOME,2026-06-26,2026-06-29,inpatient,1000000012,01,1,I50.22",
    );
    f.extract("facility", "npi,name\n1000000012,General Hospital");
    f.extract("provider", "npi,name\n1000000004,Dr Ng");
    f.extract(
        "pharmacy_claim",
        "claim_id,claim_line_number,member_id,dispensing_date,ingredient_name,days_supply
         P1,1,LATE,2026-05-01,furosemide,30
         P2,1,LATE,2026-06-20,lisinopril,30",
    );
    f.publish();
    assert_eq!(f.cells("outreach.csv", "HOME", "band"), ["contact"]);
    assert_eq!(
        f.cells("outreach.csv", "HOME", "suggested_action"),
        [
            "Call by 2026-07-01; home from General Hospital since 2026-06-29 (Heart failure). Call today: home since Jun 29 \
          after heart failure; ask weight today against going-home weight, breath, swelling, and whether the water pill \
          is in hand; visit with heart clinic or Dr Ng by Jul 1."
        ]
    );
    assert_eq!(f.cells("outreach.csv", "HOME", "segment"), ["hf_after_discharge"]);
    // The second heart-failure day is the stay's own: one day alone is none.
    assert_eq!(f.cells("measures/plans.parquet", "LATE", "segment").len(), 1);
    let facts = |name: &str| f.cells("measures/member_facts.parquet", "LATE", name);
    assert_eq!((facts("loop_diuretic_days_late"), facts("hba1c_last")), (vec!["30".to_owned()], vec![String::new()]));
    let page = brief(&f, "HOME");
    for told in ["What do you weigh today, and what did you weigh going home?", "Red flags", "Teach back:"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("{pcp}") && page.contains("Same-day call to heart clinic or Dr Ng"), "{page}");
}

/// The shipped playbook with something changed, as the file of an organisation.
fn own_playbook(folder: &mut Folder, from: &str, to: &str) {
    let shipped = std::fs::read_to_string(support::project().join("config/playbook.toml")).expect("the playbook");
    assert!(shipped.contains(from), "{from}");
    std::fs::write(folder.path("own.toml"), shipped.replacen(from, to, 1)).expect("written");
    folder.config = format!("{}\n[list]\nplaybook = \"own.toml\"\n", folder.config);
}

#[test]
fn an_organisations_own_playbook_replaces_the_shipped_one_whole() {
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &format!("{ELIGIBILITY}\n{}", person("A", "medicare")));
    f.extract("medical_claim", &format!("{CLAIM}\n{}", stay("A", ["E11.9", "I10"])));
    own_playbook(&mut f, "when = \"override_add = 1\"", "when = \"payer_type = 'medicare' AND stays_365 >= 1\"");
    let run = f.publish();
    assert_eq!(f.cells("measures/plans.parquet", "A", "segment"), ["override"]);
    // Nobody asked for the person: the words of an override cannot be filled, and what is left is the segment's name.
    assert_eq!(f.cells("measures/plans.parquet", "A", "action"), ["Call about: someone on the care team asked"]);
    let kept = std::fs::read_to_string(run.join("playbook.toml")).expect("the run keeps its playbook");
    assert!(kept.contains("payer_type = 'medicare' AND stays_365 >= 1"));
}

#[test]
fn rules_that_do_not_fit_are_refused_with_their_place_before_a_claim_is_read() {
    let refused = |file: &str, key: &str, from: &str, to: &str| {
        let mut f = Folder::new("2026-06-30");
        f.extract("eligibility", &format!("{ELIGIBILITY}\n{}", person("A", "medicare")));
        // Reading the claims would stop the night with another code.
        f.extract("medical_claim", "claim_id\nbroken");
        let shipped = std::fs::read_to_string(support::project().join(file)).expect("a file of rules");
        assert!(shipped.contains(from), "{from}");
        std::fs::write(f.path("own.toml"), shipped.replacen(from, to, 1)).expect("written");
        let (table, key) = key.split_once('.').expect("a key");
        f.config = format!("{}\n[{table}]\n{key} = \"own.toml\"\n", f.config);
        let output = f.run(&[]);
        assert_eq!(code(&output), 2, "{}", text(&output));
        assert!(!Path::new(&f.path("out/current")).exists());
        text(&output)
    };
    let (book, segments) = ("config/playbook.toml", "list.playbook");
    let told = refused(book, segments, "when = \"safety_need_days <= 90\"", "when = \"safety_need_day <= 90\"");
    assert!(
        told.contains(
            "[[segment]] safety_need, when: `safety_need_day` is no fact of a member; did you mean `safety_need_days`?"
        ),
        "{told}"
    );
    let told = refused(book, segments, "when = \"safety_need_days <= 90\"", "when = \"safety_need_days + 90\"");
    assert!(told.contains("[[segment]] safety_need, when: gives i64 where a yes or no is needed"), "{told}");
    let told = refused(book, segments, "when = \"safety_need_days <= 90\"", "when = \"smoking_status = 'never'\"");
    assert!(told.contains("`smoking_status` is no fact of a member: no extract carries it"), "{told}");
    let told = refused(book, segments, "\nteach_back = ", "\nteach_bak = ");
    assert!(told.contains("teach_bak") && told.contains("list.playbook"), "{told}");
    let told = refused(book, segments, "{override_text}", "{overide_text}");
    assert!(told.contains("{overide_text} is no placeholder; did you mean {override_text}?"), "{told}");
    let told = refused("config/programs.toml", "programs.rules", "phq9_last >= 10", "phq_last >= 10");
    assert!(
        told.contains("[[program]] COCM, when: `phq_last` is no fact of a member; did you mean `phq9_last`?"),
        "{told}"
    );
    let missing = {
        let mut f = Folder::new("2026-06-30");
        f.extract("eligibility", &format!("{ELIGIBILITY}\n{}", person("A", "medicare")));
        f.config = format!("{}\n[programs]\nrules = \"nowhere.toml\"\n", f.config);
        f.run(&[])
    };
    assert!(code(&missing) == 2 && text(&missing).contains("nowhere.toml"), "{}", text(&missing));
}

/// Words that tell what nobody without the role may read.
const TELLING: [&str; 22] = [
    "psych",
    "depress",
    "suicid",
    "self-harm",
    "mental",
    "behavioral",
    "substance",
    "opioid",
    "overdose",
    "alcohol",
    "naloxone",
    "hiv",
    "immunodeficiency",
    "sertraline",
    "buprenorphine",
    "emtricitabine",
    "phq",
    "abuse",
    "violence",
    "safety_trauma",
    "serenity",
    "collaborative",
];

/// One of each kind of what is sensitive, each in a person of its own who is asked for by hand or just home.
fn sensitive_people() -> Folder {
    let mut f = Folder::new("2026-06-30");
    let people = ["STAY", "EMERG", "DRUGS", "VIRAL", "SAFE", "MOOD", "LATE"];
    let rows: Vec<String> = people.iter().map(|id| person(id, "medicare")).collect();
    f.extract("eligibility", &format!("{ELIGIBILITY}\n{}", rows.join("\n")));
    let claims = [
        stay("VIRAL", ["B20", "I10"]),
        stay("LATE", ["F25.0", "I10"]),
        stay("SAFE", ["T74.11XA", "I10"]),
        stay("DRUGS", ["F11.20", "I10"]),
        stay("MOOD", ["F33.2", "I10"]),
    ];
    f.extract("medical_claim", &format!("{CLAIM}\n{}", claims.join("\n")));
    f.extract(
        "admission",
        "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1
         A1,STAY,2026-06-20,2026-06-28,inpatient,1000000012,01,1,F32.2
         A2,EMERG,2026-06-27,2026-06-27,emergency,1000000012,01,1,T40.1X1A
         A3,MOOD,2026-06-26,2026-06-26,emergency,1000000012,01,1,R45.851",
    );
    f.extract("facility", "npi,name\n1000000012,Serenity Psychiatric Hospital");
    f.extract(
        "pharmacy_claim",
        "claim_id,claim_line_number,member_id,dispensing_date,ingredient_name,days_supply
         P1,1,STAY,2026-06-01,sertraline,30
         P2,1,DRUGS,2026-05-01,buprenorphine,30
         P3,1,VIRAL,2026-06-01,emtricitabine / tenofovir alafenamide,30
         P4,1,LATE,2026-04-20,quetiapine,30",
    );
    f.extract("assessment", "member_id,assessment_date,instrument,score\nMOOD,2026-06-15,PHQ-9,22");
    f.extract("sdoh_screening", "member_id,screening_date,domain,need\nSAFE,2026-06-10,safety_trauma,yes");
    f.extract(
        "care_manager",
        "care_manager_id,name,discipline,languages,licensed_states,focus,status,fte\nN1,Ada Nurse,RN,en,NC,general,active,1",
    );
    let asked = people.map(|id| format!("{id},add,,please call,Dr X,2026-12-31")).join("\n");
    f.extract("override", &format!("member_id,action,value,reason,author,expires\n{asked}"));
    f.config.push_str("[output]\nformats = [\"csv\", \"parquet\", \"xlsx\", \"html\", \"fhir\"]\n");
    f
}

/// Every file that speaks of single people to others than analysts, as text; the report counts people and names nobody.
fn shared_files(run: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut folders = vec![run.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(run).expect("inside").display().to_string();
            if path.is_dir() {
                // Measures are the analysts' own; each says what is sensitive in a column.
                // So is what `assign` solves.
                if !["measures", "caseload"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if ["csv", "html", "ndjson"].iter().any(|end| name.ends_with(end)) && name != "report.html" {
                out.push((name, std::fs::read_to_string(path).expect("text")));
            } else if name == "worklists.xlsx" {
                out.push((name, workbook_text(&path)));
            }
        }
    }
    out
}

fn workbook_text(path: &Path) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).expect("a file")).expect("a workbook");
    let mut text = String::new();
    archive.by_name("xl/sharedStrings.xml").expect("a part").read_to_string(&mut text).expect("text");
    text
}

#[test]
fn nobody_without_the_role_reads_what_rests_on_a_sensitive_code() {
    let f = sensitive_people();
    let run = f.publish();
    let people = ["STAY", "EMERG", "DRUGS", "VIRAL", "SAFE", "MOOD", "LATE"];
    let mut files = shared_files(&run);
    for id in people {
        files.push((format!("brief {id}"), brief(&f, id)));
        let output = lamplight(&["explain", "--run", run.to_str().expect("utf-8"), "--member", id]);
        assert_eq!(code(&output), 0, "{}", text(&output));
        files.push((format!("explain {id}"), text(&output)));
    }
    assert!(files.len() > 20 && files.iter().any(|(name, _)| name.starts_with("fhir/")), "{}", files.len());
    let mut leaks = Vec::new();
    for (name, body) in &files {
        for line in body.to_lowercase().lines() {
            leaks.extend(TELLING.iter().filter(|w| line.contains(*w)).map(|w| format!("{name}: {w}: {line:.300}")));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    // What is hidden is told to be there: each of these people's plan rests on it.
    for id in ["STAY", "EMERG", "DRUGS", "SAFE", "MOOD", "LATE"] {
        assert!(brief(&f, id).contains("see record"), "{id}");
    }
}

#[test]
fn kept_plans_are_counted_by_manager_and_month_and_problems_are_proposed() {
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &format!("{ELIGIBILITY}\n{}", person("A", "medicare")));
    f.extract("medical_claim", &format!("{CLAIM}\n{}", stay("A", ["E11.9", "I10"])));
    f.extract("lab_result", "member_id,result_date,loinc,value,unit\nA,2026-05-20,4548-4,9.4,%");
    f.extract("sdoh_screening", "member_id,screening_date,domain,need\nA,2026-05-10,food,yes");
    f.extract("caseload", "member_id,care_manager_id,since_date\nA,N1,2025-12-01");
    f.extract(
        "care_manager",
        "care_manager_id,name,discipline,languages,licensed_states,focus,status,fte\nN1,Ada Nurse,RN,en,NC,general,active,1",
    );
    f.extract(
        "care_task",
        "task_id,member_id,kind,due_date,done_date,problem,goal_text,baseline,target,goal_status
         T1,A,plan_review,2026-06-01,2026-05-30,,,,,
         T2,A,plan_review,2026-05-10,2026-05-12,,,,,
         T3,A,goal,2026-06-15,2026-06-14,Steps,Walk,500,2000,met
         T4,A,goal,2026-06-20,,blood_sugar,Sugar at goal,9.4,8,
         T5,A,goal,2026-06-10,,Weight,Lose,90,85,cancelled
         T6,A,goal,2026-09-01,,Falls,Rail,,none,open",
    );
    f.publish();
    let states: Vec<(String, String)> = f
        .cells("care_tasks.parquet", "A", "task_id")
        .into_iter()
        .zip(f.cells("care_tasks.parquet", "A", "state"))
        .collect();
    let expected =
        [("T1", "on_time"), ("T2", "late"), ("T3", "on_time"), ("T4", "overdue"), ("T5", "cancelled"), ("T6", "open")];
    let mut told: Vec<(&str, &str)> = states.iter().map(|(id, state)| (id.as_str(), state.as_str())).collect();
    told.sort_unstable();
    assert_eq!(told, expected);
    let metrics = f.table("metrics.parquet");
    let figure = |metric: &str, dimension: &str, level: &str| -> Option<String> {
        let wanted = [("metric", metric), ("dimension", dimension), ("level", level)];
        let row = metrics.rows.iter().find(|r| wanted.iter().all(|(name, text)| metrics.get(r, name) == *text))?;
        Some(["numerator", "denominator", "value"].map(|name| metrics.get(row, name)).join("/"))
    };
    for (dimension, level) in [("all", "all"), ("care_manager", "N1")] {
        assert_eq!(figure("plan_reviews_on_time", dimension, level).as_deref(), Some("1/2/0.5"));
        assert_eq!(figure("goals_on_time", dimension, level).as_deref(), Some("1/2/0.5"));
        assert_eq!(figure("goals_met", dimension, level).as_deref(), Some("1/2/0.5"));
    }
    assert_eq!(figure("plan_reviews_on_time", "month", "2026-05").as_deref(), Some("0/1/0"));
    assert_eq!(figure("plan_reviews_on_time", "month", "2026-06").as_deref(), Some("1/1/1"));
    assert_eq!(figure("assessments_on_time", "all", "all"), None);
    // Sugar is planned already; food is not.
    let problems: Vec<(String, String)> = f
        .cells("measures/problems.parquet", "A", "problem")
        .into_iter()
        .zip(f.cells("measures/problems.parquet", "A", "planned"))
        .collect();
    let problem = |id: &str| problems.iter().find(|(name, _)| name == id).map(|(_, planned)| planned.as_str());
    assert_eq!((problem("blood_sugar"), problem("food"), problem("falls")), (Some("1"), Some("0"), None));
    let page = brief(&f, "A");
    assert!(page.contains("blood_sugar: Sugar at goal (9.4 → 8) (T4)"), "{page}");
    assert!(page.contains("Food: Enough food to the end of each month"), "{page}");
}

//! Playbook and programmes through whole nights: who is offered what, what an organisation's own file changes, what is
//! refused before a claim is read, and what nobody without the role reads.

mod support;

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

//! What other people's extracts do to a night: repeated, corrected and reversed rows, words and dates for nothing, zones,
//! fractions, placeholder phones, two-digit years, nobody left. Owns fixtures of its own, each a kind of fault rather than
//! an example of one.

mod support;

use std::collections::BTreeMap;

use support::{Folder, code, text};

const NIGHT: &str = "2026-06-30";
const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,discharge_disposition_code,bill_type_code,place_of_service_code,rendering_npi,facility_npi,paid_amount,received_date,reversal_of_claim_id,hcpcs_code,diagnosis_code_1";

/// A hospital bill of a known hospital.
fn stay(id: &str, member: &str, admit: &str, discharge: &str, disposition: &str, bill: &str) -> String {
    format!(
        "{id},1,institutional,{member},{admit},{discharge},{admit},{discharge},{disposition},{bill},,,1234567893,900.00,,,,I50.22"
    )
}

/// An office visit of a known clinician.
fn visit(id: &str, member: &str, day: &str) -> String {
    format!("{id},1,professional,{member},{day},{day},,,,,11,1234567893,,40.00,,,99213,E11.9")
}

fn counts(f: &Folder, extract: &str, kind: &str) -> BTreeMap<String, u64> {
    let bytes = std::fs::read(f.path("out/current/data_quality.json")).expect("an account");
    let account: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let told = account["extracts"][extract][kind].as_object().expect("counts").clone();
    let number = |v: &serde_json::Value| v.as_u64().or_else(|| v["count"].as_u64()).unwrap_or(0);
    told.iter().map(|(k, v)| (k.clone(), number(v))).collect()
}

/// Admission, discharge and disposition of each stay of a member.
fn stays(f: &Folder, member: &str) -> Vec<[String; 3]> {
    let column = |name| f.cells("measures/stays.parquet", member, name);
    let rows = column("admit_date").into_iter().zip(column("discharge_date")).zip(column("discharge_disposition_code"));
    rows.map(|((admit, discharge), disposition)| [admit, discharge, disposition]).collect()
}

#[test]
fn a_feed_that_repeats_last_month_counts_every_line_once() {
    let mut f = Folder::new(NIGHT);
    f.members(&[("A", "1950-01-01", "female"), ("B", "1951-01-01", "male")]);
    std::fs::create_dir(f.path("claims")).expect("a folder");
    let line = |n: u32, member: &str, received: &str, paid: &str, code: &str| {
        format!(
            "L{member},{n},professional,{member},2026-03-0{n},2026-03-0{n},,,,,11,1234567893,,{paid},{received},,{code},E11.9\n"
        )
    };
    // B's second line comes back without its procedure and with another amount.
    let first = format!(
        "{CLAIM}\n{}{}{}",
        line(1, "A", "2026-04-01", "10.00", "99213"),
        line(1, "B", "2026-04-01", "10.00", "99213"),
        line(2, "B", "2026-04-01", "12.00", "99214")
    );
    let second = format!(
        "{CLAIM}\n{}{}{}",
        line(1, "A", "2026-05-01", "10.00", "99213"),
        line(1, "B", "2026-05-01", "10.00", "99213"),
        line(2, "B", "2026-05-01", "7.50", "")
    );
    std::fs::write(f.path("claims/april.csv"), first).expect("written");
    std::fs::write(f.path("claims/may.csv"), second).expect("written");
    f.config.push_str("[extracts.medical_claim]\npath = \"claims\"\nmin_bad_rows = 0\n");
    f.publish();
    let paid = |member| f.cells("measures/indices.parquet", member, "paid_12m");
    assert_eq!((paid("A"), paid("B")), (vec!["10".to_owned()], vec!["17.5".to_owned()]));
    let dropped = BTreeMap::from([("redelivered".to_owned(), 2), ("superseded_line".to_owned(), 1)]);
    assert_eq!(counts(&f, "medical_claim", "dropped"), dropped);
}

#[test]
fn a_reversed_fill_is_none_and_is_told() {
    let mut f = Folder::new(NIGHT);
    f.members(&[("A", "1950-01-01", "female"), ("B", "1951-01-01", "male")]);
    f.extract("medical_claim", &format!("{CLAIM}\n{}", visit("V", "A", "2026-03-01")));
    let mut fills = String::from(
        "claim_id,claim_line_number,member_id,dispensing_date,ingredient_name,days_supply,quantity,paid_amount,reversal_of_claim_id\n",
    );
    for member in ["A", "B"] {
        fills.push_str(&format!("{member}1,1,{member},2026-01-02,atorvastatin,90,90,30.00,\n"));
        fills.push_str(&format!("{member}2,1,{member},2026-04-02,atorvastatin,90,90,30.00,\n"));
    }
    // A's second fill was never picked up; the stranger's reversal reverses nothing.
    fills.push_str("A9,1,A,2026-04-20,atorvastatin,,,-30.00,A2\nB9,1,B,2026-05-05,metformin,-30,-60,-4.00,\n");
    f.extract("pharmacy_claim", &fills);
    let output = f.run(&[]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert!(text(&output).contains("left out by rule: pharmacy_claim: reversal 1, reversed 1"), "{}", text(&output));
    assert_eq!(f.cells("measures/indices.parquet", "A", "pdc_statins"), [""]);
    assert_ne!(f.cells("measures/indices.parquet", "B", "pdc_statins"), [""]);
    let rejected = BTreeMap::from([("reversal_without_original".to_owned(), 1)]);
    assert_eq!(counts(&f, "pharmacy_claim", "quarantined"), rejected);
}

#[test]
fn no_id_decides_which_of_two_bills_is_the_last() {
    for ids in [["B1", "B2"], ["B2", "B1"]] {
        let mut f = Folder::new(NIGHT);
        f.members(&[("A", "1950-01-01", "female")]);
        // Both bills of the stay carry its admission and, by the census row, its end; the first says "still here".
        let still = stay(ids[0], "A", "2026-02-01", "2026-02-20", "30", "112")
            .replace(",2026-02-01,2026-02-20,30", ",2026-02-01,,30");
        let last = stay(ids[1], "A", "2026-02-01", "2026-03-05", "01", "114");
        f.extract("medical_claim", &format!("{CLAIM}\n{still}\n{last}"));
        f.extract(
            "admission",
            "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi\nE,A,2026-02-01,2026-03-05,inpatient,1234567893",
        );
        f.publish();
        let wanted = ["2026-02-01", "2026-03-05", "01"].map(str::to_owned);
        assert_eq!(stays(&f, "A"), [wanted], "{ids:?}");
    }
}

const CENSUS: &str = "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi";

#[test]
fn moments_with_a_zone_need_one_whose_dates_count() {
    let rows = format!("{CENSUS}\nE,A,2026-04-11T02:15:00Z,2026-04-14T03:59:00Z,inpatient,1234567893\n");
    let spelled = "date_formats = [\"%Y-%m-%dT%H:%M:%SZ\"]";
    for more in ["", spelled] {
        let mut f = Folder::new(NIGHT);
        f.members(&[("A", "1950-01-01", "female")]);
        f.raw("admission", "admission.csv", rows.as_bytes(), more);
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{}", text(&output));
        assert!(text(&output).contains("timezone"), "{}", text(&output));
        let zone = format!("{more}\ntimezone = \"America/Denver\"\n");
        f.config.clear();
        f.members(&[("A", "1950-01-01", "female")]);
        f.raw("admission", "admission.csv", rows.as_bytes(), &zone);
        f.publish();
        assert_eq!(stays(&f, "A")[0][..2], ["2026-04-10", "2026-04-13"].map(str::to_owned));
    }
}

#[test]
fn two_digit_years_need_a_pivot_and_never_lie_ahead_for_a_birth() {
    let rows = "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\n\
        A,07/01/26,female,01/01/20,12/31/30\nB,02/03/50,male,01/01/20,12/31/30\n";
    let mut f = Folder::new(NIGHT);
    f.raw("eligibility", "e.csv", rows.as_bytes(), "date_formats = [\"%m/%d/%y\"]");
    f.extract("medical_claim", &format!("{CLAIM}\n{}", stay("S", "A", "2026-02-01", "2026-02-04", "01", "111")));
    let output = f.run(&[]);
    assert_eq!(code(&output), 2, "{}", text(&output));
    assert!(text(&output).contains("two_digit_year_pivot"), "{}", text(&output));
    f.config = f.config.replace("date_formats", "two_digit_year_pivot = 40\ndate_formats");
    f.publish();
    // The first of July 2026 is tomorrow: the woman was born in 1926.
    assert_eq!(f.cells("measures/stays.parquet", "A", "age_at_admit"), ["99"]);
    let four = f.config.replace("two_digit_year_pivot = 40\n", "").replace("%y", "%Y");
    f.config = four;
    assert_eq!(code(&f.run(&[])), 4, "no year of two digits is a year of four");
}

#[test]
fn a_provider_written_as_a_fraction_is_that_provider() {
    let mut f = Folder::new(NIGHT);
    f.members(&[("A", "1950-01-01", "female")]);
    let bill = stay("S", "A", "2026-03-01", "2026-03-04", "01", "111");
    f.extract("medical_claim", &format!("{CLAIM}\n{}", bill.replace("1234567893", " 1234567893.0 ")));
    // The census knows the same hospital by its number: the same stay, no transfer.
    f.extract("admission", &format!("{CENSUS}\nE,A,2026-03-04,2026-03-09,inpatient,1234567893\n"));
    f.publish();
    let wanted = [["2026-03-01", "2026-03-04", "01"], ["2026-03-04", "2026-03-09", ""]];
    assert_eq!(stays(&f, "A"), wanted.map(|s| s.map(str::to_owned)));
    assert_eq!(counts(&f, "medical_claim", "normalised")["fractional_npi"], 1);
}

#[test]
fn a_day_that_stands_for_none_is_no_death_and_no_discharge() {
    let mut f = Folder::new(NIGHT);
    let mut people =
        String::from("member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,death_date,phone\n");
    let mut census = format!("{CENSUS}\n");
    let deaths = ["1000-01-01", "1899-12-31", "1900-01-01", "0001-01-01", "2099-12-31", "9999-12-31", "1931-05-05"];
    for (i, day) in deaths.into_iter().enumerate() {
        people.push_str(&format!("M{i},1950-01-01,female,2020-01-01,9999-12-31,{day},{}\n", support::phone(day)));
        // The last date is a death before birth; as a discharge before admission it would be a fault of its own.
        let end = if i == 6 { "" } else { day };
        census.push_str(&format!("E{i},M{i},2026-06-20,{end},inpatient,1234567893\n"));
    }
    people.push_str(&format!("D,1950-01-01,female,2020-01-01,9999-12-31,2026-05-01,{}\n", support::phone("D")));
    f.extract("eligibility", &people);
    f.extract("admission", &census);
    f.publish();
    for i in 0..deaths.len() {
        let member = format!("M{i}");
        assert_eq!(stays(&f, &member)[0][..2], ["2026-06-20".to_owned(), String::new()], "{member}");
        assert_eq!(f.cells("suppressed.csv", &member, "code"), ["IN_FACILITY"], "{member}");
    }
    assert_eq!(f.cells("suppressed.csv", "D", "code"), ["DECEASED"]);
    assert_eq!(counts(&f, "eligibility", "normalised")["sentinel_date_null"], 6);
    assert_eq!(counts(&f, "eligibility", "warnings")["death_before_birth"], 1);
}

/// Machines' words and hands' words for nothing.
const NOTHING: [&str; 18] = [
    "\\N", "(null)", "<NA>", "NaT", "#N/A", "~", "NULL", "null", "NA", "n/a", "nan", "-", ".", "?", "UNK", "unknown",
    "None", "TBD",
];

#[test]
fn a_word_for_nothing_reverses_no_claim_and_makes_no_home() {
    let mut f = Folder::new(NIGHT);
    let mut people = String::from(
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,address,first_name,last_name\n",
    );
    let mut claims = format!("{CLAIM}\n");
    for (i, word) in NOTHING.into_iter().enumerate() {
        let member = format!("W{i:02}");
        people.push_str(&format!(
            "{member},1950-01-{:02},{word},2020-01-01,9999-12-31,{word},{i} Elm,F{i},L{i}\n",
            i + 1
        ));
        for (n, admit, discharge) in [(1, "2026-02-01", "2026-02-04"), (2, "2026-02-04", "2026-02-09")] {
            // One hospital is known and one is not: were the word a name, the second stay would be a transfer.
            let bill = stay(&format!("{member}{n}"), &member, admit, discharge, "01", "111")
                .replace(",,,I50.22", &format!(",{word},,{}", if n == 1 { "I50.22" } else { "K35.80" }));
            claims.push_str(&if n == 1 { bill } else { bill.replace("1234567893", word) });
            claims.push('\n');
        }
    }
    f.extract("eligibility", &people);
    f.extract("medical_claim", &claims);
    f.publish();
    for (i, word) in NOTHING.into_iter().enumerate() {
        let member = format!("W{i:02}");
        assert_eq!(stays(&f, &member).len(), 2, "{word}");
        assert!(!f.cells("suppressed.csv", &member, "code").contains(&"HOUSEHOLD".to_owned()), "{word}");
    }
    let n = NOTHING.len() as u64;
    assert_eq!(counts(&f, "eligibility", "normalised")["missing_word"], 2 * n);
    assert_eq!(counts(&f, "medical_claim", "normalised")["missing_word"], 3 * n);
    let account: serde_json::Value =
        serde_json::from_slice(&std::fs::read(f.path("out/current/data_quality.json")).expect("there")).expect("JSON");
    assert_eq!(account["extracts"]["eligibility"]["by_column"]["phone"]["missing_word"], n);
}

#[test]
fn a_number_that_cannot_be_one_is_nobodys_home() {
    let mut f = Folder::new(NIGHT);
    let mut people = String::from(
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,address,first_name,last_name\n",
    );
    let mut claims = format!("{CLAIM}\n");
    let phones = ["0000000000", "999-999-9999", "(111) 111-1111", "123-456-7890", "919-055-0101", "555-0101"];
    for (i, phone) in phones.into_iter().chain(["919-555-0123"]).enumerate() {
        for twin in ["X", "Y"] {
            let member = format!("{twin}{i}");
            people.push_str(&format!(
                "{member},1950-0{}-11,female,2020-01-01,9999-12-31,{phone},{twin}{i} Elm,{twin}f{i},L{twin}{i}\n",
                i + 1
            ));
            for (n, admit, discharge) in [(1, "2025-11-01", "2025-11-05"), (2, "2026-02-01", "2026-02-04")] {
                claims.push_str(&(stay(&format!("{member}{n}"), &member, admit, discharge, "01", "111") + "\n"));
            }
        }
    }
    f.extract("eligibility", &people);
    f.extract("medical_claim", &claims);
    f.publish();
    for (i, phone) in phones.iter().enumerate() {
        for twin in ["X", "Y"] {
            let codes = f.cells("suppressed.csv", &format!("{twin}{i}"), "code");
            assert!(!codes.contains(&"HOUSEHOLD".to_owned()), "{phone}: {codes:?}");
        }
    }
    let of_home = |twin: &str| f.cells("suppressed.csv", &format!("{twin}6"), "code").contains(&"HOUSEHOLD".to_owned());
    assert!(of_home("X") != of_home("Y"), "two people of one number are a home, and one of them is called");
    assert_eq!(counts(&f, "eligibility", "warnings")["no_phone"], 12);
}

#[test]
fn people_keep_their_names() {
    use calamine::Reader;
    let mut f = Folder::new(NIGHT);
    let mut people = String::from(
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,address,first_name,last_name,state,language\n",
    );
    let mut claims = format!("{CLAIM}\n");
    let names = [("Rosa", "Null"), ("Na", "Sato"), ("None", "Unk"), ("Tbd", "Nan")];
    for (i, (first, last)) in names.into_iter().enumerate() {
        people.push_str(&format!(
            "N{i},1950-01-01,female,2020-01-01,9999-12-31,{},{i} Elm,{first},{last},NC,en\n",
            support::phone(last)
        ));
        for (n, admit, discharge) in [(1, "2025-11-01", "2025-11-05"), (2, "2026-02-01", "2026-02-04")] {
            claims.push_str(&(stay(&format!("N{i}{n}"), &format!("N{i}"), admit, discharge, "01", "111") + "\n"));
        }
    }
    f.extract("eligibility", &people);
    f.extract("medical_claim", &claims);
    f.extract("care_manager", "care_manager_id,discipline,licensed_states\nC1,RN,NC");
    f.publish();
    let mut book = calamine::open_workbook_auto(f.path("out/current/worklists.xlsx")).expect("a workbook");
    let sheets: Vec<String> = book
        .worksheets()
        .into_iter()
        .flat_map(|(_, sheet)| {
            sheet
                .rows()
                .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("|"))
                .collect::<Vec<_>>()
        })
        .collect();
    let all = sheets.join("\n");
    for (first, last) in names {
        assert!(all.contains(first) && all.contains(last), "{first} {last} in {all}");
    }
    assert!(!counts(&f, "eligibility", "normalised").contains_key("missing_word"));
}

#[test]
fn a_night_without_anybody_says_so() {
    let people = "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\n";
    for (rows, share, exit, words) in [
        ("A,soon,female,2020-01-01,9999-12-31\n", "max_bad_share = 1.0", 4, "bad_date"),
        ("A,soon,female,2020-01-01,9999-12-31\n", "", 4, "bad_date"),
        ("", "", 3, "nobody"),
    ] {
        let mut f = Folder::new(NIGHT);
        f.raw("eligibility", "e.csv", format!("{people}{rows}").as_bytes(), share);
        f.extract("medical_claim", &format!("{CLAIM}\n{}", visit("V", "A", "2026-03-01")));
        let output = f.run(&["--allow-empty", "eligibility"]);
        assert_eq!(code(&output), exit, "{}", text(&output));
        assert!(text(&output).contains(words), "{}", text(&output));
    }
    for night in ["1900-01-01", "2101-01-01"] {
        let mut f = Folder::new(night);
        f.members(&[("A", "1950-01-01", "female")]);
        f.extract("medical_claim", &format!("{CLAIM}\n{}", visit("V", "A", "2026-03-01")));
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{}", text(&output));
        assert!(text(&output).contains("1990 to 2100"), "{}", text(&output));
    }
}

#[test]
fn ids_written_as_fractions_are_judged_by_the_whole_file() {
    // More rows than a batch holds: the last id alone is written another way.
    let mut rows = String::from("member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\n");
    for i in 0..20_000 {
        rows.push_str(&format!("{i}.0,1950-01-01,female,2020-01-01,9999-12-31\n"));
    }
    for (last, kind, reason, n) in
        [("20000.0", "normalised", "float_id_column", 20_001), ("20000", "quarantined", "float_id", 20_000)]
    {
        let mut f = Folder::new(NIGHT);
        f.extract("eligibility", &format!("{rows}{last},1950-01-01,female,2020-01-01,9999-12-31\n"));
        f.extract("medical_claim", &format!("{CLAIM}\n{}", visit("V", "20000", "2026-03-01")));
        f.publish();
        assert_eq!(counts(&f, "eligibility", kind)[reason], n, "{last}");
    }
}

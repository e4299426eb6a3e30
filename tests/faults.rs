//! Every fault of real extracts in `docs/data-quality.md`, planted by a small builder: exit code, reason code and
//! count, exact row accounts, and no planted value in any word the program says. Owns the fixtures.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, LargeStringArray, ListArray,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
};
use support::{Folder, code, manifest, text};

const NIGHT: &str = "2026-06-30";
const ELIGIBILITY: &str =
    "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,death_date,zip_code,phone";
const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,discharge_disposition_code,bill_type_code,place_of_service_code,paid_amount,paid_date,claim_version,reversal_of_claim_id,diagnosis_code_1,facility_npi";

/// Rows of the two extracts that every night needs.
struct Extracts {
    eligibility: Vec<String>,
    claims: Vec<String>,
}

impl Extracts {
    /// Twenty members with a visit each, and one with a stay.
    fn clean() -> Self {
        let mut out = Self { eligibility: vec![ELIGIBILITY.to_owned()], claims: vec![CLAIM.to_owned()] };
        for n in 10..30 {
            out.eligibility.push(format!("M{n},19{}-03-04,female,2020-01-01,9999-12-31,,27601,919-555-01{n}", n + 30));
            out.claims.push(visit(&format!("V{n}"), &format!("M{n}"), "2026-06-01"));
        }
        out.claims.push(stay("S1", "M10", "2026-05-01", "2026-05-05"));
        out
    }

    fn member(mut self, row: &str) -> Self {
        self.eligibility.push(row.to_owned());
        self
    }

    fn claim(mut self, row: impl Into<String>) -> Self {
        self.claims.push(row.into());
        self
    }

    fn folder(&self) -> Folder {
        let mut f = Folder::new(NIGHT);
        f.extract("eligibility", &self.eligibility.join("\n"));
        f.extract("medical_claim", &self.claims.join("\n"));
        f
    }

    /// The claims as these bytes instead.
    fn with_claims(&self, file: &str, bytes: &[u8], lines: &str) -> Folder {
        let mut f = Folder::new(NIGHT);
        f.extract("eligibility", &self.eligibility.join("\n"));
        f.raw("medical_claim", file, bytes, lines);
        f
    }

    fn claims_text(&self) -> String {
        self.claims.join("\n") + "\n"
    }
}

fn visit(id: &str, member: &str, day: &str) -> String {
    format!("{id},1,professional,{member},{day},{day},,,,,11,50.00,,,,E11.9,")
}

fn stay(id: &str, member: &str, admit: &str, discharge: &str) -> String {
    format!("{id},1,institutional,{member},{admit},{discharge},{admit},{discharge},01,111,,900.00,,,,I50.22,H1")
}

/// What a finished night says of one extract: counts by reason of any kind, and rows by fate.
struct Account {
    reasons: BTreeMap<String, u64>,
    rows: [u64; 4],
}

fn account(f: &Folder, extract: &str) -> Account {
    let run = f.path("out/current");
    let quality: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.join("data_quality.json")).expect("there")).expect("JSON");
    let told = &quality["extracts"][extract];
    let mut reasons = BTreeMap::new();
    for kind in ["quarantined", "normalised", "warnings"] {
        for (name, v) in told[kind].as_object().expect("an object") {
            reasons.insert(name.clone(), v["count"].as_u64().expect("a count"));
        }
    }
    // The fixtures name no payer.
    reasons.remove("payer_unknown");
    for (name, v) in told["dropped"].as_object().expect("an object") {
        assert!(lamplight::extracts::LEFT_OUT.iter().any(|(rule, _)| rule == name), "{name} is documented");
        reasons.insert(name.clone(), v.as_u64().expect("a count"));
    }
    let rows = &manifest(&run)["rows"][extract];
    let count = |k: &str| rows[k].as_u64().expect("a count");
    let rows = [count("rows_in"), count("rows_used"), count("rows_quarantined"), count("rows_dropped")];
    assert_eq!(rows[0], rows[1] + rows[2] + rows[3], "{extract}: rows in are used, quarantined or dropped");
    Account { reasons, rows }
}

/// Publishes and demands these counts of an extract, and no other reason than those and the harmless ones.
fn published(f: &Folder, extract: &str, expected: &[(&str, u64)]) -> Account {
    let output = f.run(&[]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let told = account(f, extract);
    let mut seen = told.reasons.clone();
    // Every code of the fixtures is written with a dot.
    seen.remove("code_spelling");
    let wanted: BTreeMap<String, u64> = expected.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect();
    assert_eq!(seen, wanted);
    told
}

/// Refused with this exit code and these words; nothing is published.
fn refused(f: &Folder, exit: i32, words: &str) {
    let output = f.run(&[]);
    assert_eq!(code(&output), exit, "{}", text(&output));
    assert!(text(&output).contains(words), "`{words}` in {}", text(&output));
    assert!(!f.path("out/current").exists());
}

fn counts(f: &Folder, name: &str) -> u64 {
    manifest(&f.path("out/current"))["counts"][name].as_u64().unwrap_or(0)
}

fn strict(f: &mut Folder) -> &mut Folder {
    f.config = f.config.replace("max_bad_share = 1.0", "min_bad_rows = 0");
    f
}

// 1 to 14: the file as text.

#[test]
fn f01_byte_order_mark() {
    let x = Extracts::clean();
    let f = x.with_claims("c.csv", format!("\u{feff}{}", x.claims_text()).as_bytes(), "");
    assert_eq!(published(&f, "medical_claim", &[("byte_order_mark", 1)]).rows, [21, 21, 0, 0]);
}

#[test]
fn f02_cr_lf_and_mixed_line_ends() {
    let x = Extracts::clean();
    for text in [x.claims_text().replace('\n', "\r\n"), x.claims_text().replacen('\n', "\r\n", 5)] {
        let f = x.with_claims("c.csv", text.as_bytes(), "");
        assert_eq!(published(&f, "medical_claim", &[("crlf_line_ends", 1)]).rows, [21, 21, 0, 0]);
    }
}

#[test]
fn f03_utf_16() {
    let x = Extracts::clean();
    let wide: Vec<u8> =
        std::iter::once(0xFEFF).chain(x.claims_text().encode_utf16()).flat_map(u16::to_le_bytes).collect();
    // The mark decides; without one the configuration does, else it is named.
    let f = x.with_claims("c.csv", &wide, "");
    assert_eq!(published(&f, "medical_claim", &[("byte_order_mark", 1)]).rows, [21, 21, 0, 0]);
    let f = x.with_claims("c.csv", &wide[2..], "encoding = \"utf-16\"");
    assert_eq!(published(&f, "medical_claim", &[]).rows, [21, 21, 0, 0]);
    refused(&x.with_claims("c.csv", &wide[2..], ""), 3, "UTF-16");
}

#[test]
fn f04_latin_1_bytes() {
    let x = Extracts::clean();
    let mut bytes = x.claims_text().into_bytes();
    bytes.extend(
        visit("V\u{1}", "M10", "2026-06-02").replace('\u{1}', "@").bytes().map(|b| if b == b'@' { 0xE9 } else { b }),
    );
    bytes.push(b'\n');
    let f = x.with_claims("c.csv", &bytes, "max_bad_share = 1.0");
    assert_eq!(published(&f, "medical_claim", &[("invalid_encoding", 1)]).rows, [22, 21, 1, 0]);
    let f = x.with_claims("c.csv", &bytes, "encoding = \"latin1\"");
    assert_eq!(published(&f, "medical_claim", &[]).rows, [22, 22, 0, 0]);
}

#[test]
fn f05_quoted_newline_and_delimiter() {
    let x = Extracts::clean().member("\"M\n40\",1950-01-01,male,2020-01-01,9999-12-31,,27601,\"919-555,0199\"");
    assert_eq!(published(&x.folder(), "eligibility", &[]).rows, [21, 21, 0, 0]);
}

#[test]
fn f06_unclosed_quote() {
    let x = Extracts::clean();
    let f = x.with_claims("c.csv", x.claims_text().replacen("V12", "\"V12", 1).as_bytes(), "");
    refused(&f, 3, "a quote is opened and never closed");
}

#[test]
fn a_quote_that_opens_in_one_row_and_closes_in_another_loses_none_uncounted() {
    let x = Extracts::clean();
    let lines: Vec<String> = x.claims_text().lines().map(str::to_owned).collect();
    let (first, last) = (4, 9);
    let stray = |line: &str, at: usize| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[at].insert(0, '"');
        cells.join(",")
    };
    for (open, close) in [(1, 1), (1, 2), (3, 2)] {
        let mut broken = lines.clone();
        broken[first] = stray(&lines[first], open);
        broken[last] = stray(&lines[last], close);
        let text = broken.join("\n") + "\n";
        let f = x.with_claims("c.csv", text.as_bytes(), "max_bad_share = 1.0");
        let told = published(&f, "medical_claim", &[("quote_across_rows", (last - first + 1) as u64)]);
        assert_eq!(told.rows[0], lines.len() as u64 - 1, "{open} {close}");
    }
    // An inch mark inside an unquoted field is text.
    let at = lines.iter().position(|l| l.contains("V12")).expect("there");
    let mut inch = lines.clone();
    inch[at] = inch[at].replacen("V12", "V1\"2", 1);
    let f = x.with_claims("c.csv", (inch.join("\n") + "\n").as_bytes(), "");
    assert_eq!(published(&f, "medical_claim", &[]).rows[0], lines.len() as u64 - 1);
}

#[test]
fn f07_nul_bytes() {
    let x = Extracts::clean().claim(visit("V\0X", "M10", "2026-06-02"));
    assert_eq!(published(&x.folder(), "medical_claim", &[("nul_byte", 1)]).rows, [22, 21, 1, 0]);
}

#[test]
fn f08_wrong_delimiter() {
    let x = Extracts::clean();
    for d in ['|', '\t', ';'] {
        let f = x.with_claims("c.csv", x.claims_text().replace(',', &d.to_string()).as_bytes(), "");
        refused(&f, 3, "the header is one field");
    }
}

#[test]
fn f09_ragged_rows() {
    let x = Extracts::clean().claim("V90,1,professional").claim(visit("V91", "M11", "2026-06-02") + ",more");
    let mut f = x.folder();
    assert_eq!(published(&f, "medical_claim", &[("ragged_row", 2)]).rows, [23, 21, 2, 0]);
    let output = strict(&mut f).run(&[]);
    assert_eq!(code(&output), 4, "{}", text(&output));
}

#[test]
fn f10_f11_missing_and_renamed_columns() {
    let x = Extracts::clean();
    let renamed =
        x.claims_text().replacen("claim_start_date", "Claim Start Date", 1).replacen("claim_id", "CLAIMID", 1);
    let f = x.with_claims("c.csv", renamed.as_bytes(), "");
    refused(&f, 3, "`claim_id` is missing; nearest: `CLAIMID`");
    refused(&f, 3, "`claim_start_date` is missing; nearest: `Claim Start Date`");
    let lines = "[extracts.medical_claim.columns]\nclaim_id = \"CLAIMID\"\nclaim_start_date = \"Claim Start Date\"";
    published(&x.with_claims("c.csv", renamed.as_bytes(), lines), "medical_claim", &[]);
}

#[test]
fn f12_extra_column() {
    let x = Extracts::clean();
    let wider: Vec<String> =
        x.claims.iter().enumerate().map(|(i, l)| format!("{l},{}", if i == 0 { "mystery" } else { "1" })).collect();
    let f = x.with_claims("c.csv", wider.join("\n").as_bytes(), "");
    published(&f, "medical_claim", &[]);
    let q = std::fs::read_to_string(f.path("out/current/data_quality.json")).expect("there");
    assert!(q.contains("\"extra_columns\": 1"));
}

#[test]
fn f13_duplicate_column() {
    let x = Extracts::clean();
    let f = x.with_claims("c.csv", x.claims_text().replacen("facility_npi", "claim_id", 1).as_bytes(), "");
    refused(&f, 3, "stands twice");
}

#[test]
fn f14_column_order() {
    let x = Extracts::clean();
    let turned: Vec<String> = x.claims.iter().map(|l| l.split(',').rev().collect::<Vec<_>>().join(",")).collect();
    assert_eq!(published(&x.with_claims("c.csv", turned.join("\n").as_bytes(), ""), "medical_claim", &[]).rows[1], 21);
}

// 15 to 20: codes.

#[test]
fn f15_f16_icd_spellings() {
    let x = Extracts::clean().claim(visit("V90", "M11", "2026-06-02").replace("E11.9", " e119\u{a0}"));
    let f = x.folder();
    let told = published(&f, "medical_claim", &[]);
    assert_eq!(told.reasons["code_spelling"], 22);
    assert!(f.cells("measures/conditions.parquet", "M11", "condition").contains(&"dm".to_owned()));
}

#[test]
fn f17_icd_9_by_type_and_by_date() {
    let x = Extracts::clean().claim(visit("V90", "M11", "2015-09-30").replace("E11.9", "250.00"));
    let f = x.folder();
    published(&f, "medical_claim", &[]);
    assert_eq!((counts(&f, "icd9_diagnoses"), counts(&f, "unknown_codes")), (1, 0));
    let x = Extracts::clean().claim(visit("V90", "M11", "2026-06-02").replace("E11.9", "250.00"));
    let f = x.folder();
    published(&f, "medical_claim", &[]);
    assert_eq!((counts(&f, "icd9_diagnoses"), counts(&f, "unknown_codes")), (0, 1));
}

#[test]
fn f18_invalid_and_header_codes() {
    let x = Extracts::clean()
        .claim(visit("V90", "M11", "2026-06-02").replace("E11.9", "XYZ12"))
        .claim(visit("V91", "M12", "2026-06-02").replace("E11.9", "E11"));
    let f = x.folder();
    assert_eq!(published(&f, "medical_claim", &[("not_icd_shaped", 1)]).rows, [23, 23, 0, 0]);
    assert_eq!((counts(&f, "unknown_codes"), counts(&f, "header_codes")), (1, 1));
}

#[test]
fn f19_placeholder_codes() {
    let mut x = Extracts::clean();
    for (i, word) in ["0000000", "UNK", "NULL", "NA"].into_iter().enumerate() {
        x = x.claim(visit(&format!("W{i}"), "M11", "2026-06-02").replace("E11.9", word));
    }
    assert_eq!(
        published(&x.folder(), "medical_claim", &[("placeholder_code", 1), ("missing_word", 3)]).rows,
        [25, 25, 0, 0]
    );
}

#[test]
fn f20_lost_leading_zeros() {
    let x = Extracts::clean().claim(stay("S2", "M11", "2026-05-10", "2026-05-12").replace(",01,111,", ",1,111,"));
    let f = x.folder();
    published(&f, "medical_claim", &[("code_padded", 1)]);
    assert_eq!(f.cells("measures/stays.parquet", "M11", "discharge_disposition_code"), ["01"]);
}

// 21 to 31: dates and amounts.

#[test]
fn f21_sentinel_dates() {
    let x = Extracts::clean()
        .claim(visit("V90", "M11", "1900-01-01"))
        .member("M40,1950-01-01,male,2020-01-01,9999-12-31,0001-01-01,27601,919-555-0142");
    let f = x.folder();
    published(&f, "medical_claim", &[("sentinel_date", 1)]);
    assert_eq!(account(&f, "eligibility").reasons, BTreeMap::from([("sentinel_date_null".to_owned(), 1)]));
}

#[test]
fn f22_open_date() {
    let x = Extracts::clean().claim(visit("V90", "M11", "9999-12-31"));
    published(&x.folder(), "medical_claim", &[("open_date_as_service", 1)]);
}

#[test]
fn f23_dates_that_do_not_exist() {
    let x = Extracts::clean().claim(visit("V90", "M11", "2025-02-31")).claim(visit("V91", "M11", "2025-13-01"));
    published(&x.folder(), "medical_claim", &[("bad_date", 2)]);
}

#[test]
fn f24_undeclared_and_ambiguous_formats() {
    let x = Extracts::clean().claim(visit("V90", "M11", "06/07/2026"));
    published(&x.folder(), "medical_claim", &[("bad_date", 1)]);
    let f = x.with_claims("c.csv", x.claims_text().as_bytes(), "date_formats = [\"%d/%m/%Y\", \"%m/%d/%Y\"]");
    refused(&f, 2, "cannot be told apart");
}

#[test]
fn f25_excel_serials() {
    let x = Extracts::clean().claim(visit("V90", "M11", "46174"));
    let mut f = x.folder();
    published(&f, "medical_claim", &[("excel_serial_date", 1)]);
    assert_eq!(code(&strict(&mut f).run(&[])), 4);
}

#[test]
fn f26_discharge_before_admission() {
    let x = Extracts::clean().claim(
        stay("S2", "M11", "2026-05-10", "2026-05-08")
            .replace("2026-05-10,2026-05-08,2026", "2026-05-10,2026-05-10,2026"),
    );
    published(&x.folder(), "medical_claim", &[("discharge_before_admit", 1)]);
}

#[test]
fn f27_very_long_stay() {
    let x = Extracts::clean().claim(stay("S2", "M11", "2024-05-10", "2026-05-08"));
    let f = x.folder();
    published(&f, "medical_claim", &[("stay_over_365_days", 1)]);
    assert_eq!(f.cells("measures/stays.parquet", "M11", "length_of_stay"), ["728"]);
}

#[test]
fn f28_null_discharge_and_disposition_30() {
    let x = Extracts::clean()
        .claim(stay("S2", "M11", "2026-05-10", "2026-05-12").replace(",2026-05-12,01,", ",,01,"))
        .claim(stay("S3", "M12", "2026-05-10", "2026-05-12").replace(",01,111", ",30,111"));
    let f = x.folder();
    published(&f, "medical_claim", &[]);
    assert_eq!(counts(&f, "open_stays"), 2);
    for member in ["M11", "M12"] {
        assert_eq!(f.cells("measures/stays.parquet", member, "index_exclusion"), ["open_stay"]);
    }
}

#[test]
fn f29_service_after_the_night() {
    let x = Extracts::clean().claim(visit("V90", "M11", "2026-07-01"));
    published(&x.folder(), "medical_claim", &[("after_as_of", 1)]);
}

#[test]
fn f30_before_birth_and_after_death() {
    let x = Extracts::clean()
        .member("M40,1950-01-01,male,2020-01-01,9999-12-31,2026-01-01,27601,919-555-0142")
        .claim(visit("V90", "M40", "2026-02-15"))
        .claim(visit("V91", "M40", "2026-01-31"))
        .claim(visit("V92", "M11", "1931-01-01"));
    published(&x.folder(), "medical_claim", &[("service_after_death", 1), ("service_before_birth", 1)]);
}

#[test]
fn f31_negative_paid() {
    let x = Extracts::clean().claim(visit("V90", "M11", "2026-06-02").replace("50.00", "-50.00"));
    published(&x.folder(), "medical_claim", &[("negative_paid", 1)]);
}

// 32 to 39: versions and stays.

#[test]
fn f32_reversal_chains() {
    let with = |id: &str, version: &str, of: &str| {
        visit(id, "M11", "2026-06-02").replace("50.00,,,,", &format!("50.00,,{version},{of},"))
    };
    let x = Extracts::clean()
        .claim(with("R1", "1", ""))
        .claim(with("R1", "2", ""))
        .claim(with("R2", "0", ""))
        .claim(with("R3", "0", "R2"))
        .claim(with("R4", "0", "NOTHERE"));
    let told = published(
        &x.folder(),
        "medical_claim",
        &[("superseded_version", 1), ("reversed", 1), ("reversal", 1), ("reversal_without_original", 1)],
    );
    assert_eq!(told.rows, [26, 22, 1, 3]);
}

#[test]
fn f33_exact_duplicates() {
    let x = Extracts::clean();
    let again = x.claims[3].clone();
    assert_eq!(published(&x.claim(again).folder(), "medical_claim", &[("exact_duplicate", 1)]).rows, [22, 21, 0, 1]);
}

#[test]
fn f34_one_id_two_contents() {
    let x = Extracts::clean().claim(visit("V12", "M12", "2026-06-01").replace("50.00", "75.00"));
    let mut f = x.folder();
    assert_eq!(published(&f, "medical_claim", &[("conflicting_line", 1)]).rows, [22, 21, 1, 0]);
    assert_eq!(code(&strict(&mut f).run(&[])), 4);
}

#[test]
fn f35_to_f39_stays_are_joined_or_kept_apart_by_the_contract() {
    let x = Extracts::clean()
        // 36: overlap at another place is one stay.
        .claim(stay("A1", "M11", "2026-03-01", "2026-03-05"))
        .claim(stay("A2", "M11", "2026-03-03", "2026-03-08").replace("H1", "H2"))
        // 37: a transfer is one stay; a next-day arrival elsewhere after going home is a return.
        .claim(stay("B1", "M12", "2026-03-01", "2026-03-05").replace(",01,111", ",02,111"))
        .claim(stay("B2", "M12", "2026-03-06", "2026-03-09").replace("H1", "H2"))
        .claim(stay("C1", "M13", "2026-03-01", "2026-03-05"))
        .claim(stay("C2", "M13", "2026-03-06", "2026-03-09").replace("H1", "H2"))
        // 38: back the same day for the same thing, and for another.
        .claim(stay("D1", "M14", "2026-03-01", "2026-03-05"))
        .claim(stay("D2", "M14", "2026-03-05", "2026-03-09"))
        .claim(stay("E1", "M15", "2026-03-01", "2026-03-05"))
        .claim(stay("E2", "M15", "2026-03-05", "2026-03-09").replace("I50.22", "S72.001A"));
    let f = x.folder();
    let mut f = f;
    // 35: the same admission twice.
    f.extract("admission", "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi\nT1,M16,2026-03-01,2026-03-04,inpatient,H1\nT2,M16,2026-03-01,2026-03-04,inpatient,H1");
    published(&f, "medical_claim", &[]);
    let stays = |m: &str| f.cells("measures/stays.parquet", m, "days_to_readmission");
    assert_eq!((stays("M11"), stays("M12")), (vec![String::new()], vec![String::new()]));
    assert_eq!(stays("M13"), ["1", ""]);
    assert_eq!((stays("M14").len(), stays("M15")), (1, vec!["0".to_owned(), String::new()]));
    assert_eq!(stays("M16").len(), 1);
}

// 40 to 55: members.

#[test]
fn f40_lost_zeros_are_never_joined() {
    let x = Extracts::clean().member("00123,1950-01-01,male,2020-01-01,9999-12-31,,27601,919-555-0142").claim(visit(
        "V90",
        "123",
        "2026-06-02",
    ));
    published(&x.folder(), "medical_claim", &[("no_eligibility", 1), ("padded_id_matches", 1)]);
}

#[test]
fn f41_scientific_ids() {
    let x = Extracts::clean().member("1.23E+11,1950-01-01,male,2020-01-01,9999-12-31,,27601,919-555-0142");
    refused(&x.folder(), 3, "scientific notation");
}

#[test]
fn f42_float_ids() {
    let x = Extracts::clean().member("12345.0,1950-01-01,male,2020-01-01,9999-12-31,,27601,919-555-0142");
    published(&x.folder(), "eligibility", &[("float_id", 1)]);
    let whole = Extracts {
        eligibility: vec![
            ELIGIBILITY.to_owned(),
            "12345.0,1950-01-01,male,2020-01-01,9999-12-31,,27601,919-555-0142".to_owned(),
        ],
        claims: vec![CLAIM.to_owned(), visit("V1", "12345.0", "2026-06-02")],
    };
    published(&whole.folder(), "eligibility", &[("float_id_column", 1)]);
}

#[test]
fn f43_colliding_ids() {
    let x = Extracts::clean().member("m10,1950-01-01,male,2020-01-01,9999-12-31,,27601,919-555-0142");
    refused(&x.folder(), 3, "differ from another only in case or spaces");
}

#[test]
fn f44_blank_keys() {
    let x = Extracts::clean().claim(visit("", "M11", "2026-06-02")).claim(visit("V91", "  ", "2026-06-02"));
    published(&x.folder(), "medical_claim", &[("missing_required", 2)]);
}

#[test]
fn f45_unknown_members() {
    let x = Extracts::clean().claim(visit("V90", "GHOST", "2026-06-02"));
    let mut f = x.folder();
    published(&f, "medical_claim", &[("no_eligibility", 1)]);
    assert_eq!(code(&strict(&mut f).run(&[])), 4);
}

#[test]
fn f46_deceased_yet_active() {
    let x = Extracts::clean()
        .member("M40,1950-01-01,male,2020-01-01,9999-12-31,2026-06-20,27601,919-555-0142")
        .claim(stay("S2", "M40", "2026-06-22", "2026-06-25"));
    let f = x.folder();
    published(&f, "eligibility", &[("deceased_active", 1)]);
    assert_eq!(f.cells("suppressed.csv", "M40", "code"), ["DECEASED"]);
}

#[test]
fn f47_f48_impossible_births() {
    let x = Extracts::clean()
        .member("M40,2026-07-01,male,2020-01-01,9999-12-31,,27601,919-555-0142")
        .member("M41,1850-01-02,male,2020-01-01,9999-12-31,,27601,919-555-0142");
    published(&x.folder(), "eligibility", &[("birth_in_future", 1), ("impossible_age", 1)]);
}

#[test]
fn f49_to_f52_rows_of_one_member() {
    let x = Extracts::clean()
        .member("M40,1950-01-01,male,2020-01-01,2022-12-31,,27601,919-555-0142")
        .member("M40,1951-01-01,male,2023-01-01,9999-12-31,,27601,919-555-0142")
        .member("M41,1950-01-01,martian,2020-01-01,9999-12-31,,27601,919-555-0142")
        .member("M10,1940-03-04,female,2020-01-01,9999-12-31,,27601,919-555-0110")
        .member("M42,1950-01-01,male,2024-01-01,2023-01-01,,27601,919-555-0142");
    let told = published(
        &x.folder(),
        "eligibility",
        &[("conflicting_demographics", 1), ("unknown_value", 1), ("exact_duplicate", 1), ("reversed_span", 1)],
    );
    assert_eq!(told.rows, [25, 23, 1, 1]);
}

#[test]
fn f53_never_enrolled_tonight() {
    let x = Extracts::clean().member("M40,1950-01-01,male,2020-01-01,2025-12-31,,27601,919-555-0142");
    let f = x.folder();
    published(&f, "eligibility", &[]);
    assert_eq!((counts(&f, "members"), counts(&f, "enrolled")), (21, 20));
    assert_eq!(f.cells("scores.parquet", "M40", "score_id"), Vec::<String>::new());
}

#[test]
fn f54_suppressed_area_indices() {
    let mut f = Extracts::clean().folder();
    f.extract("area_index", "geo_level,geo_code,index_name,value\ncounty,37183,SVI,0.41\ncounty,37001,SVI,-999\ntract,37183050100,ADI,GQ\ntract,37183050200,ADI,PH\ntract,37183050300,ADI,what");
    assert_eq!(published(&f, "area_index", &[("suppressed_index", 3), ("bad_number", 1)]).rows, [5, 4, 1, 0]);
}

#[test]
fn f55_postal_codes() {
    let x = Extracts::clean()
        .member("M40,1950-01-01,male,2020-01-01,9999-12-31,,27601-1234,919-555-0142")
        .member("M41,1950-01-01,male,2020-01-01,9999-12-31,,PO BOX 7,919-555-0143");
    published(&x.folder(), "eligibility", &[("zip_spelling", 1), ("bad_zip", 1)]);
}

// 56 to 62 and 70 to 75: files.

#[test]
fn f56_f57_empty_files() {
    let x = Extracts::clean();
    refused(&x.with_claims("c.csv", b"", ""), 3, "0 bytes");
    let f = x.with_claims("c.csv", CLAIM.as_bytes(), "");
    refused(&f, 3, "--allow-empty medical_claim");
    assert_eq!(code(&f.run(&["--allow-empty", "medical_claim"])), 0);
    let mut f = x.folder();
    f.raw("sdoh_screening", "s.csv", b"member_id,screening_date,domain,need\n", "");
    assert_eq!(code(&f.run(&[])), 0);
}

#[test]
fn f58_fall_in_volume() {
    let f = Extracts::clean().folder();
    f.publish();
    let mut fewer = Extracts::clean();
    fewer.claims.truncate(12);
    std::fs::write(f.path("medical_claim.csv"), fewer.claims_text()).expect("written");
    let output = f.run(&["--as-of", "2026-07-01"]);
    assert_eq!(code(&output), 3);
    assert!(text(&output).contains("fewer"));
    assert_eq!(code(&f.run(&["--as-of", "2026-07-01", "--accept-volume-change"])), 0);
}

#[test]
fn f59_stale_files() {
    let mut f = Extracts::clean().folder();
    f.publish();
    let output = f.run(&["--as-of", "2026-09-01"]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert!(text(&output).contains("medical_claim: no row of the last 45 days"), "{}", text(&output));
    assert!(text(&output).contains("medical_claim: the same files as in the last run"), "{}", text(&output));
    f.config.push_str("[quality]\nrefuse_stale = true\n");
    assert_eq!(code(&f.run(&["--as-of", "2026-09-02"])), 3);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

#[test]
fn f60_cut_and_damaged_gzip() {
    let x = Extracts::clean();
    let whole = gzip(x.claims_text().as_bytes());
    published(&x.with_claims("c.csv.gz", &whole, ""), "medical_claim", &[]);
    refused(&x.with_claims("c.csv.gz", &whole[..whole.len() / 2], ""), 3, "medical_claim");
    let mut bad = whole.clone();
    let last = bad.len() - 6;
    bad[last] ^= 0xFF;
    refused(&x.with_claims("c.csv.gz", &bad, ""), 3, "medical_claim");
}

#[test]
fn f61_decompression_bomb() {
    let x = Extracts::clean();
    // 300 MB of empty lines shrink a thousandfold.
    let text = x.claims_text() + &"\n".repeat(300_000_000);
    refused(&x.with_claims("c.csv.gz", &gzip(text.as_bytes()), "max_bad_share = 1.0"), 3, "decompression bomb");
}

/// The claims as a Parquet file, one column at a time replaced.
fn parquet(x: &Extracts, replaced: &[(&str, ArrayRef)]) -> Vec<u8> {
    let rows: Vec<Vec<&str>> = x.claims[1..].iter().map(|l| l.split(',').collect()).collect();
    let columns: Vec<(&str, ArrayRef)> = x.claims[0]
        .split(',')
        .enumerate()
        .map(|(i, name)| {
            let given = replaced.iter().find(|(n, _)| *n == name).map(|(_, a)| Arc::clone(a));
            let texts = || -> ArrayRef {
                Arc::new(rows.iter().map(|r| Some(r[i]).filter(|t| !t.is_empty())).collect::<StringArray>())
            };
            (name, given.unwrap_or_else(texts))
        })
        .collect();
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).expect("a batch");
    let mut out = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    out
}

#[test]
fn f62_damaged_parquet() {
    let x = Extracts::clean();
    let whole = parquet(&x, &[]);
    published(&x.with_claims("c.parquet", &whole, ""), "medical_claim", &[]);
    refused(&x.with_claims("c.parquet", &whole[..whole.len() / 2], ""), 3, "c.parquet");
    refused(&x.with_claims("c.parquet", &[b"JUNK", &whole[4..]].concat(), ""), 3, "c.parquet");
    let mut footer = whole.clone();
    let at = footer.len() - 40;
    footer[at..at + 20].fill(0xFF);
    refused(&x.with_claims("c.parquet", &footer, ""), 3, "c.parquet");
}

#[test]
fn f63_a_flipped_byte_is_seen_by_the_manifest_alone() {
    use sha2::Digest as _;
    let x = Extracts::clean();
    let f = x.folder();
    let line = |name: &str| {
        let bytes = std::fs::read(f.path(name)).expect("read");
        format!("{}  {name}\n", lamplight::domain::hex(&sha2::Sha256::digest(bytes)))
    };
    std::fs::write(f.path("SUMS"), line("eligibility.csv") + &line("medical_claim.csv")).expect("written");
    let sums = f.path("SUMS");
    let with = || f.run(&["--manifest", sums.to_str().expect("utf-8")]);
    assert_eq!(code(&with()), 0);
    let mut bytes = std::fs::read(f.path("medical_claim.csv")).expect("read");
    let at = bytes.len() - 3;
    bytes[at] ^= 1;
    std::fs::write(f.path("medical_claim.csv"), bytes).expect("written");
    let output = with();
    assert_eq!(code(&output), 3);
    assert!(text(&output).contains("differs from its expected hash"));
}

// 64 to 69: types.

#[test]
fn f64_to_f68_types_found_in_the_wild() {
    let x = Extracts::clean();
    let rows: Vec<Vec<&str>> = x.claims[1..].iter().map(|l| l.split(',').collect()).collect();
    let n = rows.len();
    let ids = || rows.iter().map(|r| Some(r[0]));
    let dictionary: DictionaryArray<Int32Type> = rows.iter().map(|r| Some(r[3])).collect();
    let day = |t: &str| lamplight::domain::Day::parse_iso(t).expect("a date").0;
    let micros: TimestampMicrosecondArray = rows.iter().map(|r| Some(i64::from(day(r[4])) * 86_400_000_000)).collect();
    let cents: Decimal128Array = (0..n).map(|_| Some(12_345_i128)).collect();
    let cents = cents.with_precision_and_scale(18, 2).expect("a decimal");
    let replaced: Vec<(&str, ArrayRef)> = vec![
        ("claim_id", Arc::new(ids().collect::<LargeStringArray>())),
        ("member_id", Arc::new(dictionary)),
        ("claim_type", Arc::new(rows.iter().map(|r| Some(r[2])).collect::<StringViewArray>())),
        ("claim_line_number", Arc::new(Int64Array::from(vec![1; n]))),
        ("claim_start_date", Arc::new(micros)),
        ("claim_end_date", Arc::new(rows.iter().map(|r| Some(day(r[5]))).collect::<Date32Array>())),
        ("paid_amount", Arc::new(cents)),
    ];
    let f = x.with_claims("c.parquet", &parquet(&x, &replaced), "");
    assert_eq!(published(&f, "medical_claim", &[("timestamp_as_date", 21)]).rows, [21, 21, 0, 0]);
    let mut money: Vec<Option<f64>> = vec![Some(1.005); n];
    money[0] = Some(f64::NAN);
    money[1] = Some(f64::INFINITY);
    let floats: Vec<(&str, ArrayRef)> = vec![("paid_amount", Arc::new(Float64Array::from(money)))];
    let f = x.with_claims("c.parquet", &parquet(&x, &floats), "max_bad_share = 1.0");
    published(&f, "medical_claim", &[("float_money", 19), ("bad_number", 2)]);
    let huge: Decimal128Array = (0..n).map(|i| Some(if i == 0 { 10_i128.pow(30) } else { 100 })).collect();
    let huge = huge.with_precision_and_scale(38, 2).expect("a decimal");
    let f =
        x.with_claims("c.parquet", &parquet(&x, &[("paid_amount", Arc::new(huge) as ArrayRef)]), "max_bad_share = 1.0");
    // An optional amount that fits nowhere becomes null and is counted.
    let told = account_after(&f);
    assert_eq!(told.reasons.get("bad_number").or(told.reasons.get("unreadable_optional")), Some(&1));
    let zoned: TimestampMicrosecondArray = rows.iter().map(|r| Some(i64::from(day(r[4])) * 86_400_000_000)).collect();
    let zoned: ArrayRef = Arc::new(zoned.with_timezone("America/New_York"));
    let bytes = parquet(&x, &[("claim_start_date", zoned)]);
    refused(&x.with_claims("c.parquet", &bytes, ""), 3, "zone");
    let f = x.with_claims("c.parquet", &bytes, "timezone = \"UTC\"");
    assert_eq!(account_after(&f).reasons["timestamp_as_date"], 21);
}

fn account_after(f: &Folder) -> Account {
    f.publish();
    account(f, "medical_claim")
}

#[test]
fn f69_nested_columns() {
    let x = Extracts::clean();
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>((0..21).map(|i| Some(vec![Some(i)])));
    refused(
        &x.with_claims(
            "c.parquet",
            &parquet(&x, &[("drg", Arc::new(lists.clone()) as ArrayRef), ("facility_npi", Arc::new(lists))]),
            "",
        ),
        3,
        "nested",
    );
}

#[test]
fn f70_markers_are_skipped_and_unfinished_folders_refused() {
    let x = Extracts::clean();
    let folder = || {
        let mut f = Folder::new(NIGHT);
        f.extract("eligibility", &x.eligibility.join("\n"));
        std::fs::create_dir(f.path("claims")).expect("made");
        std::fs::write(f.path("claims/part-0.csv"), x.claims_text()).expect("written");
        f.config.push_str("[extracts.medical_claim]\npath = \"claims\"\n");
        f
    };
    let f = folder();
    for marker in ["_SUCCESS", ".part-0.csv.crc", ".hidden", "x.tmp"] {
        std::fs::write(f.path(&format!("claims/{marker}")), "junk").expect("written");
    }
    assert_eq!(published(&f, "medical_claim", &[]).rows[0], 21);
    for (inner, words) in [("_delta_log", "Delta table"), ("_temporary", "has not finished")] {
        let f = folder();
        std::fs::create_dir(f.path(&format!("claims/{inner}"))).expect("made");
        refused(&f, 3, words);
    }
}

#[test]
fn f71_to_f73_folders_of_files() {
    let x = Extracts::clean();
    let folder = |files: &[(&str, String)]| {
        let mut f = Folder::new(NIGHT);
        f.extract("eligibility", &x.eligibility.join("\n"));
        for (name, text) in files {
            let path = f.path(&format!("claims/{name}"));
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        f.config.push_str("[extracts.medical_claim]\npath = \"claims\"\n");
        f
    };
    refused(&folder(&[("claim_type=institutional/a.csv", x.claims_text())]), 3, "partition key");
    let without = x.claims_text().replacen("claim_end_date", "somewhere", 1);
    refused(
        &folder(&[("a.csv", x.claims_text()), ("b.csv", without)]),
        3,
        "b.csv: required column `claim_end_date` is missing",
    );
    let f = folder(&[("a.csv", x.claims_text()), ("b.csv", x.claims_text())]);
    assert_eq!(published(&f, "medical_claim", &[("repeated_file", 1)]).rows, [21, 21, 0, 0]);
}

#[test]
fn f75_what_is_no_file_under_the_root() {
    let x = Extracts::clean();
    let mut f = Folder::new(NIGHT);
    f.extract("eligibility", &x.eligibility.join("\n"));
    let fifo = f.path("claims.csv");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    f.config.push_str("[extracts.medical_claim]\npath = \"claims.csv\"\n");
    refused(&f, 3, "not a regular file");
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("c.csv"), x.claims_text()).expect("written");
    let mut f = Folder::new(NIGHT);
    f.config.push_str(&format!("input_root = \"{}\"\n", f.dir.path().display()));
    f.extract("eligibility", &x.eligibility.join("\n"));
    std::os::unix::fs::symlink(outside.path().join("c.csv"), f.path("link.csv")).expect("linked");
    f.config.push_str("[extracts.medical_claim]\npath = \"link.csv\"\n");
    refused(&f, 3, "lies outside run.input_root");
}

// 76 to 80: the roster and the far ends.

const ROSTER: &str =
    "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,home_visits";

#[test]
fn f76_a_case_whose_manager_left() {
    let mut f = Extracts::clean().folder();
    f.extract("care_manager", &format!("{ROSTER}\nCM1,RN,en,NC,general,active,1.0,50,100,no"));
    f.extract("caseload", "member_id,care_manager_id,since_date\nM10,GONE,2026-01-01");
    f.publish();
    let kept = f.cells("assignments.csv", "M10", "status");
    assert!(kept.iter().all(|s| s == "new" || s == "moved"), "{kept:?}");
}

#[test]
fn f77_f78_rosters() {
    for (row, words) in [
        ("CM1,RN,en,NC,general,active,1.0,50,100,no\nCM1,RN,en,NC,general,active,1.0,50,100,no", "CM1"),
        ("CM1,RN,en,NC,general,active,1.0,-5,100,no", "max_cases"),
    ] {
        let mut f = Extracts::clean().folder();
        f.extract("care_manager", &format!("{ROSTER}\n{row}"));
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{row}: {}", text(&output));
        assert!(text(&output).contains(words) || words == "CM1", "{row}: {}", text(&output));
    }
    let mut f = Extracts::clean().folder();
    f.extract("care_manager", &format!("{ROSTER}\nCM1,RN,en,NC,general,leave,1.0,50,100,no"));
    f.publish();
    assert_eq!(f.table("assignments.csv").rows.len(), 0);
}

#[test]
fn f79_cells_that_spreadsheets_would_run() {
    let x = Extracts::clean().member("=1+1,1940-01-01,female,2020-01-01,9999-12-31,,27601,919-555-0142").claim(stay(
        "@S",
        "=1+1",
        "2026-06-20",
        "2026-06-28",
    ));
    let f = x.folder();
    published(&f, "medical_claim", &[]);
    let shown = std::fs::read_to_string(f.path("out/current/outreach.csv")).expect("there");
    assert!(shown.contains("'=1+1") && !shown.contains(",=1+1"), "{shown}");
    assert!(f.table("outreach.parquet").rows.iter().flatten().any(|c| c == "=1+1"));
}

#[test]
fn f80_very_long_fields_and_very_many_columns() {
    let x = Extracts::clean().claim(visit(&"V".repeat(70_000), "M11", "2026-06-02"));
    published(&x.folder(), "medical_claim", &[("field_too_long", 1)]);
    let x = Extracts::clean();
    let header: Vec<String> = (0..10_001).map(|i| format!("c{i}")).collect();
    refused(&x.with_claims("c.csv", header.join(",").as_bytes(), ""), 3, "10001 columns");
}

/// Two hundred pairs of faults in one extract: the account stays exact and no planted value is told.
#[test]
fn pairs_of_faults_keep_the_account() {
    let planted = "PLANTEDVALUE";
    let faults: Vec<Box<dyn Fn(usize) -> String>> = vec![
        Box::new(move |i| format!("{planted}{i},1,professional")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "2025-02-31")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "46174")),
        Box::new(move |i| visit(&format!("W{i}"), &format!("{planted}{i}"), "2026-06-02")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "9999-12-31")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "2026-07-05")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "1900-01-01")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "2026-06-02").replace("50.00", planted)),
        Box::new(move |i| visit(&format!("{planted}{i}\0"), "M10", "2026-06-02")),
        Box::new(move |i| stay(&format!("{planted}{i}"), "M10", "2026-05-10", "2026-05-01")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "M10", "1920-01-01")),
        Box::new(move |i| {
            visit(&format!("W{i}"), "M10", "2026-06-02").replace("50.00,,,,", &format!("50.00,,0,{planted}{i},"))
        }),
        Box::new(move |i| visit(&format!("W{i}"), "M10", "2026-06-02").replace("E11.9", planted)),
        Box::new(|_| visit("V12", "M12", "2026-06-01")),
        Box::new(|_| visit("V13", "M13", "2026-06-01").replace("50.00", "60.00")),
        Box::new(move |i| visit(&format!("{planted}{i}"), "", "2026-06-02")),
    ];
    let mut drawn: Vec<(usize, usize)> = Vec::new();
    let mut state = 20_260_630_u64;
    while drawn.len() < 200 {
        state = lamplight::domain::mix64(state);
        let a = usize::try_from(state % faults.len() as u64).expect("small");
        let b = usize::try_from(state / 97 % faults.len() as u64).expect("small");
        if a != b {
            drawn.push((a, b));
        }
    }
    // Ten pairs a night, twenty nights: each row of a pair stands once.
    for night in drawn.chunks(10) {
        let mut x = Extracts::clean();
        for (n, (a, b)) in night.iter().enumerate() {
            x = x.claim(faults[*a](2 * n)).claim(faults[*b](2 * n + 1));
        }
        let f = x.folder();
        let output = f.run(&[]);
        assert_eq!(code(&output), 0, "{}", text(&output));
        assert_eq!(account(&f, "medical_claim").rows[0], 41);
        assert!(!text(&output).contains(planted), "{}", text(&output));
        let said = std::fs::read_to_string(f.path("out/current/manifest.json")).expect("there");
        assert!(!said.contains(planted));
    }
}

//! No patient's value in any message: values planted in every cell of every format, and every kind of failure provoked.
//! Owns the fixtures; refuses to judge what is published.

mod support;

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use support::{Folder, text};

const NIGHT: &str = "2026-06-30";

/// Parts of the planted values that no word of the program may hold.
const PLANTED: [&str; 12] = [
    "Zoltanke",
    "Quibbleson",
    "QX-77401",
    "77401",
    "1948-03-17",
    "19480317",
    "03/17/1948",
    "919-555-0188",
    "5550188",
    "Fernhollow",
    "QXCLAIM",
    "E1142",
];
const HEADER: &str =
    "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,first_name,last_name,phone,address";
const ROW: &str = "QX-77401,1948-03-17,female,2020-01-01,9999-12-31,Zoltanke,Quibbleson,919-555-0188,3 Fernhollow Row";
const CLAIMS: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,diagnosis_code_1\n\
    QXCLAIM1,1,professional,QX-77401,2026-03-01,2026-03-01,E1142\n";

/// Runs, checks and looks at every word: both streams and what an attempt leaves beside the runs.
fn silent(f: &Folder, what: &str) {
    let config = f.write_config();
    for command in ["run", "check"] {
        let output = support::lamplight(&[command, "--config", config.to_str().expect("utf-8")]);
        assert!(!output.status.success(), "{what}: {command} was to fail\n{}", text(&output));
        assert_ne!(output.status.code(), Some(70), "{what}: {}", text(&output));
        let left = std::fs::read_to_string(f.path("out/last_attempt.json")).unwrap_or_default();
        for word in PLANTED {
            assert!(!text(&output).contains(word), "{what}, {command}: `{word}` in {}", text(&output));
            assert!(!left.contains(word), "{what}, {command}: `{word}` in last_attempt.json {left}");
        }
    }
}

/// A night whose eligibility is these bytes.
fn with_eligibility(file: &str, bytes: &[u8], lines: &str) -> Folder {
    let mut f = Folder::new(NIGHT);
    f.raw("eligibility", file, bytes, lines);
    f.raw("medical_claim", "claims.csv", CLAIMS.as_bytes(), "");
    f
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

#[test]
fn files_that_are_no_extract_are_told_by_their_kind_and_shape() {
    let pipes = format!("{}\n{}\n", HEADER.replace(',', "|"), ROW.replace(',', "|"));
    let json = r#"{"resourceType":"Patient","id":"QX-77401","birthDate":"1948-03-17","name":"Zoltanke Quibbleson"}"#;
    let twice = format!("{},Zoltanke,Zoltanke\n{ROW},a,b\n", HEADER.replace("gender", "sex"));
    for (what, file, bytes) in [
        ("without a header line", "e.csv", format!("{ROW}\n{ROW}\n").into_bytes()),
        ("without a header line, packed", "e.csv.gz", gzip(format!("{ROW}\n{ROW}\n").as_bytes())),
        ("names alone for a header", "e.csv", b"Zoltanke,Quibbleson,Fernhollow\na,b,c\n".to_vec()),
        ("another separator", "e.csv", pipes.into_bytes()),
        ("JSON", "e.json", json.as_bytes().to_vec()),
        ("JSON, packed", "e.json.gz", gzip(json.as_bytes())),
        ("XML", "e.xml", b"<Patient id='QX-77401'>Zoltanke</Patient>".to_vec()),
        ("HL7", "e.hl7", b"MSH|^~\\&|QX-77401|Zoltanke^Quibbleson|19480317".to_vec()),
        ("X12", "e.edi", b"ISA*00*Zoltanke*00*QX-77401*19480317~".to_vec()),
        ("a zip", "e.zip", [b"PK\x03\x04".as_slice(), ROW.as_bytes()].concat()),
        ("a header that repeats and misses", "e.csv", twice.into_bytes()),
        ("an unclosed quote", "e.csv", format!("{HEADER}\n\"{ROW}\n{ROW}\n").into_bytes()),
        ("a cut gzip", "e.csv.gz", gzip(ROW.repeat(99).as_bytes())[..60].to_vec()),
        ("a Parquet file that is none", "e.parquet", [b"PAR1".as_slice(), ROW.as_bytes(), b"PAR1"].concat()),
    ] {
        silent(&with_eligibility(file, &bytes, ""), what);
    }
}

#[test]
fn values_that_cannot_be_read_are_told_by_their_column() {
    let with = |from: &str, to: &str| format!("{HEADER}\n{}\n", ROW.replace(from, to)).into_bytes();
    let twin = format!("{HEADER}\n{ROW}\n{}\n", ROW.replace("QX-77401", "qx-77401"));
    for (what, bytes, lines) in [
        ("a date of another spelling", with("1948-03-17", "03/17/1948"), ""),
        ("a compact date", with("1948-03-17", "19480317"), ""),
        ("a moment with a zone", with("1948-03-17", "1948-03-17T05:00:00Z"), ""),
        ("ids in scientific notation", with("QX-77401", "7.7401E+09"), ""),
        ("ids that differ in case alone", twin.into_bytes(), ""),
        ("a mapped column that is not there", with("", ""), "columns = { gender = \"sexx\" }"),
        (
            "a value map of nothing",
            with("", ""),
            "columns = { gender = { column = \"sexx\", map = { F = \"female\" } } }",
        ),
    ] {
        silent(&with_eligibility("e.csv", &bytes, lines), what);
    }
}

#[test]
fn a_view_that_fails_quotes_no_cell() {
    let bytes = format!("{HEADER}\n{ROW}\n{ROW}\n");
    for sql in [
        "SELECT *, CAST(last_name AS INT) AS latitude FROM raw",
        "SELECT *, CAST(birth_date AS DOUBLE) AS latitude FROM raw",
        "SELECT *, STRPTIME(address, '%Y-%m-%d') AS death_date FROM raw",
        "SELECT nobody FROM raw",
        "SELECT * FROM raw WHERE phone > 3 AND last_name + 1 = 2",
        "SELECT * FROM elsewhere",
        "SELECT * FROM read_csv('claims.csv')",
        "SELEC member_id FROM raw",
        "SELECT member_id FROM raw",
        "SELECT last_name AS member_id, first_name AS birth_date, gender, phone AS enrollment_start_date, address AS enrollment_end_date FROM raw",
    ] {
        silent(&with_eligibility("e.csv", bytes.as_bytes(), &format!("sql = \"\"\"{sql}\"\"\"")), sql);
    }
    // A raw file without a header names its columns by values.
    let headless = format!("{ROW}\n{ROW}\n");
    for sql in ["SELECT member_id FROM raw", "SELECT CAST(gender AS INT) AS member_id FROM raw", "SELECT * FROM raw"] {
        silent(&with_eligibility("e.csv", headless.as_bytes(), &format!("sql = \"\"\"{sql}\"\"\"")), sql);
    }
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut out = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    out
}

#[test]
fn a_column_of_a_type_that_cannot_be_read_is_told_by_its_type() {
    let columns = |replaced: &str, array: ArrayRef| {
        let plain = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
        HEADER
            .split(',')
            .zip(ROW.split(','))
            .map(|(name, value)| (name, if name == replaced { Arc::clone(&array) } else { plain(value) }))
            .collect::<Vec<_>>()
    };
    let zoned: ArrayRef =
        Arc::new(TimestampMicrosecondArray::from(vec![-687_571_200_000_000]).with_timezone("America/New_York"));
    let nested: ArrayRef =
        Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some([Some(77401)])]));
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![77401.5]));
    for (what, column, array) in
        [("zoned", "birth_date", zoned), ("nested", "phone", nested), ("fraction", "member_id", floats)]
    {
        silent(&with_eligibility("e.parquet", &parquet(columns(column, array)), ""), what);
    }
    let whole = parquet(columns("", Arc::new(StringArray::from(vec![""]))));
    for cut in [whole.len() / 3, whole.len() - 9] {
        silent(&with_eligibility("e.parquet", &whole[..cut], ""), "a cut Parquet file");
    }
}

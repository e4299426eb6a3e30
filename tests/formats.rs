//! The same rows in every dress: CSV plain, gzip, zstd, cut into a folder or a glob, and Parquet with the column
//! types found in the wild, all give one digest; broken dresses are refused.

mod support;

use std::io::Write as _;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Int64Array, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use parquet::arrow::ArrowWriter;
use support::{Folder, code, manifest};

const HEADER: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,diagnosis_code_1,paid_amount";

fn rows() -> Vec<[String; 11]> {
    (0..40)
        .map(|i| {
            let day = format!("2026-01-{:02}", i % 28 + 1);
            [
                format!("C{i}"),
                "1".into(),
                "institutional".into(),
                format!("M{}", i % 4),
                day.clone(),
                day.clone(),
                day.clone(),
                day,
                "111".into(),
                ["I50.22", "J44.9", "E11.9"][i % 3].into(),
                format!("{}.25", i * 10),
            ]
        })
        .collect()
}

fn csv(rows: &[[String; 11]]) -> String {
    rows.iter().fold(format!("{HEADER}\n"), |s, r| s + &r.join(",") + "\n")
}

fn digest(dress: impl Fn(&mut Folder)) -> String {
    let mut f = Folder::new("2026-06-30");
    f.members(&[
        ("M0", "1950-02-03", "female"),
        ("M1", "1951-02-03", "male"),
        ("M2", "1952-02-03", "female"),
        ("M3", "1953-02-03", "male"),
    ]);
    dress(&mut f);
    let run = f.publish();
    let m = manifest(&run);
    assert_eq!(m["rows"]["medical_claim"]["rows_used"], 40, "{}", m["rows"]);
    // What was mended differs by dress, so the accounts of data quality do too: the results must not.
    let wanted = [
        "outreach.csv",
        "measures/stays.parquet",
        "measures/indices.parquet",
        "measures/conditions.parquet",
        "scores.parquet",
        "measures/rates.parquet",
    ];
    m["outputs"]
        .as_array()
        .expect("outputs")
        .iter()
        .filter(|o| wanted.contains(&o["file"].as_str().expect("a name")))
        .map(|o| o["sha256"].to_string())
        .collect()
}

fn parquet(f: &mut Folder, columns: Vec<(&str, ArrayRef)>, more: &str) {
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    f.raw("medical_claim", "medical_claim.parquet", &bytes, more);
}

#[test]
fn every_dress_gives_one_answer() {
    let rows = rows();
    let text = csv(&rows);
    let plain = digest(|f| {
        f.raw("medical_claim", "a.csv", text.as_bytes(), "");
    });
    let gzip = digest(|f| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).expect("written");
        f.raw("medical_claim", "a.csv.gz", &encoder.finish().expect("finished"), "");
    });
    let zstd = digest(|f| {
        f.raw("medical_claim", "a.csv.zst", &zstd::encode_all(text.as_bytes(), 3).expect("encoded"), "");
    });
    let folder = digest(|f| {
        std::fs::create_dir(f.path("claims")).expect("made");
        std::fs::write(f.path("claims/_SUCCESS"), "").expect("written");
        std::fs::write(f.path("claims/.hidden.csv"), "x").expect("written");
        for (n, part) in rows.chunks(13).enumerate() {
            std::fs::write(f.path(&format!("claims/{n}.csv")), csv(part)).expect("written");
        }
        f.config.push_str("[extracts.medical_claim]\npath = \"claims\"\n");
    });
    let glob = digest(|f| {
        for (n, part) in rows.chunks(7).enumerate() {
            std::fs::write(f.path(&format!("claims-{n}.csv")), csv(part)).expect("written");
        }
        f.config.push_str("[extracts.medical_claim]\npath = \"claims-*.csv\"\n");
    });
    let renamed = digest(|f| {
        let text =
            text.replace("member_id", "PERSON").replace("2026-01-", "202601").replace("diagnosis_code_1", "DX 1");
        f.raw("medical_claim", "a.csv", text.as_bytes(), "date_formats = [\"%Y%m%d\"]\n[extracts.medical_claim.columns]\nmember_id = \"PERSON\"\ndiagnosis_code_1 = \"DX 1\"");
    });
    let view = digest(|f| {
        let text = text.replace("claim_id", "ID").replace("institutional", "I");
        f.raw("medical_claim", "a.csv", text.as_bytes(), "sql = \"SELECT *, ID AS claim_id FROM raw\"\n[extracts.medical_claim.columns]\nclaim_type = { column = \"claim_type\", map = { I = \"institutional\" } }");
    });
    for (name, other) in
        [("gzip", gzip), ("zstd", zstd), ("folder", folder), ("glob", glob), ("renamed", renamed), ("view", view)]
    {
        assert_eq!(plain, other, "{name}");
    }
}

#[test]
fn parquet_types_found_in_the_wild_give_the_same_answer() {
    let rows = rows();
    let plain = digest(|f| {
        f.raw("medical_claim", "a.csv", csv(&rows).as_bytes(), "");
    });
    let cell = |c: usize| rows.iter().map(|r| r[c].as_str()).collect::<Vec<_>>();
    let days: Vec<i32> = rows.iter().map(|r| lamplight::domain::Day::parse_iso(&r[4]).expect("a day").0).collect();
    let wild = digest(|f| {
        let micros: Vec<i64> = days.iter().map(|d| i64::from(*d) * 86_400_000_000 + 3_600_000_000).collect();
        let nanos: Vec<i64> = days.iter().map(|d| i64::from(*d) * 86_400_000_000_000).collect();
        // Noon in New York, so that the day is the same in the declared zone.
        let zoned: Vec<i64> = days.iter().map(|d| i64::from(*d) * 86_400_000_000 + 17 * 3_600_000_000).collect();
        let cents: Vec<i128> =
            rows.iter().map(|r| r[10].replace('.', "").parse::<i128>().expect("cents") * 100).collect();
        let dictionary: DictionaryArray<Int32Type> = cell(9).into_iter().collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("claim_id", Arc::new(StringViewArray::from(cell(0)))),
            ("claim_line_number", Arc::new(Int64Array::from(vec![1; 40]))),
            ("claim_type", Arc::new(LargeStringArray::from(cell(2)))),
            ("member_id", Arc::new(StringArray::from(cell(3)))),
            ("claim_start_date", Arc::new(Date32Array::from(days.clone()))),
            ("claim_end_date", Arc::new(TimestampMicrosecondArray::from(micros))),
            ("admission_date", Arc::new(TimestampNanosecondArray::from(nanos))),
            ("discharge_date", Arc::new(TimestampMicrosecondArray::from(zoned).with_timezone("UTC"))),
            ("bill_type_code", Arc::new(Int64Array::from(vec![111; 40]))),
            ("diagnosis_code_1", Arc::new(dictionary)),
            ("paid_amount", Arc::new(Decimal128Array::from(cents).with_precision_and_scale(18, 4).expect("a scale"))),
        ];
        parquet(f, columns, "timezone = \"America/New_York\"");
    });
    assert_eq!(plain, wild);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_file() {
    let text = csv(&rows());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).expect("written");
    let gzip = gzip.finish().expect("finished");
    let unclosed = text.replacen("C7,", "\"C7,", 1);
    let cases: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("a.csv", vec![], "", "empty"),
        // A byte-order mark would decide; without one the encoding has to be declared.
        ("a.csv", b"c\0l\0a\0".to_vec(), "", "UTF-16"),
        ("a.csv.gz", gzip[..gzip.len() / 2].to_vec(), "", "cut short"),
        ("a.parquet", b"PAR1 and nothing more PAR1".to_vec(), "", "Parquet"),
        ("a.csv", unclosed.into_bytes(), "", "never closed"),
        ("a.csv", text.replace(',', "|").into_bytes(), "", "delimiter"),
        ("a.csv", text.replacen("paid_amount", "bill_type_code", 1).into_bytes(), "", "stands twice"),
        ("a.csv", text.replace("M1,", "1.23E+11,").into_bytes(), "", "scientific notation"),
    ];
    for (file, bytes, more, said) in cases {
        let mut f = Folder::new("2026-06-30");
        f.members(&[("M0", "1950-02-03", "female")]);
        f.raw("medical_claim", file, &bytes, more);
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{file}: {}", support::text(&output));
        assert!(support::text(&output).contains(said), "{said}: {}", support::text(&output));
    }
    // A zoned timestamp without a declared zone could be either of two days.
    let mut f = Folder::new("2026-06-30");
    f.members(&[("M0", "1950-02-03", "female")]);
    let stamp = |t: i64| Arc::new(TimestampMicrosecondArray::from(vec![t]).with_timezone("UTC")) as ArrayRef;
    let one = |t: &str| Arc::new(StringArray::from(vec![t])) as ArrayRef;
    let columns = vec![
        ("claim_id", one("C")),
        ("claim_line_number", one("1")),
        ("claim_type", one("professional")),
        ("member_id", one("M0")),
        ("claim_start_date", stamp(0)),
        ("claim_end_date", stamp(0)),
    ];
    parquet(&mut f, columns, "");
    let output = f.run(&[]);
    assert_eq!(code(&output), 3);
    assert!(support::text(&output).contains("declare the zone"), "{}", support::text(&output));
}

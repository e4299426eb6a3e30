//! One table in every format, encoding and packing that is read, mapped in every way that the configuration knows: the
//! same people each time, the account of rows exact, and clear words for what is refused.

mod support;

use std::collections::BTreeMap;
use std::io::Write as _;

use support::{Folder, code, manifest, text};

const NIGHT: &str = "2026-06-30";
const CLAIMS: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,place_of_service_code,diagnosis_code_1\n\
    C1,1,professional,P1,2026-03-01,2026-03-01,11,E11.9\nC2,1,professional,P2,2026-04-02,2026-04-02,11,I10\n";
const NAMES: [&str; 7] = ["PERSON", "BORN", "SEX", "COVER_FROM", "COVER_TO", "SURNAME", "STREET"];
const PEOPLE: [[&str; 7]; 3] = [
    ["P1", "1948-03-17", "2", "2020-01-01", "2026-12-31", "M\u{fc}ller", "3 Elm"],
    ["P2", "1951-10-02", "1", "2021-06-01", "", "O'Neil", ""],
    ["P3", "1960-02-29", "9", "2019-01-01", "2024-01-31", "Ng", "PO Box 7"],
];
/// Their columns for ours.
const MAPPING: &str = "columns = { member_id = \"person\", birth_date = \"BORN\", \
    gender = { column = \"SEX\", map = { \"1\" = \"male\", \"2\" = \"female\" }, default = \"unknown\" }, \
    enrollment_start_date = \"COVER_FROM\", enrollment_end_date = { coalesce = [\"COVER_TO\"], default = \"9999-12-31\" }, \
    last_name = \"SURNAME\", address = \"STREET\", payer = { constant = \"Harbor\" } }";

fn csv() -> String {
    let rows = PEOPLE.iter().map(|p| p.join(",") + "\n").collect::<String>();
    format!("{}\n{rows}", NAMES.join(","))
}

fn night(file: &str, bytes: &[u8], lines: &str) -> Folder {
    let mut f = Folder::new(NIGHT);
    f.raw("eligibility", file, bytes, lines);
    f.raw("medical_claim", "claims.csv", CLAIMS.as_bytes(), "");
    f
}

/// What a night says of everybody, and how many rows it read, used, quarantined and left out.
fn told(f: &Folder) -> (BTreeMap<String, Vec<Vec<String>>>, Vec<u64>) {
    let output = f.run(&[]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let tables = ["measures/indices.parquet", "suppressed.csv", "scores.parquet"];
    let rows = tables.iter().map(|t| ((*t).to_owned(), f.table(t).rows)).collect();
    let account = &manifest(&f.path("out/current"))["rows"]["eligibility"];
    let count = |k: &str| account[k].as_u64().expect("a count");
    (rows, vec![count("rows_in"), count("rows_used"), count("rows_quarantined"), count("rows_dropped")])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a file");
        writer.write_all(bytes).expect("packed");
    }
    writer.finish().expect("a zip").into_inner()
}

fn utf_16(text: &str, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{feff}" } else { "" };
    format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn one_byte(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("below 256")).collect()
}

fn ndjson() -> String {
    let row = |p: &[&str; 7]| {
        let mut object = serde_json::Map::new();
        for (name, value) in NAMES.iter().zip(p) {
            // One level deeper, so that the column is a path.
            let value = if value.is_empty() { serde_json::Value::Null } else { (*value).into() };
            object.insert((*name).to_owned(), serde_json::json!({ "v": [value] }));
        }
        serde_json::Value::Object(object).to_string() + "\n"
    };
    PEOPLE.iter().map(row).collect()
}

const WIDTHS: [usize; 7] = [6, 10, 1, 10, 10, 12, 12];

fn fixed(line_end: &str) -> (String, String) {
    let line = |p: &[&str; 7]| {
        let cells = p.iter().zip(WIDTHS).map(|(v, w)| format!("{v:<w$}")).collect::<Vec<_>>().concat();
        cells + line_end
    };
    let mut at = 1;
    let mut fields = Vec::new();
    for (name, width) in NAMES.iter().zip(WIDTHS) {
        fields.push(format!("{name} = [{at}, {width}]"));
        at += width;
    }
    (PEOPLE.iter().map(line).collect(), format!("fields = {{ {} }}", fields.join(", ")))
}

/// The table on a sheet, below a title, dates as dates; `merged` joins two cells of the table.
fn workbook(merged: bool, sheets: usize) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let date = rust_xlsxwriter::Format::new().set_num_format("mm/dd/yyyy");
    for n in 0..sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(format!("Sheet {n}")).expect("a name");
        sheet.merge_range(0, 0, 0, 3, "Members of the plan", &rust_xlsxwriter::Format::new()).expect("a title");
        for (column, name) in (0_u16..).zip(NAMES) {
            sheet.write(1, column, name).expect("written");
        }
        for (row, person) in (2_u32..).zip(PEOPLE) {
            for (column, value) in (0_u16..).zip(person) {
                match value.split('-').map(str::parse).collect::<Result<Vec<u16>, _>>() {
                    Ok(ymd) if ymd.len() == 3 => {
                        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(
                            ymd[0],
                            u8::try_from(ymd[1]).expect("a month"),
                            u8::try_from(ymd[2]).expect("a day"),
                        );
                        sheet.write_datetime_with_format(row, column, day.expect("a date"), &date).expect("written");
                    }
                    Ok(number) if number.len() == 1 => {
                        sheet.write_number(row, column, f64::from(number[0])).expect("written");
                    }
                    _ if value.is_empty() => {}
                    _ => {
                        sheet.write(row, column, value).expect("written");
                    }
                }
            }
        }
        if merged {
            sheet.merge_range(2, 6, 3, 6, "3 Elm", &rust_xlsxwriter::Format::new()).expect("merged");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn the_same_people_in_every_format_encoding_and_packing() {
    let plain = told(&night("e.csv", csv().as_bytes(), MAPPING));
    assert_eq!(plain.1, [3, 3, 0, 0]);
    let (fixed_text, fields) = fixed("\n");
    let (fixed_crlf, _) = fixed("\r\n");
    let body = csv().split_once('\n').expect("a header").1.to_owned();
    let names = format!("header = false\nnames = {NAMES:?}");
    let paths = NAMES.iter().fold(MAPPING.to_owned(), |m, n| m.replace(&format!("\"{n}\""), &format!("\"{n}.v.0\"")));
    let paths = paths.replace("\"person\"", "\"person.v.0\"");
    let records = format!("Plan roster\nHDR,20260630\n{}TRL,3\n", csv());
    let skipped = "skip_rows = 1\nskip_lines_starting = [\"HDR\", \"TRL\"]";
    let tabs = csv().replace(',', "\t");
    for (what, file, bytes, lines) in [
        ("gzip", "e.csv.gz", gzip(csv().as_bytes()), MAPPING.to_owned()),
        ("zip", "e.zip", zip(&[("people/e.csv", csv().as_bytes())]), MAPPING.to_owned()),
        ("UTF-8 with a mark", "e.csv", format!("\u{feff}{}", csv()).into_bytes(), MAPPING.to_owned()),
        ("UTF-16 with a mark, tabs", "e.txt", utf_16(&tabs, true), format!("delimiter = \"\\t\"\n{MAPPING}")),
        ("UTF-16", "e.csv", utf_16(&csv(), false), format!("encoding = \"utf-16\"\n{MAPPING}")),
        ("windows-1252", "e.csv", one_byte(&csv()), format!("encoding = \"windows-1252\"\n{MAPPING}")),
        ("iso-8859-1", "e.csv", one_byte(&csv()), format!("encoding = \"iso-8859-1\"\n{MAPPING}")),
        ("without a header line", "e.csv", body.clone().into_bytes(), format!("{names}\n{MAPPING}")),
        (
            "quoted, without a header line",
            "e.csv",
            body.replace("Ng", "\"Ng\"").into_bytes(),
            format!("{names}\n{MAPPING}"),
        ),
        ("preamble and trailer", "e.csv", records.clone().into_bytes(), format!("{skipped}\n{MAPPING}")),
        (
            "quoted preamble and trailer",
            "e.csv",
            records.replace("Ng", "\"Ng\"").into_bytes(),
            format!("{skipped}\n{MAPPING}"),
        ),
        ("fixed width", "e.dat", fixed_text.clone().into_bytes(), format!("{fields}\n{MAPPING}")),
        ("fixed width, CR LF, gzip", "e.dat.gz", gzip(fixed_crlf.as_bytes()), format!("{fields}\n{MAPPING}")),
        ("ndjson", "e.ndjson", ndjson().into_bytes(), paths.clone()),
        ("ndjson, zip", "e.zip", zip(&[("e.ndjson", ndjson().as_bytes())]), paths.clone()),
        ("a workbook", "e.xlsx", workbook(false, 1), format!("skip_rows = 1\n{MAPPING}")),
        ("a sheet of several", "e.xlsx", workbook(false, 2), format!("skip_rows = 1\nsheet = \"sheet 1\"\n{MAPPING}")),
    ] {
        let this = told(&night(file, &bytes, &lines));
        assert_eq!(this.1, plain.1, "{what}");
        assert!(this.0 == plain.0, "{what}: {:?}\nand {:?}", this.0, plain.0);
    }
}

#[test]
fn a_layout_and_a_value_map_may_be_files() {
    let (fixed_text, _) = fixed("\n");
    let plain = told(&night("e.csv", csv().as_bytes(), MAPPING));
    let f = night(
        "e.dat",
        fixed_text.as_bytes(),
        &format!(
            "layout = \"layout.csv\"\n{}",
            MAPPING.replace("map = { \"1\" = \"male\", \"2\" = \"female\" }", "map_file = \"sex.csv\"")
        ),
    );
    let mut at = 1;
    let mut layout = String::from("field,start,width\n");
    for (name, width) in NAMES.iter().zip(WIDTHS) {
        layout.push_str(&format!("{name},{at},{width}\n"));
        at += width;
    }
    std::fs::write(f.path("layout.csv"), layout).expect("written");
    std::fs::write(f.path("sex.csv"), "theirs,ours\n1,male\n2,female\n").expect("written");
    assert!(told(&f).0 == plain.0);
    // The map's content is part of the settings: another content is another run.
    let run = |f: &Folder| manifest(&f.path("out/current"))["run_id"].as_str().expect("an id").to_owned();
    let before = run(&f);
    std::fs::write(f.path("sex.csv"), "theirs,ours\n1,female\n2,male\n").expect("written");
    f.publish();
    assert_ne!(run(&f), before);
}

#[test]
fn numbered_columns_come_by_a_pattern_and_paths_by_a_list() {
    let mut f = Folder::new(NIGHT);
    f.raw("eligibility", "e.csv", csv().as_bytes(), MAPPING);
    let header = "ID,LINE,KIND,WHO,FROM,TO,DX1,DX2,DX3\n";
    std::fs::write(f.path("a.csv"), format!("{header}A,1,professional,P1,2026-03-01,2026-03-01,E11.9,I10,N18.4\n"))
        .expect("written");
    std::fs::write(f.path("b.csv"), format!("{header}B,1,professional,P2,2026-03-01,2026-03-01,J44.9,,\n"))
        .expect("written");
    f.config.push_str(
        "[extracts.medical_claim]\npath = [\"a.csv\", \"b.csv\"]\n[extracts.medical_claim.columns]\nclaim_id = \"ID\"\nclaim_line_number = \"LINE\"\nclaim_type = \"KIND\"\nmember_id = \"WHO\"\nclaim_start_date = \"FROM\"\nclaim_end_date = \"TO\"\n\"diagnosis_code_*\" = \"DX*\"\n",
    );
    f.publish();
    let schemes = f.cells("measures/conditions.parquet", "P1", "condition");
    assert!(schemes.len() > f.cells("measures/conditions.parquet", "P2", "condition").len(), "{schemes:?}");
    f.config = f.config.replace("\"DX*\"", "\"DIAG*\"");
    let output = f.run(&[]);
    assert_eq!(code(&output), 3, "{}", text(&output));
    assert!(text(&output).contains("of the form `DIAG*`"), "{}", text(&output));
}

#[test]
fn a_condition_picks_rows_and_counts_the_others() {
    let f = night("e.csv", csv().as_bytes(), &format!("where = \"SEX <> '9' AND BORN < '1951-01-01'\"\n{MAPPING}"));
    assert_eq!(told(&f).1, [3, 1, 0, 2]);
    let quality: serde_json::Value =
        serde_json::from_slice(&std::fs::read(f.path("out/current/data_quality.json")).expect("there")).expect("JSON");
    assert_eq!(quality["extracts"]["eligibility"]["dropped"]["filtered_by_where"], 2);
    for (condition, exit) in [("SEXX = '1'", 3), ("SEX = ", 3), ("SEX IN (SELECT a FROM read_csv('x'))", 3)] {
        let f = night("e.csv", csv().as_bytes(), &format!("where = \"{condition}\"\n{MAPPING}"));
        let output = f.run(&[]);
        assert_eq!(code(&output), exit, "{}", text(&output));
        assert!(text(&output).contains("where: "), "{}", text(&output));
    }
}

#[test]
fn bad_rows_of_every_format_are_counted_with_their_line() {
    let (fixed_text, fields) = fixed("\n");
    let cut = fixed_text.replacen("PO Box 7    ", "PO", 1);
    let json = ndjson().replacen("{\"BORN\"", "{\"BORN", 1);
    for (what, file, bytes, lines, row, reason) in [
        ("a cut line", "e.dat", cut.into_bytes(), format!("{fields}\n{MAPPING}"), "3", "short_line"),
        (
            "no object",
            "e.ndjson",
            format!("{}[1]\n", ndjson()).into_bytes(),
            NAMES
                .iter()
                .fold(MAPPING.to_owned(), |m, n| m.replace(&format!("\"{n}\""), &format!("\"{n}.v.0\"")))
                .replace("\"person\"", "\"person.v.0\""),
            "4",
            "bad_json",
        ),
        (
            "what UTF-16 cannot say",
            "e.csv",
            [utf_16(&csv(), true), vec![0x00, 0xD8], utf_16(",,,,,,\n", false)].concat(),
            MAPPING.to_owned(),
            "5",
            "invalid_encoding",
        ),
        (
            "a row beyond the header",
            "e.csv",
            format!("junk\n{}TRL\n", csv()).into_bytes(),
            format!("skip_rows = 1\n{MAPPING}"),
            "6",
            "ragged_row",
        ),
    ] {
        let f = night(file, &bytes, &lines);
        let output = f.run(&[]);
        assert_eq!(code(&output), 0, "{what}: {}", text(&output));
        let q = f.table("quarantine.csv");
        let seen: Vec<[&str; 2]> = q.rows.iter().map(|r| [q.get(r, "row"), q.get(r, "reason_code")]).collect();
        assert_eq!(seen, [[row, reason]], "{what}");
    }
    // A file whose very first line is no object is no ndjson at all.
    let output = night("e.ndjson", json.as_bytes(), MAPPING).run(&[]);
    assert_eq!(code(&output), 3, "{}", text(&output));
    let records = format!("{}TRL,7\n", csv());
    let f = night("e.csv", records.as_bytes(), &format!("skip_lines_starting = [\"TRL\"]\n{MAPPING}"));
    f.publish();
    let quality: serde_json::Value =
        serde_json::from_slice(&std::fs::read(f.path("out/current/data_quality.json")).expect("there")).expect("JSON");
    assert_eq!(quality["extracts"]["eligibility"]["warnings"]["trailer_count"]["count"], 1);
}

#[test]
fn what_cannot_be_one_table_is_refused_by_name() {
    let mapped = |lines: &str| format!("{lines}\n{MAPPING}");
    for (what, file, bytes, lines, words) in [
        (
            "a zip of two",
            "e.zip",
            zip(&[("a.csv", csv().as_bytes()), ("b.csv", b"x")]),
            mapped(""),
            "more than one file",
        ),
        ("a path that climbs", "e.zip", zip(&[("../e.csv", csv().as_bytes())]), mapped(""), "leads out of it"),
        ("an empty zip", "e.zip", [b"PK\x03\x04".as_slice(), &zip(&[])[..]].concat(), mapped(""), "zip"),
        ("merged cells", "e.xlsx", workbook(true, 1), mapped("skip_rows = 1"), "rows 3 to 4 hold merged cells"),
        ("two sheets", "e.xlsx", workbook(false, 2), mapped("skip_rows = 1"), "2 sheets"),
        ("no such sheet", "e.xlsx", workbook(false, 1), mapped("sheet = \"Roster\""), "no sheet `Roster`"),
        ("a bundle", "e.json", br#"{"resourceType":"Bundle","entry":[]}"#.to_vec(), mapped(""), "FHIR bundle"),
        ("one document", "e.json", b"{\n \"a\": 1\n}\n".to_vec(), mapped(""), "one JSON document"),
        ("an array", "e.json", b"[{\"a\":1}]".to_vec(), mapped(""), "one JSON document"),
    ] {
        let output = night(file, &bytes, &lines).run(&[]);
        assert_eq!(code(&output), 3, "{what}: {}", text(&output));
        assert!(text(&output).contains(words), "{what}: {}", text(&output));
    }
    for (lines, words) in [
        ("columns = { gender = { colum = \"SEX\" } }", "did you mean `column`"),
        ("columns = { gender = 3 }", "a column comes from"),
        ("format = \"fixed\"", "fields"),
        ("header = false", "names"),
        ("names = [\"a\"]", "header = false"),
        ("encoding = \"ebcdic\"", "windows-1252"),
        ("decimal = \";\"", "decimal"),
        ("path = 3", "path must be"),
    ] {
        let mut f = night("e.csv", csv().as_bytes(), "");
        f.config = f.config.replacen("path = \"e.csv\"\n", &format!("path = \"e.csv\"\n{lines}\n"), 1);
        if lines.starts_with("path") {
            f.config = f.config.replacen("path = \"e.csv\"\npath", "path", 1);
        }
        let output = f.run(&[]);
        assert_eq!(code(&output), 2, "{lines}: {}", text(&output));
        assert!(text(&output).contains(words) && !text(&output).contains("untagged"), "{lines}: {}", text(&output));
    }
}

#[test]
fn commas_before_cents_and_other_separators_of_lists() {
    let mut f = Folder::new(NIGHT);
    f.members(&[("P1", "1948-03-17", "female")]);
    let claims = "claim_id;claim_line_number;claim_type;member_id;claim_start_date;claim_end_date;paid_amount\n\
        C1;1;professional;P1;2026-03-01;2026-03-01;1.234,50\n";
    f.raw("medical_claim", "c.csv", claims.as_bytes(), "delimiter = \";\"\ndecimal = \",\"");
    let roster = "care_manager_id,discipline,languages,licensed_states\nM1,RN,\"English; Spanish\",NC;VA\n";
    f.raw("care_manager", "m.csv", roster.as_bytes(), "list_separator = \";\"");
    f.publish();
    assert_eq!(f.cells("measures/indices.parquet", "P1", "paid_12m"), ["1234.5"]);
}

/// Rows read, used, quarantined and left out of eligibility by a night, and what was left out by which rule.
fn account(f: &Folder) -> (Vec<u64>, serde_json::Value) {
    let (_, counts) = told(f);
    let path = f.path("out/current/data_quality.json");
    let page: serde_json::Value = serde_json::from_slice(&std::fs::read(path).expect("a page")).expect("JSON");
    (counts, page["extracts"]["eligibility"]["dropped"].clone())
}

#[test]
fn a_view_counts_the_rows_that_it_leaves_and_knows_where_the_others_stood() {
    let mapped = "SELECT PERSON AS member_id, BORN AS birth_date, CASE SEX WHEN '1' THEN 'male' ELSE 'female' END AS gender, \
        COVER_FROM AS enrollment_start_date, CASE WHEN COVER_TO IS NULL OR COVER_TO = '' THEN '9999-12-31' ELSE COVER_TO END AS enrollment_end_date";
    // A row that cannot be cut, one of nobody, one without a birth date.
    let rows = csv() + "P4,1950-01-01\nP5,,1,2020-01-01,2026-12-31,X,Y\n";
    for (tail, counts, left, place) in [
        (", file_name, row_number FROM raw WHERE PERSON <> 'P3'", [5, 2, 2, 1], 1, "e.csv,6,birth_date"),
        (" FROM raw WHERE PERSON <> 'P3'", [5, 2, 2, 1], 1, "(view),3,birth_date"),
        (" FROM raw", [5, 3, 2, 0], 0, "e.csv,6,birth_date"),
        // Rows that know of each other: a group, and an order with an end.
        (
            ", MAX(row_number) AS row_number, MAX(file_name) AS file_name FROM raw WHERE SEX <> '9' GROUP BY PERSON, BORN, SEX, COVER_FROM, COVER_TO",
            [5, 2, 2, 1],
            1,
            "e.csv,6,birth_date",
        ),
        (" FROM raw ORDER BY PERSON LIMIT 2", [5, 2, 1, 2], 2, ""),
    ] {
        let f = night("e.csv", rows.as_bytes(), &format!("max_bad_share = 1.0\nsql = \"{mapped}{tail}\""));
        let (found, dropped) = account(&f);
        assert_eq!(found, counts, "{tail}");
        assert_eq!(dropped["left_by_view"].as_u64().unwrap_or(0), left, "{tail}");
        let quarantine = std::fs::read_to_string(f.path("out/current/quarantine.csv")).expect("rows");
        assert!(quarantine.contains("eligibility,e.csv,5,,ragged_row"), "{tail}: {quarantine}");
        assert!(quarantine.contains(place), "{tail}: {quarantine}");
    }
}

#[test]
fn a_view_joins_named_tables_of_several_layouts() {
    let mut f = Folder::new(NIGHT);
    // Fixed width, each table with fields of its own; and one person of the first table without a span.
    std::fs::write(f.path("people.txt"), "P11948-03-17F\nP21951-10-02M\nP91960-01-01M\n").expect("written");
    std::fs::write(f.path("spans.txt"), "2020-01-012026-12-31P1\n2021-06-019999-12-31P2\n").expect("written");
    std::fs::write(
        f.path("layout.csv"),
        "table,field,start,width\npeople,ID,1,2\npeople,BORN,3,10\npeople,SEX,13,1\nspans,A,1,10\nspans,Z,11,10\nspans,WHO,21,2\n",
    )
    .expect("written");
    f.config.push_str(
        "[extracts.eligibility]\nlayout = \"layout.csv\"\nsql = \"SELECT ID AS member_id, BORN AS birth_date, SEX AS gender, A AS enrollment_start_date, Z AS enrollment_end_date FROM spans JOIN people ON spans.WHO = people.ID\"\n\
        [extracts.eligibility.tables]\npeople = \"people.txt\"\nspans = [\"spans.txt\"]\n\
        [extracts.eligibility.columns]\ngender = { column = \"gender\", map = { F = \"female\", M = \"male\" } }\n",
    );
    f.raw("medical_claim", "claims.csv", CLAIMS.as_bytes(), "");
    // Rows in are the rows of both tables; two became rows of the view.
    let (counts, dropped) = account(&f);
    assert_eq!((counts, dropped["left_by_view"].as_u64()), (vec![5, 2, 0, 3], Some(3)));
    assert_eq!(f.cells("measures/indices.parquet", "P1", "member_id"), ["P1"]);
}

#[test]
fn a_view_reads_its_tables_and_nothing_else() {
    let keys = "[extracts.eligibility.tables]\n";
    for (lines, exit, said) in [
        ("sql = \"SELECT * FROM read_csv('/etc/passwd')\"", 3, "a view reads its tables alone"),
        ("sql = \"SELECT * FROM 'other.csv'\"", 3, "[extracts.eligibility] sql: "),
        ("sql = \"SELECT * FROM nowhere\"", 3, "[extracts.eligibility] sql: "),
        (
            "sql = \"SELECT * FROM raw WHERE PERSON = 'nobody'\"\ncolumns = { member_id = \"PERSON\" }",
            3,
            "required column",
        ),
        (&format!("sql = \"SELECT * FROM raw\"\n{keys}people = \"gone/*.csv\""), 3, "no file at `gone/*.csv`"),
        (&format!("{keys}people = \"e.csv\""), 2, "are the tables of a view"),
        (&format!("sql = \"SELECT * FROM raw\"\n{keys}raw = \"e.csv\""), 2, "is no name for a table"),
        (&format!("sql = \"SELECT * FROM raw\"\n{keys}people = \"\""), 2, "extracts.eligibility.tables.people"),
    ] {
        let f = night("e.csv", csv().as_bytes(), lines);
        std::fs::write(f.path("other.csv"), csv()).expect("written");
        let output = f.run(&[]);
        assert_eq!(code(&output), exit, "{lines}: {}", text(&output));
        assert!(text(&output).contains(said), "{lines}: {}", text(&output));
    }
}

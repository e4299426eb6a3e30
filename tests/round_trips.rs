//! A synthetic population written in the forms of Medicare's feeds (CCLF, RIF) and read through the shipped examples gives
//! the same stays, conditions, PQI and fills as the plain extracts. Owns the small writers of both forms.
//!
//! What a form cannot carry is left out of the plain extracts too. CCLF: an admission date that is not the claim's first day
//! (interim bills), procedures (CCLF3 is not read), paid dates, ingredients, versions but final ones. RIF: paid dates of
//! claims, ingredients, versions but final ones.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use support::{code, command, lamplight, manifest, project, text};

type Row = BTreeMap<String, String>;

fn read_rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).expect("a CSV");
    let header = reader.headers().expect("a header").clone();
    let row = |r: csv::StringRecord| header.iter().map(str::to_owned).zip(r.iter().map(str::to_owned)).collect();
    reader.records().map(|r| row(r.expect("a record"))).collect()
}

fn write_rows(path: &Path, separator: u8, names: &[&str], rows: &[Row]) {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_path(path).expect("a file");
    writer.write_record(names).expect("written");
    for row in rows {
        writer.write_record(names.iter().map(|n| row.get(*n).map_or("", String::as_str))).expect("written");
    }
    writer.flush().expect("written");
}

fn row(cells: &[(&str, &str)]) -> Row {
    cells.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// Members, final claim lines and fills of a synthetic population.
struct Population {
    members: Vec<Row>,
    lines: Vec<Row>,
    fills: Vec<Row>,
}

fn population(folder: &Path) -> Population {
    let out = lamplight(&[
        "synth",
        "--members",
        "250",
        "--seed",
        "19",
        "--format",
        "csv",
        "--out",
        folder.to_str().expect("utf-8"),
    ]);
    assert_eq!(code(&out), 0, "{}", text(&out));
    let mut members: BTreeMap<String, Row> = BTreeMap::new();
    for m in read_rows(&folder.join("eligibility.csv")) {
        members.entry(m["member_id"].clone()).or_insert(m);
    }
    let all = read_rows(&folder.join("medical_claim.csv"));
    // Claims of which anything but one paid version is there.
    let changed: BTreeSet<String> = all
        .iter()
        .filter(|r| r["claim_version"] != "1" || !r["reversal_of_claim_id"].is_empty() || r["claim_status"] != "paid")
        .flat_map(|r| [r["claim_id"].clone(), r["reversal_of_claim_id"].clone()])
        .collect();
    let lines = all.into_iter().filter(|r| !changed.contains(&r["claim_id"]) && members.contains_key(&r["member_id"]));
    let fills = read_rows(&folder.join("pharmacy_claim.csv"));
    let reversed: BTreeSet<String> = fills
        .iter()
        .filter(|r| !r["reversal_of_claim_id"].is_empty())
        .flat_map(|r| [r["claim_id"].clone(), r["reversal_of_claim_id"].clone()])
        .collect();
    let fills =
        fills.into_iter().filter(|r| !reversed.contains(&r["claim_id"]) && members.contains_key(&r["member_id"]));
    Population { lines: lines.collect(), fills: fills.collect(), members: members.into_values().collect() }
}

/// The plain extracts without the columns that a form lacks; each member in one open Medicare span.
fn write_plain(folder: &Path, people: &Population, lacking: &[&str]) -> std::path::PathBuf {
    let members: Vec<Row> = people
        .members
        .iter()
        .map(|m| {
            row(&[
                ("member_id", &m["member_id"]),
                ("birth_date", &m["birth_date"]),
                ("gender", &m["gender"]),
                ("death_date", &m["death_date"]),
                ("enrollment_start_date", "2020-01-01"),
                ("enrollment_end_date", "2026-12-31"),
                ("payer_type", "medicare"),
                ("medicare_status_code", "10"),
            ])
        })
        .collect();
    write_rows(
        &folder.join("eligibility.csv"),
        b',',
        &[
            "member_id",
            "birth_date",
            "gender",
            "death_date",
            "enrollment_start_date",
            "enrollment_end_date",
            "payer_type",
            "medicare_status_code",
        ],
        &members,
    );
    let kept = |rows: &[Row]| -> Vec<String> {
        rows[0].keys().filter(|k| !lacking.iter().any(|l| k.starts_with(l))).cloned().collect()
    };
    for (name, rows) in [("medical_claim", &people.lines), ("pharmacy_claim", &people.fills)] {
        let names = kept(rows);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        write_rows(&folder.join(format!("{name}.csv")), b',', &names, rows);
    }
    let config = folder.join("plain.toml");
    std::fs::write(&config, "[run]\nas_of = \"2026-06-30\"\n[extracts.eligibility]\npath = \"eligibility.csv\"\n[extracts.medical_claim]\npath = \"medical_claim.csv\"\n[extracts.pharmacy_claim]\npath = \"pharmacy_claim.csv\"\n").expect("written");
    config
}

/// What a night says of stays, conditions and PQI, and how many claim lines and fills it used.
fn facts(config: &Path, out: &str) -> (BTreeMap<&'static str, Vec<Vec<String>>>, [u64; 2]) {
    let out = config.parent().expect("a folder").join(out);
    let output = command(&[
        "run",
        "--config",
        config.to_str().expect("utf-8"),
        "--out",
        out.to_str().expect("utf-8"),
        "--as-of",
        "2026-06-30",
    ])
    .output()
    .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
    let run = out.join("current");
    let mut told = BTreeMap::new();
    for (table, columns) in [
        (
            "measures/stays.parquet",
            &[
                "member_id",
                "admit_date",
                "discharge_date",
                "principal_diagnosis_code",
                "facility_npi",
                "discharge_disposition_code",
                "drg_code",
                "stay_type",
                "claim_ids",
                "pqi",
            ][..],
        ),
        ("measures/conditions.parquet", &["member_id", "scheme", "condition", "first_evidence", "last_evidence"]),
        ("measures/pqi.parquet", &["member_id", "pqi"]),
    ] {
        let found = lamplight::publish::read_rows(&run.join(table), None).expect("a table");
        let mut rows: Vec<Vec<String>> =
            found.rows.iter().map(|r| columns.iter().map(|c| found.get(r, c).to_owned()).collect()).collect();
        rows.sort();
        assert!(rows.len() > 5, "{table}: {}", rows.len());
        told.insert(table, rows);
    }
    let used = |name: &str| manifest(&run)["rows"][name]["rows_used"].as_u64().expect("a count");
    (told, [used("medical_claim"), used("pharmacy_claim")])
}

fn assert_same(plain: &Path, other: &Path) {
    let (wanted, rows) = facts(plain, "plain");
    let (found, other_rows) = facts(other, "other");
    assert_eq!(rows, other_rows);
    for (table, rows) in wanted {
        let missing: Vec<_> = rows.iter().filter(|r| !found[table].contains(r)).take(5).collect();
        let more: Vec<_> = found[table].iter().filter(|r| !rows.contains(r)).take(5).collect();
        assert!(missing.is_empty() && more.is_empty(), "{table}: plain alone {missing:?}, other alone {more:?}");
        assert_eq!(rows.len(), found[table].len(), "{table}");
    }
}

/// The example with its paths in the folder, beside what it names.
fn example(folder: &Path, name: &str, edit: impl Fn(String) -> String) -> std::path::PathBuf {
    let examples = project().join("config/examples");
    std::fs::copy(examples.join("cclf-layout.csv"), folder.join("cclf-layout.csv")).expect("copied");
    let config = folder.join("example.toml");
    std::fs::write(&config, edit(std::fs::read_to_string(examples.join(name)).expect("an example"))).expect("written");
    config
}

/// The claim type of CMS for a line, by its bill.
fn claim_type(line: &Row) -> &'static str {
    match (line["claim_type"].as_str(), line["bill_type_code"].get(..2).unwrap_or("")) {
        ("professional", _) if line["place_of_service_code"] == "12" => "82",
        ("professional", _) => "71",
        (_, "11") => "60",
        (_, "21" | "18") => "20",
        (_, "32" | "33") => "10",
        (_, "81" | "82") => "50",
        _ => "40",
    }
}

/// Fixed-width lines by the shipped layout.
fn fixed_lines(table: &str, rows: &[Row]) -> String {
    let layout = std::fs::read_to_string(project().join("config/examples/cclf-layout.csv")).expect("a layout");
    let places: Vec<(&str, usize, usize)> = layout
        .lines()
        .filter_map(|l| l.strip_prefix(table)?.strip_prefix(','))
        .map(|l| {
            let cells: Vec<&str> = l.split(',').collect();
            (cells[0], cells[1].parse().expect("a start"), cells[2].parse().expect("a width"))
        })
        .collect();
    let end = places.iter().map(|(_, start, width)| start + width - 1).max().expect("fields");
    let mut out = String::new();
    for row in rows {
        let mut line = vec![b' '; end];
        for (field, value) in row {
            let (_, start, width) =
                places.iter().find(|(f, ..)| f == field).unwrap_or_else(|| panic!("{table}.{field}"));
            assert!(value.len() <= *width, "{table}.{field}: {}", value.len());
            line[start - 1..start - 1 + value.len()].copy_from_slice(value.as_bytes());
        }
        out.push_str(std::str::from_utf8(&line).expect("ASCII"));
        out.push('\n');
    }
    out
}

#[test]
fn the_claim_feed_gives_the_same_stays_conditions_and_fills() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut people = population(folder.path());
    let interim: BTreeSet<String> = people
        .lines
        .iter()
        .filter(|l| {
            !l["admission_date"].is_empty()
                && (l["admission_date"] != l["claim_start_date"] || l["discharge_date"] != l["claim_end_date"])
        })
        .map(|l| l["claim_id"].clone())
        .collect();
    people.lines.retain(|l| !interim.contains(&l["claim_id"]));
    let plain = write_plain(
        folder.path(),
        &people,
        &["procedure", "paid_date", "ingredient", "diagnosis_poa", "allowed", "billing"],
    );
    let put = |table: &str, rows: &[Row]| {
        std::fs::write(folder.path().join(table), fixed_lines(table, rows)).expect("written")
    };
    let sex = |m: &Row| if m["gender"] == "male" { "1" } else { "2" };
    let members: Vec<Row> = people
        .members
        .iter()
        .map(|m| {
            row(&[
                ("BENE_MBI_ID", &m["member_id"]),
                ("BENE_DOB", &m["birth_date"]),
                ("BENE_SEX_CD", sex(m)),
                ("BENE_DEATH_DT", &m["death_date"]),
                ("BENE_PART_A_ENRLMT_BGN_DT", "2020-01-01"),
                ("BENE_MDCR_STUS_CD", "10"),
            ])
        })
        .collect();
    put("CCLF8", &members);
    let (mut headers, mut lines, mut codes, mut visits) = (BTreeMap::new(), Vec::new(), BTreeMap::new(), Vec::new());
    for l in &people.lines {
        let of = |name: &str| l[name].as_str();
        let kind = claim_type(l);
        if l["claim_type"] == "professional" {
            let mut visit = row(&[
                ("CUR_CLM_UNIQ_ID", of("claim_id")),
                ("CLM_LINE_NUM", of("claim_line_number")),
                ("BENE_MBI_ID", of("member_id")),
                ("CLM_TYPE_CD", kind),
                ("CLM_FROM_DT", of("claim_start_date")),
                ("CLM_THRU_DT", of("claim_end_date")),
                ("CLM_PRVDR_SPCLTY_CD", of("rendering_specialty")),
                ("CLM_POS_CD", of("place_of_service_code")),
                ("CLM_LINE_HCPCS_CD", of("hcpcs_code")),
                ("CLM_LINE_CVRD_PD_AMT", of("paid_amount")),
                ("RNDRG_PRVDR_NPI_NUM", of("rendering_npi")),
                ("CLM_CARR_PMT_DNL_CD", "1"),
                ("CLM_ADJSMT_TYPE_CD", "0"),
                ("CLM_EFCTV_DT", of("received_date")),
                ("CLM_IDR_LD_DT", of("received_date")),
                ("CLM_CNTL_NUM", of("claim_id")),
            ]);
            visit.extend((1..=12).map(|n| (format!("CLM_DGNS_{n}_CD"), l[&format!("diagnosis_code_{n}")].clone())));
            visits.push(visit);
            continue;
        }
        let bill = of("bill_type_code");
        headers.entry(l["claim_id"].clone()).or_insert_with(|| {
            row(&[
                ("CUR_CLM_UNIQ_ID", of("claim_id")),
                ("BENE_MBI_ID", of("member_id")),
                ("CLM_TYPE_CD", kind),
                ("CLM_FROM_DT", of("claim_start_date")),
                ("CLM_THRU_DT", of("claim_end_date")),
                ("CLM_BILL_FAC_TYPE_CD", &bill[..1]),
                ("CLM_BILL_CLSFCTN_CD", &bill[1..2]),
                ("CLM_BILL_FREQ_CD", &bill[2..]),
                ("PRNCPL_DGNS_CD", of("diagnosis_code_1")),
                ("CLM_PMT_AMT", of("paid_amount")),
                ("BENE_PTNT_STUS_CD", of("discharge_disposition_code")),
                ("DGNS_DRG_CD", of("drg_code")),
                ("FAC_PRVDR_NPI_NUM", of("facility_npi")),
                ("CLM_ADJSMT_TYPE_CD", "0"),
                ("CLM_EFCTV_DT", of("received_date")),
                ("CLM_IDR_LD_DT", of("received_date")),
                ("CLM_ADMSN_TYPE_CD", of("admit_type_code")),
                ("CLM_ADMSN_SRC_CD", of("admit_source_code")),
                ("CLM_BLG_PRVDR_OSCAR_NUM", of("facility_npi")),
            ])
        });
        lines.push(row(&[
            ("CUR_CLM_UNIQ_ID", of("claim_id")),
            ("CLM_LINE_NUM", of("claim_line_number")),
            ("CLM_LINE_PROD_REV_CTR_CD", of("revenue_center_code")),
            ("CLM_LINE_HCPCS_CD", of("hcpcs_code")),
        ]));
        for n in 1..=12 {
            let diagnosis = &l[&format!("diagnosis_code_{n}")];
            if !diagnosis.is_empty() {
                codes.insert(
                    (l["claim_id"].clone(), n),
                    row(&[
                        ("CUR_CLM_UNIQ_ID", of("claim_id")),
                        ("CLM_VAL_SQNC_NUM", &format!("{n:02}")),
                        ("CLM_DGNS_CD", diagnosis),
                    ]),
                );
            }
        }
    }
    put("CCLF1", &headers.into_values().collect::<Vec<_>>());
    put("CCLF2", &lines);
    put("CCLF4", &codes.into_values().collect::<Vec<_>>());
    put("CCLF5", &visits);
    let fills: Vec<Row> = people
        .fills
        .iter()
        .map(|f| {
            row(&[
                ("CUR_CLM_UNIQ_ID", &f["claim_id"]),
                ("BENE_MBI_ID", &f["member_id"]),
                ("CLM_LINE_NDC_CD", &f["ndc_code"]),
                ("CLM_LINE_FROM_DT", &f["dispensing_date"]),
                ("CLM_LINE_SRVC_UNIT_QTY", &f["quantity"]),
                ("CLM_LINE_DAYS_SUPLY_QTY", &f["days_supply"]),
                ("CLM_PRSBNG_PRVDR_GNRC_ID_NUM", &f["prescribing_provider_npi"]),
                ("CLM_LINE_BENE_PMT_AMT", &f["paid_amount"]),
                ("CLM_ADJSMT_TYPE_CD", "0"),
                ("CLM_IDR_LD_DT", &f["received_date"]),
                ("CLM_LINE_RX_FILL_NUM", &f["refills"]),
            ])
        })
        .collect();
    put("CCLF7", &fills);
    assert_same(&plain, &example(folder.path(), "medicare-cclf.toml", |t| t.replace("../../../shared/cclf/", "")));
}

/// `19-Mar-2017` of `2017-03-19`.
fn cms_date(text: &str) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [year, month, day] => format!("{day}-{}-{year}", MONTHS[month.parse::<usize>().expect("a month") - 1]),
        _ => String::new(),
    }
}

#[test]
fn the_research_files_give_the_same_stays_conditions_and_fills() {
    let folder = tempfile::tempdir().expect("a folder");
    let people = population(folder.path());
    let plain = write_plain(folder.path(), &people, &["paid_date", "ingredient", "allowed", "billing"]);
    let months: Vec<String> = (1..=12).map(|m| format!("MDCR_ENTLMT_BUYIN_{m}_IND")).collect();
    let mut names = vec![
        "BENE_ID",
        "BENE_BIRTH_DT",
        "DEATH_DT",
        "BENE_SEX_IDENT_CD",
        "RTI_RACE_CD",
        "META_DUAL_ELGBL_STUS_DEC_CD",
        "BENE_ENTLMT_RSN_ORIG",
        "BENE_MDCR_STATUS_CD",
        "BENE_ZIP_CD",
        "BENE_SRNM_NAME",
        "BENE_GVN_NAME",
        "RFRNC_YR",
        "A_MO_CNT",
    ];
    names.extend(months.iter().map(String::as_str));
    for year in 2020..=2026 {
        let rows: Vec<Row> = people
            .members
            .iter()
            .map(|m| {
                let (birth, death, year) = (cms_date(&m["birth_date"]), cms_date(&m["death_date"]), year.to_string());
                let mut out = row(&[
                    ("BENE_ID", &m["member_id"]),
                    ("BENE_BIRTH_DT", &birth),
                    ("DEATH_DT", &death),
                    ("BENE_SEX_IDENT_CD", if m["gender"] == "male" { "1" } else { "2" }),
                    ("BENE_MDCR_STATUS_CD", "10"),
                    ("RFRNC_YR", &year),
                    ("A_MO_CNT", "12"),
                ]);
                out.extend(months.iter().map(|n| (n.clone(), "C".to_owned())));
                out
            })
            .collect();
        write_rows(&folder.path().join(format!("beneficiary_{year}.csv")), b'|', &names, &rows);
    }
    let mut files: BTreeMap<&str, Vec<Row>> = ["inpatient", "outpatient", "snf", "hha", "hospice", "carrier", "dme"]
        .into_iter()
        .map(|f| (f, Vec::new()))
        .collect();
    let mut header: BTreeSet<String> = BTreeSet::new();
    for l in &people.lines {
        let of = |name: &str| l[name].as_str();
        let kind = claim_type(l);
        let date = |name: &str| cms_date(&l[name]);
        let bill = of("bill_type_code");
        let digit = |at: usize| bill.get(at..=at).unwrap_or("").to_owned();
        let professional = l["claim_type"] == "professional";
        let mut out = row(&[
            ("FINAL_ACTION", "F"),
            ("CLM_ID", of("claim_id")),
            ("NCH_CLM_TYPE_CD", kind),
            ("BENE_ID", of("member_id")),
            ("CLM_FROM_DT", &date("claim_start_date")),
            ("CLM_THRU_DT", &date("claim_end_date")),
            ("CLM_ADMSN_DT", &date("admission_date")),
            ("NCH_BENE_DSCHRG_DT", &date("discharge_date")),
            ("CLM_SRC_IP_ADMSN_CD", of("admit_source_code")),
            ("CLM_IP_ADMSN_TYPE_CD", of("admit_type_code")),
            ("PTNT_DSCHRG_STUS_CD", of("discharge_disposition_code")),
            ("LINE_PLACE_OF_SRVC_CD", of("place_of_service_code")),
            ("CLM_FAC_TYPE_CD", &digit(0)),
            ("CLM_SRVC_CLSFCTN_TYPE_CD", &digit(1)),
            ("CLM_FREQ_CD", &digit(2)),
            ("CLM_DRG_CD", of("drg_code")),
            ("REV_CNTR", of("revenue_center_code")),
            ("HCPCS_CD", of("hcpcs_code")),
            ("PRF_PHYSN_NPI", of("rendering_npi")),
            ("PRVDR_SPCLTY", of("rendering_specialty")),
            ("ORG_NPI_NUM", of("facility_npi")),
            ("NCH_WKLY_PROC_DT", &date("received_date")),
            (if professional { "LINE_NUM" } else { "CLM_LINE_NUM" }, of("claim_line_number")),
            ("LINE_NCH_PMT_AMT", of("paid_amount")),
            ("REV_CNTR_PMT_AMT_AMT", of("paid_amount")),
            ("CLM_PMT_AMT", of("paid_amount")),
            ("CLM_LINE_NUM", if professional { "" } else { of("claim_line_number") }),
        ]);
        for n in 1..=12 {
            out.insert(format!("ICD_DGNS_CD{n}"), l[&format!("diagnosis_code_{n}")].clone());
            out.insert(format!("CLM_POA_IND_SW{n}"), l[&format!("diagnosis_poa_{n}")].clone());
        }
        for n in (1..=25).take_while(|n| l.contains_key(&format!("procedure_code_{n}"))) {
            out.insert(format!("ICD_PRCDR_CD{n}"), l[&format!("procedure_code_{n}")].clone());
            out.insert(
                format!("PRCDR_DT{n}"),
                l.get(&format!("procedure_date_{n}")).map_or_else(String::new, |d| cms_date(d)),
            );
        }
        header.extend(out.keys().cloned());
        let file = match kind {
            "60" => "inpatient",
            "20" => "snf",
            "10" => "hha",
            "50" => "hospice",
            "40" => "outpatient",
            "82" => "dme",
            _ => "carrier",
        };
        files.get_mut(file).expect("a file").push(out);
    }
    header.insert("LINE_NUM".to_owned());
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let gone: Vec<&str> = files.iter().filter(|(_, rows)| rows.is_empty()).map(|(file, _)| *file).collect();
    for (file, rows) in files.iter().filter(|(_, rows)| !rows.is_empty()) {
        write_rows(&folder.path().join(format!("{file}.csv")), b'|', &header, rows);
    }
    let fills: Vec<Row> = people
        .fills
        .iter()
        .map(|f| {
            row(&[
                ("PDE_ID", &f["claim_id"]),
                ("BENE_ID", &f["member_id"]),
                ("SRVC_DT", &cms_date(&f["dispensing_date"])),
                ("PROD_SRVC_ID", &f["ndc_code"]),
                ("DAYS_SUPLY_NUM", &f["days_supply"]),
                ("QTY_DSPNSD_NUM", &f["quantity"]),
                ("FILL_NUM", &f["refills"]),
                ("PRSCRBR_ID", &f["prescribing_provider_npi"]),
                ("TOT_RX_CST_AMT", &f["paid_amount"]),
            ])
        })
        .collect();
    write_rows(
        &folder.path().join("pde.csv"),
        b'|',
        &[
            "PDE_ID",
            "BENE_ID",
            "SRVC_DT",
            "PD_DT",
            "PROD_SRVC_ID",
            "DAYS_SUPLY_NUM",
            "QTY_DSPNSD_NUM",
            "FILL_NUM",
            "PRSCRBR_ID",
            "TOT_RX_CST_AMT",
        ],
        &fills,
    );
    assert_same(
        &plain,
        &example(folder.path(), "medicare-rif.toml", |t| {
            let mut t = t.replace("../../../shared/data/layouts/rif/data/", "");
            for file in &gone {
                t = t.replace(&format!("\"{file}.csv\", "), "").replace(&format!(", \"{file}.csv\""), "");
            }
            t
        }),
    );
}

//! What makes the engine trusted unattended: the audit log, pseudonyms, word of every attempt. Owns no clinical rule.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use support::{Folder, code, lamplight, manifest, text};

fn small() -> Folder {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,first_name,last_name,phone,address,state,language\n\
         PLANTED-7001,1950-02-03,female,2020-01-01,9999-12-31,Zebedee,Quillfeather,919-555-0170,1 Zanzibar Row,NC,en\n\
         PLANTED-7002,1960-07-08,male,2020-01-01,9999-12-31,Ottoline,Vexwright,919-555-0171,2 Zanzibar Row,NC,en",
    );
    f.extract("medical_claim", "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,diagnosis_code_1,facility_npi,paid_amount\n\
         C1,1,institutional,PLANTED-7001,2026-06-01,2026-06-05,2026-06-01,2026-06-05,111,01,I50.22,H1,100.00\n\
         C2,1,institutional,PLANTED-7001,2026-06-20,2026-06-28,2026-06-20,2026-06-28,111,01,I50.22,H1,100.00\n\
         C3,1,institutional,PLANTED-9999,2026-06-20,2026-06-28,2026-06-20,2026-06-28,111,01,I50.22,H1,100.00");
    f
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { out.extend(files_below(&path)) } else { out.push(path) }
    }
    out
}

/// Everything a file tells: a Parquet file's cells, a workbook's inflated parts, any other file's bytes.
fn told(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("read");
    match path.extension().and_then(|e| e.to_str()) {
        Some("parquet") => lamplight::publish::read_rows(path, None)
            .expect("a table")
            .rows
            .iter()
            .flatten()
            .fold(String::new(), |s, c| s + c + "\n"),
        Some("xlsx") => inflated(&bytes),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The parts of a zip file, by its local headers.
fn inflated(zip: &[u8]) -> String {
    use std::io::Read as _;
    let mut out = String::new();
    let mut at = 0;
    while let Some(found) = zip[at..].windows(4).position(|w| w == b"PK\x03\x04") {
        let head = at + found;
        let number = |i: usize| usize::from(u16::from_le_bytes([zip[head + i], zip[head + i + 1]]));
        let start = head + 30 + number(26) + number(28);
        let mut part = Vec::new();
        if flate2::read::DeflateDecoder::new(&zip[start..]).read_to_end(&mut part).is_ok() {
            out.push_str(&String::from_utf8_lossy(&part));
        }
        at = start;
    }
    out
}

#[test]
fn under_pseudonyms_no_file_tells_who_anybody_is() {
    let f = small();
    std::fs::write(f.path("key"), "0123456789abcdef0123456789abcdef\n").expect("written");
    let key = f.path("key");
    let output = f.run(&["--pseudonymize", key.to_str().expect("utf-8")]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let run = std::fs::canonicalize(f.path("out/current")).expect("a run");
    let names = ["PLANTED-70", "PLANTED-9999", "Zebedee", "Quillfeather", "555-017", "Zanzibar"];
    let mut seen = 0;
    for file in files_below(&f.path("out")) {
        let content = told(&file);
        seen += usize::from(!content.is_empty());
        for name in names {
            assert!(!content.contains(name), "{name} in {}", file.display());
        }
    }
    assert!(seen > 25, "only {seen} files could be looked at");
    // HMAC-SHA-256 by Python's hmac module, first 128 bits.
    let rows = f.table("measures/indices.parquet");
    let ids: BTreeSet<&str> = rows.rows.iter().map(|r| rows.get(r, "member_id")).collect();
    assert_eq!(ids, BTreeSet::from(["P5354065b464645ae6a222c0bfb1881f8", "P0d62870adcd7b5ebcfc772520653e553"]));
    assert_eq!(manifest(&run)["pseudonym_key_id"].as_str().map(str::len), Some(8));
    // The same person is listed with a name when no key is given: the check above looks at real content.
    let plain = small();
    plain.publish();
    assert!(files_below(&plain.path("out")).iter().any(|p| told(p).contains("Quillfeather")));
    assert!(told(&plain.path("out/current/worklists.xlsx")).contains("Quillfeather"));
}

#[test]
fn a_short_key_is_refused() {
    let f = small();
    std::fs::write(f.path("key"), "short").expect("written");
    let output = f.run(&["--pseudonymize", f.path("key").to_str().expect("utf-8")]);
    assert_eq!(code(&output), 2);
    assert!(text(&output).contains("hint: make one"), "{}", text(&output));
}

#[test]
fn the_audit_log_names_every_attempt_and_shows_what_was_done_to_it() {
    let f = small();
    f.publish();
    f.publish();
    let refused = f.run(&["--as-of", "2026-07-01", "--manifest", "/nowhere"]);
    assert_ne!(code(&refused), 0);
    let log = f.path("out/audit.jsonl");
    let lines: Vec<String> = std::fs::read_to_string(&log).expect("a log").lines().map(str::to_owned).collect();
    let events: Vec<String> = lines
        .iter()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).expect("JSON")["event"].as_str().unwrap_or("").to_owned())
        .collect();
    assert_eq!(events, ["published", "same", "failed"]);
    assert!(!lines.join("").contains("PLANTED"));
    let run = f.path("out/current");
    let verify = || code(&lamplight(&["verify", run.to_str().expect("utf-8")]));
    assert_eq!(verify(), 0);
    let mut swapped = lines.clone();
    swapped.swap(0, 1);
    for broken in [lines[1..].join("\n"), swapped.join("\n"), lines.join("\n").replace("published", "publishes")] {
        std::fs::write(&log, broken + "\n").expect("written");
        assert_eq!(verify(), 8);
    }
    std::fs::remove_file(&log).expect("removed");
    assert_eq!(verify(), 8);
}

#[test]
fn verification_finds_every_flipped_byte() {
    let f = small();
    f.publish();
    let run = std::fs::canonicalize(f.path("out/current")).expect("a run");
    let mut files = files_below(&run);
    files.sort();
    let total: u64 = files.iter().map(|p| std::fs::metadata(p).expect("there").len()).sum();
    for n in 0..100_u64 {
        // A hundred places spread over everything published, by a fixed stride.
        let mut place = n * 7_919_317 % total;
        let file = files
            .iter()
            .find(|p| {
                let len = std::fs::metadata(p).expect("there").len();
                let here = place < len;
                if !here {
                    place -= len;
                }
                here
            })
            .expect("a file");
        let whole = std::fs::read(file).expect("read");
        let mut bytes = whole.clone();
        bytes[usize::try_from(place).expect("small")] ^= 1 << (n % 8);
        std::fs::write(file, bytes).expect("written");
        let found = lamplight::runs::verify_run(&run).map_or(1, |(_, problems)| problems.len());
        assert!(found > 0, "byte {place} of {}", file.display());
        std::fs::write(file, whole).expect("restored");
    }
    assert!(lamplight::runs::verify_run(&run).expect("a run").1.is_empty());
}

#[test]
fn every_attempt_leaves_word() {
    let mut f = small();
    let attempt = |f: &Folder| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(f.path("out/last_attempt.json")).expect("word")).expect("JSON")
    };
    f.publish();
    assert_eq!(attempt(&f)["exit_code"], 0);
    f.config.push_str("[lists]\n");
    assert_eq!(code(&f.run(&[])), 2);
    assert_eq!(attempt(&f)["exit_code"], 2);
    let g = small();
    g.publish();
    let held = std::fs::File::options().write(true).open(g.path("out/.lock")).expect("a lock");
    held.try_lock().expect("free");
    assert_eq!(code(&g.run(&[])), 7);
    assert_eq!(attempt(&g)["exit_code"], 7);
}

/// Twenty starts at once: one runs, nineteen are told that another holds the lock, and none leaves it behind.
#[test]
fn one_of_twenty_runs() {
    let f = small();
    let config = f.write_config();
    let held = {
        std::fs::create_dir_all(f.path("out")).expect("made");
        let lock = std::fs::File::create(f.path("out/.lock")).expect("a lock");
        lock.try_lock().expect("free");
        lock
    };
    let start = || {
        support::command(&["run", "--config", config.to_str().expect("utf-8"), "--threads", "1"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("starts")
    };
    // Held while nineteen start, so that the outcome does not hang on who is quickest.
    let mut others: Vec<_> = (0..19).map(|_| start()).collect();
    let codes: Vec<_> = others.iter_mut().map(|c| c.wait().expect("ends").code()).collect();
    assert_eq!(codes, vec![Some(7); 19]);
    drop(held);
    assert_eq!(start().wait().expect("ends").code(), Some(0));
}

/// A core file would hold patients' rows.
#[test]
fn core_dumps_are_off() {
    let f = small();
    // Reading a member id from stdin holds the program still while it is looked at.
    f.publish();
    let run = f.path("out/current");
    let mut child = support::command(&["explain", "--run", run.to_str().expect("utf-8"), "--member", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    let limits = format!("/proc/{}/limits", child.id());
    let core = || {
        let text = std::fs::read_to_string(&limits).expect("limits");
        let line = text.lines().find(|l| l.starts_with("Max core file size")).expect("a line").to_owned();
        line.split_whitespace().skip(4).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let begun = std::time::Instant::now();
    while core() != ["0", "0"] {
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", core());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    drop(child.stdin.take());
    child.wait().expect("ends");
}

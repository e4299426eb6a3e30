//! A run of simulated nights: the list's memory keeps it steadier than ranking anew each night, and the manifest
//! counts what changed.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::{code, lamplight, manifest, text};

const NIGHTS: i32 = 12;

/// A staff large enough for a list whose edge moves: about sixty calls a night.
const ROSTER: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,new_contacts_per_day
N1,RN,en|es,FL|GA|OH|PA|TX,general,active,1,24
N2,LCSW,en|es,FL|GA|OH|PA|TX,general,active,1,8
N3,CHW,en|es,FL|GA|OH|PA|TX,general,active,1,8
";

/// A small synthetic population as it was known on a night, with its configuration.
fn night(folder: &Path, as_of: &str) -> std::path::PathBuf {
    let data = folder.join(as_of);
    let made = lamplight(&[
        "synth",
        "--members",
        "500",
        "--seed",
        "7",
        "--years",
        "2",
        "--as-of",
        as_of,
        "--format",
        "csv",
        "--out",
        data.to_str().expect("utf-8"),
    ]);
    assert_eq!(code(&made), 0, "{}", text(&made));
    let mut config = format!("[run]\nas_of = \"{as_of}\"\nkeep_runs = 60\n");
    for entry in std::fs::read_dir(&data).expect("there").filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let extract = name.split('.').next().unwrap_or("").to_owned();
        if name.contains(".csv") && !["truth", "care_manager", "caseload"].contains(&extract.as_str()) {
            config.push_str(&format!(
                "[extracts.{extract}]\npath = \"{}\"\nmax_bad_share = 1.0\n",
                entry.path().display()
            ));
        }
    }
    let roster = folder.join("roster.csv");
    std::fs::write(&roster, ROSTER).expect("written");
    config.push_str(&format!("[extracts.care_manager]\npath = \"{}\"\n", roster.display()));
    let path = folder.join(format!("{as_of}.toml"));
    std::fs::write(&path, config).expect("written");
    path
}

/// People of a run: on the list, on it without a clock, suppressed.
struct Evening {
    listed: BTreeSet<String>,
    without_clock: BTreeSet<String>,
    suppressed: BTreeSet<String>,
}

fn evening(run: &Path) -> Evening {
    let read = |name: &str| lamplight::publish::read_rows(&run.join(name), None).expect("a table");
    let (list, suppressed) = (read("outreach.parquet"), read("suppressed.csv"));
    let ids = |rows: &lamplight::publish::Rows, keep: &dyn Fn(&[String]) -> bool| {
        rows.rows.iter().filter(|r| keep(r)).map(|r| rows.get(r, "member_id").to_owned()).collect()
    };
    Evening {
        listed: ids(&list, &|_| true),
        without_clock: ids(&list, &|r| list.get(r, "next_step").is_empty()),
        suppressed: ids(&suppressed, &|_| true),
    }
}

/// People without a clock who left for their rank alone.
fn churned(before: &Evening, after: &Evening) -> usize {
    before.without_clock.iter().filter(|m| !after.listed.contains(*m) && !after.suppressed.contains(*m)).count()
}

fn run(config: &Path, out: &Path) -> Evening {
    let output =
        lamplight(&["run", "--config", config.to_str().expect("utf-8"), "--out", out.to_str().expect("utf-8")]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    evening(&out.join("current"))
}

#[test]
fn memory_keeps_the_list_steadier_than_ranking_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = lamplight::domain::Day::parse_iso("2026-06-01").expect("a day");
    let (mut steady, mut anew) = (0, 0);
    let mut before: Option<(Evening, Evening)> = None;
    for n in 0..NIGHTS {
        let as_of = first.plus(n).to_string();
        let config = night(folder.path(), &as_of);
        let with_memory = run(&config, &folder.path().join("steady"));
        let without = run(&config, &folder.path().join(format!("anew-{n}")));
        let told = &manifest(&folder.path().join("steady/current"))["list_stability"];
        let count = |key: &str| usize::try_from(told[key].as_u64().expect("a count")).expect("small");
        if let Some((b, a)) = &before {
            let left = churned(b, &with_memory);
            assert_eq!(count("left_by_rank"), left, "{as_of}");
            assert_eq!(count("previous"), b.listed.len(), "{as_of}");
            let both = b.listed.intersection(&with_memory.listed).count();
            let either = b.listed.union(&with_memory.listed).count();
            assert_eq!(count("kept"), both, "{as_of}");
            assert_eq!(count("jaccard_per_mille"), (both * 1000 + either / 2) / either.max(1), "{as_of}");
            steady += left;
            anew += churned(a, &without);
        }
        before = Some((with_memory, without));
    }
    println!("left for their rank alone: {steady} with memory, {anew} ranked anew, over {NIGHTS} nights");
    assert!(steady < anew, "{steady} with memory, {anew} ranked anew");
}

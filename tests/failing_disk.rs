//! A disk that refuses: each single call that changes it, and every call from one on, is failed in turn while a night
//! publishes; what stands afterwards is the old run or the whole new one. Owns the count, not the promise.
//! The night is small, so that every call can be tried.

mod support;

use std::path::{Path, PathBuf};

use lamplight::config::{Overrides, RunPlan};
use lamplight::extracts::extract_names;
use lamplight::pipeline::{NightlyOptions, Progress, nightly};
use lamplight::publish::{fail_calls, verify, write_model};
use support::Folder;

const NEVER: std::ops::Range<u64> = u64::MAX..u64::MAX;

fn plan(config: &Path, night: &str) -> RunPlan {
    let flags = Overrides { as_of: Some(night.to_owned()), ..Overrides::default() };
    RunPlan::load(config, &flags, &|_| None, &extract_names()).expect("a plan")
}

fn town() -> (Folder, PathBuf) {
    let mut folder = Folder::new("2026-06-29");
    folder.members(&[("A", "1950-01-01", "female"), ("B", "1960-01-01", "male")]);
    folder.extract(
        "medical_claim",
        "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,diagnosis_code_1
         C1,1,institutional,A,2026-06-20,2026-06-25,2026-06-20,2026-06-25,111,01,I5023
         C2,1,professional,B,2026-05-20,2026-05-20,,,,,E119",
    );
    let config = folder.write_config();
    (folder, config)
}

/// The run that `current` names, when it is whole.
fn whole(out: &Path) -> Option<PathBuf> {
    let run = out.join("current");
    let sound = verify(&run).is_ok_and(|(_, problems)| problems.is_empty());
    sound.then(|| std::fs::read_link(run).expect("a link"))
}

/// One test, since the counted disk is one for the process.
#[test]
fn whatever_call_fails_a_whole_run_stands() {
    let (folder, config) = town();
    let out = folder.path("out");
    let (first, second) = (plan(&config, "2026-06-29"), plan(&config, "2026-06-30"));
    let night = |plan: &RunPlan| nightly(plan, &NightlyOptions::default(), &Progress::new());
    night(&first).expect("a night");
    let old = whole(&out).expect("whole");
    let begin_again = || {
        fail_calls(NEVER);
        for entry in std::fs::read_dir(out.join("runs")).expect("there").flatten() {
            if entry.file_name() != old.file_name().expect("a name") {
                std::fs::remove_dir_all(entry.path()).expect("removed");
            }
        }
        let link = out.join("current");
        std::fs::remove_file(&link).expect("there");
        std::os::unix::fs::symlink(&old, &link).expect("linked");
    };

    fail_calls(NEVER);
    night(&second).expect("a night");
    let calls = fail_calls(NEVER);
    assert!(calls > 100, "{calls} calls");
    let (mut stood, mut new) = (0, 0);
    for from in 1..=calls {
        for range in [from..from + 1, from..u64::MAX] {
            begin_again();
            fail_calls(range);
            let ended = night(&second);
            fail_calls(NEVER);
            let now = whole(&out).unwrap_or_else(|| panic!("call {from}: no whole run"));
            match ended {
                Ok(_) => assert_ne!(now, old, "call {from} was failed and not noticed"),
                Err(e) => assert_eq!(e.exit_code(), 6, "call {from}: {e}"),
            }
            if now == old { stood += 1 } else { new += 1 }
        }
    }
    println!("{calls} calls failed alone and from there on: the old run stood {stood} times, the new one {new} times");
    assert!(stood > calls, "the old run stood only {stood} times");
    begin_again();
    night(&second).expect("the next night tidies up");
    let left: Vec<_> = std::fs::read_dir(&out)
        .expect("there")
        .flatten()
        .filter(|e| {
            e.file_name().to_string_lossy().starts_with(".staging")
                || e.file_name().to_string_lossy().starts_with(".tmp")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");

    // A model's folder is the old one or the new one as well.
    let model = folder.path("model");
    let files = |text: &str| ["model.json", "card.md"].map(|n| (n.to_owned(), text.as_bytes().to_vec())).to_vec();
    let read = || ["model.json", "card.md"].map(|n| std::fs::read_to_string(model.join(n)).expect("there"));
    write_model(&model, &files("old")).expect("written");
    fail_calls(NEVER);
    write_model(&model, &files("old")).expect("written");
    for call in 1..=fail_calls(NEVER) {
        fail_calls(call..call + 1);
        let ended = write_model(&model, &files("new"));
        fail_calls(NEVER);
        assert_eq!(read(), [if ended.is_ok() { "new" } else { "old" }; 2], "call {call}");
        write_model(&model, &files("old")).expect("written");
    }
}

//! Any bytes as the claims extract: the readers take CSV, gzip, zstd and Parquet by content, so one target reaches them
//! all. Whatever comes is read, rejected row by row or refused; a panic or a crash is a finding. Seeds: a few small
//! files of each format in `corpus/extract/`, as `cargo test --test hostile` builds them.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use lamplight::config::{Overrides, RunPlan};
use lamplight::extracts::contract;
use lamplight::pipeline::{NightlyOptions, Progress, check};
use libfuzzer_sys::fuzz_target;

const MEMBERS: &str = "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date
M1,1950-01-01,female,2020-01-01,9999-12-31
M2,1960-01-01,male,2020-01-01,9999-12-31
";

fn place() -> &'static (PathBuf, RunPlan) {
    static PLACE: OnceLock<(PathBuf, RunPlan)> = OnceLock::new();
    PLACE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let claims = folder.join("claims");
        std::fs::write(folder.join("members.csv"), MEMBERS).expect("written");
        std::fs::write(&claims, "").expect("written");
        let config = folder.join("fuzz.toml");
        let text = "[run]\nas_of = \"2026-06-30\"\nout = \"out\"\nthreads = 1\n[extracts.eligibility]\npath = \"members.csv\"\n\
                    [extracts.medical_claim]\npath = \"claims\"\nmax_bad_share = 1.0\n";
        std::fs::write(&config, text).expect("written");
        let plan = RunPlan::load(&config, &Overrides::default(), &|_| None, &contract::extract_names()).expect("a plan");
        (claims, plan)
    })
}

fuzz_target!(|bytes: &[u8]| {
    let (claims, plan) = place();
    std::fs::write(claims, bytes).expect("written");
    let _ = check(plan, &NightlyOptions::default(), &Progress::new());
});

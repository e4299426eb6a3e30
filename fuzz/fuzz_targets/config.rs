//! Any text as the configuration: it is understood or refused with a sentence; a panic is a finding. Seed:
//! `config/sample.toml`.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use lamplight::config::{Overrides, RunPlan};
use lamplight::extracts::contract;
use libfuzzer_sys::fuzz_target;

fn place() -> &'static PathBuf {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| tempfile::tempdir().expect("a folder").keep().join("fuzz.toml"))
}

fuzz_target!(|text: &str| {
    std::fs::write(place(), text).expect("written");
    if let Err(refused) = RunPlan::load(place(), &Overrides::default(), &|_| None, &contract::extract_names()) {
        assert!(!refused.to_string().is_empty());
    }
});

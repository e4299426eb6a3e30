//! Lamplight: who to call today, who calls, by when, and why.
//!
//! Every night it reads an organisation's claims, admissions and small extracts, measures each member, scores the risk that
//! a call could change, orders whom to call by what waiting costs, and hands the calls to care managers.
//!
//! ```text
//!  config ─► extracts ─► timeline ─► measures ─► features ─► models ─► outreach ─► caseload ─► publish
//!  (plan)   (clean rows  (one member's (clinical  (what was   (risk +   (who is     (who calls  (every byte
//!           + quarantine) history)      facts)     known)      reasons)  called,why) whom)       written)
//!  reference (code sets) feeds timeline and measures · pipeline walks the corridor once · cli knocks on its door
//! ```
//!
//! # A night
//!
//! [`pipeline::nightly`] is the corridor walked once; everything that fails cheaply fails before a claim is read, and a run
//! is published whole or not at all.
//!
//! ```
//! use std::path::Path;
//!
//! use lamplight::config::{Overrides, RunPlan};
//! use lamplight::extracts::extract_names;
//! use lamplight::pipeline::{NightlyOptions, Progress, nightly};
//! use lamplight::runs::verify_run;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let overrides = Overrides { out: Some(folder.path().join("out")), ..Overrides::default() };
//! let no_environment = |_: &str| None;
//! let plan = RunPlan::load(Path::new("config/sample.toml"), &overrides, &no_environment, &extract_names())?;
//! let night = nightly(&plan, &NightlyOptions::default(), &Progress::new())?;
//! assert!(night.counts["listed"] > 0);
//!
//! // Every file of the run is what its manifest says.
//! let (manifest, problems) = verify_run(&night.path)?;
//! assert_eq!((manifest.digest, problems.len()), (night.digest, 0));
//! # Ok(())
//! # }
//! ```
//!
//! # The rooms
//!
//! A room may import the rooms above it in this list and no other, and no two files of a room import each other in a circle
//! (`tests/layering.rs`).
//!
//! | room | owns | start with |
//! |---|---|---|
//! | [`domain`] | days, money, codes, closed words, the business calendar, stable hashes | [`domain::Day`] |
//! | [`config`] | the one declaration of every key, and the plan resolved from file, environment and flags | [`config::RunPlan`] |
//! | [`mod@reference`] | versioned public code sets with source and hash, embedded | [`reference::Reference`] |
//! | [`learners`] | booster, logistic regression, calibration, metrics, over flat tables | [`learners::TableSpec`] |
//! | [`extracts`] | the contract of every extract, readers, checks, quarantine, the account of rows, buckets of events | [`extracts::Extracts`] |
//! | [`intake`] | files as people have them, and the configuration that reads them | [`intake::propose`] |
//! | [`timeline`] | one member's final claims, stays, ED visits and fills | [`timeline::Timeline`] |
//! | [`measures`] | the registry of measures over one timeline, population rates | [`measures::REGISTRY`] |
//! | [`features`] | the registry of features over what was known on a day | [`features::View`] |
//! | [`population`] | the one pass over members: a history opened once, looked at as of any day | [`population::MemberHistory`] |
//! | [`models`] | scores from published indices and trained models, reasons in words, evaluation | [`models::score_all`] |
//! | [`facts`] | conditions in SQL over facts of a member, judged before anybody is looked at | [`facts::check_conditions`] |
//! | [`playbook`] | segments: who is called for what first, questions, red flags, teaching point | [`playbook::plan_members`] |
//! | [`programs`] | programmes: who qualifies, evidence, consent, conflict, already billed | [`programs::match_programs`] |
//! | [`outreach`] | suppression, clocks before benefit, capacity, length, memory | [`outreach::build_list`] |
//! | [`caseload`] | the assignment problem, its solver and an independent check | [`caseload::solve_problem`] |
//! | [`publish`] | tables, formats, pages, manifest, lock, atomic publication | [`publish::OutputFolder`] |
//! | [`synth`] | a reproducible population with planted truth | [`synth::Options`] |
//! | [`training`] | panels with labels, splits in time, fitting, judging | [`training::fit_outcome`] |
//! | [`runs`] | published runs read back as typed answers | [`runs::explain_member`] |
//! | [`cluster`] | what the parts of a night on many machines tell each other: prelude, streams, part folders, receipts | [`cluster::Prelude`] |
//! | [`pipeline`] | the order of things, threads, progress, signals, exit codes | [`pipeline::nightly`] |
//! | [`cli`] | flags, help, answers as text | [`cli::run_program`] |
//!
//! # Time
//!
//! `as_of` is an argument everywhere and never comes from the clock. A row is visible when it had arrived by then; the past is
//! seen through [`timeline::Timeline::known_at`] alone. Deadlines count business days:
//!
//! ```
//! use lamplight::domain::{Day, add_business_days, business_days_between};
//!
//! // Discharged on a Thursday before Independence Day: contact within two business days is due on Tuesday.
//! let discharge = Day::parse_iso("2026-07-02").unwrap();
//! let due = add_business_days(discharge, 2);
//! assert_eq!(due.to_string(), "2026-07-07");
//! assert_eq!(business_days_between(discharge, due), 2);
//! ```
//!
//! # Where to add what
//!
//! Each page under `docs/` names the files: a measure, a feature, an extract, an output column, a format, a learner, a check, a
//! key, a code set. `docs/architecture.md` lists what is never there, each with the test that holds it.

pub mod domain;

pub mod config;

pub mod reference;

pub mod learners;

pub mod extracts;

pub mod intake;

pub mod timeline;

pub mod measures;

pub mod features;

pub mod population;

pub mod models;

pub mod facts;

pub mod playbook;

pub mod programs;

pub mod outreach;

pub mod caseload;

pub mod publish;

pub mod synth;

pub mod training;

pub mod runs;

pub mod cluster;

pub mod pipeline;

pub mod cli;

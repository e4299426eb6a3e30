//! Lamplight: who to call today, who calls, by when, and why. This file is the map of the house.
//!
//! ```text
//!  config ─► extracts ─► timeline ─► measures ─► features ─► models ─► outreach ─► caseload ─► publish
//!  (plan)   (clean rows  (one member's (clinical  (what was   (risk +   (who is     (who calls  (every byte
//!           + quarantine) history)      facts)     known)      reasons)  called,why) whom)       written)
//!  reference (code sets) feeds timeline and measures · pipeline walks the corridor once · cli knocks on its door
//! ```
//!
//! A room may import the rooms above it in this list and no other (`tests/layering.rs`):
//! `domain`, `config`, `reference`, `learners`, `extracts`, `timeline`, `measures`, `features`, `models`, `outreach`,
//! `caseload`, `publish`, `synth`, `training`, `runs`, `pipeline`, `cli`.

pub mod domain;

pub mod config;

pub mod reference;

pub mod learners;

pub mod extracts;

pub mod timeline;

pub mod measures;

pub mod features;

pub mod models;

pub mod outreach;

pub mod caseload;

pub mod publish;

pub mod synth;

pub mod training;

pub mod runs;

pub mod pipeline;

pub mod cli;

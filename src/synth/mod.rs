//! A reproducible population with planted truth, in the layout of the extracts. Owns the order of
//! generation and the files; refuses to know how any extract is read, measured or scored.
//!
//! The house inside: `rng` draws by key · `places`, `codes`, `layout` are tables · `person` is who
//! somebody is · `risk` is the planted truth, to be read by analysts · `state` is what a person has become, `life`
//! the month loop over it, with `stay`, `visits`, `pharmacy`, `needs`, `followup` as its parts · `coding`, `claims` turn
//! events into rows · `extract_tables` hold them, `extracts` gathers a chunk of members · `team` adds what is known
//! only across members · `sink` writes, `generate` puts it all in order.
//!
//! Invariants, as absences: no draw depends on a clock or a thread; no member's draw depends on the
//! number of members or on `as_of`; no row that has arrived changes on a later night. Exempt, because
//! they are snapshots or windows by nature: eligibility, caseload, `care_task`, authorization,
//! referral, `care_manager`, override, an open ADT stay, the 180 days of the outreach log, and tonight's
//! own `avoid_hosp` truth.

mod bookings;
mod caseload;
mod claims;
mod codes;
mod coding;
mod directory;
mod error;
mod extract_tables;
mod extracts;
mod followup;
mod generate;
mod layout;
mod life;
mod needs;
mod person;
mod pharmacy;
mod places;
mod plans;
pub mod risk;
mod rng;
mod sink;
mod state;
mod stay;
mod table;
mod team;
#[cfg(test)]
mod tests;
mod visits;

pub use caseload::write_caseload_instance;
pub use error::SynthError;
pub use generate::{Format, MARKER, Options, Summary, generate_population, history_start};

//! From files to clean rows. Owns the contract of each extract, readers, checks, quarantine and the
//! exact account of rows; refuses to join rows into stays or to know what a code means.

mod account_record;
mod batch;
mod batch_account;
mod binding;
mod by_member;
mod cells;
mod column;
mod context;
mod contract;
mod convert;
mod crosswalk;
mod csv_format;
mod csv_lines;
mod csv_reader;
mod date_columns;
mod dates;
mod decoding;
mod directory;
mod discovery;
mod error;
mod event_values;
mod events;
mod feeds;
mod fhir_paths;
mod findings;
mod fixed_format;
mod foreign_files;
mod formats;
mod header;
mod inputs;
mod interner;
mod inventory;
mod ledger;
mod load;
mod loader;
mod member_rows;
mod ndjson_format;
mod null_words;
mod number_columns;
mod packed_rows;
mod packing;
mod parquet_reader;
mod peek;
mod plain_lines;
mod population;
mod reader;
mod reason;
mod refusals;
mod report;
mod row_block;
mod row_filter;
mod row_words;
mod run_stream;
mod scatter;
mod source;
mod sql_view;
mod sql_words;
mod streams;
mod text_columns;
mod view_plan;
mod view_rows;
mod view_tables;
mod visit_states;
mod xlsx_format;

pub use crate::domain::OrderedNumber;
pub use account_record::{put_refused, take_refused, take_rule};
pub use by_member::ByMember;
#[cfg(test)]
pub use column::{NO_DAY, NO_INTEGER};
pub use contract::{ColumnSpec, ExtractSpec, Kind};
pub use crosswalk::Crosswalk;
pub use directory::Directory;
pub use error::ExtractError;
pub use events::{
    AdmissionRow, Basis, BucketRecords, Buckets, ClaimKind, ClaimLine, Dx, Fill, MemberEvents, PatientClass, Px,
};
pub use feeds::{
    Appointment, AreaValue, Assessment, Authorization, Case, Consent, EXTRACTS, Facility, FeedRow, Lab, Manager,
    MemberRow, Outreach, Override, Own, Problem, Provider, Referral, Screening, Survey, Task, extract, extract_names,
};
pub use inputs::{Discovered, InputSize};
#[cfg(test)]
pub use interner::Interner;
pub use interner::Words;
pub use inventory::{InputEntry, InputUnit, Inventory};
pub use ledger::{QuarantineRow, Tally};
pub use load::{Extracts, load, read_links, read_roster};
pub use loader::LoadOptions;
pub use peek::{Peek, filled_sheets, peek_file, spelled_day, text_head};
pub use population::{EligibilityRow, Member, NO_PAYER, Population, Span, SpanFacts};
pub use reason::{Reason, Severity};
pub use refusals::{LEFT_OUT, REFUSALS};
pub use report::ExtractReport;
pub use run_stream::{RunFile, StreamLabel};
pub use scatter::{PartRouter, ScatterTask, sample_ids, scatter_input, stream_path};
pub use source::{FileFormat, SourceFile};
pub use streams::{ExtractStreams, SettledRows, Streams};

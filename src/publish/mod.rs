//! Every byte that leaves: tables, workbook, report, manifest, the published folder. Owns formats, file
//! modes and atomic publication; refuses to decide what is true.

mod audit;
mod brief;
mod cell;
mod charts;
mod data_quality;
mod directory;
mod disk;
mod error;
mod evaluation_charts;
mod evaluation_page;
mod fhir;
mod list_files;
mod manifest;
mod member_tables;
mod model_folder;
mod program;
mod publish_table;
mod read_back;
mod report;
mod report_offers;
mod report_panels;
mod report_program;
mod report_rates;
mod report_section;
mod report_tiles;
mod report_today;
mod scan;
mod scan_source;
mod sinks;
mod small_cells;
mod table;
mod table_data;
pub mod tables;
mod worklists;

pub use audit::{AUDIT_FILE, AuditEntry, append as append_audit, check_chain, published_order};
pub use brief::{Brief, CallSheet, OpenItem, brief_page};
pub use cell::is_flag_set;
pub use data_quality::{data_quality_json, quality_lines};
pub use directory::{CurrentRule, OutputFolder, RUNS_FOLDER, StagedFile, Staging, file_sha256, write_private};
#[doc(hidden)]
pub use disk::fail_calls;
pub use error::PublishError;
pub use evaluation_page::{evaluation_page, predictions_page};
pub use fhir::fhir_files;
pub use list_files::write_list;
pub use manifest::{
    CodeSetUsed, InputFile, Manifest, OutputFile, RowAccount, TIMINGS, digest_of, hash_outputs, output_digest, verify,
};
pub use member_tables::{MemberTables, MemberWriters};
pub use model_folder::{read_artifact, read_trained_model, write_model};
pub use program::{Engagement, GroupShare, OnTime, Program, ProgramCost, ScoreDrift, SurveyKind, SurveyScore};
pub use publish_table::publish_table;
pub use read_back::{Rows, read_rows};
pub use report::render as render_report;
pub use scan::{TableFrame, TableScan, Texts};
pub use sinks::{ALL as SINKS, CSV, Heading, PARQUET, Sink, XLSX, csv_bytes};
pub use table::{Column, Described, Forms, RowFamily, Table, TableWriter};
pub use table_data::{ColumnSpec, Kind, TableData, Unit};
pub use worklists::worklists_workbook;

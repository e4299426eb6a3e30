//! Every byte that leaves: tables, workbook, report, manifest, the published folder. Owns formats, file
//! modes and atomic publication; refuses to decide what is true.

mod audit;
mod charts;
pub mod columns;
mod data_quality;
mod directory;
mod disk;
mod evaluation_page;
mod fhir;
mod list_tables;
mod manifest;
mod member_tables;
mod model_folder;
mod program;
mod read_back;
mod report;
mod report_program;
mod sink;
mod table;
mod workbook;

pub use audit::{AUDIT_FILE, AuditEntry, append as append_audit, check_chain};
pub use data_quality::{data_quality_json, quality_lines};
pub use directory::{OutputFolder, StagedFile, Staging, file_sha256, write_private};
#[doc(hidden)]
pub use disk::fail_calls;
pub use evaluation_page::{evaluation_page, predictions_page};
pub use fhir::fhir_files;
pub use list_tables::{ListTables, memory_from, works};
pub use manifest::{
    CodeSetUsed, InputFile, Manifest, OutputFile, RowAccount, digest_of, hash_outputs, output_digest, verify,
};
pub use member_tables::{MemberTables, MemberWriters};
pub use model_folder::{read_artifact, read_trained_model, write_model};
pub use program::{GroupShare, OnTime, Program, ScoreDrift, SurveyScore};
pub use read_back::{Rows, read_rows};
pub use report::render as render_report;
pub use sink::{csv_bytes, parquet_bytes, spreadsheet_safe};
pub use table::{Cell, Column, Kind, Table, TableSpec};
pub use workbook::{Worklist, WorklistRow, outreach_workbook, worklists_workbook};

/// Why something could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The disk refused; exit code 6.
    #[error("cannot write {what}: {why}")]
    Io {
        /// What was written, never a member.
        what: String,
        /// The system's words.
        why: std::io::Error,
    },
    /// A library refused to encode; our bug or a full disk.
    #[error("cannot encode {what}: {why}")]
    Encode {
        /// What.
        what: String,
        /// The library's words.
        why: String,
    },
    /// Another run holds the lock; exit code 7.
    #[error("another run holds the lock of this output folder")]
    Locked,
}

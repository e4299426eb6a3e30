//! From files to clean rows. Owns the contract of each extract, readers, checks, quarantine and the
//! exact account of rows; refuses to join rows into stays or to know what a code means.

mod batch;
mod binding;
mod cells;
mod claims;
mod column;
mod context;
pub mod contract;
mod convert;
mod csv_format;
mod csv_lines;
mod csv_reader;
mod dates;
mod discovery;
mod error;
mod events;
mod feeds;
mod fields;
mod formats;
mod inputs;
mod interner;
mod ledger;
mod load;
mod loader;
mod parquet_reader;
mod population;
mod reader;
mod reason;
mod refusals;
mod report;
mod source;
mod sql_view;
mod tables;

pub use column::{NO_DAY, NO_INTEGER};
pub use error::ExtractError;
pub use events::{
    AdmissionRow, Basis, BucketRecords, Buckets, ClaimKind, ClaimLine, Dx, Fill, MemberEvents, PatientClass, Px,
};
pub use inputs::{Discovered, InputSize};
#[cfg(test)]
pub use interner::Interner;
pub use interner::Words;
pub use ledger::{QuarantineRow, Tally};
pub use load::{Extracts, load};
pub use loader::LoadOptions;
pub use population::{EligibilityRow, Member, NO_PAYER, Population, Span, SpanFacts};
pub use reason::{Reason, Severity};
pub use refusals::{LEFT_OUT, REFUSALS};
pub use report::ExtractReport;
pub use source::{FileFormat, SourceFile};
pub use tables::{
    AreaValue, Authorization, ByMember, Case, Lab, Manager, OrderedNumber, Outreach, Override, Own, Referral, Scored,
    Screening, Task,
};

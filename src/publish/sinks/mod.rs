//! File formats of tables, a file each, and their registry.

mod csv_sink;
mod parquet_sink;
mod registry;
mod sink;
mod xlsx_sink;

pub use csv_sink::{CSV, csv_bytes, csv_lines};
pub use parquet_sink::{PARQUET, ParquetStream};
pub use registry::ALL;
pub use sink::{Heading, Sink};
pub use xlsx_sink::{XLSX, document_properties, excel_day, head_format};

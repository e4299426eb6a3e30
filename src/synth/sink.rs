//! Batches into files. Owns the CSV, gzip and Parquet writers, fixed row groups, parts and private
//! modes; refuses to know what a column means.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};
use flate2::{Compression as GzLevel, GzBuilder, write::GzEncoder};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::error::SynthError;
use crate::domain::Day;

/// Rows of a Parquet row group; fixed, so that bytes do not depend on chunks of members.
const ROW_GROUP: usize = 131_072;
/// Row groups of one part when an extract is a folder of parts.
const GROUPS_PER_PART: usize = 32;

/// How one extract is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encode {
    Csv,
    CsvGz,
    Parquet,
    /// A folder of Parquet parts, packed less tightly because time counts more there.
    Parts,
}

/// Creates a folder (and its parents) that only the owner can read.
///
/// # Errors
/// When it cannot be created.
pub fn private_dir(path: &Path) -> Result<(), SynthError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| SynthError::io(path, e))
}

/// Creates (or truncates) a file that only the owner can read.
///
/// # Errors
/// When it cannot be created.
pub fn private_file(path: &Path) -> Result<File, SynthError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|e| SynthError::io(path, e))?;
    // `mode` counts for a new file only; one that was already there is narrowed too.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(|e| SynthError::io(path, e))?;
    Ok(file)
}

#[expect(clippy::large_enum_variant, reason = "one a file, never moved in a loop")]
enum Target {
    Csv(csv::Writer<BufWriter<File>>),
    Gz(csv::Writer<GzEncoder<BufWriter<File>>>),
    Parquet(Box<ParquetTarget>),
}

struct ParquetTarget {
    writer: Option<SerializedFileWriter<BufWriter<File>>>,
    properties: WriterPropertiesPtr,
    pending: Vec<RecordBatch>,
    pending_rows: usize,
    groups: usize,
    part: usize,
}

/// One extract being written.
pub struct Sink {
    name: &'static str,
    dir: PathBuf,
    path: PathBuf,
    encode: Encode,
    schema: SchemaRef,
    target: Target,
    rows: u64,
}

fn writer_properties(schema: &SchemaRef, level: i32) -> WriterPropertiesPtr {
    let level = ZstdLevel::try_new(level).unwrap_or_default();
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("lamplight synth".to_owned())
        .set_dictionary_page_size_limit(1 << 20);
    for field in schema.fields() {
        // Ids rise along the file: their deltas are smaller than any dictionary.
        if matches!(field.name().as_str(), "claim_id" | "admission_id" | "reversal_of_claim_id") {
            let path = ColumnPath::from(field.name().as_str());
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BYTE_ARRAY);
        }
    }
    Arc::new(builder.build())
}

impl Sink {
    /// Opens the file of an extract.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(dir: &Path, name: &'static str, encode: Encode, schema: SchemaRef) -> Result<Self, SynthError> {
        let file_name = match encode {
            Encode::Csv => format!("{name}.csv"),
            Encode::CsvGz => format!("{name}.csv.gz"),
            Encode::Parquet => format!("{name}.parquet"),
            Encode::Parts => name.to_owned(),
        };
        let path = dir.join(file_name);
        let header: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        let target = match encode {
            Encode::Csv => {
                let mut w = csv::Writer::from_writer(BufWriter::new(private_file(&path)?));
                w.write_record(&header).map_err(|e| SynthError::csv(&path, &e))?;
                Target::Csv(w)
            }
            Encode::CsvGz => {
                // Neither a time nor a name in the header: the same rows are the same bytes.
                let gz = GzBuilder::new().mtime(0).write(BufWriter::new(private_file(&path)?), GzLevel::new(9));
                let mut w = csv::Writer::from_writer(gz);
                w.write_record(&header).map_err(|e| SynthError::csv(&path, &e))?;
                Target::Gz(w)
            }
            Encode::Parquet | Encode::Parts => {
                if encode == Encode::Parts {
                    private_dir(&path)?;
                }
                Target::Parquet(Box::new(ParquetTarget {
                    writer: None,
                    properties: writer_properties(&schema, if encode == Encode::Parts { 1 } else { 7 }),
                    pending: Vec::new(),
                    pending_rows: 0,
                    groups: 0,
                    part: 0,
                }))
            }
        };
        Ok(Self { name, dir: dir.to_owned(), path, encode, schema, target, rows: 0 })
    }

    /// Appends a batch.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), SynthError> {
        self.rows += batch.num_rows() as u64;
        match &mut self.target {
            Target::Csv(w) => csv_rows(w, batch).map_err(|e| SynthError::csv(&self.path, &e)),
            Target::Gz(w) => csv_rows(w, batch).map_err(|e| SynthError::csv(&self.path, &e)),
            Target::Parquet(t) => {
                let mut rest = batch.clone();
                while t.pending_rows + rest.num_rows() >= ROW_GROUP {
                    let take = ROW_GROUP - t.pending_rows;
                    t.pending.push(rest.slice(0, take));
                    rest = rest.slice(take, rest.num_rows() - take);
                    t.flush(&self.path, self.encode, &self.schema)?;
                }
                if rest.num_rows() > 0 {
                    t.pending_rows += rest.num_rows();
                    t.pending.push(rest);
                }
                Ok(())
            }
        }
    }

    /// Ends the file and says its name and rows.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<(String, u64), SynthError> {
        let path = self.path;
        match self.target {
            Target::Csv(mut w) => w.flush().map_err(|e| SynthError::io(&path, e))?,
            Target::Gz(w) => {
                let gz = w.into_inner().map_err(|e| SynthError::io(&path, e.into_error()))?;
                gz.finish().and_then(|mut w| w.flush()).map_err(|e| SynthError::io(&path, e))?;
            }
            Target::Parquet(mut t) => {
                t.flush(&path, self.encode, &self.schema)?;
                if let Some(w) = t.writer.take() {
                    close_file(w, &path)?;
                }
            }
        }
        let shown = path.strip_prefix(&self.dir).map_or(self.name.to_owned(), |p| p.display().to_string());
        Ok((shown, self.rows))
    }
}

fn close_file(writer: SerializedFileWriter<BufWriter<File>>, path: &Path) -> Result<(), SynthError> {
    let mut inner = writer.into_inner().map_err(|e| SynthError::parquet(path, &e))?;
    inner.flush().map_err(|e| SynthError::io(path, e))
}

impl ParquetTarget {
    /// Writes what is pending as one row group, its columns encoded in parallel.
    fn flush(&mut self, path: &Path, encode: Encode, schema: &SchemaRef) -> Result<(), SynthError> {
        let fail = |e: parquet::errors::ParquetError| SynthError::parquet(path, &e);
        if encode == Encode::Parts && self.groups == GROUPS_PER_PART {
            if let Some(w) = self.writer.take() {
                close_file(w, path)?;
            }
            self.part += 1;
            self.groups = 0;
        }
        let mut writer = if let Some(w) = self.writer.take() {
            w
        } else {
            let target = if encode == Encode::Parts {
                path.join(format!("part-{:04}.parquet", self.part))
            } else {
                path.to_owned()
            };
            let descriptor = ArrowSchemaConverter::new().convert(schema).map_err(fail)?;
            let file = BufWriter::new(private_file(&target)?);
            SerializedFileWriter::new(file, descriptor.root_schema_ptr(), self.properties.clone()).map_err(fail)?
        };
        let batches = std::mem::take(&mut self.pending);
        self.pending_rows = 0;
        if !batches.is_empty() {
            let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
            let columns = factory.create_column_writers(self.groups).map_err(fail)?;
            let chunks: Vec<ArrowColumnChunk> = columns
                .into_par_iter()
                .enumerate()
                .map(|(i, mut column)| {
                    for batch in &batches {
                        for leaf in compute_leaves(schema.field(i), batch.column(i))? {
                            column.write(&leaf)?;
                        }
                    }
                    column.close()
                })
                .collect::<Result<_, _>>()
                .map_err(fail)?;
            let mut group = writer.next_row_group().map_err(fail)?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut group).map_err(fail)?;
            }
            group.close().map_err(fail)?;
            self.groups += 1;
        }
        self.writer = Some(writer);
        Ok(())
    }
}

/// Writes the rows of a batch; dates as ISO, money with two decimals, null as the empty cell.
fn csv_rows<W: Write>(writer: &mut csv::Writer<W>, batch: &RecordBatch) -> Result<(), csv::Error> {
    let mut cell = Vec::new();
    for row in 0..batch.num_rows() {
        for column in batch.columns() {
            cell.clear();
            if column.is_valid(row) {
                match column.data_type() {
                    DataType::Date32 => write!(cell, "{}", Day(column.as_primitive::<Date32Type>().value(row)))?,
                    DataType::Int32 => write!(cell, "{}", column.as_primitive::<Int32Type>().value(row))?,
                    DataType::Decimal128(..) => {
                        let cents = column.as_primitive::<Decimal128Type>().value(row);
                        let sign = if cents < 0 { "-" } else { "" };
                        write!(cell, "{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)?;
                    }
                    DataType::Float64 => write!(cell, "{}", column.as_primitive::<Float64Type>().value(row))?,
                    _ => cell.extend_from_slice(column.as_string::<i32>().value(row).as_bytes()),
                }
            }
            writer.write_field(&cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

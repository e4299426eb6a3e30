//! Owns the design matrix in the form that a fit can afford: each term less its value at the commonest cell, so that
//! most cells are nothing and are not kept. Refuses to know outcomes.
//!
//! A column moved by a constant moves the intercept alone, which no penalty holds: the fit on this matrix is the fit on
//! the plain one. Hundreds of counts and flags are nearly always zero and laboratory values nearly always missing, so a
//! row of a thousand columns keeps some hundred entries.

use super::terms::{Term, Terms};
use crate::learners::LearnError;
use crate::learners::table::EncodedColumn;
use crate::learners::watch::{Watch, go_on};
use rayon::prelude::*;

/// Rows of one part; parts are summed in order, so the thread count never shows.
pub(super) const PART: usize = 8192;
/// Cells looked at to find the commonest.
const SAMPLE: usize = 2048;

/// Rows in a row, in compressed form: row `i` holds entries `starts[i]..starts[i + 1]`, columns rising.
pub(super) struct Part {
    pub(super) first: usize,
    starts: Vec<u32>,
    index: Vec<u32>,
    value: Vec<f64>,
}

impl Part {
    /// Rows of the part.
    pub(super) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Columns and values of a row.
    pub(super) fn row(&self, i: usize) -> (&[u32], &[f64]) {
        let (from, to) = (self.starts[i] as usize, self.starts[i + 1] as usize);
        (&self.index[from..to], &self.value[from..to])
    }
}

/// The design matrix of a table; the intercept is the column after the last.
pub(super) struct Design {
    pub(super) columns: usize,
    pub(super) parts: Vec<Part>,
    /// What was taken off each column.
    base: Vec<f64>,
}

/// The commonest cell of a feature, and its design entries.
struct Baseline<'a> {
    term: &'a Term,
    column: &'a EncodedColumn<'a>,
    start: usize,
    cell: Commonest,
    entries: Vec<f64>,
}

/// The cell that is left out.
enum Commonest {
    /// A number; NaN for missing.
    Number(f32),
    /// A level.
    Code(u8),
    /// None stands out.
    None,
}

impl Design {
    /// Builds the matrix of all rows.
    pub(super) fn build(
        terms: &Terms,
        columns: &[EncodedColumn<'_>],
        rows: usize,
        watch: &dyn Watch,
    ) -> Result<Self, LearnError> {
        let features: Vec<Baseline<'_>> = (terms.list.iter().zip(columns).zip(&terms.starts))
            .map(|((term, column), start)| Baseline::of(term, column, *start, rows))
            .collect();
        let all: Vec<usize> = (0..rows).step_by(PART).collect();
        let parts = all
            .into_par_iter()
            .map(|first| {
                go_on(watch)?;
                Ok(design_part(&features, first, PART.min(rows - first)))
            })
            .collect::<Result<Vec<Part>, LearnError>>()?;
        let base = features.iter().flat_map(|f| f.entries.iter().copied()).collect();
        Ok(Self { columns: terms.columns() - 1, parts, base })
    }

    /// Weighted means of the columns of this matrix, and of the plain one.
    pub(super) fn means(&self, weights: Option<&[f32]>) -> (Vec<f64>, Vec<f64>) {
        let sums: Vec<(Vec<f64>, f64)> = self
            .parts
            .par_iter()
            .map(|part| {
                let (mut sum, mut total) = (vec![0.0; self.columns], 0.0);
                for i in 0..part.rows() {
                    let w = weights.map_or(1.0, |w| f64::from(w[part.first + i]));
                    total += w;
                    let (index, value) = part.row(i);
                    for (k, v) in index.iter().zip(value) {
                        sum[*k as usize] += w * v;
                    }
                }
                (sum, total)
            })
            .collect();
        let (mut moved, mut total) = (vec![0.0; self.columns], 0.0);
        for (sum, w) in sums {
            moved.iter_mut().zip(sum).for_each(|(m, s)| *m += s);
            total += w;
        }
        for m in &mut moved {
            *m /= f64::max(total, f64::MIN_POSITIVE);
        }
        let plain = moved.iter().zip(&self.base).map(|(m, b)| m + b).collect();
        (moved, plain)
    }
}

impl<'a> Baseline<'a> {
    fn of(term: &'a Term, column: &'a EncodedColumn<'a>, start: usize, rows: usize) -> Self {
        let stride = rows.div_ceil(SAMPLE).max(1);
        let cell = match column {
            EncodedColumn::Numeric(v) => commonest_value(v.iter().take(rows).step_by(stride).map(|x| x.to_bits()))
                .map_or(Commonest::None, |(bits, _)| Commonest::Number(f32::from_bits(bits))),
            // A level that is left out costs every other row an entry more.
            EncodedColumn::Codes(v) => commonest_value(v.iter().take(rows).step_by(stride).map(|c| u32::from(*c)))
                .filter(|(_, share)| *share > 0.5)
                .and_then(|(code, _)| u8::try_from(code).ok())
                .map_or(Commonest::None, Commonest::Code),
        };
        let mut entries = vec![0.0; term.width()];
        match &cell {
            Commonest::Number(x) => term.entries_of_number(*x, |k, v| entries[k] = v),
            Commonest::Code(c) => term.entries_of_code(*c, |k, v| entries[k] = v),
            Commonest::None => {}
        }
        Self { term, column, start, cell, entries }
    }

    /// Puts the entries of a row that differ from the commonest cell's.
    fn entries_of_row(&self, row: usize, scratch: &mut Vec<f64>, mut put: impl FnMut(usize, f64)) {
        match (self.column, &self.cell) {
            (EncodedColumn::Numeric(v), Commonest::Number(x))
                if v[row].to_bits() == x.to_bits() || (v[row].is_nan() && x.is_nan()) => {}
            (EncodedColumn::Codes(c), Commonest::Code(code)) if c[row] == *code => {}
            (EncodedColumn::Codes(c), Commonest::None) => {
                self.term.entries_of_code(c[row], |k, v| put(self.start + k, v));
            }
            (column, _) => {
                scratch.clear();
                scratch.extend(self.entries.iter().map(|b| -b));
                match column {
                    EncodedColumn::Numeric(v) => self.term.entries_of_number(v[row], |k, e| scratch[k] += e),
                    EncodedColumn::Codes(c) => self.term.entries_of_code(c[row], |k, e| scratch[k] += e),
                }
                for (k, v) in scratch.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                    put(self.start + k, *v);
                }
            }
        }
    }
}

/// The value that occurs most among some, with its share; the lowest of equals.
fn commonest_value(values: impl Iterator<Item = u32>) -> Option<(u32, f64)> {
    let mut all: Vec<u32> = values.collect();
    all.sort_unstable();
    let most = all.chunk_by(|a, b| a == b).max_by(|a, b| a.len().cmp(&b.len()).then(b[0].cmp(&a[0])))?;
    Some((most[0], most.len() as f64 / all.len() as f64))
}

fn design_part(features: &[Baseline<'_>], first: usize, rows: usize) -> Part {
    let mut out = Part { first, starts: vec![0], index: Vec::new(), value: Vec::new() };
    let mut scratch = Vec::new();
    for row in first..first + rows {
        for feature in features {
            feature.entries_of_row(row, &mut scratch, |k, v| {
                out.index.push(u32::try_from(k).unwrap_or(u32::MAX));
                out.value.push(v);
            });
        }
        out.starts.push(u32::try_from(out.index.len()).unwrap_or(u32::MAX));
    }
    out
}

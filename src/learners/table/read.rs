//! Owns the CSV form of a flat table. Refuses to know training; a bad cell is named by column and
//! line, never by value.

use super::flat::{ColumnData, FeatureColumn, FlatTable, MISSING_CODE};
use super::groups::Groups;
use super::spec::TableSpec;
use super::text::{TextColumn, compare_ids};
use crate::learners::LearnError;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a table is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Labels must be there.
    Train,
    /// The label column is ignored.
    Score,
}

/// A column being filled.
enum Filling {
    Numeric(Vec<f32>),
    Levels { codes: Vec<u32>, levels: Vec<String>, known: FxHashMap<String, u32> },
}

/// Reads CSV bytes (UTF-8, header line, comma) by a spec. Empty cells and the spec's markers are
/// missing; a missing label, id or group is an error.
///
/// # Errors
/// [`LearnError::Spec`] where the spec names a column that is not there (all such columns are
/// listed), [`LearnError::Table`] for a damaged file or an id used twice, [`LearnError::Cell`] for
/// text in a numeric column, NaN, infinity, or a missing label, id or group; of several the first in the file.
pub fn read_csv(bytes: &[u8], spec: &TableSpec, purpose: Purpose) -> Result<FlatTable, LearnError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let header = reader.headers().map_err(|e| LearnError::Table(csv_problem(&e, 0)))?.clone();
    let places = Places::find(&header, spec, purpose)?;
    let begin = reader.position();
    let body = usize::try_from(begin.byte()).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let piece = |(lines, bytes): (u64, &[u8])| {
        let mut build = Build::new(spec, purpose);
        build.piece(bytes, lines, header.len(), &places, spec).map(|()| build)
    };
    let pieces: Vec<_> = cut_pieces(body, begin.line() - 1).into_par_iter().map(piece).collect();
    let mut whole = Build::new(spec, purpose);
    for piece in pieces {
        whole.append(piece?);
    }
    whole.finish(spec)
}

/// Bytes of a piece.
const PIECE: usize = 4 << 20;

/// Pieces of whole lines with the number of lines before each. A file with a quote stays in one piece: only a reader
/// from its beginning knows which line ends are inside a quoted cell.
fn cut_pieces(body: &[u8], before: u64) -> Vec<(u64, &[u8])> {
    if body.contains(&b'"') {
        return vec![(before, body)];
    }
    let (mut out, mut rest, mut lines) = (Vec::new(), body, before);
    while rest.len() > PIECE {
        let Some(end) = rest[PIECE..].iter().position(|b| *b == b'\n') else { break };
        let (piece, after) = rest.split_at(PIECE + end + 1);
        out.push((lines, piece));
        lines += piece.iter().filter(|b| **b == b'\n').count() as u64;
        rest = after;
    }
    out.push((lines, rest));
    out
}

/// A CSV error without any cell content; `before` lines stand before the piece it was found in.
fn csv_problem(e: &csv::Error, before: u64) -> String {
    match e.kind() {
        csv::ErrorKind::Utf8 { pos, .. } => {
            format!("line {} is not UTF-8", pos.as_ref().map_or(0, csv::Position::line) + before)
        }
        _ => "the file cannot be read as CSV".into(),
    }
}

/// Column positions.
struct Places {
    id: usize,
    group: usize,
    order: Option<usize>,
    weight: Option<usize>,
    label: Option<usize>,
    features: Vec<usize>,
}

impl Places {
    fn find(header: &csv::StringRecord, spec: &TableSpec, purpose: Purpose) -> Result<Self, LearnError> {
        let mut absent = Vec::new();
        let mut twice = Vec::new();
        let mut place = |name: &str| {
            let mut hits = header.iter().enumerate().filter(|(_, h)| h.trim() == name).map(|(i, _)| i);
            let first = hits.next();
            if hits.next().is_some() {
                twice.push(name.to_owned());
            }
            first.unwrap_or_else(|| {
                absent.push(name.to_owned());
                0
            })
        };
        let training = purpose == Purpose::Train;
        let out = Self {
            id: place(&spec.id),
            group: if training { place(spec.group_column()) } else { 0 },
            order: spec.order.as_deref().filter(|_| training).map(&mut place),
            weight: spec.weight.as_deref().filter(|_| training).map(&mut place),
            label: spec.label.as_ref().filter(|_| training).map(|l| place(&l.column)),
            features: spec.feature_names().map(&mut place).collect(),
        };
        if !absent.is_empty() {
            let text = format!("columns named by the spec are not in the table: {}", absent.join(", "));
            // for scoring the spec belongs to the model: the table does not fit it
            return Err(if training { LearnError::Spec(text) } else { LearnError::Unfit { problems: vec![text] } });
        }
        if !twice.is_empty() {
            return Err(LearnError::Table(format!("columns appear twice: {}", twice.join(", "))));
        }
        if training && out.label.is_none() {
            return Err(LearnError::Spec("training needs [label] column and positive".into()));
        }
        Ok(out)
    }
}

struct Build {
    purpose: Purpose,
    ids: TextColumn,
    groups: TextColumn,
    labels: Vec<bool>,
    weights: Vec<f32>,
    positive: FxHashSet<String>,
    window: Option<(String, String)>,
    columns: Vec<Filling>,
}

impl Build {
    fn new(spec: &TableSpec, purpose: Purpose) -> Self {
        let numeric = spec.features.numeric.iter().map(|_| Filling::Numeric(Vec::new()));
        let levels = spec.features.categorical.iter().map(|_| Filling::Levels {
            codes: Vec::new(),
            levels: Vec::new(),
            known: FxHashMap::default(),
        });
        Self {
            purpose,
            ids: TextColumn::default(),
            groups: TextColumn::default(),
            labels: Vec::new(),
            weights: Vec::new(),
            positive: spec.label.iter().flat_map(|l| l.positive.iter().map(super::Text::text)).collect(),
            window: None,
            columns: numeric.chain(levels).collect(),
        }
    }

    /// Reads the rows of a piece; `before` lines stand before it.
    fn piece(
        &mut self,
        bytes: &[u8],
        before: u64,
        cells: usize,
        places: &Places,
        spec: &TableSpec,
    ) -> Result<(), LearnError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|e| LearnError::Table(csv_problem(&e, before)))? {
            let line = record.position().map_or(0, csv::Position::line) + before;
            if record.len() != cells {
                let text = format!("line {line} has {} cells, the header has {cells}", record.len());
                return Err(LearnError::Table(text));
            }
            self.row(&record, line, places, spec)?;
        }
        Ok(())
    }

    /// Takes the rows of the next piece.
    fn append(&mut self, next: Self) {
        self.ids.extend(&next.ids);
        self.groups.extend(&next.groups);
        self.labels.extend(next.labels);
        self.weights.extend(next.weights);
        if let Some((low, high)) = next.window {
            self.widen(&low);
            self.widen(&high);
        }
        for (mine, theirs) in self.columns.iter_mut().zip(next.columns) {
            mine.append(theirs);
        }
    }

    fn row(
        &mut self,
        record: &csv::StringRecord,
        line: u64,
        places: &Places,
        spec: &TableSpec,
    ) -> Result<(), LearnError> {
        let cell = |at: usize| record.get(at).unwrap_or("").trim();
        let absent = |text: &str| text.is_empty() || spec.missing.iter().any(|m| m == text);
        let bad = |column: &str, problem| Err(LearnError::Cell { column: column.into(), line, problem });
        let id = cell(places.id);
        if absent(id) {
            return bad(&spec.id, "the id is missing");
        }
        self.ids.push(id);
        if self.purpose == Purpose::Train {
            let group = cell(places.group);
            if absent(group) {
                return bad(spec.group_column(), "the group is missing");
            }
            self.groups.push(group);
            if let Some(at) = places.label {
                let label = cell(at);
                let known = self.positive.contains(label);
                if !known && absent(label) {
                    return bad(spec.label.as_ref().map_or("", |l| &l.column), "the label is missing");
                }
                self.labels.push(known);
            }
            if let Some(at) = places.weight {
                match cell(at).parse::<f32>() {
                    Ok(w) if w.is_finite() && w > 0.0 => self.weights.push(w),
                    _ => return bad(spec.weight.as_deref().unwrap_or(""), "a weight must be positive and finite"),
                }
            }
            if let Some(at) = places.order {
                self.widen(cell(at));
            }
        }
        for ((filling, &at), name) in self.columns.iter_mut().zip(&places.features).zip(spec.feature_names()) {
            let text = cell(at);
            if let Err(problem) = filling.push(text, absent(text)) {
                return bad(name, problem);
            }
        }
        Ok(())
    }

    fn widen(&mut self, at: &str) {
        let (lo, hi) = self.window.get_or_insert_with(|| (at.to_owned(), at.to_owned()));
        if compare_ids(at, lo).is_lt() {
            at.clone_into(lo);
        }
        if compare_ids(at, hi).is_gt() {
            at.clone_into(hi);
        }
    }

    fn finish(self, spec: &TableSpec) -> Result<FlatTable, LearnError> {
        let mut seen = FxHashSet::default();
        if let Some(row) = self.ids.iter().position(|id| !seen.insert(id)) {
            return Err(LearnError::Table(format!("id column `{}` repeats a value at data row {}", spec.id, row + 1)));
        }
        let training = self.purpose == Purpose::Train;
        let groups = Groups::from_texts(if training { self.groups.iter() } else { self.ids.iter() });
        let columns = self
            .columns
            .into_iter()
            .zip(spec.feature_names())
            .map(|(filling, name)| FeatureColumn {
                name: name.to_owned(),
                data: match filling {
                    Filling::Numeric(v) => ColumnData::Numeric(v),
                    Filling::Levels { codes, levels, .. } => ColumnData::Levels { codes, levels },
                },
            })
            .collect();
        drop(seen);
        Ok(FlatTable {
            groups,
            ids: self.ids,
            labels: training.then_some(self.labels),
            weights: (training && spec.weight.is_some()).then_some(self.weights),
            window: self.window,
            columns,
        })
    }
}

impl Filling {
    fn push(&mut self, text: &str, absent: bool) -> Result<(), &'static str> {
        match self {
            Self::Numeric(v) if absent => v.push(f32::NAN),
            Self::Numeric(v) => match text.parse::<f32>() {
                Ok(x) if x.is_finite() => v.push(x),
                Ok(_) => return Err("NaN, infinite, or too large; name it under `missing` if it means not known"),
                Err(_) => return Err("not a number; name it under `missing` if it means not known"),
            },
            Self::Levels { codes, .. } if absent => codes.push(MISSING_CODE),
            Self::Levels { codes, levels, known } => {
                // Levels come in runs.
                let last = codes.last().copied().filter(|c| levels.get(*c as usize).is_some_and(|l| l == text));
                codes.push(last.unwrap_or_else(|| level_code(text, levels, known)));
            }
        }
        Ok(())
    }

    /// Takes the cells of the next piece; levels keep the order of their first appearance.
    fn append(&mut self, next: Self) {
        match (self, next) {
            (Self::Numeric(mine), Self::Numeric(theirs)) => mine.extend(theirs),
            (Self::Levels { codes, levels, known }, Self::Levels { codes: theirs, levels: named, .. }) => {
                let mapped: Vec<u32> = named.iter().map(|text| level_code(text, levels, known)).collect();
                codes.extend(theirs.into_iter().map(|c| mapped.get(c as usize).copied().unwrap_or(MISSING_CODE)));
            }
            _ => {}
        }
    }
}

/// The code of a level, a new one at its first appearance.
fn level_code(text: &str, levels: &mut Vec<String>, known: &mut FxHashMap<String, u32>) -> u32 {
    if let Some(code) = known.get(text) {
        return *code;
    }
    let code = u32::try_from(levels.len()).unwrap_or(MISSING_CODE);
    known.insert(text.to_owned(), code);
    levels.push(text.to_owned());
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> TableSpec {
        TableSpec::parse(
            "id='i'\ngroup='g'\norder='i'\nmissing=['?']\n[label]\ncolumn='y'\npositive=['<30']\n[features]\nnumeric=['a']\ncategorical=['c']\n",
        )
        .unwrap()
    }

    #[test]
    fn missing_markers_levels_and_window() {
        let t = read_csv(b"\xEF\xBB\xBFi,g,a,c,y\n9,p,1.5,None,<30\n10,p,?,?,NO\n", &spec(), Purpose::Train).unwrap();
        assert_eq!(t.labels, Some(vec![true, false]));
        assert_eq!(t.window, Some(("9".into(), "10".into())));
        let ColumnData::Numeric(a) = &t.columns[0].data else { panic!() };
        assert!(a[0] == 1.5 && a[1].is_nan());
        assert_eq!(t.columns[1].data, ColumnData::Levels { codes: vec![0, MISSING_CODE], levels: vec!["None".into()] });
    }

    #[test]
    fn errors_name_the_place_and_never_the_value() {
        for (body, code) in [
            ("i,g,c,y\n1,1,x,NO\n", 2),
            ("i,g,a,c,y\n1,1,SECRET,x,NO\n", 3),
            ("i,g,a,c,y\n1,1,inf,x,NO\n", 3),
            ("i,g,a,c,y\n1,1,NaN,x,NO\n", 3),
            ("i,g,a,c,y\n1,1,1,x,?\n", 3),
            ("i,g,a,c,y\n1,1,1,x\n", 3),
            ("i,g,a,c,y,a\n1,1,1,x,NO,2\n", 3),
            ("i,g,a,c,y\nSECRET,1,1,x,NO\nSECRET,1,1,x,NO\n", 3),
        ] {
            let e = read_csv(body.as_bytes(), &spec(), Purpose::Train).unwrap_err();
            assert_eq!(e.exit_code(), code, "{e}");
            assert!(!e.to_string().contains("SECRET"), "{e}");
        }
        let e = read_csv(b"i,c\n1,x\n", &spec(), Purpose::Score).unwrap_err();
        assert!(e.exit_code() == 5 && e.to_string().contains(": a"), "{e}");
    }

    #[test]
    fn pieces_join_as_one_reading_and_errors_keep_their_line() {
        let mut text = String::from("i,g,a,c,y\n");
        let rows = 2 * PIECE / 24;
        for i in 0..rows {
            // Levels appear late and in another order in later pieces.
            let level = ["red", "blue", "green"][(i + i / (rows / 3)) % 3];
            text.push_str(&format!("{i},p{},{}.5,{level},{}\n", i / 2, i % 7, if i % 9 == 0 { "<30" } else { "NO" }));
        }
        assert!(cut_pieces(text.as_bytes(), 0).len() > 1);
        let joined = read_csv(text.as_bytes(), &spec(), Purpose::Train).unwrap();
        // One quote keeps the file whole.
        let whole = read_csv(text.replace("\n0,p0,", "\n\"0\",p0,").as_bytes(), &spec(), Purpose::Train).unwrap();
        assert_eq!(joined, whole);
        for (broken, why) in [("9x", "not a number"), ("1,1", "cells")] {
            let bad =
                text.replace(&format!("\n{},p{},", rows - 3, (rows - 3) / 2), &format!("\n{},q,{broken},", rows - 3));
            let e = read_csv(bad.as_bytes(), &spec(), Purpose::Train).unwrap_err().to_string();
            assert!(e.contains(&format!("line {}", rows - 1)), "{why}: {e}");
        }
    }
}

//! Judged rows as bytes that mean the same in another process: texts in the place of interned numbers. Owns that form;
//! refuses to know whose rows they are and what a column means.

use arrow_array::StringArray;
use rustc_hash::FxHashMap;

use super::batch::{Batch, RowNumbers};
use super::column::{Column, NO_DAY, NO_INTEGER, Pools};
use super::interner::Interner;
use crate::domain::{BrokenRecord, CodeId, InternedId, Record, RecordReader, Short, WordId, put_text};

/// What a column of a packed batch is.
const ABSENT: u8 = 0;
const TEXT: u8 = 1;
const WORD: u8 = 2;
const CODE: u8 = 3;
const SHORT: u8 = 4;
const DAY: u8 = 5;
const INTEGER: u8 = 6;
const NUMBER: u8 = 7;
const FLAG: u8 = 8;

/// The distinct texts of some rows, by a number of their own; 0 is none.
struct LocalTexts<'p, I> {
    pool: &'p Interner<I>,
    numbers: FxHashMap<I, u64>,
    texts: Vec<u8>,
}

impl<'p, I: InternedId> LocalTexts<'p, I> {
    fn new(pool: &'p Interner<I>) -> Self {
        Self { pool, numbers: FxHashMap::default(), texts: Vec::new() }
    }

    fn number(&mut self, id: I) -> u64 {
        if id == I::default() {
            return 0;
        }
        let next = self.numbers.len() as u64 + 1;
        let (pool, texts) = (self.pool, &mut self.texts);
        *self.numbers.entry(id).or_insert_with(|| {
            put_text(&pool.text_of(id), texts);
            next
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.numbers.len().put(out);
        out.extend_from_slice(&self.texts);
    }
}

/// Adds some rows of a batch, in that order.
pub(super) fn pack_rows(batch: &Batch, rows: &[usize], pools: &Pools, out: &mut Vec<u8>) {
    let (mut words, mut codes) = (LocalTexts::new(&pools.word), LocalTexts::new(&pools.icd));
    let mut columns = Vec::new();
    for (column, bound) in batch.columns.iter().zip(&batch.bound) {
        bound.put(&mut columns);
        pack_column(column, rows, (&mut words, &mut codes), &mut columns);
    }
    rows.len().put(out);
    batch.file.put(out);
    let mut before = 0_i64;
    for row in rows {
        let number = i64::try_from(batch.rows.at(*row)).unwrap_or(i64::MAX);
        (number - before).put(out);
        before = number;
    }
    words.write(out);
    codes.write(out);
    batch.columns.len().put(out);
    out.extend_from_slice(&columns);
}

type Locals<'l, 'p> = (&'l mut LocalTexts<'p, WordId>, &'l mut LocalTexts<'p, CodeId>);

fn pack_column(column: &Column, rows: &[usize], (words, codes): Locals<'_, '_>, out: &mut Vec<u8>) {
    if rows.iter().all(|row| column.is_blank(*row)) {
        return out.push(ABSENT);
    }
    match column {
        Column::Absent => out.push(ABSENT),
        Column::Text(_) => {
            out.push(TEXT);
            for row in rows {
                put_text(column.text(*row).unwrap_or(""), out);
            }
        }
        Column::Word(v) => put_each(WORD, rows, out, |row| words.number(v[row])),
        Column::Code(v) => put_each(CODE, rows, out, |row| codes.number(v[row])),
        Column::Short(v) => put_each(SHORT, rows, out, |row| v[row].0),
        Column::Day(v) => put_each(DAY, rows, out, |row| Some(v[row]).filter(|d| *d != NO_DAY)),
        Column::Integer(v) => put_each(INTEGER, rows, out, |row| Some(v[row]).filter(|n| *n != NO_INTEGER)),
        Column::Number(v) => put_each(NUMBER, rows, out, |row| v[row]),
        Column::Flag(v) => put_each(FLAG, rows, out, |row| v[row]),
    }
}

fn put_each<T: Record>(tag: u8, rows: &[usize], out: &mut Vec<u8>, mut cell: impl FnMut(usize) -> T) {
    out.push(tag);
    for row in rows {
        cell(*row).put(out);
    }
}

/// Reads back one packed batch; its texts join `pools`.
///
/// # Errors
/// [`BrokenRecord`].
pub(super) fn unpack_rows(from: &mut RecordReader<'_>, pools: &Pools) -> Result<Batch, BrokenRecord> {
    let len = from.count()?;
    let file = usize::take(from)?;
    let mut before = 0_i64;
    let numbers = (0..len).map(|_| {
        before = before.checked_add(i64::take(from)?).ok_or(BrokenRecord)?;
        u64::try_from(before).map_err(|_| BrokenRecord)
    });
    let rows = RowNumbers::Each(numbers.collect::<Result<_, _>>()?);
    let words = take_texts(from, &pools.word)?;
    let codes = take_texts(from, &pools.icd)?;
    let (mut columns, mut bound) = (Vec::new(), Vec::new());
    for _ in 0..from.count()? {
        bound.push(bool::take(from)?);
        columns.push(unpack_column(from, len, &words, &codes)?);
    }
    Ok(Batch { file, rows, columns, len, bound, rejected: vec![false; len] })
}

fn take_texts<I: InternedId>(from: &mut RecordReader<'_>, pool: &Interner<I>) -> Result<Vec<I>, BrokenRecord> {
    let count = from.count()?;
    let mut out = vec![I::default()];
    for _ in 0..count {
        out.push(pool.intern(from.text()?));
    }
    Ok(out)
}

fn unpack_column(
    from: &mut RecordReader<'_>,
    len: usize,
    words: &[WordId],
    codes: &[CodeId],
) -> Result<Column, BrokenRecord> {
    let texts = |from: &mut RecordReader<'_>| {
        let mut out = Vec::with_capacity(len);
        for _ in 0..len {
            // The bytes outlive the reader, but not its borrow.
            out.push(Some(String::take(from)?).filter(|t| !t.is_empty()));
        }
        Ok(StringArray::from(out))
    };
    Ok(match from.byte()? {
        ABSENT => Column::Absent,
        TEXT => Column::Text(texts(from)?),
        WORD => Column::Word(take_each(from, len, |f| numbered(f, words))?),
        CODE => Column::Code(take_each(from, len, |f| numbered(f, codes))?),
        SHORT => Column::Short(take_each(from, len, |f| u64::take(f).map(Short))?),
        DAY => Column::Day(take_each(from, len, |f| Ok(<Option<i32> as Record>::take(f)?.unwrap_or(NO_DAY)))?),
        INTEGER => {
            Column::Integer(take_each(from, len, |f| Ok(<Option<i64> as Record>::take(f)?.unwrap_or(NO_INTEGER)))?)
        }
        NUMBER => Column::Number(take_each(from, len, f64::take)?),
        FLAG => Column::Flag(take_each(from, len, |f| f.byte())?),
        _ => return Err(BrokenRecord),
    })
}

fn numbered<I: Copy>(from: &mut RecordReader<'_>, table: &[I]) -> Result<I, BrokenRecord> {
    table.get(usize::take(from)?).copied().ok_or(BrokenRecord)
}

fn take_each<T>(
    from: &mut RecordReader<'_>,
    len: usize,
    mut cell: impl FnMut(&mut RecordReader<'_>) -> Result<T, BrokenRecord>,
) -> Result<Vec<T>, BrokenRecord> {
    (0..len).map(|_| cell(from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::column::NO_FLAG;

    fn batch(pools: &Pools) -> Batch {
        let word = |t: &str| pools.word.intern_nonempty(t);
        let columns = vec![
            Column::Text(StringArray::from(vec![Some("A1"), Some("é"), Some(""), None])),
            Column::Word(vec![word("GOLD"), WordId::NONE, word("GOLD"), word("SILVER")]),
            Column::Code(vec![pools.icd.intern("I5022"); 4]),
            Column::Short(vec![Short::of("0450"), Short::NONE, Short::of("1"), Short::NONE]),
            Column::Day(vec![NO_DAY, -5, 20_000, i32::MAX]),
            Column::Integer(vec![NO_INTEGER, -1, i64::MAX, 0]),
            Column::Number(vec![f64::NAN, -0.0, 0.1, 1e300]),
            Column::Flag(vec![0, 1, NO_FLAG, 1]),
            Column::Day(vec![NO_DAY; 4]),
            Column::Absent,
        ];
        let bound = (0..columns.len()).map(|i| i != 9).collect();
        Batch { file: 3, rows: RowNumbers::From(7), columns, len: 4, bound, rejected: vec![false; 4] }
    }

    #[test]
    fn rows_come_back_under_the_numbers_of_another_process() {
        let (here, there) = (Pools::default(), Pools::default());
        there.word.intern("taken");
        let given = batch(&here);
        let mut bytes = Vec::new();
        pack_rows(&given, &[3, 1, 2], &here, &mut bytes);
        let back = unpack_rows(&mut RecordReader(&bytes), &there).expect("rows");
        assert_eq!((back.file, back.len, back.columns.len(), back.good().count()), (3, 3, 10, 3));
        for (new, old) in [(0, 3), (1, 1), (2, 2)] {
            assert_eq!(back.rows.at(new), given.rows.at(old));
            let (b, g) = (&back.columns, &given.columns);
            assert_eq!(b[0].text(new), g[0].text(old));
            assert_eq!(there.word.text_of(b[1].word(new)), here.word.text_of(g[1].word(old)));
            assert_eq!(there.icd.text_of(b[2].code(new)), "I5022");
            assert_eq!((b[3].short(new), b[4].day(new)), (g[3].short(old), g[4].day(old)));
            assert_eq!(b[5].integer(new), g[5].integer(old));
            assert_eq!(b[6].number(new).to_bits(), g[6].number(old).to_bits());
            assert_eq!((b[7].flag(new), b[8].day(new)), (g[7].flag(old), NO_DAY));
        }
        assert!(matches!(back.columns[8], Column::Absent) && back.bound[8] && !back.bound[9]);
        for cut in 0..bytes.len() {
            assert!(unpack_rows(&mut RecordReader(&bytes[..cut]), &there).is_err(), "{cut}");
        }
    }
}

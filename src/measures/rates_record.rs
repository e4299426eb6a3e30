//! Rates on their way from one process to another. Owns that groups travel by their texts, as interned numbers mean
//! nothing elsewhere; refuses to count.

use super::rates::{KINDS, RateCell, RateGroup, Rates};
use crate::domain::{BrokenRecord, Day, PayerType, Record, RecordReader, WordId, put_text};
use crate::extracts::Words;

/// The group with its words as texts.
fn put_group(group: &RateGroup, words: &Words<WordId>, out: &mut Vec<u8>) {
    let (kind, word) = match group {
        RateGroup::All => (0_u8, ""),
        RateGroup::Payer(payer) => {
            1_u8.put(out);
            return payer.put(out);
        }
        RateGroup::Plan(word) => (2, words.text(*word)),
        RateGroup::Practice(word) => (3, words.text(*word)),
        RateGroup::CareManager(id) => (4, &**id),
        RateGroup::Facility(word) => (5, words.text(*word)),
    };
    kind.put(out);
    put_text(word, out);
}

fn take_group(from: &mut RecordReader<'_>, words: &mut Words<WordId>) -> Result<RateGroup, BrokenRecord> {
    let kind = u8::take(from)?;
    if kind == 1 {
        return PayerType::take(from).map(RateGroup::Payer);
    }
    let text = from.text()?;
    Ok(match kind {
        0 => RateGroup::All,
        2 => RateGroup::Plan(words.add(text)),
        3 => RateGroup::Practice(words.add(text)),
        4 => RateGroup::CareManager(text.into()),
        5 => RateGroup::Facility(words.add(text)),
        _ => return Err(BrokenRecord),
    })
}

impl Rates {
    /// Writes the cells; what only counting needs stays behind.
    pub fn put_cells(&self, words: &Words<WordId>, out: &mut Vec<u8>) {
        self.rows.len().put(out);
        for ((month, group), cells) in &self.rows {
            month.put(out);
            put_group(group, words, out);
            for cell in cells {
                cell.put(out);
            }
        }
    }

    /// Reads cells back, for [`Rates::merge`] and for reading; words that are new join `words`.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    pub fn take_cells(from: &mut RecordReader<'_>, words: &mut Words<WordId>) -> Result<Self, BrokenRecord> {
        let mut out = Self::default();
        for _ in 0..from.count()? {
            let key = (Day::take(from)?, take_group(from, words)?);
            let mut cells = [RateCell::default(); KINDS];
            for cell in &mut cells {
                *cell = RateCell::take(from)?;
            }
            out.rows.insert(key, cells);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::Expected;

    #[test]
    fn cells_come_back_under_the_numbers_of_another_table() {
        let mut here = Words::<WordId>::default();
        let (plan, facility) = (here.add("GOLD"), here.add("1003000126"));
        let mut rates = Rates::default();
        let groups = [
            RateGroup::All,
            RateGroup::Payer(PayerType::Medicaid),
            RateGroup::Plan(plan),
            RateGroup::CareManager("CM1".into()),
            RateGroup::Facility(facility),
        ];
        for (n, group) in (1_i64..).zip(groups) {
            let mut cells = [RateCell::default(); KINDS];
            cells[3] = RateCell { observed: n, exposure: -n, expected: Expected::of_events(0.1), ..cells[3] };
            rates.rows.insert((Day(20_000), group), cells);
        }
        let mut bytes = Vec::new();
        rates.put_cells(&here, &mut bytes);

        let mut there = Words::<WordId>::default();
        there.add("1003000126");
        let back = Rates::take_cells(&mut RecordReader(&bytes), &mut there).expect("cells");
        let told = |rates: &Rates, words: &Words<WordId>| {
            let rows = rates.rows.iter().map(|((day, g), c)| (*day, g.dimension(), g.label(words).to_owned(), *c));
            let mut rows: Vec<_> = rows.collect();
            rows.sort_by(|a, b| (a.1, &a.2).cmp(&(b.1, &b.2)));
            rows
        };
        assert_eq!(told(&back, &there), told(&rates, &here));
        assert_eq!(there.id("1003000126").number(), 1);
        assert!(Rates::take_cells(&mut RecordReader(&bytes[..bytes.len() - 1]), &mut there).is_err());
    }
}

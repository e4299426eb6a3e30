//! From pharmacy rows to fills that happened: deliveries of one fill, corrections and reversals resolved. Owns those
//! rules; refuses to know days' supply as cover.

use std::cmp::Reverse;

use super::account::RowAccount;
use crate::extracts::{Fill, Reason};

/// The fills of one member, in order of their day, from rows in any order. By claim and line the row received (then
/// paid) last stands; a reversal takes its fill away and is none itself.
#[must_use]
pub fn resolve<'b>(rows: &[Fill<'b>], account: &mut RowAccount) -> Vec<Fill<'b>> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| latest_first(a, b));
    rows.dedup_by(|b, a| {
        let same = a.same_content(b);
        if same {
            account.drop_row("exact_duplicate");
        }
        same
    });
    let mut desk = Desk::default();
    for group in rows.chunk_by(|a, b| (a.claim_id, a.line) == (b.claim_id, b.line)) {
        desk.sort_out(group, account);
    }
    let Desk { mut fills, loose, mut reversed } = desk;
    for reversal in loose {
        take_away(&reversal, &mut fills, &mut reversed, account);
    }
    fills.sort_by(|a, b| (a.day, a.claim_id, a.line).cmp(&(b.day, b.claim_id, b.line)));
    fills
}

/// Claim and line, then the latest received and paid; of one day a reversal before its fill, then content.
fn latest_first(a: &Fill<'_>, b: &Fill<'_>) -> std::cmp::Ordering {
    let key = |f: &Fill<'_>| (f.line, Reverse(f.received), Reverse(f.paid), !f.is_reversal, f.day);
    let rest = |f: &Fill<'_>| (f.days_supply, f.paid_cents, f.quantity_milli);
    a.claim_id
        .cmp(b.claim_id)
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| a.reversal_of.cmp(b.reversal_of))
        .then_with(|| rest(a).cmp(&rest(b)))
        // Numbers of words depend on arrival; beside equal rest they order two unlike drugs of one claim line, a
        // conflict that is counted either way.
        .then_with(|| (a.ndc, a.ingredient).cmp(&(b.ndc, b.ingredient)))
}

#[derive(Default)]
struct Desk<'b> {
    fills: Vec<Fill<'b>>,
    /// Reversals whose fill is under another claim or line.
    loose: Vec<Fill<'b>>,
    /// Claims whose fill a reversal has taken away.
    reversed: Vec<&'b str>,
}

impl<'b> Desk<'b> {
    /// Rows of one claim line, the latest first.
    fn sort_out(&mut self, group: &[Fill<'b>], account: &mut RowAccount) {
        let elsewhere = |f: &&Fill<'b>| !f.reversal_of.is_empty() && f.reversal_of != f.claim_id;
        let here = |f: &&Fill<'b>| !elsewhere(f);
        self.keep_loose(group.iter().filter(elsewhere), account);
        let has_fill = group.iter().filter(here).any(|f| !f.is_reversal);
        if !has_fill {
            self.keep_loose(group.iter().filter(here), account);
            return;
        }
        let mut rows = group.iter().filter(here);
        let Some(latest) = rows.next() else { return };
        if latest.is_reversal {
            account.drop_row("reversal");
            self.reversed.push(latest.claim_id);
        } else {
            self.fills.push(*latest);
        }
        for row in rows {
            if row.is_reversal {
                account.drop_row("reversal");
            } else if latest.is_reversal {
                account.drop_row("reversed");
            } else {
                count_superseded(latest, row, account);
            }
        }
    }

    /// One reversal of a claim line stands for all its copies.
    fn keep_loose<'g>(&mut self, mut rows: impl Iterator<Item = &'g Fill<'b>>, account: &mut RowAccount)
    where
        'b: 'g,
    {
        let Some(latest) = rows.next() else { return };
        self.loose.push(*latest);
        rows.for_each(|row| count_superseded(latest, row, account));
    }
}

/// An older row of a claim line of which a later one stands.
fn count_superseded(latest: &Fill<'_>, row: &Fill<'_>, account: &mut RowAccount) {
    if latest.same_fill(row) {
        account.drop_row("redelivered");
    } else if (latest.received, latest.paid) != (row.received, row.paid) {
        account.drop_row("superseded_line");
    } else {
        account.quarantined.push((row.file, row.row, Reason::ConflictingLine));
    }
}

/// Takes away what a reversal reverses: the claim that it names, else a fill under its own claim, else one of the same
/// drug and day, best the one with the opposite amounts.
fn take_away<'b>(
    reversal: &Fill<'b>,
    fills: &mut Vec<Fill<'b>>,
    reversed: &mut Vec<&'b str>,
    account: &mut RowAccount,
) {
    if !reversal.reversal_of.is_empty() && reversal.reversal_of != reversal.claim_id {
        let before = fills.len();
        fills.retain(|f| f.claim_id != reversal.reversal_of);
        account.drop_rows("reversed", before - fills.len());
        if fills.len() < before || reversed.contains(&reversal.reversal_of) {
            account.drop_row("reversal");
            reversed.push(reversal.reversal_of);
        } else {
            account.quarantined.push((reversal.file, reversal.row, Reason::ReversalWithoutOriginal));
        }
        return;
    }
    let opposite = |a: Option<i64>, b: Option<i64>| a.zip(b).is_some_and(|(a, b)| a == -b);
    let rank = |f: &Fill<'b>| {
        let own = f.claim_id == reversal.claim_id;
        let same_service = f.day == reversal.day && f.same_drug(reversal);
        let amounts = u8::from(opposite(f.supplied_days(), reversal.supplied_days()))
            + u8::from(opposite(f.paid_amount(), reversal.paid_amount()))
            + u8::from(opposite(f.quantity(), reversal.quantity()));
        (own || same_service).then_some((own, same_service, amounts))
    };
    let best = (0..fills.len()).filter_map(|i| Some((rank(&fills[i])?, Reverse(i)))).max();
    match best {
        Some((_, Reverse(at))) => {
            reversed.push(fills.remove(at).claim_id);
            account.drop_row("reversed");
            account.drop_row("reversal");
        }
        None => account.quarantined.push((reversal.file, reversal.row, Reason::ReversalWithoutOriginal)),
    }
}

impl Fill<'_> {
    /// One product, or one ingredient where a product code is missing.
    fn same_drug(&self, other: &Self) -> bool {
        if self.ndc.is_some() && other.ndc.is_some() {
            self.ndc == other.ndc
        } else {
            self.ingredient.is_some() && self.ingredient == other.ingredient
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::WordId;
    use crate::extracts::NO_DAY;
    use std::collections::BTreeMap;

    fn fill(claim_id: &str, day: i32) -> Fill<'_> {
        Fill {
            claim_id,
            line: 1,
            day,
            ndc: WordId::from_number(7),
            ingredient: WordId::from_number(3),
            days_supply: 30,
            quantity_milli: 30_000,
            paid_cents: 1000,
            paid: NO_DAY,
            received: NO_DAY,
            ..Fill::default()
        }
    }

    fn back(claim_id: &str, day: i32) -> Fill<'_> {
        Fill {
            is_reversal: true,
            days_supply: -30,
            quantity_milli: -30_000,
            paid_cents: -1000,
            file: 2,
            row: 9,
            ..fill(claim_id, day)
        }
    }

    type Seen = (Vec<(String, i64)>, BTreeMap<&'static str, u64>, Vec<Reason>);

    /// Claim and days of the fills that stand, rows left out, rows rejected; the same whatever the order of rows.
    fn resolved(rows: &[Fill<'_>]) -> Seen {
        let run = |rows: &[Fill<'_>]| {
            let mut account = RowAccount::default();
            let fills = resolve(rows, &mut account);
            let reasons: Vec<Reason> = account.quarantined.iter().map(|q| q.2).collect();
            (fills.iter().map(|f| (f.claim_id.to_owned(), f.days_supply)).collect(), account.dropped, reasons)
        };
        let seen = run(rows);
        let turned: Vec<Fill<'_>> = rows.iter().rev().copied().collect();
        assert_eq!(run(&turned), seen, "row order decides nothing");
        seen
    }

    fn kept(of: &[(&str, i64)]) -> Vec<(String, i64)> {
        of.iter().map(|(c, d)| ((*c).to_owned(), *d)).collect()
    }

    #[test]
    fn one_fill_delivered_again_paid_again_or_corrected_is_one_fill() {
        let again = Fill { received: 140, ..fill("A", 100) };
        let repaid = Fill { received: 150, paid: 145, ..fill("A", 100) };
        assert_eq!(
            resolved(&[fill("A", 100), fill("A", 100), again, repaid]),
            (kept(&[("A", 30)]), BTreeMap::from([("exact_duplicate", 1), ("redelivered", 2)]), vec![])
        );
        let ninety = Fill { days_supply: 90, received: 120, ..fill("A", 100) };
        let thirty = Fill { received: 130, ..fill("A", 100) };
        assert_eq!(resolved(&[ninety, thirty]), (kept(&[("A", 30)]), BTreeMap::from([("superseded_line", 1)]), vec![]));
        // Only the paid date differs: the later payment stands.
        let paid = Fill { days_supply: 60, paid: 120, ..fill("A", 100) };
        assert_eq!(resolved(&[Fill { paid: 110, ..fill("A", 100) }, paid]).0, kept(&[("A", 60)]));
        // Nothing tells which is right.
        let ninety = Fill { days_supply: 90, ..fill("A", 100) };
        assert_eq!(resolved(&[ninety, fill("A", 100)]).2, [Reason::ConflictingLine]);
    }

    #[test]
    fn a_reversal_takes_its_fill_away_whatever_it_is_filed_under() {
        let gone = BTreeMap::from([("reversal", 1), ("reversed", 1)]);
        // Under the same claim and line, under another line of it, by name, and by drug and day alone.
        let other_line = Fill { line: 2, ..back("A", 100) };
        let by_name = Fill { reversal_of: "A", ..back("R", 140) };
        for reversal in [back("A", 100), other_line, by_name, back("R", 100)] {
            let rows = [fill("A", 100), fill("B", 130), reversal];
            assert_eq!(resolved(&rows), (kept(&[("B", 30)]), gone.clone(), vec![]), "{reversal:?}");
        }
        // Of two fills of one drug and day the one with the opposite amounts goes; one reversal takes one fill.
        let ninety = Fill { days_supply: 90, quantity_milli: 90_000, paid_cents: 2000, ..fill("A", 100) };
        assert_eq!(resolved(&[ninety, fill("B", 100), back("R", 100)]), (kept(&[("A", 90)]), gone, vec![]));
    }

    #[test]
    fn a_fill_billed_anew_after_its_reversal_stands() {
        let first = Fill { received: 110, ..fill("A", 100) };
        let reversal = Fill { received: 120, ..back("A", 100) };
        let anew = Fill { received: 130, days_supply: 60, ..fill("A", 100) };
        assert_eq!(resolved(&[first, reversal, anew]).0, kept(&[("A", 60)]));
        // Under a claim of its own too: the reversal takes one of the two.
        assert_eq!(resolved(&[fill("A", 100), back("A", 100), fill("C", 100)]).0, kept(&[("C", 30)]));
    }

    #[test]
    fn a_reversal_of_nothing_is_rejected_and_told() {
        let stranger = Fill { ndc: WordId::from_number(8), ingredient: WordId::from_number(4), ..back("R", 100) };
        let by_name = Fill { reversal_of: "Z", ..back("Q", 100) };
        let (fills, _, reasons) = resolved(&[fill("A", 100), stranger, by_name]);
        assert_eq!((fills, reasons), (kept(&[("A", 30)]), vec![Reason::ReversalWithoutOriginal; 2]));
    }

    #[test]
    fn a_reversal_delivered_every_month_reverses_once() {
        let month = |received: i32| {
            [Fill { received, ..fill("A", 100) }, Fill { received, reversal_of: "A", ..back("R", 100) }]
        };
        let rows: Vec<Fill<'_>> = [110, 140, 170].into_iter().flat_map(month).collect();
        let left = BTreeMap::from([("redelivered", 4), ("reversal", 1), ("reversed", 1)]);
        assert_eq!(resolved(&rows), (vec![], left, vec![]));
    }
}

//! From claim lines to final claims: duplicates, voids, reversals and versions resolved. Owns those
//! rules; refuses to know stays.

use bumpalo::Bump;

use super::account::RowAccount;
use crate::domain::{CodeId, Short, WordId};
use crate::extracts::{Basis, ClaimKind, ClaimLine, Dx, Px, Reason};

/// What a line says beyond its claim's header.
#[derive(Clone, Copy, Debug)]
pub struct ServiceLine {
    /// Revenue centre.
    pub revenue: Short,
    /// Place of service.
    pub place: Short,
    /// Procedure (interned).
    pub hcpcs: WordId,
    /// Rendering provider (interned).
    pub rendering: WordId,
    /// Rendering provider's specialty (interned).
    pub specialty: WordId,
    /// Facility of this line (interned).
    pub facility: WordId,
    /// Service day.
    pub start: i32,
    /// Paid, in cents.
    pub paid_cents: i64,
}

/// One final claim.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct Claim<'b> {
    pub id: &'b str,
    pub kind: ClaimKind,
    pub start: i32,
    pub end: i32,
    pub admit: Option<i32>,
    pub discharge: Option<i32>,
    pub bill: Short,
    pub admit_source: Short,
    pub admit_type: Short,
    pub disposition: Short,
    pub drg: Short,
    pub facility: WordId,
    pub dx_basis: Basis,
    pub px_basis: Basis,
    /// Distinct (position, code) pairs by position; position 1 of the first line that has one comes first.
    pub dx: &'b [Dx],
    pub px: &'b [Px],
    pub lines: &'b [ServiceLine],
    /// Sum over lines, in cents.
    pub paid_cents: i64,
    /// Day it had arrived by its received, else paid date; `None` when a line has neither.
    pub arrived: Option<i32>,
}

impl Claim<'_> {
    /// Code at position 1; 0 when that position is empty.
    #[must_use]
    pub fn principal(&self) -> CodeId {
        self.dx.first().filter(|d| d.position == 1).map_or(CodeId::NONE, |d| d.code)
    }
    /// Discharge, else the last day billed.
    #[must_use]
    pub fn last_day(&self) -> i32 {
        self.discharge.unwrap_or(self.end)
    }
    /// The codes are ICD-10.
    #[must_use]
    pub fn icd10(&self) -> bool {
        self.dx_basis == Basis::Icd10
    }
    /// Inpatient bill of a stay: 11x but 110, 115 and 118.
    #[must_use]
    pub fn is_inpatient(&self) -> bool {
        self.kind == ClaimKind::Institutional && self.is_11x() && !self.bill.is_any(&["110", "115", "118"])
    }
    /// Any 11x bill.
    #[must_use]
    pub fn is_11x(&self) -> bool {
        self.bill.0 >> 8 == Short::of("11").0
    }
    /// Bill type begins with these two characters.
    #[must_use]
    pub fn bill_begins(&self, two: &str) -> bool {
        self.bill.0 >> 8 == Short::of(two).0
    }
}

/// The final claims of one member.
#[derive(Default)]
pub struct FinalClaims<'b> {
    /// By id.
    pub claims: Vec<Claim<'b>>,
    /// No line was left out and every claim arrived on one day: what was known on an earlier day is then the
    /// claims that had arrived by it.
    pub plain: bool,
}

/// Resolves the lines of one member that had arrived. Lines may come in any order; what claims share with their
/// lines stays in `arena`.
#[must_use]
pub fn resolve<'b>(mut lines: Vec<&ClaimLine<'b>>, arena: &'b Bump, account: &mut RowAccount) -> FinalClaims<'b> {
    let before = lines.len();
    // A void that names no claim says nothing: out before versions are compared.
    lines.retain(|l| {
        let lost = l.bill == Short::of("118") && l.reversal_of.is_empty();
        if lost {
            account.drop_row("void_without_link");
        }
        !lost
    });
    lines.sort_by(|a, b| line_order(a, b));
    lines.dedup_by(|b, a| {
        let same = a.same_content(b);
        if same {
            account.drop_row("exact_duplicate");
        }
        same
    });
    let reversed = take_reversals(&mut lines, account);
    if !reversed.is_empty() {
        lines.retain(|l| {
            let gone = reversed.contains(&l.claim_id);
            if gone {
                account.drop_row("reversed");
            }
            !gone
        });
    }
    let mut out = FinalClaims { claims: Vec::with_capacity(lines.len()), plain: lines.len() == before };
    let mut desk = Desk::default();
    for group in lines.chunk_by(|a, b| a.claim_id == b.claim_id) {
        let claim = unite_lines(group, arena, &mut desk, account);
        out.plain &= claim.lines.len() == group.len() && one_arrival(group);
        out.claims.push(claim);
    }
    out
}

/// Received, else paid; undated lines count as one arrival when they share their start.
fn one_arrival(group: &[&ClaimLine<'_>]) -> bool {
    let key = |l: &ClaimLine<'_>| match l.arrived() {
        Some(day) => (true, day),
        None => (false, l.start),
    };
    group.windows(2).all(|w| key(w[0]) == key(w[1]))
}

/// Claim, then highest version, then line, then latest received and paid; content decides the rest.
fn line_order(a: &ClaimLine<'_>, b: &ClaimLine<'_>) -> std::cmp::Ordering {
    let key = |l: &ClaimLine<'_>| {
        (std::cmp::Reverse(l.version), l.line, std::cmp::Reverse(l.received), std::cmp::Reverse(l.paid))
    };
    let rest = |l: &ClaimLine<'_>| {
        (
            l.start,
            l.end,
            l.admit,
            l.discharge,
            l.paid_cents,
            l.bill,
            l.revenue,
            l.disposition,
            l.drg,
            l.place,
            l.dx.len(),
            l.px.len(),
        )
    };
    a.claim_id
        .cmp(b.claim_id)
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| rest(a).cmp(&rest(b)))
        .then_with(|| a.reversal_of.cmp(b.reversal_of))
}

/// Takes the reversal rows out and returns the claims they remove.
fn take_reversals<'b>(lines: &mut Vec<&ClaimLine<'b>>, account: &mut RowAccount) -> Vec<&'b str> {
    if lines.iter().all(|l| l.reversal_of.is_empty()) {
        return Vec::new();
    }
    let (rows, kept): (Vec<&ClaimLine<'b>>, Vec<&ClaimLine<'b>>) =
        std::mem::take(lines).into_iter().partition(|l| !l.reversal_of.is_empty());
    let mut gone = Vec::new();
    for row in rows {
        if kept.iter().any(|l| l.claim_id == row.reversal_of) {
            account.drop_row("reversal");
            gone.push(row.reversal_of);
        } else {
            account.quarantined.push((row.file, row.row, Reason::ReversalWithoutOriginal));
        }
    }
    *lines = kept;
    gone
}

/// Buffers that the claims of one member share.
#[derive(Default)]
struct Desk {
    /// Places of the kept lines in their group.
    kept: Vec<usize>,
    dx: Vec<Dx>,
    px: Vec<Px>,
}

/// One claim from its lines, sorted by [`line_order`].
fn unite_lines<'b>(group: &[&ClaimLine<'b>], arena: &'b Bump, desk: &mut Desk, account: &mut RowAccount) -> Claim<'b> {
    keep_lines(group, &mut desk.kept, account);
    let kept = || desk.kept.iter().map(|i| group[*i]);
    let first = group[desk.kept[0]];
    let code = |get: fn(&ClaimLine<'b>) -> Short| kept().map(get).find(|c| !c.is_none()).unwrap_or_default();
    let basis = |get: fn(&ClaimLine<'b>) -> Basis| kept().map(get).find(|b| *b != Basis::Unstated).unwrap_or_default();
    Claim {
        id: first.claim_id,
        kind: first.kind,
        start: first.start,
        end: first.end,
        admit: kept().find_map(ClaimLine::admitted),
        discharge: kept().find_map(ClaimLine::discharged),
        bill: code(|l| l.bill),
        admit_source: code(|l| l.admit_source),
        admit_type: code(|l| l.admit_type),
        disposition: code(|l| l.disposition),
        drg: code(|l| l.drg),
        facility: kept().map(|l| l.facility).find(|f| f.is_some()).unwrap_or_default(),
        dx_basis: basis(|l| l.dx_basis),
        px_basis: basis(|l| l.px_basis),
        dx: unite_dx(first.dx, kept(), arena, &mut desk.dx),
        px: unite_px(first.px, kept(), arena, &mut desk.px),
        lines: arena.alloc_slice_fill_iter(kept().map(|l| ServiceLine {
            revenue: l.revenue,
            place: l.place,
            hcpcs: l.hcpcs,
            rendering: l.rendering,
            specialty: l.specialty,
            facility: l.facility,
            start: l.start,
            paid_cents: l.paid_amount().unwrap_or(0),
        })),
        paid_cents: kept().filter_map(ClaimLine::paid_amount).sum(),
        arrived: kept().map(ClaimLine::arrived).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b))).flatten(),
    }
}

/// The lines of the highest version, one a line number: the latest received.
fn keep_lines(group: &[&ClaimLine<'_>], kept: &mut Vec<usize>, account: &mut RowAccount) {
    let version = group[0].version;
    kept.clear();
    for (i, line) in group.iter().enumerate() {
        if line.version != version {
            account.drop_row("superseded_version");
        } else if let Some(latest) = kept.last().map(|k| group[*k]).filter(|k| k.line == line.line) {
            // The latest received copy of this line is already kept.
            if latest.same_service(line) {
                account.drop_row("redelivered");
            } else if version > 0 || (latest.received, latest.paid) != (line.received, line.paid) {
                account.drop_row("superseded_line");
            } else {
                // Neither a version nor a date tells which of the two is right.
                account.quarantined.push((line.file, line.row, Reason::ConflictingLine));
            }
        } else {
            kept.push(i);
        }
    }
}

/// Codes of every line by position; of two codes at one position the earlier line's stays first. A line's own
/// codes stand in that order already, and most claims repeat them on every line.
fn unite_dx<'l, 'b: 'l>(
    first: &'b [Dx],
    lines: impl Iterator<Item = &'l ClaimLine<'b>> + Clone,
    arena: &'b Bump,
    desk: &mut Vec<Dx>,
) -> &'b [Dx] {
    if lines.clone().all(|l| std::ptr::eq(l.dx, first) || l.dx == first) {
        return first;
    }
    desk.clear();
    for d in lines.flat_map(|l| l.dx) {
        match desk.iter_mut().find(|o| o.position == d.position && o.code == d.code) {
            Some(old) if old.poa == 0 => old.poa = d.poa,
            Some(_) => {}
            None => desk.push(*d),
        }
    }
    desk.sort_by_key(|d| d.position);
    arena.alloc_slice_copy(desk)
}

/// As [`unite_dx`], for procedures.
fn unite_px<'l, 'b: 'l>(
    first: &'b [Px],
    lines: impl Iterator<Item = &'l ClaimLine<'b>> + Clone,
    arena: &'b Bump,
    desk: &mut Vec<Px>,
) -> &'b [Px] {
    if lines.clone().all(|l| std::ptr::eq(l.px, first) || l.px == first) {
        return first;
    }
    desk.clear();
    for p in lines.flat_map(|l| l.px) {
        if !desk.iter().any(|o| o.position == p.position && o.code == p.code) {
            desk.push(*p);
        }
    }
    desk.sort_by_key(|p| p.position);
    arena.alloc_slice_copy(desk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::NO_DAY;
    use std::collections::BTreeMap;

    fn line(id: &str, version: i64, n: i64) -> ClaimLine<'_> {
        ClaimLine {
            claim_id: id,
            version,
            line: n,
            start: 100,
            end: 103,
            admit: NO_DAY,
            discharge: NO_DAY,
            paid: NO_DAY,
            received: 110,
            paid_cents: 500,
            bill: Short::of("111"),
            ..ClaimLine::default()
        }
    }

    #[test]
    fn the_highest_version_stands_and_every_line_is_accounted_for() {
        let (arena, mut account) = (Bump::new(), RowAccount::default());
        let claims = resolve(
            vec![&line("A", 0, 1), &line("A", 0, 2), &line("A", 2, 1), &line("A", 2, 1), &line("B", 0, 1)],
            &arena,
            &mut account,
        )
        .claims;
        assert_eq!(
            claims.iter().map(|c| (c.id, c.lines.len(), c.paid_cents)).collect::<Vec<_>>(),
            [("A", 1, 500), ("B", 1, 500)]
        );
        assert_eq!(account.dropped, BTreeMap::from([("exact_duplicate", 1), ("superseded_version", 2)]));
    }

    #[test]
    fn a_reversal_takes_every_version_and_itself() {
        let reversal = ClaimLine { reversal_of: "A", ..line("R", 0, 1) };
        let (arena, mut account) = (Bump::new(), RowAccount::default());
        let claims =
            resolve(vec![&line("A", 0, 1), &line("A", 1, 1), &reversal, &line("B", 0, 1)], &arena, &mut account).claims;
        assert_eq!(claims.iter().map(|c| c.id).collect::<Vec<_>>(), ["B"]);
        assert_eq!(account.dropped, BTreeMap::from([("reversal", 1), ("reversed", 2)]));
    }

    #[test]
    fn a_reversal_of_nothing_is_rejected_and_a_void_without_link_dropped() {
        let reversal = ClaimLine { reversal_of: "Z", file: 3, row: 7, ..line("R", 0, 1) };
        let void = ClaimLine { bill: Short::of("118"), ..line("A", 9, 1) };
        let (arena, mut account) = (Bump::new(), RowAccount::default());
        let claims = resolve(vec![&line("A", 0, 1), &reversal, &void], &arena, &mut account).claims;
        assert_eq!(claims.len(), 1);
        assert_eq!(account.quarantined, [(3, 7, Reason::ReversalWithoutOriginal)]);
        assert_eq!(account.dropped, BTreeMap::from([("void_without_link", 1)]));
    }

    #[test]
    fn of_two_copies_of_a_line_the_latest_received_stands() {
        let newer = ClaimLine { received: 120, paid_cents: 900, ..line("A", 0, 1) };
        let (arena, mut account) = (Bump::new(), RowAccount::default());
        let claims = resolve(vec![&line("A", 0, 1), &newer], &arena, &mut account).claims;
        assert_eq!(claims[0].paid_cents, 900);
        assert_eq!(account.dropped, BTreeMap::from([("superseded_line", 1)]));
        assert!(account.quarantined.is_empty());
    }

    #[test]
    fn a_line_delivered_again_is_one_line() {
        let again = ClaimLine { received: 140, ..line("A", 0, 1) };
        let repaid = ClaimLine { received: 170, paid: 165, ..line("A", 0, 1) };
        let (arena, mut account) = (Bump::new(), RowAccount::default());
        let claims = resolve(vec![&again, &line("A", 0, 1), &repaid], &arena, &mut account).claims;
        assert_eq!((claims[0].lines.len(), claims[0].paid_cents, claims[0].arrived), (1, 500, Some(170)));
        assert_eq!(account.dropped, BTreeMap::from([("redelivered", 2)]));
    }

    #[test]
    fn two_unlike_lines_that_nothing_tells_apart_are_a_conflict() {
        let other = ClaimLine { paid_cents: 900, ..line("A", 0, 1) };
        let (arena, mut account) = (Bump::new(), RowAccount::default());
        let claims = resolve(vec![&other, &line("A", 0, 1)], &arena, &mut account).claims;
        assert_eq!(claims[0].paid_cents, 500);
        assert_eq!(account.quarantined.iter().map(|q| q.2).collect::<Vec<_>>(), [Reason::ConflictingLine]);
    }
}

//! From claim lines to final claims: duplicates, voids, reversals and versions resolved. Owns those
//! rules; refuses to know stays.

use std::collections::BTreeMap;

use crate::domain::Short;
use crate::extracts::{Basis, ClaimKind, ClaimLine, Dx, NO_DAY, NO_INTEGER, Px, Reason};

/// What a line says beyond its claim's header.
#[derive(Clone, Debug)]
pub struct ServiceLine {
    /// Revenue centre.
    pub revenue: Short,
    /// Place of service.
    pub place: Short,
    /// Procedure (interned).
    pub hcpcs: u32,
    /// Rendering provider (interned).
    pub rendering: u32,
    /// Rendering provider's specialty (interned).
    pub specialty: u32,
    /// Facility of this line (interned).
    pub facility: u32,
    /// Service day.
    pub start: i32,
    /// Paid, in cents.
    pub paid_cents: i64,
}

/// One final claim.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct Claim {
    pub id: Box<str>,
    pub kind: ClaimKind,
    pub start: i32,
    pub end: i32,
    pub admit: i32,
    pub discharge: i32,
    pub bill: Short,
    pub admit_source: Short,
    pub admit_type: Short,
    pub disposition: Short,
    pub drg: Short,
    pub facility: u32,
    pub dx_basis: Basis,
    pub px_basis: Basis,
    /// Distinct (position, code) pairs by position; position 1 of the first line that has one comes first.
    pub dx: Vec<Dx>,
    pub px: Vec<Px>,
    pub lines: Vec<ServiceLine>,
    /// Sum over lines, in cents.
    pub paid_cents: i64,
}

impl Claim {
    /// Code at position 1; 0 when that position is empty.
    #[must_use]
    pub fn principal(&self) -> u32 {
        self.dx.first().filter(|d| d.position == 1).map_or(0, |d| d.code)
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

/// What became of lines that are in no final claim.
#[derive(Default, Debug)]
pub struct LineAccount {
    /// Lines left out by rule.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Lines rejected after the fact: file, row, reason.
    pub quarantined: Vec<(u32, u64, Reason)>,
}

impl LineAccount {
    fn drop_line(&mut self, rule: &'static str) {
        *self.dropped.entry(rule).or_default() += 1;
    }
}

/// Resolves the lines of one member that had arrived. Lines may come in any order.
#[must_use]
pub fn resolve(mut lines: Vec<ClaimLine>, account: &mut LineAccount) -> Vec<Claim> {
    // A void that names no claim says nothing: out before versions are compared.
    lines.retain(|l| {
        let lost = l.bill == Short::of("118") && l.reversal_of.is_empty();
        if lost {
            account.drop_line("void_without_link");
        }
        !lost
    });
    lines.sort_by(order);
    lines.dedup_by(|b, a| {
        let same = a.same_content(b);
        if same {
            account.drop_line("exact_duplicate");
        }
        same
    });
    let reversed = reversals(&mut lines, account);
    lines.retain(|l| {
        let gone = reversed.contains(&l.claim_id);
        if gone {
            account.drop_line("reversed");
        }
        !gone
    });
    let mut claims = Vec::new();
    for group in lines.chunk_by(|a, b| a.claim_id == b.claim_id) {
        claims.push(unite(group, account));
    }
    claims
}

/// Claim, then highest version, then line, then latest received and paid; content decides the rest.
fn order(a: &ClaimLine, b: &ClaimLine) -> std::cmp::Ordering {
    let key = |l: &ClaimLine| {
        (std::cmp::Reverse(l.version), l.line, std::cmp::Reverse(l.received), std::cmp::Reverse(l.paid))
    };
    let rest = |l: &ClaimLine| {
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
        .cmp(&b.claim_id)
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| rest(a).cmp(&rest(b)))
        .then_with(|| a.reversal_of.cmp(&b.reversal_of))
}

/// Takes the reversal rows out and returns the claims they remove.
fn reversals(lines: &mut Vec<ClaimLine>, account: &mut LineAccount) -> Vec<Box<str>> {
    if lines.iter().all(|l| l.reversal_of.is_empty()) {
        return Vec::new();
    }
    let (rows, kept): (Vec<ClaimLine>, Vec<ClaimLine>) =
        std::mem::take(lines).into_iter().partition(|l| !l.reversal_of.is_empty());
    let mut gone = Vec::new();
    for row in rows {
        if kept.iter().any(|l| l.claim_id == row.reversal_of) {
            account.drop_line("reversal");
            gone.push(row.reversal_of);
        } else {
            account.quarantined.push((row.file, row.row, Reason::ReversalWithoutOriginal));
        }
    }
    *lines = kept;
    gone
}

/// One claim from its lines, sorted by [`order`].
fn unite(group: &[ClaimLine], account: &mut LineAccount) -> Claim {
    let version = group[0].version;
    let mut kept: Vec<&ClaimLine> = Vec::with_capacity(group.len());
    for line in group {
        if line.version != version {
            account.drop_line("superseded_version");
        } else if kept.last().is_some_and(|k| k.line == line.line) {
            // The latest received copy of this line is already kept.
            if version == 0 {
                account.quarantined.push((line.file, line.row, Reason::ConflictingLine))
            } else {
                account.drop_line("superseded_line")
            }
        } else {
            kept.push(line);
        }
    }
    let first = kept[0];
    let day = |get: fn(&ClaimLine) -> i32| kept.iter().map(|l| get(l)).find(|d| *d != NO_DAY).unwrap_or(NO_DAY);
    let code = |get: fn(&ClaimLine) -> Short| kept.iter().map(|l| get(l)).find(|c| !c.is_none()).unwrap_or_default();
    let basis =
        |get: fn(&ClaimLine) -> Basis| kept.iter().map(|l| get(l)).find(|b| *b != Basis::Unstated).unwrap_or_default();
    let mut dx: Vec<Dx> = Vec::new();
    let mut px: Vec<Px> = Vec::new();
    for line in &kept {
        for d in &line.dx {
            match dx.iter_mut().find(|o| o.position == d.position && o.code == d.code) {
                Some(old) if old.poa == 0 => old.poa = d.poa,
                Some(_) => {}
                None => dx.push(*d),
            }
        }
        for p in &line.px {
            if !px.iter().any(|o| o.position == p.position && o.code == p.code) {
                px.push(*p);
            }
        }
    }
    // Stable: of two codes at one position the earlier line's stays first.
    dx.sort_by_key(|d| d.position);
    px.sort_by_key(|p| p.position);
    Claim {
        id: first.claim_id.clone(),
        kind: first.kind,
        start: day(|l| l.start),
        end: day(|l| l.end),
        admit: day(|l| l.admit),
        discharge: day(|l| l.discharge),
        bill: code(|l| l.bill),
        admit_source: code(|l| l.admit_source),
        admit_type: code(|l| l.admit_type),
        disposition: code(|l| l.disposition),
        drg: code(|l| l.drg),
        facility: kept.iter().map(|l| l.facility).find(|f| *f != 0).unwrap_or(0),
        dx_basis: basis(|l| l.dx_basis),
        px_basis: basis(|l| l.px_basis),
        dx,
        px,
        lines: kept
            .iter()
            .map(|l| ServiceLine {
                revenue: l.revenue,
                place: l.place,
                hcpcs: l.hcpcs,
                rendering: l.rendering,
                specialty: l.specialty,
                facility: l.facility,
                start: l.start,
                paid_cents: if l.paid_cents == NO_INTEGER { 0 } else { l.paid_cents },
            })
            .collect(),
        paid_cents: kept.iter().map(|l| l.paid_cents).filter(|c| *c != NO_INTEGER).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, version: i64, n: i64) -> ClaimLine {
        ClaimLine {
            claim_id: id.into(),
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
        let mut account = LineAccount::default();
        let claims = resolve(
            vec![line("A", 0, 1), line("A", 0, 2), line("A", 2, 1), line("A", 2, 1), line("B", 0, 1)],
            &mut account,
        );
        assert_eq!(
            claims.iter().map(|c| (&*c.id, c.lines.len(), c.paid_cents)).collect::<Vec<_>>(),
            [("A", 1, 500), ("B", 1, 500)]
        );
        assert_eq!(account.dropped, BTreeMap::from([("exact_duplicate", 1), ("superseded_version", 2)]));
    }

    #[test]
    fn a_reversal_takes_every_version_and_itself() {
        let reversal = ClaimLine { reversal_of: "A".into(), ..line("R", 0, 1) };
        let mut account = LineAccount::default();
        let claims = resolve(vec![line("A", 0, 1), line("A", 1, 1), reversal, line("B", 0, 1)], &mut account);
        assert_eq!(claims.iter().map(|c| &*c.id).collect::<Vec<_>>(), ["B"]);
        assert_eq!(account.dropped, BTreeMap::from([("reversal", 1), ("reversed", 2)]));
    }

    #[test]
    fn a_reversal_of_nothing_is_rejected_and_a_void_without_link_dropped() {
        let reversal = ClaimLine { reversal_of: "Z".into(), file: 3, row: 7, ..line("R", 0, 1) };
        let void = ClaimLine { bill: Short::of("118"), ..line("A", 9, 1) };
        let mut account = LineAccount::default();
        let claims = resolve(vec![line("A", 0, 1), reversal, void], &mut account);
        assert_eq!(claims.len(), 1);
        assert_eq!(account.quarantined, [(3, 7, Reason::ReversalWithoutOriginal)]);
        assert_eq!(account.dropped, BTreeMap::from([("void_without_link", 1)]));
    }

    #[test]
    fn of_two_copies_of_a_line_the_latest_received_stands() {
        let newer = ClaimLine { received: 120, paid_cents: 900, ..line("A", 0, 1) };
        let mut account = LineAccount::default();
        let claims = resolve(vec![line("A", 0, 1), newer], &mut account);
        assert_eq!(claims[0].paid_cents, 900);
        assert_eq!(account.quarantined.len(), 1);
    }
}

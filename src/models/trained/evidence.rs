//! What a reason rests on: the rows that name a family of codes, the newest of them, ids that somebody can look up. Owns
//! that search; refuses to word a reason.

use crate::domain::{CodeId, Day};
use crate::features::{Days, View};
use crate::measures::Dated;
use crate::reference::{DiagnosisFamily, FamilySet};
use crate::timeline::Stay;

/// The families that were coded within `days`, in words, with the newest claim or ADT row that names one.
pub(super) fn family_evidence(
    v: &View<'_>,
    families: &[DiagnosisFamily],
    days: i32,
) -> Option<(Vec<String>, Option<Dated>)> {
    let coded = |f: &DiagnosisFamily| v.scan.family(*f).within(v.day, days) > 0.0;
    let seen: Vec<DiagnosisFamily> = families.iter().copied().filter(coded).collect();
    if seen.is_empty() {
        return None;
    }
    let names: Vec<String> = seen.iter().take(3).map(|f| plain_family(*f)).collect();
    let wanted = FamilySet::of(&seen);
    let hit = |code: CodeId| v.codes.dx(code).families.meets(wanted);
    let claims = v
        .timeline()
        .claims
        .iter()
        .filter(|c| c.icd10() && c.dx.iter().any(|d| hit(d.code)))
        .map(|c| Dated { day: Day(c.start), id: c.id.into() });
    let rows = v
        .timeline()
        .admissions
        .iter()
        .filter(|a| a.icd10() && a.dx.iter().any(|d| d.is_some() && hit(*d)))
        .map(|a| Dated { day: Day(a.admit), id: a.admission_id.into() });
    Some((names, latest(claims.chain(rows))))
}

/// A family in the words of the work.
fn plain_family(family: DiagnosisFamily) -> String {
    match family {
        DiagnosisFamily::Coronary => "coronary disease".to_owned(),
        DiagnosisFamily::Fibrillation => "atrial fibrillation".to_owned(),
        other => other.name().replace('_', " "),
    }
}

/// An id of a stay that somebody can look up: its first claim, else its first ADT row.
pub(super) fn of_stay(stay: &Stay<'_>) -> Box<str> {
    stay.claim_ids.first().or(stay.admission_ids.first()).map_or_else(Box::default, |id| Box::from(*id))
}

/// The newest of dated rows, the lowest id among equals.
pub(super) fn latest(rows: impl Iterator<Item = Dated>) -> Option<Dated> {
    rows.max_by(|a, b| a.day.cmp(&b.day).then_with(|| b.id.cmp(&a.id)))
}

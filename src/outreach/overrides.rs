//! People asked for by hand: those who could not be listed, and those who ask for many. Owns that account; refuses to
//! weigh a reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::candidate::Candidate;
use super::inputs::Inputs;
use super::listed::Listed;
use super::suppression::Suppressed;
use super::words::Band;
use crate::domain::Discipline;

/// Share of a discipline's band of risk above which an author is named.
const MANY: f64 = 0.25;

/// The account of a night.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HandAudit {
    /// Requests that a code holds against, by author and code.
    pub not_possible: BTreeMap<(String, &'static str), u64>,
    /// Authors of more than a quarter of a discipline's band of risk: discipline, author, people, people of the band.
    pub many: Vec<(String, String, u64, u64)>,
}

/// Looks at everybody asked for by hand.
#[must_use]
pub fn audit_overrides(
    inputs: &Inputs<'_>,
    all: &[Arc<Candidate>],
    listed: &[Listed],
    suppressed: &[Suppressed],
) -> HandAudit {
    let mut out = HandAudit::default();
    let asked: BTreeMap<u32, &Candidate> =
        all.iter().filter(|c| c.by_hand.is_some()).map(|c| (c.member, &**c)).collect();
    for s in suppressed {
        if let Some(hand) = asked.get(&s.member).and_then(|c| c.by_hand.as_ref()) {
            *out.not_possible.entry((hand.author.to_string(), s.code.as_str())).or_default() += 1;
        }
    }
    let discipline = |l: &Listed| {
        inputs
            .manager(&l.caller)
            .and_then(|m| Discipline::parse(&m.discipline))
            .map_or("", Discipline::as_str)
            .to_owned()
    };
    let mut bands: BTreeMap<String, (u64, BTreeMap<String, u64>)> = BTreeMap::new();
    for l in listed.iter().filter(|l| l.candidate.band == Some(Band::Risk)) {
        let slot = bands.entry(discipline(l)).or_default();
        slot.0 += 1;
        if let Some(hand) = &l.candidate.by_hand {
            *slot.1.entry(hand.author.to_string()).or_default() += 1;
        }
    }
    for (discipline, (people, authors)) in bands {
        #[expect(clippy::cast_precision_loss, reason = "counts of people")]
        let many = authors.into_iter().filter(|(_, n)| *n as f64 > MANY * people as f64);
        out.many.extend(many.map(|(author, n)| (discipline.clone(), author, n, people)));
    }
    out
}

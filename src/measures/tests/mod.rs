//! Worked members for the measures: one builder of a history, and tests by measure. Owns the builder;
//! refuses files.

mod comorbidity;
mod groupers;
mod hcc;
mod hospital;
mod medicines;
mod pqe;
mod pqi;
mod rates;
mod registry;

use std::sync::LazyLock;

use bumpalo::Bump;

use super::{Hcc, Inputs, Measure, Measured};
use crate::config::Clocks;
use crate::domain::{CodeId, Day, Short, WordId};
use crate::extracts::{
    Basis, ClaimKind, ClaimLine, Dx, EligibilityRow, Fill, Interner, Lab, Member, MemberEvents, NO_DAY, NO_INTEGER,
    OrderedNumber, Px, Span, SpanFacts,
};
use crate::reference::Reference;
use crate::timeline::{BuildContext, Codes, LineAccount, Timeline};

pub(super) static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference::load(None).expect("embedded tables"));

pub(super) fn day(text: &str) -> Day {
    Day::parse_iso(text).expect("a date")
}

/// Rows of a test live as long as the process: nothing has to own them.
fn kept<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    Vec::leak(items.collect())
}

/// A member whose every span says what `facts` says.
fn member_of(facts: EligibilityRow, spans: Vec<Span>) -> Member {
    let row = |s: &Span| SpanFacts {
        start: s.start,
        end: s.end,
        payer_type: facts.payer_type,
        dual: facts.dual,
        orec: facts.orec,
        medicare_status: facts.medicare_status,
        institutional: facts.institutional,
    };
    Member { rows: spans.iter().map(row).collect(), facts, spans, phone_since: None }
}

/// One member's rows on the way to a timeline.
pub(super) struct History {
    pub as_of: Day,
    pub member: EligibilityRow,
    pub spans: Vec<Span>,
    /// Payer type and Medicare status of each span, where they differ from the member's.
    pub payers: Vec<(u8, Short)>,
    icd: Interner<CodeId>,
    words: Interner<WordId>,
    claims: Vec<ClaimLine<'static>>,
    fills: Vec<Fill<'static>>,
    labs: Vec<Lab>,
}

impl History {
    /// A woman born 1950-01-15, enrolled in Medicare throughout.
    pub fn new(as_of: &str) -> Self {
        Self {
            as_of: day(as_of),
            member: EligibilityRow {
                member_id: "M".into(),
                birth: day("1950-01-15").0,
                sex: 0,
                payer_type: 0,
                ..EligibilityRow::default()
            },
            spans: vec![Span { start: day("2010-01-01").0, end: day("2099-12-31").0 }],
            payers: Vec::new(),
            icd: Interner::default(),
            words: Interner::default(),
            claims: Vec::new(),
            fills: Vec::new(),
            labs: Vec::new(),
        }
    }

    /// A claim of one line; `change` fills what the test is about.
    pub fn claim(
        &mut self,
        kind: ClaimKind,
        bill: &str,
        start: &str,
        dx: &[&str],
        change: impl FnOnce(&mut ClaimLine<'static>),
    ) {
        let start = day(start).0;
        let mut line = ClaimLine {
            claim_id: format!("C{:03}", self.claims.len()).leak(),
            line: 1,
            kind,
            bill: Short::of(bill),
            start,
            end: start,
            admit: NO_DAY,
            discharge: NO_DAY,
            paid: NO_DAY,
            received: NO_DAY,
            paid_cents: NO_INTEGER,
            dx_basis: Basis::Icd10,
            px_basis: Basis::Icd10,
            dx: kept((1_u8..).zip(dx).map(|(position, c)| Dx { position, code: self.icd.intern(c), poa: 0 })),
            ..ClaimLine::default()
        };
        change(&mut line);
        self.claims.push(line);
    }

    /// An inpatient claim, urgent, from the community, home.
    pub fn stay(
        &mut self,
        admit: &str,
        discharge: &str,
        dx: &[&str],
        px: &[&str],
        change: impl FnOnce(&mut ClaimLine<'static>),
    ) {
        let (from, to) = (day(admit).0, day(discharge).0);
        let px: &[Px] =
            kept((1_u8..).zip(px).map(|(position, c)| Px { position, code: self.icd.intern(c), day: from }));
        self.claim(ClaimKind::Institutional, "111", admit, dx, |line| {
            line.admit = from;
            line.discharge = to;
            line.end = to;
            line.admit_type = Short::of("1");
            line.admit_source = Short::of("1");
            line.disposition = Short::of("01");
            line.px = px;
            change(line);
        });
    }

    /// A professional claim of one visit.
    pub fn visit(&mut self, start: &str, dx: &[&str], provider: &str, specialty: &str) {
        let (provider, specialty) = (self.words.intern_nonempty(provider), self.words.intern_nonempty(specialty));
        self.claim(ClaimKind::Professional, "", start, dx, |line| {
            line.place = Short::of("11");
            line.rendering = provider;
            line.specialty = specialty;
        });
    }

    /// The number of a word.
    pub fn word(&self, text: &str) -> WordId {
        self.words.intern(text)
    }

    pub fn fill(&mut self, day_text: &str, ingredient: &str, supply: i64) {
        self.fills.push(Fill {
            claim_id: format!("F{:03}", self.fills.len()).leak(),
            line: 1,
            day: day(day_text).0,
            ndc: WordId::NONE,
            ingredient: self.words.intern_nonempty(ingredient),
            days_supply: if supply < 0 { NO_INTEGER } else { supply },
            quantity_milli: NO_INTEGER,
            paid_cents: NO_INTEGER,
            paid: NO_DAY,
            received: NO_DAY,
            ..Fill::default()
        });
    }

    pub fn lab(&mut self, on: &str, loinc: &str, value: f64, unit: &str) {
        let row = Lab { day: day(on), loinc: loinc.into(), unit: unit.into(), value: OrderedNumber(value) };
        self.labs.push(row);
    }

    /// Measures the member and looks at the result.
    pub fn measured<R>(self, look: impl FnOnce(&Measured<'_>) -> R) -> R {
        self.measured_with(&REFERENCE, look)
    }

    /// As [`History::measured`], with other tables and the timeline.
    pub fn measured_with<R>(self, reference: &Reference, look: impl FnOnce(&Measured<'_>) -> R) -> R {
        let (icd, words) = (self.icd.freeze(), self.words.freeze());
        let codes = Codes::new(&icd, &words, reference);
        let mut member = member_of(self.member, self.spans);
        for (row, (payer_type, status)) in member.rows.iter_mut().zip(&self.payers) {
            (row.payer_type, row.medicare_status) = (*payer_type, *status);
        }
        let events = MemberEvents { claims: self.claims, admissions: Vec::new(), fills: self.fills };
        let room = BuildContext { codes: &codes, arena: &Bump::new() };
        let timeline = Timeline::build(&member, &events, self.as_of, room, &mut LineAccount::default());
        let clocks = Clocks::default();
        let inputs = Inputs { labs: self.labs.iter().collect(), ..Inputs::bare(&codes, &clocks) };
        look(&Measured::new(timeline, inputs))
    }
}

/// The sum of both scores of members measured so many times by the HCC measure alone, and how long that took;
/// timelines are built before the clock starts.
pub(super) fn time_hcc(histories: Vec<History>, times: u32) -> (f64, std::time::Duration) {
    let (icd, words) = (Interner::default(), Interner::default());
    let mut parts = Vec::new();
    for h in histories {
        let texts = h.icd.freeze();
        let mut claims = h.claims;
        for c in &mut claims {
            c.dx = kept(c.dx.iter().map(|d| Dx { code: icd.intern(texts.text(d.code)), ..*d }));
        }
        parts.push((h.as_of, member_of(h.member, h.spans), claims));
    }
    let (icd, words) = (icd.freeze(), words.freeze());
    let codes = Codes::new(&icd, &words, &REFERENCE);
    let clocks = Clocks::default();
    let arena = Bump::new();
    let room = BuildContext { codes: &codes, arena: &arena };
    let members: Vec<Measured<'_>> = parts
        .iter()
        .map(|(as_of, member, claims)| {
            let events = MemberEvents { claims: claims.clone(), ..MemberEvents::default() };
            let timeline = Timeline::build(member, &events, *as_of, room, &mut LineAccount::default());
            Measured::new(timeline, Inputs::bare(&codes, &clocks))
        })
        .collect();
    let start = std::time::Instant::now();
    let mut sum = 0.0;
    for _ in 0..times {
        for member in &members {
            // Not asked of the member, who would compute it once.
            sum += Hcc::compute(member).raf.scores.into_iter().flatten().sum::<f64>();
        }
    }
    (sum, start.elapsed())
}

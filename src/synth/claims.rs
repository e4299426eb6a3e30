//! Claims as they are billed and as they arrive. Owns the claim form, its lag, versions and reversals,
//! and the ADT row; refuses to know why care happened.

use super::layout::{ADT_DIAGNOSES, DIAGNOSES, PROCEDURES};
use super::person::{Payer, Person};
use super::places::Npi;
use super::rng::{Rng, Stream};
use super::table::Table;
use crate::domain::Day;

/// Claims that arrived before this day carry the id that the member had then.
pub const ID_CHANGE: Day = Day(20_089); // 2025-01-01

/// The night looked at: what has not arrived by its end is not written.
#[derive(Clone, Copy, Debug)]
pub struct Night {
    pub seed: u64,
    pub as_of: Day,
    /// First service day written.
    pub start: Day,
}

/// Diagnoses of a claim by position.
#[derive(Clone, Debug, Default)]
pub struct Dx {
    pub codes: [&'static str; DIAGNOSES],
    pub arose_in_stay: [bool; DIAGNOSES],
    pub len: usize,
}

impl Dx {
    /// Adds a code once, while there is room.
    pub fn push(&mut self, code: &'static str) {
        if self.len < DIAGNOSES && !code.is_empty() && !self.codes[..self.len].contains(&code) {
            self.codes[self.len] = code;
            self.len += 1;
        }
    }

    /// Adds a code that was not present on admission.
    pub fn push_late(&mut self, code: &'static str) {
        let before = self.len;
        self.push(code);
        if self.len > before {
            self.arose_in_stay[before] = true;
        }
    }
}

/// A service line: revenue center, procedure, price in cents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    pub revenue: &'static str,
    pub hcpcs: &'static str,
    pub cents: i64,
}

/// A claim ready to be written.
#[derive(Clone, Debug)]
pub struct Claim {
    pub institutional: bool,
    pub start: Day,
    pub end: Day,
    pub admission: Option<Day>,
    pub discharge: Option<Day>,
    pub source: &'static str,
    pub admit_type: &'static str,
    pub disposition: &'static str,
    pub place: &'static str,
    pub bill: &'static str,
    pub drg: &'static str,
    pub renderer: Option<Npi>,
    pub specialty: &'static str,
    pub billing: Option<Npi>,
    pub facility: Option<Npi>,
    pub dx: Dx,
    pub poa: bool,
    pub procedures: Vec<(&'static str, Day)>,
    pub lines: Vec<Line>,
}

impl Claim {
    /// A professional claim of one day.
    #[must_use]
    pub fn professional(day: Day, place: &'static str) -> Self {
        Self {
            institutional: false,
            start: day,
            end: day,
            admission: None,
            discharge: None,
            source: "",
            admit_type: "",
            disposition: "",
            place,
            bill: "",
            drg: "",
            renderer: None,
            specialty: "",
            billing: None,
            facility: None,
            dx: Dx::default(),
            poa: false,
            procedures: Vec::new(),
            lines: Vec::with_capacity(8),
        }
    }

    /// An institutional claim.
    #[must_use]
    pub fn institutional(start: Day, end: Day, bill: &'static str, facility: Npi) -> Self {
        Self {
            institutional: true,
            start,
            end,
            bill,
            place: "",
            facility: Some(facility),
            billing: Some(facility),
            ..Self::professional(start, "")
        }
    }

    /// Adds a line.
    pub fn line(&mut self, revenue: &'static str, hcpcs: &'static str, cents: i64) {
        self.lines.push(Line { revenue, hcpcs, cents });
    }
}

/// What is known of a claim before it is built: its number and when it arrives.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub number: u32,
    pub received: Day,
    /// What the claim says is drawn from here and nowhere else: the stream of the visit must not know
    /// whether the claim is visible.
    pub detail: Rng,
    rng: Rng,
}

/// Writes the claims and ADT rows of one member, numbering them whether they are visible or not, so
/// that numbers never depend on the night.
pub struct Biller<'a> {
    pub night: Night,
    pub person: &'a Person,
    pub medical: &'a mut Table,
    pub admissions: &'a mut Table,
    claim_number: u32,
    admission_number: u32,
}

impl<'a> Biller<'a> {
    /// A biller at the member's first claim.
    pub fn new(night: Night, person: &'a Person, medical: &'a mut Table, admissions: &'a mut Table) -> Self {
        Self { night, person, medical, admissions, claim_number: 0, admission_number: 0 }
    }

    /// Takes the next claim number; `None` when the claim has not arrived or is too old to be written.
    pub fn ticket(&mut self, start: Day, end: Day) -> Option<Ticket> {
        self.claim_number += 1;
        let number = self.claim_number;
        if start < self.night.start || end > self.night.as_of {
            return None;
        }
        let mut rng = Rng::keyed(self.night.seed, self.person.index, Stream::Claim, u64::from(number));
        // 20 to 90 days, most of them within 45.
        let detail = Rng::keyed(self.night.seed, self.person.index, Stream::Detail, u64::from(number));
        let u = rng.unit();
        #[expect(clippy::cast_possible_truncation, reason = "0..70")]
        let received = end.plus(20 + (u * u * 71.0) as i32);
        (received <= self.night.as_of).then_some(Ticket { number, received, detail, rng })
    }

    /// Writes a claim, its later version and its reversal, as far as they have arrived.
    pub fn bill(&mut self, ticket: &Ticket, mut claim: Claim) {
        let mut r = ticket.rng.clone();
        let factor = [90, 100, 110, 125][usize::try_from(claim.billing.map_or(1, |n| n.0) % 4).unwrap_or(1)];
        let payer = match self.person.payer {
            Payer::Medicare => 100,
            Payer::Medicaid => 75,
            Payer::Commercial => 160,
        };
        for line in &mut claim.lines {
            line.cents = line.cents * factor * payer / 10_000;
        }
        let fate = r.unit();
        let later = |r: &mut Rng| r.range(15, 60);
        let first = ticket.received;
        self.write(ticket, &claim, 1, "", "", first);
        if fate < 0.014 {
            // A corrected version: one more diagnosis or another price, under the same id.
            let second = first.plus(later(&mut r));
            if second <= self.night.as_of {
                claim.dx.push("Z79899");
                claim.lines.iter_mut().for_each(|l| l.cents = l.cents * 95 / 100);
                self.write(ticket, &claim, 2, "", "", second);
            }
        } else if fate < 0.022 {
            let back = first.plus(later(&mut r));
            let again = back.plus(r.range(5, 30));
            let rebilled = r.chance(0.6);
            if back <= self.night.as_of {
                let mut negative = claim.clone();
                negative.lines.iter_mut().for_each(|l| l.cents = -l.cents);
                self.write(ticket, &negative, 1, "R", "of", back);
            }
            if rebilled && again <= self.night.as_of {
                claim.lines.iter_mut().for_each(|l| l.cents = l.cents * 90 / 100);
                self.write(ticket, &claim, 1, "B", "", again);
            }
        }
    }

    /// Which lines of a claim the payer denied: all of one claim in a hundred, one of two more; never those of a stay.
    fn denied_lines(&self, ticket: &Ticket, c: &Claim) -> (bool, usize) {
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Status, u64::from(ticket.number));
        let u = r.unit();
        let one = if u < 0.03 { r.below(c.lines.len()) } else { usize::MAX };
        if c.admission.is_some() { (false, usize::MAX) } else { (u < 0.01, one) }
    }

    fn write(&mut self, ticket: &Ticket, c: &Claim, version: i32, suffix: &str, reverses: &str, received: Day) {
        let (index, number) = (self.person.index, ticket.number);
        let (all_denied, one_denied) = self.denied_lines(ticket, c);
        let old_id = self.person.had_other_id() && received < ID_CHANGE;
        // Paid some days before the row reaches the warehouse, so that a row never changes once seen.
        let paid = Some(received.plus(-3 - i32::try_from(number % 5).unwrap_or(0)));
        let share = match self.person.payer {
            Payer::Medicare => 80,
            Payer::Medicaid => 100,
            Payer::Commercial => 85,
        };
        for (n, line) in c.lines.iter().enumerate() {
            let t = &mut *self.medical;
            t.put(format_args!("C{index:07}{number:04}{suffix}"));
            t.int(i32::try_from(n + 1).ok());
            t.text(if c.institutional { "institutional" } else { "professional" });
            t.put(format_args!("{}{index:07}", if old_id { 'X' } else { 'M' }));
            t.day(Some(c.start)).day(Some(c.end)).day(c.admission).day(c.discharge);
            t.text(c.source).text(c.admit_type).text(c.disposition).text(c.place).text(c.bill).text(c.drg);
            t.text(line.revenue).text(line.hcpcs);
            t.npi(c.renderer).text(c.specialty).npi(c.billing).npi(c.facility);
            t.day(paid).day(Some(received));
            let denied = all_denied || n == one_denied;
            t.cents(if denied { 0 } else { line.cents * share / 100 });
            t.cents(if denied { 0 } else { line.cents }).int(Some(version));
            if reverses.is_empty() {
                t.null();
            } else {
                t.put(format_args!("C{index:07}{number:04}"));
            }
            t.text(if c.dx.len > 0 { "icd-10-cm" } else { "" });
            for code in c.dx.codes {
                t.text(code);
            }
            for (i, code) in c.dx.codes.iter().enumerate() {
                // Z codes are exempt from reporting.
                let given = c.poa && !code.is_empty() && !code.starts_with('Z');
                t.text(if !given {
                    ""
                } else if c.dx.arose_in_stay[i] {
                    "N"
                } else {
                    "Y"
                });
            }
            t.text(if c.procedures.is_empty() { "" } else { "icd-10-pcs" });
            for i in 0..PROCEDURES {
                t.text(c.procedures.get(i).map_or("", |p| p.0));
            }
            for i in 0..PROCEDURES {
                t.day(c.procedures.get(i).map(|p| p.1));
            }
            t.text(if denied { "denied" } else { "paid" }).end();
        }
    }

    /// The ADT and claim numbers the next event will take.
    #[must_use]
    pub fn upcoming(&self) -> (u32, u32) {
        (self.admission_number + 1, self.claim_number + 1)
    }

    /// Takes the next ADT number.
    pub fn adt_number(&mut self) -> u32 {
        self.admission_number += 1;
        self.admission_number
    }

    /// Writes an ADT row: it arrives on the day of arrival; the discharge is filled in on its own day.
    pub fn adt(&mut self, number: u32, row: &Adt) {
        if row.admitted < self.night.start || row.admitted > self.night.as_of {
            return;
        }
        let closed = row.discharged.filter(|&d| d <= self.night.as_of);
        let index = self.person.index;
        let t = &mut *self.admissions;
        t.put(format_args!("A{index:07}{number:03}")).put(format_args!("M{index:07}"));
        t.day(Some(row.admitted)).day(closed).text(row.class).npi(Some(row.facility));
        t.text(row.source).text(row.admit_type).text(if closed.is_some() { row.disposition } else { "" });
        for i in 0..ADT_DIAGNOSES {
            t.text(row.dx.codes[i]);
        }
        t.day(Some(row.admitted)).text("active").end();
        self.cancelled_twin(number, row);
    }

    /// One arrival in eighty was registered twice, and the second registration was taken back.
    fn cancelled_twin(&mut self, number: u32, row: &Adt) {
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Visitless, u64::from(number));
        if !r.chance(0.0125) {
            return;
        }
        let index = self.person.index;
        let t = &mut *self.admissions;
        t.put(format_args!("A{index:07}{number:03}X")).put(format_args!("M{index:07}"));
        t.day(Some(row.admitted)).null().text(row.class).npi(Some(row.facility));
        t.text(row.source).text(row.admit_type).null();
        for i in 0..ADT_DIAGNOSES {
            t.text(row.dx.codes[i]);
        }
        t.day(Some(row.admitted)).text("cancelled").end();
    }
}

/// An ADT event.
#[derive(Clone, Debug)]
pub struct Adt {
    pub admitted: Day,
    pub discharged: Option<Day>,
    pub class: &'static str,
    pub facility: Npi,
    pub source: &'static str,
    pub admit_type: &'static str,
    pub disposition: &'static str,
    pub dx: Dx,
}

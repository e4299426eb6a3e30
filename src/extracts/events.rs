//! Lines of claims, fills and admissions as compact records, scattered to buckets of whole members.
//! Owns the record layout, the buckets and their spill file; refuses to interpret a record.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bumpalo::Bump;

use super::convert::{NO_DAY, NO_INTEGER};
use crate::domain::Short;

/// Which coding system a row's codes are in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Basis {
    /// Nothing says.
    #[default]
    Unstated,
    /// ICD-9.
    Icd9,
    /// ICD-10.
    Icd10,
    /// Another system (procedures only).
    Other,
}

/// What kind of claim a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum ClaimKind {
    /// UB-04 and its kin.
    Institutional,
    /// CMS-1500 and its kin.
    Professional,
    /// Anything else.
    #[default]
    Other,
}

/// A diagnosis at its position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dx {
    /// Position, 1 is principal.
    pub position: u8,
    /// Interned code.
    pub code: u32,
    /// Present-on-admission flag as a byte (`Y`, `N`, `U`, `W`, `1`, `E`); 0 when blank.
    pub poa: u8,
}

/// A procedure at its position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Px {
    /// Position.
    pub position: u8,
    /// Interned code.
    pub code: u32,
    /// Day it was done.
    pub day: i32,
}

/// One claim line. Days are [`NO_DAY`] when empty, amounts [`NO_INTEGER`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct ClaimLine<'b> {
    pub claim_id: &'b str,
    pub line: i64,
    pub version: i64,
    pub kind: ClaimKind,
    pub start: i32,
    pub end: i32,
    pub admit: i32,
    pub discharge: i32,
    pub paid: i32,
    pub received: i32,
    pub admit_source: Short,
    pub admit_type: Short,
    pub disposition: Short,
    pub place: Short,
    pub bill: Short,
    pub drg: Short,
    pub revenue: Short,
    pub hcpcs: u32,
    pub rendering: u32,
    pub specialty: u32,
    pub facility: u32,
    pub paid_cents: i64,
    pub reversal_of: &'b str,
    pub dx_basis: Basis,
    pub px_basis: Basis,
    pub dx: &'b [Dx],
    pub px: &'b [Px],
    /// File and row, for the quarantine only; last in the record and outside its identity.
    pub file: u32,
    pub row: u64,
}

/// One ADT row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct AdmissionRow<'b> {
    pub admission_id: &'b str,
    pub admit: i32,
    pub discharge: i32,
    pub class: PatientClass,
    pub facility: u32,
    pub admit_source: Short,
    pub admit_type: Short,
    pub disposition: Short,
    pub received: i32,
    /// Codes by position: index 0 is position 1, 0 is none.
    pub dx: &'b [u32],
}

/// Class of an ADT row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum PatientClass {
    /// Inpatient.
    #[default]
    Inpatient,
    /// Observation.
    Observation,
    /// Emergency.
    Emergency,
}

/// One pharmacy fill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct Fill<'b> {
    pub claim_id: &'b str,
    pub line: i64,
    pub day: i32,
    pub ndc: u32,
    pub ingredient: u32,
    pub days_supply: i64,
    pub paid_cents: i64,
    pub received: i32,
}

/// A record of any kind.
#[derive(Clone, Copy, Debug)]
pub enum Event<'b> {
    /// Claim line.
    Claim(ClaimLine<'b>),
    /// ADT row.
    Admission(AdmissionRow<'b>),
    /// Fill.
    Fill(Fill<'b>),
}

fn put(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        #[expect(clippy::cast_possible_truncation, reason = "masked to seven bits")]
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 128")]
    out.push(v as u8);
}

#[expect(clippy::cast_sign_loss, reason = "zigzag keeps every bit")]
fn put_signed(out: &mut Vec<u8>, v: i64) {
    put(out, (v << 1 ^ v >> 63) as u64);
}

/// Days as an offset from 2020-01-01, so that they stay short; none is 0.
fn put_day(out: &mut Vec<u8>, day: i32) {
    if day == NO_DAY { put(out, 0) } else { put(out, zigzag(i64::from(day) - 18_262) + 1) }
}

#[expect(clippy::cast_sign_loss, reason = "zigzag keeps every bit")]
fn zigzag(v: i64) -> u64 {
    (v << 1 ^ v >> 63) as u64
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Reads a record back; short records read as zeros, which only our own bug could make.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn get(&mut self) -> u64 {
        let (mut v, mut shift) = (0_u64, 0);
        while let Some((&b, rest)) = self.0.split_first() {
            self.0 = rest;
            v |= u64::from(b & 0x7F) << shift;
            if b < 0x80 || shift > 56 {
                break;
            }
            shift += 7;
        }
        v
    }
    #[expect(clippy::cast_possible_wrap, reason = "undoes the zigzag")]
    fn signed(&mut self) -> i64 {
        let v = self.get();
        (v >> 1) as i64 ^ -((v & 1) as i64)
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "days were 32 bits")]
    fn day(&mut self) -> i32 {
        match self.get() {
            0 => NO_DAY,
            v => {
                let v = v - 1;
                ((v >> 1) as i64 ^ -((v & 1) as i64)) as i32 + 18_262
            }
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "was 32 bits")]
    fn small(&mut self) -> u32 {
        self.get() as u32
    }
    #[expect(clippy::cast_possible_truncation, reason = "was 8 bits")]
    fn byte(&mut self) -> u8 {
        self.get() as u8
    }
    /// How many items follow; a claim has at most 25 codes of a kind.
    fn count(&mut self) -> usize {
        usize::from(self.byte() & 63)
    }
    fn text(&mut self) -> &'b str {
        let n = usize::try_from(self.get()).unwrap_or(0).min(self.0.len());
        let (head, rest) = self.0.split_at(n);
        self.0 = rest;
        std::str::from_utf8(head).unwrap_or_default()
    }
}

impl<'b> ClaimLine<'b> {
    fn write(&self, out: &mut Vec<u8>) {
        put_text(out, self.claim_id);
        put_signed(out, self.line);
        put_signed(out, self.version);
        put(out, (self.kind as u64) | (self.dx_basis as u64) << 2 | (self.px_basis as u64) << 4);
        for day in [self.start, self.end, self.admit, self.discharge, self.paid, self.received] {
            put_day(out, day);
        }
        for code in
            [self.admit_source, self.admit_type, self.disposition, self.place, self.bill, self.drg, self.revenue]
        {
            put(out, code.0);
        }
        for word in [self.hcpcs, self.rendering, self.specialty, self.facility] {
            put(out, u64::from(word));
        }
        put_signed(out, if self.paid_cents == NO_INTEGER { -1 << 60 } else { self.paid_cents });
        put_text(out, self.reversal_of);
        put(out, self.dx.len() as u64);
        for d in self.dx {
            put(out, u64::from(d.position) | u64::from(d.poa) << 5 | u64::from(d.code) << 12);
        }
        put(out, self.px.len() as u64);
        for p in self.px {
            put(out, u64::from(p.position) | u64::from(p.code) << 5);
            put_day(out, p.day);
        }
        put(out, u64::from(self.file));
        put(out, self.row);
    }

    fn read(r: &mut Reader<'b>, arena: &'b Bump) -> Self {
        let mut line = Self { claim_id: r.text(), line: r.signed(), version: r.signed(), ..Self::default() };
        let bits = r.byte();
        line.kind = [ClaimKind::Institutional, ClaimKind::Professional, ClaimKind::Other, ClaimKind::Other]
            [usize::from(bits & 3)];
        let basis = |b: u8| [Basis::Unstated, Basis::Icd9, Basis::Icd10, Basis::Other][usize::from(b & 3)];
        line.dx_basis = basis(bits >> 2);
        line.px_basis = basis(bits >> 4);
        for day in
            [&mut line.start, &mut line.end, &mut line.admit, &mut line.discharge, &mut line.paid, &mut line.received]
        {
            *day = r.day();
        }
        for code in [
            &mut line.admit_source,
            &mut line.admit_type,
            &mut line.disposition,
            &mut line.place,
            &mut line.bill,
            &mut line.drg,
            &mut line.revenue,
        ] {
            *code = Short(r.get());
        }
        for word in [&mut line.hcpcs, &mut line.rendering, &mut line.specialty, &mut line.facility] {
            *word = r.small();
        }
        let cents = r.signed();
        line.paid_cents = if cents == -1 << 60 { NO_INTEGER } else { cents };
        line.reversal_of = r.text();
        line.dx = arena.alloc_slice_fill_with(r.count(), |_| {
            let v = r.get();
            #[expect(clippy::cast_possible_truncation, reason = "masked fields")]
            Dx { position: (v & 31) as u8, poa: (v >> 5 & 127) as u8, code: (v >> 12) as u32 }
        });
        line.px = arena.alloc_slice_fill_with(r.count(), |_| {
            let v = r.get();
            #[expect(clippy::cast_possible_truncation, reason = "masked fields")]
            Px { position: (v & 31) as u8, code: (v >> 5) as u32, day: r.day() }
        });
        line.file = r.small();
        line.row = r.get();
        line
    }

    /// Whether two lines say the same, wherever they stood.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        let head = |l: &Self| (l.line, l.version, l.kind, l.start, l.end, l.admit, l.discharge, l.paid, l.received);
        let codes = |l: &Self| (l.admit_source, l.admit_type, l.disposition, l.place, l.bill, l.drg, l.revenue);
        let words = |l: &Self| (l.hcpcs, l.rendering, l.specialty, l.facility, l.paid_cents);
        head(self) == head(other)
            && self.claim_id == other.claim_id
            && codes(self) == codes(other)
            && words(self) == words(other)
            && (self.dx_basis, self.px_basis) == (other.dx_basis, other.px_basis)
            && self.reversal_of == other.reversal_of
            && self.dx == other.dx
            && self.px == other.px
    }
}

/// The first day of ICD-10-CM in the United States, 2015-10-01.
pub(super) const ICD10_START: i32 = 16_709;

impl<'b> AdmissionRow<'b> {
    /// The codes are ICD-10: an ADT row names no coding system, so its admission date decides.
    #[must_use]
    pub fn icd10(&self) -> bool {
        self.admit >= ICD10_START
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_text(out, self.admission_id);
        put_day(out, self.admit);
        put_day(out, self.discharge);
        put(out, self.class as u64);
        put(out, u64::from(self.facility));
        for code in [self.admit_source, self.admit_type, self.disposition] {
            put(out, code.0);
        }
        put_day(out, self.received);
        put(out, self.dx.len() as u64);
        for d in self.dx {
            put(out, u64::from(*d));
        }
    }

    fn read(r: &mut Reader<'b>, arena: &'b Bump) -> Self {
        Self {
            admission_id: r.text(),
            admit: r.day(),
            discharge: r.day(),
            class: [
                PatientClass::Inpatient,
                PatientClass::Observation,
                PatientClass::Emergency,
                PatientClass::Inpatient,
            ][usize::from(r.byte() & 3)],
            facility: r.small(),
            admit_source: Short(r.get()),
            admit_type: Short(r.get()),
            disposition: Short(r.get()),
            received: r.day(),
            dx: arena.alloc_slice_fill_with(r.count(), |_| r.small()),
        }
    }
}

impl<'b> Fill<'b> {
    fn write(&self, out: &mut Vec<u8>) {
        put_text(out, self.claim_id);
        put_signed(out, self.line);
        put_day(out, self.day);
        put(out, u64::from(self.ndc));
        put(out, u64::from(self.ingredient));
        put_signed(out, if self.days_supply == NO_INTEGER { -1 } else { self.days_supply });
        put_signed(out, if self.paid_cents == NO_INTEGER { -1 << 60 } else { self.paid_cents });
        put_day(out, self.received);
    }

    fn read(r: &mut Reader<'b>) -> Self {
        let mut fill = Self {
            claim_id: r.text(),
            line: r.signed(),
            day: r.day(),
            ndc: r.small(),
            ingredient: r.small(),
            days_supply: r.signed(),
            paid_cents: r.signed(),
            received: r.day(),
        };
        if fill.days_supply == -1 {
            fill.days_supply = NO_INTEGER;
        }
        if fill.paid_cents == -1 << 60 {
            fill.paid_cents = NO_INTEGER;
        }
        fill
    }
}

const CHUNK: usize = 1 << 16;

#[derive(Default)]
struct Bucket {
    chunks: Vec<Vec<u8>>,
    /// Offset and length of each piece in the spill file.
    spilled: Vec<(u64, usize)>,
}

/// Buckets of whole members; members are dense indexes in id order, so buckets are id ranges.
pub struct Buckets {
    buckets: Vec<Mutex<Bucket>>,
    members: u64,
    held: AtomicU64,
    limit: u64,
    spill: Mutex<(File, u64)>,
    failed: Mutex<Option<io::Error>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Buckets {
    /// Buckets for `members` people; past `limit` bytes they spill to an unnamed file in `folder`.
    ///
    /// # Errors
    /// When the spill file cannot be made.
    pub fn new(members: usize, limit: u64, folder: &Path) -> io::Result<Self> {
        let count = (members / 512).clamp(1, 2048);
        Ok(Self {
            buckets: (0..count).map(|_| Mutex::default()).collect(),
            members: members.max(1) as u64,
            held: AtomicU64::new(0),
            limit,
            spill: Mutex::new((tempfile::tempfile_in(folder)?, 0)),
            failed: Mutex::new(None),
        })
    }

    /// Number of buckets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Never: there is at least one bucket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// The members of a bucket.
    #[must_use]
    pub fn members(&self, bucket: usize) -> std::ops::Range<u32> {
        let n = self.buckets.len() as u64;
        let edge = |b: u64| u32::try_from((b * self.members).div_ceil(n)).unwrap_or(u32::MAX);
        edge(bucket as u64)..edge(bucket as u64 + 1)
    }

    /// Adds an event of a member. `scratch` is reused between calls.
    pub fn add(&self, member: u32, event: &Event<'_>, scratch: &mut Vec<u8>) {
        scratch.clear();
        put(scratch, u64::from(member));
        match event {
            Event::Claim(e) => {
                scratch.push(0);
                e.write(scratch);
            }
            Event::Admission(e) => {
                scratch.push(1);
                e.write(scratch);
            }
            Event::Fill(e) => {
                scratch.push(2);
                e.write(scratch);
            }
        }
        let at = usize::try_from(u64::from(member) * self.buckets.len() as u64 / self.members).unwrap_or(0);
        {
            let mut bucket = lock(&self.buckets[at]);
            let fits = bucket.chunks.last().is_some_and(|c| c.len() + scratch.len() + 5 <= c.capacity());
            if !fits {
                // Small populations get small first chunks.
                let size = if bucket.chunks.is_empty() { 4096 } else { CHUNK };
                bucket.chunks.push(Vec::with_capacity(size.max(scratch.len() + 5)));
                self.held.fetch_add(size as u64, Ordering::Relaxed);
            }
            if let Some(chunk) = bucket.chunks.last_mut() {
                put(chunk, scratch.len() as u64);
                chunk.extend_from_slice(scratch);
            }
        }
        if self.held.load(Ordering::Relaxed) > self.limit {
            self.spill_all();
        }
    }

    /// Writes everything held to the spill file; the first failure is kept for [`Buckets::check`].
    fn spill_all(&self) {
        let mut spill = lock(&self.spill);
        if self.held.load(Ordering::Relaxed) <= self.limit {
            return;
        }
        for bucket in &self.buckets {
            let mut bucket = lock(bucket);
            for chunk in std::mem::take(&mut bucket.chunks) {
                let at = spill.1;
                if let Err(e) = spill.0.write_all(&chunk) {
                    lock(&self.failed).get_or_insert(e);
                    return;
                }
                spill.1 += chunk.len() as u64;
                bucket.spilled.push((at, chunk.len()));
            }
        }
        self.held.store(0, Ordering::Relaxed);
    }

    /// The first spill failure, if any.
    ///
    /// # Errors
    /// That failure.
    pub fn check(&self) -> io::Result<()> {
        lock(&self.failed).take().map_or(Ok(()), Err)
    }

    /// Takes a bucket's bytes out, spilled pieces read back.
    ///
    /// # Errors
    /// When the spill file cannot be read.
    pub fn take(&self, bucket: usize) -> io::Result<BucketRecords> {
        let mut taken = std::mem::take(&mut *lock(&self.buckets[bucket]));
        for (at, len) in taken.spilled {
            let mut piece = vec![0; len];
            lock(&self.spill).0.read_exact_at(&mut piece, at)?;
            taken.chunks.push(piece);
        }
        let mut index = Vec::new();
        for (c, chunk) in taken.chunks.iter().enumerate() {
            let mut r = Reader(chunk);
            while !r.0.is_empty() {
                let len = usize::try_from(r.get()).unwrap_or(0);
                let start = chunk.len() - r.0.len();
                let mut head = Reader(&chunk[start..start + len]);
                let member = head.small();
                index.push((
                    member,
                    u32::try_from(c).unwrap_or(0),
                    u32::try_from(start).unwrap_or(0),
                    u32::try_from(start + len).unwrap_or(0),
                ));
                r.0 = &r.0[len..];
            }
        }
        index.sort_unstable();
        Ok(BucketRecords { chunks: taken.chunks, index })
    }
}

/// The records of one bucket, grouped by member.
pub struct BucketRecords {
    chunks: Vec<Vec<u8>>,
    index: Vec<(u32, u32, u32, u32)>,
}

/// What happened to one member, in no particular order; ids and codes stay in the bucket and its arena.
#[derive(Clone, Default)]
pub struct MemberEvents<'b> {
    /// Claim lines.
    pub claims: Vec<ClaimLine<'b>>,
    /// ADT rows.
    pub admissions: Vec<AdmissionRow<'b>>,
    /// Fills.
    pub fills: Vec<Fill<'b>>,
}

impl BucketRecords {
    /// The events of one member; codes are laid out in `arena`.
    #[must_use]
    pub fn member<'b>(&'b self, member: u32, arena: &'b Bump) -> MemberEvents<'b> {
        let mut out = MemberEvents::default();
        let start = self.index.partition_point(|r| r.0 < member);
        for &(m, chunk, from, to) in &self.index[start..] {
            if m != member {
                break;
            }
            let mut r = Reader(&self.chunks[chunk as usize][from as usize..to as usize]);
            r.get();
            match r.byte() {
                0 => out.claims.push(ClaimLine::read(&mut r, arena)),
                1 => out.admissions.push(AdmissionRow::read(&mut r, arena)),
                _ => out.fills.push(Fill::read(&mut r)),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_whole_from_memory_and_from_disk() {
        let line = ClaimLine {
            claim_id: "C1",
            line: 3,
            version: 2,
            kind: ClaimKind::Professional,
            start: 20_000,
            end: 20_001,
            admit: NO_DAY,
            discharge: -5,
            paid: NO_DAY,
            received: 20_030,
            bill: Short::of("111"),
            disposition: Short::of("01"),
            hcpcs: 9,
            facility: 77,
            paid_cents: -1234,
            reversal_of: "X",
            dx_basis: Basis::Icd10,
            px_basis: Basis::Other,
            dx: &[Dx { position: 25, code: 70_000, poa: b'Y' }],
            px: &[Px { position: 1, code: 5, day: 19_999 }],
            file: 1,
            row: 123_456,
            ..ClaimLine::default()
        };
        for limit in [u64::MAX, 1] {
            let folder = tempfile::tempdir().expect("a folder");
            let buckets = Buckets::new(1500, limit, folder.path()).expect("a spill file");
            let mut scratch = Vec::new();
            for m in [0, 700, 1499] {
                buckets.add(m, &Event::Claim(line), &mut scratch);
                buckets.add(
                    m,
                    &Event::Fill(Fill { claim_id: "P", days_supply: NO_INTEGER, paid_cents: 5, ..Fill::default() }),
                    &mut scratch,
                );
            }
            buckets.check().expect("no failure");
            let mut seen = 0;
            for b in 0..buckets.len() {
                let records = buckets.take(b).expect("records");
                let arena = Bump::new();
                for m in buckets.members(b) {
                    let events = records.member(m, &arena);
                    seen += events.claims.len();
                    assert!(events.claims.iter().all(|c| *c == line));
                    assert!(events.fills.iter().all(|f| f.days_supply == NO_INTEGER && f.paid_cents == 5));
                }
            }
            assert_eq!(seen, 3);
        }
    }
}

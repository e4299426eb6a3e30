//! Lines of claims, fills and admissions as compact records, scattered to buckets of whole members.
//! Owns the record layout, the buckets and their spill file; refuses to interpret a record.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bumpalo::Bump;
use rustc_hash::FxHashSet;

use super::column::{NO_DAY, NO_INTEGER};
use crate::domain::{CodeId, Short, WordId, stable_hash};

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
    pub code: CodeId,
    /// Present-on-admission flag as a byte (`Y`, `N`, `U`, `W`, `1`, `E`); 0 when blank.
    pub poa: u8,
}

/// A procedure at its position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Px {
    /// Position.
    pub position: u8,
    /// Interned code.
    pub code: CodeId,
    /// Day it was done.
    pub day: i32,
}

/// One claim line. Days are `NO_DAY` when empty, amounts `NO_INTEGER`.
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
    pub hcpcs: WordId,
    pub rendering: WordId,
    pub specialty: WordId,
    pub facility: WordId,
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
    pub facility: WordId,
    pub admit_source: Short,
    pub admit_type: Short,
    pub disposition: Short,
    pub received: i32,
    /// Codes by position: index 0 is position 1, 0 is none.
    pub dx: &'b [CodeId],
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
    pub ndc: WordId,
    pub ingredient: WordId,
    /// Below 0 on reversals alone; `NO_INTEGER` when empty or above 400.
    pub days_supply: i64,
    /// Thousandths of the quantity; `NO_INTEGER` when empty.
    pub quantity_milli: i64,
    pub paid_cents: i64,
    pub paid: i32,
    pub received: i32,
    /// The row takes a fill away: it names one, or its days, quantity or amount lie below 0.
    pub is_reversal: bool,
    /// The claim that a reversal names; empty where it names none.
    pub reversal_of: &'b str,
    /// File and row, for the quarantine only; outside its identity.
    pub file: u32,
    pub row: u64,
}

/// Kinds of runs.
const CLAIM: u8 = 0;
const ADMISSION: u8 = 1;
const FILL: u8 = 2;

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

/// 2020-01-01: offsets from it stay short.
const DAY_ZERO: i32 = 18_262;

/// A day by itself; none is 0.
fn put_day(out: &mut Vec<u8>, day: i32) {
    put_near(out, day, DAY_ZERO);
}

/// A day as an offset from one that a reader knows by then.
fn put_near(out: &mut Vec<u8>, day: i32, base: i32) {
    if day == NO_DAY { put(out, 0) } else { put(out, zigzag(i64::from(day) - i64::from(base)) + 1) }
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
    fn near(&mut self, base: i32) -> i32 {
        match self.get() {
            0 => NO_DAY,
            v => {
                let v = v - 1;
                (((v >> 1) as i64 ^ -((v & 1) as i64)) + i64::from(base)) as i32
            }
        }
    }
    fn day(&mut self) -> i32 {
        self.near(DAY_ZERO)
    }
    #[expect(clippy::cast_possible_truncation, reason = "was 32 bits")]
    fn small(&mut self) -> u32 {
        self.get() as u32
    }
    #[expect(clippy::cast_possible_truncation, reason = "was 8 bits")]
    fn byte(&mut self) -> u8 {
        self.get() as u8
    }
    fn word(&mut self) -> WordId {
        WordId::from_number(self.small())
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

/// What a line repeats of the line before it in its run: one bit each. Lines of a claim mostly stand together and
/// repeat its header and codes, so most lines are a few bytes, and a reader shares one copy of the codes.
mod repeats {
    pub const ID: u64 = 1;
    pub const HEADER: u64 = 2;
    pub const DAYS: u64 = 4;
    pub const PLACE: u64 = 8;
    pub const DX: u64 = 16;
    pub const PX: u64 = 32;
    pub const FILE: u64 = 64;
}

impl<'b> ClaimLine<'b> {
    /// Which parts equal those of the line before; codes are compared by the caller, which holds them.
    fn repeated(&self, o: &Self) -> u64 {
        let header = |l: &Self| {
            (
                (l.version, l.kind, l.dx_basis, l.px_basis, l.admit, l.discharge, l.facility),
                (l.admit_source, l.admit_type, l.disposition, l.bill, l.drg),
            )
        };
        let bit = |same: bool, bit: u64| if same { bit } else { 0 };
        bit(self.claim_id == o.claim_id && self.reversal_of == o.reversal_of, repeats::ID)
            | bit(header(self) == header(o), repeats::HEADER)
            | bit(
                (self.start, self.end, self.paid, self.received) == (o.start, o.end, o.paid, o.received),
                repeats::DAYS,
            )
            | bit((self.place, self.rendering, self.specialty) == (o.place, o.rendering, o.specialty), repeats::PLACE)
            | bit((self.file, self.row) == (o.file, o.row.wrapping_add(1)), repeats::FILE)
    }

    fn write(&self, out: &mut Vec<u8>, repeated: u64) {
        let fresh = |bit: u64| repeated & bit == 0;
        put(out, repeated);
        if fresh(repeats::ID) {
            put_text(out, self.claim_id);
            put_text(out, self.reversal_of);
        }
        if fresh(repeats::DAYS) {
            put_day(out, self.start);
            for day in [self.end, self.paid, self.received] {
                put_near(out, day, self.start);
            }
        }
        if fresh(repeats::HEADER) {
            put_signed(out, self.version);
            put(out, (self.kind as u64) | (self.dx_basis as u64) << 2 | (self.px_basis as u64) << 4);
            put_near(out, self.admit, self.start);
            put_near(out, self.discharge, self.start);
            put(out, u64::from(self.facility.number()));
            for code in [self.admit_source, self.admit_type, self.disposition, self.bill, self.drg] {
                put(out, code.0);
            }
        }
        if fresh(repeats::PLACE) {
            put(out, self.place.0);
            put(out, u64::from(self.rendering.number()));
            put(out, u64::from(self.specialty.number()));
        }
        if fresh(repeats::DX) {
            put(out, self.dx.len() as u64);
            for d in self.dx {
                put(out, u64::from(d.position) | u64::from(d.poa) << 5 | u64::from(d.code.number()) << 12);
            }
        }
        if fresh(repeats::PX) {
            put(out, self.px.len() as u64);
            for p in self.px {
                put(out, u64::from(p.position) | u64::from(p.code.number()) << 5);
                put_near(out, p.day, self.start);
            }
        }
        if fresh(repeats::FILE) {
            put(out, u64::from(self.file));
            put(out, self.row);
        }
        put_signed(out, self.line);
        put(out, self.revenue.0);
        put(out, u64::from(self.hcpcs.number()));
        put_signed(out, if self.paid_cents == NO_INTEGER { NO_AMOUNT } else { self.paid_cents });
    }

    /// Reads a line; what it repeats is taken from `before`.
    fn read(r: &mut Reader<'b>, before: &Self, arena: &'b Bump) -> Self {
        let repeated = r.get();
        let fresh = |bit: u64| repeated & bit == 0;
        let mut line = *before;
        if fresh(repeats::ID) {
            line.claim_id = r.text();
            line.reversal_of = r.text();
        }
        if fresh(repeats::DAYS) {
            line.start = r.day();
            for day in [&mut line.end, &mut line.paid, &mut line.received] {
                *day = r.near(line.start);
            }
        }
        if fresh(repeats::HEADER) {
            line.version = r.signed();
            let bits = r.byte();
            line.kind = [ClaimKind::Institutional, ClaimKind::Professional, ClaimKind::Other, ClaimKind::Other]
                [usize::from(bits & 3)];
            let basis = |b: u8| [Basis::Unstated, Basis::Icd9, Basis::Icd10, Basis::Other][usize::from(b & 3)];
            line.dx_basis = basis(bits >> 2);
            line.px_basis = basis(bits >> 4);
            line.admit = r.near(line.start);
            line.discharge = r.near(line.start);
            line.facility = r.word();
            for code in
                [&mut line.admit_source, &mut line.admit_type, &mut line.disposition, &mut line.bill, &mut line.drg]
            {
                *code = Short(r.get());
            }
        }
        if fresh(repeats::PLACE) {
            line.place = Short(r.get());
            line.rendering = r.word();
            line.specialty = r.word();
        }
        if fresh(repeats::DX) {
            line.dx = arena.alloc_slice_fill_with(r.count(), |_| {
                let v = r.get();
                #[expect(clippy::cast_possible_truncation, reason = "masked fields")]
                Dx { position: (v & 31) as u8, poa: (v >> 5 & 127) as u8, code: CodeId::from_number((v >> 12) as u32) }
            });
        }
        if fresh(repeats::PX) {
            line.px = arena.alloc_slice_fill_with(r.count(), |_| {
                let v = r.get();
                #[expect(clippy::cast_possible_truncation, reason = "masked fields")]
                Px { position: (v & 31) as u8, code: CodeId::from_number((v >> 5) as u32), day: r.near(line.start) }
            });
        }
        if fresh(repeats::FILE) {
            line.file = r.small();
            line.row = r.get();
        } else {
            line.row = line.row.wrapping_add(1);
        }
        line.line = r.signed();
        line.revenue = Short(r.get());
        line.hcpcs = r.word();
        let cents = r.signed();
        line.paid_cents = if cents == NO_AMOUNT { NO_INTEGER } else { cents };
        line
    }

    /// Whether two lines say the same, wherever they stood.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        (self.paid, self.received) == (other.paid, other.received) && self.same_service(other)
    }

    /// Whether two lines say the same of the service, whenever they were paid and received.
    #[must_use]
    pub fn same_service(&self, other: &Self) -> bool {
        let head = |l: &Self| (l.line, l.version, l.kind, l.start, l.end, l.admit, l.discharge);
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
        put(out, u64::from(self.facility.number()));
        for code in [self.admit_source, self.admit_type, self.disposition] {
            put(out, code.0);
        }
        put_day(out, self.received);
        put(out, self.dx.len() as u64);
        for d in self.dx {
            put(out, u64::from(d.number()));
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
            facility: r.word(),
            admit_source: Short(r.get()),
            admit_type: Short(r.get()),
            disposition: Short(r.get()),
            received: r.day(),
            dx: arena.alloc_slice_fill_with(r.count(), |_| CodeId::from_number(r.small())),
        }
    }
}

impl<'b> Fill<'b> {
    fn write(&self, out: &mut Vec<u8>) {
        put_text(out, self.claim_id);
        put_signed(out, self.line);
        put_day(out, self.day);
        put(out, u64::from(self.ndc.number()));
        put(out, u64::from(self.ingredient.number()));
        for amount in [self.days_supply, self.quantity_milli, self.paid_cents] {
            put_signed(out, if amount == NO_INTEGER { NO_AMOUNT } else { amount });
        }
        put_near(out, self.paid, self.day);
        put_near(out, self.received, self.day);
        put(out, u64::from(self.file) << 1 | u64::from(self.is_reversal));
        put(out, self.row);
        if self.is_reversal {
            put_text(out, self.reversal_of);
        }
    }

    fn read(r: &mut Reader<'b>) -> Self {
        let mut fill = Self {
            claim_id: r.text(),
            line: r.signed(),
            day: r.day(),
            ndc: r.word(),
            ingredient: r.word(),
            ..Self::default()
        };
        for amount in [&mut fill.days_supply, &mut fill.quantity_milli, &mut fill.paid_cents] {
            let read = r.signed();
            *amount = if read == NO_AMOUNT { NO_INTEGER } else { read };
        }
        fill.paid = r.near(fill.day);
        fill.received = r.near(fill.day);
        let place = r.get();
        fill.is_reversal = place & 1 == 1;
        fill.file = u32::try_from(place >> 1).unwrap_or(u32::MAX);
        fill.row = r.get();
        if fill.is_reversal {
            fill.reversal_of = r.text();
        }
        fill
    }

    /// Whether two rows say the same, wherever they stood.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        (self.paid, self.received) == (other.paid, other.received) && self.same_fill(other)
    }

    /// Whether two rows say the same of the fill, whenever it was paid and received.
    #[must_use]
    pub fn same_fill(&self, other: &Self) -> bool {
        let key = |f: &Self| (f.line, f.day, f.ndc, f.ingredient, f.is_reversal);
        let amounts = |f: &Self| (f.days_supply, f.quantity_milli, f.paid_cents);
        (self.claim_id, self.reversal_of) == (other.claim_id, other.reversal_of)
            && key(self) == key(other)
            && amounts(self) == amounts(other)
    }
}

/// How an amount that is none is written.
const NO_AMOUNT: i64 = -1 << 60;

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
    /// Visits that were cancelled in the end: member and [`visit_key`].
    cancelled: OnceLock<Arc<FxHashSet<(u32, u64)>>>,
}

/// The short form of an admission id by which a member's visits are told apart.
pub(super) fn visit_key(admission_id: &str) -> u64 {
    stable_hash(0, admission_id.as_bytes())
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
            cancelled: OnceLock::new(),
        })
    }

    /// ADT rows of these visits, by member and [`visit_key`], are read back no more.
    pub(super) fn leave_out_visits(&self, cancelled: FxHashSet<(u32, u64)>) {
        let _ = self.cancelled.set(Arc::new(cancelled));
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

    /// Adds a run of events of one member: its kind and number lead, the events follow.
    fn add(&self, member: u32, kind: u8, events: u64, run: &[u8], head: &mut Vec<u8>) {
        head.clear();
        put(head, u64::from(member));
        head.push(kind);
        put(head, events);
        let len = head.len() + run.len();
        let at = usize::try_from(u64::from(member) * self.buckets.len() as u64 / self.members).unwrap_or(0);
        {
            let mut bucket = lock(&self.buckets[at]);
            let fits = bucket.chunks.last().is_some_and(|c| c.len() + len + 5 <= c.capacity());
            if !fits {
                // Small populations get small first chunks.
                let size = if bucket.chunks.is_empty() { 4096 } else { CHUNK };
                let size = size.max(len + 5);
                bucket.chunks.push(Vec::with_capacity(size));
                self.held.fetch_add(size as u64, Ordering::Relaxed);
            }
            if let Some(chunk) = bucket.chunks.last_mut() {
                put(chunk, len as u64);
                chunk.extend_from_slice(head);
                chunk.extend_from_slice(run);
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
        let cancelled = self.cancelled.get().map(Arc::clone).unwrap_or_default();
        Ok(BucketRecords { chunks: taken.chunks, index, cancelled })
    }
}

/// Adds the events of a batch: those of one member that stand together become one run, taken in at once. What is
/// still held is added by [`Scatter::finish`].
pub struct Scatter<'a, 'b> {
    buckets: &'a Buckets,
    member: u32,
    kind: u8,
    events: u64,
    run: Vec<u8>,
    head: Vec<u8>,
    /// The line before, without its codes.
    before: ClaimLine<'b>,
    dx: Vec<Dx>,
    px: Vec<Px>,
}

/// Longest run in bytes: one chunk holds several.
const RUN: usize = CHUNK / 8;

impl<'a, 'b> Scatter<'a, 'b> {
    /// Nothing yet.
    #[must_use]
    pub fn new(buckets: &'a Buckets) -> Self {
        Self {
            buckets,
            member: 0,
            kind: 0,
            events: 0,
            run: Vec::new(),
            head: Vec::new(),
            before: ClaimLine::default(),
            dx: Vec::new(),
            px: Vec::new(),
        }
    }

    fn begin(&mut self, member: u32, kind: u8) {
        if self.events > 0 && (member, kind) == (self.member, self.kind) && self.run.len() < RUN {
            self.events += 1;
            return;
        }
        self.flush();
        (self.member, self.kind, self.events) = (member, kind, 1);
        self.before = ClaimLine::default();
        self.dx.clear();
        self.px.clear();
    }

    fn flush(&mut self) {
        if self.events > 0 {
            self.buckets.add(self.member, self.kind, self.events, &self.run, &mut self.head);
            self.events = 0;
            self.run.clear();
        }
    }

    /// Adds a claim line; its codes may live shorter than its texts.
    pub fn claim(&mut self, member: u32, line: &ClaimLine<'b>, dx: &[Dx], px: &[Px]) {
        self.begin(member, CLAIM);
        let mut repeated = line.repeated(&self.before);
        if self.dx == dx {
            repeated |= repeats::DX;
        } else {
            self.dx.clear();
            self.dx.extend_from_slice(dx);
        }
        if self.px == px {
            repeated |= repeats::PX;
        } else {
            self.px.clear();
            self.px.extend_from_slice(px);
        }
        self.before = *line;
        ClaimLine { dx, px, ..*line }.write(&mut self.run, repeated);
    }

    /// Adds an ADT row.
    pub fn admission(&mut self, member: u32, row: &AdmissionRow<'_>) {
        self.begin(member, ADMISSION);
        row.write(&mut self.run);
    }

    /// Adds a fill.
    pub fn fill(&mut self, member: u32, fill: &Fill<'_>) {
        self.begin(member, FILL);
        fill.write(&mut self.run);
    }

    /// Adds what is still held.
    pub fn finish(mut self) {
        self.flush();
    }
}

/// The records of one bucket, grouped by member.
pub struct BucketRecords {
    chunks: Vec<Vec<u8>>,
    index: Vec<(u32, u32, u32, u32)>,
    cancelled: Arc<FxHashSet<(u32, u64)>>,
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
        let start = self.index.partition_point(|r| r.0 < member);
        let runs = self.index[start..].iter().take_while(|r| r.0 == member).map(|&(_, chunk, from, to)| {
            let mut r = Reader(&self.chunks[chunk as usize][from as usize..to as usize]);
            r.get();
            (r.byte(), usize::try_from(r.get()).unwrap_or(0), r)
        });
        let mut counts = [0; 3];
        for (kind, events, _) in runs.clone() {
            counts[usize::from(kind.min(FILL))] += events;
        }
        let mut out = MemberEvents {
            claims: Vec::with_capacity(counts[usize::from(CLAIM)]),
            admissions: Vec::with_capacity(counts[usize::from(ADMISSION)]),
            fills: Vec::with_capacity(counts[usize::from(FILL)]),
        };
        for (kind, events, mut r) in runs {
            match kind {
                CLAIM => {
                    let mut before = ClaimLine::default();
                    out.claims.extend((0..events).map(|_| {
                        before = ClaimLine::read(&mut r, &before, arena);
                        before
                    }));
                }
                ADMISSION => {
                    let took_place = |a: &AdmissionRow<'_>| {
                        self.cancelled.is_empty() || !self.cancelled.contains(&(member, visit_key(a.admission_id)))
                    };
                    let read = (0..events).map(|_| AdmissionRow::read(&mut r, arena));
                    out.admissions.extend(read.filter(took_place));
                }
                _ => out.fills.extend((0..events).map(|_| Fill::read(&mut r))),
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
            hcpcs: WordId::from_number(9),
            facility: WordId::from_number(77),
            paid_cents: -1234,
            reversal_of: "X",
            dx_basis: Basis::Icd10,
            px_basis: Basis::Other,
            dx: &[Dx { position: 25, code: CodeId::from_number(70_000), poa: b'Y' }],
            px: &[Px { position: 1, code: CodeId::from_number(5), day: 19_999 }],
            file: 1,
            row: 123_456,
            ..ClaimLine::default()
        };
        for limit in [u64::MAX, 1] {
            let folder = tempfile::tempdir().expect("a folder");
            let buckets = Buckets::new(1500, limit, folder.path()).expect("a spill file");
            let fill =
                Fill { claim_id: "P", days_supply: NO_INTEGER, paid_cents: 5, received: NO_DAY, ..Fill::default() };
            let reversal = Fill {
                claim_id: "R",
                days_supply: -30,
                quantity_milli: -1500,
                paid: 19_000,
                is_reversal: true,
                reversal_of: "P",
                file: 3,
                row: 77,
                ..Fill::default()
            };
            let mut scatter = Scatter::new(&buckets);
            for m in [0, 700, 1499] {
                scatter.claim(m, &line, line.dx, line.px);
                scatter.fill(m, &fill);
                scatter.fill(m, &reversal);
            }
            scatter.finish();
            buckets.check().expect("no failure");
            let mut seen = 0;
            for b in 0..buckets.len() {
                let records = buckets.take(b).expect("records");
                let arena = Bump::new();
                for m in buckets.members(b) {
                    let events = records.member(m, &arena);
                    seen += events.claims.len();
                    assert!(events.claims.iter().all(|c| *c == line));
                    assert!(events.fills.is_empty() || events.fills == [fill, reversal]);
                }
            }
            assert_eq!(seen, 3);
        }
    }

    #[test]
    fn what_a_line_repeats_comes_back() {
        let first = ClaimLine {
            claim_id: "C1",
            line: 1,
            kind: ClaimKind::Institutional,
            start: 20_000,
            end: 20_004,
            admit: 20_000,
            discharge: NO_DAY,
            paid: NO_DAY,
            received: 20_030,
            bill: Short::of("111"),
            rendering: WordId::from_number(4),
            dx: &[
                Dx { position: 1, code: CodeId::from_number(7), poa: b'Y' },
                Dx { position: 2, code: CodeId::from_number(8), poa: 0 },
            ],
            px: &[Px { position: 1, code: CodeId::from_number(5), day: NO_DAY }],
            row: 9,
            ..ClaimLine::default()
        };
        // Every part changes alone once, is repeated, and is emptied again.
        let lines = [
            first,
            ClaimLine { line: 2, revenue: Short::of("0450"), row: 10, ..first },
            ClaimLine { line: 3, hcpcs: WordId::from_number(3), paid_cents: -5, row: 12, ..first },
            ClaimLine { claim_id: "C2", row: 13, ..first },
            ClaimLine { claim_id: "C2", reversal_of: "C1", row: 14, ..first },
            ClaimLine { version: 1, row: 15, ..first },
            ClaimLine { discharge: 20_004, row: 16, ..first },
            ClaimLine { start: 20_001, row: 17, ..first },
            ClaimLine { rendering: WordId::from_number(0), place: Short::of("21"), row: 18, ..first },
            ClaimLine { dx: &[], row: 19, ..first },
            ClaimLine { px: &[], dx: &[], row: 20, ..first },
            ClaimLine { file: 1, row: 21, ..first },
            ClaimLine { file: 1, row: 22, paid: 20_100, ..first },
            ClaimLine::default(),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let buckets = Buckets::new(1, u64::MAX, folder.path()).expect("a spill file");
        let mut scatter = Scatter::new(&buckets);
        for line in &lines {
            scatter.claim(0, line, line.dx, line.px);
        }
        scatter.finish();
        let (records, arena) = (buckets.take(0).expect("records"), Bump::new());
        let seen = records.member(0, &arena).claims;
        assert_eq!(seen, lines);
        assert!(std::ptr::eq(seen[0].dx, seen[1].dx), "codes repeated are codes shared");
        let again = |from: usize| ClaimLine { row: u64::MAX, ..lines[from] };
        let mut edge = Scatter::new(&buckets);
        edge.claim(0, &again(0), &[], &[]);
        edge.finish();
        assert_eq!(buckets.take(0).expect("records").member(0, &Bump::new()).claims[0].row, u64::MAX);
    }
}

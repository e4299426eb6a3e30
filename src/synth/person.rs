//! Who a member is before anything happens: household, home, cover, language, hidden traits and the
//! diseases brought along. Owns the draw of a person; refuses to know care and files.

use super::codes::{CONDITIONS, Condition, PREVALENCE};
use super::places::{COUNTIES, PER_PRACTICE, PRACTICES};
use super::rng::{Rng, Stream};
use crate::domain::{Day, finish64};

/// ISO 639-1.
const ENGLISH: &str = "en";

/// The population's own first day: every life is told from here (or from a later enrolment), whatever
/// the night asked for, so that another `as_of` sees the same past.
pub const EPOCH: Day = Day(18_444); // 2020-07-01
/// The last day an enrolment begins.
const LAST_ENTRY: Day = Day(20_590); // 2026-05-17
/// Indices are dealt to households in blocks of this many.
pub const BLOCK: u64 = 4;

/// Who pays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payer {
    Medicare,
    Medicaid,
    Commercial,
}

/// A person at entry.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub struct Person {
    pub index: u64,
    pub birth: Day,
    pub female: bool,
    pub payer: Payer,
    pub dual: bool,
    pub disabled: bool,
    pub county: usize,
    pub zip: usize,
    pub lat: f64,
    pub lon: f64,
    pub household: u64,
    pub given: usize,
    pub phone: Option<u64>,
    pub has_address: bool,
    pub guardian: Option<usize>,
    pub language: &'static str,
    pub interpreter: bool,
    pub race: &'static str,
    pub hispanic: bool,
    pub homebound: bool,
    pub institutional: bool,
    pub consent: bool,
    pub practice: usize,
    pub pcp: usize,
    /// Days of cover; the last end is `Day::MAX` when none is foreseen.
    pub spans: Vec<(Day, Day)>,
    pub severity: [u8; CONDITIONS],
    pub frailty: f64,
    pub nonadherence: f64,
    /// Bit i: social need i of `codes::NEEDS`.
    pub needs: u8,
    /// How readily the person sees a doctor, around 1.
    pub seeking: f64,
}

enum Role {
    Elder,
    Adult,
    Child,
}

struct Home {
    key: u64,
    county: usize,
    payer: Payer,
    role: Role,
    shares: bool,
}

impl Person {
    /// The person at `index` of the population of `seed`; depends on nothing else.
    #[must_use]
    pub fn draw(seed: u64, index: u64) -> Self {
        let home = draw_home(seed, index);
        let mut r = Rng::keyed(seed, index, Stream::Person, 0);
        let place = &COUNTIES[home.county];
        let female = r.chance(0.53);
        let disabled = matches!(home.role, Role::Elder) && r.chance(0.11);
        let birth = draw_birth(&mut r, &home.role, disabled);
        let (race, hispanic, language) = draw_origin(&mut r, home.county);
        let interpreter = language != ENGLISH && r.chance(if matches!(home.role, Role::Elder) { 0.6 } else { 0.35 });
        let mut where_at = Rng::keyed(seed, home.key, Stream::Block, 9);
        let zip = where_at.below(3);
        let mut near = || libm::round((where_at.unit() - 0.5) * 240.0) / 1_000.0;
        let (lat, lon) = (place.lat + near(), place.lon + near());
        let spans = draw_cover(&mut Rng::keyed(seed, index, Stream::Enrolment, 0), home.payer, birth);
        let frailty = r.normal();
        let nonadherence = {
            let u = r.unit();
            u * u
        };
        let seeking = libm::exp(0.35 * r.normal() - 0.06);
        let poor = 0.05
            + 0.012 * f64::from(place.poverty_decile)
            + match home.payer {
                Payer::Medicaid => 0.13,
                Payer::Medicare => 0.03,
                Payer::Commercial => -0.05,
            };
        let mut needs = 0_u8;
        let lift = if r.chance(0.22) { 2.4 } else { 0.55 };
        for (i, w) in [0.7, 1.0, 0.8, 0.5, 1.1, 0.7].into_iter().enumerate() {
            needs |= u8::from(r.chance((poor * w * lift).max(0.004))) << i;
        }
        let entry_age = f64::from(spans.first().map_or(EPOCH, |s| s.0).since(birth)) / 365.25;
        let severity = brought_along(&mut r, entry_age, frailty, home.payer, disabled);
        let child = matches!(home.role, Role::Child);
        let phone = if r.chance(0.035) {
            None
        } else if home.shares && (child || r.chance(0.6)) {
            Some(home.key)
        } else {
            Some(index)
        };
        let demented = severity[Condition::Dementia as usize] >= 2;
        Self {
            index,
            birth,
            female,
            payer: home.payer,
            dual: home.payer == Payer::Medicare && r.chance(if disabled { 0.5 } else { 0.14 }),
            disabled,
            county: home.county,
            zip,
            lat: libm::round(lat * 1_000.0) / 1_000.0,
            lon: libm::round(lon * 1_000.0) / 1_000.0,
            household: home.key,
            given: r.below(64),
            phone,
            has_address: r.chance(0.985),
            guardian: (child && r.chance(0.95)).then(|| r.below(64)),
            language,
            interpreter,
            race,
            hispanic,
            homebound: entry_age >= 70.0 && r.chance(if frailty > 1.0 { 0.22 } else { 0.03 }),
            institutional: demented && r.chance(0.25),
            consent: r.chance(0.985),
            practice: r.below(PRACTICES),
            pcp: r.below(PER_PRACTICE),
            spans,
            severity,
            frailty,
            nonadherence,
            needs,
            seeking,
        }
    }

    /// Age on a day, in years.
    #[must_use]
    pub fn age(&self, day: Day) -> f64 {
        f64::from(day.since(self.birth)) / 365.25
    }

    /// Covered on a day.
    #[must_use]
    pub fn covered(&self, day: Day) -> bool {
        self.spans.iter().any(|&(a, b)| a <= day && day <= b)
    }

    /// One in two hundred came with another id from before the warehouse moved.
    #[must_use]
    pub fn had_other_id(&self) -> bool {
        finish64(self.index ^ 0x01D).is_multiple_of(200)
    }

    /// The first covered day.
    #[must_use]
    pub fn entry(&self) -> Day {
        self.spans.first().map_or(EPOCH, |s| s.0)
    }
}

/// Households: a block of four is an elder couple and two elders alone, a family, or four adults alone.
fn draw_home(seed: u64, index: u64) -> Home {
    let (block, place) = (index / BLOCK, index % BLOCK);
    let mut r = Rng::keyed(seed, block, Stream::Block, 0);
    let kind = r.weighted(&[0.445, 0.33, 0.225]);
    let couple = r.chance(0.7);
    let medicaid = r.chance(0.46);
    let weights: [f64; COUNTIES.len()] = std::array::from_fn(|i| COUNTIES[i].weight);
    let together = r.weighted(&weights);
    let payer = if medicaid { Payer::Medicaid } else { Payer::Commercial };
    // Those who live alone have their own home, county and, under 65, payer.
    let mut own = Rng::keyed(seed, index, Stream::Block, 1);
    let alone = own.weighted(&weights);
    let own_payer = if own.chance(0.44) { Payer::Medicaid } else { Payer::Commercial };
    match (kind, place) {
        (0, 0 | 1) if couple => {
            Home { key: block * BLOCK, county: together, payer: Payer::Medicare, role: Role::Elder, shares: true }
        }
        (0, _) => Home { key: index, county: alone, payer: Payer::Medicare, role: Role::Elder, shares: false },
        (1, 0 | 1) => Home { key: block * BLOCK, county: together, payer, role: Role::Adult, shares: true },
        (1, _) => Home { key: block * BLOCK, county: together, payer, role: Role::Child, shares: true },
        _ => Home { key: index, county: alone, payer: own_payer, role: Role::Adult, shares: false },
    }
}

/// A birth date that gives the right ages in the years shown. Elders are 65 at entry or later, except
/// the disabled.
fn draw_birth(r: &mut Rng, role: &Role, disabled: bool) -> Day {
    let years = match role {
        Role::Elder if disabled => 34.0 + 28.0 * r.unit(),
        Role::Elder => 61.5 + (r.waiting(11.5)).min(35.0),
        Role::Adult => 18.0 + 41.0 * r.unit(),
        Role::Child => 1.0 + 12.5 * r.unit(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred years of days")]
    let days = (years * 365.25) as i32;
    Day(Day(19_358).0 - days) // around 2023-01-01, the middle of the usual history
}

fn draw_origin(r: &mut Rng, county: usize) -> (&'static str, bool, &'static str) {
    let c = &COUNTIES[county];
    let hispanic = r.chance(c.spanish * 1.25);
    if hispanic {
        let race = ["white", "white", "white", "other race", "unknown"][r.below(5)];
        return (race, true, if r.chance(0.62) { "es" } else { "en" });
    }
    let race = if r.chance(c.black / (1.0 - c.spanish)) {
        "black or african american"
    } else {
        ["white", "white", "white", "white", "white", "white", "asian", "other race", "unknown"][r.below(9)]
    };
    (race, false, if r.chance(c.other.1) { c.other.0 } else { "en" })
}

/// Cover: from the epoch or a later day, sometimes with a lapse, sometimes ended for good.
fn draw_cover(r: &mut Rng, payer: Payer, birth: Day) -> Vec<(Day, Day)> {
    let mut start = EPOCH;
    if r.chance(0.42) {
        start = EPOCH.plus(r.range(1, LAST_ENTRY.since(EPOCH))).month_start();
    }
    // Medicare by age begins in the month of the 65th birthday; nobody is covered before birth.
    if payer == Payer::Medicare && !r.chance(0.11) {
        start = start.max(birth.plus_months(65 * 12).month_start()).min(LAST_ENTRY.month_start());
    }
    start = start.max(birth);
    let (lapse, leave) = match payer {
        Payer::Medicare => (0.01, 0.012),
        Payer::Medicaid => (0.09, 0.035),
        Payer::Commercial => (0.04, 0.055),
    };
    let mut spans = Vec::with_capacity(2);
    let mut from = start;
    loop {
        #[expect(clippy::cast_possible_truncation, reason = "bounded below a million days")]
        let stay = (r.waiting(365.25 / (lapse + leave)).min(30_000.0)) as i32;
        let until = from.plus(stay.max(60)).month_start().plus(-1);
        if stay > 6_000 {
            spans.push((from, Day::MAX));
            return spans;
        }
        spans.push((from, until));
        if r.chance(leave / (lapse + leave)) {
            return spans;
        }
        from = until.plus(1).plus_months(r.range(1, 5));
    }
}

/// The age band of the prevalence table.
#[must_use]
pub fn band(age: f64) -> usize {
    [18.0, 45.0, 65.0, 75.0, 85.0].iter().filter(|&&b| age >= b).count()
}

/// How much likelier a condition is than its age alone says.
#[must_use]
pub fn leaning(condition: usize, frailty: f64, payer: Payer, disabled: bool) -> f64 {
    let mut lift = libm::exp(0.18 * frailty);
    let behavioral = [Condition::SevereMental, Condition::SubstanceUse, Condition::Depression].map(|c| c as usize);
    if behavioral.contains(&condition) && (payer == Payer::Medicaid || disabled) {
        lift *= 1.9;
    }
    if disabled {
        lift *= 1.6;
    }
    lift
}

fn brought_along(r: &mut Rng, age: f64, frailty: f64, payer: Payer, disabled: bool) -> [u8; CONDITIONS] {
    let mut out = [0; CONDITIONS];
    for (i, slot) in out.iter_mut().enumerate() {
        let p = PREVALENCE[i][band(age)] * leaning(i, frailty, payer, disabled);
        if r.chance(p) {
            *slot = 1 + u8::try_from(r.weighted(&[0.62, 0.28, 0.10])).unwrap_or(0);
        }
    }
    out
}

//! The tables of one chunk of members, and the eligibility rows. Owns which extract a row goes to;
//! refuses to know files.

use arrow_array::RecordBatch;

use super::claims::{ID_CHANGE, Night};
use super::error::SynthError;
use super::extract_tables::{Case, Contact, MemberTables, Task, empty_table, write_phone};
use super::followup::close_tasks;
use super::life::live_until_night;
use super::person::{Payer, Person};
use super::places::{COUNTIES, GIVEN, STREETS, family_name, primary};
use super::state::Life;
use super::table::Table;
use crate::domain::Day;
use crate::domain::finish64;

/// The finished tables of a chunk, by extract name in the order of [`STREAMED`].
pub struct Chunk {
    pub batches: Vec<RecordBatch>,
    pub cases: Vec<Case>,
    pub contacts: Vec<Contact>,
    pub tasks: Vec<Task>,
}

/// Lives the members `from..to` and returns their rows.
///
/// # Errors
/// When a table does not fit its schema.
pub fn live_chunk(night: Night, from: u64, to: u64) -> Result<Chunk, SynthError> {
    let (mut medical, mut admissions) = (empty_table("medical_claim"), empty_table("admission"));
    let mut small = MemberTables::new();
    for index in from..to {
        let person = Person::draw(night.seed, index + 1);
        let mut life = Life::new(night, &person, &mut medical, &mut admissions, &mut small);
        live_until_night(&mut life);
        close_tasks(&mut life);
        let (death, hospice, renal) = (life.death, life.hospice_from, life.kidney_tonight);
        write_crosswalk(&mut small.crosswalk, night, &person);
        write_cover(
            &mut small.eligibility,
            night,
            &person,
            death,
            hospice,
            renal >= 3 && person.index.is_multiple_of(3),
        );
    }
    let s = small;
    let tables = [
        s.eligibility,
        medical,
        s.pharmacy,
        admissions,
        s.screening,
        s.appointment,
        s.problem,
        s.consent,
        s.crosswalk,
        s.authorization,
        s.referral,
        s.lab,
        s.overrides,
        s.assessment,
        s.survey,
        s.feature,
        s.truth,
    ];
    debug_assert!(tables.iter().all(|t| t.mismatches() == 0), "a row does not fit its layout");
    let batches = tables
        .into_iter()
        .map(|t| t.finish().map_err(|e| SynthError::Arrow(e.to_string())))
        .collect::<Result<_, _>>()?;
    Ok(Chunk { batches, cases: s.cases, contacts: s.contacts, tasks: s.tasks })
}

/// One row per span that has begun; what ends later shows as the plan year's end.
fn write_cover(t: &mut Table, night: Night, p: &Person, death: Option<Day>, hospice: Option<Day>, dialysis: bool) {
    let place = &COUNTIES[p.county];
    let dead = death.filter(|&d| d <= night.as_of);
    let (year, _, _) = night.as_of.ymd();
    let open_end = match p.payer {
        Payer::Medicare => Day::from_ymd(9999, 12, 31),
        _ => Day::from_ymd(year, 12, 31),
    };
    let medicare = p.payer == Payer::Medicare;
    let (head, tail) = family_name(p.household);
    for &(start, end) in p.spans.iter().filter(|s| s.0 <= night.as_of) {
        if dead.is_some_and(|d| d < start) {
            continue;
        }
        let shown = if end <= night.as_of { Some(end) } else { open_end };
        let shown = dead.filter(|&d| shown.is_none_or(|e| d < e)).or(shown);
        let current = end > night.as_of && dead.is_none();
        t.put(format_args!("M{:07}", p.index)).day(Some(p.birth)).text(if p.female { "female" } else { "male" });
        t.day(Some(start)).day(shown).day(dead);
        let (payer, plan, kind) = match p.payer {
            Payer::Medicare => {
                ("Lantern Medicare", if p.dual { "Lantern Dual Advantage" } else { "Lantern Advantage" }, "medicare")
            }
            Payer::Medicaid => ("State Medicaid", "Community Care", "medicaid"),
            Payer::Commercial => ("Beacon Mutual", ["Beacon PPO", "Beacon HMO"][p.practice % 2], "commercial"),
        };
        t.text(payer).text(plan).text(kind);
        t.text(if p.dual { ["02", "08"][p.practice % 2] } else { "NA" });
        t.text(match (medicare, p.disabled) {
            (true, true) => "1",
            (true, false) => "0",
            _ => "",
        });
        t.text(match (medicare, p.disabled, dialysis) {
            (true, true, true) => "21",
            (true, true, false) => "20",
            (true, false, true) => "11",
            (true, false, false) => "10",
            _ => "",
        });
        t.int(Some(i32::from(p.institutional && medicare)));
        t.int(Some(i32::from(current && hospice.is_some_and(|h| h <= night.as_of))));
        t.text(p.race).text(if p.hispanic { "hispanic or latino" } else { "not hispanic or latino" }).text(p.language);
        t.text(place.state).text(place.fips).text(place.zips[p.zip]).real(Some(p.lat)).real(Some(p.lon));
        write_phone(t, p.phone);
        t.text(GIVEN[p.given]).put(format_args!("{head}{tail}"));
        if p.has_address {
            let key = finish64(p.household);
            let street = STREETS[usize::try_from(key % 16).unwrap_or(0)];
            t.put(format_args!("{} {street}", 10 + (key >> 8) % 900));
        } else {
            t.null();
        }
        if let Some(g) = p.guardian {
            t.put(format_args!("{} {head}{tail}", GIVEN[g]));
            write_phone(t, Some(p.household));
        } else {
            t.null().null();
        }
        t.int(Some(i32::from(p.interpreter))).int(Some(i32::from(p.homebound)));
        t.npi(Some(primary(p.county, p.practice, p.pcp)));
        // A few are attributed to nobody.
        if finish64(p.index ^ 0xA77).is_multiple_of(50) {
            t.null();
        } else {
            t.put(format_args!("PR{}{:02}", place.fips, p.practice + 1));
        }
        t.text(if p.consent { "yes" } else { "no" });
        t.end();
    }
}

/// The ids that a member had before the warehouse moved; one in twenty of them by a detour.
fn write_crosswalk(t: &mut Table, night: Night, person: &Person) {
    if !person.had_other_id() || night.start >= ID_CHANGE {
        return;
    }
    let index = person.index;
    if finish64(index).is_multiple_of(20) {
        t.put(format_args!("W{index:07}")).put(format_args!("X{index:07}")).end();
    }
    t.put(format_args!("X{index:07}")).put(format_args!("M{index:07}")).end();
}

//! The names behind the provider numbers: everybody who treats and every institution. Owns the two directories;
//! refuses to know members.

use super::places::{
    COUNTIES, GIVEN, HOUSES, House, PER_PRACTICE, PRACTICES, SPECIALTIES, facility, family_name, primary, specialist,
};
use super::table::Table;
use crate::domain::finish64;

/// `provider` rows: primary care by practice, four specialists of each kind by county.
pub fn write_providers(t: &mut Table) {
    for (county, place) in COUNTIES.iter().enumerate() {
        for practice in 0..PRACTICES {
            for k in 0..PER_PRACTICE {
                let npi = primary(county, practice, k);
                t.npi(Some(npi));
                write_name(t, u64::from(npi.0), "Dr.");
                write_office_phone(t, u64::from(npi.0));
                t.text(SPECIALTIES[0]).put(format_args!("PR{}{:02}", place.fips, practice + 1)).end();
            }
        }
        for (specialty, code) in SPECIALTIES.iter().enumerate() {
            for k in 0..4 {
                let npi = specialist(county, specialty, k);
                t.npi(Some(npi));
                write_name(t, u64::from(npi.0), "Dr.");
                write_office_phone(t, u64::from(npi.0));
                t.text(code).null().end();
            }
        }
    }
}

/// `facility` rows.
pub fn write_facilities(t: &mut Table) {
    for county in 0..COUNTIES.len() {
        for house in HOUSES {
            let npi = facility(county, house);
            let (head, tail) = family_name(u64::from(npi.0) ^ 0x4057);
            t.npi(Some(npi)).put(format_args!("{head}{tail} {}", house_kind(house)));
            write_office_phone(t, u64::from(npi.0));
            t.end();
        }
    }
}

fn house_kind(house: House) -> &'static str {
    match house {
        House::Acute(0) => "Memorial Hospital",
        House::Acute(1) => "General Hospital",
        House::Acute(_) => "Community Hospital",
        House::Snf(_) => "Nursing and Rehabilitation Center",
        House::Rehab => "Rehabilitation Hospital",
        House::Psychiatric => "Behavioral Hospital",
        House::LongTerm => "Long-Term Acute Care",
        House::HomeHealth => "Home Health",
        House::Equipment => "Medical Supply",
        House::Laboratory => "Laboratory",
        House::Dialysis => "Dialysis Center",
        House::Hospice => "Hospice",
    }
}

fn write_name(t: &mut Table, key: u64, title: &str) {
    let (head, tail) = family_name(key ^ 0xD0C);
    let given = GIVEN[usize::try_from(finish64(key) % 64).unwrap_or(0)];
    t.put(format_args!("{title} {given} {head}{tail}"));
}

/// Offices answer in an area code of their own, assigned to nobody.
fn write_office_phone(t: &mut Table, key: u64) {
    let n = finish64(key ^ 0x0FF1) % 8_000_000;
    t.put(format_args!("557-{:03}-{:04}", 200 + n / 10_000, n % 10_000));
}

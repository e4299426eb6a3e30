//! Where people live and who treats them: real counties, invented institutions and people.
//! Owns the tables of places, names and the provider numbers; refuses to know any member.

use crate::domain::finish64;

/// A county of the synthetic region. Coordinates are those of its main town; ZIPs belong to it.
pub struct County {
    pub fips: &'static str,
    pub state: &'static str,
    pub zips: [&'static str; 3],
    pub lat: f64,
    pub lon: f64,
    /// AHRQ poverty decile (1 least poor, 10 poorest) and CDC SVI 2022 overall.
    pub poverty_decile: u8,
    pub svi: f64,
    /// Share of members, and shares of Spanish, another language, and Black members.
    pub weight: f64,
    pub spanish: f64,
    pub other: (&'static str, f64),
    pub black: f64,
}

#[expect(clippy::too_many_arguments, reason = "one row of the table below")]
const fn county_row(
    fips: &'static str,
    state: &'static str,
    zips: [&'static str; 3],
    lat: f64,
    lon: f64,
    poverty_decile: u8,
    svi: f64,
    weight: f64,
    spanish: f64,
    other: (&'static str, f64),
    black: f64,
) -> County {
    County { fips, state, zips, lat, lon, poverty_decile, svi, weight, spanish, other, black }
}

/// Fifteen counties in five states.
pub const COUNTIES: [County; 15] = [
    county_row("12086", "FL", ["33125", "33142", "33176"], 25.774, -80.237, 8, 0.881, 10.0, 0.46, ("ht", 0.06), 0.17),
    county_row("12057", "FL", ["33604", "33612", "33511"], 27.995, -82.455, 7, 0.7789, 8.0, 0.18, ("vi", 0.01), 0.16),
    county_row("12105", "FL", ["33801", "33880", "33830"], 28.040, -81.949, 8, 0.8912, 6.0, 0.14, ("ht", 0.02), 0.15),
    county_row("48201", "TX", ["77004", "77036", "77093"], 29.726, -95.370, 9, 0.9201, 11.0, 0.30, ("vi", 0.05), 0.19),
    county_row("48029", "TX", ["78207", "78228", "78245"], 29.424, -98.525, 8, 0.9192, 8.0, 0.28, ("zh", 0.01), 0.08),
    county_row("48215", "TX", ["78501", "78539", "78572"], 26.216, -98.236, 10, 0.9841, 6.0, 0.58, ("tl", 0.01), 0.01),
    county_row("42101", "PA", ["19121", "19134", "19148"], 39.981, -75.178, 10, 0.9465, 9.0, 0.09, ("zh", 0.04), 0.41),
    county_row("42003", "PA", ["15210", "15221", "15146"], 40.407, -79.985, 4, 0.314, 7.0, 0.01, ("ne", 0.01), 0.13),
    county_row("42043", "PA", ["17104", "17109", "17033"], 40.262, -76.862, 5, 0.5476, 4.0, 0.05, ("ne", 0.02), 0.18),
    county_row("13121", "GA", ["30310", "30315", "30349"], 33.727, -84.421, 6, 0.6599, 7.0, 0.05, ("ko", 0.01), 0.44),
    county_row("13021", "GA", ["31204", "31206", "31211"], 32.843, -83.668, 10, 0.9644, 4.0, 0.02, ("ar", 0.01), 0.54),
    county_row("13051", "GA", ["31401", "31405", "31419"], 32.073, -81.092, 8, 0.805, 4.0, 0.04, ("vi", 0.01), 0.38),
    county_row("39035", "OH", ["44105", "44109", "44120"], 41.452, -81.634, 9, 0.7305, 7.0, 0.04, ("ar", 0.02), 0.29),
    county_row("39049", "OH", ["43205", "43224", "43123"], 39.957, -82.963, 7, 0.6497, 7.0, 0.03, ("so", 0.04), 0.23),
    county_row("39009", "OH", ["45701", "45764", "45732"], 39.329, -82.101, 10, 0.5772, 2.0, 0.01, ("zh", 0.01), 0.02),
];

/// A ten-digit provider number. They begin 1000, 1001 or 1002: below the first number ever issued, so
/// no synthetic number belongs to a person or an institution, while the check digit is right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Npi(pub u32);

impl Npi {
    /// The ten digits.
    #[must_use]
    pub fn digits(self) -> [u8; 10] {
        let mut out = [b'0'; 10];
        let mut rest = 100_000_000 + u64::from(self.0 % 299_999) + 1;
        for slot in out[..9].iter_mut().rev() {
            *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        // Luhn over the nine digits with the constant 24 for the prefix 80840.
        let mut sum = 24;
        for (i, d) in out[..9].iter().enumerate() {
            let d = u32::from(d - b'0');
            sum += if i % 2 == 0 { (2 * d) / 10 + (2 * d) % 10 } else { d };
        }
        out[9] = b'0' + u8::try_from((10 - sum % 10) % 10).unwrap_or(0);
        out
    }
}

/// Kinds of institution in every county.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum House {
    /// Three acute hospitals; the third sends no ADT.
    Acute(u8),
    Snf(u8),
    Rehab,
    Psychiatric,
    LongTerm,
    HomeHealth,
    Equipment,
    Laboratory,
    Dialysis,
    Hospice,
}

/// Every institution of a county.
pub const HOUSES: [House; 14] = [
    House::Acute(0),
    House::Acute(1),
    House::Acute(2),
    House::Snf(0),
    House::Snf(1),
    House::Snf(2),
    House::Rehab,
    House::Psychiatric,
    House::LongTerm,
    House::HomeHealth,
    House::Equipment,
    House::Laboratory,
    House::Dialysis,
    House::Hospice,
];

/// The number of an institution.
#[must_use]
pub fn facility(county: usize, house: House) -> Npi {
    let within = match house {
        House::Acute(k) => u32::from(k),
        House::Snf(k) => 4 + u32::from(k),
        House::Rehab => 8,
        House::Psychiatric => 9,
        House::LongTerm => 10,
        House::HomeHealth => 11,
        House::Equipment => 12,
        House::Laboratory => 13,
        House::Dialysis => 14,
        House::Hospice => 15,
    };
    Npi(u32::try_from(county).unwrap_or(0) * 20 + within)
}

/// Specialties as CMS provider specialty codes.
pub const SPECIALTIES: [&str; 16] =
    ["08", "11", "06", "29", "39", "46", "90", "20", "18", "26", "13", "34", "10", "93", "30", "16"];
/// Indices into [`SPECIALTIES`].
pub mod specialty {
    pub const FAMILY: usize = 0;
    pub const INTERNAL: usize = 1;
    pub const CARDIOLOGY: usize = 2;
    pub const PULMONARY: usize = 3;
    pub const NEPHROLOGY: usize = 4;
    pub const ENDOCRINE: usize = 5;
    pub const ONCOLOGY: usize = 6;
    pub const ORTHOPEDIC: usize = 7;
    pub const EYE: usize = 8;
    pub const PSYCHIATRY: usize = 9;
    pub const NEUROLOGY: usize = 10;
    pub const GASTRO: usize = 12;
    pub const EMERGENCY: usize = 13;
    pub const OBSTETRIC: usize = 15;
}

/// Practices per county, and primary-care providers per practice.
pub const PRACTICES: usize = 12;
pub const PER_PRACTICE: usize = 5;

/// A primary-care provider of a practice.
#[must_use]
pub fn primary(county: usize, practice: usize, k: usize) -> Npi {
    Npi(u32::try_from(1_000 + county * 200 + practice * 10 + k).unwrap_or(0))
}

/// A specialist of the county (four each).
#[must_use]
pub fn specialist(county: usize, specialty: usize, k: usize) -> Npi {
    Npi(u32::try_from(10_000 + county * 200 + specialty * 8 + k).unwrap_or(0))
}

/// Invented given names, after plants, stones and weather: they belong to nobody.
pub const GIVEN: [&str; 64] = [
    "Alder", "Amber", "Ash", "Aspen", "Basil", "Bay", "Beryl", "Birch", "Briar", "Brook", "Calla", "Cedar", "Clay",
    "Clover", "Coral", "Cove", "Dale", "Dawn", "Dell", "Dune", "Echo", "Elm", "Ember", "Fern", "Field", "Flint",
    "Ford", "Garnet", "Glen", "Hazel", "Heath", "Holly", "Indigo", "Iris", "Ivy", "Jade", "Juniper", "Kelp", "Lake",
    "Larch", "Laurel", "Linden", "Maple", "Marsh", "Meadow", "Mesa", "Mica", "Moss", "Myrtle", "Oak", "Olive", "Opal",
    "Pearl", "Pine", "Rain", "Reed", "Ridge", "River", "Rowan", "Sage", "Slate", "Sorrel", "Vale", "Wren",
];
/// Invented family names.
const FAMILY_HEAD: [&str; 32] = [
    "Amber", "Barley", "Bramble", "Cinder", "Copper", "Dew", "Drift", "Ever", "Fallow", "Feather", "Frost", "Gale",
    "Harvest", "Hollow", "Kestrel", "Lantern", "Lark", "Marrow", "Mist", "North", "Orchard", "Pebble", "Quill",
    "Russet", "Salt", "Silver", "Thistle", "Tide", "Umber", "Willow", "Winter", "Yarrow",
];
const FAMILY_TAIL: [&str; 16] = [
    "bank", "bay", "brook", "croft", "dale", "fell", "field", "ford", "gate", "grove", "haven", "hill", "mere", "moor",
    "stead", "wick",
];

/// Head and tail of the family name of a household.
#[must_use]
pub fn family_name(key: u64) -> (&'static str, &'static str) {
    let h = finish64(key ^ 0xFA41_1E5A);
    (FAMILY_HEAD[usize::try_from(h % 32).unwrap_or(0)], FAMILY_TAIL[usize::try_from((h >> 8) % 16).unwrap_or(0)])
}

/// Street names for addresses.
pub const STREETS: [&str; 16] = [
    "Lamplight Way",
    "Quarry Rd",
    "Orchard Ln",
    "Mill St",
    "Harbor Ave",
    "Station Rd",
    "Chapel St",
    "Meadow Ct",
    "Summit Dr",
    "Canal St",
    "Foundry Rd",
    "Garden Pl",
    "Prairie Ave",
    "Lantern Ct",
    "Ferry Rd",
    "Granary St",
];

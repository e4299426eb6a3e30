//! The extract `care_manager`: the roster. Owns its contract and row; refuses to fill a default.

use std::sync::{Mutex, PoisonError};

use super::feed::RowCells;
use crate::domain::vocabulary::Status;
use crate::domain::{Day, Short, language_code};
use crate::extracts::contract::ExtractSpec;
use crate::extracts::contract::Kind::{Date, Fixed, Flag, Id, Integer, LowerWord, Name, Number, Word};
use crate::extracts::contract::{col, req, word};
use crate::extracts::error::ExtractError;
use crate::extracts::loader::Loader;
use crate::extracts::population::usps;

/// The contract.
pub const SPEC: ExtractSpec = ExtractSpec {
    name: "care_manager",
    grain: "care manager",
    cost_when_missing: "no capacity is known: the list is cut at 100 people and nobody is assigned",
    columns: &[
        req("care_manager_id", Id),
        col("name", Name),
        req("discipline", Word),
        col("languages", Word),
        req("licensed_states", Word),
        col("focus", LowerWord),
        word("status", Status::WORDS).read_or_refused(),
        col("fte", Number).read_or_refused(),
        col("max_cases", Integer).read_or_refused(),
        col("max_points", Integer).read_or_refused(),
        col("base_cases", Integer).read_or_refused(),
        col("base_points", Integer).read_or_refused(),
        col("home_visits", Flag),
        col("max_travel_km", Number).read_or_refused(),
        col("state", Word),
        col("zip3", Word),
        col("lat", Number),
        col("lon", Number),
        col("county_fips", Fixed(5)),
        col("new_contacts_per_day", Number).read_or_refused(),
        col("hours_per_week", Number).read_or_refused(),
        col("new_cases_per_week", Integer).read_or_refused(),
        col("away_from", Date).read_or_refused(),
        col("back_on", Date).read_or_refused(),
        col("cover_for", Id),
    ],
};

/// A care manager as the roster names them; defaults are filled by the caseload builder.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct Manager {
    pub id: Box<str>,
    pub name: Option<Box<str>>,
    pub discipline: Box<str>,
    pub languages: Box<str>,
    pub licensed_states: Box<str>,
    pub focus: Box<str>,
    pub status: Box<str>,
    pub fte: Option<f64>,
    pub max_cases: Option<i64>,
    pub max_points: Option<i64>,
    pub base_cases: i64,
    pub base_points: i64,
    pub home_visits: bool,
    pub max_travel_km: Option<f64>,
    pub state: Box<str>,
    pub zip3: Box<str>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub county: Box<str>,
    pub new_contacts_per_day: Option<f64>,
    pub hours_per_week: Option<f64>,
    pub new_cases_per_week: Option<i64>,
    pub away_from: Option<Day>,
    pub back_on: Option<Day>,
    pub cover_for: Option<Box<str>>,
    /// Row in the file, for messages about this small human-made table.
    pub row: u64,
}

/// A cell of the roster by column name; a name that the contract lacks does not compile.
macro_rules! cell {
    ($cells:ident, $name:literal) => {
        $cells.at(const { SPEC.index_of($name) })
    };
}

impl Manager {
    /// Reads one row of the roster; `number` is its row in the file.
    #[must_use]
    pub fn read(cells: &RowCells<'_>, number: u64) -> Self {
        let text = |found: Option<Box<str>>| found.unwrap_or_default();
        Self {
            id: text(cell!(cells, "care_manager_id")),
            name: cell!(cells, "name"),
            discipline: text(cell!(cells, "discipline")),
            languages: normalise_each(&text(cell!(cells, "languages")), |one| {
                language_code(one).unwrap_or(one.trim()).to_owned()
            }),
            licensed_states: normalise_each(&text(cell!(cells, "licensed_states")), usps),
            focus: text(cell!(cells, "focus")),
            status: cell!(cells, "status").unwrap_or_else(|| Status::Active.as_str().into()),
            fte: cell!(cells, "fte"),
            max_cases: cell!(cells, "max_cases"),
            max_points: cell!(cells, "max_points"),
            base_cases: cell!(cells, "base_cases").unwrap_or(0),
            base_points: cell!(cells, "base_points").unwrap_or(0),
            home_visits: cell!(cells, "home_visits").unwrap_or(false),
            max_travel_km: cell!(cells, "max_travel_km"),
            state: usps(&text(cell!(cells, "state"))).into(),
            zip3: text(cell!(cells, "zip3")),
            lat: cell!(cells, "lat"),
            lon: cell!(cells, "lon"),
            county: cell!(cells, "county_fips").map_or_else(Box::default, |c: Short| c.text().into()),
            new_contacts_per_day: cell!(cells, "new_contacts_per_day"),
            hours_per_week: cell!(cells, "hours_per_week"),
            new_cases_per_week: cell!(cells, "new_cases_per_week"),
            away_from: cell!(cells, "away_from"),
            back_on: cell!(cells, "back_on"),
            cover_for: cell!(cells, "cover_for"),
            row: number,
        }
    }
}

/// Each part of a list joined by `|`.
fn normalise_each(list: &str, part: impl Fn(&str) -> String) -> Box<str> {
    list.split('|').map(part).collect::<Vec<_>>().join("|").into()
}

/// Reads the roster, in id order.
///
/// # Errors
/// [`ExtractError`]; a row that cannot be read breaks the contract.
pub(in crate::extracts) fn read_managers(loader: &mut Loader<'_>) -> Result<Vec<Manager>, ExtractError> {
    let out = Mutex::new(Vec::new());
    let pools = loader.pools;
    loader.read(&SPEC, |batch, _| {
        let cells = |row| RowCells { columns: &batch.columns, pools, row, next: 0 };
        let made: Vec<Manager> = batch.good().map(|row| Manager::read(&cells(row), batch.rows.at(row))).collect();
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    })?;
    // A manager left out, or with a default for what could not be read, is a caseload nobody planned.
    let faults: Vec<String> = loader
        .quarantine
        .iter()
        .filter(|q| q.extract == SPEC.name)
        .take(10)
        .map(|q| format!("{}, row {}, column {}: {}", SPEC.name, q.row, q.column, q.reason.meaning()))
        .collect();
    if !faults.is_empty() {
        return Err(ExtractError::Contract { extract: SPEC.name.to_owned(), problems: faults });
    }
    let mut managers = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    managers.sort_by(|a, b| a.id.cmp(&b.id).then(a.row.cmp(&b.row)));
    Ok(managers)
}

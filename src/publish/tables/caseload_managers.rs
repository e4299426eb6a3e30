//! `caseload/care_managers`: the roster as `assign` reads it. Owns the columns of that flat file; refuses to read it
//! (`caseload::flat_files` does).

use crate::caseload::CareManager;
use crate::publish::cell::filled;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, flag, integer, number, text, when_any};
use crate::publish::table_data::Unit;

/// Rows of `caseload/care_managers`.
pub enum CaseloadManagers {}

impl RowFamily for CaseloadManagers {
    type Row<'a> = &'a CareManager;
}

/// `caseload/care_managers`.
pub static TABLE: Table<CaseloadManagers> = Table {
    name: "caseload/care_managers",
    grain: "care manager",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("care_manager_id", "care manager", |r| (&r.id).into()),
        text("discipline", "RN, LCSW, LPC, CHW, PharmD", |r| r.discipline.as_str().into()),
        text("languages", "ISO 639-1, joined by |", |r| r.languages.to_text().into()),
        text("licensed_states", "USPS codes, joined by |", |r| r.licensed.to_text().into()),
        text("focus", "foci, joined by |", |r| r.focus.to_text().into()),
        text("status", "active, pto, leave", |r| r.status.as_str().into()),
        number("fte", Unit::FullTime, "share of a full post", |r| r.fte.into()),
        integer("max_cases", Unit::Count, "most cases, adjusted for the share", |r| r.max_cases.into()),
        integer("max_points", Unit::Points, "most acuity points, adjusted for the share", |r| r.max_points.into()),
        integer("base_cases", Unit::Count, "cases outside this population", |r| r.base_cases.into()),
        integer("base_points", Unit::Points, "points of those cases", |r| r.base_points.into()),
        flag("home_visits", "visits people at home", |r| r.home_visits.into()),
        number("max_travel_km", Unit::Kilometres, "farthest home visit", |r| r.max_travel_km.into()),
        text("state", "USPS code of the office; empty when unknown", |r| r.state.map(|s| s.as_str()).into()),
        text("zip3", "first three digits of the office's ZIP code", |r| filled(&r.zip3)),
        number("lat", Unit::Degrees, "latitude; empty when unknown", |r| r.position.map(|p| p.lat).into()),
        number("lon", Unit::Degrees, "longitude; empty when unknown", |r| r.position.map(|p| p.lon).into()),
        when_any(text("name", "name; left out when nobody has one", |r| r.name.as_ref().into())),
        when_any(text("county_fips", "county; left out when nobody has one", |r| r.county_fips.as_ref().into())),
        when_any(integer(
            "new_cases_per_week",
            Unit::CasesAWeek,
            "most new cases; left out when nobody has a limit",
            |r| r.weekly_new_cap.into(),
        )),
        when_any(integer(
            "episodes_per_week",
            Unit::CasesAWeek,
            "most new episodes; left out when nobody has a limit",
            |r| r.weekly_episode_cap.into(),
        )),
        when_any(text("back_on", "first day back; left out when nobody is away", |r| r.back_on.as_ref().into())),
        when_any(text("cover_for", "whom this one covers; left out when nobody does", |r| r.cover_for.as_ref().into())),
    ],
};

/// The roster in id order, whatever order it came in.
#[must_use]
pub fn managers_by_id(managers: &[CareManager]) -> Vec<&CareManager> {
    let mut sorted: Vec<&CareManager> = managers.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    sorted
}

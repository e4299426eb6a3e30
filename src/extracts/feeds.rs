//! The small extracts, from cells to rows. Owns which column fills which field; refuses to decide anything from them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::cells::Cells;
use super::context::Context;
use super::error::ExtractError;
use super::fields::{self, Fields};
use super::loader::Loader;
use super::population::{self, Population};
use super::tables::{
    AreaValue, Authorization, ByMember, Case, Lab, Manager, OrderedNumber, Outreach, Override, Own, Referral, Scored,
    Screening, Task,
};

pub(super) fn read_ingredients(loader: &mut Loader<'_>) -> Result<FxHashMap<u32, u32>, ExtractError> {
    let map = Mutex::new(BTreeMap::new());
    let pools = loader.pools;
    loader.read("ndc_ingredient", |spec, batch, _| {
        let cells = Cells::new(spec, batch);
        let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
        for row in batch.good() {
            let name = pools.word.text_of(cells.column("ingredient_name").word(row));
            // Two ingredients for one product: the first by name, whatever the file order.
            map.entry(cells.column("ndc_code").word(row))
                .and_modify(|old: &mut String| *old = old.clone().min(name.clone()))
                .or_insert(name);
        }
    })?;
    let map = map.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(map.into_iter().map(|(ndc, name)| (ndc, pools.word.intern(&name))).collect())
}

/// The small extracts of members.
pub(super) struct Small {
    pub screenings: ByMember<Screening>,
    pub outreach: ByMember<Outreach>,
    pub tasks: ByMember<Task>,
    pub authorizations: ByMember<Authorization>,
    pub referrals: ByMember<Referral>,
    pub labs: ByMember<Lab>,
    pub overrides: ByMember<Override>,
    pub cases: ByMember<Case>,
    pub assessments: ByMember<Scored>,
    pub surveys: ByMember<Scored>,
}

fn read_table<T: Ord + Send>(
    loader: &mut Loader<'_>,
    context: &Context<'_>,
    name: &'static str,
    day: Option<&'static str>,
    make: impl Fn(&Fields<'_, '_>) -> T + Sync,
) -> Result<ByMember<T>, ExtractError> {
    let out = Mutex::new(Vec::new());
    loader.read(name, |spec, batch, verdicts| fields::collect(spec, context, day, batch, verdicts, &out, &make))?;
    let rows = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    let before = rows.len();
    let grouped = ByMember::group(rows);
    if let Some(report) = loader.reports.get_mut(name) {
        report.tally.drop_used("exact_duplicate", (before - grouped.len()) as u64);
    }
    Ok(grouped)
}

pub(super) fn read_small(loader: &mut Loader<'_>, context: &Context<'_>) -> Result<Small, ExtractError> {
    #[expect(clippy::cast_possible_truncation, reason = "units are small whole numbers")]
    let units = |f: &Fields<'_, '_>, name: &str| f.number(name).map(|v| v.round() as i64);
    let score = |f: &Fields<'_, '_>| f.number("score").map(OrderedNumber);
    Ok(Small {
        screenings: read_table(loader, context, "sdoh_screening", Some("screening_date"), |f| Screening {
            day: f.day("screening_date"),
            domain: f.text("domain"),
            need: f.text("need"),
            instrument: f.text("instrument"),
            received: f.day("received_date"),
        })?,
        outreach: read_table(loader, context, "outreach_log", Some("contact_date"), |f| Outreach {
            day: f.day("contact_date"),
            outcome: f.text("outcome"),
            channel: f.text("channel"),
            manager: f.text("care_manager_id"),
            program: f.text("program"),
            opt_out: f.some_flag("opt_out"),
            cooldown_until: f.some_day("cooldown_until"),
        })?,
        tasks: read_table(loader, context, "care_task", None, |f| Task {
            due: f.day("due_date"),
            kind: f.text("kind"),
            id: f.text("task_id"),
            done: f.past_day("done_date"),
        })?,
        authorizations: read_table(loader, context, "authorization", Some("request_date"), |f| Authorization {
            request: f.day("request_date"),
            id: f.text("authorization_id"),
            service: f.text("service"),
            // A decision after the night has not been made yet.
            status: if f.comes_later("decided_date") { "pending".into() } else { f.text("status") },
            urgent: f.flag("urgent"),
            decided: f.past_day("decided_date"),
            approved_units: units(f, "approved_units"),
            used_units: units(f, "used_units"),
            expires: f.some_day("expiration_date"),
        })?,
        referrals: read_table(loader, context, "referral", Some("created_date"), |f| Referral {
            created: f.day("created_date"),
            id: f.text("referral_id"),
            domain: f.text("domain"),
            status: if f.comes_later("closed_date") { "open".into() } else { f.text("status") },
            closed: f.past_day("closed_date"),
        })?,
        labs: read_table(loader, context, "lab_result", Some("result_date"), |f| Lab {
            day: f.day("result_date"),
            loinc: f.text("loinc"),
            unit: f.text("unit"),
            value: OrderedNumber(f.number("value").unwrap_or(f64::NAN)),
        })?,
        overrides: read_table(loader, context, "override", None, |f| Override {
            expires: f.day("expires"),
            action: f.text("action"),
            value: f.text("value"),
            reason: f.text("reason"),
            author: f.text("author"),
        })?,
        cases: read_table(loader, context, "caseload", Some("since_date"), |f| Case {
            since: f.some_day("since_date"),
            manager: f.text("care_manager_id"),
            pinned: f.flag("pinned"),
            acuity_points: f.integer("acuity_points"),
            end: f.past_day("end_date"),
            end_reason: f.text("end_reason"),
        })?,
        assessments: read_table(loader, context, "assessment", Some("assessment_date"), |f| Scored {
            day: f.day("assessment_date"),
            instrument: f.text("instrument"),
            score: score(f),
        })?,
        surveys: read_table(loader, context, "survey", Some("survey_date"), |f| Scored {
            day: f.day("survey_date"),
            instrument: f.text("instrument"),
            score: score(f),
        })?,
    })
}

/// An organisation's own columns: those that `[models] feature_columns` names, as numbers.
pub(super) fn read_own(loader: &mut Loader<'_>, context: &Context<'_>) -> Result<ByMember<Own>, ExtractError> {
    let names = loader.plan.models.feature_columns.clone();
    read_table(loader, context, "feature_table", Some("observed_date"), |f| Own {
        observed: f.day("observed_date"),
        values: names.iter().map(|n| f.number(n).map(OrderedNumber)).collect(),
    })
}

pub(super) fn read_managers(loader: &mut Loader<'_>) -> Result<Vec<Manager>, ExtractError> {
    let out = Mutex::new(Vec::new());
    let pools = loader.pools;
    let none = Population::default();
    let context = Context { population: &none, pools, as_of: loader.plan.as_of };
    loader.read("care_manager", |spec, batch, _| {
        let cells = Cells::new(spec, batch);
        let made: Vec<Manager> = batch
            .good()
            .map(|row| manager(&Fields { cells: &cells, context: &context, row }, batch.rows.at(row)))
            .collect();
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    })?;
    // A manager left out, or with a default for what could not be read, is a caseload nobody planned.
    let faults: Vec<String> = loader
        .quarantine
        .iter()
        .filter(|q| q.extract == "care_manager")
        .take(10)
        .map(|q| format!("care_manager, row {}, column {}: {}", q.row, q.column, q.reason.meaning()))
        .collect();
    if !faults.is_empty() {
        return Err(ExtractError::Contract { extract: "care_manager".into(), problems: faults });
    }
    let mut managers = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    managers.sort_by(|a, b| a.id.cmp(&b.id).then(a.row.cmp(&b.row)));
    Ok(managers)
}

fn manager(f: &Fields<'_, '_>, row: u64) -> Manager {
    Manager {
        id: f.text("care_manager_id"),
        name: f.some_text("name"),
        discipline: f.text("discipline"),
        languages: f
            .text("languages")
            .split('|')
            .map(|one| crate::domain::language_code(one).unwrap_or(one.trim()))
            .collect::<Vec<_>>()
            .join("|")
            .into(),
        licensed_states: f
            .text("licensed_states")
            .split('|')
            .map(population::usps)
            .collect::<Vec<_>>()
            .join("|")
            .into(),
        focus: f.text("focus"),
        status: f.some_text("status").unwrap_or_else(|| "active".into()),
        fte: f.number("fte"),
        max_cases: f.integer("max_cases"),
        max_points: f.integer("max_points"),
        base_cases: f.integer("base_cases").unwrap_or(0),
        base_points: f.integer("base_points").unwrap_or(0),
        home_visits: f.flag("home_visits"),
        max_travel_km: f.number("max_travel_km"),
        state: population::usps(&f.text("state")).into(),
        zip3: f.text("zip3"),
        lat: f.number("lat"),
        lon: f.number("lon"),
        county: f.code("county_fips"),
        new_contacts_per_day: f.number("new_contacts_per_day"),
        hours_per_week: f.number("hours_per_week"),
        new_cases_per_week: f.integer("new_cases_per_week"),
        back_on: f.some_day("back_on"),
        cover_for: f.some_text("cover_for"),
        row,
    }
}

pub(super) fn read_areas(loader: &mut Loader<'_>) -> Result<Vec<AreaValue>, ExtractError> {
    let out = Mutex::new(Vec::new());
    let pools = loader.pools;
    let none = Population::default();
    let context = Context { population: &none, pools, as_of: loader.plan.as_of };
    loader.read("area_index", |spec, batch, _| {
        let cells = Cells::new(spec, batch);
        let made: Vec<AreaValue> = batch
            .good()
            .map(|row| {
                let f = Fields { cells: &cells, context: &context, row };
                AreaValue {
                    level: f.text("geo_level"),
                    code: f.text("geo_code"),
                    name: f.text("index_name"),
                    value: OrderedNumber(f.number("value").unwrap_or(f64::NAN)),
                }
            })
            .collect();
        out.lock().unwrap_or_else(PoisonError::into_inner).extend(made);
    })?;
    let mut areas = out.into_inner().unwrap_or_else(PoisonError::into_inner);
    areas.sort();
    areas.dedup();
    Ok(areas)
}

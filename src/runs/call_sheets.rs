//! Who stands on which sheet: own cases by their owner, new people by their caller, people in a facility apart. Owns that
//! division, read off a run's tables; refuses to assign anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::briefs::{BriefSources, gather_briefs};
use super::error::RunError;
use crate::publish::{Brief, CallSheet, PublishError, TableScan};

/// A care manager as the sheets need one.
#[derive(Clone, Debug, Default)]
pub struct SheetReader {
    /// Name; empty when the roster has none.
    pub name: String,
    /// May read sensitive conditions in plain words.
    pub sensitive: bool,
}

/// Everybody's sheets.
#[derive(Clone, Debug, Default)]
pub struct CallSheets {
    /// By manager; the sheet of an empty id holds people whom nobody can call yet.
    pub sheets: Vec<CallSheet>,
    /// People in a facility whose case nobody holds.
    pub facility: Vec<Brief>,
}

/// Who stands where, by member id.
#[derive(Clone, Debug, Default)]
struct Division {
    /// Sheet of each person of an open case.
    own: BTreeMap<String, BTreeSet<String>>,
    /// New people of each caller, in the order of the list.
    new: BTreeMap<String, Vec<String>>,
    facility: Vec<String>,
}

fn divide(run: &Path) -> Result<Division, PublishError> {
    let mut out = Division::default();
    let mut owner: BTreeMap<String, String> = BTreeMap::new();
    let held = TableScan::of_run(run, "assignments")?.columns(&["member_id", "care_manager_id", "status"]).read()?;
    let (ids, managers, status) = (held.texts("member_id")?, held.texts("care_manager_id")?, held.texts("status")?);
    for i in (0..held.len()).filter(|i| status.at(*i) != "new") {
        owner.insert(ids.at(i).to_owned(), managers.at(i).to_owned());
        out.own.entry(managers.at(i).to_owned()).or_default().insert(ids.at(i).to_owned());
    }
    let list = TableScan::of_run(run, "outreach")?.read()?;
    let members = list.texts("member_id")?;
    // Runs of the first version know one manager a row.
    let caller = if list.has("caller_id") { list.texts("caller_id")? } else { list.texts("care_manager_id")? };
    for i in 0..list.len() {
        let (member, caller) = (members.at(i), caller.at(i));
        if owner.get(member).is_none_or(|o| o != caller) {
            out.new.entry(caller.to_owned()).or_default().push(member.to_owned());
        }
    }
    let suppressed =
        TableScan::of_run(run, "suppressed")?.only("code", "IN_FACILITY").columns(&["member_id"]).read()?;
    let away = suppressed.texts("member_id")?;
    out.facility = (0..suppressed.len()).map(|i| away.at(i).to_owned()).filter(|m| !owner.contains_key(m)).collect();
    Ok(out)
}

/// Every sheet of a run.
///
/// # Errors
/// When a table of the run cannot be read.
pub fn gather_sheets(sources: &BriefSources, readers: &BTreeMap<String, SheetReader>) -> Result<CallSheets, RunError> {
    let division = divide(&sources.run)?;
    let mut reader_of: BTreeMap<&str, &SheetReader> = BTreeMap::new();
    let callers = division.new.iter().flat_map(|(m, people)| people.iter().map(move |p| (p, m)));
    let owners = division.own.iter().flat_map(|(m, people)| people.iter().map(move |p| (p, m)));
    for (person, manager) in callers.chain(owners) {
        if let Some(reader) = readers.get(manager) {
            reader_of.insert(person, reader);
        }
    }
    let everyone: BTreeSet<String> = division
        .own
        .values()
        .flatten()
        .chain(division.new.values().flatten())
        .chain(&division.facility)
        .cloned()
        .collect();
    let sensitive = |member: &str| reader_of.get(member).is_some_and(|r| r.sensitive);
    let briefs = gather_briefs(sources, &everyone, &sensitive)?;
    let pick = |members: &mut dyn Iterator<Item = &String>| -> Vec<Brief> {
        members.filter_map(|m| briefs.get(m)).cloned().collect()
    };
    let managers: BTreeSet<&String> = division.own.keys().chain(division.new.keys()).collect();
    let sheet = |manager: &String| {
        let mut own = pick(&mut division.own.get(manager).into_iter().flatten());
        // What is due first stands first; whom the list names, by their place.
        own.sort_by_key(|b| (b.rank.is_none(), b.rank, b.next_due.is_none(), b.next_due, b.member_id.clone()));
        CallSheet {
            manager_id: manager.clone(),
            manager_name: readers.get(manager).map(|r| r.name.clone()).unwrap_or_default(),
            own,
            new: pick(&mut division.new.get(manager).into_iter().flatten()),
        }
    };
    Ok(CallSheets { sheets: managers.into_iter().map(sheet).collect(), facility: pick(&mut division.facility.iter()) })
}

/// The people of a sheet who get a page: listed, or with something due or changed.
#[must_use]
pub fn people_with_a_page(sheet: &CallSheet) -> Vec<&Brief> {
    let speaks = |b: &&Brief| b.rank.is_some() || b.open_items.iter().any(|i| i.overdue) || !b.changed.is_empty();
    sheet.own.iter().filter(speaks).chain(&sheet.new).collect()
}

//! `caseload/members`: the caseload's members as `assign` reads them. Owns the columns of that flat file; refuses to
//! read it (`caseload::flat_files` does).

use crate::caseload::{CaseKind, Member};
use crate::publish::cell::filled;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, flag, integer, number, text, when_any};
use crate::publish::table_data::Unit;

/// Rows of `caseload/members`.
pub enum CaseloadMembers {}

impl RowFamily for CaseloadMembers {
    type Row<'a> = &'a Member;
}

/// `caseload/members`.
pub static TABLE: Table<CaseloadMembers> = Table {
    name: "caseload/members",
    grain: "member to be assigned",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| (&r.id).into()),
        integer("priority_score", Unit::Points, "1..1000; 900 and more with an open clock", |r| r.priority.into()),
        flag("tcm", "an open clock", |r| r.tcm.into()),
        integer("acuity_points", Unit::Points, "1, 2, 3, 5 or 8", |r| r.acuity.into()),
        text("focus", "general, geriatric, pediatric, behavioral, complex", |r| r.focus.as_str().into()),
        text("required_discipline", "disciplines of which one is needed, joined by |", |r| r.required.to_text().into()),
        text("language", "ISO 639-1; empty when unknown", |r| r.language.map(|l| l.as_str()).into()),
        flag("language_required", "must be shared", |r| r.language_required.into()),
        text("state", "USPS code; empty when unknown", |r| r.state.map(|s| s.as_str()).into()),
        text("zip3", "first three digits of the ZIP code", |r| filled(&r.zip3)),
        number("lat", Unit::Degrees, "latitude; empty when unknown", |r| r.position.map(|p| p.lat).into()),
        number("lon", Unit::Degrees, "longitude; empty when unknown", |r| r.position.map(|p| p.lon).into()),
        flag("home_visit", "must be visited at home", |r| r.home_visit.into()),
        integer("visits_per_month", Unit::VisitsAMonth, "home visits", |r| r.visits_per_month.into()),
        text("current_care_manager_id", "who holds the case now; empty for a new one", |r| r.current.as_ref().into()),
        flag("pinned", "must stay with the current manager", |r| r.pinned.into()),
        when_any(text("county_fips", "county; left out when nobody has one", |r| r.county_fips.as_ref().into())),
        when_any(integer("tier", Unit::Level, "risk tier; left out when nobody has one", |r| r.tier.into())),
        when_any(text("kind", "episode, else empty for a case; left out when there is no episode", |r| {
            (r.kind == CaseKind::Episode).then(|| r.kind.as_str()).into()
        })),
        when_any(text("may_graduate", "1 for who meets the rule of graduation; left out when nobody does", |r| {
            r.may_graduate.then_some("1").into()
        })),
    ],
};

/// Members in id order, whatever order they came in.
#[must_use]
pub fn members_by_id(members: &[Member]) -> Vec<&Member> {
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caseload::flat_files::{read_care_managers, read_members};
    use crate::publish::sinks::csv_bytes;
    use crate::publish::tables::caseload_managers::{self, managers_by_id};

    const MEMBERS: &str = "member_id,priority_score,tcm,acuity_points,focus,required_discipline,language,language_required,state,zip3,lat,lon,home_visit,visits_per_month,current_care_manager_id,pinned
b,319,0,2,general,CHW|RN,en,0,FL,331,25.6,-80.3,1,2,,0
a,900,1,8,behavioral,LCSW,,0,,,,,0,0,-x,1
";
    const MANAGERS: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state,zip3,lat,lon
-x,RN,en|es,FL|GA,general|geriatric,active,0.5,10,20,1,2,1,45.5,FL,331,25.7,-80.1
";

    #[test]
    fn written_files_read_back_the_same() {
        let mut people = read_members(MEMBERS.as_bytes(), "m").expect("members");
        let plain =
            String::from_utf8(csv_bytes(&TABLE.fill(members_by_id(&people)).expect("a table")).expect("a file"))
                .expect("text");
        // By id, an empty cell for what is unknown, no column that nobody has, and a guard before `-x`.
        let (head, rows) = MEMBERS.split_once('\n').expect("a header");
        let (b, a) = rows.trim_end().split_once('\n').expect("two rows");
        assert_eq!(plain, format!("{head}\n{}\n{b}\n", a.replace("-x", "'-x")));
        people[0].county_fips = Some("12086".to_owned());
        people[1].tier = Some(3);
        people[0].id = "-7".to_owned();
        people[0].kind = CaseKind::Episode;
        people[1].may_graduate = true;
        let bytes = csv_bytes(&TABLE.fill(members_by_id(&people)).expect("a table")).expect("a file");
        let mut again = read_members(&bytes, "m").expect("members");
        for m in &mut again {
            m.source_row = 0;
        }
        for m in &mut people {
            m.source_row = 0;
        }
        assert_eq!(again.iter().collect::<Vec<_>>(), members_by_id(&people));

        let mut staff = read_care_managers(MANAGERS.as_bytes(), "c").expect("a roster");
        staff[0].name = Some("=Ann".to_owned());
        staff[0].weekly_new_cap = Some(2);
        staff[0].weekly_episode_cap = Some(3);
        staff[0].back_on = Some("2024-01-05".to_owned());
        staff[0].cover_for = Some("CM002".to_owned());
        let filled = caseload_managers::TABLE.fill(managers_by_id(&staff)).expect("a table");
        let mut again = read_care_managers(&csv_bytes(&filled).expect("a file"), "c").expect("a roster");
        for m in &mut again {
            m.source_row = 0;
        }
        for m in &mut staff {
            m.source_row = 0;
        }
        assert_eq!(again, staff);
    }
}

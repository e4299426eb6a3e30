//! Owns the tests of the room and the small instances they share. Refuses timing and machine paths.

mod by_hand;
mod files;
mod instances;
mod optimum;
mod policies;

use super::options::{Options, Weights};
use super::problem::Problem;
use super::rows::{CareManager, CaseKind, Member, Position};
use crate::domain::random::Xoshiro256 as Random;
use crate::domain::vocabulary::{Discipline, Disciplines, Focus, FocusSet, Language, Languages, State, States, Status};

/// A member whom every manager of [`manager`] may serve.
pub(super) fn member(id: &str) -> Member {
    Member {
        id: id.to_owned(),
        priority: 100,
        tcm: false,
        kind: CaseKind::Case,
        acuity: 1,
        focus: Focus::General,
        required: Disciplines::default().with(Discipline::Rn),
        language: Language::parse("en"),
        language_required: false,
        state: State::parse("FL"),
        zip3: "331".to_owned(),
        position: Some(Position { lat: 25.7, lon: -80.2 }),
        county_fips: None,
        home_visit: false,
        visits_per_month: 0,
        current: None,
        pinned: false,
        tier: None,
        may_graduate: false,
        source_row: 0,
    }
}

pub(super) fn manager(id: &str) -> CareManager {
    CareManager {
        id: id.to_owned(),
        name: None,
        discipline: Discipline::Rn,
        languages: languages(&["en"]),
        licensed: States::default().with(State::parse("FL").unwrap()),
        focus: FocusSet::default().with(Focus::General),
        status: Status::Active,
        fte: 1.0,
        max_cases: 10,
        max_points: 20,
        base_cases: 0,
        base_points: 0,
        home_visits: true,
        max_travel_km: 45.0,
        state: State::parse("FL"),
        zip3: "331".to_owned(),
        position: Some(Position { lat: 25.8, lon: -80.1 }),
        county_fips: None,
        weekly_new_cap: None,
        weekly_episode_cap: None,
        back_on: None,
        cover_for: None,
        source_row: 0,
    }
}

pub(super) fn languages(codes: &[&str]) -> Languages {
    codes.iter().fold(Languages::default(), |set, code| set.with(Language::parse(code).unwrap()))
}

pub(super) fn problem(members: Vec<Member>, managers: Vec<CareManager>) -> Problem {
    Problem::new(members, managers, Weights::default()).unwrap()
}

/// Options with a small fixed budget, so that tests stay quick.
pub(super) fn quick() -> Options {
    Options { step_budget: 12_000, ..Options::default() }
}

/// A random instance with every rule in play and tight capacity; pins are always feasible.
pub(super) fn random_rows(seed: u64, members: usize, managers: usize) -> (Vec<Member>, Vec<CareManager>) {
    let mut random = Random::new(seed, 7);
    let mut staff = Vec::new();
    for j in 0..managers {
        let mut one = manager(&format!("CM{j:03}"));
        one.discipline = [Discipline::Rn, Discipline::Lcsw, Discipline::Rn][random.below(3)];
        one.languages = if random.below(2) == 0 { languages(&["en", "es"]) } else { languages(&["en"]) };
        one.focus = one.focus.with(Focus::ALL[random.below(5)]);
        one.status = [Status::Active, Status::Active, Status::Active, Status::Pto, Status::Leave][random.below(5)];
        one.max_cases = 1 + small(random.below(4));
        one.max_points = 3 + small(random.below(9));
        one.base_points = small(random.below(3));
        one.home_visits = random.below(4) > 0;
        one.weekly_new_cap = (random.below(3) == 0).then(|| small(random.below(3)));
        one.weekly_episode_cap = (random.below(3) == 0).then(|| small(random.below(3)));
        one.cover_for = (j > 0 && random.below(3) == 0).then(|| format!("CM{:03}", j - 1));
        one.position = Some(Position { lat: 25.5 + frac(&mut random), lon: -80.5 + frac(&mut random) });
        staff.push(one);
    }
    let mut people = Vec::new();
    for i in 0..members {
        let mut one = member(&format!("M{i:04}"));
        one.priority = 1 + u16::try_from(random.below(40)).unwrap() * 20;
        one.tcm = random.below(5) == 0;
        if one.tcm {
            one.priority = 900 + u16::try_from(random.below(5)).unwrap() * 20;
        }
        one.kind = [CaseKind::Case, CaseKind::Case, CaseKind::Episode][random.below(3)];
        one.acuity = [1, 2, 3, 5, 8][random.below(5)];
        one.focus = Focus::ALL[random.below(5)];
        if random.below(2) == 0 {
            one.required = one.required.with(Discipline::Lcsw);
        }
        one.language = Language::parse(["en", "en", "es"][random.below(3)]);
        one.language_required = random.below(4) == 0;
        one.home_visit = random.below(3) == 0;
        one.visits_per_month = if one.home_visit { 1 + u16::try_from(random.below(3)).unwrap() } else { 0 };
        one.position = Some(Position { lat: 25.5 + frac(&mut random), lon: -80.5 + frac(&mut random) });
        one.current = (random.below(3) == 0).then(|| format!("CM{:03}", random.below(managers + 1)));
        people.push(one);
    }
    // One pin, kept only where the instance stays valid.
    for i in 0..people.len() {
        people[i].pinned = true;
        if Problem::new(people.clone(), staff.clone(), Weights::default()).is_ok() {
            break;
        }
        people[i].pinned = false;
    }
    (people, staff)
}

fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap()
}

fn frac(random: &mut Random) -> f64 {
    f64::from(small(random.below(1000))) / 1000.0
}

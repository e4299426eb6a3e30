//! Laws of the cut: who is never cut, what the reserve keeps, who leaves when, who takes no place.

use super::capacity::{ContactRequirement, Missing, OnDuty, Staff};
use super::cut::{HoldoutAssignment, QueueDecision, Queued, apply_capacity};
use super::words::Band;
use crate::domain::{Discipline, Disciplines, mix64};

fn manager(id: &str, discipline: &str, contacts: f64) -> OnDuty {
    OnDuty {
        care_manager_id: id.to_owned(),
        discipline: discipline.to_owned(),
        languages: "en".to_owned(),
        licensed_states: "NC".to_owned(),
        fte: 1.0,
        contacts_per_night: contacts,
        hours_per_week: 40.0,
    }
}

fn staff(contacts: f64) -> Staff {
    Staff {
        reach: 0.5,
        exit_factor: 1.5,
        reserve_risk: 0.25,
        open_length: None,
        managers: vec![manager("N1", "RN", contacts)],
    }
}

fn person(band: Band) -> Queued {
    let requirement = ContactRequirement {
        required: Disciplines::default().with(Discipline::Rn),
        state: "NC".to_owned(),
        band,
        ..ContactRequirement::default()
    };
    Queued { requirement, ..Queued::default() }
}

fn names(queue: &[Queued], contacts: f64) -> Vec<&'static str> {
    apply_capacity(queue, &staff(contacts)).iter().map(QueueDecision::name).collect()
}

#[test]
fn a_held_out_person_takes_no_place_and_only_where_one_was_free() {
    let held = Queued { draw: HoldoutAssignment::HoldOut, ..person(Band::Risk) };
    // Two calls: the second person is held out, so the third still has a place; a fifth finds none.
    let queue = [person(Band::Risk), held.clone(), person(Band::Risk), held.clone(), person(Band::Risk)];
    assert_eq!(names(&queue, 1.0), ["listed", "HOLDOUT", "listed", "CAPACITY", "CAPACITY"]);
    let running = Queued { draw: HoldoutAssignment::Held, ..person(Band::Risk) };
    let queue = [person(Band::Risk), person(Band::Risk), running];
    assert_eq!(names(&queue, 1.0), ["listed", "listed", "HOLDOUT"]);
}

#[test]
fn contacts_and_visits_are_never_cut_and_authorizations_are() {
    let queue = [person(Band::Contact), person(Band::Contact), person(Band::Visit), person(Band::Authorization)];
    assert_eq!(names(&queue, 0.5), ["listed", "listed", "listed", "CAPACITY"]);
    let beyond: Vec<bool> = apply_capacity(&queue, &staff(0.5))
        .iter()
        .map(|d| matches!(d, QueueDecision::Listed { beyond: true, .. }))
        .collect();
    assert_eq!(beyond, [false, true, true, false]);
}

#[test]
fn risk_keeps_its_reserve_when_the_clocks_fill_the_day() {
    // Eight places, all taken by contacts: a quarter of eight, two, stay with the band of risk.
    let mut queue = vec![person(Band::Contact); 8];
    queue.extend(vec![person(Band::Risk); 3]);
    assert_eq!(names(&queue, 4.0)[8..], ["listed", "listed", "CAPACITY"]);
    // Seven places: a quarter is rounded up.
    let mut queue = vec![person(Band::Contact); 7];
    queue.extend(vec![person(Band::Risk); 3]);
    assert_eq!(names(&queue, 3.5)[7..], ["listed", "listed", "CAPACITY"]);
    // Places that the clocks left count for the reserve: nothing is added to them.
    let mut queue = vec![person(Band::Contact); 6];
    queue.extend(vec![person(Band::Risk); 3]);
    assert_eq!(names(&queue, 4.0)[6..], ["listed", "listed", "CAPACITY"]);
}

#[test]
fn somebody_asked_for_by_hand_is_always_listed() {
    let mut asked = Queued { draw: HoldoutAssignment::Held, household: Some(0), ..person(Band::Risk) };
    asked.requirement.by_hand = true;
    let first = Queued { household: Some(0), ..person(Band::Risk) };
    let queue = [first.clone(), asked.clone(), asked, first];
    assert_eq!(names(&queue, 0.5), ["listed", "listed", "listed", "HOUSEHOLD"]);
}

#[test]
fn a_contact_with_ones_own_case_takes_no_place() {
    let mut own = person(Band::Contact);
    own.requirement.caller = Some("N1".to_owned());
    own.requirement.own_case = true;
    let queue = [own.clone(), own, person(Band::Risk), person(Band::Risk)];
    assert_eq!(names(&queue, 0.5), ["listed", "listed", "listed", "CAPACITY"]);
}

#[test]
fn a_listed_person_leaves_on_the_second_day_beyond_the_exit_length() {
    let old = |days_beyond| Queued { was_listed: true, days_beyond, ..person(Band::Risk) };
    // Length 2, exit length 3.
    let queue = [person(Band::Risk), person(Band::Risk), old(5), old(0), old(1), person(Band::Risk)];
    assert_eq!(names(&queue, 1.0), ["listed", "listed", "listed", "listed", "CAPACITY", "CAPACITY"]);
}

#[test]
fn what_is_missing_is_named() {
    let staff = staff(1.0);
    let with = |language: &str, state: &str, discipline| ContactRequirement {
        required: Disciplines::default().with(discipline),
        language: language.to_owned(),
        state: state.to_owned(),
        ..ContactRequirement::default()
    };
    let missing = |person: &ContactRequirement| staff.missing(person, &mut Missing::default());
    assert_eq!(missing(&with("", "NC", Discipline::Rn)), "");
    assert_eq!(missing(&with("", "NC", Discipline::Chw)), "discipline CHW");
    assert_eq!(missing(&with("", "GA", Discipline::Rn)), "RN licensed in GA");
    assert_eq!(missing(&with("es", "NC", Discipline::Rn)), "RN who speaks es");
}

/// A queue in band order of people drawn by a seed.
#[expect(clippy::cast_possible_truncation, reason = "small numbers drawn below a limit")]
fn random_queue(seed: u64) -> (Vec<Queued>, Staff) {
    let draw = |i: u64, below: u64| mix64(seed.wrapping_mul(1_000_003) ^ i) % below;
    let mut staff = staff(1.0);
    staff.managers = (0..=draw(1, 4))
        .map(|i| {
            let discipline = ["RN", "LCSW", "CHW"][draw(10 + i, 3) as usize];
            manager(&format!("N{i}"), discipline, 1.0 + draw(20 + i, 5) as f64)
        })
        .collect();
    let mut queue: Vec<Queued> = (0..draw(2, 60))
        .map(|i| {
            let at = |what: u64, below: u64| draw(1_000 + i * 10 + what, below);
            let mut one = person(Band::ALL[at(0, 4) as usize]);
            one.requirement.required =
                Disciplines::default().with([Discipline::Rn, Discipline::Lcsw, Discipline::Chw][at(1, 3) as usize]);
            one.requirement.by_hand = at(2, 12) == 0;
            one.household = (at(3, 6) == 0).then_some(at(4, 3) as u32);
            one.was_listed = at(5, 3) == 0;
            one.days_beyond = at(6, 3) as i32;
            one
        })
        .collect();
    queue.sort_by_key(|q| q.requirement.band);
    (queue, staff)
}

#[test]
fn the_laws_of_the_cut_hold_for_any_queue() {
    for seed in 0..400 {
        let (queue, staff) = random_queue(seed);
        let decided = apply_capacity(&queue, &staff);
        assert_eq!(decided, apply_capacity(&queue, &staff), "seed {seed}");
        let places = |discipline: &str| -> f64 {
            let of = staff.managers.iter().filter(|m| m.discipline == discipline);
            of.map(|m| (m.contacts_per_night / staff.reach).floor()).sum()
        };
        for discipline in ["RN", "LCSW", "CHW"] {
            let wanted = Disciplines::default().with(Discipline::parse(discipline).expect("a discipline"));
            let own: Vec<(&Queued, &QueueDecision)> =
                queue.iter().zip(&decided).filter(|(q, _)| q.requirement.required == wanted).collect();
            let listed =
                |band: Band| own.iter().filter(|(q, d)| q.requirement.band == band && d.name() == "listed").count();
            for (q, d) in &own {
                if q.requirement.is_never_cut() {
                    assert_eq!(d.name(), "listed", "seed {seed}");
                }
                if d.name() == "CAPACITY" && q.requirement.band == Band::Risk {
                    let reserve = (places(discipline) * staff.reserve_risk).ceil();
                    assert!(
                        listed(Band::Risk) as f64 >= reserve,
                        "seed {seed}: the reserve of {discipline} is not used"
                    );
                }
            }
            let fits = places(discipline) - (listed(Band::Contact) + listed(Band::Visit)) as f64;
            let cut =
                own.iter().filter(|(q, d)| q.requirement.band == Band::Authorization && d.name() == "CAPACITY").count();
            assert!(cut == 0 || listed(Band::Authorization) as f64 >= fits.max(0.0), "seed {seed}");
        }
    }
}

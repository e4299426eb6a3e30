//! Owns the promises of conditions: unknown is no, and what cannot be asked is refused before anybody is looked at.

use super::{Condition, FactKind, FactSpec, FactTable, FactValue, check_conditions, evaluate_conditions, facts_named};

const SPECS: [FactSpec; 4] = [
    FactSpec { name: "age_years", kind: FactKind::Integer },
    FactSpec { name: "hba1c_last", kind: FactKind::Number },
    FactSpec { name: "transition_status", kind: FactKind::Text },
    FactSpec { name: "discharged_on", kind: FactKind::Day },
];

fn condition(sql: &str) -> Condition {
    Condition { place: "here".to_owned(), sql: sql.to_owned() }
}

fn members() -> FactTable {
    use FactValue::{Integer, Number, Text, Unknown};
    let mut table = FactTable::new(&SPECS);
    table.push_row([Integer(70), Number(9.1), Text("live".into()), Integer(20_600)]);
    table.push_row([Integer(17), Unknown, Text("died".into()), Unknown]);
    table.push_row([Unknown, Integer(8)]);
    table
}

#[test]
fn unknown_is_no() {
    let ask = |sql: &str| evaluate_conditions(&members(), &[condition(sql)]).expect("a condition")[0].clone();
    assert_eq!(ask("age_years >= 18"), [true, false, false]);
    assert_eq!(ask("NOT (age_years >= 18)"), [false, true, false]);
    assert_eq!(ask("hba1c_last > 7.5 AND age_years IS NULL"), [false, false, true]);
    assert_eq!(ask("transition_status IN ('live', 'in_facility')"), [true, false, false]);
    assert_eq!(ask("transition_status = 'live' OR age_years < 18"), [true, true, false]);
    assert_eq!(ask("coalesce(hba1c_last, 0) = 0"), [false, true, false]);
    assert_eq!(ask("age_years BETWEEN 16 AND 20"), [false, true, false]);
    assert_eq!(ask("discharged_on > DATE '2026-01-01'"), [true, false, false]);
    assert_eq!(ask("1 = 1"), [true, true, true]);
}

#[test]
fn what_cannot_be_asked_is_refused_with_its_place() {
    let told = |sql: &str| {
        let bad = check_conditions(&SPECS, &[condition("age_years > 1"), condition(sql)]).expect_err("a bad one");
        assert_eq!(bad.len(), 1);
        bad[0].to_string()
    };
    assert_eq!(told("age_year >= 18"), "here: `age_year` is no fact of a member; did you mean `age_years`?");
    assert_eq!(
        told("smoking_status = 'never'"),
        "here: `smoking_status` is no fact of a member: no extract carries it"
    );
    assert_eq!(told("age_years + 1"), "here: gives i64 where a yes or no is needed");
    assert!(told("age_years >=").starts_with("here: "));
    assert!(told("transition_status > 3 AND").starts_with("here: "));
    assert!(told("age_years > 1; DROP TABLE members").starts_with("here: "));
    assert!(check_conditions(&SPECS, &[condition("age_years = 1"), condition("TRUE")]).is_ok());
}

#[test]
fn names_are_read_from_outside_of_words_and_functions() {
    let names = facts_named("coalesce(a_1, 0) = 1 AND B IN ('x', 'it''s c') OR a_1 BETWEEN 1 AND d");
    assert_eq!(names, ["a_1", "b", "d"]);
}

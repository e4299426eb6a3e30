//! Charlson and HFRS of random code lists against comorbidipy 0.5.0
//! (`tests/oracle/comorbidity/make_expected.py`).

use super::History;

#[test]
fn random_lists_score_as_comorbidipy_scores_them() {
    let mut wrong = Vec::new();
    for row in include_str!("../../../tests/oracle/comorbidity/expected.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let codes: Vec<&str> = cells[0].split('|').collect();
        let mut h = History::new("2026-06-30");
        for some in codes.chunks(20) {
            h.visit("2026-03-01", some, "", "");
        }
        let found = h.measured(|m| {
            let c = &m.comorbidity;
            let charlson = [c.charlson, c.charlson_quan2011].map(|v| v.map_or_else(String::new, |v| v.to_string()));
            (charlson, c.hfrs.map_or_else(String::new, |v| format!("{v:.1}")))
        });
        // comorbidipy weighs HIV/AIDS 2 in the 2011 weights; Quan 2011, table 2, says 4.
        let hiv = if codes.contains(&"B20") { 2 } else { 0 };
        let newer = cells[2].parse::<i32>().expect("a score") + hiv;
        let wanted = ([cells[1].to_owned(), newer.to_string()], cells[3].to_owned());
        if found != wanted {
            wrong.push(format!("{}: {found:?}, expected {wanted:?}", cells[0]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}

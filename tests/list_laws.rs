//! Laws of the list that hold for any population: bands in order, nobody cut who is never cut, a decision for everybody
//! and for nobody twice. Populations are drawn by a seed. Owns those laws; refuses to know a single member's answer.

mod support;

use std::collections::BTreeMap;

use support::Folder;

const PEOPLE: usize = 150;

/// The next number below a limit: SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).expect("below a length")]
    }
}

fn day(before: u64) -> String {
    lamplight::domain::Day::parse_iso("2026-06-30")
        .expect("a day")
        .plus(-i32::try_from(before).expect("few days"))
        .to_string()
}

fn population(seed: u64) -> Folder {
    let mut d = Draw(seed);
    let mut f = Folder::new("2026-06-30");
    let mut people = String::from(
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,death_date,phone,address,guardian_phone,first_name,last_name,state,language,interpreter_required,contact_consent\n",
    );
    let mut adt = String::from(
        "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1\n",
    );
    let mut log = String::from("member_id,contact_date,outcome,channel\n");
    let mut cases = String::from("member_id,care_manager_id,since_date\n");
    let mut asked = String::from("member_id,action,value,reason,author,expires\n");
    for i in 0..PEOPLE {
        let id = format!("M{i:03}");
        let birth = format!("{}-02-03", 1935 + d.below(88));
        let end = if d.one_in(12) { "2026-03-31" } else { "9999-12-31" };
        let death = if d.one_in(25) { "2026-05-01" } else { "" };
        let phone = if d.one_in(8) { String::new() } else { format!("919-555-{:04}", d.below(140)) };
        let address = if d.one_in(5) { "" } else { "1 Street" };
        let guardian = if d.one_in(3) { "919-555-9000" } else { "" };
        let sex = d.pick(&["male", "female"]);
        let consent = if d.one_in(20) { "no" } else { "yes" };
        people.push_str(&format!(
            "{id},{birth},{sex},2020-01-01,{end},{death},{phone},{address},{guardian},F{id},L{id},{},en,0,{consent}\n",
            d.pick(&["NC", "GA"])
        ));
        for k in 0..d.below(4) {
            let out = d.below(70);
            let class = d.pick(&["inpatient", "inpatient", "observation", "emergency"]);
            let disposition = d.pick(&["01", "01", "06", "03", "07", "50", ""]);
            let dx = d.pick(&["I50.22", "K35.80", "F32.2", "F10.20", "N18.4", "J44.1"]);
            adt.push_str(&format!(
                "{id}-{k},{id},{},{},{class},H{},{disposition},1,{dx}\n",
                day(out + d.below(6)),
                day(out),
                d.below(3)
            ));
        }
        for _ in 0..d.below(3) {
            let outcome = d.pick(&["completed", "attempts_incomplete", "attempts_complete", "refused", "wrong_number"]);
            log.push_str(&format!("{id},{},{outcome},{}\n", day(d.below(40)), d.pick(&["phone", "text", "home"])));
        }
        if d.one_in(6) {
            cases.push_str(&format!("{id},N{},2026-01-01\n", d.below(5)));
        }
        if d.one_in(12) {
            asked.push_str(&format!("{id},add,,asked,Dr X,2026-12-31\n"));
        }
    }
    f.extract("eligibility", &people);
    f.extract("admission", &adt);
    f.extract("outreach_log", &log);
    f.extract("caseload", &(cases + "M000,N1,2026-01-01\n"));
    f.extract("override", &(asked + "M001,add,,asked,Dr X,2026-12-31\n"));
    f.extract(
        "care_manager",
        "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,new_contacts_per_day,home_visits
         N0,RN,en,NC|GA,general,active,1,60,150,2,1
         N1,RN,en,NC,general|pediatric,active,1,60,150,1,0
         N2,LCSW,en,NC|GA,behavioral,active,1,60,150,2,0
         N3,CHW,en,NC,general,pto,1,60,150,2,1",
    );
    f
}

fn rows(f: &Folder, name: &str) -> Vec<BTreeMap<String, String>> {
    let table = f.table(name);
    let row = |r: &Vec<String>| table.names.iter().cloned().zip(r.iter().cloned()).collect();
    table.rows.iter().map(row).collect()
}

#[test]
fn bands_stand_in_order_and_everybody_has_one_decision() {
    let band_of =
        |band: &str| ["contact", "visit", "authorization", "risk"].iter().position(|b| *b == band).expect("a band");
    for seed in 0..6 {
        let f = population(seed);
        f.publish();
        let (list, decisions) = (rows(&f, "outreach.parquet"), rows(&f, "decisions.parquet"));
        let bands: Vec<usize> = list.iter().map(|r| band_of(&r["band"])).collect();
        assert!(bands.windows(2).all(|b| b[0] <= b[1]), "seed {seed}: {bands:?}");
        let ids: std::collections::BTreeSet<&String> = decisions.iter().map(|r| &r["member_id"]).collect();
        assert_eq!((decisions.len(), ids.len()), (PEOPLE, PEOPLE), "seed {seed}");
        let held: BTreeMap<String, String> =
            rows(&f, "suppressed.csv").into_iter().map(|r| (r["member_id"].clone(), r["code"].clone())).collect();
        let overflow = rows(&f, "overflow.csv");
        for r in &decisions {
            let id = &r["member_id"];
            let listed = list.iter().find(|l| l["member_id"] == *id);
            assert_eq!(r["decision"] == "listed", listed.is_some(), "seed {seed}: {id}");
            assert_eq!(r["decision"] == "suppressed", held.contains_key(id), "seed {seed}: {id}");
            if let Some(l) = listed {
                assert_eq!(
                    (&r["rank"], &r["band"], &r["caller_id"]),
                    (&l["rank"], &l["band"], &l["caller_id"]),
                    "seed {seed}: {id}"
                );
            }
            // What cannot wait is listed or held by a code that holds everywhere.
            if ["contact", "visit"].contains(&r["band"].as_str()) && r["decision"] != "listed" {
                assert_eq!(r["decision"], "suppressed", "seed {seed}: {id}");
                for code in ["REFUSED", "RECENT_CONTACT", "ACTIVE_ELSEWHERE", "HOUSEHOLD", "HOLDOUT"] {
                    assert_ne!(r["code"], code, "seed {seed}: {id}");
                }
            }
        }
        for o in &overflow {
            assert!(["authorization", "risk"].contains(&o["band"].as_str()), "seed {seed}");
            assert_eq!(o["owner_id"], "", "seed {seed}: people with a manager are never not reached");
        }
        // Priority is the product of its parts.
        for l in &list {
            let n = |name: &str| l[name].parse::<f64>().expect("a number");
            let product = n("probability") * n("p_open") * n("impactability") * n("reach") * n("time_value");
            assert!((n("priority") - product).abs() < 1e-12, "seed {seed}");
        }
    }
}

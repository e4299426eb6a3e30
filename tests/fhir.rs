//! The list as FHIR R4: required elements and cardinalities by the R4 (4.0.1) definitions of the three resources,
//! ids that stay, and nothing that the list masks.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::Folder;

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,diagnosis_code_1,facility_npi";

fn folder() -> Folder {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("M1", "1950-02-03", "female"), ("M2", "1960-02-03", "male"), ("M3", "1970-02-03", "female")]);
    let mut claims = format!("{CLAIM}\n");
    for m in ["M1", "M2"] {
        for (n, from, to) in [(1, "2025-10-01", "2025-10-05"), (2, "2026-02-01", "2026-02-04")] {
            claims.push_str(&format!("{m}-{n},1,institutional,{m},{from},{to},{from},{to},111,01,1,I50.22,H1\n"));
        }
    }
    claims.push_str("SECRET1,1,professional,M3,2026-01-01,2026-01-01,,,,,,F11.20,\n");
    f.extract("medical_claim", &claims);
    f.extract("admission", "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1\nA1,M2,2026-06-24,2026-06-29,inpatient,H1,01,1,K35.80\n");
    f.extract("care_manager", "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state\nN1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC");
    f.config.push_str("[output]\nformats = [\"csv\", \"fhir\"]\n");
    f
}

fn resources(f: &Folder, kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(f.path(&format!("out/current/fhir/{kind}.ndjson"))).expect("a file");
    text.lines().map(|l| serde_json::from_str(l).expect("one JSON object a line")).collect()
}

/// Elements of a resource: name, least and most, whether it is an array in R4.
type Element = (&'static str, u8, bool);
const RISK_ASSESSMENT: &[Element] = &[
    ("status", 1, false),
    ("subject", 1, false),
    ("occurrenceDateTime", 0, false),
    ("method", 0, false),
    ("prediction", 0, true),
];
const TASK: &[Element] = &[
    ("status", 1, false),
    ("intent", 1, false),
    ("priority", 0, false),
    ("code", 0, false),
    ("description", 0, false),
    ("for", 0, false),
    ("authoredOn", 0, false),
    ("performerType", 0, true),
    ("restriction", 0, false),
    ("owner", 0, false),
    ("reasonCode", 0, false),
    ("reasonReference", 0, false),
];
const GROUP: &[Element] = &[
    ("type", 1, false),
    ("actual", 1, false),
    ("code", 0, false),
    ("name", 0, false),
    ("quantity", 0, false),
    ("managingEntity", 0, false),
    ("member", 0, true),
];

fn is_date(value: &Value) -> bool {
    let t = value.as_str().unwrap_or("");
    t.len() == 10 && t.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

/// Structure by the definitions: only known elements, required ones there, arrays where R4 has arrays and never empty.
fn holds(resource: &Value, kind: &str, elements: &[Element]) {
    let fields = resource.as_object().expect("an object");
    assert_eq!(resource["resourceType"], kind);
    let id = resource["id"].as_str().expect("an id");
    assert!((1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'));
    for name in fields.keys().filter(|n| !["resourceType", "id"].contains(&n.as_str())) {
        assert!(elements.iter().any(|e| e.0 == name), "{kind}.{name} is no element used here");
    }
    for (name, least, array) in elements {
        let Some(value) = fields.get(*name) else {
            assert_eq!(*least, 0, "{kind}.{name} is missing");
            continue;
        };
        assert!(!value.is_null(), "{kind}.{name} is null, which R4 forbids");
        assert_eq!(value.is_array(), *array, "{kind}.{name}");
        assert!(value.as_array().is_none_or(|a| !a.is_empty()), "{kind}.{name} is empty, which R4 forbids");
    }
}

fn refers(value: &Value, kind: &str) {
    assert_eq!(value["type"], kind);
    assert!(value["identifier"]["system"].as_str().is_some_and(|s| s.starts_with("urn:")));
    assert!(value["identifier"]["value"].as_str().is_some_and(|s| !s.is_empty()));
}

#[test]
fn resources_have_the_shape_of_r4() {
    let f = folder();
    f.publish();
    let (risks, tasks, groups) = (resources(&f, "RiskAssessment"), resources(&f, "Task"), resources(&f, "Group"));
    for r in &risks {
        holds(r, "RiskAssessment", RISK_ASSESSMENT);
        assert_eq!(r["status"], "final");
        refers(&r["subject"], "Patient");
        assert!(is_date(&r["occurrenceDateTime"]));
        for p in r["prediction"].as_array().expect("predictions") {
            let probability = p["probabilityDecimal"].as_f64().expect("a decimal");
            assert!((0.0..=1.0).contains(&probability));
            assert!(p["outcome"]["text"].is_string());
            assert!(is_date(&p["whenPeriod"]["start"]) && is_date(&p["whenPeriod"]["end"]));
            assert!(p["whenPeriod"]["start"].as_str() < p["whenPeriod"]["end"].as_str());
        }
    }
    let known: BTreeSet<&str> = risks.iter().filter_map(|r| r["id"].as_str()).collect();
    assert_eq!(known.len(), risks.len(), "ids are unique");
    for t in &tasks {
        holds(t, "Task", TASK);
        assert_eq!((&t["status"], &t["intent"]), (&"requested".into(), &"proposal".into()));
        assert!(["urgent", "routine"].contains(&t["priority"].as_str().unwrap_or("")));
        refers(&t["for"], "Patient");
        let points_at = t["reasonReference"]["reference"].as_str().expect("a risk").strip_prefix("RiskAssessment/");
        assert!(points_at.is_some_and(|id| known.contains(id)));
    }
    assert_eq!(tasks.len(), f.table("outreach.csv").rows.len());
    let urgent: Vec<&Value> = tasks.iter().filter(|t| t["priority"] == "urgent").collect();
    assert_eq!(urgent.len(), 1);
    assert_eq!(urgent[0]["for"]["identifier"]["value"], "M2");
    assert!(is_date(&urgent[0]["restriction"]["period"]["end"]));
    for g in &groups {
        holds(g, "Group", GROUP);
        assert_eq!((&g["type"], &g["actual"]), (&"person".into(), &true.into()));
        let members = g["member"].as_array().expect("members");
        assert_eq!(g["quantity"].as_u64(), Some(members.len() as u64));
        for m in members {
            refers(&m["entity"], "Patient");
        }
    }
    assert_eq!(groups[0]["quantity"].as_u64(), Some(tasks.len() as u64));
}

#[test]
fn ids_stay_and_sensitive_reasons_are_masked() {
    let (one, two) = (folder(), folder());
    one.publish();
    two.publish();
    for kind in ["RiskAssessment", "Task", "Group"] {
        assert_eq!(resources(&one, kind), resources(&two, kind), "{kind}");
        let text = std::fs::read_to_string(one.path(&format!("out/current/fhir/{kind}.ndjson"))).expect("a file");
        assert!(!text.contains("drug use") && !text.contains("SECRET1"), "{text}");
    }
    let mut later = folder();
    later.as_of = "2026-07-01";
    later.publish();
    let ids = |f: &Folder, kind: &str| -> BTreeSet<String> {
        resources(f, kind).iter().filter_map(|t| t["id"].as_str().map(str::to_owned)).collect()
    };
    for kind in ["RiskAssessment", "Task", "Group"] {
        assert_eq!(ids(&one, kind), ids(&later, kind), "the same matter on the next night: {kind}");
    }
    // M2 is admitted again: another discharge is another task, that of the other person stays.
    let mut again = folder();
    again.as_of = "2026-07-09";
    std::fs::write(again.path("admission.csv"), "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1\nA1,M2,2026-06-24,2026-06-29,inpatient,H1,01,1,K35.80\nA2,M2,2026-07-06,2026-07-08,inpatient,H1,01,1,I50.22\n").expect("written");
    again.publish();
    let of = |f: &Folder, member: &str| -> Vec<Value> {
        let tasks = resources(f, "Task").into_iter();
        tasks.filter(|t| t["for"]["identifier"]["value"] == member).map(|t| t["id"].clone()).collect()
    };
    assert_eq!((of(&one, "M1").len(), of(&one, "M1")), (1, of(&again, "M1")));
    assert_eq!(of(&again, "M2").len(), 1);
    assert_ne!(of(&one, "M2"), of(&again, "M2"));
}

//! Columns of FHIR resources by the table of paths `config/layouts/fhir.csv`. Owns the language of these paths; refuses to
//! know a resource or a line.
//!
//! A path goes down by names, through every element of a list: `name.given`. `telecom[system~phone]` keeps the elements of
//! which some text at `system` contains `phone`; `diagnosis[#]` is one element a numbered column; `@.` begins in the element
//! of the list that makes rows (`@each`); `|tail` is what stands behind the last `/` or `:`; ` + ` joins texts that are all
//! there. Of several paths of a column the first that finds a text counts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// Copies of a numbered column.
const NUMBERED: usize = 25;

/// The columns of one resource.
pub struct ResourceTable {
    /// The list of which each element is a row; without one the resource is a row.
    each: Option<Path>,
    columns: Vec<(String, Vec<Vec<Path>>)>,
}

struct Path {
    /// Begins in the element that makes the row.
    inside: bool,
    steps: Vec<Step>,
    tail: bool,
}

struct Step {
    name: String,
    pick: Pick,
}

enum Pick {
    All,
    /// The element of the number of the column.
    Numbered,
    /// Elements of which a text at these names contains this one.
    Where(Vec<String>, String),
}

static TABLES: LazyLock<BTreeMap<&'static str, ResourceTable>> = LazyLock::new(|| {
    let mut out: BTreeMap<&'static str, ResourceTable> = BTreeMap::new();
    for line in include_str!("../../config/layouts/fhir.csv").lines().skip(1) {
        let mut cells = line.splitn(3, ',');
        let (Some(resource), Some(column), Some(path)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let table = out.entry(resource).or_insert_with(|| ResourceTable { each: None, columns: Vec::new() });
        if column == "@each" {
            table.each = Some(Path::parse(path));
            continue;
        }
        let parts = path.split(" + ").map(Path::parse).collect();
        match table.columns.iter_mut().find(|(name, _)| name == column) {
            Some((_, paths)) => paths.push(parts),
            None => table.columns.push((column.to_owned(), vec![parts])),
        }
    }
    out
});

/// The table of a resource by its type.
#[must_use]
pub fn resource_table(value: &Value) -> Option<&'static ResourceTable> {
    TABLES.get(value.get("resourceType")?.as_str()?)
}

impl ResourceTable {
    /// Names of its columns, numbered ones written out.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.columns.iter().flat_map(|(name, _)| match name.strip_suffix('#') {
            Some(base) => (1..=NUMBERED).map(|n| format!("{base}{n}")).collect(),
            None => vec![name.clone()],
        })
    }

    /// The rows of a resource: each the texts of its columns, by name.
    #[must_use]
    pub fn rows(&self, resource: &Value) -> Vec<Vec<(String, String)>> {
        let elements = self.each.as_ref().map(|each| each.find(resource, resource, 0)).unwrap_or_default();
        if elements.is_empty() {
            return vec![self.row(resource, &Value::Null)];
        }
        elements.into_iter().map(|element| self.row(resource, element)).collect()
    }

    fn row(&self, resource: &Value, element: &Value) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (name, paths) in &self.columns {
            let text = |number: usize| paths.iter().find_map(|parts| joined(parts, resource, element, number));
            match name.strip_suffix('#') {
                Some(base) => {
                    out.extend((1..=NUMBERED).filter_map(|n| Some((format!("{base}{n}"), text(n)?))));
                }
                None => out.extend(text(0).map(|t| (name.clone(), t))),
            }
        }
        out
    }
}

fn joined(parts: &[Path], resource: &Value, element: &Value, number: usize) -> Option<String> {
    parts.iter().map(|p| p.text(resource, element, number)).collect()
}

impl Path {
    fn parse(text: &str) -> Self {
        let (path, tail) = text.strip_suffix("|tail").map_or((text, false), |p| (p, true));
        let (path, inside) = path.strip_prefix("@.").map_or((path, false), |p| (p, true));
        let mut steps = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            let mut pick = Pick::All;
            if let Some((inner, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
                pick = match inner.split_once('~') {
                    Some((key, wanted)) => Pick::Where(key.split('.').map(str::to_owned).collect(), wanted.to_owned()),
                    None => Pick::Numbered,
                };
                rest = after;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
            steps.push(Step { name, pick });
        }
        Self { inside, steps, tail }
    }

    fn find<'v>(&self, resource: &'v Value, element: &'v Value, number: usize) -> Vec<&'v Value> {
        let mut here = vec![if self.inside { element } else { resource }];
        for step in &self.steps {
            let below = here.into_iter().filter_map(|v| v.get(&step.name));
            let all = below.flat_map(elements_of);
            here = match &step.pick {
                Pick::All => all.collect(),
                Pick::Numbered => all.skip(number.saturating_sub(1)).take(1).collect(),
                Pick::Where(key, wanted) => {
                    all.filter(|v| texts_at(v, key).iter().any(|t| t.contains(wanted.as_str()))).collect()
                }
            };
        }
        here
    }

    fn text(&self, resource: &Value, element: &Value, number: usize) -> Option<String> {
        let text = self.find(resource, element, number).into_iter().find_map(scalar_text)?;
        Some(if self.tail { text.rsplit(['/', ':']).next().unwrap_or_default().to_owned() } else { text })
    }
}

fn elements_of(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(all) => all.iter().collect(),
        other => vec![other],
    }
}

fn texts_at(value: &Value, key: &[String]) -> Vec<String> {
    let mut here = vec![value];
    for name in key {
        here = here.into_iter().filter_map(|v| v.get(name)).flat_map(elements_of).collect();
    }
    here.into_iter().filter_map(scalar_text).collect()
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(json: &str) -> Vec<Vec<(String, String)>> {
        let value: Value = serde_json::from_str(json).expect("JSON");
        resource_table(&value).expect("a table").rows(&value)
    }

    fn of<'r>(row: &'r [(String, String)], name: &str) -> Option<&'r str> {
        row.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }

    #[test]
    fn a_patient_is_one_row() {
        let found = rows(
            r#"{"resourceType":"Patient","id":"P1","birthDate":"1950-02-03","name":[{"given":["Ada","B"],"family":"Ng"}],
            "telecom":[{"system":"email","value":"a@b"},{"system":"phone","value":"919-555-0101"}]}"#,
        );
        assert_eq!(found.len(), 1);
        for (name, text) in [("member_id", "P1"), ("first_name", "Ada"), ("last_name", "Ng"), ("phone", "919-555-0101")]
        {
            assert_eq!(of(&found[0], name), Some(text));
        }
        assert_eq!(of(&found[0], "death_date"), None);
    }

    #[test]
    fn a_benefit_is_a_row_an_item() {
        let found = rows(
            r#"{"resourceType":"ExplanationOfBenefit","id":"e1","patient":{"reference":"Patient/P1"},
            "type":{"coding":[{"system":"x/eob-type","code":"OUTPATIENT"},{"system":"v/clm_srvc_clsfctn_type_cd","code":"3"}]},
            "facility":{"extension":[{"url":"v/clm_fac_type_cd","valueCoding":{"code":"1"}}]},
            "information":[{"category":{"coding":[{"code":"v/clm_freq_cd"}]},"code":{"coding":[{"code":"1"}]}}],
            "diagnosis":[{"diagnosisCodeableConcept":{"coding":[{"code":"I10"}]}},{"diagnosisCodeableConcept":{"coding":[{"code":"E119"}]}}],
            "item":[{"sequence":1,"revenue":{"coding":[{"system":"v/rev_cntr","code":"0450"}]}},{"sequence":2}]}"#,
        );
        assert_eq!(found.len(), 2);
        for (name, first, second) in [
            ("member_id", Some("P1"), Some("P1")),
            ("claim_id", Some("e1"), Some("e1")),
            ("claim_line_number", Some("1"), Some("2")),
            ("revenue_center_code", Some("0450"), None),
            ("bill_type_code", Some("131"), Some("131")),
            ("diagnosis_code_2", Some("E119"), Some("E119")),
            ("diagnosis_code_3", None, None),
        ] {
            assert_eq!((of(&found[0], name), of(&found[1], name)), (first, second), "{name}");
        }
    }

    #[test]
    fn every_column_is_one_of_the_contract_or_named_for_the_mapping() {
        let own = ["eob_type", "claim_paid_amount"];
        for (resource, table) in TABLES.iter() {
            for (name, paths) in &table.columns {
                let base = name.trim_end_matches("_#");
                let known = super::super::feeds::EXTRACTS.iter().flat_map(|e| e.columns).any(|c| c.name == base);
                assert!(known || own.contains(&name.as_str()), "{resource}.{name}");
                assert!(paths.iter().flatten().all(|p| !p.steps.is_empty()));
            }
        }
        assert_eq!(TABLES.len(), 7);
    }
}

//! Where one canonical column comes from. Owns the forms that the configuration may write and the sentences that refuse
//! others; refuses to know a contract or a file's header.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::nearest_hint;

/// What fills one canonical column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ColumnSource {
    /// Their columns, the first that holds something; none for a constant.
    pub columns: Vec<String>,
    /// The same text on every row.
    pub constant: Option<String>,
    /// From their value to ours; without a default a value that is not in it stays.
    pub map: BTreeMap<String, String>,
    /// A CSV of two columns, theirs and ours, with a header line; read into `map` with the configuration.
    #[serde(skip_serializing)]
    pub map_file: Option<PathBuf>,
    /// Text of a cell that holds nothing, or a value that the map does not have.
    pub default: Option<String>,
}

/// Keys of the table form.
const KEYS: [&str; 6] = ["constant", "column", "coalesce", "map", "map_file", "default"];

impl<'de> Deserialize<'de> for ColumnSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        Self::from_value(value).map_err(serde::de::Error::custom)
    }
}

impl ColumnSource {
    /// Reads a column's name or one of the table forms.
    fn from_value(value: toml::Value) -> Result<Self, String> {
        let mut table = match value {
            toml::Value::String(name) => return Ok(Self { columns: vec![name], ..Self::default() }),
            toml::Value::Table(table) => table,
            _ => {
                return Err(
                    "a column comes from a column's name, or from a table such as { column = \"X\", map = { a = \"b\" } }"
                        .to_owned(),
                );
            }
        };
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(format!("unknown key `{key}` of a column{}", nearest_hint(key, &KEYS)));
        }
        let one_of = ["constant", "column", "coalesce"].into_iter().filter(|k| table.contains_key(*k)).count();
        if one_of != 1 {
            return Err("a column needs one of constant, column or coalesce".to_owned());
        }
        let columns = match (table.remove("column"), table.remove("coalesce")) {
            (Some(name), _) => vec![text_of("column", name)?],
            (None, Some(toml::Value::Array(names))) if !names.is_empty() => {
                names.into_iter().map(|n| text_of("coalesce", n)).collect::<Result<_, _>>()?
            }
            (None, Some(_)) => return Err("coalesce must be a list of column names".to_owned()),
            (None, None) => Vec::new(),
        };
        let map = match table.remove("map") {
            None => BTreeMap::new(),
            Some(toml::Value::Table(pairs)) => {
                pairs.into_iter().map(|(k, v)| Ok((k, text_of("map", v)?))).collect::<Result<_, String>>()?
            }
            Some(_) => return Err("map must be a table such as { \"1\" = \"male\" }".to_owned()),
        };
        let mut text = |key: &str| table.remove(key).map(|v| text_of(key, v)).transpose();
        let (constant, map_file, default) = (text("constant")?, text("map_file")?, text("default")?);
        if constant.is_some() && (!map.is_empty() || map_file.is_some() || default.is_some()) {
            return Err("a constant stands alone: map, map_file and default need a column".to_owned());
        }
        Ok(Self { columns, constant, map, map_file: map_file.map(PathBuf::from), default })
    }

    /// Reads the map's file, if there is one; what the configuration itself maps goes before it.
    ///
    /// # Errors
    /// A sentence when the file is not there or no table of two columns.
    pub fn load_map(&mut self, base: &Path) -> Result<(), String> {
        let Some(file) = &self.map_file else { return Ok(()) };
        let shown = file.display();
        let bytes = std::fs::read(base.join(file)).map_err(|e| format!("map_file {shown}: {e}"))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
        for record in reader.records() {
            let record = record.map_err(|_| format!("map_file {shown}: not a CSV file in UTF-8"))?;
            let (Some(theirs), Some(ours)) = (record.get(0), record.get(1)) else {
                return Err(format!("map_file {shown}: needs two columns, their value and ours"));
            };
            self.map.entry(theirs.trim().to_owned()).or_insert_with(|| ours.trim().to_owned());
        }
        Ok(())
    }
}

fn text_of(key: &str, value: toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Datetime(date) => Ok(date.to_string()),
        _ => Err(format!("{key} must be a text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ColumnSource, String> {
        let table: toml::Table = format!("x = {text}").parse().expect("TOML");
        ColumnSource::from_value(table["x"].clone())
    }

    #[test]
    fn every_form_is_read() {
        let plain = ColumnSource { columns: vec!["X".into()], ..ColumnSource::default() };
        assert_eq!(read("\"X\""), Ok(plain.clone()));
        assert_eq!(read("{ column = \"X\" }"), Ok(plain.clone()));
        let map = BTreeMap::from([("1".to_owned(), "male".to_owned())]);
        let full = ColumnSource { map, default: Some("unknown".into()), ..plain };
        assert_eq!(read("{ column = \"X\", map = { \"1\" = \"male\" }, default = \"unknown\" }"), Ok(full));
        let first = read("{ coalesce = [\"A\", \"B\"], default = \"9999-12-31\" }").expect("a form");
        assert_eq!((first.columns, first.default.as_deref()), (vec!["A".into(), "B".into()], Some("9999-12-31")));
        assert_eq!(read("{ constant = 7 }").map(|s| s.constant), Ok(Some("7".into())));
    }

    #[test]
    fn other_forms_are_refused_with_the_nearest_name() {
        for (text, words) in [
            ("{ colum = \"X\" }", "did you mean `column`"),
            ("{ map = { a = \"b\" } }", "needs one of"),
            ("{ column = \"X\", coalesce = [\"Y\"] }", "needs one of"),
            ("{ constant = \"X\", default = \"Y\" }", "stands alone"),
            ("{ coalesce = \"X\" }", "a list of column names"),
            ("{ column = [\"X\"] }", "column must be a text"),
            ("7", "such as"),
        ] {
            let why = read(text).expect_err(text);
            assert!(why.contains(words) && !why.contains("untagged"), "{text}: {why}");
        }
    }
}

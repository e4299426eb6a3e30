//! A JSON object a line, flattened by dotted paths: `name.0.family`; of a FHIR resource also the columns that the table of
//! paths names. Owns paths and texts of scalars; refuses to know any resource.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::ReadFailure;
use super::fhir_paths::{ResourceTable, resource_table};
use super::plain_lines::PlainLines;
use super::reason::Reason;
use super::row_block::{MAX_COLUMNS, RowBlock, cut_and_judge};
use super::source::{BatchSink, FileFormat, Look, OpenFile, ReadRequest, SourceFile};
use crate::config::{ExtractConfig, FormatName};

/// Newline-delimited JSON.
pub(super) struct Ndjson;

/// A document of this depth is no row.
const DEEPEST: usize = 32;

impl FileFormat for Ndjson {
    fn name(&self) -> FormatName {
        FormatName::Ndjson
    }

    fn recognises(&self, look: &Look<'_>) -> Result<bool, String> {
        Ok(look.text_start().starts_with(b"{"))
    }

    /// Reads the whole file once for the paths that it holds: a path of the last line is a column too.
    fn open(&self, file: &SourceFile, config: &ExtractConfig) -> Result<Box<dyn OpenFile>, String> {
        let mut lines = PlainLines::open(file, config)?;
        let (mut line, mut names, mut first) = (Vec::new(), BTreeSet::new(), true);
        while lines.next_row(&mut line)?.is_some() {
            match serde_json::from_slice(&line) {
                Ok(value @ Value::Object(_)) => {
                    if first && value.get("resourceType").and_then(Value::as_str) == Some("Bundle") {
                        return Err(
                            "the file is a FHIR bundle\nhint: export its resources as ndjson, one a line".to_owned()
                        );
                    }
                    let table = resource_table(&value);
                    // Of a resource with a table the paths of a long list need no columns.
                    let room = MAX_COLUMNS - if table.is_some() { 1000 } else { 0 };
                    flatten(&value, &mut |path, _| {
                        if table.is_none() || names.len() < room {
                            names.insert(path.to_owned());
                        }
                    });
                    names.extend(table.into_iter().flat_map(ResourceTable::names));
                }
                // A document spread over lines is no row a line.
                _ if first => {
                    return Err(
                        "the file is one JSON document, not an object a line\nhint: export it as ndjson".to_owned()
                    );
                }
                _ => {}
            }
            first = false;
            if names.len() > MAX_COLUMNS {
                return Err(format!("more than {MAX_COLUMNS} paths; an extract has at most that many columns"));
            }
        }
        if first {
            return Err("the file holds no object".to_owned());
        }
        Ok(Box::new(OpenNdjson { names: names.into_iter().collect(), lines: PlainLines::open(file, config)? }))
    }

    fn estimate_rows(&self, file: &SourceFile) -> u64 {
        file.estimated_text_bytes() / 500
    }
}

struct OpenNdjson {
    names: Vec<String>,
    lines: PlainLines,
}

impl OpenFile for OpenNdjson {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(
        self: Box<Self>,
        request: &ReadRequest<'_>,
        sink: &dyn BatchSink,
    ) -> Result<Vec<(Reason, u64)>, ReadFailure> {
        let Self { names, mut lines } = *self;
        let place: BTreeMap<&str, usize> =
            request.needed.iter().enumerate().map(|(slot, at)| (names[*at].as_str(), slot)).collect();
        let (file, width) = (request.file, request.needed.len());
        let reading = &mut lines;
        cut_and_judge(request, sink, move |send| {
            let mut block = RowBlock::new(file, width, send);
            let (mut line, mut row) = (Vec::new(), vec![String::new(); width]);
            while let Some(number) = reading.next_row(&mut line)? {
                row.iter_mut().for_each(String::clear);
                let open = match serde_json::from_slice(&line) {
                    Ok(value @ Value::Object(_)) => {
                        flatten(&value, &mut |path, text| {
                            if let Some(slot) = place.get(path) {
                                row[*slot].push_str(text);
                            }
                        });
                        match resource_table(&value) {
                            Some(table) => table.rows(&value).into_iter().all(|texts| {
                                let mut row = row.clone();
                                for (name, text) in texts {
                                    if let Some(slot) = place.get(name.as_str()) {
                                        row[*slot] = text;
                                    }
                                }
                                block.push(number, row.iter().map(String::as_str))
                            }),
                            None => block.push(number, row.iter().map(String::as_str)),
                        }
                    }
                    _ => block.refuse(number, Reason::BadJson),
                };
                if !open {
                    return Ok(());
                }
            }
            block.finish();
            Ok(())
        })?;
        Ok(lines.notes())
    }
}

/// Gives every scalar with its path; null and what lies deeper than any row has none.
fn flatten(value: &Value, each: &mut dyn FnMut(&str, &str)) {
    fn walk(value: &Value, path: &mut String, depth: usize, each: &mut dyn FnMut(&str, &str)) {
        let mut below = |name: &str, inner: &Value, path: &mut String| {
            let length = path.len();
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            walk(inner, path, depth + 1, each);
            path.truncate(length);
        };
        match value {
            _ if depth > DEEPEST => {}
            Value::Null => {}
            Value::Object(map) => map.iter().for_each(|(name, inner)| below(name, inner, path)),
            Value::Array(all) => all.iter().enumerate().for_each(|(i, inner)| below(&i.to_string(), inner, path)),
            Value::String(text) => each(path, text),
            Value::Bool(flag) => each(path, if *flag { "true" } else { "false" }),
            Value::Number(number) => each(path, &number.to_string()),
        }
    }
    walk(value, &mut String::new(), 0, each);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_named_by_their_path() {
        let value: Value = serde_json::from_str(
            r#"{"id":"a","n":{"v":1.50,"w":12345678901234567},"list":[{"x":true},"y"],"none":null,"empty":{}}"#,
        )
        .expect("JSON");
        let mut seen = Vec::new();
        flatten(&value, &mut |path, text| seen.push(format!("{path}={text}")));
        seen.sort();
        assert_eq!(seen, ["id=a", "list.0.x=true", "list.1=y", "n.v=1.5", "n.w=12345678901234567"]);
    }
}

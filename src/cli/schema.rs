//! The data dictionary as Markdown or JSON, from the same tables the code runs on. Owns the rendering only.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::config::{declared_keys, nearest_hint, sample_file};
use crate::extracts::EXTRACTS;
use crate::extracts::{LEFT_OUT, REFUSALS, Reason, Severity};
use crate::features::{dictionary_hash, registry};
use crate::measures::REGISTRY;
use crate::pipeline::PipelineError;
use crate::publish::tables::TABLES;
use crate::publish::{ColumnSpec, Described, Sink};
use crate::reference::code_sets;

const PARTS: [&str; 8] = ["inputs", "outputs", "config", "code-sets", "measures", "features", "checks", "all"];

/// Renders one part, or all.
pub fn render_schema(what: &str, format: &str) -> Result<String, PipelineError> {
    if !PARTS.contains(&what) {
        return Err(PipelineError::Usage(format!("schema {what}: no such part{}", nearest_hint(what, &PARTS))));
    }
    let wanted = |part: &str| what == "all" || what == part;
    match format {
        "json" => {
            let mut out = serde_json::Map::new();
            for (part, value) in [
                ("inputs", inputs_json()),
                ("outputs", outputs_json()),
                ("config", config_json()),
                ("code-sets", code_sets_json()),
                ("measures", measures_json()),
                ("features", features_json()),
                ("checks", checks_json()),
            ] {
                if wanted(part) {
                    out.insert(part.to_owned(), value);
                }
            }
            serde_json::to_string_pretty(&out).map(|t| t + "\n").map_err(|e| PipelineError::Internal(e.to_string()))
        }
        "md" => {
            let mut out = String::new();
            for (part, text) in [
                ("inputs", inputs_md as fn() -> String),
                ("outputs", outputs_md),
                ("config", config_md),
                ("code-sets", sets_md),
                ("measures", measures_md),
                ("features", features_md),
                ("checks", checks_md),
            ] {
                if wanted(part) {
                    out.push_str(&text());
                }
            }
            Ok(out)
        }
        "toml" if what == "config" => Ok(sample_file()),
        "toml" => Err(PipelineError::Usage(
            "--format toml writes the sample configuration: schema config --format toml".to_owned(),
        )),
        _ => Err(PipelineError::Usage("--format must be json or md, or toml for config".to_owned())),
    }
}

fn inputs_json() -> Value {
    EXTRACTS
        .iter()
        .map(|e| json!({ "extract": e.name, "row": e.grain, "when_missing": e.cost_when_missing, "columns": e.columns.iter().map(|c| json!({ "name": c.name, "type": c.kind.name(), "required": c.required, "repeat": c.repeat, "allowed": c.allowed })).collect::<Vec<_>>() }))
        .collect()
}

fn inputs_md() -> String {
    let mut out = String::from("# Inputs\n\n");
    for e in EXTRACTS {
        let _ = writeln!(
            out,
            "## {}\n\nOne row per {}. When missing: {}.\n\n| column | type | required | allowed |\n|---|---|---|---|",
            e.name, e.grain, e.cost_when_missing
        );
        for c in e.columns {
            let name = if c.repeat > 1 { format!("{}_1..{}", c.name, c.repeat) } else { c.name.to_owned() };
            let _ = writeln!(
                out,
                "| {name} | {} | {} | {} |",
                c.kind.name(),
                if c.required { "yes" } else { "" },
                c.allowed.join(", ")
            );
        }
        out.push('\n');
    }
    out
}

fn outputs_json() -> Value {
    let column = |c: &ColumnSpec| json!({ "name": c.name, "type": c.kind.name(), "unit": c.unit.name(), "meaning": c.meaning, "optional": c.optional });
    let table = |t: &&dyn Described| json!({ "table": t.name(), "row": t.grain(), "always": sink_ids(t.forms().always), "on_request": sink_ids(t.forms().on_request), "columns": t.columns().iter().map(column).collect::<Vec<_>>() });
    TABLES.iter().map(table).collect()
}

fn sink_ids(sinks: &[&dyn Sink]) -> Vec<&'static str> {
    sinks.iter().map(|s| s.format().as_str()).collect()
}

fn outputs_md() -> String {
    let mut out = String::from("# Outputs\n\n");
    for t in TABLES {
        let _ = writeln!(out, "## {}\n\nOne row per {}. {}\n", t.name(), t.grain(), written_as(*t));
        out.push_str("| column | type | unit | meaning |\n|---|---|---|---|\n");
        for c in t.columns() {
            let meaning = c.meaning.replace('|', "\\|");
            let _ = writeln!(out, "| {} | {} | {} | {meaning} |", c.name, c.kind.name(), c.unit.name());
        }
        out.push('\n');
    }
    out
}

/// In which formats a table is written, as a sentence.
fn written_as(table: &dyn Described) -> String {
    let forms = table.forms();
    let always = sink_ids(forms.always).join(" and ");
    match sink_ids(forms.on_request).join(", ") {
        more if more.is_empty() => format!("Written as {always}."),
        more => format!("Written as {always}; on request as {more}."),
    }
}

fn outcome_words(reason: Reason) -> &'static str {
    match reason.severity() {
        Severity::Quarantine => "row quarantined",
        Severity::Normalised => "mended, counted",
        Severity::Warning => "counted",
    }
}

fn checks_json() -> Value {
    json!({
        "reasons": Reason::ALL.iter().map(|r| json!({ "code": r.code(), "meaning": r.meaning().trim(), "outcome": outcome_words(*r), "cost": r.cost() })).collect::<Vec<_>>(),
        "refusals": REFUSALS.iter().map(|(fault, what)| json!({ "fault": fault, "outcome": what })).collect::<Vec<_>>(),
        "left_out": LEFT_OUT.iter().map(|(rule, what)| json!({ "rule": rule, "meaning": what })).collect::<Vec<_>>(),
    })
}

fn checks_md() -> String {
    let mut out = String::from(
        "# Data quality\n\nEvery row read is used, quarantined or left out by a rule; the three sum to the rows read, for every extract. `data_quality.json` and the report count every reason of a night; `quarantine.csv` names file, row and column of each rejected row, its Parquet twin also the value. Limits are in `[quality]` and `max_bad_share`.\n\n## Rows and values\n\n| code | what | outcome | what it costs |\n|---|---|---|---|\n",
    );
    for r in Reason::ALL {
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", r.code(), r.meaning().trim(), outcome_words(*r), r.cost());
    }
    out.push_str("\n## Rows left out by a rule\n\n| rule | the row |\n|---|---|\n");
    for (rule, what) in LEFT_OUT {
        let _ = writeln!(out, "| `{rule}` | {what} |");
    }
    out.push_str("\n## What stops a night\n\nExit 3 unless said otherwise; the last good run stays.\n\n| fault | outcome |\n|---|---|\n");
    for (fault, what) in REFUSALS {
        let _ = writeln!(out, "| {fault} | {what} |");
    }
    out.push_str("\nA byte that flips inside a Parquet data page without a checksum reads as other data: only `--manifest` can tell. Codes that an old grouper lacks, ICD-9 codes, unknown, header and retired codes are counted under `codes` of `data_quality.json`; the claim always stays.\n\n");
    out
}

fn config_json() -> Value {
    declared_keys()
        .map(|k| json!({ "key": k.path, "default": k.default, "range": k.range, "meaning": k.meaning }))
        .collect()
}

fn config_md() -> String {
    let mut out = String::from("# Configuration\n\n| key | default | meaning |\n|---|---|---|\n");
    for k in declared_keys() {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} |",
            k.path,
            if k.default.is_empty() { String::new() } else { format!("`{}`", k.default) },
            if k.range.is_empty() { k.meaning.clone() } else { format!("{}; {}", k.meaning, k.range) }
                .replace('|', "\\|")
        );
    }
    out.push('\n');
    out
}

fn code_sets_json() -> Value {
    code_sets().iter().map(|s| json!({ "id": s.id, "version": s.version, "agency": s.agency, "publication": s.publication, "effective_from": s.effective_from, "effective_to": s.effective_to, "rows": s.rows, "source_rows": s.source_rows, "sha256": s.sha256, "licence": s.licence, "note": s.note })).collect()
}

fn sets_md() -> String {
    let mut out = String::from(
        "# Code sets\n\n| set | version | agency | publication | rows (source) | sha256 |\n|---|---|---|---|---|---|\n",
    );
    for s in code_sets() {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} ({}) | {} |",
            s.id,
            s.version,
            s.agency,
            s.publication,
            s.rows,
            s.source_rows,
            &s.sha256[..12]
        );
    }
    out.push('\n');
    out
}

fn measures_json() -> Value {
    REGISTRY.iter().map(|m| json!({ "id": m.id, "definition": m.doc })).collect()
}

fn measures_md() -> String {
    let mut out = String::from("# Measures\n\n");
    for m in REGISTRY {
        let _ = writeln!(out, "## {}\n\n{}\n", m.id, m.doc);
    }
    out
}

fn features_json() -> Value {
    registry().features().iter().map(|f| json!({ "name": f.name, "domain": f.domain.name(), "definition": f.definition, "unit": f.unit, "missing": f.missing, "window": f.window, "hash": f.hash() })).collect()
}

fn features_md() -> String {
    let all = registry().features();
    let mut out = format!(
        "# Features\n\n{} features, dictionary {}. All are read off what had arrived by the snapshot day; rows without a received or paid date are taken to need `models.claims_lag_days`. Race and ethnicity are never features. Columns that `models.feature_columns` names join in as `own_<column>`.\n\n",
        all.len(),
        dictionary_hash(all)
    );
    let mut domain = "";
    for f in all {
        if f.domain.name() != domain {
            domain = f.domain.name();
            let _ = writeln!(
                out,
                "{}## {domain}\n\n| feature | definition | unit | missing when | window |\n|---|---|---|---|---|",
                if out.ends_with("|\n") { "\n" } else { "" }
            );
        }
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            f.name,
            f.definition.replace('|', "\\|"),
            f.unit,
            f.missing,
            f.window
        );
    }
    out.push('\n');
    out
}

//! What a view needs of its tables, by the engine's own optimised plan. Owns which columns are read and whether a view
//! treats each row for itself, so that it can run batch by batch; refuses to read a file.

use std::collections::{BTreeMap, BTreeSet};

use polars::polars_utils::arena::{Arena, Node};
use polars::prelude as pl;
use polars::prelude::IntoLazy;
use polars_plan::plans::{AExpr, IR, is_elementwise_rec, is_scalar_ae};

/// Columns of a table by its name, all of them text.
pub type Tables = BTreeMap<String, Vec<String>>;

/// How a view is run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ViewPlan {
    /// Columns that are read, by table; a table that is not here is not read.
    pub used: BTreeMap<String, BTreeSet<String>>,
    /// Each row of the one table gives one row or none, whatever the others hold.
    pub row_by_row: bool,
    /// Columns of the result that are columns of the table as they are, where no row is left out.
    pub passed_on: BTreeMap<String, String>,
}

/// The lazy query over some frames, the result narrowed to the `wanted` columns where they are named.
///
/// # Errors
/// Those of the engine.
pub fn lazy_view(
    sql: &str,
    frames: BTreeMap<&str, pl::DataFrame>,
    wanted: Option<&[&str]>,
) -> pl::PolarsResult<pl::LazyFrame> {
    let mut context = polars::sql::SQLContext::new();
    for (name, frame) in frames {
        context.register(name, frame.lazy());
    }
    let frame = context.execute(sql)?;
    Ok(match wanted {
        Some(names) => frame.select(names.iter().map(|n| pl::col(*n)).collect::<Vec<_>>()),
        None => frame,
    })
}

/// Names of the columns that a view gives.
///
/// # Errors
/// Those of the engine.
pub fn view_columns(sql: &str, tables: &Tables) -> pl::PolarsResult<Vec<String>> {
    let schema = lazy_view(sql, blank_frames(tables)?, None)?.collect_schema()?;
    Ok(schema.iter_names().map(ToString::to_string).collect())
}

/// How a view that gives the `wanted` columns is run.
///
/// # Errors
/// Those of the engine.
pub fn plan_view(sql: &str, tables: &Tables, wanted: &[&str]) -> pl::PolarsResult<ViewPlan> {
    // As written: what the engine makes of a plan depends on the rows that it finds, of which there are none yet.
    let written = lazy_view(sql, blank_frames(tables)?, Some(wanted))?.to_alp()?;
    let reader = PlanReader { nodes: &written.lp_arena, expressions: &written.expr_arena, tables };
    let row_by_row = reader.walk(written.lp_top, &mut BTreeMap::new());
    let optimised = lazy_view(sql, blank_frames(tables)?, Some(wanted))?.to_alp_optimized()?;
    let reader = PlanReader { nodes: &optimised.lp_arena, expressions: &optimised.expr_arena, tables };
    let mut plan = ViewPlan::default();
    let still = reader.walk(optimised.lp_top, &mut plan.used);
    plan.row_by_row = row_by_row && still && plan.used.len() == 1;
    if plan.row_by_row {
        plan.passed_on = reader.passed_on(optimised.lp_top);
    }
    Ok(plan)
}

/// The tables with one row of nothing.
fn blank_frames(tables: &Tables) -> pl::PolarsResult<BTreeMap<&str, pl::DataFrame>> {
    tables
        .iter()
        .map(|(name, columns)| {
            let columns =
                columns.iter().map(|c| pl::Column::full_null(c.as_str().into(), 1, &pl::DataType::String)).collect();
            Ok((name.as_str(), pl::DataFrame::new(1, columns)?))
        })
        .collect()
}

struct PlanReader<'p> {
    nodes: &'p Arena<IR>,
    expressions: &'p Arena<AExpr>,
    tables: &'p Tables,
}

impl PlanReader<'_> {
    /// Gathers the columns that scans read; whether everything down to one scan treats each row for itself.
    fn walk(&self, node: Node, used: &mut BTreeMap<String, BTreeSet<String>>) -> bool {
        let own = match self.nodes.get(node) {
            IR::DataFrameScan { schema, output_schema, .. } => {
                let names = |s: &pl::Schema| s.iter_names().map(ToString::to_string).collect::<BTreeSet<String>>();
                let (all, read) = (names(schema), names(output_schema.as_ref().unwrap_or(schema)));
                // Tables with the same columns cannot be told apart here: what one needs is read of each.
                for (name, columns) in self.tables {
                    if columns.iter().cloned().collect::<BTreeSet<String>>() == all {
                        used.entry(name.clone()).or_default().extend(read.iter().cloned());
                    }
                }
                return true;
            }
            IR::Filter { predicate, .. } => self.elementwise(predicate.node()),
            IR::Select { expr, .. } => {
                expr.iter().all(|e| self.elementwise(e.node()))
                    && !expr.iter().all(|e| is_scalar_ae(e.node(), self.expressions))
            }
            IR::HStack { exprs, .. } => exprs.iter().all(|e| self.elementwise(e.node())),
            IR::SimpleProjection { .. } => true,
            _ => false,
        };
        let below: Vec<bool> = self.nodes.get(node).inputs().map(|input| self.walk(input, used)).collect();
        own && below == [true]
    }

    fn elementwise(&self, node: Node) -> bool {
        is_elementwise_rec(node, self.expressions)
    }

    /// Where a single choice of columns stands over the scan, those that are chosen as they are.
    fn passed_on(&self, root: Node) -> BTreeMap<String, String> {
        let same = |schema: &pl::Schema| schema.iter_names().map(|n| (n.to_string(), n.to_string())).collect();
        match self.nodes.get(root) {
            IR::DataFrameScan { schema, output_schema, .. } => same(output_schema.as_ref().unwrap_or(schema)),
            IR::SimpleProjection { input, columns } if self.is_scan(*input) => same(columns),
            IR::Select { input, expr, .. } if self.is_scan(*input) => expr
                .iter()
                .filter_map(|e| match self.expressions.get(e.node()) {
                    AExpr::Column(name) => Some((e.output_name().to_string(), name.to_string())),
                    _ => None,
                })
                .collect(),
            _ => BTreeMap::new(),
        }
    }

    fn is_scan(&self, node: Node) -> bool {
        match self.nodes.get(node) {
            IR::DataFrameScan { .. } => true,
            IR::SimpleProjection { input, .. } => self.is_scan(*input),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> Tables {
        let columns = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        BTreeMap::from([
            ("raw".to_owned(), columns(&["a", "b", "c", "d"])),
            ("other".to_owned(), columns(&["a", "x", "y"])),
        ])
    }

    fn plan(sql: &str) -> ViewPlan {
        let names = view_columns(sql, &tables()).expect("a view");
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        plan_view(sql, &tables(), &wanted).expect("a plan")
    }

    #[test]
    fn a_view_reads_the_columns_that_it_needs() {
        for (sql, raw, other) in [
            ("SELECT a, b || 'x' AS z FROM raw", "a,b", None),
            ("SELECT * FROM raw WHERE d = '1'", "a,b,c,d", None),
            ("WITH t AS (SELECT *, c || '1' AS e FROM raw) SELECT a, e FROM t WHERE b <> ''", "a,b,c", None),
            ("SELECT raw.a, y FROM raw LEFT JOIN other ON raw.a = other.a", "a", Some("a,y")),
        ] {
            let plan = plan(sql);
            let of = |name: &str| plan.used.get(name).map(|s| s.iter().cloned().collect::<Vec<_>>().join(","));
            assert_eq!((of("raw").as_deref(), of("other").as_deref()), (Some(raw), other), "{sql}");
        }
    }

    #[test]
    fn a_view_runs_row_by_row_only_when_no_row_knows_of_another() {
        for (sql, alone) in [
            ("SELECT * FROM raw", true),
            ("SELECT a AS m, CASE WHEN b = '1' THEN 'x' ELSE 'y' END AS n, 'z' AS o FROM raw WHERE c <> ''", true),
            ("WITH t AS (SELECT *, SUBSTR(c, 1, 2) AS e FROM raw) SELECT a, e FROM t", true),
            ("SELECT DISTINCT a FROM raw", false),
            ("SELECT a, MAX(b) AS b FROM raw GROUP BY a", false),
            ("SELECT a, MAX(b) OVER (PARTITION BY a) AS b FROM raw", false),
            ("SELECT a FROM raw ORDER BY b", false),
            ("SELECT a FROM raw LIMIT 3", false),
            ("SELECT a FROM raw UNION ALL SELECT a FROM other", false),
            ("SELECT raw.a, y FROM raw JOIN other ON raw.a = other.a", false),
            ("SELECT a FROM raw WHERE a IN (SELECT a FROM other)", false),
            ("SELECT a, (SELECT MAX(x) FROM other) AS x FROM raw", false),
        ] {
            match view_columns(sql, &tables()) {
                Ok(_) => assert_eq!(plan(sql).row_by_row, alone, "{sql}"),
                // What the dialect does not have is refused, never run another way.
                Err(_) => assert!(!alone, "{sql}"),
            }
        }
    }

    fn filled(rows: std::ops::Range<u32>) -> BTreeMap<&'static str, pl::DataFrame> {
        let height = rows.len();
        let column = |name: &str| {
            let texts: Vec<String> = rows.clone().map(|i| (i * 7 % 5).to_string()).collect();
            pl::Column::new(name.into(), texts)
        };
        let frame =
            pl::DataFrame::new(height, ["a", "b", "c", "d"].into_iter().map(column).collect()).expect("a frame");
        BTreeMap::from([("raw", frame)])
    }

    #[test]
    fn a_view_that_runs_row_by_row_gives_the_same_in_parts() {
        for sql in [
            "SELECT * FROM raw",
            "SELECT 'x' AS a FROM raw",
            "SELECT a, UPPER(b) AS u FROM raw WHERE a IN ('1', '2') OR c IS NULL",
            "SELECT a || '-' || b AS e, COALESCE(NULLIF(c, '3'), '9') AS f, CAST(d AS INT) + 1 AS g FROM raw",
        ] {
            assert!(plan(sql).row_by_row, "{sql}");
            let run = |rows| lazy_view(sql, filled(rows), None).and_then(pl::LazyFrame::collect).expect("a result");
            let parts = run(0..4).vstack(&run(4..11)).expect("the same columns");
            assert!(run(0..11).equals_missing(&parts), "{sql}");
        }
    }

    #[test]
    fn columns_that_stay_what_they_are_go_past_the_engine() {
        let passed = plan("SELECT a AS m, b, 'x' AS c FROM raw").passed_on;
        assert_eq!(passed, BTreeMap::from([("b".into(), "b".into()), ("m".into(), "a".into())]));
        assert!(plan("SELECT a FROM raw WHERE b = '1'").passed_on.is_empty());
    }
}

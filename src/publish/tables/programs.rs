//! `measures/programs`: who qualifies for which programme. Owns its columns and how a later run reads since when; refuses
//! to match anybody.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, Date32Array, RecordBatch};

use crate::domain::Day;
use crate::programs::{Program, ProgramRow};
use crate::publish::error::PublishError;
use crate::publish::scan::TableScan;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, text};

/// One member who qualifies for one programme.
pub struct ProgramsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The programme.
    pub program: &'a Program,
    /// Evidence, consent, conflict, bill.
    pub row: &'a ProgramRow,
    /// A fact that speaks in the condition rests on a sensitive code.
    pub sensitive: bool,
}

/// Rows of `measures/programs`.
pub enum Programs {}

impl RowFamily for Programs {
    type Row<'a> = ProgramsRow<'a>;
}

/// `measures/programs`.
pub static TABLE: Table<Programs> = Table {
    name: "measures/programs",
    grain: "member alive and enrolled, and programme that the member qualifies for, in the order of the rules' file",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("program", "id of the programme in the rules' file", |r| (&r.program.id).into()),
        text("name", "its name", |r| (&r.program.name).into()),
        date(
            "eligible_since",
            "first of the nights in a row on which the member qualified, as far as kept runs know",
            |r| r.row.eligible_since.into(),
        ),
        text("evidence", "facts of the rule that are known: name and value, joined by ;", |r| {
            Some(r.row.evidence.as_str()).filter(|t| !t.is_empty()).into()
        }),
        text("consent", "not_needed, given, missing, refused, withdrawn: the newest answer by the night", |r| {
            r.row.consent.as_str().into()
        }),
        text(
            "conflict",
            "procedure code that may not be billed beside it, the newest in the rule's days; empty without",
            |r| r.row.conflict.as_ref().map(|(code, _)| code).into(),
        ),
        date("conflict_date", "day of that service", |r| r.row.conflict.as_ref().map(|(_, day)| *day).into()),
        date(
            "billed",
            "newest day on which the programme itself was billed, in the rule's days; empty when it was not",
            |r| r.row.billed.into(),
        ),
        flag("sensitive", "rests on a sensitive code: masked where a role may not read that", |r| r.sensitive.into()),
    ],
};

/// Since when a member, by its id, was in a programme, by its id, as the earlier run knows.
pub type EarlierSince<'a> = dyn Fn(&str, &str) -> Option<Day> + 'a;

/// Rows that did not know the earlier run, with what it knows.
///
/// # Errors
/// When the rows have other columns than this version's.
pub fn with_earlier(batch: &RecordBatch, earlier: &EarlierSince<'_>) -> Result<RecordBatch, PublishError> {
    let damaged = || PublishError::Read { what: format!("{}.parquet", TABLE.name), why: "damaged".to_owned() };
    let at = |name: &str| batch.schema().index_of(name).map_err(|_| damaged());
    let text = |name: &str| batch.column(at(name)?).as_string_opt::<i32>().ok_or_else(damaged);
    let (members, programs) = (text("member_id")?, text("program")?);
    let place = at("eligible_since")?;
    let days = batch.column(place).as_primitive_opt::<Date32Type>().ok_or_else(damaged)?;
    let since: Date32Array = (0..batch.num_rows())
        .map(|row| {
            let tonight = days.is_valid(row).then(|| Day(days.value(row)))?;
            Some(earlier(members.value(row), programs.value(row)).map_or(tonight, |day| day.min(tonight)).0)
        })
        .collect();
    let mut columns = batch.columns().to_vec();
    columns[place] = Arc::new(since);
    RecordBatch::try_new(batch.schema(), columns).map_err(|_| damaged())
}

/// Since when a run had a member in a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EligibleSince {
    /// Member.
    pub member_id: String,
    /// Programme.
    pub program: String,
    /// First night.
    pub since: Day,
}

/// What a run published of programmes; nothing for a run that had none yet.
///
/// # Errors
/// When the file is damaged.
pub fn read_eligible_since(run: &Path) -> Result<Vec<EligibleSince>, PublishError> {
    if !run.join(format!("{}.parquet", TABLE.name)).exists() {
        return Ok(Vec::new());
    }
    let frame = TableScan::of_run(run, TABLE.name)?.columns(&["member_id", "program", "eligible_since"]).read()?;
    let (members, programs) = (frame.texts("member_id")?, frame.texts("program")?);
    let days = frame.dates("eligible_since")?;
    let row = |i: usize| {
        let (member_id, program) = (members.at(i).to_owned(), programs.at(i).to_owned());
        days[i].map(|since| EligibleSince { member_id, program, since })
    };
    Ok((0..frame.len()).filter_map(row).collect())
}

//! `stranded_cases`: open cases to be closed or moved. Owns its columns; refuses to close one.

use crate::extracts::Case;
use crate::outreach::{Inputs, OutreachList, Suppressed};
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, date, text};

/// One open case without somebody to work for.
pub struct StrandedCasesRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The case.
    pub case: &'a Case,
    /// Why it is stranded.
    pub suppressed: &'a Suppressed,
}

/// Rows of `stranded_cases`.
pub enum StrandedCases {}

impl RowFamily for StrandedCases {
    type Row<'a> = StrandedCasesRow<'a>;
}

/// `stranded_cases`.
pub static TABLE: Table<StrandedCases> = Table {
    name: "stranded_cases",
    grain: "open case whose member died, left, lost the practice or is another id's double: to be closed or moved",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("care_manager_id", "who holds the case", |r| (&*r.case.manager).into()),
        date("since_date", "when the case was opened", |r| r.case.since.into()),
        text("reason", "DECEASED, DISENROLLED, NOT_ATTRIBUTED or DUPLICATE", |r| r.suppressed.code.as_str().into()),
        text("detail", "what that rests on; the id that stays, for a double", |r| r.suppressed.detail.as_str().into()),
    ],
};

/// The stranded cases of a night, in the order of `suppressed`.
pub fn stranded_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = StrandedCasesRow<'a>> {
    list.suppressed.iter().filter(|s| s.code.ends_attribution()).flat_map(move |suppressed| {
        inputs.extracts.rows::<Case>().of(suppressed.member).filter(|c| c.end.is_none()).map(move |case| {
            StrandedCasesRow { member_id: inputs.extracts.population.member(suppressed.member).id(), case, suppressed }
        })
    })
}

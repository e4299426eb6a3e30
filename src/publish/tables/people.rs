//! `people`: who a member is and how to reach them, for the pages of callers. Owns its columns; refuses a name, a number
//! or a place where members bear pseudonyms.

use crate::config::RunPlan;
use crate::domain::Day;
use crate::extracts::{EligibilityRow, Extracts, Provider};
use crate::publish::cell::{TextCell, filled};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, text};

/// One member.
pub struct PeopleRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Date of birth; none under pseudonyms.
    pub birth: Option<Day>,
    /// What eligibility says; `None` under pseudonyms.
    pub said: Option<&'a EligibilityRow>,
    /// Language, as ISO 639-1.
    pub language: &'a str,
    /// Interpreter required.
    pub interpreter: Option<bool>,
    /// May be contacted; none when nobody said.
    pub consent: Option<bool>,
    /// NPI of the primary-care provider.
    pub pcp_npi: &'a str,
    /// That provider, when the extract knows it.
    pub pcp: Option<&'a Provider>,
}

impl PeopleRow<'_> {
    fn name(&self) -> Option<String> {
        let said = self.said?;
        let parts = [said.first_name.as_deref(), said.last_name.as_deref()];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" ")).filter(|n| !n.is_empty())
    }

    fn private(&self, of: impl Fn(&EligibilityRow) -> Option<&str>) -> TextCell<'_> {
        self.said.and_then(of).into()
    }
}

/// Rows of `people`.
pub enum People {}

impl RowFamily for People {
    type Row<'a> = PeopleRow<'a>;
}

/// `people`.
pub static TABLE: Table<People> = Table {
    name: "people",
    grain: "member of eligibility: who it is and how to reach them",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("name", "first and last name; empty under pseudonyms", |r| r.name().into()),
        date("birth_date", "date of birth; empty under pseudonyms", |r| r.birth.into()),
        text("phone", "own number; empty under pseudonyms", |r| r.private(|e| e.phone.as_deref())),
        text("address", "street and place; empty under pseudonyms", |r| r.private(|e| e.address.as_deref())),
        text("guardian_name", "guardian; empty under pseudonyms", |r| r.private(|e| e.guardian_name.as_deref())),
        text("guardian_phone", "number of the guardian; empty under pseudonyms", |r| {
            r.private(|e| e.guardian_phone.as_deref())
        }),
        text("language", "ISO 639-1; empty when unknown", |r| filled(r.language)),
        flag("interpreter_required", "an interpreter is required; empty when not told", |r| r.interpreter.into()),
        flag("homebound", "cannot leave home; empty when not told", |r| r.said.and_then(|e| e.homebound).into()),
        flag("contact_consent", "may be contacted; empty when nobody said", |r| r.consent.into()),
        text("pcp_npi", "primary-care provider", |r| filled(r.pcp_npi)),
        text("pcp_name", "name of the provider; empty without a provider extract", |r| {
            r.pcp.and_then(|p| p.name.as_deref()).into()
        }),
        text("pcp_phone", "number of the provider; empty without a provider extract", |r| {
            r.pcp.and_then(|p| p.phone.as_deref()).into()
        }),
    ],
};

/// Everybody of eligibility, in member order.
pub fn people_rows<'a>(plan: &'a RunPlan, extracts: &'a Extracts) -> impl Iterator<Item = PeopleRow<'a>> {
    let open = plan.pseudonyms.is_none();
    extracts.population.members.iter().map(move |member| {
        let said = &member.facts;
        let pcp_npi = extracts.words.text(said.pcp);
        PeopleRow {
            member_id: member.id(),
            birth: Some(member.birth()).filter(|_| open),
            said: Some(said).filter(|_| open),
            language: extracts.words.text(said.language),
            interpreter: said.interpreter,
            consent: said.consent,
            pcp_npi,
            pcp: extracts.providers.find(pcp_npi),
        }
    })
}

//! The list of extracts. Owns the names that `lamplight schema inputs` prints and their order; refuses to read anything.

use super::appointment::Appointment;
use super::area_index::AreaValue;
use super::assessment::Assessment;
use super::authorization::Authorization;
use super::care_task::Task;
use super::caseload::Case;
use super::consent::Consent;
use super::facility::Facility;
use super::feed::{FeedRow, MemberRow};
use super::lab_result::Lab;
use super::manual_override::Override;
use super::outreach_log::Outreach;
use super::problem_list::Problem;
use super::provider::Provider;
use super::referral::Referral;
use super::sdoh_screening::Screening;
use super::survey::Survey;
use super::{
    admission, care_manager, eligibility, feature_table, medical_claim, member_crosswalk, ndc_ingredient,
    pharmacy_claim,
};
use crate::domain::Day;
use crate::extracts::batch::{Batch, Verdicts};
use crate::extracts::column::Pools;
use crate::extracts::context::Context;
use crate::extracts::contract::ExtractSpec;
use crate::extracts::error::ExtractError;
use crate::extracts::loader::Loader;
use crate::extracts::member_rows::{RowStore, load_member_rows, reach_of_rows};

/// One extract of the list.
pub struct Feed {
    /// Its contract.
    pub spec: &'static ExtractSpec,
    /// How its rows are read into the store, for an extract whose rows are about one member each and nothing more.
    pub(in crate::extracts) load: Option<LoadRows>,
    /// How far back its rows tell of anyone, whoever it is; of such an extract alone.
    pub(in crate::extracts) reach: Option<ReachBack>,
}

/// Notes the first own date among the rows of a batch that had arrived.
type ReachBack = fn(&Batch, &Pools, Day, &mut Verdicts);

/// Reads the rows of one extract into the store.
type LoadRows = fn(&mut Loader<'_>, &Context<'_>, &mut RowStore) -> Result<(), ExtractError>;

impl Feed {
    /// Rows about one member each.
    const fn of_members<T: MemberRow>() -> Self {
        Self { spec: T::SPEC, load: Some(load_member_rows::<T>), reach: Some(reach_of_rows::<T>) }
    }
    /// An extract that `load` reads in a way of its own.
    const fn of_its_own(spec: &'static ExtractSpec) -> Self {
        Self { spec, load: None, reach: None }
    }
}

/// Every extract, in the order of the documents. A new one is its file and one line here.
pub const FEEDS: &[Feed] = &[
    Feed::of_its_own(&eligibility::SPEC),
    Feed::of_its_own(&medical_claim::SPEC),
    Feed::of_its_own(&pharmacy_claim::SPEC),
    Feed::of_its_own(&admission::SPEC),
    Feed::of_members::<Screening>(),
    Feed::of_its_own(AreaValue::SPEC),
    Feed::of_its_own(&care_manager::SPEC),
    Feed::of_members::<Case>(),
    Feed::of_members::<Outreach>(),
    Feed::of_members::<Task>(),
    Feed::of_members::<Authorization>(),
    Feed::of_members::<Referral>(),
    Feed::of_members::<Lab>(),
    Feed::of_members::<Override>(),
    Feed::of_members::<Assessment>(),
    Feed::of_members::<Survey>(),
    Feed::of_its_own(&ndc_ingredient::SPEC),
    Feed::of_members::<Problem>(),
    Feed::of_its_own(&member_crosswalk::SPEC),
    Feed::of_members::<Appointment>(),
    Feed::of_its_own(Provider::SPEC),
    Feed::of_its_own(Facility::SPEC),
    Feed::of_members::<Consent>(),
    Feed::of_its_own(&feature_table::SPEC),
];

/// The contract of every extract, in the order of the documents.
pub const EXTRACTS: &[ExtractSpec] = &contracts::<{ FEEDS.len() }>();

const fn contracts<const N: usize>() -> [ExtractSpec; N] {
    let mut out = [*FEEDS[0].spec; N];
    let mut i = 0;
    while i < N {
        out[i] = *FEEDS[i].spec;
        i += 1;
    }
    out
}

/// The spec of an extract by name.
#[must_use]
pub fn extract(name: &str) -> Option<&'static ExtractSpec> {
    EXTRACTS.iter().find(|e| e.name == name)
}

/// Every extract's name.
#[must_use]
pub fn extract_names() -> Vec<&'static str> {
    EXTRACTS.iter().map(|e| e.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::contract::ColumnSpec;

    #[test]
    fn flat_columns_and_their_indexes_agree() {
        for e in EXTRACTS {
            let flat: Vec<String> = e.flat().map(|(n, _)| n).collect();
            for c in e.columns {
                let first = if c.repeat == 1 { c.name.to_owned() } else { format!("{}_1", c.name) };
                assert_eq!(flat[e.index_of(c.name)], first);
            }
        }
    }

    #[test]
    fn names_are_those_of_the_published_contract() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/design/CONTRACT.md");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: no ../shared");
            return;
        };
        let section = text.split("## 3. Extracts").nth(1).and_then(|t| t.split("## 4.").next()).expect("section 3");
        for e in EXTRACTS {
            let marker = format!("**{}**", e.name);
            let after = section.split(&marker).nth(1).unwrap_or_else(|| panic!("{} is not in the contract", e.name));
            // care_manager is described in section 6, so its names are looked up in the whole page.
            let scope =
                if e.name == "care_manager" { text.as_str() } else { after.split("\n- **").next().unwrap_or(after) };
            // Section 4, "States": of several rows of one item the one received last stands.
            let states = ["authorization", "referral", "care_task"].contains(&e.name);
            let elsewhere = |c: &&ColumnSpec| {
                (e.name == "care_manager" && c.name == "county_fips") || (states && c.name == "received_date")
            };
            for c in e.columns.iter().filter(|c| !elsewhere(c)) {
                assert!(scope.contains(c.name), "{}.{} is not in the contract", e.name, c.name);
                let starred = scope.contains(&format!("{}*", c.name));
                if e.name != "care_manager" && e.name != "area_index" {
                    assert_eq!(c.required, starred, "{}.{} required", e.name, c.name);
                }
            }
        }
    }
}

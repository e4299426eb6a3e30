//! The extract `problem_list`: diagnoses that a clinician keeps on a person's list. Owns its contract and row; refuses to
//! count one for payment.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, DiagnosisSystem, IcdCode, ProblemStatus};
use crate::extracts::contract::Kind::{Date, Icd};
use crate::extracts::contract::{col, member_id, req, word};

feed! {
    /// A problem on the list.
    Problem, "problem_list", one row a "problem",
    without it "chronic conditions are known from claims and admissions alone",
    sorted by [onset, code] {
        _ = member_id(),
        /// Normalised ICD-10-CM code.
        code: IcdCode = req("code", Icd),
        /// System it was coded in, brought to ICD-10-CM by a map where it is another.
        system: words DiagnosisSystem = word("code_type", DiagnosisSystem::WORDS) => DiagnosisSystem::Icd10Cm,
        /// Day it began.
        onset: Day = req("onset_date", Date),
        /// Day it was over, by the night.
        resolved: Option<Day> = col("resolved_date", Date),
        /// Whether it goes on; without a word it does until a resolved date.
        stated: words Option<ProblemStatus> = word("problem_status", ProblemStatus::WORDS),
        /// Day it arrived.
        received: Option<Day> = col("received_date", Date),
    }
}

impl Problem {
    /// Whether the problem goes on at the night.
    #[must_use]
    pub fn status(&self) -> ProblemStatus {
        let by_date = if self.resolved.is_some() { ProblemStatus::Resolved } else { ProblemStatus::Active };
        self.stated.unwrap_or(by_date)
    }
}

impl MemberRow for Problem {
    fn happened(&self) -> Option<Day> {
        Some(self.onset)
    }
    fn received(&self) -> Option<Day> {
        self.received
    }
    fn left_out(&self) -> Option<&'static str> {
        (!self.code.looks_like_icd10cm()).then_some("not_icd10cm")
    }
    fn forget_later(&mut self, as_of: Day) {
        if self.resolved.is_some_and(|d| d > as_of) {
            self.resolved = None;
            self.stated = self.stated.map(|_| ProblemStatus::Active);
        }
    }
}

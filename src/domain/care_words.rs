//! The closed words of the extracts about claims, contacts, tasks and decisions. Owns their spelling; refuses to know what
//! follows from them. Each list is alphabetical, because equal rows are told apart by it.

use super::vocabulary::word_list;

word_list! {
    /// What came of a contact attempt.
    ContactOutcome {
        /// The series of attempts is over, nobody was reached.
        AttemptsComplete = "attempts_complete",
        /// Nobody was reached, the series goes on.
        AttemptsIncomplete = "attempts_incomplete",
        /// The person was reached.
        Completed = "completed",
        /// The person was reached and joined the programme.
        Enrolled = "enrolled",
        /// The person was reached and declined.
        Refused = "refused",
        /// The number is not the person's.
        WrongNumber = "wrong_number",
    }
}
word_list! {
    /// By which way somebody was contacted.
    Channel {
        /// At home.
        Home = "home",
        /// By letter.
        Letter = "letter",
        /// In the office.
        Office = "office",
        /// By phone.
        Phone = "phone",
        /// Through the patient portal.
        Portal = "portal",
        /// By text message.
        Text = "text",
        /// By video.
        Video = "video",
    }
}
word_list! {
    /// What a care task is.
    TaskKind {
        /// Health risk or needs assessment.
        Assessment = "assessment",
        /// A goal of the care plan.
        Goal = "goal",
        /// Review of the care plan.
        PlanReview = "plan_review",
        /// Medication reconciliation.
        Reconciliation = "reconciliation",
        /// A visit by the care manager.
        Visit = "visit",
    }
}
word_list! {
    /// How a goal of the care plan stands.
    GoalStatus {
        /// Given up.
        Cancelled = "cancelled",
        /// Reached.
        Met = "met",
        /// Not reached by its time.
        NotMet = "not_met",
        /// Worked on.
        Open = "open",
    }
}
word_list! {
    /// What an authorization is for.
    AuthorizationService {
        /// Durable medical equipment.
        Dme = "dme",
        /// Home care.
        HomeCare = "home_care",
        /// An inpatient stay.
        Inpatient = "inpatient",
        /// Anything else.
        Other = "other",
        /// A visit to a specialist.
        SpecialtyReferral = "specialty_referral",
    }
}
word_list! {
    /// How an authorization request stands.
    AuthorizationStatus {
        /// Granted.
        Approved = "approved",
        /// Refused.
        Denied = "denied",
        /// Ran out.
        Expired = "expired",
        /// Not decided.
        Pending = "pending",
    }
}
word_list! {
    /// How a community referral stands.
    ReferralStatus {
        /// Taken on.
        Accepted = "accepted",
        /// Finished.
        Closed = "closed",
        /// Not taken on.
        Declined = "declined",
        /// Sent, no answer.
        Open = "open",
    }
}
word_list! {
    /// What a manual decision does.
    OverrideAction {
        /// Puts a person on the list.
        Add = "add",
        /// Takes a person off the list.
        Remove = "remove",
        /// Sets the risk tier.
        Tier = "tier",
    }
}
word_list! {
    /// Why a case ended.
    EndReason {
        /// The person did not want it any more.
        Declined = "declined",
        /// The plan was fulfilled.
        Graduated = "graduated",
        /// Anything else.
        Other = "other",
        /// To another manager or programme.
        Transferred = "transferred",
    }
}
word_list! {
    /// The answer to a screening question about a social need.
    Need {
        /// Not answered.
        Declined = "declined",
        /// No need.
        No = "no",
        /// Not known.
        Unknown = "unknown",
        /// A need.
        Yes = "yes",
    }
}
word_list! {
    /// Which areas an index is of.
    GeoLevel {
        /// County, by FIPS code.
        County = "county",
        /// Census tract.
        Tract = "tract",
        /// ZIP code area.
        Zip = "zip",
    }
}
word_list! {
    /// Whether a claim line was paid.
    ClaimStatus {
        /// Not paid: neither its money nor its diagnoses count.
        Denied = "denied",
        /// Paid.
        Paid = "paid",
    }
}
word_list! {
    /// Whether an ADT visit took place.
    VisitStatus {
        /// It does or did.
        Active = "active",
        /// It never was.
        Cancelled = "cancelled",
    }
}
word_list! {
    /// Whom an appointment is with.
    AppointmentKind {
        /// A mental-health or substance-use provider.
        Behavioral = "behavioral",
        /// Anyone else, and a missing word.
        Other = "other",
        /// The primary care provider.
        Pcp = "pcp",
        /// A specialist.
        Specialist = "specialist",
    }
}
word_list! {
    /// What became of an appointment.
    AppointmentStatus {
        /// It lies ahead, or nobody has said what became of it.
        Booked = "booked",
        /// Called off.
        Cancelled = "cancelled",
        /// It took place.
        Kept = "kept",
        /// The person did not come.
        NoShow = "no_show",
    }
}
word_list! {
    /// Whether a person agreed to a programme.
    ConsentStatus {
        /// Agreed.
        Given = "given",
        /// Did not agree.
        Refused = "refused",
        /// Agreed once and no longer does.
        Withdrawn = "withdrawn",
    }
}
word_list! {
    /// Whether a problem of the problem list goes on.
    ProblemStatus {
        /// It goes on.
        Active = "active",
        /// It is over.
        Resolved = "resolved",
    }
}
word_list! {
    /// Which coding system a problem is coded in.
    DiagnosisSystem {
        /// ICD-10-CM.
        Icd10Cm = "icd-10-cm",
        /// SNOMED CT, brought to ICD-10-CM by a map of the configuration.
        Snomed = "snomed",
    }
}

impl ContactOutcome {
    /// Somebody was spoken to and stayed: completed or enrolled.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Completed | Self::Enrolled)
    }
    /// An attempt that reached nobody.
    #[must_use]
    pub const fn is_attempt(self) -> bool {
        matches!(self, Self::AttemptsComplete | Self::AttemptsIncomplete)
    }
}

impl ReferralStatus {
    /// Sent or taken on, and not finished.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_alphabetical_and_read_back() {
        for words in [
            ContactOutcome::WORDS,
            Channel::WORDS,
            TaskKind::WORDS,
            GoalStatus::WORDS,
            AuthorizationService::WORDS,
            AuthorizationStatus::WORDS,
            ReferralStatus::WORDS,
            OverrideAction::WORDS,
            EndReason::WORDS,
            Need::WORDS,
            GeoLevel::WORDS,
            ClaimStatus::WORDS,
            VisitStatus::WORDS,
            AppointmentKind::WORDS,
            AppointmentStatus::WORDS,
            ConsentStatus::WORDS,
            ProblemStatus::WORDS,
            DiagnosisSystem::WORDS,
        ] {
            assert!(words.is_sorted(), "{words:?}");
        }
        assert_eq!(Channel::parse(" Portal "), Some(Channel::Portal));
        assert_eq!(Channel::parse("fax"), None);
        assert_eq!(TaskKind::PlanReview.to_string(), "plan_review");
    }
}

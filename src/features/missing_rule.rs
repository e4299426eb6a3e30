//! When a feature has no value. Owns the closed list of rules and their words; refuses to take a missing value for zero.

use crate::domain::vocabulary::word_list;

word_list! {
    /// When a feature is missing. The words are part of its hash.
    MissingRule {
        /// It always has a value.
        Never = "never missing",
        /// Nothing can be judged by ICD-10.
        Icd9Only = "the window holds ICD-9 codes only",
        /// The condition is not mentioned.
        NotMentioned = "not mentioned in the window",
        /// No admission of that kind.
        NoSuchStay = "no such stay in the window",
        /// None in two years.
        NoneInTwoYears = "none in 730 days",
        /// No stay that has ended.
        NoDischargedStay = "no discharged stay",
        /// Nothing was paid, so there is no share of it.
        NothingPaid = "nothing paid in 365 days",
        /// No laboratory result.
        NoResult = "no result in the window, or no laboratory extract",
        /// Eligibility begins later.
        NoEligibilityRow = "no eligibility row begun",
        /// Sex is not known.
        SexUnknown = "sex unknown",
        /// Eligibility has no such code.
        NoEntitlementCode = "no entitlement code",
        /// Eligibility does not say.
        NoFlag = "no flag",
        /// Not enrolled on the day.
        NotEnrolled = "not enrolled",
        /// The county is not known.
        CountyUnknown = "county unknown",
        /// The language is not known.
        LanguageUnknown = "language unknown",
        /// The snapshot scores no discharge.
        NoDischargeScored = "no discharge is scored, or the stay does not say",
        /// There is no pharmacy extract.
        NoPharmacyExtract = "no pharmacy extract",
        /// Nothing was filled.
        NoFill = "no fill in the window",
        /// Nothing filled says what and for how long.
        NoSupplyKnown = "no fill with ingredient and supply",
        /// No ingredient can be followed.
        NoIngredientFollowed = "no ingredient with two fills over 60 days",
        /// The class cannot be followed.
        ClassNotFollowed = "under two fills or 60 days",
        /// Too few refills for a share.
        UnderTwoRefills = "under two refills",
        /// Too few visits for a share.
        UnderFourVisits = "under four visits",
        /// No screening was answered.
        NoAnswer = "no answer of yes or no in the window",
        /// Nobody asked, or there is no answer.
        NotAsked = "not asked or coded in the window, unknown, or declined",
        /// The extract begins after the window does.
        ExtractTooShort = "the extract does not reach back so far",
        /// No score of the instrument.
        NotAssessed = "not assessed in the window",
        /// The organisation's own column holds nothing.
        NoOwnValue = "no row observed by the snapshot, or an empty cell",
    }
}

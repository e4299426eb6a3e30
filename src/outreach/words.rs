//! The closed words of the list. Owns their spelling; refuses to decide which one holds.

use crate::domain::vocabulary::word_list;

word_list! {
    /// What waiting costs: the first band that any live clock gives a person.
    Band {
        /// A transition whose next step is the contact.
        Contact = "contact",
        /// A visit after a discharge, or a follow-up, due within three business days and not booked.
        Visit = "visit",
        /// An urgent authorization due by the work day, of somebody just home or at high risk.
        Authorization = "authorization",
        /// Risk, and every clock with time left.
        Risk = "risk",
    }
}
word_list! {
    /// Which stream a person came by.
    Stream {
        /// A transition after a discharge.
        Transition = "transition",
        /// A follow-up after emergency or psychiatric care.
        FollowUp = "follow_up",
        /// An urgent authorization.
        Authorization = "authorization",
        /// Risk is high.
        HighRisk = "high_risk",
        /// Risk rose.
        Rising = "rising",
        /// Added by hand.
        Override = "override",
    }
}
word_list! {
    /// What a clock asks for.
    ClockStep {
        /// Speak with a person just home.
        Contact = "contact",
        /// See that the visit after a discharge takes place.
        Visit = "visit",
        /// Reconcile medicines.
        Reconcile = "reconcile",
        /// Reach somebody whom nobody has reached since the discharge.
        FollowUp = "follow_up",
        /// Visit after a psychiatric stay.
        MentalStay = "mental_stay",
        /// Visit after an ED visit for mental illness or self-harm.
        MentalEd = "mental_ed",
        /// Visit after an ED visit for substance use.
        SubstanceEd = "substance_ed",
        /// Contact after an ED visit of a chronically ill person.
        ChronicEd = "chronic_ed",
        /// Get an authorization decided.
        Authorization = "authorization",
        /// Ask whether and when a stay ended.
        DischargeUnseen = "discharge_unseen",
    }
}
word_list! {
    /// What the probability of a row is of.
    ProbabilityOf {
        /// An avoidable stay within 90 days.
        AvoidHosp90 = "avoid_hosp_90",
        /// A readmission in the days left of thirty.
        ReadmitResidual = "readmit30_residual",
        /// Death or readmission in the days left, by LACE.
        Lace = "lace",
        /// Twice the night's mean residual, for a discharge against advice.
        AgainstAdvice = "twice_mean_residual",
        /// The mean of the band: this person has no probability.
        BandMean = "band_mean",
    }
}
word_list! {
    /// How a person can be reached.
    ContactWay {
        /// The guardian of somebody under 18.
        Guardian = "guardian",
        /// The person's own phone.
        Phone = "phone",
        /// The guardian's phone, for somebody of age.
        GuardianPhone = "guardian_phone",
        /// At the door.
        HomeVisit = "home_visit",
        /// By letter.
        Letter = "letter",
        /// Through the practice.
        Practice = "practice",
        /// A way has to be found.
        FindContact = "find_contact",
    }
}
word_list! {
    /// What became of a member tonight; the first that holds.
    Decision {
        /// Left out by a code.
        Suppressed = "suppressed",
        /// On the list.
        Listed = "listed",
        /// An open case on the owner's sheet.
        OwnSheet = "own_sheet",
        /// Beyond tonight's staff.
        Overflow = "overflow",
        /// Cannot be scored, and nothing else speaks for a contact.
        NotScored = "not_scored",
        /// Risk below the list's bar.
        BelowBar = "below_bar",
    }
}

//! What a feature is counted in. Owns the closed list and its words; refuses to know a feature.

use crate::domain::vocabulary::word_list;

word_list! {
    /// The unit of a feature. The word is part of its hash.
    Unit {
        /// Yes is 1, no is 0.
        Flag = "0 or 1",
        /// Days.
        Days = "days",
        /// Completed years.
        Years = "years",
        /// Things counted.
        Count = "count",
        /// ED visits, in fractions of a visit.
        Visits = "visits",
        /// Points of an index or an instrument.
        Points = "points",
        /// A share, 0 to 1.
        Share = "0..1",
        /// A share that may pass 1.
        Ratio = "0 and up",
        /// A share of the supply before, early is negative.
        Delay = "-0.5..1",
        /// Stage of kidney disease, 0 none, 6 end-stage.
        KidneyStage = "0..6",
        /// Decile, 10 the poorest.
        Decile = "1..10",
        /// US dollars.
        Dollars = "US dollars",
        /// As the laboratory reports it.
        AsReported = "as reported",
        /// As the organisation's own column has it.
        AsInFeatureTable = "as in the feature table",
    }
}

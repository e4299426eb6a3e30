//! Cards of the models and indices that can score. Owns their text; refuses to score.

/// One card.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ModelCard {
    /// Id in scores.
    pub id: &'static str,
    /// Version.
    pub version: &'static str,
    /// One line.
    pub title: &'static str,
    /// The card in Markdown.
    pub markdown: &'static str,
}

/// Every card the binary carries.
#[must_use]
pub fn cards() -> Vec<ModelCard> {
    vec![
        ModelCard {
            id: "lace_2010",
            version: "2010",
            title: "LACE: death or unplanned readmission within 30 days of discharge",
            markdown: include_str!("../../models/lace/2010/card.md"),
        },
        ModelCard {
            id: "ahrq_pqi_v2024",
            version: "v2024",
            title: "AHRQ PQI area rates: expected potentially avoidable stays by age, sex and county poverty",
            markdown: include_str!("../../models/ahrq_pqi/v2024/card.md"),
        },
        ModelCard {
            id: "ahrq_pqe_v2024",
            version: "v2024",
            title: "AHRQ PQE area rates (beta): expected potentially avoidable ED visits",
            markdown: include_str!("../../models/ahrq_pqe/v2024/card.md"),
        },
    ]
}

//! Published runs read back: whether they may be believed, what they remember, why somebody is or is not on the list,
//! what other staff would change, what became of the calls. Owns these answers as types; refuses to render them for a
//! person.

mod arms;
mod brief_guidance;
mod brief_news;
mod brief_pages;
mod briefs;
mod call_sheets;
mod error;
mod explanation;
mod followup;
mod funnel;
mod kept_runs;
mod metric_history;
mod person_tables;
mod verification;
mod whatif;

pub use arms::{Arms, OUTCOMES, OutcomeCounts};
pub use brief_pages::{WhoseBrief, brief_of_run};
pub use briefs::{BriefSources, Cadence, gather_briefs};
pub use call_sheets::{CallSheets, SheetReader, gather_sheets, people_with_a_page};
pub use error::RunError;
pub use explanation::{
    DecisionLine, DetailTable, ListedStanding, MemberExplanation, ReasonLine, ScoreLine, Standing, explain_member,
};
pub use followup::{FollowupAnswer, follow_up};
pub use funnel::{Funnel, Funnels, SMALL_COUNT, is_tellable, shown_count};
pub use kept_runs::{KeptRuns, RunsFolder, read_kept_runs, run_manifests};
pub use metric_history::{RebuiltMetrics, rebuild_metrics, write_metrics};
pub use verification::{rebuild_report, verify_run};
pub use whatif::{Hire, StaffingAnswer, StaffingOutcome, WhatIfRequest, answer_whatif, read_staff};

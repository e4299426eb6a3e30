//! One member's history: final claims, stays, ED visits, fills. Owns how rows become events; refuses to
//! know measures, scores or other members.

mod account;
mod codes;
mod ed_visits;
mod fills;
mod final_claims;
mod history;
mod stays;

pub use account::{LineAccount, RowAccount};
pub use codes::Codes;
pub use ed_visits::EdVisit;
pub use final_claims::{Claim, FinalClaims, ServiceLine};
pub use history::{BuildContext, Timeline};
pub use stays::{CodeBasis, DIED, Stay, StayRow, StaySource};

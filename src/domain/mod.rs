//! The vocabulary every room shares: days, money, codes, probabilities, people's closed categories.
//! Owns checked constructors; refuses to know files, configuration or any rule that spans two rows.

mod calendar;
mod care_words;
mod categories;
mod code;
mod day;
mod folding;
mod hash;
mod icd_code;
mod ids;
mod intervals;
mod missing;
mod money;
mod nearest;
mod ordered_number;
mod phone;
mod pseudonym;
pub mod random;
pub mod record;
mod shape;
mod shares;
mod spreadsheet;
mod telling;
pub mod vocabulary;

pub use calendar::{add_business_days, business_days_between, is_business_day, is_federal_holiday};
pub use care_words::{
    AppointmentKind, AppointmentStatus, AuthorizationService, AuthorizationStatus, Channel, ClaimStatus, ConsentStatus,
    ContactOutcome, DiagnosisSystem, EndReason, GeoLevel, GoalStatus, Need, OverrideAction, ProblemStatus,
    ReferralStatus, TaskKind, VisitStatus,
};
pub use categories::{PayerType, Sex};
pub use code::{Short, fix_bill, fix_width, normalise_icd, pad_left};
pub use day::{Day, days_in_month};
pub use folding::{folded_address, folded_name};
pub use hash::{finish64, mix64, stable_hash, text_key, unit};
pub use icd_code::IcdCode;
pub use ids::{CodeId, InternedId, WordId};
pub use intervals::{exact_poisson, newcombe_difference, wilson};
pub use missing::{MissingWords, trim_cell};
pub use money::{Cents, cents_from_text};
pub use nearest::{nearest, nearest_hint};
pub use ordered_number::OrderedNumber;
pub use phone::phone_number;
pub use pseudonym::{MIN_KEY_BYTES, PseudonymKey, hex};
pub use record::{BrokenRecord, Record, RecordReader, put_text};
pub use shape::value_shape;
pub use shares::{Percentile, Probability};
pub use spreadsheet::{guard_text, unguard_text};
pub use telling::{SEE_RECORD, SMALL_CELL, capitalised};
pub use vocabulary::{ClosedWord, Continuity, Discipline, Disciplines, Focus, language_code, phone_key};

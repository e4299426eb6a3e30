//! What the draws of a synthetic population are for. Owns the tags of its streams: every draw is a pure function of (seed,
//! owner, stream, counter), so bytes never depend on threads, chunks or `as_of`. Refuses to draw.

pub use crate::domain::random::Stream64 as Rng;

/// What a stream of draws is for. One tag per process keeps processes independent: adding a draw to
/// one of them never moves another.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Stream {
    Block = 1,
    Person,
    Enrolment,
    Disease,
    Month,
    Stay,
    Claim,
    Detail,
    Visit,
    Emergency,
    Fill,
    Medication,
    Screening,
    Laboratory,
    Programme,
    Case,
    Authorization,
    Referral,
    Override,
    Feature,
    Manager,
    Instance,
    Mobility,
    Booking,
    Problem,
    Consent,
    Reversal,
    Status,
    Visitless,
}

impl From<Stream> for u64 {
    fn from(stream: Stream) -> Self {
        stream as Self
    }
}

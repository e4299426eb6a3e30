//! The one walk over members. Owns waves, order, the stop flag and progress; refuses to know what a pass makes of a
//! member.

use std::sync::atomic::{AtomicBool, Ordering};

use bumpalo::Bump;
use rayon::prelude::*;

use super::error::WalkError;
use super::history::{HistoryContext, MemberHistory};
use crate::extracts::ExtractError;

/// What a command makes of members. Whatever it is depends on the member alone: how members are grouped must not show.
pub trait MemberPass: Sync {
    /// What comes of one bucket; buckets are handed on in member order.
    type Out: Default + Send;
    /// Why it may fail.
    type Error: From<WalkError> + Send;

    /// How many members are looked at together. One is cheapest; more where work is shared, as scoring many rows at once.
    fn together(&self) -> usize {
        1
    }

    /// Whether a member is looked at at all; a bucket without such a member is not read.
    fn wants(&self, _member: u32) -> bool {
        true
    }

    /// Looks at some members, in member order.
    ///
    /// # Errors
    /// The pass's own.
    fn visit(&self, members: &[MemberHistory<'_>], out: &mut Self::Out) -> Result<(), Self::Error>;
}

/// How a walk is told to stop and tells how far it is.
pub struct Control<'a> {
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
    /// Told buckets done and buckets in all.
    pub step: &'a dyn Fn(u64, u64),
}

/// The walk.
pub struct PopulationWalk<'a> {
    /// What the histories share.
    pub context: &'a HistoryContext<'a>,
    /// Stop flag and progress.
    pub control: Control<'a>,
}

impl PopulationWalk<'_> {
    /// Takes every member that the pass wants past it, two buckets a thread at a time, and hands what came of each bucket
    /// to `take` in member order. Events of a bucket are gone afterwards.
    ///
    /// # Errors
    /// Those of the pass and of `take`; told to stop; spilled events that cannot be read.
    pub fn run<P: MemberPass>(
        &self,
        pass: &P,
        mut take: impl FnMut(P::Out) -> Result<(), P::Error>,
    ) -> Result<(), P::Error> {
        let (context, stop) = (self.context, self.control.stop);
        let buckets = &context.extracts.buckets;
        if context.extracts.population.members.is_empty() {
            return Ok(());
        }
        let wanted: Vec<usize> =
            (0..buckets.len()).filter(|b| buckets.members(*b).any(|member| pass.wants(member))).collect();
        let wave = rayon::current_num_threads() * 2;
        for (n, chunk) in wanted.chunks(wave).enumerate() {
            let done: Vec<P::Out> =
                chunk.par_iter().map(|b| visit_bucket(context, stop, *b, pass)).collect::<Result<_, P::Error>>()?;
            done.into_iter().try_for_each(&mut take)?;
            (self.control.step)(((n + 1) * wave).min(wanted.len()) as u64, wanted.len() as u64);
        }
        Ok(())
    }
}

fn visit_bucket<P: MemberPass>(
    context: &HistoryContext<'_>,
    stop: &AtomicBool,
    bucket: usize,
    pass: &P,
) -> Result<P::Out, P::Error> {
    if stop.load(Ordering::Relaxed) {
        return Err(WalkError::Interrupted.into());
    }
    let buckets = &context.extracts.buckets;
    let records = buckets.take(bucket).map_err(|e| WalkError::from(ExtractError::Spill(e)))?;
    let wanted: Vec<u32> = buckets.members(bucket).filter(|member| pass.wants(*member)).collect();
    let mut out = P::Out::default();
    let mut arena = Bump::new();
    for group in wanted.chunks(pass.together().max(1)) {
        let histories: Vec<MemberHistory<'_>> =
            group.iter().map(|member| MemberHistory::open(context, *member, &records, &arena)).collect();
        pass.visit(&histories, &mut out)?;
        drop(histories);
        arena.reset();
    }
    Ok(out)
}

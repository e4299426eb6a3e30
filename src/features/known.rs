//! What was known of one member on a day: the only door through which features see the past. Owns the cut by
//! arrival, of claims and of the small extracts; refuses to look at another member.

use super::instrument::Instrument;
use super::scan::{LONGEST, Scan};
use crate::config::{Clocks, Models};
use crate::domain::Day;
use crate::extracts::{Assessment, Extracts, Lab, Outreach, Own, Referral, Screening, Survey};
use crate::measures::{Inputs, Measured, Readmissions};
use crate::timeline::{Codes, Timeline};

/// First day each small extract tells of anyone; windows that begin before it are missing, not zero.
#[derive(Clone, Copy, Debug)]
pub struct Coverage {
    /// Screenings.
    pub screenings: Option<Day>,
    /// Contact attempts.
    pub outreach: Option<Day>,
    /// Referrals.
    pub referrals: Option<Day>,
    /// Assessments.
    pub assessments: Option<Day>,
    /// Surveys.
    pub surveys: Option<Day>,
    /// Laboratory results.
    pub labs: Option<Day>,
    /// A pharmacy extract is there.
    pub fills: bool,
}

impl Coverage {
    fn of(ex: &Extracts) -> Self {
        Self {
            screenings: ex.first_day::<Screening>(),
            outreach: ex.first_day::<Outreach>(),
            referrals: ex.first_day::<Referral>(),
            assessments: ex.first_day::<Assessment>(),
            surveys: ex.first_day::<Survey>(),
            labs: ex.first_day::<Lab>(),
            fills: ex.reports.contains_key("pharmacy_claim"),
        }
    }

    /// A window of `days` before `day` lies within what the extract tells.
    #[must_use]
    pub fn reaches(first: Option<Day>, day: Day, days: i32) -> bool {
        first.is_some_and(|f| f <= day.plus(1 - days))
    }
}

/// Days after a discharge on which it is looked for among what is known.
pub const DISCHARGE_SNAPSHOT_DAYS: [i32; 4] = [0, 7, 14, 21];

/// Rows of the small extracts that had arrived, oldest first.
pub struct SmallRows<'a> {
    /// Screenings.
    pub screenings: Vec<&'a Screening>,
    /// Contact attempts.
    pub outreach: Vec<&'a Outreach>,
    /// Referrals; closed ones count as open until they were closed.
    pub referrals: Vec<&'a Referral>,
    /// Assessments.
    pub assessments: Vec<&'a Assessment>,
    /// Surveys.
    pub surveys: Vec<&'a Survey>,
    /// Laboratory results.
    pub labs: Vec<&'a Lab>,
}

/// Everything that every view shares.
pub struct Knowledge<'a> {
    /// Rows of everyone.
    pub extracts: &'a Extracts,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// Limits of clocks, for the measures.
    pub clocks: &'a Clocks,
    /// Lag and own columns.
    pub models: &'a Models,
    coverage: Coverage,
}

/// One member as known on a day.
pub struct View<'a> {
    /// The day.
    pub day: Day,
    /// Index in the population.
    pub member: u32,
    /// History as known then, and its measures.
    pub measured: &'a Measured<'a>,
    /// Claim lines sorted by what they are.
    pub scan: Scan,
    /// Small extracts as known then.
    pub small: SmallRows<'a>,
    /// Own columns, NaN for missing.
    pub own: Vec<f32>,
    /// What the small extracts reach back to.
    pub coverage: Coverage,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// The discharge being scored, as a place among the stays.
    pub index: Option<usize>,
}

impl<'a> Knowledge<'a> {
    /// Prepares what does not depend on a member.
    #[must_use]
    pub fn new(extracts: &'a Extracts, codes: &'a Codes<'a>, clocks: &'a Clocks, models: &'a Models) -> Self {
        Self { extracts, codes, clocks, models, coverage: Coverage::of(extracts) }
    }

    /// What a measure may look at beside the timeline of a member on `day`: the small extracts as they had arrived.
    #[must_use]
    pub fn inputs_at(&self, member: u32, day: Day) -> Inputs<'a> {
        let small = self.small(member, day);
        Inputs {
            screenings: small.screenings,
            labs: small.labs,
            claims_lag_days: self.models.claims_lag_days,
            ..Inputs::bare(self.codes, self.clocks)
        }
    }

    /// The member as known on `day`; `measured` is the timeline as it was known then.
    #[must_use]
    pub fn view<'v>(&self, member: u32, day: Day, measured: &'v Measured<'v>) -> View<'v>
    where
        'a: 'v,
    {
        View {
            day,
            member,
            measured,
            scan: Scan::of(&measured.timeline, self.codes),
            small: self.small(member, day),
            own: self.own(member, day),
            coverage: self.coverage,
            codes: self.codes,
            index: None,
        }
    }

    fn small(&self, member: u32, day: Day) -> SmallRows<'a> {
        let ex = self.extracts;
        SmallRows {
            screenings: ex
                .rows::<Screening>()
                .of(member)
                .filter(|s| s.day <= day && s.received.is_none_or(|r| r <= day))
                .collect(),
            outreach: ex.rows::<Outreach>().of(member).filter(|o| o.day <= day).collect(),
            referrals: ex.rows::<Referral>().of(member).filter(|r| r.created <= day).collect(),
            assessments: ex.rows::<Assessment>().of(member).filter(|s| s.day <= day).collect(),
            surveys: ex.rows::<Survey>().of(member).filter(|s| s.day <= day).collect(),
            labs: ex.rows::<Lab>().of(member).filter(|l| l.day <= day).collect(),
        }
    }

    /// Newest non-empty cell of each own column observed by the day.
    fn own(&self, member: u32, day: Day) -> Vec<f32> {
        let mut out = vec![f32::NAN; self.models.feature_columns.len()];
        // Rows are in order of their day, so a later one stands.
        for row in self.extracts.rows::<Own>().of(member).filter(|r| r.observed <= day) {
            for (slot, value) in out.iter_mut().zip(&row.values) {
                if let Some(v) = value {
                    #[expect(clippy::cast_possible_truncation, reason = "features keep seven digits")]
                    let small = v.0 as f32;
                    *slot = if small.is_finite() { small } else { f32::NAN };
                }
            }
        }
        out
    }
}

impl<'a> View<'a> {
    /// The history as known on the day.
    #[must_use]
    pub fn timeline(&self) -> &'a Timeline<'a> {
        &self.measured.timeline
    }

    /// Days since `day`, none when that lies further back than any feature looks (two years): without the limit the
    /// value would tell how long the extracts reach back.
    #[must_use]
    pub fn since(&self, day: Day) -> Option<f64> {
        self.within(day, LONGEST).then(|| f64::from(self.day.since(day)))
    }

    /// The newest row of an instrument within the last `days` days, in either extract; `None` when there is none, or it
    /// has no score.
    #[must_use]
    pub fn newest_score(&self, instrument: Instrument, days: i32) -> Option<(Day, f64)> {
        let assessed = self.small.assessments.iter().map(|r| (&*r.instrument, r.day, r.score));
        let rows = assessed.chain(self.small.surveys.iter().map(|r| (&*r.instrument, r.day, r.score)));
        let known = rows.filter(|(name, day, _)| *name == instrument.as_str() && self.day.since(*day) < days);
        let (_, day, score) = known.max_by_key(|(_, day, _)| *day)?;
        score.map(|s| (day, s.0))
    }

    /// A day lies within the last `days` days, the view's own included.
    #[must_use]
    pub fn within(&self, day: Day, days: i32) -> bool {
        day <= self.day && self.day.since(day) < days
    }
}

/// The place of an index discharge of `day` that is already known as one.
#[must_use]
pub fn index_discharged_on(m: &Measured<'_>, day: Day) -> Option<usize> {
    let stays = m.timeline.stays.iter().zip(&m.get::<Readmissions>().0);
    stays.enumerate().find(|(_, (s, judged))| s.discharge == Some(day) && judged.is_index()).map(|(i, _)| i)
}

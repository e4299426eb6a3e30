//! The small extracts as typed rows grouped by member. Owns their row shapes; refuses to decide
//! anything from them.

/// Rows of one kind, sorted by member and then by their own order.
#[derive(Clone, Debug)]
pub struct ByMember<T> {
    rows: Vec<(u32, T)>,
    /// Where the rows of every [`BLOCK`]th member begin, so that a look-up searches a few rows.
    blocks: Vec<u32>,
}

/// Members between two marks.
const BLOCK: u32 = 64;

impl<T> Default for ByMember<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), blocks: Vec::new() }
    }
}

impl<T: Ord> ByMember<T> {
    /// Groups rows given in any order; exact duplicates count once.
    #[must_use]
    pub fn group(mut rows: Vec<(u32, T)>) -> Self {
        rows.sort();
        rows.dedup();
        let mut blocks = Vec::new();
        for (at, (member, _)) in (0_u32..).zip(&rows) {
            while blocks.len() as u64 * u64::from(BLOCK) <= u64::from(*member) {
                blocks.push(at);
            }
        }
        Self { rows, blocks }
    }
}

impl<T> ByMember<T> {
    /// The rows of one member.
    pub fn of(&self, member: u32) -> impl DoubleEndedIterator<Item = &T> {
        let block = (member / BLOCK) as usize;
        let mark = |b: usize| self.blocks.get(b).map_or(self.rows.len(), |at| *at as usize);
        let near = &self.rows[mark(block)..mark(block + 1)];
        let start = near.partition_point(|r| r.0 < member);
        let end = start + near[start..].partition_point(|r| r.0 == member);
        near[start..end].iter().map(|r| &r.1)
    }
    /// All rows with their member.
    pub fn all(&self) -> impl Iterator<Item = (u32, &T)> {
        self.rows.iter().map(|(m, t)| (*m, t))
    }
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

macro_rules! rows {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "fields carry the contract's column names")]
        pub struct $name { $(pub $field: $type),+ }
    };
}

rows! {
    /// A screening answer; `received` is [`super::NO_DAY`] when no column says.
    Screening { day: i32, domain: Box<str>, need: Box<str>, instrument: Box<str>, received: i32 }
}
rows! {
    /// A contact attempt.
    Outreach { day: i32, outcome: Box<str>, channel: Box<str>, manager: Box<str>, program: Box<str>, opt_out: Option<bool>, cooldown_until: Option<i32> }
}
rows! {
    /// A care task.
    Task { due: i32, kind: Box<str>, id: Box<str>, done: Option<i32> }
}
rows! {
    /// An authorization request.
    Authorization { request: i32, id: Box<str>, service: Box<str>, status: Box<str>, urgent: bool, decided: Option<i32>, approved_units: Option<i64>, used_units: Option<i64>, expires: Option<i32> }
}
rows! {
    /// A community referral.
    Referral { created: i32, id: Box<str>, domain: Box<str>, status: Box<str>, closed: Option<i32> }
}
rows! {
    /// A manual decision.
    Override { expires: i32, action: Box<str>, value: Box<str>, reason: Box<str>, author: Box<str> }
}
rows! {
    /// A case held by a manager.
    Case { since: Option<i32>, manager: Box<str>, pinned: bool, acuity_points: Option<i64>, end: Option<i32>, end_reason: Box<str> }
}
rows! {
    /// A laboratory result; the value as ordered bits.
    Lab { day: i32, loinc: Box<str>, unit: Box<str>, value: OrderedNumber }
}
rows! {
    /// An assessment or a survey answer.
    Scored { day: i32, instrument: Box<str>, score: Option<OrderedNumber> }
}

rows! {
    /// Values of an organisation's own columns, in the order of `[models] feature_columns`.
    Own { observed: i32, values: Vec<Option<OrderedNumber>> }
}

/// A finite number with a total order, so that rows sort the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderedNumber(pub f64);

impl Eq for OrderedNumber {}
impl PartialOrd for OrderedNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for OrderedNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A care manager as the roster names them; defaults are filled by the caseload builder.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct Manager {
    pub id: Box<str>,
    pub name: Option<Box<str>>,
    pub discipline: Box<str>,
    pub languages: Box<str>,
    pub licensed_states: Box<str>,
    pub focus: Box<str>,
    pub status: Box<str>,
    pub fte: Option<f64>,
    pub max_cases: Option<i64>,
    pub max_points: Option<i64>,
    pub base_cases: i64,
    pub base_points: i64,
    pub home_visits: bool,
    pub max_travel_km: Option<f64>,
    pub state: Box<str>,
    pub zip3: Box<str>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub county: Box<str>,
    pub new_contacts_per_day: Option<f64>,
    pub hours_per_week: Option<f64>,
    pub new_cases_per_week: Option<i64>,
    pub back_on: Option<i32>,
    pub cover_for: Option<Box<str>>,
    /// Row in the file, for messages about this small human-made table.
    pub row: u64,
}

/// One value of an area index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct AreaValue {
    pub level: Box<str>,
    pub code: Box<str>,
    pub name: Box<str>,
    pub value: OrderedNumber,
}

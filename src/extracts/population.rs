//! The members: one record each from their enrolment spans. Owns which row's facts win and how spans
//! merge; refuses to know what a member did.

use rustc_hash::{FxHashMap, FxHashSet};

use super::batch::Verdicts;
use super::cells::Cells;
use super::column::{NO_DAY, Pools};
use super::ledger::Tally;
use super::reason::Reason;
use crate::domain::{Day, PayerType, PseudonymKey, Sex, Short, WordId, language_code, phone_key};

/// One row of the eligibility extract.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct EligibilityRow {
    pub member_id: Box<str>,
    pub start: i32,
    pub end: i32,
    /// Hash of the row's texts: orders rows of one span, since interned numbers may not.
    pub tiebreak: u64,
    pub birth: i32,
    pub sex: u8,
    pub death: Option<i32>,
    pub payer: WordId,
    pub plan: WordId,
    /// A [`PayerType`], or [`NO_PAYER`].
    pub payer_type: u8,
    pub dual: Short,
    pub orec: Short,
    pub medicare_status: Short,
    pub institutional: Option<bool>,
    pub hospice: Option<bool>,
    pub race: WordId,
    pub ethnicity: WordId,
    pub language: WordId,
    pub state: WordId,
    pub county: Short,
    pub zip: WordId,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub phone: Option<Box<str>>,
    pub first_name: Option<Box<str>>,
    pub last_name: Option<Box<str>>,
    pub address: Option<Box<str>>,
    pub guardian_name: Option<Box<str>>,
    pub guardian_phone: Option<Box<str>>,
    pub interpreter: Option<bool>,
    pub homebound: Option<bool>,
    pub pcp: WordId,
    pub practice: WordId,
    pub consent: Option<bool>,
}

/// Neither a payer type nor a Medicare status says who pays.
pub const NO_PAYER: u8 = 4;

/// One enrolment span as enrolled days, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Span {
    /// First day.
    pub start: i32,
    /// Last day.
    pub end: i32,
}

/// What one eligibility row says of the time it covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SpanFacts {
    /// First day.
    pub start: i32,
    /// Last day.
    pub end: i32,
    /// As [`EligibilityRow::payer_type`].
    pub payer_type: u8,
    /// Dual status code.
    pub dual: Short,
    /// Original reason for entitlement.
    pub orec: Short,
    /// Medicare status code.
    pub medicare_status: Short,
    /// Lives in a long-term institution.
    pub institutional: Option<bool>,
}

impl SpanFacts {
    /// Medicare pays.
    #[must_use]
    pub fn is_medicare(&self) -> bool {
        self.payer_type == PayerType::Medicare as u8
    }
}

/// Payer types by their number in a row.
const PAYER_TYPES: [PayerType; 4] = [PayerType::Medicare, PayerType::Medicaid, PayerType::Commercial, PayerType::Other];

/// One member. `facts` is the row of the latest span begun by the night's date, gaps filled from earlier rows.
#[derive(Clone, Debug)]
pub struct Member {
    /// Facts that hold once.
    pub facts: EligibilityRow,
    /// Merged spans, in order.
    pub spans: Vec<Span>,
    /// The rows behind them, by first day: what held on an earlier day.
    pub rows: Vec<SpanFacts>,
    /// First day of the span that brought the present phone number, when an earlier span had another.
    pub phone_since: Option<Day>,
}

impl Member {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.facts.member_id
    }
    /// Date of birth.
    #[must_use]
    pub fn birth(&self) -> Day {
        Day(self.facts.birth)
    }
    /// Date of death.
    #[must_use]
    pub fn death(&self) -> Option<Day> {
        self.facts.death.map(Day)
    }
    /// Administrative sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        [Sex::Female, Sex::Male, Sex::Unknown][usize::from(self.facts.sex.min(2))]
    }
    /// Who pays.
    #[must_use]
    pub fn payer_type(&self) -> PayerType {
        PAYER_TYPES[usize::from(self.facts.payer_type.min(3))]
    }
    /// Payer of the span begun by a day; of the latest one before any.
    #[must_use]
    pub fn payer_on(&self, day: Day) -> PayerType {
        let stated = self.row_on(day).filter(|r| r.payer_type != NO_PAYER);
        stated.map_or_else(|| self.payer_type(), |r| PAYER_TYPES[usize::from(r.payer_type.min(3))])
    }
    /// Some row says who pays.
    #[must_use]
    pub fn payer_is_stated(&self) -> bool {
        self.facts.payer_type != NO_PAYER
    }
    /// The Medicare row that covers a day, beside whatever other cover; where none covers it, the latest row if that is
    /// Medicare.
    #[must_use]
    pub fn medicare_row(&self, day: Day) -> Option<&SpanFacts> {
        let covers = |r: &&SpanFacts| r.start <= day.0 && day.0 <= r.end;
        let covering = self.rows.iter().rev().filter(covers);
        covering.clone().find(|r| r.is_medicare()).or_else(|| {
            let latest = self.row_on(day).or(self.rows.last());
            latest.filter(|r| covering.clone().next().is_none() && r.is_medicare())
        })
    }
    /// Days of Medicare within [from, to]; days that two spans cover count once.
    #[must_use]
    pub fn medicare_days(&self, from: Day, to: Day) -> i32 {
        let mut next = from.0;
        let mut days = 0;
        // Rows are in order of their first day.
        for row in self.rows.iter().filter(|r| r.is_medicare()) {
            let (start, end) = (row.start.max(next), row.end.min(to.0));
            if start <= end {
                days += end - start + 1;
                next = end + 1;
            }
        }
        days
    }
    /// The newest row begun by a day; `None` before the first.
    #[must_use]
    pub fn row_on(&self, day: Day) -> Option<&SpanFacts> {
        self.rows.iter().rev().find(|r| r.start <= day.0)
    }
    /// Enrolled on a day.
    #[must_use]
    pub fn enrolled_on(&self, day: Day) -> bool {
        self.spans.iter().any(|s| s.start <= day.0 && day.0 <= s.end)
    }
    /// Enrolled on every day from `from` to `to`; spans are merged, so one must cover both.
    #[must_use]
    pub fn enrolled_throughout(&self, from: Day, to: Day) -> bool {
        self.spans.iter().any(|s| s.start <= from.0 && to.0 <= s.end)
    }
    /// Enrolled days within [from, to].
    #[must_use]
    pub fn enrolled_days(&self, from: Day, to: Day) -> i32 {
        self.spans.iter().map(|s| (s.end.min(to.0) - s.start.max(from.0) + 1).max(0)).sum()
    }
}

/// All members, sorted by id.
#[derive(Default)]
pub struct Population {
    /// Members in id order; an index into this is a member everywhere else.
    pub members: Vec<Member>,
    by_id: FxHashMap<Box<str>, u32>,
    /// Ids with leading zeros, without them.
    stripped: FxHashSet<Box<str>>,
}

/// Ids that differ only in case or inner spaces.
pub struct CollidingIds(pub usize);

impl Population {
    /// Builds members from rows in any order. Demographic conflicts and late activity are noted in `tally`.
    ///
    /// # Errors
    /// `CollidingIds` when ids differ only in case or spaces.
    pub fn build(
        mut rows: Vec<EligibilityRow>,
        as_of: Day,
        names: Option<&PseudonymKey>,
        tally: &mut Tally,
    ) -> Result<Self, CollidingIds> {
        // A total order over content, so that which of two equal spans is "latest" never depends on the file.
        rows.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let before = rows.len();
        rows.dedup();
        tally.drop_used("exact_duplicate", (before - rows.len()) as u64);
        let mut out = Self::default();
        let mut folded: FxHashMap<String, u32> = FxHashMap::default();
        let mut collisions = 0;
        for group in rows.chunk_by(|a, b| a.member_id == b.member_id) {
            let id = &group[0].member_id;
            let index = u32::try_from(out.members.len()).unwrap_or(u32::MAX);
            let key: String = id.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
            collisions += usize::from(folded.insert(key, index).is_some());
            if id.starts_with('0') {
                out.stripped.insert(id.trim_start_matches('0').into());
            }
            out.by_id.insert(id.clone(), index);
            out.members.push(unite(group, as_of, tally));
        }
        if let Some(key) = names {
            out.rename(key);
        }
        if collisions > 0 { Err(CollidingIds(collisions)) } else { Ok(out) }
    }

    /// Members under their pseudonyms and in their order; rows still find them by the ids they came with.
    fn rename(&mut self, key: &PseudonymKey) {
        let mut named: Vec<(Box<str>, Member)> = std::mem::take(&mut self.members)
            .into_iter()
            .map(|mut m| {
                let pseudonym = key.pseudonym(&m.facts.member_id).into();
                (std::mem::replace(&mut m.facts.member_id, pseudonym), m)
            })
            .collect();
        named.sort_by(|a, b| a.1.facts.member_id.cmp(&b.1.facts.member_id));
        for (index, (original, member)) in (0_u32..).zip(named) {
            self.by_id.insert(original, index);
            self.members.push(member);
        }
    }

    /// The member of an id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// Whether an unknown id would be known with leading zeros.
    #[must_use]
    pub fn lost_zeros(&self, id: &str) -> bool {
        self.stripped.contains(id)
    }

    /// From here on no unknown id is known with leading zeros.
    pub(super) fn forget_lost_zeros(&mut self) {
        self.stripped.clear();
    }

    /// A member by index.
    #[must_use]
    pub fn member(&self, index: u32) -> &Member {
        &self.members[index as usize]
    }
}

fn unite(rows: &[EligibilityRow], as_of: Day, tally: &mut Tally) -> Member {
    // The row that covers the night, else the latest begun, else the last: rows are in order of their first day.
    let begun = rows
        .iter()
        .rposition(|r| r.start <= as_of.0 && r.end >= as_of.0)
        .or_else(|| rows.iter().rposition(|r| r.start <= as_of.0))
        .unwrap_or(rows.len() - 1);
    let mut facts = rows[begun].clone();
    for row in rows[..begun].iter().rev().chain(&rows[begun + 1..]) {
        fill_gaps(&mut facts, row);
    }
    if rows.iter().any(|r| r.birth != facts.birth || r.sex != facts.sex) {
        *tally.notes.entry(Reason::ConflictingDemographics).or_default() += 1;
    }
    let mut spans: Vec<Span> = rows.iter().map(|r| Span { start: r.start, end: r.end }).collect();
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end.saturating_add(1) => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    if facts
        .death
        .is_some_and(|d| d <= as_of.0 && merged.iter().any(|s| s.end > d.saturating_add(30) && s.start <= as_of.0))
    {
        *tally.notes.entry(Reason::DeceasedActive).or_default() += 1;
    }
    let facts_of = |r: &EligibilityRow| SpanFacts {
        start: r.start,
        end: r.end,
        payer_type: r.payer_type,
        dual: r.dual,
        orec: r.orec,
        medicare_status: r.medicare_status,
        institutional: r.institutional,
    };
    let phone_since = phone_since(&rows[..=begun]);
    Member { facts, spans: merged, rows: rows.iter().map(facts_of).collect(), phone_since }
}

/// Rows in order of their first day: where the last known number began, when there was another before it.
fn phone_since(rows: &[EligibilityRow]) -> Option<Day> {
    let mut numbers = rows.iter().rev().filter_map(|r| Some((phone_key(r.phone.as_deref()?), r.start)));
    let (now, mut since) = numbers.next()?;
    for (number, start) in numbers {
        if number != now {
            return Some(Day(since));
        }
        since = start;
    }
    None
}

fn fill_gaps(facts: &mut EligibilityRow, other: &EligibilityRow) {
    macro_rules! option { ($($f:ident),+) => { $(if facts.$f.is_none() { facts.$f.clone_from(&other.$f); })+ } }
    macro_rules! word { ($($f:ident),+) => { $(if facts.$f.is_none() { facts.$f = other.$f; })+ } }
    macro_rules! short { ($($f:ident),+) => { $(if facts.$f.is_none() { facts.$f = other.$f; })+ } }
    option!(
        death,
        latitude,
        longitude,
        phone,
        first_name,
        last_name,
        address,
        guardian_name,
        guardian_phone,
        interpreter,
        homebound,
        consent
    );
    word!(payer, plan, race, ethnicity, language, state, zip, pcp, practice);
    // Dual status, entitlement and Medicare status belong to their span: a blank there means none, not "as before".
    short!(county);
}

/// Reads one row of a judged batch; the checks that need two columns are here.
pub(super) fn row(
    columns: &Cells<'_>,
    pools: &Pools,
    row: usize,
    as_of: Day,
    max_age: i32,
    verdicts: &mut Verdicts,
) -> Option<EligibilityRow> {
    let c = |name: &str| columns.column(name);
    let index = |name: &str| columns.index(name);
    let (birth, start, end) =
        (c("birth_date").day(row), c("enrollment_start_date").day(row), c("enrollment_end_date").day(row));
    let mut death = Some(c("death_date").day(row)).filter(|d| *d != NO_DAY);
    if death.is_some_and(|d| d < birth) {
        verdicts.note_at(index("death_date"), Reason::DeathBeforeBirth);
        death = None;
    }
    if birth > as_of.0 {
        verdicts.quarantine(row, index("birth_date"), Reason::BirthInFuture, "");
        return None;
    }
    let last_alive = death.map_or(as_of, |d| Day(d.min(as_of.0)));
    if Day(birth).age_on(last_alive) > max_age {
        verdicts.quarantine(row, index("birth_date"), Reason::ImpossibleAge, "");
        return None;
    }
    if end < start {
        verdicts.quarantine(row, index("enrollment_end_date"), Reason::ReversedSpan, "");
        return None;
    }
    let text = |name: &str| c(name).text(row).map(Box::from);
    let number = |name: &str| Some(c(name).number(row)).filter(|v| v.is_finite());
    let word_text = |name: &str| pools.word.text_of(c(name).word(row));
    let written = word_text("zip_code");
    let zip = zip5(&written);
    if zip != written {
        verdicts.note_at(index("zip_code"), if zip.is_empty() { Reason::BadZip } else { Reason::ZipSpelling });
    }
    let gender = word_text("gender");
    if Sex::parse(&gender) == Sex::Unknown && !Sex::says_unknown(&gender) {
        verdicts.note_at(index("gender"), Reason::UnknownValue);
    }
    let payer_type = match word_text("payer_type").as_str() {
        "" if !c("medicare_status_code").short(row).is_none() => PayerType::Medicare as u8,
        "" => {
            verdicts.note_at(index("payer_type"), Reason::PayerUnknown);
            NO_PAYER
        }
        stated => PayerType::parse(stated) as u8,
    };
    Some(EligibilityRow {
        member_id: c("member_id").text(row)?.into(),
        start,
        end,
        tiebreak: columns.content_hash(pools, row),
        birth,
        sex: Sex::parse(&gender) as u8,
        // A death after the night's date is not known yet.
        death: death.filter(|d| *d <= as_of.0),
        payer: c("payer").word(row),
        plan: c("plan").word(row),
        payer_type,
        dual: c("dual_status_code").short(row),
        orec: c("original_reason_entitlement_code").short(row),
        medicare_status: c("medicare_status_code").short(row),
        institutional: c("long_term_institutional_flag").flag(row),
        hospice: c("hospice_flag").flag(row),
        race: c("race").word(row),
        ethnicity: c("ethnicity").word(row),
        language: language(&word_text("language"), pools, verdicts),
        state: pools.word.intern_nonempty(&usps(&word_text("state"))),
        county: c("county_fips").short(row),
        zip: pools.word.intern_nonempty(&zip),
        latitude: number("latitude"),
        longitude: number("longitude"),
        phone: text("phone"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        address: text("address"),
        guardian_name: text("guardian_name"),
        guardian_phone: text("guardian_phone"),
        interpreter: c("interpreter_required").flag(row),
        homebound: c("homebound_flag").flag(row),
        pcp: c("pcp_npi").word(row),
        practice: c("practice_id").word(row),
        consent: c("contact_consent").flag(row),
    })
}

/// Five digits of a ZIP, ZIP+4 or one that lost its leading zeros; empty when it is none.
fn zip5(text: &str) -> String {
    let head = text.split('-').next().unwrap_or("").trim();
    let digits = if head.len() == 9 { &head[..5] } else { head };
    if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return String::new();
    }
    format!("{digits:0>5}")
}

/// The number of a language as its ISO 639-1 code; what is no known language stays as it is and is noted.
fn language(text: &str, pools: &Pools, verdicts: &mut Verdicts) -> WordId {
    match language_code(text) {
        Some(code) => pools.word.intern(code),
        None => {
            if !text.is_empty() {
                verdicts.note(Reason::UnknownValue);
            }
            pools.word.intern_nonempty(text)
        }
    }
}

/// USPS code of a state's code or name; unknown names are kept as they came.
pub(super) fn usps(text: &str) -> String {
    const STATES: &[(&str, &str)] = &[
        ("ALABAMA", "AL"),
        ("ALASKA", "AK"),
        ("ARIZONA", "AZ"),
        ("ARKANSAS", "AR"),
        ("CALIFORNIA", "CA"),
        ("COLORADO", "CO"),
        ("CONNECTICUT", "CT"),
        ("DELAWARE", "DE"),
        ("DISTRICT OF COLUMBIA", "DC"),
        ("FLORIDA", "FL"),
        ("GEORGIA", "GA"),
        ("HAWAII", "HI"),
        ("IDAHO", "ID"),
        ("ILLINOIS", "IL"),
        ("INDIANA", "IN"),
        ("IOWA", "IA"),
        ("KANSAS", "KS"),
        ("KENTUCKY", "KY"),
        ("LOUISIANA", "LA"),
        ("MAINE", "ME"),
        ("MARYLAND", "MD"),
        ("MASSACHUSETTS", "MA"),
        ("MICHIGAN", "MI"),
        ("MINNESOTA", "MN"),
        ("MISSISSIPPI", "MS"),
        ("MISSOURI", "MO"),
        ("MONTANA", "MT"),
        ("NEBRASKA", "NE"),
        ("NEVADA", "NV"),
        ("NEW HAMPSHIRE", "NH"),
        ("NEW JERSEY", "NJ"),
        ("NEW MEXICO", "NM"),
        ("NEW YORK", "NY"),
        ("NORTH CAROLINA", "NC"),
        ("NORTH DAKOTA", "ND"),
        ("OHIO", "OH"),
        ("OKLAHOMA", "OK"),
        ("OREGON", "OR"),
        ("PENNSYLVANIA", "PA"),
        ("PUERTO RICO", "PR"),
        ("RHODE ISLAND", "RI"),
        ("SOUTH CAROLINA", "SC"),
        ("SOUTH DAKOTA", "SD"),
        ("TENNESSEE", "TN"),
        ("TEXAS", "TX"),
        ("UTAH", "UT"),
        ("VERMONT", "VT"),
        ("VIRGINIA", "VA"),
        ("WASHINGTON", "WA"),
        ("WEST VIRGINIA", "WV"),
        ("WISCONSIN", "WI"),
        ("WYOMING", "WY"),
    ];
    let upper = text.trim().to_uppercase();
    STATES.iter().find(|(name, _)| *name == upper).map_or(upper, |(_, code)| (*code).to_owned())
}

//! The tables of the list: outreach, transitions, suppressed, overflow, scores, reasons and their kin. Owns
//! the turning of results into rows; refuses to change them.

use rustc_hash::FxHashMap;

use super::PublishError;
use super::columns;
use super::directory::{StagedFile, Staging};
use super::read_back::Rows;
use super::sink::ParquetStream;
use super::table::{Cell, Table, TableSpec};
use crate::config::Role;
use crate::domain::Day;
use crate::features::Snapshot;
use crate::models::{ModelId, Reason, Score, ScoreId, Scores};
use crate::outreach::{
    Arm, Candidate, Inputs, Listed, Memory, MemoryRow, OutreachList, Stream, clock_worker, working_manager,
};
use crate::reference::Sensitive;

/// The tables of the list, made one at a time: of a million members each is hundreds of megabytes.
pub struct ListTables<'a> {
    inputs: &'a Inputs<'a>,
    list: &'a OutreachList,
    assigned: &'a FxHashMap<u32, Box<str>>,
}

/// A reason with its evidence, as a sheet shows it.
fn reason_text(reason: &Reason, sensitive_role: bool) -> String {
    let shown = reason.shown(sensitive_role);
    if shown != reason.text {
        return shown.to_owned();
    }
    let mut text = reason.text.clone();
    let named = reason.day.is_some_and(|d| text.contains(&d.to_string()));
    match (reason.day.filter(|_| !named), reason.evidence.is_empty()) {
        (Some(day), false) => text.push_str(&format!(" [{day}, {}]", reason.evidence)),
        (Some(day), true) => text.push_str(&format!(" [{day}]")),
        (None, false) => text.push_str(&format!(" [{}]", reason.evidence)),
        (None, true) => {}
    }
    text
}

impl<'a> ListTables<'a> {
    /// Of a list; `assigned` maps members to the manager of their case.
    #[must_use]
    pub fn new(inputs: &'a Inputs<'a>, list: &'a OutreachList, assigned: &'a FxHashMap<u32, Box<str>>) -> Self {
        Self { inputs, list, assigned }
    }

    /// Hands on every table but scores and reasons, in the order of the dictionary, memory last.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn each(&self, mut take: impl FnMut(Table) -> Result<(), PublishError>) -> Result<(), PublishError> {
        let Self { inputs, list, assigned } = *self;
        let scores = inputs.scores;
        let role = inputs.plan.output.unmasked(Role::Director);
        let mut outreach = Table::new(&columns::OUTREACH);
        for (i, row) in list.listed.iter().enumerate() {
            outreach_row(&mut outreach, inputs, i + 1, row, scores, assigned, role);
        }
        take(outreach)?;
        take(transitions(inputs, list, assigned))?;
        take(suppressed(inputs, list))?;
        take(not_scored(inputs))?;
        take(overflow(inputs, list, scores))?;
        take(contact_queue(inputs, list, scores))?;
        take(dropped(list))?;
        take(stranded(inputs, list))?;
        take(memory(&list.memory))
    }

    /// Writes the scores of everyone and their reasons, a few thousand rows at a time.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_long(&self, staging: &mut Staging) -> Result<(), PublishError> {
        let mut file = LongTable::open(staging, &columns::SCORES)?;
        for s in self.inputs.scores {
            score_row(&mut file.table, self.inputs, s);
            file.settle()?;
        }
        file.close(staging)?;
        let mut file = LongTable::open(staging, &columns::REASONS)?;
        let role = self.inputs.plan.output.unmasked(Role::Analyst);
        // Reasons of everyone scored who has any.
        for s in self.inputs.snapshots.iter().filter(|s| s.enrolled) {
            reason_rows(&mut file.table, self.inputs, s, role);
            file.settle()?;
        }
        file.close(staging)
    }
}

/// A Parquet file of a table that is never whole in memory.
struct LongTable {
    table: Table,
    stream: ParquetStream<StagedFile>,
}

/// Rows held before they are written; fixed, so that the same rows are the same bytes.
const HELD: usize = 65_536;

impl LongTable {
    fn open(staging: &mut Staging, spec: &'static TableSpec) -> Result<Self, PublishError> {
        let stream = ParquetStream::new(spec, staging.open(&format!("{}.parquet", spec.name))?)?;
        Ok(Self { table: Table::new(spec), stream })
    }

    fn settle(&mut self) -> Result<(), PublishError> {
        if self.table.rows() >= HELD { self.stream.write(&self.table.take()?) } else { Ok(()) }
    }

    fn close(mut self, staging: &Staging) -> Result<(), PublishError> {
        self.stream.write(&self.table.take()?)?;
        staging.close(self.stream.finish()?)
    }
}

fn id<'a>(inputs: &Inputs<'a>, member: u32) -> &'a str {
    inputs.extracts.population.member(member).id()
}

fn ordered_by(c: &Candidate) -> &'static str {
    match (&c.clock, c.stream) {
        (Some(_), _) => "clock",
        (None, Stream::Override) => "override",
        _ if c.by_model => "expected benefit",
        _ => "published indices",
    }
}

fn outreach_row(
    table: &mut Table,
    inputs: &Inputs<'_>,
    rank: usize,
    row: &Listed,
    scores: &Scores,
    assigned: &FxHashMap<u32, Box<str>>,
    sensitive: bool,
) {
    let c = &row.candidate;
    let p = &c.parts;
    let get = |id: ScoreId| scores.probability(c.member, id);
    let texts: Vec<String> = c.reasons.iter().map(|r| reason_text(r, sensitive)).collect();
    let reason = |i: usize| texts.get(i).map(String::as_str);
    let manager = works(inputs, row, assigned);
    table.push(&[
        rank.into(),
        id(inputs, c.member).into(),
        row.status.name().into(),
        c.stream.name().into(),
        c.tier.into(),
        p.priority().into(),
        p.probability.into(),
        p.impactability.into(),
        p.reach.into(),
        p.not_yet_engaged.into(),
        p.time_value.into(),
        ordered_by(c).into(),
        c.key.pqi_stays.into(),
        c.key.two_stays.into(),
        c.key.elixhauser.into(),
        c.clock.as_ref().map(|k| k.kind).into(),
        c.clock.as_ref().map(|k| k.due).into(),
        c.clock.as_ref().map(|k| k.slack_days * 8).into(),
        get(ScoreId::RISK).into(),
        get(ScoreId::Readmit30).into(),
        get(ScoreId::Readmit30Residual).into(),
        c.percentile.into(),
        reason(0).into(),
        reason(1).into(),
        reason(2).into(),
        reason(3).into(),
        reason(4).into(),
        row.what_changed.as_str().into(),
        row.action.text.as_str().into(),
        row.action.discipline.as_str().into(),
        row.action.responsibility.into(),
        manager.as_deref().into(),
        row.days_on_list.into(),
    ]);
}

/// Who works a listed person: the manager of the case, the cover while that one is away and a clock falls due before
/// the return, else whoever the list found room with.
pub fn works(inputs: &Inputs<'_>, row: &Listed, assigned: &FxHashMap<u32, Box<str>>) -> Option<Box<str>> {
    let Some(held) = assigned.get(&row.candidate.member) else {
        return Some(row.contact_by.clone()).filter(|m| !m.is_empty());
    };
    let due = row.candidate.clock.as_ref().map(|k| k.due);
    due.and_then(|due| clock_worker(inputs, held, due)).or_else(|| Some(held.clone()))
}

fn transitions(inputs: &Inputs<'_>, list: &OutreachList, assigned: &FxHashMap<u32, Box<str>>) -> Table {
    let mut table = Table::new(&columns::TRANSITIONS);
    let as_of = inputs.plan.as_of;
    let contact: FxHashMap<u32, &str> = list.listed.iter().map(|l| (l.candidate.member, &*l.contact_by)).collect();
    for s in inputs.snapshots {
        // A clock makes tier 1 itself; a discharge is complex by risk, by hand or by conditions.
        let by_risk = list.complex.contains(&s.member);
        for t in &s.transitions {
            let complex = by_risk || t.complex;
            let disposition = (!t.disposition.is_none()).then(|| t.disposition.text());
            let held = working_manager(inputs, s.member);
            let running = t.running(as_of, complex);
            let cover = assigned
                .get(&s.member)
                .and_then(|m| clock_worker(inputs, m, running.as_ref().map_or(t.period_end, |r| r.1)));
            let manager = cover
                .as_deref()
                .or_else(|| assigned.get(&s.member).map(|m| &**m))
                .or(held.as_deref())
                .or_else(|| contact.get(&s.member).copied().filter(|m| !m.is_empty()));
            table.push(&[
                id(inputs, s.member).into(),
                Cell::Text(&t.id),
                t.setting.into(),
                t.discharge.into(),
                disposition.as_ref().into(),
                t.ama.into(),
                t.is_index.into(),
                complex.into(),
                t.contact_due.into(),
                t.contacted_on.into(),
                t.visit_due(complex).into(),
                t.visited_on.into(),
                t.period_end.into(),
                t.pending_claims.into(),
                t.state(as_of, complex).name().into(),
                t.running(as_of, complex).map(|r| r.2).into(),
                manager.into(),
            ]);
        }
    }
    table
}

fn suppressed(inputs: &Inputs<'_>, list: &OutreachList) -> Table {
    let mut table = Table::new(&columns::SUPPRESSED);
    for s in &list.suppressed {
        table.push(&[
            id(inputs, s.member).into(),
            s.code.name().into(),
            s.until_date.into(),
            Some(s.until.as_str()).filter(|u| !u.is_empty()).into(),
            s.detail.as_str().into(),
            s.palliative_review.into(),
            list.running.contains(&s.member).into(),
        ]);
    }
    table
}

fn not_scored(inputs: &Inputs<'_>) -> Table {
    let mut table = Table::new(&columns::NOT_SCORED);
    for s in inputs.scores.iter().filter(|s| s.probability.is_none()) {
        table.push(&[
            id(inputs, s.member).into(),
            s.id.name().into(),
            s.horizon_days.into(),
            (&s.status.to_string()).into(),
        ]);
    }
    table
}

fn overflow(inputs: &Inputs<'_>, list: &OutreachList, scores: &Scores) -> Table {
    let mut table = Table::new(&columns::OVERFLOW);
    for o in &list.overflow {
        let expected = scores.probability(o.candidate.member, ScoreId::RISK);
        table.push(&[
            id(inputs, o.candidate.member).into(),
            o.rank.into(),
            o.reason.into(),
            expected.into(),
            o.candidate.tier.into(),
            o.candidate.parts.priority().into(),
            (&o.asked.required.to_text()).into(),
            filled(&o.asked.language),
            filled(&o.asked.state),
            filled(&o.missing),
        ]);
    }
    table
}

/// Text, or empty for none.
fn filled(text: &str) -> Cell<'_> {
    Some(text).filter(|t| !t.is_empty()).into()
}

fn contact_queue(inputs: &Inputs<'_>, list: &OutreachList, scores: &Scores) -> Table {
    let mut table = Table::new(&columns::CONTACT_QUEUE);
    for (i, row) in list.queue.iter().enumerate() {
        let q = &row.queued;
        table.push(&[
            id(inputs, row.member).into(),
            (i + 1).into(),
            row.place.name().into(),
            q.asked.must.into(),
            (&q.asked.required.to_text()).into(),
            filled(&q.asked.language),
            filled(&q.asked.state),
            q.asked.current.as_deref().into(),
            q.household.into(),
            q.was_listed.into(),
            q.nights_beyond.into(),
            filled(q.draw.name()),
            row.reach.into(),
            scores.probability(row.member, ScoreId::RISK).into(),
        ]);
    }
    table
}

fn dropped(list: &OutreachList) -> Table {
    let mut table = Table::new(&columns::DROPPED);
    for d in &list.dropped {
        table.push(&[(&d.member_id).into(), (&d.reason).into()]);
    }
    table
}

fn stranded(inputs: &Inputs<'_>, list: &OutreachList) -> Table {
    let mut table = Table::new(&columns::STRANDED);
    for s in list.suppressed.iter().filter(|s| s.code.ends_attribution()) {
        for case in inputs.extracts.cases.of(s.member).filter(|c| c.end.is_none()) {
            table.push(&[
                id(inputs, s.member).into(),
                (&*case.manager).into(),
                case.since.map(Day).into(),
                s.code.name().into(),
                s.detail.as_str().into(),
            ]);
        }
    }
    table
}

fn score_row(table: &mut Table, inputs: &Inputs<'_>, s: &Score) {
    table.push(&[
        id(inputs, s.member).into(),
        s.stay_id.as_deref().into(),
        s.id.name().into(),
        s.horizon_days.into(),
        s.probability.into(),
        s.percentile.into(),
        (&s.status.to_string()).into(),
        Some(s.basis.name()).filter(|_| s.probability.is_some()).into(),
        s.model.map(ModelId::name).into(),
    ]);
}

fn reason_rows(table: &mut Table, inputs: &Inputs<'_>, s: &Snapshot, sensitive: bool) {
    let all = inputs.reasons.for_member(s);
    let rows = all.iter().flat_map(|(score, reasons)| reasons.iter().enumerate().map(move |(i, r)| (*score, i, r)));
    for (score, i, r) in rows {
        let masked = r.shown(sensitive) != r.text;
        // The claim of a masked condition would tell it.
        let evidence = Some(&*r.evidence).filter(|e| !e.is_empty() && !masked && r.sensitive != Sensitive::Abuse);
        table.push(&[
            id(inputs, s.member).into(),
            score.name().into(),
            (i + 1).into(),
            r.shown(sensitive).into(),
            if masked { Cell::Null } else { r.driver.name().into() },
            r.points.into(),
            if masked { Cell::Null } else { r.day.into() },
            evidence.into(),
        ]);
    }
}

fn memory(memory: &Memory) -> Table {
    let mut table = Table::new(&columns::MEMORY);
    for (member, m) in &memory.rows {
        table.push(&[
            member.into(),
            m.since.into(),
            m.last.into(),
            m.listed.into(),
            m.nights_beyond.into(),
            m.days_on_list.into(),
            m.tier.into(),
            Some(m.clock.as_str()).filter(|c| !c.is_empty()).into(),
            m.priority.into(),
            Some(m.reasons.as_str()).filter(|r| !r.is_empty()).into(),
            m.arm.map(|a| a.name()).into(),
            m.arm.map(|a| a.drawn).into(),
        ]);
    }
    table
}

/// The memory that an earlier run published.
#[must_use]
pub fn memory_from(rows: &Rows, as_of: Day) -> Memory {
    let mut out = Memory { as_of: Some(as_of), ..Memory::default() };
    for row in &rows.rows {
        let get = |name: &str| rows.get(row, name);
        let (Some(since), Some(last)) = (Day::parse_iso(get("since")), Day::parse_iso(get("last"))) else { continue };
        out.rows.insert(
            get("member_id").to_owned(),
            MemoryRow {
                since,
                last,
                listed: get("listed") == "1",
                nights_beyond: get("nights_beyond").parse().unwrap_or(0),
                days_on_list: get("days_on_list").parse().unwrap_or(0),
                tier: get("tier").parse().unwrap_or(4),
                clock: get("clock").to_owned(),
                priority: get("priority").parse().unwrap_or(0.0),
                reasons: get("reasons").to_owned(),
                arm: Day::parse_iso(get("drawn"))
                    .filter(|_| matches!(get("arm"), "contact" | "hold_out"))
                    .map(|drawn| Arm { contact: get("arm") == "contact", drawn }),
            },
        );
    }
    out
}

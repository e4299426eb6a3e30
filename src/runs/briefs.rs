//! What a caller reads of each person, gathered from the tables of a run (published, or being made). Owns which facts
//! stand where, and their words; refuses to read an extract or to judge anything anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::brief_guidance::{Reader, goal_words, playbook_of_run, problem_line, program_line, put_plan};
use super::error::RunError;
use super::person_tables::{PersonTable, PersonTables};
use crate::domain::{Day, SEE_RECORD};
use crate::measures::WorkKind;
use crate::playbook::Playbook;
use crate::publish::{Brief, OpenItem, PublishError, TableScan};
use crate::reference::{counted, is_sensitive_name, plain_day, plain_name, plain_number};

/// When an open case wants to be spoken to again.
#[derive(Clone, Copy, Debug)]
pub struct Cadence {
    /// Days between contacts, by tier.
    pub days: [i32; 4],
    /// Percentiles from which tiers 1 to 3 begin.
    pub tiers: [f64; 3],
}

/// Where briefs are gathered from.
#[derive(Clone, Debug)]
pub struct BriefSources {
    /// The run, or its staging folder.
    pub run: PathBuf,
    /// Night.
    pub as_of: Day,
    /// The run of an earlier night, for what changed.
    pub previous: Option<PathBuf>,
    /// Contact cadence of open cases; none when the run does not say.
    pub cadence: Option<Cadence>,
}

/// Conditions, values and medicines that one page can hold.
pub(super) const MOST_LINES: usize = 9;
/// Problems to plan that one page can hold.
const MOST_PROBLEMS: usize = 4;

/// Gathers the briefs of some members. `sensitive` says whose reader may know sensitive conditions.
///
/// # Errors
/// When a table of the run cannot be read.
pub fn gather_briefs(
    sources: &BriefSources,
    members: &BTreeSet<String>,
    sensitive: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<String, Brief>, RunError> {
    let now = PersonTables::read(&sources.run, members)?;
    let before = sources.previous.as_deref().map(|run| PersonTables::read(run, members)).transpose()?;
    let average = average_risk(&sources.run)?;
    let playbook = playbook_of_run(&sources.run);
    let mut out = BTreeMap::new();
    for member in members {
        let mut writer = BriefWriter {
            as_of: sources.as_of,
            sensitive: sensitive(member),
            member,
            now: &now,
            brief: Brief { member_id: member.clone(), ..Brief::default() },
        };
        if !writer.person() {
            continue;
        }
        writer.listing();
        writer.last_stay();
        writer.conditions();
        writer.values();
        writer.medicines();
        writer.contacts();
        writer.open_items();
        writer.needs();
        writer.risk(average);
        writer.guidance(playbook.as_ref());
        if let Some(cadence) = &sources.cadence {
            writer.cadence(cadence);
        }
        if let Some(before) = &before {
            writer.changes(before);
        }
        writer.why();
        out.insert(member.clone(), writer.brief);
    }
    Ok(out)
}

/// Mean probability of an avoidable stay in 90 days over everybody scored.
fn average_risk(run: &Path) -> Result<Option<f64>, PublishError> {
    let scan = TableScan::of_run(run, "scores")?.only("score_id", "avoid_hosp");
    let frame = scan.columns(&["horizon_days", "probability"]).read()?;
    let scored = frame.integers("horizon_days")?.into_iter().zip(frame.numbers("probability")?);
    let ninety: Vec<f64> = scored.filter(|(h, _)| *h == Some(90)).filter_map(|(_, p)| p).collect();
    Ok((!ninety.is_empty()).then(|| ninety.iter().sum::<f64>() / ninety.len() as f64))
}

/// One brief while it is written.
pub(super) struct BriefWriter<'a> {
    pub(super) as_of: Day,
    pub(super) sensitive: bool,
    pub(super) member: &'a str,
    pub(super) now: &'a PersonTables,
    pub(super) brief: Brief,
}

impl BriefWriter<'_> {
    /// The member's rows of a table, in the order of the file.
    pub(super) fn rows<'t>(&self, table: &'t PersonTable) -> std::vec::IntoIter<Row<'t>> {
        table.of(self.member).map(|at| Row { table, at }).collect::<Vec<_>>().into_iter()
    }

    pub(super) fn day(&self, text: &str) -> String {
        Day::parse_iso(text).map_or_else(|| text.to_owned(), |d| plain_day(d, self.as_of))
    }

    /// Words that only a sensitive role may read.
    pub(super) fn masked(&self, is_sensitive: bool, text: String) -> String {
        if is_sensitive && !self.sensitive { SEE_RECORD.to_owned() } else { text }
    }

    /// Who it is; false when the run does not know the member.
    fn person(&mut self) -> bool {
        let Some(p) = self.rows(&self.now.people).next() else { return false };
        let guardian = [p.text("guardian_name"), p.text("guardian_phone")].join(" ").trim().to_owned();
        let b = &mut self.brief;
        b.name = p.text("name").to_owned();
        b.birth_date = p.text("birth_date").to_owned();
        b.phones = Some(p.text("phone").to_owned()).filter(|t| !t.is_empty()).into_iter().collect();
        b.language =
            Some(p.text("language")).filter(|l| !l.is_empty()).map(|l| plain_name("language", l)).unwrap_or_default();
        b.interpreter = p.text("interpreter_required") == "1";
        b.consent = match p.text("contact_consent") {
            "1" => "agreed to contact".to_owned(),
            "0" => "no consent to contact".to_owned(),
            _ => String::new(),
        };
        b.address = if p.text("homebound") == "1" { p.text("address").to_owned() } else { String::new() };
        b.guardian = guardian;
        match (p.text("pcp_name"), p.text("pcp_npi")) {
            ("", "") => {}
            ("", npi) => b.team.push(format!("Doctor NPI {npi}")),
            (name, _) => b.team.push(format!("Doctor {name} {}", p.text("pcp_phone")).trim().to_owned()),
        }
        true
    }

    /// Where the person stands tonight, and who works for them.
    fn listing(&mut self) {
        let listed = self.rows(&self.now.outreach).next();
        if let Some(r) = listed {
            let reasons =
                (1..=5).map(|i| r.text(&format!("reason_{i}")).to_owned()).filter(|t| !t.is_empty()).collect();
            let step = r.first(&["next_step", "clock"]).replace('_', " ");
            let due = Day::parse_iso(r.first(&["next_due", "due"]));
            let consult = match r.text("consult_discipline") {
                "" => r.text("suggested_discipline").to_owned(),
                other => format!("consult {other}"),
            };
            let asked = [r.text("override_author"), r.text("override_reason")].join(": ");
            let b = &mut self.brief;
            b.rank = r.text("rank").parse().ok();
            b.band = r.first(&["band", "stream"]).replace('_', " ");
            b.next_step = step;
            b.next_due = due;
            b.reasons = reasons;
            b.action = r.text("suggested_action").to_owned();
            b.consult = consult;
            if asked.len() > 2 {
                b.why.push(format!("Asked for by {asked}."));
            }
        }
        if let Some(s) = self.rows(&self.now.suppressed).next() {
            let until = self.day(s.text("until_date"));
            let code = s.text("code").replace('_', " ").to_lowercase();
            self.brief.code = if until.is_empty() { code } else { format!("{code} until {until}") };
        }
        if let Some(a) = self.rows(&self.now.assignments).next() {
            self.brief.team.push(format!("Care manager: {}", a.text("care_manager_id")));
        }
    }

    /// What the playbook and the programmes say.
    fn guidance(&mut self, playbook: Option<&Playbook>) {
        let person = self.rows(&self.now.people).next();
        let pcp = person.map_or("", |p| p.text("pcp_name"));
        let reader = Reader { sensitive: self.sensitive, as_of: self.as_of, pcp };
        if let (Some(plan), Some(playbook)) = (self.rows(&self.now.plans).next(), playbook) {
            put_plan(&mut self.brief, playbook, &|column| plan.text(column).to_owned(), reader);
        }
        for row in self.rows(&self.now.programs) {
            let line = program_line(&|column| row.text(column).to_owned(), reader);
            if !self.brief.programs.contains(&line) {
                self.brief.programs.push(line);
            }
        }
        // A plan is made for an open case.
        if self.now.is_own_case(self.member) {
            for row in self.rows(&self.now.problems) {
                let line = problem_line(&|column| row.text(column).to_owned(), reader);
                self.brief.problems.extend(line.filter(|l| !self.brief.problems.contains(l)));
            }
            self.brief.problems.truncate(MOST_PROBLEMS);
        }
    }

    fn last_stay(&mut self) {
        let Some(stay) = self.rows(&self.now.stays).max_by_key(|s| s.text("admit_date").to_owned()) else { return };
        let diagnosis = stay.text("principal_diagnosis");
        let hospital = match (stay.text("facility_name"), stay.text("facility_npi")) {
            // The name of a psychiatric hospital tells the diagnosis.
            _ if diagnosis.contains(SEE_RECORD) && !self.sensitive => "hospital, see record".to_owned(),
            ("", "") => "hospital not named".to_owned(),
            ("", npi) => format!("hospital NPI {npi}"),
            (name, _) => name.to_owned(),
        };
        let (from, until) = (self.day(stay.text("admit_date")), self.day(stay.text("discharge_date")));
        let days = stay.text("length_of_stay");
        let mut text = hospital;
        text.push_str(&match (until.as_str(), days) {
            ("", _) => format!(", since {from}, still there"),
            (until, "" | "0") => format!(", {until}, same day"),
            (until, n) => format!(", {from} to {until} ({})", counted(n.parse().unwrap_or(0), "day")),
        });
        if !diagnosis.is_empty() {
            text.push_str(&format!(": {diagnosis}"));
        }
        let disposition = stay.text("discharge_disposition_code");
        if !disposition.is_empty() && !until.is_empty() {
            let words = plain_name("disposition", disposition);
            text.push_str(&format!("; to {}", self.masked(is_sensitive_name("disposition", disposition), words)));
        }
        self.brief.last_stay = text;
    }

    fn conditions(&mut self) {
        let mut names: Vec<String> = Vec::new();
        for row in self.rows(&self.now.conditions) {
            let code = row.text("condition");
            if row.text("scheme") != "ccw" || row.text("after_hierarchy") != "1" || code.contains("exclude") {
                continue;
            }
            let name = self.masked(is_sensitive_name("condition", code), plain_name("condition", code));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        self.brief.conditions = shortened(names, MOST_LINES);
    }

    fn values(&mut self) {
        let mut values: Vec<(String, String)> = Vec::new();
        for row in self.rows(&self.now.labs) {
            let loinc = row.text("loinc");
            if is_sensitive_name("lab", loinc) && !self.sensitive {
                continue;
            }
            let number = |name: &str| row.text(name).parse::<f64>().ok();
            let Some(value) = number("value") else { continue };
            let before = number("previous_value").map(|b| format!("{} → ", plain_number(b))).unwrap_or_default();
            let day = row.text("result_date");
            let text = format!(
                "{} {before}{} {}, {}",
                plain_name("lab", loinc),
                plain_number(value),
                plain_unit(row.text("unit")),
                self.day(day)
            );
            let text = text.replace(" ,", ",");
            values.push((day.to_owned(), text));
        }
        values.sort_by(|a, b| b.0.cmp(&a.0));
        self.brief.values = shortened(values.into_iter().map(|v| v.1).collect(), MOST_LINES);
    }

    fn medicines(&mut self) {
        let discharged = self.rows(&self.now.stays).map(|s| s.text("discharge_date").to_owned()).max();
        let discharged = discharged.filter(|d| !d.is_empty());
        let mut medicines: Vec<(String, String)> = Vec::new();
        for row in self.rows(&self.now.medicines) {
            let last = row.text("last_fill_date");
            let left = match row.text("days_left").parse::<i64>() {
                Ok(n) if n < 0 => format!(", ran out {} ago", counted(-n, "day")),
                Ok(n) => format!(", {} left", counted(n, "day")),
                Err(_) => String::new(),
            };
            let new = discharged.as_deref().is_some_and(|d| row.text("first_fill_date") >= d);
            let text = format!(
                "{}: filled {}{left}{}",
                row.text("ingredient"),
                self.day(last),
                if new { ", new since discharge" } else { "" }
            );
            medicines.push((last.to_owned(), self.masked(row.text("sensitive") == "1", text)));
        }
        medicines.sort_by(|a, b| b.0.cmp(&a.0));
        self.brief.medicines = shortened(medicines.into_iter().map(|m| m.1).collect(), MOST_LINES);
    }

    fn contacts(&mut self) {
        let line = |row: Row<'_>| {
            let who = row.first(&["care_manager_name", "care_manager_id"]);
            let by = if row.text("channel").is_empty() { "phone" } else { row.text("channel") };
            let outcome = plain_name("outcome", row.text("outcome"));
            let text = format!("{}: {outcome} by {by}", self.day(row.text("contact_date")));
            if who.is_empty() { text } else { format!("{text} ({who})") }
        };
        self.brief.contacts = self.rows(&self.now.contacts).map(line).collect();
    }

    fn open_items(&mut self) {
        let mut items: Vec<(bool, String, OpenItem)> = Vec::new();
        for row in self.rows(&self.now.worklist) {
            let due = row.text("due_date");
            let mut what = plain_name("item", row.text("item"));
            let after_a_stay = WorkKind::parse(row.text("item")).is_some_and(WorkKind::is_after_a_stay);
            let detail = row.text("detail").replace('_', " ");
            if !detail.is_empty() && !what.contains(&detail) && !after_a_stay {
                what.push_str(&format!(", {detail}"));
            }
            let id = row.text("item_id");
            if let Some(goal) = self.rows(&self.now.care_tasks).find(|t| t.text("task_id") == id) {
                what.push_str(&goal_words(&|column| goal.text(column).to_owned()));
            }
            // The id of a stay is our own; nobody can look it up.
            if !after_a_stay && id.chars().any(|c| c.is_ascii_digit()) {
                what.push_str(&format!(" ({id})"));
            }
            // A question can wait for what has a day of its own.
            let is_question = row.text("item") == "screening";
            items.push((is_question, due.to_owned(), self.open_item(what, Day::parse_iso(due))));
        }
        items.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        if self.brief.next_due.is_none() {
            self.brief.next_due = items.first().and_then(|(_, due, _)| Day::parse_iso(due));
        }
        self.brief.open_items = items.into_iter().map(|i| i.2).collect();
    }

    fn open_item(&self, what: String, due: Option<Day>) -> OpenItem {
        let when = match due.map(|d| (d, d.since(self.as_of))) {
            None => "open".to_owned(),
            Some((d, n)) if n < -60 => format!("was due {}", plain_day(d, self.as_of)),
            Some((d, n)) if n < 0 => {
                format!("was due {} ({} late)", plain_day(d, self.as_of), counted(i64::from(-n), "day"))
            }
            Some((d, _)) => format!("due {}", plain_day(d, self.as_of)),
        };
        OpenItem { what, when, overdue: due.is_some_and(|d| d < self.as_of) }
    }

    fn needs(&mut self) {
        let line = |row: Row<'_>| {
            let domain = row.text("domain");
            // Safety at home is never told on a page that lies about.
            if row.text("need") != "yes" || domain.starts_with("safety") {
                return None;
            }
            let referral = row.text("open_referral_id");
            let day = Day::parse_iso(row.text("evidence_date"));
            let name = domain.replace('_', " ");
            let age = day.map_or(0, |d| self.as_of.since(d));
            let said = day.map_or_else(String::new, |d| format!(", since {}", plain_day(d, self.as_of)));
            match age {
                731.. => None,
                366.. => Some(format!("{name}{said}: ask again")),
                _ if referral.is_empty() => Some(format!("{name}{said}, no referral open")),
                _ => Some(format!("{name}{said}, referral {referral} open")),
            }
        };
        self.brief.needs = self.rows(&self.now.needs).filter_map(line).collect();
    }

    fn risk(&mut self, average: Option<f64>) {
        let of = |row: &Row<'_>, id: &str, horizon: &str| {
            row.text("score_id") == id && (horizon.is_empty() || row.text("horizon_days") == horizon)
        };
        let mut parts = Vec::new();
        for row in self.rows(&self.now.scores) {
            let Ok(p) = row.text("probability").parse::<f64>() else { continue };
            let odds =
                if p > 0.0 { format!("about 1 in {:.0}", (1.0 / p).max(1.0)) } else { "next to none".to_owned() };
            if of(&row, "avoid_hosp", "90") {
                let times = average.filter(|a| *a > 0.0).map(|a| format!(", {} × the average", plain_number(p / a)));
                parts.push(format!("Avoidable hospital stay in 90 days: {odds}{}.", times.unwrap_or_default()));
            } else if of(&row, "readmit30_residual", "") {
                parts.push(format!("Back in hospital in the days that are left of the 30: {odds}."));
            }
        }
        self.brief.risk = parts.join(" ");
    }

    /// When the person wants to be spoken to again, for an open case.
    fn cadence(&mut self, cadence: &Cadence) {
        let spoken = |r: &Row<'_>| matches!(r.text("outcome"), "completed" | "enrolled");
        let last = self.rows(&self.now.contacts).filter(spoken).find_map(|r| Day::parse_iso(r.text("contact_date")));
        let percentile = self
            .rows(&self.now.scores)
            .filter(|r| r.text("score_id") == "avoid_hosp" && r.text("horizon_days") == "90")
            .find_map(|r| r.text("percentile").parse::<f64>().ok());
        let tier = percentile.map_or(3, |p| cadence.tiers.iter().take_while(|t| p < **t).count());
        let (Some(last), true) = (last, self.now.is_own_case(self.member)) else { return };
        let due = last.plus(cadence.days[tier.min(3)]);
        if due <= self.as_of.plus(1) && !self.brief.open_items.iter().any(|i| i.what == "regular contact") {
            let item = self.open_item("regular contact".to_owned(), Some(due));
            self.brief.open_items.push(item);
        }
    }
}

/// One row of a table of persons.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    pub(super) table: &'t PersonTable,
    pub(super) at: usize,
}

impl<'t> Row<'t> {
    pub(super) fn text(&self, column: &str) -> &'t str {
        self.table.cell(column, self.at)
    }

    /// The first of some columns that holds something.
    fn first(&self, columns: &[&str]) -> &'t str {
        columns.iter().map(|c| self.text(c)).find(|t| !t.is_empty()).unwrap_or("")
    }
}

/// No more lines than a page holds; the last says how many are left out.
pub(super) fn shortened(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        let more = lines.len() - most + 1;
        lines.truncate(most - 1);
        lines.push(format!("and {more} more"));
    }
    lines
}

/// A unit as a page says it; one that only a machine reads is left out.
fn plain_unit(unit: &str) -> &str {
    if unit.contains(['{', '[']) { "" } else { unit }
}

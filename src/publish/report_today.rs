//! What needs a decision today: what expires and who has it, who is out and who has room, who waits and what would help.
//! Owns these three sections of the director's page; refuses to name a member.

use std::collections::BTreeMap;

use serde_json::Value;

use super::charts::paired;
use super::program::{Engagement, Program};
use super::read_back::Rows;
use super::report_section::{Section, line, section};
use super::report_tiles::DueToday;
use super::small_cells::{SmallCells, page_count};
use crate::caseload::eligibility::{Rule, RuleSet};
use crate::domain::vocabulary::Status;
use crate::outreach::{Band, Decision, Stream};

/// The tables of a run that speak of today's work.
pub(super) struct TodaysWork<'r> {
    /// `outreach`.
    pub outreach: &'r Rows,
    /// `decisions`.
    pub decisions: &'r Rows,
    /// `caseload/care_managers`; none without a roster.
    pub managers: Option<&'r Rows>,
    /// `assignment_summary.json`.
    pub summary: &'r Value,
    /// `capacity.json`.
    pub capacity: &'r Value,
    /// `program.json`.
    pub program: &'r Program,
    /// Which counts are shown.
    pub hide: SmallCells,
}

/// What one manager has today.
#[derive(Clone, Copy, Default)]
struct Load {
    contacts: usize,
    visits: usize,
    follow_ups: usize,
    authorizations: usize,
    late: usize,
    listed: usize,
    own: usize,
}

/// The row of those whom nobody can call.
const NOBODY: &str = "nobody yet";

impl TodaysWork<'_> {
    fn name_of(&self, id: &str) -> String {
        match self.program.managers.get(id) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }

    fn is_due(&self, row: &[String]) -> bool {
        let due = self.outreach.get(row, "next_due");
        !due.is_empty() && due <= self.program.work_day.as_str()
    }

    fn is_late(&self, row: &[String]) -> bool {
        self.outreach.get(row, "slack_business_days").parse::<i64>().is_ok_and(|slack| slack < 0)
    }

    /// What expires, for the first tile.
    pub(super) fn due_today(&self) -> DueToday {
        let of_step = |row: &&Vec<String>| {
            matches!(Band::parse(self.outreach.get(row, "band")), Some(Band::Contact | Band::Visit))
        };
        let due = || self.outreach.rows.iter().filter(of_step).filter(|r| self.is_due(r));
        DueToday {
            due: due().count(),
            late: due().filter(|r| self.is_late(r)).count(),
            nobody: due().filter(|r| self.outreach.get(r, "caller_id").is_empty()).count(),
        }
    }

    fn loads(&self) -> BTreeMap<String, Load> {
        let mut out: BTreeMap<String, Load> = BTreeMap::new();
        for row in &self.outreach.rows {
            let get = |name: &str| self.outreach.get(row, name);
            let caller = get("caller_id");
            let load = out.entry(if caller.is_empty() { NOBODY } else { caller }.to_owned()).or_default();
            load.listed += 1;
            if !self.is_due(row) {
                continue;
            }
            load.late += usize::from(self.is_late(row));
            match (Stream::parse(get("stream")), Band::parse(get("band"))) {
                (Some(Stream::FollowUp), _) => load.follow_ups += 1,
                (_, Some(Band::Contact)) => load.contacts += 1,
                (_, Some(Band::Visit)) => load.visits += 1,
                (_, Some(Band::Authorization)) => load.authorizations += 1,
                _ => {}
            }
        }
        for row in &self.decisions.rows {
            let get = |name: &str| self.decisions.get(row, name);
            if Decision::parse(get("decision")) == Some(Decision::OwnSheet) && !get("owner_id").is_empty() {
                let caller = [get("covered_by"), get("owner_id")].into_iter().find(|id| !id.is_empty());
                out.entry(caller.unwrap_or(NOBODY).to_owned()).or_default().own += 1;
            }
        }
        out
    }

    /// What expires today and who has it.
    pub(super) fn expires(&self) -> Section {
        let mut out = section(
            "What expires today, and who has it",
            &format!(
                "Due on {} or before, by the person who calls. Visits are known from claims through {}.",
                self.program.work_day, self.program.visits_known_through
            ),
            Vec::new(),
        );
        out.header =
            ["who calls", "contacts", "visits", "follow-ups", "authorizations", "late", "on the list", "own cases"]
                .map(String::from)
                .to_vec();
        let mut rows: Vec<(String, Load)> = self.loads().into_iter().collect();
        let due = |l: &Load| l.contacts + l.visits + l.follow_ups + l.authorizations;
        rows.sort_by(|(a, x), (b, y)| {
            (a != NOBODY).cmp(&(b != NOBODY)).then_with(|| due(y).cmp(&due(x))).then_with(|| a.cmp(b))
        });
        for (id, load) in rows {
            let who = if id == NOBODY { id } else { self.name_of(&id) };
            let counts =
                [load.contacts, load.visits, load.follow_ups, load.authorizations, load.late, load.listed, load.own];
            out.table.push(std::iter::once(who).chain(counts.map(|n| self.hide.count(n))).collect());
        }
        out
    }

    /// Who is out, who covers, who has room.
    pub(super) fn staff(&self) -> Option<Section> {
        let managers = self.managers?;
        let summaries = self.summary.get("managers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut out = section(
            "Who is out, and who has room",
            "Cases and points after tonight's assignments, against each limit; room is what is left of both.",
            Vec::new(),
        );
        out.header = ["manager", "discipline", "today", "covered by", "cases", "points", "room, cases", "calls a day"]
            .map(String::from)
            .to_vec();
        let mut loads = Vec::new();
        for row in &managers.rows {
            let get = |name: &str| managers.get(row, name);
            let id = get("care_manager_id");
            let of = summaries.iter().find(|m| m.get("care_manager_id").and_then(Value::as_str) == Some(id));
            let number = |key: &str| of.and_then(|m| m.get(key)).and_then(Value::as_i64).unwrap_or(0);
            let share = |key: &str| of.and_then(|m| m.get(key)).and_then(Value::as_f64).unwrap_or(0.0);
            let covered = of.and_then(|m| m.get("covered_by")).and_then(Value::as_str).unwrap_or("");
            let away = Status::parse(get("status")) != Some(Status::Active);
            let today = match (away, get("back_on")) {
                (false, _) => "on duty".to_owned(),
                (true, "") => format!("out ({})", get("status")),
                (true, back) => format!("out ({}), back {back}", get("status")),
            };
            let room = if away { 0 } else { (number("max_cases") - number("cases_after")).max(0) };
            let covered_by = match (away, covered) {
                (true, "") => "nobody".to_owned(),
                (_, "") => String::new(),
                (_, cover) => self.name_of(cover),
            };
            out.table.push(vec![
                self.name_of(id),
                get("discipline").to_owned(),
                today,
                covered_by,
                format!("{} of {}", number("cases_after"), number("max_cases")),
                format!("{} of {}", number("points_after"), number("max_points")),
                room.to_string(),
                self.calls_of(id),
            ]);
            loads.push((self.name_of(id), share("utilisation_before"), share("utilisation_after")));
        }
        out.charts.push(paired("Points held, share of each manager's limit", &loads));
        Some(out)
    }

    fn calls_of(&self, id: &str) -> String {
        let managers = self.capacity.get("managers").and_then(Value::as_array);
        let found = managers
            .and_then(|all| all.iter().find(|m| m.get("care_manager_id").and_then(Value::as_str) == Some(id)))
            .and_then(|m| m.get("contacts_per_night"))
            .and_then(Value::as_f64);
        found.map_or_else(|| "–".to_owned(), |n| format!("{n:.1}"))
    }

    /// Who waits for a manager, why, and the one change that would help.
    pub(super) fn waiting(&self) -> Section {
        let number = |key: &str| self.summary.get(key).and_then(Value::as_u64).unwrap_or(0);
        let count = |n: u64| self.hide.count(page_count(n));
        let waiting = number("waiting_capacity") + number("waiting_no_eligible");
        let sentence = self.summary.get("best_change").and_then(|c| c.get("sentence")).and_then(Value::as_str);
        let mut out = section(
            "Who waits for a manager, and what would help",
            sentence.unwrap_or("No one rule, loosened, would place anybody more."),
            vec![
                line("Waiting", count(waiting), &format!("of {} who need a manager", count(number("members")))),
                line(
                    "New / kept / moved",
                    format!("{} / {} / {}", count(number("new")), count(number("kept")), count(number("moved"))),
                    "cases of tonight",
                ),
                line("Put on the waitlist from a manager", count(number("put_on_waitlist")), "licence or leave alone"),
            ],
        );
        out.header = ["what stands in the way", "people", "placed if it were loosened"].map(String::from).to_vec();
        let placed: BTreeMap<&str, u64> = self
            .summary
            .get("waivers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|w| Some((w.get("rule")?.as_str()?, w.get("would_place")?.as_u64()?)))
            .collect();
        for rule in self.summary.get("waiting_by_rule").and_then(Value::as_array).into_iter().flatten() {
            let Some(name) = rule.get("rule").and_then(Value::as_str) else { continue };
            let people = rule.get("members").and_then(Value::as_u64).unwrap_or(0);
            let would = placed.get(name).map_or_else(|| "–".to_owned(), |n| count(*n));
            out.table.push(vec![words_of_rules(name), count(people), would]);
        }
        out
    }

    /// From an attempt to an enrolment over 90 days, by manager.
    pub(super) fn engagement(&self) -> Option<Section> {
        let by = &self.program.engagement;
        if by.is_empty() {
            return None;
        }
        let mut out = section(
            "From an attempt to an enrolment",
            "People of the outreach log of the last 90 days, by the manager who tried; what became of them later is told by the command followup.",
            Vec::new(),
        );
        out.header = ["manager", "tried", "reached", "enrolled", "refused", "reached of tried", "enrolled of reached"]
            .map(String::from)
            .to_vec();
        let mut all = Engagement::default();
        let mut rows = Vec::new();
        for (id, e) in by {
            all.attempted += e.attempted;
            all.reached += e.reached;
            all.enrolled += e.enrolled;
            all.refused += e.refused;
            let who = if id.is_empty() { "no manager named".to_owned() } else { self.name_of(id) };
            rows.push(self.engagement_row(who, e));
        }
        out.table.push(self.engagement_row("all".to_owned(), &all));
        out.table.extend(rows);
        Some(out)
    }

    fn engagement_row(&self, who: String, e: &Engagement) -> Vec<String> {
        let counts = [e.attempted, e.reached, e.enrolled, e.refused].map(|c| self.hide.count(page_count(c)));
        let shares = [
            self.hide.share(page_count(e.reached), page_count(e.attempted)),
            self.hide.share(page_count(e.enrolled), page_count(e.reached)),
        ];
        std::iter::once(who).chain(counts).chain(shares).collect()
    }
}

/// Rules in words, as they stand in `assignment_summary.json`.
fn words_of_rules(codes: &str) -> String {
    let words = codes.split('+').map(|code| {
        let known = RuleSet::all().iter().find(|rule| rule.code() == code);
        if let Some(rule) = known { words_of_rule(rule) } else { code }
    });
    words.collect::<Vec<_>>().join(" and ")
}

fn words_of_rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Status => "the managers who could are out",
        Rule::WeeklyNew => "the week's new cases are used up",
        Rule::WeeklyEpisodes => "the week's episodes are used up",
        Rule::Capacity => "no room in cases or points",
        Rule::Discipline => "no manager of the discipline",
        Rule::Licence => "no licence in the state",
        Rule::Language => "no one speaks the language",
        Rule::HomeVisit => "no one makes home visits there",
        Rule::Pediatric => "no one takes children",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[&str], rows: &[&[&str]]) -> Rows {
        let text = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect();
        Rows { names: text(names), rows: rows.iter().map(|r| text(r)).collect() }
    }

    #[test]
    fn what_expires_is_told_by_caller_and_nobody_comes_first() {
        let outreach = rows(
            &["stream", "band", "next_due", "slack_business_days", "caller_id"],
            &[
                &["transition", "contact", "2026-07-01", "0", "CM2"],
                &["transition", "visit", "2026-06-30", "-1", "CM2"],
                &["transition", "visit", "2026-07-02", "1", "CM1"],
                &["follow_up", "risk", "2026-07-01", "0", ""],
                &["high_risk", "risk", "", "", "CM1"],
            ],
        );
        let decisions = rows(&["decision", "owner_id", "covered_by"], &[&["own_sheet", "CM3", "CM1"]]);
        let mut program = Program { work_day: "2026-07-01".to_owned(), ..Program::default() };
        program.managers.insert("CM2".to_owned(), "Ann Field".to_owned());
        let work = TodaysWork {
            outreach: &outreach,
            decisions: &decisions,
            managers: None,
            summary: &Value::Null,
            capacity: &Value::Null,
            program: &program,
            hide: SmallCells::of_setting(Some(0)),
        };
        let table = work.expires().table;
        assert_eq!(table[0], [NOBODY, "0", "0", "1", "0", "0", "1", "0"]);
        assert_eq!(table[1], ["Ann Field (CM2)", "1", "1", "0", "0", "1", "2", "0"]);
        assert_eq!(table[2], ["CM1", "0", "0", "0", "0", "0", "2", "1"]);
        let due = work.due_today();
        assert_eq!((due.due, due.late, due.nobody), (2, 1, 0));
        assert!(work.staff().is_none() && work.engagement().is_none());
    }
}

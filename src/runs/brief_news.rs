//! What a brief says of today: what became known since the night before, and why to call. Owns which events are news;
//! refuses to read anything but the two runs' tables.

use std::collections::BTreeSet;

use super::briefs::{BriefWriter, MOST_LINES, Row, shortened};
use super::person_tables::{PersonTable, PersonTables};
use crate::domain::{Day, capitalised};
use crate::reference::{is_sensitive_name, plain_day, plain_name, plain_number};

/// Events older than this are no news, even when they became known only now.
const NEWS_DAYS: i32 = 45;

impl BriefWriter<'_> {
    /// What became known since the night before: admissions, ED visits, results, fills, needs.
    pub(super) fn changes(&mut self, before: &PersonTables) {
        let mut news: Vec<(String, String)> = Vec::new();
        let mut add = |day: &str, text: String| {
            if Day::parse_iso(day).is_some_and(|d| self.as_of.since(d) <= NEWS_DAYS) {
                news.push((day.to_owned(), text));
            }
        };
        let fresh = |now: &PersonTable, then: &PersonTable, keys: &[&str]| -> Vec<usize> {
            let key =
                |table: &PersonTable, at: usize| keys.iter().map(|k| table.cell(k, at).to_owned()).collect::<Vec<_>>();
            let known: BTreeSet<Vec<String>> = then.of(self.member).map(|at| key(then, at)).collect();
            now.of(self.member).filter(|at| !known.contains(&key(now, *at))).collect()
        };
        for at in fresh(&self.now.stays, &before.stays, &["stay_id"]) {
            let stay = Row { table: &self.now.stays, at };
            let diagnosis = stay.text("principal_diagnosis");
            let of = if diagnosis.is_empty() { String::new() } else { format!(": {diagnosis}") };
            add(stay.text("admit_date"), format!("Admitted {}{of}", self.day(stay.text("admit_date"))));
        }
        for at in fresh(&self.now.stays, &before.stays, &["stay_id", "discharge_date"]) {
            let day = self.now.stays.cell("discharge_date", at);
            add(day, format!("Discharged {}", self.day(day)));
        }
        for at in fresh(&self.now.ed_visits, &before.ed_visits, &["visit_date", "facility_npi"]) {
            let day = self.now.ed_visits.cell("visit_date", at);
            add(day, format!("ED visit {}", self.day(day)));
        }
        for at in fresh(&self.now.labs, &before.labs, &["loinc", "result_date"]) {
            let row = Row { table: &self.now.labs, at };
            let (loinc, day) = (row.text("loinc"), row.text("result_date"));
            let value = row.text("value").parse::<f64>().map(plain_number).unwrap_or_default();
            let text = format!("Result {}: {} {value}", self.day(day), plain_name("lab", loinc));
            if !is_sensitive_name("lab", loinc) || self.sensitive {
                add(day, text);
            }
        }
        for at in fresh(&self.now.medicines, &before.medicines, &["ingredient", "last_fill_date"]) {
            let row = Row { table: &self.now.medicines, at };
            let (day, drug) = (row.text("last_fill_date"), row.text("ingredient").to_owned());
            add(day, format!("Filled {}: {}", self.day(day), self.masked(row.text("sensitive") == "1", drug)));
        }
        for at in fresh(&self.now.needs, &before.needs, &["domain", "need", "evidence_date"]) {
            let row = Row { table: &self.now.needs, at };
            if row.text("need") == "yes" && !row.text("domain").starts_with("safety") {
                add(row.text("evidence_date"), format!("New need: {}", row.text("domain").replace('_', " ")));
            }
        }
        news.sort_by(|a, b| b.0.cmp(&a.0));
        self.brief.changed = shortened(news.into_iter().map(|n| n.1).collect(), MOST_LINES);
    }

    /// Why today, in two sentences at most.
    pub(super) fn why(&mut self) {
        let due = self.brief.next_due.map(|d| plain_day(d, self.as_of));
        let step = match (self.brief.next_step.as_str(), &due) {
            ("" | "none", _) => None,
            (step, Some(due)) => Some(format!("{} due {due}.", capitalised(step))),
            (step, None) => Some(format!("{}.", capitalised(step))),
        };
        let item =
            self.brief.open_items.iter().find(|i| i.overdue).map(|i| format!("{}, {}.", capitalised(&i.what), i.when));
        let news = self.brief.changed.first().map(|c| format!("{c}."));
        let stay = Some(&self.brief.last_stay).filter(|s| !s.is_empty() && !self.brief.next_step.is_empty());
        let stay = stay.map(|s| format!("Last stay: {s}."));
        let reason = self.brief.reasons.first().map(|r| format!("{}.", capitalised(r)));
        self.brief.why.extend([step, news, stay, item, reason].into_iter().flatten());
        self.brief.why.truncate(2);
        if let (true, Some(first)) = (self.brief.action.is_empty(), self.brief.open_items.first()) {
            self.brief.action = capitalised(&first.what);
        }
        if self.brief.why.is_empty() {
            self.brief.why.push("Nothing is due and nothing has changed.".to_owned());
        }
    }
}

//! The rows of the care managers' sheets. Owns who stands on which sheet and what the sheet may say; refuses to draw it.

use std::collections::BTreeMap;

use super::night::Night;
use crate::publish::{Worklist, WorklistRow};

/// A sheet for everyone on the roster who has someone to call, and one for people nobody can take.
#[must_use]
pub fn worklist_sheets(night: &Night<'_>) -> Vec<Worklist> {
    let inputs = night.inputs;
    let ex = inputs.extracts;
    let mut sheets: BTreeMap<String, Worklist> = BTreeMap::new();
    for (i, listed) in night.list.listed.iter().enumerate() {
        let c = &listed.candidate;
        let manager = listed.caller.to_string();
        let m = ex.population.member(c.member);
        let f = &m.facts;
        let reader = ex.managers.iter().find(|x| *x.id == *manager);
        let sensitive = reader.is_some_and(|x| night.plan.output.unmasked_sheet(&x.discipline, &x.focus));
        // Under pseudonyms no sheet says who anybody is.
        let text =
            |t: &Option<Box<str>>| t.as_deref().filter(|_| night.plan.pseudonyms.is_none()).unwrap_or("").to_owned();
        let minor = inputs.snapshots[c.member as usize].age < 18;
        let row = WorklistRow {
            rank: i + 1,
            member_id: m.id().to_owned(),
            name: [text(&f.first_name), text(&f.last_name)].join(" ").trim().to_owned(),
            birth_year: m.birth().ymd().0,
            phone: text(&f.phone),
            language: ex.words.text(f.language).to_owned(),
            interpreter: f.interpreter == Some(true),
            address: if f.homebound == Some(true) { text(&f.address) } else { String::new() },
            guardian: if minor {
                [text(&f.guardian_name), text(&f.guardian_phone)].join(" ").trim().to_owned()
            } else {
                String::new()
            },
            pcp: ex.words.text(f.pcp).to_owned(),
            clock: c.clock.as_ref().map_or_else(String::new, |k| {
                let step = if k.is_masked() && !sensitive { "see record" } else { k.step.as_str() };
                step.replace('_', " ")
            }),
            due: c.clock.as_ref().and_then(|k| k.due),
            reasons: c.reasons.iter().map(|r| r.shown(sensitive)).collect::<Vec<_>>().join("; "),
            first_action: format!(
                "{} ({})",
                listed.action.shown_text(sensitive),
                listed.action.shown_discipline(sensitive)
            ),
        };
        let name = reader.and_then(|x| x.name.as_deref()).unwrap_or("").to_owned();
        sheets
            .entry(manager.clone())
            .or_insert_with(|| Worklist { manager, manager_name: name, rows: Vec::new() })
            .rows
            .push(row);
    }
    sheets.into_values().collect()
}

//! The brief: one printed page a person, for whoever calls. Owns its content as text and the page; refuses to look
//! anything up.

use serde::Serialize;

use super::error::PublishError;
use crate::domain::Day;

/// What a caller reads before a call. Every text is plain words, already masked for its reader.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Brief {
    /// Member.
    pub member_id: String,
    /// Name; empty under pseudonyms.
    pub name: String,
    /// Date of birth, ISO; empty under pseudonyms.
    pub birth_date: String,
    /// By which numbers the person, or the guardian, is reached.
    pub phones: Vec<String>,
    /// Language in words.
    pub language: String,
    /// An interpreter is required.
    pub interpreter: bool,
    /// Guardian of a minor, with number.
    pub guardian: String,
    /// What is known of consent to contact.
    pub consent: String,
    /// Address, for home visits alone.
    pub address: String,
    /// Suppression code that stands beside the name; empty for none.
    pub code: String,
    /// Place on tonight's list.
    pub rank: Option<i64>,
    /// Band or stream of the list.
    pub band: String,
    /// Next step of the clock that runs.
    pub next_step: String,
    /// When that, or the first open item, is due.
    #[serde(skip)]
    pub next_due: Option<Day>,
    /// Why today: two sentences at most.
    pub why: Vec<String>,
    /// Reasons as the list shows them.
    pub reasons: Vec<String>,
    /// First action.
    pub action: String,
    /// Discipline that should do it, or be asked.
    pub consult: String,
    /// Hospital, dates, diagnosis and disposition of the last stay.
    pub last_stay: String,
    /// Conditions by name.
    pub conditions: Vec<String>,
    /// Last values with their direction.
    pub values: Vec<String>,
    /// Medicines with last fill and days left.
    pub medicines: Vec<String>,
    /// Last contacts.
    pub contacts: Vec<String>,
    /// Open tasks, goals, referrals, authorizations, fills.
    pub open_items: Vec<OpenItem>,
    /// Needs with their age.
    pub needs: Vec<String>,
    /// Care team by name and phone.
    pub team: Vec<String>,
    /// Problems that a care plan may take up.
    pub problems: Vec<String>,
    /// Programmes the person is eligible for.
    pub programs: Vec<String>,
    /// Risk in words.
    pub risk: String,
    /// What became known since the night before.
    pub changed: Vec<String>,
    /// Five questions.
    pub questions: Vec<String>,
    /// Red flags and whom to call.
    pub red_flags: Vec<String>,
    /// One teaching point.
    pub teaching: String,
}

/// Something that is due.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OpenItem {
    /// What, with its id.
    pub what: String,
    /// Until when, in words.
    pub when: String,
    /// The day has passed.
    pub overdue: bool,
}

/// The people of one care manager: own cases first, then tonight's new people.
#[derive(Clone, Debug, Default)]
pub struct CallSheet {
    /// Manager's id; empty for people whom nobody can call yet.
    pub manager_id: String,
    /// Name.
    pub manager_name: String,
    /// Own cases.
    pub own: Vec<Brief>,
    /// New tonight.
    pub new: Vec<Brief>,
}

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    as_of: String,
    banner: Option<&'a str>,
    people: Vec<&'a Brief>,
}

/// Outcome codes that come back as `outreach_log`.
const OUTCOMES: [&str; 6] =
    ["completed", "enrolled", "refused", "attempts_incomplete", "attempts_complete", "wrong_number"];

/// One self-contained page with a printed page a person.
///
/// # Errors
/// When the template cannot be rendered: our own fault.
pub fn brief_page(title: &str, as_of: Day, banner: Option<&str>, people: &[&Brief]) -> Result<String, PublishError> {
    let failed = |e: minijinja::Error| PublishError::encode("brief.html", &e);
    let page = Page { title, as_of: as_of.to_string(), banner, people: people.to_vec() };
    let mut environment = minijinja::Environment::new();
    // Names, drugs and reasons are texts of others: everything is escaped.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("brief.html", include_str!("brief.html")).map_err(failed)?;
    let template = environment.get_template("brief.html").map_err(failed)?;
    template
        .render(minijinja::context! {
            page => minijinja::Value::from(minijinja::value::Serde(&page)),
            outcomes => OUTCOMES,
        })
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_text() {
        let person = Brief {
            member_id: "M1".to_owned(),
            name: "<script>alert(1)</script> O'Hara & Söhne".to_owned(),
            medicines: vec!["<img src=x> 10 mg".to_owned()],
            ..Brief::default()
        };
        let page = brief_page("N1", Day(20_000), Some("SAMPLE DATA"), &[&person]).expect("a page");
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "markup is escaped");
        assert!(page.contains("&lt;script&gt;alert(1)"));
        assert!(page.contains("Söhne") && page.contains("SAMPLE DATA"));
        // Nothing is fetched from anywhere.
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(outside) || outside == "src=" && page.contains("&lt;img src=x"), "{outside}");
        }
    }
}

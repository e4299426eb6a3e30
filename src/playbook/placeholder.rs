//! What an action may leave to be filled from the person's own record, and the filling of a text. Owns what happens when
//! something is not known; refuses to know where a value comes from.

use crate::domain::vocabulary::word_list;

word_list! {
    /// What an action may leave to be filled.
    Placeholder {
        /// The text of the override.
        OverrideText = "override_text",
        /// Who asked.
        Author = "author",
        /// Last day of the override.
        Expires = "expires",
        /// Hospital of the discharge.
        Hospital = "hospital",
        /// Facility where the person is.
        Facility = "facility",
        /// Day of the event that the condition rests on.
        Date = "date",
        /// Principal diagnosis of the discharge in words.
        Diagnosis = "diagnosis",
        /// Days since the discharge, on the work day.
        DaysHome = "days_home",
        /// The next deadline that can still be met.
        Deadline = "deadline",
        /// The day through which claims are known.
        KnownTo = "known_to",
        /// Primary care provider by name.
        Pcp = "pcp",
        /// Home health agency.
        Agency = "agency",
        /// Medicine that the condition rests on.
        Drug = "drug",
        /// The second of two.
        Drug2 = "drug2",
        /// What the medicine is for.
        Purpose = "purpose",
        /// Day of its last fill.
        LastFill = "last_fill",
        /// Days since its supply was over.
        DaysLate = "days_late",
        /// The newest value of the test that the condition rests on.
        Value = "value",
        /// The value before.
        Prev = "prev",
        /// Day of the value before.
        PrevDate = "prev_date",
        /// ", up from 44 on Jun 8", or nothing.
        PrevPhrase = "prev_phrase",
        /// Name of the questionnaire.
        Screen = "screen",
        /// Its total.
        Score = "score",
        /// The count that the condition rests on.
        Count = "count",
        /// What is late: a medicine, a pressure, a visit.
        WhatLate = "what_late",
        /// Day of the last visit seen.
        LastVisit = "last_visit",
        /// The last blood test and its day.
        LastTest = "last_test",
        /// The equipment with its authorization.
        Item = "item",
        /// When the need was told.
        NeedDate = "need_date",
        /// Whole months since the last primary care visit.
        Months = "months",
    }
}

impl Placeholder {
    /// Known only when the list is made.
    #[must_use]
    pub fn is_late_bound(self) -> bool {
        matches!(self, Self::Deadline | Self::KnownTo)
    }
}

/// Words that go with what is not known.
const LEFT_OUT_WITH: [(&str, Placeholder); 7] = [
    (" after {diagnosis}", Placeholder::Diagnosis),
    (" ({diagnosis})", Placeholder::Diagnosis),
    (" ({purpose})", Placeholder::Purpose),
    (" filled {last_fill}", Placeholder::LastFill),
    (" {last_fill} plus supply,", Placeholder::LastFill),
    (", until {expires}", Placeholder::Expires),
    (" (claims known to {known_to})", Placeholder::KnownTo),
];

/// The names between braces, in order.
pub fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// The placeholders of a text, in order; a name that is none is left out.
pub fn placeholders_in(text: &str) -> impl Iterator<Item = Placeholder> + '_ {
    names_in(text).filter_map(Placeholder::parse)
}

/// A text with its placeholders filled; none when something that it cannot do without is not known.
pub fn fill_template(template: &str, value: &dyn Fn(Placeholder) -> Option<String>) -> Option<String> {
    let mut text = template.to_owned();
    for (words, placeholder) in LEFT_OUT_WITH {
        if text.contains(words) && value(placeholder).is_none() {
            text = text.replace(words, "");
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&value(Placeholder::parse(name)?)?);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_what_it_needs_is_not_said() {
        let known = |p: Placeholder| match p {
            Placeholder::Drug => Some("furosemide".to_owned()),
            Placeholder::DaysLate => Some("9".to_owned()),
            Placeholder::PrevPhrase => Some(String::new()),
            _ => None,
        };
        let fill = |text: &str| fill_template(text, &known);
        assert_eq!(
            fill("{drug} ({purpose}) ran out {days_late} days ago"),
            Some("furosemide ran out 9 days ago".into())
        );
        assert_eq!(fill("home since {date}"), None);
        assert_eq!(fill("home after {diagnosis}; ask"), Some("home; ask".into()));
        assert_eq!(fill("A1c{prev_phrase}."), Some("A1c.".into()));
        assert_eq!(fill("no braces"), Some("no braces".into()));
        // A brace that is none is never printed.
        assert_eq!((fill("{nothing}"), fill("half {drug")), (None, None));
    }
}

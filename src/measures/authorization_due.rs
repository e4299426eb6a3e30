//! When an authorization has to be decided, and until when a denial can be appealed. Owns the rules by payer and day;
//! refuses to know who chases it.

use crate::config::Clocks;
use crate::domain::{Day, PayerType};

/// First request day of the seven-day standard (CMS-0057-F).
const SEVEN_DAYS_FROM: (i32, u32, u32) = (2026, 1, 1);
/// First decision day of the 65 days of Medicare (60 after receipt, receipt presumed 5 days after the notice).
const SIXTY_FIVE_DAYS_FROM: (i32, u32, u32) = (2025, 1, 1);

fn is_from(day: Day, (year, month, dom): (i32, u32, u32)) -> bool {
    Day::from_ymd(year, month, dom).is_some_and(|first| day >= first)
}

/// The decision's due day, counted from the request.
#[must_use]
pub fn decision_due(clocks: &Clocks, payer: PayerType, request: Day, urgent: bool) -> Day {
    if urgent {
        // Hours are counted in whole days: an extract has no time of day.
        return request.plus((clocks.authorization_urgent_hours + 23) / 24);
    }
    let days = match payer {
        PayerType::Commercial => clocks.authorization_commercial_days,
        _ if is_from(request, SEVEN_DAYS_FROM) => clocks.authorization_standard_days,
        _ => clocks.authorization_before_2026_days,
    };
    request.plus(days)
}

/// The last day of the appeal window, counted from the decision, which stands in for its notice.
#[must_use]
pub fn appeal_due(clocks: &Clocks, payer: PayerType, decided: Day) -> Day {
    let days = match payer {
        PayerType::Commercial => clocks.appeal_commercial_days,
        PayerType::Medicare if is_from(decided, SIXTY_FIVE_DAYS_FROM) => clocks.appeal_medicare_days,
        _ => clocks.appeal_days,
    };
    decided.plus(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    #[test]
    fn a_decision_is_due_by_payer_and_request_day() {
        let clocks = Clocks::default();
        let due = |payer, request: &str, urgent| decision_due(&clocks, payer, day(request), urgent).to_string();
        assert_eq!(due(PayerType::Medicare, "2026-06-26", true), "2026-06-29");
        assert_eq!(due(PayerType::Medicaid, "2026-01-01", false), "2026-01-08");
        assert_eq!(due(PayerType::Medicare, "2025-12-31", false), "2026-01-14");
        assert_eq!(due(PayerType::Commercial, "2026-06-26", false), "2026-07-11");
        assert_eq!(due(PayerType::Commercial, "2026-06-26", true), "2026-06-29");
    }

    #[test]
    fn an_appeal_ends_by_payer_and_decision_day() {
        let clocks = Clocks::default();
        let due = |payer, decided: &str| appeal_due(&clocks, payer, day(decided)).since(day(decided));
        assert_eq!(due(PayerType::Medicare, "2026-06-26"), 65);
        assert_eq!(due(PayerType::Medicare, "2024-12-31"), 60);
        assert_eq!([PayerType::Medicaid, PayerType::Other].map(|p| due(p, "2026-06-26")), [60, 60]);
        assert_eq!(due(PayerType::Commercial, "2026-06-26"), 180);
    }
}

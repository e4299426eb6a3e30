//! Days and amounts of event rows that may be empty, as options. Owns the end of the sentinels that the records carry:
//! nothing outside this room compares with one; refuses to take an empty cell for a day or for nothing paid.

use super::column::{NO_DAY, NO_INTEGER};
use super::events::{AdmissionRow, ClaimLine, Fill};

fn known_day(day: i32) -> Option<i32> {
    (day != NO_DAY).then_some(day)
}

fn known_amount(amount: i64) -> Option<i64> {
    (amount != NO_INTEGER).then_some(amount)
}

impl ClaimLine<'_> {
    /// Admission day.
    #[must_use]
    pub fn admitted(&self) -> Option<i32> {
        known_day(self.admit)
    }

    /// Discharge day.
    #[must_use]
    pub fn discharged(&self) -> Option<i32> {
        known_day(self.discharge)
    }

    /// Day the line had arrived by its received, else its paid date.
    #[must_use]
    pub fn arrived(&self) -> Option<i32> {
        known_day(self.received).or(known_day(self.paid))
    }

    /// Cents paid; `None` when the row says nothing, or the line was denied.
    #[must_use]
    pub fn paid_amount(&self) -> Option<i64> {
        known_amount(self.paid_cents)
    }
}

impl AdmissionRow<'_> {
    /// Discharge day; `None` while the row knows of none.
    #[must_use]
    pub fn discharged(&self) -> Option<i32> {
        known_day(self.discharge)
    }

    /// Day the message came; `None` when the row does not say.
    #[must_use]
    pub fn arrived(&self) -> Option<i32> {
        known_day(self.received)
    }
}

impl Fill<'_> {
    /// Day the row had arrived by its received, else its paid date.
    #[must_use]
    pub fn arrived(&self) -> Option<i32> {
        known_day(self.received).or(known_day(self.paid))
    }

    /// Days of supply, below 0 on reversals alone; `None` when empty or above 400.
    #[must_use]
    pub fn supplied_days(&self) -> Option<i64> {
        known_amount(self.days_supply)
    }

    /// Thousandths of the quantity.
    #[must_use]
    pub fn quantity(&self) -> Option<i64> {
        known_amount(self.quantity_milli)
    }

    /// Cents paid.
    #[must_use]
    pub fn paid_amount(&self) -> Option<i64> {
        known_amount(self.paid_cents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_cell_is_nothing_and_a_zero_is_not() {
        let line =
            ClaimLine { admit: NO_DAY, discharge: 0, received: NO_DAY, paid: 5, paid_cents: 0, ..ClaimLine::default() };
        assert_eq!((line.admitted(), line.discharged(), line.arrived()), (None, Some(0), Some(5)));
        assert_eq!(line.paid_amount(), Some(0));
        assert_eq!(ClaimLine { received: 3, ..line }.arrived(), Some(3));
        let row = AdmissionRow { discharge: NO_DAY, received: 7, ..AdmissionRow::default() };
        assert_eq!((row.discharged(), row.arrived()), (None, Some(7)));
        let fill = Fill { days_supply: NO_INTEGER, quantity_milli: -1, paid_cents: NO_INTEGER, ..Fill::default() };
        assert_eq!((fill.supplied_days(), fill.quantity(), fill.paid_amount()), (None, Some(-1), None));
    }
}

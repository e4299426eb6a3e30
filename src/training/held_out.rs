//! Which rows taught a model nothing. Owns the day from which they begin; refuses to judge them.

use super::panel::Panel;
use crate::domain::Day;
use crate::features::DISCHARGE_SNAPSHOT_DAYS;
use crate::learners::{LearnError, Refusal};
use crate::models::trained::Identity;

/// Keeps the rows that taught the model nothing: after the slice it was calibrated on, and after every label it was
/// trained on had ended.
///
/// # Errors
/// Refused (exit 9) when no row is left.
pub fn keep_held_out(panel: &mut Panel, pick: &mut Vec<u32>, identity: &Identity) -> Result<(), LearnError> {
    // Slices of discharges are cut by the day of discharge, and looked at up to three weeks later.
    let late =
        if panel.outcome.of_discharges() { DISCHARGE_SNAPSHOT_DAYS[DISCHARGE_SNAPSHOT_DAYS.len() - 1] } else { 0 };
    let Some(until) = learned_until(&identity.train.to, &identity.calibrate.to, identity.horizon_days, late) else {
        return Ok(());
    };
    let rows = pick.len();
    pick.retain(|i| {
        let row = &panel.rows[*i as usize];
        row.day.plus(-row.days_passed) > until
    });
    panel.left_out.learned_from += (rows - pick.len()) as u64;
    if pick.is_empty() && rows > 0 {
        return Err(LearnError::Refused(Refusal::Learned { rows, until: until.to_string() }));
    }
    Ok(())
}

/// The last day a row may begin on and have taught the model: of the slices' last snapshots, each at most `late` days
/// after its row began.
fn learned_until(train: &str, calibrate: &str, horizon: i32, late: i32) -> Option<Day> {
    let began = |text: &str| Day::parse_iso(text).map(|d| d.plus(-late));
    began(train).map(|d| d.plus(horizon)).into_iter().chain(began(calibrate)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slice_after_the_calibration_taught_nothing() {
        let until =
            |train, calibrate, horizon, late| learned_until(train, calibrate, horizon, late).map(|d| d.to_string());
        // Monthly snapshots: the report slice of the same history begins on 2025-08-01.
        assert_eq!(until("2025-04-01", "2025-07-01", 90, 0).as_deref(), Some("2025-07-01"));
        // Discharges: it begins with those of 2025-08-02, and the last before was looked at on 2025-08-22.
        assert_eq!(until("2025-04-22", "2025-08-22", 30, 21).as_deref(), Some("2025-08-01"));
        // A label of the training slice that ends after the calibration slice.
        assert_eq!(until("2025-06-01", "2025-07-01", 90, 0).as_deref(), Some("2025-08-30"));
        assert_eq!(until("2025-06-01", "", 90, 0).as_deref(), Some("2025-08-30"));
        assert_eq!(until("", "", 90, 0), None);
    }
}

//! Medicines: begun with a disease, stepped up as it worsens, filled by supply and habit. Owns the fill; refuses to know visits.

use super::codes::{DRUGS, TREATMENT, ndc};
use super::rng::{Rng, Stream};
use super::state::{Life, Medication};
use crate::domain::Day;

/// Medicines begin with their disease; fills follow supply, habit and hospital days.
pub fn fill_prescriptions(life: &mut Life<'_>, first: Day, days: i32) {
    begin_medicines(life, first);
    let after = first.plus(days);
    let mut medicines = std::mem::take(&mut life.medications);
    for m in &mut medicines {
        while m.next < after {
            write_fill(life, m);
        }
    }
    life.medications = medicines;
}

fn begin_medicines(life: &mut Life<'_>, first: Day) {
    for (c, treatment) in TREATMENT.iter().enumerate() {
        let (reached, treated) = (life.severity[c], life.programme.treated[c]);
        if reached <= treated {
            continue;
        }
        life.programme.treated[c] = reached;
        let steps = u64::from(treated) * 100;
        let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Medication, c as u64 + steps);
        for &(drug, share, from) in *treatment {
            let (takes, wait) = (r.chance(share), r.range(0, 50));
            let offered = treated < from && from <= reached;
            if takes && offered && !life.medications.iter().any(|m| m.drug == drug) {
                let number = (c * 100 + drug) as u64;
                life.medications.push(Medication { drug, next: first.plus(wait), number, fills: 0 });
            }
        }
    }
}

fn write_fill(life: &mut Life<'_>, m: &mut Medication) {
    m.fills += 1;
    let key = m.number * 1_000 + m.fills;
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Fill, key);
    let drug = &DRUGS[m.drug];
    let day = m.next;
    let lost = life.person.nonadherence;
    #[expect(clippy::cast_possible_truncation, reason = "days")]
    let late = (r.waiting(1.0 + 0.55 * lost * f64::from(drug.days)) - 3.0) as i32;
    let pause = r.chance(0.008 + 0.07 * lost);
    let days = if drug.days == 90 && r.chance(0.35) { 30 } else { drug.days };
    let mut returns = Rng::keyed(life.night.seed, life.person.index, Stream::Reversal, key);
    let goes_back = returns.chance(0.012);
    m.next = day.plus(days + late.max(-5) + if pause { r.range(60, 220) } else { 0 });
    if !life.open_on(day) || life.inside(day) {
        m.next = day.plus(r.range(3, 12));
        return;
    }
    life.programme.fills += 1;
    if goes_back {
        // Most come for it again within days; the others go without for a while.
        m.next = day.plus(if returns.chance(0.7) { returns.range(2, 6) } else { returns.range(30, 90) });
    }
    let received = day.plus(r.range(1, 6));
    if day < life.night.start || received > life.night.as_of {
        return;
    }
    let named = !r.chance(0.03);
    let (index, number) = (life.person.index, life.programme.fills);
    let prescriber = life.pcp();
    let night = life.night;
    let t = &mut life.small.pharmacy;
    let mut row = |suffix: &str, sign: i32, received: Day| {
        t.put(format_args!("P{index:07}{number:04}{suffix}")).int(Some(1)).put(format_args!("M{index:07}"));
        t.day(Some(day)).text(std::str::from_utf8(&ndc(m.drug)).unwrap_or(""));
        t.text(if named { drug.ingredient } else { "" }).int(Some(days)).int(Some(sign * days * drug.per_day));
        t.int(Some(i32::try_from(m.fills % 4).unwrap_or(0))).npi(Some(prescriber));
        t.day(Some(received.plus(-1))).day(Some(received));
        t.cents(i64::from(sign) * drug.price * i64::from(days) / i64::from(drug.days));
        if sign < 0 {
            t.put(format_args!("P{index:07}{number:04}"));
        }
        t.end();
    };
    row("", 1, received);
    // Bottles that nobody picked up go back to the shelf.
    let taken_back = received.plus(returns.range(4, 12));
    if goes_back && taken_back <= night.as_of {
        row("R", -1, taken_back);
    }
}

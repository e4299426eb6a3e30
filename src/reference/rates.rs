//! AHRQ's published area rates: expected potentially avoidable stays (PQI v2024) and ED visits
//! (PQE v2024 beta) by age, sex and county poverty. Owns the logit evaluation; refuses to call a rate a
//! person's risk: it counts expected events.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::rows::{number, pair};
use super::sets;
use crate::domain::Sex;

/// AHRQ area risk-adjustment parameters and county poverty deciles.
pub struct AreaRates {
    /// By program, then by the measure's number.
    grids: [Vec<Grid>; 2],
    poverty: FxHashMap<&'static str, u8>,
}

/// The rates of one measure by poverty decile (0 is the model without), sex and age band: worked out once,
/// for they are asked for every member-month.
type Grid = Vec<Option<f64>>;

type Coefficients = FxHashMap<(Program, &'static str, bool, &'static str), f64>;

/// The two-digit number of a measure.
fn measure_number(measure: &str) -> usize {
    measure.bytes().fold(0, |n, b| n * 10 + usize::from(b.wrapping_sub(b'0')))
}

/// Place of a cell in a grid.
fn grid_cell(decile: usize, sex: Sex, band: usize) -> usize {
    (decile * 2 + usize::from(sex == Sex::Female)) * AGE.len() + band
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Program {
    Pqi,
    Pqe,
}

/// PQI age band 1..=14 (18–24, 25–29, … 80–84, 85+); `None` under 18.
#[must_use]
pub fn age_band_pqi(age: i32) -> Option<usize> {
    match age {
        i32::MIN..=17 => None,
        18..=24 => Some(1),
        85.. => Some(14),
        _ => usize::try_from((age - 25) / 5 + 2).ok(),
    }
}

/// PQE age band 1..=18 (0–4, 5–9, 10–14, 15–17, 18–24, 25–29, … 80–84, 85+); `None` below birth.
#[must_use]
pub fn age_band_pqe(age: i32) -> Option<usize> {
    match age {
        i32::MIN..=-1 => None,
        0..=14 => usize::try_from(age / 5 + 1).ok(),
        15..=17 => Some(4),
        18..=24 => Some(5),
        85.. => Some(18),
        _ => usize::try_from((age - 25) / 5 + 6).ok(),
    }
}

const AGE: [&str; 19] = [
    "", "AGECAT1", "AGECAT2", "AGECAT3", "AGECAT4", "AGECAT5", "AGECAT6", "AGECAT7", "AGECAT8", "AGECAT9", "AGECAT10",
    "AGECAT11", "AGECAT12", "AGECAT13", "AGECAT14", "AGECAT15", "AGECAT16", "AGECAT17", "AGECAT18",
];
const FEMALE_AGE: [&str; 19] = [
    "",
    "FAGECAT1",
    "FAGECAT2",
    "FAGECAT3",
    "FAGECAT4",
    "FAGECAT5",
    "FAGECAT6",
    "FAGECAT7",
    "FAGECAT8",
    "FAGECAT9",
    "FAGECAT10",
    "FAGECAT11",
    "FAGECAT12",
    "FAGECAT13",
    "FAGECAT14",
    "FAGECAT15",
    "FAGECAT16",
    "FAGECAT17",
    "FAGECAT18",
];
const POVERTY: [&str; 11] =
    ["", "POVCAT1", "POVCAT2", "POVCAT3", "POVCAT4", "POVCAT5", "POVCAT6", "POVCAT7", "POVCAT8", "POVCAT9", "POVCAT10"];

/// The model that knows the county's poverty.
const WITH_POVERTY: &str = "ses";

impl AreaRates {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut coefficients: Coefficients = FxHashMap::default();
        for (program, id) in [(Program::Pqi, "ahrq_pqi_coefficients"), (Program::Pqe, "ahrq_pqe_coefficients")] {
            for (i, row) in sets::rows(sets::text(id, dir)?).enumerate() {
                let (measure, rest) = pair(row, id, i)?;
                let (model, rest) = pair(rest, id, i)?;
                let (variable, estimate) = pair(rest, id, i)?;
                coefficients.insert((program, measure, model == WITH_POVERTY, variable), number(estimate, id, i)?);
            }
        }
        let mut poverty = FxHashMap::default();
        for (i, row) in sets::rows(sets::text("county_poverty", dir)?).enumerate() {
            let (fips, decile) = pair(row, "county_poverty", i)?;
            poverty.insert(fips, number(decile, "county_poverty", i)?);
        }
        let mut grids = [vec![Grid::new(); 100], vec![Grid::new(); 100]];
        for (program, measure) in coefficients.keys().map(|k| (k.0, k.1)) {
            if let Some(slot) = grids[program as usize].get_mut(measure_number(measure)).filter(|g| g.is_empty()) {
                *slot = rate_grid(&coefficients, program, measure);
            }
        }
        Ok(Self { grids, poverty })
    }

    /// Poverty decile of a county: 1 least poor, 10 poorest; `None` for an unknown county.
    #[must_use]
    pub fn poverty_decile(&self, county_fips: &str) -> Option<u8> {
        self.poverty.get(county_fips).copied()
    }

    /// Expected stays a person-year for a PQI (`"90"` is the overall composite), in 0..1.
    /// With a poverty decile the SES model is used, else age and sex alone. `None` under 18, for an
    /// unknown sex or outside the measure's ages.
    #[must_use]
    pub fn pqi(&self, measure: &'static str, age: i32, sex: Sex, decile: Option<u8>) -> Option<f64> {
        let band = age_band_pqi(age)?;
        match measure {
            "05" if age < 40 => return None,
            "15" if !(18..=39).contains(&age) => return None,
            _ => {}
        }
        self.rate(Program::Pqi, measure, band, sex, decile)
    }

    /// Expected ED visits a person-year for a PQE (`"01"` … `"05"`), in 0..1; `None` outside its ages.
    #[must_use]
    pub fn pqe(&self, measure: &'static str, age: i32, sex: Sex, decile: Option<u8>) -> Option<f64> {
        let ages = match measure {
            "01" => 5..=i32::MAX,
            "02" => 40..=i32::MAX,
            "03" => 0..=64,
            "04" => 5..=39,
            _ => 18..=i32::MAX,
        };
        if !ages.contains(&age) {
            return None;
        }
        self.rate(Program::Pqe, measure, age_band_pqe(age)?, sex, decile)
    }

    fn rate(&self, program: Program, measure: &'static str, band: usize, sex: Sex, decile: Option<u8>) -> Option<f64> {
        if sex == Sex::Unknown {
            return None;
        }
        self.grids[program as usize]
            .get(measure_number(measure))?
            .get(grid_cell(decile.map_or(0, usize::from), sex, band))
            .copied()
            .flatten()
    }
}

fn rate_grid(coefficients: &Coefficients, program: Program, measure: &'static str) -> Grid {
    let mut rates = vec![None; grid_cell(POVERTY.len() - 1, Sex::Female, AGE.len() - 1) + 1];
    for (decile, poverty) in POVERTY.iter().enumerate() {
        let ses = decile > 0;
        // A variable that is not in the table is the reference level: 0 on the logit.
        let term =
            |variable: &'static str| coefficients.get(&(program, measure, ses, variable)).copied().unwrap_or(0.0);
        let Some(intercept) = coefficients.get(&(program, measure, ses, "Intercept")) else { continue };
        for sex in [Sex::Female, Sex::Male] {
            for (band, age) in AGE.iter().enumerate() {
                let mut logit = *intercept + term(age);
                if sex == Sex::Female {
                    logit += term("FEMALE") + term(FEMALE_AGE[band]);
                }
                if ses {
                    logit += term(poverty);
                }
                rates[grid_cell(decile, sex, band)] = Some(1.0 / (1.0 + libm::exp(-logit)));
            }
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Reference;

    #[test]
    fn rates_are_the_published_logits() {
        let r = Reference::load(None).expect("embedded");
        // PQI 08, men of 85 and over, age-sex model: the intercept alone.
        let p = r.rates.pqi("08", 90, Sex::Male, None).expect("a rate");
        assert!((p - 1.0 / (1.0 + libm::exp(3.236_312_704_766))).abs() < 1e-12);
        // Men 60-64: 610 in 100,000 by the source's own note.
        let p = r.rates.pqi("08", 62, Sex::Male, None).expect("a rate");
        assert!((p * 1e5 - 610.0).abs() < 1.0, "{p}");
        assert_eq!(r.rates.pqi("05", 39, Sex::Male, None), None);
        assert_eq!(r.rates.pqi("90", 17, Sex::Male, None), None);
        assert_eq!(r.rates.pqi("90", 50, Sex::Unknown, None), None);
        assert_eq!(r.rates.poverty_decile("01001"), Some(4));
    }

    #[test]
    fn bands() {
        assert_eq!([18, 24, 25, 29, 80, 84, 85].map(age_band_pqi), [1, 1, 2, 2, 13, 13, 14].map(Some));
        assert_eq!([0, 4, 5, 14, 15, 17, 18, 25, 84, 85].map(age_band_pqe), [1, 1, 2, 3, 4, 4, 5, 6, 17, 18].map(Some));
    }
}

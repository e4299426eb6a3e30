//! A caseload instance alone: members, care managers and weights for the assignment engine, without a
//! population behind them. Owns the three files; refuses to know the engine.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::error::SynthError;
use super::places::COUNTIES;
use super::rng::{Rng, Stream};
use super::sink::{private_dir, private_file};
use crate::domain::Discipline;
use crate::domain::vocabulary::{Focus, Status};

/// ISO 639-1.
const ENGLISH: &str = "en";
/// The focus of children's teams.
const PEDIATRIC: &str = Focus::Pediatric.as_str();

/// Writes `members.csv`, `care_managers.csv` and `params.json` of an instance of `members` by `managers`.
///
/// # Errors
/// When a size is zero or a file cannot be written.
pub fn write_caseload_instance(members: u64, managers: u64, seed: u64, out: &Path) -> Result<(), SynthError> {
    if members == 0 || managers == 0 {
        return Err(SynthError::Options("an instance needs members and care managers".to_owned()));
    }
    private_dir(out)?;
    let staff: Vec<Post> = (0..managers).map(|i| draw_post(seed, i)).collect();
    let points = points_of(&staff, members);
    write_file(&out.join("members.csv"), &member_lines(seed, members, &staff, &points))?;
    write_file(&out.join("care_managers.csv"), &manager_lines(&staff, &points))?;
    let params = serde_json::json!({
        "care_managers": managers, "members": members, "seed": seed, "states": 5,
        "weights": { "balance": 30, "continuity_break": 300, "focus_mismatch": 100, "interpreter": 200, "travel_km_visit": 1 },
    });
    write_file(&out.join("params.json"), &format!("{params:#}\n"))
}

fn write_file(path: &Path, text: &str) -> Result<(), SynthError> {
    private_file(path)?.write_all(text.as_bytes()).map_err(|e| SynthError::io(path, e))
}

struct Post {
    discipline: &'static str,
    languages: String,
    states: Vec<&'static str>,
    focus: &'static str,
    status: &'static str,
    fte: f64,
    visits: bool,
    travel: u32,
    base: u32,
    county: usize,
    lat: f64,
    lon: f64,
    cases: i32,
}

fn near_county(r: &mut Rng, county: usize) -> (f64, f64) {
    let at = |centre: f64, u: f64| libm::round((centre + (u - 0.5) * 0.6) * 10_000.0) / 10_000.0;
    (at(COUNTIES[county].lat, r.unit()), at(COUNTIES[county].lon, r.unit()))
}

fn draw_post(seed: u64, i: u64) -> Post {
    let mut r = Rng::keyed(seed, i, Stream::Manager, 1);
    let kinds = [
        ("RN", "general|complex"),
        ("LCSW", "behavioral|general"),
        ("RN", "geriatric|complex"),
        ("RN", "pediatric|general"),
        ("CHW", "general"),
        ("RN", "general|geriatric|complex"),
        ("LPC", "behavioral"),
        ("PharmD", "complex|geriatric"),
    ];
    // The first posts cover every discipline, the rest are drawn.
    let (discipline, focus) =
        kinds[usize::try_from(i).ok().filter(|&i| i < kinds.len()).unwrap_or_else(|| r.below(kinds.len()))];
    let county = r.below(COUNTIES.len());
    let mut states: Vec<&str> =
        ["FL", "GA", "OH", "PA", "TX"].into_iter().filter(|&s| s == COUNTIES[county].state || r.chance(0.35)).collect();
    states.sort_unstable();
    let mut languages = "en".to_owned();
    for (language, share) in [("es", 0.35), ("vi", 0.06), ("ht", 0.05), ("zh", 0.06), ("ar", 0.05)] {
        if r.chance(share) {
            languages.push('|');
            languages.push_str(language);
        }
    }
    let (lat, lon) = near_county(&mut r, county);
    let fte = r.pick(&[0.5, 0.8, 1.0, 1.0]);
    #[expect(clippy::cast_possible_truncation, reason = "small counts")]
    let cases = (fte * (38.0 + 30.0 * r.unit())) as i32;
    let standing = match r.below(100) {
        0..=2 if i >= 8 => "leave",
        3..=6 if i >= 8 => "pto",
        _ => "active",
    };
    Post {
        discipline,
        languages,
        states,
        focus,
        status: standing,
        fte,
        visits: discipline != Discipline::PharmD.as_str() && r.chance(0.55),
        travel: r.pick(&[45, 45, 90]),
        base: r.pick(&[0, 0, 1, 2, 4]),
        county,
        lat,
        lon,
        cases,
    }
}

/// Points for about nine tenths of what the members ask, whatever the two sizes, by contracted cases.
fn points_of(staff: &[Post], members: u64) -> Vec<i64> {
    let wanted = i64::try_from(members).unwrap_or(0) * 27 * 9 / 100;
    let offered: i64 = staff.iter().map(|p| i64::from(p.cases)).sum::<i64>().max(1);
    staff.iter().map(|p| (i64::from(p.cases) * wanted / offered).clamp(12, 100_000)).collect()
}

fn manager_lines(staff: &[Post], points: &[i64]) -> String {
    let mut out =
        "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,\
                   base_points,home_visits,max_travel_km,state,zip3,lat,lon\n"
            .to_owned();
    for (i, (p, &points)) in staff.iter().zip(points).enumerate() {
        let cases = (points * 45 / 100).max(4);
        let _ = writeln!(
            out,
            "CM{:05},{},{},{},{},{},{:.1},{cases},{points},{},{},{},{},{},{},{:.4},{:.4}",
            i + 1,
            p.discipline,
            p.languages,
            p.states.join("|"),
            p.focus,
            p.status,
            p.fte,
            p.base,
            p.base * 2,
            u8::from(p.visits),
            p.travel,
            COUNTIES[p.county].state,
            &COUNTIES[p.county].zips[0][..3],
            p.lat,
            p.lon,
        );
    }
    out
}

fn member_lines(seed: u64, members: u64, staff: &[Post], points: &[i64]) -> String {
    let mut out =
        "member_id,priority_score,tcm,acuity_points,focus,required_discipline,language,language_required,state,zip3,\
                   lat,lon,home_visit,visits_per_month,current_care_manager_id,pinned\n"
            .to_owned();
    // A third of the members have a manager already: one who may keep the case and has the points.
    let mut room: Vec<i64> = staff.iter().zip(points).map(|(p, n)| n * 7 / 10 - i64::from(p.base) * 2).collect();
    let weights: [f64; COUNTIES.len()] = std::array::from_fn(|i| COUNTIES[i].weight);
    for i in 0..members {
        let mut r = Rng::keyed(seed, i, Stream::Instance, 0);
        let county = r.weighted(&weights);
        let place = &COUNTIES[county];
        let tcm = r.chance(0.08);
        let score = if tcm { 900 + r.range(0, 99) } else { 1 + r.range(0, 898) };
        let acuity = [1, 2, 3, 5, 8][r.weighted(&[0.27, 0.33, 0.22, 0.13, 0.05])];
        let focus =
            ["general", "geriatric", "complex", "behavioral", "pediatric"][r.weighted(&[0.34, 0.27, 0.19, 0.14, 0.06])];
        let need = match focus {
            "behavioral" => "LCSW|LPC",
            "complex" => ["RN", "RN", "PharmD|RN"][r.below(3)],
            _ => ["RN", "CHW|LCSW|LPC|RN", "CHW|LCSW", "CHW|LCSW|LPC|RN"][r.below(4)],
        };
        let language = if r.chance(place.spanish * 0.7) {
            "es"
        } else if r.chance(place.other.1) {
            place.other.0
        } else {
            "en"
        };
        let required = language != ENGLISH && r.chance(0.4);
        let (lat, lon) = near_county(&mut r, county);
        let home_visit = r.chance(0.14);
        let visits = r.range(0, 2) + i32::from(home_visit);
        let points_asked = i64::from(acuity);
        let current = if r.chance(0.35) {
            let first = r.below(staff.len());
            (0..staff.len().min(40)).map(|k| (first + k) % staff.len()).find(|&k| {
                let p = &staff[k];
                room[k] >= points_asked
                    && p.status != Status::Leave.as_str()
                    && need.split('|').any(|d| d == p.discipline)
                    && p.states.contains(&place.state)
                    && (!required || p.languages.split('|').any(|l| l == language))
                    && (focus != PEDIATRIC || p.focus.contains(PEDIATRIC))
                    && !home_visit
            })
        } else {
            None
        };
        if let Some(k) = current {
            room[k] -= points_asked;
        }
        let name = current.map_or_else(String::new, |k| format!("CM{:05}", k + 1));
        let pinned = current.is_some() && r.chance(0.03);
        let _ = writeln!(
            out,
            "M{:07},{score},{},{acuity},{focus},{need},{language},{},{},{},{lat:.4},{lon:.4},{},{visits},{name},{}",
            i + 1,
            u8::from(tcm),
            u8::from(required),
            place.state,
            &place.zips[0][..3],
            u8::from(home_visit),
            u8::from(pinned),
        );
    }
    out
}

//! Owns reading `members.csv`, `care_managers.csv` and the weights from bytes, by column name.
//! Refuses to open files, to judge the instance as a whole, or to print a member id in an error.

use std::collections::BTreeMap;

use super::error::CaseloadError;
use super::options::{WEIGHT_LIMIT, Weights};
use super::problem::Problem;
use super::rows::{CAPACITY_LIMIT, CareManager, CaseKind, Member, Position};
use crate::domain::unguard_text;
use crate::domain::vocabulary::{Discipline, Disciplines, Focus, FocusSet, Language, Languages, State, States, Status};

/// Keys of the weights, in the order of the contract.
pub const WEIGHT_KEYS: [&str; 5] = ["balance", "continuity_break", "travel_km_visit", "focus_mismatch", "interpreter"];

/// One file being read: its label, header and the present record.
struct Sheet<'a> {
    file: &'a str,
    columns: BTreeMap<String, usize>,
    record: csv::StringRecord,
    row: u64,
}

/// What the instances of earlier studies call `member_id`.
const OTHER_MEMBER_ID: &str = "person_id";

impl<'a> Sheet<'a> {
    fn read<T>(
        bytes: &[u8],
        file: &'a str,
        required: &[&str],
        mut parse: impl FnMut(&Sheet<'a>) -> Result<T, CaseloadError>,
    ) -> Result<Vec<T>, CaseloadError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
        let broken = |error: &csv::Error| csv_error(file, error);
        let header = reader.headers().map_err(|error| broken(&error))?.clone();
        let mut columns = BTreeMap::new();
        for (at, name) in header.iter().enumerate() {
            let mut name = name.trim().to_ascii_lowercase();
            if name == OTHER_MEMBER_ID {
                "member_id".clone_into(&mut name);
            }
            if !name.is_empty() && columns.insert(name.clone(), at).is_some() {
                return Err(CaseloadError::DuplicateColumn { file: file.to_owned(), column: name });
            }
        }
        for column in required {
            if !columns.contains_key(*column) {
                return Err(CaseloadError::MissingColumn { file: file.to_owned(), column: (*column).to_owned() });
            }
        }
        let mut sheet = Sheet { file, columns, record: csv::StringRecord::new(), row: 1 };
        let mut rows = Vec::new();
        while reader.read_record(&mut sheet.record).map_err(|error| broken(&error))? {
            sheet.row = sheet.record.position().map_or(0, csv::Position::line);
            rows.push(parse(&sheet)?);
        }
        Ok(rows)
    }

    /// Trimmed text of a cell; empty when the column is absent.
    fn text(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).map_or("", str::trim)
    }

    fn optional(&self, column: &str) -> Option<String> {
        let text = unguard_text(self.text(column));
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn fault(&self, column: &str, message: impl Into<String>) -> CaseloadError {
        CaseloadError::cell(self.file, self.row, column, message.into())
    }

    fn whole(&self, column: &str, low: u32, high: u32) -> Result<u32, CaseloadError> {
        let text = self.text(column);
        let range = || self.fault(column, format!("must be a whole number from {low} to {high}"));
        // "30.0" is what a spreadsheet makes of 30.
        let digits =
            text.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0')).map_or(text, |(int, _)| int);
        let value: u32 = digits.parse().map_err(|_| range())?;
        if (low..=high).contains(&value) { Ok(value) } else { Err(range()) }
    }

    fn whole_or(&self, column: &str, default: u32, low: u32, high: u32) -> Result<u32, CaseloadError> {
        if self.text(column).is_empty() { Ok(default) } else { self.whole(column, low, high) }
    }

    fn number(&self, column: &str) -> Result<f64, CaseloadError> {
        let value: f64 = self.text(column).parse().map_err(|_| self.fault(column, "must be a number"))?;
        if value.is_finite() { Ok(value) } else { Err(self.fault(column, "must be a finite number")) }
    }

    fn flag(&self, column: &str) -> Result<bool, CaseloadError> {
        match self.text(column).to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "y" => Ok(true),
            "" | "0" | "false" | "no" | "n" => Ok(false),
            _ => Err(self.fault(column, "must be 1 or 0")),
        }
    }

    fn position(&self) -> Result<Option<Position>, CaseloadError> {
        match (self.text("lat").is_empty(), self.text("lon").is_empty()) {
            (true, true) => Ok(None),
            (false, false) => Ok(Some(Position { lat: self.number("lat")?, lon: self.number("lon")? })),
            (lat_missing, _) => {
                Err(self.fault(if lat_missing { "lat" } else { "lon" }, "missing, but its partner is given"))
            }
        }
    }

    fn state(&self, column: &str) -> Result<Option<State>, CaseloadError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        State::parse(text).map(Some).ok_or_else(|| self.fault(column, "not a USPS state code"))
    }

    /// Every word of a `|`-separated cell through `add`; unknown words and an empty cell are faults.
    fn words<T: Copy, S: Default>(
        &self,
        column: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
        add: impl Fn(S, T) -> S,
    ) -> Result<S, CaseloadError> {
        let mut set = S::default();
        let mut any = false;
        for word in self.text(column).split('|').map(str::trim).filter(|word| !word.is_empty()) {
            let one = parse(word).ok_or_else(|| self.fault(column, format!("{word:.20?} is not {allowed}")))?;
            set = add(set, one);
            any = true;
        }
        if any { Ok(set) } else { Err(self.fault(column, format!("empty; needs {allowed}"))) }
    }
}

fn csv_error(file: &str, error: &csv::Error) -> CaseloadError {
    // The library's own text may quote a cell, so only kind and line go into the message.
    let at = error.position().map_or_else(String::new, |p| format!(" in row {}", p.line()));
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "text that is not UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "a row with more or fewer cells than the header",
        _ => "a broken row",
    };
    CaseloadError::Csv { file: file.to_owned(), message: format!("{what}{at}") }
}

const DISCIPLINE_WORDS: &str = "one of RN, LCSW, LPC, CHW, PharmD";
const FOCUS_WORDS: &str = "one of general, geriatric, pediatric, behavioral, complex";
const LANGUAGE_WORDS: &str = "an ISO 639-1 code";
const STATE_WORDS: &str = "a USPS state code";

/// Reads `members.csv`: any column order, extra columns ignored, one row per member. Optional
/// columns: zip3, lat, lon, `county_fips`, `visits_per_month`, pinned, tier, kind, `may_graduate`, `current_care_manager_id`.
///
/// # Errors
/// Broken CSV, a missing column, or a cell outside the contract, named by row and column.
pub fn read_members(bytes: &[u8], file: &str) -> Result<Vec<Member>, CaseloadError> {
    let required = [
        "member_id",
        "priority_score",
        "tcm",
        "acuity_points",
        "focus",
        "required_discipline",
        "language",
        "language_required",
        "state",
        "home_visit",
    ];
    Sheet::read(bytes, file, &required, |sheet| {
        let language = match sheet.text("language") {
            "" => None,
            text => {
                Some(Language::parse(text).ok_or_else(|| sheet.fault("language", format!("not {LANGUAGE_WORDS}")))?)
            }
        };
        let acuity = sheet.whole("acuity_points", 1, 8)?;
        let tier = sheet.whole_or("tier", 0, 1, 4)?;
        Ok(Member {
            id: sheet.optional("member_id").unwrap_or_default(),
            priority: narrow_to_u16(sheet.whole("priority_score", 1, 1000)?),
            tcm: sheet.flag("tcm")?,
            acuity: u8::try_from(acuity).unwrap_or(0),
            focus: Focus::parse(sheet.text("focus"))
                .ok_or_else(|| sheet.fault("focus", format!("not {FOCUS_WORDS}")))?,
            required: sheet.words("required_discipline", DISCIPLINE_WORDS, Discipline::parse, Disciplines::with)?,
            language,
            language_required: sheet.flag("language_required")?,
            state: sheet.state("state")?,
            zip3: sheet.text("zip3").to_owned(),
            position: sheet.position()?,
            county_fips: sheet.optional("county_fips"),
            home_visit: sheet.flag("home_visit")?,
            visits_per_month: narrow_to_u16(sheet.whole_or("visits_per_month", 0, 0, 999)?),
            current: sheet.optional("current_care_manager_id"),
            pinned: sheet.flag("pinned")?,
            tier: u8::try_from(tier).ok().filter(|tier| *tier > 0),
            kind: CaseKind::parse(sheet.text("kind")).ok_or_else(|| sheet.fault("kind", "not case or episode"))?,
            may_graduate: sheet.flag("may_graduate")?,
            source_row: sheet.row,
        })
    })
}

fn narrow_to_u16(value: u32) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// Reads `care_managers.csv`: any column order, extra columns ignored, one row per manager.
/// Optional columns: name, fte (1), base loads (0), state, zip3, lat, lon, `county_fips`,
/// `new_cases_per_week`, `episodes_per_week`, `back_on`, `cover_for`.
///
/// # Errors
/// Broken CSV, a missing column, or a cell outside the contract, named by row and column.
pub fn read_care_managers(bytes: &[u8], file: &str) -> Result<Vec<CareManager>, CaseloadError> {
    let required = [
        "care_manager_id",
        "discipline",
        "languages",
        "licensed_states",
        "focus",
        "status",
        "max_cases",
        "max_points",
        "home_visits",
        "max_travel_km",
    ];
    let limit = CAPACITY_LIMIT;
    Sheet::read(bytes, file, &required, |sheet| {
        let discipline = Discipline::parse(sheet.text("discipline"))
            .ok_or_else(|| sheet.fault("discipline", format!("not {DISCIPLINE_WORDS}")))?;
        let home_visits = sheet.flag("home_visits")?;
        let quota = |column: &str| {
            let empty = sheet.text(column).is_empty();
            if empty { Ok(None) } else { sheet.whole(column, 0, limit).map(Some) }
        };
        Ok(CareManager {
            id: sheet.optional("care_manager_id").unwrap_or_default(),
            name: sheet.optional("name"),
            discipline,
            languages: sheet.words("languages", LANGUAGE_WORDS, Language::parse, Languages::with)?,
            licensed: sheet.words("licensed_states", STATE_WORDS, State::parse, States::with)?,
            focus: sheet.words("focus", FOCUS_WORDS, Focus::parse, FocusSet::with)?,
            status: Status::parse(sheet.text("status"))
                .ok_or_else(|| sheet.fault("status", "not one of active, pto, leave"))?,
            fte: if sheet.text("fte").is_empty() { 1.0 } else { sheet.number("fte")? },
            max_cases: sheet.whole("max_cases", 1, limit)?,
            max_points: sheet.whole("max_points", 1, limit)?,
            base_cases: sheet.whole_or("base_cases", 0, 0, limit)?,
            base_points: sheet.whole_or("base_points", 0, 0, limit)?,
            home_visits,
            max_travel_km: match sheet.text("max_travel_km") {
                "" if !home_visits => 0.0,
                _ => sheet.number("max_travel_km")?,
            },
            state: sheet.state("state")?,
            zip3: sheet.text("zip3").to_owned(),
            position: sheet.position()?,
            county_fips: sheet.optional("county_fips"),
            weekly_new_cap: quota("new_cases_per_week")?,
            weekly_episode_cap: quota("episodes_per_week")?,
            back_on: sheet.optional("back_on"),
            cover_for: sheet.optional("cover_for"),
            source_row: sheet.row,
        })
    })
}

/// Reads both files and checks the instance.
///
/// # Errors
/// As [`read_members`], [`read_care_managers`] and [`Problem::with_files`].
pub fn read_problem(
    members: (&[u8], &str),
    care_managers: (&[u8], &str),
    weights: Weights,
) -> Result<Problem, CaseloadError> {
    let people = read_members(members.0, members.1)?;
    let staff = read_care_managers(care_managers.0, care_managers.1)?;
    Problem::with_files(people, staff, weights, members.1, care_managers.1)
}

/// Reads weights from a JSON object; keys left out keep their default. An object with a single key
/// `weights` that holds an object is read through.
///
/// # Errors
/// Not an object, an unknown key (naming the nearest), or a value that is no whole number in range.
pub fn read_weights_json(bytes: &[u8]) -> Result<Weights, CaseloadError> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| CaseloadError::WeightFile { message: error.to_string() })?;
    let object = value.get("weights").filter(|inner| inner.is_object()).unwrap_or(&value);
    let Some(object) = object.as_object() else {
        return Err(CaseloadError::WeightFile { message: "the top level is not an object".to_owned() });
    };
    let mut weights = Weights::default();
    for (key, value) in object {
        set_weight(&mut weights, key, value.as_f64())?;
    }
    Ok(weights)
}

/// Sets one weight by its key, for callers that read TOML or a config section. `value` is `None`
/// when the source holds no number.
///
/// # Errors
/// An unknown key (naming the nearest), or a value that is no whole number from 0 to 1,000,000.
pub fn set_weight(weights: &mut Weights, key: &str, value: Option<f64>) -> Result<(), CaseloadError> {
    let slot = match key {
        "balance" => &mut weights.balance,
        "continuity_break" => &mut weights.continuity_break,
        "travel_km_visit" => &mut weights.travel_km_visit,
        "focus_mismatch" => &mut weights.focus_mismatch,
        "interpreter" => &mut weights.interpreter,
        _ => {
            return Err(CaseloadError::WeightKey { key: key.to_owned(), nearest: nearest_key(key) });
        }
    };
    let wrong = || CaseloadError::WeightValue { key: key.to_owned() };
    let value = value.ok_or_else(wrong)?;
    if !(0.0..=f64::from(WEIGHT_LIMIT)).contains(&value) || value.fract() != 0.0 {
        return Err(wrong());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    // whole and in range, as just checked
    let whole = value as u32;
    *slot = whole;
    Ok(())
}

fn nearest_key(key: &str) -> &'static str {
    WEIGHT_KEYS.into_iter().min_by_key(|known| strsim::levenshtein(key, known)).unwrap_or("balance")
}

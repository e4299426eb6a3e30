//! Ids, names, words, codes, phones and flags from texts. Owns one spelling for each; refuses numbers and dates.

use arrow_array::{Array, ArrayRef, StringArray};

use super::column::{NO_FLAG, Pools};
use super::contract::{Beyond, ColumnSpec, Kind};
use super::findings::{Findings, Memo, TypeRefused, map_values, texts};
use super::null_words::NullWords;
use super::reason::Reason;
use crate::domain::{CodeId, Short, WordId, fix_bill, fix_width, normalise_icd, phone_number};

/// How a text column is read.
#[derive(Clone, Copy)]
pub struct TextRules<'a> {
    /// The column.
    pub spec: &'a ColumnSpec,
    /// Words for nothing.
    pub nulls: &'a NullWords,
    /// Shared tables of texts.
    pub pools: &'a Pools,
    /// Whether every member id of the file is written as a fraction; asked only when one is.
    pub whole_file_is_fractions: &'a dyn Fn() -> bool,
}

impl TextRules<'_> {
    /// A cell's text; none with the reason to count, if any.
    fn text<'t>(&self, text: &'t str) -> Result<&'t str, Option<Reason>> {
        match self.nulls.cell(text, self.spec) {
            Ok(t) if self.spec.kind == Kind::Phone && phone_number(t).is_none() => Err(Some(Reason::NoPhone)),
            read => read,
        }
    }
}

/// Trimmed texts; words for nothing and phones that are none are null.
///
/// # Errors
/// [`TypeRefused`] for member ids that have lost digits.
pub fn plain_texts(array: &ArrayRef, rules: &TextRules<'_>, found: &mut Findings) -> Result<StringArray, TypeRefused> {
    let values = texts(array)?;
    let unchanged =
        |i: usize| values.is_null(i) || rules.text(values.value(i)).is_ok_and(|t| t.len() == values.value(i).len());
    let values: StringArray = if (0..values.len()).all(unchanged) {
        values
    } else {
        let mut read = |text| rules.text(text).inspect_err(|reason| found.note_some(*reason)).ok();
        values.iter().map(|v| v.and_then(&mut read)).collect()
    };
    match rules.spec.kind {
        Kind::Id if array.data_type().is_floating() => Ok(float_ids(values, found)),
        Kind::Id if rules.spec.name == "member_id" => fractional_ids(values, rules, found),
        _ => Ok(values),
    }
}

/// Ids that a file holds as floating-point numbers: whole numbers are ids, anything else has lost its digits.
fn float_ids(values: StringArray, found: &mut Findings) -> StringArray {
    for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
        if values.value(row).contains(['.', 'e', 'E', 'N', 'i']) {
            found.fault(row, Reason::FloatId, values.value(row));
        } else {
            found.note(Reason::FloatIdColumn);
        }
    }
    values
}

/// Text ids such as `12345.0`: mended when every id of the file is one, else quarantined.
fn fractional_ids(
    values: StringArray,
    rules: &TextRules<'_>,
    found: &mut Findings,
) -> Result<StringArray, TypeRefused> {
    let fraction =
        |v: &str| v.strip_suffix(".0").is_some_and(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()));
    let scientific = |v: &str| {
        v.len() > 4
            && v.as_bytes().contains(&b'+')
            && v.contains("E+")
            && v.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'+'))
    };
    // One look at all bytes spares most batches the look at each id.
    let offset = |i: usize| values.value_offsets().get(i).and_then(|o| usize::try_from(*o).ok()).unwrap_or(0);
    let bytes = values.value_data().get(offset(0)..offset(values.len())).unwrap_or_default();
    if !bytes.contains(&b'.') && !bytes.contains(&b'+') {
        return Ok(values);
    }
    if values.iter().flatten().any(scientific) {
        return Err(TypeRefused("member ids are in scientific notation (such as 1.23E+11): their last digits are lost\nhint: export ids as text".to_owned()));
    }
    let count = values.iter().flatten().filter(|v| v.ends_with('0') && fraction(v)).count();
    if count == 0 {
        return Ok(values);
    }
    if (rules.whole_file_is_fractions)() {
        found.note_many(Reason::FloatIdColumn, count as u64);
        return Ok(values.iter().map(|v| v.map(|v| v.strip_suffix(".0").unwrap_or(v))).collect());
    }
    for row in (0..values.len()).filter(|row| values.is_valid(*row) && fraction(values.value(*row))) {
        found.fault(row, Reason::FloatId, values.value(row));
    }
    Ok(values)
}

/// Whether a member id is written as a fraction.
#[must_use]
pub fn is_fractional_id(text: &str) -> bool {
    text.trim().strip_suffix(".0").is_some_and(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()))
}

/// Columns whose cells may hold several values.
const LISTS: [&str; 3] = ["languages", "licensed_states", "focus"];

/// Interned words, NPIs among them.
///
/// # Errors
/// [`TypeRefused`] for a type that is no text.
pub fn words(
    array: &ArrayRef,
    rules: &TextRules<'_>,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<WordId>, TypeRefused> {
    // In a required closed list the row cannot be judged; this marks it for quarantine below.
    const UNKNOWN: WordId = WordId::from_number(u32::MAX);
    let (spec, word) = (rules.spec, &rules.pools.word);
    let map = |text: &str| {
        let text = match rules.nulls.cell(text, spec) {
            Ok(text) => text,
            Err(reason) => return (WordId::NONE, reason),
        };
        if spec.kind == Kind::Npi {
            return match npi(text) {
                Some((number, changed)) => (word.intern(&number), changed.then_some(Reason::FractionalNpi)),
                None => (WordId::NONE, Some(Reason::MissingWord)),
            };
        }
        let text = match rules.nulls.list_separator.filter(|_| LISTS.contains(&spec.name)) {
            Some(separator) => text.split(separator).map(str::trim).collect::<Vec<_>>().join("|"),
            None => text.to_owned(),
        };
        let text = if spec.kind == Kind::LowerWord { text.to_lowercase() } else { text };
        if !spec.allowed.is_empty() && !spec.allowed.contains(&text.as_str()) {
            return match spec.beyond {
                Beyond::Counted => (word.intern(&text), Some(Reason::UnknownValue)),
                _ if spec.strict() => (UNKNOWN, None),
                _ => (WordId::NONE, Some(Reason::UnknownValue)),
            };
        }
        (word.intern(&text), None)
    };
    let mut out = map_values(array, WordId::NONE, map, found, memo)?;
    if out.contains(&UNKNOWN) {
        let shown = texts(array)?;
        for (row, value) in out.iter_mut().enumerate().filter(|(_, value)| **value == UNKNOWN) {
            *value = WordId::NONE;
            found.fault(row, Reason::UnknownRequired, shown.value(row));
        }
    }
    Ok(out)
}

/// A provider's number as its digits, and whether it was spelled otherwise (`1000011118.0`, `1.000011118E9`); zeros alone
/// are none. What is no number stays as it is: a feed may know facilities by its own names.
fn npi(text: &str) -> Option<(String, bool)> {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if digits(text) {
        return text.bytes().any(|b| b != b'0').then(|| (text.to_owned(), false));
    }
    if let Some((whole, part)) = text.split_once('.')
        && digits(whole)
        && digits(part)
        && part.bytes().all(|b| b == b'0')
    {
        return npi(whole).map(|(whole, _)| (whole, true));
    }
    // Scientific notation is a number only where it holds all ten digits.
    if let Some((mantissa, exponent)) = text.split_once(['E', 'e'])
        && let Some((lead, part)) = mantissa.split_once('.')
        && lead.len() == 1
        && part.len() == 9
        && digits(lead)
        && digits(part)
        && matches!(exponent.trim_start_matches('+'), "9" | "09")
    {
        return Some((format!("{lead}{part}"), true));
    }
    Some((text.to_owned(), false))
}

/// Interned ICD codes. A diagnosis that is not shaped like one is kept and counted.
///
/// # Errors
/// As [`words`].
pub fn icd_codes(
    array: &ArrayRef,
    rules: &TextRules<'_>,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<CodeId>, TypeRefused> {
    let mut buffer = String::new();
    let diagnoses = rules.spec.name.starts_with("diagnosis_code");
    let map = |text: &str| {
        let text = match rules.nulls.cell(text, rules.spec) {
            Ok(text) => text,
            Err(reason) => return (CodeId::NONE, reason),
        };
        match normalise_icd(text, &mut buffer) {
            Some(code) if diagnoses && !is_icd_shaped(code) => {
                let kept = if code.len() <= 10 { rules.pools.icd.intern(code) } else { CodeId::NONE };
                (kept, Some(Reason::NotIcdShaped))
            }
            Some(code) if code.len() <= 10 => {
                (rules.pools.icd.intern(code), (code != text).then_some(Reason::CodeSpelling))
            }
            Some(_) => (CodeId::NONE, Some(Reason::UnreadableCode)),
            None => (CodeId::NONE, Some(Reason::PlaceholderCode)),
        }
    };
    let out = map_values(array, CodeId::NONE, map, found, memo)?;
    if diagnoses {
        let unread = found.notes.get(&Reason::NotIcdShaped).copied().unwrap_or(0);
        found.codes += (out.iter().filter(|code| code.is_some()).count() as u64).max(unread);
    }
    Ok(out)
}

/// The shape of a diagnosis of ICD-10-CM (a letter, a digit, a digit or letter, up to four more) or ICD-9-CM (three to
/// five digits, or V or E before digits), without its dot.
fn is_icd_shaped(code: &str) -> bool {
    let Some((first, rest)) = code.as_bytes().split_first() else { return false };
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let ten = first.is_ascii_uppercase()
        && (2..=6).contains(&rest.len())
        && rest[0].is_ascii_digit()
        && rest.iter().all(u8::is_ascii_alphanumeric)
        && rest[1..].iter().filter(|b| b.is_ascii_alphabetic()).count() <= 5;
    let nine =
        (first.is_ascii_digit() || matches!(first, b'V' | b'E')) && (2..=4).contains(&rest.len()) && digits(rest);
    ten || nine
}

/// Short codes of a fixed width.
///
/// # Errors
/// As [`words`].
pub fn short_codes(
    array: &ArrayRef,
    rules: &TextRules<'_>,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<Short>, TypeRefused> {
    let map = |text: &str| {
        let text = match rules.nulls.cell(text, rules.spec) {
            Ok(text) => text,
            Err(reason) => return (Short::NONE, reason),
        };
        let (fixed, changed) = match rules.spec.kind {
            Kind::Bill => fix_bill(text),
            Kind::Fixed(width) => fix_width(text, usize::from(width)),
            _ => (text.to_owned(), false),
        };
        let width = if let Kind::Fixed(w) = rules.spec.kind { usize::from(w) } else { 3 };
        match Short::parse(&fixed).filter(|_| fixed.len() == width) {
            Some(short) => (short, changed.then_some(Reason::Padded)),
            None => (Short::NONE, Some(Reason::UnreadableCode)),
        }
    };
    map_values(array, Short::NONE, map, found, memo)
}

/// Yes, no and [`NO_FLAG`].
///
/// # Errors
/// As [`words`].
pub fn flags(
    array: &ArrayRef,
    rules: &TextRules<'_>,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<u8>, TypeRefused> {
    let map = |text: &str| match rules.nulls.cell(text, rules.spec).map(str::to_ascii_lowercase) {
        Err(reason) => (NO_FLAG, reason),
        Ok(text) => match text.as_str() {
            "1" | "1.0" | "y" | "yes" | "true" | "t" => (1, None),
            "0" | "0.0" | "n" | "no" | "false" | "f" => (0, None),
            _ => (NO_FLAG, Some(Reason::UnknownValue)),
        },
    };
    map_values(array, NO_FLAG, map, found, memo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_provider_has_one_number() {
        let read = npi;
        for text in ["1000011118.0", "1000011118.00", "1.000011118E9", "1.000011118e+09"] {
            assert_eq!(read(text), Some(("1000011118".to_owned(), true)), "{text}");
        }
        for text in ["1000011118", "H1", "1.00001E+09", "1000011118.5", "North.Campus"] {
            assert_eq!(read(text), Some((text.to_owned(), false)), "{text}");
        }
        assert_eq!((read("0"), read("0000000000"), read("0.0")), (None, None, None));
    }

    #[test]
    fn diagnoses_of_other_systems_are_told_by_their_shape() {
        for code in ["E119", "I5022", "S72001A", "O0000", "C7A010", "Z9911", "25000", "410", "V270", "E8859", "E885"] {
            assert!(is_icd_shaped(code), "{code}");
        }
        for code in ["44054006", "C10F.", "DIABETES", "38341003", "TYPE2", "A", "1", "XE0UC00"] {
            assert!(!is_icd_shaped(code), "{code}");
        }
    }
}

//! Owns the look at a training table before anything is fitted: labels, constants, leaks.
//! Refuses to know learners.

use super::encode::{EncodedColumn, FeatureDictionary, MIN_LEVEL_ROWS};
use super::flat::{ColumnData, FlatTable};
use crate::learners::boosting::{BinSource, Binned, FeatureBins};
use crate::learners::{LearnError, Refusal};
use serde::{Deserialize, Serialize};

/// A single feature above this AUROC is the label in disguise until someone says otherwise.
const SUSPECT_AUROC: f64 = 0.95;
/// Least events and least non-events.
const MIN_EVENTS: usize = 100;

/// What the look found and let pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Rows.
    pub rows: usize,
    /// Groups.
    pub groups: usize,
    /// Rows with the event.
    pub events: usize,
    /// Features with one value only; they stay in the dictionary and carry no weight.
    pub constant: Vec<String>,
    /// Numeric features with values that single precision cannot hold to the unit.
    #[serde(default)]
    pub coarse: Vec<String>,
    /// Categorical features with most rows in rare levels: ids or free text by the look of it.
    pub mostly_rare: Vec<String>,
    /// Suspects that were allowed, with why they are.
    pub suspects: Vec<(String, String)>,
}

/// Looks at a training table.
///
/// # Errors
/// [`Refusal::OneClass`], [`Refusal::TooFew`] (under 100 events or non-events), [`Refusal::NoFeature`],
/// and, unless `allow_suspect`, [`Refusal::Suspect`]: one feature alone has AUROC above .95 (as a
/// ranking or level by level), or counts the rows of its group.
pub fn inspect(
    table: &FlatTable,
    dictionary: &FeatureDictionary,
    columns: &[EncodedColumn<'_>],
    allow_suspect: bool,
) -> Result<Findings, LearnError> {
    let Some(labels) = &table.labels else {
        return Err(LearnError::Table("training needs labels".into()));
    };
    let events = labels.iter().filter(|l| **l).count();
    let others = labels.len() - events;
    if events == 0 || others == 0 {
        return Err(Refusal::OneClass(if events == 0 { "negative" } else { "positive" }).into());
    }
    for (what, found) in [("events", events), ("non-events", others)] {
        if found < MIN_EVENTS {
            return Err(Refusal::TooFew { what, found, needed: MIN_EVENTS }.into());
        }
    }
    let mut out = Findings { rows: table.rows(), groups: table.groups.count(), events, ..Findings::default() };
    let counts = GroupCounts::of(table);
    for (feature, column) in dictionary.features.iter().zip(columns) {
        if matches!(column, EncodedColumn::Numeric(v) if v.iter().any(|x| x.abs() > 16_777_216.0)) {
            out.coarse.push(feature.name.clone());
        }
        let bins = counts_by_bin(column, feature.rare_code(), labels);
        let rare = bins.get(usize::from(feature.rare_code())).map_or(0, |b| b.0);
        let mostly_rare = feature.rare_code() > 0 && rare * 2 > table.rows();
        let constant = bins.iter().filter(|b| b.0 > 0).count() < 2;
        // An id has no level that is not rare: that is said, and says more than "constant".
        if mostly_rare {
            out.mostly_rare.push(feature.name.clone());
        } else if constant {
            out.constant.push(feature.name.clone());
        }
        if constant {
            continue;
        }
        let auroc = by_order(&bins).max(by_rate(&bins));
        let why = if auroc > SUSPECT_AUROC {
            Some(format!("AUROC {auroc:.3} alone"))
        } else {
            table.column(&feature.name).and_then(|c| counts.matches(&c.data)).map(str::to_owned)
        };
        if let Some(why) = why {
            if !allow_suspect {
                return Err(Refusal::Suspect { feature: feature.name.clone(), why }.into());
            }
            out.suspects.push((feature.name.clone(), why));
        }
    }
    if out.constant.len() == dictionary.features.len() {
        return Err(Refusal::NoFeature.into());
    }
    Ok(out)
}

/// Rows and events per bin.
type Bins = Vec<(usize, usize)>;

/// Rows and events per bin of a column.
fn counts_by_bin(column: &EncodedColumn<'_>, rare: u8, labels: &[bool]) -> Bins {
    let (how, source) = match column {
        EncodedColumn::Numeric(v) => (FeatureBins::fit_numeric(v, None), BinSource::Numeric(v)),
        EncodedColumn::Codes(c) => (FeatureBins::Categorical { levels: rare }, BinSource::Codes(c)),
    };
    let n = how.count();
    let binned = Binned::build(&[how], &[source], labels.len());
    let mut out = vec![(0, 0); n];
    for (row, label) in labels.iter().enumerate() {
        if let Some(b) = binned.row(row).first().and_then(|b| out.get_mut(usize::from(*b))) {
            b.0 += 1;
            b.1 += usize::from(*label);
        }
    }
    out
}

/// AUROC of the bins in their own order, either way round.
fn by_order(bins: &[(usize, usize)]) -> f64 {
    let a = binned_auroc(bins);
    a.max(1.0 - a)
}

/// AUROC of the bins in the order of their event rate; small bins are pooled.
fn by_rate(bins: &[(usize, usize)]) -> f64 {
    let (mut large, small): (Bins, Bins) = bins.iter().copied().partition(|b| b.0 >= MIN_LEVEL_ROWS);
    large.push(small.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)));
    large.retain(|b| b.0 > 0);
    large.sort_by(|a, b| (a.1 * b.0).cmp(&(b.1 * a.0)));
    binned_auroc(&large)
}

fn binned_auroc(bins: &[(usize, usize)]) -> f64 {
    let events: usize = bins.iter().map(|b| b.1).sum();
    let others: usize = bins.iter().map(|b| b.0 - b.1).sum();
    let (mut below, mut wins) = (0.0, 0.0);
    for &(n, e) in bins {
        wins += e as f64 * (below + 0.5 * (n - e) as f64);
        below += (n - e) as f64;
    }
    wins / (events as f64 * others as f64).max(1.0)
}

/// A count by row.
type Count<'a> = dyn Fn(usize) -> i64 + 'a;

/// For each row: rows of its group, and its place among them in id order.
struct GroupCounts {
    size: Vec<u32>,
    place: Vec<u32>,
    any_repeat: bool,
}

impl GroupCounts {
    fn of(table: &FlatTable) -> Self {
        let mut sizes = vec![0_u32; table.groups.count()];
        let mut place = vec![0; table.rows()];
        for row in table.canonical_order() {
            let group = table.groups.codes[row as usize] as usize;
            place[row as usize] = sizes[group];
            sizes[group] += 1;
        }
        let size = table.groups.codes.iter().map(|&c| sizes[c as usize]).collect();
        Self { size, place, any_repeat: sizes.iter().any(|&s| s > 1) }
    }

    /// What a numeric column counts across its group's rows, if it does.
    fn matches(&self, data: &ColumnData) -> Option<&'static str> {
        let ColumnData::Numeric(v) = data else { return None };
        if !self.any_repeat {
            return None;
        }
        let is = |f: &Count<'_>| v.iter().enumerate().all(|(i, &x)| f64::from(x) == f(i) as f64);
        let (size, place) = (|i: usize| i64::from(self.size[i]), |i: usize| i64::from(self.place[i]));
        for shift in [0, 1] {
            if is(&|i| size(i) - shift) {
                return Some("it counts the rows of its group");
            }
            if is(&|i| place(i) + shift) {
                return Some("it numbers the rows of its group");
            }
            if is(&|i| size(i) - place(i) - shift) {
                return Some("it counts the later rows of its group");
            }
        }
        is(&|i| i64::from(size(i) > place(i) + 1)).then_some("it says whether a later row of its group exists")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::table::{FeatureColumn, Groups};

    fn make(f: impl Fn(usize) -> f32, events: usize) -> (FlatTable, FeatureDictionary) {
        let n = 1000;
        let ids: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        let groups: Vec<String> = (0..n).map(|i| ((i * i + i / 3) % 400).to_string()).collect();
        let column = |name: &str, v: Vec<f32>| FeatureColumn { name: name.into(), data: ColumnData::Numeric(v) };
        let t = FlatTable {
            ids: ids.iter().map(String::as_str).collect(),
            groups: Groups::from_texts(groups.iter().map(String::as_str)),
            labels: Some((0..n).map(|i| i < events).collect()),
            columns: vec![column("x", (0..n).map(f).collect()), column("one", vec![1.0; n])],
            ..FlatTable::default()
        };
        let d = FeatureDictionary::fit(&t);
        (t, d)
    }

    fn look(case: &(FlatTable, FeatureDictionary), allow: bool) -> Result<Findings, LearnError> {
        inspect(&case.0, &case.1, &case.1.encode(&case.0)?.columns, allow)
    }

    #[test]
    fn constants_are_reported_and_thin_labels_refused() {
        let noise = |i: usize| (i * 7919 % 13) as f32;
        assert_eq!(look(&make(noise, 300), false).unwrap().constant, ["one"]);
        for events in [0, 1000, 99, 901] {
            assert_eq!(look(&make(noise, events), false).unwrap_err().exit_code(), 9, "{events}");
        }
        assert!(matches!(look(&make(|_| 2.0, 300), false), Err(LearnError::Refused(Refusal::NoFeature))));
    }

    #[test]
    fn the_label_in_disguise_is_refused_unless_allowed() {
        let shapes: [fn(usize) -> f32; 3] =
            [|i| if i < 300 { 1.0 } else { 0.0 }, |i| -(i as f32), |i| if i < 300 { 5.0 } else { (i % 2 * 9) as f32 }];
        for f in shapes {
            let case = make(f, 300);
            assert!(look(&case, false).unwrap_err().to_string().contains("`x`"));
            assert_eq!(look(&case, true).unwrap().suspects.len(), 1);
        }
    }

    #[test]
    fn counts_over_a_group_are_refused() {
        let (t, _) = make(|_| 0.0, 300);
        let counts = GroupCounts::of(&t);
        for f in [
            &(|i: usize| counts.size[i] as f32) as &dyn Fn(usize) -> f32,
            &|i| counts.place[i] as f32 + 1.0,
            &|i| (counts.size[i] - counts.place[i] - 1) as f32,
            &|i| f32::from(u8::from(counts.size[i] > counts.place[i] + 1)),
        ] {
            assert!(look(&make(f, 300), false).unwrap_err().to_string().contains("of its group"));
        }
    }
}

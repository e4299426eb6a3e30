//! The folders that stand between scatter, stage and rank. Owns which streams a part must find there, no fewer and no more,
//! and which of its rows travel on; refuses to pack or to read a row.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::ClusterError;
use super::part_folder::{ROWS_FOLDER, rows_file};
use super::part_record::PartRecord;
use super::prelude_file::{EVENT_EXTRACTS, PreludeFolder};
use super::receipt::Receipt;
use crate::extracts::{
    ExtractStreams, InputUnit, RunFile, SettledRows, StreamLabel, Streams, Tally, extract, stream_path,
};

/// The name of an input's extract as this version knows it.
fn name_of(unit: &InputUnit) -> Result<&'static str, ClusterError> {
    let found = extract(&unit.extract).map(|spec| spec.name);
    found.ok_or_else(|| ClusterError::Usage(format!("the prelude names an unknown extract, {}", unit.extract)))
}

fn open(path: &Path, label: &StreamLabel, name: &'static str, whose: &str) -> Result<RunFile, ClusterError> {
    RunFile::open(path, label, name)
        .map_err(|why| ClusterError::misfit(&format!("the stream of input {} ({name}) to {whose} {why}", label.input)))
}

fn add(streams: &mut BTreeMap<&'static str, ExtractStreams>, name: &'static str, file: RunFile) {
    let entry = streams.entry(name).or_default();
    entry.account.add(&file.account);
    entry.refused.extend(file.refused.iter().cloned());
    entry.files.push(file);
}

/// The rows that everyone reads, as the prelude packed them.
///
/// # Errors
/// [`ClusterError::Misfit`].
pub fn everyone_streams(prelude: &PreludeFolder) -> Result<Streams, ClusterError> {
    let mut by_extract = BTreeMap::new();
    let units = prelude.prelude.inventory.units.iter().enumerate();
    for (input, unit) in units.filter(|(_, unit)| unit.everyone) {
        let label = StreamLabel { prelude: prelude.id.clone(), input, part: None };
        let name = name_of(unit)?;
        add(&mut by_extract, name, open(&stream_path(&prelude.folder, None, input), &label, name, "everyone")?);
    }
    Ok(Streams { by_extract, whole: true })
}

/// Every stream to one part, with those of everyone: of each input exactly one. What the part must tell of its inputs is
/// noted in `record`, and the rows that arrived are returned, by input.
///
/// # Errors
/// [`ClusterError::Misfit`] for a stream that is missing, one too many, cut, changed or meant for another part.
pub fn part_streams(
    prelude: &PreludeFolder,
    from: &Path,
    part: usize,
    record: &mut PartRecord,
) -> Result<(Streams, BTreeMap<usize, u64>), ClusterError> {
    let mut streams = Streams { whole: false, ..everyone_streams(prelude)? };
    let mut rows = BTreeMap::new();
    let units = prelude.prelude.inventory.units.iter().enumerate();
    for (input, unit) in units.filter(|(_, unit)| !unit.everyone) {
        let label = StreamLabel { prelude: prelude.id.clone(), input, part: Some(part) };
        let name = name_of(unit)?;
        let file = open(&stream_path(from, Some(part), input), &label, name, &format!("part {part}"))?;
        rows.insert(input, file.rows);
        record.accounts.insert(input, file.account.clone());
        if !file.refused.is_empty() {
            record.refused.insert(input, (name, file.refused.clone()));
        }
        add(&mut streams.by_extract, name, file);
    }
    let there = std::fs::read_dir(from.join(format!("part={part}"))).map_err(ClusterError::disk("the streams"))?;
    let names = there.filter_map(Result::ok).map(|e| e.file_name().to_string_lossy().into_owned());
    let streams_there = names.filter(|n| n.ends_with(".runs") && !n.starts_with('.')).count();
    if streams_there != rows.len() {
        return Err(ClusterError::misfit(&format!(
            "part {part} has {streams_there} streams, and the prelude lists {} inputs",
            rows.len()
        )));
    }
    Ok((streams, rows))
}

/// The rows of every part that travel on, with the whole account of every extract: what `rank` reads in the place of files.
///
/// # Errors
/// [`ClusterError::Misfit`] when rows were lost or doubled between scatter and stage, or parts tell of different inputs.
pub fn whole_streams(
    prelude: &PreludeFolder,
    receipts: &[Receipt],
    records: &mut [PartRecord],
) -> Result<Streams, ClusterError> {
    let mut streams = everyone_streams(prelude)?;
    let units = prelude.prelude.inventory.units.iter().enumerate();
    for (input, unit) in units.filter(|(_, unit)| !unit.everyone) {
        let name = name_of(unit)?;
        let account = one_account(input, records)?;
        let arrived: u64 = receipts.iter().map(|r| r.rows.get(&input).copied().unwrap_or(0)).sum();
        if arrived != account.rows_used {
            return Err(ClusterError::misfit(&format!(
                "of input {input} ({name}) {arrived} rows arrived in the parts, and {} were sent",
                account.rows_used
            )));
        }
        let entry = streams.by_extract.entry(name).or_default();
        entry.account.add(&account);
        for record in records.iter_mut() {
            entry.refused.extend(record.refused.remove(&input).into_iter().flat_map(|(_, rows)| rows));
        }
        if EVENT_EXTRACTS.contains(&name) {
            continue;
        }
        for receipt in receipts {
            let label = StreamLabel { prelude: prelude.id.clone(), input, part: Some(receipt.part) };
            let path = receipt.folder.join(ROWS_FOLDER).join(rows_file(input));
            entry.files.push(open(&path, &label, name, &format!("part {}", receipt.part))?);
        }
    }
    for name in EVENT_EXTRACTS {
        if let Some(entry) = streams.by_extract.get_mut(name) {
            let mut settled = SettledRows::default();
            for rows in records.iter_mut().filter_map(|record| record.settled.remove(name)) {
                settled.tally.add(&rows.tally);
                settled.quarantine.extend(rows.quarantine);
            }
            entry.settled = Some(settled);
        }
    }
    Ok(streams)
}

/// The account of an input, which every part tells alike.
fn one_account(input: usize, records: &[PartRecord]) -> Result<Tally, ClusterError> {
    let mut accounts = records.iter().map(|record| record.accounts.get(&input));
    let first = accounts.next().flatten();
    match first {
        Some(account) if accounts.all(|other| other == Some(account)) => Ok(account.clone()),
        _ => Err(ClusterError::misfit(&format!("the parts have read input {input} differently"))),
    }
}

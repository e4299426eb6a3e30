//! Briefs of a published run on request: one person, one manager's people, or everybody listed. Owns who is meant and
//! which earlier run tells what changed; refuses to show what a sensitive role alone may read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::briefs::{BriefSources, gather_briefs};
use super::call_sheets::gather_sheets;
use super::error::RunError;
use super::verification::verify_run;
use crate::domain::Day;
use crate::publish::{Brief, Manifest, brief_page};

/// Whose briefs are asked for.
#[derive(Clone, Debug)]
pub enum WhoseBrief {
    /// One member.
    Member(String),
    /// Everybody on one manager's sheet.
    Manager(String),
    /// Everybody on any sheet.
    All,
}

/// The page, and how many people it holds.
///
/// # Errors
/// Exit 8 when the run does not verify, 2 when it does not know whom is meant.
pub fn brief_of_run(run: &Path, whose: &WhoseBrief) -> Result<(String, usize), RunError> {
    let (manifest, problems) = verify_run(run)?;
    if !problems.is_empty() {
        return Err(RunError::Verify(problems));
    }
    let as_of =
        Day::parse_iso(&manifest.as_of).ok_or_else(|| RunError::Internal("the manifest names no night".to_owned()))?;
    let sources = BriefSources { run: run.to_path_buf(), as_of, previous: earlier_run(run, &manifest), cadence: None };
    let banner = manifest.banner.as_deref();
    let people = match whose {
        WhoseBrief::Member(id) => {
            let briefs = gather_briefs(&sources, &BTreeSet::from([id.clone()]), &|_| false)?;
            if briefs.is_empty() {
                return Err(RunError::Usage("no such member in this run".to_owned()));
            }
            briefs.into_values().collect()
        }
        WhoseBrief::Manager(id) => {
            let found = gather_sheets(&sources, &BTreeMap::new())?.sheets.into_iter().find(|s| s.manager_id == *id);
            let sheet = found.ok_or_else(|| RunError::Usage(format!("nobody works with {id} in this run")))?;
            sheet.own.into_iter().chain(sheet.new).collect()
        }
        WhoseBrief::All => {
            let all = gather_sheets(&sources, &BTreeMap::new())?;
            let people = all.sheets.into_iter().flat_map(|s| s.own.into_iter().chain(s.new));
            people.chain(all.facility).collect::<Vec<Brief>>()
        }
    };
    let page = brief_page(&manifest.run_id, as_of, banner, &people.iter().collect::<Vec<_>>())?;
    Ok((page, people.len()))
}

/// The run that this one remembered, when it is still kept beside it.
fn earlier_run(run: &Path, manifest: &Manifest) -> Option<PathBuf> {
    let wanted = manifest.previous_digest.as_deref()?;
    let beside = run.canonicalize().ok()?.parent()?.to_path_buf();
    let mut runs: Vec<PathBuf> = std::fs::read_dir(beside).ok()?.filter_map(Result::ok).map(|e| e.path()).collect();
    runs.sort();
    runs.into_iter().find(|path| {
        let bytes = std::fs::read(path.join("manifest.json")).unwrap_or_default();
        serde_json::from_slice::<Manifest>(&bytes).is_ok_and(|m| m.digest == wanted)
    })
}

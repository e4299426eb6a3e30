//! The pages of callers: the workbook with a sheet a care manager, and a brief a person. Owns who may read what on them;
//! refuses to decide who stands where.

use std::collections::BTreeMap;

use super::error::PipelineError;
use super::night::Night;
use crate::config::OutputFormat;
use crate::publish::{Staging, brief_page, worklists_workbook};
use crate::runs::{BriefSources, Cadence, SheetReader, gather_sheets, people_with_a_page};

/// Writes `worklists.xlsx` and `briefs/`, from the tables that are staged.
///
/// # Errors
/// When a staged table cannot be read, or the disk refuses.
pub fn write_call_pages(staging: &mut Staging, night: &Night<'_>) -> Result<(), PipelineError> {
    let plan = night.plan;
    if !plan.output.wants(OutputFormat::Xlsx) && !plan.output.wants(OutputFormat::Html) {
        return Ok(());
    }
    let sources = BriefSources {
        run: staging.path().to_path_buf(),
        as_of: plan.as_of,
        previous: night.previous_run.map(std::path::Path::to_path_buf),
        cadence: Some(Cadence { days: plan.clocks.cadence_days, tiers: plan.list.tiers }),
    };
    let reader = |m: &crate::extracts::Manager| SheetReader {
        name: m.name.as_deref().unwrap_or("").to_owned(),
        sensitive: plan.output.unmasked_sheet(&m.discipline, &m.focus),
    };
    let managers = &night.inputs.extracts.managers;
    let readers: BTreeMap<String, SheetReader> = managers.iter().map(|m| (m.id.to_string(), reader(m))).collect();
    let pages = gather_sheets(&sources, &readers)?;
    let banner = night.banner();
    let banner = banner.as_deref();
    if plan.output.wants(OutputFormat::Xlsx) {
        staging.write("worklists.xlsx", &worklists_workbook(&pages.sheets, &pages.facility, plan.as_of, banner)?)?;
    }
    if plan.output.wants(OutputFormat::Html) {
        for sheet in pages.sheets.iter().filter(|s| !s.manager_id.is_empty()) {
            let people = people_with_a_page(sheet);
            if !people.is_empty() {
                let page = brief_page(&sheet.manager_id, plan.as_of, banner, &people)?;
                staging.write(&format!("briefs/{}.html", file_name(&sheet.manager_id)), page.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// A manager's id as a file name: what is no letter, digit, dot, dash or underscore becomes an underscore, and a short
/// hash keeps two such ids apart.
fn file_name(manager: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if manager.chars().all(plain) && !manager.starts_with('.') && manager.len() <= 100 {
        return manager.to_owned();
    }
    let clean: String = manager.chars().take(60).map(|c| if plain(c) { c } else { '_' }).collect();
    let hash = crate::reference::sha256_hex(manager.as_bytes());
    format!("{}-{}", clean.trim_start_matches('.'), &hash[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_leads_out_of_the_folder() {
        assert_eq!(file_name("CM-01.a"), "CM-01.a");
        let climbing = file_name("../../etc/passwd");
        assert!(!climbing.contains('/') && !climbing.starts_with('.'), "{climbing}");
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }
}

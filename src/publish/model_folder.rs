//! A model folder read, and written whole or not at all. Owns the move into place; refuses to replace a folder that
//! holds anything but a model, and to know what the files mean.

use std::fs;
use std::path::{Path, PathBuf};

use super::directory::{OutputFolder, write_private};
use super::disk;
use super::error::PublishError;
use crate::learners::{Artifact, LearnError};
use crate::models::trained::TrainedModel;

fn refused_folder(what: &str, why: std::io::Error) -> PublishError {
    PublishError::Io { what: what.to_owned(), why }
}

/// The bytes of one file of a model folder.
fn read_part(folder: &Path, name: &str) -> Result<Vec<u8>, LearnError> {
    let path = folder.join(name);
    fs::read(&path).map_err(|source| {
        if source.kind() == std::io::ErrorKind::NotFound {
            let place = folder.display();
            LearnError::Spec(format!(
                "{place} holds no model: there is no {name}\nhint: name a folder that `train` wrote"
            ))
        } else {
            LearnError::Io { path: path.display().to_string(), source }
        }
    })
}

/// Reads a learner's artifact.
///
/// # Errors
/// [`LearnError::Spec`] for a folder that holds none, [`LearnError::Io`], and those of [`Artifact::from_files`].
pub fn read_artifact(folder: &Path) -> Result<Artifact, LearnError> {
    Artifact::from_files(|name| read_part(folder, name))
}

/// Reads a model that scores members.
///
/// # Errors
/// As [`read_artifact`], and [`LearnError::Artifact`] for a model of a flat table.
pub fn read_trained_model(folder: &Path) -> Result<TrainedModel, LearnError> {
    TrainedModel::from_files(|name| read_part(folder, name))
}

/// Whether a folder may be replaced by a model: it is not there, empty, or holds a model.
fn is_replaceable(out: &Path) -> bool {
    match fs::read_dir(out) {
        Err(_) => !out.exists(),
        Ok(mut entries) => entries.next().is_none() || out.join("model.json").exists(),
    }
}

/// Writes the files beside `out` and moves them there in one step; an older model at that place goes away last.
///
/// # Errors
/// [`PublishError::Io`]; `out` is then as it was.
pub fn write_model(out: &Path, files: &[(String, Vec<u8>)]) -> Result<(), PublishError> {
    if !is_replaceable(out) {
        let why = std::io::Error::other("the folder holds files that are no model; name another with --out");
        return Err(refused_folder("model folder", why));
    }
    let parent =
        out.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let name = out.file_name().map_or_else(|| "model".to_owned(), |n| n.to_string_lossy().into_owned());
    // Makes the parent when it is missing, private as every folder of ours.
    OutputFolder::plain(&parent)?;
    let staging = parent.join(format!(".tmp-{name}-{}", std::process::id()));
    let old = parent.join(format!(".old-{name}-{}", std::process::id()));
    let written = OutputFolder::plain(&staging)
        .and_then(|_| files.iter().try_for_each(|(file, bytes)| write_private(&staging.join(file), bytes)));
    let moved = written.and_then(|()| {
        if out.exists() {
            disk::rename(out, &old).map_err(|e| refused_folder("model folder", e))?;
        }
        disk::rename(&staging, out).map_err(|e| {
            let _ = fs::rename(&old, out);
            refused_folder("model folder", e)
        })
    });
    // A model that could not be moved back is left beside its place rather than lost.
    let _ = fs::remove_dir_all(if moved.is_ok() { &old } else { &staging });
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_replaced_and_nothing_else_is() {
        let place = tempfile::tempdir().expect("a folder");
        let out = place.path().join("a/m");
        let file = |text: &str| vec![("model.json".to_owned(), text.as_bytes().to_vec())];
        write_model(&out, &file("1")).expect("written");
        write_model(&out, &file("2")).expect("replaced");
        assert_eq!(fs::read_to_string(out.join("model.json")).expect("there"), "2");
        assert_eq!(fs::read_dir(place.path().join("a")).expect("there").count(), 1);
        let other = place.path().join("o");
        fs::create_dir(&other).expect("made");
        fs::write(other.join("notes.txt"), "mine").expect("written");
        assert!(write_model(&other, &file("3")).is_err());
        assert_eq!(fs::read_dir(&other).expect("there").count(), 1);
        assert_eq!(fs::read_dir(place.path()).expect("there").count(), 2);
    }
}

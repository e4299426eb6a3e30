//! Small folders of extracts and runs of the program, shared by the tests. Owns nothing clinical.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with extracts, a configuration and an output.
pub struct Folder {
    /// Removed at the end of the test.
    pub dir: tempfile::TempDir,
    /// Lines of the configuration after `[run]`.
    pub config: String,
    /// Night.
    pub as_of: &'static str,
}

impl Folder {
    /// An empty folder for a night.
    pub fn new(as_of: &'static str) -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), config: String::new(), as_of }
    }

    /// A path inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes an extract as CSV and names it in the configuration; any share of bad rows is allowed.
    pub fn extract(&mut self, name: &str, rows: &str) -> &mut Self {
        let lines: Vec<&str> = rows.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        self.raw(name, &format!("{name}.csv"), (lines.join("\n") + "\n").as_bytes(), "max_bad_share = 1.0")
    }

    /// Writes any bytes as an extract with extra configuration lines.
    pub fn raw(&mut self, name: &str, file: &str, bytes: &[u8], lines: &str) -> &mut Self {
        std::fs::write(self.path(file), bytes).expect("written");
        self.config.push_str(&format!("[extracts.{name}]\npath = \"{file}\"\n{lines}\n"));
        self
    }

    /// The eligibility of a few members, all enrolled from 2020 on.
    pub fn members(&mut self, ids: &[(&str, &str, &str)]) -> &mut Self {
        let mut rows = String::from(
            "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,state,language\n",
        );
        for (i, (id, birth, sex)) in ids.iter().enumerate() {
            rows.push_str(&format!("{id},{birth},{sex},2020-01-01,9999-12-31,919-555-01{i:02},NC,en\n"));
        }
        self.extract("eligibility", &rows)
    }

    /// Writes the configuration and returns its path.
    pub fn write_config(&self) -> PathBuf {
        let path = self.path("lamplight.toml");
        let text =
            format!("[run]\nas_of = \"{}\"\nout = \"{}\"\n{}", self.as_of, self.path("out").display(), self.config);
        std::fs::write(&path, text).expect("written");
        path
    }

    /// Runs `lamplight run` with more arguments.
    pub fn run(&self, more: &[&str]) -> Output {
        let config = self.write_config();
        let mut arguments = vec!["run", "--config", config.to_str().expect("utf-8")];
        arguments.extend_from_slice(more);
        lamplight(&arguments)
    }

    /// Runs and demands success.
    pub fn publish(&self) -> PathBuf {
        let output = self.run(&[]);
        assert!(output.status.success(), "{}", text(&output));
        self.path("out/current")
    }

    /// A table of the current run.
    pub fn table(&self, name: &str) -> lamplight::publish::Rows {
        lamplight::publish::read_rows(&self.path("out/current").join(name), None).expect("a published table")
    }

    /// One column of a table's rows of a member.
    pub fn cells(&self, table: &str, member: &str, column: &str) -> Vec<String> {
        let rows = lamplight::publish::read_rows(&self.path("out/current").join(table), Some(("member_id", member)))
            .expect("a published table");
        rows.rows.iter().map(|r| rows.get(r, column).to_owned()).collect()
    }
}

/// Runs the program.
pub fn lamplight(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

/// The program, without the caller's own settings.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lamplight"));
    command
        .args(arguments)
        .env_remove("LAMPLIGHT_AS_OF")
        .env_remove("LAMPLIGHT_OUT")
        .env_remove("LAMPLIGHT_THREADS")
        .env_remove("LAMPLIGHT_LOG");
    command
}

/// Both streams.
pub fn text(output: &Output) -> String {
    format!(
        "exit {:?}\n{}{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// A telephone number of its own for every key, one that the North American plan can hold.
pub fn phone(key: &str) -> String {
    let hash = key.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3));
    format!("919-{}-{:04}", 200 + hash % 799, hash / 799 % 10_000)
}

/// The project's own folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The shared folder beside the project, when it is there.
pub fn shared() -> Option<PathBuf> {
    let path = project().join("../shared");
    if path.exists() {
        Some(path)
    } else {
        println!("skipped: no ../shared");
        None
    }
}

/// The manifest of a run.
pub fn manifest(run: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(run.join("manifest.json")).expect("a manifest")).expect("JSON")
}

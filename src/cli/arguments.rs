//! Flags and their help. Owns the words a person reads with `--help`.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::cluster_arguments::ClusterCommand;
use crate::learners::LEARNERS;

/// Who to call today, who calls, by when, and why.
///
/// Lamplight reads claims, admissions and social-need extracts (CSV or Parquet), measures each member,
/// orders outreach and balances the caseload of care managers. Every night.
#[derive(Parser, Debug)]
#[command(name = "lamplight", version, max_term_width = 100)]
pub struct Arguments {
    /// Form of the log lines on stderr.
    #[arg(long, global = true, value_enum, default_value_t = LogForm::Text)]
    pub log: LogForm,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogForm {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// Flags of commands that read a configuration.
#[derive(clap::Args, Debug, Clone)]
pub struct PlanFlags {
    /// Configuration file; without one the shipped sample is run.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The night's date, YYYY-MM-DD (also LAMPLIGHT_AS_OF, or [run] as_of).
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Output folder (also LAMPLIGHT_OUT, or [run] out).
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Worker threads, 0 for every core (also LAMPLIGHT_THREADS); no output byte depends on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Let this extract be empty tonight (may be repeated).
    #[arg(long, value_name = "EXTRACT")]
    pub allow_empty: Vec<String>,
    /// Accept a fall in rows against the last run.
    #[arg(long)]
    pub accept_volume_change: bool,
    /// Expected input hashes, one `sha256  file` line each, checked before anything is read.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Publish members under keyed pseudonyms (HMAC-SHA-256); the file holds a secret of at least 32 bytes.
    #[arg(long, value_name = "KEYFILE")]
    pub pseudonymize: Option<PathBuf>,
    /// Let `current` name this run although it names a later night.
    #[arg(long)]
    pub set_current: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// The nightly job: read, judge, measure, score, order, assign, publish.
    Run(PlanFlags),
    /// Look at files as they are and write a commented configuration for them; then check it.
    Init {
        /// Files and folders.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Configuration to write; never one that is there already.
        #[arg(long, value_name = "FILE", default_value = "lamplight.toml")]
        out: PathBuf,
    },
    /// Read and judge the extracts only; prints the data-quality table.
    Check {
        /// What to read, and how.
        #[command(flatten)]
        flags: PlanFlags,
        /// Judge this extract alone, beside enrolment.
        #[arg(long, value_name = "NAME")]
        extract: Option<String>,
    },
    /// Why a member is on or off the list of a published run.
    Explain {
        /// Published run: OUT/current or OUT/runs/<run_id>.
        #[arg(long, value_name = "DIR")]
        run: PathBuf,
        /// Member id; `-` reads it from stdin, so that it stays out of `ps` and the shell's history.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        member: String,
        /// Every score with its contributions and ids, for an analyst.
        #[arg(long)]
        analyst: bool,
    },
    /// Balance a caseload alone, on two flat files.
    Assign {
        /// members.csv.
        #[arg(long, value_name = "FILE")]
        members: PathBuf,
        /// care_managers.csv.
        #[arg(long, value_name = "FILE")]
        care_managers: PathBuf,
        /// Weights as TOML or JSON: balance, continuity_break, travel_km_visit, focus_mismatch, interpreter.
        #[arg(long, value_name = "FILE")]
        weights: Option<PathBuf>,
        /// Output folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// protect, prefer or ignore the current manager.
        #[arg(long, default_value = "prefer")]
        continuity: String,
        /// Seed of the search.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Search steps (never seconds); sized by the instance when left out.
        #[arg(long, value_name = "N")]
        steps: Option<u64>,
    },
    /// Train a model on the organisation's own history (--config, --model), or on a flat table (--table, --spec).
    Train {
        /// Configuration file of the history; without one and without --table the shipped sample is read.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "spec"])]
        config: Option<PathBuf>,
        /// Outcome: readmit30, avoid_hosp_30, avoid_hosp_90, avoid_hosp_365, unplanned_admit_365, avoid_ed_90, or
        /// avoid_hosp for its three horizons, one folder each.
        #[arg(long, value_name = "ID", conflicts_with_all = ["table", "spec"], required_unless_present = "table")]
        model: Option<String>,
        /// Day the history is read as of, YYYY-MM-DD (also LAMPLIGHT_AS_OF, or [run] as_of).
        #[arg(long, value_name = "DATE", conflicts_with = "table")]
        as_of: Option<String>,
        /// Worker threads, 0 for every core; no byte of the model depends on it.
        #[arg(long, value_name = "N")]
        threads: Option<usize>,
        /// logistic, boosted or auto (the better one on held-out folds); a flat table's spec says it itself.
        #[arg(long, value_parser = learner_words(), default_value = "auto", conflicts_with = "table")]
        learner: String,
        /// CSV table.
        #[arg(long, value_name = "FILE", requires = "spec")]
        table: Option<PathBuf>,
        /// Spec (TOML): id, group, label, numeric and categorical features, learner.
        #[arg(long, value_name = "FILE", requires = "table")]
        spec: Option<PathBuf>,
        /// Model folder to write.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Keep this model's trees or coefficients and fit its calibration anew.
        #[arg(long, value_name = "DIR")]
        recalibrate: Option<PathBuf>,
        /// Train although one feature alone tells the label (AUROC above .95).
        #[arg(long)]
        allow_suspect: bool,
    },
    /// Score a flat table with a model: id, probability, reason_1..3.
    Score {
        /// CSV table.
        #[arg(long, value_name = "FILE")]
        table: PathBuf,
        /// Model folder.
        #[arg(long, value_name = "DIR")]
        model: PathBuf,
        /// CSV to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Discrimination, calibration, capture at capacity, comparators and groups of a trained model (--config,
    /// --model), or the figures of a file of predictions (id, group, y, probability).
    Evaluate {
        /// Configuration file of the history; without one and without --predictions the shipped sample is read.
        #[arg(long, value_name = "FILE", conflicts_with = "predictions")]
        config: Option<PathBuf>,
        /// Trained model: a folder, or an id below models.folder.
        #[arg(long, value_name = "ID|DIR", conflicts_with = "predictions", required_unless_present = "predictions")]
        model: Option<String>,
        /// Day the history is read as of, YYYY-MM-DD.
        #[arg(long, value_name = "DATE", conflicts_with = "predictions")]
        as_of: Option<String>,
        /// Worker threads, 0 for every core.
        #[arg(long, value_name = "N")]
        threads: Option<usize>,
        /// The model learned from other people than this history holds: days it learned from are judged too.
        #[arg(long, conflicts_with = "predictions")]
        other_population: bool,
        /// CSV of predictions.
        #[arg(long, value_name = "FILE", requires = "out")]
        predictions: Option<PathBuf>,
        /// Folder for evaluation.json, evaluation.html and predictions.csv (holds member ids); the JSON is printed
        /// all the same.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Seed of the bootstrap of a file of predictions.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Rebuild report.html of a published run.
    Report {
        /// Published run.
        #[arg(long, value_name = "DIR")]
        run: PathBuf,
        /// Where to write it; inside the run the old page would no longer verify.
        #[arg(long, value_name = "FILE", default_value = "report.html")]
        out: PathBuf,
    },
    /// What more or fewer staff would change: people and expected events on the list, length, hours.
    Whatif {
        /// Published run; it must verify.
        #[arg(long, value_name = "DIR")]
        run: PathBuf,
        /// Full-time equivalents more; negative for fewer, fractions allowed.
        #[arg(long, value_name = "N", allow_hyphen_values = true)]
        add_fte: f64,
        /// RN, LCSW, LPC, CHW or PharmD.
        #[arg(long, default_value = "RN")]
        discipline: String,
        /// Languages of the new hire, joined by |.
        #[arg(long, default_value = "en")]
        languages: String,
        /// States of the new hire's licence, joined by |; every state of tonight's queue when left out.
        #[arg(long, default_value = "")]
        states: String,
    },
    /// What became of the calls: reached, enrolled, completed; outcomes against the people held out.
    Followup {
        /// Configuration file; without one the shipped sample is read.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Day the extracts are read as of, YYYY-MM-DD (also LAMPLIGHT_AS_OF, or [run] as_of).
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// Folder for followup.json; the account is printed all the same.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// The key the kept runs were published under.
        #[arg(long, value_name = "KEYFILE")]
        pseudonymize: Option<PathBuf>,
        /// Refused: contacted people before against after shows regression to the mean, not an effect.
        #[arg(long)]
        before_after: bool,
        /// Worker threads, 0 for every core.
        #[arg(long, value_name = "N")]
        threads: Option<usize>,
    },
    /// The printable page before a call: one person, one manager's people, or everybody listed.
    #[command(group(clap::ArgGroup::new("whose").required(true)))]
    Brief {
        /// Published run; it must verify.
        #[arg(long, value_name = "DIR")]
        run: PathBuf,
        /// Member id; `-` reads it from stdin, so that it stays out of `ps` and the shell's history.
        #[arg(long, value_name = "ID", allow_hyphen_values = true, group = "whose")]
        member: Option<String>,
        /// Care manager whose people are meant.
        #[arg(long, value_name = "ID", group = "whose")]
        manager: Option<String>,
        /// Everybody on any sheet.
        #[arg(long, group = "whose")]
        all: bool,
        /// Where to write the page.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The memory of figures: every night's metrics put together again from the kept runs.
    Metrics {
        /// Put them together again; they are written beside the runs, as metrics.parquet.
        #[arg(long, required = true)]
        rebuild: bool,
        /// Output folder of the runs.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Recompute every hash of a published run.
    Verify {
        /// Published run.
        dir: PathBuf,
    },
    /// A night in parts.
    #[command(flatten)]
    Cluster(ClusterCommand),
    /// A synthetic population in the input layout, with its planted truth.
    Synth {
        /// Members.
        #[arg(long, default_value_t = 2000)]
        members: u64,
        /// Seed; the same seed gives the same bytes.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Output folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Years of history.
        #[arg(long, default_value_t = 4)]
        years: u32,
        /// Night as of which the rows had arrived; a later night of the same seed is the same population, later.
        #[arg(long, value_name = "DATE", default_value = "2026-06-30")]
        as_of: String,
        /// csv, parquet or mixed.
        #[arg(long, value_enum, default_value_t = SynthFormat::Parquet)]
        format: SynthFormat,
        /// Make a caseload instance of M members by C managers instead.
        #[arg(long, value_name = "MxC")]
        caseload: Option<String>,
    },
    /// Models and indices that can score.
    Models {
        /// list, or show with an id.
        #[command(subcommand)]
        what: ModelsWhat,
    },
    /// Completions of a shell, to stdout.
    Completions {
        /// bash, elvish, fish, powershell or zsh.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Man pages of the program and of every command.
    Man {
        /// Folder to write them to; it is made when missing.
        dir: PathBuf,
    },
    /// The data dictionary.
    Schema {
        /// inputs, outputs, config, code-sets, measures, features, checks or all.
        #[arg(default_value = "all")]
        what: String,
        /// json or md; for config also toml, the sample file.
        #[arg(long, default_value = "md")]
        format: String,
    },
}

/// What to show of models.
#[derive(Subcommand, Debug)]
pub enum ModelsWhat {
    /// One line a model.
    List,
    /// The card of one model.
    Show {
        /// Its id.
        id: String,
    },
}

/// Formats of a synthetic population.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SynthFormat {
    /// Every extract as CSV.
    Csv,
    /// Every extract as Parquet.
    Parquet,
    /// Big extracts Parquet, small ones CSV, as the sample data.
    Mixed,
}

/// What `--learner` takes: every learner there is, and `auto`.
fn learner_words() -> clap::builder::PossibleValuesParser {
    LEARNERS.iter().map(|l| l.name).chain(["auto"]).collect::<Vec<_>>().into()
}

//! Flags of the four commands of a night on many machines. Owns the words a person reads with `--help`.

use std::path::PathBuf;

use clap::Subcommand;

/// A night in parts, on as many machines as there are: prelude, scatter an input, stage a part, rank the whole.
#[derive(Subcommand, Debug)]
pub enum ClusterCommand {
    /// Cluster, first step: check what is cheap, hash the inputs, cut the members into parts.
    Prelude(PreludeFlags),
    /// Cluster, second step, once an input: read and judge it, pack its rows by part.
    Scatter {
        /// Folder of the prelude, from the root.
        #[arg(long, value_name = "PRE")]
        prelude: PathBuf,
        /// Which input: its place in the prelude's list of units, from 0.
        #[arg(long, value_name = "I")]
        input: usize,
        /// A copy of the input's file on this machine; its hash must be the prelude's.
        #[arg(long, value_name = "LOCAL")]
        file: Option<PathBuf>,
        /// Folder of the packed rows, from the root: DIR/part=K/I.runs.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// What every step takes.
        #[command(flatten)]
        step: StepFlags,
    },
    /// Cluster, third step, once a part: measure its members; prints the receipt.
    Stage {
        /// Folder of the prelude, from the root.
        #[arg(long, value_name = "PRE")]
        prelude: PathBuf,
        /// Which part, from 0.
        #[arg(long, value_name = "K")]
        part: usize,
        /// Folder of the packed rows, from the root.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Folder to leave, from the root; it must not exist.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// What every step takes.
        #[command(flatten)]
        step: StepFlags,
    },
    /// Cluster, last step: the parts become one published run, with the digest that `run` gives.
    Rank {
        /// Folder of the prelude, from the root.
        #[arg(long, value_name = "PRE")]
        prelude: PathBuf,
        /// The receipts of all parts, one a line.
        #[arg(long, value_name = "FILE")]
        receipts: PathBuf,
        /// Output folder, from the root; without one that of the configuration.
        #[arg(long, value_name = "OUT")]
        out: Option<PathBuf>,
        /// What every step takes.
        #[command(flatten)]
        step: StepFlags,
    },
}

/// What every step after the prelude takes.
#[derive(clap::Args, Debug, Clone, Copy)]
pub struct StepFlags {
    /// Worker threads, 0 for every core; no output byte depends on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// End when the process that started this one ends (Linux).
    #[arg(long)]
    pub die_with_parent: bool,
}

/// The flags of `run` that a prelude keeps for all steps, and its own.
#[derive(clap::Args, Debug, Clone)]
pub struct PreludeFlags {
    /// Configuration file; without one the shipped sample is run.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The night's date, YYYY-MM-DD (also LAMPLIGHT_AS_OF, or [run] as_of).
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Parts that the members are cut into.
    #[arg(long, value_name = "N")]
    pub parts: usize,
    /// Folder of the prelude; it must be empty or missing.
    #[arg(long, value_name = "PRE")]
    pub out: PathBuf,
    /// Worker threads, 0 for every core.
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
    /// Publish members under keyed pseudonyms; every machine must see the file.
    #[arg(long, value_name = "KEYFILE")]
    pub pseudonymize: Option<PathBuf>,
    /// Let `current` name this run although it names a later night.
    #[arg(long)]
    pub set_current: bool,
}

//! Rows a second of the learners alone, on a table in memory: `cargo bench --bench learners -- TABLE.csv MODEL...`, at
//! `RAYON_NUM_THREADS`; the best of three. `benches/peers/uci.py` runs it beside LightGBM. Nothing is written.

use std::time::Instant;

use lamplight::learners::{Purpose, Ready, read_csv};
use lamplight::publish::read_artifact;
use lamplight::publish::tables::scored::scored_csv;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows of the table that exact contributions are timed on, with the encoding of that part.
const EXPLAINED: usize = 131_072;

fn seconds<T>(work: impl Fn() -> T) -> f64 {
    let once = |_| {
        let begun = Instant::now();
        let out = work();
        let took = begun.elapsed().as_secs_f64();
        drop(out);
        took
    };
    (0..3).map(once).fold(f64::INFINITY, f64::min)
}

#[expect(clippy::cast_precision_loss, reason = "rates for reading")]
fn main() {
    let mut words = std::env::args().skip(1).filter(|w| !w.starts_with("--"));
    let Some(table) = words.next() else {
        println!("learners: no table named; see benches/learners.rs");
        return;
    };
    let bytes = std::fs::read(table).expect("a table");
    for model in words {
        let artifact = read_artifact(std::path::Path::new(&model)).expect("a model");
        let table = read_csv(&bytes, &artifact.spec, Purpose::Score).expect("a table that fits");
        let ready = Ready::new(&artifact);
        let rows = table.rows() as f64;
        let part = table.take(&(0..u32::try_from(table.rows().min(EXPLAINED)).unwrap_or(0)).collect::<Vec<_>>());
        let parse = seconds(|| read_csv(&bytes, &artifact.spec, Purpose::Score).expect("a table that fits"));
        let probabilities = seconds(|| ready.probabilities(&table).expect("fits"));
        let contributions = seconds(|| ready.contributions(&part, 0, part.rows()).expect("fits"));
        let reasons = seconds(|| ready.score(&part).expect("fits"));
        let scored = ready.score(&part).expect("fits");
        let text = seconds(|| scored_csv(&scored).expect("a file"));
        println!(
            "{{\"model\": \"{}\", \"rows\": {}, \"probabilities_per_s\": {:.0}, \"contributions_per_s\": {:.0}, \
             \"with_reasons_per_s\": {:.0}, \"parsed_per_s\": {:.0}, \"reasons_as_csv_per_s\": {:.0}}}",
            artifact.model.name(),
            table.rows(),
            rows / probabilities,
            part.rows() as f64 / contributions,
            part.rows() as f64 / reasons,
            rows / parse,
            part.rows() as f64 / text,
        );
    }
}

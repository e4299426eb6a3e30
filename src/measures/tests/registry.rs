//! The registry holds every measure of the room, and asking computes once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use super::History;
use crate::measures::{DrugSupply, Measure, Measured, REGISTRY, Utilization};

#[test]
fn every_measure_of_the_room_is_in_the_registry_once() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/measures");
    let mut written = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the room") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        for id in text.split("const ID: &'static str = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(written.insert(id.to_owned()), "{}", path.display());
        }
    }
    let listed: Vec<String> = REGISTRY.iter().map(|m| m.id.to_owned()).collect();
    assert_eq!(listed.len(), written.len(), "a measure is missing from the registry, or stands twice");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), written);
}

static COMPUTED: AtomicU32 = AtomicU32::new(0);

/// Counts how often it is computed, and asks for two others on the way.
struct Counting(u32);

impl Measure for Counting {
    const ID: &'static str = "counting";
    const DOC: &'static str = "";

    fn compute(m: &Measured<'_>) -> Self {
        COMPUTED.fetch_add(1, Ordering::Relaxed);
        Self(m.get::<Utilization>().stays_year + m.get::<DrugSupply>().ingredients_on_hand.unwrap_or(0))
    }
}

#[test]
fn a_measure_is_computed_when_it_is_asked_for_and_once() {
    let mut h = History::new("2026-06-30");
    h.stay("2026-02-03", "2026-02-07", &["I5022"], &[], |_| {});
    h.fill("2026-06-20", "metformin", 30);
    h.measured(|m| {
        assert_eq!(COMPUTED.load(Ordering::Relaxed), 0);
        assert_eq!((m.get::<Counting>().0, m.get::<Counting>().0, m.get::<Utilization>().stays_year), (2, 2, 1));
        assert_eq!(COMPUTED.load(Ordering::Relaxed), 1);
    });
}

//! Tests of the booster as a whole.

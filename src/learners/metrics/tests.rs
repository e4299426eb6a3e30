//! Tests of the metrics against figures computed elsewhere.

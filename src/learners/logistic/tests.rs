//! Tests of the logistic model as a whole.

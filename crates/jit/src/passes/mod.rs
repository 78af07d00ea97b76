//! Passes over finished HIR.

pub mod facts;

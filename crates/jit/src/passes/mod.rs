//! Passes over finished HIR.

pub mod counts;
pub mod facts;

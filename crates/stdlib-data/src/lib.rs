//! Native modules for data: numbers, text, containers, users, contexts.

pub mod array;
pub mod binascii;
pub mod cmath;
pub mod contextvars;
pub mod csv;
pub mod datetime;
pub mod hashes;
pub mod json;
pub mod locale;
pub mod numbers;
pub mod opcode;
pub mod pickle;
pub mod queue;
pub mod random;
pub mod stat;
pub mod statistics;
pub mod suggestions;
pub mod support;
pub mod sysconfig;
pub mod types;
pub mod unicodedata;
pub mod users;
pub mod uuid;
pub mod zlib;

use taipan_object::native::ModuleDef;

/// All modules of this crate.
pub const MODULES: &[&ModuleDef] = &[
    &array::MODULE,
    &binascii::MODULE,
    &cmath::MODULE,
    &contextvars::MODULE,
    &csv::MODULE,
    &datetime::MODULE,
    &hashes::blake2::MODULE,
    &hashes::hmac::MODULE,
    &hashes::md5::MODULE,
    &hashes::sha1::MODULE,
    &hashes::sha2::MODULE,
    &hashes::sha3::MODULE,
    &json::MODULE,
    &locale::MODULE,
    &opcode::MODULE,
    &pickle::MODULE,
    &queue::MODULE,
    &random::MODULE,
    &stat::MODULE,
    &statistics::MODULE,
    &suggestions::MODULE,
    &sysconfig::MODULE,
    &types::MODULE,
    &unicodedata::MODULE,
    &users::grp::MODULE,
    &users::pwd::MODULE,
    &uuid::MODULE,
    &zlib::MODULE,
];

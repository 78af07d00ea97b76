//! Every opcode has an arm in the interpreter loop. The compiler cannot tell: the loop
//! matches bytes, and its last arm is `unreachable_unchecked`.

use std::collections::{BTreeMap, BTreeSet};

use taipan_compiler::opcode::Opcode;

const OPS: &str = include_str!("../src/op.rs");
const LOOP: &str = include_str!("../src/interp.rs");

/// Constants of `op.rs` with what they are defined as.
fn constants() -> BTreeMap<&'static str, &'static str> {
    OPS.lines()
        .filter_map(|line| {
            let (name, value) = line.strip_prefix("pub const ")?.split_once(": u8 = ")?;
            Some((name, value.trim_end_matches(';')))
        })
        .collect()
}

/// Names that stand as patterns of the loop's `match`.
fn arms() -> BTreeSet<&'static str> {
    let arms = LOOP
        .split_once("match opcode {")
        .expect("the loop matches `opcode`")
        .1;
    arms.lines()
        .filter_map(|line| line.trim_start().split_once(" =>"))
        .flat_map(|(pattern, _)| pattern.split(" | "))
        .filter(|name| {
            name.bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
        .collect()
}

#[test]
fn every_opcode_has_a_constant() {
    let constants = constants();
    for op in Opcode::ALL {
        let value = format!("O::{op:?} as u8");
        assert!(
            constants.values().any(|v| *v == value),
            "op.rs has no constant for {op:?}"
        );
    }
}

#[test]
fn every_constant_has_an_arm() {
    let arms = arms();
    for name in constants().keys() {
        assert!(arms.contains(name), "interp.rs has no arm for {name}");
    }
}

#[test]
fn quickened_forms_are_numbered_without_gaps() {
    let mut numbers: Vec<usize> = constants()
        .values()
        .filter_map(|v| v.strip_prefix("O::COUNT as u8 + ")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    assert!(Opcode::COUNT + numbers.len() < usize::from(u8::MAX));
}

//! The engine without Python: lists of codes that are broken, and matching at the limits.

use taipan_stdlib_re::engine::codes::{MAX_REPEAT, op};
use taipan_stdlib_re::engine::{
    CompileError, Found, Mode, Program, Request, Scratch, Stop, compile, find,
};

fn program(codes: &[u32], groups: u32) -> Result<Program, CompileError> {
    compile(codes, groups, &|| true)
}

fn search(codes: &[u32], groups: u32, text: &[u8]) -> Result<Option<(usize, usize)>, Stop> {
    let program = program(codes, groups).expect("sound codes");
    let request = Request {
        mode: Mode::Search,
        start: 0,
        must_advance: false,
    };
    let mut polls = 0;
    let mut poll = || {
        polls += 1;
        polls < 50
    };
    let found = find(&program, text, request, &mut Scratch::default(), &mut poll)?;
    Ok(found.map(|Found { start, end }| (start, end)))
}

#[test]
fn broken_lists_are_refused() {
    for codes in [
        &[][..],
        &[op::FAILURE],
        &[op::SUCCESS, op::SUCCESS],
        &[op::LITERAL, op::SUCCESS],
        &[op::IN, 1, op::SUCCESS],
        &[op::IN, 0, op::FAILURE, op::SUCCESS],
        &[op::IN, 5, op::CHARSET, 0, op::FAILURE, op::SUCCESS],
        &[op::IN, 3, op::BIGCHARSET, op::FAILURE, op::SUCCESS],
        &[op::MARK, 2, op::SUCCESS],
        &[op::GROUPREF, 1, op::SUCCESS],
        &[op::AT, 12, op::SUCCESS],
        &[op::CATEGORY, 18, op::SUCCESS],
        &[op::JUMP, 1, op::SUCCESS],
        &[op::MAX_UNTIL, op::SUCCESS],
        &[op::BRANCH, 3, op::JUMP, 9, 0, op::SUCCESS],
        &[op::BRANCH, 2, op::JUMP, 1, 0, op::SUCCESS],
        &[op::REPEAT_ONE, 5, 2, 1, op::ANY, op::SUCCESS, op::SUCCESS],
        &[op::REPEAT, 4, 0, 1, op::ANY, op::SUCCESS, op::SUCCESS],
        &[op::ASSERT, 3, u32::MAX, op::SUCCESS, op::SUCCESS],
        &[op::ASSERT, u32::MAX, 0, op::SUCCESS, op::SUCCESS],
        &[op::ATOMIC_GROUP, 1, op::SUCCESS],
        &[op::GROUPREF_EXISTS, 0, 1, op::SUCCESS],
        &[op::INFO, 4, 1, 0, 0, op::SUCCESS],
        &[op::INFO, 6, 1, 0, 0, u32::MAX, 0, op::SUCCESS],
        &[u32::MAX, op::SUCCESS],
    ] {
        assert_eq!(
            program(codes, 1).err(),
            Some(CompileError::Invalid),
            "{codes:?}"
        );
    }
}

#[test]
fn nesting_is_bounded_by_the_caller() {
    let depth = 100_000;
    let mut codes = Vec::new();
    for level in 0..depth {
        // To behind the SUCCESS that belongs to it.
        codes.extend([op::ATOMIC_GROUP, (3 * (depth - level) - 1) as u32]);
    }
    codes.extend(std::iter::repeat_n(op::SUCCESS, depth + 1));
    let calls = std::cell::Cell::new(0);
    let room = || {
        calls.set(calls.get() + 1);
        calls.get() < 500
    };
    assert!(compile(&codes, 0, &room).is_err());
    assert!(calls.get() <= 500);
}

/// `(?:a|b)*` and more of the kind on long texts.
#[test]
fn long_texts_use_no_native_stack() {
    let branch = [
        op::BRANCH,
        5,
        op::LITERAL,
        97,
        op::JUMP,
        7,
        5,
        op::LITERAL,
        98,
        op::JUMP,
        2,
        op::FAILURE,
    ];
    let mut codes = vec![op::REPEAT, branch.len() as u32 + 3, 0, MAX_REPEAT];
    codes.extend(branch);
    codes.extend([op::MAX_UNTIL, op::SUCCESS]);
    let text = b"ab".repeat(500_000);
    assert_eq!(search(&codes, 0, &text), Ok(Some((0, text.len()))));
}

/// An empty body that must match often ends, in a match or at the caller's wish.
#[test]
fn empty_bodies_end() {
    for (min, expected) in [(3, Ok(Some((0, 0)))), (u32::MAX, Err(Stop::Interrupted))] {
        let codes = [op::REPEAT, 3, min, MAX_REPEAT, op::MAX_UNTIL, op::SUCCESS];
        assert_eq!(search(&codes, 0, b""), expected);
    }
}

#[test]
fn exponential_patterns_can_be_interrupted() {
    // (?:a+a+)+b
    let run = [
        op::REPEAT_ONE,
        6,
        1,
        MAX_REPEAT,
        op::LITERAL,
        97,
        op::SUCCESS,
    ];
    let mut codes = vec![op::REPEAT, 17, 1, MAX_REPEAT];
    codes.extend(run);
    codes.extend(run);
    codes.extend([op::MAX_UNTIL, op::LITERAL, 98, op::SUCCESS]);
    assert_eq!(search(&codes, 0, &[b'a'; 60]), Err(Stop::Interrupted));
}

/// What is repeated no time says nothing about how a match begins.
#[test]
fn repeats_of_zero_times() {
    let codes = [
        op::REPEAT,
        5,
        0,
        0,
        op::LITERAL,
        120,
        op::MAX_UNTIL,
        op::LITERAL,
        49,
        op::LITERAL,
        65,
        op::SUCCESS,
    ];
    assert_eq!(search(&codes, 0, b"1aaaa"), Ok(None));
    assert_eq!(search(&codes, 0, b"x1A"), Ok(Some((1, 3))));
}

/// A run that is the beginning of a loop's body is no beginning of the match.
#[test]
fn runs_in_loops_are_not_skipped() {
    // (?:a+b)+c
    let codes = [
        op::REPEAT,
        12,
        1,
        MAX_REPEAT,
        op::REPEAT_ONE,
        6,
        1,
        MAX_REPEAT,
        op::LITERAL,
        97,
        op::SUCCESS,
        op::LITERAL,
        98,
        op::MAX_UNTIL,
        op::LITERAL,
        99,
        op::SUCCESS,
    ];
    assert_eq!(search(&codes, 0, b"aabaxabc"), Ok(Some((5, 8))));
}

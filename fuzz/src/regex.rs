//! Target `regex`: lists of codes, sound and broken, and a text to match. The input's bytes are the decisions.

use taipan_stdlib_re::engine::codes::{MAX_REPEAT, category, op};
use taipan_stdlib_re::engine::run::UNSET;
use taipan_stdlib_re::engine::{Found, Mode, Program, Request, Scratch, Stop, compile, find};

/// Groups that the patterns may use.
const GROUPS: u32 = 3;
const MAX_DEPTH: u32 = 5;
/// Looks of the matcher at its caller, after which it is told to stop.
const PATIENCE: u32 = 3;
const LETTERS: &[u8] = b"aabbcAB_1 \n";

struct Decisions<'a>(&'a [u8]);

impl Decisions<'_> {
    fn below(&mut self, n: usize) -> usize {
        match self.0.split_first() {
            Some((&first, rest)) => {
                self.0 = rest;
                usize::from(first) % n
            }
            None => 0,
        }
    }
    fn letter(&mut self) -> u32 {
        u32::from(LETTERS[self.below(LETTERS.len())])
    }
}

/// Runs one input.
pub fn run(input: &[u8]) {
    let mut decisions = Decisions(input);
    let mut codes = Vec::new();
    let damages = decisions.below(4);
    sequence(&mut decisions, &mut codes, 0);
    codes.push(op::SUCCESS);
    // Half of the lists stay sound.
    for _ in 0..damages.saturating_sub(1) {
        let at = decisions.below(codes.len());
        codes[at] = match decisions.below(4) {
            0 => u32::MAX,
            _ => decisions.below(44) as u32,
        };
    }
    let depth = std::cell::Cell::new(0);
    let room = || {
        depth.set(depth.get() + 1);
        depth.get() < 10_000
    };
    if let Ok(program) = compile(&codes, GROUPS, &room) {
        let text: Vec<u8> = (0..decisions.below(24))
            .map(|_| decisions.letter() as u8)
            .collect();
        check(&program, &text, &codes);
    }
}

type Outcome = Result<(Option<Found>, Vec<usize>, usize), Stop>;

/// The answer must not depend on the width of characters, and a search must find what trying each place finds.
fn check(program: &Program, text: &[u8], codes: &[u32]) {
    let two: Vec<u16> = text.iter().map(|&c| c.into()).collect();
    let four: Vec<u32> = text.iter().map(|&c| c.into()).collect();
    let mut scratch = Scratch::default();
    for mode in [Mode::Search, Mode::Match, Mode::Full] {
        for (start, must_advance) in [(0, false), (0, true), (text.len() / 2, false)] {
            let request = Request {
                mode,
                start,
                must_advance,
            };
            let one = outcome(program, text, request, &mut scratch);
            let answers = [
                outcome(program, &two, request, &mut scratch),
                outcome(program, &four, request, &mut scratch),
            ];
            // One that was stopped says nothing.
            let Ok(first) = &one else { continue };
            for answer in answers.iter().flatten() {
                assert_eq!(
                    first, answer,
                    "widths differ: {codes:?} {text:?} {request:?}"
                );
            }
            if let Some(found) = first.0 {
                let sound = start <= found.start && found.end <= text.len();
                assert!(sound, "{found:?} lies outside: {codes:?} {text:?}");
            }
            let marks = first.1.iter().filter(|&&m| m != UNSET);
            assert!(
                first.0.is_none() || marks.clone().all(|&m| m <= text.len()),
                "a mark lies outside: {codes:?} {text:?}"
            );
            if mode == Mode::Search {
                place_by_place(program, text, request, first.0, codes);
            }
        }
    }
}

fn place_by_place(
    program: &Program,
    text: &[u8],
    request: Request,
    found: Option<Found>,
    codes: &[u32],
) {
    let mut scratch = Scratch::default();
    for start in request.start..=text.len() {
        let here = Request {
            mode: Mode::Match,
            start,
            must_advance: request.must_advance && start == request.start,
        };
        match outcome(program, text, here, &mut scratch) {
            Err(_) => return,
            Ok((None, ..)) => {}
            Ok((one, ..)) => {
                assert_eq!(one, found, "search skips: {codes:?} {text:?} {request:?}");
                return;
            }
        }
    }
    assert_eq!(
        found, None,
        "search invents: {codes:?} {text:?} {request:?}"
    );
}

fn outcome<C: taipan_stdlib_re::engine::chars::Char>(
    program: &Program,
    text: &[C],
    request: Request,
    scratch: &mut Scratch,
) -> Outcome {
    let mut patience = PATIENCE;
    let mut poll = || {
        patience -= 1;
        patience > 0
    };
    let found = find(program, text, request, scratch, &mut poll)?;
    let marks = if found.is_some() {
        scratch.marks.clone()
    } else {
        Vec::new()
    };
    Ok((
        found,
        marks,
        if found.is_some() {
            scratch.last_group
        } else {
            0
        },
    ))
}

fn sequence(d: &mut Decisions<'_>, codes: &mut Vec<u32>, depth: u32) {
    for _ in 0..d.below(5) {
        item(d, codes, depth);
    }
}

/// Writes the distance from `at` to the end of the codes.
fn close(codes: &mut [u32], at: usize) {
    codes[at] = (codes.len() - at) as u32;
}

fn set(d: &mut Decisions<'_>, codes: &mut Vec<u32>) {
    let skip = codes.len();
    codes.push(0);
    if d.below(3) == 0 {
        codes.push(op::NEGATE);
    }
    for _ in 0..d.below(4) {
        match d.below(4) {
            0 => codes.extend([op::RANGE, 0x61, 0x61 + d.below(4) as u32]),
            1 => codes.extend([op::CATEGORY, d.below(category::COUNT as usize) as u32]),
            2 => codes.extend([op::CHARSET, 0x400, 0, 6, 6, 0, 0, 0, 0]),
            _ => codes.extend([op::LITERAL, d.letter()]),
        }
    }
    codes.push(op::FAILURE);
    close(codes, skip);
}

fn single(d: &mut Decisions<'_>, codes: &mut Vec<u32>) {
    match d.below(9) {
        0 => codes.push(op::ANY),
        1 => codes.push(op::ANY_ALL),
        2 => {
            let kinds = [op::IN, op::IN_IGNORE, op::IN_UNI_IGNORE, op::IN_LOC_IGNORE];
            codes.push(kinds[d.below(4)]);
            set(d, codes);
        }
        3 => codes.extend([op::NOT_LITERAL, d.letter()]),
        4 => codes.extend([op::LITERAL_UNI_IGNORE, d.letter()]),
        _ => codes.extend([op::LITERAL, d.letter()]),
    }
}

fn item(d: &mut Decisions<'_>, codes: &mut Vec<u32>, depth: u32) {
    if depth >= MAX_DEPTH {
        return single(d, codes);
    }
    let bounds = |d: &mut Decisions<'_>| {
        let min = d.below(3) as u32;
        let max = [MAX_REPEAT, MAX_REPEAT, min, min + 1][d.below(4)];
        [min, max]
    };
    match d.below(16) {
        0 => codes.extend([op::AT, d.below(12) as u32]),
        1 | 2 => {
            let group = d.below(GROUPS as usize) as u32;
            codes.extend([op::MARK, group * 2]);
            sequence(d, codes, depth + 1);
            codes.extend([op::MARK, group * 2 + 1]);
        }
        3 => codes.extend([op::GROUPREF, d.below(GROUPS as usize) as u32]),
        4 => {
            codes.push(op::BRANCH);
            let mut jumps = Vec::new();
            for _ in 0..d.below(4) + 1 {
                let skip = codes.len();
                codes.push(0);
                sequence(d, codes, depth + 1);
                codes.push(op::JUMP);
                jumps.push(codes.len());
                codes.push(0);
                close(codes, skip);
            }
            codes.push(op::FAILURE);
            jumps.iter().for_each(|&at| close(codes, at));
        }
        5 | 6 => {
            let kind = d.below(3);
            codes.push([op::REPEAT, op::REPEAT, op::POSSESSIVE_REPEAT][kind]);
            let skip = codes.len();
            codes.push(0);
            codes.extend(bounds(d));
            sequence(d, codes, depth + 1);
            close(codes, skip);
            codes.push([op::MAX_UNTIL, op::MIN_UNTIL, op::SUCCESS][kind]);
        }
        7..=9 => {
            let kinds = [
                op::REPEAT_ONE,
                op::REPEAT_ONE,
                op::MIN_REPEAT_ONE,
                op::POSSESSIVE_REPEAT_ONE,
            ];
            codes.push(kinds[d.below(4)]);
            let skip = codes.len();
            codes.push(0);
            codes.extend(bounds(d));
            single(d, codes);
            codes.push(op::SUCCESS);
            close(codes, skip);
        }
        10 => {
            codes.push([op::ASSERT, op::ASSERT_NOT][d.below(2)]);
            let skip = codes.len();
            codes.extend([0, d.below(3) as u32]);
            sequence(d, codes, depth + 1);
            codes.push(op::SUCCESS);
            close(codes, skip);
        }
        11 => {
            codes.push(op::ATOMIC_GROUP);
            let skip = codes.len();
            codes.push(0);
            sequence(d, codes, depth + 1);
            codes.push(op::SUCCESS);
            close(codes, skip);
        }
        12 => {
            codes.extend([op::GROUPREF_EXISTS, d.below(GROUPS as usize) as u32]);
            let skip = codes.len();
            codes.push(0);
            sequence(d, codes, depth + 1);
            codes.push(op::JUMP);
            let no = codes.len();
            codes.push(0);
            codes[skip] = (codes.len() - skip + 1) as u32;
            sequence(d, codes, depth + 1);
            close(codes, no);
        }
        _ => single(d, codes),
    }
}

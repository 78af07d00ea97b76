//! Changes inputs blindly: bytes, lines and Python's words.

use crate::random::Random;

const WORDS: &[&str] = &[
    "def f(",
    "class C",
    "async ",
    "await ",
    "yield ",
    "yield from ",
    "lambda ",
    "return",
    "for ",
    " in ",
    "while ",
    "else:",
    "try:",
    "finally:",
    "except* ",
    "except ",
    "with ",
    " as ",
    "match ",
    "case ",
    "if ",
    "import ",
    "from ",
    "nonlocal ",
    "global ",
    "del ",
    "raise ",
    "assert ",
    "type ",
    ":=",
    "->",
    "**",
    "*",
    "/",
    "...",
    "f\"{",
    "t'{",
    "}",
    "!r",
    "rb'",
    "\"\"\"",
    "\\\n",
    "\t",
    "    ",
    "\n",
    "\r",
    "\0",
    "\u{feff}",
    "0x_",
    "1e999",
    "0b2",
    "1_000j",
    "#",
    ";",
    "@",
    ",",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "=",
    "==",
    "é",
    "𝐱",
    "\u{ff11}",
    "__debug__",
    "print",
    "[x for x in y]",
    "(yield)",
    "{**a}",
    "a[b:c, ::d]",
    "*a, b = c",
    "\\N{DASH}",
    "\\ud800",
];

/// Longest input that is made.
const MAX_INPUT: usize = 1 << 16;

/// One to eight changes to a piece of one input of the corpus.
pub fn text(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = piece(random, corpus, 8192);
    for _ in 0..=random.below(8) {
        change(random, &mut input, corpus);
    }
    input.truncate(MAX_INPUT);
    input
}

/// A run of whole lines.
fn piece(random: &mut Random, corpus: &[Vec<u8>], longest: usize) -> Vec<u8> {
    let Some(file) = random.one_of(corpus) else {
        return b"x = 1\n".to_vec();
    };
    let line_start = |at: usize| {
        file[..at]
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |n| n + 1)
    };
    let start = line_start(random.below(file.len()));
    let end = line_start((start + 1 + random.below(longest)).min(file.len()));
    file[start..end.max(start)].to_vec()
}

fn change(random: &mut Random, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    let at = random.below(input.len() + 1);
    let end = (at + random.below(32)).min(input.len());
    match random.below(9) {
        0 => drop(input.drain(at..end)),
        1 => input.truncate(at),
        2 if at < input.len() => input[at] ^= 1 << random.below(8),
        3 if at < input.len() => input[at] = random.next() as u8,
        4 => {
            let copy = input[at..end].to_vec();
            let times = if random.below(20) == 0 {
                300
            } else {
                1 + random.below(3)
            };
            input.splice(at..at, copy.repeat(times));
        }
        5 => {
            let other = piece(random, corpus, 512);
            input.splice(at..at, other);
        }
        _ => {
            let word = random.one_of(WORDS).map_or("", |w| w);
            let times = if random.below(40) == 0 {
                1 + random.below(400)
            } else {
                1
            };
            input.splice(
                at..end.min(at + random.below(4)),
                word.repeat(times).into_bytes(),
            );
        }
    }
}

/// Damages a code record behind its header; the caller reseals it.
pub fn record(random: &mut Random, record: &mut Vec<u8>, header: usize) {
    for _ in 0..=random.below(6) {
        let len = record.len();
        if len <= header {
            return;
        }
        let at = header + random.below(len - header);
        match random.below(6) {
            0 | 1 => record[at] ^= 1 << random.below(8),
            2 => {
                record[at] = *random
                    .one_of(&[0, 1, 2, 0x7F, 0x80, 0xFF, 0x3F])
                    .unwrap_or(&0)
            }
            3 => record.truncate(at),
            4 => {
                let count = random.below(24).min(len - at);
                let from = header + random.below(len - header - count + 1);
                record.copy_within(from..from + count, at);
            }
            _ => {
                let count = random.below(8).min(len - at);
                record.drain(at..at + count);
            }
        }
    }
}

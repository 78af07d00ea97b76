//! The one list of chores.

use crate::args::Args;
use crate::{Outcome, bench, checks, conformance, golden};

pub struct Chore {
    pub name: &'static str,
    pub options: &'static str,
    pub about: &'static str,
    pub main: fn(Args) -> Outcome,
}

pub const CHORES: &[Chore] = &[
    Chore {
        name: "golden",
        options: "[--bin PATH] [--jit off,on,always] [--plain] [--hostile] [--jobs N] [--timeout S] [--write-expected] [--record] [FILTER…]",
        about: "run the golden programs; compare output, errors and exit codes (--plain: no --jit flag; --hostile: in the hostile build; --record: from python3.14)",
        main: golden::main,
    },
    Chore {
        name: "bench",
        options: "[--peers | --builtins [--jit MODE]] [--runs N] [--profile NAME] [--bin PATH] [FILTER…]",
        about: "time the benchmark programs and start-up against CPython 3.14 (--peers: and its JIT, 3.15, PyPy; --builtins: single operations instead); prints Markdown",
        main: bench::main,
    },
    Chore {
        name: "conformance",
        options: "[--bin PATH] [--jit MODE] [--plain] [--jobs N] [--timeout S] [--ratchet] [--bless] [--record-denominator] [FILE…]",
        about: "run CPython's test files (--ratchet: only those with methods that must pass; --bless: hold on to what passes now)",
        main: conformance::main,
    },
    Chore {
        name: "docs-check",
        options: "",
        about: "paths and chores named in backticks in *.md exist",
        main: checks::docs,
    },
    Chore {
        name: "size-check",
        options: "",
        about: "list Rust files over 1,200 lines",
        main: checks::size,
    },
    Chore {
        name: "help",
        options: "",
        about: "this list",
        main: help,
    },
];

fn help(_: Args) -> Outcome {
    println!("cargo xtask NAME [OPTIONS]\n");
    for chore in CHORES {
        println!("  {} {}\n      {}", chore.name, chore.options, chore.about);
    }
    Ok(0)
}

//! `cargo xtask NAME`: the developer's command line.

use xtask::args::Args;
use xtask::{Outcome, golden};

struct Chore {
    name: &'static str,
    options: &'static str,
    about: &'static str,
    main: fn(Args) -> Outcome,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "golden",
        options: "[--bin PATH] [--jit off,on,always] [--plain] [--jobs N] [--timeout S] [--write-expected] [--record] [FILTER…]",
        about: "run the golden programs and compare output, errors and exit codes (--plain: no --jit flag; --record: from python3.14)",
        main: golden::main,
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

fn main() {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_else(|| "help".to_owned());
    let outcome = match CHORES.iter().find(|chore| chore.name == name) {
        Some(chore) => (chore.main)(Args::new(words)),
        None => Err(format!(
            "no chore named {name}; `cargo xtask help` lists them"
        )),
    };
    match outcome {
        Ok(code) => std::process::exit(code),
        Err(message) => {
            eprintln!("error: {message}");
            std::process::exit(2);
        }
    }
}

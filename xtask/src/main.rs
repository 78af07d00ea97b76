//! `cargo xtask NAME`: the developer's command line.

use xtask::args::Args;
use xtask::chores::CHORES;

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

//! The command line.

use std::path::PathBuf;

use crate::targets::Target;

pub const USAGE: &str = "usage: taipan-fuzz (lexer|parser|compiler|marshal|regex) [options]   fuzz a target
       taipan-fuzz verifier [--plant K] [options]              plant faults into good code
       taipan-fuzz sweep [options]                             compile, verify and store the whole corpus
       taipan-fuzz replay TARGET FILE                          run one input
options: --seconds N (10)  --seed S (1)  --corpus DIR (the library; may be repeated)  --failures DIR (target/fuzz-failures)";

pub enum Command {
    Fuzz(Target),
    Plant,
    Sweep,
    Replay(Target, PathBuf),
}

pub struct Arguments {
    pub command: Command,
    pub seconds: u64,
    pub seed: u64,
    pub corpus: Vec<PathBuf>,
    pub failures: PathBuf,
    /// Only this kind of planted fault.
    pub plant: Option<usize>,
}

impl Arguments {
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let command = match words.next().as_deref() {
            Some("verifier") => Command::Plant,
            Some("sweep") => Command::Sweep,
            Some("replay") => {
                let target = Target::named(&words.next().ok_or("replay what?")?)?;
                Command::Replay(target, words.next().ok_or("replay which file?")?.into())
            }
            Some(name) => Command::Fuzz(Target::named(name)?),
            None => return Err("no target".into()),
        };
        let mut arguments = Self {
            command,
            seconds: 10,
            seed: 1,
            corpus: Vec::new(),
            failures: "target/fuzz-failures".into(),
            plant: None,
        };
        while let Some(option) = words.next() {
            let value = words
                .next()
                .ok_or_else(|| format!("{option} needs a value"))?;
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|_| format!("{option}: {value} is no number"))
            };
            match option.as_str() {
                "--seconds" => arguments.seconds = number()?,
                "--seed" => arguments.seed = number()?,
                "--corpus" => arguments.corpus.push(value.into()),
                "--failures" => arguments.failures = value.into(),
                "--plant" => arguments.plant = Some(number()? as usize),
                _ => return Err(format!("unknown option {option}")),
            }
        }
        Ok(arguments)
    }
}

//! Runs a target on made inputs until the time is over; keeps and shrinks what fails.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::time::{Duration, Instant};

use taipan_compiler::marshal::{reseal, write_code};

use crate::arguments::Arguments;
use crate::random::Random;
use crate::targets::Target;
use crate::{corpus, mutate, sample};

const RECORD_HEADER: usize = 12;
/// An input that takes longer than this is a failure, too.
const SLOW: Duration = Duration::from_secs(5);
/// How often a failing input is cut smaller at most.
const MAX_CUTS: usize = 2000;

fn failure(target: Target, input: &[u8]) -> Option<String> {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| target.run(input)));
    match result {
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            Some(
                text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                    .unwrap_or_default(),
            )
        }
        Ok(()) if start.elapsed() > SLOW => Some(format!("took {:?}", start.elapsed())),
        Ok(()) => None,
    }
}

/// Fuzzes; true if nothing failed.
pub fn fuzz(target: Target, arguments: &Arguments) -> bool {
    let texts = corpus::inputs(&arguments.corpus);
    let records = if target.takes_records() {
        records(&texts)
    } else {
        Vec::new()
    };
    let mut random = Random::new(arguments.seed);
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let mut runs = 0u64;
    let mut failed = 0;
    while Instant::now() < end && failed < 10 {
        let input = make(target, &mut random, &texts, &records);
        runs += 1;
        if let Some(message) = failure(target, &input) {
            failed += 1;
            let input = shrink(target, input);
            keep(target, arguments, &input, &message);
        }
    }
    set_hook(hook);
    println!(
        "{}: {runs} inputs from {} files, {failed} failures",
        target.name(),
        texts.len()
    );
    failed == 0
}

/// Runs one stored input.
pub fn replay(target: Target, path: &Path) -> bool {
    match fs::read(path) {
        Ok(input) => failure(target, &input).is_none_or(|message| {
            println!("{message}");
            false
        }),
        Err(e) => {
            eprintln!("{}: {e}", path.display());
            false
        }
    }
}

fn records(texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let compiled = texts
        .iter()
        .step_by(5)
        .filter_map(|t| sample::compile(std::str::from_utf8(t).ok()?));
    let mut records: Vec<Vec<u8>> = compiled
        .map(|code| write_code(&code))
        .filter(|r| r.len() < 60_000)
        .collect();
    records.push(write_code(&sample::by_hand()));
    records
}

fn make(target: Target, random: &mut Random, texts: &[Vec<u8>], records: &[Vec<u8>]) -> Vec<u8> {
    if target.takes_text() {
        return mutate::text(random, texts);
    }
    if !target.takes_records() {
        return (0..random.below(300))
            .map(|_| random.next() as u8)
            .collect();
    }
    let mut record = random.one_of(records).cloned().unwrap_or_default();
    match random.below(8) {
        // Values of CPython's format: type codes and small numbers.
        0 => {
            let kinds = b"0NFTS.iIfgxylstr()[{cu<>:aAzZ";
            (0..random.below(200))
                .map(|_| match random.below(3) {
                    0 => kinds[random.below(kinds.len())] | (random.below(2) as u8) << 7,
                    1 => random.below(4) as u8,
                    _ => 0,
                })
                .collect()
        }
        _ => {
            mutate::record(random, &mut record, RECORD_HEADER);
            reseal(&mut record);
            record
        }
    }
}

/// Cuts pieces out of a failing input as long as it still fails.
fn shrink(target: Target, mut input: Vec<u8>) -> Vec<u8> {
    let mut size = input.len() / 2;
    let mut cuts = 0;
    while size > 0 && cuts < MAX_CUTS {
        let mut at = 0;
        while at < input.len() && cuts < MAX_CUTS {
            cuts += 1;
            let mut smaller = input.clone();
            smaller.drain(at..(at + size).min(input.len()));
            if target.takes_records() {
                reseal(&mut smaller);
            }
            if failure(target, &smaller).is_some() {
                input = smaller;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    input
}

fn keep(target: Target, arguments: &Arguments, input: &[u8], message: &str) {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325u64, |h, &b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    });
    let path = arguments
        .failures
        .join(format!("{}-{hash:016x}", target.name()));
    if path.exists() {
        return;
    }
    let stored = fs::create_dir_all(&arguments.failures).and_then(|()| fs::write(&path, input));
    let first: String = message.chars().take(600).collect();
    println!(
        "FAILURE {first}\n  {} bytes: {:?}",
        input.len(),
        String::from_utf8_lossy(&input[..input.len().min(300)])
    );
    match stored {
        Ok(()) => println!(
            "  again: cargo run -p taipan-fuzz --release -- replay {} {}",
            target.name(),
            path.display()
        ),
        Err(e) => println!("  not stored at {}: {e}", path.display()),
    }
}

//! Compiles, verifies, stores and reads every file of the corpus, and says how long each takes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use taipan_compiler::marshal::{read_code, write_code};
use taipan_compiler::verify::verify;

use crate::arguments::Arguments;
use crate::targets::all_codes;
use crate::{corpus, sample};

#[derive(Default)]
struct Totals {
    files: usize,
    failed: usize,
    codes: usize,
    instrs: usize,
    bytes: usize,
    compile: Duration,
    verify: Duration,
    write: Duration,
    read: Duration,
}

/// Sweeps; true if every file passed.
pub fn run(arguments: &Arguments) -> bool {
    let mut totals = Totals::default();
    for path in corpus::files(&corpus::directories(&arguments.corpus)) {
        let Ok(source) = std::fs::read_to_string(&path) else {
            continue;
        };
        totals.files += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| one(&source, &mut totals)));
        let problems = outcome.unwrap_or_else(|_| vec!["panic".to_owned()]);
        if !problems.is_empty() {
            totals.failed += 1;
        }
        problems
            .iter()
            .for_each(|p| println!("{}: {p}", path.display()));
    }
    let rate = totals.instrs as f64 / totals.verify.as_secs_f64().max(1e-9) / 1e6;
    println!(
        "{} files, {} with problems; {} code objects, {} instructions",
        totals.files, totals.failed, totals.codes, totals.instrs
    );
    println!(
        "compiled in {:?}, verified in {:?} ({rate:.0} million a second)",
        totals.compile, totals.verify
    );
    println!(
        "written in {:?} ({} bytes), read in {:?}",
        totals.write, totals.bytes, totals.read
    );
    totals.failed == 0
}

fn timed<T>(into: &mut Duration, f: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = f();
    *into += start.elapsed();
    result
}

fn one(source: &str, totals: &mut Totals) -> Vec<String> {
    let mut problems = Vec::new();
    let Some(code) = timed(&mut totals.compile, || sample::compile(source)) else {
        return problems;
    };
    for each in all_codes(&code) {
        totals.codes += 1;
        totals.instrs += each.instrs.len();
        if let Err(e) = timed(&mut totals.verify, || verify(&each)) {
            problems.push(format!("{} (line {}): {e}", each.qualname, each.first_line));
        }
    }
    let record = timed(&mut totals.write, || write_code(&code));
    totals.bytes += record.len();
    match timed(&mut totals.read, || read_code(&record)) {
        Ok(back) if write_code(&back) == record => {}
        Ok(_) => problems.push("changes when it is stored".into()),
        Err(e) => problems.push(format!("cannot be read again: {e}")),
    }
    problems
}

//! What single operations of the built-ins take, side by side with CPython.

use crate::args::Args;
use crate::bench::geometric_mean;
use crate::{Outcome, entries, golden, process, root};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const FOLDER: &str = "benches/builtins";
const LIMIT: Duration = Duration::from_secs(300);
/// What is asked of every operation.
const LEAST: f64 = 0.7;
/// What an operation counts as that one of the two does not have.
const FAILED: f64 = 0.1;

/// Nanoseconds of each operation, in the order of the program.
type Times = Vec<(String, f64)>;

fn measure(bin: &Path, flags: &[&str], program: &str) -> Result<Times, String> {
    let mut command = process::python(bin, &root().join(FOLDER));
    let finished = process::run(command.args(flags).arg(program), LIMIT)?;
    Ok(String::from_utf8_lossy(&finished.stdout)
        .lines()
        .filter_map(|line| {
            let (name, time) = line.rsplit_once(' ')?;
            Some((name.to_owned(), time.parse().ok()?))
        })
        .collect())
}

/// Keeps the shorter time of each operation.
fn keep_best(best: &mut BTreeMap<String, f64>, times: &Times) {
    for (name, time) in times {
        let known = best.entry(name.clone()).or_insert(*time);
        *known = known.min(*time);
    }
}

pub fn main(mut args: Args) -> Outcome {
    let runs = args.number("--runs", 1)?.max(1);
    let profile = args
        .value("--profile")?
        .unwrap_or_else(|| "dist".to_owned());
    let jit = args.value("--jit")?.unwrap_or_else(|| "off".to_owned());
    let jit = format!("--jit={jit}");
    let python = process::find("python3.14")
        .ok_or("python3.14 is not on PATH, and everything is measured against it")?;
    let taipan = golden::binary(args.value("--bin")?, &profile)?;
    let filters = args.rest()?;
    let programs: Vec<String> = entries(&root().join(FOLDER))?
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .filter(|name| name.ends_with(".py") && name != "timing.py")
        .filter(|name| {
            filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
        })
        .collect();
    println!("## Built-ins\n\n| operation | CPython 3.14, ns | taipan {jit}, ns | speed |");
    println!("| --- | ---: | ---: | ---: |");
    let mut all = Vec::new();
    for program in &programs {
        let (mut theirs, mut ours) = (BTreeMap::new(), BTreeMap::new());
        let mut order = Times::new();
        for _ in 0..runs {
            order = measure(&python, &[], program)?;
            keep_best(&mut theirs, &order);
            keep_best(&mut ours, &measure(&taipan, &[&jit], program)?);
        }
        for (name, _) in &order {
            let base = theirs[name];
            let time = ours.get(name);
            let ratio = time.map_or(FAILED, |time| base / time);
            let shown = time.map_or("failed".to_owned(), |time| format!("{time:.1}"));
            let mark = if ratio < LEAST { " (slow)" } else { "" };
            println!("| {name} | {base:.1} | {shown} | {ratio:.2}{mark} |");
            all.push(ratio);
        }
    }
    if all.is_empty() {
        return Err("no program of the built-ins is named so".to_owned());
    }
    let slow = all.iter().filter(|ratio| **ratio < LEAST).count();
    println!(
        "\nGeometric mean {:.2}; {slow} of {} below {LEAST}.",
        geometric_mean(&all),
        all.len()
    );
    Ok(0)
}

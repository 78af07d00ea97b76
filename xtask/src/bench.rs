//! The fixed list of benchmark programs, against CPython and its peers, interleaved in one run.

use crate::args::Args;
use crate::process::{self, Ending};
use crate::{Outcome, entries, golden, root};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);
/// What a program that fails counts as, in place of its speed relative to CPython.
const FAILED: f64 = 0.1;
const STARTS: usize = 25;

struct Contender {
    label: String,
    bin: PathBuf,
    flags: Vec<&'static str>,
    /// `PYTHON_JIT`, where it means anything.
    jit: Option<&'static str>,
}

impl Contender {
    fn run(&self, args: &[&str]) -> Result<process::Finished, String> {
        let mut command = process::python(&self.bin, &root().join("benches/programs"));
        if let Some(jit) = self.jit {
            command.env("PYTHON_JIT", jit);
        }
        process::run(command.args(&self.flags).args(args), LIMIT)
    }
}

/// The smallest times seen, in seconds; None once anything went wrong.
#[derive(Clone)]
struct Times {
    wall: Option<f64>,
    cpu: Option<f64>,
    best: Option<f64>,
    /// A failure stays one, whatever the later runs do.
    failed: bool,
}

fn contenders(named: Option<String>, profile: &str, peers: bool) -> Result<Vec<Contender>, String> {
    let python = process::find("python3.14")
        .ok_or("python3.14 is not on PATH, and everything is measured against it")?;
    let taipan = golden::binary(named, profile)?;
    let make = |label: &str, bin: &Path, flags: &[&'static str], jit| Contender {
        label: label.to_owned(),
        bin: bin.to_path_buf(),
        flags: flags.to_vec(),
        jit,
    };
    let mut all = vec![
        make("CPython 3.14 (PYTHON_JIT=0)", &python, &[], Some("0")),
        make("taipan --jit=off", &taipan, &["--jit=off"], None),
        make("taipan --jit=on", &taipan, &["--jit=on"], None),
    ];
    if peers {
        all.push(make("CPython 3.14 (PYTHON_JIT=1)", &python, &[], Some("1")));
        match process::find("python3.15") {
            Some(bin) => {
                all.push(make("CPython 3.15 (PYTHON_JIT=0)", &bin, &[], Some("0")));
                all.push(make("CPython 3.15 (PYTHON_JIT=1)", &bin, &[], Some("1")));
            }
            None => eprintln!("python3.15 is not on PATH: left out"),
        }
        match process::find("pypy3") {
            Some(bin) => all.push(make("PyPy", &bin, &[], None)),
            None => eprintln!("pypy3 is not on PATH: left out"),
        }
    }
    Ok(all)
}

fn lower(slot: &mut Option<f64>, value: f64) {
    *slot = Some(slot.map_or(value, |old| old.min(value)));
}

fn measure(
    who: &Contender,
    program: &str,
    expected: &mut Option<Vec<u8>>,
    times: &mut Times,
) -> Result<(), String> {
    let once = who.run(&[program, "once"])?;
    // The first to run is CPython: its output is what the others must print.
    let right = once.ending == Ending::Code(0)
        && *expected.get_or_insert_with(|| once.stdout.clone()) == once.stdout;
    if !right {
        times.failed = true;
        return Ok(());
    }
    lower(&mut times.wall, once.wall.as_secs_f64());
    lower(&mut times.cpu, once.cpu.as_secs_f64());
    let best = who.run(&[program, "best", "5"])?;
    let seconds: Vec<f64> = String::from_utf8_lossy(&best.stdout)
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect();
    if best.ending != Ending::Code(0) || seconds.len() != 5 {
        times.failed = true;
        return Ok(());
    }
    for value in seconds {
        lower(&mut times.best, value);
    }
    Ok(())
}

pub fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}

fn table(
    title: &str,
    who: &[Contender],
    programs: &[String],
    times: &[Vec<Times>],
    pick: fn(&Times) -> Option<f64>,
) {
    println!("### {title}\n");
    println!(
        "Seconds, and in brackets the speed relative to {} (higher is faster).\n",
        who[0].label
    );
    println!(
        "| program | {} |",
        who.iter()
            .map(|one| one.label.as_str())
            .collect::<Vec<_>>()
            .join(" | ")
    );
    println!("| --- |{}", " ---: |".repeat(who.len()));
    let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); who.len()];
    for (program, row) in programs.iter().zip(times) {
        let base = pick(&row[0]).filter(|_| !row[0].failed);
        let mut cells = Vec::new();
        for (column, one) in row.iter().enumerate() {
            let seconds = pick(one).filter(|_| !one.failed);
            let ratio = match (base, seconds) {
                (Some(base), Some(seconds)) => base / seconds,
                _ => FAILED,
            };
            ratios[column].push(ratio);
            cells.push(seconds.map_or("failed".to_owned(), |seconds| {
                format!("{seconds:.3} ({ratio:.2})")
            }));
        }
        println!("| {program} | {} |", cells.join(" | "));
    }
    let means = ratios
        .iter()
        .map(|column| format!("**{:.2}**", geometric_mean(column)));
    println!(
        "| geometric mean | {} |\n",
        means.collect::<Vec<_>>().join(" | ")
    );
}

fn start_up(who: &[Contender]) -> Result<(), String> {
    let mut rows: Vec<(String, &Contender, Vec<&str>, Option<f64>)> = Vec::new();
    for (index, one) in who.iter().enumerate() {
        if index == 0 {
            rows.push((
                format!("{} -I -S -c pass", one.label),
                one,
                vec!["-I", "-S", "-c", "pass"],
                None,
            ));
        }
        rows.push((
            format!("{} -c pass", one.label),
            one,
            vec!["-c", "pass"],
            None,
        ));
    }
    let mut failed = vec![false; rows.len()];
    for _ in 0..STARTS {
        for (index, (_, one, args, best)) in rows.iter_mut().enumerate() {
            let finished = one.run(args)?;
            failed[index] |= finished.ending != Ending::Code(0);
            lower(best, finished.wall.as_secs_f64());
        }
    }
    println!(
        "### Start-up\n\nThe shortest of {STARTS} interleaved runs.\n\n| command | ms |\n| --- | ---: |"
    );
    for ((label, _, _, best), failed) in rows.iter().zip(failed) {
        let shown = match best {
            Some(seconds) if !failed => format!("{:.1}", seconds * 1000.0),
            _ => "failed".to_owned(),
        };
        println!("| {label} | {shown} |");
    }
    println!();
    Ok(())
}

pub fn main(mut args: Args) -> Outcome {
    if args.switch("--builtins") {
        return crate::bench_builtins::main(args);
    }
    let peers = args.switch("--peers");
    let runs = args.number("--runs", 3)?.max(1);
    let profile = args
        .value("--profile")?
        .unwrap_or_else(|| "dist".to_owned());
    let who = contenders(args.value("--bin")?, &profile, peers)?;
    let filters = args.rest()?;
    let programs: Vec<String> = entries(&root().join("benches/programs"))?
        .iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "py"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| {
            filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
        })
        .collect();
    if programs.is_empty() {
        return Err("no benchmark program is named so".to_owned());
    }
    let fresh = Times {
        wall: None,
        cpu: None,
        best: None,
        failed: false,
    };
    let mut times = vec![vec![fresh; who.len()]; programs.len()];
    let mut expected: Vec<Option<Vec<u8>>> = vec![None; programs.len()];
    for run in 1..=runs {
        for (row, program) in programs.iter().enumerate() {
            eprintln!("run {run} of {runs}: {program}");
            let file = format!("{program}.py");
            for (one, times) in who.iter().zip(&mut times[row]) {
                if !times.failed {
                    measure(one, &file, &mut expected[row], times)?;
                }
            }
        }
    }
    println!("## Benchmarks\n");
    println!(
        "`cargo xtask bench`: {runs} interleaved runs of each program, the shortest counts. A program that fails or prints"
    );
    println!("something else than CPython counts as {FAILED}.\n");
    table(
        "Whole process, wall time",
        &who,
        &programs,
        &times,
        |times| times.wall,
    );
    table(
        "Whole process, CPU time (all threads)",
        &who,
        &programs,
        &times,
        |times| times.cpu,
    );
    table(
        "Best iteration in a warm process",
        &who,
        &programs,
        &times,
        |times| times.best,
    );
    start_up(&who)?;
    Ok(0)
}

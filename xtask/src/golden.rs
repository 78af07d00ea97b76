//! Golden programs: each is run as a user would run it, and must print what CPython 3.14 printed.
//!
//! `tests/golden/AREA/NAME.py` lies beside `NAME.out`, `NAME.err` (absent when empty) and `NAME.rc` (absent when 0).
//! The benchmark programs' `check` mode and the shared cases (where they stand) are run too.

use crate::args::Args;
use crate::process::{self, Ending};
use crate::{Outcome, entries, read, root, shared, write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const EXPECTED_FAILURES: &str = "tests/golden/EXPECTED_FAILURES.md";
/// What the hostile build answers otherwise, and why.
const HOSTILE_EXCEPTIONS: &str = "tests/golden/HOSTILE_EXCEPTIONS.md";
const EXPECTED_HEAD: &str = "# Golden programs that do not pass yet

Each line is a program and the reason. One that passes after all is an error: take its line out, or run
`cargo xtask golden --write-expected`, which rewrites the table from what fails now and keeps the reasons given here. A reason that begins
with `addresses:` says that the output depends on where objects lie, so that the program may pass as well.

| program | reason |
| --- | --- |
";

/// The variable that makes guards of compiled code fail.
const FAILING_GUARDS: &str = "TAIPAN_JIT_EXITS";
/// The least time for a program of the hostile build, which is slow.
const HOSTILE_LIMIT: Duration = Duration::from_secs(120);

pub struct Options {
    pub bin: PathBuf,
    /// Values of `--jit`; an empty one passes no such flag.
    pub modes: Vec<String>,
    /// A program runs when its name contains one of these; all do when there is none.
    pub filters: Vec<String>,
    pub jobs: usize,
    pub limit: Duration,
    pub hostile: bool,
}

impl Options {
    /// Every program with the given binary, in every mode.
    pub fn all(bin: PathBuf) -> Options {
        let modes = ["off", "on", "always"].map(str::to_owned).to_vec();
        Options {
            bin,
            modes,
            filters: Vec::new(),
            jobs: 2,
            limit: Duration::from_secs(20),
            hostile: false,
        }
    }
}

#[derive(Default)]
pub struct Summary {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// Each program that failed and the first difference found.
    pub failing: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Program {
    /// AREA/NAME
    name: String,
    path: PathBuf,
    /// A shared case: only its standard output and exit code count, and it runs in an empty folder.
    case: bool,
}

struct Observed {
    out: Vec<u8>,
    err: Vec<u8>,
    ending: Ending,
}

fn programs(filters: &[String]) -> Result<Vec<Program>, String> {
    let mut found = Vec::new();
    let mut add = |area: &str, folder: &Path, case: bool| -> Result<(), String> {
        for path in entries(folder)?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ext| ext == "py"))
        {
            let name = format!("{area}/{}", path.file_stem().unwrap_or_default().display());
            if filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str())) {
                found.push(Program { name, path, case });
            }
        }
        Ok(())
    };
    let golden = root().join("tests/golden");
    for folder in entries(&golden)?.into_iter().filter(|path| path.is_dir()) {
        add(
            &folder.file_name().unwrap_or_default().display().to_string(),
            &folder,
            false,
        )?;
    }
    add("benches", &root().join("benches/programs"), false)?;
    if let Some(shared) = shared() {
        add("cases", &shared.join("cases"), true)?;
    }
    Ok(found)
}

fn observe(
    program: &Program,
    bin: &Path,
    mode: &str,
    limit: Duration,
    hostile: bool,
) -> Result<Observed, String> {
    let folder = program.path.parent().expect("a program lies in a folder");
    let scratch = if program.case {
        Some(Scratch::new(&program.name)?)
    } else {
        None
    };
    let mut command = process::python(bin, scratch.as_ref().map_or(folder, |scratch| &scratch.0));
    if hostile && std::env::var_os(FAILING_GUARDS).is_none() {
        command.env(FAILING_GUARDS, "53");
    }
    if !mode.is_empty() {
        command.arg(format!("--jit={mode}"));
    }
    match program.case {
        true => command.arg(&program.path),
        false => command.arg(program.path.file_name().expect("a program has a name")),
    };
    let finished = process::run(&mut command, limit)?;
    let here = format!("{}/", folder.display());
    let strip = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => without_addresses(&text.replace(&here, "")).into_bytes(),
        Err(raw) => raw.into_bytes(),
    };
    let stdout = if program.case {
        finished.stdout
    } else {
        strip(finished.stdout)
    };
    Ok(Observed {
        out: stdout,
        err: strip(finished.stderr),
        ending: finished.ending,
    })
}

/// Addresses differ in every run: ` at 0x7f…` becomes ` at 0x…`.
fn without_addresses(text: &str) -> String {
    let mut pieces = text.split(" at 0x");
    let mut result = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        result += " at 0x…";
        result += piece.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    result
}

/// An empty folder that goes away again.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Scratch, String> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let unique = format!(
            "taipan-{}-{}-{}",
            name.replace('/', "-"),
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(unique);
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn recorded(program: &Program) -> Result<Observed, String> {
    let optional = |ext: &str| std::fs::read(program.path.with_extension(ext)).unwrap_or_default();
    let out_path = program.path.with_extension("out");
    let out = std::fs::read(&out_path)
        .map_err(|error| format!("{}: {error} (record it with --record)", out_path.display()))?;
    let rc = String::from_utf8_lossy(&optional("rc"))
        .trim()
        .parse()
        .unwrap_or(0);
    Ok(Observed {
        out,
        err: optional("err"),
        ending: Ending::Code(rc),
    })
}

/// None when the program did what was recorded; otherwise what differs, in a few lines.
fn difference(program: &Program, options: &Options, mode: &str) -> Option<String> {
    let both = recorded(program).and_then(|want| {
        Ok((
            want,
            observe(program, &options.bin, mode, options.limit, options.hostile)?,
        ))
    });
    let (want, got) = match both {
        Ok(both) => both,
        Err(message) => return Some(message),
    };
    let mut parts = Vec::new();
    if want.ending != got.ending {
        parts.push(format!("{}, not {}", got.ending, want.ending));
    }
    if want.out != got.out {
        parts.push(first_difference("stdout", &want.out, &got.out));
    }
    if want.err != got.err && !program.case {
        parts.push(first_difference("stderr", &want.err, &got.err));
    } else if want.ending != got.ending && program.case {
        parts.push(format!(
            "stderr ends: {}",
            String::from_utf8_lossy(&got.err)
                .lines()
                .last()
                .unwrap_or("")
        ));
    }
    if parts.is_empty() {
        None
    } else {
        Some(parts.join("\n"))
    }
}

fn first_difference(stream: &str, want: &[u8], got: &[u8]) -> String {
    let (want, got) = (String::from_utf8_lossy(want), String::from_utf8_lossy(got));
    let (want, got): (Vec<&str>, Vec<&str>) =
        (want.split('\n').collect(), got.split('\n').collect());
    let same = want.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let clip = |line: &str| line.chars().take(200).collect::<String>();
    let mut text = format!("{stream} differs at line {}:", same + 1);
    for line in want.iter().skip(same).take(4) {
        text += &format!("\n  - {}", clip(line));
    }
    for line in got.iter().skip(same).take(4) {
        text += &format!("\n  + {}", clip(line));
    }
    text
}

/// Does `work` for every item on several threads.
pub fn in_parallel<T: Sync>(items: &[T], jobs: usize, work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

fn expected_failures() -> BTreeMap<String, String> {
    table(EXPECTED_FAILURES)
}

/// The programs of a table of exceptions and the reasons.
fn table(file: &str) -> BTreeMap<String, String> {
    let text = read(&root().join(file)).unwrap_or_default();
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.splitn(2, '|').map(str::trim);
        let name = cells.next()?.trim_matches('`');
        name.contains('/').then(|| {
            (
                name.to_owned(),
                cells
                    .next()
                    .unwrap_or("")
                    .trim_end_matches('|')
                    .trim()
                    .to_owned(),
            )
        })
    });
    rows.collect()
}

/// Runs the programs and prints each one that fails.
pub fn run(options: &Options) -> Result<Summary, String> {
    let programs = programs(&options.filters)?;
    let mut expected = expected_failures();
    if options.hostile {
        expected.extend(table(HOSTILE_EXCEPTIONS));
    }
    let runs: Vec<(&Program, &String)> = programs
        .iter()
        .flat_map(|program| options.modes.iter().map(move |mode| (program, mode)))
        .collect();
    let summary = Mutex::new(Summary::default());
    let failed_once = Mutex::new(BTreeSet::new());
    in_parallel(&runs, options.jobs, |(program, mode)| {
        let difference = difference(program, options, mode);
        let mut summary = summary.lock().expect("no thread panics while counting");
        let Some(difference) = difference else {
            summary.passed += 1;
            return;
        };
        failed_once
            .lock()
            .expect("no thread panics while counting")
            .insert(program.name.clone());
        summary
            .failing
            .entry(program.name.clone())
            .or_insert_with(|| difference.clone());
        if expected.contains_key(&program.name) {
            summary.skipped += 1;
        } else {
            summary.failed += 1;
            let shown = if mode.is_empty() {
                String::new()
            } else {
                format!(" (--jit={mode})")
            };
            println!(
                "FAIL {}{shown}\n{}\n",
                program.name,
                difference.replace('\n', "\n  ")
            );
        }
    });
    let mut summary = summary.into_inner().expect("no thread panicked");
    let failed_once = failed_once.into_inner().expect("no thread panicked");
    for program in programs
        .iter()
        .filter(|program| expected.contains_key(&program.name))
    {
        if !options.hostile
            && !failed_once.contains(&program.name)
            && !depends_on_chance(&expected[&program.name])
        {
            println!(
                "FAIL {}: listed in {EXPECTED_FAILURES} and passes; take its line out\n",
                program.name
            );
            summary.failed += 1;
        }
    }
    if options.filters.is_empty() && shared().is_some() && !options.hostile {
        for name in expected
            .keys()
            .filter(|name| !programs.iter().any(|program| program.name == **name))
        {
            println!("FAIL {name}: listed in {EXPECTED_FAILURES} and no such program\n");
            summary.failed += 1;
        }
    }
    Ok(summary)
}

fn record(programs: &[Program], python: &Path, jobs: usize) -> Result<usize, String> {
    let problems = Mutex::new(Vec::new());
    let changed = AtomicUsize::new(0);
    let own: Vec<&Program> = programs.iter().filter(|program| !program.case).collect();
    in_parallel(&own, jobs, |program| {
        let result = record_one(program, python);
        match result {
            Ok(new) => drop(changed.fetch_add(new as usize, Ordering::Relaxed)),
            Err(problem) => problems
                .lock()
                .expect("no thread panics")
                .push(format!("{}: {problem}", program.name)),
        }
    });
    let problems = problems.into_inner().expect("no thread panicked");
    println!(
        "{} programs, {} recorded anew",
        own.len() - problems.len(),
        changed.into_inner()
    );
    for problem in &problems {
        println!("NOT RECORDED {problem}");
    }
    Ok(problems.len())
}

/// True when what is recorded changed.
fn record_one(program: &Program, python: &Path) -> Result<bool, String> {
    let limit = Duration::from_secs(20);
    let first = observe(program, python, "", limit, false)?;
    let second = observe(program, python, "", limit, false)?;
    if first.out != second.out || first.err != second.err {
        let stream = if first.out != second.out {
            (&first.out, &second.out)
        } else {
            (&first.err, &second.err)
        };
        return Err(format!(
            "two runs differ: {}",
            first_difference("it", stream.0, stream.1)
        ));
    }
    let Ending::Code(code) = first.ending else {
        return Err(first.ending.to_string());
    };
    let mut changed = false;
    let mut put = |ext: &str, bytes: &[u8], wanted: bool| -> Result<(), String> {
        let path = program.path.with_extension(ext);
        let old = std::fs::read(&path).ok();
        if wanted && old.as_deref() != Some(bytes) {
            changed = true;
            write(&path, bytes)?;
        } else if !wanted && old.is_some() {
            changed = true;
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    };
    put("out", &first.out, true)?;
    put("err", &first.err, !first.err.is_empty())?;
    put("rc", format!("{code}\n").as_bytes(), code != 0)?;
    Ok(changed)
}

/// Whether a reason says that a program passes or fails as addresses fall.
fn depends_on_chance(reason: &str) -> bool {
    reason.starts_with("addresses:")
}

fn write_expected(summary: &Summary, old: &BTreeMap<String, String>) -> Result<(), String> {
    let mut text = EXPECTED_HEAD.to_owned();
    for (name, difference) in &summary.failing {
        let found = difference
            .lines()
            .find(|line| line.starts_with("  + "))
            .or(difference.lines().next())
            .unwrap_or("");
        let found: String = found
            .trim_start_matches("  + ")
            .replace('|', "/")
            .chars()
            .take(100)
            .collect();
        let reason = old
            .get(name)
            .cloned()
            .unwrap_or_else(|| format!("not done: {found}"));
        text += &format!("| {name} | {} |\n", reason.trim());
    }
    for (name, reason) in old {
        if depends_on_chance(reason) && !summary.failing.contains_key(name) {
            text += &format!("| {name} | {} |\n", reason.trim());
        }
    }
    write(&root().join(EXPECTED_FAILURES), text.as_bytes())
}

/// Builds the binary with a profile and says where it is.
fn build(profile: &str, flags: Option<&str>, folder: &str) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command
        .args(["build", "--profile", profile, "--locked", "-p", "taipan"])
        .current_dir(root());
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let target = target.join(folder);
    if let Some(flags) = flags {
        command
            .env("RUSTFLAGS", flags)
            .env("CARGO_TARGET_DIR", &target);
    }
    let status = command
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err("taipan does not build".to_owned());
    }
    let profile = if profile == "dev" { "debug" } else { profile };
    std::path::absolute(target.join(profile).join("taipan")).map_err(|error| error.to_string())
}

/// The hostile build (`crates/object/src/hostile.rs`), in a folder of its own.
pub fn hostile_binary() -> Result<PathBuf, String> {
    build(
        "dev",
        Some("--cfg hostile -C force-frame-pointers=yes"),
        "hostile",
    )
}

/// The binary named by `--bin`, or a freshly built one.
pub fn binary(named: Option<String>, profile: &str) -> Result<PathBuf, String> {
    match named {
        Some(name) => process::find(&name).ok_or_else(|| format!("{name}: no such program")),
        None => build(profile, None, ""),
    }
}

pub fn main(mut args: Args) -> Outcome {
    let jobs = args.number("--jobs", 2)?;
    if args.switch("--record") {
        let python = args
            .value("--python")?
            .unwrap_or_else(|| "python3.14".to_owned());
        let python = process::find(&python)
            .ok_or_else(|| format!("{python}: not on PATH; recording needs CPython 3.14"))?;
        let problems = record(&programs(&args.rest()?)?, &python, jobs)?;
        return Ok((problems > 0) as i32);
    }
    let plain = args.switch("--plain");
    let expect = args.switch("--write-expected");
    let limit = Duration::from_secs(args.number("--timeout", 20)? as u64);
    let modes = args
        .value("--jit")?
        .unwrap_or_else(|| "off,on,always".to_owned());
    let modes = if plain {
        vec![String::new()]
    } else {
        modes.split(',').map(str::to_owned).collect()
    };
    let named = args.value("--bin")?;
    let hostile = args.switch("--hostile");
    let filters = args.rest()?;
    if hostile && expect {
        return Err("the hostile build's exceptions are written by hand".to_owned());
    }
    if expect && !filters.is_empty() {
        return Err("--write-expected rewrites the whole table: give no filter".to_owned());
    }
    let summary = run(&Options {
        bin: match named {
            None if hostile => hostile_binary()?,
            named => binary(named, "release")?,
        },
        modes,
        filters,
        jobs,
        limit: if hostile {
            limit.max(HOSTILE_LIMIT)
        } else {
            limit
        },
        hostile,
    })?;
    if expect {
        write_expected(&summary, &expected_failures())?;
        println!(
            "{} programs listed in {EXPECTED_FAILURES}",
            summary.failing.len()
        );
    }
    if summary.skipped > 0 {
        println!(
            "{} skipped (listed in {EXPECTED_FAILURES})",
            summary.skipped
        );
    }
    println!("{} passed, {} failed", summary.passed, summary.failed);
    Ok((summary.failed > 0 && !expect) as i32)
}

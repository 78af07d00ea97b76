//! CPython's own test files, one process a file, held against what passed before.
//!
//! `tests/conformance/denominator/FILE.txt` lists the test methods that CPython 3.14 itself passes; `passing.txt` those that
//! we pass and must keep passing (`--bless` adds the new ones).

use crate::args::Args;
use crate::process::{self, Ending};
use crate::{Outcome, entries, golden, read, root, shared, write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const SUITE: &str = "cpython-3.14.8-tests.tar.xz";
const PASSING: &str = "tests/conformance/passing.txt";
const DENOMINATOR: &str = "tests/conformance/denominator";
/// A file whose process dies this often is given up.
const MOST_RESTARTS: usize = 40;
const FILES: &str = "test_grammar test_syntax test_tokenize test_ast test_fstring test_tstring test_compile test_scope \
    test_symtable test_patma test_type_params test_unpack_ex test_named_expressions test_generators test_coroutines \
    test_asyncgen test_exceptions test_exception_group test_traceback test_with test_descr test_class test_super \
    test_builtin test_types test_int test_long test_float test_complex test_bool test_str test_bytes test_list \
    test_tuple test_dict test_set test_slice test_range test_memoryview test_iter test_itertools test_functools \
    test_collections test_operator test_contextlib test_dataclasses test_enum test_typing test_re test_json test_struct \
    test_math test_io test_import test_importlib test_py_compile test_zipimport test_gc test_weakref test_thread \
    test_threading test_unittest test_pickle test_copy test_datetime test_random test_annotationlib test_hash test_sys \
    test_os test_subprocess test_socket test_asyncio test_logging test_pathlib test_shutil test_argparse test_csv test_zlib \
    test_gzip test_hashlib test_sqlite3 test_ssl";

struct Runner {
    bin: PathBuf,
    /// Where the library's files lie for the tests; `None` for another Python.
    library: Option<PathBuf>,
    flag: Option<String>,
    suite: PathBuf,
    limit: Duration,
}

/// How each test method of one file ended.
struct FileResult {
    statuses: BTreeMap<String, (String, String)>,
    /// Why the file did not run to its end, if it did not.
    trouble: Option<String>,
    seconds: f64,
}

impl FileResult {
    fn passed(&self) -> BTreeSet<&str> {
        let good = self
            .statuses
            .iter()
            .filter(|(_, (status, _))| status == "pass" || status == "xfail");
        good.map(|(id, _)| id.as_str()).collect()
    }
}

impl Runner {
    fn run(&self, file: &str) -> Result<FileResult, String> {
        let start = Instant::now();
        let folder = root().join("target/conformance").join(file);
        let _ = std::fs::remove_dir_all(&folder);
        let results = folder.join("results.json");
        write(&results, b"")?;
        let mut after: Option<String> = None;
        let mut trouble = None;
        for _ in 0..MOST_RESTARTS {
            let left = self.limit.saturating_sub(start.elapsed());
            let mut command = process::python(&self.bin, &folder);
            if let Some(library) = &self.library {
                command.env("TAIPAN_LIB", library);
            }
            command
                .args(&self.flag)
                .arg(root().join("tests/conformance/driver.py"));
            command
                .arg(&self.suite)
                .arg(file)
                .arg(&results)
                .args(&after);
            let finished = process::run(&mut command, left)?;
            let text = read(&results)?;
            let last = text.lines().last().and_then(parse);
            let stderr = String::from_utf8_lossy(&finished.stderr);
            let said = stderr
                .lines()
                .last()
                .unwrap_or("")
                .chars()
                .take(300)
                .collect::<String>();
            match last {
                Some((_, status, _)) if status == "end" => {
                    trouble = None;
                    break;
                }
                // A test killed the process: say so, and go on with the next.
                Some((id, status, _))
                    if status == "start" && finished.ending != Ending::TimedOut =>
                {
                    let line = format!(
                        "{}\n",
                        serde_json::json!({"id": id, "status": "crash", "message": format!("{}: {said}", finished.ending)})
                    );
                    write(&results, (text + &line).as_bytes())?;
                    trouble = Some(format!("died in {id}"));
                    after = Some(id);
                }
                _ => {
                    trouble = Some(format!("{}: {said}", finished.ending));
                    break;
                }
            }
        }
        let mut statuses = BTreeMap::new();
        for (id, status, message) in read(&results)?.lines().filter_map(parse) {
            let worse = statuses
                .get(&id)
                .is_some_and(|(old, _): &(String, String)| old == "fail" || old == "error");
            if status != "end" && !(worse && status != "error") {
                statuses.insert(id, (status, message));
            }
        }
        Ok(FileResult {
            statuses,
            trouble,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}

fn parse(line: &str) -> Option<(String, String, String)> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| {
        value
            .get(name)
            .and_then(|field| field.as_str())
            .unwrap_or("")
            .to_owned()
    };
    Some((field("id"), field("status"), field("message")))
}

/// Unpacks CPython's tests below `target/` once.
fn unpack(archive: &Path) -> Result<PathBuf, String> {
    let folder = root().join("target/cpython-tests");
    if !folder.join("test/__init__.py").is_file() {
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let status = std::process::Command::new("tar")
            .arg("-xJf")
            .arg(archive)
            .arg("-C")
            .arg(&folder)
            .status()
            .map_err(|error| format!("tar: {error}"))?;
        if !status.success() {
            return Err(
                "tar could not unpack CPython's tests (are tar and xz installed?)".to_owned(),
            );
        }
    }
    Ok(folder)
}

/// Writes the library's files into a folder: tests list the files and look at their sources.
fn unpack_library(bin: &Path) -> Result<PathBuf, String> {
    let folder = root().join("target/conformance/library");
    let output = std::process::Command::new(bin)
        .arg("--unpack-lib")
        .arg(&folder)
        .output()
        .map_err(|error| format!("{}: {error}", bin.display()))?;
    match output.status.success() {
        true => Ok(folder),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn ids(path: &Path) -> BTreeSet<String> {
    let text = read(path).unwrap_or_default();
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// The recorded files.
fn recorded_files() -> Result<Vec<String>, String> {
    let recorded = entries(&root().join(DENOMINATOR))?;
    Ok(recorded
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect())
}

/// The file of each recorded id. An id does not say it: doctests and methods of helper modules have other names.
fn files_by_id() -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    for file in recorded_files()? {
        let recorded = ids(&root().join(DENOMINATOR).join(format!("{file}.txt")));
        files.extend(recorded.into_iter().map(|id| (id, file.clone())));
    }
    Ok(files)
}

fn list(ids: &BTreeSet<String>) -> Vec<u8> {
    ids.iter()
        .flat_map(|id| [id.as_str(), "\n"])
        .collect::<String>()
        .into_bytes()
}

pub fn main(mut args: Args) -> Outcome {
    let recording = args.switch("--record-denominator");
    let bless = args.switch("--bless");
    let ratchet_only = args.switch("--ratchet");
    let plain = args.switch("--plain") || recording;
    let mode = args.value("--jit")?.unwrap_or_else(|| "on".to_owned());
    let named = args.value("--bin")?;
    let jobs = args.number("--jobs", 2)?;
    let limit = Duration::from_secs(args.number("--timeout", 300)? as u64);
    let mut files = args.rest()?;

    let Some(archive) = shared()
        .map(|folder| folder.join(SUITE))
        .filter(|path| path.is_file())
    else {
        println!("conformance: ../shared/{SUITE} is not here, so nothing was run");
        return Ok(0);
    };
    let passing = ids(&root().join(PASSING));
    if files.is_empty() && ratchet_only {
        let known = files_by_id()?;
        files = passing
            .iter()
            .filter_map(|id| known.get(id).cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if files.is_empty() {
            println!("conformance: {PASSING} lists nothing yet, so nothing was run");
            return Ok(0);
        }
    } else if files.is_empty() && recording {
        files = FILES.split_whitespace().map(str::to_owned).collect();
    } else if files.is_empty() {
        files = recorded_files()?;
    }

    let bin = match recording {
        true => process::find(named.as_deref().unwrap_or("python3.14"))
            .ok_or("python3.14 is not on PATH")?,
        false => golden::binary(named, "release")?,
    };
    let flag = (!plain).then(|| format!("--jit={mode}"));
    let library = match plain {
        true => None,
        false => Some(unpack_library(&bin)?),
    };
    let runner = Runner {
        bin,
        library,
        flag,
        suite: unpack(&archive)?,
        limit,
    };
    let results = Mutex::new(BTreeMap::new());
    let problems = Mutex::new(Vec::new());
    golden::in_parallel(&files, jobs, |file| match runner.run(file) {
        Ok(result) => drop(
            results
                .lock()
                .expect("no thread panics")
                .insert(file.clone(), result),
        ),
        Err(problem) => problems
            .lock()
            .expect("no thread panics")
            .push(format!("{file}: {problem}")),
    });
    let results = results.into_inner().expect("no thread panicked");
    if let Some(problem) = problems
        .into_inner()
        .expect("no thread panicked")
        .into_iter()
        .next()
    {
        return Err(problem);
    }
    if recording {
        record(&results)
    } else {
        compare(&results, passing, bless)
    }
}

fn record(results: &BTreeMap<String, FileResult>) -> Outcome {
    let mut bad = 0;
    for (file, result) in results {
        let passed: BTreeSet<String> = result.passed().into_iter().map(str::to_owned).collect();
        let count = passed.len();
        match &result.trouble {
            None if count > 0 => write(
                &root().join(DENOMINATOR).join(format!("{file}.txt")),
                &list(&passed),
            )?,
            trouble => {
                bad += 1;
                println!(
                    "NOT RECORDED {file}: {}",
                    trouble.as_deref().unwrap_or("no test passed")
                );
            }
        }
        println!(
            "{file}: {count} of {} in {:.1} s",
            result.statuses.len(),
            result.seconds
        );
    }
    Ok((bad > 0) as i32)
}

fn compare(
    results: &BTreeMap<String, FileResult>,
    mut passing: BTreeSet<String>,
    bless: bool,
) -> Outcome {
    let (mut all, mut good, mut lost, mut gained) = (0, 0, 0, BTreeSet::new());
    for (file, result) in results {
        let wanted = ids(&root().join(DENOMINATOR).join(format!("{file}.txt")));
        let passed = result.passed();
        let count = wanted
            .iter()
            .filter(|id| passed.contains(id.as_str()))
            .count();
        all += wanted.len();
        good += count;
        let trouble = result
            .trouble
            .as_ref()
            .map_or(String::new(), |trouble| format!("  ({trouble})"));
        println!(
            "{file}: {count} of {} in {:.1} s{trouble}",
            wanted.len(),
            result.seconds
        );
        for id in passing
            .iter()
            .filter(|id| wanted.contains(*id) && !passed.contains(id.as_str()))
        {
            let (status, message) = result
                .statuses
                .get(id)
                .cloned()
                .unwrap_or_else(|| ("not run".to_owned(), String::new()));
            println!("LOST {id}: {status} {message}");
            lost += 1;
        }
        let mut failing = String::new();
        for id in wanted.iter().filter(|id| !passed.contains(id.as_str())) {
            let (status, message) = result
                .statuses
                .get(id)
                .cloned()
                .unwrap_or_else(|| ("not run".to_owned(), String::new()));
            failing += &format!("{id}\t{status}\t{}\n", message.replace(['\n', '\t'], " "));
        }
        write(
            &root()
                .join("target/conformance")
                .join(file)
                .join("failing.txt"),
            failing.as_bytes(),
        )?;
        gained.extend(
            passed
                .into_iter()
                .filter(|id| wanted.contains(*id) && !passing.contains(*id))
                .map(str::to_owned),
        );
    }
    let share = 100.0 * good as f64 / (all as f64).max(1.0);
    println!(
        "\n{good} of {all} test methods pass ({share:.1} %); what fails: target/conformance/FILE/failing.txt"
    );
    if bless {
        println!("{} added to {PASSING}", gained.len());
        passing.extend(gained);
        write(&root().join(PASSING), &list(&passing))?;
    } else if !gained.is_empty() {
        println!(
            "{} pass that {PASSING} does not list: --bless adds them",
            gained.len()
        );
    }
    println!("{} kept, {lost} lost", passing.len() - lost);
    Ok((lost > 0) as i32)
}

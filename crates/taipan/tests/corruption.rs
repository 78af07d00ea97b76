//! Damaged `.pyc` files: the program gets the right output wherever the checksum tells, and never crashes.
//!
//! Each module is a golden program that is imported. `TAIPAN_CORRUPTIONS` says how often each is
//! damaged (300 for the whole test; a few without), `TAIPAN_CORRUPTION_SEED` which damages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use xtask::process::{self, Ending, Finished};

/// The golden programs that serve as modules.
const MODULES: &[&str] = &[
    "async/async_for_with",
    "classes/descriptors",
    "classes/mro",
    "classes/metaclasses",
    "classes/slots",
    "containers/dicts",
    "containers/sets_tuples",
    "datamodel/numeric",
    "exceptions/context_chain",
    "exceptions/groups",
    "expressions/slices",
    "functions/parameters",
    "functions/closures",
    "generators/protocol",
    "lexical/fstrings",
    "lexical/strings",
    "match/literals_captures",
    "match/mappings_classes",
    "numbers/int_arith",
    "scoping/class_scope",
    "statements/with_forms",
    "statements/try_finally",
    "text/percent_format",
    "text/splitting_searching",
];
/// How many of them are used.
const USED: usize = 20;
/// Damaged code may loop for ever: its checksum fits, so that it is what somebody wrote.
const LIMIT: Duration = Duration::from_secs(10);
/// Bytes before the code record: PEP 552.
const HEADER: usize = 16;
/// Bytes before what the checksum covers.
const BODY: usize = HEADER + 12;

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// A folder with one module and its `.pyc`.
struct Place {
    folder: PathBuf,
    cache: PathBuf,
    good: Vec<u8>,
    right: Vec<u8>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn run(folder: &Path) -> Finished {
    let mut command: Command = process::python(Path::new(env!("CARGO_BIN_EXE_taipan")), folder);
    command.args(["-c", "import module"]);
    process::run(&mut command, LIMIT).expect("the binary starts")
}

impl Place {
    /// Imports a module once, which leaves its `.pyc`.
    fn new(program: &Path, name: &str) -> Option<Place> {
        let folder =
            std::env::temp_dir().join(format!("taipan-corrupt-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
        std::fs::copy(program, folder.join("module.py")).expect("the program can be copied");
        let first = run(&folder);
        let cache = folder.join("__pycache__/module.taipan-314.pyc");
        let good = std::fs::read(&cache).expect("the import wrote its cache");
        let again = run(&folder);
        let place = Place {
            folder,
            cache,
            good,
            right: again.stdout,
        };
        (first.stdout == place.right && again.ending == Ending::Code(0)).then_some(place)
    }
}

/// Damages a file; whether the record's checksum was made right again.
fn damage(random: &mut Random, place: &Place, others: &[Place]) -> (Vec<u8>, bool) {
    let mut bytes = place.good.clone();
    let kind = random.below(8);
    match kind {
        0 => bytes.truncate(random.below(bytes.len())),
        1 => {
            let other = &others[random.below(others.len())].good;
            // Behind the checksum: all of another module's record is a good record.
            let at = BODY + random.below(bytes.len().min(other.len()) - BODY);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[at..]);
        }
        2 => {
            let other = &others[random.below(others.len())].good;
            let from = HEADER + random.below(other.len() - HEADER);
            let piece = &other[from..(from + 1 + random.below(60)).min(other.len())];
            let at = HEADER + random.below(bytes.len() - HEADER);
            let end = (at + piece.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&piece[..end - at]);
        }
        3 => {
            let at = BODY + random.below(bytes.len() - BODY);
            let end = (at + 1 + random.below(8)).min(bytes.len());
            bytes.drain(at..end);
        }
        _ => {
            for _ in 0..1 + random.below(if kind < 6 { 1 } else { 4 }) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
        }
    }
    let sealed =
        random.below(4) != 0 && bytes.len() > HEADER && bytes[..HEADER] == place.good[..HEADER];
    if sealed {
        taipan_compiler::marshal::reseal(&mut bytes[HEADER..]);
    }
    (bytes, sealed)
}

/// What is wrong with a run.
fn fault(place: &Place, sealed: bool, same: bool, seen: &Finished) -> Option<String> {
    let errors = String::from_utf8_lossy(&seen.stderr);
    match seen.ending {
        Ending::Signal(n) => return Some(format!("killed by signal {n}: {errors}")),
        Ending::TimedOut if !sealed => return Some("does not end".to_owned()),
        _ => {}
    }
    if errors.contains("panicked at") {
        return Some(format!("panic: {errors}"));
    }
    if (!sealed || same) && (seen.stdout != place.right || seen.ending != Ending::Code(0)) {
        return Some(format!("wrong output, {}: {errors}", seen.ending));
    }
    None
}

#[test]
fn damaged_caches_do_no_harm() {
    let number = |name: &str, usual: u64| {
        std::env::var(name)
            .ok()
            .and_then(|n| n.parse().ok())
            .unwrap_or(usual)
    };
    let (times, seed) = (
        number("TAIPAN_CORRUPTIONS", 6),
        number("TAIPAN_CORRUPTION_SEED", 1),
    );
    let golden = xtask::root().join("tests/golden");
    let places: Vec<Place> = MODULES
        .iter()
        .map(|name| (golden.join(format!("{name}.py")), name.replace('/', "-")))
        .filter(|(path, _)| path.is_file())
        .filter_map(|(path, name)| Place::new(&path, &name))
        .take(USED)
        .collect();
    assert!(
        places.len() >= 10,
        "only {} modules are there",
        places.len()
    );
    let faults = Mutex::new(Vec::new());
    let numbers: Vec<usize> = (0..places.len()).collect();
    xtask::golden::in_parallel(&numbers, 2, |&n| {
        let place = &places[n];
        let mut random =
            Random(((seed << 20) | (n as u64 + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for time in 0..times {
            let (bytes, sealed) = damage(&mut random, place, &places);
            let same = bytes == place.good;
            std::fs::write(&place.cache, &bytes).expect("the cache is writable");
            let seen = run(&place.folder);
            if let Some(fault) = fault(place, sealed, same, &seen) {
                let kept = std::env::temp_dir().join(format!("taipan-corrupt-{n}-{time}.pyc"));
                let _ = std::fs::write(&kept, &bytes);
                let text = format!("{} ({}): {fault}", place.folder.display(), kept.display());
                println!("{text}");
                faults.lock().expect("no thread panics").push(text);
            }
        }
    });
    let faults = faults.into_inner().expect("no thread panicked");
    println!(
        "{} modules, {times} damages each, {} faults",
        places.len(),
        faults.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

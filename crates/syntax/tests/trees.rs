//! Trees and errors are CPython's: for every file of the library and of
//! CPython's tests that is present, and for 5,000 damaged sources.
//! `tests/record_trees.py` made the records.

mod support;

use std::collections::BTreeMap;
use std::io::Read;
use support::{on_large_stack, outcome, recorded, roots};

/// The least share of damaged sources that must come out as in CPython, in percent.
const MUTATIONS_REACHED: f64 = 99.9;

/// How often each kind of outcome was expected and reached.
#[derive(Default)]
struct Tally {
    kinds: BTreeMap<String, (usize, usize)>,
    right: usize,
    total: usize,
}

impl Tally {
    fn add(&mut self, expected: &str, found: &str) -> bool {
        let kind = match expected.split('|').nth(1) {
            Some(message) => message
                .split(" on line")
                .next()
                .unwrap_or(message)
                .to_owned(),
            None => "(tree)".to_owned(),
        };
        let good = expected == found;
        let entry = self.kinds.entry(kind).or_default();
        entry.0 += usize::from(good);
        entry.1 += 1;
        self.right += usize::from(good);
        self.total += 1;
        good
    }

    fn percent(&self) -> f64 {
        if self.total == 0 {
            100.0
        } else {
            self.right as f64 * 100.0 / self.total as f64
        }
    }

    fn print(&self) {
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, (right, total))| std::cmp::Reverse(total - right));
        for (kind, (right, total)) in kinds {
            println!("{right:5} of {total:5}  {kind}");
        }
        println!("{} of {}: {:.2}%", self.right, self.total, self.percent());
    }
}

#[test]
fn files() {
    on_large_stack(|| {
        let roots = roots();
        let mut tally = Tally::default();
        for line in include_str!("trees.txt").lines() {
            let Some((path, expected)) = line.split_once('\t') else {
                continue;
            };
            let Some((root, below)) = path.split_once('/') else {
                continue;
            };
            let Some((_, folder)) = roots.iter().find(|(name, _)| *name == root) else {
                continue;
            };
            let Ok(bytes) = std::fs::read(folder.join(below)) else {
                continue;
            };
            let (expected, found) = (recorded(expected), outcome(&bytes));
            if !tally.add(&expected, &found) {
                println!("{path}\n  found    {found}\n  expected {expected}");
            }
        }
        tally.print();
        assert_eq!(tally.right, tally.total);
    });
}

#[test]
fn mutations() {
    check_mutations(include_bytes!("mutations.gz").to_vec(), MUTATIONS_REACHED);
}

/// For a wider search: any record in the format of `mutations.gz`.
#[test]
#[ignore = "needs TAIPAN_MUTATIONS=FILE.gz"]
fn other_mutations() {
    let Some(file) = std::env::var_os("TAIPAN_MUTATIONS") else {
        return;
    };
    check_mutations(std::fs::read(file).expect("the record is there"), 0.0);
}

fn check_mutations(packed: Vec<u8>, least: f64) {
    on_large_stack(move || {
        let mut data = Vec::new();
        let mut unpacked = flate2::read::GzDecoder::new(&packed[..]);
        unpacked
            .read_to_end(&mut data)
            .expect("the record is whole");
        let verbose = std::env::var_os("TAIPAN_SHOW_MUTATIONS").is_some();
        let mut tally = Tally::default();
        let mut rest = &data[..];
        while let Some(end) = rest.iter().position(|&b| b == b'\n') {
            let header = String::from_utf8_lossy(&rest[..end]).into_owned();
            let (expected, length) = header.rsplit_once('\t').expect("a header has two parts");
            let (source, tail) = rest[end + 1..].split_at(length.parse().expect("a length"));
            rest = &tail[1..];
            let (expected, found) = (recorded(expected), outcome(source));
            if !tally.add(&expected, &found) && verbose {
                let text = String::from_utf8_lossy(source);
                println!("=====\n{text}\n  found    {found}\n  expected {expected}");
            }
        }
        tally.print();
        assert!(
            tally.percent() >= least,
            "{:.2}% is less than {least}%",
            tally.percent()
        );
    });
}

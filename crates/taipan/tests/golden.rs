//! The golden programs against the binary that this build made. `cargo xtask golden` does the same with more choices.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn golden_programs() {
    let bin = PathBuf::from(env!("CARGO_BIN_EXE_taipan"));
    let hello = Command::new(&bin)
        .args(["-c", "print('hello')"])
        .output()
        .expect("the binary starts");
    if hello.stdout != b"hello\n" {
        // Before there is an interpreter there is nothing to compare.
        println!("taipan does not run Python yet: no golden program was run");
        return;
    }
    let mut options = xtask::golden::Options::all(bin);
    // A test build is slow; every mode is run by `cargo xtask golden`.
    options.modes = vec!["on".to_owned()];
    options.limit = std::time::Duration::from_secs(60);
    let summary = xtask::golden::run(&options).expect("the golden programs can be read");
    println!(
        "{} passed, {} failed, {} skipped",
        summary.passed, summary.failed, summary.skipped
    );
    assert_eq!(summary.failed, 0, "golden programs fail; see above");
}

//! `taipan explain` over small programs, against recorded texts. `BLESS=1` records them anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain")
}

fn explain_in(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_taipan"))
        .arg("explain")
        .args(args)
        .current_dir(folder)
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .env_remove("PYTHONPYCACHEPREFIX")
        .output()
        .expect("the binary starts")
}

fn explain(args: &[&str]) -> String {
    let output = explain_in(&folder(), args);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

/// Compares with the recorded text, or records it.
fn check(name: &str, text: &str) {
    let path = folder().join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).expect("the recorded text can be written");
        return;
    }
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        recorded == text,
        "{} differs (BLESS=1 records it anew); now it is:\n{text}",
        path.display()
    );
}

/// Text and JSON of one stage.
fn stage(program: &str, stage: &str) {
    let file = format!("{program}.py");
    check(
        &format!("{program}.{stage}.txt"),
        &explain(&[&file, "--stage", stage]),
    );
    check(
        &format!("{program}.{stage}.json"),
        &explain(&[&file, "--json", "--stage", stage]),
    );
}

#[test]
fn tokens() {
    stage("totals", "tokens");
}

#[test]
fn ast() {
    stage("totals", "ast");
}

#[test]
fn symbols() {
    stage("counter", "symbols");
}

#[test]
fn bytecode() {
    stage("totals", "bytecode");
    let text = explain(&["counter.py", "--stage", "bytecode"]);
    check("counter.bytecode.txt", &text);
}

#[test]
fn run() {
    stage("totals", "run");
    check(
        "counter.run.txt",
        &explain(&["counter.py", "--stage", "run"]),
    );
}

#[test]
fn parts() {
    let args = ["counter.py", "--function", "half"];
    let text = explain(&[&args[..], &["--stage", "ast,symbols,bytecode,run"]].concat());
    check("counter.half.txt", &text);
    let text = explain(&["counter.py", "--lines", "2-3", "--stage=tokens"]);
    check("counter.lines.txt", &text);
    let text = explain(&["counter.py", "--max-steps=3", "--stage", "run"]);
    check("counter.steps.txt", &text);
}

/// Digits that change with the format of the file are taken out.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let changes = ["magic number", "file size", "\"magic\""];
        let digits = changes.iter().any(|c| line.contains(c));
        out.extend(
            line.chars()
                .map(|c| if digits && c.is_ascii_digit() { 'N' } else { c }),
        );
        out.push('\n');
    }
    out
}

#[test]
fn cached_file() {
    let folder = std::env::temp_dir().join(format!("taipan-explain-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("module.py");
    let set_time = |seconds| {
        std::fs::File::options()
            .write(true)
            .open(&file)
            .and_then(|f| f.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
            .expect("the time can be set");
    };
    std::fs::write(&file, "x = 1\n").expect("a file");
    set_time(1_000_000_000);
    let text = |json: bool| {
        let args: &[&str] = match json {
            true => &["module.py", "--stage", "pyc", "--json"],
            false => &["module.py", "--stage", "pyc"],
        };
        masked(&String::from_utf8_lossy(&explain_in(&folder, args).stdout))
    };
    check("pyc.written.txt", &text(false));
    check("pyc.reused.txt", &text(false));
    set_time(1_000_000_060);
    check("pyc.stale.txt", &text(false));
    check("pyc.json", &text(true));
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

/// What the JIT makes changes as it grows: only the shape of the report is checked.
#[test]
fn jit() {
    let text = explain(&["hot.py", "--stage", "jit"]);
    for part in [
        "square_sum(limit), line 1\nmachine code, ",
        "   4 |         total += n * n\n",
        "     |   hir  ",
        "     |   asm  ",
        "shrink(x), line 8\n",
        "exit code 0",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    let json = explain(&["hot.py", "--stage", "jit", "--json", "--function", "shrink"]);
    for part in [
        "\"qualname\": \"shrink\"",
        "\"tier\": \"machine code\"",
        "\"entry\": \"call\"",
        "\"guards\": {",
        "\"machine\": [",
        "\"exit_code\": 0",
    ] {
        assert!(json.contains(part), "no {part:?} in:\n{json}");
    }
}

#[test]
fn errors() {
    let output = explain_in(&folder(), &["-c", "x = (1,", "--stage", "tokens,ast"]);
    assert_eq!(output.status.code(), Some(1));
    check("error.txt", &String::from_utf8_lossy(&output.stdout));
    for (args, code) in [
        (&["nowhere.py"][..], 2),
        (&["totals.py", "--stage", "stack"][..], 2),
        (&["totals.py", "--function", "nothing"][..], 1),
        (&[][..], 2),
    ] {
        let output = explain_in(&folder(), args);
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        assert!(output.stdout.is_empty() && output.stderr.starts_with(b"taipan explain: "));
    }
}

#[test]
fn jit_statistics() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_taipan"))
            .args(args)
            .arg("hot.py")
            .current_dir(folder())
            .env("TAIPAN_JIT_DUMP", "hir:shrink")
            .output()
            .expect("the binary starts");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let text = run(&["-X", "jit-stats"]);
    assert!(text.contains("function shrink@0 {"), "{text}");
    assert!(!text.contains("function square_sum"), "{text}");
    assert!(text.contains("\nJIT: "), "{text}");
    assert!(!run(&[]).contains("JIT: "));
}

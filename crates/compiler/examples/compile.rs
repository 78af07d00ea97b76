//! Compiles Python files and verifies every code object: `compile [--dis] FILE…`.

use std::process::ExitCode;
use std::time::Instant;

use taipan_compiler::code::{Code, Const};
use taipan_compiler::{CompileMode, CompileOptions, compile_source, dis, verify};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn check(code: &Code, failures: &mut Vec<String>) -> usize {
    if let Err(error) = verify::verify(code) {
        failures.push(format!(
            "{}:{}: {}: {error}",
            code.filename, code.first_line, code.qualname
        ));
    }
    let nested = code.consts.iter().filter_map(|c| match c {
        Const::Code(code) => Some(code),
        _ => None,
    });
    1 + nested.map(|c| check(c, failures)).sum::<usize>()
}

fn main() -> ExitCode {
    let mut show = false;
    let (mut bytes, mut codes, mut bad) = (0, 0, 0);
    let mut time = 0.0;
    for path in std::env::args().skip(1) {
        if path == "--dis" {
            show = true;
            continue;
        }
        let Ok(source) = std::fs::read(&path) else {
            eprintln!("{path}: cannot be read");
            continue;
        };
        let text = String::from_utf8_lossy(&source).into_owned();
        let mut options = CompileOptions::new(&path, CompileMode::Exec);
        options.source = Some(&text);
        let start = Instant::now();
        let result = compile_source(&source, &options);
        time += start.elapsed().as_secs_f64();
        bytes += source.len();
        match result {
            Ok(compiled) => {
                if show {
                    println!(
                        "{}",
                        dis::disassemble(&compiled.code, dis::Options::default())
                    );
                    for warning in &compiled.warnings {
                        println!("warning, line {}: {}", warning.line, warning.message);
                    }
                }
                let mut failures = Vec::new();
                codes += check(&compiled.code, &mut failures);
                bad += failures.len();
                for failure in failures {
                    println!("{failure}");
                }
            }
            Err(error) => {
                bad += 1;
                println!(
                    "{path}:{}:{}: {:?}: {}",
                    error.line, error.column, error.kind, error.message
                );
            }
        }
    }
    println!("{bytes} bytes, {codes} code objects, {bad} failures, {time:.3} s");
    if bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

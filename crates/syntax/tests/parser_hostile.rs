//! Input meant to break the parser: very deep, or cut off anywhere.

use bumpalo::Bump;
use taipan_syntax::SyntaxErrorKind;
use taipan_syntax::parser::{Mode, ParseOptions, parse};

/// Runs on a thread with the stack that a process usually starts with.
fn with_main_stack(test: fn()) {
    let thread = std::thread::Builder::new()
        .stack_size(8 << 20)
        .spawn(test)
        .unwrap();
    thread.join().unwrap();
}

fn kind(source: &str) -> Option<SyntaxErrorKind> {
    let arena = Bump::new();
    parse(source, &arena, Mode::Module, ParseOptions::default())
        .module
        .err()
        .map(|e| e.kind)
}

#[test]
fn deep_input_is_refused() {
    with_main_stack(|| {
        let many = 100_000;
        for (before, middle, after) in [
            ("", "-", "1"),
            ("", "not ", "1"),
            ("", "lambda:", "1"),
            ("", "a if b else ", "1"),
            ("a", "+a", ""),
            ("a", "**a", ""),
            ("a", ".b", ""),
            ("a", "()", ""),
            ("a", "[0]", ""),
            ("if a: pass\n", "elif a: pass\n", ""),
        ] {
            let source = format!("{before}{}{after}", middle.repeat(many));
            assert!(
                kind(&source).is_some_and(SyntaxErrorKind::is_depth),
                "{middle}"
            );
        }
    });
}

#[test]
fn long_input_is_accepted() {
    with_main_stack(|| {
        for (before, middle, after) in [
            ("a", "<a", ""),
            ("a", " and a", ""),
            ("", "a=", "1"),
            ("", "'a' ", ""),
            ("", "a;", ""),
            ("x = [", "a,", "]"),
            ("", "-", "1"),
            ("", "lambda:", "1"),
        ] {
            let count = if middle.ends_with(['-', ':']) {
                2900
            } else {
                100_000
            };
            let source = format!("{before}{}{after}", middle.repeat(count));
            assert_eq!(kind(&source), None, "{middle}");
        }
    });
}

#[test]
fn deep_faults_are_diagnosed() {
    with_main_stack(|| {
        for (before, after) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("f(", ")"),
            ("a[", "]"),
            ("{1:", "}"),
            ("(lambda:", ")"),
            ("(a if ", ")"),
            ("f(a=", ")"),
            ("(-", ")"),
        ] {
            let source = format!("{}a b{}", before.repeat(100), after.repeat(100));
            assert!(kind(&source).is_some(), "{before}");
        }
        for prefix in ["-", "not ", "lambda:", "a if b else "] {
            assert!(
                kind(&format!("{}1 1", prefix.repeat(2900))).is_some(),
                "{prefix}"
            );
        }
    });
}

#[test]
fn any_prefix_has_an_outcome() {
    let table = include_str!("parser_errors/errors.tsv");
    for line in table.lines() {
        let source = line.split('\t').nth(1).unwrap_or("").replace("\\n", "\n");
        for (at, _) in source.char_indices() {
            for mode in [
                Mode::Module,
                Mode::Interactive,
                Mode::Expression,
                Mode::FunctionType,
            ] {
                let arena = Bump::new();
                for options in [
                    ParseOptions::default(),
                    ParseOptions {
                        type_comments: true,
                        allow_incomplete_input: true,
                        dont_imply_dedent: true,
                        ..ParseOptions::default()
                    },
                ] {
                    let _ = parse(&source[..at], &arena, mode, options);
                    let _ = parse(&source[at..], &arena, mode, options);
                }
            }
        }
    }
}

//! What this crate makes of a source, in the form that `record_trees.py` records.

use blake2::Blake2bVar;
use blake2::digest::{Update, VariableOutput};
use bumpalo::Bump;
use std::path::PathBuf;
use taipan_syntax::parser::{Mode, ParseOptions, parse};
use taipan_syntax::source::decode;
use taipan_syntax::{SyntaxError, SyntaxErrorKind, dump};

/// A digest of the tree, or `type|message|lineno|offset|end_lineno|end_offset`.
pub fn outcome(bytes: &[u8]) -> String {
    let source = match decode(bytes, "") {
        Ok(source) => source,
        Err(e) => return error(&e),
    };
    let arena = Bump::new();
    let parsed = parse(&source, &arena, Mode::Module, ParseOptions::default());
    match &parsed.module {
        Ok(module) => digest(dump::dump_typed(module, &parsed.line_index).as_bytes()),
        Err(e) => error(e),
    }
}

fn digest(text: &[u8]) -> String {
    let mut hash = [0; 8];
    let mut hasher = Blake2bVar::new(hash.len()).expect("8 bytes are a valid length");
    hasher.update(text);
    hasher
        .finalize_variable(&mut hash)
        .expect("the buffer has that length");
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn error(e: &SyntaxError) -> String {
    let kind = match e.kind {
        SyntaxErrorKind::IndentationError => "IndentationError",
        SyntaxErrorKind::TabError => "TabError",
        SyntaxErrorKind::TooDeep => "RecursionError",
        SyntaxErrorKind::ParserOverflow => "MemoryError",
        _ => "SyntaxError",
    };
    let message = e.message.replace('\n', "\\n").replace('\t', "\\t");
    format!(
        "{kind}|{message}|{}|{}|{}|{}",
        e.line, e.column, e.end_line, e.end_column
    )
}

/// A recorded outcome with `None`, and -1 for a line of 0, as this crate gives them.
pub fn recorded(text: &str) -> String {
    text.replace("|None", "|0").replace("|0|-1|0|0", "|0|0|0|0")
}

/// The recorded folders that are present, by the names that `trees.txt` uses.
/// `TAIPAN_LIBRARY` and `TAIPAN_CPYTHON_TESTS` override where they are looked for.
pub fn roots() -> Vec<(&'static str, PathBuf)> {
    let library = std::env::var_os("TAIPAN_LIBRARY")
        .map(PathBuf::from)
        .or_else(|| {
            let sources = PathBuf::from(std::env::var_os("HOME")?).join(".cargo/registry/src");
            let found = std::fs::read_dir(sources).ok()?.flatten();
            found
                .map(|entry| entry.path().join("rustpython-pylib-0.6.0/Lib"))
                .find(|path| path.is_dir())
        });
    let tests = std::env::var_os("TAIPAN_CPYTHON_TESTS").map(PathBuf::from);
    let tests = tests.unwrap_or_else(|| PathBuf::from("/opt/peers/root/usr/lib/python3.14/test"));
    let named = [("lib", library), ("test", Some(tests))];
    named
        .into_iter()
        .filter_map(|(name, path)| Some((name, path.filter(|p| p.is_dir())?)))
        .collect()
}

/// Runs on a stack that deep trees need.
pub fn on_large_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(work)
        .expect("a thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

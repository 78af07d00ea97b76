//! `from __future__ import …`: which features a tree asks for.

use taipan_syntax::TextRange;
use taipan_syntax::ast::{ExprKind, Mod, StmtKind};

use crate::code::CodeFlags;
use crate::failure::{Failure, Result};

/// Features, and the last statement that imports any.
#[derive(Default)]
pub(crate) struct Future {
    pub flags: CodeFlags,
    pub last: Option<TextRange>,
}

/// Features that became part of the language.
const MANDATORY: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "generator_stop",
];

/// Reads the future statements at the beginning of a module.
///
/// Other statements end the search, but those on their line are still looked at.
pub(crate) fn scan(module: &Mod<'_>, line_of: &dyn Fn(TextRange) -> i32) -> Result<Future> {
    let mut future = Future::default();
    let body = match module {
        Mod::Module { body, .. } | Mod::Interactive { body } => *body,
        _ => return Ok(future),
    };
    let (mut done, mut line) = (false, 0);
    for (i, s) in body.iter().enumerate() {
        if done && line_of(s.range) > line {
            break;
        }
        line = line_of(s.range);
        match s.kind {
            StmtKind::ImportFrom {
                module: Some("__future__"),
                names,
                level: 0,
            } => {
                if done {
                    let message = "from __future__ imports must occur at the beginning of the file";
                    return Failure::at(s.range, message.into());
                }
                for alias in names {
                    feature(alias.name, alias.range, &mut future.flags)?;
                }
                future.last = Some(s.range);
            }
            StmtKind::Expr { value } if i == 0 && !done => match value.kind {
                ExprKind::Constant {
                    value: taipan_syntax::ast::Constant::Str(_),
                    ..
                } => {}
                _ => done = true,
            },
            _ => done = true,
        }
    }
    Ok(future)
}

fn feature(name: &str, range: TextRange, flags: &mut CodeFlags) -> Result<()> {
    match name {
        "annotations" => flags.insert(CodeFlags::FUTURE_ANNOTATIONS),
        "barry_as_FLUFL" => flags.insert(CodeFlags::FUTURE_BARRY_AS_BDFL),
        "braces" => return Failure::at(range, "not a chance".into()),
        _ if MANDATORY.contains(&name) => {}
        _ => return Failure::at(range, format!("future feature {name} is not defined")),
    }
    Ok(())
}

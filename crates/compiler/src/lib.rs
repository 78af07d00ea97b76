//! Python trees to bytecode.
//!
//! A tree's scopes are analysed ([`symtable`]), each scope is compiled to
//! register bytecode ([`codegen`], [`opcode`], [`code`]), checked ([`verify`]),
//! shown ([`dis`]) and stored ([`marshal`], [`pyc`], [`archive`]).

#[macro_use]
mod bitflags_lite;

pub mod archive;
pub mod code;
pub mod codegen;
pub mod dis;
mod failure;
pub mod fold;
mod future;
pub mod marshal;
pub mod opcode;
pub mod positions;
pub mod pyc;
pub mod symtable;
pub mod verify;

pub use codegen::{
    CompileMode, CompileOptions, Compiled, ListPositions, PositionSource, SourcePositions, compile,
    compile_source,
};

/// How deeply nodes may be nested.
const MAX_DEPTH: u32 = 3000;

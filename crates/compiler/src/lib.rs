//! Python trees to bytecode.
//!
//! A tree's scopes are analysed (`symtable`), each scope is compiled to
//! register bytecode ([`opcode`], [`code`]), checked ([`verify`]), shown
//! ([`dis`]) and stored ([`marshal`], [`pyc`]).

#[macro_use]
mod bitflags_lite;

pub mod code;
pub mod dis;
pub mod marshal;
pub mod opcode;
pub mod positions;
pub mod pyc;
pub mod verify;

//! The bytecode verifier: what the interpreter's unchecked accesses rest on.
//!
//! [`verify`] takes one code object that may be hostile (it came from a file,
//! `marshal` or `CodeType`) and either names the broken rule or returns
//! [`Facts`]. Nothing stored is trusted: liveness, boundness and cells are
//! recomputed. Nested code objects are verified when they are first called.
//!
//! # Rules
//! The numbers stand in error messages ([`Rule`]).
//!
//! Shape, checked for every instruction whether reachable or not:
//! 1. Every opcode byte is a compiled opcode.
//! 2. Only flags that mean something for the opcode are set.
//! 3. `EXT` stands exactly behind the instructions that take it.
//! 4. Registers are below `registers`, and below [`FIRST_FAR`] except for `LOAD_FAR`, `STORE_FAR` and windows.
//! 5. Constant and name indices exist; `MAKE_FUNCTION` names a code constant.
//! 6. Jumps go to instruction starts, `JUMP_FORWARD` forwards and `JUMP_BACKWARD` backwards.
//! 7. Immediates are in their range, unused operands are zero.
//! 8. Parameters, kinds of locals and register counts fit together.
//! 9. Handlers are sorted, do not overlap, start and end at instructions, and their registers exist.
//! 10. Operands that must be temporaries are; a killed register is no other operand of its instruction.
//!
//! Flow, checked along every path from the entry:
//! 11. Control never runs off the end.
//! 12. A temporary is read, killed or consumed only while it is live.
//! 13. "No value" is read only where the opcode allows it.
//! 14. A named local is read only where it is bound (as `CHECK_FAST` makes it).
//! 15. A temporary is written only while it is dead.
//! 16. Above the window of a call no temporary is live.
//! 17. Where paths meet they agree on which temporaries are live.
//! 18. An instruction covered by a handler leaves the temporaries below the handler's depth alone.
//! 19. A cell operand holds a cell: a free variable, or after `MAKE_CELL`.
//! 20. Yields stand only in generators, coroutines and asynchronous generators.
//! 21. A return leaves no live temporary behind.
//! 22. The code is small enough to be checked.
//!
//! Types are not verified: that the list of `LIST_APPEND` is a list is for the
//! interpreter to check.
//!
//! # Exceptions
//! Any covered instruction may raise, before or after it consumed its operands
//! and before it wrote its result. To enter a handler every register from
//! `depth` on dies, then `depth` (and `depth + 1` with `lasti`) become live.

use std::fmt;

use crate::code::Code;
#[cfg(doc)]
use crate::opcode::FIRST_FAR;

mod facts;
mod flow;
mod shape;
mod state;

pub use facts::{Block, Facts, Registers};

/// Most registers a code object may have.
pub const MAX_REGISTERS: u32 = 1 << 20;
/// Most instructions a code object may have: twice the index fits an `i32`.
pub const MAX_INSTRS: usize = 1 << 29;

macro_rules! rules {
    ($($name:ident $number:literal $text:literal;)*) => {
        /// A rule of the verifier.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Rule { $(#[doc = $text] $name = $number),* }
        impl Rule {
            pub const ALL: &'static [Rule] = &[$(Rule::$name),*];
            /// What is wrong when the rule is broken; `#` stands for the detail.
            pub const fn text(self) -> &'static str {
                match self { $(Rule::$name => $text),* }
            }
        }
    };
}

rules! {
    Opcode 1 "unknown opcode #";
    Flags 2 "flags # do not belong to the opcode";
    Ext 3 "EXT is missing or out of place";
    Register 4 "register # is out of range";
    Index 5 "constant or name # does not exist or does not fit";
    Target 6 "jump to #, which is no instruction or the wrong way";
    Immediate 7 "immediate operand # is out of range";
    Frame 8 "parameters, locals and registers do not fit together (#)";
    Handler 9 "handler # is malformed";
    Temporary 10 "register # must be a temporary used once";
    Falls 11 "control runs off the end";
    Dead 12 "register # is used while it is dead";
    NoValue 13 "register # may hold no value";
    Unbound 14 "local # may be unbound";
    Live 15 "register # is overwritten while it is live";
    AboveCall 16 "register # is live above the window of a call";
    Merge 17 "paths disagree on whether register # is live";
    Covered 18 "register # changes inside a range whose handler keeps it";
    Cell 19 "local # holds no cell";
    Yield 20 "a yield outside a generator";
    Return 21 "register # is live at a return";
    Size 22 "the code is too large to be checked (#)";
}

/// Which rule was broken, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    pub rule: Rule,
    /// Index of the instruction; of the first one for rules about the whole.
    pub at: u32,
    /// The register, index, target or number that the rule's text means.
    pub detail: u32,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "bad bytecode (rule {}) at offset {}: ",
            self.rule as u8,
            u64::from(self.at) * 2
        )?;
        match self.rule.text().split_once('#') {
            Some((before, after)) => write!(f, "{before}{}{after}", self.detail),
            None => f.write_str(self.rule.text()),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Checks a code object.
pub fn verify(code: &Code) -> Result<Facts, VerifyError> {
    let shape = shape::check(code)?;
    flow::check(code, shape)
}

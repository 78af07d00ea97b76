//! The options of `taipan explain`.

use taipan_vm::config::JitMode;

/// The stages, in the order a program passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Tokens,
    Ast,
    Symbols,
    Bytecode,
    Pyc,
    Run,
    Jit,
}

impl Stage {
    pub const ALL: [Stage; 7] = [
        Stage::Tokens,
        Stage::Ast,
        Stage::Symbols,
        Stage::Bytecode,
        Stage::Pyc,
        Stage::Run,
        Stage::Jit,
    ];
    pub fn name(self) -> &'static str {
        match self {
            Stage::Tokens => "tokens",
            Stage::Ast => "ast",
            Stage::Symbols => "symbols",
            Stage::Bytecode => "bytecode",
            Stage::Pyc => "pyc",
            Stage::Run => "run",
            Stage::Jit => "jit",
        }
    }
    /// What it does, for somebody who sees it for the first time.
    pub fn does(self) -> &'static str {
        match self {
            Stage::Tokens => {
                "The lexer cuts the text into words: names, numbers, operators, line ends, indentation."
            }
            Stage::Ast => {
                "The parser finds out how the tokens belong together: a tree of statements and expressions."
            }
            Stage::Symbols => {
                "For each scope it is decided where each name lives: in the function, in a function around it, in the module."
            }
            Stage::Bytecode => {
                "The compiler turns the tree into simple instructions on registers (%0 is a temporary, * means that it ends there)."
            }
            Stage::Pyc => {
                "The bytecode of an imported module is kept in a file, so that it is compiled only when its source changes."
            }
            Stage::Run => {
                "The virtual machine executes the bytecode, one instruction after the other."
            }
            Stage::Jit => {
                "Functions and loops that run often become machine code, guarded by checks that lead back to the virtual machine."
            }
        }
    }
}

/// What to explain, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub input: Input,
    /// `sys.argv[1:]` of the program.
    pub args: Vec<Vec<u8>>,
    pub stages: Vec<Stage>,
    pub json: bool,
    pub lines: Option<(u32, u32)>,
    pub function: Option<String>,
    pub max_steps: usize,
    pub jit: JitMode,
    pub optimize: u8,
}

/// Where the program comes from.
#[derive(Clone, Debug)]
pub enum Input {
    File(Vec<u8>),
    Command(Vec<u8>),
}

/// What to do instead: text, exit code; nonzero goes to the standard error.
pub type Other = (String, u8);

const HELP: &str = "\
usage: taipan explain [option] ... FILE [option] ... [-- arg ...]
       taipan explain [option] ... -c CODE
Shows what happens to a program, stage by stage, beside its source lines.
Options:
--stage S[,S]   : only these stages (may be repeated):
                  tokens, ast, symbols, bytecode, pyc, run, jit
--lines A-B     : only what belongs to these lines (A- or A for an open range or one line)
--function NAME : only what belongs to this function or class
--max-steps N   : show at most N steps of the virtual machine (default 2000)
--jit=on|always : when functions become machine code in the stage jit (default on)
--json          : JSON, for tools (docs/explain.md has the shapes)
-c CODE         : explain this text instead of a file
-O              : leave assert statements out; -OO: docstrings too
arg ...         : go into sys.argv[1:] of the program
The stages run and jit run the program, once each.
";

fn failure(message: &str) -> Other {
    (
        format!("taipan explain: {message}\nTry `taipan explain --help' for more information.\n"),
        2,
    )
}

fn stages(list: &str, into: &mut Vec<Stage>) -> Result<(), Other> {
    for name in list.split(',').filter(|n| !n.is_empty()) {
        match Stage::ALL.iter().find(|s| s.name() == name) {
            Some(stage) if into.contains(stage) => {}
            Some(&stage) => into.push(stage),
            None => {
                let names = Stage::ALL.map(Stage::name).join(", ");
                return Err(failure(&format!(
                    "unknown stage '{name}'; stages are {names}"
                )));
            }
        }
    }
    Ok(())
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = match text.split_once('-') {
        Some((first, "")) => (first.parse().ok()?, u32::MAX),
        Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
        None => (text.parse().ok()?, text.parse().ok()?),
    };
    (first <= last).then_some((first, last))
}

/// Reads the arguments after `explain`.
///
/// # Errors
/// What to say instead.
pub fn parse(args: &[Vec<u8>]) -> Result<Options, Other> {
    let mut input = None;
    let mut options = Options {
        input: Input::Command(Vec::new()),
        args: Vec::new(),
        stages: Vec::new(),
        json: false,
        lines: None,
        function: None,
        max_steps: 2000,
        jit: JitMode::On,
        optimize: 0,
    };
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let text = String::from_utf8_lossy(arg).into_owned();
        if text == "--" {
            options.args = rest.cloned().collect();
            break;
        }
        if !text.starts_with('-') || text == "-" {
            if input.replace(Input::File(arg.clone())).is_some() {
                return Err(failure(
                    "one file at a time; arguments of the program come after --",
                ));
            }
            continue;
        }
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.as_bytes().to_vec()))
            }
            _ => (text, None),
        };
        let mut value = || {
            inline
                .clone()
                .or_else(|| rest.next().cloned())
                .ok_or_else(|| failure(&format!("{name} needs a value")))
        };
        match &*name {
            "-h" | "--help" => return Err((HELP.to_owned(), 0)),
            "--json" => options.json = true,
            "-O" => options.optimize = options.optimize.max(1),
            "-OO" => options.optimize = 2,
            "-c" => input = Some(Input::Command(value()?)),
            "--stage" => stages(&String::from_utf8_lossy(&value()?), &mut options.stages)?,
            "--function" => {
                options.function = Some(String::from_utf8_lossy(&value()?).into_owned());
            }
            "--lines" => {
                let text = String::from_utf8_lossy(&value()?).into_owned();
                options.lines = Some(
                    range(&text).ok_or_else(|| failure("--lines needs a range such as 3-10"))?,
                );
            }
            "--max-steps" => {
                options.max_steps = String::from_utf8_lossy(&value()?)
                    .parse()
                    .map_err(|_| failure("--max-steps needs a number"))?;
            }
            "--jit" => {
                options.jit = match &value()?[..] {
                    b"on" => JitMode::On,
                    b"always" => JitMode::Always,
                    _ => return Err(failure("--jit must be 'on' or 'always'")),
                };
            }
            _ => return Err(failure(&format!("unknown option {name}"))),
        }
    }
    options.input = input.ok_or_else(|| failure("which file?"))?;
    if options.stages.is_empty() {
        options.stages = Stage::ALL.to_vec();
    }
    Ok(options)
}

//! `compile`, `exec` and `eval`.

use std::borrow::Cow;

use taipan_compiler::code::CodeFlags;
use taipan_compiler::codegen::{
    CompileMode, CompileOptions, Compiled, compile_source, compile_str,
};
use taipan_object::dict::Dict;
use taipan_object::exceptions::Exception;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};
use taipan_syntax::error::{SyntaxError, SyntaxErrorKind};
use taipan_syntax::parser::ParseOptions;

use crate::builtins::scope;
use crate::code::PyCode;
use crate::hooks::{AstHook, CompileRequest};

const PYCF_SOURCE_IS_UTF8: i64 = 0x100;
const PYCF_DONT_IMPLY_DEDENT: i64 = 0x200;
const PYCF_ONLY_AST: i64 = 0x400;
const PYCF_IGNORE_COOKIE: i64 = 0x800;
const PYCF_TYPE_COMMENTS: i64 = 0x1000;
const PYCF_ALLOW_TOP_LEVEL_AWAIT: i64 = 0x2000;
const PYCF_ALLOW_INCOMPLETE_INPUT: i64 = 0x4000;
const PYCF_OPTIMIZED_AST: i64 = 0x8000 | PYCF_ONLY_AST;
/// Every future feature that has a flag.
const FUTURES: i64 = 0x10
    | 0x2_0000
    | 0x4_0000
    | 0x8_0000
    | 0x10_0000
    | 0x20_0000
    | 0x40_0000
    | 0x80_0000
    | 0x100_0000;
const KNOWN: i64 = FUTURES
    | PYCF_SOURCE_IS_UTF8
    | PYCF_DONT_IMPLY_DEDENT
    | PYCF_ONLY_AST
    | PYCF_IGNORE_COOKIE
    | PYCF_TYPE_COMMENTS
    | PYCF_ALLOW_TOP_LEVEL_AWAIT
    | PYCF_ALLOW_INCOMPLETE_INPUT
    | PYCF_OPTIMIZED_AST;

/// The future features of the running code.
fn caller_futures(vm: &Vm) -> CodeFlags {
    match scope::current(vm) {
        // SAFETY: the current frame is live.
        Some(frame) => CodeFlags(unsafe { (*frame).code().code.flags.0 } & FUTURES as u32 & !0x10),
        None => CodeFlags(0),
    }
}

/// Raises a compiler's error as SyntaxError or one of its subclasses.
#[cold]
pub fn raise_syntax_error(vm: &Vm, e: &SyntaxError, filename: &str) -> Raised {
    let ty = match e.kind {
        SyntaxErrorKind::SyntaxError => &vm.exc.syntax_error,
        SyntaxErrorKind::IndentationError => &vm.exc.indentation_error,
        SyntaxErrorKind::TabError => &vm.exc.tab_error,
        SyntaxErrorKind::IncompleteInput => &vm.exc.incomplete_input_error,
        SyntaxErrorKind::ParserOverflow => return vm.raise_str(&vm.exc.memory_error, &e.message),
        SyntaxErrorKind::TooDeep => return vm.raise_str(&vm.exc.recursion_error, &e.message),
        SyntaxErrorKind::Unicode => &vm.exc.syntax_error,
    };
    let message = vm.new_str(&e.message).into_value();
    let text = e
        .text
        .as_ref()
        .map_or(Value::NONE, |t| vm.new_str(t).into_value());
    let number = |n: i64| vm.new_int(n);
    let place = [
        vm.new_str(filename).into_value(),
        number(e.line.into()),
        number(e.column.into()),
        text,
        number(e.end_line.into()),
        number(e.end_column.into()),
    ];
    let details = vm.new_tuple(place.clone()).into_value();
    let exception = taipan_object::exceptions::new_exception(vm, ty, &[message.clone(), details]);
    if let Some(x) = exception.downcast::<Exception>() {
        x.set_field(0, Some(message));
        for (i, v) in place.into_iter().enumerate() {
            x.set_field(i + 1, Some(v));
        }
        x.set_field(7, Some(Value::NONE));
    }
    vm.raise(exception)
}

/// Compiles source to a code object and issues its warnings.
///
/// # Errors
/// SyntaxError.
pub fn compile_text(vm: &Vm, source: &[u8], options: CompileOptions<'_>) -> PyResult<Ref<PyCode>> {
    let text = String::from_utf8_lossy(source);
    let options = CompileOptions {
        source: options.source.or(Some(&text)),
        ..options
    };
    finish(vm, compile_source(source, &options), &options)
}

fn finish(
    vm: &Vm,
    result: Result<Compiled, Box<SyntaxError>>,
    options: &CompileOptions<'_>,
) -> PyResult<Ref<PyCode>> {
    match result {
        Ok(compiled) => {
            for w in &compiled.warnings {
                crate::warnings::warn_explicit(vm, w, options.filename)?;
            }
            Ok(crate::code::new_code(vm, compiled.code, true))
        }
        Err(e) => Err(raise_syntax_error(vm, &e, options.filename)),
    }
}

/// What `compile`, `exec` and `eval` were given as source.
pub enum Source {
    /// A str: no coding comment counts.
    Text(String),
    /// Bytes in the encoding that they declare.
    Bytes(Vec<u8>),
}

impl Source {
    /// Source of str, bytes, or any buffer.
    ///
    /// # Errors
    /// TypeError for anything else; SyntaxError for null bytes.
    pub fn of(vm: &Vm, source: &Value, function: &str, what: &str) -> PyResult<Source> {
        let (source, null) = if let Some(s) = source.downcast::<Str>() {
            let bytes = taipan_object::codecs::utf8::encode_strict(vm, s)?;
            let null = bytes.contains(&0);
            let text = String::from_utf8(bytes)
                .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
            (Source::Text(text), null)
        } else if let Some(bytes) = crate::util::buffer_bytes(vm, source)? {
            let null = bytes.contains(&0);
            (Source::Bytes(bytes), null)
        } else {
            return Err(vm.type_error(format!("{function}() arg 1 must be a {what}")));
        };
        if null {
            return Err(raise_null_bytes(vm));
        }
        Ok(source)
    }

    /// The text.
    ///
    /// # Errors
    /// SyntaxError for bytes that cannot be decoded.
    pub fn text(&self, vm: &Vm, filename: &str) -> PyResult<Cow<'_, str>> {
        match self {
            Source::Text(text) => Ok(Cow::Borrowed(text)),
            Source::Bytes(bytes) => taipan_syntax::source::decode(bytes, "")
                .map_err(|e| raise_syntax_error(vm, &e, filename)),
        }
    }

    /// Compiles it and issues the warnings.
    ///
    /// # Errors
    /// SyntaxError.
    pub fn compile(&self, vm: &Vm, options: &CompileOptions<'_>) -> PyResult<Ref<PyCode>> {
        let text = self.text(vm, options.filename)?;
        let options = CompileOptions {
            source: options.source.or(Some(&text)),
            ..*options
        };
        finish(vm, compile_str(&text, &options), &options)
    }

    /// Without blanks in front, which `eval` allows for.
    fn trimmed(self) -> Source {
        let blank = |c: char| c == ' ' || c == '\t';
        match self {
            Source::Text(text) => Source::Text(text.trim_start_matches(blank).to_owned()),
            Source::Bytes(mut bytes) => {
                let blanks = bytes.iter().take_while(|b| blank(char::from(**b))).count();
                bytes.drain(..blanks);
                Source::Bytes(bytes)
            }
        }
    }
}

fn raise_null_bytes(vm: &Vm) -> Raised {
    vm.raise_str(
        &vm.exc.syntax_error,
        "source code string cannot contain null bytes",
    )
}

/// The numbers that `compile` takes.
pub struct CompileFlags {
    pub flags: i64,
    pub dont_inherit: bool,
    pub optimize: i64,
    pub feature_version: i64,
}

/// `compile(source, filename, mode, flags, dont_inherit, optimize, _feature_version=…)`.
///
/// # Errors
/// SyntaxError; ValueError for bad options.
pub fn compile(
    vm: &Vm,
    source: &Value,
    filename: &Value,
    mode: &Value,
    given: CompileFlags,
) -> PyResult {
    let filename = crate::util::fs_text(vm, filename)?;
    let Some(mode) = mode.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "compile() argument 'mode' must be str, not {}",
            vm.type_name(mode)
        )));
    };
    let flags = given.flags;
    if flags & !KNOWN != 0 {
        return Err(vm.value_error("compile(): unrecognised flags"));
    }
    if !(-1..=2).contains(&given.optimize) {
        return Err(vm.value_error("compile(): invalid optimize value"));
    }
    let mut future = CodeFlags((flags & FUTURES) as u32 & !0x10);
    if !given.dont_inherit {
        future.insert(caller_futures(vm));
    }
    let only_ast = flags & PYCF_ONLY_AST != 0;
    let mode = compile_mode(vm, &mode.to_string(), only_ast)?;
    let request = CompileRequest {
        source,
        options: CompileOptions {
            optimize: u8::try_from(given.optimize).unwrap_or(crate::config(vm).optimize),
            future,
            top_level_await: flags & PYCF_ALLOW_TOP_LEVEL_AWAIT != 0,
            parse: parse_options(flags, given.feature_version),
            ..CompileOptions::new(&filename, mode)
        },
        only_ast,
        optimized_ast: flags & PYCF_OPTIMIZED_AST == PYCF_OPTIMIZED_AST,
    };
    if let Some(hook) = crate::state::<AstHook>(vm, "ast.hook").compile.get()
        && let Some(result) = hook(vm, &request)?
    {
        return Ok(result);
    }
    if only_ast {
        return Err(vm.not_implemented_error("compile() to a syntax tree"));
    }
    let source = Source::of(vm, source, "compile", "string, bytes or AST object")?;
    Ok(source.compile(vm, &request.options)?.into_value())
}

fn compile_mode(vm: &Vm, mode: &str, only_ast: bool) -> PyResult<CompileMode> {
    Ok(match mode {
        "exec" => CompileMode::Exec,
        "eval" => CompileMode::Eval,
        "single" => CompileMode::Single,
        "func_type" if only_ast => CompileMode::FuncType,
        "func_type" => {
            return Err(vm.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ if only_ast => {
            return Err(
                vm.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")
            );
        }
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    })
}

fn parse_options(flags: i64, feature_version: i64) -> ParseOptions {
    let default = ParseOptions::default();
    // Only the syntax tree follows an older grammar.
    let older = u32::try_from(feature_version)
        .ok()
        .filter(|_| flags & PYCF_ONLY_AST != 0);
    ParseOptions {
        type_comments: flags & PYCF_TYPE_COMMENTS != 0,
        allow_incomplete_input: flags & PYCF_ALLOW_INCOMPLETE_INPUT != 0,
        dont_imply_dedent: flags & PYCF_DONT_IMPLY_DEDENT != 0,
        feature_version: older.unwrap_or(default.feature_version),
        ..default
    }
}

/// Globals and locals of `exec` and `eval`, with `__builtins__` in place.
fn scopes(
    vm: &Vm,
    function: &str,
    globals: &Value,
    locals: &Value,
) -> PyResult<(Ref<Dict>, Value)> {
    if !locals.is_none() && vm.type_of(locals).slots.getitem.get().is_none() {
        return Err(vm.type_error(if function == "eval" {
            "locals must be a mapping".to_owned()
        } else {
            format!(
                "locals must be a mapping or None, not {}",
                vm.type_name(locals)
            )
        }));
    }
    let (globals, locals) = if globals.is_none() {
        let current = scope::globals(vm)?;
        let locals = if locals.is_none() {
            scope::locals(vm)?
        } else {
            locals.clone()
        };
        (current, locals)
    } else {
        let Some(dict) = globals.downcast::<Dict>() else {
            return Err(vm.type_error(match function {
                "exec" => format!(
                    "exec() globals must be a dict, not {}",
                    vm.type_name(globals)
                ),
                _ if vm.type_of(globals).slots.getitem.get().is_some() => {
                    "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
                }
                _ => "globals must be a dict".to_owned(),
            }));
        };
        let locals = if locals.is_none() {
            globals.clone()
        } else {
            locals.clone()
        };
        (dict.clone(), locals)
    };
    if globals.find_str(&vm.names.__builtins__).is_none() {
        let builtins = match scope::current(vm) {
            // SAFETY: the current frame is live.
            Some(frame) => unsafe { (*frame).builtins().to_value() },
            None => vm.builtins.to_value(),
        };
        globals.insert_str(vm, &vm.names.__builtins__, builtins);
    }
    Ok((globals, locals))
}

fn compile_here(
    vm: &Vm,
    source: &Value,
    function: &str,
    mode: CompileMode,
) -> PyResult<Ref<PyCode>> {
    let mut source = Source::of(vm, source, function, "string, bytes or code object")?;
    if function == "eval" {
        source = source.trimmed();
    }
    let options = CompileOptions {
        optimize: crate::config(vm).optimize,
        future: caller_futures(vm),
        ..CompileOptions::new("<string>", mode)
    };
    source.compile(vm, &options)
}

/// `eval(source, globals, locals)`.
///
/// # Errors
/// SyntaxError; what the expression raises.
pub fn eval(vm: &Vm, source: &Value, globals: &Value, locals: &Value) -> PyResult {
    let (globals, locals) = scopes(vm, "eval", globals, locals)?;
    let code = match source.downcast::<PyCode>() {
        Some(code) if code.free_count > 0 => {
            return Err(
                vm.type_error("code object passed to eval() may not contain free variables")
            );
        }
        Some(code) => code.clone(),
        None => compile_here(vm, source, "eval", CompileMode::Eval)?,
    };
    run(vm, &code, &globals, locals, None)
}

/// `exec(source, globals, locals, closure=closure)`.
///
/// # Errors
/// SyntaxError; what the code raises.
pub fn exec(
    vm: &Vm,
    source: &Value,
    globals: &Value,
    locals: &Value,
    closure: &Value,
) -> PyResult<()> {
    let (globals, locals) = scopes(vm, "exec", globals, locals)?;
    let Some(code) = source.downcast::<PyCode>() else {
        if !closure.is_none() {
            return Err(vm.type_error("closure can only be used when source is a code object"));
        }
        let code = compile_here(vm, source, "exec", CompileMode::Exec)?;
        run(vm, &code, &globals, locals, None)?;
        return Ok(());
    };
    let free = code.free_count as usize;
    let closure = match (free, closure.is_none()) {
        (0, true) => None,
        (0, false) => return Err(vm.type_error("cannot use a closure with this code object")),
        (n, _) => match closure.downcast::<Tuple>() {
            Some(t)
                if t.len() == n
                    && t.items()
                        .iter()
                        .all(|c| c.downcast::<taipan_object::function::Cell>().is_some()) =>
            {
                Some(t.clone())
            }
            _ => {
                return Err(vm.type_error(format!(
                    "code object requires a closure of exactly length {n}"
                )));
            }
        },
    };
    run(vm, code, &globals, locals, closure)?;
    Ok(())
}

fn run(
    vm: &Vm,
    code: &Ref<PyCode>,
    globals: &Ref<Dict>,
    locals: Value,
    closure: Option<Ref<Tuple>>,
) -> PyResult {
    let function = crate::function::new_function(vm, code, globals, None);
    function.closure.set(closure);
    let locals = if code.code.flags.contains(CodeFlags::NEWLOCALS) {
        None
    } else {
        Some(locals)
    };
    crate::call::run_code(vm, &function, locals)
}

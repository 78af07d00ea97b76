//! The Python face of `code`.

use std::sync::Arc;

use taipan_compiler::code::{Code, CodeFlags, Const, Handler, Local, LocalKind};
use taipan_compiler::opcode::Instr;
use taipan_compiler::positions::PositionReader;
use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::bytes::Bytes;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm};

use crate::code::{PyCode, const_value, new_code};

/// Bytes of an instruction in `co_code`.
const INSTR_BYTES: usize = 8;
/// Bytes of a handler in `co_exceptiontable`: four numbers and a flag.
const HANDLER_BYTES: usize = 17;

impl PyCode {
    fn names_of(&self, vm: &Vm, bit: u8) -> Value {
        let names: Vec<Value> = self
            .code
            .locals
            .iter()
            .filter(|l| l.kind.has(bit))
            .map(|l| vm.intern_str(&l.name).into_value())
            .collect();
        vm.new_tuple(names).into_value()
    }

    fn constants(this: &Ref<PyCode>, vm: &Vm) -> PyResult {
        if this.verified.get() {
            PyCode::prepare(this, vm)?;
            return Ok(vm.new_tuple(this.const_values().to_vec()).into_value());
        }
        let made = this
            .code
            .consts
            .iter()
            .map(|c| const_value(vm, c))
            .collect::<PyResult<Vec<_>>>()?;
        Ok(vm.new_tuple(made).into_value())
    }

    fn local_total(&self) -> usize {
        self.code
            .locals
            .iter()
            .filter(|l| l.kind.has(LocalKind::LOCAL))
            .count()
    }

    fn code_bytes(&self) -> Vec<u8> {
        self.code
            .instrs
            .iter()
            .flat_map(|i| i.0.to_le_bytes())
            .collect()
    }

    fn handler_bytes(&self) -> Vec<u8> {
        let one = |h: &Handler| {
            let numbers = [h.start, h.end, h.target, h.depth]
                .into_iter()
                .flat_map(u32::to_le_bytes);
            numbers.chain([u8::from(h.lasti)]).collect::<Vec<u8>>()
        };
        self.code.handlers.iter().flat_map(one).collect()
    }
}

/// Whether two constants are the same for the equality of code: kinds count, and signs of zero.
fn same_const(a: &Const, b: &Const) -> bool {
    let all = |a: &[Const], b: &[Const]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_const(a, b))
    };
    match (a, b) {
        (Const::None, Const::None) | (Const::True, Const::True) | (Const::False, Const::False) => {
            true
        }
        (Const::Ellipsis, Const::Ellipsis) => true,
        (Const::Int(a), Const::Int(b)) => a == b,
        (
            Const::BigInt {
                negative: n,
                magnitude: a,
            },
            Const::BigInt {
                negative: m,
                magnitude: b,
            },
        ) => n == m && a == b,
        (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
        (Const::Complex(a, b), Const::Complex(c, d)) => {
            a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits()
        }
        (Const::Str(a), Const::Str(b)) | (Const::Bytes(a), Const::Bytes(b)) => a == b,
        (Const::Tuple(a), Const::Tuple(b)) | (Const::FrozenSet(a), Const::FrozenSet(b)) => {
            all(a, b)
        }
        (Const::Slice(a), Const::Slice(b)) => all(&a[..], &b[..]),
        (Const::Code(a), Const::Code(b)) => same_code(a, b),
        _ => false,
    }
}

fn same_code(a: &Code, b: &Code) -> bool {
    a.name == b.name
        && (a.arg_count, a.posonly_count, a.kwonly_count, a.first_line)
            == (b.arg_count, b.posonly_count, b.kwonly_count, b.first_line)
        && a.flags == b.flags
        && a.instrs == b.instrs
        && a.names == b.names
        && a.locals.len() == b.locals.len()
        && a.locals
            .iter()
            .zip(&b.locals)
            .all(|(x, y)| x.name == y.name && x.kind == y.kind)
        && a.consts.len() == b.consts.len()
        && a.consts
            .iter()
            .zip(&b.consts)
            .all(|(x, y)| same_const(x, y))
        && a.positions == b.positions
        && a.handlers == b.handlers
}

// ---- from Python values

fn const_of(vm: &Vm, value: &Value) -> PyResult<Const> {
    vm.check_stack("")?;
    let several = |items: &[Value]| {
        items
            .iter()
            .map(|v| const_of(vm, v))
            .collect::<PyResult<Vec<Const>>>()
    };
    Ok(match value {
        v if v.is_none() => Const::None,
        v if v.is_true() => Const::True,
        v if v.is_false() => Const::False,
        v if v.is(&Value::ELLIPSIS) => Const::Ellipsis,
        v => {
            let ty = vm.type_of(v);
            let t = &vm.types;
            if ty.is(&t.int) {
                match v.as_i64() {
                    Some(n) => Const::Int(n),
                    None => {
                        let n = v.as_int().map(|n| n.to_ibig()).unwrap_or_default();
                        let (sign, magnitude) = n.into_parts();
                        Const::BigInt {
                            negative: sign == dashu_int::Sign::Negative,
                            magnitude: magnitude.to_le_bytes(),
                        }
                    }
                }
            } else if ty.is(&t.float) {
                Const::Float(vm.as_f64(v)?)
            } else if ty.is(&t.complex) {
                let part = |name: &str| vm.getattr_str(v, name).and_then(|x| vm.as_f64(&x));
                Const::Complex(part("real")?, part("imag")?)
            } else if let Some(s) = v.downcast_exact::<Str>(&t.str) {
                Const::Str(s.to_wtf8().into())
            } else if let Some(b) = v.downcast_exact::<Bytes>(&t.bytes) {
                Const::Bytes(bytes_of(b).into())
            } else if let Some(items) = v.downcast_exact::<Tuple>(&t.tuple) {
                Const::Tuple(several(items.items())?.into())
            } else if ty.is(&t.frozenset) {
                Const::FrozenSet(several(&vm.collect(v)?)?.into())
            } else if ty.is(&t.slice) {
                let part = |name: &str| vm.getattr_str(v, name).and_then(|x| const_of(vm, &x));
                Const::Slice(Arc::new([part("start")?, part("stop")?, part("step")?]))
            } else if let Some(c) = v.downcast::<PyCode>() {
                Const::Code(c.code.clone())
            } else {
                return Err(vm.type_error(format!(
                    "code: constants of type {} are not supported",
                    vm.type_name(v)
                )));
            }
        }
    })
}

fn bytes_of(b: &Ref<Bytes>) -> &[u8] {
    &b.data
}

fn names_in(vm: &Vm, value: &Value, what: &str) -> PyResult<Vec<Arc<str>>> {
    let Some(t) = value.downcast::<Tuple>() else {
        return Err(vm.type_error(format!(
            "code() argument '{what}' must be tuple, not {}",
            vm.type_name(value)
        )));
    };
    let name = |v: &Value| match v.downcast::<Str>() {
        Some(s) => Ok(Arc::from(s.to_string())),
        None => Err(vm.type_error(format!(
            "name tuples must contain only strings, not '{}'",
            vm.type_name(v)
        ))),
    };
    t.items().iter().map(name).collect()
}

fn instrs_of(vm: &Vm, bytes: &[u8]) -> PyResult<Box<[Instr]>> {
    let (chunks, rest) = bytes.as_chunks::<INSTR_BYTES>();
    if !rest.is_empty() {
        return Err(vm.value_error("code: co_code is malformed"));
    }
    Ok(chunks
        .iter()
        .map(|c| Instr(u64::from_le_bytes(*c)))
        .collect())
}

fn handlers_of(vm: &Vm, bytes: &[u8]) -> PyResult<Box<[Handler]>> {
    let (chunks, rest) = bytes.as_chunks::<HANDLER_BYTES>();
    if !rest.is_empty() {
        return Err(vm.value_error("code: co_exceptiontable is malformed"));
    }
    let number = |c: &[u8; HANDLER_BYTES], n: usize| {
        u32::from_le_bytes([c[4 * n], c[4 * n + 1], c[4 * n + 2], c[4 * n + 3]])
    };
    let one = |c: &[u8; HANDLER_BYTES]| Handler {
        start: number(c, 0),
        end: number(c, 1),
        target: number(c, 2),
        depth: number(c, 3),
        lasti: c[16] != 0,
    };
    Ok(chunks.iter().map(one).collect())
}

/// Fast locals in the machine's order: locals, cells that are no locals, free variables.
fn locals_of(vars: Vec<Arc<str>>, cells: Vec<Arc<str>>, free: Vec<Arc<str>>) -> Box<[Local]> {
    let mut locals: Vec<Local> = vars
        .into_iter()
        .map(|name| Local {
            name,
            kind: LocalKind(LocalKind::LOCAL),
        })
        .collect();
    for name in cells {
        match locals.iter_mut().find(|l| l.name == name) {
            Some(l) => l.kind.0 |= LocalKind::CELL,
            None => locals.push(Local {
                name,
                kind: LocalKind(LocalKind::CELL),
            }),
        }
    }
    locals.extend(free.into_iter().map(|name| Local {
        name,
        kind: LocalKind(LocalKind::FREE),
    }));
    locals.into()
}

/// Attributes that `replace` and the constructor take.
struct Parts {
    code: Code,
    vars: Option<Value>,
    cells: Option<Value>,
    free: Option<Value>,
    local_total: Option<i64>,
    stack_size: Option<i64>,
}

impl Parts {
    fn of(this: &PyCode) -> Parts {
        Parts {
            code: (*this.code).clone(),
            vars: None,
            cells: None,
            free: None,
            local_total: None,
            stack_size: None,
        }
    }

    fn set(&mut self, vm: &Vm, name: &str, value: &Value) -> PyResult<bool> {
        let wrong = |expected: &str| {
            vm.type_error(format!(
                "code() argument '{name}' must be {expected}, not {}",
                vm.type_name(value)
            ))
        };
        let number = || vm.index_i64(value);
        let count = || {
            number().and_then(|n| {
                u32::try_from(n).map_err(|_| {
                    vm.value_error(format!("code: {} must not be negative", &name[3..]))
                })
            })
        };
        let text = || {
            value
                .downcast::<Str>()
                .map(|s| Arc::<str>::from(s.to_string()))
                .ok_or_else(|| wrong("str"))
        };
        let bytes = || {
            value
                .downcast::<Bytes>()
                .map(|b| bytes_of(b).to_vec())
                .ok_or_else(|| wrong("bytes"))
        };
        match name {
            "co_argcount" => self.code.arg_count = count()?,
            "co_posonlyargcount" => self.code.posonly_count = count()?,
            "co_kwonlyargcount" => self.code.kwonly_count = count()?,
            "co_nlocals" => self.local_total = Some(number()?),
            "co_stacksize" => self.stack_size = Some(number()?),
            "co_flags" => self.code.flags = CodeFlags(number()? as u32),
            "co_firstlineno" => {
                self.code.first_line = number()?.clamp(0, i64::from(i32::MAX)) as u32
            }
            "co_code" => self.code.instrs = instrs_of(vm, &bytes()?)?,
            "co_consts" => {
                let Some(t) = value.downcast::<Tuple>() else {
                    return Err(wrong("tuple"));
                };
                self.code.consts = t
                    .items()
                    .iter()
                    .map(|v| const_of(vm, v))
                    .collect::<PyResult<_>>()?;
            }
            "co_names" => self.code.names = names_in(vm, value, "names")?.into(),
            "co_varnames" => self.vars = Some(value.clone()),
            "co_cellvars" => self.cells = Some(value.clone()),
            "co_freevars" => self.free = Some(value.clone()),
            "co_filename" => self.code.filename = text()?,
            "co_name" => self.code.name = text()?,
            "co_qualname" => self.code.qualname = text()?,
            "co_linetable" => self.code.positions = bytes()?.into(),
            "co_exceptiontable" => self.code.handlers = handlers_of(vm, &bytes()?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(mut self, vm: &Vm) -> PyResult {
        let names = |code: &Code, bit: u8| -> Vec<Arc<str>> {
            code.locals
                .iter()
                .filter(|l| l.kind.has(bit))
                .map(|l| l.name.clone())
                .collect()
        };
        let given = |value: &Option<Value>, bit: u8, what: &str| match value {
            Some(v) => names_in(vm, v, what),
            None => Ok(names(&self.code, bit)),
        };
        let before = self.code.locals.len() as u32;
        let vars = given(&self.vars, LocalKind::LOCAL, "varnames")?;
        let cells = given(&self.cells, LocalKind::CELL, "cellvars")?;
        let free = given(&self.free, LocalKind::FREE, "freevars")?;
        if self.local_total.is_some_and(|n| n != vars.len() as i64) {
            return Err(vm.value_error("code: co_nlocals != len(co_varnames)"));
        }
        let same = vars == names(&self.code, LocalKind::LOCAL)
            && cells == names(&self.code, LocalKind::CELL)
            && free == names(&self.code, LocalKind::FREE);
        let temporaries = self.code.registers.saturating_sub(before);
        if !same {
            self.code.locals = locals_of(vars, cells, free);
        }
        if self.code.locals.len() < self.code.parameter_count() as usize {
            return Err(vm.value_error("code: varnames is too small"));
        }
        let temporaries = match self.stack_size {
            Some(n) => u32::try_from(n).map_err(|_| vm.value_error("code: bad stacksize"))?,
            None => temporaries,
        };
        self.code.registers = (self.code.locals.len() as u32).saturating_add(temporaries);
        // Verified when it is first called.
        Ok(new_code(vm, Arc::new(self.code), false).into_value())
    }
}

#[pymethods(
    name = "code",
    doc = "Compiled code.",
    signature = "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=(), /)",
    flags(WEAKREFABLE)
)]
impl PyCode {
    #[pyslot(new)]
    fn make(vm: &Vm, _cls: &TypeRef, args: taipan_object::Args<'_>) -> PyResult {
        const ORDER: [&str; 18] = [
            "co_argcount",
            "co_posonlyargcount",
            "co_kwonlyargcount",
            "co_nlocals",
            "co_stacksize",
            "co_flags",
            "co_code",
            "co_consts",
            "co_names",
            "co_varnames",
            "co_filename",
            "co_name",
            "co_qualname",
            "co_firstlineno",
            "co_linetable",
            "co_exceptiontable",
            "co_freevars",
            "co_cellvars",
        ];
        if args.keyword_count() > 0 {
            return Err(vm.type_error("code() takes no keyword arguments"));
        }
        let given = args.values.len();
        if !(16..=18).contains(&given) {
            let bound = if given < 16 {
                "at least 16"
            } else {
                "at most 18"
            };
            return Err(vm.type_error(format!("code expected {bound} arguments, got {given}")));
        }
        let none: Arc<str> = Arc::from("");
        let empty = Code {
            instrs: Box::default(),
            consts: Box::default(),
            names: Box::default(),
            locals: Box::default(),
            registers: 0,
            arg_count: 0,
            posonly_count: 0,
            kwonly_count: 0,
            flags: CodeFlags(0),
            name: none.clone(),
            qualname: none.clone(),
            filename: none,
            first_line: 0,
            handlers: Box::default(),
            positions: Box::default(),
        };
        let mut parts = Parts {
            code: empty,
            vars: None,
            cells: None,
            free: None,
            local_total: None,
            stack_size: None,
        };
        for (name, value) in ORDER.into_iter().zip(args.values) {
            parts.set(vm, name, value)?;
        }
        parts.finish(vm)
    }

    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<PyCode>) -> PyResult {
        let (c, id) = (&this.code, this.as_value().id());
        Ok(vm
            .new_str(&format!(
                "<code object {} at {id:#x}, file \"{}\", line {}>",
                c.name, c.filename, c.first_line
            ))
            .into_value())
    }
    #[pyslot]
    fn richcompare(_: &Vm, this: &Ref<PyCode>, other: &Value, op: CmpOp) -> PyResult {
        match (other.downcast::<PyCode>(), op) {
            (Some(other), CmpOp::Eq) => Ok(Value::bool(same_code(&this.code, &other.code))),
            (Some(other), CmpOp::Ne) => Ok(Value::bool(!same_code(&this.code, &other.code))),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn hash(_: &Vm, this: &Ref<PyCode>) -> PyResult<i64> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (
            &this.code.name,
            &this.code.names,
            this.code.first_line,
            this.code.arg_count,
        )
            .hash(&mut hasher);
        this.code.instrs.hash(&mut hasher);
        let hash = hasher.finish() as i64;
        Ok(if hash == -1 { -2 } else { hash })
    }

    #[pygetset]
    fn co_argcount(this: &Ref<PyCode>) -> u32 {
        this.code.arg_count
    }
    #[pygetset]
    fn co_posonlyargcount(this: &Ref<PyCode>) -> u32 {
        this.code.posonly_count
    }
    #[pygetset]
    fn co_kwonlyargcount(this: &Ref<PyCode>) -> u32 {
        this.code.kwonly_count
    }
    #[pygetset]
    fn co_nlocals(this: &Ref<PyCode>) -> usize {
        this.local_total()
    }
    #[pygetset]
    fn co_stacksize(this: &Ref<PyCode>) -> usize {
        (this.code.registers as usize).saturating_sub(this.code.locals.len())
    }
    #[pygetset]
    fn co_flags(this: &Ref<PyCode>) -> u32 {
        this.code.flags.0
    }
    #[pygetset]
    fn co_firstlineno(this: &Ref<PyCode>) -> u32 {
        this.code.first_line
    }
    #[pygetset]
    fn co_code(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.new_bytes(this.code_bytes()).into_value()
    }
    #[pygetset(name = "_co_code_adaptive")]
    fn co_code_adaptive(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.new_bytes(this.code_bytes()).into_value()
    }
    #[pygetset]
    fn co_consts(vm: &Vm, this: &Ref<PyCode>) -> PyResult {
        PyCode::constants(this, vm)
    }
    #[pygetset]
    fn co_names(vm: &Vm, this: &Ref<PyCode>) -> Value {
        let names: Vec<Value> = this
            .code
            .names
            .iter()
            .map(|n| vm.intern_str(n).into_value())
            .collect();
        vm.new_tuple(names).into_value()
    }
    #[pygetset]
    fn co_varnames(vm: &Vm, this: &Ref<PyCode>) -> Value {
        this.names_of(vm, LocalKind::LOCAL)
    }
    #[pygetset]
    fn co_cellvars(vm: &Vm, this: &Ref<PyCode>) -> Value {
        this.names_of(vm, LocalKind::CELL)
    }
    #[pygetset]
    fn co_freevars(vm: &Vm, this: &Ref<PyCode>) -> Value {
        this.names_of(vm, LocalKind::FREE)
    }
    #[pygetset]
    fn co_filename(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.intern_str(&this.code.filename).into_value()
    }
    #[pygetset]
    fn co_name(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.intern_str(&this.code.name).into_value()
    }
    #[pygetset]
    fn co_qualname(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.intern_str(&this.code.qualname).into_value()
    }
    #[pygetset]
    fn co_linetable(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.new_bytes(this.code.positions.to_vec()).into_value()
    }
    #[pygetset]
    fn co_exceptiontable(vm: &Vm, this: &Ref<PyCode>) -> Value {
        vm.new_bytes(this.handler_bytes()).into_value()
    }
    /// Line, end line, column, end column of each instruction.
    #[pymethod("(self, /)")]
    fn co_positions(vm: &Vm, this: &Ref<PyCode>) -> PyResult {
        let number = |n: i32| {
            if n < 0 {
                Value::NONE
            } else {
                vm.new_int(i64::from(n))
            }
        };
        let mut all = Vec::new();
        for (p, count) in PositionReader::new(&this.code.positions) {
            let room = this.code.instrs.len() - all.len();
            let one = vm.tuple_value([
                number(p.line),
                number(p.end_line),
                number(p.column),
                number(p.end_column),
            ]);
            all.extend(std::iter::repeat_n(one, (count as usize).min(room)));
        }
        vm.iter(&vm.list_value(all))
    }
    /// Ranges of offsets with the line that they come from.
    #[pymethod("(self, /)")]
    fn co_lines(vm: &Vm, this: &Ref<PyCode>) -> PyResult {
        let mut ranges: Vec<(i64, i64, i32)> = Vec::new();
        let mut at = 0i64;
        for (p, count) in PositionReader::new(&this.code.positions) {
            let end = at.saturating_add(2 * i64::from(count));
            match ranges.last_mut() {
                Some(last) if last.2 == p.line => last.1 = end,
                _ => ranges.push((at, end, p.line)),
            }
            at = end;
        }
        let one = |(start, end, line): (i64, i64, i32)| {
            let line = if line < 0 {
                Value::NONE
            } else {
                vm.new_int(i64::from(line))
            };
            vm.tuple_value([vm.new_int(start), vm.new_int(end), line])
        };
        vm.iter(&vm.list_value(ranges.into_iter().map(one).collect()))
    }
    /// Triples of offsets of branches.
    #[pymethod("(self, /)")]
    fn co_branches(vm: &Vm, _this: &Ref<PyCode>) -> PyResult {
        vm.iter(&vm.list_value(Vec::new()))
    }
    /// A copy with some attributes replaced.
    #[pymethod("(self, /, **changes)")]
    fn replace(vm: &Vm, this: &Ref<PyCode>, changes: KwArgs<'_>) -> PyResult {
        let mut parts = Parts::of(this);
        for (name, value) in changes.iter() {
            let name = name.to_string();
            if !parts.set(vm, &name, value)? {
                return Err(vm.type_error(format!(
                    "replace() got an unexpected keyword argument '{name}'"
                )));
            }
        }
        parts.finish(vm)
    }
    /// A copy with some attributes replaced, for `copy.replace`.
    #[pymethod("(self, /, **changes)")]
    fn __replace__(vm: &Vm, this: &Ref<PyCode>, changes: KwArgs<'_>) -> PyResult {
        PyCode::replace(vm, this, changes)
    }
    /// The name of a fast local.
    #[pymethod("(self, oparg, /)", name = "_varname_from_oparg")]
    fn varname(vm: &Vm, this: &Ref<PyCode>, oparg: i64) -> PyResult {
        match usize::try_from(oparg)
            .ok()
            .and_then(|n| this.code.locals.get(n))
        {
            Some(l) => Ok(vm.intern_str(&l.name).into_value()),
            None => Err(vm.index_error("tuple index out of range")),
        }
    }
}

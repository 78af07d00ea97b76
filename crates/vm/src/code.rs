//! Code objects: compiled code plus what one interpreter makes of it.

use std::cell::{Cell, UnsafeCell};
use std::sync::Arc;

use taipan_compiler::code::{Code, CodeFlags, Const, Handler};
use taipan_compiler::opcode::Instr;
use taipan_compiler::positions::PositionReader;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use crate::jit::StateHead;

/// One inline cache. What its words mean depends on the quickened opcode.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct Cache {
    pub words: [u64; 4],
}

/// The kinds of objects that a polymorphic site has met (what entries hold: [`crate::quicken`]).
pub struct Poly {
    entries: [Cache; Poly::ENTRIES],
    used: usize,
    /// The entry to give up when all are taken.
    next: usize,
    misses: u32,
}

impl Poly {
    const ENTRIES: usize = 4;
    /// Misses after which the site is left to the general way.
    const PATIENCE: u32 = 32;
    /// No type has this version.
    const UNUSED: Cache = Cache {
        words: [u64::MAX, 0, 0, 0],
    };

    /// The entry for an object.
    ///
    /// # Safety
    /// The cache is that of a polymorphic site.
    #[inline(always)]
    pub unsafe fn find<'c>(cache: &Cache, object: &Value) -> Option<&'c Cache> {
        let header = object.header()?;
        let ty = header.ty();
        let version = ty.version.get();
        // SAFETY: the site owns its `Poly`; a type of a remembered version whose entry has a
        // shape has an instance part at a fixed offset.
        unsafe {
            let poly = &*(cache.words[0] as *const Poly);
            poly.entries.iter().find(|e| {
                e.words[0] == version
                    && (e.words[1] == 0
                        || e.words[1]
                            == (&raw const *header)
                                .byte_add(ty.instance_offset as usize)
                                .cast::<taipan_object::instance::InstancePart>()
                                .as_ref_unchecked()
                                .shape
                                .get() as u64)
            })
        }
    }

    /// The entries of a polymorphic site.
    ///
    /// # Safety
    /// The cache is that of a polymorphic site.
    pub unsafe fn entries<'c>(cache: &Cache) -> &'c [Cache] {
        // SAFETY: the site owns its `Poly`.
        unsafe {
            let poly = &*(cache.words[0] as *const Poly);
            &poly.entries[..poly.used]
        }
    }

    /// Adds an entry, or counts a miss that gave none; `false`: enough of it.
    pub fn learn(&mut self, entry: Option<Cache>) -> bool {
        let Some(entry) = entry else {
            self.misses += 1;
            return self.misses < Self::PATIENCE;
        };
        let same = |e: &Cache| e.words[1] != 0 && e.words[1] == entry.words[1];
        let at = match self.entries[..self.used].iter().position(same) {
            Some(at) => at,
            None if self.used < Self::ENTRIES => {
                self.used += 1;
                self.used - 1
            }
            None => {
                self.misses += 1;
                self.next = (self.next + 1) % Self::ENTRIES;
                self.next
            }
        };
        self.entries[at] = entry;
        self.misses < Self::PATIENCE
    }
}

/// The payload of `code`.
#[repr(C)]
pub struct PyCode {
    /// First instruction of this interpreter's copy, which is quickened as it runs; null until prepared.
    pub instrs: Cell<*mut u64>,
    /// One cache an instruction; null until the code is warm.
    pub caches: Cell<*mut Cache>,
    /// The address of the cache of the instruction before `pc` is `4 * pc + cache_base` (a cache
    /// takes four times the bytes of an instruction).
    cache_base: Cell<usize>,
    /// Materialised constants.
    pub consts: Cell<*const Value>,
    /// Fast locals.
    pub local_count: u32,
    /// Size of the register window.
    pub register_count: u32,
    /// Positional parameters, when a call needs no binding beyond placing them; `u32::MAX` otherwise.
    pub simple_args: u32,
    /// As `simple_args`, once the code is warm; never a number of arguments if a call needs more
    /// than placing them (free variables, a generator object).
    pub plain_args: Cell<u32>,
    pub is_generator: bool,
    /// Free variables: the last fast locals.
    pub free_count: u32,
    /// Registers filled by a call.
    pub parameter_count: u32,
    /// Calls so far, saturating; decides when caches are made and code is compiled.
    pub calls: Cell<u32>,
    /// Entry of compiled machine code, kept by the JIT; null if there is none.
    pub jit_entry: Cell<*const ()>,
    /// State of the JIT for this code, which begins with a [`StateHead`].
    pub jit_state: Cell<*mut ()>,
    /// Kinds of the values returned so far: 1 int, 2 float, 4 anything else.
    pub return_kinds: Cell<u8>,
    /// Back edges taken, saturating.
    pub loops: Cell<u32>,
    pub code: Arc<Code>,
    names: UnsafeCell<Vec<Ref<Str>>>,
    store: UnsafeCell<Store>,
    /// Whether the code came from outside the compiler and must be verified first.
    pub verified: Cell<bool>,
    /// Whether the code comes from our own compiler in this process; so do its constants then.
    pub trusted: Cell<bool>,
    /// Python-visible helper values made on demand: `co_filename`, lines.
    lines: UnsafeCell<Option<Box<[i32]>>>,
    /// One more than the number of the handler that covers an instruction, or 0; made when
    /// the code first raises.
    handlers: UnsafeCell<Box<[u16]>>,
}

#[derive(Default)]
struct Store {
    instrs: Box<[u64]>,
    caches: Box<[Cache]>,
    consts: Vec<Value>,
    polys: Vec<*mut Poly>,
}

impl Drop for Store {
    fn drop(&mut self) {
        for poly in self.polys.drain(..) {
            // SAFETY: made by `new_poly`, and no site is left.
            drop(unsafe { Box::from_raw(poly) });
        }
    }
}

payload!(
    PyCode,
    gc,
    |this, visit| {
        // SAFETY: nothing changes the store while the collector runs.
        unsafe {
            (*this.store.get()).consts.iter().for_each(&mut *visit);
            (*this.names.get()).iter().for_each(|n| visit(n.as_value()));
            if let Some(head) = this.jit_head() {
                (head.traverse)(this.jit_state.get(), visit);
            }
        }
    },
    clear | this | {
        if let Some(head) = this.jit_head() {
            // SAFETY: garbage does not run: a frame keeps the code that it runs.
            unsafe { (head.clear)(this.jit_state.get()) };
            this.jit_entry.set(std::ptr::null());
        }
    }
);

impl Drop for PyCode {
    fn drop(&mut self) {
        if let Some(head) = self.jit_head() {
            // SAFETY: the state is the code's alone, and code that is freed does not run.
            unsafe { (head.free)(self.jit_state.get()) };
        }
    }
}

/// Extra op bytes that the machine puts into its own copy.
pub const BREAKPOINT: u8 = 255;

impl PyCode {
    /// The head of the JIT's state, if there is one.
    fn jit_head(&self) -> Option<&StateHead> {
        // SAFETY: the JIT's state begins with its head.
        unsafe { self.jit_state.get().cast::<StateHead>().as_ref() }
    }

    pub const JIT_ENTRY_OFFSET: usize = 16 + std::mem::offset_of!(PyCode, jit_entry);

    fn new(code: Arc<Code>, trusted: bool) -> PyCode {
        let simple = code.kwonly_count == 0
            && !code
                .flags
                .intersects(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS);
        PyCode {
            instrs: Cell::new(std::ptr::null_mut()),
            caches: Cell::new(std::ptr::null_mut()),
            cache_base: Cell::new(0),
            consts: Cell::new(std::ptr::null()),
            local_count: code.locals.len() as u32,
            register_count: code.registers,
            simple_args: if simple { code.arg_count } else { u32::MAX },
            plain_args: Cell::new(u32::MAX),
            is_generator: code.is_generator_like(),
            free_count: code.free_count() as u32,
            parameter_count: code.parameter_count(),
            calls: Cell::new(0),
            jit_entry: Cell::new(std::ptr::null()),
            jit_state: Cell::new(std::ptr::null_mut()),
            return_kinds: Cell::new(0),
            loops: Cell::new(0),
            code,
            names: UnsafeCell::default(),
            store: UnsafeCell::default(),
            verified: Cell::new(trusted),
            trusted: Cell::new(trusted),
            lines: UnsafeCell::default(),
            handlers: UnsafeCell::default(),
        }
    }

    /// The interned names.
    #[inline]
    pub fn names(&self) -> &[Ref<Str>] {
        // SAFETY: filled once by `prepare`, never changed after.
        unsafe { &*self.names.get() }
    }
    /// The materialised constants.
    pub fn const_values(&self) -> &[Value] {
        // SAFETY: as above.
        unsafe { &(*self.store.get()).consts }
    }

    /// Makes constants, names and the working copy of the instructions.
    ///
    /// # Errors
    /// SystemError if code from outside does not verify.
    pub fn prepare(this: &Ref<PyCode>, vm: &Vm) -> PyResult<()> {
        if !this.instrs.get().is_null() {
            return Ok(());
        }
        if !this.verified.get() {
            if let Err(e) = taipan_compiler::verify::verify(&this.code) {
                return Err(vm.raise_str(&vm.exc.system_error, format!("bad bytecode: {e}")));
            }
            this.verified.set(true);
        }
        let names = this.code.names.iter().map(|n| vm.intern_str(n)).collect();
        let mut consts = Vec::with_capacity(this.code.consts.len());
        for c in &this.code.consts {
            consts.push(const_value(vm, c)?);
        }
        // SAFETY: nothing refers to the still empty store.
        unsafe {
            *this.names.get() = names;
            let store = &mut *this.store.get();
            store.consts = consts;
            store.instrs = this.code.instrs.iter().map(|i| i.0).collect();
            this.consts.set(store.consts.as_ptr());
            this.instrs.set(store.instrs.as_mut_ptr());
        }
        Ok(())
    }

    /// Makes the caches, so that instructions can be quickened.
    #[cold]
    pub fn warm_up(&self) {
        if self.caches.get().is_null() {
            // SAFETY: nothing refers to the still empty caches.
            unsafe {
                let store = &mut *self.store.get();
                store.caches = vec![Cache::default(); store.instrs.len()].into_boxed_slice();
                self.caches.set(store.caches.as_mut_ptr());
                self.cache_base
                    .set((self.caches.get() as usize).wrapping_sub(
                        (self.instrs.get() as usize).wrapping_add(8).wrapping_mul(4),
                    ));
            }
        }
    }

    /// The cache of the instruction before `pc`; only while there are caches.
    #[inline(always)]
    pub fn cache_before(&self, pc: *const u64) -> *mut Cache {
        const { assert!(size_of::<Cache>() == 4 * size_of::<u64>()) };
        (pc as usize)
            .wrapping_mul(4)
            .wrapping_add(self.cache_base.get()) as *mut Cache
    }

    /// A fresh memory for a polymorphic site; it lives as long as the code.
    pub(crate) fn new_poly(&self) -> *mut Poly {
        let poly = Box::into_raw(Box::new(Poly {
            entries: [Poly::UNUSED; Poly::ENTRIES],
            used: 0,
            next: 0,
            misses: 0,
        }));
        // SAFETY: nothing else touches the list meanwhile.
        unsafe { (*self.store.get()).polys.push(poly) };
        poly
    }

    /// The index of the instruction at an address in the working copy.
    #[inline]
    pub fn index_of(&self, pc: *const u64) -> u32 {
        ((pc as usize).wrapping_sub(self.instrs.get() as usize) / 8) as u32
    }

    /// The source line of an instruction, -1 if it has none.
    pub fn line_of(&self, instr: u32) -> i32 {
        // SAFETY: filled once, never changed after.
        let lines = unsafe {
            (*self.lines.get()).get_or_insert_with(|| {
                let mut lines = Vec::with_capacity(self.code.instrs.len());
                for (p, n) in PositionReader::new(&self.code.positions) {
                    let room = self.code.instrs.len() - lines.len();
                    lines.extend(std::iter::repeat_n(p.line, (n as usize).min(room)));
                }
                lines.into_boxed_slice()
            })
        };
        lines.get(instr as usize).copied().unwrap_or(-1)
    }

    /// The handler that covers an instruction.
    pub fn handler_at(&self, instr: u32) -> Option<&Handler> {
        let code = &*self.code;
        if code.handlers.is_empty() {
            return None;
        }
        if code.handlers.len() >= usize::from(u16::MAX) {
            return code.handler_at(instr);
        }
        // SAFETY: filled once, never changed after.
        let table = unsafe { &mut *self.handlers.get() };
        if table.is_empty() {
            let mut numbers = vec![0; code.instrs.len()];
            // Of ranges that begin before an instruction only the last counts.
            for (n, h) in code.handlers.iter().enumerate() {
                let from = (h.start as usize).min(numbers.len());
                numbers[from..].fill(0);
                let covered = from..(h.end as usize).clamp(from, numbers.len());
                numbers[covered].fill(n as u16 + 1);
            }
            *table = numbers.into_boxed_slice();
        }
        let number = usize::from(*table.get(instr as usize)?);
        code.handlers.get(number.checked_sub(1)?)
    }

    pub fn name(&self) -> &str {
        &self.code.name
    }
}

/// Makes a code object. `trusted`: the code comes from our own compiler.
pub fn new_code(vm: &Vm, code: Arc<Code>, trusted: bool) -> Ref<PyCode> {
    vm.heap.alloc(&vm.types.code, PyCode::new(code, trusted))
}

/// A constant as a value.
///
/// # Errors
/// MemoryError.
pub fn const_value(vm: &Vm, c: &Const) -> PyResult {
    Ok(match c {
        Const::None => Value::NONE,
        Const::True => Value::TRUE,
        Const::False => Value::FALSE,
        Const::Ellipsis => Value::ELLIPSIS,
        Const::Int(n) => vm.new_int(*n),
        Const::BigInt {
            negative,
            magnitude,
        } => {
            let n = dashu_int::UBig::from_le_bytes(magnitude);
            vm.new_bigint(if *negative {
                -dashu_int::IBig::from(n)
            } else {
                n.into()
            })
        }
        Const::Float(x) => vm.new_float(*x),
        Const::Complex(re, im) => vm.new_complex(*re, *im),
        Const::Str(s) => {
            let s = vm.new_wtf8(s);
            // Names and the like are interned, as CPython does for constants.
            if s.len() <= 4096
                && s.as_ascii()
                    .is_some_and(|t| t.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric()))
            {
                vm.intern(&s).into_value()
            } else {
                s.into_value()
            }
        }
        Const::Bytes(b) => vm.new_bytes(b.to_vec()).into_value(),
        Const::Tuple(items) => {
            let items = items
                .iter()
                .map(|c| const_value(vm, c))
                .collect::<PyResult<Vec<_>>>()?;
            vm.new_tuple(items).into_value()
        }
        Const::FrozenSet(items) => {
            let items = items
                .iter()
                .map(|c| const_value(vm, c))
                .collect::<PyResult<Vec<_>>>()?;
            let items = vm.new_tuple(items).into_value();
            vm.call(vm.types.frozenset.as_value(), &[items])?
        }
        Const::Slice(parts) => {
            let parts = [
                const_value(vm, &parts[0])?,
                const_value(vm, &parts[1])?,
                const_value(vm, &parts[2])?,
            ];
            vm.call(vm.types.slice.as_value(), &parts)?
        }
        Const::Code(code) => new_code(vm, code.clone(), false).into_value(),
    })
}

/// The instruction in the immutable code that a working-copy instruction came from.
pub fn original(code: &PyCode, index: u32) -> Option<Instr> {
    code.code.instrs.get(index as usize).copied()
}

//! Calls: of Python functions without native recursion, of everything else
//! through slots; matching arguments to parameters.

use smallvec::SmallVec;
use taipan_compiler::code::CodeFlags;
use taipan_compiler::opcode::DISCARD;
use taipan_object::dict::Dict;
use taipan_object::function::{BoundMethod, MethodDescriptor, NativeFunction};
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::value::encoding::is_heap;
use taipan_object::{Args, Object, ObjectHeader, PyResult, Raised, Ref, Value, Vm};

use crate::code::PyCode;
use crate::frame::{CONSTRUCTOR, DISCARD_RESULT, ENTRY, Frame, GENERATOR};
use crate::function::{Function, peek_ref};
use crate::machine::Machine;
use crate::{arguments, generator, interp, poll};

/// What a call instruction led to.
pub enum Entered {
    /// A new frame runs.
    Frame(*mut Frame),
    /// The instruction is complete.
    Done,
    /// The instruction is complete, and from now on each one is observed.
    Observed,
    /// An exception is pending in the running frame.
    Raised,
    /// An exception left the innermost entry frame.
    Left,
}

/// Machine code of a function: thread state, frame record, window. Gives the owned
/// word that the function returned (its record is given back then), or one of
/// the two words below.
pub type CompiledEntry = unsafe extern "C" fn(*const Vm, *mut Frame, *mut u64) -> u64;
/// The interpreter goes on at the frame's program counter.
pub const CONTINUE: u64 = 0;
/// An exception is pending at the frame's program counter.
pub const RAISED: u64 = 8;

type Values = SmallVec<[Value; 8]>;

/// Gives a frame record back. Its registers are released.
///
/// # Safety
/// `frame` is the top record and the current frame.
#[inline(always)]
pub unsafe fn pop_record(vm: &Vm, frame: *mut Frame) {
    let machine = Machine::of(vm);
    // SAFETY: by the contract.
    unsafe {
        machine.current.set((*frame).previous);
        machine.record_top.set(frame);
        vm.recursion_depth.set(vm.recursion_depth.get() - 1);
        if (*frame).locals != 0 {
            drop(Value::from_word(std::mem::replace(&mut (*frame).locals, 0)));
        }
        let function = std::mem::replace(&mut (*frame).function, 0);
        if function != 0 {
            ObjectHeader::release(function as *mut ObjectHeader);
        }
    }
}

/// Pushes a record for `function` (an owned word that moves in) whose first
/// `argc` registers at `window` are filled; the other fast locals become
/// unbound, free variables are placed.
///
/// # Safety
/// `window` lies in the register stack; `code` is the function's, prepared.
#[inline(always)]
unsafe fn push_record(
    vm: &Vm,
    function: u64,
    code: *const Object<PyCode>,
    window: *mut u64,
    argc: usize,
) -> PyResult<*mut Frame> {
    let machine = Machine::of(vm);
    // SAFETY: by the contract; the record stack has room (`enter`).
    unsafe {
        let c = &(*code).payload;
        let f = &(*(function as *const Object<Function>)).payload;
        machine.enter(vm, window, c.register_count)?;
        let locals = c.local_count as usize;
        for n in argc..locals {
            window.add(n).write(0);
        }
        if c.free_count > 0 {
            place_free(f, c, window);
        }
        let frame = machine.record_top.get();
        frame.write(Frame {
            regs: window,
            pc: c.instrs.get(),
            caches: c.caches.get(),
            code,
            consts: c.consts.get(),
            function,
            globals: f.globals.as_ptr(),
            builtins: f.builtins.as_ptr(),
            previous: machine.current.get(),
            top: window.add(c.register_count as usize),
            locals: 0,
            object: 0,
            instance: 0,
            dest: 0,
            flags: 0,
            traced_line: -1,
            generator: std::ptr::null_mut(),
        });
        machine.record_top.set(frame.add(1));
        machine.current.set(frame);
        Ok(frame)
    }
}

/// Pushes the record of a function that needs nothing but its arguments placed
/// ([`PyCode::plain_args`]): the record and its first instruction. `None`: the general
/// way must be taken, nothing was changed. The function's reference moves into the record.
///
/// # Safety
/// `function` is a live function; `argc` owned values lie at `window`, in the window of
/// `caller`, the running frame.
#[inline(always)]
pub unsafe fn enter_plain(
    vm: &Vm,
    machine: &Machine,
    caller: *mut Frame,
    function: u64,
    window: *mut u64,
    argc: usize,
) -> Option<(*mut Frame, *const u64)> {
    // SAFETY: by the contract; prepared code has constants and instructions.
    unsafe {
        let arguments = window;
        let on_heap = (*caller).flags & GENERATOR != 0;
        // A generator's window is on the heap: the callee's starts above the stack's top.
        let window = if on_heap { (*caller).top } else { window };
        let f = &(*(function as *const Object<Function>)).payload;
        let code = (*f.code.as_ptr()).as_ptr().cast_const();
        let c = &(*code).payload;
        let calls = c.calls.get().wrapping_add(1);
        let depth = vm.recursion_depth.get();
        let frame = machine.record_top.get();
        let end = window.wrapping_add(c.register_count as usize + 64);
        if c.plain_args.get() != argc as u32
            || calls & poll::MASK == 0
            || !c.jit_entry.get().is_null()
            || depth >= vm.recursion_limit.get()
            || end > machine.register_end
            || frame >= machine.record_end
        {
            return None;
        }
        c.calls.set(calls);
        vm.recursion_depth.set(depth + 1);
        if on_heap {
            for n in 0..argc {
                window.add(n).write(arguments.add(n).replace(0));
                crate::op::barrier();
            }
        }
        let mut n = argc;
        while n < c.local_count as usize {
            window.add(n).write(0);
            n += 1;
            // A few stores: not worth the call of `memset` that this would become.
            crate::op::barrier();
        }
        let start = c.instrs.get().cast_const();
        // The other fields of a free record are clean (see `Frame`).
        (*frame).regs = window;
        (*frame).pc = start;
        (*frame).code = code;
        (*frame).consts = c.consts.get();
        (*frame).function = function;
        (*frame).globals = f.globals.as_ptr();
        (*frame).builtins = f.builtins.as_ptr();
        (*frame).previous = caller;
        (*frame).top = window.add(c.register_count as usize);
        machine.record_top.set(frame.add(1));
        machine.current.set(frame);
        Some((frame, start))
    }
}

/// Enters a Python function that an operator calls, with `N` operands of instruction `i`: its
/// result goes to the instruction's register. `None`: nothing was changed.
#[inline(always)]
unsafe fn enter_operator<const N: usize>(
    vm: &Vm,
    machine: &Machine,
    caller: *mut Frame,
    function: Value,
    operands: [*mut u64; N],
    kills: [bool; N],
    i: u64,
) -> Option<(*mut Frame, *const u64)> {
    // SAFETY: by the contract of the callers; above the caller's registers nothing is in use.
    unsafe {
        let window = (*caller).top;
        let (new, start) = enter_plain(vm, machine, caller, function.word(), window, N)?;
        std::mem::forget(function);
        for n in 0..N {
            let word = *operands[n];
            if kills[n] {
                *operands[n] = 0;
            } else if is_heap(word) {
                (*(word as *const ObjectHeader)).retain();
            }
            window.add(n).write(word);
        }
        (*new).dest = (i >> 16) as u16;
        (*new).flags = 0;
        Some((new, start))
    }
}

/// LOAD_SUBSCR of an instance of a class whose `__getitem__` is a Python function. `None`: it is not.
///
/// # Safety
/// `caller` is the running frame and `i` its verified instruction.
#[inline(never)]
pub unsafe fn enter_getitem(
    vm: &Vm,
    machine: &Machine,
    caller: *mut Frame,
    regs: *mut u64,
    i: u64,
) -> Option<(*mut Frame, *const u64)> {
    use taipan_compiler::opcode::{KILL_B, KILL_C};
    // SAFETY: by the contract.
    unsafe {
        let (x, y) = (
            regs.add((i >> 32) as u16 as usize),
            regs.add((i >> 48) as u16 as usize),
        );
        if x == y || *y == 0 {
            return None;
        }
        let ty = vm.type_of(Value::borrow_word(&*x));
        let function = vm.type_lookup(ty, &vm.names.__getitem__)?;
        if function.header()?.ty_ptr() != vm.types.function.as_ptr().cast_const() {
            return None;
        }
        let flags = (i >> 8) as u8;
        let kills = [flags & KILL_B != 0, flags & KILL_C != 0];
        enter_operator(vm, machine, caller, function, [x, y], kills, i)
    }
}

/// LOAD_ATTR of a property whose getter is a Python function. `None`: it is not.
///
/// # Safety
/// As [`enter_getitem`]; the frame's program counter is saved.
#[inline(never)]
pub unsafe fn enter_property(
    vm: &Vm,
    machine: &Machine,
    caller: *mut Frame,
    regs: *mut u64,
    i: u64,
) -> Option<(*mut Frame, *const u64)> {
    use taipan_object::function::Property;
    // SAFETY: by the contract; nothing borrows the property's parts while they are read.
    unsafe {
        let x = regs.add((i >> 32) as u16 as usize);
        if !is_heap(*x) {
            return None;
        }
        let ty = vm.type_of(Value::borrow_word(&*x));
        if !ty.has(TypeFlags::GENERIC_GETATTR) {
            return None;
        }
        let found = vm.type_lookup(ty, crate::slow::name_c(caller, i))?;
        let property = found.downcast_exact::<Property>(&vm.types.property)?;
        let function = (*property.parts.as_ptr()).get.clone()?;
        if function.header()?.ty_ptr() != vm.types.function.as_ptr().cast_const() {
            return None;
        }
        let kill = (i >> 8) as u8 & taipan_compiler::opcode::KILL_B != 0;
        enter_operator(vm, machine, caller, function, [x], [kill], i)
    }
}

/// Gives back the record of a body that has no mapping of locals.
///
/// # Safety
/// As [`pop_record`].
#[inline(always)]
pub unsafe fn pop_plain(vm: &Vm, machine: &Machine, frame: *mut Frame) {
    // SAFETY: by the contract; the record owns its function.
    unsafe {
        machine.current.set((*frame).previous);
        machine.record_top.set(frame);
        vm.recursion_depth.set(vm.recursion_depth.get() - 1);
        let function = std::mem::replace(&mut (*frame).function, 0);
        ObjectHeader::release(function as *mut ObjectHeader);
    }
}

/// Puts the cells of a closure into the last fast locals.
unsafe fn place_free(f: &Function, c: &PyCode, window: *mut u64) {
    if let Some(closure) = peek_ref(&f.closure) {
        let first = c.local_count as usize - c.free_count as usize;
        for (i, cell) in closure
            .items()
            .iter()
            .take(c.free_count as usize)
            .enumerate()
        {
            // SAFETY: free variables are the last fast locals.
            unsafe { window.add(first + i).write(cell.clone().into_word()) };
        }
    }
}

/// The callee's code, ready to run.
#[inline(always)]
fn ready_code(vm: &Vm, f: &Ref<Function>) -> PyResult<*const Object<PyCode>> {
    // SAFETY: the borrow ends before anything can replace the code.
    let code = unsafe { &*f.code.as_ptr() };
    let calls = code.calls.get().wrapping_add(1);
    code.calls.set(calls);
    if calls < 4 || code.instrs.get().is_null() {
        warm(vm, code)?;
    }
    Ok(code.as_ptr())
}

#[cold]
fn warm(vm: &Vm, code: &Ref<PyCode>) -> PyResult<()> {
    PyCode::prepare(code, vm)?;
    if code.calls.get() >= 2 {
        code.warm_up();
    }
    if code.calls.get() >= 3 && !code.is_generator && code.free_count == 0 {
        code.plain_args.set(code.simple_args);
    }
    Ok(())
}

/// Removes the values of a call window; they become owned by the result.
unsafe fn take_window(regs: *mut u64, first: usize, count: usize) -> Values {
    // SAFETY: the verifier checked that the window is live.
    unsafe {
        (first..first + count)
            .map(|n| Value::from_word(regs.add(n).replace(0)))
            .collect()
    }
}

/// Releases the values of a call window.
#[inline(always)]
unsafe fn release_window(regs: *mut u64, first: usize, count: usize) {
    // SAFETY: the verifier checked that the window is live; heap words in it are owned.
    unsafe {
        let mut at = regs.add(first);
        let end = at.add(count);
        while at < end {
            let word = at.replace(0);
            if word & 7 == 0 {
                crate::op::barrier();
                if word != 0 {
                    ObjectHeader::release(word as *mut ObjectHeader);
                }
            }
            at = at.add(1);
        }
    }
}

/// CALL and CALL_METHOD: `callee` is the callable's register, arguments start at `first`.
///
/// # Safety
/// The instruction is verified; `frame` is the running frame with its program counter saved.
#[inline]
pub unsafe fn call(
    vm: &Vm,
    frame: *mut Frame,
    regs: *mut u64,
    i: u64,
    callee: usize,
    mut first: usize,
    mut argc: usize,
    entry: u16,
) -> Entered {
    // SAFETY: by the contract.
    unsafe {
        let mut word = *regs.add(callee);
        if !is_heap(word) {
            return not_callable(vm, regs, i, callee, first, argc, 0);
        }
        let ty = (*(word as *const ObjectHeader)).ty_ptr();
        if ty == vm.types.method.as_ptr().cast_const() && first == callee + 1 {
            // Put self where the callable stood.
            let m = &(*(word as *const Object<BoundMethod>)).payload;
            let function = m.function.clone().into_word();
            let this = m.this.clone().into_word();
            regs.add(callee).write(this);
            drop(Value::from_word(word));
            word = function;
            first = callee;
            argc += 1;
            if !is_heap(word)
                || (*(word as *const ObjectHeader)).ty_ptr()
                    != vm.types.function.as_ptr().cast_const()
            {
                let values = take_window(regs, first, argc);
                let function = Value::from_word(word);
                let result = vm.call(&function, &values);
                drop(values);
                return finish(vm, regs, i, result);
            }
        } else {
            if ty == vm.types.builtin_function.as_ptr().cast_const() {
                return match call_native(vm, regs, i, callee, first, argc) {
                    true => done(vm),
                    false => Entered::Raised,
                };
            }
            if ty == vm.types.method_descriptor.as_ptr().cast_const()
                && first == callee + 1
                && argc > 0
            {
                return match call_method_descriptor(vm, regs, i, callee, argc) {
                    true => done(vm),
                    false => Entered::Raised,
                };
            }
            if ty == vm.types.type_.as_ptr().cast_const() {
                return call_class(vm, frame, regs, i, callee, first, argc, entry);
            }
            if ty != vm.types.function.as_ptr().cast_const() {
                return call_slot(vm, regs, i, callee, first, argc, 0);
            }
            // The callable's reference moves into the new frame.
            regs.add(callee).write(0);
        }
        enter_function(vm, frame, regs, i, word, first, argc, 0, entry, 0)
    }
}

/// Enters a Python function whose word is owned; its arguments lie at `first`; with
/// `keywords` = 1 the last ones are named by the tuple behind them. `entry`: [`ENTRY`]
/// if returning must leave the loop. `instance`: owned word, for a class call.
#[inline(always)]
unsafe fn enter_function(
    vm: &Vm,
    frame: *mut Frame,
    regs: *mut u64,
    i: u64,
    function: u64,
    first: usize,
    argc: usize,
    keywords: usize,
    entry: u16,
    instance: u64,
) -> Entered {
    // SAFETY: the window is verified; the word is a function.
    unsafe {
        let f = &*(&raw const function).cast::<Ref<Function>>();
        let code = match ready_code(vm, f) {
            Ok(code) => code,
            Err(_) => {
                drop(Value::from_word(function));
                release_window(regs, first, argc + keywords);
                release_instance(instance);
                return Entered::Raised;
            }
        };
        let mut window = regs.add(first);
        if (*frame).flags & GENERATOR != 0 {
            // A generator's window is on the heap: the callee's starts above the stack's top.
            let top = (*frame).top;
            std::ptr::copy_nonoverlapping(window, top, argc + keywords);
            for n in 0..argc + keywords {
                window.add(n).write(0);
            }
            window = top;
        }
        let c = &(*code).payload;
        if keywords == 0
            && argc < c.simple_args as usize
            && c.simple_args != u32::MAX
            && place_defaults(vm, f, c, window, argc)
        {
        } else if c.simple_args != argc as u32 || keywords > 0 {
            let room = Machine::of(vm).enter(vm, window, c.register_count);
            if room.is_ok() {
                vm.recursion_depth.set(vm.recursion_depth.get() - 1);
            }
            if room.is_err() || arguments::bind_window(vm, f, window, argc, keywords).is_err() {
                if room.is_err() {
                    release_window(window, 0, argc + keywords);
                }
                drop(Value::from_word(function));
                release_instance(instance);
                return Entered::Raised;
            }
        }
        let parameters = c.parameter_count as usize;
        let new = match push_record(vm, function, code, window, parameters) {
            Ok(new) => new,
            Err(_) => {
                for n in 0..parameters {
                    let w = window.add(n).replace(0);
                    if is_heap(w) {
                        drop(Value::from_word(w));
                    }
                }
                drop(Value::from_word(function));
                release_instance(instance);
                return Entered::Raised;
            }
        };
        if c.is_generator {
            let g = generator::new_generator(vm, new);
            (*new).function = 0;
            pop_record(vm, new);
            return finish(vm, regs, i, Ok(g));
        }
        (*new).dest = (i >> 16) as u16;
        let discard = if (i >> 8) as u8 & DISCARD != 0 {
            DISCARD_RESULT
        } else {
            0
        };
        (*new).flags = entry | discard | if instance != 0 { CONSTRUCTOR } else { 0 };
        (*new).instance = instance;
        if c.calls.get() & poll::MASK == 0 {
            // Calls that need no binding come here once in a while only: programs without
            // loops are interrupted here, and the way straight into a body tests nothing.
            if poll::wanted(vm)
                && let Err(end) = poll::function_start(vm, new)
            {
                return end;
            }
            if !crate::observe::is_on(vm) {
                crate::jit::function_hot(vm, new);
            }
        }
        let compiled = c.jit_entry.get();
        if !compiled.is_null() && !crate::observe::is_on(vm) {
            return run_compiled(
                vm,
                new,
                std::mem::transmute::<*const (), CompiledEntry>(compiled),
                regs,
                i,
            );
        }
        Entered::Frame(new)
    }
}

/// Fills the parameters behind `argc` arguments from the defaults; `false`: not all have one,
/// or there is no room.
unsafe fn place_defaults(
    vm: &Vm,
    f: &Ref<Function>,
    c: &PyCode,
    window: *mut u64,
    argc: usize,
) -> bool {
    // SAFETY: the cell is only read; the window is in the register stack, which has room.
    unsafe {
        let Some(defaults) = (*f.defaults.as_ptr())
            .as_ref()
            .and_then(|d| d.downcast::<Tuple>())
        else {
            return false;
        };
        let missing = c.simple_args as usize - argc;
        let end = window.wrapping_add(c.register_count as usize + 64);
        if missing > defaults.len() || end > Machine::of(vm).register_end {
            return false;
        }
        let from = &defaults.items()[defaults.len() - missing..];
        for (n, value) in from.iter().enumerate() {
            window.add(argc + n).write(value.clone().into_word());
        }
        true
    }
}

unsafe fn release_instance(word: u64) {
    if word != 0 {
        // SAFETY: an owned word.
        drop(unsafe { Value::from_word(word) });
    }
}

/// Runs the machine code of a function whose frame was just pushed.
#[inline]
unsafe fn run_compiled(
    vm: &Vm,
    new: *mut Frame,
    compiled: CompiledEntry,
    regs: *mut u64,
    i: u64,
) -> Entered {
    // SAFETY: the frame is the current one and its window is filled.
    unsafe {
        if vm.check_stack("").is_err() {
            (*new).pc = (*new).pc.add(1);
            return match crate::unwind::unwind(vm, new) {
                crate::unwind::Unwound::Handler(f) => Entered::Frame(f),
                crate::unwind::Unwound::Left => Entered::Left,
            };
        }
        match compiled(vm, new, (*new).regs) {
            // Records of calls that were built into the code may lie above.
            CONTINUE => Entered::Frame(machine_frame(vm)),
            RAISED => match crate::unwind::unwind(vm, machine_frame(vm)) {
                crate::unwind::Unwound::Handler(f) => Entered::Frame(f),
                crate::unwind::Unwound::Left => Entered::Left,
            },
            mut w => {
                pop_plain(vm, Machine::of(vm), new);
                // Nothing has used the record's memory since.
                if (*new).flags & CONSTRUCTOR != 0 {
                    match constructed(vm, new, w) {
                        Some(instance) => w = instance,
                        None => return Entered::Raised,
                    }
                }
                finish(vm, regs, i, Ok(Value::from_word(w)))
            }
        }
    }
}

/// Writes a native call's result and runs finalisers that became due.
#[inline(always)]
unsafe fn finish(vm: &Vm, regs: *mut u64, i: u64, result: PyResult) -> Entered {
    // SAFETY: by the contract of the callers.
    match unsafe { finished(vm, regs, i, result) } {
        true => done(vm),
        false => Entered::Raised,
    }
}

/// A native call is complete: it may have set a trace function.
#[inline(always)]
fn done(vm: &Vm) -> Entered {
    // A bit of the breaker asks for it, so that most calls need not look.
    match poll::wanted(vm) && crate::observe::is_on(vm) {
        true => Entered::Observed,
        false => Entered::Done,
    }
}

/// As [`finish`]; whether the call succeeded.
#[inline(always)]
unsafe fn finished(vm: &Vm, regs: *mut u64, i: u64, result: PyResult) -> bool {
    let ok = match result {
        Ok(value) => {
            if (i >> 8) as u8 & DISCARD != 0 {
                drop(value);
            } else {
                // SAFETY: the destination is verified.
                unsafe {
                    let old = regs
                        .add((i >> 16) as u16 as usize)
                        .replace(value.into_word());
                    if is_heap(old) {
                        drop(Value::from_word(old));
                    }
                }
            }
            true
        }
        Err(_) => false,
    };
    crate::finalize::drain(vm);
    // As in CPython, a signal that came during a native call is handled at its end.
    ok && (!poll::wanted(vm) || poll::poll(vm).is_ok())
}

/// Calls a native function of a module or object. Whether it succeeded.
///
/// # Safety
/// As [`call`]; the callable is such a function.
#[inline(never)]
pub unsafe fn call_native(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    callee: usize,
    mut first: usize,
    mut argc: usize,
) -> bool {
    // SAFETY: the window is live; its values are borrowed for the call and released after.
    unsafe {
        let function = Value::from_word(regs.add(callee).replace(0));
        let nf = &(*(function.word() as *const Object<NativeFunction>)).payload;
        if let Some(this) = &nf.this {
            // The register before the arguments is free: `self` goes there.
            first -= 1;
            argc += 1;
            regs.add(first).write(this.clone().into_word());
        }
        let args = std::slice::from_raw_parts(regs.add(first).cast::<Value>(), argc);
        let result = crate::native_call::guard(vm, nf.def.call, Args::positional_only(args));
        release_window(regs, first, argc);
        drop(function);
        finished(vm, regs, i, result)
    }
}

/// Calls a native method with `self` and the other arguments behind it. Whether it succeeded.
///
/// # Safety
/// As [`call`]; the callable is a method descriptor and `argc` counts `self`.
#[inline(never)]
pub unsafe fn call_method_descriptor(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    callee: usize,
    argc: usize,
) -> bool {
    // SAFETY: as above.
    unsafe {
        let first = callee + 1;
        let descriptor = &(*(*regs.add(callee) as *const Object<MethodDescriptor>)).payload;
        let args = std::slice::from_raw_parts(regs.add(first).cast::<Value>(), argc);
        if !vm.is_instance_of(&args[0], &descriptor.ty) {
            let entered = call_slot(vm, regs, i, callee, first, argc, 0);
            return matches!(entered, Entered::Done | Entered::Observed);
        }
        let result =
            crate::native_call::guard(vm, descriptor.def.call, Args::positional_only(args));
        let descriptor = regs.add(callee).replace(0);
        ObjectHeader::release(descriptor as *mut ObjectHeader);
        release_window(regs, first, argc);
        finished(vm, regs, i, result)
    }
}

/// Calls a class whose metaclass is `type`: plain classes with a Python `__init__` run without native recursion.
unsafe fn call_class(
    vm: &Vm,
    frame: *mut Frame,
    regs: *mut u64,
    i: u64,
    callee: usize,
    first: usize,
    argc: usize,
    entry: u16,
) -> Entered {
    // SAFETY: as above.
    unsafe {
        let class = Value::borrow_word(&*regs.add(callee))
            .downcast::<Type>()
            .unwrap_unchecked()
            .clone();
        let Some(init) = init_function(vm, &class).filter(|_| first == callee + 1) else {
            if !class.has(TypeFlags::HEAP) && !class.is(&vm.types.type_) {
                return call_native_class(vm, regs, i, class, callee, first, argc);
            }
            return call_slot(vm, regs, i, callee, first, argc, 0);
        };
        let plain = std::ptr::eq(class.vtable, vm.types.object.vtable)
            && class.slots.address(taipan_object::slots::SlotId::new)
                == vm
                    .types
                    .object
                    .slots
                    .address(taipan_object::slots::SlotId::new);
        let instance = if plain {
            taipan_object::object::alloc_instance(vm, &class, taipan_object::object::Plain)
                .into_value()
        } else {
            let Some(new) = class.slots.new.get() else {
                return call_slot(vm, regs, i, callee, first, argc, 0);
            };
            let args = std::slice::from_raw_parts(regs.add(first).cast::<Value>(), argc);
            let args = Args::positional_only(args);
            let made = new(vm, &class, args).and_then(|object| {
                if vm.is_instance_of(&object, &class)
                    && !vm.type_of(&object).is(&class)
                    && let Some(init) = vm.type_of(&object).slots.init.get()
                {
                    init(vm, &object, args)?;
                }
                Ok(object)
            });
            match made {
                Ok(object) if vm.type_of(&object).is(&class) => object,
                result => {
                    release_window(regs, callee, argc + 1);
                    return finish(vm, regs, i, result);
                }
            }
        };
        let class_word = regs.add(callee).replace(instance.clone().into_word());
        drop(Value::from_word(class_word));
        enter_function(
            vm,
            frame,
            regs,
            i,
            init.into_word(),
            callee,
            argc + 1,
            0,
            entry,
            instance.into_word(),
        )
    }
}

/// Calls a class written in Rust, which is not `type`: its `__new__` and `__init__`.
unsafe fn call_native_class(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    class: Ref<Type>,
    callee: usize,
    first: usize,
    argc: usize,
) -> Entered {
    use taipan_object::slots::Slots;
    // SAFETY: as above; the class and the arguments stay in their registers until the call is over.
    unsafe {
        let args = std::slice::from_raw_parts(regs.add(first).cast::<Value>(), argc);
        let args = Args::positional_only(args);
        let Some(new) = class.slots.new.get() else {
            return call_slot(vm, regs, i, callee, first, argc, 0);
        };
        // `object.__init__` looks at arguments only where `__new__` is that of object.
        let plain = &vm.types.object.slots;
        let init = |slots: &Slots| slots.init.get().map(|f| f as usize);
        let idle = init(&class.slots) == init(plain)
            && plain.new.get().map(|f| f as usize) != Some(new as usize);
        let result = new(vm, &class, args).and_then(|object| {
            let actual = vm.type_of(&object);
            if !(idle && actual.is(&class))
                && vm.is_instance_of(&object, &class)
                && let Some(init) = actual.slots.init.get()
            {
                init(vm, &object, args)?;
            }
            Ok(object)
        });
        release_window(regs, callee, first - callee + argc);
        drop(class);
        finish(vm, regs, i, result)
    }
}

/// The `__init__` of a class, if it is a Python function that runs in a frame of its own.
#[inline]
fn init_function(vm: &Vm, class: &Ref<Type>) -> Option<Value> {
    if !class.has(TypeFlags::HEAP) || class.has(TypeFlags::IS_ABSTRACT) {
        return None;
    }
    let init = vm.type_lookup(class, &vm.names.__init__)?;
    if init.header()?.ty_ptr() != vm.types.function.as_ptr().cast_const() {
        return None;
    }
    // What a generator function makes is no None.
    let runs = |f: &Ref<Function>| !f.code.borrow().is_generator;
    init.downcast::<Function>()
        .is_some_and(runs)
        .then_some(init)
}

/// The result of a class call whose `__init__` returned `w` (owned); `None` if that was not None.
///
/// # Safety
/// `frame` is a [`CONSTRUCTOR`] record that just returned.
#[inline]
pub unsafe fn constructed(vm: &Vm, frame: *mut Frame, w: u64) -> Option<u64> {
    // SAFETY: by the contract; words are owned.
    unsafe {
        let instance = std::mem::replace(&mut (*frame).instance, 0);
        if w == taipan_object::value::encoding::NONE {
            return Some(instance);
        }
        let result = Value::from_word(w);
        drop(Value::from_word(instance));
        let _ = vm.type_error(format!(
            "__init__() should return None, not '{}'",
            vm.type_name(&result)
        ));
        None
    }
}

/// Any other call, through the type's slot. `keywords` of the `argc` arguments are named by the tuple behind them.
unsafe fn call_slot(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    callee: usize,
    first: usize,
    argc: usize,
    keywords: usize,
) -> Entered {
    // SAFETY: as above.
    unsafe {
        let function = Value::from_word(regs.add(callee).replace(0));
        let names = (keywords > 0).then(|| Value::from_word(regs.add(first + argc).replace(0)));
        let names = names.and_then(|n| n.downcast_owned::<Tuple>().ok());
        let result = vm.call_args(
            &function,
            Args {
                values: std::slice::from_raw_parts(regs.add(first).cast::<Value>(), argc),
                keywords: names.as_ref(),
            },
        );
        release_window(regs, first, argc);
        drop(function);
        finish(vm, regs, i, result)
    }
}

#[cold]
unsafe fn not_callable(
    vm: &Vm,
    regs: *mut u64,
    i: u64,
    callee: usize,
    first: usize,
    argc: usize,
    keywords: usize,
) -> Entered {
    // SAFETY: as above.
    unsafe { call_slot(vm, regs, i, callee, first, argc, keywords) }
}

/// CALL_KW and CALL_METHOD_KW: the register behind the arguments holds the names of the last ones.
///
/// # Safety
/// As [`call`].
pub unsafe fn call_kw(
    vm: &Vm,
    frame: *mut Frame,
    regs: *mut u64,
    i: u64,
    callee: usize,
    first: usize,
    argc: usize,
    entry: u16,
) -> Entered {
    // SAFETY: as above.
    unsafe {
        let keywords = match Value::borrow_word(&*regs.add(first + argc)).downcast::<Tuple>() {
            Some(names) if names.len() <= argc => names.len(),
            _ => {
                let _ = vm.raise_str(&vm.exc.system_error, "bad keyword names in a call");
                return Entered::Raised;
            }
        };
        let word = *regs.add(callee);
        if keywords > 0
            && is_heap(word)
            && (*(word as *const ObjectHeader)).ty_ptr() == vm.types.function.as_ptr().cast_const()
        {
            regs.add(callee).write(0);
            return enter_function(vm, frame, regs, i, word, first, argc, 1, entry, 0);
        }
        call_slot(vm, regs, i, callee, first, argc, 1)
    }
}

/// CALL_FUNCTION_EX.
///
/// # Safety
/// As [`call`].
pub unsafe fn call_ex(vm: &Vm, _frame: *mut Frame, regs: *mut u64, i: u64) -> Entered {
    // SAFETY: as above.
    unsafe {
        let base = (i >> 32) as u16 as usize;
        let function = Value::from_word(regs.add(base).replace(0));
        let arguments = Value::from_word(regs.add(base + 1).replace(0));
        let kwargs = regs.add(base + 2).replace(0);
        let kwargs = (kwargs != 0).then(|| Value::from_word(kwargs));
        let result = call_unpacked(vm, &function, &arguments, kwargs.as_ref());
        drop((arguments, kwargs, function));
        finish(vm, regs, i, result)
    }
}

/// `function(*arguments, **kwargs)`.
pub fn call_unpacked(
    vm: &Vm,
    function: &Value,
    arguments: &Value,
    kwargs: Option<&Value>,
) -> PyResult {
    let mut values: Values = match arguments.downcast::<Tuple>() {
        Some(t) => t.items().iter().cloned().collect(),
        None => {
            let collected = match vm.type_of(arguments).slots.iter.get() {
                None if !vm.is_sequence(arguments) => {
                    return Err(vm.type_error(format!(
                        "{} argument after * must be an iterable, not {}",
                        callee_name(vm, function),
                        vm.type_name(arguments)
                    )));
                }
                _ => vm.collect(arguments)?,
            };
            collected.into_iter().collect()
        }
    };
    let Some(kwargs) = kwargs else {
        return vm.call(function, &values);
    };
    let Some(dict) = kwargs.downcast::<Dict>() else {
        return Err(vm.type_error("keyword arguments must be a dict"));
    };
    let mut names: Values = Values::new();
    let mut place = 0;
    while let Some((at, _, name, value)) = dict.next_entry(place) {
        if name.downcast::<Str>().is_none() {
            return Err(vm.type_error("keywords must be strings"));
        }
        names.push(name);
        values.push(value);
        place = at + 1;
    }
    if names.is_empty() {
        return vm.call(function, &values);
    }
    let names = vm.new_tuple(names);
    vm.call_args(
        function,
        Args {
            values: &values,
            keywords: Some(&names),
        },
    )
}

/// A callable as messages about its arguments name it: `module.function()`.
pub fn callee_name(vm: &Vm, function: &Value) -> String {
    match vm.getattr_opt(function, &vm.names.__qualname__) {
        Ok(Some(q)) => match q.downcast::<Str>() {
            Some(q) => {
                let module = vm
                    .getattr_opt(function, &vm.names.__module__)
                    .ok()
                    .flatten();
                match module.as_ref().and_then(|m| m.downcast::<Str>()) {
                    Some(m) if !m.is_str("builtins") => format!("{m}.{q}()"),
                    _ => format!("{q}()"),
                }
            }
            None => vm
                .repr(function)
                .map_or_else(|_| "function".to_owned(), |r| r.to_string()),
        },
        _ => {
            drop(vm.take_pending());
            vm.str(function)
                .map_or_else(|_| "function".to_owned(), |r| r.to_string())
        }
    }
}

/// The `call` slot of `function`: a call from native code.
pub fn function_call(vm: &Vm, callee: &Value, args: Args<'_>) -> PyResult {
    vm.check_stack("")?;
    let Some(f) = callee.downcast::<Function>() else {
        return Err(vm.type_error("not a function"));
    };
    // SAFETY: the window lies above the running frame; arguments are cloned into it.
    unsafe {
        let code = ready_code(vm, f)?;
        let c = &(*code).payload;
        let machine = Machine::of(vm);
        let window = machine.register_top();
        machine.enter(
            vm,
            window,
            c.register_count.max(args.values.len() as u32 + 2),
        )?;
        vm.recursion_depth.set(vm.recursion_depth.get() - 1);
        if c.simple_args as usize == args.values.len() && args.keywords.is_none() {
            for (n, v) in args.values.iter().enumerate() {
                window.add(n).write(v.clone().into_word());
            }
        } else {
            let argc = args.values.len();
            for (n, v) in args.values.iter().enumerate() {
                window.add(n).write(v.clone().into_word());
            }
            if let Some(names) = args.keywords {
                window.add(argc).write(names.to_value().into_word());
            }
            let keywords = usize::from(args.keywords.is_some());
            arguments::bind_window(vm, f, window, argc, keywords)?;
        }
        run_function(vm, f, code, window)
    }
}

/// The innermost running frame: where compiled code left.
fn machine_frame(vm: &Vm) -> *mut Frame {
    Machine::of(vm).current.get()
}

/// Runs a function whose parameters are placed at `window`.
unsafe fn run_function(
    vm: &Vm,
    f: &Ref<Function>,
    code: *const Object<PyCode>,
    window: *mut u64,
) -> PyResult {
    // SAFETY: by the contract of the callers.
    unsafe {
        let c = &(*code).payload;
        let function = f.to_value().into_word();
        let frame = match push_record(vm, function, code, window, c.parameter_count as usize) {
            Ok(frame) => frame,
            Err(e) => {
                for n in 0..c.parameter_count as usize {
                    let w = window.add(n).replace(0);
                    if is_heap(w) {
                        drop(Value::from_word(w));
                    }
                }
                drop(Value::from_word(function));
                return Err(e);
            }
        };
        if c.is_generator {
            let g = generator::new_generator(vm, frame);
            (*frame).function = 0;
            pop_record(vm, frame);
            return Ok(g);
        }
        (*frame).flags = ENTRY;
        if c.calls.get() & poll::MASK == 0 {
            if poll::wanted(vm)
                && let Err(end) = poll::function_start(vm, frame)
            {
                return match end {
                    Entered::Frame(f) => interp::run(vm, f),
                    _ => Err(Raised::assume_pending()),
                };
            }
            if !crate::observe::is_on(vm) {
                crate::jit::function_hot(vm, frame);
            }
        }
        let compiled = c.jit_entry.get();
        if !compiled.is_null() && !crate::observe::is_on(vm) {
            let compiled = std::mem::transmute::<*const (), CompiledEntry>(compiled);
            return match compiled(vm, frame, window) {
                CONTINUE => interp::run(vm, machine_frame(vm)),
                RAISED => match crate::unwind::unwind(vm, machine_frame(vm)) {
                    crate::unwind::Unwound::Handler(f) => interp::run(vm, f),
                    crate::unwind::Unwound::Left => Err(Raised::assume_pending()),
                },
                w => {
                    pop_plain(vm, Machine::of(vm), frame);
                    Ok(Value::from_word(w))
                }
            };
        }
        interp::run(vm, frame)
    }
}

/// Runs module, class or `exec` code with a mapping of locals.
///
/// # Errors
/// What the code raises.
pub fn run_code(vm: &Vm, f: &Ref<Function>, locals: Option<Value>) -> PyResult {
    vm.check_stack("")?;
    // SAFETY: as in `function_call`; the code has no parameters.
    unsafe {
        let code = ready_code(vm, f)?;
        let c = &(*code).payload;
        let machine = Machine::of(vm);
        let window = machine.register_top();
        let function = f.to_value().into_word();
        let frame = match push_record(vm, function, code, window, 0) {
            Ok(frame) => frame,
            Err(e) => {
                drop(Value::from_word(function));
                return Err(e);
            }
        };
        (*frame).locals = locals.map_or(0, Value::into_word);
        if c.is_generator {
            let g = generator::new_generator(vm, frame);
            (*frame).function = 0;
            (*frame).locals = 0;
            pop_record(vm, frame);
            return Ok(g);
        }
        (*frame).flags = ENTRY;
        interp::run(vm, frame)
    }
}

const _: fn(CodeFlags, Raised) = |_, _| ();

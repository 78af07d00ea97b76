//! Functions that machine code calls.
//!
//! None of them unwinds: native functions that panic are caught at their call
//! boundary (`taipan_vm::native_call`).

use smallvec::SmallVec;
use taipan_compiler::opcode::{KILL_B, Opcode, OperandKind};
use taipan_object::native::NativeFn;
use taipan_object::slots::SendResult;
use taipan_object::value::encoding::{self, is_heap};
use taipan_object::vm::breaker;
use taipan_object::{Args, ObjectHeader, Value, Vm};
use taipan_vm::frame::{self, CONSTRUCTOR, DISCARD_RESULT, Frame};
use taipan_vm::function::Function as PyFunction;
use taipan_vm::machine::Machine;
use taipan_vm::{call, finalize, single, slow};

use crate::hir::{InlineFrame, Routine};
use crate::routines;

pub(crate) fn check_heap(vm: &Vm) {
    if vm.heap.young_due() {
        vm.breaker
            .fetch_or(breaker::COLLECT, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Taken apart: the instruction, and whether to note what it gives.
fn site(pc: u64) -> (u64, bool) {
    (pc & 0xFFFF_FFFF, pc >> 32 != 0)
}

/// Instructions that need neither the frame nor another look at themselves.
macro_rules! direct {
    ($($op:ident => $name:ident),* $(,)?) => {
        mod steps {
            use super::*;
            $(pub unsafe extern "C" fn $name(vm: *const Vm, regs: *mut u64, i: u64) -> u64 {
                // SAFETY: as `interpret`; the program counter is saved.
                unsafe {
                    check_heap(&*vm);
                    u64::from(slow::$name(&*vm, regs, i))
                }
            })*
        }
        /// The function of such an instruction: thread state, window, instruction; 0: raised.
        pub fn direct(op: u8) -> Option<usize> {
            match op {
                $(taipan_vm::op::$op => Some(steps::$name as *const () as usize),)*
                _ => None,
            }
        }
    };
}
direct! {
    LOAD_SUBSCR => load_subscr,
    STORE_SUBSCR => store_subscr,
    LOAD_SLICE => load_slice,
    STORE_SLICE => store_slice,
    BUILD_TUPLE => build_tuple,
    BUILD_LIST => build_list,
    BUILD_SET => build_set,
    BUILD_MAP => build_map,
    BUILD_STRING => build_string,
    BUILD_SLICE => build_slice,
    LIST_APPEND => list_append,
    SET_ADD => set_add,
    MAP_ADD => map_add,
    UNPACK_SEQUENCE => unpack_sequence,
    FORMAT_SIMPLE => format_simple,
    FORMAT_WITH_SPEC => format_with_spec,
    GET_ITER => get_iter,
    PUSH_EXC_INFO => push_exc_info,
    POP_EXCEPT => pop_except,
    CHECK_EXC_MATCH => check_exc_match,
}

/// Frees an object whose count reached zero. Finalisers wait for [`drain`].
pub unsafe extern "C" fn free(_: *const Vm, object: *mut ObjectHeader) {
    // SAFETY: compiled code counted the last reference down.
    unsafe { taipan_object::heap::free_object(object) }
}

/// Runs finalisers that wait.
pub unsafe extern "C" fn drain(vm: *const Vm) -> u64 {
    // SAFETY: the thread state of the running code.
    finalize::drain(unsafe { &*vm });
    0
}

/// Does what waits before a function's first instruction; 0: raised.
pub unsafe extern "C" fn start_poll(vm: *const Vm, frame: *mut Frame, start: *const u64) -> u64 {
    // SAFETY: the frame of the running code, which stands at its start.
    unsafe {
        (*frame).pc = start;
        u64::from(taipan_vm::poll::poll(&*vm).is_ok())
    }
}

/// A word for a float that does not fit the word.
pub unsafe extern "C" fn box_float(vm: *const Vm, x: f64) -> u64 {
    // SAFETY: the thread state of the running code.
    let vm = unsafe { &*vm };
    vm.new_float(x).into_word()
}

/// Runs one instruction on the window; 0: raised.
pub unsafe extern "C" fn interpret(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    let (pc, learning) = site(pc);
    // SAFETY: as the compiled code's caller promised.
    unsafe {
        let vm = &*vm;
        check_heap(vm);
        let code = (*frame).code();
        let i = code.code.instrs[pc as usize];
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        let ok = match i.op() {
            Some(Opcode::LoadAttr) => by_name::load(vm, frame, regs, i.0),
            Some(Opcode::StoreAttr) => by_name::store(vm, frame, regs, i.0),
            Some(Opcode::LoadMethod) => by_name::load_method(vm, frame, regs, i.0),
            _ => single::step(vm, frame, regs, pc as u32),
        };
        if ok && learning && i.op().is_some_and(|o| o.operands()[0] == OperandKind::Def) {
            crate::learn(code, pc as u32, *regs.add(slow::a(i.0)));
        }
        u64::from(ok)
    }
}

/// Attributes the general way, without another look for a faster one.
mod by_name {
    use super::*;
    use taipan_compiler::opcode::{KILL_A, KILL_B};
    use taipan_vm::slow::{a, b, done_ab, ended, flags, kill, name_c, operand, put, put_or_null};

    /// A register's word, borrowed.
    unsafe fn get(regs: *mut u64, n: usize) -> std::mem::ManuallyDrop<Value> {
        // SAFETY: verified live register; the copy is not dropped.
        unsafe { std::mem::ManuallyDrop::new(Value::from_word(*regs.add(n))) }
    }

    pub unsafe fn load(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
        // SAFETY: as `interpret`.
        unsafe {
            let result = vm.getattr(&get(regs, b(i)), name_c(frame, i));
            done_ab(vm, regs, i, result)
        }
    }

    pub unsafe fn store(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
        // SAFETY: as `interpret`.
        unsafe {
            let object = (*get(regs, a(i))).clone();
            let value = operand(regs, b(i), flags(i) & KILL_B != 0);
            let result = vm.setattr(&object, name_c(frame, i), &value);
            drop(value);
            kill(regs, a(i), flags(i) & KILL_A != 0);
            drop(object);
            ended(vm, result)
        }
    }

    pub unsafe fn load_method(vm: &Vm, frame: *mut Frame, regs: *mut u64, i: u64) -> bool {
        // SAFETY: as `interpret`.
        unsafe {
            let found = vm.get_method(&get(regs, b(i)), name_c(frame, i));
            kill(regs, b(i), flags(i) & KILL_B != 0);
            match found {
                Ok((function, this)) => {
                    put(regs, a(i), function);
                    put_or_null(regs, a(i) + 1, this);
                    ended(vm, Ok(()))
                }
                Err(e) => ended(vm, Err(e)),
            }
        }
    }
}

/// Runs one call instruction on the window; 0: raised.
pub unsafe extern "C" fn call_instr(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    // SAFETY: as above.
    unsafe {
        let (pc, learning) = site(pc);
        check_heap(&*vm);
        let ok = single::call(&*vm, frame, regs, pc as u32);
        let code = (*frame).code();
        let i = code.code.instrs[pc as usize].0;
        if ok && learning && slow::flags(i) & taipan_compiler::opcode::DISCARD == 0 {
            crate::learn(code, pc as u32, *regs.add(slow::a(i)));
        }
        u64::from(ok)
    }
}

fn outcome(r: taipan_object::PyResult<bool>) -> u64 {
    match r {
        Ok(b) => u64::from(b),
        Err(_) => 2,
    }
}

/// The truth of operand a; 2: raised.
pub unsafe extern "C" fn truth(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
    let (pc, _) = site(pc);
    // SAFETY: as above.
    unsafe {
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        let i = code.code.instrs[pc as usize].0;
        match *regs.add(slow::a(i)) {
            encoding::TRUE => 1,
            encoding::FALSE | encoding::NONE => 0,
            _ => outcome(slow::truth(&*vm, regs, i)),
        }
    }
}

/// The comparison of a fused jump; 2: raised.
pub unsafe extern "C" fn compare_jump(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    let (pc, _) = site(pc);
    // SAFETY: as above.
    unsafe { outcome(single::compare_jump(&*vm, frame, regs, pc as u32)) }
}

/// Steps a FOR_ITER; 2: raised.
pub unsafe extern "C" fn for_iter(
    vm: *const Vm,
    frame: *mut Frame,
    regs: *mut u64,
    pc: u64,
) -> u64 {
    let (pc, learning) = site(pc);
    // SAFETY: as above.
    unsafe {
        check_heap(&*vm);
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        let i = code.code.instrs[pc as usize].0;
        if !is_heap(*regs.add(slow::b(i))) {
            slow::not_an_iterator(&*vm, 0);
            return 2;
        }
        let it = *regs.add(slow::b(i));
        let vm = &*vm;
        let r = if (*(it as *const ObjectHeader)).ty_ptr()
            == vm.types.generator.as_ptr().cast_const()
        {
            step_generator(vm, regs, i, it)
        } else {
            outcome(slow::for_iter(vm, regs, i))
        };
        if r == 1 && learning {
            crate::learn(code, pc as u32, *regs.add(slow::a(i)));
        }
        r
    }
}

/// Steps an exact generator of a FOR_ITER.
unsafe fn step_generator(vm: &Vm, regs: *mut u64, i: u64, it: u64) -> u64 {
    use taipan_vm::generator;
    // SAFETY: as above; the word is a live generator.
    unsafe {
        let g = Value::borrow_word(&it);
        let Some(g) = g.downcast::<generator::Generator>() else {
            return outcome(slow::for_iter(vm, regs, i));
        };
        let step = generator::step_compiled(vm, it);
        match step.unwrap_or_else(|| generator::resume(vm, g, Value::NONE, None)) {
            Ok(SendResult::Yielded(v)) => {
                slow::put(regs, slow::a(i), v);
                finalize::drain(vm);
                1
            }
            Ok(SendResult::Returned(v)) => {
                drop(v);
                drop(slow::take(regs, slow::b(i)));
                finalize::drain(vm);
                0
            }
            Err(_) => {
                slow::kill(regs, slow::b(i), slow::flags(i) & KILL_B != 0);
                2
            }
        }
    }
}

/// Sends into a SEND's receiver; 2: raised.
pub unsafe extern "C" fn send(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
    let (pc, _) = site(pc);
    // SAFETY: as above.
    unsafe {
        check_heap(&*vm);
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        outcome(slow::send(&*vm, regs, code.code.instrs[pc as usize].0))
    }
}

/// A generator's body gave a value.
pub unsafe extern "C" fn suspend(vm: *const Vm, frame: *mut Frame) -> u64 {
    // SAFETY: as above; the frame is a generator's.
    u64::from(unsafe { taipan_vm::generator::suspended(&*vm, frame) })
}

/// Raises as a RAISE_VARARGS with operands: always 0.
pub unsafe extern "C" fn raise(vm: *const Vm, frame: *mut Frame, regs: *mut u64, pc: u64) -> u64 {
    let (pc, _) = site(pc);
    // SAFETY: as above.
    unsafe {
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(pc as usize + 1);
        slow::raise_varargs(&*vm, regs, code.code.instrs[pc as usize].0);
    }
    0
}

/// Takes the pending exception to its handler, which is compiled.
pub unsafe extern "C" fn catch(vm: *const Vm) -> u64 {
    // SAFETY: as above: the handler's frame is one of this compiled function.
    unsafe {
        let vm = &*vm;
        taipan_vm::unwind::unwind(vm, Machine::of(vm).current.get());
    }
    0
}

/// Pushes the record of an inlined call; its registers are filled.
pub unsafe extern "C" fn push_inlined(
    vm: *const Vm,
    regs: *mut u64,
    record: *const InlineFrame,
) -> u64 {
    // SAFETY: as above; the function is alive since its guard, and so is what the record names.
    unsafe {
        let (vm, r) = (&*vm, &*record);
        let machine = Machine::of(vm);
        let caller = machine.current.get();
        (*caller).pc = r.caller_pc();
        let code = &(*(r.code as *const taipan_object::Object<taipan_vm::code::PyCode>)).payload;
        let f = &(*(r.function as *const taipan_object::Object<PyFunction>)).payload;
        (*(r.function as *const ObjectHeader)).retain();
        let window = regs.add(r.base as usize);
        let instance = if r.constructor { *window } else { 0 };
        if instance != 0 {
            (*(instance as *const ObjectHeader)).retain();
        }
        let new = machine.record_top.get();
        new.write(Frame {
            regs: window,
            pc: code.instrs.get(),
            caches: code.caches.get(),
            code: r.code as *const _,
            consts: code.consts.get(),
            function: r.function,
            globals: f.globals.as_ptr(),
            builtins: f.builtins.as_ptr(),
            previous: caller,
            top: window.add(code.register_count as usize),
            locals: 0,
            object: 0,
            instance,
            dest: r.dest,
            flags: r.flags(),
            traced_line: -1,
            generator: std::ptr::null_mut(),
        });
        machine.record_top.set(new.add(1));
        machine.current.set(new);
        vm.recursion_depth.set(vm.recursion_depth.get() + 1);
    }
    0
}

/// Calls a native function on borrowed words: the owned result, or 0: raised.
pub unsafe extern "C" fn call_native(
    vm: *const Vm,
    function: usize,
    words: *const Value,
    count: u64,
) -> u64 {
    // SAFETY: as above; the words are alive during the call.
    unsafe {
        let vm = &*vm;
        check_heap(vm);
        let args = std::slice::from_raw_parts(words, count as usize);
        let function = std::mem::transmute::<usize, NativeFn>(function);
        let result = taipan_vm::native_call::guard(vm, function, Args::positional_only(args));
        finalize::drain(vm);
        match result {
            Ok(v) => v.into_word(),
            Err(_) => 0,
        }
    }
}

/// A new instance of a plain class.
pub unsafe extern "C" fn new_instance(vm: *const Vm, class: u64) -> u64 {
    // SAFETY: as above; the word is a live class, guarded to be plain.
    unsafe {
        let vm = &*vm;
        check_heap(vm);
        let class = Value::borrow_word(&class);
        match class.downcast::<taipan_object::ty::Type>() {
            Some(class) => {
                let plain = taipan_object::object::Plain;
                taipan_object::object::alloc_instance(vm, class, plain)
                    .into_value()
                    .into_word()
            }
            None => encoding::NONE,
        }
    }
}

/// A positive float to a float power.
pub extern "C" fn power(x: f64, y: f64) -> f64 {
    x.powf(y)
}

/// Moves the locals of a frame that returns into its Python object.
pub unsafe extern "C" fn detach(vm: *const Vm, frame: *mut Frame, regs: *mut u64) -> u64 {
    let _ = regs;
    // SAFETY: as above.
    unsafe {
        let code = (*frame).code();
        (*frame).pc = code.instrs.get().add(code.code.instrs.len());
        frame::detach(Some(&*vm), &mut *frame);
    }
    0
}

/// Finishes a call whose compiled callee left: goes on in the interpreter, or unwinds.
/// The owned result, or 0: raised.
pub unsafe extern "C" fn finish_call(vm: *const Vm, callee: *mut Frame, status: u64) -> u64 {
    use taipan_vm::unwind::{Unwound, unwind};
    let _ = callee;
    // SAFETY: as above; the callee's frame has the ENTRY flag, records of inlined calls may lie above it.
    unsafe {
        let vm = &*vm;
        let current = Machine::of(vm).current.get();
        let result = if status == call::CONTINUE {
            taipan_vm::interp::run(vm, current)
        } else {
            match unwind(vm, current) {
                Unwound::Handler(f) => taipan_vm::interp::run(vm, f),
                Unwound::Left => return 0,
            }
        };
        match result {
            Ok(v) => v.into_word(),
            Err(_) => 0,
        }
    }
}

/// A call that the fast path cannot make: an owned function, its arguments at `window`.
/// The owned result, or 0: raised.
pub unsafe extern "C" fn slow_call(
    vm: *const Vm,
    function: u64,
    window: *mut u64,
    argc: u64,
) -> u64 {
    // SAFETY: as above.
    unsafe {
        let vm = &*vm;
        check_heap(vm);
        let function = Value::from_word(function);
        let args: SmallVec<[Value; 8]> =
            (0..argc as usize).map(|n| slow::take(window, n)).collect();
        let result = vm.call(&function, &args);
        drop((args, function));
        finalize::drain(vm);
        match result {
            Ok(v) => v.into_word(),
            Err(_) => 0,
        }
    }
}

impl InlineFrame {
    /// The flags of its record.
    pub fn flags(&self) -> u16 {
        let discard = if self.discard { DISCARD_RESULT } else { 0 };
        discard | if self.constructor { CONSTRUCTOR } else { 0 }
    }
    /// Behind the call instruction, in the caller's working copy.
    pub fn caller_pc(&self) -> *const u64 {
        (self.caller + (u64::from(self.call) + 1) * 8) as *const u64
    }
}

impl Routine {
    /// The function behind a routine: thread state, then words.
    pub fn address(self) -> usize {
        match self {
            Routine::ListAppend => routines::list_append as *const () as usize,
            Routine::ListPop => routines::list_pop as *const () as usize,
            Routine::IsInstance => routines::is_instance as *const () as usize,
            Routine::DictGet => routines::dict_get as *const () as usize,
            Routine::DictSet => routines::dict_set as *const () as usize,
            Routine::DictContains => routines::dict_contains as *const () as usize,
            Routine::DictGetDefault => routines::dict_get_default as *const () as usize,
            Routine::DictSetDefault => routines::dict_set_default as *const () as usize,
            Routine::SetAdd => routines::set_add as *const () as usize,
            Routine::Range => routines::range as *const () as usize,
            Routine::Iter => routines::iter as *const () as usize,
            Routine::StrNext => routines::str_next as *const () as usize,
            Routine::SliceStep => routines::slice_step as *const () as usize,
            Routine::FormatInt => routines::format_int as *const () as usize,
            Routine::Slice => routines::slice as *const () as usize,
            Routine::Exhaust => routines::exhaust as *const () as usize,
            Routine::NewTuple => routines::new_tuple as *const () as usize,
            Routine::NewList => routines::new_list as *const () as usize,
            Routine::StrEq => routines::str_eq as *const () as usize,
            Routine::StrItem => routines::str_item as *const () as usize,
            Routine::SetContains => routines::set_contains as *const () as usize,
        }
    }
}

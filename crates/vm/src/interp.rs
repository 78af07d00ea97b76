//! The interpreter loop.
//!
//! The loop's hot state is the program counter, the register base, the frame
//! and the `Vm`. Everything slow sits in functions of [`crate::slow`],
//! [`crate::call`] and [`crate::quicken`], which get the instruction, may run
//! any Python code, and return whether they raised.
//!
//! A body of an opcode ends with `next!()`, or with `raise!()` when an
//! exception is pending, or after a change of frame with `reload!()`.

use taipan_compiler::opcode::{DISCARD, EXTENDED, IF_FALSE, Instr, KILL_A, KILL_B, KILL_C, NO_REG};
use taipan_object::function::Cell as PyCell;
use taipan_object::instance::{InstancePart, Shape};
use taipan_object::number::BinOp;
use taipan_object::slots::CmpOp;
use taipan_object::ty::{Type, TypeFlags};
use taipan_object::value::encoding::{self, as_float, is_float, is_heap, is_int};
use taipan_object::{Object, ObjectHeader, PyResult, Value, Vm};

use crate::call::{self, Entered};
use crate::code::Poly;
use crate::frame::{self, CONSTRUCTOR, DISCARD_RESULT, ENTRY, Frame, GENERATOR};
use crate::generator::{self, Generator};
use crate::machine::Machine;
use crate::op::{self, *};
use crate::unwind::{self, Unwound};
use crate::{fast, iterate, observe, quicken, slow};

/// Keeps the end of an arm apart from the ends of the others, so that each gets
/// an indirect jump of its own (the tail duplication that `.cargo/config.toml`
/// widens skips blocks that reach the dispatch by a conditional branch).
#[inline(always)]
fn own_jump() {
    op::barrier();
}

/// Whether a callable is of this exact type.
///
/// # Safety
/// `word` is a live word.
#[inline(always)]
unsafe fn is_native(word: u64, ty: *const Object<Type>) -> bool {
    // SAFETY: by the contract.
    unsafe { is_heap(word) && (*(word as *const ObjectHeader)).ty_ptr() == ty }
}

/// Whether an object is a class (its metaclass is `type`) that has a version.
///
/// # Safety
/// `word` is a live heap word.
#[inline(always)]
unsafe fn class_has_version(vm: &Vm, word: u64, version: u64) -> bool {
    // SAFETY: by the contract; the type tells the payload.
    unsafe {
        (*(word as *const ObjectHeader)).ty_ptr() == vm.types.type_.as_ptr().cast_const()
            && (*(word as *const Object<Type>)).payload.version.get() == version
    }
}

/// Runs a frame that has been entered (its record is the machine's current one
/// and has the [`ENTRY`] flag) until it returns, yields or raises.
///
/// # Errors
/// What the code raises and does not handle.
///
/// # Safety
/// `entry` is a live record whose code is verified and prepared, and whose
/// window lies within the thread's register stack or its generator.
pub unsafe fn run(vm: &Vm, entry: *mut Frame) -> PyResult<Value> {
    let mut frame = entry;
    loop {
        // SAFETY: by the contract; where one loop asks for the other the frame's program counter is saved.
        let result = unsafe {
            match observe::is_on(vm) {
                true => run_loop::<true>(vm, frame),
                false => run_loop::<false>(vm, frame),
            }
        };
        if result.is_ok() {
            return result;
        }
        frame = Machine::of(vm).switch.replace(std::ptr::null_mut());
        if frame.is_null() {
            return result;
        }
    }
}

/// The loop; with `OBSERVED` it tells the machine's observer of each instruction.
///
/// # Safety
/// As [`run`].
unsafe fn run_loop<const OBSERVED: bool>(vm: &Vm, entry: *mut Frame) -> PyResult<Value> {
    // SAFETY (whole function): registers, constants and jump targets are in range
    // because the code is verified; records of frames in progress are live.
    unsafe {
        let mut frame: *mut Frame = entry;
        let mut regs: *mut u64 = (*frame).regs;
        let mut pc: *const u64 = (*frame).pc;
        let machine = Machine::of(vm);

        // Operands of the running instruction (`a!(i)`) come straight from memory,
        // those of another one from its word.
        macro_rules! a {
            (i) => {
                op::operand_a(pc)
            };
            ($w:expr) => {
                ($w >> 16) as u16 as usize
            };
        }
        macro_rules! b {
            (i) => {
                op::operand_b(pc)
            };
            ($w:expr) => {
                ($w >> 32) as u16 as usize
            };
        }
        macro_rules! c {
            (i) => {
                op::operand_c(pc)
            };
            ($w:expr) => {
                ($w >> 48) as u16 as usize
            };
        }
        macro_rules! bc {
            (i) => {
                op::operand_bc(pc)
            };
            ($w:expr) => {
                ($w >> 32) as u32 as usize
            };
        }
        macro_rules! flags {
            (i) => {
                op::operand_flags(pc)
            };
            ($w:expr) => {
                ($w >> 8) as u8
            };
        }
        // The running instruction's whole word.
        macro_rules! word {
            () => {
                *pc.sub(1)
            };
        }
        macro_rules! reg {
            ($n:expr) => {
                *regs.add($n)
            };
        }
        // Whether a word is a heap pointer, as two jumps (see `release!`).
        macro_rules! heap {
            ($word:expr) => {
                $word & 7 == 0 && {
                    own_jump();
                    $word != 0
                }
            };
        }
        // Releases a word that a register owned.
        macro_rules! release {
            ($word:expr) => {{
                let w = $word;
                if w & 7 == 0 {
                    // Two jumps that are nearly always predicted cost less than one on a joined condition.
                    own_jump();
                    if w != 0 {
                        ObjectHeader::release(w as *mut ObjectHeader);
                        if vm.heap.has_finalizers() {
                            (*frame).pc = pc;
                            crate::finalize::drain(vm);
                        }
                    }
                }
            }};
        }
        // Writes an owned word to a register; what was there is released.
        macro_rules! set {
            ($n:expr, $word:expr) => {{
                let at = regs.add($n);
                let old = *at;
                *at = $word;
                release!(old);
            }};
        }
        macro_rules! retain {
            ($word:expr) => {{
                let w = $word;
                if w & 7 == 0 {
                    own_jump();
                    if w != 0 {
                        (*(w as *const ObjectHeader)).retain();
                    }
                }
            }};
        }
        // Consumes killed operands.
        macro_rules! kill {
            ($flag:expr, $i:tt, $n:expr) => {
                if flags!($i) & $flag != 0 {
                    let w = reg!($n);
                    if w & 7 == 0 {
                        reg!($n) = 0;
                        release!(w);
                    }
                }
            };
        }
        macro_rules! code_start {
            () => {
                (*(*frame).code).payload.instrs.get().cast_const()
            };
        }
        macro_rules! goto {
            ($target:expr) => {
                pc = code_start!().add($target)
            };
        }
        macro_rules! cache {
            () => {
                (*(*frame).code).payload.cache_before(pc)
            };
        }

        'outer: loop {
            // Leaving this block means that an exception is pending.
            'raised: {
                'run: loop {
                    macro_rules! next {
                        () => {{
                            own_jump();
                            continue 'run;
                        }};
                    }
                    macro_rules! raise {
                        () => {
                            break 'raised
                        };
                    }
                    macro_rules! sync {
                        () => {
                            (*frame).pc = pc
                        };
                    }
                    // Calls a slow path that does the whole instruction.
                    macro_rules! slow {
                        ($call:expr) => {{
                            sync!();
                            if $call { next!() } else { raise!() }
                        }};
                    }
                    // As `slow!`, for what may set a trace function.
                    macro_rules! native {
                        ($call:expr) => {{
                            sync!();
                            if !$call {
                                raise!()
                            }
                            if !OBSERVED && crate::poll::wanted(vm) && observe::is_on(vm) {
                                machine.switch.set(frame);
                                return Err(taipan_object::Raised::assume_pending());
                            }
                            next!()
                        }};
                    }
                    macro_rules! reload {
                        () => {{
                            regs = (*frame).regs;
                            pc = (*frame).pc;
                        }};
                    }
                    // An exception that has this frame in its traceback goes on to the next handler.
                    macro_rules! reraise {
                        ($origin:expr) => {
                            match unwind::unwind_reraise(vm, frame, $origin) {
                                Unwound::Handler(f) => {
                                    if OBSERVED {
                                        observe::handled(vm, f);
                                    }
                                    frame = f;
                                    reload!();
                                    next!()
                                }
                                Unwound::Left => {
                                    return Err(taipan_object::Raised::assume_pending());
                                }
                            }
                        };
                    }
                    macro_rules! entered {
                        ($e:expr) => {
                            match $e {
                                Entered::Frame(f) => {
                                    frame = f;
                                    if !OBSERVED && observe::is_on(vm) {
                                        machine.switch.set(frame);
                                        return Err(taipan_object::Raised::assume_pending());
                                    }
                                    reload!();
                                    next!()
                                }
                                Entered::Done => next!(),
                                Entered::Raised => {
                                    // Compiled code may have gone on from where it was entered.
                                    pc = (*frame).pc;
                                    raise!()
                                }
                                Entered::Left => {
                                    return Err(taipan_object::Raised::assume_pending())
                                }
                                Entered::Observed => {
                                    frame = machine.current.get();
                                    if OBSERVED {
                                        reload!();
                                        next!()
                                    }
                                    machine.switch.set(frame);
                                    return Err(taipan_object::Raised::assume_pending());
                                }
                            }
                        };
                    }
                    macro_rules! int_op {
                        ($i:tt, $op:expr, |$x:ident, $y:ident| $int:expr, |$fx:ident, $fy:ident| $float:expr) => {{
                            let ($x, $y) = (reg!(b!($i)), reg!(c!($i)));
                            if $x & $y & 1 != 0 {
                                if let Some(w) = $int {
                                    set!(a!($i), w);
                                    next!()
                                }
                            } else if is_float($x) && is_float($y) {
                                let ($fx, $fy) = (as_float($x), as_float($y));
                                if let Some(w) = encoding::float($float) {
                                    set!(a!($i), w);
                                    next!()
                                }
                            }
                            slow!(slow::binary(vm, regs, word!(), $op))
                        }};
                    }
                    macro_rules! compare {
                    ($i:tt, $op:expr, $cmp:tt) => {{
                        let (x, y) = (reg!(b!($i)), reg!(c!($i)));
                        if x & y & 1 != 0 {
                            set!(a!($i), Value::bool((x as i64) $cmp (y as i64)).word());
                            next!()
                        } else if is_float(x) && is_float(y) {
                            set!(a!($i), Value::bool(as_float(x) $cmp as_float(y)).word());
                            next!()
                        }
                        slow!(slow::compare(vm, regs, word!(), $op))
                    }};
                }
                    // Jumps by operand c (or the EXT that follows) if `$cond`, else steps over EXT.
                    macro_rules! branch {
                        ($i:tt, $cond:expr) => {{
                            let taken = $cond;
                            let offset = c!($i) as u16;
                            if offset == EXTENDED {
                                let ext = *pc;
                                pc = pc.add(1);
                                if taken {
                                    goto!(bc!(ext));
                                }
                                next!()
                            }
                            if taken {
                                pc = pc.offset(offset as i16 as isize);
                                next!()
                            }
                            next!()
                        }};
                    }
                    macro_rules! compare_jump {
                    ($i:tt, $op:expr, $cmp:tt) => {{
                        let (x, y) = (reg!(a!($i)), reg!(b!($i)));
                        let sense = flags!($i) & IF_FALSE == 0;
                        if x & y & 1 != 0 { branch!($i, ((x as i64) $cmp (y as i64)) == sense) }
                        if is_float(x) && is_float(y) { branch!($i, (as_float(x) $cmp as_float(y)) == sense) }
                        sync!();
                        match slow::compare_jump(vm, regs, word!(), $op) {
                            Ok(holds) => branch!($i, holds == sense),
                            Err(_) => raise!(),
                        }
                    }};
                }
                    macro_rules! compare_imm_jump {
                    ($i:tt, $op:expr, $cmp:tt) => {{
                        let x = reg!(a!($i));
                        let sense = flags!($i) & IF_FALSE == 0;
                        let imm = b!($i) as u16 as i16 as i64;
                        if is_int(x) { branch!($i, (encoding::as_int(x) $cmp imm) == sense) }
                        sync!();
                        match slow::compare_imm_jump(vm, regs, word!(), $op, imm) {
                            Ok(holds) => branch!($i, holds == sense),
                            Err(_) => raise!(),
                        }
                    }};
                }
                    macro_rules! jump_if {
                        ($i:tt, $sense:expr) => {{
                            let x = reg!(a!($i));
                            let truth = match x {
                                encoding::TRUE => true,
                                encoding::FALSE | encoding::NONE => false,
                                _ if is_int(x) => x != encoding::INT_TAG,
                                _ => {
                                    sync!();
                                    match slow::truth(vm, regs, word!()) {
                                        Ok(t) => t,
                                        Err(_) => raise!(),
                                    }
                                }
                            };
                            if truth == $sense {
                                goto!(bc!($i));
                            }
                            next!()
                        }};
                    }

                    // A Python function whose arguments need no binding: its record is pushed here.
                    macro_rules! enter_plain {
                        ($callee:expr, $first:expr, $argc:expr) => {{
                            let word = reg!($callee);
                            if word & 7 == 0
                                && word != 0
                                && (*(word as *const ObjectHeader)).ty_ptr()
                                    == vm.types.function.as_ptr().cast_const()
                            {
                                let window = regs.add($first);
                                if let Some((new, start)) =
                                    call::enter_plain(vm, machine, frame, word, window, $argc)
                                {
                                    reg!($callee) = 0;
                                    (*frame).pc = pc;
                                    (*new).dest = a!(i) as u16;
                                    (*new).flags = if flags!(i) & DISCARD != 0 {
                                        DISCARD_RESULT
                                    } else {
                                        0
                                    };
                                    frame = new;
                                    regs = (*new).regs;
                                    pc = start;
                                    next!()
                                }
                            }
                        }};
                    }
                    // The way back from such a call.
                    macro_rules! return_plain {
                        ($word:expr) => {{
                            let w = $word;
                            let code = &(*(*frame).code).payload;
                            // What kinds of values come back: a digit for each kind of word.
                            let kind = (0x1214_1214u32 >> ((w & 7) * 4)) as u8 & 7;
                            code.return_kinds.set(code.return_kinds.get() | kind);
                            let flags = (*frame).flags;
                            if flags & !DISCARD_RESULT == 0 && (*frame).object == 0 {
                                let mut n = code.local_count as usize;
                                while n > 0 {
                                    n -= 1;
                                    let old = reg!(n);
                                    reg!(n) = 0;
                                    if old & 7 == 0 {
                                        own_jump();
                                        if old != 0 {
                                            ObjectHeader::release(old as *mut ObjectHeader);
                                        }
                                    }
                                }
                                let dest = (*frame).dest as usize;
                                let caller = (*frame).previous;
                                call::pop_plain(vm, machine, frame);
                                frame = caller;
                                regs = (*frame).regs;
                                pc = (*frame).pc;
                                let old = if flags != 0 {
                                    w
                                } else {
                                    let at = regs.add(dest);
                                    let old = *at;
                                    *at = w;
                                    old
                                };
                                if old & 7 == 0 {
                                    own_jump();
                                    if old != 0 {
                                        ObjectHeader::release(old as *mut ObjectHeader);
                                    }
                                }
                                if vm.heap.has_finalizers() {
                                    sync!();
                                    crate::finalize::drain(vm);
                                }
                                next!()
                            }
                        }};
                    }
                    // Any other return.
                    macro_rules! leave {
                        ($word:expr) => {{
                            let mut w = $word;
                            // Release the locals, last first; temporaries are dead.
                            let count = (*(*frame).code).payload.local_count as usize;
                            (*frame).pc = pc;
                            if (*frame).object != 0 {
                                frame::detach(Some(vm), &mut *frame);
                            }
                            for n in (0..count).rev() {
                                let old = reg!(n);
                                reg!(n) = 0;
                                if is_heap(old) {
                                    ObjectHeader::release(old as *mut ObjectHeader);
                                }
                            }
                            if vm.heap.has_finalizers() {
                                crate::finalize::drain(vm);
                            }
                            let flags = (*frame).flags;
                            let previous = (*frame).previous;
                            let dest = (*frame).dest as usize;
                            if flags & (GENERATOR | CONSTRUCTOR) != 0 {
                                if flags & GENERATOR != 0 {
                                    let by_loop = generator::returned(vm, frame);
                                    if flags & ENTRY != 0 {
                                        return Ok(Value::from_word(w));
                                    }
                                    frame = previous;
                                    reload!();
                                    // The loop or delegation in the caller ends.
                                    if by_loop {
                                        release!(w);
                                        let for_iter = *pc.sub(1);
                                        let it = reg!(b!(for_iter));
                                        reg!(b!(for_iter)) = 0;
                                        release!(it);
                                        branch!(for_iter, true)
                                    }
                                    let send = *pc.sub(1);
                                    set!(a!(send), w);
                                    kill!(KILL_B, send, b!(send));
                                    branch!(send, true)
                                }
                                w = match call::constructed(vm, frame, w) {
                                    Some(w) => w,
                                    None => {
                                        call::pop_record(vm, frame);
                                        if flags & ENTRY != 0 {
                                            return Err(taipan_object::Raised::assume_pending());
                                        }
                                        frame = previous;
                                        pc = (*frame).pc;
                                        raise!()
                                    }
                                };
                            }
                            call::pop_record(vm, frame);
                            if flags & ENTRY != 0 {
                                return Ok(Value::from_word(w));
                            }
                            frame = previous;
                            regs = (*frame).regs;
                            pc = (*frame).pc;
                            if flags & DISCARD_RESULT != 0 {
                                release!(w);
                            } else {
                                set!(dest, w);
                            }
                            next!()
                        }};
                    }

                    if OBSERVED {
                        match observe::before(vm, frame, pc) {
                            observe::Go::On => {}
                            observe::Go::Raised => {
                                pc = pc.add(1);
                                raise!()
                            }
                            observe::Go::Unobserved => {
                                sync!();
                                machine.switch.set(frame);
                                return Err(taipan_object::Raised::assume_pending());
                            }
                        }
                    }
                    let opcode = op::opcode_at(pc);
                    pc = pc.add(1);
                    match opcode {
                        NOP | EXT => next!(),

                        // ---- moving values
                        LOAD_CONST => {
                            let w = (*(*frame).consts.add(bc!(i))).word();
                            retain!(w);
                            set!(a!(i), w);
                            next!()
                        }
                        LOAD_SMALL_INT => {
                            set!(a!(i), ((bc!(i) as u32 as i32 as i64) << 1 | 1) as u64);
                            next!()
                        }
                        MOVE => {
                            let w = reg!(b!(i));
                            if flags!(i) & KILL_B != 0 {
                                reg!(b!(i)) = 0;
                            } else {
                                retain!(w);
                            }
                            set!(a!(i), w);
                            next!()
                        }
                        CHECK_FAST => {
                            if reg!(a!(i)) != 0 {
                                next!()
                            }
                            slow!(slow::unbound_local(vm, frame, a!(i)))
                        }
                        DELETE_FAST => {
                            let w = reg!(a!(i));
                            if w == 0 {
                                slow!(slow::unbound_local(vm, frame, a!(i)))
                            }
                            reg!(a!(i)) = 0;
                            release!(w);
                            next!()
                        }
                        LOAD_FAST_AND_CLEAR => {
                            let w = reg!(b!(i));
                            reg!(b!(i)) = 0;
                            set!(a!(i), w);
                            next!()
                        }
                        STORE_FAST_MAYBE_NULL => {
                            let w = reg!(b!(i));
                            reg!(b!(i)) = 0;
                            set!(a!(i), w);
                            next!()
                        }
                        PUSH_NULL => {
                            set!(a!(i), 0);
                            next!()
                        }
                        POP_TOP => {
                            let w = reg!(a!(i));
                            reg!(a!(i)) = 0;
                            release!(w);
                            next!()
                        }
                        LOAD_FAR => {
                            let from = bc!(i);
                            let w = reg!(from);
                            if w == 0 {
                                slow!(slow::unbound_local(vm, frame, from))
                            }
                            if from >= (*(*frame).code).payload.local_count as usize {
                                reg!(from) = 0;
                            } else {
                                retain!(w);
                            }
                            set!(a!(i), w);
                            next!()
                        }
                        STORE_FAR => {
                            let w = reg!(a!(i));
                            if flags!(i) & KILL_A != 0 {
                                reg!(a!(i)) = 0;
                            } else {
                                retain!(w);
                            }
                            set!(bc!(i), w);
                            next!()
                        }

                        // ---- cells, names, globals
                        MAKE_CELL => slow!(slow::make_cell(vm, regs, a!(i))),
                        LOAD_DEREF => {
                            let cell = reg!(b!(i)) as *const Object<PyCell>;
                            let w = *(&raw const (*cell).payload.value).cast::<u64>();
                            if w == 0 {
                                slow!(slow::unbound_cell(vm, frame, b!(i)))
                            }
                            retain!(w);
                            set!(a!(i), w);
                            next!()
                        }
                        STORE_DEREF => {
                            let w = reg!(a!(i));
                            if flags!(i) & KILL_A != 0 {
                                reg!(a!(i)) = 0;
                            } else {
                                retain!(w);
                            }
                            let cell = reg!(b!(i)) as *const Object<PyCell>;
                            let at = (&raw const (*cell).payload.value).cast::<u64>().cast_mut();
                            let old = at.replace(w);
                            release!(old);
                            next!()
                        }
                        DELETE_DEREF => {
                            let cell = reg!(b!(i)) as *const Object<PyCell>;
                            let at = (&raw const (*cell).payload.value).cast::<u64>().cast_mut();
                            let old = at.replace(0);
                            if old == 0 {
                                slow!(slow::unbound_cell(vm, frame, b!(i)))
                            }
                            release!(old);
                            next!()
                        }
                        LOAD_FROM_DICT_OR_DEREF => {
                            slow!(slow::load_from_dict_or_deref(vm, frame, regs, word!()))
                        }
                        LOAD_CLOSURE => {
                            let w = reg!(b!(i));
                            retain!(w);
                            set!(a!(i), w);
                            next!()
                        }
                        LOAD_GLOBAL => slow!(quicken::load_global(vm, frame, regs, word!())),
                        LOAD_GLOBAL_MODULE => {
                            let cache = &*cache!();
                            let globals = &(*(*frame).globals).payload;
                            if globals.keys_version() == cache.words[0] {
                                let w = globals.word_at(cache.words[1] as usize);
                                retain!(w);
                                set!(a!(i), w);
                                next!()
                            }
                            slow!(quicken::load_global(vm, frame, regs, word!()))
                        }
                        LOAD_GLOBAL_BUILTIN => {
                            let cache = &*cache!();
                            let builtins = &(*(*frame).builtins).payload;
                            if (*(*frame).globals).payload.keys_version() == cache.words[0]
                                && builtins.keys_version() == cache.words[2]
                            {
                                let w = builtins.word_at(cache.words[1] as usize);
                                retain!(w);
                                set!(a!(i), w);
                                next!()
                            }
                            slow!(quicken::load_global(vm, frame, regs, word!()))
                        }
                        STORE_GLOBAL => slow!(slow::store_global(vm, frame, regs, word!())),
                        DELETE_GLOBAL => slow!(slow::delete_global(vm, frame, word!())),
                        LOAD_NAME => slow!(slow::load_name(vm, frame, regs, word!())),
                        STORE_NAME => slow!(slow::store_name(vm, frame, regs, word!())),
                        DELETE_NAME => slow!(slow::delete_name(vm, frame, word!())),
                        LOAD_LOCALS => slow!(slow::load_locals(vm, frame, regs, word!())),
                        LOAD_FROM_DICT_OR_GLOBALS => {
                            slow!(slow::load_from_dict_or_globals(vm, frame, regs, word!()))
                        }
                        LOAD_BUILD_CLASS => slow!(slow::load_build_class(vm, frame, regs, word!())),
                        LOAD_COMMON_CONSTANT => {
                            slow!(slow::load_common_constant(vm, regs, word!()))
                        }
                        SETUP_ANNOTATIONS => slow!(slow::setup_annotations(vm, frame)),

                        // ---- operators
                        ADD => int_op!(
                            i,
                            BinOp::Add,
                            |x, y| (x as i64 - 1).checked_add(y as i64).map(|n| n as u64),
                            |fx, fy| fx + fy
                        ),
                        SUB => int_op!(
                            i,
                            BinOp::Sub,
                            |x, y| (x as i64).checked_sub(y as i64 - 1).map(|n| n as u64),
                            |fx, fy| fx - fy
                        ),
                        MUL => int_op!(
                            i,
                            BinOp::Mul,
                            |x, y| (x as i64 - 1)
                                .checked_mul(y as i64 >> 1)
                                .map(|n| n as u64 | 1),
                            |fx, fy| fx * fy
                        ),
                        MAT_MUL => slow!(slow::binary(vm, regs, word!(), BinOp::MatMul)),
                        DIV => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if is_float(x) && is_float(y) && as_float(y) != 0.0 {
                                if let Some(w) = encoding::float(as_float(x) / as_float(y)) {
                                    set!(a!(i), w);
                                    next!()
                                }
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::TrueDiv))
                        }
                        FLOOR_DIV => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 {
                                let (n, d) = (x as i64 >> 1, y as i64 >> 1);
                                if d > 0 {
                                    set!(a!(i), (n.div_euclid(d) << 1 | 1) as u64);
                                    next!()
                                }
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::FloorDiv))
                        }
                        MOD => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 {
                                let (n, d) = (x as i64 >> 1, y as i64 >> 1);
                                if d > 0 {
                                    set!(a!(i), (n.rem_euclid(d) << 1 | 1) as u64);
                                    next!()
                                }
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::Rem))
                        }
                        POW => slow!(slow::binary(vm, regs, word!(), BinOp::Pow)),
                        LSHIFT => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 && y >> 1 < 62 {
                                let (n, s) = (x as i64 >> 1, y >> 1);
                                if (n << s) >> s == n
                                    && let Some(w) = encoding::int(n << s)
                                {
                                    set!(a!(i), w);
                                    next!()
                                }
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::LShift))
                        }
                        RSHIFT => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 && y as i64 >= 0 {
                                set!(
                                    a!(i),
                                    (((x as i64 >> 1) >> (y >> 1).min(63)) << 1 | 1) as u64
                                );
                                next!()
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::RShift))
                        }
                        AND => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 {
                                set!(a!(i), x & y);
                                next!()
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::And))
                        }
                        OR => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 {
                                set!(a!(i), x | y);
                                next!()
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::Or))
                        }
                        XOR => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if x & y & 1 != 0 {
                                set!(a!(i), (x ^ y) | 1);
                                next!()
                            }
                            slow!(slow::binary(vm, regs, word!(), BinOp::Xor))
                        }
                        ADD_IMM => {
                            let x = reg!(b!(i));
                            let imm = c!(i) as u16 as i16 as i64;
                            if is_int(x)
                                && let Some(n) = (x as i64).checked_add(imm << 1)
                            {
                                set!(a!(i), n as u64);
                                next!()
                            }
                            slow!(slow::binary_imm(vm, regs, word!(), BinOp::Add, imm))
                        }
                        SUB_IMM => {
                            let x = reg!(b!(i));
                            let imm = c!(i) as u16 as i16 as i64;
                            if is_int(x)
                                && let Some(n) = (x as i64).checked_sub(imm << 1)
                            {
                                set!(a!(i), n as u64);
                                next!()
                            }
                            slow!(slow::binary_imm(vm, regs, word!(), BinOp::Sub, imm))
                        }
                        NEG => {
                            let x = reg!(b!(i));
                            if is_int(x)
                                && let Some(w) = encoding::int(-encoding::as_int(x))
                            {
                                set!(a!(i), w);
                                next!()
                            }
                            slow!(slow::unary(vm, regs, word!(), Vm::negative))
                        }
                        POS => slow!(slow::unary(vm, regs, word!(), Vm::positive)),
                        INVERT => slow!(slow::unary(vm, regs, word!(), Vm::invert)),
                        NOT => {
                            let x = reg!(b!(i));
                            match x {
                                encoding::TRUE => set!(a!(i), encoding::FALSE),
                                encoding::FALSE | encoding::NONE => set!(a!(i), encoding::TRUE),
                                _ => slow!(slow::not(vm, regs, word!())),
                            }
                            next!()
                        }
                        TO_BOOL => slow!(slow::to_bool(vm, regs, word!())),
                        CMP_LT => compare!(i, CmpOp::Lt, <),
                        CMP_LE => compare!(i, CmpOp::Le, <=),
                        CMP_EQ => compare!(i, CmpOp::Eq, ==),
                        CMP_NE => compare!(i, CmpOp::Ne, !=),
                        CMP_GT => compare!(i, CmpOp::Gt, >),
                        CMP_GE => compare!(i, CmpOp::Ge, >=),
                        IS | IS_NOT => {
                            let same = (reg!(b!(i)) == reg!(c!(i))) == (opcode == IS);
                            kill!(KILL_B, i, b!(i));
                            kill!(KILL_C, i, c!(i));
                            set!(a!(i), Value::bool(same).word());
                            next!()
                        }
                        CONTAINS => slow!(slow::contains(vm, regs, word!(), true)),
                        NOT_CONTAINS => slow!(slow::contains(vm, regs, word!(), false)),

                        // ---- jumps
                        JUMP_FORWARD | JUMP_NO_INTERRUPT => {
                            goto!(bc!(i));
                            next!()
                        }
                        JUMP_BACKWARD => {
                            goto!(bc!(i));
                            let code = &(*(*frame).code).payload;
                            let loops = code.loops.get().wrapping_add(1);
                            code.loops.set(loops);
                            if loops & crate::poll::MASK == 0
                                || vm.breaker.load(std::sync::atomic::Ordering::Relaxed) != 0
                            {
                                sync!();
                                entered!(crate::poll::back_edge(vm, frame, loops))
                            }
                            next!()
                        }
                        JUMP_IF_TRUE => jump_if!(i, true),
                        JUMP_IF_FALSE => jump_if!(i, false),
                        JUMP_IF_NONE => {
                            let is = reg!(a!(i)) == encoding::NONE;
                            kill!(KILL_A, i, a!(i));
                            if is {
                                goto!(bc!(i));
                            }
                            next!()
                        }
                        JUMP_IF_NOT_NONE => {
                            let is = reg!(a!(i)) == encoding::NONE;
                            kill!(KILL_A, i, a!(i));
                            if !is {
                                goto!(bc!(i));
                            }
                            next!()
                        }
                        JUMP_LT => compare_jump!(i, CmpOp::Lt, <),
                        JUMP_LE => compare_jump!(i, CmpOp::Le, <=),
                        JUMP_EQ => compare_jump!(i, CmpOp::Eq, ==),
                        JUMP_NE => compare_jump!(i, CmpOp::Ne, !=),
                        JUMP_GT => compare_jump!(i, CmpOp::Gt, >),
                        JUMP_GE => compare_jump!(i, CmpOp::Ge, >=),
                        JUMP_LT_IMM => compare_imm_jump!(i, CmpOp::Lt, <),
                        JUMP_LE_IMM => compare_imm_jump!(i, CmpOp::Le, <=),
                        JUMP_EQ_IMM => compare_imm_jump!(i, CmpOp::Eq, ==),
                        JUMP_NE_IMM => compare_imm_jump!(i, CmpOp::Ne, !=),
                        JUMP_GT_IMM => compare_imm_jump!(i, CmpOp::Gt, >),
                        JUMP_GE_IMM => compare_imm_jump!(i, CmpOp::Ge, >=),
                        JUMP_IS => {
                            let same = reg!(a!(i)) == reg!(b!(i));
                            kill!(KILL_A, i, a!(i));
                            kill!(KILL_B, i, b!(i));
                            branch!(i, same == (flags!(i) & IF_FALSE == 0))
                        }
                        JUMP_IN => {
                            if let Some(holds) = fast::set_has_int(vm, reg!(b!(i)), reg!(a!(i))) {
                                kill!(KILL_B, i, b!(i));
                                branch!(i, holds == (flags!(i) & IF_FALSE == 0))
                            }
                            sync!();
                            match slow::contains_jump(vm, regs, word!()) {
                                Ok(holds) => branch!(i, holds == (flags!(i) & IF_FALSE == 0)),
                                Err(_) => raise!(),
                            }
                        }

                        // ---- attributes and items
                        LOAD_ATTR => slow!(quicken::load_attr(vm, frame, regs, word!())),
                        LOAD_ATTR_SLOT => {
                            let x = reg!(b!(i));
                            if heap!(x) {
                                let cache = &*cache!();
                                let header = &*(x as *const ObjectHeader);
                                let ty = &(*header.ty_ptr()).payload;
                                if ty.version.get() == cache.words[0] {
                                    let part = &*(x as *const u8)
                                        .add(ty.instance_offset as usize)
                                        .cast::<InstancePart>();
                                    if part.shape.get() == cache.words[1] as *const Shape {
                                        let w = *(x as *const u8)
                                            .add(cache.words[2] as usize)
                                            .cast::<u64>();
                                        if w != 0 {
                                            retain!(w);
                                            kill!(KILL_B, i, b!(i));
                                            set!(a!(i), w);
                                            next!()
                                        }
                                    }
                                }
                            }
                            slow!(quicken::load_attr(vm, frame, regs, word!()))
                        }
                        LOAD_ATTR_MODULE => {
                            let x = reg!(b!(i));
                            if heap!(x) {
                                let cache = &*cache!();
                                let header = &*(x as *const ObjectHeader);
                                if header.ty_ptr() == vm.types.module.as_ptr().cast_const() {
                                    let dict =
                                        &(*(x as *const Object<taipan_object::module::Module>))
                                            .payload
                                            .dict;
                                    if dict.keys_version() == cache.words[0] {
                                        let w = dict.word_at(cache.words[1] as usize);
                                        retain!(w);
                                        kill!(KILL_B, i, b!(i));
                                        set!(a!(i), w);
                                        next!()
                                    }
                                }
                            }
                            slow!(quicken::load_attr(vm, frame, regs, word!()))
                        }
                        LOAD_ATTR_CLASS => {
                            // A plain value found in the class of an object whose own shape does not have the name.
                            let x = reg!(b!(i));
                            if heap!(x) {
                                let cache = &*cache!();
                                let header = &*(x as *const ObjectHeader);
                                let ty = &(*header.ty_ptr()).payload;
                                if ty.version.get() == cache.words[0]
                                    && (cache.words[1] == 0
                                        || (*(x as *const u8)
                                            .add(ty.instance_offset as usize)
                                            .cast::<InstancePart>())
                                        .shape
                                        .get()
                                            == cache.words[1] as *const Shape)
                                {
                                    let w = cache.words[2];
                                    retain!(w);
                                    kill!(KILL_B, i, b!(i));
                                    set!(a!(i), w);
                                    next!()
                                }
                            }
                            slow!(quicken::load_attr(vm, frame, regs, word!()))
                        }
                        LOAD_ATTR_TYPE => {
                            let x = reg!(b!(i));
                            let cache = &*cache!();
                            if x == cache.words[1] && class_has_version(vm, x, cache.words[0]) {
                                let w = cache.words[2];
                                retain!(w);
                                kill!(KILL_B, i, b!(i));
                                set!(a!(i), w);
                                next!()
                            }
                            slow!(quicken::load_attr(vm, frame, regs, word!()))
                        }
                        LOAD_ATTR_POLY => {
                            let x = reg!(b!(i));
                            if heap!(x)
                                && let Some(entry) = Poly::find(&*cache!(), Value::borrow_word(&x))
                            {
                                let w = if entry.words[3] != 0 {
                                    entry.words[2]
                                } else {
                                    *(x as *const u8).add(entry.words[2] as usize).cast::<u64>()
                                };
                                if w != 0 {
                                    retain!(w);
                                    kill!(KILL_B, i, b!(i));
                                    set!(a!(i), w);
                                    next!()
                                }
                            }
                            slow!(quicken::load_attr(vm, frame, regs, word!()))
                        }
                        LOAD_ATTR_MEGA => {
                            sync!();
                            if let Some((new, start)) =
                                call::enter_property(vm, machine, frame, regs, word!())
                            {
                                frame = new;
                                regs = (*new).regs;
                                pc = start;
                                next!()
                            }
                            slow!(quicken::load_attr(vm, frame, regs, word!()))
                        }
                        STORE_ATTR => slow!(quicken::store_attr(vm, frame, regs, word!())),
                        STORE_ATTR_SLOT => {
                            let x = reg!(a!(i));
                            if heap!(x) {
                                let cache = &*cache!();
                                let header = &*(x as *const ObjectHeader);
                                let ty = &(*header.ty_ptr()).payload;
                                if ty.version.get() == cache.words[0] {
                                    let part = &*(x as *const u8)
                                        .add(ty.instance_offset as usize)
                                        .cast::<InstancePart>();
                                    if part.shape.get() == cache.words[1] as *const Shape {
                                        let at = (x as *mut u8)
                                            .add(cache.words[2] as usize)
                                            .cast::<u64>();
                                        let w = reg!(b!(i));
                                        if flags!(i) & KILL_B != 0 {
                                            reg!(b!(i)) = 0;
                                        } else {
                                            retain!(w);
                                        }
                                        let old = at.replace(w);
                                        release!(old);
                                        kill!(KILL_A, i, a!(i));
                                        next!()
                                    }
                                }
                            }
                            slow!(quicken::store_attr(vm, frame, regs, word!()))
                        }
                        STORE_ATTR_ADD => {
                            let x = reg!(a!(i));
                            if heap!(x) {
                                let cache = &*cache!();
                                let header = &*(x as *const ObjectHeader);
                                let ty = &(*header.ty_ptr()).payload;
                                if ty.version.get() == cache.words[0] {
                                    let part = &*(x as *const u8)
                                        .add(ty.instance_offset as usize)
                                        .cast::<InstancePart>();
                                    if part.shape.get() == cache.words[1] as *const Shape {
                                        let next = &*(cache.words[2] as *const Shape);
                                        let w = reg!(b!(i));
                                        if flags!(i) & KILL_B != 0 {
                                            reg!(b!(i)) = 0;
                                        } else {
                                            retain!(w);
                                        }
                                        part.shape.set(next);
                                        (x as *mut u8)
                                            .add(cache.words[3] as usize)
                                            .cast::<u64>()
                                            .write(w);
                                        kill!(KILL_A, i, a!(i));
                                        next!()
                                    }
                                }
                            }
                            slow!(quicken::store_attr(vm, frame, regs, word!()))
                        }
                        STORE_ATTR_POLY => {
                            let x = reg!(a!(i));
                            if heap!(x)
                                && let Some(entry) = Poly::find(&*cache!(), Value::borrow_word(&x))
                            {
                                let w = reg!(b!(i));
                                if flags!(i) & KILL_B != 0 {
                                    reg!(b!(i)) = 0;
                                } else {
                                    retain!(w);
                                }
                                if entry.words[2] != 0 {
                                    let ty = &(*(*(x as *const ObjectHeader)).ty_ptr()).payload;
                                    let part = &*(x as *const u8)
                                        .add(ty.instance_offset as usize)
                                        .cast::<InstancePart>();
                                    part.shape.set(entry.words[2] as *const Shape);
                                }
                                // The slot of a new attribute is empty.
                                let at = (x as *mut u8).add(entry.words[3] as usize).cast::<u64>();
                                let old = at.replace(w);
                                release!(old);
                                kill!(KILL_A, i, a!(i));
                                next!()
                            }
                            slow!(quicken::store_attr(vm, frame, regs, word!()))
                        }
                        STORE_ATTR_MEGA => slow!(quicken::store_attr(vm, frame, regs, word!())),
                        DELETE_ATTR => slow!(slow::delete_attr(vm, frame, regs, word!())),
                        LOAD_METHOD => slow!(quicken::load_method(vm, frame, regs, word!())),
                        LOAD_METHOD_CACHED => {
                            let x = reg!(b!(i));
                            let ty = vm.type_of(Value::borrow_word(&x));
                            let cache = &*cache!();
                            if ty.version.get() == cache.words[0]
                                && (cache.words[1] == 0
                                    || (*(x as *const u8)
                                        .add(ty.instance_offset as usize)
                                        .cast::<InstancePart>())
                                    .shape
                                    .get()
                                        == cache.words[1] as *const Shape)
                            {
                                let w = cache.words[2];
                                retain!(w);
                                if flags!(i) & KILL_B != 0 {
                                    reg!(b!(i)) = 0;
                                } else {
                                    retain!(x);
                                }
                                set!(a!(i), w);
                                set!(a!(i) + 1, x);
                                next!()
                            }
                            slow!(quicken::load_method(vm, frame, regs, word!()))
                        }
                        LOAD_METHOD_MODULE => {
                            let x = reg!(b!(i));
                            if heap!(x) {
                                let cache = &*cache!();
                                let header = &*(x as *const ObjectHeader);
                                if header.ty_ptr() == vm.types.module.as_ptr().cast_const() {
                                    let dict =
                                        &(*(x as *const Object<taipan_object::module::Module>))
                                            .payload
                                            .dict;
                                    if dict.keys_version() == cache.words[0] {
                                        let w = dict.word_at(cache.words[1] as usize);
                                        retain!(w);
                                        kill!(KILL_B, i, b!(i));
                                        set!(a!(i), w);
                                        set!(a!(i) + 1, 0);
                                        next!()
                                    }
                                }
                            }
                            slow!(quicken::load_method(vm, frame, regs, word!()))
                        }
                        LOAD_METHOD_TYPE => {
                            let x = reg!(b!(i));
                            let cache = &*cache!();
                            if x == cache.words[1] && class_has_version(vm, x, cache.words[0]) {
                                let w = cache.words[2];
                                retain!(w);
                                kill!(KILL_B, i, b!(i));
                                set!(a!(i), w);
                                set!(a!(i) + 1, 0);
                                next!()
                            }
                            slow!(quicken::load_method(vm, frame, regs, word!()))
                        }
                        LOAD_METHOD_POLY => {
                            let x = reg!(b!(i));
                            if heap!(x)
                                && let Some(entry) = Poly::find(&*cache!(), Value::borrow_word(&x))
                            {
                                let w = entry.words[2];
                                (*(w as *const ObjectHeader)).retain();
                                if flags!(i) & KILL_B != 0 {
                                    reg!(b!(i)) = 0;
                                } else {
                                    (*(x as *const ObjectHeader)).retain();
                                }
                                set!(a!(i), w);
                                set!(a!(i) + 1, x);
                                next!()
                            }
                            slow!(quicken::load_method(vm, frame, regs, word!()))
                        }
                        LOAD_METHOD_MEGA => slow!(quicken::load_method(vm, frame, regs, word!())),
                        LOAD_SUPER_ATTR => slow!(slow::load_super_attr(vm, frame, regs, word!())),
                        LOAD_SUPER_METHOD => {
                            slow!(slow::load_super_method(vm, frame, regs, word!()))
                        }
                        LOAD_SPECIAL => slow!(slow::load_special(vm, regs, word!())),
                        LOAD_SUBSCR => {
                            let (x, y) = (reg!(b!(i)), reg!(c!(i)));
                            if is_int(y) && is_heap(x) {
                                if let Some(w) = iterate::index_fast(vm, x, encoding::as_int(y)) {
                                    retain!(w);
                                    kill!(KILL_B, i, b!(i));
                                    set!(a!(i), w);
                                    next!()
                                }
                            }
                            if heap!(x)
                                && (*(*(x as *const ObjectHeader)).ty_ptr())
                                    .payload
                                    .has(TypeFlags::HEAP)
                                && let Some((new, start)) =
                                    call::enter_getitem(vm, machine, frame, regs, word!())
                            {
                                (*frame).pc = pc;
                                frame = new;
                                regs = (*new).regs;
                                pc = start;
                                next!()
                            }
                            slow!(slow::load_subscr(vm, regs, word!()))
                        }
                        STORE_SUBSCR => {
                            let (x, y) = (reg!(a!(i)), reg!(b!(i)));
                            if is_int(y) && is_heap(x) {
                                if let Some(at) = iterate::list_place(vm, x, encoding::as_int(y)) {
                                    let w = reg!(c!(i));
                                    if flags!(i) & KILL_C != 0 {
                                        reg!(c!(i)) = 0;
                                    } else {
                                        retain!(w);
                                    }
                                    let old = at.replace(w);
                                    release!(old);
                                    kill!(KILL_A, i, a!(i));
                                    next!()
                                }
                            }
                            slow!(slow::store_subscr(vm, regs, word!()))
                        }
                        DELETE_SUBSCR => slow!(slow::delete_subscr(vm, regs, word!())),
                        LOAD_SLICE => slow!(slow::load_slice(vm, regs, word!())),
                        STORE_SLICE => slow!(slow::store_slice(vm, regs, word!())),

                        // ---- building
                        BUILD_TUPLE => slow!(slow::build_tuple(vm, regs, word!())),
                        BUILD_LIST => slow!(slow::build_list(vm, regs, word!())),
                        BUILD_SET => slow!(slow::build_set(vm, regs, word!())),
                        BUILD_MAP => slow!(slow::build_map(vm, regs, word!())),
                        BUILD_STRING => slow!(slow::build_string(vm, regs, word!())),
                        BUILD_SLICE => slow!(slow::build_slice(vm, regs, word!())),
                        BUILD_INTERPOLATION => slow!(slow::build_interpolation(vm, regs, word!())),
                        BUILD_TEMPLATE => slow!(slow::build_template(vm, regs, word!())),
                        LIST_APPEND => slow!(slow::list_append(vm, regs, word!())),
                        LIST_EXTEND => slow!(slow::list_extend(vm, regs, word!())),
                        LIST_TO_TUPLE => slow!(slow::list_to_tuple(vm, regs, word!())),
                        SET_ADD => slow!(slow::set_add(vm, regs, word!())),
                        SET_UPDATE => slow!(slow::set_update(vm, regs, word!())),
                        MAP_ADD => slow!(slow::map_add(vm, regs, word!())),
                        DICT_UPDATE => slow!(slow::dict_update(vm, regs, word!())),
                        DICT_MERGE => slow!(slow::dict_merge(vm, regs, word!())),
                        UNPACK_SEQUENCE => slow!(slow::unpack_sequence(vm, regs, word!())),
                        UNPACK_EX => {
                            let (word, ext) = (word!(), *pc);
                            if c!(i) as u16 == EXTENDED {
                                pc = pc.add(1);
                            }
                            slow!(slow::unpack_ex(vm, regs, word, ext))
                        }
                        CONVERT_VALUE => slow!(slow::convert_value(vm, regs, word!())),
                        FORMAT_SIMPLE => slow!(slow::format_simple(vm, regs, word!())),
                        FORMAT_WITH_SPEC => slow!(slow::format_with_spec(vm, regs, word!())),

                        // ---- calls and functions
                        CALL => {
                            let base = b!(i);
                            enter_plain!(base, base + 1, c!(i));
                            sync!();
                            if is_native(reg!(base), vm.types.builtin_function.as_ptr()) {
                                native!(call::call_native(vm, regs, word!(), base, base + 1, c!(i)))
                            }
                            entered!(call::call(
                                vm,
                                frame,
                                regs,
                                word!(),
                                base,
                                base + 1,
                                c!(i),
                                0
                            ))
                        }
                        CALL_METHOD => {
                            let base = b!(i);
                            let bound = usize::from(reg!(base + 1) != 0);
                            enter_plain!(base, base + 2 - bound, c!(i) + bound);
                            sync!();
                            if is_native(reg!(base), vm.types.method_descriptor.as_ptr())
                                && bound != 0
                            {
                                native!(call::call_method_descriptor(
                                    vm,
                                    regs,
                                    word!(),
                                    base,
                                    c!(i) + 1
                                ))
                            }
                            entered!(call::call(
                                vm,
                                frame,
                                regs,
                                word!(),
                                base,
                                base + 2 - bound,
                                c!(i) + bound,
                                0
                            ))
                        }
                        CALL_KW => {
                            sync!();
                            entered!(call::call_kw(
                                vm,
                                frame,
                                regs,
                                word!(),
                                b!(i),
                                b!(i) + 1,
                                c!(i),
                                0
                            ))
                        }
                        CALL_METHOD_KW => {
                            sync!();
                            let base = b!(i);
                            if reg!(base + 1) == 0 {
                                entered!(call::call_kw(
                                    vm,
                                    frame,
                                    regs,
                                    word!(),
                                    base,
                                    base + 2,
                                    c!(i),
                                    0
                                ))
                            }
                            entered!(call::call_kw(
                                vm,
                                frame,
                                regs,
                                word!(),
                                base,
                                base + 1,
                                c!(i) + 1,
                                0
                            ))
                        }
                        CALL_EX => {
                            sync!();
                            entered!(call::call_ex(vm, frame, regs, word!()))
                        }
                        CALL_INTRINSIC1 => slow!(slow::intrinsic1(vm, frame, regs, word!())),
                        CALL_INTRINSIC2 => slow!(slow::intrinsic2(vm, frame, regs, word!())),
                        MAKE_FUNCTION => slow!(slow::make_function(vm, frame, regs, word!())),
                        SET_FUNCTION_ATTRIBUTE => {
                            slow!(slow::set_function_attribute(vm, regs, word!()))
                        }
                        RETURN_VALUE => {
                            let w = reg!(a!(i));
                            reg!(a!(i)) = 0;
                            return_plain!(w);
                            leave!(w)
                        }
                        RETURN_CONST => {
                            let w = (*(*frame).consts.add(bc!(i))).word();
                            retain!(w);
                            return_plain!(w);
                            leave!(w)
                        }
                        // ---- iteration, generators, coroutines
                        GET_ITER => slow!(slow::get_iter(vm, regs, word!())),
                        FOR_ITER => {
                            let it = reg!(b!(i));
                            if !is_heap(it) {
                                slow!(slow::not_an_iterator(vm, it))
                            }
                            let ty = (*(it as *const ObjectHeader)).ty_ptr();
                            if ty == vm.types.range_iterator.as_ptr().cast_const() {
                                match iterate::range_next(it) {
                                    Some(w) => {
                                        set!(a!(i), w);
                                        if c!(i) as u16 == EXTENDED {
                                            pc = pc.add(1);
                                        }
                                        next!()
                                    }
                                    None => {
                                        reg!(b!(i)) = 0;
                                        release!(it);
                                        branch!(i, true)
                                    }
                                }
                            }
                            if ty == vm.types.list_iterator.as_ptr().cast_const() {
                                if let Some(w) = iterate::list_next(it) {
                                    set!(a!(i), w);
                                    if c!(i) as u16 == EXTENDED {
                                        pc = pc.add(1);
                                    }
                                    next!()
                                }
                            } else if ty == vm.types.tuple_iterator.as_ptr().cast_const() {
                                if let Some(w) = iterate::tuple_next(it) {
                                    set!(a!(i), w);
                                    if c!(i) as u16 == EXTENDED {
                                        pc = pc.add(1);
                                    }
                                    next!()
                                }
                            } else if ty == vm.types.str_iterator.as_ptr().cast_const() {
                                if let Some(w) = iterate::str_next(vm, it) {
                                    set!(a!(i), w);
                                    if c!(i) as u16 == EXTENDED {
                                        pc = pc.add(1);
                                    }
                                    next!()
                                }
                            } else if ty == vm.types.generator.as_ptr().cast_const()
                                && (OBSERVED || !generator::is_compiled(it))
                            {
                                sync!();
                                if let Some(f) =
                                    generator::enter_inline(vm, frame, it, Value::NONE, true)
                                {
                                    frame = f;
                                    reload!();
                                    next!()
                                }
                            }
                            sync!();
                            match if OBSERVED {
                                slow::loop_step::<false>(vm, regs, word!(), pc)
                            } else {
                                slow::loop_step::<true>(vm, regs, word!(), pc)
                            } {
                                Ok(slow::Step::Item) => {
                                    if c!(i) as u16 == EXTENDED {
                                        pc = pc.add(1);
                                    }
                                    next!()
                                }
                                Ok(slow::Step::Pair) => {
                                    // The instruction that unpacks is done too.
                                    if c!(i) as u16 == EXTENDED {
                                        pc = pc.add(1);
                                    }
                                    pc = pc.add(1);
                                    next!()
                                }
                                Ok(slow::Step::End) => branch!(i, true),
                                Err(_) => raise!(),
                            }
                        }
                        YIELD_VALUE => {
                            let w = reg!(b!(i));
                            if flags!(i) & KILL_B != 0 {
                                reg!(b!(i)) = 0;
                            } else {
                                retain!(w);
                            }
                            sync!();
                            let flags = (*frame).flags;
                            let previous = (*frame).previous;
                            let by_loop = generator::suspended(vm, frame);
                            if flags & ENTRY != 0 {
                                return Ok(Value::from_word(w));
                            }
                            frame = previous;
                            reload!();
                            // FOR_ITER and SEND both put the value into their first operand.
                            let resumed = *pc.sub(1);
                            set!(a!(resumed), w);
                            let _ = by_loop;
                            if c!(resumed) as u16 == EXTENDED {
                                pc = pc.add(1);
                            }
                            next!()
                        }
                        GET_YIELD_FROM_ITER => {
                            slow!(slow::get_yield_from_iter(vm, frame, regs, word!()))
                        }
                        SEND => {
                            let it = reg!(b!(i));
                            if is_heap(it)
                                && generator::is_inline_sendable(vm, it)
                                && (OBSERVED || !generator::is_compiled(it))
                            {
                                sync!();
                                let value = Value::borrow_word(&reg!(a!(i))).clone();
                                if let Some(f) =
                                    generator::enter_inline(vm, frame, it, value, false)
                                {
                                    frame = f;
                                    reload!();
                                    next!()
                                }
                            }
                            sync!();
                            match slow::send(vm, regs, word!()) {
                                Ok(true) => {
                                    if c!(i) as u16 == EXTENDED {
                                        pc = pc.add(1);
                                    }
                                    next!()
                                }
                                Ok(false) => branch!(i, true),
                                Err(_) => raise!(),
                            }
                        }
                        CLEANUP_THROW => {
                            sync!();
                            if slow::cleanup_throw(vm, regs, word!()).is_ok() {
                                branch!(i, true)
                            } else {
                                // The exception went through here when it was raised.
                                reraise!(None)
                            }
                        }
                        GET_AWAITABLE => slow!(slow::get_awaitable(vm, frame, regs, word!())),
                        GET_AITER => slow!(slow::get_aiter(vm, regs, word!())),
                        GET_ANEXT => slow!(slow::get_anext(vm, regs, word!())),
                        END_ASYNC_FOR => {
                            sync!();
                            if slow::end_async_for(vm, regs, word!()) {
                                next!()
                            } else {
                                reraise!(None)
                            }
                        }

                        // ---- exceptions, with
                        RAISE_VARARGS => {
                            sync!();
                            if !slow::raise_varargs(vm, regs, word!()) {
                                raise!()
                            }
                            // A bare `raise` adds nothing to the traceback.
                            reraise!(None)
                        }
                        PUSH_EXC_INFO => {
                            let w = reg!(b!(i));
                            if flags!(i) & KILL_B != 0 {
                                reg!(b!(i)) = 0;
                            } else {
                                retain!(w);
                            }
                            let item = vm.handled_item();
                            let old = item
                                .value
                                .replace(Some(Value::from_word(w)))
                                .unwrap_or(Value::NONE);
                            set!(a!(i), old.into_word());
                            next!()
                        }
                        POP_EXCEPT => {
                            let w = reg!(a!(i));
                            if flags!(i) & KILL_A != 0 {
                                reg!(a!(i)) = 0;
                            } else {
                                retain!(w);
                            }
                            let old = vm.handled_item().value.replace(Some(Value::from_word(w)));
                            if let Some(old) = old {
                                release!(old.into_word());
                            }
                            next!()
                        }
                        RERAISE => {
                            // Where the exception was first raised, as an instruction's index.
                            let origin = match b!(i) as u16 {
                                NO_REG => None,
                                n => {
                                    let at = reg!(n as usize);
                                    is_int(at).then(|| encoding::as_int(at) as u32)
                                }
                            };
                            sync!();
                            slow::reraise(vm, regs, word!());
                            reraise!(origin)
                        }
                        CHECK_EXC_MATCH => slow!(slow::check_exc_match(vm, regs, word!())),
                        CHECK_EG_MATCH => slow!(slow::check_eg_match(vm, regs, word!())),
                        WITH_EXCEPT_START => slow!(slow::with_except_start(vm, regs, word!())),

                        // ---- matching
                        GET_LEN => slow!(slow::get_len(vm, regs, word!())),
                        MATCH_MAPPING => slow!(slow::match_kind(
                            vm,
                            regs,
                            word!(),
                            taipan_object::ty::TypeFlags::MAPPING
                        )),
                        MATCH_SEQUENCE => slow!(slow::match_kind(
                            vm,
                            regs,
                            word!(),
                            taipan_object::ty::TypeFlags::SEQUENCE
                        )),
                        MATCH_KEYS => slow!(slow::match_keys(vm, regs, word!())),
                        MATCH_CLASS => slow!(slow::match_class(vm, regs, word!())),

                        // ---- import
                        IMPORT_NAME => slow!(slow::import_name(vm, frame, regs, word!())),
                        IMPORT_FROM => slow!(slow::import_from(vm, frame, regs, word!())),

                        STORE_GLOBAL_CACHED => {
                            let cache = &*cache!();
                            let globals = &(*(*frame).globals).payload;
                            if globals.keys_version() == cache.words[0]
                                && globals.flags.get() & taipan_object::dict::WATCHED == 0
                            {
                                let w = reg!(a!(i));
                                if flags!(i) & KILL_A != 0 {
                                    reg!(a!(i)) = 0;
                                } else {
                                    retain!(w);
                                }
                                let old = globals.replace_word_at(cache.words[1] as usize, w);
                                release!(old);
                                next!()
                            }
                            slow!(slow::store_global(vm, frame, regs, word!()))
                        }
                        // SAFETY: the verifier lets no other byte through, and quickening writes none.
                        _ => std::hint::unreachable_unchecked(),
                    }
                }
            }
            // An exception is pending and `frame` raised it.
            (*frame).pc = pc;
            if OBSERVED {
                observe::raised(vm, frame);
            }
            match unwind::unwind(vm, frame) {
                Unwound::Handler(f) => {
                    if OBSERVED {
                        observe::handled(vm, f);
                    }
                    frame = f;
                    regs = (*frame).regs;
                    pc = (*frame).pc;
                    continue 'outer;
                }
                Unwound::Left => return Err(taipan_object::Raised::assume_pending()),
            }
        }
    }
}

const _: fn(Instr) -> u64 = |i| i.0;
const _: fn(&Generator) = |_| ();

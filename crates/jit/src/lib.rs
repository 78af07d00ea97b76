//! Machine code for the hot parts of programs.
//!
//! The pipeline: bytecode and what the interpreter learnt ([`build`]) -> HIR
//! ([`hir`], checked by [`verify`]) -> Cranelift -> executable memory. Functions are
//! compiled when they are called often, loops when they run long; the machine
//! enters compiled code through [`taipan_vm::jit::Hooks`]. Whatever compiled code
//! does not expect it leaves to the interpreter at an exact instruction.

pub mod build;
mod disasm;
mod dump;
pub mod hir;
mod leave;
pub mod lower;
pub mod passes;
mod perf;
pub mod profile;
pub mod report;
mod routines;
pub mod runtime;
pub mod verify;

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cranelift_codegen::isa::OwnedTargetIsa;
use taipan_compiler::opcode::Instr;
use taipan_host::memory::CodeBlock;
use taipan_object::Vm;
use taipan_object::hostile::limit32;
use taipan_object::value::encoding;
use taipan_vm::call::{CompiledEntry, RAISED};
use taipan_vm::code::PyCode;
use taipan_vm::frame::{Frame, GENERATOR};
use taipan_vm::jit::{Hooks, Mode, StateHead};
use taipan_vm::machine::Machine;

use crate::profile::{Kind, Profile};

/// So many calls make a function worth the time that it takes to compile.
const HOT_CALLS: u32 = limit32(192, 6);
/// How often an exit is taken before its guess is given up.
const EXIT_LIMIT: u32 = limit32(40, 3);
/// How often a function is compiled at most.
const MAX_ATTEMPTS: u32 = limit32(40, 6);
/// Where payloads lie in their objects.
const CODE_PAYLOAD: usize = 16;
/// After so many results of helpers a function is compiled again with what they tell.
const LEARN_LIMIT: u32 = limit32(400, 10);

/// The hooks to install in a machine.
pub static HOOKS: Hooks = Hooks {
    function_hot,
    loop_hot,
};

/// One compiled body: a function from its start, or a loop from its header.
struct Compiled {
    _memory: CodeBlock,
    entry: CompiledEntry,
    counters: Rc<[Cell<u32>]>,
    exits: Vec<hir::Exit>,
    /// Forms of instructions that the code relies on: code object, instruction.
    forms: Vec<(u64, u32, profile::Seen)>,
    /// Records of inlined calls, which the code refers to.
    _frames: Box<[hir::InlineFrame]>,
    _records: Box<[leave::Record]>,
    keep: Vec<taipan_object::Value>,
}

/// What the JIT keeps for a code object, which owns it.
#[repr(C)]
struct CodeState {
    head: StateHead,
    bodies: Bodies,
}

/// See [`CodeState`].
#[derive(Default)]
struct Bodies {
    profile: Profile,
    function: Option<Compiled>,
    loops: HashMap<u32, Option<Compiled>>,
    attempts: u32,
    refused: bool,
    /// Not 0: what runs is to be given up at the next chance. Compiled code polls it.
    stale: Cell<u32>,
    /// Results of helpers have been noted enough.
    learnt: bool,
    /// Bodies that are out of use but may still be running.
    retired: Vec<Compiled>,
}

/// What happened, for `-X jit-stats`.
#[derive(Default, Debug, Clone, Copy)]
pub struct Stats {
    pub functions: u32,
    pub loops: u32,
    pub refused: u32,
    pub recompiled: u32,
    pub code_bytes: usize,
    /// Time spent on building, and on making machine code.
    pub building: Duration,
    pub lowering: Duration,
}

thread_local! {
    static ISA: Option<OwnedTargetIsa> = lower::isa();
    static STATS: Cell<Stats> = Cell::default();
}

/// `TAIPAN_JIT_EXITS=N`: guards until the next one that fails, and N. Code that a thread
/// has compiled outlives it, so that this belongs to no thread.
static FAILING: LazyLock<Option<(AtomicU32, u32)>> = LazyLock::new(|| {
    let n = taipan_host::env::var("TAIPAN_JIT_EXITS")?;
    let n = String::from_utf8_lossy(&n).parse().ok()?;
    (n > 0).then(|| (AtomicU32::new(n), n))
});

/// `TAIPAN_JIT_LIMIT=N`: only the first N bodies are compiled; halving N finds the body that goes wrong.
static LEFT: LazyLock<Option<AtomicI64>> = LazyLock::new(|| {
    let n = taipan_host::env::var("TAIPAN_JIT_LIMIT")?;
    String::from_utf8_lossy(&n).parse().ok().map(AtomicI64::new)
});

/// This thread's figures.
pub fn stats() -> Stats {
    STATS.with(|s| s.get())
}

fn count(f: impl FnOnce(&mut Stats)) {
    STATS.with(|s| {
        let mut stats = s.get();
        f(&mut stats);
        s.set(stats);
    });
}

#[expect(
    clippy::mut_from_ref,
    reason = "one state a code object, only reached from its interpreter's running thread"
)]
fn state(code: &PyCode) -> &mut Bodies {
    let mut p = code.jit_state.get().cast::<CodeState>();
    if p.is_null() {
        p = Box::into_raw(Box::new(CodeState {
            head: StateHead {
                free: free_state,
                traverse: traverse_state,
                clear: clear_state,
            },
            bodies: Bodies::default(),
        }));
        code.jit_state.set(p.cast());
    }
    // SAFETY: made above, freed with the code.
    unsafe { &mut (*p).bodies }
}

unsafe fn free_state(state: *mut ()) {
    // SAFETY: made by `state`, and its code is freed.
    drop(unsafe { Box::from_raw(state.cast::<CodeState>()) });
}

unsafe fn traverse_state(state: *const (), visit: &mut dyn FnMut(&taipan_object::Value)) {
    // SAFETY: made by `state`; nothing changes it while the collector runs.
    let bodies = unsafe { &(*state.cast::<CodeState>()).bodies };
    let all = bodies
        .function
        .iter()
        .chain(bodies.loops.values().flatten());
    for body in all.chain(&bodies.retired) {
        body.keep.iter().for_each(&mut *visit);
    }
}

unsafe fn clear_state(state: *mut ()) {
    // SAFETY: made by `state`. What is dropped may free objects, but not this state: its code is held by who collects.
    let bodies = unsafe { &mut (*state.cast::<CodeState>()).bodies };
    bodies.refused = true;
    let out = (
        bodies.function.take(),
        std::mem::take(&mut bodies.loops),
        std::mem::take(&mut bodies.retired),
    );
    drop(out);
}

/// Compiling that a program may do at once, however short it has run.
const GRACE: Duration = Duration::from_millis(5);
/// The part of a program's time that compiling may take beyond that: one of so many.
const SHARE: u32 = 8;

/// When the first interpreter with a JIT was made.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Whether compiling has not yet taken more than its share of the program's time. Programs that
/// end soon would wait for machine code that they have no use for; what is refused asks again.
fn is_affordable(vm: &Vm) -> bool {
    let stats = stats();
    Machine::of(vm).jit.mode.get() == Mode::Always
        || stats.building + stats.lowering <= GRACE + STARTED.elapsed() / SHARE
}

/// What is known of a code object.
fn profile_of<'a>(code: &PyCode) -> &'a Profile {
    // SAFETY: the state lives as long as the code; the builder changes no profile.
    unsafe { &*std::ptr::from_ref(&state(code).profile) }
}

/// Notes what a helper gave, while a function is young.
fn learn(code: &PyCode, pc: u32, word: u64) {
    let s = state(code);
    if s.learnt || word == 0 {
        return;
    }
    let result = if encoding::is_int(word) {
        encoding::INT_TAG
    } else if encoding::is_float(word) {
        encoding::FLOAT_ZERO
    } else if encoding::is_heap(word) {
        // SAFETY: a live word; types of results that matter are never freed while code relies on them: guards compare.
        unsafe { (*(word as *const taipan_object::ObjectHeader)).ty_ptr() as u64 }
    } else {
        word
    };
    s.profile.note_result(pc, result);
    if s.profile.learnt > LEARN_LIMIT {
        s.learnt = true;
        s.stale.set(1);
        code.jit_entry.set(std::ptr::null());
    }
}

unsafe fn function_hot(vm: &Vm, frame: *mut Frame) {
    // SAFETY: by the hook's contract.
    unsafe {
        let code = (*frame).code();
        let s = state(code);
        give_up_failing(vm, code, s);
        if !code.jit_entry.get().is_null()
            || s.refused
            || code.calls.get() < HOT_CALLS && Machine::of(vm).jit.mode.get() != Mode::Always
            || (*frame).flags & GENERATOR != 0
            || code.caches.get().is_null()
            || !is_affordable(vm)
        {
            return;
        }
        if let Some(compiled) = compile(vm, frame, 0, false) {
            code.jit_entry.set(compiled.entry as *const ());
            count(|s| s.functions += 1);
            state(code).function = Some(compiled);
        }
    }
}

unsafe fn loop_hot(vm: &Vm, frame: *mut Frame) -> bool {
    // SAFETY: by the hook's contract.
    unsafe {
        let code = (*frame).code();
        if code.caches.get().is_null() {
            code.warm_up();
            return false;
        }
        let threshold = if Machine::of(vm).jit.mode.get() == Mode::Always {
            limit32(64, 2)
        } else {
            limit32(512, 8)
        };
        if code.loops.get() < threshold {
            return false;
        }
        let s = state(code);
        if code.loops.get() & 0x3FF == 0 {
            give_up_failing(vm, code, s);
        }
        if s.refused {
            return false;
        }
        if s.stale.get() != 0 {
            retire(code, s);
        }
        if code.is_generator {
            generator_hot(vm, frame);
            return false;
        }
        let header = code.index_of((*frame).pc);
        if !s.loops.contains_key(&header) {
            if !is_affordable(vm) {
                return false;
            }
            let compiled = compile(vm, frame, header, true);
            if compiled.is_some() {
                count(|s| s.loops += 1);
            }
            state(code).loops.insert(header, compiled);
        }
        let Some(Some(compiled)) = state(code).loops.get(&header) else {
            return false;
        };
        let entry = compiled.entry;
        entry(vm, frame, (*frame).regs) == RAISED
    }
}

/// Compiles a generator's body, which is entered when it is resumed next.
unsafe fn generator_hot(vm: &Vm, frame: *mut Frame) {
    // SAFETY: by the hook's contract.
    unsafe {
        let code = (*frame).code();
        let flags = code.code.flags;
        use taipan_compiler::code::CodeFlags;
        if !code.jit_entry.get().is_null()
            || flags.intersects(CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR)
            || !is_affordable(vm)
        {
            return;
        }
        match compile(vm, frame, 0, true) {
            Some(compiled) => {
                code.jit_entry.set(compiled.entry as *const ());
                count(|s| s.functions += 1);
                state(code).function = Some(compiled);
            }
            None => state(code).refused = true,
        }
    }
}

/// Takes a function's compiled bodies out of use; they may still be running.
fn retire(code: &PyCode, s: &mut Bodies) {
    code.jit_entry.set(std::ptr::null());
    s.retired.extend(s.function.take());
    s.retired.extend(s.loops.drain().filter_map(|(_, c)| c));
    s.stale.set(0);
    count(|s| s.recompiled += 1);
}

/// An exit that tells of a wrong guess has been taken often: its counter says so.
fn exit_hot(vm: &Vm, owner: *const taipan_object::Object<PyCode>) {
    // SAFETY: compiled code of that object is running.
    unsafe {
        let code = &(*owner).payload;
        give_up_failing(vm, code, state(code));
    }
}

/// Gives up code whose guesses fail again and again, and learns from where it left.
unsafe fn give_up_failing(vm: &Vm, code: &PyCode, s: &mut Bodies) {
    let _ = vm;
    if s.stale.get() != 0 {
        retire(code, s);
    }
    // To compile costs as much as leaving thousands of times: patience grows with every attempt.
    let limit = EXIT_LIMIT << s.attempts.min(8);
    let mut worst = 0;
    let mut failed: Vec<(u64, u32)> = Vec::new();
    let mut grown = false;
    let mut forms = Vec::new();
    let mut scan = |c: &Compiled| {
        let before = failed.len();
        for (exit, n) in c.exits.iter().zip(&*c.counters) {
            if !leave::is_failure(exit) {
                continue;
            }
            worst = worst.max(n.get());
            // A generator goes on at a place that had not been run before.
            let resumed = exit.reason == "resumed elsewhere";
            grown |= n.get() >= limit && resumed;
            if n.get() >= EXIT_LIMIT && !resumed {
                failed.push((exit.code, exit.pc));
            }
        }
        if failed.len() > before {
            forms.extend(c.forms.iter().copied());
        }
    };
    if let Some(c) = &s.function {
        scan(c);
    }
    s.loops.values().flatten().for_each(&mut scan);
    if worst < limit {
        return;
    }
    if failed.is_empty() && !grown {
        return;
    }
    failed.sort_unstable();
    failed.dedup();
    for (address, pc) in failed {
        // SAFETY: the compiled body keeps the code objects of inlined calls.
        let code = unsafe { &(*(address as *const taipan_object::Object<PyCode>)).payload };
        teach(code, address, pc, &forms);
    }
    retire(code, s);
    s.attempts += 1;
    if s.attempts > MAX_ATTEMPTS {
        report::gave_up(&code.code);
        s.refused = true;
    }
}

/// Notes that what was guessed about an instruction failed.
fn teach(code: &PyCode, address: u64, pc: u32, forms: &[(u64, u32, profile::Seen)]) {
    let profile = &mut state(code).profile;
    // An instruction that met another form of object is compiled for both.
    if let Some((.., used)) = forms.iter().find(|f| (f.0, f.1) == (address, pc)) {
        let mut news = profile.note_seen(pc, *used);
        // SAFETY: the working copy and its caches have an entry an instruction.
        let now = unsafe {
            profile::Seen {
                op: *code.instrs.get().add(pc as usize) as u8,
                cache: *code.caches.get().add(pc as usize),
            }
        };
        if now.op != used.op && is_polymorphic(now.op) {
            // The interpreter has learnt more.
            news = true;
        } else if now.op == used.op || is_store(now.op) && is_store(used.op) {
            news |= profile.note_seen(pc, now);
        }
        if news {
            return;
        }
    }
    // A failed guess of an int is tried as a float once, anything else goes the general way.
    let next = match profile.kind_at(pc) {
        None if is_arithmetic(code, pc) => Kind::Float,
        _ => Kind::Other,
    };
    if next == Kind::Other {
        profile.note(pc, Kind::Other);
    }
    profile.note(pc, next);
}

fn is_polymorphic(op: u8) -> bool {
    use taipan_vm::op;
    matches!(
        op,
        op::LOAD_ATTR_POLY | op::STORE_ATTR_POLY | op::LOAD_METHOD_POLY
    )
}

fn is_store(op: u8) -> bool {
    matches!(
        op,
        taipan_vm::op::STORE_ATTR_SLOT | taipan_vm::op::STORE_ATTR_ADD
    )
}

fn is_arithmetic(code: &PyCode, pc: u32) -> bool {
    use taipan_compiler::opcode::Opcode;
    matches!(
        code.code.instrs.get(pc as usize).and_then(|i| i.op()),
        Some(
            Opcode::Add
                | Opcode::Sub
                | Opcode::Mul
                | Opcode::Div
                | Opcode::AddImm
                | Opcode::SubImm
                | Opcode::Neg
                | Opcode::JumpLt
                | Opcode::JumpLe
                | Opcode::JumpGt
                | Opcode::JumpGe
                | Opcode::CmpLt
                | Opcode::CmpLe
                | Opcode::CmpGt
                | Opcode::CmpGe
        )
    )
}

unsafe fn compile(vm: &Vm, frame: *mut Frame, start: u32, osr: bool) -> Option<Compiled> {
    if let Some(left) = &*LEFT
        && left.fetch_sub(1, Ordering::Relaxed) <= 0
    {
        return None;
    }
    // SAFETY: the frame is live and its window filled.
    unsafe {
        let code = (*frame).code();
        let s = state(code);
        let n = code.code.instrs.len();
        let mut window: Vec<u64> = (0..code.register_count as usize)
            .map(|r| *(*frame).regs.add(r))
            .collect();
        if !osr {
            // Only parameters hold values yet.
            window[code.parameter_count as usize..].fill(0);
        }
        if code.is_generator {
            // What temporaries hold here says nothing about where the body is resumed.
            window[code.local_count as usize..].fill(0);
        }
        let input = build::Input {
            vm,
            code,
            instrs: std::slice::from_raw_parts(code.instrs.get(), n),
            caches: std::slice::from_raw_parts(code.caches.get(), n),
            start,
            window: &window,
            globals: (*frame).globals as u64,
            builtins: (*frame).builtins as u64,
            profile: &s.profile,
            osr,
        };
        let begun = Instant::now();
        let built = build::build(&input);
        count(|s| s.building += begun.elapsed());
        let mut function = match built {
            Ok(f) => f,
            Err(why) => {
                report::refused(&code.code, osr.then_some(start), &why);
                s.refused = !osr || s.refused;
                count(|s| s.refused += 1);
                return None;
            }
        };
        let dump = dump::wanted(&code.code.qualname);
        let begun = Instant::now();
        let passed = passes::run(&mut function, dump.any());
        count(|s| s.building += begun.elapsed());
        if let Err(e) = passed {
            eprintln!("taipan: JIT: {}: {e}\n{function}", function.name);
            s.refused = true;
            return None;
        }
        if dump.hir {
            eprintln!("{function}");
        }
        if cfg!(debug_assertions) || dump.any() {
            if let Err(e) = verify::verify(&function) {
                eprintln!("taipan: JIT: {}: {e}\n{function}", function.name);
                s.refused = true;
                return None;
            }
        }
        let counters: Rc<[Cell<u32>]> = vec![Cell::new(0); function.exits.len()].into();
        let frames = function.frames.clone().into_boxed_slice();
        let owner = std::ptr::from_ref(code).byte_sub(CODE_PAYLOAD).cast();
        let records = leave::records(&function, &frames, &counters, owner);
        let target = lower::Target {
            generator: code.is_generator,
            instrs: code.instrs.get() as u64,
            consts: code.consts.get() as u64,
            records: records.as_ptr() as u64,
            finalizers: vm.heap.has_finalizers_address(),
            frames: frames.as_ptr() as u64,
            stale: s.stale.as_ptr() as u64,
            learning: !s.learnt,
            failing: FAILING
                .as_ref()
                .map(|(n, every)| (n.as_ptr() as u64, *every)),
        };
        let begun = Instant::now();
        let lowered = ISA.with(|isa| {
            lower::lower(
                &function,
                &target,
                isa.as_ref()?,
                dump.clif || dump.asm || report::recording(),
            )
            .ok()
        })?;
        count(|s| s.lowering += begun.elapsed());
        if dump.clif {
            eprintln!("{}", lowered.clif.as_deref().unwrap_or_default());
        }
        if dump.asm {
            eprintln!("{}", lowered.asm.as_deref().unwrap_or_default());
        }
        let memory = CodeBlock::new(&lowered.code)?;
        perf::note(&function.name, memory.address(), lowered.code.len());
        count(|s| s.code_bytes += memory.bytes());
        report::compiled(
            &code.code,
            osr.then_some(start),
            &function,
            &lowered,
            &counters,
        );
        let entry = std::mem::transmute::<*const u8, CompiledEntry>(memory.address());
        Some(Compiled {
            _memory: memory,
            entry,
            counters,
            exits: function.exits,
            forms: function.forms,
            _frames: frames,
            _records: records,
            keep: function.keep,
        })
    }
}

/// Switches the JIT of a thread's machine on.
pub fn install(vm: &Vm, mode: Mode) {
    LazyLock::force(&STARTED);
    let jit = &Machine::of(vm).jit;
    jit.mode.set(mode);
    jit.hooks.set(Some(&HOOKS));
}

const _: (fn(u64) -> bool, fn(Instr) -> u64) = (encoding::is_int, |i| i.0);

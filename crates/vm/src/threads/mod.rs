//! Threads under the interpreter's lock.
//!
//! Each thread has a [`Vm`] and a machine of its own. What may block runs
//! inside [`unlocked`]. After the interpreter has begun to end, a thread that
//! comes back for the lock stays there (daemon threads).

mod gil;

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use taipan_host::sync::Wake;
use taipan_object::{Interp, PyResult, Vm};

pub use gil::Gil;

use crate::machine::Machine;

/// Stack of a thread, unless `threading.stack_size` says otherwise: reserved, committed as used.
const STACK: usize = 64 << 20;
/// What native code may use beyond the point where recursion ends.
const RESERVE: usize = 256 << 10;

/// What the threads of an interpreter share besides its objects.
#[derive(Default)]
pub struct Shared {
    pub gil: Gil,
    threads: Mutex<Vec<Entry>>,
    /// The interpreter ends: only the thread with this state gets the lock. Null before.
    ending: AtomicPtr<Vm>,
    /// Machines made so far.
    made: AtomicU64,
    /// Threads besides the first one.
    others: AtomicUsize,
    main_ident: AtomicU64,
    /// `threading.stack_size`; 0: the default.
    pub stack_size: AtomicUsize,
}

/// A thread that may run Python code.
#[derive(Clone, Copy)]
struct Entry {
    vm: *const Vm,
}
// SAFETY: thread states are only followed with the interpreter's lock held; they leave the list before they die.
unsafe impl Send for Entry {}

impl Shared {
    /// A number for another machine, from 0.
    pub(crate) fn next_number(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    fn threads(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock for a thread that begins or comes back.
    pub fn enter(&self, vm: &Vm) {
        self.gil.acquire(&vm.breaker);
        if self.is_over_for(vm) {
            self.gil.release();
            loop {
                std::thread::park();
            }
        }
    }

    /// Whether the interpreter ends and this is not the thread that ends it.
    fn is_over_for(&self, vm: &Vm) -> bool {
        let ending = self.ending.load(Ordering::Relaxed);
        !ending.is_null() && !std::ptr::eq(ending, vm)
    }

    /// Adds the thread state of a running thread.
    pub fn register(&self, vm: &Vm) {
        if Machine::of(vm).number == 0 {
            self.main_ident.store(vm.thread_id.get(), Ordering::Relaxed);
        }
        self.threads().push(Entry { vm });
    }
    fn unregister(&self, vm: &Vm) {
        self.threads().retain(|e| !std::ptr::eq(e.vm, vm));
    }
}

/// What the threads of `vm`'s interpreter share.
pub fn shared(vm: &Vm) -> &Arc<Shared> {
    &Machine::of(vm).threads
}

/// Calls `f` with every thread state of the interpreter.
pub fn for_each(vm: &Vm, mut f: impl FnMut(&Vm)) {
    let all: Vec<Entry> = shared(vm).threads().clone();
    for entry in all {
        // SAFETY: the lock is held, so no thread state goes away.
        f(unsafe { &*entry.vm });
    }
}

/// The number (`threading.get_ident`) of the main thread.
pub fn main_ident(vm: &Vm) -> u64 {
    shared(vm).main_ident.load(Ordering::Relaxed)
}

/// The numbers of the machines of all threads.
pub fn numbers(vm: &Vm) -> Vec<u64> {
    let mut numbers = Vec::new();
    for_each(vm, |vm| numbers.push(Machine::of(vm).number));
    numbers
}

/// How many threads there are besides the one that made the interpreter.
pub fn count(vm: &Vm) -> usize {
    shared(vm).threads().len().saturating_sub(1)
}

/// Runs something that may block without the interpreter's lock. It must not touch objects of the interpreter.
pub fn unlocked<R: Send>(vm: &Vm, f: impl FnOnce() -> R + Send) -> R {
    /// Takes the lock back however `f` ends.
    struct Back<'a>(&'a Vm);
    impl Drop for Back<'_> {
        fn drop(&mut self) {
            shared(self.0).enter(self.0);
        }
    }
    if is_alone(vm) {
        return f();
    }
    shared(vm).gil.release();
    let _back = Back(vm);
    f()
}

/// Whether no other thread can run Python code of this interpreter.
#[inline]
pub fn is_alone(vm: &Vm) -> bool {
    shared(vm).others.load(Ordering::Relaxed) == 0
}

/// Waits without the lock for something that signals interrupt; `false` after the timeout.
///
/// # Errors
/// What signal handlers raise.
pub fn wait(
    vm: &Vm,
    timeout: Option<Duration>,
    f: impl Fn(Option<Duration>) -> Wake + Send + Sync,
) -> PyResult<bool> {
    let end = timeout.and_then(|t| Instant::now().checked_add(t));
    let mut left = timeout;
    loop {
        match unlocked(vm, || f(left)) {
            Wake::Woken => return Ok(true),
            Wake::TimedOut => return Ok(false),
            Wake::Interrupted => crate::poll::poll(vm)?,
        }
        if let (Some(_), Some(end)) = (timeout, end) {
            left = Some(end.saturating_duration_since(Instant::now()));
        }
    }
}

/// Lets another thread have the lock.
pub fn hand_over(vm: &Vm) {
    let shared = shared(vm);
    shared.gil.hand_over(&vm.breaker);
    if shared.is_over_for(vm) {
        shared.gil.release();
        shared.enter(vm);
    }
}

/// From now on no other thread gets the lock.
pub fn begin_end(vm: &Vm) {
    shared(vm)
        .ending
        .store((&raw const *vm).cast_mut(), Ordering::Relaxed);
}

/// What a new thread takes along. Its values are only touched with the lock held.
struct Luggage {
    vm: Box<Vm>,
    machine: Box<Machine>,
    work: UnsafeCell<Option<Box<dyn FnOnce(&Vm)>>>,
    stack: usize,
}
// SAFETY: see above; the thread that started it gives everything up.
unsafe impl Send for Luggage {}

/// Starts a thread that runs `work` with the lock held; the thread's ident (`threading.get_ident`).
///
/// # Errors
/// The system's, if it has no room for another thread.
pub fn spawn(vm: &Vm, work: Box<dyn FnOnce(&Vm)>) -> std::io::Result<u64> {
    use std::os::unix::thread::JoinHandleExt;
    let parent = Machine::of(vm);
    let Some(machine) = Machine::for_thread(parent) else {
        return Err(std::io::ErrorKind::OutOfMemory.into());
    };
    let interp: *const Interp = &raw const **vm;
    // SAFETY: the interpreter outlives its threads: it is given up only when the process ends, or by the
    // thread that ends it after the others have ended or stay parked for ever.
    let new = Box::new(unsafe { Vm::new(interp) });
    new.machine.set((&raw const *machine).cast_mut().cast());
    new.recursion_limit.set(vm.recursion_limit.get());
    let stack = match shared(vm).stack_size.load(Ordering::Relaxed) {
        0 => STACK,
        bytes => bytes,
    };
    let luggage = Luggage {
        vm: new,
        machine,
        work: UnsafeCell::new(Some(work)),
        stack,
    };
    let others = &shared(vm).others;
    others.fetch_add(1, Ordering::Relaxed);
    let started = std::thread::Builder::new()
        .stack_size(stack + RESERVE)
        .spawn(move || run(luggage));
    if started.is_err() {
        others.fetch_sub(1, Ordering::Relaxed);
    }
    Ok(started?.as_pthread_t())
}

/// The body of a thread.
fn run(luggage: Luggage) {
    let Luggage {
        vm,
        machine,
        work,
        stack,
    } = luggage;
    let here = (&raw const stack) as usize;
    vm.stack_limit.set(here.saturating_sub(stack));
    vm.thread_id.set(taipan_host::sync::thread_ident());
    let shared = machine.threads.clone();
    shared.enter(&vm);
    shared.register(&vm);
    taipan_object::hash::set_secret(vm.hash_secret);
    if let Some(work) = work.into_inner() {
        work(&vm);
    }
    crate::finalize::drain(&vm);
    shared.unregister(&vm);
    machine.trace.take();
    machine.profile.take();
    drop(vm);
    drop(machine);
    shared.others.fetch_sub(1, Ordering::Relaxed);
    shared.gil.release();
}

/// Makes a copy of the process: 0 in the child, where only this thread goes on.
///
/// # Errors
/// The system's.
pub fn fork(vm: &Vm) -> std::io::Result<i32> {
    let shared = shared(vm);
    // Both inner locks are held, so that the child finds them free after the call.
    let result = {
        let mut threads = shared.threads();
        let result = shared.gil.freeze(taipan_host::process::fork);
        if matches!(result, Ok(0)) {
            threads.retain(|e| std::ptr::eq(e.vm, vm));
        }
        result
    };
    if matches!(result, Ok(0)) {
        shared.gil.forget_others();
        shared.others.store(0, Ordering::Relaxed);
        shared
            .main_ident
            .store(vm.thread_id.get(), Ordering::Relaxed);
        // The event loop belongs to the parent.
        let asyncio = &Machine::of(vm).asyncio;
        drop((asyncio.running_loop.take(), asyncio.task.take()));
    }
    result
}

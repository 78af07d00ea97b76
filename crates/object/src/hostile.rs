//! The hostile build (`RUSTFLAGS=--cfg hostile`): collections at every chance, freed slots that
//! nobody may touch, caches that fail, tiny limits. In every other build all of this is constant.
//!
//! `TAIPAN_HOSTILE=N` collects at every Nth poll (0: never).

use std::cell::Cell;
use std::sync::LazyLock;

use crate::header::ObjectHeader;
use crate::vm::Vm;

/// Whether this is the hostile build.
pub const ON: bool = cfg!(hostile);

/// Polls between two collections unless the environment says otherwise.
const USUAL_INTERVAL: u32 = 61;
/// After so many checks of all reference counts only one collection in so many is checked.
const CHECKS_AT_FIRST: u32 = 20;
const CHECKS_AFTER: u32 = 64;
/// What a freed slot's bytes are.
pub const POISON: u8 = 0xDB;
/// So many freed slots wait before they are used again.
pub(crate) const QUARANTINE: usize = 4096;

/// A limit, which is another one in the hostile build.
pub const fn limit(usual: usize, tiny: usize) -> usize {
    if ON { tiny } else { usual }
}

/// As [`limit`].
pub const fn limit32(usual: u32, tiny: u32) -> u32 {
    if ON { tiny } else { usual }
}

static INTERVAL: LazyLock<u32> = LazyLock::new(|| {
    taipan_host::env::var("TAIPAN_HOSTILE")
        .and_then(|n| String::from_utf8_lossy(&n).parse().ok())
        .unwrap_or(USUAL_INTERVAL)
});

thread_local! {
    static LEFT: Cell<u32> = Cell::new(*INTERVAL);
    static SEED: Cell<u32> = const { Cell::new(0x2545_F491) };
    static COLLECTIONS: Cell<u32> = const { Cell::new(0) };
}

/// Whether a collection is due that nothing else asks for.
#[inline(always)]
pub fn is_due() -> bool {
    ON && due_now()
}

#[cold]
fn due_now() -> bool {
    LEFT.with(|left| match left.get() {
        0 => false,
        1 => {
            left.set(*INTERVAL);
            true
        }
        n => {
            left.set(n - 1);
            false
        }
    })
}

/// True once in `n` times, and never in other builds.
#[inline(always)]
pub fn chance(n: u32) -> bool {
    ON && random().is_multiple_of(n)
}

/// The next number of a fixed sequence.
#[cold]
fn random() -> u32 {
    SEED.with(|seed| {
        let mut x = seed.get();
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        seed.set(x);
        x
    })
}

/// The generation to collect next: old ones now and then.
pub(crate) fn generation() -> usize {
    let n = COLLECTIONS.with(|c| {
        c.set(c.get().wrapping_add(1));
        c.get()
    });
    match n {
        _ if n % 64 == 5 => 2,
        _ if n % 8 == 3 => 1,
        _ => 0,
    }
}

/// Checks reference counts after a collection, and ends the validity of some caches.
#[inline(always)]
pub(crate) fn after_collection(vm: &Vm) {
    if ON {
        check(vm);
    }
}

#[cold]
fn check(vm: &Vm) {
    let n = COLLECTIONS.with(Cell::get);
    if (n < CHECKS_AT_FIRST || n.is_multiple_of(CHECKS_AFTER))
        && let Err(fault) = crate::gc::verify(&vm.heap)
    {
        end(&fault);
    }
}

/// Ends the process: `object` is free and somebody uses it.
#[inline(always)]
pub(crate) fn check_live(object: *const ObjectHeader) {
    // SAFETY: a slot of a page, whose count can be read whether it is in use or free.
    if ON && unsafe { (*object).count() } == 0 {
        end("a freed object is used");
    }
}

/// Fills a freed slot behind its head.
///
/// # Safety
/// The slot is free and has `size` bytes.
pub(crate) unsafe fn poison(slot: *mut u8, size: usize) {
    if ON {
        // SAFETY: by the contract.
        unsafe { std::ptr::write_bytes(slot.add(8), POISON, size - 8) };
    }
}

/// Ends the process if somebody has written to a poisoned slot.
///
/// # Safety
/// The slot has `size` bytes.
pub(crate) unsafe fn check_poison(slot: *const u8, size: usize) {
    // SAFETY: by the contract.
    let bytes = unsafe { std::slice::from_raw_parts(slot, size) };
    if bytes[..8] != [0; 8] || bytes[8..].iter().any(|&b| b != POISON) {
        end("a freed slot was written to");
    }
}

/// Ends the process with a report of a fault of the memory's.
#[cold]
#[inline(never)]
pub fn end(fault: &str) -> ! {
    eprintln!(
        "hostile build: {fault}\n{}",
        std::backtrace::Backtrace::force_capture()
    );
    std::process::abort()
}

/// Ends what caches know of the class of a young object, as a change of that class does.
pub fn shake(vm: &Vm) {
    if !chance(4) {
        return;
    }
    let young = vm.heap.young_entries();
    let Some(&object) = young.get(random() as usize % young.len().max(1)) else {
        return;
    };
    // SAFETY: an entry of the log is a slot of a page; in use, its object is intact.
    let ty = unsafe {
        if (*object).count() == 0 {
            return;
        }
        (*object).ty().clone()
    };
    crate::type_ops::invalidate(vm, &ty);
}

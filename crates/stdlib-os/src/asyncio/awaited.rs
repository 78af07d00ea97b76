//! Which futures and tasks wait for a future (`asyncio.capture_call_graph`).

use std::cell::RefCell;

use taipan_object::set::Set;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::future::Future;

/// Who waits: mostly one.
#[derive(Default)]
enum Waiters {
    #[default]
    None,
    One(Value),
    Many(Ref<Set>),
}

/// The waiters of a future.
#[derive(Default)]
pub struct AwaitedBy(RefCell<Waiters>);

impl AwaitedBy {
    /// For `payload!`.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        match &*self.0.borrow() {
            Waiters::None => {}
            Waiters::One(waiter) => visit(waiter),
            Waiters::Many(set) => visit(set.as_value()),
        }
    }
    pub fn clear(&self) {
        let old = self.0.take();
        drop(old);
    }
    fn many(&self) -> Option<Ref<Set>> {
        match &*self.0.borrow() {
            Waiters::Many(set) => Some(set.clone()),
            _ => None,
        }
    }
    fn one(&self) -> Option<Value> {
        match &*self.0.borrow() {
            Waiters::One(waiter) => Some(waiter.clone()),
            _ => None,
        }
    }
    fn put(&self, waiters: Waiters) {
        let old = self.0.replace(waiters);
        drop(old);
    }
    /// A frozenset of them; `None` if there never was one, or none is left of one.
    pub fn frozen(&self, vm: &Vm) -> PyResult<Option<Ref<Set>>> {
        let found = vm.new_frozenset();
        match (self.one(), self.many()) {
            (Some(waiter), _) => drop(found.add(vm, waiter)?),
            (None, Some(set)) => found.merge(vm, &set)?,
            (None, None) => return Ok(None),
        }
        Ok(Some(found))
    }
}

/// Notes that `waiter` waits for `future`, if both are native.
pub fn add(vm: &Vm, future: &Value, waiter: &Value) -> PyResult<()> {
    let (Some(future), Some(_)) = (future.downcast::<Future>(), waiter.downcast::<Future>()) else {
        return Ok(());
    };
    let waiters = &future.awaited_by;
    if let Some(set) = waiters.many() {
        set.add(vm, waiter.clone())?;
    } else if let Some(first) = waiters.one() {
        if !first.is(waiter) {
            let set = vm.new_set();
            set.add(vm, first)?;
            set.add(vm, waiter.clone())?;
            waiters.put(Waiters::Many(set));
        }
    } else {
        waiters.put(Waiters::One(waiter.clone()));
    }
    Ok(())
}

/// Ends what [`add`] noted.
pub fn discard(vm: &Vm, future: &Value, waiter: &Value) -> PyResult<()> {
    let (Some(future), Some(_)) = (future.downcast::<Future>(), waiter.downcast::<Future>()) else {
        return Ok(());
    };
    let waiters = &future.awaited_by;
    if waiters.one().is_some_and(|one| one.is(waiter)) {
        waiters.clear();
    } else if let Some(set) = waiters.many() {
        let hash = vm.hash(waiter)?;
        drop(set.remove_hashed(vm, waiter, hash)?);
    }
    Ok(())
}

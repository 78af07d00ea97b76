//! `_lru_cache_wrapper`: a function that remembers its results.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};

/// A remembered result in the order of use.
struct Link {
    previous: usize,
    next: usize,
    key: Option<Value>,
    hash: i64,
    result: Option<Value>,
}

/// The remembered results of a bounded cache as a ring; link 0 is its head and holds nothing.
struct Ring(Vec<Link>);

impl Ring {
    fn new() -> Ring {
        Ring(vec![Link {
            previous: 0,
            next: 0,
            key: None,
            hash: 0,
            result: None,
        }])
    }
    fn unlink(&mut self, at: usize) {
        let (previous, next) = (self.0[at].previous, self.0[at].next);
        self.0[previous].next = next;
        self.0[next].previous = previous;
    }
    /// Makes a link the newest.
    fn append(&mut self, at: usize) {
        let last = self.0[0].previous;
        self.0[last].next = at;
        self.0[0].previous = at;
        self.0[at].previous = last;
        self.0[at].next = 0;
    }
    fn use_again(&mut self, at: usize) -> Option<Value> {
        if at == 0 || at >= self.0.len() {
            return None;
        }
        self.unlink(at);
        self.append(at);
        self.0[at].result.clone()
    }
}

/// How much is remembered.
#[derive(Clone, Copy)]
enum Limit {
    Nothing,
    Most(usize),
    Everything,
}

/// `_lru_cache_wrapper`.
pub struct LruCache {
    function: Value,
    limit: Limit,
    typed: bool,
    info_type: Value,
    /// Separates positional from keyword arguments in keys.
    mark: Value,
    /// From keys to results, or with a limit to numbers of links.
    cache: Ref<Dict>,
    ring: RefCell<Ring>,
    hits: Cell<i64>,
    misses: Cell<i64>,
    /// How often the cache was cleared.
    clears: Cell<u64>,
}
payload!(
    LruCache,
    gc,
    |this, visit| {
        visit(&this.function);
        visit(&this.info_type);
        visit(&this.mark);
        visit(this.cache.as_value());
        for link in &this.ring.borrow().0 {
            link.key.iter().chain(&link.result).for_each(&mut *visit);
        }
    },
    clear | this | {
        let old = this.ring.replace(Ring::new());
        drop(old);
    }
);

#[pymethods(
    name = "_lru_cache_wrapper",
    module = "functools",
    doc = "A function that remembers its latest results.",
    signature = "",
    flags(WEAKREFABLE | HAS_DICT | HAS_INSTANCE_PART | METHOD_DESCRIPTOR)
)]
impl LruCache {
    #[pynew("(user_function, maxsize, typed, cache_info_type)", name = "lru_cache")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        user_function: Value,
        maxsize: &Value,
        typed: bool,
        cache_info_type: Value,
    ) -> PyResult<Ref<LruCache>> {
        if vm.type_of(&user_function).slots.call.get().is_none() {
            return Err(vm.type_error("the first argument must be callable"));
        }
        let limit = if maxsize.is_none() {
            Limit::Everything
        } else if vm.type_of(maxsize).slots.index.get().is_some() {
            match usize::try_from(vm.index_isize(maxsize)?) {
                Ok(n) if n > 0 => Limit::Most(n),
                _ => Limit::Nothing,
            }
        } else {
            return Err(vm.type_error("maxsize should be integer or None"));
        };
        let mark = alloc_instance(vm, &vm.types.object, taipan_object::object::Plain).into_value();
        Ok(alloc_instance(
            vm,
            cls,
            LruCache {
                function: user_function,
                limit,
                typed,
                info_type: cache_info_type,
                mark,
                cache: vm.new_dict(),
                ring: RefCell::new(Ring::new()),
                hits: Cell::new(0),
                misses: Cell::new(0),
                clears: Cell::new(0),
            },
        ))
    }
    #[pyslot]
    fn call(vm: &Vm, this: &Ref<LruCache>, args: Args<'_>) -> PyResult {
        vm.check_stack("")?;
        let this = this.clone();
        match this.limit {
            Limit::Nothing => {
                this.misses.set(this.misses.get() + 1);
                vm.call_args(&this.function, args)
            }
            Limit::Everything => this.call_unbounded(vm, args),
            Limit::Most(n) => this.call_bounded(vm, args, n),
        }
    }

    fn key(&self, vm: &Vm, args: Args<'_>) -> Value {
        let positional = args.positional();
        if let ([only], 0, false) = (positional, args.keyword_count(), self.typed) {
            let ty = vm.type_of(only);
            if ty.is(&vm.types.int) || ty.is(&vm.types.str) {
                return only.clone();
            }
        }
        let mut parts: Vec<Value> = positional.to_vec();
        if args.keyword_count() > 0 {
            parts.push(self.mark.clone());
            for (name, value) in args.keyword_args() {
                parts.push(name.clone());
                parts.push(value.clone());
            }
        }
        if self.typed {
            parts.extend(args.values.iter().map(|v| vm.type_of(v).to_value()));
        }
        vm.new_tuple(parts).into_value()
    }

    fn call_unbounded(&self, vm: &Vm, args: Args<'_>) -> PyResult {
        let key = self.key(vm, args);
        let hash = vm.hash(&key)?;
        if let Some(known) = self
            .cache
            .find(vm, &key, hash)?
            .and_then(|at| self.cache.value_at(at))
        {
            self.hits.set(self.hits.get() + 1);
            return Ok(known);
        }
        self.misses.set(self.misses.get() + 1);
        let result = vm.call_args(&self.function, args)?;
        drop(self.cache.insert_hashed(vm, key, hash, result.clone())?);
        Ok(result)
    }

    /// The link of a key.
    fn find(&self, vm: &Vm, key: &Value, hash: i64) -> PyResult<Option<usize>> {
        let at = self
            .cache
            .find(vm, key, hash)?
            .and_then(|at| self.cache.value_at(at));
        Ok(at.and_then(|n| n.as_small_int()).map(|n| n as usize))
    }

    fn call_bounded(&self, vm: &Vm, args: Args<'_>, most: usize) -> PyResult {
        let key = self.key(vm, args);
        let hash = vm.hash(&key)?;
        if let Some(at) = self.find(vm, &key, hash)? {
            let known = self.ring.borrow_mut().use_again(at);
            if let Some(known) = known {
                self.hits.set(self.hits.get() + 1);
                return Ok(known);
            }
        }
        self.misses.set(self.misses.get() + 1);
        let result = vm.call_args(&self.function, args)?;
        // The call may have filled or cleared the cache.
        if self.find(vm, &key, hash)?.is_some() {
            return Ok(result);
        }
        let clears = self.clears.get();
        let at = self.free_link(vm, most)?;
        drop(
            self.cache
                .insert_hashed(vm, key.clone(), hash, vm.new_int(at as i64))?,
        );
        if self.clears.get() != clears {
            // A comparison of keys cleared the cache: the link is gone.
            if let Some(place) = self.cache.find(vm, &key, hash)? {
                drop(self.cache.remove_at(vm, place));
            }
            return Ok(result);
        }
        let old = {
            let mut ring = self.ring.borrow_mut();
            let Some(link) = ring.0.get_mut(at) else {
                return Ok(result);
            };
            link.hash = hash;
            let old = (link.key.replace(key), link.result.replace(result.clone()));
            ring.append(at);
            old
        };
        drop(old);
        Ok(result)
    }

    /// A link that is in no ring: a new one, or that of the oldest result if the cache is full.
    fn free_link(&self, vm: &Vm, most: usize) -> PyResult<usize> {
        let oldest = {
            let mut ring = self.ring.borrow_mut();
            if ring.0.len() <= most {
                ring.0.push(Link {
                    previous: 0,
                    next: 0,
                    key: None,
                    hash: 0,
                    result: None,
                });
                return Ok(ring.0.len() - 1);
            }
            let oldest = ring.0[0].next;
            if oldest == 0 {
                // All links are being filled by calls further up: one more does no harm.
                ring.0.push(Link {
                    previous: 0,
                    next: 0,
                    key: None,
                    hash: 0,
                    result: None,
                });
                return Ok(ring.0.len() - 1);
            }
            ring.unlink(oldest);
            let link = &mut ring.0[oldest];
            (link.previous, link.next) = (oldest, oldest);
            (oldest, link.key.take(), link.hash, link.result.take())
        };
        let (at, key, hash, result) = oldest;
        if let Some(key) = key
            && let Some(place) = self.cache.find(vm, &key, hash)?
        {
            drop(self.cache.remove_at(vm, place));
        }
        drop(result);
        Ok(at)
    }

    #[pyslot]
    fn descr_get(
        vm: &Vm,
        this: &Value,
        object: Option<&Value>,
        _owner: Option<&Value>,
    ) -> PyResult {
        match object {
            Some(object) if !object.is_none() => Ok(vm.bind_method(this.clone(), object.clone())),
            _ => Ok(this.clone()),
        }
    }
    /// Statistics of the cache.
    #[pymethod("(self)")]
    fn cache_info(vm: &Vm, this: &Ref<LruCache>) -> PyResult {
        let most = match this.limit {
            Limit::Nothing => vm.new_int(0),
            Limit::Most(n) => vm.new_int(n as i64),
            Limit::Everything => Value::NONE,
        };
        let size = vm.new_int(this.cache.len() as i64);
        vm.call(
            &this.info_type,
            &[
                vm.new_int(this.hits.get()),
                vm.new_int(this.misses.get()),
                most,
                size,
            ],
        )
    }
    /// Forgets all results and statistics.
    #[pymethod("(self)")]
    fn cache_clear(this: &Ref<LruCache>) {
        let old = (this.ring.replace(Ring::new()), this.cache.take_entries());
        this.clears.set(this.clears.get() + 1);
        this.hits.set(0);
        this.misses.set(0);
        drop(old);
    }
    /// Pickled by name.
    #[pymethod("(self)")]
    fn __reduce__(vm: &Vm, this: &Value) -> PyResult {
        vm.getattr(this, &vm.names.__qualname__)
    }
    /// The function itself: functions are not copied.
    #[pymethod("(self)")]
    fn __copy__(this: &Value) -> Value {
        this.clone()
    }
    /// The function itself: functions are not copied.
    #[pymethod("(self, memo, /)")]
    fn __deepcopy__(this: &Value, _memo: &Value) -> Value {
        this.clone()
    }
    /// The attributes.
    #[pygetset]
    fn __dict__(vm: &Vm, this: &Ref<LruCache>) -> Option<Ref<Dict>> {
        vm.instance_dict(this.as_value())
    }
}

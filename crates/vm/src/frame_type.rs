//! The Python faces of `frame` and of its `f_locals` (PEP 667).

use taipan_compiler::code::{CodeFlags, LocalKind};
use taipan_macros::pymethods;
use taipan_object::dict::Dict;
use taipan_object::exceptions::peek;
use taipan_object::function::Cell as PyCell;
use taipan_object::slots::CmpOp;
use taipan_object::str::Str;
use taipan_object::value::encoding::is_heap;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use crate::frame::{FrameObject, frame_object};
use crate::generator::{GenState, Generator};

impl FrameObject {
    /// What a fast local's register holds: a value, or the cell that holds it.
    fn raw_local(&self, n: usize) -> Option<Value> {
        match self.live() {
            // SAFETY: fast locals are the first registers; heap words in them are owned.
            Some(f) => unsafe {
                let word = *f.regs.add(n);
                (word != 0).then(|| Value::borrow_word(&word).clone())
            },
            // SAFETY: the saved locals change only through this object.
            None => unsafe { (&*self.saved.get()).get(n).cloned().flatten() },
        }
    }

    fn is_cell_local(&self, n: usize) -> bool {
        let kind = self.code.code.locals[n].kind;
        kind.has(LocalKind::CELL) || kind.has(LocalKind::FREE)
    }

    /// The value of a fast local, `None` if it is unbound.
    pub fn local(&self, n: usize) -> Option<Value> {
        let value = self.raw_local(n)?;
        if self.is_cell_local(n)
            && let Some(cell) = value.downcast::<PyCell>()
        {
            return cell.get();
        }
        Some(value)
    }

    fn set_local(&self, n: usize, value: Value) {
        if self.is_cell_local(n)
            && let Some(raw) = self.raw_local(n)
            && let Some(cell) = raw.downcast::<PyCell>()
        {
            drop(cell.value.replace(Some(value)));
            return;
        }
        match self.live() {
            // SAFETY: as above. The instruction that the frame executes may still use the
            // old value, so it lives on until the frame ends.
            Some(f) => unsafe {
                let old = f.regs.add(n).replace(value.into_word());
                if is_heap(old) {
                    self.displaced.borrow_mut().push(Value::from_word(old));
                }
            },
            None => {
                // SAFETY: as above.
                let place = unsafe { (&mut *self.saved.get()).get_mut(n) };
                if let Some(place) = place {
                    drop(place.replace(value));
                }
            }
        }
    }

    /// The fast local with a name.
    fn local_named(&self, key: &Value) -> Option<usize> {
        let key = key.downcast::<Str>()?;
        self.code
            .code
            .locals
            .iter()
            .position(|l| !l.kind.has(LocalKind::HIDDEN) && key.is_str(&l.name))
    }

    fn is_optimized(&self) -> bool {
        self.code.code.flags.contains(CodeFlags::OPTIMIZED)
    }

    /// Names and values of the bound fast locals, then of names set from outside.
    fn local_items(&self, vm: &Vm) -> Vec<(Value, Value)> {
        let locals = self
            .code
            .code
            .locals
            .iter()
            .enumerate()
            .filter(|(_, l)| !l.kind.has(LocalKind::HIDDEN));
        let mut items: Vec<(Value, Value)> = locals
            .filter_map(|(n, l)| Some((vm.intern_str(&l.name).into_value(), self.local(n)?)))
            .collect();
        if let Some(extra) = peek(&self.extra_locals)
            && let Some(extra) = extra.downcast::<Dict>()
        {
            items.extend(extra.items());
        }
        items
    }

    fn extra(&self) -> Option<Ref<Dict>> {
        peek(&self.extra_locals)?.downcast_owned::<Dict>().ok()
    }

    fn extra_or_new(&self, vm: &Vm) -> Ref<Dict> {
        self.extra().unwrap_or_else(|| {
            let dict = vm.new_dict();
            self.extra_locals.set(Some(dict.to_value()));
            dict
        })
    }
}

/// A fresh dict of an optimised frame's locals.
fn snapshot(vm: &Vm, frame: &FrameObject) -> PyResult<Ref<Dict>> {
    let dict = vm.new_dict();
    for (name, value) in frame.local_items(vm) {
        dict.insert(vm, name, value)?;
    }
    Ok(dict)
}

/// `frame.f_locals`: the mapping of a module or class body, or a proxy of the fast locals.
pub fn f_locals(vm: &Vm, frame: &Ref<FrameObject>) -> PyResult {
    if frame.is_optimized() {
        let class = vm.add_native_type::<LocalsProxy>();
        return Ok(vm
            .heap
            .alloc(
                &class,
                LocalsProxy {
                    frame: frame.clone(),
                },
            )
            .into_value());
    }
    mapping(vm, frame)
}

/// `locals()` in a frame: a snapshot where the locals are fast ones.
///
/// # Errors
/// None that programs can cause.
pub fn locals(vm: &Vm, frame: &Ref<FrameObject>) -> PyResult {
    if frame.is_optimized() {
        return Ok(snapshot(vm, frame)?.into_value());
    }
    let mapping = mapping(vm, frame)?;
    // An inlined comprehension's variables show in a copy only.
    let hidden: Vec<(usize, &str)> = (frame.code.code.locals.iter().enumerate())
        .filter(|(n, l)| l.kind.has(LocalKind::HIDDEN) && frame.local(*n).is_some())
        .map(|(n, l)| (n, &*l.name))
        .collect();
    if hidden.is_empty() {
        return Ok(mapping);
    }
    let copy = vm.call(vm.types.dict.as_value(), &[mapping])?;
    for (n, name) in hidden {
        if let Some(v) = frame.local(n) {
            vm.set_item(&copy, vm.intern_str(name).as_value(), &v)?;
        }
    }
    Ok(copy)
}

fn mapping(vm: &Vm, frame: &FrameObject) -> PyResult {
    let live = frame.live().filter(|f| f.locals != 0);
    // SAFETY: the word is owned by the live record.
    let found = live
        .map(|f| unsafe { Value::borrow_word(&f.locals).clone() })
        .or_else(|| peek(&frame.saved_locals));
    Ok(found.unwrap_or_else(|| vm.new_dict().into_value()))
}

#[pymethods(name = "frame", doc = "", flags(DISALLOW_INSTANTIATION))]
impl FrameObject {
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<FrameObject>) -> PyResult {
        let file = vm.repr(vm.new_str(&this.code.code.filename).as_value())?;
        let (id, line, name) = (this.as_value().id(), this.line(), this.code.name());
        Ok(vm
            .new_str(&format!(
                "<frame at {id:#x}, file {file}, line {line}, code {name}>"
            ))
            .into_value())
    }
    #[pygetset]
    fn f_back(vm: &Vm, this: &Ref<FrameObject>) -> Option<Value> {
        match this.live() {
            Some(f) if f.previous.is_null() => None,
            Some(f) => Some(frame_object(vm, f.previous).into_value()),
            None => peek(&this.back),
        }
    }
    #[pygetset]
    fn f_code(this: &Ref<FrameObject>) -> Value {
        this.code.to_value()
    }
    #[pygetset]
    fn f_globals(this: &Ref<FrameObject>) -> Value {
        this.globals.to_value()
    }
    #[pygetset]
    fn f_builtins(this: &Ref<FrameObject>) -> Value {
        this.builtins.to_value()
    }
    #[pygetset]
    fn f_locals(vm: &Vm, this: &Ref<FrameObject>) -> PyResult {
        f_locals(vm, this)
    }
    #[pygetset]
    fn f_lineno(this: &Ref<FrameObject>) -> Option<i32> {
        Some(this.line()).filter(|&l| l >= 0)
    }
    #[pysetter(f_lineno)]
    fn set_f_lineno(vm: &Vm, _this: &Ref<FrameObject>, value: Option<&Value>) -> PyResult<()> {
        Err(match value {
            None => vm.attribute_error("cannot delete attribute", &Value::NONE, &vm.names.lineno),
            Some(v) if v.as_small_int().is_none() => vm.value_error("lineno must be an integer"),
            Some(_) => vm.value_error("f_lineno can only be set in a trace function"),
        })
    }
    #[pygetset]
    fn f_lasti(this: &Ref<FrameObject>) -> i32 {
        match this.lasti() {
            -1 => -1,
            n => 2 * n,
        }
    }
    #[pygetset]
    fn f_trace(this: &Ref<FrameObject>) -> Option<Value> {
        peek(&this.trace)
    }
    #[pysetter(f_trace)]
    fn set_f_trace(this: &Ref<FrameObject>, value: Option<&Value>) -> PyResult<()> {
        drop(this.trace.replace(value.filter(|v| !v.is_none()).cloned()));
        Ok(())
    }
    #[pygetset]
    fn f_trace_lines(this: &Ref<FrameObject>) -> bool {
        this.trace_lines.get()
    }
    #[pysetter(f_trace_lines)]
    fn set_f_trace_lines(vm: &Vm, this: &Ref<FrameObject>, value: Option<&Value>) -> PyResult<()> {
        this.trace_lines.set(checked_bool(vm, value)?);
        Ok(())
    }
    #[pygetset]
    fn f_trace_opcodes(this: &Ref<FrameObject>) -> bool {
        this.trace_opcodes.get()
    }
    #[pysetter(f_trace_opcodes)]
    fn set_f_trace_opcodes(
        vm: &Vm,
        this: &Ref<FrameObject>,
        value: Option<&Value>,
    ) -> PyResult<()> {
        this.trace_opcodes.set(checked_bool(vm, value)?);
        Ok(())
    }
    #[pygetset]
    fn f_generator(this: &Ref<FrameObject>) -> Option<Value> {
        this.generator().map(|g| g.to_value())
    }
    /// Clears the locals of a frame that has ended.
    #[pymethod("(self, /)")]
    fn clear(vm: &Vm, this: &Ref<FrameObject>) -> PyResult<()> {
        if let Some(g) = this.generator() {
            match g.state.get() {
                GenState::Running => {
                    return Err(vm.runtime_error("cannot clear an executing frame"));
                }
                GenState::Suspended => {
                    return Err(vm.runtime_error("cannot clear a suspended frame"));
                }
                GenState::Created | GenState::Closed => crate::gen_type::close(vm, &g).map(drop)?,
            }
        } else if this.live().is_some() {
            return Err(vm.runtime_error("cannot clear an executing frame"));
        }
        // SAFETY: the body has ended; the values are dropped outside.
        let saved = unsafe { std::mem::take(&mut *this.saved.get()) };
        drop((saved, this.saved_locals.take(), this.extra_locals.take()));
        Ok(())
    }
}

impl FrameObject {
    /// The generator whose body this is, while it has not ended.
    fn generator(&self) -> Option<Ref<Generator>> {
        let f = self.live()?;
        // SAFETY: records of generators name their generator, which is alive as long as they are.
        (!f.generator.is_null())
            .then(|| unsafe { (*(&raw const f.generator).cast::<Ref<Generator>>()).clone() })
    }
}

fn checked_bool(vm: &Vm, value: Option<&Value>) -> PyResult<bool> {
    value
        .and_then(Value::as_bool)
        .ok_or_else(|| vm.type_error("attribute value type must be bool"))
}

/// The payload of `FrameLocalsProxy`: the fast locals of a frame as a mapping.
pub struct LocalsProxy {
    frame: Ref<FrameObject>,
}
payload!(LocalsProxy, gc, |this, visit| visit(this.frame.as_value()));

impl LocalsProxy {
    fn find(&self, vm: &Vm, key: &Value) -> PyResult<Option<Value>> {
        if let Some(v) = self
            .frame
            .local_named(key)
            .and_then(|n| self.frame.local(n))
        {
            return Ok(Some(v));
        }
        match self.frame.extra() {
            Some(extra) => extra.get(vm, key),
            None => vm.hash(key).map(|_| None),
        }
    }

    fn store(&self, vm: &Vm, key: &Value, value: Value) -> PyResult<()> {
        match self.frame.local_named(key) {
            Some(n) => {
                self.frame.set_local(n, value);
                Ok(())
            }
            None => self.frame.extra_or_new(vm).insert(vm, key.clone(), value),
        }
    }

    fn remove(&self, vm: &Vm, key: &Value) -> PyResult<Option<Value>> {
        if self.frame.local_named(key).is_some() {
            return Err(vm.value_error("cannot remove local variables from FrameLocalsProxy"));
        }
        match self.frame.extra() {
            Some(extra) => extra.remove(vm, key),
            None => Ok(None),
        }
    }

    fn merge(vm: &Vm, this: &Ref<LocalsProxy>, other: &Value) -> PyResult<()> {
        let pairs = vm.new_dict();
        vm.call_method(
            pairs.as_value(),
            &vm.names.update,
            std::slice::from_ref(other),
        )?;
        for (key, value) in pairs.items() {
            this.store(vm, &key, value)?;
        }
        Ok(())
    }
}

fn as_dict(vm: &Vm, value: &Value) -> PyResult<Option<Ref<Dict>>> {
    if let Some(proxy) = value.downcast::<LocalsProxy>() {
        return snapshot(vm, &proxy.frame).map(Some);
    }
    Ok(value.downcast::<Dict>().cloned())
}

#[pymethods(name = "FrameLocalsProxy", doc = "", flags(MAPPING))]
impl LocalsProxy {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, args: taipan_object::Args<'_>) -> PyResult {
        if args.keyword_count() > 0 {
            return Err(vm.type_error("FrameLocalsProxy takes no keyword arguments"));
        }
        match args.values {
            [frame] => match frame.downcast::<FrameObject>() {
                Some(frame) => Ok(vm
                    .heap
                    .alloc(
                        cls,
                        LocalsProxy {
                            frame: frame.clone(),
                        },
                    )
                    .into_value()),
                None => Err(vm.type_error(format!("expect frame, not {}", vm.type_name(frame)))),
            },
            _ => Err(vm.type_error(format!(
                "FrameLocalsProxy expected 1 argument, got {}",
                args.values.len()
            ))),
        }
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<LocalsProxy>) -> PyResult {
        let Some(_guard) = vm.repr_enter(this.as_value()) else {
            return Ok(vm.new_str("{...}").into_value());
        };
        let dict = snapshot(vm, &this.frame)?;
        vm.repr(dict.as_value()).map(Ref::into_value)
    }
    #[pyslot]
    fn len(vm: &Vm, this: &Ref<LocalsProxy>) -> PyResult<usize> {
        Ok(this.frame.local_items(vm).len())
    }
    #[pyslot]
    fn getitem(vm: &Vm, this: &Ref<LocalsProxy>, key: &Value) -> PyResult {
        match this.find(vm, key)? {
            Some(v) => Ok(v),
            None => {
                let message = format!("local variable '{}' is not defined", vm.repr(key)?);
                Err(vm.raise_str(&vm.exc.key_error, message))
            }
        }
    }
    #[pyslot]
    fn setitem(
        vm: &Vm,
        this: &Ref<LocalsProxy>,
        key: &Value,
        value: Option<&Value>,
    ) -> PyResult<()> {
        match value {
            Some(v) => this.store(vm, key, v.clone()),
            None => match this.remove(vm, key)? {
                Some(_) => Ok(()),
                None => Err(vm.key_error(key)),
            },
        }
    }
    #[pyslot]
    fn contains(vm: &Vm, this: &Ref<LocalsProxy>, key: &Value) -> PyResult<bool> {
        Ok(this.find(vm, key)?.is_some())
    }
    #[pyslot]
    fn iter(vm: &Vm, this: &Ref<LocalsProxy>) -> PyResult {
        let keys = vm.list_value(
            this.frame
                .local_items(vm)
                .into_iter()
                .map(|(k, _)| k)
                .collect(),
        );
        vm.iter(&keys)
    }
    #[pyslot]
    fn richcompare(vm: &Vm, this: &Value, other: &Value, op: CmpOp) -> PyResult {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        if let (Some(a), Some(b)) = (
            this.downcast::<LocalsProxy>(),
            other.downcast::<LocalsProxy>(),
        ) {
            return Ok(Value::bool(a.frame.is(&b.frame) == (op == CmpOp::Eq)));
        }
        match (as_dict(vm, this)?, other.downcast::<Dict>()) {
            (Some(a), Some(b)) => vm.compare(a.as_value(), b.as_value(), op),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn or(vm: &Vm, a: &Value, b: &Value) -> PyResult {
        match (as_dict(vm, a)?, as_dict(vm, b)?) {
            (Some(a), Some(b)) => {
                let sum = vm.heap.alloc(&vm.types.dict, a.copy()).into_value();
                vm.call_method(&sum, &vm.names.update, &[b.into_value()])?;
                Ok(sum)
            }
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    #[pyslot]
    fn ior(vm: &Vm, this: &Ref<LocalsProxy>, other: &Value) -> PyResult {
        match as_dict(vm, other)? {
            Some(d) => {
                LocalsProxy::merge(vm, this, d.as_value())?;
                Ok(this.to_value())
            }
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }
    /// The names, last first.
    #[pymethod("(self, /)")]
    fn __reversed__(vm: &Vm, this: &Ref<LocalsProxy>) -> PyResult {
        let keys = vm.list_value(
            this.frame
                .local_items(vm)
                .into_iter()
                .rev()
                .map(|(k, _)| k)
                .collect(),
        );
        vm.iter(&keys)
    }
    /// The value of a name, or the default.
    #[pymethod("(self, key, default=None, /)")]
    fn get(vm: &Vm, this: &Ref<LocalsProxy>, key: &Value, default: Value) -> PyResult {
        Ok(this.find(vm, key)?.unwrap_or(default))
    }
    /// The value of a name, which gets the default if it has none.
    #[pymethod("(self, key, default=None, /)")]
    fn setdefault(vm: &Vm, this: &Ref<LocalsProxy>, key: &Value, default: Value) -> PyResult {
        if let Some(v) = this.find(vm, key)? {
            return Ok(v);
        }
        this.store(vm, key, default.clone())?;
        Ok(default)
    }
    /// Removes a name that is no variable of the frame and gives its value.
    #[pymethod("(self, key, default=<unset>, /)")]
    fn pop(vm: &Vm, this: &Ref<LocalsProxy>, key: &Value, default: Option<Value>) -> PyResult {
        match (this.remove(vm, key)?, default) {
            (Some(v), _) | (None, Some(v)) => Ok(v),
            (None, None) => Err(vm.key_error(key)),
        }
    }
    /// Sets several names.
    #[pymethod("(self, other, /)")]
    fn update(vm: &Vm, this: &Ref<LocalsProxy>, other: &Value) -> PyResult<()> {
        LocalsProxy::merge(vm, this, other)
    }
    /// A dict of the present values.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<LocalsProxy>) -> PyResult<Ref<Dict>> {
        snapshot(vm, &this.frame)
    }
    /// The names as a list.
    #[pymethod("(self, /)")]
    fn keys(vm: &Vm, this: &Ref<LocalsProxy>) -> Value {
        vm.list_value(
            this.frame
                .local_items(vm)
                .into_iter()
                .map(|(k, _)| k)
                .collect(),
        )
    }
    /// The values as a list.
    #[pymethod("(self, /)")]
    fn values(vm: &Vm, this: &Ref<LocalsProxy>) -> Value {
        vm.list_value(
            this.frame
                .local_items(vm)
                .into_iter()
                .map(|(_, v)| v)
                .collect(),
        )
    }
    /// The pairs as a list.
    #[pymethod("(self, /)")]
    fn items(vm: &Vm, this: &Ref<LocalsProxy>) -> Value {
        let pairs = this
            .frame
            .local_items(vm)
            .into_iter()
            .map(|(k, v)| vm.tuple_value([k, v]));
        vm.list_value(pairs.collect())
    }
}

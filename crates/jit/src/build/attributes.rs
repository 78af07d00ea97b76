//! Globals, attributes, cells.

use taipan_compiler::opcode::{Instr, KILL_A, KILL_B};
use taipan_object::dict::Dict;
use taipan_object::instance::Shape;
use taipan_object::module::Module;
use taipan_object::value::encoding;
use taipan_object::{Object, ObjectHeader};
use taipan_vm::code::{Cache, Poly};
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Term, Ty};
use crate::profile::{MOST_SHAPES, Seen};

impl Builder<'_> {
    /// The forms that an instruction has had: those that failed before, and the present one.
    fn forms(&mut self, i: u64, pc: u32, kinds: &[u8]) -> Vec<Seen> {
        let now = Seen {
            op: i as u8,
            cache: self.cache(pc),
        };
        let mut forms: Vec<Seen> = self.body().profile.seen(pc).to_vec();
        for form in entries_of(&now) {
            // A new version of a class takes the place of the old one.
            forms.retain(|f| f.cache.words[1] == 0 || f.cache.words[1] != form.cache.words[1]);
            forms.push(form);
        }
        forms.retain(|f| kinds.contains(&f.op));
        forms.truncate(MOST_SHAPES);
        self.f.forms.push((self.body().address, pc, now));
        forms
    }

    /// Picks the form that what is known of a register makes certain.
    fn settled(&self, n: u32, forms: &[Seen]) -> Option<Seen> {
        let facts = self.state[n as usize].facts;
        if facts.version == 0 {
            return None;
        }
        forms.iter().copied().find(|f| {
            f.cache.words[0] == facts.version
                && (f.cache.words[1] == 0 || f.cache.words[1] == facts.shape)
        })
    }

    /// Whether an object has the layout that a form wants.
    fn has_layout(&mut self, object: Id, form: &Seen) -> Id {
        let [version, shape, ..] = form.cache.words;
        let offset = if shape == 0 {
            0
        } else {
            self.instance_offset(&form.cache)
        };
        self.emit(
            Op::HasLayout {
                version,
                shape,
                offset,
            },
            Ty::Bool,
            vec![object],
        )
    }

    /// Tells forms apart: for each a block to go on in, the last one guarded.
    fn tell_apart(&mut self, n: u32, forms: &[Seen]) -> Vec<BlockId> {
        let object = self.word(n);
        let mut blocks = Vec::new();
        for form in &forms[..forms.len() - 1] {
            let test = self.has_layout(object, form);
            let (yes, no) = (self.f.add_block(self.pc), self.f.add_block(self.pc));
            self.split(test, yes, no);
            blocks.push(yes);
            self.block = no;
        }
        let [version, shape, ..] = forms[forms.len() - 1].cache.words;
        self.guarded(Op::GuardVersion(version), Ty::Unit, vec![object], "layout");
        if shape != 0 {
            let offset = self.instance_offset(&forms[forms.len() - 1].cache);
            let guard = Op::GuardField {
                offset,
                value: shape,
            };
            self.guarded(guard, Ty::Unit, vec![object], "layout");
        }
        blocks.push(self.block);
        blocks
    }

    /// Where all forms do the same, they need not be told apart: guards that it is one of them.
    fn same_for_all(&mut self, n: u32, forms: &[Seen], same: impl Fn(&Seen) -> u64) -> bool {
        let (Some(first), true) = (forms.first(), forms.len() > 1) else {
            return false;
        };
        let shaped = forms.iter().filter(|f| f.cache.words[1] != 0).count();
        let alike = forms
            .iter()
            .all(|f| f.op == first.op && same(f) == same(first));
        if !alike || shaped != 0 && shaped != forms.len() {
            return false;
        }
        let offset = (shaped != 0).then(|| self.instance_offset(&first.cache));
        if let Some(offset) = offset
            && forms
                .iter()
                .any(|f| self.instance_offset(&f.cache) != offset)
        {
            return false;
        }
        // A version belongs to one state of one type, and so does a shape: both sets together
        // say that the object has one of the layouts.
        let object = self.word(n);
        let versions = forms.iter().map(|f| f.cache.words[0]).collect();
        let set = self.f.add_set(versions);
        self.guarded(Op::GuardVersionIn(set), Ty::Unit, vec![object], "layout");
        if let Some(offset) = offset {
            let shapes = forms.iter().map(|f| f.cache.words[1]).collect();
            let set = self.f.add_set(shapes);
            let guard = Op::GuardFieldIn { offset, set };
            self.guarded(guard, Ty::Unit, vec![object], "layout");
        }
        true
    }

    /// Guards that a register holds an object of the cached type version and shape; its word.
    pub(super) fn guard_layout(&mut self, n: u32, cache: &Cache) -> Id {
        let object = self.word(n);
        let [version, shape, ..] = cache.words;
        if self.state[n as usize].facts.version != version {
            self.guarded(
                Op::GuardVersion(version),
                Ty::Unit,
                vec![object],
                "type version",
            );
            self.state[n as usize].facts = Facts {
                version,
                ..Facts::default()
            };
        }
        if shape != 0 && self.state[n as usize].facts.shape != shape {
            let offset = self.instance_offset(cache);
            self.guarded(
                Op::GuardField {
                    offset,
                    value: shape,
                },
                Ty::Unit,
                vec![object],
                "shape",
            );
            self.state[n as usize].facts.shape = shape;
        }
        object
    }

    /// Byte offset of the shape word in objects that the cache describes.
    pub(super) fn instance_offset(&self, cache: &Cache) -> u32 {
        let shape = cache.words[1] as *const Shape;
        // SAFETY: shapes live as long as their type, which the cache's version keeps identified.
        unsafe { (*(*shape).ty).payload.instance_offset }
    }

    fn sample_field(&self, n: u32, cache: &Cache, offset: u64) -> u64 {
        let w = self.sample(n);
        if !encoding::is_heap(w) {
            return 0;
        }
        // SAFETY: samples are live words; the shape tells that the field is there.
        unsafe {
            let header = &*(w as *const ObjectHeader);
            if header.ty().version.get() != cache.words[0] {
                return 0;
            }
            let shape = *((w + u64::from(header.ty().instance_offset)) as *const u64);
            if shape != cache.words[1] {
                0
            } else {
                *((w + offset) as *const u64)
            }
        }
    }

    /// Loads and stores by name.
    pub(super) fn names(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let next = Some(pc + 1);
        if self.is_general(pc) {
            self.interpret(pc)?;
            return Ok(next);
        }
        match i as u8 {
            // Not run yet, or it has no fast form: the second time it goes the general way.
            op::LOAD_GLOBAL | op::LOAD_ATTR | op::STORE_ATTR | op::LOAD_METHOD => {
                self.leave("not run yet");
                return Ok(None);
            }
            op::LOAD_GLOBAL_MODULE | op::LOAD_GLOBAL_BUILTIN => self.load_global(i, pc),
            op::LOAD_ATTR_MEGA | op::STORE_ATTR_MEGA | op::LOAD_METHOD_MEGA => {
                self.interpret(pc)?;
            }
            op::LOAD_ATTR_SLOT | op::LOAD_ATTR_CLASS | op::LOAD_ATTR_POLY => {
                self.load_slot(i, pc)?;
            }
            op::LOAD_METHOD_CACHED | op::LOAD_METHOD_POLY => self.load_method(i, pc)?,
            op::STORE_ATTR_SLOT | op::STORE_ATTR_ADD | op::STORE_ATTR_POLY => {
                self.store_attribute(i, pc)?;
            }
            op::LOAD_ATTR_TYPE | op::LOAD_METHOD_TYPE => self.load_from_class(i, pc),
            op::LOAD_DEREF => self.load_cell(i),
            _ => {
                if !self.load_from_module(i, pc) {
                    self.interpret(pc)?;
                }
            }
        }
        Ok(next)
    }

    /// The value of a dict's entry, borrowed, with a sample.
    fn load_entry(&mut self, address: u64, version: u64, index: u64) -> (Id, u64) {
        let v = self.guarded(
            Op::LoadDict {
                address,
                version,
                index: index as u32,
            },
            Ty::Word,
            vec![],
            "globals changed",
        );
        // SAFETY: the dict is alive and the place is live while its keys version is the cached one.
        let sample = unsafe {
            let dict = &(*(address as *const Object<Dict>)).payload;
            if dict.keys_version() == version {
                dict.word_at(index as usize)
            } else {
                0
            }
        };
        (v, sample)
    }

    fn load_global(&mut self, i: u64, pc: u32) {
        let [globals_version, index, builtins_version, _] = self.cache(pc).words;
        let (globals, builtins) = (self.body().globals, self.body().builtins);
        let (v, sample) = if i as u8 == op::LOAD_GLOBAL_MODULE {
            self.load_entry(globals, globals_version, index)
        } else {
            // The name must stay absent from the globals.
            let g = self.constant(globals);
            self.guarded(
                Op::GuardField {
                    offset: Dict::KEYS_VERSION_OFFSET as u32,
                    value: globals_version,
                },
                Ty::Unit,
                vec![g],
                "globals changed",
            );
            self.load_entry(builtins, builtins_version, index)
        };
        self.result(i, Loc::Borrow(v, Lender::Object), sample);
    }

    fn load_slot(&mut self, i: u64, pc: u32) -> Result<(), Stop> {
        let b = self.b(i);
        let mut forms = self.forms(i, pc, &[op::LOAD_ATTR_SLOT, op::LOAD_ATTR_CLASS]);
        if forms.is_empty() {
            return self.interpret(pc);
        }
        if let Some(form) = self.settled(b, &forms) {
            forms = vec![form];
        }
        let load = |s: &mut Self, object: Id, form: &Seen| {
            if form.op == op::LOAD_ATTR_CLASS {
                return s.constant(form.cache.words[2]);
            }
            let offset = form.cache.words[2] as u32;
            s.guarded(
                Op::LoadField { offset },
                Ty::Word,
                vec![object],
                "empty slot",
            )
        };
        let sample = forms
            .iter()
            .map(|f| match f.op {
                op::LOAD_ATTR_CLASS => f.cache.words[2],
                _ => self.sample_field(b, &f.cache, f.cache.words[2]),
            })
            .find(|&s| s != 0)
            .unwrap_or(0);
        if let [form] = &forms[..] {
            let object = self.guard_layout(b, &form.cache);
            let v = load(self, object, form);
            self.result(i, Loc::Borrow(v, Lender::Object), sample);
            return Ok(());
        }
        let object = self.word(b);
        if self.same_for_all(b, &forms, |f| f.cache.words[2]) {
            let v = load(self, object, &forms[0]);
            self.result(i, Loc::Borrow(v, Lender::Object), sample);
            return Ok(());
        }
        let blocks = self.tell_apart(b, &forms);
        let next = self.f.add_block(pc);
        let v = self.f.add_param(next, Ty::Word);
        for (block, form) in blocks.into_iter().zip(&forms) {
            self.block = block;
            self.changed();
            let x = load(self, object, form);
            self.close(Term::Jump(next, vec![x]));
        }
        self.block = next;
        self.changed();
        self.result(i, Loc::Borrow(v, Lender::Object), sample);
        Ok(())
    }

    fn load_method(&mut self, i: u64, pc: u32) -> Result<(), Stop> {
        let (a, b) = (self.a(i), self.b(i));
        let kill = Instr(i).flags() & KILL_B != 0;
        let mut forms = self.forms(i, pc, &[op::LOAD_METHOD_CACHED]);
        if forms.is_empty() {
            return self.interpret(pc);
        }
        if let Some(form) = self.settled(b, &forms) {
            forms = vec![form];
        }
        let sample = self.sample(b);
        let (function, certain, choice) = if let [form] = &forms[..] {
            self.guard_layout(b, &form.cache);
            let word = form.cache.words[2];
            (self.constant(word), word, None)
        } else if self.same_for_all(b, &forms, |f| f.cache.words[2]) {
            let word = forms[0].cache.words[2];
            (self.constant(word), word, None)
        } else {
            let blocks = self.tell_apart(b, &forms);
            let next = self.f.add_block(pc);
            let v = self.f.add_param(next, Ty::Word);
            for (block, form) in blocks.into_iter().zip(&forms) {
                self.block = block;
                let x = self.constant(form.cache.words[2]);
                self.close(Term::Jump(next, vec![x]));
            }
            self.block = next;
            self.changed();
            let key = (self.body().id, pc);
            let mut cases: Vec<(u64, Facts)> = Vec::new();
            for f in &forms {
                let facts = Facts {
                    version: f.cache.words[0],
                    shape: f.cache.words[1],
                    exact: 0,
                };
                // A method that several classes share tells nothing about self.
                match cases.iter_mut().find(|c| c.0 == f.cache.words[2]) {
                    Some(case) => case.1 = Facts::default(),
                    None => cases.push((f.cache.words[2], facts)),
                }
            }
            self.choices.insert(key, cases);
            (v, forms[0].cache.words[2], Some(key))
        };
        let r = self.state[b as usize];
        // Self: moved, lent, or a copy of the loan.
        let this = match r.loc {
            Loc::Mem if kill => {
                let w = self.owned(b, true);
                self.clear(a + 1);
                self.emit(Op::StoreRegDead(a + 1), Ty::Unit, vec![w]);
                Loc::Mem
            }
            _ => {
                let loc = self.lend(b);
                if kill {
                    self.state[b as usize] = DEAD;
                }
                self.clear(a + 1);
                loc
            }
        };
        self.clear(a);
        self.state[a as usize] = Reg {
            loc: Loc::Borrow(function, Lender::Object),
            sample: certain,
            choice,
            ..DEAD
        };
        self.state[a as usize + 1] = Reg {
            loc: this,
            sample,
            hint: r.hint,
            facts: r.facts,
            bound: Some(true),
            ..DEAD
        };
        if let [form] = &forms[..] {
            let facts = &mut self.state[a as usize + 1].facts;
            facts.version = form.cache.words[0];
            if form.cache.words[1] != 0 {
                facts.shape = form.cache.words[1];
            }
        }
        self.changed();
        Ok(())
    }

    /// An attribute of a certain class.
    fn load_from_class(&mut self, i: u64, pc: u32) {
        let (a, b) = (self.a(i), self.b(i));
        let [version, class, value, _] = self.cache(pc).words;
        let w = self.word(b);
        self.guarded(Op::GuardWord(class), Ty::Unit, vec![w], "class");
        // Something else may lie there by now.
        self.guard_exact(b, w, type_of(class));
        let offset = 16 + std::mem::offset_of!(taipan_object::ty::Type, version) as u32;
        self.guarded(
            Op::GuardField {
                offset,
                value: version,
            },
            Ty::Unit,
            vec![w],
            "class changed",
        );
        let v = self.constant(value);
        self.result(i, Loc::Borrow(v, Lender::Object), value);
        if i as u8 == op::LOAD_METHOD_TYPE {
            let empty = self.constant(0);
            self.promote();
            self.set_owned(a + 1, empty, 0, 0);
            self.state[a as usize + 1].bound = Some(false);
        }
    }

    /// A method of a base class, found through `super`.
    pub(super) fn load_super_method(&mut self, i: u64, pc: u32) -> Result<Option<u32>, Stop> {
        let (a, b) = (self.a(i), self.b(i));
        match self.inherited(b, Instr(i).c(), pc) {
            Some((class, version, method)) => {
                let function = self.word(b);
                let word = self.i.vm.types.super_.as_ptr() as u64;
                self.guarded(Op::GuardWord(word), Ty::Unit, vec![function], "super");
                let w = self.word(b + 1);
                self.guarded(Op::GuardWord(class), Ty::Unit, vec![w], "class");
                if self.state[b as usize + 2].facts.version != version {
                    let this = self.word(b + 2);
                    self.guarded(
                        Op::GuardVersion(version),
                        Ty::Unit,
                        vec![this],
                        "type version",
                    );
                    self.state[b as usize + 2].facts.version = version;
                }
                self.clear(b);
                self.clear(b + 1);
                self.move_register(a + 1, b + 2, true);
                self.clear(a);
                let f = self.constant(method);
                self.state[a as usize] = Reg {
                    loc: Loc::Borrow(f, Lender::Object),
                    sample: method,
                    ..DEAD
                };
                self.state[a as usize + 1].bound = Some(true);
                self.changed();
            }
            None => self.interpret(pc)?,
        }
        Ok(Some(pc + 1))
    }

    /// The class in a `super` call, the version of self's class and the function that is found.
    fn inherited(&self, b: u32, name: u16, pc: u32) -> Option<(u64, u64, u64)> {
        use taipan_object::Value;
        use taipan_object::ty::Type;
        let vm = self.i.vm;
        if self.is_general(pc) || self.sample(b) != vm.types.super_.as_ptr() as u64 {
            return None;
        }
        let (class, start) = (self.sample(b + 1), self.expected_type(b + 2));
        if !encoding::is_heap(class) || start == 0 {
            return None;
        }
        // SAFETY: samples are live words, and so are their types.
        let (class_value, start) =
            unsafe { (Value::borrow_word(&class), Value::borrow_word(&start)) };
        let (class_ref, start) = (class_value.downcast::<Type>()?, start.downcast::<Type>()?);
        let name = self.body().code.names().get(usize::from(name))?;
        let found = taipan_vm::super_::lookup_after(start, class_ref, name)?;
        self.python_function(found.word())?;
        let version = vm.type_version(start);
        (version != 0).then_some((class, version, found.word()))
    }

    fn load_from_module(&mut self, i: u64, pc: u32) -> bool {
        let (a, b) = (self.a(i), self.b(i));
        let module = self.sample(b);
        if type_of(module) != self.i.vm.types.module.as_ptr() as u64 {
            return false;
        }
        let [version, index, ..] = self.cache(pc).words;
        let object = self.word(b);
        self.guarded(Op::GuardWord(module), Ty::Unit, vec![object], "module");
        // SAFETY: the sample is a live module, and the guard keeps it the one that is met.
        let address = unsafe { (*(module as *const Object<Module>)).payload.dict.as_ptr() as u64 };
        self.f.keep.push(
            // SAFETY: a live word.
            unsafe { taipan_object::Value::borrow_word(&module).clone() },
        );
        let (v, sample) = self.load_entry(address, version, index);
        self.result(i, Loc::Borrow(v, Lender::Object), sample);
        if i as u8 == op::LOAD_METHOD_MODULE {
            self.flush(a);
            self.clear(a + 1);
            let empty = self.constant(0);
            self.emit(Op::StoreRegDead(a + 1), Ty::Unit, vec![empty]);
            self.state[a as usize + 1].loc = Loc::Mem;
            self.state[a as usize + 1].bound = Some(false);
            self.changed();
        }
        true
    }

    fn store_attribute(&mut self, i: u64, pc: u32) -> Result<(), Stop> {
        let (a, b) = (self.a(i), self.b(i));
        let kill = Instr(i).flags() & KILL_B != 0;
        let mut forms = self.forms(i, pc, &[op::STORE_ATTR_SLOT, op::STORE_ATTR_ADD]);
        if forms.is_empty() {
            return self.interpret(pc);
        }
        if let Some(form) = self.settled(a, &forms) {
            forms = vec![form];
        }
        let object;
        let mut blocks = Vec::new();
        if forms.iter().all(|f| f.op == op::STORE_ATTR_SLOT)
            && self.same_for_all(a, &forms, |f| f.cache.words[2])
        {
            // One store does for all of them.
            object = self.word(a);
            forms.truncate(1);
        } else if let [form] = &forms[..] {
            object = self.guard_layout(a, &form.cache);
        } else {
            object = self.word(a);
            blocks = self.tell_apart(a, &forms);
            // The value's own reference is taken in each block.
            self.block = blocks[0];
            self.changed();
        }
        if let [form] = &forms[..] {
            self.promote_except(b);
            let value = self.owned(b, kill);
            self.store_form(a, object, value, form);
        } else {
            let before = self.state.clone();
            let next = self.f.add_block(pc);
            for (block, form) in blocks.into_iter().zip(&forms) {
                self.block = block;
                self.state = before.clone();
                self.changed();
                self.promote_except(b);
                let value = self.owned(b, kill);
                self.store_form(a, object, value, form);
                self.state[a as usize].facts = before[a as usize].facts;
                self.close(Term::Jump(next, vec![]));
            }
            self.block = next;
            for (r, old) in self.state.regs.iter_mut().zip(&before.regs) {
                // What one of the blocks has read does not reach here.
                r.cached = r.cached.filter(|_| r.cached == old.cached);
            }
            self.forget();
        }
        self.changed();
        if Instr(i).flags() & KILL_A != 0 {
            self.clear(a);
        }
        Ok(())
    }

    fn store_form(&mut self, a: u32, object: Id, value: Id, form: &Seen) {
        let words = form.cache.words;
        if form.op == op::STORE_ATTR_SLOT {
            let offset = words[2] as u32;
            self.emit(Op::StoreField { offset }, Ty::Unit, vec![object, value]);
            self.state.dirty = true;
            return;
        }
        let offset = self.instance_offset(&form.cache);
        self.emit(
            Op::SetField {
                offset,
                value: words[2],
            },
            Ty::Unit,
            vec![object],
        );
        let offset = words[3] as u32;
        self.emit(Op::InitField { offset }, Ty::Unit, vec![object, value]);
        // Other registers may hold the same object.
        for r in &mut self.state.regs {
            r.facts.shape = 0;
        }
        let facts = &mut self.state[a as usize].facts;
        facts.version = words[0];
        facts.shape = words[2];
    }

    fn load_cell(&mut self, i: u64) {
        use taipan_object::function::Cell;
        let cell = self.word(self.b(i));
        let offset = Cell::VALUE_OFFSET as u32;
        let v = self.guarded(Op::LoadField { offset }, Ty::Word, vec![cell], "empty cell");
        let w = self.sample(self.b(i));
        let sample = if encoding::is_heap(w) {
            // SAFETY: samples are live words; a cell's register holds a cell.
            unsafe { *((w + u64::from(offset)) as *const u64) }
        } else {
            0
        };
        self.result(i, Loc::Borrow(v, Lender::Object), sample);
    }
}

/// The forms that an instruction's cache stands for.
fn entries_of(now: &Seen) -> Vec<Seen> {
    let poly = matches!(
        now.op,
        op::LOAD_ATTR_POLY | op::STORE_ATTR_POLY | op::LOAD_METHOD_POLY
    );
    if !poly {
        return vec![*now];
    }
    // SAFETY: the form tells that the cache is that of a polymorphic site.
    let entries = unsafe { Poly::entries(&now.cache) };
    entries
        .iter()
        .map(|e| {
            let [version, shape, x, y] = e.words;
            let (op, words) = match now.op {
                op::LOAD_ATTR_POLY if y != 0 => (op::LOAD_ATTR_CLASS, [version, shape, x, 0]),
                op::LOAD_ATTR_POLY => (op::LOAD_ATTR_SLOT, [version, shape, x, 0]),
                op::STORE_ATTR_POLY if x != 0 => (op::STORE_ATTR_ADD, [version, shape, x, y]),
                op::STORE_ATTR_POLY => (op::STORE_ATTR_SLOT, [version, shape, y, 0]),
                _ => (op::LOAD_METHOD_CACHED, [version, shape, x, 0]),
            };
            Seen {
                op,
                cache: Cache { words },
            }
        })
        .collect()
}

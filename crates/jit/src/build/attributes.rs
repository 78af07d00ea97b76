//! Globals, attributes, cells.

use taipan_compiler::opcode::{Instr, KILL_A, KILL_B};
use taipan_object::ObjectHeader;
use taipan_object::value::encoding;
use taipan_vm::code::Cache;
use taipan_vm::op;

use super::*;
use crate::hir::{Id, Op, Ty};

impl Builder<'_> {
    /// Guards that a register holds an object of the cached type version and shape; its word.
    pub(super) fn guard_shape(&mut self, n: u32, cache: &Cache) -> Id {
        let object = self.word(n);
        let facts = self.state[n as usize].facts;
        if facts.version != cache.words[0] {
            self.guarded(
                Op::GuardVersion(cache.words[0]),
                Ty::Unit,
                vec![object],
                "type version",
            );
            self.state[n as usize].facts = Facts {
                version: cache.words[0],
                shape: 0,
                exact: 0,
            };
        }
        if self.state[n as usize].facts.shape != cache.words[1] {
            let offset = self.instance_offset(cache, n);
            self.guarded(
                Op::GuardField {
                    offset,
                    value: cache.words[1],
                },
                Ty::Unit,
                vec![object],
                "shape",
            );
            self.state[n as usize].facts.shape = cache.words[1];
        }
        object
    }

    /// Byte offset of the shape word in objects that the cache describes.
    pub(super) fn instance_offset(&self, cache: &Cache, _: u32) -> u32 {
        let shape = cache.words[1] as *const taipan_object::instance::Shape;
        // SAFETY: shapes live as long as their type, which the cache's version keeps identified.
        unsafe { (*(*shape).ty).payload.instance_offset }
    }

    pub(super) fn sample_field(&self, n: u32, cache: &Cache, offset: u64) -> u64 {
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
        let flags = Instr(i).flags();
        let byte = i as u8;
        match byte {
            op::LOAD_GLOBAL_MODULE | op::LOAD_GLOBAL_BUILTIN => {
                let cache = self.i.caches[pc as usize];
                let module = i as u8 == op::LOAD_GLOBAL_MODULE;
                if !module {
                    // The name must stay absent from the globals.
                    let g = self.emit(Op::Word(self.i.globals), Ty::Word, vec![]);
                    self.guarded(
                        Op::GuardField {
                            offset: taipan_object::dict::Dict::KEYS_VERSION_OFFSET as u32,
                            value: cache.words[0],
                        },
                        Ty::Unit,
                        vec![g],
                        "globals changed",
                    );
                }
                let (address, version) = if module {
                    (self.i.globals, cache.words[0])
                } else {
                    (self.i.builtins, cache.words[2])
                };
                let v = self.guarded(
                    Op::LoadDict {
                        address,
                        version,
                        index: cache.words[1] as u32,
                    },
                    Ty::Word,
                    vec![],
                    "globals changed",
                );
                // SAFETY: the dict is alive and the place is live while its keys version is the cached one.
                let sample = unsafe {
                    let dict = &(*(address
                        as *const taipan_object::Object<taipan_object::dict::Dict>))
                        .payload;
                    if dict.keys_version() == version {
                        dict.word_at(cache.words[1] as usize)
                    } else {
                        0
                    }
                };
                self.result(i, Loc::Borrow(v), sample);
            }
            op::LOAD_ATTR_SLOT => {
                let cache = self.i.caches[pc as usize];
                let object = self.guard_shape(b(i), &cache);
                let sample = self.sample_field(b(i), &cache, cache.words[2]);
                let v = self.guarded(
                    Op::LoadField {
                        offset: cache.words[2] as u32,
                    },
                    Ty::Word,
                    vec![object],
                    "empty slot",
                );
                if flags & KILL_B != 0 && self.state[b(i) as usize].loc == Loc::Mem {
                    // The object may die with this reference: take the value's own first.
                    self.emit(Op::Retain, Ty::Unit, vec![v]);
                    self.kill_operands(i);
                    self.clear(a(i));
                    self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![v]);
                    self.state[a(i) as usize] = Reg {
                        loc: Loc::Mem,
                        sample,
                        ..DEAD
                    };
                    self.changed();
                } else {
                    self.result(i, Loc::Borrow(v), sample);
                }
            }
            op::LOAD_METHOD_CACHED
                if encoding::is_heap(self.sample(b(i)))
                    || !matches!(
                        self.state[b(i) as usize].loc,
                        Loc::Int(_) | Loc::Float(_) | Loc::Bool(_)
                    ) =>
            {
                let cache = self.i.caches[pc as usize];
                let sample = self.sample(b(i));
                let object = if cache.words[1] != 0 {
                    self.guard_shape(b(i), &cache)
                } else {
                    let object = self.word(b(i));
                    if self.state[b(i) as usize].facts.version != cache.words[0] {
                        self.guarded(
                            Op::GuardVersion(cache.words[0]),
                            Ty::Unit,
                            vec![object],
                            "type version",
                        );
                        self.state[b(i) as usize].facts = Facts {
                            version: cache.words[0],
                            ..Facts::default()
                        };
                    }
                    object
                };
                let facts = self.state[b(i) as usize].facts;
                let this = if self.state[b(i) as usize].loc == Loc::Mem
                    || matches!(self.state[b(i) as usize].loc, Loc::Borrow(_))
                {
                    self.owned(b(i), flags & KILL_B != 0)
                } else {
                    object
                };
                let function = self.emit(Op::Word(cache.words[2]), Ty::Word, vec![]);
                self.emit(Op::Retain, Ty::Unit, vec![function]);
                self.clear(a(i));
                self.clear(a(i) + 1);
                self.emit(Op::StoreRegDead(a(i)), Ty::Unit, vec![function]);
                self.emit(Op::StoreRegDead(a(i) + 1), Ty::Unit, vec![this]);
                self.state[a(i) as usize] = Reg {
                    loc: Loc::Mem,
                    sample: cache.words[2],
                    ..DEAD
                };
                self.state[a(i) as usize + 1] = Reg {
                    loc: Loc::Mem,
                    sample,
                    facts,
                    ..DEAD
                };
                self.changed();
            }
            op::LOAD_ATTR_MODULE | op::LOAD_METHOD_MODULE
                if encoding::is_heap(self.sample(b(i)))
                    && type_of(self.sample(b(i))) == self.i.vm.types.module.as_ptr() as u64 =>
            {
                let cache = self.i.caches[pc as usize];
                let module = self.sample(b(i));
                let object = self.word(b(i));
                self.guarded(Op::GuardWord(module), Ty::Unit, vec![object], "module");
                // SAFETY: the sample is a live module, and the guard keeps it the one that is met.
                let address = unsafe {
                    (*(module as *const taipan_object::Object<taipan_object::module::Module>))
                        .payload
                        .dict
                        .as_ptr() as u64
                };
                let v = self.guarded(
                    Op::LoadDict {
                        address,
                        version: cache.words[0],
                        index: cache.words[1] as u32,
                    },
                    Ty::Word,
                    vec![],
                    "module changed",
                );
                // SAFETY: as for globals.
                let sample = unsafe {
                    let dict = &(*(address
                        as *const taipan_object::Object<taipan_object::dict::Dict>))
                        .payload;
                    if dict.keys_version() == cache.words[0] {
                        dict.word_at(cache.words[1] as usize)
                    } else {
                        0
                    }
                };
                self.result(i, Loc::Borrow(v), sample);
                if byte == op::LOAD_METHOD_MODULE {
                    self.flush(a(i));
                    self.clear(a(i) + 1);
                    let empty = self.emit(Op::Word(0), Ty::Word, vec![]);
                    self.emit(Op::StoreRegDead(a(i) + 1), Ty::Unit, vec![empty]);
                    self.state[a(i) as usize + 1] = Reg {
                        loc: Loc::Mem,
                        ..DEAD
                    };
                    self.changed();
                }
            }
            op::LOAD_ATTR_CLASS if encoding::is_heap(self.sample(b(i))) => {
                let cache = self.i.caches[pc as usize];
                if cache.words[1] != 0 {
                    self.guard_shape(b(i), &cache);
                } else {
                    let object = self.word(b(i));
                    if self.state[b(i) as usize].facts.version != cache.words[0] {
                        self.guarded(
                            Op::GuardVersion(cache.words[0]),
                            Ty::Unit,
                            vec![object],
                            "type version",
                        );
                        self.state[b(i) as usize].facts = Facts {
                            version: cache.words[0],
                            ..Facts::default()
                        };
                    }
                }
                let v = self.emit(Op::Word(cache.words[2]), Ty::Word, vec![]);
                self.result(i, Loc::Borrow(v), cache.words[2]);
            }
            op::STORE_ATTR_SLOT | op::STORE_ATTR_ADD => {
                let cache = self.i.caches[pc as usize];
                let object = self.guard_shape(a(i), &cache);
                self.promote_except(b(i));
                let value = self.owned(b(i), flags & KILL_B != 0);
                self.changed();
                if i as u8 == op::STORE_ATTR_SLOT {
                    self.emit(
                        Op::StoreField {
                            offset: cache.words[2] as u32,
                        },
                        Ty::Unit,
                        vec![object, value],
                    );
                } else {
                    let offset = self.instance_offset(&cache, a(i));
                    self.emit(
                        Op::SetField {
                            offset,
                            value: cache.words[2],
                        },
                        Ty::Unit,
                        vec![object],
                    );
                    self.emit(
                        Op::InitField {
                            offset: cache.words[3] as u32,
                        },
                        Ty::Unit,
                        vec![object, value],
                    );
                    let facts = &mut self.state[a(i) as usize].facts;
                    facts.shape = cache.words[2];
                    let new = *facts;
                    for r in &mut self.state {
                        r.facts.shape = 0;
                    }
                    self.state[a(i) as usize].facts = new;
                }
                if flags & KILL_A != 0 {
                    self.clear(a(i));
                }
            }
            op::LOAD_DEREF => {
                let cell = self.word(b(i));
                let v = self.guarded(
                    Op::LoadField {
                        offset: taipan_object::function::Cell::VALUE_OFFSET as u32,
                    },
                    Ty::Word,
                    vec![cell],
                    "empty cell",
                );
                let w = self.state[b(i) as usize].sample;
                let sample = if encoding::is_heap(w) {
                    // SAFETY: samples are live words; a cell's register holds a cell.
                    unsafe {
                        *((w + taipan_object::function::Cell::VALUE_OFFSET as u64) as *const u64)
                    }
                } else {
                    0
                };
                self.result(i, Loc::Borrow(v), sample);
            }
            _ => self.interpret(pc)?,
        }
        Ok(next)
    }
}

//! HIR to Cranelift IR to machine code.

mod calls;

use std::cell::RefCell;

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{
    self, AbiParam, BlockArg, InstBuilder, MemFlagsData, Signature, StackSlotData, types,
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::Configurable;
use cranelift_codegen::{Context, settings};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use taipan_object::ObjectHeader;
use taipan_object::dict::{Dict, Entry};
use taipan_object::iter::ListIterator;
use taipan_object::list::List;
use taipan_object::range::RangeIterator;
use taipan_object::tuple::Tuple;
use taipan_object::value::encoding;
use taipan_vm::frame::Frame;
use taipan_vm::machine::Machine;

use crate::hir::{Cond, ExitId, Function, Id, Op, Routine, Site, Ty};
use crate::runtime;

/// What lowering needs to know of the code.
pub struct Target {
    /// The code is a generator's: its record lies in the heap.
    pub generator: bool,
    /// First instruction of the working copy.
    pub instrs: u64,
    /// Constants of the code.
    pub consts: u64,
    /// Address of the records of exits.
    pub records: u64,
    /// Address of the byte that tells of waiting finalisers.
    pub finalizers: u64,
    /// Address of the records of inlined calls.
    pub frames: u64,
    /// Address of a word that is not 0 when the code is to be compiled again.
    pub stale: u64,
    /// Helpers note what they give.
    pub learning: bool,
    /// Every so manyth guard fails (`TAIPAN_JIT_EXITS`), counted at an address; for tests.
    pub failing: Option<(u64, u32)>,
}

/// The compiler's instruction set, made once.
pub fn isa() -> Option<OwnedTargetIsa> {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed").ok()?;
    flags
        .set(
            "enable_verifier",
            if cfg!(debug_assertions) {
                "true"
            } else {
                "false"
            },
        )
        .ok()?;
    flags.set("is_pic", "false").ok()?;
    flags.set("enable_probestack", "false").ok()?;
    flags.set("preserve_frame_pointers", "true").ok()?;
    let mut builder = cranelift_codegen::isa::lookup_by_name("x86_64-unknown-linux-gnu").ok()?;
    for feature in [
        "has_sse3",
        "has_ssse3",
        "has_sse41",
        "has_sse42",
        "has_popcnt",
    ] {
        builder.enable(feature).ok()?;
    }
    builder.finish(settings::Flags::new(flags)).ok()
}

/// Machine code of a function, with the Cranelift IR and listing if asked for.
pub struct Lowered {
    pub code: Vec<u8>,
    /// Ranges of the code and the bytecode instruction that each comes from; only with `dump`.
    pub places: Vec<(u32, u32, u32)>,
    pub clif: Option<String>,
    pub asm: Option<String>,
}

/// Compiles a verified function.
pub fn lower(
    f: &Function,
    target: &Target,
    isa: &OwnedTargetIsa,
    dump: bool,
) -> Result<Lowered, String> {
    CONTEXTS.with_borrow_mut(|(context, builder_context)| {
        let lowered = lower_in(f, target, isa, dump, context, builder_context);
        context.clear();
        lowered
    })
}

thread_local! {
    /// What Cranelift works in; its memory is used again.
    static CONTEXTS: RefCell<(Context, FunctionBuilderContext)> =
        RefCell::new((Context::new(), FunctionBuilderContext::new()));
}

fn lower_in(
    f: &Function,
    target: &Target,
    isa: &OwnedTargetIsa,
    dump: bool,
    context: &mut Context,
    builder_context: &mut FunctionBuilderContext,
) -> Result<Lowered, String> {
    let mut signature = Signature::new(CallConv::SystemV);
    for _ in 0..3 {
        signature.params.push(AbiParam::new(types::I64));
    }
    signature.returns.push(AbiParam::new(types::I64));
    context.func.signature = signature;
    {
        let builder = FunctionBuilder::new(&mut context.func, builder_context);
        Lower::new(f, target, builder).run(isa.frontend_config());
    }
    let clif = dump.then(|| context.func.display().to_string());
    context.set_disasm(dump);
    let mut control = Default::default();
    let compiled = context
        .compile(&**isa, &mut control)
        .map_err(|e| format!("{:?}", e.inner))?;
    let places = match dump {
        true => compiled
            .buffer
            .get_srclocs_sorted()
            .iter()
            .filter(|l| !l.loc.is_default())
            .map(|l| (l.start, l.end, l.loc.bits()))
            .collect(),
        false => Vec::new(),
    };
    Ok(Lowered {
        code: compiled.code_buffer().to_vec(),
        places,
        clif,
        asm: compiled.vcode.clone(),
    })
}

struct Lower<'a> {
    f: &'a Function,
    target: &'a Target,
    b: FunctionBuilder<'a>,
    values: Vec<Option<ir::Value>>,
    blocks: Vec<ir::Block>,
    exits: Vec<Option<ir::Block>>,
    /// The block being lowered, and for each the only one before it.
    present: usize,
    parents: Vec<Option<usize>>,
    /// Words that were seen to be heap pointers, and in which block.
    objects: std::collections::HashMap<Id, usize>,
    /// Where exits meet.
    way_out: Option<ir::Block>,
    vm: ir::Value,
    frame: ir::Value,
    regs: ir::Value,
    signatures: [Option<ir::SigRef>; 6],
    /// The window of registers, counts of references, everything else: memory that does not overlap.
    regions: [ir::AliasRegion; 3],
    /// The present instruction is a guard that has no effect before it leaves.
    may_fail: bool,
}

/// Indices of [`Lower::regions`].
const WINDOW: usize = 0;
const COUNTS: usize = 1;
const OBJECTS: usize = 2;

fn trusted() -> MemFlagsData {
    MemFlagsData::trusted()
}

impl<'a> Lower<'a> {
    fn new(f: &'a Function, target: &'a Target, b: FunctionBuilder<'a>) -> Self {
        let nowhere = ir::Value::from_u32(0);
        let mut region = |user_id, description: &'static str| {
            b.func.dfg.alias_regions.insert(ir::AliasRegionData {
                user_id,
                description: description.into(),
            })
        };
        let regions = [
            region(0, "window"),
            region(1, "counts"),
            region(2, "objects"),
        ];
        Self {
            f,
            target,
            b,
            values: vec![None; f.insts.len()],
            blocks: Vec::new(),
            exits: vec![None; f.exits.len()],
            present: 0,
            parents: parents(f),
            objects: Default::default(),
            way_out: None,
            vm: nowhere,
            frame: nowhere,
            regs: nowhere,
            signatures: [None; 6],
            regions,
            may_fail: false,
        }
    }

    fn run(mut self, config: cranelift_codegen::isa::TargetFrontendConfig) {
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        for block in &self.f.blocks {
            let b = self.b.create_block();
            for p in &block.params {
                let v = self.b.append_block_param(b, clif_ty(self.f.inst(*p).ty));
                self.values[p.0 as usize] = Some(v);
            }
            if block.cold {
                self.b.set_cold_block(b);
            }
            self.blocks.push(b);
        }
        self.b.switch_to_block(entry);
        let params = self.b.block_params(entry).to_vec();
        (self.vm, self.frame, self.regs) = (params[0], params[1], params[2]);
        self.prologue();
        self.b.ins().jump(self.blocks[0], &[]);
        for order in reachable(self.f) {
            self.b.switch_to_block(self.blocks[order]);
            self.present = order;
            for &id in &self.f.blocks[order].insts {
                if let Some(pc) = self.f.place(id) {
                    self.b.set_srcloc(ir::SourceLoc::new(pc));
                }
                self.inst(id);
            }
            self.term(&self.f.blocks[order].term);
        }
        for n in 0..self.exits.len() {
            if let Some(block) = self.exits[n] {
                self.exit_block(n, block);
            }
        }
        self.finish_way_out();
        self.b.seal_all_blocks();
        self.b.finalize(config);
    }

    fn v(&self, id: Id) -> ir::Value {
        // Verified: definitions come before uses in dominator order.
        self.values[id.0 as usize].unwrap_or(ir::Value::from_u32(0))
    }
    fn iconst(&mut self, n: u64) -> ir::Value {
        self.b.ins().iconst(types::I64, n as i64)
    }
    fn memory(&self, region: usize) -> MemFlagsData {
        trusted().with_alias_region(Some(self.regions[region]))
    }
    /// The machine of the thread that runs the code: threads share compiled code.
    fn thread_machine(&mut self) -> ir::Value {
        let vm = self.vm;
        self.load(vm, std::mem::offset_of!(taipan_object::Vm, machine))
    }
    /// The address of a word of the thread state.
    fn thread_word(&mut self, offset: usize) -> ir::Value {
        self.b.ins().iadd_imm_s(self.vm, offset as i64)
    }
    fn load(&mut self, base: ir::Value, offset: usize) -> ir::Value {
        let flags = self.memory(OBJECTS);
        self.b
            .ins()
            .load(types::I64, flags, base, Offset32::new(offset as i32))
    }
    fn store(&mut self, value: ir::Value, base: ir::Value, offset: usize) {
        let flags = self.memory(OBJECTS);
        self.b
            .ins()
            .store(flags, value, base, Offset32::new(offset as i32));
    }
    fn load_reg(&mut self, n: u32) -> ir::Value {
        let (flags, regs) = (self.memory(WINDOW), self.regs);
        self.b
            .ins()
            .load(types::I64, flags, regs, Offset32::new(n as i32 * 8))
    }
    fn store_reg(&mut self, value: ir::Value, n: u32) {
        let (flags, regs) = (self.memory(WINDOW), self.regs);
        self.b
            .ins()
            .store(flags, value, regs, Offset32::new(n as i32 * 8));
    }
    /// Changes the count of a heap object; the new count.
    fn count(&mut self, object: ir::Value, by: i64) -> ir::Value {
        let flags = self.memory(COUNTS);
        let at = Offset32::new(ObjectHeader::COUNT_OFFSET as i32);
        let c = self.b.ins().load(types::I64, flags, object, at);
        let c = self.b.ins().iadd_imm_s(c, by);
        self.b.ins().store(flags, c, object, at);
        c
    }
    /// The record of the frame so many inlined calls down.
    fn frame_at(&mut self, depth: u32) -> ir::Value {
        if depth == 0 {
            return self.frame;
        }
        if self.target.generator {
            let machine = self.thread_machine();
            return self.load(machine, std::mem::offset_of!(Machine, current));
        }
        // Records of calls lie one behind the other.
        let frame = self.frame;
        self.b
            .ins()
            .iadd_imm_s(frame, i64::from(depth) * size_of::<Frame>() as i64)
    }
    /// Leaves by an exit if `cond` is not zero.
    fn leave_if(&mut self, cond: ir::Value, exit: Option<ExitId>) {
        let Some(exit) = exit else { return };
        let mut cond = cond;
        if let Some((at, every)) = self.target.failing.filter(|_| self.may_fail) {
            let at = self.iconst(at);
            let n = self.b.ins().load(types::I32, trusted(), at, 0);
            let n = self.b.ins().iadd_imm_s(n, -1);
            let due = self.b.ins().icmp_imm_s(IntCC::Equal, n, 0);
            let full = self.b.ins().iconst(types::I32, i64::from(every));
            let n = self.b.ins().select(due, full, n);
            self.b.ins().store(trusted(), n, at, 0);
            let fails = self.b.ins().icmp_imm_s(IntCC::NotEqual, cond, 0);
            cond = self.b.ins().bor(fails, due);
        }
        let block = self.exit(exit);
        let next = self.b.create_block();
        self.b.ins().brif(cond, block, &[], next, &[]);
        self.b.switch_to_block(next);
    }
    fn exit(&mut self, exit: ExitId) -> ir::Block {
        match self.exits[exit.0 as usize] {
            Some(b) => b,
            None => {
                let b = self.b.create_block();
                self.b.set_cold_block(b);
                self.exits[exit.0 as usize] = Some(b);
                b
            }
        }
    }
    /// The signature of a function of so many integers that returns one.
    fn signature(&mut self, parameters: usize) -> ir::SigRef {
        match self.signatures[parameters - 1] {
            Some(s) => s,
            None => {
                let mut s = Signature::new(CallConv::SystemV);
                for _ in 0..parameters {
                    s.params.push(AbiParam::new(types::I64));
                }
                s.returns.push(AbiParam::new(types::I64));
                let s = self.b.import_signature(s);
                self.signatures[parameters - 1] = Some(s);
                s
            }
        }
    }
    /// Calls a runtime function with integer arguments.
    fn call(&mut self, address: usize, args: &[ir::Value]) -> ir::Value {
        let sig = self.signature(args.len());
        let callee = self.iconst(address as u64);
        let call = self.b.ins().call_indirect(sig, callee, args);
        self.b.inst_results(call)[0]
    }

    /// Whether a word is a heap pointer (not empty).
    fn is_heap(&mut self, w: ir::Value) -> ir::Value {
        let tag = self.b.ins().band_imm_s(w, 7);
        let untagged = self.b.ins().icmp_imm_s(IntCC::Equal, tag, 0);
        let full = self.b.ins().icmp_imm_s(IntCC::NotEqual, w, 0);
        self.b.ins().band(untagged, full)
    }
    fn retain(&mut self, w: ir::Value) {
        let heap = self.is_heap(w);
        let (count, next) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(heap, count, &[], next, &[]);
        self.b.switch_to_block(count);
        self.count(w, 1);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
    }
    fn release(&mut self, w: ir::Value) {
        let heap = self.is_heap(w);
        let (count, free, next) = (
            self.b.create_block(),
            self.b.create_block(),
            self.b.create_block(),
        );
        self.b.set_cold_block(free);
        self.b.ins().brif(heap, count, &[], next, &[]);
        self.b.switch_to_block(count);
        let c = self.count(w, -1);
        self.b.ins().brif(c, next, &[], free, &[]);
        self.b.switch_to_block(free);
        self.call(runtime::free as *const () as usize, &[self.vm, w]);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
    }
    /// As [`Lower::release`] for a word that is a heap pointer.
    fn release_heap(&mut self, w: ir::Value) {
        let (free, next) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(free);
        let c = self.count(w, -1);
        self.b.ins().brif(c, next, &[], free, &[]);
        self.b.switch_to_block(free);
        self.call(runtime::free as *const () as usize, &[self.vm, w]);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
    }
    /// Whether a value is known to be a heap pointer, or to be none.
    fn known_heap(&self, id: Id) -> Option<bool> {
        match self.f.inst(id).op {
            Op::Word(w) => Some(encoding::is_heap(w)),
            Op::BoxInt | Op::BoxBool => Some(false),
            Op::NewInstance { .. }
            | Op::Runtime {
                routine: Routine::NewTuple | Routine::NewList,
                ..
            } => Some(true),
            _ if self.is_object(id) => Some(true),
            _ => None,
        }
    }
    /// Whether a guard before this place has seen that a word is a heap pointer.
    fn is_object(&self, id: Id) -> bool {
        let Some(&seen) = self.objects.get(&id) else {
            return false;
        };
        let mut block = Some(self.present);
        while let Some(b) = block {
            if b == seen {
                return true;
            }
            block = self.parents[b];
        }
        false
    }
    /// Leaves unless the word is a heap pointer.
    fn guard_heap(&mut self, id: Id, exit: Option<ExitId>) {
        if self.known_heap(id) == Some(true) {
            return;
        }
        self.objects.insert(id, self.present);
        let w = self.v(id);
        let heap = self.is_heap(w);
        let not = self.b.ins().icmp_imm_s(IntCC::Equal, heap, 0);
        self.leave_if(not, exit);
    }
    /// Leaves unless a number is in a set.
    fn guard_member(&mut self, n: ir::Value, set: u32, exit: Option<ExitId>) {
        let f = self.f;
        let mut any = None;
        for &member in &*f.sets[set as usize] {
            let member = self.iconst(member);
            let same = self.b.ins().icmp(IntCC::Equal, n, member);
            any = Some(match any {
                Some(other) => self.b.ins().bor(other, same),
                None => same,
            });
        }
        if let Some(any) = any {
            let none = self.b.ins().icmp_imm_s(IntCC::Equal, any, 0);
            self.leave_if(none, exit);
        }
    }
    fn untag_float(&mut self, w: ir::Value) -> ir::Value {
        // (2 - sign) | (w & !3), rotated right by 3; zero is a special word.
        let sign = self.b.ins().ushr_imm_s(w, 63);
        let two = self.iconst(2);
        let low = self.b.ins().isub(two, sign);
        let high = self.b.ins().band_imm_s(w, !3);
        let bits = self.b.ins().bor(low, high);
        let bits = self.b.ins().rotr_imm_s(bits, 3);
        let zero_word = self.iconst(encoding::FLOAT_ZERO);
        let is_zero = self.b.ins().icmp(IntCC::Equal, w, zero_word);
        let zero = self.iconst(0);
        let bits = self.b.ins().select(is_zero, zero, bits);
        self.b.ins().bitcast(types::F64, MemFlagsData::new(), bits)
    }
    fn box_float(&mut self, x: ir::Value) -> ir::Value {
        let bits = self.b.ins().bitcast(types::I64, MemFlagsData::new(), x);
        // Fits if bits 62..60 are 011 or 100 (and it is not the one value whose word would be that of zero).
        let top = self.b.ins().ushr_imm_s(bits, 60);
        let top = self.b.ins().band_imm_s(top, 7);
        let top = self.b.ins().iadd_imm_s(top, -3);
        let fits = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, top, 2);
        let odd = self.iconst(0x3000_0000_0000_0000);
        let not_odd = self.b.ins().icmp(IntCC::NotEqual, bits, odd);
        let fits = self.b.ins().band(fits, not_odd);
        let (inline, slow, done) = (
            self.b.create_block(),
            self.b.create_block(),
            self.b.create_block(),
        );
        self.b.set_cold_block(slow);
        let result = self.b.append_block_param(done, types::I64);
        self.b.ins().brif(fits, inline, &[], slow, &[]);
        self.b.switch_to_block(inline);
        let w = self.b.ins().rotl_imm_s(bits, 3);
        let w = self.b.ins().band_imm_s(w, !3);
        let w = self.b.ins().bor_imm_s(w, 2);
        self.b.ins().jump(done, &[BlockArg::Value(w)]);
        self.b.switch_to_block(slow);
        let mut s = Signature::new(CallConv::SystemV);
        s.params.push(AbiParam::new(types::I64));
        s.params.push(AbiParam::new(types::F64));
        s.returns.push(AbiParam::new(types::I64));
        let s = self.b.import_signature(s);
        let callee = self.iconst(runtime::box_float as *const () as usize as u64);
        let call = self.b.ins().call_indirect(s, callee, &[self.vm, x]);
        let w = self.b.inst_results(call)[0];
        self.b.ins().jump(done, &[BlockArg::Value(w)]);
        self.b.switch_to_block(done);
        result
    }
    fn boxed(&mut self, id: Id) -> ir::Value {
        let v = self.v(id);
        match self.f.inst(id).ty {
            Ty::Int => self.b.ins().bor_imm_s(v, 1),
            Ty::Float => self.box_float(v),
            Ty::Bool => self.bool_word(v),
            _ => v,
        }
    }
    fn bool_word(&mut self, v: ir::Value) -> ir::Value {
        let t = self.iconst(encoding::TRUE);
        let f = self.iconst(encoding::FALSE);
        self.b.ins().select(v, t, f)
    }

    fn args(&self, ids: &[Id]) -> Vec<BlockArg> {
        ids.iter().map(|a| BlockArg::Value(self.v(*a))).collect()
    }

    fn checked(
        &mut self,
        (value, overflow): (ir::Value, ir::Value),
        exit: Option<ExitId>,
    ) -> ir::Value {
        self.leave_if(overflow, exit);
        value
    }

    fn inst(&mut self, id: Id) {
        let inst = self.f.inst(id).clone();
        let mut av = [ir::Value::from_u32(0); 4];
        for (to, from) in av.iter_mut().zip(&inst.args) {
            *to = self.v(*from);
        }
        let exit = inst.exit;
        self.may_fail = inst.op.is_plain_guard();
        let value = match inst.op {
            Op::Param => return,
            Op::Word(w) => self.iconst(w),
            Op::Int(n) => self.iconst(n as u64),
            Op::Float(x) => self.b.ins().f64const(x),
            Op::Bool(x) => self.b.ins().iconst(types::I8, i64::from(x)),
            Op::LoadReg(n) => self.load_reg(n),
            Op::StoreReg(n) => {
                let old = self.load_reg(n);
                let w = av[0];
                self.store_reg(w, n);
                self.release(old);
                return;
            }
            Op::StoreRegDead(n) => {
                let w = av[0];
                self.store_reg(w, n);
                return;
            }
            Op::ClearReg(n) => {
                let old = self.load_reg(n);
                let zero = self.iconst(0);
                self.store_reg(zero, n);
                self.release(old);
                return;
            }
            Op::Retain => {
                let w = av[0];
                match self.known_heap(inst.args[0]) {
                    Some(true) => drop(self.count(w, 1)),
                    Some(false) => {}
                    None => self.retain(w),
                }
                return;
            }
            Op::GuardInt => {
                let w = av[0];
                let tag = self.b.ins().band_imm_s(w, 1);
                let not = self.b.ins().icmp_imm_s(IntCC::Equal, tag, 0);
                self.leave_if(not, exit);
                self.b.ins().iadd_imm_s(w, -1)
            }
            Op::GuardFloat => {
                let w = av[0];
                let tag = self.b.ins().band_imm_s(w, 3);
                let not = self
                    .b
                    .ins()
                    .icmp_imm_s(IntCC::NotEqual, tag, encoding::FLOAT_TAG as i64);
                self.leave_if(not, exit);
                self.untag_float(w)
            }
            Op::ToFloat => {
                let w = av[0];
                self.untag_float(w)
            }
            Op::GuardTrue => {
                let c = av[0];
                let not = self.b.ins().icmp_imm_s(IntCC::Equal, c, 0);
                self.leave_if(not, exit);
                return;
            }
            Op::GuardWord(expected) => {
                let w = av[0];
                let e = self.iconst(expected);
                let not = self.b.ins().icmp(IntCC::NotEqual, w, e);
                self.leave_if(not, exit);
                return;
            }
            Op::GuardVersion(version) => {
                let w = av[0];
                self.guard_heap(inst.args[0], exit);
                let ty = self.load(w, ObjectHeader::TYPE_OFFSET);
                let v = self.load(
                    ty,
                    16 + std::mem::offset_of!(taipan_object::ty::Type, version),
                );
                let e = self.iconst(version);
                let not = self.b.ins().icmp(IntCC::NotEqual, v, e);
                self.leave_if(not, exit);
                return;
            }
            Op::GuardVersionIn(set) => {
                self.guard_heap(inst.args[0], exit);
                let ty = self.load(av[0], ObjectHeader::TYPE_OFFSET);
                let at = 16 + std::mem::offset_of!(taipan_object::ty::Type, version);
                let v = self.load(ty, at);
                self.guard_member(v, set, exit);
                return;
            }
            Op::GuardFieldIn { offset, set } => {
                let field = self.load(av[0], offset as usize);
                self.guard_member(field, set, exit);
                return;
            }
            Op::GuardType(ty) => {
                let w = av[0];
                self.guard_heap(inst.args[0], exit);
                let actual = self.load(w, ObjectHeader::TYPE_OFFSET);
                let e = self.iconst(ty);
                let not = self.b.ins().icmp(IntCC::NotEqual, actual, e);
                self.leave_if(not, exit);
                return;
            }
            Op::GuardField { offset, value } => {
                let w = av[0];
                let field = self.load(w, offset as usize);
                let e = self.iconst(value);
                let not = self.b.ins().icmp(IntCC::NotEqual, field, e);
                self.leave_if(not, exit);
                return;
            }
            Op::LoadField { offset } => {
                let w = av[0];
                let field = self.load(w, offset as usize);
                let empty = self.b.ins().icmp_imm_s(IntCC::Equal, field, 0);
                self.leave_if(empty, exit);
                field
            }
            Op::StoreField { offset } => {
                let (object, w) = (av[0], av[1]);
                let old = self.load(object, offset as usize);
                self.store(w, object, offset as usize);
                self.release(old);
                return;
            }
            Op::InitField { offset } => {
                let (object, w) = (av[0], av[1]);
                self.store(w, object, offset as usize);
                return;
            }
            Op::SetField { offset, value } => {
                let object = av[0];
                let v = self.iconst(value);
                self.store(v, object, offset as usize);
                return;
            }
            Op::LoadDict {
                address,
                version,
                index,
            } => {
                let dict = self.iconst(address);
                let v = self.load(dict, Dict::KEYS_VERSION_OFFSET);
                let e = self.iconst(version);
                let not = self.b.ins().icmp(IntCC::NotEqual, v, e);
                self.leave_if(not, exit);
                let entries = self.load(dict, Dict::ENTRIES_OFFSET);
                self.load(
                    entries,
                    index as usize * size_of::<Entry>() + std::mem::offset_of!(Entry, value),
                )
            }
            Op::ListItem | Op::TupleItem | Op::SetListItem | Op::GuardIndex => {
                let (object, index) = (av[0], av[1]);
                let list = inst.op != Op::TupleItem;
                let exit = exit.filter(|_| inst.op != Op::SetListItem);
                let len = self.load(
                    object,
                    if list {
                        List::LEN_OFFSET
                    } else {
                        Tuple::LEN_OFFSET
                    },
                );
                let n = self.b.ins().sshr_imm_s(index, 1);
                let wrapped = self.b.ins().iadd(n, len);
                let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, n, 0);
                let n = self.b.ins().select(negative, wrapped, n);
                if exit.is_some() {
                    let out = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, n, len);
                    self.leave_if(out, exit);
                }
                if inst.op == Op::GuardIndex {
                    return;
                }
                let items = if list {
                    self.load(object, List::PTR_OFFSET)
                } else {
                    self.b.ins().iadd_imm_s(object, Tuple::ITEMS_OFFSET as i64)
                };
                let offset = self.b.ins().ishl_imm_s(n, 3);
                let at = self.b.ins().iadd(items, offset);
                if inst.op == Op::SetListItem {
                    let w = av[2];
                    let old = self.load(at, 0);
                    self.store(w, at, 0);
                    self.release(old);
                    return;
                }
                self.load(at, 0)
            }
            Op::RangeMore => {
                let it = av[0];
                let left = self.load(it, RangeIterator::REMAINING_OFFSET);
                self.b.ins().icmp_imm_s(IntCC::NotEqual, left, 0)
            }
            Op::RangeNext => {
                let it = av[0];
                let left = self.load(it, RangeIterator::REMAINING_OFFSET);
                let left = self.b.ins().iadd_imm_s(left, -1);
                self.store(left, it, RangeIterator::REMAINING_OFFSET);
                let n = self.load(it, RangeIterator::NEXT_OFFSET);
                let step = self.load(it, RangeIterator::STEP_OFFSET);
                let next = self.b.ins().iadd(n, step);
                self.store(next, it, RangeIterator::NEXT_OFFSET);
                self.b.ins().ishl_imm_s(n, 1)
            }
            Op::IntAdd => {
                let r = self.b.ins().sadd_overflow(av[0], av[1]);
                self.checked(r, exit)
            }
            Op::IntSub => {
                let r = self.b.ins().ssub_overflow(av[0], av[1]);
                self.checked(r, exit)
            }
            Op::IntMul => {
                let x = self.b.ins().sshr_imm_s(av[0], 1);
                let r = self.b.ins().smul_overflow(x, av[1]);
                self.checked(r, exit)
            }
            Op::IntFloorDiv | Op::IntMod => {
                let (x, y) = (av[0], av[1]);
                // Divisors that are not positive are left to the interpreter.
                let bad = self.b.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, y, 0);
                self.leave_if(bad, exit);
                let r = self.b.ins().srem(x, y);
                let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, r, 0);
                if inst.op == Op::IntMod {
                    let fixed = self.b.ins().iadd(r, y);
                    self.b.ins().select(negative, fixed, r)
                } else {
                    let q = self.b.ins().sdiv(x, y);
                    let less = self.b.ins().iadd_imm_s(q, -1);
                    let q = self.b.ins().select(negative, less, q);
                    self.b.ins().ishl_imm_s(q, 1)
                }
            }
            Op::IntAnd => self.b.ins().band(av[0], av[1]),
            Op::IntOr => self.b.ins().bor(av[0], av[1]),
            Op::IntXor => self.b.ins().bxor(av[0], av[1]),
            Op::IntShl => {
                let (x, y) = (av[0], av[1]);
                let n = self.b.ins().sshr_imm_s(y, 1);
                let bad = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, n, 62);
                self.leave_if(bad, exit);
                let r = self.b.ins().ishl(x, n);
                let back = self.b.ins().sshr(r, n);
                let lost = self.b.ins().icmp(IntCC::NotEqual, back, x);
                self.leave_if(lost, exit);
                r
            }
            Op::IntShr => {
                let (x, y) = (av[0], av[1]);
                let n = self.b.ins().sshr_imm_s(y, 1);
                let bad = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, n, 0);
                self.leave_if(bad, exit);
                let most = self.iconst(63);
                let n = self.b.ins().umin(n, most);
                let r = self.b.ins().sshr(x, n);
                self.b.ins().band_imm_s(r, !1)
            }
            Op::IntNeg => {
                let zero = self.iconst(0);
                let r = self.b.ins().ssub_overflow(zero, av[0]);
                self.checked(r, exit)
            }
            Op::IntCmp(c) => self.b.ins().icmp(int_cc(c), av[0], av[1]),
            Op::IntToFloat => {
                let n = self.b.ins().sshr_imm_s(av[0], 1);
                self.b.ins().fcvt_from_sint(types::F64, n)
            }
            Op::FloatAdd => self.b.ins().fadd(av[0], av[1]),
            Op::FloatSub => self.b.ins().fsub(av[0], av[1]),
            Op::FloatMul => self.b.ins().fmul(av[0], av[1]),
            Op::FloatDiv => {
                let (x, y) = (av[0], av[1]);
                let zero = self.b.ins().f64const(0.0);
                let bad = self.b.ins().fcmp(FloatCC::Equal, y, zero);
                self.leave_if(bad, exit);
                self.b.ins().fdiv(x, y)
            }
            Op::FloatNeg => self.b.ins().fneg(av[0]),
            Op::FloatCmp(c) => self.b.ins().fcmp(float_cc(c), av[0], av[1]),
            Op::BoolNot => {
                let c = av[0];
                self.b.ins().icmp_imm_s(IntCC::Equal, c, 0)
            }
            Op::BoxInt => self.b.ins().bor_imm_s(av[0], 1),
            Op::BoxFloat => {
                let x = av[0];
                self.box_float(x)
            }
            Op::BoxBool => {
                let x = av[0];
                self.bool_word(x)
            }
            Op::WordEq => self.b.ins().icmp(IntCC::Equal, av[0], av[1]),
            Op::Interpret { at } => {
                self.interpret(at, exit);
                return;
            }
            Op::Call { at } => {
                self.window_call(runtime::call_instr as *const () as usize, at, 0, exit);
                return;
            }
            Op::Raise { at } => {
                self.window_call(runtime::raise as *const () as usize, at, 0, exit);
                return;
            }
            Op::CallPython {
                at,
                code,
                first,
                argc,
                ..
            } => self.call_python(at, code, inst.args[0], first, argc, exit),
            Op::CallNative { function, at } => {
                let args: Vec<ir::Value> = inst.args.iter().map(|a| self.v(*a)).collect();
                self.call_native(function, at, &args, exit)
            }
            Op::Runtime { routine, .. } => {
                let mut args = vec![self.vm];
                args.extend(inst.args.iter().map(|a| self.v(*a)));
                self.call(routine.address(), &args)
            }
            Op::NewInstance { class } => {
                let class = self.iconst(class);
                self.call(
                    runtime::new_instance as *const () as usize,
                    &[self.vm, class],
                )
            }
            Op::PushFrame(n) => {
                self.push_frame(n);
                return;
            }
            Op::PopFrame(n) => {
                self.pop_frame(n);
                return;
            }
            Op::Finalizers => {
                let at = self.iconst(self.target.finalizers);
                let flags = self.memory(OBJECTS);
                let waiting = self.b.ins().load(types::I8, flags, at, 0);
                self.leave_if(waiting, exit);
                return;
            }
            Op::GuardDepth(missing) => {
                let at = self.thread_word(std::mem::offset_of!(taipan_object::Vm, recursion_depth));
                let flags = self.memory(OBJECTS);
                let depth = self.b.ins().load(types::I32, flags, at, 0);
                let depth = self.b.ins().iadd_imm_s(depth, i64::from(missing) - 1);
                let at = self.thread_word(std::mem::offset_of!(taipan_object::Vm, recursion_limit));
                let limit = self.b.ins().load(types::I32, flags, at, 0);
                let deep = self
                    .b
                    .ins()
                    .icmp(IntCC::UnsignedGreaterThanOrEqual, depth, limit);
                self.leave_if(deep, exit);
                return;
            }
            Op::StartPoll => {
                self.start_poll(exit);
                return;
            }
            Op::GuardGlobals(globals) => {
                let actual = self.load(self.frame, std::mem::offset_of!(Frame, globals));
                let expected = self.iconst(globals);
                let other = self.b.ins().icmp(IntCC::NotEqual, actual, expected);
                self.leave_if(other, exit);
                return;
            }
            Op::LoadLen { offset } => {
                let n = self.load(av[0], offset as usize);
                self.b.ins().ishl_imm_s(n, 1)
            }
            Op::GuardBool => {
                let w = av[0];
                let t = self
                    .b
                    .ins()
                    .icmp_imm_s(IntCC::Equal, w, encoding::TRUE as i64);
                let f = self
                    .b
                    .ins()
                    .icmp_imm_s(IntCC::Equal, w, encoding::FALSE as i64);
                let either = self.b.ins().bor(t, f);
                let not = self.b.ins().icmp_imm_s(IntCC::Equal, either, 0);
                self.leave_if(not, exit);
                t
            }
            Op::SimpleTruth => self.simple_truth(av[0], exit),
            Op::BoolOr => self.b.ins().bor(av[0], av[1]),
            Op::IntSelect => self.b.ins().select(av[0], av[1], av[2]),
            Op::SequenceMore { list } => {
                let it = av[0];
                let sequence = self.load(it, ListIterator::LIST_OFFSET);
                let none = self.b.ins().icmp_imm_s(IntCC::Equal, sequence, 0);
                self.leave_if(none, exit);
                let index = self.load(it, ListIterator::INDEX_OFFSET);
                let len = self.load(
                    sequence,
                    if list {
                        List::LEN_OFFSET
                    } else {
                        Tuple::LEN_OFFSET
                    },
                );
                self.b.ins().icmp(IntCC::UnsignedLessThan, index, len)
            }
            Op::SequenceNext { list } => {
                let it = av[0];
                let sequence = self.load(it, ListIterator::LIST_OFFSET);
                let index = self.load(it, ListIterator::INDEX_OFFSET);
                let items = if list {
                    self.load(sequence, List::PTR_OFFSET)
                } else {
                    self.b
                        .ins()
                        .iadd_imm_s(sequence, Tuple::ITEMS_OFFSET as i64)
                };
                let offset = self.b.ins().ishl_imm_s(index, 3);
                let at = self.b.ins().iadd(items, offset);
                let item = self.load(at, 0);
                let next = self.b.ins().iadd_imm_s(index, 1);
                self.store(next, it, ListIterator::INDEX_OFFSET);
                item
            }
            Op::HasLayout {
                version,
                shape,
                offset,
            } => self.has_layout(av[0], version, shape, offset),
            Op::ResumeAt(pc) => {
                let at = self.load(self.frame, std::mem::offset_of!(Frame, pc));
                let here = self.iconst(self.target.instrs + u64::from(pc) * 8);
                self.b.ins().icmp(IntCC::Equal, at, here)
            }
            Op::FloatPow => self.power(av[0], av[1], exit),
            Op::Release => {
                let w = av[0];
                match self.known_heap(inst.args[0]) {
                    Some(true) => self.release_heap(w),
                    Some(false) => {}
                    None => self.release(w),
                }
                return;
            }
            Op::DetachFrame(depth) => {
                let frame = self.frame_at(depth);
                let object = self.load(frame, std::mem::offset_of!(Frame, object));
                let (detach, next) = (self.b.create_block(), self.b.create_block());
                self.b.set_cold_block(detach);
                self.b.ins().brif(object, detach, &[], next, &[]);
                self.b.switch_to_block(detach);
                self.call(
                    runtime::detach as *const () as usize,
                    &[self.vm, frame, self.regs],
                );
                self.b.ins().jump(next, &[]);
                self.b.switch_to_block(next);
                return;
            }
            Op::Truth { at } => self.truth(at, exit),
            Op::CompareJump { at } => {
                self.outcome(runtime::compare_jump as *const () as usize, at, exit)
            }
            Op::ForIter { at } => self.outcome(runtime::for_iter as *const () as usize, at, exit),
            Op::Send { at } => self.outcome(runtime::send as *const () as usize, at, exit),
            Op::Poll => {
                // Other threads set these: a plain load could be taken for that of the round before.
                let at = self.thread_word(std::mem::offset_of!(taipan_object::Vm, breaker));
                let bits = self.b.ins().atomic_load(types::I32, trusted(), at);
                let at = self.iconst(self.target.stale);
                let stale = self.b.ins().atomic_load(types::I32, trusted(), at);
                let bits = self.b.ins().bor(bits, stale);
                self.leave_if(bits, exit);
                return;
            }
        };
        self.values[id.0 as usize] = Some(value);
    }

    fn outcome(&mut self, address: usize, at: Site, exit: Option<ExitId>) -> ir::Value {
        let r = self.window_call(address, at, 2, exit);
        self.b.ins().ireduce(types::I8, r)
    }
}

fn clif_ty(ty: Ty) -> ir::Type {
    match ty {
        Ty::Float => types::F64,
        Ty::Bool => types::I8,
        _ => types::I64,
    }
}

fn int_cc(c: Cond) -> IntCC {
    match c {
        Cond::Eq => IntCC::Equal,
        Cond::Ne => IntCC::NotEqual,
        Cond::Lt => IntCC::SignedLessThan,
        Cond::Le => IntCC::SignedLessThanOrEqual,
        Cond::Gt => IntCC::SignedGreaterThan,
        Cond::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}

fn float_cc(c: Cond) -> FloatCC {
    match c {
        Cond::Eq => FloatCC::Equal,
        Cond::Ne => FloatCC::NotEqual,
        Cond::Lt => FloatCC::LessThan,
        Cond::Le => FloatCC::LessThanOrEqual,
        Cond::Gt => FloatCC::GreaterThan,
        Cond::Ge => FloatCC::GreaterThanOrEqual,
    }
}

/// Reachable blocks in an order in which dominators come first.
pub(crate) fn reachable(f: &Function) -> Vec<usize> {
    let mut post = Vec::new();
    let mut seen = vec![false; f.blocks.len()];
    let mut stack = vec![(0usize, 0usize)];
    seen[0] = true;
    while let Some((b, n)) = stack.pop() {
        match f
            .successors(crate::hir::BlockId(b as u32))
            .get(n)
            .map(|s| s.0.0 as usize)
        {
            Some(s) => {
                stack.push((b, n + 1));
                if !seen[s] {
                    seen[s] = true;
                    stack.push((s, 0));
                }
            }
            None => post.push(b),
        }
    }
    post.reverse();
    post
}

/// For each block the only one that leads to it, if there is just one.
fn parents(f: &Function) -> Vec<Option<usize>> {
    let mut parents = vec![None; f.blocks.len()];
    let mut several = vec![false; f.blocks.len()];
    for from in reachable(f) {
        // Handlers are entered from the middle of blocks.
        for h in &f.blocks[from].handlers {
            several[h.0 as usize] = true;
        }
        for (to, _) in f.successors(crate::hir::BlockId(from as u32)) {
            let to = to.0 as usize;
            several[to] |= to == 0 || parents[to].is_some_and(|p| p != from);
            parents[to] = Some(from);
        }
    }
    for (parent, several) in parents.iter_mut().zip(several) {
        if several {
            *parent = None;
        }
    }
    parents
}

const _: fn(StackSlotData) = |_| ();

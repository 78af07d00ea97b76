//! Calls, records of frames, ways out.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::Offset32;
use cranelift_codegen::ir::{
    self, AbiParam, BlockArg, InstBuilder, Signature, StackSlotData, StackSlotKind, types,
};
use cranelift_codegen::isa::CallConv;
use taipan_compiler::opcode::Instr;
use taipan_object::tuple::Tuple;
use taipan_object::value::encoding;
use taipan_object::{Object, ObjectHeader};
use taipan_vm::call::RAISED;
use taipan_vm::code::PyCode;
use taipan_vm::frame::{ENTRY, Frame};
use taipan_vm::function::Function as PyFunction;
use taipan_vm::machine::Machine;

use super::{Lower, OBJECTS};
use crate::hir::{ExitId, Id, InlineFrame, Op, Site, Term};
use crate::leave::{self, Fill};
use crate::runtime;

impl Lower<'_> {
    /// Stores what is not in the window and lets [`leave::leave`] do the rest; then returns
    /// to the interpreter, or goes on at a handler.
    pub(super) fn exit_block(&mut self, n: usize, block: ir::Block) {
        self.b.switch_to_block(block);
        let f = self.f;
        let exit = &f.exits[n];
        self.b.set_srcloc(ir::SourceLoc::new(exit.place));
        for spill in &exit.spills {
            let raw = match leave::fill(f, spill.value) {
                Fill::Constant(_) => continue,
                Fill::Bool => {
                    let v = self.v(spill.value);
                    self.b.ins().uextend(types::I64, v)
                }
                _ => self.v(spill.value),
            };
            self.store_reg(raw, spill.register);
        }
        let record = self.target.records + (n * size_of::<leave::Record>()) as u64;
        let record = self.iconst(record);
        if let Some(handler) = exit.handler {
            let args = [self.vm, self.frame, self.regs, record];
            self.call(leave::leave as *const () as usize, &args);
            let to = self.blocks[handler.0 as usize];
            self.b.ins().jump(to, &[]);
            return;
        }
        let out = self.way_out();
        self.b.ins().jump(out, &[BlockArg::Value(record)]);
    }

    /// The block that leaves by the record in its parameter; made at the first exit.
    fn way_out(&mut self) -> ir::Block {
        if let Some(out) = self.way_out {
            return out;
        }
        let out = self.b.create_block();
        self.b.append_block_param(out, types::I64);
        self.b.set_cold_block(out);
        self.way_out = Some(out);
        out
    }

    /// Fills that block.
    pub(super) fn finish_way_out(&mut self) {
        let Some(out) = self.way_out else { return };
        self.b.switch_to_block(out);
        let record = self.b.block_params(out)[0];
        let args = [self.vm, self.frame, self.regs, record];
        let status = self.call(leave::leave as *const () as usize, &args);
        self.b.ins().return_(&[status]);
    }

    /// Address of the description of an inlined call's record.
    pub(super) fn frame_record(&mut self, n: u32) -> ir::Value {
        self.iconst(self.target.frames + u64::from(n) * size_of::<InlineFrame>() as u64)
    }

    pub(super) fn term(&mut self, term: &Term) {
        match term {
            Term::Jump(to, args) => {
                let args = self.args(args);
                self.b.ins().jump(self.blocks[to.0 as usize], &args);
            }
            Term::Branch {
                cond,
                then,
                otherwise,
            } => {
                let (t, o) = (self.args(&then.1), self.args(&otherwise.1));
                let cond = self.v(*cond);
                self.b.ins().brif(
                    cond,
                    self.blocks[then.0.0 as usize],
                    &t,
                    self.blocks[otherwise.0.0 as usize],
                    &o,
                );
            }
            Term::Return(v) => {
                // Who called gives the record back.
                let w = self.boxed(*v);
                self.b.ins().return_(&[w]);
            }
            Term::Yield(v, pc) => {
                let w = self.boxed(*v);
                let at = self.iconst(self.target.instrs + (u64::from(*pc) + 1) * 8);
                self.store(at, self.frame, std::mem::offset_of!(Frame, pc));
                self.call(
                    runtime::suspend as *const () as usize,
                    &[self.vm, self.frame],
                );
                self.b.ins().return_(&[w]);
            }
            Term::Leave(e) => {
                let block = self.exit(*e);
                self.b.ins().jump(block, &[]);
            }
            Term::Open => {
                self.b.ins().trap(ir::TrapCode::unwrap_user(1));
            }
        }
    }

    /// Pushes the record of an inlined call, whose registers are filled.
    pub(super) fn push_frame(&mut self, n: u32) {
        let f = self.f;
        let inlined = &f.frames[n as usize];
        let at = self.frame_record(n);
        if self.target.generator {
            self.call(
                runtime::push_inlined as *const () as usize,
                &[self.vm, self.regs, at],
            );
            return;
        }
        // SAFETY: what the record names is alive: the function since its guard, the code with it.
        let code = unsafe { &(*(inlined.code as *const Object<PyCode>)).payload };
        let (caller, record) = (
            self.frame_at(inlined.depth - 1),
            self.frame_at(inlined.depth),
        );
        let machine = self.thread_machine();
        let pc = self.iconst(inlined.caller_pc() as u64);
        self.store(pc, caller, std::mem::offset_of!(Frame, pc));
        let function = self.iconst(inlined.function);
        self.count(function, 1);
        let window = self.window(inlined.base);
        self.write_record(record, caller, function, window, inlined.code);
        let consts = self.iconst(code.consts.get() as u64);
        self.store(consts, record, std::mem::offset_of!(Frame, consts));
        if inlined.constructor {
            let instance = self.load_reg(inlined.base);
            self.count(instance, 1);
            self.store(instance, record, std::mem::offset_of!(Frame, instance));
        }
        let packed = self
            .iconst(u64::from(inlined.dest) | u64::from(inlined.flags()) << 16 | 0xFFFF_FFFF << 32);
        self.store(packed, record, std::mem::offset_of!(Frame, dest));
        let next = self.frame_at(inlined.depth + 1);
        self.store(next, machine, std::mem::offset_of!(Machine, record_top));
        self.store(record, machine, std::mem::offset_of!(Machine, current));
        self.change_depth(1);
    }

    /// Gives the record of an inlined call back.
    pub(super) fn pop_frame(&mut self, n: u32) {
        let f = self.f;
        let inlined = &f.frames[n as usize];
        let record = self.frame_at(inlined.depth);
        let previous = match self.target.generator {
            true => self.load(record, std::mem::offset_of!(Frame, previous)),
            false => self.frame_at(inlined.depth - 1),
        };
        if inlined.constructor {
            let at = std::mem::offset_of!(Frame, instance);
            let instance = self.load(record, at);
            let zero = self.iconst(0);
            self.store(zero, record, at);
            self.release_heap(instance);
        }
        let machine = self.thread_machine();
        self.store(previous, machine, std::mem::offset_of!(Machine, current));
        self.store(record, machine, std::mem::offset_of!(Machine, record_top));
        self.change_depth(-1);
        let function = self.iconst(inlined.function);
        self.release_heap(function);
    }

    fn change_depth(&mut self, by: i64) {
        let at = self.thread_word(std::mem::offset_of!(taipan_object::Vm, recursion_depth));
        let flags = self.memory(OBJECTS);
        let depth = self.b.ins().load(types::I32, flags, at, 0);
        let depth = self.b.ins().iadd_imm_s(depth, by);
        self.b.ins().store(flags, depth, at, 0);
    }

    /// Leaves the program counter of a frame behind an instruction.
    fn sync(&mut self, at: Site) -> ir::Value {
        let frame = self.frame_at(at.depth);
        let here = self.iconst(at.instrs + (u64::from(at.pc) + 1) * 8);
        self.store(here, frame, std::mem::offset_of!(Frame, pc));
        frame
    }

    fn window(&mut self, base: u32) -> ir::Value {
        match base {
            0 => self.regs,
            _ => self.b.ins().iadd_imm_s(self.regs, i64::from(base) * 8),
        }
    }

    /// A call of a Python function (an owned word): pushes the record and enters the callee's machine
    /// code if it has some, else goes the general way. The record is given back here, except where the
    /// callee left its machine code: the interpreter has done it then.
    pub(super) fn call_python(
        &mut self,
        at: Site,
        code_address: u64,
        function: Id,
        first: u32,
        argc: u32,
        exit: Option<ExitId>,
    ) -> ir::Value {
        let callable = self.v(function);
        // SAFETY: the code is kept alive by the compiled body.
        let code = unsafe { &(*(code_address as *const Object<PyCode>)).payload };
        let [slow, fast, push, returned, after, done] = [(); 6].map(|()| self.b.create_block());
        for cold in [slow, after] {
            self.b.set_cold_block(cold);
        }
        let result = self.b.append_block_param(done, types::I64);
        let frame = self.sync(at);
        let entry = self.iconst(code_address + PyCode::JIT_ENTRY_OFFSET as u64);
        let entry = self.load(entry, 0);
        let window = self.window(first);
        self.b.ins().brif(entry, fast, &[], slow, &[]);

        self.b.switch_to_block(fast);
        let machine = self.thread_machine();
        let flags = self.memory(OBJECTS);
        let depth_at = self.thread_word(std::mem::offset_of!(taipan_object::Vm, recursion_depth));
        let depth = self.b.ins().load(types::I32, flags, depth_at, 0);
        let bad = self.no_room(machine, window, code.register_count, depth);
        self.b.ins().brif(bad, slow, &[], push, &[]);

        self.b.switch_to_block(push);
        let zero = self.iconst(0);
        let free = code.local_count - code.free_count;
        for n in argc..free {
            self.store_reg(zero, first + n);
        }
        if code.free_count > 0 {
            // Functions with the same code have cells of their own.
            let closure = self.load(callable, 16 + PyFunction::CLOSURE_OFFSET);
            for n in 0..code.free_count {
                let cell = self.load(closure, Tuple::ITEMS_OFFSET + n as usize * 8);
                self.count(cell, 1);
                self.store_reg(cell, first + free + n);
            }
        }
        // Records of calls lie one behind the other.
        let record = self.b.ins().iadd_imm_s(frame, size_of::<Frame>() as i64);
        self.write_record(record, frame, callable, window, code_address);
        // dest, flags and traced_line lie together.
        let packed = self.iconst(u64::from(ENTRY) << 16 | 0xFFFF_FFFF << 32);
        self.store(packed, record, std::mem::offset_of!(Frame, dest));
        let next = self.b.ins().iadd_imm_s(record, size_of::<Frame>() as i64);
        self.store(next, machine, std::mem::offset_of!(Machine, record_top));
        self.store(record, machine, std::mem::offset_of!(Machine, current));
        let deeper = self.b.ins().iadd_imm_s(depth, 1);
        self.b.ins().store(flags, deeper, depth_at, 0);
        let sig = self.signature(3);
        let call = self
            .b
            .ins()
            .call_indirect(sig, entry, &[self.vm, record, window]);
        let status = self.b.inst_results(call)[0];
        // Only 0 and 8 are no values.
        let odd = self.b.ins().band_imm_s(status, !(RAISED as i64));
        self.b.ins().brif(odd, returned, &[], after, &[]);

        self.b.switch_to_block(returned);
        self.store(frame, machine, std::mem::offset_of!(Machine, current));
        self.store(record, machine, std::mem::offset_of!(Machine, record_top));
        self.b.ins().store(flags, depth, depth_at, 0);
        self.release_heap(callable);
        self.b.ins().jump(done, &[BlockArg::Value(status)]);

        self.b.switch_to_block(after);
        let finished = self.call(
            runtime::finish_call as *const () as usize,
            &[self.vm, record, status],
        );
        self.b.ins().jump(done, &[BlockArg::Value(finished)]);

        self.b.switch_to_block(slow);
        let n = self.iconst(u64::from(argc));
        let r = self.call(
            runtime::slow_call as *const () as usize,
            &[self.vm, callable, window, n],
        );
        self.b.ins().jump(done, &[BlockArg::Value(r)]);

        self.b.switch_to_block(done);
        let raised = self.b.ins().icmp_imm_s(IntCC::Equal, result, 0);
        self.leave_if(raised, exit);
        result
    }

    /// Whether one of the stacks has no room for another call.
    fn no_room(
        &mut self,
        machine: ir::Value,
        window: ir::Value,
        registers: u32,
        depth: ir::Value,
    ) -> ir::Value {
        let flags = self.memory(OBJECTS);
        let end = (i64::from(registers) + 64) * 8;
        let end = self.b.ins().iadd_imm_s(window, end);
        let limit = self.load(machine, std::mem::offset_of!(Machine, register_end));
        let registers = self.b.ins().icmp(IntCC::UnsignedGreaterThan, end, limit);
        let limit = self.thread_word(std::mem::offset_of!(taipan_object::Vm, recursion_limit));
        let limit = self.b.ins().load(types::I32, flags, limit, 0);
        // So many records are to be had on every thread.
        let most = self
            .b
            .ins()
            .iconst(types::I32, i64::from(taipan_vm::machine::SURE_RECORDS));
        let limit = self.b.ins().umin(limit, most);
        let calls = self
            .b
            .ins()
            .icmp(IntCC::UnsignedGreaterThanOrEqual, depth, limit);
        let stack = self.b.ins().get_stack_pointer(types::I64);
        let limit = self.thread_word(std::mem::offset_of!(taipan_object::Vm, stack_limit));
        let limit = self.load(limit, 0);
        let native = self.b.ins().icmp(IntCC::UnsignedLessThan, stack, limit);
        let bad = self.b.ins().bor(registers, calls);
        self.b.ins().bor(bad, native)
    }

    /// Fills a free record: what is not written here is clean in it, or written by the callee
    /// before anybody may look ([`leave::leave`], [`Lower::prologue`]).
    fn write_record(
        &mut self,
        record: ir::Value,
        previous: ir::Value,
        callable: ir::Value,
        window: ir::Value,
        code_address: u64,
    ) {
        // SAFETY: as in `call_python`.
        let code = unsafe { &(*(code_address as *const Object<PyCode>)).payload };
        let globals = self.load(callable, 16 + std::mem::offset_of!(PyFunction, globals));
        let builtins = self.load(callable, 16 + std::mem::offset_of!(PyFunction, builtins));
        let top = i64::from(code.register_count) * 8;
        let top = self.b.ins().iadd_imm_s(window, top);
        let code = self.iconst(code_address);
        let fields = [
            (std::mem::offset_of!(Frame, regs), window),
            (std::mem::offset_of!(Frame, code), code),
            (std::mem::offset_of!(Frame, function), callable),
            (std::mem::offset_of!(Frame, globals), globals),
            (std::mem::offset_of!(Frame, builtins), builtins),
            (std::mem::offset_of!(Frame, previous), previous),
            (std::mem::offset_of!(Frame, top), top),
        ];
        for (offset, value) in fields {
            self.store(value, record, offset);
        }
    }

    /// At the start of a function: what helpers read of its record and its compiled callers do not write.
    pub(super) fn prologue(&mut self) {
        let reads = |op: &Op| {
            matches!(
                op,
                Op::Interpret { .. }
                    | Op::Call { .. }
                    | Op::CompareJump { .. }
                    | Op::ForIter { .. }
                    | Op::Send { .. }
                    | Op::Raise { .. }
                    | Op::Truth { .. }
            )
        };
        if self.f.insts.iter().any(|i| reads(&i.op)) {
            let consts = self.iconst(self.target.consts);
            self.store(consts, self.frame, std::mem::offset_of!(Frame, consts));
        }
    }

    /// Does what waits (signals, other threads, collections) before a function begins.
    pub(super) fn start_poll(&mut self, exit: Option<ExitId>) {
        let at = self.thread_word(std::mem::offset_of!(taipan_object::Vm, breaker));
        let bits = self.b.ins().load(types::I32, super::trusted(), at, 0);
        let (poll, next) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(poll);
        self.b.ins().brif(bits, poll, &[], next, &[]);
        self.b.switch_to_block(poll);
        let start = self.iconst(self.target.instrs);
        let r = self.call(
            runtime::start_poll as *const () as usize,
            &[self.vm, self.frame, start],
        );
        let raised = self.b.ins().icmp_imm_s(IntCC::Equal, r, 0);
        self.leave_if(raised, exit);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
    }

    /// A call of a native function on borrowed words, which lie on the native stack.
    pub(super) fn call_native(
        &mut self,
        function: u64,
        at: Site,
        args: &[ir::Value],
        exit: Option<ExitId>,
    ) -> ir::Value {
        self.sync(at);
        let size = (args.len().max(1) * 8) as u32;
        let slot = self.b.create_sized_stack_slot(StackSlotData::new(
            StackSlotKind::ExplicitSlot,
            size,
            3,
        ));
        for (n, arg) in args.iter().enumerate() {
            self.b
                .ins()
                .stack_store(types::I64, *arg, slot, Offset32::new(n as i32 * 8));
        }
        let words = self.b.ins().stack_addr(types::I64, slot, 0);
        let function = self.iconst(function);
        let count = self.iconst(args.len() as u64);
        let r = self.call(
            runtime::call_native as *const () as usize,
            &[self.vm, function, words, count],
        );
        let raised = self.b.ins().icmp_imm_s(IntCC::Equal, r, 0);
        self.leave_if(raised, exit);
        r
    }

    /// A helper's outcome: leaves when it is `bad`.
    pub(super) fn window_call(
        &mut self,
        address: usize,
        at: Site,
        bad: i64,
        exit: Option<ExitId>,
    ) -> ir::Value {
        let learning = u64::from(self.target.learning) << 32;
        let pc = self.iconst(u64::from(at.pc) | learning);
        let (frame, regs) = (self.frame_at(at.depth), self.window(at.base));
        let r = self.call(address, &[self.vm, frame, regs, pc]);
        let failed = self.b.ins().icmp_imm_s(IntCC::Equal, r, bad);
        self.leave_if(failed, exit);
        r
    }

    /// An instruction as the interpreter does it: straight to its function where there is nothing to learn.
    pub(super) fn interpret(&mut self, at: Site, exit: Option<ExitId>) {
        // SAFETY: the working copy has that instruction; its operands never change.
        let word = unsafe { *(at.instrs as *const u64).add(at.pc as usize) };
        let direct = match self.target.learning {
            true => None,
            false => runtime::direct(word as u8),
        };
        let Some(address) = direct else {
            self.window_call(runtime::interpret as *const () as usize, at, 0, exit);
            return;
        };
        self.sync(at);
        let (regs, word) = (self.window(at.base), self.iconst(word));
        let r = self.call(address, &[self.vm, regs, word]);
        let failed = self.b.ins().icmp_imm_s(IntCC::Equal, r, 0);
        self.leave_if(failed, exit);
    }

    /// The truth of a register: singletons and ints at once.
    pub(super) fn truth(&mut self, at: Site, exit: Option<ExitId>) -> ir::Value {
        // SAFETY: the working copy has that instruction; its operands never change.
        let word = unsafe { *(at.instrs as *const u64).add(at.pc as usize) };
        let operand = u32::from(Instr(word).a()) + at.base;
        let w = self.load_reg(operand);
        let is = |s: &mut Self, word: u64| s.b.ins().icmp_imm_s(IntCC::Equal, w, word as i64);
        let (yes, no) = (is(self, encoding::TRUE), is(self, encoding::FALSE));
        let none = is(self, encoding::NONE);
        let known = self.b.ins().bor(no, none);
        let known = self.b.ins().bor(known, yes);
        let (ask, next) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(ask);
        let result = self.b.append_block_param(next, types::I8);
        self.b
            .ins()
            .brif(known, next, &[BlockArg::Value(yes)], ask, &[]);
        self.b.switch_to_block(ask);
        let address = runtime::truth as *const () as usize;
        let r = self.window_call(address, at, 2, exit);
        let r = self.b.ins().ireduce(types::I8, r);
        self.b.ins().jump(next, &[BlockArg::Value(r)]);
        self.b.switch_to_block(next);
        result
    }

    /// The truth of a word that is a singleton or an int; leaves on others.
    pub(super) fn simple_truth(&mut self, w: ir::Value, exit: Option<ExitId>) -> ir::Value {
        let is = |s: &mut Self, word: u64| s.b.ins().icmp_imm_s(IntCC::Equal, w, word as i64);
        let (yes, no) = (is(self, encoding::TRUE), is(self, encoding::FALSE));
        let none = is(self, encoding::NONE);
        let zero = is(self, encoding::INT_TAG);
        let int = self.b.ins().band_imm_s(w, 1);
        let int = self.b.ins().icmp_imm_s(IntCC::NotEqual, int, 0);
        let known = self.b.ins().bor(no, none);
        let known = self.b.ins().bor(known, yes);
        let known = self.b.ins().bor(known, int);
        let other = self.b.ins().icmp_imm_s(IntCC::Equal, known, 0);
        self.leave_if(other, exit);
        let more = self.b.ins().icmp_imm_s(IntCC::Equal, zero, 0);
        let number = self.b.ins().band(int, more);
        self.b.ins().bor(yes, number)
    }

    pub(super) fn has_layout(
        &mut self,
        w: ir::Value,
        version: u64,
        shape: u64,
        offset: u32,
    ) -> ir::Value {
        let (object, next) = (self.b.create_block(), self.b.create_block());
        let result = self.b.append_block_param(next, types::I8);
        let heap = self.is_heap(w);
        let no = self.b.ins().iconst(types::I8, 0);
        self.b
            .ins()
            .brif(heap, object, &[], next, &[BlockArg::Value(no)]);
        self.b.switch_to_block(object);
        let ty = self.load(w, ObjectHeader::TYPE_OFFSET);
        let v = self.load(
            ty,
            16 + std::mem::offset_of!(taipan_object::ty::Type, version),
        );
        let e = self.iconst(version);
        let same = self.b.ins().icmp(IntCC::Equal, v, e);
        if shape == 0 {
            self.b.ins().jump(next, &[BlockArg::Value(same)]);
        } else {
            // Only objects of that version are known to have a shape.
            let shaped = self.b.create_block();
            self.b
                .ins()
                .brif(same, shaped, &[], next, &[BlockArg::Value(no)]);
            self.b.switch_to_block(shaped);
            let s = self.load(w, offset as usize);
            let e = self.iconst(shape);
            let same = self.b.ins().icmp(IntCC::Equal, s, e);
            self.b.ins().jump(next, &[BlockArg::Value(same)]);
        }
        self.b.switch_to_block(next);
        result
    }

    /// A positive float to a float power, if the result is finite.
    pub(super) fn power(&mut self, x: ir::Value, y: ir::Value, exit: Option<ExitId>) -> ir::Value {
        let zero = self.b.ins().f64const(0.0);
        let positive = self.b.ins().fcmp(FloatCC::GreaterThan, x, zero);
        let not = self.b.ins().icmp_imm_s(IntCC::Equal, positive, 0);
        self.leave_if(not, exit);
        let mut s = Signature::new(CallConv::SystemV);
        s.params.push(AbiParam::new(types::F64));
        s.params.push(AbiParam::new(types::F64));
        s.returns.push(AbiParam::new(types::F64));
        let s = self.b.import_signature(s);
        let callee = self.iconst(runtime::power as *const () as usize as u64);
        let call = self.b.ins().call_indirect(s, callee, &[x, y]);
        let r = self.b.inst_results(call)[0];
        let infinite = self.b.ins().f64const(f64::INFINITY);
        let finite = self.b.ins().fcmp(FloatCC::LessThan, r, infinite);
        let not = self.b.ins().icmp_imm_s(IntCC::Equal, finite, 0);
        self.leave_if(not, exit);
        r
    }
}

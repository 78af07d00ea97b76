//! Arithmetic on any objects: dispatch over slots with reflection.

use crate::slots::{BinaryFn, Slots};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// The binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    MatMul,
    TrueDiv,
    FloorDiv,
    Rem,
    DivMod,
    LShift,
    RShift,
    And,
    Xor,
    Or,
    Pow,
}

impl BinOp {
    /// As the message of an unsupported operation shows it.
    pub fn text(self) -> &'static str {
        [
            "+",
            "-",
            "*",
            "@",
            "/",
            "//",
            "%",
            "divmod()",
            "<<",
            ">>",
            "&",
            "^",
            "|",
            "** or pow()",
        ][self as usize]
    }
    /// As the message of an unsupported augmented assignment shows it.
    pub fn inplace_text(self) -> &'static str {
        [
            "+=", "-=", "*=", "@=", "/=", "//=", "%=", "divmod()", "<<=", ">>=", "&=", "^=", "|=",
            "**=",
        ][self as usize]
    }
    fn slot(self, s: &Slots) -> Option<BinaryFn> {
        match self {
            BinOp::Add => s.add.get(),
            BinOp::Sub => s.sub.get(),
            BinOp::Mul => s.mul.get(),
            BinOp::MatMul => s.matmul.get(),
            BinOp::TrueDiv => s.truediv.get(),
            BinOp::FloorDiv => s.floordiv.get(),
            BinOp::Rem => s.rem.get(),
            BinOp::DivMod => s.divmod.get(),
            BinOp::LShift => s.lshift.get(),
            BinOp::RShift => s.rshift.get(),
            BinOp::And => s.and.get(),
            BinOp::Xor => s.xor.get(),
            BinOp::Or => s.or.get(),
            BinOp::Pow => None,
        }
    }
    fn inplace_slot(self, s: &Slots) -> Option<BinaryFn> {
        match self {
            BinOp::Add => s.iadd.get(),
            BinOp::Sub => s.isub.get(),
            BinOp::Mul => s.imul.get(),
            BinOp::MatMul => s.imatmul.get(),
            BinOp::TrueDiv => s.itruediv.get(),
            BinOp::FloorDiv => s.ifloordiv.get(),
            BinOp::Rem => s.irem.get(),
            BinOp::LShift => s.ilshift.get(),
            BinOp::RShift => s.irshift.get(),
            BinOp::And => s.iand.get(),
            BinOp::Xor => s.ixor.get(),
            BinOp::Or => s.ior.get(),
            BinOp::DivMod | BinOp::Pow => None,
        }
    }
}

impl Vm {
    /// Both operands' number slots; NotImplemented if neither applies.
    fn binary_slots(&self, a: &Value, b: &Value, op: BinOp) -> PyResult {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let fa = op.slot(&ta.slots);
        let fb = if ta.is(tb) {
            None
        } else {
            op.slot(&tb.slots)
                .filter(|f| fa.is_none_or(|g| !std::ptr::fn_addr_eq(*f, g)))
        };
        if let Some(f) = fa {
            if let Some(g) = fb
                && tb.is_subtype(ta)
            {
                let r = g(self, a, b)?;
                if !r.is_not_implemented() {
                    return Ok(r);
                }
                return f(self, a, b);
            }
            let r = f(self, a, b)?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        match fb {
            Some(g) => g(self, a, b),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// `a op b`.
    ///
    /// # Errors
    /// TypeError "unsupported operand type(s) …"; what the operation raises.
    pub fn binary(&self, a: &Value, b: &Value, op: BinOp) -> PyResult {
        if op == BinOp::Pow {
            return self.power(a, b, &Value::NONE);
        }
        let r = self.binary_slots(a, b, op)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
        match op {
            BinOp::Add => {
                if let Some(f) = self.type_of(a).slots.concat.get() {
                    return f(self, a, b);
                }
            }
            BinOp::Mul => {
                if let Some(r) = self.try_repeat(a, b)? {
                    return Ok(r);
                }
            }
            _ => {}
        }
        Err(self.unsupported(a, b, op, op.text()))
    }

    fn try_repeat(&self, a: &Value, b: &Value) -> PyResult<Option<Value>> {
        for (sequence, count) in [(a, b), (b, a)] {
            if let Some(f) = self.type_of(sequence).slots.repeat.get() {
                if self.type_of(count).slots.index.get().is_none() {
                    return Err(self.type_error(format!(
                        "can't multiply sequence by non-int of type '{}'",
                        self.type_name(count)
                    )));
                }
                let n = match self.index_isize(count) {
                    Ok(n) => n,
                    Err(_) if self.exception_is(&self.exc.overflow_error) => {
                        drop(self.take_pending());
                        return Err(self.overflow_error(format!(
                            "cannot fit '{}' into an index-sized integer",
                            self.type_name(count)
                        )));
                    }
                    Err(e) => return Err(e),
                };
                return f(self, sequence, n).map(Some);
            }
        }
        Ok(None)
    }

    /// `a op= b`.
    pub fn binary_inplace(&self, a: &Value, b: &Value, op: BinOp) -> PyResult {
        let slots = &self.type_of(a).slots;
        if op == BinOp::Pow {
            if let Some(f) = slots.ipow.get() {
                let r = f(self, a, b, &Value::NONE)?;
                if !r.is_not_implemented() {
                    return Ok(r);
                }
            }
            return self.power_named(a, b, &Value::NONE, "**=");
        }
        if let Some(f) = op.inplace_slot(slots) {
            let r = f(self, a, b)?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        let r = self.binary_slots(a, b, op)?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
        let slots = &self.type_of(a).slots;
        match op {
            BinOp::Add => {
                if let Some(f) = slots.iconcat.get().or(slots.concat.get()) {
                    return f(self, a, b);
                }
            }
            BinOp::Mul => {
                if let Some(f) = slots.irepeat.get()
                    && self.type_of(b).slots.index.get().is_some()
                {
                    let n = self.index_isize(b)?;
                    return f(self, a, n);
                }
                if let Some(r) = self.try_repeat(a, b)? {
                    return Ok(r);
                }
            }
            _ => {}
        }
        Err(self.unsupported(a, b, op, op.inplace_text()))
    }

    #[cold]
    fn unsupported(&self, a: &Value, b: &Value, op: BinOp, text: &str) -> crate::vm::Raised {
        if op == BinOp::RShift
            && text == ">>"
            && a.downcast::<crate::function::NativeFunction>()
                .is_some_and(|f| f.def.name == "print")
        {
            return self.type_error(format!(
                "unsupported operand type(s) for >>: '{}' and '{}'. Did you mean \"print(<message>, file=<output_stream>)\"?",
                self.type_name(a),
                self.type_name(b)
            ));
        }
        self.type_error(format!(
            "unsupported operand type(s) for {text}: '{}' and '{}'",
            self.type_name(a),
            self.type_name(b)
        ))
    }

    /// `pow(a, b, c)`, with None for no modulus.
    pub fn power(&self, a: &Value, b: &Value, c: &Value) -> PyResult {
        self.power_named(a, b, c, "** or pow()")
    }
    fn power_named(&self, a: &Value, b: &Value, c: &Value, text: &str) -> PyResult {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let fa = ta.slots.pow.get();
        let fb = if ta.is(tb) {
            None
        } else {
            tb.slots
                .pow
                .get()
                .filter(|f| fa.is_none_or(|g| !std::ptr::fn_addr_eq(*f, g)))
        };
        let mut order = [fa, fb];
        if fb.is_some() && tb.is_subtype(ta) {
            order.swap(0, 1);
        }
        for f in order.into_iter().flatten() {
            let r = f(self, a, b, c)?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
        }
        if !c.is_none() {
            let tc = self.type_of(c);
            if let Some(f) = tc.slots.pow.get().filter(|f| {
                fa.is_none_or(|g| !std::ptr::fn_addr_eq(*f, g))
                    && fb.is_none_or(|g| !std::ptr::fn_addr_eq(*f, g))
            }) {
                let r = f(self, a, b, c)?;
                if !r.is_not_implemented() {
                    return Ok(r);
                }
            }
            return Err(self.type_error(format!(
                "unsupported operand type(s) for {text}: '{}', '{}', '{}'",
                self.type_name(a),
                self.type_name(b),
                self.type_name(c)
            )));
        }
        Err(self.type_error(format!(
            "unsupported operand type(s) for {text}: '{}' and '{}'",
            self.type_name(a),
            self.type_name(b)
        )))
    }

    /// `-a`.
    pub fn negative(&self, a: &Value) -> PyResult {
        self.unary(a, |s| s.neg.get(), "unary -")
    }
    /// `+a`.
    pub fn positive(&self, a: &Value) -> PyResult {
        self.unary(a, |s| s.pos.get(), "unary +")
    }
    /// `~a`.
    pub fn invert(&self, a: &Value) -> PyResult {
        self.unary(a, |s| s.invert.get(), "unary ~")
    }
    /// `abs(a)`.
    pub fn absolute(&self, a: &Value) -> PyResult {
        self.unary(a, |s| s.abs.get(), "abs()")
    }
    fn unary(
        &self,
        a: &Value,
        slot: impl Fn(&Slots) -> Option<crate::slots::UnaryFn>,
        what: &str,
    ) -> PyResult {
        match slot(&self.type_of(a).slots) {
            Some(f) => f(self, a),
            None => Err(self.type_error(format!(
                "bad operand type for {what}: '{}'",
                self.type_name(a)
            ))),
        }
    }
}

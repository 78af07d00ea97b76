//! `match` (PEP 634).
//!
//! While a pattern is tested every temporary it makes stays alive; a failure at
//! some height jumps to the label that releases that many.

use rustc_hash::FxHashSet;
use taipan_syntax::TextRange;
use taipan_syntax::ast::*;

use super::Compiler;
use super::unit::{Label, TEMP, Val};
use crate::code::Const;
use crate::failure::{Failure, Result};
use crate::opcode::{IF_FALSE, KILL_B, KILL_C, Opcode};

/// The state of one case's pattern.
struct Test<'s> {
    /// Height of the temporaries below the pattern's.
    base: u32,
    /// Where to go when this many temporaries are to be released.
    fail: Vec<Option<Label>>,
    /// Names bound so far and where their values are.
    captures: Vec<(&'s str, u32)>,
    /// Temporaries of this test that hold nothing: consumed on the way.
    irrefutable: bool,
}

fn wildcard(p: &Pattern<'_>) -> bool {
    matches!(
        p.kind,
        PatternKind::MatchAs {
            pattern: None,
            name: None
        }
    )
}

fn star_wildcard(p: &Pattern<'_>) -> bool {
    matches!(p.kind, PatternKind::MatchStar { name: None })
}

impl<'s> Compiler<'s, '_> {
    pub(super) fn match_(
        &mut self,
        s: &'s Stmt<'s>,
        subject: ExprRef<'s>,
        cases: &'s [MatchCase<'s>],
    ) -> Result<()> {
        let subject_reg = self.push_expr(subject)?;
        let _ = s;
        let end = self.u.label();
        let count = cases.len();
        for (i, case) in cases.iter().enumerate() {
            let last = i + 1 == count;
            self.case(case, subject_reg, end, last)?;
        }
        self.u.pop(1);
        let subject_loc = self.u.loc;
        if !self.u.after_end() {
            self.u.loc = subject_loc;
            self.u.pop_top(subject_reg);
        }
        self.u.bind(end);
        Ok(())
    }

    fn case(
        &mut self,
        case: &'s MatchCase<'s>,
        subject: u32,
        end: Label,
        last: bool,
    ) -> Result<()> {
        let base = self.u.top;
        let mut test = Test {
            base,
            fail: Vec::new(),
            captures: Vec::new(),
            irrefutable: case.guard.is_some() || last,
        };
        self.pattern(case.pattern, subject, &mut test)?;
        self.u.loc = case.pattern.range;
        // Matched: bind the names, release the rest.
        let mut used = FxHashSet::default();
        for &(name, reg) in &test.captures {
            let own = reg & TEMP != 0 && (reg & !TEMP) >= base && !used.contains(&reg);
            let again = test.captures.iter().filter(|c| c.1 == reg).count() > 1;
            if own && !again {
                used.insert(reg);
                self.store_name(name, Val::temp(reg));
            } else {
                self.store_name(name, Val::kept(reg));
            }
        }
        for height in (base..self.u.top).rev() {
            if !used.contains(&(TEMP | height)) {
                self.u.pop_top(TEMP | height);
            }
        }
        self.u.top = base;
        let next = self.u.label();
        if let Some(guard) = case.guard {
            self.jump_if(guard, next, false)?;
        }
        self.u.loc = case.pattern.range;
        self.u.pop_top(subject);
        // The subject is gone while the body runs.
        self.u.pop(1);
        self.stmts(case.body)?;
        self.u.push();
        self.u.loc = case.pattern.range;
        self.u.jump(Opcode::JumpForward, end);
        // Failed: release what the test had made.
        for height in (0..test.fail.len()).rev() {
            if let Some(label) = test.fail[height] {
                self.u.bind(label);
            }
            if height > 0 {
                self.u.pop_top(TEMP | (base + height as u32 - 1));
            }
        }
        self.u.bind(next);
        Ok(())
    }

    /// The label to jump to when the test fails at the present height.
    fn fail(&mut self, test: &mut Test<'s>) -> Label {
        self.fail_at(test, self.u.top)
    }

    fn fail_at(&mut self, test: &mut Test<'s>, top: u32) -> Label {
        let height = (top - test.base) as usize;
        if test.fail.len() <= height {
            test.fail.resize(height + 1, None);
        }
        match test.fail[height] {
            Some(label) => label,
            None => {
                let label = self.u.label();
                test.fail[height] = Some(label);
                label
            }
        }
    }

    fn capture(
        &mut self,
        name: &'s str,
        reg: u32,
        range: TextRange,
        test: &mut Test<'s>,
    ) -> Result<()> {
        if test.captures.iter().any(|c| c.0 == name) {
            return Failure::at(
                range,
                format!("multiple assignments to name '{name}' in pattern"),
            );
        }
        test.captures.push((name, reg));
        Ok(())
    }

    fn pattern(&mut self, p: &'s Pattern<'s>, subject: u32, test: &mut Test<'s>) -> Result<()> {
        self.deeper(p.range)?;
        self.u.loc = p.range;
        match p.kind {
            PatternKind::MatchValue { value } => self.value_pattern(p, value, subject, test)?,
            PatternKind::MatchSingleton { value } => self.singleton_pattern(&value, subject, test),
            PatternKind::MatchSequence { patterns } => {
                self.sequence_pattern(p, patterns, subject, test)?
            }
            PatternKind::MatchMapping {
                keys,
                patterns,
                rest,
            } => {
                self.mapping_pattern(p, keys, patterns, rest, subject, test)?;
            }
            PatternKind::MatchClass {
                cls,
                patterns,
                kwd_attrs,
                kwd_patterns,
            } => {
                self.class_pattern(p, cls, patterns, kwd_attrs, kwd_patterns, subject, test)?;
            }
            PatternKind::MatchStar { name } => {
                if let Some(name) = name {
                    self.capture(name, subject, p.range, test)?;
                }
            }
            PatternKind::MatchAs { pattern, name } => {
                self.as_pattern(p, pattern, name, subject, test)?
            }
            PatternKind::MatchOr { patterns } => self.or_pattern(p, patterns, subject, test)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn as_pattern(
        &mut self,
        p: &'s Pattern<'s>,
        pattern: Option<&'s Pattern<'s>>,
        name: Option<&'s str>,
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        let Some(pattern) = pattern else {
            if !test.irrefutable {
                let message = match name {
                    Some(name) => {
                        format!("name capture '{name}' makes remaining patterns unreachable")
                    }
                    None => "wildcard makes remaining patterns unreachable".into(),
                };
                return Failure::at(p.range, message);
            }
            if let Some(name) = name {
                self.capture(name, subject, p.range, test)?;
            }
            return Ok(());
        };
        self.pattern(pattern, subject, test)?;
        if let Some(name) = name {
            self.capture(name, subject, p.range, test)?;
        }
        Ok(())
    }

    fn sub_pattern(&mut self, p: &'s Pattern<'s>, subject: u32, test: &mut Test<'s>) -> Result<()> {
        let before = std::mem::replace(&mut test.irrefutable, true);
        let result = self.pattern(p, subject, test);
        test.irrefutable = before;
        result
    }

    fn value_pattern(
        &mut self,
        p: &'s Pattern<'s>,
        value: ExprRef<'s>,
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        let literal =
            matches!(value.kind, ExprKind::Attribute { .. }) || self.fold(value).is_some();
        if !literal {
            return Failure::at(
                p.range,
                "patterns may only match literals and attribute lookups".into(),
            );
        }
        let fail = self.fail(test);
        if let Some(n) = self.small_int(value) {
            self.u.loc = p.range;
            let imm = Val::kept(u32::from(n as u16));
            self.u
                .jump_cmp(Opcode::JumpEqImm, IF_FALSE, Val::kept(subject), imm, fail);
            return Ok(());
        }
        let reg = self.push_expr(value)?;
        self.u.pop(1);
        self.u.loc = p.range;
        self.u.jump_cmp(
            Opcode::JumpEq,
            IF_FALSE,
            Val::kept(subject),
            Val::temp(reg),
            fail,
        );
        Ok(())
    }

    fn singleton_pattern(&mut self, value: &Constant<'s>, subject: u32, test: &mut Test<'s>) {
        let fail = self.fail(test);
        if *value == Constant::None {
            self.u
                .jump_on(Opcode::JumpIfNotNone, Val::kept(subject), fail);
            return;
        }
        let reg = self.u.push();
        self.load_const(reg, crate::fold::constant(value));
        self.u.pop(1);
        self.u.jump_cmp(
            Opcode::JumpIs,
            IF_FALSE,
            Val::kept(subject),
            Val::temp(reg),
            fail,
        );
    }

    fn sequence_pattern(
        &mut self,
        p: &'s Pattern<'s>,
        patterns: &'s [Pattern<'s>],
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        let is_star = |p: &Pattern<'_>| matches!(p.kind, PatternKind::MatchStar { .. });
        let star = patterns.iter().position(is_star);
        if patterns.iter().filter(|p| is_star(p)).count() > 1 {
            return Failure::at(p.range, "multiple starred names in sequence pattern".into());
        }
        let fail = self.fail(test);
        let reg = self.u.next_temp();
        self.u.emit(Opcode::MatchSequence, 0, reg, subject, 0);
        self.u.jump_on(Opcode::JumpIfFalse, Val::temp(reg), fail);
        let size = patterns.len() - usize::from(star.is_some());
        if star.is_none() || size > 0 {
            self.u.emit(Opcode::GetLen, 0, reg, subject, 0);
            self.u.push();
            let wanted = self.u.push();
            self.load_const(wanted, Const::Int(size as i64));
            self.u.pop(2);
            let op = if star.is_none() {
                Opcode::JumpEq
            } else {
                Opcode::JumpGe
            };
            self.u
                .jump_cmp(op, IF_FALSE, Val::temp(reg), Val::temp(wanted), fail);
        }
        if patterns.iter().all(|p| wildcard(p) || star_wildcard(p)) {
            return Ok(());
        }
        if let Some(star) = star
            && star_wildcard(&patterns[star])
        {
            return self.sequence_items(p, patterns, star, subject, test);
        }
        let base = self.u.next_temp();
        match star {
            Some(before) => {
                let after = patterns.len() - before - 1;
                if before >= 1 << 8 || after >= 1 << 24 {
                    let message = "too many expressions in star-unpacking sequence pattern";
                    return Failure::at(p.range, message.into());
                }
                self.u.emit(
                    Opcode::UnpackEx,
                    0,
                    base,
                    subject,
                    before as u32 | (after as u32) << 16,
                );
            }
            None => self.u.emit(
                Opcode::UnpackSequence,
                0,
                base,
                subject,
                patterns.len() as u32,
            ),
        }
        self.u.push_many(patterns.len() as u32);
        for (i, sub) in (0..).zip(patterns) {
            self.sub_pattern(sub, base + i, test)?;
        }
        Ok(())
    }

    /// `[a, *_, b]`: only the items that matter are fetched.
    fn sequence_items(
        &mut self,
        p: &'s Pattern<'s>,
        patterns: &'s [Pattern<'s>],
        star: usize,
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        for (i, sub) in patterns.iter().enumerate() {
            if i == star || wildcard(sub) {
                continue;
            }
            self.u.loc = p.range;
            let item = self.u.push();
            if i < star {
                self.load_const(item, Const::Int(i as i64));
            } else {
                let len = self.u.push();
                self.u.emit(Opcode::GetLen, 0, len, subject, 0);
                let back = (patterns.len() - i) as u32;
                self.u
                    .emit(Opcode::SubImm, KILL_B, item, len, back & 0x7FFF);
                self.u.pop(1);
            }
            self.u.emit(Opcode::LoadSubscr, KILL_C, item, subject, item);
            self.sub_pattern(sub, item, test)?;
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        p: &'s Pattern<'s>,
        keys: &'s [Expr<'s>],
        patterns: &'s [Pattern<'s>],
        rest: Option<&'s str>,
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        let fail = self.fail(test);
        let reg = self.u.next_temp();
        self.u.emit(Opcode::MatchMapping, 0, reg, subject, 0);
        self.u.jump_on(Opcode::JumpIfFalse, Val::temp(reg), fail);
        if keys.is_empty() && rest.is_none() {
            return Ok(());
        }
        if !keys.is_empty() {
            self.u.emit(Opcode::GetLen, 0, reg, subject, 0);
            self.u.push();
            let wanted = self.u.push();
            self.load_const(wanted, Const::Int(keys.len() as i64));
            self.u.pop(2);
            self.u.jump_cmp(
                Opcode::JumpGe,
                IF_FALSE,
                Val::temp(reg),
                Val::temp(wanted),
                fail,
            );
        }
        self.check_mapping_keys(p, keys)?;
        let tuple = self.u.next_temp();
        for key in keys {
            self.push_expr(key)?;
        }
        self.u.pop(keys.len() as u32);
        self.u.loc = p.range;
        self.u
            .emit(Opcode::BuildTuple, 0, tuple, tuple, keys.len() as u32);
        self.u.push();
        let values = self.u.push();
        self.u.emit_abc(
            Opcode::MatchKeys,
            0,
            values,
            Val::kept(subject),
            Val::kept(tuple),
        );
        let fail = self.fail(test);
        self.u.jump_on(Opcode::JumpIfNone, Val::kept(values), fail);
        let base = self.u.next_temp();
        self.u
            .emit(Opcode::UnpackSequence, 0, base, values, keys.len() as u32);
        self.u.push_many(keys.len() as u32);
        for (i, sub) in (0..).zip(patterns) {
            self.sub_pattern(sub, base + i, test)?;
        }
        if let Some(name) = rest {
            self.u.loc = p.range;
            let dict = self.u.push();
            self.u.emit(Opcode::BuildMap, 0, dict, dict, 0);
            self.u.emit_use(
                Opcode::DictUpdate,
                Val::kept(dict),
                Some(Val::kept(subject)),
                None,
            );
            let first = self.u.next_temp();
            self.u
                .emit(Opcode::UnpackSequence, 0, first, tuple, keys.len() as u32);
            for i in 0..keys.len() as u32 {
                self.u.emit_use(
                    Opcode::DeleteSubscr,
                    Val::kept(dict),
                    Some(Val::temp(first + i)),
                    None,
                );
            }
            self.u.push_many(keys.len() as u32);
            self.u.pop(keys.len() as u32);
            self.capture(name, dict, p.range, test)?;
        }
        Ok(())
    }

    fn check_mapping_keys(&mut self, p: &'s Pattern<'s>, keys: &'s [Expr<'s>]) -> Result<()> {
        let mut seen: Vec<Const> = Vec::new();
        for key in keys {
            if let Some(c) = self.fold(key) {
                if seen.iter().any(|s| equal(s, &c)) {
                    return Failure::at(
                        p.range,
                        format!("mapping pattern checks duplicate key ({})", const_repr(&c)),
                    );
                }
                seen.push(c);
            } else if !matches!(key.kind, ExprKind::Attribute { .. }) {
                let message = "mapping pattern keys may only match literals and attribute lookups";
                return Failure::at(p.range, message.into());
            }
        }
        Ok(())
    }

    fn class_pattern(
        &mut self,
        p: &'s Pattern<'s>,
        cls: ExprRef<'s>,
        patterns: &'s [Pattern<'s>],
        kwd_attrs: &'s [&'s str],
        kwd_patterns: &'s [Pattern<'s>],
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        for (i, attr) in kwd_attrs.iter().enumerate() {
            if kwd_attrs[..i].contains(attr) {
                let range = kwd_patterns.get(i).map_or(p.range, |k| k.range);
                return Failure::at(
                    range,
                    format!("attribute name repeated in class pattern: {attr}"),
                );
            }
        }
        let fail_before = self.u.top;
        let window = self.u.push();
        self.u.mov(window, Val::kept(subject));
        self.push_expr(cls)?;
        self.u.loc = p.range;
        let names = self.u.push();
        let attrs: Vec<Const> = kwd_attrs.iter().map(|a| self.str_const(a)).collect();
        self.load_const(names, Const::Tuple(attrs.into()));
        self.u.pop(3);
        debug_assert_eq!(self.u.top, fail_before);
        let result = self.u.push();
        self.u.emit(
            Opcode::MatchClass,
            KILL_B,
            result,
            window,
            patterns.len() as u32,
        );
        let fail = self.fail(test);
        self.u.jump_on(Opcode::JumpIfNone, Val::kept(result), fail);
        let count = (patterns.len() + kwd_patterns.len()) as u32;
        let base = self.u.next_temp();
        self.u.emit(Opcode::UnpackSequence, 0, base, result, count);
        self.u.push_many(count);
        for (i, sub) in (0..).zip(patterns.iter().chain(kwd_patterns)) {
            if !wildcard(sub) {
                self.sub_pattern(sub, base + i, test)?;
            }
        }
        Ok(())
    }

    /// Alternatives bind the same names; each leaves them, in one order, in the same registers.
    fn or_pattern(
        &mut self,
        p: &'s Pattern<'s>,
        patterns: &'s [Pattern<'s>],
        subject: u32,
        test: &mut Test<'s>,
    ) -> Result<()> {
        let base = self.u.top;
        let end = self.u.label();
        let mut names: Option<Vec<&'s str>> = None;
        let outer_irrefutable = test.irrefutable;
        for (i, alternative) in patterns.iter().enumerate() {
            let last = i + 1 == patterns.len();
            let mut inner = Test {
                base,
                fail: Vec::new(),
                captures: Vec::new(),
                irrefutable: last && outer_irrefutable,
            };
            // Room for the captured values below what the alternative makes.
            let room = names
                .as_ref()
                .map_or_else(|| count_captures(alternative), Vec::len)
                as u32;
            let slots = self.u.push_many(room);
            inner.base = self.u.top;
            self.pattern(alternative, subject, &mut inner)?;
            let mut order: Vec<&'s str> = inner.captures.iter().map(|c| c.0).collect();
            match &names {
                None => names = Some(order.clone()),
                Some(first) => {
                    let same =
                        first.len() == order.len() && first.iter().all(|n| order.contains(n));
                    if !same {
                        return Failure::at(
                            p.range,
                            "alternative patterns bind different names".into(),
                        );
                    }
                    order.clone_from(first);
                }
            }
            self.u.loc = alternative.range;
            let inner_base = inner.base;
            for (slot, name) in (slots..).zip(&order) {
                if let Some(&(_, reg)) = inner.captures.iter().find(|c| c.0 == *name) {
                    self.u.mov(slot, Val::kept(reg));
                }
            }
            for height in (inner_base..self.u.top).rev() {
                self.u.pop_top(TEMP | height);
            }
            self.u.top = inner_base;
            self.u.jump(Opcode::JumpForward, end);
            // The next alternative starts with nothing alive.
            for height in (0..inner.fail.len()).rev() {
                if let Some(label) = inner.fail[height] {
                    self.u.bind(label);
                }
                if height > 0 {
                    self.u.pop_top(TEMP | (inner_base + height as u32 - 1));
                }
            }
            self.u.top = base;
        }
        let fail = self.fail_at(test, base);
        self.u.jump(Opcode::JumpForward, fail);
        self.u.bind(end);
        let names = names.unwrap_or_default();
        let slots = self.u.push_many(names.len() as u32);
        for (slot, name) in (slots..).zip(names) {
            self.capture(name, slot, p.range, test)?;
        }
        Ok(())
    }
}

fn count_captures(p: &Pattern<'_>) -> usize {
    match p.kind {
        PatternKind::MatchValue { .. } | PatternKind::MatchSingleton { .. } => 0,
        PatternKind::MatchSequence { patterns } => patterns.iter().map(count_captures).sum(),
        PatternKind::MatchOr { patterns } => patterns.first().map_or(0, count_captures),
        PatternKind::MatchMapping { patterns, rest, .. } => {
            patterns.iter().map(count_captures).sum::<usize>() + usize::from(rest.is_some())
        }
        PatternKind::MatchClass {
            patterns,
            kwd_patterns,
            ..
        } => patterns
            .iter()
            .chain(kwd_patterns)
            .map(count_captures)
            .sum(),
        PatternKind::MatchStar { name } => usize::from(name.is_some()),
        PatternKind::MatchAs { pattern, name } => {
            pattern.map_or(0, count_captures) + usize::from(name.is_some())
        }
    }
}

/// Keys that are equal in Python, whatever their types.
fn equal(a: &Const, b: &Const) -> bool {
    let number = |c: &Const| match c {
        Const::True => Some(1.0),
        Const::False => Some(0.0),
        Const::Int(n) => Some(*n as f64),
        Const::Float(f) => Some(*f),
        Const::Complex(re, 0.0) => Some(*re),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x == y,
        _ => crate::fold::same(a, b),
    }
}

fn const_repr(c: &Const) -> String {
    match c {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Int(n) => n.to_string(),
        Const::Float(f) => format!("{f:?}"),
        Const::Str(s) => format!("'{}'", String::from_utf8_lossy(s)),
        Const::Bytes(s) => format!("b'{}'", s.escape_ascii()),
        Const::Complex(_, im) => format!("{im}j"),
        _ => "...".into(),
    }
}

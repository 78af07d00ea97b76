//! The text that an uncaught exception is shown with: tracebacks with source
//! lines and marks, chains, groups, notes, hints.

mod carets;
mod hints;
mod source;
mod syntax;
mod wide;

pub use source::{Loader, register, set_loader};

use std::collections::HashSet;

use taipan_compiler::positions::position_of;
use taipan_object::exceptions::{Exception, peek};
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{Ref, TypeRef, Value, Vm};

use crate::traceback::Traceback;
use hints::quiet;
use source::Sources;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// How often an entry is repeated before the rest is counted.
const REPEATS: usize = 3;
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;

/// The whole report of an exception; each line ends in a newline.
pub fn format_exception(vm: &Vm, exception: &Value) -> String {
    format_with(vm, exception, Sources::default())
}

fn format_with(vm: &Vm, exception: &Value, sources: Sources) -> String {
    let nodes = collect(vm, exception);
    let mut printer = Printer {
        vm,
        nodes,
        sources,
        out: String::new(),
        depth: 0,
        need_close: false,
    };
    printer.chain(0);
    printer.out
}

/// The report of an exception that could not propagate: what `sys.unraisablehook` writes.
pub fn format_unraisable(
    vm: &Vm,
    exception: &Value,
    message: Option<&str>,
    object: Option<&Value>,
) -> String {
    let message = message.filter(|m| !m.is_empty());
    let mut out = match object.filter(|o| !o.is_none()) {
        Some(object) => {
            let shown = quiet(vm, vm.repr(object))
                .map_or_else(|| "<object repr() failed>".to_owned(), |r| plain(&r));
            format!("{}: {shown}\n", message.unwrap_or("Exception ignored in"))
        }
        None => message.map_or_else(String::new, |m| format!("{m}:\n")),
    };
    out.push_str(&format_with(vm, exception, Sources::of_files()));
    out
}

/// The lines of a traceback alone, without a heading.
pub fn format_traceback(vm: &Vm, traceback: &Value) -> String {
    entries(vm, Some(traceback.clone()), &mut Sources::default()).concat()
}

/// A string with lone surrogates written as escapes.
pub(crate) fn plain(s: &Ref<Str>) -> String {
    if let Some(text) = s.to_utf8() {
        return text;
    }
    let escape = |c: u32| char::from_u32(c).map_or_else(|| format!("\\u{c:04x}"), String::from);
    s.view().iter().map(escape).collect()
}

/// `str(object)`, or what stands for it.
pub(crate) fn safe_str(vm: &Vm, object: &Value, what: &str) -> String {
    quiet(vm, vm.str(object)).map_or_else(|| format!("<{what} str() failed>"), |s| plain(&s))
}

// ---- what belongs to the report

/// One exception and those it is connected with, by index.
struct Node {
    exception: Value,
    cause: Option<usize>,
    context: Option<usize>,
    group: Option<Vec<usize>>,
}

/// The exception and all that are shown with it; each is shown as cause or context only once.
fn collect(vm: &Vm, exception: &Value) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut seen = HashSet::new();
    let add = |nodes: &mut Vec<Node>, seen: &mut HashSet<u64>, e: Value| {
        seen.insert(e.id());
        nodes.push(Node {
            exception: e,
            cause: None,
            context: None,
            group: None,
        });
        nodes.len() - 1
    };
    let mut queue = vec![add(&mut nodes, &mut seen, exception.clone())];
    while let Some(n) = queue.pop() {
        let value = nodes[n].exception.clone();
        let Some(e) = value.downcast::<Exception>() else {
            continue;
        };
        let cause = peek(&e.cause).filter(|c| !c.is_none() && !seen.contains(&c.id()));
        let cause = cause.map(|c| add(&mut nodes, &mut seen, c));
        let wanted = cause.is_none() && !e.suppress_context.get();
        let context =
            peek(&e.context).filter(|c| wanted && !c.is_none() && !seen.contains(&c.id()));
        let context = context.map(|c| add(&mut nodes, &mut seen, c));
        let group = members(vm, &value).map(|members| {
            members
                .into_iter()
                .map(|m| add(&mut nodes, &mut seen, m))
                .collect::<Vec<_>>()
        });
        queue.extend(cause.iter().chain(&context).chain(group.iter().flatten()));
        (nodes[n].cause, nodes[n].context, nodes[n].group) = (cause, context, group);
    }
    nodes
}

/// The exceptions of a group.
fn members(vm: &Vm, exception: &Value) -> Option<Vec<Value>> {
    if !vm.is_instance_of(exception, &vm.exc.base_exception_group) {
        return None;
    }
    let members = quiet(vm, vm.getattr(exception, &vm.names.exceptions))?;
    members.downcast::<Tuple>().map(|t| t.items().to_vec())
}

// ---- printing

struct Printer<'a> {
    vm: &'a Vm,
    nodes: Vec<Node>,
    sources: Sources,
    out: String,
    /// Depth in groups.
    depth: usize,
    /// Whether the innermost group still needs its closing line.
    need_close: bool,
}

impl Printer<'_> {
    fn emit(&mut self, text: &str, margin: char) {
        for line in text.split_inclusive('\n') {
            if self.depth > 0 {
                self.indent();
                self.out.push(margin);
                self.out.push(' ');
            }
            self.out.push_str(line);
        }
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    /// An exception with those that led to it.
    fn chain(&mut self, node: usize) {
        let mut shown = Vec::new();
        let mut next = Some(node);
        while let Some(n) = next {
            let node = &self.nodes[n];
            let (link, led) = match (node.cause, node.context) {
                (Some(c), _) => (Some(CAUSE), Some(c)),
                (None, Some(c)) => (Some(CONTEXT), Some(c)),
                (None, None) => (None, None),
            };
            shown.push((link, n));
            next = led;
        }
        for (link, n) in shown.into_iter().rev() {
            if let Some(link) = link {
                self.emit(link, '|');
            }
            match self.nodes[n].group.clone() {
                None => self.single(n),
                Some(_) if self.depth > MAX_GROUP_DEPTH => self.emit(
                    &format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"),
                    '|',
                ),
                Some(members) => self.group(n, &members),
            }
        }
    }

    fn stack(&mut self, n: usize) -> Vec<String> {
        let traceback = self.nodes[n]
            .exception
            .downcast::<Exception>()
            .and_then(|e| peek(&e.traceback));
        entries(self.vm, traceback, &mut self.sources)
    }

    fn body(&mut self, n: usize, stack: &[String]) {
        for entry in stack {
            self.emit(entry, '|');
        }
        for line in exception_only(self.vm, &self.nodes[n].exception) {
            self.emit(&line, '|');
        }
    }

    fn single(&mut self, n: usize) {
        let stack = self.stack(n);
        if !stack.is_empty() {
            self.emit("Traceback (most recent call last):\n", '|');
        }
        self.body(n, &stack);
    }

    fn group(&mut self, n: usize, members: &[usize]) {
        let top = self.depth == 0;
        if top {
            self.depth = 1;
        }
        let stack = self.stack(n);
        if !stack.is_empty() {
            self.emit(
                "Exception Group Traceback (most recent call last):\n",
                if top { '+' } else { '|' },
            );
        }
        self.body(n, &stack);
        let count = members.len().min(MAX_GROUP_WIDTH + 1);
        self.need_close = false;
        for (i, &member) in members.iter().enumerate().take(count) {
            let last = i + 1 == count;
            if last {
                self.need_close = true;
            }
            let truncated = i >= MAX_GROUP_WIDTH;
            let title = if truncated {
                "...".to_owned()
            } else {
                (i + 1).to_string()
            };
            self.indent();
            self.out.push_str(if i == 0 { "+-" } else { "  " });
            self.out
                .push_str(&format!("+---------------- {title} ----------------\n"));
            self.depth += 1;
            if truncated {
                let rest = members.len() - MAX_GROUP_WIDTH;
                self.emit(
                    &format!(
                        "and {rest} more exception{}\n",
                        if rest > 1 { "s" } else { "" }
                    ),
                    '|',
                );
            } else {
                self.chain(member);
            }
            if last && self.need_close {
                self.indent();
                self.out.push_str("+------------------------------------\n");
                self.need_close = false;
            }
            self.depth -= 1;
        }
        if top {
            self.depth = 0;
        }
    }
}

/// `module.Class` as reports show it.
fn class_name(vm: &Vm, ty: &TypeRef) -> String {
    let get = |name: &Ref<Str>| {
        quiet(vm, vm.getattr(ty.as_value(), name)).and_then(|v| v.downcast::<Str>().map(plain))
    };
    let name = get(&vm.names.__qualname__).unwrap_or_else(|| ty.name.borrow().to_string());
    match get(&vm.names.__module__) {
        Some(m) if m == "builtins" || m == "__main__" => name,
        Some(m) => format!("{m}.{name}"),
        None => format!("<unknown>.{name}"),
    }
}

/// The lines that say which exception it is, notes included.
pub fn exception_only(vm: &Vm, exception: &Value) -> Vec<String> {
    let class = class_name(vm, vm.type_of(exception));
    let mut lines = if vm.is_instance_of(exception, &vm.exc.syntax_error) {
        syntax::lines(vm, exception, &class)
    } else {
        let mut text = safe_str(vm, exception, "exception");
        text.push_str(&hints::hint(vm, exception));
        vec![if text.is_empty() {
            format!("{class}\n")
        } else {
            format!("{class}: {text}\n")
        }]
    };
    notes(vm, exception, &mut lines);
    lines
}

fn notes(vm: &Vm, exception: &Value, lines: &mut Vec<String>) {
    let notes = match vm.getattr_opt(exception, &vm.names.__notes__) {
        Ok(None) => return,
        Ok(Some(n)) if n.is_none() => return,
        Ok(Some(n)) => n,
        Err(e) => {
            let e = vm.take_exception(e);
            let shown = quiet(vm, vm.repr(&e))
                .map_or_else(|| "<__notes__ repr() failed>".to_owned(), |r| plain(&r));
            lines.push(format!("Ignored error getting __notes__: {shown}\n"));
            return;
        }
    };
    let is_text = notes.downcast::<Str>().is_some() || vm.is_instance_of(&notes, &vm.types.bytes);
    let sequence = vm
        .type_of(&notes)
        .has(taipan_object::ty::TypeFlags::SEQUENCE);
    match if sequence && !is_text {
        quiet(vm, vm.collect(&notes))
    } else {
        None
    } {
        Some(notes) => {
            for note in &notes {
                lines.extend(
                    safe_str(vm, note, "note")
                        .split('\n')
                        .map(|l| format!("{l}\n")),
                );
            }
        }
        None => {
            let shown = quiet(vm, vm.repr(&notes))
                .map_or_else(|| "<__notes__ repr() failed>".to_owned(), |r| plain(&r));
            lines.push(format!("{shown}\n"));
        }
    }
}

/// The entries of a traceback as text, repetitions counted.
fn entries(vm: &Vm, traceback: Option<Value>, sources: &mut Sources) -> Vec<String> {
    let mut tracebacks = Vec::new();
    let mut next = traceback;
    while let Some(t) = next {
        next = match t.downcast::<Traceback>() {
            Some(tb) => peek(&tb.next),
            None => break,
        };
        tracebacks.push(t);
    }
    if let Some(limit) = limit(vm) {
        let drop = tracebacks.len().saturating_sub(limit);
        tracebacks.drain(..drop);
    }
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<(Value, i32)> = None;
    let mut count = 0usize;
    let repeated = |count: usize, out: &mut Vec<String>| {
        if count > REPEATS {
            let more = count - REPEATS;
            out.push(format!(
                "  [Previous line repeated {more} more time{}]\n",
                if more > 1 { "s" } else { "" }
            ));
        }
    };
    for t in &tracebacks {
        let Some(tb) = t.downcast::<Traceback>() else {
            continue;
        };
        let code = &tb.frame.code;
        let line = entry_position(tb).line;
        let same = last.as_ref().is_some_and(|(c, l)| {
            *l == line
                && c.downcast::<crate::code::PyCode>().is_some_and(|c| {
                    c.code.name == code.code.name && c.code.filename == code.code.filename
                })
        });
        if !same {
            repeated(count, &mut out);
            count = 0;
            last = Some((code.to_value(), line));
        }
        count += 1;
        if count <= REPEATS {
            out.push(entry(vm, tb, sources));
        }
    }
    repeated(count, &mut out);
    out
}

/// `sys.tracebacklimit`.
fn limit(vm: &Vm) -> Option<usize> {
    let limit = crate::sys_attr(vm, "tracebacklimit")?.as_i64()?;
    Some(usize::try_from(limit).unwrap_or(0))
}

fn entry_position(tb: &Traceback) -> taipan_compiler::code::Position {
    let mut position = match u32::try_from(tb.lasti.get()) {
        Ok(lasti) => position_of(&tb.frame.code.code.positions, lasti),
        Err(_) => taipan_compiler::code::Position::NONE,
    };
    if position.line < 0 {
        position.line = tb.line();
        position.end_line = position.line;
    }
    position
}

fn entry(vm: &Vm, tb: &Traceback, sources: &mut Sources) -> String {
    let code = &tb.frame.code.code;
    let position = entry_position(tb);
    let line = if position.line < 0 {
        "None".to_owned()
    } else {
        position.line.to_string()
    };
    let filename = if code.filename.starts_with("<stdin-") && code.filename.ends_with('>') {
        "<stdin>"
    } else {
        &*code.filename
    };
    let mut out = format!("  File \"{filename}\", line {line}, in {}\n", code.name);
    let position = match crate::config(vm).no_debug_ranges {
        true => taipan_compiler::code::Position {
            column: -1,
            end_column: -1,
            end_line: position.line,
            ..position
        },
        false => position,
    };
    if position.line > 0 {
        let lines = sources.lines(
            vm,
            &code.filename,
            position.line,
            position.end_line.max(position.line),
        );
        if let Some(marked) = carets::marked_lines(&lines, position) {
            for line in marked.split_inclusive('\n') {
                out.push_str("    ");
                out.push_str(line);
            }
        }
    }
    out
}

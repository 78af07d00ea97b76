//! The stage `run`: the steps of the virtual machine.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use taipan_compiler::code::Code;
use taipan_compiler::dis::{self, register_name};
use taipan_compiler::opcode::{Flow, Opcode};
use taipan_object::Vm;
use taipan_vm::config::JitMode;
use taipan_vm::observe::{self, Observer, Place};

use super::json::Json;
use super::page::Page;
use super::program::{self, Capture};
use super::value::short;
use super::{Explained, bytecode, quoted};

/// An instruction, decoded once.
struct Decoded {
    line: u32,
    op: Option<Opcode>,
    name: &'static str,
    operands: String,
    target: Option<u32>,
    target_label: Option<String>,
    reads: Vec<u32>,
    writes: Vec<u32>,
}

/// Registers by name, with what they hold.
type Values = Vec<(String, String)>;

/// One executed instruction.
struct Step {
    number: u64,
    code: Arc<Code>,
    decoded: Rc<Vec<Decoded>>,
    index: u32,
    depth: u32,
    /// The call that starts here: name and arguments.
    call: Option<String>,
    reads: Values,
    writes: Values,
    /// What else came of it: a jump, an exception.
    outcome: Option<String>,
    /// Other steps were made before its results were there: a call.
    late: bool,
    /// The late step whose results are there after this one.
    ends: Option<usize>,
    stdout: String,
    stderr: String,
    /// Instructions after it that are not shown.
    hidden: u64,
}

impl Step {
    fn decoded(&self) -> &Decoded {
        &self.decoded[self.index as usize]
    }
}

#[derive(Default)]
struct Log {
    steps: Vec<Step>,
    /// By frame: the step whose results are not known yet.
    open: HashMap<usize, usize>,
    codes: HashMap<*const Code, (Arc<Code>, Rc<Vec<Decoded>>)>,
    base: Option<u32>,
    total: u64,
    /// Steps of the program's own lines, shown or not.
    own: u64,
}

/// Notes what a program does.
struct Recorder {
    file: String,
    ranges: Vec<(u32, u32)>,
    max: usize,
    capture: Rc<Capture>,
    log: RefCell<Log>,
}

fn decode(code: &Code) -> Vec<Decoded> {
    let lines = dis::lines(code);
    let mut at = code.first_line;
    lines
        .iter()
        .map(|line| {
            let i = &line.instruction;
            if i.position.line > 0 {
                at = i.position.line as u32;
            }
            let (reads, writes) = bytecode::registers(line);
            let target = i.target();
            Decoded {
                line: at,
                op: i.op,
                name: i.name(),
                operands: line.operands.clone(),
                target,
                target_label: target
                    .and_then(|t| lines.get(t as usize))
                    .and_then(|l| l.label.clone()),
                reads,
                writes,
            }
        })
        .collect()
}

impl Recorder {
    fn values(vm: &Vm, place: &Place<'_>, registers: &[u32]) -> Values {
        let mut values = Values::new();
        for &r in registers {
            let name = register_name(&place.code().code, r);
            if let Some(value) = place.register(r)
                && values.iter().all(|(n, _)| *n != name)
            {
                values.push((name, short(vm, value)));
            }
        }
        values
    }

    /// Output since the last step belongs to that step.
    fn take_output(&self, log: &mut Log) {
        let (full, total) = (self.is_full(log), log.total);
        if let Some(last) = log.steps.last_mut()
            && (!full || last.number == total)
        {
            last.stdout.push_str(&self.capture.new_text(1));
            last.stderr.push_str(&self.capture.new_text(2));
        }
    }

    fn is_full(&self, log: &Log) -> bool {
        log.steps.len() >= self.max
    }

    /// The results of the frame's last step are there now.
    fn close(&self, vm: &Vm, log: &mut Log, place: &Place<'_>) {
        let Some(at) = log.open.remove(&place.frame_id()) else {
            return;
        };
        let last = log.steps.len() - 1;
        if at < last {
            log.steps[at].late = true;
            log.steps[last].ends = Some(at);
        }
        let step = &mut log.steps[at];
        if !Arc::ptr_eq(&step.code, &place.code().code) {
            return;
        }
        let decoded = step.decoded.clone();
        let d = &decoded[step.index as usize];
        let jumped = d.target == Some(place.index);
        match d.op.map(Opcode::flow) {
            Some(Flow::Branch) if matches!(d.op, Some(Opcode::ForIter)) => {
                if jumped {
                    step.outcome = Some("no more items, jumps".to_owned());
                } else {
                    step.writes = Self::values(vm, place, &d.writes);
                }
            }
            Some(Flow::Branch) => {
                step.writes = Self::values(vm, place, &d.writes);
                step.outcome = Some(if jumped { "jumps" } else { "does not jump" }.to_owned());
            }
            _ => step.writes = Self::values(vm, place, &d.writes),
        }
    }

    fn step(&self, vm: &Vm, log: &mut Log, place: &Place<'_>) {
        let code = &place.code().code;
        let (_, decoded) = log
            .codes
            .entry(Arc::as_ptr(code))
            .or_insert_with(|| (code.clone(), Rc::new(decode(code))));
        let decoded = decoded.clone();
        let Some(d) = decoded.get(place.index as usize) else {
            return;
        };
        let line = d.line;
        if !self.ranges.iter().any(|&(a, b)| (a..=b).contains(&line)) {
            if let Some(last) = log.steps.last_mut() {
                last.hidden += 1;
            }
            return;
        }
        log.own += 1;
        if self.is_full(log) {
            return;
        }
        let depth = place.depth();
        let base = *log.base.get_or_insert(depth);
        let call = (place.index == 0 && &*code.name != "<module>").then(|| {
            let parameters: Vec<u32> = (0..code.parameter_count()).collect();
            let values: Vec<String> = Self::values(vm, place, &parameters)
                .into_iter()
                .map(|(n, v)| format!("{n}={v}"))
                .collect();
            format!("{}({})", code.qualname, values.join(", "))
        });
        let step = Step {
            number: log.total,
            reads: Self::values(vm, place, &d.reads),
            code: code.clone(),
            decoded: decoded.clone(),
            index: place.index,
            depth: depth.saturating_sub(base),
            call,
            writes: Values::new(),
            outcome: None,
            late: false,
            ends: None,
            stdout: String::new(),
            stderr: String::new(),
            hidden: 0,
        };
        log.open.insert(place.frame_id(), log.steps.len());
        log.steps.push(step);
    }
}

impl Observer for Recorder {
    fn before(&self, vm: &Vm, place: &Place<'_>) {
        let mut log = self.log.borrow_mut();
        let log = &mut *log;
        if log.open.is_empty() && self.is_full(log) {
            self.take_output(log);
            log.total += 1;
            if *place.code().code.filename == *self.file {
                log.own += 1;
            }
            return;
        }
        self.take_output(log);
        log.total += 1;
        self.close(vm, log, place);
        if *place.code().code.filename == *self.file {
            self.step(vm, log, place);
        } else if let Some(last) = log.steps.last_mut() {
            last.hidden += 1;
        }
    }

    fn raised(&self, vm: &Vm, place: &Place<'_>) {
        let mut log = self.log.borrow_mut();
        if let Some(at) = log.open.remove(&place.frame_id())
            && let Some(e) = vm.take_pending()
        {
            let text = short(vm, &e);
            let _ = vm.restore(e);
            log.steps[at].outcome = Some(format!("raises {text}"));
        }
    }

    fn handled(&self, vm: &Vm, place: &Place<'_>) {
        let mut log = self.log.borrow_mut();
        let depth = place
            .code()
            .code
            .handlers
            .iter()
            .find(|h| h.target == place.index)
            .map(|h| h.depth);
        let exception = depth
            .and_then(|r| place.register(r))
            .map_or_else(|| "the exception".to_owned(), |e| short(vm, e));
        if let Some(at) = log.open.remove(&place.frame_id()) {
            log.steps[at].outcome = Some(format!("{exception} comes out of it"));
            log.steps[at].late = at + 1 < log.steps.len();
        }
        let total = log.total;
        if let Some(last) = log.steps.last_mut().filter(|s| s.number == total) {
            let caught = format!("caught in {}", place.code().code.qualname);
            last.outcome = Some(match last.outcome.take() {
                Some(outcome) => format!("{outcome}, {caught}"),
                None => caught,
            });
        }
    }
}

/// A run that is over.
struct Run {
    log: Log,
    exit: i32,
    stdout: String,
    stderr: String,
}

fn record(x: &Explained<'_>) -> Result<Run, String> {
    let runtime = program::runtime(x, JitMode::Off)?;
    let vm = runtime.vm();
    let capture = Rc::new(Capture::start().map_err(|e| e.to_string())?);
    let recorder = Rc::new(Recorder {
        file: x.path.clone(),
        ranges: x.ranges.clone(),
        max: x.options.max_steps,
        capture: capture.clone(),
        log: RefCell::default(),
    });
    observe::set(vm, Some(recorder.clone()));
    let exit = program::run(x, vm, JitMode::Off);
    observe::set(vm, None);
    let mut log = recorder.log.take();
    recorder.take_output(&mut log);
    let (stdout, stderr) = (capture.whole_text(1), capture.whole_text(2));
    // As in the ordinary command: freeing every object would only take time.
    std::mem::forget(runtime);
    Ok(Run {
        log,
        exit,
        stdout,
        stderr,
    })
}

fn list(values: &Values) -> String {
    let parts: Vec<String> = values.iter().map(|(n, v)| format!("{n}={v}")).collect();
    parts.join(", ")
}

fn effect(step: &Step) -> String {
    let mut text = list(&step.reads);
    if step.late {
        return text;
    }
    if !step.writes.is_empty() {
        let arrow = if text.is_empty() { "-> " } else { " -> " };
        text.push_str(arrow);
        text.push_str(&list(&step.writes));
    }
    if let Some(outcome) = &step.outcome {
        let arrow = if text.is_empty() { "-> " } else { " -> " };
        text.push_str(arrow);
        text.push_str(outcome);
        if outcome.ends_with("jumps")
            && let Some(label) = &step.decoded().target_label
        {
            text.push_str(&format!(" to {label}"));
        }
    }
    text
}

pub fn show(x: &Explained<'_>, page: &mut Page<'_>) {
    let run = match record(x) {
        Ok(run) => run,
        Err(message) => return page.plain(&message),
    };
    let mut last: Option<(Arc<Code>, u32, u32)> = None;
    for step in &run.log.steps {
        let d = step.decoded();
        let indent = "  ".repeat(step.depth.min(12) as usize);
        if let Some(call) = &step.call {
            page.under_note(&format!("{indent}call {call}"));
        }
        let here = (step.code.clone(), d.line, step.depth);
        let same = last
            .as_ref()
            .is_some_and(|l| Arc::ptr_eq(&l.0, &here.0) && l.1 == here.1 && l.2 == here.2);
        if !same {
            page.source(d.line);
            last = Some(here);
        }
        let instruction = format!("{:<22} {}", d.name, d.operands);
        page.under(&format!("{indent}{instruction:<46} {}", effect(step)));
        for (text, stream) in [(&step.stdout, "prints"), (&step.stderr, "stderr")] {
            if !text.is_empty() {
                page.under(&format!("{indent}{stream}: {}", quoted(text)));
            }
        }
        if let Some(call) = step.ends.map(|at| &run.log.steps[at])
            && !call.writes.is_empty()
        {
            let indent = "  ".repeat(call.depth.min(12) as usize);
            page.under_note(&format!(
                "{indent}back in line {}: {}",
                call.decoded().line,
                list(&call.writes)
            ));
        }
        if step.hidden > 0 {
            page.under_note(&format!("{indent}({} instructions elsewhere)", step.hidden));
        }
    }
    page.plain("");
    let left = run.log.own - run.log.steps.len() as u64;
    if left > 0 {
        page.note(&format!(
            "{left} more steps are not shown: --max-steps N shows more, --function and --lines a part"
        ));
    }
    page.note(&format!(
        "{} instructions were executed, {} of them shown; exit code {}",
        run.log.total,
        run.log.steps.len(),
        run.exit
    ));
}

pub fn json(x: &Explained<'_>) -> Json {
    let stage = ("stage", Json::text("run"));
    let run = match record(x) {
        Ok(run) => run,
        Err(message) => return Json::object([stage, ("error", Json::text(message))]),
    };
    let steps = run.log.steps.iter().map(|s| {
        let d = s.decoded();
        Json::object([
            ("step", Json::Int(s.number as i64)),
            ("function", Json::text(&*s.code.qualname)),
            ("depth", s.depth.into()),
            ("line", d.line.into()),
            ("index", s.index.into()),
            ("name", Json::text(d.name)),
            ("operands", Json::text(&d.operands)),
            ("call", Json::option(s.call.as_ref(), Json::text)),
            ("reads", Json::pairs(&s.reads)),
            ("writes", Json::pairs(&s.writes)),
            ("outcome", Json::option(s.outcome.as_ref(), Json::text)),
            ("stdout", Json::text(&s.stdout)),
            ("stderr", Json::text(&s.stderr)),
            ("hidden_after", Json::Int(s.hidden as i64)),
        ])
    });
    Json::object([
        stage,
        ("steps", Json::list(steps)),
        ("instructions", Json::Int(run.log.total as i64)),
        (
            "left_out",
            Json::Int((run.log.own - run.log.steps.len() as u64) as i64),
        ),
        ("stdout", Json::text(&run.stdout)),
        ("stderr", Json::text(&run.stderr)),
        ("exit_code", run.exit.into()),
    ])
}

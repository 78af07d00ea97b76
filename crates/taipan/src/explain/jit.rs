//! The stage `jit`: what became machine code, and how that went.

use std::collections::BTreeMap;
use std::sync::Arc;

use taipan_compiler::code::Code;
use taipan_jit::report::{self, Body, Compilation, Entry, line_of};
use taipan_vm::config::JitMode;

use super::json::Json;
use super::page::Page;
use super::program::{self, Capture};
use super::{Explained, bytecode};

/// What became of one code object of the program.
struct Fate {
    code: Arc<Code>,
    bodies: Vec<Body>,
    refusals: Vec<(Entry, String)>,
}

struct Run {
    fates: Vec<Fate>,
    exit: i32,
    stdout: String,
    stderr: String,
}

fn run(x: &Explained<'_>, code: &Arc<Code>) -> Result<Run, String> {
    let jit = x.options.jit;
    let runtime = program::runtime(x, jit)?;
    let capture = Capture::start().map_err(|e| e.to_string())?;
    report::record();
    let exit = program::run(x, runtime.vm(), jit);
    let compilations = report::compilations();
    let (stdout, stderr) = (capture.whole_text(1), capture.whole_text(2));
    drop(capture);
    std::mem::forget(runtime);
    let same = |a: &Code, b: &Code| {
        *a.filename == *b.filename && *a.qualname == *b.qualname && a.first_line == b.first_line
    };
    let fates = bytecode::all(code)
        .into_iter()
        .filter(|c| x.shows_all() || x.shows(c.first_line))
        .map(|code| {
            let mut fate = Fate {
                code,
                bodies: Vec::new(),
                refusals: Vec::new(),
            };
            for c in &compilations {
                match c {
                    Compilation::Done(b) if same(&b.code, &fate.code) => {
                        fate.bodies.push((**b).clone());
                    }
                    Compilation::Refused {
                        code,
                        entry,
                        reason,
                    } if same(code, &fate.code) => {
                        fate.refusals.push((*entry, reason.clone()));
                    }
                    _ => {}
                }
            }
            fate
        })
        .collect();
    Ok(Run {
        fates,
        exit,
        stdout,
        stderr,
    })
}

fn entry_text(code: &Code, entry: Entry) -> String {
    match entry {
        Entry::Start => "entered when the function is called".to_owned(),
        Entry::Loop(pc) => format!(
            "entered in the middle of the loop at line {}, while it runs",
            line_of(code, pc)
        ),
    }
}

fn counted(n: u32, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

fn show_body(x: &Explained<'_>, body: &Body, page: &mut Page<'_>) {
    let code = &body.code;
    page.plain(&format!(
        "machine code, {} bytes, {}",
        body.machine_code.len(),
        entry_text(code, body.entry)
    ));
    if body.replaced {
        page.plain("  a later compilation took its place");
    }
    if body.given_up {
        page.plain("  its guesses failed too often: the virtual machine runs this again");
    }
    let guards: u32 = body.guards.values().sum();
    if guards == 0 {
        page.plain("  no guards");
    } else {
        page.plain(&format!("  {}:", counted(guards, "guard")));
        for (what, count) in &body.guards {
            page.plain(&format!("    {count:>4} x {what}"));
        }
    }
    for call in &body.inlined {
        page.plain(&format!(
            "  the call of {} in line {} is part of this code",
            call.callee,
            line_of(code, call.pc)
        ));
    }
    let calls = body.calls;
    page.plain(&format!(
        "  calls: {} straight to Python functions, {} through the virtual machine; {} other instructions with its help",
        calls.direct, calls.general, calls.interpreted
    ));
    let taken: Vec<_> = body.exits.iter().filter(|e| e.count > 0).collect();
    page.plain(&format!(
        "  {} back to the virtual machine, {} taken",
        counted(body.exits.len() as u32, "way"),
        taken.len()
    ));
    for e in taken {
        page.plain(&format!(
            "    {:>4} x in line {}: {}",
            e.count,
            line_of(code, e.pc),
            e.reason
        ));
    }
    let mut lines: BTreeMap<u32, (Vec<&str>, Vec<String>)> = BTreeMap::new();
    let line = |pc: Option<u32>| pc.map_or(0, |pc| line_of(code, pc));
    for l in &body.hir {
        lines.entry(line(l.pc)).or_default().0.push(&l.text);
    }
    for l in &body.machine {
        let text = format!("{:04x}  {}", l.offset, l.text);
        lines.entry(line(l.pc)).or_default().1.push(text);
    }
    page.plain("");
    for (line, (hir, machine)) in &lines {
        match line {
            0 => page.plain("(entry)"),
            &line if x.shows(line) => page.source(line),
            _ => continue,
        }
        for text in hir {
            page.under(&format!("hir  {text}"));
        }
        for text in machine {
            page.under(&format!("asm  {text}"));
        }
    }
}

pub fn show(x: &Explained<'_>, code: &Arc<Code>, page: &mut Page<'_>) {
    let run = match run(x, code) {
        Ok(run) => run,
        Err(message) => return page.plain(&message),
    };
    page.note("hir: the intermediate form, one operation on values v1, v2 ... a line; ! x1 is a guard that leads to exit x1");
    page.note("asm: the machine code, with the offset of each instruction");
    let mut cold = Vec::new();
    for fate in &run.fates {
        if fate.bodies.is_empty() && fate.refusals.is_empty() {
            cold.push(bytecode::title(&fate.code));
            continue;
        }
        page.heading(&bytecode::title(&fate.code));
        for body in &fate.bodies {
            show_body(x, body, page);
        }
        for (entry, reason) in &fate.refusals {
            page.plain(&format!(
                "not compiled ({}): {reason}",
                entry_text(&fate.code, *entry)
            ));
        }
    }
    if !cold.is_empty() {
        let hint = match x.options.jit {
            JitMode::Always => "not called or looped often enough",
            _ => "not called or looped often enough; --jit=always compiles sooner",
        };
        page.heading(&format!("run by the virtual machine only ({hint})"));
        for title in cold {
            page.plain(&format!("  {title}"));
        }
    }
    page.plain("");
    page.note(&format!(
        "the program's output is not shown here; exit code {}",
        run.exit
    ));
}

fn entry_json(entry: Entry) -> (Json, Json) {
    match entry {
        Entry::Start => (Json::text("call"), Json::Null),
        Entry::Loop(pc) => (Json::text("loop"), pc.into()),
    }
}

fn body_json(body: &Body) -> Json {
    let code = &body.code;
    let (entry, header) = entry_json(body.entry);
    let line = |pc: Option<u32>| Json::option(pc, |pc| line_of(code, pc).into());
    let guards = body
        .guards
        .iter()
        .map(|(what, &n)| ((*what).to_owned(), n.into()))
        .collect();
    let inlined = body.inlined.iter().map(|c| {
        Json::object([
            ("callee", Json::text(&c.callee)),
            ("line", line_of(code, c.pc).into()),
        ])
    });
    let exits = body.exits.iter().map(|e| {
        Json::object([
            ("index", e.pc.into()),
            ("line", line_of(code, e.pc).into()),
            ("reason", Json::text(e.reason)),
            ("raised", Json::Bool(e.raised)),
            ("count", e.count.into()),
        ])
    });
    let hir = body.hir.iter().map(|l| {
        Json::object([
            ("index", Json::option(l.pc, Json::from)),
            ("line", line(l.pc)),
            ("text", Json::text(&l.text)),
        ])
    });
    let machine = body.machine.iter().map(|l| {
        Json::object([
            ("offset", l.offset.into()),
            ("index", Json::option(l.pc, Json::from)),
            ("line", line(l.pc)),
            ("text", Json::text(&l.text)),
        ])
    });
    let bytes: String = body
        .machine_code
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    Json::object([
        ("entry", entry),
        ("loop_index", header),
        ("replaced", Json::Bool(body.replaced)),
        ("given_up", Json::Bool(body.given_up)),
        ("guards", Json::Object(guards)),
        ("direct_calls", body.calls.direct.into()),
        ("general_calls", body.calls.general.into()),
        ("interpreted", body.calls.interpreted.into()),
        ("inlined", Json::list(inlined)),
        ("exits", Json::list(exits)),
        ("hir", Json::list(hir)),
        ("machine", Json::list(machine)),
        ("machine_code", Json::Text(bytes)),
    ])
}

pub fn json(x: &Explained<'_>, code: &Arc<Code>) -> Json {
    let stage = ("stage", Json::text("jit"));
    let run = match run(x, code) {
        Ok(run) => run,
        Err(message) => return Json::object([stage, ("error", Json::text(message))]),
    };
    let functions = run.fates.iter().map(|f| {
        let tier = match f.bodies.iter().any(|b| !b.given_up) {
            true => "machine code",
            false => "virtual machine",
        };
        let refusals = f.refusals.iter().map(|(entry, reason)| {
            let (entry, header) = entry_json(*entry);
            Json::object([
                ("entry", entry),
                ("loop_index", header),
                ("reason", Json::text(reason)),
            ])
        });
        Json::object([
            ("qualname", Json::text(&*f.code.qualname)),
            ("first_line", f.code.first_line.into()),
            ("tier", Json::text(tier)),
            ("compiled", Json::list(f.bodies.iter().map(body_json))),
            ("refused", Json::list(refusals)),
        ])
    });
    Json::object([
        stage,
        ("functions", Json::list(functions)),
        ("stdout", Json::text(&run.stdout)),
        ("stderr", Json::text(&run.stderr)),
        ("exit_code", run.exit.into()),
    ])
}

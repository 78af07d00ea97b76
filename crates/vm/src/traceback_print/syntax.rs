//! The block of a SyntaxError: file, line, carets.

use taipan_object::str::Str;
use taipan_object::{Value, Vm};

use super::hints::quiet;
use super::plain;

struct Details {
    filename: Option<String>,
    line: Option<String>,
    end_line: Option<String>,
    text: Option<String>,
    offset: Option<i64>,
    end_offset: Option<i64>,
    message: Option<String>,
}

fn details(vm: &Vm, exception: &Value) -> Details {
    let get = |name: &str| {
        quiet(vm, vm.getattr(exception, &vm.intern_str(name))).filter(|v| !v.is_none())
    };
    let text = |v: Option<Value>| v.map(|v| super::safe_str(vm, &v, "exception"));
    Details {
        filename: text(get("filename")),
        line: text(get("lineno")),
        end_line: text(get("end_lineno")),
        text: get("text").and_then(|t| t.downcast::<Str>().map(plain)),
        offset: get("offset").and_then(|v| v.as_i64()),
        end_offset: get("end_offset").and_then(|v| v.as_i64()),
        message: text(get("msg")).filter(|m| !m.is_empty()),
    }
}

/// All lines of a SyntaxError, the message included.
pub fn lines(vm: &Vm, exception: &Value, class: &str) -> Vec<String> {
    let d = details(vm, exception);
    let mut out = Vec::new();
    let mut suffix = String::new();
    match (&d.line, &d.filename) {
        (Some(line), file) => {
            let file = file
                .as_deref()
                .filter(|f| !f.is_empty())
                .unwrap_or("<string>");
            out.push(format!("  File \"{file}\", line {line}\n"));
        }
        (None, Some(file)) => suffix = format!(" ({file})"),
        (None, None) => {}
    }
    if let Some(text) = &d.text {
        source(&d, text, &mut out);
    }
    let message = d.message.as_deref().unwrap_or("<no detail available>");
    out.push(format!("{class}: {message}{suffix}\n"));
    out
}

fn source(d: &Details, text: &str, out: &mut Vec<String>) {
    let right = text.trim_end_matches('\n');
    let shown = right.trim_start_matches([' ', '\n', '\x0c']);
    out.push(format!("    {shown}\n"));
    let Some(mut offset) = d.offset else { return };
    let (all, length) = (text.chars().count() as i64, right.chars().count() as i64);
    let spaces = length - shown.chars().count() as i64;
    let mut end = if d.line == d.end_line {
        d.end_offset.filter(|&e| e != 0).unwrap_or(offset)
    } else {
        length + 1
    };
    if all > 0 && offset > all {
        offset = length + 1;
    }
    if all > 0 && end > all {
        end = length + 1;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let (from, to) = (offset - 1 - spaces, end - 1 - spaces);
    if from < 0 {
        return;
    }
    // Tabs and the like are kept, so that the marks stand right.
    let blanks: String = shown
        .chars()
        .take(from as usize)
        .map(|c| if c.is_whitespace() { c } else { ' ' })
        .collect();
    out.push(format!(
        "    {blanks}{}\n",
        "^".repeat((to - from).clamp(0, 1 << 20) as usize)
    ));
}

//! The marks under a source line of a traceback (PEP 657).

use bumpalo::Bump;
use taipan_compiler::code::Position;
use taipan_syntax::ast::{ExprKind, Mod, StmtKind};
use taipan_syntax::parser::{Mode, ParseOptions, parse};

use super::wide::columns;

/// Where the secondary mark stands inside a segment: line and column, counted from its start.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Anchors {
    left: (usize, usize),
    right: (usize, usize),
}

/// The source lines of an entry as they are shown, each with its newline and without
/// indentation; marks follow where they tell something.
///
/// `lines`: the lines from `position.line` to `position.end_line`, without trailing blanks.
pub fn marked_lines(lines: &[String], position: Position) -> Option<String> {
    let dedented = dedent(lines);
    if dedented.iter().all(|l| l.trim().is_empty()) {
        return None;
    }
    if position.column < 0 || position.end_column < 0 {
        return Some(format!("{}\n", lines[0].trim()));
    }
    let (first, last) = (lines.first()?, lines.last()?);
    let shift = first.chars().count() - dedented[0].chars().count();
    let start = char_offset(first, position.column as usize).saturating_sub(shift);
    let end = char_offset(last, position.end_column as usize).saturating_sub(shift);
    let all: Vec<Vec<char>> = dedented.iter().map(|l| l.chars().collect()).collect();
    let anchors = find_anchors(&segment(&all, start, end));
    let shown = shows_marks(&all, start, end, anchors);
    let drawing = Drawing::new(&all, start, end, anchors, shown);
    Some(dedent_text(&drawing.draw()))
}

/// The text between two character offsets of the first and the last line.
fn segment(all: &[Vec<char>], start: usize, end: usize) -> String {
    let count = all.len();
    let mut out = String::new();
    for (n, line) in all.iter().enumerate() {
        let from = if n == 0 { start.min(line.len()) } else { 0 };
        let to = if n + 1 == count {
            end.min(line.len()).max(from)
        } else {
            line.len()
        };
        out.extend(&line[from..to]);
        if n + 1 < count {
            out.push('\n');
        }
    }
    out
}

/// Whether marks would tell more than the line does.
fn shows_marks(all: &[Vec<char>], start: usize, end: usize, anchors: Option<Anchors>) -> bool {
    let source: Vec<String> = all.iter().map(|l| l.iter().collect()).collect();
    if whole_call(&source, start, end) {
        return false;
    }
    if anchors.is_some() {
        return true;
    }
    let before = &all[0][..start.min(all[0].len())];
    let last = &all[all.len() - 1];
    let after = &last[end.min(last.len())..];
    before.iter().chain(after).any(|c| !c.is_whitespace())
}

/// Whether the lines are `return f(…)` or `x = f(…)` and the whole call is meant.
fn whole_call(lines: &[String], start: usize, end: usize) -> bool {
    let source = lines.join("\n");
    let arena = Bump::new();
    let parsed = parse(&source, &arena, Mode::Module, ParseOptions::default());
    let Ok(Mod::Module { body, .. }) = parsed.module else {
        return false;
    };
    let Some(statement) = body.first() else {
        return true;
    };
    let is_name = |kind: &ExprKind<'_>| matches!(kind, ExprKind::Name { .. });
    let value = match statement.kind {
        StmtKind::Return { value: Some(v) } => match v.kind {
            ExprKind::Call { func, .. } if is_name(&func.kind) => v,
            _ => return false,
        },
        StmtKind::Assign {
            targets: [target],
            value,
            ..
        } if is_name(&target.kind) => match value.kind {
            ExprKind::Call { .. } => value,
            _ => return false,
        },
        _ => return false,
    };
    let last_line = source.len() - lines.last().map_or(0, String::len);
    value.range.start as usize == start && value.range.end as usize == last_line + end
}

/// Finds the operator, or the brackets, of the expression that a segment is.
fn find_anchors(segment: &str) -> Option<Anchors> {
    let source = format!("(\n{segment}\n)");
    let arena = Bump::new();
    let parsed = parse(&source, &arena, Mode::Module, ParseOptions::default());
    let Ok(Mod::Module {
        body: [statement], ..
    }) = parsed.module
    else {
        return None;
    };
    let StmtKind::Expr { value } = statement.kind else {
        return None;
    };
    let text = Segment::new(segment);
    let place = |offset: u32| text.place(offset as usize - 2);
    match value.kind {
        ExprKind::BinOp { left, right, .. } => {
            let at = text.valid(place(left.range.end))?;
            let (line, column) = text.until(at, |c| !c.is_whitespace() && c != ')')?;
            let mut end = column + 1;
            let right = place(right.range.start);
            if let Some(&c) = text.lines[line].get(end)
                && (right.0 > line || end < right.1)
                && !c.is_whitespace()
                && c != '\\'
                && c != '#'
            {
                end += 1;
            }
            Some(Anchors {
                left: (line, column),
                right: (line, end),
            })
        }
        ExprKind::Subscript { value: inner, .. } => {
            let at = text.valid(place(inner.range.end))?;
            Some(Anchors {
                left: text.until(at, |c| c == '[')?,
                right: place(value.range.end),
            })
        }
        ExprKind::Call { func, .. } => {
            let at = text.valid(place(func.range.end))?;
            Some(Anchors {
                left: text.until(at, |c| c == '(')?,
                right: place(value.range.end),
            })
        }
        _ => None,
    }
}

/// A segment's characters by line.
struct Segment<'a> {
    text: &'a str,
    lines: Vec<Vec<char>>,
}

impl<'a> Segment<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            lines: text.split('\n').map(|l| l.chars().collect()).collect(),
        }
    }

    /// Line and column of a byte offset.
    fn place(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line = before.matches('\n').count();
        (
            line,
            before.rsplit('\n').next().map_or(0, |l| l.chars().count()),
        )
    }

    /// The place itself, or the next that has a character.
    fn valid(&self, (mut line, mut column): (usize, usize)) -> Option<(usize, usize)> {
        while column >= self.lines.get(line)?.len() {
            column = 0;
            line += 1;
        }
        Some((line, column))
    }

    /// The first place from `at` on whose character fits, outside of comments.
    fn until(&self, mut at: (usize, usize), fits: impl Fn(char) -> bool) -> Option<(usize, usize)> {
        loop {
            let c = self.lines[at.0][at.1];
            at = if c == '\\' || c == '#' {
                self.valid((at.0 + 1, 0))?
            } else if fits(c) {
                return Some(at);
            } else {
                self.valid((at.0, at.1 + 1))?
            };
        }
    }
}

/// What is drawn of one entry.
struct Drawing<'a> {
    all: &'a [Vec<char>],
    shown: bool,
    /// Columns on a terminal.
    start: usize,
    end: usize,
    anchors: Option<Anchors>,
}

/// Columns that the first characters of a line take.
fn width(line: &[char], offset: usize) -> usize {
    if line.iter().all(char::is_ascii) {
        offset
    } else {
        line.iter().take(offset).map(|&c| columns(c)).sum()
    }
}

impl<'a> Drawing<'a> {
    fn new(
        all: &'a [Vec<char>],
        start: usize,
        end: usize,
        anchors: Option<Anchors>,
        shown: bool,
    ) -> Self {
        let anchors = anchors.and_then(|a| {
            // The first line of the segment starts where the marks do.
            let column = |(line, column): (usize, usize)| {
                let column = if line == 0 { column + start } else { column };
                Some((line, width(all.get(line)?, column)))
            };
            Some(Anchors {
                left: column(a.left)?,
                right: column(a.right)?,
            })
        });
        Self {
            all,
            shown,
            start: width(&all[0], start),
            end: width(&all[all.len() - 1], end),
            anchors,
        }
    }

    fn draw(&self) -> String {
        let mut out = String::new();
        let last = self.all.len() - 1;
        let mut lines = vec![0, last];
        if let Some(a) = self.anchors {
            for line in [a.left.0, a.right.0] {
                lines.extend((line.saturating_sub(1)..=line + 1).filter(|&l| l <= last));
            }
        }
        lines.sort_unstable();
        lines.dedup();
        for (i, &line) in lines.iter().enumerate() {
            if i > 0 {
                match line - lines[i - 1] {
                    2 => self.line(line - 1, &mut out),
                    skipped @ 3.. => out.push_str(&format!("...<{} lines>...\n", skipped - 1)),
                    _ => {}
                }
            }
            self.line(line, &mut out);
        }
        out
    }

    fn line(&self, n: usize, out: &mut String) {
        let line = &self.all[n];
        out.extend(line);
        out.push('\n');
        if !self.shown {
            return;
        }
        let blanks = line.iter().take_while(|c| c.is_whitespace()).count();
        let count = if n + 1 == self.all.len() {
            self.end
        } else {
            width(line, line.len())
        };
        for column in 0..count {
            let mark = if column < blanks || n == 0 && column < self.start {
                ' '
            } else {
                match self.anchors {
                    Some(a) if (n, column) >= a.left && (n, column) < a.right => '^',
                    Some(_) => '~',
                    None => '^',
                }
            };
            out.push(mark);
        }
        out.push('\n');
    }
}

/// Characters in the first `offset` bytes of a line.
fn char_offset(line: &str, offset: usize) -> usize {
    String::from_utf8_lossy(&line.as_bytes()[..offset.min(line.len())])
        .chars()
        .count()
}

/// Lines without the indentation that all of them have; blank lines become empty.
pub fn dedent(lines: &[String]) -> Vec<String> {
    let is_blank = |l: &str| l.chars().all(char::is_whitespace);
    let indentation = |l: &str| l.len() - l.trim_start_matches([' ', '\t']).len();
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|l| !is_blank(l)) {
        let own = &line[..indentation(line)];
        margin = Some(match margin {
            None => own,
            Some(m) => {
                &m[..m
                    .bytes()
                    .zip(own.bytes())
                    .take_while(|(a, b)| a == b)
                    .count()]
            }
        });
    }
    let margin = margin.map_or(0, str::len);
    lines
        .iter()
        .map(|l| {
            if is_blank(l) {
                String::new()
            } else {
                l[margin..].to_owned()
            }
        })
        .collect()
}

/// As [`dedent`], for a text of lines.
fn dedent_text(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    dedent(&lines)
        .iter()
        .flat_map(|l| [l.as_str(), "\n"])
        .collect()
}

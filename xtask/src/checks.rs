//! Checks of the tree itself: what documents name exists, and no file is too long to read.

use crate::args::Args;
use crate::chores::CHORES;
use crate::{Outcome, read, root};
use std::path::Path;

const LONGEST: usize = 1200;

fn tracked(pattern: &str) -> Result<Vec<String>, String> {
    let output = std::process::Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            pattern,
        ])
        .current_dir(root())
        .output()
        .map_err(|error| format!("git: {error}"))?;
    let names = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    Ok(names
        .into_iter()
        .filter(|name| root().join(name).is_file())
        .collect())
}

/// Paths and `cargo xtask` commands that documents name must exist.
pub fn docs(args: Args) -> Outcome {
    args.rest()?;
    let (mut checked, mut wrong) = (0, 0);
    for document in tracked("*.md")? {
        let text = read(&root().join(&document))?;
        let mut fenced = false;
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
                continue;
            }
            let spans: Vec<&str> = match fenced {
                true => vec![line.trim().trim_start_matches("$ ")],
                false => line.split('`').skip(1).step_by(2).collect(),
            };
            for span in spans {
                let Some(fault) = fault(span, Path::new(&document), fenced) else {
                    continue;
                };
                checked += 1;
                if let Err(message) = fault {
                    println!("{document}:{}: {message}", number + 1);
                    wrong += 1;
                }
            }
        }
    }
    println!("docs-check: {checked} names checked, {wrong} wrong");
    Ok((wrong > 0) as i32)
}

/// None when the text names nothing that can be checked.
fn fault(span: &str, document: &Path, fenced: bool) -> Option<Result<(), String>> {
    if let Some(rest) = span.strip_prefix("cargo xtask ") {
        let name = rest.split_whitespace().next()?;
        let placeholder = !name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let known = placeholder || CHORES.iter().any(|chore| chore.name == name);
        return Some(if known {
            Ok(())
        } else {
            Err(format!("no chore named {name}"))
        });
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if fenced
        || !span.contains('/')
        || !span.chars().all(plain)
        || span.starts_with('/')
        || span.starts_with("target/")
    {
        return None;
    }
    let first = span.split('/').next()?;
    let beside = document.parent().unwrap_or(Path::new(""));
    let relative = first == "." || first == "..";
    // Names that stand for a name: NAME.py, AREA/FILE.txt.
    let stands_for = |part: &str| {
        let stem = part.split('.').next().unwrap_or("");
        stem.len() > 1
            && !part.ends_with(".md")
            && stem.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    if span.split('/').any(stands_for) || first.is_empty() || span.starts_with("../shared") {
        return None;
    }
    if !relative && !root().join(first).is_dir() {
        return None;
    }
    let exists = root().join(span).exists() || root().join(beside).join(span).exists();
    Some(if exists {
        Ok(())
    } else {
        Err(format!("{span} does not exist"))
    })
}

/// Lists the Rust files that are too long. A warning, not a failure.
pub fn size(args: Args) -> Outcome {
    args.rest()?;
    let mut long = Vec::new();
    for file in tracked("*.rs")? {
        let lines = read(&root().join(&file))?.lines().count();
        if lines > LONGEST {
            long.push((lines, file));
        }
    }
    long.sort_by(|a, b| b.cmp(a));
    for (lines, file) in &long {
        println!("warning: {file}: {lines} lines");
    }
    println!("size-check: {} files over {LONGEST} lines", long.len());
    Ok(0)
}

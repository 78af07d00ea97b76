//! The stage `pyc`: does with the cached file what an import of the program would do.

use taipan_compiler::pyc::{MAGIC, PycStatus};
use taipan_object::{PyResult, Vm};
use taipan_vm::config::JitMode;
use taipan_vm::import::source::{CacheOutcome, CacheUse, load};

use super::json::Json;
use super::options::Input;
use super::page::Page;
use super::{Explained, program};

/// The fields in front of a cached file.
struct Header {
    magic: u16,
    flags: u32,
    first: u32,
    second: u32,
    hash: String,
    size: usize,
}

impl Header {
    fn read(path: &[u8]) -> Option<Header> {
        let bytes = taipan_host::fs::read(path).ok()?;
        let head = bytes.first_chunk::<16>()?;
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        Some(Header {
            magic: u16::from_le_bytes([head[0], head[1]]),
            flags: word(4),
            first: word(8),
            second: word(12),
            hash: head[8..].iter().map(|b| format!("{b:02x}")).collect(),
            size: bytes.len(),
        })
    }
    fn hash_based(&self) -> bool {
        self.flags & 1 != 0
    }
    fn kind(&self) -> &'static str {
        match self.flags {
            0 => "valid as long as time and size of the source are these",
            3 => "valid as long as the hash of the source is this",
            1 => "believed without a look at the source",
            _ => "unknown flags",
        }
    }
    fn show(&self, page: &mut Page<'_>) {
        let own = if self.magic == MAGIC {
            ", this version of Taipan"
        } else {
            ", another version or implementation"
        };
        page.plain(&format!("  magic number   {}{own}", self.magic));
        page.plain(&format!("  flags          {}, {}", self.flags, self.kind()));
        if self.hash_based() {
            page.plain(&format!("  source hash    {}", self.hash));
        } else {
            page.plain(&format!(
                "  source time    {} (seconds since 1970)",
                self.first
            ));
            page.plain(&format!("  source size    {} bytes", self.second));
        }
        page.plain(&format!(
            "  file size      {} bytes, 16 of them this header",
            self.size
        ));
    }
    fn json(&self) -> Json {
        let timed = |n: u32| match self.hash_based() {
            true => Json::Null,
            false => n.into(),
        };
        Json::object([
            ("magic", u32::from(self.magic).into()),
            ("flags", self.flags.into()),
            ("source_mtime", timed(self.first)),
            ("source_size", timed(self.second)),
            (
                "source_hash",
                match self.hash_based() {
                    true => Json::text(&self.hash),
                    false => Json::Null,
                },
            ),
            ("file_size", Json::Int(self.size as i64)),
        ])
    }
}

/// What became of the file, and why: `reused`, `written`, `not written`.
fn outcome(used: &CacheUse) -> (&'static str, String) {
    let found = match &used.found {
        None => "there was no file".to_owned(),
        Some(PycStatus::Valid(_)) => "it fits the source".to_owned(),
        Some(status) => format!("the file there was of no use: {status}"),
    };
    match &used.outcome {
        CacheOutcome::Reused => ("reused", found),
        CacheOutcome::Written => ("written", found),
        CacheOutcome::NotWritten(why) => ("not written", format!("{found}; {why}")),
    }
}

struct Found {
    path: String,
    before: Option<Header>,
    after: Option<Header>,
    status: &'static str,
    outcome: &'static str,
    why: String,
}

fn look(vm: &Vm, file: &[u8]) -> PyResult<Found> {
    let path = taipan_vm::import::source::cache_path(vm, file);
    let before = path.as_deref().and_then(Header::read);
    let shown = taipan_vm::util::fs_to_text(vm, file);
    let (_, used) = load(vm, file, &shown)?;
    let (outcome, why) = outcome(&used);
    let status = match &used.found {
        None => "absent",
        Some(PycStatus::Valid(_)) => "valid",
        Some(PycStatus::Stale(_)) => "stale",
        Some(PycStatus::Corrupt(_)) => "corrupt",
        Some(PycStatus::BadMagic(_)) => "of another version",
    };
    Ok(Found {
        after: used.path.as_deref().and_then(Header::read),
        path: used
            .path
            .map_or_else(String::new, |p| String::from_utf8_lossy(&p).into_owned()),
        before,
        status,
        outcome,
        why,
    })
}

fn found(x: &Explained<'_>) -> Result<Found, String> {
    let Input::File(file) = &x.options.input else {
        return Err("a program given with -c has no file, so nothing is cached".to_owned());
    };
    let runtime = program::runtime(x, JitMode::Off)?;
    let vm = runtime.vm();
    let found = look(vm, file).map_err(|raised| {
        let e = vm.take_exception(raised);
        vm.str(&e).map_or_else(
            |_| "the source cannot be compiled".to_owned(),
            |s| s.to_string(),
        )
    });
    std::mem::forget(runtime);
    found
}

pub fn show(x: &Explained<'_>, page: &mut Page<'_>) {
    let found = match found(x) {
        Ok(found) => found,
        Err(message) => return page.plain(&message),
    };
    page.plain("Run as a script, the program is compiled in memory and leaves no file.");
    page.plain("Imported as a module, it has its bytecode here:");
    page.plain(&format!("  {}", found.path));
    if let Some(before) = &found.before {
        page.heading(&format!("the file that was there ({})", found.status));
        before.show(page);
    }
    page.heading(&format!("{}: {}", found.outcome, found.why));
    match (&found.after, found.outcome) {
        (Some(after), "written") => after.show(page),
        (_, "reused") => page.plain("  the source was not compiled again"),
        _ => page.plain("  the source is compiled at each import"),
    }
}

pub fn json(x: &Explained<'_>) -> Json {
    let stage = ("stage", Json::text("pyc"));
    match found(x) {
        Ok(f) => Json::object([
            stage,
            ("path", Json::text(&f.path)),
            ("found", Json::text(f.status)),
            ("before", Json::option(f.before.as_ref(), Header::json)),
            ("outcome", Json::text(f.outcome)),
            ("why", Json::text(&f.why)),
            ("after", Json::option(f.after.as_ref(), Header::json)),
        ]),
        Err(message) => Json::object([stage, ("error", Json::text(message))]),
    }
}

//! Source lines for tracebacks: from files, from what was registered, from the embedded library.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use taipan_object::Vm;
use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;

/// Gives the text of a file of the embedded library.
pub type Loader = fn(&str) -> Option<String>;

static LOADER: OnceLock<Loader> = OnceLock::new();

/// Says where the text of embedded files comes from.
pub fn set_loader(loader: Loader) {
    let _ = LOADER.set(loader);
}

#[derive(Default)]
struct Registered(RefCell<HashMap<String, String>>);

fn registered(vm: &Vm) -> Rc<Registered> {
    let known = vm.module_state.borrow().get("taipan.sources").cloned();
    if let Some(r) = known.and_then(|k| k.downcast::<Registered>().ok()) {
        return r;
    }
    let new = Rc::new(Registered::default());
    vm.module_state
        .borrow_mut()
        .insert("taipan.sources", new.clone());
    new
}

/// Keeps the text of code that comes from no file (`-c`, standard input).
pub fn register(vm: &Vm, filename: &str, text: &str) {
    registered(vm)
        .0
        .borrow_mut()
        .insert(filename.to_owned(), text.to_owned());
}

/// The lines of the files of one report.
#[derive(Default)]
pub struct Sources {
    /// Only lines of files are known, not those of `-c` and the standard input.
    files_only: bool,
    files: HashMap<String, Vec<String>>,
}

impl Sources {
    /// Without the lines of `-c` and the standard input.
    pub fn of_files() -> Self {
        Self {
            files_only: true,
            ..Self::default()
        }
    }
    /// Lines `first` to `last` (from 1), without trailing blanks; empty ones where there are none.
    pub fn lines(&mut self, vm: &Vm, filename: &str, first: i32, last: i32) -> Vec<String> {
        let registered = !self.files_only;
        let file = self
            .files
            .entry(filename.to_owned())
            .or_insert_with(|| load(vm, filename, registered));
        let line = |n: i32| {
            file.get(n.wrapping_sub(1) as usize)
                .map_or_else(String::new, |l| l.trim_end().to_owned())
        };
        // Hostile position tables must not cost more than the file has.
        let last = last.min(first.saturating_add(file.len() as i32)).max(first);
        (first..=last).map(line).collect()
    }
}

fn load(vm: &Vm, filename: &str, with_registered: bool) -> Vec<String> {
    let text = || text_of(vm, filename, with_registered).unwrap_or_default();
    cached(vm, filename).unwrap_or_else(|| split(&text()))
}

fn text_of(vm: &Vm, filename: &str, with_registered: bool) -> Option<String> {
    if with_registered && let Some(text) = registered(vm).0.borrow().get(filename) {
        return Some(text.clone());
    }
    if let Some(text) = LOADER.get().and_then(|f| f(filename)) {
        return Some(text);
    }
    if filename.is_empty() || filename.starts_with('<') && filename.ends_with('>') {
        return None;
    }
    let bytes = match crate::import::library::file(vm, filename.as_bytes()) {
        Some(file) => file.contents.to_vec(),
        None => taipan_host::fs::read(filename.as_bytes()).ok()?,
    };
    let text = String::from_utf8_lossy(&bytes);
    Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// What `linecache`, if a program uses it, has of a file that is none: doctests, cells …
fn cached(vm: &Vm, filename: &str) -> Option<Vec<String>> {
    let module = vm.modules.get_str(&vm.intern_str("linecache"))?;
    let module = module.downcast::<taipan_object::module::Module>()?;
    let cache = module.dict.get_str(&vm.intern_str("cache"))?;
    let entry = cache.downcast::<Dict>()?.get_str(&vm.new_str(filename))?;
    let entry = entry.downcast::<Tuple>()?.items().to_vec();
    let [_, modified, lines, _] = entry.as_slice() else {
        return None;
    };
    // An entry with a time is a file's, which is read anew.
    if !modified.is_none() {
        return None;
    }
    let lines = lines.downcast::<List>()?.to_vec();
    Some(
        lines
            .iter()
            .map(|l| l.downcast::<Str>().map_or_else(String::new, super::plain))
            .collect(),
    )
}

fn split(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .split('\n')
        .map(str::to_owned)
        .collect()
}

//! Finding modules: the finders of `sys.meta_path`, natively where they are the standard ones.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use taipan_compiler::archive::File;
use taipan_object::list::List;
use taipan_object::native::ModuleDef;
use taipan_object::str::Str;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::bootstrap;

/// Where a module was found.
pub enum Found {
    Builtin(&'static ModuleDef),
    /// A source file; the folder, if it is a package.
    Source {
        path: Vec<u8>,
        package: Option<Vec<u8>>,
    },
    /// A file of the standard library inside the program.
    Library {
        file: File,
        path: Vec<u8>,
        package: Option<Vec<u8>>,
    },
    /// A bytecode file without source.
    Sourceless {
        path: Vec<u8>,
        package: Option<Vec<u8>>,
    },
    /// Folders of a namespace package, and the path that they were found on (`None`: `sys.path`).
    Namespace {
        paths: Vec<Vec<u8>>,
        searched: Option<Value>,
    },
    /// The spec that a finder written in Python gave.
    Spec(Value),
}

/// Names in the folders that were looked into.
#[derive(Default)]
pub struct FolderCache {
    folders: RefCell<HashMap<Vec<u8>, Folder>>,
}

struct Folder {
    mtime_ns: i128,
    /// The folder changed so shortly before it was read that it may have changed again unnoticed.
    young: bool,
    names: std::rc::Rc<HashSet<Vec<u8>>>,
}

/// Names in a folder; `None` if it is no folder.
fn folder_names(vm: &Vm, path: &[u8]) -> Option<std::rc::Rc<HashSet<Vec<u8>>>> {
    let stat = taipan_host::fs::stat(path, true)
        .ok()
        .filter(|s| s.is_dir())?;
    let cache = crate::state::<FolderCache>(vm, "import.folders");
    if let Some(known) = cache.folders.borrow().get(path)
        && known.mtime_ns == stat.mtime_ns
        && !known.young
    {
        return Some(known.names.clone());
    }
    let names = std::rc::Rc::new(
        taipan_host::fs::list_dir(path)
            .ok()?
            .into_iter()
            .collect::<HashSet<_>>(),
    );
    let young = taipan_host::time::system_ns() - stat.mtime_ns < 100_000_000;
    cache.folders.borrow_mut().insert(
        path.to_vec(),
        Folder {
            mtime_ns: stat.mtime_ns,
            young,
            names: names.clone(),
        },
    );
    Some(names)
}

/// Forgets what is known of folders (`importlib.invalidate_caches`).
pub fn invalidate(vm: &Vm) {
    crate::state::<FolderCache>(vm, "import.folders")
        .folders
        .borrow_mut()
        .clear();
}

/// What one folder has of a module.
enum Portion {
    Module(Found),
    Folder(Vec<u8>),
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

fn is_file(path: &[u8]) -> bool {
    taipan_host::fs::stat(path, true).is_ok_and(|s| s.is_file())
}

fn search_folder(vm: &Vm, entry: &[u8], tail: &[u8]) -> Option<Portion> {
    // The empty entry is the current folder; others are relative to it.
    let here;
    let folder = match entry {
        [b'/', ..] => entry,
        [] | b"." => {
            here = taipan_host::fs::current_dir().ok()?;
            &here[..]
        }
        _ => {
            here = join(&taipan_host::fs::current_dir().ok()?, entry);
            &here[..]
        }
    };
    if let Some(found) = super::library::find(vm, folder, tail) {
        return Some(Portion::Module(found));
    }
    let names = folder_names(vm, folder)?;
    let with = |suffix: &[u8]| [tail, suffix].concat();
    let mut namespace = None;
    if names.contains(tail) {
        let package = join(folder, tail);
        if let Some(inside) = folder_names(vm, &package) {
            for (init, source) in [(&b"__init__.py"[..], true), (b"__init__.pyc", false)] {
                let path = join(&package, init);
                if inside.contains(init) && is_file(&path) {
                    let package = Some(package);
                    return Some(Portion::Module(if source {
                        Found::Source { path, package }
                    } else {
                        Found::Sourceless { path, package }
                    }));
                }
            }
            namespace = Some(package);
        }
    }
    for (suffix, source) in [(&b".py"[..], true), (b".pyc", false)] {
        let name = with(suffix);
        if names.contains(&name) {
            let path = join(folder, &name);
            if is_file(&path) {
                return Some(Portion::Module(if source {
                    Found::Source {
                        path,
                        package: None,
                    }
                } else {
                    Found::Sourceless {
                        path,
                        package: None,
                    }
                }));
            }
        }
    }
    namespace.map(Portion::Folder)
}

/// Looks through the folders of a path.
fn search_path(vm: &Vm, name: &Ref<Str>, path: Option<&Value>) -> PyResult<Option<Found>> {
    let entries = match path {
        Some(path) => vm.collect(path)?,
        None => match crate::sys_attr(vm, "path") {
            Some(path) => vm.collect(&path)?,
            None => Vec::new(),
        },
    };
    if bootstrap::hooks_changed(vm) {
        return bootstrap::path_finder(vm, name, path).map(|s| s.map(Found::Spec));
    }
    let text = name.to_wtf8();
    let tail = text.rsplit(|&b| b == b'.').next().unwrap_or(&text);
    let mut namespace = Vec::new();
    for entry in entries {
        let Some(entry_text) = entry.downcast::<Str>() else {
            continue;
        };
        let entry_bytes = crate::util::text_to_fs(entry_text);
        match search_folder(vm, &entry_bytes, tail) {
            Some(Portion::Module(found)) => return Ok(Some(found)),
            Some(Portion::Folder(folder)) => namespace.push(folder),
            None => {
                // Archives and the like are for the hooks.
                let archive = !entry_bytes.is_empty()
                    && taipan_host::fs::stat(&entry_bytes, true)
                        .map_or_else(|_| contains_archive(&entry_bytes), |s| s.is_file());
                match archive {
                    false => {}
                    true => match bootstrap::archive_finder(vm, name, &entry)? {
                        bootstrap::InArchive::Nothing => {}
                        bootstrap::InArchive::Spec(spec) => return Ok(Some(Found::Spec(spec))),
                        bootstrap::InArchive::Portions(folders) => namespace.extend(folders),
                    },
                }
            }
        }
    }
    Ok((!namespace.is_empty()).then_some(Found::Namespace {
        paths: namespace,
        searched: path.filter(|p| !p.is_none()).cloned(),
    }))
}

/// Whether a path that does not exist leads into a file (`archive.zip/folder`).
fn contains_archive(path: &[u8]) -> bool {
    let mut at = path;
    while let Some(slash) = at.iter().rposition(|&b| b == b'/') {
        at = &at[..slash];
        if at.is_empty() {
            return false;
        }
        if let Ok(s) = taipan_host::fs::stat(at, true) {
            return s.is_file();
        }
    }
    false
}

/// Finds a module; `None` if no finder knows it.
///
/// # Errors
/// What finders raise.
pub fn find(vm: &Vm, name: &Ref<Str>, path: Option<&Value>) -> PyResult<Option<Found>> {
    let meta_path = match crate::sys_attr(vm, "meta_path") {
        None => {
            return Err(super::import_error(
                vm,
                &vm.exc.import_error,
                "sys.meta_path is None, Python is likely shutting down",
                None,
                None,
            ));
        }
        Some(m) if m.is_none() => {
            return Err(super::import_error(
                vm,
                &vm.exc.import_error,
                "sys.meta_path is None, Python is likely shutting down",
                None,
                None,
            ));
        }
        Some(m) => m,
    };
    let finders = match meta_path.downcast::<List>() {
        Some(l) => l.to_vec(),
        None => vm.collect(&meta_path)?,
    };
    let known = bootstrap::finders(vm);
    for finder in &finders {
        if known.is_builtin(finder) {
            if let Some(def) = crate::imp::find(vm, &name.to_string())
                && path.is_none_or(Value::is_none)
            {
                return Ok(Some(Found::Builtin(def)));
            }
        } else if known.is_frozen(finder) {
            // No module is frozen into the program yet.
        } else if known.is_path(finder) {
            if let Some(found) = search_path(vm, name, path)? {
                return Ok(Some(found));
            }
        } else {
            let Some(find_spec) = vm.getattr_opt(finder, &vm.intern_str("find_spec"))? else {
                continue;
            };
            let spec = vm.call(
                &find_spec,
                &[
                    name.to_value(),
                    path.cloned().unwrap_or(Value::NONE),
                    Value::NONE,
                ],
            )?;
            if !spec.is_none() {
                return Ok(Some(Found::Spec(spec)));
            }
        }
    }
    Ok(None)
}

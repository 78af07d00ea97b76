//! What `site` does at the start, natively as long as nothing asks for more.

use taipan_object::{PyResult, Vm};

use crate::cli::Options;

/// Whether a folder of packages has files that only `site` understands.
fn needs_site(folder: &[u8]) -> bool {
    taipan_host::fs::list_dir(folder).is_ok_and(|names| {
        names
            .iter()
            .any(|n| n.ends_with(b".pth") || n == b"sitecustomize.py" || n == b"usercustomize.py")
    })
}

fn has_customization(vm: &Vm) -> bool {
    let config = taipan_vm::config(vm);
    let site = [&config.prefix[..], b"/lib/python3.14/site-packages"].concat();
    let beside = config
        .executable
        .iter()
        .rposition(|&b| b == b'/')
        .map_or(&b""[..], |at| &config.executable[..at]);
    let venv = [&b"/pyvenv.cfg"[..], b"/../pyvenv.cfg"]
        .iter()
        .any(|n| taipan_host::fs::stat(&[beside, n].concat(), true).is_ok());
    let custom = config
        .path
        .iter()
        .any(|p| taipan_host::fs::stat(&[&p[..], b"/sitecustomize.py"].concat(), true).is_ok());
    venv || custom || needs_site(&site)
}

/// Adds `exit`, `quit`, `help` and the like; imports the module `site` if something needs it.
///
/// # Errors
/// What `site` raises.
pub fn start(vm: &Vm, options: &Options) -> PyResult<()> {
    if options.no_site {
        return Ok(());
    }
    taipan_vm::builtins::site::install(vm)?;
    if has_customization(vm) {
        taipan_vm::import::import_module(vm, "site")?;
    }
    Ok(())
}

//! Builds OpenSSL from the sources in the crate `openssl-src` with nothing but a C compiler.
//!
//! OpenSSL's own build needs perl and make: perl fills in the templates of some headers, make knows the files. Here
//! `template.rs`, `params.rs` and `oids.rs` fill in the templates, `sources.txt` names the files, and `reasons.rs` makes
//! the tables of the names of errors.

mod oids;
mod params;
mod reasons;
mod template;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where certificates and openssl.cnf are looked for.
const OPENSSL_DIR: &str = "/etc/ssl";

/// Folders with headers, from the root of the sources.
const INCLUDES: &[&str] = &[
    "",
    "include",
    "crypto",
    "crypto/modes",
    "providers/common/include",
    "providers/common/include/prov",
    "providers/implementations/include",
    "providers/fips/include",
];

fn main() {
    println!("cargo:rerun-if-changed=build");
    if let Err(error) = run() {
        println!("cargo:warning=OpenSSL was not built: {error}");
        std::process::exit(1);
    }
}

fn run() -> io::Result<()> {
    let root = openssl_src::source_dir();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("openssl");
    let generated = template::fill_all(&root, &out)?;
    fs::write(out.join("crypto/buildinf.h"), build_information())?;
    reasons::write(&root, &out.join("reasons.rs"))?;
    compile(&root, &out, &generated);
    Ok(())
}

/// What `openssl version -a` would say; nothing that changes from build to build.
fn build_information() -> String {
    let target = env::var("TARGET").unwrap_or_default();
    format!(
        "#define PLATFORM \"platform: {target}\"\n#define DATE \"built on: date not available\"\n\
         static const char compiler_flags[] = \"compiler: cc\";\n"
    )
}

/// Compiles everything into one static library. `generated` are the C files made from templates.
fn compile(root: &Path, out: &Path, generated: &[String]) {
    let mut build = cc::Build::new();
    for folder in INCLUDES {
        build.include(out.join(folder)).include(root.join(folder));
    }
    let little = env::var("CARGO_CFG_TARGET_ENDIAN").as_deref() == Ok("little");
    build
        .define(if little { "L_ENDIAN" } else { "B_ENDIAN" }, None)
        .define("OPENSSL_PIC", None)
        .define("OPENSSL_USE_NODELETE", None)
        .define("OPENSSL_BUILDING_OPENSSL", None)
        .define("NDEBUG", None)
        .define("OPENSSLDIR", &*format!("\"{OPENSSL_DIR}\""))
        .define("ENGINESDIR", "\"/nonexistent/engines\"")
        .define("MODULESDIR", "\"/nonexistent/modules\"")
        .opt_level(2)
        .debug(false)
        .pic(true)
        .warnings(false)
        .flag_if_supported("-pthread");
    for file in sources() {
        build.file(if generated.contains(&file) {
            out.join(file)
        } else {
            root.join(file)
        });
    }
    build.compile("taipan_openssl");
}

/// The paths in `sources.txt`.
fn sources() -> Vec<String> {
    let mut folder = "";
    let mut files = Vec::new();
    for word in include_str!("sources.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
    {
        match word.strip_suffix(':') {
            Some(name) => folder = name,
            None => files.push(format!("{folder}/{word}.c")),
        }
    }
    files
}

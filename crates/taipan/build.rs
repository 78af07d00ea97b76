//! Says where the Python files of the standard library lie on the machine that builds.

fn main() {
    println!(
        "cargo:rustc-env=TAIPAN_PYLIB={}",
        rustpython_pylib::LIB_PATH
    );
    println!("cargo:rerun-if-changed=build.rs");
}

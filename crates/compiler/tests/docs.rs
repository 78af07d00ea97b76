//! The tables in `docs/bytecode.md` follow the opcode table; `BLESS=1` rewrites them.

use std::fmt::Write;

use taipan_compiler::opcode::*;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/bytecode.md");

fn opcodes() -> String {
    let mut out = String::from(
        "| n | name | a | b | c | flow | what it does |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for &op in Opcode::ALL {
        let [a, b, c] = op.operands().map(|kind| match kind {
            OperandKind::None => String::new(),
            kind => format!("{kind:?}"),
        });
        let doc = op.doc().trim().replace('|', "\\|");
        let _ = writeln!(
            out,
            "| {} | `{}` | {a} | {b} | {c} | {:?} | {doc} |",
            op as u8,
            op.name(),
            op.flow()
        );
    }
    out
}

fn numbered() -> String {
    fn list(out: &mut String, title: &str, names: Vec<&str>) {
        let names: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(n, name)| format!("{n} `{name}`"))
            .collect();
        let _ = writeln!(out, "* {title}: {}", names.join(", "));
    }
    let mut out = String::new();
    list(
        &mut out,
        "`LOAD_COMMON_CONSTANT`",
        CommonConstant::ALL.iter().map(|x| x.name()).collect(),
    );
    list(
        &mut out,
        "`LOAD_SPECIAL`",
        SpecialMethod::ALL.iter().map(|x| x.name()).collect(),
    );
    list(
        &mut out,
        "`CALL_INTRINSIC_1`",
        Intrinsic1::ALL.iter().map(|x| x.name()).collect(),
    );
    list(
        &mut out,
        "`CALL_INTRINSIC_2`",
        Intrinsic2::ALL.iter().map(|x| x.name()).collect(),
    );
    list(
        &mut out,
        "`SET_FUNCTION_ATTRIBUTE`",
        FunctionAttribute::ALL.iter().map(|x| x.name()).collect(),
    );
    out
}

/// The page with the text between a marker and the next `<!-- end -->` replaced.
fn replaced(page: &str, marker: &str, text: &str) -> String {
    let start_mark = format!("<!-- generated: {marker} -->\n");
    let (before, rest) = page
        .split_once(&start_mark)
        .expect("the page has the marker");
    let (_, after) = rest
        .split_once("<!-- end -->")
        .expect("the generated part ends");
    format!("{before}{start_mark}{text}<!-- end -->{after}")
}

#[test]
fn bytecode_table_is_current() {
    let page = std::fs::read_to_string(PAGE).expect("docs/bytecode.md");
    let fresh = replaced(
        &replaced(&page, "opcodes", &opcodes()),
        "numbered",
        &numbered(),
    );
    if page == fresh {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PAGE, fresh).expect("docs/bytecode.md can be written");
        return;
    }
    panic!("docs/bytecode.md is out of date: BLESS=1 cargo test -p taipan-compiler --test docs");
}

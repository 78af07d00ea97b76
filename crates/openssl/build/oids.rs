//! Object identifiers in DER, from OpenSSL's files in ASN.1.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

/// One `name OBJECT IDENTIFIER ::= { … }`.
struct Definition {
    name: String,
    arcs: Vec<u64>,
}

/// C definitions (or declarations) of the identifiers in the files that a piece of perl names.
pub fn definitions(root: &Path, code: &str) -> io::Result<String> {
    let mut text = String::new();
    for file in code.split('\'').filter(|part| part.ends_with(".asn1")) {
        for line in fs::read_to_string(root.join(file))?.lines() {
            text += line.split("--").next().unwrap_or("");
            text.push(' ');
        }
    }
    let declare = code.contains("filter_to_H");
    let leaves = leaves(&text)?;
    Ok(leaves.iter().map(|d| d.in_c(declare)).collect())
}

/// The definitions that no other one builds on.
fn leaves(text: &str) -> io::Result<Vec<Definition>> {
    let bad = || io::Error::other("an object identifier that is not understood");
    let mut known: HashMap<String, Vec<u64>> = HashMap::new();
    let mut found: Vec<Definition> = Vec::new();
    let mut parents = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("::=") {
        let mut words = before.split_whitespace().rev();
        if (words.next(), words.next()) != (Some("IDENTIFIER"), Some("OBJECT")) {
            rest = after;
            continue;
        }
        let name = words.next().ok_or_else(bad)?.to_owned();
        let (_, value) = after.split_once('{').ok_or_else(bad)?;
        let (value, after) = value.split_once('}').ok_or_else(bad)?;
        let mut arcs = Vec::new();
        for part in value.replace(" (", "(").split_whitespace() {
            let number = part.split(['(', ')']).nth(1).unwrap_or(part);
            if let Ok(arc) = number.parse() {
                arcs.push(arc);
            } else {
                arcs.extend(known.get(part).ok_or_else(bad)?);
                parents.push(part.to_owned());
            }
        }
        known.insert(name.clone(), arcs.clone());
        found.push(Definition { name, arcs });
        rest = after;
    }
    found.retain(|d| !parents.contains(&d.name));
    Ok(found)
}

impl Definition {
    fn der(&self) -> Vec<u8> {
        let mut arcs = self.arcs.clone();
        if arcs.len() >= 2 {
            let first = arcs.remove(0);
            arcs[0] += first * 40;
        }
        let mut bytes = Vec::new();
        for arc in arcs {
            let groups = (0..).take_while(|&i| i == 0 || arc >> (7 * i) != 0).count();
            for i in (0..groups).rev() {
                let more = if i > 0 { 0x80 } else { 0 };
                bytes.push((arc >> (7 * i) & 0x7F) as u8 | more);
            }
        }
        bytes
    }
    fn in_c(&self, declare: bool) -> String {
        let name = self.name.replace('-', "_");
        let der = self.der();
        if !declare {
            return format!(
                "const unsigned char ossl_der_oid_{name}[DER_OID_SZ_{name}] = {{ DER_OID_V_{name} }};\n"
            );
        }
        let bytes: Vec<String> = der.iter().map(|b| format!("0x{b:02X}")).collect();
        format!(
            "#define DER_OID_V_{name} DER_P_OBJECT, {}, {}\n#define DER_OID_SZ_{name} {}\n\
             extern const unsigned char ossl_der_oid_{name}[DER_OID_SZ_{name}];\n",
            der.len(),
            bytes.join(", "),
            der.len() + 2
        )
    }
}

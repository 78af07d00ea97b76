//! Fills in OpenSSL's templates: `{- perl -}` inside files named `*.in`.
//!
//! The pieces of perl are few and of fixed form; each is recognised here. The macros they expand to stand in
//! OpenSSL's own files and are read from there.

use std::path::Path;
use std::{env, fs, io};

use crate::{oids, params};

/// Folders with templates.
const FOLDERS: &[&str] = &[
    "include/openssl",
    "include/crypto",
    "include/internal",
    "providers/common/include/prov",
    "providers/common/der",
    "crypto",
];

/// What the templates ask for.
pub struct Facts<'a> {
    pub root: &'a Path,
    /// `VERSION.dat`.
    version: String,
    /// The macros for typed stacks, `${nametype}` and so on left open.
    stack: String,
    /// The macros for typed hash tables.
    hash: String,
    params: params::Params,
}

impl Facts<'_> {
    fn read(root: &Path) -> io::Result<Facts<'_>> {
        let macros = fs::read_to_string(root.join("util/perl/OpenSSL/stackhash.pm"))?;
        let names = fs::read_to_string(root.join("util/perl/OpenSSL/paramnames.pm"))?;
        let mut texts = macros
            .split("<<END_MACROS;\n")
            .skip(1)
            .filter_map(|part| part.split("END_MACROS\n").next());
        let mut text = || {
            let text = texts.next();
            text.map(str::to_owned)
                .ok_or_else(|| io::Error::other("stackhash.pm is not as expected"))
        };
        Ok(Facts {
            root,
            version: fs::read_to_string(root.join("VERSION.dat"))?,
            stack: text()?,
            hash: text()?,
            params: params::Params::read(&names),
        })
    }
    /// A line of `VERSION.dat`.
    fn version_part(&self, name: &str) -> &str {
        let line = self.version.lines().find_map(|l| l.strip_prefix(name));
        line.and_then(|l| l.strip_prefix('='))
            .unwrap_or("")
            .trim_matches('"')
    }
    fn stack_macros(&self, name: &str, real: &str, plain: &str) -> String {
        self.stack
            .replace("${nametype}", name)
            .replace("${realtype}", real)
            .replace("${plaintype}", plain)
    }
    /// A value of perl's `%config`.
    fn config(&self, name: &str) -> Option<String> {
        let number = || {
            let parts = ["MAJOR", "MINOR", "PATCH"].map(|p| self.version_part(p));
            parts.join(".")
        };
        Some(match name {
            "major" => self.version_part("MAJOR").to_owned(),
            "minor" => self.version_part("MINOR").to_owned(),
            "patch" => self.version_part("PATCH").to_owned(),
            "prerelease" | "build_metadata" => String::new(),
            "shlib_version" => self.version_part("SHLIB_VERSION").to_owned(),
            "version" | "full_version" => number(),
            "release_date" => self.version_part("RELEASE_DATE").to_owned(),
            "rc4_int" => "unsigned int".to_owned(),
            "FIPSKEY" => "00".repeat(32),
            "FIPS_VENDOR" => "none".to_owned(),
            _ => return None,
        })
    }
}

/// Makes a file below `out` of each template; the C files among them.
pub fn fill_all(root: &Path, out: &Path) -> io::Result<Vec<String>> {
    let facts = Facts::read(root)?;
    let mut sources = Vec::new();
    for folder in FOLDERS {
        fs::create_dir_all(out.join(folder))?;
        for entry in fs::read_dir(root.join(folder))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let Some(target) = name.strip_suffix(".in") else {
                continue;
            };
            let text = fs::read_to_string(root.join(folder).join(&name))?;
            let path = format!("{folder}/{target}");
            fs::write(out.join(&path), fill(&facts, &text)?)?;
            if path.ends_with(".c") {
                sources.push(path);
            }
        }
    }
    Ok(sources)
}

fn fill(facts: &Facts<'_>, text: &str) -> io::Result<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{-") {
        let Some((code, after)) = after.split_once("-}") else {
            return Err(io::Error::other("a piece of perl without end"));
        };
        result.push_str(before);
        result.push_str(&evaluate(facts, code.trim())?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

/// The text that a piece of perl stands for.
fn evaluate(facts: &Facts<'_>, code: &str) -> io::Result<String> {
    if code.contains("autowarntext") {
        let whole = code.contains("map {");
        let text = if whole {
            "/* Made from a template. */"
        } else {
            "Made from a template."
        };
        return Ok(text.to_owned());
    }
    if code.contains("FIPSKEY}))") {
        return Ok(["0x00"; 32].join(", "));
    }
    if code.contains("openssl_feature_defines") {
        return Ok(features());
    }
    if code.contains("dso_scheme") {
        return Ok("# define DSO_NONE".to_owned());
    }
    if code.contains("dsoext") {
        return Ok(".so".to_owned());
    }
    if code.contains("oids_to_c") {
        return oids::definitions(facts.root, code);
    }
    if code.contains(" ? ") {
        return choose(code);
    }
    if code.starts_with("use ") {
        return Ok(String::new());
    }
    match code.trim_end_matches("();") {
        "generate_public_macros" => return Ok(facts.params.public_macros()),
        "generate_internal_macros" => return Ok(facts.params.internal_macros()),
        "produce_decoder" => return Ok(facts.params.decoder()),
        _ => {}
    }
    if code.starts_with("generate_") {
        return code
            .split("generate_")
            .skip(1)
            .map(|c| macros(facts, c))
            .collect();
    }
    let mut text = code.trim_matches('"').to_owned();
    while let Some((before, after)) = text.split_once("$config{") {
        let known = after
            .split_once('}')
            .and_then(|(name, after)| Some((facts.config(name)?, after)));
        let Some((value, after)) = known else {
            return Err(io::Error::other(format!("unknown perl: {code}")));
        };
        text = format!("{before}{value}{after}");
    }
    Ok(text)
}

/// One call of a generator of macros, without `generate_`.
fn macros(facts: &Facts<'_>, call: &str) -> io::Result<String> {
    let name = call.split('"').nth(1).unwrap_or("");
    Ok(match call.split('(').next().unwrap_or("") {
        "stack_macros" => facts.stack_macros(name, name, name),
        "const_stack_macros" => facts.stack_macros(name, &format!("const {name}"), name),
        "stack_string_macros" => facts.stack_macros("OPENSSL_STRING", "char", "char"),
        "stack_const_string_macros" => facts.stack_macros("OPENSSL_CSTRING", "const char", "char"),
        "stack_block_macros" => facts.stack_macros("OPENSSL_BLOCK", "void", "void"),
        "lhash_macros" => facts.hash.replace("${type}", name),
        other => return Err(io::Error::other(format!("unknown generator {other}"))),
    })
}

/// `condition ? "text" : "text"` about the target.
fn choose(code: &str) -> io::Result<String> {
    let wide = env::var("CARGO_CFG_TARGET_POINTER_WIDTH").as_deref() == Ok("64");
    let holds = if code.contains("b64l}") {
        wide
    } else if code.contains("b32}") || code.contains("bn_ll}") {
        !wide
    } else if code.contains("b64}") || code.contains("386") {
        false
    } else {
        return Err(io::Error::other(format!("unknown condition: {code}")));
    };
    // The processor's name is a text too.
    let texts = code.split_once(" ? ").map_or("", |(_, texts)| texts);
    let text = texts.split('"').nth(if holds { 1 } else { 3 });
    Ok(text.unwrap_or("").to_owned())
}

/// The defines of `configuration.h`.
fn features() -> String {
    let mut text = "# define OPENSSL_CONFIGURED_API 30500\n# define OPENSSL_RAND_SEED_OS\n# define OPENSSL_THREADS\n".to_owned();
    let left_out = include_str!("features.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    for name in left_out {
        text += &format!("# ifndef OPENSSL_NO_{name}\n#  define OPENSSL_NO_{name}\n# endif\n");
    }
    text
}

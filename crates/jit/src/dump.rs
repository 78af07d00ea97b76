//! `TAIPAN_JIT_DUMP=hir,clif,asm:NAME`: which texts of which functions go to the standard error.

/// The texts to print of one function.
#[derive(Clone, Copy, Default)]
pub(crate) struct Dump {
    pub hir: bool,
    pub clif: bool,
    pub asm: bool,
}

impl Dump {
    pub fn any(self) -> bool {
        self.hir || self.clif || self.asm
    }

    /// Reads the variable's value: texts, then after a colon the function's name, if only one is wanted.
    /// The name is the qualified one or its last part.
    fn parse(value: &str, qualname: &str) -> Dump {
        let (texts, function) = match value.split_once(':') {
            Some((texts, function)) => (texts, Some(function)),
            None => (value, None),
        };
        let last = qualname.rsplit('.').next();
        if function.is_some_and(|f| f != qualname && Some(f) != last) {
            return Dump::default();
        }
        let has = |text: &str| texts.split(',').any(|t| t.trim() == text);
        Dump {
            hir: has("hir"),
            clif: has("clif"),
            asm: has("asm"),
        }
    }
}

thread_local! {
    static VALUE: Option<String> = taipan_host::env::var("TAIPAN_JIT_DUMP")
        .map(|v| String::from_utf8_lossy(&v).into_owned());
}

/// What the environment asks to print of a function.
pub(crate) fn wanted(qualname: &str) -> Dump {
    VALUE.with(|v| {
        v.as_ref()
            .map_or_else(Dump::default, |v| Dump::parse(v, qualname))
    })
}

#[cfg(test)]
mod tests {
    use super::Dump;

    #[test]
    fn filters_by_function() {
        let all = Dump::parse("hir,asm", "C.f");
        assert!(all.hir && all.asm && !all.clif);
        assert!(Dump::parse("hir:f", "C.f").hir);
        assert!(Dump::parse("hir:C.f", "C.f").hir);
        assert!(!Dump::parse("hir:g", "C.f").any());
    }
}

//! Arguments of the constructors, which say "function" where others say their name.

use taipan_object::args::closest;
use taipan_object::str::Str;
use taipan_object::{Args, PyResult, Raised, Value, Vm};

/// The parameters of a constructor, in order.
pub struct Signature {
    /// For messages; none for classes that do not name themselves.
    pub function: Option<&'static str>,
    pub names: &'static [&'static str],
    pub required: usize,
    /// How many may be given by position.
    pub positional: usize,
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

impl Signature {
    fn name(&self) -> String {
        self.function
            .map_or_else(|| "function".to_owned(), |f| format!("{f}()"))
    }
    /// The argument of each parameter.
    ///
    /// # Errors
    /// TypeError for arguments that are missing, too many or unknown.
    pub fn parse<'a, const N: usize>(
        &self,
        vm: &Vm,
        args: Args<'a>,
    ) -> PyResult<[Option<&'a Value>; N]> {
        let mut found = [None; N];
        let given = args.positional();
        let all = given.len() + args.keyword_count();
        if all > N {
            let kind = if given.is_empty() { "keyword " } else { "" };
            return Err(vm.type_error(format!(
                "{} takes at most {N} {kind}argument{} ({all} given)",
                self.name(),
                plural(N)
            )));
        }
        if given.len() > self.positional {
            return Err(vm.type_error(format!(
                "{} takes at most {} positional argument{} ({} given)",
                self.name(),
                self.positional,
                plural(self.positional),
                given.len()
            )));
        }
        for (place, value) in found.iter_mut().zip(given) {
            *place = Some(value);
        }
        let mut unknown = None;
        let mut twice = None;
        for (name, value) in args.keyword_args() {
            let text = name.downcast::<Str>().and_then(|s| s.as_ascii());
            match self.names.iter().position(|n| Some(*n) == text) {
                Some(i) if found[i].is_some() => twice = twice.or(Some(i)),
                Some(i) => found[i] = Some(value),
                None => unknown = unknown.or(Some(name)),
            }
        }
        if let Some(i) = found[..self.required].iter().position(Option::is_none) {
            // Arguments are converted one by one: a bad one before the missing one is reported first.
            for early in &found[..i] {
                int(vm, *early, 0)?;
            }
            return Err(vm.type_error(format!(
                "{} missing required argument '{}' (pos {})",
                self.name(),
                self.names[i],
                i + 1
            )));
        }
        if let Some(i) = twice {
            return Err(vm.type_error(format!(
                "argument for {} given by name ('{}') and position ({})",
                self.name(),
                self.names[i],
                i + 1
            )));
        }
        match unknown {
            Some(name) => Err(self.unexpected(vm, name)),
            None => Ok(found),
        }
    }
    #[cold]
    fn unexpected(&self, vm: &Vm, name: &Value) -> Raised {
        let text = name
            .downcast::<Str>()
            .map_or_else(String::new, |s| s.to_string());
        let hint = closest(&text, self.names)
            .map_or_else(String::new, |c| format!(". Did you mean '{c}'?"));
        let function = self
            .function
            .map_or_else(|| "this function".to_owned(), |f| format!("{f}()"));
        vm.type_error(format!(
            "{function} got an unexpected keyword argument '{text}'{hint}"
        ))
    }
}

/// An argument that is a C `int`.
pub fn int(vm: &Vm, value: Option<&Value>, default: i32) -> PyResult<i32> {
    let Some(value) = value else {
        return Ok(default);
    };
    let n = vm.index_i64(value)?;
    i32::try_from(n).map_err(|_| {
        let bound = if n > 0 {
            "greater than maximum"
        } else {
            "less than minimum"
        };
        vm.overflow_error(format!("signed integer is {bound}"))
    })
}

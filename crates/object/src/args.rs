//! What the code written by `taipan-macros` calls: arguments matched to
//! parameters, with the messages of CPython's Argument Clinic.

use crate::header::Ref;
use crate::module::Module;
use crate::native::{MethodDef, MethodKind, NativeClass};
use crate::str::{Str, StrView};
use crate::ty::TypeFlags;
use crate::value::{Value, encoding};
use crate::vm::{Args, PyResult, Raised, Vm};

/// The parameters of a native function.
pub struct Params {
    /// The bare name, for most messages.
    pub function: &'static str,
    /// The name with its class or module, for the others.
    pub qualified: &'static str,
    /// All parameters but `*args` and `**kwargs`: positional-only ones first, keyword-only ones last.
    pub names: &'static [&'static str],
    pub positional_only: usize,
    /// Parameters that may be given by position.
    pub positional: usize,
    /// Bit `i` is set if parameter `i` has no default.
    pub required: u64,
    pub varargs: bool,
    pub varkw: bool,
    /// The call makes or initialises an instance of a class, or calls one.
    pub is_class: bool,
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

impl Params {
    fn is_required(&self, index: usize) -> bool {
        index < 64 && self.required >> index & 1 != 0
    }
    /// How many of the first `limit` parameters have no default.
    fn required_before(&self, limit: usize) -> usize {
        (0..limit).filter(|&i| self.is_required(i)).count()
    }

    /// Matches arguments to named parameters. Required ones may be missing from
    /// the result only if the caller reports them by [`Params::missing`].
    #[inline]
    pub fn parse<'a, const N: usize>(
        &self,
        vm: &Vm,
        args: &Args<'a>,
    ) -> PyResult<[Option<&'a Value>; N]> {
        let mut slots = [None; N];
        if args.keyword_count() == 0
            && args.values.len() <= self.positional
            && args.values.len() >= self.positional_only
        {
            for (slot, value) in slots.iter_mut().zip(args.values) {
                *slot = Some(value);
            }
            return Ok(slots);
        }
        self.parse_slow(vm, args, &mut slots)?;
        Ok(slots)
    }

    #[inline(never)]
    fn parse_slow<'a>(
        &self,
        vm: &Vm,
        args: &Args<'a>,
        slots: &mut [Option<&'a Value>],
    ) -> PyResult<()> {
        let given = args.positional();
        let keywords = args.keyword_count();
        self.check_counts(vm, given.len(), keywords)?;
        for (slot, value) in slots
            .iter_mut()
            .zip(&given[..given.len().min(self.positional)])
        {
            *slot = Some(value);
        }
        // Errors come in CPython's order: missing arguments, those given twice, unknown names.
        let (mut twice, mut unknown) = (None, None);
        for (name, value) in args.keyword_args() {
            let Some(text) = name.downcast::<Str>() else {
                return Err(vm.type_error("keywords must be strings"));
            };
            match self.find(text) {
                Some(index) if slots[index].is_none() => slots[index] = Some(value),
                Some(index) => twice = Some(twice.map_or(index, |t: usize| t.min(index))),
                None if self.varkw => {}
                None => unknown = unknown.or(Some(text)),
            }
        }
        if let Some(index) = (0..slots.len()).find(|&i| slots[i].is_none() && self.is_required(i)) {
            return Err(self.missing(vm, index));
        }
        if let Some(index) = twice {
            return Err(vm.type_error(format!(
                "argument for {}() given by name ('{}') and position ({})",
                self.function,
                self.names[index],
                index + 1
            )));
        }
        match unknown {
            Some(name) => Err(self.unexpected_keyword(vm, name)),
            None => Ok(()),
        }
    }

    fn check_counts(&self, vm: &Vm, given: usize, keywords: usize) -> PyResult<()> {
        let (function, all) = (self.function, self.names.len());
        if !self.varargs && !self.varkw && given + keywords > all {
            let kind = if given == 0 { "keyword " } else { "" };
            return Err(vm.type_error(format!(
                "{function}() takes at most {all} {kind}argument{} ({} given)",
                plural(all),
                given + keywords
            )));
        }
        if !self.varargs && given > self.positional {
            let most = self.positional;
            if most == 0 {
                return Err(vm.type_error(format!("{function}() takes no positional arguments")));
            }
            let bound = if self.required_before(most) < most {
                "at most"
            } else {
                "exactly"
            };
            return Err(vm.type_error(format!(
                "{function}() takes {bound} {most} positional argument{} ({given} given)",
                plural(most)
            )));
        }
        let least = self.required_before(self.positional_only);
        if given < least {
            if self.varargs {
                return Err(self.expected(vm, "at least ", least, given));
            }
            let bound = if least < self.positional {
                "at least"
            } else {
                "exactly"
            };
            return Err(vm.type_error(format!(
                "{function}() takes {bound} {least} positional argument{} ({given} given)",
                plural(least)
            )));
        }
        Ok(())
    }

    /// The parameter of a keyword.
    fn find(&self, keyword: &Ref<Str>) -> Option<usize> {
        let StrView::Ascii(text) = keyword.view() else {
            return None;
        };
        self.names[self.positional_only..]
            .iter()
            .position(|n| *n == text)
            .map(|i| i + self.positional_only)
    }

    /// What `*args` takes.
    pub fn varargs<'a>(&self, args: &Args<'a>) -> &'a [Value] {
        args.positional().get(self.positional..).unwrap_or(&[])
    }

    /// TypeError: a required argument is missing.
    #[cold]
    pub fn missing(&self, vm: &Vm, index: usize) -> Raised {
        let name = self.names.get(index).copied().unwrap_or("?");
        vm.type_error(format!(
            "{}() missing required argument '{name}' (pos {})",
            self.function,
            index + 1
        ))
    }

    #[cold]
    fn unexpected_keyword(&self, vm: &Vm, keyword: &Ref<Str>) -> Raised {
        let text = keyword.to_string();
        let candidates = &self.names[self.positional_only..];
        let hint = closest(&text, candidates)
            .map_or_else(String::new, |c| format!(". Did you mean '{c}'?"));
        vm.type_error(format!(
            "{}() got an unexpected keyword argument '{text}'{hint}",
            self.function
        ))
    }

    #[cold]
    fn expected(&self, vm: &Vm, bound: &str, count: usize, given: usize) -> Raised {
        vm.type_error(format!(
            "{} expected {bound}{count} argument{}, got {given}",
            self.function,
            plural(count)
        ))
    }

    /// TypeError for a function of positional-only parameters whose arguments do not fit.
    #[cold]
    pub fn reject(&self, vm: &Vm, args: &Args<'_>) -> Raised {
        let qualified = self.qualified;
        if args.keyword_count() > 0 {
            return vm.type_error(format!("{qualified}() takes no keyword arguments"));
        }
        let given = args.values.len();
        let (least, most) = (self.required_before(self.positional_only), self.positional);
        if !self.is_class && !self.varargs {
            if most == 0 {
                return vm.type_error(format!("{qualified}() takes no arguments ({given} given)"));
            }
            if (least, most) == (1, 1) {
                return vm.type_error(format!(
                    "{qualified}() takes exactly one argument ({given} given)"
                ));
            }
        }
        if self.is_class && most == 0 && !self.varargs {
            return vm.type_error(format!("{qualified}() takes no arguments ({given} given)"));
        }
        if given < least {
            let bound = if least == most && !self.varargs {
                ""
            } else {
                "at least "
            };
            self.expected(vm, bound, least, given)
        } else {
            let bound = if least == most { "" } else { "at most " };
            self.expected(vm, bound, most, given)
        }
    }

    /// TypeError for a method called without an object.
    #[cold]
    pub fn no_receiver(&self, vm: &Vm) -> Raised {
        vm.type_error(format!(
            "unbound method {}() needs an argument",
            self.qualified
        ))
    }

    /// The arguments that `__new__` looks at: a subclass with an `__init__` of
    /// its own may take keywords that a positional-only `__new__` does not know.
    pub fn for_new<'a>(&self, vm: &Vm, class: &crate::header::TypeRef, args: Args<'a>) -> Args<'a> {
        let by_name = self.names.len() > self.positional_only || self.varkw;
        if args.keyword_count() == 0 || by_name || !class.has(TypeFlags::HEAP) {
            return args;
        }
        let init = |t: &crate::header::TypeRef| t.slots.init.get().map(|f| f as usize);
        if init(class) == init(&vm.types.object) {
            args
        } else {
            Args::positional_only(args.positional())
        }
    }
}

impl<'a> Args<'a> {
    /// The receiver of a method and its other arguments.
    #[inline(always)]
    pub fn split_receiver(&self) -> Option<(&'a Value, Args<'a>)> {
        let (first, rest) = self.values.split_first()?;
        (rest.len() >= self.keyword_count()).then_some((
            first,
            Args {
                values: rest,
                keywords: self.keywords,
            },
        ))
    }
}

/// What `**kwargs` takes: the keyword arguments that no parameter has.
#[derive(Clone, Copy)]
pub struct KwArgs<'a> {
    params: &'static Params,
    args: Args<'a>,
}

impl<'a> KwArgs<'a> {
    pub fn new(params: &'static Params, args: Args<'a>) -> Self {
        Self { params, args }
    }
    /// Names (str objects) and values in the order of the call.
    pub fn iter(&self) -> impl Iterator<Item = (&'a Ref<Str>, &'a Value)> + use<'a> {
        let params = self.params;
        let names: &'a [Value] = self.args.keywords.map_or(&[], |k| k.items());
        let values = &self.args.values[self.args.values.len() - names.len()..];
        names
            .iter()
            .zip(values)
            .filter_map(|(name, value)| Some((name.downcast::<Str>()?, value)))
            .filter(move |(name, _)| params.find(name).is_none())
    }
    pub fn len(&self) -> usize {
        self.iter().count()
    }
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// A small integer in a constant.
pub const fn small_int(n: i64) -> Value {
    match encoding::int(n) {
        // SAFETY: an immediate owns nothing.
        Some(word) => unsafe { Value::from_word(word) },
        None => Value::NONE,
    }
}

/// TypeError for a method applied to an object of another class.
#[cold]
pub fn wrong_receiver(vm: &Vm, receiver: &Value, name: &str) -> Raised {
    vm.type_error(format!(
        "descriptor '{name}' doesn't apply to a '{}' object",
        vm.type_of(receiver).display_name()
    ))
}

/// Puts a name into a module.
pub fn set_module_attr(vm: &Vm, module: &Ref<Module>, name: &str, value: Value) -> PyResult<()> {
    module.dict.insert_str(vm, &vm.intern_str(name), value);
    Ok(())
}

/// Makes a native class and puts it into a module.
pub fn add_class<T: NativeClass>(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
    let class = vm.add_native_type::<T>();
    set_module_attr(vm, module, T::spec().name, class.into_value())
}

/// Joins the function tables of a module's parts.
pub const fn join_functions<const N: usize>(parts: &[&[MethodDef]]) -> [MethodDef; N] {
    const NOTHING: MethodDef = MethodDef {
        name: "",
        doc: "",
        signature: "",
        kind: MethodKind::Function,
        call: |vm, _| Err(vm.type_error("no function")),
    };
    let mut all = [NOTHING; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            let m = &parts[part][index];
            all[at] = MethodDef {
                name: m.name,
                doc: m.doc,
                signature: m.signature,
                kind: m.kind,
                call: m.call,
            };
            at += 1;
            index += 1;
        }
        part += 1;
    }
    all
}

/// The candidate most like `text`, if one is close enough for "Did you mean".
pub fn closest<'a>(text: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let mut best: Option<(usize, &'a str)> = None;
    for &candidate in candidates {
        if candidate == text {
            continue;
        }
        let limit = (text.len() + candidate.len() + 3) * MOVE_COST / 6;
        let limit = best.map_or(limit, |(d, _)| limit.min(d.saturating_sub(1)));
        let distance = edit_distance(text.as_bytes(), candidate.as_bytes());
        if distance <= limit && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, c)| c)
}

const MOVE_COST: usize = 2;

/// Levenshtein distance in which a change of case costs half.
fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    let substitution = |x: u8, y: u8| match (x == y, x.eq_ignore_ascii_case(&y)) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => MOVE_COST,
    };
    let mut row: Vec<usize> = (0..=b.len()).map(|i| i * MOVE_COST).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * MOVE_COST;
        for (j, &y) in b.iter().enumerate() {
            let next = (diagonal + substitution(x, y))
                .min(row[j] + MOVE_COST)
                .min(row[j + 1] + MOVE_COST);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

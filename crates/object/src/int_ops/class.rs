//! The class `int`.

use taipan_macros::pymethods;

use super::{arith, bits, bytes, division, parse, power, text};
use crate::header::{Ref, TypeRef};
use crate::int::{Int, IntRef};
use crate::slots::CmpOp;
use crate::str::Str;
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// An integer receiver, which the descriptor has checked already.
fn receiver<'a>(this: &'a Value) -> IntRef<'a> {
    this.as_int().unwrap_or(IntRef::Small(0))
}

#[pymethods(name = "int", flags(BASETYPE | LONG_SUBCLASS), extra(crate::int_ops::class::OPERATORS), doc = "An integer of any size.\n\nint(x) converts a number, cutting off its fraction; int(text, base=10) reads\nan integer literal, whose prefix tells the base if base is 0.")]
impl Int {
    #[pyslot(new)]
    fn construct(vm: &Vm, cls: &TypeRef, args: crate::vm::Args<'_>) -> PyResult {
        new(vm, cls, args)
    }
    /// The number itself.
    #[pymethod("(self, /)")]
    fn conjugate(vm: &Vm, this: &Value) -> PyResult {
        arith::exact(vm, this)
    }
    /// How many bits the absolute value has.
    #[pymethod("(self, /)")]
    fn bit_length(this: &Value) -> usize {
        receiver(this).bit_length()
    }
    /// How many bits of the absolute value are one.
    #[pymethod("(self, /)")]
    fn bit_count(this: &Value) -> u64 {
        bits::bit_count(&receiver(this))
    }
    /// The number as bytes.
    ///
    /// length is the number of bytes, byteorder 'big' or 'little'; with signed,
    /// two's complement represents negative numbers.
    #[pymethod("(self, /, length=1, byteorder='big', *, signed=False)")]
    fn to_bytes(
        vm: &Vm,
        this: &Value,
        length: isize,
        byteorder: &Ref<Str>,
        signed: bool,
    ) -> PyResult {
        let little = bytes::little_endian(vm, byteorder)?;
        Ok(vm
            .new_bytes(bytes::to_bytes(vm, receiver(this), length, little, signed)?)
            .into_value())
    }
    /// The number that bytes represent.
    ///
    /// byteorder is 'big' or 'little'; with signed, two's complement represents negative numbers.
    #[pyclassmethod("(cls, /, bytes, byteorder='big', *, signed=False)")]
    fn from_bytes(
        vm: &Vm,
        cls: &TypeRef,
        bytes: &Value,
        byteorder: &Ref<Str>,
        signed: bool,
    ) -> PyResult {
        let little = bytes::little_endian(vm, byteorder)?;
        let n = vm.new_bigint(bytes::from_bytes(
            &bytes::bytes_of(vm, bytes)?,
            little,
            signed,
        ));
        if cls.is(&vm.types.int) {
            Ok(n)
        } else {
            vm.call(cls.as_value(), &[n])
        }
    }
    /// The number and 1: the integers whose quotient it is.
    #[pymethod("(self, /)")]
    fn as_integer_ratio(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm
            .new_tuple([arith::exact(vm, this)?, vm.new_int(1)])
            .into_value())
    }
    /// The number itself.
    #[pymethod("(self, /)", name = "__trunc__")]
    fn trunc(vm: &Vm, this: &Value) -> PyResult {
        arith::exact(vm, this)
    }
    /// The number itself.
    #[pymethod("(self, /)", name = "__floor__")]
    fn floor(vm: &Vm, this: &Value) -> PyResult {
        arith::exact(vm, this)
    }
    /// The number itself.
    #[pymethod("(self, /)", name = "__ceil__")]
    fn ceil(vm: &Vm, this: &Value) -> PyResult {
        arith::exact(vm, this)
    }
    /// Rounds to a multiple of 10**-ndigits, ties to even.
    #[pymethod("(self, ndigits=None, /)", name = "__round__")]
    fn round(vm: &Vm, this: &Value, ndigits: &Value) -> PyResult {
        round(vm, this, ndigits)
    }
    #[pymethod("(self, /)", name = "__getnewargs__")]
    fn getnewargs(vm: &Vm, this: &Value) -> PyResult {
        Ok(vm.new_tuple([arith::exact(vm, this)?]).into_value())
    }
    /// Formats the number as a format specification says.
    #[pymethod("(self, format_spec, /)", name = "__format__")]
    fn format(vm: &Vm, this: &Value, format_spec: &Ref<Str>) -> PyResult {
        crate::format::number::format_int(vm, this, format_spec)
    }
    /// Bytes of memory, in CPython's count.
    #[pymethod("(self, /)", name = "__sizeof__")]
    fn sizeof(this: &Value) -> usize {
        24 + 4 * receiver(this).bit_length().div_ceil(30).max(1)
    }
    /// True: an integer is integral.
    #[pymethod("(self, /)")]
    fn is_integer(this: &Value) -> bool {
        let _ = this;
        true
    }
    /// The number itself.
    #[pygetset]
    fn real(vm: &Vm, this: &Value) -> PyResult {
        arith::exact(vm, this)
    }
    /// 0.
    #[pygetset]
    fn imag(vm: &Vm, this: &Value) -> PyResult {
        let _ = this;
        Ok(vm.new_int(0))
    }
    /// The number itself.
    #[pygetset]
    fn numerator(vm: &Vm, this: &Value) -> PyResult {
        arith::exact(vm, this)
    }
    /// 1.
    #[pygetset]
    fn denominator(vm: &Vm, this: &Value) -> PyResult {
        let _ = this;
        Ok(vm.new_int(1))
    }
}

/// Methods: none stand with the operators.
pub const OPERATORS: &[crate::native::MethodDef] = &[];
/// Attributes: none stand with the operators.
pub const OPERATORS_GETSETS: &[crate::native::GetSetDef] = &[];
/// The operators of `int`.
pub const OPERATORS_SLOTS: fn(&crate::slots::Slots) = |slots| {
    slots.repr.set(Some(text::repr));
    slots.hash.set(Some(arith::hash));
    slots
        .richcompare
        .set(Some(|vm: &Vm, a: &Value, b: &Value, op: CmpOp| {
            arith::richcompare(vm, a, b, op)
        }));
    slots.add.set(Some(arith::add));
    slots.sub.set(Some(arith::sub));
    slots.mul.set(Some(arith::mul));
    slots.truediv.set(Some(division::truediv));
    slots.floordiv.set(Some(division::floordiv));
    slots.rem.set(Some(division::rem));
    slots.divmod.set(Some(division::divmod));
    slots.pow.set(Some(power::pow));
    slots.lshift.set(Some(bits::lshift));
    slots.rshift.set(Some(bits::rshift));
    slots.and.set(Some(bits::and));
    slots.or.set(Some(bits::or));
    slots.xor.set(Some(bits::xor));
    slots.neg.set(Some(arith::neg));
    slots.pos.set(Some(arith::exact));
    slots.abs.set(Some(arith::abs));
    slots.invert.set(Some(arith::invert));
    slots.bool.set(Some(arith::truth));
    slots.int.set(Some(arith::exact));
    slots.index.set(Some(arith::exact));
    slots.float.set(Some(arith::to_float));
};

/// `int.__new__`: a subclass gets an object of its own.
fn new(vm: &Vm, cls: &TypeRef, args: crate::vm::Args<'_>) -> PyResult {
    let (x, base) = new_arguments(vm, cls, args)?;
    let n = match (x, base) {
        (None, None) => vm.new_int(0),
        (None, Some(_)) => return Err(vm.type_error("int() missing string argument")),
        (Some(x), None) => from_object(vm, x)?,
        (Some(x), Some(base)) => from_text(vm, x, base)?,
    };
    if cls.is(&vm.types.int) {
        return Ok(n);
    }
    Ok(vm.big_int_object(cls, receiver(&n).to_ibig()))
}

/// `x` by position only, `base` by position or name.
fn new_arguments<'a>(
    vm: &Vm,
    cls: &TypeRef,
    args: crate::vm::Args<'a>,
) -> PyResult<(Option<&'a Value>, Option<&'a Value>)> {
    let positional = args.positional();
    if args.keyword_count() == 0 && positional.len() > 2 {
        return Err(vm.type_error(format!(
            "int expected at most 2 arguments, got {}",
            positional.len()
        )));
    }
    if positional.len() + args.keyword_count() > 2 {
        return Err(vm.type_error(format!(
            "int() takes at most 2 arguments ({} given)",
            positional.len() + args.keyword_count()
        )));
    }
    let mut base = positional.get(1);
    for (name, value) in args.keyword_args() {
        if name.downcast::<Str>().is_some_and(|n| n.is_str("base")) {
            if base.is_some() {
                return Err(
                    vm.type_error("argument for int() given by name ('base') and position (2)")
                );
            }
            base = Some(value);
        } else if !takes_keywords(vm, cls) {
            let name = vm.str(name)?.to_string();
            let hint = crate::args::closest(&name, &["base"])
                .map_or_else(String::new, |c| format!(". Did you mean '{c}'?"));
            return Err(vm.type_error(format!(
                "int() got an unexpected keyword argument '{name}'{hint}"
            )));
        }
    }
    Ok((positional.first(), base))
}

/// Whether a subclass with an `__init__` of its own looks at the keywords.
fn takes_keywords(vm: &Vm, cls: &TypeRef) -> bool {
    let init = |t: &TypeRef| t.slots.init.get().map(|f| f as usize);
    init(cls) != init(&vm.types.object)
}

/// `int(x)`.
pub fn from_object(vm: &Vm, x: &Value) -> PyResult {
    if x.as_small_int().is_some() {
        return Ok(x.clone());
    }
    let ty = vm.type_of(x);
    if let Some(f) = ty.slots.int.get() {
        let r = f(vm, x)?;
        return exact_result(vm, r, "__int__");
    }
    if ty.slots.index.get().is_some() {
        let n = vm.index(x)?;
        return arith::exact(vm, &n);
    }
    if let Some(s) = x.downcast::<Str>() {
        return parse::parse_str(vm, s, 10);
    }
    if let Some(b) = bytes::raw_bytes(vm, x)? {
        return parse::parse_bytes(vm, &b, 10);
    }
    Err(vm.type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        vm.type_name(x)
    )))
}

/// What a conversion method returned, as an exact int.
fn exact_result(vm: &Vm, r: Value, method: &str) -> PyResult {
    if r.as_int().is_none() {
        return Err(vm.type_error(format!(
            "{method} returned non-int (type {})",
            vm.type_name(&r)
        )));
    }
    if !vm.type_of(&r).is(&vm.types.int) {
        let message = format!(
            "{method} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, \
             and may be removed in a future version of Python.",
            vm.type_name(&r)
        );
        (vm.hooks.get().warn)(vm, &vm.exc.deprecation_warning, &message, 1)?;
    }
    arith::exact(vm, &r)
}

/// `int(x, base)`.
fn from_text(vm: &Vm, x: &Value, base: &Value) -> PyResult {
    // The base is read before anything is said about x.
    let base = vm.index_clamped(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    if let Some(s) = x.downcast::<Str>() {
        return parse::parse_str(vm, s, base as u32);
    }
    let is_bytes = x.downcast::<crate::bytes::Bytes>().is_some()
        || x.downcast::<crate::bytes::ByteArray>().is_some();
    match if is_bytes {
        bytes::raw_bytes(vm, x)?
    } else {
        None
    } {
        Some(b) => parse::parse_bytes(vm, &b, base as u32),
        None => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

/// `round(n, ndigits)`.
fn round(vm: &Vm, this: &Value, ndigits: &Value) -> PyResult {
    if ndigits.is_none() {
        return arith::exact(vm, this);
    }
    let ndigits = vm.index(ndigits)?;
    let digits = receiver(&ndigits);
    if !digits.is_negative() {
        return arith::exact(vm, this);
    }
    // Half of 10**k beyond the number rounds it to 0: no need of the power.
    let n = receiver(this);
    let k = match digits.to_i64() {
        Some(k) if (k.unsigned_abs() as u128) < n.bit_length() as u128 + 2 => {
            k.unsigned_abs() as usize
        }
        _ => return Ok(vm.new_int(0)),
    };
    let n = n.to_ibig();
    let unit = dashu_int::IBig::from(10).pow(k);
    let (mut q, r) = division::floor_divmod(&n, &unit);
    let up = match (r << 1usize).cmp(&unit) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => q.as_sign_words().1.first().is_some_and(|w| w & 1 == 1),
        std::cmp::Ordering::Less => false,
    };
    if up {
        q += 1;
    }
    Ok(vm.new_bigint(q * unit))
}

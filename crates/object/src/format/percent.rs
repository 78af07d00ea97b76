//! printf-style formatting, as `%` of str, bytes and bytearray does it.

use crate::float_ops::format::{FloatFlags, format_float};
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::text::StrBuilder;
use crate::tuple::Tuple;
use crate::value::Value;
use crate::vm::{PyResult, Raised, Vm};

/// One `%…x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Directive {
    pub left: bool,
    pub plus: bool,
    pub blank: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
    /// The conversion character.
    pub kind: u32,
}

/// What differs between text and bytes.
pub trait Flavor {
    /// `"string"` or `"bytes"`, for a message.
    const NAME: &'static str;
    const PRECISION: &'static str;
    /// The key of `%(key)s`.
    fn key(vm: &Vm, key: StrView<'_>) -> Value;
    /// Whether the right operand is looked up by keys.
    fn is_mapping(vm: &Vm, args: &Value) -> bool;
    /// `%s`, `%r`, `%a`, `%b`; `None` for an unknown conversion.
    fn text(vm: &Vm, kind: char, value: &Value) -> PyResult<Option<Piece>>;
    /// `%c`.
    fn char(vm: &Vm, value: &Value) -> PyResult<u32>;
}

/// Text to put in.
pub enum Piece {
    Str(Ref<Str>),
    Bytes(Vec<u8>),
}

/// Where values come from.
struct Source<'a> {
    args: &'a Value,
    items: &'a [Value],
    single: bool,
    used: usize,
    dict: bool,
    /// The value of the current key.
    keyed: Option<Option<Value>>,
}

impl Source<'_> {
    fn next(&mut self, vm: &Vm) -> PyResult {
        let value = match &mut self.keyed {
            Some(value) => value.take(),
            None if self.single => (self.used == 0).then(|| self.args.clone()),
            None => self.items.get(self.used).cloned(),
        };
        if self.keyed.is_none() {
            self.used += 1;
        }
        value.ok_or_else(|| vm.type_error("not enough arguments for format string"))
    }
    fn is_done(&self) -> bool {
        match &self.keyed {
            Some(_) => true,
            None => self.dict || self.used >= if self.single { 1 } else { self.items.len() },
        }
    }
}

/// `format % args`, appended to `out`.
///
/// # Errors
/// As CPython's.
pub fn percent<F: Flavor>(
    vm: &Vm,
    format: StrView<'_>,
    args: &Value,
    out: &mut StrBuilder,
) -> PyResult<()> {
    let tuple = args.downcast::<Tuple>();
    let mut source = Source {
        args,
        items: tuple.map_or(&[], |t| t.items()),
        single: tuple.is_none(),
        used: 0,
        dict: tuple.is_none() && F::is_mapping(vm, args),
        keyed: None,
    };
    let mut at = 0;
    while at < format.len() {
        let start = at;
        if let StrView::Ascii(text) = format {
            at = memchr::memchr(b'%', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n);
        }
        while at < format.len() && format.get(at) != u32::from('%') {
            at += 1;
        }
        if at > start {
            out.push(format.slice(start, at));
        }
        if at == format.len() {
            break;
        }
        let mut parser = Parser {
            vm,
            format,
            at: at + 1,
        };
        parser.directive::<F>(&mut source, out)?;
        at = parser.at;
    }
    if !source.is_done() {
        return Err(vm.type_error(format!(
            "not all arguments converted during {} formatting",
            F::NAME
        )));
    }
    Ok(())
}

struct Parser<'a> {
    vm: &'a Vm,
    format: StrView<'a>,
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> PyResult<char> {
        if self.at >= self.format.len() {
            return Err(self.vm.value_error("incomplete format"));
        }
        self.at += 1;
        Ok(char::from_u32(self.format.get(self.at - 1)).unwrap_or('\u{FFFD}'))
    }

    fn directive<F: Flavor>(
        &mut self,
        source: &mut Source<'_>,
        out: &mut StrBuilder,
    ) -> PyResult<()> {
        let mut d = Directive::default();
        let mut c = self.next()?;
        if c == '%' {
            out.push_char(u32::from('%'));
            return Ok(());
        }
        if c == '(' {
            self.key::<F>(source)?;
            c = self.next()?;
        }
        loop {
            match c {
                '-' => d.left = true,
                '+' => d.plus = true,
                ' ' => d.blank = true,
                '#' => d.alternate = true,
                '0' => d.zero = true,
                _ => break,
            }
            c = self.next()?;
        }
        if c == '*' {
            let width = self.star(source)?;
            d.left |= width < 0;
            d.width = width.unsigned_abs();
            c = self.next()?;
        } else {
            (d.width, c) = self.digits(c, isize::MAX as usize, "width")?;
        }
        if c == '.' {
            c = self.next()?;
            if c == '*' {
                let precision = self.star(source)?.max(0) as usize;
                if precision > i32::MAX as usize {
                    return Err(self
                        .vm
                        .overflow_error("Python int too large to convert to C int"));
                }
                d.precision = Some(precision);
                c = self.next()?;
            } else {
                let (precision, next) = self.digits(c, i32::MAX as usize, F::PRECISION)?;
                d.precision = Some(precision);
                c = next;
            }
        }
        if matches!(c, 'h' | 'l' | 'L') {
            c = self.next()?;
        }
        d.kind = self.format.get(self.at - 1);
        let value = source.next(self.vm)?;
        self.convert::<F>(d, c, &value, out)
    }

    fn key<F: Flavor>(&mut self, source: &mut Source<'_>) -> PyResult<()> {
        if !source.dict {
            return Err(self.vm.type_error("format requires a mapping"));
        }
        let start = self.at;
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Ok('(') => depth += 1,
                Ok(')') => depth -= 1,
                Ok(_) => {}
                Err(_) => {
                    drop(self.vm.take_pending());
                    return Err(self.vm.value_error("incomplete format key"));
                }
            }
        }
        let key = F::key(self.vm, self.format.slice(start, self.at - 1));
        source.keyed = Some(Some(self.vm.get_item(source.args, &key)?));
        Ok(())
    }

    fn star(&self, source: &mut Source<'_>) -> PyResult<isize> {
        let value = source.next(self.vm)?;
        if value.as_int().is_none() {
            return Err(self.vm.type_error("* wants int"));
        }
        self.vm.index_isize(&value)
    }

    fn digits(&mut self, first: char, most: usize, what: &str) -> PyResult<(usize, char)> {
        let (mut n, mut c) = (0usize, first);
        while let Some(digit) = c.to_digit(10) {
            let digit = digit as usize;
            if n > (most - digit) / 10 {
                return Err(self.vm.value_error(format!("{what} too big")));
            }
            n = n * 10 + digit;
            c = self.next()?;
        }
        Ok((n, c))
    }

    fn convert<F: Flavor>(
        &self,
        d: Directive,
        c: char,
        value: &Value,
        out: &mut StrBuilder,
    ) -> PyResult<()> {
        let vm = self.vm;
        if c == 'd'
            && d.width == 0
            && d.precision.is_none()
            && !(d.plus || d.blank)
            && let Some(n) = value.as_small_int()
        {
            let mut buffer = [0; 20];
            if n < 0 {
                out.push_char(u32::from('-'));
            }
            let digits = crate::int_ops::text::small_digits(n.unsigned_abs(), &mut buffer);
            out.push_str(std::str::from_utf8(digits).unwrap_or_default());
            return Ok(());
        }
        match c {
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                return number(vm, d, &integer(vm, d, c, value)?, out);
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                return number(vm, d, &float(vm, d, c, value)?, out);
            }
            'c' => {
                let c = F::char(vm, value)?;
                let pad = d.width.saturating_sub(1);
                check_size(vm, pad)?;
                out.push_repeated(32, if d.left { 0 } else { pad });
                out.push_char(c);
                out.push_repeated(32, if d.left { pad } else { 0 });
                return Ok(());
            }
            _ => {}
        }
        match F::text(vm, c, value)? {
            Some(Piece::Str(s)) => padded(vm, d, s.view(), out),
            Some(Piece::Bytes(b)) => padded(vm, d, StrView::Latin1(&b), out),
            None => Err(self.unsupported(d.kind)),
        }
    }

    #[cold]
    fn unsupported(&self, kind: u32) -> Raised {
        let shown = char::from_u32(kind)
            .filter(|c| (' '..='~').contains(c))
            .unwrap_or('?');
        self.vm.value_error(format!(
            "unsupported format character '{shown}' (0x{kind:x}) at index {}",
            self.at - 1
        ))
    }
}

/// Larger paddings than memory can hold fail before they are tried.
fn check_size(vm: &Vm, n: usize) -> PyResult<()> {
    if n > 1 << 36 {
        Err(vm.memory_error())
    } else {
        Ok(())
    }
}

fn padded(vm: &Vm, d: Directive, view: StrView<'_>, out: &mut StrBuilder) -> PyResult<()> {
    if d.width == 0 && d.precision.is_none() {
        out.push(view);
        return Ok(());
    }
    let len = d.precision.map_or(view.len(), |p| p.min(view.len()));
    let pad = d.width.saturating_sub(len);
    check_size(vm, pad)?;
    if !d.left {
        out.push_repeated(32, pad);
    }
    out.push(if len == view.len() {
        view
    } else {
        view.slice(0, len)
    });
    if d.left {
        out.push_repeated(32, pad);
    }
    Ok(())
}

/// The digits of a number: sign, `0x`-like prefix, the rest.
struct Digits {
    negative: bool,
    prefix: &'static str,
    text: String,
}

fn integer(vm: &Vm, d: Directive, c: char, value: &Value) -> PyResult<Digits> {
    let wrong = || {
        let want = if matches!(c, 'x' | 'X' | 'o') {
            "an integer"
        } else {
            "a real number"
        };
        vm.type_error(format!(
            "%{c} format: {want} is required, not {}",
            vm.type_name(value)
        ))
    };
    let mut n = value.clone();
    if value.as_int().is_none() {
        let slots = &vm.type_of(value).slots;
        let convert = if matches!(c, 'x' | 'X' | 'o') {
            slots.index.get()
        } else {
            slots.int.get().or(slots.index.get())
        };
        n = match convert.ok_or_else(wrong)?(vm, value) {
            Err(_) if vm.exception_is(&vm.exc.type_error) => {
                drop(vm.take_pending());
                return Err(wrong());
            }
            result => result?,
        };
    }
    let Some(int) = n.as_int() else {
        return Err(wrong());
    };
    let (radix, upper) = match c {
        'x' => (16, false),
        'X' => (16, true),
        'o' => (8, false),
        _ => (10, false),
    };
    let (negative, mut text) = crate::int_ops::text::magnitude_digits(vm, &int, radix, upper)?;
    if let Some(precision) = d.precision {
        let missing = precision.saturating_sub(text.len());
        if missing > 0 {
            check_size(vm, missing)?;
            text.insert_str(0, &"0".repeat(missing));
        }
    }
    let prefix = match c {
        'x' if d.alternate => "0x",
        'X' if d.alternate => "0X",
        'o' if d.alternate => "0o",
        _ => "",
    };
    Ok(Digits {
        negative,
        prefix,
        text,
    })
}

fn float(vm: &Vm, d: Directive, c: char, value: &Value) -> PyResult<Digits> {
    let x = vm.as_f64(value)?;
    check_size(vm, d.precision.unwrap_or(6))?;
    let flags = FloatFlags {
        alternate: d.alternate,
        ..FloatFlags::default()
    };
    let shown = format_float(x, c, d.precision.unwrap_or(6), flags);
    let (negative, text) = match shown.strip_prefix('-') {
        Some(rest) => (true, rest.to_owned()),
        None => (false, shown),
    };
    Ok(Digits {
        negative,
        prefix: "",
        text,
    })
}

fn number(vm: &Vm, d: Directive, digits: &Digits, out: &mut StrBuilder) -> PyResult<()> {
    let sign = match () {
        () if digits.negative => "-",
        () if d.plus => "+",
        () if d.blank => " ",
        () => "",
    };
    let pad = d
        .width
        .saturating_sub(sign.len() + digits.prefix.len() + digits.text.len());
    check_size(vm, pad)?;
    if !d.left && !d.zero {
        out.push_repeated(32, pad);
    }
    out.push_str(sign);
    out.push_str(digits.prefix);
    if !d.left && d.zero {
        out.push_repeated(48, pad);
    }
    out.push_str(&digits.text);
    if d.left {
        out.push_repeated(32, pad);
    }
    Ok(())
}

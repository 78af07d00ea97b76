//! The format specification mini-language:
//! `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.

use crate::str::StrView;
use crate::text::unicode::decimal_value;
use crate::vm::{PyResult, Raised, Vm};

/// A parsed specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    pub fill: u32,
    pub fill_given: bool,
    /// `<`, `>`, `=` or `^`.
    pub align: u8,
    pub align_given: bool,
    /// `+`, `-` or space; 0 if not given.
    pub sign: u8,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    pub width: Option<usize>,
    /// `,` or `_` in the integer part; 0 for none.
    pub grouping: u8,
    pub precision: Option<usize>,
    /// `,` or `_` in the fraction; 0 for none.
    pub fraction_grouping: u8,
    /// The presentation type; the default if not given, which may be 0.
    pub kind: u32,
}

impl FormatSpec {
    /// What an empty specification means.
    pub const fn new(kind: char, align: char) -> Self {
        Self {
            fill: b' ' as u32,
            fill_given: false,
            align: align as u8,
            align_given: false,
            sign: 0,
            no_negative_zero: false,
            alternate: false,
            width: None,
            grouping: 0,
            precision: None,
            fraction_grouping: 0,
            kind: kind as u32,
        }
    }

    /// Parses a specification for a value of the type named `type_name`; `kind`
    /// (`'\0'` for none) and `align` are what holds if they are not given.
    ///
    /// # Errors
    /// ValueError with CPython's messages.
    pub fn parse(
        vm: &Vm,
        text: StrView<'_>,
        kind: char,
        align: char,
        type_name: &str,
    ) -> PyResult<Self> {
        let mut parser = Parser {
            vm,
            text,
            at: 0,
            spec: Self::new(kind, align),
        };
        parser.parse(align == '>', type_name)?;
        Ok(parser.spec)
    }

    /// The presentation type as a character, if it is ASCII; `'\0'` if none.
    pub fn kind_char(&self) -> char {
        char::from_u32(self.kind).unwrap_or('\u{FFFD}')
    }

    /// ValueError "Unknown format code …".
    #[cold]
    pub fn unknown_kind(&self, vm: &Vm, type_name: &str) -> Raised {
        vm.value_error(format!(
            "Unknown format code '{}' for object of type '{type_name}'",
            shown(self.kind)
        ))
    }
}

fn shown(kind: u32) -> String {
    match char::from_u32(kind) {
        Some(c @ '!'..='\x7f') => c.to_string(),
        _ => format!("\\x{kind:x}"),
    }
}

struct Parser<'a> {
    vm: &'a Vm,
    text: StrView<'a>,
    at: usize,
    spec: FormatSpec,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u32> {
        self.peek_at(self.at)
    }
    fn peek_at(&self, at: usize) -> Option<u32> {
        (at < self.text.len()).then(|| self.text.get(at))
    }
    fn accept(&mut self, c: char) -> bool {
        let found = self.peek() == Some(u32::from(c));
        self.at += usize::from(found);
        found
    }

    fn parse(&mut self, numeric: bool, type_name: &str) -> PyResult<()> {
        self.align();
        if let Some(c) = self.peek()
            && (c == u32::from('+') || c == u32::from('-') || c == u32::from(' '))
        {
            self.spec.sign = c as u8;
            self.at += 1;
        }
        self.spec.no_negative_zero = self.accept('z');
        self.spec.alternate = self.accept('#');
        if !self.spec.fill_given && self.accept('0') {
            self.spec.fill = u32::from('0');
            if !self.spec.align_given && numeric {
                self.spec.align = b'=';
            }
        }
        self.spec.width = self.integer()?;
        self.spec.grouping = self.grouping()?;
        if self.accept('.') {
            self.spec.precision = self.integer()?;
            self.spec.fraction_grouping = self.grouping()?;
            if self.spec.precision.is_none() && self.spec.fraction_grouping == 0 {
                return Err(self.vm.value_error("Format specifier missing precision"));
            }
        }
        if self.text.len() - self.at > 1 {
            let text = self.vm.new_from_view(self.text);
            return Err(self.vm.value_error(format!(
                "Invalid format specifier '{text}' for object of type '{type_name}'"
            )));
        }
        if let Some(kind) = self.peek() {
            self.spec.kind = kind;
        }
        self.check_grouping()
    }

    fn align(&mut self) {
        let is_align = |c: Option<u32>| {
            c.is_some_and(|c| matches!(char::from_u32(c), Some('<' | '>' | '=' | '^')))
        };
        if is_align(self.peek_at(1)) {
            self.spec.fill = self.text.get(0);
            self.spec.fill_given = true;
            self.spec.align = self.text.get(1) as u8;
            self.spec.align_given = true;
            self.at = 2;
        } else if is_align(self.peek()) {
            self.spec.align = self.text.get(0) as u8;
            self.spec.align_given = true;
            self.at = 1;
        }
    }

    fn integer(&mut self) -> PyResult<Option<usize>> {
        let start = self.at;
        let mut n = 0usize;
        while let Some(digit) = self.peek().and_then(decimal_value) {
            let digit = digit as usize;
            if n > (isize::MAX as usize - digit) / 10 {
                return Err(self
                    .vm
                    .value_error("Too many decimal digits in format string"));
            }
            n = n * 10 + digit;
            self.at += 1;
        }
        Ok((self.at > start).then_some(n))
    }

    fn grouping(&mut self) -> PyResult<u8> {
        let both = || Err(self.vm.value_error("Cannot specify both ',' and '_'."));
        let comma = self.peek() == Some(u32::from(','));
        let after = self.peek_at(self.at + 1);
        if comma {
            if after == Some(u32::from('_')) {
                return both();
            }
            self.at += 1;
            return Ok(b',');
        }
        if self.peek() == Some(u32::from('_')) {
            if after == Some(u32::from(',')) {
                return both();
            }
            self.at += 1;
            return Ok(b'_');
        }
        Ok(0)
    }

    fn check_grouping(&self) -> PyResult<()> {
        let spec = &self.spec;
        let cannot = |grouping: u8| {
            Err(self.vm.value_error(format!(
                "Cannot specify '{}' with '{}'.",
                grouping as char,
                shown(spec.kind)
            )))
        };
        if spec.grouping != 0 {
            match spec.kind_char() {
                'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0' => {}
                'b' | 'o' | 'x' | 'X' if spec.grouping == b'_' => {}
                _ => return cannot(spec.grouping),
            }
        }
        if spec.fraction_grouping != 0 && spec.kind == u32::from('n') {
            return cannot(spec.fraction_grouping);
        }
        Ok(())
    }
}

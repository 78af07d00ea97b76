//! Lexical errors: class, message and the four positions, as CPython 3.14 gives them.

use taipan_syntax::SyntaxErrorKind;
use taipan_syntax::lexer::{LexOptions, tokenize};

const CASES: &[(&str, &str)] = &[
    (
        "0777",
        "SyntaxError|leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers|1|1|1|2",
    ),
    (
        "x = 0777",
        "SyntaxError|leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers|1|5|1|6",
    ),
    ("1__0", "SyntaxError|invalid decimal literal|1|2|1|2"),
    ("1_", "SyntaxError|invalid decimal literal|1|2|1|2"),
    ("0x", "SyntaxError|invalid hexadecimal literal|1|2|1|2"),
    ("0xg", "SyntaxError|invalid hexadecimal literal|1|2|1|2"),
    (
        "0o8",
        "SyntaxError|invalid digit '8' in octal literal|1|3|1|3",
    ),
    (
        "0o78",
        "SyntaxError|invalid digit '8' in octal literal|1|4|1|4",
    ),
    (
        "0b2",
        "SyntaxError|invalid digit '2' in binary literal|1|3|1|3",
    ),
    ("0b", "SyntaxError|invalid binary literal|1|2|1|2"),
    ("1e+", "SyntaxError|invalid decimal literal|1|3|1|3"),
    ("1abc", "SyntaxError|invalid decimal literal|1|1|1|1"),
    ("1.5abc", "SyntaxError|invalid decimal literal|1|3|1|3"),
    ("1jx", "SyntaxError|invalid imaginary literal|1|2|1|2"),
    (
        "é = 0777",
        "SyntaxError|leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers|1|5|1|6",
    ),
    (
        "'abc",
        "SyntaxError|unterminated string literal (detected at line 1)|1|1|1|1",
    ),
    (
        "x = 'abc\\'",
        "SyntaxError|unterminated string literal (detected at line 1); perhaps you escaped the end quote?|1|5|1|5",
    ),
    (
        "'''abc\n\n",
        "SyntaxError|unterminated triple-quoted string literal (detected at line 2)|1|1|1|1",
    ),
    (
        "f'abc",
        "SyntaxError|unterminated f-string literal (detected at line 1)|1|1|1|1",
    ),
    (
        "f'''abc\n",
        "SyntaxError|unterminated triple-quoted f-string literal (detected at line 1)|1|1|1|1",
    ),
    ("x = f'{a", "SyntaxError|'{' was never closed|1|7|1|0"),
    ("x = f'{a\n", "SyntaxError|'{' was never closed|1|7|1|0"),
    (
        "f'}'",
        "SyntaxError|f-string: single '}' is not allowed|1|3|1|3",
    ),
    ("f'{a)}'", "SyntaxError|f-string: unmatched ')'|1|5|1|5"),
    (
        "f'{(a]}'",
        "SyntaxError|closing parenthesis ']' does not match opening parenthesis '('|1|6|1|6",
    ),
    (
        "f'{a:{b:{c:{d}}}}'",
        "SyntaxError|f-string: expressions nested too deeply|1|11|1|11",
    ),
    ("(", "SyntaxError|'(' was never closed|1|1|1|0"),
    ("(\n\n", "SyntaxError|'(' was never closed|1|1|1|0"),
    ("x = (1,\n  [2", "SyntaxError|'[' was never closed|2|3|2|0"),
    ("]", "SyntaxError|unmatched ']'|1|1|1|1"),
    (
        "(]",
        "SyntaxError|closing parenthesis ']' does not match opening parenthesis '('|1|2|1|2",
    ),
    (
        "(\n]",
        "SyntaxError|closing parenthesis ']' does not match opening parenthesis '(' on line 1|2|1|2|1",
    ),
    (
        "x\\y",
        "SyntaxError|unexpected character after line continuation character|1|3|1|0",
    ),
    (
        "x = 1\n\\\n",
        "SyntaxError|unexpected EOF while parsing|2|2|2|-1",
    ),
    (
        "x \\\n",
        "SyntaxError|unexpected EOF while parsing|1|4|1|-1",
    ),
    ("x \\", "SyntaxError|unexpected EOF while parsing|1|4|1|-1"),
    ("  \\", "SyntaxError|unexpected EOF while parsing|1|4|1|-1"),
    ("\\\n", "SyntaxError|unexpected EOF while parsing|1|2|1|-1"),
    (
        "a = 1\nb = 2 \\ 3\n",
        "SyntaxError|unexpected character after line continuation character|2|8|2|0",
    ),
    (
        "a = \\\n 2 \\ 3",
        "SyntaxError|unexpected character after line continuation character|2|8|2|0",
    ),
    (
        "if x:\n    a\n  b",
        "IndentationError|unindent does not match any outer indentation level|3|4|3|-1",
    ),
    (
        "if x:\n\ta\n        b",
        "TabError|inconsistent use of tabs and spaces in indentation|3|1|3|0",
    ),
    (
        "if x:\n        a\n\tb",
        "TabError|inconsistent use of tabs and spaces in indentation|3|1|3|0",
    ),
    (
        "if x:\n        a\n\tb\n",
        "TabError|inconsistent use of tabs and spaces in indentation|3|1|3|0",
    ),
    (
        "\u{a0}",
        "SyntaxError|invalid non-printable character U+00A0|1|1|1|1",
    ),
    (
        "a€ = 1",
        "SyntaxError|invalid character '€' (U+20AC)|1|2|1|2",
    ),
    (
        "é€é = 2",
        "SyntaxError|invalid character '€' (U+20AC)|1|2|1|2",
    ),
    (
        "x = \u{1}",
        "SyntaxError|invalid non-printable character U+0001|1|5|1|5",
    ),
    (
        "ub'a'",
        "SyntaxError|'u' and 'b' prefixes are incompatible|1|1|1|3",
    ),
    (
        "bf'a'",
        "SyntaxError|'b' and 'f' prefixes are incompatible|1|1|1|3",
    ),
    (
        "uf''",
        "SyntaxError|'u' and 'f' prefixes are incompatible|1|1|1|3",
    ),
    (
        "ft''",
        "SyntaxError|'f' and 't' prefixes are incompatible|1|1|1|3",
    ),
    ("x = 0_", "SyntaxError|invalid decimal literal|1|6|1|6"),
    (
        "0_7",
        "SyntaxError|leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers|1|1|1|3",
    ),
    (
        "f'{x:\n}'",
        "SyntaxError|f-string: newlines are not allowed in format specifiers for single quoted f-strings|1|6|1|6",
    ),
    (
        "f\"{'a\"",
        "SyntaxError|unterminated string literal (detected at line 1)|1|4|1|4",
    ),
    ("f'{'a", "SyntaxError|f-string: expecting '}'|1|4|1|4"),
    ("t'{x", "SyntaxError|'{' was never closed|1|3|1|0"),
    (
        "t'abc",
        "SyntaxError|unterminated t-string literal (detected at line 1)|1|1|1|1",
    ),
    (
        "t'}'",
        "SyntaxError|t-string: single '}' is not allowed|1|3|1|3",
    ),
    (
        "f'{x!r:\n'",
        "SyntaxError|f-string: newlines are not allowed in format specifiers for single quoted f-strings|1|8|1|8",
    ),
    ("f'{a", "SyntaxError|'{' was never closed|1|3|1|0"),
    ("f'''{a", "SyntaxError|'{' was never closed|1|5|1|0"),
    ("f'{", "SyntaxError|'{' was never closed|1|3|1|0"),
    (
        "f'{\"",
        "SyntaxError|unterminated string literal (detected at line 1)|1|4|1|4",
    ),
    (
        "x = '\\\n",
        "SyntaxError|unterminated string literal (detected at line 1)|1|5|1|5",
    ),
    (
        "x='a\\\n\n'",
        "SyntaxError|unterminated string literal (detected at line 2)|1|3|1|3",
    ),
    (
        "é'",
        "SyntaxError|unterminated string literal (detected at line 1)|1|2|1|2",
    ),
    (
        "x = é'abc",
        "SyntaxError|unterminated string literal (detected at line 1)|1|6|1|6",
    ),
    (
        "if 1:\n  x\n y # é\n",
        "IndentationError|unindent does not match any outer indentation level|3|7|3|-1",
    ),
    ("f'{a:{'", "SyntaxError|f-string: expecting '}'|1|7|1|7"),
    (
        "f'{a:}}'",
        "SyntaxError|f-string: single '}' is not allowed|1|7|1|7",
    ),
    (
        "f'{a}}'",
        "SyntaxError|f-string: single '}' is not allowed|1|6|1|6",
    ),
    (
        "f'{{}'",
        "SyntaxError|f-string: single '}' is not allowed|1|5|1|5",
    ),
    ("f'{'", "SyntaxError|f-string: expecting '}'|1|4|1|4"),
    ("1.e", "SyntaxError|invalid decimal literal|1|2|1|2"),
    ("1.e5x", "SyntaxError|invalid decimal literal|1|4|1|4"),
    ("0e", "SyntaxError|invalid decimal literal|1|1|1|1"),
    ("1_000_", "SyntaxError|invalid decimal literal|1|6|1|6"),
    ("12_a", "SyntaxError|invalid decimal literal|1|3|1|3"),
    ("0b1_", "SyntaxError|invalid binary literal|1|4|1|4"),
    (
        "0b12",
        "SyntaxError|invalid digit '2' in binary literal|1|4|1|4",
    ),
    (
        "0o1_9",
        "SyntaxError|invalid digit '9' in octal literal|1|5|1|5",
    ),
    ("0b", "SyntaxError|invalid binary literal|1|2|1|2"),
    ("99_", "SyntaxError|invalid decimal literal|1|3|1|3"),
    ("1E+x", "SyntaxError|invalid decimal literal|1|3|1|3"),
    ("x = [1\n", "SyntaxError|'[' was never closed|1|5|1|0"),
    (
        "'a' 'b",
        "SyntaxError|unterminated string literal (detected at line 1)|1|5|1|5",
    ),
    (
        "x = 'a\n\ny = (",
        "SyntaxError|unterminated string literal (detected at line 1)|1|5|1|5",
    ),
    (
        "class A:\n\tdef f(self):\n        pass",
        "TabError|inconsistent use of tabs and spaces in indentation|3|1|3|0",
    ),
    (
        "x = (\n  'abc\n",
        "SyntaxError|unterminated string literal (detected at line 2)|2|3|2|3",
    ),
    (
        "a\rb = 'x\r",
        "SyntaxError|unterminated string literal (detected at line 2)|2|5|2|5",
    ),
    (
        "a = '''\r\nfoo\r\n",
        "SyntaxError|unterminated triple-quoted string literal (detected at line 2)|1|5|1|5",
    ),
    (
        "f'\\N{DIGIT ONE}{a'",
        "SyntaxError|f-string: expecting '}'|1|18|1|18",
    ),
    (
        "x = f'''\n{a\n''' ",
        "SyntaxError|f-string: expecting '}'|3|1|3|1",
    ),
    (
        "f'{a[}'",
        "SyntaxError|closing parenthesis '}' does not match opening parenthesis '['|1|6|1|6",
    ),
    (
        "f'{a(}'",
        "SyntaxError|closing parenthesis '}' does not match opening parenthesis '('|1|6|1|6",
    ),
    ("f'{a}' f'{b", "SyntaxError|'{' was never closed|1|10|1|0"),
    (
        "f'{a:{b}:{c'",
        "SyntaxError|f-string: expecting '}'|1|12|1|12",
    ),
    (
        "\u{feff}x = $",
        "SyntaxError|invalid non-printable character U+FEFF|1|1|1|1",
    ),
    ("·x", "SyntaxError|invalid character '·' (U+00B7)|1|1|1|1"),
    (
        "a=1;\\",
        "SyntaxError|unexpected EOF while parsing|1|6|1|-1",
    ),
    (
        "while 1:\n  a\n\\\n b",
        "IndentationError|unindent does not match any outer indentation level|4|3|4|-1",
    ),
];

#[test]
fn errors_are_those_of_cpython() {
    let mut wrong = Vec::new();
    for &(source, expected) in CASES {
        let found = match tokenize(source, LexOptions::default()).error {
            None => "no error".to_owned(),
            Some(e) => {
                let kind = match e.kind {
                    SyntaxErrorKind::IndentationError => "IndentationError",
                    SyntaxErrorKind::TabError => "TabError",
                    _ => "SyntaxError",
                };
                format!(
                    "{kind}|{}|{}|{}|{}|{}",
                    e.message, e.line, e.column, e.end_line, e.end_column
                )
            }
        };
        if found != expected {
            wrong.push(format!(
                "{source:?}\n  found    {found}\n  expected {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bounds_of_nesting() {
    let message = |source: &str| {
        tokenize(source, LexOptions::default())
            .error
            .map(|e| e.message)
    };
    assert_eq!(
        message(&"(".repeat(201)).as_deref(),
        Some("too many nested parentheses")
    );
    assert_eq!(
        message(&"f'{".repeat(151)).as_deref(),
        Some("too many nested f-strings or t-strings")
    );
    let blocks = |n: usize| {
        (0..=n)
            .map(|i| " ".repeat(i) + "if 1:\n")
            .collect::<String>()
    };
    assert_eq!(message(&blocks(99)), None);
    assert_eq!(
        message(&blocks(100)).as_deref(),
        Some("too many levels of indentation")
    );
}

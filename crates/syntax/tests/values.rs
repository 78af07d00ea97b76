//! Values and texts: literals, `repr`, unparsing, source decoding and the
//! `tokenize` view, each as CPython 3.14 has them.

use bumpalo::Bump;
use taipan_syntax::ast::Mod;
use taipan_syntax::parser::{Mode, ParseOptions, parse};
use taipan_syntax::source::decode;
use taipan_syntax::{literal, repr, tokenize_view, unicode, unparse};

fn number(text: &str) -> String {
    literal::number(text, &Bump::new()).map_or_else(|e| e, |value| repr::constant(&value))
}

#[test]
fn numbers() {
    for (text, value) in [
        ("0_0", "0"),
        ("0xFFFF_FFFF_FFFF_FFFF", "18446744073709551615"),
        ("9223372036854775807", "9223372036854775807"),
        ("1e16", "1e+16"),
        ("123456789012345.0", "123456789012345.0"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        // Two shortest forms are equally near; the even one counts.
        ("1455997492481231.2", "1455997492481231.2"),
        ("1e999", "inf"),
        ("5.j", "5j"),
        ("1_0.5e-1_0J", "1.05e-09j"),
    ] {
        assert_eq!(number(text), value, "{text}");
    }
}

fn string(text: &str) -> String {
    let arena = Bump::new();
    let mut warnings = Vec::new();
    let part = literal::string(text, &arena, &mut |warning| warnings.push(warning));
    let value = match part {
        Ok(part) if part.is_bytes => repr::bytes(part.value),
        Ok(part) => repr::string(part.value),
        Err(e) => e.message().to_owned(),
    };
    warnings.iter().fold(value, |text, warning| {
        format!("{text} | {}: {}", warning.offset, warning.message)
    })
}

#[test]
fn strings() {
    let future = "Such sequences will not work in the future. Did you mean";
    for (text, value) in [
        (r"'a\x41\101\n\N{BULLET}\N{line feed}'", r"'aAA\n•\n'"),
        (r"'\ud83d\ude00'", r"'\ud83d\ude00'"),
        (r"rb'\x'", r"b'\\x'"),
        ("'''a\r\nb\rc\\\r\nd'''", r"'a\nb\ncd'"),
        (r"b'\xff\'\'\0'", r#"b"\xff''\x00""#),
        (r"'\é'", r"'\\é'"),
        (
            r"'\N{bullet '",
            "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-9: malformed \\N character escape",
        ),
        (
            r"'é\x4'",
            "(unicode error) 'unicodeescape' codec can't decode bytes in position 10-12: truncated \\xXX escape",
        ),
        (
            r"b'ab\x4'",
            "(value error) invalid \\x escape at position 2",
        ),
        (r"b'é'", "bytes can only contain ASCII literal characters"),
        (
            "'\u{e000}\u{301}\u{1f600}\u{7f}'",
            "'\\ue000\u{301}\u{1f600}\\x7f'",
        ),
    ] {
        assert_eq!(string(text), value, "{text}");
    }
    assert_eq!(
        string(r"'\d\q'"),
        format!(
            r#"'\\d\\q' | 1: "\d" is an invalid escape sequence. {future} "\\d"? A raw string is also an option."#
        )
    );
    assert_eq!(
        string(r"b'\400'"),
        format!(
            r#"b'\x00' | 2: "\400" is an invalid octal escape sequence. {future} "\\400"? A raw string is also an option."#
        )
    );
}

#[test]
fn names_of_characters_are_strict() {
    assert_eq!(unicode::character_named("latin small letter a"), Some('a'));
    assert_eq!(unicode::character_named("HANGUL SYLLABLE GA"), Some('가'));
    assert_eq!(
        unicode::character_named("LATIN CAPITAL LETTER GHA"),
        Some('Ƣ')
    );
    for wrong in [
        "LATIN_SMALL_LETTER_A",
        "LATINSMALLLETTERA",
        "LATIN  SMALL LETTER A",
        "",
        "CJK UNIFIED IDEOGRAPH-04E00",
    ] {
        assert_eq!(unicode::character_named(wrong), None, "{wrong}");
    }
}

#[test]
fn unparsed_expressions() {
    for (source, expected) in [
        ("(a)+(b*(c+d))**-e", "a + (b * (c + d)) ** (-e)"),
        ("lambda*a,b=1:0", "lambda*a, b=1: 0"),
        ("lambda a,/,b=2,**k:a", "lambda a, /, b=2, **k: a"),
        ("x[1:2,*a]", "x[1:2, *a]"),
        ("f((a for a in b))", "f(a for a in b)"),
        ("f'{x!r:>{w}}{{'", "f'{x!r:>{w}}{{'"),
        ("1 .real", "1 .real"),
        ("-1e999", "-1e309"),
        ("(yield)", "(yield)"),
        ("not(a<b)", "not a < b"),
    ] {
        let arena = Bump::new();
        let parsed = parse(source, &arena, Mode::Expression, ParseOptions::default());
        let Ok(Mod::Expression { body }) = parsed.module else {
            panic!("{source}")
        };
        assert_eq!(unparse::unparse_expr(body), expected);
    }
}

#[test]
fn declared_encodings() {
    let text = |bytes: &[u8]| match decode(bytes, "") {
        Ok(text) => text.into_owned(),
        Err(e) => format!("{}|{}|{}", e.message, e.line, e.column),
    };
    assert_eq!(text(b"\xef\xbb\xbfx"), "x");
    assert_eq!(
        text(b"#coding:latin-1-unix\n\xe9"),
        "#coding:latin-1-unix\né"
    );
    assert_eq!(
        text(b"\n# vim: set fileencoding=cp1252 :\n\x80"),
        "\n# vim: set fileencoding=cp1252 :\n€"
    );
    assert_eq!(
        text(b"# coding: shift_jis\n\x83\x65"),
        "# coding: shift_jis\nテ"
    );
    assert_eq!(text(b"x\n# coding: foo\n"), "x\n# coding: foo\n");
    assert_eq!(text(b"# coding: foo\n"), "unknown encoding: foo|0|0");
    assert_eq!(
        text(b"\xef\xbb\xbf# coding: latin-1\n"),
        "encoding problem: iso-8859-1 with BOM|1|0"
    );
    assert_eq!(
        text(b"x\0"),
        "source code string cannot contain null bytes|0|0"
    );
    assert_eq!(
        text(b"# coding: cp1252\nx='\x81'"),
        "'charmap' codec can't decode byte 0x81 in position 20: character maps to <undefined>|0|0"
    );
    assert!(
        text(b"a\nb = '\xff'").starts_with(
            "Non-UTF-8 code starting with '\\xff' on line 2, but no encoding declared"
        )
    );
}

#[test]
fn view_of_tokenize() {
    let source = "if x:  # c\n\n  f\"a{{{x!r:>{w}}\"<>1\r\n";
    let (tokens, error) = tokenize_view::view(source);
    assert!(error.is_none());
    let shown: Vec<String> = tokens
        .iter()
        .map(|t| {
            let name = if t.is_operator() {
                "OP"
            } else {
                t.kind.python_name()
            };
            format!(
                "{name} {:?} {:?} {:?}",
                t.start,
                t.end,
                t.range.text(source)
            )
        })
        .collect();
    let expected = [
        r#"NAME (1, 0) (1, 2) "if""#,
        r#"NAME (1, 3) (1, 4) "x""#,
        r#"OP (1, 4) (1, 5) ":""#,
        r##"COMMENT (1, 7) (1, 10) "# c""##,
        r#"NEWLINE (1, 10) (1, 11) "\n""#,
        r#"NL (2, 0) (2, 1) "\n""#,
        r#"INDENT (3, 0) (3, 2) "  ""#,
        r#"FSTRING_START (3, 2) (3, 4) "f\"""#,
        r#"FSTRING_MIDDLE (3, 4) (3, 6) "a{""#,
        r#"OP (3, 7) (3, 8) "{""#,
        r#"NAME (3, 8) (3, 9) "x""#,
        r#"OP (3, 9) (3, 10) "!""#,
        r#"NAME (3, 10) (3, 11) "r""#,
        r#"OP (3, 11) (3, 12) ":""#,
        r#"FSTRING_MIDDLE (3, 12) (3, 13) ">""#,
        r#"OP (3, 13) (3, 14) "{""#,
        r#"NAME (3, 14) (3, 15) "w""#,
        r#"OP (3, 15) (3, 16) "}""#,
        r#"FSTRING_MIDDLE (3, 16) (3, 16) """#,
        r#"OP (3, 16) (3, 17) "}""#,
        r#"FSTRING_END (3, 17) (3, 18) "\"""#,
        r#"OP (3, 18) (3, 19) "<""#,
        r#"OP (3, 19) (3, 20) ">""#,
        r#"NUMBER (3, 20) (3, 21) "1""#,
        r#"NEWLINE (3, 21) (3, 23) "\r\n""#,
        r#"DEDENT (4, 0) (4, 0) """#,
        r#"ENDMARKER (4, 0) (4, 0) """#,
    ];
    assert_eq!(shown, expected);
}

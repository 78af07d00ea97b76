//! No input makes the lexer or its helpers panic.

use bumpalo::Bump;
use taipan_syntax::lexer::{LexOptions, identifier, tokenize};
use taipan_syntax::parser::{Mode, ParseOptions, parse};
use taipan_syntax::source::{LineIndex, decode};
use taipan_syntax::token::TokenKind;
use taipan_syntax::{dump, literal, tokenize_view};

/// A small generator of repeatable random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// Pieces of text that mean something to the lexer or the parser, separated by blanks.
const WORDS: &str = r#"f' t" rf''' b' ' " ''' { } {{ }} : ! = \ ( ) [ ] é € 0x 0o8 1_ 1e 1if 0777 # $ -> **= ... x if
    lambda def class match case for in import from with as try: except else: yield await async * , ; pass @ return
    type 1 "s" \N{ \x \u12 \777 \{ not is del a.b f(x) x=1 :="#;
const BLANKS: &[&str] = &[
    "\\\n",
    "\n",
    "\n",
    "\r",
    "\r\n",
    "\u{feff}",
    "\0",
    " ",
    " ",
    "    ",
    "\t",
    "\x0c",
    "# type: ignore",
    "# type: int",
];

fn exercise(source: &str) {
    let arena = Bump::new();
    for (type_comments, extra_tokens) in [(false, false), (true, false), (false, true)] {
        let stream = tokenize(
            source,
            LexOptions {
                type_comments,
                extra_tokens,
            },
        );
        let mut last = 0;
        for token in &stream.tokens {
            assert!(
                token.range.start <= token.range.end && token.range.end as usize <= source.len(),
                "{source:?}"
            );
            assert!(
                token.range.start >= last || extra_tokens,
                "tokens in order: {source:?}"
            );
            last = token.range.start;
            let text = token.range.text(source);
            match token.kind {
                TokenKind::String => drop(literal::string(text, &arena, &mut |_| ())),
                TokenKind::Number => drop(literal::number(text, &arena)),
                TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                    drop(literal::fstring_middle(text, false, &arena, &mut |_| ()));
                }
                TokenKind::Name => drop(identifier(text, &arena)),
                _ => {}
            }
        }
        assert_eq!(
            stream.tokens.last().map(|t| t.kind),
            Some(TokenKind::EndMarker)
        );
        dump::dump_tokens(&stream.tokens, source, &LineIndex::new(source));
    }
    tokenize_view::view(source);
    for mode in [
        Mode::Module,
        Mode::Expression,
        Mode::Interactive,
        Mode::FunctionType,
    ] {
        if let Ok(tree) = parse(source, &arena, mode, ParseOptions::default()).module {
            dump::dump(&tree, source, &LineIndex::new(source));
        }
    }
}

#[test]
fn pieces_in_any_order() {
    let mut random = Random(1);
    let pieces: Vec<&str> = WORDS
        .split_whitespace()
        .chain(BLANKS.iter().copied())
        .collect();
    for _ in 0..60_000 {
        let count = random.below(16) + 1;
        let blank = if random.below(2) == 0 { " " } else { "" };
        let source: String = (0..count)
            .flat_map(|_| [pieces[random.below(pieces.len())], blank])
            .collect();
        exercise(&source);
    }
}

#[test]
fn random_bytes() {
    let mut random = Random(2);
    for _ in 0..20_000 {
        let count = random.below(40);
        let bytes: Vec<u8> = (0..count).map(|_| random.below(256) as u8).collect();
        exercise(&String::from_utf8_lossy(&bytes));
        for codec in [
            "",
            "#coding:gbk\n",
            "#coding:cp1252\n",
            "#coding:euc-jp\n",
            "#coding:latin-1\n",
        ] {
            let _ = decode(&[codec.as_bytes(), &bytes].concat(), "x.py");
        }
    }
}

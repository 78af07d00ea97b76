//! Token kinds: one table.

use crate::TextRange;

macro_rules! token_kinds {
    ($($(#[$m:meta])* $name:ident $py:literal $text:literal),* $(,)?) => {
        /// The kinds of tokens. Keywords are tokens of their own; soft keywords
        /// (`match case type _ lazy`) are `Name`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum TokenKind { $($(#[$m])* $name),* }
        impl TokenKind {
            pub const ALL: &'static [TokenKind] = &[$(Self::$name),*];
            /// The name in Python's `token` module; keywords are `NAME`.
            pub const fn python_name(self) -> &'static str { match self { $(Self::$name => $py),* } }
            /// The exact text, for operators and keywords; empty otherwise.
            pub const fn text(self) -> &'static str { match self { $(Self::$name => $text),* } }
        }
    };
}

token_kinds! {
    EndMarker "ENDMARKER" "", Name "NAME" "", Number "NUMBER" "", String "STRING" "",
    Newline "NEWLINE" "", Indent "INDENT" "", Dedent "DEDENT" "",
    FStringStart "FSTRING_START" "", FStringMiddle "FSTRING_MIDDLE" "", FStringEnd "FSTRING_END" "",
    TStringStart "TSTRING_START" "", TStringMiddle "TSTRING_MIDDLE" "", TStringEnd "TSTRING_END" "",
    /// Only in the `tokenize` view.
    Comment "COMMENT" "",
    /// Only in the `tokenize` view.
    Nl "NL" "",
    TypeComment "TYPE_COMMENT" "", TypeIgnore "TYPE_IGNORE" "",
    LPar "LPAR" "(", RPar "RPAR" ")", LSqb "LSQB" "[", RSqb "RSQB" "]", LBrace "LBRACE" "{", RBrace "RBRACE" "}",
    Colon "COLON" ":", Comma "COMMA" ",", Semi "SEMI" ";", Plus "PLUS" "+", Minus "MINUS" "-", Star "STAR" "*",
    Slash "SLASH" "/", VBar "VBAR" "|", Amper "AMPER" "&", Less "LESS" "<", Greater "GREATER" ">", Equal "EQUAL" "=",
    Dot "DOT" ".", Percent "PERCENT" "%", EqEqual "EQEQUAL" "==", NotEqual "NOTEQUAL" "!=", LessEqual "LESSEQUAL" "<=",
    GreaterEqual "GREATEREQUAL" ">=", Tilde "TILDE" "~", Circumflex "CIRCUMFLEX" "^", LeftShift "LEFTSHIFT" "<<",
    RightShift "RIGHTSHIFT" ">>", DoubleStar "DOUBLESTAR" "**", PlusEqual "PLUSEQUAL" "+=", MinEqual "MINEQUAL" "-=",
    StarEqual "STAREQUAL" "*=", SlashEqual "SLASHEQUAL" "/=", PercentEqual "PERCENTEQUAL" "%=", AmperEqual "AMPEREQUAL" "&=",
    VBarEqual "VBAREQUAL" "|=", CircumflexEqual "CIRCUMFLEXEQUAL" "^=", LeftShiftEqual "LEFTSHIFTEQUAL" "<<=",
    RightShiftEqual "RIGHTSHIFTEQUAL" ">>=", DoubleStarEqual "DOUBLESTAREQUAL" "**=", DoubleSlash "DOUBLESLASH" "//",
    DoubleSlashEqual "DOUBLESLASHEQUAL" "//=", At "AT" "@", AtEqual "ATEQUAL" "@=", RArrow "RARROW" "->",
    Ellipsis "ELLIPSIS" "...", ColonEqual "COLONEQUAL" ":=", Exclamation "EXCLAMATION" "!",
    /// An ASCII character that starts no token, such as `$`; no grammar rule takes it.
    Op "OP" "",
    KwFalse "NAME" "False", KwNone "NAME" "None", KwTrue "NAME" "True", KwAnd "NAME" "and", KwAs "NAME" "as", KwAssert "NAME" "assert",
    KwAsync "NAME" "async", KwAwait "NAME" "await", KwBreak "NAME" "break", KwClass "NAME" "class", KwContinue "NAME" "continue",
    KwDef "NAME" "def", KwDel "NAME" "del", KwElif "NAME" "elif", KwElse "NAME" "else", KwExcept "NAME" "except",
    KwFinally "NAME" "finally", KwFor "NAME" "for", KwFrom "NAME" "from", KwGlobal "NAME" "global", KwIf "NAME" "if",
    KwImport "NAME" "import", KwIn "NAME" "in", KwIs "NAME" "is", KwLambda "NAME" "lambda", KwNonlocal "NAME" "nonlocal",
    KwNot "NAME" "not", KwOr "NAME" "or", KwPass "NAME" "pass", KwRaise "NAME" "raise", KwReturn "NAME" "return",
    KwTry "NAME" "try", KwWhile "NAME" "while", KwWith "NAME" "with", KwYield "NAME" "yield",
}

/// A token: its kind and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub range: TextRange,
}

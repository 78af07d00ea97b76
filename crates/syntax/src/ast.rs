//! The abstract syntax tree: one table for every node.
//!
//! The table below is the only place a node is declared. From it come the
//! Rust types, the names and field names that Python's `ast` module shows
//! ([`NODE_SPECS`]), and generic access to fields ([`Node::for_each_field`]),
//! on which dumps, the `_ast` classes and visitors rest. Names, field names
//! and field order are those of CPython 3.14's `Python.asdl`.
//!
//! Nodes live in an arena and borrow from it (`'a`). Positions are byte
//! ranges ([`TextRange`]); [`crate::source::LineIndex`] turns them into lines
//! and columns.

use crate::TextRange;
use crate::read::{FromField, NodeSource, ReadNode};

/// An identifier, NFKC-normalised (language reference, "Identifiers").
pub type Identifier<'a> = &'a str;
/// A borrowed expression.
pub type ExprRef<'a> = &'a Expr<'a>;

/// A constant in the source, or one that Python code put into a `Constant`
/// node before handing the tree to `compile()`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    None,
    True,
    False,
    Ellipsis,
    /// Text as WTF-8: UTF-8 that may hold lone surrogates.
    Str(&'a [u8]),
    Bytes(&'a [u8]),
    /// An integer that fits.
    Int(i64),
    /// Any other integer: digits without prefix or underscores, and their
    /// radix (2, 8, 10 or 16). Digits have a minus sign only in trees made by Python code.
    BigInt {
        digits: &'a str,
        radix: u8,
    },
    Float(f64),
    /// The imaginary part of a complex literal.
    Imaginary(f64),
    /// Only from trees made by Python code: a complex number with a real part.
    Complex(f64, f64),
    /// Only from trees made by Python code, or by the constant folder.
    Tuple(&'a [Constant<'a>]),
    /// Only from trees made by Python code, or by the constant folder.
    FrozenSet(&'a [Constant<'a>]),
}

/// What a field holds, for generic walks.
#[derive(Clone, Copy)]
pub enum Field<'t, 'a> {
    Identifier(&'a str),
    OptIdentifier(Option<&'a str>),
    Identifiers(&'a [Identifier<'a>]),
    Int(i64),
    Constant(&'t Constant<'a>),
    OptString(Option<&'a str>),
    Str(&'a str),
    Node(&'t dyn Node<'a>),
    OptNode(Option<&'t dyn Node<'a>>),
    Nodes(NodeSlice<'t, 'a>),
    /// `Dict.keys` and `arguments.kw_defaults`: entries may be absent.
    OptNodes(&'t [Option<ExprRef<'a>>]),
}

/// A slice of nodes of one type, seen through [`Node`].
#[derive(Clone, Copy)]
pub struct NodeSlice<'t, 'a> {
    pub len: usize,
    get: &'t dyn NodeList<'a>,
}

impl<'t, 'a> NodeSlice<'t, 'a> {
    pub fn iter(self) -> impl Iterator<Item = &'t dyn Node<'a>> {
        (0..self.len).map(move |i| self.get.node(i))
    }
}

/// Positional access to a slice of nodes.
pub trait NodeList<'a> {
    fn node(&self, index: usize) -> &dyn Node<'a>;
}

impl<'a, T: Node<'a>> NodeList<'a> for &'a [T] {
    fn node(&self, index: usize) -> &dyn Node<'a> {
        &self[index]
    }
}

/// What every node can tell of itself.
pub trait Node<'a> {
    /// CPython's class name, such as `"FunctionDef"` or `"Load"`.
    fn name(&self) -> &'static str;
    /// The byte range, for nodes whose class has position attributes.
    fn position(&self) -> Option<TextRange>;
    /// Calls `visit` with each field's name and content, in CPython's order.
    fn for_each_field<'t>(&'t self, visit: &mut dyn FnMut(&'static str, Field<'t, 'a>));
}

/// How a field's Rust type becomes a [`Field`].
trait AsField<'a> {
    fn as_field(&self) -> Field<'_, 'a>;
}

macro_rules! as_field {
    ($($ty:ty, $this:ident => $field:expr;)*) => {
        $(impl<'a> AsField<'a> for $ty {
            fn as_field(&self) -> Field<'_, 'a> { let $this = self; $field }
        })*
    };
}

as_field! {
    &'a str, s => Field::Identifier(s);
    Option<&'a str>, s => Field::OptIdentifier(*s);
    &'a [Identifier<'a>], s => Field::Identifiers(s);
    Constant<'a>, c => Field::Constant(c);
    i32, n => Field::Int(i64::from(*n));
    bool, b => Field::Int(i64::from(*b));
    TypeComment<'a>, s => Field::OptString(s.0);
    Text<'a>, s => Field::Str(s.0);
    &'a [Option<ExprRef<'a>>], s => Field::OptNodes(s);
}
impl<'a, T: Node<'a>> AsField<'a> for &'a T {
    fn as_field(&self) -> Field<'_, 'a> {
        Field::Node(*self)
    }
}
impl<'a, T: Node<'a>> AsField<'a> for Option<&'a T> {
    fn as_field(&self) -> Field<'_, 'a> {
        Field::OptNode(self.map(|n| n as &dyn Node<'a>))
    }
}
impl<'a, T: Node<'a>> AsField<'a> for &'a [T] {
    fn as_field(&self) -> Field<'_, 'a> {
        Field::Nodes(NodeSlice {
            len: self.len(),
            get: self,
        })
    }
}

/// A type comment or a constant's kind prefix: text that Python sees as `str`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TypeComment<'a>(pub Option<&'a str>);
/// Text that Python sees as `str`, not as an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a>(pub &'a str);

/// A node class as Python sees it.
#[derive(Debug)]
pub struct NodeSpec {
    pub name: &'static str,
    /// The sum type (`"stmt"`), or `"AST"` for product types.
    pub base: &'static str,
    /// Field names and their ASDL types (`"expr?"`, `"stmt*"`).
    pub fields: &'static [(&'static str, &'static str)],
    /// Whether instances carry `lineno`, `col_offset`, `end_lineno` and `end_col_offset`.
    pub attributes: bool,
}

macro_rules! nodes {
    // Sum types whose nodes have positions: a struct {range, kind} and an enum.
    (@sum $(#[$m:meta])* $outer:ident $kind:ident $asdl:literal $specs:ident {
        $($(#[$vm:meta])* $variant:ident { $($field:ident $(as $py:literal)? : $ty:ty = $aty:literal),* $(,)? })*
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug)]
        pub struct $outer<'a> { pub range: TextRange, pub kind: $kind<'a> }
        #[doc = concat!("The kinds of `", $asdl, "`.")]
        #[derive(Clone, Copy, Debug)]
        pub enum $kind<'a> { $($(#[$vm])* $variant { $($field: $ty),* }),* }
        impl<'a> $outer<'a> {
            pub fn new(range: TextRange, kind: $kind<'a>) -> Self { Self { range, kind } }
        }
        impl<'a> Node<'a> for $outer<'a> {
            fn name(&self) -> &'static str {
                match self.kind { $($kind::$variant { .. } => stringify!($variant)),* }
            }
            fn position(&self) -> Option<TextRange> { Some(self.range) }
            #[allow(unused_variables)]
            fn for_each_field<'t>(&'t self, visit: &mut dyn FnMut(&'static str, Field<'t, 'a>)) {
                match &self.kind { $($kind::$variant { $($field),* } => {
                    $(visit(nodes!(@name $field $($py)?), $field.as_field());)*
                })* }
            }
        }
        impl<'a> ReadNode<'a> for $outer<'a> {
            const ASDL: &'static str = $asdl;
            fn read<S: NodeSource<'a>>(source: &mut S, object: &S::Object) -> Result<Option<Self>, S::Error> {
                if source.is_none(object) {
                    return Ok(None);
                }
                let range = source.range(object, $asdl)?;
                let spec = source.class(object, $specs, $asdl)?;
                source.enter(concat!(" while traversing '", $asdl, "' node"))?;
                let kind = match spec.name {
                    $(stringify!($variant) => {
                        $(let $field = FromField::from_field(source, object, spec.name, nodes!(@name $field $($py)?))?;)*
                        $kind::$variant { $($field),* }
                    })*
                    _ => return Err(source.unexpected(object, $asdl)),
                };
                Ok(Some(Self { range, kind }))
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $py:literal) => { $py };
    (@specs $base:literal $attr:literal $($variant:ident { $($field:ident $(as $py:literal)? = $aty:literal),* })*) => {
        &[$(NodeSpec { name: stringify!($variant), base: $base, attributes: $attr,
            fields: &[$((nodes!(@name $field $($py)?), $aty)),*] }),*]
    };
    ($(
        $(#[$m:meta])* sum $outer:ident $kind:ident $asdl:literal $specs:ident {
            $($(#[$vm:meta])* $variant:ident { $($field:ident $(as $py:literal)? : $ty:ty = $aty:literal),* $(,)? })*
        }
    )*) => { $(
        nodes! { @sum $(#[$m])* $outer $kind $asdl $specs { $($(#[$vm])* $variant { $($field $(as $py)? : $ty = $aty),* })* } }
        const $specs: &[NodeSpec] = nodes!(@specs $asdl true $($variant { $($field $(as $py)? = $aty),* })*);
    )* };
}

nodes! {
    /// A statement.
    sum Stmt StmtKind "stmt" STMT_SPECS {
        FunctionDef { name: Identifier<'a> = "identifier", args: &'a Arguments<'a> = "arguments", body: &'a [Stmt<'a>] = "stmt*", decorator_list: &'a [Expr<'a>] = "expr*", returns: Option<ExprRef<'a>> = "expr?", type_comment: TypeComment<'a> = "string?", type_params: &'a [TypeParam<'a>] = "type_param*" }
        AsyncFunctionDef { name: Identifier<'a> = "identifier", args: &'a Arguments<'a> = "arguments", body: &'a [Stmt<'a>] = "stmt*", decorator_list: &'a [Expr<'a>] = "expr*", returns: Option<ExprRef<'a>> = "expr?", type_comment: TypeComment<'a> = "string?", type_params: &'a [TypeParam<'a>] = "type_param*" }
        ClassDef { name: Identifier<'a> = "identifier", bases: &'a [Expr<'a>] = "expr*", keywords: &'a [Keyword<'a>] = "keyword*", body: &'a [Stmt<'a>] = "stmt*", decorator_list: &'a [Expr<'a>] = "expr*", type_params: &'a [TypeParam<'a>] = "type_param*" }
        Return { value: Option<ExprRef<'a>> = "expr?" }
        Delete { targets: &'a [Expr<'a>] = "expr*" }
        Assign { targets: &'a [Expr<'a>] = "expr*", value: ExprRef<'a> = "expr", type_comment: TypeComment<'a> = "string?" }
        TypeAlias { name: ExprRef<'a> = "expr", type_params: &'a [TypeParam<'a>] = "type_param*", value: ExprRef<'a> = "expr" }
        AugAssign { target: ExprRef<'a> = "expr", op: Operator = "operator", value: ExprRef<'a> = "expr" }
        /// `simple` is true for a bare, unparenthesised name.
        AnnAssign { target: ExprRef<'a> = "expr", annotation: ExprRef<'a> = "expr", value: Option<ExprRef<'a>> = "expr?", simple: bool = "int" }
        For { target: ExprRef<'a> = "expr", iter: ExprRef<'a> = "expr", body: &'a [Stmt<'a>] = "stmt*", orelse: &'a [Stmt<'a>] = "stmt*", type_comment: TypeComment<'a> = "string?" }
        AsyncFor { target: ExprRef<'a> = "expr", iter: ExprRef<'a> = "expr", body: &'a [Stmt<'a>] = "stmt*", orelse: &'a [Stmt<'a>] = "stmt*", type_comment: TypeComment<'a> = "string?" }
        While { test: ExprRef<'a> = "expr", body: &'a [Stmt<'a>] = "stmt*", orelse: &'a [Stmt<'a>] = "stmt*" }
        If { test: ExprRef<'a> = "expr", body: &'a [Stmt<'a>] = "stmt*", orelse: &'a [Stmt<'a>] = "stmt*" }
        With { items: &'a [WithItem<'a>] = "withitem*", body: &'a [Stmt<'a>] = "stmt*", type_comment: TypeComment<'a> = "string?" }
        AsyncWith { items: &'a [WithItem<'a>] = "withitem*", body: &'a [Stmt<'a>] = "stmt*", type_comment: TypeComment<'a> = "string?" }
        Match { subject: ExprRef<'a> = "expr", cases: &'a [MatchCase<'a>] = "match_case*" }
        Raise { exc: Option<ExprRef<'a>> = "expr?", cause: Option<ExprRef<'a>> = "expr?" }
        Try { body: &'a [Stmt<'a>] = "stmt*", handlers: &'a [ExceptHandler<'a>] = "excepthandler*", orelse: &'a [Stmt<'a>] = "stmt*", finalbody: &'a [Stmt<'a>] = "stmt*" }
        TryStar { body: &'a [Stmt<'a>] = "stmt*", handlers: &'a [ExceptHandler<'a>] = "excepthandler*", orelse: &'a [Stmt<'a>] = "stmt*", finalbody: &'a [Stmt<'a>] = "stmt*" }
        Assert { test: ExprRef<'a> = "expr", msg: Option<ExprRef<'a>> = "expr?" }
        Import { names: &'a [Alias<'a>] = "alias*" }
        ImportFrom { module: Option<Identifier<'a>> = "identifier?", names: &'a [Alias<'a>] = "alias*", level: i32 = "int?" }
        Global { names: &'a [Identifier<'a>] = "identifier*" }
        Nonlocal { names: &'a [Identifier<'a>] = "identifier*" }
        Expr { value: ExprRef<'a> = "expr" }
        Pass {}
        Break {}
        Continue {}
    }

    /// An expression.
    sum Expr ExprKind "expr" EXPR_SPECS {
        BoolOp { op: BoolOp = "boolop", values: &'a [Expr<'a>] = "expr*" }
        NamedExpr { target: ExprRef<'a> = "expr", value: ExprRef<'a> = "expr" }
        BinOp { left: ExprRef<'a> = "expr", op: Operator = "operator", right: ExprRef<'a> = "expr" }
        UnaryOp { op: UnaryOp = "unaryop", operand: ExprRef<'a> = "expr" }
        Lambda { args: &'a Arguments<'a> = "arguments", body: ExprRef<'a> = "expr" }
        IfExp { test: ExprRef<'a> = "expr", body: ExprRef<'a> = "expr", orelse: ExprRef<'a> = "expr" }
        /// A key of `None` stands for `**value`.
        Dict { keys: &'a [Option<ExprRef<'a>>] = "expr?*", values: &'a [Expr<'a>] = "expr*" }
        Set { elts: &'a [Expr<'a>] = "expr*" }
        ListComp { elt: ExprRef<'a> = "expr", generators: &'a [Comprehension<'a>] = "comprehension*" }
        SetComp { elt: ExprRef<'a> = "expr", generators: &'a [Comprehension<'a>] = "comprehension*" }
        DictComp { key: ExprRef<'a> = "expr", value: ExprRef<'a> = "expr", generators: &'a [Comprehension<'a>] = "comprehension*" }
        GeneratorExp { elt: ExprRef<'a> = "expr", generators: &'a [Comprehension<'a>] = "comprehension*" }
        Await { value: ExprRef<'a> = "expr" }
        Yield { value: Option<ExprRef<'a>> = "expr?" }
        YieldFrom { value: ExprRef<'a> = "expr" }
        Compare { left: ExprRef<'a> = "expr", ops: &'a [CmpOp] = "cmpop*", comparators: &'a [Expr<'a>] = "expr*" }
        Call { func: ExprRef<'a> = "expr", args: &'a [Expr<'a>] = "expr*", keywords: &'a [Keyword<'a>] = "keyword*" }
        /// `conversion` is -1, or the code point of `s`, `r` or `a`.
        FormattedValue { value: ExprRef<'a> = "expr", conversion: i32 = "int", format_spec: Option<ExprRef<'a>> = "expr?" }
        /// A field of a t-string (PEP 750); `str` is its source text.
        Interpolation { value: ExprRef<'a> = "expr", str: Text<'a> = "constant", conversion: i32 = "int", format_spec: Option<ExprRef<'a>> = "expr?" }
        JoinedStr { values: &'a [Expr<'a>] = "expr*" }
        TemplateStr { values: &'a [Expr<'a>] = "expr*" }
        Constant { value: Constant<'a> = "constant", kind: TypeComment<'a> = "string?" }
        Attribute { value: ExprRef<'a> = "expr", attr: Identifier<'a> = "identifier", ctx: ExprContext = "expr_context" }
        Subscript { value: ExprRef<'a> = "expr", slice: ExprRef<'a> = "expr", ctx: ExprContext = "expr_context" }
        Starred { value: ExprRef<'a> = "expr", ctx: ExprContext = "expr_context" }
        Name { id: Identifier<'a> = "identifier", ctx: ExprContext = "expr_context" }
        List { elts: &'a [Expr<'a>] = "expr*", ctx: ExprContext = "expr_context" }
        Tuple { elts: &'a [Expr<'a>] = "expr*", ctx: ExprContext = "expr_context" }
        Slice { lower: Option<ExprRef<'a>> = "expr?", upper: Option<ExprRef<'a>> = "expr?", step: Option<ExprRef<'a>> = "expr?" }
    }

    /// An `except` clause.
    sum ExceptHandler ExceptHandlerKind "excepthandler" HANDLER_SPECS {
        ExceptHandler { ty as "type": Option<ExprRef<'a>> = "expr?", name: Option<Identifier<'a>> = "identifier?", body: &'a [Stmt<'a>] = "stmt*" }
    }

    /// A pattern of a `case` block (PEP 634).
    sum Pattern PatternKind "pattern" PATTERN_SPECS {
        MatchValue { value: ExprRef<'a> = "expr" }
        MatchSingleton { value: Constant<'a> = "constant" }
        MatchSequence { patterns: &'a [Pattern<'a>] = "pattern*" }
        MatchMapping { keys: &'a [Expr<'a>] = "expr*", patterns: &'a [Pattern<'a>] = "pattern*", rest: Option<Identifier<'a>> = "identifier?" }
        MatchClass { cls: ExprRef<'a> = "expr", patterns: &'a [Pattern<'a>] = "pattern*", kwd_attrs: &'a [Identifier<'a>] = "identifier*", kwd_patterns: &'a [Pattern<'a>] = "pattern*" }
        MatchStar { name: Option<Identifier<'a>> = "identifier?" }
        MatchAs { pattern: Option<&'a Pattern<'a>> = "pattern?", name: Option<Identifier<'a>> = "identifier?" }
        MatchOr { patterns: &'a [Pattern<'a>] = "pattern*" }
    }

    /// A type parameter (PEP 695, defaults PEP 696).
    sum TypeParam TypeParamKind "type_param" TYPE_PARAM_SPECS {
        TypeVar { name: Identifier<'a> = "identifier", bound: Option<ExprRef<'a>> = "expr?", default_value: Option<ExprRef<'a>> = "expr?" }
        ParamSpec { name: Identifier<'a> = "identifier", default_value: Option<ExprRef<'a>> = "expr?" }
        TypeVarTuple { name: Identifier<'a> = "identifier", default_value: Option<ExprRef<'a>> = "expr?" }
    }
}

// The enums with a single variant would otherwise need a match everywhere.
impl<'a> ExceptHandler<'a> {
    /// The clause's type expression, name and body.
    pub fn parts(&self) -> (Option<ExprRef<'a>>, Option<Identifier<'a>>, &'a [Stmt<'a>]) {
        let ExceptHandlerKind::ExceptHandler { ty, name, body } = self.kind;
        (ty, name, body)
    }
}

macro_rules! products {
    ($($(#[$m:meta])* $node:ident $asdl:ident $(@$range:ident)? $attr:literal {
        $($(#[$fm:meta])* $field:ident : $ty:ty = $aty:literal),* $(,)?
    })*) => {
        $(
            $(#[$m])*
            #[derive(Clone, Copy, Debug)]
            pub struct $node<'a> { $(pub $range: TextRange,)? $($(#[$fm])* pub $field: $ty),* }
            impl<'a> Node<'a> for $node<'a> {
                fn name(&self) -> &'static str { stringify!($asdl) }
                fn position(&self) -> Option<TextRange> { None$(.or(Some(self.$range)))? }
                fn for_each_field<'t>(&'t self, visit: &mut dyn FnMut(&'static str, Field<'t, 'a>)) {
                    $(visit(stringify!($field), self.$field.as_field());)*
                }
            }
            impl<'a> ReadNode<'a> for $node<'a> {
                const ASDL: &'static str = stringify!($asdl);
                fn read<S: NodeSource<'a>>(source: &mut S, object: &S::Object) -> Result<Option<Self>, S::Error> {
                    source.enter(concat!(" while traversing '", stringify!($asdl), "' node"))?;
                    $(let $field = FromField::from_field(source, object, stringify!($asdl), stringify!($field))?;)*
                    $(let $range = source.range(object, stringify!($asdl))?;)?
                    Ok(Some(Self { $($range,)? $($field),* }))
                }
            }
        )*
        const PRODUCT_SPECS: &[NodeSpec] = &[$(NodeSpec {
            name: stringify!($asdl), base: "AST", attributes: $attr, fields: &[$((stringify!($field), $aty)),*],
        }),*];
    };
}

products! {
    /// A `for … in … if …` clause of a comprehension.
    Comprehension comprehension false { target: ExprRef<'a> = "expr", iter: ExprRef<'a> = "expr", ifs: &'a [Expr<'a>] = "expr*", is_async: bool = "int" }
    /// A parameter list. `kw_defaults` has one entry a keyword-only parameter.
    Arguments arguments false { posonlyargs: &'a [Arg<'a>] = "arg*", args: &'a [Arg<'a>] = "arg*", vararg: Option<&'a Arg<'a>> = "arg?", kwonlyargs: &'a [Arg<'a>] = "arg*", kw_defaults: &'a [Option<ExprRef<'a>>] = "expr?*", kwarg: Option<&'a Arg<'a>> = "arg?", defaults: &'a [Expr<'a>] = "expr*" }
    /// One parameter.
    Arg arg @range true { arg: Identifier<'a> = "identifier", annotation: Option<ExprRef<'a>> = "expr?", type_comment: TypeComment<'a> = "string?" }
    /// A keyword argument; `arg` is `None` for `**value`.
    Keyword keyword @range true { arg: Option<Identifier<'a>> = "identifier?", value: ExprRef<'a> = "expr" }
    /// One name of an `import`; `name` may be dotted, or `*`.
    Alias alias @range true { name: Identifier<'a> = "identifier", asname: Option<Identifier<'a>> = "identifier?" }
    /// One item of a `with`.
    WithItem withitem false { context_expr: ExprRef<'a> = "expr", optional_vars: Option<ExprRef<'a>> = "expr?" }
    /// One `case` block.
    MatchCase match_case false { pattern: &'a Pattern<'a> = "pattern", guard: Option<ExprRef<'a>> = "expr?", body: &'a [Stmt<'a>] = "stmt*" }
}

macro_rules! operators {
    ($($(#[$m:meta])* $name:ident $asdl:literal $specs:ident { $($variant:ident $text:literal),* $(,)? })*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name { $($variant),* }
        impl $name {
            /// The operator as it is written in source (empty for contexts).
            pub fn text(self) -> &'static str { match self { $(Self::$variant => $text),* } }
            pub const ALL: &'static [$name] = &[$(Self::$variant),*];
        }
        impl<'a> Node<'a> for $name {
            fn name(&self) -> &'static str { match self { $(Self::$variant => stringify!($variant)),* } }
            fn position(&self) -> Option<TextRange> { None }
            fn for_each_field<'t>(&'t self, _: &mut dyn FnMut(&'static str, Field<'t, 'a>)) {}
        }
        impl<'a> AsField<'a> for $name { fn as_field(&self) -> Field<'_, 'a> { Field::Node(self) } }
        impl<'a> ReadNode<'a> for $name {
            const ASDL: &'static str = $asdl;
            fn read<S: NodeSource<'a>>(source: &mut S, object: &S::Object) -> Result<Option<Self>, S::Error> {
                let spec = source.class(object, $specs, $asdl)?;
                match Self::ALL.iter().find(|op| Node::name(*op) == spec.name) {
                    Some(op) => Ok(Some(*op)),
                    None => Err(source.unexpected(object, $asdl)),
                }
            }
        }
        impl<'a> FromField<'a> for $name {
            fn from_field<S: NodeSource<'a>>(
                source: &mut S, object: &S::Object, owner: &'static str, field: &'static str,
            ) -> Result<Self, S::Error> {
                <&'a Self>::from_field(source, object, owner, field).copied()
            }
        }
        const $specs: &[NodeSpec] = &[$(NodeSpec { name: stringify!($variant), base: $asdl, attributes: false, fields: &[] }),*];
    )* };
}

operators! {
    /// How an expression is used.
    ExprContext "expr_context" CONTEXT_SPECS { Load "", Store "", Del "" }
    /// `and`, `or`.
    BoolOp "boolop" BOOLOP_SPECS { And "and", Or "or" }
    /// Binary arithmetic and bitwise operators.
    Operator "operator" OPERATOR_SPECS {
        Add "+", Sub "-", Mult "*", MatMult "@", Div "/", Mod "%", Pow "**", LShift "<<", RShift ">>", BitOr "|", BitXor "^", BitAnd "&", FloorDiv "//",
    }
    /// Unary operators.
    UnaryOp "unaryop" UNARYOP_SPECS { Invert "~", Not "not", UAdd "+", USub "-" }
    /// Comparison operators.
    CmpOp "cmpop" CMPOP_SPECS { Eq "==", NotEq "!=", Lt "<", LtE "<=", Gt ">", GtE ">=", Is "is", IsNot "is not", In "in", NotIn "not in" }
}

/// The root of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Mod<'a> {
    Module {
        body: &'a [Stmt<'a>],
        type_ignores: &'a [TypeIgnore<'a>],
    },
    Interactive {
        body: &'a [Stmt<'a>],
    },
    Expression {
        body: ExprRef<'a>,
    },
    FunctionType {
        argtypes: &'a [Expr<'a>],
        returns: ExprRef<'a>,
    },
}

/// A `# type: ignore` comment, kept with `PyCF_TYPE_COMMENTS`.
#[derive(Clone, Copy, Debug)]
pub struct TypeIgnore<'a> {
    pub lineno: i32,
    pub tag: &'a str,
}

impl<'a> Node<'a> for TypeIgnore<'a> {
    fn name(&self) -> &'static str {
        "TypeIgnore"
    }
    fn position(&self) -> Option<TextRange> {
        None
    }
    fn for_each_field<'t>(&'t self, visit: &mut dyn FnMut(&'static str, Field<'t, 'a>)) {
        visit("lineno", Field::Int(i64::from(self.lineno)));
        visit("tag", Field::Str(self.tag));
    }
}

impl<'a> Node<'a> for Mod<'a> {
    fn name(&self) -> &'static str {
        match self {
            Mod::Module { .. } => "Module",
            Mod::Interactive { .. } => "Interactive",
            Mod::Expression { .. } => "Expression",
            Mod::FunctionType { .. } => "FunctionType",
        }
    }
    fn position(&self) -> Option<TextRange> {
        None
    }
    fn for_each_field<'t>(&'t self, visit: &mut dyn FnMut(&'static str, Field<'t, 'a>)) {
        match self {
            Mod::Module { body, type_ignores } => {
                visit("body", body.as_field());
                visit("type_ignores", type_ignores.as_field());
            }
            Mod::Interactive { body } => visit("body", body.as_field()),
            Mod::Expression { body } => visit("body", body.as_field()),
            Mod::FunctionType { argtypes, returns } => {
                visit("argtypes", argtypes.as_field());
                visit("returns", returns.as_field());
            }
        }
    }
}

impl<'a> ReadNode<'a> for TypeIgnore<'a> {
    const ASDL: &'static str = "type_ignore";
    fn read<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
    ) -> Result<Option<Self>, S::Error> {
        if source.is_none(object) {
            return Ok(None);
        }
        let spec = source.class(object, TYPE_IGNORE_SPECS, Self::ASDL)?;
        let lineno = FromField::from_field(source, object, spec.name, "lineno")?;
        let Text(tag) = FromField::from_field(source, object, spec.name, "tag")?;
        Ok(Some(TypeIgnore { lineno, tag }))
    }
}

impl<'a> ReadNode<'a> for Mod<'a> {
    const ASDL: &'static str = "mod";
    fn read<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
    ) -> Result<Option<Self>, S::Error> {
        if source.is_none(object) {
            return Ok(None);
        }
        let spec = source.class(object, MOD_SPECS, Self::ASDL)?;
        let owner = spec.name;
        Ok(Some(match owner {
            "Module" => Mod::Module {
                body: FromField::from_field(source, object, owner, "body")?,
                type_ignores: FromField::from_field(source, object, owner, "type_ignores")?,
            },
            "Interactive" => Mod::Interactive {
                body: FromField::from_field(source, object, owner, "body")?,
            },
            "Expression" => Mod::Expression {
                body: FromField::from_field(source, object, owner, "body")?,
            },
            "FunctionType" => Mod::FunctionType {
                argtypes: FromField::from_field(source, object, owner, "argtypes")?,
                returns: FromField::from_field(source, object, owner, "returns")?,
            },
            _ => return Err(source.unexpected(object, Self::ASDL)),
        }))
    }
}

const MOD_SPECS: &[NodeSpec] = &[
    NodeSpec {
        name: "Module",
        base: "mod",
        attributes: false,
        fields: &[("body", "stmt*"), ("type_ignores", "type_ignore*")],
    },
    NodeSpec {
        name: "Interactive",
        base: "mod",
        attributes: false,
        fields: &[("body", "stmt*")],
    },
    NodeSpec {
        name: "Expression",
        base: "mod",
        attributes: false,
        fields: &[("body", "expr")],
    },
    NodeSpec {
        name: "FunctionType",
        base: "mod",
        attributes: false,
        fields: &[("argtypes", "expr*"), ("returns", "expr")],
    },
];

const TYPE_IGNORE_SPECS: &[NodeSpec] = &[NodeSpec {
    name: "TypeIgnore",
    base: "type_ignore",
    attributes: false,
    fields: &[("lineno", "int"), ("tag", "string")],
}];

/// Every node class, grouped as in `Python.asdl`.
pub const NODE_SPECS: &[&[NodeSpec]] = &[
    MOD_SPECS,
    STMT_SPECS,
    EXPR_SPECS,
    CONTEXT_SPECS,
    BOOLOP_SPECS,
    OPERATOR_SPECS,
    UNARYOP_SPECS,
    CMPOP_SPECS,
    HANDLER_SPECS,
    PRODUCT_SPECS,
    PATTERN_SPECS,
    TYPE_IGNORE_SPECS,
    TYPE_PARAM_SPECS,
];

/// Whether nodes of a type must say where they end.
pub fn requires_end(asdl: &str) -> bool {
    matches!(asdl, "pattern" | "type_param")
}

const _: () = assert!(size_of::<Expr<'static>>() <= 56);
const _: () = assert!(size_of::<Stmt<'static>>() <= 112);

//! Trees read from another representation: objects with the same classes and fields.
//!
//! [`NodeSource`] answers for the objects; the node table of [`crate::ast`]
//! derives [`ReadNode`] for every node, and [`FromField`] says how an object's
//! field becomes a field of a node. Absent fields, `None` and wrong types are
//! treated as CPython's `compile()` treats them.

use crate::TextRange;
use crate::ast::{Constant, ExprRef, Identifier, NodeSpec, Text, TypeComment};

/// Objects that stand for nodes.
pub trait NodeSource<'a>: Sized {
    type Object;
    type Error;

    fn is_none(&self, object: &Self::Object) -> bool;
    /// The content of a field; `None` if the object has no such attribute.
    fn field(
        &mut self,
        object: &Self::Object,
        name: &'static str,
    ) -> Result<Option<Self::Object>, Self::Error>;
    /// Which of the classes of the sum type `asdl` an object is an instance of.
    fn class(
        &mut self,
        object: &Self::Object,
        specs: &'static [NodeSpec],
        asdl: &'static str,
    ) -> Result<&'static NodeSpec, Self::Error>;
    /// The position attributes of a node of type `asdl`.
    fn range(
        &mut self,
        object: &Self::Object,
        asdl: &'static str,
    ) -> Result<TextRange, Self::Error>;
    /// The items of a field that must be a list.
    fn items(
        &mut self,
        object: &Self::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Vec<Self::Object>, Self::Error>;
    fn identifier(&mut self, object: &Self::Object) -> Result<&'a str, Self::Error>;
    fn string(&mut self, object: &Self::Object) -> Result<&'a str, Self::Error>;
    fn int(&mut self, object: &Self::Object) -> Result<i32, Self::Error>;
    fn constant(&mut self, object: &Self::Object) -> Result<Constant<'a>, Self::Error>;

    /// Called around the fields of a node; may refuse to go deeper.
    fn enter(&mut self, doing: &'static str) -> Result<(), Self::Error>;

    /// A required field is not there.
    fn missing(&mut self, owner: &'static str, field: &'static str) -> Self::Error;
    /// A required field is `None`.
    fn required(&mut self, owner: &'static str, field: &'static str) -> Self::Error;
    /// A list of nodes of type `asdl` holds `None`.
    fn none_in_list(&mut self, asdl: &'static str) -> Self::Error;
    /// An object is no node of type `asdl`.
    fn unexpected(&mut self, object: &Self::Object, asdl: &'static str) -> Self::Error;

    fn alloc<T: Copy>(&self, value: T) -> &'a T;
    fn alloc_slice<T: Copy>(&self, values: &[T]) -> &'a [T];
}

/// A node that can be read from an object.
pub trait ReadNode<'a>: Copy {
    /// Its type in `Python.asdl`.
    const ASDL: &'static str;
    /// The node; `None` if the object is `None` and the type allows for that.
    fn read<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
    ) -> Result<Option<Self>, S::Error>;
}

/// A field that can be read from an object's attribute.
pub(crate) trait FromField<'a>: Sized {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error>;
}

/// The content of a required field.
fn present<'a, S: NodeSource<'a>>(
    source: &mut S,
    object: &S::Object,
    owner: &'static str,
    field: &'static str,
) -> Result<S::Object, S::Error> {
    match source.field(object, field)? {
        Some(value) => Ok(value),
        None => Err(source.missing(owner, field)),
    }
}

/// The content of an optional field, if it is there and not `None`.
fn optional<'a, S: NodeSource<'a>>(
    source: &mut S,
    object: &S::Object,
    field: &'static str,
) -> Result<Option<S::Object>, S::Error> {
    Ok(source
        .field(object, field)?
        .filter(|value| !source.is_none(value)))
}

/// The items of a list field; an absent list is empty.
fn list<'a, S: NodeSource<'a>>(
    source: &mut S,
    object: &S::Object,
    owner: &'static str,
    field: &'static str,
) -> Result<Vec<S::Object>, S::Error> {
    match source.field(object, field)? {
        Some(value) => source.items(&value, owner, field),
        None => Ok(Vec::new()),
    }
}

impl<'a, T: ReadNode<'a>> FromField<'a> for &'a T {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        let value = present(source, object, owner, field)?;
        match T::read(source, &value)? {
            Some(node) => Ok(source.alloc(node)),
            None => Err(source.required(owner, field)),
        }
    }
}

impl<'a, T: ReadNode<'a>> FromField<'a> for Option<&'a T> {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        _owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        match optional(source, object, field)? {
            Some(value) => Ok(T::read(source, &value)?.map(|node| source.alloc(node))),
            None => Ok(None),
        }
    }
}

impl<'a, T: ReadNode<'a>> FromField<'a> for &'a [T] {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        let items = list(source, object, owner, field)?;
        let mut nodes = Vec::with_capacity(items.len());
        for item in &items {
            match T::read(source, item)? {
                Some(node) => nodes.push(node),
                None => return Err(source.none_in_list(T::ASDL)),
            }
        }
        Ok(source.alloc_slice(&nodes))
    }
}

impl<'a> FromField<'a> for &'a [Option<ExprRef<'a>>] {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        let items = list(source, object, owner, field)?;
        let mut nodes = Vec::with_capacity(items.len());
        for item in &items {
            let node = crate::ast::Expr::read(source, item)?;
            nodes.push(node.map(|node| source.alloc(node)));
        }
        Ok(source.alloc_slice(&nodes))
    }
}

impl<'a> FromField<'a> for &'a [Identifier<'a>] {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        let items = list(source, object, owner, field)?;
        let mut names = Vec::with_capacity(items.len());
        for item in &items {
            if source.is_none(item) {
                return Err(source.none_in_list("identifier"));
            }
            names.push(source.identifier(item)?);
        }
        Ok(source.alloc_slice(&names))
    }
}

/// Fields that are no nodes: how a value that is there, and one that is not, is read.
macro_rules! leaves {
    ($($ty:ty, $source:ident, $value:ident => $read:expr;)*) => { $(
        impl<'a> FromField<'a> for $ty {
            fn from_field<S: NodeSource<'a>>(
                $source: &mut S, object: &S::Object, owner: &'static str, field: &'static str,
            ) -> Result<Self, S::Error> {
                let $value = &present($source, object, owner, field)?;
                if $source.is_none($value) {
                    return Err($source.required(owner, field));
                }
                $read
            }
        }
    )* };
}

leaves! {
    &'a str, source, value => source.identifier(value);
    Text<'a>, source, value => source.string(value).map(Text);
    bool, source, value => source.int(value).map(|n| n != 0);
}

impl<'a> FromField<'a> for i32 {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        // The only optional number of the grammar.
        if field == "level" {
            return match optional(source, object, field)? {
                Some(value) => source.int(&value),
                None => Ok(0),
            };
        }
        let value = present(source, object, owner, field)?;
        source.int(&value)
    }
}

impl<'a> FromField<'a> for Constant<'a> {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        let value = present(source, object, owner, field)?;
        source.constant(&value)
    }
}

impl<'a> FromField<'a> for Option<Identifier<'a>> {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        _owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        match optional(source, object, field)? {
            Some(value) => source.identifier(&value).map(Some),
            None => Ok(None),
        }
    }
}

impl<'a> FromField<'a> for TypeComment<'a> {
    fn from_field<S: NodeSource<'a>>(
        source: &mut S,
        object: &S::Object,
        _owner: &'static str,
        field: &'static str,
    ) -> Result<Self, S::Error> {
        match optional(source, object, field)? {
            Some(value) => source.string(&value).map(|text| TypeComment(Some(text))),
            None => Ok(TypeComment(None)),
        }
    }
}

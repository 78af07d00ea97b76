"""`from __future__ import annotations`: functions evaluate to texts, and what asks for `__annotate__` finds it."""

from __future__ import annotations

import functools
import typing


def function(a: int, *rest: list[str], key: Missing = 1, **more: "quoted") -> str: ...


print(function.__annotate__.__name__, function.__annotate__(1))
try:
    function.__annotate__(2)
except NotImplementedError:
    print("only values")
print(function.__annotations__)


class Class:
    field: Missing

    def method(self, __private: int) -> Class: ...


print(Class.__annotations__, Class.__annotate__, Class.method.__annotations__)


@functools.singledispatch
def kind(x):
    return "any"


@kind.register
def _(x: int):
    return "int"


@kind.register
def _(x: list | tuple):
    return "sequence"


print(kind("a"), kind(1), kind([]), kind(()))

T = typing.TypeVar("T")


class Slotted(typing.Generic[T]):
    __slots__ = ("a", "__weakref__")


print(Slotted.__slots__, typing.Generic.__weakrefoffset__)

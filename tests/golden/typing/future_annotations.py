# §7.11.1 from __future__ import annotations: annotations are kept as text.
"""A docstring may come first."""
from __future__ import annotations
def f(a: undefined_name, b: list[int]=[], *c: 'quoted', d: 1 + 2 = 3, **e: {'x': [1, 2]}) -> (lambda x: x * 2): pass
for k, v in f.__annotations__.items(): print(k, repr(v))
class C:
    x: int
    y: C[1:2, ...]
    z: "str" = 'z'
    def m(self: C, o: not a or b and c) -> None: pass
    __p: private
print(C.__annotations__, C.m.__annotations__)
n: some.dotted[thing] | None = 1
print(__annotations__)
def g(a: x if y else z, b: f'{1}', c: -1 ** 2, d: (1,), e: [*a], f: a < b < c, g: {**k}, h: b'x', i: (yield_), j: a @ b, k: ..., l: x.y(z, *w, k=v), m: {1, 2}, n: [i for i in j if i], o: not x, p: 'a' 'b', q: 1e10, r: 0xff, s: (a, b), t: lambda: 0, u: await_, v: ~x, w: "it's", x: a[b, c], y: a[1:2:3], z: (i for i in j)): pass
for k, v in g.__annotations__.items(): print(k, v)
print(annotations.__class__.__name__, annotations.compiler_flag > 0, f.__code__.co_flags & annotations.compiler_flag != 0)
def local():
    v: does_not_exist = 3
    return v
print(local(), local.__annotations__)
exec('def ex(a: nope): pass'); print(ex.__annotations__)

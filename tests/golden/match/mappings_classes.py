# §8.6.4.9-10 Mapping and class patterns: rest, missing, __match_args__, built-in positional.
def m(x):
    match x:
        case {'type': 'point', 'x': x_, 'y': y_}: return f'point {x_} {y_}'
        case {'type': str(t), **rest} if rest: return f'{t} {rest}'
        case {1: a, None: b, -2: c}: return f'mixed {a} {b} {c}'
        case {'nested': {'deep': [*_, last]}}: return f'last {last}'
        case {'k': _}: return 'has k'
        case {}: return 'any mapping'
        case _: return 'no mapping'
for v in ({'type': 'point', 'x': 1, 'y': 2, 'z': 3}, {'type': 'line', 'len': 5}, {'type': 'solo'}, {1: 'a', None: 'b', -2: 'c'}, {'nested': {'deep': (1, 2, 9)}}, {'k': 0}, {}, [], 'k', None):
    print(v, '->', m(v))
class D(dict):
    def __missing__(self, k): return 'made'
    def get(self, k, d=None): print('get', k, end=' '); return super().get(k, d)
match D(a=1):
    case {'b': v}: print('missing used')
    case {'a': v, **kw}: print('a', v, kw)
from collections import abc
class M(abc.Mapping):
    def __init__(self, **k): self.d = k
    def __getitem__(self, k): return self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
match M(p=1, q=2):
    case {'p': p, **rest}: print(p, rest)
KEY = type('N', (), {'k': 'key'})
match {'key': 5}:
    case {KEY.k: v}: print('value key', v)
class Point:
    __match_args__ = ('x', 'y')
    def __init__(self, x, y): self.x, self.y = x, y
class P3(Point):
    __match_args__ = ('x', 'y', 'z')
    def __init__(self, x, y, z): super().__init__(x, y); self.z = z
def c(o):
    match o:
        case P3(0, 0, 0): return 'origin3'
        case P3(x, y, z=0): return f'flat {x} {y}'
        case Point(0, 0): return 'origin'
        case Point(0, y=y) | Point(y, 0): return f'axis {y}'
        case Point(x, y) if x == y: return f'diag {x}'
        case Point(x=Point() as inner): return f'nested {c(inner)}'
        case Point(): return 'point'
        case bool(b): return f'bool {b}'
        case int(i) | float(i): return f'number {i}'
        case str(s): return f'str {s}'
        case list([a, b]): return f'list2 {a} {b}'
        case dict({'a': a}): return f'dict {a}'
        case tuple(t): return f'tuple {t}'
        case set() | frozenset(): return 'set'
        case bytes(b) | bytearray(b): return f'bytes {bytes(b)}'
        case type(): return 'class'
        case object(__class__=k): return f'object {k.__name__}'
for o in (P3(0, 0, 0), P3(1, 2, 0), P3(1, 2, 3), Point(0, 0), Point(0, 5), Point(6, 0), Point(3, 3), Point(Point(0, 0), 1), Point(1, 2), True, 7, 1.5, 's', [1, 2], [1], {'a': 1}, (1,), {1}, b'x', bytearray(b'y'), int, None, 1j):
    print(c(o))
class Bad1: __match_args__ = ['a']
class Bad2: __match_args__ = (1,)
class NoArgs: a = 1
class Dup: __match_args__ = ('a',); a = 1
def pos(o, cls):
    match o:
        case cls(1): return 'one'
        case _: return 'none'
def tries(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
def dup():
    match Dup():
        case Dup(1, a=1): return 'dup'
def many():
    match 5:
        case int(1, 2): pass
def notclass():
    f = len
    match 5:
        case f(): pass
tries(lambda: pos(Bad1(), Bad1)); tries(lambda: pos(Bad2(), Bad2)); tries(lambda: pos(NoArgs(), NoArgs)); tries(dup); tries(many); tries(notclass)
class Dyn:
    def __getattr__(self, n):
        print('getattr', n, end=' ')
        if n == 'no': raise AttributeError(n)
        if n == 'err': raise ValueError('from getattr')
        return n
match Dyn():
    case Dyn(no=1): pass
    case Dyn(a='b'): pass
    case Dyn(a='a', b=b): print('matched', b)
def err():
    match Dyn():
        case Dyn(err=1): pass
tries(err)
class Meta(type):
    def __instancecheck__(cls, o): return o == 'magic'
class Magic(metaclass=Meta): pass
match 'magic':
    case Magic(): print('instancecheck used')
class Tree:
    __match_args__ = 'left', 'value', 'right'
    def __init__(self, l, v, r): self.left, self.value, self.right = l, v, r
def walk(t):
    match t:
        case None: return []
        case Tree(l, v, r): return walk(l) + [v] + walk(r)
print(walk(Tree(Tree(None, 1, None), 2, Tree(None, 3, None))))

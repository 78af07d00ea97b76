# §3.3.8 Emulating numeric types: forward, reflected and in-place operators, subclass priority, conversions.
import math
OPS = ['add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'pow', 'lshift', 'rshift', 'and', 'xor', 'or', 'matmul', 'divmod']
SYM = {'add': '+', 'sub': '-', 'mul': '*', 'truediv': '/', 'floordiv': '//', 'mod': '%', 'pow': '**', 'lshift': '<<', 'rshift': '>>', 'and': '&', 'xor': '^', 'or': '|', 'matmul': '@'}
class Full:
    def __init__(self, n): self.n = n
def method(name): return lambda self, other, *rest: f'{self.n}.{name}({getattr(other, "n", other)}{"".join(map(str, rest))})'
for op in OPS:
    setattr(Full, f'__{op}__', method(op)); setattr(Full, f'__r{op}__', method('r' + op))
    if op != 'divmod': setattr(Full, f'__i{op}__', method('i' + op))
class Sub(Full): pass
class SubR(Full): __radd__ = method('SUBradd')
a, b, s, r = Full('a'), Full('b'), Sub('s'), SubR('r')
for op, sym in SYM.items():
    ns = dict(a=a, b=b, s=s)
    print(eval(f'a {sym} b', ns), eval(f'a {sym} 1', ns), eval(f'1 {sym} a', ns), eval(f'a {sym} s', ns), end=' ')
    exec(f'a {sym}= 2', ns); print(ns['a'])
print(divmod(a, 1), divmod(1, a), pow(a, 2), pow(a, 2, 3), pow(2, a), a + r, r + a, a - r)
try: print(pow(2, a, 3))
except TypeError as e: print(e)
class NI:
    def __add__(self, o): print('NI.add', end=' '); return NotImplemented
    def __radd__(self, o): print('NI.radd', end=' '); return NotImplemented
    def __iadd__(self, o): print('NI.iadd', end=' '); return NotImplemented
    __mul__ = None
n = NI()
for f in (lambda: n + n, lambda: n + 1, lambda: 1 + n, lambda: n * 1, lambda: 1 * n, lambda: [1] + n, lambda: 'a' * n):
    try: print(f())
    except TypeError as e: print(e)
try: n += 1
except TypeError as e: print(e)
class Un:
    def __neg__(self): return 'neg'
    def __pos__(self): return 'pos'
    def __invert__(self): return 'inv'
    def __abs__(self): return 'abs'
    def __round__(self, nd=None): return ('round', nd)
    def __trunc__(self): return 'trunc'
    def __floor__(self): return 'floor'
    def __ceil__(self): return 'ceil'
    def __int__(self): return 7
    def __float__(self): return 2.5
    def __complex__(self): return 1 + 2j
    def __index__(self): return 3
u = Un()
print(-u, +u, ~u, abs(u), round(u), round(u, 2), math.trunc(u), math.floor(u), math.ceil(u), int(u), float(u), complex(u), [10, 20, 30, 40][u], hex(u), bin(u), range(u), 'ab' * u, list(range(10))[u:], chr(u).encode(), bytes(u), math.sqrt(u), '%d %x' % (u, u))
class Idx:
    def __index__(self): return 5
i = Idx(); print(int(i), float(i), complex(i), oct(i), i.__index__() + 1)
for name, val in (('__int__', 'x'), ('__int__', True), ('__float__', 1), ('__index__', 1.0), ('__complex__', 1), ('__bool__', 1), ('__len__', -1), ('__len__', 1.5), ('__hash__', 'h'), ('__str__', 5), ('__repr__', None), ('__format__', 1), ('__bytes__', 'b'), ('__length_hint__', 'x')):
    X = type('X', (), {name: lambda self, *a: val})
    f = {'__int__': int, '__float__': float, '__index__': [1].__getitem__, '__complex__': complex, '__bool__': bool, '__len__': len, '__hash__': hash, '__str__': str, '__repr__': repr, '__format__': format, '__bytes__': bytes, '__length_hint__': list}[name]
    import warnings; warnings.simplefilter('ignore')
    try: print(name, val, '=>', f(X()))
    except Exception as e: print(name, val, '->', type(e).__name__, e)
class Int(int):
    def __add__(self, o): return Int(int(self) + o + 100)
    def __radd__(self, o): return 'radd'
    def __repr__(self): return f'Int({int(self)})'
print(Int(1) + 1, 1 + Int(1), Int(5) * 2, -Int(3), Int(7) == 7, {Int(1): 'a'}[1], Int(3) < 4, [0, 1, 2][Int(1)])
class Vec:
    def __init__(self, *v): self.v = v
    def __matmul__(self, o): return sum(x * y for x, y in zip(self.v, o.v))
    def __mul__(self, k): return Vec(*(x * k for x in self.v))
    __rmul__ = __mul__
    def __eq__(self, o): return self.v == o.v
print(Vec(1, 2) @ Vec(3, 4), (2 * Vec(1, 2)).v, Vec(1) * 2 == Vec(2), Vec(1) != Vec(1))

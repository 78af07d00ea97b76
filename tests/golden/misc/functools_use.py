# Library: functools in everyday use (partial, reduce, wraps, lru_cache, cached_property, singledispatch, total_ordering).
import functools as ft
p = ft.partial(lambda *a, **k: (a, k), 1, x=2); print(p(3, y=4), p.args, p.keywords, ft.reduce(lambda a, b: a * b, range(1, 6)), ft.reduce(max, [3, 9, 2], 5))
@ft.lru_cache(maxsize=2)
def sq(x): print('compute', x, end=' '); return x * x
print(sq(2), sq(2), sq(3), sq(4), sq(2), sq.cache_info()); sq.cache_clear(); print(sq.cache_info())
@ft.cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(90))
def deco(f):
    @ft.wraps(f)
    def w(*a): return f(*a) + 1
    return w
@deco
def named(x): 'doc'; return x
print(named(1), named.__name__, named.__doc__, named.__wrapped__(1))
@ft.total_ordering
class V:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(V(1) <= V(1), V(2) > V(1), V(1) >= V(2))
@ft.singledispatch
def kind(x): return 'object'
@kind.register
def _(x: int): return 'int'
@kind.register(list)
def _(x): return 'list'
print(kind(1), kind(True), kind([]), kind('a'))
class C:
    @ft.cached_property
    def v(self): print('once', end=' '); return 7
c = C(); print(c.v, c.v, vars(c))
try: ft.reduce(max, [])
except TypeError as e: print(e)

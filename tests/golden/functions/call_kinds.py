# §6.3.4 Calls of every kind of callable, with keywords, defaults, partial application and bound methods.
class C:
    def __init__(self, *a, **k): self.a = a, k
    def m(self, *a, **k): return 'm', a, k
    @classmethod
    def c(cls, *a, **k): return 'c', cls.__name__, a, k
    @staticmethod
    def s(*a, **k): return 's', a, k
    def __call__(self, *a, **k): return 'call', a, k
o = C(1, x=2); print(o.a, o.m(1, k=2), C.m(o, 3), o.c(4), C.c(5), o.s(6), C.s(7), o(8, y=9))
bm = o.m; cm = C.c; um = C.m; print(bm(1), cm(2), um(o, 3), bm.__self__ is o, cm.__self__ is C)
for f in (len, 'abc'.upper, str.upper, int, list, [].append, dict.fromkeys, lambda *a: a, o, o.m, C):
    try: print(type(f).__name__, repr(f('ab'))[:30] if f is not C else 'made')
    except (TypeError, ValueError) as e: print(type(f).__name__, e)
print(list(map(o, [1, 2])), list(map(C.s, 'ab')), sorted([3, -1], key=abs), max([1, 2], key=lambda v: -v), list(filter(None.__class__, [])), dict(map(lambda p: p, [(1, 2)])))
def kw(a, *, b=1, **k): return a, b, k
print(kw(1), kw(1, b=2), kw(**{'a': 1, 'b': 3, 'c': 4}), kw(*[1], **{}), kw(a=5, z=6), kw(1, **{'self': 1, 'if': 2}))
class Meta(type):
    def __call__(cls, *a, **k): return 'meta call', a, k
class D(metaclass=Meta): pass
print(D(1, z=2)); print(type.__call__(D).__class__.__name__)
bound = (5).__add__; print(bound(3), 'a'.join(['x', 'y']), [1, 2].__contains__(1), {}.get('k', 'd'), (1).__class__('7'), str.join('-', 'ab'), list.__len__([1, 2]))
def outer():
    def inner(x=[]): x.append(len(x)); return x
    return inner
f = outer(); f(); print(f(), outer()(), f is outer())
def many(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0=10, b1=11, *c, d0, d1=21, **e): return a0 + a9 + b0 + b1 + d0 + d1, c, sorted(e)
print(many(*range(10), d0=1), many(*range(15), d0=1, z=1, y=2), many(**{f'a{i}': i for i in range(10)}, d0=0))
big = {f'k{i}': i for i in range(300)}; print(len((lambda **k: k)(**big)), len((lambda *a: a)(*range(1000))), (lambda **k: list(k)[-1])(**big))
print((lambda f, *a: f(*a))(lambda x, y: x - y, 5, 3), (lambda x: (lambda y: (lambda z: x + y + z)))(1)(2)(3), [(lambda i=i: i)() for i in range(3)])
class Static: f = len; g = lambda self: 'bound'; h = C.s; i = o.m; j = o
x = Static(); print(x.f([1]), x.g(), x.h(1), x.i(2), x.j(3)) if not isinstance(Static.f, type(lambda: 0)) else 0

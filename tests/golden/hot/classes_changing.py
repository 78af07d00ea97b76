# Class attributes, methods, __class__, bases and instance layouts changed while loops over them are hot.
class A:
    k = 1
    def f(self): return self.k
    def __add__(self, o): return 1
    def __len__(self): return 3
def run(o, n, at, change):
    t = 0
    for i in range(n):
        if i == at: change()
        t += o.f()
    return t
a = A()
print(run(a, 3000, 1500, lambda: setattr(A, 'k', 5))); print(run(a, 3000, 1000, lambda: setattr(a, 'k', 7))); print(run(a, 2000, 1000, lambda: delattr(a, 'k'))); print(run(a, 2000, 1990, lambda: setattr(A, 'f', lambda s: 100))); print(run(a, 2000, 1990, lambda: setattr(a, 'f', lambda: 1000)))
class B:
    def f(self): return 'B' and 2
class C:
    def f(self): return 3
b = B(); print(run(b, 2000, 500, lambda: setattr(b, '__class__', C)), type(b).__name__)
class P:
    def f(self): return 1
class Q:
    def f(self): return 50
class R(P): pass
print(run(R(), 2000, 1000, lambda: setattr(R, '__bases__', (Q,))))
print(run(R(), 2000, 1000, lambda: setattr(R, 'f', lambda self: 7))); print(run(R(), 2000, 1000, lambda: delattr(R, 'f'))); print(run(R(), 2000, 1000, lambda: setattr(Q, 'f', lambda s: 9)))
def ops(o, n, at, change):
    t = 0
    for i in range(n):
        if i == at: change()
        t += (o + 1) + len(o)
    return t
x = A(); print(ops(x, 2000, 1000, lambda: setattr(A, '__add__', lambda s, o: 10)), ops(x, 2000, 1000, lambda: setattr(A, '__len__', lambda s: 0)))
class D:
    @property
    def v(self): return 1
d = D()
def reads(o, n, at, change):
    t = 0
    for i in range(n):
        if i == at: change()
        t += o.v
    return t
print(reads(d, 2000, 1000, lambda: setattr(D, 'v', property(lambda s: 20))), reads(d, 2000, 1000, lambda: setattr(D, 'v', 5)), reads(d, 2000, 1000, lambda: d.__dict__.update(v=6)), reads(d, 2000, 1000, lambda: setattr(D, 'v', property(lambda s: 0))))
class G:
    def __init__(self): self.v = 1
g = G(); print(reads(g, 2000, 1000, lambda: delattr(g, 'v') or setattr(G, '__getattr__', lambda s, n: 3)), reads(g, 2000, 1000, lambda: setattr(G, '__getattribute__', lambda s, n: 4)))
class Layout: pass
def shapes(n):
    t = 0
    for i in range(n):
        o = Layout()
        for name in ('a', 'b', 'c')[i % 3:] + ('a', 'b', 'c')[:i % 3]: setattr(o, name, i)
        if i % 10 == 0: del o.b; o.b = -1
        if i % 100 == 0: o.__dict__['b'] = 0
        t += o.a + o.b * 2 + o.c
    return t
print(shapes(2000))
class Init:
    def __init__(self, v): self.v = v
def make(n, at):
    t = 0
    for i in range(n):
        if i == at: Init.__init__ = lambda self, v: setattr(self, 'v', v * 2)
        if i == at + 100: Init.__new__ = lambda cls, v: object.__new__(cls)
        t += Init(i).v
    return t
print(make(2000, 1000))
class Slot:
    __slots__ = ('v',)
s = Slot(); s.v = 1
def slotted(n):
    t = 0
    for i in range(n):
        try: t += s.v
        except AttributeError: t += 100
        if i == n - 5: del s.v
    return t
print(slotted(2000))
class Static:
    @staticmethod
    def f(): return 1
    @classmethod
    def c(cls): return cls.n
    n = 1
def kinds(n):
    t = 0
    for i in range(n):
        t += Static.f() + Static.c()
        if i == n // 2: Static.f = staticmethod(lambda: 10); Static.n = 100
    return t
print(kinds(2000))

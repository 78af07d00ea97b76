# §3.3.3.6/§6 super(): zero arguments, explicit, in class and static methods, __class__ cell, errors.
class A:
    def who(self): return 'A'
    @classmethod
    def make(cls): return f'A.make({cls.__name__})'
    @staticmethod
    def st(): return 'A.st'
    @property
    def prop(self): return 'A.prop'
    def __getitem__(self, k): return f'A[{k}]'
class B(A):
    def who(self): return 'B' + super().who()
    @classmethod
    def make(cls): return 'B+' + super().make()
    @staticmethod
    def st(): return 'B+' + super(B, B).st()
    @property
    def prop(self): return 'B+' + super().prop
    def __getitem__(self, k): return 'B+' + super().__getitem__(k)
class C(A):
    def who(self): return 'C' + super().who()
class D(B, C):
    def who(self): return 'D' + super().who()
    def skip(self): return super(B, self).who(), super(C, self).who(), A.who(self)
    def nested(self):
        def inner(): return super(D, self).who()
        return inner()
    def comp(self): return [super(D, self).who() for _ in range(2)]
    def comp0(self): return [super().who() for _ in range(1)]
    def lam(self): return (lambda s: super().who())(self)
    def cls(self): return __class__.__name__
    def gen(self): yield super().who()
d = D()
print(d.who(), D.make(), D.st(), d.prop, d[5], d.skip(), d.nested(), d.comp(), d.lam(), d.cls(), list(d.gen()))
try: print(d.comp0())
except Exception as e: print(type(e).__name__, e)
s = super(B, d)
print(s.who(), s.__thisclass__.__name__, s.__self__ is d, s.__self_class__.__name__, repr(s).split(', ')[0])
u = super(B); print(u.__self__, u.__get__(d, D).who())
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
class E(A):
    def noarg(): return super()
    def deleted(self):
        del self
        return super()
    def starred(*args): return super().who()
    def rebound(self): self = 5; return super()
    def missing(self): return super().nothing
    def setattr(self): super().x = 1
    def kw(self, *, x=1): return super().who() + str(x)
    def item(self): return super()[1]
    def stored(self): f = super; return f()
    def cellself(self):
        g = lambda: self
        return super().who()
tries(lambda: E.noarg(), lambda: E().deleted(), lambda: E().starred(), lambda: E().rebound(), lambda: E().missing(), lambda: E().setattr(), lambda: E().kw(x=2), lambda: E().item(), lambda: E().stored(), lambda: E().cellself(), lambda: super(), lambda: super(5), lambda: super(A, 5), lambda: super(B, A()), lambda: super(int, True).__add__(1), lambda: super(1, 2, 3))
def outside(self): return super().who()
A.outside = outside; tries(lambda: A().outside())
class Meta(type):
    def __call__(cls, *a): print('meta call', end=' '); return super().__call__(*a)
    def __new__(m, n, b, ns): print('cell', '__classcell__' in ns, end=' '); return super().__new__(m, n, b, ns)
class F(metaclass=Meta):
    def __init__(self, v): super().__init__(); self.v = v
    def c(self): return __class__
print(F(3).v, F(1).c() is F)
class Shadow(A):
    def f(self, super=lambda: 'shadowed'): return super()
print(Shadow().f())
try:
    class NoCell(metaclass=lambda n, b, ns: type(n, b, {k: v for k, v in ns.items() if k != '__classcell__'})):
        def f(self): return __class__
    NoCell().f()
except (NameError, RuntimeError) as e: print(type(e).__name__, e)
class Init(A):
    def __init_subclass__(cls): print('sub', cls.__name__, super().__init_subclass__())
class Init2(Init): pass
class Coop1:
    def __init__(self, **kw): print('coop1', kw); super().__init__(**kw)
class Coop2:
    def __init__(self, a=None, **kw): print('coop2', a, kw); super().__init__(**kw)
class Both(Coop1, Coop2): pass
Both(a=1); tries(lambda: Both(b=2))

# §8.7-8.8 Decorators: order, any expression, classes, with arguments, on methods.
def trace(name):
    print('make', name)
    def deco(f):
        print('apply', name, 'to', f.__name__)
        def wrapper(*a, **k):
            print('<' + name, end='')
            r = f(*a, **k)
            print('>', end=' ')
            return r
        wrapper.__name__ = f.__name__
        return wrapper
    return deco
@trace('outer')
@trace('inner')
def f(x): return x * 2
print(f(4))
@lambda f: f() + 1
def value(): return 41
print(value)
registry = {}
class Reg:
    def __init__(self, key): self.key = key
    def __call__(self, obj): registry[self.key] = obj; return obj
    def __getattr__(self, n): return lambda o: (registry.setdefault(n, o), o)[1]
    def __getitem__(self, i): return lambda o: (i, o.__name__)
reg = Reg('x')
@Reg('fn')
def g(): pass
@reg.attr
def h(): pass
@reg[3]
def i(): pass
@reg
class K: pass
print(sorted(registry), i, K.__name__)
@(print if False else str.upper) if False else lambda c: c.__name__ + '!'
class Named: pass
print(Named)
class Desc:
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = v + 1
    @p.deleter
    def p(self): del self._p; print('deleted')
    @classmethod
    def c(cls): return cls.__name__
    @staticmethod
    def s(): return 'static'
    @trace('method')
    def m(self): return self.p
d = Desc(); d.p = 1; print(d.p, d.m(), d.c(), Desc.s())
del d.p
def cached(f):
    memo = {}
    def inner(n):
        if n not in memo: memo[n] = f(n)
        return memo[n]
    inner.memo = memo
    return inner
@cached
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(50), len(fib.memo))
def once(cls):
    inst = cls()
    return lambda: inst
@once
class Single: n = 0
Single().n += 1; print(Single().n, Single() is Single())
def fails(f): raise RuntimeError('deco failed')
try:
    @fails
    def never(): pass
except RuntimeError as e: print(e, 'never' in globals())
@staticmethod
def sf(x): return x
print(sf(3), sf.__wrapped__.__name__, type(sf).__name__)
class Counted:
    def __init__(self, f): self.f, self.n = f, 0
    def __get__(self, o, t=None): return self if o is None else lambda *a: self(o, *a)
    def __call__(self, *a): self.n += 1; return self.f(*a)
class User:
    @Counted
    def act(self, x): return x
u = User(); u.act(1); u.act(2); print(User.act.n)
@(deco := trace('walrus'))
async def co(): pass
print(co.__name__)

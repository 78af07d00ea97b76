# §3.3.2.2-3 Descriptors: data, non-data, precedence, on classes, property, __set_name__, functions.
class Data:
    def __set_name__(self, o, n): self.n = n
    def __get__(self, obj, t=None): return ('get', self.n, obj is None, t.__name__)
    def __set__(self, obj, v): print('set', self.n, v)
    def __delete__(self, obj): print('delete', self.n)
class NonData:
    def __get__(self, obj, t=None): return 'non-data'
class SetOnly:
    def __set__(self, obj, v): obj.__dict__['s'] = v * 2
class A:
    d, n, s = Data(), NonData(), SetOnly()
a = A()
a.__dict__.update(d='inst d', n='inst n')
print(a.d, a.n, A.d, A.n); a.d = 1; del a.d; a.s = 5; print(a.s, type(A.s).__name__)
del a.__dict__['n']; print(a.n); a.n = 'shadow'; print(a.n)
try: del a.s
except AttributeError as e: print(e)
A.d = 'replaced'; print(a.d)
class Typed:
    def __init__(self, t): self.t = t
    def __set_name__(self, o, n): self.key = '_' + n
    def __get__(self, o, t=None): return self if o is None else getattr(o, self.key)
    def __set__(self, o, v):
        if not isinstance(v, self.t): raise TypeError(f'{self.key[1:]} must be {self.t.__name__}')
        setattr(o, self.key, v)
class Rec:
    age, name = Typed(int), Typed(str)
    def __init__(self, age, name): self.age, self.name = age, name
r = Rec(3, 'n'); print(r.age, r.name, vars(r))
try: r.age = 'x'
except TypeError as e: print(e)
class P:
    def __init__(self): self._v = 0
    @property
    def v(self):
        "the doc"
        return self._v
    @v.setter
    def v(self, x): self._v = x
    ro = property(lambda self: 'read only')
    wo = property(None, lambda self, x: print('write', x))
    nothing = property()
p = P(); p.v = 5; print(p.v, P.v.__doc__, P.v.fget.__name__, P.v.fset is not None, P.v.fdel, P.v.__name__)
p.wo = 1
for f in (lambda: setattr(p, 'ro', 1), lambda: p.wo, lambda: delattr(p, 'v'), lambda: p.nothing, lambda: setattr(p, 'nothing', 1), lambda: delattr(p, 'ro'), lambda: P.v.__set__(p), lambda: property(fget=1).__get__(p)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
class Sub(P):
    @P.v.getter
    def v(self): return 'sub ' + str(self._v)
s = Sub(); s.v = 3; print(s.v)
class Lazy:
    def __init__(self, f): self.f = f
    def __set_name__(self, o, n): self.n = n
    def __get__(self, o, t=None):
        if o is None: return self
        print('compute', end=' '); v = o.__dict__[self.n] = self.f(o); return v
class L:
    @Lazy
    def val(self): return 99
l = L(); print(l.val, l.val)
def func(self): return self
print(func.__get__(5)(), func.__get__(None, int) is func, type(func.__get__(5)).__name__, func.__get__(5).__self__)
try: func.__get__(None)
except TypeError as e: print(e)
class CM:
    @classmethod
    def c(cls, x=1): return cls.__name__, x
    @staticmethod
    def st(x): return x
    cc = classmethod(lambda cls: 'lambda class')
print(CM.c(), CM().c(2), CM.st(3), CM().st(4), CM.cc(), CM.__dict__['c'].__func__.__name__, type(CM.__dict__['st']).__name__, CM.__dict__['c'].__get__(None, CM)())
class BadGet:
    def __get__(self, o, t): raise AttributeError('descriptor says no')
class BG:
    x = BadGet()
    def __getattr__(self, n): return 'rescued ' + n
print(BG().x, hasattr(BG, 'x'))
print(int.__add__.__get__(1)(2), str.upper.__get__('a')(), type(int.real).__name__, int.real.__get__(7), type(type.__dict__['__doc__']).__name__)
try: str.upper.__get__(5)
except TypeError as e: print(e)
class Inst: pass
i = Inst(); i.d = Data.__new__(Data); print(type(i.d).__name__)
class DynSet:
    def __set__(self, o, v): print('dyn set', v)
class Host: attr = DynSet()
h = Host(); h.attr = 1; del DynSet.__set__; h.attr = 2; print(h.attr)
